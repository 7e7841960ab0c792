"""Signatures: the document's hash, a second factor and an event in the log; or a sealed scan that two people have
checked.
"""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.states import DOCUMENT_WORDS, DocumentState, SignatureMethod
from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.organisation.roles import MemberRole
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import contract_papers, is_intact, kind_title, signed_by
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.declare import operation
from zhirong.operations.fields import Formed, Request, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.second_factor import Code, demand_code
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach_scan
from zhirong.store.financing import Case, Paper, Signature

_SIGN = (
    MemberRole.FIRM_MANAGER,
    MemberRole.LENDER_MANAGER,
    MemberRole.LENDER_APPROVER,
    MemberRole.GUARANTOR_APPROVER,
)
_SEND_SCAN = (*_SIGN, MemberRole.FIRM_CLERK, MemberRole.LENDER_OFFICER, MemberRole.GUARANTOR_OFFICER)
_CHECK = (
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_CASHIER,
    MemberRole.LENDER_MANAGER,
)


def _must_sign(actor: Actor, paper: Any) -> bool:
    """Return whether the actor's organisation must sign the document."""
    return bool(actor.organisation) and actor.organisation in paper.signers


class Sign(Request):
    """The code of the signer's authenticator, and the hash to sign."""

    code: Code
    sha256: Annotated[
        str,
        Formed(
            "^([0-9a-f]{64})?$",
            Text("按文件上的 64 位摘要填写，或留空", "copy the 64-digit hash of the document, or leave it empty"),
        ),
        ask(
            "文件摘要", "Hash of the document", "留空即签署当前显示的版本", "leave empty to sign the version shown"
        ),
    ] = ""


@operation(
    "paper.sign",
    Text("签署", "Sign"),
    model=Paper,
    roles=_SIGN,
    relation=_must_sign,
    states=(DocumentState.ISSUED,),
    request=Sign,
    page="paper.page",
    help=Text(
        "您以本机构名义签署该文件；签署针对文件摘要，记入日志，不可撤回。",
        "You sign for your organisation. You sign the hash of the document; the signature is logged and cannot be withdrawn.",
    ),
)
def sign(work: Work, request: Sign) -> Any:
    """Sign the issued version."""
    paper = work.row
    if request.sha256 and request.sha256 != paper.sha256:
        raise _another_version("sha256", request.sha256)
    _demand_intact(paper)
    if work.actor.organisation in signed_by(paper):
        raise _signed_already(work)
    _demand_one_side(work, [paper])
    demand_code(work, request.code)
    _keep_signature(work, paper, method=SignatureMethod.SECOND_FACTOR, valid=True, scan=None)
    work.public["sha256"] = paper.sha256
    complete(work, paper)


def _signs_in(actor: Actor, case: Any) -> bool:
    """Return whether the actor's organisation is a party of the case."""
    return bool(actor.organisation) and actor.organisation in (case.firm_id, case.lender_id, case.guarantor_id)


class SignAll(Request):
    """The code of the signer's authenticator, and the hashes of the documents that the signer has seen."""

    code: Code
    sha256: Annotated[
        list[
            Annotated[
                str,
                Formed(
                    "^[0-9a-f]{64}$", Text("按文件上的 64 位摘要填写", "copy the 64-digit hash of the document")
                ),
            ]
        ],
        Field(max_length=20),
        ask(
            "文件摘要",
            "Hashes of the documents",
            "逐份填写待签署文件的摘要：未阅读的文件不能签署",
            "the hash of each waiting document: none is signed unseen",
            widget="table",
        ),
    ] = []


@operation(
    "case.sign",
    Text("一次签署全部合同", "Sign all contracts"),
    model=Case,
    roles=_SIGN,
    relation=_signs_in,
    states=(CaseState.SIGNING,),
    request=SignAll,
    page="loan.completion",
    help=Text(
        "使用一次动态口令签署本案中待本机构签署的全部文件；请先逐份阅读。",
        "One code signs all documents of the case that are waiting for your organisation. Read each of them first.",
    ),
)
def sign_all(work: Work, request: SignAll) -> Any:
    """Sign all documents of the case that await the signature of the actor's organisation."""
    own = work.actor.organisation
    papers = contract_papers(work.row)
    waiting = [paper for paper in papers if own in paper.signers and own not in signed_by(paper)]
    if not waiting:
        raise _signed_already(work)
    if not request.sha256:
        raise _unseen(len(waiting))
    # Each waiting document must be named; naming one of the case that others sign does no harm, an older version does.
    if not {paper.sha256 for paper in waiting} <= set(request.sha256) <= {paper.sha256 for paper in papers}:
        raise _another_version("papers", work.row.number)
    for paper in waiting:
        _demand_intact(paper)
    _demand_one_side(work, waiting)
    demand_code(work, request.code)
    for paper in waiting:
        _keep_signature(work, paper, method=SignatureMethod.SECOND_FACTOR, valid=True, scan=None)
    work.public["sha256"] = [paper.sha256 for paper in waiting]
    for paper in waiting:
        complete(work, paper)
    return {"papers": [paper.pk for paper in waiting]}


class SendScan(Request):
    """A scan of the sealed document."""

    file: Annotated[
        Ticket,
        ask("盖章扫描件", "Sealed scan", "PDF、PNG 或 JPG", "PDF, PNG or JPG", widget="file"),
    ]


@operation(
    "paper.scan",
    Text("上传盖章扫描件", "Upload a sealed scan"),
    model=Paper,
    roles=_SEND_SCAN,
    relation=_must_sign,
    states=(DocumentState.ISSUED,),
    request=SendScan,
    page="paper.page",
    help=Text(
        "打印、盖章、扫描后上传；由贷款人的两个人分别核对后生效。",
        "Print, seal, scan and upload. It takes effect after two people at the lender have checked it.",
    ),
)
def send_scan(work: Work, request: SendScan) -> Any:
    """Store the scan; it does not count yet."""
    paper = work.row
    _demand_intact(paper)
    if work.actor.organisation in signed_by(paper):
        raise _signed_already(work)
    _demand_one_side(work, [paper])
    owner = work.actor.organisation
    scan = attach_scan(work, request.file, "file", subject=f"paper/{paper.pk}", paper="scan", owner=owner)
    _keep_signature(work, paper, method=SignatureMethod.SEALED_SCAN, valid=False, scan=scan)
    work.notify(
        Text(f"盖章扫描件待核对：{paper.title} {paper.number}", f"Sealed scan to check: {paper.number}"),
        page_link("paper.page", paper.pk),
        paper.owner_id,
        _CHECK,
        asks=True,
    )


def _may_check(actor: Actor, signature: Any) -> bool:
    """Return whether the actor belongs to the document's owner and has neither sent nor checked the scan."""
    return (
        signature.paper.owner_id == actor.organisation
        and signature.method == SignatureMethod.SEALED_SCAN
        and signature.scan_id is not None
        and not signature.valid
        and actor.account not in (signature.account_id, signature.checked_by_id)
    )


class CheckScan(Request):
    """The outcome of the comparison."""

    agrees: Annotated[
        bool,
        ask(
            "与平台文件逐页一致，印章清晰、名称相符",
            "Every page matches the platform document; the seal is legible and the name matches",
        ),
    ] = False
    finding: Annotated[str, Field(max_length=200), ask("说明", "Note")] = ""


@operation(
    "paper.check_scan",
    Text("核对扫描件", "Check the scan"),
    model=Signature,
    roles=_CHECK,
    relation=_may_check,
    request=CheckScan,
    page="paper.of_signature",
    help=Text(
        "不勾选即退回对方重新上传。经两人核对一致后，签署生效。",
        "Leave it unticked to send it back. It takes effect after two people have confirmed it.",
    ),
)
def check_scan(work: Work, request: CheckScan) -> Any:
    """Give one of the two checks; the second one makes the signature count."""
    signature = work.row
    paper = signature.paper
    if paper.state != DocumentState.ISSUED or signature.sha256 != paper.sha256:
        raise refuse(
            "another_version",
            "paper",
            paper.number,
            Text("文件已作废或已有新的版本", "the document is void or has a newer version"),
            Text("请核对新版本的扫描件", "check the scan of the new version"),
        )
    if not request.agrees:
        work.update(signature, scan=None, checked_by=None, second_checked_by=None)
        work.notify(
            Text(f"盖章扫描件被退回：{paper.number} {request.finding}", f"Sealed scan sent back: {paper.number}"),
            page_link("paper.page", paper.pk),
            signature.organisation_id,
            asks=True,
        )
        return
    if signature.checked_by_id is None:
        work.update(signature, checked_by_id=work.actor.account)
        return
    work.update(signature, second_checked_by_id=work.actor.account, valid=True)
    work.public["sha256"] = paper.sha256
    complete(work, paper)


def complete(work: Work, paper: Paper) -> None:
    """Mark a document as signed when all parties have signed it, and change the case's state when all its documents
    are signed.
    """
    if not set(paper.signers) <= signed_by(paper):
        return
    work.update(paper, state=DocumentState.SIGNED)
    kind, _, number = paper.subject.partition("/")
    if kind != "case":
        return
    case = Case.objects.select_related("lender", "firm").get(pk=int(number))
    if case.state == CaseState.SIGNING and all(one.state == DocumentState.SIGNED for one in contract_papers(case)):
        change_case_state(work, work.row if work.row == case else case, CaseTransition.SIGNED)
        work.notify(
            Text(f"合同已全部签署，请办理质押登记：{case.number}", f"All contracts are signed; register the pledge: {case.number}"),
            page_link("loan.completion", case.pk),
            case.lender,
            (MemberRole.LENDER_OFFICER,),
            asks=True,
        )  # fmt: skip


def _keep_signature(work: Work, paper: Paper, **values: Any) -> Signature:
    mine = Signature.objects.filter(paper=paper, organisation_id=work.actor.organisation).first()
    fresh = {
        "account_id": work.actor.account,
        "sha256": paper.sha256,
        "checked_by": None,
        "second_checked_by": None,
        **values,
    }
    if mine is None:
        return work.create(Signature, paper=paper, organisation_id=work.actor.organisation, **fresh)
    account = fresh.pop("account_id")
    return work.update(mine, account_id=account, **fresh)


def _demand_intact(paper: Paper) -> None:
    if not is_intact(paper):
        raise refuse(
            "file_changed",
            "paper",
            paper.number,
            Text("文件内容与出具时不一致", "the file differs from the version issued"),
            Text("请勿签署；由管理员从备份恢复，或由银行重新出具", "do not sign; ask an administrator to restore it from a backup, or the lender to issue it again"),
        )  # fmt: skip


def _demand_one_side(work: Work, papers: list[Paper]) -> None:
    """Reject a signature by someone who has already signed for another party, even if the account belongs to both
    organisations.
    """
    others = Signature.objects.filter(paper__in=papers, account_id=work.actor.account)
    found = others.exclude(organisation_id=work.actor.organisation).select_related("organisation", "paper").first()
    if found is not None:
        raise refuse(
            "signed_for_another",
            "paper",
            found.paper.number,
            Text(
                f"您已代表{found.organisation.name}签过，不能再代表另一方签",
                f"you have signed it for {found.organisation.name}, and cannot sign for another party",
            ),
            Text("请由本机构另一人签署", "ask another person in your organisation to sign"),
        )


def _another_version(field: str, seen: str) -> Exception:
    return refuse(
        "another_version",
        field,
        seen,
        Text("文件已有新的版本", "the document has a newer version"),
        Text("请重新打开文件，阅后再签署", "open the document again, read it, then sign"),
    )


def _unseen(count: int) -> Exception:
    return refuse(
        "hashes_missing",
        "sha256",
        "",
        Text(f"待签署 {count} 份文件，没有填写文件摘要", f"{count} documents wait, and no hash names them"),
        Text("请打开每份文件阅读，并填写其摘要", "Read each document and enter its hash."),
    )


def _signed_already(work: Work) -> Exception:
    return refuse(
        "signed_already",
        "organisation",
        work.actor.organisation_name,
        Text("本机构已经签署", "your organisation has already signed"),
        Text("无需再签", "no action needed"),
    )


listing(
    Listing(
        "papers",
        Text("文件", "Documents"),
        Paper,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("kind", Text("种类", "Kind"), kind_title, main=True),
            Column("owner", Text("出具方", "Issued by"), lambda row: row.owner.name),
            Column("state", Text("状态", "State"), lambda row: DOCUMENT_WORDS[DocumentState(row.state)], "state", main=True),
            Column("made", Text("日期", "Date"), lambda row: row.created_at, "instant"),
        ),
        (
            Filter("kind", Text("种类", "Kind"), lambda kind: _is("kind", kind), tuple((kind, one.title) for kind, one in PAPER_KINDS.items())),
            Filter("state", Text("状态", "State"), lambda state: _is("state", state), tuple(DOCUMENT_WORDS.items())),
        ),
        related=("owner",),
        page="paper.page",
        empty=Text("暂无文件；合同、通知出具后在此列示", "No documents yet. Contracts and notices appear here after they are issued."),
    )
)  # fmt: skip


def _is(name: str, value: str) -> Any:
    from django.db.models import Q

    return Q(**{name: value})
