"""The price of a loan at the limit: the lender's cost price, its return on capital, and the earnings of the
guarantors.

A price follows from the limit and never changes it. It declines nothing.
"""

from dataclasses import dataclass
from fractions import Fraction

from zhirong.chain.limit.need import SMALL_SIZES
from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER, LimitFirm
from zhirong.chain.limit.risk import RiskTests
from zhirong.kernel.money import Fen, round_fen

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class GuarantorResult:
    """A guarantor's yearly earnings, in fen; on_capital: on ten per cent of its part. Negative if the guarantee is
    subsidised.

    part: its share of the loan. fee: paid by the firm; passed_on: to re-guarantors; expected: its expected loss.
    """

    role: str
    part: Fen
    fee: Fen
    passed_on: Fen
    expected: Fen
    running: Fen
    net: Fen
    on_capital: Fraction | None


@dataclass(frozen=True, slots=True)
class Price:
    """Rates per year, exact. expected_rate: the lender's expected loss over the average balance; capital: share
    required.

    weight: risk weight behind the capital. cost: the lender's cost price with VAT. offered: the firm's rate.
    all_in: with the fees of guarantor and insurer. raroc: after tax on the capital.
    """

    funding: Fraction
    running: Fraction
    expected_rate: Fraction
    weight: Fraction
    capital: Fraction
    vat: Fraction
    cost: Fraction
    market: Fraction
    offered: Fraction
    all_in: Fraction
    raroc: Fraction
    hurdle: Fraction
    guarantors: tuple[GuarantorResult, ...]

    @property
    def below_cost(self) -> Fraction:
        """Return how far the offered rate is below the cost price; 0 if it is not."""
        return max(Fraction(0), self.cost - self.offered)


def price(firm: LimitFirm, tests: RiskTests, amount: Fen, policy: Policy, lpr: Fraction) -> Price:
    """Calculate the price of a loan of ``amount`` fen. lpr: the benchmark of funding and market rate."""
    number, plan = policy.number, tests.arrangement
    expected = tests.expected([amount])
    years = Fraction(firm.term_months, _MONTHS)
    lender_loss = expected.get(LENDER, [Fraction(0)])[0]
    expected_rate = lender_loss / (amount * tests.outstanding())
    funding, running = lpr - number["price.funding_below_lpr"], number["price.running"]
    shares = _whole_shares(tests, amount)
    weight = risk_weight(firm, amount, policy)
    if plan.eligible_weight is not None:
        kept = shares.get(LENDER, Fraction(0))
        weight = kept * weight + (1 - kept) * plan.eligible_weight
    capital = number["price.capital_ratio"] * weight
    is_exempt = firm.size in SMALL_SIZES and amount <= policy.amount["price.small_loan"]
    vat = Fraction(0) if is_exempt else number["price.vat"]
    tax = number["price.tax"]
    wanted = number["price.hurdle"] / (1 - tax) - funding
    cost = (funding + running + expected_rate + capital * wanted) * (1 + vat)
    offered = offered_rate(firm, cost, policy, lpr)
    if plan.rate_at_most is not None and firm.agreed_rate is None:
        offered = min(offered, plan.rate_at_most)
    fees = Fraction(0) if plan.yearly_fees is None else plan.yearly_fees(amount)
    earned = offered / (1 + vat) - funding - running - expected_rate + capital * funding
    return Price(
        funding=funding,
        running=running,
        expected_rate=expected_rate,
        weight=weight,
        capital=capital,
        vat=vat,
        cost=cost,
        market=firm.market_rate,
        offered=offered,
        all_in=offered + fees / amount,
        raroc=earned * (1 - tax) / capital,
        hurdle=number["price.hurdle"],
        guarantors=tuple(
            _guarantor(role, tests, amount, shares, expected[role][0], years, policy)
            for role in plan.roles
            if role in GUARANTOR_LIKE and shares.get(role)
        ),
    )


def risk_weight(firm: LimitFirm, amount: Fen, policy: Policy) -> Fraction:
    """Return the lender's risk weight by size class and by its loans to the firm."""
    number = policy.number
    if firm.size in SMALL_SIZES:
        is_small_loan = firm.lender.loans + amount <= policy.amount["price.small_loan"]
        return number["price.weight.small" if is_small_loan else "price.weight.small_large_loan"]
    return number["price.weight.medium" if firm.size == "medium" else "price.weight.other"]


def offered_rate(firm: LimitFirm, cost: Fraction, policy: Policy, lpr: Fraction) -> Fraction:
    """Return the agreed rate; else the market rate, or the cost price rounded up to the next step if that is lower."""
    if firm.agreed_rate is not None:
        return firm.agreed_rate
    step = policy.number["price.step"]
    rounded = -(-cost // step) * step
    return min(firm.market_rate, max(rounded, lpr - policy.number["price.floor_below_lpr"]))


def _whole_shares(tests: RiskTests, amount: Fen) -> dict[str, Fraction]:
    """Return shares of the loan itself, before any pledge is deducted."""
    plan = tests.arrangement
    if plan.flat is not None:
        return dict(plan.flat)
    return {role: Fraction(row[0], amount) for role, row in plan.divide([amount], [amount]).items()}


def _guarantor(
    role: str,
    tests: RiskTests,
    amount: Fen,
    shares: dict[str, Fraction],
    expected: Fraction,
    years: Fraction,
    policy: Policy,
) -> GuarantorResult:
    plan = tests.arrangement
    part = amount * shares[role]
    fee = Fraction(0) if plan.guarantee_fees is None else plan.guarantee_fees(amount)
    passed = Fraction(0) if plan.reguarantee_fees is None else plan.reguarantee_fees(amount)
    running = policy.number["price.guarantor_running"] * part
    net = fee - passed - expected / years - running
    held = policy.number["price.guarantor_capital"] * part
    return GuarantorResult(
        role=role,
        part=round_fen(part, "floor"),
        fee=round_fen(fee, "floor"),
        passed_on=round_fen(passed, "floor"),
        expected=round_fen(expected / years, "floor"),
        running=round_fen(running, "floor"),
        net=round_fen(net, "floor"),
        on_capital=net / held if held else None,
    )
