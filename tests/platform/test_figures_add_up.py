"""Figures that add up in a row: a guarantor's exposure, totals below lists and in their files, a payer's claims and money."""

import io
import re
from typing import Any

import openpyxl
import pytest
from lender_world import AMOUNT
from recovery_world import Recovery
from test_guarantor_desk import House

from zhirong.kernel.money import show_yuan
from zhirong.operations.guarantee.exposure_book import exposure_book
from zhirong.operations.guarantee.guarantees import standing_of
from zhirong.operations.recovery.claims import room_of
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Case
from zhirong.store.recovery import PayerClaim


def _text(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode()).split())


def test_the_guarantors_rows_add_up_to_its_exposure(sqlite_platform: Any) -> None:
    house = House(sqlite_platform)
    granted = house.granted(group="甲集团")
    platform = sqlite_platform
    platform.reseed(Case.objects.get(pk=granted.case_id), approved_amount=AMOUNT)
    book = exposure_book(house.guarantor.pk, rulebook(), platform.day)
    assert book.total.exposure == sum(one.exposure for one in book.rows) == granted.exposure
    (row,) = book.rows
    assert (row.asked, row.approved, row.lent, row.exposure) == (AMOUNT, AMOUNT, 0, AMOUNT * 8 // 10)
    assert [one.title for one in book.groups] == ["甲集团"] and book.groups[0].exposure == row.exposure
    # The largest debtor and group use the legal limits; what is left and what is used are the limit.
    assert [one.used for one in book.meters] == [granted.exposure] * 3
    assert all(one.used + one.left == one.most for one in book.meters)
    assert standing_of(house.guarantor.pk).count() == book.total.count == 1
    client = platform.client(house.officer)
    home = _text(client.get("/guarantor/").content)
    assert f"合计 1 笔 {show_yuan(AMOUNT)} {show_yuan(AMOUNT)} 0.00 {show_yuan(granted.exposure)}" in home
    limits = _text(client.get("/guarantor/limits/").content)
    assert f"合计 1 {show_yuan(AMOUNT)} {show_yuan(AMOUNT)} 0.00 0.00 {show_yuan(granted.exposure)}" in limits
    # Filtered, the totals are those of the rows shown; in the file they stand below the rows.
    assert "合计" not in _text(client.get("/guarantor/?state=requested").content)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/guarantor/?export=xlsx").content)).active
    assert sheet is not None
    *_, last = (row for row in sheet.iter_rows(values_only=True) if row[0])
    heads = [cell.value for cell in sheet[1]]
    assert last[0] == "合计 1 笔" and last[heads.index("担保责任")] == granted.exposure / 100


def test_a_payers_claims_add_up_to_its_money(sqlite_platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Recovery(sqlite_platform, monkeypatch)
    way.late()
    way.demanded()
    way.filed(way.fund)
    way.filed(way.insurer)
    claim = way.paid(way.fund)
    room = room_of(sqlite_platform.actor(way.fund.officer))
    assert (room["paid"], room["to_pay"], room["returned"]) == (claim.paid, 0, 0) and claim.paid > 0
    page = _text(sqlite_platform.client(way.fund.officer).get("/recovery/claims/").content)
    assert f"合计 1 件 {show_yuan(claim.amount)} {show_yuan(claim.accepted)} {show_yuan(claim.paid)}" in page
    assert "全部 1" in page and claim.loan.firm.name in page
    # The lender sees both payers' claims, and no payer's money.
    bank = _text(sqlite_platform.client(way.workout).get("/recovery/claims/").content)
    both = show_yuan(sum(PayerClaim.objects.values_list("amount", flat=True)))
    assert f"合计 2 件 {both}" in bank and "已入库贷款本金" not in bank
    # The search finds a claim by its number, its company and its loan, for those who see it.
    sought = (claim.number, claim.loan.firm.name[2:6], claim.loan.number)
    for who, seen in ((way.fund.officer, True), (way.workout, True), (way.insurer.officer, False)):
        client = sqlite_platform.client(who)
        for words in sought:
            assert (
                f"/recovery/claims/{claim.pk}/" in client.get("/search/", {"q": words}).content.decode()
            ) is seen, words
    day = sqlite_platform.day.isoformat()
    common = {"mode": "zhongshan", "kind": "balance", "evidence": "季报"}
    way.do(way.fund.officer, "pool.report", None, day=day, amount="3000万元", **common)
    pool = sqlite_platform.client(way.fund.officer).get("/recovery/pool/").content
    assert "30,000,000.00" in _text(pool) and b'class="bars"' not in pool, "one report does not show a trend"
    sqlite_platform.later(3)
    way.do(way.fund.officer, "pool.report", None, day=sqlite_platform.day.isoformat(), amount="2500万元", **common)
    assert b'class="bars"' in sqlite_platform.client(way.fund.officer).get("/recovery/pool/").content
