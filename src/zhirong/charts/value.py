"""Charts of a value: its interval, and the inputs with the largest effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhirong.charts.theme import (
    BLUE,
    INK,
    ORANGE,
    SEMICOLON,
    SKY,
    WIDTH,
    Spec,
    chart,
    show_amount,
    text_width,
)
from zhirong.kernel.text import Lang, Text

_POINTS = ("p5", "p10", "p50", "p90", "p95")
_ROW = 30
_NAMES = 90  # Approximate width of the words on the left of the other charts.


@dataclass(frozen=True, slots=True)
class Swing:
    """The effect of one input on the value: yuan with the input at its low and at its high end."""

    name: Text
    low: Decimal
    high: Decimal


def value_chart(
    value: Mapping[str, Decimal],
    lang: Lang = "zh",
    lending_value: Decimal | None = None,
    width: int = WIDTH,
) -> Spec:
    """Draw the interval of a value: P5 to P95 thin, P10 to P90 thick, the median marked; each point labelled.

    value: yuan by ``p5``, ``p10``, ``p50``, ``p90``, ``p95``. lending_value: marked below if given.
    """
    width += _NAMES  # This chart has no words on its left.
    points = {name: _ten_thousands(value[name]) for name in _POINTS}
    low, high = points["p5"], points["p95"]
    if lending_value is not None:
        low, high = min(low, _ten_thousands(lending_value)), max(high, _ten_thousands(lending_value))
    margin = (high - low) * 0.12 or 1.0
    scale = {"domain": [max(0.0, low - margin), high + margin], "nice": False, "zero": False}
    axis = {"title": Text("万元", "CNY 10,000").in_(lang), "tickCount": 6, "grid": False}
    labels = _spread_labels(value, scale["domain"], lang, width)  # type: ignore[arg-type]
    layers: list[Spec] = [
        _band(
            points["p5"],
            points["p95"],
            5,
            colour=SKY,
            name="P5–P95",
            low=value["p5"],
            high=value["p95"],
            scale=scale,
            axis=axis,
            lang=lang,
        ),
        _band(
            points["p10"],
            points["p90"],
            18,
            colour=BLUE,
            name="P10–P90",
            low=value["p10"],
            high=value["p90"],
            scale=scale,
            axis=axis,
            lang=lang,
        ),
        {
            "data": {"values": [{"x": points["p50"]}]},
            "mark": {"type": "tick", "thickness": 3, "size": 28, "color": INK},
            "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"value": 48}},
        },
        {
            "data": {"values": labels},
            "mark": {"type": "text", "align": "center", "fontSize": 10.5},
            "encoding": {
                "x": {"field": "x", "type": "quantitative"},
                "y": {"field": "y", "type": "quantitative", "scale": None},
                "text": {"field": "label"},
            },
        },
    ]
    if lending_value is not None:
        marked = Text("可贷价值", "lending value").in_(lang)
        layers.append(
            {
                "data": {"values": [{"x": _ten_thousands(lending_value)}]},
                "mark": {"type": "point", "shape": "triangle-up", "filled": True, "size": 80, "color": ORANGE},
                "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"value": 76}},
            }
        )
        layers.append(
            {
                "data": {
                    "values": [
                        {
                            "x": _ten_thousands(lending_value),
                            "label": f"{marked} {show_amount(lending_value, lang)}",
                        }
                    ]
                },
                "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 10.5},
                "encoding": {
                    "x": {"field": "x", "type": "quantitative"},
                    "y": {"value": 76},
                    "text": {"field": "label"},
                },
            }
        )
    return chart(
        Text("评估价值区间", "Interval of the value"),
        92 if lending_value is not None else 76,
        layers,
        lang,
        SEMICOLON.in_(lang).join(f"{name.upper()} {show_amount(value[name], lang)}" for name in _POINTS),
        width,
    )


def tornado_chart(swings: Sequence[Swing], base: Decimal, lang: Lang = "zh", width: int = WIDTH) -> Spec:
    """Draw the effect of each input on the value if only that input changes, the widest first; ``base`` is the
    present value.
    """
    ordered = sorted(swings, key=lambda swing: abs(swing.high - swing.low), reverse=True)
    ends = [("low", Text("取低值", "input low"), ORANGE), ("high", Text("取高值", "input high"), BLUE)]
    rows: list[dict[str, object]] = []
    for swing in ordered:
        for which, end_name, _colour in ends:
            amount = swing.low if which == "low" else swing.high
            rows.append(
                {
                    "input": swing.name.in_(lang),
                    "end": end_name.in_(lang),
                    "base": _ten_thousands(base),
                    "x": _ten_thousands(amount),
                    "label": show_amount(amount, lang),
                    "below": amount < base,
                }
            )
    reach = [_ten_thousands(amount) for swing in ordered for amount in (swing.low, swing.high)] or [0.0]
    low, high = min(*reach, _ten_thousands(base)), max(*reach, _ten_thousands(base))
    widest = max((text_width(str(row["label"])) for row in rows), default=0.0)
    margin = ((high - low) or 1.0) * (widest + 10) / (width - 2 * (widest + 10))
    y = {
        "field": "input",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "ticks": False, "domain": False},
    }
    x = {
        "field": "base",
        "type": "quantitative",
        "scale": {"domain": [low - margin, high + margin], "nice": False, "zero": False},
        "axis": {"title": Text("万元", "CNY 10,000").in_(lang), "tickCount": 6},
    }
    colour = {
        "field": "end",
        "type": "nominal",
        "scale": {"domain": [name.in_(lang) for _, name, _ in ends], "range": [c for _, _, c in ends]},
        "legend": {"orient": "top", "title": None, "offset": 8},
    }
    labels = [
        {
            "data": {"values": [row for row in rows if row["below"] is below]},
            "mark": {
                "type": "text",
                "align": "right" if below else "left",
                "dx": -4 if below else 4,
                "fontSize": 10.5,
            },
            "encoding": {"y": y, "x": {"field": "x", "type": "quantitative"}, "text": {"field": "label"}},
        }
        for below in (True, False)
    ]
    return chart(
        Text(
            f"对价值影响最大的输入（基准 {show_amount(base, 'zh')}）",
            f"Inputs with the largest effect on the value (base {show_amount(base, 'en')})",
        ),
        _ROW * max(1, len(ordered)),
        [
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "height": 18},
                "encoding": {
                    "y": y,
                    "x": x,
                    "x2": {"field": "x"},
                    "color": colour,
                    "tooltip": [
                        {"field": "input", "title": Text("输入", "input").in_(lang)},
                        {"field": "end", "title": Text("取值", "end").in_(lang)},
                        {"field": "label", "title": Text("价值", "value").in_(lang)},
                    ],
                },
            },
            *labels,
            {
                "data": {"values": [{"base": _ten_thousands(base)}]},
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
                "encoding": {"x": {"field": "base", "type": "quantitative"}},
            },
        ],
        lang,
        SEMICOLON.in_(lang).join(
            f"{swing.name.in_(lang)} {show_amount(swing.low, lang)} – {show_amount(swing.high, lang)}"
            for swing in ordered
        ),
        width,
    )


def _band(
    start: float,
    end: float,
    thickness: int,
    colour: str,
    name: str,
    low: Decimal,
    high: Decimal,
    scale: Spec,
    axis: Spec,
    lang: Lang,
) -> Spec:
    row = {
        "start": start,
        "end": end,
        "range": f"{show_amount(low, lang)} – {show_amount(high, lang)}",
        "name": name,
    }
    return {
        "data": {"values": [row]},
        "mark": {"type": "bar", "height": thickness, "color": colour},
        "encoding": {
            "x": {"field": "start", "type": "quantitative", "scale": scale, "axis": axis},
            "x2": {"field": "end"},
            "y": {"value": 48},
            "tooltip": [{"field": "range", "title": name}],
        },
    }


def _spread_labels(
    value: Mapping[str, Decimal], domain: list[float], lang: Lang, width: int
) -> list[dict[str, object]]:
    """Place one label per point, each on the lowest of three lines above the bar where it overlaps no other."""
    lines = (28, 14, 0)
    taken: dict[int, float] = dict.fromkeys(lines, float("-inf"))
    span = domain[1] - domain[0]
    labels: list[dict[str, object]] = []
    for name in _POINTS:
        words = f"{name.upper()} {show_amount(value[name], lang)}"
        x = _ten_thousands(value[name])
        centre = (x - domain[0]) / span * width
        half = text_width(words) / 2 + 3
        line = next((line for line in lines if taken[line] <= centre - half), lines[-1])
        taken[line] = centre + half
        labels.append({"x": x, "y": line, "label": words})
    return labels


def _ten_thousands(amount: Decimal) -> float:
    return float(amount / 10_000)
