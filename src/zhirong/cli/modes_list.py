"""The entries of ``zhirong modes``: every mode with its force on a day."""

import os
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from zhirong.chain.mode.standing import Force, Words
    from zhirong.mode_files import ModeHead


class Line(NamedTuple):
    """One mode in the list on the screen. asked: who can confirm it, None if nobody need."""

    head: "ModeHead"
    state: "Force"
    asked: "Words | None"


def lines_on(day: "date") -> list[Line]:
    """Return the modes of the list with their force on ``day``, the ones in force first. Raises InputError for policy
    packs that cannot be read.
    """
    from zhirong.chain.mode.standing import Force
    from zhirong.mode_files import list_modes

    days = _days_for_list(day)
    lines = [Line(head, *head.standing(day, days)) for head in list_modes()]
    ranks = {state: rank for rank, state in enumerate(Force)}
    return sorted(lines, key=lambda line: ranks[line.state])


def _days_for_list(day: "date") -> int:
    """Return the same as ``confirmation_days`` without the reader of rules, whose import takes as long as the list."""
    if os.environ.get("ZHIRONG_RULES"):
        return confirmation_days(day)
    import tomllib
    from pathlib import Path

    file = Path(__file__).resolve().parents[1] / "rules" / "quote" / "confirmation.toml"
    (rule,) = tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
    (version,) = rule["version"]  # with more of them the reader of rules would have to choose
    return int(version["value"])


def entries_on(day: "date") -> list[dict[str, Any]]:
    """Return the ``--json`` output for each mode. Raises InputError for policy packs that cannot be read."""
    from zhirong.mode_files import list_modes

    days = confirmation_days(day)
    return [
        {**head_json(head), "on": day.isoformat(), "force": head.force(day, days).as_json()}
        for head in list_modes()
    ]


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
