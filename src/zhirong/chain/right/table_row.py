"""Read one row of a table of rights: extract its fields, and note every problem or oddity."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from zhirong.chain.adapters.columns import Columns, Place
from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.adapters.words import full_key, heading_key, word_key
from zhirong.chain.right.cells import as_text, lost_digits
from zhirong.chain.right.columns import FLAG_WORDS, HEADINGS, KIND_WORDS, NO, ROLE_WORDS, UNBURDENED, YES
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, PATENT_KINDS, RightKind
from zhirong.chain.right.reading import MOST_PATENT_YEARS, NICE_CLASSES, contradictions
from zhirong.chain.right.records import FLAG_TEXT, ROLE_TEXT, STATUS_TEXT, Flag, Holder, LegalStatus, Right, Role
from zhirong.chain.right.table_facts import (
    LISTED,
    Oddity,
    begun,
    granted_and_refused,
    kept_patent,
    last_end,
    names_in,
    registered_by_term,
    term_in,
)
from zhirong.chain.right.table_states import StateCell, StateSaid, state_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.identifiers import (
    NumberError,
    credit_code,
    kind_of_number,
    patent_publication_number,
    right_number,
)
from zhirong.kernel.sheets import Cell
from zhirong.kernel.text import Text

_MOST_SHARED = 50_000  # values kept for later rows; with more of them, every row of the list is different
_DAMAGED = "\N{REPLACEMENT CHARACTER}"
_LONGEST_TRADEMARK = 8  # digits; numbers as short as that may be a trademark's or an old patent's
_SOFTWARE_NUMBER = re.compile(r"\d{4}SR\d{5,7}", re.ASCII)
_CLASS = re.compile(r"第?\s*(\d{1,2})\s*类?", re.ASCII)
_REMARK = re.compile(r"[(（][^()（）]*[)）]$")
_NOT_PUBLISHED = frozenset({"未发表", "未公开", "尚未发表"})
# Ranks of the columns of present holders in ``rules/adapters``.
_PRESENT_RANKS = (0, 1)
# Unread columns whose heading refers to a burden, an owner, a status or an end: their content is reported as a
# doubt.
_TELLING = re.compile(
    "质押|质权|出质|保全|冻结|查封|无效|诉讼|涉诉|许可|异议|撤销|部分权利|受让|转让|变更|权利人|所有人|权属"
    "|状态|有效性|失效|终止|届满|到期|pledge|licen[cs]e|litigation|owner|status|lapse|expir",
    re.IGNORECASE,
)
_BARS = ("原", "首次", "代理")  # an original holder is not the present holder

# Columns with the day on which a right ended, and the status that this event alone means. None: a lapse if the
# right was granted, a withdrawal if it was not, so that "given up" without a grant is an abandoned application.
ENDS: tuple[tuple[str, LegalStatus | None], ...] = (
    ("withdrawn", None),
    ("given_up", None),
    ("refused", LegalStatus.REFUSED),
    ("ended", None),
    ("invalidated", LegalStatus.INVALIDATED),
)
_OF_HOLDERS = ("holders", "codes", "natural_person")
_OF_STATE = ("status", "validity", "event")
_OF_BURDENS = frozenset({"pledged", "frozen", "scope"})
_RARE = frozenset(
    {
        "creation_date",
        "first_use_date",
        "fee_paid_through_year",
        "role",
        "author_death_date",
        "same_day_invention",
        "vine_or_tree",
        "co_owners_agreed_freely",
        "goods_classes",
        "provenance",
    }
)
_NO_FLAGS: frozenset[Flag] = frozenset()
END_COLUMNS = frozenset(column for column, _ in ENDS)
# The column that is reported if a field of the record is wrong.
_COLUMN_OF = {"ended_date": "ended"}

Word = TypeVar("Word", bound=StrEnum)
Shared = TypeVar("Shared")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a table's columns. words: of its format. kind: the one kind in the list, if it says so.

    of_patents: whether the heading of the numbers means patents only. telling: the unread columns whose heading
    refers to a burden, an owner, a status or an end. shared: values that many rows have, each stored once.
    """

    columns: Columns
    words: Mapping[str, Mapping[str, str]]
    kind: RightKind | None
    of_patents: bool
    telling: tuple[Place, ...]
    shared: dict[Any, Any] = field(default_factory=dict)
    single: tuple[tuple[str, tuple[Place, ...], int], ...] = field(init=False)  # fields of one column, and where
    several: tuple[tuple[str, tuple[Place, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        places = self.columns.places.items()
        object.__setattr__(self, "single", tuple((name, of, of[0].at) for name, of in places if len(of) == 1))
        object.__setattr__(self, "several", tuple((name, of) for name, of in places if len(of) > 1))

    def once(self, value: Shared) -> Shared:
        """Return the stored copy of an equal value of an earlier row, if any: a long list repeats few holders many
        times.
        """
        kept: Shared = self.shared.setdefault(value, value)
        return kept

    def keep(self, key: Hashable, value: object) -> None:
        """Store the result calculated from the words of a row for rows with the same words, as long as there are
        few.
        """
        if len(self.shared) < _MOST_SHARED:
            self.shared[key] = value


class RowReader:
    """Extracts the fields of one right from one row and notes its problems."""

    def __init__(self, meaning: Meaning, cells: Sequence[Cell], row: int, as_of: date | None) -> None:
        self._meaning = meaning
        self._columns = meaning.columns
        self._cells = cells
        self._words = words = [as_text(cell) for cell in cells]
        words += [""] * (len(meaning.columns.headings) - len(words))
        self._places: dict[str, Sequence[Place]] = {name: of for name, of, at in meaning.single if words[at]}
        for name, of in meaning.several:
            if filled := [place for place in of if words[place.at]]:
                self._places[name] = filled
        self._row = row
        self._as_of = as_of
        self.problems: list[Problem] = []
        self.oddities: list[Oddity] = []

    def note(self, field: str, value: str, code: str, reason: Text, hint: Text) -> None:
        """Note a problem, under the heading that the user wrote."""
        column = _COLUMN_OF.get(field, field)
        places = self._columns.places.get(column)
        heading = places[0].heading if places else HEADINGS[column][0]
        self.problems.append(Problem(heading, value, reason, hint, code))

    def note_twice(self, field: str, value: str, first: int) -> None:
        """Note that an earlier row has the same number or id."""
        self.note(
            field,
            value,
            f"{field}_twice",
            Text(f"与第 {first} 行相同", f"same as in row {first}"),
            Text("请删除或更正重复的一行", "remove or correct one of the rows"),
        )

    def is_empty(self) -> bool:
        """Return whether the row is empty."""
        return not self._places and not any(
            cell.strip() if isinstance(cell, str) else cell is not None for cell in self._cells
        )

    def given(self) -> frozenset[str]:
        """Return the fields that a cell of this row gives."""
        return self._meaning.once(frozenset(self._places))

    def is_total(self) -> bool:
        """Return whether the row is a total: it begins with a word for one and has no number of a right."""
        first = self._words[0] or next((text for text in self._words if text), "")
        if word_key(first).rstrip(":：") not in self._meaning.words["total"]:
            return False
        return not any(kind_of_number(self._words[place.at]) for place in self._filled("number"))

    def right(self) -> Right:
        """Return the right of this row; unusable if problems were noted."""
        self._check_width()
        kind, number = self._kind_and_number()
        publication_number = self._publication_number(kind)
        filing_date = self._day("filing_date")
        grant_date, registration_date, publication_date = self._begun(kind, publication_number)
        term_end_date, term_start = self._term()
        if KINDS[kind].life.starts == "registration_date" and registration_date is None and term_start is not None:
            registration_date = term_start
            self.oddities.append(registered_by_term(term_start))
        holders = self._holders()
        ended_date, end_status, looks_ahead = self._end(grant_date)
        said = self._state(was_granted=grant_date is not None or registration_date is not None)
        word = said.status
        if looks_ahead and word is not LegalStatus.IN_FORCE:
            # The register's status has its own date: combined with a future end it would look ahead. This does not apply to a right in force with its expected end.
            word = end_status
        elif word is None:
            word = end_status
        if word in (LegalStatus.REFUSED, LegalStatus.WITHDRAWN) and kind in PATENT_KINDS and grant_date is not None:
            self.oddities.append(granted_and_refused(grant_date, word))
        note = self._text("notes")
        right = Right(
            id=self._text("id") or number or f"row-{self._row}",
            kind=kind,
            title=self._text("title", required=True) or number,
            number=number,
            holders=holders,
            filing_date=filing_date,
            grant_date=grant_date,
            registration_date=registration_date,
            publication_date=publication_date,
            ended_date=ended_date,
            term_end_date=term_end_date,
            status=word,
            flags=self._flags() | said.flags | self._burdens() or _NO_FLAGS,
            publication_number=publication_number,
            notes=(note,) if note else (),
            **self._rare(),
        )
        self._doubt_unread()
        if not self.problems:
            for found in contradictions(right):
                self.note(found.field, found.value, found.code, found.reason, found.hint)
        return right

    def _rare(self) -> dict[str, Any]:
        """The fields that few lists have; nothing of them where this row has none."""
        if _RARE.isdisjoint(self._places):
            return {}
        return {
            "creation_date": self._day("creation_date"),
            "first_use_date": self._day("first_use_date"),
            "fee_paid_through_year": self._whole("fee_paid_through_year", range(1, MOST_PATENT_YEARS + 1)),
            "role": self._word("role", ROLE_WORDS, ROLE_TEXT) or Role.GENERAL,
            "author_death_date": self._day("author_death_date"),
            "same_day_invention": self._yes("same_day_invention"),
            "vine_or_tree": self._yes("vine_or_tree"),
            "co_owners_agreed_freely": self._yes("co_owners_agreed_freely"),
            "goods_classes": self._goods_classes(),
            "provenance": self._text("provenance"),
        }

    def _doubt(self, code: str, zh: str, en: str) -> None:
        self.oddities.append(Oddity(code, Text(zh, en)))

    # -- the number and the kind --------------------------------------------------------------------------------

    def _kind_and_number(self) -> tuple[RightKind, str]:
        plain = self._kept_number()
        if plain is not None:
            return plain
        for place in self._filled("number"):
            if lost_digits(self._cells[place.at]):
                self.note(
                    "number",
                    self._words[place.at],
                    "lost_digits",
                    Text(
                        "号码的末几位已丢失（被表格软件当作数字）",
                        "its last digits are lost because a spreadsheet stored it as a number",
                    ),
                    Text("请将该列设为文本，重新填写", "format the column as text and enter the number again"),
                )
        written = [self._without_certificate(text) for text in self._texts("number")]
        kind = self._word("kind", KIND_WORDS, KIND_TEXT) or self._meaning.kind
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
                self.note("number", text, error.code, error.reason, error.hint)
        if len(set(kept)) > 1:
            self.note(
                "number",
                "; ".join(kept),
                "numbers_differ",
                Text("各栏号码不一致", "the columns give different numbers"),
                Text("每行请只填写一件权利的号码", "enter the number of only one right per row"),
            )
        return kind, kept[0] if kept else ""

    def _kept_number(self) -> tuple[RightKind, str] | None:
        """Kind and number if they are unambiguous: a single patent number in its stored form, and no other statement
        of the kind. None otherwise; the slower reading then decides.
        """
        places = self._places.get("number", ())
        if len(places) != 1 or "kind" in self._places:
            return None
        plain = kept_patent(self._cells[places[0].at])
        return plain if plain is not None and self._meaning.kind in (None, plain[0]) else None

    @staticmethod
    def _without_certificate(text: str) -> str:
        """Return the registration number of software if its certificate number is also given."""
        found = _SOFTWARE_NUMBER.search(text.upper()) if "软著" in text else None
        return text if found is None else found[0]

    def _note_unknown_number(self, written: Sequence[str]) -> None:
        """Return why a number that does not name its kind cannot be used: it is damaged, or the kind must be
        stated.
        """
        text = written[0] if written else ""
        if text.isdecimal() and len(text) <= _LONGEST_TRADEMARK and not self._meaning.of_patents:
            self.note(
                "kind",
                "",
                "kind_needed",
                Text(f"仅凭数字 {text} 无法判断种类", f"the digits {text} alone do not show the kind"),
                Text("请写明种类，如商标", "state the kind, such as a trademark"),
            )
            return
        if text:
            try:
                right_number(RightKind.INVENTION.value, text)
            except NumberError as error:
                if error.code != "patent_form":
                    self.note("number", text, error.code, error.reason, error.hint)
                    return
        if any(problem.code in ("not_a_choice", "lost_digits") for problem in self.problems):
            return
        if text:
            self.note(
                "number",
                text,
                "number_unknown",
                Text("无法判断号码所属的权利种类", "this is not a number of any kind of right"),
                Text("请更正号码，或写明种类", "correct the number, or state the kind"),
            )
            return
        self.note(
            "number", "", "missing", Text("没有号码，也没有种类", "neither number nor kind is given"), _FILL_IN
        )

    # -- when it ended ------------------------------------------------------------------------------------------

    def _end(self, grant_date: date | None) -> tuple[date | None, LegalStatus | None, bool]:
        """Return the last end that was not reversed, its status, and whether one was ignored (``last_end``)."""
        if END_COLUMNS.isdisjoint(self._places):
            return None, None, False
        ends = [(names, day) for column, names in ENDS for day in self._days(column)]
        return last_end(ends, self._days("restored"), grant_date, self._as_of)

    # -- when it began, and its state --------------------------------------------------------------------------

    def _begun(self, kind: RightKind, publication_number: str) -> tuple[date | None, date | None, date | None]:
        """Read the days of grant, registration and publication. A granted document's day is that of the grant."""
        grant, registration = self._day("grant_date"), self._day("registration_date")
        publication = self._day("publication_date", unless=_NOT_PUBLISHED)
        return (
            *begun(kind, publication_number, grant=grant, registration=registration, publication=publication),
            publication,
        )

    def _term(self) -> tuple[date | None, date | None]:
        """Return the last and first day of the present term."""
        end = self._day("term_end_date")
        texts = self._texts("term")
        if not texts:
            return end, None
        term = term_in(texts[0])
        if term is None:
            self.note(
                "term",
                texts[0],
                "not_a_term",
                Text("不是起止两个日期", "must be a first and a last day"),
                Text("请填写为 2015-02-21 至 2025-02-20", "write 2015-02-21 至 2025-02-20"),
            )
            return end, None
        return end or term[1], term[0]

    def _state(self, *, was_granted: bool) -> StateSaid:
        places = [(field, place) for field in _OF_STATE for place in self._places.get(field, ())]
        holder = self._places.get("holders", ())
        is_present = bool(holder) and holder[0].rank in _PRESENT_RANKS
        # A list has few states, so the result of each combination is calculated only once.
        key = ("state", *[(place.at, self._words[place.at]) for _, place in places], was_granted, is_present)
        said: StateSaid | None = self._meaning.shared.get(key)
        if said is None:
            cells = [StateCell(field, place.heading, self._words[place.at]) for field, place in places]
            said = state_of(cells, self._meaning.words, was_granted=was_granted, owner_is_present=is_present)
            self._meaning.keep(key, said)
        for cell in said.unknown:
            self._note_choice(cell.field, cell.words, STATUS_TEXT)
        self.oddities.extend(Oddity(code, text) for code, text in said.doubts)
        return said

    def _burdens(self) -> frozenset[Flag]:
        """Flags from separate columns, such as that of the pledgee: anything but a no is a burden."""
        if _OF_BURDENS.isdisjoint(self._places):
            return _NO_FLAGS
        found = {
            flag
            for field, flag in (("pledged", Flag.PLEDGED), ("frozen", Flag.FROZEN))
            for place in self._all_filled(field)
            if word_key(self._words[place.at]) not in UNBURDENED
        }
        for place in self._all_filled("scope"):
            if word_key(text := self._words[place.at]) not in UNBURDENED:
                self._doubt("burden", f"“{place.heading}”写“{text}”", f'"{place.heading}" says "{text}"')
        return frozenset(found)

    def _doubt_unread(self) -> None:
        """Note unread columns whose heading refers to a burden, an owner, a status or an end."""
        for place in self._meaning.telling:
            text = self._words[place.at]
            if text and word_key(text) not in UNBURDENED:
                self._doubt(
                    "unread_column",
                    f"“{place.heading}”一栏未采用，写的是“{text[:60]}”",
                    f'the column "{place.heading}" is not used; it contains "{text[:60]}"',
                )

    # -- fields -------------------------------------------------------------------------------------------------

    def _all_filled(self, field: str) -> Sequence[Place]:
        """Return every column of a field that has a value in this row."""
        return self._places.get(field, ())

    def _filled(self, field: str) -> Sequence[Place]:
        """Return the columns of a field that decide: those of the lowest rank with a value."""
        filled = self._places.get(field, ())
        if len(filled) < 2:
            return filled
        return [place for place in filled if place.rank == filled[0].rank]

    def _texts(self, field: str) -> list[str]:
        found: list[str] = []
        for place in self._filled(field):
            text = self._words[place.at]
            if _DAMAGED in text:
                self._note_damage(field, text)
            elif text.startswith("="):
                self.note(
                    field,
                    text,
                    "formula",
                    Text("公式没有计算结果", "a formula without its result"),
                    Text("请用 Excel 打开后保存", "open the file in Excel and save it"),
                )
            found.append(text)
        return found

    def _text(self, field: str, *, required: bool = False) -> str:
        places = self._places.get(field, ())
        if not places and not required:
            return ""
        if len(places) == 1 and not is_unclear(text := self._words[places[0].at]):
            return text
        texts = self._texts(field)
        if texts:
            if field in ("holders", "kind"):
                self._doubt_difference(field, texts)
            return texts[0]
        if required and field in self._columns.places:
            self.note(
                field,
                "",
                "missing",
                Text("有此栏但未填写", "the column exists but the cell is empty"),
                _FILL_IN,
            )
        return ""

    def _doubt_difference(self, field: str, values: Sequence[object]) -> None:
        """Note columns of one meaning that differ."""
        if len(values) > 1 and len(set(values)) > 1:
            heads = "、".join(place.heading for place in self._filled(field))
            shown = "; ".join(str(value) for value in values)
            self._doubt("columns_differ", f"{heads} 几栏不同：{shown}", f"the columns {heads} differ: {shown}")

    def _day(self, field: str, unless: frozenset[str] = frozenset()) -> date | None:
        """Read the day of a field. If columns of one meaning differ, the earliest counts and the row is doubtful."""
        places = self._places.get(field)
        if places is None:
            return None
        if len(places) == 1 and (day := day_of_cell(self._cells[places[0].at])) is not None:
            return day
        days = self._days(field, unless)
        if len(days) == 1:
            return days[0]
        self._doubt_difference(field, days)
        return min(days, default=None)

    def _days(self, field: str, unless: frozenset[str] = frozenset()) -> list[date]:
        days: list[date] = []
        for place in self._filled(field):
            day = day_of_cell(self._cells[place.at])  # the cell is filled
            text = self._words[place.at]
            if day is not None:
                days.append(day)
            elif text not in unless:
                is_formula = text.startswith("=")
                self.note(
                    field,
                    text,
                    "formula" if is_formula else "not_a_day",
                    Text("公式没有计算结果", "a formula without its result")
                    if is_formula
                    else Text("不是日期", "not a date"),
                    Text("请用 Excel 打开后保存", "open the file in Excel and save it")
                    if is_formula
                    else Text("请填写为 2026-01-31", "write it as 2026-01-31"),
                )
        return days

    def _word(self, field: str, words: Mapping[str, Word], offered: Mapping[Word, Text]) -> Word | None:
        text = self._text(field)
        if not text:
            return None
        word = words.get(word_key(text)) or words.get(word_key(_REMARK.sub("", text)))
        if word is None:
            self._note_choice(field, text, offered)
        return word

    def _yes(self, field: str) -> bool:
        if field not in self._places:
            return False
        text = self._text(field).upper()
        if text and text not in YES and text not in NO:
            self.note(
                field,
                text,
                "not_a_choice",
                Text("应为是或否", "must be yes or no"),
                Text("请填写“是”或“否”", "write yes or no"),
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
            Text("不是范围内的整数", "must be a whole number within the range"),
            Text(
                f"请填写 {allowed[0]} 至 {allowed[-1]} 的整数",
                f"write a whole number from {allowed[0]} to {allowed[-1]}",
            ),
        )
        return None

    def _flags(self) -> frozenset[Flag]:
        if "flags" not in self._places:
            return _NO_FLAGS
        found: set[Flag] = set()
        for word in LISTED.split(self._text("flags")):
            flag = FLAG_WORDS.get(word_key(word))
            if flag is not None:
                found.add(flag)
            elif word.strip():
                self._note_choice("flags", word, FLAG_TEXT)
        return frozenset(found)

    def _goods_classes(self) -> tuple[int, ...]:
        if "goods_classes" not in self._places:
            return ()
        text = self._text("goods_classes")
        parts = [part.strip() for part in re.split(r"[;；、,，|\s]+", text) if part.strip()]
        found = [_CLASS.match(part) for part in parts]
        numbers = [int(match[1]) for match in found if match is not None]
        # Text beside "9类" is the name of the class.
        is_named = any(match is not None and "类" in match[0] for match in found)
        is_whole = all(
            is_named if match is None else match.end() == len(part) or "类" in match[0]
            for match, part in zip(found, parts, strict=True)
        )
        if is_whole and all(number in NICE_CLASSES for number in numbers) and bool(numbers) == bool(parts):
            return tuple(sorted(set(numbers)))
        self.note(
            "goods_classes",
            "; ".join(parts),
            "goods_classes",
            Text("不是商品和服务类别", "not classes of goods and services"),
            Text("请填写 1 至 45 的整数，例如 9、42", "write whole numbers from 1 to 45: 9; 42"),
        )
        return ()

    def _holders(self) -> tuple[Holder, ...]:
        key = ("holders", *[(at.at, self._words[at.at]) for of in _OF_HOLDERS for at in self._places.get(of, ())])
        known: tuple[Holder, ...] | None = self._meaning.shared.get(key)
        if known is not None:
            return known
        before = len(self.problems) + len(self.oddities)
        found = self._holders_written()
        # Otherwise each row would repeat the same problems and oddities.
        if len(self.problems) + len(self.oddities) == before:
            self._meaning.keep(key, found)
        return found

    def _holders_written(self) -> tuple[Holder, ...]:
        names = self._names(self._text("holders", required=True))
        written = [code.strip() for code in LISTED.split(self._text("codes")) if code.strip()]
        codes: list[str] = []
        for code in written:
            try:
                codes.append(credit_code(code))
            except NumberError as error:
                self.note("codes", code, error.code, error.reason, error.hint)
        if len(codes) > len(names):
            self.note(
                "codes",
                "; ".join(codes),
                "codes_differ",
                Text("信用代码比权利人多", "there are more credit codes than holders"),
                Text(
                    "请按权利人的顺序填写，用分号隔开",
                    "enter them in the order of the holders, separated by semicolons",
                ),
            )
        natural = self._yes("natural_person")
        codes.extend([""] * (len(names) - len(codes)))
        return tuple(Holder(name, code, natural) for name, code in zip(names, codes, strict=False))

    def _names(self, written: str) -> list[str]:
        names, joined = names_in(written)
        if self._columns.adapter.settings.get("holders_by_comma") != "yes":
            for name, count in joined:
                self._doubt(
                    "holders_joined",
                    f"“{name}”识别为 {count} 个权利人；有误请更正",
                    f'"{name}" is read as {count} holders; correct it if that is wrong',
                )
        return names

    def _publication_number(self, kind: RightKind) -> str:
        written = self._text("publication_number")
        if not written:
            return ""
        try:
            return patent_publication_number(written)
        except NumberError as error:
            self.note("publication_number", written, error.code, error.reason, error.hint)
            return ""

    # -- the complete row -------------------------------------------------------------------------------------

    def _check_width(self) -> None:
        extra = [text for text in self._words[len(self._columns.headings) :] if text]
        if extra:
            self.problems.append(
                Problem(
                    f"+{len(extra)}",
                    "; ".join(extra),
                    Text("表头以外的单元格中有内容", "cells beyond the headings are not empty"),
                    Text("请检查是否有未加引号的逗号", "check for a comma without quotes"),
                    "too_many_cells",
                )
            )

    def _note_damage(self, field: str, text: str) -> None:
        self.note(
            field,
            text,
            "damaged",
            Text("含有损坏的字符，编码不一致", "it contains damaged characters: the encoding is inconsistent"),
            Text("请重新导出这一行，另存为 UTF-8", "export the row again and save it as UTF-8"),
        )

    def _note_choice(self, field: str, text: str, offered: Mapping[Word, Text]) -> None:
        """Note an unknown word, and offer those of the template."""
        self.note(
            field,
            text,
            "not_a_choice",
            Text("不在可选范围内", "not one of the choices"),
            Text(
                f"可填写：{'、'.join(words.zh for words in offered.values())}",
                f"write one of: {', '.join(words.en for words in offered.values())}",
            ),
        )


def is_unclear(text: str) -> bool:
    """Return whether a cell holds a damaged character or a formula without its result."""
    return _DAMAGED in text or text.startswith("=")


def telling_columns(columns: Columns) -> tuple[Place, ...]:
    """Return the unread columns whose heading refers to a burden, an owner, a status or an end."""
    return tuple(
        place
        for place in columns.not_used
        if not place.heading.startswith(_BARS) and _TELLING.search(place.heading) is not None
    )


def number_headings(columns: Columns) -> set[str]:
    """Return the keys of the headings of the numbers."""
    return {
        key
        for place in columns.places.get("number", ())
        for key in (full_key(place.heading), heading_key(place.heading))
    }


_FILL_IN = Text("请补充该项", "fill it in")
