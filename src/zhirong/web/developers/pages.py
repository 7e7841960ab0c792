"""The description of the API: every call with its address, its fields and its users."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.kernel.text import Text
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.webhooks import HEADS
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page

Described = Mapping[str, Any]
_GROUPS = {
    "me": Text("我", "The caller"),
    "lists": Text("列表", "Lists"),
    "objects": Text("对象", "Objects"),
    "events": Text("事件", "Events"),
    "files": Text("文件", "Files"),
    "register": Text("质押登记簿", "The register"),
    "calculator": Text("测算", "Calculator"),
}


@dataclass(frozen=True, slots=True)
class CallView:
    """One call on the page. fields: of the request, required ones first, with their types."""

    method: str
    address: str
    title: Text
    is_public: bool
    fields: tuple[tuple[str, str, bool], ...]


@page("developers/", "developers", is_public=True)
def developers(request: HttpRequest) -> HttpResponse:
    """Show all calls by subject."""
    return render(request, "developers/api.html", {"groups": _groups()})


@cache
def _groups() -> list[tuple[Text, list[CallView]]]:
    from zhirong.api.urls import api  # after all operations and lists are declared

    described = api.get_openapi_schema()
    found: dict[str, list[CallView]] = {}
    for address, calls in described["paths"].items():
        for method, call in calls.items():
            zh, _, en = call["summary"].partition(" / ")
            fields = _fields(call, described["components"]["schemas"])
            view = CallView(method.upper(), address, Text(zh, en), not call.get("security"), fields)
            found.setdefault(call["tags"][0], []).append(view)
    return [(_GROUPS.get(tag, Text(f"办理 {tag}", f"Operations: {tag}")), views) for tag, views in found.items()]


def _fields(call: Described, schemas: Described) -> tuple[tuple[str, str, bool], ...]:
    content = call.get("requestBody", {}).get("content", {})
    schema = dict(next(iter(content.values()), {})).get("schema", {})
    schema = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    required = set(schema.get("required", ()))
    sent = [(name, _type(one, schemas), name in required) for name, one in schema.get("properties", {}).items()]
    asked = [
        (one["name"], _type(one["schema"], schemas), bool(one["required"]))
        for one in call.get("parameters", ())
        if one["in"] == "query"
    ]
    return tuple(sorted(asked + sent, key=lambda one: not one[2]))


def _type(schema: Described, schemas: Described) -> str:
    schema = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"][:6]) + (" …" if len(schema["enum"]) > 6 else "")
    kind = str(schema.get("format") or schema.get("type") or "any")
    return f"{kind}[{_type(schema.get('items', {}), schemas)}]" if kind == "array" else kind


menu("developers", "接口", "API", *HEADS, icon="plug", group=Group.ACCOUNT)
