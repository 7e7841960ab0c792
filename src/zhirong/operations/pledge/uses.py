"""Detection of a right or claim used at two institutions without revealing which one (keyed SM3 fingerprints).

Each institution calculates the fingerprints of its rights and claims with a key that all institutions share and the
register does not have, and reports them. An institution that has reported one learns whether another has too;
institutions learn nothing about items that they have not reported, and every report is in the log under their name,
so that guesses leave a trace.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.chain.pledge.registration import refuse
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.declare import Call, Done, library_operation
from zhirong.operations.outbox import party_address
from zhirong.operations.register_policy import BY_INSTITUTIONS, demand_read
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import models

REPORTED, USED_TWICE = "use.reported", "use.twice"
MOST = 10_000
_REPORT = library_operation("use.report", Text("报送使用指纹", "Report uses"), BY_INSTITUTIONS)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_PERIOD = re.compile(r"[0-9A-Za-z.\-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Match:
    """One of the actor's reports that others have reported too. institutions: number of others.

    names: of the others, for the registrar only.
    """

    period: str
    fingerprint: str
    reference: str
    institutions: int
    names: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return a dictionary with stable keys for programs."""
        return {
            "period": self.period,
            "fingerprint": self.fingerprint,
            "reference": self.reference,
            "institutions": self.institutions,
            "names": list(self.names),
        }


def report_uses(call: Call, period: str, reports: Sequence[Mapping[str, str]]) -> tuple[Done, tuple[Match, ...]]:
    """Report fingerprints of a period, each with the institution's reference; returns those that others have
    reported.

    All institutions concerned are notified of a new match. Raises InputError with every invalid report.
    """
    request = {"period": period, "reports": [dict(one) for one in reports]}
    done = run_call(_REPORT, call, request, lambda work: _decide(work, period, reports))
    return done, matches(call.actor, period)


def _decide(work: Work, period: str, reports: Sequence[Mapping[str, str]]) -> Decision:
    work.demand(_REPORT)
    party = work.actor.party
    if party is None:
        raise refuse(
            "no_institution",
            "actor",
            work.actor.id,
            Text("未写明报送机构", "the institution is missing"),
            Text("请以机构身份报送", "report on behalf of an institution"),
        )
    institution = party_address(party)
    _demand_sound(period, reports)
    own = models.Report.objects.filter(period=period, institution=institution)
    known = set(own.values_list("fingerprint", flat=True))
    new = [dict(one) for one in reports if one["fingerprint"] not in known]

    def keep(work: Work, index: int) -> None:
        models.Report.objects.bulk_create(
            models.Report(
                event_id=index,
                period=period,
                fingerprint=one["fingerprint"],
                institution=institution,
                reference=one.get("reference", ""),
            )
            for one in new
        )
        _tell_the_others(work, period, institution, index)

    content = {"period": period, "reports": new, "institution": institution}
    return Decision(_REPORT, REPORTED, None, content, {"period": period, "reports": len(new)}, follow=keep)


def matches(actor: Actor, period: str) -> tuple[Match, ...]:
    """Return the actor's reports of a period that others have made too; all of them for a registrar without
    institution.
    """
    demand_read(actor, "matches")
    reports = models.Report.objects.filter(period=period)
    if actor.party is not None:
        own = reports.filter(institution=party_address(actor.party))
    elif actor.capacity is Capacity.REGISTRAR:
        own = reports
    else:
        return ()
    found = []
    by_fingerprint: dict[str, set[str]] = {}
    wanted = own.values("fingerprint")
    for fingerprint, institution in reports.filter(fingerprint__in=wanted).values_list(
        "fingerprint", "institution"
    ):
        by_fingerprint.setdefault(fingerprint, set()).add(institution)
    for one in own.order_by("id"):
        others = by_fingerprint[one.fingerprint] - {one.institution}
        if others:
            names = tuple(sorted(others)) if actor.capacity is Capacity.REGISTRAR else ()
            found.append(Match(period, one.fingerprint, one.reference, len(others), names))
    return tuple(found)


def _tell_the_others(work: Work, period: str, institution: str, index: int) -> None:
    """Record one event for each institution with a new match, which notifies it. The event contains no fingerprint."""
    new = models.Report.objects.filter(event_id=index).values("fingerprint")
    met = models.Report.objects.filter(period=period, fingerprint__in=new).exclude(institution=institution)
    counts: dict[str, int] = {}
    for other in met.values_list("institution", flat=True):
        counts[other] = counts.get(other, 0) + 1
    if counts:
        counts[institution] = len(set(met.values_list("fingerprint", flat=True)))
    for address, count in sorted(counts.items()):
        content = {"period": period, "matches": count, "to": address}
        told = work.fold(Decision(_REPORT, USED_TWICE, None, content, {"period": period}))
        models.Outgoing.objects.create(event_id=told.index, to=address)


def _demand_sound(period: str, reports: Sequence[Mapping[str, str]]) -> None:
    problems = []
    hint = Text("请用命令行工具按权利清单生成，格式见手册“质押登记”", "create them with zhirong register uses make")
    if _PERIOD.fullmatch(period) is None:
        reason = Text("期间请写成 2026-11 的格式", "enter the period like 2026-11")
        problems.append(Problem("period", period, reason, hint, "period"))
    if not 0 < len(reports) <= MOST:
        reason = Text(f"一次报送 1 至 {MOST} 项", f"report 1 to {MOST} at a time")
        problems.append(Problem("reports", str(len(reports)), reason, hint, "count"))
    seen = set()
    for at, one in enumerate(reports, 1):
        fingerprint = one.get("fingerprint", "")
        if not isinstance(fingerprint, str) or _FINGERPRINT.fullmatch(fingerprint) is None or fingerprint in seen:
            reason = Text("不是指纹，或重复填写", "not a fingerprint, or a duplicate")
            problems.append(
                Problem(f"reports[{at}].fingerprint", str(fingerprint)[:70], reason, hint, "fingerprint")
            )
        seen.add(fingerprint)
        if set(one) - {"fingerprint", "reference"} or not isinstance(one.get("reference", ""), str):
            reason = Text(
                "每项仅可包含指纹（fingerprint）和备查号（reference）", "only fingerprint and reference are allowed"
            )
            problems.append(Problem(f"reports[{at}]", ", ".join(one), reason, hint, "unknown_field"))
        elif len(one.get("reference", "")) > 200:
            reason = Text("编号过长", "the reference is too long")
            problems.append(Problem(f"reports[{at}].reference", "", reason, hint, "too_long"))
    if problems:
        raise InputError(problems)
