"""``zhirong new case [PATH]``: a file to start from, which can be quoted as it is."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from zhirong.cli.files import unwritable
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

STARTERS = Path(__file__).parent / "starters"
_KINDS = {
    "case": ("案件文件，可直接报价", "a case file, to quote"),
    "loan": ("贷款文件，可直接生成还款计划", "a loan file, for a schedule or a replay"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each kind of file."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar=" | ".join(_KINDS))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    for name, words in _KINDS.items():
        kind = kinds.add_parser(name, help=" / ".join(words), parents=[common])
        kind.add_argument(
            "file", nargs="?", metavar="PATH", default=f"{name}.toml", help="默认 / by default: %(default)s"
        )


def run(options: argparse.Namespace) -> int:
    """Write the file. Raises InputError where there is one already: nothing is overwritten."""
    path = Path(options.file)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(options.kind, options.lang, str(path)))
    except FileExistsError as error:
        reason = Text("文件已存在，不覆盖", "the file exists and is not overwritten")
        problem = Problem("PATH", str(path), reason, Text("请更换文件名", "enter another name"), "file_exists")
        raise InputError([problem]) from error
    except OSError as error:
        raise unwritable(str(path), error) from error
    command = f"zhirong {'quote' if options.kind == 'case' else 'schedule'} {path}"
    print(f"已写入 {path}。下一步：{command}" if options.lang == "zh" else f"Written: {path}. Next: {command}")
    return 0


def starter(kind: str, lang: str, path: str) -> str:
    """The text of a starter file, of today, with the address of its schema for editors."""
    text = (STARTERS / f"{kind}.{lang}.toml").read_text(encoding="utf-8")
    schema = (STARTERS / "case.schema.json").as_uri()
    today = day_of(datetime.now(UTC)).isoformat()
    named = text.replace("CASE_FILE", path).replace("LOAN_FILE", path)
    return named.replace("TODAY", today).replace("SCHEMA", schema)
