"""Work before the disbursement: settling the open items of the approval, documenting the use of the loan, waiving a
condition with a reason.
"""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.conditions import may_be_waived
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.days import day_of
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.clock import now
from zhirong.operations.contract.conditions import conditions_of, unsettled_items
from zhirong.operations.credit.diligence import DESK, name_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rules_of_case
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Case, StoredFile
from zhirong.store.parties import Account

_BEFORE_RELEASE = (CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING)


def _open_items(actor: Actor, case: Any) -> Choices:
    return [] if case is None else unsettled_items(case)


class Settle(Request):
    """The findings about a point that the approval left open."""

    item: Annotated[str, ask("待落实事项", "Item", choices=_open_items)]
    finding: Annotated[Words, ask("落实情况", "Finding", widget="area")]
    file: Annotated[Ticket | None, ask("依据文件", "Evidence", widget="file")] = None


@operation(
    "condition.settle",
    Text("落实批复条件", "Settle an outstanding item"),
    model=Case,
    roles=DESK,
    states=_BEFORE_RELEASE,
    request=Settle,
    page="loan.completion",
    help=Text(
        "对批复列明的待落实事项，逐项填写落实情况。",
        "State the result for each item that the approval left outstanding.",
    ),
)
def settle(work: Work, request: Settle) -> Any:
    """Settle the point, so that it no longer blocks the disbursement; findings, person and day are stored."""
    case: Case = work.row
    titles = dict(unsettled_items(case))
    if request.item not in titles:
        raise refuse(
            "not_open",
            "item",
            request.item,
            Text("该事项不是待落实事项", "not an outstanding item"),
            Text("请从列表中选择", "choose one from the list"),
        )
    settled = {
        **case.contract.get("settled", {}),
        request.item: {
            "title": titles[request.item].as_json(),
            "finding": request.finding,
            "file": _kept(work, case, request.file, "settled_item"),
            "by": work.actor.account,
            "on": work.day.isoformat(),
        },
    }
    work.update(case, contract={**case.contract, "settled": settled})
    return {"id": case.pk}


def _kept(work: Work, case: Case, ticket: str | None, paper: str) -> int | None:
    return attach(work, ticket, f"case/{case.pk}", paper, case.lender_id).pk if ticket else None


class RecordUse(Request):
    """A payment for which the loan is used, as shown by a contract, an order or a payroll."""

    payee: Annotated[
        Line, ask("收款人", "Payee", "如供应商名称；工资填“职工工资”", "such as a supplier name, or 'payroll'")
    ]
    amount: Annotated[Fen, Field(gt=0), ask("金额", "Amount", widget="money")]
    what: Annotated[
        Line, ask("用途", "Purpose", "如采购膜组件的合同编号", "such as the number of the purchase contract")
    ]
    is_entrusted: Annotated[
        bool, ask("受托支付（由本行直接付给收款人）", "Entrusted payment: the bank pays the payee")
    ] = False
    is_working_capital: Annotated[
        bool,
        ask(
            "不是股东分红、金融资产、固定资产或股权投资",
            "No dividends, financial assets, fixed assets or equity investments",
            "流动资金贷款的用途限制",
            "restrictions on the use of working capital loans",
        ),
    ] = False
    file: Annotated[
        Ticket, ask("凭据", "Evidence", "合同、订单或工资表", "contract, order or payroll", widget="file")
    ]


@operation(
    "use.record",
    Text("登记用途凭据", "Record evidence of use"),
    model=Case,
    roles=DESK,
    states=_BEFORE_RELEASE,
    request=RecordUse,
    page="loan.completion",
    help=Text(
        "超过需求测算额的部分，放款前须提供合同、订单或工资表；同一文件只能使用一次。",
        "Amounts above the calculated need require contracts, orders or payrolls before disbursement. Each file counts once.",
    ),
)
def record_use(work: Work, request: RecordUse) -> Any:
    """Store the evidence with the case."""
    case: Case = work.row
    if not request.is_working_capital:
        raise refuse(
            "not_working_capital",
            "is_working_capital",
            "",
            Text("未确认用途属于流动资金", "the use has not been confirmed as working capital"),
            Text("请核对合同内容后勾选；不属于流动资金的不得用本贷款支付", "check the contract and tick it; other uses are not allowed"),
        )  # fmt: skip
    file = attach(work, request.file, f"case/{case.pk}", "use_evidence", case.lender_id)
    twice = StoredFile.objects.filter(sha256=file.sha256, paper="use_evidence", removed=False).exclude(pk=file.pk)
    if twice.exists():
        raise refuse(
            "evidence_used",
            "file",
            file.name,
            Text("该凭据已使用", "this evidence has already been used"),
            Text("请上传该笔用途的凭据", "upload the evidence of this payment"),
        )
    use = {
        "payee": request.payee,
        "amount": request.amount,
        "what": request.what,
        "is_entrusted": request.is_entrusted,
        "file": file.pk,
        "by": work.actor.account,
        "on": work.day.isoformat(),
    }
    work.update(case, contract={**case.contract, "uses": [*case.contract.get("uses", []), use]})
    return {"id": case.pk, "shown": yuan(sum(one["amount"] for one in case.contract["uses"]))}


def _recorded_uses(actor: Actor, case: Any) -> Choices:
    uses = [] if case is None else case.contract.get("uses", [])
    return [
        (str(at), Text(f"{one['payee']} {show_yuan(one['amount'])} 元", f"{one['payee']} CNY {show_yuan(one['amount'])}"))
        for at, one in enumerate(uses)
    ]  # fmt: skip


class RemoveUse(Request):
    """The wrong entry, and the reason."""

    use: Annotated[int, ask("用途登记", "Which", choices=_recorded_uses)]
    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "use.remove",
    Text("删除用途登记", "Remove a recorded use"),
    model=Case,
    roles=DESK,
    states=_BEFORE_RELEASE,
    request=RemoveUse,
    page="loan.completion",
)
def remove_use(work: Work, request: RemoveUse) -> Any:
    """Remove the entry and its file; the log keeps both."""
    case: Case = work.row
    uses = list(case.contract.get("uses", []))
    if not 0 <= request.use < len(uses):
        raise refuse(
            "no_such_use",
            "use",
            request.use,
            Text("该登记不存在", "the entry does not exist"),
            Text("请从列表中选择", "choose one from the list"),
        )
    gone = uses.pop(request.use)
    for file in StoredFile.objects.filter(pk=gone["file"], subject=f"case/{case.pk}", removed=False):
        work.update(file, removed=True)
    work.update(case, contract={**case.contract, "uses": uses})
    return {"id": case.pk}


def _waivable(actor: Actor, case: Any) -> Choices:
    if case is None:
        return []
    day = day_of(now())
    rules = rules_of_case(case, day)
    return [
        (one.code, one.title)
        for one in conditions_of(case, day, rules)
        if one.verdict == "open" and may_be_waived(one.code, rules, day)
    ]


class Waive(Request):
    """The condition, and why the loan is disbursed without it."""

    condition: Annotated[str, ask("放款条件", "Condition", choices=_waivable)]
    reason: Annotated[
        Words, ask("豁免理由", "Reason", "与放款条件一并显示", "shown with the condition", widget="area")
    ]


def _had_no_part(actor: Actor, case: Any) -> bool:
    """Return whether the actor neither works on the case nor submitted it for approval, which is required to waive
    a condition.
    """
    own = (case.officer_id, case.proposed_by_id, *case.former_officers)
    return case.lender_id == actor.organisation and actor.account not in own


@operation(
    "condition.waive",
    Text("豁免放款条件", "Waive a condition"),
    model=Case,
    roles=(MemberRole.LENDER_MANAGER,),
    relation=_had_no_part,
    states=_BEFORE_RELEASE,
    request=Waive,
    is_grave=True,
    page="loan.completion",
    help=Text(
        "仅规则允许的条件可以豁免；豁免仅对当前原因有效，原因变化后须重新决定。",
        "Only conditions that the rules allow to be waived. The waiver applies only to the current reason.",
    ),
)
def waive(work: Work, request: Waive) -> Any:
    """Waive the condition: it is shown with the reason and the name, and no longer blocks the disbursement."""
    case: Case = work.row
    found = next((one for one in conditions_of(case, work.day, work.rules) if one.code == request.condition), None)
    if found is None or found.verdict != "open":
        raise refuse(
            "not_open",
            "condition",
            request.condition,
            Text("没有这项尚未满足的条件", "this condition is not outstanding"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if not may_be_waived(found.code, work.rules, work.day):
        raise refuse(
            "never_waived",
            "condition",
            found.title.zh,
            Text("规则不允许豁免该条件", "the rules do not allow a waiver of this condition"),
            found.hint or Text("按提示满足该条件", "meet the condition as described"),
        )
    waived = {
        **case.contract.get("waived", {}),
        found.code: {
            "of": found.reason.zh,
            "why": request.reason,
            "by": work.actor.account,
            "name": name_of(Account.objects.get(pk=work.actor.account)),
            "on": work.day.isoformat(),
        },
    }
    work.update(case, contract={**case.contract, "waived": waived})
    work.notify(
        Text(f"{case.number}：已豁免“{found.title.zh}”", f"{case.number}: waived, {found.title.en}"),
        page_link("loan.completion", case.pk),
        case.lender,
        (MemberRole.LENDER_OFFICER,),
    )
    return {"id": case.pk}
