"""The assessment of the management team: the qualitative 1 of "1 + 1" (000 §3.1).

Items have behavioural anchors: each level is an observable behaviour. Two independent raters give evidence for
every mark, their agreement is measured, and a third rater settles disagreement. Nothing about the age, sex or
origin of people is assessed: an item whose name contains such a word is rejected.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal

from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import quantise_rate
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text, same

LEVELS = 5
State = Literal["agreed", "settled", "third_rater_needed", "one_rater", "stale"]

STATE_TEXT: Mapping[State, Text] = {
    "agreed": Text("两人一致", "both raters agree"),
    "settled": Text("分歧已由第三人评定", "disagreement settled by a third rater"),
    "third_rater_needed": Text("分歧大，须第三人评定", "disagreement; a third rater is needed"),
    "one_rater": Text("只有一人评定，不能使用", "only one rater; must not be used"),
    "stale": Text("已过有效期", "out of date"),
}


@dataclass(frozen=True, slots=True)
class TeamItem:
    """One item: anchors[n] is the behaviour that earns n + 1 points."""

    code: str
    title: Text
    weight: Decimal
    anchors: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Points of 1 to 5 for one item, and the rater's evidence."""

    points: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Rating:
    """One rater's sheet. A sheet is accepted only if the rater declares independence and rated alone."""

    rater: str
    organisation: str
    day: date
    marks: Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item: the marks in the order of the raters (None: not marked) and the resulting points.

    points: between 1 and 5. disputed: the first two marks are too far apart and no third rater has marked it.
    """

    item: TeamItem
    marks: tuple[Mark | None, ...]
    points: Fraction
    disputed: bool

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "item": self.item.code,
            "title": self.item.title.as_json(),
            "weight": plain(self.item.weight),
            "points": plain(quantise_rate(self.points, 2)),
            "marks": [None if m is None else {"points": m.points, "evidence": m.evidence} for m in self.marks],
            "disputed": self.disputed,
        }


@dataclass(frozen=True, slots=True)
class TeamAssessment:
    """The result of the raters' sheets.

    score: 0 to 100. grade: band of the rule, grade_text: the same in words. agreement: weighted kappa of the first
    two raters; None if it is undefined (both gave every item the same points). usable: whether a pledge rate may
    rely on the result. missing: items that a rater did not mark; they count as lowest.
    """

    score: Decimal
    grade: str
    grade_text: Text
    agreement: Decimal | None
    state: State
    items: tuple[ItemResult, ...]
    missing: tuple[str, ...]
    raters: tuple[str, ...]
    explanation: Explanation

    @property
    def usable(self) -> bool:
        """Return whether two raters agree or a third settled the disagreement, and every sheet is still valid."""
        return self.state in ("agreed", "settled")

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; scores as strings."""
        return {
            "score": plain(self.score),
            "grade": self.grade,
            "grade_text": self.grade_text.as_json(),
            "agreement": None if self.agreement is None else plain(self.agreement),
            "state": self.state,
            "state_text": STATE_TEXT[self.state].as_json(),
            "usable": self.usable,
            "items": [item.as_json() for item in self.items],
            "missing": list(self.missing),
            "raters": list(self.raters),
            "explanation": self.explanation.as_json(),
        }


def read_items(rules: Rulebook, day: date) -> tuple[TeamItem, ...]:
    """Read the items of ``credit.team.items``. Raises RuleError for weights that do not sum to 1, for an item
    without five anchors, and for one that asks about age, sex or origin.
    """
    rule = rules.at("credit.team.items", day)
    barred = rules.at("credit.team.barred", day)
    try:
        items = tuple(
            TeamItem(
                str(row["code"]),
                Text(row["title"]["zh"], row["title"]["en"]),
                Decimal(row["weight"]),
                tuple(Text(anchor["zh"], anchor["en"]) for anchor in row["anchors"]),
            )
            for row in rule.value["items"]
        )
    except (KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} is not a list of items: {error}") from error
    for item in items:
        word = protected_word((item.code, item.title.zh, item.title.en), barred)
        if word:
            raise RuleError(f"{rule.id}: {item.code} asks about {word!r}, which {barred.id} bars")
        if len(item.anchors) != LEVELS or len(set(item.anchors)) != LEVELS:
            raise RuleError(f"{rule.id}: {item.code} needs {LEVELS} different anchors")
    if sum(item.weight for item in items) != 1 or len({item.code for item in items}) < len(items):
        raise RuleError(f"{rule.id}: weights must sum to 1 and codes differ")
    return items


def protected_word(names: Sequence[str], barred: RuleValue) -> str:
    """Return the barred word that one of the names contains; empty if none does. English words match complete words
    only.
    """
    for name in names:
        english = set(re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()))
        for word in barred.value:
            if word in english or (not word.isascii() and word in name):
                return str(word)
    return ""


def read_team(reader: Reader, rules: Rulebook, as_of: date) -> tuple[Rating, ...]:
    """Read the sheets from a ``[team]`` table: ``[[team.rating]]`` with ``rater``, ``organisation``, ``date``,
    ``independent = true``, ``rated_alone = true`` and ``marks``: one table per item with ``points`` and
    ``evidence``.
    """
    items, barred = read_items(rules, as_of), rules.at("credit.team.barred", as_of)
    ratings = tuple(_read_rating(entry, items, barred, as_of) for entry in reader.tables("rating"))
    names = [_person(rating.rater) for rating in ratings]
    if len(set(names)) < len(names):
        reader.problem(
            "rating",
            "、".join(rating.rater for rating in ratings),
            "same_rater",
            Text("同一人重复评定", "the same person rated twice"),
            Text("请由不同的人评定", "have different people rate"),
        )
    if not 1 <= len(ratings) <= 3:
        reader.problem(
            "rating",
            len(ratings),
            "number_of_raters",
            Text("须有两人评定，分歧时加一人", "two raters are needed, a third where they disagree"),
            Text("请填写两份或三份评定（[[team.rating]]）", "write two or three [[team.rating]]"),
        )
    reader.finish()
    return ratings


def assess_team(ratings: Sequence[Rating], rules: Rulebook, day: date) -> TeamAssessment:
    """Calculate the team's score from one, two or three sheets; agreement is measured on the first two.

    An item scores the median where a third rater has marked it, else the mean of two, capped at half a gap above
    the lower mark where they are too far apart; so a better mark never lowers the score. Raises InputError without
    a sheet.
    """
    if not ratings:
        raise InputError([_no_sheet()])
    items = read_items(rules, day)
    limits = rules.at("credit.team.agreement", day)
    gap = int(limits.value["gap"])
    results = tuple(_item(item, ratings, gap) for item in items)
    share = sum((Fraction(r.item.weight) * (r.points - 1) / (LEVELS - 1) for r in results), Fraction(0))
    score = quantise_rate(share * 100, 2)
    pairs = [
        (first.points, second.points)
        for result in results
        if len(result.marks) > 1 and (first := result.marks[0]) and (second := result.marks[1])
    ]
    kappa = weighted_kappa(pairs, LEVELS) if pairs else None
    bands = rules.at("credit.team.bands", day)
    validity = rules.at("credit.team.validity", day)
    state = _state(ratings, results, kappa, Fraction(limits.value["least_kappa"]), validity.whole(), day)
    agreement = None if kappa is None else quantise_rate(kappa, 4)
    grade = band_of(score, bands)
    words = band_text(grade, bands)
    return TeamAssessment(
        score=score,
        grade=grade,
        grade_text=words,
        agreement=agreement,
        state=state,
        items=results,
        missing=tuple(result.item.code for result in results if None in result.marks[:2]),
        raters=tuple(rating.rater for rating in ratings),
        explanation=_explanation(score, words, agreement, state, results, (bands, limits, validity)),
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: int) -> Fraction | None:
    """Return the agreement of two raters beyond chance with squared distance (Cohen 1968; Fleiss and Cohen 1973),
    exactly.

    κ = 1 − Σ (i − j)² o_ij ÷ Σ (i − j)² e_ij, with o the observed and e the shares expected from the margins.
    Weights (i − j)²/(levels − 1)² cancel. None if both margins have all weight on the same level. Raises ValueError
    for a mark outside 1 to ``levels`` and without any pair.
    """
    if not pairs or any(not 1 <= mark <= levels for pair in pairs for mark in pair):
        raise ValueError(f"marks must lie between 1 and {levels}; give at least one pair")
    count = len(pairs)
    observed = Fraction(sum((one - other) ** 2 for one, other in pairs), count)
    expected = Fraction(sum((one - other) ** 2 for one, _ in pairs for _, other in pairs), count * count)
    return None if expected == 0 else 1 - observed / expected


def band_of(score: Decimal, bands: RuleValue) -> str:
    """Return the best band whose ``from`` the score reaches. Raises RuleError."""
    for row in sorted(bands.value, key=lambda row: Decimal(row["from"]), reverse=True):
        if score >= row["from"]:
            return str(row["grade"])
    raise RuleError(f"{bands.id} has no band for {score}")


def band_text(grade: str, bands: RuleValue) -> Text:
    """Return a band in words; its code in both languages where the rule gives it no title."""
    title = next((row["title"] for row in bands.value if row["grade"] == grade and "title" in row), None)
    return same(grade) if title is None else Text(title["zh"], title["en"])


# -- inside ------------------------------------------------------------------------------------------------------


def _read_rating(reader: Reader, items: Sequence[TeamItem], barred: RuleValue, as_of: date) -> Rating:
    rater, organisation, day = reader.text("rater"), reader.text("organisation"), reader.day("date")
    if day > as_of:
        reader.problem(
            "date",
            day,
            "date_in_future",
            Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
            Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
        )
    for name, zh, en in (
        ("independent", "评定人与企业无利害关系", "the rater has no interest in the firm"),
        ("rated_alone", "评定时未看过他人的评定", "the rater had not seen the other sheet"),
    ):
        if not reader.flag(name):
            reader.problem(
                name,
                "false",
                "not_independent",
                Text(f"不满足：{zh}", f"not met: {en}"),
                Text("请更换为一名独立的评定人", "have an independent person rate"),
            )
    marks = _read_marks(reader.table("marks"), items, barred)
    reader.finish()
    return Rating(rater, organisation, day, marks)


def _read_marks(reader: Reader, items: Sequence[TeamItem], barred: RuleValue) -> Mapping[str, Mark]:
    marks = {}
    for item in items:
        entry = reader.optional_table(item.code)
        if entry is not None:
            marks[item.code] = Mark(entry.whole("points", 1, LEVELS), entry.text("evidence"))
            entry.finish()
    known = {item.code for item in items}
    for name in reader.names():
        if name in known:
            continue
        word = protected_word((name,), barred)
        if word:
            reader.problem(
                name,
                word,
                "protected_trait",
                Text(
                    "不得评定年龄、性别、出身等个人特征", "age, sex, origin and similar traits must not be assessed"
                ),
                Text("请删除该项", "remove it"),
            )
        else:
            reader.problem(
                name,
                "",
                "unknown_item",
                Text("评估表中没有该项", "the assessment has no such item"),
                Text(f"可选：{'、'.join(sorted(known))}", f"choose from: {', '.join(sorted(known))}"),
            )
    reader.finish()
    return marks


def _person(name: str) -> str:
    return "".join(name.split()).casefold()


def _no_sheet() -> Problem:
    return Problem(
        "team.rating",
        "",
        Text("尚无评定", "no rating is given"),
        Text("请填写两份评定（[[team.rating]]）", "write two [[team.rating]]"),
        "missing",
    )


def _item(item: TeamItem, ratings: Sequence[Rating], gap: int) -> ItemResult:
    marks = tuple(rating.marks.get(item.code) for rating in ratings)
    # An unmarked item counts as lowest, never as good.
    points = [1 if mark is None else mark.points for mark in marks[:2]]
    third = marks[2] if len(marks) > 2 else None
    if third is not None:
        return ItemResult(item, marks, Fraction(median([*points, third.points])), False)
    lower, spread = min(points), max(points) - min(points)
    held = Fraction(lower) + Fraction(min(spread, gap - 1), 2)
    return ItemResult(item, marks, held, len(points) > 1 and spread >= gap)


def _state(
    ratings: Sequence[Rating],
    results: Sequence[ItemResult],
    kappa: Fraction | None,
    least: Fraction,
    months: int,
    day: date,
) -> State:
    if any(add_months(rating.day, months) < day for rating in ratings):
        return "stale"
    if len(ratings) < 2:
        return "one_rater"
    if any(result.disputed for result in results):
        return "third_rater_needed"
    if len(ratings) > 2:
        return "settled"
    # If the marks do not vary, chance alone explains the agreement; the gaps of the items then decide.
    return "third_rater_needed" if kappa is not None and kappa < least else "agreed"


def _explanation(
    score: Decimal,
    grade: Text,
    agreement: Decimal | None,
    state: State,
    results: Sequence[ItemResult],
    rules: Sequence[RuleValue],
) -> Explanation:
    shown = same("—") if agreement is None else same(plain(agreement))
    return Explanation(
        Text("经营团队评分", "score of the management team"),
        score,
        "points",
        Text(
            f"各项（所得 − 1）÷ 4 × 权重之和，满分 100；{STATE_TEXT[state].zh}；专家判断，未经数据校准",
            f"sum of weight × (points − 1) ÷ 4, out of 100; {STATE_TEXT[state].en}; expert judgement, not calibrated",
        ),
        parts=(
            Explanation(Text("等级", "grade"), grade, references=(rules[0].reference,)),
            Explanation(
                Text("两人一致程度（加权 kappa）", "agreement of the two raters (weighted kappa)"),
                shown,
                references=(rules[1].reference,),
            ),
            of_rule(rules[2], unit="months"),
            *(
                Explanation(
                    result.item.title,
                    quantise_rate(result.points, 2),
                    "points",
                    same(
                        "；".join(
                            "—" if mark is None else f"{mark.points}：{mark.evidence}" for mark in result.marks
                        )
                    ),
                )
                for result in results
            ),
        ),
    )
