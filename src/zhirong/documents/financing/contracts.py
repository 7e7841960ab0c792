"""The loan, pledge and guarantee contracts. The wording of every clause is a dated rule with its law.

``rules/lending/contract.toml`` contains the clauses; the facts of a contract include those of its day
(``clauses``), so that a contract keeps its wording when the rules change. Each contract ends with a table of the
legal bases of its clauses.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhirong.chain.loan.rates import INDEX_TEXT
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, KindRecord, Register, RightKind
from zhirong.documents.financing.contracts_english import guarantee_in_english, loan_in_english, pledge_in_english
from zhirong.documents.financing.sheet import (
    Block,
    DocumentSheet,
    Facts,
    clauses,
    day_words,
    facts,
    figure,
    heading,
    money,
    numeral,
    paragraph,
    party_rows,
    percent,
    signatures,
    table,
)
from zhirong.kernel.identifiers import show_number

_EXCESS = {
    "prepay_reduce": "用于提前归还本金，其后各期还款额相应减少，到期日不变",
    "prepay_shorten": "用于提前归还本金，其后各期还款额不变，期限相应缩短",
    "hold": "留存于贷款账户，用于下一期还款；足以还清全部欠款的，当日结清",
}
_SCOPE = "主债权本金、利息、罚息、复利、违约金、损害赔偿金，以及实现债权和担保权利的费用"
_SHIFT = {
    "following": "还款日或者期限的最后一日是法定休假日的，顺延至休假日结束后的第一个工作日，顺延期间不计罚息，{runs}。",
    "modified_following": (
        "还款日或者期限的最后一日是法定休假日的，顺延至休假日结束后的第一个工作日，跨月的提前至休假日前的最后一个工作日，"
        "顺延期间不计罚息，{runs}。"
    ),
    "preceding": "还款日或者期限的最后一日是法定休假日的，提前至休假日前的最后一个工作日，{runs}。",
    "none": "还款日是法定休假日的，不顺延；期限的最后一日是法定休假日的，以休假日结束的次日为最后一日。",
}
_MOVES = {
    "following": "顺延至休假日结束后的第一个工作日",
    "modified_following": "顺延至休假日结束后的第一个工作日，跨月的提前至休假日前的最后一个工作日",
    "preceding": "提前至休假日前的最后一个工作日",
    "none": "不顺延",
}
_RUNS = {True: "利息计至实际付款日", False: "利息计至约定的还款日"}
_DAY_COUNT = {
    "monthly": "按月计息，每月为一年的十二分之一，不足一期的按实际天数除以 360 计算",
    "act_360": "按实际天数计息，一年按 360 天计算",
    "act_365": "按实际天数计息，一年按 365 天计算",
    "act_act": "按实际天数计息，平年按 365 天、闰年按 366 天计算",
    "30_360": "每月按 30 天、一年按 360 天计息",
    "30e_360": "每月按 30 天、一年按 360 天计息（欧洲规则）",
    "30e_360_isda": "每月按 30 天、一年按 360 天计息（ISDA 欧洲规则）",
    "28e_336": "每月按 28 天、一年按 336 天计息",
}
_CYCLE = {"1M": "按月还款", "3M": "按季还款", "6M": "按半年还款", "1Y": "按年还款"}
_RESET = {
    "": "在借款期限内不再调整",
    "1M": "自放款日起每满一个月按前一日有效的报价重新确定",
    "3M": "自放款日起每满三个月按前一日有效的报价重新确定",
    "6M": "自放款日起每满六个月按前一日有效的报价重新确定",
    "1Y": "自放款日起每满一年按前一日有效的报价重新确定",
}
_DISPUTES = ("loan.court", "loan.arbitration")
Article = tuple[str, Sequence[str]]


def loan_contract(f: Facts) -> DocumentSheet:
    """Return the loan contract with its schedule."""
    servicing, guarantee = f["servicing"], f.get("guarantee_number")
    values = {
        "amount": money(f["amount"]),
        "purpose": f["purpose"],
        "entrusted_over": money(f["entrusted_over"]),
        "start": day_words(f["start"]),
        "end": day_words(f["end"]),
        "shift": _days_off(f),
        "rate": _rate(f),
        "day_count": _DAY_COUNT[f["day_count"]],
        "overdue": percent(servicing["overdue_uplift"]),
        "misuse": percent(servicing["misuse_uplift"]),
        "compound": _compound(servicing),
        "grace_days": str(servicing.get("grace_days", 0)),
        "method": _method(f),
        "cycle": _CYCLE.get(f["cycle"], "到期一次还清") if f["method"] != Method.WITH_PRINCIPAL else "到期一次还清",
        "first_due": day_words(f["schedule"][0]["due"]) if f["schedule"] else "—",
        "instalment": money(f["instalment"] or 0),
        "lender_account": f["lender"].get("bank_account") or "甲方书面通知的账户",
        "firm_account": f["firm"].get("bank_account") or "乙方书面通知的账户",
        "order": "、".join(f["order"]),
        "excess": _EXCESS[servicing["excess"]],
        "pledge_number": f["pledge_number"],
        "guarantee": f"，并由保证合同（编号 {guarantee}）担保" if guarantee else "",
        **_dispute(f),
    }
    articles: list[Article] = [
        ("借款金额和用途", ("loan.amount", "loan.use", "loan.use_shown", "loan.entrusted", "loan.misuse")),
        ("借款期限", ("loan.term", "loan.days_off")),
        (
            "利率和计息",
            (
                "loan.rate",
                "loan.uplift",
                *(("loan.grace",) if servicing.get("grace_days") else ()),
                "loan.compound",
            ),
        ),
        ("放款的前提", ("loan.conditions",)),
        (
            "还款",
            (
                "loan.repayment",
                *(("loan.first_period",) if f.get("first_period") == "on_top" else ()),
                *(("loan.instalments",) if f["instalment"] else ()),
                "loan.accounts",
                "loan.order",
                "loan.prepayment",
            ),
        ),
        ("担保", ("loan.security",)),
        ("乙方的承诺", ("loan.covenants",)),
        ("违约和提前到期", ("loan.acceleration", "loan.right_lost", "loan.value_lost")),
        ("争议和生效", (_dispute_clause(f), "loan.effect")),
    ]
    blocks: list[Block] = [
        facts(*party_rows("贷款人（甲方）", f["lender"]), *party_rows("借款人（乙方）", f["firm"])),
        paragraph("甲、乙双方经协商一致，订立本合同。"),
        *_set(f, articles, values),
        *_by_default(f),
        heading("附：还款计划（按约定起始日放款计算；实际放款日不同的，以放款通知所附计划为准）"),
        schedule_table(f["schedule"]),
        *_grounds(f, articles),
        *loan_in_english(f, [one for _, ids in articles for one in ids]),
        signatures(("贷款人", f["lender"]["name"]), ("借款人", f["firm"]["name"])),
    ]
    return DocumentSheet("知识产权质押借款合同", f["number"], _day(f), tuple(blocks))


def pledge_contract(f: Facts) -> DocumentSheet:
    """Return the pledge contract: kind and amount of the claim, its term, the rights, the scope, the registration."""
    rights, maximum, value = f["rights"], f.get("maximum"), f.get("agreed_value")
    values = {
        "amount": money(f["amount"]),
        "start": day_words(f["start"]),
        "end": day_words(f["end"]),
        "count": str(len(rights)),
        "value": money(value) if value else "",
        "scope": _SCOPE,
        "maximum": money(maximum["amount"]) if maximum else "",
        "claims_until": day_words(maximum["until"]) if maximum else "",
        **_dispute(f),
    }
    claim = (
        ("pledge.maximum", "pledge.maximum_transfer", "pledge.maximum_change", "pledge.maximum_fixed")
        if maximum
        else ("pledge.claim",)
    )
    kinds = [KINDS[RightKind(one["kind"])] for one in rights]
    articles: list[Article] = [
        ("被担保债权的种类和数额", claim),
        ("债务人履行债务的期限", ("pledge.term",)),
        (
            "出质的权利",
            (
                "pledge.rights",
                *(("pledge.copyright",) if any(one.register is Register.COPYRIGHT for one in kinds) else ()),
                *(("pledge.value",) if value else ()),
            ),
        ),
        ("担保的范围", ("pledge.scope", "pledge.substitution")),
        ("质权的设立", ("pledge.registration", *_real_effect(f, kinds), "pledge.changes")),
        (
            "出质期间的限制和责任",
            (
                "pledge.limits",
                "pledge.maintain",
                *(("pledge.renewal",) if any(one.is_renewable for one in kinds) else ()),
                "pledge.negligence",
            ),
        ),
        ("权利丧失和价值减少", ("pledge.right_lost", "pledge.value_lost")),
        (
            "质权的实现",
            (
                "pledge.realisation",
                "pledge.private_sale",
                "pledge.special_procedure",
                "pledge.no_forfeiture",
                "pledge.surplus",
                "pledge.timely",
            ),
        ),
        ("其他", ("pledge.title", *(("pledge.several",) if f.get("has_guarantee") else ()))),
        ("争议和生效", (_dispute_clause(f), "pledge.effect")),
    ]
    blocks: list[Block] = [
        facts(*party_rows("质权人（甲方）", f["lender"]), *party_rows("出质人（乙方）", f["firm"])),
        paragraph(f"为担保借款合同（编号 {f['loan_number']}，下称主合同）的履行，甲、乙双方订立本合同。"),
        *_set(f, articles, values),
        heading(f"附：出质权利清单（共 {len(rights)} 项）"),
        rights_table(rights),
        *_grounds(f, articles),
        *pledge_in_english(f, [one for _, ids in articles for one in ids]),
        signatures(("质权人", f["lender"]["name"]), ("出质人", f["firm"]["name"])),
    ]
    title = "知识产权最高额质押合同" if maximum else "知识产权质押合同"
    return DocumentSheet(title, f["number"], _day(f), tuple(blocks))


def guarantee_contract(f: Facts) -> DocumentSheet:
    """Return the guarantee contract for the share and amount that the guarantor granted."""
    values = {
        "amount": money(f["amount"]),
        "share": percent(f["share"]),
        "guaranteed": money(f["guaranteed"]),
        "scope": _SCOPE,
        "guarantee_months": str(f["guarantee_months"]),
        "fee_rate": percent(f["fee_rate"]),
        **_dispute(f),
    }
    articles: list[Article] = [
        ("被保证的债权", ("guarantee.claim",)),
        ("保证责任的份额", ("guarantee.share",)),
        ("保证方式", ("guarantee.kind",)),
        ("保证的范围", ("guarantee.scope",)),
        ("保证期间", ("guarantee.period", "guarantee.demand")),
        (
            "主合同的变更和转让",
            ("guarantee.changes", "guarantee.assignment", "guarantee.debt_transfer", "guarantee.renewal"),
        ),
        ("追偿", ("guarantee.recourse", "guarantee.several")),
        ("担保费", ("guarantee.fee",)),
        ("争议和生效", (_dispute_clause(f), "guarantee.effect")),
    ]
    blocks: list[Block] = [
        facts(*party_rows("债权人（甲方）", f["lender"]), *party_rows("保证人（乙方）", f["guarantor"])),
        paragraph(
            f"为担保{f['firm']['name']}（债务人）履行借款合同（编号 {f['loan_number']}，下称主合同），甲、乙双方订立本合同。"
        ),
        *_set(f, articles, values),
        *_grounds(f, articles),
        *guarantee_in_english(f, [one for _, ids in articles for one in ids]),
        signatures(("债权人", f["lender"]["name"]), ("保证人", f["guarantor"]["name"])),
    ]
    return DocumentSheet("保证合同", f["number"], _day(f), tuple(blocks))


def _real_effect(f: Facts, kinds: Sequence[KindRecord]) -> tuple[str, ...]:
    """Return the clause for rights whose pledge has no legal basis. Earlier contracts keep their wording without
    it.
    """
    clause = "pledge.real_effect"
    is_open = any(not one.is_named_by_law for one in kinds)
    return (clause,) if is_open and clause in f["clauses"] else ()


# -- clauses ------------------------------------------------------------------------------------------------------


def _set(f: Facts, articles: Sequence[Article], values: Mapping[str, str]) -> list[Block]:
    """Return the articles with completed clauses. Raises KeyError for an unknown clause or value."""
    known = f["clauses"]
    return clauses(*((title, [known[one]["words"].format_map(values) for one in ids]) for title, ids in articles))


def _grounds(f: Facts, articles: Sequence[Article]) -> list[Block]:
    """Return the legal bases of the clauses by their numbers in the contract."""
    known: Mapping[str, Any] = f["clauses"]
    rows = []
    for number, (title, ids) in enumerate(articles, 1):
        for at, one in enumerate(ids, 1):
            place = f"第{numeral(number)}条" if len(ids) == 1 else f"{number}.{at}"
            law = known[one]["law"]
            if one in _DISPUTES and f["dispute"]["mediator"]:
                law = f"{known['loan.mediation']['law']}；{law}"
            rows.append([place, known[one]["title"] or title, law])
    return [heading("附：条款依据"), table(("条款", "事项", "依据"), rows, (2, 4, 9))]


def _days_off(f: Facts) -> str:
    """Return the rule for due days and the last day that are not working days; earlier contracts have one rule for
    both.
    """
    shift, end, runs = f["shift"], f.get("end_shift") or "", _RUNS[f["interest_to_shifted"]]
    if not end:
        return _SHIFT[shift].format(runs=runs)
    return (
        f"还款日是法定休假日的，{_MOVES[shift]}；期限的最后一日是法定休假日的，{_MOVES[end]}；"
        f"顺延期间不计罚息，{runs}。"
    )


def _compound(servicing: Facts) -> str:
    if not servicing["compounds"]:
        return "到期未付的利息不计收复利。"
    if servicing.get("compound_within_term") == "contract":
        return "到期未付的利息，在借款期限内按合同利率、期满后按罚息利率计收复利。"
    return "到期未付的利息按罚息利率计收复利。"


def _by_default(f: Facts) -> list[Block]:
    """Return the terms that the lender left at their usual values, to inform the signatories."""
    names = "、".join(one["zh"] for one in f.get("by_default") or ())
    return [paragraph(f"以下各项由平台按通常做法填写，双方签署即为约定：{names}。")] if names else []


def _dispute_clause(f: Facts) -> str:
    return f"loan.{f['dispute']['way']}"


def _dispute(f: Facts) -> dict[str, str]:
    """Return the values of the dispute clause: negotiation, mediation if agreed, then court or arbitration."""
    agreed = f["dispute"]
    before = "争议由双方协商；协商不成的，"
    if agreed["mediator"]:
        before = f["clauses"]["loan.mediation"]["words"].format(mediator=agreed["mediator"])
    return {"before": before, "arbitration_body": agreed["body"]}


def _rate(f: Facts) -> str:
    link = f.get("rate_link")
    if link is None:
        return f"年利率为{percent(f['rate'])}，在借款期限内不变"
    spread = int(link["spread_bp"]) if float(link["spread_bp"]).is_integer() else link["spread_bp"]
    sign, points = ("减", str(spread).lstrip("-")) if str(spread).startswith("-") else ("加", str(spread))
    return (
        f"年利率为{INDEX_TEXT[link['index']].zh}{sign}{points}个基点（一个基点为 0.01%），起始时为{percent(f['rate'])}"
        f"（{INDEX_TEXT[link['index']].zh}为{percent(link['published'])}），{_RESET[link['reset']]}"
    )


def _method(f: Facts) -> str:
    return "按期付息、分期还本，余额到期归还" if f["instalment"] else METHOD_TEXT[Method(f["method"])].zh


def schedule_table(rows: list[Facts]) -> Block:
    """Return a schedule with its totals. rows: number, due, principal, interest (fen)."""
    listed = [
        [
            str(row["number"]),
            row["due"],
            figure(row["principal"]),
            figure(row["interest"]),
            figure(row["principal"] + row["interest"]),
        ]
        for row in rows
    ]
    principal, interest = sum(row["principal"] for row in rows), sum(row["interest"] for row in rows)
    listed.append(["合计", "", figure(principal), figure(interest), figure(principal + interest)])
    return table(
        ("期数", "还款日", "本金（元）", "利息（元）", "合计（元）"), listed, (1, 2, 3, 3, 3), right=(2, 3, 4)
    )


def rights_table(rights: list[Facts]) -> Block:
    """Return a table of rights with their numbers and dates."""
    rows = [
        [
            str(at),
            KIND_TEXT[RightKind(one["kind"])].zh,
            show_number(one["kind"], one["number"], granted=bool(one.get("grant_date"))),
            one["title"],
            one.get("filing_date") or "",
            one.get("grant_date") or one.get("registration_date") or "",
            _class_and_term(one),
        ]
        for at, one in enumerate(rights, 1)
    ]
    heads = ("序号", "种类", "号码", "名称", "申请日", "授权（登记）日", "类别、保护期")
    return table(heads, rows, (1, 2, 4, 4, 2, 2, 3))


def _class_and_term(one: Facts) -> str:
    """Return the classes of a trademark and the last day of a right's term; earlier documents do not contain them."""
    classes = "、".join(str(number) for number in one.get("goods_classes") or ())
    until = one.get("term_end")
    return "；".join(part for part in (f"第{classes}类" if classes else "", f"至{until}" if until else "") if part)


def _day(f: Facts) -> date:
    return date.fromisoformat(f["day"])
