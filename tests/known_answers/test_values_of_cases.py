"""Values that were calculated apart from the program, for cases on which it once gave others."""

from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal import Appraisal, appraise
from zhirong.chain.appraisal.case import read_appraisal_case
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.days import working_days_from
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
WORKING_DAYS = working_days_from(RULES.at("calendar.working_days", date(2024, 1, 1)).value)

OPTION = """
[case]
id = "option"
title = { zh = "实物期权", en = "real option" }
as_of = 2026-06-30
[firm]
name = "甲公司"
region = "320500"
[facts]
sme = true
sme_tech = true
bad_credit_on = "never"
substandard_on = "never"
lender_is_partner = true
[request]
amount = "200万元"
term_months = 12
purpose = "采购原材料"
[[rights]]
id = "p1"
kind = "invention"
title = "一种方法"
number = "202619999905.4"
filing_date = 2026-06-30
grant_date = 2026-06-30
fee_paid_through_year = 1
role = "core"
[[rights.holders]]
name = "甲公司"
[appraisal]
purpose = "transfer"
valuation_date = 2026-06-30
rights = ["p1"]
redeployability = "high"
paths = 1000
[[appraisal.method]]
method = "real_option"
project_value = { value = 80000000, grade = "contract" }
development_cost = { value = 100000000, grade = "contract" }
years_to_decide = { value = 5, grade = "contract" }
riskless_rate = 0.03
volatility = { value = 0.30, grade = "contract" }
exercise = "at_end"
leakage = { value = 0.02, grade = "contract" }
"""

WRITTEN_OFF = """
[loan]
id = "B"
principal = 360000
start = 2024-01-15
end = 2024-07-15
method = "interest_with_principal"
rate = 0.036
day_count = "act_360"
[[event]]
id = "D1"
kind = "drawdown"
day = 2024-01-15
amount = 360000
[[event]]
id = "W1"
kind = "write_off"
day = 2025-10-20
"""


def test_a_first_period_of_a_month_and_six_days_as_banks_print_it() -> None:
    """Twelve payments of 85,515.86, the first with six days of 4.8 % on a million on top: 800.00."""
    terms = LoanTerms(
        principal=100_000_000, start=date(2026, 1, 15), end=date(2027, 1, 21), first_due=date(2026, 2, 21),
        method=Method.LEVEL_PAYMENT, rate=FixedRate(Decimal("0.048")), first_period="on_top",
    )  # fmt: skip
    rows = schedule(terms, WORKING_DAYS).rows
    assert [yuan(row.total) for row in rows[:11]] == ["86315.86"] + ["85515.86"] * 10
    assert sum(row.principal for row in rows) == 100_000_000


def test_an_option_at_the_end_of_five_years() -> None:
    """80 m × e^(-0.02 × 5) × N(d1) - 100 m × e^(-0.03 × 5) × N(d2), N by the error function."""
    case = read_appraisal_case(parse_toml(OPTION, "option.toml"), "option.toml")
    found = appraise(case.request, case.rights, RULES, case.as_of)
    assert isinstance(found, Appraisal)
    assert yuan(found.appraised_value) == "14632176.95"


def test_what_was_written_off_is_still_owed() -> None:
    loan = read_loan_file(Reader(parse_toml(WRITTEN_OFF, "loan.toml")), RULES)
    day = date(2025, 10, 20)
    state = replay(loan.events, loan.contract, day, RULES, WORKING_DAYS, day)
    assert yuan(state.payoff) == "391954.05"
