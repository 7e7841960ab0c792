"""Many requests of one operation in one call: ``POST /bulk/NAME``, with a report row by row.

Each row is carried out as ``/do/NAME`` would carry it out, with its own permission, version, state, rule and event,
in a separate transaction. A rejected row does not affect the others, and repeating the call changes nothing. If the
database stops answering during the call, that row and all later rows are reported as not done; repeating the call
carries them out.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from ninja import NinjaAPI, Schema
from pydantic import Field

from zhirong.api.answers import as_json, responses
from zhirong.api.operations import Done, done_as_json, key_parameter
from zhirong.api.problems import ProblemDetails, details, status_of
from zhirong.api.reading import ANY_VERSION, KEY_HEADER, NoVersionError, bad_version, body_of, no_version
from zhirong.api.security import Rate
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.kernel.text import Text
from zhirong.operations.clock import now
from zhirong.operations.declare import OPERATIONS, Call, Operation
from zhirong.operations.fields import Request, mark_money_numbers, read
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import refuse
from zhirong.operations.run import demand_may, run_operation

_TOO_MANY_CALLS = 429
_PLATFORM_STOPPED = (503, 507)


class BulkAnswer(Schema):
    """The result of one row. index: its position in the request, from 0. status: the HTTP status that a separate
    call for this row would return. done: the result; problem: the reason for rejection; one of the two is null.
    """

    index: int
    status: int
    done: Done | None
    problem: ProblemDetails | None


class BulkReport(Schema):
    """The result of each row, in the order of the request, with the numbers of rows done (now or earlier) and
    rejected.
    """

    done: int
    refused: int
    rows: list[BulkAnswer]


class _Row(Request):
    """One row. id, version: those of the object that the operation changes. key: the row's own key; if omitted, it
    is derived from the key of the call.
    """

    id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    version: Any = None
    key: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


def add_to(api: NinjaAPI) -> None:
    """Declare a call for every operation that is declared for bulk."""
    for op in OPERATIONS.values():
        if not op.is_bulk:
            continue
        api.post(
            f"/bulk/{op.name}",
            operation_id="bulk_" + op.name.replace(".", "_"),
            summary=f"{op.title.zh}（批量） / {op.title.en}, in bulk",
            description=_about(),
            tags=["bulk"],
            response=responses(BulkReport),
            openapi_extra={"x-bulk": op.name, "parameters": [key_parameter()]},
        )(_view(op))


def _about() -> str:
    most = settings.API_BULK_ROWS
    return (
        f"至多 {most} 行，逐行办理、逐行答复；一行被拒绝不影响其他行，重发同一请求不会办两次。\n\n"
        f"Up to {most} rows, each carried out and answered on its own: a refused row leaves the others as they are, and a "
        "repeat of the request changes nothing."
    )


def _view(op: Operation) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        return _carry_out(request, op)

    return view


def _carry_out(request: HttpRequest, op: Operation) -> HttpResponse:
    call = Call(request.actor, now(), request.headers.get(KEY_HEADER, "").strip())
    demand_may(call, op)
    found: list[dict[str, Any]] = []
    for index, row in enumerate(_rows_of(body_of(request))):
        if found and found[-1]["status"] in _PLATFORM_STOPPED:
            found.append({**found[-1], "index": index})  # Each further row would wait as long again.
            continue
        found.append(_answer(request, op, call, index, row))
    done = sum(one["done"] is not None for one in found)
    return as_json({"done": done, "refused": len(found) - done, "rows": found})


def _rows_of(body: Mapping[str, Any]) -> list[Any]:
    """Return the rows of the request. Raises InputError if they are no list of 1 to ``API_BULK_ROWS``."""
    most = settings.API_BULK_ROWS
    unknown = sorted(set(body) - {"rows"})
    if unknown:
        raise refuse(
            "unknown_field",
            unknown[0][:80],
            "",
            Text("没有这个字段", "the field does not exist"),
            Text("请只填 rows", "give rows alone"),
        )
    rows = body.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= most:
        given = f"{len(rows)}" if isinstance(rows, list) else type(rows).__name__
        raise refuse(
            "bulk_rows",
            "rows",
            given,
            Text(f"rows 须为 1 至 {most} 行的列表", f"rows must be a list of 1 to {most} rows"),
            Text("行数过多请分次提交", "send more rows in several calls"),
        )
    return rows


def _answer(request: HttpRequest, op: Operation, call: Call, index: int, row: Any) -> dict[str, Any]:
    """Carry out a row and return its result. Each row counts against the rate of the account as a call does."""
    done, problem, status = None, None, 200
    if not Rate().allow_request(request):
        status, problem = _TOO_MANY_CALLS, details(request.path, _TOO_MANY_CALLS)
    else:
        try:
            done = _do(op, call, index, row)
        except InputError as error:
            named = isinstance(row, Mapping) and row.get("version") not in (None, ANY_VERSION)
            status = status_of(error, is_conditional=named)
            problem = details(request.path, status, error.problems)
        except (OperationalError, InterfaceError) as error:
            status = 507 if is_full_disk(error) else 503
            problem = details(request.path, status, [full_disk() if status == 507 else _not_done()])
    return {"index": index, "status": status, "done": done, "problem": problem}


def _not_done() -> Problem:
    reason = Text(
        "数据库暂时不能写入，本行未办理", "the database cannot be written at the moment; the row was not processed"
    )
    hint = Text("请稍后以同一键重发整个请求", "Send the whole request again later under the same key.")
    return Problem("", "", reason, hint, "not_now")


def _do(op: Operation, call: Call, index: int, sent: Any) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise refuse(
            "not_an_object",
            f"rows[{index}]",
            type(sent).__name__,
            Text("不是 JSON 对象", "not a JSON object"),
            Text('写成 {"data": {"字段": 值}}', 'write it like {"data": {"field": value}}'),
        )
    row = read(_Row, sent)
    version = _version(op, row)
    own = Call(call.actor, now(), row.key) if row.key else call.part(str(index))
    return done_as_json(run_operation(op.name, own, row.id, mark_money_numbers(op.request, row.data), version))


def _version(op: Operation, row: _Row) -> int | None:
    """Return the version that a row names, None for any. Raises InputError if the row names no object where it must, or one
    where it must not.
    """
    if op.model is None:
        if row.id is not None or row.version is not None:
            raise refuse(
                "unknown_field",
                "id" if row.id is not None else "version",
                "",
                Text(
                    "该操作新建内容，不针对已有对象", "the operation creates a new object and takes no existing one"
                ),
                Text("请去掉 id 和 version", "leave out id and version"),
            )
        return None
    if row.id is None:
        words = (
            Text("没有写明对象的编号", "the row does not say to which object"),
            Text("填列表中的 id", "give the id of a list"),
        )
        raise InputError([Problem("id", "", *words, "missing")])
    if row.version is None:
        raise NoVersionError([no_version("version")])
    if row.version == ANY_VERSION:
        return None
    if not isinstance(row.version, int) or isinstance(row.version, bool) or not 0 <= row.version < 10**18:
        raise InputError([bad_version("version", str(row.version)[:80])])
    return row.version
