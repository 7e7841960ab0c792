"""What is not known never meets a condition, in every clause that has one: it pays nothing, and says what it needs."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mode_samples import HEAD, MODE_DAY, PAYERS, lost, mode_of, quota_body, share_sets

from examples import examples
from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.arrays import allocate_many, scenarios
from zhirong.chain.mode.charges import Dated, LoanFacts, charges, open_charges
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.principal import PrincipalTerms
from zhirong.chain.mode.reader import read_mode
from zhirong.chain.mode.running_allocation import running
from zhirong.chain.mode.stream import settle
from zhirong.cli.main import main

_SIX_TO_FOUR = {"lender": 4_000, "fund": 6_000}
_ASKS = '\n[[sharing.claim_condition]]\nfact = "pledge_registered"\nis = true\n'
_CLAIM = (
    '[[loan]]\nid = "A"\nborrower = "甲公司"\nlender = "乙银行"\nloan_day = 2024-03-10\nclaim_day = 2025-07-01\n'
    "amount = 2000000\nprincipal = 1500000\n"
)


# -- claims -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "paid", "undecided"),
    [({"pledge_registered": True}, 600, False), ({"pledge_registered": False}, 0, False), ({}, 0, True)],
)
def test_a_claim_waits_for_what_is_not_known(facts: dict[str, object], paid: int, undecided: bool) -> None:
    mode = mode_of(quota_body(_SIX_TO_FOUR) + _ASKS)
    loan = lost(1_000, facts=facts)
    share = allocate(mode, [loan]).of("A")
    assert share.parts["fund"] == paid and sum(share.parts.values()) == 1_000
    assert (share.refused is not None) == (paid == 0) and share.undecided == undecided
    # The same one by one and in columns, in a stream, in scenarios, and for principal alone.
    for few in (0, 99):
        reckoned = running(mode, [loan], None, few=few)
        reckoned.move_to(date(2027, 6, 1))
        assert reckoned.parts("A") == share.parts
    assert sum(move.amount for move in settle(mode, [loan]).movements) == paid
    found = allocate_many(mode, scenarios(mode, loan, np.array([1_000])), loan.loan_day)
    assert dict(zip(mode.bearers, found[0].tolist(), strict=True)) == share.parts
    terms = PrincipalTerms(mode, facts, day=loan.loan_day, claim_in_order=False)
    assert terms.parts(1_000, 1_000) == share.parts


def test_before_there_is_a_claim_its_papers_are_taken_to_be_in_order_but_nothing_else_is() -> None:
    mode = mode_of(quota_body(_SIX_TO_FOUR) + _ASKS)
    shown = allocate(mode, [lost(1_000)], claim_in_order=True).of("A")
    assert shown.parts["fund"] == 600
    grid = scenarios(mode, lost(1_000), np.array([1_000]), claim_in_order=True)
    assert allocate_many(mode, grid, MODE_DAY)[0].tolist() == [400, 600]
    other = mode_of(quota_body(_SIX_TO_FOUR) + _ASKS.replace("pledge_registered", "key_list"))
    assert allocate(other, [lost(1_000)], claim_in_order=True).of("A").undecided
    refused = lost(1_000, facts={"pledge_registered": False})
    assert allocate(mode, [refused], claim_in_order=True).of("A").parts["fund"] == 0


def test_one_condition_that_is_not_met_decides_the_claim_whatever_is_not_known() -> None:
    mode = mode_of(quota_body(_SIX_TO_FOUR) + _ASKS + _ASKS.replace("pledge_registered", "lawful_use"))
    share = allocate(mode, [lost(1_000, facts={"lawful_use": False})]).of("A")
    assert share.refused is not None and not share.undecided


def test_settle_says_that_a_claim_is_undecided_and_pays_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mode, claim = tmp_path / "waits.toml", tmp_path / "claim.toml"
    mode.write_text(HEAD.format(id="waits") + quota_body(_SIX_TO_FOUR) + _ASKS, encoding="utf-8")
    claim.write_text(_CLAIM, encoding="utf-8")
    assert main(["settle", str(claim), "--mode", str(mode), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["borne"] == {"lender": "1500000.00", "fund": "0.00"} and data["movements"] == []
    assert data["loans"][0]["undecided"] is True
    assert main(["settle", str(claim), "--mode", str(mode), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "undecided, and nothing is paid until it is known" in shown and "the pledge is registered" in shown
    claim.write_text(_CLAIM + "facts = { pledge_registered = false }\n", encoding="utf-8")
    assert main(["settle", str(claim), "--mode", str(mode), "--lang", "en"]) == 0
    assert "not compensated: asked for: the pledge is registered; found: no" in capsys.readouterr().out


# -- shares and caps ----------------------------------------------------------------------------------------------

_KEY = 'when = [{ fact = "key_list", is = true }]\n'
_CLAUSES = {
    "a bonus from the lender": f'\n[[sharing.bonus]]\nto = "fund"\nfrom = "lender"\nadd = 0.15\n{_KEY}',
    "a bonus from another": f'\n[[sharing.bonus]]\nto = "fund"\nfrom = "guarantor"\nadd = 0.15\n{_KEY}',
    "a layer": (
        f'\n[[sharing.top_up]]\npayer = "insurer"\nfrom = "guarantor"\nshare = 0.1\nname = "layer"\n{_KEY}'
    ),
    "a cap": (
        '\n[[sharing.cap]]\ncounts = "payment"\nper = ["loan"]\npayers = ["fund"]\noverflow_to = "lender"\n'
        f"amount = 2\n{_KEY}"
    ),
    "a cap on loans": (
        '\n[[sharing.cap]]\ncounts = "loans_covered"\nper = ["loan"]\npayers = ["fund"]\noverflow_to = "lender"\n'
        f"amount = 5\n{_KEY}"
    ),
    "other shares of a tier": (
        f"\n[[sharing.tier.instead]]\nshares = {{ insurer = 0.5, guarantor = 0.2, lender = 0.3 }}\n{_KEY}"
    ),
}
_PARTS = {"lender": 3_000, "fund": 4_000, "guarantor": 3_000, "insurer": 0}


@pytest.mark.parametrize("clause", _CLAUSES)
def test_an_undecided_clause_pays_nothing_that_it_would_not_pay_in_any_case(clause: str) -> None:
    mode = mode_of(quota_body(_PARTS) + _CLAUSES[clause])
    parts = {}
    for state, facts in (("yes", {"key_list": True}), ("no", {"key_list": False}), ("open", {})):
        share = allocate(mode, [lost(1_000, facts=facts)]).of("A")
        parts[state] = share.parts
        assert bool(share.open) == (state == "open")
    assert parts["yes"] != parts["no"], "the clause does something"
    for role in PAYERS:
        assert parts["open"][role] == min(parts["yes"][role], parts["no"][role])


@settings(max_examples=examples(40), deadline=None)
@given(
    share_sets(),
    st.lists(st.sampled_from(sorted(_CLAUSES)), max_size=4, unique=True),
    st.integers(1, 10**9),
    st.fractions(0, 1),
)
def test_an_unknown_fact_never_increases_what_anyone_pays(
    shares: Mapping[str, int], clauses: list[str], amount: int, part: Fraction
) -> None:
    # What is instead of a tier's shares stands with its tier, before the rest.
    ordered = sorted(clauses, key=lambda name: name != "other shares of a tier")
    mode = mode_of(quota_body(dict(shares)) + "".join(_CLAUSES[name] for name in ordered))
    lose = int(amount * part)
    paid = {}
    for state, facts in (("yes", {"key_list": True}), ("no", {"key_list": False}), ("open", {})):
        loan = lost(amount, principal=lose, facts=facts)
        paid[state] = allocate(mode, [loan]).of("A").parts
        terms = PrincipalTerms(mode, facts, day=loan.loan_day)
        assert terms.parts(amount, lose) == paid[state]
        columns = scenarios(mode, loan, np.array([lose]))
        assert allocate_many(mode, columns, loan.loan_day)[0].tolist() == list(paid[state].values())
    for role in PAYERS:
        assert paid["open"].get(role, 0) <= paid["no"].get(role, 0)
    total = {state: sum(parts.get(role, 0) for role in PAYERS) for state, parts in paid.items()}
    assert total["open"] <= min(total["yes"], total["no"])


# -- deadlines and versions -----------------------------------------------------------------------------------------

_TESTS_OF_DAYS = (
    "days_at_least = 30", "days_at_most = 30", "months_at_least = 3", "months_at_most = 12", "years_at_least = 1",
    "none_within_years = 1", "none_within_months = 6",
)  # fmt: skip


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.sampled_from(_TESTS_OF_DAYS), min_size=2, max_size=2),
    st.sampled_from(["loan_day", "claim_day"]),
    st.dates(date(2026, 3, 2), date(2028, 5, 1)),
    st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2026, 3, 1))),
)
def test_an_unknown_day_never_meets_a_deadline_in_the_version_that_holds(
    tests: list[str], versions_by: str, claim_day: date, known: date | None
) -> None:
    """Terms up to 2026 ask about one day, later terms about another; only what the version in force asks matters."""
    body = ""
    for fact, test, dates in zip(
        ("due_on", "demanded_on"), tests, ("valid_to = 2026-12-31", "valid_from = 2027-01-01"), strict=True
    ):
        body += quota_body(_SIX_TO_FOUR, more=dates)
        body += f'\n[[sharing.claim_condition]]\nfact = "{fact}"\n{test}\n'
    head = HEAD.format(id="versions").replace("lender_kind", f'versions_by = "{versions_by}"\nlender_kind')
    mode = read_mode(head + body, "versions.toml")
    asked = "demanded_on" if versions_by == "claim_day" and claim_day.year > 2026 else "due_on"
    other = "due_on" if asked == "demanded_on" else "demanded_on"
    facts: dict[str, object] = {} if known is None else {asked: known}
    for more in ({}, {other: date(2025, 1, 1)}):
        loan = lost(1_000, claim_day=claim_day, facts={**facts, **more})
        share = allocate(mode, [loan]).of("A")
        assert share.undecided == (known is None), "what the other version asks neither helps nor hurts"
        assert sum(share.parts.values()) == 1_000
        paid = sum(move.amount for move in settle(mode, [loan]).movements)
        assert paid == share.parts["fund"]
        if share.undecided:
            assert paid == 0 and share.refused is not None


# -- charges --------------------------------------------------------------------------------------------------------

_LOAN = LoanFacts(
    90_000_000,
    date(2026, 1, 1),
    12,
    Decimal("0.045"),
    interest=tuple(Dated(date(2026, month, 28), 337_500) for month in range(1, 13)),
    lpr=Decimal("0.03"),
)
_SUBSIDY = """
[[charge]]
code = "s"
title = { zh = "贴息", en = "interest subsidy" }
kind = "subsidy"
payer = "fund"
payee = "firm"
base = "interest"
rate = 0.40
lpr_multiple = 1
when = "end"
"""


def _given(body: str, facts: Mapping[str, object]) -> tuple[Mode, list[int]]:
    mode = mode_of(quota_body({"lender": 10_000}) + _SUBSIDY + body)
    amount = sum(c.amount for c in charges(mode, replace(_LOAN, facts=facts)) if c.code == "s")
    return mode, [amount] if amount else []


@pytest.mark.parametrize(
    ("facts", "amounts"), [({"key_list": True}, [1_080_000]), ({"key_list": False}, []), ({}, [])]
)
def test_a_subsidy_waits_for_what_is_not_known(facts: Mapping[str, object], amounts: list[int]) -> None:
    mode, given_back = _given('only_if = [{ fact = "key_list", is = true }]\n', facts)
    assert given_back == amounts
    waiting = open_charges(mode, replace(_LOAN, facts=facts))
    assert [item.code for item in waiting] == ([] if facts else ["s"])
    if waiting:
        assert "not paid until it is known" in waiting[0].words.en


@pytest.mark.parametrize(
    ("facts", "rate"),
    [
        ({"first_loan": True}, 50),
        ({"first_loan": False}, 40),
        ({}, 40),
        ({"first_loan": True, "sme_tech": True}, 60),
    ],
)
def test_a_rate_that_depends_on_a_fact(facts: Mapping[str, object], rate: int) -> None:
    rates = (
        '[[charge.rate_if]]\nrate = 0.60\nwhen_all = [{ fact = "first_loan", is = true }, '
        '{ fact = "sme_tech", is = true }]\n[[charge.rate_if]]\nrate = 0.50\n'
        'when = [{ fact = "first_loan", is = true }]\n'
    )
    known = {"sme_tech": False, **facts}
    mode, given_back = _given(rates, known)
    assert given_back == [2_700_000 * rate // 100]
    waiting = open_charges(mode, replace(_LOAN, facts=known))
    assert bool(waiting) == (not facts)


def test_a_condition_may_ask_about_the_loan_itself() -> None:
    _, given_back = _given('only_if = [{ fact = "amount_fen", at_most = 1000000 }]\n', {})
    assert given_back == [1_080_000]
    _, given_back = _given('only_if = [{ fact = "amount_fen", at_most = 800000 }]\n', {})
    assert given_back == []


def test_two_rules_are_compared_on_example_losses_whose_claims_are_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for name in ("one", "other"):
        file = tmp_path / f"{name}.toml"
        file.write_text(HEAD.format(id=name) + quota_body(_SIX_TO_FOUR) + _ASKS, encoding="utf-8")
        files.append(str(file))
    assert main(["modes", "diff", *files, "--json"]) == 0
    rows = {row["role"]: row for row in json.loads(capsys.readouterr().out)["portfolio"]}
    assert rows["fund"]["before"] != "0.00"
    claim = tmp_path / "claim.toml"
    claim.write_text(_CLAIM, encoding="utf-8")
    assert main(["modes", "diff", *files, "--portfolio", str(claim), "--json"]) == 0
    rows = {row["role"]: row for row in json.loads(capsys.readouterr().out)["portfolio"]}
    assert rows["fund"]["before"] == "0.00", "a claim of one's own is undecided"
