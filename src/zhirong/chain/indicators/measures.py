"""Indicators calculated from the right's own record, which need not be filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.right.encumbrances import encumbrances, runs_on
from zhirong.chain.right.fees import FeeStanding, fee_state
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.life import legal_life, remaining_years
from zhirong.chain.right.records import Flag, LicenceKind, Right
from zhirong.chain.right.status import status_on
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class MeasureSeen:
    """One right among the others of its firm, on one day. others: the firm's other rights."""

    right: Right
    others: tuple[Right, ...]
    day: date
    rules: Rulebook


@dataclass(frozen=True, slots=True)
class RightMeasure:
    """One measure of the record. words: the outcomes of a measure that is not a number.

    read: the outcome; None if the record does not contain it.
    """

    title: Text
    read: Callable[[MeasureSeen], Decimal | str | None]
    words: tuple[str, ...] = ()


def proceedings(seen: MeasureSeen) -> str:
    """Return the worst proceedings that the register or the record names."""
    flags = seen.right.flags
    if Flag.INVALIDATION_PENDING in flags:
        return "invalidation"
    if flags & {Flag.IN_DISPUTE, Flag.FROZEN}:
        return "dispute"
    return "none"


def examination(seen: MeasureSeen) -> str:
    """Return the depth of the office's examination before grant: only inventions have substantive examination."""
    return "substantive" if seen.right.kind is RightKind.INVENTION else "preliminary"


def burdens(seen: MeasureSeen) -> Decimal:
    """Count running exclusive or sole licences, a pledge, and co-owners who have not consented."""
    found = encumbrances(seen.right, seen.day)
    strong = sum(one.kind in (LicenceKind.EXCLUSIVE, LicenceKind.SOLE) for one in found.licences)
    return Decimal(strong + (Flag.PLEDGED in found.flags) + len(found.must_consent))


def company(seen: MeasureSeen) -> Decimal:
    """Count the firm's other rights in force: a right is worth more among others than alone."""
    return Decimal(sum(status_on(other, seen.day, seen.rules).in_force for other in seen.others))


def years_left(seen: MeasureSeen) -> Decimal | None:
    """Return the years of legal life left, with two decimals."""
    left = remaining_years(legal_life(seen.right, seen.rules, seen.day), seen.day)
    return None if left is None else Decimal(str(round(left, 2)))


def licence_income(seen: MeasureSeen) -> Decimal:
    """Return the yearly fees of the licences in force, in yuan."""
    fees = sum(licence.yearly_fee for licence in seen.right.licences if runs_on(licence, seen.day))
    return Decimal(fees) / FEN_PER_YUAN


def fees(seen: MeasureSeen) -> str | None:
    """Return the state of the annual fees; None if the last paid year is unknown."""
    standing = fee_state(seen.right, seen.day, seen.rules).standing
    if standing is FeeStanding.PRESERVED:
        # Late and with a surcharge, as in the grace period; only the lapse waits for the court.
        return FeeStanding.IN_GRACE.value
    return None if standing is FeeStanding.UNKNOWN else standing.value


MEASURES: Mapping[str, RightMeasure] = {
    "proceedings": RightMeasure(
        Text("登记簿所载程序", "proceedings by the record"), proceedings, ("none", "dispute", "invalidation")
    ),
    "examination": RightMeasure(
        Text("授权前的审查", "examination before grant"), examination, ("substantive", "preliminary")
    ),
    "burdens": RightMeasure(Text("权利负担数", "burdens"), burdens),
    "company": RightMeasure(Text("同一企业其他有效权利数", "other rights of the firm in force"), company),
    "years_left": RightMeasure(Text("剩余法定年限", "remaining years of legal life"), years_left),
    "licence_income": RightMeasure(Text("在期许可年收入（元）", "yearly income from licences in force (yuan)"), licence_income),
    "fees": RightMeasure(
        Text("年费", "annual fees"), fees, ("none", "paid", "due", "in_grace", "lapsed")
    ),
}  # fmt: skip


def seen_among(right: Right, rights: Sequence[Right], day: date, rules: Rulebook) -> MeasureSeen:
    """Return a right among all those of its firm."""
    return MeasureSeen(right, tuple(other for other in rights if other.id != right.id), day, rules)
