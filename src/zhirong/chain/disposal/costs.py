"""Court fees and taxes of enforcing a claim and selling a right, from dated rules (``rules/recovery/costs.toml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, parse_yuan, quantise_rate, round_fen, share_of, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

EXECUTION_FEE = "recovery.cost.execution_fee"
SUIT_FEE = "recovery.cost.suit_fee"
SIMPLIFIED_PART = "recovery.cost.simplified_suit_part"
PAYMENT_ORDER_PART = "recovery.cost.payment_order_part"
REDUCED_FEE_ROUNDING = "recovery.cost.reduced_fee_rounding"
VAT = "recovery.cost.vat"
STAMP = "recovery.cost.stamp"


@dataclass(frozen=True, slots=True)
class SaleTaxes:
    """Taxes that the price of a right contains or causes, in fen. vat: contained in the price. stamp: one side."""

    vat: Fen
    stamp: Fen
    explanation: Explanation

    @property
    def total(self) -> Fen:
        """Return both taxes."""
        return self.vat + self.stamp


def execution_fee(rules: Rulebook, day: date, claim: Fen) -> Explanation:
    """Return the fee of enforcing ``claim`` fen, with its calculation (费用办法 14(1))."""
    return _by_slices(rules.at(EXECUTION_FEE, day), claim)


def suit_fee(rules: Rulebook, day: date, claim: Fen, *, simplified: bool = False) -> Explanation:
    """Return the court fee of a suit for ``claim`` fen; half of it under simplified procedure (费用办法 13, 16)."""
    full = _by_slices(rules.at(SUIT_FEE, day), claim)
    if not simplified:
        return full
    part = rules.at(SIMPLIFIED_PART, day)
    label = Text("案件受理费（简易程序）", "court fee, simplified procedure")
    return _reduced(full, label, Fraction(part.number()), part, rules.at(REDUCED_FEE_ROUNDING, day))


def payment_order_fee(rules: Rulebook, day: date, claim: Fen) -> Explanation:
    """Return the fee of applying for a payment order: a third of that of a suit (费用办法 14(3))."""
    full, part = _by_slices(rules.at(SUIT_FEE, day), claim), rules.at(PAYMENT_ORDER_PART, day)
    share = Fraction(part.value["parts"], part.value["of"])
    return _reduced(full, part.title, share, part, rules.at(REDUCED_FEE_ROUNDING, day))


def sale_taxes(rules: Rulebook, day: date, price: Fen) -> SaleTaxes:
    """Return VAT contained in ``price`` and stamp tax on the price without VAT, each rounded half up once."""
    vat_rule, stamp_rule = rules.at(VAT, day), rules.at(STAMP, day)
    rate = Fraction(vat_rule.number())
    vat = round_fen(price * rate / (1 + rate))
    stamp = round_fen(price / (1 + rate) * Fraction(stamp_rule.number()))
    percent = quantise_rate(rate * 100, 2)
    parts = (
        Explanation(
            vat_rule.title,
            vat,
            "fen",
            Text(
                f"{show_yuan(price)} × {percent} ÷ (100 + {percent})",
                f"{show_yuan(price)} × {percent} ÷ (100 + {percent})",
            ),
            (vat_rule.reference,),
        ),
        Explanation(
            stamp_rule.title,
            stamp,
            "fen",
            Text(f"不含税价 × {stamp_rule.number()}", f"price without VAT × {stamp_rule.number()}"),
            (stamp_rule.reference,),
        ),
    )
    label = Text("转让环节税费", "taxes of the sale")
    return SaleTaxes(vat, stamp, Explanation(label, vat + stamp, "fen", parts=parts))


def _reduced(full: Explanation, label: Text, share: Fraction, part: RuleValue, rounding: RuleValue) -> Explanation:
    """Return ``share`` of the fee as fixed, in fen. The rule of rounding is cited where it decides."""
    assert isinstance(full.value, int)
    fee = share_of(full.value, share, rounding.value)
    cited = (part.reference,) if fee == full.value * share else (part.reference, rounding.reference)
    formula = Text(f"{show_yuan(full.value)} × {share}", f"{show_yuan(full.value)} × {share}")
    return Explanation(label, fee, "fen", formula, cited, parts=(full,))


def _by_slices(rule: RuleValue, amount: Fen) -> Explanation:
    """Return the sum of a first amount and each slice at its rate, rounded half up once."""
    table: Mapping[str, Any] = rule.value
    first = parse_yuan(table["first"])
    exact, done, steps = Fraction(first), 0, [show_yuan(first)]
    for row in table["tiers"]:
        end = parse_yuan(row["up_to"]) if "up_to" in row else amount
        within = min(amount, end) - done
        if within <= 0:
            break
        rate = Fraction(row["rate"])
        exact += within * rate
        if rate:
            steps.append(f"{show_yuan(within)} × {quantise_rate(rate * 100, 2)} %")
        done += within
    formula = " + ".join(steps)
    return Explanation(rule.title, round_fen(exact), "fen", Text(formula, formula), (rule.reference,))
