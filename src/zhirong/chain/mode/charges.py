"""Every fee, premium, subsidy and reward of a loan as dated amounts: who pays whom how much, when and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.model import ChargeRule, Mode
from zhirong.chain.mode.shares import shares_of_loan
from zhirong.chain.mode.vocabulary import CHARGE_BASES
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, round_fen, show_yuan, yuan
from zhirong.kernel.text import Text

GIVEN_BACK = ("subsidy", "reward")


@dataclass(frozen=True, slots=True)
class Dated:
    """An amount on a day."""

    day: date
    amount: Fen


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """A loan as the charges see it (fen).

    interest: the interest payments; where none are given, simple interest for the whole term, paid with the loan.
    lpr: one-year LPR as of the start, which some subsidies need. appraised_value: of the pledged rights.
    repaid: whether it is repaid in full on time, which some subsidies ask for. borrower_balance, facts, amounts: as
    for a loss; they decide which part of the loan a party bears.
    """

    amount: Fen
    start: date
    term_months: int
    annual_rate: Decimal
    interest: tuple[Dated, ...] = ()
    lpr: Decimal | None = None
    ip_share: Decimal = Decimal(1)
    appraised_value: Fen | None = None
    repaid: bool = True
    borrower_balance: Fen | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    amounts: Mapping[str, Fen] = field(default_factory=dict)

    @property
    def end(self) -> date:
        """The day the loan falls due."""
        return add_months(self.start, self.term_months)


@dataclass(frozen=True, slots=True)
class Charge:
    """One payment. kind: interest, fee, premium, subsidy or reward. group: what a subsidy must not pay twice."""

    code: str
    title: Text
    kind: str
    payer: str
    payee: str
    amount: Fen
    day: date
    explanation: Explanation
    group: str = ""

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "code": self.code,
            "title": self.title.as_json(),
            "kind": self.kind,
            "payer": self.payer,
            "payee": self.payee,
            "amount": yuan(self.amount),
            "day": self.day.isoformat(),
            "explanation": self.explanation.as_json(),
        }


def charges(mode: Mode, loan: LoanFacts) -> tuple[Charge, ...]:
    """All payments of a loan under ``mode`` beside its principal, interest first, in the order of their days.

    A rule that is not in force on the day the loan starts is left out. A subsidy never gives back more than what it is a part of, all subsidies on the same thing together.
    Raises ValueError where a rule needs something of the loan that is not given.
    """
    made = list(_interest(loan))
    left: dict[str, Fen] = defaultdict(int)
    for charge in made:
        left["interest"] += charge.amount
    for rule in mode.charges:
        if not rule.reference.holds(loan.start):
            continue
        new = _apply(mode, rule, loan, made)
        if rule.kind in GIVEN_BACK and rule.base in ("interest", "charge"):
            new = _no_more_than(rule, new, left)
        elif rule.kind not in GIVEN_BACK:
            left[rule.code] += sum(charge.amount for charge in new)
        made.extend(new)
    return tuple(sorted(made, key=lambda charge: charge.day))


def _interest(loan: LoanFacts) -> list[Charge]:
    label = Text("利息", "interest")
    flows = loan.interest
    rate = f"{plain(loan.annual_rate * 100)} %"
    formula = Text(
        f"未还本金 × 年利率 {rate} × 计息期（还款计划）", f"principal owed × {rate} a year × period (schedule)"
    )
    if not flows:
        exact = Fraction(loan.amount) * Fraction(loan.annual_rate) * loan.term_months / 12
        flows = (Dated(loan.end, round_fen(exact)),)
        formula = Text(
            f"{show_yuan(loan.amount)} × {plain(loan.annual_rate * 100)} % × {loan.term_months}/12",
            f"{show_yuan(loan.amount)} × {plain(loan.annual_rate * 100)} % × {loan.term_months}/12",
        )
    return [
        Charge(
            "interest",
            label,
            "interest",
            "firm",
            "lender",
            flow.amount,
            flow.day,
            Explanation(label, flow.amount, "fen", formula),
        )
        for flow in flows
        if flow.amount
    ]


def _apply(mode: Mode, rule: ChargeRule, loan: LoanFacts, made: Sequence[Charge]) -> list[Charge]:
    if rule.only_if_repaid and not loan.repaid:
        return []
    too_small = rule.loan_above is not None and loan.amount <= rule.loan_above
    if too_small or (rule.loan_at_most is not None and loan.amount > rule.loan_at_most):
        return []
    dated = _bases(mode, rule, loan, made)
    new: list[Charge] = []
    spent = 0
    by_year: dict[int, Fen] = defaultdict(int)
    for day, base, parts_of_year in dated:
        rate = Fraction(rule.rate) if rule.rate is not None else Fraction(1)
        amount = round_fen(base * rate * parts_of_year)
        formula = _formula(rule, base, parts_of_year)
        limited = amount
        if rule.at_most is not None:
            limited = min(limited, rule.at_most - spent)
        year = day.year
        if rule.at_most_per_year is not None:
            limited = min(limited, rule.at_most_per_year - by_year[year])
        if limited < amount:
            formula = Text(
                f"{formula.zh} = {show_yuan(amount)}，以上限 {show_yuan(limited)} 为止",
                f"{formula.en} = {show_yuan(amount)}, no more than {show_yuan(limited)}",
            )
        if rule.at_most_per_year is not None:
            formula = Text(
                f"{formula.zh}（每年上限按本笔贷款计，企业其他贷款已用的额度未计）",
                f"{formula.en} (yearly limit counted for this loan alone, not for the firm's other loans)",
            )
        if limited <= 0:
            continue
        spent += limited
        by_year[year] += limited
        paid_on = (loan.end if rule.when == "end" else day) + timedelta(days=rule.days_after)
        explanation = Explanation(rule.title, limited, "fen", formula, (rule.reference,))
        new.append(
            Charge(
                rule.code, rule.title, rule.kind, rule.payer, rule.payee, limited, paid_on, explanation, rule.group
            )
        )
    return new


def _bases(
    mode: Mode, rule: ChargeRule, loan: LoanFacts, made: Sequence[Charge]
) -> list[tuple[date, Fraction, Fraction]]:
    """Day, amount that the rate is taken of, and part of a year, for each payment of the rule."""
    one = Fraction(1)
    if rule.base in ("interest", "charge"):
        code = "interest" if rule.base == "interest" else rule.of
        part = _counted_part(rule, loan)
        return [(charge.day, charge.amount * part, one) for charge in made if charge.code == code]
    base = _single_base(mode, rule, loan)
    if rule.when != "yearly":
        return [(loan.start if rule.when == "start" else loan.end, base, one)]
    years = -(-loan.term_months // 12)
    return [
        (
            add_months(loan.start, 12 * number),
            base,
            Fraction(min(12, loan.term_months - 12 * number), 12) if rule.per_year else one,
        )
        for number in range(years)
    ]


def _counted_part(rule: ChargeRule, loan: LoanFacts) -> Fraction:
    part = Fraction(loan.ip_share) if rule.ip_part_only else Fraction(1)
    if rule.lpr_multiple is not None and loan.annual_rate > 0:
        if loan.lpr is None:
            raise ValueError(f"{rule.code}: the LPR is needed")
        part *= min(Fraction(1), Fraction(rule.lpr_multiple) * Fraction(loan.lpr) / Fraction(loan.annual_rate))
    return part


def _single_base(mode: Mode, rule: ChargeRule, loan: LoanFacts) -> Fraction:
    ip_part = Fraction(loan.ip_share) if rule.ip_part_only else Fraction(1)
    if rule.base == "loan":
        return loan.amount * ip_part
    if rule.base == "share":
        shares = shares_of_loan(mode, loan.start, loan.amount, loan.borrower_balance, loan.amounts, loan.facts)
        return loan.amount * shares.get(rule.of, Fraction(0)) * ip_part
    if rule.base == "appraised_value":
        if loan.appraised_value is None:
            raise ValueError(f"{rule.code}: the appraised value is needed")
        return Fraction(loan.appraised_value)
    return Fraction(rule.amount or 0)


def _no_more_than(rule: ChargeRule, new: list[Charge], left: dict[str, Fen]) -> list[Charge]:
    """Cut subsidies to what is left of the thing they are a part of."""
    of = "interest" if rule.base == "interest" else rule.of
    kept = []
    for charge in new:
        amount = min(charge.amount, left[of])
        left[of] -= amount
        if amount == charge.amount:
            kept.append(charge)
        elif amount > 0:
            why = Explanation(
                charge.title,
                amount,
                "fen",
                Text("补贴合计不超过实际费用", "subsidies together give back no more than was paid"),
                charge.explanation.references,
                parts=(charge.explanation,),
            )
            kept.append(replace(charge, amount=amount, explanation=why))
    return kept


def _formula(rule: ChargeRule, base: Fraction, part_of_year: Fraction) -> Text:
    if rule.rate is None:
        return Text("定额", "fixed amount")
    words = CHARGE_BASES[rule.base]
    time = "" if part_of_year == 1 else f" × {part_of_year}"
    amount = show_yuan(round_fen(base))
    rate = f"{plain(rule.rate * 100)} %"
    return Text(f"{words.zh} {amount} × {rate}{time}", f"{words.en} {amount} × {rate}{time}")
