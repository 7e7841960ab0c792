"""The story of each firm: registration, rights, appraisal, then as far as its case should go. A story yields the
days it waits for.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from zhirong.chain.contract.states import DocumentState
from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.platform.states import MessageKind
from zhirong.chain.right.kinds import RightKind
from zhirong.demo.documents import evidence
from zhirong.demo.open_work import OPEN_WORK, ask_guarantor, import_statement, review_guarantee
from zhirong.demo.region import Region, patent_number
from zhirong.kernel.days import add_months
from zhirong.kernel.identifiers import patent_check_digit
from zhirong.kernel.money import parse_yuan, yuan
from zhirong.operations.contract.conditions import unsettled_items
from zhirong.store.financing import Case, CheckItem, Loan, Message, Paper, Signature, StatementLine

# States in the order in which a case reaches them; a story goes as far as its own state.
_ORDER = (
    "draft",
    "submitted",
    "diligence",
    "approval",
    "approved",
    "signing",
    "registering",
    "released",
    "repaid",
    "closed",
)
_LATE = "overdue"  # the end of a story: its last instalment stays unpaid
_ENDS = {"declined": "diligence", "withdrawn": "submitted", _LATE: "released"}
_ENTRUSTED_OVER = 1_000_000_000  # Threshold in fen of payments to one payee; above it the bank pays directly.
_GUARANTEED = ("xixian", "national-28")
_TEAM = {
    "market": "走访三家客户，合同续签率高，了解竞争对手的价格和不足",
    "delivery": "抽查五个订单，按期交付四个，延期一个有书面说明",
    "technology": "核心发明人在职，现场演示样机，研发台账完整",
    "finance": "月度报表按时，现金流预测与实际相差不大",
    "ip_management": "有专利台账和年费提醒，发明人奖励制度已执行",
    "continuity": "三名负责人签有竞业限制，关键岗位有替补",
    "openness": "主动提供了一项未决诉讼的材料",
    "setbacks": "两年前流失主要客户后转型，能说明原因和措施",
}


def firm_story(region: Region, firm: dict[str, Any]) -> Iterator[date]:
    """Tell the story from the firm's registration to the final state of its case."""
    who = firm["id"]
    case = firm["case"]
    begins = add_months(region.today, -int(case["months_ago"])) - timedelta(days=20)
    if begins > region.day:
        yield begins
    region.account(who, firm["name"], ("firm.manager",), firm["representative"])
    _register(region, who, firm)
    rights = [_add_right(region, who, firm, right) for right in firm["rights"]]
    yield region.day + timedelta(days=1)
    appraisal = _appraise(region, who, firm, rights)
    yield region.day + timedelta(days=1)
    yield from _case_story(region, firm, rights, appraisal)
    if firm.get("open"):
        yield max(region.day, region.today - timedelta(days=1))
    for name in firm.get("open", ()):
        OPEN_WORK[name](region, firm)


def _register(region: Region, who: str, firm: dict[str, Any]) -> None:
    done = region.do(
        who,
        "firm.register",
        code=region.code(),
        name=firm["name"],
        region=firm.get("region", region.table["region"]),
        registered_on=firm["registered_on"].isoformat(),
        legal_representative=firm["representative"],
        address=f"秦川新区创新路 {region.organisations['registry'] + len(region.people)} 号",
        phone="029-00000000",
    )
    region.organisations[who] = done.id
    region.do("platform.system", "organisation.confirm", done.id)
    region.do(who, "firm.describe", done.id, facts=_facts(), credit=_credit(region, firm))


# Figures of the accounts in hundredths of the revenue: a fictional small manufacturer.
_SHARES_OF_REVENUE = {
    "cost_of_sales": 70,
    "total_profit": 8,
    "inventory": 15,
    "receivables": 22,
    "prepayments": 1,
    "payables": 14,
    "advances_received": 2,
    "cash": 7,
    "restricted_cash": 1,
    "working_capital_loans": 8,
    "other_channels": 0,
    "bank_debt": 10,
    "soft_assets": 0,
}


def _facts() -> dict[str, Any]:
    return {
        "size_class": "small",
        "sme": True,
        "sme_tech": True,
        "park_tenant": True,
        "lawful_use": True,
        "good_faith": True,
        "bad_credit_on": "never",
        "substandard_on": "never",
        "lender_is_partner": True,
    }


def _credit(region: Region, firm: dict[str, Any]) -> dict[str, Any]:
    """Return a credit file; the figures follow from the revenue."""
    revenue = parse_yuan(firm["revenue"])
    year = region.day.year - 1
    seen = {"date": (region.day - timedelta(days=5)).isoformat()}
    books = {"source": f"{year} 年度审计报告（演示）", "date": f"{year}-12-31", "grade": "audited"}
    return {
        "registration": {
            "registered_on": firm["registered_on"].isoformat(),
            "legal_person": True,
            "source": "营业执照",
            "grade": "contract",
            **seen,
        },
        "tax": {"tax_grade": "A", "arrears": 0, "source": "纳税信用评价", "grade": "contract", **seen},
        "compliance": {
            "penalties_in_three_years": 0,
            "dishonest_judgment_debtor": False,
            "abnormal_operations": False,
            "source": "国家企业信用信息公示系统、中国执行信息公开网",
            "grade": "contract",
            **seen,
        },
        "debt": {"total_debt": yuan(revenue * 30 // 100), "total_assets": yuan(revenue), "overdue": 0, **books},
        "cash_flow": {
            "operating_cash_flow": yuan(revenue * 16 // 100),
            "operating_cash_flow_before": yuan(revenue * 16 // 100),
            "debt_service": yuan(revenue * 3 // 100),
            **books,
        },
        "statements": {
            "revenue": yuan(revenue),
            **{name: yuan(revenue * share // 100) for name, share in _SHARES_OF_REVENUE.items()},
            "forecast_growth": 0.08,
            **books,
        },
        "bank_history": {
            "loans_repaid": 3,
            "worst_overdue_days": 0,
            "substandard_or_worse": False,
            "source": "企业信用报告（经授权）",
            "grade": "contract",
            **seen,
        },
    }


def _add_right(region: Region, who: str, firm: dict[str, Any], right: dict[str, Any]) -> int:
    kind, filed, granted = right["kind"], right["filed"], right["granted"]
    if kind == RightKind.LAYOUT_DESIGN:
        digits = f"{granted.year % 100:02d}5999{right['serial']:02d}"
        words = {"number": f"BS.{digits}.{patent_check_digit(digits)}"}
        dates = {"registration_date": granted.isoformat(), "creation_date": filed.isoformat()}
    else:
        years = (region.today - filed).days // 365 + 2
        words = {"number": patent_number(filed, kind, right["serial"])}
        dates = {
            "filing_date": filed.isoformat(),
            "grant_date": granted.isoformat(),
            "fee_paid_through_year": min(years, 20 if kind == RightKind.INVENTION else 10),
        }
    return region.do(
        who,
        "right.add",
        kind=kind,
        title=right["title"],
        role=right["role"],
        holders=firm["name"],
        provenance="证书和登记簿副本（演示）",
        **words,
        **dates,
    ).id


def _appraise(region: Region, who: str, firm: dict[str, Any], rights: list[int]) -> int:
    revenue = parse_yuan(firm["revenue"])
    return region.do(
        who,
        "appraisal.online",
        rights=rights,
        revenue=[yuan(revenue * share // 100) for share in (50, 65, 75)],
        revenue_grade="audited",
        revenue_source="上年审计报告中使用这些权利的产品收入（演示）",
        growth=["0", "0.06", "0.12"],
        royalty=["0.03", "0.045", "0.06"],
        discount=["0.14", "0.17", "0.20"],
        life=[4, 6, 8],
        tax_rate="0.15",
        redeployability="medium",
    ).id


# -- the case ---------------------------------------------------------------------------------------------------


def _case_story(region: Region, firm: dict[str, Any], rights: list[int], appraisal: int) -> Iterator[date]:
    who, wanted = firm["id"], firm["case"]
    goes_to = _ENDS.get(wanted["state"], wanted["state"])
    case = region.do(
        who,
        "case.draft",
        lender=region.organisations["bank"],
        mode=wanted["mode"],
        amount=wanted["amount"],
        term_months=wanted["months"],
        method="bullet",
        cycle="3M",
        purpose="采购原材料和备货",
        rights=rights,
        appraisal=appraisal,
    ).id
    for state, step in (
        ("submitted", _submit),
        ("diligence", _accept),
        ("approval", _look_into),
        ("approved", _approve),
        ("signing", _issue),
        ("registering", _sign),
        ("released", _register_and_pay),
    ):
        if _ORDER.index(state) > _ORDER.index(goes_to):
            break
        yield from step(region, firm, case)
    if wanted["state"] == "withdrawn":
        region.do(who, "case.withdraw", case, reason="已用自有资金备货，暂不需要借款")
    elif wanted["state"] == "declined":
        region.do("bank.officer", "case.review", case)
        region.do(
            "bank.reviewer",
            "case.decline",
            case,
            ground="value",
            reason="产品刚上市，权利的可贷价值低于最低额度，现金流也不足以覆盖这笔借款",
            hint="产品收入有一个完整年度后再申请，或先选财政贴息的小额信用贷款",
        )
    elif wanted["state"] in ("released", "repaid", "closed", _LATE):
        yield from _repay(region, firm, case)


def _submit(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    region.do(firm["id"], "case.submit", case, agreed=True)
    yield region.day + timedelta(days=1)


def _accept(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    region.do("bank.officer", "case.accept", case, officer=region.people["bank.officer"].pk)
    region.do("bank.officer", "case.ask", case, text="请补充今年前三季度的销售明细。")
    yield region.day + timedelta(days=2)


def _look_into(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    """Answer the questions, complete the checklist, add two ratings and the quote; then submit for approval."""
    asked = Message.objects.get(subject=f"case/{case}", kind=MessageKind.QUESTION)
    region.do(firm["id"], "message.answer", asked.pk, answer="已上传前三季度销售明细，合计与纳税申报一致。")
    for item in CheckItem.objects.filter(case=case).order_by("pk"):
        more: dict[str, Any] = {}
        if item.item == "title_investigation":
            more = {
                "law_firm": "秦川律师事务所（演示）",
                "commissioned_on": (region.day - timedelta(days=1)).isoformat(),
                "done_on": region.day.isoformat(),
                "paid_by": "pledgor",
                "title_finding": "clear",
                "cost": "3000",
            }
        else:
            more = {"verdict": "clear"}
        region.do(
            "bank.officer",
            "check.do",
            item.pk,
            outcome="done",
            finding="已核对原件和公开查询结果，未见异常",
            file=region.upload("bank.officer", f"{item.item}.pdf", evidence(f"{firm['name']} {item.item}")),
            **more,
        )
    for rater, points in (("bank.officer", 4), ("bank.reviewer", 4)):
        marks = {f"{name}_points": points for name in _TEAM} | {
            f"{name}_evidence": words for name, words in _TEAM.items()
        }
        region.do(rater, "team.rate", case, independent=True, rated_alone=True, **marks)
    yield region.day + timedelta(days=2)
    if firm["case"]["mode"] in _GUARANTEED:
        guarantee = review_guarantee(region, ask_guarantor(region, case))
        if firm.get("guarantee") != "reviewed":
            region.do("guarantor.approver", "guarantee.grant", guarantee, opinion="同意")
    region.do("bank.officer", "case.review", case)
    row = Case.objects.get(pk=case)
    region.do(
        "bank.officer",
        "case.submit_for_approval",
        case,
        amount=min(row.credit_limit or 0, row.amount),
        opinion="权利清楚、现金流稳定，额度在测算范围内，建议放款。",
    )
    yield region.day + timedelta(days=1)


def _approve(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    """Fill the places of the band by different people, each on its own day."""
    for who in ("bank.reviewer", "bank.approver", "bank.approver2", "bank.manager"):
        row = Case.objects.get(pk=case)
        if row.state != CaseState.APPROVAL:
            break
        if who.split(".")[1].removesuffix("2") != _wanted_role(row, region).split(".")[1]:
            continue
        region.do(who, "case.approve", case, amount=row.proposed_amount, opinion="同意。按批复条件办理。")
        yield region.day + timedelta(days=1)


def _wanted_role(case: Case, region: Region) -> str:
    from zhirong.operations.case.approvals import round_of
    from zhirong.operations.rulebook import rulebook

    class _At:
        rules, day = rulebook(), region.day

    return str(round_of(case, _At).wanted)


def _issue(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    region.do(
        "bank.officer",
        "contract.issue",
        case,
        start=(region.day + timedelta(days=7)).isoformat(),
        firm_account="演示 6100 0000 0001",
        lender_account="演示 6100 0000 9999",
    )
    yield region.day + timedelta(days=1)


def _sign(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    """Sign by sealed scans, each checked by two people."""
    names = {region.organisations["bank"]: "bank.manager", region.organisations["guarantor"]: "guarantor.approver"}
    for paper in Paper.objects.filter(subject=f"case/{case}", state=DocumentState.ISSUED).order_by("pk"):
        for signer in paper.signers:
            who = names.get(signer, firm["id"])
            scan = evidence(f"{paper.title} {paper.number} 盖章扫描件")
            region.do(who, "paper.scan", paper.pk, file=region.upload(who, f"{paper.number}.pdf", scan))
    yield region.day + timedelta(days=1)
    for checker in ("bank.officer", "bank.reviewer"):
        for signature in Signature.objects.filter(paper__subject=f"case/{case}", valid=False).order_by("pk"):
            region.do(checker, "paper.check_scan", signature.pk, agrees=True, finding="印章和文本一致")
    yield region.day + timedelta(days=1)


def _register_and_pay(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    """Register the pledge at the authority, checked by a second person; record the use of the loan and the
    disbursement, with the payment as in the bank's statement.
    """
    region.do(
        "bank.officer",
        "filing.prepare",
        case,
        papers=["identity", "power_of_attorney"],
    )
    yield region.day + timedelta(days=1)
    region.do("bank.officer", "filing.file", case)
    yield region.day + timedelta(days=2)
    row = Case.objects.get(pk=case)
    for number, filing in enumerate(row.contract["filings"], 1):
        region.do(
            "bank.officer",
            "filing.record",
            case,
            filing=filing,
            authority_number=f"演示 Y{region.day.year}{case:06d}{number}",
            day=region.day.isoformat(),
            certificate=region.upload(
                "bank.officer", "登记证明.pdf", evidence(f"{row.number} 质押登记证明 {number}")
            ),
        )
        region.do("bank.reviewer", "filing.check", case, filing=filing, agrees=True, finding="与登记证明一致")
    _meet_conditions(region, firm, case)
    start = date.fromisoformat(row.contract["loan"]["start"])
    if start > region.day:
        yield start
    region.do("bank.officer", "case.disburse", case)
    loan = Loan.objects.get(case=case)
    import_statement(region, [(f"F{loan.pk:06d}", "支", yuan(loan.principal), firm["name"], f"放款 {loan.number}")])
    _book(region, loan, "release", f"F{loan.pk:06d}")
    yield region.day + timedelta(days=1)


def _meet_conditions(region: Region, firm: dict[str, Any], case: int) -> None:
    """Settle the outstanding items of the approval, and prove the use of the loan by a contract."""
    row = Case.objects.get(pk=case)
    for item, _ in unsettled_items(row):
        region.do("bank.officer", "condition.settle", case, item=item, finding="已核对原件，结论不变（演示）")
    region.do(
        "bank.officer",
        "use.record",
        case,
        payee="关中原材料有限公司（演示）",
        amount=row.approved_amount,
        what="采购原材料，合同编号见附件（演示）",
        is_working_capital=True,
        is_entrusted=(row.approved_amount or 0) > _ENTRUSTED_OVER,
        file=region.upload("bank.officer", "采购合同.pdf", evidence(f"{row.number} 采购合同")),
    )


def _repay(region: Region, firm: dict[str, Any], case: int) -> Iterator[date]:
    """Pay what falls due, on its day; the last instalment too, unless the loan is to be late."""
    state = firm["case"]["state"]
    while True:
        loan = Loan.objects.get(case=case)
        if loan.state != LoanState.STANDING or loan.next_due_on is None:
            break
        if state == _LATE and loan.next_due_on == loan.end:
            return
        yield max(loan.next_due_on, region.day)
        region.do("worker", "loan.reckon")
        loan.refresh_from_db()
        reference = f"H{loan.pk:06d}{region.day:%Y%m%d}"
        import_statement(region, [(reference, "收", yuan(loan.next_due), firm["name"], f"还款 {loan.number}")])
        _book(region, loan, "repayment", reference)
    if state == CaseState.CLOSED:
        yield region.day + timedelta(days=2)
        region.do("bank.officer", "case.close", case)


def _book(region: Region, loan: Loan, kind: str, reference: str) -> None:
    """Match as one cashier and confirm as another."""
    line = StatementLine.objects.get(organisation=region.organisations["bank"], reference=reference)
    region.do("bank.cashier", "line.match", line.pk, loan=loan.number, kind=kind)
    region.do("bank.cashier2", "line.confirm", line.pk)
