"""Applications: a firm drafts a case, submits it or gets a list of everything that is missing, and withdraws it."""

from datetime import date
from typing import Annotated, Any

from django.db.models import Max, Q
from pydantic import Field

from zhirong.chain.financing.case import CASE_ALLOWED, CASE_WORDS, ENDED, CaseState, CaseTransition
from zhirong.chain.loan.terms import METHOD_TEXT
from zhirong.chain.mode.model import Mode
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.days import day_of
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_appraisals import grade_words, method_table, own_rights, usable_appraisals
from zhirong.operations.case.completeness import described, lacking, ready_to_submit
from zhirong.operations.case_file.documents import end_papers
from zhirong.operations.case_file.tables import plain, stored_appraisal
from zhirong.operations.case_file.transitions import begin_step, change_case_state
from zhirong.operations.clock import now
from zhirong.operations.contract.pledge_filing import demand_not_released, demand_nothing_filed
from zhirong.operations.declare import operation
from zhirong.operations.fields import Ask, Fen, Request, Words, ask, id_of
from zhirong.operations.guarantee.guarantees import GOES_NO_FURTHER, end_guarantees
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.organisation.profile import Table, check_known
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.right.rights import FIRM, own, share_rights
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import CASE_TABLES, Appraisal, Case, FirmRight
from zhirong.store.parties import Organisation
from zhirong.workbench import modes

# Repayment methods that amount, term and rate describe completely, as in a case file.
METHODS = tuple(
    (one.value, METHOD_TEXT[one])
    for one in METHOD_TEXT
    if one.value in ("bullet", "level_payment", "equal_principal", "interest_with_principal")
)
CYCLES = (
    ("1M", Text("每月", "every month")),
    ("3M", Text("每季", "every quarter")),
    ("6M", Text("每半年", "every half-year")),
    ("1Y", Text("每年", "every year")),
)
_LENDER = OrganisationKind.LENDER.value


def _lenders(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    found = Organisation.objects.filter(kind=_LENDER, status=OrganisationState.ACTIVE).order_by("name")[:500]
    return [(str(one.pk), Text(one.name, one.name)) for one in found]


def mode_choices(day: date) -> tuple[tuple[str, Text], ...]:
    """Return every mode with its name and region; the label says if it has expired or not yet begun on this day."""
    return tuple(
        (
            one.id,
            Text(
                f"{one.title.zh}（{one.place.zh}{_window(one, day).zh}）",
                f"{one.title.en} ({one.place.en}{_window(one, day).en})",
            ),
        )
        for one in modes().values()
    )


def _window(mode: Mode, day: date) -> Text:
    first, last = mode.source.valid_from, mode.source.valid_to
    if last is not None and day > last:
        return Text(f"，已于 {last} 结束", f"; ended on {last}")
    if first is not None and day < first:
        return Text(f"，自 {first} 起执行", f"; begins on {first}")
    return Text("", "")


def right_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    """Return the firm's rights as choices."""
    found = FirmRight.objects.filter(firm=actor.organisation, removed=False).order_by("-id")[:500]
    return [(str(one.pk), Text(f"{one.title} {one.number}", f"{one.title} {one.number}")) for one in found]


def appraisal_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    """Return the firm's valid appraisals as choices."""
    return [
        (
            str(one.pk),
            Text(
                f"{show_yuan(one.p50)} 元，{grade_words(one).zh}，基准日 {one.valuation_date}",
                f"CNY {show_yuan(one.p50)}, {grade_words(one).en}, as of {one.valuation_date}",
            ),
        )
        for one in usable_appraisals(actor, day_of(now()))
        if one.p50 is not None
    ]


def _of(name: str, change: Any = None) -> Any:
    """Return a function that gives the current values of the case, with which a form starts."""
    return lambda actor, row: None if row is None else getattr(row, name)


def _asked(name: str, zh: str, en: str, help_zh: str = "", help_en: str = "", **more: Any) -> Ask:
    return ask(zh, en, help_zh, help_en, start=_of(name), **more)


class CaseFacts(Request):
    """The application: amount, lender, rights and figures.

    facts, credit: if omitted, those of the firm's profile are submitted with the case.
    """

    lender: Annotated[int, id_of("organisations"), _asked("lender_id", "申请银行", "Lender", choices=_lenders)]
    mode: Annotated[
        str,
        Field(max_length=40),
        _asked(
            "mode",
            "融资模式",
            "Mode",
            "可先在“比较模式”中查看适用模式及费用",
            "compare the modes first",
            choices=lambda actor, row: mode_choices(day_of(now())),
        ),
    ]
    amount: Annotated[
        Fen, _asked("amount", "申请金额", "Amount", "如 200万元", "such as 2,000,000", widget="money")
    ]
    term_months: Annotated[int, Field(ge=1, le=360), _asked("term_months", "期限（月）", "Term in months")]
    method: Annotated[str, _asked("method", "还款方式", "Repayment", choices=METHODS)] = "bullet"
    cycle: Annotated[str, _asked("cycle", "还款周期", "Due", choices=CYCLES)] = "1M"
    purpose: Annotated[
        str, Field(max_length=300), _asked("purpose", "用途", "Purpose", "贷款用途", "how the loan will be used")
    ] = ""
    rights: Annotated[
        list[int],
        id_of("rights"),
        Field(max_length=50),
        _asked("rights", "质押的权利", "Rights to pledge", widget="many", choices=right_choices),
    ] = []
    appraisal: Annotated[
        int | None,
        id_of("appraisals"),
        _asked(
            "appraisal_id",
            "采用的评估",
            "Appraisal",
            "尚无评估的，可先使用免费线上评估",
            "create a free online appraisal first if there is none",
            choices=appraisal_choices,
        ),
    ] = None
    appraisal_input: Annotated[Table | None, ask("评估数据", "Appraisal input", widget="table")] = None
    facts: Annotated[Table | None, ask("企业情况", "Facts", widget="table")] = None
    credit: Annotated[Table | None, ask("信用资料", "Credit file", widget="table")] = None


class Change(CaseFacts):
    """The changed data of a case."""

    as_described: Annotated[
        bool,
        ask(
            "更新为“企业情况”中最新填写的内容",
            "Update facts and credit file from the firm profile",
            widget="flag",
        ),
    ] = False


@operation(
    "case.draft",
    Text("起草融资申请", "Draft a case"),
    request=CaseFacts,
    roles=FIRM,
    for_agents=True,
    page="firm.case",
    help=Text(
        "草稿仅本企业可见；缺少的内容可以稍后补充，提交时一次列出全部缺项。",
        "Only the firm can see a draft. You can add missing items later; submission lists everything that is missing.",
    ),
)
def draft(work: Work, request: CaseFacts) -> Any:
    """Create a draft case."""
    firm = Organisation.objects.get(pk=work.actor.organisation)
    values = _values(work, firm, request, {}, {}, {})
    case = work.create(Case, firm=firm, number=_next_number(work.day), state=CaseState.DRAFT.value, **values)
    begin_step(work, case, CaseState.DRAFT, None)
    share_rights(work, f"case/{case.pk}", case.rights)
    return {"id": case.pk, "number": case.number}


@operation(
    "case.edit",
    Text("修改申请", "Change the case"),
    model=Case,
    request=Change,
    roles=FIRM,
    relation=own,
    states=(CaseState.DRAFT,),
    for_agents=True,
    page="firm.case",
)
def edit(work: Work, request: Change) -> Any:
    """Change a draft, or a case that the lender has returned. facts and credit: unchanged if omitted."""
    case = work.row
    facts, credit = ({}, {}) if request.as_described else (case.facts, case.credit)
    # Data that came with an appraisal is removed with it; data sent by a program stays until the program sends new
    # data.
    kept_input = {} if case.appraisal_id else case.appraisal_input
    work.update(case, **_values(work, case.firm, request, facts, credit, kept_input))
    share_rights(work, f"case/{case.pk}", case.rights)


class Submit(Request):
    """The request to submit the case."""

    agreed: Annotated[
        bool,
        ask(
            "同意该银行为审查本申请使用申请所列的权利、评估、企业情况和所附文件",
            "I agree that the lender may use the rights, appraisal, facts and documents of this case to review it",
            widget="flag",
        ),
    ] = False


@operation(
    "case.submit",
    Text("提交申请", "Submit the case"),
    model=Case,
    request=Submit,
    roles=FIRM,
    relation=own,
    states=(CaseState.DRAFT,),
    for_agents=True,
    page="firm.case",
    help=Text(
        "提交后由银行受理；未撤回或退回的，内容不得修改。",
        "The lender then accepts the case. It cannot be changed unless it is returned.",
    ),
)
def submit(work: Work, request: Submit) -> Any:
    """Submit a complete case with its quote under the chosen mode. If anything is missing, all of it is listed."""
    case = work.row
    _demand_most(work, case.amount)
    quote, problems = ready_to_submit(case, work.actor, work.day)
    if not request.agreed:
        problems.append(
            lacking(
                "agreed",
                Text("未同意银行使用资料", "consent to the use of the data is missing"),
                Text("请勾选同意后提交", "tick the consent and submit"),
            )
        )
    if problems:
        raise InputError(problems)
    facts, credit = described(case)
    values = {"submitted_on": work.day, "quote": to_json(quote), "facts": facts, "credit": credit}
    change_case_state(work, case, CaseTransition.SUBMIT, **values)
    work.notify(
        Text(
            f"新申请 {case.number}：{case.firm.name}，{show_yuan(case.amount)} 元",
            f"New case {case.number}: {case.firm.name}, CNY {show_yuan(case.amount)}",
        ),
        page_link("lender.case", case.pk),
        case.lender_id,
        asks=True,
    )


class Withdraw(Request):
    """The reason why the firm withdraws the case."""

    reason: Annotated[Words, ask("原因", "Reason", widget="area")]


@operation(
    "case.withdraw",
    Text("撤回申请", "Withdraw the case"),
    model=Case,
    request=Withdraw,
    roles=FIRM,
    relation=own,
    states=tuple(state for state, move in CASE_ALLOWED if move is CaseTransition.WITHDRAW),
    is_grave=True,
    page="firm.case",
)
def withdraw(work: Work, request: Withdraw) -> Any:
    """Withdraw the case. The lender keeps its work on it."""
    was = work.row.state
    demand_not_released(work.row)
    demand_nothing_filed(work.row)
    change_case_state(work, work.row, CaseTransition.WITHDRAW, reason=request.reason[:500])
    end_guarantees(work, work.row, GOES_NO_FURTHER)
    end_papers(work, work.row)
    if was != CaseState.DRAFT:
        work.notify(
            Text(f"{work.row.number}：企业已撤回申请", f"{work.row.number}: the firm has withdrawn the case"),
            page_link("lender.case", work.row.pk),
            work.row.lender_id,
        )


# -- the content of a case, and its missing parts ------------------------------------------------------------------------


def _values(
    work: Work, firm: Organisation, request: CaseFacts, facts: Table, credit: Table, appraisal_input: Table
) -> dict[str, Any]:
    """Return the columns of a case. Raises InputError with every error."""
    problems: list[Problem] = []
    if not Organisation.objects.filter(pk=request.lender, kind=_LENDER, status=OrganisationState.ACTIVE).exists():
        problems.append(_wrong("lender", request.lender, Text("该银行不存在", "the lender does not exist")))
    if request.mode not in modes():
        problems.append(_wrong("mode", request.mode, Text("不在可选范围内", "not one of the choices")))
    rights: list[FirmRight] = []
    facts = facts if request.facts is None else request.facts
    credit = credit if request.credit is None else request.credit
    try:
        rights = own_rights(firm, request.rights)
    except InputError as error:
        problems += error.problems
    try:
        facts, credit = check_known(facts, credit, work)
    except InputError as error:
        problems += error.problems
    appraisal = None
    if request.appraisal is not None:
        appraisal = Appraisal.objects.filter(pk=request.appraisal, firm=firm).first()
        if appraisal is None:
            problems.append(
                _wrong("appraisal", request.appraisal, Text("该评估不存在", "the appraisal does not exist"))
            )
    if problems:
        raise InputError(problems)
    _demand_most(work, request.amount)
    if appraisal is not None:
        appraisal_input = method_table(appraisal)
    elif request.appraisal_input is not None:
        appraisal_input = stored_appraisal(request.appraisal_input)
    return {
        "lender_id": request.lender,
        "mode": request.mode,
        "amount": request.amount,
        "term_months": request.term_months,
        "method": request.method,
        "cycle": request.cycle,
        "purpose": request.purpose,
        "rights": [right.pk for right in rights],
        "appraisal": appraisal,
        "appraisal_input": plain(appraisal_input),
        "facts": facts,
        "credit": credit,
    }


def _demand_most(work: Work, amount: int) -> None:
    most = work.actor.most
    if most is not None and amount > most:
        raise refuse(
            "above_mandate",
            "amount",
            show_yuan(amount),
            Text(f"超过委托的上限 {show_yuan(most)} 元", f"exceeds the mandate of CNY {show_yuan(most)}"),
            Text("请减少金额，或由企业自行办理", "reduce the amount, or let the firm apply itself"),
        )


def _next_number(day: date) -> str:
    """Return the next case number. The log's head is locked, so no other case can take the same number."""
    last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    return f"ZR{day:%Y%m%d}-{last + 1:05d}"


def _wrong(field: str, value: object, reason: Text) -> Problem:
    return Problem(field, str(value), reason, Text("请从列表中选择", "choose one from the list"), "not_a_choice")


_STATES = tuple((state.value, words) for state, words in CASE_WORDS.items())

listing(
    Listing(
        "firm.cases",
        Text("我的申请", "My cases"),
        Case,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, order="number", main=True),
            Column("lender", Text("银行", "Lender"), lambda row: row.lender.name),
            Column(
                "approved_amount",
                Text("批准金额", "Approved"),
                lambda row: row.approved_amount,
                "money",
                order="approved_amount",
                main=True,
            ),
            Column(
                "amount",
                Text("申请金额", "Amount requested"),
                lambda row: row.amount,
                "money",
                order="amount",
                main=True,
            ),
            Column(
                "state",
                Text("进度", "State"),
                lambda row: CASE_WORDS[CaseState(row.state)],
                "state",
                order="state",
                main=True,
            ),
            Column(
                "submitted_on",
                Text("提交日", "Submitted"),
                lambda row: row.submitted_on,
                "day",
                order="submitted_on",
            ),
            Column("due_on", Text("本步时限", "Due"), lambda row: row.due_on, "day", order="due_on"),
        ),
        (
            Filter("state", Text("进度", "State"), lambda value: Q(state=value), _STATES),
            Filter(
                "open",
                Text("是否办结", "Status"),
                lambda value: ~Q(state__in=ENDED) if value == "open" else Q(state__in=ENDED),
                (("open", Text("办理中", "open")), ("ended", Text("已办结", "ended"))),
            ),
        ),
        roles=FIRM,
        unread=CASE_TABLES,
        related=("lender",),
        page="firm.case",
        empty=Text("暂无申请。请先比较模式，再起草申请。", "No cases yet. Compare the modes, then draft a case."),
        begin="case.draft",
    )
)
