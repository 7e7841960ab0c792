"""The lender's expected loss at any amount under one mode, and the greatest amount within a budget."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.appraisal.records import Appraisal, LendingValue
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.reading import usual_day_count
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.terms import LoanTerms
from zhirong.chain.mode.arrays import allocate_many, scenarios
from zhirong.chain.mode.loss import OPEN_POOL, LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.losses import Proceeds, haircut_and_chance, loss_grid, net_proceeds
from zhirong.chain.quote.quote import annual_rate, facts_of
from zhirong.chain.quote.records import Quote, Request
from zhirong.kernel.days import WorkingDays, add_months, working_days_from
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook

_LENDER = "lender"
# What an expected loss takes for granted: that the lender's claim is in order when it comes.
_CLAIM_IN_ORDER = {"pledge_registered": True, "lawful_use": True, "good_faith": True}
_LADDER = 1.25  # amounts tried on the way up: fixed rungs, so that no input but the loss itself moves the answer


@dataclass(frozen=True, slots=True)
class LoanUnderMode:
    """What the lender's expected loss depends on besides the amount.

    facts: what the mode may ask about. proceeds: net of a sale, with their chances. default: within a year.
    recovery_cost: share of what is claimed. disposal_months: how long a disposal takes.
    """

    mode: Mode
    case_id: str
    firm: str
    request: Request
    annual_rate: Decimal
    facts: dict[str, object]
    proceeds: Proceeds
    default: Decimal
    recovery_cost: Decimal
    disposal_months: int
    working_days: WorkingDays

    def lender_loss(self, amount: Fen, default: Decimal | None = None, times: float = 1.0) -> float:
        """The lender's expected loss in fen over the life of a loan of ``amount``, through the mode's own sharing.

        default, times: another chance of default, or proceeds so many times as high, for asking "what if".
        """
        if _LENDER not in self.mode.bearers:
            return 0.0
        request = self.request
        end = add_months(request.start, request.term_months)
        plan = schedule(
            LoanTerms(
                principal=amount,
                start=request.start,
                end=end,
                method=request.method,
                rate=FixedRate(self.annual_rate),
                cycle=request.cycle,
                day_count=usual_day_count(request.method, request.cycle),
                shift="following",
            ),
            self.working_days,
        )
        chance = self.default if default is None else default
        grid = loss_grid(plan, chance, self.proceeds.times(times), self.recovery_cost, self.disposal_months)
        share, balance = self.facts.get("ip_share_of_security"), self.facts.get("borrower_balance_fen")
        loan = LoanLoss(
            loan_id=self.case_id,
            borrower=self.firm,
            lender=self.mode.name_of(_LENDER).zh,
            loan_day=request.start,
            claim_day=plan.terms.end,
            amount=amount,
            principal=0,
            ip_share=share if isinstance(share, Decimal) else Decimal(1),
            borrower_balance=amount + (balance if isinstance(balance, int) else 0),
            facts={**self.facts, **_CLAIM_IN_ORDER},
        )
        losses = scenarios(self.mode, loan, grid.principal, grid.interest, grid.costs)
        parts = allocate_many(self.mode, losses, loan.loan_day, OPEN_POOL, as_if_in_force=True)
        return float(grid.probability @ parts[:, self.mode.bearers.index(_LENDER)])

    def within(self, amount: Fen, budget: Decimal, default: Decimal | None = None, times: float = 1.0) -> bool:
        """Whether the expected loss stays within ``budget`` a year of the principal."""
        allowed = Fraction(budget) * Fraction(self.request.term_months, 12) * amount
        return self.lender_loss(amount, default, times) <= float(allowed)


def loan_under(
    answer: Quote, mode: Mode, value: Appraisal, lending: LendingValue, rules: Rulebook
) -> LoanUnderMode:
    """The loan asked for, under ``mode``, ready to be asked for its expected loss at any amount."""
    case, day = answer.case, answer.case.as_of
    haircut, alive = haircut_and_chance(lending)
    return LoanUnderMode(
        mode=mode,
        case_id=case.id,
        firm=case.firm_name,
        request=case.request,
        annual_rate=annual_rate(case, answer.credit, rules)[0],
        facts=dict(facts_of(case, answer.rights)),
        proceeds=net_proceeds(value.value.paths, haircut, alive),
        default=answer.credit.default_probability.number(),
        recovery_cost=rules.at("quote.recovery_cost", day).number(),
        disposal_months=rules.at("quote.disposal_months", day).whole(),
        working_days=working_days_from(rules.at("calendar.working_days", day).value),
    )


def greatest_within_budget(loan: LoanUnderMode, budget: Decimal, most: Fen, step: Fen) -> Fen:
    """The greatest amount up to ``most`` below which the lender's expected loss never leaves the budget.

    Amounts are tried on fixed rungs upward; between the last that holds and the first that does not, whole steps
    are halved. ``most`` itself is returned where every rung holds.
    """
    good, rung = 0, 1
    while rung * step < most:
        if not loan.within(rung * step, budget):
            return last_that_holds(lambda count: loan.within(count * step, budget), good, rung) * step
        good, rung = rung, max(rung + 1, int(rung * _LADDER))
    if most == 0 or loan.within(most, budget):
        return most
    return last_that_holds(lambda count: loan.within(count * step, budget), good, most // step + 1) * step


def last_that_holds(holds: Callable[[int], bool], good: int, bad: int) -> int:
    """The last whole number from ``good`` on for which ``holds``, by halving; it does not hold at ``bad``."""
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good
