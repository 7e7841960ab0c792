"""Documents for tests from the few fields that a test cares about: what is left out is empty, zero or null."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from zhirong.chain.quote.document import QuoteDocument
from zhirong.kernel.document import Number, Yuan, from_json, hints, tag_of
from zhirong.kernel.explain import Explanation
from zhirong.kernel.provenance import Provenance
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

_PLAIN: Mapping[Any, Any] = {
    str: "",
    int: 0,
    bool: False,
    date: "2021-11-15",
    Yuan: "0.00",
    Number: "0",
}
_KERNEL: Mapping[Any, dict[str, Any]] = {
    Text: {"zh": "", "en": ""},
    Provenance: {"source": "", "grade": "declared", "date": None},
    Reference: {
        **dict.fromkeys(("issuer", "document", "article", "quotation"), ""),
        "confidence": "verified",
        "region": "CN",
        "valid_from": None,
        "valid_to": None,
        "note": None,
    },
    Explanation: {
        "label": {"zh": "", "en": ""},
        "value": None,
        "unit": "text",
        "formula": None,
        "basis": None,
        "references": [],
        "parts": [],
    },
}


def quote_document(data: Mapping[str, Any]) -> QuoteDocument:
    """A quote from a part of its JSON."""
    return from_json(QuoteDocument, completed(QuoteDocument, data))


def explanation(data: Mapping[str, Any]) -> Explanation:
    """An explanation from a part of its JSON."""
    return from_json(Explanation, completed(Explanation, data))


def completed(kind: Any, data: Any = None) -> Any:
    """The JSON of a document or of a part of one, with everything that ``data`` leaves out."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _of_union(arguments, data)
    if origin is tuple:
        return [completed(arguments[0], one) for one in data or ()]
    if origin is Literal:
        return arguments[0] if data is None else data
    if kind in _PLAIN or origin is Annotated:
        return _PLAIN[kind] if data is None else data
    if origin is not None and issubclass(origin, Mapping):
        return data or {}
    if kind in _KERNEL:
        return _of_kernel(kind, data)
    if issubclass(kind, Enum):
        return list(kind)[-1].value if data is None else data
    return _of_dataclass(kind, data or {})


def _of_union(members: tuple[Any, ...], data: Any) -> Any:
    others = [member for member in members if member is not NoneType]
    if data is None and len(others) < len(members):
        return None
    if len(others) == 1:
        return completed(others[0], data)
    tag = tag_of(tuple(others))
    word = (data or {}).get(tag)
    named = [member for member in others if get_args(hints(member)[tag])[0] == word]
    return completed((named or others[-1:])[0], data)


def _of_kernel(kind: Any, data: Any) -> Any:
    if isinstance(data, str):
        return {"zh": data, "en": data}
    found = {**_KERNEL[kind], **(data or {})}
    if kind is Explanation:
        found["label"] = completed(Text, found["label"])
        found["references"] = completed(tuple[Reference, ...], found["references"])
        found["parts"] = completed(tuple[Explanation, ...], found["parts"])
    return found


def _of_dataclass(cls: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Keys that the class does not have are dropped."""
    types = hints(cls)
    return {
        one.name: completed(types[one.name], data.get(one.name))
        for one in fields(cls)
        if one.name in data or not one.metadata.get("left_out")
    }
