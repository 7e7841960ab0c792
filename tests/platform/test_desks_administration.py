"""The three administrations: what each can do and read, and that none of them can do another's."""

import json
from typing import Any

import pytest
from desks_world import admin, agency
from django.db import connection
from django.test.utils import CaptureQueriesContext
from platform_world import PASSWORD

from zhirong.chain.organisation.roles import ADMIN_ROLES, MemberRole
from zhirong.evidence.receipts import read_receipt
from zhirong.kernel.errors import InputError
from zhirong.operations import rulebook
from zhirong.operations.authorize import can
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.jobs import run_due
from zhirong.operations.platform import audit, rulebook_history
from zhirong.operations.refusals import ForbiddenError
from zhirong.store.models import Event
from zhirong.store.parties import Account, ApiToken, Organisation
from zhirong.store.work import Job, Seen
from zhirong.web import urls  # noqa: F401 - declares every page
from zhirong.web.admin import audit_pages
from zhirong.web.pages import PAGES

MINE = ("admin.", "audit.")


@pytest.fixture(autouse=True)
def _folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "platform" in request.fixturenames:
        folder = request.getfixturevalue("platform").folder
        monkeypatch.setattr(audit, "DATA", folder)
        monkeypatch.setattr(audit_pages, "DATA", folder)


def security(platform: Any) -> Any:
    house = Organisation.objects.filter(kind="platform").first() or platform.organisation("platform", "平台管理")
    return platform.member(house, MemberRole.SECURITY_ADMIN)


def auditor(platform: Any) -> Any:
    house = Organisation.objects.filter(kind="platform").first() or platform.organisation("platform", "平台管理")
    return platform.member(house, MemberRole.AUDIT_ADMIN)


def codes_of(caught: Any) -> list[str]:
    return [one.code for one in caught.value.problems]


def test_each_page_is_for_its_own_administrators_only(platform: Any) -> None:
    people = {
        MemberRole.SYSTEM_ADMIN: admin(platform),
        MemberRole.SECURITY_ADMIN: security(platform),
        MemberRole.AUDIT_ADMIN: auditor(platform),
    }
    _, firm = platform.firm()
    plain = [one for one in PAGES.values() if one.name.startswith(MINE) and "<" not in one.route]
    assert len(plain) >= 11
    for one in plain:
        assert one.roles and set(one.roles) <= ADMIN_ROLES
        for role, who in people.items():
            wanted = 200 if role in one.roles else 403
            assert platform.client(who).get(f"/{one.route}").status_code == wanted, (one.name, role)
        assert platform.client(firm).get(f"/{one.route}").status_code == 403
        assert platform.client().get(f"/{one.route}").status_code == 302


def test_the_operations_of_one_administration_are_none_of_anothers(platform: Any) -> None:
    people = {
        MemberRole.SYSTEM_ADMIN: admin(platform),
        MemberRole.SECURITY_ADMIN: security(platform),
        MemberRole.AUDIT_ADMIN: auditor(platform),
    }
    scopes = ("account", "session", "lockout", "audit", "agency")
    # One's own name is everybody's to state.
    mine = [op for op in OPERATIONS.values() if op.scope in scopes and op.name != "account.name"]
    assert len(mine) >= 6
    for op in mine:
        for role, who in people.items():
            assert can(platform.actor(who), op.name) == (role in op.roles), (op.name, role)


def test_a_firm_is_confirmed_on_its_page(platform: Any) -> None:
    firm = platform.organisation("firm", "新登记企业", status="pending", address="某路 1 号")
    who = platform.client(admin(platform))
    assert "新登记企业" in who.get("/admin/").content.decode()
    page = who.get(f"/admin/organisations/{firm.pk}/").content.decode()
    assert "/do/organisation.confirm/" in page and "某路 1 号" in page and "/do/agency.pool/" not in page
    platform.send(who, "organisation.confirm", firm)
    firm.refresh_from_db()
    assert firm.status == "active"
    house, _, _ = agency(platform, "甲评估机构")
    page = who.get(f"/admin/organisations/{house.pk}/").content.decode()
    assert "61180001" in page and "/do/agency.pool/" in page
    found = platform.client(security(platform)).get("/admin/organisations/?kind=agency").content.decode()
    assert "甲评估机构" in found and "新登记企业" not in found


def test_a_pool_entry_that_cannot_be_read_is_told(platform: Any) -> None:
    house = platform.organisation("agency", "甲评估机构")
    with pytest.raises(InputError):
        platform.do(admin(platform), "agency.pool", house, tables="[[expert]]\nid = 'v1'")
    firm = platform.organisation("firm", "企业")
    with pytest.raises(ForbiddenError):
        platform.do(admin(platform), "agency.pool", firm, tables="")


def test_every_rule_is_shown_with_its_source_and_doubt(platform: Any) -> None:
    who = platform.client(admin(platform))
    every = who.get("/admin/rules/").content.decode()
    book = rulebook.rulebook()
    assert all(f"<code>{rule_id}</code>" in every for rule_id in book.ids())
    doubtful = who.get("/admin/rules/?only=doubtful").content.decode()
    for rule_id in book.ids():
        is_doubtful = any(one.reference.doubtful for one in book.rule(rule_id).versions)
        assert (f"<code>{rule_id}</code>" in doubtful) == is_doubtful
    page = who.get("/admin/rules/practice.fees/").content.decode()
    assert "假设" in page and "6" in page
    assert who.get("/admin/rules/no.such.rule/").status_code == 404
    assert "modes/xixian.toml" in every and "funds/wuhan-2024.toml" in every
    assert "一保到底" in who.get("/admin/rules/files/modes/xixian.toml/").content.decode()
    assert who.get("/admin/rules/files/modes/../../credit/grades.toml/").status_code == 404


def test_a_changed_rulebook_is_noted_once_and_says_what_changed(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rulebook_history.note_rules(platform.now) is True
    assert rulebook_history.note_rules(platform.now) is False
    first = rulebook_history.history()
    assert len(first) == 1 and not first[0].changed
    before = rulebook_history.fingerprints()
    after = {name: print_ for name, print_ in before.items() if name != "practice.fees"}
    after |= {"practice.least_fee": "0" * 16, "a.new.rule": "1" * 16}
    monkeypatch.setattr(rulebook_history, "fingerprints", lambda: after)
    monkeypatch.setattr(rulebook_history, "rules_version", lambda: "another-version")
    assert rulebook_history.note_rules(platform.now) is True
    latest = rulebook_history.history()[0]
    assert (latest.added, latest.changed, latest.removed) == (
        ("a.new.rule",),
        ("practice.least_fee",),
        ("practice.fees",),
    )
    page = platform.client(admin(platform)).get("/admin/rules/").content.decode()
    assert "another-version" in page and "a.new.rule" in page


def test_an_account_is_closed_with_its_sessions_and_tokens(platform: Any) -> None:
    who = security(platform)
    firm, manager = platform.firm()
    token = platform.seed(
        ApiToken, account=manager.account, organisation=firm, name="接口", digest="0" * 64, scopes=["read"],
        expires_on=platform.day,
    )  # fmt: skip
    signed_in = platform.client(manager)
    assert signed_in.get("/desk/").status_code in (200, 302)
    page = platform.client(who).get(f"/admin/accounts/{manager.account.pk}/").content.decode()
    assert firm.name in page and "接口" in page and "/do/account.close/" in page
    platform.do(who, "account.close", account=manager.account.pk, reason="离职")
    token.refresh_from_db()
    assert token.revoked_on == platform.day and not Account.objects.get(pk=manager.account.pk).is_active
    assert signed_in.get("/desk/").url.startswith("/accounts/login/")
    with pytest.raises(InputError) as caught:
        platform.do(who, "account.close", account=manager.account.pk, reason="再停一次")
    assert codes_of(caught) == ["closed_already"]
    with pytest.raises(InputError) as caught:
        platform.do(who, "account.close", account=who.account.pk, reason="自己")
    assert codes_of(caught) == ["own_account"]
    platform.do(who, "account.open", account=manager.account.pk, reason="回来了")
    assert Account.objects.get(pk=manager.account.pk).is_active


def _code_page(answer: Any) -> bool:
    """Whether sign-in goes on to the page that asks for a mailed code."""
    return answer.status_code == 302 and answer.headers["Location"] == "/accounts/login/code/confirm/"


def test_many_failures_ask_for_a_code_at_one_network_only(platform: Any) -> None:
    from django.core.cache import cache

    cache.clear()
    _, locked = platform.firm()
    _, other = platform.firm("别的企业")
    visitor = platform.client()
    for _ in range(6):
        visitor.post("/accounts/login/", {"login": locked.account.email, "password": "wrong"})
    cache.clear()
    again = visitor.post("/accounts/login/", {"login": locked.account.email.upper(), "password": PASSWORD})
    assert _code_page(again)
    browser = platform.client()
    signed_in = browser.post("/accounts/login/", {"login": other.account.email, "password": PASSWORD})
    assert signed_in.status_code == 302 and not _code_page(signed_in)


def test_callers_behind_a_proxy_are_told_apart(platform: Any) -> None:
    from axes.models import AccessAttempt
    from django.core.cache import cache
    from django.test import override_settings

    _, locked = platform.firm()
    _, other = platform.firm("别的企业")
    wrong = {"login": locked.account.email, "password": "wrong"}

    def sign_in(password: str, passed: str) -> int:
        """The status; 0 where a code is asked for."""
        browser = platform.client()
        answer = browser.post("/accounts/login/", {**wrong, "password": password}, HTTP_X_FORWARDED_FOR=passed)
        return 0 if _code_page(answer) else int(answer.status_code)

    with override_settings(NINJA_NUM_PROXIES=1):
        cache.clear()
        for number in range(7):  # what the caller says himself does not make him another one
            sign_in("wrong", f"198.51.100.{number}, 203.0.113.9")
        assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"203.0.113.9"}
        assert sign_in(PASSWORD, "203.0.113.9") == 0
        assert sign_in(PASSWORD, "203.0.113.10") == 302
        # However many places somebody guesses from: after thirty failures in a day the password alone lets nobody in.
        for number in range(30):
            sign_in("wrong", f"192.0.2.{number}")
        assert sign_in(PASSWORD, "203.0.113.11") == 0
    # Many who mistype, each at his own place, are not taken for one who tries many accounts; without the setting they are.
    for proxies, status in ((1, 302), (0, 429)):
        cache.clear()
        with override_settings(NINJA_NUM_PROXIES=proxies):
            for number in range(32):
                platform.client().post(
                    "/accounts/login/",
                    {"login": f"a{number}@example.cn", "password": "wrong"},
                    HTTP_X_FORWARDED_FOR=f"192.0.2.{number}",
                )
            wrong = {"login": other.account.email}
            assert sign_in(PASSWORD, "192.0.2.100") == status
    cache.clear()


def test_a_lockout_is_seen_and_released(platform: Any) -> None:
    from axes.models import AccessAttempt
    from django.core.cache import cache

    cache.clear()

    who = security(platform)
    _, manager = platform.firm()
    visitor = platform.client()
    for _ in range(7):
        visitor.post("/accounts/login/", {"login": manager.account.email, "password": "wrong"})
    assert AccessAttempt.objects.filter(username=manager.account.email).exists()
    page = platform.client(who).get("/admin/lockouts/").content.decode()
    assert manager.account.email in page and "已锁定" in page
    platform.do(who, "lockout.release", username=manager.account.email, reason="本人来电")
    assert not AccessAttempt.objects.filter(username=manager.account.email).exists()
    # Everything is released: neither the lock-out nor the page's own rate asks to wait.
    signed_in = platform.client().post("/accounts/login/", {"login": manager.account.email, "password": PASSWORD})
    assert signed_in.status_code == 302 and not _code_page(signed_in)
    with pytest.raises(InputError) as caught:
        platform.do(who, "lockout.release", username=manager.account.email, reason="再来")
    assert codes_of(caught) == ["not_locked"]


def test_a_token_is_revoked_by_the_security_administrator(platform: Any) -> None:
    firm, manager = platform.firm()
    token = platform.seed(
        ApiToken, account=manager.account, organisation=firm, name="接口", digest="1" * 64, scopes=["read"],
        expires_on=platform.day,
    )  # fmt: skip
    who = platform.client(security(platform))
    assert "接口" in who.get("/admin/tokens/").content.decode()
    assert "/do/token.revoke/" in who.get(f"/admin/tokens/{token.pk}/").content.decode()
    platform.send(who, "token.revoke", token)
    token.refresh_from_db()
    assert token.revoked_on is not None


def test_every_event_is_shown_with_its_rows_and_proof(platform: Any) -> None:
    firm, manager = platform.firm("某企业")
    platform.do(manager, "view.save", listing="firm.rights", query="state=x", name="我的视图")
    event = Event.objects.get(kind="view.save")
    who = platform.client(auditor(platform))
    listed = who.get("/audit/?kind=view.save").content.decode()
    assert "保存视图" in listed and listed.count("<tr>") == 2
    assert who.get(f"/audit/?actor={manager.account.pk}").status_code == 200
    assert who.get("/audit/?first=nonsense").status_code == 422
    assert who.get("/audit/?registration=nonsense").status_code == 422
    assert "savedview" in who.get(f"/audit/?subject={event.subject}").content.decode()
    page = who.get(f"/audit/events/{event.index}/").content.decode()
    assert manager.account.email in page and "savedview/" in page and "我的视图" in page and "核验码" in page
    platform.later(1)
    receipt = read_receipt(who.get(f"/audit/events/{event.index}/receipt/").content)
    assert receipt.entry.kind == "view.save"
    assert who.get("/list/audit.events/?export=xlsx").content.startswith(b"PK")


def test_who_has_seen_what_is_kept_once_a_day(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = platform.do(
        manager, "appraisal.request", rights=[platform.right(firm).pk], valuation_date=str(platform.day), agency=house.pk
    ).id  # fmt: skip
    desk = platform.client(appraiser)
    for _ in range(3):
        desk.get(f"/appraisals/{row}/")
    assert Seen.objects.filter(subject=f"appraisal/{row}").count() == 1
    platform.later(1)
    desk.get(f"/appraisals/{row}/")
    assert Seen.objects.filter(subject=f"appraisal/{row}").count() == 2
    _, stranger = platform.firm("别的企业")
    platform.client(stranger).get(f"/appraisals/{row}/")
    assert Seen.objects.filter(subject=f"appraisal/{row}").count() == 2
    page = platform.client(auditor(platform)).get(f"/audit/seen/?subject=appraisal/{row}").content.decode()
    assert appraiser.account.email in page and house.name in page


def test_the_check_runs_in_the_background_and_shows_what_it_finds(platform: Any) -> None:
    who = auditor(platform)
    desk = platform.client(who)
    assert platform.do(who, "audit.begin_check").answer == {"begun": True}
    assert platform.do(who, "audit.begin_check").answer == {"begun": False}
    assert "http-equiv" in desk.get("/audit/check/").content.decode()
    assert run_due(platform.now, "test") == 1
    job = Job.objects.get(kind="audit.check")
    assert (job.state, job.result["count"]) == ("done", 0)
    assert "全部一致" in desk.get("/audit/check/").content.decode()
    Organisation.objects.filter(kind="platform").update(name="改了名")
    platform.do(who, "audit.begin_check")
    run_due(platform.now, "test")
    page = desk.get("/audit/check/").content.decode()
    assert "organisation 1 name" in page and "处不符" in page
    assert json.dumps(Job.objects.order_by("-pk").first().result)  # type: ignore[union-attr]


def test_three_administrations_stay_three_people(platform: Any) -> None:
    who = security(platform)
    house = Organisation.objects.get(kind="platform")
    account = platform.account()
    with pytest.raises(InputError) as caught:
        platform.do(
            who, "member.add", house, email=account.email, roles=[MemberRole.SYSTEM_ADMIN.value, MemberRole.AUDIT_ADMIN.value]
        )  # fmt: skip
    assert codes_of(caught) == ["separate_administrators"]


def test_pages_take_as_many_queries_for_many_rows_as_for_few(platform: Any) -> None:
    who = security(platform)
    house, _, _ = agency(platform, "甲评估机构")
    firm, manager = platform.firm()
    right = platform.right(firm)
    agent = platform.member(house, MemberRole.AGENCY_APPRAISER)

    def queries() -> dict[str, int]:
        counted = {}
        pages = {
            f"/admin/organisations/{house.pk}/": who,
            "/admin/members/": who,
            "/admin/accounts/": who,
            "/agency/": agent,
            "/appraisals/": manager,
            "/audit/": auditor_,
        }
        for address, actor in pages.items():
            client = platform.client(actor)
            client.get(address)  # what is kept once for the process is kept now
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            counted[address] = len(caught)
        return counted

    auditor_ = auditor(platform)
    platform.do(manager, "appraisal.request", rights=[right.pk], valuation_date=str(platform.day), agency=house.pk)
    few = queries()
    for _ in range(8):
        platform.member(house, MemberRole.AGENCY_APPRAISER)
        platform.do(
            manager, "appraisal.request", rights=[right.pk], valuation_date=str(platform.day), agency=house.pk
        )
    assert queries() == few
    assert max(few.values()) < 25


def test_an_administration_is_not_joined_to_another_through_a_second_membership(platform: Any) -> None:
    who = security(platform)
    auditor = platform.member(Organisation.objects.get(kind="platform"), MemberRole.AUDIT_ADMIN)
    second = platform.organisation("platform", "第二管理机构")
    lender, _ = platform.bank("某银行", MemberRole.LENDER_OFFICER)
    with pytest.raises(InputError) as refused:
        platform.do(who, "member.add", second, email=auditor.account.email, roles=["platform.system"])
    assert [one.code for one in refused.value.problems] == ["separate_administrators"]
    for row, role in ((second, "platform.system"), (lender, "lender.approver")):
        with pytest.raises(InputError) as refused:
            platform.do(who, "member.add", row, email=who.account.email, roles=[role])
        assert [one.code for one in refused.value.problems] == ["own_roles"]
