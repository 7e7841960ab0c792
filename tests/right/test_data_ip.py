"""Data intellectual property: its numbers, its term by a pilot's rule, its way in through lists."""

from datetime import date

import pytest
from right_cases import RULES, read, right_of

from zhirong.chain.right.events import Event
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.life import legal_life
from zhirong.chain.right.records import LegalStatus
from zhirong.chain.right.states import RightState, refusal_of
from zhirong.chain.right.status import status_on
from zhirong.chain.right.table import read_rights_table
from zhirong.kernel.errors import InputError
from zhirong.kernel.identifiers import NumberError, data_ip_number, kind_of_number, right_number, show_number

DAY = date(2026, 11, 30)
NUMBER = "2026A0010000123X"


@pytest.mark.parametrize(
    "written", [NUMBER, "登记号：2026A0010000123X", "2026a 0010 0001 23x", "２０２６A0010000123X"]
)
def test_every_writing_of_a_number_is_kept_alike(written: str) -> None:
    assert data_ip_number(written) == right_number("data_ip", written) == NUMBER
    assert kind_of_number(written.removeprefix("登记号：")) == "data_ip"
    assert show_number("data_ip", NUMBER, granted=True) == NUMBER


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("20260644000000123", "certificate_number"),
        ("1999A0010000123X", "data_ip_form"),
        ("2026A0010000123", "data_ip_form"),
        ("粤数登字2023001", "data_ip_form"),
    ],
)
def test_other_numbers_are_refused_with_what_to_enter(written: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        right_number("data_ip", written)
    assert caught.value.code == code
    assert "16" in caught.value.hint.zh and "16" in caught.value.hint.en


def test_an_older_certificate_without_such_a_number_does_without() -> None:
    assert right_number("data_ip", "") == ""


def test_the_term_is_a_pilots_and_says_that_it_is_not_confirmed() -> None:
    life = legal_life(right_of("data_ip", registration_date=date(2026, 6, 10)), RULES, DAY)
    assert (life.start, life.end) == (date(2026, 6, 10), date(2029, 6, 9))
    assert not life.unlimited and not life.renewable
    rule = life.explanation.references[0]
    assert rule.confidence == "unconfirmed" and "北京" in rule.document and rule.article == "第十三条"
    assert "[" in rule.as_text("zh")


def test_the_last_day_on_the_certificate_prevails() -> None:
    right = right_of("data_ip", registration_date=date(2026, 6, 10), term_end_date=date(2028, 12, 31))
    assert legal_life(right, RULES, DAY).end == date(2028, 12, 31)


def test_without_the_day_of_registration_no_last_day_is_made_up() -> None:
    life = legal_life(right_of("data_ip", filing_date=date(2026, 3, 9)), RULES, DAY)
    assert life.end is None and life.missing == ("registration_date",)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 3, 8), None),
        (date(2026, 3, 9), LegalStatus.PENDING),
        (date(2026, 6, 10), LegalStatus.IN_FORCE),
        (date(2029, 6, 9), LegalStatus.IN_FORCE),
        (date(2029, 6, 10), LegalStatus.EXPIRED),
    ],
)
def test_its_status_day_by_day(day: date, status: LegalStatus | None) -> None:
    right = right_of("data_ip", filing_date=date(2026, 3, 9), registration_date=date(2026, 6, 10))
    assert status_on(right, day, RULES).status is status


def test_its_register_cancels_it_and_nobody_declares_it_invalid() -> None:
    in_force = RightState(LegalStatus.IN_FORCE)
    assert refusal_of(RightKind.DATA_IP, in_force, Event.LAPSE) is None
    refusal = refusal_of(RightKind.DATA_IP, in_force, Event.INVALIDATE)
    assert refusal is not None and refusal.code == "not_for_kind"


def test_it_has_no_annual_fee() -> None:
    with pytest.raises(InputError) as caught:
        read(
            kind="data_ip",
            number=NUMBER,
            grant_date=None,
            registration_date=date(2026, 6, 10),
            fee_paid_through_year=3,
        )
    assert [problem.code for problem in caught.value.problems] == ["not_for_kind"]


@pytest.mark.parametrize(
    "word", ["数据知识产权", "数据知识产权登记证书", "data_ip", "Data IP right", "data intellectual property"]
)
def test_lists_call_it_by_several_names(word: str) -> None:
    rows = [["种类", "名称", "登记号", "登记公告日"], [word, "水质数据集", NUMBER, "2026-06-10"]]
    (right,) = read_rights_table(enumerate(rows, 1), "list.csv").rights
    assert (right.kind, right.number, right.registration_date) == (RightKind.DATA_IP, NUMBER, date(2026, 6, 10))


@pytest.mark.parametrize("heading", ["数据知识产权登记号", "号码"])
def test_a_list_without_a_column_for_the_kind_tells_by_heading_or_number(heading: str) -> None:
    rows = [["数据知识产权名称", heading, "证书有效期至"], ["水质数据集", NUMBER, "2028-12-31"]]
    (right,) = read_rights_table(enumerate(rows, 1), "list.csv").rights
    assert (right.kind, right.title, right.term_end_date) == (RightKind.DATA_IP, "水质数据集", date(2028, 12, 31))


def test_a_bad_row_says_what_to_enter() -> None:
    rows = [["名称", "数据知识产权登记号"], ["水质数据集", "20260644000000123"]]
    table = read_rights_table(enumerate(rows, 1), "list.csv")
    assert [problem.code for problem in table.bad[0].problems] == ["certificate_number"]
