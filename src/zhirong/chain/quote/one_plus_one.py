"""What stands beside a case for "1 + 1" (000 §3.1): the team's sheets, the answers of an indicator form, and the
title investigation; read once, and put to a quote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhirong.chain.credit.team import Rating, TeamAssessment, assess_team, read_team
from zhirong.chain.indicators import (
    Answer,
    IndicatorScore,
    System,
    read_answers,
    read_system,
    score_right,
    system_ids,
)
from zhirong.chain.quote.gates import key_rights, team_gate
from zhirong.chain.quote.rates import Scores
from zhirong.chain.quote.records import Case, Quote
from zhirong.chain.quote.title import TitleInvestigation, read_title, title_gate
from zhirong.chain.right.records import KIND_TEXT
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class OnePlusOne:
    """What was stated. answers: by id of the right; a right without any is scored by its record alone.

    system: None where no indicators are asked for. ratings: empty where nobody assessed the team.
    """

    ratings: tuple[Rating, ...]
    system: System | None
    purpose: str
    answers: Mapping[str, Mapping[str, Answer]]
    title: TitleInvestigation | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The quote with what was stated put to it.

    answer: the quote with the gates of team and title added. scores: None unless both sides of 1 + 1 are there.
    """

    answer: Quote
    team: TeamAssessment | None
    rights: tuple[IndicatorScore, ...]
    scores: Scores | None


def read_one_plus_one(table: Mapping[str, Any], case: Case, rules: Rulebook, source: str = "") -> OnePlusOne:
    """The tables ``[team]``, ``[indicators]`` and ``[title_investigation]``; each may be left out.

    Raises InputError with everything that is wrong. Fields: see docs/users/one-plus-one.md.
    """
    reader = Reader(table, source=source)
    team = reader.optional_table("team")
    wanted = reader.optional_table("indicators")
    title = reader.optional_table("title_investigation")
    ids = [right.id for right in case.rights]
    system, purpose, answers = None, "pledge", dict[str, Mapping[str, Answer]]()
    if wanted is not None:
        system = read_system(wanted.choice("system", system_ids(rules)), rules, case.as_of)
        purpose = wanted.choice("purpose", tuple(system.weights), "pledge")
        answers = _read_answers(wanted, system, ids)
        wanted.finish()
    stated = OnePlusOne(
        ratings=() if team is None else read_team(team, rules, case.as_of),
        system=system,
        purpose=purpose,
        answers=answers,
        title=None if title is None else read_title(title, ids, case.as_of),
    )
    reader.finish()
    return stated


def judge(answer: Quote, stated: OnePlusOne, rules: Rulebook) -> Judged:
    """Team and key rights scored, the gates of team and title added to the quote's.

    The right's side of 1 + 1 is the score of the weakest key right that the system is made for. Raises InputError
    where it is made for none of them.
    """
    day, subject = answer.case.as_of, answer.case.appraisal
    keys = key_rights(answer.rights, () if subject is None else subject.rights) or answer.rights
    team = assess_team(stated.ratings, rules, day) if stated.ratings else None
    rights: tuple[IndicatorScore, ...] = ()
    if stated.system is not None:
        rights = _scored(stated, [view.right.id for view in keys], answer.case, stated.system, rules)
    added = [] if team is None else [team_gate(team)]
    if stated.title is not None:
        added.append(title_gate(stated.title, [view.right.id for view in keys], rules, day))
    scores = None if team is None or not rights else Scores(min(one.score for one in rights), team)
    return Judged(replace(answer, gates=(*answer.gates, *added)), team, rights, scores)


def _read_answers(reader: Reader, system: System, ids: Sequence[str]) -> dict[str, Mapping[str, Answer]]:
    inside = reader.optional_table("answers")
    if inside is None:
        return {}
    found = {}
    for right_id in ids:
        entry = inside.optional_table(right_id)
        if entry is not None:
            found[right_id] = read_answers(entry, system)
    inside.finish()
    return found


def _scored(
    stated: OnePlusOne, keys: Sequence[str], case: Case, system: System, rules: Rulebook
) -> tuple[IndicatorScore, ...]:
    subject = [right for right in case.rights if right.id in keys]
    suited = [right for right in subject if right.kind in system.kinds]
    if not suited:
        system.suits(subject[0].kind)
    return tuple(
        score_right(system, right, stated.answers.get(right.id, {}), stated.purpose, rules, case.as_of, case.rights)
        for right in suited
    )


def kinds_left_out(judged: Judged) -> Text | None:
    """Which kinds among the key rights the system does not score; None where it scores all."""
    subject = judged.answer.case.appraisal
    keys = key_rights(judged.answer.rights, () if subject is None else subject.rights) or judged.answer.rights
    scored = {one.right_id for one in judged.rights}
    kinds = [KIND_TEXT[view.right.kind] for view in keys if view.right.id not in scored]
    if not judged.rights or not kinds:
        return None
    return Text("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
