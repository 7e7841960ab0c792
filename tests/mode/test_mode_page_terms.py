"""Each construct of the page on the language, tried as someone would who has read only the page."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from mode_samples import HEAD, lost, mode_of, quota_body

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.charges import Dated, LoanFacts, ModeCharge, charges
from zhirong.chain.mode.claim import read_claims
from zhirong.chain.mode.loss import LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.plain_words import mode_text
from zhirong.chain.mode.reader import read_mode
from zhirong.chain.mode.running_allocation import running
from zhirong.chain.mode.stream import settle
from zhirong.chain.mode.summary import mode_summary
from zhirong.cli.main import main
from zhirong.kernel.days import add_months
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "mode-language.md").read_text(
    encoding="utf-8"
)
EXAMPLE = next(
    block.split("\n```")[0] for block in PAGE.split("```toml\n")[1:] if 'id = "example-conditions"' in block
)
CLAIM = PAGE.split("```claim\n")[1].split("\n```")[0]
MODE = read_mode(EXAMPLE, "page.toml")
CLAIMED = date(2028, 6, 1)
IN_ORDER: dict[str, object] = {
    "overdue_since": date(2028, 3, 1),
    "due_on": date(2027, 6, 1),
    "first_loan": False,
    "sme_tech": False,
    "key_list": False,
}


def claimed(amount: int = 10_000_000, **more: object) -> LoanLoss:
    """A loan lost as a whole and claimed on 1 June 2028, with everything known and nothing special."""
    facts = more.pop("facts", {})
    assert isinstance(facts, dict)
    given: dict[str, object] = {"claim_day": CLAIMED, "public_elsewhere": 0, **more}
    return lost(amount, facts={**IN_ORDER, **facts}, **given)


def parts_of(*loans: LoanLoss, mode: Mode = MODE) -> list[dict[str, int]]:
    """What each bears; one by one and in columns alike."""
    found = [dict(share.parts) for share in allocate(mode, loans).loans]
    reckoned = running(mode, loans, None, few=0)
    reckoned.move_to(date.max - timedelta(days=1))
    assert [dict(reckoned.parts(loan.loan_id)) for loan in loans] == found
    return found


def fund_of(*loans: LoanLoss) -> list[int]:
    return [parts["fund"] for parts in parts_of(*loans)]


# -- claims ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "day", "paid"),
    [
        ("overdue_since", date(2028, 3, 1), True),  # three months to the day
        ("overdue_since", date(2028, 3, 2), False),
        ("overdue_since", "never", False),
        ("due_on", date(2027, 6, 1), True),  # the last day of the deadline counts
        ("due_on", date(2027, 5, 31), False),
        ("due_on", None, False),
    ],
)
def test_months_since_a_day_and_a_deadline(fact: str, day: object, paid: bool) -> None:
    share = allocate(MODE, [claimed(facts={fact: day})]).of("A")
    assert (share.parts["fund"] > 0) == paid
    assert share.undecided == (day is None)


@pytest.mark.parametrize(
    ("test", "days_ago", "met"),
    [
        ("days_at_least = 90", 90, True),
        ("days_at_least = 90", 89, False),
        ("days_at_most = 60", 60, True),
        ("days_at_most = 60", 61, False),
    ],
)
def test_days_since_a_day(test: str, days_ago: int, met: bool) -> None:
    asked = f'\n[[sharing.claim_condition]]\nfact = "demanded_on"\n{test}\n'
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + asked)
    loan = lost(100, facts={"demanded_on": date(2027, 6, 1) - timedelta(days=days_ago)})
    assert allocate(mode, [loan]).totals["fund"] == (50 if met else 0)


def test_no_bad_record_within_so_many_months() -> None:
    asked = '\n[[sharing.claim_condition]]\nfact = "bad_credit_on"\nnone_within_months = 6\n'
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + asked)
    found = [
        allocate(mode, [lost(100, facts={"bad_credit_on": day})]).totals["fund"]
        for day in ("never", add_months(date(2027, 6, 1), -6), date(2026, 12, 2))
    ]
    assert found == [50, 50, 0]


def test_versions_by_the_day_of_the_claim_or_of_the_loan() -> None:
    before = lost(10_000_000, claim_day=date(2027, 12, 31))  # needs no facts: the terms of 2027 ask for none
    assert fund_of(before) == [4_000_000]
    assert allocate(MODE, [replace(before, claim_day=date(2028, 1, 1))]).of("A").undecided
    by_loan = replace(MODE, versions_by="loan_day")
    assert parts_of(replace(before, claim_day=date(2028, 1, 1)), mode=by_loan)[0]["fund"] == 4_000_000


def test_other_shares_for_a_first_loan_of_a_technology_firm() -> None:
    assert fund_of(claimed()) == [4_000_000]
    assert fund_of(claimed(facts={"first_loan": True, "sme_tech": True})) == [6_000_000]
    assert fund_of(claimed(facts={"first_loan": True})) == [4_000_000]
    (parts,) = parts_of(claimed(facts={"first_loan": None, "sme_tech": True}))
    assert parts == {"lender": 6_000_000, "fund": 4_000_000, "district": 0}


# -- public money ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "elsewhere", "fund", "district"),
    [
        ({}, 0, 4_000_000, 0),
        ({"key_list": True}, 0, 4_000_000, 3_000_000),  # 70 % together
        ({"key_list": True, "first_loan": True, "sme_tech": True}, 0, 5_000_000, 3_000_000),  # 90 cut to 80
        ({"key_list": True}, 2_500_000, 2_500_000, 3_000_000),
        ({}, 4_000_001, 3_999_999, 0),
        ({}, 9_000_000, 0, 0),
    ],
)
def test_a_ceiling_over_all_public_money_in_which_the_fund_gives_way(
    facts: dict[str, object], elsewhere: int, fund: int, district: int
) -> None:
    (parts,) = parts_of(claimed(facts=facts, public_elsewhere=elsewhere))
    assert (parts["fund"], parts["district"]) == (fund, district)
    assert sum(parts.values()) == 10_000_000


def test_what_other_public_money_has_paid_has_to_be_stated() -> None:
    share = allocate(MODE, [claimed(public_elsewhere=None)]).of("A")
    assert share.undecided and share.parts["fund"] == 0
    assert share.refused is not None and "other public funds" in share.refused.en


def test_caps_by_the_year_of_payment_or_of_the_loan() -> None:
    one = claimed(500_000_000, loan_id="A", facts={"key_list": True})
    same_year = replace(one, loan_id="B", loan_day=date(2027, 3, 1))
    next_year = replace(
        one,
        loan_id="C",
        loan_day=date(2027, 3, 2),
        claim_day=date(2029, 1, 2),
        facts={**one.facts, "due_on": date(2028, 6, 1)},
    )
    assert fund_of(one, same_year, next_year) == [200_000_000, 0, 200_000_000]
    by_loan = EXAMPLE.replace('per = ["borrower", "payment_year"]', 'per = ["borrower", "year"]')
    found = parts_of(one, same_year, next_year, mode=read_mode(by_loan, "page.toml"))
    assert [parts["fund"] for parts in found] == [200_000_000, 200_000_000, 0]


def test_a_payment_made_in_the_next_year_counts_in_that_year() -> None:
    body = quota_body({"lender": 5_000, "fund": 5_000}) + (
        '\n[[sharing.cap]]\ncounts = "payment"\nper = ["payment_year"]\npayers = ["fund"]\noverflow_to = "lender"\n'
        'amount = 0.60\n\n[[sharing.timing]]\npayer = "fund"\ndays = 30\n'
    )
    loans = [
        lost(100, loan_id=name, claim_day=date(2027, month, day))
        for name, month, day in (("A", 12, 1), ("B", 12, 2), ("C", 12, 3))
    ]
    found = parts_of(*loans, mode=mode_of(body))  # paid on 31 December, 1 and 2 January
    assert [parts["fund"] for parts in found] == [50, 50, 10]


def test_a_cap_that_holds_only_under_a_condition() -> None:
    assert fund_of(claimed(400_000_000)) == [100_000_000]
    assert fund_of(claimed(400_000_000, facts={"key_list": True})) == [160_000_000]
    assert fund_of(claimed(400_000_000, facts={"key_list": None})) == [100_000_000]


# -- recoveries -----------------------------------------------------------------------------------------------------


def test_the_deposit_of_the_page_is_divided_once_it_is_applied() -> None:
    claims = read_claims(Reader(parse_toml(CLAIM, "claim.toml"), source="claim.toml"))
    settled = settle(MODE, [replace(claims.loans[0], claim_day=date(2027, 6, 1))])
    assert [(m.day, m.kind, m.payer, m.payee, m.paid) for m in settled.movements] == [
        (date(2027, 6, 1), "payment", "fund", "lender", 120_000_000)
    ]
    # The lender bears 1.8 million; half a million makes it less, and the fund gets nothing before it is whole.
    assert settled.positions["A-1"] == {"lender": 130_000_000, "fund": 120_000_000, "district": 0}


# -- charges --------------------------------------------------------------------------------------------------------


def _loan(years: int, **more: object) -> LoanFacts:
    start = date(2026, 1, 15)
    flows = tuple(Dated(add_months(start, number), 400_000) for number in range(1, 12 * years + 1))
    given: dict[str, object] = {
        "interest": flows,
        "lpr": Decimal("0.03"),
        "facts": {"key_list": True, "first_loan": False},
        "part_of_year": lambda first, last: Fraction((last - first).days, 360),
        **more,
    }
    return LoanFacts(100_000_000, start, 12 * years, Decimal("0.048"), **given)  # type: ignore[arg-type]


def _of(loan: LoanFacts, code: str = "interest_subsidy", mode: Mode = MODE) -> list[ModeCharge]:
    return [charge for charge in charges(mode, loan) if charge.code == code]


def test_a_subsidy_is_rounded_once_by_the_rule_and_says_what_it_is_taken_of() -> None:
    # 4,000.00 of interest a month, of it 3.0 ÷ 4.8 at the LPR, of that 40 %: 1,000.00.
    months = _of(_loan(1))
    assert [charge.amount for charge in months] == [100_000] * 12
    assert "interest at the one-year LPR of 3 % 2,500.00 × 40 %" in months[0].explanation.as_text("en")
    assert "按一年期 LPR（3 %）计的利息 2,500.00 × 40 %" in months[0].explanation.as_text("zh")
    # 83.3325 yuan twice: 166.665, down to whole yuan once; and in any number of parts.
    for parts in (1, 2, 3, 7):
        flows = tuple(Dated(date(2026, 6, 1 + n), 66_666 // parts + (n < 66_666 % parts)) for n in range(parts))
        odd = _of(_loan(1, interest=flows))
        assert sum(charge.amount for charge in odd) == 16_600
        assert all(charge.amount % 100 == 0 for charge in odd)


def test_interest_paid_is_called_so_where_the_lpr_does_not_bind() -> None:
    charge, *others = _of(_loan(1, lpr=Decimal("0.05")))
    assert charge.amount + sum(other.amount for other in others) == 1_920_000
    assert "interest paid 4,000.00 × 40 %" in charge.explanation.as_text("en")


@pytest.mark.parametrize("years", [1, 3, 5])
def test_at_most_so_many_years_of_a_subsidy(years: int) -> None:
    assert sum(charge.amount for charge in _of(_loan(years))) == 1_200_000 * min(years, 3)


def test_the_years_of_a_subsidy_end_on_the_day_of_the_contract_not_of_the_payment() -> None:
    # The last interest of the third year is of 15 January 2029 and paid two days later.
    flows = tuple(
        Dated(add_months(date(2026, 1, 15), 12 * year) + timedelta(days=2), 400_000, add_months(date(2026, 1, 15), 12 * year))
        for year in (1, 2, 3, 4)
    )  # fmt: skip
    paid = _of(_loan(4, interest=flows))
    assert sum(charge.amount for charge in paid) == 3 * 100_000
    assert paid[-1].day == add_months(date(2026, 1, 15), 48)


def test_a_yearly_limit_by_year_of_payment_or_of_what_falls_due() -> None:
    limited = EXAMPLE.replace("at_most_per_year = 500000", "at_most_per_year = 15000")
    by_payment = _of(_loan(3), mode=read_mode(limited, "page.toml"))
    assert sum(charge.amount for charge in by_payment) == 1_500_000
    by_due = _of(_loan(3), mode=read_mode(limited.replace('year_of = "payment"', 'year_of = "due"'), "page.toml"))
    # 11, 12, 12 and 1 months fall due in 2026 to 2029.
    limited = read_mode(
        limited.replace('year_of = "payment"', 'year_of = "due"').replace("15000", "11500"), "page.toml"
    )
    assert sum(charge.amount for charge in by_due) == 3_600_000
    assert sum(charge.amount for charge in _of(_loan(3), mode=limited)) == 1_100_000 + 2 * 1_150_000 + 100_000


def test_a_fee_by_the_day_count_of_the_case() -> None:
    loan = replace(_loan(1), term_months=18, interest=())
    fees = _of(loan, "service_fee")
    days = [(date(2027, 1, 15) - loan.start).days, (date(2027, 7, 15) - date(2027, 1, 15)).days]
    assert days == [365, 181]
    assert [fee.amount for fee in fees] == [round(1_000_000 * part / 360) for part in days]
    by_months = read_mode(EXAMPLE.replace('day_count = "case"', 'day_count = "months"'), "page.toml")
    assert [fee.amount for fee in _of(loan, "service_fee", by_months)] == [1_000_000, 500_000]
    with pytest.raises(ValueError, match="day count"):
        charges(MODE, replace(loan, part_of_year=None))


def test_interest_without_a_schedule_follows_the_day_count_of_the_case() -> None:
    (interest,) = _of(replace(_loan(1), interest=()), "interest")
    assert interest.amount == round(100_000_000 * Fraction(48, 1000) * Fraction(365, 360))


# -- the file, told back and checked --------------------------------------------------------------------------------


def test_the_example_is_told_back_with_every_construct() -> None:
    english, chinese = mode_text(MODE, "en"), mode_text(MODE, "zh")
    for words in (
        "versions hold: by the day of the claim",
        "where the firm's first loan and science and technology SME, instead",
        "only where: on the key list",
        "80 % of the loss of the loan, less what district fund, other public money pay first",
        "each year of the payments",
        "first day overdue: at least 3 months ago",
        "day on which the loan fell due: at most 12 months ago",
        "later recoveries go back in turn to: partner bank; the rest in proportion",
        "of the shared components first",
        "50 % where the firm's first loan",
        "at most 3 years",
        "rounded to 1.00 yuan, down",
        "part of a year by the day count of the case",
    ):
        assert words in english, words
    for words in ("按索赔日", "首次贷款", "其他财政资金", "3 个月", "至多 3 年", "先计参与分担的部分"):
        assert words in chinese, words
    data = json.dumps(to_json(mode_summary(MODE)), ensure_ascii=False)
    for key in (
        "versions_by",
        "instead",
        "of_loss",
        "beside",
        "public_elsewhere",
        "weights",
        "rate_if",
        "years_at_most",
    ):
        assert f'"{key}"' in data


SIMPLE = quota_body({"lender": 5_000, "fund": 5_000})
CAP = '\n[[sharing.cap]]\ncounts = "payment"\nper = ["loan"]\npayers = ["fund"]\noverflow_to = "lender"\n'
CHARGE = (
    '\n[[charge]]\ncode = "c"\ntitle = "c"\nkind = "fee"\npayer = "firm"\npayee = "guarantor"\nbase = "loan"\n'
    'rate = 0.01\nwhen = "start"\n'
)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (SIMPLE + CAP.replace('"loan"', '"borrower"') + "of_loss = 0.5\n", "sharing[1].cap[1].of_loss"),
        (SIMPLE + CAP.replace("payment", "shared_loss") + "of_loss = 0.5\n", "sharing[1].cap[1].of_loss"),
        (SIMPLE + CAP + 'amount = 5\nbeside = ["guarantor"]\n', "sharing[1].cap[1].beside"),
        (SIMPLE + CAP + "amount = 5\npublic_elsewhere = true\n", "sharing[1].cap[1].public_elsewhere"),
        (SIMPLE + CAP + 'of_loss = 0.5\nbeside = ["fund"]\n', "sharing[1].cap[1].beside"),
        (SIMPLE + "\n[[sharing.tier.instead]]\nshares = { fund = 1 }\n", "sharing[1].tier[1].instead[1].when"),
        (
            SIMPLE
            + "\n[[sharing.tier.instead]]\nshares = { fund = 0.9 }\n"
            + 'when = [{ fact = "key_list", is = true }]\n',
            "sharing[1].tier[1].instead[1].shares",
        ),
        (
            SIMPLE
            + "\n[[sharing.tier.instead]]\nshares = { firm = 1 }\n"
            + 'when = [{ fact = "key_list", is = true }]\n',
            "sharing[1].tier[1].shares",
        ),
        (SIMPLE + CHARGE + "[[charge.rate_if]]\nrate = 0.02\n", "charge[1].rate_if[1].when"),
        (SIMPLE + CHARGE + "years_at_most = 3\n", "charge[1].years_at_most"),
        (SIMPLE + CHARGE + 'day_count = "case"\n', "charge[1].day_count"),
        (SIMPLE + CHARGE + 'year_of = "payment"\n', "charge[1].year_of"),
        (SIMPLE + CHARGE + 'rounding = "up"\n', "charge[1].rounding"),
        (SIMPLE + '\n[recoveries]\nweights = "some"\n', "recoveries.weights"),
        (SIMPLE + '\n[[condition]]\nfact = "due_on"\nat_least = 3\n', "condition[1].fact"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(body: str, field: str) -> None:
    with pytest.raises(InputError) as error:
        mode_of(body)
    assert [problem.field for problem in error.value.problems] == [field]


def _replacing(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def _problems(change: Callable[[str], str]) -> list[tuple[str, str]]:
    body = SIMPLE + '\n[[sharing.claim_condition]]\nfact = "overdue_since"\nmonths_at_least = 3\n'
    with pytest.raises(InputError) as error:
        read_mode(change(HEAD.format(id="sample") + body), "sample.toml")
    return [(problem.field.split(".")[-1], problem.hint.en) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ('fact = "overdue_since"', 'fact = "overdue_sinse"', "did you mean overdue_since?"),
        ('fact = "overdue_since"', 'fact = "non_performing_months"', "did you mean non_performing_on?"),
        ("months_at_least = 3", "month_at_least = 3", "did you mean months_at_least?"),
        ("fund = 0.5000", "fnud = 0.5000", "did you mean fund?"),
        ('rest_to = "lender"', 'rest_too = "lender"', "did you mean rest_to?"),
    ],
)
def test_a_misspelt_name_is_met_with_the_right_one(old: str, new: str, meant: str) -> None:
    assert meant in [hint for _, hint in _problems(_replacing(old, new))]


def test_a_name_that_resembles_nothing_is_met_with_no_suggestion() -> None:
    for old, new in (
        ('fact = "overdue_since"', 'fact = "collateral"'),
        ("months_at_least = 3", "weeks_at_least = 3"),
    ):
        hints = [hint for _, hint in _problems(_replacing(old, new))]
        assert hints and not any("did you mean" in hint for hint in hints), hints


def test_the_check_command_says_what_the_fact_may_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.toml"
    body = SIMPLE + '\n[[sharing.claim_condition]]\nfact = "non_performing_months"\nmonths_at_least = 3\n'
    path.write_text(HEAD.format(id="wrong") + body, encoding="utf-8")
    assert main(["modes", "check", str(path), "--lang", "en"]) == 1
    shown = capsys.readouterr().out
    assert "did you mean non_performing_on?" in shown
    assert "term_months" not in shown and "did you mean at_least?" not in shown
