"""The pool kept by forms: by an administrator who knows no TOML, and by the agency's own reviewer."""

from typing import Any

import pytest
from desks_world import admin, agency
from platform_world import Platform

from zhirong.chain.appraisal_practice.people import why_not_agency, why_not_expert
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.appraisal.pool import pool
from zhirong.operations.authorize import operations_for
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.store.parties import Organisation
from zhirong.web import urls  # noqa: F401 - declares every page


def _codes(caught: Any) -> list[str]:
    return [one.code for one in caught.value.problems]


def _of(house: Organisation) -> Any:
    found = pool()
    return found.agency(str(house.pk)), [one for one in found.experts if one.agency == str(house.pk)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_agency_is_entered_through_the_pages_alone(platform: Platform, lang: str) -> None:
    house = platform.organisation("agency", "甲评估机构")
    who = platform.client(admin(platform), lang)
    address = f"/admin/organisations/{house.pk}/"
    send = {"back": address}
    assert (
        platform.send(who, "agency.describe", house, regions="61；4401", ties="某集团\n某银行", **send).status_code
        == 302
    )
    paper = {"owner": "agency", "name": "资产评估机构备案", "number": "61000001", "valid_from": "2018-01-01"}
    assert platform.send(who, "agency.paper_add", house, **paper, **send).url == address
    for name in ("张某", "李某"):
        platform.send(who, "agency.person_add", house, name=name, discipline="valuation", fields="*", **send)
    found, experts = _of(house)
    assert (found.regions, found.ties) == (("61", "4401"), ("某集团", "某银行"))
    assert found.qualifications[0].number == "61000001"
    assert [one.name for one in experts] == ["张某", "李某"]
    barred = why_not_expert(experts[0], "38", (), pool(), platform.day)
    assert barred is not None and "资格证书" in barred.zh
    house.refresh_from_db()
    for number, one in enumerate(house.profile["pool"]["expert"]):
        card = {"owner": one["id"], "name": "资产评估师", "number": f"6118000{number}", "valid_from": "2018-06-01"}
        assert platform.send(who, "agency.paper_add", house, **card, **send).status_code == 302
    found, experts = _of(house)
    assert [why_not_expert(one, "38", (), pool(), platform.day) for one in experts] == [None, None]
    assert why_not_agency(found, ("别的企业",), "610100", platform.day) is None
    page = who.get(address).content.decode()
    assert "61180001" in page and "某集团" in page and "/do/agency.person_end/" in page
    assert platform_findings() == []


def test_what_holds_only_for_a_time_ends(platform: Platform) -> None:
    house, _, _ = agency(platform, "甲评估机构")
    who = admin(platform)
    platform.do(who, "agency.paper_end", house, paper="agency/0", valid_to=str(platform.day))
    platform.do(
        who, "agency.sanction_add", house, owner="v1", by="协会", reason="警告", start="2026-01-01", bars=True
    )
    found, experts = _of(house)
    assert found.qualifications[0].valid_to == platform.day
    assert why_not_expert(experts[0], "38", (), pool(), platform.day) is not None
    platform.do(who, "agency.sanction_end", house, sanction="v1/0", end="2026-02-01")
    assert why_not_expert(_of(house)[1][0], "38", (), pool(), platform.day) is None
    platform.do(who, "agency.person_change", house, person="v1", ties="某银行")
    assert _of(house)[1][0].ties == ("某银行",) and _of(house)[1][0].fields == ("*",)
    platform.do(who, "agency.person_change", house, person="v1", fields="38、C02F", ended_ties="某银行")
    assert _of(house)[1][0].ties == () and _of(house)[1][0].fields == ("38", "C02F")
    platform.do(who, "agency.person_end", house, person="v1")
    assert [one.name for one in _of(house)[1]] == ["李某"]
    platform.later(1)
    assert why_not_agency(_of(house)[0], (), "610100", platform.day) is not None


def test_what_cannot_be_is_refused_and_changes_nothing(platform: Platform) -> None:
    house, _, _ = agency(platform, "甲评估机构")
    who = admin(platform)
    before = Organisation.objects.get(pk=house.pk).profile
    paper = {"name": "资产评估师", "number": "1", "valid_from": "2026-01-01"}
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("agency.paper_add", {**paper, "owner": "v9"}, "not_in_the_pool"),
        ("agency.paper_add", {**paper, "owner": "agency", "valid_to": "2025-01-01"}, "end_before_start"),
        ("agency.paper_end", {"paper": "v1/7", "valid_to": "2027-01-01"}, "not_in_the_pool"),
        ("agency.paper_end", {"paper": "v1/0", "valid_to": "2001-01-01"}, "end_before_start"),
        ("agency.sanction_end", {"sanction": "agency/0", "end": "2027-01-01"}, "not_in_the_pool"),
        ("agency.person_end", {"person": "agency"}, "not_in_the_pool"),
        ("agency.person_change", {"person": "nobody"}, "not_in_the_pool"),
        ("agency.pool", {"tables": "regions = ['61']", "only_check": True}, "only_checked"),
    ]
    for name, data, code in wrong:
        with pytest.raises(InputError) as caught:
            platform.do(who, name, house, **data)
        assert _codes(caught) == [code], name
    with pytest.raises(InputError):
        platform.do(who, "agency.person_add", house, name="王某", discipline="astrology", fields="*")
    assert Organisation.objects.get(pk=house.pk).profile == before


def test_the_reviewer_keeps_what_the_agency_says_of_itself_and_nothing_more(platform: Platform) -> None:
    house, appraiser, reviewer = agency(platform, "甲评估机构", ties=("某集团",))
    other, _, stranger = agency(platform, "乙评估机构")
    names = {one.name for one in operations_for(platform.actor(reviewer), house)}
    assert {one for one in names if one.startswith("agency.")} == {
        "agency.describe",
        "agency.person_add",
        "agency.person_change",
        "agency.person_end",
    }
    platform.do(reviewer, "agency.person_add", house, name="王某", discipline="technology", fields="C02F")
    platform.do(reviewer, "agency.describe", house, regions="61", ties="某集团；某银行")
    for name, data in (
        ("describe", {"ties": "某银行"}),
        ("person_change", {"person": "v1", "ended_ties": "某银行"}),
    ):
        if name == "person_change":
            platform.do(reviewer, "agency.person_change", house, person="v1", ties="某银行")
        with pytest.raises(InputError) as caught:
            platform.do(reviewer, f"agency.{name}", house, **data)
        assert _codes(caught) == ["tie_dropped"]
    for who in (appraiser, stranger):
        with pytest.raises((ForbiddenError, NotFoundError)):
            platform.do(who, "agency.person_end", house, person="v1")
    with pytest.raises(ForbiddenError):
        platform.do(
            reviewer, "agency.paper_add", house, owner="v1", name="资产评估师", number="1", valid_from="2026-01-01"
        )
    firm, _ = platform.firm()
    with pytest.raises(ForbiddenError):
        platform.do(admin(platform), "agency.describe", firm)
    page = platform.client(reviewer).get("/agency/pool/").content.decode()
    assert "王某" in page and "/do/agency.person_add/" in page and "/do/agency.paper_add/" not in page
    assert platform.client(appraiser).get("/agency/pool/").content.decode().count("/do/agency.") == 0
    assert _of(other)[0].regions == ()
    assert MemberRole.AGENCY_REVIEWER in platform.actor(reviewer).roles
