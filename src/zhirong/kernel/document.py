"""Documents: frozen dataclasses with a complete answer, and their conversion to JSON and back.

A document holds what its readers show: money as a string in yuan, rates as decimal strings, days as dates, instants
as datetimes with their zone, words as ``Text``, codes as enums. Its JSON has a key for each field, in the order of the
fields. ``kernel.schema`` describes the JSON from the same classes.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache, lru_cache, partial
from operator import itemgetter
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from zhirong.kernel.explain import Explanation, Unit, Value
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook import Confidence, Reference
from zhirong.kernel.text import Text

Read = Callable[[Any], Any]
Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Written:
    """The form of a string in a document: the pattern in its JSON schema."""

    pattern: str


Yuan = Annotated[str, Written(r"^-?[0-9]+\.[0-9]{2}$")]
"""An amount of money in yuan, with two decimals."""
Number = Annotated[str, Written(r"^-?[0-9]+(\.[0-9]+)?$")]
"""An exact decimal; of a rate or a share, 0.0445 is 4.45 %."""

LEFT_OUT = MappingProxyType({"left_out": True})
"""Metadata of a field whose key the JSON leaves out where the field is None."""


def named(key: str) -> Mapping[str, str]:
    """Metadata of a field whose JSON key is not a Python name, such as ``from``."""
    return MappingProxyType({"key": key})


# Former keys in stored JSON, by today's: documents stored before 2026-11-30 say ``mend``.
_FORMER_KEYS: Mapping[str, str] = MappingProxyType({"hint": "mend"})
# Kernel values that have their own JSON form.
KERNEL_VALUES = (Text, Reference, Explanation, Provenance)

_PLAIN = frozenset({str, int, bool, NoneType})
_NUMBERS = ("rate", "years", "months", "days", "count", "points")


class Part:
    """Equality and representation of a part of a document by its fields.

    Dataclasses generate and compile both for each class. A quote has about seventy classes, and that takes longer
    than making a quote.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        kind: Any = type(self)
        return all(getattr(self, name) == getattr(other, name) for name, _, _ in _names(kind))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind: Any = type(self)
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name, _, _ in _names(kind))
        return f"{kind.__name__}({shown})"


def to_json(value: Any) -> Any:
    """Return a document, or any part of one, as JSON-ready data."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is Text:
        return {"zh": value.zh, "en": value.en}
    if kind is tuple:
        return [to_json(part) for part in value]
    if kind in KERNEL_VALUES:
        return value.as_json()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: to_json(part) for name, part in value.items()}
    found = {}
    for name, key, left_out in _names(kind):
        part = getattr(value, name)
        if part is not None or not left_out:
            found[key] = part if type(part) in _PLAIN else to_json(part)
    return found


def from_json(cls: type[Document], data: Any) -> Document:
    """Return the document that JSON describes. Raises ValueError that names the place of anything invalid."""
    kind: Any = cls
    document: Document = _reader(kind)(data)
    return document


@cache
def _names(cls: Any) -> tuple[tuple[str, str, bool], ...]:
    """Return name, JSON key, and whether the key is left out if the value is None."""
    return tuple((one.name, key_of(one), bool(one.metadata.get("left_out"))) for one in fields(cls))


def key_of(one: Field[Any]) -> str:
    """Return the JSON key of a field."""
    return str(one.metadata.get("key", one.name))


@cache
def hints(cls: Any) -> dict[str, Any]:
    """Return the types of a document's fields, with their annotations."""
    return get_type_hints(cls, include_extras=True)


@cache
def tag_of(members: tuple[Any, ...]) -> str:
    """Return the field whose single word distinguishes the members of a union. Raises TypeError if there is none."""
    for one in fields(members[0]):
        if all(get_origin(hints(member).get(one.name)) is Literal for member in members):
            return one.name
    raise TypeError(f"no field distinguishes {members}")


@cache
def _reader(kind: Any) -> Read:
    """Return the reader of a type's JSON."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _reader(arguments[0])
    if origin in (Union, UnionType):
        return _reader_of_union(arguments)
    if origin is Literal:
        return partial(_one_of, arguments)
    if origin is tuple:
        return _reader_of_tuple(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return partial(_mapping, _reader(arguments[1]))
    if kind in _READERS:
        return _READERS[kind]
    if issubclass(kind, Enum):
        return partial(_enum, kind)
    return partial(_dataclass, kind)


def _reader_of_union(members: tuple[Any, ...]) -> Read:
    others = tuple(member for member in members if member is not NoneType)
    if len(others) == 1:
        read = _reader(others[0])
    else:
        tag = tag_of(others)
        read = partial(_tagged, tag, {get_args(hints(member)[tag])[0]: member for member in others})
    return partial(_optional, read) if len(others) < len(members) else read


def _reader_of_tuple(members: tuple[Any, ...]) -> Read:
    if len(members) == 2 and members[1] is Ellipsis:
        return partial(_list, _reader(members[0]))
    return partial(_row, tuple(_reader(member) for member in members))


def _enum(kind: type[Enum], data: Any) -> Enum:
    return kind(data)


def _optional(read: Read, data: Any) -> Any:
    return None if data is None else read(data)


def _one_of(words: tuple[Any, ...], data: Any) -> Any:
    if data not in words:
        raise ValueError(f"{data!r:.80} is none of {words}")
    return data


def _list(read: Read, data: Any) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise ValueError(f"not a list: {data!r:.80}")
    return tuple([read(one) for one in data])


def _row(reads: tuple[Read, ...], data: Any) -> tuple[Any, ...]:
    return tuple(read(one) for read, one in zip(reads, data, strict=True))


def _mapping(read: Read, data: Any) -> Mapping[str, Any]:
    return {str(name): read(part) for name, part in _table(data).items()}


def _tagged(tag: str, members: Mapping[Any, type], data: Any) -> Any:
    word = _table(data).get(tag)
    if word not in members:
        raise ValueError(f"{tag}: {word!r} is none of {tuple(members)}")
    return _reader(members[word])(data)


def _dataclass(cls: Any, data: Any) -> Any:
    table = _table(data)
    found = {}
    for name, key, read, is_required in _fields(cls):
        at = key if key in table else _FORMER_KEYS.get(key, key)
        if at in table:
            try:
                found[name] = read(table[at])
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{cls.__name__}.{key}: {error}") from error
        elif is_required:
            raise ValueError(f"{cls.__name__}.{key} is missing")
    if len(found) < len(table) and (unknown := set(table) - {key for _, key, _, _ in _fields(cls)}):
        raise ValueError(f"{cls.__name__} has no {', '.join(sorted(map(str, unknown)))}")
    return cls(**found)


@cache
def _fields(cls: Any) -> tuple[tuple[str, str, Read, bool], ...]:
    types = hints(cls)
    return tuple(
        (one.name, key_of(one), _reader(types[one.name]), one.default is MISSING and one.default_factory is MISSING)
        for one in fields(cls)
    )


def _table(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ValueError(f"not an object: {data!r:.80}")
    return data


def _plain(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise ValueError(f"not {kind.__name__}: {data!r:.80}")
    return data


def _text(data: Any) -> Text:
    return Text(data["zh"], data["en"])


def _day(data: Any) -> date | None:
    return None if data is None else date.fromisoformat(data)


def _reference(data: Any) -> Reference:
    note = data["note"]
    return _reference_of(
        *_REFERENCE_STRINGS(data),
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
        note=None if note is None else _text(note),
        pack=data.get("pack", ""),
    )


# A quote names the same rules many times, and quotes name those of others.
_REFERENCE_STRINGS = itemgetter("issuer", "document", "article", "quotation", "confidence", "region")


@lru_cache(maxsize=4096)
def _reference_of(
    issuer: str,
    document: str,
    article: str,
    quotation: str,
    confidence: Confidence,
    region: str,
    *,
    valid_from: str | None,
    valid_to: str | None,
    note: Text | None,
    pack: str,
) -> Reference:
    return Reference(
        issuer=issuer,
        document=document,
        article=article,
        quotation=quotation,
        confidence=confidence,
        region=region,
        valid_from=_day(valid_from),
        valid_to=_day(valid_to),
        note=note,
        pack=pack,
    )


def _provenance(data: Any) -> Provenance:
    return Provenance(data["source"], EvidenceGrade(data["grade"]), _day(data["date"]))


def _explanation(data: Any) -> Explanation:
    unit: Unit = "fen" if data["unit"] == "yuan" else data["unit"]
    return Explanation(
        label=_text(data["label"]),
        value=_value(data["value"], unit),
        unit=unit,
        formula=None if data["formula"] is None else _text(data["formula"]),
        references=tuple([_reference(one) for one in data["references"]]),
        basis=data["basis"],
        parts=tuple([_explanation(part) for part in data["parts"]]),
    )


def _value(value: Any, unit: Unit) -> Value:
    """Read the value of an explanation; its unit decides the meaning of the string."""
    if isinstance(value, Mapping):
        return _text(value)
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    try:
        if unit == "fen":
            return parse_yuan(value)
        if unit == "day":
            return date.fromisoformat(value)
        return Decimal(value) if unit in _NUMBERS else value
    except (ValueError, InvalidOperation):
        return value  # words in the place of a figure


_READERS: Mapping[Any, Read] = {
    str: partial(_plain, str),
    int: partial(_plain, int),
    bool: partial(_plain, bool),
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Text: _text,
    Reference: _reference,
    Explanation: _explanation,
    Provenance: _provenance,
}
