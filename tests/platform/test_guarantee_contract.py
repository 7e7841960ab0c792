"""The guarantee contract is of what is lent, not of what was asked for before the approval."""

from decimal import Decimal

from money_world import AMOUNT, Money

from zhirong.store.financing import Paper


def test_a_guarantor_bears_its_share_of_what_is_lent(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch, guaranteed=True)
    money.platform.reseed(money.guarantee, amount=4 * AMOUNT, exposure=4 * AMOUNT * 8 // 10, fee=99)
    money.issue()
    money.guarantee.refresh_from_db()
    assert (money.guarantee.exposure, money.guarantee.fee) == (AMOUNT * 8 // 10, AMOUNT * 8 // 1000)
    paper = Paper.objects.get(kind="guarantee_contract")
    assert paper.facts["guaranteed"] == AMOUNT * 8 // 10
    assert money.fresh().guarantee["exposure"] == AMOUNT * 8 // 10


def test_a_guarantee_of_less_stays_what_was_granted(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch, guaranteed=True)
    money.platform.reseed(money.guarantee, amount=AMOUNT // 2, exposure=AMOUNT // 4, share=Decimal("0.5"))
    money.issue()
    money.guarantee.refresh_from_db()
    assert money.guarantee.exposure == AMOUNT // 4
