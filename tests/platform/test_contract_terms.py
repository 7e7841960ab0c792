"""Terms of a platform contract on days off, rates, instalments and maximum amounts, and its servicing."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from money_world import Money

from zhirong.documents.financing.contracts import guarantee_contract, loan_contract, pledge_contract
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.contract.conditions import conditions_of
from zhirong.operations.contract.contracts import planned_rows, read_contract
from zhirong.operations.declare import OPERATIONS, Call
from zhirong.operations.loan.loans import state_of
from zhirong.operations.pledge import orders
from zhirong.operations.rulebook import rulebook
from zhirong.store import rows

RULES = load_rulebook()


def codes(refused) -> list[tuple[str, str]]:
    return sorted((one.field, one.code) for one in refused.value.problems)


def loan_of(money: Money) -> dict:
    return money.fresh().contract["loan"]


def open_now(money: Money) -> list[str]:
    return [one.code for one in conditions_of(money.fresh(), money.platform.day, rulebook()) if not one.is_met]


def test_the_form_asks_for_days_off_link_day_count_and_first_due_day() -> None:
    asked = {"shift", "end_shift", "rate_kind", "spread_bp", "reset", "day_count", "first_due", "first_period"}
    asked |= {"grace_days", "compound_rate", "with_english"}
    assert asked <= set(OPERATIONS["contract.issue"].request.model_fields)


def test_a_due_day_in_the_national_holiday_is_paid_in_time_after_it(sqlite_platform, monkeypatch) -> None:
    """Civil Code 203 and 204: nothing is overdue while the days off last, and nothing on the first working day."""
    platform = sqlite_platform
    platform.set_day(date(2026, 7, 1))
    money = Money(platform, monkeypatch, term=6, cycle="3M")
    money.released()
    assert loan_of(money)["shift"] == "following"
    loan = money.loan
    assert [row["due"] for row in planned_rows(loan.contract, RULES, platform.day)][0] == "2026-10-08"
    for day, late in ((date(2026, 10, 1), 0), (date(2026, 10, 8), 0), (date(2026, 10, 9), 1)):
        assert state_of(loan, day, RULES).days_overdue == late, day


@pytest.mark.parametrize("shift", ["none", "following"])
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day(sqlite_platform, monkeypatch, shift) -> None:
    platform = sqlite_platform
    platform.set_day(date(2026, 8, 3))
    money = Money(platform, monkeypatch, term=2, method="interest_with_principal", cycle="")
    money.issue(shift=shift)
    planned = planned_rows(money.fresh().contract, RULES, platform.day)
    assert loan_of(money)["end"] == "2026-10-03"
    assert planned[-1]["due"] == "2026-10-08"


def test_the_contract_prints_what_is_agreed(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.issue(shift="preceding", day_count="act_365", first_due="2027-01-20")
    facts = money.papers()[0].facts
    assert (facts["shift"], facts["day_count"], facts["schedule"][0]["due"]) == (
        "preceding",
        "act_365",
        "2027-01-20",
    )
    words = {one: facts["clauses"][one]["law"] for one in ("loan.days_off", "loan.entrusted")}
    assert "第二百零三条" in words["loan.days_off"] and "未确认" in words["loan.entrusted"]


def test_a_linked_rate_begins_at_what_was_approved_and_follows_the_published_one(
    sqlite_platform, monkeypatch
) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.issue(rate_kind="lpr_one_year", reset="3M")
    loan = loan_of(money)
    assert loan["linked"] == {"index": "lpr_one_year", "spread_bp": "135", "published": "0.03", "reset": "3M"}
    terms = read_contract(money.fresh().contract, [], RULES).contract.terms
    assert (terms.rate.spread_bp, loan["rate"]) == (Decimal(135), "0.0435")
    money.sign()
    money.register()
    money.on_case(money.officer, "case.disburse")
    money.pay(money.loan.principal, "release")
    page = platform.client(money.officer).get(f"/loans/{money.loan.pk}/")
    assert page.status_code == 200 and "LPR" in page.content.decode()


def test_above_a_year_a_bullet_loan_fixes_instalments(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch, term=24, cycle="3M")
    with pytest.raises(InputError) as refused:
        money.issue()
    assert [one.code for one in refused.value.problems] == ["condition_instalments"]
    with pytest.raises(InputError) as refused:
        money.issue(instalment="2000000.00")
    assert codes(refused) == [("instalment", "instalments_too_large")]
    money.issue(instalment="100000.00")
    planned = planned_rows(money.fresh().contract, RULES, platform.day)
    parts = [row["principal"] for row in planned]
    assert parts[:-1] == [10_000_000] * 7 and sum(parts) == money.case.approved_amount
    assert parts[-1] == money.case.approved_amount - 7 * 10_000_000
    assert open_now(money) == ["signed", "registered", "covered"]


def test_a_term_above_three_years_needs_a_slow_cash_cycle(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch, term=48, method="equal_principal", cycle="3M")
    with pytest.raises(InputError) as refused:
        money.issue()
    assert [one.code for one in refused.value.problems] == ["condition_term"]
    money.issue(slow_cash_cycle="设备交付后分三年收款")
    assert "term" not in open_now(money)


def test_what_belongs_together_is_stated_together(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    for terms, wrong in (
        ({"maximum_amount": "3000000.00"}, [("claims_until", "missing")]),
        ({"claims_until": "2028-01-01"}, [("maximum_amount", "missing")]),
        ({"maximum_amount": "1.00", "claims_until": "2028-01-01"}, [("maximum_amount", "maximum_too_small")]),
        ({"dispute": "arbitration"}, [("arbitration_body", "missing")]),
        ({"dispute": "duel"}, [("dispute", "literal_error")]),
    ):
        with pytest.raises(InputError) as refused:
            money.issue(**terms)
        assert codes(refused) == wrong, terms


def test_a_drawing_under_a_maximum_amount_pledge_after_a_known_freeze_is_blocked(
    sqlite_platform, monkeypatch
) -> None:
    """A freeze that is lifted again does not undo it: the claims are fixed (Civil Code 423(4), 439)."""
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.issue(maximum_amount="3000000.00", claims_until=(platform.day + timedelta(days=700)).isoformat())
    money.sign()
    money.register()
    filing = int(money.fresh().filing)
    one = rows.load(filing)
    assert (str(one.claim_kind), one.claim_amount) == ("maximum_amount", 300_000_000) and open_now(money) == []
    court = Call(register_actor("court", Capacity.COURT), platform.now, "freeze-1")
    orders.court_order_on_registration(court, filing, "(2026)陕01执12号", "freeze")
    assert set(open_now(money)) >= {"registered", "secured"}
    orders.court_order_on_registration(
        Call(register_actor("court", Capacity.COURT), platform.now, "freeze-2"),
        filing,
        "(2026)陕01执12号之一",
        "unfreeze",
    )
    assert open_now(money) == ["secured"]
    with pytest.raises(InputError) as refused:
        money.on_case(money.officer, "case.disburse")
    assert [one.code for one in refused.value.problems] == ["condition_secured"]
    assert "四百二十三" in refused.value.problems[0].reason.zh


def test_days_of_grace_and_the_rate_of_compound_interest_are_serviced(sqlite_platform, monkeypatch) -> None:
    """Three days late within five days of grace: late, without penalty. Later it bears penalty from the due day."""
    platform = sqlite_platform
    platform.set_day(date(2026, 7, 1))
    money = Money(platform, monkeypatch, term=6, cycle="3M")
    money.issue(grace_days=5, compound_rate="contract")
    servicing = money.fresh().contract["servicing"]
    assert (servicing["grace_days"], servicing["compound_within_term"]) == (5, "contract")
    money.sign()
    money.register()
    money.on_case(money.officer, "case.disburse")
    money.pay(money.loan.principal, "release")
    loan = money.loan
    first = date.fromisoformat(planned_rows(loan.contract, RULES, platform.day)[0]["due"])
    assert read_contract(loan.contract, [], RULES).contract.grace_days == 5
    late = state_of(loan, first + timedelta(days=3), RULES)
    assert late.days_overdue == 3
    page = platform.client(money.officer).get(f"/loans/{loan.pk}/").content.decode()
    assert "罚息宽限期 5 日" in page


def test_the_last_day_and_the_first_period_are_agreed_apart(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    platform.set_day(date(2026, 8, 3))
    money = Money(platform, monkeypatch, term=2, method="level_payment", cycle="1M")
    money.issue(shift="none", end_shift="none", first_due="2026-09-10", first_period="on_top")
    assert {"end_shift": "none", "first_period": "on_top"}.items() <= loan_of(money).items()
    planned = planned_rows(money.fresh().contract, RULES, platform.day)
    assert planned[-1]["due"] == "2026-10-03"
    assert planned[0]["principal"] + planned[0]["interest"] > planned[1]["principal"] + planned[1]["interest"]


def test_the_spread_is_stated_by_the_lender_and_gives_the_rate_approved(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    with pytest.raises(InputError) as refused:
        money.issue(rate_kind="lpr_one_year", spread_bp="100", reset="3M")
    assert codes(refused) == [("spread_bp", "not_the_spread_approved")]
    assert "135" in refused.value.problems[0].hint.zh
    money.issue(rate_kind="lpr_one_year", spread_bp="135", reset="3M")
    assert loan_of(money)["linked"]["spread_bp"] == "135"


def printed(facts) -> str:
    return json.dumps([loan_contract(facts).blocks], ensure_ascii=False)


def test_what_is_agreed_and_what_is_only_usual_is_printed(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    money.issue(grace_days=5, compound_rate="contract", end_shift="preceding")
    words = printed(money.papers()[0].facts)
    for one in (
        "还款日后5日内还清当期欠款的，不计收罚息和复利",
        "在借款期限内按合同利率、期满后按罚息利率计收复利",
        "期限的最后一日是法定休假日的，提前至休假日前的最后一个工作日",
        "以下各项由平台按通常做法填写，双方签署即为约定：",
    ):
        assert one in words, one
    usual = money.fresh().contract["by_default"]
    assert "day_count" in usual and not {"grace_days", "compound_rate", "end_shift"} & set(usual)
    assert "Annex: English text" not in words


@pytest.mark.parametrize("shift", ["following", "modified_following", "preceding", "none"])
@pytest.mark.parametrize("end_shift", ["", "following", "none"])
def test_the_english_text_says_what_the_chinese_one_says(sqlite_platform, monkeypatch, shift, end_shift) -> None:
    money = Money(sqlite_platform, monkeypatch, guaranteed=True)
    money.issue(
        with_english=True, shift=shift, end_shift=end_shift, grace_days=7, day_count="act_365",
        rate_kind="lpr_one_year", reset="1Y", compound_rate="contract",
    )  # fmt: skip
    sheets = {paper.kind: paper.facts for paper in money.papers()}
    english = printed(sheets["loan_contract"]).partition("Annex: English text")[2]
    for one in (
        "within 7 days after its due day",
        "plus 135 basis points",
        "actual days, a year has 365",
        "at the contract rate within the term",
        "every year after the disbursement",
        "CNY 2,000,000.00",
    ):
        assert one in english, one
    assert ("does not move" in english) == ("none" in (shift, end_shift))
    for made in (pledge_contract(sheets["pledge_contract"]), guarantee_contract(sheets["guarantee_contract"])):
        assert "the Chinese text prevails" in json.dumps(made.blocks, ensure_ascii=False)
    assert not re.search(r"\{[a-z_]+\}", english)
