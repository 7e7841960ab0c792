"""``zhirong modes``: list, explain, check, format and compare the financing modes."""

import argparse
from typing import TYPE_CHECKING

from zhirong.cli.mode_words import bad_words, the_mode

if TYPE_CHECKING:
    from datetime import date

    from zhirong.chain.mode.model import Mode

_USAGE = "[ID | check FILE... | format FILE... | compare CASE.toml | subsidies CASE.toml [ID]... | diff A [B]]"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: without words all modes are listed; an id explains one; an action word handles files or two
    modes.
    """
    parser.add_argument(
        "words",
        nargs="*",
        metavar=_USAGE,
        help="不填则列出；填写代码则说明；check 核对文件；format 整理文件；compare 并列比较；subsidies 列出补贴；diff 比较两个模式 / "
        "without arguments: list; with an id: explain; check, format: files; compare, subsidies: a case; diff: two modes",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument(
        "--check", action="store_true", help="format：只检查，不改写 / format: check only, do not write"
    )
    parser.add_argument(
        "--on",
        metavar="DATE",
        help="列出、说明：以该日为准（默认今天）；diff：A 以该日为准 / list, explain: as of this day (default: today); diff: A as of this day",
    )
    parser.add_argument("--and", dest="and_", metavar="DATE", help="diff：B 以该日为准 / diff: B as of this day")
    parser.add_argument("--portfolio", metavar="CLAIM.toml", help="diff：用此索赔文件比较 / diff: on these losses")


def run(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 if a checked or formatted file has errors."""
    words = arguments.words
    if not words:
        return _list(arguments)
    if words[0] == "check":
        return _check(arguments, words[1:])
    if words[0] == "format":
        return _format(arguments, words[1:])
    if words[0] == "diff":
        from zhirong.cli.modes_compare import diff

        return diff(arguments, words[1:])
    if words[0] == "compare":
        from zhirong.cli.modes_compare import compare

        return compare(arguments, words[1:])
    if words[0] == "subsidies":
        from zhirong.cli.modes_compare import subsidies

        return subsidies(arguments, words[1:])
    if len(words) > 1:
        raise bad_words(
            words[1], "多余的词", "one argument too many", "一次仅查看一个模式", "show one mode at a time"
        )
    return _one(arguments, words[0])


def _list(arguments: argparse.Namespace) -> int:
    from zhirong.cli.modes_list import entries_on, lines_on

    day = _day_of(arguments)
    if arguments.json:
        from zhirong.cli.files import print_json

        print_json(entries_on(day))
        return 0
    from zhirong.chain.mode.standing import FORCE_WORDS

    lines = lines_on(day)
    chinese = arguments.lang == "zh"
    width = max(len(line.head.id) for line in lines)
    for state in dict.fromkeys(line.state for line in lines):
        words = FORCE_WORDS[state][not chinese]
        print(f"{words}（{day}）" if chinese else f"{words} ({day})")
        for line in lines:
            if line.state is not state:
                continue
            head = line.head
            words = f"{head.title_zh}，{head.place_zh}" if chinese else f"{head.title_en}, {head.place_en}"
            words += _asked_of(line.asked[not chinese], chinese) if line.asked else ""
            print(f"  {head.id:<{width}}  {words}" + (f"  [{head.pack}]" if head.pack else ""))
        print()
    print("查看其中一个：zhirong modes 代码" if chinese else "to show one: zhirong modes ID")
    return 0


def _asked_of(whom: str, chinese: bool) -> str:
    return f"；向{whom}确认" if chinese else f"; ask {whom}"


def _day_of(arguments: argparse.Namespace) -> "date":
    """Return the date given with --on, otherwise today in Shanghai."""
    if arguments.on is not None:
        from zhirong.cli.days import day_of

        written: str = arguments.on
        return day_of("--on", written)
    from datetime import datetime, timedelta, timezone

    # Shanghai has had no summer time since 1991; reading the table of its zone would take longer than the list.
    return datetime.now(timezone(timedelta(hours=8))).date()


def _one(arguments: argparse.Namespace, mode_id: str) -> int:
    from zhirong.chain.mode.force import FORCE_TEXT, force_on
    from zhirong.cli.modes_list import confirmation_days

    mode = the_mode(mode_id)
    day = _day_of(arguments)
    found = force_on(mode, day, confirmation_days(day))
    if arguments.json:
        from zhirong.chain.mode.summary import mode_summary
        from zhirong.cli.files import print_json
        from zhirong.kernel.document import to_json

        print_json({**to_json(mode_summary(mode)), "on": day.isoformat(), "force": found.as_json()})
        return 0
    from zhirong.chain.mode.drawing import drawing
    from zhirong.chain.mode.plain_words import mode_text

    chinese = arguments.lang == "zh"
    state, reason = FORCE_TEXT[found.state].in_(arguments.lang), found.reason.in_(arguments.lang)
    asked = "" if found.confirm_with is None else _asked_of(found.confirm_with.in_(arguments.lang), chinese)
    print(f"{day}：{state}（{reason}）{asked}" if chinese else f"{day}: {state} ({reason}){asked}")
    print(mode_text(mode, arguments.lang))
    print("\n付款方、收款方与付款时间" if chinese else "\nWho pays whom when")
    print(drawing(mode, arguments.lang))
    return 0


def _check(arguments: argparse.Namespace, files: list[str]) -> int:
    from zhirong.chain.mode.reader import read_mode
    from zhirong.cli.files import print_json, read_text
    from zhirong.kernel.errors import InputError
    from zhirong.kernel.rulebook import CONFIDENCE_TEXT

    if not files:
        raise bad_words("check", "未指定文件", "the file is missing", "请填写 check 文件名", "write: check FILE")
    results: list[dict[str, object]] = []
    texts: list[str] = []
    known = _known_ids(files)
    for path in files:
        try:
            mode = read_mode(read_text(path), path)
            _check_exclusive(mode, path, known)
        except InputError as error:
            results.append({"file": path, "correct": False, **error.as_json()})
            texts.append(error.as_text(arguments.lang))
            continue
        confidence = mode.source.confidence
        results.append(
            {
                "file": path,
                "correct": True,
                "id": mode.id,
                "confidence": confidence,
                "assumptions": len(mode.assumptions),
            }
        )
        source = CONFIDENCE_TEXT[confidence].in_(arguments.lang)
        texts.append(
            f"{path}：正确（{mode.id}，来源：{source}，另有假设 {len(mode.assumptions)} 处）"
            if arguments.lang == "zh"
            else f"{path}: correct ({mode.id}, source: {source}, further assumptions: {len(mode.assumptions)})"
        )
    if arguments.json:
        print_json(results)
    else:
        print("\n".join(texts))
    return 0 if all(result["correct"] for result in results) else 1


def _known_ids(files: list[str]) -> set[str]:
    """Return the ids of the modes in the package, in the files, and in the folders of the files."""
    from pathlib import Path

    from zhirong.mode_files import list_modes

    known = {head.id for head in list_modes()}
    for folder in {Path(path).parent for path in files}:
        for file in folder.glob("*.toml"):
            known.add(file.stem)
    return known


def _check_exclusive(mode: "Mode", path: str, known: set[str]) -> None:
    """Raise InputError if the file excludes an unknown mode, because a misspelt id would exclude nothing."""
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.suggestions import nearest
    from zhirong.kernel.text import Text

    problems = []
    for other in mode.exclusive_with:
        if other in known:
            continue
        near = nearest(other, sorted(known))
        hint = (
            Text(f"是否为 {near}？", f"did you mean {near}?")
            if near
            else Text("请将该模式的文件放在同一文件夹", "put the file of that mode into the same folder")
        )
        reason = Text("该模式不存在", "the mode does not exist")
        problems.append(Problem("exclusive_with", other, reason, hint, "unknown_mode"))
    if problems:
        raise InputError(problems, path)


def _format(arguments: argparse.Namespace, files: list[str]) -> int:
    from pathlib import Path

    from zhirong.chain.mode.layout import format_mode
    from zhirong.cli.files import read_text

    if not files:
        raise bad_words("format", "未指定文件", "the file is missing", "请填写 format 文件名", "write: format FILE")
    chinese = arguments.lang == "zh"
    changed = 0
    for path in files:
        before = read_text(path)
        after = format_mode(before, path)
        if after == before:
            print(f"{path}：已是规范写法" if chinese else f"{path}: already in standard form")
            continue
        changed += 1
        if arguments.check:
            print(f"{path}：需要整理" if chinese else f"{path}: not in standard form")
        else:
            Path(path).write_text(after, encoding="utf-8")
            print(f"{path}：已整理" if chinese else f"{path}: rewritten in standard form")
    return 1 if changed and arguments.check else 0
