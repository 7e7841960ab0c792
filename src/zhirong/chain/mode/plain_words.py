"""Explain a mode in plain words, a line for each of its terms, in Chinese or in English."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.eligibility import asked_of
from zhirong.chain.mode.fee_table import FEE_TABLES
from zhirong.chain.mode.model import Cap, ChargeRule, Mode, ModeCondition, Sharing, Tier, Turns, When
from zhirong.chain.mode.security import BASIS_TEXT, PLEDGEE_TEXT, Basis, Pledgee
from zhirong.chain.mode.share_text import percent, plain_share
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Lang, Text


def mode_text(mode: Mode, lang: Lang = "zh") -> str:
    """Explain a mode in plain words, with all terms of loss sharing and payment."""
    kind = [
        mode.place.in_(lang),
        words.GOVERNMENT_PARTS[mode.government].in_(lang),
        words.LEADERS[mode.leader].in_(lang),
    ]
    lines = [
        _say(lang, f"{mode.title.zh}（{mode.id}）", f"{mode.title.en} ({mode.id})"),
        _say(lang, "；", "; ").join(kind),
        mode.about.in_(lang),
    ]
    if mode.source.valid_from is not None or mode.source.valid_to is not None:
        lines.append(_say(lang, "来源所载日期", "dates in the source") + _colon(lang) + _dates(mode.source, lang))
    if mode.exclusive_with:
        others = _and(mode.exclusive_with, lang)
        lines.append(_say(lang, f"同一贷款不得又按 {others} 索赔", f"no loan is claimed under {others} as well"))
    lines += ["", _say(lang, "损失承担方", "Who bears a loss")]
    if mode.versions_by != "loan_day":
        chosen = words.VERSIONS_BY[mode.versions_by].in_(lang)
        lines.append(f"  {_say(lang, '各版本适用', 'versions hold')}{_colon(lang)}{chosen}")
    for sharing in mode.sharings:
        lines += [f"  {line}" for line in _sharing_lines(mode, sharing, lang)]
    lines += [f"  {line}" for line in _after_lines(mode, lang)]
    lines += _conditions(mode, lang) + _charges(mode, lang) + _way(mode, lang) + _sources(mode, lang)
    return "\n".join(lines)


# -- sharing of losses -------------------------------------------------------------------------------------------


def _sharing_lines(mode: Mode, sharing: Sharing, lang: Lang) -> list[str]:
    lines = []
    if sharing.valid_from or sharing.valid_to:
        day = _say(lang, "贷款日", "loans made")
        if mode.versions_by == "claim_day":
            day = _say(lang, "索赔日", "claims made")
        lines.append(day + _colon(lang) + _dates(sharing, lang))
    base = _and((words.COMPONENTS[component].in_(lang) for component in sharing.base), lang)
    rest = mode.name_of(sharing.rest_to).in_(lang)
    mixed = _say(lang, "（混合贷款只计知识产权部分）", " (the IP part of a mixed loan)") if sharing.mixed else ""
    lines.append(
        _say(lang, f"分担{base}{mixed}；其余由{rest}承担", f"shared: {base}{mixed}; the rest is borne by {rest}")
    )
    for number, tier in enumerate(sharing.tiers):
        lines.append(_tier_line(mode, sharing, number, lang))
        for other in tier.instead:
            parts = _shares_words(mode, other.shares, lang)
            when = _when_words(other.when, lang)
            lines.append(_say(lang, f"  {when}的，改为：{parts}", f"  where {when}, instead: {parts}"))
    if sharing.pool_per:
        pools = _and((words.CAP_KEYS[key].in_(lang) for key in sharing.pool_per), lang)
        lines.append(_say(lang, f"损失率按{pools}分池计算", f"the loss ratio is that of {pools}"))
    if sharing.residue_to is not None:
        who = mode.name_of(sharing.residue_to).in_(lang)
        lines.append(_say(lang, f"取整余下的分归{who}", f"fen that rounding leaves go to {who}"))
    if sharing.member_role is not None:
        who = mode.name_of(sharing.member_role).in_(lang)
        lines.append(
            _say(lang, f"{who}的部分由各成员按质押额分担", f"what {who} bear is divided by what each pledged")
        )
    for bonus in sharing.bonuses:
        to, taken, add = mode.name_of(bonus.to), mode.name_of(bonus.taken_from), percent(bonus.add)
        when = _when_words(bonus.when, lang)
        lines.append(
            _say(
                lang,
                f"加成：{when}的，{to.zh}多承担 {add}，由{taken.zh}让出",
                f"bonus: {to.en} bears another {add}, taken from {taken.en}, where: {when}",
            )
        )
    for layer in sharing.top_ups:
        to, taken, add = mode.name_of(layer.payer), mode.name_of(layer.taken_from), percent(layer.share)
        lines.append(
            _say(
                lang,
                f"叠加（{layer.name.zh}）：{to.zh}再承担 {add}，由{taken.zh}让出",
                f"on top ({layer.name.en}): {to.en} bears another {add}, taken from {taken.en}",
            )
            + _where(layer.when, lang)
        )
    for ceiling in sharing.ceilings:
        who, most = _names(mode, ceiling.parties, lang), percent(ceiling.share)
        together = len(ceiling.parties) > 1
        lines.append(
            _say(
                lang,
                f"{who}{'合计' if together else ''}至多承担 {most}",
                f"{who} together bear at most {most}" if together else f"{who} bears at most {most}",
            )
            + _mark(ceiling.reference, lang)
        )
    lines += [_cap_line(mode, cap, lang) for cap in sharing.caps]
    if sharing.caps:
        order = words.ORDERS[sharing.order].in_(lang)
        lines.append(_say(lang, f"上限{order}使用", f"caps are used up {order}"))
    for condition in sharing.claim_conditions:
        asked = _holds(condition, lang)
        lines.append(
            _say(
                lang,
                f"索赔条件：{asked}，否则由{mode.name_of(sharing.rest_to).zh}承担（查明前不赔付）",
                f"condition of a claim: {asked}; otherwise {mode.name_of(sharing.rest_to).en} bears the loss"
                " (nothing is paid until it is known)",
            )
        )
    lines.append(
        _say(lang, "已按其他模式得到补偿的部分先扣除", "what was compensated under another mode is deducted first")
        if sharing.elsewhere == "deduct"
        else _say(
            lang, "已按其他模式得到补偿的损失不再分担", "a loss compensated under another mode is not shared again"
        )
    )
    for timing in sharing.timings:
        who = mode.name_of(timing.payer).in_(lang)
        via = ""
        if timing.through is not None:
            first = mode.name_of(timing.through).in_(lang)
            via = _say(lang, f"，由{first}先行支付", f", to {first}, who has paid for it")
        after = _say(
            lang,
            f"{who}：索赔后 {timing.days} 天支付{via}",
            f"{who} pays {_days(timing.days, lang)} after the claim{via}",
        )
        lines.append(after + _mark(timing.reference, lang))
    return lines


def _tier_line(mode: Mode, sharing: Sharing, number: int, lang: Lang) -> str:
    tier = sharing.tiers[number]
    nested = dict(tier.paths)
    parts = _shares_words(mode, tier.shares, lang, nested)
    if len(sharing.tiers) == 1:
        return parts
    measure = words.MEASURES[sharing.measure].in_(lang)
    reading = words.TIER_READINGS[sharing.tier_reading].in_(lang)
    end = _end_words(sharing, tier, lang)
    if end is not None:
        where = _say(lang, f"至{end}（含）", f"up to {end}")
    else:
        above = _end_words(sharing, sharing.tiers[number - 1], lang)
        where = _say(lang, f"高于{above}", f"above {above}")
    return _say(
        lang,
        f"第 {number + 1} 档（{measure}{where}，{reading}）：{parts}",
        f"tier {number + 1} ({measure} {where}, {reading}): {parts}",
    )


def _shares_words(
    mode: Mode, shares: Iterable[tuple[str, Fraction]], lang: Lang, nested: Mapping[str, Text] | None = None
) -> str:
    paths = {} if nested is None else nested
    return _say(lang, "，", ", ").join(
        f"{mode.name_of(role).in_(lang)} {percent(share)}"
        + (_in_brackets(paths[role].in_(lang), lang) if role in paths else "")
        for role, share in shares
    )


def _when_words(when: When, lang: Lang) -> str:
    """Return the conditions of a clause in words, as statements."""
    one = _say(lang, "或", " or ").join(_holds(condition, lang) for condition in when.any_of)
    each = [_holds(condition, lang) for condition in when.all_of]
    return _say(lang, "且", " and ").join([*([one] if one else []), *each])


def _where(when: When, lang: Lang) -> str:
    """Return the words that a clause depends on a condition; empty where it always applies."""
    if not when.conditions:
        return ""
    return _say(lang, f"；仅限{_when_words(when, lang)}", f"; only where: {_when_words(when, lang)}")


def _end_words(sharing: Sharing, tier: Tier, lang: Lang) -> str | None:
    if tier.up_to_fact is not None:
        return words.LOAN_AMOUNTS[tier.up_to_fact].in_(lang)
    if tier.up_to is None:
        return None
    end = percent(tier.up_to) if sharing.measure == "pool_loss_ratio" else _money(int(tier.up_to), lang)
    return _say(lang, f" {end}", end)


def _cap_line(mode: Mode, cap: Cap, lang: Lang) -> str:
    per = _and((words.CAP_KEYS[key].in_(lang) for key in cap.per), lang) or _say(lang, "全部合计", "in all")
    if cap.amount is not None:
        limit = _money(cap.amount, lang)
    elif cap.times_fees is not None:
        times = plain_share(cap.times_fees)
        limit = _say(lang, f"所收费用的 {times} 倍", f"{times} × the fees collected")
    elif cap.of_entered is not None:
        part = percent(cap.of_entered)
        limit = _say(lang, f"入池本金的 {part}", f"{part} of the principal entered")
    elif cap.of_loss is not None:
        part = percent(cap.of_loss)
        limit = _say(lang, f"该笔损失的 {part}", f"{part} of the loss of the loan")
        first = [_names(mode, cap.beside, lang)] if cap.beside else []
        first += [_say(lang, "其他财政资金", "other public money")] if cap.public_elsewhere else []
        if first:
            names = _and(first, lang)
            limit += _say(lang, f"，先减去{names}已付的", f", less what {names} pay first")
    else:
        limit = _say(lang, "基金余额", "the balance of the fund")
    reading = [words.READINGS[cap.counts].in_(lang)]
    reading += [_names(mode, cap.payers, lang)] if cap.payers else []
    over = mode.name_of(cap.overflow_to).in_(lang)
    shown = _in_brackets(_say(lang, "，", ", ").join(reading), lang)
    line = _say(
        lang,
        f"上限：{per}至多 {limit}{shown}，超出部分由{over}承担",
        f"cap: {per} at most {limit}{shown}; {over} bears what is above",
    )
    return line + _where(cap.when, lang) + _mark(cap.reference, lang)


def _after_lines(mode: Mode, lang: Lang) -> list[str]:
    """Return the terms beyond the sharing itself: advance, recoveries, breaker, fund, put, licence-back, variants."""
    lines = []
    if mode.advance is not None:
        who, part, days = _names(mode, mode.advance.payers, lang), percent(mode.advance.share), mode.advance.days
        line = _say(
            lang,
            f"预付：索赔后 {days} 天先付{who}应付的 {part}，结案时多退少补",
            f"advance: {part} of what is owed by {who} is paid {_days(days, lang)} after the claim, the rest trued up",
        )
        lines.append(line + _mark(mode.advance.reference, lang))
    against = _and((words.COMPONENTS[component].in_(lang) for component in mode.recoveries.against), lang)
    lines.append(
        _say(
            lang,
            f"索赔前收回的款项依次抵偿{against}",
            f"money received before the claim pays off, in turn: {against}",
        )
    )
    lines.append(_recoveries_line(mode, lang))
    for breaker in mode.breakers:
        above, resume = percent(breaker.above), percent(breaker.resume_at)
        year = _say(lang, " 或至次年 1 月 1 日", " or on the next 1 January") if breaker.resume_next_year else ""
        whose = _say(lang, "单家放款机构", "a lender's") if breaker.per_lender else _say(lang, "全部", "all")
        line = _say(
            lang,
            f"熔断：{whose}当年损失超过当年入池本金 {above} 的，暂停新增贷款；回落至 {resume}{year} 恢复",
            f"circuit breaker: no new loans while {whose} losses of a year exceed {above} of the principal entered "
            f"that year; resumes at {resume}{year}",
        )
        lines.append(line + _mark(breaker.reference, lang))
    lines += _fund_lines(mode, lang)
    if mode.put is not None:
        buyer, part = mode.name_of(mode.put.buyer).in_(lang), percent(mode.put.price_rate)
        line = _say(
            lang,
            f"约定收购：违约时{buyer}按约定价买入权利；合同未约定的，按贷款额的 {part}",
            f"put: on default {buyer} buys the right at the agreed price; where none is agreed, at {part} of the loan",
        )
        lines.append(line + _mark(mode.put.reference, lang))
    if mode.licence_back is not None:
        terms = mode.licence_back
        holder, fee, price = mode.name_of(terms.holder), percent(terms.fee_rate), percent(terms.buy_back_rate)
        line = _say(
            lang,
            f"反向许可：{holder.zh}代偿后取得权利并许可企业使用，每 {terms.every_months} 个月收代偿额的 {fee}，"
            f"共 {terms.periods} 期；企业可按代偿额的 {price} 回购",
            f"licence-back: {holder.en} repays, takes title and licenses the right to the firm for {fee} of what was "
            f"repaid every {terms.every_months} months, {terms.periods} times; the firm may buy it back at {price}",
        )
        lines.append(line + _mark(terms.reference, lang))
    for variant in mode.variants:
        roles = [(mode.name_of(one).in_(lang), mode.name_of(other).in_(lang)) for one, other in variant.roles]
        changes = _and(
            (_say(lang, f"{one}改由{other}担任", f"{other} in place of {one}") for one, other in roles), lang
        )
        title = variant.title.in_(lang)
        lines.append(
            _say(lang, f"变体 {variant.id}（{title}）：{changes}", f"variant {variant.id} ({title}): {changes}")
        )
    return lines


def _recoveries_line(mode: Mode, lang: Lang) -> str:
    terms = mode.recoveries
    if terms.turns:
        order = _in_turn(mode, terms.turns, lang)
        line = _say(
            lang,
            f"索赔后收回的款项依次归还{order}，余下按比例",
            f"later recoveries go back in turn to: {order}; the rest in proportion",
        )
    else:
        line = _say(
            lang,
            "索赔后收回的款项按各方承担额归还",
            "later recoveries go back in proportion to what each bears",
        )
    # If everything is shared, both readings are the same.
    if any(set(sharing.base) != set(words.COMPONENTS) for sharing in mode.sharings):
        line += (
            _say(
                lang,
                "（先计参与分担的部分，不分担的部分在后）",
                " (of the shared components first, of what is not shared after them)",
            )
            if terms.weights == "shared"
            else _say(lang, "（不分担的部分一并计算）", " (what is not shared weighs as well)")
        )
    for source, turns in terms.by_source:
        title, names = words.SOURCE_TEXT[source].in_(lang), _in_turn(mode, turns, lang)
        line += _say(lang, f"；{title}先归{names}", f"; what is {title} goes to {names} first")
    return line


def _fund_lines(mode: Mode, lang: Lang) -> list[str]:
    if mode.fund is None:
        return []
    fund = mode.fund
    line = _say(lang, "基金规模", "the fund holds") + " " + _money(fund.size, lang)
    if fund.contributions:
        parts = (f"{title.in_(lang)} {_money(amount, lang)}" for _, title, amount in fund.contributions)
        line += _in_brackets(_and(parts, lang), lang)
    if fund.leverage is not None:
        times = plain_share(fund.leverage)
        line += _say(lang, f"；贷款至少为其 {times} 倍", f"; loans are to be at least {times} times as much")
    return [line + _mark(fund.reference, lang)]


# -- conditions, charges, the way to the loan, sources ------------------------------------------------------------


def _conditions(mode: Mode, lang: Lang) -> list[str]:
    lines = [f"  {asked_of(c).in_(lang)}{_mark(c.reference, lang)}" for c in mode.conditions]
    partner = _say(lang, "担保机构", "of the guarantor") + _colon(lang)
    lines += [f"  {partner}{asked_of(c).in_(lang)}{_mark(c.reference, lang)}" for c in mode.partner_conditions]
    limits = mode.limits
    if limits is not None:
        over = limits.rate_over_lpr
        shown: list[tuple[str, str, str | None]] = [
            ("单笔金额至多", "amount at most", _money_or_none(limits.amount_at_most, lang)),
            ("余额至多", "balance at most", _money_or_none(limits.balance_at_most, lang)),
            (
                "期限至多（月）",
                "term at most (months)",
                None if limits.term_months_at_most is None else str(limits.term_months_at_most),
            ),
            ("利率至多", "rate at most", None if limits.rate_at_most is None else _rate(limits.rate_at_most)),
            (
                "利率至多 LPR 加（基点）",
                "rate at most LPR plus (bp)",
                None if over is None else plain(over * 10_000),
            ),
            ("超过此额才要求质押", "a pledge is asked for above", _money_or_none(limits.pledge_above, lang)),
            (
                "代偿率上限",
                "payout rate at most",
                None if limits.payout_ceiling is None else _rate(limits.payout_ceiling),
            ),
        ]
        mark = _mark(limits.reference, lang)
        lines += [f"  {_say(lang, zh, en)} {value}{mark}" for zh, en, value in shown if value is not None]
    lines += _security(mode, lang)
    return ["", _say(lang, "条件", "Conditions"), *lines] if lines else []


def _security(mode: Mode, lang: Lang) -> list[str]:
    """Return the unusual terms of the security: a loan on credit, or a pledge held for all."""
    security, lines = mode.security, []
    if security.basis is Basis.PLEDGE:
        lines.append(BASIS_TEXT[security.basis].in_(lang))
    if security.pledgee in (Pledgee.GUARANTOR, Pledgee.GOVERNMENT):
        lines.append(PLEDGEE_TEXT[security.pledgee].in_(lang))
    if security.eligible_weight is not None:
        weight = _rate(security.eligible_weight)
        lines.append(
            _say(
                lang,
                f"由他方承担的部分风险权重 {weight}",
                f"risk weight of the part that parties other than the lender bear: {weight}",
            )
        )
    return [f"  {line}{_mark(security.reference, lang)}" for line in lines]


def _charges(mode: Mode, lang: Lang) -> list[str]:
    lines = []
    for rule in mode.charges:
        parties = f"{mode.name_of(rule.payer).in_(lang)} → {mode.name_of(rule.payee).in_(lang)}"
        terms = _say(lang, "，", ", ").join([parties, *_charge_terms(mode, rule, lang)])
        lines.append(f"  {rule.title.in_(lang)}{_colon(lang)}{terms}{_mark(rule.reference, lang)}")
        if _is_other(rule.reference, mode.source):
            lines.append(f"    {_say(lang, '依据', 'source')}{_colon(lang)}{rule.reference.as_text(lang)}")
            if rule.reference.note is not None:
                lines.append(f"    {rule.reference.note.in_(lang)}")
    return ["", _say(lang, "费用、补贴和奖励", "Fees, subsidies and rewards"), *lines] if lines else []


def _charge_terms(mode: Mode, rule: ChargeRule, lang: Lang) -> list[str]:
    terms = []
    if rule.base == "fee_table":
        terms.append(_say(lang, f"按{FEE_TABLES[rule.of].zh}", f"by the {FEE_TABLES[rule.of].en}"))
    elif rule.rate is None:
        terms.append(_money(rule.amount or 0, lang))
    else:
        base = words.CHARGE_BASES[rule.base].in_(lang)
        if rule.base == "share":
            who = mode.name_of(rule.of).in_(lang)
            base = _say(lang, f"{who}承担部分的贷款额", f"part of the loan that {who} bears")
        elif rule.base == "charge":
            base = next(other.title for other in mode.charges if other.code == rule.of).in_(lang)
        year = _say(lang, " / 年", " a year") if rule.per_year else ""
        terms.append(f"{base} × {_rate(rule.rate)}{year}")
    for when, rate in rule.rates:
        found = _when_words(when, lang)
        terms.append(_say(lang, f"{found}的 {_rate(rate)}", f"{_rate(rate)} where {found}"))
    if rule.only_if.conditions:
        found = _when_words(rule.only_if, lang)
        terms.append(_say(lang, f"仅限{found}", f"only where {found}"))
    if rule.years_at_most is not None:
        years = rule.years_at_most
        terms.append(_say(lang, f"至多 {years} 年", f"at most {years} year{'' if years == 1 else 's'}"))
    if rule.day_count == "case":
        terms.append(_say(lang, "不足一年按本笔贷款的计息天数", "part of a year by the day count of the case"))
    if rule.rounding != "half_up" or rule.round_to != 1:
        to = _money(rule.round_to, lang)
        how = words.ROUNDINGS[rule.rounding].in_(lang)
        terms.append(_say(lang, f"取整到 {to}，{how}", f"rounded to {to}, {how}"))
    if rule.ip_part_only:
        terms.append(_say(lang, "只计知识产权部分", "the IP part only"))
    if rule.lpr_multiple is not None:
        times = plain(rule.lpr_multiple)
        terms.append(_say(lang, f"利率至多计到 LPR 的 {times} 倍", f"interest counted up to {times} × LPR"))
    if rule.loan_above is not None:
        over = _money(rule.loan_above, lang)
        terms.append(_say(lang, f"贷款高于 {over}", f"loans above {over}"))
    if rule.loan_at_most is not None:
        most = _money(rule.loan_at_most, lang)
        terms.append(_say(lang, f"贷款不超过 {most}", f"loans of at most {most}"))
    if rule.at_most is not None:
        terms.append(_say(lang, "至多 ", "at most ") + _money(rule.at_most, lang))
    if rule.at_most_per_year is not None:
        year = _in_brackets(words.YEARS_OF[rule.year_of].in_(lang), lang) if rule.year_of != "due" else ""
        terms.append(_say(lang, "每年至多 ", "at most a year: ") + _money(rule.at_most_per_year, lang) + year)
    terms.append(words.WHEN[rule.when].in_(lang))
    if rule.days_after:
        terms.append(_say(lang, f"其后 {rule.days_after} 天支付", f"paid {_days(rule.days_after, lang)} later"))
    if rule.only_if_repaid:
        terms.append(_say(lang, "须已还清", "only if it is repaid"))
    return terms


def _way(mode: Mode, lang: Lang) -> list[str]:
    lines = []
    for number, step in enumerate(mode.steps, 1):
        terms = [mode.name_of(step.who).in_(lang), _days(step.days, lang)]
        if step.cost:
            payer = mode.name_of(step.cost_to).in_(lang)
            terms.append(_money(step.cost, lang) + _in_brackets(payer, lang))
        said = _say(lang, "，", ", ").join(terms)
        lines.append(f"  {number}. {step.title.in_(lang)}{_colon(lang)}{said}{_mark(step.reference, lang)}")
    if lines:
        total = _days(sum(step.days for step in mode.steps), lang)
        lines.append("  " + _say(lang, f"共 {total}", f"{total} in all"))
    papers = [
        f"  {need.title.in_(lang)}{_colon(lang)}{mode.name_of(need.from_role).in_(lang)}{_mark(need.reference, lang)}"
        for need in mode.documents
    ]
    return [
        *(["", _say(lang, "步骤", "Steps"), *lines] if lines else []),
        *(["", _say(lang, "所需材料", "Documents required"), *papers] if papers else []),
    ]


def _sources(mode: Mode, lang: Lang) -> list[str]:
    lines = ["", _say(lang, "来源", "Sources")]
    for source in (mode.source, *mode.other_sources):
        lines.append(f"  {source.as_text(lang)}")
        if source.quotation != "none":
            lines.append(f"    “{source.quotation}”")
    if mode.source.note is not None:
        lines.append(f"    {mode.source.note.in_(lang)}")
    used = [rule.reference for rule in mode.charges] + [step.reference for step in mode.steps]
    used += [condition.reference for condition in (*mode.conditions, *mode.partner_conditions)]
    others = (reference.as_text(lang) for reference in used if _is_other(reference, mode.source))
    lines += [f"  {text}" for text in dict.fromkeys(others)]
    if mode.assumptions:
        lines += ["", _say(lang, "假设（来源没有说明）", "Assumed (not stated in any source)")]
        lines += [f"  {text}" for text in dict.fromkeys(assumed.words.in_(lang) for assumed in mode.assumptions)]
    return lines


# -- small words --------------------------------------------------------------------------------------------------


def _say(lang: Lang, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


def _colon(lang: Lang) -> str:
    return _say(lang, "：", ": ")


def _in_brackets(text: str, lang: Lang) -> str:
    return _say(lang, f"（{text}）", f" ({text})")


def _and(parts: Iterable[str], lang: Lang) -> str:
    return _say(lang, "、", ", ").join(parts)


def _in_turn(mode: Mode, turns: Turns, lang: Lang) -> str:
    """Return the names in turn; a group of several is named with how it shares."""
    pro_rata = _say(lang, "（按承担额）", " (in proportion to what each bears)")
    return _and(
        (_names(mode, group, lang) + (pro_rata if len(group) > 1 else "") for group in turns),
        lang,
    )


def _names(mode: Mode, roles: Iterable[str], lang: Lang) -> str:
    return _and((mode.name_of(role).in_(lang) for role in roles), lang)


def _days(days: int, lang: Lang) -> str:
    return _say(lang, f"{days} 天", f"{days} day" if days == 1 else f"{days} days")


def _dates(dated: Reference | Sharing, lang: Lang) -> str:
    first, last = dated.valid_from, dated.valid_to
    parts = [_say(lang, f"自 {first}", f"from {first}")] if first is not None else []
    parts += [_say(lang, f"至 {last}", f"until {last}")] if last is not None else []
    return " ".join(parts)


def _holds(condition: ModeCondition, lang: Lang) -> str:
    """Return a condition as a statement, not as a requirement."""
    if condition.test != "is" or condition.why is not None:
        return asked_of(condition).in_(lang)
    label = words.ALL_FACTS[condition.fact].label.in_(lang)
    return label if condition.value else _say(lang, f"不是{label}", f"not {label}")


def _is_other(reference: Reference, source: Reference) -> bool:
    """Return whether an item comes from another document than the mode."""
    named = (reference.issuer, reference.document)
    return any(named) and named != (source.issuer, source.document)


def _mark(reference: Reference, lang: Lang) -> str:
    if reference.confidence == "assumed":
        return _say(lang, " [假设]", " [assumed]")
    if reference.confidence == "unconfirmed":
        return _say(lang, " [未确认]", " [unconfirmed]")
    return ""


def _rate(rate: Decimal) -> str:
    return percent(Fraction(rate))


def _money(amount: Fen, lang: Lang) -> str:
    return show_yuan(amount) + _say(lang, " 元", " yuan")


def _money_or_none(amount: Fen | None, lang: Lang) -> str | None:
    return None if amount is None else _money(amount, lang)
