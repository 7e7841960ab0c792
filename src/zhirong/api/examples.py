"""Examples of requests and responses, generated from their schemas: plausible values by name and type."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

# Values for fields with these names; other fields get a value by type.
_BY_NAME: Mapping[str, Any] = {
    "authority_number": "Y2026110000123",
    "changed_at": "2026-11-25T02:00:00+00:00",
    "certificate": "b0a1f6c2d8e94a7c",
    "code": "91610131MA6U1ABC1X",
    "created_at": "2026-11-25T02:00:00+00:00",
    "email": "clerk@example.cn",
    "kind": "case.accept",
    "key": "patent:201610123456X",
    "language": "zh",
    "listing": "firm.cases",
    "number": "ZL201610123456.X",
    "phone": "029-88880000",
    "query": "state=draft",
    "region": "610100",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "object": "cases",
    "path": "/api/v1/cases/12",
    "subject": "case/12",
    "ticket": "b0a1f6c2d8e94a7c",
    "type": "case.accept",
    "url": "https://bank.example.cn/zhirong-events",
    "username": "clerk@example.cn",
}
_BY_FORMAT: Mapping[str, Any] = {
    "date": "2026-12-01",
    "date-time": "2026-11-25T02:00:00+00:00",
    "password": "123456",
    "binary": "",
    "money": "1200000.00",
}
_BY_TYPE: Mapping[str, Any] = {"integer": 12, "number": 1, "boolean": True, "null": None, "object": {}}


def example_of(schema: Schema, schemas: Mapping[str, Schema], name: str = "") -> Any:
    """Return an example value of the schema. schemas: for references. name: of the field. A request contains the
    required fields; a response contains all fields, because all are required there.
    """
    if "$ref" in schema:
        return example_of(schemas[str(schema["$ref"]).rsplit("/", 1)[-1]], schemas, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas, name)
    kind = schema.get("type")
    if "properties" in schema:
        needed = schema.get("required", ())
        fields = schema["properties"].items()
        return {field: example_of(one, schemas, field) for field, one in fields if field in needed}
    if kind == "array":
        one = example_of(schema.get("items", {}), schemas, name)
        return [one] * max(int(schema.get("minItems", 0)), 1)
    if kind == "integer":
        return min(max(12, int(schema.get("minimum", 0))), int(schema.get("maximum", 12)))
    return _text(schema, name) if kind == "string" else _BY_TYPE.get(str(kind), {})


def _text(schema: Schema, name: str) -> str:
    by_format = _BY_FORMAT.get(str(schema.get("format", "")))
    if by_format is not None:
        return str(by_format)
    if name in _BY_NAME:
        return str(_BY_NAME[name])
    written = str(schema.get("x-title") or schema.get("title") or name)
    return written[: int(schema.get("maxLength", 200))]
