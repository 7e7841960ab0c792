"""The list of modes from the heads of their files, fast: nothing below a file's first table is read."""

import tomllib
from pathlib import Path
from typing import NamedTuple

FOLDERS = ("modes", "funds")


class ModeHead(NamedTuple):
    """What a list of modes shows. The words are those of the file; ``government`` and ``leader`` its typologies."""

    id: str
    title_zh: str
    title_en: str
    place_zh: str
    place_en: str
    region: str
    government: str
    leader: str
    path: Path


def mode_files(folder: Path | None = None) -> list[Path]:
    """Mode files of a folder in the order of their names; by default modes, then the rules of cities and funds."""
    if folder is not None:
        return sorted(folder.glob("*.toml"))
    rules = Path(__file__).resolve().parents[2] / "rules"
    return [path for name in FOLDERS for path in sorted((rules / name).glob("*.toml"))]


def list_modes(folder: Path | None = None) -> list[ModeHead]:
    """The heads of all mode files. Raises ValueError naming a file whose head cannot be read."""
    return [_head(path) for path in mode_files(folder)]


def _head(path: Path) -> ModeHead:
    lines = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("["):
                break
            lines.append(line)
    try:
        table = tomllib.loads("".join(lines))
        title, place = table["title"], table["place"]
        return ModeHead(
            table["id"],
            title["zh"],
            title["en"],
            place["zh"],
            place["en"],
            table.get("region", "CN"),
            table["government"],
            table["leader"],
            path,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: the head of the file cannot be read ({error})") from error
