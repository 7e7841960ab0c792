"""The rule packs beyond patents: every ground met and not met, papers, ranks, times; no kind without a register."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.filing_documents import PAPER_TEXT, Paper, check_papers
from zhirong.chain.pledge.packs import max_rank, register_of
from zhirong.chain.pledge.records import ContractItem, Filing, GroundVerdict, Subject, pledgeable
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, Holder, LegalStatus, Licence, LicenceKind, Right
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2025, 6, 2)
FIRM, OTHER, BANK = Holder("西安甲科技有限公司"), Holder("西安乙大学"), Holder("丙银行")
MARK = Right(
    "m", RightKind.TRADEMARK, "知融", "12345678", (FIRM,), registration_date=date(2020, 3, 1), goods_classes=(9,)
)
PROGRAM = Right(
    "s", RightKind.SOFTWARE, "张力控制软件", "2020SR0000001", (FIRM,), publication_date=date(2020, 5, 1)
)
VARIETY = Right(
    "v", RightKind.PLANT_VARIETY, "甲麦一号", "CNA20190000001", (FIRM,), grant_date=date(2021, 1, 1),
    filing_date=date(2019, 1, 1), status=LegalStatus.IN_FORCE,
)  # fmt: skip
FILING = Filing(
    pledgors=(FIRM,),
    pledgee=BANK,
    stage="filed",
    claim_amount=100_000_000,
    debt_start=DAY,
    debt_end=DAY + timedelta(days=365),
    contract_items=frozenset(ContractItem),
    is_joint=True,
    related_marks=(),
    pilot_basis="试点文件",
)


def refused(filing: Filing, right: Right, verdict: GroundVerdict = GroundVerdict.REFUSED) -> set[str]:
    return {
        finding.reference.id.rsplit(".", 1)[1]
        for finding in examine(filing, right, DAY, RULES)
        if finding.verdict is verdict and finding.reference is not None
    }


@pytest.mark.parametrize("right", [MARK, PROGRAM, VARIETY], ids=lambda right: right.kind.value)
def test_a_sound_filing_passes(right: Right) -> None:
    findings = examine(FILING, right, DAY, RULES)
    assert pledgeable(findings) == "yes", [(f.title.zh, f.reason.zh) for f in findings]
    assert all(f.reference is not None and f.reason.zh and f.reason.en for f in findings)


@pytest.mark.parametrize("right", [MARK, PROGRAM, VARIETY], ids=lambda right: right.kind.value)
def test_shared_grounds_each_alone(right: Right) -> None:
    court = "court" if right is MARK else "dispute"
    assert refused(replace(FILING, pledgors=(OTHER,)), right) == {"owner"}
    assert refused(FILING, replace(right, holders=(FIRM, replace(OTHER, consents=False)))) == {"co_owners"}
    assert refused(FILING, replace(right, flags=frozenset({Flag.FROZEN}))) == {court}
    assert refused(FILING, replace(right, flags=frozenset({Flag.IN_DISPUTE}))) == {court}
    assert refused(FILING, replace(right, flags=frozenset({Flag.PLEDGED}))) == {"pledged"}
    assert refused(FILING, replace(right, status=LegalStatus.INVALIDATED)) == {"in_force"}
    # A mark can be renewed without limit, so no debt outlives it; every other right ends for good.
    outlived = set() if right is MARK else {"debt_term"}
    assert refused(replace(FILING, debt_end=date(2090, 1, 1)), right) == outlived
    assert refused(replace(FILING, contract_items=frozenset()), right) == {"contract"}
    assert refused(replace(FILING, is_joint=False), right) == {"other"}
    assert refused(replace(FILING, has_foreign_party=True), right) == {"other"}
    unasked = replace(right, holders=(FIRM, OTHER))
    assert refused(FILING, unasked, GroundVerdict.UNKNOWN) == {"co_owners"}
    assert refused(FILING, replace(unasked, co_owners_agreed_freely=True)) == set()


def test_similar_marks_go_together() -> None:
    related = replace(FILING, related_marks=("12345678", "87654321"))
    assert refused(related, MARK) == {"similar_marks"}
    assert refused(replace(related, together=frozenset({"87654321"})), MARK) == set()
    assert refused(replace(FILING, related_marks=None), MARK, GroundVerdict.UNKNOWN) == {"similar_marks"}


def test_a_debt_past_the_marks_last_day_asks_for_renewal() -> None:
    # The mark's present term ends on 2030-02-28.
    days = [date(2030, 2, 28), date(2030, 3, 1)]
    findings = [
        next(one for one in examine(replace(FILING, debt_end=day), MARK, DAY, RULES) if one.number == 7)
        for day in days
    ]
    assert [(one.verdict, one.hint is None) for one in findings] == [
        (GroundVerdict.CLEAR, True),
        (GroundVerdict.CLEAR, False),
    ]


def test_a_pilot_names_its_document() -> None:
    assert refused(replace(FILING, pilot_basis=""), VARIETY, GroundVerdict.UNKNOWN) == {"pilot_basis"}
    assert all(
        finding.reference is not None and finding.reference.reference.confidence == "assumed"
        for finding in examine(FILING, VARIETY, DAY, RULES)
        if finding.verdict is not GroundVerdict.NOT_APPLICABLE
    )


def test_licence_fees_are_a_notice_whose_term_has_limits() -> None:
    licence = Licence(LicenceKind.NON_EXCLUSIVE, "丁公司", date(2024, 1, 1), None, 10_000_00)
    fees = replace(FILING, subject=Subject.LICENCE_FEES)
    licensed = replace(MARK, licences=(licence,), flags=frozenset({Flag.PLEDGED}))
    assert refused(fees, licensed) == set(), "a pledge of the mark does not stand in the way of its fees"
    assert refused(fees, MARK) == {"described"}
    assert refused(replace(fees, pledgee=None), licensed) == {"parties"}
    for end, wrong in (
        (date(2025, 7, 1), {"term"}),
        (date(2025, 7, 2), set()),
        (date(2055, 6, 2), set()),
        (date(2055, 6, 3), {"term"}),
    ):
        assert refused(replace(fees, debt_end=end), licensed) == wrong


@pytest.mark.parametrize("kind", list(RightKind))
def test_every_kind_has_a_register_with_all_its_rules(kind: RightKind) -> None:
    calendar = WorkingDays(frozenset({2010, 2025}), frozenset(), frozenset())
    right = replace(MARK, kind=kind)
    for day in (date(2010, 1, 4), DAY):
        assert examine(FILING, right, day, RULES)
        assert check_papers(FILING, right, day, RULES).required
        assert max_rank(register_of(kind), day, RULES) == 1
        assert review_deadline(kind, day, True, calendar, RULES).day > day
    assert max_rank(register_of(kind, Subject.LICENCE_FEES), DAY, RULES) is None
    for subject in Subject:
        assert examine(replace(FILING, subject=subject), right, DAY, RULES)


def test_papers_depend_on_the_case() -> None:
    assert set(PAPER_TEXT) == set(Paper)
    plain = check_papers(FILING, PROGRAM, DAY, RULES)
    assert plain.missing == plain.required
    assert Paper.CO_OWNER_CONSENT not in plain.required
    owned = check_papers(FILING, replace(PROGRAM, holders=(FIRM, OTHER)), DAY, RULES)
    assert set(owned.required) - set(plain.required) == {Paper.CO_OWNER_CONSENT}
    valued = replace(FILING, is_valued_by_appraiser=True, papers=frozenset({"valuation_report"}))
    checked = check_papers(valued, PROGRAM, DAY, RULES)
    assert Paper.VALUATION_REPORT in checked.required and Paper.VALUATION_REPORT not in checked.missing
    licence = Licence(LicenceKind.NON_EXCLUSIVE, "丁公司")
    assert Paper.PRIOR_LICENCES in check_papers(FILING, replace(PROGRAM, licences=(licence,)), DAY, RULES).required


def test_trademark_certificate_within_two_working_days() -> None:
    calendar = WorkingDays(frozenset({2025}), frozenset(), frozenset())
    assert review_deadline(RightKind.TRADEMARK, date(2025, 6, 6), False, calendar, RULES).day == date(2025, 6, 10)
