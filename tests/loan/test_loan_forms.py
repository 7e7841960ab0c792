"""What must hold for every form of loan and every change of it, and which changes are refused by name."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate, published_rates
from zhirong.chain.loan.schedule import Schedule, schedule
from zhirong.chain.loan.terms import (
    AMORTISING,
    Amendment,
    Change,
    Draw,
    Grace,
    LoanTerms,
    Method,
    PaymentStep,
    PlanItem,
    Prepayment,
)
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
CALENDAR = working_days_from(RULES.at("calendar.working_days", date(2026, 1, 1)).value)
TABLES = published_rates(RULES)
START = date(2024, 1, 31)


@st.composite
def formed_terms(draw: st.DrawFn) -> LoanTerms:
    method = draw(st.sampled_from(list(Method)))
    months = draw(st.integers(2, 30))
    principal = draw(st.integers(1000, 10**10))
    amortises = method in AMORTISING
    linked = draw(st.booleans())
    terms = LoanTerms(
        principal=principal,
        start=START,
        end=add_months(START, months),
        method=method,
        rate=LinkedRate(
            "lpr_one_year", Decimal(draw(st.integers(-50, 300))), Cycle(draw(st.integers(1, 6)), "month")
        )
        if linked
        else FixedRate(Decimal(draw(st.integers(0, 2400))) / 10_000),
        day_count=draw(st.sampled_from(["monthly", "act_360", "act_act"])),  # type: ignore[arg-type]
        end_of_month=draw(st.sampled_from(["same_day", "end_of_month"])),
        shift=draw(st.sampled_from(["none", "following"])),
    )
    if method is Method.CUSTOM:
        days = draw(st.lists(st.integers(1, months * 28), min_size=1, max_size=5, unique=True))
        part = principal // (len(days) + 1)
        return replace(terms, plan=tuple(PlanItem(START + timedelta(days=d), part) for d in sorted(days)))
    if method is not Method.WITH_PRINCIPAL and draw(st.booleans()):
        kind = draw(st.sampled_from(["paid", "capitalised", "deferred"]))
        terms = replace(terms, grace=Grace(draw(st.integers(1, min(4, months - 1))), kind))  # type: ignore[arg-type]
    if amortises and draw(st.booleans()):
        terms = replace(terms, balloon=draw(st.integers(0, principal // 2)))
    if amortises and draw(st.booleans()):
        factor = Decimal(draw(st.integers(50, 150))) / 100
        terms = replace(terms, step=PaymentStep(draw(st.integers(1, 12)), factor))
    if method is Method.EQUAL_PRINCIPAL:
        terms = replace(terms, principal_every=draw(st.integers(1, 4)))
    return terms


@st.composite
def changed_terms(draw: st.DrawFn) -> LoanTerms:
    terms = draw(formed_terms())
    length = (terms.end - terms.start).days
    changes: list[Change] = []
    for _ in range(draw(st.integers(0, 3))):
        day = terms.start + timedelta(days=draw(st.integers(1, length)))
        match draw(st.sampled_from(["draw", "prepay", "amend"])):
            case "draw":
                changes.append(Draw(day, draw(st.integers(1, 10**8))))
            case "prepay":
                effect = draw(st.sampled_from(["reduce", "shorten"])) if terms.method in AMORTISING else "reduce"
                interest = draw(st.sampled_from(["at_once", "next_due"]))
                changes.append(Prepayment(day, draw(st.integers(1, 500)), effect, interest))  # type: ignore[arg-type]
            case "amend":
                kind = draw(st.sampled_from(["renewal", "restructuring"]))
                interest = draw(st.sampled_from(["paid", "capitalised", "next_due"]))
                method = draw(st.sampled_from([None, Method.BULLET, Method.LEVEL_PAYMENT]))
                end = add_months(terms.end, draw(st.integers(1, 12)))
                changes.append(Amendment(day, kind, end=end, method=method, interest=interest))  # type: ignore[arg-type]
    return replace(terms, changes=tuple(changes))


def conserved(made: Schedule) -> None:
    owed, drawn, capitalised = made.terms.principal, made.terms.principal, 0
    for row in made.rows:
        assert row.opening == owed
        assert row.principal >= 0
        assert row.total == row.principal + row.interest
        assert row.closing == row.opening + row.drawn + row.capitalised - row.principal >= 0
        owed, drawn, capitalised = row.closing, drawn + row.drawn, capitalised + row.capitalised
    assert owed == 0
    assert sum(row.principal for row in made.rows) == drawn + capitalised
    assert sum(amount for _, amount in made.flows()) == drawn - sum(row.total for row in made.rows)


@settings(max_examples=examples(40), deadline=None)
@given(formed_terms())
def test_every_form_conserves_principal_and_clears_itself(terms: LoanTerms) -> None:
    made = schedule(terms, CALENDAR, TABLES)
    conserved(made)
    assert all(row.interest >= 0 for row in made.rows)


@settings(max_examples=examples(40), deadline=None)
@given(changed_terms())
def test_every_change_conserves_principal_or_is_refused(terms: LoanTerms) -> None:
    try:
        made = schedule(terms, CALENDAR, TABLES)
    except InputError as error:
        assume({problem.code for problem in error.problems} <= {"change_refused", "unfit_for_method"})
        return
    conserved(made)


@settings(max_examples=60, deadline=None)
@given(formed_terms(), st.integers(1, 600))
def test_other_terms_that_are_the_same_terms_change_nothing(terms: LoanTerms, offset: int) -> None:
    """An extension to the same end leaves every due row as it was, but for a fen of a new last rounding."""
    assume(terms.grace is None and terms.balloon == 0 and terms.step is None and terms.principal_every == 1)
    assume(terms.method in (Method.BULLET, Method.WITH_PRINCIPAL, Method.CUSTOM))
    day = terms.start + timedelta(days=offset)
    assume(day < terms.end)
    plain = schedule(terms, CALENDAR, TABLES).rows
    same = schedule(
        replace(terms, changes=(Amendment(day, "restructuring", end=terms.end),)), CALENDAR, TABLES
    ).rows
    kept = [(row.due, row.principal, row.interest) for row in same if row.kind == "due"]
    assert kept == [(row.due, row.principal, row.interest) for row in plain]


@settings(max_examples=40, deadline=None)
@given(st.integers(10**6, 10**9), st.integers(1, 1500), st.integers(2, 60), st.integers(0, 80))
def test_a_level_payment_never_strays_from_its_formula(amount: int, rate: int, months: int, balloon: int) -> None:
    kept = amount * balloon // 100
    terms = LoanTerms(
        amount,
        START,
        add_months(START, months),
        Method.LEVEL_PAYMENT,
        FixedRate(Decimal(rate) / 10_000),
        balloon=kept,
    )
    monthly = Fraction(rate, 120_000)
    discount = (1 + monthly) ** -months
    exact = (amount - kept * discount) * monthly / (1 - discount)
    for row in schedule(terms, CALENDAR).rows[:-1]:
        assert abs(row.total - exact) <= Fraction(1, 2)


def plain(**changed: object) -> LoanTerms:
    given_terms: dict[str, object] = {
        "principal": 1_000_000_00,
        "start": date(2025, 1, 15),
        "end": date(2026, 1, 15),
        "method": Method.BULLET,
        "rate": FixedRate(Decimal("0.06")),
        "day_count": "act_360",
    }
    return LoanTerms(**{**given_terms, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (plain(balloon=5), "balloon"),
        (plain(step=PaymentStep(1, Decimal(2))), "step"),
        (plain(principal_every=2), "principal_every"),
        (plain(method=Method.WITH_PRINCIPAL, grace=Grace(1)), "grace"),
        (plain(method=Method.CUSTOM), "plan"),
        (plain(plan=(PlanItem(date(2025, 3, 1), 5),)), "plan"),
        (plain(method=Method.CUSTOM, plan=(PlanItem(date(2027, 3, 1), 5),)), "plan"),
        (plain(method=Method.CUSTOM, plan=(PlanItem(date(2025, 3, 1), 10**12),)), "plan"),
        (plain(changes=(Draw(date(2025, 1, 15), 5),)), "draw[1].day"),
        (plain(changes=(Draw(date(2025, 2, 15), 0),)), "draw[1].amount"),
        (plain(changes=(Prepayment(date(2025, 2, 15), 5, "shorten"),)), "prepayment[1].effect"),
        (plain(changes=(Prepayment(date(2025, 2, 15), 10**12),)), "prepayment[1].amount"),
        (plain(changes=(Prepayment(date(2025, 2, 1), None), Draw(date(2025, 3, 1), 5))), "draw[1].day"),
        (plain(limit=1_000_000_00, changes=(Draw(date(2025, 2, 15), 1),)), "draw[1].amount"),
        (plain(limit=5), "principal"),
        (plain(changes=(Amendment(date(2025, 2, 15), "extension", end=date(2025, 2, 1)),)), "amendment[1].end"),
        (plain(method=Method.LEVEL_PAYMENT, balloon=1_000_000_00), "balloon"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(terms: LoanTerms, field: str) -> None:
    with pytest.raises(InputError) as raised:
        schedule(terms, CALENDAR, TABLES)
    assert field in {problem.field for problem in raised.value.problems}
