"""Documents of a case before its contracts: application, appraisal summary, credit review, approval."""

from datetime import date

from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.documents.financing.contracts import rights_table
from zhirong.documents.financing.sheet import (
    Block,
    DocumentSheet,
    Facts,
    day_words,
    facts,
    figure,
    heading,
    money,
    paragraph,
    party_rows,
    percent,
    signatures,
    table,
)


def application(f: Facts) -> DocumentSheet:
    """Return the firm's application: the requested loan and the rights."""
    return _sheet(
        "知识产权质押融资申请书",
        f,
        facts(
            *party_rows("申请人", f["firm"]),
            ("贷款人", f["lender"]["name"]),
            ("融资模式", f["mode_title"]),
            ("申请金额", money(f["amount"])),
            ("期限", f"{f['term_months']} 个月"),
            ("还款方式", METHOD_TEXT[Method(f["method"])].zh),
            ("用途", f["purpose"]),
            ("申请日", day_words(f["submitted_on"])),
        ),
        heading(f"拟出质的权利（共 {len(f['rights'])} 项）"),
        rights_table(f["rights"]),
        paragraph("申请人保证所填内容和所附资料真实、完整，并同意贷款人为审查本申请查询、使用上述资料。"),
        signatures(("申请人", f["firm"]["name"])),
    )


def appraisal_summary(f: Facts) -> DocumentSheet:
    """Return the summary of the appraisal: its interval and its validity."""
    return _sheet(
        "知识产权评估摘要",
        f,
        facts(
            ("权利人", f["firm"]["name"]),
            ("评估等级", f["grade"]),
            ("评估机构", f.get("agency") or "线上自动评估（未签章）"),
            ("评估基准日", day_words(f["valuation_date"])),
            ("有效期至", day_words(f["valid_until"])),
            ("评估价值（P50，元）", figure(f["p50"])),
            ("区间（P10 至 P90，元）", f"{figure(f['p10'])} 至 {figure(f['p90'])}"),
        ),
        heading("所评权利"),
        rights_table(f["rights"]),
        paragraph("本摘要取自评估结果，方法、输入和依据见评估报告；价值为区间而非单一数字，超过有效期不得使用。"),
    )


def credit_review(f: Facts) -> DocumentSheet:
    """Return the lender's credit review: findings and opinion."""
    limits = [[one["title"], figure(one["amount"]), "决定" if one["binding"] else ""] for one in f["limits"]]
    checks = [[one["title"], one["state"], one["finding"]] for one in f["checks"]]
    return _sheet(
        "授信审查报告",
        f,
        facts(
            *party_rows("申请人", f["firm"]),
            ("申请金额", money(f["amount"])),
            ("测算额度", money(f["credit_limit"]) if f["credit_limit"] is not None else "—"),
            ("期限", f"{f['term_months']} 个月"),
            ("年利率", percent(f["rate"]) if f["rate"] else "—"),
            ("融资模式", f["mode_title"]),
            ("信用等级", f["grade"] or "—"),
            ("测算所用价值（P50，元）", figure(f["p50"])),
            ("测算所用 P10 至 P90（元）", f"{figure(f['p10'])} 至 {figure(f['p90'])}" if f["p50"] else "—"),
        ),
        heading("额度的各项限制"),
        table(("限制", "金额（元）", "是否决定"), limits, (5, 3, 2), right=(1,))
        if limits
        else paragraph("没有报价。"),
        paragraph("测算额度为决定性限制，向下取整。"),
        heading("尽职调查"),
        table(("事项", "结果", "调查发现"), checks, (4, 2, 6)) if checks else paragraph("没有调查事项。"),
        heading("拟出质的权利"),
        rights_table(f["rights"]),
    )


def approval(f: Facts) -> DocumentSheet:
    """Return the approval sheet with all decisions. Decisions stored before 2026-12 call a role a duty."""
    decisions = [
        [
            one.get("role", one.get("duty")) or "—",
            one["by"],
            one["decision"],
            figure(one["amount"]),
            one["opinion"],
            one["day"],
        ]
        for one in f["decisions"]
    ]
    return _sheet(
        "授信审批书",
        f,
        facts(
            ("申请人", f["firm"]["name"]),
            ("申请金额", money(f["requested"])),
            ("批准金额", money(f["amount"])),
            ("期限", f"{f['term_months']} 个月"),
            ("年利率", percent(f["rate"]) if f["rate"] else "—"),
            ("还款方式", METHOD_TEXT[Method(f["method"])].zh),
            ("融资模式", f["mode_title"]),
        ),
        heading("审批意见"),
        table(("岗位", "姓名", "决定", "金额（元）", "意见", "日期"), decisions, (2, 2, 2, 3, 5, 2), right=(3,)),
        paragraph(
            "下列放款条件全部满足后方可放款：合同已签署，质押登记已办理并取得登记证明，约定的保证和保险已落实，评估在有效期内。"
        ),
    )


def _sheet(title: str, f: Facts, *blocks: Block) -> DocumentSheet:
    return DocumentSheet(title, f["number"], date.fromisoformat(f["day"]), blocks)
