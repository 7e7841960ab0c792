"""The operations, lists and objects available to the caller, with labels, for a command line and other programs
with a user interface.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from ninja import NinjaAPI, Schema

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.column_words import column_words, is_money
from zhirong.api.problems import Words
from zhirong.api.reading import number_in, query_of
from zhirong.api.visible_columns import SHOWN
from zhirong.kernel.days import day_of
from zhirong.kernel.money import yuan
from zhirong.operations.access_log import note_seen
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import forbidden_to, may
from zhirong.operations.clock import now
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS, Listing, may_list
from zhirong.operations.refusals import forbidden, not_found
from zhirong.operations.request_fields import Asked, asked
from zhirong.operations.tokens import READ
from zhirong.operations.visibility import visible

_MOST_ID = 2**63 - 1
_ANY_ID = 987654321


class ChoiceWords(Schema):
    """One of the possible values."""

    value: str
    words: Words


class FieldWords(Schema):
    """A field of an operation. widget: text, area, choice, many, day, file, flag, password, code, money, number,
    range or table (JSON). suits: whether it applies to this row. default: value if none is given. start: the
    current value, for fields that describe an object. choices: empty if any value is allowed.
    """

    name: str
    title: Words
    help: Words
    widget: str
    required: bool
    is_list: bool
    suits: bool
    maximum: int | None
    default: Any
    start: Any
    choices: list[ChoiceWords]


class OperationWords(Schema):
    """One operation. on: noun of its object, empty if it creates something. page: path of the page that it opens,
    ``{id}`` for the id of its subject. version: of the named row. fields: only if one operation was requested.
    """

    name: str
    title: Words
    help: Words
    is_on_row: bool
    on: str
    page: str
    version: int | None
    fields: list[FieldWords] | None


class OperationsWords(Schema):
    """The operations that the caller can run."""

    rows: list[OperationWords]


class ColumnWords(Schema):
    """A column of a list. is_ordered: whether the list can be ordered by it."""

    name: str
    title: Words
    kind: str
    is_ordered: bool
    is_main: bool


class FilterWords(Schema):
    """A filter of a list. choices: empty if any value is allowed."""

    name: str
    title: Words
    choices: list[ChoiceWords]


class ListWords(Schema):
    """One list."""

    name: str
    title: Words
    empty: Words
    columns: list[ColumnWords]
    filters: list[FilterWords]


class ListsWords(Schema):
    """The lists that the caller can read."""

    rows: list[ListWords]


class ObjectFieldWords(Schema):
    """A column of an object. kind: money (yuan) or text, which is anything else. choices: labels of its values, if
    a list lets the user choose among them.
    """

    name: str
    title: Words
    kind: str
    choices: list[ChoiceWords]


class ObjectWords(Schema):
    """A kind of object. subject: its name in events."""

    name: str
    subject: str
    title: Words
    fields: list[ObjectFieldWords]


class ObjectsWords(Schema):
    """The kinds of object, whether or not the caller can open any."""

    rows: list[ObjectWords]


def add_to(api: NinjaAPI) -> None:
    """Declare the calls."""
    for noun, summary, model, view, names in (
        ("operations", "可办理的事项 / operations available to me", OperationsWords, operations, ("name", "id")),
        ("lists", "可查看的列表 / lists available to me", ListsWords, lists, ()),
        ("objects", "可查看的对象 / objects available to me", ObjectsWords, objects, ()),
    ):
        api.get(
            f"/me/{noun}",
            operation_id=f"my_{noun}",
            summary=summary,
            tags=["me"],
            response=responses(model, READ_REFUSALS),
            openapi_extra={"parameters": [_PARAMETERS[name] for name in names]},
        )(view)


_PARAMETERS: Mapping[str, Any] = {
    "name": {
        "in": "query",
        "name": "name",
        "required": False,
        "description": "仅查看该事项及其所需字段 / only this operation, with the fields that it requires",
        "schema": {"type": "string", "maxLength": 80},
    },
    "id": {
        "in": "query",
        "name": "id",
        "required": False,
        "description": "办理对象 / object on which it is performed",
        "schema": {"type": "integer", "minimum": 0, "maximum": _MOST_ID},
    },
}


def operations(request: HttpRequest) -> HttpResponse:
    """Return every operation that the caller can run; or one with its fields, for a visible row."""
    query = query_of(request, dict.fromkeys(("name", "id")))
    actor: Actor = request.actor
    if "name" not in query:
        rows = [_operation(op) for op in OPERATIONS.values() if may(actor, op)]
        return as_json({"rows": rows})
    op = OPERATIONS.get(query["name"])
    if op is None or not may(actor, op):
        raise forbidden_to(actor, op)
    row = _row(actor, op, number_in(query, "id", 0, _MOST_ID, 0)) if "id" in query else None
    # Without the read scope, a token gets the fields but no data.
    tells = _reads(actor) and (row is not None or op.model is None)
    if row is not None and tells:
        note_seen(actor, row, now())
    # The row decides which fields apply; without a row all of them may.
    fields = [_field(one, one.suits or row is None) for one in asked(op.request, actor, row, tells=tells)]
    return as_json({"rows": [{**_operation(op), "version": getattr(row, "version", None), "fields": fields}]})


def lists(request: HttpRequest) -> HttpResponse:
    """Return every list that the caller can read."""
    query_of(request, {})
    return as_json({"rows": [_list(one) for one in LISTINGS.values() if may_list(request.actor, one)]})


def objects(request: HttpRequest) -> HttpResponse:
    """Return every kind of object; visibility is decided for each object."""
    query_of(request, {})
    rows = [
        {
            "name": noun,
            "subject": shown.model._meta.model_name,
            "title": shown.title,
            "fields": _columns(noun, (*shown.fields, *shown.own)),
        }
        for noun, shown in SHOWN.items()
    ]
    return as_json({"rows": rows})


def _reads(actor: Actor) -> bool:
    return actor.scopes is None or READ in actor.scopes


def _row(actor: Actor, op: Operation, identity: int) -> Any:
    """Return the row. Raises NotFoundError if it is not visible to the caller, ForbiddenError like
    ``run_operation``.
    """
    if op.model is None:
        return None
    row = visible(actor, op.model, day_of(now())).filter(pk=identity).first()
    if row is None:
        raise not_found(op.model, identity)
    if not op.relation(actor, row):
        raise forbidden()
    return row


def _operation(op: Operation) -> dict[str, Any]:
    return {
        "name": op.name,
        "title": op.title,
        "help": op.help,
        "is_on_row": op.model is not None,
        "on": "" if op.model is None else _noun(op.model),
        "page": _page(op.page),
        "version": None,
        "fields": None,
    }


def _noun(model: type[Model]) -> str:
    """Return the API's noun for a table; the log's name if the API does not show the table."""
    return next((noun for noun, shown in SHOWN.items() if shown.model is model), str(model._meta.model_name))


@cache
def _page(name: str) -> str:
    if not name:
        return ""
    try:
        return reverse(name, args=[_ANY_ID]).replace(str(_ANY_ID), "{id}")
    except NoReverseMatch:  # a page without a row
        return reverse(name)


def _field(one: Asked, suits: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "help": one.help,
        "widget": one.widget,
        "required": one.required,
        "is_list": one.is_list,
        "suits": suits,
        "maximum": one.maximum,
        "default": _shown(one, one.default),
        "start": _shown(one, one.start),
        "choices": [{"value": str(value), "words": words} for value, words in one.choices],
    }


def _shown(one: Asked, value: Any) -> Any:
    """Return the value of a field; an amount in yuan."""
    return yuan(value) if one.widget == "money" and isinstance(value, int) else value


def _list(one: Listing) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "empty": one.empty,
        "columns": [
            {"name": c.name, "title": c.title, "kind": c.kind, "is_ordered": bool(c.order), "is_main": c.main}
            for c in one.columns
        ],
        "filters": [
            {
                "name": f.name,
                "title": f.title,
                "choices": [{"value": value, "words": words} for value, words in f.choices or ()],
            }
            for f in one.filters
        ],
    }


def _columns(noun: str, names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": column_words(noun, name),
            "kind": "money" if is_money(noun, name) else "text",
            "choices": _values(noun, name),
        }
        for name in names
    ]


def _values(noun: str, name: str) -> list[dict[str, Any]]:
    """Return the labels of a column's values, from the filters of the lists that show such objects."""
    known = {
        value: words
        for listing in LISTINGS.values()
        if listing.model is SHOWN[noun].model
        for one in listing.filters
        if one.name == name
        for value, words in one.choices or ()
    }
    return [{"value": value, "words": words} for value, words in known.items()]
