"""The risk limit under one mode: the highest amount at which no bearer exceeds its limit.

Flat shares have closed forms (V + K ÷ s, V + 4K ÷ g, V × x ÷ (x − b)). Every other sharing goes through the mode's
own allocator: between two amounts at which a tier or cap changes the shares, each bearer's part grows steadily with
the loan, so a test that passes at both ends of such an interval passes in between, and a failing amount is found by
bisection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from zhirong.chain.limit.exposure import Exposure
from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER, Arrangement, LimitFirm, Parts
from zhirong.kernel.money import Fen, round_fen

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk limit. code: the test that fails at the next step, empty if none does.

    paper: the amount that each test allows by its closed form, in fen; None means no limit. Empty if only a search
    gives it.
    """

    amount: Fen
    code: str
    paper: Mapping[str, Fen | None]


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the loan. balance: share of the loan outstanding; part: fraction of a year; chance: q of the
    year.
    """

    balance: Fraction
    part: Fraction
    chance: Fraction


def years_of(firm: LimitFirm) -> tuple[Year, ...]:
    """Return the years of the loan with q = alive × PD × part, where alive falls by the factor 1 − PD × part."""
    years, passed, alive = [], 0, Fraction(1)
    while passed < firm.term_months:
        part = min(Fraction(1), Fraction(firm.term_months - passed, _MONTHS))
        balance = 1 - Fraction(passed, firm.term_months) if firm.amortising else Fraction(1)
        years.append(Year(balance, part, alive * firm.pd * part))
        alive *= 1 - firm.pd * part
        passed += _MONTHS
    return tuple(years)


class RiskTests:
    """The three tests of one mode, for any amount."""

    def __init__(
        self,
        firm: LimitFirm,
        arrangement: Arrangement,
        exposed: Exposure,
        policy: Policy,
        years: tuple[Year, ...] = (),
    ) -> None:
        self.firm = firm
        self.arrangement = arrangement
        self.value = exposed.value
        self.policy = policy
        self.is_pawn = arrangement.basis == "pledge"
        self.lender_most = 0 if self.is_pawn else exposed.lender
        self.guarantor_most = exposed.guarantor
        self.years = years or years_of(firm)
        self.lgd = policy.number["lgd_unsecured"]
        self.budget = policy.number["loss_budget"]
        self.others = tuple(role for role in arrangement.roles if role != LENDER)
        self.refusing = frozenset(role for role in self.others if firm.pd > self.ceiling(role))
        self._budget_of_life = self.budget * self.outstanding()
        # A rounding residue goes to the lender: one fen per other bearer is tolerated.
        self.slack = len(self.others)

    def ceiling(self, role: str) -> Fraction:
        """Return the highest probability of default at which a bearer takes part."""
        usual = self.policy.number["law.payout_ceiling"]
        stated = (self.arrangement.ceilings or {}).get(role)
        return usual if stated is None else min(usual, stated)

    def lender_code(self) -> str:
        """Return the name of the first test."""
        return "pledge" if self.is_pawn else "exposure:lender"

    def parts(self, amounts: Sequence[Fen], balances: Sequence[Fen] | None = None) -> Parts:
        """Return each bearer's part of the principal if the firm defaults immediately with ``balances`` outstanding
        (by default all).
        """
        owed = amounts if balances is None else balances
        plan, value = self.arrangement, self.value
        if plan.put_price_share is not None:
            prices = [min(debt, round_fen(plan.put_price_share * whole, "floor")) for whole, debt in
                      zip(amounts, owed, strict=True)]  # fmt: skip
            return {
                "purchaser": [max(0, price - value) for price in prices],
                LENDER: [max(0, debt - price) for debt, price in zip(owed, prices, strict=True)],
            }
        if plan.pledgee == "shared":
            return plan.divide(amounts, [max(0, debt - value) for debt in owed])
        divided = dict(plan.divide(amounts, owed))
        if plan.pledgee in divided:
            divided[plan.pledgee] = [max(0, part - value) for part in divided[plan.pledgee]]
        return divided

    @property
    def _flat(self) -> Mapping[str, Fraction] | None:
        """The fixed shares if they apply to every loss, which is then divided before rounding; otherwise None."""
        plan = self.arrangement
        return plan.flat if plan.pledgee == "shared" and plan.put_price_share is None else None

    def loss_given_default(self, role: str) -> Fraction:
        """A purchaser who takes the right over has no further claim on the firm."""
        takes_over = self.arrangement.put_price_share is not None and role == "purchaser"
        return Fraction(1) if takes_over else self.lgd

    def expected(self, amounts: Sequence[Fen]) -> dict[str, list[Fraction]]:
        """Return each bearer's expected loss over the life of the loan, in exact fen, for each amount."""
        flat = self._flat
        if flat is not None:
            # The loss is the same for all; each bears its share of it.
            lost = [Fraction(0)] * len(amounts)
            for year in self.years:
                uncovered = [max(0, round_fen(amount * year.balance, "floor") - self.value) for amount in amounts]
                lost = [sum_ + year.chance * rest for sum_, rest in zip(lost, uncovered, strict=True)]
            weights = {role: self.loss_given_default(role) * flat.get(role, 0) for role in self.arrangement.roles}
            return {role: [sum_ * weight for sum_ in lost] for role, weight in weights.items()}
        losses = {role: [Fraction(0)] * len(amounts) for role in self.arrangement.roles}
        for year in self.years:
            balances = [round_fen(amount * year.balance, "floor") for amount in amounts]
            for role, row in self.parts(amounts, balances).items():
                weight = year.chance * self.loss_given_default(role)
                losses[role] = [sum_ + weight * part for sum_, part in zip(losses[role], row, strict=True)]
        return losses

    def allowed(self, amount: Fen) -> Fraction:
        """Return the lender's loss budget over the life: 1.8 % per year of the outstanding amount."""
        return self._budget_of_life * amount

    def outstanding(self) -> Fraction:
        """Return the years weighted by the share of the loan outstanding."""
        return sum((year.balance * year.part for year in self.years), Fraction(0))

    def changes(self, most: Fen) -> set[Fen]:
        """Return amounts up to ``most`` at which some bearer's part may change its slope."""
        places = {
            self.value,
            *self.arrangement.changes,
            *(self.value + place for place in self.arrangement.changes),
        }
        spread = {int(place / year.balance) for place in places for year in self.years}
        return {place for place in places | spread if 0 < place < most}

    def failures(self, amounts: Sequence[Fen]) -> list[str]:
        """Return, for each amount, the first test that fails, or an empty word."""
        parts = self.parts(amounts)
        expected = [Fraction(0)] * len(amounts)
        if len(self.years) == 1 and LENDER in parts:
            weight = self.years[0].chance * self.lgd
            expected = [weight * part for part in parts[LENDER]]
        elif LENDER in self.arrangement.roles:
            expected = self.expected(amounts)[LENDER]
        found = []
        for place, amount in enumerate(amounts):
            found.append(self._failure(amount, {role: row[place] for role, row in parts.items()}, expected[place]))
        return found

    def _failure(self, amount: Fen, parts: Mapping[str, Fen], expected: Fraction) -> str:
        if parts.get(LENDER, 0) > self.lender_most + self.slack:
            return self.lender_code()
        if expected > self.allowed(amount) + self.slack:
            return "expected_loss:lender"
        for role in self.others:
            part = parts.get(role, 0)
            if role in GUARANTOR_LIKE and part > self.guarantor_most:
                return f"exposure:{role}"
            if role in self.refusing and part > 1:
                return f"payout:{role}"
        return ""


def risk_limit(tests: RiskTests, most: Fen, step: Fen) -> Risk:
    """Return the highest multiple of ``step`` up to ``most`` such that it and every smaller one pass all tests; or
    ``most``.
    """
    plan = tests.arrangement
    if plan.flat is not None and plan.pledgee == "shared" and plan.put_price_share is None:
        return _by_closed_form(tests, plan.flat, most, step)
    found = _by_search(tests, most, step)
    return replace(found, paper=_paper(tests))


def _paper(tests: RiskTests) -> dict[str, Fen | None]:
    """Return the amount that each bearer's exposure allows if the pledge belongs to one party, or a purchaser takes
    the right over.
    """
    plan, value = tests.arrangement, tests.value
    if plan.put_price_share is not None:
        price = plan.put_price_share
        lender = None if price == 1 else round_fen(tests.lender_most / (1 - price), "floor")
        return {
            tests.lender_code(): lender,
            "exposure:purchaser": round_fen((value + tests.guarantor_most) / price, "floor") if price else None,
        }
    if plan.flat is None or plan.pledgee == "shared":
        return {}
    bounds: dict[str, Fen | None] = {}
    for role in (LENDER, *tests.others):
        share = plan.most_of(role)
        if not share or (role != LENDER and role not in GUARANTOR_LIKE):
            continue
        most = tests.lender_most if role == LENDER else tests.guarantor_most
        held = value if role == plan.pledgee else 0
        code = tests.lender_code() if role == LENDER else f"exposure:{role}"
        bounds[code] = round_fen((held + most) / share, "floor")
    return bounds


def _by_closed_form(tests: RiskTests, shares: Mapping[str, Fraction], most: Fen, step: Fen) -> Risk:
    value, lender = tests.value, shares.get(LENDER, Fraction(0))
    allowed: dict[str, Fraction | None] = {}
    for role in tests.others:
        share = tests.arrangement.most_of(role) or Fraction(0)
        if role in GUARANTOR_LIKE:
            allowed[f"exposure:{role}"] = value + tests.guarantor_most / share if share else None
        if role in tests.refusing and share:
            allowed[f"payout:{role}"] = Fraction(value)
    first = {tests.lender_code(): value + tests.lender_most / lender if lender else None}
    single = len(tests.years) == 1
    first["expected_loss:lender"] = _loss_form(tests, lender) if single else None
    ordered = {**first, **allowed}
    bounds = {code: bound for code, bound in ordered.items() if bound is not None}
    amount, code = most, ""
    for name, bound in bounds.items():
        if bound < amount and round_fen(bound, "floor") < amount:
            amount, code = round_fen(bound, "floor"), name
    amount = amount if code == "" else amount // step * step
    if not single and lender:
        within = _greatest_within(tests, amount, step)
        if within < amount:
            amount, code = within, "expected_loss:lender"
    paper = {name: None if bound is None else round_fen(bound, "floor") for name, bound in ordered.items()}
    if not single:
        paper.pop("expected_loss:lender")
    return Risk(amount, code, paper)


def _loss_form(tests: RiskTests, lender: Fraction) -> Fraction | None:
    """Return V × x ÷ (x − b) with x = PD × LGD × s and b the budget; None if x ≤ b."""
    rate = tests.firm.pd * tests.lgd * lender
    return None if rate <= tests.budget else tests.value * rate / (rate - tests.budget)


def _greatest_within(tests: RiskTests, most: Fen, step: Fen) -> Fen:
    """Return the highest multiple of ``step`` (or ``most``) within the loss budget over several years.

    The loss less the budget is convex in the amount and zero at zero, so the passing amounts are one interval from
    0.
    """

    def holds(amount: Fen) -> bool:
        return tests.expected([amount])[LENDER][0] <= tests.allowed(amount) + tests.slack

    if holds(most):
        return most
    good, bad = 0, -(-most // step)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle * step) else (good, middle)
    return good * step


def _by_search(tests: RiskTests, most: Fen, step: Fen) -> Risk:
    """Search interval by interval from the bottom, in multiples of ``step``, with ``most`` itself at the end."""

    def fails(count: int) -> str:
        return tests.failures([count * step])[0]

    last = most // step
    ends = sorted({min(last, place // step) for place in tests.changes(most)} | {last})
    good = 0
    for end in ends:
        if end <= good:
            continue
        code = fails(good + 1)
        if code:
            return Risk(good * step, code, {})
        low, high = good + 1, end
        code = fails(high)
        if not code:
            good = high
            continue
        while high - low > 1:
            middle = (low + high) // 2
            found = fails(middle)
            low, high, code = (low, middle, found) if found else (middle, high, code)
        return Risk(low * step, code, {})
    if most > good * step:
        code = tests.failures([most])[0]
        if code:
            return Risk(good * step, code, {})
    return Risk(most, "", {})
