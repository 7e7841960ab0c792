"""The decisions of the operations on a registration, from its filing to its end, by current facts, rules and state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.filing_documents import PAPER_TEXT
from zhirong.chain.pledge.packs import max_rank, register_of
from zhirong.chain.pledge.precheck import RightCheck, public_key
from zhirong.chain.pledge.reading import read_party
from zhirong.chain.pledge.reconciliation import kept_authority_number
from zhirong.chain.pledge.records import ClaimKind, Filing
from zhirong.chain.pledge.register import RegisterEvent, apply_move
from zhirong.chain.pledge.register_json import party_json
from zhirong.chain.pledge.registration import RegisterRole, RegisterTransition, Registration, next_status, refuse
from zhirong.chain.right.records import Right
from zhirong.kernel.days import working_days_from
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.declare import Done
from zhirong.operations.pledge.completion import demand_recordable, later_than_today
from zhirong.operations.pledge.facts import (
    FACTS,
    Request,
    check_rights,
    demand_same_rights,
    facts_now,
    kept_changes,
    kept_party,
    latest_facts,
    read_facts,
    settled_grounds,
    split_by_register,
)
from zhirong.operations.register_events import plain, pledge_kind
from zhirong.operations.unit_of_work import Decision, Work


def decide_filing(work: Work, move: RegisterTransition, request: Request) -> Decision:
    """Prepare or submit a filing: tables ``filing`` and ``rights`` as in a case file, ``role`` record or mirror.

    Before the submission every refusal ground, every document and the free ranks are checked. Raises InputError
    with every obstacle. A ground that the data leave unknown does not stop the filing; the examination decides it.
    """
    operation = "registration.file" if move is RegisterTransition.FILE else "registration.prepare"
    facts = plain({name: request[name] for name in ("filing", "rights") if name in request})
    role, filing, rights = _read_filing(request, facts)
    content = {**_opening(role, filing, rights), "facts": facts}
    content |= (
        _filed(filing, rights, work.day, work.rules)
        if move is RegisterTransition.FILE
        else {"filed_on": None, "review_by": None}
    )
    work.demand(operation, apply_move(None, RegisterEvent(0, pledge_kind(move), "", 0, plain(content))))
    checks = check_rights(filing, rights, work.day, work.rules)
    if move is RegisterTransition.FILE:
        _demand_fileable(checks)
    # The examination records every ground with its rule; here the outcome is enough.
    checked = {**content, "checks": [{"key": check.key, "verdict": check.verdict} for check in checks]}
    # Rights are public from the registration on; planned pledges are confidential.
    return Decision(operation, pledge_kind(move), work.head.last_filing + 1, checked)


def fold_filings(work: Work, move: RegisterTransition, request: Request) -> list[Done]:
    """File one request over several kinds of rights, all or nothing: one registration for each authority if
    mirrored, a single one if this register is the record.
    """
    if request.get("role") == RegisterRole.RECORD:
        return [work.fold(decide_filing(work, move, request))]
    parts = split_by_register(request)
    return [work.fold(decide_filing(work, move, parts[register])) for register in sorted(parts)]


def decide_submission(work: Work, registration: int) -> Decision:
    """Submit a prepared filing, checked as of today."""
    found = _found(work, registration, "registration.submit", RegisterTransition.FILE)
    filing, rights = read_facts(latest_facts(found.id))
    _demand_fileable(check_rights(filing, rights, work.day, work.rules))
    return _decision(
        "registration.submit", found, RegisterTransition.FILE, _filed(filing, rights, work.day, work.rules)
    )


def decide_withdrawal(work: Work, registration: int, reason: str) -> Decision:
    """Take back a filing that has not been registered."""
    return _ending(work, "registration.withdraw", RegisterTransition.WITHDRAW, registration, reason)


def decide_discharge(work: Work, registration: int, reason: str) -> Decision:
    """End a registration because the debt is paid, the pledge realised or waived. Its rights are free from this
    moment.
    """
    return _ending(work, "registration.discharge", RegisterTransition.DISCHARGE, registration, reason)


def decide_revocation(work: Work, registration: int, reason: str) -> Decision:
    """Revoke a registration that should not have been made; it counts as never made."""
    return _ending(work, "registration.revoke", RegisterTransition.REVOKE, registration, reason)


def decide_examination(
    work: Work, registration: int, rights: Sequence[Mapping[str, Any]], resolved: Request
) -> Decision:
    """Examine a filing as of today: accept or reject it by its grounds, each recorded with its rule.

    rights: newer extracts of the rights, all of them, where there are any. resolved: for each ground that the data
    leave unknown, ``key/number``, how the registrar settled it. Raises InputError while one is unsettled.
    """
    found = _found(work, registration, "registration.examine")
    facts = latest_facts(found.id)
    if rights:
        facts = {**facts, "rights": plain(list(rights))}
    filing, read = read_facts(facts)
    demand_same_rights(found, read)
    checks = check_rights(filing, read, work.day, work.rules)
    content: dict[str, Any] = {
        "checks": [check.as_json() for check in checks],
        "resolved": dict(resolved),
    }
    if rights:
        content["facts"] = facts
    # An occupied rank is not a ground for rejection yet: it may be free by the time of registration.
    refused = [problem for check in checks for problem in check.problems() if _is_refusal(problem)]
    if refused:
        reason = "；".join(f"{problem.value}：{problem.reason.zh}" for problem in refused)
        content |= {"day": work.day, "reason": reason}
        return _decision("registration.examine", found, RegisterTransition.REFUSE, content)
    open_ones = [
        problem
        for check in checks
        for problem in check.problems()
        if problem.code.endswith("_unknown") and _place(problem) not in resolved
    ]
    if open_ones:
        raise InputError(open_ones)
    return _decision("registration.examine", found, RegisterTransition.ACCEPT, content)


def decide_facts(work: Work, registration: int, rights: Sequence[Mapping[str, Any]]) -> Decision:
    """Store newer extracts of all the rights; the daily watch examines them from now on."""
    found = _found(work, registration, "registration.update_facts")
    facts = {**latest_facts(found.id), "rights": plain(list(rights))}
    demand_same_rights(found, read_facts(facts)[1])
    return Decision("registration.update_facts", FACTS, found.id, {"facts": facts})


def decide_registration(work: Work, registration: int, resolved: Request) -> Decision:
    """Register an examined filing: check that its rights are free and assign its priority number, in the same
    transaction.

    Every ground is examined again, by the current facts. resolved: as in the examination, for what has become
    unknown since.
    """
    found = _found(work, registration, "registration.register", RegisterTransition.ENTER)
    filing, rights = read_facts(latest_facts(found.id))
    checks = check_rights(filing, rights, work.day, work.rules)
    settled = {*settled_grounds(found.id), *resolved}
    in_the_way = [
        problem
        for check in checks
        for problem in check.problems()
        if not (problem.code.endswith("_unknown") and _place(problem) in settled)
    ]
    if in_the_way:
        raise InputError(in_the_way)
    content = {
        **({"resolved": dict(resolved)} if resolved else {}),
        **_ranks(filing, checks, work),
        "number": work.head.last_number + 1,
        "day": work.day,
    }
    public = {"number": work.head.last_number + 1, "rights": _public_rights(found)}
    return _decision("registration.register", found, RegisterTransition.ENTER, content, public)


def decide_authority_number(
    work: Work, registration: int, authority: str, *, authority_number: str, certificate: str, day: date
) -> Decision:
    """Complete a mirror: the authority's number, the certificate's SHA-256 in hexadecimal, the day of the
    authority's registration.

    The authority's registration is recorded even if there is a ground to reject it today; only a right that is
    already pledged here, or frozen, prevents it. The event contains the grounds found.
    """
    authority, authority_number = authority.strip(), kept_authority_number(authority_number)
    request = {
        "authority": authority,
        "authority_number": authority_number,
        "certificate": certificate,
        "day": day,
    }
    found = _found(work, registration, "registration.record_authority", RegisterTransition.RECORD_AUTHORITY)
    filing, rights = read_facts(latest_facts(found.id))
    # One mirror belongs to one register: a filing over several is rejected when it is opened.
    register = register_of(rights[0][1].kind, filing.subject)
    demand_recordable(work, register, authority, number=authority_number, certificate=certificate, day=day)
    checks = check_rights(filing, rights, work.day, work.rules)
    taken = [one for check in checks for one in check.problems() if one.code in ("rank_taken", "frozen")]
    if taken:
        raise InputError(taken)
    content = {
        **_ranks(filing, checks, work),
        **request,
        "checks": [check.as_json() for check in checks],
    }
    public = {"authority_number": authority_number, "rights": _public_rights(found)}
    return _decision("registration.record_authority", found, RegisterTransition.RECORD_AUTHORITY, content, public)


def decide_amendment(work: Work, registration: int, changes: Request, changed_on: date) -> Decision:
    """Amend parties' names, or kind, amount or dates of the claim. changed_on: the day of the change itself; the
    event records whether the filing is within the time limit.
    """
    found = _found(work, registration, "registration.amend")
    request = {"changes": kept_changes(changes), "changed_on": changed_on}
    if changed_on > work.day:
        raise later_than_today("changed_on", changed_on)
    rule = work.rules.at("registration.amendment_days", work.day)
    late = (work.day - changed_on).days > rule.whole()
    return _decision("registration.amend", found, RegisterTransition.AMEND, {**request, "is_late": late})


def decide_correction(work: Work, registration: int, changes: Request, reason: str) -> Decision:
    """Correct a mistake of the register; the former data stay in the log."""
    found = _found(work, registration, "registration.correct")
    _demand_words("reason", reason)
    request = {"changes": kept_changes(changes), "reason": reason}
    return _decision("registration.correct", found, RegisterTransition.CORRECT, request)


def decide_extension(work: Work, registration: int, debt_end: date) -> Decision:
    """Extend the secured debt, at most to the end of a right's term and the longest term of a notice, both examined
    as of today. Other new obstacles are left to the daily watch and do not stop an extension.
    """
    found = _found(work, registration, "registration.extend", RegisterTransition.EXTEND)
    filing, rights = facts_now(found)
    longer = replace(filing, debt_end=debt_end)
    _demand_within_the_term(check_rights(longer, rights, work.day, work.rules))
    return _decision("registration.extend", found, RegisterTransition.EXTEND, {"debt_end": debt_end})


def decide_transfer(work: Work, registration: int, to: Request, basis: str) -> Decision:
    """Transfer the claim to another creditor, and the pledge with it. Rank and number stay.

    basis: for a maximum-amount pledge, the day since which its claims are determined, or the parties' other
    agreement.
    """
    problems: list[Problem] = []
    reader = Reader(dict(to), "to", problems=problems)
    party = kept_party(read_party(reader), "to", problems)
    if problems:
        raise InputError(problems)
    request = {"pledgee": party_json(party), **({"basis": basis} if basis else {})}
    found = _found(work, registration, "registration.transfer", RegisterTransition.TRANSFER_CLAIM)
    if found.claim_kind == ClaimKind.MAXIMUM_AMOUNT and not basis.strip():
        rule = work.rules.at("registration.maximum_amount.transfer", work.day)
        raise refuse(
            "not_determined",
            "basis",
            "",
            Text(
                f"{rule.value['zh']}（{rule.reference.as_text('zh')}）",
                f"{rule.value['en']} ({rule.reference.as_text('en')})",
            ),
            Text(
                "请写明债权确定日，或当事人另有约定的依据",
                "enter the day on which they were determined, or the parties' other agreement",
            ),
        )
    return _decision("registration.transfer", found, RegisterTransition.TRANSFER_CLAIM, request)


def decide_partial_discharge(
    work: Work, registration: int, rights: Sequence[str], claim_amount: int | None
) -> Decision:
    """Release some rights, or part of the amount. rights: keys. claim_amount: fen that remain secured."""
    found = _found(work, registration, "registration.release_part")
    content = {
        "rights": sorted(rights),
        "claim_amount": found.claim_amount if claim_amount is None else claim_amount,
    }
    return _decision("registration.release_part", found, RegisterTransition.PARTIALLY_DISCHARGE, content)


# -- inside ---------------------------------------------------------------------------------------------------


def _read_filing(request: Request, facts: Request) -> tuple[RegisterRole, Filing, Sequence[tuple[str, Right]]]:
    role = RegisterRole(Reader(dict(request)).choice("role", tuple(RegisterRole), RegisterRole.MIRROR))
    filing, rights = read_facts(facts)
    if role is RegisterRole.RECORD and not filing.pilot_basis:
        raise refuse(
            "not_entrusted",
            "role",
            role,
            Text(
                "未写明授权本登记簿登记的试点文件，质权只能由主管机关登记设立",
                "no pilot document authorises this register; only the authority's registration creates the pledge",
            ),
            Text("请填写试点依据，或改为镜像登记", "enter the pilot document, or file a mirror registration"),
        )
    registers = {register_of(right.kind, filing.subject) for _, right in rights}
    if role is RegisterRole.MIRROR and len(registers) > 1:
        raise refuse(
            "several_registers",
            "rights",
            "、".join(sorted(registers)),
            Text(
                "这些权利分属不同登记机关，登记号各不相同，不能合为一件镜像登记",
                "these rights belong to several authorities with separate numbers; one mirror registration cannot cover them",
            ),
            Text(
                "请按登记机关分别申请",
                "make one filing for each authority",
            ),
        )
    return role, filing, rights


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
    """Return the day of filing and the last day of the examination; for a package, that of its slowest register."""
    calendar = working_days_from(rules.at("calendar.working_days", day).value)
    deadlines = [
        review_deadline(right.kind, day, filing.is_online, calendar, rules, filing.subject) for _, right in rights
    ]
    latest = max(deadlines, key=lambda deadline: deadline.day)
    return {"filed_on": day, "review_by": latest.day, "review_is_provisional": latest.is_provisional}


def _ranks(filing: Filing, checks: Sequence[RightCheck], work: Work) -> dict[str, Any]:
    """Return the ranks that the rights get now, and the limit of each register."""
    return {
        "ranks": {check.key: check.rank for check in checks},
        "limits": {
            check.key: max_rank(register_of(check.right.kind, filing.subject), work.day, work.rules)
            for check in checks
        },
    }


def _public_rights(found: Registration) -> list[str]:
    return [public_key(right.key) for right in found.rights]


def _demand_fileable(checks: Sequence[RightCheck]) -> None:
    problems = [
        problem for check in checks for problem in check.problems() if not problem.code.endswith("_unknown")
    ]
    for check in checks:
        for paper in check.papers.missing:
            words = PAPER_TEXT[paper]
            reason = Text(f"缺少{words.zh}", f"{words.en} is missing")
            problems.append(
                Problem("filing.papers", check.key, reason, Text("请补交", "submit it"), f"paper_{paper.value}")
            )
    if problems:
        raise InputError(problems)


def _demand_within_the_term(checks: Sequence[RightCheck]) -> None:
    """Check the grounds on the term of the debt, recognised by the last part of the rule name; patents number
    theirs.
    """
    problems = [
        problem
        for check in checks
        for problem, finding in check.found()
        if finding.verdict == "refused"
        and finding.reference is not None
        and finding.reference.id.rsplit(".", 1)[1] in ("debt_term", "term", "ground_06")
    ]
    if problems:
        raise InputError(problems)


def _is_refusal(problem: Problem) -> bool:
    return problem.code.startswith("ground_") and problem.code.endswith("_refused")


def _place(problem: Problem) -> str:
    return f"{problem.value}/{problem.code.split('_')[1]}"


def _found(work: Work, registration: int, operation: str, move: RegisterTransition | None = None) -> Registration:
    """Return the registration. With a transition: reject it at once, before anything else, if the state does not
    allow it.
    """
    found = work.registration(registration, operation)
    if move is not None:
        next_status(found.role, found, move)
    return found


def _decision(
    operation: str, found: Registration, move: RegisterTransition, content: Request, public: Request | None = None
) -> Decision:
    return Decision(operation, pledge_kind(move), found.id, content, public or {})


def _ending(work: Work, operation: str, move: RegisterTransition, registration: int, reason: str) -> Decision:
    found = _found(work, registration, operation)
    _demand_words("reason", reason)
    return _decision(operation, found, move, {"reason": reason, "day": work.day})


def _demand_words(field: str, words: str) -> None:
    if not words.strip():
        raise refuse(
            "missing",
            field,
            "",
            Text("未写明理由", "the reason is missing"),
            Text("请写明理由", "enter the reason"),
        )
