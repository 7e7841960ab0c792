"""The mode files of the package, overridden by those of the policy packs; or those of a folder: listed by their
heads, or read and checked. A file of a pack replaces the mode of the same id, wherever that comes from, and adds
new modes.

The list is fast: only the head, the source and the dates of the terms are read from a file, and the reader of whole
modes is not imported.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from zhirong.chain.mode.force import ForceOn
    from zhirong.chain.mode.model import Mode
    from zhirong.chain.mode.standing import Force, Words
    from zhirong.kernel.errors import Problem
    from zhirong.kernel.rulebook import Pack

FOLDERS = ("modes", "funds")
_READ = ("[source]", "[[sharing]]")  # The tables of a file that a list reads, besides its head.


class ModeHead(NamedTuple):
    """The entry of a mode in a list. The words are those of the file; ``government`` and ``leader`` its typologies.

    source: the table of that name. windows: first and last day of each version of the terms. pack: id and version
    of its policy pack, empty for modes of the package.
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
    pack: str = ""

    def force(self, day: date, stale_after_days: int) -> "ForceOn":
        """Return the force of the mode on ``day``, as ``force_on`` does for the whole mode. Raises InputError."""
        from zhirong.chain.mode.confirmation import read_source
        from zhirong.chain.mode.force import force_of_source
        from zhirong.kernel.fields import Reader

        source, confirmation = read_source(Reader(self.source, "source", self.path.name))
        return force_of_source(
            source, confirmation, self.region, self.windows, day, stale_after_days=stale_after_days
        )

    def standing(self, day: date, stale_after_days: int) -> "tuple[Force, Words | None]":
        """Return the state of ``force`` and whom to ask, for one third of the start of a command: a file of the
        package is right, as its tests show, and is not checked again. One of a pack is. Raises InputError.
        """
        if self.pack:
            found = self.force(day, stale_after_days)
            asked = found.confirm_with
            return found.state, None if asked is None else (asked.zh, asked.en)
        from zhirong.chain.mode.standing import FORCE_OF, SourceDates, whom_to_ask, why_on

        source = self.source
        dates = SourceDates(
            kind=source.get("kind", "scheme"),
            region=self.region,
            valid_from=source.get("valid_from"),
            valid_to=source.get("valid_to"),
            confirmed_on=source.get("confirmed_on") or source.get("valid_from"),
            open_ended=bool(source.get("open_ended")),
            ended_by=source.get("ended_by"),
            windows=self.windows,
        )
        why = why_on(dates, day, stale_after_days)
        named = source.get("confirm_with")
        words = None if named is None else (named["zh"], named["en"])
        return FORCE_OF[why], whom_to_ask(why, words, source.get("issuer", ""))


class _ModeText(NamedTuple):
    """A file in the mode language. name: its name in problems."""

    name: str
    text: str
    path: Path
    pack: str


def mode_files(folder: Path | None = None) -> list[Path]:
    """Return mode files of a folder in the order of their names; by default modes, then the rules of cities and
    funds.
    """
    if folder is not None:
        return sorted(folder.glob("*.toml"))
    rules = Path(__file__).resolve().parent / "rules"
    return [path for name in FOLDERS for path in sorted((rules / name).glob("*.toml"))]


def environment_packs() -> "tuple[Pack, ...]":
    """Return the policy packs named in ZHIRONG_RULES, each read by itself. Raises InputError with every problem in
    them.
    """
    if not os.environ.get("ZHIRONG_RULES"):
        return ()
    from zhirong.kernel.errors import InputError
    from zhirong.kernel.packs import environment_folders, read_pack

    packs: list[Pack] = []
    problems: list[Problem] = []
    for folder in environment_folders():
        try:
            packs.append(read_pack(folder))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(packs)


def list_modes(folder: Path | None = None, packs: "Sequence[Pack] | None" = None) -> list[ModeHead]:
    """Return the heads of all modes. packs: those that override the package, by default those of ZHIRONG_RULES.

    Raises ValueError naming a file of the package whose head cannot be read, InputError for those of packs.
    """
    heads: dict[str, ModeHead] = {}
    for file in _shipped(folder):
        head = _head(file)
        heads[f"{file.path}" if head.id in heads else head.id] = head
    problems: list[Problem] = []
    for pack in _packs(folder, packs):
        for file in _of_pack(pack):
            try:
                head = _head(file)
            except ValueError as error:
                problems.append(_bad_head(file, error))
                continue
            heads[head.id] = head
    _raise(problems)
    return list(heads.values())


def load_modes(folder: Path | None = None, packs: "Sequence[Pack] | None" = None) -> "dict[str, Mode]":
    """Return every mode of a folder (by default those of the package, overridden by the packs), by id, in the order
    of the files.

    packs: by default those of ZHIRONG_RULES; none for a folder. Raises InputError for an invalid file, with every
    problem in the files of packs; ValueError if two files have the same id.
    """
    from zhirong.chain.mode.reader import read_mode

    modes: dict[str, Mode] = {}
    for file in _shipped(folder):
        mode = read_mode(file.text, file.name)
        if mode.id in modes:
            raise ValueError(f"{file.name}: another file already has the id {mode.id}")
        modes[mode.id] = mode
    problems: list[Problem] = []
    for pack in _packs(folder, packs):
        of_pack, found = modes_of_pack(pack)
        problems += found
        modes.update(of_pack)
    _raise(problems)
    return modes


def modes_of_pack(pack: "Pack") -> "tuple[dict[str, Mode], list[Problem]]":
    """Return the modes of one pack by id, with the pack's mark on their source; and every problem in its files."""
    from dataclasses import replace

    from zhirong.chain.mode.reader import read_mode
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.text import Text

    modes: dict[str, Mode] = {}
    problems: list[Problem] = []
    for file in _of_pack(pack):
        try:
            mode = read_mode(file.text, file.name)
        except InputError as error:
            problems += [replace(one, field=f"{file.name}: {one.field}") for one in error.problems]
            continue
        except RecursionError:
            problems.append(_bad_head(file, ValueError("too deep")))
            continue
        if mode.id in modes:
            problems.append(
                Problem(
                    f"{file.name}: id",
                    mode.id,
                    Text("同一政策包中已有此代码", "another file of the pack has this id"),
                    Text("请更换代码，或合并为一个文件", "change its id, or merge the files"),
                    "mode_twice",
                )
            )
            continue
        modes[mode.id] = replace(mode, source=replace(mode.source, pack=pack.mark))
    return modes, problems


def load_mode(mode_id: str, folder: Path | None = None) -> "Mode":
    """Return one mode by its id. Raises KeyError if no file has it."""
    from dataclasses import replace

    from zhirong.chain.mode.reader import read_mode

    for head in list_modes(folder):
        if head.id == mode_id:
            mode = read_mode(head.path.read_text(encoding="utf-8"), head.path.name)
            return replace(mode, source=replace(mode.source, pack=head.pack))
    raise KeyError(mode_id)


def _raise(problems: "list[Problem]") -> None:
    if problems:
        from zhirong.kernel.errors import InputError

        raise InputError(problems)


def _packs(folder: Path | None, packs: "Sequence[Pack] | None") -> "Sequence[Pack]":
    if packs is not None:
        return packs
    return () if folder is not None else environment_packs()


def _shipped(folder: Path | None) -> Iterator[_ModeText]:
    for path in mode_files(folder):
        yield _ModeText(path.name, path.read_text(encoding="utf-8"), path, "")


def _of_pack(pack: "Pack") -> Iterator[_ModeText]:
    for file in pack.language_files():
        yield _ModeText(f"{pack.folder.name}/{file.name}", file.text, pack.folder / file.name, pack.mark)


def _bad_head(file: _ModeText, error: ValueError) -> "Problem":
    from zhirong.kernel.errors import Problem
    from zhirong.kernel.text import Text

    return Problem(
        file.name,
        "",
        Text(f"无法读取文件：{error}", f"the file cannot be read: {error}"),
        Text("请核对该文件", "check the file with zhirong modes check"),
        "unreadable_mode",
    )


@lru_cache(maxsize=256)
def _head(file: _ModeText) -> ModeHead:
    """Read the head of a file; a command that lists the modes and then reads one of them reads the heads once."""
    lines, wanted = [], True
    for line in file.text.splitlines(keepends=True):
        if line.startswith("["):
            wanted = line.split("#")[0].strip() in _READ
        if wanted:
            lines.append(line)
    try:
        table = tomllib.loads("".join(lines), parse_float=Decimal)
        title, place = table["title"], table["place"]
        terms = table.get("sharing", [{}])
        return ModeHead(
            id=table["id"],
            title_zh=title["zh"],
            title_en=title["en"],
            place_zh=place["zh"],
            place_en=place["en"],
            region=table.get("region", "CN"),
            government=table["government"],
            leader=table["leader"],
            source=table["source"],
            windows=tuple((entry.get("valid_from"), entry.get("valid_to")) for entry in terms),
            path=file.path,
            pack=file.pack,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{file.path.name}: the head of the file cannot be read ({error})") from error
