"""Figures S1 to S13 of the documents, computed by the engine from the mode files."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.breaker import lending_owed, lending_shortfall
from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.fee_table import fee_tables_on
from zhirong.chain.mode.loss import LoanLoss, LossRecovery
from zhirong.chain.mode.reader import read_mode
from zhirong.chain.mode.stream import settle
from zhirong.chain.mode.transfer import licence_back
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import list_modes, load_modes

MODES = load_modes()
MILLION = 100_000_000  # fen
START = date(2021, 3, 1)
TABLES = fee_tables_on(load_rulebook(), START)


def fen(millions: str) -> int:
    return int(Decimal(millions) * MILLION)


def loss_of(millions: str, **other: object) -> LoanLoss:
    """A loan wholly lost, in millions of yuan."""
    given: dict[str, object] = {
        "loan_id": "A",
        "borrower": "firm",
        "lender": "bank",
        "loan_day": START,
        "claim_day": date(2022, 6, 1),
        "amount": fen(millions),
        "principal": fen(millions),
        **other,
    }
    return LoanLoss(**given)  # type: ignore[arg-type]


def millions(parts: dict[str, int]) -> dict[str, Decimal]:
    return {role: Decimal(amount) / MILLION for role, amount in parts.items() if amount}


def borne(mode_id: str, *loans: LoanLoss, variant: str | None = None) -> dict[str, Decimal]:
    """What each party bears, in millions of yuan; parties that bear nothing are left out."""
    mode = MODES[mode_id] if variant is None else MODES[mode_id].variant(variant)
    return millions(dict(allocate(mode, loans).totals))


def test_s1_germany_nested_sharing() -> None:
    parts = borne("germany", loss_of("10"))
    assert parts == {
        "lender": Decimal("0.7"),
        "federal": Decimal("3.9"),
        "state": Decimal("2.6"),
        "guarantor": Decimal("2.8"),
    }
    assert sum(parts.values()) == 10
    shares = dict(MODES["germany"].sharings[0].tiers[0].shares)
    assert (shares["lender"], shares["guarantor"]) == (Decimal("0.07"), Decimal("0.28"))


def test_s2_pudong() -> None:
    assert borne("pudong", loss_of("10")) == {"government": Decimal("9.5"), "lender": Decimal("0.5")}
    loan = LoanFacts(2 * MILLION, START, 12, Decimal("0.05"), appraised_value=MILLION, fee_tables=TABLES)
    fees = [charge for charge in charges(MODES["pudong"], loan) if charge.code == "service_fee"]
    assert [(fee.amount, fee.payer, fee.payee) for fee in fees] == [(40_000_00, "firm", "service_centre")]


def test_s3_zhongshan() -> None:
    assert borne("zhongshan", loss_of("10")) == {
        "government": Decimal("5.4"),
        "lender": Decimal("2.6"),
        "insurer": Decimal("1.6"),
        "ip_operator": Decimal("0.4"),
    }
    fund = MODES["zhongshan"].fund
    assert fund is not None
    assert [amount for _, _, amount in fund.contributions] == [10 * MILLION, 30 * MILLION]
    assert fund.size == 40 * MILLION


def test_s4_guangzhou_55() -> None:
    loan = loss_of("3", interest=fen("0.2"))
    assert borne("guangzhou-55", loan) == {"fund": Decimal("1.5"), "lender": Decimal("1.7")}


def test_s5_guangzhou_5311_both_variants() -> None:
    loans = [loss_of("5", loan_id=str(number)) for number in range(2)]
    assert borne("guangzhou-5311", *loans) == {"fund": 5, "insurer": 3, "guarantor": 1, "disposal_fund": 1}
    assert borne("guangzhou-5311", *loans, variant="bank") == {
        "lender": 3,
        "fund": 5,
        "guarantor": 1,
        "disposal_fund": 1,
    }


def test_s6_guangzhou_541() -> None:
    loans = [loss_of("5", loan_id=str(number)) for number in range(2)]
    assert borne("guangzhou-541", *loans) == {"fund": 5, "insurer": 4, "lender": 1}


def three_loans(*claim_days: date) -> list[LoanLoss]:
    days = claim_days or (date(2022, 6, 1),) * 3
    return [
        loss_of(amount, loan_id=f"L{number}", loan_day=date(2021, 2 + number, 1), claim_day=day)
        for number, (amount, day) in enumerate(zip(("12", "8", "6"), days, strict=True))
    ]


@pytest.mark.parametrize(
    ("reading", "fund", "bank", "first_alone"),
    [
        ("loans_covered", ("2.5", "2.5", "0"), "21", ("1.25", "4.75")),
        ("shared_loss", ("2.5", "2.5", "0"), "21", ("2.5", "3.5")),
        ("payment", ("5", "4", "1"), "16", ("3", "3")),
    ],
)
def test_s7_three_readings_of_the_caps(
    reading: str, fund: tuple[str, ...], bank: str, first_alone: tuple[str, str]
) -> None:
    mode = MODES["guangzhou-55"].with_reading(reading)
    shared = allocate(mode, three_loans())
    assert [Decimal(loan.parts["fund"]) / MILLION for loan in shared.loans] == [Decimal(part) for part in fund]
    assert Decimal(shared.totals["lender"]) / MILLION == Decimal(bank)
    alone = allocate(mode, [replace(three_loans()[0], principal=fen("6"))]).totals
    assert millions(dict(alone)) == {"fund": Decimal(first_alone[0]), "lender": Decimal(first_alone[1])}


def test_s7_the_file_states_the_most_literal_reading() -> None:
    file = MODES["guangzhou-55"]
    assert {cap.counts for cap in file.sharings[0].caps if "loan" in cap.per} == {"loans_covered"}
    assert any("上限的理解" in assumption.words.zh for assumption in file.assumptions)


@pytest.mark.parametrize("reading", ["loans_covered", "shared_loss", "payment"])
def test_s7_a_late_claim_on_an_earlier_loan_is_trued_up(reading: str) -> None:
    mode = MODES["guangzhou-55"].with_reading(reading)
    late = three_loans(date(2023, 1, 10), date(2022, 9, 10), date(2022, 6, 1))
    settled = settle(mode, late)
    at_once = settle(mode, three_loans())
    assert settled.positions == at_once.positions
    paid_back = [move for move in settled.movements if move.kind == "true_up"]
    assert paid_back, "the later loan was paid first and must give back"
    assert all(move.amount < 0 and move.day == date(2023, 1, 10) for move in paid_back)
    for move in paid_back:
        assert move.loan_id in ("L1", "L2")


def test_s7_the_year_is_that_of_the_loan() -> None:
    loans = three_loans()
    loans[2] = replace(loans[2], loan_day=date(2022, 1, 1))
    shared = allocate(MODES["guangzhou-55"], loans)
    assert [loan.parts["fund"] for loan in shared.loans] == [fen("2.5")] * 3


def test_s8_leverage() -> None:
    mode = MODES["guangzhou-55"]
    assert mode.fund is not None
    assert [amount for _, _, amount in mode.fund.contributions] == [fen("10"), fen("30")]
    assert lending_owed(mode, fen("40")) == fen("400")
    assert lending_shortfall(mode, fen("5"), fen("49")) == fen("1")
    assert lending_shortfall(mode, fen("5"), fen("50")) == 0


def test_s9_suzhou() -> None:
    assert borne("suzhou", loss_of("10")) == {"guarantor": 8, "lender": 2}
    settled = LoanFacts(100 * MILLION, START, 12, Decimal("0.05"), appraised_value=MILLION, fee_tables=TABLES)
    paid = {charge.code: charge for charge in charges(MODES["suzhou"], settled) if charge.payer == "government"}
    assert paid["risk_subsidy"].amount == 1_500_000_00
    assert paid["reward"].amount == 1_000_000_00
    assert {charge.payee for charge in paid.values()} == {"lender"}
    defaulted = replace(settled, repaid=False)
    assert not [charge for charge in charges(MODES["suzhou"], defaulted) if charge.payer == "government"]


def test_s10_wuxi_government_at_most_80_per_cent() -> None:
    assert borne("wuxi", loss_of("10")) == {"government": 8, "insurer": 1, "lender": 1}
    path = next(head.path for head in list_modes() if head.id == "wuxi")
    text = path.read_text(encoding="utf-8")
    assert "government = 0.80, insurer = 0.10, lender = 0.10" in text
    higher = text.replace(
        "government = 0.80, insurer = 0.10, lender = 0.10", "government = 0.81, insurer = 0.10, lender = 0.09"
    )
    with pytest.raises(InputError) as refused:
        read_mode(higher, "wuxi.toml")
    assert [problem.code for problem in refused.value.problems] == ["above_ceiling"]
    assert "0.8" in refused.value.problems[0].hint.en


def test_s11_beijing() -> None:
    assert borne("beijing", loss_of("10")) == {"lender": 10}


def test_s12_reverse_licence() -> None:
    mode = MODES["beijing-zrt"]
    assert borne("beijing-zrt", loss_of("10")) == {"guarantor": 10}
    bought_back = licence_back(mode, fen("10"), START)
    assert [flow.amount for flow in bought_back.flows] == [fen("-10"), *[fen("0.3")] * 7, fen("8.8")]
    assert bought_back.total == fen("0.9")
    # The yield that makes these flows worth nothing, checked by discounting them with it.
    assert bought_back.period_yield is not None
    worth = sum(
        Decimal(amount) / (1 + bought_back.period_yield) ** number
        for number, amount in enumerate([fen("-10"), *[fen("0.3")] * 7, fen("8.8")])
    )
    assert abs(worth) < 10_000  # less than 100 yuan on 10 million: the yield is given to six digits
    assert bought_back.yearly_yield == pytest.approx((1 + bought_back.period_yield) ** 4 - 1, abs=Decimal("1e-5"))
    sold = licence_back(mode, fen("10"), START, sale=fen("6"))
    assert sold.total == fen("-1.6")
    assert sold.period_yield is not None and sold.period_yield < 0


def test_s13_ip_insurer_pays_what_is_left_after_disposal() -> None:
    sold = loss_of("10", principal=fen("10") - fen("0.7"))
    assert borne("national-ip-insurer", sold) == {"insurer": Decimal("9.3")}
    with_deductible = replace(sold, amounts={"deductible": fen("0.5")})
    assert borne("national-ip-insurer", with_deductible) == {"insurer": Decimal("8.8"), "lender": Decimal("0.5")}


def test_s13_proceeds_may_be_given_as_a_recovery_before_the_claim() -> None:
    loan = loss_of("10", recoveries=(LossRecovery(date(2022, 5, 1), fen("0.8"), fen("0.1")),))
    assert borne("national-ip-insurer", loan) == {"insurer": Decimal("9.3")}
