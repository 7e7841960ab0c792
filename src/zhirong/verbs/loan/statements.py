"""Bank statements: imported whole or not at all, each entry once; which loan a line belongs to is proposed, never decided."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.financing.statement import (
    FIELD_TEXT,
    HEADINGS,
    Line,
    Statement,
    read_statement,
    reference_again,
)
from zhirong.documents.tables import read_rows
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.store.financing import Loan, StatementLine
from zhirong.store.names import name_key
from zhirong.verbs.acting import Call, Work, operation
from zhirong.verbs.columns import COLUMNS_HELP, corrections_for, keep_corrections
from zhirong.verbs.lender.release import STANDING, WAITING
from zhirong.verbs.listing import Column, Filter, Listing, listing
from zhirong.verbs.people import Duty, Person
from zhirong.verbs.requests import Formed, Request, Words, ask
from zhirong.verbs.uploads import Ticket, attach, bytes_of, redeem

LINE_WORDS = {
    "open": Text("待匹配", "open"),
    "matched": Text("待确认", "matched, to be confirmed"),
    "confirmed": Text("已确认", "confirmed"),
    "ignored": Text("不属于贷款", "not of a loan"),
}
DIRECTION_WORDS = {"in": Text("收入", "in"), "out": Text("支出", "out")}
CASHIERS = (Duty.LENDER_CASHIER, Duty.LENDER_MANAGER)
_LIKE_A_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{5,31}")
_MOST_PROPOSALS = 20
_KIND = "statements"


class Import(Request):
    """A file of one account, and whether it is only tried."""

    file: Annotated[
        Ticket,
        ask(
            "流水文件",
            "Statement",
            "银行导出的 Excel 或 CSV，原样上传",
            "Excel or CSV, as the bank exports it",
            widget="file",
        ),
    ]
    account_number: Annotated[
        str,
        Formed(
            "^[0-9A-Za-z -]{4,40}$",
            Text("写 4 至 40 位数字或字母", "give 4 to 40 digits or letters"),
        ),
        ask("账号", "Account", "这份流水所属的本行账号", "whose statement it is"),
    ]
    dry_run: Annotated[bool, ask("只试读，不导入", "Try only")] = False
    columns: Annotated[
        str, Field(max_length=20_000), ask("栏目含义", "Meaning of columns", *COLUMNS_HELP, widget="area")
    ] = ""
    keep_columns: Annotated[
        bool, ask("以后的流水也按此对应", "Keep these meanings for later statements", widget="flag")
    ] = False


_FIELDS = {name: (words.zh, words.en, *HEADINGS.get(name, ())) for name, words in FIELD_TEXT.items()}


def _read(call: Call, request: Import) -> tuple[Statement, dict[str, str]]:
    """The statement and what its columns mean, read before the only writer is held up."""
    upload = redeem(call.person, request.file)
    corrections = corrections_for(call.person, _KIND, request.columns, _FIELDS)
    rows = read_rows(bytes_of(upload), upload.name)
    return read_statement(rows, day_of(call.now), corrections), corrections


@operation(
    "statement.import",
    Text("导入银行流水", "Import a statement"),
    duties=CASHIERS,
    request=Import,
    prepare=_read,
    page="loan.statements",
    help=Text(
        "逐行核对后整份导入；有一行不对就都不导入。流水号重复的认作同一笔，不会重复导入。外币、未成交的交易不导入，并列出。",
        "Every row is checked; one wrong row and none is imported. A reference that is known already is the same entry. "
        "Entries in another currency and those not carried out are left out and listed.",
    ),
)
def import_statement(work: Work, request: Import) -> Any:
    """Import every line that is new. Raises InputError with every row that is wrong; then nothing is kept."""
    statement, corrections = work.prepared
    account = request.account_number.replace(" ", "").upper()
    new, known, problems = _compare(work.person, account, statement)
    report = {
        "new": len(new),
        "known": len(known),
        "wrong": len({one.field.split(".")[0] for one in problems}),
        "format": statement.format.as_json(),
        "columns": dict(statement.columns),
        "not_used": list(statement.not_used),
        "passed_over": statement.passed_over,
        "notices": [one.as_json() for one in statement.notices],
    }
    if request.dry_run:
        rows = [{"row": line.row, "state": "new"} for line in new] + [
            {"row": line.row, "state": "known"} for line in known
        ]
        return {**report, "rows": rows, "problems": [one.as_json() for one in problems]}
    if problems:
        raise InputError(problems)
    if request.keep_columns:
        keep_corrections(work, _KIND, corrections)
    file = attach(work, request.file, f"statement/{account}", "statement", work.person.organisation)
    for line in new:
        work.create(
            StatementLine,
            organisation_id=work.person.organisation,
            file=file,
            account_number=account,
            reference=line.reference,
            day=line.day,
            direction=line.direction,
            amount=line.amount,
            counterparty=line.counterparty,
            note=line.note,
            state="open",
        )
    return report


def _compare(person: Person, account: str, statement: Statement) -> tuple[list[Line], list[Line], list[Any]]:
    """What is new, what is known already, and what is wrong."""
    kept = {
        row.reference: row
        for row in StatementLine.objects.filter(organisation_id=person.organisation, account_number=account)
        .filter(reference__in=[line.reference for line in statement.lines])
        .only("reference", "day", "direction", "amount", "counterparty")
    }
    new, known, problems = [], [], list(statement.blocking)
    for line in statement.lines:
        row = kept.get(line.reference)
        if row is None:
            new.append(line)
        elif (row.day, row.direction, row.amount, row.counterparty) == line.says():
            known.append(line)
        else:
            problems.append(reference_again(line, (row.day, row.direction, row.amount, row.counterparty)))
    return new, known, problems


class Ignore(Request):
    """Why it is none of the loans'."""

    reason: Annotated[Words, Field(max_length=200), ask("理由", "Reason")]


@operation(
    "line.ignore",
    Text("与贷款无关", "Not of a loan"),
    model=StatementLine,
    duties=CASHIERS,
    states=("open",),
    request=Ignore,
    page="loan.line",
)
def ignore(work: Work, request: Ignore) -> Any:
    """Leave the line alone; it can be taken up again."""
    work.update(work.row, state="ignored", reason=request.reason)


@operation(
    "line.reopen",
    Text("重新匹配", "Take it up again"),
    model=StatementLine,
    duties=CASHIERS,
    states=("ignored",),
    page="loan.line",
)
def reopen(work: Work, request: Any) -> Any:
    """A line that was ignored is open again."""
    work.update(work.row, state="open", reason="")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A loan that a line may belong to, and why, the likeliest first. kind: of the payment it would be."""

    loan: Loan
    kind: str
    reasons: tuple[Text, ...]


def proposals(line: StatementLine) -> list[Proposal]:
    """Loans that a line may belong to: by the loan's number in the note, the firm's name, the amount."""
    is_in = line.direction == "in"
    key = name_key(line.counterparty)
    numbers = set(_LIKE_A_NUMBER.findall(line.note.upper()))
    by_amount = Q(next_due=line.amount) | Q(overdue=line.amount) if is_in else Q(principal=line.amount)
    states = [STANDING] if is_in else [WAITING, STANDING]
    found = (
        Loan.objects.filter(lender_id=line.organisation_id, state__in=states)
        .filter(Q(number__in=numbers) | Q(firm__name_key=key) | by_amount)
        .select_related("firm")
        .order_by("pk")[:_MOST_PROPOSALS]
    )
    listed = []
    for loan in found:
        kind = "repayment" if is_in else "release" if loan.state == WAITING else "refund"
        reasons = _reasons(line, loan, key, numbers, kind)
        if reasons:
            listed.append(Proposal(loan, kind, tuple(reasons)))
    return sorted(listed, key=lambda one: -len(one.reasons))


def _reasons(line: StatementLine, loan: Loan, key: str, numbers: set[str], kind: str) -> list[Text]:
    reasons = []
    if loan.number.upper() in numbers:
        reasons.append(Text("摘要里有贷款编号", "the note names the loan"))
    if loan.firm.name_key == key:
        reasons.append(Text("户名与借款人一致", "the name is the borrower's"))
    if kind == "release" and loan.principal == line.amount:
        reasons.append(Text("金额等于贷款本金", "the amount is the principal"))
    if kind == "repayment" and line.amount in (loan.next_due, loan.overdue):
        reasons.append(Text("金额等于应还金额", "the amount is what is due"))
    return reasons


def _typed(words: str) -> Q:
    return Q(counterparty__contains=words) | Q(reference=words)


listing(
    Listing(
        "loan.lines",
        Text("银行流水", "Bank statements"),
        StatementLine,
        (
            Column("reference", Text("流水号", "Reference"), lambda row: row.reference, main=True),
            Column("day", Text("日期", "Date"), lambda row: row.day, "day", "day", main=True),
            Column("direction", Text("收支", "In or out"), lambda row: DIRECTION_WORDS[row.direction]),
            Column("amount", Text("金额（元）", "Amount (yuan)"), lambda row: row.amount, "money", main=True),
            Column("counterparty", Text("对方户名", "Counterparty"), lambda row: row.counterparty),
            Column("note", Text("摘要", "Note"), lambda row: row.note),
            Column("account", Text("账号", "Account"), lambda row: row.account_number),
            Column("state", Text("状态", "State"), lambda row: LINE_WORDS[row.state], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(LINE_WORDS.items())),
            Filter("direction", Text("收支", "In or out"), lambda way: Q(direction=way), tuple(DIRECTION_WORDS.items())),
            Filter("words", Text("户名或流水号", "Name or reference"), _typed),
        ),
        duties=(*CASHIERS, Duty.LENDER_OFFICER, Duty.LENDER_REVIEWER),
        page="loan.line",
        empty=Text("还没有流水；从银行下载后在这里导入", "none yet; download a statement from the bank and import it here"),
    )
)  # fmt: skip
