"""The states of one kind of row in words, and the allowed transitions between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text, same

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transitions(Generic[S]):
    """A table of transitions. subject: the object with the state. words: the name of every state. initial: the
    states in which a row may begin.

    allowed: the states that may follow a state; a state without a successor is final. Keeping a state is always
    allowed.
    """

    subject: Text
    words: Mapping[S, Text]
    initial: frozenset[S]
    allowed: Mapping[S, frozenset[S]]

    @property
    def ended(self) -> frozenset[S]:
        """Return the final states."""
        return frozenset(state for state in self.words if not self.allowed.get(state))

    def demand_initial(self, state: str, field: str = "state") -> None:
        """Raise InputError if a row cannot begin in this state."""
        if state not in self.initial:
            reason = Text(
                f"新的{self.subject.zh}不能是“{self._word(state).zh}”",
                f'A new {self.subject.en} cannot be "{self._word(state).en}"',
            )
            raise InputError([Problem(field, state, reason, self._hint(self.initial), "not_an_initial_state")])

    def demand(self, before: str, after: str, field: str = "state") -> None:
        """Raise InputError if ``after`` may not follow ``before``."""
        possible = self._followers(before)
        if before == after or after in possible:
            return
        reason = Text(
            f"{self.subject.zh}的状态是“{self._word(before).zh}”，不能改为“{self._word(after).zh}”",
            f'The {self.subject.en} is "{self._word(before).en}" and cannot become "{self._word(after).en}"',
        )
        raise InputError([Problem(field, before, reason, self._hint(possible), "not_in_this_state")])

    def _word(self, state: str) -> Text:
        return next((text for one, text in self.words.items() if one == state), same(state))

    def _followers(self, state: str) -> frozenset[S]:
        return next((after for one, after in self.allowed.items() if one == state), frozenset())

    def _hint(self, possible: frozenset[S]) -> Text:
        if not possible:
            return Text("已结束，不能再办理", "It has ended; no further action is possible")
        words = [text for state, text in self.words.items() if state in possible]
        return Text(
            "请选择：" + "、".join(text.zh for text in words),
            "Choose from: " + ", ".join(text.en for text in words),
        )


def followers(allowed: Mapping[tuple[S, E], S], states: type[S]) -> dict[S, frozenset[S]]:
    """Return the states that may follow each state, from a table of named transitions."""
    return {state: frozenset(then for (now, _), then in allowed.items() if now is state) for state in states}


def not_possible(table: Transitions[S], now: S, transition: Text, possible: Sequence[Text]) -> InputError:
    """Return the error for a named transition that is not possible in the present state. possible: the possible
    ones, in words.
    """
    reason = Text(
        f"{table.subject.zh}的状态是“{table.words[now].zh}”，不能{transition.zh}",
        f'The {table.subject.en} is "{table.words[now].en}". Not possible now: {transition.en}',
    )
    hint = Text(
        "此时可以：" + ("、".join(one.zh for one in possible) or "无"),
        "Possible now: " + (", ".join(one.en for one in possible) or "nothing"),
    )
    return InputError([Problem("state", now.value, reason, hint, "not_in_this_state")])
