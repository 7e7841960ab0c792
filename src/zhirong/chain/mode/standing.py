"""The force of a mode on a day by the dates of its source alone: the deciding date, the resulting force, and who can
confirm it. ``force`` adds the words.

The list of modes calls this for every file, so the module is light: no dataclass, no rule, no reader.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

COUNTRY = "CN"
Window = tuple[date | None, date | None]
Words = tuple[str, str]  # Chinese, English
_CODE_DIGITS = 6  # a region of the country; other countries have two letters


class Force(StrEnum):
    """The force of a mode on a day, in the order in which lists show it.

    contract_form: no public rule governs it, the law allows it on any day, and each lender decides whether to offer
    it. foreign: of another country, for study. The last three are never offered.
    """

    IN_FORCE = "in_force"
    CONTRACT_FORM = "contract_form"
    TO_BE_CONFIRMED = "to_be_confirmed"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    FOREIGN = "foreign"


FORCE_WORDS: dict[Force, Words] = {
    Force.IN_FORCE: ("有效", "in force"),
    Force.CONTRACT_FORM: ("合同形式，由放款机构决定是否提供", "form of contract, offered where a lender agrees"),
    Force.TO_BE_CONFIRMED: ("待确认", "to be confirmed"),
    Force.NOT_BEGUN: ("尚未施行", "not yet in force"),
    Force.ENDED: ("已终止", "ended"),
    Force.FOREIGN: ("境外，供研究", "foreign, for study"),
}
_LENDER = ("放款机构", "the lender")
_AUTHORITY = ("放款机构或主管部门", "the lender or the authority in charge")


class SourceKind(StrEnum):
    """The kind of a mode.

    scheme: a public scheme that an authority, fund or institution runs for a time. contract_form: a form of
    contract that the law allows at any time; each lender decides whether to offer it. proposal: proposed by a
    document and not put in force by any rule.
    """

    SCHEME = "scheme"
    CONTRACT_FORM = "contract_form"
    PROPOSAL = "proposal"


class Why(StrEnum):
    """The dates that decide the force of a mode on a day. source: the dates of its source; terms: those of its terms."""

    FOREIGN = "foreign"
    PROPOSAL = "proposal"
    BEFORE_SOURCE = "before_source"
    AFTER_SOURCE = "after_source"
    ENDED_BY = "ended_by"
    BEFORE_TERMS = "before_terms"
    AFTER_TERMS = "after_terms"
    CONTRACT_FORM = "contract_form"
    OPEN = "open"
    CONFIRMED = "confirmed"


FORCE_OF: dict[Why, Force] = {
    Why.FOREIGN: Force.FOREIGN,
    Why.PROPOSAL: Force.NOT_BEGUN,
    Why.BEFORE_SOURCE: Force.NOT_BEGUN,
    Why.AFTER_SOURCE: Force.ENDED,
    Why.ENDED_BY: Force.ENDED,
    Why.BEFORE_TERMS: Force.NOT_BEGUN,
    Why.AFTER_TERMS: Force.ENDED,
    Why.CONTRACT_FORM: Force.CONTRACT_FORM,
    Why.OPEN: Force.TO_BE_CONFIRMED,
    Why.CONFIRMED: Force.IN_FORCE,
}


class SourceDates(NamedTuple):
    """The dates of a source. open_ended: it says that it has no last day. windows: first and last day of each version
    of the terms, which follow each other without a gap. The others as in ``Reference`` and ``Confirmation``.
    """

    kind: str
    region: str
    valid_from: date | None
    valid_to: date | None
    confirmed_on: date | None
    open_ended: bool
    ended_by: date | None
    windows: Sequence[Window]


def why_on(dates: SourceDates, day: date, stale_after_days: int) -> Why:  # noqa: PLR0911 - one line a case
    """Return the facts that decide the force on ``day``. stale_after_days: the maximum age of a confirmation in
    days.
    """
    if dates.region != COUNTRY and len(dates.region) != _CODE_DIGITS:
        return Why.FOREIGN
    if dates.kind == SourceKind.PROPOSAL:
        return Why.PROPOSAL
    if dates.valid_from is not None and day < dates.valid_from:
        return Why.BEFORE_SOURCE
    if dates.valid_to is not None and day > dates.valid_to:
        return Why.AFTER_SOURCE
    if dates.ended_by is not None and day >= dates.ended_by:
        return Why.ENDED_BY
    first, last = dates.windows[0][0], dates.windows[-1][1]
    if first is not None and day < first:
        return Why.BEFORE_TERMS
    if last is not None and day > last:
        return Why.AFTER_TERMS
    if dates.kind == SourceKind.CONTRACT_FORM:
        return Why.CONTRACT_FORM
    dated = dates.valid_from is not None and (dates.valid_to is not None or dates.open_ended)
    if dated and dates.confirmed_on is not None and (day - dates.confirmed_on).days <= stale_after_days:
        return Why.CONFIRMED
    return Why.OPEN


def whom_to_ask(why: Why, named: Words | None, issuer: str) -> Words | None:
    """Return who can confirm the mode or say whether it is offered; None if no confirmation is needed. named: whom
    the source names. issuer: who issued it, empty if unknown.
    """
    if why is Why.CONTRACT_FORM:
        return named or _LENDER
    if why is Why.OPEN:
        return named or ((issuer, "the office that issued it") if issuer else _AUTHORITY)
    return None
