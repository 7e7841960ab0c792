"""Reading files named on the command line, with errors that name the file."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zhirong.documents.file_limits import MOST_BYTES
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.full_disk import is_full_disk
from zhirong.kernel.text import Text
from zhirong.kernel.text_files import MOST_TEXT_BYTES, read_bytes_of, read_text_file


def read_text(path: str, most: int = MOST_BYTES) -> str:
    """Read a UTF-8 file of at most ``most`` bytes. Raises InputError with the file, the reason and the hint."""
    try:
        return read_text_file(path, most).replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def read_binary(path: str, most: int = MOST_BYTES) -> bytes:
    """Read a file of at most ``most`` bytes. Raises InputError with the file, the reason and the hint."""
    try:
        return read_bytes_of(path, most)
    except OSError as error:
        raise unreadable(path, error) from error


def read_toml(path: str) -> dict[str, Any]:
    """Read the table of a TOML file, with exact decimals."""
    return parse_toml(read_text(path, MOST_TEXT_BYTES), path)


def read_json(path: str, most: int = MOST_TEXT_BYTES) -> Any:
    """Read a JSON file of at most ``most`` bytes. Raises InputError with the place where it is wrong."""
    return parse_json(read_text(path, most), path)


def parse_json(text: str, source: str) -> Any:
    """Return the value of a JSON text. Raises InputError with the place where it is wrong."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = Problem(
            "FILE",
            source,
            Text(f"不是有效的 JSON：{error}", f"not valid JSON: {error}"),
            Text("请按提示的行列改正", "correct it at the line and column shown"),
            "json",
        )
        raise InputError([problem], source) from error


def unreadable(path: str, error: OSError | UnicodeDecodeError) -> InputError:
    """Return the reason why a file cannot be read as a problem for the user."""
    if isinstance(error, FileNotFoundError):
        reason, hint = Text("文件不存在", "the file does not exist"), Text("请检查路径", "check the path")
    elif isinstance(error, IsADirectoryError):
        reason, hint = (
            Text("这是文件夹，不是文件", "this is a folder, not a file"),
            Text("请填写文件名", "name the file"),
        )
    elif isinstance(error, UnicodeDecodeError):
        reason = Text("文件不是 UTF-8 编码", "the file is not UTF-8")
        hint = Text("请另存为 UTF-8 编码", "save it as UTF-8")
    else:
        reason = Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        hint = Text("请检查文件和权限", "check the file and its permissions")
    return InputError([Problem("FILE", path, reason, hint, "unreadable_file")], path)


def print_json(content: Mapping[str, Any] | list[Any]) -> None:
    """Print content as JSON on standard output, with readable Chinese if the output supports it."""
    json.dump(content, sys.stdout, ensure_ascii=not _is_unicode_output(), indent=2)
    sys.stdout.write("\n")


def _is_unicode_output() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")


def print_answer(content: Mapping[str, Any]) -> None:
    """Print an answer that depends on the rules like ``print_json``, with the policy packs used, if any."""
    print_json(with_packs(content))


def print_long_answer(summary: Mapping[str, Any], rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Print like ``print_answer`` one object of a summary and of lists whose rows are made and printed one by one,
    one on each line, so that the longest list needs little memory.
    """
    out = sys.stdout
    is_plain = not _is_unicode_output()
    as_text = json.JSONEncoder(ensure_ascii=is_plain).encode
    head = json.dumps(with_packs(summary), ensure_ascii=is_plain, indent=2)
    out.write(head.removesuffix("\n}"))
    for name, items in rows.items():
        out.write(f',\n  "{name}": [')
        for number, item in enumerate(items):
            out.write(("," if number else "") + "\n    " + as_text(item))
        out.write("\n  ]")
    out.write("\n}\n")


def with_packs(content: Mapping[str, Any]) -> dict[str, Any]:
    """Add the policy packs in use to an answer, if any."""
    from zhirong.mode_files import environment_packs

    packs = [pack.as_json() for pack in environment_packs()]
    return {**content, "packs": packs} if packs else dict(content)


def unwritable(path: str, error: OSError) -> InputError:
    """Return the reason why an output file cannot be written as a problem for the user.

    Raises the error itself if the disk is full, because another path would not help.
    """
    if is_full_disk(error):
        raise OSError(error.errno, error.strerror, path) from error
    reason = Text(f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}")
    hint = Text("请换用可写的位置，或先创建文件夹", "choose a writable location, or create the folder first")
    return InputError([Problem("FILE", path, reason, hint, "unwritable_file")], path)


def write_file(path: str, content: bytes) -> None:
    """Write an output file. Raises InputError if it cannot be written there."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from error
