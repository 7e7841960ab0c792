"""The firm's pages and the public ones, as a browser asks for them, in both languages."""

import io
import re

import openpyxl
import pytest
from firm_samples import appraised, described, drafted, income, submitted, wanted

from zhirong.chain.organisation.roles import MemberRole
from zhirong.store.financing import Appraisal, Case, FirmRight, Message, StoredFile

PUBLIC = ("/", "/products/", "/modes/", "/modes/xixian/", "/calculator/")
FIRM = (
    "/firm/",
    "/firm/rights/",
    "/firm/rights/new/",
    "/firm/rights/new/trademark/",
    "/firm/rights/import/",
    "/firm/appraisals/",
    "/firm/appraisals/new/",
    "/firm/modes/",
    "/firm/cases/",
    "/firm/cases/new/",
    "/firm/profile/",
    "/firm/profile/edit/",
    "/firm/trust/",
    "/do/mandate.give/",
    "/do/consent.give/",
    "/do/objection.make/",
    "/do/file.add/",
)
CHINESE = re.compile(r"[一-鿿]")


def _page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_public_pages_need_no_account(platform, lang):
    client = platform.client(lang=lang)
    for address in PUBLIC:
        text = _page(client, address)
        assert "<h1>" in text
        assert "style=" not in text and "onclick" not in text
    assert client.get("/modes/no-such/").status_code == 404


def test_every_mode_is_told_in_both_languages(platform):
    from zhirong.workbench import modes

    zh, en = platform.client(), platform.client(lang="en")
    for mode in modes():
        assert modes()[mode].title.zh in _page(zh, f"/modes/{mode}/")
        assert _page(en, f"/modes/{mode}/").count("<li>") >= 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_of_an_empty_desk_say_what_to_do(platform, lang):
    _, manager = platform.firm()
    client = platform.client(manager, lang)
    for address in FIRM:
        text = _page(client, address)
        assert "<h1>" in text
        assert "style=" not in text


def test_pages_of_the_firm_are_for_the_firm(platform):
    _, officer = platform.bank()
    for client, status in ((platform.client(officer), 403), (platform.client(), 302)):
        for address in FIRM[:-4]:
            assert client.get(address).status_code == status, address


def test_rows_of_another_firm_are_not_found(platform):
    _, manager = platform.firm()
    bank, _ = platform.bank()
    case = drafted(platform, manager, bank)
    right, appraisal = FirmRight.objects.get(), Appraisal.objects.get()
    _, stranger = platform.firm()
    client = platform.client(stranger)
    for address in (f"/firm/cases/{case.pk}/", f"/firm/rights/{right.pk}/", f"/firm/appraisals/{appraisal.pk}/"):
        _page(client, address, 404)
        _page(platform.client(manager), address)


def test_the_form_of_a_kind_asks_for_what_its_life_counts_from(platform):
    _, manager = platform.firm()
    client = platform.client(manager)
    trademark = _page(client, "/firm/rights/new/trademark/")
    invention = _page(client, "/firm/rights/new/invention/")
    assert 'name="goods_classes"' in trademark and 'name="grant_date"' not in trademark
    assert 'name="grant_date"' in invention and 'name="goods_classes"' not in invention
    _page(client, "/firm/rights/new/horse/", 404)


def test_a_right_is_typed_once_and_changed_by_the_form_that_knows_it(platform):
    _, manager = platform.firm("陕西泾水兴环保科技有限公司")
    client = platform.client(manager)
    form = _page(client, "/firm/rights/new/trademark/")
    key = re.search(r'name="_key" value="(\w+)"', form).group(1)
    typed = {
        "_key": key,
        "kind": "trademark",
        "title": "泾水兴",
        "number": "12345678",
        "registration_date": "2020-03-14",
        "goods_classes": "11、42",
        "role": "core",
    }
    wrong = client.post("/firm/rights/new/trademark/", {**typed, "number": "no", "goods_classes": "99"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count('class="problem"') == 2
    assert 'value="泾水兴"' in wrong.content.decode()
    assert client.post("/firm/rights/new/trademark/", typed).status_code == 302
    right = FirmRight.objects.get()
    assert (right.status, str(right.ends_on)) == ("in_force", "2030-03-13")
    assert right.facts["goods_classes"] == [11, 42]
    text = _page(client, f"/firm/rights/{right.pk}/")
    assert "2030-03-13" in text and "有效" in text
    edit = _page(client, f"/do/right.edit/{right.pk}/")
    assert 'value="泾水兴"' in edit and 'value="11、42"' in edit and 'name="grant_date"' not in edit


def test_an_online_appraisal_by_its_form_is_labelled_and_kept(platform):
    firm, manager = platform.firm()
    right = platform.right(firm)
    client = platform.client(manager)
    form = _page(client, f"/firm/appraisals/new/?rights={right.pk}")
    assert re.search(rf'value="{right.pk}" checked', form)
    assert 'value="18%"' in form
    key = re.search(r'name="_key" value="(\w+)"', form).group(1)
    sent = client.post("/firm/appraisals/new/", {"_key": key, **income([right.pk])})
    assert sent.status_code == 302
    row = Appraisal.objects.get()
    text = _page(client, f"/firm/appraisals/{row.pk}/")
    assert "线上评估" in text and "基准日" in text and str(row.valid_until) in text
    platform.later(100)
    assert "已过期" in _page(client, f"/firm/appraisals/{row.pk}/")
    bad = client.post("/firm/appraisals/new/", {"_key": "k2", **income([right.pk], revenue=["5", "4", "3"])})
    assert bad.status_code == 422
    assert "problem" in bad.content.decode()


def test_the_description_is_typed_by_its_form(platform):
    firm, manager = platform.firm()
    client = platform.client(manager)
    form = _page(client, "/firm/profile/edit/")
    hidden = dict(re.findall(r'name="(_key|_version)" value="(\w+)"', form))
    typed = {
        "facts.sme": "yes",
        "facts.bad_credit_on": "从未",
        "credit.tax.tax_grade": "B",
        "credit.tax.arrears": "0",
        "credit.tax.source": "税务局",
        "credit.tax.date": "2026-10-01",
        "credit.tax.grade": "contract",
        "credit.debt.total_debt": "很多",
    }
    wrong = client.post("/firm/profile/edit/", {**hidden, **typed})
    assert wrong.status_code == 422
    assert 'value="很多"' in wrong.content.decode()
    del typed["credit.debt.total_debt"]
    assert client.post("/firm/profile/edit/", {**hidden, **typed}).status_code == 302
    firm.refresh_from_db()
    assert firm.profile["facts"] == {"sme": True, "bad_credit_on": "never"}
    assert firm.profile["credit"]["tax"]["arrears"] == "0.00"
    assert 'value="2026-10-01"' in _page(client, "/firm/profile/edit/")
    seen = _page(client, "/firm/profile/")  # as lenders read it
    assert "税务局 · 2026-10-01" in seen and "合同或登记" in seen and '<form method="post"' not in seen


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_comparison_shows_every_mode_of_the_place_and_its_cost(platform, lang):
    firm, manager = platform.firm()
    right = platform.right(firm)
    described(platform, manager)
    appraisal = appraised(platform, manager, [right])
    client = platform.client(manager, lang)
    query = f"amount=200万元&term_months=12&method=bullet&cycle=1M&rights={right.pk}&appraisal={appraisal.pk}"
    text = _page(client, f"/firm/modes/?{query}")
    assert "/modes/xixian/" in text and "/modes/national-28/" in text
    assert "guangzhou-2025" in text.split("<details>")[-1]  # of another place: named only
    chart = client.get(f"/firm/modes/cost.svg?{query}")
    assert (chart.status_code, chart["Content-Type"]) == (200, "image/svg+xml")
    assert "script" not in chart["Content-Security-Policy"]
    _page(client, "/firm/modes/cost.svg", 404)
    wrong = _page(client, "/firm/modes/?amount=x&term_months=12", 422)
    assert wrong.count('class="problem"') >= 2


def test_another_firms_rights_and_appraisals_cannot_be_compared_with(platform):
    firm, manager = platform.firm()
    right = platform.right(firm)
    appraisal = appraised(platform, manager, [right])
    other, stranger = platform.firm()
    own = platform.right(other)
    client = platform.client(stranger)
    query = "/firm/modes/?amount=100万元&term_months=12&method=bullet&cycle=1M"
    assert "unknown" not in _page(client, f"{query}&rights={right.pk}", 422)
    _page(client, f"{query}&rights={own.pk}&appraisal={appraisal.pk}", 422)
    _page(client, f"{query}&rights={own.pk}")


def _step(case, name):
    return f"/firm/cases/{case.pk}/apply/{name}/"


def _figures():
    """What the second step asks for, in ten thousand yuan."""
    return {
        "source": "audit",
        "credit_statements_revenue": "3,400",
        "credit_cash_flow_operating_cash_flow": "390",
        "credit_cash_flow_debt_service": "90",
        "credit_debt_total_assets": "2600",
        "credit_debt_total_debt": "1150",
        "credit_debt_overdue": "0",
        "facts_size_class": "small",
        "credit_compliance_lists": "none",
        "credit_registration_registered_on": "2014-03-18",
    }


def test_a_list_of_rights_is_entered_within_the_application_and_a_draft_is_kept(platform):
    firm, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, _ = platform.bank("西安银行")
    client = platform.client(manager)
    need = {
        "amount": "50",
        "term_months": "12",
        "method": "bullet",
        "cycle": "1M",
        "purpose": "购料",
        "lender": bank.pk,
    }
    client.post("/firm/cases/new/", need)
    case = Case.objects.get()
    table = io.BytesIO("种类,名称,号码,注册日\n注册商标,泾水兴,12345678,2020-03-14\n".encode())
    table.name = "rights.csv"
    sent = client.post(_step(case, "rights"), {"list": table})
    assert sent["Location"] == f"{_step(case, 'rights')}#appraisal"
    case.refresh_from_db()
    assert case.rights == [FirmRight.objects.get().pk]
    odd = io.BytesIO("种类,名称,号码,注册日\n注册商标,水,no,2020-03-14\n".encode())
    odd.name = "rights.csv"
    assert client.post(_step(case, "rights"), {"list": odd}).status_code == 422
    left = client.post(_step(case, "need"), {**need, "amount": "60", "leave": "1"})
    assert left["Location"] == f"/firm/cases/{case.pk}/"
    home = _page(client, "/firm/")
    assert "补齐并提交申请" in home and "600,000.00" in home and _step(case, "data") in home
    _, stranger = platform.firm()
    assert platform.client(stranger).get(_step(case, "need")).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_case_is_drafted_completed_and_handed_in_at_the_desk(platform, lang):
    firm, manager = platform.firm()
    bank, _ = platform.bank("西安银行")
    right = platform.right(firm)
    client = platform.client(manager, lang)
    form = _page(client, f"/firm/cases/new/?mode=xixian&amount=200万元&term_months=18&rights={right.pk}")
    assert 'value="200"' in form and "= 2,000,000.00" in form and 'value="18"' in form
    hidden = dict(re.findall(r'type="hidden" name="(_key|rights|mode)" value="(\w+)"', form))
    typed = {**hidden, "amount": "", "term_months": "18", "method": "bullet", "cycle": "1M", "lender": bank.pk}
    refused = client.post("/firm/cases/new/", {**typed, "purpose": "购料"})
    assert refused.status_code == 422 and 'value="购料"' in refused.content.decode()
    sent = client.post("/firm/cases/new/", {**typed, "amount": "200", "purpose": "购料"})
    case = Case.objects.get()
    assert (case.amount, case.term_months, case.mode, case.rights) == (200_000_000, 18, "xixian", [right.pk])
    assert sent["Location"] == _step(case, "data")
    assert client.post(_step(case, "data"), {"source": "audit"}).status_code == 422
    sent = client.post(_step(case, "data"), _figures())
    assert sent["Location"] == _step(case, "rights")
    firm.refresh_from_db()
    debt, named = (
        firm.profile["credit"]["debt"],
        {"source": "2025 年度审计报告", "date": "2025-12-31", "grade": "audited"},
    )
    assert debt == {"total_debt": "11500000.00", "total_assets": "26000000.00", "overdue": "0.00", **named}
    assert "2025 年度审计报告" in _page(client, _step(case, "data"))  # the source stands at each value
    assert client.post(_step(case, "rights"), {"rights": right.pk, "appraisal": "new"}).status_code == 422
    sent = client.post(_step(case, "rights"), {"rights": right.pk, "appraisal": "new", "revenue": "3400"})
    assert sent["Location"] == _step(case, "review")
    case.refresh_from_db()
    assert (
        case.appraisal is not None
        and case.appraisal.input["method"][0]["first_year_revenue"]["mode"] == "34000000.00"
    )
    review = _page(client, sent["Location"])
    assert "2,000,000.00" in review and re.search(r'name="mode" value="xixian" checked', review)
    assert client.post(sent["Location"], {"mode": "xixian"}).status_code == 422  # no consent
    done = client.post(sent["Location"], {"mode": "xixian", "agreed": "1"})
    assert done["Location"] == f"/firm/cases/{case.pk}/"
    case.refresh_from_db()
    assert case.state == "submitted" and case.credit["debt"] == debt
    assert client.get(_step(case, "data"))["Location"] == f"/firm/cases/{case.pk}/"
    text = _page(client, f"/firm/cases/{case.pk}/")
    assert 'aria-current="step"' in text
    assert ("待银行办理" if lang == "zh" else "Waiting for the lender") in text
    assert "%" in text


def test_a_table_is_checked_row_by_row_then_kept_whole(platform):
    firm, manager = platform.firm("陕西泾水兴环保科技有限公司")
    client = platform.client(manager)
    template = client.get("/firm/rights/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]

    def file(*rows):
        for number, row in enumerate(rows, 2):
            for name, value in row.items():
                sheet.cell(number, headings.index(name) + 1, value)
        buffer = io.BytesIO()
        book.save(buffer)
        buffer.name = "rights.xlsx"
        buffer.seek(0)
        return buffer

    good = {"种类": "注册商标", "名称": "泾水兴", "号码": "12345678", "权利人": firm.name, "注册日": "2020-03-14"}
    bad = {"种类": "注册商标", "名称": "水", "号码": "no", "权利人": firm.name, "注册日": "2020-13-14"}
    report = client.post("/firm/rights/import/", {"file": file(good, bad)})
    text = report.content.decode()
    assert report.status_code == 200 and text.count("state bad") == 1 and text.count('class="problem"') == 2
    assert 'name="keep"' not in text and "识别为" in text and "注册日 → 注册日" in text
    assert not FirmRight.objects.exists()
    refused = client.post("/firm/rights/import/", {"file": file(good, bad), "keep": "1", "_key": "k"})
    assert refused.status_code == 422
    assert not FirmRight.objects.exists()
    fine = {**bad, "号码": "87654321", "注册日": "2021-01-01"}
    text = client.post("/firm/rights/import/", {"file": file(good, fine)}).content.decode()
    assert not FirmRight.objects.exists()
    ticket, key = (re.search(rf'name="{name}" value="([^"]+)"', text).group(1) for name in ("ticket", "_key"))
    for _ in range(2):  # sent twice, kept once
        assert client.post("/firm/rights/import/", {"ticket": ticket, "_key": key, "keep": "1"}).status_code == 302
    assert sorted(FirmRight.objects.values_list("number", flat=True)) == ["12345678", "87654321"]
    # What would be overwritten is shown as old and new, and needs a click of its own.
    text = client.post("/firm/rights/import/", {"file": file({**good, "名称": "新名"}, fine)}).content.decode()
    assert "<del>泾水兴</del> → <ins>新名</ins>" in text and 'name="overwrite"' in text
    ticket, key = (re.search(rf'name="{name}" value="([^"]+)"', text).group(1) for name in ("ticket", "_key"))
    assert client.post("/firm/rights/import/", {"ticket": ticket, "_key": key, "keep": "1"}).status_code == 422
    sent = {"ticket": ticket, "_key": f"{key}2", "keep": "1", "overwrite": "1"}
    assert client.post("/firm/rights/import/", sent).status_code == 302
    assert FirmRight.objects.get(number="12345678").title == "新名"


def test_papers_are_added_seen_by_the_lender_of_the_case_and_by_nobody_else(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    client = platform.client(manager)
    paper = io.BytesIO(b"%PDF-1.7 certificate")
    paper.name = "证书.pdf"
    sent = platform.send(client, "file.add", subject=f"firmright/{case.rights[0]}", paper="certificate", file=paper)
    assert sent.status_code == 302
    file = StoredFile.objects.get()
    assert client.get(f"/files/{file.pk}/").status_code == 200
    assert platform.client(officer).get(f"/files/{file.pk}/").status_code == 200
    _, outsider = platform.bank()
    _, stranger = platform.firm()
    for other in (outsider, stranger):
        assert platform.client(other).get(f"/files/{file.pk}/").status_code == 404
    odd = io.BytesIO(b"MZ")
    odd.name = "virus.exe"
    assert platform.send(client, "file.add", subject=f"case/{case.pk}", paper="other", file=odd).status_code == 422


def test_a_question_is_answered_from_the_page_of_the_case(platform):
    firm, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    question = platform.seed(
        Message,
        subject=f"case/{case.pk}",
        kind="question",
        sender=bank,
        receiver=firm,
        by=officer.account,
        text="设备何时到货？",
    )
    client = platform.client(manager)
    assert "设备何时到货？" in _page(client, "/firm/")
    assert f"/do/message.answer/{question.pk}/" in _page(client, f"/firm/cases/{case.pk}/")
    # Nobody waits for it while the case is at its end.
    state, ended = case.state, platform.reseed(case, state="closed")
    assert "设备何时到货？" not in _page(client, "/firm/")
    assert "请答复" not in _page(client, f"/firm/cases/{case.pk}/")
    platform.reseed(ended, state=state)
    paper = io.BytesIO(b"%PDF-1.7 contract")
    paper.name = "合同.pdf"
    assert platform.send(client, "message.answer", question, answer="下月", file=paper).status_code == 302
    attached = StoredFile.objects.get()
    assert attached.subject == f"case/{case.pk}"
    assert platform.client(officer).get(f"/files/{attached.pk}/").status_code == 200
    question.refresh_from_db()
    assert question.answer == "下月" and question.answered_at is not None
    assert f"/do/message.answer/{question.pk}/" not in _page(client, f"/firm/cases/{case.pk}/")


def test_a_page_of_the_firm_takes_a_fixed_number_of_queries(platform, django_assert_same_queries):
    firm, manager = platform.firm()
    bank, _ = platform.bank()
    case = submitted(platform, manager, bank)
    platform.do(manager, "case.draft", **wanted(bank, [platform.right(firm)], None))
    client = platform.client(manager)
    before = {
        address: django_assert_same_queries(client, address)
        for address in ("/firm/", "/firm/rights/", "/firm/cases/", "/firm/trust/", f"/firm/cases/{case.pk}/")
    }
    for _ in range(5):
        platform.do(manager, "case.draft", **wanted(bank, [platform.right(firm)], None))
        platform.seed(
            Message,
            subject=f"case/{case.pk}",
            kind="note",
            sender=bank,
            receiver=firm,
            by=manager.account,
            text="x",
        )
    for address, number in before.items():
        assert django_assert_same_queries(client, address) == number, address
        assert number <= 30, address


@pytest.fixture
def django_assert_same_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            _page(client, address)
        return len(caught)

    return queries


def test_a_clerk_and_a_manager_differ_by_what_binds_the_firm(platform):
    firm, _ = platform.firm()
    clerk = platform.member(firm, MemberRole.FIRM_CLERK)
    client = platform.client(clerk)
    assert client.get("/do/mandate.give/").status_code == 403
    assert client.get("/do/consent.give/").status_code == 403
    assert "/do/mandate.give/" not in _page(client, "/firm/trust/")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_list_of_the_firm_opens_filters_and_exports(platform, lang):
    firm, manager = platform.firm()
    bank, _ = platform.bank()
    case = submitted(platform, manager, bank)
    platform.do(manager, "objection.make", subject=f"case/{case.pk}", text="请更正")
    platform.do(manager, "consent.give", to=bank.pk, scope="rights", purpose="预审", until="2027-01-01")
    platform.agent(firm, ("right.add",))
    client = platform.client(manager, lang)
    filters = {
        "firm.rights": "kind=invention&status=in_force&words=膜",
        "firm.appraisals": "grade=online",
        "firm.cases": "state=submitted&open=open",
        "firm.mandates": "",
        "firm.consents": "",
        "messages": "kind=objection&open=open",
    }
    for name, query in filters.items():
        assert "<tbody>" in _page(client, f"/list/{name}/?{query}"), name
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/list/{name}/?{query}&export=xlsx").content))
        assert book.worksheets[0].max_row == 2, name
    for query in ("kind=design", "status=lapsed", "words=没有"):
        assert "<tbody>" not in _page(client, f"/list/firm.rights/?{query}")
