"""The company's page of its case: headline, one next step, charts from its quote and their figures as a file."""

import io
from typing import Any

import openpyxl
from firm_samples import drafted

from zhirong.chain.quote.kept import read_kept
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import same
from zhirong.store.financing import Case
from zhirong.web.bar_rows import stacked, swings_of
from zhirong.web.cost_rows import cost_parts
from zhirong.web.firm.case_charts import charts_of
from zhirong.web.value_interval import interval_of


def _number(width: str) -> float:
    return float(width.removesuffix("%"))


def test_bars_share_one_scale_and_their_parts_follow_each_other() -> None:
    first, second = stacked(
        [(same("a"), [("s1", 300), ("s2", 100)], None), (same("b"), [("s1", 100), ("s2", 0)], None)]
    )
    assert (first.amount, second.amount) == (400, 100)
    assert [(one.kind, one.x, one.width) for one in first.parts] == [
        ("s1", "0.00%", "75.00%"),
        ("s2", "75.00%", "25.00%"),
    ]
    assert [one.width for one in second.parts] == ["25.00%"]
    assert stacked([]) == ()


def test_what_moves_a_value_stands_around_it_widest_first() -> None:
    found = swings_of([(same("a"), 90, 120), (same("b"), 150, 50)], 100)
    assert [one.title.zh for one in found.rows] == ["b", "a"]
    assert found.tick == "50.00%"
    low, high = found.rows[1].parts
    assert _number(low.x) + _number(low.width) == _number(high.x) == 50
    # A value that falls where the input rises is drawn on the other side.
    assert [one.x for one in found.rows[0].parts] == ["50.00%", "0.00%"]


def test_the_page_has_one_next_step_and_charts_of_the_quote(sqlite_platform: Any) -> None:
    platform = sqlite_platform
    _, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, _ = platform.bank("西安银行")
    case = drafted(platform, manager, bank)
    client = platform.client(manager)
    home = client.get("/firm/").content.decode()
    assert home.count('<span class="what">') == 11
    assert '<span class="what">平台确认企业</span>' in home, "rows of the checklist have their words"
    draft = client.get(f"/firm/cases/{case.pk}/").content.decode()
    assert draft.count('class="button main"') == 1 and "各模式的成本" in draft
    platform.do(manager, "case.submit", case, agreed=True)
    page = client.get(f"/firm/cases/{case.pk}/").content.decode()
    assert 'class="button main"' not in page, "nothing to do while the bank reviews it"
    for part in ("value", "cost", "repayment", "questions"):
        assert f'id="{part}"' in page, part
    quote = read_kept(Case.objects.get(pk=case.pk).quote)
    assert quote is not None and quote.value is not None
    charts = charts_of(quote)
    assert charts.value == interval_of(
        *(parse_yuan(one) for one in (quote.value.p10, quote.value.p50, quote.value.p90, quote.credit_limit.amount))
    )
    (row,) = charts.costs
    assert row.amount == sum(one.amount for one in cost_parts(quote.modes[0])) > 0
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/firm/cases/{case.pk}/?export=xlsx").content))
    schedule = list(book["还款计划"].iter_rows(min_row=2, values_only=True))
    assert sum(one[1] for one in schedule) * 100 == parse_yuan(quote.modes[0].loan.amount)
    assert str(schedule[0][0])[:10] == quote.modes[0].schedule[0].due.isoformat()
    raroc = quote.modes[0].price.lender.raroc if quote.modes[0].price and quote.modes[0].price.lender else "none"
    assert all(str(cell) != raroc for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line)
