"""Reading the credit file: every item with its source, every wrong one refused by name, missing stays missing."""

from datetime import date

import pytest
from credit_cases import CASE, read, without

from zhirong.chain.credit.file import SECTION_TEXT, CreditFile, provenance_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.provenance import EvidenceGrade


def refusals(text: str) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        read(text)
    return {problem.field: problem.code for problem in caught.value.problems}


def test_a_file_is_read_whole_with_its_sources() -> None:
    file = read()
    assert file.trade is not None
    assert file.trade.exports == 120_000_000
    assert file.debt is not None
    assert (file.debt.total_debt, file.debt.total_assets) == (600_000_000, 2_000_000_000)
    source = provenance_of(file, "cash_flow")
    assert source is not None
    assert (source.source, source.grade, source.day) == (
        "2025 年度审计报告",
        EvidenceGrade.AUDITED,
        date(2025, 12, 31),
    )
    assert all(provenance_of(file, section) is not None for section in SECTION_TEXT)


def test_an_empty_file_is_a_file_in_which_everything_is_missing() -> None:
    assert read("") == CreditFile()
    assert read(without("rating", "trade")).rating is None


def test_a_negative_cash_flow_is_a_fact_and_no_mistake() -> None:
    file = read(CASE.replace("operating_cash_flow = 2500000", "operating_cash_flow = -2500000"))
    assert file.cash_flow is not None
    assert file.cash_flow.operating_cash_flow == -250_000_000


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ('tax_grade = "B"', 'tax_grade = "E"', "tax.tax_grade", "not_a_choice"),
        ("arrears = 0", "arrears = -1", "tax.arrears", "too_small"),
        ("arrears = 0", "arrears = nan", "tax.arrears", "not_money"),
        ("penalties_in_three_years = 1", "penalties_in_three_years = -1", "compliance.penalties_in_three_years", "out_of_range"),
        ("penalties_in_three_years = 1", "penalties_in_three_years = 1.5", "compliance.penalties_in_three_years", "wrong_type"),
        ("dishonest_judgment_debtor = false", 'dishonest_judgment_debtor = "no"', "compliance.dishonest_judgment_debtor", "wrong_type"),
        ("dishonest_judgment_debtor = false", "", "compliance.dishonest_judgment_debtor", "missing"),
        ('total_assets = "2000万元"', "total_assets = 0", "debt.total_assets", "too_small"),
        ("overdue = 0", "overdue = 6000001", "debt.overdue", "overdue_above_debt"),
        ('customs_grade = "ordinary"', 'customs_grade = "AA"', "trade.customs_grade", "not_a_choice"),
        ('rating = "A"', 'rating = "A-1"', "rating.rating", "not_a_choice"),
        ("worst_overdue_days = 5", "worst_overdue_days = -5", "bank_history.worst_overdue_days", "out_of_range"),
        ('grade = "audited"', 'grade = "sure"', "debt.grade", "not_a_choice"),
        ('source = "税务机关"', "", "tax.source", "missing"),
        ("date = 2026-08-20", "date = 2026-09-02", "compliance.date", "date_in_future"),
        ("date = 2026-08-20", "", "compliance.date", "missing"),
        ("registered_on = 2015-03-01", "registered_on = 2027-01-01", "registration.registered_on", "date_in_future"),
        ("[bank_history]", "[bank_histroy]", "bank_histroy", "unknown_field"),
        ("loans_repaid = 2", "loans_repaid = 2\nage_of_owner = 60", "bank_history.age_of_owner", "unknown_field"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(old: str, new: str, field: str, code: str) -> None:
    assert old in CASE
    found = refusals(CASE.replace(old, new, 1))
    assert found == {field: code}


def test_everything_wrong_is_told_at_once() -> None:
    text = CASE.replace('tax_grade = "B"', 'tax_grade = "E"').replace('rating = "A"', 'rating = "Z"')
    assert set(refusals(text)) == {"tax.tax_grade", "rating.rating"}


def test_nothing_is_asked_about_persons() -> None:
    words = {name for section in CreditFile.__slots__ for name in (section,)}
    for section in SECTION_TEXT:
        part = getattr(read(), section)
        words |= set(type(part).__slots__)
    assert not words & {
        "age",
        "sex",
        "gender",
        "origin",
        "ethnicity",
        "birthplace",
        "owner",
        "legal_representative",
    }
