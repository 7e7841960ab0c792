"""A mode as the engine sees it: roles, terms of sharing, conditions, charges. Made by ``reader``, never by hand.

Amounts are fen, rates and shares exact. Everything that a source does not say carries a reference whose
confidence is ``assumed`` and is listed in ``Mode.assumptions``.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhirong.chain.mode.confirmation import Confirmation
from zhirong.chain.mode.security import Pledgee, Security
from zhirong.chain.mode.vocabulary import ChargeKind, PayerNature
from zhirong.kernel.memo import Same
from zhirong.kernel.money import Fen, Rounding
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ModeParty:
    """Who plays a role in this mode. role: a word of ``vocabulary.ROLES``.

    nature: whether its payment takes the claim over or compensates the lender; None where the file does not say.
    """

    role: str
    name: Text
    does: Text | None
    nature: PayerNature | None = None


@dataclass(frozen=True, slots=True)
class ModeCondition:
    """One test of one fact. value: days and regions as words, numbers as Decimal, amounts in fen."""

    fact: str
    test: str
    value: bool | Decimal | int | tuple[str, ...]
    reference: Reference
    why: Text | None = None

    @property
    def code(self) -> str:
        """Stable key of the condition."""
        return f"{self.fact}.{self.test}"


@dataclass(frozen=True, slots=True)
class When:
    """When a clause holds: one of ``any_of`` is met, and each of ``all_of``. Without conditions it always holds.

    What is not known makes a clause undecided: it then pays nothing to anyone that it would not pay in any case.
    """

    any_of: tuple[ModeCondition, ...] = ()
    all_of: tuple[ModeCondition, ...] = ()

    @property
    def conditions(self) -> tuple[ModeCondition, ...]:
        """Every condition, in the order of the file."""
        return (*self.any_of, *self.all_of)


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Instead:
    """Other shares of a tier that replace its own. The first of a tier that holds counts."""

    when: When
    shares: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """Who bears what of one slice.

    up_to: end of the slice in fen (or a ratio for the pool's loss ratio), included; None is open.
    up_to_fact: name of an amount of the loan that ends the slice instead, such as an agreed price.
    shares: exact parts that sum to 1, in the order of the parties. paths: how a nested share came about. instead:
    other shares where a condition is met.
    """

    shares: tuple[tuple[str, Fraction], ...]
    up_to: Fraction | None = None
    up_to_fact: str | None = None
    paths: tuple[tuple[str, Text], ...] = ()
    instead: tuple[Instead, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that has a share of the slice, whatever is met; in the order of the parties as far as
        possible.
        """
        others = (role for other in self.instead for role, _ in other.shares)
        return tuple(dict.fromkeys([*(role for role, _ in self.shares), *others]))


@dataclass(frozen=True, slots=True)
class Bonus:
    """A further share for ``to``, taken from ``taken_from``, where ``when`` holds."""

    to: str
    taken_from: str
    add: Fraction
    when: When


@dataclass(frozen=True, slots=True)
class TopUp:
    """A further layer: ``payer`` bears ``share`` of the base on top, taken from ``taken_from``, where ``when``
    holds.
    """

    payer: str
    taken_from: str
    share: Fraction
    name: Text
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The parties named bear together at most ``share``; bonuses and top-ups are cut to it, the last first."""

    parties: tuple[str, ...]
    share: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on what is counted, shared or paid.

    counts: a reading of ``vocabulary.READINGS``. per: what it is counted for; empty is the whole pool.
    Exactly one of: amount (fen); times_fees (multiple of the fees collected by the payers); of_entered (part of the
    principal entered in the pool); of_balance (the fund's balance on the day of reckoning; what comes back to the
    fund by a later recovery does not make room for other loans, which is assumed: no rule says that it does);
    of_loss (part of the loan's loss in the components that are shared).
    payers: whose payments it limits (reading ``payment`` only). beside: parties whose payments count first, so that
    the payers give way to them; public_elsewhere: so does what other public money has paid for the loan. when:
    where the cap holds; while that is not known it limits.
    """

    counts: str
    per: tuple[str, ...]
    payers: tuple[str, ...]
    overflow_to: str
    reference: Reference
    amount: Fen | None = None
    times_fees: Fraction | None = None
    of_entered: Fraction | None = None
    of_balance: bool = False
    of_loss: Fraction | None = None
    beside: tuple[str, ...] = ()
    public_elsewhere: bool = False
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Timing:
    """When a payer pays, and to whom. days: after the claim. through: who pays in its stead first, and is repaid by
    it.
    """

    payer: str
    days: int
    through: str | None
    reference: Reference


@dataclass(frozen=True, slots=True)
class Breaker:
    """No new loans of a lender while its losses of the year exceed ``above`` of that year's entered principal.

    Exactly ``above`` does not trip it. It resumes when the ratio is ``resume_at`` or less again, or, with
    ``resume_next_year``, on the next 1 January at the latest.
    """

    above: Fraction
    resume_at: Fraction
    resume_next_year: bool
    per_lender: bool
    reference: Reference


@dataclass(frozen=True, slots=True)
class Advance:
    """Part of what a payer owes that is paid on the claim; the rest is trued up when the case is closed."""

    payers: tuple[str, ...]
    share: Fraction
    days: int
    reference: Reference


@dataclass(frozen=True, slots=True)
class Recoveries:
    """How money that comes in after the loss was shared goes back.

    back: ``pro_rata`` to what each bears, ``creditor_first`` (the lender is made whole before the others), or
    ``in_order`` of the parties named. weights: the parts in the ``shared`` components count, what is not shared
    coming after them, or ``all`` that is borne. against: the order in which money received before the claim
    reduces what is owed.
    """

    back: str
    order: tuple[str, ...]
    against: tuple[str, ...]
    weights: str = "shared"

    @property
    def turns(self) -> tuple[str, ...]:
        """The parties that are made whole one after the other, before the rest is divided."""
        return ("lender",) if self.back == "creditor_first" else self.order


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a loss is divided, from the first to the last day named.

    base: components that are shared; what is not shared is borne by ``rest_to``. mixed: whether of a loan secured
    by more than IP only the IP part is shared. measure, tier_reading: what the tiers are measured on and how.
    residue_to: who takes the fen that rounding leaves (None: the largest remainders). order: whose turn it is first
    under a cap. elsewhere: ``refuse`` a loss already compensated under another mode, or ``deduct`` what was paid.
    """

    tiers: tuple[Tier, ...]
    base: tuple[str, ...]
    rest_to: str
    residue_to: str | None
    reference: Reference
    measure: str = "loan_amount"
    tier_reading: str = "whole"
    pool_per: tuple[str, ...] = ()
    mixed: bool = False
    order: str = "loan_day"
    elsewhere: str = "refuse"
    bonuses: tuple[Bonus, ...] = ()
    top_ups: tuple[TopUp, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    caps: tuple[Cap, ...] = ()
    claim_conditions: tuple[ModeCondition, ...] = ()
    timings: tuple[Timing, ...] = ()
    member_role: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def clauses(self) -> tuple[When, ...]:
        """When each clause on shares holds: the bonuses, the top-ups, and what tiers say instead, tier by tier."""
        instead = (other.when for tier in self.tiers for other in tier.instead)
        return (*(b.when for b in self.bonuses), *(t.when for t in self.top_ups), *instead)

    def timing_of(self, payer: str) -> Timing:
        """When a payer pays; on the day of the claim and straight to the lender by default."""
        for timing in self.timings:
            if timing.payer == payer:
                return timing
        return Timing(payer, 0, None, self.reference)

    def holds(self, day: date) -> bool:
        """Whether loans made on ``day`` are shared by these terms."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a loan may be. rate_over_lpr: at most the one-year LPR plus this.

    pledge_above: a pledge is asked for only as far as the loan exceeds this. payout_ceiling: payouts of those who
    share the risk, as a part of what they guarantee, above which they take part no more.
    """

    reference: Reference
    amount_at_most: Fen | None = None
    balance_at_most: Fen | None = None
    term_months_at_most: int | None = None
    rate_at_most: Decimal | None = None
    rate_over_lpr: Decimal | None = None
    pledge_above: Fen | None = None
    payout_ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """Who pays whom what, and when.

    base, of: what the rate is taken of; ``of`` names the party or the other charge. per_year: the rate is yearly.
    amount: a fixed amount (base ``fixed``). at_most, at_most_per_year: limit in fen, in all or a calendar year, of
    this loan alone: what the firm has drawn on other loans is not known here, and is for the party that grants it
    to count.
    lpr_multiple: interest is counted only up to this multiple of the LPR. ip_part_only: only the IP part counts.
    loan_above, loan_at_most: the rule is for loans above, and of at most, so much. group: code of what a subsidy
    gives back; subsidies of one group must not give back more than was paid. only_if: where the rule holds; while
    that is not known nothing is paid. rates: other rates where a condition is met, the first of them that holds.
    year_of: whether a yearly limit counts the year in which the thing it is a part of falls ``due``, or the year of
    its ``payment``.
    years_at_most: only so many years of the loan count. day_count: whether a part of a year is counted in
    ``months``, or in days as the ``case`` counts them. rounding: of the sum of a period, to whole fen or to
    ``round_to`` fen.
    """

    code: str
    title: Text
    kind: ChargeKind
    payer: str
    payee: str
    base: str
    when: str
    reference: Reference
    of: str = ""
    rate: Decimal | None = None
    amount: Fen | None = None
    per_year: bool = False
    at_most: Fen | None = None
    at_most_per_year: Fen | None = None
    lpr_multiple: Decimal | None = None
    ip_part_only: bool = False
    days_after: int = 0
    only_if_repaid: bool = False
    loan_above: Fen | None = None
    loan_at_most: Fen | None = None
    group: str = ""
    only_if: When = ALWAYS
    rates: tuple[tuple[When, Decimal], ...] = ()
    year_of: str = "due"
    years_at_most: int | None = None
    day_count: str = "months"
    rounding: Rounding = "half_up"
    round_to: Fen = 1


@dataclass(frozen=True, slots=True)
class ProcessStep:
    """One step on the way to the loan. days: calendar days it takes; cost in fen, paid by ``cost_to``."""

    title: Text
    who: str
    days: int
    reference: Reference
    cost: Fen = 0
    cost_to: str = ""


@dataclass(frozen=True, slots=True)
class DocumentNeed:
    """A paper that someone has to bring."""

    title: Text
    from_role: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class Fund:
    """Money set aside for a mode. contributions: role and amount, which sum to ``size``."""

    size: Fen
    contributions: tuple[tuple[str, Text, Fen], ...]
    leverage: Fraction | None
    reference: Reference


@dataclass(frozen=True, slots=True)
class LicenceBack:
    """After a payout the payer takes title and licenses the right back to the firm, which may buy it back.

    fee_rate: periodic fee as a part of what was repaid; every_months, periods: how often and how many times.
    buy_back_rate: price of buying back as a part of what was repaid; None if the contract names it.
    """

    holder: str
    fee_rate: Fraction
    every_months: int
    periods: int
    buy_back_rate: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Put:
    """On default ``buyer`` buys the pledged right at the agreed price, whatever it is worth that day.

    price_rate: agreed price as a part of the loan, where the contract does not name one.
    """

    buyer: str
    price_rate: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Variant:
    """The same mode with roles replaced (an insurer's part borne by the bank, say)."""

    id: str
    title: Text
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ModeAssumption:
    """Something that no source says. place: where in the file it is used."""

    place: str
    words: Text


@dataclass(frozen=True, slots=True)
class Mode:
    """One financing mode, complete.

    exclusive_with: modes under which the same loan cannot be claimed. partner_conditions: what a guarantor has to
    keep to, over its whole book, to take part.
    """

    id: str
    title: Text
    place: Text
    region: str
    government: str
    leader: str
    lender_kind: str
    about: Text
    source: Reference
    confirmation: Confirmation
    parties: tuple[ModeParty, ...]
    sharings: tuple[Sharing, ...]
    recoveries: Recoveries
    security: Security
    conditions: tuple[ModeCondition, ...] = ()
    limits: Limits | None = None
    charges: tuple[ChargeRule, ...] = ()
    steps: tuple[ProcessStep, ...] = ()
    documents: tuple[DocumentNeed, ...] = ()
    fund: Fund | None = None
    breakers: tuple[Breaker, ...] = ()
    advance: Advance | None = None
    licence_back: LicenceBack | None = None
    put: Put | None = None
    variants: tuple[Variant, ...] = ()
    assumptions: tuple[ModeAssumption, ...] = ()
    other_sources: tuple[Reference, ...] = ()
    exclusive_with: tuple[str, ...] = field(default=())
    partner_conditions: tuple[ModeCondition, ...] = ()
    versions_by: str = "loan_day"

    def version_day(self, loan_day: date, claim_day: date) -> date:
        """The day that chooses the version of the terms: that of the loan or, where the file says so, of the
        claim.
        """
        return claim_day if self.versions_by == "claim_day" else loan_day

    def party(self, role: str) -> ModeParty:
        """Who plays a role. Raises KeyError."""
        for party in self.parties:
            if party.role == role:
                return party
        raise KeyError(role)

    def name_of(self, role: str) -> Text:
        """The name that the file gives to a role."""
        return self.party(role).name

    def sharing_on(self, day: date) -> Sharing:
        """The terms of ``day`` (see ``version_day``), whether or not the mode was in force then (see
        ``in_force_on``).

        Before the first and after the last the nearest ones are taken.
        """
        for sharing in self.sharings:
            if sharing.holds(day):
                return sharing
        last = self.sharings[-1]
        return last if last.valid_from is None or day >= last.valid_from else self.sharings[0]

    def in_force_on(self, day: date) -> bool:
        """Whether ``day`` (see ``version_day``) lies within the dates of the rule; without dates every day does.

        This is for a loan that was made; whether the mode may be offered on a day, ``force.force_on`` says.
        """
        return self.source.holds(day) and any(sharing.holds(day) for sharing in self.sharings)

    @property
    def payout_ceiling(self) -> Decimal | None:
        """Payout rate above which those who share the risk take part no more; None if the mode states none."""
        return None if self.limits is None else self.limits.payout_ceiling

    @property
    def bearers(self) -> tuple[str, ...]:
        """Every role that can bear a part of a loss, in the order of the parties: the columns of ``arrays``."""
        return _bearers(Same(self))

    def variant(self, variant_id: str) -> "Mode":
        """The mode with the roles of one variant replaced. Raises KeyError."""
        for variant in self.variants:
            if variant.id == variant_id:
                return _with_roles(self, dict(variant.roles))
        raise KeyError(variant_id)

    def with_reading(self, reading: str) -> "Mode":
        """The mode with every cap on single loans and borrowers read as ``vocabulary.READINGS`` names.

        Raises ValueError for ``payment`` where such a cap does not say whose payments it would limit.
        """
        caps = [cap for sharing in self.sharings for cap in sharing.caps if {"loan", "borrower"} & set(cap.per)]
        if not caps:
            raise ValueError("the mode has no cap on single loans or borrowers")
        if reading == "payment" and any(not cap.payers for cap in caps):
            raise ValueError("a cap does not say whose payments it would limit")
        return replace(
            self,
            sharings=tuple(
                replace(
                    sharing,
                    caps=tuple(
                        replace(cap, counts=reading) if "loan" in cap.per or "borrower" in cap.per else cap
                        for cap in sharing.caps
                    ),
                )
                for sharing in self.sharings
            ),
        )

    def __repr__(self) -> str:
        return f"<Mode {self.id}: {self.title.zh} / {self.title.en}>"


@lru_cache(maxsize=512)
def _bearers(one: Same[Mode]) -> tuple[str, ...]:
    named: set[str] = set()
    for sharing in one.it.sharings:
        named.add(sharing.rest_to)
        named.update(role for tier in sharing.tiers for role in tier.roles)
        named.update(cap.overflow_to for cap in sharing.caps)
        for bonus in sharing.bonuses:
            named.update((bonus.to, bonus.taken_from))
        for layer in sharing.top_ups:
            named.update((layer.payer, layer.taken_from))
    return tuple(party.role for party in one.it.parties if party.role in named)


def _with_roles(mode: Mode, roles: dict[str, str]) -> Mode:
    """The mode with roles replaced wherever they are named. Firm and lender are never replaced (``read`` refuses
    it).
    """

    def other(role: str) -> str:
        return roles.get(role, role)

    def others(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(other(role) for role in names))

    def merged_shares(shares: tuple[tuple[str, Fraction], ...]) -> tuple[tuple[str, Fraction], ...]:
        merged: dict[str, Fraction] = {}
        for role, share in shares:
            merged[other(role)] = merged.get(other(role), Fraction(0)) + share
        return tuple(merged.items())

    def tier_of(tier: Tier) -> Tier:
        instead = tuple(replace(item, shares=merged_shares(item.shares)) for item in tier.instead)
        return replace(tier, shares=merged_shares(tier.shares), paths=(), instead=instead)

    def timings_of(timings: tuple[Timing, ...]) -> tuple[Timing, ...]:
        """One timing a payer; a party's own goes before the one it takes over. Nobody pays through itself."""
        merged: dict[str, Timing] = {}
        for timing in sorted(timings, key=lambda timing: timing.payer in roles):
            payer, through = other(timing.payer), None if timing.through is None else other(timing.through)
            if payer != "lender":
                moved = replace(timing, payer=payer, through=None if through in (payer, "lender") else through)
                merged.setdefault(payer, moved)
        return tuple(merged.values())

    def sharing_of(sharing: Sharing) -> Sharing:
        bonuses = (replace(b, to=other(b.to), taken_from=other(b.taken_from)) for b in sharing.bonuses)
        layers = (replace(t, payer=other(t.payer), taken_from=other(t.taken_from)) for t in sharing.top_ups)
        return replace(
            sharing,
            tiers=tuple(tier_of(tier) for tier in sharing.tiers),
            rest_to=other(sharing.rest_to),
            residue_to=None if sharing.residue_to is None else other(sharing.residue_to),
            # What a party would take from itself moves nothing.
            bonuses=tuple(bonus for bonus in bonuses if bonus.to != bonus.taken_from),
            top_ups=tuple(layer for layer in layers if layer.payer != layer.taken_from),
            ceilings=tuple(replace(c, parties=others(c.parties)) for c in sharing.ceilings),
            caps=tuple(
                replace(
                    cap,
                    payers=others(cap.payers),
                    overflow_to=other(cap.overflow_to),
                    beside=tuple(role for role in others(cap.beside) if role not in others(cap.payers)),
                )
                for cap in sharing.caps
            ),
            timings=timings_of(sharing.timings),
            member_role=None if sharing.member_role is None else other(sharing.member_role),
        )

    def security_of(security: Security) -> Security:
        """The party that takes over holds the pledge; the lender holds it for all. ``read`` refuses any other."""
        holder = other(security.pledgee.value)
        return replace(security, pledgee=Pledgee.SHARED if holder == "lender" else Pledgee(holder))

    return replace(
        mode,
        sharings=tuple(sharing_of(sharing) for sharing in mode.sharings),
        parties=tuple(party for party in mode.parties if party.role not in roles),
        recoveries=replace(mode.recoveries, order=others(mode.recoveries.order)),
        advance=None if mode.advance is None else replace(mode.advance, payers=others(mode.advance.payers)),
        licence_back=None
        if mode.licence_back is None
        else replace(mode.licence_back, holder=other(mode.licence_back.holder)),
        put=None if mode.put is None else replace(mode.put, buyer=other(mode.put.buyer)),
        security=security_of(mode.security),
        fund=None
        if mode.fund is None
        else replace(
            mode.fund,
            contributions=tuple((other(role), title, size) for role, title, size in mode.fund.contributions),
        ),
        # A role that takes no part is neither paid nor asked for anything.
        charges=tuple(
            c for c in mode.charges if c.payer not in roles and c.payee not in roles and c.of not in roles
        ),
        steps=tuple(step for step in mode.steps if step.who not in roles),
        documents=tuple(need for need in mode.documents if need.from_role not in roles),
        variants=(),
    )
