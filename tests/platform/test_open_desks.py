"""Faults found while working at the desks: the first page, the next step, names on documents."""

from typing import Any

import pytest
from desks_world import FIGURES, admin, agency
from lender_world import desk_of
from money_world import Money

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.refusals import ForbiddenError
from zhirong.store.financing import Appraisal, Paper
from zhirong.store.parties import Account, Mandate


@pytest.fixture
def platform(sqlite_platform: Any) -> Any:
    return sqlite_platform


def lands(platform: Any, who: Any) -> str:
    return str(platform.client(who).get("/desk/").headers["Location"])


def test_an_appraiser_lands_at_the_assignments_and_an_agent_at_whom_it_acts_for(platform: Any) -> None:
    _, appraiser, reviewer = agency(platform, "甲评估机构")
    agent = platform.member(platform.organisation("operator", "某代理机构"), MemberRole.OPERATOR_AGENT)
    assert [lands(platform, who) for who in (appraiser, reviewer, agent)] == ["/agency/", "/agency/", "/acting/"]


def test_an_appraisal_says_who_is_next_and_grave_buttons_come_last(platform: Any) -> None:
    firm, manager = platform.firm("西咸新区某企业")
    house, appraiser, reviewer = agency(platform, "甲评估机构")
    data = {"rights": [platform.right(firm).pk], "valuation_date": str(platform.day), "agency": house.pk}
    row = Appraisal.objects.get(pk=platform.do(manager, "appraisal.request", **data).id)
    seen = platform.client(appraiser)
    page = seen.get(f"/appraisals/{row.pk}/").content.decode()
    assert "待评估机构接受委托" in page and "0.00 元" not in page
    accepted = {"independent": True, "no_preset_value": True, "fee": "3万元", "appraiser": appraiser.account.pk}
    platform.do(appraiser, "appraisal.accept", row, **accepted)
    page = seen.get(f"/appraisals/{row.pk}/").content.decode()
    assert 0 < page.index("/do/appraisal.work/") < page.index("/do/appraisal.refuse/")
    platform.do(appraiser, "appraisal.work", row, **FIGURES)
    page = platform.client(reviewer).get(f"/appraisals/{row.pk}/").content.decode()
    assert "待机构复核人复核" in page
    platform.do(reviewer, "appraisal.review", row, decision="pass", opinion="方法适当")
    assert "待承办评估师和复核人分别签署" in seen.get(f"/appraisals/{row.pk}/").content.decode()


def test_no_word_of_the_steps_is_broken() -> None:
    from importlib.resources import files

    css = files("zhirong.web").joinpath("static/zhirong.css").read_text(encoding="utf-8")
    broken = css.index("h1, h2, h3, p, li, dd, legend { overflow-wrap: anywhere; }")
    assert broken < css.index(".steps li { overflow-wrap: normal; }")


def test_a_notice_names_the_account_of_the_contract(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue(lender_account="6100 0000 9999")
    money.sign()
    money.register()
    money.on_case(money.officer, "case.disburse")
    money.pay(money.loan.principal, "release")
    platform.do(money.officer, "loan.paper", money.loan, kind="due_notice")
    assert Paper.objects.get(kind="due_notice").facts["lender"]["bank_account"] == "6100 0000 9999"


def test_everybody_states_his_own_name(platform: Any) -> None:
    _, manager = platform.firm("西咸新区某企业")
    platform.do(manager, "account.name", name="周岚")
    assert Account.objects.get(pk=manager.account.pk).display_name == "周岚"
    with pytest.raises(InputError):
        platform.do(manager, "account.name", name="")
    assert "/do/account.name/" in platform.client(manager).get("/acting/").content.decode()
    assert 'value="周岚"' in platform.client(manager).get("/do/account.name/").content.decode()


def test_an_institution_has_an_address_that_its_papers_state(platform: Any) -> None:
    desk = desk_of(platform)
    who = admin(platform)
    platform.do(who, "organisation.describe", desk.bank, address="西安市高新路 1 号", legal_representative="韩立")
    with pytest.raises(ForbiddenError):
        platform.do(who, "organisation.describe", desk.firm, address="别处")
    case = desk.approved()
    platform.do(desk.officer, "case.paper", case, kind="approval")
    paper = Paper.objects.get(kind="approval")
    assert paper.facts["lender"]["address"] == "西安市高新路 1 号"
    assert [one["role"] for one in paper.facts["decisions"]] == ["审查人", "审批人"]
    assert paper.facts["rate"]
    platform.do(desk.officer, "case.paper", case, kind="credit_review")
    facts = Paper.objects.get(kind="credit_review").facts
    assert facts["grade"] and facts["rate"] and facts["p10"] < facts["p50"] < facts["p90"]


def test_an_agent_is_told_what_its_mandate_leaves_to_the_firm(platform: Any) -> None:
    firm, manager = platform.firm("西咸新区某企业")
    house = platform.organisation("operator", "某代理机构")
    agent = platform.member(house, MemberRole.OPERATOR_AGENT)
    until = str(platform.day.replace(year=platform.day.year + 1))
    platform.do(manager, "mandate.give", agent=house.pk, operations=["right.add", "case.draft"], until=until)
    client = platform.client(agent)
    client.post("/acting/", {"as": f"mandate/{Mandate.objects.get().pk}"})
    page = client.get("/firm/rights/").content.decode()
    assert f"代理 {firm.name}" in page and "/firm/rights/import/" not in page
    assert "/firm/rights/import/" in platform.client(manager).get("/firm/rights/").content.decode()
