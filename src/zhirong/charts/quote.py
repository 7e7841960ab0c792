"""The charts of a quote, from the quote as JSON carries it (schema ``zhirong.quote/1``)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhirong.chain.mode.vocabulary import ROLES
from zhirong.charts.bearing import CostBar, LossBar, Part, cost_chart, full_loss_chart
from zhirong.charts.theme import WIDTH, Spec
from zhirong.charts.value import Swing, tornado_chart, value_chart
from zhirong.kernel.text import Lang, Text

Json = Mapping[str, Any]


def quote_charts(quote: Json, lang: Lang = "zh", width: int = WIDTH) -> dict[str, Spec]:
    """Every chart that the quote has the numbers for, by name: ``full_loss``, ``cost``, ``value``, ``tornado``.

    A mode under which nothing is lent has no bar: it costs nothing and nobody bears anything.
    width: of each drawing, in pixels; narrower drawings are set with relatively larger words.
    """
    charts: dict[str, Spec] = {}
    modes = quote.get("modes") or []
    losses = [LossBar(_mode_name(mode), _parts(mode)) for mode in modes if _is_borne(mode)]
    if losses:
        charts["full_loss"] = full_loss_chart(losses, _roles(losses), lang, width)
    costs = [_cost_bar(mode) for mode in modes if _is_charged(mode)]
    if costs:
        charts["cost"] = cost_chart(costs, lang, width)
    appraisal = quote.get("appraisal") or {}
    value = {name: Decimal(amount) for name, amount in (appraisal.get("value") or {}).items() if amount is not None}
    if {"p5", "p10", "p50", "p90", "p95"} <= value.keys():
        lending = appraisal.get("lending_value")
        charts["value"] = value_chart(value, lang, None if lending is None else Decimal(lending), width)
        swings = [
            Swing(_words(row["input"]), Decimal(row["low"]), Decimal(row["high"]))
            for row in appraisal.get("tornado") or []
        ]
        if swings:
            charts["tornado"] = tornado_chart(swings, value["p50"], lang, width)
    return charts


def _is_borne(mode: Json) -> bool:
    return any(Decimal(row["share"]) for row in mode.get("full_loss") or [])


def _is_charged(mode: Json) -> bool:
    return any(Decimal((mode.get("totals") or {}).get(name) or 0) for name in _TOTALS)


def _parts(mode: Json) -> tuple[Part, ...]:
    return tuple(_part(row) for row in mode["full_loss"])


def _part(row: Json) -> Part:
    name = _words(row.get("party_text") or row["party"])
    role = ROLES.get(row["party"], name)
    return Part(name, role, Decimal(row["amount"]), Decimal(row["share"]))


def _roles(bars: Sequence[LossBar]) -> list[Text]:
    """The known roles in their own order, then parties that play none of them."""
    return list(dict.fromkeys([*ROLES.values(), *(part.role for bar in bars for part in bar.parts)]))


def _cost_bar(mode: Json) -> CostBar:
    totals = {name: abs(Decimal(mode["totals"].get(name) or 0)) for name in _TOTALS}
    annual = mode.get("effective_annual_cost")
    return CostBar(_mode_name(mode), **totals, annual_cost=None if annual is None else Decimal(annual))


_TOTALS = ("interest", "fees", "premiums", "subsidies")


def _mode_name(mode: Json) -> Text:
    """The mode's title, with a word where the firm does not qualify for it."""
    title = _words(mode["title"])
    if mode.get("eligible") != "no":
        return title
    return Text(f"{title.zh}（不符合）", f"{title.en} (not eligible)")


def _words(words: Json | str) -> Text:
    return Text(words, words) if isinstance(words, str) else Text(words["zh"], words["en"])
