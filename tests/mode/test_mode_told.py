"""A mode told back leaves nothing out that decides who bears or pays what, and speaks one language at a time."""

import re
from pathlib import Path

import pytest
from mode_samples import mode_of, quota_body

from zhirong.chain.mode.drawing import drawing
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.plain_words import mode_text
from zhirong.chain.mode.reader import read_mode
from zhirong.mode_files import load_modes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "mode-language.md"
MODES = load_modes()


def page_example(mode_id: str) -> Mode:
    blocks = [block.split("\n```")[0] for block in PAGE.read_text(encoding="utf-8").split("```toml\n")[1:]]
    return read_mode(next(block for block in blocks if f'id = "{mode_id}"' in block), "page.toml")


@pytest.mark.parametrize(
    ("mode_id", "said"),
    [
        ("guangzhou-2025", "no new loans while a lender's losses of a year exceed 3 % of the principal entered"),
        ("guangzhou-2025", "no loan is claimed under guangzhou-2025-guarantee as well"),
        ("guangzhou-2025", "dates in the source: from 2025-10-01 until 2028-09-30"),
        ("guangzhou-2025", "(amount of the loan above 30,000,000.00 yuan, "),
        ("guangzhou-2025", "where: secured by an IP pledge or on the key list"),
        ("guangzhou-5311", "the fund holds 40,000,000.00 yuan (central budget 10,000,000.00 yuan"),
        ("guangzhou-5311", "at least 10 times as much"),
        ("guangzhou-5311", "variant bank (the partner bank bears the 30 %): partner bank in place of insurer"),
        ("us-capp", "put: on default agreed purchaser buys the right at the agreed price"),
        ("us-capp", "at 60 % of the loan [assumed]"),
        ("beijing-zrt", "for 3 % of what was repaid every 3 months, 8 times; the firm may buy it back at 85 %"),
        ("germany", "policy guarantor 28 % (35 % × 80 %)"),
        ("beijing", "interest counted up to 1.4 × LPR"),
        ("beijing", "the IP part only"),
        ("beijing", "paid 90 days later, only if it is repaid"),
        (
            "beijing",
            "    source: 北京市知识产权局 北京市促进知识产权质押融资服务高质量发展专项资金申报通知（2023 年，文号未知）",
        ),
        ("beijing", "appraisal fee × 50 %, at most 20,000.00 yuan"),
        ("beijing", "1. application to the bank: borrowing firm, 1 day [assumed]"),
        ("peer-guarantee", "divided by what each pledged"),
    ],
)
def test_each_term_has_its_line(mode_id: str, said: str) -> None:
    assert said in mode_text(MODES[mode_id], "en")


def test_the_full_example_of_the_page_is_told_in_full() -> None:
    told = mode_text(page_example("example-full"), "en")
    for said in (
        "loans made: from 2026-07-01",
        "advance: 50 % of what is owed by city fund is paid 10 days after the claim",
        "condition of a claim: the pledge is registered; otherwise partner bank bears the loss",
        "what was compensated under another mode is deducted first",
        "later recoveries go back in turn to: guarantee company, city fund",
        "resumes at 2 % or on the next 1 January",
        "on top (district layer): district fund bears another 20 %, taken from partner bank",
        "guarantee company 14 % (20 % × 70 %)",
        "re-guarantor pays 30 days after the claim, to guarantee company, who has paid for it",
    ):
        assert said in told


def test_the_drawing_shows_who_pays_a_top_up_and_a_bonus() -> None:
    mode = mode_of(
        quota_body({"lender": 6_000, "fund": 4_000})
        + '\n[[sharing.bonus]]\nto = "fund"\nfrom = "lender"\nadd = 0.15\nwhen = [{ fact = "ip_pledge", is = true }]\n'
        + '\n[[sharing.top_up]]\npayer = "guarantor"\nfrom = "lender"\nshare = 0.2\n'
        + 'name = { zh = "区级", en = "district" }\n'
        + '\n[[sharing.timing]]\npayer = "guarantor"\ndays = 1\n'
    )
    drawn = drawing(mode, "en").splitlines()
    assert any("40 % / bonus +15 %" in line and "◀" in line for line in drawn)
    assert any("district +20 %, after 1 day" in line and "◀" in line for line in drawn)
    assert sum("pro rata" in line for line in drawn) == 2


# Signs that belong to Chinese text: its punctuation, full-width forms, and its quotation marks.
CHINESE_SIGNS = re.compile("[\u3000-\u303f\uff00-\uffef\u4e00-\u9fff“”‘’…]")


@pytest.mark.parametrize("mode", [*MODES.values(), page_example("example-full")], ids=lambda mode: mode.id)
def test_english_is_english_to_the_last_comma(mode: Mode) -> None:
    told, _, _ = mode_text(mode, "en").partition("\nSources")
    # The name of a source is in the language of the source; only its line is left out.
    lines = [line for line in told.splitlines() if not line.startswith("    source: ")]
    assert not [line for line in [*lines, *drawing(mode, "en").splitlines()] if CHINESE_SIGNS.search(line)]
    assert not re.search(r"\b1 days\b", told)
    chinese = mode_text(mode, "zh").split("\n来源")[0]
    assert not re.search("[\u4e00-\u9fff][,;:(]|[,;:)][\u4e00-\u9fff]", chinese)
