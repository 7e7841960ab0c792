"""Two people, two threads, one claim: one pays and the other reads the reason; nothing is paid or claimed twice."""

import pytest
from platform_world import Platform
from recovery_world import Recovery
from test_money_races import at_once

from zhirong.operations.actors import WORKER
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.store.recovery import ClaimPayment, DefaultCase, PayerClaim

pytestmark = pytest.mark.both_databases


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
