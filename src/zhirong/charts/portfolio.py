"""The chart of a portfolio: balances by state, category, mode or region, one bar per part."""

from collections.abc import Sequence
from decimal import Decimal
from textwrap import wrap

from zhirong.charts.theme import BLUE, INK, WIDTH, Spec, chart, show_amount
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Lang, Text

_ROW = 30
_BAR = 20
_LINE = 20  # Characters of a name on one line: a reader's font may be wider than the font that was measured.
_TITLES = {
    "state": Text("各环节的申请金额", "Requested amounts by step"),
    "category": Text("贷款余额：五级分类", "Balances by category"),
    "mode": Text("贷款余额：模式", "Balances by mode"),
    "region": Text("贷款余额：地区", "Balances by region"),
}


def slices_chart(by: str, slices: Sequence[tuple[Text, Fen]], lang: Lang = "zh", width: int = WIDTH) -> Spec:
    """Draw one bar per part, with its amount beside it. by: state, category, mode or region. slices: name and fen
    of each part.
    """
    rows = [
        {
            "name": "\n".join(wrap(title.in_(lang), _LINE, break_on_hyphens=False)),
            "amount": float(Decimal(amount) / 1_000_000),
            "label": show_amount(Decimal(amount) / 100, lang),
        }
        for title, amount in slices
    ]
    axis = {
        "title": None,
        "ticks": False,
        "domain": False,
        "labelPadding": 6,
        "labelLimit": 180,
        "labelExpr": "split(datum.label, '\\n')",
    }
    longest = max((row["amount"] for row in rows), default=0.0) or 1.0  # type: ignore[type-var]
    x = {
        "field": "amount",
        "type": "quantitative",
        # Room at the right for the words next to the longest bar.
        "scale": {"domain": [0, float(longest) * 1.35], "nice": False},  # type: ignore[arg-type]
        "axis": {"title": Text("万元", "CNY 10,000").in_(lang), "tickCount": 5},
    }
    y = {"field": "name", "type": "nominal", "sort": None, "axis": axis}
    return chart(
        _TITLES[by],
        _ROW * max(1, len(rows)),
        [
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "height": _BAR},
                "encoding": {"y": y, "x": x, "color": {"value": BLUE}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {
                    "y": y,
                    "x": {"field": "amount", "type": "quantitative"},
                    "text": {"field": "label"},
                    "color": {"value": INK},
                },
            },
        ],
        lang,
        "; ".join(f"{row['name']}: {row['label']}" for row in rows),
        width,
    )
