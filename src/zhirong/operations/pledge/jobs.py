"""Jobs of the register: the nightly watch over active registrations, and a signed checkpoint of its log within
minutes of each entry, because unsigned entries could be rewritten without trace.
"""

from datetime import datetime, timedelta
from typing import Any

from zhirong.evidence.checkpoints import read_checkpoint
from zhirong.operations.actors import WORKER, Capacity, register_actor
from zhirong.operations.declare import Call
from zhirong.operations.jobs import Task, job
from zhirong.operations.pledge.watch import record_watch
from zhirong.store.keys import signing_key
from zhirong.store.log import checkpoint
from zhirong.store.models import Checkpoint, LogHead
from zhirong.store.settings import DATA


@job("register.watch", daily="02:00")
def watch_register(task: Task) -> Any:
    """Examine every active registration again; record changes and notify of them."""
    found = record_watch(Call(register_actor(WORKER.id, Capacity.REGISTRAR), task.now, task.key("watch")))
    return {"alarms": len(found.alarms), "changed": len(found.changed), "identities": found.identities}


@job("register.checkpoint", daily="03:00")
def sign_checkpoint(task: Task) -> Any:
    """Sign the state of the log, so that earlier entries cannot be rewritten without detection."""
    return {"size": checkpoint(signing_key(DATA), task.now).checkpoint.size}


SIGN_EVERY = timedelta(minutes=10)


def sign_often(now: datetime) -> int:
    """Sign the log if entries were added after the last checkpoint and that is ten minutes old; returns how many
    jobs were planned.
    """
    head = LogHead.objects.first()
    last = Checkpoint.objects.order_by("-size").first()
    if head is None or head.size == 0 or (last is not None and last.size >= head.size):
        return 0
    if last is not None:
        signed_at = datetime.fromisoformat(read_checkpoint(last.note).checkpoint.time.replace("Z", "+00:00"))
        if signed_at <= now < signed_at + SIGN_EVERY:
            return 0
    checkpoint(signing_key(DATA), now)
    return 1
