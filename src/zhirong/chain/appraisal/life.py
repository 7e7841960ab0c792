"""How long rights can still earn: the least of legal, contractual and economic life.

Which right of a package decides: those marked ``core`` carry the value, or all where none is marked. Among them
the shortest legal life counts, because nobody has said that the others would earn without it. A right that is
not core therefore never shortens a life, and marking the core right is the mend where a minor one does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from zhirong.chain.appraisal.method import Method
from zhirong.chain.appraisal.records import RemainingLife
from zhirong.chain.right.life import legal_life, remaining_years
from zhirong.chain.right.records import LegalStatus, Right, RightKind, Role
from zhirong.kernel.days import years_between
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

# Renewed for as long as the holder wants: the end of the present term does not end the income.
RENEWABLE_KINDS = frozenset({RightKind.TRADEMARK})
ENDED = frozenset(
    {
        LegalStatus.REFUSED,
        LegalStatus.WITHDRAWN,
        LegalStatus.LAPSED,
        LegalStatus.INVALIDATED,
        LegalStatus.EXPIRED,
    }
)


def carriers(rights: Sequence[Right]) -> tuple[Right, ...]:
    """The rights that carry a package's value: the core ones, or all where none is marked core."""
    core = tuple(right for right in rights if right.role is Role.CORE)
    return core or tuple(rights)


def remaining_life(
    rights: Sequence[Right],
    methods: Sequence[Method],
    contract_end: date | None,
    valuation_date: date,
    rules: Rulebook,
    day: date,
) -> RemainingLife:
    """Years from the valuation date that the rights can still earn, with what ends them first.

    A life that is over is zero, not negative.
    """
    legal: float | None = None
    decisive: str | None = None
    unknown: list[tuple[str, tuple[str, ...]]] = []
    parts = []
    for right in carriers(rights):
        life = legal_life(right, rules, day)
        parts.append(replace(life.explanation, label=same(f"{right.id} {right.title}")))
        if _has_ended(right, valuation_date):
            years: float | None = 0.0
        elif right.kind in RENEWABLE_KINDS:
            years = None
        else:
            years = remaining_years(life, valuation_date)
        if years is not None and (legal is None or years < legal):
            legal, decisive = years, right.id
        # A living author's copyright has no last day yet; any other missing date leaves the life untold.
        if life.missing and life.missing != ("author_death_date",) and years is None:
            unknown.append((right.id, life.missing))
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
            "法定、合同与经济寿命中最短者，自评估基准日起（年）；商标可续展，不以本期届满为限",
            "least of legal, contractual and economic life, in years from the valuation date; a trademark is renewed",
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


def _has_ended(right: Right, day: date) -> bool:
    return right.status in ENDED or (right.ended_date is not None and right.ended_date <= day)


def _years(label: Text, years: float | None, parts: tuple[Explanation, ...] = ()) -> Explanation:
    shown = Text("无限制", "no limit") if years is None else Text(f"{years:.2f} 年", f"{years:.2f} years")
    return Explanation(label, shown, parts=parts)
