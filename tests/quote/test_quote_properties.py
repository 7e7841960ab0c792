"""What must hold of every quote: names do not matter, better input never hurts, nothing is lost in sharing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quote_cases import case_table, changed

from zhirong.chain.quote.quote import quote
from zhirong.chain.quote.records import GateVerdict, LimitDecision
from zhirong.chain.quote.view import view
from zhirong.workbench import modes, quote_case, rules

pytestmark = pytest.mark.slow

TABLE = case_table("xixian-jingshuixing")
FEW = settings(max_examples=25, deadline=None)
ONE_MODE = [modes()["beijing"]]


def line_of(**changes):
    """The limit under a mode without cover, in which nothing but the firm and its rights decides."""
    return quote(changed(TABLE, **changes), ONE_MODE, rules()).offers[0]


def test_renaming_every_mode_changes_no_result():
    case = changed(TABLE)
    named = view(quote(case, list(modes().values()), rules()))
    renamed = view(quote(case, [replace(mode, id=f"m{n}") for n, mode in enumerate(modes().values())], rules()))
    for one, other in zip(named.modes, renamed.modes, strict=True):
        assert one.id != other.id
        assert replace(one, id="") == replace(other, id="")
    # The headline names the mode it was read from: the only other place a mode's id may stand.
    place = [mode.id for mode in named.modes].index(named.credit_limit.mode)
    assert renamed.credit_limit.mode == renamed.modes[place].id
    one, other = (
        replace(answer, modes=(), credit_limit=replace(answer.credit_limit, mode="")) for answer in (named, renamed)
    )
    assert one == other


def test_the_order_and_company_of_modes_change_no_result():
    case = changed(TABLE)
    together = {offer.mode.id: offer for offer in quote_case(case).offers}
    for mode_id, offer in list(together.items())[::5]:
        assert quote_case(case, [mode_id]).offers[0] == offer


def test_the_same_case_gives_the_same_answer_twice():
    assert view(quote_case(changed(TABLE))) == view(quote_case(changed(TABLE)))


@FEW
@given(st.integers(100_000, 50_000_000), st.sampled_from(sorted(modes())))
def test_the_parts_of_a_full_loss_sum_to_it(amount, mode_id):
    case = changed(
        TABLE,
        request__amount=amount,
        appraisal__method__0__first_year_revenue={"value": "900亿元", "grade": "contract", "source": "test"},
        credit__cash_flow__operating_cash_flow="900亿元",
        credit__cash_flow__operating_cash_flow_before="900亿元",
        credit__debt__total_assets="9000亿元",
        credit__statements__revenue="9000亿元",
        firm__size=None,
        evidence=[{"kind": "contract", "amount": "9000亿元", "source": "test"}],
    )
    offer = quote_case(case, [mode_id]).offers[0]
    limit = offer.mode.limits
    caps = [] if limit is None else [limit.amount_at_most, limit.balance_at_most]
    assert offer.amount == min(amount * 100, *(cap for cap in caps if cap is not None), amount * 100)
    assert sum(part.amount for part in offer.full_loss) == offer.amount
    assert sum(part.amount for part in offer.at_default) == max(
        0, offer.amount - offer.limit.firm.exposure.value
    ) or (offer.mode.security.pledgee != "shared")
    assert all(part.amount > 0 for part in offer.full_loss)
    assert sum(flow.amount for flow in offer.cash_flows if flow.kind in ("drawdown", "principal")) == 0


@FEW
@given(st.integers(100, 20_000), st.integers(0, 20_000), st.sampled_from(["low", "mode", "high"]))
def test_more_revenue_never_lowers_the_line(thousands, more, point):
    def at(amount):
        figures = {"low": 100_000, "mode": 10_000_000, "high": 21_000_000, "grade": "declared", "source": "test"}
        shift = {"low": 0, "mode": 0, "high": 0} | {point: amount * 1000}
        stated = sorted(figures[name] + shift[name] for name in ("low", "mode", "high"))
        low, mode, high = stated
        return line_of(appraisal__method__0__first_year_revenue={**figures, "low": low, "mode": mode, "high": high})

    assert at(thousands + more).amount >= at(thousands).amount


@FEW
@given(st.decimals("0.005", "0.10", places=3), st.decimals("0", "0.05", places=3))
def test_a_higher_royalty_never_lowers_the_line(royalty, more):
    def at(rate):
        return line_of(
            appraisal__method__0__royalty_rate={"value": rate, "grade": "declared", "source": "test"}
        ).amount

    assert at(royalty + more) >= at(royalty)


CREDIT_STEPS = [
    ("credit__tax__tax_grade", ["D", "C", "M", "B", "A"]),
    ("credit__compliance__penalties_in_three_years", [5, 2, 1, 0]),
    ("credit__compliance__dishonest_judgment_debtor", [True, False]),
    ("credit__debt__total_debt", ["2500万元", "1800万元", "1150万元", "400万元"]),
    ("credit__debt__overdue", ["10万元", 0]),
    ("credit__cash_flow__operating_cash_flow", ["-100万元", 0, "100万元", "390万元", "2000万元"]),
    ("credit__cash_flow__debt_service", ["500万元", "200万元", "90万元", 0]),
    ("credit__bank_history__worst_overdue_days", [120, 40, 10, 0]),
    ("credit__bank_history__loans_repaid", [0, 1, 2, 8]),
]


@pytest.mark.parametrize(("field", "steps"), CREDIT_STEPS)
@pytest.mark.parametrize("revenue", [3_400_000, 34_000_000, 340_000_000])
def test_better_credit_never_lowers_the_line(field, steps, revenue):
    figure = {"value": revenue, "grade": "audited", "source": "test"}
    lines = [line_of(**{field: step}, appraisal__method__0__first_year_revenue=figure).amount for step in steps]
    assert lines == sorted(lines)


def test_a_gate_that_fails_leaves_no_line():
    case = changed(TABLE, credit__compliance__dishonest_judgment_debtor=True)
    found = quote(case, ONE_MODE, rules())
    assert found.credit_limit.decision is LimitDecision.DECLINE
    assert (found.credit_limit.amount, found.offers[0].amount, found.credit_limit.uncovered.amount) == (0, 0, 0)
    assert found.credit_limit.binding == found.offers[0].limited_by == "dishonest_judgment_debtor"


@FEW
@given(st.integers(1, 400), st.integers(0, 300))
def test_asking_for_more_never_brings_less(ten_thousands, more):
    def at(amount):
        return line_of(request__amount=amount * 10_000).amount

    assert at(ten_thousands + more) >= at(ten_thousands)


def test_the_line_never_exceeds_any_of_its_limits():
    for name in ("xixian-jingshuixing", "suzhou-beiang", "futian-borrower"):
        found = quote(changed(case_table(name)), ONE_MODE, rules()).offers[0]
        assert found.amount <= min(cap.amount for cap in found.caps)
        assert found.limited_by == found.caps[0].code


def test_effective_cost_is_the_rate_where_nothing_else_is_paid():
    """A loan at 4.30 % with monthly interest and no charges costs (1 + 0.043/360·days)… a year: by hand."""
    mode = replace(modes()["beijing"], charges=())
    offer = quote(changed(TABLE), [mode], rules()).offers[0]
    start = offer.schedule.terms.start
    paid = sum(
        Decimal(-flow.amount) / (1 + offer.annual_cost) ** (Decimal((flow.day - start).days) / 365)
        for flow in offer.cash_flows[1:]
    )
    assert abs(paid - offer.amount) < 1
    assert offer.annual_rate == Decimal("0.043")
    assert Decimal("0.043") < offer.annual_cost < Decimal("0.045")


def in_2024():
    """The Futian case three years on, every paper as current as it was, at LPR plus spread."""
    table = case_table("futian-borrower")
    table["case"]["as_of"] = date(2024, 3, 15)
    table["appraisal"]["valuation_date"] = date(2024, 2, 29)
    del table["request"]["annual_rate"]
    for right, year in zip(table["rights"], (10, 9), strict=False):
        right["fee_paid_through_year"] = year
    for section in table["credit"].values():
        section["date"] = date(2024, 3, 1)
    return changed(table)


def test_subsidies_lower_the_cost_and_nothing_else():
    """Beijing: half of the interest counted at 1.4 × LPR, at most 300,000 a firm and year; half of the appraisal fee."""
    offer = quote(in_2024(), ONE_MODE, rules()).offers[0]
    subsidies = sorted(flow.amount for flow in offer.cash_flows if flow.kind == "subsidy")
    assert sum(subsidies) > 0
    assert max(subsidies) <= 30_000_000
    assert offer.annual_cost < offer.cost_before_subsidy
    before = quote(in_2024(), [replace(ONE_MODE[0], charges=tuple(
        charge for charge in ONE_MODE[0].charges if charge.kind != "subsidy"))], rules()).offers[0]  # fmt: skip
    assert before.annual_cost == offer.cost_before_subsidy
    assert before.full_loss == offer.full_loss


def test_a_subsidy_is_not_paid_before_its_rule_is_in_force():
    """Beijing's subsidies date from 2023; the Xixian loan of 2021 gets none."""
    offer = quote(changed(TABLE), ONE_MODE, rules()).offers[0]
    assert not [charge for charge in offer.charges if charge.kind == "subsidy"]
    assert offer.annual_cost == offer.cost_before_subsidy


@pytest.mark.parametrize("section", sorted(TABLE["credit"]))
def test_leaving_out_a_section_of_the_credit_file_never_raises_the_line(section):
    for changes in ({}, {"credit__cash_flow__operating_cash_flow": "-390万元"}):
        whole = changed(TABLE, **changes)
        without = changed(TABLE, **changes, **{f"credit__{section}": None})
        less, all_of_it = (quote(case, ONE_MODE, rules()).offers[0].amount for case in (without, whole))
        assert less <= all_of_it


def test_the_same_expected_loss_serves_limit_price_and_bearers():
    for offer in quote_case(changed(TABLE)).offers:
        if not offer.amount or offer.mode.security.pledgee != "shared" or offer.mode.security.put:
            continue
        uncovered = max(0, offer.amount - offer.limit.firm.exposure.value)
        lost = sum(offer.limit.expected_exact.values())
        pd, lgd = offer.limit.firm.firm.pd, offer.limit.firm.policy.number["lgd_unsecured"]
        assert lost == pd * lgd * uncovered
        lender = offer.limit.expected_exact.get("lender", 0)
        assert offer.limit.price.expected_rate == lender / offer.amount
    for seen in view(quote_case(changed(TABLE))).modes:
        assert not seen.full_loss or sum(Decimal(part.share) for part in seen.full_loss) == 1


@pytest.mark.parametrize("section", ["debt", "cash_flow", "statements"])
def test_figures_out_of_date_count_as_missing_and_are_named(section):
    ask = {"request__amount": "3000万元"}
    fresh, missing = line_of(**ask), None
    stale = quote(changed(TABLE, **ask, **{f"credit__{section}__date": date(1999, 1, 1)}), ONE_MODE, rules())
    if section == "statements":  # no scorecard reads these, so that nothing but the limit changes
        missing = line_of(**ask, credit__statements=None)
        assert stale.offers[0].limit.amount == missing.limit.amount
    assert stale.offers[0].amount < fresh.amount
    gate = next(gate for gate in stale.gates if gate.code == "figures_missing")
    assert gate.verdict is GateVerdict.OPEN and "过期" in gate.reason.zh
