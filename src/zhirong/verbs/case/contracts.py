"""From an approval to contracts that wait to be signed, and the papers of a case that somebody asks for."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.financing.case import Move, State
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing.heads import HEAD_TEXT, Head
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.pledge.packs import register_of
from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.records import Right
from zhirong.documents.papers.forms import needs_list, rights_list
from zhirong.kernel.days import add_months, day_of, working_days_from
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text
from zhirong.store.financing import Case, GuaranteeRequest
from zhirong.verbs.acting import Work, operation, refuse
from zhirong.verbs.case.file import exact
from zhirong.verbs.case.moves import move_case
from zhirong.verbs.case.paper_making import (
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
from zhirong.verbs.clock import now
from zhirong.verbs.guarantor.guarantees import fee_of, part_of, standing_guarantee
from zhirong.verbs.lender.conditions import appraised_until, conditions_of, takes_part
from zhirong.verbs.lender.review import rate_of, suspended_problems
from zhirong.verbs.pattern import rulebook
from zhirong.verbs.people import Duty
from zhirong.verbs.plausible import TermDay
from zhirong.verbs.requests import Fen, Rate, Request, ask

_EXCESS = (
    ("prepay_reduce", Text("提前归还本金，以后各期减少", "repays principal; later instalments become smaller")),
    ("prepay_shorten", Text("提前归还本金，期限缩短", "repays principal; the loan ends sooner")),
    ("hold", Text("留到下一期", "waits for the next instalment")),
)
_Uplift = Annotated[Decimal | None, Field(ge=0, le=1, decimal_places=4)]
_Account = Annotated[str, Field(max_length=60)]


def _usual(which: str) -> Any:
    """What a form begins with: the usual uplift of the rules of the day."""
    rule = f"lending.servicing.usual_{which}_uplift"
    return lambda person, row: f"{rulebook().at(rule, day_of(now())).number().normalize():f}"


class IssueContract(Request):
    """What the contracts say beyond the approval."""

    start: Annotated[
        TermDay, ask("约定起始日", "First day agreed", "到期日由批准的期限推出", "the term approved gives the last")
    ]
    annual_rate: Annotated[
        Rate | None,
        ask("年利率", "Yearly rate", "如 0.0435；留空用批准的利率", "such as 0.0435; empty: the rate approved"),
    ] = None
    overdue_uplift: Annotated[
        _Uplift,
        ask(
            "逾期加收",
            "Uplift when overdue",
            "占合同利率的比例，限度和常用值见规则；留空用常用值",
            "as a share of the rate, within what the rules allow; empty: the usual one of the rules",
            start=_usual("overdue"),
        ),
    ] = None
    misuse_uplift: Annotated[
        _Uplift,
        ask(
            "挪用加收",
            "Uplift for misuse",
            "占合同利率的比例，限度和常用值见规则；留空用常用值",
            "as a share of the rate, within what the rules allow; empty: the usual one of the rules",
            start=_usual("misuse"),
        ),
    ] = None
    compounds: Annotated[bool, ask("未付利息计收复利", "Unpaid interest bears interest")] = True
    excess: Annotated[str, ask("多还的款项", "Money beyond what is due", choices=_EXCESS)] = "prepay_reduce"
    agreed_value: Annotated[
        Fen | None,
        ask(
            "双方商定的质押价值",
            "Value that the parties agree",
            "没有评估报告时写明",
            "where there is no report",
            widget="money",
        ),
    ] = None
    agency: Annotated[str, Field(max_length=100), ask("登记代理机构", "Agency for the registration")] = ""
    firm_account: Annotated[_Account, ask("借款人收款账户", "Account of the borrower")] = ""
    lender_account: Annotated[_Account, ask("贷款人还款账户", "Account for repayments")] = ""


@operation(
    "contract.issue",
    Text("出合同", "Issue the contracts"),
    model=Case,
    duties=(Duty.LENDER_OFFICER,),
    states=(State.APPROVED, State.SIGNING),
    request=IssueContract,
    page="loan.completion",
    help=Text(
        "生成借款合同、质押合同、质押登记申请表，有担保的还有保证合同；再次出合同，原来的签署作废。",
        "Makes the loan and pledge contracts and the registration form, and a guarantee contract where there is one. "
        "Issuing again voids what was signed.",
    ),
)
def issue_contract(work: Work, request: IssueContract) -> Any:
    """Make the contracts and ask the parties to sign."""
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
                "融资模式有担保方，担保尚未获同意", "the mode has a guarantor, and none has granted the guarantee"
            ),
            Text(
                "先请担保机构审批；不再要担保的，退回重审",
                "ask a guarantor and wait for its decision; to go on without one, send the case back to review",
            ),
        )
    _demand_start(work, case, request.start)
    terms = _terms(work, case, request)
    if guarantee is not None:
        _to_what_is_lent(work, case, guarantee)
    keys = contract_keys(read_case_rights(rights))
    number, subject = case.number, f"case/{case.pk}"
    numbers = {kind: next_number(number, kind, subject) for kind in CONTRACT_KINDS}
    for old in contract_papers(case):
        void_paper(work, old)
    facts = _facts(work, case, request, terms, rights, numbers, guarantee)
    parties = {"firm": case.firm, "lender": case.lender, "guarantor": case.guarantor}
    listed = right_facts(rights, work.day, work.rules)
    beside = (
        {f"出质权利清单-{numbers['registration_form']}.xlsx": rights_list(listed)} if needs_list(listed) else {}
    )
    if beside:
        facts["list_sha256"] = _sha256(next(iter(beside.values())))
    made = {}
    for kind in CONTRACT_KINDS:
        if kind == "guarantee_contract" and guarantee is None:
            continue
        made[kind] = issue_paper(
            work, kind, {**facts, "number": numbers[kind]}, subject, case.lender, parties,
            beside=beside if kind == "registration_form" else None,
        ).pk  # fmt: skip
    contract = {
        **case.contract,
        "number": numbers["loan_contract"],
        "loan": terms["loan"],
        "servicing": terms["servicing"],
        "keys": sorted(keys),
        "issued_on": work.day.isoformat(),
        "papers": made,
        "agency": request.agency,
        "filings": case.contract.get("filings", []),
    }
    move_case(work, case, Move.ISSUE, contract=contract, annual_rate=Decimal(terms["loan"]["rate"]))
    _ask_to_sign(work, case, guarantee is not None)
    return {"papers": made}


def _to_what_is_lent(work: Work, case: Case, guarantee: GuaranteeRequest) -> None:
    """Of less than the guarantor was asked for, it guarantees its share of what is lent, for a fee on that, never more."""
    amount = min(guarantee.amount, case.approved_amount or 0)
    exposure = part_of(amount, guarantee.share)
    if exposure < guarantee.exposure:
        fee = fee_of(amount, guarantee.share, guarantee.fee_rate, case.term_months)
        work.update(guarantee, exposure=exposure, fee=fee)
        work.update(case, guarantee={**case.guarantee, "exposure": exposure, "fee": fee})


def _demand_start(work: Work, case: Case, start: date) -> None:
    """The first day agreed lies ahead, and while the appraisal holds that the loan rests on."""
    if start < work.day:
        raise refuse(
            "start_past",
            "start",
            start,
            Text("早于今天，款项不可能在这一天付出", "before today: the money cannot leave on it"),
            Text("填今天或以后的日期", "give today or a later day"),
        )
    until = appraised_until(case, work.day, work.rules)
    if until is not None and start > until:
        raise refuse(
            "start_after_appraisal",
            "start",
            start,
            Text(
                f"晚于评估有效期 {until}，到那天不能放款", f"after the appraisal runs out, {until}: no release then"
            ),
            Text("填有效期内的日期，或先重新评估", "give a day while it holds, or have the rights appraised again"),
        )


def _demand_supported(work: Work, case: Case) -> None:
    """A report that was signed since the approval and supports less stops the case here already."""
    found = [one for one in conditions_of(case, work.day, work.rules) if one.code == "supported" and not one.is_met]
    if found:
        raise InputError(one.problem() for one in found)


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def _ask_to_sign(work: Work, case: Case, has_guarantee: bool) -> None:
    words = Text(f"合同待签署：{case.number}", f"Contracts wait for your signature: {case.number}")
    link = f"/cases/{case.pk}/completion/"
    work.tell(words, link, case.firm, (Duty.FIRM_MANAGER,))
    work.tell(words, link, case.lender, (Duty.LENDER_MANAGER, Duty.LENDER_APPROVER))
    if has_guarantee:
        work.tell(words, link, case.guarantor, (Duty.GUARANTOR_APPROVER,))


def contract_keys(rights: tuple[Right, ...]) -> set[str]:
    """The rights as the register calls them."""
    return {right_key(right) for right in rights}


def _terms(work: Work, case: Case, request: IssueContract) -> dict[str, Any]:
    """The tables ``loan`` and ``servicing`` of the contract. Raises InputError for terms that cannot be serviced."""
    amount = case.approved_amount or 0
    approved = case.annual_rate if case.annual_rate is not None else rate_of(case)
    rate = request.annual_rate if request.annual_rate is not None else approved
    if approved is not None and rate != approved:
        raise refuse(
            "not_the_rate_approved",
            "annual_rate",
            rate,
            Text(f"与批准的利率 {approved} 不同", f"not the rate approved, {approved}"),
            Text("留空，或退回重新审批", "leave it empty, or have it approved anew"),
        )
    if rate is None:
        raise refuse(
            "no_rate", "annual_rate", "", Text("没有利率", "there is no rate"), Text("填写年利率", "give the yearly rate")
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
    }

    def usual(which: str) -> RuleValue:
        return work.rules.at(f"lending.servicing.usual_{which}_uplift", request.start)

    servicing = {
        "overdue_uplift": _agreed(request.overdue_uplift, usual("overdue")),
        "misuse_uplift": _agreed(request.misuse_uplift, usual("misuse")),
        "compounds": request.compounds,
        "excess": request.excess,
    }
    read_contract({"loan": loan, "servicing": servicing}, [], work.rules)
    return {"loan": loan, "servicing": servicing}


def _agreed(given: Decimal | None, usual: RuleValue) -> str:
    """An uplift as agreed, or the usual one."""
    return f"{(usual.number() if given is None else given).normalize():f}"


def read_contract(contract: Mapping[str, Any], events: list[Mapping[str, Any]], rules: Rulebook) -> Any:
    """A loan's contract and events as the chain services them. Rates are kept as words; without a drawdown one is assumed.

    Raises InputError with everything that is wrong.
    """
    loan, servicing = dict(contract["loan"]), dict(contract["servicing"])
    for table, names in ((loan, ("rate",)), (servicing, ("overdue_uplift", "misuse_uplift"))):
        for name in names:
            table[name] = Decimal(table[name])
    planned = {"id": "planned", "kind": "drawdown", "day": loan["start"], "amount": loan["principal"]}
    listed = [exact(event) for event in events] or [planned]
    # A contract stored before the term existed counts a part of a month as it did when it was signed: decision 12.
    signed = {"broken_period": "share", **loan}
    return read_loan_file(Reader({"loan": signed, "servicing": servicing, "event": listed}), rules)


def planned_rows(contract: Mapping[str, Any], rules: Rulebook, day: date) -> list[dict[str, Any]]:
    """The schedule of a contract as papers list it."""
    terms = read_contract(contract, [], rules).contract.terms
    found = schedule(terms, working_days_from(rules.at("calendar.working_days", day).value))
    return [
        {"number": row.number, "due": row.due.isoformat(), "principal": row.principal, "interest": row.interest}
        for row in found.rows
    ]


def _facts(
    work: Work,
    case: Case,
    request: IssueContract,
    terms: Mapping[str, Any],
    rights: list[Any],
    numbers: Mapping[str, str],
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
        "method": case.method,
        "purpose": case.purpose,
        "servicing": terms["servicing"],
        "order": [HEAD_TEXT[Head(head)].zh for head in work.rules.at("lending.servicing.order", work.day).value],
        "schedule": planned_rows(terms, work.rules, work.day),
        "rights": right_facts(rights, work.day, work.rules),
        "agreed_value": request.agreed_value,
        "loan_number": numbers["loan_contract"],
        "pledge_number": numbers["pledge_contract"],
        "has_guarantee": guarantee is not None,
        "register": registers.pop() if len(registers) == 1 else "several",
        "claim_kind": "loan",
        "agency": request.agency,
    }
    if guarantee is not None:
        facts |= {
            "guarantor": party_facts(guarantee.guarantor),
            "guarantee_number": numbers["guarantee_contract"],
            "share": f"{guarantee.share.normalize():f}",
            "fee_rate": f"{guarantee.fee_rate.normalize():f}",
            "guaranteed": guarantee.exposure,
        }
    return facts
