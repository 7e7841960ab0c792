"""The lending value: a low value, times the part of it left when the right has to be sold."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import exp, log

from zhirong.chain.appraisal.life import legal_years
from zhirong.chain.appraisal.published import STRETCH
from zhirong.chain.appraisal.records import Appraisal, LendingFactor, LendingValue
from zhirong.chain.appraisal.request import REDEPLOYABILITY_TEXT
from zhirong.chain.appraisal.value_carriers import carriers
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, KindRule, RightKind
from zhirong.chain.right.records import Flag, Right
from zhirong.kernel.days import add_months, years_between
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, round_fen
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same

# The factor of a model is shown and used with six decimals, so that the product can be checked by hand.
_PLACES = 6

SURVIVAL = Text("维持到变现的概率", "probability of being maintained until the sale")
DISPUTED = frozenset({Flag.IN_DISPUTE, Flag.FROZEN})


def lending_value(
    appraisal: Appraisal, rights: Sequence[Right], term_end: date, rules: Rulebook, day: date
) -> LendingValue:
    """Return low quantile × survival to term and sale × validity × forced-sale factor × (1 − disposal cost), in
    fen.

    If several rights carry the value, the one with the highest result decides, with its own factors, among those
    that last as long as the appraisal assumes. term_end: last day of the loan. Rounded down to the fen. Raises
    ValueError if none of the appraised rights is given.
    """
    subject = carriers([right for right in rights if right.id in appraisal.request.rights])
    if not subject:
        raise ValueError("none of the appraised rights is in the list of rights")
    quantile = rules.at("appraisal.lending.quantile", day)
    months = rules.at("quote.disposal_months", day)
    sale_day = add_months(term_end, months.whole())
    years = max(0.0, years_between(appraisal.request.valuation_date, sale_day))
    low = _low_value(appraisal, quantile, rules, day)
    shared = (_life_left(appraisal, years, months), _after_disposal_cost(rules, day))

    def factors_of(right: Right) -> tuple[LendingFactor, ...]:
        own = (
            _survival(right, appraisal.request.valuation_date, years, rules, day),
            _validity(right, years, rules, day),
            _forced_sale(right, appraisal, rules, day),
        )
        return (shared[0], *own, shared[1])

    lasting = [right for right in subject if lasts(right, appraisal, rules, day)] or list(subject)
    factors = max((factors_of(right) for right in lasting), key=_product)
    exact = Fraction(low) * _product(factors)
    fen = round_fen(exact, "floor")
    explanation = Explanation(
        Text("可贷价值", "lending value"),
        fen,
        "fen",
        Text(
            f"P{quantile.whole()} × 剩余收益期 × 维持 × 有效性 × 快速变现 ×（1 − 处置费用），向下取整到分",
            f"P{quantile.whole()} × life left × survival × validity × forced sale × (1 − disposal cost),"
            " down to the fen",
        ),
        parts=(
            Explanation(
                Text(f"低位价值 P{quantile.whole()}", f"low value P{quantile.whole()}"),
                low,
                "fen",
                references=(quantile.reference,),
            ),
            Explanation(
                Text("预计变现完成日", "expected completion of the sale"),
                sale_day,
                "day",
                Text(f"贷款到期日 {term_end} 加处置时间", f"end of the loan {term_end} plus the time of disposal"),
                references=(months.reference,),
            ),
            *(factor.explanation for factor in factors),
        ),
    )
    return LendingValue(fen, low, quantile.whole(), factors, sale_day, explanation)


def invalidation_probability(challenge_rate: float, invalidation_share: float, years: float) -> float:
    """Return the probability of full invalidation within ``years``: (1 − e^(−c·t)) · s.

    c: challenges per year and right; s: share of challenged rights that are fully invalidated. It is challenge rate
    times invalidation share: most rights are never challenged.
    """
    return (1.0 - exp(-challenge_rate * years)) * invalidation_share


def in_force_at(table: Sequence[tuple[int, float]], age: float) -> float:
    """Return the share in force at ``age`` years after filing, from shares at whole years in rising order.

    Between years the hazard is constant; before the first nothing has lapsed; after the last the average hazard of
    the years in the table continues.
    """
    (first, _), (last, end) = table[0], table[-1]
    if age <= first:
        return 1.0
    if age >= last:
        return end * exp(log(end) / (last - first) * (age - last))
    place = next(number for number, (year, _) in enumerate(table) if year > age)
    (before, high), (_, low) = table[place - 1], table[place]
    return high * exp(log(low / high) * (age - before))


# -- the factors -------------------------------------------------------------------------------------------------


def _life_left(appraisal: Appraisal, years: float, months: RuleValue) -> LendingFactor:
    life = appraisal.life.remaining
    share = 1.0 if life is None else max(0.0, 1.0 - years / life)
    shown = Text("无限制", "no limit") if life is None else same(f"{life:.2f}")
    return _factor(
        "life_left",
        Text("变现时剩余收益期的比例", "share of the earning life left at the sale"),
        share,
        (months,),
        Text(f"1 − {years:.2f} 年 ÷ 剩余寿命 {shown.zh} 年", f"1 − {years:.2f} years ÷ {shown.en} years of life"),
    )


def _survival(right: Right, valuation_date: date, years: float, rules: Rulebook, day: date) -> LendingFactor:
    if right.kind is RightKind.INVENTION and right.filing_date is not None:
        return _fitted_survival(years_between(right.filing_date, valuation_date), years, rules, day)
    rate = rules.at(KindRule.LAPSE_RATE.of(right.kind), day)
    return _factor(
        "survival",
        SURVIVAL,
        exp(-float(rate.number()) * years),
        (rate,),
        Text(
            f"{KIND_TEXT[right.kind].zh}：e^(−{rate.value} × {years:.2f} 年)",
            f"{KIND_TEXT[right.kind].en}: e^(−{rate.value} × {years:.2f} years)",
        ),
    )


def _fitted_survival(age: float, years: float, rules: Rulebook, day: date) -> LendingFactor:
    curve = rules.at("appraisal.in_force.invention", day)
    watched = rules.at("appraisal.watched_lapse", day)
    table = [(int(row["year"]), float(row["in_force"])) for row in curve.value]
    now, then = in_force_at(table, age), in_force_at(table, age + years)
    words = Text(
        f"申请后 {age:.2f} 年至 {age + years:.2f} 年：({then:.4f} ÷ {now:.4f})^{watched.value}",
        f"from {age:.2f} to {age + years:.2f} years after filing: ({then:.4f} ÷ {now:.4f})^{watched.value}",
    )
    return _factor("survival", SURVIVAL, (then / now) ** float(watched.number()), (curve, watched), words)


def _validity(right: Right, years: float, rules: Rulebook, day: date) -> LendingFactor:
    share = rules.at(KindRule.INVALIDATION_SHARE.of(right.kind), day)
    label = Text("权利有效的概率", "probability of staying valid")
    if Flag.INVALIDATION_PENDING in right.flags:
        words = Text(
            f"已被提起无效：1 − 全部无效比例 {share.value}",
            f"already challenged: 1 − share fully invalidated {share.value}",
        )
        return _factor("validity", label, 1.0 - float(share.number()), (share,), words)
    level = "disputed" if right.flags & DISPUTED else "ordinary"
    family = KINDS[right.kind].challenges
    challenge = rules.at(f"appraisal.challenge_rate.{family}.{level}", day)
    chance = invalidation_probability(float(challenge.number()), float(share.number()), years)
    words = Text(
        f"1 −（1 − e^(−年挑战率 {challenge.value} × {years:.2f} 年)）× 全部无效比例 {share.value}",
        f"1 − (1 − e^(−{challenge.value} challenges a year × {years:.2f} years)) × {share.value} fully invalidated",
    )
    return _factor("validity", label, 1.0 - chance, (challenge, share), words)


def _forced_sale(right: Right, appraisal: Appraisal, rules: Rulebook, day: date) -> LendingFactor:
    stated = appraisal.request.redeployability
    level = stated or "low"
    rule = rules.at(KindRule.FORCED_SALE.of(right.kind), day)
    words = REDEPLOYABILITY_TEXT[level]
    if stated is None:
        words = Text(f"未说明可转用程度，按最低：{words.zh}", f"not stated, so the lowest applies: {words.en}")
    return _factor(
        "forced_sale",
        Text(f"快速变现折扣（{KIND_TEXT[right.kind].zh}）", f"forced-sale factor ({KIND_TEXT[right.kind].en})"),
        float(rule.value[level]),
        (rule,),
        words,
    )


def _after_disposal_cost(rules: Rulebook, day: date) -> LendingFactor:
    cost = rules.at("appraisal.disposal_cost", day)
    return _factor(
        "after_disposal_cost",
        Text("扣除处置费用后", "after disposal costs"),
        1.0 - float(cost.number()),
        (cost,),
        Text(f"1 − {cost.value}", f"1 − {cost.value}"),
    )


def _low_value(appraisal: Appraisal, quantile: RuleValue, rules: Rulebook, day: date) -> Fen:
    """Return the low quantile as published: stretched around P50 if the inputs were not checked."""
    low = appraisal.value.at(quantile.whole())
    if appraisal.request.checked:
        return low
    middle = appraisal.appraised_value
    return max(0, round_fen(middle - Fraction(rules.at(STRETCH, day).number()) * (middle - low)))


def lasts(right: Right, appraisal: Appraisal, rules: Rulebook, day: date) -> bool:
    """Return whether the law protects a right for as long as the appraisal assumes protection."""
    own = legal_years(right, appraisal.request.valuation_date, rules, day)
    return own is None or (appraisal.life.legal is not None and own >= appraisal.life.legal)


def _product(factors: Sequence[LendingFactor]) -> Fraction:
    product = Fraction(1)
    for factor in factors:
        product *= Fraction(factor.value)
    return product


def _factor(name: str, label: Text, value: float, rules: tuple[RuleValue, ...], words: Text) -> LendingFactor:
    exact = round(Decimal(value), _PLACES)
    parts = tuple(of_rule(rule) for rule in rules)
    return LendingFactor(name, label, exact, rules, Explanation(label, exact, "rate", words, parts=parts))
