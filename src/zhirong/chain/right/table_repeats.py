"""Rows of a long list that repeat an earlier one except for number, title, holders and days.

A long list has few distinct states, kinds and remarks, so most of its rows do. Each distinct combination is read once.
"""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import NamedTuple

from zhirong.chain.adapters.columns import Place
from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.adapters.words import word_key
from zhirong.chain.right.cells import as_text
from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.chain.right.reading import contradictions
from zhirong.chain.right.records import Holder, LegalStatus, Right
from zhirong.chain.right.table_facts import (
    Oddity,
    begun,
    granted_and_refused,
    kept_number,
    last_end,
    names_in,
    registered_by_term,
    term_in,
)
from zhirong.chain.right.table_row import END_COLUMNS, ENDS, Meaning, RowReader, is_unclear
from zhirong.kernel.identifiers import NumberError, patent_publication_number
from zhirong.kernel.sheets import Cell

_OWN_DAYS = ("creation_date", "first_use_date", "author_death_date")  # no other value of a row depends on them
_DAYS = frozenset(
    {"filing_date", "grant_date", "registration_date", "publication_date", "term_end_date", "restored", *_OWN_DAYS}
    | END_COLUMNS
)
_OF_ONE_RIGHT = _DAYS | {"number", "title", "id", "notes", "publication_number", "term"}
_UNREAD = "nothing"  # the field of known columns that say nothing about a right
_NOT_COMMON = _OF_ONE_RIGHT | {"holders", _UNREAD}
_MOST_KEPT = 10_000  # rows: a list with more different ones repeats little
_MOST_HOLDERS = 50_000
_ROWS_TRIED = 2_000  # number of rows after which a list with few repetitions is read in full


class ReadRow(NamedTuple):
    """The content of a row. given: the fields that one of its cells gives."""

    right: Right
    oddities: tuple[Oddity, ...]
    given: frozenset[str]


class _Own(NamedTuple):
    """The values of one row that equal rows do not share. names: of its holders; None if the key contains them.

    term_start: the first day of the term, where it is used as that of the registration.
    """

    kind: RightKind
    number: str
    title: str
    id: str
    note: str
    publication_number: str
    names: Sequence[str] | None
    days: dict[str, date | None]
    term_start: date | None


class EarlierRows:
    """The good rows read so far that later ones may repeat. as_of: as for ``read_rights_table``."""

    def __init__(self, meaning: Meaning, as_of: date | None) -> None:
        places = meaning.columns.places
        single = {name: of[0].at for name, of in places.items() if len(of) == 1}
        self._is_tried = "number" in single and all(name in single for name in _OF_ONE_RIGHT & set(places))
        self._as_of = as_of
        self._totals = meaning.words["total"]
        self._number = single.get("number", 0)
        self._texts = [single.get(name) for name in ("title", "id", "notes", "publication_number", "term")]
        self._days = [(name, at) for name, at in single.items() if name in _DAYS]
        self._holders: Sequence[Place] = places.get("holders", ())
        self._width = len(meaning.columns.headings)
        common = [place.at for name, of in places.items() if name not in _NOT_COMMON for place in of]
        self._common = [*common, *(place.at for place in meaning.telling)]
        self._unread = [place.at for place in places.get(_UNREAD, ())]
        self._kept: dict[Hashable, ReadRow] = {}
        self._known_holders: dict[Hashable, tuple[Holder, ...]] = {}
        self._last: tuple[Hashable, _Own] | None = None  # the last row, if others may repeat it
        self._rows = self._hits = 0

    def read(self, cells: Sequence[Cell]) -> ReadRow | None:
        """Return the content of a row that repeats an earlier one and whose own values need no remark; None for
        every other row, which is read in full.
        """
        self._last = None
        if not self._is_tried or (self._rows > _ROWS_TRIED and self._hits * 2 < self._rows):
            return None
        self._rows += 1
        self._last = self._key_and_own(cells)
        if self._last is None:
            return None
        key, own = self._last
        first = self._kept.get(key)
        if first is None:
            return None
        self._hits += 1
        right = _like(first.right, own, self._holders_like(first.right.holders, own.names))
        if contradictions(right):
            return None
        oddities = tuple(_of_row(one, right, own) for one in first.oddities) if first.oddities else ()
        return ReadRow(right, oddities, first.given)

    def keep(self, reader: RowReader, right: Right) -> None:
        """Keep the last row, a good one that was read in full."""
        if self._last is None or len(self._kept) >= _MOST_KEPT:
            return
        key, own = self._last
        if right.kind is own.kind and right.number == own.number:
            self._kept[key] = ReadRow(right, tuple(reader.oddities), reader.given())

    def _key_and_own(self, cells: Sequence[Cell]) -> tuple[Hashable, _Own] | None:
        """Return the key that equal rows share, and the values of this row alone; None if no row can repeat it."""
        if len(cells) != self._width:
            return None
        named = kept_number(cells[self._number])
        if named is None or (named[0] is RightKind.TRADEMARK and self._may_be_total(cells)):
            return None
        kind, number = named
        title, own_id, note, document, term = [None if at is None else as_text(cells[at]) for at in self._texts]
        if title == "" or any(text and is_unclear(text) for text in (title, own_id, note)):
            return None
        days: dict[str, date | None] = {}
        for name, at in self._days:
            day = days[name] = day_of_cell(cells[at])
            if day is None and as_text(cells[at]):
                return None
        try:
            document = patent_publication_number(document) if document else ""
        except NumberError:
            return None
        is_given = [day is not None for day in days.values()]
        days["grant_date"], days["registration_date"] = begun(
            kind,
            document,
            grant=days.get("grant_date"),
            registration=days.get("registration_date"),
            publication=days.get("publication_date"),
        )
        term_start = None
        if term:
            both = term_in(term)
            if both is None or is_unclear(term):
                return None
            days["term_end_date"] = days.get("term_end_date") or both[1]
            if KINDS[kind].life.starts == "registration_date" and days["registration_date"] is None:
                term_start = days["registration_date"] = both[0]
        ended = self._ended(days)
        days["ended_date"] = ended[0]
        holders, names = self._names(cells)
        key = (
            kind,
            bool(own_id),
            bool(note),
            bool(document),
            bool(term),
            term_start is None,
            *is_given,
            days["grant_date"] is None,
            days["registration_date"] is None,
            ended[0] is None,
            *ended[1:],
            holders,
            any(as_text(cells[at]) for at in self._unread),
            *[cell if isinstance(cell := cells[at], str) else as_text(cell) for at in self._common],
        )
        own = _Own(
            kind,
            number,
            number if title is None else title,
            id=own_id or number,
            note=note or "",
            publication_number=document,
            names=names,
            days=days,
            term_start=term_start,
        )
        return key, own

    def _may_be_total(self, cells: Sequence[Cell]) -> bool:
        first = next((text for cell in cells if (text := as_text(cell))), "")
        return word_key(first).rstrip(":：") in self._totals

    def _ended(self, days: dict[str, date | None]) -> tuple[date | None, LegalStatus | None, bool]:
        ends = [(status, day) for column, status in ENDS if (day := days.get(column)) is not None]
        if not ends:
            return None, None, False
        restored = days.get("restored")
        return last_end(ends, () if restored is None else (restored,), days["grant_date"], self._as_of)

    def _names(self, cells: Sequence[Cell]) -> tuple[Hashable, Sequence[str] | None]:
        """Return a key for the holder cells, and the holders' names.

        Rows that differ only in plain names have the same key. If the names need interpretation, the key contains the
        cells themselves and the names are None.
        """
        filled = [(place, text) for place in self._holders if (text := as_text(cells[place.at]))]
        deciding = [(place, text) for place, text in filled if place.rank == filled[0][0].rank]
        if len(deciding) == 1 and not is_unclear(deciding[0][1]):
            names, joined = names_in(deciding[0][1])
            if not joined:
                return (deciding[0][0].at, len(names)), names
        return tuple(text for _, text in filled), None

    def _holders_like(self, first: tuple[Holder, ...], names: Sequence[str] | None) -> tuple[Holder, ...]:
        """Return holders with the credit codes of an earlier row, which equal rows have in common, and own names."""
        if names is None:
            return first
        key = (*names, *[one.code for one in first], *[one.is_natural_person for one in first])
        known = self._known_holders.get(key)
        if known is None:
            known = tuple(
                Holder(name, one.code, one.is_natural_person) for name, one in zip(names, first, strict=True)
            )
            if len(self._known_holders) < _MOST_HOLDERS:
                self._known_holders[key] = known
        return known


def _of_row(oddity: Oddity, right: Right, own: _Own) -> Oddity:
    """Return an oddity of an earlier row as this one has it: some name a day."""
    if oddity.code == "registered_by_term" and own.term_start is not None:
        return registered_by_term(own.term_start)
    if oddity.code == "granted_and_refused" and right.grant_date is not None and right.status is not None:
        return granted_and_refused(right.grant_date, right.status)
    return oddity


def _like(first: Right, own: _Own, holders: tuple[Holder, ...]) -> Right:
    """Return a copy of an earlier right with the values of another row. ``dataclasses.replace`` would take four
    times as long.
    """
    day = own.days.get
    return Right(
        own.id,
        first.kind,
        own.title,
        own.number,
        holders=holders,
        filing_date=day("filing_date"),
        grant_date=day("grant_date"),
        registration_date=day("registration_date"),
        publication_date=day("publication_date"),
        creation_date=day("creation_date"),
        first_use_date=day("first_use_date"),
        ended_date=day("ended_date"),
        term_end_date=day("term_end_date"),
        status=first.status,
        fee_paid_through_year=first.fee_paid_through_year,
        flags=first.flags,
        role=first.role,
        author_death_date=day("author_death_date"),
        same_day_invention=first.same_day_invention,
        vine_or_tree=first.vine_or_tree,
        co_owners_agreed_freely=first.co_owners_agreed_freely,
        goods_classes=first.goods_classes,
        publication_number=own.publication_number,
        provenance=first.provenance,
        notes=(own.note,) if own.note else (),
    )
