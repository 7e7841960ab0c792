"""Charts of a loan in default: the part that each party carries over time, and the payments and returns of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.charts.theme import LISTING, Spec, chart, colour_scale, colours_of, show_amount
from zhirong.kernel.text import Lang, Text

_HEIGHT = 220
_ROW = 30


@dataclass(frozen=True, slots=True)
class CarriedPoint:
    """A party's burden after the events of a day, in yuan; negative if it has gained."""

    day: date
    party: Text
    amount: Decimal


def carried_chart(points: Sequence[CarriedPoint], lang: Lang = "zh") -> Spec:
    """Return a step chart of each party's burden from one event to the next."""
    names = list(dict.fromkeys(point.party.in_(lang) for point in points))
    rows = [
        {
            "day": point.day.isoformat(),
            "party": point.party.in_(lang),
            "amount": float(point.amount),
            "words": show_amount(point.amount, lang),
        }
        for point in points
    ]
    last = {row["party"]: row["words"] for row in rows}
    said = LISTING.in_(lang).join(f"{name} {amount}" for name, amount in last.items())
    return chart(
        Text("各方承担额随时间的变化", "What each party carries over time"),
        _HEIGHT,
        [
            {
                "data": {"values": rows},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {
                    "x": {"field": "day", "type": "temporal", "title": None, "axis": {"format": "%Y-%m"}},
                    "y": {"field": "amount", "type": "quantitative", "title": "元" if lang == "zh" else "CNY"},
                    "color": {
                        "field": "party",
                        "type": "nominal",
                        "scale": colour_scale(colours_of(names)),
                        "title": None,
                    },
                    "tooltip": [{"field": name, "type": "nominal"} for name in ("day", "party", "words")],
                },
            }
        ],
        lang,
        Text(f"期末各方承担额：{said}", f"carried at the end: {said}").in_(lang),
    )


def paid_chart(paid: Mapping[str, tuple[Text, Decimal, Decimal]], lang: Lang = "zh") -> Spec:
    """Return a bar chart of each party's payments (to the left) and receipts (to the right), in yuan."""
    words = {"paid": Text("付出", "paid"), "received": Text("收到", "received")}
    rows = [
        {
            "party": name.in_(lang),
            "what": words[what].in_(lang),
            "amount": float(-amount if what == "paid" else amount),
            "words": show_amount(amount, lang),
        }
        for name, out, came in paid.values()
        for what, amount in (("paid", out), ("received", came))
    ]
    said = LISTING.in_(lang).join(f"{row['party']} {row['what']} {row['words']}" for row in rows)
    return chart(
        Text("各方付出与收到的款项", "What each party paid and received"),
        _ROW * max(1, len(paid)) + 40,
        [
            {
                "data": {"values": rows},
                "mark": {"type": "bar"},
                "encoding": {
                    "y": {"field": "party", "type": "nominal", "title": None, "sort": None},
                    "x": {
                        "field": "amount",
                        "type": "quantitative",
                        "title": "元" if lang == "zh" else "CNY",
                        "axis": {"tickCount": 4, "labelOverlap": True},
                    },
                    "color": {
                        "field": "what",
                        "type": "nominal",
                        "scale": colour_scale(colours_of(word.in_(lang) for word in words.values())),
                        "title": None,
                    },
                    "tooltip": [{"field": name, "type": "nominal"} for name in ("party", "what", "words")],
                },
            }
        ],
        lang,
        said,
    )
