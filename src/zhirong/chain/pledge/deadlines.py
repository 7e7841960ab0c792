"""The deadline of the office for a decision on a filing."""

from dataclasses import dataclass
from datetime import date, timedelta

from zhirong.chain.pledge.packs import register_of
from zhirong.chain.pledge.records import Subject
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.rulebook import Rulebook, RuleValue


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term, counted in working days or in calendar days that move over days off.

    is_provisional: the term touches a year whose holidays are not announced yet. rule: the source of the term.
    """

    day: date
    is_provisional: bool
    rule: RuleValue


def review_deadline(
    kind: RightKind,
    received: date,
    is_online: bool,
    calendar: WorkingDays,
    rules: Rulebook,
    subject: Subject = Subject.RIGHT,
) -> Deadline:
    """Return the last day on which the office decides on a filing received on ``received``.

    The day of receipt is not counted. Raises RuleError if the rulebook lacks the register's term.
    """
    folder = f"registration.{register_of(kind, subject)}"
    online = f"{folder}.review_days_online"
    rule = rules.at(online if is_online and online in rules else f"{folder}.review_days", received)
    if rule.unit == "days":
        last = calendar.shift(received + timedelta(days=rule.whole()), "following")
    else:
        last = calendar.add(received, rule.whole())
    return Deadline(last, calendar.is_provisional(received) or calendar.is_provisional(last), rule)
