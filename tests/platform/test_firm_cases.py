"""From a draft to a case handed in, and back."""

from datetime import timedelta

import pytest
from firm_samples import FACTS, appraised, credit, drafted, submitted, wanted

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import read_rules
from zhirong.operations import rulebook
from zhirong.operations.case import completeness
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, CaseStep, FirmRight, SharedRight
from zhirong.store.work import Notice


def _codes(refused):
    return sorted((one.field, one.code) for one in refused.value.problems)


def test_a_complete_case_is_handed_in(platform):
    _, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, officer = platform.bank("西安银行")
    case = drafted(platform, manager, bank)
    assert case.state == "draft"
    assert not visible(platform.actor(officer), Case, platform.day).exists()
    platform.do(manager, "case.submit", case, agreed=True)
    case.refresh_from_db()
    assert (case.state, case.submitted_on) == ("submitted", platform.day)
    assert case.amount == 200_000_000
    assert case.quote["modes"][0]["id"] == "xixian"
    assert case.quote["credit_limit"]["amount"] != "0.00"
    assert visible(platform.actor(officer), Case, platform.day).get() == case
    assert [one.state for one in CaseStep.objects.order_by("id")] == ["draft", "submitted"]
    assert case.due_on is not None
    assert Notice.objects.filter(account=officer.account).exists()
    assert platform_findings() == []


def test_everything_missing_is_named_together(platform):
    firm, _ = platform.firm()
    platform.reseed(firm, status="pending")
    manager = platform.member(firm, MemberRole.FIRM_MANAGER)
    bank, _ = platform.bank()
    done = platform.do(manager, "case.draft", **wanted(bank, [], None, purpose=""))
    with pytest.raises(InputError) as refused:
        platform.do(manager, "case.submit", done.id)
    assert _codes(refused) == [
        ("agreed", "missing"),
        ("appraisal", "missing"),
        ("credit.cash_flow", "missing"),
        ("credit.compliance", "missing"),
        ("credit.debt", "missing"),
        ("credit.registration", "missing"),
        ("credit.statements", "missing"),
        ("firm", "missing"),
        ("purpose", "missing"),
        ("rights", "missing"),
    ]
    assert all(
        text for one in refused.value.problems for text in (one.reason.zh, one.reason.en, one.hint.zh, one.hint.en)
    )
    # What of the credit file must be there is a rule, and no source says it: the message shows both.
    lacking = next(one for one in refused.value.problems if one.field == "credit.debt")
    assert "提交申请须有的信用资料" in lacking.reason.zh and "[假设]" in lacking.reason.zh
    assert "[assumed]" in lacking.reason.en
    assert Case.objects.get().state == "draft"


def test_what_the_credit_file_must_have_is_the_rule_of_the_day(platform, monkeypatch):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    platform.reseed(case, credit={**case.credit, "debt": {}, "tax": {}})
    changed = read_rules(
        f"""
        [[rule]]
        id = "case.needed_sections"
        title = {{ zh = "须有的资料", en = "what must be there" }}
        unit = "table"
        [[rule.version]]
        value = ["debt"]
        confidence = "assumed"
        valid_to = {platform.day}
        [[rule.version]]
        value = ["tax"]
        confidence = "assumed"
        valid_from = {platform.day + timedelta(days=1)}
        """,
        "test",
    )
    book = rulebook.rulebook().merged_with(changed)
    monkeypatch.setattr(completeness, "rulebook", lambda: book)
    for wanted_now in ("credit.debt", "credit.tax"):
        with pytest.raises(InputError) as refused:
            platform.do(manager, "case.submit", case, agreed=True)
        assert _codes(refused) == [(wanted_now, "missing")]
        platform.later(1)


def test_a_lender_sees_the_rights_of_the_case_and_no_others(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    other = platform.right(firm, title="未质押的权利")
    case = submitted(platform, manager, bank)
    seen = visible(platform.actor(officer), FirmRight, platform.day)
    assert [right.pk for right in seen] == case.rights
    assert other.pk not in case.rights
    strange, outsider = platform.bank()
    assert not visible(platform.actor(outsider), FirmRight, platform.day).exists()
    assert not visible(platform.actor(outsider), Case, platform.day).exists()


def test_an_appraisal_out_of_date_does_not_carry_a_case(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    platform.later(120)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "case.submit", case, agreed=True)
    assert _codes(refused) == [("appraisal", "missing")]
    assert str(case.appraisal.valid_until) in refused.value.problems[0].reason.zh


def test_a_mode_that_is_ruled_out_is_refused_with_its_conditions(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank, mode="guangzhou-2025")
    with pytest.raises(InputError) as refused:
        platform.do(manager, "case.submit", case, agreed=True)
    assert {one.code for one in refused.value.problems} == {"mode_not_met"}
    case.refresh_from_db()
    assert case.state == "draft"


def test_another_firm_neither_sees_nor_touches_a_case(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    _, stranger = platform.firm()
    for name, data in (
        ("case.edit", wanted(bank, [], None)),
        ("case.submit", {"agreed": True}),
        ("case.withdraw", {"reason": "x"}),
    ):
        with pytest.raises(NotFoundError):
            platform.do(stranger, name, case, **data)
    with pytest.raises(InputError) as refused:
        platform.do(stranger, "case.draft", **wanted(bank, [FirmRight.objects.get()], case.appraisal))
    assert _codes(refused) == [("appraisal", "not_a_choice"), ("rights", "unknown_right")]


def test_a_stale_form_is_told_and_a_repeated_one_does_nothing_twice(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    first = platform.do(
        manager, "case.edit", case, version=case.version, key="one", **wanted(bank, [], None, amount="150万元")
    )
    again = platform.do(
        manager, "case.edit", case, version=case.version, key="one", **wanted(bank, [], None, amount="150万元")
    )
    assert (again.index, again.repeated) == (first.index, True)
    with pytest.raises(ConflictError):
        platform.do(manager, "case.edit", case, version=case.version, **wanted(bank, [], None, amount="180万元"))
    case.refresh_from_db()
    assert case.amount == 150_000_000


def test_a_right_taken_out_of_a_draft_is_no_longer_shared(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    platform.do(manager, "case.edit", case, **wanted(bank, [], None))
    assert [one.active for one in SharedRight.objects.filter(subject=f"case/{case.pk}")] == [False]


def test_an_agent_acts_within_its_mandate_and_not_a_moment_longer(platform):
    firm, manager = platform.firm()
    bank, _ = platform.bank()
    right = platform.right(firm)
    appraisal = appraised(platform, manager, [right])
    agent = platform.agent(firm, ("case.draft", "case.edit"), most=100_000_000)
    with pytest.raises(InputError) as refused:
        platform.do(agent, "case.draft", **wanted(bank, [right], appraisal))
    assert _codes(refused) == [("amount", "above_mandate")]
    done = platform.do(agent, "case.draft", **wanted(bank, [right], appraisal, amount="100万元"))
    for name, data in (("case.submit", {"agreed": True}), ("case.withdraw", {"reason": "x"})):
        with pytest.raises(ForbiddenError):
            platform.do(agent, name, done.id, **data)
    mandate = firm.mandates_given.get()
    platform.do(manager, "mandate.end", mandate)
    with pytest.raises((ForbiddenError, NotFoundError)):
        platform.do(agent, "case.edit", done.id, **wanted(bank, [right], appraisal, amount="90万元"))


def test_a_case_taken_back_says_why_and_the_lender_is_told(platform):
    _, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    Notice.objects.all().delete()
    platform.do(manager, "case.withdraw", case, reason="改用自有资金")
    case.refresh_from_db()
    assert (case.state, case.reason, case.due_on) == ("withdrawn", "改用自有资金", None)
    assert Notice.objects.filter(account=officer.account).count() == 1
    assert not CaseStep.objects.filter(ended_at=None).exists()
    with pytest.raises(InputError):
        platform.do(manager, "case.submit", case, agreed=True)


def test_what_cannot_be_read_is_named_in_both_languages(platform):
    _, manager = platform.firm()
    with pytest.raises(InputError) as refused:
        platform.do(
            manager,
            "case.draft",
            lender=999,
            mode="no-such",
            amount="很多",
            term_months=0,
            method="never",
        )
    assert {one.field for one in refused.value.problems} == {"amount", "term_months", "method"}
    bank, _ = platform.bank()
    with pytest.raises(InputError) as refused:
        platform.do(
            manager,
            "case.draft",
            **wanted(bank, [], None, lender=999, mode="no-such", facts={"sme": "x"}),
        )
    assert {one.field for one in refused.value.problems} == {"lender", "mode", "facts.sme"}
    assert all(one.reason.zh and one.reason.en and one.hint.zh and one.hint.en for one in refused.value.problems)


def test_an_appraisal_taken_out_takes_its_figures_with_it(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    right = FirmRight.objects.get()
    given = case.appraisal_input
    platform.do(manager, "case.edit", case, **wanted(bank, [right], None))
    case.refresh_from_db()
    assert case.appraisal_input == {}
    platform.do(manager, "case.edit", case, **wanted(bank, [right], None, appraisal_input=given))
    platform.do(manager, "case.edit", case, **wanted(bank, [right], None, amount="150万元"))
    case.refresh_from_db()
    assert (case.appraisal, case.appraisal_input) == (None, given)
    platform.do(manager, "case.submit", case, agreed=True)


def test_a_returned_case_takes_the_description_anew_where_it_is_asked_to(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    platform.do(officer, "case.return", case, reason="纳税资料太旧", bring="请更新纳税资料")
    case.refresh_from_db()
    assert (case.state, case.credit["tax"]["tax_grade"]) == ("draft", "B")
    said = credit(platform.day.isoformat())
    said["tax"]["tax_grade"] = "A"
    firm.refresh_from_db()
    platform.do(manager, "firm.describe", firm, facts=FACTS, credit=said)
    rights = list(FirmRight.objects.filter(pk__in=case.rights))
    platform.do(manager, "case.edit", case, **wanted(bank, rights, case.appraisal, as_described=True))
    platform.do(manager, "case.submit", case, agreed=True)
    case.refresh_from_db()
    assert case.credit["tax"]["tax_grade"] == "A"
