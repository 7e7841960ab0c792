"""A running platform for the commands ``do`` and ``show``: only through its API, as the owner of the token."""

import argparse
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx

from zhirong.cli.files import read_text
from zhirong.client.register import Files
from zhirong.client.transport import ApiError, Transport
from zhirong.kernel.days import SHANGHAI
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

ADDRESS_HERE = "http://localhost:8000"
_NO_HINT = Text("", "")
_OWN_FAULT = 500  # from here on a proxy may have answered for the platform
# The next step, by the status of a refusal; {look} is the command that shows the object, if there is one.
_NEXT: Mapping[int, Text] = {
    401: Text(
        "令牌已到期、已撤销或填写有误：请在工作台“接口”中重新生成，写入 ZHIRONG_TOKEN 或 --token-file 指定的文件",
        "the token has expired, was revoked or was copied incorrectly: create a new one on the API page and put it into ZHIRONG_TOKEN or the file of --token-file",
    ),
    403: Text(
        "zhirong do 列出该令牌可办理的事项；令牌范围不含查看（read）的，仅可办理，不可查看",
        "zhirong do lists the operations of this token; a token without the scope read can run operations but not read",
    ),
    404: Text("{look} 核对编号", "check the number: {look}"),
    409: Text("{look} 查看当前状态和可办理的事项", "show its current state and the possible operations: {look}"),
    412: Text("{look} 查看他人的修改，再重新办理", "show the changes and repeat: {look}"),
    429: Text("请一分钟后重试", "try again in a minute"),
    503: Text("稍后用同一个键重试：--key {key}", "try again later with the same key: --key {key}"),
}


class RefusedError(InputError):
    """A rejection by the platform: its title, every problem, and the next step."""

    def __init__(self, error: ApiError, look: str = "", key: str = "") -> None:
        self._title = _both(error.title)
        self._status = error.status
        self._next = _next(error.status, look, key)
        self._has_problems = bool(error.problems)
        problems = [
            Problem(one.field, one.value, Text(**one.reason), Text(**one.hint), one.code) for one in error.problems
        ]
        super().__init__(problems or [Problem("HTTP", str(error.status), self._title, self._next, error.kind)])

    def as_text(self, lang: Lang = "zh") -> str:
        """Return the title, the problems one per line, and the next step."""
        zh = lang == "zh"
        lines = [
            f"平台拒绝（{self._status}）：{self._title.zh}"
            if zh
            else f"rejected ({self._status}): {self._title.en}"
        ]
        if self._has_problems:
            lines += [f"  {number}. {one.as_text(lang)}" for number, one in enumerate(self.problems, 1)]
        if self._next != _NO_HINT:
            lines.append(f"下一步：{self._next.zh}" if zh else f"next: {self._next.en}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        said = {"status": self._status, "title": self._title.as_json(), "next": self._next.as_json()}
        return {**said, **super().as_json()}


def _next(status: int, look: str, key: str) -> Text:
    words = _NEXT.get(status, _NO_HINT)
    if ("{look}" in words.zh and not look) or ("{key}" in words.zh and not key):
        return _NO_HINT
    return Text(words.zh.format(look=look, key=key), words.en.format(look=look, key=key))


def _both(title: str) -> Text:
    zh, _, en = title.partition(" / ")
    return Text(zh, en or zh)


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the options for the platform and the account. A token is never an argument, because everyone on the
    computer can see arguments.
    """
    parser.add_argument("--url", default="", help=f"平台地址 / the platform (ZHIRONG_URL, {ADDRESS_HERE})")
    parser.add_argument(
        "--token-file",
        default="",
        metavar="FILE",
        help="存放令牌的文件（否则取 ZHIRONG_TOKEN）/ file that holds the token (otherwise ZHIRONG_TOKEN)",
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / for programs")


class Platform:
    """The platform as seen with one token."""

    def __init__(self, address: str, token: str, http: httpx.Client | None = None) -> None:
        self.address = address.rstrip("/")
        self.look = ""  # the command that shows the object concerned
        self.key = ""  # under which the operation can be repeated
        self._transport = Transport(self.address, token, http=http)
        self.files = Files(self._transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer of an address."""
        return self._transport.json("GET", path, params=query)

    def content(self, path: str) -> bytes:
        """Return the bytes of an address."""
        return self._transport.send("GET", path).content

    def operations(self) -> list[dict[str, Any]]:
        """Return the operations that the user can run, with labels."""
        return list(self.get("/me/operations")["rows"])

    def operation(self, name: str, row: int | None) -> dict[str, Any]:
        """Return one operation with its fields; for a row also with its version."""
        return dict(self.get("/me/operations", name=name, id=row)["rows"][0])

    def lists(self) -> list[dict[str, Any]]:
        """Return the lists that the user can read, with labels."""
        return list(self.get("/me/lists")["rows"])

    def objects(self) -> list[dict[str, Any]]:
        """Return the kinds of object that can be opened, with labels."""
        return list(self.get("/me/objects")["rows"])

    def do(self, name: str, row: int | None, data: Mapping[str, Any], version: Any, key: str) -> Any:
        """Run an operation."""
        return self._transport.do(name, row, data, version, key)


@contextmanager
def reached(options: argparse.Namespace) -> Iterator[Platform]:
    """Yield the platform that the options name; rejections and connection errors become problems."""
    address = options.url or os.environ.get("ZHIRONG_URL", "") or ADDRESS_HERE
    platform = Platform(address, _token(options.token_file))
    try:
        yield platform
    except ApiError as error:
        if error.kind == "unknown" and error.status < _OWN_FAULT:  # not in the platform's format
            raise _no_platform(address) from error
        raise RefusedError(error, platform.look, platform.key) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(address, str(error) or type(error).__name__, platform.key) from error
    except json.JSONDecodeError as error:
        raise _no_platform(address) from error
    finally:
        platform.close()


def fresh_key() -> str:
    """Return a key for a new request."""
    return secrets.token_hex(16)


def _token(path: str) -> str:
    token = (read_text(path) if path else os.environ.get("ZHIRONG_TOKEN", "")).strip()
    field = f"--token-file {path}" if path else "ZHIRONG_TOKEN"
    if not token:
        raise problem(
            "no_token",
            field,
            "",
            Text("没有令牌", "the token is missing"),
            Text(
                "请在工作台“接口”中生成，写入环境变量 ZHIRONG_TOKEN，或写入文件后用 --token-file",
                "create one on the API page, and put it into ZHIRONG_TOKEN or into a file for --token-file",
            ),
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise problem(
            "bad_token",
            field,
            "",
            Text(
                "不是令牌：含有空格、换行或汉字",
                "not a token: it contains spaces, line breaks or other invalid characters",
            ),
            Text("请仅填写以 zr_ 开头的内容", "enter only the text that begins with zr_"),
        )
    return token


def problem(code: str, field: str, value: str, reason: Text, hint: Text) -> InputError:
    """Return one problem, to be raised."""
    return InputError([Problem(field, value, reason, hint, code)])


def _unreachable(address: str, why: str, key: str) -> InputError:
    hint = Text(
        "请检查地址（--url 或 ZHIRONG_URL）、网络，以及平台是否已启动",
        "check the address (--url or ZHIRONG_URL), the network, and whether the platform is running",
    )
    if key:  # the operation may have run and the answer been lost
        hint = Text(
            f"{hint.zh}；可能已办理但未收到答复：请用 --key {key} 重发，不会重复办理",
            f"{hint.en}; the operation may have run although the answer was lost: repeat it with --key {key}; nothing is done twice",
        )
    return problem("unreachable", "url", address, Text(f"连不上：{why}", f"cannot be reached: {why}"), hint)


def _no_platform(address: str) -> InputError:
    return problem(
        "no_platform",
        "url",
        address,
        Text("该地址不是知融平台", "the server at this address is not a Zhirong platform"),
        Text("地址请只写到域名和端口", "enter the address up to its port, without a path"),
    )


def say(lang: str, words: Mapping[str, str]) -> str:
    """Return the text in one language from the API's bilingual text."""
    return words["zh" if lang == "zh" else "en"]


def value_of_words(given: str, choices: Sequence[Mapping[str, Any]]) -> str:
    """Return the value of the only choice with this label; otherwise the input, for the platform to judge."""
    if any(one["value"] == given for one in choices):
        return given
    found = [one["value"] for one in choices if given in one["words"].values()]
    return str(found[0]) if len(found) == 1 else given


def moment(written: str) -> str:
    """Format an ISO 8601 instant as date and minute in Shanghai; anything else stays unchanged."""
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        return written
    return written if instant.tzinfo is None else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
