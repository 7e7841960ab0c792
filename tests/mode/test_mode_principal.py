"""The fast division of a loss of principal equals the allocator to the fen; flat shares are what a closed form may use."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mode_samples import MODE_DAY, capped_modes, mode_of, quota_body

from examples import examples
from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.loss import OPEN_POOL, LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.principal import PrincipalTerms, principal_parts, share_is_flat
from zhirong.mode_files import load_mode, load_modes

_DAY = date(2026, 3, 2)
_IN_ORDER: dict[str, object] = {"pledge_registered": True, "lawful_use": True, "good_faith": True}
_SHIPPED = load_modes()


def _by_allocator(
    mode: Mode, amount: int, lost: int, other: int, facts: Mapping[str, object], day: date
) -> dict[str, int]:
    """The same loan after the firm's other loans, through the allocator."""

    def loan(loan_id: str, size: int, gone: int) -> LoanLoss:
        balance = amount + other
        own = {**facts, **_IN_ORDER, "amount_fen": size, "borrower_balance_fen": balance}
        return LoanLoss(loan_id, "甲", "0", day, day, size, gone, borrower_balance=balance, facts=own)

    loans = [loan("1", other, other)] if other else []
    loans.append(loan("2", amount, lost))
    return dict(allocate(mode, loans, OPEN_POOL, as_if_in_force=True, claim_in_order=True).of("2").parts)


def _room_of_one_loan(mode: Mode) -> int:
    limits = [cap.amount for cap in mode.sharings[0].caps if "loan" in cap.per and cap.amount is not None]
    return min(limits, default=10**12)


@settings(max_examples=examples(50), deadline=None)
@given(
    capped_modes(),
    st.integers(1, 3_000_000_000),
    st.fractions(0, 1),
    st.sampled_from([0, 1, 300_000_000, 1_234_567_891]),
    st.booleans(),
)
def test_parts_equal_the_allocator_to_the_fen(
    mode: Mode, amount: int, part: Fraction, other: int, pledged: bool
) -> None:
    lost = int(amount * part)
    other = min(
        other, _room_of_one_loan(mode)
    )  # one loan stands for the others where no cap on single loans binds it
    facts: dict[str, object] = {"ip_pledge": pledged, "key_list": not pledged} if pledged else {"ip_pledge": False}
    parts = PrincipalTerms(mode, facts, day=MODE_DAY).parts(amount, lost, other_loans=other)
    assert sum(parts.values()) == lost
    assert parts == _by_allocator(mode, amount, lost, other, facts, MODE_DAY)


@pytest.mark.parametrize("mode_id", sorted(_SHIPPED))
@pytest.mark.parametrize("other", [0, 900_000_000])
def test_every_shipped_mode_is_divided_as_the_allocator_does(mode_id: str, other: int) -> None:
    mode = _SHIPPED[mode_id]
    facts: dict[str, object] = {"ip_pledge": True, "key_list": False}
    terms = PrincipalTerms(mode, facts, day=_DAY)
    other = min(other, _room_of_one_loan(mode))
    for amount in (1, 99_999_999, 500_000_000, 500_000_001, 1_000_000_000, 3_000_000_001):
        for lost in (0, 1, amount // 3, amount - 1, amount):
            parts = terms.parts(amount, lost, other_loans=other)
            assert parts == _by_allocator(mode, amount, lost, other, facts, _DAY)


@settings(max_examples=examples(40), deadline=None)
@given(capped_modes(), st.integers(1, 3_000_000_000), st.integers(0, 900_000_000), st.booleans())
def test_flat_shares_are_those_of_every_loss_they_hold_for(
    mode: Mode, up_to: int, other: int, pledged: bool
) -> None:
    terms = PrincipalTerms(mode, {"ip_pledge": pledged}, day=MODE_DAY)
    flat = terms.flat(up_to, other_loans=other)
    if flat is None:
        return
    assert sum(flat.values()) == 1
    for amount in {1, up_to // 7 + 1, up_to}:
        for lost in (amount // 3, amount):
            parts = terms.parts(amount, lost, other_loans=other)
            # Rounding gives the party of the residue at most a fen for each other party.
            assert all(abs(part - lost * flat[role]) < len(parts) for role, part in parts.items())


def test_shares_are_flat_only_where_nothing_can_bind() -> None:
    assert share_is_flat(load_mode("suzhou"), {}, day=_DAY) == {
        "lender": Fraction(1, 5),
        "guarantor": Fraction(4, 5),
    }
    capped = load_mode("guangzhou-55")  # loans of at most 5 million each are covered
    assert share_is_flat(capped, {}, day=_DAY) is None
    assert share_is_flat(capped, {}, day=_DAY, up_to=500_000_001) is None
    assert share_is_flat(capped, {}, day=_DAY, up_to=500_000_000, other_loans=500_000_001) is None
    half = {"lender": Fraction(1, 2), "fund": Fraction(1, 2)}
    assert share_is_flat(capped, {}, day=_DAY, up_to=500_000_000, other_loans=500_000_000) == half


def test_tiers_are_flat_as_far_as_the_first_one_goes() -> None:
    mode = mode_of(
        '[[sharing]]\nbase = ["principal"]\nrest_to = "lender"\nresidue_to = "lender"\ntier_reading = "whole"\n'
        "[[sharing.tier]]\nup_to = 1000000\nshares = { fund = 0.8, lender = 0.2 }\n"
        "[[sharing.tier]]\nshares = { fund = 0.5, lender = 0.5 }\n"
    )
    flat = share_is_flat(mode, {}, day=_DAY, up_to=100_000_000)
    assert flat is not None and flat["fund"] == Fraction(4, 5)
    assert share_is_flat(mode, {}, day=_DAY, up_to=100_000_001) is None


def test_other_loans_of_the_firm_take_their_room_first() -> None:
    mode = load_mode("guangzhou-55")  # loans of at most 5 million, and 10 million a firm and year, half by the fund
    for other, paid in ((0, 250_000_000), (500_000_000, 250_000_000), (700_000_000, 150_000_000), (10**9, 0)):
        parts = principal_parts(mode, 500_000_000, {}, amount=500_000_000, day=_DAY, other_loans=other)
        assert parts == {"lender": 500_000_000 - paid, "fund": paid}


def test_a_condition_of_a_claim_that_is_not_known_to_be_met_leaves_the_loss_with_the_lender() -> None:
    asked = '\n[[sharing.claim_condition]]\nfact = "{}"\nis = true\n'
    shares = {"fund": 6_000, "lender": 4_000}
    of_claim = mode_of(quota_body(shares) + asked.format("pledge_registered"))
    of_firm = mode_of(quota_body(shares) + asked.format("key_list"))
    assert principal_parts(of_claim, 100, {}, amount=100, day=_DAY)["fund"] == 60
    assert principal_parts(of_firm, 100, {}, amount=100, day=_DAY)["fund"] == 0
    assert principal_parts(of_firm, 100, {"key_list": True}, amount=100, day=_DAY)["fund"] == 60
    assert PrincipalTerms(of_claim, {}, day=_DAY, claim_in_order=False).parts(100, 100)["fund"] == 0
    assert share_is_flat(of_firm, {}, day=_DAY) == {"lender": Fraction(1), "fund": Fraction(0)}


def test_a_loss_that_cannot_be_is_refused() -> None:
    terms = PrincipalTerms(load_mode("suzhou"), {}, day=_DAY)
    for amount, lost, other in ((0, 0, 0), (100, -1, 0), (100, 101, 0), (100, 1, -1)):
        with pytest.raises(ValueError, match="between zero and the loan"):
            terms.parts(amount, lost, other_loans=other)


def test_a_thousand_answers_take_a_fraction_of_a_second() -> None:
    terms = PrincipalTerms(load_mode("guangzhou-5311"), {"ip_pledge": True}, day=_DAY)
    start = process_time()
    for amount in range(1_000):
        terms.parts(500_000_000 + amount, 300_000_000 + amount)
    assert process_time() - start < 1  # some 20 milliseconds on a quiet machine
