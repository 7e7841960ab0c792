"""The user's corrections of columns: which heading gives which field."""

from collections.abc import Iterable, Mapping

from zhirong.chain.adapters.columns import NOT_USED
from zhirong.chain.adapters.words import word_key
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

MOST = 200  # Maximum number of columns that corrections may name.
_NOT_USED_WORDS = frozenset({"", NOT_USED, "不用", "不采用", "not used"})


def read_corrections(lines: Iterable[str], fields: Mapping[str, tuple[str, ...]], name: str) -> dict[str, str]:
    """Read heading and field from lines such as ``权属单位 = 权利人``; an empty right side or 不用 omits the column.

    fields: by field, the words for it. name: of the input, for the messages. Raises InputError with every line that
    cannot be read.
    """
    known = {word_key(word): field for field, words in fields.items() for word in (field, *words)}
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for at, line in enumerate(lines, 1):
        if not line.strip():
            continue
        heading, sign, written = line.replace("＝", "=").rpartition("=")
        field = NOT_USED if word_key(written) in _NOT_USED_WORDS else known.get(word_key(written))
        if not sign or not heading.strip() or field is None or at > MOST:
            listed = [words[0] for words in fields.values() if words]
            problems.append(
                Problem(
                    f"{name}.{at}",
                    line.strip(),
                    Text("未写明栏目与含义的对应关系", "the line does not say which column has which meaning"),
                    Text(
                        f"请每行填写：表头 = 含义；含义可填写：{'、'.join(listed)}、不用",
                        f"enter heading = meaning, one per line; meanings: {', '.join(fields)}, not used",
                    ),
                    "bad_correction",
                )
            )
        else:
            found[heading.strip()] = field
    if problems:
        raise InputError(problems)
    return found
