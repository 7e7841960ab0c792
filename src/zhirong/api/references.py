"""The values in a row of a list that are meant for programs: ids of the objects that it names and codes of its
states, and the filters that accept them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.db.models import BooleanField, Field, Model, Q

from zhirong.api.visible_columns import SHOWN
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.listing import Listing, field_at
from zhirong.operations.state_columns import choices_of
from zhirong.store import financing, parties, work

_NOUNS: Mapping[type[Model], str] = {shown.model: noun for noun, shown in SHOWN.items()}
# Objects that a row names through another object and that its text also mentions.
_THROUGH: Mapping[type[Model], Mapping[str, str]] = {
    financing.GuaranteeRequest: {"firm_id": "case__firm", "lender_id": "case__lender"},
    financing.Payment: {"firm_id": "loan__firm", "case_id": "loan__case"},
    financing.WatchFlag: {"firm_id": "loan__firm", "case_id": "loan__case"},
}
# Flags of a row that another column shows in words.
_FLAGS_OF: Mapping[type[Model], Mapping[str, str]] = {
    parties.Account: {"active_code": "is_active"},
    work.Webhook: {"active_code": "active"},
}
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Reference:
    """name: in a row and as a filter. path: of the column in the database. noun: of the object whose id it is,
    empty for a code. choices: the possible codes, empty if they are not fixed. is_flag: the code is true or false.
    """

    name: str
    path: str
    noun: str = ""
    choices: tuple[str, ...] = ()
    is_flag: bool = False

    @property
    def type(self) -> Any:
        """The type in a row."""
        if self.noun:
            return int | None
        if self.is_flag:
            return bool
        return Literal[(*self.choices, "")] if self.choices else str

    @property
    def parameter(self) -> dict[str, Any]:
        """The filter in the description."""
        if self.noun:
            return {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
        if self.is_flag or self.choices:
            return {"type": "string", "enum": list(self.choices or _FLAGS)}
        return {"type": "string", "maxLength": 200}

    def of(self, row: Any) -> Any:
        """The value in a row."""
        *path, last = self.path.split("__")
        for part in path:
            row = getattr(row, part)
        return getattr(row, row._meta.get_field(last).attname)


def _model(field: "Field[Any, Any]") -> type[Model]:
    """Return the table that a foreign key leads to. Raises AssertionError for any other column."""
    if not isinstance(field.related_model, type):
        raise AssertionError(f"{field.name} leads to no table")
    return field.related_model


@cache
def references(one: Listing) -> tuple[Reference, ...]:
    """The references in the rows of a list, in the order of its columns. They contain no column of an object that
    ``api/visible_columns.py`` does not show to everyone.
    """
    named = {column.name for column in one.columns}
    own = SHOWN[_NOUNS[one.model]].fields if one.model in _NOUNS else ()
    fields: dict[str, Field[Any, Any]] = {field.name: field for field in one.model._meta.concrete_fields}
    found = [_code(one, name, fields[name]) for name in named & set(fields) if not fields[name].is_relation]
    for name, field in fields.items():
        noun = _NOUNS.get(_model(field)) if field.is_relation else None
        if noun and (name in named or name in own):
            found.append(Reference(f"{name}_id", name, noun))
    found += [Reference(name, path, is_flag=True) for name, path in _FLAGS_OF.get(one.model, {}).items()]
    for name, path in _THROUGH.get(one.model, {}).items():
        found.append(Reference(name, path, _NOUNS[_model(field_at(one.model, path))]))
    if "subject" in fields and "subject" in own and "subject" not in named:
        found.append(Reference("subject", "subject"))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name))


def _code(one: Listing, name: str, field: "Field[Any, Any]") -> Reference | None:
    """The code behind a column that shows it in words."""
    choices = tuple(choices_of(one.model, name))
    filtered = any(f.name == name and f.choices for f in one.filters)
    kind = next(column.kind for column in one.columns if column.name == name)
    if isinstance(field, BooleanField):
        return Reference(f"{name}_code", name, is_flag=True)
    if choices or filtered or kind == "state":
        return Reference(f"{name}_code", name, choices=choices)
    return None


def narrowed(one: Listing, query: Mapping[str, str]) -> Q:
    """The condition of the filters that take ids and codes. Raises InputError naming each that cannot be one."""
    condition, problems = Q(), []
    for reference in references(one):
        written = query.get(reference.name, "")
        if not written:
            continue
        value = _read(reference, written)
        if value is None:
            problems.append(_wrong(reference, written))
        else:
            condition &= Q(**{reference.path: value})
    if problems:
        raise InputError(problems)
    return condition


def _read(reference: Reference, written: str) -> Any:
    if reference.noun:
        return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None
    if reference.is_flag:
        return _FLAGS.get(written)
    return written if not reference.choices or written in reference.choices else None


def _wrong(reference: Reference, written: str) -> Problem:
    known = reference.choices or tuple(_FLAGS)
    hint = (
        Text("请填写行中的编号", "Give the id that a row has")
        if reference.noun
        else Text(f"可用：{'、'.join(known)}", f"Choose from: {', '.join(known)}")
    )
    return Problem(reference.name, written, Text("不是可用的值", "not a value that there is"), hint, "bad_filter")
