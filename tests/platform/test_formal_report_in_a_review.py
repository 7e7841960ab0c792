"""A report that was signed for a case is what its line rests on, not what the firm typed before."""

from dataclasses import replace
from typing import Any

from desks_world import FIGURES, agency, code, with_codes
from lender_world import desk_of
from test_lower_report import PLEDGE_ALONE

from zhirong.operations.authorize import can
from zhirong.operations.credit.review import inputs_of
from zhirong.store.financing import Appraisal


def test_the_line_follows_the_report_signed_for_the_case(platform: Any) -> None:
    desk = replace(desk_of(platform), limit_inputs=PLEDGE_ALONE)
    case = desk.reviewed()
    before, inputs = case.credit_limit, inputs_of(case)
    house, appraiser, reviewer = agency(platform, "甲评估机构")
    done = platform.do(
        desk.officer, "appraisal.request", case=case.pk, valuation_date=str(platform.day), agency=house.pk
    )
    report = Appraisal.objects.get(pk=done.id)
    platform.do(
        appraiser,
        "appraisal.accept",
        report,
        independent=True,
        no_preset_value=True,
        fee="1万元",
        appraiser=appraiser.account.pk,
    )
    platform.do(appraiser, "appraisal.work", report, **{**FIGURES, "revenue": "90万 / 100万 / 120万"})
    platform.do(reviewer, "appraisal.review", report, decision="pass", opinion="方法适当")
    assert inputs_of(case) == inputs
    for who in (appraiser, reviewer):
        with_codes(who.account)
        platform.do(who, "appraisal.sign", report, code=code(who.account))
    # The review was made before the report: it has to be made again, and gives less.
    assert inputs_of(case) != inputs
    assert can(platform.actor(desk.officer), "case.review", desk.again(case))
    platform.do(desk.officer, "case.review", desk.again(case))
    assert desk.again(case).credit_limit < before
