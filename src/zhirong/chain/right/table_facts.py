"""The meaning of single cells of a row: days, names and numbers, regardless of how the row is read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhirong.chain.right.cells import as_day, as_text, lost_digits
from zhirong.chain.right.kinds import KINDS, PATENT_KINDS, RightKind
from zhirong.chain.right.records import STATUS_TEXT, LegalStatus
from zhirong.kernel.identifiers import (
    NumberError,
    kind_of_kept_patent,
    kind_of_number,
    right_number,
    without_office,
)
from zhirong.kernel.sheets import Cell
from zhirong.kernel.text import Text

LISTED = re.compile(r"[;；、|\n]+")
_COMMAS = re.compile(r"[,，\s]+")
_ONE_NAME = re.compile(r"[^;；、|,，:：\s]+")
_OF_ORGANISATIONS = re.compile(
    r".+(?:公司|大学|学院|研究院|研究所|研究中心|集团|医院|厂|中心|合作社|事务所|工作室)"
)
_COUNTRY = re.compile(r"\s*[:：]\s*(?:中国|[A-Z]{2})$")
_TERM = re.compile(r"\s*(?:至|到|~|～|—+|--)\s*")
# Documents that announce a grant; before 1993 a B announced an examined application.
_GRANTED_DOCUMENT = re.compile(r"CN\d+[BCUYSD]\d?")
_FIRST_GRANTED_B = date(1993, 1, 1)
_KEPT_TRADEMARK = re.compile(r"[1-9]\d{0,7}", re.ASCII)
_KEPT_SOFTWARE = re.compile(r"\d{4}SR\d{5,7}", re.ASCII)
_LENGTH_WITHOUT_DOT = 13  # of a number since 2003, as many databases write it
_KIND_OF_PATENT = {kind.value: kind for kind in PATENT_KINDS}


@dataclass(frozen=True, slots=True)
class Oddity:
    """An oddity of a good row. code: stable English key."""

    code: str
    text: Text


def kept_patent(cell: Cell) -> tuple[RightKind, str] | None:
    """Return kind and number of a patent whose number has the stored form, with or without the dot."""
    if isinstance(cell, int) and not isinstance(cell, bool) and not lost_digits(cell):
        cell = str(cell)
    if not isinstance(cell, str):
        return None
    number = without_office(cell)
    if len(number) == _LENGTH_WITHOUT_DOT:
        number = f"{number[:-1]}.{number[-1]}"
    named = kind_of_kept_patent(number)
    return None if named is None else (_KIND_OF_PATENT[named], number)


def kept_number(cell: Cell) -> tuple[RightKind, str] | None:
    """Return the number of a patent, or of a trademark or software that is written as it is kept, and the kind that
    its form suggests: digits alone may be another kind's.
    """
    written = str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
    if not isinstance(written, str):
        return None
    if _KEPT_TRADEMARK.fullmatch(written) is not None:
        return RightKind.TRADEMARK, written
    if _KEPT_SOFTWARE.fullmatch(written) is not None:
        return RightKind.SOFTWARE, written
    return kept_patent(cell) or _patent_written_otherwise(cell)


def _patent_written_otherwise(cell: Cell) -> tuple[RightKind, str] | None:
    """Return the same of a patent's number in any other form: of before 2003, with blanks, words or small letters."""
    if not isinstance(cell, str):
        return None
    written = as_text(cell)
    named = kind_of_number(written)
    if named not in _KIND_OF_PATENT:
        return None
    try:
        return _KIND_OF_PATENT[named], right_number(named, written)
    except NumberError:
        return None


def names_in(written: str) -> tuple[list[str], list[tuple[str, int]]]:
    """Return the names of holders in a cell, and each part of it that was read as several, with their number.

    A comma or blank may part two holders or be in one name; two organisations are recognised by their endings.
    """
    if _ONE_NAME.fullmatch(written) is not None:
        return [written], []
    found: list[str] = []
    joined: list[tuple[str, int]] = []
    for name in [_COUNTRY.sub("", name.strip()) for name in LISTED.split(written) if name.strip()]:
        parts = [part for part in _COMMAS.split(name) if part]
        if len(parts) < 2 or not all(_OF_ORGANISATIONS.fullmatch(part) for part in parts):  # noqa: PLR2004
            found.append(name)
        else:
            found.extend(parts)
            joined.append((name, len(parts)))
    return found, joined


def term_in(written: str) -> tuple[date, date] | None:
    """Return the first and last day of a term; None if the cell does not hold two days."""
    days = [as_day(part) for part in _TERM.split(written) if part]
    if len(days) != 2 or days[0] is None or days[1] is None:  # noqa: PLR2004 - a first and a last day
        return None
    return days[0], days[1]


def begun(
    kind: RightKind,
    publication_number: str,
    *,
    grant: date | None,
    registration: date | None,
    publication: date | None,
) -> tuple[date | None, date | None]:
    """Return the days of grant and registration. A granted document's day is that of the grant."""
    if kind in PATENT_KINDS:
        if grant is None and publication is not None and publication >= _FIRST_GRANTED_B:
            is_grant = _GRANTED_DOCUMENT.fullmatch(publication_number) is not None
            return publication if is_grant else None, registration
    elif grant is not None and registration is None and KINDS[kind].begins[0] != "grant_date":
        # Lists of all kinds have one column for the day on which a right was granted or registered.
        return None, grant
    return grant, registration


def last_end(
    ends: Iterable[tuple[LegalStatus | None, date]],
    restored: Iterable[date],
    grant: date | None,
    as_of: date | None,
) -> tuple[date | None, LegalStatus | None, bool]:
    """Return the last end that was not reversed, its status, and whether an end after ``as_of`` was ignored.

    A restoration on its day or later reverses an end, and so does a later grant, which cannot follow a real end.
    """
    ended: date | None = None
    status: LegalStatus | None = None
    looks_ahead = False
    for names, day in ends:
        if as_of is not None and day > as_of:
            looks_ahead = True
        elif ended is None or day >= ended:
            ended, status = day, names
    undone = [*restored, *([] if grant is None or grant == ended else [grant])]
    if ended is not None and any(ended <= day and (as_of is None or day <= as_of) for day in undone):
        return None, None, looks_ahead
    return ended, status, looks_ahead


def registered_by_term(first: date) -> Oddity:
    """Return the doubt about a registration whose day is only known as the first day of the term."""
    return Oddity(
        "registered_by_term",
        Text(
            f"未填写注册日，取专用权期限的第一天 {first}",
            f"no day of registration: the first day of the term, {first}, is used",
        ),
    )


def granted_and_refused(grant: date, status: LegalStatus) -> Oddity:
    """Return the doubt about a patent that was granted, and whose status is that of an application."""
    return Oddity(
        "granted_and_refused",
        Text(
            f"已于 {grant} 授权，但填写为“{STATUS_TEXT[status].zh}”",
            f'granted on {grant}, but stated as "{STATUS_TEXT[status].en}"',
        ),
    )
