"""Every form of repayment after something has happened to the loan: what is ahead, worked out by hand or by walking."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate, published_rates
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import Grace, LoanTerms, Method, PaymentStep, PlanItem, Prepayment

START, END = date(2025, 1, 1), date(2025, 9, 1)
YUAN = 100
LEVEL = LoanTerms(120_000_000, START, END, Method.LEVEL_PAYMENT, FixedRate(Decimal("0.06")))
PARTS = replace(LEVEL, method=Method.EQUAL_PRINCIPAL)


def state_of(terms: LoanTerms, day: date, *later: ev.Event, excess: str = "prepay_reduce") -> LoanPosition:
    contract = Contract("L1", terms, Decimal("0.5"), Decimal(1), excess=excess)  # type: ignore[arg-type]
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    return replay([drawn, *later], contract, day, RULES, WORKING_DAYS)


def on(day: date) -> dict[str, object]:
    return {"id": day.isoformat(), "day": day, "booked": day}


def ahead(state: LoanPosition) -> list[tuple[date, int]]:
    return [] if state.plan is None else [(row.period.paid, row.principal) for row in state.plan.rows]


@pytest.mark.parametrize(
    "form",
    [
        {"grace": Grace(3)},
        {"balloon": 40_000_000},
        {"step": PaymentStep(2, Decimal("1.5"))},
        {"grace": Grace(2), "balloon": 10_000_000, "step": PaymentStep(3, Decimal("0.8"))},
    ],
)
def test_after_a_reset_a_level_payment_is_levelled_again_whatever_its_form(form: dict[str, object]) -> None:
    linked = LinkedRate("lpr_over_five_years", Decimal(0), Cycle(1, "month"))
    terms = replace(LEVEL, start=date(2024, 1, 15), end=date(2024, 9, 15), rate=linked, **form)
    rows = schedule(terms, WORKING_DAYS, published_rates(RULES)).rows
    assert len({row.rate for row in rows}) > 1
    items = state_of(terms, terms.end).items
    assert [(i.due, i.principal, i.interest) for i in items] == [(r.due, r.principal, r.interest) for r in rows]
    paying = {item.principal + item.interest for item in items[4:-1]}
    assert max(paying) - min(paying) <= 1 or terms.step is not None


@pytest.mark.parametrize(
    ("form", "effect"),
    [
        *(
            (form, effect)
            for effect in ("reduce", "shorten")
            for form in (
                {},
                {"balloon": 60_000_000},
                {"step": PaymentStep(2, Decimal("1.5"))},
                {"method": Method.EQUAL_PRINCIPAL, "balloon": 60_000_000, "step": PaymentStep(2, Decimal("1.5"))},
            )
        ),
        ({"grace": Grace(3)}, "reduce"),
        ({"method": Method.EQUAL_PRINCIPAL, "principal_every": 3}, "reduce"),
    ],
)
def test_a_partial_payment_does_what_the_schedule_with_a_prepayment_says(
    form: dict[str, object], effect: str
) -> None:
    terms, day = replace(LEVEL, **form), date(2025, 3, 1)
    first = schedule(terms, WORKING_DAYS).rows[:2]
    paid = [ev.Payment(**on(row.due), amount=row.total) for row in first if row.due < day]
    amount = sum(row.total for row in first if row.due == day) + 30_000_000
    paid.append(ev.Payment(**on(day), amount=amount))
    state = state_of(terms, day, *paid, excess=f"prepay_{effect}")
    prepaid = replace(terms, changes=(Prepayment(day, 30_000_000, effect),))  # type: ignore[arg-type]
    rows = [row for row in schedule(prepaid, WORKING_DAYS).rows if row.due > day]
    assert [row for row in ahead(state) if row[1]] == [(row.due, row.principal) for row in rows if row.principal]


def test_shortened_before_the_first_principal_the_instalments_stay_as_high_as_they_were_planned() -> None:
    terms, day = replace(PARTS, principal_every=3), date(2025, 3, 1)
    interest = [ev.Payment(**on(row.due), amount=row.total) for row in schedule(terms, WORKING_DAYS).rows[:2]]
    more = ev.Payment(id="more", day=day, booked=day, amount=30_000_000)
    state = state_of(terms, day, *interest, more, excess="prepay_shorten")
    # 1.2 million would be repaid by 400,000 in April, July and at the end.
    assert [part for _, part in ahead(state) if part] == [40_000_000, 40_000_000, 10_000_000]


def test_an_extended_plan_of_its_own_keeps_its_days_and_clears_on_the_new_end() -> None:
    plan = (PlanItem(date(2025, 4, 1), 30_000_000), PlanItem(END, 90_000_000))
    terms = replace(LEVEL, method=Method.CUSTOM, plan=plan, day_count="act_360")
    state = state_of(terms, date(2025, 2, 1), ev.Extension(**on(date(2025, 2, 1)), until=date(2025, 12, 1)))
    assert ahead(state) == [(date(2025, 4, 1), 30_000_000), (date(2025, 12, 1), 90_000_000)]


def test_an_extension_that_is_refused_on_a_due_day_leaves_what_is_due() -> None:
    day, until = date(2025, 3, 1), date(2025, 12, 1)
    first = ev.Extension(id="first", day=date(2025, 2, 10), booked=date(2025, 2, 10), until=until)
    again = ev.Extension(**on(day), until=until)
    state = state_of(PARTS, day, first, again)
    assert len(state.notes) == 1
    assert replace(state, notes=()) == state_of(PARTS, day, first)


def test_a_restructuring_without_principal_leaves_the_interest_where_it_is() -> None:
    """Principal was covered first, at the end or by a prepayment before it: only interest is owed."""
    principal_first = (
        Component.PRINCIPAL,
        *(component for component in Component if component is not Component.PRINCIPAL),
    )
    for paid_on, day, interest in (
        (END, date(2025, 9, 2), (2_700_000, 0)),
        (date(2025, 1, 11), date(2025, 1, 12), (0, 200_000)),  # ten days / 360
    ):
        paid = ev.Payment(**on(paid_on), amount=PARTS.principal, order=principal_first)
        state = state_of(PARTS, day, paid, ev.Restructuring(**on(day), until=date(2026, 1, 1), capitalises=True))
        assert (state.principal, len(state.notes)) == (0, 1)
        assert (state.interest_due, state.accrued) == interest
        assert replace(state, notes=()) == state_of(PARTS, day, paid)


def test_an_extension_keeps_balloon_grace_steps_and_the_months_of_principal() -> None:
    longer, day = date(2025, 12, 1), date(2025, 3, 1)
    extension = ev.Extension(**on(day), until=longer)
    balloon = ahead(state_of(replace(PARTS, balloon=40_000_000), day, extension))
    # The part of 1 February is late, that of 1 March is put off: 1,100,000 less the balloon over nine due days.
    assert balloon[-1][0] == longer and balloon[-1][1] - balloon[-2][1] in range(40_000_000 - 9, 40_000_000 + 10)
    months = ahead(state_of(replace(PARTS, principal_every=3), day, extension))
    assert [due.month for due, principal in months if principal] == [4, 7, 10, 12]
    in_grace = ahead(state_of(replace(PARTS, grace=Grace(5)), day, extension))
    assert [due.month for due, principal in in_grace if principal] == [7, 8, 9, 10, 11, 12]
    steps = ahead(state_of(replace(PARTS, step=PaymentStep(4, Decimal(2))), day, extension))
    # Due days 3 and 4 weigh 1, 5 to 8 twice as much, 9 to 11 four times.
    assert [Decimal(two[1]) / one[1] > Decimal("1.9") for one, two in pairwise(steps)] == [
        False, True, False, False, False, True, False, False,
    ]  # fmt: skip


def test_a_plan_made_by_hand_stays_as_it_was_named_when_the_rate_changes() -> None:
    rows = [ev.DueRow(id=f"R{d.month}", day=d, booked=START, principal=p * YUAN)
            for d, p in ((date(2025, 4, 1), 200_000), (date(2025, 5, 1), 300_000), (END, 0))]  # fmt: skip
    changed = ev.RateSet(**on(date(2025, 2, 10)), yearly=Decimal("0.05"))
    assert ahead(state_of(LEVEL, date(2025, 2, 10), *rows, changed)) == [
        (date(2025, 4, 1), 20_000_000), (date(2025, 5, 1), 30_000_000), (END, 70_000_000),
    ]  # fmt: skip


def test_a_loan_drawn_on_or_after_its_last_day_is_due_at_once() -> None:
    contract = Contract("L1", LEVEL, Decimal("0.5"), Decimal(1))
    drawn = ev.Drawdown(id="D", day=END, booked=END, amount=1_000_000)
    state = replay([drawn], contract, END, RULES, WORKING_DAYS)
    assert (state.principal, state.principal_due, len(state.notes)) == (1_000_000, 1_000_000, 1)


def test_a_reset_to_the_same_rate_changes_no_interest_in_schedule_or_replay() -> None:
    """30/360 counts 60 days from 31 January to 31 March, but 29 and 32 on the two sides of a reset on 29 February."""
    linked = LinkedRate("lpr_one_year", Decimal(0), Cycle(1, "month"))
    terms = LoanTerms(
        36_000_000, date(2024, 1, 31), date(2024, 3, 31), Method.WITH_PRINCIPAL, linked, day_count="30_360"
    )
    [row] = schedule(terms, WORKING_DAYS, published_rates(RULES)).rows
    assert (row.rate, row.interest) == (Decimal("0.0345"), 207_000)
    assert [item.interest for item in state_of(terms, terms.end).items] == [207_000]
