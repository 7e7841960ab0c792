"""One object with everything that the caller may see of it. Columns that are not declared here are not shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import models as fields
from django.db.models import Model
from django.http import HttpResponse
from ninja import NinjaAPI, Path, Schema
from pydantic import Field, create_model

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.column_words import is_money, with_yuan
from zhirong.api.masking import masked
from zhirong.api.reading import etag, query_of
from zhirong.api.visible_columns import SHOWN, Shown
from zhirong.kernel.days import day_of
from zhirong.operations.access_log import note_seen
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import operations_for
from zhirong.operations.clock import now
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import not_found
from zhirong.operations.state_columns import choices_of
from zhirong.operations.tokens import demand_read
from zhirong.operations.visibility import visible
from zhirong.store.parties import Kept


@dataclass(frozen=True, slots=True)
class _Field:
    """A column for programs. is_own: shown to some kinds of organisation only, null for the others."""

    name: str
    attribute: str
    type: Any
    is_own: bool


def add_to(api: NinjaAPI) -> None:
    """Declare a call for every kind of object."""
    for noun, shown in SHOWN.items():
        api.get(
            f"/{noun}/{{int:id}}",
            operation_id="get_" + noun.replace("-", "_"),
            summary=f"{shown.title.zh} / {shown.title.en}",
            description=(shown.model.__doc__ or "").strip(),
            tags=["objects"],
            response=responses(_out(noun, shown), READ_REFUSALS),
        )(_view(noun, shown))


def _view(noun: str, shown: Shown) -> Callable[..., HttpResponse]:
    columns = _fields(noun, shown)

    def view(request: HttpRequest, id: int = Path(..., ge=0)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: A002
        actor: Actor = request.actor
        demand_read(actor)
        query_of(request, {})
        row = visible(actor, shown.model, day_of(now())).filter(pk=id).first()
        if row is None:
            raise not_found(shown.model, id)
        note_seen(actor, row, now())
        said = _values(noun, shown, columns, actor, row)
        if not isinstance(row, Kept):
            return as_json(said)
        said["operations"] = [one.name for one in operations_for(actor, row)]
        return as_json(said, headers={"ETag": etag(row.version)})

    return view


def _values(noun: str, shown: Shown, columns: list[_Field], actor: Actor, row: Model) -> dict[str, Any]:
    sees_own = actor.kind in shown.own_kinds
    said: dict[str, Any] = {"id": row.pk}
    for column in columns:
        value = getattr(row, column.attribute) if sees_own or not column.is_own else None
        said[column.name] = masked(shown.model, column.name, with_yuan(noun, column.name, value), actor, row)
    return said | {former: said[name] for name, former in shown.former.items()}


def _fields(noun: str, shown: Shown) -> list[_Field]:
    model = shown.model
    columns = {one.name: one for one in model._meta.concrete_fields if not one.primary_key}
    names = [*shown.fields, *shown.own]
    return [_field(noun, name, columns[name], name in shown.own) for name in names]


def _field(noun: str, name: str, column: Any, is_own: bool) -> _Field:
    if is_money(noun, name):
        return _Field(name, column.attname, str | None if column.null else str, is_own)
    return _Field(name, column.attname, _coded(column) or _type(column), is_own)


def _out(noun: str, shown: Shown) -> type[Schema]:
    stem = "".join(part.capitalize() for part in noun.split("-"))
    typed: dict[str, Any] = {"id": (int, ...)}
    typed |= {one.name: (one.type | None if one.is_own else one.type, ...) for one in _fields(noun, shown)}
    typed |= {former: (typed[name][0], Field(deprecated=True)) for name, former in shown.former.items()}
    if any(one.name == "version" for one in shown.model._meta.concrete_fields):
        typed["operations"] = (list[str], ...)
    return create_model(f"{stem}Object", __base__=Schema, **typed)


# Types of columns; tables and lists in JSON columns are described by their documents.
_TYPES: Mapping[type, Any] = {
    fields.BooleanField: bool,
    fields.DateTimeField: datetime,
    fields.DateField: date,
    fields.DecimalField: str,
    fields.JSONField: dict[str, Any] | list[Any],
    fields.IntegerField: int,
    fields.BigIntegerField: int,
    fields.ForeignKey: int,
    fields.CharField: str,
    fields.TextField: str,
}


def _coded(column: Any) -> Any:
    """Return the type of a column with fixed values; None for any other column."""
    values = list(choices_of(column.model, column.name))
    if not values:
        return None
    found: Any = Literal[(*values, *([""] if column.blank else []))]
    return found | None if column.null else found


def _type(column: Any) -> Any:
    found = next((kind for known, kind in _TYPES.items() if isinstance(column, known)), None)
    if found is None:
        raise AssertionError(f"no type for {column}")
    return found | None if column.null else found
