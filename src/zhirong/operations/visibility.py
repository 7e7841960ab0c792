"""Which rows a person may know of: one table, everything not in it invisible. Rights follow from relations.

Pages, API, lists, files and exports all read through ``visible``; an operation is done to a visible row only.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from django.db.models import CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from zhirong.chain.financing.case import CaseState
from zhirong.chain.guarantee.states import NO_PART_LEFT
from zhirong.chain.loan.states import PAYMENTS_SHOWN
from zhirong.chain.organisation.states import OrganisationState
from zhirong.operations.actors import Actor, MemberRole, OrganisationKind
from zhirong.store.financing import (
    Appraisal,
    Approval,
    Case,
    CaseStep,
    CheckItem,
    FirmRight,
    GuaranteeRequest,
    GuarantorFigures,
    Limit,
    Loan,
    Message,
    Paper,
    PaperReader,
    Payment,
    SharedRight,
    Signature,
    StatementLine,
    StoredFile,
    TeamRating,
    UsedCode,
    WatchFlag,
)
from zhirong.store.models import Event
from zhirong.store.parties import (
    Account,
    AccountSeal,
    ApiToken,
    Consent,
    FileColumns,
    Invitation,
    Mandate,
    Membership,
    Organisation,
    SavedView,
)
from zhirong.store.policies import Policy
from zhirong.store.work import Delivery, FileImport, Job, Notice, Seen, Webhook

M = TypeVar("M", bound=Model)
NOTHING = Q(pk__in=[])
EVERYTHING = Q()

# What an institution sees of a case begins when the firm has submitted it.
_KEPT_FROM_OTHERS = (CaseState.DRAFT,)
Scope = Callable[[Actor, date], Q]

# What an agent's mandate lets it look at: a table is needed by some operations that a firm may leave to an agent,
# named by the part before the dot. Of the firm's business an agent sees these tables alone, and only with such an
# operation.
NEEDED_BY: Mapping[type[Model], frozenset[str]] = {
    FirmRight: frozenset({"right", "file", "appraisal", "case"}),
    FileColumns: frozenset({"right"}),
    FileImport: frozenset({"right", "import"}),
    SharedRight: frozenset({"right", "file", "appraisal", "case"}),
    StoredFile: frozenset({"right", "file", "appraisal", "case"}),
    Appraisal: frozenset({"appraisal", "case"}),
    Case: frozenset({"case", "file"}),
    CaseStep: frozenset({"case"}),
    Message: frozenset({"message"}),
}
# A firm's description is shown to agents that describe it, or apply or have it valued by what it says.
_DESCRIBING = frozenset({"firm", "appraisal", "case"})
# What an agent sees as anybody who has signed in does: about itself, and the directory.
_ANYBODYS = (Account, ApiToken, Invitation, Mandate, Membership, Notice, Organisation, SavedView)


def visible(actor: Actor, model: type[M], day: date) -> "QuerySet[M]":
    """The rows of a table that this person may know of on this day."""
    if actor.is_worker:
        return model._default_manager.all()
    scope = SCOPES.get(model)
    if scope is None or not actor.account or not _within_mandate(actor, model):
        return model._default_manager.none()
    return model._default_manager.filter(scope(actor, day))


def _granted(actor: Actor) -> frozenset[str]:
    """The parts before the dot of the operations that an agent's mandate names."""
    return frozenset(name.split(".")[0] for name in actor.allowed or ())


def _within_mandate(actor: Actor, model: type[Model]) -> bool:
    """Whether an agent's mandate needs this table at all; anyone who acts for their own organisation needs no
    mandate.
    """
    if not actor.mandate or model in _ANYBODYS:
        return True
    return bool(_granted(actor) & NEEDED_BY.get(model, frozenset()))


def _is(actor: Actor, *kinds: OrganisationKind) -> bool:
    return actor.kind in kinds and actor.is_active


def _cases(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        # An agent that may apply for so much has nothing to do with what the firm asks for beyond it.
        within = Q() if actor.most is None else Q(amount__lte=actor.most)
        return Q(firm=actor.organisation) & within
    if _is(actor, OrganisationKind.LENDER):
        return Q(lender=actor.organisation) & ~Q(state__in=_KEPT_FROM_OTHERS)
    if _is(actor, OrganisationKind.GUARANTOR):
        # Not by a join: a case of which a guarantor was asked twice is one case. Who declined or withdrew keeps its
        # own request.
        asked = GuaranteeRequest.objects.filter(guarantor=actor.organisation)
        return Q(pk__in=asked.exclude(state__in=NO_PART_LEFT).values("case"))
    return NOTHING


def _of_cases(path: str) -> Scope:
    """Rows that belong to a case and are the lender's own business."""

    def scope(actor: Actor, day: date) -> Q:
        return Q(**{f"{path}__lender": actor.organisation}) if _is(actor, OrganisationKind.LENDER) else NOTHING

    return scope


def _case_steps(actor: Actor, day: date) -> Q:
    return Q(case__in=Case.objects.filter(_cases(actor, day)))


def _firm_rights(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.LENDER, OrganisationKind.GUARANTOR):
        # What a firm has shared: by submitting a case that names the right, or by a consent.
        return Q(firm__in=consenting(actor, "rights", day)) | _shared(Case, _cases(actor, day))
    if _is(actor, OrganisationKind.AGENCY):
        return _shared(Appraisal, Q(agency=actor.organisation))
    return NOTHING


def _shared(model: type[Model], where: Q) -> Q:
    """The rights that these cases or appraisals name."""
    subjects = _subjects(model._meta.model_name, model._default_manager.filter(where))
    return Q(pk__in=SharedRight.objects.filter(subject__in=subjects, active=True).values("right"))


def _shared_rights(actor: Actor, day: date) -> Q:
    return Q(right__in=FirmRight.objects.filter(_firm_rights(actor, day)))


def _firms_with_cases(actor: Actor, day: date) -> "QuerySet[Case]":
    return Case.objects.filter(_cases(actor, day)).values("firm")


def consenting(actor: Actor, scope: str, day: date) -> "QuerySet[Consent]":
    """The firms that let the person's organisation use this part of their data today."""
    return Consent.objects.filter(to=actor.organisation, scope=scope, until__gte=day, revoked_on=None).values(
        "firm"
    )


def _appraisals(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.AGENCY):
        return Q(agency=actor.organisation)
    if _is(actor, OrganisationKind.LENDER):
        handed_in = Case.objects.filter(_cases(actor, day)).values("appraisal")
        return (
            # Not by a join, which would read every appraisal there is.
            Q(case__in=Case.objects.filter(_cases(actor, day)).values("pk"))
            | Q(pk__in=handed_in)
            | Q(firm__in=consenting(actor, "appraisals", day))
        )
    return NOTHING


def _loans(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.LENDER):
        return Q(lender=actor.organisation)
    if _is(actor, OrganisationKind.GUARANTOR):
        return Q(guarantor=actor.organisation)
    return NOTHING


def _payments(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        return Q(loan__firm=actor.organisation, state__in=PAYMENTS_SHOWN)
    return Q(loan__lender=actor.organisation) if _is(actor, OrganisationKind.LENDER) else NOTHING


def _guarantees(actor: Actor, day: date) -> Q:
    if _is(actor, OrganisationKind.GUARANTOR):
        return Q(guarantor=actor.organisation)
    if _is(actor, OrganisationKind.LENDER):
        return Q(case__lender=actor.organisation)
    return Q(case__firm=actor.organisation) if actor.kind is OrganisationKind.FIRM else NOTHING


def _papers(actor: Actor, day: date) -> Q:
    """Those that name the organisation among their readers, its own among them."""
    if not actor.organisation:
        return NOTHING
    return Q(pk__in=PaperReader.objects.filter(organisation=actor.organisation).values("paper"))


def _paper_readers(actor: Actor, day: date) -> Q:
    """Who else reads a paper is its owner's business."""
    return Q(paper__owner=actor.organisation) if actor.organisation else NOTHING


def _files(actor: Actor, day: date) -> Q:
    """Own files, and those of cases, appraisals and papers that the person can see."""
    if not actor.organisation:
        return NOTHING
    if actor.mandate:
        return Q(owner=actor.organisation) & (Q(by=actor.account) | _agents_subjects(actor, day))
    own = Q(owner=actor.organisation)
    subjects = Q(pk__in=[])
    for model in (Case, Appraisal, FirmRight, GuaranteeRequest, Loan):
        if actor.kind is not OrganisationKind.FIRM:
            rows = model._default_manager.filter(SCOPES[model](actor, day))
            subjects |= Q(subject__in=_subjects(model._meta.model_name, rows))
    papers = Paper.objects.filter(_papers(actor, day))
    # What belongs to a paper: sealed scans, lists next to a form.
    subjects |= Q(subject__in=_subjects("paper", papers))
    made = Q(pk__in=papers.values("word")) | Q(pk__in=papers.values("pdf"))
    return own | subjects | made


def _agents_subjects(actor: Actor, day: date) -> Q:
    """Files of the rights, appraisals and cases that an agent sees."""
    subjects = Q(pk__in=[])
    for model in (FirmRight, Appraisal, Case):
        subjects |= Q(subject__in=_subjects(model._meta.model_name, visible(actor, model, day)))
    return subjects


def _subjects(name: str | None, ids: "QuerySet[Model]") -> "QuerySet[Model]":
    """Subjects such as ``case/12`` as a subquery, so that a long list of ids never leaves the database."""
    named = Concat(Value(f"{name}/"), Cast("pk", CharField()), output_field=CharField())
    return ids.annotate(_subject=named).values("_subject")


def _messages(actor: Actor, day: date) -> Q:
    return Q(sender=actor.organisation) | Q(receiver=actor.organisation) if actor.organisation else NOTHING


def _signatures(actor: Actor, day: date) -> Q:
    return Q(paper__in=Paper.objects.filter(_papers(actor, day)))


def _organisations(actor: Actor, day: date) -> Q:
    if actor.has(MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    # The directory: institutions are public; a firm is known to itself and to those it has to do with.
    seen = ~Q(kind=OrganisationKind.FIRM) & Q(status=OrganisationState.ACTIVE)
    if not actor.mandate or _granted(actor) & _DESCRIBING:
        seen |= Q(pk=actor.organisation)
    if actor.kind is not OrganisationKind.FIRM and actor.organisation:
        seen |= Q(pk__in=_firms_with_cases(actor, day)) | Q(
            pk__in=Consent.objects.filter(to=actor.organisation, until__gte=day, revoked_on=None).values("firm")
        )
        if _is(actor, OrganisationKind.AGENCY):
            seen |= Q(pk__in=Appraisal.objects.filter(agency=actor.organisation).values("firm"))
        if _is(actor, OrganisationKind.OPERATOR):
            seen |= Q(pk__in=Mandate.objects.filter(agent=actor.organisation).values("firm"))
    return seen


def _memberships(actor: Actor, day: date) -> Q:
    if actor.has(MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    own = Q(account=actor.account)
    return own if actor.mandate else Q(organisation=actor.organisation) | own


def confirmed_addresses(actor: Actor) -> set[str]:
    """The e-mail addresses that the account has confirmed, in small letters."""
    from allauth.account.models import EmailAddress  # not there where the store alone is loaded

    if not actor.account:
        return set()
    found = EmailAddress.objects.filter(user=actor.account, verified=True)
    return {one.lower() for one in found.values_list("email", flat=True)}


def _invitations(actor: Actor, day: date) -> Q:
    """Those of the organisation, and those to the person; not for an agent that acts for a firm, nor for a
    program.
    """
    if actor.has(MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    to_me = Q(email__in=confirmed_addresses(actor))
    return to_me if actor.mandate or not actor.organisation else Q(organisation=actor.organisation) | to_me


def _accounts(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SECURITY_ADMIN, MemberRole.SYSTEM_ADMIN) else Q(pk=actor.account)


def _mandates(actor: Actor, day: date) -> Q:
    if actor.mandate:
        return Q(pk=actor.mandate)  # whom else the firm trusts is none of its agent's business
    return Q(firm=actor.organisation) | Q(agent=actor.organisation) if actor.organisation else NOTHING


def _consents(actor: Actor, day: date) -> Q:
    if actor.mandate or not actor.organisation:
        return NOTHING
    return Q(firm=actor.organisation) | Q(to=actor.organisation)


def _programs(path: str) -> Scope:
    """What an organisation has set up for its own programs: not for an agent that acts for it."""
    return lambda actor, day: NOTHING if actor.mandate else _own(path)(actor, day)


def _own(path: str) -> Scope:
    return lambda actor, day: Q(**{path: actor.organisation}) if actor.organisation else NOTHING


def _nobody(actor: Actor, day: date) -> Q:
    """The platform's own record."""
    return NOTHING


def _own_account(path: str) -> Scope:
    return lambda actor, day: Q(**{path: actor.account})


def _tokens(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SECURITY_ADMIN) else Q(account=actor.account)


def _jobs(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SYSTEM_ADMIN) else _own("organisation")(actor, day)


def _policies(actor: Actor, day: date) -> Q:
    """An organisation's own; the platform's auditors see all."""
    return EVERYTHING if actor.has(MemberRole.AUDIT_ADMIN) else _own("organisation")(actor, day)


def _audited(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.AUDIT_ADMIN) else NOTHING


SCOPES: Mapping[type[Model], Scope] = {
    Account: _accounts,
    AccountSeal: _nobody,
    ApiToken: _tokens,
    Appraisal: _appraisals,
    Approval: _of_cases("case"),
    Case: _cases,
    CaseStep: _case_steps,
    CheckItem: _of_cases("case"),
    Consent: _consents,
    Delivery: _programs("webhook__organisation"),
    Event: _audited,
    FileColumns: _own("organisation"),
    FileImport: _own("organisation"),
    FirmRight: _firm_rights,
    GuaranteeRequest: _guarantees,
    GuarantorFigures: _own("organisation"),
    Invitation: _invitations,
    Job: _jobs,
    Limit: _own("organisation"),
    Loan: _loans,
    Mandate: _mandates,
    Membership: _memberships,
    Message: _messages,
    Notice: _own_account("account"),
    Organisation: _organisations,
    Paper: _papers,
    PaperReader: _paper_readers,
    Payment: _payments,
    Policy: _policies,
    SavedView: _own_account("account"),
    Seen: _audited,
    SharedRight: _shared_rights,
    Signature: _signatures,
    StatementLine: _own("organisation"),
    StoredFile: _files,
    TeamRating: _of_cases("case"),
    UsedCode: _nobody,
    WatchFlag: _of_cases("loan"),
    Webhook: _programs("organisation"),
}
