"""The data that the conditions precedent examine, read from the platform and the register as of a day."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.financing.conditions import (
    ConditionWaiver,
    DisbursementCondition,
    FilingFact,
    GuaranteeFact,
    PaperFact,
    ReleaseFacts,
    UseFact,
    release_conditions,
)
from zhirong.chain.loan.terms import AMORTISING, Method
from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.pledge.maximum import KnownFreeze, fixed_by_freeze
from zhirong.chain.pledge.precheck import RightCheck, check_filing, is_examined_once, right_key
from zhirong.chain.pledge.records import ClaimKind, GroundVerdict
from zhirong.chain.pledge.register import FREEZE_RIGHT
from zhirong.chain.pledge.registration import RegisterRole, RegisterTransition, Registration, Status
from zhirong.chain.quote.kept import read_kept
from zhirong.chain.right.records import Flag, Right
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.evidence import canonical
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import (
    contract_papers,
    is_intact,
    read_case_rights,
    rights_of,
    signed_by,
)
from zhirong.operations.case_file.tables import case_table_of, quote_of_table, valued_hash
from zhirong.operations.credit.review import open_conditions
from zhirong.operations.pledge.facts import facts_now, standings
from zhirong.operations.register_events import pledge_kind
from zhirong.operations.rulebook import rules_of_case
from zhirong.operations.uploads import bytes_of
from zhirong.store import rows
from zhirong.store.financing import Appraisal, Case, FirmRight, GuaranteeRequest, StoredFile
from zhirong.store.models import Event
from zhirong.store.parties import Organisation

# An appraisal that counts: an issued online one or a signed formal one. Repayment methods that repay principal
# before the last day. Open points of the credit limit that a condition precedent examines itself.
_CONDITIONS_OF_THEIR_OWN = ("evidence_of_use", "instalments", "entrusted_payment", "pledge_needed")
_BY_PARTS = frozenset(one.value for one in (*AMORTISING, Method.CUSTOM))
_GIVEN = (AppraisalState.ISSUED.value, AppraisalState.SIGNED.value)


def conditions_of(case: Case, day: date, rules: Rulebook) -> tuple[DisbursementCondition, ...]:
    """Evaluate every condition precedent of a case as of a day."""
    return release_conditions(release_facts(case, day, rules), rules)


def release_facts(case: Case, day: date, rules: Rulebook) -> ReleaseFacts:
    """Read all data that the conditions examine."""
    contract = case.contract
    loan = contract.get("loan", {})
    registrations = registrations_of(case)
    rights = rights_of(case)
    grounds = [ground for one in registrations for ground in grounds_of(one, rights, day, rules)]
    parties = [case.firm, *([case.guarantor] if case.guarantor else [])]
    insured = contract.get("insurance", {}).get("until")
    supported, unsupported = supported_now(case, day)
    return ReleaseFacts(
        day=day,
        papers=tuple(_paper_facts(case)),
        filings=tuple(_filing_fact(one, case) for one in registrations),
        contract_keys=frozenset(contract.get("keys", ())),
        amount=parse_yuan(loan["principal"]) if loan else 0,
        approved=case.approved_amount or 0,
        end=date.fromisoformat(loan["end"]) if loan else None,
        grounds=tuple(text for _, text in grounds),
        needs_guarantee=case.guarantor_id is not None or takes_part(case, "guarantor"),
        guarantees=tuple(_guarantee_facts(case)),
        needs_insurance=takes_part(case, "insurer"),
        insured_until=date.fromisoformat(insured) if insured else None,
        appraised_until=appraised_until(case, day, rules),
        supported=supported,
        unsupported=unsupported,
        suspended=tuple(party.name for party in parties if party.status == OrganisationState.SUSPENDED),
        unsettled=tuple(words for _, words in unsettled_items(case)),
        months=case.term_months if loan else None,
        slow_cash_cycle=str(contract.get("slow_cash_cycle", "")),
        repays_by_parts=loan.get("method", "") in _BY_PARTS,
        uses=tuple(UseFact(one["payee"], one["amount"], one["is_entrusted"]) for one in contract.get("uses", ())),
        annex=annex_figure(case),
        fixed=tuple(fixed for one in registrations if (fixed := _fixed(one, day, rules)) is not None),
        waivers={
            code: ConditionWaiver(one["of"], one["why"], one["name"], date.fromisoformat(one["on"]))
            for code, one in contract.get("waived", {}).items()
        },
    )


def unsettled_items(case: Case) -> list[tuple[str, Text]]:
    """Return the points that the approved quote left open and that are still unsettled: code and words."""
    settled = case.contract.get("settled", {})
    quote = read_kept(case.quote)
    if quote is None:
        return []
    items = [(one.code, one.reason) for one in open_conditions(quote)]
    items += [
        (one.code, one.text) for one in quote.credit_limit.conditions if one.code not in _CONDITIONS_OF_THEIR_OWN
    ]
    return [(code, words) for code, words in dict(items).items() if code not in settled]


def annex_figure(case: Case) -> Fen | None:
    """Return the amount that may be drawn without evidence of its use, in fen: the annex figure of the approved
    quote. None if there is no quote.
    """
    quote = read_kept(case.quote)
    return None if quote is None else parse_yuan(quote.credit_limit.drawn_on_annex)


def _fixed(registration: Registration, day: date, rules: Rulebook) -> Text | None:
    """Return the reason why this registration does not secure new drawings; None if it does. The bank is notified
    of every court order on the day on which this register records it.
    """
    kind = ClaimKind(registration.claim_kind)
    if kind is not ClaimKind.MAXIMUM_AMOUNT:
        return None
    own = set(registration.charged())
    events = Event.objects.filter(registration=registration.id, kind=pledge_kind(RegisterTransition.FREEZE))
    on_rights = Event.objects.filter(kind=FREEZE_RIGHT)
    freezes = []
    for event in (*events.order_by("index"), *on_rights.order_by("index")):
        content = canonical.decode(event.content.encode())
        right = content.get("right", "")
        if not right or right in own:
            named = right or (registration.rights[0].number or registration.rights[0].title)
            freezes.append(KnownFreeze(named, content["order"], event.day, event.day))
    found = fixed_by_freeze(kind, freezes, day, rules)
    return None if found is None else found.reason


def supported_now(case: Case, day: date) -> tuple[Fen | None, tuple[Text, ...]]:
    """Return the credit limit of a case in fen by today's appraisal, or the reason why there is none; neither if
    the review used the same appraisal.

    Only a changed appraisal matters; other differences between two calculation days are left to the review.
    """
    if not case.review or case.review.get("valued") == valued_hash(case):
        return None, ()
    try:
        quote = quote_of_table(case_table_of(case, day), [case.mode], rules_of_case(case, day))
    except InputError as error:
        return None, tuple(one.reason for one in error.problems)
    return parse_yuan(quote.modes[0].loan.amount), ()


def takes_part(case: Case, role: str) -> bool:
    """Return whether someone in this role bears part of a loss under the mode of the case, by the quote."""
    quote = read_kept(case.quote)
    losses = (
        () if quote is None else [one for mode in quote.modes if mode.id == case.mode for one in mode.full_loss]
    )
    return any(one.party == role and parse_yuan(one.amount) for one in losses)


def registrations_of(case: Case) -> list[Registration]:
    """Return the registrations filed for a case, without cancelled ones."""
    ended = (Status.REFUSED, Status.WITHDRAWN, Status.REVOKED)
    found = [rows.load(number) for number in case.contract.get("filings", ())]
    return [one for one in found if one is not None and one.status not in ended]


def appraised_until(case: Case, day: date, rules: Rulebook) -> date | None:
    """Return the last day on which the latest appraisal of the case's rights is valid; None if there is none.

    An appraisal made for the case takes precedence over the valuation in the application, whose validity the rule
    limits. If the latest signed report for the case was withdrawn, decisions based on it have lost their basis;
    only a report signed later counts.
    """
    reports = Appraisal.objects.filter(case=case, grade=AppraisalGrade.FORMAL, signed_on__isnull=False)
    last = reports.order_by("-signed_on", "-changed_at", "-pk").first()
    if last is not None and last.withdrawn_on is not None:
        return None
    latest = (
        Appraisal.objects.filter(Q(case=case) | Q(pk=case.appraisal_id), state__in=_GIVEN)
        .filter(valid_until__isnull=False, withdrawn_on=None)
        .order_by("-valid_until")
        .values_list("valid_until", flat=True)
        .first()
    )
    if latest is not None:
        return latest
    stated = case.appraisal_input.get("valuation_date")
    if not stated:
        return None
    return add_months(date.fromisoformat(str(stated)), rules.at("appraisal.validity", day).whole())


def grounds_of(
    registration: Registration, kept: Sequence[FirmRight], day: date, rules: Rulebook
) -> list[tuple[str, Text]]:
    """Return the grounds on which a registration would be rejected today by the firm's current rights, each with
    its place. The pledge under this registration itself is not a ground.
    """
    filing, keyed = facts_now(registration)
    now = {right_key(right, filing.subject): right for right in read_case_rights(kept)}
    own = set(registration.charged())
    rights = [(key, _without_own(now.get(key, right), key in own)) for key, right in keyed]
    found: list[tuple[str, Text]] = []
    for check in check_filing(filing, rights, standings([key for key, _ in rights], day), day, rules):
        found += _grounds(check, check.key in own)
    return found


def _grounds(check: RightCheck, is_own: bool) -> Iterable[tuple[str, Text]]:
    name = check.right.number or check.right.title
    for problem, finding in check.found():
        if finding.verdict is GroundVerdict.REFUSED and not is_examined_once(finding):
            yield (
                f"{check.key}/{finding.number}",
                Text(f"{name}：{problem.reason.zh}", f"{name}: {problem.reason.en}"),
            )
    if check.standing.frozen_by:
        order = check.standing.frozen_by
        yield f"{check.key}/frozen", Text(f"{name}：被法院冻结（{order}）", f"{name}: frozen by a court ({order})")
    if check.rank is None and not is_own:
        yield f"{check.key}/rank", Text(f"{name}：已有在先质押", f"{name}: pledged already")


def _without_own(right: Right, is_own: bool) -> Right:
    return replace(right, flags=right.flags - {Flag.PLEDGED}) if is_own else right


def _paper_facts(case: Case) -> Iterable[PaperFact]:
    for paper in contract_papers(case):
        waiting = sorted(set(paper.signers) - signed_by(paper))
        names = dict(Organisation.objects.filter(pk__in=waiting).values_list("pk", "name")) if waiting else {}
        yield PaperFact(
            PAPER_KINDS[DocumentKind(paper.kind)].title,
            tuple(names.get(pk, str(pk)) for pk in waiting),
            is_intact(paper),
        )


def _guarantee_facts(case: Case) -> Iterable[GuaranteeFact]:
    papers = contract_papers(case)
    bound = {
        signer for paper in papers if paper.kind == DocumentKind.GUARANTEE_CONTRACT for signer in paper.signers
    }
    for one in GuaranteeRequest.objects.filter(case=case).select_related("guarantor").order_by("pk"):
        is_contracted = not papers or one.guarantor_id in bound
        yield GuaranteeFact(one.guarantor.name, one.state, one.share, one.amount, is_contracted)


def _filing_fact(one: Registration, case: Case) -> FilingFact:
    return FilingFact(
        id=one.id,
        role=one.role,
        status=one.status,
        number=one.number,
        authority_number=one.authority_number,
        certificate=one.certificate,
        is_certificate_kept=one.role is RegisterRole.MIRROR and _is_kept(one.certificate, case),
        keys=frozenset(one.charged()),
        claim_amount=one.claim_amount,
        debt_end=one.debt_end,
        frozen_by=one.frozen_by,
        recorded=str(one.id) in case.contract.get("recorded", {}),
    )


def _is_kept(sha256: str, case: Case) -> bool:
    """Return whether the certificate's file is stored with the case and has the recorded hash."""
    file = StoredFile.objects.filter(subject=f"case/{case.pk}", sha256=sha256, removed=False).first()
    if not sha256 or file is None:
        return False
    try:
        bytes_of(file)
    except (OSError, ValueError):
        return False
    return True


def condition_rows(case: Case, day: date, rules: Rulebook) -> list[dict[str, Any]]:
    """Return the conditions as programs read them."""
    return [dict(one.as_json()) for one in conditions_of(case, day, rules)]
