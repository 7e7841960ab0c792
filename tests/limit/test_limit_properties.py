"""How a credit limit responds: what must never raise it, what must never lower it, and that both ways of search agree."""

from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from limit_cases import DAY, FIRMS, POLICY, arrangement_of, firm_of, limit_of

from examples import examples
from zhirong.chain.credit.statements import Statements
from zhirong.chain.limit.capacity import annuity
from zhirong.chain.limit.limit import firm_limits
from zhirong.chain.limit.records import (
    Arrangement,
    Collection,
    Evidence,
    GuarantorFigures,
    LenderFigures,
    OtherSecurity,
    flat_division,
)
from zhirong.chain.limit.risk import RiskTests, risk_limit

SOFTWARE, MANUFACTURER, BRAND, BIOTECH = (firm_of(FIRMS[number]) for number in range(4))
LPR = Fraction(3, 100)
MANY = settings(max_examples=examples(40), deadline=None)
M = 100_000_000  # a million yuan in fen


def shares(**parts):
    return arrangement_of({"shares": parts}, LPR)


MODES = [
    shares(lender="1"),
    shares(guarantor="4/5", lender="1/5"),
    shares(guarantor="1", lender="0"),
    shares(fund="4/5", lender="1/5"),
    shares(fund="1/2", lender="1/2"),
    shares(guarantor="2/5", reguarantor="1/5", national_fund="1/5", lender="1/5"),
    shares(guarantor="14/25", park="6/25", lender="1/5"),
    arrangement_of({"shares": {"lender": "1"}, "basis": "pledge"}, LPR),
    arrangement_of({"shares": {"guarantor": "4/5", "lender": "1/5"}, "pledgee": "guarantor"}, LPR),
    arrangement_of(
        {
            "tiers": [
                {"up_to": 10_000_000, "shares": {"fund": "4/5", "lender": "1/5"}},
                {"up_to": 30_000_000, "shares": {"fund": "1/2", "lender": "1/2"}},
                {"shares": {"lender": "1"}},
            ]
        },
        LPR,
    ),
]
money = st.integers(0, 4_000).map(lambda thousands: thousands * 10_000_00)


@st.composite
def statements(draw):
    sales = draw(st.integers(1, 40_000)) * 10_000_00
    part = st.integers(0, 60)
    debt = sales * draw(part) // 200
    assets = sales * draw(st.integers(20, 150)) // 100
    return Statements(
        revenue=sales,
        cost_of_sales=sales * draw(st.integers(10, 95)) // 100,
        total_profit=sales * draw(st.integers(-20, 30)) // 100,
        forecast_growth=Fraction(draw(st.integers(-30, 60)), 100),
        inventory=sales * draw(part) // 200,
        receivables=sales * draw(part) // 200,
        prepayments=sales * draw(part) // 500,
        payables=sales * draw(part) // 250,
        advances_received=sales * draw(part) // 500,
        cash=sales * draw(part) // 300,
        restricted_cash=0,
        working_capital_loans=debt * draw(st.integers(0, 100)) // 100,
        other_channels=0,
        bank_debt=debt,
        soft_assets=assets * draw(st.integers(0, 40)) // 100,
        total_assets=assets,
        total_liabilities=assets * draw(st.integers(5, 95)) // 100,
        operating_cash_flow=sales * draw(st.integers(-5, 30)) // 100,
        operating_cash_flow_before=sales * draw(st.integers(-5, 30)) // 100,
        debt_service=sales * draw(st.integers(0, 10)) // 100,
    )


@st.composite
def firms(draw):
    grade = draw(st.sampled_from("ABCD"))
    pd = {"A": Fraction(105, 10_000), "B": Fraction(160, 10_000), "C": Fraction(255, 10_000), "D": Fraction(6, 100)}
    return replace(
        MANUFACTURER,
        asked=draw(st.integers(11, 8_000)) * 10_000_00,
        term_months=draw(st.sampled_from([6, 12, 18, 24, 36])),
        amortising=draw(st.booleans()),
        grade=grade,
        pd=pd[grade],
        size=draw(st.sampled_from(["micro", "small", "medium", "large", None])),
        statements=draw(statements()),
        pledge=draw(money),
        evidence=(Evidence("contract", draw(money)),),
    )


def with_figures(firm, **changes):
    return replace(firm, statements=replace(firm.statements, **changes))


NEVER_LOWERS = {
    "operating cash flow": lambda firm, more: with_figures(
        firm, operating_cash_flow=firm.statements.operating_cash_flow + more
    ),
    "cash flow before": lambda firm, more: with_figures(
        firm, operating_cash_flow_before=firm.statements.operating_cash_flow_before + more
    ),
    "pledge": lambda firm, more: replace(firm, pledge=firm.pledge + more),
    "receipts": lambda firm, more: replace(
        firm,
        collections=(Collection("甲", more + 1, False, date(2027, 1, 31), True, True, True),),
        term_months=max(6, firm.term_months),
    ),
    "security of others": lambda firm, more: replace(
        firm, securities=(OtherSecurity("real_estate", more, 0, False),)
    ),
    "net assets": lambda firm, more: with_figures(firm, total_assets=firm.statements.total_assets + more),
}
NEVER_RAISES = {
    "debt service": lambda firm, more: with_figures(firm, debt_service=firm.statements.debt_service + more),
    "bank debt": lambda firm, more: with_figures(firm, bank_debt=firm.statements.bank_debt + more),
    "own exposure": lambda firm, more: replace(firm, lender=LenderFigures(exposure=more)),
    "soft assets": lambda firm, more: with_figures(
        firm, soft_assets=min(firm.statements.total_assets, firm.statements.soft_assets + more)
    ),
    "working-capital loans": lambda firm, more: with_figures(
        firm, working_capital_loans=min(firm.statements.bank_debt, firm.statements.working_capital_loans + more)
    ),
}


@pytest.mark.parametrize("name", NEVER_LOWERS)
@MANY
@given(firms(), money, st.sampled_from(MODES))
def test_better_never_lowers_it(name, firm, more, mode):
    assert limit_of(NEVER_LOWERS[name](firm, more), mode).amount >= limit_of(firm, mode).amount


@pytest.mark.parametrize("name", NEVER_RAISES)
@MANY
@given(firms(), money, st.sampled_from(MODES))
def test_worse_never_raises_it(name, firm, more, mode):
    assert limit_of(NEVER_RAISES[name](firm, more), mode).amount <= limit_of(firm, mode).amount


@MANY
@given(firms(), money, st.sampled_from([mode for mode in MODES if mode.pledgee == "shared"]))
def test_own_security_moves_from_strength_to_pledge_and_never_lowers_it(firm, more, mode):
    """It leaves the base of K and enters V: at κ = s the two cancel to the fen, so that a step may go by rounding."""
    secured = replace(firm, securities=(OtherSecurity("deposit", more, 0, True),))
    step, minimum = POLICY.amount["step"], POLICY.amount["minimum"]
    before, after = limit_of(firm, mode).amount, limit_of(secured, mode).amount
    assert after >= before - step or (after == 0 and before - step < minimum)


FIGURES = [field.name for field in fields(Statements) if field.name != "provenance"]


@pytest.mark.parametrize("name", FIGURES)
@settings(max_examples=40, deadline=None)
@given(firms(), st.sampled_from(MODES))
def test_a_missing_figure_never_raises_it_and_is_named(name, firm, mode):
    without = with_figures(firm, **{name: None})
    found, lacking = limit_of(without, mode), firm_limits(without, POLICY)
    assert found.amount <= limit_of(firm, mode).amount
    named = {
        *lacking.free.missing,
        *lacking.turnover.missing,
        *lacking.debt_ratio.missing,
        *lacking.exposure.missing,
        *lacking.need.lacking,
    }
    quiet = ("operating_cash_flow_before", "long_term_liabilities", "long_term_assets")
    assert name in named or name in quiet


@MANY
@given(firms(), st.sampled_from(MODES))
def test_it_lies_between_nothing_and_what_is_asked(firm, mode):
    found = limit_of(firm, mode)
    assert 0 <= found.amount <= firm.asked
    assert found.amount <= min(found.caps.values(), default=0) or found.declined
    if found.amount and mode.pledgee == "shared":
        assert sum(found.at_limit.values()) == max(0, found.amount - found.firm.exposure.value)


@MANY
@given(firms(), st.sampled_from([mode for mode in MODES if mode.flat is not None and mode.pledgee == "shared"]))
def test_closed_form_and_search_agree(firm, mode):
    limits = firm_limits(firm, POLICY)
    most, step = min(limits.caps.values()), POLICY.amount["step"]
    closed = risk_limit(RiskTests(firm, mode, limits.exposure, POLICY), most, step)
    searched = risk_limit(RiskTests(firm, replace(mode, flat=None), limits.exposure, POLICY), most, step)
    # The allocator rounds parts to the fen: at the very edge a step may fall on either side.
    assert abs(closed.amount - searched.amount) <= step


@settings(max_examples=60, deadline=None)
@given(firms(), st.sampled_from([mode for mode in MODES if mode.flat is None or mode.pledgee != "shared"]))
def test_halving_finds_what_trying_every_step_finds(firm, mode):
    firm = replace(firm, asked=min(firm.asked, 40 * M))
    limits = firm_limits(firm, POLICY)
    most, step = min(limits.caps.values()), POLICY.amount["step"]
    tests = RiskTests(firm, mode, limits.exposure, POLICY)
    amount = 0
    while amount + step <= most and not tests.failures([amount + step])[0]:
        amount += step
    if most - amount < step and most and not tests.failures([most])[0]:
        amount = most
    assert risk_limit(tests, most, step).amount == amount


@settings(max_examples=60, deadline=None)
@given(firms(), st.integers(0, 80), st.integers(0, 80))
def test_more_cover_never_lowers_it_up_to_four_fifths(firm, one, other):
    # Above the payout ceiling nobody but the lender takes part: any cover at all then leaves what the pledge covers.
    assume(firm.pd <= Fraction(5, 100) or (one == 0) == (other == 0))
    for role in ("guarantor", "fund"):
        low, high = (
            limit_of(firm, shares(**{role: f"{part}/100", "lender": f"{100 - part}/100"})).amount
            for part in sorted((one, other))
        )
        assert high >= low


# -- edges ---------------------------------------------------------------------------------------------------------


def line(firm, mode):
    return limit_of(firm, mode).amount // 100


COVERS = [MODES[0], MODES[1], MODES[3]]


def test_above_the_payout_ceiling_the_lender_alone_may_carry_more_than_with_a_cover_that_nobody_gives():
    # 6 % × 60 % of what is uncovered is at most 1.8 % of the loan up to twice what the pledge covers.
    firm = replace(MANUFACTURER, asked=10**9, grade="D", pd=Fraction(6, 100), pledge=10_000_000)
    alone, covered = (limit_of(firm, mode) for mode in (MODES[0], MODES[3]))
    value = alone.firm.exposure.value
    assert (alone.amount, covered.amount, covered.binding) == (2 * value, value, "payout:fund")


def test_no_sales_is_nothing_under_every_cover():
    firm = with_figures(MANUFACTURER, revenue=0)
    assert [line(firm, mode) for mode in COVERS] == [0, 0, 0]


def test_a_negative_cycle_needs_nothing_by_the_annex():
    firm = with_figures(MANUFACTURER, payables=80 * M)
    need = firm_limits(firm, POLICY).need
    assert need.cycle < 0
    assert (need.annex, need.working, need.route) == (0, 0, "small_firm")
    medium = replace(firm, size="medium")
    assert line(medium, MODES[0]) == 0
    assert line(replace(medium, evidence=(Evidence("order", 5 * M),)), MODES[0]) == 4_000_000


def test_a_guarantor_that_bears_all_must_be_able_to():
    found = limit_of(replace(MANUFACTURER, asked=10**12, size="small"), MODES[2])
    assert "exposure:lender" in found.risk.paper
    assert found.risk.paper["exposure:lender"] is None
    exposed = found.firm.exposure
    assert found.risk.paper["exposure:guarantor"] == exposed.value + exposed.guarantor


def test_probability_of_default_at_both_ends():
    assert line(replace(MANUFACTURER, pd=Fraction(0)), MODES[0]) == 8_000_000
    for mode in COVERS:
        found = limit_of(replace(MANUFACTURER, pd=Fraction(1)), mode)
        assert (found.amount, found.binding) == (0, "admission")
    assert line(replace(MANUFACTURER, grade="E", pd=Fraction(9, 100)), MODES[0]) == 0
    # Above the payout ceiling nobody but the lender takes part: only what the pledge covers.
    six = replace(MANUFACTURER, pd=Fraction(6, 100), grade="D")
    for mode in (MODES[1], MODES[3]):
        found = limit_of(six, mode)
        assert (found.amount // 100, found.binding.split(":")[0]) == (900_000, "payout")


def test_money_lent_to_the_owner_is_no_strength():
    assert line(with_figures(MANUFACTURER, soft_assets=30 * M), MODES[0]) < 8_000_000
    assert firm_limits(with_figures(MANUFACTURER, soft_assets=30 * M), POLICY).exposure.base == 9 * M


def test_replacing_more_than_it_carries_replaces_nothing():
    firm = replace(MANUFACTURER, asked=12 * M, replaces=int(8.5 * M), replaced_service=3 * M)
    carried = limit_of(with_figures(firm, operating_cash_flow=3 * M), MODES[0])
    assert not carried.replaced
    assert carried.firm.firm.replaces == 0
    assert limit_of(firm, MODES[1]).replaced


def test_the_year_before_missing_counts_half():
    free = firm_limits(with_figures(MANUFACTURER, operating_cash_flow_before=None), POLICY).free
    assert free.operating == MANUFACTURER.statements.operating_cash_flow // 2


def test_debt_service_stated_as_nothing_is_not_believed():
    assert firm_limits(with_figures(MANUFACTURER, debt_service=0), POLICY).free.least == 299_666_666


def test_without_a_pledge_it_is_the_firm_s_own_strength():
    found = limit_of(replace(MANUFACTURER, pledge=0, asked=10 * M), MODES[0])
    assert found.amount == 823_000_000
    assert found.without_pledge == found.amount


def test_negative_net_assets_leave_pledge_and_a_month_of_cash():
    firm = with_figures(MANUFACTURER, total_liabilities=80 * M)
    exposed = firm_limits(firm, POLICY).exposure
    assert (exposed.base, exposed.lender) == (0, 43_333_333)


def test_a_micro_firm_has_a_floor_by_its_sales():
    small = with_figures(
        replace(SOFTWARE, size="micro"), total_assets=1 * M, total_liabilities=int(0.95 * M), revenue=3 * M
    )
    exposed = firm_limits(small, POLICY).exposure
    assert exposed.micro
    assert exposed.of_base == min(3 * M * 15 // 100, 30_000_000)


def test_a_rate_of_nothing_is_an_annuity_too():
    assert annuity(Fraction(0), 36) == 3
    assert limit_of(replace(MANUFACTURER, agreed_rate=Fraction(0)), MODES[0]).amount > 0


def test_law_bounds_lender_and_guarantor_where_their_figures_are_known():
    lender = replace(MANUFACTURER, lender=LenderFigures(net_capital=50 * M))
    found = limit_of(lender, MODES[0])
    assert (found.amount, found.binding) == (5 * M, "lender_capital")
    assert "lender_capital" in firm_limits(MANUFACTURER, POLICY).unconfirmed
    guarantor = replace(MANUFACTURER, guarantor=GuarantorFigures(net_assets=40 * M))
    found = limit_of(guarantor, MODES[1])
    assert (found.amount, found.binding) == (5 * M, "guarantor_capital")  # 10 % × 40 m ÷ 80 %


def test_a_whole_tier_ends_the_search_at_its_edge():
    plain = replace(MANUFACTURER, grade="C", pd=Fraction(255, 10_000), evidence=(Evidence("order", 60 * M),))
    firm = with_figures(
        replace(plain, asked=14 * M, pledge=0),
        operating_cash_flow=20 * M,
        operating_cash_flow_before=20 * M,
        total_liabilities=45 * M,
        bank_debt=8 * M,
    )
    found = limit_of(firm, MODES[9])
    assert found.amount == 10 * M
    assert found.binding == "exposure:lender"


def test_nothing_stated_is_nothing_and_named():
    found = limit_of(replace(MANUFACTURER, statements=Statements()), MODES[0])
    assert found.amount == 0
    assert {"operating_cash_flow", "bank_debt"} <= set(found.firm.free.missing)


def test_receipts_count_only_in_order():
    good = Collection("甲", 10 * M, False, date(2027, 6, 30), True, True, True)
    assert limit_of(replace(MANUFACTURER, collections=(good,)), MODES[0]).firm.repayment.collections == 10 * M
    for spoilt in (
        replace(good, related=True),
        replace(good, confirmed=False),
        replace(good, assigned=False),
        replace(good, account=False),
        replace(good, due=None),
        replace(good, due=date(2029, 1, 1)),
        replace(good, payer=""),
    ):
        assert limit_of(replace(MANUFACTURER, collections=(spoilt,)), MODES[0]).firm.repayment.collections == 0


def test_an_agreed_purchase_leaves_the_lender_what_the_price_does_not_pay():
    plan = Arrangement(
        roles=("purchaser", "lender"),
        divide=flat_division({"lender": Fraction(1)}),
        pledgee="purchaser",
        put_price_share=Fraction(3, 5),
    )
    found = limit_of(MANUFACTURER, plan)
    assert found.amount == 8 * M
    assert found.at_limit == {"purchaser": 8 * M * 3 // 5 - 90_823_853, "lender": 8 * M * 2 // 5}
    purchaser = MANUFACTURER.pd * found.at_limit["purchaser"]
    assert found.expected_exact["purchaser"] == purchaser  # it has no claim on the firm: all of it is lost


def test_the_day_of_the_examples_is_the_day_of_the_policy():
    assert POLICY.day == DAY
