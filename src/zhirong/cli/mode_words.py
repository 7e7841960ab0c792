"""Modes named on the command line, and errors shared by the commands on modes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhirong.chain.mode.loss import MissingFigureError
    from zhirong.chain.mode.model import Mode
    from zhirong.kernel.errors import InputError


def is_path(word: str) -> bool:
    """Return whether a word names a file: an id has neither dots nor slashes."""
    return any(letter in word for letter in "./\\")


def named_modes(words: "Sequence[str] | None") -> "list[str | Mode] | None":
    """Return the modes named on the command line, reading those in files; None if it names none."""
    return [the_mode(word) if is_path(word) else word for word in words] if words else None


def the_mode(mode_id: str) -> "Mode":
    """Return the mode with this id or from this file. Raises InputError that suggests the most similar id."""
    from zhirong.chain.mode.reader import read_mode
    from zhirong.cli.files import read_text
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.suggestions import nearest
    from zhirong.kernel.text import Text
    from zhirong.mode_files import list_modes, load_mode

    if is_path(mode_id):
        return read_mode(read_text(mode_id), mode_id)
    ids = [head.id for head in list_modes()]
    if mode_id in ids:
        return load_mode(mode_id)
    near = nearest(mode_id, ids)
    hint = (
        Text(f"是否为 {near}？", f"did you mean {near}?")
        if near
        else Text("请用 zhirong modes 查看全部代码", "see all ids with: zhirong modes")
    )
    raise InputError(
        [Problem("ID", mode_id, Text("该模式不存在", "the mode does not exist"), hint, "unknown_mode")]
    )


def bad_words(value: str, zh: str, en: str, hint_zh: str, hint_en: str) -> "InputError":
    """Return the problem for a word on the command line that cannot be understood."""
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.text import Text

    return InputError([Problem("modes", value, Text(zh, en), Text(hint_zh, hint_en), "words")])


def missing_figure(error: "MissingFigureError", file: str) -> "InputError":
    """Return the error for a claim file without a pool figure that the mode needs."""
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.text import Text

    name = "[[pool.entered]]" if error.figure == "entered" else f"{error.figure} =，写在 [pool] 下"
    english = "[[pool.entered]]" if error.figure == "entered" else f"{error.figure} = under [pool]"
    hint = Text(f"请补充 {name}", f"add {english}")
    return InputError([Problem(f"pool.{error.figure}", "", error.words, hint, "missing_figure")], file)
