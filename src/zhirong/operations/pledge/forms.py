"""The forms of the register's operations for desk, API and command line, and how they are read."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.freezes import FreezePurpose
from zhirong.chain.pledge.records import CLAIM_KIND_TEXT
from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.text import Text
from zhirong.operations.fields import CreditCode, Fen, Line, Request, Words, ask, id_of
from zhirong.operations.plausibility import RecentDay, TermDay
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, bytes_of, redeem

REGISTRAR = (MemberRole.REGISTRAR,)
PLEDGEE = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER)
PARTIES = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER, MemberRole.FIRM_MANAGER)
Number = Annotated[
    int,
    id_of("register/filings"),
    Field(ge=1, lt=2**63),
    ask("申请编号", "Filing", "登记簿编制的申请编号", "the number of the filing"),
]
Reason = Annotated[Words, ask("理由", "Reason", widget="area")]


class Examine(Request):
    """The filing to examine. resolved: how the registrar settled each ground that the data leave unknown."""

    registration: Number
    resolved: Annotated[dict[str, str], ask("已查明的事项", "Findings", only=lambda actor, row: False)] = {}
    extracts: Annotated[
        Ticket | None,
        ask(
            "新的登记簿摘录（TOML）",
            "Newer extracts (TOML)",
            "仅在权利状况有变化时提交，须包含全部权利",
            "only if something has changed: [[rights]] with all of them",
            widget="file",
        ),
    ] = None


class Register(Request):
    """The examined filing to register. resolved: as in the examination, for grounds that have become unknown since."""

    registration: Number
    resolved: Annotated[dict[str, str], ask("已查明的事项", "Findings", only=lambda actor, row: False)] = {}


class FileAtCounter(Request):
    """A filing received at the counter as a file."""

    file: Annotated[
        Ticket,
        ask(
            "申请文件（TOML）",
            "The filing (TOML)",
            "包含登记簿的作用、申请内容和权利，格式见手册“质押登记”",
            "role, [filing] and [[rights]], as described in the manual",
            widget="file",
        ),
    ]


class Submit(Request):
    """The prepared filing to submit."""

    registration: Number


class Ending(Request):
    """A registration and the reason for its end."""

    registration: Number
    reason: Reason


class Changes(Request):
    """Changes of the claim and its parties; an empty field stays unchanged."""

    registration: Number
    claim_kind: Annotated[
        str,
        ask(
            "债权种类",
            "Kind of claim",
            choices=tuple((kind.value, words) for kind, words in CLAIM_KIND_TEXT.items()),
        ),
    ] = ""
    claim_amount: Annotated[Fen | None, ask("担保的债权金额", "Amount secured", widget="money")] = None
    debt_start: Annotated[TermDay | None, ask("债务履行期限起", "Debt from")] = None
    debt_end: Annotated[TermDay | None, ask("债务履行期限止", "Debt until")] = None
    pledgee_name: Annotated[str, Field(max_length=200), ask("质权人名称变更为", "Pledgee's new name")] = ""
    pledgor_name: Annotated[
        str,
        Field(max_length=200),
        ask("出质人名称变更为", "Pledgor's new name", "仅有一个出质人时填写", "only if there is a single pledgor"),
    ] = ""


class Amend(Changes):
    """An amendment filed by a party. changed_on: the day of the change itself."""

    changed_on: Annotated[RecentDay, ask("变更发生日", "Changed on")]


class Correct(Changes):
    """A mistake of the register."""

    reason: Reason


class Extend(Request):
    """The new end of the debt."""

    registration: Number
    debt_end: Annotated[TermDay, ask("债务履行期限延至", "Debt until")]


class Transfer(Request):
    """The new creditor of the claim."""

    registration: Number
    name: Annotated[Line, ask("受让人名称", "The new pledgee")]
    code: Annotated[CreditCode, ask("受让人统一社会信用代码", "Its credit code")]
    basis: Annotated[
        str,
        Field(max_length=500),
        ask(
            "最高额质押：债权确定日或当事人约定",
            "Maximum-amount pledge: day on which the claims were determined, or the agreement",
            "一般质押无需填写",
            "leave empty for an ordinary pledge",
        ),
    ] = ""


class ReleasePart(Request):
    """The rights to release, or the amount that remains secured."""

    registration: Number
    rights: Annotated[
        str,
        Field(max_length=4000),
        ask(
            "解除质押的权利",
            "Rights to release",
            "每行一项权利，填写种类代码和号码，如 invention:201410362077.3",
            "one right key per line, such as invention:201410362077.3",
            widget="area",
        ),
    ] = ""
    claim_amount: Annotated[
        Fen | None,
        ask(
            "仍担保的金额",
            "Amount that remains secured",
            "金额不变的，留空",
            "leave empty if unchanged",
            widget="money",
        ),
    ] = None


class RecordAuthority(Request):
    """The authority's registration. certificate: its file or the SHA-256 of the file."""

    registration: Number
    authority: Annotated[Line, ask("登记机关", "Authority")]
    authority_number: Annotated[Line, ask("登记号", "Registration number")]
    day: Annotated[RecentDay, ask("登记日", "Registered on")]
    file: Annotated[Ticket | None, ask("登记证书文件", "Certificate file", widget="file")] = None
    certificate: Annotated[
        str,
        Field(max_length=64),
        ask(
            "或证书文件的 SHA-256", "Or the SHA-256 of the file", "已提交文件的无需填写", "not needed with the file"
        ),
    ] = ""


ACTIONS = (
    ("freeze", Text("冻结", "freeze")),
    ("renew", Text("续行冻结（权利）", "renew the freeze (of a right)")),
    ("unfreeze", Text("解除冻结", "lift the freeze")),
)
_PURPOSES = (
    (FreezePurpose.PRESERVATION.value, Text("保全", "preservation")),
    (FreezePurpose.EXECUTION.value, Text("执行", "execution")),
)


class CourtOrder(Request):
    """A court order on a registration, or on a right that need not be pledged."""

    order: Annotated[Line, ask("法院文书编号", "Number of the court's document")]
    action: Annotated[str, ask("事项", "Kind of order", choices=ACTIONS)]
    registration: Annotated[
        int | None,
        id_of("register/filings"),
        Field(ge=1, lt=2**63),
        ask("申请编号", "Filing", "冻结登记时填写", "for a registration"),
    ] = None
    right: Annotated[
        str,
        Field(max_length=120),
        ask(
            "或权利",
            "Or the key of a right",
            "冻结权利时填写种类代码和号码，如 invention:201410362077.3",
            "for a right, such as invention:201410362077.3",
        ),
    ] = ""
    lifts: Annotated[
        str,
        Field(max_length=200),
        ask(
            "解除或续行的冻结文书",
            "Order to lift or renew",
            "权利有轮候冻结的，填写原冻结文书编号",
            "number of the order that froze the right, if other orders are queued",
        ),
    ] = ""
    ends_on: Annotated[
        TermDay | None,
        ask(
            "冻结的最后一日",
            "Last day of the freeze",
            "冻结或续行权利时按文书填写；留空按法定最长期限；到期未续行的自动解除",
            "for a right, as stated in the order; leave empty for the longest term allowed by law; a freeze that is not renewed expires",
        ),
    ] = None
    purpose: Annotated[FreezePurpose, ask("冻结的用途", "Purpose of the freeze", choices=_PURPOSES)] = (
        FreezePurpose.PRESERVATION
    )


def changes_of(found: Registration, request: Changes) -> dict[str, Any]:
    """Return a form's changes of its registration for the register's operations."""
    changes: dict[str, Any] = {}
    for name in ("claim_kind", "claim_amount", "debt_start", "debt_end"):
        value = getattr(request, name)
        if value not in (None, ""):
            changes[name] = value
    if request.pledgee_name:
        changes["pledgee"] = _renamed(found.pledgee, request.pledgee_name)
    if request.pledgor_name:
        if len(found.pledgors) != 1:
            raise refuse(
                "several_pledgors",
                "pledgor_name",
                request.pledgor_name,
                Text(f"有 {len(found.pledgors)} 个出质人", f"there are {len(found.pledgors)} pledgors"),
                Text("请以申请文件办理", "submit the change as a file"),
            )
        changes["pledgors"] = [_renamed(found.pledgors[0], request.pledgor_name)]
    return changes


def _renamed(party: Any, name: str) -> dict[str, Any]:
    code = {"code": party.code} if party.code else {}
    return {"name": name, **code, "is_natural_person": party.is_natural_person}


def tables_of(work: Work, ticket: str) -> dict[str, Any]:
    """Return the tables of an uploaded TOML file."""
    upload = redeem(work.actor, ticket)
    try:
        text = bytes_of(upload).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "not_utf8",
            "file",
            upload.name,
            Text("不是 UTF-8 编码的文本", "not UTF-8 text"),
            Text("请另存为 UTF-8", "save it as UTF-8"),
        ) from error
    return parse_toml(text, upload.name)
