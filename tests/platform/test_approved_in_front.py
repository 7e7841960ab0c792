"""After a lower approval a firm's pages show what was approved in front, and what was asked for beside it."""

from typing import Any

from firm_samples import submitted

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.store.financing import Case


def test_what_was_approved_stands_in_front(sqlite_platform: Any) -> None:
    platform = sqlite_platform
    firm, manager = platform.firm()
    bank, _ = platform.bank("某银行", MemberRole.LENDER_OFFICER)
    case: Case = submitted(platform, manager, bank, amount=100_000_000)
    zh, en = platform.client(manager), platform.client(manager, "en")
    page = zh.get(f"/firm/cases/{case.pk}/").content.decode()
    assert "申请 1,000,000.00 元" in page and "批准" not in page.split("</h1>")[0].split("<h1>")[1]
    platform.reseed(Case.objects.get(pk=case.pk), state=CaseState.APPROVED.value, approved_amount=60_000_000)
    for client, approved, asked in (
        (zh, "批准 600,000.00 元", "申请 1,000,000.00 元"),
        (en, "600,000.00 CNY approved", "1,000,000.00 CNY requested"),
    ):
        page = client.get(f"/firm/cases/{case.pk}/").content.decode()
        heading = page.split("<h1>")[1].split("</h1>")[0]
        assert approved in heading and asked not in heading and asked in page
        home = client.get("/firm/").content.decode()
        assert home.index("600,000.00") < home.index("1,000,000.00")
        listed = client.get("/list/firm.cases/").content.decode()
        assert "600,000.00" in listed and "1,000,000.00" in listed
