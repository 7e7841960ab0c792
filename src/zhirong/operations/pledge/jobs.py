"""What the register does by itself: every night the watch over what stands, and a signed checkpoint of its log
within minutes of what was written: the longer entries are unsigned, the more can be restored unseen.
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
    """Every standing registration examined again; what has changed is recorded and notified."""
    found = record_watch(Call(register_actor(WORKER.id, Capacity.REGISTRAR), task.now, task.key("watch")))
    return {"alarms": len(found.alarms), "changed": len(found.changed), "identities": found.identities}


@job("register.checkpoint", daily="03:00")
def sign_checkpoint(task: Task) -> Any:
    """The state of the log, signed: what came before can no longer be rewritten without being found out."""
    return {"size": checkpoint(signing_key(DATA), task.now).checkpoint.size}


SIGN_EVERY = timedelta(minutes=10)


def sign_often(now: datetime) -> int:
    """Sign the log where something was written since the last checkpoint and that is ten minutes old; returns how
    many were signed.
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
