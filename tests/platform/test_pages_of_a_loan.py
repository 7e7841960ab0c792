"""The pages of a loan: what is owed by component, one click for a match, and what is signed beside the signature."""

import re
from typing import Any

from money_world import AMOUNT, Money

from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.money import show_yuan
from zhirong.operations.case_file import documents
from zhirong.store.financing import Payment, Signature

_HIDDEN = r'name="(_key|_version|line|loan|kind)" value="([^"]*)"'


def _form(page: str, word: str) -> dict[str, str]:
    """The form whose button has this word."""
    form = next(one for one in re.findall(r'<form method="post">.*?</form>', page, re.DOTALL) if word in one)
    return dict(re.findall(_HIDDEN, form))


def test_an_entry_is_matched_and_confirmed_by_one_click_each(sqlite_platform: Any, monkeypatch: Any) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.released()
    money.line(10_000_000, note="还款")
    money.line(3_300, name="某某物业有限公司")
    cashier, second = (sqlite_platform.client(one) for one in (money.cashier, money.second))
    page = cashier.get("/statements/").content.decode()
    assert "户名与借款人一致" in page and "未找到户名、编号或金额相符的贷款" in page
    assert page.count("匹配<span") == 1 and "待您确认" not in page
    answer = cashier.post("/statements/", {**_form(page, "匹配<span"), "do": "line.match"})
    assert (answer.status_code, answer["Location"]) == (302, "/statements/")
    # Who matched it does not confirm it; a colleague does, from the same page.
    assert "待您确认" not in cashier.get("/statements/").content.decode()
    page = second.get("/statements/").content.decode()
    form = _form(page, "确认入账<span")
    assert second.post("/statements/", {**form, "do": "line.ignore"}).status_code == 404
    late = second.post("/statements/", {**form, "_version": "77", "do": "line.confirm"})
    assert late.status_code == 422 and "待您确认" in late.content.decode()
    assert second.post("/statements/", {**form, "_key": "again", "do": "line.confirm"}).status_code == 302
    assert Payment.objects.get(kind="repayment").state == "confirmed"


def test_what_is_owed_stands_by_component_and_adds_up(sqlite_platform: Any, monkeypatch: Any) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.released()
    sqlite_platform.set_day(money.loan.next_due_on)
    sqlite_platform.later(40)
    page = sqlite_platform.client(money.officer).get(f"/loans/{money.loan.pk}/").content.decode()
    owed = page[page.index('id="owed"') : page.index('id="schedule"')]
    found = re.findall(r'<td class="money">([\d,.-]+)</td>', owed)
    *parts, total = (int(one.replace(",", "").replace(".", "")) for one in found)
    assert sum(parts) == total > 0
    for words in ("到期未付利息", "罚息", "复利", "到期未付利息 × 罚息利率，逐日"):
        assert words in owed
    assert '<svg class="bars" role="img" aria-label="还款计划' in page and 'class="bad"' in page
    assert "逾期应还（元）" in page[: page.index('id="owed"')] and page.count('class="button main"') <= 1


def test_what_is_signed_stands_beside_the_signature(sqlite_platform: Any, monkeypatch: Any) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.issue()
    client = sqlite_platform.client(money.manager)
    paper = money.papers()[0]
    page = client.get(f"/papers/{paper.pk}/").content.decode()
    blocks = PAPER_KINDS[paper.kind].make(paper.facts).blocks
    first = next(one["text"] for one in blocks if one["kind"] == "paragraph")
    assert first[:20] in page and "借款金额" in page and paper.sha256 in page
    # A document that today's program would typeset in another way is read as PDF only.
    with monkeypatch.context() as other:
        other.setattr(documents, "_hash_of", lambda kind, facts: "0" * 64)
        assert 'class="document"' not in client.get(f"/papers/{paper.pk}/").content.decode()
    # One code for all: each with its amounts and its hash.
    address = f"/cases/{money.case.pk}/sign/"
    assert f'href="{address}"' in client.get(f"/cases/{money.case.pk}/completion/").content.decode()
    page = client.get(address).content.decode()
    assert all(one.sha256 in page and one.number in page for one in money.papers())
    assert f"{show_yuan(AMOUNT)} 元" in page
    wrong = client.post(address, {"code": "000000", "_key": "k1"})
    assert wrong.status_code == 422
    # What is signed is what the page showed.
    code, seen = money.code(money.manager.account), [one.sha256 for one in money.papers()]
    assert all(f'name="sha256" value="{one}"' in page for one in seen)
    stale = client.post(address, {"code": code, "sha256": seen[1:], "_key": "k2"})
    assert stale.status_code == 422 and "文件已有新的版本" in stale.content.decode()
    done = client.post(address, {"code": code, "sha256": seen, "_key": "k3"})
    assert done.status_code == 302 and Signature.objects.filter(valid=True).count() == len(money.papers())
    assert "没有待本机构签署的文件" in client.get(address).content.decode()


def test_a_form_sent_after_the_session_ended_says_so(sqlite_platform: Any) -> None:
    client = sqlite_platform.client()
    answer = client.post("/do/firm.register/", {"name": "某公司"}, follow=True)
    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=/do/firm.register/")
    assert "登录已过期，内容未提交" in answer.content.decode()
    assert "登录已过期" not in client.get("/do/firm.register/", follow=True).content.decode()
