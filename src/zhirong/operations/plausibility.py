"""Implausible values: dates that no field can contain, and figures outside a usual band, which need a reason.

The ranges are dated rules (``rules/lending/plausible.toml`` and the bands in the files of their subjects).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from zhirong.kernel.days import add_months, day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, parse_yuan, show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.clock import now
from zhirong.operations.fields import Day, ask
from zhirong.operations.rulebook import rulebook

_MONTHS_A_YEAR = 12
_WAN = 10_000  # yuan in the larger unit of amounts


@dataclass(frozen=True, slots=True)
class Plausible:
    """A constraint: the date lies within the range of a kind, ``plausible.day.<kind>``, counted from today."""

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(handler(schema))

    def _checked(self, value: date) -> date:
        today = day_of(now())
        first, last = plausible_days(self.kind, today, rulebook())
        if first <= value <= last:
            return value
        words = {
            "zh": f"不在合理范围 {first} 至 {last} 之内",
            "en": f"not within the plausible range, {first} to {last}",
            "hint_zh": "请核对年份",
            "hint_en": "check the year",
        }
        raise PydanticCustomError("implausible_day", "{en}", words)


# A valuation date; a recent event; the beginning or end of a term; an event that may be long ago.
ValuationDay = Annotated[Day, Plausible("valuation")]
RecentDay = Annotated[Day, Plausible("recent")]
TermDay = Annotated[Day, Plausible("term")]
HistoryDay = Annotated[Day, Plausible("history")]


def plausible_days(kind: str, today: date, rules: Rulebook) -> tuple[date, date]:
    """Return the first and the last date that a field of this kind can contain. Raises RuleError for an unknown
    kind.
    """
    years = rules.at(f"plausible.day.{kind}", today).value
    return (
        add_months(today, -_MONTHS_A_YEAR * years["before"]),
        add_months(today, _MONTHS_A_YEAR * years["after"]),
    )


UnusualReason = Annotated[
    str,
    Field(max_length=300),
    ask(
        "超出常见范围的理由",
        "Reason for an unusual figure",
        "数值在常见范围内的，无需填写",
        "leave empty if every figure is within its usual range",
    ),
]


def unusual_rate(field: str, value: Decimal, rule_id: str, rules: Rulebook, day: date) -> list[Problem]:
    """Return a problem if a rate is outside the usual band of a rule; a reason resolves it."""
    rule = rules.at(rule_id, day)
    least, most = Decimal(str(rule.value["least"])), Decimal(str(rule.value["most"]))
    if least <= value <= most:
        return []
    band = f"{_percent(least)} – {_percent(most)}"
    zh, en = rule.reference.as_text("zh"), rule.reference.as_text("en")
    return [
        Problem(
            field,
            _percent(value),
            Text(f"不在常见范围 {band} 之内（{zh}）", f"outside the usual range of {band} ({en})"),
            Text("请核对；数值无误的，请写明理由", "check it; if it is correct, state the reason"),
            "unusual",
        )
    ]


def unusual_amount(field: str, amount: Fen, rule_id: str, rules: Rulebook, day: date) -> list[Problem]:
    """Return a problem if an amount in fen is outside the usual band of a rule, in yuan; a reason resolves it."""
    rule = rules.at(rule_id, day)
    least, most = parse_yuan(rule.value["least"]), parse_yuan(rule.value["most"])
    if least <= amount <= most:
        return []
    zh, en = rule.reference.as_text("zh"), rule.reference.as_text("en")
    return [
        Problem(
            field,
            show_yuan(amount),
            Text(
                f"不在常见范围 {show_yuan(least)} 元至 {show_yuan(most)} 元之内（{zh}）",
                f"outside the usual range of CNY {show_yuan(least)} to CNY {show_yuan(most)} ({en})",
            ),
            _with_reason(_unit_question(amount, least, most)),
            "unusual",
        )
    ]


def implausible_amount(field: str, amount: Fen, rule_id: str, rules: Rulebook, day: date) -> list[Problem]:
    """Return a problem if an amount in fen is outside the plausible range of a rule, most likely because of its
    unit.
    """
    band = rules.at(rule_id, day).value
    least, most = parse_yuan(band["least"]), parse_yuan(band["most"])
    if least <= amount <= most:
        return []
    return [
        Problem(
            field,
            show_yuan(amount),
            Text(
                f"不在合理范围 {show_yuan(least)} 元至 {show_yuan(most)} 元之内",
                f"not within the plausible range, CNY {show_yuan(least)} to CNY {show_yuan(most)}",
            ),
            _unit_question(amount, least, most),
            "implausible_amount",
        )
    ]


def _unit_question(amount: Fen, least: Fen, most: Fen) -> Text:
    """Ask whether the amount was meant in the other unit, naming the amount it would be; only if that lies in the range."""
    for meant in (amount * _WAN, amount // _WAN):
        if least <= meant <= most:
            shown = show_yuan(meant // _WAN)
            return Text(f"请确认单位：是否为 {shown} 万元？", f"check the unit: is CNY {show_yuan(meant)} meant?")
    return Text("请核对单位是元还是万元", "check whether the unit is yuan or ten thousand yuan")


def _with_reason(question: Text) -> Text:
    return Text(
        f"{question.zh.removesuffix('？')}；数值无误的，请写明理由",
        f"{question.en.removesuffix('?')}; if the figure is correct, state the reason",
    )


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"
