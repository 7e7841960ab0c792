"""The lender's expected loss at any amount under one mode, and the greatest amount within a budget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from zhirong.chain.appraisal.records import NoValue
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.reading import usual_day_count
from zhirong.chain.loan.schedule import Schedule, schedule
from zhirong.chain.loan.terms import LoanTerms
from zhirong.chain.mode.arrays import allocate_many, scenarios
from zhirong.chain.mode.loss import OPEN_POOL, LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.facts import annual_rate, facts_of
from zhirong.chain.quote.losses import LossGrid, Proceeds, haircut_and_chance, loss_grid, net_proceeds
from zhirong.chain.quote.records import Quote, Request
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook

_LENDER = "lender"
# What an expected loss takes for granted: that the lender's claim is in order when it comes.
_CLAIM_IN_ORDER = {"pledge_registered": True, "lawful_use": True, "good_faith": True}
_LADDER = 1.25  # amounts tried on the way up: fixed rungs, so that no input but the loss itself moves the answer


Grid = tuple[Schedule, LossGrid]
Grids = Callable[[Fen, Decimal, float], Grid]


@dataclass(frozen=True, slots=True)
class LoanUnderMode:
    """What the lender's expected loss depends on besides the amount.

    facts: what the mode may ask about. default: chance within a year. grids: the loan's schedule and every way it can
    fail, at an amount, a chance of default and proceeds so many times as high; the same under every mode.
    """

    mode: Mode
    case_id: str
    firm: str
    request: Request
    annual_rate: Decimal
    facts: Mapping[str, object]
    default: Decimal
    grids: Grids

    def lender_loss(self, amount: Fen, default: Decimal | None = None, times: float = 1.0) -> float:
        """The lender's expected loss in fen over the life of a loan of ``amount``, through the mode's own sharing.

        default, times: another chance of default, or proceeds so many times as high, for asking "what if".
        """
        if _LENDER not in self.mode.bearers:
            return 0.0
        plan, grid = self.grids(amount, self.default if default is None else default, times)
        share, balance = self.facts.get("ip_share_of_security"), self.facts.get("borrower_balance_fen")
        loan = LoanLoss(
            loan_id=self.case_id,
            borrower=self.firm,
            lender=self.mode.name_of(_LENDER).zh,
            loan_day=self.request.start,
            claim_day=plan.terms.end,
            amount=amount,
            principal=0,
            ip_share=share if isinstance(share, Decimal) else Decimal(1),
            borrower_balance=amount + (balance if isinstance(balance, int) else 0),
            facts={**self.facts, **_CLAIM_IN_ORDER},
        )
        losses = scenarios(self.mode, loan, grid.principal, grid.interest, grid.costs, claim_in_order=True)
        parts = allocate_many(self.mode, losses, loan.loan_day, OPEN_POOL, as_if_in_force=True)
        return float(grid.probability @ parts[:, self.mode.bearers.index(_LENDER)])

    def within(self, amount: Fen, budget: Decimal, default: Decimal | None = None, times: float = 1.0) -> bool:
        """Whether the expected loss stays within ``budget`` a year of the principal."""
        allowed = Fraction(budget) * Fraction(self.request.term_months, 12) * amount
        return self.lender_loss(amount, default, times) <= float(allowed)


def grids_of(answer: Quote, rules: Rulebook) -> Grids:
    """What makes the grids of the loan that a quote is about; each is made once, whatever the number of modes.

    Raises ValueError, when a grid is asked for, where the rights have no value.
    """
    case, day = answer.case, answer.case.as_of
    request, rate = case.request, annual_rate(case, answer.credit, rules)[0]
    recovery_cost = rules.at("quote.recovery_cost", day).number()
    disposal_months = rules.at("quote.disposal_months", day).whole()
    working_days = working_days_from(rules.at("calendar.working_days", day).value)

    @cache
    def proceeds() -> Proceeds:
        if isinstance(answer.appraisal, NoValue) or answer.lending is None:
            raise ValueError("rights without a value bring nothing that could be counted")
        return net_proceeds(answer.appraisal.value.paths, *haircut_and_chance(answer.lending))

    @cache
    def plan_of(amount: Fen) -> Schedule:
        return schedule(
            LoanTerms(
                principal=amount,
                start=request.start,
                end=add_months(request.start, request.term_months),
                method=request.method,
                rate=FixedRate(rate),
                cycle=request.cycle,
                day_count=usual_day_count(request.method, request.cycle),
                shift="following",
            ),
            working_days,
        )

    @cache
    def grid(amount: Fen, default: Decimal, times: float) -> Grid:
        plan = plan_of(amount)
        return plan, loss_grid(plan, default, proceeds().times(times), recovery_cost, disposal_months)

    return grid


def loan_under(answer: Quote, mode: Mode, rules: Rulebook, grids: Grids | None = None) -> LoanUnderMode:
    """The loan asked for, under ``mode``, ready to be asked for its expected loss at any amount."""
    case = answer.case
    return LoanUnderMode(
        mode=mode,
        case_id=case.id,
        firm=case.firm_name,
        request=case.request,
        annual_rate=annual_rate(case, answer.credit, rules)[0],
        facts=facts_of(case, answer.rights),
        default=answer.credit.default_probability.number(),
        grids=grids or grids_of(answer, rules),
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
