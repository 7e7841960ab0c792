"""Charts: what they draw is what the numbers say, on the page and on paper alike."""

import copy
import json
import re
import struct
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from completed_documents import quote_document
from zhirong.charts.drawing import to_html, to_png, to_svg
from zhirong.charts.loss_bearing import CostBar, LossBar, Part, cost_chart, full_loss_chart
from zhirong.charts.quote import quote_charts
from zhirong.charts.theme import INK, PALETTE, darkened, ink_on, show_amount, show_rate
from zhirong.charts.value import Swing, tornado_chart, value_chart
from zhirong.kernel.text import Text, same

QUOTE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "documents" / "quote.json").read_text(encoding="utf-8")
)
VALUE = {name: Decimal(amount) for name, amount in QUOTE["appraisal"]["value"].items()}


def rows(spec: dict[str, Any], layer: int = 0) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = spec["layer"][layer]["data"]["values"]
    return values


def test_a_quote_has_four_charts() -> None:
    assert list(quote_charts(quote_document(QUOTE))) == ["full_loss", "cost", "value", "tornado"]
    assert quote_charts(quote_document({})) == {}


def test_a_mode_that_does_not_qualify_says_so() -> None:
    modes = {row["mode"] for row in rows(quote_charts(quote_document(QUOTE))["full_loss"])}
    assert "广州“5311”模式（不符合）" in modes
    assert "北京模式" in modes


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_parts_of_a_loss_follow_each_other_without_gap(weights: list[int]) -> None:
    whole = sum(weights)
    parts = tuple(Part(same(f"p{n}"), same(f"p{n}"), Decimal(w), Decimal(w) / whole) for n, w in enumerate(weights))
    drawn = rows(full_loss_chart([LossBar(same("m"), parts)], [part.role for part in parts]))
    assert len(drawn) == sum(weight > 0 for weight in weights)
    assert drawn[0]["start"] == 0
    assert drawn[-1]["end"] == pytest.approx(1)
    assert all(a["end"] == b["start"] for a, b in zip(drawn, drawn[1:], strict=False))


def test_costs_stand_right_of_zero_and_subsidies_left() -> None:
    bar = CostBar(same("m"), Decimal(90_000), Decimal(30_000), Decimal(0), Decimal(50_000), Decimal("0.0412"))
    spec = cost_chart([bar])
    drawn = {row["kind"]: (row["start"], row["end"]) for row in rows(spec)}
    assert drawn == {"利息": (0.0, 9.0), "费用": (9.0, 12.0), "补贴": (-5.0, 0.0)}
    assert rows(spec, 1)[0] == {"mode": "m", "end": 12.0, "label": "4.12 %"}


def test_one_role_has_one_colour_in_every_mode() -> None:
    spec = quote_charts(quote_document(QUOTE))["full_loss"]
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert len(scale["domain"]) == len(set(scale["domain"])) == len(set(scale["range"]))
    assert {row["role"] for row in rows(spec)} == set(scale["domain"])
    # A bank by any name is the lender, and comes first.
    quote = copy.deepcopy(QUOTE)
    quote["modes"][0]["full_loss"][0]["party_text"] = {"zh": "某商业银行", "en": "a bank"}
    renamed = quote_charts(quote_document(quote))["full_loss"]
    assert renamed["layer"][0]["encoding"]["color"]["scale"] == scale
    assert scale["domain"][0] == "放款机构"


def test_a_tornado_is_sorted_by_width() -> None:
    swings = [Swing(same("a"), Decimal(90), Decimal(110)), Swing(same("b"), Decimal(150), Decimal(20))]
    assert [row["input"] for row in rows(tornado_chart(swings, Decimal(100)))] == ["b", "b", "a", "a"]


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        linear = []
        for at in (1, 3, 5):
            c = int(colour[at : at + 2], 16) / 255
            linear.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", PALETTE)
def test_words_on_a_bar_take_the_ink_that_reads_better(colour: str) -> None:
    best = max((INK, "#FFFFFF"), key=lambda ink: _contrast(ink, colour))
    assert ink_on(colour) == best
    assert _contrast(best, colour) >= 3.8


def test_svg_keeps_its_words_as_text_and_its_weight() -> None:
    svg = to_svg(quote_charts(quote_document(QUOTE))["full_loss"])
    assert "风险补偿基金 50 %" in svg
    plain = [tag for tag in re.findall(r"<text [^>]*>", svg) if "bold" not in tag and '"700"' not in tag]
    assert plain and all("'wght' 400" in tag for tag in plain)


def test_png_has_the_size_asked_for() -> None:
    spec = quote_charts(quote_document(QUOTE))["value"]
    one, two = (struct.unpack(">II", to_png(spec, scale)[16:24]) for scale in (1, 2))
    assert two[0] == pytest.approx(2 * one[0], abs=2)
    assert one[0] > 400


def test_html_carries_everything_and_runs_nobodys_words() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["modes"][0]["title"] = {"zh": "</script><script>alert(1)</script>", "en": "x"}
    page = to_html(quote_charts(quote_document(quote))["full_loss"])
    assert "<script>alert(1)" not in page
    assert page.count("<script>") == page.count("</script>") == 2
    # Outside its own scripts the page names no address to fetch anything from.
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert "src=" not in bare and "href=" not in bare and "://" not in bare


def test_amounts_and_rates_as_written() -> None:
    assert show_amount(Decimal("15130000"), "zh") == "1,513 万元"
    assert show_amount(Decimal("1513000"), "zh") == "151.3 万元"
    assert show_amount(Decimal("15130"), "zh") == "1.51 万元"
    assert show_amount(Decimal("999.4"), "zh") == "999 元"
    assert show_amount(Decimal("-2500000"), "en") == "¥-2.5 m"
    assert show_rate(Decimal("0.0335")) == "3.35 %"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_says_in_a_sentence_what_it_shows(lang: Any) -> None:
    for spec in quote_charts(quote_document(QUOTE), lang).values():
        assert len(spec["description"]) > 20


def test_labels_of_a_value_keep_apart() -> None:
    close = {"p5": 100, "p10": 101, "p50": 102, "p90": 103, "p95": 104}
    spec = value_chart({name: Decimal(10_000 * amount) for name, amount in close.items()})
    labels = rows(spec, 3)
    assert [label["label"].split()[0] for label in labels] == ["P5", "P10", "P50", "P90", "P95"]
    assert len({(label["x"], label["y"]) for label in labels}) == 5


def test_english_titles() -> None:
    assert full_loss_chart([LossBar(Text("甲", "A"), ())], [], "en")["title"]["text"] == "Who bears a full loss"


def test_what_has_nothing_to_show_is_not_drawn() -> None:
    quote = copy.deepcopy(QUOTE)
    zero = dict.fromkeys(("interest", "fees", "premiums", "subsidies"), "0.00")
    quote["modes"][0].update(full_loss=[], totals=zero)
    charts = quote_charts(quote_document(quote))
    for name in ("full_loss", "cost"):
        assert {row["mode"] for row in rows(charts[name])} == {
            row["mode"] for row in rows(quote_charts(quote_document(QUOTE))[name])
        } - {"北京模式"}
    for mode in quote["modes"]:
        mode.update(full_loss=[dict(mode["full_loss"][0], share="0")] if mode["full_loss"] else [], totals=zero)
    assert list(quote_charts(quote_document(quote))) == ["value", "tornado"]


def test_english_descriptions_have_english_punctuation() -> None:
    for spec in quote_charts(quote_document(QUOTE), "en").values():
        assert not set(spec["description"]) & set("，、：；（）")


def test_a_chart_for_a_dark_page_has_light_words_and_the_same_parts() -> None:
    spec = tornado_chart([Swing(Text("许可费率", "royalty"), Decimal(100), Decimal(300))], Decimal(200))
    dark = darkened(spec)
    assert dark["config"]["background"] != spec["config"]["background"]
    assert INK not in to_svg(dark) and INK in to_svg(spec)
    assert [one["data"] for one in dark["layer"]] == [one["data"] for one in spec["layer"]]
