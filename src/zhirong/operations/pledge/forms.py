"""The forms of the register's operations: what a desk, the API and the command line ask for, and how it is read."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.pledge.freezes import FreezePurpose
from zhirong.chain.pledge.records import CLAIM_KIND_TEXT
from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.text import Text
from zhirong.operations.actors import MemberRole
from zhirong.operations.fields import CreditCode, Fen, Line, Request, Words, ask
from zhirong.operations.plausible import RecentDay, TermDay
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, bytes_of, redeem

REGISTRAR = (MemberRole.REGISTRAR,)
PLEDGEE = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER)
PARTIES = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER, MemberRole.FIRM_MANAGER)
Number = Annotated[
    int, Field(ge=1, lt=2**63), ask("申请编号", "Filing", "登记簿给申请的编号", "the number of the filing")
]
Reason = Annotated[Words, ask("理由", "Reason", widget="area")]


class Examine(Request):
    """A filing to examine. resolved: for each ground that the data leave unknown, how the registrar has satisfied
    themselves.
    """

    registration: Number
    resolved: Annotated[
        dict[str, str], ask("已查明的事项", "What was found out", only=lambda actor, row: False)
    ] = {}
    extracts: Annotated[
        Ticket | None,
        ask(
            "新的登记簿摘录（TOML）",
            "Newer extracts (TOML)",
            "只在权利的状况有变时交：全部权利的 [[rights]]",
            "only where something has changed: [[rights]] of all of them",
            widget="file",
        ),
    ] = None


class Register(Request):
    """A filing that has been examined. resolved: as in the examination, for what has become unknown since."""

    registration: Number
    resolved: Annotated[
        dict[str, str], ask("已查明的事项", "What was found out", only=lambda actor, row: False)
    ] = {}


class FileAtCounter(Request):
    """A filing that came in at the counter, as a file."""

    file: Annotated[
        Ticket,
        ask(
            "申请文件（TOML）",
            "The filing (TOML)",
            "role、[filing]、[[rights]]，写法见手册“质押登记”",
            "role, [filing] and [[rights]], as the manual's page on the register says",
            widget="file",
        ),
    ]


class Submit(Request):
    """A filing that was prepared and is submitted now."""

    registration: Number


class Ending(Request):
    """A registration, and why it ends."""

    registration: Number
    reason: Reason


class Changes(Request):
    """What changes of the claim and its parties; an empty field stays as it is."""

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
        ask("出质人名称变更为", "Pledgor's new name", "只有一个出质人时填", "where there is a single one"),
    ] = ""


class Amend(Changes):
    """An amendment that a party files. changed_on: the day of the change itself."""

    changed_on: Annotated[RecentDay, ask("变更发生日", "Changed on")]


class Correct(Changes):
    """A mistake of the register itself."""

    reason: Reason


class Extend(Request):
    """A longer debt."""

    registration: Number
    debt_end: Annotated[TermDay, ask("债务履行期限延至", "Debt until")]


class Transfer(Request):
    """Who holds the claim from now on."""

    registration: Number
    name: Annotated[Line, ask("受让人名称", "The new pledgee")]
    code: Annotated[CreditCode, ask("受让人统一社会信用代码", "Its credit code")]
    basis: Annotated[
        str,
        Field(max_length=500),
        ask(
            "最高额质押：债权确定日或当事人约定",
            "Maximum amount: since when the claims are determined, or the agreement",
            "一般质押不填",
            "empty for an ordinary pledge",
        ),
    ] = ""


class ReleasePart(Request):
    """Rights to release, or what remains secured."""

    registration: Number
    rights: Annotated[
        str,
        Field(max_length=4000),
        ask(
            "解除哪些权利",
            "Rights to release",
            "每行一个权利的键，如 invention:201410362077.3",
            "the key of a right in each line, such as invention:201410362077.3",
            widget="area",
        ),
    ] = ""
    claim_amount: Annotated[
        Fen | None,
        ask("仍担保的金额", "Amount that remains secured", "不变则不填", "empty: unchanged", widget="money"),
    ] = None


class RecordAuthority(Request):
    """What the authority has registered. certificate: its file, or the SHA-256 of it."""

    registration: Number
    authority: Annotated[Line, ask("登记机关", "Authority")]
    authority_number: Annotated[Line, ask("登记号", "Its number")]
    day: Annotated[RecentDay, ask("登记日", "Registered on")]
    file: Annotated[Ticket | None, ask("登记证书文件", "The certificate's file", widget="file")] = None
    certificate: Annotated[
        str,
        Field(max_length=64),
        ask("或证书文件的 SHA-256", "Or the SHA-256 of it", "交了文件不用填", "not needed with the file"),
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
    """What a court has ordered: about a registration, or about a right that may not be pledged yet."""

    order: Annotated[Line, ask("法院文书编号", "Number of the court's document")]
    action: Annotated[str, ask("事项", "What it orders", choices=ACTIONS)]
    registration: Annotated[
        int | None, Field(ge=1, lt=2**63), ask("申请编号", "Filing", "冻结一件登记时填", "for a registration")
    ] = None
    right: Annotated[
        str,
        Field(max_length=120),
        ask(
            "或权利的键",
            "Or the key of a right",
            "冻结一项权利时填，如 invention:201410362077.3",
            "for a right, such as invention:201410362077.3",
        ),
    ] = ""
    lifts: Annotated[
        str,
        Field(max_length=200),
        ask(
            "解除哪一份冻结",
            "Which freeze is lifted",
            "权利有轮候冻结时填原冻结文书",
            "the order that froze the right, where others wait in turn",
        ),
    ] = ""
    ends_on: Annotated[
        TermDay | None,
        ask(
            "冻结的最后一日",
            "Last day of the freeze",
            "冻结或续行权利时照文书填写；不填按法定最长期限；到期不续的自动解除",
            "of a right, by the order; left empty the longest that the law allows; not renewed, it ends by itself",
        ),
    ] = None
    purpose: Annotated[FreezePurpose, ask("冻结的用途", "What the freeze is for", choices=_PURPOSES)] = (
        FreezePurpose.PRESERVATION
    )


def changes_of(found: Registration, request: Changes) -> dict[str, Any]:
    """What a form changes of its registration, as the register's operations take it."""
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
                Text("用申请文件办理", "let it be filed as a file"),
            )
        changes["pledgors"] = [_renamed(found.pledgors[0], request.pledgor_name)]
    return changes


def _renamed(party: Any, name: str) -> dict[str, Any]:
    code = {"code": party.code} if party.code else {}
    return {"name": name, **code, "is_natural_person": party.is_natural_person}


def tables_of(work: Work, ticket: str) -> dict[str, Any]:
    """The tables of a TOML file that was uploaded."""
    upload = redeem(work.actor, ticket)
    try:
        text = bytes_of(upload).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "not_utf8",
            "file",
            upload.name,
            Text("不是 UTF-8 文字", "not a text in UTF-8"),
            Text("另存为 UTF-8", "save it as UTF-8"),
        ) from error
    return parse_toml(text, upload.name)
