"""A mode as a document: everything in ``zhirong modes ID --json``. ``plain_words`` has the plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.confirmation import SourceKind
from zhirong.chain.mode.eligibility import asked_of
from zhirong.chain.mode.model import (
    Bonus,
    Cap,
    ChargeRule,
    Fund,
    Limits,
    Mode,
    ModeCondition,
    Sharing,
    Tier,
    TopUp,
    When,
)
from zhirong.chain.mode.security import Basis, Pledgee
from zhirong.chain.mode.share_text import plain_share
from zhirong.chain.mode.vocabulary import ChargeKind
from zhirong.kernel.document import Number, Part, Yuan, named
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, Rounding, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConfirmationPart(Part):
    """The confirmation of the dates of a mode."""

    kind: SourceKind
    confirmed_on: date | None
    confirmed_by: str | None
    open_ended: str | None
    ended_by: date | None
    ended_words: str | None
    confirm_with: Text | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModePartyPart(Part):
    """A role of the mode: the party that plays it, and its function."""

    role: str
    name: Text
    does: Text | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OtherSharesPart(Part):
    """Alternative shares that replace those of a tier under conditions."""

    shares: Mapping[str, Number]
    when_any: tuple[Text, ...]
    when_all: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TierPart(Part):
    """A slice of a loss and the parties' shares of it."""

    up_to: str | None
    up_to_fact: str | None
    shares: Mapping[str, Number]
    paths: Mapping[str, str]
    instead: tuple[OtherSharesPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BonusPart(Part):
    """A share that passes from one party to another under conditions."""

    to: str
    taken_from: str = field(metadata=named("from"))
    add: Number
    when_any: tuple[Text, ...]
    when_all: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TopUpPart(Part):
    """A share of one party's payment that another party refunds to it."""

    payer: str
    taken_from: str = field(metadata=named("from"))
    share: Number
    name: Text
    when_any: tuple[Text, ...]
    when_all: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CeilingPart(Part):
    """The maximum that some parties bear together."""

    parties: tuple[str, ...]
    share: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SharingCapPart(Part):
    """A limit on the payments of some parties, and the bearer of the excess."""

    counts: str
    per: tuple[str, ...]
    payers: tuple[str, ...]
    overflow_to: str
    amount: Yuan | None
    times_fees: Number | None
    of_entered: Number | None
    of_balance: bool
    of_loss: Number | None
    beside: tuple[str, ...]
    public_elsewhere: bool
    when_any: tuple[Text, ...]
    when_all: tuple[Text, ...]
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TimingPart(Part):
    """The days within which a party pays, and the party through which it pays."""

    payer: str
    days: int
    through: str | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SharingPart(Part):
    """The sharing of losses in one version of the terms."""

    valid_from: date | None
    valid_to: date | None
    base: tuple[str, ...]
    mixed: str
    rest_to: str
    residue_to: str | None
    measure: str
    tier_reading: str
    order: str
    pool_per: tuple[str, ...]
    members: str | None
    elsewhere: str
    tiers: tuple[TierPart, ...]
    bonuses: tuple[BonusPart, ...]
    top_ups: tuple[TopUpPart, ...]
    ceilings: tuple[CeilingPart, ...]
    caps: tuple[SharingCapPart, ...]
    timings: tuple[TimingPart, ...]
    claim_conditions: tuple[Text, ...]
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecoveriesPart(Part):
    """The recipients of recoveries, and the debt that they reduce."""

    back: str
    weights: str
    order: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AskedPart(Part):
    """A condition of the mode in words."""

    code: str
    words: Text
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeLimitsPart(Part):
    """The limits of a loan under the mode."""

    amount_at_most: Yuan | None
    balance_at_most: Yuan | None
    term_months_at_most: int | None
    rate_at_most: Number | None
    rate_over_lpr: Number | None
    pledge_above: Yuan | None
    payout_ceiling: Number | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecurityPart(Part):
    """The basis of the loan, and the holder of the pledge."""

    basis: Basis
    pledgee: Pledgee
    eligible_weight: Number | None
    put_price_share: Number | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RateIfPart(Part):
    """Another rate under conditions."""

    rate: Number | None
    when_any: tuple[Text, ...]
    when_all: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ChargeRulePart(Part):
    """A fee, premium, subsidy or reward of the mode."""

    code: str
    title: Text
    kind: ChargeKind
    payer: str
    payee: str
    base: str
    of: str | None
    rate: Number | None
    amount: Yuan | None
    per_year: bool
    when: str
    days_after: int
    at_most: Yuan | None
    at_most_per_year: Yuan | None
    lpr_multiple: Number | None
    ip_part_only: bool
    only_if_repaid: bool
    loan_above: Yuan | None
    loan_at_most: Yuan | None
    group: str | None
    only_if_any: tuple[Text, ...]
    only_if_all: tuple[Text, ...]
    rate_if: tuple[RateIfPart, ...]
    year_of: str
    years_at_most: int | None
    day_count: str
    rounding: Rounding
    round_to: Yuan | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeStepPart(Part):
    """A step on the way to the loan."""

    title: Text
    who: str
    days: int
    cost: Yuan
    cost_to: str | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PaperPart(Part):
    """A document that the mode requires."""

    title: Text
    from_role: str = field(metadata=named("from"))
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContributionPart(Part):
    """A contribution of one party to the fund."""

    from_role: str = field(metadata=named("from"))
    title: Text
    amount: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FundPart(Part):
    """The fund of the mode."""

    size: Yuan
    contributions: tuple[ContributionPart, ...]
    leverage_at_least: Number | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BreakerPart(Part):
    """The ratio above which new lending pauses, and when it resumes."""

    above: Number
    resume_at: Number
    resume_next_year: bool
    per_lender: bool
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AdvancePart(Part):
    """The payer of an advance on a claim, its share, and the number of days."""

    payers: tuple[str, ...]
    share: Number
    days: int
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LicenceBackPart(Part):
    """The licence back to the firm, its fee, and the price at which it buys the right back."""

    holder: str
    fee_rate: Number
    every_months: int
    periods: int
    buy_back_rate: Number
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PutPart(Part):
    """The purchaser of the pledged right on default, and the price as a share of the loan."""

    buyer: str
    price_rate: Number
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VariantPart(Part):
    """The same mode with other parties."""

    id: str
    title: Text
    replace: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeAssumptionPart(Part):
    """A point that the source leaves open, and the assumption made."""

    place: str
    words: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeSummary(Part):
    """A mode, complete."""

    id: str
    title: Text
    place: Text
    region: str
    government: str
    leader: str
    lender_kind: str
    about: Text
    source: Reference
    confirmation: ConfirmationPart
    other_sources: tuple[Reference, ...]
    parties: tuple[ModePartyPart, ...]
    bearers: tuple[str, ...]
    versions_by: str
    sharing: tuple[SharingPart, ...]
    recoveries: RecoveriesPart
    conditions: tuple[AskedPart, ...]
    partner_conditions: tuple[AskedPart, ...]
    limits: ModeLimitsPart | None
    security: SecurityPart
    charges: tuple[ChargeRulePart, ...]
    steps: tuple[ModeStepPart, ...]
    documents: tuple[PaperPart, ...]
    fund: FundPart | None
    breakers: tuple[BreakerPart, ...]
    advance: AdvancePart | None
    licence_back: LicenceBackPart | None
    put: PutPart | None
    variants: tuple[VariantPart, ...]
    exclusive_with: tuple[str, ...]
    assumptions: tuple[ModeAssumptionPart, ...]


def mode_summary(mode: Mode) -> ModeSummary:
    """Return a mode as a document. Money is in yuan, shares and rates are decimals."""
    security, found = mode.security, mode.confirmation
    return ModeSummary(
        id=mode.id,
        title=mode.title,
        place=mode.place,
        region=mode.region,
        government=mode.government,
        leader=mode.leader,
        lender_kind=mode.lender_kind,
        about=mode.about,
        source=mode.source,
        confirmation=ConfirmationPart(
            kind=found.kind,
            confirmed_on=found.confirmed_on,
            confirmed_by=found.confirmed_by or None,
            open_ended=found.open_ended or None,
            ended_by=found.ended_by,
            ended_words=found.ended_words or None,
            confirm_with=found.confirm_with,
        ),
        other_sources=mode.other_sources,
        parties=tuple(ModePartyPart(party.role, party.name, party.does) for party in mode.parties),
        bearers=tuple(mode.bearers),
        versions_by=mode.versions_by,
        sharing=tuple(_sharing(sharing) for sharing in mode.sharings),
        recoveries=RecoveriesPart(
            back=mode.recoveries.back,
            weights=mode.recoveries.weights,
            order=tuple(mode.recoveries.order),
            against=tuple(mode.recoveries.against),
        ),
        conditions=_asked(mode.conditions),
        partner_conditions=_asked(mode.partner_conditions),
        limits=None if mode.limits is None else _limits(mode.limits),
        security=SecurityPart(
            basis=security.basis,
            pledgee=security.pledgee,
            eligible_weight=_number(security.eligible_weight),
            put_price_share=_share(security.put_price_share),
            reference=security.reference,
        ),
        charges=tuple(_charge(rule) for rule in mode.charges),
        steps=tuple(
            ModeStepPart(
                title=step.title,
                who=step.who,
                days=step.days,
                cost=yuan(step.cost),
                cost_to=step.cost_to or None,
                reference=step.reference,
            )
            for step in mode.steps
        ),
        documents=tuple(PaperPart(need.title, need.from_role, need.reference) for need in mode.documents),
        fund=None if mode.fund is None else _fund(mode.fund),
        breakers=tuple(
            BreakerPart(
                above=plain_share(breaker.above),
                resume_at=plain_share(breaker.resume_at),
                resume_next_year=breaker.resume_next_year,
                per_lender=breaker.per_lender,
                reference=breaker.reference,
            )
            for breaker in mode.breakers
        ),
        advance=_advance(mode),
        licence_back=_licence_back(mode),
        put=None
        if mode.put is None
        else PutPart(mode.put.buyer, plain_share(mode.put.price_rate), mode.put.reference),
        variants=tuple(VariantPart(one.id, one.title, dict(one.roles)) for one in mode.variants),
        exclusive_with=tuple(mode.exclusive_with),
        assumptions=tuple(ModeAssumptionPart(one.place, one.words) for one in mode.assumptions),
    )


def _asked(conditions: Sequence[ModeCondition]) -> tuple[AskedPart, ...]:
    return tuple(AskedPart(one.code, asked_of(one), one.reference) for one in conditions)


def _limits(limits: Limits) -> ModeLimitsPart:
    return ModeLimitsPart(
        amount_at_most=_yuan(limits.amount_at_most),
        balance_at_most=_yuan(limits.balance_at_most),
        term_months_at_most=limits.term_months_at_most,
        rate_at_most=_number(limits.rate_at_most),
        rate_over_lpr=_number(limits.rate_over_lpr),
        pledge_above=_yuan(limits.pledge_above),
        payout_ceiling=_number(limits.payout_ceiling),
        reference=limits.reference,
    )


def _fund(fund: Fund) -> FundPart:
    return FundPart(
        size=yuan(fund.size),
        contributions=tuple(
            ContributionPart(role, title, yuan(amount)) for role, title, amount in fund.contributions
        ),
        leverage_at_least=_share(fund.leverage),
        reference=fund.reference,
    )


def _advance(mode: Mode) -> AdvancePart | None:
    found = mode.advance
    if found is None:
        return None
    return AdvancePart(tuple(found.payers), plain_share(found.share), found.days, found.reference)


def _licence_back(mode: Mode) -> LicenceBackPart | None:
    found = mode.licence_back
    if found is None:
        return None
    return LicenceBackPart(
        holder=found.holder,
        fee_rate=plain_share(found.fee_rate),
        every_months=found.every_months,
        periods=found.periods,
        buy_back_rate=plain_share(found.buy_back_rate),
        reference=found.reference,
    )


def _sharing(sharing: Sharing) -> SharingPart:
    return SharingPart(
        valid_from=sharing.valid_from,
        valid_to=sharing.valid_to,
        base=tuple(sharing.base),
        mixed="ip_part" if sharing.mixed else "whole_loan",
        rest_to=sharing.rest_to,
        residue_to=sharing.residue_to,
        measure=sharing.measure,
        tier_reading=sharing.tier_reading,
        order=sharing.order,
        pool_per=tuple(sharing.pool_per),
        members=sharing.member_role,
        elsewhere=sharing.elsewhere,
        tiers=tuple(_tier(sharing, tier) for tier in sharing.tiers),
        bonuses=tuple(_bonus(bonus) for bonus in sharing.bonuses),
        top_ups=tuple(_top_up(top_up) for top_up in sharing.top_ups),
        ceilings=tuple(CeilingPart(tuple(one.parties), plain_share(one.share)) for one in sharing.ceilings),
        caps=tuple(_cap(cap) for cap in sharing.caps),
        timings=tuple(TimingPart(one.payer, one.days, one.through) for one in sharing.timings),
        claim_conditions=tuple(asked_of(condition) for condition in sharing.claim_conditions),
        reference=sharing.reference,
    )


def _tier(sharing: Sharing, tier: Tier) -> TierPart:
    up_to = None
    if tier.up_to is not None:
        up_to = plain_share(tier.up_to) if sharing.measure == "pool_loss_ratio" else yuan(int(tier.up_to))
    return TierPart(
        up_to=up_to,
        up_to_fact=tier.up_to_fact,
        shares={role: plain_share(share) for role, share in tier.shares},
        paths={role: path.en for role, path in tier.paths},
        instead=tuple(
            OtherSharesPart({role: plain_share(share) for role, share in other.shares}, *_when(other.when))
            for other in tier.instead
        ),
    )


def _bonus(bonus: Bonus) -> BonusPart:
    return BonusPart(bonus.to, bonus.taken_from, plain_share(bonus.add), *_when(bonus.when))


def _top_up(top_up: TopUp) -> TopUpPart:
    when_any, when_all = _when(top_up.when)
    return TopUpPart(
        payer=top_up.payer,
        taken_from=top_up.taken_from,
        share=plain_share(top_up.share),
        name=top_up.name,
        when_any=when_any,
        when_all=when_all,
    )


def _cap(cap: Cap) -> SharingCapPart:
    when_any, when_all = _when(cap.when)
    return SharingCapPart(
        counts=cap.counts,
        per=tuple(cap.per),
        payers=tuple(cap.payers),
        overflow_to=cap.overflow_to,
        amount=_yuan(cap.amount),
        times_fees=_share(cap.times_fees),
        of_entered=_share(cap.of_entered),
        of_balance=cap.of_balance,
        of_loss=_share(cap.of_loss),
        beside=tuple(cap.beside),
        public_elsewhere=cap.public_elsewhere,
        when_any=when_any,
        when_all=when_all,
        reference=cap.reference,
    )


def _charge(rule: ChargeRule) -> ChargeRulePart:
    only_if_any, only_if_all = _when(rule.only_if)
    return ChargeRulePart(
        code=rule.code,
        title=rule.title,
        kind=rule.kind,
        payer=rule.payer,
        payee=rule.payee,
        base=rule.base,
        of=rule.of or None,
        rate=_number(rule.rate),
        amount=_yuan(rule.amount),
        per_year=rule.per_year,
        when=rule.when,
        days_after=rule.days_after,
        at_most=_yuan(rule.at_most),
        at_most_per_year=_yuan(rule.at_most_per_year),
        lpr_multiple=_number(rule.lpr_multiple),
        ip_part_only=rule.ip_part_only,
        only_if_repaid=rule.only_if_repaid,
        loan_above=_yuan(rule.loan_above),
        loan_at_most=_yuan(rule.loan_at_most),
        group=rule.group or None,
        only_if_any=only_if_any,
        only_if_all=only_if_all,
        rate_if=tuple(RateIfPart(_number(rate), *_when(when)) for when, rate in rule.rates),
        year_of=rule.year_of,
        years_at_most=rule.years_at_most,
        day_count=rule.day_count,
        rounding=rule.rounding,
        round_to=_yuan(rule.round_to),
        reference=rule.reference,
    )


def _when(when: When) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return the conditions of which one must be met, and those that must all be met, in words."""
    return tuple(asked_of(one) for one in when.any_of), tuple(asked_of(one) for one in when.all_of)


def _yuan(amount: Fen | None) -> str | None:
    return None if amount is None else yuan(amount)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _share(share: Fraction | None) -> str | None:
    return None if share is None else plain_share(share)
