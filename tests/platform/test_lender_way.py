"""From a case handed in to its approval or refusal, at the lender's desk."""

import threading
from datetime import date, datetime

import pytest
from django.db import connections
from lender_world import AMOUNT, PDF, desk_of

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.credit.diligence import TITLE_INVESTIGATION
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError
from zhirong.operations.rulebook import rules_version
from zhirong.operations.visibility import visible
from zhirong.store.financing import Approval, Case, CaseStep, CheckItem, GuaranteeRequest, Message, StoredFile
from zhirong.store.models import Event
from zhirong.store.work import Notice


@pytest.fixture
def desk(platform):
    return desk_of(platform)


def _codes(refused):
    return sorted(one.code for one in refused.value.problems)


def _fields(refused):
    return {one.field for one in refused.value.problems}


# -- the whole way, on both databases -------------------------------------------------------------------------------


def test_from_acceptance_to_approval(platform):
    desk = desk_of(platform)
    case = desk.handed_up()
    assert (case.state, case.approval_round, case.proposed_amount) == ("approval", 1, AMOUNT)
    assert case.proposed_by_id == case.officer_id == desk.officer.account.pk
    assert Notice.objects.filter(account=desk.reviewer.account, link=f"/lender/cases/{case.pk}/").exists()
    done = platform.do(desk.reviewer, "case.approve", case, amount=AMOUNT - 1_000_000, opinion="同意，略减")
    assert done.answer["still_wanted"] == ["lender.approver"]
    platform.do(desk.approver, "case.approve", case, amount=AMOUNT, opinion="同意")
    case = desk.again(case)
    assert (case.state, case.approved_amount) == ("approved", AMOUNT - 1_000_000)
    assert [one.state for one in CaseStep.objects.filter(case=case).order_by("pk")] == [
        "draft",
        "submitted",
        "diligence",
        "approval",
        "approved",
    ]
    basis = Approval.objects.get(by=desk.approver.account).basis
    assert basis["rules"] == rules_version() == case.quote["rules_version"]
    review = {name: value for name, value in case.review.items() if name != "table"}  # the facts stay with the case
    assert (basis["band"], basis["credit_limit"], basis["review"]) == ("small", case.credit_limit, review)
    assert Notice.objects.filter(account=desk.manager.account, link=f"/firm/cases/{case.pk}/").exists()
    assert platform_findings() == []


def test_of_two_approvers_at_once_one_wins_and_the_other_is_told(platform):
    """Both have the case open in its present version; the answer of the second says what happened."""
    desk = desk_of(platform)
    case = desk.handed_up()
    other = platform.member(desk.bank, MemberRole.LENDER_REVIEWER)
    people = [platform.actor(desk.reviewer), platform.actor(other)]
    gate, outcomes = threading.Barrier(2), []

    def decide(actor, number):
        gate.wait()
        try:
            platform.do(
                actor,
                "case.approve",
                case.pk,
                version=case.version,
                key=f"race-{number}",
                amount=AMOUNT,
                opinion="同意",
            )
            outcomes.append("done")
        except InputError as error:
            outcomes.append(error.problems[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(actor, n)) for n, actor in enumerate(people)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert Approval.objects.filter(case=case).count() == 1
    assert desk.again(case).state == "approval"
    assert platform_findings() == []


# -- accepting, asking, returning -----------------------------------------------------------------------------------


def test_acceptance_lays_out_the_checklist_and_names_the_officer(desk):
    case = desk.case()
    platform = desk.platform
    platform.do(desk.reviewer, "case.accept", case, officer=desk.officer.account.pk)
    case = desk.again(case)
    assert (case.state, case.officer_id) == ("diligence", desk.officer.account.pk)
    assert CheckItem.objects.filter(case=case, state="open").count() == 9
    assert case.due_on is not None and case.due_on > platform.day
    with pytest.raises(InputError) as refused:
        platform.do(desk.reviewer, "case.accept", case)
    assert _codes(refused) == ["not_in_this_state"]
    assert refused.value.problems[0].hint == Text("须处于：已提交，待受理", "Possible in: submitted")


def test_a_case_goes_to_an_officer_of_the_lender_only(desk):
    case = desk.case()
    for stranger in (desk.manager.account.pk, desk.approver.account.pk, 999_999):
        with pytest.raises(InputError) as refused:
            desk.platform.do(desk.officer, "case.accept", case, officer=stranger)
        assert _codes(refused) == ["not_an_officer"]
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.reviewer, "case.accept", case)
    assert _codes(refused) == ["not_an_officer"]
    assert desk.again(case).state == "submitted"


def test_a_returned_case_keeps_its_checks_and_is_out_of_sight_until_it_comes_again(desk):
    platform, case = desk.platform, desk.accepted()
    desk.checked(case)
    platform.do(desk.officer, "case.return", case, reason="缺审计报告", bring="2025 年审计报告")
    case = desk.again(case)
    assert case.state == "draft"
    assert not visible(platform.actor(desk.officer), Case, platform.day).exists()
    words = Message.objects.get(subject=f"case/{case.pk}", kind="note")
    assert "2025 年审计报告" in words.text and words.receiver == desk.firm
    platform.do(desk.manager, "case.submit", case, agreed=True)
    platform.do(desk.officer, "case.accept", case)
    assert CheckItem.objects.filter(case=case).count() == 9
    assert not CheckItem.objects.filter(case=case, state="open").exists()


def test_a_question_is_open_until_the_firm_answers(desk):
    case = desk.accepted()
    desk.platform.do(desk.officer, "case.ask", case, text="去年第四季度收入为何下降？")
    asked = Message.objects.get(subject=f"case/{case.pk}", kind="question")
    assert (asked.sender, asked.receiver, asked.answered_at) == (desk.bank, desk.firm, None)
    page = desk.platform.client(desk.officer).get(f"/lender/cases/{case.pk}/part/questions/").content.decode()
    assert "去年第四季度收入为何下降？" in page and "未答" in page


# -- the checklist ----------------------------------------------------------------------------------------------------


def test_a_check_keeps_finding_evidence_cost_and_person_and_its_cost_counts_to_the_step(desk):
    platform, case = desk.platform, desk.accepted()
    item = CheckItem.objects.get(case=case, item="identity")
    ticket = platform.upload(desk.officer, "licence.pdf", PDF)
    platform.do(desk.officer, "check.do", item, finding="与执照一致", file=ticket, cost=20_000)
    item = desk.again(item)
    assert (item.state, item.verdict, item.by, item.done_on) == (
        "done",
        "clear",
        desk.officer.account,
        platform.day,
    )
    assert item.file.owner == desk.bank
    step = CaseStep.objects.get(case=case, ended_at=None)
    assert step.cost == 20_000
    platform.do(desk.officer, "check.do", item, finding="更正：法定代表人已变更", verdict="notable", cost=5_000)
    assert (desk.again(item).file, desk.again(step).cost) == (item.file, 5_000)


def test_evidence_is_seen_by_the_lender_alone(desk):
    platform, case = desk.platform, desk.accepted()
    desk.checked(case)
    guarantor = platform.organisation("guarantor")
    surety = platform.member(guarantor, MemberRole.GUARANTOR_OFFICER)
    platform.do(
        desk.officer, "guarantee.request", case, guarantor=guarantor.pk, amount=AMOUNT, share="0.8", fee_rate="0.01"
    )
    evidence = StoredFile.objects.filter(paper="evidence")
    assert evidence.count() == 9
    for who, sees in ((desk.officer, 9), (surety, 0), (desk.manager, 0)):
        seen = visible(platform.actor(who), StoredFile, platform.day).filter(paper="evidence")
        assert seen.count() == sees
        status = platform.client(who).get(f"/files/{evidence.first().pk}/").status_code
        assert status == (200 if sees else 404)


def test_the_title_investigation_needs_all_that_the_quote_reads_and_all_is_said_together(desk):
    platform, case = desk.platform, desk.accepted()
    item = CheckItem.objects.get(case=case, item=TITLE_INVESTIGATION)
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "check.do", item, finding="权属清楚", done_on=platform.day.isoformat())
    assert _fields(refused) == {"law_firm", "commissioned_on", "paid_by", "title_finding", "file"}
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "check.do", item, finding="权属清楚")
    assert "done_on" in _fields(refused)
    assert desk.again(case).beside == {}


def test_a_grave_defect_of_title_bars_the_pledge(desk):
    platform, case = desk.platform, desk.reviewed()
    assert case.credit_limit > 0
    item = CheckItem.objects.get(case=case, item=TITLE_INVESTIGATION)
    day = platform.day.isoformat()
    platform.do(
        desk.officer,
        "check.do",
        item,
        finding="共有人诉争",
        law_firm="某律师事务所",
        commissioned_on=day,
        done_on=day,
        paid_by="both",
        title_finding="defective",
    )
    assert desk.again(item).verdict == "adverse"
    platform.do(desk.officer, "case.review", case)
    case = desk.again(case)
    # The defect bars the pledge, not the loan: the same bank may lend on the firm alone, and the reason stays in sight.
    gate = next(one for one in case.quote["gates"] if one["code"] == "title_investigation")
    assert (gate["verdict"], gate["scope"]) == ("failed", "pledge")


def test_checks_are_closed_once_the_case_is_in_approval(desk):
    case = desk.handed_up()
    item = CheckItem.objects.filter(case=case).first()
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "check.do", item, finding="x")
    assert _codes(refused) == ["not_in_this_state"]


# -- the team -----------------------------------------------------------------------------------------------------------


def test_raters_rate_alone_once_each_and_a_third_only_where_two_disagree(desk):
    platform, case = desk.platform, desk.accepted()
    platform.do(desk.officer, "team.rate", case, **desk.sheet(5))
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "team.rate", case, **desk.sheet(5))
    assert _codes(refused) == ["rated_already"]
    done = platform.do(desk.reviewer, "team.rate", case, **desk.sheet(5, finance=2))
    assert done.answer["state"] == "third_rater_needed"
    third = platform.member(desk.bank, MemberRole.LENDER_OFFICER)
    done = platform.do(third, "team.rate", case, **desk.sheet(4))
    assert done.answer["state"] == "settled"
    fourth = platform.member(desk.bank, MemberRole.LENDER_OFFICER)
    with pytest.raises(InputError) as refused:
        platform.do(fourth, "team.rate", case, **desk.sheet(4))
    assert _codes(refused) == ["enough_raters"]


def test_a_sheet_without_evidence_or_independence_is_refused_field_by_field(desk):
    case = desk.accepted()
    sheet = desk.sheet() | {"market_evidence": "", "finance_points": None}
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "team.rate", case, **sheet)
    assert _fields(refused) == {"market_evidence", "finance_points"}
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "team.rate", case, **desk.sheet() | {"rated_alone": False})
    assert _fields(refused) == {"rated_alone"}
    assert desk.again(case).team == {}


def test_nobody_sees_the_other_sheet_before_handing_in_their_own(desk):
    platform, case = desk.platform, desk.accepted()
    platform.do(desk.officer, "team.rate", case, **desk.sheet() | {"market_evidence": "只有评定人见过的依据"})
    own = platform.client(desk.officer).get(f"/lender/cases/{case.pk}/part/credit/").content.decode()
    other = platform.client(desk.reviewer).get(f"/lender/cases/{case.pk}/part/credit/").content.decode()
    assert "只有评定人见过的依据" in own
    assert "只有评定人见过的依据" not in other and "由我评定" in other


# -- review and hand-up -------------------------------------------------------------------------------------------------


def test_a_review_uses_team_and_title_and_the_rate_agreed_on(desk):
    case = desk.reviewed()
    assert case.credit_limit == AMOUNT
    assert case.quote["one_plus_one"]["team"]["state"] == "agreed"
    assert case.quote["one_plus_one"]["title_investigation"]["finding"] == "clear"
    desk.platform.do(desk.officer, "case.review", case, annual_rate="0.0385")
    case = desk.again(case)
    assert case.quote["modes"][0]["loan"]["annual_rate"] == "0.0385"


def test_everything_missing_is_said_at_once_before_a_hand_up(desk):
    case = desk.accepted()
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    codes = _codes(refused)
    assert codes.count("check_open") == 9
    assert {"team_unusable", "not_reviewed"} <= set(codes)


def test_a_review_is_stale_once_its_inputs_change_and_after_its_time(desk):
    platform, case = desk.platform, desk.reviewed()
    platform.reseed(case, credit={**case.credit, "tax": {**case.credit["tax"], "tax_grade": "D"}})
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["review_stale"]
    platform.do(desk.officer, "case.review", case)
    case = desk.again(case)
    platform.later(31)
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=case.credit_limit, opinion="同意")
    assert "review_too_old" in _codes(refused)


def test_more_than_the_line_cannot_be_handed_up(desk):
    case = desk.reviewed()
    with pytest.raises(InputError) as refused:
        desk.platform.do(
            desk.officer, "case.submit_for_approval", case, amount=case.credit_limit + 1, opinion="同意"
        )
    assert _codes(refused) == ["above_line"]


def test_an_adverse_finding_needs_a_reason_to_go_on(desk):
    platform, case = desk.platform, desk.reviewed()
    item = CheckItem.objects.get(case=case, item="visit")
    platform.do(desk.officer, "check.do", item, finding="厂房停工", verdict="adverse")
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["adverse_finding"]
    platform.do(
        desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意", despite="检修，已复工"
    )
    assert desk.again(case).state == "approval"


# -- approval -------------------------------------------------------------------------------------------------------------


def test_nobody_approves_what_he_handed_up_or_twice(desk):
    platform = desk.platform
    both = platform.member(
        desk.bank, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_APPROVER
    )
    case = desk.reviewed()
    platform.do(both, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(InputError) as refused:
        platform.do(both, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert "own_hand_up" in _codes(refused)
    chief = platform.member(desk.bank, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_APPROVER)
    platform.do(chief, "case.approve", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(InputError) as refused:
        platform.do(chief, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["decided_already"]
    assert desk.again(case).state == "approval"


def test_the_approver_waits_for_the_reviewer(desk):
    case = desk.handed_up()
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.approver, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["not_your_turn"]


def test_a_larger_amount_needs_the_manager_too(desk):
    platform = desk.platform
    case = desk.handed_up(amount=AMOUNT + 1_000_000)
    assert case.proposed_amount > AMOUNT
    for who in (desk.reviewer, desk.approver):
        platform.do(who, "case.approve", case, amount=case.proposed_amount, opinion="同意")
    assert desk.again(case).state == "approval"
    platform.do(desk.head, "case.approve", case, amount=case.proposed_amount, opinion="同意")
    assert desk.again(case).state == "approved"


def test_a_limit_that_would_break_is_named_and_nothing_is_approved(desk):
    platform, case = desk.platform, desk.handed_up()
    platform.do(desk.head, "limit.set", scope="region", value="610000", amount=AMOUNT - 1)
    platform.do(desk.reviewer, "case.approve", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(InputError) as refused:
        platform.do(desk.approver, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert _fields(refused) == {"limit.region.610000"}
    page = platform.client(desk.approver).get(f"/lender/cases/{case.pk}/").content.decode()
    assert "将超出限额" in page
    platform.do(desk.approver, "case.approve", case, amount=AMOUNT - 1, opinion="按限额减少")
    assert desk.again(case).approved_amount == AMOUNT - 1


def test_what_is_approved_counts_against_the_limits_of_the_next_case(desk):
    platform = desk.platform
    desk.approved()
    platform.do(desk.head, "limit.set", scope="firm", amount=2 * AMOUNT - 1)
    case = desk.handed_up()
    platform.do(desk.reviewer, "case.approve", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(InputError) as refused:
        platform.do(desk.approver, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert _fields(refused) == {"limit.firm"}


def test_a_case_sent_back_is_handed_up_in_a_new_round(desk):
    platform, case = desk.platform, desk.handed_up()
    platform.do(desk.reviewer, "case.send_back", case, reason="补充走访记录")
    case = desk.again(case)
    assert case.state == "diligence"
    platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="已补充")
    assert desk.again(case).approval_round == 2
    for who in (desk.reviewer, desk.approver):
        platform.do(who, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert desk.again(case).state == "approved"
    assert [one.decision for one in Approval.objects.order_by("pk")] == ["return", "approve", "approve"]


def test_a_refusal_tells_the_firm_why_and_what_to_do_and_releases_the_guarantor(desk):
    platform, case = desk.platform, desk.accepted()
    guarantor = platform.organisation("guarantor")
    platform.member(guarantor, MemberRole.GUARANTOR_OFFICER)
    platform.do(
        desk.officer, "guarantee.request", case, guarantor=guarantor.pk, amount=AMOUNT, share="0.8", fee_rate="0.01"
    )
    platform.do(desk.reviewer, "case.decline", case, ground="value", reason="可贷价值只有 30 万元")
    case = desk.again(case)
    assert (case.state, case.reason) == ("declined", "可贷价值不足：可贷价值只有 30 万元")
    told = Message.objects.get(subject=f"case/{case.pk}", kind="note")
    assert "可贷价值只有 30 万元" in told.text and "增加权利" in told.text and "add rights" in told.text
    notices = Notice.objects.filter(account=desk.manager.account).values_list("words", flat=True)
    assert any("可贷价值不足" in one["zh"] for one in notices)
    asked = GuaranteeRequest.objects.get()
    assert (asked.state, asked.exposure) == ("ended", 0)
    assert platform_findings() == []


def test_who_works_on_a_case_does_not_decline_it_alone(desk):
    platform = desk.platform
    both = platform.member(desk.bank, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
    case = desk.case()
    platform.do(both, "case.accept", case)
    with pytest.raises(ForbiddenError):
        platform.do(both, "case.decline", case, ground="other", reason="x")


def test_one_who_approved_can_still_decline_after_the_approval_in_a_round_of_its_own(desk):
    case = desk.approved()
    desk.platform.do(desk.approver, "case.decline", case, ground="credit", reason="新增失信记录")
    assert desk.again(case).state == "declined"
    assert [(one.round, one.decision) for one in Approval.objects.order_by("pk")] == [
        (1, "approve"),
        (1, "approve"),
        (2, "decline"),
    ]


def test_a_stale_page_is_told(desk):
    case = desk.handed_up()
    desk.platform.do(desk.reviewer, "case.approve", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(ConflictError):
        desk.platform.do(desk.approver, "case.approve", case, version=case.version, amount=AMOUNT, opinion="同意")


# -- another's objects ----------------------------------------------------------------------------------------------------

_ON_CASES = {
    "case.accept": {},
    "case.return": {"reason": "x", "bring": "y"},
    "case.ask": {"text": "x"},
    "case.review": {},
    "case.submit_for_approval": {"amount": 1, "opinion": "x"},
    "case.approve": {"amount": 1, "opinion": "x"},
    "case.send_back": {"reason": "x"},
    "case.decline": {"ground": "other", "reason": "x"},
    "guarantee.request": {"guarantor": 1, "amount": 1, "share": "0.5", "fee_rate": "0.01"},
    "exemption.assemble": {},
    "exemption.decide": {"outcome": "exempt", "reason": "x"},
}


def test_nobody_does_anything_to_the_case_of_another_lender(desk):
    platform, case = desk.platform, desk.accepted()
    other = platform.organisation("lender")
    roles = [role for role in MemberRole if role.value.startswith("lender.")]
    everything = platform.member(other, *roles)
    surety = platform.member(
        platform.organisation("guarantor"), MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER
    )
    item = CheckItem.objects.filter(case=case).first()
    before = Event.objects.count()
    for name, data in _ON_CASES.items():
        with pytest.raises(NotFoundError):
            platform.do(everything, name, case, **data)
        for stranger in (surety, desk.manager):
            with pytest.raises(ForbiddenError):
                platform.do(stranger, name, case, **data)
    with pytest.raises(NotFoundError):
        platform.do(everything, "team.rate", case, **desk.sheet())
    with pytest.raises(NotFoundError):
        platform.do(everything, "check.do", item, finding="x")
    client = platform.client(everything)
    for part in ("", "why/", "history/", "modes/", "chart/value.svg"):
        assert client.get(f"/lender/cases/{case.pk}/{part}").status_code == 404
    assert Event.objects.count() == before


# -- exemption ------------------------------------------------------------------------------------------------------------


def test_the_exemption_file_tells_who_did_what_when_and_an_outsider_decides_on_it(desk):
    import io

    from openpyxl import load_workbook

    from zhirong.store.blobs import content
    from zhirong.store.settings import DATA

    platform, case = desk.platform, desk.approved()
    with pytest.raises(InputError) as refused:
        platform.do(desk.head, "exemption.decide", case, outcome="exempt", reason="尽职")
    assert _codes(refused) == ["no_file"]
    done = platform.do(desk.officer, "exemption.assemble", case)
    file = StoredFile.objects.get(pk=done.answer["file"])
    book = load_workbook(io.BytesIO(content(file.sha256, DATA)))
    events = [[cell.value for cell in row] for row in book["经过 Events"].iter_rows(min_row=2)]
    approvals = [row for row in events if row[4].startswith("批准")]
    assert [row[2] for row in approvals] == [desk.reviewer.account.email, desk.approver.account.email]
    assert {row[6] for row in approvals} == {rules_version()}
    checks = list(book["尽职调查 Diligence"].iter_rows(min_row=2, values_only=True))
    assert len(checks) == 9 and all(len(row[7]) == 64 for row in checks)
    assert all(isinstance(one[0].value, datetime) for one in book["环节 Steps"].iter_rows(min_col=2, min_row=2))
    decisions = list(book["审批 Approvals"].iter_rows(min_row=2, values_only=True))
    assert {row[4] for row in decisions} == {"批准 approved"} and not any("." in row[2] for row in decisions), (
        decisions
    )
    assert (book["经过 Events"].freeze_panes, book["经过 Events"].print_title_rows) == ("A2", "$1:$1")
    platform.do(desk.head, "exemption.decide", case, outcome="exempt", reason="按清单完成")
    assert desk.again(case).exemption["decision"]["outcome"] == "exempt"
    assert platform.client(desk.head).get(f"/files/{file.pk}/").status_code == 200
    assert platform.client(desk.manager).get(f"/files/{file.pk}/").status_code == 404


def test_who_took_part_does_not_decide_on_the_exemption(desk):
    case = desk.handed_up(amount=AMOUNT + 1_000_000)
    platform = desk.platform
    for who in (desk.reviewer, desk.approver, desk.head):
        platform.do(who, "case.approve", case, amount=case.proposed_amount, opinion="同意")
    platform.do(desk.officer, "exemption.assemble", case)
    with pytest.raises(InputError) as refused:
        platform.do(desk.head, "exemption.decide", case, outcome="exempt", reason="尽职")
    assert _codes(refused) == ["took_part"]


def test_the_time_limit_of_a_step_is_seen(desk):
    platform = desk.platform
    case = desk.accepted()
    platform.set_day(date(2026, 12, 1))
    assert case.due_on < platform.day
    client = platform.client(desk.officer)
    assert "已超 " in client.get(f"/lender/cases/{case.pk}/").content.decode()
    assert "已超时限" in client.get("/lender/").content.decode()


# -- the credit file and the indicators -------------------------------------------------------------------------------------


def test_the_credit_file_is_verified_and_the_review_becomes_stale(desk):
    platform, case = desk.platform, desk.reviewed()
    credit = {**case.credit, "tax": {**case.credit["tax"], "tax_grade": "D", "source": "税务局查询"}}
    platform.do(desk.officer, "case.credit", case, credit=credit)
    assert desk.again(case).credit["tax"]["source"] == "税务局查询"
    assert desk.again(desk.firm).profile["credit"]["tax"]["source"] == "企业资料"
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["review_stale"]


def test_a_wrong_credit_file_is_refused_field_by_field(desk):
    case = desk.accepted()
    credit = {**case.credit, "tax": {**case.credit["tax"], "tax_grade": "Z"}, "debt": {"total_debt": "x"}}
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "case.credit", case, credit=credit)
    assert {"credit.tax.tax_grade", "credit.debt.total_debt", "credit.debt.total_assets"} <= _fields(refused)


def test_with_indicators_and_team_the_rate_comes_from_the_grid(desk):
    platform, case = desk.platform, desk.accepted()
    desk.checked(case)
    desk.rated(case)
    answers = {
        "T5.1": {"answer": 8, "grade": "contract", "source": "验收报告"},
        "E3.1": {"answer": 0.55, "grade": "audited", "source": "审计报告"},
    }
    platform.do(desk.officer, "case.score", case, right=case.rights[0], answers=answers)
    platform.do(desk.officer, "case.review", case)
    quote = desk.again(case).quote
    assert quote["one_plus_one"]["complete"]
    assert "one_plus_one" in {one["code"] for one in quote["pledge"]["limits"]}
    page = platform.client(desk.officer).get(f"/lender/cases/{case.pk}/part/credit/").content.decode()
    assert "权利的指标得分" in page


def test_answers_that_the_record_gives_and_rights_of_other_kinds_are_refused(desk):
    case = desk.accepted()
    wrong = {"T5.1": {"answer": "很高", "grade": "contract", "source": "x"}, "E3.1": {"answer": 0.5}}
    with pytest.raises(InputError) as refused:
        desk.platform.do(desk.officer, "case.score", case, right=case.rights[0], answers=wrong)
    assert {"answers.T5.1.answer", "answers.E3.1.grade", "answers.E3.1.source"} <= _fields(refused)
    other = desk.platform.right(desk.firm)
    for right, system, code in (
        (other.pk, "national_guide", "unknown_right"),
        (case.rights[0], "no_such", "unknown_system"),
    ):
        with pytest.raises(InputError) as refused:
            desk.platform.do(desk.officer, "case.score", case, right=right, system=system)
        assert _codes(refused) == [code]


def test_a_case_is_handed_over_and_who_had_it_still_does_not_decide(desk):
    platform = desk.platform
    second = platform.member(desk.bank, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
    first = platform.member(desk.bank, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
    third = platform.member(desk.bank, MemberRole.LENDER_OFFICER)
    case = desk.case()
    platform.do(first, "case.accept", case)
    with pytest.raises(ForbiddenError):
        platform.do(second, "case.hand_over", case, officer=second.account.pk, reason="我来办")
    for officer, code in ((first, "officer_already"), (desk.reviewer, "not_an_officer")):
        with pytest.raises(InputError) as refused:
            platform.do(desk.head, "case.hand_over", case, officer=officer.account.pk, reason="调岗")
        assert _codes(refused) == [code]
    platform.do(first, "case.hand_over", case, officer=second.account.pk, reason="调岗")
    platform.do(desk.head, "case.hand_over", case, officer=third.account.pk, reason="休假")
    case = desk.again(case)
    assert case.officer == third.account
    assert set(case.former_officers) == {first.account.pk, second.account.pk}
    told = Notice.objects.filter(account=third.account).values_list("words", flat=True)
    assert any("移交给您：休假" in one["zh"] for one in told)
    for who in (first, second):
        with pytest.raises(ForbiddenError):
            platform.do(who, "case.decline", case, ground="other", reason="x")
    assert platform_findings() == []


def test_who_has_decided_does_not_take_a_case_over(desk):
    platform = desk.platform
    both = platform.member(desk.bank, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
    case = desk.handed_up()
    platform.do(both, "case.approve", case, amount=AMOUNT, opinion="同意")
    with pytest.raises(InputError) as refused:
        platform.do(desk.head, "case.hand_over", case, officer=both.account.pk, reason="调岗")
    assert _codes(refused) == ["has_decided"]


def test_nobody_decides_on_the_case_of_a_firm_he_belongs_to(desk):
    platform = desk.platform
    case = desk.handed_up()
    both = platform.member(desk.bank, MemberRole.LENDER_REVIEWER, account=desk.manager.account)
    with pytest.raises(InputError) as refused:
        platform.do(both, "case.approve", case, amount=AMOUNT, opinion="同意")
    assert _codes(refused) == ["belongs_to_the_firm"]
    platform.do(desk.reviewer, "case.approve", case, amount=AMOUNT, opinion="同意")


def test_nothing_is_handed_up_or_approved_for_a_firm_that_is_suspended(desk):
    platform, case = desk.platform, desk.handed_up()
    desk.firm.refresh_from_db()
    platform.reseed(desk.firm, status="suspended")
    with pytest.raises(InputError) as told:
        platform.do(desk.reviewer, "case.approve", case, amount=case.proposed_amount, opinion="同意")
    assert [one.code for one in told.value.problems] == ["party_suspended"]
    platform.do(desk.reviewer, "case.send_back", case, reason="企业被停用")
    with pytest.raises(InputError) as told:
        platform.do(desk.officer, "case.submit_for_approval", desk.again(case), amount=1, opinion="同意")
    assert "party_suspended" in {one.code for one in told.value.problems}
