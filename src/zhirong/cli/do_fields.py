"""The fields of an operation on the command line: listing them, and reading them into a request."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhirong.cli.files import parse_json, read_binary, read_json
from zhirong.cli.platform_client import say, value_of_words
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.kernel.text_files import MOST_TEXT_BYTES

_MOST_CHOICES = 60  # choices of one field on a terminal; --json lists all of them
_HOW: Mapping[str, tuple[str, str]] = {
    "area": ("文字，可多行", "text, several lines"),
    "text": ("文字", "text"),
    "code": ("验证器上的六位数字", "six digits from the authenticator"),
    "choice": ("选一", "one of"),
    "many": ("可选多项，重复填写", "one or more of, repeated"),
    "day": ("日期 2026-11-25", "day 2026-11-25"),
    "file": ("文件，用 --file", "file, with --file"),
    "flag": ("true 或 false", "true or false"),
    "password": ("密码，用 --json-in -", "secret, with --json-in -"),
    "money": ("金额，如 200万元", "amount in yuan, such as 2,000,000"),
    "number": ("数字", "number"),
    "range": ("三个数：低、最可能、高，重复填写", "three: low, most likely, high, repeated"),
    "table": ("表，用 :=JSON 或 --json-in", "table, with :=JSON or --json-in"),
}


@dataclass(slots=True)
class Given:
    """The input for a request. files: field, name and content of files to upload first."""

    values: dict[str, Any] = field(default_factory=dict)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)


# -- reading ----------------------------------------------------------------------------------------------------


def request_of(fields: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> Given:
    """Build the request from the options: JSON first, then single fields, then files. The platform checks the
    values; raises InputError with everything that cannot be read at all.
    """
    known = {one["name"]: one for one in fields}
    problems: list[Problem] = []
    given = Given(_json_in(options.json_in, problems))
    typed: dict[str, list[Any]] = {}
    for written in options.set:
        _take(written, known, typed, problems)
    for name, values in typed.items():
        given.values[name] = _one_or_all(known.get(name), values)
    for written in options.file:
        name, path = _split(written, "--file", problems)
        if name:
            given.files += _content(name, path, problems)
    if problems:
        raise InputError(problems)
    return given


def _json_in(path: str, problems: list[Problem]) -> dict[str, Any]:
    if not path:
        return {}
    try:
        said = parse_json(sys.stdin.read(MOST_TEXT_BYTES), path) if path == "-" else read_json(path)
    except InputError as error:
        problems += error.problems
        return {}
    if isinstance(said, dict):
        return said
    problems.append(
        Problem(
            "--json-in",
            path,
            Text("不是 JSON 对象", "not a JSON object"),
            Text('请写成 {"字段": 值}', 'write it like {"field": value}'),
            "not_json",
        )
    )
    return {}


def _take(written: str, known: Mapping[str, Any], typed: dict[str, list[Any]], problems: list[Problem]) -> None:
    name, value = _split(written, "--set", problems)
    if not name:
        return
    asked = known.get(name.removesuffix(":"))
    if name.endswith(":") or (asked is not None and asked["widget"] == "table"):
        name = name.removesuffix(":")
        try:
            typed.setdefault(name, []).append(json.loads(value))
        except ValueError as error:
            hint = Text(f"请写成 {name}:=JSON，或用 --json-in", f"write it like {name}:=JSON, or use --json-in")
            reason = Text(f"不是 JSON：{error}", f"not JSON: {error}")
            problems.append(Problem(name, value, reason, hint, "not_json"))
        return
    if asked is not None and asked["widget"] in ("file", "password"):
        problems.append(_wrong_way(name, asked["widget"]))
        return
    typed.setdefault(name, []).append(value_of_words(value, asked["choices"]) if asked is not None else value)


def _one_or_all(asked: Mapping[str, Any] | None, values: list[Any]) -> Any:
    """Return a list if one is expected or several values were given; a list given as JSON is used unchanged."""
    if len(values) == 1 and (asked is None or not asked["is_list"] or isinstance(values[0], list)):
        return values[0]
    return values


def _split(written: str, option: str, problems: list[Problem]) -> tuple[str, str]:
    name, sign, value = written.partition("=")
    if sign and name.strip(": "):
        return name.strip(), value
    problems.append(
        Problem(
            option,
            written,
            Text("未按“字段=值”的格式填写", "not written as field=value"),
            Text(f"如 {option} amount=200万元", f"such as {option} amount=2,000,000"),
            "not_a_field",
        )
    )
    return "", ""


def _content(name: str, path: str, problems: list[Problem]) -> list[tuple[str, str, bytes]]:
    try:
        return [(name, Path(path).name, read_binary(path))]
    except InputError as error:
        problems += [one.within(name) for one in error.problems]
        return []


def _wrong_way(name: str, widget: str) -> Problem:
    if widget == "file":
        return Problem(
            name,
            "",
            Text("该项为文件", "this field is a file"),
            Text(f"请用 --file {name}=路径", f"use --file {name}=PATH"),
            "is_a_file",
        )
    return Problem(
        name,
        "",
        Text("密码不得写在命令行中：他人可以看到", "a secret must not be an argument, because others could see it"),
        Text("请用 --json-in -，从标准输入提供", "use --json-in - and send it on standard input"),
        "is_a_secret",
    )


# -- showing ----------------------------------------------------------------------------------------------------


def print_fields(fields: Sequence[Mapping[str, Any]], is_on_row: bool, lang: str) -> None:
    """Print each field with its label, its form, whether it is required, and its choices."""
    zh = lang == "zh"
    # The initial value of a form: from the object, or a proposal if there is no object yet.
    begins = ("现为" if is_on_row else "可填") if zh else ("at present" if is_on_row else "such as")
    shown = [one for one in fields if one["suits"]]
    if not shown:
        print("无需填写任何字段。" if zh else "It has no fields.")
    for one in shown:
        must = ("（必填）" if zh else " (required)") if one["required"] else ""
        how = _HOW[one["widget"]][0 if zh else 1]
        if one["is_list"] and one["widget"] not in ("many", "range"):
            how += "，可重复填写" if zh else ", can be repeated"
        default, now = _shown(one, one["default"]), _shown(one, one["start"])
        how += (f"；不填则为 {default}" if zh else f"; default: {default}") if default else ""
        how += f"{'；' if zh else '; '}{begins} {now}" if now not in ("", default) else ""
        print(f"  {one['name']}{must}  {say(lang, one['title'])}{'：' if zh else ': '}{how}")
        if say(lang, one["help"]):
            print(f"      {say(lang, one['help'])}")
        for choice in one["choices"][:_MOST_CHOICES]:
            words = say(lang, choice["words"])
            print(f"      {choice['value']}" + (f"  {words}" if words != choice["value"] else ""))
        if len(one["choices"]) > _MOST_CHOICES:
            more = len(one["choices"]) - _MOST_CHOICES
            print(f"      另有 {more} 项：--json 全部列出" if zh else f"      {more} more: --json lists all")


def _shown(one: Mapping[str, Any], value: Any) -> str:
    if value in (None, "", [], {}, False):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
