"""One firm from sign-up to a repaid loan and a discharged pledge, in a real browser at seven desks; every page is looked at."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from browser_world import Site, User
from people_of_the_way import TODAY
from way_of_a_loan import AUTHORITY_NUMBER, Way

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Which field has the focus, and whether that can be seen.
_FOCUSED = """() => [document.activeElement.name,
    getComputedStyle(document.activeElement).outlineStyle === "solid" &&
    parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2]"""
_DAYS = 85  # until the loan is settled early: the first interest is then about to fall due


@pytest.fixture(scope="module")
def way(site: Site) -> Iterator[Way]:
    """The way, gone to its end."""
    yield Way(site)


def test_from_sign_up_to_a_repaid_loan_and_a_discharged_pledge(way: Way) -> None:
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
    way.loan_is_paid_out()
    assert float(way.loan_is_repaid(_DAYS)) > 1_200_000
    assert "已还清" in way.bank_officer.go(f"/loans/{way.loan}/").inner_text("main .head")
    way.pledge_is_discharged()
    assert "已结清" in way.bank_officer.go(way.completion).inner_text("main .card.next .state")
    assert f"{AUTHORITY_NUMBER} 已注销" in way.public_finds()


def test_every_page_is_looked_at(way: Way) -> None:
    """What the way does not pass is opened by somebody who may; a page that nobody looks at fails here."""
    case, registration = f"/lender/cases/{way.case}/", "/registrar/registrations/1/"
    firm = way.firm_manager
    firm.visit("/do/token.make/")
    firm.page.locator("[name=scopes]").first.check()
    firm.fill(name="erp", expires_on=TODAY + timedelta(days=200), code=firm.code())
    firm.send("只显示这一次")
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
    }
    for user, paths in rounds.items():
        user.visit(*paths)
    way.platform_security.visit("/admin/lockouts/")
    take_files(way)
    assert way.site.pages_not_seen() == []


def calculates(visitor: User) -> None:
    """A rough answer without an account, with its charts."""
    visitor.visit("/calculator/")
    visitor.fill(
        region="610100",
        kind_1="invention",
        began_1="2019-04-22",
        granted_1="2021-06-15",
        revenue="5000万元",
        amount="200万元",
    )
    visitor.send()
    visitor.look()


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


def test_a_passkey_is_added_and_signs_in(way: Way) -> None:
    user = way.people["guarantor.officer"]
    devices = user.context.new_cdp_session(user.page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    user.go("/accounts/2fa/webauthn/add/")
    user.confirm_password()
    user.look()
    user.fill(name="office key", passwordless=True)
    with user.page.expect_navigation():
        user.page.locator("#mfa_webauthn_add").click()
    user.visit("/accounts/2fa/", "/accounts/2fa/webauthn/")
    assert "office key" in user.page.inner_text("main")
    user.sign_out()
    user.go("/accounts/login/")
    user.look()
    with user.page.expect_navigation():
        user.page.locator("#passkey_login").click()
    user.page.wait_for_url("**/guarantor/")
    assert user.said == []


def test_the_pages_of_an_account(way: Way) -> None:
    user = way.people["registry.registrar"]
    user.set_up_codes()
    user.visit(
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/sessions/",
        "/accounts/logout/",
    )
    user.sign_out()
    user.visit("/accounts/password/reset/")
    user.sign_in()
    assert "/registrar/" in user.page.url


def test_a_form_is_filled_and_sent_by_keyboard_alone(way: Way) -> None:
    user = way.people["firm.manager"]
    page = user.go("/do/objection.make/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED) == ["subject", True]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED) == ["text", True]
    page.keyboard.type("评级没有算上今年的新订单。")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已办好" in page.inner_text("main .messages")
