"""Clocks that must not be lost: guarantee period, limitation, enforcement, insurance claim.

Every clock counts from the day after its event and ends on the next working day where its last day is off (Civil Code
201 to 203). Courts disagree whether that holds for the guarantee period, which the law does not extend (Civil Code
692): the rule of the day decides, and the last safe day is the working day on or before the period's own end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhirong.kernel.days import WorkingDays, add_months, add_years
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

GUARANTEE = "recovery.clock.guarantee_months"
GUARANTEE_SHIFT = "recovery.clock.guarantee_shift"
LIMITATION = "recovery.clock.limitation_years"
ENFORCEMENT = "recovery.clock.enforcement_years"
INSURANCE = "recovery.clock.insurance_years"


class GuaranteeTerm(StrEnum):
    """The guarantee's provision on its period. UNTIL_PAID counts as unclear, and therefore as none."""

    NONE = "none"
    MONTHS = "months"
    UNTIL_PAID = "until_paid"


class InterruptionGround(StrEnum):
    """The only events that restart limitation (CC 195)."""

    DEMAND = "demand"
    ACKNOWLEDGEMENT = "acknowledgement"
    SUIT = "suit"
    ARBITRATION = "arbitration"
    LIKE_A_SUIT = "like_a_suit"


@dataclass(frozen=True, slots=True)
class Interruption:
    """A recorded ground that starts limitation again on ``day``. evidence: how it is shown, such as proof of service."""

    day: date
    ground: InterruptionGround
    evidence: str


@dataclass(frozen=True, slots=True)
class LegalClock:
    """A clock. last_day: the act is in time on it. safe_day: the last working day on or before it.

    disputed_day: the last day on the reading that favours the creditor, where courts disagree; else ``last_day``.
    """

    code: str
    last_day: date
    safe_day: date
    disputed_day: date
    explanation: Explanation


def guarantee_clock(
    rules: Rulebook,
    due_day: date,
    working_days: WorkingDays,
    *,
    term: GuaranteeTerm = GuaranteeTerm.NONE,
    months: int = 0,
    extended_to: date | None = None,
    consented: bool = False,
) -> LegalClock:
    """Return the end of the guarantee period of a debt due on ``due_day``.

    months: as agreed, for ``GuaranteeTerm.MONTHS``. An agreed period that ends on or before the due day counts as none
    (CC 692). extended_to: new due day of an extension; it moves the period only if the guarantor ``consented`` in
    writing (CC 695).
    """
    rule, shift = rules.at(GUARANTEE, due_day), rules.at(GUARANTEE_SHIFT, due_day)
    start = extended_to if extended_to is not None and consented else due_day
    agreed = months if term is GuaranteeTerm.MONTHS and months > 0 else 0
    length = agreed or rule.whole()
    end = add_months(start, length)
    moved = working_days.shift(end, "following")
    last = moved if shift.value == "following" else end
    unmoved = extended_to is not None and not consented
    words = Text(
        f"{start} 起 {length} 个月" + ("；未经保证人书面同意的展期不影响保证期间" if unmoved else ""),
        f"{length} months from {start}"
        + ("; an extension without the guarantor's written consent does not move it" if unmoved else ""),
    )
    cited = (rule.reference,) if moved == end else (rule.reference, shift.reference)
    if moved != end:
        words = Text(
            f"{words.zh}；该日为休息日，是否顺延至 {moved} 有争议",
            f"{words.en}; that day is off, and whether {moved} still counts is disputed",
        )
    label = Text("保证期间届满日", "end of the guarantee period")
    explanation = Explanation(label, last, "day", words, cited)
    return LegalClock("guarantee_period", last, _safe(end, working_days), moved, explanation)


def limitation_clock(
    rules: Rulebook, from_day: date, working_days: WorkingDays, interruptions: Sequence[Interruption] = ()
) -> LegalClock:
    """Return the end of limitation for a debt due on ``from_day`` (of instalments the last one, CC 189).

    A ground starts it again only while it runs: one recorded after its end starts nothing.
    """
    rule = rules.at(LIMITATION, from_day)
    years = rule.whole()
    start, last = from_day, working_days.shift(add_years(from_day, years), "following")
    for one in sorted(interruptions, key=lambda item: item.day):
        if start <= one.day <= last:
            start, last = one.day, working_days.shift(add_years(one.day, years), "following")
    words = Text(f"{start} 起 {years} 年", f"{years} years from {start}")
    label = Text("诉讼时效届满日", "end of limitation")
    return _clock("limitation", last, working_days, Explanation(label, last, "day", words, (rule.reference,)))


def enforcement_clock(rules: Rulebook, final_on: date, working_days: WorkingDays) -> LegalClock:
    """Return the last day to apply for enforcement of a title that became final on ``final_on``."""
    return _years(rules, ENFORCEMENT, "enforcement", final_on, working_days)


def insurance_clock(rules: Rulebook, known_on: date, working_days: WorkingDays) -> LegalClock:
    """Return the last day to claim under property insurance for a loss known on ``known_on``."""
    return _years(rules, INSURANCE, "insurance_claim", known_on, working_days)


def _years(rules: Rulebook, rule_id: str, code: str, start: date, working_days: WorkingDays) -> LegalClock:
    rule = rules.at(rule_id, start)
    last = working_days.shift(add_years(start, rule.whole()), "following")
    words = Text(f"{start} 起 {rule.whole()} 年", f"{rule.whole()} years from {start}")
    return _clock(code, last, working_days, Explanation(rule.title, last, "day", words, (rule.reference,)))


def _clock(code: str, last: date, working_days: WorkingDays, explanation: Explanation) -> LegalClock:
    return LegalClock(code, last, _safe(last, working_days), last, explanation)


def _safe(last: date, working_days: WorkingDays) -> date:
    """Return the last working day on or before ``last``."""
    while not working_days.is_working(last):
        last -= timedelta(days=1)
    return last
