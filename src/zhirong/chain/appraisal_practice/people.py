"""Agencies, appraisers and the expert pool: their permitted work, and exclusions because of a tie or a sanction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

Discipline = Literal["valuation", "technology", "market", "management", "law"]

DISCIPLINE_TEXT: Mapping[Discipline, Text] = {
    "valuation": Text("资产评估", "valuation"),
    "technology": Text("技术", "technology"),
    "market": Text("市场营销", "marketing"),
    "management": Text("企业经营", "management"),
    "law": Text("法律", "law"),
}
ANY_FIELD = "*"


@dataclass(frozen=True, slots=True)
class Qualification:
    """A certificate. valid_to: last day, None is without an end."""

    name: str
    number: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Return whether it is valid on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Sanction:
    """A measure of the association or an authority. It bars from work from its first to its last day."""

    by: str
    reason: str
    start: date
    end: date | None = None
    bars: bool = True

    def holds(self, day: date) -> bool:
        """Return whether it is in force on ``day``."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Expert:
    """One person of the pool, an agency's appraiser or another specialist.

    agency: the employer, empty for none. fields: prefixes of IPC classes or industry codes they know, ``*`` for
    all. ties: names or codes of firms to which they, close relatives or their employer are tied.
    """

    id: str
    name: str
    discipline: Discipline
    fields: tuple[str, ...]
    agency: str = ""
    qualifications: tuple[Qualification, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    ties: tuple[str, ...] = ()

    def knows(self, field: str) -> bool:
        """Return whether a field lies within their fields; the code of a finer field begins with that of the wider
        one.
        """
        return any(own == ANY_FIELD or field.startswith(own) for own in self.fields)


@dataclass(frozen=True, slots=True)
class Agency:
    """An appraisal agency. regions: GB/T 2260 prefixes where it works, empty for everywhere."""

    id: str
    name: str
    qualifications: tuple[Qualification, ...]
    regions: tuple[str, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """The networked pool (000 §3.3): agencies and experts in all places."""

    agencies: tuple[Agency, ...]
    experts: tuple[Expert, ...]

    def agency(self, agency_id: str) -> Agency | None:
        """Return the agency with that id."""
        return next((one for one in self.agencies if one.id == agency_id), None)


def why_not_agency(agency: Agency, parties: Sequence[str], region: str, day: date) -> Text | None:
    """Return why an agency may not take a task on ``day``; None if it may.

    parties: names and codes of client, borrower, lender and holders.
    """
    common = _why_not(agency.qualifications, agency.sanctions, agency.ties, parties, day, needs_paper=True)
    if common is not None:
        return common
    if agency.regions and not any(region.startswith(own) for own in agency.regions):
        return Text(f"不在 {region} 执业", f"does not work in {region}")
    return None


def why_not_expert(expert: Expert, field: str, parties: Sequence[str], pool: Pool, day: date) -> Text | None:
    """Return why an expert may not take part on ``day``; None if they may. A tie of the employer counts as theirs."""
    employer = pool.agency(expert.agency)
    ties = expert.ties + (employer.ties if employer is not None else ())
    needs_paper = expert.discipline in ("valuation", "law")
    common = _why_not(expert.qualifications, expert.sanctions, ties, parties, day, needs_paper=needs_paper)
    if common is not None:
        return common
    if not expert.knows(field):
        return Text(f"不熟悉领域 {field}", f"does not know the field {field}")
    return None


def _why_not(
    papers: Sequence[Qualification],
    sanctions: Sequence[Sanction],
    ties: Sequence[str],
    parties: Sequence[str],
    day: date,
    *,
    needs_paper: bool,
) -> Text | None:
    tied = next((tie for tie in ties if _plain(tie) in {_plain(party) for party in parties}), None)
    if tied is not None:
        return Text(f"利益冲突：与{tied}有关联", f"conflict of interest: tied to {tied}")
    barred = next((sanction for sanction in sanctions if sanction.bars and sanction.holds(day)), None)
    if barred is not None:
        return Text(f"受{barred.by}处分：{barred.reason}", f"barred by {barred.by}: {barred.reason}")
    if needs_paper and not any(paper.holds(day) for paper in papers):
        return Text("没有有效的资格证书", "no valid qualification")
    return None


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


# -- reading -----------------------------------------------------------------------------------------------------


def read_pool(reader: Reader) -> Pool:
    """Read the pool from ``[[agency]]`` and ``[[expert]]`` tables. Ids must differ, and an expert's agency must
    exist.
    """
    agencies = tuple(_read_agency(entry) for entry in reader.tables("agency"))
    known = {agency.id for agency in agencies}
    experts = tuple(_read_expert(entry, known) for entry in reader.tables("expert"))
    ids = [*(agency.id for agency in agencies), *(expert.id for expert in experts)]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        reader.problem(
            "agency",
            "、".join(twice),
            "id_twice",
            Text("两条记录的编号（id）相同", "two entries have the same id"),
            Text("请为其中一条另设编号（id）", "change the id of one of them"),
        )
    reader.finish()
    return Pool(agencies, experts)


def _read_agency(reader: Reader) -> Agency:
    agency = Agency(
        id=reader.text("id"),
        name=reader.text("name"),
        qualifications=_read_papers(reader),
        regions=reader.texts("regions"),
        sanctions=_read_sanctions(reader),
        ties=reader.texts("ties"),
    )
    reader.finish()
    return agency


def _read_expert(reader: Reader, agencies: set[str]) -> Expert:
    employer = reader.optional_text("agency")
    if employer and employer not in agencies:
        reader.problem(
            "agency",
            employer,
            "unknown_agency",
            Text("该机构不存在", "the agency does not exist"),
            Text("请先登记该机构（[[agency]]），或删除该项", "add the [[agency]], or remove it"),
        )
    expert = Expert(
        id=reader.text("id"),
        name=reader.text("name"),
        discipline=reader.choice("discipline", tuple(DISCIPLINE_TEXT)),  # type: ignore[arg-type]
        fields=reader.texts("fields"),
        agency=employer,
        qualifications=_read_papers(reader),
        sanctions=_read_sanctions(reader),
        ties=reader.texts("ties"),
    )
    reader.finish()
    return expert


def _read_papers(reader: Reader) -> tuple[Qualification, ...]:
    papers = []
    for entry in reader.tables("qualification"):
        papers.append(
            Qualification(
                entry.text("name"), entry.text("number"), entry.day("valid_from"), entry.optional_day("valid_to")
            )
        )
        entry.finish()
    return tuple(papers)


def _read_sanctions(reader: Reader) -> tuple[Sanction, ...]:
    sanctions = []
    for entry in reader.tables("sanction"):
        sanctions.append(
            Sanction(
                entry.text("by"),
                entry.text("reason"),
                entry.day("start"),
                entry.optional_day("end"),
                entry.flag("bars", True),
            )
        )
        entry.finish()
    return tuple(sanctions)
