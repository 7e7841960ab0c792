"""Reading a text that a user names by its path: a regular file of a bounded size, so that none can exhaust the machine."""

from pathlib import Path

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

MOST_TEXT_BYTES = 4 << 20  # a case has some ten thousand bytes


def read_text_file(path: str | Path, most: int = MOST_TEXT_BYTES) -> str:
    """The text of a UTF-8 file of at most ``most`` bytes, without the byte-order mark.

    Raises InputError for what is no regular file (a pipe, a device) or larger than that; OSError and
    UnicodeDecodeError as the system gives them.
    """
    file = Path(path)
    if file.exists() and not file.is_file() and not file.is_dir():
        raise _refused(
            path,
            Text("不是普通文件", "not a regular file"),
            Text("先存成文件，再写明文件名", "save it as a file and name that"),
            "not_a_file",
        )
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise _refused(
            path,
            Text(f"文件超过 {most >> 20} MB", f"the file is larger than {most >> 20} MB"),
            Text("只保留所需的内容，或分成几个文件", "keep what is needed, or split the file"),
            "file_too_large",
        )
    return content.decode("utf-8-sig")


def _refused(path: str | Path, reason: Text, hint: Text, code: str) -> InputError:
    return InputError([Problem("FILE", str(path), reason, hint, code)], str(path))
