"""The link of an outside party: a court, tribunal or mediator sees one dispute and enters its steps, without an account.

The link ends on its last day or when it is revoked; it opens with a code that is sent separately, and every
opening and entry is an event of the log.
"""

import secrets
from datetime import timedelta
from typing import Annotated, Any

from django.core.cache import cache
from pydantic import Field

from zhirong.chain.default.case_states import DefaultState
from zhirong.chain.default.dispute_states import DISPUTE
from zhirong.chain.default.machine import Doer
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, Words, ask
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, TermDay
from zhirong.operations.recovery.cases import WORKOUT, next_clock, with_loan
from zhirong.operations.recovery.disputes import dispute_page, take_step
from zhirong.operations.refusals import refuse
from zhirong.operations.tokens import digest_of
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import Dispute, OutsideLink
from zhirong.store.shared_cache import count

MOST_WRONG = 5  # codes for one link in a day
_DAY_SECONDS = 24 * 3600
_CODE_DIGITS = 8


class GiveLink(Request):
    """The recipient, purpose and last day of the link."""

    name: Annotated[
        Line, Field(max_length=120), ask("对方机构和经办人", "Body and person", "如某法院执行局", "such as a court")
    ]
    purpose: Annotated[
        Line, ask("用途", "Purpose", "如登记庭审和裁判结果", "such as recording the hearing and its result")
    ]
    until: Annotated[TermDay, ask("有效至", "Valid until")]


@operation(
    "link.give",
    Text("提供案件链接", "Create a link to the dispute"),
    model=Dispute,
    roles=WORKOUT,
    states=DISPUTE.states_before("end"),
    request=GiveLink,
    help=Text(
        "链接和口令只显示一次。请将链接和口令分别以不同方式告知对方。",
        "The link and the code are shown only once. Send the link and the code separately.",
    ),
)
def give(work: Work, request: GiveLink) -> Any:
    """Make a link for one dispute; only digests of its secret and of its code are stored."""
    row = work.row
    last = work.day + timedelta(days=work.rules.at("recovery.clock.outside_link_days", work.day).whole())
    if not work.day <= request.until <= last:
        raise refuse(
            "wrong_day",
            "until",
            request.until,
            Text(f"须在 {work.day} 至 {last} 之间", f"must be between {work.day} and {last}"),
            Text("请更正日期", "correct the date"),
        )
    secret = secrets.token_urlsafe(32)
    code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"
    link = work.create(
        OutsideLink,
        dispute=row,
        lender_id=row.lender_id,
        name=request.name,
        purpose=request.purpose,
        digest=digest_of(secret),
        code_digest=digest_of(secret + code),
        until=request.until,
        by_id=work.actor.account,
    )
    work.shown_once = f"{page_of(secret)} {code}"
    return {"id": row.pk, "link": link.pk}


def page_of(secret: str) -> str:
    """Return the address of a link within the platform."""
    return page_link("recovery.outside", secret)


@operation(
    "link.revoke",
    Text("撤销链接", "Revoke the link"),
    model=OutsideLink,
    roles=WORKOUT,
    relation=lambda actor, link: link.revoked_on is None,
    is_grave=True,
)
def revoke(work: Work, request: Any) -> Any:
    """Revoke a link; it opens nothing from now on."""
    work.update(work.row, revoked_on=work.day)
    return {"id": work.row.dispute_id}


listing(
    Listing(
        "recovery.links",
        Text("外部案件链接", "External links"),
        OutsideLink,
        (
            Column("dispute", Text("争议", "Dispute"), lambda row: row.dispute.number, main=True),
            Column("name", Text("对方机构和经办人", "Body and person"), lambda row: row.name, main=True),
            Column("until", Text("有效至", "Valid until"), lambda row: row.until, "day", "until", main=True),
            Column("revoked_on", Text("撤销日", "Revoked on"), lambda row: row.revoked_on, "day", "revoked_on"),
        ),
        roles=WORKOUT,
        order="-until",
        related=("dispute",),
        empty=Text("暂无外部案件链接。请在争议页提供", "No links yet. Create one on the page of a dispute."),
    )
)  # fmt: skip


def link_of(secret: str, day: Any) -> OutsideLink | None:
    """Return the link of a secret if it is valid today."""
    return (
        OutsideLink.objects.filter(digest=digest_of(secret), revoked_on=None, until__gte=day)
        .select_related("dispute__case__firm", "lender")
        .first()
    )


def is_code(link: OutsideLink, secret: str, code: str) -> bool:
    """Return whether this is the code of a link. After five wrong codes in a day no code is accepted."""
    key = f"zhirong.link.wrong/{link.pk}"
    if cache.get(key, 0) >= MOST_WRONG:
        return False
    if secrets.compare_digest(link.code_digest, digest_of(secret + code.strip().replace(" ", ""))):
        return True
    count(key, 1, _DAY_SECONDS)
    return False


class Opened(Request):
    """The link that was opened."""

    link: Annotated[int, Field(ge=1)]


@operation("link.open", Text("打开链接", "Open the link"), request=Opened, is_background=True)
def open_link(work: Work, request: Opened) -> Any:
    """Record that the link was opened with its code."""
    link = OutsideLink.objects.get(pk=request.link)
    work.update(link, opened=[*link.opened, work.now.isoformat()])
    work.subject_is(link)
    return {"id": link.pk}


class Report(Request):
    """A step that the outside party enters."""

    link: Annotated[int, Field(ge=1)]
    step: Line
    day: RecentDay
    docket: Annotated[str, Field(max_length=80)] = ""
    result: Words


@operation("link.report", Text("外部登记争议进展", "Step entered from outside"), request=Report, is_background=True)
def report(work: Work, request: Report) -> Any:
    """Enter a step of the dispute for the outside party; the lender's workout desk is notified."""
    link = OutsideLink.objects.select_related("dispute__case").get(pk=request.link)
    if link.revoked_on is not None or link.until < work.day:
        raise refuse(
            "link_over",
            "link",
            "",
            Text("链接已失效", "the link has ended"),
            Text("请向放款机构索取新链接", "ask the lender for a new one"),
        )
    row = link.dispute
    if request.step not in {one.code for one in DISPUTE.steps if Doer.COURT in one.doers}:
        raise refuse(
            "no_such_step",
            "step",
            request.step,
            Text("没有该进展", "there is no such step"),
            Text("请从列表中选择", "choose one from the list"),
        )
    docket = request.docket or row.docket
    take_step(
        work,
        row,
        request.step,
        request.day,
        result=request.result,
        by=link.name,
        doer=Doer.COURT,
        docket=docket,
    )
    case = with_loan(row.case)
    work.update(case, due_on=next_clock(case, DefaultState(case.state), work.day, work.rules))
    work.subject_is(row)
    words = Text(
        f"{link.name}登记：{DISPUTE.step(request.step).title.zh}，{row.number}",
        f"{link.name} entered: {DISPUTE.step(request.step).title.en}, {row.number}",
    )
    work.notify(words, dispute_page(row), row.lender_id, WORKOUT)
    return {"id": row.pk}
