"""The mode files that come with the package, or those of a folder: listed by their heads, or read and checked.

The list is fast: of a file only its head, its source and the dates of its terms are read, and the reader of whole
modes is not imported.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from zhirong.chain.mode.force import ForceOn
    from zhirong.chain.mode.model import Mode

FOLDERS = ("modes", "funds")
_READ = ("[source]", "[[sharing]]")  # the tables of a file that a list reads, beside its head


class ModeHead(NamedTuple):
    """What a list of modes shows. The words are those of the file; ``government`` and ``leader`` its typologies.

    source: the table of that name. windows: first and last day of each version of the terms.
    """

    id: str
    title_zh: str
    title_en: str
    place_zh: str
    place_en: str
    region: str
    government: str
    leader: str
    source: Mapping[str, Any]
    windows: tuple[tuple[date | None, date | None], ...]
    path: Path

    def force(self, day: date, stale_after_days: int) -> "ForceOn":
        """Where the mode stands on ``day``; as ``force_on`` says of the whole mode. Raises InputError."""
        from zhirong.chain.mode.confirmation import read_source
        from zhirong.chain.mode.force import force_of_source
        from zhirong.kernel.fields import Reader

        source, confirmation = read_source(Reader(self.source, "source", self.path.name))
        return force_of_source(
            source, confirmation, self.region, self.windows, day, stale_after_days=stale_after_days
        )


def mode_files(folder: Path | None = None) -> list[Path]:
    """Mode files of a folder in the order of their names; by default modes, then the rules of cities and funds."""
    if folder is not None:
        return sorted(folder.glob("*.toml"))
    rules = Path(__file__).resolve().parent / "rules"
    return [path for name in FOLDERS for path in sorted((rules / name).glob("*.toml"))]


def list_modes(folder: Path | None = None) -> list[ModeHead]:
    """The heads of all mode files. Raises ValueError naming a file whose head cannot be read."""
    return [_head(path) for path in mode_files(folder)]


def load_modes(folder: Path | None = None) -> "dict[str, Mode]":
    """Every mode of a folder (by default those that come with the package), by id, in the order of the files.

    Raises InputError for a file that is wrong, ValueError where two files have the same id.
    """
    from zhirong.chain.mode.read import read_mode

    modes: dict[str, Mode] = {}
    for path in mode_files(folder):
        mode = read_mode(path.read_text(encoding="utf-8"), path.name)
        if mode.id in modes:
            raise ValueError(f"{path.name}: another file has the id {mode.id} already")
        modes[mode.id] = mode
    return modes


def load_mode(mode_id: str, folder: Path | None = None) -> "Mode":
    """One mode by its id. Raises KeyError where no file has it."""
    from zhirong.chain.mode.read import read_mode

    for head in list_modes(folder):
        if head.id == mode_id:
            return read_mode(head.path.read_text(encoding="utf-8"), head.path.name)
    raise KeyError(mode_id)


def _head(path: Path) -> ModeHead:
    lines, wanted = [], True
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("["):
                wanted = line.split("#")[0].strip() in _READ
            if wanted:
                lines.append(line)
    try:
        table = tomllib.loads("".join(lines), parse_float=Decimal)
        title, place = table["title"], table["place"]
        terms = table.get("sharing", [{}])
        return ModeHead(
            table["id"],
            title["zh"],
            title["en"],
            place["zh"],
            place["en"],
            table.get("region", "CN"),
            table["government"],
            table["leader"],
            table["source"],
            tuple((entry.get("valid_from"), entry.get("valid_to")) for entry in terms),
            path,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: the head of the file cannot be read ({error})") from error
