"""From a request and rights to a value: simulate every method, reconcile the results, raise alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from zhirong.chain.appraisal.life import remaining_life
from zhirong.chain.appraisal.method import (
    APPROACH_TEXT,
    NEVER_DECIDES,
    Alarm,
    AppraisalMethod,
    Approach,
    Driver,
    MethodTerms,
    RenewalTerms,
)
from zhirong.chain.appraisal.queries import queries
from zhirong.chain.appraisal.records import Appraisal, MethodResult, NoValue, RemainingLife, TornadoBar
from zhirong.chain.appraisal.renewal import RenewalOption, renewal_terms
from zhirong.chain.appraisal.request import PURPOSE_TEXT, AppraisalRequest, future_date
from zhirong.chain.appraisal.simulation import Distribution, distribution_of, fen_of, uniforms
from zhirong.chain.appraisal.suitability import Suitability, suitability
from zhirong.chain.appraisal.uncertain import Array, Level, read_widening
from zhirong.chain.appraisal.value_carriers import carriers
from zhirong.chain.right.records import Right
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text, same

# A tornado compares medians; a tenth of the paths ranks the inputs as well as all of them.
_TORNADO_SHARE = 10

PREFERENCE = "appraisal.reconcile.preference"

Draws = Mapping[str, Level]


def appraise(
    request: AppraisalRequest, rights: Sequence[Right], rules: Rulebook, day: date, *, detailed: bool = True
) -> Appraisal | NoValue:
    """Return the value of the request's rights by the rules of ``day``, or why there is none.

    detailed: with the tornado; without it the value is the same and takes a fraction of the time. rights: those of
    the case; the request names the ones that are valued together. Raises InputError for a valuation date after
    ``day`` and for a right that the case does not contain.
    """
    subject = _subject(request, rights, day)
    request = under_rules(request, rules, day)
    life = remaining_life(subject, request.methods, request.contract_end, request.valuation_date, rules, day)
    nothing = no_value_of_methods(request, rules, day) or no_value_of_life(life)
    if nothing is not None:
        return nothing
    widening_rule = rules.at("appraisal.evidence", day)
    renewal = renewal_of(request, subject, rules, day)
    if isinstance(renewal, NoValue):
        return renewal
    terms = MethodTerms(read_widening(widening_rule), life.cap, renewal)
    names = [f"{method.id}.{driver.name}" for method in request.methods for driver in method.drivers()]
    draws = uniforms(request.seed, request.paths, names, request.correlations)
    methods = request.methods
    values = {method.id: _simulated(method, draws, terms, request.paths) for method in methods}
    preference = rules.at(_preference_of(request, rules), day)
    spread_limit = rules.at("appraisal.reconcile.spread_limit", day)
    weights = _where_apart(approach_weights(methods, preference), values, spread_limit.number())
    reconciled = _reconciled(values, weights)
    value = distribution_of(reconciled)
    leading = [method for method in methods if weights[method.id] > 0]
    results = tuple(
        _result(method, weights[method.id], value if leading == [method] else distribution_of(values[method.id]))
        for method in methods
    )
    kinds = [right.kind for right in carriers(subject)]
    suits = tuple(suitability(method, kinds, request.purpose, rules, day) for method in methods)
    alarms, references = _alarms(request, methods, results, value, spread_limit, rules, day)
    alarms += _unfit(suits, weights)
    return Appraisal(
        request=request,
        day=day,
        value=value,
        results=results,
        tornado=_tornado(leading, weights, draws, terms, value) if detailed else (),
        life=life,
        alarms=alarms,
        stale=any(alarm.code == "stale" for alarm in alarms),
        explanation=_explanation(
            request, value, results, suits, life, alarms, (widening_rule, preference, *references)
        ),
    )


def _preference_of(request: AppraisalRequest, rules: Rulebook) -> str:
    """Return the order of approaches for the purpose, where the rules have a separate one."""
    own = f"{PREFERENCE}.{request.purpose}"
    return own if own in rules else PREFERENCE


def approach_weights(methods: Sequence[AppraisalMethod], preference: RuleValue) -> dict[str, Decimal]:
    """Return each method's weight. The approach that the rule prefers gets the full weight, divided evenly among
    its methods.

    The rule lists approaches in order of preference; the others are cross-checks with weight zero. Raises RuleError
    for a method whose approach the rule does not list.
    """
    order = list(preference.value)
    deciding = [method for method in methods if method.approach != NEVER_DECIDES]
    for method in deciding:
        if method.approach not in order:
            raise RuleError(f"{preference.id} does not list the {method.approach} approach")
    first = min(order.index(method.approach) for method in deciding)
    leading = [method.id for method in deciding if order.index(method.approach) == first]
    share = Decimal(1) / len(leading)
    return {method.id: share if method.id in leading else Decimal(0) for method in methods}


def under_rules(request: AppraisalRequest, rules: Rulebook, day: date) -> AppraisalRequest:
    """Return the request with its methods, whose inputs count as the rules of ``day`` allow."""
    return replace(request, methods=tuple(method.under(rules, day) for method in request.methods))


# -- request ----------------------------------------------------------------------------------------------------


def _subject(request: AppraisalRequest, rights: Sequence[Right], day: date) -> tuple[Right, ...]:
    known = {right.id: right for right in rights}
    problems = []
    if request.valuation_date > day:
        fault = future_date(day)
        problems.append(
            Problem("appraisal.valuation_date", str(request.valuation_date), fault.reason, fault.hint, fault.code)
        )
    for right_id in request.rights:
        if right_id not in known:
            problems.append(
                Problem(
                    "appraisal.rights",
                    right_id,
                    Text("本案未列该项权利", "the case has no such right"),
                    Text(f"可选：{'、'.join(known)}", f"choose from: {', '.join(known)}"),
                    "unknown_right",
                )
            )
    if problems:
        raise InputError(problems)
    return tuple(known[right_id] for right_id in request.rights)


def no_value_of_methods(request: AppraisalRequest, rules: Rulebook, day: date) -> NoValue | None:
    """Return why the rights and methods of a request can give no value regardless of their life; None if they can."""
    if not request.rights:
        return _no_value(
            "no_rights",
            Text("未指定评估的权利", "no right is named for appraisal"),
            Text("请补充权利", "add the rights"),
        )
    if not request.methods:
        return _no_value(
            "no_economic_input",
            Text(
                "缺少经济数据（收入、许可费率或成本），无法给出价值；不代表价值为零",
                "no economic input (revenue, royalty or cost): no value can be given, which is not a value of zero",
            ),
            Text(
                "请补充使用该权利的产品收入与许可费率，或研发成本，并注明证据等级",
                "add revenue and royalty rate of the products that use the rights, or their cost, with evidence grades",
            ),
        )
    if all(method.approach == NEVER_DECIDES for method in request.methods):
        return _no_value(
            "only_cross_checks",
            Text(
                "仅有用于核对的方法，不能据以确定价值",
                "only cross-check methods are given, which cannot determine a value",
            ),
            Text("请补充收益法、市场法或成本法", "add an income, market or cost method"),
        )
    for method in request.methods:
        refusal = method.refusal(rules, day)
        if refusal is not None:
            reason = Text(f"{method.title.zh}：{refusal.reason.zh}", f"{method.title.en}: {refusal.reason.en}")
            return _no_value(refusal.code, reason, refusal.hint)
    return None


def no_value_of_life(life: RemainingLife) -> NoValue | None:
    """Return why a life leaves no value: it cannot be determined, or it is over."""
    if life.unknown:
        fields = "; ".join(f"{right_id}: {', '.join(missing)}" for right_id, missing in life.unknown)
        return _no_value(
            "legal_life_unknown",
            Text(f"缺少日期，无法计算权利剩余期限（{fields}）", f"the legal life cannot be determined ({fields})"),
            Text("请补充所缺日期", "fill in the missing dates"),
            life.explanation,
        )
    if life.remaining is not None and life.remaining <= 0:
        return _no_value(
            "no_life_left",
            Text("在评估基准日，权利、合同或经济寿命已经结束", "the life is over on the valuation date"),
            Text("请改用仍有寿命的权利，或更正日期", "use rights with a remaining life, or correct the dates"),
            life.explanation,
        )
    return None


def renewal_of(
    request: AppraisalRequest, subject: Sequence[Right], rules: Rulebook, day: date
) -> RenewalTerms | NoValue | None:
    """Return fees and returns if a method needs them; the reason for no value if the rights have none."""
    if not any(isinstance(method, RenewalOption) for method in request.methods):
        return None
    terms = renewal_terms(carriers(subject), request.valuation_date, rules, day)
    if terms is None:
        return _no_value(
            "renewal_without_fees",
            Text(
                "续展期权只适用于有申请日、逐年缴费的专利",
                "the renewal option applies to patents with a filing date and yearly fees",
            ),
            Text("请补充申请日，或改用其他方法", "fill in the filing dates, or use another method"),
        )
    return terms


def _no_value(code: str, reason: Text, hint: Text, *parts: Explanation) -> NoValue:
    explanation = Explanation(Text("评估价值", "appraised value"), reason, formula=hint, parts=parts)
    return NoValue(code, reason, hint, explanation)


# -- the model ---------------------------------------------------------------------------------------------------


def _draws_of(method: AppraisalMethod, draws: Draws) -> dict[str, Level]:
    return {driver.name: draws[f"{method.id}.{driver.name}"] for driver in method.drivers()}


def _simulated(method: AppraisalMethod, draws: Draws, terms: MethodTerms, paths: int) -> Array:
    # Inputs that are all certain give one number instead of one per path.
    return np.broadcast_to(method.values(_draws_of(method, draws), terms), (paths,))


def _where_apart(
    weights: Mapping[str, Decimal], values: Mapping[str, Array], limit: Decimal
) -> Mapping[str, Decimal]:
    """Return the weights, or all weight on the lowest of the leading methods if their medians lie too far apart.

    No method supports an average of contradictory values.
    """
    medians = {name: float(np.median(values[name])) for name, weight in weights.items() if weight > 0}
    lowest = min(medians, key=lambda name: medians[name])
    if max(medians.values()) <= float(limit) * medians[lowest]:
        return weights
    return {name: Decimal(int(name == lowest)) for name in weights}


def _reconciled(values: Mapping[str, Array], weights: Mapping[str, Decimal]) -> Array:
    """Return the weighted average of the methods at equal rank, in the order of the first one's paths.

    Methods value the same right, so they are high together or low together. If they were drawn independently, each
    further method would narrow the interval without new information.
    """
    parts = [values[name] * float(weight) for name, weight in weights.items() if weight > 0]
    if len(parts) == 1:
        return parts[0]
    by_rank = np.sum([np.sort(part) for part in parts], axis=0)
    total: Array = np.empty_like(by_rank)
    total[np.argsort(parts[0], kind="stable")] = by_rank
    return total


def _result(method: AppraisalMethod, weight: Decimal, value: Distribution) -> MethodResult:
    return MethodResult(
        method.id,
        method.method,
        method.approach,
        title=method.title,
        weight=weight,
        value=value,
        drivers=method.drivers(),
        explanation=method.explain(),
    )


def _median(values: Mapping[str, Array], weights: Mapping[str, Decimal]) -> Fen:
    return fen_of(float(np.median(_reconciled(values, weights))))


def _tornado(
    methods: Sequence[AppraisalMethod],
    weights: Mapping[str, Decimal],
    draws: Mapping[str, Array],
    terms: MethodTerms,
    value: Distribution,
) -> tuple[TornadoBar, ...]:
    """Return P50 with each input of the weighted methods set to its own P10 and P90; the widest swing first.

    The shift of P50 is estimated on some of the paths and added to the P50 of all paths, so an input without a range
    leaves P50 unchanged.
    """
    few = max(1_000, len(value.paths) // _TORNADO_SHARE)
    part = {name: draw[:few] for name, draw in draws.items()}
    base = {method.id: _simulated(method, part, terms, few) for method in methods}

    def median(method: AppraisalMethod, driver: Driver, level: float) -> int:
        moved = np.broadcast_to(method.values({**_draws_of(method, part), driver.name: level}, terms), (few,))
        return max(0, value.median + _median({**base, method.id: moved}, used) - start)

    used = {method.id: weights[method.id] for method in methods}
    start = _median(base, used)
    bars = [
        TornadoBar(
            f"{method.id}.{driver.name}",
            driver.label,
            float(driver.total(0.1, terms.widening)),
            float(driver.total(0.9, terms.widening)),
            median(method, driver, 0.1),
            median(method, driver, 0.9),
        )
        for method in methods
        for driver in method.drivers()
    ]
    return tuple(sorted(bars, key=lambda bar: -abs(bar.swing)))


# -- alarms and notices ------------------------------------------------------------------------------------------


def _alarms(
    request: AppraisalRequest,
    methods: Sequence[AppraisalMethod],
    results: Sequence[MethodResult],
    value: Distribution,
    limit: RuleValue,
    rules: Rulebook,
    day: date,
) -> tuple[tuple[Alarm, ...], tuple[RuleValue, ...]]:
    months = rules.at("appraisal.validity", day)
    alarms = []
    deciding = [result for result in results if result.approach != NEVER_DECIDES]
    lowest = min(deciding, key=lambda result: result.value.median)
    highest = max(deciding, key=lambda result: result.value.median)
    if highest.value.median > limit.number() * lowest.value.median:
        alarms.append(_spread(lowest, highest, limit.number()))
    alarms.extend(alarms_of_value(request, methods, value, rules, day))
    return tuple(alarms), (limit, months)


def alarms_of_value(
    request: AppraisalRequest, methods: Sequence[AppraisalMethod], value: Distribution, rules: Rulebook, day: date
) -> tuple[Alarm, ...]:
    """Return the warnings on a value itself: out of date, unusual inputs, a mean far above the median."""
    months, skew = rules.at("appraisal.validity", day), rules.at("appraisal.skew_limit", day)
    alarms = []
    if add_months(request.valuation_date, months.whole()) < day:
        text = Text(
            f"评估基准日 {request.valuation_date} 距今已超过 {months.whole()} 个月，须重新评估后才可依据",
            f"the valuation date {request.valuation_date} is more than {months.whole()} months ago: have it appraised again before relying on it",
        )
        alarms.append(Alarm("stale", text))
    alarms.extend(alarm for method in methods for alarm in method.cautions(rules, day))
    alarms.extend(queries(methods, value, request.asked, rules, day))
    if value.median == 0:
        text = Text(
            "至少一半情形下价值为零，请核对输入；零值为计算结果，并非数据缺失",
            "the value is zero in at least half of the outcomes: check the inputs; this zero is calculated and does not mean missing data",
        )
        alarms.append(Alarm("worth_nothing", text))
    if value.mean > skew.number() * value.median:
        text = Text(
            f"均值 {show_yuan(value.mean)} 元远高于中位数 {show_yuan(value.median)} 元：价值主要来自少数有利情形",
            f"the mean of CNY {show_yuan(value.mean)} lies far above the median of {show_yuan(value.median)}:"
            " a few good outcomes account for most of it",
        )
        alarms.append(Alarm("mean_far_above_median", text))
    return tuple(alarms)


def _spread(lowest: MethodResult, highest: MethodResult, limit: Decimal) -> Alarm:
    low, high = show_yuan(lowest.value.median), show_yuan(highest.value.median)
    is_same = lowest.method == highest.method
    first, second = (
        Text(f"{result.title.zh}（{result.id}）", f"{result.title.en} ({result.id})") if is_same else result.title
        for result in (highest, lowest)
    )
    return Alarm(
        "methods_disagree",
        Text(
            f"{first.zh}（中位数 {high} 元）与{second.zh}（{low} 元）相差超过 {limit} 倍：不取平均，须说明原因",
            f"{first.en} (median CNY {high}) and {second.en} ({low}) differ by a factor of more than {limit}: no"
            " average is taken; state the reason",
        ),
    )


def _explanation(
    request: AppraisalRequest,
    value: Distribution,
    results: Sequence[MethodResult],
    suits: Sequence[Suitability],
    life: RemainingLife,
    alarms: Sequence[Alarm],
    rules: Sequence[RuleValue],
) -> Explanation:
    leading = next(result.approach for result in results if result.weight > 0)
    interval = f"{show_yuan(value.percentiles[10])} – {show_yuan(value.percentiles[90])}"
    distribution = Explanation(
        Text("分布（P10 – P90）", "distribution (P10 - P90)"),
        Text(f"{interval} 元", f"CNY {interval}"),
        formula=Text(
            f"{request.paths} 次模拟，种子 {request.seed}；P50 的模拟误差 {show_yuan(value.errors[50])} 元；元四舍五入到分",
            f"{request.paths} paths, seed {request.seed}; simulation error of P50 CNY {show_yuan(value.errors[50])};"
            " rounded once to the fen, halves up",
        ),
        parts=(
            Explanation(Text("均值（平均结果）", "mean (the average outcome)"), value.mean, "fen"),
            Explanation(
                Text("中位数（高于和低于该值的概率各半）", "median (half of the outcomes are lower)"),
                value.median,
                "fen",
            ),
        ),
    )
    return Explanation(
        Text("评估价值（P50）", "appraised value (P50)"),
        value.median,
        "fen",
        Text(
            f"目的：{PURPOSE_TEXT[request.purpose].zh}；基准日 {request.valuation_date}；与区间一并使用",
            f"purpose: {PURPOSE_TEXT[request.purpose].en}; as of {request.valuation_date}; use it only with its interval",
        ),
        parts=(
            distribution,
            *(_weighted(result, suit, leading) for result, suit in zip(results, suits, strict=True)),
            life.explanation,
            *(of_rule(rule, _rule_words(rule), "text") for rule in rules),
            *(Explanation(Text("提示", "alarm"), alarm.text) for alarm in alarms),
        ),
    )


def _weighted(result: MethodResult, suit: Suitability, leading: Approach) -> Explanation:
    approach = APPROACH_TEXT[result.approach]
    own = result.explanation
    weight = f"{result.weight * 100:.0f} %"
    return Explanation(
        Text(
            f"{result.title.zh}（{approach.zh}，权重 {weight}）",
            f"{result.title.en} ({approach.en}, weight {weight})",
        ),
        result.value.median,
        "fen",
        own.formula,
        parts=(
            Explanation(Text("权重的理由", "reason for the weight"), _why(result, leading)),
            suit.explain(),
            *own.parts,
        ),
    )


def _why(result: MethodResult, leading: Approach) -> Text:
    if result.weight > 0:
        return Text(
            "按规则的优先次序，现有方法中该途径优先；同一途径的方法平分，相差过大时只取最低者",
            "by the order of the rules this approach comes first among those given; its methods share evenly, or"
            " only the lowest counts where they differ too much",
        )
    if result.approach == leading:
        return Text(
            "与同一途径的最低结果相差过大：说明原因之前不取平均，只取最低者",
            "too far above the lowest of its approach: until the reason is stated, only the lowest counts",
        )
    if result.approach == NEVER_DECIDES:
        return Text("仅供核对，不用于定值", "for cross-checking only; never determines a value")
    return Text("已有优先适用的途径，此处仅供核对", "a preferred approach is available; this one is a cross-check")


def _unfit(suits: Sequence[Suitability], weights: Mapping[str, Decimal]) -> tuple[Alarm, ...]:
    return tuple(
        Alarm(
            "method_unfit",
            Text(f"{suit.method_id}：{suit.why.zh}", f"{suit.method_id}: {suit.why.en}"),
        )
        for suit in suits
        if suit.verdict == "unfit" and weights[suit.method_id] > 0
    )


def _rule_words(rule: RuleValue) -> Text:
    if rule.id.startswith(PREFERENCE):
        words = [APPROACH_TEXT[approach] for approach in rule.value]
        return Text("、".join(word.zh for word in words), ", ".join(word.en for word in words))
    if rule.id == "appraisal.evidence":
        return Text("按证据等级放宽", "by evidence grade")
    return same(str(rule.value))
