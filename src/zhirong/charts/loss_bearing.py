"""Charts by financing mode: the sharing of a full loss, and the firm's cost of a loan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhirong.charts.theme import (
    BLUE,
    BOLD,
    COLON,
    GREEN,
    INK,
    LISTING,
    ORANGE,
    PINK,
    RULE,
    SEMICOLON,
    WIDTH,
    Spec,
    chart,
    colour_scale,
    colours_of,
    ink_on,
    show_amount,
    show_rate,
    text_width,
)
from zhirong.kernel.text import Lang, Text

_ROW = 34
_BAR = 24
_LEGEND_SPACE = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One party's part of a loss. role: decides its colour. amount: yuan. share: of the whole, 0 to 1."""

    party: Text
    role: Text
    amount: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class LossBar:
    """The parts of a loss under one mode."""

    mode: Text
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class CostBar:
    """The cost of a loan to the firm under one mode, in yuan over its life.

    subsidies: received by the firm, positive. annual_cost: effective annual cost after subsidies, None if it could
    not be calculated.
    """

    mode: Text
    interest: Decimal
    fees: Decimal
    premiums: Decimal
    subsidies: Decimal
    annual_cost: Decimal | None = None


def full_loss_chart(bars: Sequence[LossBar], roles: Sequence[Text], lang: Lang = "zh", width: int = WIDTH) -> Spec:
    """Draw one bar per mode: the full width is the whole loss, with each party's part labelled where the words fit.

    roles: every role in the order of the legend, so that each role keeps its place in all charts.
    """
    there = {part.role for bar in bars for part in bar.parts if part.share}
    colours = colours_of(role.in_(lang) for role in roles if role in there)
    rows: list[dict[str, object]] = []
    for bar in bars:
        start = Decimal(0)
        for part in bar.parts:
            if not part.share:
                continue
            party, end = part.party.in_(lang), start + part.share
            rows.append(
                {
                    "mode": bar.mode.in_(lang),
                    "party": party,
                    "role": part.role.in_(lang),
                    "start": float(start),
                    "end": float(end),
                    "middle": float((start + end) / 2),
                    "label": _fitting_label(party, part.share, width),
                    "ink": ink_on(colours[part.role.in_(lang)]),
                    "amount": show_amount(part.amount, lang),
                    "share": show_rate(part.share, 1),
                }
            )
            start = end
    return chart(
        Text("全部损失由谁承担", "Who bears a full loss"),
        _height(bars),
        [
            _bars(
                rows,
                {
                    "scale": {"domain": [0, 1]},
                    "axis": {"format": ".0%", "title": None, "values": [0, 0.25, 0.5, 0.75, 1]},
                },
                _colour("role", colours),
                {
                    "mode": Text("模式", "mode"),
                    "party": Text("承担方", "party"),
                    "share": Text("比例", "share"),
                    "amount": Text("金额", "amount"),
                },
                lang,
            ),
            {
                "data": {"values": rows},
                "mark": {"type": "text", "baseline": "middle"},
                "encoding": {
                    "y": _mode_axis(),
                    "x": {"field": "middle", "type": "quantitative"},
                    "text": {"field": "label"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
        ],
        lang,
        _loss_sentence(bars, lang),
        width,
    )


def cost_chart(bars: Sequence[CostBar], lang: Lang = "zh", width: int = WIDTH) -> Spec:
    """Draw interest, fees and premiums to the right of zero, subsidies to the left, and the annual cost next to
    each bar.
    """
    names = {
        "interest": Text("利息", "interest").in_(lang),
        "fees": Text("费用", "fees").in_(lang),
        "premiums": Text("保费", "premiums").in_(lang),
        "subsidies": Text("补贴", "subsidies").in_(lang),
    }
    colours = dict(zip(names.values(), (BLUE, ORANGE, PINK, GREEN), strict=True))
    rows: list[dict[str, object]] = []
    ends: list[dict[str, object]] = []
    for bar in bars:
        start = Decimal(0)
        mode = bar.mode.in_(lang)
        for kind, amount in (("interest", bar.interest), ("fees", bar.fees), ("premiums", bar.premiums)):
            if amount:
                rows.append(_cost_row(mode, names[kind], start, start + amount, show_amount(amount, lang)))
            start += amount
        if bar.subsidies:
            rows.append(
                _cost_row(mode, names["subsidies"], -bar.subsidies, Decimal(0), show_amount(-bar.subsidies, lang))
            )
        shown = "—" if bar.annual_cost is None else show_rate(bar.annual_cost)
        ends.append({"mode": mode, "end": float(start / 10_000), "label": shown})
    farthest = max((float(str(end["end"])) for end in ends), default=0.0)
    lowest = min((float(-bar.subsidies / 10_000) for bar in bars), default=0.0)
    span = (farthest - lowest) or 1.0
    # Space on the right for the text next to the longest bar.
    right = farthest + span * 56 / (width - 56)
    x_axis = {"title": Text("万元（整个贷款期）", "CNY 10,000 over the life of the loan").in_(lang), "tickCount": 6}
    return chart(
        Text(
            "企业成本与补贴后实际年成本",
            "Cost to the firm, and its effective annual cost",
        ),
        _height(bars),
        [
            _bars(
                rows,
                {"scale": {"domain": [lowest, right], "nice": False}, "axis": x_axis},
                _colour("kind", colours, columns=len(colours)),
                {"mode": Text("模式", "mode"), "kind": Text("项目", "item"), "amount": Text("金额", "amount")},
                lang,
            ),
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": BOLD},
                "encoding": {
                    "y": _mode_axis(),
                    "x": {"field": "end", "type": "quantitative"},
                    "text": {"field": "label"},
                    "color": {"value": INK},
                },
            },
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
                "encoding": {"x": {"field": "zero", "type": "quantitative"}},
            },
        ],
        lang,
        _cost_sentence(bars, lang),
        width,
    )


def _bars(rows: list[dict[str, object]], x: Spec, colour: Spec, tooltip: Mapping[str, Text], lang: Lang) -> Spec:
    """Return the layer that both charts share: one bar per mode, of pieces from ``start`` to ``end``."""
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "height": _BAR, "stroke": "#FFFFFF", "strokeWidth": 1},
        "encoding": {
            "y": _mode_axis(),
            "x": {"field": "start", "type": "quantitative", **x},
            "x2": {"field": "end"},
            "color": colour,
            "tooltip": [{"field": name, "title": title.in_(lang)} for name, title in tooltip.items()],
        },
    }


def _colour(field: str, colours: Mapping[str, str], **legend: object) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "scale": colour_scale(colours),
        "legend": {"orient": "top", "title": None, "offset": _LEGEND_SPACE, **legend},
    }


def _cost_row(mode: str, kind: str, start: Decimal, end: Decimal, amount: str) -> dict[str, object]:
    return {
        "mode": mode,
        "kind": kind,
        "start": float(start / 10_000),
        "end": float(end / 10_000),
        "amount": amount,
    }


def _mode_axis() -> Spec:
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 6, "gridColor": RULE}
    return {"field": "mode", "type": "nominal", "sort": None, "axis": axis}


def _height(bars: Sequence[object]) -> int:
    return _ROW * max(1, len(bars))


def _fitting_label(party: str, share: Decimal, width: int) -> str:
    room = float(share) * width - 8
    percent = show_rate(share, 0 if (share * 100) % 1 == 0 else 1)
    for words in (f"{party} {percent}", percent):
        if text_width(words) <= room:
            return words
    return ""


def _loss_sentence(bars: Sequence[LossBar], lang: Lang) -> str:
    colon, comma = COLON.in_(lang), LISTING.in_(lang)
    return SEMICOLON.in_(lang).join(
        bar.mode.in_(lang)
        + colon
        + comma.join(f"{p.party.in_(lang)} {show_rate(p.share, 1)}" for p in bar.parts if p.share)
        for bar in bars
    )


def _cost_sentence(bars: Sequence[CostBar], lang: Lang) -> str:
    return SEMICOLON.in_(lang).join(
        bar.mode.in_(lang) + COLON.in_(lang) + ("—" if bar.annual_cost is None else show_rate(bar.annual_cost))
        for bar in bars
    )
