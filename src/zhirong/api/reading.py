"""Reading a call: the body, the version stated by the caller, numbers in the address."""

import json
import re
from collections.abc import Mapping
from typing import Any

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.fields import unwritable_paths, unwritable_problem
from zhirong.operations.http_request import HttpRequest

KEY_HEADER = "Idempotency-Key"
VERSION_HEADER = "If-Match"
ANY_VERSION = "*"
# One strong entity tag; a compressing proxy turns it into a weak one, which names the same version here.
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')


class UnreadableError(InputError):
    """The body does not match its media type and cannot be read."""


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of the body; an empty body is an empty object. Raises UnreadableError for anything
    else.
    """
    if not request.body:
        return {}
    try:
        sent = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableError([_not_json(str(error)[:100])]) from error
    if not isinstance(sent, dict):
        raise UnreadableError([_not_json(type(sent).__name__)])
    return sent


class NoVersionError(InputError):
    """An operation on a row must state the version that the caller has seen, so that it does not overwrite others'
    changes.
    """


def version_of(request: HttpRequest) -> int | None:
    """Return the version in ``If-Match`` (RFC 9110 §13.1.1); None for ``*``, any version. Raises NoVersionError if
    it is missing, InputError if it is not a version.
    """
    written = request.headers.get(VERSION_HEADER, "").strip()
    if not written:
        raise NoVersionError([no_version(VERSION_HEADER)])
    if written == ANY_VERSION:
        return None
    found = _ETAG.fullmatch(written)
    if found is None:
        hint = Text(
            '照抄 ETag，如 "3"（带引号）；不论版本则写 *',
            'repeat the ETag, such as "3" with its quotes; * for any version',
        )
        raise InputError([bad_version(VERSION_HEADER, written, hint)])
    return int(found.group(1))


_VERSION_NUMBER = Text("写整数，如 3；不论版本则写 *", "give a whole number, such as 3; * for any version")


def bad_version(name: str, written: str, hint: Text = _VERSION_NUMBER) -> Problem:
    """Return the problem of an invalid version. name: of the header or field."""
    return Problem(name, written, Text("不是版本号", "not a version"), hint, "bad_version")


def etag(version: int) -> str:
    """Return a version as an ``ETag``."""
    return f'"{version}"'


def query_of(request: HttpRequest, known: Mapping[str, Any]) -> dict[str, str]:
    """Return the query parameters. known: allowed names. Raises InputError with every other name, and with values
    whose characters no database can store.
    """
    problems = [
        Problem(
            name[:80],
            "",
            Text("该参数不存在", "the parameter does not exist"),
            Text(f"可用：{'、'.join(known)}", f"there are: {', '.join(known)}"),
            "unknown_parameter",
        )
        for name in request.GET
        if name not in known
    ]
    given = {name: str(value) for name, value in request.GET.items() if name in known}
    problems += [unwritable_problem(path) for path in unwritable_paths(given)]
    if problems:
        raise InputError(problems)
    return given


def number_in(given: Mapping[str, str], name: str, least: int, most: int, otherwise: int) -> int:
    """Return a whole-number parameter within bounds. Raises InputError for anything else."""
    written = given.get(name, "")
    if not written:
        return otherwise
    is_number = written.isascii() and written.isdigit() and len(written) < 19
    if not is_number or not least <= int(written) <= most:
        raise InputError(
            [
                Problem(
                    name,
                    written,
                    Text(f"须为 {least} 至 {most} 的整数", f"it must be a whole number from {least} to {most}"),
                    Text("请改正或删除", "correct it or omit it"),
                    "out_of_bounds",
                )
            ]
        )
    return int(written)


def no_version(name: str) -> Problem:
    """Return the problem of a request that does not say which version was seen. name: of the header or field."""
    return Problem(
        name,
        "",
        Text(
            "未提供所见版本，可能覆盖他人的修改",
            "the version that you saw is missing, so changes by others could be overwritten",
        ),
        Text(
            '请填写所见对象的 ETag，如 "3"；不限版本的填 *',
            'enter the ETag of the object as seen, such as "3"; or * for any version',
        ),
        "precondition_required",
    )


def _no_constant(written: str) -> Any:
    raise ValueError(f"{written} is not JSON")


def _not_json(found: str) -> Problem:
    return Problem(
        "body",
        found,
        Text("不是 JSON 对象", "not a JSON object"),
        Text('请写成 {"字段": 值}', 'write it like {"field": value}'),
        "not_json",
    )
