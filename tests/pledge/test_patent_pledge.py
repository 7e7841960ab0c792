"""The twelve refusal grounds: each met and not met, alone and together."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.reading import read_filing
from zhirong.chain.pledge.records import ContractItem, Filing, GroundFinding, GroundVerdict, pledgeable
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, Holder, LegalStatus, Right
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2021, 11, 15)
FIRM = Holder("西安甲科技有限公司", "91610131MA6TG00001")
UNIVERSITY = Holder("西安乙大学")
BANK = Holder("丙银行")

# Utility model filed 2016-02-03: ten years, so its last day is 2026-02-02. In year 6 on the day of the filing.
PATENT = Right(
    id="p",
    kind=RightKind.UTILITY_MODEL,
    title="一种张力控制装置",
    number="201620111111.2",
    holders=(FIRM,),
    filing_date=date(2016, 2, 3),
    grant_date=date(2016, 9, 7),
    fee_paid_through_year=6,
)
LAST_DAY = date(2026, 2, 2)
FILING = Filing(
    pledgors=(FIRM,),
    pledgee=BANK,
    stage="filed",
    claim_amount=200_000_000,
    debt_start=DAY,
    debt_end=date(2022, 11, 14),
    contract_items=frozenset(ContractItem),
    is_joint=True,
)


def verdicts(findings: tuple[GroundFinding, ...]) -> dict[int, GroundVerdict]:
    return {finding.number: finding.verdict for finding in findings}


def refused(filing: Filing, right: Right, day: date = DAY) -> set[int]:
    found = examine(filing, right, day, RULES)
    return {finding.number for finding in found if finding.verdict is GroundVerdict.REFUSED}


def one(filing: Filing, right: Right, number: int, day: date = DAY) -> GroundFinding:
    return examine(filing, right, day, RULES)[number - 1]


def test_a_sound_filing_is_pledgeable() -> None:
    findings = examine(FILING, PATENT, DAY, RULES)
    assert [finding.number for finding in findings] == list(range(1, 13))
    assert verdicts(findings)[8] is GroundVerdict.NOT_APPLICABLE
    assert {v for number, v in verdicts(findings).items() if number != 8} == {GroundVerdict.CLEAR}
    assert pledgeable(findings) == "yes"
    for finding in findings:
        assert finding.reference is not None
        assert "461" in finding.reference.reference.document
        assert finding.reason.zh and finding.reason.en


MET: dict[int, tuple[Filing, Right]] = {
    1: (replace(FILING, pledgors=(Holder("外人公司"),)), PATENT),
    2: (FILING, replace(PATENT, status=LegalStatus.INVALIDATED)),
    3: (FILING, replace(PATENT, grant_date=None, fee_paid_through_year=None)),
    # Year 6 begins on 2021-09-20: in November its fee is late, the patent not yet lapsed.
    4: (
        FILING,
        replace(PATENT, filing_date=date(2016, 9, 20), grant_date=date(2017, 3, 1), fee_paid_through_year=5),
    ),
    5: (FILING, replace(PATENT, flags=frozenset({Flag.FROZEN}))),
    6: (replace(FILING, debt_end=LAST_DAY + timedelta(days=1)), PATENT),
    7: (replace(FILING, contract_items=frozenset(ContractItem) - {ContractItem.SCOPE}), PATENT),
    8: (FILING, replace(PATENT, holders=(FIRM, replace(UNIVERSITY, consents=False)))),
    9: (FILING, replace(PATENT, flags=frozenset({Flag.PLEDGED}))),
    10: (FILING, replace(PATENT, same_day_invention=True)),
    11: (FILING, replace(PATENT, flags=frozenset({Flag.INVALIDATION_PENDING}))),
    12: (replace(FILING, obstacles=("质权人不是债权人",)), PATENT),
}


@pytest.mark.parametrize("number", sorted(MET))
def test_each_ground_alone(number: int) -> None:
    filing, right = MET[number]
    findings = examine(filing, right, DAY, RULES)
    assert {f.number for f in findings if f.verdict is GroundVerdict.REFUSED} == {number}
    assert pledgeable(findings) == "no"
    assert findings[number - 1].hint is not None


@pytest.mark.parametrize("status", [LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.INVALIDATED])
def test_every_ended_patent_is_refused(status: LegalStatus) -> None:
    ended = replace(PATENT, status=status, term_end_date=DAY - timedelta(days=1))
    assert 2 in refused(FILING, ended)


def test_a_patent_past_its_term_is_refused_on_its_dates_alone() -> None:
    filing = replace(FILING, debt_start=None, debt_end=LAST_DAY)
    right = replace(PATENT, fee_paid_through_year=10)
    assert 2 not in refused(filing, right, LAST_DAY)
    assert 2 in refused(filing, right, LAST_DAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("offset", "verdict"), [(-1, GroundVerdict.CLEAR), (0, GroundVerdict.CLEAR), (1, GroundVerdict.REFUSED)]
)
def test_debt_and_patent_term_to_the_day(offset: int, verdict: GroundVerdict) -> None:
    filing = replace(FILING, debt_end=LAST_DAY + timedelta(days=offset))
    finding = one(filing, PATENT, 6)
    assert finding.verdict is verdict
    assert str(LAST_DAY) in finding.reason.zh


def test_a_compensated_term_carries_the_debt_further() -> None:
    filing = replace(FILING, debt_end=LAST_DAY + timedelta(days=1))
    assert one(filing, replace(PATENT, term_end_date=date(2026, 6, 2)), 6).verdict is GroundVerdict.CLEAR


def test_the_fee_is_overdue_from_the_day_after_it_is_due() -> None:
    # Year 6 begins on 2021-02-03; whatever day the rules call due, the verdict turns on the day after it.
    right = replace(PATENT, fee_paid_through_year=5)
    turn = [
        day for day in (date(2021, 2, 1) + timedelta(days=n) for n in range(6)) if 4 in refused(FILING, right, day)
    ]
    assert turn, "never refused"
    assert turn[0] in (date(2021, 2, 3), date(2021, 2, 4))
    assert one(FILING, right, 4, turn[0] - timedelta(days=1)).verdict is GroundVerdict.CLEAR


def test_missing_data_is_unknown_never_clear() -> None:
    bare = replace(PATENT, holders=(), filing_date=None, grant_date=None, fee_paid_through_year=None)
    found = verdicts(examine(Filing(pledgors=(FIRM,), stage="filed"), bare, DAY, RULES))
    assert {number for number, verdict in found.items() if verdict is GroundVerdict.UNKNOWN} == {
        1,
        2,
        3,
        6,
        7,
        8,
        12,
    }
    assert pledgeable(examine(Filing(pledgors=(FIRM,), stage="filed"), bare, DAY, RULES)) == "unknown"


def test_in_force_by_the_register_without_dates_leaves_fee_and_term_unknown() -> None:
    right = replace(PATENT, status=LegalStatus.IN_FORCE, filing_date=None, grant_date=None)
    found = verdicts(examine(FILING, right, DAY, RULES))
    assert found[2] is GroundVerdict.CLEAR
    assert found[4] is GroundVerdict.UNKNOWN
    assert found[6] is GroundVerdict.UNKNOWN


def test_register_against_dates_is_unknown() -> None:
    # By the register in force, by the unpaid fees lapsed years ago.
    right = replace(PATENT, status=LegalStatus.IN_FORCE, fee_paid_through_year=2)
    finding = one(FILING, right, 2)
    assert finding.verdict is GroundVerdict.UNKNOWN
    assert 4 in refused(FILING, right)


def test_a_plan_has_no_contract_to_examine() -> None:
    plan = Filing(pledgors=(FIRM,), debt_end=date(2022, 11, 14))
    findings = examine(plan, PATENT, DAY, RULES)
    assert findings[6].verdict is GroundVerdict.NOT_APPLICABLE
    assert findings[6].hint is not None and "担保的范围" in findings[6].hint.zh
    assert pledgeable(findings) == "yes"


def test_every_missing_contract_item_is_named() -> None:
    finding = one(replace(FILING, contract_items=frozenset()), PATENT, 7)
    asked = RULES.at("registration.patent.contract_items", DAY).value
    assert finding.reason.en.count(";") == len(asked) - 1 == 4


@pytest.mark.parametrize(
    ("holders", "pledgors", "freely", "verdict"),
    [
        ((FIRM, replace(UNIVERSITY, consents=True)), (FIRM,), False, GroundVerdict.CLEAR),
        ((FIRM, UNIVERSITY), (FIRM,), False, GroundVerdict.UNKNOWN),
        ((FIRM, UNIVERSITY), (FIRM,), True, GroundVerdict.CLEAR),
        ((FIRM, UNIVERSITY), (FIRM, UNIVERSITY), False, GroundVerdict.CLEAR),
        (
            (FIRM, replace(UNIVERSITY, consents=True), Holder("丁", consents=False)),
            (FIRM,),
            False,
            GroundVerdict.REFUSED,
        ),
    ],
)
def test_co_owners(
    holders: tuple[Holder, ...], pledgors: tuple[Holder, ...], freely: bool, verdict: GroundVerdict
) -> None:
    right = replace(PATENT, holders=holders, co_owners_agreed_freely=freely)
    assert one(replace(FILING, pledgors=pledgors), right, 8).verdict is verdict


def test_one_name_with_two_credit_codes_is_two_firms() -> None:
    namesake = replace(FIRM, code="91440101MA59ABCD12")
    assert 1 in refused(replace(FILING, pledgors=(namesake,)), PATENT)
    renamed = replace(FIRM, name="西安甲科技股份有限公司")
    assert 1 not in refused(replace(FILING, pledgors=(renamed,)), PATENT)


def test_told_and_still_wanted() -> None:
    right = replace(PATENT, same_day_invention=True, flags=frozenset({Flag.INVALIDATION_PENDING}))
    assert refused(FILING, right) == {10, 11}
    assert refused(replace(FILING, wants_despite_same_day_invention=True), right) == {11}
    both = replace(FILING, wants_despite_same_day_invention=True, wants_despite_invalidation=True)
    assert refused(both, right) == set()


def test_the_same_day_ground_is_for_utility_models_only() -> None:
    invention = replace(PATENT, kind=RightKind.INVENTION, number="201610111111.9", same_day_invention=True)
    assert one(FILING, invention, 10).verdict is GroundVerdict.NOT_APPLICABLE


def test_manner_of_applying() -> None:
    assert refused(replace(FILING, is_joint=False), PATENT) == {12}
    assert one(replace(FILING, is_joint=None), PATENT, 12).verdict is GroundVerdict.UNKNOWN
    foreign = replace(FILING, has_foreign_party=True)
    assert refused(foreign, PATENT) == {12}
    assert refused(replace(foreign, agency="某专利代理事务所"), PATENT) == set()


def test_disputed_ownership_is_refused() -> None:
    assert refused(FILING, replace(PATENT, flags=frozenset({Flag.IN_DISPUTE}))) == {5}


def test_before_the_notice_the_grounds_are_assumed() -> None:
    day = date(2020, 5, 6)
    finding = one(replace(FILING, debt_end=date(2021, 5, 5)), PATENT, 9, day)
    assert finding.reference is not None
    assert finding.reference.reference.confidence == "assumed"


_SWITCHES = {
    1: lambda f, r: (replace(f, pledgors=(*f.pledgors, Holder("外人公司"))), r),
    2: lambda f, r: (f, replace(r, status=LegalStatus.LAPSED, ended_date=DAY)),
    3: lambda f, r: (f, replace(r, grant_date=None)),
    4: lambda f, r: (f, replace(r, fee_paid_through_year=5)),
    5: lambda f, r: (f, replace(r, flags=r.flags | {Flag.FROZEN})),
    6: lambda f, r: (replace(f, debt_end=LAST_DAY + timedelta(days=400)), r),
    7: lambda f, r: (replace(f, contract_items=frozenset()), r),
    8: lambda f, r: (f, replace(r, holders=(*r.holders, Holder("丁", consents=False)))),
    9: lambda f, r: (f, replace(r, flags=r.flags | {Flag.PLEDGED})),
    10: lambda f, r: (f, replace(r, same_day_invention=True)),
    11: lambda f, r: (f, replace(r, flags=r.flags | {Flag.INVALIDATION_PENDING})),
    12: lambda f, r: (replace(f, is_joint=False), r),
}


@settings(max_examples=examples(60), deadline=None)
@given(st.sets(st.integers(1, 12)), st.integers(1, 12))
def test_adding_a_ground_never_clears_another(there: set[int], added: int) -> None:
    filing, right = FILING, PATENT
    for number in sorted(there):
        filing, right = _SWITCHES[number](filing, right)
    before = verdicts(examine(filing, right, DAY, RULES))
    after = verdicts(examine(*_SWITCHES[added](filing, right), DAY, RULES))
    # One exception by law: while a court preserves the patent, no lapse for an unpaid fee is registered.
    by_law = {2} if added == 5 else set()
    newly_clear = {n for n in after if after[n] is GroundVerdict.CLEAR and before[n] is not GroundVerdict.CLEAR}
    assert newly_clear <= by_law


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2016, 2, 3), date(2026, 2, 2)), st.booleans())
def test_review_deadline_counts_working_days(received: date, is_online: bool) -> None:
    calendar = WorkingDays(frozenset(range(2016, 2027)), frozenset(), frozenset())
    deadline = review_deadline(RightKind.INVENTION, received, is_online, calendar, RULES)
    between = [received + timedelta(days=n + 1) for n in range((deadline.day - received).days)]
    assert sum(day.weekday() < 5 for day in between) == deadline.rule.whole()
    if received >= DAY:
        assert deadline.rule.whole() == (2 if is_online else 5)


def test_review_deadline_is_provisional_in_a_year_not_announced() -> None:
    calendar = WorkingDays(frozenset({2021}), frozenset(), frozenset())
    assert not review_deadline(RightKind.DESIGN, DAY, True, calendar, RULES).is_provisional
    assert review_deadline(RightKind.DESIGN, date(2021, 12, 31), True, calendar, RULES).is_provisional


def test_reading_a_filing() -> None:
    filing = read_filing(
        Reader(
            {
                "pledgors": [{"name": FIRM.name, "code": FIRM.code}],
                "pledgee": {"name": "丙银行"},
                "stage": "filed",
                "claim_amount": "200万元",
                "debt_start": "2021-11-15",
                "debt_end": "2022-11-14",
                "contract_items": [item.value for item in ContractItem],
                "is_joint": True,
            }
        )
    )
    assert filing == FILING


def test_reading_names_every_problem() -> None:
    table = {
        "debt_start": "2022-01-01",
        "debt_end": "2021-01-01",
        "contract_items": ["party"],
        "claim_kind": "gift",
        "obstacels": [],
    }
    with pytest.raises(InputError) as caught:
        read_filing(Reader(table))
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"missing", "dates_reversed", "not_a_choice", "unknown_field"}
