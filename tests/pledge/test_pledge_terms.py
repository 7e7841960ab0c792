"""The term of the debt against the life of each kind of right, and what the examination advises."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.filing_documents import Paper, check_papers
from zhirong.chain.pledge.maximum import KnownFreeze, fixed_by_freeze
from zhirong.chain.pledge.records import ClaimKind, ContractItem, Filing, GroundFinding, GroundVerdict
from zhirong.chain.right.holidays import working_days
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder, LegalStatus, Right
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
TODAY = date(2026, 11, 30)
FIRM = Holder("甲公司")
FILING = Filing(
    pledgors=(FIRM,),
    pledgee=Holder("乙银行"),
    stage="filed",
    debt_start=date(2026, 12, 1),
    debt_end=date(2029, 5, 27),
    contract_items=frozenset(ContractItem),
    is_joint=True,
    related_marks=(),
    pilot_basis="示例市试点办法",
)
MARK = Right("m", RightKind.TRADEMARK, "示例牌", "99999911", (FIRM,), registration_date=date(2018, 5, 28))


def found(filing: Filing, right: Right, day: date, rule: str) -> GroundFinding:
    return next(
        one
        for one in examine(filing, right, day, RULES)
        if one.reference is not None and one.reference.id.endswith(rule)
    )


def refusing(filing: Filing, right: Right, day: date) -> set[str]:
    findings = examine(filing, right, day, RULES)
    return {
        one.reference.id for one in findings if one.reference is not None and one.verdict is GroundVerdict.REFUSED
    }


def test_a_debt_past_the_present_term_of_a_mark_is_not_refused_and_needs_a_covenant() -> None:
    assert refusing(FILING, MARK, TODAY) == set()
    finding = found(FILING, MARK, TODAY, ".renewal")
    assert finding.verdict is GroundVerdict.CLEAR and finding.hint is not None
    assert "2027-05-28" in finding.hint.zh and "合同" in finding.hint.zh
    assert "现在" not in finding.hint.zh


def test_renewing_is_advised_only_once_it_can_be_done() -> None:
    early = found(FILING, MARK, date(2027, 5, 27), ".renewal").hint
    open_ = found(FILING, MARK, date(2027, 5, 28), ".renewal").hint
    assert early is not None and "现在即可续展" not in early.zh
    assert open_ is not None and "现在即可续展" in open_.zh


def test_a_mark_past_its_grace_is_refused_without_advice_to_renew() -> None:
    in_grace = found(FILING, MARK, date(2028, 6, 1), "trademark.in_force")
    over = found(FILING, MARK, date(2028, 12, 1), "trademark.in_force")
    assert in_grace.verdict is over.verdict is GroundVerdict.REFUSED
    assert in_grace.hint is not None and "续展" in in_grace.hint.zh
    assert over.hint is not None and "续展" not in over.hint.zh


@pytest.mark.parametrize(
    "right",
    [
        Right("p", RightKind.INVENTION, "一种方法", "201419990033.2", (FIRM,), filing_date=date(2008, 7, 28)),
        Right("u", RightKind.UTILITY_MODEL, "一种装置", "201820000001.7", (FIRM,), filing_date=date(2018, 7, 28)),
        Right("d", RightKind.DESIGN, "瓶", "201830000001.2", (FIRM,), filing_date=date(2018, 7, 28)),
        Right("c", RightKind.SOFTWARE, "软件", "2010SR000001", (FIRM,), publication_date=date(1978, 3, 1)),
        Right("l", RightKind.LAYOUT_DESIGN, "芯片", "BS185000001", (FIRM,), filing_date=date(2018, 7, 28)),
        Right("v", RightKind.PLANT_VARIETY, "稻", "CNA20100001.1", (FIRM,), grant_date=date(2013, 7, 28)),
    ],
    ids=lambda right: right.kind.value,
)
def test_a_right_that_ends_for_good_is_refused_and_renewing_is_never_advised(right: Right) -> None:
    right = replace(
        right,
        grant_date=right.grant_date or date(2019, 1, 2),
        registration_date=date(2019, 1, 2),
        status=LegalStatus.IN_FORCE,
        fee_paid_through_year=30,
    )
    name = "ground_06" if right.kind.value in ("invention", "utility_model", "design") else "debt_term"
    finding = found(replace(FILING, debt_end=date(2050, 1, 1)), right, TODAY, name)
    assert finding.verdict is GroundVerdict.REFUSED and finding.hint is not None
    assert "续展" not in finding.hint.zh and "renew" not in finding.hint.en


def test_no_advice_on_an_ended_right_names_what_is_too_late() -> None:
    patent = Right(
        "p",
        RightKind.INVENTION,
        "一种方法",
        "201419990033.2",
        (FIRM,),
        filing_date=date(2014, 7, 28),
        grant_date=date(2016, 5, 4),
        fee_paid_through_year=12,
    )
    # Year 13 was due on 2026-07-28; unpaid on 2027-01-28 it lapses and can be restored for two months.
    restorable = found(FILING, patent, date(2027, 2, 10), "ground_02").hint
    too_late = found(FILING, patent, date(2027, 4, 10), "ground_02").hint
    assert restorable is not None and "恢复" in restorable.zh
    assert too_late is not None and "恢复" not in too_late.zh


FIVE = frozenset(
    {ContractItem.PARTIES, ContractItem.CLAIM, ContractItem.DEBT_TERM, ContractItem.RIGHTS, ContractItem.SCOPE}
)
PATENT = Right(
    "p",
    RightKind.INVENTION,
    "一种方法",
    "201419990033.2",
    (FIRM,),
    filing_date=date(2014, 7, 28),
    grant_date=date(2016, 5, 4),
    fee_paid_through_year=13,
)
WORK = Right(
    "c", RightKind.COPYRIGHT, "示例图集", "国作登字-2023-F-00999901", (FIRM,), publication_date=date(2023, 3, 1)
)


def test_a_copyright_is_refused_for_a_debt_past_its_term_by_the_article_that_says_so() -> None:
    finding = found(replace(FILING, debt_end=date(2074, 1, 1)), WORK, TODAY, "copyright.debt_term")
    assert finding.verdict is GroundVerdict.REFUSED and finding.reference is not None
    reference = finding.reference.reference
    assert (reference.article, reference.confidence) == ("第十二条第四项", "verified")
    in_time = found(replace(FILING, debt_end=date(2073, 12, 31)), WORK, TODAY, "copyright.debt_term")
    assert in_time.verdict is GroundVerdict.CLEAR


@pytest.mark.parametrize(
    ("right", "stated", "missing"),
    [
        (PATENT, FIVE, ()),
        (MARK, FIVE, ()),
        (WORK, FIVE, ("出质著作权的内容", "出质著作权的保护期", "质权的期限")),
        (WORK, frozenset(ContractItem), ()),
        (PATENT, FIVE - {ContractItem.RIGHTS}, ("专利号、申请日和授权公告日",)),
        (MARK, FIVE - {ContractItem.RIGHTS}, ("注册号、类别及专用期",)),
    ],
)
def test_every_register_asks_for_its_own_contract_items(
    right: Right, stated: frozenset[ContractItem], missing: tuple[str, ...]
) -> None:
    name = "patent.ground_07" if right is PATENT else "contract"
    finding = found(replace(FILING, contract_items=stated), right, TODAY, name)
    assert (finding.verdict is GroundVerdict.REFUSED) == bool(missing)
    assert all(words in finding.reason.zh for words in missing)
    if right is not PATENT:
        assert "专利" not in finding.reason.zh


def test_a_mark_is_asked_for_its_own_list_before_the_contract_is_looked_at() -> None:
    finding = found(replace(FILING, contract_items=None), MARK, TODAY, "contract")
    assert finding.hint is not None and "注册号" in finding.hint.zh and "专利" not in finding.hint.zh


def test_papers_of_a_mark_before_and_after_notice_358() -> None:
    valued = replace(FILING, is_valued_by_appraiser=True)
    now = check_papers(valued, MARK, TODAY, RULES).required
    then = check_papers(valued, replace(MARK, registration_date=date(2012, 1, 1)), date(2019, 1, 2), RULES).required
    assert now == (Paper.FORM, Paper.MAIN_CONTRACT, Paper.PLEDGE_CONTRACT, Paper.COMMITMENT)
    assert {Paper.IDENTITY, Paper.VALUATION_REPORT, Paper.CERTIFICATE_COPIES} <= set(then)


def test_either_paper_serves_where_either_is_asked_for() -> None:
    for held in ("identity", "commitment", "identity_or_commitment"):
        filing = replace(FILING, papers=frozenset({held}))
        assert Paper.IDENTITY_OR_COMMITMENT not in check_papers(filing, PATENT, TODAY, RULES).missing
        is_enough = held != "identity"
        assert (Paper.COMMITMENT not in check_papers(filing, MARK, TODAY, RULES).missing) == is_enough


def deadline(kind: RightKind, received: date) -> date:
    return review_deadline(kind, received, False, working_days(RULES, received), RULES).day


def test_the_copyright_office_has_ten_calendar_days() -> None:
    # The tenth day, 4 October 2026, is in the National Day holiday.
    assert deadline(RightKind.SOFTWARE, date(2026, 9, 24)) == date(2026, 10, 8)
    assert deadline(RightKind.COPYRIGHT, date(2026, 11, 2)) == date(2026, 11, 12)


@settings(max_examples=60)
@given(st.sampled_from(sorted(RightKind)), st.dates(date(2011, 1, 1), date(2026, 12, 20)))
def test_no_time_limit_of_a_register_ends_on_a_day_off(kind: RightKind, received: date) -> None:
    last = deadline(kind, received)
    assert received < last and working_days(RULES, last).is_working(last)


FREEZE = KnownFreeze("invention:201419990033.2", "（2026）陕01执保99号", date(2026, 5, 10), date(2026, 5, 12))


@pytest.mark.parametrize(
    ("kind", "known_on", "day", "fixed_on"),
    [
        (ClaimKind.MAXIMUM_AMOUNT, date(2026, 5, 12), date(2026, 5, 12), date(2026, 5, 12)),
        (ClaimKind.MAXIMUM_AMOUNT, date(2026, 5, 12), date(2026, 5, 11), None),
        (ClaimKind.MAXIMUM_AMOUNT, date(2026, 5, 1), date(2026, 5, 10), date(2026, 5, 10)),
        (ClaimKind.MAXIMUM_AMOUNT, None, date(2026, 12, 1), None),
        (ClaimKind.LOAN, date(2026, 5, 12), date(2026, 12, 1), None),
    ],
)
def test_a_known_freeze_fixes_a_maximum_amount(
    kind: ClaimKind, known_on: date | None, day: date, fixed_on: date | None
) -> None:
    fixed = fixed_by_freeze(kind, [replace(FREEZE, known_on=known_on)], day, RULES)
    assert (None if fixed is None else fixed.fixed_on) == fixed_on
    if fixed is not None:
        assert fixed.rule.reference.confidence == "verified" and "四百二十三" in fixed.reason.zh


def test_the_first_freeze_that_is_known_decides() -> None:
    later = replace(FREEZE, order="（2026）陕02执99号", known_on=date(2026, 6, 1))
    fixed = fixed_by_freeze(ClaimKind.MAXIMUM_AMOUNT, [later, FREEZE], date(2026, 7, 1), RULES)
    assert fixed is not None and fixed.by == FREEZE
