"""Who pays whom when: advances, reinsurers, recoveries and what is left of them, to the fen."""

from dataclasses import replace
from datetime import date

from mode_samples import lost, mode_of, quota_body

from zhirong.chain.mode.loss import LossRecovery
from zhirong.chain.mode.stream import settle
from zhirong.mode_files import load_modes

MODES = load_modes()


def test_advance_is_trued_up_when_the_case_is_closed() -> None:
    body = quota_body({"lender": 5_000, "fund": 5_000}) + '\n[advance]\npayers = ["fund"]\nshare = 0.6\ndays = 30\n'
    loan = lost(
        100_000_000,
        recoveries=(LossRecovery(date(2027, 9, 1), 20_000_000), LossRecovery(date(2028, 3, 1), 10_000_000)),
        closed_on=date(2027, 12, 31),
    )
    settled = settle(mode_of(body), [loan])
    fund = [(move.day, move.kind, move.amount) for move in settled.movements if move.party == "fund"]
    assert fund == [
        (date(2027, 7, 1), "advance", 30_000_000),
        (date(2027, 12, 31), "true_up", 10_000_000),  # half of the 80 that are left, 30 paid
        (date(2028, 3, 1), "recovery", -5_000_000),
    ]
    assert settled.positions["A"] == {"lender": 35_000_000, "fund": 35_000_000}
    open_still = settle(mode_of(body), [replace(loan, closed_on=None)])
    assert open_still.positions["A"]["fund"] == 30_000_000
    assert open_still.positions["A"]["lender"] == 70_000_000 - 30_000_000  # what came in is still with the lender


def test_surplus_of_a_recovery_is_the_firms() -> None:
    loan = lost(100_000_000, recoveries=(LossRecovery(date(2028, 1, 1), 130_000_000),))
    settled = settle(MODES["pudong"], [loan])
    assert not any(settled.positions["A"][role] for role in ("lender", "government"))
    assert [(m.party, m.amount) for m in settled.movements if m.kind == "surplus"] == [("firm", -30_000_000)]


def test_what_came_in_by_the_claim_above_what_is_owed_is_the_firms() -> None:
    early = lost(100, recoveries=(LossRecovery(date(2027, 5, 1), 130), LossRecovery(date(2027, 8, 1), 5)))
    settled = settle(MODES["pudong"], [early])
    assert [(m.day, m.party, m.amount) for m in settled.movements] == [
        (date(2027, 6, 1), "firm", -30),
        (date(2027, 8, 1), "firm", -5),
    ]


def test_what_comes_in_above_what_is_owed_before_a_case_is_closed_is_the_firms() -> None:
    body = quota_body({"lender": 5_000, "fund": 5_000}) + '\n[advance]\npayers = ["fund"]\nshare = 0.6\ndays = 30\n'
    came = (LossRecovery(date(2027, 6, 10), 70), LossRecovery(date(2027, 9, 1), 60))
    settled = settle(mode_of(body), [lost(100, recoveries=came, closed_on=date(2027, 12, 31))])
    assert [(m.day, m.party, m.kind, m.amount) for m in settled.movements] == [
        (date(2027, 7, 1), "fund", "advance", 30),
        (date(2027, 9, 1), "firm", "surplus", -30),
        (date(2027, 12, 31), "fund", "true_up", -30),
    ]


def test_what_another_mode_paid_is_not_the_firms_when_it_comes_in() -> None:
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}, more='elsewhere = "deduct"'))
    loan = lost(
        100, paid_elsewhere=40, recoveries=(LossRecovery(date(2027, 9, 1), 90), LossRecovery(date(2027, 10, 1), 30))
    )
    settled = settle(mode, [loan])
    assert [(m.day, m.party, m.amount) for m in settled.movements] == [
        (date(2027, 6, 1), "fund", 30),
        (date(2027, 9, 1), "fund", -30),
        (date(2027, 10, 1), "firm", -20),  # 100 owed, 120 came in
    ]


def test_the_order_in_which_recoveries_are_written_changes_nothing() -> None:
    late = '\n[[sharing.timing]]\npayer = "fund"\ndays = 30\n'
    mode = mode_of(quota_body({"lender": 3_000, "fund": 4_000, "guarantor": 3_000}) + late)
    came = (LossRecovery(date(2027, 6, 10), 1), LossRecovery(date(2027, 8, 1), 11))
    one, other = (settle(mode, [lost(100, recoveries=order)]) for order in (came, came[::-1]))
    assert one.movements == other.movements
    assert one.positions == other.positions


def test_a_reinsurer_pays_after_the_guarantor_has_paid() -> None:
    mode = MODES["national-4222"]
    settled = settle(mode, [lost(100_000_000)])
    moves = [(move.day, move.party, move.to, move.amount) for move in settled.movements]
    assert moves == [
        (date(2027, 6, 1), "guarantor", "lender", 80_000_000),
        (date(2027, 7, 1), "reguarantor", "guarantor", 20_000_000),
        (date(2027, 7, 1), "national_fund", "guarantor", 20_000_000),
    ]
    half_way = settle(mode, [lost(100_000_000)], until=date(2027, 6, 15))
    assert half_way.positions["A"] == {
        "lender": 20_000_000,
        "guarantor": 80_000_000,
        "reguarantor": 0,
        "national_fund": 0,
    }


def test_a_recovery_goes_to_those_who_have_paid_and_the_later_payment_is_less() -> None:
    """The guarantor pays on 1 June, the re-guarantors 20 % each on 1 July; 10 % comes in between."""
    mode = MODES["national-4222"]
    loan = lost(100_000_000, recoveries=(LossRecovery(date(2027, 6, 10), 10_000_000),))
    settled = settle(mode, [loan])
    assert [(m.day, m.party, m.to, m.amount) for m in settled.movements] == [
        (date(2027, 6, 1), "guarantor", "lender", 80_000_000),
        (date(2027, 6, 10), "guarantor", "lender", -8_000_000),
        (date(2027, 7, 1), "reguarantor", "guarantor", 18_000_000),
        (date(2027, 7, 1), "national_fund", "guarantor", 18_000_000),
    ]
    after = settle(mode, [replace(loan, recoveries=(LossRecovery(date(2028, 1, 1), 10_000_000),))])
    assert settled.positions == after.positions


def test_what_comes_in_before_anyone_has_paid_stays_with_the_lender() -> None:
    late = '\n[[sharing.timing]]\npayer = "fund"\ndays = 30\n'
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + late)
    settled = settle(mode, [lost(1_000, recoveries=(LossRecovery(date(2027, 6, 10), 100),))])
    assert [(m.day, m.party, m.amount) for m in settled.movements] == [(date(2027, 7, 1), "fund", 450)]
    assert settled.positions["A"] == {"lender": 450, "fund": 450}


def test_a_payment_made_on_closing_is_no_advance() -> None:
    body = quota_body({"lender": 5_000, "fund": 5_000}) + '\n[advance]\npayers = ["fund"]\nshare = 0.6\ndays = 30\n'
    settled = settle(mode_of(body), [lost(1_000, closed_on=date(2027, 6, 10))])
    assert [(m.day, m.kind, m.amount) for m in settled.movements] == [(date(2027, 6, 10), "payment", 500)]


def test_recoveries_of_a_reinsured_loan_go_back_by_risk_shares() -> None:
    loan = lost(100_000_000, recoveries=(LossRecovery(date(2028, 1, 1), 10_000_000),))
    settled = settle(MODES["national-4222"], [loan])
    back = {move.party: move.amount for move in settled.movements if move.kind == "recovery"}
    assert back == {"guarantor": -4_000_000, "reguarantor": -2_000_000, "national_fund": -2_000_000}
    assert settled.positions["A"]["lender"] == 18_000_000


def test_what_is_given_back_on_a_day_comes_in_first() -> None:
    """A claim that arrives later takes the room of an earlier one whose payer has got back all it paid.

    The payer returns its share of the recovery before its payment is refunded: the other way round it would hold, for
    a moment, money that it never paid.
    """
    cap = '\n[[sharing.cap]]\ncounts = "loans_covered"\nper = ["borrower"]\npayers = ["insurer"]\n'
    body = quota_body({"lender": 0, "insurer": 10_000}) + cap + 'overflow_to = "lender"\namount = 1\n'
    loans = [
        lost(100, loan_id="paid", loan_day=date(2026, 3, 1), recoveries=(LossRecovery(date(2027, 6, 2), 60),)),
        lost(100, loan_id="first", loan_day=date(2026, 2, 1), claim_day=date(2027, 6, 3)),
    ]
    settled = settle(mode_of(body), loans)
    assert [(m.day, m.loan_id, m.kind, m.amount) for m in settled.movements if m.party == "insurer"] == [
        (date(2027, 6, 1), "paid", "payment", 100),
        (date(2027, 6, 2), "paid", "recovery", -60),
        (date(2027, 6, 3), "first", "payment", 100),
        (date(2027, 6, 3), "paid", "recovery", 60),
        (date(2027, 6, 3), "paid", "true_up", -100),
    ]
    assert settled.positions["paid"] == {"lender": 40, "insurer": 0}
