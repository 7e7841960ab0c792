"""An online value of a right and an agency's report on it stand beside each other."""

from typing import Any

from desks_world import agency
from firm_samples import appraised

from zhirong.operations.appraisal.appraisal_view import beside
from zhirong.store.financing import Appraisal


def test_an_online_value_stands_beside_the_assignment_of_an_agency(platform: Any) -> None:
    firm, manager = platform.firm()
    right = platform.right(firm)
    online = appraised(platform, manager, [right])
    house, *_ = agency(platform, "甲评估机构")
    done = platform.do(
        manager, "appraisal.request", rights=[right.pk], valuation_date=str(platform.day), agency=house.pk
    )
    formal = Appraisal.objects.get(pk=done.id)
    found = beside(platform.actor(manager), formal, platform.day)
    assert [one.pk for one in found.others] == [online.pk]
    assert found.standings[0][1].state == "missing"
    assert platform.client(manager).get(f"/appraisals/{formal.pk}/").status_code == 200
