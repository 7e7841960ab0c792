"""Map the columns of a table to fields, by the table's format and the user's corrections."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhirong.chain.adapters.adapter import Adapter, Library
from zhirong.chain.adapters.words import full_key, heading_key

_ALTERNATIVES = re.compile(r"[/／、或|]")
NOT_USED = "-"


@dataclass(frozen=True, slots=True)
class Place:
    """A column that gives a field. rank: the lower one decides if both have a value."""

    at: int
    heading: str
    rank: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table. places: by field, the deciding ones first. not_used: places of the other headings."""

    adapter: Adapter
    headings: tuple[str, ...]
    places: Mapping[str, tuple[Place, ...]]
    not_used: tuple[Place, ...]
    corrected: Mapping[str, str] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        """Return each heading that is used, with its field."""
        return {place.heading: name for name, places in self.places.items() for place in places}


def columns_of(headings: Sequence[str], library: Library, corrections: Mapping[str, str]) -> Columns:
    """Return the columns of a table by its headings. corrections: heading to field, or ``NOT_USED``, as the user
    set them.
    """
    adapter = library.recognise(headings)
    known = _fields(library.common) | _fields(adapter)
    set_by_user = {full_key(heading): name for heading, name in corrections.items()}
    found: dict[str, list[Place]] = {}
    not_used: list[Place] = []
    for at, heading in enumerate(headings):
        if not heading:
            continue
        chosen = set_by_user.get(full_key(heading))
        # The user's corrections take precedence over the format.
        named = (chosen, -1) if chosen is not None else _field_of(heading, known)
        if named is None or named[0] == NOT_USED:
            not_used.append(Place(at, heading, 0))
        else:
            found.setdefault(named[0], []).append(Place(at, heading, named[1]))
    places = {
        name: tuple(sorted(columns, key=lambda place: (place.rank, full_key(place.heading), place.at)))
        for name, columns in found.items()
    }
    return Columns(adapter, tuple(headings), places, tuple(not_used), dict(corrections))


def _fields(adapter: Adapter) -> dict[str, tuple[str, int]]:
    """Return the field and rank of each heading, by its key."""
    known: dict[str, tuple[str, int]] = {}
    for name, ranks in adapter.columns.items():
        for rank, names in enumerate(ranks):
            for heading in names:
                known[full_key(heading)] = (name, rank)
    # A heading without its brackets is also known, unless another field has that name.
    for name, ranks in adapter.columns.items():
        for rank, names in enumerate(ranks):
            for heading in names:
                known.setdefault(heading_key(heading), (name, rank))
    return known


def _field_of(heading: str, known: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Return the field that a heading names; the heading may contain two names of one field, as in 专利号/注册号."""
    for key in (full_key(heading), heading_key(heading)):
        if key in known:
            return known[key]
    parts = [known.get(heading_key(part)) for part in _ALTERNATIVES.split(heading)]
    names = {None if part is None else part[0] for part in parts}
    return parts[0] if len(names) == 1 else None
