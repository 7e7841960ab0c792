"""The years in which rights can still earn: the shortest of legal, contractual and economic life.

The rights of a set that are marked ``core`` decide, or all of them if none is marked. Each has its own life, and
the income continues as long as one of them is in force: a further right never shortens a life.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from zhirong.chain.appraisal.method import AppraisalMethod
from zhirong.chain.appraisal.records import RemainingLife
from zhirong.chain.appraisal.value_carriers import ENDED, carriers
from zhirong.chain.right.kinds import KINDS
from zhirong.chain.right.life import LegalLife, legal_life, remaining_years
from zhirong.chain.right.records import Right
from zhirong.kernel.days import years_between
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same


def remaining_life(
    rights: Sequence[Right],
    methods: Sequence[AppraisalMethod],
    contract_end: date | None,
    valuation_date: date,
    rules: Rulebook,
    day: date,
) -> RemainingLife:
    """Return the years from the valuation date in which the rights can still earn, and the event that ends the last of them.

    A life that is over is zero, not negative. A right whose life cannot be determined counts only if this is so for
    all of them.
    """
    legal: float | None = 0.0
    decisive: str | None = None
    unknown: list[tuple[str, tuple[str, ...]]] = []
    parts = []
    known = False
    for right in carriers(rights):
        life = legal_life(right, rules, day)
        parts.append(replace(life.explanation, label=same(f"{right.id} {right.title}")))
        years = _years_left(right, life, valuation_date)
        # The copyright of a living author has no last day yet; with any other missing date the life is unknown.
        if life.missing and life.missing != ("author_death_date",) and years is None:
            unknown.append((right.id, life.missing))
            continue
        known = True
        if legal is not None and (years is None or decisive is None or years > legal):
            legal, decisive = years, right.id
    if known:
        unknown = []
    else:
        legal = None
    contract = None if contract_end is None else max(0.0, years_between(valuation_date, contract_end))
    stated = [years for method in methods if (years := method.stated_life()) is not None]
    ends = [years for years in (legal, contract, min(stated) if stated else None) if years is not None]
    economic = min(ends) if stated else None
    remaining = min(ends) if ends else None
    explanation = Explanation(
        Text("剩余寿命", "remaining life"),
        "" if remaining is None else f"{remaining:.2f}",
        "text",
        Text(
            "法定、合同与经济寿命中最短者，自评估基准日起（年）；多项权利取法定寿命最长者；商标可续展，不以本期届满为限",
            "shortest of legal, contractual and economic life, in years from the valuation date; for several rights the"
            " longest legal life; a trademark can be renewed",
        ),
        parts=(
            _years(Text("法定剩余（起决定作用的权利）", "legal, of the right that decides"), legal, tuple(parts)),
            _years(Text("合同剩余", "contractual"), contract),
            _years(
                Text("经济寿命（陈述的最可能值）", "economic, most likely as stated"), min(stated, default=None)
            ),
        ),
    )
    return RemainingLife(legal, contract, economic, decisive, tuple(unknown), explanation)


def legal_years(right: Right, valuation_date: date, rules: Rulebook, day: date) -> float | None:
    """Return the years from the valuation date for which the law protects one right; None if unlimited or unknown."""
    return _years_left(right, legal_life(right, rules, day), valuation_date)


def _years_left(right: Right, life: LegalLife, valuation_date: date) -> float | None:
    if _has_ended(right, valuation_date):
        return 0.0
    return None if KINDS[right.kind].is_renewable else remaining_years(life, valuation_date)


def _has_ended(right: Right, day: date) -> bool:
    return right.status in ENDED or (right.ended_date is not None and right.ended_date <= day)


def _years(label: Text, years: float | None, parts: tuple[Explanation, ...] = ()) -> Explanation:
    shown = Text("无限制", "no limit") if years is None else Text(f"{years:.2f} 年", f"{years:.2f} years")
    return Explanation(label, shown, parts=parts)
