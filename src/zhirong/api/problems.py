"""Errors for programs: problem details (RFC 9457), with every problem in both languages."""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from ninja import Schema
from pydantic import Field

from zhirong.api.reading import ANY_VERSION, VERSION_HEADER, NoVersionError
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError

MEDIA_TYPE = "application/problem+json"
# All kinds of error; each operation declares those that it can return.
REFUSALS = (400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 503, 507)
# Errors of any call: an incomplete request, a fault.
ANY_TIME = (408, 500)
# An operation on a row must also state the version seen.
ROW_REFUSALS = (*REFUSALS, 428)
_TITLES: Mapping[int, Text] = {
    400: Text("请求无法读取", "the request cannot be read"),
    401: Text("未登录，或令牌无效", "not signed in, or the token is not valid"),
    403: Text("没有权限", "not permitted"),
    404: Text("对象不存在，或无权查看", "the object does not exist, or you have no access to it"),
    405: Text("该地址不支持此方法", "this address does not take this method"),
    408: Text("请求未在时限内发送完毕", "the request was not finished in time"),
    409: Text("与当前状态冲突", "in conflict with the present state"),
    412: Text("对象已被修改", "the object has been changed"),
    413: Text("请求过大", "the request is too large"),
    422: Text("内容有误", "something in it is wrong"),
    428: Text("须提供所见版本", "the version that was seen must be named"),
    429: Text("请求过于频繁", "too many requests"),
    500: Text("平台出错，未写入任何内容", "a fault of the platform; nothing was written"),
    503: Text("暂时不能办理，请稍后重试", "not possible for the moment: try again later"),
    507: Text("磁盘已满", "the disk is full"),
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
# Errors with these codes concern the object's state, not the request.
_OF_STATE = frozenset({"not_in_this_state"})


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class FieldProblem(Schema):
    """One problem: the field, its value, the reason, and how to fix it."""

    field: str
    value: str
    code: str
    reason: Words
    hint: Words


class ProblemDetails(Schema):
    """An error. type: stable name of its kind. problems: everything found wrong, empty if no single field is
    concerned.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[FieldProblem] = Field(default_factory=list)


def answer(request: HttpRequest, status: int, problems: Iterable[Problem] = (), code: str = "") -> HttpResponse:
    """Return an error response. code: of its kind, by default that of its first problem."""
    return HttpResponse(details_of(request.path, status, problems, code), status=status, content_type=MEDIA_TYPE)


def title_of(status: int) -> Text:
    """Return the meaning of a status."""
    return _TITLES.get(status) or Text(HTTPStatus(status).phrase, HTTPStatus(status).phrase)


def details_of(path: str, status: int, problems: Iterable[Problem] = (), code: str = "") -> bytes:
    """Return the problem details of an error, as ``answer`` sends them."""
    return json.dumps(details(path, status, problems, code), ensure_ascii=False).encode("utf-8", "replace")


def details(path: str, status: int, problems: Iterable[Problem] = (), code: str = "") -> dict[str, Any]:
    """Return the problem details of an error, in the form of ``ProblemDetails``."""
    found = list(problems)
    title = title_of(status)
    kind = code or (found[0].code if found else HTTPStatus(status).phrase.lower().replace(" ", "_"))
    return {
        "type": f"urn:zhirong:problem:{kind}",
        "title": f"{title.zh} / {title.en}",
        "status": status,
        "detail": "；".join(problem.as_text("zh") for problem in found) or title.zh,
        "instance": path,
        "problems": [problem.as_json() for problem in found],
    }


def details_example(path: str, status: int) -> dict[str, Any]:
    """Return example problem details of this status for the description."""
    about = {
        412: one("stale", VERSION_HEADER, '"3"', title_of(412), Text("请重新读取后再试", "read it again")),
        422: one("missing", "amount", "", Text("没有填写", "nothing is given"), Text("请补充填写", "fill it in")),
    }
    found: dict[str, Any] = json.loads(details_of(path, status, [about[status]] if status in about else []))
    return found


def refusal(request: HttpRequest, error: InputError) -> HttpResponse:
    """Return the response to an error of an operation or list."""
    named = request.headers.get(VERSION_HEADER, "").strip()
    return answer(request, status_of(error, named not in ("", ANY_VERSION)), error.problems)


def status_of(error: InputError, is_conditional: bool) -> int:
    """Return the status of an error. is_conditional: the caller has stated a version."""
    if isinstance(error, ForbiddenError):
        return 403
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, NoVersionError):
        return 428
    if isinstance(error, ConflictError):
        return 412 if is_conditional else 409
    if all(problem.code in _OF_STATE for problem in error.problems):
        return 409
    return 422


def one(code: str, field: str, value: str, reason: Text, hint: Text) -> Problem:
    """Return a problem found by the API itself."""
    return Problem(field, value, reason, hint, code)


def of_validation(errors: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Convert the framework's errors in parameters and files."""
    return [
        one(
            str(error.get("type", "value")),
            ".".join(str(part) for part in error.get("loc", ())[1:]) or "request",
            "",
            Text(f"不是可接受的值（{error.get('type')}）", str(error.get("msg", "not an accepted value"))),
            Text("请按接口说明改正", "correct it as the description of the API says"),
        )
        for error in errors
    ]


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Turn every error below ``/api/`` into problem details, regardless of its origin: an unknown address, a wrong
    method, a missing CSRF token, a fault.
    """

    def convert(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_ours = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if not request.path.startswith("/api/") or response.status_code < 400 or is_ours:
            return response
        made = answer(request, response.status_code)
        for name in _KEPT_HEADERS:
            if name in response.headers:
                made.headers[name] = response.headers[name]
        return made

    return convert
