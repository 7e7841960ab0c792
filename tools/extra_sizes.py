"""The installed size of the base and of each extra, in MB: ``python tools/extra_sizes.py``. Both installation pages
state it.

Measured on what is installed here: every distribution that the requirements lead to, without compiled modules. The
size of an extra is its addition to the base.
"""

import tomllib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_MEGABYTE = 1_000_000


def brought(requirements: list[str], extras: frozenset[str] = frozenset()) -> set[str]:
    """Names of all distributions that the requirements lead to."""
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [(one, extras) for one in requirements]
    while todo:
        written, of_extras = todo.pop()
        wanted = Requirement(written)
        named = [{"extra": extra} for extra in (*of_extras, "")]
        if wanted.marker is not None and not any(wanted.marker.evaluate(one) for one in named):
            continue
        name, inside = wanted.name.lower().replace("_", "-"), frozenset(wanted.extras)
        if name == PROJECT["name"]:
            todo += [(one, frozenset()) for extra in inside for one in PROJECT["optional-dependencies"][extra]]
        elif (name, inside) not in seen:
            seen.add((name, inside))
            found.add(name)
            todo += [(one, inside) for one in distribution(name).requires or ()]
    return found


@cache
def size(name: str) -> int:
    """Unpacked size of one distribution in bytes."""
    files = distribution(name).files or ()
    paths = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file())


def package_size() -> int:
    """Bytes of the package itself."""
    files = (ROOT / "src" / "zhirong").rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc")


def sizes() -> dict[str, int]:
    """MB of the base with the package, of each extra beyond it, and of the client's own distribution."""
    base = brought(PROJECT["dependencies"])
    made = {"base": package_size() + sum(map(size, base))}
    for extra, requirements in PROJECT["optional-dependencies"].items():
        made[extra] = sum(map(size, brought(requirements) - base))
    made["zhirong-client"] = sum(map(size, brought(["httpx"])))
    return {name: round(count / _MEGABYTE) for name, count in made.items()}


if __name__ == "__main__":
    for name, megabytes in sizes().items():
        print(f"{name:16} {megabytes:5} MB")
