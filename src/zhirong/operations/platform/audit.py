"""The auditor's views: every event with its proof, the access log, the background jobs, and the complete check.

The auditor changes nothing and can only start the check.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.platform.states import JOB_WORDS, JobState
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.jobs import Task, job
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.platform.audit_words import by_action, by_case, by_house, by_person, kind_words
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.unit_of_work import Work
from zhirong.store.models import Event
from zhirong.store.parties import Account
from zhirong.store.settings import DATA
from zhirong.store.work import Job, Seen

AUDIT = (MemberRole.AUDIT_ADMIN,)
SYSTEM = (MemberRole.SYSTEM_ADMIN,)
CHECK = "audit.check"
_SHOWN = 500  # findings that are stored with the result of a check


@operation(
    "audit.begin_check",
    Text("全部重算核对", "Check everything"),
    roles=AUDIT,
    help=Text(
        "在后台重新计算日志、登记簿和平台各表，并与日志逐列比对。账号表随登录变化，不在核对范围内。",
        "Recalculates the log, the register and the platform tables in the background and compares them column by column. Account tables change with every sign-in and are excluded.",
    ),
)
def begin_check(work: Work, request: Any) -> Any:
    """Start the check. If one is waiting or running already, it is used."""
    running = Job.objects.filter(kind=CHECK, state__in=(JobState.WAITING, JobState.RUNNING)).order_by("-pk").first()
    if running is None:
        work.later(CHECK, f"{CHECK}/{work.head.size}", work.now)
        return {"begun": True}
    return {"begun": False}


@job(CHECK)
def check(task: Task) -> Any:
    """Run the check and return its result. Findings do not count as a failure of the job."""
    found = check_register(DATA)
    return {
        "at": task.now.isoformat(),
        "events": found.events,
        "covered": found.covered,
        "count": len(found.findings),
        "findings": [one.as_json() for one in found.findings[:_SHOWN]],
    }


def last_checks(limit: int = 10) -> list[Job]:
    """Return the latest checks with their progress and results."""
    return list(Job.objects.filter(kind=CHECK).order_by("-pk")[:limit])


# -- one event ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """An event for the auditor. rows: the written rows by table and id. request: the data of the request. rules:
    the version of the rules and the policy packs used.
    """

    entry: dict[str, Any]
    actor: str
    organisation: str
    words: Text
    request: dict[str, Any]
    rows: tuple[tuple[str, int, tuple[tuple[str, Any], ...]], ...]
    rules: str


def shown(event: Event) -> Shown:
    """Return an event with its actor and every row that it wrote."""
    content = canonical.decode(event.content.encode())
    request = content.get("request")
    rows = tuple(
        (one["table"], one["id"], tuple(sorted(one["values"].items()))) for one in content.get("images", [])
    )
    organisation = content.get("organisation")
    return Shown(
        entry_of_bytes(event.entry.encode()).as_json(),
        actor_words(event.actor),
        "" if not organisation else str(organisation),
        kind_words(event.kind),
        json.loads(request) if request else {k: v for k, v in content.items() if not k.startswith("_")},
        rows,
        "；".join([content.get("_rules", ""), *content.get("_packs", ())]),
    )


def actor_words(actor: str) -> str:
    """Return the name of the actor; for an account its address."""
    kind, _, number = actor.partition(":")
    if kind != "account" or not (number.isascii() and number.isdigit()):
        return actor
    email = Account.objects.filter(pk=int(number)).values_list("email", flat=True).first()
    return f"{actor} {email or ''}".strip()


# -- lists ----------------------------------------------------------------------------------------------------------


def _day(value: str) -> date:
    return date.fromisoformat(value)


EVENTS = listing(
    Listing(
        "audit.events",
        Text("全部事项", "Events"),
        Event,
        (
            Column("index", Text("序号", "No."), lambda row: row.index, "number", "index", main=True),
            Column("kind", Text("事项", "Event"), lambda row: kind_words(row.kind), main=True),
            Column("day", Text("日期", "Day"), lambda row: row.day, "day", "day", main=True),
            Column("actor", Text("办理人", "By"), lambda row: row.actor),
            Column("subject", Text("对象", "About"), lambda row: row.subject or _registration(row)),
        ),
        (
            Filter("person", Text("办理人姓名或邮箱", "Person"), by_person),
            Filter("institution", Text("机构名称", "Institution"), by_house),
            Filter("about", Text("企业名称或业务编号", "Company or case"), by_case),
            Filter("action", Text("事项名称", "Action"), by_action),
            Filter("first", Text("日期自", "From"), lambda value: Q(day__gte=_day(value))),
            Filter("last", Text("日期至", "Until"), lambda value: Q(day__lte=_day(value))),
            Filter("kind", Text("事项代码", "Kind"), lambda value: Q(kind=value)),
            Filter(
                "actor",
                Text("办理人（账号编号）", "Actor (account number)"),
                lambda value: Q(actor=_actor(value)),
            ),
            Filter(
                "subject",
                Text("对象编号（写法同“对象”栏）", "Object, as in the column About"),
                lambda value: Q(subject=value),
            ),
            Filter("registration", Text("质押申请编号", "Filing"), lambda value: Q(registration=int(value))),
        ),
        roles=AUDIT,
        order="-index",
        page="audit.event",
        empty=Text("没有符合条件的事项。", "No events found."),
    )
)
SEEN = listing(
    Listing(
        "audit.seen",
        Text("查看记录", "Access log"),
        Seen,
        (
            Column("at", Text("时间", "At"), lambda row: row.at, "instant", "at", main=True),
            Column("account", Text("账号", "Account"), lambda row: row.account.email, main=True),
            Column(
                "organisation",
                Text("机构", "Organisation"),
                lambda row: None if row.organisation is None else row.organisation.name,
            ),
            Column("subject", Text("查看对象", "What"), lambda row: row.subject, main=True),
        ),
        (
            Filter("account", Text("邮箱", "E-mail"), lambda value: Q(account__email__iexact=value)),
            Filter(
                "subject",
                Text("对象编号（写法同“对象”栏）", "Object, as in the column About"),
                lambda value: Q(subject=value),
            ),
            Filter("first", Text("日期自", "From"), lambda value: Q(day__gte=_day(value))),
            Filter("last", Text("日期至", "Until"), lambda value: Q(day__lte=_day(value))),
        ),
        roles=AUDIT,
        related=("account", "organisation"),
        empty=Text("暂无记录。", "No records."),
    )
)
JOBS = listing(
    Listing(
        "admin.jobs",
        Text("后台任务", "Background jobs"),
        Job,
        (
            Column("id", Text("编号", "No."), lambda row: row.pk, "number", "id", main=True),
            Column("kind", Text("任务", "Work"), lambda row: row.kind, main=True),
            Column("state", Text("状态", "State"), lambda row: JOB_WORDS.get(row.state), "state", main=True),
            Column("run_at", Text("计划时间", "Planned at"), lambda row: row.run_at, "instant", "run_at"),
            Column("tries", Text("次数", "Tries"), lambda row: row.tries, "number"),
            Column("done", Text("进度", "Progress"), lambda row: f"{row.done}/{row.total}" if row.total else None),
            Column("error", Text("错误", "Error"), lambda row: row.result.get("error")),
        ),
        (
            Filter("state", Text("状态", "State"), lambda value: Q(state=value), tuple(JOB_WORDS.items())),
            Filter("kind", Text("任务", "Work"), lambda value: Q(kind__startswith=value)),
        ),
        roles=SYSTEM,
        empty=Text("暂无后台任务。", "No background jobs."),
    )
)


def _registration(row: Event) -> str:
    return "" if row.registration is None else f"registration/{row.registration}"


def _actor(written: str) -> str:
    return f"account:{written}" if written.isdigit() else written
