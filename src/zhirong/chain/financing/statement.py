"""A bank statement as people export it: rows of a table to lines of money that moved, every wrong row named."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import MOST_AMOUNT, Fen, MoneyError, parse_yuan, show_yuan
from zhirong.kernel.text import Text

Direction = Literal["in", "out"]
MOST_LINES = 5_000
LONGEST_REFERENCE = 80
EARLIEST = date(1900, 1, 1)
_FINEST = Decimal("0.01")
# Column headings that are understood, by field. The first of each is what the template says.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "day": ("日期", "交易日期", "记账日期", "date"),
    "reference": ("流水号", "交易流水号", "参考号", "reference"),
    "direction": ("收支", "借贷", "收支标志", "direction"),
    "amount": ("金额", "交易金额", "金额（元）", "amount"),
    "counterparty": ("对方户名", "对方名称", "counterparty"),
    "note": ("摘要", "附言", "用途", "note"),
}
_MUST = ("day", "reference", "direction", "amount", "counterparty")
# To the account's owner, money that comes in is a credit of its bank.
_DIRECTIONS: Mapping[str, Direction] = {
    **dict.fromkeys(("收", "收入", "贷", "贷方", "in", "credit"), "in"),
    **dict.fromkeys(("支", "支出", "借", "借方", "out", "debit"), "out"),
}
_PART = re.compile(r"\s*([^\s:,]+)[\s:,]+(\S.*?)\s*")
_FEWEST_PARTS = 2
_DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:\D.*)?")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a statement. row: where it stands in the file. reference: the bank's own number of it."""

    row: int
    day: date
    reference: str
    direction: Direction
    amount: Fen
    counterparty: str
    note: str

    def says(self) -> tuple[object, ...]:
        """What must be the same for two entries to be one."""
        return (self.day, self.direction, self.amount, self.counterparty)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says: the lines that can be read, and what is wrong with the others."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


def read_statement(rows: Sequence[tuple[int, Sequence[Any]]], today: date) -> Statement:
    """The lines of a table whose first row with words holds the headings. today: no line may be later.

    Raises InputError where the headings cannot be found, and for more than ``MOST_LINES`` rows.
    """
    filled = [(number, cells) for number, cells in rows if any(_words(cell) for cell in cells)]
    if not filled:
        raise _unusable("file", "", Text("没有任何内容", "there is nothing in it"))
    places = _places(filled[0][1])
    if len(filled) - 1 > MOST_LINES:
        raise _unusable(
            "file",
            str(len(filled) - 1),
            Text(f"超过 {MOST_LINES} 行", f"more than {MOST_LINES} rows"),
        )
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, cells in filled[1:]:
        line = _read_line(number, cells, places, today, problems)
        if line is not None:
            lines.append(line)
    kept, twice = _without_repeats(lines)
    return Statement(kept, (*problems, *twice))


def reference_again(line: Line, says: Iterable[object]) -> Problem:
    """A reference that is known already and says something else there. says: what is known of it."""
    return _problem(
        line.row,
        "reference",
        line.reference,
        Text(
            f"这个流水号已有一笔不同的交易（{_shown(says)}）", f"this reference is known for another entry ({_shown(says)})"
        ),
        Text("核对流水号；确是另一笔的，向银行索取正确的流水号", "check it; ask the bank for the right number"),
        "reference_differs",
    )  # fmt: skip


def read_parts(words: str, amount: Fen) -> tuple[tuple[str, Fen], ...]:
    """How a line is divided over loans: one loan a row, its number and its part in yuan. amount: of the line, fen.

    Raises InputError with every row that cannot be read, for fewer than two loans, and where the parts are not exactly
    the line.
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
                    Text("这笔贷款写了两次", "this loan stands here twice"),
                    Text("合成一行", "make it one row"),
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
                Text("不到两笔贷款", "fewer than two loans"),
                Text("只还一笔的，用“匹配到贷款”", "for one loan alone, match the line to it"),
                "one_loan_only",
            )
        )
    elif not problems and total != amount:
        problems.append(
            Problem(
                "parts",
                show_yuan(total),
                Text(
                    f"各笔合计 {show_yuan(total)} 元，流水是 {show_yuan(amount)} 元，相差 {show_yuan(abs(total - amount))} 元",
                    f"the parts make {show_yuan(total)} yuan, the line is {show_yuan(amount)}: {show_yuan(abs(total - amount))} apart",
                ),
                Text("改到合计与流水完全相等", "change them until they make exactly the line"),
                "not_the_amount",
            )
        )
    if problems:
        raise InputError(problems)
    return tuple(parts.items())


def _read_part(at: int, row: str, problems: list[Problem]) -> tuple[str, Fen]:
    """The loan's number, in capitals, and its part: 0 where that cannot be read."""
    match = _PART.fullmatch(row)
    number = (row.strip() if match is None else match[1]).upper()
    part = None if match is None else _amount(match[2])
    if match is None:
        reason, mend = (
            Text("没有金额", "there is no amount"),
            Text("写成：贷款编号 空格 金额（元）", "write: number of the loan, a space, yuan"),
        )
        problems.append(_part_problem(at, row.strip(), reason, mend, "no_amount"))
    elif part is None or part <= 0:
        reason = Text("不是大于零、精确到分的金额", "not an amount of more than nothing, to the fen")
        problems.append(
            _part_problem(at, match[2], reason, Text("写成 600,000.00", "write 600,000.00"), "not_an_amount")
        )
    return number, part or 0


def _part_problem(at: int, value: str, reason: Text, mend: Text, code: str) -> Problem:
    return Problem(f"parts.{at}", value, reason, mend, code)


def _shown(says: Iterable[object]) -> str:
    return "，".join(show_yuan(one) if isinstance(one, int) else str(one) for one in says)


def _places(head: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        words = _words(cell).lower()
        for field, names in HEADINGS.items():
            if words in names and field not in found:
                found[field] = at
    missing = [field for field in _MUST if field not in found]
    if missing:
        raise InputError(
            Problem(
                "headings",
                "、".join(_words(cell) for cell in head if _words(cell)),
                Text(f"没有“{HEADINGS[field][0]}”一栏", f"there is no column “{HEADINGS[field][-1]}”"),
                Text(f"用模板，或把栏名改为：{'、'.join(HEADINGS[field])}", f"use the template, or name it {', '.join(HEADINGS[field])}"),
                "no_column",
            )
            for field in missing
        )  # fmt: skip
    return found


def _read_line(
    number: int, cells: Sequence[Any], places: Mapping[str, int], today: date, problems: list[Problem]
) -> Line | None:
    before = len(problems)
    given = {field: cells[at] if at < len(cells) else None for field, at in places.items()}
    day = _day(given["day"])
    if day is None or not EARLIEST <= day <= today:
        reason = (
            Text("不是日期", "not a date")
            if day is None
            else Text("晚于今天", "later than today")
            if day > today
            else Text(f"早于 {EARLIEST}", f"before {EARLIEST}")
        )
        mend = Text("写成 2026-11-25，不晚于今天", "write 2026-11-25, not later than today")
        problems.append(_problem(number, "day", _words(given["day"]), reason, mend, "bad_day"))
    reference = _words(given["reference"])
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        reason = Text("没有流水号，或超过 80 个字符", "no reference, or longer than 80 characters")
        mend = Text("填银行给这笔交易的流水号", "give the bank's own number of the entry")
        problems.append(_problem(number, "reference", reference, reason, mend, "bad_reference"))
    direction = _DIRECTIONS.get(_words(given["direction"]).lower())
    if direction is None:
        reason = Text("看不出是收入还是支出", "neither in nor out")
        mend = Text("填“收入”或“支出”", "write in or out")
        problems.append(_problem(number, "direction", _words(given["direction"]), reason, mend, "bad_direction"))
    amount = _amount(given["amount"])
    if amount is None or not 0 < amount <= MOST_AMOUNT:
        reason = (
            Text("不是大于零、精确到分的金额", "not an amount of more than nothing, to the fen")
            if amount is None or amount <= 0
            else Text(f"超过 {show_yuan(MOST_AMOUNT)} 元", f"more than {show_yuan(MOST_AMOUNT)} yuan")
        )
        mend = Text("写成 2,000,000.00；方向写在收支栏", "write 2,000,000.00; say in or out in its own column")
        problems.append(_problem(number, "amount", _words(given["amount"]), reason, mend, "bad_amount"))
    counterparty = _words(given["counterparty"])[:300]
    if not counterparty:
        reason, mend = Text("没有对方户名", "no counterparty"), Text("补上", "give it")
        problems.append(_problem(number, "counterparty", "", reason, mend, "no_counterparty"))
    if len(problems) > before or day is None or direction is None or amount is None:
        return None
    return Line(number, day, reference, direction, amount, counterparty, _words(given.get("note"))[:300])


def _without_repeats(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    """The same entry written twice counts once; two entries of one reference are a problem."""
    first: dict[str, Line] = {}
    problems = []
    for line in lines:
        known = first.setdefault(line.reference, line)
        if known is not line and known.says() != line.says():
            problems.append(reference_again(line, known.says()))
    return tuple(first.values()), tuple(problems)


def _words(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip()


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _DAY.fullmatch(_words(cell))
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _amount(cell: Any) -> Fen | None:
    try:
        if isinstance(cell, bool) or cell is None:
            return None
        if isinstance(cell, float):
            # A spreadsheet keeps 0.1 as the nearest binary number: its shortest decimal is what was typed.
            written = Decimal(repr(cell))
            return parse_yuan(written.quantize(_FINEST)) if written == written.quantize(_FINEST) else None
        return parse_yuan(cell if isinstance(cell, int | Decimal) else str(cell))
    except (MoneyError, ArithmeticError):
        return None


def _problem(row: int, field: str, value: str, reason: Text, mend: Text, code: str) -> Problem:
    return Problem(f"row[{row}].{HEADINGS[field][0]}", value, reason, mend, code)


def _unusable(field: str, value: str, reason: Text) -> InputError:
    mend = Text("用模板重新导出", "export it again by the template")
    return InputError([Problem(field, value, reason, mend, "unusable_statement")])
