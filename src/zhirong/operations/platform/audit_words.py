"""The log in words: actor, institution, action, case or company, and time to the second."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q

from zhirong.kernel.text import Text, same
from zhirong.operations.declare import OPERATIONS, operation_of
from zhirong.operations.pledge.registrar_view import event_words
from zhirong.store.financing import (
    Appraisal,
    Approval,
    Case,
    CheckItem,
    FirmRight,
    GuaranteeRequest,
    GuarantorFigures,
    Limit,
    Loan,
    Message,
    Paper,
    Payment,
    Signature,
    StatementLine,
    StoredFile,
    TeamRating,
    WatchFlag,
)
from zhirong.store.models import Event
from zhirong.store.parties import (
    Account,
    AccountSeal,
    ApiToken,
    Consent,
    FileColumns,
    Invitation,
    Mandate,
    Membership,
    Organisation,
    SavedView,
)
from zhirong.store.policies import Policy
from zhirong.store.recovery import (
    DefaultCase,
    DisposalProject,
    Dispute,
    LoanAlarm,
    OutsideLink,
    PayerClaim,
    PoolFigure,
    Recourse,
    RightDeal,
    WriteOffFile,
)
from zhirong.store.work import FileImport, Webhook

_ACCOUNT = "account:"
_WORKER = Text("平台自动办理", "the platform")


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A table whose rows are the object of events. columns: those that name a row; its other columns may be large."""

    words: Text
    model: type[Model]
    columns: tuple[str, ...]


# By the name before the stroke of a subject such as ``case/12``.
SUBJECT_KINDS: Mapping[str, SubjectKind] = {
    "case": SubjectKind(Text("业务", "case"), Case, ("firm__name", "number")),
    "loan": SubjectKind(Text("贷款", "loan"), Loan, ("firm__name", "number")),
    "organisation": SubjectKind(Text("机构", "institution"), Organisation, ("name",)),
    "firmright": SubjectKind(Text("权利", "right"), FirmRight, ("title", "number")),
    "appraisal": SubjectKind(Text("评估", "appraisal"), Appraisal, ("firm__name", "valuation_date")),
    "paper": SubjectKind(Text("文件", "document"), Paper, ("title", "number")),
    "storedfile": SubjectKind(Text("附件", "file"), StoredFile, ("name",)),
    "guaranteerequest": SubjectKind(
        Text("担保", "guarantee"), GuaranteeRequest, ("case__firm__name", "case__number")
    ),
    "checkitem": SubjectKind(Text("尽职调查", "diligence"), CheckItem, ("case__firm__name", "case__number")),
    "payment": SubjectKind(Text("收付款", "payment"), Payment, ("loan__firm__name", "loan__number")),
    "statementline": SubjectKind(Text("银行流水", "statement entry"), StatementLine, ("organisation__name", "day")),
    "account": SubjectKind(Text("账号", "account"), Account, ("display_name", "email")),
    "membership": SubjectKind(Text("成员", "member"), Membership, ("account__email", "organisation__name")),
    "accountseal": SubjectKind(
        Text("账号安全状态", "security state of an account"),
        AccountSeal,
        ("account__display_name", "account__email"),
    ),
    "invitation": SubjectKind(Text("邀请", "invitation"), Invitation, ("email", "organisation__name")),
    "mandate": SubjectKind(Text("委托", "mandate"), Mandate, ("firm__name", "agent__name")),
    "consent": SubjectKind(Text("授权", "consent"), Consent, ("firm__name", "to__name")),
    "apitoken": SubjectKind(Text("接口令牌", "API token"), ApiToken, ("name", "organisation__name")),
    "filecolumns": SubjectKind(Text("文件列名", "columns of files"), FileColumns, ("organisation__name",)),
    "approval": SubjectKind(Text("审批意见", "decision"), Approval, ("case__firm__name", "case__number")),
    "teamrating": SubjectKind(Text("团队评定", "team rating"), TeamRating, ("case__firm__name", "case__number")),
    "savedview": SubjectKind(Text("已存视图", "saved view"), SavedView, ("name",)),
    "message": SubjectKind(Text("问答", "message"), Message, ("sender__name", "receiver__name")),
    "limit": SubjectKind(Text("限额", "limit"), Limit, ("organisation__name",)),
    "guarantorfigures": SubjectKind(
        Text("净资产", "net assets"), GuarantorFigures, ("organisation__name", "as_of")
    ),
    "signature": SubjectKind(Text("签署", "signature"), Signature, ("organisation__name", "paper__number")),
    "watchflag": SubjectKind(Text("风险预警", "alert"), WatchFlag, ("loan__firm__name", "loan__number")),
    "policy": SubjectKind(Text("政策", "policy"), Policy, ("title", "organisation__name")),
    "fileimport": SubjectKind(Text("导入", "import"), FileImport, ("file__name",)),
    "webhook": SubjectKind(Text("回调", "webhook"), Webhook, ("organisation__name",)),
    "defaultcase": SubjectKind(Text("违约业务", "default case"), DefaultCase, ("firm__name", "number")),
    "payerclaim": SubjectKind(Text("索赔", "claim"), PayerClaim, ("loan__firm__name", "number")),
    "recourse": SubjectKind(Text("追偿", "recourse"), Recourse, ("firm__name", "payer__name")),
    "loanalarm": SubjectKind(Text("贷后预警", "loan alert"), LoanAlarm, ("loan__firm__name", "loan__number")),
    "disposalproject": SubjectKind(Text("处置项目", "disposal"), DisposalProject, ("firm__name", "number")),
    "dispute": SubjectKind(Text("争议", "dispute"), Dispute, ("case__firm__name", "number")),
    "outsidelink": SubjectKind(
        Text("外部链接", "link for an outside party"), OutsideLink, ("name", "dispute__number")
    ),
    "poolfigure": SubjectKind(Text("资金池数据", "pool figure"), PoolFigure, ("organisation__name", "day")),
    "rightdeal": SubjectKind(Text("成交记录", "deal"), RightDeal, ("lender__name",)),
    "writeofffile": SubjectKind(Text("核销", "write-off"), WriteOffFile, ("case__firm__name", "number")),
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event in words. who: a person's name, or the platform. house: the institution acted for, empty if none.
    kind, about: the kind and the name of the object; both empty for an event without one.
    """

    event: Event
    at: datetime
    who: Text
    house: str
    what: Text
    kind: Text
    about: str


def kind_words(kind: str) -> Text:
    """Return the name of a kind of event: the operation, or the event in the register."""
    found = operation_of(kind)
    return event_words(kind) if found is None else found.title


def in_words(events: Iterable[Event]) -> list[AuditLine]:
    """Return events in words; the names are read in one query for each table."""
    listed = list(events)
    accounts = _accounts(listed)
    contents = [json.loads(one.content) for one in listed]  # read for its words; the proof is checked elsewhere
    ids = {int(one["organisation"]) for one in contents if one.get("organisation")}
    houses = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))
    subjects = _subjects(listed)
    found = []
    for event, content in zip(listed, contents, strict=True):
        kind, about = _about(event, subjects)
        found.append(
            AuditLine(
                event=event,
                at=datetime.fromisoformat(json.loads(event.entry)["time"]),
                who=_who(event.actor, accounts),
                house=houses.get(int(content.get("organisation") or 0), ""),
                what=kind_words(event.kind),
                kind=kind,
                about=about,
            )
        )
    return found


def _number(actor: str) -> int:
    written = actor.removeprefix(_ACCOUNT)
    return int(written) if actor.startswith(_ACCOUNT) and written.isdigit() else 0


def _accounts(events: Iterable[Event]) -> dict[int, Account]:
    return Account.objects.in_bulk({number for one in events if (number := _number(one.actor))})


def _who(actor: str, accounts: Mapping[int, Account]) -> Text:
    account = accounts.get(_number(actor))
    if account is not None:
        return same(account.display_name or account.email)
    return _WORKER if actor == "worker" else same(actor)


def _subjects(events: Iterable[Event]) -> dict[str, str]:
    """Return the names of the objects of events, by subject."""
    ids: dict[str, set[int]] = defaultdict(set)
    for one in events:
        name, _, number = one.subject.partition("/")
        if name in SUBJECT_KINDS and number.isdigit():
            ids[name].add(int(number))
    found = {}
    for name, wanted in ids.items():
        kind = SUBJECT_KINDS[name]
        for pk, *parts in kind.model._default_manager.filter(pk__in=wanted).values_list("pk", *kind.columns):
            found[f"{name}/{pk}"] = " ".join(str(one) for one in parts if one)
    return found


def _about(event: Event, titles: Mapping[str, str]) -> tuple[Text, str]:
    if not event.subject:
        filing = "" if event.registration is None else str(event.registration)
        return (Text("质押登记", "pledge filing") if filing else same("")), filing
    name, _, number = event.subject.partition("/")
    kind = SUBJECT_KINDS.get(name)
    return (same(name) if kind is None else kind.words), titles.get(event.subject, number)


# -- filters ----------------------------------------------------------------------------------------------------------


def by_person(written: str) -> Q:
    """Return the events of people whose name or address contains the words."""
    found = Account.objects.filter(Q(display_name__icontains=written) | Q(email__icontains=written))
    return Q(actor__in=[f"{_ACCOUNT}{pk}" for pk in found.values_list("pk", flat=True)])


def by_house(written: str) -> Q:
    """Return the events of the members of institutions whose name contains the words."""
    members = Membership.objects.filter(organisation__name__icontains=written).values_list("account", flat=True)
    return Q(actor__in=[f"{_ACCOUNT}{pk}" for pk in set(members)])


def by_action(written: str) -> Q:
    """Return the events of operations whose title contains the words."""
    sought = written.lower()
    names = [name for name, one in OPERATIONS.items() if sought in one.title.zh or sought in one.title.en.lower()]
    return Q(kind__in=names)


def by_case(written: str) -> Q:
    """Return the events about a company, its cases, loans, rights and documents. written: of its name or a number."""
    cases = list(
        Case.objects.filter(Q(number__icontains=written) | Q(firm__name__icontains=written)).values_list(
            "pk", flat=True
        )
    )
    firms = Organisation.objects.filter(name__icontains=written).values_list("pk", flat=True)
    subjects = {f"case/{pk}" for pk in cases} | {f"organisation/{pk}" for pk in firms}
    for name, column in (
        ("loan", "case"),
        ("guaranteerequest", "case"),
        ("checkitem", "case"),
        ("appraisal", "case"),
    ):
        rows = SUBJECT_KINDS[name].model._default_manager.filter(**{f"{column}__in": cases})
        subjects |= {f"{name}/{pk}" for pk in rows.values_list("pk", flat=True)}
    papers = Paper.objects.filter(subject__in=[f"case/{pk}" for pk in cases])
    subjects |= {f"paper/{pk}" for pk in papers.values_list("pk", flat=True)}
    return Q(subject__in=subjects)
