"""Reading fields: everything wrong is told, at once, with field, value, reason and hint."""

from datetime import date
from decimal import Decimal

import pytest

from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.text_files import MOST_TEXT_BYTES

GOOD = """
name = "甲"
day = 2026-01-31
written_day = "2026-01-31"
amount = "200万元"
share = 0.25
count = 3
sure = true
words = ["a", "b"]
both = { zh = "甲", en = "A" }
[inner]
x = 1
[[rows]]
y = 1
[[rows]]
y = 2
"""


def test_every_type_is_read():
    reader = Reader(parse_toml(GOOD, "good.toml"), source="good.toml")
    assert reader.text("name") == "甲"
    assert reader.day("day") == reader.day("written_day") == date(2026, 1, 31)
    assert reader.money("amount") == 200_000_000
    assert reader.rate("share") == Decimal("0.25")
    assert reader.whole("count") == 3
    assert reader.flag("sure") is True
    assert reader.texts("words") == ("a", "b")
    assert reader.words("both").en == "A"
    assert reader.table("inner").whole("x") == 1
    assert [row.whole("y") for row in reader.tables("rows")] == [1, 2]
    assert reader.optional_day("later") is None
    assert reader.optional_money("more") is None
    assert reader.number("other", default=Decimal(7)) == 7
    reader.finish()


BAD = """
name = "  "
day = 2026-01-31T10:00:00
amount = 0.001
negative = -5
share = 1.5
count = 2.5
sure = "yes"
choice = "c"
words = [1]
nmae = "typo"
whole = 10
inner = 5
rows = 3
"""


def test_every_problem_is_told_at_once():
    reader = Reader(parse_toml(BAD, "bad.toml"), source="bad.toml")
    reader.text("name")
    reader.day("day")
    reader.money("amount")
    reader.money("negative")
    reader.rate("share")
    reader.whole("count")
    reader.flag("sure")
    reader.choice("choice", ("a", "b"))
    reader.texts("words")
    reader.whole("whole", 0, 9)
    reader.table("inner").text("x")
    reader.tables("rows")
    with pytest.raises(InputError) as caught:
        reader.finish()
    found = {(problem.field, problem.code) for problem in caught.value.problems}
    assert found == {
        ("name", "missing"),
        ("day", "wrong_type"),
        ("amount", "not_money"),
        ("negative", "too_small"),
        ("share", "out_of_range"),
        ("count", "wrong_type"),
        ("sure", "wrong_type"),
        ("choice", "not_a_choice"),
        ("words", "wrong_type"),
        ("whole", "out_of_range"),
        ("inner", "wrong_type"),
        ("rows", "wrong_type"),
        ("nmae", "unknown_field"),
    }
    typo = next(problem for problem in caught.value.problems if problem.field == "nmae")
    assert "name" in typo.hint.zh
    for lang in ("zh", "en"):
        text = caught.value.as_text(lang)
        assert all(problem.field in text for problem in caught.value.problems)


def test_paths_count_rows_from_one():
    reader = Reader({"rows": [{"y": 1}, {"y": "b"}]}, source="t")
    for row in reader.tables("rows"):
        row.whole("y")
    with pytest.raises(InputError) as caught:
        reader.finish()
    assert [problem.field for problem in caught.value.problems] == ["rows[2].y"]


def test_broken_toml_names_line_and_column():
    with pytest.raises(InputError) as caught:
        parse_toml("a = 1\nb = = 2", "case.toml")
    assert "line 2" in caught.value.as_text("en")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_a_number_must_be_finite(value):
    reader = Reader({"x": value})
    reader.number("x", 0)
    with pytest.raises(InputError) as caught:
        reader.finish()
    assert caught.value.problems[0].code == "not_finite"


def test_a_text_of_any_origin_is_read_up_to_its_limit() -> None:
    text = "# " + "x" * MOST_TEXT_BYTES
    with pytest.raises(InputError) as caught:
        parse_toml(text, "case.toml")
    assert caught.value.problems[0].code == "file_too_large"
    assert parse_toml(text[:MOST_TEXT_BYTES], "case.toml") == {}
