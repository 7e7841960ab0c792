"""A mode as the engine sees it: roles, terms of sharing, conditions, charges. ``reader`` creates it, never other
code.

Amounts are fen, rates and shares exact. Anything that no source states carries a reference whose confidence is
``assumed`` and is listed in ``Mode.assumptions``.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhirong.chain.mode.confirmation import Confirmation
from zhirong.chain.mode.security import Pledgee, Security
from zhirong.chain.mode.vocabulary import ChargeKind, PayerNature, RecoverySource
from zhirong.kernel.memo import Same
from zhirong.kernel.money import Fen, Rounding
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ModeParty:
    """The party that plays a role in this mode. role: a word of ``vocabulary.ROLES``.

    nature: whether its payment takes the claim over or compensates the lender; None if the file does not say.
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
        """Return the stable key of the condition."""
        return f"{self.fact}.{self.test}"


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a clause: at least one of ``any_of`` is met, and each of ``all_of``. Without conditions it
    always applies.

    An unknown fact makes a clause undecided: it then pays nothing to anyone that it would not pay in any case.
    """

    any_of: tuple[ModeCondition, ...] = ()
    all_of: tuple[ModeCondition, ...] = ()

    @property
    def conditions(self) -> tuple[ModeCondition, ...]:
        """Return every condition, in the order of the file."""
        return (*self.any_of, *self.all_of)


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Instead:
    """Alternative shares that replace those of a tier. The first alternative whose conditions are met counts."""

    when: When
    shares: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """Who bears which part of one slice.

    up_to: end of the slice in fen (or a ratio for the pool's loss ratio), included; None is open. up_to_fact: name
    of an amount of the loan that ends the slice instead, such as an agreed price. shares: exact parts that sum to
    1, in the order of the parties. paths: how a nested share was derived. instead: alternative shares where a
    condition is met.
    """

    shares: tuple[tuple[str, Fraction], ...]
    up_to: Fraction | None = None
    up_to_fact: str | None = None
    paths: tuple[tuple[str, Text], ...] = ()
    instead: tuple[Instead, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Return every role that has a share of the slice under any condition; in the order of the parties as far
        as possible.
        """
        others = (role for other in self.instead for role, _ in other.shares)
        return tuple(dict.fromkeys([*(role for role, _ in self.shares), *others]))


@dataclass(frozen=True, slots=True)
class Bonus:
    """A further share for ``to``, taken from ``taken_from``, where ``when`` is met."""

    to: str
    taken_from: str
    add: Fraction
    when: When


@dataclass(frozen=True, slots=True)
class TopUp:
    """A further layer: if ``when`` is met, ``payer`` bears an additional ``share`` of the base in place of
    ``taken_from``.
    """

    payer: str
    taken_from: str
    share: Fraction
    name: Text
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The named parties together bear at most ``share``; bonuses and top-ups are cut to it, the last first."""

    parties: tuple[str, ...]
    share: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on what is counted, shared or paid.

    counts: a reading of ``vocabulary.READINGS``. per: the unit it applies to; empty is the whole pool. Exactly one
    of: amount (fen); times_fees (multiple of the fees collected by the payers); of_entered (part of the principal
    entered in the pool); of_balance (the fund's balance on the day of reckoning; it is assumed that money a later
    recovery returns to the fund makes no room for other loans, since no rule says that it does); of_loss (part of
    the loan's loss in the shared components). payers: whose payments it limits (reading ``payment`` only). beside:
    parties whose payments count first, so that the payers give way to them; public_elsewhere: payments of other
    public funds count first too. when: the conditions of the cap; while they are unknown, the cap limits.
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
    """The time of a payer's payment, and its recipient. days: number of days after the claim. through: the party
    that pays first on its behalf and is repaid by it.
    """

    payer: str
    days: int
    through: str | None
    reference: Reference


@dataclass(frozen=True, slots=True)
class Breaker:
    """No new loans of a lender while its losses of the year exceed ``above`` of that year's entered principal.

    A ratio of exactly ``above`` does not trip it. Lending resumes when the ratio is ``resume_at`` or less again,
    or, with ``resume_next_year``, on the next 1 January at the latest.
    """

    above: Fraction
    resume_at: Fraction
    resume_next_year: bool
    per_lender: bool
    reference: Reference


@dataclass(frozen=True, slots=True)
class Advance:
    """The part of a payer's share that is paid on the claim; the rest is trued up when the case is closed."""

    payers: tuple[str, ...]
    share: Fraction
    days: int
    reference: Reference


# Groups of parties repaid one after the other; within a group, in proportion to what each bears.
Turns = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Recoveries:
    """The distribution of recoveries that arrive after the loss was shared.

    back: ``pro_rata`` to what each bears, ``creditor_first`` (the lender before the others, for what ``weights``
    counts), or ``in_order`` of the parties named. weights: ``shared`` counts the parts in the shared components first and
    unshared losses after them; ``all`` counts everything that is borne. against: the order in which money received
    before the claim reduces what is owed. by_source: the groups of
    parties repaid first from a source, in turn; parties of one group share in proportion to what they bear.
    """

    back: str
    order: tuple[str, ...]
    against: tuple[str, ...]
    weights: str = "shared"
    by_source: tuple[tuple[RecoverySource, Turns], ...] = ()

    def turns_for(self, source: RecoverySource) -> Turns:
        """Return the groups that money from ``source`` repays in turn, before the rest is divided."""
        return dict(self.by_source).get(source, self.turns)

    @property
    def turns(self) -> Turns:
        """Return the groups that are repaid in full one after another, before the rest is divided."""
        return (("lender",),) if self.back == "creditor_first" else tuple((role,) for role in self.order)


@dataclass(frozen=True, slots=True)
class Sharing:
    """The division of a loss from a first to a last day.

    base: components that are shared; ``rest_to`` bears the others. mixed: whether only the IP part of a
    loan secured by more than IP is shared. measure, tier_reading: what the tiers are measured on and how.
    residue_to: the party that takes the fen left by rounding (None: the largest remainders). order: the order of
    loans under a cap. elsewhere: ``refuse`` a loss already compensated under another mode, or ``deduct`` what was paid.
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
        """Return the conditions of each clause on shares: the bonuses, the top-ups, and the alternative shares,
        tier by tier.
        """
        instead = (other.when for tier in self.tiers for other in tier.instead)
        return (*(b.when for b in self.bonuses), *(t.when for t in self.top_ups), *instead)

    def timing_of(self, payer: str) -> Timing:
        """Return when a payer pays; by default on the day of the claim, straight to the lender."""
        for timing in self.timings:
            if timing.payer == payer:
                return timing
        return Timing(payer, 0, None, self.reference)

    def holds(self, day: date) -> bool:
        """Return whether loans made on ``day`` are shared by these terms."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a loan. rate_over_lpr: at most the one-year LPR plus this.

    pledge_above: a pledge is required only for the part of the loan above this. payout_ceiling: payouts of those
    who share the risk, as a part of what they guarantee; above it they stop taking part.
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
    """A rule for one charge: payer, payee, amount and time. base, of: the base of the rate; ``of`` names the party
    or the other charge. per_year: the rate is yearly. amount: a fixed amount (base ``fixed``). at_most,
    at_most_per_year: limit in fen, in total or per calendar year, for this loan alone: what the firm has drawn on
    other loans is unknown here, and the granting party counts it. lpr_multiple: interest counts only up to this
    multiple of the LPR. ip_part_only: only the IP part counts. loan_above, loan_at_most: the rule applies to loans
    above the one and up to the other. group: code of the cost that a subsidy refunds; subsidies of one group must
    not refund more than was paid. only_if: the conditions of the rule; while they are unknown, nothing is paid.
    rates: alternative rates under a condition, the first that is met. year_of: whether a yearly limit counts the
    year in which the underlying cost falls ``due``, or the year of its ``payment``. years_at_most: only this many
    years of the loan count. day_count: whether a part of a year is counted in ``months``, or in days as the
    ``case`` counts them. rounding: each period's total is rounded to whole fen or to ``round_to`` fen.
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
    """A document that someone has to provide."""

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

    fee_rate: periodic fee as a share of the payout; every_months, periods: how often and how many times.
    buy_back_rate: price of buying back as a share of the payout; None if the contract states it.
    """

    holder: str
    fee_rate: Fraction
    every_months: int
    periods: int
    buy_back_rate: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Put:
    """On default ``buyer`` buys the pledged right at the agreed price, regardless of its value on that day.

    price_rate: agreed price as a share of the loan, where the contract states none.
    """

    buyer: str
    price_rate: Fraction
    reference: Reference


@dataclass(frozen=True, slots=True)
class Variant:
    """The same mode with some roles replaced (for example, the bank bears the insurer's part)."""

    id: str
    title: Text
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ModeAssumption:
    """An assumption that no source states. place: where in the file it is used."""

    place: str
    words: Text


@dataclass(frozen=True, slots=True)
class Mode:
    """One financing mode, complete.

    exclusive_with: modes under which the same loan cannot be claimed. partner_conditions: conditions that a
    guarantor must meet, over its whole book, to take part.
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
        """Return the day that selects the version of the terms: that of the loan or, where the file says so, of the
        claim.
        """
        return claim_day if self.versions_by == "claim_day" else loan_day

    def party(self, role: str) -> ModeParty:
        """Return the party that plays a role. Raises KeyError."""
        for party in self.parties:
            if party.role == role:
                return party
        raise KeyError(role)

    def name_of(self, role: str) -> Text:
        """Return the name that the file gives to a role."""
        return self.party(role).name

    def sharing_on(self, day: date) -> Sharing:
        """Return the terms of ``day`` (see ``version_day``), whether or not the mode was in force then (see
        ``in_force_on``).

        Before the first version and after the last, the nearest one applies.
        """
        for sharing in self.sharings:
            if sharing.holds(day):
                return sharing
        last = self.sharings[-1]
        return last if last.valid_from is None or day >= last.valid_from else self.sharings[0]

    def in_force_on(self, day: date) -> bool:
        """Return whether ``day`` (see ``version_day``) lies within the dates of the rule; without dates every day
        does.

        Use this for a loan that was made; ``force.force_on`` decides whether the mode may be offered on a day.
        """
        return self.source.holds(day) and any(sharing.holds(day) for sharing in self.sharings)

    @property
    def payout_ceiling(self) -> Decimal | None:
        """Return the payout rate above which the risk-sharing parties stop taking part; None if the mode states
        none.
        """
        return None if self.limits is None else self.limits.payout_ceiling

    @property
    def bearers(self) -> tuple[str, ...]:
        """Return every role that can bear a part of a loss, in the order of the parties: the columns of ``arrays``."""
        return _bearers(Same(self))

    def variant(self, variant_id: str) -> "Mode":
        """Return the mode with the roles of one variant replaced. Raises KeyError."""
        for variant in self.variants:
            if variant.id == variant_id:
                return _with_roles(self, dict(variant.roles))
        raise KeyError(variant_id)

    def with_reading(self, reading: str) -> "Mode":
        """Return the mode with every cap on single loans and borrowers read as ``counts`` (one of
        ``vocabulary.READINGS``).

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
    """Return the mode with roles replaced wherever they occur. Firm and lender are never replaced (``reader`` rejects
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
        """Keep one timing per payer; a party's own timing takes precedence over one that it takes over. No party
        pays through itself.
        """
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
            # Taking from oneself changes nothing.
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
        """The party that takes over holds the pledge; the lender holds it for all. ``reader`` rejects any other
        holder.
        """
        holder = other(security.pledgee.value)
        return replace(security, pledgee=Pledgee.SHARED if holder == "lender" else Pledgee(holder))

    return replace(
        mode,
        sharings=tuple(sharing_of(sharing) for sharing in mode.sharings),
        parties=tuple(party for party in mode.parties if party.role not in roles),
        recoveries=replace(
            mode.recoveries,
            order=others(mode.recoveries.order),
            by_source=tuple(
                (source, tuple(others(group) for group in turns)) for source, turns in mode.recoveries.by_source
            ),
        ),
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
        # A role that takes no part neither receives nor makes payments.
        charges=tuple(
            c for c in mode.charges if c.payer not in roles and c.payee not in roles and c.of not in roles
        ),
        steps=tuple(step for step in mode.steps if step.who not in roles),
        documents=tuple(need for need in mode.documents if need.from_role not in roles),
        variants=(),
    )
