"""The status of a right on one day: the register's status, the status by dates, and contradictions between them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from zhirong.chain.right.encumbrances import flags_on
from zhirong.chain.right.fees import FeeStanding, fee_state
from zhirong.chain.right.kinds import KINDS, PATENT_KINDS
from zhirong.chain.right.life import LegalLife, as_known_on, life_of_known
from zhirong.chain.right.records import FLAG_TEXT, STATUS_TEXT, Flag, LegalStatus, Right
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

_LABEL = Text("法律状态", "legal status")
_UNKNOWN = Text("不明", "unknown")
_IN_THE_REGISTER = Text("登记簿所载", "status in the register")
_DAYS_KEPT = 20_000  # texts about one day, which many rights of a long list share
_ENDED = frozenset(
    {LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.REFUSED, LegalStatus.WITHDRAWN, LegalStatus.EXPIRED}
)


@dataclass(frozen=True, slots=True)
class StatusOn:
    """A right's status on one day, as known on that day.

    status: None if nothing existed yet, or if neither the register nor the dates show it. register: the register's
    status, as far as it refers to that day. by_dates: the status by dates alone. conflicts: contradictions between
    the two, or among the dates. renewable_until: last day to renew a trademark past its term. reason: why the
    status by dates is what it is.
    """

    status: LegalStatus | None
    register: LegalStatus | None
    by_dates: LegalStatus | None
    flags: frozenset[Flag]
    conflicts: tuple[Text, ...]
    life: LegalLife
    renewable_until: date | None
    reason: Text

    @property
    def explanation(self) -> Explanation:
        """Return how the status follows, made when it is asked for: a long list shows few of them."""
        parts = [self.life.explanation]
        parts.extend(Explanation(Text("不一致", "conflict"), text) for text in self.conflicts)
        parts.extend(Explanation(Text("标记", "flag"), FLAG_TEXT[flag]) for flag in sorted(self.flags))
        is_of_register = self.register is not None and self.status is self.register
        return Explanation(
            _LABEL,
            _UNKNOWN if self.status is None else STATUS_TEXT[self.status],
            formula=_IN_THE_REGISTER if is_of_register else self.reason,
            parts=tuple(parts),
        )

    @property
    def in_force(self) -> bool:
        """Return whether the right exists and can be exercised."""
        return self.status is LegalStatus.IN_FORCE


def status_on(right: Right, day: date, rules: Rulebook) -> StatusOn:
    """Return the status on ``day`` from what was known on that day.

    The register's status takes precedence if there is one, but never beyond the term: a right past its last day is
    expired. Otherwise the status follows from the dates and, for patents, from the annual fees. A register status
    that contradicts the dates is reported.
    """
    known = as_known_on(right, day)
    return status_of_known(known, life_of_known(known, rules, day), day, rules)


def status_of_known(known: Right, life: LegalLife, day: date, rules: Rulebook) -> StatusOn:
    """Return the same of a right that ``as_known_on(right, day)`` has returned, and of its life, for long lists."""
    by_dates, why = _by_dates(known, life, day, rules)
    register = _register_word(known, life, day)
    status = by_dates if register is None else register
    if register is LegalStatus.IN_FORCE and life.is_over(day):
        status = LegalStatus.EXPIRED
    return StatusOn(
        status,
        register,
        by_dates,
        flags=flags_on(known, day),
        conflicts=() if register is None else _conflicts(known, register, by_dates, why),
        life=life,
        renewable_until=_renewable_until(life, status, day),
        reason=why,
    )


def _register_word(right: Right, life: LegalLife, day: date) -> LegalStatus | None:
    """Return the register's status, unless it reports an end that had not come by ``day``."""
    if right.status is LegalStatus.EXPIRED and life.end is not None and day <= life.end:
        return None
    return right.status


def _by_dates(right: Right, life: LegalLife, day: date, rules: Rulebook) -> tuple[LegalStatus | None, Text]:
    begun = _begun(right)
    if right.ended_date is not None:
        status = _kind_of_end(right, begun is not None)
        return status, _ended_on(right.ended_date)
    if begun is None:
        if not KINDS[right.kind].is_registered:
            return None, Text("未填写任何日期，无法判断", "no date is given, so it cannot be determined")
        if right.filing_date is None:
            return None, Text("截至该日尚未申请", "not yet filed on that day")
        return LegalStatus.PENDING, _filed_on(right.filing_date)
    if right.kind in PATENT_KINDS and right.fee_paid_through_year is not None:
        # A right that lapsed because of its fees did so before its term was over, and remains lapsed.
        fees = fee_state(right, day if life.end is None else min(day, life.end), rules)
        if fees.standing is FeeStanding.LAPSED and fees.owed is not None:
            return LegalStatus.LAPSED, Text(
                f"第 {fees.owed.year} 年度年费逾期未缴，自 {fees.lapsed_on} 起终止",
                f"the fee of year {fees.owed.year} was not paid; lapsed as of {fees.lapsed_on}",
            )
    if life.is_over(day):
        return LegalStatus.EXPIRED, _last_day_was(life.end)
    return LegalStatus.IN_FORCE, _in_force_since(begun)


@lru_cache(maxsize=_DAYS_KEPT)
def _in_force_since(day: date) -> Text:
    return Text(f"自 {day} 有效", f"in force since {day}")


@lru_cache(maxsize=_DAYS_KEPT)
def _last_day_was(day: date | None) -> Text:
    return Text(f"{day} 届满", f"its last day was {day}")


@lru_cache(maxsize=_DAYS_KEPT)
def _filed_on(day: date) -> Text:
    return Text(f"{day} 申请，尚未授权或注册", f"filed {day}, not granted")


@lru_cache(maxsize=_DAYS_KEPT)
def _ended_on(day: date) -> Text:
    return Text(f"{day} 终止", f"ended on {day}")


def _kind_of_end(right: Right, begun: bool) -> LegalStatus:
    """Return the meaning of the end date: the register's status if it names an end, else lapse or withdrawal."""
    if right.status in _ENDED:
        return right.status
    return LegalStatus.LAPSED if begun else LegalStatus.WITHDRAWN


def _conflicts(right: Right, register: LegalStatus, by_dates: LegalStatus | None, why: Text) -> tuple[Text, ...]:
    if by_dates is None or register is by_dates or _mere_gap(right, register, by_dates):
        return ()
    says, dates = STATUS_TEXT[register], STATUS_TEXT[by_dates]
    return (
        Text(
            f"登记簿写“{says.zh}”，按日期应为“{dates.zh}”（{why.zh}）",
            f'the register says "{says.en}", but by the dates it is "{dates.en}" ({why.en})',
        ),
    )


def _mere_gap(right: Right, register: LegalStatus, by_dates: LegalStatus) -> bool:
    """Return whether the dates are less specific only because one is missing: an end or a grant without its day."""
    if register in _ENDED and register is not LegalStatus.EXPIRED and right.ended_date is None:
        return True
    return register in (LegalStatus.IN_FORCE, LegalStatus.EXPIRED) and by_dates is LegalStatus.PENDING


def _renewable_until(life: LegalLife, status: LegalStatus | None, day: date) -> date | None:
    """Return the last day to renew a mark past its term, while that is possible."""
    return life.renewal_closes if status is LegalStatus.EXPIRED and life.may_be_renewed_on(day) else None


def _begun(right: Right) -> date | None:
    """Return the day from which a right exists; None while it does not, or if no date shows it."""
    for field in KINDS[right.kind].begins:
        day: date | None = getattr(right, field)
        if day is not None:
            return day
    return None
