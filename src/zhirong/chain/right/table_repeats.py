"""Rows of a long list that repeat an earlier one in everything except the number, the title and the days of a patent.

Most rows of a long list do: its holders, states and remarks are few. What they say together is read once.
"""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import NamedTuple

from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.right.cells import as_text
from zhirong.chain.right.reading import contradictions
from zhirong.chain.right.records import Right
from zhirong.chain.right.table_row import END_COLUMNS, Meaning, Oddity, RowReader, is_unclear
from zhirong.kernel.identifiers import kind_of_kept_patent, without_office
from zhirong.kernel.sheets import Cell

_DAYS = frozenset({"filing_date", "grant_date", "registration_date", "publication_date", "term_end_date"})
# Columns about days that are read together with others: a row that has them is read on its own.
_READ_TOGETHER = END_COLUMNS | {"restored", "term", "publication_number"}
_NAMES_A_DAY = "granted_and_refused"  # the oddity whose words name a day of the row
_MOST_KEPT = 10_000  # rows: a list with more different ones repeats little
_ROWS_TRIED = 2_000  # after which a list whose rows repeat little is read without asking


class ReadRow(NamedTuple):
    """What a row says. given: the fields that one of its cells gives."""

    right: Right
    oddities: tuple[Oddity, ...]
    given: frozenset[str]


class EarlierRows:
    """The good rows read so far that later ones may repeat."""

    def __init__(self, meaning: Meaning) -> None:
        single = {name: of[0].at for name, of in meaning.columns.places.items() if len(of) == 1}
        self._number = single.get("number")
        self._title = single.get("title")
        self._id = single.get("id")
        self._days = [(name, at) for name, at in single.items() if name in _DAYS]
        self._width = len(meaning.columns.headings)
        own = {self._number, self._title, self._id, *(at for _, at in self._days)}
        self._common = [at for at in range(self._width) if at not in own]
        self._kept: dict[Hashable, ReadRow] = {}
        self._key: Hashable | None = None  # of the last row
        self._rows = self._hits = 0

    def read(self, cells: Sequence[Cell]) -> ReadRow | None:
        """Return what a row says, if it repeats an earlier one and nothing is to be noted about its number, its title
        and its days; None for every other row, which is read on its own.
        """
        if self._number is None or (self._rows > _ROWS_TRIED and self._hits * 2 < self._rows):
            self._key = None
            return None
        self._rows += 1
        self._key = self._key_of(cells, self._number)
        first = self._kept.get(self._key)
        if first is None:
            return None
        self._hits += 1
        number = without_office(str(cells[self._number]))
        title = number if self._title is None else as_text(cells[self._title])
        own_id = "" if self._id is None else as_text(cells[self._id])
        if not title or is_unclear(title) or is_unclear(own_id):
            return None
        right = _like(
            first.right, own_id or number, number, title, {n: day_of_cell(cells[at]) for n, at in self._days}
        )
        return None if contradictions(right) else ReadRow(right, first.oddities, first.given)

    def keep(self, reader: RowReader, right: Right) -> None:
        """Keep the last row, a good one that was read on its own."""
        given = reader.given()
        if self._key is None or len(self._kept) >= _MOST_KEPT or not _READ_TOGETHER.isdisjoint(given):
            return
        if not any(one.code == _NAMES_A_DAY for one in reader.oddities):
            self._kept[self._key] = ReadRow(right, tuple(reader.oddities), given)

    def _key_of(self, cells: Sequence[Cell], number_at: int) -> Hashable | None:
        """Return everything that equal rows have in common; None for a row that none can repeat."""
        if len(cells) != self._width:
            return None
        number = cells[number_at]
        kind = kind_of_kept_patent(without_office(number)) if isinstance(number, str) else None
        if kind is None:
            return None
        key: list[object] = [kind]
        for _, at in self._days:
            day = day_of_cell(cells[at])
            if day is None and as_text(cells[at]):
                return None
            key.append(day is None)
        if self._id is not None:
            key.append(as_text(cells[self._id]) == "")
        key += [cell if isinstance(cell := cells[at], str) else as_text(cell) for at in self._common]
        return tuple(key)


def _like(first: Right, own_id: str, number: str, title: str, days: dict[str, date | None]) -> Right:
    """Return a right like an earlier one, with its own number, title and days. ``dataclasses.replace`` would take
    four times as long.
    """
    return Right(
        own_id,
        first.kind,
        title,
        number,
        holders=first.holders,
        filing_date=days.get("filing_date", first.filing_date),
        grant_date=days.get("grant_date", first.grant_date),
        registration_date=days.get("registration_date", first.registration_date),
        publication_date=days.get("publication_date", first.publication_date),
        creation_date=first.creation_date,
        first_use_date=first.first_use_date,
        ended_date=first.ended_date,
        term_end_date=days.get("term_end_date", first.term_end_date),
        status=first.status,
        fee_paid_through_year=first.fee_paid_through_year,
        flags=first.flags,
        role=first.role,
        author_death_date=first.author_death_date,
        same_day_invention=first.same_day_invention,
        vine_or_tree=first.vine_or_tree,
        co_owners_agreed_freely=first.co_owners_agreed_freely,
        goods_classes=first.goods_classes,
        provenance=first.provenance,
        notes=first.notes,
    )
