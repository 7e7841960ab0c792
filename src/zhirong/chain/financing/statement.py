"""Read a bank statement as banks export it: turn rows of a table into entries, and name every wrong row."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.chain.adapters.adapter import library
from zhirong.chain.adapters.columns import Columns, columns_of
from zhirong.chain.adapters.words import full_key, word_key
from zhirong.chain.financing.statement_rows import (
    NOTICES,
    Direction,
    RowReader,
    StatementRow,
    amount_of,
    heading_trap,
    plain,
)
from zhirong.kernel.errors import InputError, Problem, demand_few_problems
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.sheets import ROWS_BETWEEN, Cell, Row, nobody_looks, sheets_of
from zhirong.kernel.text import Text

__all__ = [
    "FIELD_TEXT",
    "HEADINGS",
    "MOST_LINES",
    "BankStatement",
    "Direction",
    "StatementRow",
    "read_parts",
    "read_statement",
]

MOST_LINES = 5_000
_HEADING_ROWS = 30  # rows in which the headings are searched: title, account and period may be above them
_FEWEST_FIELDS = 3  # a row with this many known headings is the row of headings
# The fields of a row in the order of the template, with their usual names.
FIELD_TEXT: Mapping[str, Text] = {
    "day": Text("日期", "date"),
    "posted": Text("记账日期", "posting date"),
    "reference": Text("流水号", "reference"),
    "direction": Text("收支", "direction"),
    "amount": Text("金额", "amount"),
    "paid_in": Text("收入金额", "money in"),
    "paid_out": Text("支出金额", "money out"),
    "counterparty": Text("对方户名", "counterparty"),
    "note": Text("摘要", "note"),
    "currency": Text("币种", "currency"),
    "state": Text("交易状态", "transaction status"),
    "balance": Text("余额", "balance"),
}
_TEMPLATE = ("day", "reference", "direction", "amount", "counterparty", "note")
# Known column headings of the template's fields. The first of each is used in the template.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    name: library("statements").common.columns[name][0] for name in _TEMPLATE
}
_PART = re.compile(r"\s*([^\s:,]+)[\s:,]+(\S.*?)\s*")
_FEWEST_PARTS = 2


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The content of a file: the readable entries, and the problems and oddities of the others.

    format: the recognised format. columns: heading to field, as used. not_used: unknown headings. passed_over: rows
    of totals and footers.
    """

    lines: tuple[StatementRow, ...]
    problems: tuple[Problem, ...]
    format: Text
    columns: Mapping[str, str]
    not_used: tuple[str, ...]
    passed_over: int

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Return the problems that prevent any import."""
        return tuple(problem for problem in self.problems if problem.code not in NOTICES)

    @property
    def notices(self) -> tuple[Problem, ...]:
        """Return the notes that do not prevent the import: rows omitted, repeats counted once, two days."""
        return tuple(problem for problem in self.problems if problem.code in NOTICES)


def read_statement(
    rows: Sequence[Row],
    today: date,
    corrections: Mapping[str, str] | None = None,
    *,
    most: int = MOST_LINES,
    seen: Callable[[int], None] = nobody_looks,
) -> BankStatement:
    """Read the entries of a table in any of the known formats. today: no entry may be later.

    corrections: heading to field, as the user set them. seen: called with the number of rows read so far, every
    ``ROWS_BETWEEN`` rows; an exception from it ends the reading. Raises InputError if the headings cannot be found,
    if receipts and payments cannot be distinguished, and for more than ``most`` rows.
    """
    known = library("statements")
    filled, columns = _headed(rows, corrections or {})
    titles, entries = filled
    _refuse_foreign_account(titles)
    _refuse_traps(columns)
    reader = RowReader(columns, known, today, signs=_signs_tell(columns))
    kept = [(number, cells) for number, cells in entries if not reader.is_total(cells)]
    head = [full_key(heading) for heading in columns.headings if heading]
    kept = [row for row in kept if not _says(row[1], head)]
    if len(kept) > most:
        raise _unusable(
            "file", str(len(kept)), Text(f"超过 {most} 行", f"more than {most} rows"), "请拆分为多个文件"
        )
    if _signs_tell(columns) and kept:
        _demand_signs(kept, columns)
    lines: list[StatementRow] = []
    for count, (number, cells) in enumerate(kept, 1):
        if count % ROWS_BETWEEN == 0:
            seen(count)
        if (line := reader.line(number, cells)) is not None:
            lines.append(line)
        demand_few_problems(reader.problems, number)
    single, again = _without_repeats(lines)
    problems = sorted((*reader.problems, *again), key=_row_of)
    not_used = tuple(place.heading for place in columns.not_used)
    return BankStatement(
        single, tuple(problems), columns.adapter.title, columns.named(), not_used, len(entries) - len(kept)
    )


def _headed(rows: Sequence[Row], corrections: Mapping[str, str]) -> tuple[tuple[list[Row], list[Row]], Columns]:
    """Return the rows above the headings, the rows below them, and the columns. Checks every sheet."""
    best: tuple[int, list[str], Columns] | None = None
    is_empty = True
    for sheet in sheets_of(rows):
        filled = [row for row in sheet if any(plain(cell) for cell in row[1])]
        is_empty = is_empty and not filled
        for at, (_, cells) in enumerate(filled[:_HEADING_ROWS]):
            columns = columns_of([plain(cell) for cell in cells], library("statements"), corrections)
            missing = _missing(columns)
            if not missing:
                return (filled[:at], filled[at + 1 :]), columns
            count = len([name for name in columns.places if name != "nothing"])
            if best is None or count > best[0]:
                best = (count, missing, columns)
    if is_empty or best is None:
        raise _unusable("file", "", Text("文件无内容", "the file is empty"))
    _, missing, columns = best
    raise InputError(_no_column(columns, name) for name in missing)


def _says(cells: Sequence[Cell], head: list[str]) -> bool:
    """Whether a row repeats the headings, as the next page of a statement does."""
    written = (full_key(text) for cell in cells if (text := plain(cell)))
    if next(written, "") != head[0]:  # an entry, which is nearly every row
        return False
    return list(written) == head[1:]


def _missing(columns: Columns) -> list[str]:
    """Return the fields that no column gives."""
    has = columns.places
    missing = [] if "day" in has or "posted" in has else ["day"]
    missing += [] if "reference" in has else ["reference"]
    if not ("paid_in" in has and "paid_out" in has):
        missing += [] if "amount" in has else ["amount"]
        # A format with one amount and no direction uses the sign.
        missing += [] if "direction" in has or "amount" in has else ["direction"]
    return missing + ([] if "counterparty" in has else ["counterparty"])


def _no_column(columns: Columns, name: str) -> Problem:
    names = library("statements").names(name)
    template = HEADINGS.get(name, names)
    return Problem(
        "headings",
        "、".join(heading for heading in columns.headings if heading),
        Text(f"缺少“{template[0]}”一栏", f"there is no column '{template[-1]}'"),
        Text(
            f"请指定对应栏目：{FIELD_TEXT[name].zh}，或把栏名改为：{'、'.join(names[:8])}",
            f"state which column is the {FIELD_TEXT[name].en}, or name it one of: {', '.join(names[:8])}",
        ),
        "no_column",
    )


def _signs_tell(columns: Columns) -> bool:
    has = columns.places
    return not ("paid_in" in has and "paid_out" in has) and "direction" not in has


def _demand_signs(rows: Sequence[Row], columns: Columns) -> None:
    """Raise InputError if receipts and payments cannot be distinguished: no direction, no amount below zero, and no
    balance that would show it.
    """
    at = columns.places["amount"][0].at
    written = [plain(cells[at]) for _, cells in rows if at < len(cells)]
    if any(words.startswith(("-", "+", "(")) or words.endswith("-") for words in written):
        return
    if "balance" in columns.places:
        place = columns.places["balance"][0].at
        pairs = [(amount_of(cells[at]), amount_of(cells[place])) for _, cells in rows if place < len(cells)]
        steps = list(zip(pairs, pairs[1:], strict=False))
        if steps and all(_rises(one, other) for one, other in steps):
            return
    raise InputError(
        [
            Problem(
                "headings",
                columns.places["amount"][0].heading,
                Text(
                    "无收支栏，金额也无负数，无法区分收入和支出",
                    "no direction column and no negative amounts",
                ),
                Text(
                    "请增加“收支”栏，或使用带正负号的导出文件",
                    "add a column 'direction', or export the amounts with signs",
                ),
                "no_direction",
            )
        ]
    )


def _rises(one: tuple[Fen | None, Fen | None], other: tuple[Fen | None, Fen | None]) -> bool:
    """Return whether the balance rises by the amount, in whichever order the statement lists its entries."""
    (amount, balance), (later_amount, later_balance) = one, other
    if amount is None or balance is None or later_amount is None or later_balance is None:
        return False
    return later_balance - balance == later_amount or balance - later_balance == amount


def _refuse_foreign_account(titles: Sequence[Row]) -> None:
    """Raise InputError if the rows above the headings say that the account is in another currency."""
    words = library("statements").common.words["currency"]
    for _, cells in titles:
        parts = [part for cell in cells for part in re.split(r"[::\s]+", plain(cell)) if part]
        for label, value in zip(parts, parts[1:], strict=False):
            if word_key(label) in ("币种", "货币", "currency") and words.get(word_key(value), "CNY") != "CNY":
                raise _unusable(
                    "file",
                    value,
                    Text("账户不是人民币账户", "the account is not in yuan"),
                    "请使用人民币账户的流水",
                )


def _refuse_traps(columns: Columns) -> None:
    words = library("statements").common.words
    problems = [
        Problem(
            "headings",
            place.heading,
            reason,
            Text("请以元为单位重新导出", "export the statement again in yuan"),
            "not_in_yuan",
        )
        for name in ("amount", "paid_in", "paid_out")
        for place in columns.places.get(name, ())
        if (reason := heading_trap(place.heading, words)) is not None
    ]
    if problems:
        raise InputError(problems)


def _row_of(problem: Problem) -> int:
    found = re.match(r"row\[(\d+)\]", problem.field)
    return int(found[1]) if found else 0


def reference_again(line: StatementRow, says: Iterable[object]) -> Problem:
    """Return the problem of a known reference that belongs to another entry. says: the data of that entry."""
    return _problem(
        line.row,
        "reference",
        line.reference,
        Text(
            f"该流水号已对应另一笔交易（{_shown(says)}）", f"this reference already belongs to another entry ({_shown(says)})"
        ),
        Text("请核对流水号；确为另一笔的，向银行索取正确的流水号", "check it, or ask the bank for the correct reference"),
        "reference_differs",
    )  # fmt: skip


def read_parts(words: str, amount: Fen) -> tuple[tuple[str, Fen], ...]:
    """Read how an entry is divided over loans: one loan per row, its number and its part in yuan. amount: of the
    entry, fen.

    Raises InputError with every row that cannot be read, for fewer than two loans, and if the parts do not sum
    exactly to the entry.
    """
    problems: list[Problem] = []
    parts: dict[str, Fen] = {}
    for at, row in enumerate(words.splitlines(), 1):
        if not row.strip():
            continue
        number, part = _read_part(at, unicodedata.normalize("NFKC", row), problems)
        if number in parts:
            problems.append(
                _part_problem(
                    at,
                    number,
                    Text("贷款编号重复", "duplicate loan"),
                    Text("请合并为一行", "merge the rows"),
                    "loan_twice",
                )
            )
        parts[number] = part
    total = sum(parts.values())
    if not problems and len(parts) < _FEWEST_PARTS:
        problems.append(
            Problem(
                "parts",
                words[:100],
                Text("少于两笔贷款", "fewer than two loans"),
                Text("仅归还一笔的，请使用“匹配到贷款”", "for a single loan, use 'Match to a loan'"),
                "one_loan_only",
            )
        )
    elif not problems and total != amount:
        problems.append(
            Problem(
                "parts",
                show_yuan(total),
                Text(
                    f"各笔合计 {show_yuan(total)} 元，流水金额 {show_yuan(amount)} 元，相差 {show_yuan(abs(total - amount))} 元",
                    f"the parts total CNY {show_yuan(total)}, but the entry is CNY {show_yuan(amount)}; the"
                    f" difference is CNY {show_yuan(abs(total - amount))}",
                ),
                Text("请调整金额，使合计与流水一致", "correct the amounts so that the total equals the bank entry"),
                "not_the_amount",
            )
        )
    if problems:
        raise InputError(problems)
    return tuple(parts.items())


def _read_part(at: int, row: str, problems: list[Problem]) -> tuple[str, Fen]:
    """Return the loan's number, in capitals, and its part: 0 if that cannot be read."""
    match = _PART.fullmatch(row)
    number = (row.strip() if match is None else match[1]).upper()
    part = None if match is None else amount_of(match[2])
    if match is None:
        reason, hint = (
            Text("未填写金额", "the amount is missing"),
            Text("请按此格式填写：贷款编号 空格 金额（元）", "enter: loan number, space, amount in yuan"),
        )
        problems.append(_part_problem(at, row.strip(), reason, hint, "no_amount"))
    elif part is None or part <= 0:
        reason = Text("金额须大于零，且精确到分", "must be an amount above zero with at most two decimals")
        problems.append(
            _part_problem(at, match[2], reason, Text("请填写为 600,000.00", "write 600,000.00"), "not_an_amount")
        )
    return number, part or 0


def _part_problem(at: int, value: str, reason: Text, hint: Text, code: str) -> Problem:
    return Problem(f"parts.{at}", value, reason, hint, code)


def _shown(says: Iterable[object]) -> str:
    return "，".join(show_yuan(one) if isinstance(one, int) else str(one) for one in says)


def _without_repeats(lines: Sequence[StatementRow]) -> tuple[tuple[StatementRow, ...], tuple[Problem, ...]]:
    """Count a repeated entry once and name it; two different entries of one reference are a problem."""
    first: dict[str, StatementRow] = {}
    problems = []
    for line in lines:
        known = first.setdefault(line.reference, line)
        if known is line:
            continue
        balances = {one.balance for one in (known, line) if one.balance is not None}
        if known.says() != line.says() or len(balances) > 1:
            problems.append(reference_again(line, known.says()))
        else:
            problems.append(
                Problem(
                    f"row[{line.row}].{FIELD_TEXT['reference'].zh}",
                    line.reference,
                    Text(
                        f"与第 {known.row} 行是同一笔（流水号、日期、金额、户名都相同），只计一次",
                        f"duplicate of row {known.row} (reference, day, amount, name); it counts once",
                    ),
                    Text(
                        "确为两笔的，请向银行索取各自的流水号",
                        "if these are two entries, ask the bank for both references",
                    ),
                    "line_again",
                )
            )
    return tuple(first.values()), tuple(problems)


def _problem(row: int, field: str, value: str, reason: Text, hint: Text, code: str) -> Problem:
    return Problem(f"row[{row}].{HEADINGS[field][0]}", value, reason, hint, code)


def _unusable(field: str, value: str, reason: Text, hint: str = "") -> InputError:
    shown = (
        Text(hint, "split the file, or use another one")
        if hint
        else Text("请用模板重新导出", "export it again with the template")
    )
    return InputError([Problem(field, value, reason, shown, "unusable_statement")])
