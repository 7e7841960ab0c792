"""The additional tables of a case for "1 + 1" (000 §3.1): the team's sheets, the answers of an indicator form, the
title investigation and an override of the grade, read once and used by the quote.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhirong.chain.credit.assessment import assess
from zhirong.chain.credit.file import CreditFile
from zhirong.chain.credit.override import Override, read_override
from zhirong.chain.credit.team import assess_team, read_team
from zhirong.chain.indicators import (
    Answer,
    IndicatorScore,
    RoyaltyPosition,
    System,
    read_answers,
    read_system,
    royalty_in_range,
    score_right,
    screen,
    system_ids,
)
from zhirong.chain.quote.optional_inputs import Judged, OnePlusOne, Scores, Substitute
from zhirong.chain.quote.records import CreditCase, RightView
from zhirong.chain.quote.title import read_title
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

_ROYALTIES = ("royalty", "share")  # Drivers that are a share of sales: relief from royalty, licence income.
TABLES = ("team", "indicators", "title_investigation", "override")


def read_one_plus_one(table: Mapping[str, Any], case: CreditCase, rules: Rulebook, source: str = "") -> OnePlusOne:
    """Read the same tables from a separate file of the case.

    Raises InputError with every problem in it. Fields: see docs/en/reference/one-plus-one.md.
    """
    reader = Reader(table, source=source)
    ids = [right.id for right in case.rights]
    stated = read_beside(reader, ids, case.firm_name, credit=case.credit, rules=rules, day=case.as_of)
    reader.finish()
    return stated


def read_beside(
    reader: Reader, right_ids: Sequence[str], firm: str, *, credit: CreditFile, rules: Rulebook, day: date
) -> OnePlusOne:
    """Read the tables ``[team]``, ``[indicators]``, ``[title_investigation]`` and ``[override]`` of a case; each
    may be omitted. credit: the firm's credit file, whose grade an override changes.
    """
    # An override refers to the grade of the credit file; while the file has errors there is no grade to override.
    has_grade = not reader.failed()
    team = reader.optional_table("team")
    wanted = reader.optional_table("indicators")
    title = reader.optional_table("title_investigation")
    override = reader.optional_table("override")
    system, purpose, answers = None, "pledge", dict[str, Mapping[str, Answer]]()
    if wanted is not None:
        system = read_system(wanted.choice("system", system_ids(rules)), rules, day)
        purpose = wanted.choice("purpose", tuple(system.weights), "pledge")
        answers = _read_answers(wanted, system, right_ids)
        wanted.finish()
    return OnePlusOne(
        ratings=() if team is None else read_team(team, rules, day),
        system=system,
        purpose=purpose,
        answers=answers,
        title=None if title is None else read_title(title, right_ids, day),
        override=_read_override(override, firm, credit, rules, day) if override is not None and has_grade else None,
    )


def judge(case: CreditCase, keys: Sequence[RightView], rules: Rulebook) -> Judged:
    """Return the scores of the team and of the key rights.

    The right's side of 1 + 1 is the score of the weakest key right that the system covers. Raises InputError if it
    covers none of them.
    """
    stated = case.beside
    team = assess_team(stated.ratings, rules, case.as_of) if stated.ratings else None
    rights: tuple[IndicatorScore, ...] = ()
    if stated.system is not None:
        rights = _scored(case, [view.right.id for view in keys], stated.system, rules)
    scores = None if team is None or not rights else Scores(min(one.score for one in rights), team)
    screened = tuple((one, screen(one, rules, case.as_of)[0]) for one in rights)
    return Judged(team, screened, scores, _kinds_left_out(keys, rights), _royalties(case, rights, rules))


def substitutes(case: CreditCase, judged: Judged) -> tuple[Substitute, ...]:
    """Return the inputs missing from the case, their substitutes in the quote, and how to supply them."""
    found = []
    if judged.team is None:
        found.append(
            Substitute(
                "team",
                Text("没有经营团队评定", "the management team has not been assessed"),
                Text(
                    "质押价值只看质押率上限和可贷价值", "only the cap and the lending value limit the pledge value"
                ),
                Text(
                    "请由两名独立评定人各填写一份团队评定（[[team.rating]]）",
                    "have two independent raters fill in [[team.rating]]",
                ),
            )
        )
    if not judged.rights:
        found.append(
            Substitute(
                "indicators",
                Text("没有权利的指标得分", "the rights have no indicator score"),
                Text(
                    "质押价值只看质押率上限和可贷价值", "only the cap and the lending value limit the pledge value"
                ),
                Text(
                    "请填写权利指标（[indicators]），可先打印空白表",
                    "fill in [indicators] (a form: zhirong rate --form)",
                ),
            )
        )
    if case.beside.title is None:
        found.append(
            Substitute(
                "title_investigation",
                Text("没有律师事务所的权属调查", "the pledgee's law firm has not investigated the title"),
                Text("只按所填的登记事项逐项审查", "only the stated register data are examined, ground by ground"),
                Text(
                    "请委托律师事务所调查，并填写权属调查（[title_investigation]）",
                    "commission it and fill in [title_investigation]",
                ),
            )
        )
    if case.appraisal is not None and case.appraisal.redeployability is None:
        found.append(
            Substitute(
                "redeployability",
                Text("未填写权利是否易于转用", "the redeployability of the rights is not stated"),
                Text("按“难转用”的快速变现折扣", "the forced-sale factor of rights that are hard to redeploy"),
                Text("请填写可转用程度（appraisal.redeployability）", "state appraisal.redeployability"),
            )
        )
    if case.request.annual_rate is None:
        found.append(
            Substitute(
                "annual_rate",
                Text("未填写商定的贷款年利率", "no annual rate has been agreed"),
                Text(
                    "成本价，至多 LPR ＋ 信用等级加点", "the cost price, at most LPR + spread of the credit grade"
                ),
                Text("请填写贷款年利率（request.annual_rate）", "state request.annual_rate"),
            )
        )
    return tuple(found)


def _read_override(reader: Reader, firm: str, credit: CreditFile, rules: Rulebook, day: date) -> Override:
    return read_override(reader, firm, assess(credit, day, rules), rules, day)


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


def _scored(case: CreditCase, keys: Sequence[str], system: System, rules: Rulebook) -> tuple[IndicatorScore, ...]:
    stated = case.beside
    subject = [right for right in case.rights if right.id in keys]
    suited = [right for right in subject if right.kind in system.kinds]
    if not suited:
        system.suits(subject[0].kind)
    return tuple(
        score_right(system, right, stated.answers.get(right.id, {}), stated.purpose, rules, case.as_of, case.rights)
        for right in suited
    )


def _royalties(
    case: CreditCase, rights: Sequence[IndicatorScore], rules: Rulebook
) -> tuple[tuple[str, RoyaltyPosition], ...]:
    """Return the position in each stated range of royalty rates that the weakest right's score indicates."""
    if not rights or case.appraisal is None:
        return ()
    weakest = min(rights, key=lambda one: (one.score, one.right_id))
    return tuple(
        (method.id, royalty_in_range(weakest, figure.low, figure.high, rules, case.as_of))
        for method in case.appraisal.methods
        for driver in method.drivers()
        if driver.name in _ROYALTIES
        for _, figure in driver.figures
        if not figure.is_single
    )


def _kinds_left_out(keys: Sequence[RightView], rights: Sequence[IndicatorScore]) -> Text | None:
    """Return the kinds among the key rights that the system does not score; None if it scores all."""
    scored = {one.right_id for one in rights}
    kinds = [KIND_TEXT[view.right.kind] for view in keys if view.right.id not in scored]
    if not rights or not kinds:
        return None
    return Text("、".join(kind.zh for kind in kinds), ", ".join(kind.en for kind in kinds))
