"""Each condition of a release: met where all is in order, and open alone where its own fact is wrong."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from money_world import AMOUNT, PDF, Money

from completed_documents import completed
from zhirong.chain.financing.conditions import (
    ConditionWaiver,
    FilingFact,
    GuaranteeFact,
    PaperFact,
    ReleaseFacts,
    UseFact,
    release_conditions,
)
from zhirong.chain.pledge.registration import RegisterRole, Status
from zhirong.chain.quote.document import SCHEMA, QuoteDocument
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.contract.conditions import conditions_of
from zhirong.operations.declare import Call
from zhirong.operations.pledge import pledges
from zhirong.operations.rulebook import rulebook
from zhirong.store.blobs import path_of
from zhirong.store.financing import Appraisal, Loan, StoredFile

RULES = load_rulebook()
DAY = date(2026, 11, 25)
TEN_MILLION = 1_000_000_000
FILING = FilingFact(
    1, RegisterRole.MIRROR, Status.ENTERED, None, "Y2026", "a" * 64, True, frozenset({"k1", "k2"}), 100, date(2027, 11, 25)
)  # fmt: skip
FACTS = ReleaseFacts(
    day=DAY,
    papers=(PaperFact(same("借款合同"), (), True),),
    filings=(FILING,),
    contract_keys=frozenset({"k1", "k2"}),
    amount=100,
    approved=100,
    end=date(2027, 11, 25),
    grounds=(),
    needs_guarantee=True,
    guarantees=(GuaranteeFact("某担保", "granted", Decimal("0.8"), 100),),
    needs_insurance=True,
    insured_until=date(2027, 11, 25),
    appraised_until=DAY,
    months=12,
    uses=(UseFact("某供应商", 100, False),),
)


def open_codes(facts: ReleaseFacts) -> list[str]:
    return [one.code for one in release_conditions(facts, RULES) if not one.is_met]


def test_where_all_is_in_order_all_hold() -> None:
    found = release_conditions(FACTS, RULES)
    assert len(found) == 16 and all(one.is_met for one in found)
    assert all(one.rule.reference.as_text() and one.hint is None for one in found)


def _filing(**changes: Any) -> dict[str, Any]:
    return {"filings": (replace(FILING, **changes),)}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"papers": ()}, ["signed"]),
        ({"papers": (PaperFact(same("质押合同"), ("某银行",), True),)}, ["signed"]),
        ({"papers": (PaperFact(same("质押合同"), (), False),)}, ["signed"]),
        ({"filings": ()}, ["registered", "covered"]),
        (_filing(status=Status.FILED, keys=frozenset()), ["registered", "covered"]),
        (_filing(authority_number=""), ["registered"]),
        (_filing(certificate=""), ["registered"]),
        (_filing(is_certificate_kept=False), ["registered"]),
        (_filing(frozen_by="(2026)粤01执1号"), ["registered"]),
        (_filing(role=RegisterRole.RECORD, authority_number="", certificate=""), ["registered"]),
        (_filing(keys=frozenset({"k1"})), ["covered"]),
        (_filing(claim_amount=99), ["covered"]),
        (_filing(debt_end=date(2027, 11, 24)), ["covered"]),
        (_filing(debt_end=None), ["covered"]),
        ({"contract_keys": frozenset()}, ["covered"]),
        ({"grounds": (same("专利权已终止"),)}, ["no_ground"]),
        ({"guarantees": ()}, ["guaranteed"]),
        ({"guarantees": (GuaranteeFact("某担保", "reviewed", Decimal("0.8"), 100),)}, ["guaranteed"]),
        ({"guarantees": (GuaranteeFact("某担保", "granted", Decimal("0.8"), 99),)}, ["guaranteed"]),
        ({"guarantees": (GuaranteeFact("某担保", "granted", Decimal(0), 100),)}, ["guaranteed"]),
        ({"insured_until": None}, ["insured"]),
        ({"insured_until": date(2027, 11, 24)}, ["insured"]),
        ({"appraised_until": None}, ["appraised"]),
        ({"appraised_until": DAY - timedelta(days=1)}, ["appraised"]),
        ({"approved": 99}, ["within_approval"]),
        ({"amount": 0}, ["within_approval"]),
        ({"suspended": ("某企业",)}, ["parties"]),
        ({"unsettled": (same("征信提示"),)}, ["settled"]),
        ({"months": 36}, []),
        ({"months": 37}, ["term"]),
        ({"months": 60, "slow_cash_cycle": "工程款两年回收"}, []),
        ({"months": 61, "slow_cash_cycle": "工程款两年回收"}, ["term"]),
        ({"months": 12, "repays_by_parts": False}, []),
        ({"months": 13, "repays_by_parts": False}, ["instalments"]),
        ({"uses": ()}, ["use_shown"]),
        ({"uses": (UseFact("甲", 99, False),)}, ["use_shown"]),
        ({"uses": (UseFact("甲", 60, False),), "annex": 40}, []),
        ({"uses": (UseFact("甲", 59, False),), "annex": 40}, ["use_shown"]),
        ({"uses": (UseFact("甲", TEN_MILLION, False),)}, []),
        ({"uses": (UseFact("甲", TEN_MILLION, False), UseFact("甲", 1, False))}, ["entrusted"]),
        ({"uses": (UseFact("甲", TEN_MILLION, True), UseFact("甲", 1, False))}, []),
        ({"uses": (UseFact("甲", TEN_MILLION, False), UseFact("乙", TEN_MILLION, False))}, []),
        ({"fixed": (same("权利被冻结"),)}, ["secured"]),
    ],
)
def test_each_condition_is_open_for_its_own_reason(changes: dict[str, Any], codes: list[str]) -> None:
    facts = replace(FACTS, **changes)
    assert open_codes(facts) == codes
    for one in release_conditions(facts, RULES):
        if not one.is_met:
            problem = one.problem()
            assert problem.reason.zh and problem.reason.en and problem.hint.zh and problem.hint.en
            assert one.rule.reference.as_text() in problem.reason.zh


def test_without_guarantor_or_insurer_neither_is_asked_for() -> None:
    facts = replace(FACTS, needs_guarantee=False, guarantees=(), needs_insurance=False, insured_until=None)
    assert open_codes(facts) == []


def test_a_registered_record_needs_its_number_only() -> None:
    record = _filing(
        role=RegisterRole.RECORD, number=7, authority_number="", certificate="", is_certificate_kept=False
    )
    assert open_codes(replace(FACTS, **record)) == []


def test_a_waiver_covers_the_reason_that_it_was_given_for_and_no_other() -> None:
    facts = replace(FACTS, uses=())
    (found,) = [one for one in release_conditions(facts, RULES) if not one.is_met]
    waiver = ConditionWaiver(found.reason.zh, "款项用于发放工资，次日补交", "王行长", DAY)
    waived = replace(facts, waivers={"use_shown": waiver})
    assert open_codes(waived) == []
    (one,) = [one for one in release_conditions(waived, RULES) if one.verdict == "waived"]
    assert one.waiver == waiver and one.as_json()["waiver"] == {
        "why": waiver.why, "by": waiver.by, "on": "2026-11-25",
    }  # fmt: skip
    assert open_codes(replace(waived, uses=(UseFact("甲", 1, False),))) == ["use_shown"]
    never = replace(FACTS, approved=99)
    (found,) = [one for one in release_conditions(never, RULES) if not one.is_met]
    assert open_codes(replace(never, waivers={"within_approval": replace(waiver, of=found.reason.zh)})) == [
        "within_approval"
    ]


# -- on the platform --------------------------------------------------------------------------------------------


def open_now(money: Money) -> list[str]:
    return [one.code for one in conditions_of(money.fresh(), money.platform.day, rulebook()) if not one.is_met]


def demand_refused(money: Money, *codes: str) -> None:
    with pytest.raises(InputError) as told:
        money.on_case(money.officer, "case.disburse")
    assert {one.code for one in told.value.problems} == {f"condition_{code}" for code in codes}
    assert not Loan.objects.exists()


def test_a_release_names_all_that_is_open(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    money.sign()
    demand_refused(money, "registered", "covered")
    money.register()
    assert open_now(money) == []
    platform.reseed(money.appraisal, valid_until=platform.day - timedelta(days=1))
    platform.reseed(money.firm, status="suspended")
    demand_refused(money, "appraised", "parties")


def test_a_right_that_has_lapsed_since_stops_the_release(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    right = money.rights[0]
    lapsed = {**right.facts, "status": "lapsed", "ended_date": platform.day.isoformat()}
    platform.reseed(right, facts=lapsed)
    platform.later(1)
    assert open_now(money) == ["no_ground"]
    demand_refused(money, "no_ground")


def test_our_own_pledge_is_no_ground_against_itself(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    right = money.rights[0]
    platform.reseed(right, facts={**right.facts, "flags": ["pledged"]})
    assert open_now(money) == []


@pytest.mark.parametrize("which", ["contract", "certificate"])
def test_a_file_that_was_tampered_with_stops_the_release(platform, monkeypatch, which: str) -> None:
    from zhirong.store.settings import DATA

    money = Money(platform, monkeypatch)
    money.ready()
    assert open_now(money) == []
    if which == "contract":
        place = path_of(money.papers()[0].sha256, DATA)
    else:
        place = path_of(StoredFile.objects.get(paper="registration_certificate").sha256, DATA)
    whole = place.read_bytes()
    place.write_bytes(whole.replace(b"PDF", b"pdf", 1))
    demand_refused(money, "signed" if which == "contract" else "registered")
    place.write_bytes(whole)
    assert open_now(money) == []


def test_a_guarantee_for_less_stops_the_release(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, guaranteed=True)
    money.ready()
    platform.reseed(money.guarantee, amount=AMOUNT - 1)
    demand_refused(money, "guaranteed")


def test_a_mode_with_an_insurer_asks_for_its_policy(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    quote = {
        "schema": SCHEMA,
        "gates": [],
        "modes": [
            {
                "id": money.case.mode,
                "conditions": [],
                "full_loss": [{"party": "insurer", "amount": "1.00"}],
                "title": Text("甲", "a").as_json(),
            }
        ],
    }
    platform.reseed(money.fresh(), quote=completed(QuoteDocument, quote))
    demand_refused(money, "insured")
    ticket = platform.upload(money.officer, "保单.pdf", PDF)
    until = platform.day + timedelta(days=400)
    money.on_case(
        money.officer, "insurance.record", insurer="某财险", policy="P1", until=until.isoformat(), file=ticket
    )
    assert open_now(money) == []


def test_a_pilot_registered_here_needs_the_registrars_entry(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    money.sign()
    money.on_case(money.officer, "filing.prepare", role="record", pilot_basis="某市试点办法")
    money.on_case(money.officer, "filing.file")
    assert open_now(money) == ["registered", "covered"]
    filing = money.fresh().filing
    by = Call(register_actor("registrar", Capacity.REGISTRAR), platform.now, "r1")
    pledges.examine(by, filing)
    pledges.register(replace(by, key="r2"), filing)
    assert open_now(money) == []
    money.on_case(money.officer, "case.disburse")


def test_rights_of_two_registers_are_filed_with_both(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    mark = platform.right(money.firm, kind="trademark", number="12345678", title="泾水")
    facts = {name: mark.facts[name] for name in ("kind", "number", "title", "holders")}
    facts |= {"registration_date": "2016-05-07", "term_end_date": "2036-05-06", "goods_classes": [11]}
    platform.reseed(mark, facts=facts)
    platform.reseed(money.case, rights=[*money.case.rights, mark.pk])
    money.issue()
    money.sign()
    money.on_case(money.officer, "filing.prepare", papers=["identity"], related_marks="无")
    filings = money.fresh().contract["filings"]
    assert len(filings) == 2
    with pytest.raises(InputError) as told:
        money.on_case(money.officer, "filing.prepare")
    assert told.value.problems[0].code == "filed_already"
    money.on_case(money.officer, "filing.withdraw", reason="改清单")
    money.on_case(money.officer, "filing.prepare", papers=["identity"], related_marks="无")
    money.on_case(money.officer, "filing.file")
    first, second = money.fresh().contract["filings"][-2:]
    for filing in (first, second):
        assert "registered" in open_now(money)
        money.on_case(
            money.officer, "filing.record", filing=filing, authority_number=f"N{filing}",
            day=platform.day.isoformat(), certificate=platform.upload(money.officer, "证.pdf", PDF + b"%d" % filing),
        )  # fmt: skip
        money.check_record(filing)
    assert open_now(money) == []
    with pytest.raises(InputError) as told:
        money.on_case(money.officer, "filing.withdraw", reason="已登记")
    assert told.value.problems[0].code == "nothing_open"


def test_a_report_that_was_withdrawn_leaves_nothing_to_release_on(platform, monkeypatch) -> None:
    """Neither an online appraisal beside it nor what the firm typed: the decision rested on the report."""
    money = Money(platform, monkeypatch)
    money.ready()
    day = platform.day
    platform.reseed(money.fresh(), appraisal_input={"valuation_date": day.isoformat()})
    values = {
        "firm": money.firm,
        "case": money.case,
        "grade": "formal",
        "purpose": "pledge",
        "rights": money.case.rights,
        "valuation_date": day,
        "valid_until": day + timedelta(days=300),
    }
    report = platform.seed(Appraisal, state="signed", signed_on=day, **values)
    assert open_now(money) == []
    platform.reseed(report, state="withdrawn", withdrawn_on=day, valid_until=day)
    assert open_now(money) == ["appraised"]
    demand_refused(money, "appraised")
    platform.seed(Appraisal, state="signed", signed_on=day + timedelta(days=1), **values)
    assert open_now(money) == []


def _filed(money: Money) -> int:
    money.issue()
    money.sign()
    money.on_case(money.officer, "filing.prepare")
    money.on_case(money.officer, "filing.file")
    return int(money.fresh().contract["filings"][0])


def _record(money: Money, filing: int, day: date, certificate: bytes) -> None:
    ticket = money.platform.upload(money.officer, "登记通知书.pdf", certificate)
    money.on_case(
        money.officer, "filing.record", filing=filing, authority_number=f"N{filing}",
        day=day.isoformat(), certificate=ticket,
    )  # fmt: skip


def test_a_certificate_proves_one_registration_and_none_before_its_contract(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    first = Money(platform, monkeypatch)
    first.ready()
    second = Money(platform, monkeypatch)
    filing = _filed(second)
    for day, content, code in (
        (platform.day, PDF + str(first.case.contract["filings"][0]).encode(), "certificate_used"),
        (platform.day - timedelta(days=1), PDF + b"own", "before_the_contract"),
    ):
        with pytest.raises(InputError) as told:
            _record(second, filing, day, content)
        assert [one.code for one in told.value.problems] == [code]
    _record(second, filing, platform.day, PDF + b"own")
    second.check_record(filing)
    second.on_case(second.officer, "case.disburse")


def test_nothing_is_contracted_for_a_firm_that_is_suspended(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    sqlite_platform.reseed(money.firm, status="suspended")
    with pytest.raises(InputError) as told:
        money.issue()
    assert [one.code for one in told.value.problems] == ["party_suspended"]
