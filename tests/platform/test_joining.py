"""How people come to act for an organisation: a code that others have said first, and invitations."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.kernel.identifiers import credit_code_check
from zhirong.operations.jobs import run_due
from zhirong.operations.organisation.organisations import region_of_code
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.visibility import visible
from zhirong.store.financing import FirmRight, StoredFile
from zhirong.store.models import Event
from zhirong.store.parties import Invitation, Membership, Organisation
from zhirong.store.work import Job, Notice
from zhirong.web import urls  # noqa: F401 - declares every page

_CODE = "91610100MA6TYBCD1"
FIRM = {
    "code": _CODE + credit_code_check(_CODE),
    "name": "陕西泾水兴环保科技有限公司",
    "region": "610100",
    "registered_on": "2015-03-02",
    "legal_representative": "张三",
}


def _codes(caught: Any) -> list[str]:
    return [one.code for one in caught.value.problems]


def _registered(platform: Platform, name: str) -> tuple[Organisation, Member]:
    who = platform.stranger()
    done = platform.do(who, "firm.register", **{**FIRM, "name": name})
    firm = Organisation.objects.get(pk=done.id)
    return firm, Member(who.account, firm, f"member/{Membership.objects.get(account=who.account).pk}")


def test_a_squatter_keeps_nobody_out_and_the_licence_decides(sqlite_platform: Platform) -> None:
    platform = sqlite_platform
    system = platform.member(platform.organisation(OrganisationKind.PLATFORM), MemberRole.SYSTEM_ADMIN)
    squatter, first = _registered(platform, "冒名者")
    right = platform.right(squatter)
    with pytest.raises(InputError) as caught:  # the same person need not say it twice
        platform.do(first, "firm.register", **FIRM)
    assert _codes(caught) == ["firm_known"]
    firm, second = _registered(platform, FIRM["name"])
    # One code, and still nothing of the other's can be seen.
    assert not visible(platform.actor(second), FirmRight, platform.day).filter(pk=right.pk).exists()
    assert not visible(platform.actor(second), Organisation, platform.day).filter(pk=squatter.pk).exists()
    page = platform.client(system).get(f"/admin/organisations/{firm.pk}/").content.decode()
    assert "冒名者" in page
    with pytest.raises(InputError) as caught:
        platform.do(system, "organisation.confirm", firm)
    assert _codes(caught) == ["licence_needed"] and "冒名者" in caught.value.problems[0].reason.en
    ticket = platform.upload(system, "执照.pdf", b"%PDF-1.7 licence")
    platform.do(system, "organisation.confirm", firm, licence=ticket)
    squatter.refresh_from_db()
    assert squatter.status == "refused"
    # The licence is the administration's; neither firm's people can open it.
    paper = StoredFile.objects.get(subject=f"organisation/{firm.pk}")
    assert not visible(platform.actor(second), StoredFile, platform.day).filter(pk=paper.pk).exists()
    # The refused one is told, and can do nothing for the firm any more.
    told = Notice.objects.filter(account=first.account).latest("pk").words
    assert "未予确认" in told["zh"] and "not confirmed" in told["en"]
    assert platform.actor(first).organisation == 0
    assert not visible(platform.actor(first), FirmRight, platform.day).exists()
    with pytest.raises(InputError) as caught:
        platform.do(platform.stranger(), "firm.register", **FIRM)
    assert _codes(caught) == ["firm_known"]
    with pytest.raises(InputError) as caught:
        platform.do(system, "organisation.confirm", squatter, licence=platform.upload(system, "a.pdf", b"%PDF-1 x"))
    assert _codes(caught) == ["code_taken"]
    assert platform_findings() == []


def test_an_institution_of_a_code_that_was_squatted_can_be_entered(sqlite_platform: Platform) -> None:
    platform = sqlite_platform
    system = platform.member(platform.organisation(OrganisationKind.PLATFORM), MemberRole.SYSTEM_ADMIN)
    squatter, _ = _registered(platform, "冒名者")
    platform.do(system, "organisation.enter", kind="lender", code=FIRM["code"], name="某银行", region="610100")
    platform.do(system, "organisation.refuse", squatter, reason="代码是某银行的")
    squatter.refresh_from_db()
    assert squatter.status == "refused"
    with pytest.raises(InputError) as caught:
        platform.do(system, "organisation.refuse", squatter, reason="再来一次")
    assert _codes(caught) == ["not_in_this_state"]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_the_head_of_a_firm_learns_nothing_of_who_has_an_account(platform: Platform) -> None:
    firm, manager = platform.firm("陕西泾水兴环保科技有限公司")
    known, unknown = platform.account("known@example.cn"), "unknown@example.cn"
    answers = {}
    for email in (known.email, unknown):
        done = platform.do(manager, "member.add", firm, email=email, roles=["firm.clerk"])
        seen = visible(platform.actor(manager), Invitation, platform.day).get(email=email)
        members = visible(platform.actor(manager), Membership, platform.day).count()
        firm.refresh_from_db()
        answers[email] = ({**done.answer, "invited": ""}, done.subject, seen.state, members, firm.version)
    assert answers[known.email] == answers[unknown]
    mail.outbox = []
    run_due(platform.now, "test")
    assert {str(job.result) for job in Job.objects.filter(kind="member.invite")} == {"{}"}
    assert [(one.to, "邀请" in one.body, "invites you" in one.body) for one in mail.outbox] == [
        ([unknown], True, True)
    ]
    assert Notice.objects.get(account=known).link.startswith("/invitations/")
    assert not visible(platform.actor(manager), Job, platform.day).exists()
    assert platform_findings() == []


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_is_invited_joins_by_accepting(sqlite_platform: Platform, lang: str) -> None:
    platform = sqlite_platform
    firm, manager = platform.firm()
    platform.do(manager, "member.add", firm, email="New@Example.cn", roles=["firm.clerk"])
    run_due(platform.now, "test")
    invitation = Invitation.objects.get()
    other = platform.stranger()
    for name in ("accept", "decline", "withdraw"):
        with pytest.raises((NotFoundError, ForbiddenError)):
            platform.do(other, f"invitation.{name}", invitation)
    with pytest.raises(ForbiddenError):
        platform.do(manager, "invitation.accept", invitation)
    # Signed up later, with that address: the invitation waits on the first page.
    new = Member(platform.account("new@example.cn"), None, "")
    client = platform.client(new, lang)
    assert f"/invitations/{invitation.pk}/" in client.get("/desk/").content.decode()
    page = client.get(f"/invitations/{invitation.pk}/").content.decode()
    assert "/do/invitation.accept/" in page and "/do/invitation.withdraw/" not in page
    platform.send(client, "invitation.accept", invitation)
    member = Membership.objects.get(account=new.account)
    assert (member.organisation_id, member.roles, member.active) == (firm.pk, ["firm.clerk"], True)
    # Who belongs already is given other roles at once: the head knows that he is there.
    done = platform.do(manager, "member.add", firm, email="new@example.cn", roles=["firm.manager"])
    assert done.answer == {"id": member.pk}
    assert Invitation.objects.get().state == "accepted"
    assert platform_findings() == []


def test_an_invitation_ends(sqlite_platform: Platform) -> None:
    platform = sqlite_platform
    firm, manager = platform.firm()
    who = platform.stranger()
    platform.do(manager, "member.add", firm, email=who.account.email, roles=["firm.clerk"])
    platform.do(manager, "member.add", firm, email=who.account.email, roles=["firm.manager"])
    invitation = Invitation.objects.get()
    assert invitation.roles == ["firm.manager"]
    platform.later(31)
    with pytest.raises(InputError) as caught:
        platform.do(who, "invitation.accept", invitation)
    assert _codes(caught) == ["invitation_over"]
    platform.do(manager, "invitation.withdraw", invitation)
    with pytest.raises(InputError) as caught:
        platform.do(who, "invitation.decline", invitation)
    assert _codes(caught) == ["not_in_this_state"]
    with pytest.raises(InputError) as caught:
        platform.do(manager, "member.add", firm, email=manager.account.email, roles=["firm.clerk"])
    assert _codes(caught) == ["own_roles"]
    assert not Membership.objects.filter(account=who.account).exists()
    assert Event.objects.filter(kind="invitation.withdraw").count() == 1


def test_an_address_that_is_not_confirmed_opens_no_invitation(sqlite_platform: Platform) -> None:
    from allauth.account.models import EmailAddress

    platform = sqlite_platform
    firm, manager = platform.firm()
    platform.do(manager, "member.add", firm, email="victim@example.cn", roles=["firm.clerk"])
    thief = platform.stranger()
    EmailAddress.objects.create(user=thief.account, email="victim@example.cn", verified=False)
    assert not visible(platform.actor(thief), Invitation, platform.day).exists()
    with pytest.raises(NotFoundError):
        platform.do(thief, "invitation.accept", Invitation.objects.get())
    listed = platform.client(thief).get("/invitations/").content.decode()
    assert not re.search("victim@", listed)


def test_the_region_comes_from_the_code_and_the_licence_goes_with_the_firm(sqlite_platform) -> None:
    platform = sqlite_platform
    admin = platform.member(platform.organisation(OrganisationKind.PLATFORM), MemberRole.SYSTEM_ADMIN)
    stranger = platform.stranger()
    given = {name: value for name, value in FIRM.items() if name != "region"}
    licence = platform.upload(stranger, "licence.pdf", b"%PDF-1.7\n% a licence\n")
    firm = Organisation.objects.get(pk=platform.do(stranger, "firm.register", **given, licence=licence).id)
    assert firm.region == FIRM["region"]
    page = platform.client(admin).get(f"/admin/organisations/{firm.pk}/").content.decode()
    address = re.search(r'href="(/files/\d+/)">licence.pdf', page)[1]
    assert platform.client(admin).get(address).status_code == 200
    _, other = platform.bank()
    assert platform.client(other).get(address).status_code == 404
    assert [region_of_code(f"91{issued}MA6TYBCD1") for issued in ("610199", "619999", "999999")] == [
        "610100",
        "610000",
        None,
    ]


def test_a_licence_is_a_scan_that_the_account_itself_sent(sqlite_platform) -> None:
    """Neither a table nor somebody else's upload goes to the administrator as the licence of a firm."""
    platform = sqlite_platform
    stranger, other = platform.stranger(), platform.stranger()
    table = platform.upload(stranger, "licence.csv", "名称,代码\n甲,乙\n".encode())
    borrowed = platform.upload(other, "licence.pdf", b"%PDF-1.7\n% somebody else's\n")
    for ticket, code in ((table, "not_a_scan"), (borrowed, "no_upload"), ("forged", "no_upload")):
        with pytest.raises(InputError) as error:
            platform.do(stranger, "firm.register", **FIRM, licence=ticket)
        assert [one.code for one in error.value.problems] == [code]
    assert not Organisation.objects.filter(code=FIRM["code"]).exists()


@pytest.mark.parametrize(("region", "found"), [("440199", "440100"), ("449999", "440000"), ("100000", None)])
def test_a_code_that_names_no_known_region_asks_for_it(sqlite_platform, region: str, found: str | None) -> None:
    """The county, else its city, else its province; the country's own register says nothing of the place."""
    platform = sqlite_platform
    first17 = f"91{region}MA5FXK0X3"
    given = {**FIRM, "code": first17 + credit_code_check(first17)}
    del given["region"]
    if found is None:
        with pytest.raises(InputError) as error:
            platform.do(platform.stranger(), "firm.register", **given)
        assert [(one.field, one.code) for one in error.value.problems] == [("region", "missing")]
    else:
        done = platform.do(platform.stranger(), "firm.register", **given)
        assert Organisation.objects.get(pk=done.id).region == found
