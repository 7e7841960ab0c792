"""What an application costs a company: fields, clicks and pages from the home page to the submitted case, in a real browser.

The company is known by its credit code and has its list of rights as a file. A field is one that somebody fills or chooses; what is prefilled
and confirmed by going on is none. A click follows a link, presses a button or ticks a box. Pages are counted as they are opened, the first and the
page of the submitted case with them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import register_databases
from browser_world import DESK, PASSWORD, Site, User, served

from browsers import BROWSER

MOST_CALCULATOR_FIELDS, MOST_CALCULATOR_HEIGHT = 6, 900
MOST_PAGES, MOST_FIELDS, MOST_CLICKS, MOST_HEIGHT = 6, 20, 18, 1_200
_LIST = "专利号,专利名称,申请日,授权公告日\n201919900003.0,多旋翼无人机的抗风姿态控制方法,2019-04-22,2021-06-15\n"
_FIGURES = {
    "credit_statements_revenue": "5600",
    "credit_cash_flow_operating_cash_flow": "900",
    "credit_cash_flow_debt_service": "170",
    "credit_debt_total_assets": "5600",
    "credit_debt_total_debt": "1680",
    "credit_debt_overdue": "0",
    "facts_size_class": "small",
    "credit_compliance_lists": "none",
}
# A confirmed company with one member, and a bank. Accounts of a training region need no second factor.
_SEED = """
import sys
from zhirong.store.setup import ready
ready("browser_settings")
from allauth.account.models import EmailAddress
from zhirong.kernel.identifiers import credit_code_check
from zhirong.kernel.text import Text
from zhirong.operations import catalogue
from zhirong.operations.actors import WORKER
from zhirong.operations.clock import now
from zhirong.operations.declare import Call, Operation
from zhirong.operations.fields import Nothing
from zhirong.operations.run import _record
from zhirong.operations.unit_of_work import Work
from zhirong.store.names import name_key
from zhirong.store.parties import Account, Membership, Organisation
from zhirong.store.transaction import writing
catalogue.load()
email, password = sys.stdin.read().split("|")
account = Account(username=email, email=email, is_demo=True)
account.set_password(password)
account.save()
EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
seed = Operation("test.seed", Text("", ""), Text("", ""), Nothing, lambda work, request: None)
with writing() as head:
    work = Work(seed, Call(WORKER, now(), "seed"), head)
    for number, (kind, name) in enumerate((("lender", "秦川商业银行"), ("firm", "西安云翼无人系统有限公司"))):
        code = f"99610100MADR0000{number}"
        row = work.create(Organisation, kind=kind, name=name, code=code + credit_code_check(code), region="610100", status="active",
                          name_key=name_key(name), profile={"registered_on": "2016-09-02"})
    work.create(Membership, account=account, organisation=row, roles=["firm.manager"], active=True)
    _record(work, {}, None)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A platform on SQLite: what is counted does not depend on the database."""
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    folder = tmp_path_factory.mktemp("platform")
    with register_databases.with_tables("sqlite", folder) as url, served(folder, url, False) as one:
        yield one


class Counted:
    """Somebody whose fields, clicks and pages are counted."""

    def __init__(self, user: User) -> None:
        self.user, self.fields, self.clicks, self.heights = user, 0, 0, [self._height(user)]

    @staticmethod
    def _height(user: User) -> int:
        user.page.wait_for_load_state()
        return int(user.page.evaluate("document.documentElement.scrollHeight"))

    def fill(self, **values: Any) -> None:
        """Fill fields, each counted."""
        self.fields += len(values)
        self.user.fill(**values)

    def tick(self, name: str) -> None:
        """Tick a box."""
        self.clicks += 1
        self.user.fill(**{name: True})

    def press(self, where: str) -> None:
        """Press a button or follow a link that opens a page."""
        self.clicks += 1
        with self.user.page.expect_navigation():
            self.user.page.locator(f"main {where}").first.click()
        self.heights.append(self._height(self.user))
        problems = self.user.page.locator("main .problem").all_inner_texts()
        assert not problems, problems


def test_the_calculator_shows_a_limit_within_its_budget(site: Site) -> None:
    """What somebody asks without an account: six fields at most, one click, the answer on the same screen."""
    user = site.user("visitor@zhirong.example")
    user.page.set_viewport_size({**DESK, "width": 1440})
    user.go("/")
    one = Counted(user)
    one.fill(amount="200", region="610100", revenue="5000", kind_1="invention", year_1="2019")
    one.press("form button.main")
    assert "#answer" in user.page.url and one.clicks == 1
    sys.stdout.write(f"calculator: fields {one.fields}, heights {one.heights}\n")
    assert one.fields <= MOST_CALCULATOR_FIELDS and max(one.heights) <= MOST_CALCULATOR_HEIGHT


def test_a_known_company_applies_within_its_budget(site: Site, tmp_path: Path) -> None:
    user = site.user("cfo@zhirong.example")
    site._python(_SEED, f"{user.email}|{PASSWORD}")
    accounts, rights = tmp_path / "accounts.pdf", tmp_path / "rights.csv"
    accounts.write_bytes(b"%PDF-1.7\n% accounts\n")
    rights.write_text(_LIST, encoding="utf-8")
    user.sign_in()
    user.page.set_viewport_size({**DESK, "width": 1440})
    user.go("/firm/cases/new/?amount=200万元")  # as the calculator carries it
    one = Counted(user)
    draft_is_kept(user)
    one.fill(purpose="采购原材料和备货")  # the only bank is chosen; term and repayment stand
    one.press(".footbar .main")
    one.fill(accounts=accounts, source="audit", **_FIGURES)
    one.press(".footbar .main")
    one.fill(list=rights)
    one.press(".footbar .main")
    one.fill(revenue="3000")
    one.press(".footbar .main")
    assert "可支持" in user.page.inner_text("main #limit")
    one.tick("agreed")
    one.press(".footbar .main")
    assert "已提交，待受理" in user.page.inner_text("main")
    counted = (len(one.heights), one.fields, one.clicks, max(one.heights))
    sys.stdout.write(f"pages, fields, clicks, height: {counted} {one.heights}\n")
    assert all(
        found <= most
        for found, most in zip(counted, (MOST_PAGES, MOST_FIELDS, MOST_CLICKS, MOST_HEIGHT), strict=True)
    ), counted
    assert user.said == []


def draft_is_kept(user: User) -> None:
    """What is typed is there again after leaving the page, and after a session that ended before it was sent."""
    address = user.page.url
    user.fill(purpose="采购膜组件")
    user.go("/firm/")
    user.page.goto(address)
    assert user.page.input_value("main [name=purpose]") == "采购膜组件"
    assert "已恢复上次未提交的内容" in user.page.inner_text("main")
    user.context.clear_cookies(name="sessionid")
    with user.page.expect_navigation():
        user.page.locator("main .footbar .main").first.click()
    assert "登录已过期，内容未提交" in user.page.inner_text("main")
    user.page.evaluate("sessionStorage.setItem('draft 0 /firm/', '[]')")  # of another account whose session ended
    user.sign_in()
    user.page.goto(address)
    assert user.page.input_value("main [name=purpose]") == "采购膜组件"
    assert user.page.evaluate("sessionStorage.getItem('draft 0 /firm/')") is None
    with user.page.expect_navigation():
        user.page.get_by_role("button", name="清除").click()
    assert user.page.input_value("main [name=purpose]") == ""
    key = user.page.evaluate("`draft ${document.body.dataset.account} ${location.pathname}`")
    for damaged in ("{", "7", "[1]"):  # by an extension, say: dropped, and the script goes on
        user.page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [key, damaged])
        user.page.goto(address)
        assert user.page.evaluate("key => sessionStorage.getItem(key)", key) is None
        user.page.keyboard.press("/")
        assert user.page.evaluate("document.activeElement.dataset.shortcut") == "/"
