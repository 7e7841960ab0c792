"""Disposal of the pledged rights of a case: compared, valued, approved, offered, sold, transferred, distributed."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import DEFAULT_CASE, DefaultState
from zhirong.chain.default.disposal_states import DISPOSAL, DISPOSAL_WORDS, DisposalState
from zhirong.chain.default.machine import Doer, counted
from zhirong.chain.disposal.costs import sale_taxes
from zhirong.chain.disposal.distribution import Deduction, Pledgee, distribute, statutory_order
from zhirong.chain.disposal.reading import standard_ways
from zhirong.chain.disposal.ways import WayValue, compare
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.registration import Status
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import without_office
from zhirong.kernel.money import parse_yuan, show_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import calendar
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, ValuationDay
from zhirong.operations.pledge.decisions import decide_discharge, decide_partial_discharge
from zhirong.operations.recovery.books import debt_today, debtors_debt
from zhirong.operations.recovery.cases import (
    CASE_READERS,
    DISPOSAL_AGENTS,
    LENDER_APPROVERS,
    WORKOUT,
    Decision,
    issue_letter,
    move_case,
    with_loan,
)
from zhirong.operations.recovery.deadlines import demand_day, last_day
from zhirong.operations.recovery.deals import keep_deal
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import FirmRight
from zhirong.store.recovery import DefaultCase, DisposalProject

_FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)
_OFFERS = ("agree", "list", "apply_to_court", "first_round", "second_round", "sell_at_reserve", "default_bid")
_OVER = (DisposalState.CLOSED.value, DisposalState.WITHDRAWN.value)
_TRANSFERRED = (DisposalState.TRANSFERRED, DisposalState.DISTRIBUTED, DisposalState.CLOSED)


def disposal_page(row: DisposalProject) -> str:
    """Return the page of a disposal project."""
    return page_link("recovery.disposal", row.pk)


def compared(case: DefaultCase, day: date, rules: Any) -> tuple[WayValue, ...]:
    """Return the disposal options of a case by present value, at the rate of its loan."""
    debt = sum(debtors_debt(case.loan, case.payer_events, day, rules).values())
    rate = Fraction(str(case.loan.contract["loan"]["rate"]))
    return compare(standard_ways(rules, day, debt), debt, rate) if debt else ()


def _ways(actor: Actor, case: Any) -> Choices:
    if case is None:
        return []
    found = compared(with_loan(case), case.reckoned_on or case.opened_on, rulebook())
    return [
        (
            one.way.code,
            Text(
                f"{one.way.title.zh}（现值 {show_yuan(one.present_value)} 元）",
                f"{one.way.title.en} (present value CNY {show_yuan(one.present_value)})",
            ),
        )
        for one in found
    ]


def sold_rights(case: DefaultCase) -> set[int]:
    """Return the rights of a case that have passed to a buyer."""
    return {
        right
        for one in DisposalProject.objects.filter(case=case, state__in=_TRANSFERRED)
        if one.state != DisposalState.CLOSED or one.result.get("sold")
        for right in one.rights
    }


def free_rights(case: DefaultCase) -> list[int]:
    """Return the pledged rights of a case that are neither sold nor in an open disposal."""
    under_way = DisposalProject.objects.filter(case=case).exclude(state__in=_OVER)
    taken = sold_rights(case) | {right for one in under_way for right in one.rights}
    return [right for right in case.loan.case.rights if right not in taken]


def _free_choices(actor: Actor, case: Any) -> Choices:
    if case is None:
        return []
    rights = FirmRight.objects.filter(pk__in=free_rights(case)).order_by("pk")
    return [(str(one.pk), Text(f"{one.number} {one.title}", f"{one.number} {one.title}")) for one in rights]


class Propose(Request):
    """The way that is chosen after the comparison, why, and for which rights."""

    way: Annotated[str, ask("处置方式", "Way", "按现值由高到低", "by present value, highest first", choices=_ways)]
    reason: Annotated[Words, ask("选择理由", "Reason", widget="area")]
    rights: Annotated[
        list[int],
        id_of("rights"),
        Field(max_length=200),
        ask(
            "处置的权利",
            "Rights",
            "不选的，为尚未处置的全部质押权利",
            "none ticked: all pledged rights not yet disposed of",
            widget="many",
            choices=_free_choices,
        ),
    ] = []


@operation(
    "disposal.propose",
    Text("提出处置方案", "Propose a disposal"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("dispose"),
    request=Propose,
    page="recovery.disposal",
)
def propose(work: Work, request: Propose) -> Any:
    """Open a project with the comparison of all ways on today's debt."""
    case = with_loan(work.row)
    found = compared(case, work.day, work.rules)
    due = case.state not in (DefaultState.OVERDUE, DefaultState.DEMANDED) or (case.loan.end or work.day) < work.day
    facts = {"debt_due": due, "ways_compared": bool(found)}
    state = DISPOSAL.take(None, "propose", Doer.WORKOUT, facts=facts)
    known = {one.way.code for one in found}
    if request.way not in known:
        raise refuse(
            "no_such_way",
            "way",
            request.way,
            Text("没有该处置方式", "there is no such way"),
            Text("请从列表中选择", "choose one from the list"),
        )
    rights = _rights_for(case, request.rights)
    count = DisposalProject.objects.filter(case=case).count() + 1
    row = work.create(
        DisposalProject,
        case=case,
        lender_id=case.lender_id,
        firm_id=case.firm_id,
        number=f"{case.number}-CZ{count}",
        state=state,
        way=request.way,
        plan={"day": work.day.isoformat(), "ways": [_as_row(one) for one in found]},
        rights=rights,
        reason=request.reason,
        proposed_by_id=work.actor.account,
        due_on=last_day(work, "recovery.deadline.valuation"),
    )
    move_case(work, case, "dispose", Doer.WORKOUT, {})
    more = {
        "project": row.number,
        "debt": case.debt,
        "reason": request.reason,
        "ways": [
            {**_as_row(one), "title": one.way.title.zh, "chosen": one.way.code == request.way} for one in found
        ],
    }
    issue_letter(work, case, DocumentKind.DISPOSAL_COMPARISON, more, is_internal=True)
    work.subject_is(row)
    return {"id": row.pk}


def _rights_for(case: DefaultCase, chosen: list[int]) -> list[int]:
    """Return the rights of a new disposal. Raises InputError if they are sold, in another open disposal or not pledged."""
    free = free_rights(case)
    under_way = DisposalProject.objects.filter(case=case).exclude(state__in=_OVER)
    if not free and (case.loan.case.rights or under_way.exists()):
        raise refuse(
            "open_already",
            "case",
            case.number,
            Text("质押权利均已有在办处置项目或已成交", "every right is in an open disposal or sold"),
            Text("请先了结或撤回在办项目", "close or withdraw an open disposal first"),
        )
    wrong = [one for one in chosen if one not in free]
    if wrong:
        raise refuse(
            "no_such_right",
            "rights",
            ", ".join(map(str, wrong)),
            Text("权利未质押、已成交或已在其他处置项目中", "not pledged, sold or in another disposal"),
            Text("请从列表中选择", "choose from the list"),
        )
    return sorted(set(chosen)) or free


def _as_row(one: WayValue) -> dict[str, Any]:
    return {
        "code": one.way.code,
        "title": one.way.title.as_json(),
        "net": one.net,
        "days": str(round(float(one.mean_days))),
        "present_value": one.present_value,
        "worst": one.worst,
        "best": one.best,
        "assumed": one.way.assumed,
    }


class Valuation(Request):
    """The liquidation value."""

    value: Annotated[Fen, Field(gt=0), ask("清算价值", "Liquidation value", widget="money")]
    valued_on: Annotated[ValuationDay, ask("评估基准日", "Valuation date")]
    report: Annotated[Ticket | None, ask("评估报告", "Report", widget="file")] = None


@operation(
    "disposal.value",
    Text("登记清算价值", "Record the liquidation value"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("value"),
    request=Valuation,
    page="recovery.disposal",
)
def value(work: Work, request: Valuation) -> Any:
    """Record the liquidation value of the rights."""
    row = work.row
    demand_day(request.valued_on, row.case.opened_on, work.day, "valued_on")
    if request.report:
        attach(work, request.report, f"defaultcase/{row.case_id}", "valuation", row.lender)
    _move(
        work,
        row,
        "value",
        Doer.WORKOUT,
        {},
        value=request.value,
        valued_on=request.valued_on,
        due_on=last_day(work, "recovery.deadline.disposal_approval"),
    )
    words = Text(f"待审批：处置方案 {row.number}", f"To approve: disposal {row.number}")
    work.notify(words, disposal_page(row), row.lender_id, LENDER_APPROVERS)
    return {"id": row.pk}


class Approve(Request):
    """The reserve and the opinion."""

    reserve: Annotated[Fen, ask("保留价", "Reserve", widget="money")]
    opinion: Annotated[Words, ask("审批意见", "Opinion", widget="area")]


@operation(
    "disposal.approve",
    Text("批准处置", "Approve the disposal"),
    model=DisposalProject,
    roles=LENDER_APPROVERS,
    states=DISPOSAL.states_before("approve"),
    relation=lambda actor, row: row.proposed_by_id != actor.account,
    request=Approve,
    page="recovery.disposal",
)
def approve(work: Work, request: Approve) -> Any:
    """Approve way and reserve on a recent liquidation value."""
    row = work.row
    age = work.rules.at("recovery.deadline.valuation_age", work.day)
    until = counted(row.valued_on or date.min, age.whole(), age.unit, calendar(work.rules, work.day))
    facts = {"valuation_fresh": work.day <= until, "second_person": row.proposed_by_id != work.actor.account}
    reason = f"{row.reason}\n{request.opinion}"
    _move(work, row, "approve", Doer.APPROVER, facts, reserve=request.reserve, reason=reason, due_on=None)
    return {"id": row.pk}


class Offer(Request):
    """The terms on which the rights are offered."""

    step: Annotated[str, ask("进展", "Step", choices=tuple((code, DISPOSAL.step(code).title) for code in _OFFERS))]
    evidence: Annotated[
        Line, ask("凭证", "Evidence", "如协议编号、挂牌公告、裁定书案号", "such as the contract, notice or ruling")
    ]
    reserve: Annotated[
        Fen,
        ask(
            "新的保留价",
            "New reserve",
            "再次拍卖降价不超过 20%",
            "a second auction at most 20% lower",
            widget="money",
        ),
    ] = 0


@operation(
    "disposal.offer",
    Text("登记处置进展", "Record a step"),
    model=DisposalProject,
    roles=WORKOUT,
    states=(
        DisposalState.APPROVED,
        DisposalState.COURT_APPLIED,
        DisposalState.ROUND_1,
        DisposalState.ROUND_2,
        DisposalState.BID_DEFAULTED,
        DisposalState.SOLD,
    ),
    request=Offer,
    page="recovery.disposal",
)
def offer(work: Work, request: Offer) -> Any:
    """Record an agreement, a listing, an application to the court or a round of the auction."""
    row = work.row
    low = row.reserve - row.reserve // 5
    if request.step == "second_round" and request.reserve and request.reserve < low:
        raise refuse(
            "reserve_too_low",
            "reserve",
            show_yuan(request.reserve),
            Text(
                f"再次拍卖的保留价不得低于 {show_yuan(low)} 元",
                f"the reserve of a second auction is at least CNY {show_yuan(low)}",
            ),
            Text(
                "请更正保留价（网络司法拍卖规定第二十六条）",
                "correct the reserve (rules on online judicial sales, article 26)",
            ),
        )
    done = [
        *row.result.get("steps", ()),
        {"step": request.step, "day": work.day.isoformat(), "evidence": request.evidence},
    ]
    values: dict[str, Any] = {"result": {**row.result, "steps": done}}
    if request.reserve and request.step == "second_round":
        values["reserve"] = request.reserve
    # The contract is signed after the default, which opened the case; its number is the evidence.
    facts = {"after_default": True}
    _move(work, row, request.step, Doer.WORKOUT, facts, papers=("contract",), **values)
    return {"id": row.pk}


class Sale(Request):
    """The sale."""

    buyer: Annotated[Line, ask("买受人", "Buyer")]
    price: Annotated[Fen, Field(gt=0), ask("价款", "Price", widget="money")]
    costs: Annotated[Fen, ask("处置费用", "Costs of the sale", widget="money")] = 0
    sold_on: Annotated[RecentDay, ask("成交日", "Sold on")]


@operation(
    "disposal.sell",
    Text("登记成交", "Record the sale"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("sell"),
    request=Sale,
    page="recovery.disposal",
)
def sell(work: Work, request: Sale) -> Any:
    """Record the sale at the reserve or above. The money itself is booked with the bank's statement."""
    row = work.row
    demand_day(request.sold_on, row.case.opened_on, work.day, "sold_on")
    facts = {"at_least_reserve": request.price >= row.reserve}
    _move(
        work,
        row,
        "sell",
        Doer.WORKOUT,
        facts,
        buyer=request.buyer,
        price=request.price,
        costs=request.costs,
        sold_on=request.sold_on,
    )
    words = Text(
        f"质押权利已成交：{show_yuan(request.price)} 元",
        f"The pledged rights are sold for CNY {show_yuan(request.price)}",
    )
    work.notify(words, disposal_page(row), row.firm_id, _FIRM)
    return {"id": row.pk}


class Withdraw(Request):
    """The reason for the failed sale."""

    reason: Annotated[Words, ask("撤回原因", "Reason", widget="area")]


@operation(
    "disposal.withdraw",
    Text("撤回处置", "Withdraw"),
    model=DisposalProject,
    roles=(*WORKOUT, *LENDER_APPROVERS),
    states=DISPOSAL.states_before("withdraw"),
    request=Withdraw,
    page="recovery.disposal",
    is_grave=True,
)
def withdraw(work: Work, request: Withdraw) -> Any:
    """End the project unsold. The result counts among the comparable deals as unsold."""
    row = work.row
    result = {**row.result, "sold": False, "reason": request.reason}
    _move(work, row, "withdraw", Doer.WORKOUT, {}, result=result, due_on=None)
    return {"id": row.pk}


class Transfer(Request):
    """The record of the transfer, and the consent of the parties whose guarantee the release concerns."""

    record: Annotated[Line, ask("过户登记号", "Record of the transfer")]
    consented: Annotated[
        bool,
        ask(
            "担保机构已同意解除质押",
            "The guarantor consents to the release",
            "质权人放弃质权的，保证人在相应范围内免责（民法典第四百零九条、第四百三十五条）",
            "a guarantor is free so far as the pledge is released (Civil Code 409, 435)",
            widget="flag",
        ),
    ] = False


@operation(
    "disposal.transfer",
    Text("过户并注销质押", "Transfer and discharge"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("transfer"),
    request=Transfer,
    page="recovery.disposal",
    is_grave=True,
)
def transfer(work: Work, request: Transfer) -> Any:
    """Record the transfer and discharge the pledge of the rights sold in the register, the same day."""
    row = work.row
    case = with_loan(row.case)
    if case.loan.guarantor_id and not request.consented:
        raise refuse(
            "no_consent",
            "consented",
            "",
            Text("贷款有保证人，解除质押须经其同意", "the loan has a guarantor, who must consent to the release"),
            Text("请取得书面同意后勾选", "obtain the consent in writing, then confirm it"),
        )
    _discharge(work, row, case)
    result = {**row.result, "transfer": request.record, "transferred_on": work.day.isoformat()}
    _move(work, row, "transfer", Doer.WORKOUT, {}, result=result)
    return {"id": row.pk}


def _discharge(work: Work, row: DisposalProject, case: DefaultCase) -> None:
    """End the pledge of the rights that were sold; of those that remain it stays."""
    remain = set(case.loan.case.rights) - sold_rights(case) - set(row.rights)
    rights = FirmRight.objects.filter(pk__in=row.rights).values_list("kind", "number")
    # The register has numbers without the office's letters.
    passed = {(kind, without_office(number)) for kind, number in rights}
    for one in registrations_of(case.loan.case):
        if one.status is not Status.ENTERED:
            continue
        held = {right.key: (right.kind, without_office(right.number)) for right in one.rights if not right.released}
        sold = {key for key, right in held.items() if right in passed}
        if not remain or (sold and sold == set(held)):
            work.fold(decide_discharge(work, one.id, f"质权实现，{row.number}"))
        elif sold:
            work.fold(decide_partial_discharge(work, one.id, sorted(sold), None))


class Table(Request):
    """Other pledgees and costs of the distribution."""

    others: Annotated[
        str,
        Field(max_length=2000),
        ask(
            "其他质权人",
            "Other pledgees",
            "每行一个：名称、登记日、最高债权额、债权额（元），以空格分隔；没有的请留空",
            "one per line: name, day of registration, highest amount, claim in yuan, separated by spaces; empty if none",
            widget="area",
        ),
    ] = ""
    with_taxes: Annotated[
        bool, ask("价款含增值税、印花税", "VAT and stamp tax are in the price", widget="flag")
    ] = True


@operation(
    "disposal.serve_table",
    Text("送达分配方案", "Serve the distribution"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("distribute"),
    request=Table,
    page="recovery.disposal",
)
def serve_table(work: Work, request: Table) -> Any:
    """Calculate the distribution by rank and serve it; everyone concerned may object in time."""
    row = work.row
    case = with_loan(row.case)
    own = debt_today(case, work.day, work.rules)
    entered = registrations_of(case.loan.case)
    first = min((one.entered_on for one in entered if one.entered_on), default=None)
    # The data in the register; a pledge for one claim has no maximum amount.
    highest = max((one.claim_amount for one in entered), default=None)
    order = statutory_order(work.rules, work.day)
    mine = Pledgee(row.lender.name, own, first, order, highest)
    deductions = [Deduction(Text("处置费用", "costs of the sale"), row.costs)] if row.costs else []
    if request.with_taxes:
        taxes = sale_taxes(work.rules, row.sold_on or work.day, row.price)
        deductions += [
            Deduction(Text("增值税（价内）", "VAT in the price"), taxes.vat),
            Deduction(Text("印花税", "stamp tax"), taxes.stamp),
        ]
    shared = distribute(row.price, deductions, [mine, *_others(request.others, order)])
    table = {
        "deducted": [{"title": one.title.as_json(), "amount": one.amount} for one in shared.deducted],
        "ranks": [
            {"rank": one.rank, "name": one.pledgee.name, "paid": one.total, "short": one.short}
            for one in shared.ranks
        ],
        "surplus": shared.surplus,
    }
    last = last_day(work, "recovery.deadline.distribution_objection")
    work.update(row, result={**row.result, "table": table}, served_on=work.day, objections=[], due_on=last)
    more = {
        **table,
        "deducted": [{"title": one.title.zh, "amount": one.amount} for one in shared.deducted],
        "project": row.number,
        "buyer": row.buyer,
        "price": row.price,
        "object_by": last.isoformat(),
    }
    issue_letter(work, case, DocumentKind.DISTRIBUTION_TABLE, more)
    work.notify(
        Text(f"分配方案已送达，异议期至 {last}", f"The distribution is served; object until {last}"),
        disposal_page(row),
        row.firm_id,
        _FIRM,
    )
    return {"id": row.pk, "surplus": yuan(shared.surplus)}


def _others(text: str, order: tuple[Component, ...]) -> list[Pledgee]:
    """Read other pledgees, one per line. Raises InputError with the number of each line that cannot be read."""
    found, problems = [], []
    for number, line in enumerate((one for one in text.splitlines() if one.strip()), 1):
        parts = line.split()
        try:
            name, day, highest, claim = parts
            found.append(
                Pledgee(
                    name,
                    {Component.PRINCIPAL: parse_yuan(claim)},
                    date.fromisoformat(day),
                    order,
                    parse_yuan(highest),
                )
            )
        except ValueError:
            problems.append(
                Problem(
                    "others",
                    line[:60],
                    Text(f"第 {number} 行不能识别", f"line {number} cannot be read"),
                    Text("请填写：名称、登记日、最高债权额、债权额", "enter name, day, highest amount and claim"),
                    "bad_line",
                )
            )
    if problems:
        raise InputError(problems)
    return found


class Objection(Request):
    """The ground of the objection."""

    ground: Annotated[Words, ask("异议理由", "Ground", widget="area")]


@operation(
    "disposal.object",
    Text("对分配方案提出异议", "Object to the distribution"),
    model=DisposalProject,
    roles=(MemberRole.FIRM_MANAGER,),
    states=DISPOSAL.states_before("distribute"),
    relation=lambda actor, row: row.firm_id == actor.organisation and row.served_on is not None,
    request=Objection,
    page="recovery.disposal",
)
def object_to(work: Work, request: Objection) -> Any:
    """Object to the distribution within the time for it."""
    row = work.row
    if row.due_on is not None and work.day > row.due_on:
        raise refuse(
            "too_late",
            "due_on",
            row.due_on,
            Text(f"异议期已于 {row.due_on} 届满", f"the time to object ended on {row.due_on}"),
            Text("如有争议，请通过调解、仲裁或诉讼解决", "settle it by mediation, arbitration or suit"),
        )
    kept = [
        *row.objections,
        {"day": work.day.isoformat(), "by": work.actor.organisation_name, "ground": request.ground},
    ]
    work.update(row, objections=kept)
    work.notify(
        Text(f"收到分配异议：{row.number}", f"Objection to a distribution: {row.number}"),
        disposal_page(row),
        row.lender_id,
        WORKOUT,
    )
    return {"id": row.pk}


class Answer(Request):
    """The answer to the open objection."""

    answer: Annotated[Words, ask("处理意见", "Answer", widget="area")]


@operation(
    "disposal.answer",
    Text("答复异议", "Answer the objection"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("distribute"),
    relation=lambda actor, row: any("answer" not in one for one in row.objections),
    request=Answer,
    page="recovery.disposal",
)
def answer(work: Work, request: Answer) -> Any:
    """Answer every open objection."""
    row = work.row
    kept = [one if "answer" in one else {**one, "answer": request.answer} for one in row.objections]
    work.update(row, objections=kept)
    words = Text(f"分配异议已答复：{row.number}", f"Your objection is answered: {row.number}")
    work.notify(words, disposal_page(row), row.firm_id, _FIRM)
    return {"id": row.pk}


@operation(
    "disposal.distribute",
    Text("批准分配", "Approve the distribution"),
    model=DisposalProject,
    roles=LENDER_APPROVERS,
    states=DISPOSAL.states_before("distribute"),
    relation=lambda actor, row: row.proposed_by_id != actor.account and row.served_on is not None,
    request=Decision,
    page="recovery.disposal",
    is_grave=True,
)
def approve_distribution(work: Work, request: Decision) -> Any:
    """Approve the distribution after the time to object, with no objection open."""
    row = work.row
    in_time = row.due_on is not None and work.day > row.due_on
    settled = all("answer" in one for one in row.objections)
    facts = {"objections_settled": in_time and settled, "second_person": row.proposed_by_id != work.actor.account}
    reason = f"{row.reason}\n{request.opinion}"
    _move(work, row, "distribute", Doer.APPROVER, facts, reason=reason, due_on=None)
    return {"id": row.pk}


@operation(
    "disposal.close",
    Text("了结处置", "Close the disposal"),
    model=DisposalProject,
    roles=WORKOUT,
    states=DISPOSAL.states_before("close"),
    page="recovery.disposal",
)
def close(work: Work, request: Any) -> Any:
    """Close the project; its result, sold or not, is a comparable deal and counts for the valuation."""
    row = work.row
    sold = row.state == DisposalState.DISTRIBUTED
    realised = str(round(row.price / row.value, 4)) if sold and row.value else ""
    result = {**row.result, "sold": sold, "realised": realised}
    keep_deal(work, row)
    _move(work, row, "close", Doer.WORKOUT, {}, result=result, due_on=None)
    work.subject_is(row)
    return {"id": row.pk}


# -- help ------------------------------------------------------------------------------------------------------------


def _move(
    work: Work,
    row: DisposalProject,
    step: str,
    doer: Doer,
    facts: Mapping[str, bool],
    *,
    papers: tuple[str, ...] = (),
    **values: Any,
) -> None:
    then = DISPOSAL.take(DisposalState(row.state), step, doer, facts=facts, papers=papers)
    work.update(row, state=then, **values)


listing(
    Listing(
        "recovery.disposals",
        Text("处置项目", "Disposals"),
        DisposalProject,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("出质人", "Pledgor"), lambda row: row.firm.name, main=True),
            Column("value", Text("清算价值（元）", "Value (CNY)"), lambda row: row.value, "money"),
            Column("price", Text("价款（元）", "Price (CNY)"), lambda row: row.price, "money", "price", main=True),
            Column("due_on", Text("期限", "Last day"), lambda row: row.due_on, "day", "due_on"),
            Column("state", Text("状态", "State"), lambda row: DISPOSAL_WORDS[row.state], "state", main=True),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(DISPOSAL_WORDS.items())),),
        roles=(*CASE_READERS, *_FIRM, *DISPOSAL_AGENTS),
        related=("firm",),
        page="recovery.disposal",
        empty=Text("暂无处置项目。方案在违约案件中提出", "No disposals yet. Propose one in a default case."),
    )
)  # fmt: skip
