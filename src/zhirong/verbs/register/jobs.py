"""What the register does by itself every night: the watch over what stands, and a signed checkpoint of its log."""

from typing import Any

from zhirong.store.keys import signing_key
from zhirong.store.log import checkpoint
from zhirong.store.settings import DATA
from zhirong.verbs.jobs import Task, job
from zhirong.verbs.pattern import By
from zhirong.verbs.people import WORKER
from zhirong.verbs.permissions import Actor, Role
from zhirong.verbs.register.watch import record_watch


@job("register.watch", daily="02:00")
def watch_register(task: Task) -> Any:
    """Every standing registration examined again; what has changed is recorded and told."""
    found = record_watch(By(Actor(WORKER.id, Role.REGISTRAR), task.now, task.key("watch")))
    return {"alarms": len(found.alarms), "changed": len(found.changed), "identities": found.identities}


@job("register.checkpoint", daily="03:00")
def sign_checkpoint(task: Task) -> Any:
    """The state of the log, signed: what came before can no longer be rewritten without being found out."""
    return {"size": checkpoint(signing_key(DATA), task.now).checkpoint.size}
