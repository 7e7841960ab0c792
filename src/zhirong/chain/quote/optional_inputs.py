"""Optional content of a case besides rights, economic data and credit file: "1 + 1" (000 §3.1) and the title (000
§2.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.credit.override import Override
from zhirong.chain.credit.team import Rating, TeamAssessment
from zhirong.chain.indicators import Answer, IndicatorScore, RoyaltyPosition, Screening, System
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text

TitleFinding = Literal["clear", "curable", "defective"]
Payer = Literal["pledgor", "pledgee", "both"]

FINDING_TEXT: Mapping[TitleFinding, Text] = {
    "clear": Text("权属清楚", "the title is clear"),
    "curable": Text("有可以补正的瑕疵", "a defect that can be cured"),
    "defective": Text("权属有重大瑕疵", "a serious defect of title"),
}
PAYER_TEXT: Mapping[Payer, Text] = {
    "pledgor": Text("出质人", "the pledgor"),
    "pledgee": Text("质权人", "the pledgee"),
    "both": Text("双方各半", "both, in equal shares"),
}


@dataclass(frozen=True, slots=True)
class TitleInvestigation:
    """One title investigation.

    rights: ids of the rights investigated. cost: fen, agreed between the parties. done_on, finding: None while the
    investigation is in progress. words: the law firm's findings, or the defects to be cured.
    """

    law_firm: str
    commissioned_on: date
    cost: Fen
    paid_by: Payer
    rights: tuple[str, ...]
    done_on: date | None
    finding: TitleFinding | None
    words: str

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; the cost as a string in yuan."""
        return {
            "law_firm": self.law_firm,
            "commissioned_on": self.commissioned_on.isoformat(),
            "cost": yuan(self.cost),
            "paid_by": self.paid_by,
            "rights": list(self.rights),
            "done_on": None if self.done_on is None else self.done_on.isoformat(),
            "finding": self.finding,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class OnePlusOne:
    """The statements of the case. answers: by id of the right; a right without any is scored by its record alone.

    system: None if no indicators are requested. ratings: empty if nobody assessed the team. override: of the credit
    grade.
    """

    ratings: tuple[Rating, ...] = ()
    system: System | None = None
    purpose: str = "pledge"
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    title: TitleInvestigation | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The two sides of "1 + 1": the score of the weakest key right (0 to 100) and the team's assessment."""

    right: Decimal
    team: TeamAssessment


@dataclass(frozen=True, slots=True)
class Judged:
    """The scored statements. scores: None unless both sides of 1 + 1 are present.

    rights: scores of the key rights that the indicator system covers, each with its screening result. left_out: the
    kinds of the others. royalties: by method, the position that the weakest score indicates in a stated range of
    royalty rates; a hint for the appraiser, no part of the value.
    """

    team: TeamAssessment | None
    rights: tuple[tuple[IndicatorScore, Screening], ...]
    scores: Scores | None
    left_out: Text | None
    royalties: tuple[tuple[str, RoyaltyPosition], ...] = ()


@dataclass(frozen=True, slots=True)
class Substitute:
    """An input that the case does not state. used: its replacement. hint: how to state it. code: stable key."""

    code: str
    missing: Text
    used: Text
    hint: Text

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "code": self.code,
            "missing": self.missing.as_json(),
            "used": self.used.as_json(),
            "hint": self.hint.as_json(),
        }
