"""Files: uploaded for an operation, which receives the ticket; downloaded by users who may see their subject."""

import io
from typing import Any

from django.http import FileResponse, HttpResponse
from ninja import File, NinjaAPI, Path, Schema
from ninja.files import UploadedFile

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.problems import REFUSALS
from zhirong.kernel.days import day_of
from zhirong.operations.access_log import note_seen
from zhirong.operations.actors import Actor
from zhirong.operations.clock import now
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import forbidden, not_found
from zhirong.operations.tokens import READ, demand_read
from zhirong.operations.uploads import bytes_of, take_in
from zhirong.operations.visibility import visible
from zhirong.store.financing import StoredFile


class TicketOut(Schema):
    """The ticket of a file for an operation's request, valid for a day and for the same account."""

    ticket: str


_CONTENT: dict[str, Any] = {
    "responses": {
        200: {
            "description": "the file / 文件",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


def add_to(api: NinjaAPI) -> None:
    """Declare the calls."""
    api.post(
        "/files",
        operation_id="upload_file",
        summary="上传文件 / upload a file",
        tags=["files"],
        response=responses(TicketOut, REFUSALS, 201),
    )(upload)
    api.get(
        "/files/{int:id}/content",
        operation_id="download_file",
        summary="下载文件 / download a file",
        tags=["files"],
        response=responses(None, READ_REFUSALS),
        openapi_extra=_CONTENT,
    )(download)


def upload(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Accept a file after checking its content, kind and size."""
    actor: Actor = request.actor
    if not actor.organisation or (actor.scopes is not None and not actor.scopes - {READ}):
        raise forbidden()  # users without an organisation and read-only tokens cannot upload
    return as_json({"ticket": take_in(actor, file.name or "", file.read())}, 201)


def download(request: HttpRequest, id: int = Path(..., ge=0)) -> Any:  # type: ignore[type-arg]  # noqa: A002
    """Return the file content as uploaded or generated; content changed on the disk is not sent."""
    actor: Actor = request.actor
    demand_read(actor)
    row = visible(actor, StoredFile, day_of(now())).filter(pk=id, removed=False).first()
    if row is None:
        raise not_found(StoredFile, id)
    note_seen(actor, row, now())
    return FileResponse(
        io.BytesIO(bytes_of(row)),
        as_attachment=True,
        filename=row.name,
        content_type="application/octet-stream",
    )
