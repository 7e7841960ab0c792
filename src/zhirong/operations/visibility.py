"""The rows that an actor may see: defined in one table; all other rows are invisible. Access follows from
relations.

Pages, API, lists, files and exports all read through ``visible``; an operation runs only on a visible row.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from zhirong.chain.default.disposal_states import AGENT_STATES
from zhirong.chain.financing.case import CaseState
from zhirong.chain.guarantee.states import NO_PART_LEFT
from zhirong.chain.loan.states import PAYMENTS_SHOWN
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.operations.actors import Actor
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
    Kept,
    Mandate,
    Membership,
    Organisation,
    SavedView,
)
from zhirong.store.policies import Policy
from zhirong.store.recovery import (
    ClaimPayment,
    DefaultCase,
    DisposalProject,
    Dispute,
    LoanAlarm,
    OutsideLink,
    PayerClaim,
    PoolFigure,
    Recourse,
    RightDeal,
    WriteOffFile,
)
from zhirong.store.work import Concern, Delivery, FileImport, Job, Notice, Seen, Webhook

M = TypeVar("M", bound=Model)
NOTHING = Q(pk__in=[])
EVERYTHING = Q()

# An institution can see a case only after the firm has submitted it.
_KEPT_FROM_OTHERS = (CaseState.DRAFT,)
# The kinds of organisation that share losses.
_PAYERS = (OrganisationKind.GUARANTOR, OrganisationKind.FUND, OrganisationKind.INSURER)
Scope = Callable[[Actor, date], Q]

# The tables whose files an institution sees with their rows; the files of documents follow their readers.
_WITH_FILES: tuple[type[Model], ...] = (Case, Appraisal, FirmRight, GuaranteeRequest, Loan, DefaultCase, PayerClaim)

# The tables that an agent's mandate opens: each is needed by some operations that a firm may leave to an agent,
# identified by the part before the dot. An agent sees only these tables of the firm, and only with such an
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
# An agent sees the firm's profile if it maintains it, or uses it for applications or appraisals.
_DESCRIBING = frozenset({"firm", "appraisal", "case"})
# Tables that an agent sees like any signed-in account: those about itself, and the directory.
_ANYBODYS = (Account, ApiToken, Invitation, Mandate, Membership, Notice, Organisation, SavedView)


def visible(actor: Actor, model: type[M], day: date) -> "QuerySet[M]":
    """Return the rows of a table that this actor may see on this day."""
    if actor.is_worker:
        return model._default_manager.all()
    scope = SCOPES.get(model)
    if scope is None or not actor.account or not _within_mandate(actor, model):
        return model._default_manager.none()
    return model._default_manager.filter(scope(actor, day))


def files_of(actor: Actor, row: Kept, day: date) -> "QuerySet[StoredFile]":
    """Return the files of one row that the actor may see.

    An institution sees every file of the rows that it sees (``_files``). This function therefore checks only the
    one row instead of searching all rows of the institution.
    """
    files = StoredFile.objects.filter(subject=f"{row._meta.model_name}/{row.pk}")
    is_institution = actor.kind is not OrganisationKind.FIRM and not actor.mandate
    if is_institution and type(row) in _WITH_FILES and visible(actor, type(row), day).filter(pk=row.pk).exists():
        return files
    return files & visible(actor, StoredFile, day)


def _granted(actor: Actor) -> frozenset[str]:
    """Return the parts before the dot of the operations in an agent's mandate."""
    return frozenset(name.split(".")[0] for name in actor.allowed or ())


def _within_mandate(actor: Actor, model: type[Model]) -> bool:
    """Return whether an agent's mandate needs this table at all; actors of the organisation itself need no mandate."""
    if not actor.mandate or model in _ANYBODYS:
        return True
    return bool(_granted(actor) & NEEDED_BY.get(model, frozenset()))


def _is(actor: Actor, *kinds: OrganisationKind) -> bool:
    return actor.kind in kinds and actor.is_active


def _cases(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        # An agent with a maximum amount does not see cases above it.
        within = Q() if actor.most is None else Q(amount__lte=actor.most)
        return Q(firm=actor.organisation) & within
    if _is(actor, OrganisationKind.LENDER):
        return Q(lender=actor.organisation) & ~Q(state__in=_KEPT_FROM_OTHERS)
    if _is(actor, OrganisationKind.GUARANTOR):
        # Without a join: a case with two requests to one guarantor is still one case. A guarantor that declined or
        # withdrew still sees its request.
        asked = GuaranteeRequest.objects.filter(guarantor=actor.organisation)
        return Q(pk__in=asked.exclude(state__in=NO_PART_LEFT).values("case"))
    return NOTHING


def _of_cases(path: str) -> Scope:
    """Return the condition for rows of a case that only the lender may see."""

    def scope(actor: Actor, day: date) -> Q:
        return Q(**{f"{path}__lender": actor.organisation}) if _is(actor, OrganisationKind.LENDER) else NOTHING

    return scope


def _case_steps(actor: Actor, day: date) -> Q:
    return Q(case__in=Case.objects.filter(_cases(actor, day)))


def _firm_rights(actor: Actor, day: date) -> Q:
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.LENDER, OrganisationKind.GUARANTOR):
        # Rights that a firm has shared: by submitting a case that names the right, or by a consent.
        return Q(firm__in=consenting(actor, "rights", day)) | _shared(Case, _cases(actor, day))
    if _is(actor, OrganisationKind.AGENCY):
        return _shared(Appraisal, Q(agency=actor.organisation))
    return NOTHING


def _shared(model: type[Model], where: Q) -> Q:
    """Return the rights that these cases or appraisals name."""
    subjects = _subjects(model._meta.model_name, model._default_manager.filter(where))
    return Q(pk__in=SharedRight.objects.filter(subject__in=subjects, active=True).values("right"))


def _shared_rights(actor: Actor, day: date) -> Q:
    return Q(right__in=FirmRight.objects.filter(_firm_rights(actor, day)))


def _firms_with_cases(actor: Actor, day: date) -> "QuerySet[Case, Any]":
    return Case.objects.filter(_cases(actor, day)).values("firm")


def consenting(actor: Actor, scope: str, day: date) -> "QuerySet[Consent, Any]":
    """Return the firms that let the actor's organisation use this part of their data today."""
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
            # Without a join, which would read every appraisal.
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


def _default_cases(actor: Actor, day: date) -> Q:
    """Return the default cases of the lender or the firm, and those with a claim on the organisation."""
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.LENDER):
        return Q(lender=actor.organisation)
    if _is(actor, *_PAYERS):
        return Q(pk__in=PayerClaim.objects.filter(payer=actor.organisation).exclude(case=None).values("case"))
    return NOTHING


def _claims(actor: Actor, day: date) -> Q:
    """Return the claims of a lender's loans; those on a payer and those that it makes itself."""
    if _is(actor, OrganisationKind.LENDER):
        return Q(lender=actor.organisation)
    if _is(actor, *_PAYERS):
        return Q(payer=actor.organisation) | Q(claimant=actor.organisation)
    return NOTHING


def _claim_money(actor: Actor, day: date) -> Q:
    return Q(claim__in=PayerClaim.objects.filter(_claims(actor, day)))


def _recourse(actor: Actor, day: date) -> Q:
    return Q(payer=actor.organisation) if _is(actor, *_PAYERS) else NOTHING


def _disposals(actor: Actor, day: date) -> Q:
    """Return the disposals of a lender's cases, those of the firm's own rights, and those that an agent is to sell.

    An agent sees a project within its mandate and up to the sale: not the distribution, which shows debts.
    """
    if actor.kind is OrganisationKind.FIRM:
        return Q(firm=actor.organisation)
    if _is(actor, OrganisationKind.OPERATOR):
        return Q(operator=actor.organisation, mandated_until__gte=day, state__in=AGENT_STATES)
    return Q(lender=actor.organisation) if _is(actor, OrganisationKind.LENDER) else NOTHING


def _deals(actor: Actor, day: date) -> Q:
    """Return the results of a lender's disposals. Those that rest on an agency's own appraisal are its record; so are
    those that a disposal agent sold, or could not sell.
    """
    if _is(actor, OrganisationKind.AGENCY):
        return Q(appraiser=actor.organisation)
    if _is(actor, OrganisationKind.OPERATOR):
        return Q(project__operator=actor.organisation)
    return Q(lender=actor.organisation) if _is(actor, OrganisationKind.LENDER) else NOTHING


def _of_lender(actor: Actor, day: date) -> Q:
    return Q(lender=actor.organisation) if _is(actor, OrganisationKind.LENDER) else NOTHING


def _guarantees(actor: Actor, day: date) -> Q:
    if _is(actor, OrganisationKind.GUARANTOR):
        return Q(guarantor=actor.organisation)
    if _is(actor, OrganisationKind.LENDER):
        return Q(case__lender=actor.organisation)
    return Q(case__firm=actor.organisation) if actor.kind is OrganisationKind.FIRM else NOTHING


def _papers(actor: Actor, day: date) -> Q:
    """Return the documents that name the organisation as a reader, including its own."""
    if not actor.organisation:
        return NOTHING
    return Q(pk__in=PaperReader.objects.filter(organisation=actor.organisation).values("paper"))


def _paper_readers(actor: Actor, day: date) -> Q:
    """Return the readers of the organisation's documents; only the owner sees who else can read a document."""
    return Q(paper__owner=actor.organisation) if actor.organisation else NOTHING


def _files(actor: Actor, day: date) -> Q:
    """Return the organisation's files, and those of visible cases, appraisals and documents."""
    if not actor.organisation:
        return NOTHING
    if actor.mandate:
        return Q(owner=actor.organisation) & (Q(by=actor.account) | _agents_subjects(actor, day))
    own = Q(owner=actor.organisation)
    subjects = Q(pk__in=[])
    for model in _WITH_FILES:
        if actor.kind is not OrganisationKind.FIRM:
            rows = model._default_manager.filter(SCOPES[model](actor, day))
            subjects |= Q(subject__in=_subjects(model._meta.model_name, rows))
    if actor.kind is OrganisationKind.PLATFORM:  # licences, by which a firm is confirmed
        firms = Organisation.objects.filter(SCOPES[Organisation](actor, day))
        subjects |= Q(paper="licence", subject__in=_subjects("organisation", firms))
    papers = Paper.objects.filter(_papers(actor, day))
    # Files of a document: sealed scans, lists next to a form.
    subjects |= Q(subject__in=_subjects("paper", papers))
    made = Q(pk__in=papers.values("word")) | Q(pk__in=papers.values("pdf"))
    return own | subjects | made


def _agents_subjects(actor: Actor, day: date) -> Q:
    """Return the files of the rights, appraisals and cases that an agent sees."""
    subjects = Q(pk__in=[])
    for model in (FirmRight, Appraisal, Case):
        subjects |= Q(subject__in=_subjects(model._meta.model_name, visible(actor, model, day)))
    return subjects


def _subjects(name: str | None, ids: "QuerySet[Model]") -> "QuerySet[Model]":
    """Return subjects such as ``case/12`` as a subquery, so that a long list of ids never leaves the database."""
    named = Concat(Value(f"{name}/"), Cast("pk", CharField()), output_field=CharField())
    return ids.annotate(_subject=named).values("_subject")


def _messages(actor: Actor, day: date) -> Q:
    return Q(sender=actor.organisation) | Q(receiver=actor.organisation) if actor.organisation else NOTHING


def _signatures(actor: Actor, day: date) -> Q:
    return Q(paper__in=Paper.objects.filter(_papers(actor, day)))


def _organisations(actor: Actor, day: date) -> Q:
    if actor.has(MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    # The directory: institutions are public; a firm is visible to itself and to those it works with.
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
    """Return the e-mail addresses that the account has confirmed, in lower case."""
    from allauth.account.models import EmailAddress  # missing if only the store is loaded

    if not actor.account:
        return set()
    found = EmailAddress.objects.filter(user=actor.account, verified=True)
    return {one.lower() for one in found.values_list("email", flat=True)}


def _invitations(actor: Actor, day: date) -> Q:
    """Return the invitations of the organisation and those to the actor; none for an agent that acts for a firm,
    and none for a program.
    """
    if actor.has(MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    to_me = Q(email__in=confirmed_addresses(actor))
    return to_me if actor.mandate or not actor.organisation else Q(organisation=actor.organisation) | to_me


def _accounts(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SECURITY_ADMIN, MemberRole.SYSTEM_ADMIN) else Q(pk=actor.account)


def _mandates(actor: Actor, day: date) -> Q:
    if actor.mandate:
        return Q(pk=actor.mandate)  # an agent does not see the firm's other mandates
    return Q(firm=actor.organisation) | Q(agent=actor.organisation) if actor.organisation else NOTHING


def _consents(actor: Actor, day: date) -> Q:
    if actor.mandate or not actor.organisation:
        return NOTHING
    return Q(firm=actor.organisation) | Q(to=actor.organisation)


def _programs(path: str) -> Scope:
    """Return the condition for the settings of an organisation's programs; an agent that acts for it does not see
    them.
    """
    return lambda actor, day: NOTHING if actor.mandate else _own(path)(actor, day)


def _own(path: str) -> Scope:
    return lambda actor, day: Q(**{path: actor.organisation}) if actor.organisation else NOTHING


def _nobody(actor: Actor, day: date) -> Q:
    """Return no rows: the table is internal to the platform."""
    return NOTHING


def _own_account(path: str) -> Scope:
    return lambda actor, day: Q(**{path: actor.account})


def _tokens(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SECURITY_ADMIN) else Q(account=actor.account)


def _jobs(actor: Actor, day: date) -> Q:
    return EVERYTHING if actor.has(MemberRole.SYSTEM_ADMIN) else _own("organisation")(actor, day)


def _policies(actor: Actor, day: date) -> Q:
    """Return the organisation's policies; the platform's auditors see all."""
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
    ClaimPayment: _claim_money,
    Consent: _consents,
    Concern: _programs("organisation"),
    DefaultCase: _default_cases,
    DisposalProject: _disposals,
    Dispute: _of_lender,
    LoanAlarm: _of_lender,
    OutsideLink: _of_lender,
    PayerClaim: _claims,
    Recourse: _recourse,
    PoolFigure: _own("organisation"),
    RightDeal: _deals,
    WriteOffFile: _of_lender,
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
