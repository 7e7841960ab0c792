"""The public search page: what cannot be answered is sent back; as what a number was searched is said."""

from datetime import date
from typing import Any

import pytest
from register_world import patent, patent_number
from register_world import request as filing_request

from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.declare import Call
from zhirong.operations.pledge import pledges
from zhirong.store import models
from zhirong.web.registrar import public

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _day(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.set_day(date(2025, 6, 3))
    monkeypatch.setattr(public, "DATA", platform.folder)


def _entered(platform: Any) -> None:
    def by() -> Call:
        return Call(register_actor("counter", Capacity.REGISTRAR), platform.now, platform.key())

    number = pledges.file_pledge(by(), filing_request(patent(1))).registration.id
    pledges.examine(by(), number)
    pledges.register(by(), number)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"number={patent_number(1)[:-2]}", "缺少校验位"),
        ("number=20141000001", "不代表没有质押"),
        ("code=9161", "18 位"),
        ("name=%E2%80%8B", "没有可供查询的文字"),
        ("first=2025-06-03&last=2025-06-02", "早于起始日"),
    ],
)
def test_a_question_that_cannot_be_answered_is_sent_back_and_never_answered_with_nothing(
    platform: Any, query: str, said: str
) -> None:
    _entered(platform)
    visitor = platform.client()
    for page in (visitor.get(f"/register/?{query}"), visitor.post(f"/register/?{query}", {"_key": "k"})):
        words = page.content.decode()
        assert page.status_code == 422 and said in words and "未查到" not in words
    assert not models.Event.objects.filter(kind="certificate.search").exists()


def test_the_search_says_as_what_a_number_was_searched(platform: Any) -> None:
    words = platform.client().get("/register/?number=03118464").content.decode()
    assert "03118464.2" in words and "注册商标 3118464" in words
