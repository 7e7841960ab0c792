"""Interest subsidies of the central budget: those for which a loan qualifies, and the one that it may draw.

They do not belong to a mode: any loan may qualify. A loan draws only one subsidy, the one that pays most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from zhirong.chain.mode.charges import Dated, ModeCharge
from zhirong.chain.mode.eligibility import ConditionResult, try_condition
from zhirong.chain.mode.model import ModeCondition
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, parse_yuan, quantise_rate, round_fen, show_yuan, yuan
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text

PAYER = "central_budget"  # The payer; it is not a party of a mode.
_PREFIX = "subsidy.central."
_ONE_PER_LOAN = "subsidy.central.one_per_loan"


@dataclass(frozen=True, slots=True)
class Programme:
    """One subsidy. rate: a share of the principal owed, per year. facts: conditions on the firm and the loan.

    years_at_most: years of the loan that count. loans_at_most: the most of a borrower's loans that is subsidised
    (fen); None: no limit.
    """

    code: str
    title: Text
    rate: Fraction
    years_at_most: int
    loans_at_most: Fen | None
    facts: tuple[str, ...]
    reference: Reference


@dataclass(frozen=True, slots=True)
class Candidate:
    """One subsidy tried on a loan. amount: the total in fen if the loan drew it. charges: its dated payments."""

    programme: Programme
    state: Literal["met", "unmet", "unknown"]
    conditions: tuple[ConditionResult, ...]
    charges: tuple[ModeCharge, ...]

    @property
    def amount(self) -> Fen:
        """Return the firm's total receipts, in fen."""
        return sum(charge.amount for charge in self.charges)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "code": self.programme.code,
            "title": self.programme.title.as_json(),
            "state": self.state,
            "amount": yuan(self.amount),
            "conditions": [condition.as_json() for condition in self.conditions],
            "payments": [charge.as_json() for charge in self.charges],
            "reference": self.programme.reference.as_json(),
        }


@dataclass(frozen=True, slots=True)
class CentralSubsidies:
    """The subsidies of the central budget for a loan's interest.

    drawn: the subsidy that the loan draws; None if it qualifies for none. instead: subsidies that it qualifies for
    but does not draw, because it may draw only one. to_be_confirmed: subsidies for which a fact is unknown.
    """

    drawn: Candidate | None
    instead: tuple[Candidate, ...]
    to_be_confirmed: tuple[Candidate, ...]

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "drawn": None if self.drawn is None else self.drawn.as_json(),
            "instead": [candidate.as_json() for candidate in self.instead],
            "to_be_confirmed": [candidate.as_json() for candidate in self.to_be_confirmed],
        }


def programmes_on(rules: Rulebook, day: date) -> tuple[Programme, ...]:
    """Return the subsidies open to a loan made on ``day``; none once they have ended."""
    found = []
    for rule_id in rules.ids():
        if not rule_id.startswith(_PREFIX) or rule_id == _ONE_PER_LOAN:
            continue
        rule = rules.find(rule_id, day)
        if rule is None:
            continue
        most = rule.value.get("loans_at_most")
        found.append(
            Programme(
                code=rule_id.removeprefix(_PREFIX),
                title=rule.title,
                rate=Fraction(rule.value["rate"]),
                years_at_most=rule.value["years_at_most"],
                loans_at_most=None if most is None else parse_yuan(most),
                facts=tuple(rule.value["facts"]),
                reference=rule.reference,
            )
        )
    return tuple(found)


def central_subsidies(
    rules: Rulebook,
    facts: Mapping[str, object],
    *,
    amount: Fen,
    start: date,
    annual_rate: Fraction,
    interest: Sequence[Dated],
) -> CentralSubsidies:
    """Determine which central subsidy a loan draws. facts: as for ``eligibility``.

    amount: of the loan. interest: the firm's payments with their days. A subsidy pays its rate, divided
    by the loan's rate, of that interest, and no more than the interest itself. If the loan qualifies for several,
    it draws the largest; if they are equal, the first by code.
    """
    tried = [
        _try(programme, facts, amount, start, annual_rate, interest) for programme in programmes_on(rules, start)
    ]
    open_to = sorted(
        (candidate for candidate in tried if candidate.state == "met" and candidate.amount),
        key=lambda candidate: (-candidate.amount, candidate.programme.code),
    )
    return CentralSubsidies(
        drawn=open_to[0] if open_to else None,
        instead=tuple(open_to[1:]),
        to_be_confirmed=tuple(candidate for candidate in tried if candidate.state == "unknown"),
    )


def _try(
    programme: Programme,
    facts: Mapping[str, object],
    amount: Fen,
    start: date,
    annual_rate: Fraction,
    interest: Sequence[Dated],
) -> Candidate:
    asked = [ModeCondition(fact, "is", True, programme.reference) for fact in programme.facts]
    results = tuple(try_condition(condition, facts, start) for condition in asked)
    states = {result.state for result in results}
    state: Literal["met", "unmet", "unknown"] = (
        "unmet" if "unmet" in states else "unknown" if "unknown" in states else "met"
    )
    charges = _charges(programme, amount, start, annual_rate, interest)
    return Candidate(programme, state, results, () if state == "unmet" else charges)


def _charges(
    programme: Programme, amount: Fen, start: date, annual_rate: Fraction, interest: Sequence[Dated]
) -> tuple[ModeCharge, ...]:
    if annual_rate <= 0 or amount <= 0:
        return ()
    counted = Fraction(1)
    if programme.loans_at_most is not None:
        counted = min(counted, Fraction(programme.loans_at_most, amount))
    part = min(Fraction(1), programme.rate / annual_rate) * counted
    last = add_months(start, 12 * programme.years_at_most)
    made = []
    subsidised = Fraction(0)
    for flow in sorted(interest, key=lambda flow: flow.day):
        if (flow.written or flow.day) > last:
            continue
        # The total is rounded once, in however many parts the interest is paid.
        before, subsidised = round_fen(subsidised), subsidised + flow.amount * part
        paid = round_fen(subsidised) - before
        if not paid:
            continue
        rate, own = (
            f"{plain(quantise_rate(programme.rate * 100, 6))} %",
            f"{plain(quantise_rate(annual_rate * 100, 6))} %",
        )
        limited = "" if counted == 1 else f" × {counted}"
        words = f"{show_yuan(flow.amount)} × {rate} ÷ {own}{limited}"
        explanation = Explanation(programme.title, paid, "fen", Text(words, words), (programme.reference,))
        made.append(
            ModeCharge(
                f"central_{programme.code}",
                programme.title,
                "subsidy",
                payer=PAYER,
                payee="firm",
                amount=paid,
                day=flow.day,
                explanation=explanation,
                group="interest",
            )
        )
    return tuple(made)
