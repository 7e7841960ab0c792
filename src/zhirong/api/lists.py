"""Every list as a call, with the rows, filters, order and permissions of its page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Schema
from pydantic import Field, create_model

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.problems import Words
from zhirong.api.reading import number_in, query_of
from zhirong.api.references import Reference, narrowed, references
from zhirong.kernel.days import day_of
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.clock import now
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS, MOST, PAGE, Column, Kind, Listing, may_list
from zhirong.operations.paging import part_of
from zhirong.operations.refusals import forbidden, refuse
from zhirong.store.parties import Kept

# How a column of each kind is written: amounts in yuan, days and instants as ISO 8601, rates as exact decimals.
_TYPES: Mapping[Kind, Any] = {
    "text": str | Words | None,
    "state": str | Words | None,
    "money": str | None,
    "number": int | str | None,
    "days": int | None,
    "day": date | None,
    "instant": datetime | None,
    "rate": str | None,
}


def add_to(api: NinjaAPI) -> None:
    """Declare a call for every list."""
    for one in LISTINGS.values():
        api.get(
            f"/lists/{one.name}",
            operation_id=list_id(one),
            summary=f"{one.title.zh} / {one.title.en}",
            tags=["lists"],
            response=responses(_page_model(one), READ_REFUSALS),
            openapi_extra={"x-list": one.name, "parameters": _parameters(one)},
        )(_view(one))


def list_id(one: Listing) -> str:
    """Return the name of the call, for generated programs."""
    return "list_" + one.name.replace(".", "_").replace("-", "_")


def _view(one: Listing) -> Callable[[HttpRequest], HttpResponse]:
    known = dict.fromkeys([*(f.name for f in one.filters), *(r.name for r in references(one))])
    known |= dict.fromkeys(["order", "after", "limit"])

    def view(request: HttpRequest) -> HttpResponse:
        actor = request.actor
        if not may_list(actor, one):
            raise forbidden()
        query = query_of(request, known)
        _demand_order(one, query.get("order", ""))
        limit = number_in(query, "limit", 1, MOST, PAGE)
        found = part_of(actor, one, day_of(now()), query, limit, narrowed(one, query))
        named = references(one)
        rows = [_row(one, row, named) for row in found.rows]
        return as_json({"rows": rows, "limit": limit, "more": found.next is not None, "next": found.next})

    return view


def _orders(one: Listing) -> list[str]:
    names = [name for column in one.columns if column.order for name in column.names()]
    return [*names, *(f"-{name}" for name in names)]


def _demand_order(one: Listing, wanted: str) -> None:
    """Reject an unknown order: a page uses its default order instead, but a program with a misspelt one would
    misread the results.
    """
    if wanted and wanted not in _orders(one):
        can = _orders(one)
        raise refuse(
            "order",
            "order",
            wanted,
            Text("不能按该项排序", "the list cannot be ordered by this"),
            Text(f"可用：{'、'.join(can)}", f"use one of: {', '.join(can)}") if can else Text("请删除", "omit it"),
        )


def _row(one: Listing, row: Any, named: Sequence[Reference]) -> dict[str, Any]:
    """A row with the values that an operation on it needs: its id, its version if its kind has versions, and the
    ids and codes that filters accept.
    """
    said = {"id": row.pk, **({"version": row.version} if _has_version(one) else {})}
    said |= {reference.name: reference.of(row) for reference in named}
    for column in one.columns:
        if column.name != "id":
            said |= dict.fromkeys(column.names(), _cell(column, row))
    return said


def _has_version(one: Listing) -> bool:
    return issubclass(one.model, Kept)


def _cell(column: Column, row: Any) -> Any:
    """Return a cell in the form of its kind."""
    value = column.value(row)
    if value is None or value == "":
        return None
    if isinstance(value, Text):
        return value.as_json()
    if isinstance(value, Mapping):
        return {"zh": str(value["zh"]), "en": str(value["en"])}
    if column.kind == "money":
        return yuan(int(value))
    if column.kind == "days":
        return int(value)
    if column.kind in ("day", "instant"):
        return value if isinstance(value, str) else value.isoformat()
    if column.kind == "number" and isinstance(value, int):
        return int(value)
    return str(value)


def _page_model(one: Listing) -> type[Schema]:
    stem = "".join(part.capitalize() for part in one.name.replace("-", ".").replace("_", ".").split("."))
    columns: dict[str, Any] = {c.name: (_TYPES[c.kind], ...) for c in one.columns if c.name != "id"}
    columns |= {c.former: (_TYPES[c.kind], Field(deprecated=True)) for c in one.columns if c.former}
    known: dict[str, Any] = {"id": (int, ...), **({"version": (int, ...)} if _has_version(one) else {})}
    known |= {reference.name: (reference.type, ...) for reference in references(one)}
    row: Any = create_model(f"{stem}Row", __base__=Schema, **known, **columns)
    row.__doc__ = "；".join(f"{c.name}: {c.title.zh} / {c.title.en}" for c in one.columns)
    return create_model(
        f"{stem}Page",
        __base__=Schema,
        rows=(list[row], ...),
        limit=(int, ...),
        more=(bool, ...),
        next=(str | None, ...),
    )


def _parameters(one: Listing) -> list[dict[str, Any]]:
    found = [
        _parameter(
            filtered.name,
            f"{filtered.title.zh} / {filtered.title.en}",
            {"type": "string", "maxLength": 200}
            if filtered.choices is None
            else {"type": "string", "enum": [value for value, _ in filtered.choices]},
        )
        for filtered in one.filters
    ]
    found += [_parameter(ref.name, _about(ref), ref.parameter) for ref in references(one)]
    both = _orders(one)
    if both:
        found.append(
            _parameter("order", "排序，前加 - 为降序 / order; - before a column for descending", {"enum": both})
        )
    cursor = {"type": "string", "maxLength": 2000}
    found.append(_parameter("after", "上一页答复中的 next / `next` of the previous answer", cursor))
    found.append(
        _parameter("limit", "最多行数 / maximum number of rows", {"type": "integer", "minimum": 1, "maximum": MOST})
    )
    return found


def _about(reference: Reference) -> str:
    if reference.noun:
        return f"行中的编号，对象为 {reference.noun} / the id that a row has, of {reference.noun}"
    return "行中的代码 / the code that a row has"


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "description": description, "schema": schema}
