"""The JSON Schema of a case file, found by reading one: the reader of cases runs on a recording reader, so that the
schema cannot differ from the program.

``[appraisal]`` has a separate schema (docs/schemas/appraisal.schema.json); the tables of "1 + 1" are left open.
"""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from zhirong.chain.quote import reading
from zhirong.chain.quote.facts import OTHER_NAMES
from zhirong.chain.quote.one_plus_one import TABLES
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.workbench import rules

APPRAISAL = Path(__file__).resolve().parents[1] / "docs" / "schemas" / "appraisal.schema.json"
_LEFT_OPEN = ("appraisal", *TABLES)
_YUAN = {
    "description": "yuan: a number with at most two decimals, or text such as 200万元",
    "type": ["number", "string"],
}
_DAY = {"description": "a day, such as 2026-01-31", "type": "string", "format": "date"}
_WORDS = {
    "description": "text, or a table with zh and en",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
            "required": ["zh", "en"],
            "additionalProperties": False,
        },
    ],
}
_A_DAY = date(2026, 1, 31)
_DEFINED = {"yuan": _YUAN, "day": _DAY, "words": _WORDS}


class NotingReader(Reader):
    """A reader without input that returns harmless values and records the requested fields."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__({}, problems=[])
        self.properties: dict[str, Any] = {}
        self.required: set[str] = set()
        self._optional: set[str] = set()
        self._tables: set[str] = set()
        self._words: dict[str, str] = {}
        self._is_open = False

    def schema(self) -> dict[str, Any]:
        """The requested fields as JSON Schema."""
        properties = {name: self._shown(name, kind) for name, kind in self.properties.items()}
        found: dict[str, Any] = {"type": "object", "properties": properties}
        if self.required - self._optional:
            found["required"] = sorted(self.required - self._optional)
        if not self._is_open:
            found["additionalProperties"] = False
        return found

    def _shown(self, name: str, kind: Any) -> dict[str, Any]:
        shown = kind.schema() if isinstance(kind, NotingReader) else kind
        shown = {"type": "array", "items": shown[0].schema()} if isinstance(shown, list) else shown
        ways = [shown]
        if name in self._words:
            ways.append({"const": self._words[name]})
        if name in self._tables:
            ways.append({"type": "object"})
        return ways[0] if len(ways) == 1 else {"anyOf": ways}

    def _note(self, name: str, kind: Any, required: bool = False) -> None:
        self.properties[name] = kind
        if required:
            self.required.add(name)

    def problem(self, *_: Any) -> None:
        """Nothing is wrong with nothing."""

    def finish(self) -> None:
        """All permitted fields were requested."""

    def has(self, name: str) -> bool:
        """Every field is present, so that dependent fields are also requested; none of them is required."""
        self._optional.add(name)
        return True

    def is_word(self, name: str, word: str) -> bool:
        self._words[name] = word
        return False

    def is_table(self, name: str) -> bool:
        self._tables.add(name)
        return False

    def anything(self, name: str) -> Any:
        self._note(name, {}, required=True)
        return None

    def text(self, name: str) -> str:
        self._note(name, {"type": "string", "minLength": 1}, required=True)
        return "x"

    def optional_text(self, name: str, default: str = "") -> str:
        self._note(name, {"type": "string"})
        return ""

    def words(self, name: str) -> Text:
        self._note(name, {"$ref": "#/$defs/words"}, required=True)
        return Text("x", "x")

    def optional_words(self, name: str) -> Text | None:
        self._note(name, {"$ref": "#/$defs/words"})
        return None

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        self._note(name, {"enum": [str(one) for one in allowed if one]}, required=default is None)
        return allowed[0] if default is None else default

    def flag(self, name: str, default: bool | None = None) -> bool:
        self._note(name, {"type": "boolean"}, required=default is None)
        return bool(default)

    def day(self, name: str) -> date:
        self._note(name, {"$ref": "#/$defs/day"}, required=True)
        return _A_DAY

    def optional_day(self, name: str) -> date | None:
        self._note(name, {"$ref": "#/$defs/day"})
        return None

    def money(self, name: str, minimum: int | None = 0) -> int:
        self._note(name, {"$ref": "#/$defs/yuan"}, required=True)
        return 1

    def optional_money(self, name: str, minimum: int | None = 0) -> int | None:
        self._note(name, {"$ref": "#/$defs/yuan"})
        return None

    def number(self, name: str, low: Any = None, high: Any = None, default: Decimal | None = None) -> Decimal:
        self._note(name, _between({"type": "number"}, low, high), required=default is None)
        return default if default is not None else Decimal(low or 0)

    def optional_number(self, name: str, low: Any = None, high: Any = None) -> Decimal | None:
        self._note(name, _between({"type": "number"}, low, high))
        return None

    def whole(self, name: str, low: int | None = None, high: int | None = None, default: int | None = None) -> int:
        self._note(name, _between({"type": "integer"}, low, high), required=default is None)
        return default if default is not None else low or 0

    def optional_whole(self, name: str, low: int | None = None, high: int | None = None) -> int | None:
        self._note(name, _between({"type": "integer"}, low, high))
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        self._note(name, {"type": "array", "items": {"type": "string"}})
        return ()

    def table(self, name: str) -> "NotingReader":
        self._note(name, NotingReader(), required=True)
        inside: NotingReader = self.properties[name]
        return inside

    def optional_table(self, name: str) -> "NotingReader | None":
        if name in _LEFT_OPEN:
            self._note(name, {"type": "object"})
            return None
        self._note(name, NotingReader())
        inside: NotingReader = self.properties[name]
        return inside

    def tables(self, name: str) -> "list[Reader]":
        self._note(name, [NotingReader()])
        inside: list[Reader] = self.properties[name]
        return inside

    def names(self) -> tuple[str, ...]:
        self._is_open = True
        return ()


def _between(kind: dict[str, Any], low: Any, high: Any) -> dict[str, Any]:
    bounds = {"minimum": low, "maximum": high}
    plain = {name: int(end) if end == int(end) else float(end) for name, end in bounds.items() if end is not None}
    return {**kind, **plain}


def case_schema() -> str:
    """The schema as its file holds it."""
    noted = NotingReader()
    with patch.object(reading, "Reader", lambda *_, **__: noted):
        reading.read_case({}, rules=rules())
    found = noted.schema()
    facts = found["properties"]["facts"]["properties"]
    facts.update({name: facts[other] for name, other in OTHER_NAMES.items() if other in facts})
    appraisal = json.loads(APPRAISAL.read_text(encoding="utf-8"))
    found["properties"]["appraisal"] = {
        name: appraisal[name]
        for name in ("description", "type", "properties", "required", "additionalProperties")
        if name in appraisal
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "zhirong.case/1",
        "title": "A case file of Zhirong",
        "description": "For editors of TOML. Days are written without quotes in TOML (2026-01-31). The program also checks relations between fields, and names the field.",
        **found,
        "$defs": {**_DEFINED, **appraisal["$defs"]},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
