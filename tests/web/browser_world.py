"""A server in a process of its own, a browser, and people in it who sign up, read their mail and use their authenticator.

Every page that is opened is looked at: it answers, no message on the console, nothing asked from outside, one heading. How a page is
laid out and worded does not depend on the database, so the thorough look is had on one of them: in Chinese as it stands at the width of a
desk and in another window in English at that of a phone, without a violation of WCAG 2 A or AA by axe; each of them is then made as wide
as the other, and nothing may stand beyond the edge. To load and to examine a page is most of the time of these tests: a kind of page is
made narrow or wide once and examined by axe once, the kinds by turns in Chinese at the desk and opened in English on the phone; in the long
runs each time, in each language, by axe at both widths. The contrast of text, and of links with the
text around them, takes axe more than all its other rules together: it is examined of texts with a look (their colour, size and weight, and
everything behind them) that no text examined before had.
"""

import base64
import email
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, sync_playwright

from browsers import BROWSER
from ports import free_port

PASSWORD = "a long password of 2026"
_HERE = Path(__file__).parent
PHONE = {"width": 390, "height": 844}
DESK = SCREEN = {"width": 1440, "height": 900}  # of a laptop
_AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
_OF_CONTRAST = ["color-contrast", "link-in-text-block"]
_AXE_WITHOUT_CONTRAST = {**_AXE, "rules": {rule: {"enabled": False} for rule in _OF_CONTRAST}}
_AXE_CONTRAST = {"runOnly": {"type": "rule", "values": _OF_CONTRAST}, "resultTypes": ["violations"]}
# The contrast of the texts that look as none did before: their looks, and what axe finds in them, with the first places of each.
# known: the looks that were examined.
_CONTRAST_OF_NEW_LOOKS = """async ({ known, options }) => {
    const behind = one => {
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
        const own = backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none" && opacity === "1" ? "" :
            [backgroundColor, backgroundImage, opacity].join();
        return one.parentElement ? behind(one.parentElement) + own : own;
    };
    const holdsText = one => one.matches("input, select, textarea") ||
        [...one.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.textContent.trim());
    const look = one => {
        const { color, fontSize, fontWeight, textShadow, position, display } = getComputedStyle(one);
        const link = one.closest("a[href], [role=link]");
        const own = [color, fontSize, fontWeight, textShadow, position, behind(one)];
        if (!link) return own.join(" ");
        const { textDecoration, borderBottom } = getComputedStyle(link), around = getComputedStyle(link.parentElement);
        return [...own, "link", display, textDecoration, borderBottom, around.color, around.fontWeight, around.fontSize].join(" ");
    };
    const looks = new Map([...document.body.querySelectorAll("*")]
        .filter(one => holdsText(one) && one.getClientRects().length).map(one => [one, look(one)]));
    const include = [...looks.keys()].filter(one => !known.includes(looks.get(one)));
    if (!include.length) return [[], []];
    const found = await axe.run({ include }, options);
    return [[...new Set(include.map(one => looks.get(one)))], found.violations.map(
        one => [one.id, one.nodes.slice(0, 3).map(node => node.target)])];
}"""
# What names the parts of a page: none of it is anybody's own words. Documents of the rules are cited in their language.
_LABELS = """() => [...document.querySelectorAll(
    "title, h1, h2, h3, th, label, legend, dt, summary, button, .button, .menu a, .state:not(.from), caption, option, .empty, .lead")]
    .filter(one => !one.closest("[lang|=zh]")).map(one => one.cloneNode(true))
    .map(one => { one.querySelectorAll(".source, .about, .from").forEach(part => part.remove()); return one.textContent.trim(); })
    .filter(one => one)"""
# What a page tells its reader: messages, problems and hints. Names for programs are marked as such.
_SAID = """() => [...document.querySelectorAll("main :is(.messages p, .tell, .problem, .problems li, .empty, [role=alert])")]
    .map(one => one.cloneNode(true))
    .map(one => { one.querySelectorAll("code, pre, .source, .hash").forEach(part => part.remove()); return one.textContent.trim(); })
    .filter(one => one)"""
_FOR_PROGRAMS = re.compile(r"\b[A-Za-z]+_[A-Za-z_]+\b|(?<!\S)--[a-z]|\bzhirong [a-z]")
_TOO_WIDE = """() => [...document.querySelectorAll("main *")].filter(
    one => one.getBoundingClientRect().right > document.documentElement.clientWidth && !one.closest(".scroll"))
    .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
_LISTS_TOO_WIDE = """() => document.documentElement.clientWidth > 500 ? [] : [...document.querySelectorAll(".scroll")].filter(
    one => one.querySelector("table.list") && one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML.slice(0, 120))"""
_RECKON = """
from zhirong.store.setup import ready
ready("zhirong.web.settings")
from zhirong.operations import catalogue
from zhirong.operations.declare import Call
from zhirong.operations.run import run_operation
from zhirong.operations.clock import now
from zhirong.operations.actors import WORKER
catalogue.load()
run_operation("loan.reckon", Call(WORKER, now(), f"test-{now():%Y%m%d}"), None, {})
"""
# Accounts with a confirmed address, an authenticator and a session, for each the secret and the session's key.
_ACCOUNTS = """
import json, sys
from zhirong.store.setup import ready
ready("browser_settings")
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from zhirong.operations import catalogue
from zhirong.store.parties import Account
catalogue.load()
password, *addresses = sys.stdin.read().split("|")
made = {}
for email in addresses:
    account = Account(username=email, email=email)
    account.set_password(password)
    account.save()
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    made[email] = (secret, client.cookies["sessionid"].value)
print(json.dumps(made))
"""
_NOT_SEEN = """
import sys
from zhirong.store.setup import ready
ready("zhirong.web.settings")
from django.urls import Resolver404, resolve
import zhirong.web.urls
from zhirong.web.pages import PAGES
seen = set()
for path in sys.stdin.read().split():
    try:
        seen.add(resolve(path).url_name)
    except Resolver404:
        pass
print(*sorted(set(PAGES) - seen))
"""
# What axe finds, with the first places of each.
_VIOLATIONS = """options => axe.run(options).then(found => found.violations.map(
    one => [one.id, one.nodes.slice(0, 3).map(node => node.target)]))"""
# Parts of the browser that are switched off. Those that Playwright names are named again: the last list is the one that counts.
_FEATURES_OF_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "OptimizationHints",
    "AimEnabled",
    "PreconnectToSearch",
)
_FEATURES_OF_THE_WINDOW = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
    "Translate",
    "SegmentationPlatform",
    "PageContentAnnotations",
    "AutofillServerCommunication",
    "PerformanceControls",
)
# How often a kind of page is looked at in English, by axe and at the other width; in the long runs every time.
_TIMES = 1
_EVERY_TIME = bool(os.environ.get("ZHIRONG_SEARCH"))
_CHINESE = re.compile("[\u4e00-\u9fff]")


def kind_of(address: str) -> str:
    """The address of a page without its numbers: pages of one kind are alike."""
    return re.sub(r"[0-9]+", "N", address)


class Site:
    """One served platform. is_thorough: how pages are looked at. seen: the paths that were looked at. typed: what people wrote in
    Chinese, and keeps its language. heights: of the pages on a phone, in pixels, by path.
    """

    def __init__(self, server: "Server", browser: Browser, is_thorough: bool) -> None:
        self.server, self.browser, self.is_thorough = server, browser, is_thorough
        self.address, self.folder = server.address, server.folder
        self.seen: set[str] = set()
        self.typed: list[str] = []
        self.heights: dict[str, int] = {}
        self.looked: Counter[tuple[str, str]] = Counter()
        self._looks_of_text: set[str] = set()
        self._turns: dict[str, str] = {}
        pictures = os.environ.get("ZHIRONG_PICTURES", "")
        self.pictures = Path(pictures) if pictures and is_thorough else None

    def seldom(self, address: str, how: str, times: int) -> bool:
        """Whether pages of this kind, alike but for the numbers in the address, were looked at so fewer times than this."""
        kind = (kind_of(address), how)
        self.looked[kind] += 1
        return _EVERY_TIME or self.looked[kind] <= times

    def is_english(self, address: str) -> bool:
        """Whether pages of this kind are opened in English too: in the short runs every second kind, in the long ones all."""
        return _EVERY_TIME or self._turn(address) == "en"

    def _turn(self, address: str) -> str:
        return self._turns.setdefault(kind_of(address), "en" if len(self._turns) % 2 else "zh")

    def is_to_be_examined(self, address: str, lang: str) -> bool:
        """Whether axe examines this page now: a kind in one language, whose turn is when the kind is first seen."""
        return _EVERY_TIME or (lang == self._turn(address) and self.seldom(address, "by axe", _TIMES))

    def examine(self, page: Page) -> list[Any]:
        """What axe finds on a page: the contrast of the texts that look as none did on the pages before, and all else."""
        page.add_script_tag(url="/static/axe.min.js")  # see browser_settings
        known = [] if _EVERY_TIME else sorted(self._looks_of_text)
        looks, found = page.evaluate(_CONTRAST_OF_NEW_LOOKS, {"known": known, "options": _AXE_CONTRAST})
        self._looks_of_text |= set(looks)
        return [*found, *page.evaluate(_VIOLATIONS, _AXE_WITHOUT_CONTRAST)]

    def command(self, *words: str) -> str:
        """Run ``zhirong`` on the platform's folder while it is served; what it prints."""
        program = str(Path(sys.executable).with_name("zhirong"))
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, env=self.server.environment, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def later(self, days: int) -> None:
        """Let days pass: the platform is started again so many days from today."""
        self.server.stop()
        self.server.start(days)

    def reckon(self) -> None:
        """What the background work does at the end of a day, now: not when the worker would come to it."""
        self._python(_RECKON)

    def pages_not_seen(self) -> list[str]:
        """The declared pages that nobody has looked at, by name."""
        return self._python(_NOT_SEEN, "\n".join(self.seen)).split()

    def _python(self, program: str, given: str = "") -> str:
        """A program beside the server, with its settings: this process keeps its own."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=given,
            capture_output=True,
            text=True,
            env=self.server.environment,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def user(self, email_address: str) -> "User":
        """Somebody with a browser of their own."""
        return User(self, email_address)

    def users(self, *addresses: str) -> list["User"]:
        """People who are known already and signed in, each in a browser of their own: no form is filled for that."""
        made = json.loads(self._python(_ACCOUNTS, "|".join((PASSWORD, *addresses))))
        return [self.user(one).signed_in(*made[one]) for one in addresses]

    def mail_to(self, address: str, holds: str = "") -> str:
        """The text of the last e-mail to an address; waits for one that holds this pattern: the background sends them."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            found = [
                file for file in (self.folder / "mail").glob("*") if f"To: {address}" in file.read_text("utf-8")
            ]
            if found:
                written = max(found, key=lambda file: file.stat().st_mtime_ns).read_text("utf-8")
                last = written.split("-" * 79)[-2] if "-" * 79 in written else written
                said = str(email.message_from_bytes(last.strip().encode(), policy=policy.default).get_content())
                if re.search(holds, said, re.MULTILINE):
                    return said
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} with {holds}")


class User:
    """Somebody at a browser. secret: of the authenticator, once it is set up."""

    def __init__(self, site: Site, email_address: str) -> None:
        self.site, self.email = site, email_address
        self.secret = ""
        self._last_step = 0
        self._status = 0
        self.said: list[str] = []
        self.context = site.browser.new_context(viewport=DESK, locale="zh-CN")
        self.page = self._window(DESK)
        self._phone: Page | None = None  # opened when a page is first looked at in English

    def _window(self, size: dict[str, int]) -> Page:
        """A window of this browser; what is said in it is heard."""
        page = self.context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.set_default_timeout(60_000)  # a busy machine is no fault
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", self._drawn)
        return page

    def _hear(self, kind: str, text: str) -> None:
        # A form with mistakes comes back as 422, a page of others as 404: the browser notes that itself.
        # Hints that only a developer who asks for them sees are no message.
        if kind not in ("verbose", "debug") and "the server responded with a status of 4" not in text:
            self.said.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site.address, "data:", "blob:")):
            self.said.append(f"asked {url}")

    def _drawn(self, answer: Response) -> None:
        if answer.request.is_navigation_request():
            self._status = answer.status
        # A picture that stands on a page is looked at with it.
        if answer.request.resource_type == "image" and answer.status == 200:
            self.site.seen.add(urlsplit(answer.url).path)

    # -- moving about -----------------------------------------------------------------------------------------------

    def go(self, path: str) -> Page:
        """Open a page of the platform."""
        self.page.goto(self.site.address + path)
        return self.page

    def height(self, path: str, size: dict[str, int]) -> int:
        """The height of a page in pixels in a window of this size."""
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.go(path)
        found = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        return int(found)

    def click(self, words: str) -> None:
        """Follow the link or press the button of these words."""
        self.page.locator(f"main a:has-text('{words}'), main button:has-text('{words}')").first.click()
        self.page.wait_for_load_state()

    def fill(self, **values: Any) -> None:
        """Fill a form: text by name, True for a tick, a list for several ticks, a tuple for a range, a Path for a file."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']")
            for closed in self.page.locator(f"main details:not([open]):has([name='{name}'])").all():
                closed.locator("summary").first.click()
            if value is True:
                field.check()
            elif isinstance(value, list):
                for one in value:
                    self.page.locator(f"main [name='{name}'][value='{one}']").check()
            elif isinstance(value, tuple):
                for at, one in enumerate(value):
                    field.nth(at).fill(str(one))
            elif isinstance(value, Path):
                field.set_input_files(str(value))
            elif field.first.evaluate("one => one.tagName") == "SELECT":
                field.select_option(str(value))
            else:
                field.fill(str(value))

    def send(self, expect: str = "") -> None:
        """Send the form on the page. Fails with what is to be corrected where it is refused. expect: words of the page after."""
        button = self.page.locator("main form button.main").first
        unfit = button.evaluate("one => [...one.form.elements].filter(f => !f.checkValidity()).map(f => f.name)")
        assert unfit == [], f"the browser does not send the form: {unfit}"
        with self.page.expect_navigation():
            button.click()
        problems = self.page.locator(
            "main .field .problem, main .problems li, main .errorlist li"
        ).all_inner_texts()
        assert not problems, problems
        if expect:
            assert expect in self.page.inner_text("main"), self.page.inner_text("main")[:1500]

    def do(self, operation: str, row: int | str = "", /, **values: Any) -> None:
        """Do an operation by its form."""
        self.go(f"/do/{operation}/{row}/" if row else f"/do/{operation}/")
        self.fill(**values)
        self.send()

    def row_id(self) -> int:
        """The number at the end of the address of the page."""
        found = re.search(r"/(\d+)/?(?:\?.*)?$", self.page.url)
        assert found, self.page.url
        return int(found.group(1))

    # -- looking ----------------------------------------------------------------------------------------------------

    def look(self, name: str = "") -> None:
        """Look at the page as it stands; thoroughly: in Chinese at the desk, and in English on a phone. name: of a picture to keep."""
        address = self.page.url.split("?")[0]
        self.site.seen.add(address.removeprefix(self.site.address))
        assert self._status == 200, (address, self._status)
        self._look_once(self.page, address)
        if self.site.is_thorough:
            self._look_closely(self.page, address, "zh")
            self._look_at_the_other_width(self.page, address, "zh", PHONE)
            if self.site.is_english(address) and self.site.seldom(address, "en", _TIMES):
                self._look_in_english(address)
        if name:
            self.picture(name)

    def _look_in_english(self, address: str) -> None:
        """The same address in a window as narrow as a phone; the person's own window stays as it is, and Chinese."""
        if self._phone is None:
            self._phone = self._window(PHONE)
        query = [one for one in urlsplit(self.page.url).query.split("&") if one and not one.startswith("lang=")]
        answer = self._phone.goto(f"{address}?{'&'.join([*query, 'lang=en'])}")
        assert answer is not None and answer.status == 200, (address, answer and answer.status)
        self._look_once(self._phone, address)
        self._look_closely(self._phone, address, "en")
        self._look_at_the_other_width(self._phone, address, "en", DESK)
        # Remembered for all windows of a browser: the next page of the person's own is to be Chinese again.
        self.context.clear_cookies(name="zhirong_language")
        self.page.bring_to_front()  # a passkey is only given to the window in front

    def picture(self, name: str, at: str = "", size: dict[str, int] = DESK) -> None:
        """Keep a picture of the page as it stands, where pictures are wanted. at: what is to stand at the top of it."""
        if self.site.pictures is None:
            return
        self.site.pictures.mkdir(parents=True, exist_ok=True)
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.reload()
        if at:
            self.page.locator(at).first.evaluate("one => one.scrollIntoView()")
        self.page.screenshot(path=str(self.site.pictures / f"{name}.png"))
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]

    def _look_once(self, page: Page, address: str) -> None:
        said, self.said = self.said, []
        assert said == [], (address, said)
        assert page.locator("h1").count() == 1, (address, "one heading of the first level")

    def _look_closely(self, page: Page, address: str, lang: str) -> None:
        assert page.evaluate("document.documentElement.lang").startswith(lang), (address, lang)
        self._fits(page, address, lang)
        if self.site.is_to_be_examined(address, lang):
            found = self.site.examine(page)
            assert found == [], (address, lang, found)
        if lang == "zh" and "/developers/" not in address:
            said = [one for one in page.evaluate(_SAID) if _FOR_PROGRAMS.search(one)]
            assert said == [], (address, "a constant or a command", said[:5])
        if lang == "en":
            left = [one for one in page.evaluate(_LABELS) if _CHINESE.search(self._known_left_out(one))]
            assert left == [], (address, "not in English", left[:5])

    def _look_at_the_other_width(self, page: Page, address: str, lang: str, size: dict[str, int]) -> None:
        """The same page in a window of this size, without loading it again."""
        if not self.site.seldom(address, f"{lang} at the other width", _TIMES):
            return
        own = page.viewport_size
        page.set_viewport_size(size)  # type: ignore[arg-type]
        self._fits(page, address, lang)
        if size is PHONE:
            self.site.heights[address.removeprefix(self.site.address)] = int(
                page.evaluate("document.documentElement.scrollHeight")
            )
        if _EVERY_TIME:
            found = self.site.examine(page)
            assert found == [], (address, lang, size, found)
        page.set_viewport_size(own)  # type: ignore[arg-type]

    @staticmethod
    def _fits(page: Page, address: str, lang: str) -> None:
        """See that nothing stands beyond the edge of the window."""
        where = f"{address} ({lang}, {page.viewport_size})"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{where} is {wide} pixels too wide: {page.evaluate(_TOO_WIDE)}"
        beyond = page.evaluate(_LISTS_TOO_WIDE)
        assert beyond == [], f"{where}: a list hides something beyond the edge: {beyond}"

    def _known_left_out(self, words: str) -> str:
        """Words of the page without what people have typed: that stays in their own language."""
        for one in self.site.typed:
            words = words.replace(one, "")
        return words

    def take(self, path: str, media_type: str) -> bytes:
        """Fetch a file or a picture as this person, and see that it is what it says."""
        answer = self.page.request.get(self.site.address + path)
        assert answer.status == 200, (path, answer.status)
        assert answer.headers["content-type"].startswith(media_type), (path, answer.headers["content-type"])
        self.site.seen.add(path.split("?")[0])
        return answer.body()

    def visit(self, *paths: str) -> None:
        """Open pages and look at each; an address that leads on to a page is looked at there."""
        for path in paths:
            self.go(path)
            self.site.seen.add(path)
            self.look()

    # -- signing in ---------------------------------------------------------------------------------------------------

    def signed_in(self, secret: str, session: str) -> "User":
        """Hold a session and an authenticator that the platform knows."""
        self.secret = secret
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.site.address}])
        return self

    def sign_up(self) -> None:
        """As a person does: the form, the code in the mail."""
        self.go("/accounts/signup/")
        self.fill(email=self.email, password1=PASSWORD, password2=PASSWORD)
        self.send()
        code = r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$"
        found = re.search(code, self.site.mail_to(self.email, code), re.MULTILINE)
        assert found
        self.fill(code=found.group(1))
        self.send()

    def sign_in(self) -> None:
        """With the password, and the authenticator where there is one."""
        self.go("/accounts/login/")
        self.fill(login=self.email, password=PASSWORD)
        self.send()
        if "/2fa/" in self.page.url:
            self.fill(code=self.code())
            self.send()

    def sign_out(self) -> None:
        """By the page that asks whether one means it."""
        self.go("/accounts/logout/")
        self.send()

    def confirm_password(self) -> None:
        """Where the password or a code is asked for again before something is changed."""
        if "reauthenticate" in self.page.url:
            self.fill(**({"code": self.code()} if "/2fa/" in self.page.url else {"password": PASSWORD}))
            self.send()

    def set_up_codes(self) -> None:
        """An authenticator, as the security page sets it up."""
        self.go("/accounts/2fa/totp/activate/")
        self.confirm_password()
        self.secret = self.page.locator("#authenticator_secret").input_value()
        self.fill(code=self.code())
        self.send()

    def code(self) -> str:
        """The authenticator's next unused code (RFC 6238); the platform of these tests accepts it early."""
        self._last_step = max(int(time.time()) // 30, self._last_step + 1)
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        digest = hmac.digest(key, struct.pack(">Q", self._last_step), "sha1")
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


@contextmanager
def served(folder: Path, url: str, is_thorough: bool) -> Iterator[Site]:
    """A platform with its register, served on a free port, and a browser; both end with the block. url: of its database."""
    environment = {
        **os.environ,
        "ZHIRONG_DATA": str(folder),
        "DATABASE_URL": url,
        "ZHIRONG_DAYS_AHEAD": "0",
        "DJANGO_SETTINGS_MODULE": "browser_settings",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH")))),
    }
    server = Server(folder, environment)
    server.start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=BROWSER,
                args=[
                    "--no-sandbox",
                    "--lang=en-US",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-sync",
                    # Each window draws pages of its own for the address line, that nobody looks at.
                    f"--disable-features={','.join((*_FEATURES_OF_PLAYWRIGHT, *_FEATURES_OF_THE_WINDOW))}",
                    "--num-raster-threads=1",
                    "--in-process-gpu",
                ],
            )
            yield Site(server, browser, is_thorough)
            browser.close()
    finally:
        server.stop()


class Server:
    """``zhirong serve`` in a process of its own, on a port that stays the same when it is started again."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment, self.port = folder, environment, free_port()
        # Passkeys are bound to a name, and no number is one.
        self.address = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, days_ahead: int = 0) -> None:
        """Start it, its day so many days ahead, and wait until it answers."""
        self.environment["ZHIRONG_DAYS_AHEAD"] = str(days_ahead)
        command = [str(Path(sys.executable).with_name("zhirong")), "serve", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        _wait_for(f"http://127.0.0.1:{self.port}/", self._process, self.folder)

    def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _wait_for(address: str, server: "subprocess.Popen[bytes]", folder: Path) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if server.poll() is not None:
            raise AssertionError((folder / "server.log").read_text("utf-8", "replace")[-3000:])
        try:
            urllib.request.urlopen(address, timeout=10).read()
        except OSError:  # not there yet, or too busy to answer in time
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")
