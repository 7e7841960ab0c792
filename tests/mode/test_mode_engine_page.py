"""The page on the engine: its examples give what it says."""

import doctest
from datetime import date
from pathlib import Path

import pytest

from zhirong.chain.mode.transfer import licence_back
from zhirong.mode_files import load_mode

PAGE = Path(__file__).resolve().parents[2] / "docs" / "en" / "explanation" / "mode-engine.md"


def test_the_examples_of_the_page_give_what_it_says() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 8
    assert result.failed == 0


@pytest.mark.parametrize("fees", [-1, 9, 100])
def test_no_more_licence_fees_than_periods(fees: int) -> None:
    mode = load_mode("beijing-zrt")
    assert mode.licence_back is not None and mode.licence_back.periods == 8
    with pytest.raises(ValueError, match="fees_paid"):
        licence_back(mode, 1_000_000_000, date(2021, 3, 1), fees_paid=fees)
