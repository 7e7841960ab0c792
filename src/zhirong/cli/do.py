"""``zhirong do``: run any operation of a desk by its name over the platform's API, list the operations, or show
their fields.
"""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from zhirong.cli.columns import to_left
from zhirong.cli.do_fields import print_fields, request_of
from zhirong.cli.files import print_json
from zhirong.cli.platform_client import Platform, add_connection, fresh_key, problem, reached, say
from zhirong.kernel.text import Text

_ANY = "any"
_OF_AN_OPERATION = ("name", "title", "help", "is_on_row", "on")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: operation, row, fields."""
    parser.add_argument(
        "-h", "--help", action="store_true", help="帮助；NAME --help 说明该事项 / help, of NAME too"
    )
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="事项，如 case.accept；不填则全部列出 / operation; lists all if omitted",
    )
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="对象编号 / id of the object")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="填写一个字段；多个值重复填写；表格写 FIELD:=JSON / set a field; repeat it for a list; FIELD:=JSON for a table",
    )
    parser.add_argument(
        "--file", action="append", default=[], metavar="FIELD=PATH", help="上传文件 / upload a file for a field"
    )
    parser.add_argument(
        "--json-in",
        default="",
        metavar="FILE",
        help="从 JSON 读取各字段，- 为标准输入 / fields from JSON, - is standard input",
    )
    parser.add_argument(
        "--version",
        type=_version,
        default=None,
        metavar="N|any",
        help="所见版本；any 不限版本；不填则取当前版本 / version that you have seen; any for any version; default: the current one",
    )
    parser.add_argument(
        "--key", default="", help="请求的键；重发时用原键 / key of the request; use the same one to repeat it"
    )
    parser.add_argument("--fields", action="store_true", help="列出所需字段 / show the fields of NAME")
    add_connection(parser)
    parser.set_defaults(print_help=parser.print_help)


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError with everything that the platform rejects."""
    if options.name is None and options.help:
        options.print_help()
        return 0
    with reached(options) as platform:
        if options.name is None:
            _print_operations(platform, options)
        elif options.help or options.fields:
            _show_operation(platform.operation(options.name, options.id), options)
        else:
            _do(platform, options)
    return 0


def _do(platform: Platform, options: argparse.Namespace) -> None:
    op = platform.operation(options.name, options.id)
    _demand_subject(op, options.id)
    given = request_of(op["fields"], options)
    for field, name, content in given.files:
        given.values[field] = platform.files.upload(name, content)
    # From here on the operation may have run: an error names the place to look, a broken connection the safe way to repeat it.
    platform.look = f"zhirong show {op['on']} {options.id}" if op["is_on_row"] else ""
    platform.key = options.key or fresh_key()
    done = platform.do(options.name, options.id, given.values, _wanted(op, options.version), platform.key)
    _print_done(op, done, platform, options)


def _version(written: str) -> int | str:
    if written == _ANY:
        return "*"
    if not (written.isascii() and written.isdigit()):
        raise argparse.ArgumentTypeError(f"{written!r}: N / any")
    return int(written)


def _wanted(op: Mapping[str, Any], version: int | str | None) -> int | str | None:
    """Return the version to send: the given one, otherwise the current one; a row without version needs none."""
    if not op["is_on_row"]:
        return None
    if version is not None:
        return version
    return "*" if op["version"] is None else int(op["version"])


def _demand_subject(op: Mapping[str, Any], identity: int | None) -> None:
    if op["is_on_row"] and identity is None:
        raise problem(
            "no_subject",
            "ID",
            "",
            Text("未指定对象", "the object is missing"),
            Text(
                f"请填写编号：zhirong do {op['name']} ID（{op['on']} 的编号，可用 zhirong show lists 查找）",
                f"add its id: zhirong do {op['name']} ID (one of {op['on']}, found with zhirong show lists)",
            ),
        )
    if not op["is_on_row"] and identity is not None:
        raise problem(
            "no_subject",
            "ID",
            str(identity),
            Text("该事项不针对某个对象", "this operation has no object"),
            Text(f"请删除编号：zhirong do {op['name']}", f"omit the id: zhirong do {op['name']}"),
        )


# -- output -----------------------------------------------------------------------------------------------------


def _print_operations(platform: Platform, options: argparse.Namespace) -> None:
    rows = platform.operations()
    if options.json:
        print_json([{name: row[name] for name in _OF_AN_OPERATION} for row in rows])
        return
    zh = options.lang == "zh"
    if not rows:
        print("该令牌没有可办理的事项。" if zh else "This token cannot run any operation.")
        return
    titles = {kind["name"]: say(options.lang, kind["title"]) for kind in platform.objects()}
    for noun in sorted({row["on"] for row in rows}):
        print(_heading(titles.get(noun, noun) if noun else "", zh))
        lines = [
            [f"  {row['name']}{' ID' if row['is_on_row'] else ''}", say(options.lang, row["title"])]
            for row in rows
            if row["on"] == noun
        ]
        print("\n".join(to_left(lines)))
    print("查看所需字段：zhirong do NAME --fields" if zh else "show the fields: zhirong do NAME --fields")


def _heading(title: str, zh: bool) -> str:
    if not title:
        return "新办" if zh else "to create something"
    return f"对“{title}”" if zh else f"to one {title}"


def _show_operation(op: Mapping[str, Any], options: argparse.Namespace) -> None:
    if options.json:
        print_json(
            {
                **{n: op[n] for n in (*_OF_AN_OPERATION, "version")},
                "fields": list(op["fields"]),
            }
        )
        return
    subject = " ID" if op["is_on_row"] else ""
    print(
        f"{say(options.lang, op['title'])}：zhirong do {op['name']}{subject}"
        if options.lang == "zh"
        else f"{say(options.lang, op['title'])}: zhirong do {op['name']}{subject}"
    )
    if op["help"]["zh"]:
        print(say(options.lang, op["help"]))
    print_fields(op["fields"], op["is_on_row"], options.lang)


def _print_done(op: Mapping[str, Any], done: Any, platform: Platform, options: argparse.Namespace) -> None:
    link = platform.address + op["page"].replace("{id}", str(done.id)) if op["page"] else ""
    if options.json:
        print_json(
            {
                "index": done.index,
                "subject": done.subject,
                "id": done.id,
                "version": done.version,
                "answer": done.answer,
                "repeated": done.repeated,
                "shown_once": done.shown_once,
                "link": link,
            }
        )
        return
    print("\n".join(_done_lines(op, done, link, options.lang)))


def _done_lines(op: Mapping[str, Any], done: Any, link: str, lang: str) -> list[str]:
    zh = lang == "zh"
    title = say(lang, op["title"])
    if done.repeated:
        lines = [
            f"此前已办理（同一键），未重复办理：{title}"
            if zh
            else f"already done with this key, not repeated: {title}"
        ]
    else:
        lines = [f"已办理：{title}" if zh else f"done: {title}"]
    if done.subject:
        lines.append(
            f"对象 {done.subject}，第 {done.version} 版" if zh else f"object {done.subject}, version {done.version}"
        )
    lines.append(f"日志第 {done.index} 条" if zh else f"event {done.index} of the log")
    if done.answer not in (None, {}, []):
        said = json.dumps(done.answer, ensure_ascii=False)
        lines.append(f"答复 {said}" if zh else f"answer {said}")
    if link:
        lines.append(f"页面 {link}" if zh else f"page {link}")
    if done.shown_once:
        lines.append(
            f"仅显示一次，请妥善保存：{done.shown_once}"
            if zh
            else f"shown only once, keep it safe: {done.shown_once}"
        )
    return lines
