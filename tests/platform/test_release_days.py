"""The days of a contract and of its release: ahead when it is issued, and no money counts that left before it could."""

from datetime import timedelta

import pytest
from money_world import AMOUNT, Money

from zhirong.kernel.errors import InputError


def refused(act) -> str:
    with pytest.raises(InputError) as told:
        act()
    return told.value.problems[0].code


def test_the_first_day_agreed_lies_ahead_and_while_the_appraisal_holds(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    day = sqlite_platform.day
    assert refused(lambda: money.issue(start=(day - timedelta(days=1)).isoformat())) == "start_past"
    assert refused(lambda: money.issue(start="1990-05-05")) == "implausible_day"
    assert refused(lambda: money.issue(start="2199-12-31")) == "implausible_day"
    after = money.appraisal.valid_until + timedelta(days=1)
    assert refused(lambda: money.issue(start=after.isoformat())) == "start_after_appraisal"
    money.issue(start=money.appraisal.valid_until.isoformat())


def test_money_that_left_before_the_grant_is_no_release(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.ready()
    sqlite_platform.later(5)
    money.on_case(money.officer, "case.disburse")
    for days in (400, 1):
        before = sqlite_platform.day - timedelta(days=days)
        assert refused(lambda day=before: money.pay(AMOUNT, "release", day=day)) == "before_the_grant"
    assert money.loan.state == "waiting"
    granted = sqlite_platform.day
    sqlite_platform.later(2)
    money.pay(AMOUNT, "release", day=granted)
    assert (money.loan.state, money.loan.start) == ("standing", granted)


def test_a_loan_is_not_longer_than_approved_because_it_began_early(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    start = sqlite_platform.day + timedelta(days=90)
    money.issue(start=start.isoformat())
    money.sign()
    money.register()
    money.on_case(money.officer, "case.disburse")
    assert refused(lambda: money.pay(AMOUNT, "release")) == "before_the_start"
    sqlite_platform.set_day(start)
    money.pay(AMOUNT, "release")
    assert money.loan.start == start
