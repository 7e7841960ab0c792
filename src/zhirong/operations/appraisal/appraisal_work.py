"""The agency's work: the calculation, its review by a second person, the report, and the two signatures."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from zhirong.chain.appraisal import NoValue, appraise
from zhirong.chain.appraisal.case import AppraisalCase, read_appraisal_case
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal.records import Appraisal as Valued
from zhirong.chain.appraisal.request import Purpose
from zhirong.chain.appraisal_practice.records import SIGNATORIES, ReportSignature, ValueType, formal_record
from zhirong.chain.appraisal_practice.report import Parties, report_data
from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState, SignatureMethod
from zhirong.chain.financing.appraisal_states import AppraisalTransition, next_state, states_for
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.appraisal_form import (
    AppraisalInput,
    in_fields,
    table_of_file,
    table_of_form,
    typed,
)
from zhirong.operations.appraisal.appraisals import AGENCY, address, name_of
from zhirong.operations.case_file.documents import let_read
from zhirong.operations.case_file.tables import exact, plain, right_id, right_table, stored_appraisal
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.second_factor import Code, demand_code
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import attach, bytes_of, keep_made
from zhirong.store.financing import Appraisal, FirmRight, Paper
from zhirong.store.financing import Signature as KeptSignature
from zhirong.store.parties import Account, Organisation

MOST_PATHS = 50_000  # a calculation blocks all other writes; this many draws take well under a second
PASS, BACK = "pass", "back"
_FIXED = ("purpose", "valuation_date", "rights")


@operation(
    "appraisal.work",
    Text("录入评估方法并计算", "Enter methods and calculate"),
    model=Appraisal,
    roles=(MemberRole.AGENCY_APPRAISER,),
    relation=lambda actor, row: row.appraiser_id == actor.account,
    states=states_for(AppraisalTransition.WORK),
    request=AppraisalInput,
    page="agency.appraisal",
    help=Text(
        "每项填写一个值或“低 / 最可能 / 高”三个值，并选择证据等级。系统计算价值区间，每个数值均可追溯来源。",
        "Enter one value or low / most likely / high for each figure, with its evidence grade. The system calculates the interval; every number is traceable.",
    ),
)
def work_on(work: Work, request: AppraisalInput) -> Any:
    """Store the working file and calculate the value. It can be repeated until the reviewer approves it."""
    row = work.row
    if request.file is not None:
        kept = attach(work, request.file, f"appraisal/{row.pk}", "appraisal_input", work.actor.organisation)
        table = table_of_file(_text(bytes_of(kept), kept.name), kept.name)
    elif request.table is not None:
        table = exact(request.table)
    else:
        table = table_of_form(request)
    kept_input = _input(row, table, request, work.day)
    found, case = compute(kept_input)
    data = _report(row, found, case, kept_input, (name_of(row.appraiser),), work.day, work.rules)
    work.update(row, state=next_state(row.state, AppraisalTransition.WORK).value, input=kept_input, result=data)
    work.notify(
        Text(f"评估待复核：{row.firm.name}", f"Appraisal to review: {row.firm.name}"),
        address(row),
        row.agency,
        (MemberRole.AGENCY_REVIEWER,),
        asks=True,
    )
    return {"p10": data["record"]["low"], "p50": data["record"]["value"], "p90": data["record"]["high"]}


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(
            "not_utf8",
            "file",
            name,
            Text("文件不是 UTF-8 编码", "the file is not UTF-8 text"),
            Text("请另存为 UTF-8 编码后重新上传", "save it as UTF-8"),
        ) from error


def _input(row: Appraisal, table: Mapping[str, Any], request: AppraisalInput, day: date) -> dict[str, Any]:
    """Return all data on which the value depends, for a later recalculation: the rights as they were, the methods,
    the day.
    """
    fixed = {
        "purpose": row.purpose,
        "valuation_date": row.valuation_date.isoformat(),
        "rights": [right_id(pk) for pk in row.rights],
    }
    written = stored_appraisal(table)
    for name in ("purpose", "valuation_date"):
        if name in written and written[name] != fixed[name]:
            raise refuse(
                "not_as_asked",
                name,
                written[name],
                Text(f"委托书载明 {fixed[name]}", f"the assignment states {fixed[name]}"),
                Text(
                    "请按委托书修改，或由委托人另行委托",
                    "correct it to match the assignment, or ask the client for a new assignment",
                ),
            )
    rights = {right.pk: right for right in FirmRight.objects.filter(pk__in=row.rights)}
    return {
        "as_of": day.isoformat(),
        "rights": [plain(right_table(rights[pk])) for pk in row.rights],
        "appraisal": {**{name: value for name, value in written.items() if name not in _FIXED}, **fixed},
        "form": typed(request),
    }


def compute(kept_input: Mapping[str, Any]) -> tuple[Valued, AppraisalCase]:
    """Calculate a working file. Raises InputError with every error in it, or with the reason why there is no value."""
    table = {
        "case": {"id": "appraisal", "as_of": kept_input["as_of"]},
        "rights": exact(kept_input["rights"]),
        "appraisal": exact(kept_input["appraisal"]),
    }
    try:
        case = read_appraisal_case(table)
    except InputError as error:
        raise InputError(in_fields(error.problems)) from error
    if case.request.paths > MOST_PATHS:
        raise refuse(
            "too_many_paths",
            "paths",
            case.request.paths,
            Text("模拟次数过多", "too many simulation paths"),
            Text(f"至多 {MOST_PATHS}", f"at most {MOST_PATHS}"),
        )
    found = appraise(case.request, case.rights, rulebook(), case.as_of)
    if isinstance(found, NoValue):
        raise refuse("no_value", "file", found.code, found.reason, found.hint)
    return found, case


def agency_of(row: Appraisal) -> Organisation:
    """Return the agency of a formal appraisal, which always has one."""
    if row.agency is None:
        raise AssertionError("a formal appraisal has an agency")
    return row.agency


def _report(
    row: Appraisal,
    found: Valued,
    case: AppraisalCase,
    kept_input: Mapping[str, Any],
    appraisers: tuple[str, ...],
    day: date,
    rules: Any,
) -> dict[str, Any]:
    """Return the report as data. appraisers: the names of those who are responsible for it."""
    agency = agency_of(row)
    signature = ReportSignature(agency.name, appraisers, day, True, bool(row.conflict.get("preset_value")))
    record = formal_record(
        report_number(row),
        found,
        signature,
        rules=rules,
        fee=row.fee,
        value_type=ValueType(row.value_type),
        client=row.firm.name,
    )
    lender = None if row.case is None else row.case.lender.name
    parties = Parties(row.firm.name, (lender,) if lender else (), agency.name, appraisers)
    lending = None
    if row.case is not None and row.purpose == Purpose.PLEDGE:
        lending = lending_value(found, case.rights, add_months(day, row.case.term_months), rules, day)
    return json.loads(json.dumps(report_data(found, record, case.rights, parties, rules, lending)))


def report_number(row: Appraisal) -> str:
    """Return the number of an appraisal's report."""
    return f"PG{row.created_at.year}-{row.pk:06d}"


# -- review -------------------------------------------------------------------------------------------------------


class ReviewAppraisal(Request):
    """The reviewer's opinion of the work."""

    decision: Annotated[
        str,
        ask(
            "结论",
            "Decision",
            choices=(
                (PASS, Text("复核通过，生成报告待签字", "approve and create the report")),
                (BACK, Text("退回修改", "send back")),
            ),
        ),
    ]
    opinion: Annotated[Words, ask("复核意见", "Opinion", widget="area")]


@operation(
    "appraisal.review",
    Text("复核", "Review"),
    model=Appraisal,
    roles=(MemberRole.AGENCY_REVIEWER,),
    relation=lambda actor, row: row.appraiser_id != actor.account,
    states=states_for(AppraisalTransition.PASS, AppraisalTransition.SEND_BACK),
    request=ReviewAppraisal,
    page="agency.appraisal",
)
def review(work: Work, request: ReviewAppraisal) -> Any:
    """Calculate the working file again. If the reviewer approves it, the report is made; both sign its hash."""
    row = work.row
    if request.decision not in (PASS, BACK):
        raise refuse(
            "unknown_word",
            "decision",
            request.decision,
            Text("选项无效", "unknown option"),
            Text("请选择通过或退回", "choose approve or send back"),
        )
    if request.decision == BACK:
        _send_back(work, request.opinion)
        return {"decision": BACK}
    state = next_state(row.state, AppraisalTransition.PASS).value
    found, case = compute(row.input)
    if found.appraised_value != _kept_value(row):
        raise refuse(
            "computed_otherwise",
            "decision",
            request.decision,
            Text(
                "规则已变更，重新计算的价值与底稿不一致",
                "the rules have changed and the recalculated value differs",
            ),
            Text("请退回重新计算", "send it back for recalculation"),
        )
    reviewer = Account.objects.get(pk=work.actor.account)
    names = (name_of(row.appraiser), name_of(reviewer))
    data = _report(row, found, case, row.input, names, work.day, work.rules)
    paper = _make_paper(work, row, data)
    work.update(
        row,
        state=state,
        reviewer=reviewer,
        opinion=request.opinion,
        result=data,
        paper=paper,
        signatures=[],
    )
    work.notify(
        Text(f"报告待签字：{row.firm.name}", f"Report to sign: {row.firm.name}"),
        address(row),
        row.agency,
        AGENCY,
        asks=True,
    )
    return {"decision": PASS, "paper": paper.pk, "sha256": paper.sha256}


def _kept_value(row: Appraisal) -> int:
    return Reader(row.result["record"]).money("value")


def _send_back(work: Work, opinion: str) -> None:
    row = work.row
    state = next_state(row.state, AppraisalTransition.SEND_BACK).value
    if row.paper is not None:
        work.update(row.paper, state=DocumentState.VOID)
    work.update(row, state=state, reviewer_id=work.actor.account, opinion=opinion, paper=None, signatures=[])
    work.notify(
        Text(f"评估被退回：{row.firm.name}", f"Appraisal sent back: {row.firm.name}"),
        address(row),
        row.agency,
        AGENCY,
        asks=True,
    )


def _make_paper(work: Work, row: Appraisal, data: dict[str, Any]) -> Paper:
    """Make the report in Word and PDF. Only the agency can read it until it is signed."""
    from zhirong.documents.appraisal_report import appraisal_docx, appraisal_pdf

    number = report_number(row)
    subject = f"appraisal_report/{row.pk}"
    pdf = appraisal_pdf(data)
    word = keep_made(
        work, appraisal_docx(data), f"{number}.docx", subject=subject, paper="appraisal_report", owner=row.agency
    )
    kept = keep_made(work, pdf, f"{number}.pdf", subject=subject, paper="appraisal_report", owner=row.agency)
    paper = work.create(
        Paper,
        subject=f"appraisal/{row.pk}",
        kind=DocumentKind.APPRAISAL_REPORT,
        number=number,
        state=DocumentState.DRAFT,
        title=f"知识产权资产评估报告（{row.firm.name}）"[:200],
        owner=agency_of(row),
        signers=[],
        facts={"appraisal": row.pk},
        word=word,
        pdf=kept,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )
    let_read(work, paper, agency_of(row).pk)
    return paper


# -- signatures ---------------------------------------------------------------------------------------------------


class SignReport(Request):
    """The signer's current one-time code."""

    code: Code


def _may_sign(actor: Actor, row: Appraisal) -> bool:
    """Return whether the actor may sign: the appraiser and the reviewer, each once."""
    signed = {one["account"] for one in row.signatures}
    return actor.account in (row.appraiser_id, row.reviewer_id) and actor.account not in signed


@operation(
    "appraisal.sign",
    Text("签署报告", "Sign the report"),
    model=Appraisal,
    roles=AGENCY,
    relation=_may_sign,
    states=states_for(AppraisalTransition.SIGN),
    request=SignReport,
    page="agency.appraisal",
    help=Text(
        "签署对象为报告 PDF 的哈希值；承办评估师和复核人均签署后，报告方可出具。",
        "You sign the hash of the report PDF. The report is issued after the appraiser and the reviewer have signed.",
    ),
)
def sign(work: Work, request: SignReport) -> Any:
    """Sign the report. The second signature issues it: the value and its interval apply from then on, and the
    clients can read it.
    """
    row = work.row
    if hashlib.sha256(bytes_of(row.paper.pdf)).hexdigest() != row.paper.sha256:
        raise refuse(
            "file_changed",
            "paper",
            row.paper.number,
            Text("报告文件与其哈希不符", "the report file does not match its hash"),
            Text("请退回后重新生成报告", "send it back and create the report again"),
        )
    demand_code(work, request.code)
    signature = {
        "account": work.actor.account,
        "name": name_of(Account.objects.get(pk=work.actor.account)),
        "at": work.now.isoformat(),
        "sha256": row.paper.sha256,
    }
    signatures = [*row.signatures, signature]
    if len(signatures) < SIGNATORIES:
        work.update(row, signatures=signatures)
        return {"signatures": len(signatures), "issued": False}
    _issue(work, row, signatures)
    return {"signatures": len(signatures), "issued": True}


def _issue(work: Work, row: Appraisal, signatures: list[dict[str, Any]]) -> None:
    record, paper = Reader(row.result["record"]), row.paper
    if paper is None:
        raise AssertionError("a signed appraisal has a report")
    clients = [row.firm_id] + ([row.case.lender_id] if row.case is not None else [])
    work.update(paper, state=DocumentState.SIGNED)
    let_read(work, paper, *clients)
    work.create(
        KeptSignature,
        paper=paper,
        organisation=row.agency,
        account_id=work.actor.account,
        method=SignatureMethod.SECOND_FACTOR,
        sha256=paper.sha256,
        valid=True,
    )
    work.update(
        row,
        state=next_state(row.state, AppraisalTransition.SIGN).value,
        signatures=signatures,
        signed_on=work.day,
        valid_until=record.day("valid_until"),
        p10=record.money("low"),
        p50=record.money("value"),
        p90=record.money("high"),
        report=paper.pdf,
    )
    for client in clients:
        work.notify(Text("评估报告已出具", "The appraisal report has been issued"), address(row), client)


class WithdrawReport(Request):
    """The reason why the report must no longer be used."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "appraisal.withdraw",
    Text("撤回报告", "Withdraw the report"),
    model=Appraisal,
    roles=(MemberRole.AGENCY_REVIEWER,),
    states=states_for(AppraisalTransition.WITHDRAW),
    request=WithdrawReport,
    is_grave=True,
    page="agency.appraisal",
)
def withdraw(work: Work, request: WithdrawReport) -> Any:
    """Withdraw the report. It stays on record as withdrawn and can no longer be used."""
    row = work.row
    work.update(
        row,
        state=next_state(row.state, AppraisalTransition.WITHDRAW).value,
        withdrawn_on=work.day,
        opinion=request.reason,
        valid_until=min(row.valid_until, work.day),
    )
    work.update(row.paper, state=DocumentState.VOID)
    for client in [row.firm_id] + ([row.case.lender_id] if row.case is not None else []):
        work.notify(Text("评估报告已被撤回，不得使用", "The appraisal report was withdrawn"), address(row), client)
