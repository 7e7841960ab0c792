"""A loan in default as its people see it in a real browser: the bank's workout desk, its guarantor, the re-guarantor and the company.

What they do is tested in ``tests/platform/test_recovery_*.py``; here their pages are looked at, in both languages, at both sizes, by axe.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import register_databases

sys.path.insert(0, str(Path(__file__).parent.parent / "files"))
sys.path.insert(0, str(Path(__file__).parent.parent / "platform"))

from allauth.mfa.models import Authenticator
from browser_world import PASSWORD, SCREEN, User, served
from platform_world import Member, Platform
from quick_hasher import QuickHasher
from recovery_world import PayerDesk, Recovery

from browsers import BROWSER
from zhirong.chain.default.write_off_states import WriteOffPaper
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.days import day_of
from zhirong.operations.actors import WORKER
from zhirong.store.parties import Organisation
from zhirong.store.recovery import DisposalProject, Dispute, LoanAlarm, Recourse, WriteOffFile


def _can_sign_in(who: Member) -> str:
    """The address with which this member signs in to a served platform; accounts of a training region need no second factor."""
    who.account.is_demo = True
    who.account.password = QuickHasher().encode(PASSWORD, "salt")
    who.account.save()
    Authenticator.objects.filter(
        user=who.account
    ).delete()  # of the operations before; their codes are not asked for here
    return str(who.account.email)


@pytest.mark.skipif(BROWSER is None, reason="chromium is not installed: apt-get install chromium")
def test_every_page_of_a_default_is_clean_for_those_who_take_part(monkeypatch: pytest.MonkeyPatch) -> None:
    with register_databases.fresh("sqlite") as (folder, url):
        way = Recovery(Platform(folder, url, monkeypatch), monkeypatch, "national-4222")
        guarantor = PayerDesk(way.platform, OrganisationKind.GUARANTOR, "guarantor", "某融资担保有限公司")
        province = PayerDesk(way.platform, OrganisationKind.GUARANTOR, "reguarantor", "某省再担保有限公司")
        way.platform.reseed(way.loan, guarantor=guarantor.organisation)
        way.late()
        way.demanded()
        way.noticed(guarantor)
        way.do(way.workout, "claim.file", way.claim_on(guarantor), order_agreed=True)
        way.paid(guarantor)
        to = {"payer": province.organisation.pk, "party": "reguarantor"}
        way.do(guarantor.officer, "claim.open", way.case, **to)
        way.do(guarantor.officer, "claim.file", way.claim_on(province))
        way.night()
        way.platform.do(WORKER, "alarm.sweep")
        way.do(way.workout, "disposal.propose", way.case, way="licence_back", reason="现值较高")
        project, today = DisposalProject.objects.get(), way.platform.day.isoformat()
        way.do(way.workout, "disposal.value", project, value="3000000.00", valued_on=today)
        way.do(way.approver, "disposal.approve", project, reserve="2100000.00", opinion="同意")
        house = way.platform.organisation("operator", "某知识产权运营公司")
        agent = way.platform.member(house, MemberRole.OPERATOR_AGENT)
        way.do(way.workout, "disposal.mandate", project, agent=house.pk, until=today, fee="按成交价计")
        bid = {"buyer": "某受让公司", "price": "2200000.00", "day": today, "terms": "一次付清"}
        way.do(agent, "disposal.report_bid", project, **bid)
        way.do(way.workout, "dispute.choose", way.case, track="suit", reason="标的较大")
        dispute = Dispute.objects.get()
        way.do(way.workout, "dispute.record", dispute, step="file", day=today, result="已立案", fee="22800.00")
        asked = {"name": "某市中级人民法院", "purpose": "登记判决", "until": today}
        link = way.do(way.workout, "link.give", dispute, **asked).shown_once.split(" ")[0]
        papers = [code.value for code in WriteOffPaper]
        way.do(way.workout, "default.propose_write_off", way.case, ground="终结执行", papers=papers)
        reported = {"mode": "national-4222", "kind": "balance", "evidence": "季报", "amount": "80000000.00"}
        way.do(guarantor.officer, "pool.report", None, day=today, **reported)
        case, disposal = (
            f"/recovery/cases/{way.case.pk}/",
            f"/recovery/disposals/{DisposalProject.objects.get().pk}/",
        )
        alarm, recourse = LoanAlarm.objects.all()[0].pk, Recourse.objects.get().pk
        first = f"/recovery/claims/{way.claim_on(guarantor).pk}/"
        listed = ("cases", "alarms", "disposals", "disputes", "write-offs", "deals")
        lists = [f"/recovery/{name}/" for name in listed]
        more = [f"/recovery/disputes/{dispute.pk}/", f"/recovery/write-offs/{WriteOffFile.objects.get().pk}/"]
        recourses = ["/recovery/recourse/", f"/recovery/recourse/{recourse}/", "/recovery/pool/"]
        rounds = (
            (way.workout, [*lists, case, disposal, f"/recovery/alarms/{alarm}/", *more, link]),
            (guarantor.officer, ["/recovery/claims/", first, *recourses]),
            (way.money.manager, [case]),
            (agent, ["/recovery/disposals/", disposal, "/recovery/deals/"]),
        )
        people = [(_can_sign_in(who), paths) for who, paths in rounds]
        decider, claim = _can_sign_in(province.officer), f"/recovery/claims/{way.claim_on(province).pk}/"
        ahead = (way.platform.day - day_of(datetime.now(UTC))).days
        names = list(Organisation.objects.values_list("name", flat=True))
        with served(folder, url, True) as site:
            site.later(ahead)
            site.typed += [
                *names,
                "现值较高",
                "标的较大",
                "已立案",
                "终结执行",
                "季报",
                "登记判决",
                "某市中级人民法院",
                "按成交价计",
                "一次付清",
                "某受让公司",
                *[right.title for right in way.money.rights],
            ]
            for address, paths in people:
                user = User(site, address)
                user.sign_in()
                user.visit(*paths)
                if address == people[0][0]:
                    user.take(f"{case}file/", "application/toml")
            assert [name for name in site.pages_not_seen() if name.startswith("recovery.")] == []
            decide_within_the_budget(User(site, decider), claim)


def decide_within_the_budget(user: User, claim: str) -> None:
    """A complete claim is decided from the list of claims with three clicks and two fields at most, each page one screen high."""
    user.sign_in()
    user.page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    user.go("/recovery/claims/")
    heights = [user.page.evaluate("document.documentElement.scrollHeight")]
    for link in (f"main a[href^='{claim}']", "main a:has-text('同意赔付')"):
        with user.page.expect_navigation():
            user.page.locator(link).first.click()
        heights.append(user.page.evaluate("document.documentElement.scrollHeight"))
    user.fill(opinion="审核通过")
    user.send("同意赔付")
    assert max(heights) <= SCREEN["height"], heights
