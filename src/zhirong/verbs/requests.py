"""What an operation asks for: a pydantic model with words in both languages, read with every problem reported together.

The same model makes the form on a page, the schema of the API and the reader of what comes in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import NumberError, credit_code
from zhirong.kernel.money import MoneyError, parse_yuan
from zhirong.kernel.text import Text

R = TypeVar("R", bound="Request")
Choices = Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Ask:
    """How a field is asked for. unit ``fen``: kept in fen, typed in yuan. widget: text, area, choice, many, day, file, flag,
    password, money, number, range (three: low, most likely, high), table (not on a form). choices: what may be chosen, or a function of person and subject row that gives it.
    only: whether a form asks for it at all, by person and row. start: what a form begins with, by person and row.
    """

    title: Text
    help: Text = Text("", "")
    widget: str = "text"
    choices: "Choices | Callable[[Any, Any], Choices] | None" = None
    only: "Callable[[Any, Any], bool] | None" = None
    start: "Callable[[Any, Any], Any] | None" = None


def ask(
    zh: str,
    en: str,
    help_zh: str = "",
    help_en: str = "",
    *,
    widget: str = "text",
    choices: "Choices | Callable[[Any, Any], Choices] | None" = None,
    only: "Callable[[Any, Any], bool] | None" = None,
    start: "Callable[[Any, Any], Any] | None" = None,
) -> Ask:
    """``Ask`` in one line."""
    return Ask(Text(zh, en), Text(help_zh, help_en), widget, choices, only, start)


class Request(BaseModel):
    """The base of every request: unknown fields are refused, spaces around words do not count."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Nothing(Request):
    """An operation that asks for nothing but the click."""


def _fen(value: Any) -> Any:
    """Yuan as people write them (``"2,000,000.00"``, ``"200万元"``) become fen; whole numbers are fen already."""
    if isinstance(value, str):
        try:
            return parse_yuan(value)
        except MoneyError as error:
            raise PydanticCustomError("money", "not an amount: {words}", {"words": str(error)}) from error
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("money", "not an amount", {"words": ""})
    return value


def _code(value: str) -> str:
    try:
        return credit_code(value)
    except NumberError as error:
        raise PydanticCustomError(
            "credit_code",
            "not a unified social credit code",
            {"zh": error.reason.zh, "en": error.reason.en, "mend_zh": error.mend.zh, "mend_en": error.mend.en},
        ) from error


def _percent(value: Any) -> Any:
    """``"5%"`` and ``"0.05"`` are the same; a number above 1 without its sign is neither."""
    if isinstance(value, str):
        written = value.strip().replace("％", "%")
        number = written.removesuffix("%").strip()
        try:
            return Decimal(number) / 100 if written.endswith("%") else Decimal(number)
        except InvalidOperation as error:
            raise PydanticCustomError("percent", "not a rate") from error
    return value


MOST_FEN = 10**15  # ten thousand milliard yuan: far beyond any loan, well within what a database keeps exactly
_FEN_SCHEMA = {
    "anyOf": [{"type": "integer", "minimum": 0, "maximum": MOST_FEN}, {"type": "string", "maxLength": 40}],
    "description": "fen; or yuan in words, such as 2,000,000.00",
}
Fen = Annotated[int, BeforeValidator(_fen), Field(ge=0, le=MOST_FEN), WithJsonSchema(_FEN_SCHEMA)]
CreditCode = Annotated[str, Field(max_length=40), AfterValidator(_code)]
Region = Annotated[str, Field(pattern=r"^\d{6}$")]
Rate = Annotated[Decimal, Field(ge=0, le=1, decimal_places=6)]
Percent = Annotated[Decimal, BeforeValidator(_percent), Field(ge=-1, le=1, decimal_places=6)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


def read(model: type[R], data: Mapping[str, Any]) -> R:
    """The request in this data. Raises InputError with a problem for every field that is wrong."""
    unwritable = [unwritable_problem(path) for path in unwritable_paths(data)]
    if unwritable:
        raise InputError(unwritable)
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise InputError(_problem(model, one) for one in error.errors()) from error


def unwritable_paths(value: Any, path: str = "") -> list[str]:
    """Where in this data there are words that no database can keep: a null character, or half of a character."""
    if isinstance(value, str):
        return [path] if "\x00" in value or any("\ud800" <= one <= "\udfff" for one in value) else []
    if isinstance(value, Mapping):
        parts = [(f"{path}.{name}" if path else str(name), item) for name, item in value.items()]
        names = [path] if any(unwritable_paths(str(name)) for name in value) else []
        return names + [found for at, item in parts for found in unwritable_paths(item, at)]
    if isinstance(value, list | tuple):
        return [found for at, item in enumerate(value) for found in unwritable_paths(item, f"{path}[{at}]")]
    return []


def unwritable_problem(path: str) -> Problem:
    """That a field has such characters; they cannot be shown."""
    return Problem(
        path,
        "",
        Text("含有不能保存的字符", "has characters that cannot be kept"),
        Text("删去不可见的字符", "remove the invisible characters"),
        "unwritable",
    )


# pydantic's kinds of error in the words of this house: reason and mend. {x} are pydantic's own values.
_WORDS: Mapping[str, tuple[Text, Text]] = {
    "missing": (Text("没有填写", "nothing is given"), Text("补上", "fill it in")),
    "extra_forbidden": (Text("没有这个字段", "there is no such field"), Text("去掉它", "leave it out")),
    "string_too_short": (Text("没有填写", "nothing is given"), Text("补上", "fill it in")),
    "string_too_long": (
        Text("超过 {max_length} 个字符", "longer than {max_length} characters"),
        Text("写短一些", "make it shorter"),
    ),
    "string_pattern_mismatch": (
        Text("格式不对", "not of the right form"),
        Text("应符合 {pattern}", "it should match {pattern}"),
    ),
    "greater_than_equal": (Text("小于 {ge}", "less than {ge}"), Text("至少 {ge}", "give at least {ge}")),
    "greater_than": (Text("不大于 {gt}", "not more than {gt}"), Text("应大于 {gt}", "give more than {gt}")),
    "less_than_equal": (Text("大于 {le}", "more than {le}"), Text("至多 {le}", "give at most {le}")),
    "less_than": (Text("不小于 {lt}", "not less than {lt}"), Text("应小于 {lt}", "give less than {lt}")),
    "too_short": (Text("少于 {min_length} 项", "fewer than {min_length}"), Text("补上", "add what is missing")),
    "too_long": (Text("多于 {max_length} 项", "more than {max_length}"), Text("减少", "give fewer")),
    "money": (
        Text("不是金额", "not an amount of money"),
        Text("写成 2,000,000.00 或 200万元", "write it like 2,000,000.00"),
    ),
    "percent": (Text("不是比率", "not a rate"), Text("写成 5% 或 0.05", "write it like 5% or 0.05")),
    "enum": (Text("不在可选范围内", "not one of the choices"), Text("可选：{expected}", "choose from: {expected}")),
    "literal_error": (
        Text("不在可选范围内", "not one of the choices"),
        Text("可选：{expected}", "choose from: {expected}"),
    ),
    "list_type": (Text("不是列表", "not a list"), Text("写成列表", "give a list")),
    "string_type": (Text("不是文字", "not text"), Text("填文字", "give text")),
    "dict_type": (Text("不是表", "not a table"), Text("填表", "give a table")),
    "bool_type": (Text("不是是或否", "neither true nor false"), Text("填 true 或 false", "give true or false")),
    "bool_parsing": (Text("不是是或否", "neither true nor false"), Text("填 true 或 false", "give true or false")),
    "decimal_max_places": (
        Text("小数超过 {decimal_places} 位", "more than {decimal_places} decimals"),
        Text("舍入后再填", "round it first"),
    ),
}
_DAYS = frozenset({"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"})
_NUMBERS = frozenset(
    {
        "int_type",
        "int_parsing",
        "int_from_float",
        "decimal_type",
        "decimal_parsing",
        "finite_number",
        "int_parsing_size",
        "decimal_max_digits",
    }
)
_LISTED = 200  # characters of what was found


def _problem(model: type[Request], error: Any) -> Problem:
    field = ".".join(str(part) for part in error["loc"]) or model.__name__
    found = error.get("input")
    shown = "" if error["type"] == "missing" or isinstance(found, Mapping) else str(found)[:_LISTED]
    context = error.get("ctx", {})
    if error["type"] == "credit_code":
        reason = Text(context["zh"], context["en"])
        mend = Text(context["mend_zh"], context["mend_en"])
    elif error["type"] in _DAYS:
        reason = Text("不是日期", "not a date")
        mend = Text("写成 2026-11-25", "write it like 2026-11-25")
    elif error["type"] in _NUMBERS:
        reason = Text("不是合格的数字", "not a proper number")
        mend = Text("只填数字", "give digits only")
    elif error["type"] in _WORDS:
        # pydantic lists choices as 'a', 'b' or 'c', in English.
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        zh, en = {**context, "expected": "、".join(choices)}, {**context, "expected": ", ".join(choices)}
        reason, mend = (Text(words.zh.format(**zh), words.en.format(**en)) for words in _WORDS[error["type"]])
    elif error["type"] == "value_error" and hasattr(context.get("error"), "reason"):
        raised = context["error"]
        reason, mend = raised.reason, raised.mend
    else:
        reason = Text(f"不是合格的值（{error['type']}）", error["msg"])
        mend = Text("按说明改正", "correct it as the field says")
    return Problem(field, shown, reason, mend, error["type"])
