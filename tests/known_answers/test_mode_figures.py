"""Figures S1 to S13 of the documents, computed by the engine from the mode files."""

from datetime import date
from decimal import Decimal

from zhirong.chain.mode.allocate import allocate
from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.files import load_modes
from zhirong.chain.mode.loss import LoanLoss

MODES = load_modes()
MILLION = 100_000_000  # fen


def loss_of(millions: str, **other: object) -> LoanLoss:
    """A loan wholly lost, in millions of yuan."""
    amount = int(Decimal(millions) * MILLION)
    given: dict[str, object] = {
        "loan_id": "A",
        "borrower": "firm",
        "lender": "bank",
        "loan_day": date(2021, 3, 1),
        "claim_day": date(2022, 6, 1),
        "amount": amount,
        "principal": amount,
        **other,
    }
    return LoanLoss(**given)  # type: ignore[arg-type]


def borne(mode_id: str, *loans: LoanLoss, variant: str | None = None) -> dict[str, Decimal]:
    """What each party bears, in millions of yuan; parties that bear nothing are left out."""
    mode = MODES[mode_id] if variant is None else MODES[mode_id].variant(variant)
    totals = allocate(mode, loans).totals
    return {role: Decimal(amount) / MILLION for role, amount in totals.items() if amount}


def test_s2_pudong() -> None:
    assert borne("pudong", loss_of("10")) == {"government": Decimal("9.5"), "lender": Decimal("0.5")}
    loan = LoanFacts(2 * MILLION, date(2021, 3, 1), 12, Decimal("0.05"))
    fees = [charge for charge in charges(MODES["pudong"], loan) if charge.code == "service_fee"]
    assert [(fee.amount, fee.payer, fee.payee) for fee in fees] == [(40_000_00, "firm", "service_centre")]


def test_s3_zhongshan() -> None:
    parts = borne("zhongshan", loss_of("10"))
    assert parts == {
        "government": Decimal("5.4"),
        "lender": Decimal("2.6"),
        "insurer": Decimal("1.6"),
        "ip_operator": Decimal("0.4"),
    }
    fund = MODES["zhongshan"].fund
    assert fund is not None
    assert [amount for _, _, amount in fund.contributions] == [10 * MILLION, 30 * MILLION]
    assert fund.size == 40 * MILLION


def test_s5_guangzhou_5311_both_variants() -> None:
    loans = [loss_of("5", loan_id=str(number)) for number in range(2)]
    assert borne("guangzhou-5311", *loans) == {
        "fund": 5,
        "insurer": 3,
        "guarantor": 1,
        "disposal_fund": 1,
    }
    assert borne("guangzhou-5311", *loans, variant="bank") == {
        "lender": 3,
        "fund": 5,
        "guarantor": 1,
        "disposal_fund": 1,
    }


def test_s9_suzhou() -> None:
    assert borne("suzhou", loss_of("10")) == {"guarantor": 8, "lender": 2}
    settled = LoanFacts(100 * MILLION, date(2021, 3, 1), 12, Decimal("0.05"))
    paid = {charge.code: charge for charge in charges(MODES["suzhou"], settled) if charge.payer == "government"}
    assert paid["risk_subsidy"].amount == 1_500_000_00
    assert paid["reward"].amount == 1_000_000_00
    assert {charge.payee for charge in paid.values()} == {"lender"}
    defaulted = LoanFacts(100 * MILLION, date(2021, 3, 1), 12, Decimal("0.05"), repaid=False)
    assert not [charge for charge in charges(MODES["suzhou"], defaulted) if charge.payer == "government"]


def test_s11_beijing() -> None:
    assert borne("beijing", loss_of("10")) == {"lender": 10}
