"""``zhirong show``: print the owner of a token, lists, objects and files of a platform over its API."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zhirong.cli.columns import to_left
from zhirong.cli.files import print_json, unwritable
from zhirong.cli.platform_client import Platform, add_connection, moment, problem, reached, say
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Text

_LONGEST = 200  # characters of a table within an object on a terminal; --json prints it completely


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "what",
        metavar="WHAT",
        help="me（本人信息）、lists（可查看的列表）、列表名如 lender.cases；有编号时是对象，如 case 12 / me, lists, the name of a "
        "list; with an id an object, such as case 12",
    )
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="对象的编号 / id of the object")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="列表的筛选，可重复 / filter of a list",
    )
    parser.add_argument(
        "--order",
        default="",
        metavar="COLUMN",
        help="列表的排序；--order=-COLUMN 为降序 / order of a list; --order=-COLUMN descending",
    )
    parser.add_argument("--all", action="store_true", help="列表的所有行 / all rows of a list")
    parser.add_argument("--csv", action="store_true", help="列表输出为 CSV / a list as CSV")
    parser.add_argument("--xlsx", default="", metavar="FILE", help="列表输出为 Excel / a list as Excel")
    parser.add_argument(
        "--out", default="", metavar="FILE", help="文件或文书的保存位置 / where to save a file or document"
    )
    add_connection(parser)


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError with everything that the platform rejects."""
    with reached(options) as platform:
        if options.what == "me":
            _show_me(platform, options)
        elif options.what == "lists":
            _show_lists(platform, options)
        elif options.id is None:
            from zhirong.cli.show_list import show_list

            show_list(platform, options)
        else:
            _show_object(platform, options)
    return 0


def _show_me(platform: Platform, options: argparse.Namespace) -> None:
    me = platform.get("/me")
    if options.json:
        print_json(me)
        return
    zh = options.lang == "zh"
    scopes = me["scopes"]
    rows = [
        ("机构", "organisation", f"{me['organisation_name']} {me['organisation_code']}（{me['organisation']}）"),
        ("账号", "account", str(me["account"])),
        ("角色", "roles", "、".join(me["roles"])),
        ("令牌范围", "scopes of the token", "、".join(scopes) if scopes is not None else "—"),
        ("可办理的事项", "operations", f"{len(me['operations'])}（zhirong do）"),
        ("可查看的列表", "lists", f"{len(me['lists'])}（zhirong show lists）"),
    ]
    print("\n".join(to_left([[row[0] if zh else row[1], row[2]] for row in rows])))


def _show_lists(platform: Platform, options: argparse.Namespace) -> None:
    rows = platform.lists()
    if options.json:
        print_json(rows)
        return
    if not rows:
        print("该令牌没有可查看的列表。" if options.lang == "zh" else "This token cannot read any list.")
        return
    filters = [" ".join(one["name"] for one in row["filters"]) for row in rows]
    lines = [
        [row["name"], say(options.lang, row["title"]), f"--filter {words}" if words else ""]
        for row, words in zip(rows, filters, strict=True)
    ]
    print("\n".join(to_left(lines)))


# -- one object -------------------------------------------------------------------------------------------------


def _show_object(platform: Platform, options: argparse.Namespace) -> None:
    kind = _kind(platform.objects(), options.what)
    if options.out:
        _keep(platform, kind["name"], options)
        return
    found = platform.get(f"/{kind['name']}/{options.id}")
    if options.json:
        print_json(found)
        return
    print(f"{say(options.lang, kind['title'])} {options.id}")
    lines = [
        [f"  {say(options.lang, one['title'])}", one["name"], _shown(one, found[one["name"]], options.lang)]
        for one in kind["fields"]
    ]
    print("\n".join(to_left([line for line in lines if line[2]])))
    _print_possible(platform, found.get("operations", []), options)


def _print_possible(platform: Platform, names: Sequence[str], options: argparse.Namespace) -> None:
    if not names:
        return
    words = {row["name"]: say(options.lang, row["title"]) for row in platform.operations()}
    print("当前可办理" if options.lang == "zh" else "possible operations")
    print("\n".join(to_left([[f"  zhirong do {name} {options.id}", words.get(name, "")] for name in names])))


def _kind(kinds: Sequence[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    """Return the kind of object by its address (``cases``), its singular, or its name in events."""
    for one in kinds:
        if what in (one["name"], _singular(one["name"]), one["subject"], *one["title"].values()):
            return one
    names = "、".join(_singular(one["name"]) for one in kinds)
    raise problem(
        "no_such_kind",
        "WHAT",
        what,
        Text("不存在此类内容", "unknown name"),
        Text(f"可以是 {names}", f"it may be {names.replace('、', ', ')}"),
    )


def _singular(noun: str) -> str:
    return f"{noun.removesuffix('ies')}y" if noun.endswith("ies") else noun.removesuffix("s")


def _shown(column: Mapping[str, Any], value: Any, lang: str) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if column["kind"] == "money" and isinstance(value, str):
        amount = show_yuan(parse_yuan(value))
        return f"{amount} 元" if lang == "zh" else f"CNY {amount}"
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return say(lang, value)
    called = next((one["words"] for one in column["choices"] if one["value"] == value), None)
    if called is not None:
        words = say(lang, called)
        return words if words == value else f"{value} {words}"
    if isinstance(value, dict | list):
        said = json.dumps(value, ensure_ascii=False)
        return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}... （--json）"
    return moment(value) if isinstance(value, str) else str(value)


# -- files ------------------------------------------------------------------------------------------------------


def _keep(platform: Platform, noun: str, options: argparse.Namespace) -> None:
    """Write a file, or a document as Word or PDF by the requested extension, to the given path."""
    file = options.id
    if noun == "papers":
        paper = platform.get(f"/papers/{options.id}")
        file = paper["word"] if options.out.lower().endswith(".docx") else paper["pdf"]
        if file is None:
            raise problem(
                "no_such_file",
                "--out",
                options.out,
                Text("该文书没有这种格式的文件", "the document has no file in this format"),
                Text("请改用 .pdf 或 .docx", "use the other one of .pdf and .docx"),
            )
    elif noun != "files":
        raise problem(
            "no_such_file",
            "--out",
            options.out,
            Text("只有文件（file）和文书（paper）可以保存", "only a file or a document can be saved"),
            Text("请删除 --out，或使用 --json", "omit --out, or use --json"),
        )
    content = platform.content(f"/files/{file}/content")
    try:
        Path(options.out).write_bytes(content)
    except OSError as error:
        raise unwritable(options.out, error) from error
    if options.json:
        print_json({"file": file, "out": options.out, "bytes": len(content)})
    else:
        print(f"{options.out}（{len(content)} B）" if options.lang == "zh" else f"{options.out} ({len(content)} B)")
