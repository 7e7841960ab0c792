"""Rights out of the rows of a table: good rows become records, bad rows keep every reason why they are not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from zhirong.chain.right.cells import Cell, as_day, as_text
from zhirong.chain.right.columns import (
    FLAG_WORDS,
    HEADINGS,
    KIND_OF_HEADING,
    KIND_WORDS,
    NO,
    PATENT_HEADINGS,
    ROLE_WORDS,
    STATUS_WORDS,
    YES,
    field_of,
    heading_key,
    word_key,
)
from zhirong.chain.right.reading import MOST_PATENT_YEARS, NICE_CLASSES, contradictions
from zhirong.chain.right.records import Flag, Holder, LegalStatus, Right, RightKind, Role
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import (
    NumberError,
    credit_code,
    kind_of_number,
    patent_publication_number,
    right_number,
)
from zhirong.kernel.text import Text

Row = tuple[int, Sequence[Cell]]

_HEADING_ROWS = 10  # a title or two may stand above the headings
_LISTED = re.compile(r"[;；、|\n]+")
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_LONGEST_TRADEMARK = 8  # digits; numbers as short as that may be a trademark's or an old patent's

# Columns that say when a right ended, with the status that this event alone names. None: a lapse of what had been
# granted, a withdrawal of what had not, so that "given up" without a grant is an application given up.
_ENDS: tuple[tuple[str, LegalStatus | None], ...] = (
    ("withdrawn", None),
    ("given_up", None),
    ("refused", LegalStatus.REFUSED),
    ("ended", None),
    ("invalidated", LegalStatus.INVALIDATED),
)
# The column in which a field of the record is to be looked for when it is wrong.
_COLUMN_OF = {"ended_date": "ended"}

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that holds no usable right. row: as a spreadsheet counts it, from 1. problems: all of them."""

    row: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class RightsTable:
    """What a table holds. rows: row number of each right, in the same order. not_used: headings not known."""

    rights: tuple[Right, ...]
    rows: tuple[int, ...]
    bad: tuple[BadRow, ...]
    not_used: tuple[str, ...]

    @property
    def row_count(self) -> int:
        """How many rows were read, good and bad; empty ones are not counted."""
        return len(self.rights) + len(self.bad)


def read_rights_table(rows: Iterable[Row], source: str, as_of: date | None = None) -> RightsTable:
    """Rights from the rows of a table, headings included; ``columns.HEADINGS`` lists the headings known.

    as_of: ends and restorations after this day are not looked at, so that the records are those that could
    have been made on it. Raises InputError where no headings or no rows can be found.
    """
    remaining = iter(rows)
    columns = _find_headings(remaining, source)
    rights: list[Right] = []
    numbers: list[int] = []
    bad: list[BadRow] = []
    rows_of: dict[tuple[str, str], int] = {}
    for number, cells in remaining:
        reader = _RowReader(columns, cells, number, as_of)
        if reader.is_empty():
            continue
        right = reader.right()
        for field, value in (("number", right.number), ("id", right.id)):
            first = rows_of.setdefault((field, value), number) if value else number
            # A right without an id of its own goes by its number, which is reported already.
            if first != number and (field == "number" or value != right.number):
                reader.note_twice(field, value, first)
        if reader.problems:
            bad.append(BadRow(number, tuple(reader.problems)))
        else:
            rights.append(right)
            numbers.append(number)
    if not rights and not bad:
        reason = Text("表头以下没有内容", "there is nothing below the headings")
        mend = Text("每行写一件权利", "write one right in a row")
        raise InputError([Problem("ROWS", "", reason, mend, "no_rows")], source)
    return RightsTable(tuple(rights), tuple(numbers), tuple(bad), columns.not_used)


@dataclass(frozen=True, slots=True)
class _Columns:
    headings: tuple[str, ...]
    of_field: Mapping[str, tuple[int, ...]]
    not_used: tuple[str, ...]
    kind: RightKind | None  # the one kind that the heading of the numbers names
    of_patents: bool  # whether that heading speaks of patents only


def _find_headings(rows: Iterable[Row], source: str) -> _Columns:
    looked_at: list[str] = []
    for _, (_, cells) in zip(range(_HEADING_ROWS), rows, strict=False):
        headings = tuple("" if cell is None else str(cell).strip() for cell in cells)
        of_field: dict[str, list[int]] = {}
        for place, heading in enumerate(headings):
            field = field_of(heading)
            if field is not None:
                of_field.setdefault(field, []).append(place)
        if "number" in of_field or ("kind" in of_field and "title" in of_field):
            known = {place for places in of_field.values() for place in places}
            not_used = tuple(name for place, name in enumerate(headings) if name and place not in known)
            places_of = {field: tuple(places) for field, places in of_field.items()}
            of_numbers = {heading_key(headings[place]) for place in places_of.get("number", ())}
            kinds = {KIND_OF_HEADING.get(key) for key in of_numbers}
            kind = kinds.pop() if len(kinds) == 1 else None
            return _Columns(headings, places_of, not_used, kind, bool(of_numbers & PATENT_HEADINGS))
        looked_at.extend(heading for heading in headings if heading)
    near = [match for heading in looked_at for match in get_close_matches(heading, HEADINGS["number"], n=1)]
    usual = HEADINGS["number"][:6]
    mend = (
        Text(f"是否想写“{near[0]}”？", f'did you mean "{near[0]}"?')
        if near
        else Text(
            f"第一行写表头，其中要有号码一栏（{'、'.join(usual)} 等）；zhirong rights template 可生成模板",
            f"put headings into the first row, one of them for the number ({', '.join(usual)} …); "
            "zhirong rights template makes a template",
        )
    )
    reason = Text("找不到号码一栏的表头", "no heading for the number is found")
    problem = Problem("HEADINGS", "; ".join(looked_at[:8]), reason, mend, "no_headings")
    raise InputError([problem], source)


class _RowReader:
    """Takes the fields of one right out of one row and remembers what was wrong with them."""

    def __init__(self, columns: _Columns, cells: Sequence[Cell], row: int, as_of: date | None) -> None:
        self._columns = columns
        self._cells = cells
        self._row = row
        self._as_of = as_of
        self.problems: list[Problem] = []

    def note(self, field: str, value: str, code: str, reason: Text, mend: Text) -> None:
        """Note a problem, under the heading that the user wrote."""
        column = _COLUMN_OF.get(field, field)
        places = self._columns.of_field.get(column)
        heading = self._columns.headings[places[0]] if places else HEADINGS[column][0]
        self.problems.append(Problem(heading, value, reason, mend, code))

    def note_twice(self, field: str, value: str, first: int) -> None:
        """Note that an earlier row has the same number or id."""
        self.note(
            field,
            value,
            f"{field}_twice",
            Text(f"与第 {first} 行相同", f"row {first} has the same"),
            Text("删去重复的一行，或改正它", "remove one of the rows, or correct it"),
        )

    def is_empty(self) -> bool:
        """Whether the row holds nothing at all."""
        return not any(cell.strip() if isinstance(cell, str) else cell is not None for cell in self._cells)

    def right(self) -> Right:
        """The right of this row; of no use where problems were noted."""
        self._check_width()
        kind, number = self._kind_and_number()
        grant_date = self._day("grant_date")
        ended_date, end_status, looks_ahead = self._end(grant_date)
        word = self._word("status", STATUS_WORDS)
        note = self._text("notes")
        right = Right(
            id=self._text("id") or number or f"row-{self._row}",
            kind=kind,
            title=self._text("title", required=True) or number,
            number=number,
            holders=self._holders(),
            filing_date=self._day("filing_date"),
            grant_date=grant_date,
            registration_date=self._day("registration_date"),
            publication_date=self._day("publication_date"),
            creation_date=self._day("creation_date"),
            first_use_date=self._day("first_use_date"),
            ended_date=ended_date,
            term_end_date=self._day("term_end_date"),
            # The register's word is of its own day: beside an end still to come it would look ahead.
            status=end_status if looks_ahead or word is None else word,
            fee_paid_through_year=self._whole("fee_paid_through_year", range(1, MOST_PATENT_YEARS + 1)),
            flags=self._flags(),
            role=self._word("role", ROLE_WORDS) or Role.GENERAL,
            author_death_date=self._day("author_death_date"),
            same_day_invention=self._yes("same_day_invention"),
            vine_or_tree=self._yes("vine_or_tree"),
            co_owners_agreed_freely=self._yes("co_owners_agreed_freely"),
            goods_classes=self._goods_classes(),
            publication_number=self._publication_number(kind),
            provenance=self._text("provenance"),
            notes=(note,) if note else (),
        )
        if not self.problems:
            for found in contradictions(right):
                self.note(found.field, found.value, found.code, found.reason, found.mend)
        return right

    # -- the number and the kind --------------------------------------------------------------------------------

    def _kind_and_number(self) -> tuple[RightKind, str]:
        written = self._texts("number")
        kind = self._word("kind", KIND_WORDS) or self._columns.kind
        if kind is None:
            named = next((name for text in written if (name := kind_of_number(text)) is not None), None)
            if named is None:
                self._note_unknown_number(written)
                return RightKind.INVENTION, ""
            kind = RightKind(named)
        kept: list[str] = []
        for text in written or [""]:
            try:
                kept.append(right_number(kind.value, text))
            except NumberError as error:
                self.note("number", text, error.code, error.reason, error.mend)
        if len(set(kept)) > 1:
            self.note(
                "number",
                "; ".join(kept),
                "numbers_differ",
                Text("几栏号码不是同一个号", "the columns give different numbers"),
                Text("一行只写一件权利的号码", "give the number of one right in a row"),
            )
        return kind, kept[0] if kept else ""

    def _note_unknown_number(self, written: Sequence[str]) -> None:
        """Why a number that does not name its kind cannot be used: it is damaged, or the kind must be said."""
        text = written[0] if written else ""
        if text.isdecimal() and len(text) <= _LONGEST_TRADEMARK and not self._columns.of_patents:
            self.note(
                "kind",
                "",
                "kind_needed",
                Text(f"光凭数字 {text} 看不出种类", f"the digits {text} alone do not tell the kind"),
                Text("写明种类，如商标", "state the kind, such as a trademark"),
            )
            return
        if text:
            try:
                right_number(RightKind.INVENTION.value, text)
            except NumberError as error:
                if error.code != "patent_form":
                    self.note("number", text, error.code, error.reason, error.mend)
                    return
        if any(problem.code == "not_a_choice" for problem in self.problems):
            return
        if text:
            self.note(
                "number",
                text,
                "number_unknown",
                Text("看不出是哪一类权利的号码", "no kind of right has such a number"),
                Text("改正号码，或写明种类", "correct the number, or state the kind"),
            )
            return
        self.note("number", "", "missing", Text("没有号码，也没有种类", "neither number nor kind"), _FILL_IN)

    # -- when it ended ------------------------------------------------------------------------------------------

    def _end(self, grant_date: date | None) -> tuple[date | None, LegalStatus | None, bool]:
        """The last end not undone, the status it names, and whether an end after the as-of day was left out.

        A restoration on its day or later undoes an end, and so does a later grant, which cannot follow a real one.
        """
        ended: date | None = None
        status: LegalStatus | None = None
        looks_ahead = False
        for column, names in _ENDS:
            for day in self._days(column):
                if self._is_later(day):
                    looks_ahead = True
                elif ended is None or day >= ended:
                    ended, status = day, names
        undone = [*self._days("restored"), *([] if grant_date is None or grant_date == ended else [grant_date])]
        if ended is not None and any(ended <= day and not self._is_later(day) for day in undone):
            return None, None, looks_ahead
        return ended, status, looks_ahead

    def _is_later(self, day: date) -> bool:
        return self._as_of is not None and day > self._as_of

    # -- fields -------------------------------------------------------------------------------------------------

    def _texts(self, field: str) -> list[str]:
        places = self._columns.of_field.get(field)
        if places is None:
            return []
        cells = self._cells
        found: list[str] = []
        for place in places:
            text = as_text(cells[place]) if place < len(cells) else ""
            if text:
                if _DAMAGED in text:
                    self._note_damage(field, text)
                found.append(text)
        return found

    def _text(self, field: str, *, required: bool = False) -> str:
        texts = self._texts(field)
        if texts:
            return texts[0]
        if required and field in self._columns.of_field:
            self.note(
                field,
                "",
                "missing",
                Text("有这一栏却没有填", "the column is there but the cell is empty"),
                _FILL_IN,
            )
        return ""

    def _day(self, field: str) -> date | None:
        return next(iter(self._days(field)), None)

    def _days(self, field: str) -> list[date]:
        places = self._columns.of_field.get(field)
        if places is None:
            return []
        days: list[date] = []
        for place in places:
            cell = self._cells[place] if place < len(self._cells) else None
            day = as_day(cell)
            if day is not None:
                days.append(day)
            elif text := as_text(cell):
                self.note(
                    field,
                    text,
                    "not_a_day",
                    Text("不是日期", "not a date"),
                    Text("写成 2026-01-31", "write it as 2026-01-31"),
                )
        return days

    def _word(self, field: str, words: Mapping[str, Word]) -> Word | None:
        text = self._text(field)
        if not text:
            return None
        word = words.get(word_key(text))
        if word is None:
            self._note_choice(field, text, words)
        return word

    def _yes(self, field: str) -> bool:
        text = self._text(field).upper()
        if text and text not in YES and text not in NO:
            self.note(
                field,
                text,
                "not_a_choice",
                Text("应为是或否", "must be yes or no"),
                Text("写“是”或“否”", "write yes or no"),
            )
        return text in YES

    def _whole(self, field: str, allowed: range) -> int | None:
        text = self._text(field)
        if not text:
            return None
        if text.isdecimal() and int(text) in allowed:
            return int(text)
        self.note(
            field,
            text,
            "out_of_range",
            Text("不是范围内的整数", "not a whole number within the range"),
            Text(
                f"写 {allowed[0]} 至 {allowed[-1]} 的整数",
                f"write a whole number from {allowed[0]} to {allowed[-1]}",
            ),
        )
        return None

    def _flags(self) -> frozenset[Flag]:
        found: set[Flag] = set()
        for word in _LISTED.split(self._text("flags")):
            flag = FLAG_WORDS.get(word_key(word))
            if flag is not None:
                found.add(flag)
            elif word.strip():
                self._note_choice("flags", word, FLAG_WORDS)
        return frozenset(found)

    def _goods_classes(self) -> tuple[int, ...]:
        parts = [part.strip() for part in re.split(r"[;；、,，|\s]+", self._text("goods_classes")) if part.strip()]
        if all(part.isdecimal() and int(part) in NICE_CLASSES for part in parts):
            return tuple(int(part) for part in parts)
        self.note(
            "goods_classes",
            "; ".join(parts),
            "goods_classes",
            Text("不是商品和服务类别", "not classes of goods and services"),
            Text("写 1 至 45 的整数，如 9、42", "write whole numbers from 1 to 45: 9; 42"),
        )
        return ()

    def _holders(self) -> tuple[Holder, ...]:
        names = [name.strip() for name in _LISTED.split(self._text("holders", required=True)) if name.strip()]
        written = [code.strip() for code in _LISTED.split(self._text("codes")) if code.strip()]
        codes: list[str] = []
        for code in written:
            try:
                codes.append(credit_code(code))
            except NumberError as error:
                self.note("codes", code, error.code, error.reason, error.mend)
        if len(codes) > len(names):
            self.note(
                "codes",
                "; ".join(codes),
                "codes_differ",
                Text("信用代码比权利人多", "there are more credit codes than holders"),
                Text("按权利人的顺序写，用分号隔开", "give them in the order of the holders, parted by semicolons"),
            )
        natural = self._yes("natural_person")
        codes.extend([""] * (len(names) - len(codes)))
        return tuple(Holder(name, code, natural) for name, code in zip(names, codes, strict=False))

    def _publication_number(self, kind: RightKind) -> str:
        written = self._text("publication_number")
        if not written:
            return ""
        try:
            return patent_publication_number(written)
        except NumberError as error:
            self.note("publication_number", written, error.code, error.reason, error.mend)
            return ""

    # -- the row as a whole -------------------------------------------------------------------------------------

    def _check_width(self) -> None:
        extra = [text for cell in self._cells[len(self._columns.headings) :] if (text := as_text(cell))]
        if extra:
            self.problems.append(
                Problem(
                    f"+{len(extra)}",
                    "; ".join(extra),
                    Text("比表头多出的格子里有内容", "cells beyond the headings hold something"),
                    Text("检查是否有未加引号的逗号", "check for a comma without quotes"),
                    "too_many_cells",
                )
            )

    def _note_damage(self, field: str, text: str) -> None:
        self.note(
            field,
            text,
            "damaged",
            Text("含有损坏的字符，编码不一致", "it holds damaged characters: the encoding is mixed"),
            Text("重新导出这一行，另存为 UTF-8", "export the row again and save it as UTF-8"),
        )

    def _note_choice(self, field: str, text: str, words: Mapping[str, StrEnum]) -> None:
        # Chinese words first, one for each choice, as the template lists them.
        listed = "、".join({word.value: name for name, word in words.items() if not name.isascii()}.values())
        self.note(
            field,
            text,
            "not_a_choice",
            Text("不在可选范围内", "not one of the choices"),
            Text(f"可写：{listed}", f"write one of: {', '.join(dict.fromkeys(w.value for w in words.values()))}"),
        )


_FILL_IN = Text("补上它", "fill it in")
