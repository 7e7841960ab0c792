"""An explanation of a quote as a page draws it: what, how much, by which formula, by which rule, from which parts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.rulebook import CONFIDENCE_TEXT
from zhirong.kernel.text import Text, same

Json = Mapping[str, Any]


def fen(amount: str | None) -> int | None:
    """An amount of a quote, which says it in yuan, as fen."""
    return None if amount is None else parse_yuan(amount)


def tree(node: Json) -> dict[str, Any]:
    """One node and all below it."""
    return {
        "label": _words(node["label"]),
        "value": _value(node["value"], node["unit"]),
        "formula": None if node["formula"] is None else _words(node["formula"]),
        "references": [source(one) for one in node["references"]],
        "parts": [tree(part) for part in node["parts"]],
    }


def source(reference: Json) -> Text:
    """Where a rule stands, and how sure it is."""
    named = " ".join(reference[part] for part in ("issuer", "document", "article") if reference[part])
    note = reference["note"] or {"zh": "", "en": ""}
    mark = CONFIDENCE_TEXT[reference["confidence"]]
    zh, en = (named or note["zh"], named or note["en"])
    if reference["confidence"] == "verified":
        return Text(zh, en)
    return Text(f"{zh}［{mark.zh}］", f"{en} [{mark.en}]")


def _words(words: Json | str) -> Text:
    return same(words) if isinstance(words, str) else Text(words["zh"], words["en"])


def _value(value: Any, unit: str) -> Text:
    if value is None:
        return same("")
    if isinstance(value, Mapping):
        return _words(value)
    if unit == "yuan":
        amount = show_yuan(parse_yuan(value))
        return Text(f"{amount} 元", f"CNY {amount}")
    if unit == "rate":
        return same(f"{(Decimal(value) * 100).normalize():f}\u00a0%")
    units = {"months": Text("个月", "months"), "years": Text("年", "years"), "points": Text("分", "points")}
    named = units.get(unit, same(""))
    return Text(f"{value} {named.zh}".strip(), f"{value} {named.en}".strip())
