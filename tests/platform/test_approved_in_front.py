"""After a lower approval a firm's pages show what was approved in front, and what was asked for beside it."""

import re
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
    figures = _figures(page)
    assert figures["申请"] == "1,000,000.00 元" and "批准" not in figures
    platform.reseed(Case.objects.get(pk=case.pk), state=CaseState.APPROVED.value, approved_amount=60_000_000)
    for client, approved, asked in (
        (zh, ("批准", "600,000.00 元"), ("申请", "1,000,000.00 元")),
        (en, ("Approved", "600,000.00 CNY"), ("Requested", "1,000,000.00 CNY")),
    ):
        page = client.get(f"/firm/cases/{case.pk}/").content.decode()
        assert list(_figures(page).items())[:2] == [approved, asked]
        home = client.get("/firm/").content.decode()
        assert home.count("600,000.00") > 1, "in the next step, and in the list of cases"
        assert home.index("600,000.00") < home.index("1,000,000.00")
        listed = client.get("/list/firm.cases/").content.decode()
        assert "600,000.00" in listed and "1,000,000.00" in listed


def _figures(page: str) -> dict[str, str]:
    """Return the figures of the bar over a page by their labels, in the order of the page."""
    bar = page.split("<h1>")[1].split("</dl>")[0]
    return {
        label.strip(): " ".join(re.sub("<[^>]*>", " ", figure).split())
        for label, figure in re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", bar, re.DOTALL)
    }
