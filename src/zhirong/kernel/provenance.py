"""Source and quality of the evidence for a stated figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


class EvidenceGrade(StrEnum):
    """Evidence grades of a stated figure, best first."""

    CONTRACT = "contract"
    AUDITED = "audited"
    DECLARED = "declared"
    ASSUMED = "assumed"


EVIDENCE_TEXT: Mapping[EvidenceGrade, Text] = {
    EvidenceGrade.CONTRACT: Text("合同或登记", "contract or register"),
    EvidenceGrade.AUDITED: Text("经审计", "audited"),
    EvidenceGrade.DECLARED: Text("企业申报", "declared by the firm"),
    EvidenceGrade.ASSUMED: Text("假设", "assumed"),
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Source of a figure in words, its reference date (None if it does not age), and its evidence grade."""

    source: str
    grade: EvidenceGrade
    day: date | None = None

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "source": self.source,
            "grade": self.grade.value,
            "date": None if self.day is None else self.day.isoformat(),
        }


def read_grade(reader: Reader) -> EvidenceGrade:
    """Read the required field ``grade`` of a table."""
    return EvidenceGrade(reader.choice("grade", tuple(EvidenceGrade)))
