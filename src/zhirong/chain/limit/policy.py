"""The numbers of a lender's policy and of the law, read from the rules of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.limit.records import SECURITY_KINDS
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook, RuleValue

GRADES = ("A", "B", "C", "D", "E")
_RATES = (
    "turnover_share",
    "debt_ratio_most",
    "growth_most",
    "evidence_share",
    "cover",
    "collections_share",
    "pd_most",
    "lgd_unsecured",
    "loss_budget",
    "cash_months",
    "guarantor_times",
    "project_own_share",
    "technology_factor",
)
_LAW = ("single_obligor", "single_exposure", "group_exposure", "guarantor_single", "payout_ceiling")
_PRICE = ("funding_below_lpr", "running", "hurdle", "tax", "capital_ratio", "vat", "floor_below_lpr", "step",
          "guarantor_running", "guarantor_capital")  # fmt: skip
_WEIGHTS = ("small", "small_large_loan", "medium", "other")


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number of ``rules/lending/limit.toml`` on one day, as exact fractions and fen.

    rules: the same by id, for explanations. Names without a prefix are those after ``limit.``.
    """

    day: date
    number: Mapping[str, Fraction]
    amount: Mapping[str, Fen]
    kappa: Mapping[str, Fraction]
    advance: Mapping[str, Fraction]
    own_funds: str
    rules: Mapping[str, RuleValue]

    def rule(self, name: str) -> RuleValue:
        """Return the rule ``limit.<name>``."""
        return self.rules[name]


def read_policy(rules: Rulebook, day: date) -> Policy:
    """Return the policy on a day. Raises RuleError if a rule has no value then."""
    names = [
        *_RATES,
        *(f"law.{name}" for name in _LAW),
        *(f"price.{name}" for name in _PRICE),
        *(f"price.weight.{name}" for name in _WEIGHTS),
    ]
    amounts = ("small_need_most", "micro_floor", "price.small_loan", "step", "minimum", "entrusted_payment_over")
    counts = ("payback_months", "term_months", "term_months_long", "amortise_above_months", "slow_cycle_days")
    kappas = tuple(f"kappa.{grade}" for grade in GRADES)
    advances = tuple(f"advance.{kind}" for kind in SECURITY_KINDS)
    found = {
        name: rules.at(f"limit.{name}", day)
        for name in (*names, *amounts, *counts, *kappas, *advances, "own_funds")
    }
    return Policy(
        day=day,
        number={name: Fraction(found[name].number()) for name in (*names, *counts)},
        amount={name: found[name].fen() for name in amounts},
        kappa={grade: Fraction(found[f"kappa.{grade}"].number()) for grade in GRADES},
        advance={kind: Fraction(found[f"advance.{kind}"].number()) for kind in SECURITY_KINDS},
        own_funds=str(found["own_funds"].value),
        rules=found,
    )
