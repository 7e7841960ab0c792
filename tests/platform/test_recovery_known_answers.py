"""Known answers through the platform's operations, to the fen: late claims, re-guarantee, breaker, security, ranks, write-off."""

import json
from dataclasses import replace
from datetime import date

import pytest
from platform_world import Platform
from recovery_world import PayerDesk, Recovery

from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan, yuan
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.recovery import disposals
from zhirong.operations.recovery.books import books_of_case
from zhirong.operations.recovery.pool_meters import meters_of
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Appraisal, FirmRight, Paper
from zhirong.store.recovery import DefaultCase, DisposalProject, Recourse, WriteOffFile

_TABLES = ("contract", "events")


def _world(platform: Platform, monkeypatch: pytest.MonkeyPatch, mode: str) -> Recovery:
    way = Recovery(platform, monkeypatch, mode)
    way.late()
    way.demanded()
    return way


def _carried(way: Recovery, case: DefaultCase) -> dict[str, str]:
    books = books_of_case(DefaultCase.objects.get(pk=case.pk), way.platform.day, rulebook())
    return {role: yuan(amount) for role, amount in books.carried.items()}


def test_e02_a_late_claim_takes_room_back(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = _world(sqlite_platform, monkeypatch, "guangzhou-5311")
    kinds = (OrganisationKind.FUND, OrganisationKind.INSURER, OrganisationKind.GUARANTOR, OrganisationKind.FUND)
    parties = ("fund", "insurer", "guarantor", "disposal_fund")
    payers = [PayerDesk(way.platform, k, party, f"{party}机构") for k, party in zip(kinds, parties, strict=True)]
    lost = (
        ("L1", date(2021, 2, 1), "4800000.00", "4800000.00", "60000.00"),
        ("L2", date(2021, 5, 10), "4000000.00", "3333333.33", "12345.67"),
        ("L3", date(2021, 9, 1), "3000000.00", "2876543.21", "41000.00"),
    )
    loans = {}
    for number, start, lent, principal, interest in lost:
        loans[number] = way.another(number, start, lent)
        way.stated(loans[number], principal=principal, interest=interest)
    paid = []
    for number in ("L3", "L2", "L1"):
        way.platform.later(1)
        for payer in payers:
            way.file(loans[number], payer)
        paid.append([yuan(way.pay(loans[number], payer).paid) for payer in payers])
    assert paid == [
        ["1438271.61", "862962.96", "287654.32", "287654.32"],
        ["1666666.67", "1000000.00", "333333.33", "333333.33"],
        ["2400000.00", "1440000.00", "480000.00", "480000.00"],
    ]
    # The earlier loan takes the room of the third: what was paid too much goes back.
    way.night()
    back = [yuan(way.claim_of(loans["L3"], payer).due_back) for payer in payers]
    assert back == ["862962.97", "517777.78", "172592.59", "172592.59"]
    third = DefaultCase.objects.get(loan=loans["L3"])
    way.platform.later(30)
    way.receive("300000.07", "20000.00", "pledge", loans["L3"])
    way.receive("1000000.00", "55555.55", "pledge", loans["L1"])
    ends = [_carried(way, DefaultCase.objects.get(loan=loans[number])) for number in loans]
    together = {role: sum(parse_yuan(one[role]) for one in ends) for role in ("lender", *parties)}
    assert {role: yuan(amount) for role, amount in together.items()} == {
        "lender": "1671271.56",
        "fund": "4113753.06",
        "insurer": "2468251.83",
        "guarantor": "822750.62",
        "disposal_fund": "822750.62",
    }
    assert third.debt and platform_findings() == []


def test_e03_recourse_and_re_guarantee(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = _world(sqlite_platform, monkeypatch, "national-4222")
    firm, province, national = (
        PayerDesk(way.platform, OrganisationKind.GUARANTOR, party, f"{party}公司")
        for party in ("guarantor", "reguarantor", "national_fund")
    )
    loan = way.another("S1", date(2025, 3, 20), "5000000.00")  # in force from 2025-03-01
    case = way.stated(loan, principal="4321098.76", interest="33333.33")
    way.platform.later(5)
    assert yuan(way.file(loan, firm).amount) == "3456879.00"
    way.pay(loan, firm)
    way.platform.later(17)
    way.receive("50000.00", loan=loan)
    assert yuan(way.claim_of(loan, firm).due_back) == "40000.00"
    way.do(way.workout, "claim.return", way.claim_of(loan, firm), **way.transfer(4_000_000))
    for payer in (province, national):
        to = {"payer": payer.organisation.pk, "party": payer.party}
        way.do(firm.officer, "claim.open", DefaultCase.objects.get(pk=case.pk), **to)
        papers = {code: {"file": 0, "name": "见附件"} for code in way.claim_of(loan, firm).papers}
        way.platform.reseed(way.claim_of(loan, payer), papers=papers)
        way.do(firm.officer, "claim.file", way.claim_of(loan, payer))
        assert yuan(way.pay(loan, payer).paid) == "854219.75"
    way.platform.later(150)
    way.receive("356789.00", "41230.15", "pledge", loan)
    way.platform.later(140)
    way.receive("120000.00", loan=loan)
    assert _carried(way, case) == {
        "lender": "800441.32",
        "guarantor": "1534215.96",
        "reguarantor": "767107.98",
        "national_fund": "767107.98",
    }


def test_e04_licence_back(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guarantor repays, takes the right, licenses it back: fees, some late, and the firm buys back; or it is sold."""
    way = _world(sqlite_platform, monkeypatch, "beijing-zrt")
    guarantor = PayerDesk(way.platform, OrganisationKind.GUARANTOR, "guarantor", "北京某担保公司")
    ends = []
    for number in ("BJ1", "BJ2"):
        loan = way.another(number, date(2025, 3, 1), "8500000.00")
        case = way.stated(loan, principal="8500000.00", interest="230432.10", costs="35000.00")
        way.platform.later(1)
        way.file(loan, guarantor)
        assert yuan(way.pay(loan, guarantor).paid) == "8765432.10"
        recourse = Recourse.objects.get(claim__loan=loan)
        title = {"value": "8765432.10", "reference": "评估报告 8,790,000.00", "record": "过户1"}
        way.do(guarantor.officer, "recourse.take_title", recourse, day=way.platform.day.isoformat(), **title)

        def money(kind: str, amount: str, recourse: Recourse = recourse, **more: str) -> None:
            way.platform.later(1)
            given = {
                "kind": kind,
                "amount": amount,
                "day": way.platform.day.isoformat(),
                "evidence": "凭证",
                **more,
            }
            way.do(guarantor.officer, "recourse.right_money", Recourse.objects.get(pk=recourse.pk), **given)

        for _ in range(3):
            money("licence_fee", "262962.96")
        money("upkeep", "4000.00")
        if number == "BJ1":
            money("licence_fee", "788888.88", late="21457.78")
            money("licence_fee", "262962.96")
            money("upkeep", "4000.00")
            money("licence_fee", "262962.96")
            money("right_sold", "7450617.29")
        else:
            money("right_sold", "3050000.00", costs="152500.00")
        ends.append(_carried(way, case)["guarantor"])
        with pytest.raises(ForbiddenError):
            money("upkeep", "1.00")  # it holds the right no more
    assert ends == ["-802346.65", "5083043.22"]
    assert way.platform.client(guarantor.officer).get(f"/recovery/recourse/{recourse.pk}/").status_code == 200


def test_e09_the_breaker_pauses_and_the_ceiling_leaves_room(
    sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = _world(sqlite_platform, monkeypatch, "guangzhou-2025")
    fund = PayerDesk(way.platform, OrganisationKind.FUND, "fund", "广州某资金")
    figures = (
        ("2026-01-05", "entered", "100000000.00"),
        ("2026-02-20", "lost", "1800000.00"),
        ("2026-04-01", "entered", "40000000.00"),
        ("2026-04-15", "lost", "2700000.00"),
        ("2026-05-10", "recovered", "300000.00"),
        ("2026-05-20", "entered", "10000000.00"),
        ("2026-06-01", "lost", "3500000.00"),
        ("2026-11-30", "entered", "1000000.00"),
    )
    common = {"mode": "guangzhou-2025", "lender": str(way.money.bank.pk), "evidence": "季报"}
    for day, kind, amount in figures:
        way.do(fund.officer, "pool.report", None, day=day, kind=kind, amount=amount, **common)
    # What somebody without a part in the mode reports counts nowhere.
    way.do(way.insurer.officer, "pool.report", None, day="2026-01-06", kind="lost", amount="90000000.00", **common)
    lost = (
        ("A", date(2026, 3, 1), "4000000.00", "3999999.99", "1999999.99"),
        ("B", date(2026, 4, 15), "2000000.00", "1500000.01", "750000.00"),
        ("C", date(2026, 4, 16), "3000000.00", "2222222.22", "0.00"),
        ("D", date(2026, 5, 10), "1000000.00", "700000.00", "0.00"),
        ("E", date(2026, 5, 11), "5000000.00", "4444444.44", "2222222.22"),
        ("F", date(2026, 6, 2), "900000.00", "900000.00", "0.00"),
        ("G", date(2025, 11, 3), "1000000.00", "1000000.00", "500000.00"),
    )
    for number, start, lent, principal, pays in lost:
        loan = way.another(number, start, lent)
        way.stated(loan, principal=principal)
        assert yuan(way.file(loan, fund).amount) == pays, number
        if pays == "0.00":
            with pytest.raises(InputError, match="not_paused"):
                way.do(fund.officer, "claim.accept", way.claim_of(loan, fund), opinion="同意")
            way.do(fund.officer, "claim.refuse", way.claim_of(loan, fund), check="not_paused", reason="暂停期放款")
        else:
            assert yuan(way.pay(loan, fund).paid) == pays
    whole = {"mode": "guangzhou-2025", "evidence": "年报", "day": way.platform.day.isoformat()}
    way.do(fund.officer, "pool.report", None, kind="released", amount="200000000.00", **whole)
    way.do(fund.officer, "pool.report", None, kind="paid_out", amount="9900000.00", **whole)
    meter = meters_of(fund.organisation.pk, way.platform.day, rulebook())[0]
    assert meter.threshold == "3.0000 %" and yuan(meter.ceiling or 0) == "100000.00"
    # 15 亿 for the loans of each year: less 500,000.00 of those of 2025, less 4,972,222.21 of those of 2026.
    assert [yuan(cap.left) for cap in meter.caps] == ["1499500000.00", "1495027777.79"]
    # The plan for ordinary business states 4 % itself: 200 m × 4 % − 7.9 m; the rule's 5 % is for modes that state none.
    own = {**whole, "mode": "national-4222"}
    way.do(fund.officer, "pool.report", None, kind="released", amount="200000000.00", **own)
    way.do(fund.officer, "pool.report", None, kind="paid_out", amount="7900000.00", **own)
    assert [yuan(one.ceiling or 0) for one in meters_of(fund.organisation.pk, way.platform.day, rulebook())] == [
        "100000.00",
        "100000.00",
    ]
    for lang in ("zh", "en"):
        assert way.platform.client(fund.officer, lang).get("/recovery/pool/").status_code == 200
    claim = way.claim_of(loan, fund)
    page = way.platform.client(fund.officer).get(f"/recovery/claims/{claim.pk}/").content.decode()
    assert (
        "1,495,027,777.79" in page
        and "1,495,027,777.79"
        not in way.platform.client(way.workout).get(f"/recovery/claims/{claim.pk}/").content.decode()
    )


def test_e10_the_demand_for_further_security(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patent of 5,400,000.00 of 9,000,000.00 is declared invalid; the loan of 6,000,000.00 may be 70 % of the value."""
    way = Recovery(sqlite_platform, monkeypatch)
    loan, financing = way.loan, way.loan.case
    of_six = {
        name: json.loads(json.dumps(getattr(loan, name)).replace("2000000.00", "6000000.00")) for name in _TABLES
    }
    way.platform.reseed(loan, principal=600_000_000, **of_six)
    rights = [FirmRight.objects.get(pk=financing.rights[0]), *(way.platform.right(loan.firm) for _ in range(2))]
    way.platform.reseed(financing, rights=[one.pk for one in rights])
    whole = Appraisal.objects.get(case=financing)
    way.platform.reseed(whole, rights=[rights[0].pk], p50=540_000_000)
    for right, value in zip(rights[1:], (270_000_000, 90_000_000), strict=True):
        kept = {
            name: getattr(whole, name) for name in ("firm", "case", "grade", "state", "purpose", "valuation_date")
        }
        way.platform.seed(Appraisal, **kept, rights=[right.pk], p10=value, p50=value, p90=value)
    asked = {"ground": "专利 1 被宣告全部无效", "answer_days": "15"}
    with pytest.raises(InputError, match=r"no_shortfall|未低于|not below"):
        way.do(way.workout, "security.demand", way.loan, **asked)
    today = way.platform.day.isoformat()
    fact = {"code": "invalid_whole", "right": rights[0].number, "day": today, "evidence": "决定书"}
    way.do(way.workout, "alarm.record", way.loan, **fact)
    answer = way.do(way.workout, "security.demand", way.loan, **asked).answer
    assert (answer["missing_value"], answer["missing_cash"]) == ("4971428.58", "3480000.00")
    letter = Paper.objects.get(kind="security_demand")
    assert (letter.facts["value_before"], letter.facts["value_now"]) == (900_000_000, 360_000_000)
    assert way.platform.client(way.money.manager).get(f"/papers/{letter.pk}/").status_code == 200


def test_e12_two_pledges_by_rank(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    way = _world(sqlite_platform, monkeypatch, "zhongshan")
    way.platform.reseed(way.loan, principal=300_000_000)
    way.stated(principal="2050000.00", interest="56789.01", penalty="12345.67", costs="25000.00")
    real = disposals.registrations_of
    highest = parse_yuan("2100000.00")
    monkeypatch.setattr(
        disposals,
        "registrations_of",
        lambda case: [replace(one, claim_amount=highest, entered_on=date(2024, 3, 1)) for one in real(case)],
    )
    way.do(way.workout, "disposal.propose", way.case, way="judicial_sale", reason="依法拍卖")
    row = DisposalProject.objects.get()
    today = way.platform.day.isoformat()
    for price, left, surplus in (("2612345.67", "319896.36", "0.00"), ("3333333.33", "823432.10", "176437.23")):
        sold = {
            "state": "transferred",
            "price": parse_yuan(price),
            "costs": parse_yuan("43841.35"),
            "sold_on": today,
        }
        way.platform.reseed(row, **sold)
        row.refresh_from_db()
        way.do(way.workout, "disposal.serve_table", row, others="B银行 2024-09-01 900000.00 823432.10")
        row.refresh_from_db()
        table = row.result["table"]
        assert [yuan(one["paid"]) for one in table["ranks"]] == ["2100000.00", left]
        assert yuan(table["surplus"]) == surplus
    assert Paper.objects.filter(kind="distribution_table").count() == 2


def test_e14_write_off_and_the_surplus_of_the_day(
    sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = _world(sqlite_platform, monkeypatch, "zhuhai")
    fund = PayerDesk(way.platform, OrganisationKind.FUND, "fund", "珠海某资金")
    case = way.stated(principal="1500000.00", interest="43210.98", penalty="11111.11")
    way.platform.later(1)
    assert yuan(way.file(way.loan, fund).amount) == "600000.00"
    way.platform.later(30)
    way.pay(way.loan, fund)
    papers = [
        "contracts",
        "class_record",
        "suit_papers",
        "disposal_result",
        "returns",
        "responsibility",
        "exemption",
    ]
    way.do(way.workout, "default.propose_write_off", way.case, ground="损失类", papers=papers)
    way.do(way.approver, "default.write_off", way.case, opinion="同意")
    file = WriteOffFile.objects.get()
    assert file.state == "kept" and yuan(file.amount) == "1554322.09" and file.due_on is not None
    way.platform.later(60)
    way.receive("400000.00", "23456.78", "pledge")
    assert yuan(way.claim_of(way.loan, fund).due_back) == "150617.29"
    way.platform.later(60)
    today = way.platform.day.isoformat()
    way.do(way.workout, "default.record_growth", way.case, kind="accrued_penalty", day=today, amount="61234.50")
    with pytest.raises(InputError, match=r"released|清偿"):
        way.do(way.approver, "write_off.close", file, opinion="同意")
    way.receive("1300000.00")
    books = books_of_case(way.case, way.platform.day, rulebook())
    surplus = [yuan(one.amount) for one in books.steps if "surplus" in one.title.en]
    assert surplus == ["60986.63"] and sum(books.debt.values()) == 0
    assert yuan(way.claim_of(way.loan, fund).due_back) == "600000.00"
    assert set(_carried(way, case).values()) == {"0.00"}
    way.do(way.workout, "write_off.review", WriteOffFile.objects.get(), result="已全部清偿")
    way.do(way.approver, "write_off.close", WriteOffFile.objects.get(), opinion="同意")
    assert WriteOffFile.objects.get().state == "closed"
    for address in ("/recovery/write-offs/", f"/recovery/write-offs/{file.pk}/", f"/recovery/cases/{case.pk}/"):
        assert way.platform.client(way.workout).get(address).status_code == 200
