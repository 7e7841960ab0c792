"""Uploaded files: content, kind and size are checked, the content is stored under its hash, and a signed ticket
identifies it.

A file is first accepted and later attached by an operation. A ticket signed for the account links the two: knowing
a hash gives access to no file. Each organisation has a daily limit, the disk keeps some space for the database, and
files that are not attached within two days are removed.
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
_LEAST_COUNTED = 64 * 1024  # minimum number of bytes counted for a file, because many small files also fill a disk
_LEAST_ROOM = 512 * 1024 * 1024  # bytes of the disk that are kept for the database
_log = logging.getLogger(__name__)

# The accepted kinds of file by extension: media type, and how the content must begin.
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
_PICTURES = frozenset(KINDS[ending][0] for ending in ("pdf", "png", "jpg"))
Ticket = Annotated[str, Field(min_length=1, max_length=4000)]  # space for a name of 200 characters of 12 bytes each


@dataclass(frozen=True, slots=True)
class Upload:
    """An accepted file. sha256: of its content."""

    sha256: str
    name: str
    media_type: str
    size: int


def take_in(actor: Actor, name: str, data: bytes) -> str:
    """Check and store content; returns the ticket. Raises InputError with the reason if it is rejected."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    ending = ending.lower() if dot else ""
    if len(plain) > _LONGEST_NAME:  # the extension remains visible in a shortened name
        plain = f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if ending in KINDS else plain[:_LONGEST_NAME]
    if ending not in KINDS:
        raise refuse(
            "kind_of_file",
            "file",
            plain,
            Text("不支持此类文件", "files of this type are not accepted"),
            Text(f"支持的类型：{'、'.join(KINDS)}", f"accepted types: {', '.join(KINDS)}"),
        )
    if not data or len(data) > MOST_BYTES:
        raise refuse(
            "size_of_file",
            "file",
            f"{plain}（{len(data)} B）",
            Text("文件为空或超过 20 MB", "the file is empty or larger than 20 MB"),
            Text("请压缩或拆分后上传", "compress it, or split it"),
        )
    media_type, beginning = KINDS[ending]
    if not data.startswith(beginning) or (not beginning and not _is_text(data)):
        raise refuse(
            "content_of_file",
            "file",
            plain,
            Text(f"内容不是 .{ending} 文件", f"the content is not a .{ending} file"),
            Text("请用原程序另存后重新上传", "save it again with the program that made it"),
        )
    _demand_room(actor, len(data))
    kept = {"sha256": _kept(data), "name": plain, "media_type": media_type, "size": len(data)}
    return signing.dumps({**kept, "account": actor.account}, salt=_SALT)


def _demand_room(actor: Actor, size: int) -> None:
    """Raise InputError if the organisation has uploaded too much today. Raises django.db.OperationalError on a full
    disk.
    """
    if shutil.disk_usage(DATA).free < _LEAST_ROOM:
        _log.error("the disk of the data folder is almost full: no file is accepted")
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
        _log.exception("a file could not be stored")
        raise OperationalError(f"the file could not be stored: {error}") from error


@job("files.sweep", daily="04:00")
def sweep(task: Task) -> Any:
    """Remove content that no row names and that was not uploaded within the last two days."""
    before, removed = time.time() - _SWEEP_SECONDS, 0
    for place in unused(DATA, before):
        if not StoredFile.objects.filter(sha256=place.name).exists():
            place.unlink(missing_ok=True)
            removed += 1
    return {"removed": removed}


def redeem(actor: Actor, ticket: str) -> Upload:
    """Return the file of a ticket. Raises InputError for an invalid or old ticket, or one of another account."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=_TICKET_SECONDS)
    except signing.BadSignature:
        said = {}
    if said.get("account") != actor.account or not actor.account:
        raise refuse(
            "no_upload",
            "file",
            "",
            Text("未收到该文件", "this file has not been received"),
            Text("请重新上传", "upload it again"),
        )
    return Upload(said["sha256"], said["name"], said["media_type"], said["size"])


def attach_scan(work: Work, ticket: str, field: str, *, subject: str, paper: str, owner: Any) -> StoredFile:
    """Attach a scan or photograph. Raises InputError on ``field`` for a file of another kind."""
    upload = redeem(work.actor, ticket)
    if upload.media_type not in _PICTURES:
        raise refuse(
            "not_a_scan",
            field,
            upload.name,
            Text("文件不是扫描件", "the file is not a scan"),
            Text("请上传 PDF、PNG 或 JPG", "upload a PDF, PNG or JPG"),
        )
    return attach(work, ticket, subject, paper, owner)


def attach(work: Work, ticket: str, subject: str, paper: str, owner: Any) -> StoredFile:
    """Attach an uploaded file to its subject. owner: the organisation to which the file belongs."""
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


def keep_made(work: Work, data: bytes, name: str, *, subject: str, paper: str, owner: Any) -> StoredFile:
    """Store a file made by the platform."""
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
    """Return the content of a stored or accepted file. Raises InputError if it is missing or changed on the disk."""
    try:
        return content(file.sha256, DATA)
    except (OSError, ValueError) as error:
        _log.error("the content of file %s is missing: %s", file.sha256, error)
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
    """Store the report on a file for at least two days; returns its SHA-256. Raises OperationalError if there is no
    space.
    """
    return _kept(data)


def piece_of_report(sha256: str, offset: int, length: int) -> bytes:
    """Return a piece of a report stored by ``keep_report``, empty if the report is gone; the caller checks the hash
    of the piece.
    """
    try:
        with path_of(sha256, DATA).open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except OSError:
        _log.warning("the report %s of an import is missing", sha256)
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
