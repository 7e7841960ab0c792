"""Files that people submit: checked by content for kind and size, kept by content, named by a signed ticket.

A file is taken in first and attached by an operation afterwards. What passes between the two is a ticket signed for
the
account: knowing a hash gives nobody a file. Each organisation may submit so much a day, the disk keeps some room
for the database, and what is not attached within two days is removed.
"""

import errno
import logging
import os
import shutil
import time
from dataclasses import dataclass
from typing import Annotated, Any

from django.conf import settings
from django.core import signing
from django.db import OperationalError
from pydantic import Field

from zhirong.documents.file_limits import MOST_BYTES
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.clock import now
from zhirong.operations.jobs import Task, job
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.blobs import content, keep, path_of, unused
from zhirong.store.financing import StoredFile
from zhirong.store.settings import DATA
from zhirong.store.shared_cache import count

_SALT = "zhirong.upload"
_TICKET_SECONDS = 24 * 3600
_LONGEST_NAME = 200
_DAY_SECONDS = 24 * 3600
_SWEEP_SECONDS = 2 * _DAY_SECONDS  # longer than a ticket is good for
_LEAST_COUNTED = 64 * 1024  # bytes that a file counts as at least: many small ones fill a disk as well
_LEAST_ROOM = 512 * 1024 * 1024  # bytes of the disk that are kept for the database
_log = logging.getLogger(__name__)

# The kinds of file that are taken, by their endings: media type, and how the content must begin.
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", b"PK\x03\x04"),
    "xls": ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0"),
    "docx": (_OFFICE + "wordprocessingml.document", b"PK\x03\x04"),
    "csv": ("text/csv", b""),
    "toml": ("application/toml", b""),
}
Ticket = Annotated[str, Field(min_length=1, max_length=4000)]  # a name of 200 signs of 12 bytes each has room


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was taken in. sha256: of its content."""

    sha256: str
    name: str
    media_type: str
    size: int


def take_in(actor: Actor, name: str, data: bytes) -> str:
    """Check and keep a content; returns the ticket. Raises InputError saying what is wrong with it."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    ending = ending.lower() if dot else ""
    if len(plain) > _LONGEST_NAME:  # what a file is can still be seen from a name that was cut
        plain = f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if ending in KINDS else plain[:_LONGEST_NAME]
    if ending not in KINDS:
        raise refuse(
            "kind_of_file",
            "file",
            plain,
            Text("不收这种文件", "files of this kind are not taken"),
            Text(f"可以交：{'、'.join(KINDS)}", f"taken are: {', '.join(KINDS)}"),
        )
    if not data or len(data) > MOST_BYTES:
        raise refuse(
            "size_of_file",
            "file",
            f"{plain}（{len(data)} B）",
            Text("文件是空的或超过 20 MB", "the file is empty or larger than 20 MB"),
            Text("压缩或分成几份", "compress it, or split it"),
        )
    media_type, beginning = KINDS[ending]
    if not data.startswith(beginning) or (not beginning and not _is_text(data)):
        raise refuse(
            "content_of_file",
            "file",
            plain,
            Text(f"内容不是 .{ending} 文件", f"its content is not that of a .{ending} file"),
            Text("用原来的程序另存后再交", "save it again with the program that made it"),
        )
    _demand_room(actor, len(data))
    kept = {"sha256": _kept(data), "name": plain, "media_type": media_type, "size": len(data)}
    return signing.dumps({**kept, "account": actor.account}, salt=_SALT)


def _demand_room(actor: Actor, size: int) -> None:
    """Raise InputError where the organisation has submitted too much today. Raises django.db.OperationalError on a
    full disk.
    """
    if shutil.disk_usage(DATA).free < _LEAST_ROOM:
        _log.error("the disk of the data folder is almost full: no file is taken in")
        raise OperationalError("the disk is almost full") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    most = settings.UPLOAD_MB_A_DAY * 1024 * 1024
    whose = f"organisation/{actor.organisation}" if actor.organisation else f"account/{actor.account}"
    key = f"zhirong.upload/{whose}/{now().date()}"
    if count(key, max(size, _LEAST_COUNTED), 2 * _DAY_SECONDS) > most:
        raise refuse(
            "quota_of_day",
            "file",
            f"{size} B",
            Text(
                f"本机构当日上传已超过 {settings.UPLOAD_MB_A_DAY} MB",
                f"the organisation has uploaded more than {settings.UPLOAD_MB_A_DAY} MB today",
            ),
            Text("请次日再上传，或联系平台运营方", "Upload it tomorrow, or ask the operator of the platform"),
        )


def _kept(data: bytes) -> str:
    try:
        return keep(data, DATA)
    except OSError as error:
        _log.exception("a file could not be kept")
        raise OperationalError(f"the file could not be kept: {error}") from error


@job("files.sweep", daily="04:00")
def sweep(task: Task) -> Any:
    """Remove contents that no row names and that nobody has submitted for two days."""
    before, removed = time.time() - _SWEEP_SECONDS, 0
    for place in unused(DATA, before):
        if not StoredFile.objects.filter(sha256=place.name).exists():
            place.unlink(missing_ok=True)
            removed += 1
    return {"removed": removed}


def redeem(actor: Actor, ticket: str) -> Upload:
    """The file of a ticket. Raises InputError for a ticket of somebody else, an old one or none at all."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=_TICKET_SECONDS)
    except signing.BadSignature:
        said = {}
    if said.get("account") != actor.account or not actor.account:
        raise refuse(
            "no_upload",
            "file",
            "",
            Text("没有收到这个文件", "this file has not been received"),
            Text("重新上传", "upload it again"),
        )
    return Upload(said["sha256"], said["name"], said["media_type"], said["size"])


def attach(work: Work, ticket: str, subject: str, paper: str, owner: Any) -> StoredFile:
    """Attach an uploaded file to what it belongs to. owner: the organisation whose file it is."""
    upload = redeem(work.actor, ticket)
    return work.create(
        StoredFile,
        owner_id=getattr(owner, "pk", owner),
        subject=subject,
        paper=paper,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        by_id=work.actor.account,
    )


def keep_made(work: Work, data: bytes, name: str, subject: str, paper: str, owner: Any) -> StoredFile:
    """Keep a file that the platform itself has made."""
    ending = name.rsplit(".", 1)[-1]
    return work.create(
        StoredFile,
        owner_id=getattr(owner, "pk", owner),
        subject=subject,
        paper=paper,
        name=name,
        media_type=KINDS[ending][0],
        size=len(data),
        sha256=_kept(data),
        by_id=work.actor.account or None,
    )


def bytes_of(file: StoredFile | Upload) -> bytes:
    """The content of a file that is kept or was just taken in. Raises InputError if it is gone or changed on the
    disk.
    """
    try:
        return content(file.sha256, DATA)
    except (OSError, ValueError) as error:
        _log.error("the content of file %s is lost: %s", file.sha256, error)
        raise refuse(
            "lost_file",
            "file",
            file.name,
            Text("平台上的文件已丢失或损坏", "the platform's copy of the file is missing or damaged"),
            Text(
                "请平台运营方从备份恢复，或重新上传",
                "Ask the operator to restore it from the backup, or upload it again",
            ),
        ) from error


def keep_report(data: bytes) -> str:
    """Keep what was found in a file, for two days at least; its SHA-256. Raises OperationalError if there is no
    room.
    """
    return _kept(data)


def piece_of_report(sha256: str, offset: int, length: int) -> bytes:
    """A piece of what ``keep_report`` has kept, nothing where it is gone: the caller knows the hash of the
    piece.
    """
    try:
        with path_of(sha256, DATA).open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except OSError:
        _log.warning("the report %s of an import is gone", sha256)
        return b""


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
