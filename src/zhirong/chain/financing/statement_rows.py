"""Read the rows of a bank statement: the values of their cells, and the reason why a row is not an entry."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.adapters.adapter import Library
from zhirong.chain.adapters.columns import Columns, Place
from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.adapters.words import TEXT_MARKS, without_text_mark, word_key
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import MOST_AMOUNT, Fen, MoneyError, parse_yuan, show_yuan
from zhirong.kernel.sheets import Cell
from zhirong.kernel.text import Text

Direction = Literal["in", "out"]
LONGEST_REFERENCE = 80
EARLIEST = date(1900, 1, 1)
_LONGEST_WORDS = 300
_FINEST = Decimal("0.01")
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_MOST_EXACT = 10**15  # A number cell of a spreadsheet stores fifteen digits.
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E[+\-]?\d+", re.IGNORECASE | re.ASCII)
_BLANK_AMOUNTS = frozenset({"", "-", "--", "—"})
# Codes of problems that leave the rest of the statement valid: the row is omitted, or counted once.
NOTICES = frozenset({"other_currency", "not_done", "line_again", "two_days"})


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry of a statement. row: its place in the file. reference: the bank's own number of it.

    counterparty: empty for interest and fees. balance: of the account after it, fen, if the statement gives it.
    """

    row: int
    day: date
    reference: str
    direction: Direction
    amount: Fen
    counterparty: str
    note: str
    balance: Fen | None = None

    def says(self) -> tuple[object, ...]:
        """Return the values that must be equal for two entries to be the same."""
        return (self.day, self.direction, self.amount, self.counterparty)


class RowReader:
    """Extracts one entry from each row. columns: of the table. signs: whether the sign of the amount gives the
    direction.
    """

    def __init__(self, columns: Columns, library: Library, today: date, *, signs: bool) -> None:
        self._columns = columns
        self._words = library.common.words
        self._today = today
        self._signs = signs
        self.problems: list[Problem] = []
        self._row = 0
        self._cells: Sequence[Cell] = ()
        self._plain: Sequence[str] = ()  # the same cells as words

    def line(self, row: int, cells: Sequence[Cell]) -> StatementRow | None:
        """Return the entry of a row, or None with a problem that says why."""
        self._row, self._cells = row, cells
        self._plain = [plain(cell) for cell in cells]
        before = len(self.problems)
        if self._is_left_out():
            return None
        self._check_width()
        day = self._day()
        reference = self._reference()
        direction, amount = self._money()
        counterparty = self._text("counterparty")[:_LONGEST_WORDS]
        note = self._text("note")[:_LONGEST_WORDS]
        if self._blocked(before) or day is None or direction is None or amount is None:
            return None
        return StatementRow(
            row,
            day,
            reference,
            direction=direction,
            amount=amount,
            counterparty=counterparty,
            note=note,
            balance=self._balance(),
        )

    def is_total(self, cells: Sequence[Cell]) -> bool:
        """Return whether a row is a total or a footer: it begins with such a word, and has no day."""
        days = self._columns.places.get("day", ())
        if any(day_of_cell(cells[place.at]) for place in days if place.at < len(cells)):
            return False
        first = next((words for cell in cells if (words := plain(cell))), "")
        key = word_key(first)
        return any(key.startswith(word) for word in self._words["totals"])

    def note(self, field: str, value: str, reason: Text, hint: Text, code: str) -> None:
        """Note a problem under the heading that the user wrote."""
        places = self._columns.places.get(field)
        heading = places[0].heading if places else field
        self.problems.append(Problem(f"row[{self._row}].{heading}", value, reason, hint, code))

    # -- fields -------------------------------------------------------------------------------------------------

    def _blocked(self, before: int) -> bool:
        return any(problem.code not in NOTICES for problem in self.problems[before:])

    def _filled(self, field: str) -> list[tuple[Place, Cell]]:
        """Return the columns of a field that decide in this row: those of the lowest rank with a value."""
        places = self._columns.places.get(field, ())
        if not places:
            return []
        filled = [
            (place, self._cells[place.at])
            for place in places
            if place.at < len(self._plain) and self._plain[place.at]
        ]
        if len(filled) < 2:  # noqa: PLR2004 - nothing to choose from
            return filled
        return [one for one in filled if one[0].rank == filled[0][0].rank]

    def _text(self, field: str) -> str:
        filled = self._filled(field)
        words = self._plain[filled[0][0].at] if filled else ""
        if _DAMAGED in words:
            self.note(
                field,
                words,
                Text("含有损坏的字符", "it contains damaged characters"),
                Text("请从银行重新导出", "export the statement again"),
                "damaged",
            )
        return words

    def _is_left_out(self) -> bool:
        """Return whether the row has another currency or was not completed; either is noted."""
        if not ("currency" in self._columns.places or "state" in self._columns.places):
            return False
        currency = word_key(self._text("currency"))
        known = self._words["currency"].get(currency, currency.upper())
        if currency and known != "CNY":
            self.note(
                "currency",
                plain(self._filled("currency")[0][1]),
                Text(f"不是人民币，未导入：{self._told()}", f"not in yuan, not imported: {self._told()}"),
                Text("请另行处理外币账户的流水", "process foreign-currency entries separately"),
                "other_currency",
            )
            return True
        state = word_key(self._text("state"))
        meaning = self._words["state"].get(state)
        if state and meaning == "not_done":
            self.note(
                "state",
                plain(self._filled("state")[0][1]),
                Text(f"未成交，未导入：{self._told()}", f"not completed, not imported: {self._told()}"),
                Text("请在成交后再导入", "import it after completion"),
                "not_done",
            )
            return True
        if state and meaning is None:
            self.note(
                "state",
                plain(self._filled("state")[0][1]),
                Text("无法判断该笔交易是否成交", "unclear whether the transaction was completed"),
                Text("请填写“成功”或“失败”", "enter success or failed"),
                "bad_state",
            )
        return False

    def _told(self) -> str:
        """Return reference and amount of an omitted row."""
        money = [plain(cell) for name in ("amount", "paid_in", "paid_out") for _, cell in self._filled(name)]
        return " ".join([plain(cell) for _, cell in self._filled("reference")[:1]] + money)

    def _check_width(self) -> None:
        extra = [words for words in self._plain[len(self._columns.headings) :] if words]
        if extra:
            self.problems.append(
                Problem(
                    f"row[{self._row}].+{len(extra)}",
                    "; ".join(extra),
                    Text("表头以外的单元格有内容", "cells beyond the headings are not empty"),
                    Text("请检查金额里是否有未加引号的逗号", "check for an unquoted comma, as in 1,234.00"),
                    "too_many_cells",
                )
            )

    def _day(self) -> date | None:
        filled = self._filled("day") or self._filled("posted")
        field = "day" if self._filled("day") or "posted" not in self._columns.places else "posted"
        days = [day_of_cell(cell) for _, cell in filled]
        day = days[0] if days else None
        written = plain(filled[0][1]) if filled else ""
        if day is None or not EARLIEST <= day <= self._today or any(one != day for one in days):
            reason = (
                self._no_day(written)
                if day is None
                else Text("晚于今天", "later than today")
                if day > self._today
                else Text(f"早于 {EARLIEST}", f"before {EARLIEST}")
                if day < EARLIEST
                else Text("各栏日期不一致", "the columns have different dates")
            )
            hint = Text(
                "请按 2026-11-25 的格式填写，且不晚于今天", "enter a date such as 2026-11-25, not later than today"
            )
            self.note(field, written, reason, hint, "bad_day")
            return None
        posted = [one for _, cell in self._filled("posted") if (one := day_of_cell(cell)) is not None]
        if posted and posted[0] != day:
            self.note(
                "posted",
                posted[0].isoformat(),
                Text(f"与交易日 {day} 不同，取交易日", f"differs from the transaction day {day}, which is used"),
                Text("请核对起息日", "check the value date"),
                "two_days",
            )
        return day

    @staticmethod
    def _no_day(written: str) -> Text:
        if written.isdecimal() and len(written) in (5, 6, 7):
            return Text("日期不完整或有歧义", "incomplete or ambiguous date")
        return Text("不是日期", "not a date")

    def _reference(self) -> str:
        filled = self._filled("reference")
        cell = filled[0][1] if filled else None
        words = self._text("reference")
        if is_inexact(cell):
            self.note(
                "reference",
                words,
                Text(
                    "流水号的末几位已丢失（超过 15 位的数字）",
                    "its last digits are lost because a number cell stores only 15 digits",
                ),
                Text("请从银行重新导出，把该列设为文本", "export it again with the column as text"),
                "lost_digits",
            )
        elif words.startswith("="):
            self.note(
                "reference",
                words,
                Text("公式没有计算结果", "a formula without its result"),
                Text("请用 Excel 打开后保存", "open the file in Excel and save it"),
                "formula",
            )
        elif not 0 < len(words) <= LONGEST_REFERENCE:
            reason = Text("未填写流水号，或超过 80 个字符", "the reference is missing or longer than 80 characters")
            hint = Text("请填写银行流水号", "enter the bank's reference of the entry")
            self.note("reference", words, reason, hint, "bad_reference")
        elif any(plain(other) != words for _, other in filled[1:]):
            self.note(
                "reference",
                "; ".join(plain(other) for _, other in filled),
                Text("各栏流水号不一致", "the columns have different references"),
                Text("请指明采用哪一栏", "state which column to use"),
                "columns_differ",
            )
        return words

    def _money(self) -> tuple[Direction | None, Fen | None]:
        if "paid_in" in self._columns.places and "paid_out" in self._columns.places:
            return self._of_two_columns()
        filled = self._filled("amount")
        amounts = [amount_of(cell) for _, cell in filled]
        amount = amounts[0] if amounts else None
        direction: Direction | None
        if self._signs:
            direction = "out" if amount is not None and amount < 0 else "in"
            amount = None if amount is None else abs(amount)
        else:
            direction = self._direction()
        if amount is None or not 0 < amount <= MOST_AMOUNT or len(set(amounts)) > 1:
            self._bad_amount("amount", plain(filled[0][1]) if filled else "", amounts)
            return direction, None
        return direction, amount

    def _of_two_columns(self) -> tuple[Direction | None, Fen | None]:
        found: list[tuple[Direction, Fen]] = []
        for field, direction in (("paid_in", "in"), ("paid_out", "out")):
            filled = [one for one in self._filled(field) if self._plain[one[0].at] not in _BLANK_AMOUNTS]
            amounts = [amount_of(cell) for _, cell in filled]
            if not amounts or (amounts[0] == 0 and len(set(amounts)) == 1):
                continue
            amount = amounts[0]
            if amount is None or not 0 < amount <= MOST_AMOUNT or len(set(amounts)) > 1:
                self._bad_amount(field, plain(filled[0][1]), amounts)
                return None, None
            found.append(("in" if direction == "in" else "out", amount))
        if len(found) == 1:
            return found[0]
        self.note(
            "paid_in",
            "; ".join(show_yuan(amount) for _, amount in found),
            Text("收入、支出两栏都有金额", "both columns have an amount")
            if found
            else Text("收入、支出两栏都没有金额", "neither column has an amount"),
            Text("请每行只填写一笔，填入其中一栏", "enter one entry per row, in one of the two columns"),
            "bad_amount",
        )
        return None, None

    def _direction(self) -> Direction | None:
        written = self._text("direction")
        meaning = self._words["direction"].get(word_key(written))
        if meaning == "in":
            return "in"
        if meaning == "out":
            return "out"
        reason = Text("无法区分收入或支出", "the direction is unclear")
        self.note("direction", written, reason, Text("请填写“收入”或“支出”", "enter in or out"), "bad_direction")
        return None

    def _bad_amount(self, field: str, written: str, amounts: Sequence[Fen | None]) -> None:
        amount = amounts[0] if amounts else None
        reason = (
            Text("各栏金额不一致", "the columns have different amounts")
            if len(set(amounts)) > 1
            else Text("金额须大于零，且精确到分", "must be an amount above zero with at most two decimals")
            if amount is None or abs(amount) <= MOST_AMOUNT
            else Text(f"超过 {show_yuan(MOST_AMOUNT)} 元", f"more than CNY {show_yuan(MOST_AMOUNT)}")
        )
        hint = (
            Text(
                "请填写为 2,000,000.00，支出写成 -2,000,000.00",
                "enter 2,000,000.00, or -2,000,000.00 for money out",
            )
            if self._signs
            else Text(
                "请填写为 2,000,000.00；方向写在收支栏", "enter 2,000,000.00; state the direction in its own column"
            )
        )
        self.note(field, written, reason, hint, "bad_amount")

    def _balance(self) -> Fen | None:
        filled = self._filled("balance")
        return amount_of(filled[0][1]) if filled else None


def plain(cell: Cell) -> str:
    """Return a cell as words: without outer blanks, half width, without the marks that protect digits."""
    if isinstance(cell, str):
        words = cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()
        return without_text_mark(words).strip() if words.startswith(TEXT_MARKS) else words
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _MOST_EXACT:
        return str(int(cell))
    return without_text_mark(unicodedata.normalize("NFKC", str(cell)).strip()).strip()


def is_inexact(cell: Cell) -> bool:
    """Return whether a cell has more digits than a number can store, so that some may be lost."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return abs(cell) >= _MOST_EXACT or (isinstance(cell, float) and not cell.is_integer())
    return isinstance(cell, str) and _SCIENTIFIC.fullmatch(plain(cell)) is not None


def amount_of(cell: Cell) -> Fen | None:
    """Return an amount in fen, including negative ones; None for anything else, for fractions of a fen and for
    powers of ten.
    """
    try:
        if isinstance(cell, bool) or cell is None or isinstance(cell, date):
            return None
        if isinstance(cell, float):
            # A spreadsheet stores 0.1 as the nearest binary number: its shortest decimal is the typed value.
            written = Decimal(repr(cell))
            return parse_yuan(written.quantize(_FINEST)) if written == written.quantize(_FINEST) else None
        if isinstance(cell, int):
            return parse_yuan(cell)
        words = plain(cell)
        for mark in ("CNY", "RMB", "人民币"):
            words = words.removeprefix(mark).strip()
        if words.startswith("(") and words.endswith(")"):
            words = f"-{words[1:-1]}"
        elif words.endswith("-"):
            words = f"-{words[:-1].strip()}"
        return parse_yuan(words)
    except (MoneyError, ArithmeticError):
        return None


def heading_trap(heading: str, words: Mapping[str, Mapping[str, str]]) -> Text | None:
    """Return why amounts below a heading would be misread: another currency, or tens of thousands."""
    remarks = re.findall(r"\(([^()]*)\)", unicodedata.normalize("NFKC", heading))
    for remark in remarks:
        if "万" in remark or "千" in remark:
            return Text("金额不是以元为单位", "the amounts are not in yuan but in multiples of it")
        known = words["currency"].get(word_key(remark))
        if known not in (None, "CNY"):
            return Text("金额不是人民币", "the amounts are not in yuan")
    return None
