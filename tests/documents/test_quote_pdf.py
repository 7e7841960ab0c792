"""The quote as PDF: what comes back out of it, what it embeds, and what a hostile or thin quote does to it."""

import copy
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from completed_documents import explanation, quote_document
from zhirong.charts import fonts
from zhirong.charts.coverage import shown_characters
from zhirong.documents.printable import printable
from zhirong.documents.quote_pdf import quote_pdf
from zhirong.documents.quote_view import cheapest, decision_text, next_steps, provisional_note, quote_view
from zhirong.documents.words import explanation_rows
from zhirong.kernel.errors import InputError

QUOTE: dict[str, Any] = json.loads((Path(__file__).parent / "quote.json").read_text(encoding="utf-8"))


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def page_one(pdf: bytes) -> str:
    """To read all pages takes longer than to make them."""
    return "".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return quote_pdf(quote_document(QUOTE))


def test_page_one_is_the_answer(pdf: bytes) -> None:
    first, second = pages(pdf)[:2]
    for words in (
        "知识产权质押融资报价",
        "西咸惯性导航技术有限公司",
        "91610000MA6TG00000",
        "2021-11-15",
        "可贷款1,510,000.00元，低于申请金额2,000,000.00元",
        "放贷价值×质押率",
        "806万元",
        "471万元–1,324万元",
        "一种高精度光纤陀螺温度补偿方法",
        "201410362077.3",
        "专利权已被启动无效宣告程序",
        "政府54%",
        "没有科技型中小企业入库编号",
        "3.30%",
        "下一步",
        "向园区管委会申请推荐",
        "全部损失由谁承担",
        "对价值影响最大的输入",
    ):
        assert "".join(words.split()) in first, words
    assert "理由与依据" in second
    assert "理由与依据" not in first


def test_a_policy_pack_is_named_with_version_and_digest() -> None:
    pack = {
        "id": "qinchuan-bank",
        "version": "2026.1",
        "title": {"zh": "秦川银行政策", "en": "Qinchuan Bank policy"},
    }
    made = quote_pdf(quote_document({**QUOTE, "packs": [{**pack, "digest": "ab12" * 16}]}))
    said = "".join("".join(pages(made)).split())
    assert "秦川银行政策qinchuan-bank2026.1" in said and "ab12" * 16 in said


def test_the_reasons_follow(pdf: bytes) -> None:
    rest = "".join(pages(pdf)[1:])
    for words in (
        "准入检查",
        "至少一项权利可以质押",
        "不予登记",
        "国家知识产权局公告第461号",
        "许可费节省法",
        "成立年限",
        "额度",
        "110,816.67",
        "-2,027,704.16",
        "预期损失",
        "质押登记（网上）",
        "还缺什么",
        "按实际日期的现金流求内部收益率",
        "LPR各期数值未经核对",
        "[未确认]",
        "3f9a1c2b7d8e6f50",
    ):
        assert words in rest, words


def test_every_font_is_embedded(pdf: bytes) -> None:
    names = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            described = font.get_object()
            inner = described["/DescendantFonts"][0].get_object() if "/DescendantFonts" in described else described
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), described["/BaseFont"]
            names.add(str(described["/BaseFont"]))
    assert any("NotoSansCJK" in name for name in names), names


def test_it_is_made_for_the_archive_and_for_screen_readers(pdf: bytes) -> None:
    document = PdfReader(io.BytesIO(pdf))
    catalog = document.trailer["/Root"]
    assert catalog["/Lang"] == "zh-CN"
    assert "/StructTreeRoot" in catalog
    assert document.metadata is not None and document.metadata.title is not None
    assert "西咸惯性导航技术有限公司" in document.metadata.title
    xmp = catalog["/Metadata"].get_data().decode()
    assert "pdfaid:part" in xmp and "pdfuaid:part" in xmp


def test_the_same_quote_gives_the_same_bytes(pdf: bytes) -> None:
    assert quote_pdf(quote_document(QUOTE)) == pdf


def test_markup_in_a_users_words_is_printed_not_run(pdf: bytes) -> None:
    assert "#pagebreak()*x*$x$=cmd" in page_one(pdf)
    hostile = copy.deepcopy(QUOTE)
    hostile["case"]["firm"]["name"] = '#panic("x") ] } $ \\ " <b> #read("/etc/passwd") @a'
    assert '#panic("x")]}$\\"<b>#read("/etc/passwd")@a' in page_one(quote_pdf(quote_document(hostile)))


def test_in_english() -> None:
    first = page_one(quote_pdf(quote_document(QUOTE), "en"))
    assert "Quoteforaloanonintellectualproperty" in first
    assert "CNY1,510,000.00canbelent,lessthanthe2,000,000.00requested" in first
    assert "Pudongmode" in first


def test_a_quote_without_its_optional_parts() -> None:
    thin = {"case": {"id": "x", "as_of": "2021-11-15", "firm": {"name": "甲公司"}}}
    first = page_one(quote_pdf(quote_document(thin)))
    assert "目前不能贷款" in first
    assert "未得出价值" in first


def test_no_value_and_a_failed_gate() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["appraisal"] = {"status": "no_value", "value": None, "methods": [], "alarms": []}
    quote["credit_limit"].update(amount="0.00", decision="decline", binding="")
    for limit in quote["credit_limit"]["caps"]:
        limit["binding"] = False
    gate = {"zh": "没有经济输入，不能给出价值", "en": "no economic input"}
    quote["gates"][0].update(
        passed=False, verdict="failed", reason=gate, hint={"zh": "提供收入资料", "en": "give the sales"}
    )
    for mode in quote["modes"]:
        mode.update(eligible="unknown", loan=None, totals=None, full_loss=[], costs=[], effective_annual_cost=None)
    first = page_one(quote_pdf(quote_document(quote)))
    assert "目前不能贷款" in first
    assert "没有经济输入，不能给出价值" in first
    assert "提供收入资料" in first
    assert "暂无已确认符合条件的模式" in first


def test_page_one_stays_one_page_however_much_there_is() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["rights"] = [dict(QUOTE["rights"][index % 3], id=f"r{index}") for index in range(40)]
    quote["modes"] = [dict(QUOTE["modes"][index % 5], id=f"m{index}") for index in range(12)]
    text = pages(quote_pdf(quote_document(quote)))
    assert "项数34" in text[0]
    # No room there for the charts of the value: they stand with the appraisal.
    assert "对价值影响最大的输入" not in text[0]
    assert "对价值影响最大的输入" in "".join(text[1:])
    assert "下一步" in text[0]
    assert text[1].startswith("理由与依据")


def test_the_cheapest_mode_is_an_eligible_one() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["modes"][3]["effective_annual_cost"] = "0.0001"
    best = cheapest(quote_document(quote))
    assert best is not None and best.id == "suzhou"
    assert cheapest(quote_document({"modes": []})) is None


def test_next_steps_put_failed_gates_first_and_name_each_once() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["gates"][1].update(passed=False, verdict="failed", hint={"zh": "先履行判决", "en": "comply first"})
    steps = next_steps(quote_document(quote), "zh")
    assert steps[0]["what"].endswith("先履行判决")
    assert len({(step["who"], step["what"]) for step in steps}) == len(steps)


def test_what_several_modes_wait_for_is_one_step() -> None:
    quote = copy.deepcopy(QUOTE)
    hint = {"zh": "向主管部门确认", "en": "ask the authority"}
    for mode in quote["modes"][:3]:
        mode.update(eligible="unknown", conditions=[{"verdict": "unknown", "reason": hint, "hint": hint}])
    waiting = [step["what"] for step in next_steps(quote_document(quote), "zh") if "向主管部门确认" in step["what"]]
    assert waiting == [f"向主管部门确认（{'、'.join(mode['title']['zh'] for mode in quote['modes'][:3])}）"]


def test_shares_on_page_one_are_those_of_the_quote() -> None:
    view = quote_view(quote_document(QUOTE), "zh")
    zhongshan = next(mode for mode in view["modes"] if mode["id"] == "zhongshan")
    assert zhongshan["bears"] == ["政府 54 %", "银行 26 %", "保险公司 16 %", "知识产权服务公司 4 %"]


def test_a_machine_without_the_font_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "WHEEL", "no_such_wheel_here")
    monkeypatch.setattr(fonts, "DEBIAN_FOLDER", tmp_path)
    with pytest.raises(InputError) as caught:
        fonts.font_folder()
    assert "fonts-noto-cjk" in caught.value.problems[0].hint.zh
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert fonts.font_folder() == tmp_path


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, zhirong.documents.quote_pdf; print([m for m in ('typst', 'vl_convert', 'altair') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_among_many_modes_those_that_do_not_fit_get_a_line() -> None:
    quote = copy.deepcopy(QUOTE)
    barred = quote["modes"][3]
    quote["modes"] += [
        dict(barred, id=f"barred-{n}", title={"zh": f"不适用模式{n}", "en": f"barred {n}"}) for n in range(10)
    ]
    text = "".join(pages(quote_pdf(quote_document(quote))))
    assert "不符合的模式" in text
    assert "不适用模式9没有科技型中小企业入库编号" in text
    assert "模式不适用模式9不符合" not in text
    assert "模式苏州模式符合" in text


def test_many_alike_steps_are_one_counted_row() -> None:
    instalment = {"label": {"zh": "利息", "en": "interest"}, "value": "10.00", "unit": "yuan", "parts": []}
    other = dict(instalment, value="11.00")
    rows = explanation_rows(explanation({"label": "x", "parts": [instalment, instalment, other, instalment]}), "zh")
    assert [row["label"] for row in rows] == ["x", "利息 × 2", "利息", "利息"]


def test_costs_of_one_kind_between_the_same_parties_are_summed() -> None:
    cost = QUOTE["modes"][0]["costs"][0]
    months = [dict(cost, amount="100.01", day=f"2022-0{month}-15") for month in (3, 1, 2)]
    view = quote_view(quote_document({"modes": [dict(QUOTE["modes"][0], costs=months)]}), "zh")
    assert view["modes"][0]["costs"] == [
        {
            "title": "贷款利息 × 3",
            "payer": "企业",
            "payee": "银行",
            "day": "2022-01-15 – 2022-03-15",
            "amount": "300.03",
        }
    ]


def test_what_the_font_lacks_is_marked_and_said(pdf: bytes) -> None:
    quote = copy.deepcopy(QUOTE)
    quote["case"]["firm"]["name"] = "甲😀乙ﷺ丙\x07丁𠮷龘\ud800戊\ue000己\ufeff庚"
    quote["modes"][0]["title"] = {"zh": "北京模式🚀", "en": "Beijing 🚀"}
    first, *rest = pages(quote_pdf(quote_document(quote)))
    assert "甲〓乙〓丙丁𠮷龘〓戊〓己庚" in first
    assert "北京模式〓" in first
    assert "字体缺少的字符以〓代替" in first
    assert "〓standsforacharacter" in page_one(quote_pdf(quote_document(quote), "en"))
    assert "代替" not in page_one(pdf)


@pytest.mark.parametrize("character", [chr(code) for code in (0, 0x1B, 0xE01, 0x1820, 0x202E, 0xFFFF, 0x10FFFF)])
def test_no_character_stops_the_paper(character: str) -> None:
    quote = copy.deepcopy(QUOTE)
    quote["rights"][0]["title"] = f"一种{character}方法"
    assert "方法" in page_one(quote_pdf(quote_document(quote)))


def test_the_characters_of_the_font_are_those_it_shows() -> None:
    shown = shown_characters()
    assert {ord(character) for character in "aé中𠮷龘〓，−●"} <= shown
    assert not {0x1F600, 0xFDFA, 0x07, 0xE000} & shown


def test_a_word_longer_than_a_line_may_break() -> None:
    words = printable({"a": ["x" * 100, "short words stay", 3]}, shown_characters())
    assert max(len(piece) for piece in words["a"][0].split("\u200b")) == 20
    assert words["a"][0].replace("\u200b", "") == "x" * 100
    assert words["a"][1:] == ["short words stay", 3]


def test_long_words_are_cut_on_page_one_and_whole_among_the_reasons() -> None:
    quote = copy.deepcopy(QUOTE)
    times = 334 if "ZHIRONG_SEARCH" in os.environ else 100  # at most, or more than any line has room for
    title = "光纤陀螺与惯性导航" * times
    quote["case"]["title"] = {"zh": title, "en": title}
    quote["case"]["request"]["purpose"] = {"zh": "采购材料" * 750, "en": "x"}
    quote["case"]["firm"]["name"] = "甲" * 3000
    quote["modes"] = quote["modes"][:10]
    for right in quote["rights"]:
        right["title"] = title
    for mode in quote["modes"]:
        mode["title"] = {"zh": title, "en": title}
    first, second, *rest = pages(quote_pdf(quote_document(quote)))
    assert "…" in first and "下一步" in first and "全部损失由谁承担" in first
    assert second.startswith("理由与依据")
    # The footer of a page stands between what came before a page break and what came after it.
    whole = "".join([second, *rest])
    assert whole.count("光纤陀螺与惯性导航") > 8 * (times - 4)
    assert whole.count("采购材料") >= 745 and whole.count("甲") >= 2990


def test_verdicts_of_gates_have_a_column_of_their_own() -> None:
    quote = copy.deepcopy(QUOTE)
    reason = {"zh": "缺资料", "en": "missing files"}
    quote["gates"][0].update(passed=False, verdict="open", reason=reason)
    found: list[tuple[float, str]] = []
    page = PdfReader(io.BytesIO(quote_pdf(quote_document(quote), "en"))).pages[1]
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: found.append((cm[4], text.strip())))
    width = next(x for x, text in found if text.startswith("missing")) - next(
        x for x, text in found if text.startswith("to be") or text == "completed"
    )
    # "completed" in bold of 8 points, with the padding of two cells.
    assert width > 9 * 8 * 0.62 + 8


def test_a_conditional_offer_says_so_first() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["credit_limit"]["conditional"] = True
    assert "附条件：可贷款1,510,000.00元" in page_one(quote_pdf(quote_document(quote)))
    assert "Conditional:CNY1,510,000.00canbelent" in page_one(quote_pdf(quote_document(quote), "en"))
    assert decision_text(quote_document(quote), "zh").startswith("附条件：")
    quote["credit_limit"]["decision"] = "offer"
    assert decision_text(quote_document(quote), "en") == "Conditional: The loan of CNY 1,510,000.00 can be made"
    quote["credit_limit"]["decision"] = "decline"
    assert decision_text(quote_document(quote), "zh") == "目前不能贷款"
    assert decision_text(quote_document(QUOTE), "zh").startswith("可贷款")


def test_provisional_due_days_name_their_year() -> None:
    quote = copy.deepcopy(QUOTE)
    rows = [
        {"written": "2026-12-31", "due": "2027-01-04", "provisional": True},
        {"written": "2028-01-01", "due": "2027-12-31", "provisional": True},
        {"written": "2026-05-15", "due": "2026-05-15", "provisional": False},
    ]
    quote["modes"][0]["schedule"] = rows
    assert provisional_note(quote_document(quote).modes, "zh").startswith("2027、2028 年的节假日安排尚未公布")
    assert provisional_note(quote_document(quote).modes[1:], "zh") == ""
    first, *rest = pages(quote_pdf(quote_document(quote)))
    assert "2027、2028年的节假日安排尚未公布" in first
    assert "".join(rest).count("2027、2028年的节假日安排尚未公布") == 1
    assert "Theworkingdaysof2027,2028havenotbeenannounced" in page_one(quote_pdf(quote_document(quote), "en"))


def test_without_a_confirmed_mode_the_cheapest_to_be_confirmed_stands_in() -> None:
    quote = copy.deepcopy(QUOTE)
    for mode in quote["modes"]:
        mode["eligible"] = "no"
    assert cheapest(quote_document(quote)) is None
    for mode, cost in zip(quote["modes"][:3], ("0.05", "0.03", "0.04"), strict=True):
        mode.update(eligible="unknown", effective_annual_cost=cost)
    assert cheapest(quote_document(quote)).id == quote["modes"][1]["id"]
    head = quote_view(quote_document(quote), "zh")["headline"]
    assert (head["cost"], head["cost_open"]) == ("3.00 %", "（待确认）")
    first = page_one(quote_pdf(quote_document(quote)))
    assert "3.00%" in first and "（待确认）" in first
    quote["modes"][4]["eligible"] = "yes"
    assert cheapest(quote_document(quote)).id == quote["modes"][4]["id"]
    assert quote_view(quote_document(quote), "en")["headline"]["cost_open"] == ""


def test_the_region_is_named_beside_its_code(pdf: bytes) -> None:
    quote = copy.deepcopy(QUOTE)
    assert "地区610100" in page_one(pdf)
    quote["case"]["region_text"] = {"zh": "陕西省西安市", "en": "Xi'an, Shaanxi"}
    assert "地区陕西省西安市610100" in page_one(quote_pdf(quote_document(quote)))


def test_the_english_paper_has_no_chinese_punctuation() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["credit_limit"]["conditional"] = True
    quote["case"]["firm"]["name"] = "A Ltd"
    quote["elsewhere"] = [{"title": {"zh": "甲", "en": "A"}}, {"title": {"zh": "乙", "en": "B"}}]
    # What users and sources wrote in Chinese stays so; here everything has English words.
    english = _in_english_only(quote)
    found = set("".join(pages(quote_pdf(quote_document(english), "en")))) & set("，、：；（）。“”")
    assert found == set()


def _in_english_only(content: Any) -> Any:
    if isinstance(content, dict) and "en" in content:
        return {"zh": content["en"], "en": content["en"]}
    if isinstance(content, dict):
        return {name: _in_english_only(part) for name, part in content.items()}
    if isinstance(content, list):
        return [_in_english_only(part) for part in content]
    return "x" if isinstance(content, str) and not content.isascii() else content


def test_what_would_raise_the_pledge_value_is_not_taken_for_a_limit() -> None:
    from zhirong.documents.quote_beside import change_rows

    quote = copy.deepcopy(QUOTE)
    words = {"zh": "低位价值", "en": "low value"}
    change = {"code": "x", "title": words, "now": words, "needed": words, "to": None, "reaches": "1573781.24"}
    quote["credit_limit"]["changes"], quote["pledge"]["changes"] = [change], [change]
    assert [row["title"] for row in change_rows(quote_document(quote), "zh")] == [
        "低位价值",
        "认可质押价值：低位价值",
    ]
    assert [row["title"] for row in change_rows(quote_document(quote), "en")] == [
        "low value",
        "Recognised pledge value: low value",
    ]
