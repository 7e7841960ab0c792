"""A state machine as data: the possible transitions, the role that makes each, its conditions, and the documents
that it needs and produces.

An unknown fact counts as not met. Only the listed transitions exist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from zhirong.kernel.days import WorkingDays, add_months, add_years
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions, not_possible

S = TypeVar("S", bound=StrEnum)


class Doer(StrEnum):
    """The actor of a transition."""

    SYSTEM = "system"
    WORKOUT = "workout"  # the lender's workout officer
    APPROVER = "approver"  # a second person of the lender
    PAYER = "payer"  # an officer of the party that pays
    PAYER_APPROVER = "payer_approver"  # a second person of that party
    APPRAISER = "appraiser"
    REGISTRAR = "registrar"
    COURT = "court"


@dataclass(frozen=True, slots=True)
class Guard:
    """A fact that must hold. code: its stable key. hint: how to fulfil it."""

    code: str
    title: Text
    hint: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """One transition. before: the states it can start from; empty for an initial transition. after: the state it
    leads to. guards: conditions that must all be met. needs, makes: codes of the documents that it requires and
    produces. deadline: the rule with its time limit, counted from the day on which the previous state was reached;
    empty if none. entry: the event that it adds to the default book.
    """

    code: str
    title: Text
    before: tuple[S, ...]
    after: S
    doers: tuple[Doer, ...]
    guards: tuple[Guard, ...] = ()
    needs: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    deadline: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day for a transition, with the source of the time allowed."""

    step: str
    day: date
    reference: Reference


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """The states of one kind of object and every transition between them."""

    subject: Text
    words: Mapping[S, Text]
    steps: tuple[Step[S], ...]

    @property
    def transitions(self) -> Transitions[S]:
        """Return the table of states that may follow each state."""
        allowed: dict[S, frozenset[S]] = {}
        for state in self.words:
            allowed[state] = frozenset(one.after for one in self.steps if state in one.before)
        initial = frozenset(one.after for one in self.steps if not one.before)
        return Transitions(self.subject, self.words, initial, allowed)

    def step(self, code: str) -> Step[S]:
        """Return a transition by its code. Raises KeyError."""
        found = next((one for one in self.steps if one.code == code), None)
        if found is None:
            raise KeyError(code)
        return found

    def possible(self, now: S) -> tuple[Step[S], ...]:
        """Return the transitions that the state allows."""
        return tuple(one for one in self.steps if now in one.before)

    def states_before(self, code: str) -> tuple[S, ...]:
        """Return the states in which a transition is allowed."""
        return self.step(code).before

    def take(
        self,
        now: S | None,
        code: str,
        doer: Doer,
        *,
        facts: Mapping[str, bool] | None = None,
        papers: Collection[str] = (),
    ) -> S:
        """Return the state after a transition. now: None for an initial transition. facts: by the code of a guard;
        a missing one counts as not met. papers: the codes of the available documents. Raises InputError with every
        obstacle.
        """
        step = self.step(code)
        if (now is None) != (not step.before) or (now is not None and now not in step.before):
            raise self._out_of_turn(now, step)
        problems = [*_guards_open(step, facts or {}), *_papers_missing(step, papers)]
        if doer not in step.doers:
            problems.append(_wrong_doer(step, doer))
        if problems:
            raise InputError(problems)
        return step.after

    def _out_of_turn(self, now: S | None, step: Step[S]) -> InputError:
        if now is not None:
            return not_possible(self.transitions, now, step.title, [one.title for one in self.possible(now)])
        reason = Text(
            f"尚无{self.subject.zh}，不能{step.title.zh}",
            f"There is no {self.subject.en} yet. Not possible: {step.title.en}",
        )
        hint = Text("请先立案", "Open it first.")
        return InputError([Problem("state", "", reason, hint, "not_in_this_state")])


def _guards_open(step: Step[S], facts: Mapping[str, bool]) -> list[Problem]:
    return [
        Problem(
            one.code,
            "",
            Text(f"未满足：{one.title.zh}", f"not met: {one.title.en}"),
            one.hint,
            "guard_open",
        )
        for one in step.guards
        if not facts.get(one.code, False)
    ]


def _papers_missing(step: Step[S], papers: Collection[str]) -> list[Problem]:
    return [
        Problem(
            one,
            "",
            Text("缺少材料", "the document is missing"),
            Text("请补交该材料", "Add the document."),
            "paper_missing",
        )
        for one in step.needs
        if one not in papers
    ]


def _wrong_doer(step: Step[S], doer: Doer) -> Problem:
    return Problem(
        "doer",
        doer.value,
        Text(f"无权办理“{step.title.zh}”", f"may not do: {step.title.en}"),
        Text("请由有权人员办理", "Let the person in charge do it."),
        "wrong_doer",
    )


def last_day_of(step: Step[S], since: date, rules: Rulebook, working_days: WorkingDays) -> LastDay | None:
    """Return the last day for a transition counted from ``since``; None if the step has no time limit.

    Days count from the next day; a last day that is not a working day moves to the next one (Civil Code 201, 203).
    """
    if not step.deadline:
        return None
    rule = rules.at(step.deadline, since)
    return LastDay(step.code, counted(since, rule.whole(), str(rule.unit), working_days), rule.reference)


def counted(since: date, count: int, unit: str, working_days: WorkingDays) -> date:
    """Return the last day of a period that begins after ``since``. unit: of the rule that gives the count."""
    if unit == "working_days":
        return working_days.add(since, count)
    if unit == "years":
        return working_days.shift(add_years(since, count), "following")
    if unit == "months":
        return working_days.shift(add_months(since, count), "following")
    return working_days.shift(since + timedelta(days=count), "following")


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A deadline of a case. last_day: the last day on which the action is in time. at_stake: the amount in fen that
    is lost if it is missed. met_on: None while open. paused_on: the day on which the deadline was paused.
    """

    code: str
    last_day: date
    at_stake: int = 0
    met_on: date | None = None
    paused_on: date | None = None

    def is_missed(self, day: date) -> bool:
        """Return whether it was missed by ``day``. Meeting it later changes nothing."""
        return self.last_day < (self.met_on or self.paused_on or day)

    def pause(self, day: date) -> "RunningClock":
        """Return the clock standing still from ``day``. A clock that is met, paused or missed does not change."""
        if self.met_on or self.paused_on or self.is_missed(day):
            return self
        return RunningClock(self.code, self.last_day, self.at_stake, None, day)

    def resume(self, day: date, working_days: WorkingDays) -> "RunningClock":
        """Return the clock running again with the days that were left, ending on a working day."""
        if self.paused_on is None:
            return self
        left = self.last_day - self.paused_on
        last = working_days.shift(max(day, self.paused_on) + left, "following")
        return RunningClock(self.code, last, self.at_stake)

    def meet(self, day: date) -> "RunningClock":
        """Return the clock as met on ``day``; the first day counts."""
        if self.met_on is not None:
            return self
        return RunningClock(self.code, self.last_day, self.at_stake, day, None)
