"""The verbs of a registration, from its filing to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.packs import max_rank, register_of
from zhirong.chain.pledge.papers import PAPER_TEXT
from zhirong.chain.pledge.precheck import RightCheck, Standing, check_filing, right_key
from zhirong.chain.pledge.reading import read_filing
from zhirong.chain.pledge.records import Filing
from zhirong.chain.pledge.register import RegisterEvent, apply_move
from zhirong.chain.pledge.register_json import party_json
from zhirong.chain.pledge.registration import Move, RegisterRole, Registration, next_status, refuse
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Right
from zhirong.evidence import canonical
from zhirong.kernel.days import day_of, working_days_from
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.store import models
from zhirong.verbs.pattern import By, Decision, Done, Work, act, plain, pledge_kind, rulebook

Request = Mapping[str, Any]

FACTS = "facts.updated"  # moves nothing: the registration stands as it stood


def prepare_pledge(by: By, request: Request) -> Done:
    """Keep a filing that is not handed in yet; the way of every registration whose authority is elsewhere."""
    return _open(Move.PREPARE, by, request)


def file_pledge(by: By, request: Request) -> Done:
    """Hand in a filing: tables ``filing`` and ``rights`` as in a case file, ``role`` record or mirror.

    Every refusal ground, every paper and the free ranks are checked first. Raises InputError with all that stands
    in the way. A ground that the data leave unknown does not stop the filing; the examination decides it.
    """
    return _open(Move.FILE, by, request)


def file_prepared(by: By, registration: int) -> Done:
    """Hand in what was prepared, checked as of today."""

    def decide(work: Work) -> Decision:
        found = _found(work, Move.FILE)
        facts = latest_facts(found.id)
        filing, rights = read_facts(facts)
        _demand_fileable(check_rights(filing, rights, work.day, work.rules))
        return _decision(work, Move.FILE, _filed(filing, rights, work.day, work.rules))

    return act("file", by, {}, decide, registration)


def withdraw(by: By, registration: int, reason: str) -> Done:
    """Take back a filing that has not been entered."""
    return _ending(Move.WITHDRAW, "withdraw", by, registration, reason)


def examine(
    by: By, registration: int, rights: Sequence[Mapping[str, Any]] = (), resolved: Request | None = None
) -> Done:
    """Examine a filing as of today: accepted or refused by its grounds, each kept with its rule.

    rights: newer extracts of the rights, all of them, where there are any. resolved: for each ground that the data
    leave unknown, ``key/number``, how the registrar has satisfied himself. Raises InputError while one is open.
    """
    request = {"rights": list(rights), "resolved": dict(resolved or {})}

    def decide(work: Work) -> Decision:
        found = _found(work)
        facts = latest_facts(found.id)
        if rights:
            facts = {**facts, "rights": plain(request["rights"])}
        filing, read = read_facts(facts)
        _demand_same_rights(found, read)
        checks = check_rights(filing, read, work.day, work.rules)
        content: dict[str, Any] = {
            "checks": [check.as_json() for check in checks],
            "resolved": request["resolved"],
        }
        if rights:
            content["facts"] = facts
        # A rank that is taken is no ground of refusal yet: it may be free by the time of entry.
        refused = [problem for check in checks for problem in check.problems() if _is_refusal(problem)]
        if refused:
            reason = "；".join(f"{problem.value}：{problem.reason.zh}" for problem in refused)
            content |= {"day": work.day, "reason": reason}
            return _decision(work, Move.REFUSE, content)
        open_ones = [
            problem
            for check in checks
            for problem in check.problems()
            if problem.code.endswith("_unknown") and _place(problem) not in request["resolved"]
        ]
        if open_ones:
            raise InputError(open_ones)
        return _decision(work, Move.ACCEPT, content)

    return act("examine", by, request, decide, registration)


def update_facts(by: By, registration: int, rights: Sequence[Mapping[str, Any]]) -> Done:
    """Keep newer extracts of the rights, all of them: what the daily watch examines from now on."""
    request = {"rights": list(rights)}

    def decide(work: Work) -> Decision:
        found = _found(work)
        facts = {**latest_facts(found.id), "rights": plain(request["rights"])}
        _demand_same_rights(found, read_facts(facts)[1])
        return Decision(FACTS, found.id, {"facts": facts}, {})

    return act("update_facts", by, request, decide, registration)


def enter(by: By, registration: int) -> Done:
    """Enter an examined filing: its rights are free, its priority number is given, in the same transaction."""

    def decide(work: Work) -> Decision:
        found = _found(work, Move.ENTER)
        content = {
            **_ranks(found, work.day, work.rules),
            "number": work.head.last_number + 1,
            "day": work.day,
        }
        return _decision(work, Move.ENTER, content, {"number": work.head.last_number + 1})

    return act("enter", by, {}, decide, registration)


def record_authority_number(
    by: By, registration: int, authority: str, authority_number: str, certificate: str, day: date
) -> Done:
    """Complete a mirror: the authority's number, the certificate's hash, and the day of its registration."""
    request = {
        "authority": authority,
        "authority_number": authority_number,
        "certificate": certificate,
        "day": day,
    }

    def decide(work: Work) -> Decision:
        ranks = _ranks(_found(work, Move.RECORD_AUTHORITY), work.day, work.rules)
        return _decision(work, Move.RECORD_AUTHORITY, {**ranks, **request}, {"authority_number": authority_number})

    return act("record_authority", by, request, decide, registration)


def amend(by: By, registration: int, changes: Request, changed_on: date) -> Done:
    """Amend parties' names, kind, amount or dates of the claim. changed_on: the day of the change itself; whether it
    is filed within the days that the rule gives is kept with the event.
    """
    request = {"changes": plain(changes), "changed_on": changed_on}

    def decide(work: Work) -> Decision:
        rule = work.rules.at("registration.amendment_days", work.day)
        late = (work.day - changed_on).days > rule.whole()
        return _decision(work, Move.AMEND, {**request, "is_late": late})

    return act("amend", by, request, decide, registration)


def correct(by: By, registration: int, changes: Request, reason: str) -> Done:
    """Correct a mistake of the register itself; what stood there before stays in the log."""
    request = {"changes": plain(changes), "reason": reason}
    return act("correct", by, request, lambda work: _decision(work, Move.CORRECT, request), registration)


def extend(by: By, registration: int, debt_end: date) -> Done:
    """Extend the secured debt. Every ground is examined again with the new day; one that refuses stops it."""
    request = {"debt_end": debt_end}

    def decide(work: Work) -> Decision:
        filing, rights = read_facts(latest_facts(_found(work, Move.EXTEND).id))
        longer = replace(filing, debt_end=debt_end)
        _demand_none_refused(
            tuple(check for check in check_rights(longer, rights, work.day, work.rules)), "debt_term"
        )
        return _decision(work, Move.EXTEND, request)

    return act("extend", by, request, decide, registration)


def transfer_claim(by: By, registration: int, to: Request) -> Done:
    """The claim passes to another, and the pledge with it. Rank and number stay."""
    request = {"pledgee": plain({"code": "", "is_natural_person": False, **to})}
    return act(
        "transfer_claim", by, request, lambda work: _decision(work, Move.TRANSFER_CLAIM, request), registration
    )


def partially_discharge(by: By, registration: int, rights: Sequence[str], claim_amount: int | None = None) -> Done:
    """Release some rights, or some of the amount. rights: keys. claim_amount: fen that remain secured."""
    request = {"rights": sorted(rights), "claim_amount": claim_amount}

    def decide(work: Work) -> Decision:
        amount = _found(work).claim_amount if claim_amount is None else claim_amount
        return _decision(work, Move.PARTIALLY_DISCHARGE, {**request, "claim_amount": amount})

    return act("partially_discharge", by, request, decide, registration)


def discharge(by: By, registration: int, reason: str) -> Done:
    """End a registration: paid, realised, waived. Its rights are free from this moment."""
    return _ending(Move.DISCHARGE, "discharge", by, registration, reason)


def revoke(by: By, registration: int, reason: str) -> Done:
    """Undo a registration that should not have been made; it counts as never made."""
    return _ending(Move.REVOKE, "revoke", by, registration, reason)


# -- reading the facts -----------------------------------------------------------------------------------------


def read_facts(facts: Request) -> tuple[Filing, tuple[tuple[str, Right], ...]]:
    """Filing and rights, each right with its key. Raises InputError with everything that is wrong with them."""
    problems: list[Problem] = []
    reader = Reader(dict(facts), source="", problems=problems)
    rights = read_rights(reader)
    filing = replace(read_filing(reader.table("filing")), stage="filed")
    for name, missing in (("pledgee", filing.pledgee is None), ("claim_amount", filing.claim_amount is None)):
        if missing:
            reason = Text("登记必须写明", "a registration must state it")
            problems.append(Problem(f"filing.{name}", "", reason, Text("补上", "add it"), "missing"))
    if problems:
        raise InputError(problems)
    together = frozenset(right.number for right in rights if right.number)
    keyed = tuple((right_key(right, filing.subject), right) for right in rights)
    if len({key for key, _ in keyed}) != len(keyed):
        raise refuse(
            "right_twice",
            "rights",
            "",
            Text("同一权利写了两次", "a right is listed twice"),
            Text("只留一次", "list it once"),
        )
    return replace(filing, together=together), keyed


def latest_facts(registration: int) -> dict[str, Any]:
    """The facts that a registration was last filed or examined by."""
    for content in (
        models.Event.objects.filter(registration=registration).order_by("-index").values_list("content", flat=True)
    ):
        found = canonical.decode(content.encode())
        if "facts" in found:
            facts: dict[str, Any] = found["facts"]
            return facts
    raise AssertionError(f"registration {registration} was opened without facts")


def standings(keys: Sequence[str]) -> dict[str, Standing]:
    """What the register knows of these rights now."""
    frozen = dict(models.Right.objects.filter(key__in=keys).values_list("key", "frozen_by"))
    ranks: dict[str, list[int]] = {}
    for key, rank in models.Charge.objects.filter(right__key__in=keys, active=True).values_list(
        "right__key", "rank"
    ):
        ranks.setdefault(key, []).append(rank)
    return {key: Standing(tuple(sorted(ranks.get(key, []))), order) for key, order in frozen.items()}


def check_rights(
    filing: Filing, rights: Sequence[tuple[str, Right]], day: date, rules: Rulebook
) -> tuple[RightCheck, ...]:
    """Every right against the rules and against what the register holds now."""
    return check_filing(filing, rights, standings([key for key, _ in rights]), day, rules)


# -- inside ---------------------------------------------------------------------------------------------------


def _open(move: Move, by: By, request: Request) -> Done:
    facts = plain({name: request[name] for name in ("filing", "rights") if name in request})
    role = RegisterRole(Reader(dict(request)).choice("role", tuple(RegisterRole), RegisterRole.MIRROR))
    filing, rights = read_facts(facts)
    if role is RegisterRole.RECORD and not filing.pilot_basis:
        raise refuse(
            "not_entrusted",
            "role",
            role,
            Text(
                "没有写明授权本登记簿登记的试点文件，质权只能在主管机关设立",
                "no pilot is named that entrusts this register; the pledge arises with the authority only",
            ),
            Text("写明 filing.pilot_basis，或用 role = mirror", "give filing.pilot_basis, or use role = mirror"),
        )
    day = day_of(by.now)
    content = {**_opening(role, filing, rights), "facts": facts}
    content |= (
        _filed(filing, rights, day, rulebook()) if move is Move.FILE else {"filed_on": None, "review_by": None}
    )

    def opened() -> Registration:
        return apply_move(None, RegisterEvent(0, pledge_kind(move), "", 0, plain(content)))

    def decide(work: Work) -> Decision:
        checks = check_rights(filing, rights, work.day, work.rules)
        if move is Move.FILE:
            _demand_fileable(checks)
        # The examination keeps every ground with its rule; here the outcome is enough.
        checked = {**content, "checks": [{"key": check.key, "verdict": check.verdict} for check in checks]}
        return Decision(
            pledge_kind(move), work.head.last_filing + 1, checked, {"rights": [key for key, _ in rights]}
        )

    verb = "file" if move is Move.FILE else "prepare"
    return act(verb, by, {"role": role.value, **facts}, decide, opened=opened)


def _opening(role: RegisterRole, filing: Filing, rights: Sequence[tuple[str, Right]]) -> dict[str, Any]:
    if filing.pledgee is None:
        raise AssertionError("facts without a pledgee are refused when they are read")
    return {
        "role": role.value,
        "subject": filing.subject.value,
        "rights": [
            {
                "key": key,
                "kind": right.kind.value,
                "number": right.number,
                "title": right.title,
                "rank": None,
                "released": False,
            }
            for key, right in rights
        ],
        "pledgors": [party_json(party) for party in filing.pledgors],
        "pledgee": party_json(filing.pledgee),
        "claim_kind": filing.claim_kind.value,
        "claim_amount": filing.claim_amount,
        "debt_start": filing.debt_start,
        "debt_end": filing.debt_end,
    }


def _filed(filing: Filing, rights: Sequence[tuple[str, Right]], day: date, rules: Rulebook) -> dict[str, Any]:
    """The day of filing and the last day of the examination: of a package, that of its slowest register."""
    calendar = working_days_from(rules.at("calendar.working_days", day).value)
    deadlines = [
        review_deadline(right.kind, day, filing.is_online, calendar, rules, filing.subject) for _, right in rights
    ]
    latest = max(deadlines, key=lambda deadline: deadline.day)
    return {"filed_on": day, "review_by": latest.day, "review_is_provisional": latest.is_provisional}


def _ranks(found: Registration, day: date, rules: Rulebook) -> dict[str, Any]:
    """The ranks that the rights get now. Raises InputError naming every right that is not free, and why."""
    filing, rights = read_facts(latest_facts(found.id))
    checks = check_rights(filing, rights, day, rules)
    taken = [
        problem
        for check in checks
        for problem in check.problems()
        if problem.code in ("rank_taken", "frozen") or problem.code.endswith("_refused")
    ]
    if taken:
        raise InputError(taken)
    return {
        "ranks": {check.key: check.rank for check in checks},
        "limits": {key: max_rank(register_of(right.kind, filing.subject), day, rules) for key, right in rights},
    }


def _demand_fileable(checks: Sequence[RightCheck]) -> None:
    problems = [
        problem for check in checks for problem in check.problems() if not problem.code.endswith("_unknown")
    ]
    for check in checks:
        for paper in check.papers.missing:
            words = PAPER_TEXT[paper]
            reason = Text(f"缺少{words.zh}", f"lacks {words.en}")
            problems.append(
                Problem("filing.papers", check.key, reason, Text("补交", "hand it in"), f"paper_{paper.value}")
            )
    if problems:
        raise InputError(problems)


def _demand_none_refused(checks: Sequence[RightCheck], *names: str) -> None:
    """Grounds by the last part of their rule's name; patents number theirs."""
    wanted = {*names, "ground_06"} if "debt_term" in names else set(names)
    problems = [
        Problem("right", check.key, finding.reason, finding.mend or same(""), f"ground_{finding.number}_refused")
        for check in checks
        for finding in check.findings
        if finding.verdict == "refused"
        and finding.reference is not None
        and finding.reference.id.rsplit(".", 1)[1] in wanted
    ]
    if problems:
        raise InputError(problems)


def _demand_same_rights(found: Registration, rights: Sequence[tuple[str, Right]]) -> None:
    if [key for key, _ in rights] != [right.key for right in found.rights]:
        raise refuse(
            "other_rights",
            "rights",
            "、".join(key for key, _ in rights),
            Text("与申请的权利不一致", "not the rights of the filing"),
            Text("按申请的次序列出全部权利", "list all rights of the filing, in its order"),
        )


def _is_refusal(problem: Problem) -> bool:
    return problem.code.startswith("ground_") and problem.code.endswith("_refused")


def _place(problem: Problem) -> str:
    return f"{problem.value}/{problem.code.split('_')[1]}"


def _found(work: Work, move: Move | None = None) -> Registration:
    """The registration to be moved. With a move: refused at once where it is not lawful now, before anything else."""
    if work.found is None:
        raise AssertionError("this verb moves a registration")
    if move is not None:
        next_status(work.found.role, work.found, move)
    return work.found


def _decision(work: Work, move: Move, content: Request, public: Request | None = None) -> Decision:
    return Decision(pledge_kind(move), _found(work).id, content, public or {})


def _ending(move: Move, verb: str, by: By, registration: int, reason: str) -> Done:
    request = {"reason": reason}
    if not reason.strip():
        raise refuse(
            "missing", "reason", "", Text("没有写明理由", "no reason is given"), Text("写明理由", "give one")
        )
    return act(verb, by, request, lambda work: _decision(work, move, {**request, "day": work.day}), registration)
