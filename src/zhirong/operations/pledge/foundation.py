"""Founding of a register: tables, the log's name, its key. Once for each database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from zhirong.chain.pledge.registration import refuse
from zhirong.evidence.checkpoints import SignedCheckpoint
from zhirong.evidence.entries import is_origin
from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.keys import PublicKey
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call
from zhirong.operations.pledge.continuity import continue_log
from zhirong.store.log import KEY_FILE, PUBLIC_FILE, make_key
from zhirong.store.models import LogHead
from zhirong.store.setup import migrate


@dataclass(frozen=True, slots=True)
class Continued:
    """A log that a new one replaces. last: its last known checkpoint. events: its remaining events."""

    last: SignedCheckpoint
    reason: str
    by: Call
    events: Iterable[Mapping[str, Any]] = ()


def found_register(
    folder: Path, origin: str, algorithm: HashAlgorithm = HashAlgorithm.SM3, continued: Continued | None = None
) -> PublicKey:
    """Create the tables, the empty log and a new key; returns the public key, which must be published.

    continued: a log that lost entries and may not continue; the new log says so in its first entry and takes over
    the rest. Raises InputError if a register or a key already exists: neither is ever overwritten.
    """
    if not is_origin(origin):
        raise refuse(
            "origin",
            "origin",
            origin,
            Text("日志名不得含空格或加号", "the name of a log must not contain spaces or plus signs"),
            Text("如 register.example.cn/2026", "write it like register.example.cn/2026"),
        )
    if continued is not None:
        _demand_another(origin, continued)
    folder.mkdir(parents=True, exist_ok=True)
    migrate()
    with transaction.atomic():
        if LogHead.objects.exists() or (folder / KEY_FILE).exists():
            raise refuse(
                "exists",
                "folder",
                folder,
                Text("已存在登记簿或密钥", "a register or a key already exists"),
                Text("请使用其他文件夹和数据库", "choose another folder and database"),
            )
        key = make_key(folder, origin)
        head = LogHead.objects.create(id=1, origin=origin, algorithm=algorithm.value)
        if continued is not None:
            try:
                continue_log(head, continued.by, continued.last, continued.reason, continued.events)
            except BaseException:
                # The tables are unchanged; the folder must be, too, so that the founding can be tried again.
                for name in (KEY_FILE, PUBLIC_FILE):
                    (folder / name).unlink()
                raise
    return key


def _demand_another(origin: str, continued: Continued) -> None:
    if continued.last.checkpoint.origin == origin or not continued.reason.strip():
        raise refuse(
            "origin",
            "origin",
            origin,
            Text("新日志须另起名称，并写明理由", "a new log needs a different name and a reason"),
            Text("请使用其他日志名，并写明理由", "choose another name and enter the reason"),
        )
