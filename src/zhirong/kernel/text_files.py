"""Reads files named by the user: regular files of limited size only, to protect memory."""

from pathlib import Path

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

MOST_TEXT_BYTES = 4 << 20  # a case file is about ten thousand bytes


def read_text_file(path: str | Path, most: int = MOST_TEXT_BYTES) -> str:
    """The text of a UTF-8 file of at most ``most`` bytes, without the byte-order mark.

    Raises InputError as ``read_bytes_of``; OSError and UnicodeDecodeError pass through.
    """
    return read_bytes_of(path, most).decode("utf-8-sig")


def read_bytes_of(path: str | Path, most: int) -> bytes:
    """The content of a file of at most ``most`` bytes.

    Raises InputError if it is not a regular file (a pipe, a device) or is larger; OSError passes through.
    """
    file = Path(path)
    if file.exists() and not file.is_file() and not file.is_dir():
        raise _refused(
            path,
            Text("不是普通文件", "not a regular file"),
            Text("请先保存为文件，再填写文件名", "save the content as a file and enter its name"),
            "not_a_file",
        )
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise _refused(
            path,
            Text(f"文件超过 {most >> 20} MB", f"the file is larger than {most >> 20} MB"),
            Text("只保留所需内容，或拆分为多个文件", "keep only the required content, or split the file"),
            "file_too_large",
        )
    return content


def _refused(path: str | Path, reason: Text, hint: Text, code: str) -> InputError:
    return InputError([Problem("FILE", str(path), reason, hint, code)], str(path))
