"""The appraisal desk: from the request to the report that two have signed, and what nobody can do."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from desks_world import FIGURES, agency, code, with_codes
from platform_world import readers

from zhirong.chain.organisation.roles import MemberRole
from zhirong.documents.appraisal_report import read_report
from zhirong.kernel.errors import InputError
from zhirong.operations.appraisal.appraisal_view import beside, comparison, standing_of
from zhirong.operations.authorize import can
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError
from zhirong.operations.uploads import bytes_of
from zhirong.store.financing import Appraisal, Case, Paper, SharedRight
from zhirong.store.parties import Organisation


def codes_of(caught: Any) -> list[str]:
    return [one.code for one in caught.value.problems]


def ask(platform: Any, who: Any, right: Any, **more: Any) -> Appraisal:
    data = {"rights": [right.pk], "valuation_date": str(platform.day), **more}
    return Appraisal.objects.get(pk=platform.do(who, "appraisal.request", **data).id)


def worked(platform: Any, row: Appraisal, appraiser: Any, fee: str = "3万元") -> None:
    platform.do(
        appraiser, "appraisal.accept", row, independent=True, no_preset_value=True, fee=fee,
        appraiser=appraiser.account.pk,
    )  # fmt: skip
    platform.do(appraiser, "appraisal.work", row, **FIGURES)


def issued(platform: Any, firm: Any, right: Any, name: str) -> Appraisal:
    house, appraiser, reviewer = agency(platform, name)
    for who in (appraiser, reviewer):
        with_codes(who.account)
    row = ask(platform, firm, right, agency=house.pk)
    worked(platform, row, appraiser)
    platform.do(reviewer, "appraisal.review", row, decision="pass", opinion="方法适当")
    for who in (appraiser, reviewer):
        platform.do(who, "appraisal.sign", row, code=code(who.account))
    row.refresh_from_db()
    return row


def test_from_the_request_to_a_report_signed_by_two(platform: Any) -> None:
    firm, manager = platform.firm("西咸新区某企业")
    right = platform.right(firm)
    house, appraiser, reviewer = agency(platform, "甲评估机构")
    row = ask(platform, manager, right, agency=house.pk)
    assert (row.state, row.agency_id, row.p50) == ("requested", house.pk, None)
    worked(platform, row, appraiser)
    row.refresh_from_db()
    assert (row.state, row.fee, row.p50) == ("worked", 30_000_00, None)
    with pytest.raises(ForbiddenError):
        platform.do(appraiser, "appraisal.review", row, decision="pass", opinion="自己复核自己")
    platform.do(reviewer, "appraisal.review", row, decision="back", opinion="许可费率依据不足")
    platform.do(appraiser, "appraisal.work", row, **{**FIGURES, "royalty_rate": "2% / 4% / 5%"})
    platform.do(reviewer, "appraisal.review", row, decision="pass", opinion="方法适当")
    row.refresh_from_db()
    assert row.state == "reviewed" and row.paper.state == "draft"
    for who in (appraiser, reviewer):
        with_codes(who.account)
    with pytest.raises(InputError) as caught:
        platform.do(appraiser, "appraisal.sign", row, code="000000")
    assert codes_of(caught) == ["wrong_code"]
    platform.do(appraiser, "appraisal.sign", row, code=code(appraiser.account))
    with pytest.raises(ForbiddenError):
        platform.do(appraiser, "appraisal.sign", row, code=code(appraiser.account))
    row.refresh_from_db()
    assert (row.state, row.p50) == ("reviewed", None)
    platform.do(reviewer, "appraisal.sign", row, code=code(reviewer.account))
    row.refresh_from_db()
    assert row.state == "signed" and 0 < row.p10 < row.p50 < row.p90
    assert row.paper.state == "signed" and readers(row.paper) >= {firm.pk, row.agency_id}
    data = read_report(bytes_of(row.paper.pdf))
    assert data == read_report(bytes_of(row.paper.word))
    assert data["record"]["value"] == f"{row.p50 / 100:.2f}" and len(data["record"]["signature"]["appraisers"]) == 2
    assert platform_findings() == []


def test_clients_see_no_value_before_it_is_issued(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, reviewer = agency(platform, "甲评估机构")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    worked(platform, row, appraiser)
    platform.do(reviewer, "appraisal.review", row, decision="pass", opinion="可")
    row.refresh_from_db()
    value = f"{Decimal(row.result['record']['value']):,.2f}"
    page = platform.client(manager).get(f"/appraisals/{row.pk}/")
    assert page.status_code == 200 and value not in page.content.decode()
    assert platform.client(manager).get(f"/appraisals/{row.pk}/chart/value.svg").status_code == 404
    assert platform.client(manager).get(f"/files/{row.paper.pdf_id}/").status_code == 404
    own = platform.client(appraiser)
    assert value in own.get(f"/appraisals/{row.pk}/").content.decode()
    assert own.get(f"/appraisals/{row.pk}/chart/tornado.svg").content.startswith(b"<svg")
    assert own.get(f"/files/{row.paper.pdf_id}/").status_code == 200


def test_nobody_else_sees_or_does_anything(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    _, other_appraiser, _ = agency(platform, "乙评估机构")
    _, stranger = platform.firm("别的企业")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    for who in (stranger, other_appraiser):
        assert platform.client(who).get(f"/appraisals/{row.pk}/").status_code == 404
    with pytest.raises(NotFoundError):
        platform.do(other_appraiser, "appraisal.refuse", row, reason="不是我的")
    with pytest.raises(ForbiddenError):
        platform.do(manager, "appraisal.accept", row, independent=True, no_preset_value=True, fee=1, appraiser=1)
    with pytest.raises(NotFoundError):
        ask(platform, stranger, platform.right(firm), agency=house.pk)


def test_an_agency_accepts_only_with_both_declarations(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    for missing in ("independent", "no_preset_value"):
        declared = {"independent": True, "no_preset_value": True, missing: False}
        with pytest.raises(InputError) as caught:
            platform.do(appraiser, "appraisal.accept", row, fee=1, appraiser=appraiser.account.pk, **declared)
        assert codes_of(caught) == ["not_declared"]


def test_an_agency_that_is_tied_or_without_papers_cannot_be_named(platform: Any) -> None:
    firm, manager = platform.firm("某集团")
    right = platform.right(firm)
    tied, _, _ = agency(platform, "关联评估机构", ("某集团",))
    bare = platform.organisation("agency", "没有备案的机构")
    for one in (tied, bare):
        with pytest.raises(InputError) as caught:
            ask(platform, manager, right, agency=one.pk)
        assert codes_of(caught) == ["agency_barred"]


def test_the_draw_cannot_be_steered_and_passes_on_when_refused(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    houses = {one.pk: who for one, who, _ in (agency(platform, name) for name in ("甲评估", "乙评估", "丙评估"))}
    first = ask(platform, manager, right)
    again = ask(platform, manager, right)
    assert first.agency_id == again.agency_id and first.assignment["beacon"] == again.assignment["beacon"]
    assert [one["id"] for one in first.assignment["candidates"]][0]
    done = platform.do(houses[first.agency_id], "appraisal.refuse", first, reason="人手不足")
    second = Appraisal.objects.get(pk=done.answer["next"])
    assert second.agency_id != first.agency_id and second.assignment["seed"] == first.assignment["seed"]
    done = platform.do(houses[second.agency_id], "appraisal.refuse", second, reason="人手不足")
    third = Appraisal.objects.get(pk=done.answer["next"])
    assert {first.agency_id, second.agency_id, third.agency_id} == set(houses)
    assert platform.do(houses[third.agency_id], "appraisal.refuse", third, reason="人手不足").answer == {
        "next": None
    }
    assert platform_findings() == []


def test_who_has_refused_sees_the_rights_no_more(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = ask(platform, manager, right, agency=house.pk)
    desk = platform.client(appraiser)
    assert right.title in desk.get(f"/appraisals/{row.pk}/").content.decode()
    platform.do(appraiser, "appraisal.refuse", row, reason="与其股东有投资关系", has_conflict=True)
    page = desk.get(f"/appraisals/{row.pk}/").content.decode()
    assert right.title not in page and "与其股东有投资关系" in page


def test_without_a_pool_nothing_is_drawn_and_the_reason_is_told(platform: Any) -> None:
    firm, manager = platform.firm("某集团")
    agency(platform, "关联评估机构", ("某集团",))
    with pytest.raises(InputError) as caught:
        ask(platform, manager, platform.right(firm))
    assert codes_of(caught) == ["nobody_free"] and "某集团" in caught.value.problems[0].reason.zh


@pytest.mark.parametrize(
    ("wrong", "field", "code_"),
    [
        ({"royalty_rate": "5% / 3% / 7%"}, "royalty_rate", "range_out_of_order"),
        ({"royalty_rate": "很多"}, "royalty_rate", "not_a_figure"),
        ({"royalty_rate": "3% / 5%"}, "royalty_rate", "not_a_figure"),
        ({"growth_grade": ""}, "growth_grade", "missing"),
        ({"revenue": "-5"}, "revenue", "too_small"),
        ({"economic_life": "-3"}, "economic_life", "out_of_range"),
    ],
)
def test_what_is_wrong_in_the_form_is_told_beside_its_field(
    platform: Any, wrong: dict[str, str], field: str, code_: str
) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    worked(platform, row, appraiser)
    with pytest.raises(InputError) as caught:
        platform.do(appraiser, "appraisal.work", row, **{**FIGURES, **wrong})
    assert (field, code_) in [(one.field, one.code) for one in caught.value.problems]


def test_a_file_takes_any_method_and_must_be_of_the_assignment(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    worked(platform, row, appraiser)
    text = """
[appraisal]
purpose = "{}"
redeployability = "low"
[[appraisal.method]]
method = "cost"
basis = "replacement"
obsolescence = "added"
functional_obsolescence = {{ value = 0.10, grade = "declared" }}
economic_obsolescence = {{ value = 0.05, grade = "declared" }}
[[appraisal.method.item]]
label = {{ zh = "研发人工", en = "labour" }}
value = "200万元"
grade = "contract"
"""
    ticket = platform.upload(appraiser, "方法.toml", text.format("transfer").encode())
    with pytest.raises(InputError) as caught:
        platform.do(appraiser, "appraisal.work", row, file=ticket)
    assert codes_of(caught) == ["not_as_asked"]
    ticket = platform.upload(appraiser, "方法.toml", text.format("pledge").encode())
    platform.do(appraiser, "appraisal.work", row, file=ticket)
    row.refresh_from_db()
    assert [method["method"] for method in row.result["methods"]] == ["cost"]


def test_validity_is_a_state_of_its_own_and_withdrawal_ends_it(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    assert standing_of(firm, right, "pledge", platform.day).state == "missing"
    row = issued(platform, manager, right, "甲评估机构")
    assert standing_of(firm, right, "pledge", platform.day).state == "current"
    assert standing_of(firm, right, "pledge", row.valid_until).state == "current"
    assert standing_of(firm, right, "pledge", row.valid_until + timedelta(days=1)).state == "stale"
    assert standing_of(firm, right, "transfer", platform.day).state == "missing"
    reviewer = platform.member(row.agency, MemberRole.AGENCY_REVIEWER)
    platform.do(reviewer, "appraisal.withdraw", row, reason="输入有误")
    assert standing_of(firm, right, "pledge", platform.day).state == "withdrawn"
    assert Paper.objects.get(pk=row.paper_id).state == "void"
    page = platform.client(manager, "en").get(f"/appraisals/{row.pk}/").content.decode()
    assert "withdrawn; must not be used" in page


def test_two_reports_are_compared_and_opinion_shopping_is_flagged(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    first, second = (issued(platform, manager, right, name) for name in ("甲评估机构", "乙评估机构"))
    found = comparison(first, second)
    assert found.intervals_overlap and found.ratio == 1
    flags = {flag.code for flag in beside(platform.actor(manager), second, platform.day).flags}
    assert "opinion_shopping" in flags
    client = platform.client(manager)
    page = client.get(f"/appraisals/{second.pk}/").content.decode()
    assert f"/appraisals/{second.pk}/compare/{first.pk}/" in page
    page = client.get(f"/appraisals/{second.pk}/compare/{first.pk}/")
    assert page.status_code == 200 and "许可费率" in page.content.decode()
    _, stranger = platform.firm("别的企业")
    assert platform.client(stranger).get(f"/appraisals/{second.pk}/compare/{first.pk}/").status_code == 404


def test_a_lender_asks_for_its_case_and_sees_what_a_loan_can_rest_on(platform: Any) -> None:
    firm, _ = platform.firm()
    right = platform.right(firm)
    bank, officer = platform.bank("丙银行")
    _, elsewhere = platform.bank("丁银行")
    case = platform.seed(
        Case, firm=firm, lender=bank, number="RZ-1", state="diligence", mode="xixian", amount=100_000_00, term_months=12,
        method="bullet", purpose="研发", rights=[right.pk],
    )  # fmt: skip
    platform.seed(SharedRight, right=right, subject=f"case/{case.pk}", active=True)
    house, appraiser, reviewer = agency(platform, "甲评估机构")
    data = {"valuation_date": str(platform.day), "agency": house.pk}
    with pytest.raises(ForbiddenError):
        platform.do(officer, "appraisal.request", rights=[right.pk], **data)
    with pytest.raises(NotFoundError):
        platform.do(elsewhere, "appraisal.request", case=case.pk, **data)
    row = Appraisal.objects.get(pk=platform.do(officer, "appraisal.request", case=case.pk, **data).id)
    assert row.rights == [right.pk] and row.firm_id == firm.pk
    worked(platform, row, appraiser)
    platform.do(reviewer, "appraisal.review", row, decision="pass", opinion="可")
    for who in (appraiser, reviewer):
        with_codes(who.account)
        platform.do(who, "appraisal.sign", row, code=code(who.account))
    row.refresh_from_db()
    assert 0 < Decimal(row.result["lending"]["lending_value"]) < Decimal(row.p50) / 100
    page = platform.client(officer).get(f"/appraisals/{row.pk}/").content.decode()
    assert "可贷价值" in page and f"{row.p50 / 100:,.2f}" in page
    assert platform.client(officer).get(f"/files/{row.paper.pdf_id}/").status_code == 200
    assert platform.client(elsewhere).get(f"/files/{row.paper.pdf_id}/").status_code == 404


def test_two_at_once_one_wins_and_the_other_is_told(platform: Any) -> None:
    firm, manager = platform.firm()
    house, appraiser, _ = agency(platform, "甲评估机构")
    row = ask(platform, manager, platform.right(firm), agency=house.pk)
    worked(platform, row, appraiser)
    with pytest.raises(ConflictError):
        platform.do(appraiser, "appraisal.work", row, version=1, **FIGURES)


def test_the_whole_form_works_in_a_browser_of_both_languages(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    house, appraiser, _ = agency(platform, "甲评估机构")
    client = platform.client(manager)
    sent = platform.send(
        client, "appraisal.request", rights=[str(right.pk)], valuation_date=str(platform.day), agency=str(house.pk),
        purpose="pledge", value_type="market",
    )  # fmt: skip
    row = Appraisal.objects.get()
    assert sent.status_code == 302 and sent.url == f"/appraisals/{row.pk}/"
    for lang in ("zh", "en"):
        desk = platform.client(appraiser, lang)
        assert desk.get("/agency/").status_code == 200
        page = desk.get(f"/appraisals/{row.pk}/").content.decode()
        assert "/do/appraisal.accept/" in page and "/do/appraisal.sign/" not in page
        if lang == "en":
            outside = re.sub(r"<title>.*?</title>|lang=\"zh-Hans\".*?</a>|知融", "", page, flags=re.S)
            own = [firm.name, house.name, right.title]
            for name in own:
                outside = outside.replace(name, "")
            assert not re.findall(r"[\u4e00-\u9fff]+", outside)
    sent = platform.send(
        platform.client(appraiser), "appraisal.accept", row, independent="1", no_preset_value="1", fee="3万元",
        appraiser=str(appraiser.account.pk),
    )  # fmt: skip
    assert sent.status_code == 302
    desk = platform.client(appraiser)
    sent = platform.send(desk, "appraisal.work", row, **FIGURES)
    assert sent.status_code == 302, re.findall(r'class="problem">([^<]*)', sent.content.decode())
    again = desk.get(f"/do/appraisal.work/{row.pk}/").content.decode()
    assert "900万 / 1000万 / 1200万" in again
    assert can(platform.actor(appraiser), "appraisal.work", Appraisal.objects.get())
    assert Organisation.objects.filter(kind="agency").count() == 1
