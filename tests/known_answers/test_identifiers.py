"""Numbers of every register: known ones, every way of writing them, and every single slip refused."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from examples import examples
from zhirong.kernel.identifiers import (
    NumberError,
    copyright_number,
    credit_code,
    credit_code_check,
    kind_of_number,
    layout_design_number,
    patent_check_digit,
    patent_kind,
    patent_number,
    patent_publication_number,
    patent_year,
    plant_variety_number,
    right_number,
    show_number,
    software_number,
    trademark_number,
)

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789XZLCN."}


@pytest.mark.parametrize("number", ["200310102344.5", "201410362077.3", "00118464.4", "95115608.X"])
def test_known_patent_numbers_are_right(number: str) -> None:
    digits, _, check = number.partition(".")
    assert patent_check_digit(digits) == check
    assert patent_number(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "201410362077.3",
        "2014103620773",
        "ZL201410362077.3",
        "zl201410362077.3",
        "ZL 2014 1 0362077.3",
        "CN201410362077.3",
        "CN 2014103620773",
        "CN ZL201410362077.3",
        "ZL：201410362077.3",
        "专利号：ZL201410362077.3",
        "申请号: 201410362077.3",
        "专利号 ZL 201410362077.3",
        "２０１４１０３６２０７７．３",
        "ＺＬ２０１４１０３６２０７７．３",
        "201410362077。3",
        "201410362077·3",
        "2014-1-0362077-3",
        "2014–1–0362077.3",
        " 201410362077.3\t",
        "2014\u30001\u30000362077.3",
    ],
)
def test_one_patent_written_in_many_ways_is_kept_in_one(written: str) -> None:
    assert patent_number(written) == "201410362077.3"


def test_a_lower_case_x_is_the_check_digit_ten() -> None:
    assert patent_number("zl95115608.x") == patent_number("ＺＬ９５１１５６０８．ｘ") == "95115608.X"


@pytest.mark.parametrize(
    ("written", "kept", "kind", "year"),
    [
        ("88100001", "88100001", "invention", 1988),
        ("881000019", "88100001", "invention", 1988),
        ("85200002", "85200002", "utility_model", 1985),
        ("CN00118464.4", "00118464.4", "invention", 2000),
        ("99814567.X", "99814567.X", "invention", 1999),
        ("ZL201410362077.3", "201410362077.3", "invention", 2014),
    ],
)
def test_numbers_of_every_age(written: str, kept: str, kind: str, year: int) -> None:
    assert patent_number(written) == kept
    assert (patent_kind(kept), patent_year(kept)) == (kind, year)


@pytest.mark.parametrize(
    ("digit", "kind"),
    [("1", "invention"), ("2", "utility_model"), ("3", "design"), ("8", "invention"), ("9", "utility_model")],
)
def test_the_kind_digit_names_the_kind(digit: str, kind: str) -> None:
    digits = f"2019{digit}0000001"
    assert patent_kind(patent_number(f"{digits}.{patent_check_digit(digits)}")) == kind


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        ("201410362077.4", "check_digit", ""),
        ("201410362077", "check_digit_missing", "201410362077.3"),
        ("00118464", "check_digit_missing", "00118464.4"),
        ("118464.4", "leading_zeros", "00118464.4"),
        ("2.01410362077E+12", "scientific", "text"),
        ("CN1329838A", "publication_number", "ZL201410362077.3"),
        ("201440362077.3", "patent_form", "201410362077.3"),
        ("199810362077.3", "patent_year", "981"),
        ("05100001.1", "patent_year", "four digits"),
        ("20141O362077.3", "patent_form", "201410362077.3"),
        ("2014103620773 等", "patent_form", ""),
        ("专利号：", "patent_form", ""),
        ("٢٠١٤١٠٣٦٢٠٧٧٣", "patent_form", ""),
        ("US8000000B2", "patent_form", ""),
    ],
)
def test_a_wrong_patent_number_is_refused_with_its_hint(written: str, code: str, hint: str) -> None:
    with pytest.raises(NumberError) as caught:
        patent_number(written)
    assert caught.value.code == code
    assert hint in caught.value.hint.en
    assert caught.value.reason.zh and caught.value.hint.zh


def test_a_wrong_check_digit_says_which_is_expected() -> None:
    with pytest.raises(NumberError) as caught:
        patent_number("ZL201410362077.5")
    assert "3" in caught.value.reason.zh and "5" in caught.value.reason.en


@st.composite
def patent_numbers(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from("12389"))
    if draw(st.booleans()):
        digits = f"{draw(st.integers(2003, 2060))}{kind}{draw(st.integers(0, 9_999_999)):07d}"
    else:
        year = draw(st.sampled_from([*range(89, 100), *range(4)]))
        digits = f"{year:02d}{kind}{draw(st.integers(0, 99_999)):05d}"
    return f"{digits}.{patent_check_digit(digits)}"


@st.composite
def ways_of_writing(draw: st.DrawFn, kept: str) -> str:
    digits, _, check = kept.partition(".")
    cut = 4 if len(digits) == 12 else 2
    between = draw(st.sampled_from(["", " ", "-", "–"]))
    body = between.join([digits[:cut], digits[cut], digits[cut + 1 :]])
    text = body + draw(st.sampled_from([".", "", " . ", "-", "。"])) + check
    text = draw(st.sampled_from(["", "ZL", "ZL ", "CN", "CN ZL", "专利号：ZL", "申请号: "])) + text
    if draw(st.booleans()):
        text = text.lower()
    return text.translate(FULL_WIDTH) if draw(st.booleans()) else text


@settings(max_examples=examples(50))
@given(st.data())
def test_every_writing_of_a_right_number_is_kept_alike(data: st.DataObject) -> None:
    kept = data.draw(patent_numbers())
    assert patent_number(data.draw(ways_of_writing(kept))) == kept
    assert patent_number(show_number(patent_kind(kept), kept, granted=True)) == kept
    assert patent_number(show_number(patent_kind(kept), kept, dot=False)) == kept


@settings(max_examples=60)
@given(patent_numbers(), st.data())
def test_any_single_changed_digit_of_a_patent_is_refused(kept: str, data: st.DataObject) -> None:
    places = [place for place, sign in enumerate(kept) if sign != "."]
    place = data.draw(st.sampled_from(places))
    for other in "0123456789X":
        if other != kept[place]:
            with pytest.raises(NumberError):
                patent_number(kept[:place] + other + kept[place + 1 :])


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    readers: list[Callable[[str], str]] = [
        patent_number,
        credit_code,
        patent_publication_number,
        trademark_number,
        software_number,
        copyright_number,
        layout_design_number,
        plant_variety_number,
    ]
    kind_of_number(text)
    for reader in readers:
        try:
            kept = reader(text)
        except NumberError as error:
            assert error.reason.zh and error.reason.en and error.hint.zh and error.hint.en
        else:
            assert reader(kept) == kept


# -- unified social credit code ---------------------------------------------------------------------------------


def _checked(first17: str) -> str:
    return first17 + credit_code_check(first17)


codes = st.builds(
    lambda head, region, rest: head + region + rest,
    st.sampled_from(["91", "92", "93", "12", "51", "N1", "Y1", "A1"]),
    st.builds("{}{:04d}".format, st.sampled_from([10, 11, 31, 44, 54, 65, 81]), st.integers(0, 9999)),
    st.text(st.sampled_from(CREDIT_ALPHABET), min_size=9, max_size=9),
).map(lambda first17: first17 + credit_code_check(first17))


def test_known_credit_code() -> None:
    assert credit_code("91110000600037341L") == "91110000600037341L"
    assert credit_code(" 9111 0000-600037341l ") == "91110000600037341L"
    assert credit_code("统一社会信用代码号：９１１１００００６０００３７３４１Ｌ") == "91110000600037341L"
    for label in ("统一社会信用代码：", "信用代码: ", "统一社会信用代码 ", "社会信用代码（三证合一）："):
        assert credit_code(f"{label}91110000600037341L") == "91110000600037341L"


@given(codes)
def test_the_check_place_agrees_with_another_implementation(code: str) -> None:
    assert credit_code(code) == code
    assert uscc.calc_check_digit(code) == code[17]


@settings(max_examples=40)
@given(codes, st.integers(0, 17))
def test_any_single_changed_place_of_a_credit_code_is_refused(code: str, place: int) -> None:
    for other in CREDIT_ALPHABET:
        if other != code[place]:
            with pytest.raises(NumberError):
                credit_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("9111000060003734", "credit_code_length"),
        ("91110000600037341M", "check_digit"),
        ("9111000O600037341L", "credit_code_form"),
        ("91110000I00037341L", "credit_code_form"),
        ("0" * 18, "credit_code_form"),
        ("369999199902310031", "credit_code_form"),  # the shape of an identity card; its check place fits
        ("98110000600037341", "credit_code_length"),
        (_checked("98110000600037341"), "credit_code_form"),  # no kind of organisation has 8
        (_checked("G1110000600037341"), "credit_code_form"),  # no body has G
        (_checked("91010000600037341"), "credit_code_form"),  # no province has 01
        (_checked("11010819990231003"), "credit_code_form"),  # a number of an identity card whose check place fits
        ("110108000000011", "credit_code_length"),
    ],
)
def test_a_wrong_credit_code_is_refused(written: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        credit_code(written)
    assert caught.value.code == code


# -- the other registers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "written", "kept"),
    [
        (patent_publication_number, "CN1329838A", "CN1329838A"),
        (patent_publication_number, "cn 104123456 b", "CN104123456B"),
        (patent_publication_number, "204123456U", "CN204123456U"),
        (patent_publication_number, "CN302123456S", "CN302123456S"),
        (trademark_number, "第1234567号", "1234567"),
        (trademark_number, "注册号：１２３４５６７８", "12345678"),
        (trademark_number, "g1234567", "G1234567"),
        (software_number, "2014SR123456", "2014SR123456"),
        (software_number, "登记号：2014sr123456", "2014SR123456"),
        (software_number, "软著登字第 0123456 号", "软著登字第0123456号"),
        (software_number, "软著登字第123456号", "软著登字第0123456号"),
        (software_number, "软著登字第12345678号", "软著登字第12345678号"),
        (copyright_number, "国作登字－2014－F－00123456", "国作登字-2014-F-00123456"),
        (copyright_number, "粤作登字-2014-F-00001234", "粤作登字-2014-F-00001234"),
        # Registration numbers that published cases name.
        (layout_design_number, "BS.08500145.7", "BS.08500145.7"),
        (layout_design_number, "bs12500520.2", "BS.12500520.2"),
        (layout_design_number, "登记号：BS.155508385", "BS.15550838.5"),
        (plant_variety_number, "CNA20191006012", "CNA20191006012"),
        (plant_variety_number, "cna20110123.4", "CNA20110123.4"),
        (plant_variety_number, "品种权号：20130045", "20130045"),
    ],
)
def test_numbers_of_the_other_registers(reader: Callable[[str], str], written: str, kept: str) -> None:
    assert reader(written) == kept
    assert reader(kept) == kept


@pytest.mark.parametrize(
    ("reader", "written", "code"),
    [
        (patent_publication_number, "CN12A", "publication_form"),
        (trademark_number, "一二三", "trademark_form"),
        (trademark_number, "123456789", "trademark_form"),
        (software_number, "14SR123", "software_form"),
        (copyright_number, "2014-F-1", "copyright_form"),
        (layout_design_number, "BS.08500145.8", "check_digit"),
        (layout_design_number, "08100145.7", "layout_form"),
        (plant_variety_number, "CNA1", "variety_form"),
    ],
)
def test_wrong_numbers_of_the_other_registers(reader: Callable[[str], str], written: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        reader(written)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        ("design", "201410362077.3", "patent_kind"),
        ("utility_model", "ZL201410362077.3", "patent_kind"),
        ("invention", "软著登字第0123456号", "patent_form"),
        ("software", "201410362077.3", "software_form"),
        ("trademark", "", "number_missing"),
        ("invention", "  ", "number_missing"),
        ("trade_secret", "X1", "number_not_expected"),
        ("trade_name", "91110000600037341M", "check_digit"),
    ],
)
def test_a_number_of_another_kind_is_refused(kind: str, written: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        right_number(kind, written)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["copyright", "software", "trade_name", "trade_secret"])
def test_a_right_without_a_register_may_have_no_number(kind: str) -> None:
    assert right_number(kind, "") == ""


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("ZL201410362077.3", "invention"),
        ("CN00118464.4", "invention"),
        ("2014SR123456", "software"),
        ("软著登字第0123456号", "software"),
        ("国作登字-2014-F-00123456", "copyright"),
        ("BS.08500145.7", "layout_design"),
        ("CNA20191006012", "plant_variety"),
        ("12345678", None),
        ("1234567", None),
        ("甲", None),
        ("", None),
    ],
)
def test_what_a_number_tells_of_its_kind(written: str, kind: str | None) -> None:
    assert kind_of_number(written) == kind


def test_numbers_as_they_are_printed() -> None:
    assert show_number("invention", "201410362077.3", granted=True) == "ZL201410362077.3"
    assert show_number("invention", "201410362077.3") == "201410362077.3"
    # Lists of more than ten patents go to the register without the dot.
    assert show_number("invention", "201410362077.3", granted=True, dot=False) == "ZL2014103620773"
    assert show_number("trademark", "1234567") == "第1234567号"
    assert show_number("software", "2014SR123456", granted=True) == "2014SR123456"
