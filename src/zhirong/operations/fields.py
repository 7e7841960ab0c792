"""The request of an operation: a pydantic model with labels in both languages, read with all problems reported
together.

The same model defines the form on a page, the schema of the API and the reader of incoming data.
"""

import json
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import NumberError, credit_code
from zhirong.kernel.json_numbers import MONEY_NUMBER, MONEY_NUMBER_HINT, MONEY_NUMBER_REASON, JsonNumber, marked
from zhirong.kernel.money import MOST_AMOUNT, MoneyError, parse_yuan, show_yuan
from zhirong.kernel.text import Text

R = TypeVar("R", bound="Request")
_NOT_CHOSEN = Text("不选", "none")
Choices = Sequence[tuple[str, Text]]
# The place where a program finds the current choices of a field whose choices depend on the caller and the row.
CHOICES_PATH = "/api/v1/me/operations"


@dataclass(frozen=True, slots=True)
class Ask:
    """How a field is asked for. unit ``fen``: stored in fen, typed in yuan. widget: text, area, choice, many, day,
    file, flag, password, money, number, range (three: low, most likely, high), table (not on a form). choices: the
    allowed values, or a function of actor and row that returns them. only: whether the form contains the field, by
    actor and row. start: initial value of a form, by actor and row.
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
    """Return an ``Ask`` for an annotation."""
    return Ask(Text(zh, en), Text(help_zh, help_en), widget, choices, only, start)


class Request(BaseModel):
    """The base class of requests: unknown fields are rejected, surrounding spaces ignored, and a field with fixed
    choices accepts only these and lists them in its schema.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Reject a declaration that would read amounts a hundredfold wrong, or not know its choices."""
        for name, info in cls.model_fields.items():
            said = ask_in(info)
            if said is None:
                continue
            if said.widget == "money" and not is_money(info):
                raise AssertionError(f"{cls.__name__}.{name} is money: its type is Fen of operations.fields")
            if isinstance(said.choices, Mapping):
                raise AssertionError(f"{cls.__name__}.{name}: choices are a sequence of pairs (value, Text)")

    @field_validator("*")
    @classmethod
    def _is_a_choice(cls, value: Any, info: ValidationInfo) -> Any:
        allowed = choices_of(cls.model_fields[str(info.field_name)])
        if allowed is None:
            return value
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None and str(one) not in allowed:
                raise _refused_choice(allowed)
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, info in cls.model_fields.items():
            allowed = choices_of(info)
            if allowed is not None:
                _list_choices(properties[name], list(allowed), handler)
            said = ask_in(info)
            if said is not None and callable(said.choices):
                properties[name]["x-choices"] = CHOICES_PATH
        return described


def ask_in(info: FieldInfo) -> Ask | None:
    """Return how a field is asked for, if declared: next to its type, or within an optional type."""
    said = [*info.metadata, *_annotated_within(info.annotation)]
    return next((one for one in said if isinstance(one, Ask)), None)


def _annotated_within(annotation: Any) -> list[Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [one for part in get_args(annotation) if get_origin(part) is Annotated for one in part.__metadata__]


def choices_of(info: FieldInfo) -> dict[str, Text] | None:
    """Return the values of a field with their labels if they are the same for everybody; None if any value is
    allowed or the choices depend on the actor. The default value is allowed, too.
    """
    said = ask_in(info)
    if said is None or said.choices is None or callable(said.choices):
        return None
    allowed = {str(value): words for value, words in said.choices}
    return {str(info.default): _NOT_CHOSEN, **allowed} if info.default == "" else allowed


def _refused_choice(allowed: Mapping[str, Text]) -> PydanticCustomError:
    zh = "、".join(f"{value}（{words.zh}）" for value, words in allowed.items() if value)
    en = ", ".join(f"{value} ({words.en})" for value, words in allowed.items() if value)
    reason = Text("不在可选范围内", "not one of the choices")
    return _said("not_a_choice", reason, Text(f"请选择：{zh}", f"Choose from: {en}"))


def _list_choices(described: dict[str, Any], allowed: Sequence[str], handler: GetJsonSchemaHandler) -> None:
    """Add the allowed values to the schema of a field, or of the items of a list."""
    for part in (described, *described.get("anyOf", [])):
        kind = part.get("type")
        if kind == "array":
            _list_choices(part["items"], allowed, handler)
        elif kind in ("string", "integer"):
            part["enum"] = [int(one) for one in allowed] if kind == "integer" else list(allowed)
        elif "$ref" in part and set(handler.resolve_ref_schema(part)["enum"]) != set(allowed):
            # Some values of the type cannot be chosen here.
            del part["$ref"]
            part |= {"type": "string", "enum": list(allowed)}


@dataclass(frozen=True, slots=True)
class IdOf:
    """Marks a field, or each of its items, as the id of an object; kind is the API's name, such as ``loans``.
    field: the field of the object whose value is required, usually ``id``, otherwise for example ``number``.
    """

    objects: str
    field: str = "id"

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "x-id-of": self.objects, "x-id-field": self.field}


def id_of(objects: str, field: str = "id") -> IdOf:
    """``IdOf`` as it reads in a declaration."""
    return IdOf(objects, field)


class Nothing(Request):
    """The request of an operation without fields."""


def _said(code: str, reason: Text, hint: Text) -> PydanticCustomError:
    """Return a validation error with the caller's reason and hint."""
    words = {"zh": reason.zh, "en": reason.en, "hint_zh": hint.zh, "hint_en": hint.en}
    return PydanticCustomError(code, "{en}", words)


@dataclass(frozen=True, slots=True)
class Formed:
    """A constraint: the complete text matches a pattern; hint: the format in words for users."""

    pattern: str
    hint: Text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern}

    def _checked(self, value: str) -> str:
        if re.fullmatch(self.pattern, value) is None:
            raise _said("form", Text("格式不对", "wrong format"), self.hint)
        return value


def _fen(value: Any) -> Any:
    """Yuan as people write them (``"2,000,000.00"``, ``"200万元"``) become fen. A whole number comes from the
    platform's own code and is fen already, as ``kernel.money.Fen`` is; the API passes no number on
    (``mark_money_numbers``).
    """
    fen = value
    if isinstance(value, JsonNumber):
        raise _said(MONEY_NUMBER, MONEY_NUMBER_REASON, MONEY_NUMBER_HINT)
    if isinstance(value, str):
        try:
            fen = parse_yuan(value)
        except MoneyError as error:
            raise PydanticCustomError("money", "not an amount") from error
    if isinstance(fen, bool) or not isinstance(fen, int):
        raise PydanticCustomError("money", "not an amount")
    if fen < 0:
        raise _said(
            "less_than_nothing",
            Text("小于 0", "less than zero"),
            Text("金额不能为负", "an amount cannot be negative"),
        )
    if fen > MOST_AMOUNT:
        most = show_yuan(MOST_AMOUNT)
        raise _said(
            "too_large",
            Text(f"超过 {most} 元", f"more than CNY {most}"),
            Text("请核对金额", "check the amount"),
        )
    return fen


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _said(MONEY_NUMBER, MONEY_NUMBER_REASON, MONEY_NUMBER_HINT)
    return value


def _code(value: str) -> str:
    try:
        return credit_code(value)
    except NumberError as error:
        raise _said("credit_code", error.reason, error.hint) from error


def _percent(value: Any) -> Any:
    """Convert a percentage: ``"5%"`` equals ``"0.05"``; a number above 1 without percent sign is rejected."""
    if not isinstance(value, str):
        return value
    written = value.strip().replace("％", "%")
    number = written.removesuffix("%").strip()
    try:
        rate = Decimal(number) / 100 if written.endswith("%") else Decimal(number)
    except ArithmeticError as error:  # no number, or one beyond what decimal arithmetic holds
        raise PydanticCustomError("percent", "not a rate") from error
    if rate.is_finite() and not -1 <= rate <= 1:
        raise _said(
            "rate_too_large",
            Text("超过 100%", "more than 100%"),
            Text("百分之五请写成 5% 或 0.05", "five per cent is written 5% or 0.05"),
        )
    return rate


_MONEY = WithJsonSchema(
    {
        "type": "string",
        "format": "money",
        "pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$",
        "description": "元，字符串，至多两位小数 / yuan, a string with at most two decimals: 1200000.00",
    }
)
# A text that holds an amount, or several: a JSON number in its place is refused as for ``Fen``.
IN_YUAN = BeforeValidator(_no_number)
Fen = Annotated[int, BeforeValidator(_fen), Field(ge=0, le=MOST_AMOUNT), _MONEY]
CreditCode = Annotated[str, Field(max_length=40), AfterValidator(_code)]
Region = Annotated[
    str,
    Formed(
        "^[0-9]{6}$", Text("请填写六位地区代码，如 610100", "enter the region's code of six digits, such as 610100")
    ),
]
Rate = Annotated[Decimal, BeforeValidator(_percent), Field(ge=0, le=1, decimal_places=6)]
Percent = Annotated[Decimal, BeforeValidator(_percent), Field(ge=-1, le=1, decimal_places=6)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


# Control characters, surrogate halves, direction marks (Unicode standard annex 9), line and paragraph separators.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_LINE_BREAK = re.compile("[\t\n\r]")
_MANY_LINES = ("area", "table")
_LONGEST_LINE = 500  # characters; a longer text has lines


def is_money(info: FieldInfo) -> bool:
    """Return whether a field is an amount of money, or several."""
    return _MONEY in info.metadata or _holds_money(info.annotation)


def _holds_money(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _MONEY in annotation.__metadata__
    if get_origin(annotation) in (Union, types.UnionType, list):
        return any(_holds_money(part) for part in get_args(annotation))
    return False


def mark_money_numbers(model: type[Request], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON input with the numbers marked that are given as amounts or within a table, so that a reader of
    amounts rejects them.
    """
    fields = model.model_fields
    return {
        name: marked(value) if name in fields and (is_money(fields[name]) or isinstance(value, dict)) else value
        for name, value in data.items()
    }


def read(model: type[R], data: Mapping[str, Any]) -> R:
    """Read the data into a request. Raises InputError with a problem for every wrong field."""
    unwritable = [unwritable_problem(path) for path in unwritable_paths(data)]
    broken = [_line_break_problem(name) for name, value in data.items() if _breaks_a_line(model, name, value)]
    if unwritable or broken:
        raise InputError([*unwritable, *broken])
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise InputError(_problem(model, one) for one in error.errors()) from error


def unwritable_paths(value: Any, path: str = "") -> list[str]:
    """Return the places in this data with characters that text must not contain: null and other control characters
    except tabs and line breaks, surrogate halves, direction marks.
    """
    if isinstance(value, str):
        return [path] if _UNWRITABLE.search(value) else []
    if isinstance(value, Mapping):
        parts = [(f"{path}.{name}" if path else str(name), item) for name, item in value.items()]
        names = [path] if any(unwritable_paths(str(name)) for name in value) else []
        return names + [found for at, item in parts for found in unwritable_paths(item, at)]
    if isinstance(value, list | tuple):
        return [found for at, item in enumerate(value) for found in unwritable_paths(item, f"{path}[{at}]")]
    return []


def _breaks_a_line(model: type[Request], name: str, value: Any) -> bool:
    """Return whether a value, or an item of a list, has several lines in a one-line field. Surrounding whitespace
    does not count.
    """
    info = model.model_fields.get(name)
    if info is None or any(isinstance(one, Ask) and one.widget in _MANY_LINES for one in info.metadata):
        return False
    if any(
        getattr(one, "max_length", None) is not None and one.max_length > _LONGEST_LINE for one in info.metadata
    ):
        return False
    values = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(one, str) and _LINE_BREAK.search(one.strip()) is not None for one in values)


def _line_break_problem(path: str) -> Problem:
    return Problem(
        path,
        "",
        Text("只能填写一行，不能含有换行或制表符", "one line only, without line breaks and tabs"),
        Text("请删除换行和制表符", "Remove line breaks and tabs"),
        "one_line",
    )


def unwritable_problem(path: str) -> Problem:
    """Return the problem that a field has such characters, which cannot be shown."""
    return Problem(
        path,
        "",
        Text("含有无法保存的字符", "contains characters that cannot be stored"),
        Text("请删除不可见的字符", "remove the invisible characters"),
        "unwritable",
    )


# pydantic's kinds of error with our reason and hint. {x} are pydantic's values.
_WORDS: Mapping[str, tuple[Text, Text]] = {
    "missing": (Text("没有填写", "the field is empty"), Text("请补充填写", "fill it in")),
    "extra_forbidden": (Text("该字段不存在", "the field does not exist"), Text("请删除", "omit it")),
    # The minimum length of a text is always one: it must not be empty.
    "string_too_short": (Text("没有填写", "the field is empty"), Text("请补充填写", "fill it in")),
    "string_too_long": (
        Text("超过 {max_length} 个字符", "longer than {max_length} characters"),
        Text("请缩短", "make it shorter"),
    ),
    "greater_than_equal": (
        Text("小于 {ge}", "less than {ge}"),
        Text("请填写 {ge} 或更大的数", "enter at least {ge}"),
    ),
    "greater_than": (
        Text("不大于 {gt}", "not more than {gt}"),
        Text("请填写大于 {gt} 的数", "enter more than {gt}"),
    ),
    "less_than_equal": (Text("大于 {le}", "more than {le}"), Text("请填写 {le} 或更小的数", "enter at most {le}")),
    "less_than": (Text("不小于 {lt}", "not less than {lt}"), Text("请填写小于 {lt} 的数", "enter less than {lt}")),
    "too_short": (
        Text("少于 {min_length} 项", "fewer than {min_length} entries"),
        Text("请补足", "add what is missing"),
    ),
    "too_long": (Text("多于 {max_length} 项", "more than {max_length} entries"), Text("请减少项数", "enter fewer")),
    "money": (
        Text("不是金额", "not an amount of money"),
        Text("请写成 2,000,000.00 或 200万元", "write it like 2,000,000.00"),
    ),
    "percent": (Text("不是比率", "not a rate"), Text("请写成 5% 或 0.05", "write it like 5% or 0.05")),
    "enum": (Text("不在可选范围内", "not one of the choices"), Text("可选：{expected}", "choose from: {expected}")),
    "literal_error": (
        Text("不在可选范围内", "not one of the choices"),
        Text("可选：{expected}", "choose from: {expected}"),
    ),
    "list_type": (Text("不是列表", "not a list"), Text("请填写列表", "enter a list")),
    "string_type": (Text("不是文字", "not text"), Text("请填写文字", "enter text")),
    "dict_type": (Text("不是表", "not a table"), Text("请填写表", "enter a table")),
    "bool_type": (
        Text("应为是或否", "neither true nor false"),
        Text("请填写 true（是）或 false（否）", "enter true or false"),
    ),
    "bool_parsing": (
        Text("应为是或否", "neither true nor false"),
        Text("请填写 true（是）或 false（否）", "enter true or false"),
    ),
    "decimal_max_places": (
        Text("小数超过 {decimal_places} 位", "more than {decimal_places} decimals"),
        Text("请先舍入再填写", "round it first"),
    ),
}
_DAYS = frozenset({"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"})
# Bounds of dates are worded for dates.
_DAY_BOUNDS: Mapping[str, tuple[Text, Text]] = {
    "greater_than_equal": (
        Text("早于 {ge}", "earlier than {ge}"),
        Text("请填写 {ge} 或之后的日期", "enter {ge} or later"),
    ),
    "less_than_equal": (
        Text("晚于 {le}", "later than {le}"),
        Text("请填写 {le} 或之前的日期", "enter {le} or earlier"),
    ),
}
_WHOLE_NUMBERS = frozenset({"int_type", "int_parsing", "int_from_float", "int_parsing_size"})
_NUMBERS = frozenset({"decimal_type", "decimal_parsing", "finite_number", "decimal_max_digits"})
_LISTED = 200  # characters of the value shown


def _problem(model: type[Request], error: Any) -> Problem:
    field = ".".join(str(part) for part in error["loc"]) or model.__name__
    found = error.get("input")
    # A null from a program means that no value is given.
    kind = "missing" if found is None else error["type"]
    reason, hint = _words_of(kind, error.get("ctx", {}), _choices(model, error["loc"]))
    return Problem(field, "" if kind == "missing" else _shown(found)[:_LISTED], reason, hint, kind)


def _shown(found: Any) -> str:
    """Return the value as written, independent of Python's notation."""
    if isinstance(found, Mapping):
        return ""
    return json.dumps(found, ensure_ascii=False) if isinstance(found, bool | list | tuple) else str(found)


def _choices(model: type[Request], place: Sequence[Any]) -> Mapping[str, Text]:
    """Return the labels of a field's choices if they do not depend on the actor."""
    info = model.model_fields.get(str(place[0])) if place else None
    asks = [one for one in info.metadata if isinstance(one, Ask)] if info else []
    return {
        value: words for ask in asks if ask.choices and not callable(ask.choices) for value, words in ask.choices
    }


def _words_of(kind: str, context: Mapping[str, Any], choices: Mapping[str, Text]) -> tuple[Text, Text]:
    if "hint_zh" in context:
        return Text(context["zh"], context["en"]), Text(context["hint_zh"], context["hint_en"])
    if kind in _DAYS:
        return Text("不是日期", "not a date"), Text("请写成 2026-11-25 的格式", "write it like 2026-11-25")
    if kind in _WHOLE_NUMBERS:
        return Text("不是整数", "not a whole number"), Text("请填写整数，如 12", "enter a whole number, such as 12")
    if kind in _NUMBERS:
        return Text("不是数字", "not a number"), Text("请填写数字", "enter digits only")
    is_of_days = isinstance(context.get("ge", context.get("le")), date)
    words = _DAY_BOUNDS[kind] if is_of_days else _WORDS.get(kind)
    if words is None:
        return Text("不是可接受的值", "not an accepted value"), Text(
            "按说明改正", "correct it as described for the field"
        )
    # pydantic lists choices in English as 'a', 'b' or 'c'.
    values = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    named = [(value, choices.get(value)) for value in values]
    zh = "、".join(value if said is None else f"{value}（{said.zh}）" for value, said in named)
    en = ", ".join(value if said is None else f"{value} ({said.en})" for value, said in named)
    reason, hint = (
        Text(one.zh.format(**{**context, "expected": zh}), one.en.format(**{**context, "expected": en}))
        for one in words
    )
    return reason, hint
