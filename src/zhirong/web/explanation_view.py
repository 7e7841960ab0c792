"""The explanation of a quote for a page: name, amount, formula, rule and parts of each quantity."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import show_yuan
from zhirong.kernel.rulebook import CONFIDENCE_TEXT, Reference
from zhirong.kernel.text import Text, same

_UNITS = {"months": Text("个月", "months"), "years": Text("年", "years"), "points": Text("分", "points")}


@dataclass(frozen=True, slots=True)
class Node:
    """One quantity in words, and the parts from which it is calculated."""

    label: Text
    value: Text
    formula: Text | None
    references: tuple[Text, ...]
    parts: tuple["Node", ...]


def tree(explanation: Explanation) -> Node:
    """Convert one node and all nodes below it."""
    return Node(
        label=explanation.label,
        value=_value(explanation),
        formula=explanation.formula,
        references=tuple(source(one) for one in explanation.references),
        parts=tuple(tree(part) for part in explanation.parts),
    )


def source(reference: Reference) -> Text:
    """Return the name of the rule and its confidence."""
    named = " ".join(part for part in (reference.issuer, reference.document, reference.article) if part)
    words = same(named) if named else reference.note or same("")
    if reference.confidence == "verified":
        return words
    mark = CONFIDENCE_TEXT[reference.confidence]
    return Text(f"{words.zh}［{mark.zh}］", f"{words.en} [{mark.en}]")


def _value(node: Explanation) -> Text:
    value, unit = node.value, node.unit
    if value is None:
        return same("")
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if isinstance(value, str | date):
        return same(str(value))
    if unit == "fen":
        amount = show_yuan(int(value))
        return Text(f"{amount} 元", f"CNY {amount}")
    if unit == "rate":
        return same(f"{(Decimal(value) * 100).normalize():f}\u00a0%")
    named, number = _UNITS.get(unit, same("")), plain(Decimal(value))
    return Text(f"{number} {named.zh}".strip(), f"{number} {named.en}".strip())
