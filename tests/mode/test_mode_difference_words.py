"""Differences between modes are told in words: no name of a field, no code, in either language."""

import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any, get_args, get_type_hints

from zhirong.chain.mode.difference import differences
from zhirong.chain.mode.difference_words import FIELD_TEXT, WORDS_ONLY
from zhirong.chain.mode.summary import ModeSummary
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text
from zhirong.mode_files import list_modes
from zhirong.workbench import choose_modes

# What stays as it is written in both languages: shares and amounts, ids of other modes, the names of rules.
_PLAIN = re.compile(r"LPR|GB/T|\b[a-z]+(-[a-z0-9]+)+\b|[0-9.,% ×]+|[A-Z]{2}")


def _names(kind: Any, seen: set[Any]) -> set[str]:
    """The names of fields in the JSON of a record and of the records in it."""
    if not is_dataclass(kind) or kind in seen or kind in (Reference, Text):
        return set()
    seen.add(kind)
    hints, found = get_type_hints(kind), set()
    for one in fields(kind):
        found.add(one.metadata.get("name", one.name))
        for part in _parts(hints[one.name]):
            found |= _names(part, seen)
    return found


def _parts(hint: Any) -> set[Any]:
    return {hint}.union(*(_parts(one) for one in get_args(hint)))


def test_every_field_of_a_mode_has_words() -> None:
    names = _names(ModeSummary, set())
    compared = {name.removesuffix("_role") for name in names - WORDS_ONLY}
    of_confirmation = {"confirmed_on", "confirmed_by", "open_ended", "ended_by", "ended_words", "confirm_with"}
    assert len(compared) > 80
    assert compared - of_confirmation - {"taken_from"} - set(FIELD_TEXT) == set()


def test_no_difference_between_two_modes_shows_a_name_of_a_field() -> None:
    modes = choose_modes([head.id for head in list_modes()])
    found = [one for before, after in pairwise(modes) for one in differences(before, after)]
    assert len(found) > 500
    for one in found:
        chinese = _PLAIN.sub("", one.as_text("zh"))
        assert not re.search(r"[a-z]{3}", chinese), one.as_text("zh")
        assert "_" not in one.as_text("en"), one.as_text("en")
        assert one.place and one.where
