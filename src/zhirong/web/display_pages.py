"""Pages about how the platform looks: the reader's preferences, and every component with its variants."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.financing.overview import Stage
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.http_request import HttpRequest
from zhirong.web.bar_chart import bars_of
from zhirong.web.bar_rows import stacked
from zhirong.web.clock import now
from zhirong.web.pages import page
from zhirong.web.preferences import PREFERENCES
from zhirong.web.shares import parts_of


@dataclass(frozen=True, slots=True)
class _Mark:
    stage: Stage


_MARKS = tuple(_Mark(Stage.PASSED if at < 2 else Stage.CURRENT if at == 2 else Stage.UPCOMING) for at in range(10))
_PROBLEM = Problem(
    "receivables",
    "86000",
    Text("超过资产总额", "It exceeds total assets"),
    Text("请确认单位，是否为 860.00 万元", "check the unit"),
    "beyond_assets",
)
_SHARES = (
    (Text("担保", "Guarantor"), 56, "56 %"),
    (Text("园区", "Park"), 24, "24 %"),
    (Text("银行", "Lender"), 20, "20 %"),
)


_BARS = [[("s3", 30), ("s2", 3)]] * 3 + [[("bad", 33)]] + [[("s1", 30), ("s2", one)] for one in (2, 2, 1, 1, 1, 0)]


_STACKS = (
    (Text("担保模式", "With a guarantor"), (("s1", 640), ("s2", 200)), "4.26 %"),
    (Text("银行独担", "The lender alone"), (("s1", 670),), "3.39 %"),
)


@page("preferences/", "preferences", is_public=True)
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the preferences with their choices; a choice is a link to this page."""
    return render(request, "preferences.html", {"preferences": PREFERENCES})


@page("styleguide/", "styleguide", is_public=True)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with its variants. All companies and figures on it are invented."""
    today = day_of(now())
    context = {
        "days": [today + timedelta(days=days) for days in (-3, 0, 1, 9)],
        "marks": _MARKS,
        "shares": parts_of(_SHARES),
        "bars": bars_of(_BARS),
        "stacks": stacked(_STACKS),
        "wrong": [_PROBLEM],
        "switches": PREFERENCES,
    }
    return render(request, "styleguide.html", context)
