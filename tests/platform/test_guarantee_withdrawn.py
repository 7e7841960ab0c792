"""A guarantor that withdraws before the loan: who may, who hears of it, what stops, and how the case goes on."""

import pytest
from lender_world import AMOUNT
from money_world import Money
from test_guarantor_desk import House

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.contract.conditions import conditions_of
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.guarantee.guarantees import standing_of
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import GuaranteeRequest, Paper
from zhirong.store.work import Notice

WHY = "企业新增重大诉讼"


@pytest.fixture
def house(sqlite_platform):
    return House(sqlite_platform)


@pytest.fixture
def money(sqlite_platform, monkeypatch):
    return Money(sqlite_platform, monkeypatch, guaranteed=True)


def withdraw(money):
    money.platform.do(money.surety, "guarantee.withdraw", money.guarantee, reason=WHY)
    money.guarantee.refresh_from_db()
    return money.fresh()


def another(money, case):
    """A second guarantor grants what the officer asks it for."""
    platform = money.platform
    guarantor = platform.organisation("guarantor", "西安某某融资担保有限公司")
    officer = platform.member(guarantor, MemberRole.GUARANTOR_OFFICER)
    decides = platform.member(guarantor, MemberRole.GUARANTOR_APPROVER)
    figures = {"as_of": "2026-06-30", "net_assets": 50 * AMOUNT, "source": "2025 年审计报告"}
    platform.do(decides, "guarantor.figures", **figures)
    data = {"guarantor": guarantor.pk, "amount": case.approved_amount, "share": "0.8", "fee_rate": "0.01"}
    done = platform.do(money.officer, "guarantee.request", case, **data)
    asked = GuaranteeRequest.objects.get(pk=done.answer["id"])
    platform.do(officer, "guarantee.review", asked, counter_guarantee="无", opinion="可以担保")
    asked.refresh_from_db()
    platform.do(decides, "guarantee.grant", asked, opinion="同意")
    return guarantor, decides


def guaranteed(money):
    found = conditions_of(money.fresh(), money.platform.day, rulebook())
    return next(one for one in found if one.code == "guaranteed")


def handed_up(house, asked):
    """The case of a guarantee that was granted, in approval."""
    desk, case = house.desk, asked.case
    desk.checked(case)
    desk.rated(case)
    house.platform.do(desk.officer, "case.review", desk.again(case))
    case = desk.again(case)
    house.platform.do(
        desk.officer,
        "case.submit_for_approval",
        case,
        amount=min(case.credit_limit, case.amount),
        opinion="同意放款",
    )
    return desk.again(case)


def heard(member):
    return [words["en"] for words in Notice.objects.filter(account=member.account).values_list("words", flat=True)]


def test_the_withdrawal_frees_the_guarantor_and_is_told_with_its_reason(money):
    case = withdraw(money)
    assert (money.guarantee.state, money.guarantee.exposure) == ("withdrawn", 0)
    assert not standing_of(money.guarantor.pk).exists()
    assert case.guarantor == money.guarantor  # so that nothing goes on as if it had never been asked
    assert any(WHY in one and "ask another" in one for one in heard(money.officer))
    assert any(WHY in one for one in heard(money.manager))
    condition = guaranteed(money)
    assert condition.verdict == "open" and "已撤回担保" in condition.reason.zh and "退回重审" in condition.hint.zh
    with pytest.raises(InputError) as refused:
        money.issue()
    assert refused.value.problems[0].code == "no_guarantee" and "退回重审" in refused.value.problems[0].hint.zh
    assert platform_findings() == []


def test_only_a_second_person_of_the_guarantor_withdraws(house):
    both = house.platform.member(house.guarantor, MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER)
    asked = house.asked()
    house.platform.do(both, "guarantee.review", asked, counter_guarantee="无", opinion="可以担保")
    house.platform.do(house.approver, "guarantee.grant", house.desk.again(asked), opinion="同意")
    for who in (both, house.officer):
        with pytest.raises(ForbiddenError):
            house.platform.do(who, "guarantee.withdraw", house.desk.again(asked), reason=WHY)
    house.platform.do(house.approver, "guarantee.withdraw", house.desk.again(asked), reason=WHY)
    case = house.desk.again(asked).case
    assert (case.guarantor, case.guarantee) == (None, {})  # in due diligence nothing rests on it yet


def test_with_another_guarantor_the_contracts_are_made_anew(money):
    money.issue()
    withdraw(money)
    assert Paper.objects.get(kind="guarantee_contract").state == "void"
    guarantor, decides = another(money, money.fresh())
    assert money.fresh().guarantor == guarantor
    condition = guaranteed(money)
    assert condition.verdict == "open" and "重新出具合同" in condition.hint.zh
    money.issue()
    assert guaranteed(money).is_met
    paper = Paper.objects.get(kind="guarantee_contract", state="issued")
    assert guarantor.pk in paper.signers and money.guarantor.pk not in paper.signers
    money.surety = decides
    money.released()
    assert money.loan.guarantor == guarantor


def test_what_the_guarantor_has_signed_it_does_not_withdraw(money):
    money.issue()
    money.on_case(money.surety, "case.sign", code=money.code(money.surety.account))
    with pytest.raises(InputError) as refused:
        withdraw(money)
    assert refused.value.problems[0].code == "contract_signed"


def test_after_the_release_there_is_nothing_to_withdraw(money):
    money.released()
    money.guarantee.refresh_from_db()
    with pytest.raises(ForbiddenError):
        withdraw(money)


def test_back_to_review_lets_the_former_guarantor_go(money):
    withdraw(money)
    money.on_case(money.officer, "case.back_to_review", reason="担保机构撤回")
    case = money.fresh()
    assert (case.state, case.guarantor, case.guarantee) == (CaseState.DILIGENCE, None, {})
    assert guaranteed(money).is_met  # its mode has no guarantor: it goes on without one


def test_nothing_is_approved_on_a_guarantee_that_was_withdrawn(house):
    asked = house.granted()
    handed_up(house, asked)
    house.platform.do(house.approver, "guarantee.withdraw", house.desk.again(asked), reason=WHY)
    case = house.desk.again(asked).case
    with pytest.raises(InputError) as refused:
        house.platform.do(house.desk.reviewer, "case.approve", case, amount=case.proposed_amount, opinion="同意")
    assert [one.code for one in refused.value.problems] == ["guarantee_withdrawn"]
    house.platform.do(house.desk.reviewer, "case.send_back", case, reason="担保撤回")
    assert house.desk.again(case).guarantor is None


def test_the_lender_takes_off_a_guarantor_that_does_not_answer(house):
    asked = house.asked()
    house.platform.do(house.desk.officer, "guarantee.take_off", house.desk.again(asked.case), reason="久未答复")
    assert house.desk.again(asked).state == "ended"
    assert any("久未答复" in one for one in heard(house.officer))
    assert house.asked(case=house.desk.again(asked.case)).state == "requested"


def test_what_was_granted_is_taken_off_in_due_diligence_only(house):
    asked = house.granted()
    case = handed_up(house, house.desk.again(asked))
    with pytest.raises(ForbiddenError):
        house.platform.do(house.desk.officer, "guarantee.take_off", case, reason="不需要")
    house.platform.do(house.desk.reviewer, "case.send_back", house.desk.again(case), reason="不要担保")
    case = house.desk.again(case)
    assert case.guarantor == house.guarantor
    house.platform.do(house.desk.officer, "guarantee.take_off", case, reason="不需要")
    assert (house.desk.again(case).guarantor, house.desk.again(asked).state) == (None, "ended")
    assert OPERATIONS["guarantee.take_off"].is_grave
