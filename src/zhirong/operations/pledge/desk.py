"""The register's actions as operations of the platform: the registrar's desk, and what parties do to their
registrations.

Who may do what to which registration is the register's own table (``operations.permissions``); the roles here only
say at which desk a button stands.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.pledge.freezes import FreezePurpose
from zhirong.chain.pledge.records import CLAIM_KIND_TEXT
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.text import Text
from zhirong.operations.actors import MemberRole
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import CreditCode, Fen, Line, Request, Words, ask
from zhirong.operations.pattern import Done, no_such, part_key
from zhirong.operations.plausible import RecentDay, TermDay
from zhirong.operations.pledge import orders, pledges
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach, bytes_of, redeem
from zhirong.store import rows

REGISTRAR = (MemberRole.REGISTRAR,)
PLEDGEE = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER)
PARTIES = (MemberRole.REGISTRAR, MemberRole.LENDER_MANAGER, MemberRole.FIRM_MANAGER)
Number = Annotated[
    int, Field(ge=1, lt=2**63), ask("申请编号", "Filing", "登记簿给申请的编号", "the number of the filing")
]
Reason = Annotated[Words, ask("理由", "Reason", widget="area")]


def by_of(work: Work, part: str = "register") -> Call:
    """Who acts in the register, under a key that follows from the operation's, so that a repeat is one."""
    return Call(work.actor, work.now, part_key(work.call.key, part))


def _answer(done: Done) -> dict[str, Any]:
    found = done.registration
    return {
        "id": None if found is None else found.id,
        "index": done.index,
        "kind": done.kind,
        "status": None if found is None else found.status.value,
        "number": None if found is None else found.number,
    }


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


@operation(
    "registration.examine",
    Text("审查", "Examine"),
    request=Examine,
    roles=REGISTRAR,
    help=Text(
        "按今天的规则逐项审查：有一项应当不予登记的，即不予登记；资料不明的，须写明如何查明。",
        "Ground by ground by today's rules: one that refuses refuses the filing; what the data leave unknown must be found out.",
    ),
)
def examine(work: Work, request: Examine) -> Any:
    """Accepted or refused by its grounds, each kept with its rule."""
    rights: Sequence[Any] = ()
    if request.extracts is not None:
        rights = _tables(work, request.extracts).get("rights", [])
    return _answer(pledges.examine(by_of(work), request.registration, rights, request.resolved))


class Enter(Request):
    """A filing that has been examined. resolved: as in the examination, for what has become unknown since."""

    registration: Number
    resolved: Annotated[
        dict[str, str], ask("已查明的事项", "What was found out", only=lambda actor, row: False)
    ] = {}


@operation("registration.enter", Text("登记", "Enter"), request=Enter, roles=REGISTRAR)
def enter(work: Work, request: Enter) -> Any:
    """Every ground is examined again by today's facts; the number is given in the same transaction."""
    return _answer(pledges.enter(by_of(work), request.registration, request.resolved or None))


class FileAtCounter(Request):
    """A filing that was submitted at the counter, as a file."""

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


@operation("registration.file", Text("受理申请", "Take in a filing"), request=FileAtCounter, roles=REGISTRAR)
def file_at_counter(work: Work, request: FileAtCounter) -> Any:
    """Grounds, papers and free ranks are checked at once; several authorities make several registrations."""
    done = pledges.file_package(by_of(work), _tables(work, request.file))
    return {**_answer(done[0]), "all": [_answer(one)["id"] for one in done]}


class FilePrepared(Request):
    """A filing that was prepared and is submitted now."""

    registration: Number


@operation("registration.hand_in", Text("提交申请", "Submit the filing"), request=FilePrepared, roles=PARTIES)
def hand_in(work: Work, request: FilePrepared) -> Any:
    """Checked as of today."""
    return _answer(pledges.file_prepared(by_of(work), request.registration))


class Ending(Request):
    """A registration, and why it ends."""

    registration: Number
    reason: Reason


@operation(
    "registration.withdraw", Text("撤回申请", "Withdraw the filing"), request=Ending, roles=PARTIES, is_grave=True
)
def withdraw(work: Work, request: Ending) -> Any:
    """Before it is entered."""
    return _answer(pledges.withdraw(by_of(work), request.registration, request.reason))


@operation("registration.discharge", Text("注销登记", "Discharge"), request=Ending, roles=PLEDGEE, is_grave=True)
def discharge(work: Work, request: Ending) -> Any:
    """Paid, realised, waived: the rights are free from this moment."""
    return _answer(pledges.discharge(by_of(work), request.registration, request.reason))


@operation("registration.revoke", Text("撤销登记", "Revoke"), request=Ending, roles=REGISTRAR, is_grave=True)
def revoke(work: Work, request: Ending) -> Any:
    """It counts as never made."""
    return _answer(pledges.revoke(by_of(work), request.registration, request.reason))


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


def _changes(request: Changes) -> dict[str, Any]:
    found = rows.load(request.registration)
    if found is None:
        raise no_such(request.registration)
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


@operation("registration.amend", Text("变更登记", "Amend"), request=Amend, roles=PLEDGEE)
def amend(work: Work, request: Amend) -> Any:
    """Parties' names, kind, amount or dates of the claim; a late filing is kept as late."""
    by = by_of(work)
    return _answer(pledges.amend(by, request.registration, _changes(request), request.changed_on))


@operation("registration.correct", Text("更正登记", "Correct"), request=Correct, roles=REGISTRAR)
def correct(work: Work, request: Correct) -> Any:
    """What stood there before stays in the log."""
    return _answer(pledges.correct(by_of(work), request.registration, _changes(request), request.reason))


class Extend(Request):
    """A longer debt."""

    registration: Number
    debt_end: Annotated[TermDay, ask("债务履行期限延至", "Debt until")]


@operation("registration.extend", Text("延期", "Extend"), request=Extend, roles=PLEDGEE)
def extend(work: Work, request: Extend) -> Any:
    """Never past the term of a right."""
    return _answer(pledges.extend(by_of(work), request.registration, request.debt_end))


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


@operation("registration.transfer", Text("债权转让", "Transfer the claim"), request=Transfer, roles=PLEDGEE)
def transfer(work: Work, request: Transfer) -> Any:
    """Rank and number stay."""
    to = {"name": request.name, "code": request.code}
    return _answer(pledges.transfer_claim(by_of(work), request.registration, to, request.basis))


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


@operation(
    "registration.release_part",
    Text("部分注销", "Release a part"),
    request=ReleasePart,
    roles=PLEDGEE,
    is_grave=True,
)
def release_part(work: Work, request: ReleasePart) -> Any:
    """Some rights, or some of the amount."""
    keys = [line.strip() for line in request.rights.splitlines() if line.strip()]
    return _answer(pledges.partially_discharge(by_of(work), request.registration, keys, request.claim_amount))


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


@operation(
    "registration.record_authority",
    Text("记载登记机关登记号", "Record the authority's number"),
    request=RecordAuthority,
    roles=REGISTRAR,
)
def record_authority(work: Work, request: RecordAuthority) -> Any:
    """Completes a mirror."""
    certificate = request.certificate
    if request.file is not None:
        subject = f"registration/{request.registration}"
        certificate = attach(work, request.file, subject, "certificate", work.actor.organisation).sha256
    return _answer(
        pledges.record_authority_number(
            by_of(work), request.registration, request.authority, request.authority_number, certificate, request.day
        )
    )


_ACTIONS = (
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
    action: Annotated[str, ask("事项", "What it orders", choices=_ACTIONS)]
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


@operation(
    "registration.court_order", Text("法院文书", "Court order"), request=CourtOrder, roles=REGISTRAR, is_grave=True
)
def court_order(work: Work, request: CourtOrder) -> Any:
    """Freezes, or lets go."""
    if request.action not in dict(_ACTIONS) or (request.registration is None) == (not request.right):
        raise refuse(
            "one_of_both",
            "registration",
            request.registration or "",
            Text("登记和权利须填一项，且只填一项", "give a registration or a right, one of the two"),
            Text("填一项，并选冻结或解除", "give one, and choose freeze or lift"),
        )
    by = by_of(work)
    if request.registration is not None:
        if request.action == "renew" or request.ends_on is not None:
            raise refuse(
                "for_a_right",
                "action",
                request.action,
                Text("登记的冻结没有期限，不能续行", "the freeze of a registration has no term to renew"),
                Text("续行和期限只用于权利", "Renewals and last days are for rights."),
            )
        action: orders.Action = "freeze" if request.action == "freeze" else "unfreeze"
        return _answer(orders.court_order_on_registration(by, request.registration, request.order, action))
    of_right: orders.RightAction = "unfreeze"
    if request.action in ("freeze", "renew"):
        of_right = "freeze" if request.action == "freeze" else "renew"
    return _answer(
        orders.court_order_on_right(
            by,
            request.right,
            request.order,
            of_right,
            request.lifts,
            ends_on=request.ends_on,
            purpose=request.purpose,
        )
    )


def _tables(work: Work, ticket: str) -> dict[str, Any]:
    """The tables of a TOML file that was submitted."""
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
