"""A mode told to people and programs: as JSON with stable keys, and as plain words."""

from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.eligibility import asked_of
from zhirong.chain.mode.model import Cap, ChargeRule, Mode, Sharing, Tier
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, quantise_rate, show_yuan, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Lang


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
        "other_sources": [source.as_json() for source in mode.other_sources],
        "parties": [
            {"role": p.role, "name": p.name.as_json(), "does": None if p.does is None else p.does.as_json()}
            for p in mode.parties
        ],
        "bearers": list(mode.bearers),
        "sharing": [_sharing_json(sharing) for sharing in mode.sharings],
        "recoveries": {
            "back": mode.recoveries.back,
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
            "reference": limits.reference.as_json(),
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
        "elsewhere": sharing.elsewhere,
        "tiers": [
            {
                "up_to": _end(sharing, tier),
                "up_to_fact": tier.up_to_fact,
                "shares": {role: _share(share) for role, share in tier.shares},
                "paths": {role: path.en for role, path in tier.paths},
            }
            for tier in sharing.tiers
        ],
        "bonuses": [
            {
                "to": b.to,
                "from": b.taken_from,
                "add": _share(b.add),
                "when_any": [asked_of(c).as_json() for c in b.conditions],
            }
            for b in sharing.bonuses
        ],
        "top_ups": [
            {"payer": t.payer, "from": t.taken_from, "share": _share(t.share), "name": t.name.as_json()}
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
        "reference": rule.reference.as_json(),
    }


# -- words --------------------------------------------------------------------------------------------------------


def mode_text(mode: Mode, lang: Lang = "zh") -> str:
    """A mode explained in plain words."""
    zh = lang == "zh"
    lines = [
        f"{mode.title.in_(lang)}（{mode.id}）" if zh else f"{mode.title.en} ({mode.id})",
        mode.place.in_(lang)
        + ("；" if zh else "; ")
        + words.GOVERNMENT_PARTS[mode.government].in_(lang)
        + ("；" if zh else "; ")
        + words.LEADERS[mode.leader].in_(lang),
        mode.about.in_(lang),
        "",
        "谁承担损失" if zh else "Who bears a loss",
    ]
    for sharing in mode.sharings:
        lines += [f"  {line}" for line in sharing_lines(mode, sharing, lang)]
    lines += _conditions(mode, lang) + _charges(mode, lang) + _way(mode, lang) + _sources(mode, lang)
    return "\n".join(lines)


def sharing_lines(mode: Mode, sharing: Sharing, lang: Lang) -> list[str]:
    """One version of the terms, a line for each."""
    zh = lang == "zh"
    lines = []
    if sharing.valid_from or sharing.valid_to:
        first, last = sharing.valid_from or "…", sharing.valid_to or "…"
        lines.append(f"贷款日 {first} 至 {last}：" if zh else f"loans made {first} to {last}:")
    base = ("、" if zh else ", ").join(words.COMPONENTS[component].in_(lang) for component in sharing.base)
    rest = mode.name_of(sharing.rest_to).in_(lang)
    mixed = ("（混合贷款只计知识产权部分）" if zh else " (the IP part of a mixed loan)") if sharing.mixed else ""
    lines.append(
        f"分担{base}{mixed}；其余由{rest}承担" if zh else f"shared: {base}{mixed}; the rest is borne by {rest}"
    )
    for number, tier in enumerate(sharing.tiers, 1):
        lines.append(_tier_line(mode, sharing, tier, number, lang))
    for bonus in sharing.bonuses:
        who, add = mode.name_of(bonus.to).in_(lang), percent(bonus.add)
        when = ("或" if zh else " or ").join(asked_of(condition).in_(lang) for condition in bonus.conditions)
        lines.append(f"加成：{when}时，{who}多承担 {add}" if zh else f"bonus: {who} bears {add} more where {when}")
    for layer in sharing.top_ups:
        who, share = mode.name_of(layer.payer).in_(lang), percent(layer.share)
        lines.append(f"叠加：{who}再承担 {share}" if zh else f"on top: {who} bears another {share}")
    for ceiling in sharing.ceilings:
        who = "、".join(mode.name_of(role).in_(lang) for role in ceiling.parties)
        lines.append(
            f"{who}合计至多承担 {percent(ceiling.share)}"
            if zh
            else f"{who} together bear at most {percent(ceiling.share)}"
        )
    lines += [_cap_line(mode, cap, lang) for cap in sharing.caps]
    for timing in sharing.timings:
        who = mode.name_of(timing.payer).in_(lang)
        to = mode.name_of(timing.through).in_(lang) if timing.through else ""
        after = f"索赔后 {timing.days} 天" if zh else f"{timing.days} days after the claim"
        via = (f"，由{to}先行支付" if zh else f", after {to} has paid for it") if to else ""
        lines.append(f"{who}：{after}支付{via}" if zh else f"{who} pays {after}{via}")
    if sharing.caps:
        order = words.ORDERS[sharing.order].in_(lang)
        lines.append(f"上限{order}使用" if zh else f"caps are used up {order}")
    return lines


def _tier_line(mode: Mode, sharing: Sharing, tier: Tier, number: int, lang: Lang) -> str:
    zh = lang == "zh"
    parts = ("，" if zh else ", ").join(
        f"{mode.name_of(role).in_(lang)} {percent(share)}" for role, share in tier.shares
    )
    if len(sharing.tiers) == 1:
        return parts
    end = _end(sharing, tier)
    fact = words.LOAN_AMOUNTS[tier.up_to_fact].in_(lang) if tier.up_to_fact else None
    upto = fact or (show_yuan(int(tier.up_to)) if end and tier.up_to and tier.up_to > 1 else end)
    measure = words.MEASURES[sharing.measure].in_(lang)
    reading = words.TIER_READINGS[sharing.tier_reading].in_(lang)
    if zh:
        where = f"至 {upto}（含）" if upto else "以上部分"
        return f"第 {number} 档（{measure}{where}，{reading}）：{parts}"
    where = f"up to {upto}" if upto else "above"
    return f"tier {number} ({measure} {where}, {reading}): {parts}"


def _cap_line(mode: Mode, cap: Cap, lang: Lang) -> str:
    zh = lang == "zh"
    per = (
        ("、" if zh else " and ").join(words.CAP_KEYS[key].in_(lang) for key in cap.per)
        or ("全部合计" if zh else "in all")
    )  # fmt: skip
    if cap.amount is not None:
        limit = show_yuan(cap.amount) + (" 元" if zh else " yuan")
    elif cap.times_fees is not None:
        limit = (
            f"所收费用的 {plain_share(cap.times_fees)} 倍" if zh else f"{plain_share(cap.times_fees)} × the fees"
        )
    elif cap.of_entered is not None:
        limit = f"入池本金的 {percent(cap.of_entered)}" if zh else f"{percent(cap.of_entered)} of entered principal"
    else:
        limit = "基金余额" if zh else "the fund's balance"
    who = ("、" if zh else ", ").join(mode.name_of(role).in_(lang) for role in cap.payers)
    over = mode.name_of(cap.overflow_to).in_(lang)
    reading = words.READINGS[cap.counts].in_(lang)
    if zh:
        return f"上限：{per}至多 {limit}（{reading}{'，' + who if who else ''}），超出部分由{over}承担"
    return f"cap: {per} at most {limit} ({reading}{', ' + who if who else ''}); {over} bears what is above"


def _conditions(mode: Mode, lang: Lang) -> list[str]:
    zh = lang == "zh"
    lines = [
        f"  {asked_of(condition).in_(lang)}{_mark(condition.reference, lang)}" for condition in mode.conditions
    ]
    partner = "担保机构：" if zh else "of the guarantor: "
    lines += [f"  {partner}{asked_of(c).in_(lang)}{_mark(c.reference, lang)}" for c in mode.partner_conditions]
    limits = mode.limits
    if limits is not None:
        shown: list[tuple[str, str, str | None]] = [
            ("单笔金额至多", "amount at most", _yuan_words(limits.amount_at_most)),
            ("余额至多", "balance at most", _yuan_words(limits.balance_at_most)),
            (
                "期限至多（月）",
                "term at most (months)",
                None if limits.term_months_at_most is None else str(limits.term_months_at_most),
            ),
            ("利率至多", "rate at most", None if limits.rate_at_most is None else _rate(limits.rate_at_most)),
            (
                "利率至多 LPR 加（基点）",
                "rate at most LPR plus (bp)",
                None if limits.rate_over_lpr is None else plain(limits.rate_over_lpr * 10_000),
            ),
        ]
        shown.append(("超过此额才要求质押", "a pledge is asked for above", _yuan_words(limits.pledge_above)))
        mark = _mark(limits.reference, lang)
        lines += [f"  {a if zh else b} {value}{mark}" for a, b, value in shown if value is not None]
    return ["", "条件" if zh else "Conditions", *lines] if lines else []


def _charges(mode: Mode, lang: Lang) -> list[str]:
    zh = lang == "zh"
    lines = []
    for rule in mode.charges:
        payer, payee = mode.name_of(rule.payer).in_(lang), mode.name_of(rule.payee).in_(lang)
        if rule.rate is None:
            what = _yuan_words(rule.amount) or ""
        else:
            year = (" / 年" if zh else " a year") if rule.per_year else ""
            what = f"{words.CHARGE_BASES[rule.base].in_(lang)} × {_rate(rule.rate)}{year}"
        limit = rule.at_most or rule.at_most_per_year
        cap = f"，至多 {show_yuan(limit)}" if limit and zh else f", at most {show_yuan(limit)}" if limit else ""
        when = words.WHEN[rule.when].in_(lang)
        lines.append(
            f"  {rule.title.in_(lang)}：{payer} → {payee}，{what}{cap}，{when}{_mark(rule.reference, lang)}"
        )
    return ["", "费用、补贴和奖励" if zh else "Fees, subsidies and rewards", *lines] if lines else []


def _way(mode: Mode, lang: Lang) -> list[str]:
    zh = lang == "zh"
    lines = []
    for number, step in enumerate(mode.steps, 1):
        days = f"{step.days} 天" if zh else f"{step.days} days"
        cost = (
            f"，{show_yuan(step.cost)} 元" if step.cost and zh else f", {show_yuan(step.cost)}" if step.cost else ""
        )
        who = mode.name_of(step.who).in_(lang)
        lines.append(f"  {number}. {step.title.in_(lang)}：{who}，{days}{cost}{_mark(step.reference, lang)}")
    if lines:
        total = sum(step.days for step in mode.steps)
        lines.append(f"  共 {total} 天" if zh else f"  {total} days in all")
    papers = [f"  {need.title.in_(lang)}：{mode.name_of(need.from_role).in_(lang)}" for need in mode.documents]
    return [
        *(["", "步骤" if zh else "Steps", *lines] if lines else []),
        *(["", "所需材料" if zh else "Papers needed", *papers] if papers else []),
    ]


def _sources(mode: Mode, lang: Lang) -> list[str]:
    zh = lang == "zh"
    lines = ["", "来源" if zh else "Sources"]
    for source in (mode.source, *mode.other_sources):
        lines.append(f"  {source.as_text(lang)}")
        if source.quotation != "none":
            lines.append(f"    “{source.quotation}”")
    if mode.assumptions:
        lines += ["", "假设（来源没有说明）" if zh else "Assumed (no source says it)"]
        seen = dict.fromkeys(assumption.words.in_(lang) for assumption in mode.assumptions)
        lines += [f"  {text}" for text in seen]
    return lines


def _mark(reference: Reference, lang: Lang) -> str:
    if reference.confidence == "assumed":
        return " [假设]" if lang == "zh" else " [assumed]"
    if reference.confidence == "unconfirmed":
        return " [未确认]" if lang == "zh" else " [unconfirmed]"
    return ""


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


def _rate(rate: Decimal) -> str:
    return f"{plain(rate * 100)} %"


def _yuan(amount: Fen | None) -> str | None:
    return None if amount is None else yuan(amount)


def _yuan_words(amount: Fen | None) -> str | None:
    return None if amount is None else show_yuan(amount)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
