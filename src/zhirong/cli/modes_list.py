"""The entries of ``zhirong modes``: every mode with its force on a day, kept for the next call of the same day.

Calculating the force takes longer than all else that the list does. So the entries of the last list stay in the user's
cache folder (``XDG_CACHE_HOME``, by default ``~/.cache``) as ``zhirong/modes.json``. They serve only the same day, Python,
version, and files of the same size and time; they hold public rules alone. A list with policy packs is not kept. If
the folder cannot be written or the file is damaged, the list is calculated.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.version import __version__

if TYPE_CHECKING:
    from datetime import date

    from zhirong.mode_files import ModeHead

Entries = list[dict[str, Any]]

_PACKAGE = Path(__file__).resolve().parent.parent
# What the entries are made of: the modes, the rule on the age of a confirmation, and the code that reads both.
_MADE_OF = ("rules/modes", "rules/funds", "rules/quote", "chain/mode", "kernel", "cli", "")


def entries_on(day: "date") -> Entries:
    """Return what ``--json`` prints of each mode, and under ``state`` the words of its force and their rank in the list.

    Raises InputError for policy packs that cannot be read.
    """
    if os.environ.get("ZHIRONG_RULES"):
        return _worked_out(day)
    made_of: list[object] = [__version__, sys.version, str(_PACKAGE), day.isoformat(), *_stamps()]
    entries = _kept(made_of)
    if entries is None:
        entries = _worked_out(day)
        _keep(made_of, entries)
    return entries


def _file() -> Path:
    """Return the file of the kept entries. Raises RuntimeError if the user has no home and names no folder."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "zhirong" / "modes.json"


def _stamps() -> list[list[object]]:
    """Return name, size and time of change (nanoseconds) of every file that the entries are made of."""
    found: list[list[object]] = []
    for name in _MADE_OF:
        with os.scandir(_PACKAGE / name) as files:
            for file in files:
                if file.name.endswith((".toml", ".py")):
                    known = file.stat()
                    found.append([f"{name}/{file.name}", known.st_size, known.st_mtime_ns])
    return sorted(found)


def _kept(made_of: list[object]) -> Entries | None:
    """Return the kept entries; None if there are none of this day and these files."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
        entries: Entries = kept["entries"]
        return entries if kept["made_of"] == made_of else None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None  # nothing was kept, or it is damaged: the list is calculated and kept again


def _keep(made_of: list[object], entries: Entries) -> None:
    try:
        file = _file()
        written = file.with_name(f"{file.name}.{os.getpid()}")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written.write_text(
            json.dumps({"made_of": made_of, "entries": entries}, ensure_ascii=False), encoding="utf-8"
        )
        written.replace(file)
    except (OSError, RuntimeError):
        return  # without a folder that can be written, the next list is calculated too


def _worked_out(day: "date") -> Entries:
    from zhirong.chain.mode.force import FORCE_TEXT, Force
    from zhirong.mode_files import list_modes

    days = confirmation_days(day)
    ranks = {state: rank for rank, state in enumerate(Force)}
    entries: Entries = []
    for head in list_modes():
        found = head.force(day, days)
        state = {**FORCE_TEXT[found.state].as_json(), "rank": ranks[found.state]}
        entries.append({**head_json(head), "on": day.isoformat(), "force": found.as_json(), "state": state})
    return entries


def confirmation_days(day: "date") -> int:
    """Return the longest allowed age of a confirmation, by its rule; without policy packs no other rule is read."""
    from zhirong.chain.mode.force import CONFIRMATION_DAYS

    if os.environ.get("ZHIRONG_RULES"):
        from zhirong.kernel.rulebook_files import load_rulebook

        return load_rulebook().at(CONFIRMATION_DAYS, day).whole()
    from zhirong.kernel.rulebook import Rulebook, read_rules, shipped_rules

    file = shipped_rules() / "quote" / "confirmation.toml"
    return Rulebook(read_rules(file.read_text(encoding="utf-8"), file.name)).at(CONFIRMATION_DAYS, day).whole()


def head_json(head: "ModeHead") -> dict[str, object]:
    """Return the head of a mode with stable keys for programs."""
    return {
        "id": head.id,
        "title": {"zh": head.title_zh, "en": head.title_en},
        "place": {"zh": head.place_zh, "en": head.place_en},
        "region": head.region,
        "government": head.government,
        "leader": head.leader,
        **({"pack": head.pack} if head.pack else {}),
    }
