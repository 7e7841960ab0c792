"""Worked examples and races through the platform: Zhongshan to the fen, a guarantor that takes over and its re-guarantors."""

import pytest
from platform_world import Platform
from recovery_world import PayerDesk, Recovery

from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import yuan
from zhirong.operations.declare import Call
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.recovery.books import books_of_case, debtors_debt
from zhirong.operations.rulebook import rulebook
from zhirong.operations.run import run_operation
from zhirong.store.recovery import ClaimPayment, PayerClaim, Recourse


def test_zhongshan_to_the_fen(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """E01: recoveries before the claim, after the payments and after the write-off; the debt is that of a judgment."""
    way = Recovery(sqlite_platform, monkeypatch)
    operator = PayerDesk(way.platform, OrganisationKind.FUND, "ip_operator", "某知识产权服务公司")
    way.late()
    way.demanded()
    loan = way.loan
    way.platform.reseed(loan, principal=300_000_000)

    def receive(amount: str, costs: str = "", source: str = "debtor") -> None:
        """Money is booked with the bank's statement; the event is what the confirmation of a line leaves."""
        loan = way.loan
        kind = "recovery" if loan.state == "written_off" else "payment"
        day = way.platform.day.isoformat()
        event = {"id": f"P{len(loan.events) + 1}", "kind": kind, "day": day, "booked": day, "amount": amount}
        way.platform.reseed(loan, events=[*loan.events, event])
        if costs:
            way.do(way.workout, "default.recovery", way.case, receipt=event["id"], source=source, costs=costs)

    day = way.platform.day.isoformat()
    way.do(
        way.workout,
        "default.state_debt",
        way.case,
        day=day,
        principal="3000000.00",
        interest="38421.53",
        evidence="判决书",
    )
    way.platform.later(10)
    way.do(
        way.workout,
        "default.record_growth",
        way.case,
        kind="cost_paid",
        day=way.platform.day.isoformat(),
        amount="31467.00",
    )
    way.platform.later(10)
    receive("123456.78")
    way.platform.later(10)
    way.filed(way.insurer)
    way.filed(operator)
    way.filed(way.fund)
    for payer, amount in ((way.insurer, "471429.08"), (operator, "117857.27"), (way.fund, "1591073.14")):
        way.platform.later(20)
        assert yuan(way.paid(payer).paid) == amount
    way.platform.later(30)
    receive("410271.62", "48352.61", "pledge")
    way.platform.later(30)
    receive("88888.88", "3210.50")
    way.platform.later(30)
    papers = ["contracts", "class_record", "suit_papers", "disposal_result", "returns", "responsibility"]
    with pytest.raises(InputError, match=r"尽职免责决定|exemption decision"):
        way.do(way.workout, "default.propose_write_off", way.case, ground="终结执行", papers=papers)
    way.do(way.workout, "default.propose_write_off", way.case, ground="终结执行", papers=[*papers, "exemption"])
    before = way.case.carried
    way.do(way.approver, "default.write_off", way.case, opinion="同意")
    assert way.case.state == "written_off" and way.loan.state == "written_off" and way.case.carried == before
    way.platform.later(30)
    receive("250000.01", "12000.00")
    # The product divides the sum of all recoveries at once: a fen apart from a division one by one, as zhirong claim.
    carried = books_of_case(way.case, way.platform.day, rulebook()).carried
    assert {role: yuan(amount) for role, amount in carried.items()} == {
        "lender": "587816.93",
        "government": "1220850.55",
        "insurer": "361733.50",
        "ip_operator": "90433.37",
    }
    back = {claim.party: yuan(claim.due_back) for claim in PayerClaim.objects.all()}
    assert back == {"government": "370222.59", "insurer": "109695.58", "ip_operator": "27423.90"}


def test_a_guarantor_takes_over_and_claims_on_its_re_guarantors(
    sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Recovery(sqlite_platform, monkeypatch, "national-4222")
    guarantor = PayerDesk(way.platform, OrganisationKind.GUARANTOR, "guarantor", "某融资担保有限公司")
    province = PayerDesk(way.platform, OrganisationKind.GUARANTOR, "reguarantor", "某省再担保有限公司")
    way.platform.reseed(way.loan, guarantor=guarantor.organisation)
    way.late()
    way.demanded()
    with pytest.raises(InputError, match=r"not_the_claimant|支付给|pays the"):
        way.noticed(province)
    way.noticed(guarantor)
    way.do(way.workout, "claim.file", way.claim_on(guarantor), order_agreed=False)
    way.do(guarantor.officer, "claim.accept", way.claim_on(guarantor), opinion="同意")
    claim = way.claim_on(guarantor)
    with pytest.raises(InputError, match="order_agreed"):
        way.do(guarantor.approver, "claim.pay", claim, **way.transfer(claim.accepted))
    way.platform.reseed(claim, order_agreed=True)
    debt = way.case.debt
    way.do(guarantor.approver, "claim.pay", way.claim_on(guarantor), **way.transfer(claim.accepted))
    assert way.case.debt == debt  # the debtor owes the same, in part to the guarantor now
    recourse = Recourse.objects.get()
    assert recourse.amount == claim.accepted and recourse.limitation_on.year == way.platform.day.year + 3
    way.platform.later(60)
    way.do(
        guarantor.officer,
        "recourse.record",
        recourse,
        act="demand",
        day=way.platform.day.isoformat(),
        evidence="EMS 9",
    )
    later = Recourse.objects.get().limitation_on
    assert later > recourse.limitation_on
    # The guarantor claims from its re-guarantor on the same case.
    to = {"payer": province.organisation.pk, "party": "reguarantor"}
    way.do(guarantor.officer, "claim.open", way.case, **to)
    way.do(guarantor.officer, "claim.file", way.claim_on(province))
    second = way.claim_on(province)
    assert second.claimant == guarantor.organisation and 0 < second.amount < claim.accepted
    way.paid(province)
    assert way.claim_on(province).state == "paid"
    for who, address in (
        (guarantor.officer, f"/recovery/recourse/{recourse.pk}/"),
        (guarantor.officer, "/recovery/recourse/"),
    ):
        assert way.platform.client(who).get(address).status_code == 200
    assert platform_findings() == []


def test_races_of_payers_and_of_claim_and_cure(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is second finds what the first has done: nothing is paid twice, nothing claimed of a loan that is cured."""
    way = Recovery(sqlite_platform, monkeypatch)
    way.late()
    way.demanded()
    way.filed(way.fund)
    way.do(way.fund.officer, "claim.accept", way.claim_on(way.fund), opinion="同意")
    claim = way.claim_on(way.fund)
    data = way.transfer(claim.accepted)
    call = Call(way.platform.actor(way.fund.approver), way.platform.now, "one key")
    first = run_operation("claim.pay", call, claim.pk, data)
    again = run_operation("claim.pay", call, claim.pk, data)  # the same request, sent again
    assert again.repeated and again.index == first.index
    # Somebody else of the same desk, from a page opened before the payment.
    other = way.platform.member(way.fund.organisation, *way.platform.actor(way.fund.approver).roles)
    with pytest.raises(InputError):
        way.platform.do(other, "claim.pay", claim, version=claim.version, **way.transfer(claim.accepted))
    assert ClaimPayment.objects.count() == 1 and way.claim_on(way.fund).paid == claim.accepted
    # Two claims on one payer, from two pages.
    way.noticed(way.insurer)
    with pytest.raises(InputError, match=r"claimed_already|已有索赔|has a claim"):
        way.noticed(way.insurer)
    # A loan that has a claim is not cured by its arrears being paid.
    # Money of the claim day that is booked after the claim is divided from the next day on, and lost by nobody.
    way.money.pay(way.loan.overdue + 100_000)
    way.platform.later(1)
    way.night()
    owed = debtors_debt(way.loan, way.case.payer_events, way.platform.day, rulebook())
    assert way.case.debt == sum(owed.values())
    assert way.case.state == "claimed" and way.claim_on(way.fund).due_back > 0
