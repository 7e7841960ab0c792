"""An explanation reads the same as text, as a table and as JSON; postings balance."""

from datetime import date
from decimal import Decimal

import pytest

from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.posting import Entry, Posting
from zhirong.kernel.rulebook import Rulebook, read_rules
from zhirong.kernel.text import Text, same

RULES = """
[[rule]]
id = "cap"
title = { zh = "上限", en = "cap" }
unit = "rate"
[[rule.version]]
value = 0.25
confidence = "unconfirmed"
"""


def line():
    rule = Rulebook(read_rules(RULES, "t")).at("cap", date(2026, 1, 1))
    return Explanation(
        Text("额度", "line"),
        50_000_000,
        "fen",
        same("value × cap"),
        parts=(Explanation(Text("价值", "value"), 200_000_000, "fen", basis="assumed"), of_rule(rule)),
    )


def test_one_content_in_three_forms():
    explanation = line()
    assert explanation.as_text("zh").splitlines() == [
        "额度：500,000.00 元  = value × cap",
        "  价值：2,000,000.00 元  〔[假设]〕",
        "  上限：25 %  〔[未确认]〕",
    ]
    assert explanation.as_text("en").splitlines()[2] == "  cap: 25 %  ([unconfirmed])"
    assert [row[:3] for row in explanation.as_rows("zh")] == [
        (0, "额度", "500,000.00 元"),
        (1, "价值", "2,000,000.00 元"),
        (1, "上限", "25 %"),
    ]
    written = explanation.as_json()
    assert written["value"] == "500000.00"
    assert [part["value"] for part in written["parts"]] == ["2000000.00", "0.25"]
    assert [reference.confidence for reference in explanation.doubts()] == ["unconfirmed"]


def test_values_are_shown_with_their_units():
    assert Explanation(same("x"), Decimal("12.70"), "years").show_value("zh") == "12.7年"
    assert Explanation(same("x"), True, "yes_no").show_value("en") == "yes"
    assert Explanation(same("x"), date(2026, 1, 2), "day").show_value("zh") == "2026-01-02"
    assert Explanation(same("x"), Decimal("0.0543"), "rate").show_value("en") == "5.43 %"


def test_an_entry_must_balance():
    Entry(date(2026, 1, 1), "loan-1:drawdown", (Posting("firm:cash", 100), Posting("lender:cash", -100)))
    with pytest.raises(ValueError, match="out of balance by 1 fen"):
        Entry(date(2026, 1, 1), "c", (Posting("a", 2), Posting("b", -1)))
    with pytest.raises(ValueError, match="without postings"):
        Entry(date(2026, 1, 1), "c", ())
