"""The formatter of mode files: sections and fields in a fixed order, values in one notation, comments kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.kernel.fields import parse_toml

_WIDTH = 110

# The order of the language page: identity, origin, parties, loss shares, and the rest.
_HEAD = (
    "id",
    "title",
    "place",
    "region",
    "government",
    "leader",
    "lender_kind",
    "basis",
    "exclusive_with",
    "about",
)
_SECTIONS = (
    "source",
    "other_source",
    "assumption",
    "parties",
    "condition",
    "partner_condition",
    "limits",
    "security",
    "sharing",
    "recoveries",
    "advance",
    "breaker",
    "licence_back",
    "put",
    "fund",
    "variant",
    "charge",
    "step",
    "document",
)
_INSIDE = ("split", "tier", "bonus", "top_up", "ceiling", "cap", "timing", "claim_condition", "contribution")
_LAST = ("article", "quotation", "confidence", "note", "assumed", "source")


@dataclass(slots=True)
class _Field:
    name: str
    value: Any
    comments: list[str]
    trailing: str


@dataclass(slots=True)
class _Section:
    header: str
    comments: list[str]
    trailing: str = ""
    fields: list[_Field] = field(default_factory=list)

    @property
    def path(self) -> list[str]:
        return self.header.strip("[]").split(".") if self.header else []


def format_mode(text: str, source: str) -> str:
    """Return the same file in the standard layout. Comments stay with the field or section that they precede.

    Raises InputError if the text is not TOML.
    """
    before = parse_toml(text, source)
    sections, tail = _parse(text)
    head, *others = sections
    groups = _groups(others)
    groups.sort(key=lambda group: _place(group[0].path[0], _SECTIONS))
    blocks = [_write(head, _HEAD)]
    for first, *inside in groups:
        inside.sort(key=lambda section: _place(section.path[1], _INSIDE) if len(section.path) > 1 else 0)
        blocks += [_write(section, ()) for section in (first, *inside)]
    result = "\n".join(block for block in blocks if block)
    if tail:
        result += "\n" + "\n".join(tail) + "\n"
    after = tomllib.loads(result, parse_float=Decimal)
    if after != before:
        raise AssertionError(f"{source}: formatting would change what the file says")
    return result


def _parse(text: str) -> tuple[list[_Section], list[str]]:
    sections = [_Section("", [])]
    comments: list[str] = []
    statement = ""
    for line in text.splitlines():
        stripped = line.strip()
        if not statement and not stripped:
            continue
        if not statement and stripped.startswith("#"):
            comments.append(stripped)
            continue
        if not statement and stripped.startswith("["):
            header, _, after = stripped.partition("#")
            sections.append(_Section(header.strip(), comments, f"#{after}" if after else ""))
            comments = []
            continue
        statement += line + "\n"
        try:
            table = tomllib.loads(statement, parse_float=Decimal)
        except tomllib.TOMLDecodeError:
            continue  # The value continues on the next line.
        name = statement.split("=")[0].strip()
        value = table[name] if name in table else next(iter(table.values()))
        sections[-1].fields.append(_Field(name, value, comments, _trailing(statement)))
        comments, statement = [], ""
    return sections, comments


def _trailing(statement: str) -> str:
    """Return the comment after the value, if cutting there leaves the same value."""
    last = statement.rstrip("\n").split("\n")[-1]
    for place, letter in enumerate(last):
        if letter == "#":
            cut = statement.rstrip("\n")[: -(len(last) - place)]
            try:
                if tomllib.loads(cut) == tomllib.loads(statement):
                    return last[place:].strip()
            except tomllib.TOMLDecodeError:
                continue
    return ""


def _groups(sections: list[_Section]) -> list[list[_Section]]:
    groups: list[list[_Section]] = []
    for section in sections:
        if len(section.path) == 1 or not groups or groups[-1][0].path[0] != section.path[0]:
            groups.append([section])
        else:
            groups[-1].append(section)
    return groups


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)


def _write(section: _Section, order: tuple[str, ...]) -> str:
    lines = list(section.comments)
    if section.header:
        lines.append(f"{section.header}  {section.trailing}" if section.trailing else section.header)
    fields = sorted(
        section.fields,
        key=lambda item: (
            _place(item.name, order) if order else _LAST.index(item.name) + 1 if item.name in _LAST else 0
        ),
    )
    for item in fields:
        lines += item.comments
        line = f"{item.name} = {_value(item.value, len(item.name) + 3)}"
        lines.append(f"{line}  {item.trailing}" if item.trailing else line)
    return "\n".join(lines) + "\n" if lines else ""


def _value(value: Any, before: int = 0) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        flat = "[" + ", ".join(_value(item) for item in value) + "]"
        if before + len(flat) <= _WIDTH or not value:
            return flat
        return "[\n" + "".join(f"    {_value(item)},\n" for item in value) + "]"
    return str(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _value(name)
