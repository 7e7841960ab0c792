"""Move time limits that end on a day off to the first working day after it.

Implementing Regulations of the Patent Law, article 5; Civil Code, article 203, where there is no special rule.
"""

from datetime import date
from weakref import WeakKeyDictionary

from zhirong.kernel.days import WorkingDays, working_days_from
from zhirong.kernel.rulebook import Rulebook

_CALENDAR = "calendar.working_days"
# The calendar of a rulebook has hundreds of days; it is read once, not once per right.
_READ: WeakKeyDictionary[Rulebook, dict[date | None, WorkingDays]] = WeakKeyDictionary()


def working_days(rules: Rulebook, day: date) -> WorkingDays:
    """Return the working days by the rulebook on ``day``. Raises RuleError without a calendar."""
    rule = rules.at(_CALENDAR, day)
    kept = _READ.setdefault(rules, {})
    version = rule.reference.valid_from
    if version not in kept:
        kept[version] = working_days_from(rule.value)
    return kept[version]


def roll_over(last: date, rules: Rulebook) -> date:
    """Return the last day of a time limit: ``last`` itself, or the first working day after it if it is a day off.

    In a year that is not in the calendar only weekends are days off.
    """
    return working_days(rules, last).shift(last, "following")
