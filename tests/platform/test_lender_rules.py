"""Bands of approval, the checklist, limits: the pure logic, without a database."""

from dataclasses import replace
from datetime import date

import pytest

from zhirong.chain.financing.approval import ApprovalDecision, Round, band_for, bands, why_not
from zhirong.chain.financing.decline_reasons import GROUND_TEXT, WHAT_TO_DO, DeclineGround
from zhirong.chain.financing.diligence import DiligenceRule, adverse_items, checklist, entry_problems, open_items
from zhirong.chain.financing.limits import Addition, LendingLimit, Scope, guarantor_meters, own_meters, touches
from zhirong.kernel.rulebook import Rulebook, RuleError, read_rules
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text

DAY = date(2026, 11, 2)
MILLION = 100_000_000  # fen
RULES = load_rulebook()


def _round(amount: int = MILLION, *decisions: ApprovalDecision) -> Round:
    return Round(band_for(amount, RULES, DAY), amount, amount, frozenset({1}), decisions)


def _bands(text: str) -> Rulebook:
    head = 'about = "a test"\n[[rule]]\nid = "lending.approval.bands"\ntitle = { zh = "一", en = "one" }\nunit = "table"\n'
    return Rulebook(read_rules(head + '[[rule.version]]\nconfidence = "assumed"\n' + text, "test"))


def test_an_amount_on_a_bound_belongs_to_the_lower_band():
    assert [
        band_for(amount, RULES, DAY).level for amount in (1, MILLION, MILLION + 1, 5 * MILLION, 5 * MILLION + 1)
    ] == [
        "small",
        "small",
        "medium",
        "medium",
        "large",
    ]


def test_every_band_has_two_people_at_least():
    assert all(len(band.roles) >= 2 for band in bands(RULES, DAY))
    with pytest.raises(RuleError, match="2 people"):
        bands(_bands('value = [{ level = "a", title = { zh = "甲", en = "a" }, roles = ["lender.manager"] }]'), DAY)


def test_bounds_that_do_not_rise_are_refused():
    row = '{{ level = "{0}", title = {{ zh = "甲", en = "a" }}, {1} roles = ["x", "y"] }}'
    wrong = ",".join([row.format("a", 'up_to = "20",'), row.format("b", 'up_to = "10",'), row.format("c", "")])
    with pytest.raises(RuleError, match="rise"):
        bands(_bands(f"value = [{wrong}]"), DAY)
    with pytest.raises(RuleError, match="none"):
        bands(_bands("value = [{}]".format(row.format("a", 'up_to = "20",'))), DAY)


def test_the_places_of_a_band_are_filled_in_order_by_different_people():
    now = _round()
    assert now.wanted == "lender.reviewer"
    assert why_not(now, 2, ["lender.reviewer"], "approve", MILLION) == []
    assert [one.code for one in why_not(now, 3, ["lender.approver"], "approve", MILLION)] == ["not_your_turn"]
    now = _round(MILLION, ApprovalDecision(2, "lender.reviewer", "approve", MILLION))
    both = ["lender.approver", "lender.reviewer"]
    assert [one.code for one in why_not(now, 2, both, "approve", MILLION)] == ["decided_already"]
    assert why_not(now, 3, ["lender.approver"], "approve", MILLION) == []


@pytest.mark.parametrize("verdict", ["approve", "return", "decline"])
def test_nobody_decides_on_his_own_hand_up(verdict):
    found = why_not(_round(), 1, ["lender.reviewer"], verdict, MILLION)
    assert [one.code for one in found] == ["own_hand_up"]


@pytest.mark.parametrize("amount", [0, MILLION + 1])
def test_nothing_and_more_than_was_proposed_cannot_be_approved(amount):
    assert [one.code for one in why_not(_round(), 2, ["lender.reviewer"], "approve", amount)] == ["above_line"]


def test_all_agree_on_the_least_that_one_of_them_approved():
    first = ApprovalDecision(2, "lender.reviewer", "approve", MILLION - 5)
    second = ApprovalDecision(3, "lender.approver", "approve", MILLION)
    now = _round(MILLION, first, second)
    assert (now.amount, now.wanted) == (MILLION - 5, "")
    assert [one.code for one in why_not(now, 4, ["lender.manager"], "approve", 1)] == ["round_complete"]


def test_the_title_investigation_cannot_be_waived_and_needs_its_report():
    rules = {one.id: one for one in checklist(RULES, DAY)}
    title = rules["title_investigation"]
    assert title.reference.quotation.startswith("允许质权人")
    done = DiligenceRule(title.id, "done", "clear", "权属清楚", has_evidence=False)
    assert [one.code for one in entry_problems(title, done)] == ["no_evidence"]
    waived = replace(done, state="waived", finding=" ")
    assert [one.code for one in entry_problems(title, waived)] == ["no_finding", "not_waivable"]
    assert (
        entry_problems(rules["visit"], DiligenceRule("visit", "waived", "clear", "疫情期间", has_evidence=False))
        == []
    )


def test_the_checklist_is_that_of_its_day():
    before = {one.id for one in checklist(RULES, date(2025, 9, 17))}
    assert {one.id for one in checklist(RULES, date(2025, 9, 18))} - before == {"appraisal"}


def test_an_item_without_an_entry_is_open():
    rules = checklist(RULES, DAY)
    entries = [DiligenceRule(one.id, "done", "clear", "x", has_evidence=True) for one in rules[1:]]
    entries[0] = replace(entries[0], verdict="adverse")
    assert open_items(rules, entries) == (rules[0],)
    assert adverse_items(rules, entries) == (rules[1],)


def test_every_ground_of_a_refusal_says_what_to_do():
    assert set(GROUND_TEXT) == set(WHAT_TO_DO) == set(DeclineGround)


def test_a_limit_touches_what_it_is_for():
    case = Addition(10, "xixian", "610102")
    limits = [
        LendingLimit(Scope.PORTFOLIO, "", 100),
        LendingLimit(Scope.FIRM, "", 10),
        LendingLimit(Scope.MODE, "xixian", 9),
        LendingLimit(Scope.MODE, "beijing", 1),
        LendingLimit(Scope.REGION, "610000", 30),
        LendingLimit(Scope.REGION, "440000", 1),
    ]
    assert [touches(limit, case) for limit in limits] == [True, True, True, False, True, False]
    meters = own_meters(limits, {limits[0]: 90, limits[4]: 21}, case, {"xixian": Text("西咸", "Xixian")})
    assert [(one.code, one.after, one.is_broken) for one in meters] == [
        ("portfolio", 100, False),
        ("firm", 10, False),
        ("mode.xixian", 10, True),
        ("region.610000", 31, True),
    ]
    assert [one.title.zh for one in meters[2:]] == ["单一模式余额：西咸", "单一地区余额：610000"]
    broken = meters[2].as_problem()
    assert (broken.field, broken.code) == ("limit.mode.xixian", "limit_exceeded")
    assert "0.10" in broken.reason.zh and "0.09" in broken.reason.en


@pytest.mark.parametrize(("is_small", "multiple"), [(False, 10), (True, 15)])
def test_a_guarantor_bears_ten_or_fifteen_times_its_net_assets(is_small, multiple):
    used = {"all": multiple * 1000 - 1, "debtor": 99, "related": 149}
    exactly = guarantor_meters(1000, is_small, used, adds=1, rules=RULES, day=DAY)
    assert [one.most for one in exactly] == [multiple * 1000, 100, 150]
    assert [one.is_broken for one in exactly] == [False, False, False]
    more = guarantor_meters(1000, is_small, used, adds=2, rules=RULES, day=DAY)
    assert [one.is_broken for one in more] == [True, True, True]
    assert all(
        one.reference is not None and "融资担保公司监督管理条例" in one.as_problem().reason.zh for one in more
    )
