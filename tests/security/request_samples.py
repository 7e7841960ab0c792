"""A request that can be read, for any operation: made from its model."""

import types
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from zhirong.kernel.identifiers import credit_code_check
from zhirong.operations.fields import Request, choices_of

_CODE = "91440100MA5000001"


def sample(model: type[Request]) -> dict[str, Any]:
    """The least that the request asks for."""
    return {name: _value(name, info) for name, info in model.model_fields.items() if info.is_required()}


def _value(name: str, info: FieldInfo) -> Any:
    pattern = next((one.pattern for one in info.metadata if getattr(one, "pattern", None)), "")
    if name == "code" and "d{6}" not in pattern:
        return _CODE + credit_code_check(_CODE)
    if "@" in pattern:
        return "nobody@example.cn"
    if "d{6}" in pattern:
        return "440100"
    if allowed := {value for value in choices_of(info) or () if value}:
        first = min(allowed)
        return [first] if get_origin(info.annotation) in (list, tuple) else first
    return _of(info.annotation)


def _of(kind: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _of(next(one for one in get_args(kind) if one is not type(None)))
    if origin is Literal:
        return get_args(kind)[0]
    if origin in (list, tuple):
        return [_of(get_args(kind)[0])]
    if origin is dict or kind is dict:
        return {}
    if hasattr(kind, "__metadata__"):
        return _of(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _of(info.annotation) for name, info in kind.model_fields.items() if info.is_required()}
    return {bool: True, int: 1, date: "2027-01-04", Decimal: "0.1"}.get(kind, "样例")
