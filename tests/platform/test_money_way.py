"""From an approved case to a repaid and discharged one, on both databases; nothing is changed behind the log's back."""

from datetime import timedelta

import pytest
from lender_world import desk_of
from money_world import AMOUNT, Money
from platform_world import readers

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.loan.loans import columns_of, state_of
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.rulebook import rulebook
from zhirong.store import rows
from zhirong.store.financing import GuaranteeRequest, Loan, Paper, Payment, WatchFlag
from zhirong.store.work import Notice

pytestmark = pytest.mark.both_databases


def demand_whole(platform) -> None:
    found = check_register(platform.folder).findings
    assert found == (), "\n".join(one.as_text("en") for one in found[:5])


def demand_columns(platform, loan: Loan) -> None:
    """Check that the row equals the replay of the events."""
    state = state_of(loan, platform.day, rulebook())
    for name, value in columns_of(loan, state, rulebook()).items():
        assert getattr(loan, name) == value, name


def test_the_whole_way(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, guaranteed=True)
    money.issue()
    assert money.state == CaseState.SIGNING
    assert [paper.kind for paper in money.papers()] == [
        "loan_contract",
        "pledge_contract",
        "guarantee_contract",
        "registration_form",
    ]
    money.sign()
    assert money.state == CaseState.REGISTERING
    assert {paper.state for paper in money.papers()} == {"signed"}
    money.register()
    registration = rows.load(money.fresh().filing)
    assert registration.status == "entered" and registration.claim_amount == AMOUNT
    money.on_case(money.officer, "case.disburse")
    loan = money.loan
    assert (loan.state, loan.principal, money.state) == ("waiting", AMOUNT, CaseState.REGISTERING)
    money.pay(AMOUNT, "release")
    loan = money.loan
    assert (loan.state, loan.balance, money.state) == ("standing", AMOUNT, CaseState.DISBURSED)
    assert loan.start == platform.day
    demand_columns(platform, loan)
    # Interest of the first quarter, by days over 360, and the rest at once.
    first_due, first = loan.next_due_on, loan.next_due
    days = (first_due - loan.start).days
    assert first == round(AMOUNT * 0.0435 * days / 360)
    platform.set_day(first_due)
    money.pay(first)
    loan = money.loan
    assert (loan.balance, loan.overdue_days, loan.category) == (AMOUNT, 0, "normal")
    demand_columns(platform, loan)
    platform.later(10)
    platform.seed(WatchFlag, loan=loan, kind="due", subject="x", words={"zh": "将到期", "en": "due"})
    payoff = state_of(loan, platform.day, rulebook()).payoff
    assert payoff == AMOUNT + round(AMOUNT * 0.0435 * 10 / 360)
    money.pay(payoff)
    assert (money.loan.state, money.loan.balance, money.state) == ("repaid", 0, CaseState.REPAID)
    assert not WatchFlag.objects.filter(cleared_on=None).exists()  # what is repaid is not watched
    money.on_case(money.officer, "case.close")
    assert money.state == CaseState.CLOSED
    registration = rows.load(money.case.filing)
    assert registration.status == "discharged"
    notice = Paper.objects.get(kind="discharge_notice")
    assert money.firm.pk in readers(notice) and registration.authority_number in str(notice.facts)
    assert Payment.objects.filter(state="confirmed").count() == 3
    demand_whole(platform)


def test_two_releases_one_wins(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    seen = money.fresh().version
    platform.do(money.officer, "case.disburse", money.case, version=seen)
    with pytest.raises(InputError) as told:
        platform.do(money.cashier, "case.disburse", money.case, version=seen)
    assert told.value.problems[0].code == "conflict"
    with pytest.raises(InputError) as told:
        platform.do(money.cashier, "case.disburse", money.case)
    assert told.value.problems[0].code == "released_already"
    assert Loan.objects.count() == 1


def test_a_release_is_taken_back_and_granted_again(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    platform.do(money.officer, "loan.cancel_disbursement", money.loan, reason="企业要求改期")
    assert money.loan.state == "cancelled"
    money.on_case(money.officer, "case.disburse")
    assert money.loan.state == "waiting"
    platform.later(3)
    money.pay(AMOUNT, "release")
    assert money.loan.start == platform.day
    assert money.loan.end == platform.day - timedelta(days=3) + timedelta(days=365)
    demand_whole(platform)


def test_a_case_that_the_firm_handed_in_and_the_bank_approved(platform, monkeypatch) -> None:
    desk = desk_of(platform)
    guarantor = platform.organisation("guarantor", "陕西某某融资担保有限公司")
    asked = platform.member(guarantor, MemberRole.GUARANTOR_OFFICER)
    decides = platform.member(guarantor, MemberRole.GUARANTOR_APPROVER)
    money = Money.of_desk(desk, desk.approved(), monkeypatch)
    assert money.state == CaseState.APPROVED
    with pytest.raises(InputError) as told:
        money.issue()
    assert told.value.problems[0].code == "no_guarantee"
    platform.do(
        decides,
        "guarantor.figures",
        as_of="2026-06-30",
        net_assets=100_000_000_00,
        source="2025 年度审计报告",
    )
    platform.do(
        money.officer, "guarantee.request", money.case, guarantor=guarantor.pk, amount=money.case.approved_amount,
        share="0.8", fee_rate="0.01",
    )  # fmt: skip
    request = GuaranteeRequest.objects.get()
    platform.do(asked, "guarantee.review", request, counter_guarantee="无", group="", opinion="可以担保")
    request.refresh_from_db()
    platform.do(decides, "guarantee.grant", request, opinion="同意")
    money.surety = decides
    money.released()
    loan = money.loan
    assert (loan.state, loan.principal) == ("standing", money.case.approved_amount)
    demand_columns(platform, loan)
    platform.later(40)
    money.pay(state_of(loan, platform.day, rulebook()).payoff)
    money.on_case(money.officer, "case.close")
    assert money.state == CaseState.CLOSED
    demand_whole(platform)


def test_a_guarantee_ends_when_the_case_is_closed(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, guaranteed=True)
    money.released()
    money.pay(state_of(money.loan, money.platform.day, rulebook()).payoff)
    assert GuaranteeRequest.objects.get().state == "granted"
    money.on_case(money.officer, "case.close")
    guarantee = GuaranteeRequest.objects.get()
    assert (guarantee.state, guarantee.exposure) == ("ended", 0)
    told = Notice.objects.filter(account=money.surety.account).values_list("words", flat=True)
    assert any("your guarantee has ended" in one["en"] for one in told)
    demand_whole(platform)


def test_a_case_whose_loan_waits_for_its_money_is_not_ended_under_the_cashier(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    for who, name, data in (
        (money.manager, "case.withdraw", {"reason": "不要了"}),
        (money.head, "case.decline", {"ground": "credit", "reason": "新增失信"}),
    ):
        with pytest.raises(InputError) as told:
            money.on_case(who, name, **data)
        assert [one.code for one in told.value.problems] == ["loan_waits"]
    money.pay(AMOUNT, "release")
    assert money.state == CaseState.DISBURSED


def test_a_case_declined_after_its_registration_leaves_no_pledge_behind(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    with pytest.raises(InputError) as told:
        money.on_case(money.manager, "case.withdraw", reason="不要了")
    assert [one.code for one in told.value.problems] == ["pledge_filed"]
    money.on_case(money.officer, "case.disburse")
    platform.do(money.officer, "loan.cancel_disbursement", money.loan, reason="不放款了")
    money.on_case(money.head, "case.decline", ground="credit", reason="新增失信")
    assert money.state == CaseState.DECLINED
    assert rows.load(money.case.filing).status == "discharged"
    demand_whole(platform)


def test_a_case_declined_before_its_filing_is_entered_takes_the_filing_back(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    money.sign()
    money.on_case(money.officer, "filing.prepare")
    money.on_case(money.officer, "filing.file")
    filings = money.fresh().contract["filings"]
    money.on_case(money.head, "case.decline", ground="credit", reason="新增失信")
    assert {rows.load(one).status for one in filings} == {"withdrawn"}
    demand_whole(platform)
