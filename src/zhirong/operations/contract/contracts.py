"""From an approval to contracts ready for signature, and the case documents issued on request."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.loan.cycles import Cycle, parse_cycle
from zhirong.chain.loan.rates import Index, published_rates
from zhirong.chain.loan.reading import usual_day_count
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.terms import Method
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.packs import register_of
from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.records import Right
from zhirong.documents.financing.forms import needs_list, rights_list
from zhirong.kernel.days import add_months, day_of, working_days_from
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same
from zhirong.operations.case_file.documents import (
    CONTRACT_KINDS,
    contract_papers,
    issue_paper,
    next_number,
    party_facts,
    read_case_rights,
    right_facts,
    rights_of,
    void_paper,
)
from zhirong.operations.case_file.tables import exact
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.clock import now
from zhirong.operations.contract.clauses import contract_clauses
from zhirong.operations.contract.conditions import appraised_until, conditions_of, takes_part
from zhirong.operations.credit.review import rate_of, suspended_problems
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Rate, Request, ask
from zhirong.operations.guarantee.guarantees import fee_of, part_of, standing_guarantee
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import TermDay
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, GuaranteeRequest

_EXCESS = (
    ("prepay_reduce", Text("提前归还本金，以后各期减少", "repays principal; later instalments become smaller")),
    ("prepay_shorten", Text("提前归还本金，期限缩短", "repays principal; the loan ends sooner")),
    ("hold", Text("留到下一期", "is kept for the next instalment")),
)
_RATE_KINDS = (
    ("fixed", Text("固定利率", "fixed")),
    ("lpr_one_year", Text("1 年期 LPR 加点", "one-year LPR plus a spread")),
    ("lpr_over_five_years", Text("5 年期以上 LPR 加点", "over-five-year LPR plus a spread")),
)
_RESETS = (
    ("", Text("不调整", "never")),
    ("1M", Text("每月", "every month")),
    ("3M", Text("每季", "every quarter")),
    ("6M", Text("每半年", "every half-year")),
    ("1Y", Text("每年", "every year")),
)
_SHIFTS = (
    ("following", Text("顺延至其后第一个工作日", "the next working day")),
    (
        "modified_following",
        Text("顺延；跨月的提前", "the next working day, or the previous one if that falls in the next month"),
    ),
    ("preceding", Text("提前至其前一个工作日", "the working day before")),
    ("none", Text("不顺延", "no shift")),
)
_END_SHIFTS = (
    (
        "",
        Text(
            "与各期还款日相同；各期不顺延的，依法顺延",
            "like the other due dates; by law if those are not shifted",
        ),
    ),
    *_SHIFTS,
)
_COMPOUND_RATES = (
    ("penalty", Text("罚息利率", "the penalty rate")),
    (
        "contract",
        Text("借款期限内按合同利率，期满后按罚息利率", "the contract rate within the term, then the penalty rate"),
    ),
)
_FIRST_PERIODS = (
    ("levelled", Text("各期还款额相同", "every payment is the same")),
    (
        "on_top",
        Text(
            "超出整月的天数的利息随首期另付",
            "interest of the days beyond a month comes on top of the first payment",
        ),
    ),
)
_DAY_COUNTS = (
    ("", Text("通常的", "the usual one")),
    ("monthly", Text("按月", "by months")),
    ("act_360", Text("实际天数 ÷ 360", "actual days over 360")),
    ("act_365", Text("实际天数 ÷ 365", "actual days over 365")),
    ("30_360", Text("30 天一月、360 天一年", "30 days a month, 360 a year")),
)
_DISPUTES = (
    ("court", Text("诉讼", "court")),
    ("arbitration", Text("仲裁", "arbitration")),
)
_BASIS_POINTS = 10_000
# The contract terms that have a usual value, and their names.
DEFAULT_TERMS: Mapping[str, Text] = {
    "overdue_uplift": Text("逾期加收", "overdue uplift"),
    "misuse_uplift": Text("挪用加收", "uplift for misuse"),
    "rate_kind": Text("利率方式", "rate type"),
    "shift": Text("还款日遇休假日", "due dates on non-working days"),
    "end_shift": Text("到期日遇休假日", "maturity on a non-working day"),
    "interest_to_shifted": Text("顺延期间的利息", "interest up to the shifted date"),
    "day_count": Text("计息天数", "day count"),
    "first_due": Text("首个还款日", "first due day"),
    "first_period": Text("首期", "first period"),
    "grace_days": Text("罚息宽限期", "days of grace"),
    "compounds": Text("复利", "compound interest"),
    "compound_rate": Text("复利的利率", "rate of compound interest"),
    "excess": Text("多还的款项", "overpayments"),
}
_Uplift = Annotated[Rate | None, Field(decimal_places=4)]
_Account = Annotated[str, Field(max_length=60)]


def _usual(which: str) -> Any:
    """Return a function that gives the usual uplift by the rules of the day, with which a form starts."""
    rule = f"lending.servicing.usual_{which}_uplift"
    return lambda actor, row: f"{rulebook().at(rule, day_of(now())).number().normalize():f}"


class IssueContract(Request):
    """The terms of the contracts beyond the approval."""

    start: Annotated[
        TermDay,
        ask("约定起始日", "Agreed start date", "到期日按批准的期限确定", "maturity follows from the approved term"),
    ]
    annual_rate: Annotated[
        Rate | None,
        ask(
            "年利率",
            "Annual rate",
            "如 0.0435；留空即采用批准的利率",
            "such as 0.0435; leave empty for the approved rate",
        ),
    ] = None
    overdue_uplift: Annotated[
        _Uplift,
        ask(
            "逾期加收",
            "Overdue uplift",
            "占合同利率的比例，限度和常用值见规则；留空即采用常用值",
            "share of the contract rate, within the limits of the rules; leave empty for the usual value",
            start=_usual("overdue"),
        ),
    ] = None
    misuse_uplift: Annotated[
        _Uplift,
        ask(
            "挪用加收",
            "Uplift for misuse",
            "占合同利率的比例，限度和常用值见规则；留空即采用常用值",
            "share of the contract rate, within the limits of the rules; leave empty for the usual value",
            start=_usual("misuse"),
        ),
    ] = None
    rate_kind: Annotated[
        Literal["fixed", "lpr_one_year", "lpr_over_five_years"],
        ask(
            "利率方式",
            "Rate type",
            "浮动利率按批准的利率与起始日前一日有效的 LPR 之差确定加点",
            "floating: the spread is the approved rate minus the LPR in force the day before the start date",
            choices=_RATE_KINDS,
        ),
    ] = "fixed"
    spread_bp: Annotated[
        Decimal | None,
        Field(ge=-1000, le=5000, decimal_places=2),
        ask(
            "浮动利率加点（基点）",
            "Spread of a floating rate (basis points)",
            "一个基点为 0.01%；留空则按批准的利率推算",
            "1 bp is 0.01%; leave empty to derive it from the approved rate",
        ),
    ] = None
    reset: Annotated[
        Literal["", "1M", "3M", "6M", "1Y"],
        ask("浮动利率调整周期", "Reset cycle of a floating rate", choices=_RESETS),
    ] = ""
    shift: Annotated[
        Literal["following", "modified_following", "preceding", "none"],
        ask(
            "还款日遇法定休假日",
            "Due date on a non-working day",
            "期限最后一日遇休假日，没有约定的依《民法典》第二百零三条顺延",
            "without agreement, maturity shifts under Civil Code art. 203",
            choices=_SHIFTS,
        ),
    ] = "following"
    end_shift: Annotated[
        Literal["", "following", "modified_following", "preceding", "none"],
        ask("到期日遇法定休假日", "Maturity on a non-working day", choices=_END_SHIFTS),
    ] = ""
    interest_to_shifted: Annotated[
        bool,
        ask(
            "顺延期间计收利息",
            "Interest accrues up to the shifted date",
            "按月计息的不适用",
            "not for interest calculated by months",
        ),
    ] = False
    day_count: Annotated[
        Literal["", "monthly", "act_360", "act_365", "30_360"],
        ask(
            "计息天数",
            "Day count",
            "留空：按月分期的按月计息，其他按实际天数除以 360",
            "leave empty: by months for monthly instalments, otherwise actual/360",
            choices=_DAY_COUNTS,
        ),
    ] = ""
    first_due: Annotated[
        TermDay | None,
        ask(
            "首个还款日",
            "First due day",
            "留空为起始日后满一个还款周期",
            "leave empty: one cycle after the start date",
        ),
    ] = None
    first_period: Annotated[
        Literal["levelled", "on_top"],
        ask(
            "首期不足或超过一个月",
            "First period other than one month",
            "只用于按月计息的等额本息",
            "only for level payments by months",
            choices=_FIRST_PERIODS,
        ),
    ] = "levelled"
    grace_days: Annotated[
        int,
        Field(ge=0, le=90),
        ask(
            "罚息宽限期（日）",
            "Days of grace before penalty interest",
            "宽限期内还清的不计罚息和复利，超过的自还款日次日起计收；逾期天数照常计算",
            "no penalty or compound interest if paid within these days, otherwise from the due date; days overdue count in any case",
        ),
    ] = 0
    instalment: Annotated[
        Fen | None,
        ask(
            "每期归还本金",
            "Principal of each instalment",
            "期限超过一年、到期还本的贷款须填写，余额到期归还",
            "required for bullet loans longer than one year; the balance is repaid at maturity",
            widget="money",
        ),
    ] = None
    slow_cash_cycle: Annotated[
        str,
        Field(max_length=300),
        ask(
            "现金回收周期较长的说明",
            "Reason for a long cash cycle",
            "期限超过三年的流动资金贷款须说明",
            "required for working capital loans longer than three years",
        ),
    ] = ""
    maximum_amount: Annotated[
        Fen | None,
        ask(
            "最高债权额（最高额质押）",
            "Maximum amount of the secured claims",
            "仅为本笔贷款质押的，请留空",
            "leave empty if the pledge secures only this loan",
            widget="money",
        ),
    ] = None
    claims_until: Annotated[
        TermDay | None,
        ask("最高额质押的债权发生至", "Claims may arise until", "最高额质押时填写", "for a maximum-amount pledge"),
    ] = None
    dispute: Annotated[Literal["court", "arbitration"], ask("争议解决", "Disputes", choices=_DISPUTES)] = "court"
    arbitration_body: Annotated[
        str,
        Field(max_length=100),
        ask("仲裁机构", "Arbitration body", "选仲裁时填写", "if arbitration is agreed"),
    ] = ""
    mediator: Annotated[
        str,
        Field(max_length=100),
        ask("先行调解的机构", "Mediator", "不约定先行调解的，请留空", "leave empty for no prior mediation"),
    ] = ""
    guarantee_months: Annotated[
        int,
        Field(ge=1, le=120),
        ask(
            "保证期间（月）",
            "Guarantee period in months",
            "自主债务履行期限届满之日起",
            "from the due date of the debt",
        ),
    ] = 36
    compounds: Annotated[bool, ask("未付利息计收复利", "Unpaid interest bears interest")] = True
    compound_rate: Annotated[
        Literal["penalty", "contract"], ask("复利的利率", "Rate of compound interest", choices=_COMPOUND_RATES)
    ] = "penalty"
    excess: Annotated[str, ask("多还的款项", "Overpayments", choices=_EXCESS)] = "prepay_reduce"
    agreed_value: Annotated[
        Fen | None,
        ask(
            "双方商定的质押价值",
            "Agreed value of the pledge",
            "没有评估报告时填写",
            "if there is no appraisal report",
            widget="money",
        ),
    ] = None
    agency: Annotated[str, Field(max_length=100), ask("登记代理机构", "Registration agent")] = ""
    with_english: Annotated[
        bool,
        ask("附英文文本", "Include an English text", "以中文为准", "the Chinese text prevails"),
    ] = False
    firm_account: Annotated[_Account, ask("借款人收款账户", "Account of the borrower")] = ""
    lender_account: Annotated[_Account, ask("贷款人还款账户", "Account for repayments")] = ""


@operation(
    "contract.issue",
    Text("出合同", "Issue the contracts"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.APPROVED, CaseState.SIGNING),
    request=IssueContract,
    page="loan.completion",
    help=Text(
        "生成借款合同、质押合同、质押登记申请表，有担保的同时生成保证合同；重新出具合同的，原签署作废。",
        "Creates the loan and pledge contracts and the registration form, and a guarantee contract if there is a guarantee. Issuing them again voids earlier signatures.",
    ),
)
def issue_contract(work: Work, request: IssueContract) -> Any:
    """Issue the contracts and ask the parties to sign."""
    case = work.row
    rights = rights_of(case)
    if problems := suspended_problems(case):
        raise InputError(problems)
    _demand_supported(work, case)
    guarantee = standing_guarantee(case)
    if guarantee is None and (case.guarantor_id is not None or takes_part(case, "guarantor")):
        raise refuse(
            "no_guarantee",
            "guarantor",
            "",
            Text(
                "融资模式有担保方，担保尚未获同意",
                "the mode requires a guarantor, but no guarantee has been granted",
            ),
            Text(
                "请先由担保机构审批；不再需要担保的，退回重审",
                "ask a guarantor and wait for its decision; to continue without a guarantee, return the case to review",
            ),
        )
    _demand_start(work, case, request.start)
    _demand_agreed(case, request)
    terms = _terms(work, case, request)
    contract = _contract(work, case, request, terms)
    _demand_allowed(work, case, contract)
    if guarantee is not None:
        _to_what_is_lent(work, case, guarantee)
    keys = contract_keys(read_case_rights(rights))
    number, subject = case.number, f"case/{case.pk}"
    numbers = {kind: next_number(number, kind, subject) for kind in CONTRACT_KINDS}
    for old in contract_papers(case):
        void_paper(work, old)
    facts = _facts(
        work, case, request, terms=terms, contract=contract, rights=rights, numbers=numbers, guarantee=guarantee
    )
    parties = {"firm": case.firm, "lender": case.lender, "guarantor": case.guarantor}
    listed = right_facts(rights, work.day, work.rules)
    beside = (
        {f"出质权利清单-{numbers[DocumentKind.REGISTRATION_FORM]}.xlsx": rights_list(listed)}
        if needs_list(listed)
        else {}
    )
    if beside:
        facts["list_sha256"] = _sha256(next(iter(beside.values())))
    made = {}
    for kind in CONTRACT_KINDS:
        if kind == DocumentKind.GUARANTEE_CONTRACT and guarantee is None:
            continue
        of_kind = {**facts, **(_form_facts(contract) if kind == DocumentKind.REGISTRATION_FORM else {})}
        made[kind] = issue_paper(
            work, kind, {**of_kind, "number": numbers[kind]}, subject=subject, owner=case.lender, parties=parties,
            beside=beside if kind == DocumentKind.REGISTRATION_FORM else None,
        ).pk  # fmt: skip
    contract |= {"number": numbers[DocumentKind.LOAN_CONTRACT], "keys": sorted(keys), "papers": made}
    change_case_state(
        work, case, CaseTransition.ISSUE, contract=contract, annual_rate=Decimal(terms["loan"]["rate"])
    )
    _ask_to_sign(work, case, guarantee is not None)
    return {"papers": made}


def _contract(work: Work, case: Case, request: IssueContract, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contract data that the case stores, without contract numbers and documents."""
    maximum = None
    if request.maximum_amount is not None and request.claims_until is not None:
        maximum = {"amount": request.maximum_amount, "until": request.claims_until.isoformat()}
    return {
        **case.contract,
        "loan": terms["loan"],
        "servicing": terms["servicing"],
        "maximum": maximum,
        "slow_cash_cycle": request.slow_cash_cycle,
        "by_default": left_to_default(request),
        "issued_on": work.day.isoformat(),
        "agency": request.agency,
        "filings": case.contract.get("filings", []),
    }


def left_to_default(request: IssueContract) -> list[str]:
    """Return the names of the terms that the lender did not state. The usual ones apply, and the contract says so."""
    stated = {name for name in request.model_fields_set if getattr(request, name) not in (None, "")}
    return sorted(set(DEFAULT_TERMS) - stated)


def agreed_words(contract: Mapping[str, Any]) -> list[Text]:
    """Return the contract's terms on non-working days, day count and penalty interest in short. Earlier contracts
    contain fewer of them.
    """
    loan, servicing = contract["loan"], contract["servicing"]
    shift, end = dict(_SHIFTS)[loan.get("shift", "none")], loan.get("end_shift")
    said = [Text(f"还款日遇休假日：{shift.zh}", f"due date on a non-working day: {shift.en}")]
    if end:
        words = dict(_SHIFTS)[end]
        said.append(Text(f"到期日遇休假日{words.zh}", f"maturity on a non-working day: {words.en}"))
    if loan.get("day_count"):
        words = dict(_DAY_COUNTS).get(loan["day_count"], same(loan["day_count"]))
        said.append(Text(f"计息天数：{words.zh}", f"day count: {words.en}"))
    if loan.get("first_period") == "on_top":
        said.append(dict(_FIRST_PERIODS)["on_top"])
    if servicing.get("grace_days"):
        days = servicing["grace_days"]
        said.append(Text(f"罚息宽限期 {days} 日", f"days of grace before penalty interest: {days}"))
    if servicing["compounds"]:
        rate = dict(_COMPOUND_RATES)[servicing.get("compound_within_term", "penalty")]
        said.append(Text(f"复利按{rate.zh}", f"compound interest at {rate.en}"))
    else:
        said.append(Text("不计复利", "no compound interest"))
    return said


def _demand_agreed(case: Case, request: IssueContract) -> None:
    """Check that terms that belong together are stated together. Raises InputError with all that are not."""
    problems = []
    if (request.maximum_amount is None) != (request.claims_until is None):
        problems.append(
            Problem(
                "maximum_amount" if request.maximum_amount is None else "claims_until",
                "",
                Text(
                    "最高额质押须同时写明最高债权额和债权发生的期间",
                    "a maximum-amount pledge requires both the amount and the period",
                ),
                Text("请补填，或两项均留空", "complete both, or leave both empty"),
                "missing",
            )
        )
    elif request.maximum_amount is not None and request.maximum_amount < (case.approved_amount or 0):
        problems.append(
            Problem(
                "maximum_amount",
                show_yuan(request.maximum_amount),
                Text(
                    f"少于本笔贷款 {show_yuan(case.approved_amount or 0)} 元",
                    f"less than the loan amount of CNY {show_yuan(case.approved_amount or 0)}",
                ),
                Text("请填写不低于本笔贷款金额的最高债权额", "enter at least the amount of this loan"),
                "maximum_too_small",
            )
        )
    if request.claims_until is not None and request.claims_until < request.start:
        problems.append(
            Problem(
                "claims_until",
                request.claims_until.isoformat(),
                Text("早于约定起始日", "before the agreed start date"),
                Text("请填写起始日或之后的日期", "enter that date or a later one"),
                "dates_reversed",
            )
        )
    if request.dispute == "arbitration" and not request.arbitration_body:
        problems.append(
            Problem(
                "arbitration_body",
                "",
                Text(
                    "约定仲裁须写明仲裁机构，否则约定无效",
                    "name the arbitration body; without it the clause is void",
                ),
                Text("请填写仲裁机构全称", "enter its full name"),
                "missing",
            )
        )
    if problems:
        raise InputError(problems)


def _demand_allowed(work: Work, case: Case, contract: dict[str, Any]) -> None:
    """Check term and instalments against the working-capital rules before signing."""
    case.contract = contract
    found = conditions_of(case, work.day, work.rules)
    wrong = [one.problem() for one in found if one.code in ("term", "instalments") and not one.is_met]
    if wrong:
        raise InputError(wrong)


def _form_facts(contract: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statements of the registration form on a maximum-amount pledge."""
    maximum = contract["maximum"]
    if maximum is None:
        return {}
    return {
        "claim_kind": "maximum_amount",
        "amount": maximum["amount"],
        "end": max(maximum["until"], contract["loan"]["end"]),
    }


def _to_what_is_lent(work: Work, case: Case, guarantee: GuaranteeRequest) -> None:
    """Reduce the guarantee if the loan is smaller than requested: the guarantor covers its share of the loan, for a
    fee on that part, and never more.
    """
    amount = min(guarantee.amount, case.approved_amount or 0)
    exposure = part_of(amount, guarantee.share)
    if exposure < guarantee.exposure:
        fee = fee_of(amount, guarantee.share, guarantee.fee_rate, case.term_months)
        work.update(guarantee, exposure=exposure, fee=fee)
        work.update(case, guarantee={**case.guarantee, "exposure": exposure, "fee": fee})


def _demand_start(work: Work, case: Case, start: date) -> None:
    """Check that the agreed first day is in the future and that the loan's appraisal is still valid on it."""
    if start < work.day:
        raise refuse(
            "start_past",
            "start",
            start,
            Text("早于今天，款项不能在该日支付", "the date is in the past; the loan cannot be disbursed on it"),
            Text(
                f"请填写今天（北京时间 {work.day}）或之后的日期",
                f"enter today ({work.day} in Shanghai) or a later date",
            ),
        )
    until = appraised_until(case, work.day, work.rules)
    if until is not None and start > until:
        raise refuse(
            "start_after_appraisal",
            "start",
            start,
            Text(
                f"晚于评估有效期 {until}，届时不能放款",
                f"after the appraisal expires on {until}: no disbursement is possible then",
            ),
            Text(
                "请填写有效期内的日期，或先重新评估",
                "enter a date before it expires, or have the rights appraised again",
            ),
        )


def _demand_supported(work: Work, case: Case) -> None:
    """Check reports signed since the approval: one that supports less than the approved amount stops the case here."""
    found = [one for one in conditions_of(case, work.day, work.rules) if one.code == "supported" and not one.is_met]
    if found:
        raise InputError(one.problem() for one in found)


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def _ask_to_sign(work: Work, case: Case, has_guarantee: bool) -> None:
    words = Text(f"合同待签署：{case.number}", f"Contracts to sign: {case.number}")
    link = page_link("loan.completion", case.pk)
    work.notify(words, link, case.firm, (MemberRole.FIRM_MANAGER,), asks=True)
    work.notify(words, link, case.lender, (MemberRole.LENDER_MANAGER, MemberRole.LENDER_APPROVER), asks=True)
    if has_guarantee:
        work.notify(words, link, case.guarantor, (MemberRole.GUARANTOR_APPROVER,), asks=True)


def contract_keys(rights: tuple[Right, ...]) -> set[str]:
    """Return the rights by their keys in the register."""
    return {right_key(right) for right in rights}


def _terms(work: Work, case: Case, request: IssueContract) -> dict[str, Any]:
    """Return the tables ``loan`` and ``servicing`` of the contract. Raises InputError for terms that cannot be
    serviced.
    """
    amount = case.approved_amount or 0
    approved = case.annual_rate if case.annual_rate is not None else rate_of(case)
    rate = request.annual_rate if request.annual_rate is not None else approved
    if approved is not None and rate != approved:
        raise refuse(
            "not_the_rate_approved",
            "annual_rate",
            rate,
            Text(f"与批准的利率 {approved} 不同", f"differs from the approved rate, {approved}"),
            Text("请留空，或退回重新审批", "leave it empty, or have the new rate approved"),
        )
    if rate is None:
        raise refuse(
            "no_rate", "annual_rate", "", Text("未填写利率", "the rate is missing"), Text("请填写年利率", "enter the annual rate")
        )  # fmt: skip
    loan = {
        "id": case.number,
        "principal": yuan(amount),
        "start": request.start.isoformat(),
        "end": add_months(request.start, case.term_months).isoformat(),
        "method": case.method,
        "broken_period": "days",
        "rate": f"{Decimal(rate).normalize():f}",
        **({"cycle": case.cycle} if case.cycle else {}),
        "shift": request.shift,
        **({"end_shift": request.end_shift} if request.end_shift else {}),
        **({"interest_to_shifted": True} if request.interest_to_shifted else {}),
        **({"day_count": request.day_count} if request.day_count else {}),
        **({"first_due": request.first_due.isoformat()} if request.first_due else {}),
        **({"first_period": request.first_period} if request.first_period != "levelled" else {}),
    }
    if request.rate_kind != "fixed":
        loan["linked"] = _link(work, request, Decimal(rate))

    def usual(which: str) -> RuleValue:
        return work.rules.at(f"lending.servicing.usual_{which}_uplift", request.start)

    servicing = {
        "overdue_uplift": _agreed(request.overdue_uplift, usual("overdue")),
        "misuse_uplift": _agreed(request.misuse_uplift, usual("misuse")),
        "compounds": request.compounds,
        "excess": request.excess,
        **({"grace_days": request.grace_days} if request.grace_days else {}),
        **({"compound_within_term": request.compound_rate} if request.compound_rate != "penalty" else {}),
    }
    if request.instalment:
        loan |= _by_instalments(work, loan, servicing, request.instalment, amount)
    read_contract({"loan": loan, "servicing": servicing}, [], work.rules)
    return {"loan": loan, "servicing": servicing}


def _link(work: Work, request: IssueContract, rate: Decimal) -> dict[str, Any]:
    """Return the link to a published rate. The spread is the difference between the approved rate and that rate on
    the first day.
    """
    index: Index = "lpr_one_year" if request.rate_kind == "lpr_one_year" else "lpr_over_five_years"
    published, _ = published_rates(work.rules)[index].at(request.start - timedelta(days=1))
    spread = (rate - published) * _BASIS_POINTS
    if request.spread_bp is not None and request.spread_bp != spread:
        raise refuse(
            "not_the_spread_approved",
            "spread_bp",
            request.spread_bp,
            Text(
                f"LPR {published.normalize():f} 加上所填基点后不等于批准的利率 {rate.normalize():f}",
                f"the LPR of {published.normalize():f} plus the entered spread differs from the approved rate, {rate.normalize():f}",
            ),
            Text(
                f"请填写 {spread.normalize():f}，或留空，或退回重新审批",
                f"enter {spread.normalize():f}, leave it empty, or return the case for approval of the new rate",
            ),
        )
    return {
        "index": index,
        "spread_bp": f"{spread.normalize():f}",
        "published": f"{published.normalize():f}",
        **({"reset": request.reset} if request.reset else {}),
    }


def _by_instalments(
    work: Work, loan: Mapping[str, Any], servicing: Mapping[str, Any], instalment: int, amount: int
) -> dict[str, Any]:
    """Return a loan that repays this much principal, in fen, on every due day and the rest on the last one."""
    if loan["method"] != Method.BULLET:
        raise refuse(
            "not_a_bullet",
            "instalment",
            show_yuan(instalment),
            Text("只有到期还本的贷款需要填写", "only bullet loans need it"),
            Text("请留空", "leave it empty"),
        )
    periods = len(planned_rows({"loan": loan, "servicing": servicing}, work.rules, work.day))
    if instalment * periods > amount:
        raise refuse(
            "instalments_too_large",
            "instalment",
            show_yuan(instalment),
            Text(f"{periods} 期合计超过贷款金额", f"{periods} instalments exceed the loan amount"),
            Text("请减少每期归还的本金", "reduce the principal per instalment"),
        )
    usual = {} if loan.get("day_count") else {"day_count": "act_360"}
    return {"method": Method.EQUAL_PRINCIPAL.value, "balloon": yuan(amount - instalment * periods), **usual}


def _agreed(given: Decimal | None, usual: RuleValue) -> str:
    """Return the agreed uplift, or the usual one."""
    return f"{(usual.number() if given is None else given).normalize():f}"


def read_contract(contract: Mapping[str, Any], events: list[Mapping[str, Any]], rules: Rulebook) -> Any:
    """Read a loan's contract and events for servicing. Rates are stored as strings. Without a drawdown event one is
    assumed.

    Raises InputError with every error.
    """
    loan, servicing = dict(contract["loan"]), dict(contract["servicing"])
    if "linked" in loan:
        # The rate next to a link is the initial rate of the loan, for readers.
        link = {name: value for name, value in loan["linked"].items() if name != "published"}
        loan = {**loan, "linked": {**link, "spread_bp": Decimal(link["spread_bp"])}}
        del loan["rate"]
    else:
        loan["rate"] = Decimal(loan["rate"])
    for name in ("overdue_uplift", "misuse_uplift"):
        servicing[name] = Decimal(servicing[name])
    planned = {"id": "planned", "kind": "drawdown", "day": loan["start"], "amount": loan["principal"]}
    listed = [exact(event) for event in events] or [planned]
    # A contract stored before this term existed counts a partial month as it did when it was signed: decision 12.
    signed = {"broken_period": "share", **loan}
    return read_loan_file(Reader({"loan": signed, "servicing": servicing, "event": listed}), rules)


def planned_rows(contract: Mapping[str, Any], rules: Rulebook, day: date) -> list[dict[str, Any]]:
    """Return the schedule of a contract as documents list it."""
    terms = read_contract(contract, [], rules).contract.terms
    calendar = working_days_from(rules.at("calendar.working_days", day).value)
    found = schedule(terms, calendar, published_rates(rules))
    return [
        {"number": row.number, "due": row.due.isoformat(), "principal": row.principal, "interest": row.interest}
        for row in found.rows
    ]


def _facts(
    work: Work,
    case: Case,
    request: IssueContract,
    terms: Mapping[str, Any],
    contract: Mapping[str, Any],
    rights: list[Any],
    numbers: Mapping[DocumentKind, str],
    guarantee: GuaranteeRequest | None,
) -> dict[str, Any]:
    registers = {register_of(right.kind) for right in read_case_rights(rights)}
    facts: dict[str, Any] = {
        "day": work.day.isoformat(),
        "firm": party_facts(case.firm, request.firm_account),
        "lender": party_facts(case.lender, request.lender_account),
        "amount": case.approved_amount,
        "rate": terms["loan"]["rate"],
        "start": terms["loan"]["start"],
        "end": terms["loan"]["end"],
        "method": terms["loan"]["method"],
        "cycle": case.cycle,
        "shift": request.shift,
        "interest_to_shifted": request.interest_to_shifted,
        "end_shift": request.end_shift,
        "first_period": request.first_period,
        "by_default": [DEFAULT_TERMS[name].as_json() for name in contract["by_default"]],
        "with_english": request.with_english,
        "day_count": terms["loan"].get("day_count")
        or usual_day_count(Method(terms["loan"]["method"]), parse_cycle(case.cycle) or Cycle(1, "month")),
        "rate_link": None if "linked" not in terms["loan"] else {"reset": "", **terms["loan"]["linked"]},
        "instalment": request.instalment,
        "entrusted_over": work.rules.at("limit.entrusted_payment_over", work.day).fen(),
        "maximum": contract["maximum"],
        "guarantee_months": request.guarantee_months,
        "dispute": {
            "way": request.dispute,
            "body": request.arbitration_body,
            "mediator": request.mediator,
        },
        "clauses": contract_clauses(work.rules, work.day),
        "purpose": case.purpose,
        "servicing": terms["servicing"],
        "order_en": [
            COMPONENT_TEXT[Component(head)].en for head in work.rules.at("lending.servicing.order", work.day).value
        ],
        "order": [
            COMPONENT_TEXT[Component(head)].zh for head in work.rules.at("lending.servicing.order", work.day).value
        ],
        "schedule": planned_rows(terms, work.rules, work.day),
        "rights": right_facts(rights, work.day, work.rules),
        "agreed_value": request.agreed_value,
        "loan_number": numbers[DocumentKind.LOAN_CONTRACT],
        "pledge_number": numbers[DocumentKind.PLEDGE_CONTRACT],
        "has_guarantee": guarantee is not None,
        "register": registers.pop() if len(registers) == 1 else "several",
        "claim_kind": "loan",
        "agency": request.agency,
    }
    if guarantee is not None:
        facts |= {
            "guarantor": party_facts(guarantee.guarantor),
            "guarantee_number": numbers[DocumentKind.GUARANTEE_CONTRACT],
            "share": f"{guarantee.share.normalize():f}",
            "fee_rate": f"{guarantee.fee_rate.normalize():f}",
            "guaranteed": guarantee.exposure,
        }
    return facts
