"""Every fee, premium, subsidy and reward of a loan as a dated amount, with payer, payee and reason."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.eligibility import try_condition
from zhirong.chain.mode.fee_table import FeeTable
from zhirong.chain.mode.model import ChargeRule, Mode, When
from zhirong.chain.mode.shares import holds, shares_of_loan
from zhirong.chain.mode.stated_fact import plain_fact
from zhirong.chain.mode.vocabulary import CHARGE_BASES, ChargeKind
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, quantise_rate, round_fen, show_yuan, yuan
from zhirong.kernel.text import Text, same

GIVEN_BACK = ("subsidy", "reward")


@dataclass(frozen=True, slots=True)
class Dated:
    """An amount on a day. written: the due date in the contract, where the payment moves to a working day."""

    day: date
    amount: Fen
    written: date | None = None


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """The data of a loan that charges depend on (amounts in fen).

    interest: the interest payments; if none are given, simple interest for the full term, paid with the loan. lpr:
    one-year LPR at the start, which some subsidies need. appraised_value: of the pledged rights. repaid: whether it
    is repaid in full on time, which some subsidies require. borrower_balance, facts, amounts: as for a loss; they
    decide which part of the loan a party bears. part_of_year: the fraction of a year between two days by the day
    count of the case, which some charges need. fee_tables: from ``fee_table.fee_tables_on``, by name.
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
    part_of_year: Callable[[date, date], Fraction] | None = None
    fee_tables: Mapping[str, FeeTable] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, object]:
        """Return the facts that conditions on a charge may use, including those of the loan itself."""
        own = {
            "amount_fen": self.amount,
            "term_months": self.term_months,
            "annual_rate": self.annual_rate,
            "borrower_balance_fen": self.amount if self.borrower_balance is None else self.borrower_balance,
        }
        return {**self.facts, **own}

    @property
    def end(self) -> date:
        """Return the maturity date of the loan."""
        return add_months(self.start, self.term_months)


@dataclass(frozen=True, slots=True)
class ModeCharge:
    """One payment. kind: interest, fee, premium, subsidy or reward. group: the cost that subsidies must not refund
    twice.

    written: for interest, the due date in the contract where it is paid on another day.
    """

    code: str
    title: Text
    kind: ChargeKind
    payer: str
    payee: str
    amount: Fen
    day: date
    explanation: Explanation
    group: str = ""
    written: date | None = None

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
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


def charges(mode: Mode, loan: LoanFacts) -> tuple[ModeCharge, ...]:
    """Return all payments of a loan under ``mode`` other than its principal: interest first, in the order of their
    days.

    Leaves out a rule that is not in force on the day the loan starts, and one whose condition is not known to be
    met (see ``open_charges``). Each period's total is rounded once, as the rule says. A subsidy never refunds more
    than the cost it refers to; all subsidies of one cost count together. Raises ValueError if a rule needs data of
    the loan that is not given.
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


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """A charge whose condition or rate depends on an unknown fact. words: the fact, and how the charge is treated
    meanwhile.
    """

    code: str
    title: Text
    words: Text


def open_charges(mode: Mode, loan: LoanFacts) -> tuple[OpenCharge, ...]:
    """Return the charges that are not paid, or only at the lowest rate, until a fact is known."""
    found = []
    for rule in mode.charges:
        if not rule.reference.holds(loan.start) or not _is_for(rule, loan):
            continue
        state = holds(rule.only_if, loan.known, loan.start)
        open_still = [rule.only_if] if state is None else list(_rate_of(rule, loan)[1]) if state else []
        reasons = [
            result.reason
            for when in open_still
            for result in (try_condition(condition, loan.known, loan.start) for condition in when.conditions)
            if result.state == "unknown"
        ]
        if reasons:
            zh, en = "；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons)
            how = (
                Text("查明前不支付", "not paid until it is known")
                if state is None
                else Text("查明前按最低费率", "at the lowest rate until it is known")
            )
            found.append(OpenCharge(rule.code, rule.title, Text(f"{zh}，{how.zh}", f"{en}; {how.en}")))
    return tuple(found)


def _interest(loan: LoanFacts) -> list[ModeCharge]:
    label = Text("利息", "interest")
    flows = loan.interest
    rate = f"{plain(loan.annual_rate * 100)} %"
    formula = Text(
        f"未还本金 × 年利率 {rate} × 计息期（还款计划）", f"principal owed × {rate} a year × period (schedule)"
    )
    if not flows:
        part = Fraction(loan.term_months, 12)
        time = f"{loan.term_months}/12"
        if loan.part_of_year is not None:
            part = loan.part_of_year(loan.start, loan.end)
            time = str(part)
        flows = (Dated(loan.end, round_fen(loan.amount * Fraction(loan.annual_rate) * part)),)
        formula = same(f"{show_yuan(loan.amount)} × {plain(loan.annual_rate * 100)} % × {time}")
    return [
        ModeCharge(
            "interest",
            label,
            "interest",
            payer="firm",
            payee="lender",
            amount=flow.amount,
            day=flow.day,
            explanation=Explanation(label, flow.amount, "fen", formula),
            written=flow.written,
        )
        for flow in flows
        if flow.amount
    ]


@dataclass(frozen=True, slots=True)
class _Item:
    """The base of one payment of a rule. due: due date of the payment that it refers to. base: in fen, exact.

    written: the due date in the contract, where ``due`` moved to a working day; it decides in which year of the
    loan the payment lies.
    """

    due: date
    base: Fraction
    part_of_year: Fraction = Fraction(1)
    written: date | None = None

    def year_of(self, loan: LoanFacts) -> int:
        """Return the year of the loan in which the payment lies; a payment on the last day of a year belongs to
        that year.
        """
        return _year_of_loan(loan, self.written or self.due)


def _apply(mode: Mode, rule: ChargeRule, loan: LoanFacts, made: Sequence[ModeCharge]) -> list[ModeCharge]:
    if not _is_for(rule, loan) or holds(rule.only_if, loan.known, loan.start) is not True:
        return []
    if rule.base == "fee_table":
        return _by_table(rule, loan)
    rate = _rate_of(rule, loan)[0]
    quantity = _quantity(mode, rule, loan)
    new: list[ModeCharge] = []
    spent = 0
    by_year: dict[int, Fen] = defaultdict(int)
    for item, amount in _rounded(rule, loan, _items(mode, rule, loan, made), rate):
        due = item.due
        paid_on = (loan.end if rule.when == "end" else due) + timedelta(days=rule.days_after)
        formula = _formula(quantity, item, rate)
        limited = amount
        if rule.at_most is not None:
            limited = min(limited, rule.at_most - spent)
        year = paid_on.year if rule.year_of == "payment" else due.year
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
                f"{formula.en} (yearly limit for this loan only; other loans of the firm are not counted)",
            )
        if limited <= 0:
            continue
        spent += limited
        by_year[year] += limited
        explanation = Explanation(rule.title, limited, "fen", formula, (rule.reference,))
        new.append(
            ModeCharge(
                rule.code,
                rule.title,
                rule.kind,
                payer=rule.payer,
                payee=rule.payee,
                amount=limited,
                day=paid_on,
                explanation=explanation,
                group=rule.group,
            )
        )
    return new


def _by_table(rule: ChargeRule, loan: LoanFacts) -> list[ModeCharge]:
    """Return the fee that a fee table gives; no charge where none is due."""
    table = loan.fee_tables.get(rule.of)
    if table is None or loan.appraised_value is None:
        raise ValueError(f"{rule.code}: the appraised value and the table of fees {rule.of} are needed")
    region = plain_fact(loan.facts.get("region"))
    fee = table.fee(loan.appraised_value, loan.amount, None if region is None else str(region))
    if not isinstance(fee.value, int) or not fee.value:
        return []
    paid_on = (loan.end if rule.when == "end" else loan.start) + timedelta(days=rule.days_after)
    explanation = Explanation(rule.title, fee.value, "fen", fee.formula, fee.references, parts=fee.parts)
    return [
        ModeCharge(
            rule.code,
            rule.title,
            rule.kind,
            payer=rule.payer,
            payee=rule.payee,
            amount=fee.value,
            day=paid_on,
            explanation=explanation,
            group=rule.group,
        )
    ]


def _is_for(rule: ChargeRule, loan: LoanFacts) -> bool:
    if rule.only_if_repaid and not loan.repaid:
        return False
    too_small = rule.loan_above is not None and loan.amount <= rule.loan_above
    return not too_small and (rule.loan_at_most is None or loan.amount <= rule.loan_at_most)


def _rate_of(rule: ChargeRule, loan: LoanFacts) -> tuple[Fraction | None, tuple[When, ...]]:
    """Return the rate and the unknown facts it depends on. While a fact is unknown, the lowest possible rate
    applies.
    """
    if rule.rate is None:
        return None, ()
    possible, open_still = [], []
    for when, rate in rule.rates:
        state = holds(when, loan.known, loan.start)
        if state is not False:
            possible.append(rate)
        if state is True:
            break
        if state is None:
            open_still.append(when)
    else:
        possible.append(rule.rate)
    return Fraction(min(possible)), tuple(open_still)


def _rounded(
    rule: ChargeRule, loan: LoanFacts, items: Sequence[_Item], rate: Fraction | None
) -> list[tuple[_Item, Fen]]:
    """Return each item with its amount. Each period's total is rounded once; each item gets its contribution to the
    rounded total.
    """
    exact: dict[int, Fraction] = defaultdict(Fraction)
    found = []
    for number, item in enumerate(items):
        period = _period(rule, loan, item, number)
        before = round_fen(exact[period] / rule.round_to, rule.rounding)
        exact[period] += item.base * item.part_of_year * (1 if rate is None else rate)
        after = round_fen(exact[period] / rule.round_to, rule.rounding)
        found.append((item, (after - before) * rule.round_to))
    return found


def _period(rule: ChargeRule, loan: LoanFacts, item: _Item, number: int) -> int:
    """Return the key of the items that are rounded together: those paid at the end, those of a calendar year under
    a yearly limit, or each alone.
    """
    if rule.base not in ("interest", "charge") or rule.when == "start":
        return number
    if rule.when == "yearly":
        return item.year_of(loan)
    return item.due.year if rule.at_most_per_year is not None and rule.year_of == "due" else 0


def _year_of_loan(loan: LoanFacts, day: date) -> int:
    """Return the year of the loan in which a day lies; a payment on the last day of a year belongs to that year."""
    number = 1
    while day > add_months(loan.start, 12 * number):
        number += 1
    return number


def _items(mode: Mode, rule: ChargeRule, loan: LoanFacts, made: Sequence[ModeCharge]) -> list[_Item]:
    if rule.base in ("interest", "charge"):
        code = "interest" if rule.base == "interest" else rule.of
        part = _counted_part(rule, loan)
        items = [
            _Item(charge.day, charge.amount * part, written=charge.written)
            for charge in made
            if charge.code == code
        ]
        items.sort(key=lambda item: item.due)
        if rule.years_at_most is None:
            return items
        return [item for item in items if item.year_of(loan) <= rule.years_at_most]
    base = _single_base(mode, rule, loan)
    if rule.when != "yearly":
        return [_Item(loan.start if rule.when == "start" else loan.end, base)]
    years = -(-loan.term_months // 12)
    if rule.years_at_most is not None:
        years = min(years, rule.years_at_most)
    return [
        _Item(add_months(loan.start, 12 * number), base, _part_of_year(rule, loan, number))
        for number in range(years)
    ]


def _part_of_year(rule: ChargeRule, loan: LoanFacts, number: int) -> Fraction:
    """Return the fraction of a calendar year that the loan's year with this number, counted from 0, covers."""
    if not rule.per_year:
        return Fraction(1)
    months = min(12, loan.term_months - 12 * number)
    if rule.day_count == "months":
        return Fraction(months, 12)
    if loan.part_of_year is None:
        raise ValueError(f"{rule.code}: give the day count of the case")
    first = add_months(loan.start, 12 * number)
    return loan.part_of_year(first, add_months(loan.start, 12 * number + months))


def _lpr_part(rule: ChargeRule, loan: LoanFacts) -> Fraction:
    """Return the share of the interest that counts where the rule limits it to a multiple of the LPR."""
    if rule.lpr_multiple is None or loan.annual_rate <= 0:
        return Fraction(1)
    if loan.lpr is None:
        raise ValueError(f"{rule.code}: give the LPR")
    return min(Fraction(1), Fraction(rule.lpr_multiple) * Fraction(loan.lpr) / Fraction(loan.annual_rate))


def _counted_part(rule: ChargeRule, loan: LoanFacts) -> Fraction:
    part = Fraction(loan.ip_share) if rule.ip_part_only else Fraction(1)
    return part * _lpr_part(rule, loan) if rule.base == "interest" else part


def _single_base(mode: Mode, rule: ChargeRule, loan: LoanFacts) -> Fraction:
    ip_part = Fraction(loan.ip_share) if rule.ip_part_only else Fraction(1)
    if rule.base == "loan":
        return loan.amount * ip_part
    if rule.base == "share":
        shares = shares_of_loan(mode, loan.start, loan.amount, loan.borrower_balance, loan.amounts, loan.facts)
        return loan.amount * shares.get(rule.of, Fraction(0)) * ip_part
    if rule.base == "appraised_value":
        if loan.appraised_value is None:
            raise ValueError(f"{rule.code}: give the appraised value")
        return Fraction(loan.appraised_value)
    return Fraction(rule.amount or 0)


def _quantity(mode: Mode, rule: ChargeRule, loan: LoanFacts) -> Text:
    """Return the name of the base of the rate."""
    words = CHARGE_BASES[rule.base]
    if rule.base == "interest" and _lpr_part(rule, loan) < 1 and loan.lpr is not None:
        lpr, times = f"{plain(loan.lpr * 100)} %", plain(rule.lpr_multiple or Decimal(1))
        many = rule.lpr_multiple != 1
        words = Text(
            f"按一年期 LPR（{lpr}）{f'的 {times} 倍' if many else ''}计的利息",
            f"interest at {f'{times} × ' if many else ''}the one-year LPR of {lpr}",
        )
    elif rule.base == "charge":
        words = next(other.title for other in mode.charges if other.code == rule.of)
    elif rule.base == "share":
        name = mode.name_of(rule.of)
        words = Text(f"{name.zh}承担部分的贷款额", f"part of the loan that {name.en} bears")
    if rule.ip_part_only:
        part = f"{plain(loan.ip_share * 100)} %"
        words = Text(f"{words.zh}中的知识产权部分（{part}）", f"IP part ({part}) of {words.en}")
    return words


def _no_more_than(rule: ChargeRule, new: list[ModeCharge], left: dict[str, Fen]) -> list[ModeCharge]:
    """Limit subsidies to the remaining part of the cost that they refund."""
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
                Text("补贴合计不超过实际费用", "subsidies together may not exceed the cost paid"),
                charge.explanation.references,
                parts=(charge.explanation,),
            )
            kept.append(replace(charge, amount=amount, explanation=why))
    return kept


def _formula(quantity: Text, item: _Item, rate: Fraction | None) -> Text:
    if rate is None:
        return Text("定额", "fixed amount")
    amount = show_yuan(round_fen(item.base))
    part = item.part_of_year
    time = "" if part == 1 else f" × {part}"
    shown = f"{plain(quantise_rate(rate * 100, 6))} %"
    return Text(f"{quantity.zh} {amount} × {shown}{time}", f"{quantity.en} {amount} × {shown}{time}")
