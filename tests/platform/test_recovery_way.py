"""A loan from the first day late to the closed file: demand, acceleration, claims, payments, returns, closing."""

import tomllib
from decimal import Decimal

import pytest
from platform_world import Platform
from recovery_world import Recovery

from zhirong.chain.compensation.natures import natures_of
from zhirong.chain.compensation.reading import read_recovery
from zhirong.chain.compensation.walk import walk
from zhirong.chain.mode.loss import PoolState
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.mode_files import load_mode
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.recovery.books import books_of_case, case_file, debtors_debt
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Paper
from zhirong.store.recovery import DefaultCase, PayerClaim


@pytest.fixture
def way(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Recovery:
    return Recovery(sqlite_platform, monkeypatch)


def test_from_the_first_day_late_to_the_closed_file(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Recovery(platform, monkeypatch)
    way.late()
    assert way.case.state == "non_performing" and way.case.missed == []
    way.demanded()
    assert way.case.missed == []  # a demand has its own step only before the category fell
    way.accelerated()
    assert way.loan.overdue_days > 90 and way.case.state == "accelerated"
    way.filed(way.fund)
    way.filed(way.insurer)
    fund, insurer = way.claim_on(way.fund), way.claim_on(way.insurer)
    assert (fund.amount, insurer.amount) == (108_000_000, 32_000_000)  # 54 and 16 % of the principal alone
    assert way.case.state == "claimed"
    way.paid(way.fund)
    way.paid(way.insurer)
    assert way.claim_on(way.fund).state == way.claim_on(way.insurer).state == "paid"
    with pytest.raises(InputError, match=r"尚未了结|is open"):
        way.do(way.workout, "default.propose_close", way.case, reason="已无财产", final_loss=True)
    # Money that comes in goes back by the shares of the principal, net of what collecting it cost.
    platform.later(30)
    way.money.pay(20_000_000)
    receipt = way.loan.events[-1]["id"]
    way.do(way.workout, "default.recovery", way.case, receipt=receipt, source="pledge", costs="10000.00")
    fund, insurer = way.claim_on(way.fund), way.claim_on(way.insurer)
    assert (fund.due_back, insurer.due_back) == (10_260_000, 3_040_000)
    for claim in (fund, insurer):
        with pytest.raises(InputError, match=r"应返还|must be returned"):
            way.do(way.workout, "claim.return", claim, **way.transfer(claim.due_back + 1))
        way.do(way.workout, "claim.return", claim, **way.transfer(claim.due_back))
    for payer in (way.fund, way.insurer):
        way.do(way.workout, "claim.close", way.claim_on(payer), reason="最终损失")
    way.do(way.workout, "default.propose_close", way.case, reason="已无财产可供执行", final_loss=True)
    with pytest.raises(ForbiddenError):
        way.do(way.workout, "default.close", way.case, opinion="同意")
    way.do(way.approver, "default.close", way.case, opinion="同意")
    case = way.case
    assert case.state == "closed" and case.carried > 0
    report = Paper.objects.get(kind="closing_report")
    paid = {(one["paid"], one["back"]) for one in report.facts["parties"]}
    assert {(108_000_000, 10_260_000), (32_000_000, 3_040_000)} <= paid
    last = report.facts["steps"][-1]["carried"]
    assert last == {one["name"]: one["carries"] for one in report.facts["parties"]}
    assert platform_findings() == []


def test_the_books_equal_those_of_the_claim_command(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.filed(way.fund)
    way.paid(way.fund)
    way.platform.later(20)
    way.money.pay(5_000_000)
    way.night()
    day = way.platform.day
    books = books_of_case(way.case, day, rulebook())
    document = tomllib.loads(case_file(way.case, day, rulebook()), parse_float=Decimal)
    read = read_recovery(Reader(document, source="case"))
    mode = load_mode(read.mode)
    kinds = {role: nature for role, (nature, _) in natures_of(mode, rulebook(), day).items()}
    done = walk(mode, read.loans, kinds, PoolState(figures_open=True))
    assert done.positions == books.done.positions and done.balances == books.done.balances
    assert sum(books.debt.values()) == way.case.debt
    # The debtor's debt is that of the servicing of its loan, to whomever it is owed.
    assert sum(debtors_debt(way.loan, way.case.payer_events, day, rulebook()).values()) == way.case.debt


def test_documents_are_requested_once_and_the_clock_stops(way: Recovery) -> None:
    way.late()
    way.demanded()
    claim = way.filed(way.fund)
    left = (claim.due_on - way.platform.day).days
    way.do(way.fund.officer, "claim.ask", claim, papers=["class_proof", "identity"], reason="请补充")
    way.platform.later(5)
    way.do(way.workout, "claim.supply", way.claim_on(way.fund), paper="identity", file=way.scan(way.workout))
    assert way.claim_on(way.fund).state == "asked"
    way.do(way.workout, "claim.supply", way.claim_on(way.fund), paper="class_proof", file=way.scan(way.workout))
    claim = way.claim_on(way.fund)
    assert claim.state == "filed" and (claim.due_on - way.platform.day).days >= left
    with pytest.raises(InputError, match="asked_once"):
        way.do(way.fund.officer, "claim.ask", claim, papers=["form"], reason="再补")


def test_a_refusal_is_objected_to_once_and_decided_again(way: Recovery) -> None:
    way.late()
    way.demanded()
    claim = way.filed(way.fund)
    way.do(way.fund.officer, "claim.refuse", claim, check="good_faith", reason="未如实告知")
    way.do(way.workout, "claim.object", way.claim_on(way.fund), reason="已如实告知，见调查报告")
    assert way.claim_on(way.fund).state == "objected"
    way.do(way.fund.officer, "claim.refuse", way.claim_on(way.fund), check="good_faith", reason="维持")
    with pytest.raises(ForbiddenError):
        way.do(way.workout, "claim.object", way.claim_on(way.fund), reason="再次异议")


def test_one_payer_one_claim_and_a_transfer_counts_once(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.filed(way.fund)
    with pytest.raises(InputError, match=r"claimed_already|已有索赔|has a claim"):
        way.noticed(way.fund)
    way.do(way.fund.officer, "claim.accept", way.claim_on(way.fund), opinion="同意")
    claim = way.claim_on(way.fund)
    half = way.transfer(claim.accepted // 2)
    way.do(way.fund.approver, "claim.pay", claim, **half)
    assert way.claim_on(way.fund).state == "part_paid"
    with pytest.raises(InputError, match=r"已登记|already been recorded"):
        way.do(way.fund.approver, "claim.pay", way.claim_on(way.fund), **half)
    with pytest.raises(InputError, match="money_there"):
        way.do(way.fund.approver, "claim.pay", way.claim_on(way.fund), **way.transfer(claim.accepted))
    assert way.claim_on(way.fund).paid == claim.accepted // 2


def test_a_payment_clawed_back_leaves_the_loss_with_the_lender(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.filed(way.fund)
    way.paid(way.fund)
    carried = way.case.carried
    claim = way.claim_on(way.fund)
    heard = way.platform.day.isoformat()
    with pytest.raises(InputError, match="heard_on"):  # the field is named as the form names it
        way.do(
            way.fund.approver, "claim.claw_back", claim, ground="资金用途不实", heard_on="2026-01-01", interest="0"
        )
    way.do(way.fund.approver, "claim.claw_back", claim, ground="资金用途不实", heard_on=heard, interest="1234.56")
    claim = way.claim_on(way.fund)
    assert claim.state == "clawed_back" and claim.due_back == claim.paid + 123_456
    assert way.case.carried == carried + claim.paid + 123_456
    way.do(way.workout, "claim.return", claim, **way.transfer(claim.due_back))
    way.do(way.workout, "claim.close", way.claim_on(way.fund), reason="已退回")
    assert way.claim_on(way.fund).state == "closed"
    assert platform_findings() == []


def test_a_loan_that_pays_is_cured_and_its_number_kept(way: Recovery) -> None:
    way.late(20)
    case = way.case
    assert case.state == "overdue"
    way.money.pay(way.loan.overdue + 100_000)
    way.night()
    assert way.case.state == "cured" and way.case.due_on is None
    assert DefaultCase.objects.count() == 1 and way.case.number == case.number


def test_a_pool_entry_comes_before_the_loan_is_late(way: Recovery) -> None:
    where = {"payer": way.fund.organisation.pk, "party": "government"}
    way.do(way.workout, "claim.enter", way.loan, **where)
    way.do(way.fund.officer, "claim.reserve", way.claim_on(way.fund))
    claim = way.claim_on(way.fund)
    assert claim.state == "reserved" and claim.entered_on == way.platform.day
    way.late()
    way.demanded()
    way.do(way.workout, "claim.notice", claim)
    way.do(way.workout, "claim.file", way.claim_on(way.fund))
    assert way.claim_on(way.fund).amount == 108_000_000
    with pytest.raises(ForbiddenError):
        way.do(way.workout, "claim.enter", way.loan, payer=way.insurer.organisation.pk, party="insurer")
    assert PayerClaim.objects.count() == 1


def test_pages_of_each_desk(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.filed(way.fund)
    case, claim = way.case, way.claim_on(way.fund)
    for who, address in (
        (way.workout, "/recovery/cases/"),
        (way.workout, f"/recovery/cases/{case.pk}/"),
        (way.workout, f"/recovery/cases/{case.pk}/file/"),
        (way.workout, f"/recovery/claims/{claim.pk}/"),
        (way.fund.officer, "/recovery/claims/"),
        (way.fund.officer, f"/recovery/claims/{claim.pk}/"),
        (way.fund.officer, f"/recovery/cases/{case.pk}/"),
        (way.money.manager, f"/recovery/cases/{case.pk}/"),
    ):
        for lang in ("zh", "en"):
            answer = way.platform.client(who, lang).get(address)
            assert answer.status_code == 200, (address, answer.status_code)
    # A payer that has no claim on the loan sees neither.
    for address in (f"/recovery/cases/{case.pk}/", f"/recovery/claims/{claim.pk}/"):
        assert way.platform.client(way.insurer.officer).get(address).status_code == 404
