"""The states from default to the closed file: only listed transitions, guards that count as open when unknown, clocks."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.chain.default.case_states import DEFAULT_CASE
from zhirong.chain.default.claim_states import CLAIM, CLAIM_PAPER_TEXT, ClaimPaper, ClaimState
from zhirong.chain.default.disposal_states import DISPOSAL, DisposalState
from zhirong.chain.default.dispute_states import DISPUTE, TRACK_WORDS, DisputeTrack
from zhirong.chain.default.machine import Doer, Machine, RunningClock, counted, last_day_of
from zhirong.chain.default.recourse_states import RECOURSE
from zhirong.chain.default.write_off_states import WRITE_OFF, WRITE_OFF_PAPER_TEXT, WriteOffPaper
from zhirong.kernel.days import WorkingDays, working_days_from
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook

MACHINES = {
    "case": DEFAULT_CASE,
    "claim": CLAIM,
    "recourse": RECOURSE,
    "disposal": DISPOSAL,
    "dispute": DISPUTE,
    "write-off": WRITE_OFF,
}
DAY = date(2026, 11, 2)
PLAIN = WorkingDays(frozenset({2026, 2027}), frozenset(), frozenset())


def _all_met(machine: Machine, code: str) -> dict[str, object]:
    step = machine.step(code)
    return {"facts": {one.code: True for one in step.guards}, "papers": step.needs}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
class TestEveryMachine:
    def test_only_listed_transitions_are_possible(self, machine: Machine) -> None:
        for state in (None, *machine.words):
            for step in machine.steps:
                listed = state in step.before if step.before else state is None
                if listed:
                    after = machine.take(state, step.code, step.doers[0], **_all_met(machine, step.code))
                    assert after is step.after
                    continue
                with pytest.raises(InputError) as refused:
                    machine.take(state, step.code, step.doers[0], **_all_met(machine, step.code))
                assert [one.code for one in refused.value.problems] == ["not_in_this_state"]

    def test_each_guard_paper_and_doer_is_asked_and_unknown_counts_as_open(self, machine: Machine) -> None:
        for step in machine.steps:
            before = step.before[0] if step.before else None
            stranger = next(one for one in Doer if one not in step.doers)
            with pytest.raises(InputError) as refused:
                machine.take(before, step.code, stranger)
            named = [one.field for one in refused.value.problems]
            assert named == [*(one.code for one in step.guards), *step.needs, "doer"]

    def test_every_state_has_words_can_be_reached_and_the_codes_are_unique(self, machine: Machine) -> None:
        states = set(type(next(iter(machine.words))))
        assert set(machine.words) == states
        assert len({one.code for one in machine.steps}) == len(machine.steps)
        reached = {one.after for one in machine.steps if not one.before}
        while more := {one.after for one in machine.steps if set(one.before) & reached} - reached:
            reached |= more
        assert reached == states

    def test_every_deadline_is_a_rule_with_a_source_or_a_mark(self, machine: Machine) -> None:
        rules = load_rulebook()
        for step in machine.steps:
            last = last_day_of(step, DAY, rules, PLAIN)
            assert (last is None) is (not step.deadline)
            if last is not None:
                assert last.day > DAY
                assert last.reference.document or last.reference.confidence == "assumed"


def test_the_named_documents_have_words() -> None:
    assert set(CLAIM_PAPER_TEXT) == set(ClaimPaper) and len(ClaimPaper) == 9
    assert set(WRITE_OFF_PAPER_TEXT) == set(WriteOffPaper)
    assert set(TRACK_WORDS) == set(DisputeTrack)


def test_documents_are_requested_once_and_a_refusal_is_open_to_one_objection() -> None:
    facts = {"asked_once": False}
    with pytest.raises(InputError, match="asked_once"):
        CLAIM.take(ClaimState.FILED, "ask", Doer.PAYER, facts=facts)
    assert CLAIM.states_before("object") == (ClaimState.REFUSED,)


def test_a_right_is_sold_only_from_an_offer_and_distributed_only_after_its_transfer() -> None:
    assert DisposalState.APPROVED not in DISPOSAL.states_before("sell")
    assert DISPOSAL.states_before("distribute") == (DisposalState.TRANSFERRED,)


@pytest.mark.parametrize(
    ("unit", "last"),
    [("days", date(2026, 10, 12)), ("working_days", date(2026, 10, 19))],
)
def test_a_period_counts_from_the_next_day_and_ends_on_a_working_day(unit: str, last: date) -> None:
    calendar = working_days_from(load_rulebook().at("calendar.working_days", DAY).value)
    # 2026-10-01 to 10-07 are off, 10-10 (Saturday) is worked instead.
    assert counted(date(2026, 9, 30), 11 if unit == "days" else 9, unit, calendar) == last


MOVES = st.lists(st.tuples(st.sampled_from(("pause", "resume", "meet")), st.integers(0, 40)), max_size=12)


@given(MOVES)
def test_a_clock_once_missed_is_missed_for_ever(moves: list[tuple[str, int]]) -> None:
    clock, day, seen = RunningClock("decide", DAY + timedelta(days=15)), DAY, []
    for move, days in moves:
        day += timedelta(days=days)
        seen.append(clock.is_missed(day))
        match move:
            case "pause":
                clock = clock.pause(day)
            case "resume":
                clock = clock.resume(day, PLAIN)
            case "meet":
                clock = clock.meet(day)
        seen.append(clock.is_missed(day))
    assert all(later or not earlier for earlier, later in pairwise(seen))


def test_a_paused_clock_keeps_the_days_that_were_left() -> None:
    clock = RunningClock("decide", date(2026, 11, 20)).pause(date(2026, 11, 10))
    assert not clock.is_missed(date(2026, 12, 31))
    assert clock.resume(date(2026, 11, 16), PLAIN).last_day == date(2026, 11, 26)
