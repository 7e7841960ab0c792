"""The pages of an account: sign-in and its factors, a passkey, and the keyboard alone."""

from browser_world import Site
from people_of_the_way import credit_code
from playwright.sync_api import Page

# Which field has the focus, and whether that can be seen.
_FOCUSED = """() => [document.activeElement.name,
    getComputedStyle(document.activeElement).outlineStyle === "solid" &&
    parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2]"""
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_signs_in(site: Site) -> None:
    user = site.user("passkey@zhirong.example")
    user.sign_up()
    devices = user.context.new_cdp_session(user.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    user.go("/accounts/2fa/webauthn/add/")
    user.confirm_password()
    user.look()
    user.go("/accounts/2fa/webauthn/add/")  # the challenge of the page that was opened last is the one that counts
    user.fill(name="office key", passwordless=True)
    with user.page.expect_navigation():
        user.page.locator("#mfa_webauthn_add").click()
    user.visit("/accounts/2fa/", "/accounts/2fa/webauthn/")
    assert "office key" in user.page.inner_text("main")
    user.sign_out()
    user.visit("/accounts/login/")
    user.page.locator("#passkey_login").click()
    user.page.wait_for_url("**/desk/")
    user.look()


def test_codes_sessions_password_and_sign_in(site: Site) -> None:
    user = site.user("codes@zhirong.example")
    user.visit("/accounts/signup/")
    user.sign_up()
    user.go("/accounts/2fa/totp/activate/")
    user.confirm_password()
    user.look()
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
    assert user.page.url.endswith("/desk/")


def test_forms_are_filled_and_sent_by_keyboard_alone(site: Site) -> None:
    user = site.user("keyboard@zhirong.example")
    user.sign_up()
    page = user.go("/do/firm.register/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None and box["x"] >= 0 and box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for name, words in (
        ("code", credit_code()),
        ("name", "渭北键盘科技有限公司"),
        ("region", "610100"),  # chosen from a list, by its arrow keys
        ("registered_on", "09022016"),  # month, day, year: the order in which this browser asks for them
        ("legal_representative", "高远"),
        ("address", "创新路 8 号"),
        ("phone", "029-00000000"),
    ):
        _tab_to(page, name)
        if name == "region":
            _choose(page, words)
        else:
            page.keyboard.type(words)
    assert page.locator("[name=registered_on]").input_value() == "2016-09-02"
    _tab_to(page, "licence")  # a scan may be added now or later
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("main .problems li, main .field .problem").all_inner_texts() == []
    assert "渭北键盘科技有限公司" in page.inner_text("main h1")


def _tab_to(page: Page, name: str) -> None:
    """Press the tabulator until a field has the focus, and see that it shows."""
    for _ in range(5):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused[0] == name:
            assert focused[1], f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def _choose(page: Page, value: str) -> None:
    """Go down the list that has the focus until this value is chosen."""
    for _ in range(page.evaluate("document.activeElement.options.length")):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == value
