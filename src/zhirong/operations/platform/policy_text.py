"""The text of a policy's rules: a rule as TOML with today's value, and a text with one rule set to another value."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from zhirong.kernel.fields import parse_toml
from zhirong.kernel.rulebook import Rule
from zhirong.kernel.text import Text
from zhirong.operations.refusals import refuse

_LARGEST_EXPONENT = 30
_WHOLE = ("months", "days", "working_days", "count")


def is_plain(value: Any) -> bool:
    """Return whether a value is one number, word or flag, so that a form can ask for it."""
    return isinstance(value, bool | int | Decimal | str)


def rule_text(
    rule: Rule, value: Any, *, document: str = "", article: str = "", confidence: str = "verified"
) -> str:
    """Return a rule with one version as a policy writes it."""
    table = {
        "id": rule.id,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "unit": rule.unit,
        "version": [{"value": value, "document": document, "article": article, "confidence": confidence}],
    }
    return _rule(table)


def with_rule(text: str, new: str) -> str:
    """Return the text with ``new`` in place of the rule with the same id, or at its end. Comments are lost."""
    (made,) = parse_toml(new, "rules")["rule"]
    others = parse_toml(text, "rules")
    rules = list(others.get("rule", []))
    place = next((number for number, one in enumerate(rules) if one.get("id") == made["id"]), len(rules))
    rules[place : place + 1] = [made]
    about = f"about = {_value(others['about'])}\n\n" if "about" in others else ""
    return about + "\n".join(_rule(one) for one in rules)


def read_value(rule: Rule, written: str) -> Any:
    """Read a written value in the form of the platform's value. Raises InputError."""
    sample = rule.versions[0].value
    if isinstance(sample, bool):
        return _flag(written)
    if isinstance(sample, str):
        return written
    is_percent = written.endswith(("%", "％")) and rule.unit == "rate"
    number = _number(written[:-1].strip() if is_percent else written.replace(",", ""))
    if number is None:
        raise refuse(
            "not_a_number",
            "value",
            written,
            Text("不是数", "not a number"),
            Text("请填写一个数；比例可写 1.2%", "Enter a number; a rate may be written as 1.2%."),
        )
    number = number / 100 if is_percent else number
    is_whole = rule.unit in _WHOLE or isinstance(sample, int)
    return int(number) if is_whole and number == number.to_integral_value() else number


def _number(written: str) -> Decimal | None:
    """Return a number of a usual size, None for anything else."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= _LARGEST_EXPONENT else None


_FLAGS = {"true": True, "是": True, "false": False, "否": False}


def _flag(written: str) -> bool:
    if written.lower() not in _FLAGS:
        raise refuse(
            "not_a_flag",
            "value",
            written,
            Text("须为“是”或“否”", "neither true nor false"),
            Text("请填写“是”或“否”", "Enter true or false."),
        )
    return _FLAGS[written.lower()]


def _rule(table: Mapping[str, Any]) -> str:
    head = "".join(f"{name} = {_value(value)}\n" for name, value in table.items() if name != "version")
    versions = "".join(
        "[[rule.version]]\n" + "".join(f"{_key(name)} = {_value(value)}\n" for name, value in one.items())
        for one in table.get("version", [])
    )
    return f"[[rule]]\n{head}{versions}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text if "." in text or not value.is_finite() else f"{text}.0"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return str(value.isoformat())


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() else _quoted(name)


def _quoted(text: str) -> str:
    """Return a basic TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one >= " " and one != "\x7f" else f"\\u{ord(one):04x}" for one in escaped) + '"'
