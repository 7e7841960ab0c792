"""The background check of rights whose status or next fee may have changed with time, and the notifications to
firms.
"""

from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request
from zhirong.operations.jobs import Task, job
from zhirong.operations.page_links import page_link
from zhirong.operations.right.rights import check_right, status_words
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight

_BATCH = 500


class Recheck(Request):
    """A batch: rights after this id, up to a number."""

    after: int = 0
    limit: Annotated[int, Field(ge=1, le=_BATCH)] = _BATCH


def due_rights(day: date) -> Any:
    """Return the rights that have reached their last day or a fee's due day since the last check."""
    came = Q(ends_on__lt=day) | Q(next_fee_on__lt=day)
    return FirmRight.objects.filter(came, removed=False, checked_on__lt=day).order_by("id")


@operation(
    "right.recheck_due",
    Text("核对到期的权利", "Check the rights that are due"),
    request=Recheck,
    is_background=True,
)
def recheck_due(work: Work, request: Recheck) -> Any:
    """Update their columns to today; a firm is notified of a right that is no longer in force."""
    rights = list(due_rights(work.day).filter(pk__gt=request.after)[: request.limit])
    for right in rights:
        checked = check_right(right.facts, work.day, work.rules)
        was, now = right.status, checked.columns["status"]
        work.update(right, checked_on=work.day, **checked.columns)
        if was == LegalStatus.IN_FORCE and now != was:
            words = status_words(now)
            work.notify(
                Text(f"{right.title}：{words.zh}", f"{right.title}: {words.en}"),
                page_link("firm.right", right.pk),
                right.firm_id,
                asks=True,
            )
    return {"last": rights[-1].pk if rights else 0, "rights": len(rights), "more": len(rights) == request.limit}


@job("rights.recheck", daily="00:30")
def recheck(task: Task) -> Any:
    """Check all rights that are due, in batches."""
    total = due_rights(task.day).count()
    last = done = 0
    while True:
        answer = task.run_operation("right.recheck_due", None, {"after": last}, part=str(last)).answer
        done += answer["rights"]
        task.progress(min(done, total), total)
        if not answer["more"]:
            return {"rights": done}
        last = answer["last"]
