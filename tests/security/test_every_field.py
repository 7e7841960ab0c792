"""What is wrong with a field is said in words, for every field of every operation; generated from the requests."""

import re
from typing import Any

import pytest
from request_samples import sample

from zhirong.kernel.errors import InputError, Problem
from zhirong.operations import catalogue
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request, read

catalogue.load()
_REQUESTS = sorted({one.request for one in OPERATIONS.values()}, key=lambda one: f"{one.__module__}.{one.__name__}")
# Of every type, of every size, in no form.
_VALUES: tuple[Any, ...] = (
    None, True, 7, -7, 7.5, 10**30, float("nan"), "", " ", "x", "~!@", "名" * 5_000, "-5", "150%", "1.23456789", "1e400", "9" * 400,
    "nan", "2026-02-30", "2026-11-25T10:00:00", "1000-01-01", "3000-01-01", "12345678901234567890元", [], [None], ["x"] * 2_000,
    {}, {"x": 1}, {"x": None}, [["x"]], [{}], "0", "甲\n乙", "甲\u202e乙",
    # Beyond what decimal arithmetic holds, and what is no digit of a number.
    "1e9999999", "1e9999999%", "10²",
)  # fmt: skip
_NO_WORDS = re.compile(
    r"[\\^$\[\]{}*]|\bshould\b|\bInput\b|pydantic|valid |Decimal|instance|\bNone\b|string|integer|\w+_(type|parsing|error|mismatch)\b"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _problems(model: type[Request], data: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        read(model, data)
    except InputError as error:
        return error.problems
    return ()


def _demand_plain(problem: Problem) -> None:
    for words in (problem.reason, problem.hint):
        assert _CHINESE.search(words.zh) and words.en and not _CHINESE.search(words.en), problem
        assert not _NO_WORDS.search(words.zh) and not _NO_WORDS.search(words.en), problem
    # What is said where nothing better is known.
    assert problem.reason.en != "not an accepted value", problem
    assert not re.search(r"Decimal\(|datetime\.|^[\[{]'|\bNone\b|True|False|SecretStr", problem.value), problem


@pytest.mark.parametrize("model", _REQUESTS, ids=lambda one: f"{one.__module__.split('.')[-1]}.{one.__name__}")
def test_whatever_is_given_in_a_field_is_refused_in_words(model: type[Request]) -> None:
    least = sample(model)
    for name, info in model.model_fields.items():
        for value in _VALUES:
            for problem in _problems(model, {**least, name: value}):
                if problem.field == name or problem.field.startswith(f"{name}."):
                    _demand_plain(problem)
        if info.is_required():
            (missing,) = [
                one
                for one in _problems(model, {key: value for key, value in least.items() if key != name})
                if one.field == name
            ]
            assert missing.code == "missing"
            _demand_plain(missing)
    (unknown,) = [one for one in _problems(model, {**least, "nosuchfield": 1}) if one.field == "nosuchfield"]
    _demand_plain(unknown)


def test_the_values_above_are_refused_for_every_reason_that_there_is() -> None:
    codes = {
        problem.code
        for model in _REQUESTS
        for name in model.model_fields
        for value in _VALUES
        for problem in _problems(model, {**sample(model), name: value})
    }
    assert codes >= {
        "form",
        "money",
        "less_than_nothing",
        "too_large",
        "percent",
        "credit_code",
        "enum",
        "greater_than",
        "greater_than_equal",
        "less_than_equal",
        "string_too_long",
        "string_too_short",
        "string_type",
        "too_long",
        "too_short",
        "list_type",
        "dict_type",
        "bool_parsing",
        "int_parsing",
        "date_from_datetime_parsing",
        "decimal_max_places",
    }
