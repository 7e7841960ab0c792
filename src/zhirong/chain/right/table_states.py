"""The combined meaning of the words about the state of a right: several columns, statuses next to last events,
obsolete words last.

A word that the right has ended always outweighs one that it is in force. The last event in a register need not be
about the right's life: after a pledge or a transfer, the other columns and the dates decide the status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhirong.chain.adapters.words import word_key
from zhirong.chain.right.columns import Said
from zhirong.chain.right.records import STATUS_TEXT, Flag, LegalStatus
from zhirong.kernel.text import Text

_SEPARATORS = "|;；、/\n"
_COMMAS = "，,"
_LIVING = frozenset({LegalStatus.IN_FORCE, LegalStatus.PENDING})
_FLAGS = {Said.PLEDGED: Flag.PLEDGED, Said.FROZEN: Flag.FROZEN, Said.DISPUTED: Flag.IN_DISPUTE}
Meaning = LegalStatus | Said


@dataclass(frozen=True, slots=True)
class StateCell:
    """A cell about the status. field: ``status``, ``validity`` or ``event``."""

    field: str
    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class StateSaid:
    """The combined meaning of the cells. doubts: code and text of each oddity. unknown: cells with an unknown word."""

    status: LegalStatus | None
    flags: frozenset[Flag]
    doubts: tuple[tuple[str, Text], ...]
    unknown: tuple[StateCell, ...]


def meaning_of(word: str, words: Mapping[str, str]) -> Meaning | None:
    """Return the meaning of one word; None if it is unknown."""
    found = words.get(word_key(word)) or words.get(word_key(word).replace(" ", ""))
    if found is None:
        return None
    return LegalStatus(found) if found in LegalStatus._value2member_map_ else Said(found)


def state_of(
    cells: Sequence[StateCell], words: Mapping[str, Mapping[str, str]], *, was_granted: bool, owner_is_present: bool
) -> StateSaid:
    """Interpret the cells of one row. was_granted: whether a grant or registration is known. owner_is_present:
    whether the holder comes from a column of present holders.
    """
    said: list[tuple[StateCell, str, Meaning]] = []
    doubts: list[tuple[str, Text]] = []
    unknown: list[StateCell] = []
    for cell in cells:
        listed = words["validity"] if cell.field == "validity" else words["status"]
        for word in _parts(cell.words, listed):
            meaning = meaning_of(word, listed)
            if meaning is not None:
                said.append((cell, word, meaning))
            elif cell.field == "event":
                doubts.append(
                    (
                        "event_unknown",
                        Text(
                            f"“{cell.heading}”填写为“{word}”，无法识别",
                            f'"{cell.heading}" contains "{word}", which is unknown here',
                        ),
                    )
                )
            else:
                unknown.append(StateCell(cell.field, cell.heading, word))
    flags = frozenset(_FLAGS[meaning] for _, _, meaning in said if isinstance(meaning, Said) and meaning in _FLAGS)
    doubts += [doubt for cell, word, meaning in said if (doubt := _odd(cell, word, meaning, owner_is_present))]
    status, more = _status(said, was_granted=was_granted)
    return StateSaid(status, flags, tuple(dict.fromkeys((*doubts, *more))), tuple(unknown))


def _parts(written: str, listed: Mapping[str, str]) -> list[str]:
    """Return the words of a cell: the entire cell if it is known, otherwise its parts."""
    for separators in (_SEPARATORS, _COMMAS):
        if meaning_of(written, listed) is not None:
            return [written]
        for separator in separators:
            written = written.replace(separator, "|")
        if separators is _SEPARATORS and "|" in written:
            return [word for part in written.split("|") if part.strip() for word in _parts(part.strip(), listed)]
    return [part.strip() for part in written.split("|") if part.strip()]


def _status(
    said: Sequence[tuple[StateCell, str, Meaning]], *, was_granted: bool
) -> tuple[LegalStatus | None, list[tuple[str, Text]]]:
    states = [(cell, word, meaning) for cell, word, meaning in said if isinstance(meaning, LegalStatus)]
    over = [(cell, word, meaning) for cell, word, meaning in said if meaning is Said.OVER]
    living = [one for one in states if one[2] in _LIVING]
    dead = [one for one in states if one[2] not in _LIVING]
    doubts: list[tuple[str, Text]] = []
    if (dead or over) and living:
        doubts.append(("states_differ", _differ(living[0], (dead or over)[0])))
    if len({meaning for _, _, meaning in dead}) > 1:
        other = next(one for one in dead if one[2] is not dead[0][2])
        doubts.append(("states_differ", _differ(dead[0], other)))
    if len({meaning for _, _, meaning in living}) > 1 and not dead and not over:
        other = next(one for one in living if one[2] is not living[0][2])
        doubts.append(("states_differ", _differ(living[0], other)))
    if dead:
        # The order of the columns does not change the result.
        return min((meaning for _, _, meaning in dead), key=list(LegalStatus).index), doubts
    if over:
        status = LegalStatus.LAPSED if was_granted else LegalStatus.WITHDRAWN
        cell, word, _ = over[0]
        doubts.append(
            (
                "over_without_reason",
                Text(
                    f"“{cell.heading}”填写为“{word}”，未说明失效原因；按“{STATUS_TEXT[status].zh}”读入，请核实",
                    f'"{cell.heading}" contains "{word}" without saying how the right ended; read as "{STATUS_TEXT[status].en}"; please check',
                ),
            )
        )
        return status, doubts
    if living:
        return min((meaning for _, _, meaning in living if isinstance(meaning, LegalStatus)), key=str), doubts
    return None, doubts


def _differ(one: tuple[StateCell, str, Meaning], other: tuple[StateCell, str, Meaning]) -> Text:
    first, second = sorted(((one[0].heading, one[1]), (other[0].heading, other[1])))
    return Text(
        f"“{first[0]}”填写为“{first[1]}”，“{second[0]}”填写为“{second[1]}”，两者矛盾",
        f'"{first[0]}" says "{first[1]}", "{second[0]}" says "{second[1]}": they contradict each other',
    )


def _odd(cell: StateCell, word: str, meaning: Meaning, owner_is_present: bool) -> tuple[str, Text] | None:
    head_zh, head_en = f"“{cell.heading}”填写为“{word}”", f'"{cell.heading}" says "{word}"'
    if meaning is Said.TRANSFERRED and not owner_is_present:
        return "transferred", Text(
            f"{head_zh}：权利曾转移，请核实现权利人",
            f"{head_en}: the right was transferred; check who holds it now",
        )
    if meaning is Said.PARTLY_INVALID:
        return "partly_invalid", Text(
            f"{head_zh}：部分权利要求无效，请核实剩余范围",
            f"{head_en}: some claims are invalid; check which remain",
        )
    if meaning is Said.LICENSED:
        return "licensed", Text(
            f"{head_zh}：存在许可，请补充许可的种类和期限",
            f"{head_en}: the right is licensed; add the licence's kind and term",
        )
    if meaning is Said.DISPUTED:
        return "disputed", Text(f"{head_zh}：请核实争议", f"{head_en}: check the dispute")
    if meaning is Said.RESTORED:
        return "restored", Text(
            f"{head_zh}：权利曾终止后恢复，请核实当前状态",
            f"{head_en}: the right had ended and was restored; check its status",
        )
    return None
