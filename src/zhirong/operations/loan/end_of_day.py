"""End-of-day processing and the watch list of outstanding loans, with notifications."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.states import FLAG_WORDS, FlagKind, LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.contract.conditions import appraised_until, grounds_of, registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.jobs import Task, job
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import BANKERS, columns_of, late_of, next_due, oldest_late, state_of
from zhirong.operations.page_links import page_link
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight, Loan, WatchFlag

BATCH = 25
_FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)
_LENDER = (MemberRole.LENDER_OFFICER,)
# The recipients of each alert besides the lender's officers.
_FIRM_HEARS = frozenset({FlagKind.DUE, FlagKind.OVERDUE, FlagKind.FEE, FlagKind.GROUND})
_GUARANTOR_HEARS = frozenset({FlagKind.OVERDUE})


@dataclass(frozen=True, slots=True)
class Found:
    """An alert. subject: the aspect of the loan, so that each is notified once. due_on: the day concerned."""

    kind: str
    subject: str
    words: Text
    due_on: date | None = None


class Batch(Request):
    """The loans of a batch: those after an id, up to a number."""

    after: Annotated[int, Field(ge=0), ask("从编号之后", "After ID")] = 0
    limit: Annotated[int, Field(ge=1, le=500), ask("笔数", "Number of loans")] = BATCH


@operation(
    "loan.reckon",
    Text("日终重算", "End-of-day recalculation"),
    request=Batch,
    is_background=True,
)
def reckon(work: Work, request: Batch) -> Any:
    """Recalculate a batch of outstanding loans as of today; only changes are written."""
    loans = list(
        Loan.objects.filter(state=LoanState.STANDING, pk__gt=request.after)
        .select_related("case", "firm", "lender")
        .order_by("pk")[: request.limit]
    )
    rights = _rights_of(loans)
    flags: dict[int, list[WatchFlag]] = {}
    for flag in WatchFlag.objects.filter(loan__in=[loan.pk for loan in loans]):
        flags.setdefault(flag.loan_id, []).append(flag)
    changed = 0
    for loan in loans:
        try:
            state = state_of(loan, work.day, work.rules)
            watched = list(_watched(work, loan, state, rights))
        except InputError as error:
            # A loan that cannot be recalculated does not stop the others: a notification is sent, and its columns
            # stay.
            _write_flags(work, loan, [_fault(error)], flags.get(loan.pk, ()))
            continue
        before = loan.category
        changed += _write_columns(work, loan, columns_of(loan, state, work.rules))
        found = [*watched, *_category(before, loan, work.day)]
        _write_flags(work, loan, found, flags.get(loan.pk, ()))
    return {
        "last": loans[-1].pk if loans else 0,
        "loans": len(loans),
        "changed": changed,
        "more": len(loans) == request.limit,
    }


@job("loan.end_of_day", daily="01:00")
def end_of_day(task: Task) -> Any:
    """Process every outstanding loan in batches, so that memory use does not grow with their number."""
    total = Loan.objects.filter(state=LoanState.STANDING).count()
    last = done = changed = 0
    while True:
        answer = task.run_operation("loan.reckon", None, {"after": last}, part=str(last)).answer
        done, changed = done + answer["loans"], changed + answer["changed"]
        task.progress(min(done, total), total)
        if not answer["more"]:
            return {"loans": done, "changed": changed}
        last = answer["last"]


def _fault(error: InputError) -> Found:
    """Return the alert for a loan whose position cannot be calculated today, such as one linked to a rate that is
    not published.
    """
    one = error.problems[0]
    words = Text(
        f"无法重算：{one.field} {one.reason.zh}。{one.hint.zh}", f"cannot be recalculated: {one.field} {one.reason.en}. {one.hint.en}"
    )  # fmt: skip
    return Found("fault", "replay", words)


def _rights_of(loans: Sequence[Loan]) -> dict[int, FirmRight]:
    wanted = {pk for loan in loans for pk in loan.case.rights}
    return {right.pk: right for right in FirmRight.objects.filter(pk__in=wanted)}


def _write_columns(work: Work, loan: Loan, columns: Mapping[str, Any]) -> int:
    """Write the columns of a loan that has changed; returns the number of changed rows. A new day of calculation
    alone does not count as a change.
    """
    differs = {name: value for name, value in columns.items() if getattr(loan, name) != value}
    if not differs:
        return 0
    work.update(loan, reckoned_on=work.day, **differs)
    return 1


def _watched(work: Work, loan: Loan, state: LoanPosition, rights: Mapping[int, FirmRight]) -> Iterator[Found]:
    """Yield every alert for today."""
    yield from _money(work, loan, state)
    kept = [rights[pk] for pk in loan.case.rights if pk in rights]
    soon = work.day + timedelta(days=work.rules.at("watch.days.fee", work.day).whole())
    for right in kept:
        if right.next_fee_on is not None and right.next_fee_on <= soon:
            on = right.next_fee_on
            yield Found(
                "fee",
                f"{right.pk}/{on}",
                Text(f"{right.number} 的年费或续展应在 {on} 前办理", f"{right.number}: fee or renewal due by {on}"),
                on,
            )
    until = appraised_until(loan.case, work.day, work.rules)
    soon = work.day + timedelta(days=work.rules.at("watch.days.appraisal", work.day).whole())
    if until is not None and until <= soon:
        words = Text(f"评估有效期至 {until}", f"the appraisal is valid until {until}")
        yield Found("appraisal", until.isoformat(), words, until)
    for registration in registrations_of(loan.case):
        for place, words in grounds_of(registration, kept, work.day, work.rules):
            yield Found("ground", place[:120], words)


def _money(work: Work, loan: Loan, state: LoanPosition) -> Iterator[Found]:
    on, amount = next_due(state)
    soon = work.day + timedelta(days=work.rules.at("watch.days.due", work.day).whole())
    if on is not None and on <= soon:
        words = Text(f"{on} 应还 {show_yuan(amount)} 元", f"CNY {show_yuan(amount)} due on {on}")
        yield Found("due", on.isoformat(), words, on)
    late = oldest_late(state)
    if late is not None:
        owed = show_yuan(late_of(state))
        words = Text(f"自 {late} 起逾期 {owed} 元", f"CNY {owed} overdue since {late}")
        yield Found("overdue", late.isoformat(), words, late)


def _category(before: str, loan: Loan, day: date) -> Iterator[Found]:
    """Yield a downgrade; it stays until someone has seen it."""
    if before and loan.category and Category(loan.category).grade > Category(before).grade:
        was, now = CATEGORY_TEXT[Category(before)], CATEGORY_TEXT[Category(loan.category)]
        words = Text(f"分类由{was.zh}降为{now.zh}", f"category down from {was.en} to {now.en}")
        yield Found("category", f"{day}/{loan.category}", words, day)


def _write_flags(work: Work, loan: Loan, found: Sequence[Found], kept: Sequence[WatchFlag]) -> None:
    """Raise and notify new alerts; clear those that no longer apply."""
    known = {(flag.kind, flag.subject): flag for flag in kept}
    for one in found:
        flag = known.pop((one.kind, one.subject), None)
        words = one.words.as_json()
        if flag is None:
            work.create(WatchFlag, loan=loan, kind=one.kind, subject=one.subject, words=words, due_on=one.due_on)
            _notify(work, loan, one)
        elif flag.cleared_on is not None:
            work.update(flag, cleared_on=None, seen_by=None, words=words)
            _notify(work, loan, one)
        elif flag.words != words:
            work.update(flag, words=words)
    for flag in known.values():
        if flag.cleared_on is None and flag.kind != FlagKind.CATEGORY:
            work.update(flag, cleared_on=work.day)


def _notify(work: Work, loan: Loan, one: Found) -> None:
    words = Text(f"{loan.number}：{one.words.zh}", f"{loan.number}: {one.words.en}")
    link = page_link("loan.page", loan.pk)
    work.notify(words, link, loan.lender_id, _LENDER, asks=True)
    if one.kind in _FIRM_HEARS:
        work.notify(words, link, loan.firm_id, _FIRM, asks=True)
    if one.kind in _GUARANTOR_HEARS and loan.guarantor_id:
        work.notify(words, link, loan.guarantor_id)


def clear_flags(work: Work, loan: Loan) -> None:
    """Clear the alerts of a loan that is no longer outstanding."""
    for flag in WatchFlag.objects.filter(loan=loan, cleared_on=None):
        work.update(flag, cleared_on=work.day)


@operation(
    "watch.see",
    Text("已处理", "Handled"),
    model=WatchFlag,
    roles=BANKERS,
    relation=lambda actor, flag: flag.cleared_on is None and flag.seen_by_id is None,
    page="loan.of_flag",
    is_bulk=True,
)
def see(work: Work, request: Any) -> Any:
    """Mark the alert as seen by the lender; it stays listed until it no longer applies."""
    done = {"cleared_on": work.day} if work.row.kind == FlagKind.CATEGORY else {}
    work.update(work.row, seen_by_id=work.actor.account, **done)


listing(
    Listing(
        "loan.watch",
        Text("贷后预警", "Watch list"),
        WatchFlag,
        (
            Column("loan", Text("贷款", "Loan"), lambda row: row.loan.number, main=True),
            Column("firm", Text("借款人", "Borrower"), lambda row: row.loan.firm.name),
            Column("kind", Text("事项", "What"), lambda row: FLAG_WORDS[row.kind], "state", main=True),
            Column("words", Text("说明", "Why"), lambda row: row.words, main=True),
            Column("due_on", Text("日期", "Date"), lambda row: row.due_on, "day", "due_on"),
            Column("seen", Text("处理", "Handled"), lambda row: Text("已处理", "handled") if row.seen_by_id else Text("待处理", "open")),
        ),
        (
            Filter("kind", Text("事项", "What"), lambda kind: Q(kind=kind), tuple(FLAG_WORDS.items())),
            Filter("seen", Text("处理", "Handled"), lambda yes: Q(seen_by__isnull=yes != "yes"), (("yes", Text("已处理", "handled")), ("no", Text("待处理", "open")))),
            Filter("loan", Text("贷款编号", "Loan"), lambda number: Q(loan__number=number.strip())),
        ),
        roles=BANKERS,
        order="due_on",
        related=("loan__firm",),
        narrow=lambda actor, day: Q(cleared_on=None),
        page="loan.of_flag",
        empty=Text("暂无预警。每日日终重算后，到期、逾期、年费、评估和登记情形在此列示", "No alerts. Due dates, overdue amounts, fees, appraisals and registration matters are listed here after each end of day."),
    )
)  # fmt: skip
