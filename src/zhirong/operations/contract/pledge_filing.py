"""Registration of the pledge of a case: prepared from its contracts, filed, and the authority's number and
certificate recorded.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.filing_documents import PAPER_TEXT, Paper
from zhirong.chain.pledge.records import ContractItem
from zhirong.chain.pledge.registration import RegisterRole, RegisterTransition, Registration, Status
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import contract_papers, rights_of
from zhirong.operations.case_file.tables import right_table
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, Words, ask, id_of
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, TermDay
from zhirong.operations.pledge.decisions import (
    decide_authority_number,
    decide_discharge,
    decide_submission,
    decide_withdrawal,
    fold_filings,
)
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Case, Loan, StoredFile

_ROLES = (
    ("mirror", Text("由主管机关登记，本平台记录登记号", "the authority registers; record its number here")),
    ("record", Text("试点：在本平台登记簿登记", "pilot: registered in this platform's register")),
)
# The platform's contracts by the registers' names: the form contains the parties' commitment.
_MADE_HERE = {
    DocumentKind.REGISTRATION_FORM: (Paper.FORM, Paper.IDENTITY_OR_COMMITMENT),
    DocumentKind.LOAN_CONTRACT: (Paper.MAIN_CONTRACT,),
    DocumentKind.PLEDGE_CONTRACT: (Paper.PLEDGE_CONTRACT,),
}
# Roles that check another person's record.
CHECKERS = (
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_CASHIER,
    MemberRole.LENDER_MANAGER,
)
# Everything that any register requires of a contract; the platform's pledge contract states all of it.
_ITEMS = [item.value for item in ContractItem]


class Prepare(Request):
    """The data of the application beyond the contracts."""

    role: Annotated[str, ask("登记方式", "Registered by", choices=_ROLES)] = "mirror"
    pilot_basis: Annotated[
        str,
        Field(max_length=200),
        ask("试点文件", "Pilot policy document", "由本平台登记时填写", "if this platform registers"),
    ] = ""
    agency: Annotated[str, Field(max_length=100), ask("代理机构", "Agency")] = ""
    papers: Annotated[
        list[Paper],
        ask(
            "另外已备齐的文件",
            "Other documents available",
            choices=tuple((one.value, PAPER_TEXT[one]) for one in Paper),
        ),
    ] = []
    is_online: Annotated[bool, ask("网上提交", "Filed online")] = True
    related_marks: Annotated[
        str | None,
        Field(max_length=500),
        ask(
            "相同近似商标的注册号",
            "Identical or similar marks",
            "质押商标时填写，以逗号分隔；没有的填“无”",
            "for trademarks; 'none' if none",
        ),
    ] = None
    wants_despite_same_day_invention: Annotated[
        bool,
        ask(
            "已知悉同日发明申请，仍要求登记",
            "Aware of a same-day invention application and still requests registration",
        ),
    ] = False
    wants_despite_invalidation: Annotated[
        bool,
        ask("已知悉无效宣告程序，仍要求登记", "Aware of invalidation proceedings and still requests registration"),
    ] = False


@operation(
    "filing.prepare",
    Text("准备质押登记", "Prepare the registration"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.REGISTERING,),
    request=Prepare,
    page="loan.completion",
)
def prepare(work: Work, request: Prepare) -> Any:
    """Prepare the application in the register, one for each authority."""
    case = work.row
    standing = registrations_of(case)
    if standing:
        raise refuse(
            "filed_already",
            "filing",
            "、".join(str(one.id) for one in standing),
            Text("已存在登记申请", "a filing already exists"),
            Text("请先撤回，再重新准备", "withdraw it first"),
        )
    done = fold_filings(work, RegisterTransition.PREPARE, filing_request(case, request))
    ids = [one.registration.id for one in done if one.registration is not None]
    contract = {**case.contract, "filings": [*case.contract.get("filings", []), *ids]}
    work.update(case, filing=ids[0], contract=contract)
    return {"filings": ids}


def filing_request(case: Case, request: Prepare) -> dict[str, Any]:
    """Return the application for the register: tables ``filing`` and ``rights``."""
    loan = case.contract["loan"]
    signed = {paper.kind for paper in contract_papers(case) if paper.state == DocumentState.SIGNED}
    papers = {paper for kind in signed for paper in _MADE_HERE.get(DocumentKind(kind), ())}
    known = [one.value for one in Paper]
    at_hand = StoredFile.objects.filter(subject=f"case/{case.pk}", paper__in=known, removed=False)
    papers |= {*request.papers, *(Paper(one) for one in at_hand.values_list("paper", flat=True))}
    maximum = case.contract.get("maximum")
    filing: dict[str, Any] = {
        "pledgors": [{"name": case.firm.name, "code": case.firm.code}],
        "pledgee": {"name": case.lender.name, "code": case.lender.code},
        "claim_kind": "maximum_amount" if maximum else "loan",
        "claim_amount": yuan(maximum["amount"]) if maximum else loan["principal"],
        "debt_start": loan["start"],
        "debt_end": max(maximum["until"], loan["end"]) if maximum else loan["end"],
        "contract_items": _ITEMS,
        "is_joint": True,
        "is_online": request.is_online,
        "papers": sorted(paper.value for paper in papers),
        "is_valued_by_appraiser": Paper.VALUATION_REPORT in papers,
        "wants_despite_same_day_invention": request.wants_despite_same_day_invention,
        "wants_despite_invalidation": request.wants_despite_invalidation,
    }
    optional = {"agency": request.agency or case.contract.get("agency", ""), "pilot_basis": request.pilot_basis}
    filing |= {name: value for name, value in optional.items() if value}
    if request.related_marks is not None:
        marks = [one.strip() for one in request.related_marks.replace("，", ",").split(",")]
        filing["related_marks"] = [one for one in marks if one and one not in ("无", "none")]
    return {"role": request.role, "rights": [right_table(right) for right in rights_of(case)], "filing": filing}


@operation(
    "filing.file",
    Text("提交质押登记", "File the registration"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.REGISTERING,),
    page="loan.completion",
    help=Text(
        "提交时按当日情况再次核对不予登记的情形和文件。",
        "The grounds for refusal and the documents are checked again as of today.",
    ),
)
def file(work: Work, request: Any) -> Any:
    """File all prepared applications."""
    prepared = [one for one in registrations_of(work.row) if one.status is Status.PREPARED]
    if not prepared:
        raise refuse(
            "nothing_prepared",
            "filing",
            "",
            Text("尚未准备登记申请", "no filing has been prepared"),
            Text("请先准备质押登记", "prepare the registration first"),
        )
    for one in prepared:
        work.fold(decide_submission(work, one.id))
    work.update(work.row)  # the event is about the case; its version tells others that the case has changed
    return {"filings": [one.id for one in prepared]}


def _waiting(actor: Actor, case: Any) -> list[tuple[str, Text]]:
    if case is None:
        return []
    return [
        (str(one.id), Text(f"申请 {one.id}（{_rights(one)}）", f"filing {one.id} ({_rights(one)})"))
        for one in registrations_of(case)
        if is_waiting(one) and str(one.id) not in case.contract.get("recorded", {})
    ]


def is_waiting(one: Registration) -> bool:
    """Return whether the authority's result is still pending."""
    return one.role is RegisterRole.MIRROR and one.status is Status.FILED


def _rights(one: Registration) -> str:
    first = one.rights[0]
    return f"{first.number or first.title} … {len(one.rights)}"


class RecordResult(Request):
    """The authority's result."""

    filing: Annotated[int, id_of("register/filings"), ask("申请", "Filing", choices=_waiting)]
    authority: Annotated[Line, ask("登记机关", "Authority")] = "国家知识产权局"
    authority_number: Annotated[Line, ask("登记号", "Registration number")]
    day: Annotated[RecentDay, ask("登记日", "Registered on")]
    certificate: Annotated[Ticket, ask("登记证明", "Certificate", widget="file")]


@operation(
    "filing.record",
    Text("记录登记结果", "Record the result"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.REGISTERING,),
    request=RecordResult,
    page="loan.completion",
    help=Text(
        "按登记证明记录；经另一人核对后登记完成。",
        "Copy it from the certificate. The registration takes effect after another person has checked it.",
    ),
)
def record(work: Work, request: RecordResult) -> Any:
    """Record the authority's result. It counts only after another person has checked it."""
    case = work.row
    recorded = case.contract.get("recorded", {})
    filings = {one.id for one in registrations_of(case) if is_waiting(one) and str(one.id) not in recorded}
    if request.filing not in filings:
        raise refuse(
            "not_of_this_case",
            "filing",
            request.filing,
            Text("该申请不处于等待登记结果状态", "this filing is not waiting for a result"),
            Text("请从所列申请中选择", "choose one from the list"),
        )
    kept = attach(work, request.certificate, f"case/{case.pk}", "registration_certificate", case.lender_id)
    _demand_own_certificate(case, request, kept)
    entry = {
        "authority": request.authority,
        "authority_number": request.authority_number,
        "day": request.day.isoformat(),
        "certificate": kept.sha256,
        "file": kept.pk,
        "by": work.actor.account,
    }
    work.update(case, contract={**case.contract, "recorded": {**recorded, str(request.filing): entry}})
    work.notify(
        Text(
            f"登记结果待核对：{case.number} {request.authority_number}",
            f"Registration to check: {case.number} {request.authority_number}",
        ),
        page_link("loan.completion", case.pk),
        case.lender,
        CHECKERS,
        asks=True,
    )


def _to_check(actor: Actor, case: Any) -> list[tuple[str, Text]]:
    recorded = {} if case is None else case.contract.get("recorded", {})
    return [
        (filing, Text(f"申请 {filing}：{one['authority_number']}", f"filing {filing}: {one['authority_number']}"))
        for filing, one in sorted(recorded.items(), key=lambda item: int(item[0]))
        if one["by"] != actor.account
    ]


def _may_check(actor: Actor, case: Any) -> bool:
    """Return whether the actor belongs to the lender and is not the person who recorded the result."""
    return case.lender_id == actor.organisation and bool(_to_check(actor, case))


class CheckResult(Request):
    """The outcome of the comparison with the certificate."""

    filing: Annotated[int, id_of("register/filings"), ask("申请", "Filing", choices=_to_check)]
    agrees: Annotated[
        bool,
        ask(
            "登记机关、登记号、登记日和权利均与登记证明一致",
            "Authority, number, date and rights match the certificate",
        ),
    ] = False
    finding: Annotated[str, Field(max_length=200), ask("说明", "Note")] = ""


@operation(
    "filing.check",
    Text("核对登记结果", "Check the result"),
    model=Case,
    roles=CHECKERS,
    relation=_may_check,
    states=(CaseState.REGISTERING,),
    request=CheckResult,
    page="loan.completion",
    help=Text(
        "对照登记证明核对另一人的记录；不勾选即退回重新记录。",
        "Compare the record of another person with the certificate. Leave it unticked to send it back.",
    ),
)
def check(work: Work, request: CheckResult) -> Any:
    """Check the result as a second person: complete the mirror registration, or send the record back."""
    case = work.row
    recorded = dict(case.contract.get("recorded", {}))
    entry = recorded.pop(str(request.filing), None)
    if entry is None or entry["by"] == work.actor.account:
        raise refuse(
            "not_to_check",
            "filing",
            request.filing,
            Text("没有待您核对的登记结果", "no result of this filing is waiting for your check"),
            Text(
                "请从列表中选择；本人记录的须由另一人核对",
                "choose one from the list; another person must check your own entries",
            ),
        )
    left = {**case.contract, "recorded": recorded}
    if not request.agrees:
        for file in StoredFile.objects.filter(pk=entry["file"], removed=False):
            work.update(file, removed=True)
        work.update(case, contract=left)
        work.notify(
            Text(
                f"登记结果被退回：{case.number} {request.finding}".strip(),
                f"Registration record sent back: {case.number}",
            ),
            page_link("loan.completion", case.pk),
            case.lender,
            (MemberRole.LENDER_OFFICER,),
            asks=True,
        )
        return
    work.fold(
        decide_authority_number(
            work,
            request.filing,
            entry["authority"],
            authority_number=entry["authority_number"],
            certificate=entry["certificate"],
            day=date.fromisoformat(entry["day"]),
        )
    )
    work.update(case, contract=left)
    work.notify(
        Text(f"质押已登记：{entry['authority_number']}", f"Pledge registered: {entry['authority_number']}"),
        page_link("loan.completion", case.pk),
        case.firm,
    )


def _demand_own_certificate(case: Case, request: RecordResult, kept: StoredFile) -> None:
    """Check that the registration is not older than its contract, and that the certificate is not used for another
    registration.
    """
    issued_on = case.contract["issued_on"]
    if request.day.isoformat() < issued_on:
        raise refuse(
            "before_the_contract",
            "day",
            request.day,
            Text(
                f"早于本案合同出具之日 {issued_on}", f"before the contracts of this case were issued on {issued_on}"
            ),
            Text("请核对登记证明上的登记日和编号", "check the date and number on the certificate"),
        )
    others = StoredFile.objects.filter(sha256=kept.sha256, paper="registration_certificate", removed=False)
    if others.exclude(pk=kept.pk).exists():
        raise refuse(
            "certificate_used",
            "certificate",
            kept.name,
            Text("这份登记证明已用于另一项登记", "this certificate has already been used for another registration"),
            Text("请上传该项登记的证明", "upload the certificate of this registration"),
        )


class TakeBack(Request):
    """The reason."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "filing.withdraw",
    Text("撤回质押登记申请", "Withdraw the filing"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.REGISTERING,),
    request=TakeBack,
    is_grave=True,
    page="loan.completion",
)
def take_back(work: Work, request: TakeBack) -> Any:
    """Take back an application that is not yet registered, to prepare it again."""
    open_ones = [
        one for one in registrations_of(work.row) if one.status in (Status.PREPARED, Status.FILED, Status.EXAMINED)
    ]
    if not open_ones:
        raise refuse(
            "nothing_open",
            "filing",
            "",
            Text("没有可撤回的申请", "there is no filing to withdraw"),
            Text("已登记的，请办理注销", "discharge a registered pledge instead"),
        )
    for one in open_ones:
        work.fold(decide_withdrawal(work, one.id, request.reason))
    work.update(work.row, filing=None, contract={**work.row.contract, "recorded": {}})


def demand_not_released(case: Case) -> None:
    """Raise InputError while the loan of the case is being disbursed: the payment may be under way."""
    loan = Loan.objects.filter(case=case, state=LoanState.WAITING).first()
    if loan is not None:
        raise refuse(
            "loan_waits",
            "loan",
            loan.number,
            Text("放款已获批准，款项可能正在支付", "the disbursement is approved and may be in progress"),
            Text("请先由银行取消放款", "ask the lender to cancel the disbursement first"),
        )


def demand_nothing_filed(case: Case) -> None:
    """Raise InputError if a registration was filed for the case or is in force: the lender ends it, not the firm."""
    found = registrations_of(case)
    if found:
        raise refuse(
            "pledge_filed",
            "filing",
            found[0].authority_number or str(found[0].id),
            Text("已申请或已办理质押登记", "the pledge has been filed or registered"),
            Text(
                "请银行以“不通过”结束，登记随之撤回或注销",
                "ask the lender to decline the case; this withdraws the filing or discharges the pledge",
            ),
        )


def end_registrations(work: Work, case: Case, reason: str) -> None:
    """End the registrations of a cancelled case: discharge those in the register, take back those only filed."""
    for one in registrations_of(case):
        if one.status is Status.ENTERED:
            work.fold(decide_discharge(work, one.id, reason))
        elif one.status is not Status.DISCHARGED:
            work.fold(decide_withdrawal(work, one.id, reason))


class RecordPolicy(Request):
    """The insurance policy that the mode requires."""

    insurer: Annotated[Line, ask("保险公司", "Insurer")]
    policy: Annotated[Line, ask("保单号", "Policy number")]
    until: Annotated[TermDay, ask("保险期间至", "Insured until")]
    file: Annotated[Ticket, ask("保单", "Policy", widget="file")]


@operation(
    "insurance.record",
    Text("登记保单", "Record the policy"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING),
    request=RecordPolicy,
    page="loan.completion",
)
def record_policy(work: Work, request: RecordPolicy) -> Any:
    """Store the policy with the case."""
    case = work.row
    kept = attach(work, request.file, f"case/{case.pk}", "insurance_policy", case.lender_id)
    insurance = {
        "insurer": request.insurer,
        "policy": request.policy,
        "until": request.until.isoformat(),
        "file": kept.pk,
    }
    work.update(case, contract={**case.contract, "insurance": insurance})
