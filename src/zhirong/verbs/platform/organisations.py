"""Organisations and who belongs to them: a firm registers itself; institutions are entered by the administration."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.store.names import name_key
from zhirong.store.parties import Account, Membership, Organisation, SavedView
from zhirong.verbs.acting import Work, operation, refuse
from zhirong.verbs.people import (
    ADMIN_DUTIES,
    DUTY_WORDS,
    KIND_WORDS,
    Duty,
    OrganisationKind,
    Person,
    duties_of,
)
from zhirong.verbs.requests import CreditCode, Day, Line, Region, Request, ask

_ADMINS = {
    OrganisationKind.FIRM: Duty.FIRM_MANAGER,
    OrganisationKind.LENDER: Duty.LENDER_MANAGER,
    OrganisationKind.GUARANTOR: Duty.GUARANTOR_APPROVER,
    OrganisationKind.AGENCY: Duty.AGENCY_REVIEWER,
    OrganisationKind.OPERATOR: Duty.OPERATOR_AGENT,
}


class RegisterFirm(Request):
    """A firm, by its credit code."""

    code: Annotated[
        CreditCode,
        ask(
            "统一社会信用代码",
            "Unified social credit code",
            "营业执照上的 18 位代码",
            "the 18 places on the licence",
        ),
    ]
    name: Annotated[Line, ask("企业名称", "Name of the firm", "与营业执照一致", "as on the licence")]
    region: Annotated[
        Region,
        ask(
            "注册地区划代码",
            "Region code",
            "六位，如广州 440100、西咸新区 610100",
            "six digits, such as 440100 for Guangzhou",
        ),
    ]
    registered_on: Annotated[Day, ask("成立日期", "Registered on")]
    legal_representative: Annotated[Line, ask("法定代表人", "Legal representative")]
    address: Annotated[str, ask("注册地址", "Address")] = ""
    phone: Annotated[str, ask("联系电话", "Telephone")] = ""


@operation(
    "firm.register",
    Text("登记企业", "Register your firm"),
    request=RegisterFirm,
    help=Text(
        "核对执照后，平台管理员会在一个工作日内确认；确认前可以录入权利、免费评估、比较融资模式。",
        "The administration confirms it against the licence within a working day; until then you can enter rights, "
        "appraise them free of charge and compare the modes.",
    ),
    page="",
)
def register_firm(work: Work, request: RegisterFirm) -> Any:
    """The account becomes the firm's manager; the firm waits for confirmation."""
    if Organisation.objects.filter(code=request.code).exists():
        raise refuse(
            "firm_known",
            "code",
            request.code,
            Text("这个代码的企业已经登记", "a firm of this code is registered already"),
            Text("请其负责人把您加为成员", "ask its manager to add you"),
        )
    firm = _enter(work, OrganisationKind.FIRM, request, "pending")
    work.create(
        Membership,
        account_id=work.person.account,
        organisation=firm,
        duties=[Duty.FIRM_MANAGER.value],
        active=True,
    )
    for admin in Organisation.objects.filter(kind=OrganisationKind.PLATFORM):
        work.tell(
            Text(f"新登记企业待确认：{firm.name}", f"A firm waits to be confirmed: {firm.name}"),
            f"/admin/organisations/{firm.pk}/",
            admin,
            (Duty.SYSTEM_ADMIN,),
        )
    return {"id": firm.pk}


class EnterOrganisation(Request):
    """An institution, entered by the administration."""

    kind: Annotated[
        OrganisationKind,
        ask("类别", "Kind", choices=tuple((kind.value, words) for kind, words in KIND_WORDS.items())),
    ]
    code: Annotated[CreditCode, ask("统一社会信用代码", "Unified social credit code")]
    name: Annotated[Line, ask("名称", "Name")]
    region: Annotated[Region, ask("区划代码", "Region code")]


@operation(
    "organisation.enter",
    Text("录入机构", "Enter an organisation"),
    request=EnterOrganisation,
    duties=(Duty.SYSTEM_ADMIN,),
    page="admin.organisation",
)
def enter_organisation(work: Work, request: EnterOrganisation) -> Any:
    """An institution is active from the moment the administration has entered it."""
    if Organisation.objects.filter(code=request.code).exists():
        raise refuse(
            "organisation_known",
            "code",
            request.code,
            Text("这个代码已经登记", "this code is registered already"),
            Text("在机构列表里找它", "look for it in the list"),
        )
    return {"id": _enter(work, request.kind, request, "active").pk}


@operation(
    "organisation.confirm",
    Text("确认企业", "Confirm the firm"),
    model=Organisation,
    duties=(Duty.SYSTEM_ADMIN,),
    states=("pending", "suspended"),
    state_field="status",
    page="admin.organisation",
)
def confirm(work: Work, request: Any) -> Any:
    """Its licence has been checked; it can apply from now on."""
    work.update(work.row, status="active")
    work.tell(Text("企业已确认，可以提交融资申请", "Your firm is confirmed: you can apply now"), "/desk/", work.row)


@operation(
    "organisation.suspend",
    Text("停用", "Suspend"),
    model=Organisation,
    duties=(Duty.SYSTEM_ADMIN,),
    states=("active", "pending"),
    state_field="status",
    is_grave=True,
    page="admin.organisation",
)
def suspend(work: Work, request: Any) -> Any:
    """Its people can no longer act for it; what it has is kept."""
    if work.row.kind == OrganisationKind.PLATFORM:
        raise refuse(
            "own_house",
            "kind",
            work.row.kind,
            Text("平台管理机构不能停用", "the platform's own administration cannot be suspended"),
            Text("撤销个别人员的职责", "take duties from single people instead"),
        )
    work.update(work.row, status="suspended")


def _duty_choices(person: Person, row: Any) -> list[tuple[str, Text]]:
    if row is None:
        return []
    return [(duty.value, DUTY_WORDS[duty]) for duty in duties_of(OrganisationKind(row.kind))]


class AddMember(Request):
    """Somebody with an account joins an organisation."""

    email: Annotated[
        str,
        Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254),
        ask("登录邮箱", "E-mail address", "对方须先注册账号", "of an account that has signed up"),
    ]
    duties: Annotated[list[Duty], ask("职责", "Duties", widget="many", choices=_duty_choices)]


def _administers(person: Person, row: Any) -> bool:
    """The security administrator grants duties everywhere; the head of an organisation within it."""
    if person.has(Duty.SECURITY_ADMIN):
        return True
    head = _ADMINS.get(OrganisationKind(row.kind))
    return row.pk == person.organisation and head is not None and person.has(head)


@operation(
    "member.add",
    Text("添加成员", "Add a member"),
    model=Organisation,
    duties=(Duty.SECURITY_ADMIN, *_ADMINS.values()),
    relation=_administers,
    request=AddMember,
)
def add_member(work: Work, request: AddMember) -> Any:
    """Give an account duties in the organisation, in place of those it may have had there."""
    account = Account.objects.filter(email__iexact=request.email).first()
    if account is None:
        raise refuse(
            "no_account",
            "email",
            request.email,
            Text("没有这个邮箱的账号", "there is no account of this address"),
            Text("请对方先注册", "ask them to sign up first"),
        )
    _demand_duties(work.row, request.duties)
    _demand_apart(work, account, request.duties)
    duties = [duty.value for duty in request.duties]
    member = Membership.objects.filter(account=account, organisation=work.row).first()
    if member is None:
        member = work.create(Membership, account=account, organisation=work.row, duties=duties, active=True)
    else:
        work.update(member, duties=duties, active=True)
    work.tell(Text(f"您已加入 {work.row.name}", f"You now belong to {work.row.name}"), "/acting/", work.row)
    return {"id": member.pk}


@operation(
    "member.remove",
    Text("移除成员", "Remove the member"),
    model=Membership,
    duties=(Duty.SECURITY_ADMIN, *_ADMINS.values()),
    relation=lambda person, row: _administers(person, row.organisation) and row.account_id != person.account,
    is_grave=True,
)
def remove_member(work: Work, request: Any) -> Any:
    """Take all duties; what the member did stays in the log."""
    work.update(work.row, active=False)


def _demand_duties(organisation: Organisation, duties: list[Duty]) -> None:
    possible = duties_of(OrganisationKind(organisation.kind))
    wrong = [duty for duty in duties if duty not in possible]
    if wrong or not duties:
        raise refuse(
            "not_a_duty_here",
            "duties",
            "、".join(wrong),
            Text("这类机构没有这样的职责", "there is no such duty in an organisation of this kind"),
            Text("至少选一项列出的职责", "choose at least one of those listed"),
        )
    if len(ADMIN_DUTIES.intersection(duties)) > 1:
        raise refuse(
            "separate_administrators",
            "duties",
            "、".join(duties),
            Text(
                "系统、安全、审计三个管理角色须由不同的人担任",
                "system, security and audit administration are three people",
            ),
            Text("只选其中一项", "choose one of them"),
        )


def _demand_apart(work: Work, account: Account, duties: list[Duty]) -> None:
    """Nobody gives himself duties; and nobody has two of the three administrations, in whatever organisations."""
    if account.pk == work.person.account:
        raise refuse(
            "own_duties",
            "email",
            account.email,
            Text("不能给自己授予职责", "nobody gives himself duties"),
            Text("请安全管理员或另一位负责人办理", "ask the security administrator, or another head"),
        )
    elsewhere = Membership.objects.filter(account=account, active=True).exclude(organisation=work.row)
    had = {duty for held in elsewhere.values_list("duties", flat=True) for duty in held}
    if len(ADMIN_DUTIES.intersection(had | set(duties))) > 1:
        raise refuse(
            "separate_administrators",
            "duties",
            "、".join(duties),
            Text(
                "此人在别的机构已担任另一个管理角色；系统、安全、审计须由不同的人担任",
                "this person is another administrator elsewhere; system, security and audit are three people",
            ),
            Text("另选一人", "choose another person"),
        )


def belongs_to(account: int, organisation: int) -> bool:
    """Whether an account is a member of an organisation, whomever it acts for at the moment."""
    return Membership.objects.filter(account=account, organisation=organisation, active=True).exists()


def own_firm(account: int, firm: int) -> list[Problem]:
    """Why somebody cannot decide on a firm's case: he belongs to the firm himself."""
    if not belongs_to(account, firm):
        return []
    return [
        Problem(
            "person",
            str(account),
            Text("您是这家企业的成员，不能审批它的业务", "you belong to the firm, and cannot decide on its case"),
            Text("由没有利害关系的同事审批", "let a colleague decide who has no interest in it"),
            "belongs_to_the_firm",
        )
    ]


def _enter(work: Work, kind: OrganisationKind, request: Any, status: str) -> Organisation:
    known = ("registered_on", "legal_representative", "address", "phone")
    profile = {name: value for name in known if (value := getattr(request, name, None))}
    return work.create(
        Organisation,
        kind=kind.value,
        name=request.name,
        code=request.code,
        region=request.region,
        status=status,
        name_key=name_key(request.name),
        profile={name: str(value) for name, value in profile.items()},
    )


class SaveView(Request):
    """A list as it is now filtered and ordered."""

    listing: Annotated[Line, ask("列表", "List")]
    query: Annotated[str, ask("条件", "Conditions")] = ""
    name: Annotated[Line, ask("名称", "Name")]


@operation("view.save", Text("保存视图", "Save the view"), request=SaveView)
def save_view(work: Work, request: SaveView) -> Any:
    """Keep it for this account."""
    return {
        "id": work.create(
            SavedView,
            account_id=work.person.account,
            listing=request.listing[:60],
            query=request.query[:500],
            name=request.name[:60],
        ).pk
    }


@operation("view.forget", Text("删除视图", "Forget the view"), model=SavedView)
def forget_view(work: Work, request: Any) -> Any:
    """It is no longer listed."""
    work.update(work.row, listing="")
