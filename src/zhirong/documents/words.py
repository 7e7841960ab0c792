"""The fixed texts of the documents, and the formats of amounts, rates and dates."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Lang, Text

NOTHING = "—"

WORDS: dict[str, Text] = {
    "sep": Text("，", ", "),
    "semicolon": Text("；", "; "),
    "colon": Text("：", ": "),
    "listing": Text("、", ", "),
    "opening": Text("（", " ("),
    "closing": Text("）", ")"),
    "title": Text("知识产权质押融资报价", "Quote for a loan on intellectual property"),
    "one_plus_one": Text("“1 + 1”与权属", "1 + 1 and title"),
    "set_by": Text("约束项", "Set by"),
    "substitutes": Text("未提供而采用替代值的项目", "Missing data and the values used instead"),
    "missing_input": Text("没有提供", "Not stated"),
    "used_instead": Text("以此代替", "Value used instead"),
    "changes": Text("提高额度的办法", "Ways to raise the limit"),
    "input_now": Text("现为", "Now"),
    "input_needed": Text("须为", "Needed"),
    "reaches": Text("可到（元）", "Reaches (CNY)"),
    "reasons": Text("理由与依据", "Reasons and sources"),
    "firm": Text("企业", "Firm"),
    "code": Text("统一社会信用代码", "Credit code"),
    "case": Text("案件", "Case"),
    "as_of": Text("基准日", "As of"),
    "region": Text("地区", "Region"),
    "request": Text("申请", "Requested"),
    "purpose": Text("用途", "Purpose"),
    "months": Text("个月", "months"),
    "credit_limit": Text("授信额度", "Credit limit"),
    "binding": Text("约束项", "Set by"),
    "value": Text("评估价值（中位）", "Value (median)"),
    "interval": Text("八成可能区间", "80 % between"),
    "no_value": Text("未得出价值", "No value given"),
    "lending_value": Text("可贷价值", "Lending value"),
    "pledge_rate": Text("质押率", "Pledge rate"),
    "credit": Text("信用", "Credit"),
    "points": Text("分", "points"),
    "default_probability": Text("一年违约概率", "Probability of default within a year"),
    "cheapest": Text("企业最低实际年成本", "Lowest annual cost"),
    "none_eligible": Text("暂无已确认符合条件的模式", "no mode is confirmed eligible"),
    "rights": Text("权利", "Rights"),
    "right": Text("权利", "Right"),
    "number": Text("号码", "Number"),
    "kind": Text("种类", "Kind"),
    "role": Text("作用", "Role"),
    "status": Text("状态", "Status"),
    "flags": Text("标记", "Flags"),
    "life_end": Text("届满日", "Last day"),
    "remaining": Text("剩余年限", "Remaining years"),
    "pledgeable": Text("能否质押", "Can be pledged"),
    "obstacle": Text("障碍", "Obstacle"),
    "more_rights": Text("其余见后页，项数", "More on later pages:"),
    "modes": Text("融资模式", "Financing modes"),
    "mode": Text("模式", "Mode"),
    "eligible": Text("是否符合", "Eligible"),
    "loan": Text("贷款", "Loan"),
    "annual_rate": Text("年利率", "Annual rate"),
    "annual_cost": Text("实际年成本", "Annual cost"),
    "after_subsidy": Text("补贴后", "after subsidies"),
    "before_subsidy": Text("补贴前", "before subsidies"),
    "days": Text("天", "days"),
    "duration": Text("天数", "Days"),
    "parties": Text("参与方", "Parties"),
    "process_cost": Text("办理费用", "Transaction costs"),
    "who_bears": Text("全部损失由谁承担", "Who bears a full loss"),
    "next_steps": Text("下一步", "Next steps"),
    "by": Text("由谁", "By whom"),
    "what": Text("做什么", "What"),
    "findings": Text("质押登记审查", "Examination of the pledge"),
    "item_of_credit": Text("项目", "Item"),
    "more_modes": Text("其余见后页，项数", "More on later pages:"),
    "item": Text("项", "Item"),
    "verdict": Text("结论", "Verdict"),
    "reason": Text("理由", "Reason"),
    "hint": Text("处理办法", "What to do"),
    "source": Text("依据", "Source"),
    "clear_rest": Text("其余各项无障碍或不适用：", "All others clear or not applicable:"),
    "appraisal": Text("评估", "Appraisal"),
    "grade": Text("等级", "Grade"),
    "mean": Text("均值", "Mean"),
    "method": Text("方法", "Method"),
    "weight": Text("权重", "Weight"),
    "alarms": Text("提示", "Warnings"),
    "input": Text("输入", "Input"),
    "low": Text("取低值时", "At its low"),
    "high": Text("取高值时", "At its high"),
    "gates": Text("准入检查", "Eligibility checks"),
    "gate": Text("检查项", "Check"),
    "passed": Text("通过", "passed"),
    "failed": Text("未通过", "not passed"),
    "left_out": Text("不计入质押", "excluded from the pledge"),
    "open": Text("待补", "to be completed"),
    "subject_to": Text("条件：", "Subject to: "),
    "where_from": Text("出处", "Source"),
    "elsewhere": Text("其他地区或其他期间的模式（未列入）：", "Modes of other regions or periods (not included): "),
    "closed_modes": Text("不符合的模式", "Modes that are not eligible"),
    "assumed_inputs": Text("假设的资料", "Assumed input"),
    "as_it_stands": Text("条件与现状", "Condition and status"),
    "limit": Text("限额", "Limit"),
    "limits": Text("额度测算", "Credit limit calculation"),
    "amount": Text("金额（元）", "Amount (CNY)"),
    "binds": Text("约束项", "binding"),
    "conditions": Text("条件", "Conditions"),
    "condition": Text("条件", "Condition"),
    "costs": Text("费用与补贴", "Costs and subsidies"),
    "payer": Text("付款方", "Payer"),
    "payee": Text("收款方", "Payee"),
    "day": Text("日期", "Day"),
    "cash_flows": Text("企业的现金流", "The firm's cash flows"),
    "cash_flow": Text("收（+）付（−），元", "In (+), out (−), CNY"),
    "total": Text("合计", "Total"),
    "sharing": Text("谁承担损失", "Loss sharing"),
    "party": Text("承担方", "Party"),
    "share": Text("比例", "Share"),
    "full_loss": Text("全部损失（元）", "Full loss (CNY)"),
    "expected_loss": Text("预期损失（元）", "Expected loss (CNY)"),
    "process": Text("办理过程", "Process"),
    "step": Text("步骤", "Step"),
    "assumed": Text("假设", "assumed"),
    "needed": Text("还缺什么", "Still needed"),
    "explanation": Text("计算依据与出处", "Calculation"),
    "quantity": Text("数量", "Quantity"),
    "result": Text("结果", "Result"),
    "formula": Text("计算依据", "How"),
    "doubts": Text("未确认与假设", "Unconfirmed and assumed"),
    "doubts_lead": Text(
        "下列各项参与了计算，但未经原文核对或仅为假设；使用前请核实。",
        "These values were used without confirmation by a source; check them before relying on the result.",
    ),
    "inputs": Text("资料来源", "Sources of the input"),
    "interest": Text("利息", "Interest"),
    "fees": Text("费用", "Fees"),
    "premiums": Text("保费", "Premiums"),
    "subsidies": Text("补贴", "Subsidies"),
    "net_cost": Text("净成本", "Net cost"),
    "yuan": Text("元", "CNY"),
    "pack": Text("政策包", "Policy pack"),
    "rules_version": Text("规则版本", "Rules"),
    "seed": Text("随机种子", "Seed"),
    "paths": Text("模拟次数", "Paths"),
    "page": Text("第", "Page"),
    "of_pages": Text("页，共", "of"),
    "page_end": Text("页", ""),
    "uncovered": Text("无分担时", "With no cover"),
    "cover_adds": Text("分担增加", "Cover adds"),
    "pledge_adds": Text("质押增加", "The pledge adds"),
    "pledge_value": Text("认可质押价值", "Recognised pledge value"),
    "annex_figure": Text("附件公式测算额", "Annex figure"),
    "drawn_on_annex": Text("可直接支用", "Available on the annex figure"),
    "under": Text("采用模式", "Under"),
    "no_cover": Text("银行独担", "the lender alone"),
    "left_out_of_pledge": Text("不计入质押：", "Excluded from the pledge: "),
    "pledge_by_right": Text("各项权利的质押价值", "Pledge value by right"),
    "alone": Text("单独计（元）", "Alone (CNY)"),
    "adds": Text("增加（元）", "Adds (CNY)"),
    "at_default": Text("当即违约时本金（元）", "Principal if it defaults at once (CNY)"),
    "drawing": Text("用款条件", "Conditions of use"),
    "disclaimer": Text(
        "本文件按所填资料和注明日期的规则计算，供各方商谈使用，不是授信批复。",
        "Calculated from the input and the rules of the stated date, for discussion between the parties; not a credit decision.",
    ),
    "summary": Text("摘要", "Summary"),
    "decision": Text("结论", "Answer"),
    "if_confirmed": Text("（待确认）", " (to be confirmed)"),
    "not_in_font": Text("字体缺少的字符以〓代替。", "〓 stands for a character that the font lacks."),
}

ELIGIBLE: dict[str, Text] = {
    "yes": Text("符合", "yes"),
    "no": Text("不符合", "no"),
    "unknown": Text("待确认", "to be confirmed"),
}
PLEDGEABLE: dict[str, Text] = {
    "yes": Text("可以", "yes"),
    "no": Text("不可以", "no"),
    "unknown": Text("待确认", "to be confirmed"),
}
VERDICTS: dict[str, Text] = {
    "clear": Text("无障碍", "clear"),
    "refused": Text("不予登记", "refused"),
    "unknown": Text("资料不足", "data missing"),
    "not_applicable": Text("不适用", "not applicable"),
    "yes": Text("满足", "met"),
    "no": Text("不满足", "not met"),
}
CONFIDENCES: dict[str, Text] = {
    "verified": Text("已核对原文", "read in the source text"),
    "secondary": Text("二手来源", "secondary source"),
    "unconfirmed": Text("未确认", "unconfirmed"),
    "assumed": Text("假设", "assumed"),
}
UNITS: dict[str, Text] = {
    "years": Text(" 年", " years"),
    "months": Text(" 个月", " months"),
    "days": Text(" 天", " days"),
    "points": Text(" 分", " points"),
}


def words(text: Text | None, lang: Lang) -> str:
    """Return a text in the requested language; empty if there is none."""
    return "" if text is None else text.in_(lang)


def money(amount: str | None) -> str:
    """Format yuan from JSON with thousands separators; a dash if there is none."""
    return NOTHING if amount is None else show_yuan(parse_yuan(amount))


def ten_thousands(amount: str | None, lang: Lang) -> str:
    """Round yuan to ten thousand, with the unit: for values that a simulation gives no more precisely."""
    if amount is None:
        return NOTHING
    if lang == "zh":
        return f"{(Decimal(amount) / 10_000).quantize(Decimal(1), ROUND_HALF_UP):,} 万元"
    return f"CNY {(Decimal(amount) / 1_000_000).quantize(Decimal('0.01'), ROUND_HALF_UP):,} m"


def percent(rate: str | None, places: int = 2) -> str:
    """Format a rate in per cent; a dash if there is none."""
    if rate is None:
        return NOTHING
    return f"{(Decimal(rate) * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)} %"


def short_percent(rate: str) -> str:
    """Format a rate in per cent with at most one decimal, and none if it is whole."""
    shown = (Decimal(rate) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{shown.normalize():f} %"


def source(reference: Reference | None, lang: Lang) -> str:
    """Return a reference on one line, with its confidence unless it was read in the source."""
    if reference is None:
        return ""
    named = " ".join((reference.issuer, reference.document, reference.article)).split()
    # The document's full name often begins with the issuer's name.
    if len(named) > 1 and named[1].startswith(named[0]):
        named = named[1:]
    line = " ".join(named) or words(reference.note, lang)
    if reference.confidence == "verified":
        return line
    return f"{line} [{CONFIDENCES[reference.confidence].in_(lang)}]".strip()


def explained_value(node: Explanation, lang: Lang) -> str:
    """Return the value of one node of an explanation with its unit."""
    value, unit = node.value, node.unit
    if value is None:
        return ""
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no").in_(lang)
    if isinstance(value, Text):
        return value.in_(lang)
    if isinstance(value, str | date):
        return str(value)
    if unit == "fen":
        return f"{show_yuan(int(value))} {WORDS['yuan'].in_(lang)}"
    if unit == "rate":
        return f"{(Decimal(value) * 100).normalize():f} %"
    return f"{plain(Decimal(value))}{UNITS[unit].in_(lang)}" if unit in UNITS else plain(Decimal(value))


def explanation_rows(node: Explanation, lang: Lang, depth: int = 0) -> list[dict[str, Any]]:
    """Return an explanation as rows, top down, each with its depth; identical repeated rows are shown once with
    their number.
    """
    sources = [source(reference, lang) for reference in node.references]
    if node.basis in ("unconfirmed", "assumed"):
        sources.append(f"[{CONFIDENCES[node.basis].in_(lang)}]")
    row = {
        "depth": depth,
        "label": node.label.in_(lang),
        "value": explained_value(node, lang),
        "formula": words(node.formula, lang),
        "source": WORDS["semicolon"].in_(lang).join(text for text in sources if text),
    }
    rows = [row]
    for parts in _runs(node.parts):
        first = explanation_rows(parts[0], lang, depth + 1)
        if len(parts) > 1:
            first[0]["label"] += f" × {len(parts)}"
        rows.extend(first)
    return rows


def _runs(parts: Sequence[Explanation]) -> list[list[Explanation]]:
    runs: list[list[Explanation]] = []
    for part in parts:
        if runs and runs[-1][0] == part:
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs
