"""The entries of ``zhirong modes``: every mode with its force on a day."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from zhirong.mode_files import ModeHead

Entries = list[dict[str, Any]]


def entries_on(day: "date") -> Entries:
    """Return what ``--json`` prints of each mode, and under ``state`` the words of its force and their rank in the list.

    Raises InputError for policy packs that cannot be read.
    """
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
