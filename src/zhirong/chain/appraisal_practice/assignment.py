"""Assign an appraisal by a draw from the pool that the client cannot influence and anyone can verify.

The draw of each candidate is SHA-256(seed, id), smallest first. The seed is the SHA-256 of the subject, purpose and
month of the appraisal and of a public number (``beacon``) published after the request was filed. The client chooses
none of these: a repeated request for the same right, purpose and month draws the same people, and the order of the
pool's list does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from zhirong.chain.appraisal_practice.people import (
    DISCIPLINE_TEXT,
    Agency,
    Discipline,
    Expert,
    Pool,
    why_not_agency,
    why_not_expert,
)
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Task:
    """The subject of the appraisal. right_numbers: in their stored form. field: IPC class or industry code.
    parties: names and codes of client, borrower, lender and holders, for conflicts of interest.
    """

    right_numbers: tuple[str, ...]
    purpose: str
    field: str
    region: str
    parties: tuple[str, ...]
    filed_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """One agency or expert in the draw. draw: SHA-256 in hex; why_not: the reason for exclusion, None if there is
    none.
    """

    id: str
    name: str
    draw: str
    why_not: Text | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The outcome, with everything needed to repeat the draw.

    agency: None if none is available. team: by discipline, those of the rule. lacking: disciplines for which nobody
    is available. candidates: all in the draw, in its order.
    """

    seed: str
    beacon: str
    agency: Agency | None
    team: tuple[tuple[Discipline, Expert], ...]
    lacking: tuple[Discipline, ...]
    candidates: tuple[Candidate, ...]
    composition: RuleValue

    @property
    def complete(self) -> bool:
        """Return whether there is an agency and an expert for every discipline."""
        return self.agency is not None and not self.lacking

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs: the record that is stored and published."""
        return {
            "seed": self.seed,
            "beacon": self.beacon,
            "agency": None if self.agency is None else self.agency.id,
            "team": [{"discipline": discipline, "expert": expert.id} for discipline, expert in self.team],
            "lacking": list(self.lacking),
            "candidates": [
                {
                    "id": one.id,
                    "name": one.name,
                    "draw": one.draw,
                    "excluded": None if one.why_not is None else one.why_not.as_json(),
                }
                for one in self.candidates
            ],
        }


def seed_of(task: Task, beacon: str) -> str:
    """Return the seed of a task's draw, in hex. Raises ValueError for an empty beacon."""
    if not beacon:
        raise ValueError("the draw needs a public number that nobody could foresee")
    month = f"{task.filed_on.year:04d}-{task.filed_on.month:02d}"
    parts = [*sorted(set(task.right_numbers)), task.purpose, month, beacon]
    return _digest("\x1f".join(parts))


def assign(task: Task, pool: Pool, beacon: str, rules: Rulebook) -> Assignment:
    """Return the agency and the interdisciplinary team for ``task``, by the rules of the filing day.

    The first agency in the draw that may take it leads; its own appraisers fill the discipline of valuation. The
    other disciplines of ``practice.team`` (000 §3.3: appraisers, technology, marketing, management) are drawn from
    the entire pool; no expert is drawn twice. Raises RuleError for a discipline that does not exist.
    """
    seed = seed_of(task, beacon)
    composition = rules.at("practice.team", task.filed_on)
    wanted = _composition(composition)
    agencies = _drawn(seed, [(a.id, a.name, why_not_agency(a, task.parties, task.region, task.filed_on))
                             for a in pool.agencies])  # fmt: skip
    experts = _drawn(seed, [(e.id, e.name, why_not_expert(e, task.field, task.parties, pool, task.filed_on))
                            for e in pool.experts])  # fmt: skip
    by_id = {expert.id: expert for expert in pool.experts}
    free = [by_id[one.id] for one in experts if one.why_not is None]
    needed = sum(discipline == "valuation" for discipline in wanted)
    lead = next(
        (
            agency
            for one in agencies
            if one.why_not is None
            and (agency := pool.agency(one.id)) is not None
            and sum(e.agency == agency.id and e.discipline == "valuation" for e in free) >= needed
        ),
        None,
    )
    team: list[tuple[Discipline, Expert]] = []
    lacking: list[Discipline] = []
    taken: set[str] = set()
    for discipline in wanted:
        chosen = next(
            (
                expert
                for expert in free
                if expert.discipline == discipline
                and expert.id not in taken
                and (discipline != "valuation" or (lead is not None and expert.agency == lead.id))
            ),
            None,
        )
        if chosen is None:
            lacking.append(discipline)
        else:
            taken.add(chosen.id)
            team.append((discipline, chosen))
    return Assignment(seed, beacon, lead, tuple(team), tuple(lacking), (*agencies, *experts), composition)


def _composition(rule: RuleValue) -> tuple[Discipline, ...]:
    unknown = [one for one in rule.value if one not in DISCIPLINE_TEXT]
    if unknown or not rule.value:
        raise RuleError(f"{rule.id}: there is no discipline {unknown}")
    return tuple(rule.value)


def _drawn(seed: str, entries: Sequence[tuple[str, str, Text | None]]) -> list[Candidate]:
    drawn = [Candidate(one, name, _digest(f"{seed}\x1f{one}"), why_not) for one, name, why_not in entries]
    return sorted(drawn, key=lambda candidate: candidate.draw)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()
