"""Who appraises: conflicts, qualifications and sanctions keep out; the client cannot steer the draw."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from practice_cases import DAY, PAPER, RULES, a_pool

from zhirong.chain.appraisal_practice.assignment import Task, assign, seed_of
from zhirong.chain.appraisal_practice.people import (
    Pool,
    Qualification,
    Sanction,
    read_pool,
    why_not_agency,
    why_not_expert,
)
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader

TASK = Task(("201410362077.3",), "pledge", "H02P", "440100", ("甲公司", "某银行"), DAY)
BEACON = "2026-09-02:8f3a"
FEW = settings(max_examples=40, deadline=None)


def test_the_team_is_composite_and_its_appraisers_are_the_agency_s():
    found = assign(TASK, a_pool(), BEACON, RULES)
    assert found.complete
    assert [discipline for discipline, _ in found.team] == [
        "valuation",
        "valuation",
        "technology",
        "market",
        "management",
    ]
    assert len({expert.id for _, expert in found.team}) == 5
    assert {expert.agency for discipline, expert in found.team if discipline == "valuation"} == {found.agency.id}


@FEW
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(rng: Random):
    pool = a_pool()
    agencies, experts = list(pool.agencies), list(pool.experts)
    rng.shuffle(agencies)
    rng.shuffle(experts)
    assert assign(TASK, Pool(tuple(agencies), tuple(experts)), BEACON, RULES) == assign(TASK, pool, BEACON, RULES)


def test_asking_again_in_the_month_draws_the_same():
    later = replace(TASK, filed_on=date(2026, 9, 28), parties=("甲公司",), field="H02P27")
    assert seed_of(later, BEACON) == seed_of(TASK, BEACON)
    assert seed_of(replace(TASK, right_numbers=TASK.right_numbers * 2), BEACON) == seed_of(TASK, BEACON)
    assert seed_of(TASK, "other") != seed_of(TASK, BEACON)
    with pytest.raises(ValueError, match="foresee"):
        seed_of(TASK, "")


def test_anybody_can_draw_it_again_and_over_many_draws_it_is_even():
    pool = a_pool()
    found = assign(TASK, pool, BEACON, RULES)
    assert found.candidates[0].draw == min(one.draw for one in found.candidates[:4])
    assert found.as_json() == assign(TASK, pool, found.beacon, RULES).as_json()
    led = Counter(assign(TASK, pool, f"beacon {n}", RULES).agency.id for n in range(800))
    assert min(led.values()) > 140  # 200 expected each; more than five standard deviations below is no chance
    assert max(led.values()) < 260


def test_one_more_candidate_does_not_reorder_the_others():
    pool, more = a_pool(4), a_pool(5)
    before = [one.id for one in assign(TASK, pool, BEACON, RULES).candidates if one.id.startswith("A")]
    after = [one.id for one in assign(TASK, more, BEACON, RULES).candidates if one.id.startswith("A")]
    assert [one for one in after if one != "A5"] == before


def test_a_tie_keeps_out_and_is_documented():
    pool = a_pool()
    first = assign(TASK, pool, BEACON, RULES).agency
    tied = Pool(
        tuple(replace(a, ties=("某 银行",)) if a.id == first.id else a for a in pool.agencies), pool.experts
    )
    found = assign(TASK, tied, BEACON, RULES)
    assert found.agency.id != first.id
    excluded = next(one for one in found.candidates if one.id == first.id)
    assert "利益冲突" in excluded.why_not.zh
    # The employer's tie is the appraiser's.
    own = next(expert for expert in pool.experts if expert.agency == first.id)
    assert why_not_expert(own, "H02P", TASK.parties, tied, DAY) is not None


def test_qualifications_sanctions_fields_and_places():
    agency = a_pool().agencies[0]
    assert why_not_agency(agency, (), "440100", DAY) is None
    lapsed = replace(agency, qualifications=(Qualification("备案", "1", date(2015, 1, 1), date(2026, 8, 31)),))
    assert "资格" in why_not_agency(lapsed, (), "440100", DAY).zh
    barred = replace(agency, sanctions=(Sanction("某协会", "虚假报告", date(2026, 1, 1), DAY),))
    assert "处分" in why_not_agency(barred, (), "440100", DAY).zh
    assert why_not_agency(barred, (), "440100", date(2026, 9, 2)) is None
    warned = replace(agency, sanctions=(Sanction("某协会", "提醒", date(2026, 1, 1), None, bars=False),))
    assert why_not_agency(warned, (), "440100", DAY) is None
    assert why_not_agency(replace(agency, regions=("11",)), (), "440100", DAY) is not None
    assert why_not_agency(replace(agency, regions=("44",)), (), "440100", DAY) is None
    chemist = replace(a_pool().experts[-1], fields=("C07",))
    assert "领域" in why_not_expert(chemist, "H02P", (), a_pool(), DAY).zh


def test_what_nobody_can_do_is_named():
    pool = a_pool()
    without = Pool(pool.agencies, tuple(e for e in pool.experts if e.discipline != "market"))
    found = assign(TASK, without, BEACON, RULES)
    assert found.lacking == ("market",)
    assert not found.complete
    single = assign(TASK, a_pool(each=1), BEACON, RULES)  # two must sign: an agency of one cannot lead
    assert single.agency is None
    assert single.lacking == ("valuation", "valuation")


def test_the_pool_is_read():
    paper = {"name": "资产评估师", "number": "1", "valid_from": date(2015, 1, 1)}
    table = {
        "agency": [{"id": "A1", "name": "机构", "qualification": [paper]}],
        "expert": [{"id": "v1", "name": "甲", "discipline": "valuation", "fields": ["*"], "agency": "A1"}],
    }
    assert read_pool(Reader(table)).agency("A1").qualifications[0].holds(DAY)
    table["expert"] += [{"id": "A1", "name": "乙", "discipline": "luck", "fields": [], "agency": "A9"}]
    with pytest.raises(InputError) as caught:
        read_pool(Reader(table))
    assert {problem.code for problem in caught.value.problems} == {"not_a_choice", "unknown_agency", "id_twice"}
    assert PAPER[0].holds(DAY)
