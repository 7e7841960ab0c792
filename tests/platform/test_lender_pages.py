"""The lender's pages: what they show, in both languages, with a bounded number of queries."""

import io
import json
from pathlib import Path

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lender_world import AMOUNT, desk_of
from openpyxl import load_workbook
from pypdf import PdfReader

from zhirong.chain.financing.overview import CaseOverview
from zhirong.kernel.document import from_json, to_json
from zhirong.operations.credit.loan_book import book_of_lender
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.rulebook import rulebook
from zhirong.operations.visibility import files_of, visible
from zhirong.store.financing import Case, CheckItem, Loan, StoredFile

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(platform):
    return desk_of(platform)


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(seen)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages(desk, lang):
    case, platform = desk.approved(), desk.platform
    fresh = desk.accepted()
    client = platform.client(desk.officer, lang)
    for address in (
        "/lender/",
        "/lender/cases/",
        f"/lender/cases/{case.pk}/",
        f"/lender/cases/{fresh.pk}/",
        f"/lender/cases/{case.pk}/why/",
        f"/lender/cases/{fresh.pk}/why/",
        f"/lender/cases/{case.pk}/modes/",
        f"/lender/cases/{case.pk}/history/",
        f"/lender/cases/{fresh.pk}/credit/",
        f"/lender/cases/{fresh.pk}/score/",
        "/lender/portfolio/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert f'<html lang="{"en" if lang == "en" else "zh-Hans"}" ' in text
        assert "style=" not in text and "onclick" not in text
    for operation in (
        "case.ask",
        "case.return",
        "case.review",
        "case.submit_for_approval",
        "team.rate",
        "guarantee.request",
    ):
        answer = client.get(f"/do/{operation}/{fresh.pk}/")
        assert answer.status_code == 200
        assert OPERATIONS[operation].title.in_(lang) in answer.content.decode()


def test_the_files_of_a_case_are_those_that_the_table_of_files_shows(desk):
    """The short way for one row answers as the table does, for each side of the case and for a stranger."""
    case, platform = desk.handed_up(), desk.platform
    _, stranger = platform.bank()
    file = platform.upload(desk.manager, "orders.pdf", b"%PDF-1.7\n% orders\n")
    platform.do(desk.manager, "file.add", subject=f"case/{case.pk}", paper="other", file=file)
    found = {}
    for name, who in {"bank": desk.officer, "firm": desk.manager, "stranger": stranger}.items():
        actor = platform.actor(who)
        every = visible(actor, StoredFile, platform.day).filter(subject=f"case/{case.pk}")
        found[name] = set(files_of(actor, case, platform.day))
        assert found[name] == set(every), name
    assert found["bank"]
    assert not found["stranger"]


def test_the_pages_of_a_case_take_the_same_queries_whatever_is_in_it(desk):
    """A case with checks, sheets, questions and approvals asks the database as often as one with one of each."""
    platform = desk.platform
    small = desk.handed_up()
    large = desk.reviewed()
    for number in range(6):
        platform.do(desk.officer, "case.ask", large, text=f"问题 {number}")
    platform.do(desk.officer, "case.submit_for_approval", large, amount=AMOUNT, opinion="同意")
    for who in (desk.reviewer, desk.reviewer, desk.reviewer):
        large = desk.again(large)
        if large.state == "approval":
            platform.do(who, "case.send_back", large, reason="补充")
            platform.do(desk.officer, "case.submit_for_approval", large, amount=AMOUNT, opinion="同意")
    client = platform.client(desk.officer)
    counts = [_queries(client, f"/lender/cases/{one.pk}/") for one in (small, large)]
    assert counts[0] == counts[1] <= 45
    # Four of them ask for the recovery of its loan, whose events belong to the history.
    assert _queries(client, f"/lender/cases/{large.pk}/history/") <= 16


def test_lists_take_the_same_queries_for_one_row_and_many(desk):
    client = desk.platform.client(desk.officer)
    desk.case()
    one = [_queries(client, address) for address in ("/lender/", "/lender/cases/", "/lender/portfolio/")]
    for _ in range(4):
        desk.case()
    many = [_queries(client, address) for address in ("/lender/", "/lender/cases/", "/lender/portfolio/")]
    assert one == many and max(many) <= 30


def test_the_work_list_shows_what_waits_for_the_person_nearest_limit_first(desk):
    platform = desk.platform
    first, second = desk.case(), desk.accepted()
    officer = platform.client(desk.officer).get("/lender/").content.decode()
    assert officer.index(first.number) < officer.index(second.number)
    assert "还有" in officer and officer.count("<time datetime=") >= 2, "each row says when it is due"
    approver = platform.client(desk.approver).get("/lender/").content.decode()
    approver = approver.partition('id="asked"')[0]  # the notice of a new application is beside the list
    assert first.number not in approver and "暂无待办业务" in approver


def test_cases_are_filtered_sorted_saved_and_exported(desk):
    platform = desk.platform
    case, other = desk.case(), desk.accepted()
    client = platform.client(desk.officer)
    shown = client.get("/lender/cases/?state=submitted").content.decode()
    assert case.number in shown and other.number not in shown
    assert client.get("/lender/cases/?order=-amount&firm=泾水").status_code == 200
    assert client.get("/lender/cases/?due_until=明天").status_code == 422
    platform.send(client, "view.save", listing="lender.cases", query="state=submitted", name="新申请")
    assert "新申请" in client.get("/lender/cases/").content.decode()
    book = load_workbook(io.BytesIO(client.get("/lender/cases/?state=submitted&export=xlsx").content))
    sheet = book.active
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet["A1"].alignment.wrap_text) == ("A2", "$1:$1", True)
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2 and rows[1][0] == case.number and AMOUNT / 100 in rows[1]


def test_the_next_step_stands_in_front(desk):
    platform, case = desk.platform, desk.case()
    client = platform.client(desk.officer)
    first = '<a class="button main" href="/do/{}/{}/'
    assert first.format("case.accept", case.pk) in client.get(f"/lender/cases/{case.pk}/").content.decode()
    platform.do(desk.officer, "case.accept", case)
    page = client.get(f"/lender/cases/{case.pk}/").content.decode()
    checks = f'<a class="button main" href="/lender/cases/{case.pk}/checks/">'
    assert checks in page and first.format("team.rate", case.pk) not in page
    desk.checked(case)
    assert first.format("team.rate", case.pk) in client.get(f"/lender/cases/{case.pk}/").content.decode()
    desk.rated(case)
    assert first.format("case.review", case.pk) in client.get(f"/lender/cases/{case.pk}/").content.decode()
    platform.do(desk.officer, "case.review", case)
    assert (
        first.format("case.submit_for_approval", case.pk)
        in client.get(f"/lender/cases/{case.pk}/").content.decode()
    )
    platform.do(desk.officer, "case.submit_for_approval", case, amount=AMOUNT, opinion="同意")
    page = platform.client(desk.reviewer).get(f"/lender/cases/{case.pk}/").content.decode()
    assert first.format("case.approve", case.pk) in page and "等审查人审批" in page


def test_forms_post_and_come_back_with_what_is_wrong(desk):
    platform, case = desk.platform, desk.accepted()
    client = platform.client(desk.officer)
    item = CheckItem.objects.get(case=case, item="purpose")
    answer = platform.send(
        client, "check.do", item, outcome="done", verdict="clear", finding="采购合同相符", cost="120.50"
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/lender/cases/{case.pk}/")
    assert CheckItem.objects.get(pk=item.pk).cost == 12_050
    wrong = platform.send(client, "case.return", case, reason="x")
    assert wrong.status_code == 422
    answer = platform.send(client, "case.return", case, reason="缺合同", bring="采购合同")
    assert (answer.status_code, answer["Location"]) == (302, "/lender/")
    assert Case.objects.get(pk=case.pk).state == "draft"


def test_the_form_of_the_title_asks_for_the_law_firm_and_no_other_item_does(desk):
    case = desk.accepted()
    client = desk.platform.client(desk.officer)
    title = CheckItem.objects.get(case=case, item="title_investigation")
    other = CheckItem.objects.get(case=case, item="visit")
    page = client.get(f"/do/check.do/{title.pk}/").content.decode()
    assert 'name="law_firm"' in page and 'name="done_on" type="date"' in page
    desk.checked(case)
    page = client.get(f"/lender/checks/{title.pk}/").content.decode()
    assert 'value="某律师事务所"' in page and f'value="{desk.platform.day}"' in page and 'value="8000.00"' in page
    assert 'name="law_firm"' not in client.get(f"/do/check.do/{other.pk}/").content.decode()


def test_the_forms_of_credit_and_indicators_are_read(desk):
    platform, case = desk.platform, desk.accepted()
    client = platform.client(desk.officer)
    page = client.get(f"/lender/cases/{case.pk}/credit/").content.decode()
    # An amount is kept in yuan, the unit that the field names; its reading stands below.
    assert "全部负债（元）</label>" in page and 'name="credit.debt.total_debt" value="11500000.00"' in page
    assert '<output class="about" for="f-credit.debt.total_debt">' in page
    import re

    hidden = dict(re.findall(r'name="(_key|_version)" value="(\w+)"', page))
    day = platform.day.isoformat()
    said = {"source": "查询", "date": day, "grade": "contract"}
    posted = {f"credit.tax.{name}": value for name, value in {**said, "tax_grade": "A", "arrears": "0"}.items()}
    answer = client.post(f"/lender/cases/{case.pk}/credit/", {**hidden, **posted, "facts.sme": "yes"})
    assert answer.status_code == 302
    case = Case.objects.get(pk=case.pk)
    assert (case.credit, case.facts) == ({"tax": {**said, "tax_grade": "A", "arrears": "0.00"}}, {"sme": True})
    page = client.get(f"/lender/cases/{case.pk}/score/").content.decode()
    hidden = dict(re.findall(r'name="(_key|_version|right|system)" value="(\w+)"', page))
    posted = {"T5.1.answer": "8", "T5.1.grade": "contract", "T5.1.source": "验收报告"}
    assert client.post(f"/lender/cases/{case.pk}/score/", {**hidden, **posted}).status_code == 302
    indicators = Case.objects.get(pk=case.pk).beside["indicators"]
    assert indicators["answers"] == {
        f"right-{case.rights[0]}": {"T5.1": {"answer": 8.0, "grade": "contract", "source": "验收报告"}}
    }


def test_the_portfolio_adds_up_and_measures_its_limits(desk):
    platform = desk.platform
    case = desk.approved()
    waiting = desk.approved()
    platform.reseed(case, state="released")
    platform.seed(
        Loan,
        case=case,
        firm=desk.firm,
        lender=desk.bank,
        number="L1",
        state="standing",
        mode="xixian",
        principal=AMOUNT,
        balance=AMOUNT // 4,
        overdue=1_000,
        category="substandard",
        provision=AMOUNT // 16,
        contract={},
    )
    assert waiting.approved_amount == AMOUNT
    platform.do(desk.head, "limit.set", scope="mode", value="xixian", amount=AMOUNT)
    page = platform.client(desk.head).get("/lender/portfolio/").content.decode()
    assert "250,000.00" in page and "1,000,000.00" in page and "100\u00a0%" in page
    assert "1,250,000.00" in page and "超出" in page
    for by in ("age", "category", "mode", "region", "state"):
        assert f'id="by-{by}"' in page
    book = book_of_lender(desk.bank.pk, rulebook(), platform.day)
    for slices in (book.by_age, book.by_category, book.by_mode, book.by_region):
        assert sum(one.amount for one in slices) == book.standing and sum(one.count for one in slices) == book.loans
    content = platform.client(desk.head).get("/lender/portfolio/?export=xlsx").content
    sheet = load_workbook(io.BytesIO(content))["逾期账龄（余额）"]
    assert [one.value for one in list(sheet.rows)[-1]] == ["合计", 1, AMOUNT / 400]


def test_a_limit_is_for_the_manager_and_named_wrongly_it_is_refused(desk):
    from zhirong.kernel.errors import InputError
    from zhirong.operations.refusals import ForbiddenError

    platform = desk.platform
    with pytest.raises(ForbiddenError):
        platform.do(desk.officer, "limit.set", scope="portfolio", amount=AMOUNT)
    for scope, value, code in (
        ("mode", "nowhere", "unknown_mode"),
        ("region", "西安", "not_a_region"),
        ("firm", "x", "value_not_wanted"),
    ):
        with pytest.raises(InputError) as refused:
            platform.do(desk.head, "limit.set", scope=scope, value=value, amount=AMOUNT)
        assert [one.code for one in refused.value.problems] == [code]
    platform.do(desk.head, "limit.set", scope="portfolio", amount=AMOUNT)
    platform.do(desk.head, "limit.set", scope="portfolio", amount=2 * AMOUNT)
    other = desk_of(platform)
    assert "2,000,000.00" in platform.client(desk.officer).get("/list/desk.limits/").content.decode()
    assert "2,000,000.00" not in platform.client(other.officer).get("/list/desk.limits/").content.decode()


def test_a_limit_is_removed_by_the_manager_and_can_be_set_anew(desk):
    from zhirong.operations.credit.limits import limits_of
    from zhirong.operations.refusals import ForbiddenError
    from zhirong.store.financing import Limit

    platform = desk.platform
    platform.do(desk.head, "limit.set", scope="portfolio", amount=AMOUNT)
    limit = Limit.objects.get()
    with pytest.raises(ForbiddenError):
        platform.do(desk.officer, "limit.remove", limit)
    assert "取消限额" in platform.client(desk.head).get("/lender/portfolio/").content.decode()
    platform.do(desk.head, "limit.remove", limit)
    assert limits_of(desk.bank.pk) == {}
    assert "1,000,000.00" not in platform.client(desk.head).get("/list/desk.limits/").content.decode()
    with pytest.raises(ForbiddenError):
        platform.do(desk.head, "limit.remove", limit)
    platform.do(desk.head, "limit.set", scope="portfolio", amount=2 * AMOUNT)
    assert [one.most for one in limits_of(desk.bank.pk)] == [2 * AMOUNT]


def test_what_is_to_be_settled_before_the_release_is_said_before_it_only(desk):
    platform, case = desk.platform, desk.handed_up()
    client = platform.client(desk.reviewer)
    page = client.get(f"/lender/cases/{case.pk}/").content.decode()
    assert "放款前须落实" in page
    assert "（strong）" not in page  # the band of the team is said in words
    platform.reseed(case, state="repaid")
    assert "放款前须落实" not in client.get(f"/lender/cases/{case.pk}/").content.decode()


def test_the_overview_is_one_document_for_page_files_and_programs(desk):
    """A case before and after its review: the API's answer is what the schema says and reads back as the same document."""
    case, fresh = desk.approved(), desk.accepted()
    client = desk.platform.client(desk.officer, "zh")
    schema = json.loads((ROOT / "docs" / "schemas" / "case-overview.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for one in (case, fresh):
        found = client.get(f"/api/v1/case-overviews/{one.pk}").json()["overview"]
        validator.validate(found)
        assert to_json(from_json(CaseOverview, found)) == found
        assert found["case"]["number"] == one.number
    assert not validator.is_valid({**found, "stranger": None})
    assert desk.platform.client(desk.manager, "zh").get(f"/api/v1/case-overviews/{case.pk}").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_overview_as_files(desk, lang):
    case = desk.approved()
    client = desk.platform.client(desk.officer, lang)
    book = load_workbook(io.BytesIO(client.get(f"/lender/cases/{case.pk}/?export=xlsx").content))
    summary = dict(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert summary["Firm" if lang == "en" else "企业"] == case.firm.name
    caps = list(book["Credit limit" if lang == "en" else "额度"].iter_rows(min_row=2, values_only=True))
    assert all(isinstance(row[1], int | float) for row in caps) and len(caps) > 1
    printed = PdfReader(io.BytesIO(client.get(f"/lender/cases/{case.pk}/?export=pdf").content))
    text = "".join(page.extract_text() for page in printed.pages)
    assert case.number in text and ("Credit limit" if lang == "en" else "授信额度") in text


def test_the_form_of_a_limit_offers_modes_and_regions_by_name(desk):
    page = desk.platform.client(desk.head).get("/do/limit.set/").content.decode()
    for code, name in (("xixian", "模式：西咸"), ("610000", "地区：陕西")):
        assert f'<option value="{code}">{name}' in " ".join(page.split())
