"""Who may use a mode, and who pays whom: each test of a fact, each limit of a charge."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from mode_samples import mode_of, quota_body

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.charges import Dated, LoanFacts, charges
from zhirong.chain.mode.eligibility import eligibility, partner_check
from zhirong.chain.mode.fee_table import fee_tables_on
from zhirong.chain.mode.loss import LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import load_modes

MODES = load_modes()
GOOD = quota_body({"lender": 2_000, "fund": 8_000})
DAY = date(2026, 3, 2)
YUAN = 100
TABLES = fee_tables_on(load_rulebook(), date(2026, 3, 2))


def state_of(condition: str, **facts: object) -> str:
    """How one condition, written as in a file, comes out."""
    (result,) = [
        found
        for found in eligibility(
            mode_of(f"[[condition]]\n{condition}\n" + GOOD),
            {"region": "110108", **facts},
            DAY,
            stale_after_days=365,
        )
        if not found.code.startswith("mode.")
    ]
    if result.state != "met":
        assert result.hint is not None and result.hint.zh and result.hint.en
    return result.state


@pytest.mark.parametrize(
    ("condition", "fact", "met", "unmet"),
    [
        ('fact = "region"\nwithin = ["110000"]', "region", ["110108", "110000"], ["120000"]),
        (
            'fact = "registered_on"\nyears_at_least = 1',
            "registered_on",
            [date(2025, 3, 2), date(2010, 1, 1)],
            [date(2025, 3, 3), "never"],
        ),
        (
            'fact = "bad_credit_on"\nnone_within_years = 3',
            "bad_credit_on",
            ["never", date(2023, 3, 2)],
            [date(2023, 3, 3)],
        ),
        ('fact = "legal_person"\nis = true', "legal_person", [True], [False]),
        ('fact = "dishonest_debtor"\nis = false', "dishonest_debtor", [False], [True]),
        ('fact = "granted_patents"\nat_least = 1', "granted_patents", [1, 9], [0]),
        ('fact = "amount_fen"\nat_most = 5000000', "amount_fen", [500_000_000], [500_000_001]),
        (
            'fact = "ip_share_of_security"\nat_least = 0.5',
            "ip_share_of_security",
            [Decimal("0.5")],
            [Decimal("0.49")],
        ),
        ('fact = "right_kinds"\nany_of = ["invention"]', "right_kinds", [("invention", "design")], [("design",)]),
        (
            'fact = "right_kinds"\nonly_of = ["invention"]',
            "right_kinds",
            [("invention",)],
            [("invention", "design"), ()],
        ),
    ],
)
def test_each_test_of_a_fact(condition: str, fact: str, met: list[object], unmet: list[object]) -> None:
    for value in met:
        assert state_of(condition, **{fact: value}) == "met", value
    for value in unmet:
        assert state_of(condition, **{fact: value}) == "unmet", value
    if fact != "region":
        assert state_of(condition) == "unknown"
        assert state_of(condition, **{fact: None}) == "unknown"


def limits_of(mode: Mode, **facts: object) -> dict[str, str]:
    return {
        r.code: r.state
        for r in eligibility(mode, facts, DAY, stale_after_days=365)
        if not r.code.startswith("mode.")
    }


def test_limits_at_their_edges() -> None:
    mode = mode_of(
        GOOD + "[limits]\namount_at_most = 5000000\nbalance_at_most = 9000000\nterm_months_at_most = 12\n"
        "rate_over_lpr = 0.0080\n"
    )
    at_the_edge = limits_of(
        mode,
        amount_fen=500_000_000,
        borrower_balance_fen=900_000_000,
        term_months=12,
        annual_rate=Decimal("0.0380"),
        lpr_1y=Decimal("0.0300"),
    )
    assert set(at_the_edge.values()) == {"met"}
    beyond = limits_of(
        mode,
        amount_fen=500_000_001,
        borrower_balance_fen=900_000_001,
        term_months=13,
        annual_rate=Decimal("0.038001"),
        lpr_1y=Decimal("0.0300"),
    )
    assert set(beyond.values()) == {"unmet"}
    assert limits_of(mode, annual_rate=Decimal("0.03"))["annual_rate.over_lpr"] == "unknown"


def test_a_fact_that_nobody_defined_is_refused() -> None:
    with pytest.raises(ValueError, match="granted_patents"):
        eligibility(MODES["guangzhou-55"], {"granted_patent": 1}, DAY, stale_after_days=365)


def test_a_rule_that_has_expired_or_not_begun_cannot_be_used() -> None:
    facts = {"region": "440106"}
    expired = {r.code: r.state for r in eligibility(MODES["guangzhou-2020"], facts, DAY, stale_after_days=365)}
    assert expired["mode.in_force"] == "unmet"
    last_day, day_after = (
        {r.code: r.state for r in eligibility(MODES["guangzhou-2025"], facts, day, stale_after_days=5000)}
        for day in (date(2028, 9, 30), date(2028, 10, 1))
    )
    assert "mode.in_force" not in last_day and "mode.validity" not in last_day
    assert day_after["mode.in_force"] == "unmet"


def test_a_mode_that_ends_before_the_loan_is_paid_out_is_not_open_to_it() -> None:
    found = eligibility(
        MODES["guangzhou-2025"],
        {"region": "440106"},
        date(2028, 9, 30),
        stale_after_days=5000,
        loan_day=date(2028, 10, 1),
    )
    assert {r.code: r.state for r in found}["mode.in_force"] == "unmet"


def charge(more: str, kind: str = "fee") -> str:
    return f'\n[[charge]]\ncode = "c"\ntitle = "c"\nkind = "{kind}"\npayer = "firm"\npayee = "guarantor"\n{more}\n'


def paid(body: str, loan: LoanFacts, code: str = "c") -> list[tuple[date, int]]:
    return [(c.day, c.amount) for c in charges(mode_of(GOOD + body), loan) if c.code == code]


LOAN = LoanFacts(1_000_000 * YUAN, date(2024, 7, 1), 18, Decimal("0.06"), lpr=Decimal("0.03"))


def test_a_yearly_charge_counts_the_part_of_the_last_year() -> None:
    yearly = charge('base = "loan"\nrate = 0.01\nper_year = true\nwhen = "yearly"')
    assert paid(yearly, LOAN) == [(date(2024, 7, 1), 10_000 * YUAN), (date(2025, 7, 1), 5_000 * YUAN)]


def test_a_charge_on_the_part_that_a_party_bears() -> None:
    on_share = charge('base = "share"\nof = "fund"\nrate = 0.005\nwhen = "start"')
    assert paid(on_share, LOAN) == [(date(2024, 7, 1), 4_000 * YUAN)]


TIERS = """
[[sharing]]
base = ["principal"]
rest_to = "lender"
residue_to = "lender"
measure = "{measure}"
tier_reading = "{reading}"

[[sharing.tier]]
up_to = 5000000
shares = {{ guarantor = 0.14, lender = 0.86 }}

[[sharing.tier]]
up_to = 10000000
shares = {{ guarantor = 0.20, lender = 0.80 }}

[[sharing.tier]]
shares = {{ guarantor = 0.35, lender = 0.65 }}
"""
ON_SHARE = charge('base = "share"\nof = "guarantor"\nrate = 0.01\nwhen = "start"')


@pytest.mark.parametrize(
    ("reading", "measure", "millions", "balance", "fee"),
    [
        ("whole", "loan_amount", 20, None, 70_000),
        ("whole", "loan_amount", 5, None, 7_000),
        ("whole", "loan_amount", 10, None, 20_000),
        ("whole", "borrower_balance", 5, 20, 17_500),
        ("marginal", "loan_amount", 20, None, 52_000),  # 5 m at 14 %, 5 m at 20 %, 10 m at 35 %
        ("marginal", "loss", 8, None, 13_000),
    ],
)
def test_a_charge_on_a_share_uses_the_tier_of_the_loan(
    reading: str, measure: str, millions: int, balance: int | None, fee: int
) -> None:
    mode = mode_of(TIERS.format(reading=reading, measure=measure) + ON_SHARE)
    amount = millions * 1_000_000 * YUAN
    owed = None if balance is None else balance * 1_000_000 * YUAN
    made = charges(mode, replace(LOAN, amount=amount, borrower_balance=owed))
    assert [c.amount for c in made if c.code == "c"] == [fee * YUAN]
    # The same part as the allocator gives the party of a loss of the whole loan.
    lost = LoanLoss("A", "x", "y", LOAN.start, LOAN.start, amount, amount, borrower_balance=owed)
    assert allocate(mode, [lost]).totals["guarantor"] == 100 * fee * YUAN


def test_a_charge_on_a_share_counts_bonuses_and_layers() -> None:
    body = quota_body({"lender": 8_000, "guarantor": 2_000}) + (
        '\n[[sharing.bonus]]\nto = "guarantor"\nfrom = "lender"\nadd = 0.10\n'
        'when = [{ fact = "ip_pledge", is = true }]\n'
        '\n[[sharing.top_up]]\npayer = "fund"\nfrom = "lender"\nshare = 0.25\nname = { zh = "层", en = "layer" }\n'
    )
    for facts, fee in (({}, 2_000), ({"ip_pledge": True}, 3_000)):
        made = charges(mode_of(body + ON_SHARE), replace(LOAN, facts=facts))
        assert [c.amount for c in made if c.code == "c"] == [fee * YUAN]


def test_charges_for_loans_of_a_size() -> None:
    small = charge('base = "loan"\nrate = 0.003\nloan_at_most = 1000000\nwhen = "start"')
    large = charge('base = "loan"\nrate = 0.005\nloan_above = 1000000\nwhen = "start"')
    assert paid(small, LOAN) == [(date(2024, 7, 1), 3_000 * YUAN)]
    assert paid(large, LOAN) == []
    bigger = replace(LOAN, amount=LOAN.amount + 1)
    assert paid(small, bigger) == []
    assert len(paid(large, bigger)) == 1


def test_an_interest_subsidy_within_all_its_limits() -> None:
    """6 % is paid, at most 1.4 × 3 % = 4.2 % counts, of it the IP part of 80 %, of that half, at most 10,000 a year."""
    subsidy = (
        '\n[[charge]]\ncode = "s"\ntitle = "s"\nkind = "subsidy"\npayer = "fund"\npayee = "firm"\nbase = "interest"\n'
        'rate = 0.5\nlpr_multiple = 1.4\nip_part_only = true\nwhen = "end"\ndays_after = 90\nonly_if_repaid = true\n'
        'group = "interest"\n'
    )
    flows = (
        Dated(date(2024, 12, 31), 30_000 * YUAN),
        Dated(date(2025, 6, 30), 30_000 * YUAN),
        Dated(date(2025, 12, 31), 30_000 * YUAN),
    )
    loan = replace(LOAN, interest=flows, ip_share=Decimal("0.8"))
    each = 30_000 * YUAN * 42 // 60 * 8 // 10 // 2
    assert paid(subsidy, loan, "s") == [(date(2026, 4, 1), each)] * 3
    capped = subsidy + "at_most_per_year = 10000\n"
    assert [amount for _, amount in paid(capped, loan, "s")] == [each, each, 10_000 * YUAN - each]
    made = charges(mode_of(GOOD + capped), loan)
    assert all("按本笔贷款计" in c.explanation.as_text() for c in made if c.code == "s")
    assert paid(subsidy, replace(loan, repaid=False), "s") == []
    with pytest.raises(ValueError, match="LPR"):
        charges(mode_of(GOOD + subsidy), replace(loan, lpr=None))


def test_subsidies_never_give_back_more_than_was_paid() -> None:
    fee = charge('base = "fixed"\namount = 1000\nwhen = "start"')
    twice = "".join(
        f'\n[[charge]]\ncode = "{code}"\ntitle = "{code}"\nkind = "subsidy"\npayer = "fund"\npayee = "firm"\n'
        'base = "charge"\nof = "c"\ngroup = "c"\nrate = 0.7\nwhen = "end"\n'
        for code in ("first", "second")
    )
    made = charges(mode_of(GOOD + fee + twice), LOAN)
    assert [(c.code, c.amount) for c in made if c.kind == "subsidy"] == [("first", 70_000), ("second", 30_000)]
    cut = next(c for c in made if c.code == "second")
    assert "补贴合计不超过实际费用" in cut.explanation.as_text()


def test_interest_without_a_schedule_is_simple_interest() -> None:
    assert paid("", LOAN, "interest") == [(date(2026, 1, 1), 90_000 * YUAN)]


@pytest.mark.parametrize("mode_id", sorted(MODES))
def test_every_mode_charges_a_plain_loan_and_says_why(mode_id: str) -> None:
    day = max(date(2026, 3, 2), MODES[mode_id].source.valid_from or date.min)
    loan = LoanFacts(
        2_000_000 * YUAN, day, 12, Decimal("0.04"), lpr=Decimal("0.03"), appraised_value=10**9, fee_tables=TABLES
    )
    made = charges(MODES[mode_id], loan)
    assert any(c.kind == "interest" for c in made)
    for item in made:
        assert item.amount > 0 and item.explanation.value == item.amount
        assert item.kind == "interest" or item.explanation.references


def test_a_guarantor_at_and_above_the_limits_of_its_book() -> None:
    at_the_limits: dict[str, object] = {
        "guarantee_multiple": Decimal(15),
        "largest_debtor_share": Decimal("0.10"),
        "related_debtors_share": Decimal("0.15"),
        "small_agri_share": Decimal("0.80"),
        "small_guarantee_share": Decimal("0.50"),
    }
    mode = MODES["national-4222"]
    assert {result.state for result in partner_check(mode, at_the_limits, DAY)} == {"met"}
    above = {**at_the_limits, "guarantee_multiple": Decimal("15.01"), "small_agri_share": Decimal("0.79")}
    unmet = {result.code for result in partner_check(mode, above, DAY) if result.state == "unmet"}
    assert unmet == {"guarantee_multiple.at_most", "small_agri_share.at_least"}
    assert {result.state for result in partner_check(mode, {}, DAY)} == {"unknown"}
