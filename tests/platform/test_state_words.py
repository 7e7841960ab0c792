"""Whoever is refused for a row's state reads words, never the code that the database keeps."""

import re
from typing import Any

import pytest
from money_world import Money

from zhirong.kernel.errors import InputError
from zhirong.operations import catalogue
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.run import state_words

catalogue.load()
_WITH_STATES = [one for one in OPERATIONS.values() if one.states]


@pytest.mark.parametrize("op", _WITH_STATES, ids=lambda op: op.name)
def test_every_state_that_an_operation_names_has_words(op: Operation) -> None:
    for state in op.states or ():
        words = state_words(op, state)
        assert re.search(r"[\u4e00-\u9fff]", words.zh), (op.name, state)
        assert not re.search(r"[\u4e00-\u9fff_]", words.en), (op.name, state)


def test_a_refusal_says_both_states_in_words(sqlite_platform: Any, monkeypatch: Any) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    line = money.line(1_000_00)
    with pytest.raises(InputError) as told:
        platform.do(money.second, "line.confirm", line)
    (problem,) = told.value.problems
    assert problem.reason.zh == "当前状态为“待匹配”，不能办理“确认入账”"
    assert problem.reason.en == "in the state 'unmatched', 'Confirm' is not possible"
    assert (
        problem.hint.zh == "须处于：待确认" and problem.hint.en == "Possible in: matched, waiting for confirmation"
    )
