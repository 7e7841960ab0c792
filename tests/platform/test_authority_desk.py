"""The supervisory authority's figures: they add up by lender and part, end at its region, and name no company."""

import io
import re
from typing import Any

import openpyxl
from lender_world import AMOUNT, desk_of

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.money import show_yuan
from zhirong.operations.credit.region_figures import region_figures
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Loan
from zhirong.store.parties import Organisation


def _text(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode().partition("<main")[2]).split())


def test_the_figures_of_a_region_add_up_and_name_no_company(sqlite_platform: Any) -> None:
    platform = sqlite_platform
    desk = desk_of(platform)
    case = desk.case()
    loan = {
        "firm": desk.firm,
        "lender": desk.bank,
        "number": "L1",
        "state": "standing",
        "mode": "xixian",
        "contract": {},
    }
    money = {
        "principal": AMOUNT,
        "balance": AMOUNT // 2,
        "overdue": 1_000,
        "overdue_days": 40,
        "category": "substandard",
    }
    platform.seed(Loan, case=case, start=platform.day, **loan, **money)
    platform.reseed(case, state="released", approved_amount=AMOUNT)
    desk.case()
    region = Organisation.objects.get(pk=desk.firm.pk).region
    found = region_figures(region, rulebook(), platform.day)
    (row,) = found.lenders
    assert (row.cases, row.asked, row.approved, row.lent, row.balance, row.overdue, row.bad) == (
        2,
        2 * AMOUNT,
        AMOUNT,
        AMOUNT,
        AMOUNT // 2,
        1_000,
        AMOUNT // 2,
    )
    for name in ("cases", "asked", "approved", "lent", "balance", "overdue", "bad"):
        assert getattr(found.total, name) == sum(getattr(one, name) for one in found.lenders)
    assert found.total.balance == found.book.standing == sum(one.amount for one in found.book.by_age)
    assert [one.title.zh for one in found.book.by_age] == ["逾期 31–90 天"]
    assert region_figures("110000", rulebook(), platform.day).total.asked == 0, "another region"
    office = platform.organisation(OrganisationKind.AUTHORITY, "某市知识产权局")
    platform.reseed(office, region=region)
    supervisor = platform.member(office, MemberRole.SUPERVISOR)
    client = platform.client(supervisor)
    page = _text(client.get("/authority/").content)
    assert (
        f"合计 2 {show_yuan(2 * AMOUNT)} {show_yuan(AMOUNT)} {show_yuan(AMOUNT)} {show_yuan(AMOUNT // 2)}" in page
    )
    assert desk.bank.name in page and desk.firm.name not in page and case.number not in page
    book = openpyxl.load_workbook(io.BytesIO(client.get("/authority/?export=xlsx").content))
    last = [one.value for one in list(book["各银行申请、批准、放款"].rows)[-1]]
    assert last[:4] == ["合计", 2, 2 * AMOUNT / 100, AMOUNT / 100]
    # It sees sums alone, and nobody else sees them.
    for address in (f"/lender/cases/{case.pk}/", "/lender/portfolio/", "/loans/", f"/firm/cases/{case.pk}/"):
        assert client.get(address).status_code in (403, 404), address
    assert desk.firm.name not in client.get("/search/", {"q": desk.firm.name[:4]}).content.decode()
    assert platform.client(desk.officer).get("/authority/").status_code == 403
