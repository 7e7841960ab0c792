"""The JSON schema of a document, generated from its classes: exactly what ``kernel.document.to_json`` produces.

The first paragraph of a class's docstring is its description.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from inspect import getdoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from zhirong.kernel.document import KERNEL_VALUES, Written, hints, key_of
from zhirong.kernel.explain import Explanation, Unit
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook import CONFIDENCES, Reference
from zhirong.kernel.text import Text

Schema = dict[str, Any]

_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_STRING: Schema = {"type": "string"}
_NULL: Schema = {"type": "null"}


def json_schema(kind: Any, *, schema_id: str, title: str, description: str) -> Schema:
    """Return the schema of a document's JSON, with its parts under ``$defs``. kind: a class, or a union of classes."""
    parts: dict[str, Schema] = {}
    whole = _of_dataclass(kind, parts) if is_dataclass(kind) else _schema(kind, parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        "title": title,
        **whole,
        "description": description,
        "$defs": {name: parts[name] for name in sorted(parts)},
    }


def _schema(kind: Any, parts: dict[str, Schema]) -> Schema:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        made = _schema(arguments[0], parts)
        for one in arguments[1:]:
            made |= {"pattern": one.pattern} if isinstance(one, Written) else {}
        return made
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(member, parts) for member in arguments]}
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin is tuple:
        return _of_tuple(arguments, parts)
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], parts)}
    if kind is Any:
        return {}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return _named(kind, parts)


def _of_tuple(members: tuple[Any, ...], parts: dict[str, Schema]) -> Schema:
    if len(members) == 2 and members[1] is Ellipsis:
        return {"type": "array", "items": _schema(members[0], parts)}
    rows = [_schema(member, parts) for member in members]
    return {"type": "array", "prefixItems": rows, "minItems": len(rows), "maxItems": len(rows)}


def _named(cls: Any, parts: dict[str, Schema]) -> Schema:
    """Return a reference to the definition of a class, which is added to ``parts`` if it is missing."""
    name = cls.__name__
    if name not in parts:
        parts[name] = {}  # A placeholder while a definition that refers to itself is being built.
        parts[name] = _KERNEL[cls](parts) if cls in KERNEL_VALUES else _of_dataclass(cls, parts)
    return {"$ref": f"#/$defs/{name}"}


def _of_dataclass(cls: Any, parts: dict[str, Schema]) -> Schema:
    types = hints(cls)
    required, properties = [], {}
    for one in fields(cls):
        kind = types[one.name]
        if one.metadata.get("left_out"):
            kind = Union[tuple(member for member in get_args(kind) if member is not NoneType)]  # noqa: UP007
        else:
            required.append(key_of(one))
        properties[key_of(one)] = _schema(kind, parts)
    description = " ".join((getdoc(cls) or "").split("\n\n")[0].split())
    return {"description": description, **_object(properties, required)}


def _object(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _text(parts: dict[str, Schema]) -> Schema:
    return {"description": "Words in Chinese and English.", **_object({"zh": _STRING, "en": _STRING})}


def _reference(parts: dict[str, Schema]) -> Schema:
    properties = {
        **dict.fromkeys(("issuer", "document", "article", "quotation"), _STRING),
        "confidence": {"enum": list(CONFIDENCES)},
        "region": _STRING,
        "valid_from": _or_null(_DAY),
        "valid_to": _or_null(_DAY),
        "note": _or_null(_named(Text, parts)),
    }
    required = list(properties)
    pack = {**_STRING, "description": "Id and version of the policy pack; omitted for the rules of the package."}
    return {
        "description": "The source of a value and its reliability.",
        **_object({**properties, "pack": pack}, required),
    }


def _explanation(parts: dict[str, Schema]) -> Schema:
    text = _named(Text, parts)
    return {
        "description": "One quantity, its parts, and the rules that apply. The unit says how to read a string.",
        **_object(
            {
                "label": text,
                "value": {"anyOf": [_STRING, {"type": "number"}, {"type": "boolean"}, text, _NULL]},
                "unit": {"enum": ["yuan" if unit == "fen" else unit for unit in get_args(Unit)]},
                "formula": _or_null(text),
                "references": {"type": "array", "items": _named(Reference, parts)},
                "basis": {"enum": [*CONFIDENCES, None]},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Explanation"}},
            }
        ),
    }


def _provenance(parts: dict[str, Schema]) -> Schema:
    grades = [grade.value for grade in EvidenceGrade]
    return {
        "description": "The source of a stated figure and its evidence grade.",
        **_object({"source": _STRING, "grade": {"enum": grades}, "date": _or_null(_DAY)}),
    }


_PLAIN: Mapping[Any, Schema] = {
    str: _STRING,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: _DAY,
    datetime: _INSTANT,
    NoneType: _NULL,
}
_KERNEL = {Text: _text, Reference: _reference, Explanation: _explanation, Provenance: _provenance}
