"""Of two simultaneous requests one wins, the other receives the reason, and nothing is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from money_world import AMOUNT, Money

from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import check_register
from zhirong.store.financing import Loan, Payment

pytestmark = pytest.mark.both_databases


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Return the result of each of several calls started together in threads: ``done`` or the code of the refusal."""
    outcome: list[str] = [""] * len(calls)
    start = threading.Barrier(len(calls))

    def run(at: int, call: Callable[[], Any]) -> None:
        try:
            start.wait()
            call()
            outcome[at] = "done"
        except InputError as error:
            outcome[at] = error.problems[0].code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcome)


def test_two_releases_at_once(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    people = [platform.actor(who) for who in (money.officer, money.cashier, money.head)]
    found = at_once(*(lambda actor=actor: platform.do(actor, "case.disburse", money.case) for actor in people))
    assert found == ["done", "released_already", "released_already"]
    assert Loan.objects.count() == 1
    assert check_register(platform.folder).findings == ()


def test_two_confirmations_at_once(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    line = money.line(AMOUNT, "out")
    platform.do(money.cashier, "line.match", line, loan=money.loan.number, kind="release")
    people = [platform.actor(who) for who in (money.second, money.reviewer)]
    found = at_once(*(lambda actor=actor: platform.do(actor, "line.confirm", line) for actor in people))
    assert found == ["done", "not_in_this_state"]
    assert Payment.objects.filter(state="confirmed").count() == 1
    assert money.loan.balance == AMOUNT and len(money.loan.events) == 1
    assert check_register(platform.folder).findings == ()
