"""A mode for programs, as JSON with stable keys; and how shares are written. ``tell`` has the plain words."""

from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.eligibility import asked_of
from zhirong.chain.mode.model import ChargeRule, Mode, Sharing, Tier, When
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, quantise_rate, yuan


def mode_json(mode: Mode) -> dict[str, object]:
    """Everything about a mode. Money is a string in yuan, shares and rates are decimal strings."""
    limits, fund = mode.limits, mode.fund
    return {
        "id": mode.id,
        "title": mode.title.as_json(),
        "place": mode.place.as_json(),
        "region": mode.region,
        "government": mode.government,
        "leader": mode.leader,
        "lender_kind": mode.lender_kind,
        "about": mode.about.as_json(),
        "source": mode.source.as_json(),
        "confirmation": mode.confirmation.as_json(),
        "other_sources": [source.as_json() for source in mode.other_sources],
        "parties": [
            {"role": p.role, "name": p.name.as_json(), "does": None if p.does is None else p.does.as_json()}
            for p in mode.parties
        ],
        "bearers": list(mode.bearers),
        "versions_by": mode.versions_by,
        "sharing": [_sharing_json(sharing) for sharing in mode.sharings],
        "recoveries": {
            "back": mode.recoveries.back,
            "weights": mode.recoveries.weights,
            "order": list(mode.recoveries.order),
            "against": list(mode.recoveries.against),
        },
        "conditions": [
            {"code": c.code, "words": asked_of(c).as_json(), "reference": c.reference.as_json()}
            for c in mode.conditions
        ],
        "partner_conditions": [
            {"code": c.code, "words": asked_of(c).as_json(), "reference": c.reference.as_json()}
            for c in mode.partner_conditions
        ],
        "limits": None
        if limits is None
        else {
            "amount_at_most": _yuan(limits.amount_at_most),
            "balance_at_most": _yuan(limits.balance_at_most),
            "term_months_at_most": limits.term_months_at_most,
            "rate_at_most": _number(limits.rate_at_most),
            "rate_over_lpr": _number(limits.rate_over_lpr),
            "pledge_above": _yuan(limits.pledge_above),
            "payout_ceiling": _number(limits.payout_ceiling),
            "reference": limits.reference.as_json(),
        },
        "security": {
            "basis": mode.security.basis.value,
            "pledgee": mode.security.pledgee.value,
            "eligible_weight": _number(mode.security.eligible_weight),
            "put_price_share": None
            if mode.security.put_price_share is None
            else _share(mode.security.put_price_share),
            "reference": mode.security.reference.as_json(),
        },
        "charges": [_charge_json(rule) for rule in mode.charges],
        "steps": [
            {
                "title": step.title.as_json(),
                "who": step.who,
                "days": step.days,
                "cost": yuan(step.cost),
                "cost_to": step.cost_to or None,
                "reference": step.reference.as_json(),
            }
            for step in mode.steps
        ],
        "documents": [
            {"title": need.title.as_json(), "from": need.from_role, "reference": need.reference.as_json()}
            for need in mode.documents
        ],
        "fund": None
        if fund is None
        else {
            "size": yuan(fund.size),
            "contributions": [
                {"from": role, "title": title.as_json(), "amount": yuan(amount)}
                for role, title, amount in fund.contributions
            ],
            "leverage_at_least": None if fund.leverage is None else _share(fund.leverage),
            "reference": fund.reference.as_json(),
        },
        "breakers": [
            {
                "above": _share(b.above),
                "resume_at": _share(b.resume_at),
                "resume_next_year": b.resume_next_year,
                "per_lender": b.per_lender,
                "reference": b.reference.as_json(),
            }
            for b in mode.breakers
        ],
        "advance": None
        if mode.advance is None
        else {
            "payers": list(mode.advance.payers),
            "share": _share(mode.advance.share),
            "days": mode.advance.days,
            "reference": mode.advance.reference.as_json(),
        },
        "licence_back": None
        if mode.licence_back is None
        else {
            "holder": mode.licence_back.holder,
            "fee_rate": _share(mode.licence_back.fee_rate),
            "every_months": mode.licence_back.every_months,
            "periods": mode.licence_back.periods,
            "buy_back_rate": _share(mode.licence_back.buy_back_rate),
            "reference": mode.licence_back.reference.as_json(),
        },
        "put": None
        if mode.put is None
        else {
            "buyer": mode.put.buyer,
            "price_rate": _share(mode.put.price_rate),
            "reference": mode.put.reference.as_json(),
        },
        "variants": [{"id": v.id, "title": v.title.as_json(), "replace": dict(v.roles)} for v in mode.variants],
        "exclusive_with": list(mode.exclusive_with),
        "assumptions": [{"place": a.place, "words": a.words.as_json()} for a in mode.assumptions],
    }


def _sharing_json(sharing: Sharing) -> dict[str, object]:
    return {
        "valid_from": None if sharing.valid_from is None else sharing.valid_from.isoformat(),
        "valid_to": None if sharing.valid_to is None else sharing.valid_to.isoformat(),
        "base": list(sharing.base),
        "mixed": "ip_part" if sharing.mixed else "whole_loan",
        "rest_to": sharing.rest_to,
        "residue_to": sharing.residue_to,
        "measure": sharing.measure,
        "tier_reading": sharing.tier_reading,
        "order": sharing.order,
        "pool_per": list(sharing.pool_per),
        "members": sharing.member_role,
        "elsewhere": sharing.elsewhere,
        "tiers": [
            {
                "up_to": _end(sharing, tier),
                "up_to_fact": tier.up_to_fact,
                "shares": {role: _share(share) for role, share in tier.shares},
                "paths": {role: path.en for role, path in tier.paths},
                "instead": [
                    {"shares": {role: _share(share) for role, share in other.shares}, **_when_json(other.when)}
                    for other in tier.instead
                ],
            }
            for tier in sharing.tiers
        ],
        "bonuses": [
            {
                "to": b.to,
                "from": b.taken_from,
                "add": _share(b.add),
                **_when_json(b.when),
            }
            for b in sharing.bonuses
        ],
        "top_ups": [
            {
                "payer": t.payer,
                "from": t.taken_from,
                "share": _share(t.share),
                "name": t.name.as_json(),
                **_when_json(t.when),
            }
            for t in sharing.top_ups
        ],
        "ceilings": [{"parties": list(c.parties), "share": _share(c.share)} for c in sharing.ceilings],
        "caps": [
            {
                "counts": cap.counts,
                "per": list(cap.per),
                "payers": list(cap.payers),
                "overflow_to": cap.overflow_to,
                "amount": _yuan(cap.amount),
                "times_fees": None if cap.times_fees is None else _share(cap.times_fees),
                "of_entered": None if cap.of_entered is None else _share(cap.of_entered),
                "of_balance": cap.of_balance,
                "of_loss": None if cap.of_loss is None else _share(cap.of_loss),
                "beside": list(cap.beside),
                "public_elsewhere": cap.public_elsewhere,
                **_when_json(cap.when),
                "reference": cap.reference.as_json(),
            }
            for cap in sharing.caps
        ],
        "timings": [{"payer": t.payer, "days": t.days, "through": t.through} for t in sharing.timings],
        "claim_conditions": [asked_of(condition).as_json() for condition in sharing.claim_conditions],
        "reference": sharing.reference.as_json(),
    }


def _charge_json(rule: ChargeRule) -> dict[str, object]:
    return {
        "code": rule.code,
        "title": rule.title.as_json(),
        "kind": rule.kind,
        "payer": rule.payer,
        "payee": rule.payee,
        "base": rule.base,
        "of": rule.of or None,
        "rate": _number(rule.rate),
        "amount": _yuan(rule.amount),
        "per_year": rule.per_year,
        "when": rule.when,
        "days_after": rule.days_after,
        "at_most": _yuan(rule.at_most),
        "at_most_per_year": _yuan(rule.at_most_per_year),
        "lpr_multiple": _number(rule.lpr_multiple),
        "ip_part_only": rule.ip_part_only,
        "only_if_repaid": rule.only_if_repaid,
        "loan_above": _yuan(rule.loan_above),
        "loan_at_most": _yuan(rule.loan_at_most),
        "group": rule.group or None,
        **_when_json(rule.only_if, "only_if"),
        "rate_if": [{"rate": _number(rate), **_when_json(when)} for when, rate in rule.rates],
        "year_of": rule.year_of,
        "years_at_most": rule.years_at_most,
        "day_count": rule.day_count,
        "rounding": rule.rounding,
        "round_to": _yuan(rule.round_to),
        "reference": rule.reference.as_json(),
    }


def _when_json(when: When, name: str = "when") -> dict[str, object]:
    return {
        f"{name}_any": [asked_of(condition).as_json() for condition in when.any_of],
        f"{name}_all": [asked_of(condition).as_json() for condition in when.all_of],
    }


def _end(sharing: Sharing, tier: Tier) -> str | None:
    if tier.up_to is None:
        return None
    return _share(tier.up_to) if sharing.measure == "pool_loss_ratio" else yuan(int(tier.up_to))


def percent(share: Fraction) -> str:
    """A share for people: 54 %."""
    return f"{plain(quantise_rate(share * 100, 4))} %"


def plain_share(share: Fraction) -> str:
    """A share or multiple as a plain decimal."""
    return plain(quantise_rate(share, 8))


_share = plain_share


def _yuan(amount: Fen | None) -> str | None:
    return None if amount is None else yuan(amount)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
