"""Import of a long file in the background: progress, preview and confirmation."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from zhirong.chain.platform.states import IMPORT_WORDS, ImportState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.authorize import can
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import BRINGERS, IMPORTERS, KIND_TEXT, PIECE, has_failed, job_of, preview_rows
from zhirong.store.work import FileImport
from zhirong.web.pages import page

OUTCOME_TEXT = {
    "new": Text("新增", "new"),
    "changed": Text("变更", "changed"),
    "same": Text("相同", "the same"),
    "wrong": Text("有问题", "wrong"),
}
_OUTCOME_CSS = {"new": "good", "changed": "warn", "same": "", "wrong": "bad"}


@page("imports/<int:id>/", "import.page", roles=BRINGERS, model=FileImport)
def import_page(request: HttpRequest, row: FileImport) -> HttpResponse:
    """Show one import; the user can leave the page and return."""
    context: dict[str, Any] = {
        "row": row,
        "kind": KIND_TEXT[row.kind],
        "state": IMPORT_WORDS[ImportState(row.state)],
        "link": reverse(IMPORTERS[row.kind].page),
        "progress": progress_of(row),
        "is_working": row.state in (ImportState.READING, ImportState.KEEPING),
        "is_preview": row.state == ImportState.PREVIEW,
        "has_failed": has_failed(row),
        "may_confirm": can(request.actor, "import.confirm", row),
        "found": row.about,
        "wrong": _problems(row.problems),
        "notices": _problems(row.about.get("notices", [])),
        **_piece(request, row),
    }
    return render(request, "imports/import.html", context)


@page("imports/<int:id>/progress/", "import.progress", roles=BRINGERS, model=FileImport)
def progress(request: HttpRequest, row: FileImport) -> HttpResponse:
    """Return the progress for the page's script."""
    said = progress_of(row)
    return JsonResponse({**said, "words": said["words"].in_(request.lang)}, headers={"Cache-Control": "no-store"})


def progress_of(row: FileImport) -> dict[str, Any]:
    """Return the progress of the background. state: changes when the page must show something else."""
    one = job_of(row)
    done, total = (0, 0) if one is None else (one.done, one.total)
    percent = 100 * done // total if total else 0
    if row.state == ImportState.READING:
        words = (
            Text(f"已读取和核对 {percent}%", f"{percent} % read and checked")
            if total
            else Text("正在读取", "reading the file")
        )
    elif row.state == ImportState.KEEPING:
        words = Text(f"已录入 {percent}%", f"{percent} % imported")
    else:
        words = IMPORT_WORDS[ImportState(row.state)]
    state = f"{row.state}/failed" if has_failed(row) else row.state
    return {"state": state, "done": done, "total": total, "percent": percent, "words": words}


def _piece(request: HttpRequest, row: FileImport) -> dict[str, Any]:
    """Return the rows of one page of the preview; none if it has been removed."""
    if not row.parts:
        return {}
    written = request.GET.get("page", "1")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
    if not 1 <= number <= len(row.parts):
        raise Http404
    around = {
        "page": number,
        "pages": len(row.parts),
        "before": number - 1,
        "after": number + 1 if number < len(row.parts) else 0,
        "first": (number - 1) * PIECE + 1,
    }
    try:
        rows = preview_rows(row, number - 1)
    except InputError as error:
        return {"gone": error.problems}
    for one in rows:
        one["outcome_words"], one["css"] = OUTCOME_TEXT[one["outcome"]], _OUTCOME_CSS[one["outcome"]]
    return {**around, "rows": rows}


def _problems(kept: list[dict[str, Any]]) -> list[Problem]:
    return [Problem.from_json(one) for one in kept]
