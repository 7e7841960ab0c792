"""A credit limit in words: every cap with its formula, figures, rules and sources, and the ways to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil

from zhirong.chain.credit.statements import FIGURE_TEXT
from zhirong.chain.limit.limit import FirmLimits, ModeLimit
from zhirong.chain.limit.need import Need
from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER
from zhirong.kernel.explain import Explanation, of_rule, plain
from zhirong.kernel.money import Fen, quantise_rate, show_yuan
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.text import Text, same

CAP_TEXT: Mapping[str, Text] = {
    "requested": Text("申请金额", "amount requested"),
    "need": Text("流动资金需求", "need"),
    "repayment": Text("还款能力", "repayment capacity"),
    "turnover": Text("销售收入限额", "turnover limit"),
    "debt_ratio": Text("负债率限额", "debt ratio limit"),
    "mode_amount": Text("模式单笔上限", "the mode's cap on a loan"),
    "mode_balance": Text("模式单户余额上限", "the mode's cap on a firm's balance"),
    "lender_capital": Text("贷款人单一借款人上限", "lender's single-obligor cap"),
    "single_exposure": Text("单一客户风险暴露上限", "single-client exposure cap"),
    "group_exposure": Text("关联客户组风险暴露上限", "connected-group exposure cap"),
    "guarantor_capital": Text("担保机构单户责任上限", "guarantor's single-debtor cap"),
    "admission": Text("准入", "admission"),
    "pledge": Text("质押价值（仅凭质押放款）", "pledge value (lent on the pledge alone)"),
    "exposure:lender": Text("贷款人对该企业的承受额", "lender's exposure limit for this firm"),
    "expected_loss:lender": Text("贷款人预期损失预算", "lender's loss budget"),
}
_TESTS = {
    "exposure": Text("承受额", "exposure limit"),
    "payout": Text("代偿率上限", "payout ceiling"),
}
_ROUTES: Mapping[str, Text] = {
    "annex": Text("附件公式", "annex formula"),
    "contracts": Text("合同、订单或薪酬预算", "documented contracts, orders or payroll"),
    "small_firm": Text("小微企业按销售收入", "small firms: by sales"),
    "project": Text("项目预算", "the project's budget"),
}
_ADMISSION = "pd_most"


@dataclass(frozen=True, slots=True)
class LimitCap:
    """One cap of the credit limit. amount: fen. formula: with its figures, as an officer would write it."""

    code: str
    title: Text
    amount: Fen
    formula: Text
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A change that would raise the binding cap, all else unchanged: an input, its present value and the required
    one.

    code: stable English key. to: the same as a number (yuan or share). reaches: fen that the limit then reaches, as
    far as the other caps allow.
    """

    code: str
    title: Text
    now: Text
    needed: Text
    to: Decimal | None
    reaches: Fen


def title_of(code: str, names: Mapping[str, Text]) -> Text:
    """Return the title of a cap or of a risk test. names: of the bearers."""
    if code in CAP_TEXT:
        return CAP_TEXT[code]
    test, _, role = code.partition(":")
    name = names.get(role, same(role))
    return Text(f"{name.zh}{_TESTS[test].zh}", f"{name.en}: {_TESTS[test].en}")


def caps_of_firm(limits: FirmLimits) -> tuple[LimitCap, ...]:
    """Return the caps that are the same under every mode, in the order of the sheet."""
    makers = {
        "requested": _requested,
        "need": _need,
        "repayment": _repayment,
        "turnover": _turnover,
        "debt_ratio": _debt_ratio,
        "lender_capital": _legal,
        "single_exposure": _legal,
        "group_exposure": _legal,
    }
    return tuple(makers[code](limits, code, amount) for code, amount in limits.caps.items())


def caps_of_mode(found: ModeLimit, of_firm: Sequence[LimitCap], names: Mapping[str, Text]) -> tuple[LimitCap, ...]:
    """Return all caps under one mode, the binding one first and the others by amount. names: of the bearers."""
    own = caps_of_firm(found.firm) if found.recomputed else of_firm
    known = {cap.code: cap for cap in own}
    made: list[LimitCap] = []
    for code, amount in found.caps.items():
        if code == "risk":
            continue
        made.append(known[code] if code in known else _of_mode(found, code, amount))
    made += risk_caps(found, names)
    if found.binding == "admission":
        made.append(_admission(found))
    return tuple(sorted(made, key=lambda cap: (cap.code != found.binding, cap.amount)))


def risk_caps(found: ModeLimit, names: Mapping[str, Text]) -> list[LimitCap]:
    """Return the risk tests, each with the amount that its closed form allows; if only a search gives one, the
    binding test.
    """
    made = [_risk(found, code, amount, names) for code, amount in found.risk.paper.items() if amount is not None]
    shown = {cap.code for cap in made}
    if found.risk.code and found.risk.code not in shown and found.binding == found.risk.code:
        made.append(_risk(found, found.risk.code, found.risk.amount, names))
    return made


# -- caps of the firm ---------------------------------------------------------------------------------------------


def _requested(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    words = Text("借款人申请", "as requested by the borrower")
    return _cap(code, amount, words, ())


def _need(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    found, policy = limits.need, limits.policy
    if found.project is not None:
        share = policy.rule("project_own_share")
        budget = limits.firm.project_budget or 0
        words = Text(
            f"项目预算 {show_yuan(budget)} ×（1 − 自筹 {_percent(share)}）",
            f"budget {show_yuan(budget)} × (1 − own share {_percent(share)})",
        )
        return _cap(code, amount, words, (of_rule(share, unit="rate"),))
    annex = "不测算" if found.annex is None else show_yuan(found.annex)
    annex_en = "not calculated" if found.annex is None else show_yuan(found.annex)
    words = Text(
        f"取大：附件公式 {annex}；合同、订单 {show_yuan(found.shown)}；小微企业按销售收入 {show_yuan(found.small)}"
        f"（取{_ROUTES[found.route].zh}）",
        f"highest of: annex {annex_en}; contracts {show_yuan(found.shown)}; small firm by sales"
        f" {show_yuan(found.small)} (from {_ROUTES[found.route].en})",
    )
    parts = [
        _annex(limits, found),
        Explanation(
            Text("合同、订单尚需支付部分的计入额", "eligible contracts and orders still to be paid"),
            found.shown,
            "fen",
            references=(policy.rule("evidence_share").reference,),
        ),
        Explanation(
            Text("小微企业简化测算", "small firm by sales"),
            found.small,
            "fen",
            Text("需求上限与销售收入限额中较小者", "the lower of its cap and the turnover limit"),
            references=(policy.rule("small_need_most").reference,),
        ),
    ]
    return _cap(code, amount, words, tuple(parts))


def _annex(limits: FirmLimits, found: Need) -> Explanation:
    label = Text("附件公式：新增流动资金贷款额度", "annex: new working-capital loans")
    if found.annex is None:
        lacking = figures(found.lacking)
        zh, en = ("缺少销售收入或销售成本", "sales or cost of sales missing") if not found.lacking else (
            f"缺少或过期：{lacking.zh}", f"missing or out of date: {lacking.en}")  # fmt: skip
        return Explanation(label, None, "fen", Text(f"不测算（{zh}）", f"not calculated ({en})"))
    stated, growth = limits.firm.statements, found.growth or Fraction(0)
    days = dict(found.days)
    cycle = Explanation(
        Text("营运资金周转天数", "cash cycle in days"),
        quantise_rate(found.cycle or Fraction(0), 4),
        "days",
        Text(
            "存货 {inventory} ＋ 应收 {receivables} − 应付 {payables} ＋ 预付 {prepayments} − 预收 {advances_received}".format(
                **{name: plain(quantise_rate(value, 4)) for name, value in days.items()}
            ),
            "inventory {inventory} + receivables {receivables} − payables {payables} + prepayments {prepayments}"
            " − advances {advances_received}".format(
                **{name: plain(quantise_rate(value, 4)) for name, value in days.items()}
            ),
        ),
    )
    working = Explanation(
        Text("营运资金量", "working capital"),
        found.working,
        "fen",
        Text(
            "销售收入 ×（1 − 销售利润率）×（1 ＋ 增长率）× 周转天数 ÷ 360",
            "sales × (1 − margin) × (1 + growth) × days ÷ 360",
        ),
        parts=(
            Explanation(FIGURE_TEXT["revenue"], stated.revenue, "fen"),
            Explanation(Text("销售利润率", "margin"), quantise_rate(found.margin or Fraction(0), 6), "rate"),
            Explanation(
                Text("计入的增长率", "growth taken into account"),
                quantise_rate(growth, 6),
                "rate",
                references=(limits.policy.rule("growth_most").reference,),
            ),
            cycle,
        ),
    )
    own = Explanation(
        Text("借款人自有资金", "own funds"),
        found.own,
        "fen",
        references=(limits.policy.rule("own_funds").reference,),
    )
    beside: tuple[Explanation, ...] = ()
    if found.own_other is not None and found.own is not None and found.own_other > found.own:
        other = Text(
            "按另一种口径自有资金更多，测算额更低，请信贷员判断",
            "by the other definition own funds are higher and the amount is lower; the loan officer decides",
        )
        beside = (
            Explanation(
                Text("另一种自有资金口径", "own funds by the other definition"), found.own_other, "fen", other
            ),
        )
    return Explanation(
        label,
        found.annex,
        "fen",
        Text(
            f"{show_yuan(found.working or 0)} − 自有资金 {show_yuan(found.own or 0)} − 现有流贷 {show_yuan(found.old or 0)}"
            f" − 其他渠道 {show_yuan(found.other or 0)}，不低于零",
            f"{show_yuan(found.working or 0)} − own funds {show_yuan(found.own or 0)} − remaining loans"
            f" {show_yuan(found.old or 0)} − other channels {show_yuan(found.other or 0)}, not below zero",
        ),
        parts=(working, own, *beside),
    )


def _repayment(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    found, policy = limits.repayment, limits.policy
    free, cover = found.free, policy.rule("cover")
    factor = plain(quantise_rate(found.annuity, 6))
    if free.missing:
        lacking = figures(free.missing)
        words = Text(f"缺少或过期：{lacking.zh}，按零计", f"missing or out of date: {lacking.en}; counted as zero")
    elif found.from_collections > found.from_cash:
        words = Text(
            f"已转让的回款 {show_yuan(found.collections)} × {_percent(policy.rule('collections_share'))}",
            f"assigned receipts {show_yuan(found.collections)} × {_percent(policy.rule('collections_share'))}",
        )
    else:
        words = Text(
            f"每年可还 {_counted(free.amount).zh} ÷ {plain(cover.number())}，按 {found.months} 个月等额偿还"
            f"（年金系数 {factor}）",
            f"free cash {_counted(free.amount).en} per year ÷ {plain(cover.number())}, repaid in equal instalments"
            f" over {found.months} months (annuity {factor})",
        )
    parts = (
        Explanation(
            Text("每年可还", "annual free cash"),
            free.amount,
            "fen",
            Text(
                f"经营现金流 {show_yuan(free.operating)}（最近一年与两年平均孰低）− 已有债务本息 max({show_yuan(free.stated)}，"
                f"最低 {show_yuan(free.least)})",
                f"operating cash flow {show_yuan(free.operating)} (lower of last year and two-year mean) − debt"
                f" service max(stated {show_yuan(free.stated)}, minimum {show_yuan(free.least)})",
            ),
            references=(policy.rule("payback_months").reference,),
        ),
        of_rule(cover),
        Explanation(Text("测试利率", "stress rate"), quantise_rate(limits.firm.rate, 6), "rate"),
        Explanation(
            Text("定向回款可还", "assigned receipts"),
            found.from_collections,
            "fen",
            references=(policy.rule("collections_share").reference,),
        ),
    )
    return _cap(code, amount, words, parts)


def _turnover(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    found, share = limits.turnover, limits.policy.rule("turnover_share")
    stated = limits.firm.statements
    if found.missing:
        return _cap(code, amount, _missing(found.missing), (of_rule(share, unit="rate"),))
    debt = max(0, (stated.bank_debt or 0) - limits.firm.replaces)
    words = Text(
        f"销售收入 {show_yuan(stated.revenue or 0)} × {_percent(share)} − 留存银行借款 {show_yuan(debt)}",
        f"sales {show_yuan(stated.revenue or 0)} × {_percent(share)} − remaining bank debt {show_yuan(debt)}",
    )
    return _cap(code, amount, words, (of_rule(share, unit="rate"),))


def _debt_ratio(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    found, most = limits.debt_ratio, limits.policy.rule("debt_ratio_most")
    stated = limits.firm.statements
    if found.missing:
        return _cap(code, amount, _missing(found.missing), (of_rule(most, unit="rate"),))
    rest = plain((1 - most.number()) * 100)
    hard = (stated.total_assets or 0) - (stated.soft_assets or 0)
    words = Text(
        f"（{_percent(most)} ×（总资产 − 软资产）{show_yuan(hard)} − 总负债 {show_yuan(stated.total_liabilities or 0)}）÷ {rest} %",
        f"({_percent(most)} × (assets − soft assets) {show_yuan(hard)} − liabilities"
        f" {show_yuan(stated.total_liabilities or 0)}) ÷ {rest} %",
    )
    if limits.firm.replaces:
        back = show_yuan(limits.firm.replaces)
        words = Text(f"{words.zh} ＋ 置换 {back}", f"{words.en} + replaced {back}")
    return _cap(code, amount, words, (of_rule(most, unit="rate"),))


def _legal(limits: FirmLimits, code: str, amount: Fen) -> LimitCap:
    own = limits.firm.lender
    name, base, less, zh, en = {
        "lender_capital": ("law.single_obligor", own.net_capital, own.loans, "资本净额", "net capital"),
        "single_exposure": ("law.single_exposure", own.tier1, own.exposure, "一级资本净额", "tier-1 capital"),
        "group_exposure": ("law.group_exposure", own.tier1, own.group_exposure, "一级资本净额", "tier-1 capital"),
    }[code]
    rule = limits.policy.rule(name)
    words = Text(
        f"{zh} {show_yuan(base or 0)} × {_percent(rule)} − 已有 {show_yuan(less or 0)}",
        f"{en} {show_yuan(base or 0)} × {_percent(rule)} − existing {show_yuan(less or 0)}",
    )
    return _cap(code, amount, words, (of_rule(rule, unit="rate"),))


# -- caps of a mode -----------------------------------------------------------------------------------------------


def _of_mode(found: ModeLimit, code: str, amount: Fen) -> LimitCap:
    plan = found.arrangement
    if code == "guarantor_capital":
        rule, own = found.firm.policy.rule("law.guarantor_single"), found.firm.firm.guarantor
        share = _rate(plan.most_of("guarantor") or Fraction(1))
        base, less = show_yuan(own.net_assets or 0), show_yuan(own.exposure)
        words = Text(
            f"（担保机构净资产 {base} × {_percent(rule)} − 已承担 {less}）÷ 分担比例 {share}",
            f"(guarantor's net assets {base} × {_percent(rule)} − already borne {less}) ÷ its share {share}",
        )
        return _cap(code, amount, words, (of_rule(rule, unit="rate"),))
    if code == "mode_amount":
        most = show_yuan(plan.amount_at_most or 0)
        words = Text(f"模式规定单笔至多 {most}", f"mode rule: at most {most} per loan")
    else:
        most = show_yuan(plan.balance_at_most or 0)
        words = Text(
            f"模式规定单户余额至多 {most} − 已有余额 {show_yuan(plan.balance)}",
            f"mode rule: balance of at most {most} − existing balance {show_yuan(plan.balance)}",
        )
    title = CAP_TEXT[code]
    return LimitCap(code, title, amount, words, Explanation(title, amount, "fen", words, references=plan.sources))


def _admission(found: ModeLimit) -> LimitCap:
    rule = found.firm.policy.rule(_ADMISSION)
    words = Text(
        f"一年内违约概率 {_rate(found.firm.firm.pd)}，高于准入线 {_percent(rule)}",
        f"probability of default {_rate(found.firm.firm.pd)} is above the admission line {_percent(rule)}",
    )
    return _cap("admission", 0, words, (of_rule(rule, unit="rate"),))


def _risk(found: ModeLimit, code: str, amount: Fen, names: Mapping[str, Text]) -> LimitCap:
    title = title_of(code, names)
    test, _, role = code.partition(":")
    exposed, policy = found.firm.exposure, found.firm.policy
    value = show_yuan(exposed.value)
    share = found.arrangement.most_of(role or LENDER)
    if code == "pledge":
        words = Text(f"认可质押价值 {value}", f"recognised pledge value {value}")
        return LimitCap(
            code, title, amount, words, Explanation(title, amount, "fen", words, parts=(_pledge(found),))
        )
    if test == "exposure":
        most = exposed.lender if role == LENDER else exposed.guarantor
        words = _exposure_words(found, role, share, most)
        parts: tuple[Explanation, ...] = (_pledge(found), _bearable(found, role))
        return LimitCap(code, title, amount, words, Explanation(title, amount, "fen", words, parts=parts))
    if test == "expected_loss":
        budget, lgd = policy.rule("loss_budget"), policy.rule("lgd_unsecured")
        yearly = found.firm.firm.pd * Fraction(lgd.number()) * (Fraction(1) if share is None else share)
        words = Text(
            f"每年预期损失为未担保部分的 {_rate(yearly)}，不得超过贷款的 {_percent(budget)}",
            f"yearly expected loss is {_rate(yearly)} of the uncovered part; at most {_percent(budget)} of the"
            f" loan",
        )
        explained = (of_rule(budget, unit="rate"), of_rule(lgd, unit="rate"), _pd(found))
        return LimitCap(code, title, amount, words, Explanation(title, amount, "fen", words, parts=explained))
    ceiling = policy.rule("law.payout_ceiling")
    words = Text(
        f"违约概率 {_rate(found.firm.firm.pd)} 高于分担方的代偿率上限 {_percent(ceiling)}，额度不超过认可质押价值",
        f"probability of default {_rate(found.firm.firm.pd)} is above the payout ceiling {_percent(ceiling)} of"
        f" the sharing party; the limit is the recognised pledge value",
    )
    return LimitCap(
        code,
        title,
        amount,
        words,
        Explanation(title, amount, "fen", words, parts=(of_rule(ceiling, unit="rate"), _pd(found))),
    )


def _exposure_words(found: ModeLimit, role: str, share: Fraction | None, most: Fen) -> Text:
    """Explain a bearer's exposure to the firm, with the pledge counted as the mode allows."""
    plan, value = found.arrangement, show_yuan(found.firm.exposure.value)
    bound = show_yuan(most)
    if plan.put_price_share is not None:
        price = plan.put_price_share
        if role == LENDER:
            left = _rate(1 - price)
            return Text(
                f"收购价未覆盖的 {left} 由其承担，对该企业最多承担 {bound}：{bound} ÷ {left}",
                f"bears the {left} that the purchase price does not cover; at most {bound} for this firm: {bound}"
                f" ÷ {left}",
            )
        return Text(
            f"按 {_rate(price)} 买入，权利值 {value}，最多承担 {bound}：（{value} ＋ {bound}）÷ {_rate(price)}",
            f"buys at {_rate(price)}, value of the right {value}; at most {bound}: ({value} + {bound}) ÷"
            f" {_rate(price)}",
        )
    if share is None:
        return Text(
            f"质押认可 {value}，其余按模式由其承担，对该企业最多承担 {bound}",
            f"recognised pledge {value}; bears its part of the rest under the mode; at most {bound} for this firm",
        )
    if plan.pledgee == "shared":
        return Text(
            f"质押认可 {value}，其余由其承担 {_rate(share)}，对该企业最多承担 {bound}：{value} ＋ {bound} ÷ {_rate(share)}",
            f"recognised pledge {value}; bears {_rate(share)} of the rest; at most {bound} for this firm: {value}"
            f" + {bound} ÷ {_rate(share)}",
        )
    if role == plan.pledgee:
        return Text(
            f"承担贷款的 {_rate(share)}，享有质权，认可 {value}，最多承担 {bound}：（{value} ＋ {bound}）÷ {_rate(share)}",
            f"bears {_rate(share)} of the loan and holds the pledge {value}; at most {bound}: ({value} + {bound})"
            f" ÷ {_rate(share)}",
        )
    return Text(
        f"承担贷款的 {_rate(share)}，不享有质权，对该企业最多承担 {bound}：{bound} ÷ {_rate(share)}",
        f"bears {_rate(share)} of the loan, does not hold the pledge; at most {bound} for this firm: {bound} ÷"
        f" {_rate(share)}",
    )


def _pledge(found: ModeLimit) -> Explanation:
    exposed = found.firm.exposure
    return Explanation(
        Text("认可质押价值 V", "recognised pledge value V"),
        exposed.value,
        "fen",
        Text(
            f"知识产权 {show_yuan(exposed.pledge)} ＋ 其他担保 {show_yuan(exposed.other)}",
            f"rights {show_yuan(exposed.pledge)} + other security {show_yuan(exposed.other)}",
        ),
    )


def _bearable(found: ModeLimit, role: str) -> Explanation:
    exposed, policy, grade = found.firm.exposure, found.firm.policy, found.firm.firm.grade
    is_lender = role not in GUARANTOR_LIKE
    amount = exposed.lender if is_lender else exposed.guarantor
    months = policy.rule("cash_months")
    parts: list[Explanation] = [
        Explanation(
            Text(
                "基数：销售收入与（净资产 − 软资产 − 本企业其他担保）孰低",
                "base: lower of sales and net assets less soft assets and own other security",
            ),
            exposed.base,
            "fen",
            None if not exposed.missing else _missing(exposed.missing),
        ),
        of_rule(policy.rule(f"kappa.{grade}"), unit="rate")
        if f"kappa.{grade}" in policy.rules
        else Explanation(same(grade)),
        Explanation(
            Text("一个月自由现金", "free cash of a month"),
            int(exposed.month),
            "fen",
            references=(months.reference,),
        ),
    ]
    if exposed.micro:
        floor = policy.rule("micro_floor")
        parts.append(Explanation(floor.title, floor.fen(), "fen", references=(floor.reference,)))
    words = Text(
        f"{show_yuan(int(exposed.of_base))} ＋ {show_yuan(int(exposed.month))} − 已承担"
        f" {show_yuan(found.firm.firm.lender.exposure)}",
        f"{show_yuan(int(exposed.of_base))} + {show_yuan(int(exposed.month))} − existing exposure"
        f" {show_yuan(found.firm.firm.lender.exposure)}",
    )
    if not is_lender:
        times = policy.rule("guarantor_times")
        parts.append(of_rule(times))
        words = Text(
            f"{plain(times.number())} ×（{show_yuan(int(exposed.of_base))} ＋ {show_yuan(int(exposed.month))}）− 已承担"
            f" {show_yuan(found.firm.firm.guarantor.exposure)}",
            f"{plain(times.number())} × ({show_yuan(int(exposed.of_base))} + {show_yuan(int(exposed.month))}) −"
            f" existing exposure {show_yuan(found.firm.firm.guarantor.exposure)}",
        )
    return Explanation(
        Text("对该企业最多承担 K", "exposure limit for this firm, K"), amount, "fen", words, parts=tuple(parts)
    )


def _pd(found: ModeLimit) -> Explanation:
    return Explanation(
        Text("一年内违约概率", "probability of default within a year"), quantise_rate(found.firm.firm.pd, 6), "rate"
    )


# -- ways to change it -------------------------------------------------------------------------------------------


def changes(found: ModeLimit) -> tuple[LimitChange, ...]:
    """Return, for the binding cap, how much better an input must be to reach the next cap, in closed form."""
    limits, policy = found.firm, found.firm.policy
    target = _target(found)
    if target is None:
        return ()
    firm, stated = limits.firm, limits.firm.statements
    code = found.binding
    if code == "repayment" and not limits.free.missing:
        wanted = Fraction(target) * policy.number["cover"] / limits.repayment.annuity
        repaid = limits.repayment
        if repaid.from_collections > repaid.from_cash:
            needed = Fraction(target) / policy.number["collections_share"]
            label = Text("已转让的回款", "assigned receipts")
            return (_money_change("collections", label, repaid.collections, needed, target),)
        return (
            _money_change(
                "free_cash", Text("每年可还现金", "annual free cash"), limits.free.amount, wanted, target
            ),
        )
    if code == "turnover" and not limits.turnover.missing:
        debt = max(0, (stated.bank_debt or 0) - firm.replaces)
        wanted = Fraction(target + debt) / policy.number["turnover_share"]
        return (_money_change("revenue", FIGURE_TEXT["revenue"], stated.revenue or 0, wanted, target),)
    if code == "debt_ratio" and not limits.debt_ratio.missing:
        most = policy.number["debt_ratio_most"]
        hard = (stated.total_assets or 0) - (stated.soft_assets or 0)
        wanted = most * hard - (1 - most) * (target - firm.replaces)
        made = []
        if wanted >= 0:
            label = FIGURE_TEXT["total_liabilities"]
            made.append(_at_most_change("total_liabilities", label, stated.total_liabilities or 0, wanted, target))
        soft = stated.soft_assets or 0
        needed = ((1 - most) * (target - firm.replaces) + (stated.total_liabilities or 0)) / most
        left = (stated.total_assets or 0) - needed
        if soft and left >= 0:
            made.append(_at_most_change("soft_assets", FIGURE_TEXT["soft_assets"], soft, left, target))
        return tuple(made)
    if code == "exposure:lender":
        return _exposure_changes(found, target)
    if code == "expected_loss:lender":
        rate = firm.pd * policy.number["lgd_unsecured"]
        rest = target - limits.exposure.value
        if rest > 0 and rate > 0:
            share = policy.number["loss_budget"] * target / (rate * rest)
            return (_share_change("lender_share", share, found, target),) if share < 1 else ()
    return ()


def _exposure_changes(found: ModeLimit, target: Fen) -> tuple[LimitChange, ...]:
    exposed, plan = found.firm.exposure, found.arrangement
    share = None if plan.flat is None or plan.put_price_share is not None else plan.flat.get(LENDER)
    # Only a pledge that all parties share is deducted before the lender's part.
    taken_off = exposed.value if plan.pledgee == "shared" else 0
    if not share or target <= taken_off:
        return ()
    made = [_share_change("lender_share", Fraction(exposed.lender, target - taken_off), found, target)]
    if taken_off or plan.pledgee == "shared":
        made.append(
            _money_change(
                "pledge_value",
                Text("认可质押价值", "recognised pledge value"),
                exposed.value,
                target - exposed.lender / share,
                target,
            )
        )
    if exposed.kappa and not exposed.missing:
        wanted = (share * (target - taken_off) - exposed.month + found.firm.firm.lender.exposure) / exposed.kappa
        label = Text("净资产与销售收入（孰低）", "lower of net assets and sales")
        made.append(_money_change("exposure_base", label, exposed.base, wanted, target))
    return tuple(made)


def _target(found: ModeLimit) -> Fen | None:
    """Return the next cap above the limit."""
    if found.binding in ("requested", "admission"):
        return None
    above = [
        cap for code, cap in found.caps.items() if code != "risk" and cap > found.amount and code != found.binding
    ]
    above += [
        bound
        for code, bound in found.risk.paper.items()
        if bound is not None and code != found.binding and bound > found.amount
    ]
    return min(above, default=None)


def _money_change(code: str, title: Text, now: Fen, needed: Fraction | Fen, target: Fen) -> LimitChange:
    fen = ceil(needed)
    return LimitChange(code, title, _money(now), _money(fen), Decimal(fen) / 100, target)


def _at_most_change(code: str, title: Text, now: Fen, most: Fraction, target: Fen) -> LimitChange:
    fen = int(most)
    words = Text(f"至多 {show_yuan(fen)} 元", f"at most CNY {show_yuan(fen)}")
    return LimitChange(code, title, _money(now), words, Decimal(fen) / 100, target)


def _share_change(code: str, share: Fraction, found: ModeLimit, target: Fen) -> LimitChange:
    now = (found.arrangement.flat or {}).get(LENDER, Fraction(1))
    others = 1 - Fraction(int(share * 10_000), 10_000)
    return LimitChange(
        code,
        Text("他方分担比例", "share borne by other parties"),
        same(_rate(1 - now)),
        Text(f"至少 {_rate(others)}", f"at least {_rate(others)}"),
        quantise_rate(others, 6),
        target,
    )


# -- small words --------------------------------------------------------------------------------------------------


def figures(names: Sequence[str]) -> Text:
    """Return figures of the accounts by name, for display."""
    known = [FIGURE_TEXT[name] for name in names]
    return Text("、".join(text.zh for text in known), ", ".join(text.en for text in known))


def _counted(amount: Fen) -> Text:
    """Return an amount, with a note that a negative one counts as zero."""
    shown = show_yuan(amount)
    return same(shown) if amount >= 0 else Text(f"{shown}（按零计）", f"{shown} (counted as zero)")


def _missing(names: Sequence[str]) -> Text:
    lacking = figures(names)
    return Text(f"缺少或过期：{lacking.zh}，按零计", f"missing or out of date: {lacking.en}; counted as zero")


def _cap(code: str, amount: Fen, words: Text, parts: tuple[Explanation, ...]) -> LimitCap:
    title = CAP_TEXT[code]
    return LimitCap(code, title, amount, words, Explanation(title, amount, "fen", words, parts=parts))


def _percent(rule: RuleValue) -> str:
    return f"{plain(rule.number() * 100)} %"


@lru_cache(maxsize=1024)
def _rate(share: Fraction) -> str:
    """Return a rate in per cent; the caps of all modes of a quote name the same few."""
    return f"{plain(quantise_rate(share * 100, 4))} %"


def _money(fen: Fen) -> Text:
    return Text(f"{show_yuan(fen)} 元", f"CNY {show_yuan(fen)}")
