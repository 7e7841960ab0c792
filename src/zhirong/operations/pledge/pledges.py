"""The operations on a registration, from its filing to its end: each with its form, and as a function for programs.

Both run the same operation in the same engine (``operations.run``); ``decisions`` contains its decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from zhirong.chain.pledge.registration import RegisterTransition
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call, Done, library_operation, operation
from zhirong.operations.pledge import forms
from zhirong.operations.pledge.decisions import (
    decide_amendment,
    decide_authority_number,
    decide_correction,
    decide_discharge,
    decide_examination,
    decide_extension,
    decide_facts,
    decide_filing,
    decide_partial_discharge,
    decide_registration,
    decide_revocation,
    decide_submission,
    decide_transfer,
    decide_withdrawal,
    fold_filings,
)
from zhirong.operations.pledge.facts import Request
from zhirong.operations.pledge.forms import PARTIES, PLEDGEE, REGISTRAR, changes_of, tables_of
from zhirong.operations.register_policy import (
    BY_COURT,
    BY_PARTIES,
    BY_PLEDGEE,
    BY_PLEDGEE_OR_AUTHORITY,
    BY_REGISTRAR,
)
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.operations.uploads import attach

_PREPARE = library_operation("registration.prepare", Text("准备申请", "Prepare a filing"), BY_PARTIES)
_UPDATE_FACTS = library_operation(
    "registration.update_facts", Text("更新登记簿摘录", "Update the extracts"), BY_PLEDGEE_OR_AUTHORITY
)


# -- with a form ----------------------------------------------------------------------------------------------------


@operation(
    "registration.file",
    Text("受理申请", "Accept a filing"),
    request=forms.FileAtCounter,
    roles=REGISTRAR,
    policy=BY_PARTIES,
)
def _file(work: Work, request: forms.FileAtCounter) -> Any:
    """File the pledge; grounds, documents and free ranks are checked at once. Several authorities give several
    registrations.
    """
    return _package_answer(fold_filings(work, RegisterTransition.FILE, tables_of(work, request.file)))


def _package_answer(done: list[Done]) -> Any:
    found = [one.registration for one in done if one.registration is not None]
    first = found[0]
    return {
        "id": first.id,
        "index": done[0].index,
        "kind": done[0].kind,
        "status": first.status.value,
        "number": first.number,
        "all": [one.id for one in found],
    }


@operation(
    "registration.submit",
    Text("提交申请", "Submit the filing"),
    request=forms.Submit,
    roles=PARTIES,
    policy=BY_PARTIES,
)
def _submit(work: Work, request: forms.Submit) -> Decision:
    """Submit a prepared filing, checked as of today."""
    return decide_submission(work, request.registration)


@operation(
    "registration.examine",
    Text("审查", "Examine"),
    request=forms.Examine,
    roles=REGISTRAR,
    policy=BY_REGISTRAR,
    help=Text(
        "按当日规则逐项审查：有一项应当不予登记的，即不予登记；资料不明的，须写明查明方式。",
        "Every ground is examined by today's rules. If one ground for refusal applies, the filing is rejected. Grounds that the data leave unknown must be clarified.",
    ),
)
def _examine(work: Work, request: forms.Examine) -> Decision:
    """Accept or reject the filing by its grounds, each recorded with its rule."""
    rights = () if request.extracts is None else tables_of(work, request.extracts).get("rights", [])
    return decide_examination(work, request.registration, rights, request.resolved)


@operation(
    "registration.register",
    Text("登记", "Register"),
    request=forms.Register,
    roles=REGISTRAR,
    policy=BY_REGISTRAR,
)
def _register(work: Work, request: forms.Register) -> Decision:
    """Register the pledge: every ground is examined again with today's facts, and the number is assigned in the
    same transaction.
    """
    return decide_registration(work, request.registration, request.resolved)


@operation(
    "registration.withdraw",
    Text("撤回申请", "Withdraw the filing"),
    request=forms.Ending,
    roles=PARTIES,
    policy=BY_PARTIES,
    is_grave=True,
)
def _withdraw(work: Work, request: forms.Ending) -> Decision:
    """Withdraw the filing before it is registered."""
    return decide_withdrawal(work, request.registration, request.reason)


@operation(
    "registration.discharge",
    Text("注销登记", "Discharge"),
    request=forms.Ending,
    roles=PLEDGEE,
    policy=BY_PLEDGEE,
    is_grave=True,
)
def _discharge(work: Work, request: forms.Ending) -> Decision:
    """Discharge the pledge because the debt is paid, the pledge realised or waived: the rights are free from this
    moment.
    """
    return decide_discharge(work, request.registration, request.reason)


@operation(
    "registration.revoke",
    Text("撤销登记", "Revoke"),
    request=forms.Ending,
    roles=REGISTRAR,
    policy=BY_COURT,
    is_grave=True,
)
def _revoke(work: Work, request: forms.Ending) -> Decision:
    """Revoke the registration; it counts as never made."""
    return decide_revocation(work, request.registration, request.reason)


@operation("registration.amend", Text("变更登记", "Amend"), request=forms.Amend, roles=PLEDGEE, policy=BY_PLEDGEE)
def _amend(work: Work, request: forms.Amend) -> Decision:
    """Amend parties' names, or kind, amount or dates of the claim; a late filing is marked as late."""
    found = work.registration(request.registration, "registration.amend")
    return decide_amendment(work, found.id, changes_of(found, request), request.changed_on)


@operation(
    "registration.correct",
    Text("更正登记", "Correct"),
    request=forms.Correct,
    roles=REGISTRAR,
    policy=BY_REGISTRAR,
)
def _correct(work: Work, request: forms.Correct) -> Decision:
    """Correct the register; the former data stay in the log."""
    found = work.registration(request.registration, "registration.correct")
    return decide_correction(work, found.id, changes_of(found, request), request.reason)


@operation("registration.extend", Text("延期", "Extend"), request=forms.Extend, roles=PLEDGEE, policy=BY_PLEDGEE)
def _extend(work: Work, request: forms.Extend) -> Decision:
    """Extend the debt, never beyond the term of a right."""
    return decide_extension(work, request.registration, request.debt_end)


@operation(
    "registration.transfer",
    Text("债权转让", "Transfer the claim"),
    request=forms.Transfer,
    roles=PLEDGEE,
    policy=BY_PLEDGEE,
)
def _transfer(work: Work, request: forms.Transfer) -> Decision:
    """Transfer the claim; rank and number stay."""
    return decide_transfer(work, request.registration, {"name": request.name, "code": request.code}, request.basis)


@operation(
    "registration.release_part",
    Text("部分注销", "Release part of the pledge"),
    request=forms.ReleasePart,
    roles=PLEDGEE,
    policy=BY_PLEDGEE,
    is_grave=True,
)
def _release_part(work: Work, request: forms.ReleasePart) -> Decision:
    """Release some rights, or part of the amount."""
    keys = [line.strip() for line in request.rights.splitlines() if line.strip()]
    return decide_partial_discharge(work, request.registration, keys, request.claim_amount)


@operation(
    "registration.record_authority",
    Text("记载登记机关登记号", "Record the authority's registration number"),
    request=forms.RecordAuthority,
    roles=REGISTRAR,
    policy=BY_PLEDGEE_OR_AUTHORITY,
)
def _record_authority(work: Work, request: forms.RecordAuthority) -> Decision:
    """Complete a mirror registration."""
    certificate = request.certificate
    if request.file is not None:
        subject = f"registration/{request.registration}"
        certificate = attach(work, request.file, subject, "certificate", work.actor.organisation).sha256
    return decide_authority_number(
        work,
        request.registration,
        request.authority,
        authority_number=request.authority_number,
        certificate=certificate,
        day=request.day,
    )


# -- for programs ---------------------------------------------------------------------------------------------------


def prepare_pledge(call: Call, request: Request) -> Done:
    """Store a filing that is not submitted yet; this is the way for every registration at another authority."""
    return run_call(_PREPARE, call, request, lambda work: decide_filing(work, RegisterTransition.PREPARE, request))


def file_pledge(call: Call, request: Request) -> Done:
    """Submit a filing: tables ``filing`` and ``rights`` as in a case file, ``role`` record or mirror."""
    return run_call(
        "registration.file", call, request, lambda work: decide_filing(work, RegisterTransition.FILE, request)
    )


def file_package(call: Call, request: Request, *, prepared: bool = False) -> tuple[Done, ...]:
    """File one request over several kinds of rights, all or nothing: one registration for each authority if
    mirrored, a single one if this register is the record. prepared: only prepare them.
    """
    name, move = (
        (_PREPARE, RegisterTransition.PREPARE) if prepared else ("registration.file", RegisterTransition.FILE)
    )
    asked = {**request, "package": True}
    done = run_call(name, call, asked, lambda work: _package_answer(fold_filings(work, move, request)))
    return tuple(replace(part, repeated=done.repeated) for part in done.parts)


def submit(call: Call, registration: int) -> Done:
    """Submit a prepared filing, checked as of today."""
    request = {"registration": registration}
    return run_call("registration.submit", call, request, lambda work: decide_submission(work, registration))


def examine(
    call: Call, registration: int, rights: Sequence[Mapping[str, Any]] = (), resolved: Request | None = None
) -> Done:
    """Examine a filing as of today. rights: newer extracts, all of them. resolved: how each unknown ground was settled."""
    settled = dict(resolved or {})
    return run_call(
        "registration.examine",
        call,
        {"registration": registration, "rights": list(rights), "resolved": settled},
        lambda work: decide_examination(work, registration, rights, settled),
    )


def register(call: Call, registration: int, resolved: Request | None = None) -> Done:
    """Register an examined filing and assign its number in the same transaction."""
    settled = dict(resolved or {})
    return run_call(
        "registration.register",
        call,
        {"registration": registration, "resolved": settled},
        lambda work: decide_registration(work, registration, settled),
    )


def update_facts(call: Call, registration: int, rights: Sequence[Mapping[str, Any]]) -> Done:
    """Store newer extracts of all the rights."""
    request = {"registration": registration, "rights": list(rights)}
    return run_call(_UPDATE_FACTS, call, request, lambda work: decide_facts(work, registration, rights))


def withdraw(call: Call, registration: int, reason: str) -> Done:
    """Take back a filing that has not been registered."""
    return _end("registration.withdraw", call, registration, reason)


def discharge(call: Call, registration: int, reason: str) -> Done:
    """End a registration; its rights are free from this moment."""
    return _end("registration.discharge", call, registration, reason)


def revoke(call: Call, registration: int, reason: str) -> Done:
    """Revoke a registration that should not have been made."""
    return _end("registration.revoke", call, registration, reason)


def _end(name: str, call: Call, registration: int, reason: str) -> Done:
    decide = {
        "registration.withdraw": decide_withdrawal,
        "registration.discharge": decide_discharge,
        "registration.revoke": decide_revocation,
    }[name]
    request = {"registration": registration, "reason": reason}
    return run_call(name, call, request, lambda work: decide(work, registration, reason))


def record_authority_number(
    call: Call, registration: int, authority: str, authority_number: str, certificate: str, day: date
) -> Done:
    """Complete a mirror: the authority's number, the certificate's SHA-256 in hexadecimal, the day of the
    authority's registration.
    """
    request = {
        "registration": registration,
        "authority": authority,
        "authority_number": authority_number,
        "certificate": certificate,
        "day": day,
    }
    return run_call(
        "registration.record_authority",
        call,
        request,
        lambda work: decide_authority_number(
            work, registration, authority, authority_number=authority_number, certificate=certificate, day=day
        ),
    )


def amend(call: Call, registration: int, changes: Request, changed_on: date) -> Done:
    """Amend parties' names, or kind, amount or dates of the claim. changed_on: the day of the change itself."""
    request = {"registration": registration, "changes": dict(changes), "changed_on": changed_on}
    return run_call(
        "registration.amend",
        call,
        request,
        lambda work: decide_amendment(work, registration, changes, changed_on),
    )


def correct(call: Call, registration: int, changes: Request, reason: str) -> Done:
    """Correct a mistake of the register."""
    request = {"registration": registration, "changes": dict(changes), "reason": reason}
    return run_call(
        "registration.correct", call, request, lambda work: decide_correction(work, registration, changes, reason)
    )


def extend(call: Call, registration: int, debt_end: date) -> Done:
    """Extend the secured debt."""
    request = {"registration": registration, "debt_end": debt_end}
    return run_call(
        "registration.extend", call, request, lambda work: decide_extension(work, registration, debt_end)
    )


def transfer_claim(call: Call, registration: int, to: Request, basis: str = "") -> Done:
    """Transfer the claim to another creditor, and the pledge with it. basis: for a maximum-amount pledge."""
    request = {"registration": registration, "to": dict(to), "basis": basis}
    return run_call(
        "registration.transfer", call, request, lambda work: decide_transfer(work, registration, to, basis)
    )


def partially_discharge(
    call: Call, registration: int, rights: Sequence[str], claim_amount: int | None = None
) -> Done:
    """Release some rights, or part of the amount. rights: keys. claim_amount: fen that remain secured."""
    request = {"registration": registration, "rights": sorted(rights), "claim_amount": claim_amount}
    return run_call(
        "registration.release_part",
        call,
        request,
        lambda work: decide_partial_discharge(work, registration, rights, claim_amount),
    )
