"""An agency with its people, and codes of a second factor, for the tests of the desks."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt

from zhirong.chain.organisation.roles import MemberRole
from zhirong.store.parties import Account, Organisation

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
POOL = """
ties = {ties}
[[qualification]]
name = "资产评估机构备案"
number = "61000001"
valid_from = 2018-01-01
[[expert]]
id = "v1"
name = "张某"
discipline = "valuation"
fields = ["*"]
[[expert.qualification]]
name = "资产评估师"
number = "61180001"
valid_from = 2018-06-01
[[expert]]
id = "v2"
name = "李某"
discipline = "valuation"
fields = ["*"]
[[expert.qualification]]
name = "资产评估师"
number = "61180002"
valid_from = 2018-06-01
"""
FIGURES = {
    "redeployability": "medium",
    "revenue": "900万 / 1000万 / 1200万",
    "revenue_grade": "audited",
    "growth": "0 / 5% / 10%",
    "growth_grade": "declared",
    "royalty_rate": "3% / 5% / 7%",
    "royalty_rate_grade": "contract",
    "discount_rate": "13% / 15% / 18%",
    "discount_rate_grade": "assumed",
    "economic_life": "5 / 7 / 9",
    "economic_life_grade": "assumed",
    "tax_rate": "15%",
    "income_source": "2025 年度审计报告；许可合同两份",
}


def admin(platform: Any) -> Any:
    """The system administrator."""
    house = Organisation.objects.filter(kind="platform").first() or platform.organisation("platform", "平台管理")
    return platform.member(house, MemberRole.SYSTEM_ADMIN)


def agency(platform: Any, name: str, ties: tuple[str, ...] = ()) -> tuple[Organisation, Any, Any]:
    """An agency of the pool, its appraiser and its reviewer."""
    found = platform.organisation("agency", name)
    tied = "[" + ", ".join(f'"{one}"' for one in ties) + "]"
    platform.do(admin(platform), "agency.pool", found, tables=POOL.format(ties=tied))
    found.refresh_from_db()
    return (
        found,
        platform.member(found, MemberRole.AGENCY_APPRAISER),
        platform.member(found, MemberRole.AGENCY_REVIEWER),
    )


def with_codes(account: Account) -> None:
    """Let an account have codes of a second factor."""
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})


def code(account: Account) -> str:
    """The present code of the account, good for one signature. Another test may have had an account of the same number."""
    from django.core.cache import cache

    cache.clear()
    secret = decrypt(Authenticator.objects.get(user=account).data["secret"])
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
