"""Import of long lists and statements: accepted at once, read in the background, previewed with old and new values,
stored after confirmation.

A desk declares an ``Importer`` for its kind of file: how the file is read, what each row would change, how rows are
stored. The file is parsed outside any transaction. The results are kept in the data folder as pieces of rows; each
piece is stored in one transaction, so that no other operation waits long and a worker that is killed continues with
the piece where it stopped. Every piece is compared again with the data at that time: rows that have changed since
the preview are left alone and reported.
"""

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.platform.states import IMPORT_WORDS, IMPORTS_OPEN, ImportState, JobState
from zhirong.documents.tables import seems_longer_than
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.sheets import Rows
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.jobs import Task, job
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import attach, bytes_of, keep_report, piece_of_report, redeem
from zhirong.store.work import FileImport, Job

# Roles that may import a list of rights or a statement.
BRINGERS = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK, MemberRole.LENDER_CASHIER, MemberRole.LENDER_MANAGER)
MOST_ROWS = 200_000
PIECE = 200  # rows per transaction and per page of the preview
_MOST_PROBLEMS = 100
_WAITING_ON = "background"  # the answer of an operation that leaves its file to the background


@dataclass(frozen=True, slots=True)
class Found:
    """The contents of a file. records: one for each good row, JSON, in order. bad: rows with their problems, JSON.

    about: what was recognised, for the user. notices: remarks that do not prevent the import. total: number of
    records.
    """

    records: Iterable[dict[str, Any]]
    total: int
    bad: Sequence[Problem] = ()
    notices: Sequence[Problem] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of file. roles: who may confirm the import. page: the page name of an imported object.

    read: converts the file to records and reports the numbers of rows read and in total; raises InputError if the
    file cannot be used. compare: converts records to rows of the preview, each with ``outcome`` (new, changed,
    same, wrong), ``row``, ``title`` and ``changes``; it only reads the database. keep: stores rows of the preview
    within a transaction; returns the numbers of ``new``, ``changed``, ``same`` and ``left`` rows.
    """

    kind: str
    title: Text
    roles: tuple[MemberRole, ...]
    page: str
    read: Callable[[FileImport, bytes, date, Callable[[int, int], None]], Found]
    compare: Callable[[FileImport, Sequence[dict[str, Any]], date, Rulebook], list[dict[str, Any]]]
    keep: Callable[[Work, FileImport, Sequence[dict[str, Any]]], dict[str, int]]


IMPORTERS: dict[str, Importer] = {}


def importer(one: Importer) -> None:
    """Declare a kind of file."""
    IMPORTERS[one.kind] = one


# -- taking a file in
# -----------------------------------------------------------------------------------------------


def most_rows_at_once(kind: str, day: date) -> int:
    """Return the number of rows that are read at once; a longer file is left to the background."""
    return int(rulebook().at("import.background_rows", day).value[kind])


def is_long(content: bytes, kind: str, day: date) -> bool:
    """Return whether a file must be left to the background, without reading it."""
    return seems_longer_than(content, most_rows_at_once(kind, day))


def is_long_table(rows: Rows, kind: str, day: date) -> bool:
    """Return whether a table has more rows below its heading than are read at once."""
    return max(map(len, rows.sheets())) > most_rows_at_once(kind, day) + 1


def begin(work: Work, kind: str, ticket: str, subject: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Accept a long file; the answer names the import and its job. The same file again gives the same import.

    subject: what the file belongs to. Raises InputError if the organisation has too many imports under way.
    """
    upload = redeem(work.actor, ticket)
    under_way = list(
        FileImport.objects.filter(organisation_id=work.actor.organisation, state__in=IMPORTS_OPEN).select_related(
            "file"
        )
    )
    for one in under_way:
        if (one.kind, one.file.sha256, one.request) == (kind, upload.sha256, dict(request)):
            work.subject_is(one)
            return _answer(one)
    most = work.rules.at("import.most_open", work.day).whole()
    if len(under_way) >= most:
        raise refuse(
            "imports_open",
            "file",
            upload.name,
            Text(f"本机构已有 {most} 个导入未结束", f"the organisation already has {most} imports under way"),
            Text("请先确认或取消其中一个", "Confirm or cancel one of them first"),
        )
    file = attach(work, ticket, subject, "import", work.actor.organisation)
    row = work.create(
        FileImport,
        organisation_id=work.actor.organisation,
        by_id=work.actor.account,
        kind=kind,
        state=ImportState.READING,
        file=file,
        request=dict(request),
    )
    work.subject_is(row)
    work.later("imports.read", job_key(row, ImportState.READING), work.now, row.organisation)
    return _answer(row)


def _answer(row: FileImport) -> dict[str, Any]:
    one = job_of(row)
    return {_WAITING_ON: True, "import": row.pk, "state": row.state, "job": None if one is None else one.pk}


def waits_in_background(answer: Any) -> bool:
    """Return whether an operation has left its file to the background."""
    return isinstance(answer, dict) and answer.get(_WAITING_ON) is True


def job_key(row: FileImport, state: str, tried: int = 0) -> str:
    """Return the key of the job that reads or stores an import. tried: how often it was restarted."""
    return f"import/{row.pk}/{state}" + (f"/{tried}" if tried else "")


def job_of(row: FileImport) -> Job | None:
    """Return the current or latest job of an import."""
    return Job.objects.filter(key__startswith=f"import/{row.pk}/").order_by("-pk").first()


def _import_of(key: str) -> FileImport:
    return FileImport.objects.select_related("organisation", "file").get(pk=int(key.split("/")[1]))


# -- pieces of a preview
# --------------------------------------------------------------------------------------------


def _written(rows: Sequence[Mapping[str, Any]]) -> bytes:
    lines = "\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in rows)
    return gzip.compress(lines.encode(), 5, mtime=0)


def preview_rows(row: FileImport, number: int) -> list[dict[str, Any]]:
    """Return the rows of one piece of the preview. Raises InputError if it no longer exists."""
    offset, length, digest = row.parts[number]
    return _rows_of(row.report, offset, length, digest)


def _rows_of(report: str, offset: int, length: int, digest: str) -> list[dict[str, Any]]:
    piece = piece_of_report(report, offset, length)
    if hashlib.sha256(piece).hexdigest() != digest:
        raise refuse(
            "lost_preview",
            "import",
            "",
            Text("预览已删除或损坏", "the preview was deleted or is damaged"),
            Text("请重新上传文件", "Upload the file again"),
        )
    return [json.loads(line) for line in gzip.decompress(piece).decode().splitlines()]


def _pieces(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(records)
    while piece := list(islice(remaining, PIECE)):
        yield piece


# -- what people do
# -------------------------------------------------------------------------------------------------


def _own(actor: Actor, row: FileImport) -> bool:
    """Return whether the actor belongs to the organisation and may import such files."""
    one = IMPORTERS.get(row.kind)
    return one is not None and row.organisation_id == actor.organisation and actor.has(*one.roles)


class Confirm(Request):
    """The confirmation of a preview."""

    overwrite: Annotated[
        bool,
        ask(
            "覆盖已有内容",
            "Overwrite existing data",
            "预览中列为变更的内容以文件为准",
            "the file replaces the values that the preview lists as changed",
            widget="flag",
        ),
    ] = False


@operation(
    "import.confirm",
    Text("确认录入", "Confirm the import"),
    model=FileImport,
    request=Confirm,
    roles=BRINGERS,
    relation=_own,
    states=(ImportState.PREVIEW,),
    for_agents=True,
    page="import.page",
    help=Text(
        "按预览分批录入，每批全部成功或全部不录入。预览后已变更的行不予覆盖，并在结果中列出。",
        "The rows of the preview are imported in batches; each batch succeeds or fails as a whole. Rows changed since the preview are not overwritten and are listed in the result.",
    ),
)
def confirm(work: Work, request: Confirm) -> Any:
    """Confirm the preview; the rows are stored in the background."""
    row: FileImport = work.row
    if row.about["overwrites"] and not request.overwrite:
        count = row.about["overwrites"]
        raise refuse(
            "would_overwrite",
            "overwrite",
            count,
            Text(f"将覆盖 {count} 处已有内容", f"{count} existing values would be overwritten"),
            Text("请核对预览后勾选“覆盖已有内容”", "Check the preview and tick 'Overwrite existing data'"),
        )
    work.update(row, state=ImportState.KEEPING, agreed_by_id=work.actor.account)
    work.later("imports.keep", job_key(row, ImportState.KEEPING), work.now, row.organisation)


@operation(
    "import.cancel",
    Text("取消导入", "Cancel the import"),
    model=FileImport,
    roles=BRINGERS,
    relation=_own,
    states=IMPORTS_OPEN,
    is_grave=True,
    for_agents=True,
    page="import.page",
    help=Text(
        "尚未录入的行不再录入；已录入的行保留。",
        "Remaining rows are not imported; imported rows are kept.",
    ),
)
def cancel(work: Work, request: Any) -> Any:
    """Cancel the import: nothing more is read or stored."""
    work.update(work.row, state=ImportState.CANCELLED)


def has_failed(row: FileImport) -> bool:
    """Return whether the background has given up the import."""
    one = job_of(row) if row.state in (ImportState.READING, ImportState.KEEPING) else None
    return one is not None and one.state == JobState.FAILED


@operation(
    "import.retry",
    Text("重新处理", "Retry"),
    model=FileImport,
    roles=BRINGERS,
    relation=lambda actor, row: _own(actor, row) and has_failed(row),
    states=(ImportState.READING, ImportState.KEEPING),
    for_agents=True,
    page="import.page",
    help=Text(
        "从中断处继续，已录入的行不会重复。", "The import continues where it stopped; no row is imported twice."
    ),
)
def retry(work: Work, request: Any) -> Any:
    """Start a new job for an import that the background gave up."""
    row: FileImport = work.row
    work.update(row, state=row.state)
    kind = "imports.read" if row.state == ImportState.READING else "imports.keep"
    work.later(kind, job_key(row, row.state, row.version), work.now, row.organisation)


# -- what the background does
# ---------------------------------------------------------------------------------------


class Previewed(Request):
    """The contents of a file. parts: offset, length and digest of each piece of the report."""

    report: Annotated[str, Field(max_length=64)]
    parts: list[list[Any]]
    about: dict[str, Any]
    problems: list[dict[str, Any]]


class Refused(Request):
    """The reason why a file cannot be used."""

    problems: list[dict[str, Any]]


class Piece(Request):
    """One piece of a preview, as in ``FileImport.parts``."""

    report: str
    offset: int
    length: int
    digest: str


class Kept(Request):
    """The number of stored rows, and the rows left alone because they have changed since the preview."""

    counts: dict[str, int]
    left: list[int]


@operation(
    "import.show",
    Text("导入预览已就绪", "The preview of an import is ready"),
    model=FileImport,
    request=Previewed,
    states=(ImportState.READING,),
    is_background=True,
)
def show(work: Work, request: Previewed) -> Any:
    """Show the preview for confirmation. A file without changes is done; a file with wrong rows is rejected."""
    counts = request.about["counts"]
    nothing = not counts["new"] and not counts["changed"]
    state = ImportState.REFUSED if counts["wrong"] else ImportState.DONE if nothing else ImportState.PREVIEW
    work.update(
        work.row,
        state=state,
        about=request.about,
        problems=request.problems,
        report=request.report,
        parts=[list(one) for one in request.parts],
    )
    _notify(work)


@operation(
    "import.refuse",
    Text("导入文件不能使用", "An import file cannot be used"),
    model=FileImport,
    request=Refused,
    states=(ImportState.READING,),
    is_background=True,
)
def refuse_file(work: Work, request: Refused) -> Any:
    """Reject the file with a reason. Nothing of it is stored."""
    work.update(work.row, state=ImportState.REFUSED, problems=request.problems)
    _notify(work)


def _read_piece(call: Call, request: Piece) -> list[dict[str, Any]]:
    return _rows_of(request.report, request.offset, request.length, request.digest)


@operation(
    "import.keep",
    Text("录入一批", "Import a batch"),
    model=FileImport,
    request=Piece,
    states=(ImportState.KEEPING,),
    is_background=True,
    prepare=_read_piece,
)
def keep_piece(work: Work, request: Piece) -> Any:
    """Store the rows of one piece: all or none."""
    return IMPORTERS[work.row.kind].keep(work, work.row, work.prepared)


@operation(
    "import.finish",
    Text("导入已完成", "The import is complete"),
    model=FileImport,
    request=Kept,
    states=(ImportState.KEEPING,),
    is_background=True,
)
def finish(work: Work, request: Kept) -> Any:
    """Mark the import as done after all pieces."""
    row: FileImport = work.row
    about = {**row.about, "kept": request.counts, "left_rows": request.left}
    work.update(row, state=ImportState.DONE, about=about)
    _notify(work)


@operation(
    "import.expire",
    Text("导入逾期未确认", "The import was not confirmed in time"),
    model=FileImport,
    states=(ImportState.PREVIEW,),
    is_background=True,
)
def expire(work: Work, request: Any) -> Any:
    """Let an unconfirmed preview expire."""
    work.update(work.row, state=ImportState.EXPIRED)
    _notify(work)


def _notify(work: Work) -> None:
    row: FileImport = work.row
    words = IMPORT_WORDS[ImportState(row.state)]
    work.notify(
        Text(f"导入 {row.file.name}：{words.zh}", f"import of {row.file.name}: {words.en}"),
        page_link("import.page", row.pk),
        row.organisation_id,
        alone=row.by,
        asks=True,
    )


def _is_at(row: FileImport, state: str) -> bool:
    return FileImport.objects.filter(pk=row.pk, state=state).exists()


class _CancelledError(Exception):
    """The import was cancelled; the rest of the file is not read."""


@job("imports.read", is_long=True)
def read_import(task: Task) -> Any:
    """Read the file, compare every row with the stored data, and leave a preview for confirmation."""
    row = _import_of(task.job.key)
    one = IMPORTERS[row.kind]
    if not _is_at(row, ImportState.READING):
        return {"state": row.state}
    try:
        found = one.read(row, bytes_of(row.file), task.day, partial(_so_far, task, row))
        return _compared(task, row, one, found)
    except _CancelledError:
        return {"state": ImportState.CANCELLED}
    except InputError as error:
        if not _is_at(row, ImportState.READING):
            return {"state": ImportState.CANCELLED}
        listed = [problem.as_json() for problem in error.problems[:_MOST_PROBLEMS]]
        task.run_operation("import.refuse", row.pk, {"problems": listed})
        return {"state": ImportState.REFUSED}


def _so_far(task: Task, row: FileImport, done: int, total: int) -> None:
    """Report the progress: reading is the first half, comparing the second."""
    if not _is_at(row, ImportState.READING):
        raise _CancelledError
    task.progress(done, 2 * total)


def _compared(task: Task, row: FileImport, one: Importer, found: Found) -> Any:
    counts = {
        "new": 0,
        "changed": 0,
        "same": 0,
        "wrong": len({problem.field.split(".")[0] for problem in found.bad}),
    }
    problems = [problem.as_json() for problem in found.bad[:_MOST_PROBLEMS]]
    overwrites = done = 0
    report = io.BytesIO()
    parts: list[tuple[int, int, str]] = []
    task.progress(found.total, 2 * found.total)
    for piece in _pieces(found.records):
        rows = one.compare(row, piece, task.day, rulebook())
        for said in rows:
            counts[said["outcome"]] += 1
            overwrites += sum(change["old"] not in (None, "", [], False) for change in said["changes"])
            problems += said.get("problems", ())[: max(0, _MOST_PROBLEMS - len(problems))]
        written = _written(rows)
        parts.append((report.tell(), len(written), hashlib.sha256(written).hexdigest()))
        report.write(written)
        done += len(piece)
        _so_far(task, row, found.total + done, found.total)
    about = {
        **found.about,
        "counts": counts,
        "overwrites": overwrites,
        "notices": [notice.as_json() for notice in found.notices[:_MOST_PROBLEMS]],
        "more_notices": max(0, len(found.notices) - _MOST_PROBLEMS),
    }
    said = {"report": keep_report(report.getvalue()), "parts": parts, "about": about, "problems": problems}
    task.run_operation("import.show", row.pk, said)
    return {"counts": counts}


@job("imports.keep", is_long=True)
def keep_import(task: Task) -> Any:
    """Store the preview piece by piece. A piece stored before a worker was killed is not stored again."""
    row = _import_of(task.job.key)
    counts = {"new": 0, "changed": 0, "same": 0, "left": 0}
    left: list[int] = []
    total = len(row.parts)
    for number, (offset, length, digest) in enumerate(row.parts):
        if not _is_at(row, ImportState.KEEPING):
            break
        asked = {"report": row.report, "offset": offset, "length": length, "digest": digest}
        try:
            answer = task.run_operation("import.keep", row.pk, asked, part=str(number)).answer
        except InputError:
            if _is_at(row, ImportState.KEEPING):
                raise
            break  # cancelled between the check and the lock
        for name in counts:
            counts[name] += answer["counts"][name]
        left += answer["left"][: max(0, _MOST_PROBLEMS - len(left))]
        task.progress(number + 1, total)
    else:
        task.run_operation("import.finish", row.pk, {"counts": counts, "left": left})
    return {"counts": counts}


@job("imports.sweep", daily="04:10")
def sweep(task: Task) -> Any:
    """Let previews expire that were not confirmed in time, and delete the job records of ended imports."""
    rules = rulebook()
    waits = timedelta(days=rules.at("import.answer_days", task.day).whole())
    kept = timedelta(days=rules.at("import.job_days", task.day).whole())
    late = FileImport.objects.filter(state=ImportState.PREVIEW, changed_at__lt=task.now - waits)
    expired = 0
    for pk in late.values_list("pk", flat=True):
        task.run_operation("import.expire", pk)
        expired += 1
    old = Job.objects.filter(
        kind__in=("imports.read", "imports.keep"),
        state__in=(JobState.DONE, JobState.FAILED),
        run_at__lt=task.now - kept,
    )
    swept = 0
    for one in old:
        if not FileImport.objects.filter(pk=int(one.key.split("/")[1]), state__in=IMPORTS_OPEN).exists():
            one.delete()
            swept += 1
    return {"expired": expired, "swept": swept}


# -- the list
# -------------------------------------------------------------------------------------------------------

KIND_TEXT: Mapping[str, Text] = {
    "rights": Text("权利清单", "list of rights"),
    "statements": Text("银行流水", "bank statement"),
}
listing(
    Listing(
        "imports",
        Text("文件导入", "File imports"),
        FileImport,
        (
            Column("file", Text("文件", "File"), lambda row: row.file.name, main=True),
            Column("kind", Text("种类", "Kind"), lambda row: KIND_TEXT[row.kind]),
            Column(
                "state", Text("状态", "State"), lambda row: IMPORT_WORDS[ImportState(row.state)], "state", main=True
            ),
            Column("begun", Text("上传时间", "Uploaded"), lambda row: row.created_at, "instant"),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(IMPORT_WORDS.items())),),
        roles=BRINGERS,
        page="import.page",
        related=("file",),
        empty=Text("暂无后台导入的文件", "No files have been imported in the background"),
    )
)
