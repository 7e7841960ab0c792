"""Days of recovery: the last one by a rule, and the range within which a stated one must lie."""

from datetime import date

from zhirong.chain.default.machine import counted
from zhirong.kernel.text import Text
from zhirong.operations.loan.loans import calendar
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work


def demand_day(day: date, first: date, last: date, field: str) -> None:
    """Raise InputError for the field unless the day lies between two days, both included."""
    if not first <= day <= last:
        raise refuse(
            "wrong_day",
            field,
            day,
            Text(f"须在 {first} 至 {last} 之间", f"must be between {first} and {last}"),
            Text("请更正日期", "correct the date"),
        )


def last_day(work: Work, rule_id: str) -> date:
    """Return the last day of a deadline that begins today, by the rule in force today."""
    rule = work.rules.at(rule_id, work.day)
    return counted(work.day, rule.whole(), rule.unit, calendar(work.rules, work.day))
