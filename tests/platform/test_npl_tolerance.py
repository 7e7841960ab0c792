"""The three points by which the non-performing ratio of IP-pledge loans may lie above the lender's own."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from money_world import AMOUNT, Money

from zhirong.chain.financing.tolerance import npl_tolerance
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.store.financing import Loan

RULES, DAY = load_rulebook(), date(2026, 11, 26)


@pytest.mark.parametrize(
    ("bad", "own", "within", "room"),
    [
        (0, "0", True, 3_000),
        (3_000, "0", True, 0),  # up to and including
        (3_001, "0", False, -1),
        (4_500, "0.015", True, 0),
        (4_501, "0.015", False, -1),
        (100, "0.02", True, 4_900),
    ],
)
def test_three_points_inclusive(bad: int, own: str, within: bool, room: int) -> None:
    found = npl_tolerance(bad, 100_000, Decimal(own), RULES, DAY)
    assert found is not None
    assert (found.is_within, found.room) == (within, room)
    assert found.above == Fraction(bad, 100_000) - Fraction(own)


def test_no_ratio_without_loans() -> None:
    assert npl_tolerance(0, 0, Decimal("0.01"), RULES, DAY) is None


def test_the_portfolio_computes_it_or_says_what_is_missing(sqlite_platform: Any, monkeypatch: Any) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    zh, en = platform.client(money.head), platform.client(money.head, "en")
    assert "没有未结清贷款" in zh.get("/lender/portfolio/?own=1.5").content.decode()
    money.released()
    page = zh.get("/lender/portfolio/").content.decode()
    assert "缺少本行各项贷款不良率" in page and 'name="own"' in page
    assert "overall ratio is missing" in en.get("/lender/portfolio/").content.decode()
    page = zh.get("/lender/portfolio/?own=1.5").content.decode()
    assert "可不作为扣分因素" in page and "90,000.00" in page  # 4.5 % of two million
    platform.reseed(Loan.objects.get(), category="doubtful")
    page = zh.get("/lender/portfolio/?own=1.5%25").content.decode()
    assert "超出容忍度" in page and "98.5\u00a0%" in page
    assert AMOUNT == 200_000_000
    for wrong in ("x", "-1", "101", "1e9", "NaN"):
        answer = zh.get("/lender/portfolio/", {"own": wrong})
        assert answer.status_code == 200 and "0 到 100" in answer.content.decode(), wrong
