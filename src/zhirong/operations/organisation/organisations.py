"""Organisations: a firm registers itself and is confirmed by a document; the administration enters institutions."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.organisation.roles import KIND_WORDS, MemberRole, OrganisationKind
from zhirong.chain.organisation.states import CONFIRMED, OrganisationState
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text, same
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import CreditCode, Line, Region, Request, Words, ask
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import HistoryDay
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach_scan
from zhirong.store.names import name_key
from zhirong.store.parties import Membership, Organisation, SavedView


def region_choices(actor: Any, row: Any) -> list[tuple[str, Text]]:
    """Return the regions that have a name in the rules."""
    latest = rulebook().at("regions.names", day_of(now())).value
    return [(one["code"], Text(one["zh"], one["en"])) for one in latest]


class RegisterFirm(Request):
    """A firm with its credit code."""

    code: Annotated[
        CreditCode,
        ask(
            "统一社会信用代码",
            "Unified social credit code",
            "营业执照上的 18 位代码",
            "the 18 characters on the licence",
        ),
    ]
    name: Annotated[Line, ask("企业名称", "Name of the firm", "与营业执照一致", "as on the licence")]
    region: Annotated[
        Region | None,
        ask(
            "注册地",
            "Place of registration",
            "留空则按信用代码第 3 至 8 位",
            "leave empty to use characters 3 to 8 of the code",
            choices=region_choices,
        ),
    ] = None
    registered_on: Annotated[HistoryDay, ask("成立日期", "Registered on")]
    legal_representative: Annotated[Line, ask("法定代表人", "Legal representative")]
    address: Annotated[str, ask("注册地址", "Address")] = ""
    phone: Annotated[str, ask("联系电话", "Telephone")] = ""
    licence: Annotated[
        Ticket | None,
        ask(
            "营业执照",
            "Licence",
            "扫描件或照片，供管理员核对",
            "a scan or photograph, for the administrator",
            widget="file",
        ),
    ] = None


def region_of_code(code: str) -> str | None:
    """Return the region named in the rules that a credit code was issued in, or else its city or province; None if none is."""
    known = {value for value, _ in region_choices(None, None)}
    issued = code[2:8]
    return next((one for one in (issued, f"{issued[:4]}00", f"{issued[:2]}0000") if one in known), None)


@operation(
    "firm.register",
    Text("登记企业", "Register your firm"),
    request=RegisterFirm,
    help=Text(
        "平台管理员核对营业执照后，在一个工作日内确认；确认前可以录入权利、免费评估、比较融资模式。",
        "An administrator confirms the firm against its licence within one working day. Until then you can enter rights, use free appraisals and compare modes.",
    ),
    page="",
)
def register_firm(work: Work, request: RegisterFirm) -> Any:
    """Register the firm with the account as its manager; the firm awaits confirmation.

    An unconfirmed firm does not block others with the same code: the administration decides by a document.
    """
    known = Organisation.objects.filter(code=request.code)
    own = known.filter(
        status=OrganisationState.PENDING, membership__account=work.actor.account, membership__active=True
    )
    if known.filter(status__in=CONFIRMED).exists() or own.exists():
        raise refuse(
            "firm_known",
            "code",
            request.code,
            Text("该代码的企业已登记", "a firm with this code is already registered"),
            Text("请该企业负责人将您添加为成员", "ask its manager to add you as a member"),
        )
    region = request.region or region_of_code(request.code)
    if region is None:
        raise refuse(
            "missing",
            "region",
            "",
            Text("未能从信用代码识别注册地", "the code does not say where the firm is registered"),
            Text("请选择注册地", "Choose the place of registration."),
        )
    firm = _enter(work, OrganisationKind.FIRM, request, OrganisationState.PENDING, region)
    if request.licence is not None:
        attach_scan(
            work, request.licence, "licence", subject=f"organisation/{firm.pk}", paper="licence", owner=firm
        )
    work.create(
        Membership,
        account_id=work.actor.account,
        organisation=firm,
        roles=[MemberRole.FIRM_MANAGER.value],
        active=True,
    )
    for admin in Organisation.objects.filter(kind=OrganisationKind.PLATFORM):
        work.notify(
            Text(f"新登记企业待确认：{firm.name}", f"New firm to confirm: {firm.name}"),
            page_link("admin.organisation", firm.pk),
            admin,
            (MemberRole.SYSTEM_ADMIN,),
            asks=True,
        )
    return {"id": firm.pk}


_IN_CONTRACTS = ("用于合同和通知", "used in contracts and notices")


class EnterOrganisation(Request):
    """An institution entered by the administration."""

    kind: Annotated[
        OrganisationKind,
        ask("类别", "Kind", choices=tuple((kind.value, words) for kind, words in KIND_WORDS.items())),
    ]
    code: Annotated[CreditCode, ask("统一社会信用代码", "Unified social credit code")]
    name: Annotated[Line, ask("名称", "Name")]
    region: Annotated[Region, ask("区划代码", "Region code")]
    address: Annotated[str, Field(max_length=200), ask("住所", "Address", *_IN_CONTRACTS)] = ""
    legal_representative: Annotated[
        str, Field(max_length=60), ask("法定代表人（负责人）", "Legal representative", *_IN_CONTRACTS)
    ] = ""
    phone: Annotated[str, Field(max_length=40), ask("联系电话", "Telephone")] = ""


@operation(
    "organisation.enter",
    Text("录入机构", "Register an organisation"),
    request=EnterOrganisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    page="admin.organisation",
)
def enter_organisation(work: Work, request: EnterOrganisation) -> Any:
    """Enter an institution, which is active at once."""
    if Organisation.objects.filter(code=request.code, status__in=CONFIRMED).exists():
        raise refuse(
            "organisation_known",
            "code",
            request.code,
            Text("该代码已登记", "this code is already registered"),
            Text("请在机构列表中查找", "find it in the list"),
        )
    return {"id": _enter(work, request.kind, request, OrganisationState.ACTIVE, request.region).pk}


def _kept(name: str) -> Any:
    return lambda actor, row: row.profile.get(name, "")


class DescribeOrganisation(Request):
    """Data of an institution for documents, besides its name and code."""

    address: Annotated[
        str, Field(max_length=200), ask("住所", "Address", *_IN_CONTRACTS, start=_kept("address"))
    ] = ""
    legal_representative: Annotated[
        str,
        Field(max_length=60),
        ask("法定代表人（负责人）", "Legal representative", *_IN_CONTRACTS, start=_kept("legal_representative")),
    ] = ""
    phone: Annotated[str, Field(max_length=40), ask("联系电话", "Telephone", start=_kept("phone"))] = ""


@operation(
    "organisation.describe",
    Text("填写住所和负责人", "Address and representative"),
    model=Organisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    relation=lambda actor, row: row.kind != OrganisationKind.FIRM,
    request=DescribeOrganisation,
    page="admin.organisation",
)
def describe_organisation(work: Work, request: DescribeOrganisation) -> Any:
    """Store the data for documents issued from now on; earlier documents stay unchanged. A firm describes itself."""
    work.update(work.row, profile={**work.row.profile, **request.model_dump()})


class Confirm(Request):
    """The document that the administration has seen."""

    licence: Annotated[
        Ticket | None,
        ask(
            "营业执照",
            "Licence",
            "用于确认企业；另有企业以同一代码登记时必须上传",
            "used to confirm the firm; required if another firm has registered under the same code",
            widget="file",
        ),
    ] = None


@operation(
    "organisation.confirm",
    Text("确认企业", "Confirm the firm"),
    model=Organisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    states=(OrganisationState.PENDING, OrganisationState.SUSPENDED, OrganisationState.REFUSED),
    state_field="status",
    request=Confirm,
    page="admin.organisation",
    help=Text(
        "核对营业执照后确认。以同一代码登记且未确认的其他企业同时不予确认，并会收到通知。",
        "Check the licence first. Other unconfirmed firms with the same code are rejected and notified.",
    ),
)
def confirm(work: Work, request: Confirm) -> Any:
    """Confirm the firm after checking its licence; it can apply from now on. Other firms with the same code are
    rejected and notified.
    """
    row = work.row
    others = Organisation.objects.filter(code=row.code).exclude(pk=row.pk)
    taken = others.filter(status__in=CONFIRMED).first()
    if taken is not None:
        raise refuse(
            "code_taken",
            "code",
            row.code,
            Text(
                f"{taken.name} 已凭执照以该代码确认",
                f"{taken.name} has been confirmed under this code with its licence",
            ),
            Text("如有错误，先核实营业执照的真伪", "if this is wrong, first verify which licence is genuine"),
        )
    rivals = list(others.filter(status=OrganisationState.PENDING).order_by("pk"))
    if rivals and request.licence is None:
        raise refuse(
            "licence_needed",
            "licence",
            "",
            Text(
                f"另有 {len(rivals)} 家企业以同一代码登记：{'、'.join(one.name for one in rivals)}",
                f"other firms have registered under the same code: {', '.join(one.name for one in rivals)}",
            ),
            Text("请上传核对过的营业执照", "upload the licence that was checked"),
        )
    if request.licence is not None:
        own = work.actor.organisation
        attach_scan(work, request.licence, "licence", subject=f"organisation/{row.pk}", paper="licence", owner=own)
    work.update(row, status=OrganisationState.ACTIVE)
    work.notify(
        Text("企业已确认，可以提交融资申请", "Your firm has been confirmed; you can now apply for financing"),
        page_link("desk"),
        row,
    )
    for rival in rivals:
        _not_confirmed(work, rival, _ANOTHER_IS_IT)


_ANOTHER_IS_IT = Text(
    "另一家企业已凭营业执照以该代码确认", "another firm has been confirmed under this code with its licence"
)


class RefuseFirm(Request):
    """The reason for the rejection, shown to the firm's members."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "organisation.refuse",
    Text("不予确认", "Do not confirm"),
    model=Organisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    states=(OrganisationState.PENDING,),
    state_field="status",
    request=RefuseFirm,
    is_grave=True,
    page="admin.organisation",
)
def refuse_firm(work: Work, request: RefuseFirm) -> Any:
    """Reject the firm: its members can no longer act for it; their entries are kept."""
    _not_confirmed(work, work.row, same(request.reason))


def _not_confirmed(work: Work, firm: Organisation, reason: Text) -> None:
    work.update(firm, status=OrganisationState.REFUSED)
    work.notify(
        Text(
            f"您登记的企业 {firm.name}（{firm.code}）未予确认：{reason.zh}。如有异议，请向平台管理员提交营业执照",
            f"The firm that you registered, {firm.name} ({firm.code}), was not confirmed: {reason.en}. If you disagree, send the business licence to the platform administration",
        ),
        page_link("acting"),
        firm,
        asks=True,
    )


@operation(
    "organisation.suspend",
    Text("停用", "Suspend"),
    model=Organisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    states=(OrganisationState.ACTIVE,),
    state_field="status",
    is_grave=True,
    page="admin.organisation",
)
def suspend(work: Work, request: Any) -> Any:
    """Suspend the organisation: its members can no longer act for it; its data is kept."""
    if work.row.kind == OrganisationKind.PLATFORM:
        raise refuse(
            "own_house",
            "kind",
            work.row.kind,
            Text("平台管理机构不能停用", "the platform administration cannot be suspended"),
            Text("请撤销个别人员的角色", "remove the roles of individual people instead"),
        )
    work.update(work.row, status=OrganisationState.SUSPENDED)


def belongs_to(account: int, organisation: int) -> bool:
    """Return whether an account is a member of an organisation, regardless of the organisation for which it acts
    now.
    """
    return Membership.objects.filter(account=account, organisation=organisation, active=True).exists()


def own_firm(account: int, firm: int) -> list[Problem]:
    """Return the problem if someone who belongs to the firm wants to decide on its case."""
    if not belongs_to(account, firm):
        return []
    return [
        Problem(
            "actor",
            str(account),
            Text("您是该企业成员，不能审批其业务", "you are a member of the firm and cannot decide on its case"),
            Text("请由没有利害关系的同事审批", "ask a colleague without a conflict of interest to decide"),
            "belongs_to_the_firm",
        )
    ]


def _enter(
    work: Work, kind: OrganisationKind, request: Any, status: OrganisationState, region: str
) -> Organisation:
    known = ("registered_on", "legal_representative", "address", "phone")
    profile = {name: value for name in known if (value := getattr(request, name, None))}
    return work.create(
        Organisation,
        kind=kind.value,
        name=request.name,
        code=request.code,
        region=region,
        status=status,
        name_key=name_key(request.name),
        profile={name: str(value) for name, value in profile.items()},
    )


class SaveView(Request):
    """A list with its current filters and order."""

    listing: Annotated[Line, ask("列表", "List")]
    query: Annotated[str, ask("条件", "Conditions")] = ""
    name: Annotated[Line, ask("名称", "Name")]


@operation("view.save", Text("保存视图", "Save the view"), request=SaveView)
def save_view(work: Work, request: SaveView) -> Any:
    """Save the view for this account."""
    return {
        "id": work.create(
            SavedView,
            account_id=work.actor.account,
            listing=request.listing[:60],
            query=request.query[:500],
            name=request.name[:60],
        ).pk
    }


@operation("view.forget", Text("删除视图", "Delete the view"), model=SavedView)
def forget_view(work: Work, request: Any) -> Any:
    """Delete the saved view."""
    work.update(work.row, listing="")
