"""The pages from a contract to a closed case, as each desk sees them, in both languages, with a fixed number of queries."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from money_world import AMOUNT, Money
from platform_world import readers

from zhirong.chain.financing.case import CaseState
from zhirong.kernel.money import yuan
from zhirong.operations.case_file.documents import read_by
from zhirong.store.financing import Case, Loan, Paper, Payment, Signature, StatementLine, StoredFile, WatchFlag


def body(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(_key|_version|sha256|ticket)" value="([^"]*)"', page))


def demand_two_languages(client, address: str) -> None:
    zh, en = body(client.get(address + "?lang=zh")), body(client.get(address + "?lang=en"))
    assert 'lang="zh-Hans"' in zh and 'lang="en"' in en
    for page in (zh, en):
        assert page.count("<h1") == 1 and "style=" not in page and "onclick" not in page
    client.get(address + "?lang=zh")


def test_signing_on_the_page(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    client = platform.client(money.manager)
    assert "一次签署全部合同" in body(client.get(f"/cases/{money.case.pk}/completion/"))
    paper = money.papers()[0]
    address = f"/papers/{paper.pk}/"
    page = body(client.get(address))
    assert paper.sha256 in page and "待签署" in page
    fields = {name: value for name, value in hidden(page).items() if name != "ticket"}
    assert fields["sha256"] == paper.sha256
    wrong = client.post(f"/do/paper.sign/{paper.pk}/", {**fields, "code": "000000"})
    assert wrong.status_code == 422 and "尚未设置动态口令" in wrong.content.decode()
    code = money.code(money.manager.account)
    done = client.post(f"/do/paper.sign/{paper.pk}/", {**fields, "_key": "another", "code": code})
    assert done.status_code == 302 and done["Location"] == address
    assert Signature.objects.get().valid and "已签署" in body(client.get(address))
    demand_two_languages(client, address)
    assert client.get(f"/files/{paper.pdf_id}/")["Content-Type"] == "application/pdf"
    assert body(platform.client(money.officer).get("/papers/?state=issued")).count(paper.number) >= 1


def test_a_statement_is_tried_then_imported_then_matched(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    client = platform.client(money.cashier)
    template = client.get("/statements/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    assert [cell.value for cell in book.active[1]] == ["日期", "流水号", "收支", "金额", "对方户名", "摘要"]
    address = "/statements/import/"
    head = "日期,流水号,收支,金额,对方户名,摘要\n"

    def tried(rows: str):
        file = SimpleUploadedFile("流水.csv", (head + rows).encode())
        return client.post(
            "/statements/import/", {**hidden(body(client.get(address))), "account_number": "62220001", "file": file}
        )

    bad = body(tried(f"{platform.day},S1,支出,{AMOUNT}x,某,"))
    assert "行有问题" in bad and 'name="import"' not in bad
    good = body(tried(f"{platform.day},S1,支出,{yuan(AMOUNT)},{money.firm.name},放款"))
    assert not StatementLine.objects.exists()
    done = client.post(
        "/statements/import/", {**hidden(good), "_key": "k2", "account_number": "62220001", "import": "1"}
    )
    assert done.status_code == 302
    line = StatementLine.objects.get()
    assert "S1" in body(client.get("/statements/"))
    match = body(client.get(f"/lines/{line.pk}/"))
    assert money.loan.number in match and "金额等于贷款本金" in match
    form = body(client.get(f"/do/line.match/{line.pk}/?loan={money.loan.number}&kind=release"))
    assert f'value="{money.loan.number}"' in form
    sent = client.post(
        f"/do/line.match/{line.pk}/",
        {**hidden(form), "loan": money.loan.number, "kind": "release", "payer": "firm"},
    )
    assert sent["Location"] == f"/lines/{line.pk}/"
    own = client.post(f"/do/line.confirm/{line.pk}/", {"_key": "k3"})
    assert own.status_code == 422 and "须为不同人员" in own.content.decode()
    platform.send(platform.client(money.second), "line.confirm", line)
    assert money.state == CaseState.DISBURSED
    assert client.post("/statements/import/", {"account_number": "62220001", "_key": "k4"}).status_code == 422
    for address in (
        f"/lines/{line.pk}/",
        "/statements/",
        "/statements/import/",
        "/payments/",
        f"/payments/{Payment.objects.get().pk}/",
    ):
        demand_two_languages(client, address)


def test_the_loan_as_each_desk_sees_it(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, method="level_payment", cycle="1M", guaranteed=True)
    money.released()
    loan = money.loan
    platform.set_day(loan.next_due_on)
    money.pay(loan.next_due)
    address = f"/loans/{loan.pk}/"
    firm, officer, surety = (platform.client(who) for who in (money.manager, money.officer, money.surety))
    for client in (firm, officer, surety):
        page = body(client.get(address))
        assert loan.number in page and "还款计划" in page
        demand_two_languages(client, address)
        demand_two_languages(client, "/loans/")
        demand_two_languages(client, f"/cases/{money.case.pk}/completion/")
    assert "五级分类的依据" in body(officer.get(address)) and "五级分类的依据" not in body(firm.get(address))
    later = platform.day.replace(day=platform.day.day + 10).isoformat()
    assert "结清全部贷款" in body(firm.get(f"{address}?payoff={later}"))
    for wrong in ("2020-01-01", "昨天", "2099-01-01"):
        assert "改正日期" in body(firm.get(f"{address}?payoff={wrong}"))
    books = body(officer.get(f"{address}books/"))
    assert "借贷相等" in books
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"{address}books/?export=xlsx").content))
    assert book.sheetnames == ["科目余额表", "分录", "关账"]
    made = platform.send(firm, "loan.paper", loan, kind="loan_statement")
    assert made.status_code == 302
    assert money.firm.pk in readers(Paper.objects.get(kind="loan_statement"))
    refused = platform.send(firm, "loan.paper", loan, kind="overdue_notice")
    assert refused.status_code == 422
    for kind in ("application", "appraisal_summary", "credit_review", "approval"):
        assert platform.send(officer, "case.paper", money.case, kind=kind).status_code == 302
    for_firm = set(read_by(money.firm.pk).values_list("kind", flat=True))
    assert {"application", "appraisal_summary"} <= for_firm and not for_firm & {"credit_review", "approval"}
    assert platform.send(firm, "case.paper", money.case, kind="credit_review").status_code == 422


@pytest.mark.parametrize("address", ["/loans/", "/payments/", "/statements/", "/watch/", "/papers/"])
def test_a_list_takes_as_many_queries_for_many_as_for_one(platform, monkeypatch, address: str) -> None:
    money = Money(platform, monkeypatch)
    day = platform.day

    def one_more() -> None:
        number = platform.number()
        case = platform.seed(
            Case, firm=money.firm, lender=money.bank, number=f"N{number}", state="released", mode="x", amount=1, term_months=1,
            method="bullet", purpose="x",
        )  # fmt: skip
        loan = platform.seed(
            Loan, case=case, firm=money.firm, lender=money.bank, number=f"N{number}", state="standing", mode="x", principal=1,
            contract={}, category="normal",
        )  # fmt: skip
        paper = platform.seed(
            Paper,
            subject=f"loan/{loan.pk}",
            kind="due_notice",
            number="x",
            state="issued",
            title="x",
            owner=money.bank,
        )
        file = platform.seed(
            StoredFile, owner=money.bank,
            subject=f"paper/{paper.pk}", paper="x", name="x", media_type="x", size=1, sha256="x",
        )  # fmt: skip
        line = platform.seed(
            StatementLine, organisation=money.bank, file=file, account_number="1", reference=str(number), day=day,
            direction="in", amount=1, counterparty="x", state="confirmed",
        )  # fmt: skip
        platform.seed(
            Payment, loan=loan, line=line, kind="repayment", amount=1, day=day, state="confirmed",
            matched_by=money.cashier.account,
        )  # fmt: skip
        platform.seed(WatchFlag, loan=loan, kind="due", subject="x", words={"zh": "x", "en": "x"}, due_on=day)

    one_more()
    client = platform.client(money.cashier)
    body(client.get(address))
    with CaptureQueriesContext(connection) as first:
        body(client.get(address))
    for _ in range(5):
        one_more()
    with CaptureQueriesContext(connection) as then:
        body(client.get(address))
    assert len(then) == len(first) < 15
