"""The free online appraisal: the engine's value, stretched and labelled, from the firm's own rights alone."""

from datetime import date

import pytest
from firm_samples import appraised, income

from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan
from zhirong.operations.appraisal.online_appraisals import standing_of, usable_appraisals
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, SharedRight


def test_the_value_is_the_engines_and_its_interval_is_stretched_by_the_rule(platform):
    firm, manager = platform.firm()
    right = platform.right(firm)
    row = appraised(platform, manager, [right])
    value = row.result["appraisal"]["value"]
    p10, p50, p90 = (parse_yuan(value[name]) for name in ("p10", "p50", "p90"))
    assert row.p50 == p50
    assert row.p50 - row.p10 == pytest.approx(1.5 * (p50 - p10), abs=1)
    assert row.p90 - row.p50 == pytest.approx(1.5 * (p90 - p50), abs=1)
    assert (row.grade, row.state, row.valuation_date) == ("online", "issued", platform.day)
    assert row.result["record"]["grade"] == "online"
    assert {one["grade"] for one in row.result["record"]["assumptions"]} == {"declared", "assumed"}
    assert [one.right_id for one in SharedRight.objects.filter(subject=f"appraisal/{row.pk}")] == [right.pk]


def test_it_holds_as_long_as_the_rule_says_and_then_is_stale(platform):
    firm, manager = platform.firm()
    row = appraised(platform, manager, [platform.right(firm)])
    assert row.valid_until == date(2027, 2, 2)  # three months from the second of November
    assert standing_of(row, date(2027, 2, 2)) == "current"
    assert standing_of(row, date(2027, 2, 3)) == "stale"
    assert standing_of(Appraisal(grade="formal"), platform.day) == "missing"
    actor = platform.actor(manager)
    assert usable_appraisals(actor, date(2027, 2, 2)) == [row]
    assert usable_appraisals(actor, date(2027, 2, 3)) == []


def test_a_cost_is_a_cross_check_and_better_evidence_narrows_the_interval(platform):
    firm, manager = platform.firm()
    right = platform.right(firm)
    plain = appraised(platform, manager, [right])
    data = income(
        [right.pk], cost=["300万元", "400万元", "500万元"], revenue_grade="audited", royalty_grade="contract"
    )
    better = Appraisal.objects.get(pk=platform.do(manager, "appraisal.online", **data).id)
    assert [one["method"] for one in better.input["method"]] == ["relief_from_royalty", "cost"]
    assert better.p90 - better.p10 < plain.p90 - plain.p10


WRONG = [
    ({"revenue": ["500万元", "400万元", "300万元"]}, {"revenue"}),
    ({"revenue": ["1", "2"]}, {"revenue"}),
    ({"revenue": ["很多", "更多", "最多"]}, {"revenue"}),
    ({"royalty": ["x", "5%", "6%"], "tax_rate": "120%"}, {"royalty.0", "tax_rate"}),
    ({"life": ["0", "7", "9"]}, {"life.0"}),
    ({"growth_grade": "guess"}, {"growth_grade"}),
    ({"cost": ["300万元"]}, {"cost"}),
    ({"redeployability": "maybe"}, {"redeployability"}),
    ({"rights": []}, {"rights"}),
]


@pytest.mark.parametrize(
    ("typed", "fields"), WRONG, ids=[next(iter(one)) + str(place) for place, (one, _) in enumerate(WRONG)]
)
def test_what_is_wrong_is_named_by_its_field_in_both_languages(platform, typed, fields):
    firm, manager = platform.firm()
    right = platform.right(firm)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "appraisal.online", **{**income([right.pk]), **typed})
    found = {one.field if one.field in fields else one.field.split(".")[0] for one in refused.value.problems}
    assert found == fields
    assert all(
        text for one in refused.value.problems for text in (one.reason.zh, one.reason.en, one.hint.zh, one.hint.en)
    )
    assert not Appraisal.objects.exists()


def test_rights_that_earn_nothing_more_have_no_value_and_it_says_why(platform):
    firm, manager = platform.firm()
    ended = platform.right(firm, filing_date="2000-01-03", grant_date="2002-01-03", number="ZL00100001.3")
    with pytest.raises(InputError) as refused:
        platform.do(manager, "appraisal.online", **income([ended.pk]))
    assert refused.value.problems[0].reason.zh and refused.value.problems[0].hint.en


def test_only_the_firm_itself_values_its_rights_and_sees_the_value(platform):
    firm, manager = platform.firm()
    right = platform.right(firm)
    row = appraised(platform, manager, [right])
    _, stranger = platform.firm()
    _, officer = platform.bank()
    with pytest.raises(InputError) as refused:
        platform.do(stranger, "appraisal.online", **income([right.pk]))
    assert [one.code for one in refused.value.problems] == ["unknown_right"]
    with pytest.raises(ForbiddenError):
        platform.do(officer, "appraisal.online", **income([right.pk]))
    for other in (stranger, officer):
        assert not visible(platform.actor(other), Appraisal, platform.day).filter(pk=row.pk).exists()
    with pytest.raises((NotFoundError, ForbiddenError)):
        platform.do(stranger, "right.edit", right, title="x")
