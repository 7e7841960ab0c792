"""What is paid on the day that the schedule prints is in time; what the schedule says of a change, the replay does."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from servicing_cases import RULES, SHIFTS, WORKING_DAYS

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate, RateTable, published_rates
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.classification import classify
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.term_checks import findings
from zhirong.chain.loan.terms import Amendment, Draw, Grace, LoanTerms, Method, PaymentStep, PlanItem, Prepayment
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import round_fen

TABLES = published_rates(RULES)


def terms_of(**fields: Any) -> LoanTerms:
    usual: dict[str, Any] = {
        "principal": 60_000_000,
        "start": date(2025, 12, 31),
        "end": date(2026, 6, 30),
        "method": Method.BULLET,
        "rate": FixedRate(Decimal("0.054")),
        "day_count": "act_360",
    }
    return LoanTerms(**{**usual, **fields})


def state_of(terms: LoanTerms, day: date, *later: ev.Event, excess: str = "hold") -> LoanPosition:
    contract = Contract("L1", terms, Decimal("0.5"), Decimal(1), excess=excess)  # type: ignore[arg-type]
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    return replay([drawn, *later], contract, day, RULES, WORKING_DAYS)


def pay(day: date, amount: int, name: str = "") -> ev.Payment:
    return ev.Payment(id=f"P{day}{name}", day=day, booked=day, amount=amount)


@pytest.mark.parametrize(
    ("fields", "payable", "contract_day"),
    [
        (
            {"shift": "modified_following"},
            date(2026, 1, 30),
            date(2026, 1, 31),
        ),  # a Saturday, the last of the month
        ({"shift": "preceding", "start": date(2025, 12, 11)}, date(2026, 1, 9), date(2026, 1, 11)),
        ({"shift": "following", "start": date(2025, 12, 18)}, date(2026, 1, 19), date(2026, 1, 18)),
    ],
)
def test_paid_on_the_day_that_the_schedule_prints(
    fields: dict[str, Any], payable: date, contract_day: date
) -> None:
    terms = terms_of(**fields)
    row = schedule(terms, WORKING_DAYS).rows[0]
    nights = (contract_day - terms.start).days
    assert (row.due, row.written, row.interest) == (payable, contract_day, nights * 9_000)
    for day in (payable, contract_day, contract_day + timedelta(days=1)):
        state = state_of(terms, day, pay(payable, row.total)) if day >= payable else None
        if state is not None:
            assert (state.days_overdue, state.interest_due, state.principal) == (0, 0, terms.principal)
            assert [applied.parts[Component.INTEREST] for applied in state.applied] == [row.interest]
            assert state.accrued == max(0, (day - contract_day).days) * 9_000
            assert classify(state.standing, RULES, day).category.value == "normal"
    # A day later it is late, and only then.
    assert state_of(terms, payable).days_overdue == 0
    assert state_of(terms, payable + timedelta(days=1)).days_overdue == 1


def test_a_debt_payable_after_a_holiday_bears_no_penalty_before() -> None:
    terms = terms_of(method=Method.WITH_PRINCIPAL, start=date(2025, 10, 2), end=date(2026, 10, 2))
    owed = 60_000_000 + 365 * 9_000
    assert state_of(terms, date(2026, 10, 8)).penalty == 0
    assert state_of(terms, date(2026, 10, 8), pay(date(2026, 10, 8), owed)).settled_on == date(2026, 10, 8)
    assert state_of(terms, date(2026, 10, 9)).penalty == 13_500  # one night at 8.1 %
    agreed = terms_of(
        method=Method.WITH_PRINCIPAL, start=date(2025, 10, 2), end=date(2026, 10, 2), end_shift="none"
    )
    assert state_of(agreed, date(2026, 10, 8)).days_overdue == 6


def test_due_days_that_meet_are_both_due() -> None:
    plan = (PlanItem(date(2026, 2, 16), 10_000_000), PlanItem(date(2026, 2, 20), 20_000_000))
    terms = terms_of(method=Method.CUSTOM, plan=plan, shift="following", interest_to_shifted=True)
    day = date(2026, 2, 24)  # the first working day after the Spring Festival
    state = state_of(terms, day)
    assert [(item.due, item.principal) for item in state.items] == [(day, 10_000_000), (day, 20_000_000)]
    assert (state.principal_due, state.not_due) == (30_000_000, 30_000_000)
    assert state_of(terms, day + timedelta(days=1)).penalty == 6_750


@pytest.mark.parametrize("booked", [{}, {"booked": date(2026, 3, 3)}])
def test_an_instalment_named_by_hand_counts_from_the_start(booked: dict[str, Any]) -> None:
    table = {
        "loan": {
            "id": "L1", "principal": 500_000, "start": date(2026, 3, 3), "end": date(2026, 9, 3), "method": "bullet",
            "rate": Decimal("0.036"),
        },
        "event": [
            {"id": "D", "kind": "drawdown", "day": date(2026, 3, 3), "amount": 500_000},
            {"id": "A", "kind": "due_row", "day": date(2026, 4, 3), "principal": 50_000, **booked},
            {"id": "B", "kind": "due_row", "day": date(2026, 4, 9), "principal": 150_000, **booked},
            {"id": "C", "kind": "due_row", "day": date(2026, 9, 3), "principal": 300_000, **booked},
        ],
    }  # fmt: skip
    loan = read_loan_file(Reader(table), RULES)
    state = replay(loan.events, loan.contract, date(2026, 4, 10), RULES, WORKING_DAYS, date(2026, 4, 10))
    assert [(item.principal, item.interest) for item in state.items] == [(5_000_000, 155_000), (15_000_000, 27_000)]
    assert state.not_due == 30_000_000


def test_an_instalment_entered_late_counts_from_its_booking() -> None:
    terms = terms_of(start=date(2026, 3, 3), end=date(2026, 9, 3))
    late = ev.DueRow(id="A", day=date(2026, 4, 3), booked=date(2026, 5, 3), principal=1_000_000)
    last = ev.DueRow(id="B", day=date(2026, 9, 3), booked=date(2026, 5, 3), principal=59_000_000)
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    contract = Contract("L1", terms, Decimal("0.5"), Decimal(1))
    known = [
        replay([drawn, late, last], contract, date(2026, 4, 10), RULES, WORKING_DAYS, day).principal_due
        for day in (date(2026, 4, 10), date(2026, 5, 3))
    ]
    assert known == [0, 1_000_000]


def test_on_one_day_what_falls_due_comes_first_then_acceleration_then_money() -> None:
    terms = terms_of(start=date(2026, 1, 20), end=date(2026, 7, 20), method=Method.EQUAL_PRINCIPAL)
    day = date(2026, 2, 20)
    called = ev.Acceleration(id="X", day=day, booked=day)
    state = state_of(terms, day, pay(day, 20_000_000), called, excess="prepay_reduce")
    assert [(item.principal, item.interest) for item in state.items] == [(10_000_000, 279_000), (50_000_000, 0)]
    [applied] = state.applied
    assert (applied.prepaid, applied.parts[Component.PRINCIPAL]) == (0, 19_721_000)


# -- the replay does what the schedule says ----------------------------------------------------------------------


def rows_after(terms: LoanTerms, day: date) -> list[tuple[date, int, int]]:
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    return [
        (row.due, row.principal, row.interest) for row in rows if row.due > day and row.total and row.kind == "due"
    ]


def last_of(terms: LoanTerms) -> date:
    row = schedule(terms, WORKING_DAYS, TABLES).rows[-1]
    return max(row.due, row.written)


def fallen(
    terms: LoanTerms, last: date, day: date, *events: ev.Event, excess: str = "hold"
) -> list[tuple[date, int, int]]:
    """What falls due after ``day`` up to ``last`` where nothing more is paid; without what was paid by ``day``."""
    state = state_of(terms, last, *events, excess=excess)
    return [
        (item.due, item.principal, item.interest)
        for item in state.items
        if item.due > day and (item.cleared_on is None or item.cleared_on > day)
    ]


def paid_until(terms: LoanTerms, day: date) -> list[ev.Event]:
    """Payments of what the schedule prints, up to and with ``day``."""
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    return [
        pay(row.due, row.total, str(row.number))
        for row in rows
        if row.kind == "due" and row.due <= day and row.total
    ]


@st.composite
def formed(draw: st.DrawFn) -> LoanTerms:
    start = draw(st.dates(date(2024, 7, 1), date(2026, 3, 31)))
    method = draw(st.sampled_from(list(Method)))
    day_count = draw(st.sampled_from(["act_360", "act_365", "30e_360", "monthly", "monthly"]))
    resets = draw(st.sampled_from([Cycle(3, "month"), Cycle(1, "month"), Cycle(7, "day")]))
    fields: dict[str, Any] = {}
    if method is Method.CUSTOM:
        amounts = ((40, 5_000_000), (77, 9_000_000))
        fields["plan"] = tuple(PlanItem(start + timedelta(days=days), amount) for days, amount in amounts)
    elif method is not Method.WITH_PRINCIPAL:
        fields["cycle"] = draw(
            st.sampled_from([Cycle(1, "month"), Cycle(1, "month"), Cycle(3, "month"), Cycle(10, "day")])
        )
        fields["first_due"] = draw(st.none() | st.integers(5, 50).map(lambda days: start + timedelta(days=days)))
    if method in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL):
        steps = st.builds(PaymentStep, st.integers(1, 3), st.sampled_from([Decimal("1.5"), Decimal("0.8")]))
        fields["step"] = draw(st.none() | steps)
        fields["balloon"] = draw(st.sampled_from([0, 0, 20_000_000]))
        fields["grace"] = draw(st.none() | st.integers(1, 2).map(Grace))
    if method is Method.EQUAL_PRINCIPAL:
        fields["principal_every"] = draw(st.sampled_from([1, 2, 3]))
    if method is Method.LEVEL_PAYMENT and day_count == "monthly":
        fields["first_period"] = draw(st.sampled_from(["levelled", "on_top"]))
    terms = terms_of(
        start=start,
        end=start + timedelta(days=draw(st.integers(60, 400))),
        method=method,
        day_count=day_count,
        rate=draw(st.sampled_from([FixedRate(Decimal("0.054")), LinkedRate("lpr_one_year", Decimal(55), resets)])),
        stub=draw(st.sampled_from(["short", "long"])),
        shift=draw(st.sampled_from(SHIFTS)),
        end_shift=draw(st.none() | st.sampled_from(SHIFTS)),
        broken_period=draw(st.sampled_from(["days", "share"])) if day_count == "monthly" else "days",
        interest_to_shifted=day_count != "monthly" and draw(st.booleans()),
        **fields,
    )
    assume(not list(findings(terms)))
    return terms


def some_day(data: st.DataObject, terms: LoanTerms) -> date:
    """A day within the loan, often a due day or near one."""
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    near = st.sampled_from([row.due for row in rows] + [row.written for row in rows])
    day = data.draw(st.one_of(near, near, st.dates(terms.start, terms.end)))
    assume(day > terms.start)
    return day


def test_a_prepayment_on_the_day_of_a_reset_follows_the_reset() -> None:
    """The rate of 1 July lowers the instalment; the prepayment of that day then shortens the loan at that height."""
    linked = LinkedRate("lpr_one_year", Decimal(55), Cycle(3, "month"))
    terms = terms_of(
        start=date(2025, 4, 1),
        end=date(2026, 3, 1),
        method=Method.LEVEL_PAYMENT,
        rate=linked,
        day_count="monthly",
    )
    day = date(2025, 7, 1)
    plain = rows_after(terms, day)
    for amount in (1, 12_000_000):
        prepaid = terms_of(**{**_fields(terms), "changes": (Prepayment(day, amount, "shorten", "next_due"),)})
        more = pay(day, amount, "more")
        found = fallen(terms, last_of(terms), day, *paid_until(terms, day), more, excess="prepay_shorten")
        assert found == rows_after(prepaid, day)
        assert sum(found[0][1:]) == sum(plain[0][1:])  # as high as without it
    assert len(found) == len(plain) - 2  # 12 of some 38 million less to repay, in instalments of 5.5 million


@pytest.mark.parametrize("resets_every", [20, 60])
def test_a_rate_read_anew_before_the_end_of_a_period_paid_early(resets_every: int) -> None:
    """Due on Friday 23 May for a period to Saturday 24 May: the rate of the 23rd counts, for interest and principal."""
    terms = terms_of(
        start=date(2025, 3, 24),
        end=date(2025, 7, 2),
        method=Method.LEVEL_PAYMENT,
        rate=LinkedRate("lpr_over_five_years", Decimal(-20), Cycle(resets_every, "day")),
        day_count="monthly",
        shift="preceding",
    )
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    assert (rows[1].due, rows[1].written) == (date(2025, 5, 23), date(2025, 5, 24))
    state = state_of(terms, terms.end)
    assert [(item.due, item.principal, item.interest) for item in state.items] == [
        (row.due, row.principal, row.interest) for row in rows
    ]
    # On the day itself the rows ahead are those of the schedule as well.
    early = state_of(terms, date(2025, 5, 23))
    assert early.plan is not None
    assert [row.principal for row in early.plan.rows] == [row.principal for row in rows[2:]]
    assert list(early.interest_ahead) == [row.interest for row in rows[2:]]


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(st.data())
def test_an_extension_does_in_the_replay_what_the_schedule_says(data: st.DataObject) -> None:
    terms = data.draw(formed())
    day = some_day(data, terms)
    until = terms.end + timedelta(days=data.draw(st.integers(1, 200)))
    assume(day <= schedule(terms, WORKING_DAYS, TABLES).rows[-1].due and day < until)
    rate = data.draw(st.sampled_from([None, None, Decimal("0.03")]))
    change = Amendment(day, "extension", end=until, rate=None if rate is None else FixedRate(rate))
    extended = terms_of(**{**_fields(terms), "changes": (change,)})
    event = ev.Extension(id="X", day=day, booked=day, until=until, yearly=rate)
    events = (*paid_until(extended, day), event, *_paid_with(extended, day))
    assert state_of(terms, day, *events).days_overdue == 0
    assert fallen(terms, last_of(extended), day, *events) == rows_after(extended, day)


@quick
@given(st.data())
def test_a_restructuring_does_in_the_replay_what_the_schedule_says(data: st.DataObject) -> None:
    terms = data.draw(formed())
    day = some_day(data, terms)
    until = day + timedelta(days=data.draw(st.integers(20, 400)))
    method = data.draw(st.sampled_from([Method.LEVEL_PAYMENT, Method.BULLET, Method.EQUAL_PRINCIPAL]))
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    assume(day <= rows[-1].due)
    capitalises = data.draw(st.booleans())
    rate = data.draw(st.sampled_from([None, Decimal("0.03")]))
    change = Amendment(
        day, "restructuring", end=until, method=method, rate=None if rate is None else FixedRate(rate),
        interest="capitalised" if capitalises else "next_due",
    )  # fmt: skip
    changed = terms_of(**{**_fields(terms), "changes": (change,)})
    event = ev.Restructuring(
        id="X", day=day, booked=day, until=until, yearly=rate, method=method, capitalises=capitalises
    )
    events = (*paid_until(changed, day), event, *_paid_with(changed, day))
    assert fallen(terms, last_of(changed), day, *events) == rows_after(changed, day)


def test_interest_that_fell_due_is_capitalised_in_whole_fen_and_what_grew_since_by_itself() -> None:
    # The last day, Sunday 2025-09-14, is paid on Monday: 6,803,521 fen bear 13 nights to the 14th, 13,266.87 fen, and
    # one more, 1,020.53. Rounded together they would be 14,287.
    terms = terms_of(start=date(2025, 1, 1), end=date(2025, 9, 14), method=Method.LEVEL_PAYMENT)
    day, until = date(2025, 9, 15), date(2025, 10, 5)
    change = Amendment(day, "restructuring", end=until, method=Method.LEVEL_PAYMENT, interest="capitalised")
    changed = terms_of(**{**_fields(terms), "changes": (change,)})
    *_, row, last = schedule(changed, WORKING_DAYS, TABLES).rows
    assert (row.kind, row.capitalised, last.principal) == ("restructuring", 13_267 + 1_021, 6_817_809)
    event = ev.Restructuring(
        id="X", day=day, booked=day, until=until, yearly=None, method=Method.LEVEL_PAYMENT, capitalises=True
    )
    events = (*paid_until(changed, day), event)
    assert fallen(terms, last_of(changed), day, *events) == [(date(2025, 10, 9), 6_817_809, 20_453)]


@pytest.mark.parametrize("capitalises", [True, False])
def test_put_off_where_two_instalments_meet_no_night_is_without_interest(capitalises: bool) -> None:
    """Due days Friday 29 and Saturday 30 November 2024, both payable on the Friday, when everything is put off."""
    plan = (PlanItem(date(2024, 11, 29), 5_000_000), PlanItem(date(2024, 11, 30), 9_000_000))
    terms = terms_of(
        start=date(2024, 10, 29), end=date(2025, 3, 31), method=Method.CUSTOM, plan=plan, shift="preceding"
    )
    day, until = date(2024, 11, 29), date(2025, 1, 29)
    event = ev.Restructuring(
        id="X", day=day, booked=day, until=until, yearly=None, method=Method.BULLET, capitalises=capitalises
    )
    state = state_of(terms, until, event)
    # 60 million at 5.4 % ÷ 360 are 9,000 a night: 31 nights to the 29th. The instalment of the 30th holds the night
    # after it on 55 million, and the 5 million put off from the first bear theirs, 750.
    assert [item.interest for item in state.items[:2]] == [31 * 9_000, 8_250]
    grown = 31 * 9_000 + 8_250 if capitalises else 0
    nights = (date(2024, 12, 29) - date(2024, 11, 30)).days, (until - date(2024, 12, 29)).days
    daily = Fraction(60_000_000 + grown) * Fraction(54, 1000) / 360
    first = 750 + daily * nights[0]
    assert [item.interest for item in state.items[2:]] == [round_fen(first), round_fen(daily * nights[1])]


def _table_of(*points: tuple[date, str]) -> dict[Any, RateTable]:
    source = TABLES["lpr_one_year"].points[0][2]
    return {"lpr_one_year": RateTable("lpr_one_year", tuple((day, Decimal(rate), source) for day, rate in points))}


def test_nights_that_are_put_off_bear_the_rate_of_each_night() -> None:
    """Due 1 October 2025, payable on the 9th; the rate falls on the 3rd, and all is put off on the 5th."""
    plan = (PlanItem(date(2025, 10, 1), 9_000_000),)
    linked = LinkedRate("lpr_one_year", Decimal(0), Cycle(1, "day"), observed="same_day")
    fields = {
        "start": date(2025, 9, 1), "end": date(2025, 12, 1), "method": Method.CUSTOM, "plan": plan, "shift": "following",
    }  # fmt: skip
    day, until = date(2025, 10, 5), date(2025, 11, 5)
    change = Amendment(day, "restructuring", end=until, method=Method.BULLET, interest="next_due")
    tables = _table_of((date(2020, 1, 1), "0.054"), (date(2025, 10, 3), "0.036"))
    rows = schedule(terms_of(**fields, rate=linked, changes=(change,)), WORKING_DAYS, tables).rows
    # 60 million: 30 nights at 5.4 % to the 1st; then 2 nights at 5.4 % and 33 at 3.6 %, on all of it.
    expected = [(date(2025, 10, 9), 0, 270_000), (until, 60_000_000, 216_000)]
    assert [(row.due, row.principal, row.interest) for row in rows if row.total] == expected
    lower = ev.RateSet(id="R", day=date(2025, 10, 3), booked=date(2025, 10, 3), yearly=Decimal("0.036"))
    event = ev.Restructuring(
        id="X", day=day, booked=day, until=until, yearly=None, method=Method.BULLET, capitalises=False
    )
    state = state_of(terms_of(**fields), until, lower, event)
    assert [(item.due, item.principal, item.interest) for item in state.items] == expected


def test_money_drawn_before_the_end_of_a_paid_period_bears_the_rate_of_each_night() -> None:
    """Due Sunday 1 December 2024, payable on Friday; the rate falls on Saturday. The money is drawn on the Friday."""
    linked = LinkedRate("lpr_one_year", Decimal(0), Cycle(1, "day"), observed="same_day")
    tables = _table_of((date(2020, 1, 1), "0.054"), (date(2024, 11, 30), "0.036"))
    day = date(2024, 11, 29)
    terms = terms_of(
        start=date(2024, 11, 1), end=date(2024, 12, 31), shift="preceding", limit=10**10, rate=linked,
        changes=(Draw(day, 10_000_000),),
    )  # fmt: skip
    first, _, last = schedule(terms, WORKING_DAYS, tables).rows
    # 29 nights at 5.4 % and one at 3.6 % on 60 million; then 30 at 3.6 % on 70, and the two nights on the 10 drawn.
    assert (first.due, first.interest) == (day, 29 * 9_000 + 6_000)
    assert last.interest == 30 * 7_000 + 1_500 + 1_000


@pytest.mark.parametrize("capitalises", [True, False])
@pytest.mark.parametrize("day", [date(2025, 10, 9), date(2025, 10, 5)])
def test_put_off_while_instalments_wait_for_their_shifted_day_all_interest_is_owed(
    day: date, capitalises: bool
) -> None:
    """Due days 1, 4 and 7 October 2025, all payable on the 9th; everything is put off before any of it is paid."""
    terms = terms_of(
        start=date(2025, 9, 1), end=date(2025, 10, 16), method=Method.EQUAL_PRINCIPAL, cycle=Cycle(3, "day"),
        shift="following",
    )  # fmt: skip
    until = day + timedelta(days=20)
    change = Amendment(
        day, "restructuring", end=until, method=Method.BULLET, interest="capitalised" if capitalises else "next_due"
    )
    changed = terms_of(**{**_fields(terms), "changes": (change,)})
    event = ev.Restructuring(
        id="X", day=day, booked=day, until=until, yearly=None, method=Method.BULLET, capitalises=capitalises
    )
    earlier = paid_until(terms, date(2025, 9, 30))
    state = state_of(terms, last_of(changed), *earlier, event)
    # 24 million at 5.4 % ÷ 360 are 3,600 a night from 28 September on. The interest of a period that has ended stays
    # due on the 9th, each on what the earlier ones leave; the rest of the nights are in the new instalment.
    if not capitalises:
        rows = [
            row for row in schedule(changed, WORKING_DAYS, TABLES).rows if row.due > date(2025, 9, 30) and row.total
        ]
        waiting = [10_800, 9_000, 7_200] if day == date(2025, 10, 9) else [10_800, 9_000]
        first, later = rows[: len(waiting)], rows[len(waiting) :]
        assert [(row.due, row.principal, row.interest) for row in first] == [
            (date(2025, 10, 9), 0, interest) for interest in waiting
        ]
        assert sum(row.interest for row in later) == (until - date(2025, 9, 28)).days * 3_600 - sum(waiting)
        items = [item for item in state.items if item.due > date(2025, 9, 30)]
        assert [(item.due, item.principal, item.interest) for item in items] == [
            (row.due, row.principal, row.interest) for row in rows
        ]
    else:
        grown = (day - date(2025, 9, 28)).days * 3_600
        assert sum(item.principal_left for item in state.items) == 24_000_000 + grown


@quick
@given(st.data())
def test_a_prepayment_does_in_the_replay_what_the_schedule_says(data: st.DataObject) -> None:
    terms = data.draw(formed())
    day = some_day(data, terms)
    can_shorten = terms.method in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL)
    effect = data.draw(
        st.sampled_from(["reduce", "shorten"] if can_shorten and terms.principal_every == 1 else ["reduce"])
    )
    # Money that comes while an instalment waits for its shifted day covers that first; only what is beyond it prepays.
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    # Where interest runs to the shifted day, nothing waits: the instalment falls due on that day.
    waiting = [
        row for row in rows if row.kind == "due" and row.written <= day < row.due and not terms.interest_to_shifted
    ]
    left = sum(principal for _, principal, _ in rows_after(terms, day)) - sum(row.principal for row in waiting)
    assume(left > 1)
    amount = data.draw(st.integers(1, left - 1))
    prepaid = terms_of(**{**_fields(terms), "changes": (Prepayment(day, amount, effect, "next_due"),)})  # type: ignore[arg-type]
    assume(not list(findings(prepaid)))  # no instalment of principal is fixed yet
    more = pay(day, amount + sum(row.total for row in waiting), "more")
    found = fallen(terms, last_of(terms), day, *paid_until(terms, day), more, excess=f"prepay_{effect}")
    paid_early = {(row.due, row.principal, row.interest) for row in waiting}
    assert found == [row for row in rows_after(prepaid, day) if row not in paid_early]


@quick
@given(st.data())
def test_a_tranche_does_in_the_replay_what_the_schedule_says(data: st.DataObject) -> None:
    terms = data.draw(formed())
    day = some_day(data, terms)
    assume(rows_after(terms, day) and day < terms.end)
    amount = data.draw(st.integers(1, 30_000_000))
    drawn = terms_of(**{**_fields(terms), "limit": 10**10, "changes": (Draw(day, amount),)})
    event = ev.Drawdown(id="E", day=day, booked=day, amount=amount)
    lined = terms_of(**{**_fields(terms), "limit": 10**10})
    assert fallen(lined, last_of(drawn), day, *paid_until(terms, day), event) == rows_after(drawn, day)


@quick
@given(st.data())
def test_every_reset_of_a_linked_rate_does_in_the_replay_what_the_schedule_says(data: st.DataObject) -> None:
    linked = LinkedRate("lpr_over_five_years", Decimal(-20), Cycle(data.draw(st.integers(20, 60)), "day"))
    terms = terms_of(**{**_fields(data.draw(formed())), "rate": linked})
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    state = state_of(terms, max(terms.end, rows[-1].due))
    assert [(item.due, item.principal, item.interest) for item in state.items] == [
        (row.due, row.principal, row.interest) for row in rows if row.total
    ]


def _fields(terms: LoanTerms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in LoanTerms.__dataclass_fields__}


def _paid_with(terms: LoanTerms, day: date) -> list[ev.Event]:
    """What the schedule has paid on the day of the change beside it."""
    rows = schedule(terms, WORKING_DAYS, TABLES).rows
    return [pay(day, row.total, "change") for row in rows if row.kind != "due" and row.due == day and row.total]
