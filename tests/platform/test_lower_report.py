"""A report signed after the approval that supports less: nothing is contracted or released on it; the case goes back to review."""

from dataclasses import replace
from typing import Any

import pytest
from desks_world import FIGURES, agency, code, with_codes
from lender_world import Desk, desk_of
from money_world import Clock, Money

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import show_yuan
from zhirong.operations.contract.conditions import conditions_of, supported_now
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Appraisal, Case, GuaranteeRequest, Loan, Paper

# The bank risks so much on the firm already that the pledge alone carries the loan: a lower value lowers the limit.
PLEDGE_ALONE = {"exposure": 1_000_000_000}
LESS = "270万 / 300万 / 360万"


class Agency:
    """An agency that signs reports for a case."""

    def __init__(self, desk: Desk, monkeypatch: Any) -> None:
        self.desk, self.clock = desk, Clock(monkeypatch)
        self.house, self.appraiser, self.reviewer = agency(desk.platform, "甲评估机构")
        for who in (self.appraiser, self.reviewer):
            with_codes(who.account)

    def report(self, case: Case, **figures: str) -> Appraisal:
        """A report signed for the case today."""
        platform = self.desk.platform
        done = platform.do(
            self.desk.officer,
            "appraisal.request",
            case=case.pk,
            valuation_date=str(platform.day),
            agency=self.house.pk,
        )
        report = Appraisal.objects.get(pk=done.id)
        platform.do(
            self.appraiser,
            "appraisal.accept",
            report,
            independent=True,
            no_preset_value=True,
            fee="1万元",
            appraiser=self.appraiser.account.pk,
        )
        platform.do(self.appraiser, "appraisal.work", report, **{**FIGURES, **figures})
        platform.do(self.reviewer, "appraisal.review", report, decision="pass", opinion="方法适当")
        for who in (self.appraiser, self.reviewer):
            self.clock.next()  # a code is good once
            platform.do(who, "appraisal.sign", report, code=code(who.account))
        return report


class Surety:
    """A guarantor that grants every request."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.house = desk.platform.organisation("guarantor", "陕西某某融资担保有限公司")
        self.officer = desk.platform.member(self.house, MemberRole.GUARANTOR_OFFICER)
        self.approver = desk.platform.member(self.house, MemberRole.GUARANTOR_APPROVER)
        desk.platform.do(
            self.approver,
            "guarantor.figures",
            as_of="2026-06-30",
            net_assets=100_000_000_00,
            source="2025 年度审计报告",
        )

    def grants(self, case: Case) -> None:
        """Bear four fifths of what was approved."""
        platform, case = self.desk.platform, self.desk.again(case)
        data = {"guarantor": self.house.pk, "amount": case.approved_amount, "share": "0.8", "fee_rate": "0.01"}
        platform.do(self.desk.officer, "guarantee.request", case, **data)
        asked = GuaranteeRequest.objects.filter(case=case).latest("pk")
        platform.do(self.officer, "guarantee.review", asked, counter_guarantee="无", group="", opinion="可以担保")
        platform.do(self.approver, "guarantee.grant", self.desk.again(asked), opinion="同意")


def refused(platform: Any, who: Any, name: str, row: Any, **data: Any) -> list[Any]:
    with pytest.raises(InputError) as told:
        platform.do(who, name, row, **data)
    return list(told.value.problems)


def _open(case: Case, platform: Any) -> dict[str, Any]:
    found = conditions_of(Case.objects.get(pk=case.pk), platform.day, rulebook())
    return {one.code: one for one in found if not one.is_met}


def test_no_contract_for_more_than_a_report_signed_since_supports(platform: Any, monkeypatch: Any) -> None:
    desk = replace(desk_of(platform), limit_inputs=PLEDGE_ALONE)
    house = Agency(desk, monkeypatch)
    case = desk.approved()
    surety = Surety(desk)
    assert supported_now(case, platform.day) == (None, ())
    house.report(case, revenue=LESS)
    supported, _ = supported_now(desk.again(case), platform.day)
    assert supported is not None and supported < case.approved_amount
    (problem,) = refused(platform, desk.officer, "contract.issue", case, start=str(platform.day))
    assert problem.code == "condition_supported"
    for words in (problem.reason.zh, problem.reason.en):
        assert show_yuan(supported) in words and show_yuan(case.approved_amount) in words
    assert "退回重审" in problem.hint.zh and "to review" in problem.hint.en
    # Return to review: what was approved holds no longer, and the way begins again from the line of the new report.
    with pytest.raises(ForbiddenError):
        platform.do(desk.manager, "case.back_to_review", case, reason="x")
    platform.do(desk.officer, "case.back_to_review", case, reason="新报告价值较低")
    case = desk.again(case)
    assert (case.state, case.approved_amount) == (CaseState.DILIGENCE, None)
    platform.do(desk.officer, "case.review", case)
    case = desk.again(case)
    assert case.credit_limit == supported
    platform.do(desk.officer, "case.submit_for_approval", case, amount=case.credit_limit, opinion="按新报告")
    for who in (desk.reviewer, desk.approver):
        platform.do(who, "case.approve", case, amount=supported, opinion="同意")
    surety.grants(case)
    case = desk.again(case)
    assert (case.state, case.approved_amount, case.approval_round) == (CaseState.APPROVED, supported, 2)
    platform.do(desk.officer, "contract.issue", case, start=str(platform.day))
    assert desk.again(case).contract["loan"]["principal"] == show_yuan(supported).replace(",", "")
    assert check_register(platform.folder).findings == ()


def test_a_report_that_supports_the_amount_is_no_hindrance(platform: Any, monkeypatch: Any) -> None:
    desk = replace(desk_of(platform), limit_inputs=PLEDGE_ALONE)
    house = Agency(desk, monkeypatch)
    case = desk.approved()
    house.report(case, revenue="9000万 / 10000万 / 12000万")
    supported, _ = supported_now(desk.again(case), platform.day)
    assert supported is not None and supported >= case.approved_amount
    Surety(desk).grants(case)
    platform.do(desk.officer, "contract.issue", case, start=str(platform.day))
    assert "supported" not in _open(case, platform)


def test_no_release_above_what_todays_report_supports(platform: Any, monkeypatch: Any) -> None:
    desk = replace(desk_of(platform), limit_inputs=PLEDGE_ALONE)
    house = Agency(desk, monkeypatch)
    case = desk.approved()
    money = Money.of_desk(desk, case, monkeypatch)
    house.clock = money.clock
    surety = Surety(desk)
    money.surety = surety.approver
    surety.grants(case)
    money.ready()
    assert _open(case, platform) == {}
    first = house.report(case)
    platform.do(house.reviewer, "appraisal.withdraw", first, reason="收入有误")
    assert set(_open(case, platform)) == {"appraised"}
    house.report(case, revenue=LESS)
    found = _open(case, platform)
    assert set(found) == {"supported"}
    page = platform.client(desk.officer).get(f"/cases/{case.pk}/completion/").content.decode()
    assert found["supported"].reason.zh in page and f"/do/case.back_to_review/{case.pk}/" in page
    assert [one.code for one in refused(platform, desk.officer, "case.disburse", case)] == ["condition_supported"]
    assert not Loan.objects.exists()
    platform.do(desk.officer, "case.back_to_review", case, reason="新报告价值较低")
    # Contracts are void, the pledge is discharged: both are made anew for what is approved then.
    assert set(Paper.objects.filter(subject=f"case/{case.pk}").values_list("state", flat=True)) == {"void"}
    assert desk.again(case).contract.get("filings", []) == []
    assert desk.again(case).state == CaseState.DILIGENCE
    assert check_register(platform.folder).findings == ()
    platform.do(desk.officer, "case.review", case)
    line = desk.again(case).credit_limit
    platform.do(desk.officer, "case.submit_for_approval", case, amount=line, opinion="按新报告")
    for who in (desk.reviewer, desk.approver):
        platform.do(who, "case.approve", case, amount=line, opinion="同意")
    surety.grants(case)
    money.ready()
    money.on_case(desk.officer, "case.disburse")
    assert money.loan.principal == line < case.approved_amount
    # While the money has not left, a still lower report is said where it would be paid out.
    house.report(case, revenue="9万 / 10万 / 12万")
    waiting = platform.client(money.cashier).get(f"/loans/{money.loan.pk}/").content.decode()
    assert "请暂缓付款" in waiting and _open(case, platform)["supported"].reason.zh in waiting
    assert [one.code for one in refused(platform, desk.officer, "case.back_to_review", case, reason="x")] == [
        "loan_waits"
    ]


def test_a_guarantor_is_asked_anew(platform: Any, monkeypatch: Any) -> None:
    money = Money(platform, monkeypatch, guaranteed=True)
    money.ready()
    money.on_case(money.officer, "case.back_to_review", reason="重新审查")
    assert GuaranteeRequest.objects.get().state == "ended"
    assert money.state == CaseState.DILIGENCE
