"""Questions and their answers, and a firm's objections to statements about it."""

from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.platform.states import MESSAGE_KIND_WORDS, MessageKind
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Formed, Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import not_found, refuse
from zhirong.operations.right.rights import FIRM
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, Message

# Anyone on the side that received the question or objection answers for that side.
_ANSWERS = (
    *FIRM,
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.GUARANTOR_OFFICER,
    MemberRole.AGENCY_APPRAISER,
    MemberRole.AGENCY_REVIEWER,
    MemberRole.SYSTEM_ADMIN,
)
_PAGES = {
    (OrganisationKind.LENDER, "case"): "lender.case",
    (OrganisationKind.FIRM, "case"): "firm.case",
    (OrganisationKind.FIRM, "appraisal"): "firm.appraisal",
    (OrganisationKind.AGENCY, "appraisal"): "agency.appraisal",
}


def _may_attach(actor: Actor, row: Any) -> bool:
    """Return whether a document can go with the answer: that of a company about its case, which the lender sees."""
    return actor.kind is OrganisationKind.FIRM and (row is None or row.subject.startswith("case/"))


class Answer(Request):
    """The answer to a question or an objection, with a document if words are not enough."""

    answer: Annotated[Words, ask("答复", "Answer", widget="area")]
    file: Annotated[
        Ticket | None,
        ask(
            "附件",
            "Document",
            "PDF、图片、Word、Excel，20 MB 以内；存入申请的文件",
            "PDF, picture, Word, Excel; up to 20 MB; kept with the documents of the case",
            widget="file",
            only=_may_attach,
        ),
    ] = None


@operation(
    "message.answer",
    Text("答复", "Answer"),
    model=Message,
    request=Answer,
    roles=_ANSWERS,
    relation=lambda actor, row: (
        row.receiver_id == actor.organisation and row.answered_at is None and row.kind != MessageKind.NOTE
    ),
    for_agents=True,
)
def answer(work: Work, request: Answer) -> Any:
    """Answer a question to the actor's side; the other side is notified."""
    if request.file is not None:
        _attach_to_case(work, request.file)
    work.update(work.row, answer=request.answer, answered_at=work.now)
    about = subject_words(work.row.subject)
    work.notify(
        Text(f"{about.zh}：已答复", f"{about.en}: answered"),
        page_of_subject(work.row.sender.kind, work.row.subject),
        work.row.sender_id,
    )


def _attach_to_case(work: Work, ticket: str) -> None:
    if not _may_attach(work.actor, work.row):
        raise refuse(
            "no_document_here",
            "file",
            "",
            Text("此处的答复不能附文件", "no document can be attached to this answer"),
            Text("请以文字答复", "answer in words"),
        )
    attach(work, ticket, work.row.subject, "other", work.actor.organisation)


def _objects(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    cases = (
        Case.objects.filter(firm=actor.organisation)
        .exclude(state=CaseState.DRAFT)
        .select_related("lender")
        .order_by("-id")[:100]
    )
    valued = (
        Appraisal.objects.filter(firm=actor.organisation, agency__isnull=False)
        .select_related("agency")
        .order_by("-id")[:100]
    )
    return [
        *(
            (
                f"case/{one.pk}",
                Text(f"{one.lender.name}：申请 {one.number}", f"{one.lender.name}: case {one.number}"),
            )
            for one in cases
        ),
        *(
            (
                f"appraisal/{one.pk}",
                Text(f"{one.agency.name}：评估 {one.pk}", f"{one.agency.name}: appraisal {one.pk}"),
            )
            for one in valued
            if one.agency is not None
        ),
    ]


class Objection(Request):
    """The statement that the firm objects to, and the reason."""

    subject: Annotated[
        str,
        Formed(
            "^(case|appraisal)/[0-9]{1,18}$",
            Text(
                "请从所列申请和评估中选择",
                "choose one of the cases and appraisals listed",
            ),
        ),
        ask("异议事项", "Subject of the objection", choices=_objects),
    ]
    text: Annotated[Words, ask("异议和理由", "Objection and reasons", widget="area")]


@operation(
    "objection.make",
    Text("提出异议", "Object"),
    request=Objection,
    roles=FIRM,
    help=Text(
        "对银行审查、评级、评估报告等有关本企业的内容有异议的，请在此填写；对方须予答复，异议和答复均存入案卷。",
        "Object here to statements of a lender or an agency about your firm. They must answer; the objection and the answer stay with the case.",
    ),
)
def make_objection(work: Work, request: Objection) -> Any:
    """Record the objection; the author is notified and answers."""
    table, _, number = request.subject.partition("/")
    model: Any = Case if table == "case" else Appraisal
    row = visible(work.actor, model, work.day).filter(pk=int(number), firm=work.actor.organisation).first()
    receiver = None if row is None else row.lender_id if table == "case" else row.agency_id
    if row is None or receiver is None or (table == "case" and row.state == CaseState.DRAFT):
        raise not_found(model, number)
    message = work.create(
        Message,
        subject=request.subject,
        kind=MessageKind.OBJECTION,
        sender_id=work.actor.organisation,
        receiver_id=receiver,
        by_id=work.actor.account,
        text=request.text,
    )
    kind = OrganisationKind.LENDER if table == "case" else OrganisationKind.AGENCY
    firm = work.actor.organisation_name
    work.notify(
        Text(f"{firm} 提出异议", f"{firm} objects"), page_of_subject(kind, request.subject), receiver, asks=True
    )
    return {"id": message.pk}


def page_of_subject(kind: str, subject: str) -> str:
    """Return the page on which an organisation of this kind sees the subject of a message."""
    table, _, number = subject.partition("/")
    name = _PAGES.get((OrganisationKind(kind), table))
    return page_link("desk") if name is None else page_link(name, int(number))


def subject_words(subject: str) -> Text:
    """Return the subject of a message in words."""
    table, _, number = subject.partition("/")
    if table == "case":
        case = Case.objects.filter(pk=int(number)).first()
        if case is not None:
            return Text(f"申请 {case.number}", f"case {case.number}")
    return Text(f"评估 {number}", f"appraisal {number}") if table == "appraisal" else same(subject)


listing(
    Listing(
        "messages",
        Text("提问与异议", "Questions and objections"),
        Message,
        (
            Column("kind", Text("类别", "Kind"), lambda row: MESSAGE_KIND_WORDS[MessageKind(row.kind)], main=True),
            Column("sender", Text("提出方", "From"), lambda row: row.sender.name),
            Column("text", Text("内容", "Words"), lambda row: row.text, main=True),
            Column("created_at", Text("时间", "At"), lambda row: row.created_at, "instant"),
            Column("answer", Text("答复", "Answer"), lambda row: row.answer),
            Column("answered_at", Text("答复时间", "Answered at"), lambda row: row.answered_at, "instant"),
        ),
        (
            Filter(
                "open",
                Text("是否答复", "Status"),
                lambda value: Q(answered_at__isnull=value == "open"),
                (("open", Text("待答复", "open")), ("answered", Text("已答复", "answered"))),
            ),
            Filter("kind", Text("类别", "Kind"), lambda value: Q(kind=value), tuple(MESSAGE_KIND_WORDS.items())),
        ),
        roles=_ANSWERS,
        related=("sender",),
    )
)
