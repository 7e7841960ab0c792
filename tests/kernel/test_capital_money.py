"""Amounts in capital characters: against amounts as they are usually written, against an independent reader of them, and all small ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.kernel.capital_money import MOST_CAPITAL, capital_yuan

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (50, "伍角整"),
        (53, "伍角叁分"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (1_001, "壹拾元零壹分"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (200_000_000, "贰佰万元整"),
        (1_000_000_00, "壹佰万元整"),
        (100_050_00, "壹拾万零伍拾元整"),
        (1_0000_0000_00, "壹亿元整"),
        (1_0000_5000_00, "壹亿零伍仟元整"),
        (1_0050_0000_00, "壹亿零伍拾万元整"),
        (1_0000_0000_0000_00, "壹万亿元整"),
        (1_0000_0000_0001_00, "壹万亿零壹元整"),
        (1_2345_0000_0000_00, "壹万贰仟叁佰肆拾伍亿元整"),
        (1_0005_0000_0000_00, "壹万零伍亿元整"),
        (99_9999_9999_9999_99, "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_as_they_are_written(fen: int, words: str) -> None:
    assert capital_yuan(fen) == "人民币" + words


def read_back(words: str) -> int:
    """Fen of an amount in capital characters, read as a person reads it: digit, place, group."""
    body = words.removeprefix("人民币").removesuffix("整")
    fen = 0
    found = re.fullmatch(r"(?:(.*)元)?零?(?:(.)角)?(?:(.)分)?", body)
    assert found is not None, words
    whole, jiao, last = found.groups()
    if whole:
        high, _, low = whole.rpartition("亿")
        fen = (_below_hundred_million(high) * 10**8 + _below_hundred_million(low)) * 100
    return fen + 10 * (DIGITS.index(jiao) if jiao else 0) + (DIGITS.index(last) if last else 0)


def _below_hundred_million(words: str) -> int:
    high, _, low = words.rpartition("万")
    return _below_ten_thousand(high) * 10_000 + _below_ten_thousand(low)


def _below_ten_thousand(words: str) -> int:
    total, digit = 0, 0
    for one in words:
        if one in UNITS:
            total, digit = total + digit * UNITS[one], 0
        else:
            digit = DIGITS.index(one)
    return total + digit


def demand_well_written(words: str) -> None:
    assert "零零" not in words, words
    assert not re.search(r"零[拾佰仟万亿角分]", words), words
    assert words.endswith(("整", "分")), words
    assert not re.search(r"(?<!^人民币)零元", words) or words == "人民币零元整", words


def test_every_amount_below_a_thousand_yuan_and_every_seventh_below_ten_thousand() -> None:
    for fen in (*range(100_000), *range(100_000, 1_000_000, 7)):
        words = capital_yuan(fen)
        if read_back(words) != fen or "零零" in words:
            raise AssertionError(f"{fen}: {words}")


@given(st.integers(0, MOST_CAPITAL))
def test_every_amount_reads_back(fen: int) -> None:
    words = capital_yuan(fen)
    assert read_back(words) == fen
    demand_well_written(words)


@given(st.lists(st.sampled_from("01059"), min_size=1, max_size=16))
def test_amounts_full_of_zeros_read_back(digits: list[str]) -> None:
    fen = int("".join(digits))
    words = capital_yuan(fen)
    assert read_back(words) == fen
    demand_well_written(words)


@pytest.mark.parametrize("fen", [-1, MOST_CAPITAL + 1])
def test_what_cannot_be_written_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="capital"):
        capital_yuan(fen)
