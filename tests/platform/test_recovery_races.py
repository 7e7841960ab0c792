"""Two people, two threads, one claim: one pays and the other reads the reason; nothing is paid or claimed twice."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from platform_world import Platform
from recovery_world import Recovery
from test_money_races import at_once

from zhirong.operations.actors import WORKER
from zhirong.operations.declare import Call
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.run import run_operation
from zhirong.store.parties import Kept
from zhirong.store.recovery import ClaimPayment, DefaultCase, PayerClaim


def _killed(work: Callable[[], object]) -> bool:
    """Whether a copy of this process was killed while it did this."""
    child = os.fork()
    if child == 0:  # pragma: no cover - in the copy
        connections.close_all()
        try:
            work()
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_payment_killed_before_its_end_is_made_once_when_it_is_sent_again(
    sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = sqlite_platform
    way = Recovery(platform, monkeypatch)
    way.late()
    way.demanded()
    way.filed(way.fund)
    way.do(way.fund.officer, "claim.accept", way.claim_on(way.fund), opinion="同意")
    claim = way.claim_on(way.fund)
    data, call = way.transfer(claim.accepted), Call(platform.actor(way.fund.approver), platform.now, "one transfer")

    def save_and_die(row: ClaimPayment, *args: Any, **more: Any) -> None:
        Kept.save(row, *args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    with monkeypatch.context() as dying:
        dying.setattr(ClaimPayment, "save", save_and_die)
        assert _killed(lambda: run_operation("claim.pay", call, claim.pk, data))
    assert (
        ClaimPayment.objects.count() == 0
        and way.claim_on(way.fund).paid == 0
        and way.case.events[-1]["kind"] != "paid"
    )
    for _ in range(2):
        run_operation("claim.pay", call, claim.pk, data)
    assert ClaimPayment.objects.count() == 1 and way.claim_on(way.fund).paid == claim.accepted
    assert platform_findings() == []


@pytest.mark.both_databases
def test_races_between_payers_claims_and_the_night(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Recovery(platform, monkeypatch)
    way.late(20)
    way.demanded()
    # A claim on one payer from two desks of the bank, at once.
    second = platform.member(way.money.bank, *platform.actor(way.workout).roles)
    case = way.case
    data = {"payer": way.fund.organisation.pk, "party": way.fund.party}
    people = [platform.actor(who) for who in (way.workout, second)]
    found = at_once(*(lambda who=who: platform.do(who, "claim.open", case, **data) for who in people))
    assert found == ["claimed_already", "done"] and PayerClaim.objects.count() == 1
    # A claim and the cure of the same loan, at once: the case is claimed or cured, never both.
    paid_up = way.another("R2", way.loan.start, "2000000.00")
    platform.reseed(paid_up, overdue_days=0)
    way.do(way.workout, "claim.open", DefaultCase.objects.get(loan=paid_up), **data)
    claim = way.claim_of(paid_up, way.fund)
    at_once(
        lambda: platform.do(people[0], "claim.file", claim),
        lambda: platform.do(WORKER, "default.sweep"),
    )
    state, filed = DefaultCase.objects.get(loan=paid_up).state, way.claim_of(paid_up, way.fund).state == "filed"
    assert (state == "claimed") == filed and state in ("claimed", "cured")
    # Two people pay the accepted claim at once.
    platform.reseed(way.loan, category="substandard")
    way.do(way.workout, "claim.file", way.claim_on(way.fund))
    way.do(way.fund.officer, "claim.accept", way.claim_on(way.fund), opinion="同意")
    claim = way.claim_on(way.fund)
    other = platform.member(way.fund.organisation, *platform.actor(way.fund.approver).roles)
    payers = [(platform.actor(who), way.transfer(claim.accepted)) for who in (way.fund.approver, other)]
    found = at_once(
        *(lambda who=who, data=data: platform.do(who, "claim.pay", claim, **data) for who, data in payers)
    )
    assert found.count("done") == 1
    assert ClaimPayment.objects.count() == 1 and way.claim_on(way.fund).paid == claim.accepted
    assert platform_findings() == []
