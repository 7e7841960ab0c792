"""An explanation of a number: how it was calculated and from which sources, as text, as a table and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.rulebook import CONFIDENCE_TEXT, Confidence, Reference, RuleValue
from zhirong.kernel.text import Lang, Text

Unit = Literal["fen", "rate", "years", "months", "days", "count", "points", "day", "yes_no", "text"]
Value = int | Decimal | str | bool | date | Text | None

_UNIT_WORDS = {
    "years": Text("年", " years"),
    "months": Text("个月", " months"),
    "days": Text("天", " days"),
    "count": Text("", ""),
    "points": Text("分", " points"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One quantity and its origin. label: its name. value, unit: its amount (``fen`` is shown in yuan, ``rate`` in
    per cent). formula: its derivation from ``parts``, in words or symbols. references: the rules that decide it.
    basis: the reliability of an input without a rule (a user's own statement has none). parts: the quantities from
    which it is derived.
    """

    label: Text
    value: Value = None
    unit: Unit = "text"
    formula: Text | None = None
    references: tuple[Reference, ...] = ()
    basis: Confidence | None = None
    parts: tuple["Explanation", ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Explanation"]]:
        """This explanation and everything below it, with its depth, top down."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)

    def doubts(self) -> tuple[Reference, ...]:
        """References at any depth that no source confirms, without duplicates."""
        return tuple(dict.fromkeys(r for _, node in self.walk() for r in node.references if r.doubtful))

    def show_value(self, lang: Lang = "zh") -> str:
        """Return the value with its unit, for display."""
        return show_value(self.value, self.unit, lang)

    def as_rows(self, lang: Lang = "zh") -> list[tuple[int, str, str, str, str]]:
        """Depth, label, value, formula, source: one row per node, for tables."""
        return [
            (
                depth,
                node.label.in_(lang),
                node.show_value(lang),
                "" if node.formula is None else node.formula.in_(lang),
                node._sources(lang),
            )
            for depth, node in self.walk()
        ]

    def as_text(self, lang: Lang = "zh") -> str:
        """An indented outline."""
        lines = []
        for depth, label, value, formula, source in self.as_rows(lang):
            line = "  " * depth + label + (("：" if lang == "zh" else ": ") + value if value else "")
            if formula:
                line += f"  = {formula}"
            if source:
                line += f"  〔{source}〕" if lang == "zh" else f"  ({source})"
            lines.append(line)
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Stable keys; money as a string in yuan, rates and other decimals as strings."""
        return {
            "label": self.label.as_json(),
            "value": json_value(self.value, self.unit),
            "unit": "yuan" if self.unit == "fen" else self.unit,
            "formula": None if self.formula is None else self.formula.as_json(),
            "references": [reference.as_json() for reference in self.references],
            "basis": self.basis,
            "parts": [part.as_json() for part in self.parts],
        }

    def _sources(self, lang: Lang) -> str:
        texts = [reference.as_text(lang) for reference in self.references]
        if self.basis in ("unconfirmed", "assumed"):
            texts.append(f"[{CONFIDENCE_TEXT[self.basis].in_(lang)}]")
        return "；".join(text for text in texts if text) if lang == "zh" else "; ".join(t for t in texts if t)


def of_rule(rule: RuleValue, value: Value | None = None, unit: Unit | None = None) -> Explanation:
    """The explanation of a value read straight from a rule."""
    shown: Value = value
    if value is None:
        shown = rule.value if isinstance(rule.value, int | Decimal | str | bool | date) else None
    units: dict[str, Unit] = {
        "rate": "rate",
        "years": "years",
        "months": "months",
        "days": "days",
        "points": "points",
    }
    return Explanation(rule.title, shown, unit or units.get(rule.unit, "count"), references=(rule.reference,))


def show_value(value: Value, unit: Unit, lang: Lang = "zh") -> str:
    """Return a value with its unit, for display."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return value.in_(lang)
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if unit == "fen":
        return f"{show_yuan(int(value))} 元" if lang == "zh" else f"CNY {show_yuan(int(value))}"
    if unit == "rate":
        return f"{plain(Decimal(value) * 100)} %"
    return f"{plain(Decimal(value))}{_UNIT_WORDS.get(unit, Text('', '')).in_(lang)}"


def json_value(value: Value, unit: Unit) -> object:
    """A value for JSON: money as a string in yuan with two decimals, decimals as plain strings."""
    if isinstance(value, Text):
        return value.as_json()
    if isinstance(value, date):
        return value.isoformat()
    if unit == "fen" and isinstance(value, int) and not isinstance(value, bool):
        return yuan(value)
    if isinstance(value, Decimal):
        return plain(value)
    return value


def plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
