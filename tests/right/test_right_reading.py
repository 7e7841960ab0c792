"""Rights of a case file: read whole, and every fault told at once with its hint."""

from datetime import date
from typing import Any

import pytest
from right_cases import read

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Flag, LegalStatus, LicenceKind, Role
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml

CASE = """
[[rights]]
id = "p1"
kind = "invention"
title = "一种电机控制器"
number = "ZL 2014 1 0362077.3"
holders = [{ name = "甲公司", code = "91110000600037341l" }, { name = "乙大学", consents = true }]
filing_date = 2014-07-28
grant_date = 2016-05-04
status = "in_force"
fee_paid_through_year = 12
flags = ["pledged", "in_dispute"]
role = "core"
publication_number = "cn 104123456 b"
licences = [{ kind = "exclusive", licensee = "丙公司", start = 2020-01-01, yearly_fee = 20000, recorded = true }]
notes = ["共有"]

[[rights]]
id = "tm"
kind = "trademark"
title = "知融"
number = "第1234567号"
holders = [{ name = "甲公司" }]
registration_date = 2015-07-07
goods_classes = [9, 42]
"""


def test_a_whole_case_is_read() -> None:
    reader = Reader(parse_toml(CASE, "case.toml"), source="case.toml")
    patent, mark = read_rights(reader)
    reader.finish()
    assert patent.kind is RightKind.INVENTION and patent.number == "201410362077.3"
    assert patent.holders[0].code == "91110000600037341L" and patent.holders[0].consents is None
    assert patent.holders[1].consents is True
    assert patent.status is LegalStatus.IN_FORCE and patent.fee_paid_through_year == 12
    assert patent.flags == {Flag.PLEDGED, Flag.IN_DISPUTE} and patent.role is Role.CORE
    assert patent.publication_number == "CN104123456B"
    assert patent.licences[0].kind is LicenceKind.EXCLUSIVE and patent.licences[0].yearly_fee == 2_000_000
    assert mark.number == "1234567" and mark.goods_classes == (9, 42) and mark.role is Role.GENERAL
    assert mark.status is None


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"kind": "patent"}, "kind", "not_a_choice"),
        ({"number": "ZL201410362077.4"}, "number", "check_digit"),
        ({"kind": "design"}, "number", "patent_kind"),
        ({"number": None}, "number", "number_missing"),
        ({"title": " "}, "title", "missing"),
        ({"id": None}, "id", "missing"),
        ({"holders": []}, "holders", "missing"),
        ({"holders": [{"name": "甲", "code": "123"}]}, "holders[1].code", "credit_code_length"),
        ({"holders": [{"nam": "甲"}]}, "holders[1].nam", "unknown_field"),
        ({"filing_date": None}, "filing_date", "missing"),
        ({"filing_date": "2014-7-28"}, "filing_date", "not_a_day"),
        ({"grant_date": date(2014, 7, 27)}, "grant_date", "dates_reversed"),
        ({"ended_date": date(2013, 1, 1)}, "ended_date", "dates_reversed"),
        ({"filing_date": date(2015, 1, 1)}, "filing_date", "filed_after_number"),
        ({"fee_paid_through_year": 26}, "fee_paid_through_year", "out_of_range"),
        ({"fee_paid_through_year": 0}, "fee_paid_through_year", "out_of_range"),
        ({"flags": ["pledge"]}, "flags", "not_a_choice"),
        ({"role": "main"}, "role", "not_a_choice"),
        ({"status": "alive"}, "status", "not_a_choice"),
        ({"same_day_invention": True}, "same_day_invention", "not_for_kind"),
        ({"goods_classes": [0]}, "goods_classes", "goods_classes"),
        ({"goods_classes": "9"}, "goods_classes", "goods_classes"),
        ({"goods_classes": [True]}, "goods_classes", "goods_classes"),
        ({"publication_number": "1"}, "publication_number", "publication_form"),
        ({"licences": [{"kind": "open"}]}, "licences[1].licensee", "missing"),
        (
            {"licences": [{"kind": "open", "licensee": "丙", "start": date(2020, 1, 2), "end": date(2020, 1, 1)}]},
            "licences[1].end",
            "dates_reversed",
        ),
        ({"filling_date": date(2014, 7, 28)}, "filling_date", "unknown_field"),
    ],
)
def test_every_fault_is_named(fields: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(**fields)
    assert (field, code) in {(problem.field, problem.code) for problem in caught.value.problems}


def test_a_patent_fee_year_is_no_matter_of_a_trademark() -> None:
    with pytest.raises(InputError) as caught:
        read(kind="trademark", number="1234567", filing_date=None, fee_paid_through_year=3)
    assert [problem.code for problem in caught.value.problems] == ["not_for_kind"]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read(number="1", title="", filing_date="x", role="main")
    assert {problem.field for problem in caught.value.problems} == {"number", "title", "filing_date", "role"}


def test_a_divisional_application_keeps_its_parents_filing_date() -> None:
    assert read(filing_date=date(2012, 1, 5)).filing_date == date(2012, 1, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no_rights"), (CASE + CASE.split("\n\n")[0], "id_twice")],
)
def test_a_case_needs_rights_with_ids_of_their_own(text: str, code: str) -> None:
    reader = Reader(parse_toml(text, "case.toml"), source="case.toml")
    read_rights(reader)
    with pytest.raises(InputError) as caught:
        reader.finish()
    assert code in {problem.code for problem in caught.value.problems}
