"""What a lender may count on: every factor from a dated rule, their product to the fen, better never lower."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import exp

import pytest
from appraisal_cases import DAY, a_right, figure, read, request, royalty_method

from zhirong.chain.appraisal import Appraisal, LendingValue, appraise, lending_value
from zhirong.chain.appraisal.document import lending_part
from zhirong.chain.appraisal.lending import in_force_at, invalidation_probability
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, Right, Role
from zhirong.kernel.days import add_months, years_between
from zhirong.kernel.document import to_json
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
TERM_END = date(2027, 9, 1)


def lend(*rights: Right, term_end: date = TERM_END, **changes: object) -> tuple[LendingValue, Appraisal]:
    subject = rights or (a_right(),)
    asked = replace(read(), rights=tuple(right.id for right in subject), **changes)  # type: ignore[arg-type]
    found = appraise(asked, subject, RULES, DAY)
    assert isinstance(found, Appraisal)
    return lending_value(found, subject, term_end, RULES, DAY), found


def factor(found: LendingValue, name: str) -> Decimal:
    return next(entry.value for entry in found.factors if entry.name == name)


def test_the_product_of_its_factors_to_the_fen() -> None:
    found, appraisal = lend()
    exact = Fraction(appraisal.value.percentiles[10])
    for entry in found.factors:
        assert 0 <= entry.value <= 1
        assert entry.rules
        exact *= Fraction(entry.value)
    assert found.fen == exact.numerator // exact.denominator
    assert found.low_value == appraisal.value.percentiles[10]
    assert 0 < found.fen < found.low_value < appraisal.appraised_value
    assert found.share_of(appraisal) == Decimal(found.fen) / Decimal(appraisal.appraised_value)


def test_each_factor_follows_from_its_rule() -> None:
    found, appraisal = lend()
    sale_day = add_months(TERM_END, RULES.at("quote.disposal_months", DAY).whole())
    years = years_between(appraisal.request.valuation_date, sale_day)
    assert found.sale_day == sale_day
    assert float(factor(found, "life_left")) == pytest.approx(1 - years / 8, abs=1e-6)
    table = [(row["year"], float(row["in_force"])) for row in RULES.at("appraisal.in_force.invention", DAY).value]
    age = years_between(date(2018, 3, 1), appraisal.request.valuation_date)
    kept = (in_force_at(table, age + years) / in_force_at(table, age)) ** 0.5
    assert float(factor(found, "survival")) == pytest.approx(kept, abs=1e-6)
    assert factor(found, "forced_sale") == RULES.at("appraisal.forced_sale.invention", DAY).value["medium"]
    assert factor(found, "after_disposal_cost") == 1 - RULES.at("appraisal.disposal_cost", DAY).number()
    assert [entry.name for entry in found.factors] == [
        "life_left",
        "survival",
        "validity",
        "forced_sale",
        "after_disposal_cost",
    ]


def test_survival_follows_the_curve_between_and_beyond_its_years() -> None:
    table = [(3, 1.0), (4, 0.8), (5, 0.4)]
    assert [in_force_at(table, age) for age in (0.0, 3.0, 4.0)] == [1.0, 1.0, 0.8]
    assert in_force_at(table, 4.5) == pytest.approx((0.8 * 0.4) ** 0.5)
    assert in_force_at(table, 7.0) == pytest.approx(0.4 * 0.4)
    shares = [in_force_at(table, age / 10) for age in range(100)]
    assert shares == sorted(shares, reverse=True)


def test_other_kinds_lapse_at_their_stated_yearly_rate() -> None:
    found, appraisal = lend(
        a_right(kind=RightKind.UTILITY_MODEL, filing_date=date(2023, 3, 1), grant_date=date(2024, 3, 1))
    )
    years = years_between(appraisal.request.valuation_date, found.sale_day)
    lapse = float(RULES.at("appraisal.lapse_rate.utility_model", DAY).number())
    assert float(factor(found, "survival")) == pytest.approx(exp(-lapse * years), abs=1e-6)


def test_an_invention_whose_filing_date_is_not_known_lapses_at_a_stated_rate() -> None:
    found, appraisal = lend(a_right(filing_date=None, term_end_date=date(2038, 3, 1)))
    years = years_between(appraisal.request.valuation_date, found.sale_day)
    lapse = float(RULES.at("appraisal.lapse_rate.invention", DAY).number())
    assert float(factor(found, "survival")) == pytest.approx(exp(-lapse * years), abs=1e-6)


def test_validity_is_challenge_times_invalidation_and_takes_no_quarter_off_every_patent() -> None:
    ordinary = factor(lend()[0], "validity")
    disputed = factor(lend(a_right(flags=frozenset({Flag.IN_DISPUTE})))[0], "validity")
    pending = factor(lend(a_right(flags=frozenset({Flag.INVALIDATION_PENDING})))[0], "validity")
    assert ordinary > Decimal("0.999")
    assert Decimal("0.90") < disputed < Decimal("0.96")
    assert pending == Decimal("0.747")  # 25.3 % of the inventions that are challenged fall altogether
    assert invalidation_probability(0.001, 0.253, 2) == pytest.approx(0.253 * 0.001 * 2, rel=0.002)
    assert invalidation_probability(0, 0.253, 10) == 0


def test_a_challenged_utility_model_and_design_fall_more_often() -> None:
    pending = frozenset({Flag.INVALIDATION_PENDING})
    shares = {RightKind.UTILITY_MODEL: "0.608", RightKind.DESIGN: "0.540"}
    for kind, expected in shares.items():
        right = a_right(kind=kind, filing_date=date(2022, 3, 1), flags=pending)
        assert factor(lend(right)[0], "validity") == Decimal(expected)


def test_what_is_not_stated_is_taken_at_its_lowest() -> None:
    unstated, stated = lend(redeployability=None)[0], lend(redeployability="low")[0]
    assert unstated.fen == stated.fen
    assert "not stated" in unstated.explanation.as_text("en")
    assert lend(redeployability="high")[0].fen > lend(redeployability="medium")[0].fen > stated.fen


def test_a_further_right_never_lowers_it_and_one_that_is_not_core_does_not_count() -> None:
    alone = lend()[0]
    with_minor = lend(a_right(), a_right("p2", RightKind.LAYOUT_DESIGN, role=Role.GENERAL))[0]
    with_core = lend(a_right(), a_right("p2", RightKind.UTILITY_MODEL, filing_date=date(2024, 1, 1)))[0]
    assert with_minor.fen == alone.fen
    assert with_core.fen >= alone.fen
    assert "utility model" not in with_core.explanation.as_text("en")


def test_a_longer_loan_leaves_less_and_one_past_the_life_leaves_nothing() -> None:
    ends = [date(2027, 3, 1), TERM_END, date(2030, 9, 1), date(2034, 9, 1)]
    values = [lend(term_end=end)[0].fen for end in ends]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert values[-1] == 0


def test_json_and_the_rights_asked_for() -> None:
    found, appraisal = lend()
    content = json.loads(json.dumps(to_json(lending_part(found))))
    assert content["quantile"] == 10
    assert [entry["factor"] for entry in content["factors"]][0] == "life_left"
    assert content["factors"][2]["references"][1]["issuer"] == "国家知识产权局"
    with pytest.raises(ValueError, match="none of the appraised rights"):
        lending_value(appraisal, [a_right("other")], TERM_END, RULES, DAY)


def test_every_kind_of_right_has_every_rule() -> None:
    for kind in RightKind:
        for family in ("invalidation_share", "lapse_rate", "forced_sale"):
            assert f"appraisal.{family}.{kind.value}" in RULES
        levels = RULES.at(f"appraisal.forced_sale.{kind.value}", DAY).value
        assert 0 < levels["low"] <= levels["medium"] <= levels["high"] < 1


def test_a_certain_value_leaves_only_the_factors() -> None:
    found = appraise(request(royalty_method(life=figure(5, kind="years"))), [a_right()], RULES, DAY)
    assert isinstance(found, Appraisal)
    assert lending_value(found, [a_right()], TERM_END, RULES, DAY).low_value == 15_916_792
