"""Every kind of paper in Word and PDF: what must stand in it stands in it, amounts in words and figures alike."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from zhirong.documents.financing.forms import needs_list, registration_form, rights_list
from zhirong.documents.financing.kinds import PAPER_KINDS, make_paper
from zhirong.documents.financing.sheet import numeral
from zhirong.kernel.identifiers import patent_check_digit
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.contract.clauses import contract_clauses

AMOUNT = 200_000_000
RULES = load_rulebook()
WORDS = "人民币贰佰万元整（¥2,000,000.00）"


def right(at: int) -> dict[str, Any]:
    digits = f"20191999{at:04d}"
    return {
        "kind": "invention",
        "number": f"{digits}.{patent_check_digit(digits)}",
        "title": f"一种膜处理装置{at}",
        "filing_date": "2019-05-12",
        "grant_date": "2021-08-20",
        "registration_date": None,
    }


def party(name: str) -> dict[str, str]:
    return {
        "name": name,
        "code": "91610100MA0000001B",
        "address": "西安市",
        "legal_representative": "李明",
        "bank_account": "6222",
    }


def facts(rights: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "number": "ZR2026000001-X",
        "day": "2026-11-25",
        "firm": party("陕西泾水兴环保科技有限公司"),
        "lender": party("某某银行西安分行"),
        "guarantor": party("某某融资担保有限公司"),
        "mode_title": "纯信用加知识产权质押",
        "amount": AMOUNT,
        "requested": AMOUNT,
        "rate": "0.0435",
        "start": "2026-11-25",
        "end": "2027-11-25",
        "term_months": 12,
        "method": "bullet",
        "purpose": "采购膜组件",
        "submitted_on": "2026-11-01",
        "servicing": {"overdue_uplift": "0.5", "misuse_uplift": "1", "compounds": True, "excess": "prepay_reduce"},
        "order": ["费用", "罚息", "复利", "利息", "本金"],
        "schedule": [{"number": 1, "due": "2027-11-25", "principal": AMOUNT, "interest": 8_820_833}],
        "rights": [right(at) for at in range(rights)],
        "agreed_value": None,
        "loan_number": "ZR2026000001-JK",
        "pledge_number": "ZR2026000001-ZY",
        "guarantee_number": "ZR2026000001-BZ",
        "has_guarantee": True,
        "share": "0.8",
        "fee_rate": "0.01",
        "guaranteed": 160_000_000,
        "guarantee_months": 36,
        "cycle": "3M",
        "shift": "following",
        "interest_to_shifted": False,
        "day_count": "act_360",
        "rate_link": None,
        "instalment": None,
        "entrusted_over": 1_000_000_000,
        "maximum": None,
        "dispute": {"way": "court", "body": "", "mediator": ""},
        "clauses": contract_clauses(RULES, date(2026, 11, 25)),
        "register": "patent",
        "claim_kind": "loan",
        "grade": "正式评估",
        "valuation_date": "2026-11-01",
        "valid_until": "2027-11-01",
        "p10": 1,
        "p50": 2,
        "p90": 3,
        "credit_limit": AMOUNT,
        "limits": [{"title": "评估价值", "amount": AMOUNT, "binding": True}],
        "checks": [{"title": "权属调查", "state": "已做", "finding": "无异常"}],
        "decisions": [
            {
                "role": "审批人",
                "by": "王某",
                "decision": "同意",
                "amount": AMOUNT,
                "opinion": "同意",
                "day": "2026-11-20",
            }
        ],
        "released_on": "2026-11-26",
        "reference": "R1",
        "due_on": "2026-12-25",
        "due": 725_000,
        "principal": 0,
        "interest": 725_000,
        "overdue_days": 10,
        "overdue": 725_123,
        "penalty": 123,
        "compound": 0,
        "costs": 0,
        "settled_on": "2027-11-25",
        "registrations": ["Y2026610000001"],
        "balance": AMOUNT,
        "accrued": 0,
        "payoff": AMOUNT,
        "receipts": [
            {
                "day": "2026-12-25",
                "amount": 725_678,
                "principal": 0,
                "interest": 725_000,
                "penalty": 456,
                "compound": 222,
                "costs": 0,
                "credit": 0,
            }
        ],
        "ground": "",
        "clause": "借款合同第八条",
        "answer_by": "2026-12-05",
        "owed": {"principal": AMOUNT, "interest": 725_000},
        "total": AMOUNT + 725_000,
        "payer": "某某补偿资金",
        "mode": "中山模式",
        "party": "政府资金",
        "case": "ZR2026000001-WY",
        "papers": [
            {"title": "放款凭证", "shown": "FK-1", "there": True},
            {"title": "质押登记证书", "shown": "", "there": False},
        ],
        "exposure": 600_000_000,
        "opinion": "同意核销",
        "value_before": 900_000_000,
        "value_now": 360_000_000,
        "ceiling": "70.00 %",
        "missing_value": 497_142_858,
        "missing_cash": 348_000_000,
        "file": "ZR2026000001-WY-HX1",
        "review_by": "2027-12-20",
        "project": "ZR2026000001-WY-CZ1",
        "debt": 300_000_000,
        "ways": [
            {"title": "司法拍卖", "net": 31_871_500, "days": "266", "present_value": 31_035_164, "chosen": True}
        ],
        "deducted": [{"title": "处置费用", "amount": 4_384_135}],
        "ranks": [{"rank": 1, "name": "某某银行西安分行", "paid": 210_000_000}],
        "surplus": 0,
        "buyer": "某受让公司",
        "price": 261_234_567,
        "claim": "ZR2026000001-SP1",
        "claimant": "某某银行西安分行",
        "decision": "不予赔付",
        "reason": "质押未登记",
        "amount_claimed": 100_000_000,
        "accepted": 0,
        "results": [{"title": "质押已登记", "passed": False, "more": ""}],
        "object_by": "2026-12-20",
        "voucher": "赔付凭证",
        "paid": 100_000_000,
        "paid_on": "2026-12-20",
        "total_paid": 100_000_000,
        "total_returned": 0,
        "opened_on": "2026-08-01",
        "missed": 0,
        "parties": [{"name": "政府资金", "paid": 100_000_000, "back": 0, "carries": 100_000_000}],
        "steps": [{"day": "2026-12-20", "title": "政府资金向贷款人支付", "amount": 100_000_000}],
        **more,
    }


def pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    return (
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        .replace("\n", "")
        .replace(" ", "")
    )


def word_text(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join(lines).replace(" ", "")


@pytest.mark.parametrize("kind", PAPER_KINDS)
def test_both_files_of_every_kind_say_the_same(kind: str) -> None:
    made = make_paper(kind, facts())
    assert made.pdf.startswith(b"%PDF") and zipfile.is_zipfile(io.BytesIO(made.word))
    for text in (pdf_text(made.pdf), word_text(made.word)):
        assert made.title in text and "ZR2026000001-X" in text and "2026年11月25日" in text
        assert "陕西泾水兴环保科技有限公司" in text
        assert "〓" not in text and "None" not in text
    assert make_paper(kind, facts()).pdf == made.pdf  # the same facts, the same file, the same hash


def test_amounts_stand_in_words_and_figures() -> None:
    for kind in (
        "application",
        "approval",
        "loan_contract",
        "pledge_contract",
        "guarantee_contract",
        "registration_form",
    ):
        assert WORDS in pdf_text(make_paper(kind, facts()).pdf), kind
    overdue = pdf_text(make_paper("overdue_notice", facts()).pdf)
    assert "人民币柒仟贰佰伍拾壹元贰角叁分（¥7,251.23）" in overdue
    assert "人民币壹佰陆拾万元整" in pdf_text(make_paper("guarantee_contract", facts()).pdf)


def test_the_pledge_contract_states_what_the_civil_code_asks_for_and_forfeits_nothing() -> None:
    text = pdf_text(make_paper("pledge_contract", facts(agreed_value=600_000_000)).pdf)
    for item in ("被担保债权的种类和数额", "债务人履行债务的期限", "出质的权利", "担保的范围", "质权的设立"):
        assert item in text
    assert "质权自办理出质登记时设立" in text and "不得转让、许可" in text
    assert "不当然归甲方所有" in text and "超过债权数额的部分归乙方" in text and "参照市场价格" in text
    assert "人民币陆佰万元整" in text
    assert right(0)["number"].replace(" ", "") in text and "2019-05-12" in text and "2021-08-20" in text


def test_the_loan_contract_follows_its_terms() -> None:
    servicing = {"overdue_uplift": "0.3", "misuse_uplift": "0.5", "compounds": False, "excess": "hold"}
    text = pdf_text(
        make_paper("loan_contract", facts(servicing=servicing, has_guarantee=False, guarantee_number="")).pdf
    )
    assert "加收30%" in text and "加收50%" in text and "不计收复利" in text and "留存于贷款账户" in text
    assert "保证合同（编号" not in text and "年利率为4.35%" in text
    assert "2,088,208.33" in text  # the sum of the schedule


@pytest.mark.parametrize(
    ("count", "has_annex", "has_list"),
    [(1, False, False), (2, False, False), (3, True, False), (10, True, False), (11, True, True)],
)
def test_the_form_has_an_annex_above_two_and_a_list_above_ten(count: int, has_annex: bool, has_list: bool) -> None:
    given = facts(count)
    sheet = registration_form(given)
    texts = [block.get("text", "") for block in sheet.blocks]
    assert any(text.startswith("附页") for text in texts) == has_annex
    assert any("骑缝章" in text for text in texts) == has_annex
    assert needs_list(given["rights"]) == has_list
    tables = [block for block in sheet.blocks if block["kind"] == "table"]
    assert len(tables) == 1 and len(tables[0]["rows"]) == count


def test_the_list_leaves_the_dot_out_and_keeps_thirteen_digits() -> None:
    book = openpyxl.load_workbook(io.BytesIO(rights_list(facts(11)["rights"])))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 11
    for at, row in enumerate(rows):
        assert isinstance(row[2], str) and len(row[2]) == 13 and "." not in row[2]
        assert row[2] == right(at)["number"].replace(".", "")


def test_what_a_font_lacks_is_marked_and_nothing_becomes_markup() -> None:
    made = make_paper("application", facts(purpose="*加粗* #set $x$ <b>&amp;</b> \\ 𠮷\x00"))
    for text in (pdf_text(made.pdf), word_text(made.word)):
        assert "*加粗*" in text and "#set" in text and "$x$" in text


def test_numerals() -> None:
    assert [numeral(at) for at in (1, 9, 10, 11, 20, 21, 99)] == [
        "一",
        "九",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
    ]
    with pytest.raises(ValueError, match="article"):
        numeral(0)


def test_a_statement_and_an_overdue_notice_name_penalty_and_compound_interest_apart() -> None:
    statement = pdf_text(make_paper("loan_statement", facts()).pdf)
    for words in ("罚息（元）", "复利（元）", "费用（元）", "4.56", "2.22", "1.23"):
        assert words in statement, words
    overdue = pdf_text(make_paper("overdue_notice", facts(compound=77)).pdf)
    assert "罚息（元）1.23" in overdue and "复利（元）0.77" in overdue


def test_dates_of_a_list_of_rights_are_dates_and_its_headings_stay_in_view() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(rights_list([right(1), right(2)]))).active
    assert [sheet.cell(2, at).is_date for at in (5, 6)] == [True, True]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:F3", "$1:$1")


def test_a_release_notice_says_the_real_day() -> None:
    assert "已于2026年11月26日发放" in pdf_text(make_paper("release_notice", facts()).pdf)


# -- what the law of today asks of a contract ---------------------------------------------------------------------


def contract(kind: str, **more: Any) -> str:
    return word_text(make_paper(kind, {**facts(), **more}).word)


def test_every_clause_stands_beside_what_it_rests_on() -> None:
    known = contract_clauses(RULES, date(2026, 11, 25))
    for kind in ("loan_contract", "pledge_contract", "guarantee_contract"):
        text = contract(kind)
        assert "附：条款依据" in text and "{" not in text and "}" not in text
    assert all(one["law"] and one["words"] and one["title"] for one in known.values())
    loan, pledge, guarantee = (contract(f"{one}_contract") for one in ("loan", "pledge", "guarantee"))
    for words in ("撤销、宣告无效或者因未缴费", "直接支付给收款人", "法定休假日", "不得用于股东分红"):
        assert words in loan
    for words in ("重大过失", "相应的担保或者补偿", "自行拍卖、变卖", "不当然归甲方所有", "保险金、赔偿金"):
        assert words in pledge
    for words in (
        "连带责任保证",
        "36个月",
        "展期、重组须事先取得乙方的书面同意",
        "第六百九十五条",
        "第六百八十六条",
    ):
        assert words in guarantee


@pytest.mark.parametrize(
    ("more", "here", "absent"),
    [
        ({}, ["由甲方住所地人民法院管辖"], ["仲裁规则", "调解"]),
        (
            {"dispute": {"way": "arbitration", "body": "西安仲裁委员会", "mediator": "某知识产权调解中心"}},
            ["西安仲裁委员会", "某知识产权调解中心调解"],
            ["人民法院管辖"],
        ),
        ({"shift": "none"}, ["不顺延", "以休假日结束的次日为最后一日"], ["顺延期间"]),
        ({"instalment": 20_000_000}, ["每期归还本金人民币贰拾万元整", "分期还本"], []),
        (
            {"rate_link": {"index": "lpr_one_year", "spread_bp": "135", "published": "0.03", "reset": "1Y"}},
            ["1年期LPR加135个基点", "起始时为4.35%", "每满一年"],
            ["借款期限内不变"],
        ),
        (
            {"rate_link": {"index": "lpr_one_year", "spread_bp": "-15.5", "published": "0.03", "reset": ""}},
            ["1年期LPR减15.5个基点", "不再调整"],
            [],
        ),
    ],
)
def test_the_loan_contract_says_what_was_agreed(more: dict[str, Any], here: list[str], absent: list[str]) -> None:
    text = contract("loan_contract", **more)
    assert all(words in text for words in here), [words for words in here if words not in text]
    assert not any(words in text for words in absent)


def test_both_contracts_have_a_lost_right_declared_and_name_no_document_of_ours() -> None:
    """Until November 2026 the pledge contract had the debt fall due by itself where the loan contract asks for a declaration."""
    clauses = contract_clauses(RULES, date(2026, 12, 1))
    loan, pledge = (contract(f"{one}_contract", clauses=clauses) for one in ("loan", "pledge"))
    assert "书面宣布贷款提前到期" in loan and "书面宣布主合同债务提前到期" in pledge
    assert "视为主合同债务提前到期" not in pledge and "文献" not in loan + pledge


def test_a_pledge_up_to_a_maximum_amount_says_so_and_what_fixes_it() -> None:
    text = contract("pledge_contract", maximum={"amount": 300_000_000, "until": "2029-11-25"})
    for words in (
        "知识产权最高额质押合同",
        "最高债权额人民币叁佰万元整",
        "2029年11月25日",
        "查封、冻结之后发放的款项",
        "第四百二十一条",
    ):
        assert words in text
    assert "最高额" not in contract("pledge_contract")


def test_a_pledged_mark_is_to_be_renewed_by_the_law_of_its_day() -> None:
    mark = {**right(0), "kind": "trademark", "number": "12345678"}
    text = contract("pledge_contract", rights=[mark])
    assert "期满前十二个月内办理续展" in text and "第四十条" in text
    later = contract("pledge_contract", rights=[mark], clauses=contract_clauses(RULES, date(2027, 1, 1)))
    assert "第四十四条" in later and "第四十条" not in later
    assert "续展" not in contract("pledge_contract")


DATA = {
    "kind": "data_ip",
    "number": "2026A0010000123X",
    "title": "工业园区水质监测数据集",
    "filing_date": "2026-03-09",
    "grant_date": None,
    "registration_date": "2026-06-10",
}


def test_a_pledge_that_no_law_provides_for_says_so_in_the_contract() -> None:
    text = contract("pledge_contract", rights=[DATA])
    assert "不具有物权效力" in text and "第六十三条" in text
    assert "数据知识产权" in text and "2026A0010000123X" in text
    assert "不具有物权效力" not in contract("pledge_contract")
    # A contract of before keeps the clauses that it was made with.
    before = {
        name: one for name, one in contract_clauses(RULES, date(2026, 11, 25)).items() if "real_effect" not in name
    }
    assert "不具有物权效力" not in contract("pledge_contract", rights=[DATA], clauses=before)


def test_form_and_list_name_data_intellectual_property() -> None:
    text = word_text(make_paper("registration_form", {**facts(), "rights": [DATA], "register": "pilot"}).word)
    assert "数据知识产权" in text and "2026A0010000123X" in text
    rows = list(openpyxl.load_workbook(io.BytesIO(rights_list([DATA]))).active.iter_rows(values_only=True))
    assert rows[-1][1:4] == ("数据知识产权", "2026A0010000123X", "工业园区水质监测数据集")
    assert rows[-1][5] is not None
