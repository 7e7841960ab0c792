"""A person who joins an organisation is notified; existing members are not notified that they have joined."""

from typing import Any

from zhirong.chain.organisation.roles import MemberRole
from zhirong.store.work import Notice


def test_only_the_one_who_joins_is_told(sqlite_platform: Any) -> None:
    platform = sqlite_platform
    bank, officer = platform.bank("某银行", MemberRole.LENDER_OFFICER)
    security = platform.member(platform.organisation("platform", "平台管理"), MemberRole.SECURITY_ADMIN)
    joining = platform.account()
    platform.do(security, "member.add", bank, email=joining.email, roles=["lender.reviewer"])
    told = {one.account_id for one in Notice.objects.filter(words__zh=f"您已加入 {bank.name}")}
    assert told == {joining.pk} and officer.account.pk not in told
