"""Conversion between an operation's request and a form. The model defines the fields; nothing is declared twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from zhirong.kernel.errors import Problem
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.fields import Request
from zhirong.operations.request_fields import Asked, ask_of, asked, is_list, on_form, plain_type


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. value: its content. values: the ticked choices. problems: errors in it."""

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
    actor: Actor,
    row: Any,
    given: Mapping[str, Any],
    problems: Sequence[Problem] = (),
) -> list[FormField]:
    """Return the fields of a request. given: typed or known values by name."""
    return [
        _field(one, given.get(one.name), [problem for problem in problems if _names(problem, one.name)])
        for one in on_form(asked(model, actor, row))
    ]


def unplaced(model: type[Request], problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems that belong to no field; the form shows them at the top."""
    return [one for one in problems if not any(_names(one, name) for name in model.model_fields)]


def data_of(model: type[Request], posted: QueryDict) -> dict[str, Any]:
    """Convert posted data for the request: an empty field is omitted, a list is a list, a tick is true."""
    data: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind, widget = plain_type(info.annotation), ask_of(name, info).widget
        if widget == "table":  # programs provide it; a desk that asks for it reads its own form
            continue
        if widget == "flag" or kind is bool:
            data[name] = name in posted
        elif is_list(kind):
            data[name] = [one for one in posted.getlist(name) if one]
        elif posted.get(name, "").strip():
            data[name] = posted[name]
    return data


def _field(one: Asked, given: Any, problems: Sequence[Problem]) -> FormField:
    value = one.start if given is None else given
    return FormField(
        one.name,
        one.title,
        one.help,
        widget=one.widget,
        required=one.required and one.widget not in ("flag", "many"),
        value=_shown(value, one.widget),
        values=tuple(str(part) for part in value) if isinstance(value, list | tuple) else (),
        choices=one.choices,
        problems=tuple(problems),
        maximum=one.maximum,
    )


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
