"""The fields of an operation's request for this actor and this row. The model declares them; forms, programs and
the command line read them from here.
"""

import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.fields import Ask, Request, ask_in


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. widget: as in ``Ask``, but never plain ``text`` if the type says more. required: whether a value
    must be given. is_list: several values. suits: whether the field applies to this actor and row. default: the
    value if none is given. start: the value with which a form starts. choices: empty if any value is allowed.
    maximum: number of characters.
    """

    name: str
    title: Text
    help: Text
    widget: str
    required: bool
    is_list: bool
    suits: bool
    default: Any
    start: Any
    choices: tuple[tuple[str, Text], ...]
    maximum: int | None


def asked(model: type[Request], actor: Actor, row: Any, *, tells: bool = True) -> list[Asked]:
    """Return all fields of a request. tells: whether the actor may see the data that depend on rows: the choices,
    whether a field applies, and its current value.
    """
    return [_asked(name, info, actor, row, tells) for name, info in model.model_fields.items()]


def on_form(fields: Sequence[Asked]) -> list[Asked]:
    """Return the fields that a form shows."""
    return [one for one in fields if one.suits and one.widget != "table"]


def ask_of(name: str, info: FieldInfo) -> Ask:
    """Return how a field is asked for; without a declaration its label is its name."""
    return ask_in(info) or Ask(same(name))


def plain_type(annotation: Any) -> Any:
    """Return the type without ``| None`` and without its annotations."""
    if get_origin(annotation) in (Union, types.UnionType):
        return plain_type(next(one for one in get_args(annotation) if one is not type(None)))
    return plain_type(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def is_list(kind: Any) -> bool:
    """Return whether a plain type holds several values."""
    return get_origin(kind) in (list, tuple)


def _asked(name: str, info: FieldInfo, actor: Actor, row: Any, tells: bool) -> Asked:
    ask = ask_of(name, info)
    suits = not tells or ask.only is None or ask.only(actor, row)
    kind = plain_type(info.annotation)
    widget = _widget(kind, ask) if ask.widget == "text" else ask.widget
    default = info.get_default(call_default_factory=True) if not info.is_required() else None
    start = default
    if ask.start is not None:
        start = ask.start(actor, row) if tells and suits else None
    # A field that does not apply is not asked for: its choices may make no sense for the row, or take long to find.
    choices = ask.choices if not callable(ask.choices) else ask.choices(actor, row) if tells and suits else ()
    limit = next((one.max_length for one in info.metadata if getattr(one, "max_length", None)), None)
    return Asked(
        name,
        ask.title,
        ask.help,
        widget=widget,
        required=info.is_required(),
        is_list=is_list(kind),
        suits=suits,
        default=default,
        start=start,
        choices=tuple(choices or ()),
        maximum=limit,
    )


def _widget(kind: Any, ask: Ask) -> str:
    if ask.choices is not None:
        return "many" if is_list(kind) else "choice"
    if kind is bool:
        return "flag"
    if kind is date:
        return "day"
    return "number" if kind in (int, Decimal) else "text"
