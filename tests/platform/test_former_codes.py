"""Codes that a rule or a policy had given and has withdrawn: what contains them is still shown and can be gone on with."""

from typing import Any

import pytest
from lender_world import Desk, desk_of

from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.store.financing import Case, CheckItem, Limit
from zhirong.store.parties import Organisation

FORMER = "site_visit_of_2025"


@pytest.fixture
def desk(sqlite_platform: Any) -> Desk:
    return desk_of(sqlite_platform)


def test_an_item_that_no_rule_contains_any_more_is_shown_and_can_be_waived(desk: Desk) -> None:
    """As after a policy that had added the item to the checklist was replaced."""
    platform, case = desk.platform, desk.accepted()
    item = CheckItem.objects.filter(case=case).exclude(item="title_investigation").first()
    assert item is not None
    platform.reseed(item, item=FORMER)
    client = platform.client(desk.officer)
    for address in (f"/lender/cases/{case.pk}/", f"/lender/checks/{item.pk}/"):
        page = client.get(address)
        assert page.status_code == 200 and f"已停用的调查项（{FORMER}）" in page.content.decode(), address
    overview = client.get(f"/api/v1/case-overviews/{case.pk}").json()["overview"]
    assert f"former item ({FORMER})" in [one["title"]["en"] for one in overview["checks"]]
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=1, opinion="同意")
    assert f"check.{FORMER}" in [one.field for one in refused.value.problems]
    platform.do(desk.officer, "check.do", item, outcome="waived", finding="政策已取消该项")
    with pytest.raises(InputError) as refused:
        platform.do(desk.officer, "case.submit_for_approval", case, amount=1, opinion="同意")
    assert f"check.{FORMER}" not in [one.field for one in refused.value.problems]
    assert list(platform_findings()) == []


def test_modes_regions_and_limits_that_rules_no_longer_know_open_the_pages(desk: Desk) -> None:
    """A mode that was withdrawn is shown by its id, a region by its code; what needs the region says so."""
    platform, case = desk.platform, desk.approved()
    platform.reseed(case, mode="withdrawn-mode")
    platform.reseed(case.firm, region="999999")
    for scope, value in (("mode", "withdrawn-mode"), ("region", "999999")):
        platform.seed(Limit, organisation=desk.bank, scope=scope, value=value, amount=1)
    client = platform.client(desk.officer)
    for address in (
        "",
        f"cases/{case.pk}/",
        f"cases/{case.pk}/why/",
        f"cases/{case.pk}/history/",
        "portfolio/",
    ):
        page = client.get(f"/lender/{address}")
        assert page.status_code == 200, address
    refused = client.get(f"/lender/cases/{case.pk}/modes/")
    assert refused.status_code == 422 and "代码前两位不对应任何省级行政区" in refused.content.decode()
    assert client.get(f"/api/v1/cases/{case.pk}").json()["mode"] == "withdrawn-mode"
    assert Case.objects.get(pk=case.pk).firm == Organisation.objects.get(region="999999")
