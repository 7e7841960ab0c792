"""A firm's rights: typed or imported, checked at once by ``chain.right``, with their documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.financing.case import ENDED, CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.fees import FeeState, fee_state
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.chain.right.list_check import doubts_of
from zhirong.chain.right.reading import read_right
from zhirong.chain.right.records import Right
from zhirong.chain.right.status import StatusOn, status_on
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.tables import exact
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import Formed, Request, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import not_found, refuse
from zhirong.operations.right.right_form import NewRight, RightFacts, facts_table
from zhirong.operations.state_columns import RIGHT_STATUS_WORDS, UNKNOWN
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, FirmRight, SharedRight, StoredFile
from zhirong.store.parties import Organisation

FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)


def own(actor: Actor, row: Any) -> bool:
    """Return whether the firm acts for itself or its agent acts for it."""
    return bool(row.firm_id == actor.organisation)


def own_kept(actor: Actor, row: Any) -> bool:
    """Return whether it is a right of the firm that has not been removed."""
    return own(actor, row) and not row.removed


@dataclass(frozen=True, slots=True)
class Checked:
    """A right with the chain's result on a day. doubts: everything about it that has to be checked."""

    right: Right
    status: StatusOn
    fees: FeeState
    doubts: tuple[Text, ...]

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns that repeat the result for lists and searches."""
        owed, life = self.fees.owed, self.status.life
        # A trademark owes no annual fee; it has to be renewed by the end of its term, or within the grace period
        # after it.
        renewal = (self.status.renewable_until or life.end) if life.renewable else None
        return {
            "status": UNKNOWN if self.status.status is None else self.status.status.value,
            "ends_on": self.status.life.end,
            "next_fee_on": renewal if owed is None else owed.due,
        }


def check_right(table: Mapping[str, Any], day: date, rules: Rulebook) -> Checked:
    """Read a stored table and check it. Raises InputError with every error in it."""
    right = read_right(Reader({**exact(table), "id": "right"}))
    status = status_on(right, day, rules)
    doubts = tuple(text for _, text in doubts_of(right, status, day, rules))
    return Checked(right, status, fee_state(right, day, rules), doubts)


def status_words(status: str) -> Text:
    """Return a status in words."""
    return RIGHT_STATUS_WORDS[status]


# -- one right --------------------------------------------------------------------------------------------------


@operation(
    "right.add",
    Text("录入权利", "Add a right"),
    request=NewRight,
    roles=FIRM,
    for_agents=True,
    help=Text(
        "请按证书填写；系统立即核对号码、状态、届满日和下一笔年费。",
        "Copy the data from the certificate. Number, status, last day and next fee are checked immediately.",
    ),
    page="firm.right",
    is_bulk=True,
)
def add_right(work: Work, request: NewRight) -> Any:
    """Store a right that is new to the firm."""
    firm = Organisation.objects.get(pk=work.actor.organisation)
    table = facts_table(request.kind, request, firm.name, firm.code)
    checked = check_right(table, work.day, work.rules)
    known = kept_right(firm, checked.right)
    if known is not None and not known.removed:
        raise refuse(
            "right_known",
            "number",
            request.number or request.title,
            Text("该权利已录入", "this right has already been entered"),
            Text("请在权利列表中打开并修改", "open it in the list of rights and change it"),
        )
    row = keep_right(work, firm, table, checked, known)
    work.subject_is(row)
    return {"id": row.pk}


@operation(
    "right.edit",
    Text("修改权利", "Change the right"),
    model=FirmRight,
    request=RightFacts,
    roles=FIRM,
    relation=own_kept,
    for_agents=True,
    page="firm.right",
    is_bulk=True,
)
def edit_right(work: Work, request: RightFacts) -> Any:
    """Change the stored data; lenders with the right in an open case are notified."""
    table = facts_table(RightKind(work.row.kind), request, work.row.firm.name, work.row.firm.code)
    checked = check_right(table, work.day, work.rules)
    known = kept_right(work.row.firm, checked.right)
    if known is not None and known.pk != work.row.pk:
        raise refuse(
            "right_known",
            "number",
            request.number or request.title,
            Text("企业另有一项同号的权利", "another right of the firm has this number"),
            Text("请核对号码", "check the number"),
        )
    keep_right(work, work.row.firm, table, checked, work.row)
    for case in open_cases_with(work.row):
        work.notify(
            Text(
                f"{case.number}：企业变更了权利 {work.row.title}",
                f"{case.number}: the firm has changed {work.row.title}",
            ),
            page_link("lender.case", case.pk),
            case.lender_id,
        )


@operation(
    "right.remove",
    Text("移出权利", "Remove the right"),
    model=FirmRight,
    roles=FIRM,
    relation=own_kept,
    is_grave=True,
    page="firm.rights",
    help=Text("已用于办理中申请的权利不能移出。", "A right used in an open case cannot be removed."),
)
def remove_right(work: Work, request: Any) -> Any:
    """Remove the right from the list; documents and cases that used it stay."""
    cases = open_cases_with(work.row, drafts=True)
    if cases:
        raise InputError(
            Problem(
                "right",
                case.number,
                Text(f"申请 {case.number} 正在使用该权利", f"case {case.number} uses this right"),
                Text(
                    "请先撤回该申请，或从草稿中移除该权利", "withdraw the case, or take the right out of the draft"
                ),
                "right_in_use",
            )
            for case in cases
        )
    work.update(work.row, removed=True)


@operation(
    "right.recheck",
    Text("按今天重新核对", "Check as of today"),
    model=FirmRight,
    roles=FIRM,
    relation=own_kept,
    page="firm.right",
    is_bulk=True,
)
def recheck_right(work: Work, request: Any) -> Any:
    """Update status, last day and next fee to today."""
    checked = check_right(work.row.facts, work.day, work.rules)
    work.update(work.row, checked_on=work.day, **checked.columns)


def open_cases_with(right: FirmRight, *, drafts: bool = False) -> list[Case]:
    """Return the firm's open cases with the right; drafts only if requested."""
    names = SharedRight.objects.filter(right=right, active=True).values_list("subject", flat=True)
    ids = [int(name.removeprefix("case/")) for name in names if name.startswith("case/")]
    done = [*ENDED, *(() if drafts else ("draft",))]
    return list(Case.objects.filter(pk__in=ids).exclude(state__in=done).order_by("id"))


def share_rights(work: Work, subject: str, rights: Sequence[int]) -> None:
    """Give everyone who may see a case or an appraisal access to these rights, and end the access to those that it
    named before.
    """
    known = {one.right_id: one for one in SharedRight.objects.filter(subject=subject)}
    for pk in rights:
        if pk not in known:
            work.create(SharedRight, right_id=pk, subject=subject, active=True)
    for pk, one in known.items():
        if one.active != (pk in rights):
            work.update(one, active=pk in rights)


def kept_right(firm: Organisation, right: Right) -> FirmRight | None:
    """Return the firm's row of this right, including a removed one."""
    return FirmRight.objects.filter(firm=firm, key=right_key(right)).first()


def keep_right(
    work: Work, firm: Organisation, table: dict[str, Any], checked: Checked, row: FirmRight | None
) -> FirmRight:
    """Write a right with the chain's result. row: the row that it replaces."""
    right = checked.right
    values = {
        "key": right_key(right),
        "kind": right.kind.value,
        "number": right.number,
        "title": right.title,
        "facts": table,
        "checked_on": work.day,
        "removed": False,
        **checked.columns,
    }
    return work.create(FirmRight, firm=firm, **values) if row is None else work.update(row, **values)


# -- papers ---------------------------------------------------------------------------------------------------

PAPERS: tuple[tuple[str, Text], ...] = (
    ("certificate", Text("权利证书", "certificate of the right")),
    ("register_extract", Text("登记簿副本", "extract of the register")),
    ("fee_receipt", Text("年费缴费凭证", "receipt of the annual fee")),
    ("licence", Text("许可合同", "licence contract")),
    ("co_owner_consent", Text("共有人同意出质的书面文件", "a co-owner's consent to the pledge")),
    ("business_licence", Text("营业执照", "business licence")),
    ("articles", Text("公司章程、股东会决议", "articles of association, shareholders' resolution")),
    ("accounts", Text("财务报表", "accounts")),
    ("tax", Text("纳税证明", "tax certificate")),
    ("credit_report", Text("企业信用报告", "credit report")),
    ("contract", Text("订单、合同", "orders, contracts")),
    ("other", Text("其他", "another document")),
)


def _subjects(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    """Return the objects to which a firm may attach a document: its rights and its cases."""
    day = day_of(now())
    rights = visible(actor, FirmRight, day).filter(firm=actor.organisation, removed=False).order_by("-id")[:500]
    cases = visible(actor, Case, day).filter(firm=actor.organisation).order_by("-id")[:100]
    return [
        *((f"case/{case.pk}", Text(f"申请 {case.number}", f"case {case.number}")) for case in cases),
        *((f"firmright/{right.pk}", same(f"{right.title} {right.number}")) for right in rights),
    ]


class AddFile(Request):
    """A document of a right or of a case."""

    subject: Annotated[
        str,
        Formed(
            "^(case|firmright)/[0-9]{1,18}$",
            Text("请从所列申请和权利中选择", "choose one of the cases and rights listed"),
        ),
        ask("属于", "Belongs to", choices=_subjects),
    ]
    paper: Annotated[str, ask("文件种类", "Document type", choices=PAPERS)]
    file: Annotated[
        Ticket,
        ask(
            "文件",
            "File",
            "PDF、图片、Word、Excel，20 MB 以内",
            "PDF, picture, Word, Excel; up to 20 MB",
            widget="file",
        ),
    ]


@operation("file.add", Text("添加文件", "Add a document"), request=AddFile, roles=FIRM, for_agents=True)
def add_file(work: Work, request: AddFile) -> Any:
    """Attach a document to one of the firm's rights or cases; a lender with the case is notified."""
    if request.paper not in dict(PAPERS):
        raise refuse(
            "not_a_choice",
            "paper",
            request.paper,
            Text("没有该类文件", "the document does not exist"),
            Text(
                f"可选：{'、'.join(name for name, _ in PAPERS)}",
                f"choose from: {', '.join(name for name, _ in PAPERS)}",
            ),
        )
    table, _, number = request.subject.partition("/")
    model: Any = Case if table == "case" else FirmRight
    row = visible(work.actor, model, work.day).filter(pk=int(number), firm=work.actor.organisation).first()
    if row is None:
        raise not_found(model, number)
    file = attach(work, request.file, request.subject, request.paper, work.actor.organisation)
    if isinstance(row, Case) and row.state not in (CaseState.DRAFT, *ENDED):
        work.notify(
            Text(f"{row.number}：企业补充了文件 {file.name}", f"{row.number}: the firm has added {file.name}"),
            page_link("lender.case", row.pk),
            row.lender_id,
        )
    return {"id": file.pk}


@operation(
    "file.remove",
    Text("删除文件", "Remove the document"),
    model=StoredFile,
    roles=FIRM,
    relation=lambda actor, row: bool(
        not row.removed and row.owner_id == actor.organisation and row.subject.startswith(("case/", "firmright/"))
    ),
    is_grave=True,
)
def remove_file(work: Work, request: Any) -> Any:
    """Remove the document; it can no longer be opened. Documents submitted with a case stay with it."""
    table, _, number = work.row.subject.partition("/")
    if table == "case" and not Case.objects.filter(pk=int(number), state=CaseState.DRAFT).exists():
        raise refuse(
            "handed_in",
            "file",
            work.row.name,
            Text("申请已提交，所附文件不能删除", "the case has been submitted: its documents stay with it"),
            Text("请补充正确的文件", "add the correct document as well"),
        )
    work.update(work.row, removed=True)


# -- the list -------------------------------------------------------------------------------------------------

_KINDS = tuple((kind.value, words) for kind, words in KIND_TEXT.items())
_STATUSES = tuple(RIGHT_STATUS_WORDS.items())

listing(
    Listing(
        "firm.rights",
        Text("我的权利", "My rights"),
        FirmRight,
        (
            Column("title", Text("名称", "Title"), lambda row: row.title, order="title", main=True),
            Column("kind", Text("种类", "Kind"), lambda row: KIND_TEXT[RightKind(row.kind)], order="kind"),
            Column("number", Text("号码", "Number"), lambda row: row.number, order="number"),
            Column(
                "status",
                Text("状态", "Status"),
                lambda row: status_words(row.status),
                "state",
                order="status",
                main=True,
            ),
            Column("ends_on", Text("届满日", "Last day"), lambda row: row.ends_on, "day", order="ends_on"),
            Column(
                "next_fee_on",
                Text("下一笔年费或续展", "Next fee or renewal due"),
                lambda row: row.next_fee_on,
                "day",
                order="next_fee_on",
            ),
            Column(
                "checked_on", Text("核对日", "Checked on"), lambda row: row.checked_on, "day", order="checked_on"
            ),
        ),
        (
            Filter("kind", Text("种类", "Kind"), lambda value: Q(kind=value), _KINDS),
            Filter("status", Text("状态", "Status"), lambda value: Q(status=value), _STATUSES),
            Filter(
                "words",
                Text("名称或号码", "Title or number"),
                lambda value: Q(title__icontains=value) | Q(number__icontains=value),
            ),
        ),
        roles=FIRM,
        narrow=lambda actor, day: Q(removed=False),
        page="firm.right",
        empty=Text(
            "暂无权利。请按证书录入，或导入 Excel 清单。",
            "No rights yet. Add the first from its certificate, or import a table.",
        ),
    )
)
