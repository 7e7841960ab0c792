"""The form of a right by its kind, and its conversion into a ``[[rights]]`` table."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.right.columns import COLUMN_HELP, HEADINGS
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, RightKind
from zhirong.chain.right.records import FLAG_TEXT, ROLE_TEXT, STATUS_TEXT, Right
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.fields import Ask, Day, Request, ask

# Fields of the form for every kind, besides those in its record.
_EVERY = (
    "title",
    "holders",
    "status",
    "ended_date",
    "flags",
    "role",
    "co_owners_agreed_freely",
    "licences",
    "provenance",
)
_KINDS = tuple((kind.value, words) for kind, words in KIND_TEXT.items())
_LISTED_SEPARATORS = "；;"


def _suits(name: str) -> Any:
    """Return a function that determines whether the form of a right contains a field, by the kind of the right."""
    return lambda actor, row: row is None or name in fields_of(RightKind(row.kind))


def _known(name: str) -> Any:
    """Return a function that gives a field's stored value, with which a form starts."""
    return lambda actor, row: None if row is None or not row.facts else as_typed(row.facts).get(name)


def _asked(name: str, column: str = "", *, widget: str = "text", choices: Any = None) -> Ask:
    column = column or name
    title, note = HEADINGS[column], COLUMN_HELP[column].meaning
    zh, en = title[0], title[1].removesuffix("_date").replace("_", " ").capitalize()
    return Ask(Text(zh, en), note, widget, choices, _suits(name), _known(name))


def fields_of(kind: RightKind) -> tuple[str, ...]:
    """Return the form fields for this kind."""
    return (*KINDS[kind].form, *_EVERY)


class RightFacts(Request):
    """The data of a right. Dates and numbers as on the certificate; the register's status only if known."""

    title: Annotated[str, Field(min_length=1, max_length=500), _asked("title")]
    number: Annotated[str, Field(max_length=64), _asked("number")] = ""
    filing_date: Annotated[Day | None, _asked("filing_date")] = None
    grant_date: Annotated[Day | None, _asked("grant_date")] = None
    registration_date: Annotated[Day | None, _asked("registration_date")] = None
    publication_date: Annotated[Day | None, _asked("publication_date")] = None
    creation_date: Annotated[Day | None, _asked("creation_date")] = None
    first_use_date: Annotated[Day | None, _asked("first_use_date")] = None
    author_death_date: Annotated[Day | None, _asked("author_death_date")] = None
    fee_paid_through_year: Annotated[int | None, _asked("fee_paid_through_year")] = None
    publication_number: Annotated[str, Field(max_length=64), _asked("publication_number")] = ""
    term_end_date: Annotated[Day | None, _asked("term_end_date")] = None
    goods_classes: Annotated[str, Field(max_length=200), _asked("goods_classes")] = ""
    same_day_invention: Annotated[bool, _asked("same_day_invention", widget="flag")] = False
    vine_or_tree: Annotated[bool, _asked("vine_or_tree", widget="flag")] = False
    holders: Annotated[
        str,
        Field(max_length=2000),
        Ask(
            Text("权利人", "Holders"),
            Text(
                "仅属于本企业的，请留空。共有的，每行填写一个权利人：名称；信用代码（没有的留空）；自然人、同意出质、不同意出质（如有）",
                "leave empty if the firm is the sole holder; otherwise one holder per line: name; credit code (may be empty); natural person, consents, refuses (if applicable)",
            ),
            "area",
            start=_known("holders"),
        ),
    ] = ""
    status: Annotated[
        str,
        _asked("status", widget="choice", choices=tuple((one.value, words) for one, words in STATUS_TEXT.items())),
    ] = ""
    ended_date: Annotated[Day | None, _asked("ended_date", "ended")] = None
    flags: Annotated[
        list[str],
        _asked("flags", widget="many", choices=tuple((one.value, words) for one, words in FLAG_TEXT.items())),
    ] = []
    role: Annotated[
        str,
        _asked("role", widget="choice", choices=tuple((one.value, words) for one, words in ROLE_TEXT.items())),
    ] = "general"
    co_owners_agreed_freely: Annotated[bool, _asked("co_owners_agreed_freely", widget="flag")] = False
    licences: Annotated[
        str,
        Field(max_length=2000),
        Ask(
            Text("许可", "Licences"),
            Text(
                "每行填写一份：独占、排他、普通或开放；被许可人；开始日；结束日；年许可费（元）；已备案（如是）",
                "one per line: exclusive, sole, non-exclusive or open; licensee; first day; last day; annual fee in yuan; recorded (if applicable)",
            ),
            "area",
            start=_known("licences"),
        ),
    ] = ""
    provenance: Annotated[str, Field(max_length=200), _asked("provenance")] = ""


class NewRight(RightFacts):
    """A new right of a kind."""

    kind: Annotated[RightKind, ask("种类", "Kind", choices=_KINDS)]


_LICENCE_WORDS = {
    "独占": "exclusive",
    "排他": "sole",
    "non-exclusive": "non_exclusive",
    "普通": "non_exclusive",  # the last name of a value is the one that is shown
    "开放": "open",
}
_HOLDER_WORDS = {
    "自然人": ("is_natural_person", True),
    "natural person": ("is_natural_person", True),
    "同意出质": ("consents", True),
    "consents": ("consents", True),
    "不同意出质": ("consents", False),
    "refuses": ("consents", False),
}


def facts_table(kind: RightKind, asked: RightFacts, firm_name: str, firm_code: str) -> dict[str, Any]:
    """Return the ``[[rights]]`` table without its id, for a JSON column. Raises InputError for lines that cannot be
    read.
    """
    problems: list[Problem] = []
    table: dict[str, Any] = {"kind": kind.value}
    for name in fields_of(kind):
        value = getattr(asked, name)
        if name in ("holders", "licences", "goods_classes") or value in (None, "", False, []):
            continue
        table[name] = value.isoformat() if isinstance(value, date) else value
    table["holders"] = _holders(asked.holders, problems) or [{"name": firm_name, "code": firm_code}]
    licences = _licences(asked.licences, problems)
    if licences:
        table["licences"] = licences
    if "goods_classes" in fields_of(kind) and asked.goods_classes:
        table["goods_classes"] = _classes(asked.goods_classes)
    if problems:
        raise InputError(problems)
    return table


def table_of(right: Right) -> dict[str, Any]:
    """Return a right as a ``[[rights]]`` table without its id, for a JSON column; unknown facts are omitted."""
    table: dict[str, Any] = {"kind": right.kind.value, "title": right.title}
    for one in fields(right):
        value = getattr(right, one.name)
        if one.name in ("id", "kind", "title", "holders", "licences") or value in (
            None,
            "",
            False,
            (),
            frozenset(),
        ):
            continue
        if isinstance(value, frozenset | tuple):
            table[one.name] = sorted(value) if isinstance(value, frozenset) else list(value)
        else:
            table[one.name] = value.isoformat() if isinstance(value, date) else value
    table["holders"] = [
        {name: value for name, value in asdict(holder).items() if value not in (None, "", False) or name == "name"}
        for holder in right.holders
    ]
    return table


def as_typed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored table for the form."""
    typed = dict(facts)
    typed["holders"] = "\n".join(_holder_line(one) for one in facts.get("holders", []))
    typed["licences"] = "\n".join(_licence_line(one) for one in facts.get("licences", []))
    typed["goods_classes"] = "、".join(str(one) for one in facts.get("goods_classes", []))
    return typed


def _holders(written: str, problems: list[Problem]) -> list[dict[str, Any]]:
    found = []
    for line in _lines(written):
        name, code, *rest = [*line, ""]
        holder: dict[str, Any] = {"name": name}
        if code:
            holder["code"] = code
        for word in filter(None, rest):
            known = _HOLDER_WORDS.get(word.lower())
            if known is None:
                problems.append(_unread("holders", word, _HOLDER_WORDS))
            else:
                holder[known[0]] = known[1]
        found.append(holder)
    return found


def _licences(written: str, problems: list[Problem]) -> list[dict[str, Any]]:
    found = []
    for line in _lines(written):
        kind, licensee, start, end, fee, recorded, *_ = [*line, "", "", "", "", "", ""]
        licence: dict[str, Any] = {"kind": _LICENCE_WORDS.get(kind, kind), "licensee": licensee}
        licence |= {name: value for name, value in (("start", start), ("end", end), ("yearly_fee", fee)) if value}
        if recorded in ("已备案", "recorded"):
            licence["recorded"] = True
        elif recorded:
            problems.append(_unread("licences", recorded, ("已备案", "recorded")))
        found.append(licence)
    return found


def _lines(written: str) -> list[list[str]]:
    """Return the non-empty lines, each split at its semicolons."""
    for separator in _LISTED_SEPARATORS[1:]:
        written = written.replace(separator, _LISTED_SEPARATORS[0])
    lines = [line.strip() for line in written.splitlines()]
    return [[part.strip() for part in line.split(_LISTED_SEPARATORS[0])] for line in lines if line]


def _classes(written: str) -> list[Any]:
    """Return whole numbers where possible; other entries stay unchanged, for the reader of rights to report."""
    for separator in "、,，;；":
        written = written.replace(separator, " ")
    return [int(part) if part.isascii() and part.isdigit() else part for part in written.split()]


def _holder_line(holder: Mapping[str, Any]) -> str:
    words = [holder["name"], holder.get("code", "")]
    if holder.get("is_natural_person"):
        words.append("自然人")
    if holder.get("consents") is not None:
        words.append("同意出质" if holder["consents"] else "不同意出质")
    return "；".join(words).rstrip("；")


def _licence_line(licence: Mapping[str, Any]) -> str:
    chinese = {value: name for name, value in _LICENCE_WORDS.items()}
    words = [chinese.get(licence["kind"], licence["kind"]), licence["licensee"]]
    words += [str(licence.get(name, "")) for name in ("start", "end", "yearly_fee")]
    words.append("已备案" if licence.get("recorded") else "")
    return "；".join(words).rstrip("；")


def _unread(field: str, word: str, known: Any) -> Problem:
    return Problem(
        field,
        word,
        Text("无法识别该词", "unknown word"),
        Text(f"可写：{'、'.join(known)}", f"enter one of: {', '.join(known)}"),
        "not_a_choice",
    )
