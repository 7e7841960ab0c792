"""Overdue amounts come first on the pages of the firm."""

from datetime import timedelta
from typing import Any

from money_world import Money

from zhirong.kernel.money import show_yuan
from zhirong.operations.actors import WORKER


def test_the_firm_reads_of_what_is_overdue_at_once(sqlite_platform: Any, monkeypatch: Any) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.released()
    client = platform.client(money.manager)
    assert "归还逾期款" not in client.get("/firm/").content.decode()
    platform.set_day(money.loan.next_due_on + timedelta(days=5))
    platform.do(WORKER, "loan.reckon")
    overdue = money.loan.overdue
    assert overdue > 0
    home = client.get("/firm/").content.decode()
    assert f"归还逾期款 {show_yuan(overdue)} 元" in home and "已逾期 5 天" in home
    case = client.get(f"/firm/cases/{money.case.pk}/").content.decode()
    assert "已逾期" in case and show_yuan(overdue) in case
    english = platform.client(money.manager, "en").get("/firm/").content.decode()
    assert f"Pay the overdue amount of CNY {show_yuan(overdue)}" in english and "overdue by 5 days" in english
