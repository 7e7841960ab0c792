"""One firm from sign-up to a repaid loan and a discharged pledge, in a real browser at seven desks; every page is looked at.

The whole way is gone on both databases; what "looked at" means on each: see ``browser_world``.
"""

from datetime import timedelta

from browser_world import Site, User, kind_of
from people_of_the_way import TODAY
from way_of_a_loan import AUTHORITY_NUMBER, MOST_ON_A_PHONE, Way

from zhirong.kernel.identifiers import patent_check_digit

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_POLICY = """
[[rule]]
id = "limit.loss_budget"
title = { zh = "年预期损失预算", en = "expected loss a year" }
unit = "rate"
[[rule.version]]
value = 0.0001
document = "Credit policy of the bank"
article = "Article 3"
confidence = "verified"
"""
_PARTS = ("limit", "quote", "rights", "credit", "checks", "decisions", "questions", "documents", "steps")
# Long forms, lists and texts: no other page may be as long.
_LONG_ON_A_PHONE = {
    "/admin/rules/",
    "/audit/",
    "/developers/",
    "/do/contract.issue/N/",
    "/firm/modes/",
    "/firm/profile/edit/",
    "/imports/N/",
    "/lender/cases/N/credit/",
    "/lender/cases/N/history/",
    "/lender/cases/N/modes/",
    "/lender/cases/N/score/",
    "/lender/cases/N/why/",
    "/styleguide/",
}
_DAYS = 85  # until the loan is settled early: the first interest is then about to fall due


def test_from_sign_up_to_a_repaid_loan_and_a_discharged_pledge(site: Site) -> None:
    """One test, for the rest of the pages need what the way has made: no other process can look at them."""
    way = Way(site)
    way.people.found()
    way.people.houses()
    way.firm_comes()
    way.firm_prepares()
    way.firm_applies()
    way.lender_accepts()
    way.agency_appraises()
    way.lender_looks_into()
    way.guarantor_grants()
    way.lender_decides()
    way.contracts_are_signed()
    way.pledge_is_registered()
    assert any("质权已经登记设立" in one for one in way.blocked), way.blocked
    assert "已登记" in way.public_finds()
    way.conditions_are_met()
    way.loan_is_paid_out()
    assert float(way.loan_is_repaid(_DAYS)) > 1_200_000
    assert "已还清" in way.bank_officer.go(f"/loans/{way.loan}/").inner_text("main .bar")
    way.pledge_is_discharged()
    assert "已结清" in way.bank_officer.go(way.completion).inner_text("main .bar")
    assert f"{AUTHORITY_NUMBER} 已注销" in way.public_finds()
    look_at_the_rest(way)
    assert "Traceback" not in (site.folder / "server.log").read_text("utf-8")


def look_at_the_rest(way: Way) -> None:
    """What the way does not pass is opened by somebody who may; a page that nobody looks at fails here."""
    case, registration = f"/lender/cases/{way.case}/", "/registrar/registrations/1/"
    firm = way.firm_manager
    firm.visit("/do/token.make/")
    firm.page.locator("[name=scopes]").first.check()
    firm.fill(name="erp", expires_on=TODAY + timedelta(days=200), code=firm.code())
    firm.send("仅显示一次")
    calculates(way.site.user("calculator@zhirong.example"))
    system = way.platform_system
    link = system.go("/admin/rules/").locator("main a[href*='/admin/rules/files/']").first.get_attribute("href")
    system.visit(link or "")
    rounds: dict[User, tuple[str, ...]] = {
        way.site.user("visitor2@zhirong.example"): (
            "/",
            "/products/",
            "/modes/",
            "/modes/xixian/",
            "/register/",
            "/register/verify/",
            "/developers/",
            "/styleguide/",
            "/preferences/",
        ),
        firm: (
            "/firm/rights/new/trademark/",
            "/firm/rights/import/",
            "/firm/appraisals/",
            "/firm/trust/",
            "/firm/cases/",
            "/appraisals/",
            f"/appraisals/{way.formal}/compare/{way.online}/",
            "/acting/",
            registration,
        ),
        way.bank_officer: (
            "/lender/cases/",
            f"{case}why/",
            f"{case}history/",
            f"{case}modes/",
            f"{case}credit/",
            f"{case}score/",
            *(f"{case}part/{part}/" for part in _PARTS),
            f"/search/?q={way.case}",
            "/lender/portfolio/",
            "/payments/1/",
            "/signatures/1/",
        ),
        way.bank_manager: ("/list/own.tokens/",),
        way.platform_system: (
            "/admin/organisations/",
            "/admin/rules/",
            "/admin/rules/lending.approval.bands/",
            "/admin/jobs/",
        ),
        way.platform_security: ("/admin/accounts/", "/admin/accounts/1/", "/admin/tokens/", "/admin/tokens/1/"),
        way.platform_audit: ("/audit/", "/audit/events/1/", "/audit/seen/", "/audit/check/"),
        way.registry_registrar: ("/registrar/changes/", "/registrar/reconciliations/"),
        way.guarantor_approver: ("/guarantor/requests/1/replay/",),
        way.authority_supervisor: ("/authority/",),
    }
    for user, paths in rounds.items():
        user.visit(*paths)
    way.platform_security.visit("/admin/lockouts/")
    way.agency_reviewer.visit("/agency/pool/")
    sets_a_policy(way, case)
    invites(way)
    take_files(way)
    brings_a_long_list(way)
    assert long_on_a_phone(way.site) <= _LONG_ON_A_PHONE
    # A loan that is repaid shows no page of recovery: test_recovery_in_the_browser.py looks at those.
    assert [name for name in way.site.pages_not_seen() if not name.startswith("recovery.")] == []


def long_on_a_phone(site: Site) -> set[str]:
    """The kinds of pages that are longer on a phone than the budget of a page."""
    return {kind_of(path) for path, height in site.heights.items() if height > MOST_ON_A_PHONE}


def sets_a_policy(way: Way, case: str) -> None:
    """The bank's manager drafts a policy and sees what it changes; the officer replays the review."""
    manager = way.bank_manager
    manager.visit("/policies/")
    manager.do(
        "policy.draft",
        title="Credit policy",
        valid_from=TODAY + timedelta(days=200),
        reason="Decision of the credit committee",
        rules=_POLICY,
    )
    manager.look()
    way.bank_officer.visit(f"{case}replay/")


def calculates(visitor: User) -> None:
    """A rough answer without an account, with its charts."""
    visitor.visit("/calculator/")
    visitor.fill(
        region="610100",
        kind_1="invention",
        year_1="2019",
        revenue="5000",
        amount="200",
    )
    visitor.send()
    visitor.look()
    visitor.visit("/apply/")


def invites(way: Way) -> None:
    """The firm invites a colleague who has no account yet; he signs up with the address and accepts."""
    firm = way.firm_manager
    link = firm.go("/firm/trust/").locator("a[href*='/do/member.add/']").first.get_attribute("href")
    firm.go(link or "")
    colleague = way.site.user("colleague@zhirong.example")
    firm.fill(email=colleague.email, roles=["firm.clerk"])
    firm.send()
    firm.visit("/invitations/")
    # Sent by the background work; his own sign-up comes after it, so that its mail is the last.
    assert "邀请您成为其成员" in way.site.mail_to(colleague.email)
    colleague.sign_up()
    colleague.visit("/acting/", "/invitations/1/")
    colleague.do("invitation.accept", 1)
    assert "企业经办人" in colleague.go("/acting/").inner_text("main")


def brings_a_long_list(way: Way) -> None:
    """A list of many rows is read in the background: the page follows by itself, and the yes is given on it."""
    firm = way.firm_manager
    rows = []
    for at in range(1, 2102):
        digits = f"201818{at:06d}"
        rows.append(f"{digits}.{patent_check_digit(digits)},一种装置{at},2018-07-28,2020-05-04\n")
    file = way.site.folder / "long.csv"
    file.write_text("专利号,专利名称,申请日,授权公告日\n" + "".join(rows), encoding="utf-8")
    firm.go("/firm/rights/import/")
    firm.fill(file=file)
    firm.send()
    address = firm.page.url.removeprefix(way.site.address)
    firm.page.wait_for_selector("main >> text=待确认", timeout=300_000)
    firm.look()
    assert firm.take(f"{address}progress/", "application/json").startswith(b"{")
    firm.go(address)
    firm.click("全部录入")
    # Not for 已完成: the message that the yes was taken says that at once, before the work begins.
    firm.page.wait_for_selector("main:has-text('新增 2101')", timeout=300_000)


def take_files(way: Way) -> None:
    """What is fetched rather than looked at is what it says it is."""
    firm, officer, audit = way.firm_manager, way.bank_officer, way.platform_audit
    assert firm.take("/firm/rights/template.xlsx", _EXCEL).startswith(b"PK")
    assert way.bank_cashier.take("/statements/template.xlsx", _EXCEL).startswith(b"PK")
    officer.go("/papers/1/")
    link = officer.page.locator("main a:has-text('PDF')").first.get_attribute("href")
    assert officer.take(link or "", "application/pdf").startswith(b"%PDF")
    assert b"leaf" in audit.take("/audit/events/1/receipt/", "application/json")
    firm.go("/registrar/registrations/1/")
    link = firm.page.locator("main a[href*='/receipts/']").first.get_attribute("href")
    firm.take(link or "", "application/json")
    with firm.page.expect_download() as download:
        firm.page.locator("main form[action*='/certificate/'] button").click()
    assert download.value.suggested_filename.endswith(".pdf")
    way.site.seen.add("/registrar/registrations/1/certificate/")
