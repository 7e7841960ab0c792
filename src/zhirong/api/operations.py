"""Every operation as a call: ``POST /do/NAME`` to create something, ``POST /do/NAME/ID`` for a row."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Path, Schema

from zhirong.api.answers import as_json, responses
from zhirong.api.problems import ROW_REFUSALS
from zhirong.api.reading import KEY_HEADER, VERSION_HEADER, body_of, etag, version_of
from zhirong.chain.organisation.roles import ROLE_WORDS
from zhirong.operations import declare
from zhirong.operations.clock import now
from zhirong.operations.declare import OPERATIONS, Call, Operation
from zhirong.operations.fields import mark_money_numbers
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import waits_in_background
from zhirong.operations.run import run_operation


class Done(Schema):
    """The result. index: of its event in the log. subject: the changed or created object, such as ``case/12``, with
    its id and version. answer: of the operation. repeated: the operation had already run with the same key.
    shown_once: a secret that is shown only here.
    """

    index: int
    subject: str
    id: int
    version: int
    answer: Any = None
    repeated: bool
    shown_once: str


def add_to(api: NinjaAPI) -> None:
    """Declare a call for every operation that users and their programs can run."""
    for op in OPERATIONS.values():
        if op.is_background:
            continue
        is_on_row = op.model is not None
        api.post(
            f"/do/{op.name}/{{int:id}}" if is_on_row else f"/do/{op.name}",
            operation_id=operation_id(op),
            summary=f"{op.title.zh} / {op.title.en}",
            description=_description(op),
            tags=[op.scope],
            response=_responses(op),
            openapi_extra={"x-operation": op.name, "parameters": _parameters(is_on_row)},
        )(_on_row(op) if is_on_row else _begin(op))


def _responses(op: Operation) -> dict[Any, Any]:
    """Return the responses of a call; 202 if a long file may be left to the background."""
    said = responses(Done) if op.model is None else responses(Done, ROW_REFUSALS)
    return {**said, 202: Done} if op.takes_files else said


def operation_id(op: Operation) -> str:
    """Return the name of the call, for generated programs."""
    return "do_" + op.name.replace(".", "_")


def _begin(op: Operation) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        return _do(request, op, None)

    return view


def _on_row(op: Operation) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, id: int = Path(..., ge=0)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: A002
        return _do(request, op, id)

    return view


def _do(request: HttpRequest, op: Operation, subject: int | None) -> HttpResponse:
    version = None if subject is None else version_of(request)
    call = Call(request.actor, now(), request.headers.get(KEY_HEADER, "").strip())
    done = run_operation(op.name, call, subject, mark_money_numbers(op.request, body_of(request)), version)
    said = done_as_json(done)
    headers = {"ETag": etag(done.version)} if done.subject else {}
    if waits_in_background(done.answer):
        return as_json(said, 202, {**headers, "Location": f"/api/v1/imports/{done.answer['import']}"})
    return as_json(said, headers=headers)


def done_as_json(done: declare.Done) -> dict[str, Any]:
    """Return the result of an operation as the API gives it, in the form of ``Done``."""
    return {
        "index": done.index,
        "subject": done.subject,
        "id": done.id,
        "version": done.version,
        "answer": done.answer,
        "repeated": done.repeated,
        "shown_once": done.shown_once,
    }


def _description(op: Operation) -> str:
    lines = [op.help.zh, op.help.en]
    if op.roles:
        lines.append("角色 / roles: " + "、".join(f"{ROLE_WORDS[role].zh} {role.value}" for role in op.roles))
    if op.states is not None:
        lines.append("状态 / states: " + "、".join(sorted(op.states)))
    return "\n\n".join(line for line in lines if line)


def key_parameter() -> dict[str, Any]:
    """Return the header with the key of a request, for the description."""
    return {
        "in": "header",
        "name": KEY_HEADER,
        "required": True,
        "description": "随机键；重发同一请求使用同一键，不会重复办理 / a random key; repeats of a request use the same one, "
        "and are done once",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    }


def _parameters(is_on_row: bool) -> list[dict[str, Any]]:
    version = {
        "in": "header",
        "name": VERSION_HEADER,
        "required": True,
        "description": "所见版本（ETag），不限版本填 *；未填写返回 428，已被修改返回 412 / the version as seen, * for any; 428 "
        "where it is missing, 412 where it has been changed since",
        "schema": {"type": "string", "pattern": r'^("[0-9]{1,18}"|\*)$'},
    }
    return [key_parameter(), version] if is_on_row else [key_parameter()]
