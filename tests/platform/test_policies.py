"""Policies of organisations: drafted by one, approved by another, deciding from their day on, kept with what they decided."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Max
from lender_world import Desk, desk_of
from platform_world import Member, Platform

from zhirong.chain.financing.policies import POLICY_ALLOWED, PolicyState, PolicyTransition, next_policy_state
from zhirong.chain.organisation.roles import MemberRole
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import read_rules, shipped_texts
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.credit.review_replay import replay
from zhirong.operations.jobs import run_due
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.platform.policies import ISSUERS, settable
from zhirong.operations.platform.policy_effects import kinds_of_change
from zhirong.operations.platform.policy_text import rule_text
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.rulebook import pack_of, rules_of_case
from zhirong.store.financing import Approval
from zhirong.store.models import Event
from zhirong.store.policies import Policy

BUDGET = """
[[rule]]
id = "limit.loss_budget"
title = {{ zh = "年预期损失预算", en = "expected loss a year" }}
unit = "rate"
[[rule.version]]
value = {0}
document = "某银行授信政策"
article = "第 3 条"
confidence = "verified"
"""


@pytest.fixture
def desk(sqlite_platform: Platform) -> Iterator[Desk]:
    yield desk_of(sqlite_platform)


def second(desk: Desk) -> Member:
    """Another branch manager of the bank."""
    return desk.platform.member(desk.bank, MemberRole.LENDER_MANAGER)


def drafted(desk: Desk, budget: str = "0.0001", who: Member | None = None, **values: Any) -> Policy:
    """A draft that allows much less expected loss than the platform's rules."""
    request = {
        "title": "授信政策",
        "valid_from": desk.platform.day.isoformat(),
        "reason": "授信委员会决议",
        "rules": BUDGET.format(budget),
        **values,
    }
    done = desk.platform.do(who or desk.head, "policy.draft", **request)
    return Policy.objects.get(pk=done.id)


def submitted(desk: Desk, **values: Any) -> Policy:
    """A version whose effects are calculated."""
    policy = drafted(desk, **values)
    desk.platform.do(desk.head, "policy.submit", policy)
    while run_due(desk.platform.now, "test", is_long=True):
        pass
    return Desk.again(policy)


def approved(desk: Desk, other: Member, **values: Any) -> Policy:
    """A version that decides."""
    policy = submitted(desk, **values)
    desk.platform.do(other, "policy.approve", policy, opinion="同意")
    return Desk.again(policy)


def codes(caught: Any) -> list[str]:
    return [problem.code for problem in caught.value.problems]


# -- transitions, without a database ------------------------------------------------------------------------------


def test_what_ended_moves_no_more_and_nothing_is_approved_that_was_not_submitted() -> None:
    for state in (PolicyState.REJECTED, PolicyState.WITHDRAWN, PolicyState.SUPERSEDED):
        assert not any(one is state for one, _ in POLICY_ALLOWED)
    with pytest.raises(InputError, match="draft"):
        next_policy_state("draft", PolicyTransition.APPROVE)
    assert next_policy_state("submitted", PolicyTransition.APPROVE) is PolicyState.APPROVED


def test_what_may_be_set_is_there_and_no_statute_among_it(desk: Desk) -> None:
    book, day = load_rulebook(), desk.platform.day
    for kind in ISSUERS:
        found = settable(kind, book, day)
        assert found and not any(
            one.startswith(("registration.", "right.", "limit.law.", "policy.")) for one in found
        )
    for prefixes in book.at("policy.may_set", day).value.values():
        for prefix in prefixes:
            assert any(one.startswith(prefix) for one in book.ids()), prefix


# -- drafting -----------------------------------------------------------------------------------------------------


def test_everything_wrong_with_a_draft_is_said_at_once(desk: Desk) -> None:
    wrong = BUDGET.format('"x"') + BUDGET.format(5).replace("limit.loss_budget", "limit.loss_budgett").replace(
        '"rate"', '"yuan"'
    )
    statute = BUDGET.format(5).replace("limit.loss_budget", "limit.law.small_business")
    with pytest.raises(InputError) as caught:
        drafted(desk, rules=wrong + statute.replace("confidence", "nonsense"))
    assert len(codes(caught)) >= 2 and all(one.field.startswith("rules.") for one in caught.value.problems)
    yesterday = (desk.platform.day - timedelta(days=1)).isoformat()
    with pytest.raises(InputError) as caught:
        drafted(
            desk,
            rules=BUDGET.format(5).replace("limit.loss_budget", "limit.loss_budgett"),
            valid_from=yesterday,
            modes=["x = 1"],
        )
    assert Policy.objects.count() == 0
    with pytest.raises(InputError) as caught:
        drafted(
            desk, rules=BUDGET.format(5).replace("limit.loss_budget", "limit.loss_budgett"), valid_from=yesterday
        )
    assert codes(caught) == ["rule_not_to_set", "date_in_past"]
    assert "limit.loss_budget" in caught.value.problems[0].hint.en


def test_a_bank_sets_no_statute_and_no_mode(desk: Desk) -> None:
    (mode,) = (text for name, text in shipped_texts("modes") if name == "beijing.toml")
    with pytest.raises(InputError) as caught:
        drafted(desk, modes=[mode])
    assert "modes_not_allowed" in codes(caught)
    statute = next(one for one in load_rulebook().ids() if one.startswith("limit.law."))
    rule = load_rulebook().rule(statute)
    text = BUDGET.format(1).replace("limit.loss_budget", statute).replace('"rate"', f'"{rule.unit}"')
    with pytest.raises(InputError) as caught:
        drafted(desk, rules=text)
    assert codes(caught)


def test_words_cannot_leave_their_place_in_the_manifest(desk: Desk) -> None:
    policy = drafted(desk, title='甲" } # "\\')
    assert pack_of(policy.files).id == f"lender-{desk.bank.pk}"
    assert pack_of(policy.files).title.zh == '甲" } # "\\'


def test_a_rule_is_set_by_a_form(desk: Desk) -> None:
    platform = desk.platform
    policy = drafted(desk, rules="# a comment\n" + BUDGET.format("0.0001"))
    client = platform.client(desk.head)
    form = client.get(f"/do/policy.set_rule/{policy.pk}/").content.decode()
    assert "limit.loss_budget" in form and "lending.approval.bands" not in form and "limit.law." not in form
    sent = {"rule": "limit.loss_budget", "value": "1.2%", "document": '政策"甲"\\'}
    assert platform.send(client, "policy.set_rule", policy, **sent).status_code == 302
    platform.do(desk.head, "policy.set_rule", policy, rule="limit.term_months", value="24", document="政策")
    pack = pack_of(Desk.again(policy).files)
    assert [(one.id, one.versions[0].value) for one in pack.rules] == [
        ("limit.loss_budget", Decimal("0.012")),
        ("limit.term_months", 24),
    ]
    assert pack.rules[0].versions[0].reference.document == '政策"甲"\\'
    for value, code in (
        ("much", "not_a_number"),
        ("140%", "out_of_range"),
        ("NaN", "not_a_number"),
        ("1e99999", "not_a_number"),
    ):
        with pytest.raises(InputError) as caught:
            platform.do(desk.head, "policy.set_rule", policy, rule="limit.loss_budget", value=value, document="x")
        assert codes(caught)[0] == code, value
    for rule in ("registration.freeze", "limit.law.cap", "lending.approval.bands", "registration.amendment_days"):
        with pytest.raises(InputError) as caught:
            platform.do(desk.head, "policy.set_rule", policy, rule=rule, value="1", document="x")
        assert codes(caught) == ["rule_not_to_set"], rule


def test_what_may_be_set_reads_back_as_it_is_written(desk: Desk) -> None:
    book, day = load_rulebook(), desk.platform.day
    for kind in ISSUERS:
        for rule_id in settable(kind, book, day):
            value = book.find(rule_id, day)
            if value is not None:
                (read,) = read_rules(rule_text(book.rule(rule_id), value.value, document="x"), "test")
                assert read.versions[0].value == value.value, rule_id


# -- two people ---------------------------------------------------------------------------------------------------


def test_the_author_does_not_approve_and_another_one_does(desk: Desk) -> None:
    platform, other = desk.platform, second(desk)
    policy = submitted(desk)
    with pytest.raises(ForbiddenError):
        platform.do(desk.head, "policy.approve", policy, opinion="同意")
    with pytest.raises(ForbiddenError):
        platform.do(desk.officer, "policy.approve", policy, opinion="同意")
    platform.do(other, "policy.approve", policy, opinion="同意")
    row = Desk.again(policy)
    assert (row.state, row.begins_on, row.decided_by_id) == ("approved", platform.day, other.account.pk)
    assert platform_findings() == []


def test_who_edits_a_draft_or_submits_it_does_not_approve_it(desk: Desk) -> None:
    platform, other = desk.platform, second(desk)
    policy = drafted(desk)
    platform.do(
        other,
        "policy.edit",
        policy,
        title="改",
        valid_from=platform.day,
        reason="决议",
        rules=BUDGET.format("0.0002"),
    )
    platform.do(desk.head, "policy.submit", policy)
    run_due(platform.now, "test", is_long=True)
    for who in (desk.head, other):
        with pytest.raises(ForbiddenError):
            platform.do(who, "policy.approve", policy, opinion="同意")
    third = second(desk)
    platform.do(third, "policy.reject", policy, opinion="依据不足")
    assert Desk.again(policy).state == "rejected"


def test_nothing_is_approved_before_its_effects_are_known(desk: Desk) -> None:
    policy = drafted(desk)
    desk.platform.do(desk.head, "policy.submit", policy)
    with pytest.raises(InputError) as caught:
        desk.platform.do(second(desk), "policy.approve", policy, opinion="同意")
    assert codes(caught) == ["effects_pending"]


def test_another_organisation_sees_none_of_it_and_the_auditors_do(desk: Desk) -> None:
    platform = desk.platform
    policy = submitted(desk)
    _, stranger = platform.bank("别家银行", MemberRole.LENDER_MANAGER)
    with pytest.raises(NotFoundError):
        platform.do(stranger, "policy.withdraw", policy)
    assert platform.client(stranger).get(f"/policies/{policy.pk}/").status_code == 404
    assert "授信政策" not in platform.client(stranger).get("/policies/").content.decode()
    assert platform.client(desk.manager).get(f"/policies/{policy.pk}/").status_code == 403
    auditor = platform.member(platform.organisation("platform"), MemberRole.AUDIT_ADMIN)
    assert "授信政策" in platform.client(auditor).get(f"/policies/{policy.pk}/").content.decode()


# -- deciding -----------------------------------------------------------------------------------------------------


def test_a_policy_decides_on_its_banks_cases_alone_and_the_approver_sees_which(desk: Desk) -> None:
    platform, other = desk.platform, second(desk)
    case = desk.reviewed()
    before = case.credit_limit
    policy = submitted(desk)
    assert policy.effects["total"] == 1 and policy.effects["changed"] == 1
    (touched,) = policy.effects["cases"]
    assert touched["number"] == case.number and touched["before"] != touched["after"]
    for lang, words in (("zh", "受影响的未结业务"), ("en", "Which open cases it touches")):
        page = platform.client(other, lang).get(f"/policies/{policy.pk}/").content.decode()
        assert words in page and case.number in page and "limit.loss_budget" in page and "0.0001" in page
    platform.do(other, "policy.approve", policy, opinion="同意")
    with pytest.raises(InputError) as caught:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=100_000_000, opinion="同意")
    assert codes(caught) == ["review_other_policy"]
    platform.do(desk.officer, "case.review", case)
    case = Desk.again(case)
    assert 0 < case.credit_limit < before
    mark = case.review["policies"][0]
    assert mark.startswith(f"lender-{desk.bank.pk} 1 ") and mark.endswith(policy.sha256)
    content = canonical.decode(Event.objects.latest("index").content.encode())
    assert content["_packs"] == [mark] and content["_rules"] == case.review["rules"]
    another = desk_of(platform)
    elsewhere = another.reviewed()
    assert elsewhere.review["policies"] == [] and elsewhere.credit_limit == before
    platform.do(desk.officer, "case.submit_for_approval", case, amount=case.credit_limit, opinion="同意")
    platform.do(desk.reviewer, "case.approve", case, amount=case.credit_limit, opinion="同意")
    assert Approval.objects.get(case=case).basis["policies"] == [mark]
    assert platform_findings() == []


def test_a_later_version_ends_the_former_one_and_the_former_decision_can_be_replayed(desk: Desk) -> None:
    platform, other = desk.platform, second(desk)
    first = approved(desk, other)
    case = desk.reviewed()
    review, quote = case.review, case.quote
    later = platform.day + timedelta(days=10)
    newer = approved(desk, other, budget="0.00005", valid_from=later.isoformat())
    first = Desk.again(first)
    assert (first.state, first.ends_on) == ("superseded", later - timedelta(days=1))
    assert newer.begins_on == later
    in_force = rules_of_case(case, platform.day).at("limit.loss_budget", platform.day)
    assert str(in_force.value) == "0.0001" and in_force.reference.pack.endswith(" 1")
    platform.set_day(later)
    assert rules_of_case(case, later).at("limit.loss_budget", later).value == Decimal("0.00005")
    again = replay(json.loads(json.dumps(review)))
    assert json.dumps(again, sort_keys=True, default=str) == json.dumps(quote, sort_keys=True, default=str)
    for lang, words in (("zh", "与保存的结果完全一致"), ("en", "The same in every figure")):
        assert words in platform.client(desk.officer, lang).get(f"/lender/cases/{case.pk}/replay/").content.decode()
    assert platform.client(desk.officer).get(f"/lender/cases/{case.pk}/why/").status_code == 200
    platform.do(desk.officer, "case.review", case)
    assert 0 < Desk.again(case).credit_limit < case.credit_limit
    assert replay(Desk.again(case).review)["modes"][0]["loan"]["amount"] != quote["modes"][0]["loan"]["amount"]


def test_what_a_version_changes_is_counted_by_kind() -> None:
    same = {"amount": "1000000.00", "annual_rate": "0.04", "eligible": True, "binding": {}, "failed": []}
    found = [
        {"before": same, "after": {**same, "amount": "900000.00", "annual_rate": "0.05"}},
        {"before": same, "after": {**same, "eligible": False, "amount": "0.00", "failed": ["age"]}},
        {"before": {"problems": []}, "after": same},
    ]
    assert kinds_of_change(found) == {
        "no_longer_possible": 1,
        "newly_possible": 1,
        "lower_limit": 2,
        "higher_limit": 0,
        "other_rate": 1,
        "other_checks": 1,
    }


def test_a_version_approved_to_begin_earlier_leaves_no_day_to_two(desk: Desk) -> None:
    platform, other = desk.platform, second(desk)
    approved(desk, other)
    far = platform.day + timedelta(days=60)
    approved(desk, other, budget="0.005", valid_from=far.isoformat())
    near = platform.day + timedelta(days=30)
    approved(desk, other, budget="0.003", valid_from=near.isoformat())
    case = desk.case()
    found = []
    for day in (platform.day, near - timedelta(days=1), near, far, far + timedelta(days=100)):
        found.append(rules_of_case(case, day).at("limit.loss_budget", day).value)
    assert [str(one) for one in found] == ["0.0001", "0.0001", "0.003", "0.003", "0.003"]
    assert Policy.objects.aggregate(last=Max("number"))["last"] == 3


def test_a_replay_says_why_it_cannot_be_made(desk: Desk) -> None:
    case = desk.reviewed()
    with pytest.raises(InputError) as caught:
        replay({**case.review, "platform_rules": "of another program"})
    assert codes(caught) == ["other_rules"]
    with pytest.raises(InputError) as caught:
        replay({name: value for name, value in case.review.items() if name != "table"})
    assert codes(caught) == ["no_table"]
    with pytest.raises(InputError) as caught:
        replay({**case.review, "policies": ["lender-9 1 abc"]})
    assert codes(caught) == ["policy_gone"]


def test_an_empty_version_gives_the_rules_back_to_the_platform(desk: Desk) -> None:
    other = second(desk)
    approved(desk, other)
    case = desk.case()
    approved(desk, other, rules="")
    day = desk.platform.day
    assert (
        rules_of_case(case, day).at("limit.loss_budget", day).value
        == load_rulebook().at("limit.loss_budget", day).value
    )


def test_a_region_decides_on_cases_of_its_firms_and_is_told_no_names(desk: Desk) -> None:
    platform = desk.platform
    desk.reviewed()
    centre = platform.organisation("platform")
    admin, other = (platform.member(centre, MemberRole.SYSTEM_ADMIN) for _ in range(2))
    cap = next(one for one in load_rulebook().ids() if one.startswith("quote.pledge_rate_cap.invention"))
    text = BUDGET.format("0.05").replace("limit.loss_budget", cap)
    policy = drafted(desk, who=admin, rules=text, region="610000")
    platform.do(admin, "policy.submit", policy)
    run_due(platform.now, "test", is_long=True)
    policy = Desk.again(policy)
    assert policy.effects["total"] == 1 and policy.effects["cases"] == []
    policy.effects = {**policy.effects, "changed": 1, "kinds": {**policy.effects["kinds"], "lower_limit": 1}}
    policy.save()
    page = platform.client(other, "zh").get(f"/policies/{policy.pk}/").content.decode()
    assert "额度降低：1 笔" in page and desk.case().number not in page
    assert "利率变化" not in page, "kinds that concern no case are left out"
    platform.do(other, "policy.approve", policy, opinion="同意")
    case = Desk.again(desk.case())
    assert rules_of_case(case, platform.day).at(cap, platform.day, "610100").reference.pack.startswith("region-")


def test_pages_in_both_languages_and_the_form(desk: Desk) -> None:
    platform = desk.platform
    client = platform.client(desk.head, "en")
    home = client.get("/policies/").content.decode()
    assert "Rules that you may set" in home and "limit.loss_budget" in home and "registration.term" not in home
    done = platform.send(
        client, "policy.draft", title="Policy", valid_from=platform.day.isoformat(), region="CN", reason="x",
        rules=BUDGET.format("0.0001"),
    )  # fmt: skip
    policy = Policy.objects.get()
    assert done.status_code == 302 and done["Location"].endswith(f"/policies/{policy.pk}/")
    wrong = platform.send(
        client, "policy.draft", title="Policy", valid_from=platform.day.isoformat(), region="CN", reason="x",
        rules="[[rule]",
    )  # fmt: skip
    assert wrong.status_code == 422 and Policy.objects.count() == 1
