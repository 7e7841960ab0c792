"""The measures on working-capital loans: term, extensions, instalments of principal."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.terms import Amendment, LoanTerms, Method, PlanItem
from zhirong.chain.loan.working_capital import measures_not_met
from zhirong.kernel.rulebook import RuleError
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
START = date(2025, 3, 3)
YEAR = LoanTerms(1_000_000, START, date(2026, 3, 3), Method.BULLET, FixedRate(Decimal("0.04")))
THREE = replace(YEAR, end=date(2028, 3, 3), method=Method.EQUAL_PRINCIPAL)


def codes(terms: LoanTerms, *, slow: bool = False) -> list[str]:
    return [one.code for one in measures_not_met(terms, RULES, slow_cash_cycle=slow)]


def test_three_years_or_five_where_cash_comes_back_slowly() -> None:
    longer = replace(THREE, end=date(2028, 3, 4))
    assert (codes(THREE), codes(longer), codes(longer, slow=True)) == ([], ["term_too_long"], [])
    assert codes(replace(THREE, end=date(2030, 3, 4)), slow=True) == ["term_too_long"]


def test_more_than_a_year_is_repaid_by_instalments() -> None:
    longer = replace(YEAR, end=date(2026, 3, 4))
    assert (codes(YEAR), codes(longer)) == ([], ["no_instalments"])
    assert codes(replace(longer, method=Method.LEVEL_PAYMENT)) == []
    planned = replace(longer, method=Method.CUSTOM, plan=(PlanItem(date(2025, 9, 3), 400_000),))
    assert codes(planned) == []
    assert codes(replace(planned, plan=(PlanItem(date(2025, 9, 3), 0),))) == ["no_instalments"]


@pytest.mark.parametrize(
    ("terms", "until", "found"),
    [
        (YEAR, date(2027, 3, 3), []),
        (YEAR, date(2027, 3, 4), ["extended_too_far"]),
        (THREE, date(2029, 9, 3), []),  # eighteen of 36 months
        (THREE, date(2029, 9, 4), ["extended_too_far"]),
    ],
)
def test_extensions_together_are_the_term_or_half_of_it(terms: LoanTerms, until: date, found: list[str]) -> None:
    first = Amendment(date(2025, 6, 1), "extension", end=terms.end.replace(month=4))
    assert codes(replace(terms, changes=(first, Amendment(date(2025, 7, 1), "extension", end=until)))) == found


def test_before_the_measures_nothing_is_said() -> None:
    with pytest.raises(RuleError):
        measures_not_met(replace(YEAR, start=date(2024, 6, 30)), RULES)
    [one] = measures_not_met(replace(YEAR, end=date(2026, 3, 4)), RULES)
    assert one.as_json()["rule"] == "lending.working_capital.instalments_above_months"
    assert one.rule.reference.confidence == "secondary"
