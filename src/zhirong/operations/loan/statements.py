"""Bank statements: imported completely or not at all, each entry once. The platform proposes the loan of an entry;
a person decides.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.financing.statement import (
    FIELD_TEXT,
    HEADINGS,
    BankStatement,
    StatementRow,
    read_statement,
    reference_again,
)
from zhirong.chain.loan.states import DIRECTION_WORDS, LINE_WORDS, Direction, LineState, LoanState, PaymentKind
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.platform.states import ImportKind
from zhirong.documents.file_limits import RecordsClock
from zhirong.documents.tables import read_rows
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.columns import COLUMNS_HELP, corrections_for, keep_corrections
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Formed, Request, Words, ask
from zhirong.operations.imports import MOST_ROWS, Found, Importer, begin, importer, is_long, is_long_table
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach, bytes_of, redeem
from zhirong.store.financing import Loan, StatementLine
from zhirong.store.names import name_key
from zhirong.store.work import FileImport

CASHIERS = (MemberRole.LENDER_CASHIER, MemberRole.LENDER_MANAGER)
_LIKE_A_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{5,31}")
_MOST_PROPOSALS = 20
_KIND = ImportKind.STATEMENTS


class Import(Request):
    """A file of one account, and whether this is a dry run."""

    file: Annotated[
        Ticket,
        ask(
            "流水文件",
            "Statement",
            "银行导出的 Excel 或 CSV 原始文件",
            "the original Excel or CSV file exported by the bank",
            widget="file",
        ),
    ]
    account_number: Annotated[
        str,
        Formed(
            "^[0-9A-Za-z -]{4,40}$",
            Text("填写 4 至 40 位数字或字母", "enter 4 to 40 digits or letters"),
        ),
        ask("账号", "Account", "流水所属的本行账号", "the bank's account of this statement"),
    ]
    dry_run: Annotated[bool, ask("仅试读，不导入", "Preview only, do not import")] = False
    columns: Annotated[
        str, Field(max_length=20_000), ask("栏目含义", "Column meanings", *COLUMNS_HELP, widget="area")
    ] = ""
    keep_columns: Annotated[
        bool, ask("以后的流水也按此对应", "Use these meanings for future statements", widget="flag")
    ] = False


_FIELDS = {name: (words.zh, words.en, *HEADINGS.get(name, ())) for name, words in FIELD_TEXT.items()}


def _read(call: Call, request: Import) -> tuple[BankStatement | None, dict[str, str]]:
    """Read the statement and the meanings of its columns before the write lock is taken. Returns no statement if it
    is so long that the background reads it.
    """
    upload = redeem(call.actor, request.file)
    corrections = corrections_for(call.actor, _KIND, request.columns, _FIELDS)
    content, day = bytes_of(upload), day_of(call.now)
    if is_long(content, _KIND, day):
        return None, corrections
    rows = read_rows(content, upload.name)
    if is_long_table(rows, _KIND, day):
        return None, corrections
    return read_statement(rows, day, corrections, seen=RecordsClock(upload.name)), corrections


@operation(
    "statement.import",
    Text("导入银行流水", "Import a statement"),
    roles=CASHIERS,
    request=Import,
    prepare=_read,
    takes_files=True,
    page="loan.statements",
    help=Text(
        "逐行核对后整份导入；任一行有误则全部不导入。流水号相同的视为同一笔，不重复导入。外币及未成交的交易不导入，另行列出。行数较多的文件在后台读取，完成后由您确认。",
        "Every row is checked; if one row is wrong, nothing is imported. Entries with a known reference are not imported again. Entries in other currencies and failed transactions are listed but not imported. Long files are read in the background and wait for your confirmation.",
    ),
)
def import_statement(work: Work, request: Import) -> Any:
    """Import every new entry. If any row is wrong, raises InputError with all of them and stores nothing."""
    statement, corrections = work.prepared
    account = request.account_number.replace(" ", "").upper()
    if statement is None:
        if request.keep_columns:
            keep_corrections(work, _KIND, corrections)
        asked = {"account_number": account, "columns": corrections}
        return begin(work, _KIND, request.file, f"statement/{account}", asked)
    new, known, problems = _compare(work.actor, account, statement)
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
        rows = [_row_json(line, "new") for line in new] + [_row_json(line, "known") for line in known]
        rows.sort(key=lambda row: row["row"])
        return {**report, "rows": rows, "problems": [one.as_json() for one in problems]}
    if problems:
        raise InputError(problems)
    if request.keep_columns:
        keep_corrections(work, _KIND, corrections)
    file = attach(work, request.file, f"statement/{account}", "statement", work.actor.organisation)
    for line in new:
        _keep_line(work, work.actor.organisation, file.pk, account, line)
    return report


def _row_json(line: StatementRow, state: str) -> dict[str, Any]:
    return {
        "row": line.row,
        "state": state,
        "day": line.day.isoformat(),
        "reference": line.reference,
        "direction": line.direction,
        "amount": yuan(line.amount),
        "counterparty": line.counterparty,
        "note": line.note,
    }


def _keep_line(work: Work, organisation: int, file: int, account: str, line: StatementRow) -> None:
    work.create(
        StatementLine,
        organisation_id=organisation,
        file_id=file,
        account_number=account,
        reference=line.reference,
        day=line.day,
        direction=line.direction,
        amount=line.amount,
        counterparty=line.counterparty,
        note=line.note,
        state=LineState.OPEN,
    )


# -- long statements, in the background ---------------------------------------------------------------------------


def _read_long(row: FileImport, content: bytes, day: date, so_far: Callable[[int, int], None]) -> Found:
    rows = read_rows(content, row.file.name)
    total = max(map(len, rows.sheets()))
    clock = RecordsClock(row.file.name, lambda count: so_far(count, total), is_long=True)
    statement = read_statement(rows, day, row.request["columns"], most=MOST_ROWS, seen=clock)
    about = {
        "format": statement.format.as_json(),
        "columns": dict(statement.columns),
        "not_used": list(statement.not_used),
        "passed_over": statement.passed_over,
    }
    return Found(_records(statement.lines), len(statement.lines), statement.blocking, statement.notices, about)


def _records(lines: Sequence[StatementRow]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "row": line.row,
            "reference": line.reference,
            "day": line.day.isoformat(),
            "direction": str(line.direction),
            "amount": line.amount,
            "counterparty": line.counterparty,
            "note": line.note,
        }


def _line_of(record: Mapping[str, Any]) -> StatementRow:
    return StatementRow(
        row=record["row"],
        day=date.fromisoformat(record["day"]),
        reference=record["reference"],
        direction=record["direction"],
        amount=record["amount"],
        counterparty=record["counterparty"],
        note=record["note"],
    )


def _compare_long(
    row: FileImport, records: Sequence[dict[str, Any]], day: date, rules: Rulebook
) -> list[dict[str, Any]]:
    """Return which entries are new, which are known, and which contradict a known entry with the same reference."""
    kept = _kept_lines(row.organisation_id, row.request["account_number"], [one["reference"] for one in records])
    compared = []
    for record in records:
        line, known = _line_of(record), kept.get(record["reference"])
        outcome = "new" if known is None else "same" if _says(known) == line.says() else "wrong"
        problems = [] if known is None or outcome != "wrong" else [reference_again(line, _says(known)).as_json()]
        title = f"{line.day} {line.counterparty}"
        compared.append({**record, "outcome": outcome, "title": title, "changes": [], "problems": problems})
    return compared


def _keep_long(work: Work, row: FileImport, compared: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Store the entries that are still new; those imported in another way in the meantime are left alone."""
    account = row.request["account_number"]
    kept = _kept_lines(row.organisation_id, account, [one["reference"] for one in compared])
    counts = {"new": 0, "changed": 0, "same": 0, "left": 0}
    left = []
    for record in compared:
        line, known = _line_of(record), kept.get(record["reference"])
        if known is not None:
            is_same = _says(known) == line.says()
            counts["same" if is_same else "left"] += 1
            left += [] if is_same else [line.row]
            continue
        _keep_line(work, row.organisation_id, row.file_id, account, line)
        counts["new"] += 1
    return {"counts": counts, "left": left}


importer(
    Importer(
        _KIND, Text("银行流水", "bank statement"), CASHIERS, "loan.statements", _read_long, _compare_long, _keep_long
    )
)  # fmt: skip


def _says(row: StatementLine) -> tuple[Any, ...]:
    return (row.day, row.direction, row.amount, row.counterparty)


def _kept_lines(organisation: int, account: str, references: Sequence[str]) -> dict[str, StatementLine]:
    """Return the stored entries of an account by reference."""
    found = StatementLine.objects.filter(organisation_id=organisation, account_number=account)
    found = found.filter(reference__in=references)
    return {row.reference: row for row in found.only("reference", "day", "direction", "amount", "counterparty")}


def _compare(
    actor: Actor, account: str, statement: BankStatement
) -> tuple[list[StatementRow], list[StatementRow], list[Any]]:
    """Return new, known and wrong entries."""
    kept = _kept_lines(actor.organisation, account, [line.reference for line in statement.lines])
    new, known, problems = [], [], list(statement.blocking)
    for line in statement.lines:
        row = kept.get(line.reference)
        if row is None:
            new.append(line)
        elif _says(row) == line.says():
            known.append(line)
        else:
            problems.append(reference_again(line, _says(row)))
    return new, known, problems


class Ignore(Request):
    """The reason why the entry belongs to no loan."""

    reason: Annotated[Words, Field(max_length=200), ask("理由", "Reason")]


@operation(
    "line.ignore",
    Text("与贷款无关", "Not related to a loan"),
    model=StatementLine,
    roles=CASHIERS,
    states=(LineState.OPEN,),
    request=Ignore,
    page="loan.line",
    is_bulk=True,
)
def ignore(work: Work, request: Ignore) -> Any:
    """Mark the entry as not related to a loan; it can be reopened."""
    work.update(work.row, state=LineState.IGNORED, reason=request.reason)


@operation(
    "line.reopen",
    Text("重新匹配", "Match again"),
    model=StatementLine,
    roles=CASHIERS,
    states=(LineState.IGNORED,),
    page="loan.line",
    is_bulk=True,
)
def reopen(work: Work, request: Any) -> Any:
    """Reopen an ignored entry."""
    work.update(work.row, state=LineState.OPEN, reason="")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A loan that an entry may belong to, and why; the likeliest comes first. kind: of the proposed payment."""

    loan: Loan
    kind: PaymentKind
    reasons: tuple[Text, ...]


def proposals(line: StatementLine) -> list[Proposal]:
    """Return the loans that an entry may belong to: by the loan number in the note, the firm's name, the amount."""
    return proposals_for([line])[line.pk]


def proposals_for(lines: Sequence[StatementLine]) -> dict[int, list[Proposal]]:
    """Return the proposals of several entries of one bank, by entry, with one query."""
    if not lines:
        return {}
    wanted = Q()
    for line in lines:
        numbers, key = _numbers_in(line), name_key(line.counterparty)
        wanted |= Q(number__in=numbers) | Q(firm__name_key=key)
        wanted |= Q(next_due=line.amount) | Q(overdue=line.amount) | Q(principal=line.amount)
    found = (
        Loan.objects.filter(lender_id=lines[0].organisation_id, state__in=[LoanState.WAITING, LoanState.STANDING])
        .filter(wanted)
        .select_related("firm")
        .order_by("pk")[: _MOST_PROPOSALS * len(lines)]
    )
    loans = list(found)
    return {line.pk: _proposals_among(line, loans) for line in lines}


def _numbers_in(line: StatementLine) -> set[str]:
    return set(_LIKE_A_NUMBER.findall(line.note.upper()))


def _proposals_among(line: StatementLine, loans: Sequence[Loan]) -> list[Proposal]:
    numbers, key = _numbers_in(line), name_key(line.counterparty)
    listed = []
    for loan in loans:
        if line.direction == Direction.IN and loan.state != LoanState.STANDING:
            continue
        kind = _kind_for(loan, line)
        reasons = _reasons(line, loan, key, numbers, kind)
        if reasons:
            listed.append(Proposal(loan, kind, tuple(reasons)))
    return sorted(listed, key=lambda one: -len(one.reasons))[:_MOST_PROPOSALS]


def _kind_for(loan: Loan, line: StatementLine) -> PaymentKind:
    """Return the kind of payment for a loan: incoming money repays it; outgoing money disburses it, or is a refund
    if it is already disbursed.
    """
    if line.direction == Direction.IN:
        return PaymentKind.REPAYMENT
    return PaymentKind.DISBURSEMENT if loan.state == LoanState.WAITING else PaymentKind.REFUND


def _reasons(line: StatementLine, loan: Loan, key: str, numbers: set[str], kind: PaymentKind) -> list[Text]:
    reasons = []
    if loan.number.upper() in numbers:
        reasons.append(Text("摘要含贷款编号", "the note contains the loan number"))
    if loan.firm.name_key == key:
        reasons.append(Text("户名与借款人一致", "the name matches the borrower"))
    if kind == PaymentKind.DISBURSEMENT and loan.principal == line.amount:
        reasons.append(Text("金额等于贷款本金", "the amount equals the principal"))
    if kind == PaymentKind.REPAYMENT and line.amount in (loan.next_due, loan.overdue):
        reasons.append(Text("金额等于应还金额", "the amount equals the amount due"))
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
            Column("direction", Text("收支", "Direction"), lambda row: DIRECTION_WORDS[row.direction]),
            Column("amount", Text("金额（元）", "Amount (yuan)"), lambda row: row.amount, "money", main=True, is_exact=True),
            Column("counterparty", Text("对方户名", "Counterparty"), lambda row: row.counterparty),
            Column("note", Text("摘要", "Note"), lambda row: row.note),
            Column("account", Text("账号", "Account"), lambda row: row.account_number),
            Column("state", Text("状态", "State"), lambda row: LINE_WORDS[row.state], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(LINE_WORDS.items())),
            Filter("direction", Text("收支", "Direction"), lambda way: Q(direction=way), tuple(DIRECTION_WORDS.items())),
            Filter("words", Text("户名或流水号", "Name or reference"), _typed),
        ),
        roles=(*CASHIERS, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
        page="loan.line",
        empty=Text("暂无流水；请从银行下载后在此导入", "No entries yet. Download a statement from the bank and import it here."),
    )
)  # fmt: skip
