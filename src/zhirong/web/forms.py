"""From an operation's request to a form and back. The model says what is asked; nothing is declared twice."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

from django.http import QueryDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from zhirong.kernel.errors import Problem
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text, same
from zhirong.verbs.people import Person
from zhirong.verbs.requests import Ask, Request


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as a template draws it. value: what stands in it. values: what is ticked. problems: found in it."""

    name: str
    title: Text
    help: Text
    widget: str
    required: bool
    value: str
    values: tuple[str, ...]
    choices: tuple[tuple[str, Text], ...]
    problems: tuple[Problem, ...]
    maximum: int | None = None


def form_fields(
    model: type[Request],
    person: Person,
    row: Any,
    given: Mapping[str, Any],
    problems: Sequence[Problem] = (),
) -> list[FormField]:
    """The fields of a request. given: what has been typed or is already known, by name."""
    return [
        _field(name, info, person, row, given.get(name), [one for one in problems if _names(one, name)])
        for name, info in model.model_fields.items()
        if (ask := _ask(name, info)).widget != "table" and (ask.only is None or ask.only(person, row))
    ]


def unplaced(model: type[Request], problems: Sequence[Problem]) -> list[Problem]:
    """Problems that belong to no field of the form: they stand above it."""
    return [one for one in problems if not any(_names(one, name) for name in model.model_fields)]


def data_of(model: type[Request], posted: QueryDict) -> dict[str, Any]:
    """What was posted, as the request reads it: an empty field is not given, a list is a list, a tick is true."""
    data: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind, widget = _plain_type(info.annotation), _ask(name, info).widget
        if widget == "table":  # a program gives it; a desk that asks for it reads its own form
            continue
        if widget == "flag" or kind is bool:
            data[name] = name in posted
        elif _is_list(kind):
            data[name] = [one for one in posted.getlist(name) if one]
        elif posted.get(name, "").strip():
            data[name] = posted[name]
    return data


def _field(
    name: str, info: FieldInfo, person: Person, row: Any, given: Any, problems: Sequence[Problem]
) -> FormField:
    ask = _ask(name, info)
    kind = _plain_type(info.annotation)
    widget = ask.widget
    if widget == "text":
        widget = _widget(kind, ask)
    default = None if info.default is PydanticUndefined else info.default
    if ask.start is not None:
        default = ask.start(person, row)
    value = default if given is None else given
    choices = ask.choices(person, row) if callable(ask.choices) else ask.choices
    limit = next((one.max_length for one in info.metadata if getattr(one, "max_length", None)), None)
    return FormField(
        name,
        ask.title,
        ask.help,
        widget,
        info.is_required() and widget not in ("flag", "many"),
        _shown(value, widget),
        tuple(str(one) for one in value) if isinstance(value, list | tuple) else (),
        tuple(choices or ()),
        tuple(problems),
        limit,
    )


def _ask(name: str, info: FieldInfo) -> Ask:
    return next((one for one in info.metadata if isinstance(one, Ask)), Ask(same(name)))


def _widget(kind: Any, ask: Ask) -> str:
    if ask.choices is not None:
        return "many" if _is_list(kind) else "choice"
    if kind is bool:
        return "flag"
    if kind is date:
        return "day"
    return "number" if kind in (int, Decimal) else "text"


def _plain_type(annotation: Any) -> Any:
    """The type without ``| None`` and without what is annotated to it."""
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain_type(next(one for one in get_args(annotation) if one is not type(None)))
    return _plain_type(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (list, tuple)


def _shown(value: Any, widget: str) -> str:
    if value is None or isinstance(value, list | tuple):
        return ""
    if widget == "money" and isinstance(value, int):
        return yuan(value)
    if widget == "flag":
        return "1" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _names(problem: Problem, name: str) -> bool:
    return problem.field == name or problem.field.startswith((f"{name}.", f"{name}["))
