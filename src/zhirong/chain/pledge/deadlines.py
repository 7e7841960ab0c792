"""By when the office must have decided on a filing."""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.right.records import PATENT_KINDS, RightKind
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term counted in working days.

    is_provisional: the term touches a year whose holidays are not announced yet. rule: where the term comes from.
    """

    day: date
    is_provisional: bool
    rule: RuleValue


def review_deadline(
    kind: RightKind, received: date, is_online: bool, calendar: WorkingDays, rules: Rulebook
) -> Deadline:
    """The last day on which the office decides on a filing received on ``received``.

    The day of receipt is not counted. Raises RuleError for a kind of right whose register has no rules here.
    """
    if kind not in PATENT_KINDS:
        raise RuleError(f"no rules of registration for {kind}")
    name = "review_days_online" if is_online else "review_days"
    rule = rules.at(f"registration.patent.{name}", received)
    last = calendar.add(received, rule.whole())
    return Deadline(last, calendar.is_provisional(received) or calendar.is_provisional(last), rule)
