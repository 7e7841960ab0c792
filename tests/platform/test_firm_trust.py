"""Mandates, consents, objections: given by the one who may, taken back at once."""

from datetime import timedelta

import pytest
from firm_samples import drafted, submitted

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.sessions import choices
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, FirmRight, Message
from zhirong.store.parties import Consent, Mandate, Membership
from zhirong.store.work import Notice, Webhook


def _until(platform):
    return (platform.day + timedelta(days=30)).isoformat()


def test_a_mandate_lets_an_agent_act_until_it_ends(platform):
    firm, manager = platform.firm()
    operator = platform.organisation("operator")
    agent = platform.member(operator, MemberRole.OPERATOR_AGENT)
    assert len(choices(agent.account, platform.day)) == 1
    done = platform.do(
        manager, "mandate.give", agent=operator.pk, operations=["right.add"], most="100万元", until=_until(platform)
    )
    mandate = Mandate.objects.get(pk=done.id)
    assert (mandate.most, mandate.operations) == (100_000_000, ["right.add"])
    assert [name for name, _ in choices(agent.account, platform.day)][1] == f"mandate/{mandate.pk}"
    acting = type(agent)(agent.account, firm, f"mandate/{mandate.pk}")
    platform.do(acting, "right.add", kind="trade_secret", title="配方", creation_date="2021-02-03")
    assert FirmRight.objects.get().firm == firm
    for name in ("right.import", "mandate.give", "consent.give", "case.submit"):
        with pytest.raises(ForbiddenError):
            platform.do(acting, name)
    platform.do(agent, "mandate.end", mandate)  # the agent may lay it down too
    with pytest.raises(ForbiddenError):
        platform.do(acting, "right.add", kind="trade_secret", title="配方二", creation_date="2021-02-03")
    assert len(choices(agent.account, platform.day)) == 1
    assert platform_findings() == []


def test_an_agent_cannot_end_or_widen_by_the_mandate_itself(platform):
    firm, _ = platform.firm()
    agent = platform.agent(firm, ("right.add",))
    with pytest.raises(ForbiddenError):
        platform.do(agent, "mandate.end", firm.mandates_given.get())
    _, other = platform.firm()
    with pytest.raises(NotFoundError):
        platform.do(other, "mandate.end", firm.mandates_given.get())


def test_what_cannot_be_left_to_an_agent_is_refused(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    yesterday = (platform.day - timedelta(days=1)).isoformat()
    with pytest.raises(InputError) as refused:
        platform.do(
            manager, "mandate.give", agent=bank.pk, operations=["consent.give", "right.add"], until=yesterday
        )
    assert {one.field for one in refused.value.problems} == {"agent", "operations", "until"}
    assert all(one.reason.en and one.hint.zh for one in refused.value.problems)
    clerk = platform.member(platform.organisation("firm"), MemberRole.FIRM_CLERK)
    with pytest.raises(ForbiddenError):
        platform.do(clerk, "mandate.give", agent=bank.pk, operations=["right.add"], until=_until(platform))


def test_a_consent_shows_what_it_says_and_nothing_once_it_is_revoked(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    right = platform.right(firm)
    actor = platform.actor(officer)
    assert not visible(actor, FirmRight, platform.day).exists()
    done = platform.do(
        manager, "consent.give", to=bank.pk, scope="rights", purpose="授信预审", until=_until(platform)
    )
    assert list(visible(actor, FirmRight, platform.day)) == [right]
    assert not visible(actor, Appraisal, platform.day).exists()
    with pytest.raises(ForbiddenError):
        platform.do(officer, "consent.revoke", done.id)
    platform.do(manager, "consent.revoke", done.id)
    assert not visible(actor, FirmRight, platform.day).exists()
    assert Consent.objects.get().revoked_on == platform.day
    again = platform.do(
        manager, "consent.give", to=bank.pk, scope="rights", purpose="授信预审", until=_until(platform)
    )
    assert again.id != done.id
    platform.later(31)
    assert not visible(actor, FirmRight, platform.day).exists()


def test_a_new_mandate_takes_the_place_of_the_one_before(platform):
    firm, manager = platform.firm()
    operator = platform.organisation("operator")
    agent = platform.member(operator, MemberRole.OPERATOR_AGENT)
    other = platform.organisation("operator")

    def give(to, *operations, most="100万元"):
        data = {"agent": to.pk, "operations": list(operations), "most": most, "until": _until(platform)}
        return platform.do(manager, "mandate.give", **data).id

    elsewhere = give(other, "right.add")
    wide = give(operator, "right.add", "file.add", most="500万元")
    narrow = give(operator, "file.add")
    assert Mandate.objects.get(pk=wide).ended_on == platform.day
    standing = Mandate.objects.filter(ended_on=None).order_by("id")
    assert list(standing.values_list("pk", flat=True)) == [elsewhere, narrow]
    assert [name for name, _ in choices(agent.account, platform.day)][1:] == [f"mandate/{narrow}"]
    for mandate in (wide, narrow):
        with pytest.raises(ForbiddenError):
            acting = type(agent)(agent.account, firm, f"mandate/{mandate}")
            platform.do(acting, "right.add", kind="trade_secret", title="配方", creation_date="2021-02-03")
    assert platform_findings() == []


def test_a_new_consent_takes_the_place_of_the_one_before_so_that_revoking_it_revokes_all(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    other, _ = platform.bank()
    platform.right(firm)

    def give(to, scope):
        data = {"to": to.pk, "scope": scope, "purpose": "预审", "until": _until(platform)}
        return platform.do(manager, "consent.give", **data).id

    kept = [give(other, "rights"), give(bank, "appraisals")]
    first, second = give(bank, "rights"), give(bank, "rights")
    assert Consent.objects.get(pk=first).revoked_on == platform.day
    platform.do(manager, "consent.revoke", second)
    assert not visible(platform.actor(officer), FirmRight, platform.day).exists()
    assert sorted(Consent.objects.filter(revoked_on=None).values_list("pk", flat=True)) == sorted(kept)
    assert platform_findings() == []


def test_a_consent_names_what_is_wrong(platform):
    _, manager = platform.firm()
    operator = platform.organisation("operator")
    with pytest.raises(InputError) as refused:
        platform.do(manager, "consent.give", to=operator.pk, scope="everything", purpose="x", until="2020-01-01")
    assert {one.field for one in refused.value.problems} == {"scope"}  # known before anything is looked up
    with pytest.raises(InputError) as refused:
        platform.do(manager, "consent.give", to=operator.pk, scope="rights", purpose="x", until="2020-01-01")
    assert {one.field for one in refused.value.problems} == {"to", "until"}


def test_an_objection_reaches_the_lender_who_answers(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    Notice.objects.all().delete()
    done = platform.do(manager, "objection.make", subject=f"case/{case.pk}", text="纳税等级已升为 A")
    assert Notice.objects.get(account=officer.account).link == f"/lender/cases/{case.pk}/"
    message = Message.objects.get(pk=done.id)
    with pytest.raises(ForbiddenError):
        platform.do(manager, "message.answer", message, answer="自己答自己")
    _, outsider = platform.bank()
    with pytest.raises(NotFoundError):
        platform.do(outsider, "message.answer", message, answer="x")
    platform.do(officer, "message.answer", message, answer="已更正")
    assert Notice.objects.get(account=manager.account).link == f"/firm/cases/{case.pk}/"
    with pytest.raises(ForbiddenError):
        platform.do(officer, "message.answer", message, answer="再答")
    text = platform.client(manager).get(f"/firm/cases/{case.pk}/").content.decode()
    assert "纳税等级已升为 A" in text and "已更正" in text


def test_nobody_objects_in_anothers_name(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    _, stranger = platform.firm()
    for who in (manager, stranger):  # nothing has been said about a draft
        with pytest.raises(NotFoundError):
            platform.do(who, "objection.make", subject=f"case/{case.pk}", text="x")
    appraisal = Appraisal.objects.get()
    with pytest.raises(NotFoundError):  # nobody else has said anything about an online value
        platform.do(manager, "objection.make", subject=f"appraisal/{appraisal.pk}", text="x")
    with pytest.raises(InputError):
        platform.do(manager, "objection.make", subject="loan/1", text="x")
    assert Case.objects.get().state == "draft"


def test_an_agent_does_not_read_who_else_the_firm_trusts(platform):
    firm, manager = platform.firm()
    agent = platform.agent(firm, ("right.add",))
    platform.agent(firm, ("right.add",))
    bank, _ = platform.bank("某银行", MemberRole.LENDER_OFFICER)
    platform.do(manager, "consent.give", to=bank.pk, scope="rights", purpose="预审", until=_until(platform))
    actor = platform.actor(agent)
    assert [one.pk for one in visible(actor, Mandate, platform.day)] == [actor.mandate]
    assert not visible(actor, Consent, platform.day) and not visible(actor, Webhook, platform.day)
    assert {one.account_id for one in visible(actor, Membership, platform.day)} == {agent.account.pk}
    page = platform.client(agent).get("/firm/trust/").content.decode()
    rival = Mandate.objects.exclude(pk=actor.mandate).get().agent.name
    assert manager.account.email not in page
    assert rival not in page and "某银行" not in page
    assert visible(platform.actor(manager), Mandate, platform.day).count() == 2


def test_an_appraisal_for_a_draft_is_not_the_lenders_yet(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank("某银行", MemberRole.LENDER_OFFICER)
    case = drafted(platform, manager, bank)
    row = platform.seed(
        Appraisal,
        firm=firm,
        case=case,
        grade="formal",
        state="requested",
        purpose="pledge",
        rights=case.rights,
        valuation_date=platform.day,
    )
    assert not visible(platform.actor(officer), Appraisal, platform.day)
    platform.reseed(case, state="submitted")
    seen = {one.pk for one in visible(platform.actor(officer), Appraisal, platform.day)}
    assert seen == {row.pk, case.appraisal_id}
