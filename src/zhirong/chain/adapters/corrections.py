"""What a user says of the columns of a file: which heading gives which field."""

from collections.abc import Iterable, Mapping

from zhirong.chain.adapters.columns import NOT_USED
from zhirong.chain.adapters.words import word_key
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

MOST = 200  # columns that one correction may name
_NOT_USED_WORDS = frozenset({"", NOT_USED, "不用", "不采用", "not used"})


def read_corrections(lines: Iterable[str], fields: Mapping[str, tuple[str, ...]], name: str) -> dict[str, str]:
    """Heading to field from lines such as ``权属单位 = 权利人``; nothing or 不用 on the right leaves a column out.

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
                    Text("看不出哪一栏是什么", "it does not say which column is what"),
                    Text(
                        f"每行写：表头 = 含义；含义可写：{'、'.join(listed)}、不用",
                        f"write heading = meaning in a line; meanings: {', '.join(fields)}, not used",
                    ),
                    "bad_correction",
                )
            )
        else:
            found[heading.strip()] = field
    if problems:
        raise InputError(problems)
    return found
