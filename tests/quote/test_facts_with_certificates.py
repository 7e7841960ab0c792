"""Facts that decide, each with its certificate: an expired one is not met, one that is not known is undecided."""

from datetime import date
from typing import Any

import pytest

from zhirong.chain.mode.eligibility import try_condition
from zhirong.chain.mode.model import ModeCondition
from zhirong.chain.mode.stated_fact import StatedFact
from zhirong.chain.mode.vocabulary import FACTS, ONE_OF_FACTS
from zhirong.chain.quote.facts import CERTIFIED_FACTS, derive_facts
from zhirong.chain.quote.reading import read_facts_with_proof
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Reference

DAY = date(2026, 11, 30)
HELD = {"value": True, "certificate_no": "GR202333000001", "issued_on": date(2023, 12, 8), "source": "认定网"}


def stated(facts: dict[str, Any], day: date = DAY) -> dict[str, object]:
    """The facts as a condition sees them."""
    plain, certificates = read_facts_with_proof(Reader(facts), day)
    seen: dict[str, object] = dict(plain)
    for name, certificate in certificates.items():
        seen[name] = StatedFact(plain.get(name), certificate)
    derive_facts(seen)
    return seen


def state(fact: str, facts: dict[str, Any], day: date = DAY) -> str:
    condition = ModeCondition(fact, "is", True, Reference("", "", "", "none", "assumed"))
    return try_condition(condition, stated(facts, day), day).state


@pytest.mark.parametrize("name", sorted(CERTIFIED_FACTS & {name for name, f in FACTS.items() if f.kind == "flag"}))
def test_each_status_is_stated_bare_or_with_its_certificate(name: str) -> None:
    assert state(name, {name: True}) == "met"
    assert state(name, {name: False}) == "unmet"
    assert state(name, {}) == "unknown"
    assert state(name, {name: HELD}) == "met"
    assert state(name, {name: {**HELD, "value": False}}) == "unmet"
    assert state(name, {name: {"certificate_no": "GR1"}}) == "unknown"


@pytest.mark.parametrize(
    ("day", "wanted"), [(date(2026, 12, 7), "met"), (date(2026, 12, 8), "met"), (date(2026, 12, 9), "unmet")]
)
def test_a_certificate_counts_to_its_last_day(day: date, wanted: str) -> None:
    assert state("high_tech", {"high_tech": {**HELD, "expires_on": date(2026, 12, 8)}}, day) == wanted


def test_the_answer_names_certificate_list_and_source() -> None:
    facts = stated({"high_tech": {**HELD, "expires_on": date(2026, 12, 8), "list": "浙江 2023 第二批"}})
    condition = ModeCondition("high_tech", "is", True, Reference("", "", "", "none", "assumed"))
    reason = try_condition(condition, facts, DAY).reason
    for part in ("GR202333000001", "认定网", "浙江 2023 第二批", "2023-12-08", "2026-12-08"):
        assert part in reason.zh and part in reason.en


def test_the_technology_sme_has_two_names_and_is_stated_once() -> None:
    assert state("sme_tech", {"tech_sme": True}) == "met"
    with pytest.raises(InputError) as error:
        stated({"tech_sme": True, "sme_tech": True})
    assert [problem.code for problem in error.value.problems] == ["twice"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"high_tech": {**HELD, "expires_on": date(2020, 1, 1)}}, "high_tech.expires_on"),
        ({"high_tech": {**HELD, "issued_on": date(2027, 1, 1)}}, "high_tech.issued_on"),
        ({"high_tech": {**HELD, "number": "1"}}, "high_tech.number"),
        ({"high_tech": {**HELD, "value": "yes"}}, "high_tech.value"),
        ({"sme": HELD}, "sme"),
        ({"innovation_firm": True}, "innovation_firm"),
    ],
)
def test_a_statement_that_cannot_be_meant_is_refused(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as error:
        stated(facts)
    assert field in {problem.field for problem in error.value.problems}


def test_one_status_of_several_is_enough_and_all_must_be_denied() -> None:
    others = ONE_OF_FACTS["innovation_firm"]
    for name in others:
        assert state("innovation_firm", {name: True}) == "met"
    assert state("innovation_firm", dict.fromkeys(others, False)) == "unmet"
    assert state("innovation_firm", dict.fromkeys(others[1:], False)) == "unknown"
    expired = {"value": True, "expires_on": date(2026, 1, 1)}
    assert state("innovation_firm", {**dict.fromkeys(others[1:], False), others[0]: expired}) == "unmet"
