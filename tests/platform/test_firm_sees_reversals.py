"""A firm sees what happens to its payments and documents: a pending reversal, documents of a case that has ended."""

from money_world import Money

from zhirong.store.financing import Paper, Payment, Signature


def test_a_payment_that_is_being_reversed_stays_on_the_firms_list_and_page(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    platform.later(3)
    payment = Payment.objects.get(line=money.pay(1_000_00))
    clients = {lang: platform.client(money.manager, lang) for lang in ("zh", "en")}

    def demand_shown(zh: str, en: str) -> None:
        for address in ("/list/loan.payments/", f"/loans/{money.loan.pk}/", f"/payments/{payment.pk}/"):
            for lang, words in (("zh", zh), ("en", en)):
                answer = clients[lang].get(address)
                assert answer.status_code == 200, address
                assert words in answer.content.decode(), (address, lang)
                assert "内部核对" not in answer.content.decode()  # the bank's own reason

    platform.do(money.cashier, "payment.reverse", payment, reason="内部核对")
    demand_shown("银行申请冲正，待第二人确认", "reversal requested by the bank")
    platform.do(money.second, "payment.confirm_reversal", payment)
    demand_shown("已冲正", "reversed")


def test_a_match_that_was_undone_stays_the_banks_own(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    line = money.line(1_000_00)
    platform.do(money.cashier, "line.match", line, loan=money.loan.number, kind="repayment")
    client = platform.client(money.manager)
    payment = Payment.objects.get(line=line)
    assert client.get(f"/payments/{payment.pk}/").status_code == 404
    platform.do(money.cashier, "line.undo", line)
    assert client.get(f"/payments/{payment.pk}/").status_code == 404


def _demand_ended(platform, money: Money) -> None:
    papers = list(Paper.objects.filter(subject=f"case/{money.case.pk}"))
    assert papers and {paper.state for paper in papers} == {"ended"}
    client, english = platform.client(money.manager), platform.client(money.manager, "en")
    home = client.get("/firm/").content.decode()
    for paper in papers:
        assert f'href="/papers/{paper.pk}/"' not in home
        words = client.get(f"/papers/{paper.pk}/").content.decode()
        assert "随申请结束" in words and "待签署" not in words
        assert "closed with the case" in english.get(f"/papers/{paper.pk}/").content.decode()
    page = client.get(f"/cases/{money.case.pk}/completion/").content.decode()
    assert "随申请结束" in page


def test_papers_end_with_a_case_that_is_withdrawn(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    money.on_case(money.head, "case.sign", code=money.code(money.head.account))
    money.on_case(money.manager, "case.withdraw", reason="不需要了")
    _demand_ended(platform, money)
    # That the bank has signed stays true.
    assert Signature.objects.filter(valid=True).count() == len(money.papers())


def test_papers_end_with_a_case_that_is_declined(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    money.on_case(money.reviewer, "case.decline", ground="purpose", reason="用途不明")
    _demand_ended(platform, money)
