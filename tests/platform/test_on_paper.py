"""Pages as a browser prints them on A4: every column within the sheet, what is folded away too, nothing that can only be clicked."""

import re
from pathlib import Path
from typing import Any

import pytest
from money_world import Money

import zhirong.web
from browsers import BROWSER

playwright = pytest.importorskip("playwright.sync_api")
_STATIC = Path(zhirong.web.__file__).parent / "static"
_A4 = {"width": 680, "height": 1000}  # within its margins
_BEYOND = """() => [...document.querySelectorAll("main *")].filter(
    one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(one => one.outerHTML.slice(0, 100))"""
_HIDDEN = """() => [...document.querySelectorAll("main th, main td")].filter(
    one => !one.getClientRects().length).map(one => one.outerHTML.slice(0, 100))"""
_CLICKED = """() => [...document.querySelectorAll(".button, button, .menu, .filters, .within")].filter(
    one => one.getClientRects().length).map(one => one.outerHTML.slice(0, 100))"""


def _pages(platform: Any, money: Money) -> dict[str, str]:
    loan, case = money.loan.pk, money.case.pk
    paths = {
        f"/lender/cases/{case}/": money.officer,
        f"/loans/{loan}/": money.officer,
        f"/loans/{loan}/books/": money.officer,
        "/statements/": money.cashier,
        f"/firm/cases/{case}/": money.manager,
    }
    found = {}
    for path, who in paths.items():
        for lang in ("zh", "en"):
            answer = platform.client(who, lang).get(path)
            assert answer.status_code == 200, path
            found[f"{path}?{lang}"] = re.sub(
                r"/static/(\w+)(?:\.\w+)?\.(css|js)", rf"file://{_STATIC}/\1.\2", answer.content.decode()
            )
    return found


@pytest.mark.skipif(BROWSER is None, reason="chromium is not installed: apt-get install chromium")
def test_a_printed_page_has_all_that_the_screen_has(
    sqlite_platform: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.released()
    pages = _pages(sqlite_platform, money)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=_A4)
        for name, html in pages.items():
            file = tmp_path / "page.html"
            file.write_text(html, encoding="utf-8")
            page.goto(file.as_uri())
            folded = page.locator("main details:not([open])").count()
            page.emulate_media(media="print")
            page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            assert page.evaluate(_BEYOND) == [], name
            assert page.evaluate(_HIDDEN) == [], name
            assert page.evaluate(_CLICKED) == [], name
            assert page.pdf(format="A4").startswith(b"%PDF"), name
            page.evaluate("window.dispatchEvent(new Event('afterprint'))")
            assert page.locator("main details:not([open])").count() == folded, name
            page.emulate_media(media="screen")
        browser.close()
