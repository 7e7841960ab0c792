"""The world of these tests itself: what it makes is found again, by operation and by page."""

from datetime import date

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.platform.platform_check import check_register


def test_who_is_made_can_act_and_see(platform):
    firm, manager = platform.firm("陕西泾水兴环保科技有限公司")
    actor = platform.actor(manager)
    assert actor.organisation == firm.pk
    assert actor.has(MemberRole.FIRM_MANAGER)
    assert platform.client(manager).get("/notices/").status_code == 200
    assert platform.client().get("/notices/").status_code == 302


def test_the_log_vouches_for_what_is_seeded(platform):
    firm, _ = platform.firm()
    platform.right(firm)
    assert check_register(platform.folder).findings == ()


def test_the_day_is_the_same_for_operations_and_pages(platform):
    platform.set_day(date(2027, 3, 1))
    administration = platform.organisation("platform")
    admin = platform.member(administration, MemberRole.SYSTEM_ADMIN)
    firm = platform.organisation("firm", status="pending")
    platform.do(admin, "organisation.confirm", firm)
    firm.refresh_from_db()
    assert firm.status == "active"
    assert firm.changed_at.date() == date(2027, 3, 1)
    agent = platform.agent(firm, ("right.add",), until=date(2027, 3, 2))
    assert platform.actor(agent).organisation == firm.pk
    platform.later(2)
    assert platform.actor(agent).organisation != firm.pk
