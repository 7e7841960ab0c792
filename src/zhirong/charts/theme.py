"""The common style of all charts: colours, fonts, sizes, and the form of amounts and rates."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zhirong.charts.fonts import FAMILY
from zhirong.kernel.text import Lang, Text

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 460  # Width of the drawing itself, without the words on its left; a printed page needs less.

# Okabe and Ito's palette, which people with any common colour blindness can distinguish. Yellow is omitted because
# it fades on white paper; greys and sand are added for the parties that seldom appear.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#6B6B6B", "#C9B77D", "#A8A8A8")
BLUE, ORANGE, GREEN, PINK, SKY, *_ = PALETTE
INK = "#1F2933"
RULE = "#D5DAE0"

# The same on a dark page. The parts of a chart keep their colours, of which each has a contrast of at least 3 to 1 on either ground.
_GROUND = "#FFFFFF"
_DARK = {INK: "#E7EEF2", RULE: "#2C3B45", _GROUND: "#172128"}

BOLD = 700

# Punctuation between words, which differs by language.
COLON, LISTING, SEMICOLON = Text("：", ": "), Text("、", ", "), Text("；", "; ")

_WIDE_FROM = "\u2e80"  # From here on, characters fill a square.


def chart(title: Text, height: int, layers: list[Spec], lang: Lang, description: str, width: int = WIDTH) -> Spec:
    """Return a layered Vega-Lite chart. description: its content in a sentence, for those who cannot see it."""
    return {
        "$schema": SCHEMA,
        "title": {"text": title.in_(lang), "anchor": "start", "fontSize": 13, "fontWeight": BOLD, "offset": 8},
        "description": description,
        "width": width,
        "height": height,
        "layer": layers,
        "config": {
            "font": FAMILY,
            "background": _GROUND,
            "view": {"stroke": None},
            # Space for words that are wider than measured.
            "padding": {"left": 14, "right": 10, "top": 6, "bottom": 5},
            "title": {"color": INK, "font": FAMILY},
            "axis": {
                "labelFontSize": 11,
                "titleFontSize": 11,
                "titleFontWeight": "normal",
                "labelColor": INK,
                "titleColor": INK,
                "gridColor": RULE,
                "domainColor": RULE,
                "tickColor": RULE,
                "labelLimit": 220,
            },
            "legend": {
                "labelFontSize": 11,
                "labelColor": INK,
                "labelLimit": 160,
                "symbolType": "square",
                "columns": max(2, width // 100),
            },
            "text": {"fontSize": 11, "color": INK},
        },
    }


def darkened(spec: Spec) -> Spec:
    """Return the chart for a dark page. Words within a bar keep the ink that its colour asks for."""
    return {key: one if key == "data" else _darkened(one) for key, one in spec.items()}


def _darkened(one: Any) -> Any:
    if isinstance(one, dict):
        return darkened(one)
    if isinstance(one, list):
        return [_darkened(part) for part in one]
    return _DARK.get(one, one) if isinstance(one, str) else one


def ink_on(colour: str) -> str:
    """Return dark ink or white, whichever is more legible on ``colour`` (contrast of relative luminances, WCAG 2)."""
    dark = (_luminance(colour) + 0.05) / (_luminance(INK) + 0.05)
    light = 1.05 / (_luminance(colour) + 0.05)
    return INK if dark >= light else "#FFFFFF"


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_width(words: str, size: int = 11) -> float:
    """Return the approximate width of words, in pixels."""
    return sum(size if character >= _WIDE_FROM else 0.58 * size for character in words)


def colours_of(names: Iterable[str]) -> dict[str, str]:
    """Return one colour for each name, in the order of first appearance."""
    return {name: PALETTE[index % len(PALETTE)] for index, name in enumerate(dict.fromkeys(names))}


def colour_scale(colours: Mapping[str, str]) -> Spec:
    """Return the Vega-Lite scale that gives each name its colour."""
    return {"domain": list(colours), "range": list(colours.values())}


def show_amount(amount: Decimal, lang: Lang) -> str:
    """Return an amount in yuan, short enough for a label: in ten thousands from ten thousand up."""
    if abs(amount) < 10_000:
        whole = f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
        return f"{whole} 元" if lang == "zh" else f"¥{whole}"
    if lang == "zh":
        return f"{_short(amount / 10_000)} 万元"
    return f"¥{_short(amount / 1_000_000)} m" if abs(amount) >= 1_000_000 else f"¥{_short(amount / 1_000)} k"


def show_rate(rate: Decimal, places: int = 2) -> str:
    """Return a rate in per cent with a fixed number of places."""
    return f"{(rate * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)} %"


def _short(number: Decimal) -> str:
    places = 0 if abs(number) >= 1000 else 1 if abs(number) >= 100 else 2
    text = f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
