"""Restructuring and disputes on the platform: a suit to its title, a court that enters its decision through a link."""

import pytest
from platform_world import Platform
from recovery_world import Recovery

from zhirong.kernel.errors import InputError
from zhirong.operations.credit.exemption import events_of
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.recovery.cases import clocks_of
from zhirong.operations.rulebook import rulebook
from zhirong.store.recovery import Dispute, OutsideLink


@pytest.fixture
def way(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Recovery:
    return Recovery(sqlite_platform, monkeypatch)


def _today(way: Recovery) -> str:
    return way.platform.day.isoformat()


def test_a_suit_restarts_limitation_costs_the_debtor_and_ends_with_a_title(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.accelerated()  # the whole debt is due, and limitation runs
    way.platform.later(60)
    debt, limitation = way.case.debt, clocks_of(way.case, way.platform.day, rulebook())[0].last_day
    with pytest.raises(InputError, match=r"no_such_track|没有该争议途径|no such track"):
        way.do(way.workout, "dispute.choose", way.case, track="duel", reason="x")
    way.do(way.workout, "dispute.choose", way.case, track="suit", reason="标的较大")
    dispute = Dispute.objects.get()
    step = {"step": "file", "day": _today(way), "forum": "某市中级人民法院", "result": "已立案"}
    way.do(way.workout, "dispute.record", dispute, **step, docket="（2026）某01民初1号", fee="22800.00")
    dispute.refresh_from_db()
    assert dispute.state == "filed" and dispute.fee == 2_280_000 and dispute.due_on is not None
    assert way.case.state == "in_court" and way.case.debt >= debt + 2_280_000
    assert clocks_of(way.case, way.platform.day, rulebook())[0].last_day > limitation
    with pytest.raises(InputError, match=r"尚未结束|is open"):
        way.do(way.workout, "default.propose_close", way.case, reason="已无财产", final_loss=True)
    # The court enters its decision itself, through a link with a code.
    until = way.platform.day.replace(day=28).isoformat()
    data = {"name": "某市中级人民法院民二庭", "purpose": "登记开庭和判决", "until": until}
    given = way.do(way.workout, "link.give", dispute, **data)
    address, code = given.shown_once.split(" ")
    outside = way.platform.client()
    assert "借款" not in outside.get(address).content.decode() and outside.get(address + "x/").status_code == 404
    # With "no-referrer" a browser sends the form with the origin "null", and the platform refuses it as a forgery.
    assert outside.get(address)["Referrer-Policy"] == "same-origin"
    assert outside.post(address, {"code": "00000000"}).status_code == 422
    decision = {"step": "decide", "day": _today(way), "docket": "（2026）某01民初1号", "result": "支持诉讼请求"}
    assert outside.post(address, decision).status_code == 200  # without the code nothing is entered
    assert Dispute.objects.get().state == "filed"
    assert outside.post(address, {"code": code}).status_code == 302
    other, _ = way.do(way.workout, "link.give", dispute, **data).shown_once.split(" ")
    assert outside.post(other, decision).status_code == 200, (
        "the code of one link opens no other, even of one dispute"
    )
    dispute.refresh_from_db()
    assert dispute.state == "filed"
    assert "支持" not in outside.get(address).content.decode()
    assert outside.post(address, {**decision, "step": "choose"}).status_code == 422
    assert outside.post(address, decision).status_code == 302
    dispute = Dispute.objects.get()
    assert dispute.state == "decided" and dispute.steps[-1]["by"] == "某市中级人民法院民二庭"
    link = OutsideLink.objects.earliest("pk")
    assert len(link.opened) == 1 and given.shown_once.split("/")[-2] not in str(link.__dict__)
    way.do(way.workout, "link.revoke", link)
    assert outside.get(address).status_code == 404
    # Final: two years to apply for enforcement; a title that is enforced has no such clock any more.
    way.platform.later(20)
    way.do(way.workout, "dispute.record", dispute, step="become_final", day=_today(way), result="未上诉")
    codes = [one.code for one in clocks_of(way.case, way.platform.day, rulebook())]
    assert "enforcement" in codes
    way.do(way.workout, "dispute.record", Dispute.objects.get(), step="enforce", day=_today(way), result="已申请")
    way.do(way.workout, "dispute.record", Dispute.objects.get(), step="end", day=_today(way), result="终结执行")
    assert Dispute.objects.get().state == "ended" and platform_findings() == []
    # The exemption file of the financing holds what was done in its recovery.
    done = {event.kind for event in events_of(way.loan.case)}
    assert {"default.demand", "default.accelerate", "dispute.record", "link.report"} <= done
    way.do(way.money.officer, "exemption.assemble", way.loan.case)
    for who, address in (
        (way.workout, f"/recovery/disputes/{dispute.pk}/"),
        (way.workout, "/recovery/disputes/"),
        (way.money.officer, f"/lender/cases/{way.loan.case_id}/history/"),
        (way.workout, f"/recovery/cases/{way.case.pk}/"),
    ):
        assert way.platform.client(who).get(address).status_code == 200


def test_a_restructured_loan_is_observed_for_a_year(way: Recovery) -> None:
    way.late(40)
    case = way.case
    agreed = {"until": "2031-06-20", "method": "bullet", "ground": "主要客户停产"}
    agreed |= {"capitalises": "on", "agreement": way.scan(way.workout, "重组协议.pdf")}
    way.do(way.workout, "default.propose_restructuring", case, **agreed)
    way.do(way.approver, "default.restructure", way.case, opinion="同意")
    assert way.case.state == "restructured" and way.loan.end.isoformat() == "2031-06-20"
    assert way.loan.overdue == 0 and way.loan.category in ("special_mention", "substandard")
    way.night()
    assert way.case.state == "restructured"  # under observation: not cured by the first night without arrears
    assert "观察期" in way.platform.client(way.workout).get(f"/recovery/cases/{case.pk}/").content.decode()
    assert platform_findings() == []
