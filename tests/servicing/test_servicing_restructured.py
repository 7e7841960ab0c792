"""The classification of restructured loans by the order of 2023: watch, second restructuring, refinancing, upgrades."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.classification import (
    Classification,
    DebtorClaims,
    DebtorLoan,
    LoanFacts,
    classify,
    classify_debtor,
    watch_of,
)
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition, LoanStanding, Restructured
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.fields import Reader

TERMS = LoanTerms(
    50_000_000, date(2024, 2, 6), date(2025, 2, 6), Method.BULLET, FixedRate(Decimal("0.036")),
    cycle=Cycle(3, "month"), day_count="act_360",
)  # fmt: skip
CHANGED = date(2024, 4, 10)  # first due day after it: 10 July 2024
WATCH = "lending.classification.watch"


def state_of(day: date, *later: ev.Event) -> LoanPosition:
    drawn = ev.Drawdown(id="D", day=TERMS.start, booked=TERMS.start, amount=TERMS.principal)
    return replay([drawn, *later], Contract("L1", TERMS, Decimal("0.5"), Decimal(1)), day, RULES, WORKING_DAYS)


def restructured(day: date = CHANGED, until: date = date(2027, 4, 10), name: str = "R") -> ev.Restructuring:
    return ev.Restructuring(id=name, day=day, booked=day, until=until)


def paid_in_time(until: date, without: tuple[date, ...] = (), *before: ev.Event) -> list[ev.Event]:
    """What falls due after the change up to ``until``, paid on its day, but for some due days."""
    events: list[ev.Event] = list(before) or [restructured()]
    for item in state_of(until, *events).items:
        if item.left and item.due not in without and item.due <= until:
            events.append(ev.Payment(id=f"P{item.due}", day=item.due, booked=item.due, amount=item.interest))
    return events


def judged(day: date, *events: ev.Event, facts: LoanFacts | None = None) -> Classification:
    return classify(state_of(day, *events).standing, RULES, day, facts)


def test_the_watch_lasts_two_periods_and_a_year_from_the_first_due_day() -> None:
    events = paid_in_time(date(2025, 7, 10))
    assert judged(CHANGED, restructured()).decided_by == WATCH
    assert judged(date(2025, 7, 10), *events).category.value == "special_mention"
    assert judged(date(2025, 7, 11), *events).category.value == "normal"


def test_two_long_periods_are_longer_than_a_year() -> None:
    change = Restructured(date(2024, 4, 10), date(2025, 4, 10))
    dues = tuple(date(year, 4, 10) for year in (2025, 2026, 2027, 2028))
    watch = watch_of(LoanStanding(restructurings=(change,), dues=dues), LoanFacts(), RULES, date(2025, 6, 1))
    assert watch is not None and watch.end == date(2027, 4, 10)


def test_a_payment_missed_within_the_watch_begins_it_anew_from_that_day() -> None:
    missed = date(2024, 10, 10)
    late = ev.Payment(id="late", day=date(2024, 11, 20), booked=date(2024, 11, 20), amount=50_000_000)
    before = paid_in_time(missed, (missed,))
    owed = state_of(date(2024, 11, 20), *before).due
    after = [*before, replace(late, amount=owed)]
    events = paid_in_time(date(2025, 10, 13), (missed,), *after)
    for day, category in (
        (date(2025, 7, 11), "special_mention"),
        (date(2025, 10, 10), "special_mention"),
        (date(2025, 10, 13), "normal"),
    ):
        assert judged(day, *[one for one in events if one.day <= day]).category.value == category
    ground = next(one for one in judged(date(2025, 7, 11), *events).grounds if one.rule == WATCH)
    assert ground.value == date(2025, 10, 10)
    assert ground.source is not None and ground.source.reference.confidence == "verified"


def test_the_example_of_the_rules_sheet() -> None:
    """Restructured 2024-03-20, first due day 2024-06-20, that of 2024-09-20 missed: to 2025-09-20 at the earliest."""
    dues = tuple(date(2024 + month // 12, month % 12 + 1, 20) for month in range(5, 30, 3))
    standing = LoanStanding(
        restructurings=(Restructured(date(2024, 3, 20), dues[0]),), dues=dues, missed=(dues[1],), kept=(dues[0],)
    )
    watch = watch_of(standing, LoanFacts(), RULES, date(2025, 3, 21))
    assert watch is not None and (watch.start, watch.end) == (date(2024, 9, 20), date(2025, 9, 20))


def test_restructured_again_within_the_watch_it_is_substandard_at_least_and_the_rule_is_unconfirmed() -> None:
    events = (restructured(), restructured(date(2024, 6, 3), date(2027, 6, 3), "again"))
    found = judged(date(2024, 6, 4), *events)
    assert (found.category.value, found.decided_by) == (
        "substandard",
        "lending.classification.second_restructuring",
    )
    ground = next(one for one in found.grounds if one.rule == found.decided_by)
    assert ground.source is not None and ground.source.reference.confidence == "unconfirmed"
    assert "state whether the debtor" in ground.text.en
    assert judged(date(2024, 6, 4), *events, facts=LoanFacts(in_difficulty=True)).category.value == "substandard"
    # Where the debtor is stated to be out of difficulty the second change is no restructuring of a debtor in it.
    assert (
        judged(date(2024, 6, 4), *events, facts=LoanFacts(in_difficulty=False)).category.value == "special_mention"
    )


def test_restructured_again_after_the_watch_it_is_watched_anew_and_no_worse() -> None:
    first = paid_in_time(date(2025, 7, 10))
    again = restructured(date(2025, 8, 1), date(2027, 6, 3), "again")
    assert judged(date(2025, 8, 2), *first, again).category.value == "special_mention"


def test_a_loan_that_was_bad_is_not_upgraded_within_the_watch() -> None:
    # 6 May 2024 is missed; restructured 96 days later.
    day = date(2024, 8, 10)
    events = (restructured(day, date(2027, 8, 10)),)
    owed = state_of(day, *events).due
    paid = ev.Payment(id="P", day=day, booked=day, amount=owed)
    found = judged(day + timedelta(days=30), *events, paid)
    assert found.category.value == "substandard"
    assert "lending.classification.restructured_bad" in {ground.rule for ground in found.grounds}


def test_a_debtor_still_in_difficulty_stays_under_watch() -> None:
    events = paid_in_time(date(2025, 7, 11))
    assert judged(date(2025, 7, 11), *events, facts=LoanFacts(in_difficulty=True)).decided_by == WATCH


def test_refinancing_and_an_extension_in_difficulty_count_as_restructuring() -> None:
    day = date(2024, 4, 10)
    assert judged(day).category.value == "normal"
    assert judged(day, facts=LoanFacts(is_refinancing=True)).decided_by == WATCH
    extension = ev.Extension(id="X", day=day, booked=day, until=date(2025, 8, 6), in_difficulty=True)
    assert judged(day, extension).decided_by == WATCH
    assert judged(day, replace(extension, in_difficulty=False)).category.value == "normal"


def test_the_facts_are_read_from_a_file() -> None:
    table: dict[str, Any] = {
        "loan": {
            "id": "L", "principal": 1000, "start": TERMS.start, "end": TERMS.end, "method": "bullet",
            "rate": Decimal("0.05"),
        },
        "event": [
            {"id": "D", "kind": "drawdown", "day": TERMS.start, "amount": 1000},
            {"id": "X", "kind": "extension", "day": CHANGED, "until": date(2026, 1, 1), "in_difficulty": True},
        ],
        "facts": {"refinancing": True, "in_difficulty": False},
        "debtor": {"enhanced": True},
    }  # fmt: skip
    read = read_loan_file(Reader(table), RULES)
    assert read.facts == LoanFacts(is_refinancing=True, in_difficulty=False)
    assert read.debtor == DebtorClaims(is_enhanced=True)
    assert [event.in_difficulty for event in read.events if isinstance(event, ev.Extension)] == [True]
    assert read_loan_file(Reader({**table, "facts": {}}), RULES).facts.in_difficulty is None


@pytest.mark.parametrize(("bad", "category"), [(1000, "normal"), (1001, "substandard")])
def test_ten_per_cent_of_bad_claims_do_not_draw_the_others_with_them_and_more_do(bad: int, category: str) -> None:
    claims = DebtorClaims(claims=10_000, bad=bad)
    day = date(2026, 1, 5)
    assert classify(LoanStanding(), RULES, day, debtor=claims).category.value == category
    assert classify(LoanStanding(), RULES, day, debtor=replace(claims, is_enhanced=True)).category.value == "normal"
    debtor = classify_debtor(
        [DebtorLoan("A", LoanStanding(days_overdue=91), bad), DebtorLoan("B", LoanStanding(), 10_000 - bad)],
        RULES,
        day,
    )
    assert debtor["B"].category.value == category


@pytest.mark.parametrize(
    ("days", "category"),
    [(0, "normal"), (1, "special_mention"), (90, "special_mention"), (91, "substandard"), (270, "substandard"),
     (271, "doubtful"), (360, "doubtful"), (361, "loss")],
)  # fmt: skip
def test_the_bands(days: int, category: str) -> None:
    assert classify(LoanStanding(days_overdue=days), RULES, date(2026, 1, 5)).category.value == category
