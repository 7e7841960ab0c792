"""The disposal of a pledge and the watch over loans on the platform."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from platform_world import Platform
from recovery_world import Recovery

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.operations.actors import WORKER
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.credit.region_figures import region_figures
from zhirong.operations.jobs import JOBS
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Appraisal
from zhirong.store.recovery import DisposalProject, LoanAlarm


@pytest.fixture
def way(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Recovery:
    return Recovery(sqlite_platform, monkeypatch)


def test_a_pledge_is_compared_valued_approved_sold_transferred_and_distributed(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.do(way.workout, "disposal.propose", way.case, way="licence_back", reason="现值较高")
    row = DisposalProject.objects.get()
    values = [one["present_value"] for one in row.plan["ways"]]
    assert way.case.state == "disposing" and values == sorted(values, reverse=True)
    with pytest.raises(InputError, match=r"在办处置项目|open disposal"):
        way.do(way.workout, "disposal.propose", way.case, way="licence_back", reason="再次")
    way.do(way.workout, "disposal.value", row, value="3000000.00", valued_on=way.platform.day.isoformat())
    with pytest.raises(ForbiddenError):
        way.do(way.workout, "disposal.approve", row, reserve="2100000.00", opinion="同意")
    way.do(way.approver, "disposal.approve", row, reserve="2100000.00", opinion="同意")
    way.do(way.workout, "disposal.offer", row, step="apply_to_court", evidence="（2027）陕01民特1号")
    way.do(way.workout, "disposal.offer", row, step="first_round", evidence="公告1")
    with pytest.raises(InputError, match=r"不得低于|at least CNY 1,680,000.00"):
        way.do(way.workout, "disposal.offer", row, step="second_round", evidence="公告2", reserve="1679999.99")
    way.do(way.workout, "disposal.offer", row, step="second_round", evidence="公告2", reserve="1680000.00")
    sale = {"buyer": "某受让公司", "costs": "20000.00", "sold_on": way.platform.day.isoformat()}
    with pytest.raises(InputError, match="at_least_reserve"):
        way.do(way.workout, "disposal.sell", row, price="1679999.99", **sale)
    way.do(way.workout, "disposal.sell", row, price="2612345.67", **sale)
    way.do(way.workout, "disposal.transfer", row, record="过户2027001")
    # The pledge is discharged the same day.
    assert {one.status.value for one in registrations_of(way.case.loan.case)} == {"discharged"}
    others = "某二顺位银行 2027-01-05 500000.00 400000.00"
    way.do(way.workout, "disposal.serve_table", row, others=others)
    row.refresh_from_db()
    table = row.result["table"]
    taken = sum(one["amount"] for one in table["deducted"])
    assert taken + sum(one["paid"] for one in table["ranks"]) + table["surplus"] == 261_234_567
    assert [one["rank"] for one in table["ranks"]] == [1, 2]
    way.do(way.money.manager, "disposal.object", row, ground="评估费过高")
    with pytest.raises(InputError, match="objections_settled"):
        way.do(way.approver, "disposal.distribute", row, opinion="同意")
    way.do(way.workout, "disposal.answer", row, answer="依合同收取")
    way.platform.later(20)
    with pytest.raises(InputError, match=r"已于|ended on"):
        way.do(way.money.manager, "disposal.object", row, ground="再次")
    way.do(way.approver, "disposal.distribute", row, opinion="同意")
    way.do(way.workout, "disposal.close", row)
    row.refresh_from_db()
    assert row.state == "closed" and row.result["sold"] and row.result["realised"] == "0.8708"
    assert platform_findings() == []
    for who in (way.workout, way.money.manager):
        for lang in ("zh", "en"):
            for address in ("/recovery/disposals/", f"/recovery/disposals/{row.pk}/"):
                assert way.platform.client(who, lang).get(address).status_code == 200, address


def _approved(way: Recovery) -> DisposalProject:
    way.late()
    way.demanded()
    way.do(way.workout, "disposal.propose", way.case, way="licence_back", reason="现值较高")
    row = DisposalProject.objects.get()
    way.do(way.workout, "disposal.value", row, value="3000000.00", valued_on=way.platform.day.isoformat())
    way.do(way.approver, "disposal.approve", row, reserve="2100000.00", opinion="同意")
    return row


def test_a_disposal_agent_sees_rights_reserve_and_bids_within_its_mandate_and_no_debt(way: Recovery) -> None:
    row, day = _approved(way), way.platform.day
    house, other = (way.platform.organisation("operator", name) for name in ("某运营公司", "另一运营公司"))
    agent, rival = (way.platform.member(one, MemberRole.OPERATOR_AGENT) for one in (house, other))
    bid = {"buyer": "某受让公司", "price": "1900000.00", "day": day.isoformat(), "terms": "一次付清"}
    with pytest.raises(NotFoundError):
        way.do(agent, "disposal.report_bid", row, **bid)
    until = (day + timedelta(days=20)).isoformat()
    mandate = {"agent": house.pk, "until": until, "fee": "成交价的 5%"}
    with pytest.raises(InputError, match=r"处置机构不存在|agent does not exist"):
        way.do(way.workout, "disposal.mandate", row, **{**mandate, "agent": way.money.bank.pk})
    with pytest.raises(InputError, match=r"日期已过|in the past"):
        way.do(way.workout, "disposal.mandate", row, **{**mandate, "until": (day - timedelta(days=1)).isoformat()})
    way.do(way.workout, "disposal.mandate", row, **mandate)
    way.do(agent, "disposal.report_bid", row, **bid)
    way.do(way.workout, "disposal.offer", row, step="list", evidence="挂牌公告1")
    way.do(agent, "disposal.report_bid", row, **{**bid, "buyer": "另一受让公司", "price": "2200000.00"})
    address = f"/recovery/disposals/{row.pk}/"
    for lang in ("zh", "en"):
        shown = way.platform.client(agent, lang).get(address).content.decode()
        assert shown.index("2,200,000.00") < shown.index("1,900,000.00") and "2,100,000.00" in shown
        assert way.money.rights[0].number in shown and shown.count('class="button main"') == 1
        assert way.case.number + "</a>" not in shown and "recovery/cases" not in shown
    assert row.number in way.platform.client(agent).get("/recovery/disposals/").content.decode()
    seen = way.platform.client(agent).get(f"/api/v1/disposals/{row.pk}").json()
    assert seen["bids"] and not seen["plan"] and not seen["reason"]
    assert "2,200,000.00" in way.platform.client(way.money.manager).get(address).content.decode()
    assert way.platform.client(rival).get(address).status_code == 404
    way.platform.later(21)  # the mandate has ended by itself
    assert way.platform.client(agent).get(address).status_code == 404
    way.do(way.workout, "disposal.mandate", row, **{**mandate, "until": (day + timedelta(days=60)).isoformat()})
    assert way.platform.client(agent).get(address).status_code == 200
    way.do(way.workout, "disposal.end_mandate", row, reason="更换机构")
    assert way.platform.client(agent).get(address).status_code == 404
    row.refresh_from_db()
    assert [one["price"] for one in row.bids] == ["1900000.00", "2200000.00"]
    assert platform_findings() == []


def test_an_unsold_pledge_is_on_record_too(way: Recovery) -> None:
    way.late()
    way.demanded()
    way.do(way.workout, "disposal.propose", way.case, way="licence_back", reason="现值较高")
    row = DisposalProject.objects.get()
    way.do(way.workout, "disposal.withdraw", row, reason="无人报价")
    row.refresh_from_db()
    assert row.state == "withdrawn" and row.result == {"sold": False, "reason": "无人报价"}


def test_a_fee_that_the_lender_pays_for_a_pledged_right_is_owed_by_the_debtor(way: Recovery) -> None:
    way.late()
    before, day = way.case.debt, way.platform.day.isoformat()
    fee = {"amount": "1800.00", "day": day, "receipt": "年费收据 2027001", "clause": "质押合同第七条"}
    right = way.money.rights[0].number
    with pytest.raises(InputError, match=r"未质押|not pledged"):
        way.do(way.workout, "default.pay_office_fee", way.case, right="ZL200010000000.0", **fee)
    late = {**fee, "day": (way.platform.day + timedelta(days=1)).isoformat()}
    with pytest.raises(InputError):
        way.do(way.workout, "default.pay_office_fee", way.case, right=right, **late)
    with pytest.raises(ForbiddenError):
        way.do(way.approver, "default.pay_office_fee", way.case, right=right, **fee)
    way.do(way.workout, "default.pay_office_fee", way.case, right=right, **fee)
    assert way.case.debt == before + 180_000
    officer = way.platform.member(way.money.bank, MemberRole.LENDER_OFFICER)
    way.do(officer, "loan.pay_office_fee", way.loan, right=right, **fee)
    assert way.case.debt == before + 360_000
    owed = {"day": day, "principal": "1900000.00", "costs": "1800.00", "evidence": "（2027）1号"}
    way.do(way.workout, "default.state_debt", way.case, **owed)
    stated = way.case.debt
    way.do(way.workout, "default.pay_office_fee", way.case, right=right, **fee)
    assert way.case.debt == stated + 180_000  # a stated debt grows in the case, not in the loan
    for lang in ("zh", "en"):
        assert way.platform.client(way.workout, lang).get(f"/recovery/cases/{way.case.pk}/").status_code == 200
    assert platform_findings() == []


def test_every_night_the_findings_become_tasks_and_return_when_their_fact_returns(way: Recovery) -> None:
    assert JOBS["recovery.night"].daily is not None

    def swept() -> int:
        changed: int = way.platform.do(WORKER, "alarm.sweep").answer["changed"]
        return changed

    swept()
    assert swept() == 0  # nothing new, nothing written
    way.late()
    assert swept() > 0
    row = LoanAlarm.objects.get(code="overdue")
    assert row.colour == "red" and row.at_risk > 200_000_000 and row.state == "open" and row.tasks
    answer = way.platform.client(way.workout).get("/recovery/alarms/").content.decode()
    assert way.loan.number in answer
    way.do(way.workout, "alarm.see", row)
    way.do(way.workout, "alarm.close", row, evidence="已催收，见催收函")
    swept()
    row.refresh_from_db()
    assert row.state == "closed"  # the same fact
    way.money.pay(way.loan.overdue + 1_000_000)
    way.platform.set_day(way.loan.next_due_on + timedelta(days=5))
    way.night()
    swept()
    row.refresh_from_db()
    assert (row.state, row.times) == ("open", 2)  # it returned
    # What somebody records lowers the value until it is closed with evidence.
    right = way.money.rights[0].number
    way.do(
        way.workout,
        "alarm.record",
        way.loan,
        code="frozen",
        right=right,
        day=way.platform.day.isoformat(),
        evidence="（2027）1号",
    )
    swept()
    frozen = LoanAlarm.objects.get(code="frozen")
    assert frozen.subject == right and frozen.tasks and frozen.at_risk > 0
    assert way.platform.client(way.workout, "en").get(f"/recovery/alarms/{frozen.pk}/").status_code == 200
    way.do(way.workout, "alarm.close", frozen, evidence="已解除冻结")
    swept()
    frozen.refresh_from_db()
    assert frozen.state == "closed"
    # A finding without a day of its own keeps the last day of its task from night to night.
    way.platform.reseed(Appraisal.objects.get(case=way.loan.case), p50=100)
    swept()
    short = LoanAlarm.objects.get(code="ltv_above_one")
    way.platform.later(2)
    swept()
    due_on = short.due_on
    short.refresh_from_db()
    assert (short.state, short.due_on) == ("open", due_on)
    assert platform_findings() == []


def test_a_difference_report_of_an_office_becomes_alarms(way: Recovery) -> None:
    number, day = way.money.rights[0].number, way.platform.day

    def sent(*rows: str) -> Any:
        text = "\n".join(("权利号,事实,日期,依据", *rows))
        file = way.platform.upload(way.workout, "差异.csv", text.encode())
        return way.do(way.workout, "alarm.import_report", None, file=file).answer

    tomorrow = day + timedelta(days=1)
    with pytest.raises(InputError) as caught:
        sent(
            f"ZL{number},权利终止,{day},公告 1",
            f"{number},不知何事,{day},公告 2",
            f"{number},权利终止,{tomorrow},公告 3",
        )
    assert [one.field for one in caught.value.problems] == ["rows[3].fact", "rows[4].day"]
    assert not LoanAlarm.objects.exists()
    plain = number.removeprefix("ZL").removeprefix("CN")
    answer = sent(f"ZL{plain},权利终止,{day},公告 1", f"ZL200010000000.0,权利终止,{day},公告 4")
    assert answer == {"rows": 2, "recorded": 1, "not_pledged": 1}
    way.platform.do(WORKER, "alarm.sweep")
    row = LoanAlarm.objects.get(code="lapsed")
    assert (row.subject, row.colour, row.evidence, row.times) == (number, "black", "公告 1", 1) and row.tasks
    sent(f"{plain},权利终止,{day},公告 1")
    assert LoanAlarm.objects.filter(code="lapsed").count() == 1
    with pytest.raises(InputError, match="缺少以下列|columns are missing"):
        way.do(
            way.workout, "alarm.import_report", None, file=way.platform.upload(way.workout, "a.csv", b"a,b\n1,2")
        )
    assert "alarm.import_report" in way.platform.client(way.workout).get("/recovery/alarms/").content.decode()
    assert platform_findings() == []


def test_two_rights_of_a_default_are_sold_apart(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = Recovery(sqlite_platform, monkeypatch, rights=2)
    way.late()
    way.demanded()
    first, second = (one.pk for one in way.money.rights)
    asked = {"way": "licence_back", "reason": "现值较高"}
    with pytest.raises(InputError, match=r"未质押|not pledged"):
        way.do(way.workout, "disposal.propose", way.case, **asked, rights=[second + 1])
    way.do(way.workout, "disposal.propose", way.case, **asked, rights=[first])
    with pytest.raises(InputError, match=r"其他处置项目|another disposal"):
        way.do(way.workout, "disposal.propose", way.case, **asked, rights=[first, second])
    way.do(way.workout, "disposal.propose", way.case, **asked)  # the other one
    one, other = DisposalProject.objects.order_by("pk")
    assert (one.rights, other.rights) == ([first], [second]) and one.number != other.number
    with pytest.raises(InputError, match=r"在办处置项目|open disposal"):
        way.do(way.workout, "disposal.propose", way.case, **asked)
    day = way.platform.day.isoformat()
    sale = {"buyer": "某受让公司", "price": "1000000.00", "costs": "0", "sold_on": day}
    for row, left in ((one, {"entered"}), (other, {"discharged"})):
        way.do(way.workout, "disposal.value", row, value="1200000.00", valued_on=day)
        way.do(way.approver, "disposal.approve", row, reserve="900000.00", opinion="同意")
        way.do(way.workout, "disposal.offer", row, step="list", evidence="挂牌公告")
        way.do(way.workout, "disposal.sell", row, **sale)
        way.do(way.workout, "disposal.transfer", row, record=f"过户{row.pk}")
        found = registrations_of(way.case.loan.case)
        assert {kept.status.value for kept in found} == left
        if row == one:  # the pledge of what remains stays in the register
            released = {right.number: right.released for kept in found for right in kept.rights}
            sold, kept_right = (right.number.removeprefix("ZL") for right in way.money.rights)
            assert released == {sold: True, kept_right: False}
    assert platform_findings() == []


def test_an_authority_sees_defaults_and_claims_of_its_region_as_sums_and_no_company(way: Recovery) -> None:
    way.late()
    way.demanded()
    claim = way.noticed(way.fund)
    case, region = way.case, way.case.firm.region
    late = way.platform.day + timedelta(days=400)
    found = region_figures(region, rulebook(), late)
    (row,) = found.defaults
    assert (row.cases, row.debt, row.carried) == (1, case.debt, case.carried)
    (payer,) = found.payers
    assert (payer.name, payer.claims, payer.late) == (way.fund.organisation.name, 1, int(claim.due_on is not None))
    assert (payer.claimed, payer.paid) == (claim.amount, claim.paid)
    way.platform.reseed(claim, state="clawed_back")
    (payer,) = region_figures(region, rulebook(), late).payers
    assert (payer.late, payer.clawed_back, payer.refused) == (0, 1, 0)
    assert region_figures("110000", rulebook(), late).defaults == ()
    office = way.platform.organisation(OrganisationKind.AUTHORITY, "某市知识产权局")
    way.platform.reseed(office, region=region)
    supervisor = way.platform.member(office, MemberRole.SUPERVISOR)
    for lang in ("zh", "en"):
        shown = way.platform.client(supervisor, lang).get("/authority/").content.decode()
        assert way.fund.organisation.name in shown
        assert case.firm.name not in shown and case.number not in shown and claim.number not in shown
    client = way.platform.client(supervisor)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/authority/?export=xlsx").content))
    assert list(book["各分担机构索赔"].values)[1][:5] == (way.fund.organisation.name, 1, 0, 0, 1)
    for address in (f"/recovery/cases/{case.pk}/", f"/recovery/claims/{claim.pk}/", "/recovery/claims/"):
        assert client.get(address).status_code in (403, 404), address
