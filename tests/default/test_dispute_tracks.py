"""Dispute tracks on cost, days, chance and present value, and the clocks of the one that is chosen."""

from datetime import date
from fractions import Fraction

from zhirong.chain.default.dispute_states import DisputeState, DisputeTrack
from zhirong.chain.default.tracks import compare_tracks, last_day_of_track
from zhirong.kernel.days import working_days_from
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 6, 18)
WORKING = working_days_from(RULES.at("calendar.working_days", DAY).value)
DEBT = parse_yuan("3,000,000.00")


def test_the_fees_are_those_of_the_court_fee_measures_and_the_value_follows_its_formula() -> None:
    found = {one.code: one for one in compare_tracks(RULES, DAY, DEBT, Fraction(435, 10_000))}
    suit, short, order = found["suit"], found["suit.simplified"], found["payment_order"]
    assert (suit.fee, short.fee, order.fee) == (3_080_000, 1_540_000, 1_026_667)
    # Enforcing 900,000: 50 + 490,000 × 1.5 % + 400,000 × 1 %.
    assert (suit.recovered, suit.execution) == (90_000_000, 1_140_000)
    exact = Fraction(4, 5) * (90_000_000 - 1_140_000) / (1 + Fraction(435, 10_000) * Fraction(270, 365)) - 3_080_000
    assert abs(suit.present_value - exact) <= Fraction(1, 2)
    assert [one.present_value for one in found.values()] == sorted(
        (one.present_value for one in found.values()), reverse=True
    )
    assert any("时效" in words.zh for words in found["negotiation"].keeps)


def test_each_step_has_the_clock_of_its_law() -> None:
    def last(track: DisputeTrack, state: DisputeState, *, simplified: bool = False) -> date | None:
        return last_day_of_track(RULES, track, state, date(2026, 3, 2), WORKING, simplified=simplified)

    assert last(DisputeTrack.SUIT, DisputeState.FILED) == date(2026, 9, 2)
    assert last(DisputeTrack.SUIT, DisputeState.FILED, simplified=True) == date(2026, 6, 2)
    assert last(DisputeTrack.SUIT, DisputeState.APPEALED) == date(2026, 6, 2)
    assert last(DisputeTrack.MEDIATION, DisputeState.DECIDED) == date(2026, 4, 1)
    assert last(DisputeTrack.PAYMENT_ORDER, DisputeState.DECIDED) == date(2026, 3, 17)
    assert last(DisputeTrack.ARBITRATION, DisputeState.FINAL) == date(2028, 3, 2)  # to apply for enforcement
    assert last(DisputeTrack.NEGOTIATION, DisputeState.FILED) is None
