"""``zhirong modes``: the financing modes, listed, explained, checked, put in order and compared."""

import argparse
from typing import Any

ACTIONS = ("check", "format", "compare", "diff")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments: nothing lists the modes, an id explains one, an action word works on files."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="ID | check FILE",
        help="模式代码；或 check FILE / a mode's id; or check FILE",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(arguments: argparse.Namespace) -> int:
    """List, explain or check. Exit code 0, or 1 where no such mode exists."""
    if not arguments.words:
        return _list(arguments)
    return _one(arguments, arguments.words[0])


def _list(arguments: argparse.Namespace) -> int:
    from zhirong.chain.mode.heads import list_modes

    heads = list_modes()
    if arguments.json:
        from zhirong.cli.files import print_json

        print_json([_head_json(head) for head in heads])
        return 0
    chinese = arguments.lang == "zh"
    width = max(len(head.id) for head in heads)
    for head in heads:
        title, place = (head.title_zh, head.place_zh) if chinese else (head.title_en, head.place_en)
        print(f"{head.id:<{width}}  {title}{'，' if chinese else ', '}{place}")
    print("\n看其中一个：zhirong modes 代码" if chinese else "\nto see one: zhirong modes ID")
    return 0


def _head_json(head: Any) -> dict[str, object]:
    return {
        "id": head.id,
        "title": {"zh": head.title_zh, "en": head.title_en},
        "place": {"zh": head.place_zh, "en": head.place_en},
        "region": head.region,
        "government": head.government,
        "leader": head.leader,
    }


def _one(arguments: argparse.Namespace, mode_id: str) -> int:
    from zhirong.chain.mode.files import load_mode
    from zhirong.chain.mode.show import mode_json, mode_text
    from zhirong.cli.files import print_json

    mode = load_mode(known_id(mode_id))
    if arguments.json:
        print_json(mode_json(mode))
    else:
        print(mode_text(mode, arguments.lang))
    return 0


def known_id(mode_id: str) -> str:
    """``mode_id`` if a file has it. Raises InputError that suggests the nearest one."""
    from difflib import get_close_matches

    from zhirong.chain.mode.heads import list_modes
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.text import Text

    ids = [head.id for head in list_modes()]
    if mode_id in ids:
        return mode_id
    near = get_close_matches(mode_id, ids, n=1)
    mend = (
        Text(f"是否想写 {near[0]}？", f"did you mean {near[0]}?")
        if near
        else Text("用 zhirong modes 查看全部代码", "see all ids with: zhirong modes")
    )
    raise InputError([Problem("ID", mode_id, Text("没有这个模式", "there is no such mode"), mend, "unknown_mode")])
