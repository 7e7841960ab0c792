"""Which rows a person may know of: one table, everything not in it invisible. Rights follow from relations.

Pages, API, lists, files and exports all read through ``visible``; an operation is done to a visible row only.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from django.db.models import CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from zhirong.operations.people import MemberRole, OrganisationKind, Person
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
from zhirong.store.work import Delivery, FileImport, Job, Notice, Seen, Webhook

M = TypeVar("M", bound=Model)
NOTHING = Q(pk__in=[])
EVERYTHING = Q()

# What an institution sees of a case begins when the firm has handed it in.
_KEPT_FROM_OTHERS = ("draft",)
# A guarantor that was asked and bears nothing has no more to do with the case.
_NO_PART_LEFT = ("declined", "withdrawn")
# What a firm is told of its payments: those that have counted, whatever became of them since.
TOLD = ("confirmed", "reversing", "reversed")
Scope = Callable[[Person, date], Q]

# What an agent's mandate lets it look at: a table is needed by some operations that a firm may leave to an agent, named
# by the part before the dot. Of the firm's business an agent sees these tables alone, and only with such an operation.
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


def visible(person: Person, model: type[M], day: date) -> "QuerySet[M]":
    """The rows of a table that this person may know of on this day."""
    if person.is_worker:
        return model._default_manager.all()
    scope = SCOPES.get(model)
    if scope is None or not person.account or not _within_mandate(person, model):
        return model._default_manager.none()
    return model._default_manager.filter(scope(person, day))


def _granted(person: Person) -> frozenset[str]:
    """The parts before the dot of the operations that an agent's mandate names."""
    return frozenset(name.split(".")[0] for name in person.allowed or ())


def _within_mandate(person: Person, model: type[Model]) -> bool:
    """Whether an agent's mandate needs this table at all; whoever acts for his own organisation needs no mandate."""
    if not person.mandate or model in _ANYBODYS:
        return True
    return bool(_granted(person) & NEEDED_BY.get(model, frozenset()))


def _is(person: Person, *kinds: OrganisationKind) -> bool:
    return person.kind in kinds and person.is_active


def _cases(person: Person, day: date) -> Q:
    if person.kind is OrganisationKind.FIRM:
        # An agent that may apply for so much has nothing to do with what the firm asks for beyond it.
        within = Q() if person.most is None else Q(amount__lte=person.most)
        return Q(firm=person.organisation) & within
    if _is(person, OrganisationKind.LENDER):
        return Q(lender=person.organisation) & ~Q(state__in=_KEPT_FROM_OTHERS)
    if _is(person, OrganisationKind.GUARANTOR):
        # Not by a join: a case of which a guarantor was asked twice is one case. Who declined or withdrew keeps its own request.
        asked = GuaranteeRequest.objects.filter(guarantor=person.organisation)
        return Q(pk__in=asked.exclude(state__in=_NO_PART_LEFT).values("case"))
    return NOTHING


def _of_cases(path: str) -> Scope:
    """Rows that belong to a case and are the lender's own business."""

    def scope(person: Person, day: date) -> Q:
        return Q(**{f"{path}__lender": person.organisation}) if _is(person, OrganisationKind.LENDER) else NOTHING

    return scope


def _case_steps(person: Person, day: date) -> Q:
    return Q(case__in=Case.objects.filter(_cases(person, day)))


def _firm_rights(person: Person, day: date) -> Q:
    if person.kind is OrganisationKind.FIRM:
        return Q(firm=person.organisation)
    if _is(person, OrganisationKind.LENDER, OrganisationKind.GUARANTOR):
        # What a firm has shared: by handing in a case that names the right, or by a consent.
        return Q(firm__in=consenting(person, "rights", day)) | _shared(Case, _cases(person, day))
    if _is(person, OrganisationKind.AGENCY):
        return _shared(Appraisal, Q(agency=person.organisation))
    return NOTHING


def _shared(model: type[Model], where: Q) -> Q:
    """The rights that these cases or appraisals name."""
    subjects = _subjects(model._meta.model_name, model._default_manager.filter(where))
    return Q(pk__in=SharedRight.objects.filter(subject__in=subjects, active=True).values("right"))


def _shared_rights(person: Person, day: date) -> Q:
    return Q(right__in=FirmRight.objects.filter(_firm_rights(person, day)))


def _firms_with_cases(person: Person, day: date) -> "QuerySet[Case]":
    return Case.objects.filter(_cases(person, day)).values("firm")


def consenting(person: Person, scope: str, day: date) -> "QuerySet[Consent]":
    """The firms that let the person's organisation use this part of their data today."""
    return Consent.objects.filter(to=person.organisation, scope=scope, until__gte=day, revoked_on=None).values(
        "firm"
    )


def _appraisals(person: Person, day: date) -> Q:
    if person.kind is OrganisationKind.FIRM:
        return Q(firm=person.organisation)
    if _is(person, OrganisationKind.AGENCY):
        return Q(agency=person.organisation)
    if _is(person, OrganisationKind.LENDER):
        handed_in = Case.objects.filter(_cases(person, day)).values("appraisal")
        return (
            # Not by a join, which would read every appraisal there is.
            Q(case__in=Case.objects.filter(_cases(person, day)).values("pk"))
            | Q(pk__in=handed_in)
            | Q(firm__in=consenting(person, "appraisals", day))
        )
    return NOTHING


def _loans(person: Person, day: date) -> Q:
    if person.kind is OrganisationKind.FIRM:
        return Q(firm=person.organisation)
    if _is(person, OrganisationKind.LENDER):
        return Q(lender=person.organisation)
    if _is(person, OrganisationKind.GUARANTOR):
        return Q(guarantor=person.organisation)
    return NOTHING


def _payments(person: Person, day: date) -> Q:
    if person.kind is OrganisationKind.FIRM:
        return Q(loan__firm=person.organisation, state__in=TOLD)
    return Q(loan__lender=person.organisation) if _is(person, OrganisationKind.LENDER) else NOTHING


def _guarantees(person: Person, day: date) -> Q:
    if _is(person, OrganisationKind.GUARANTOR):
        return Q(guarantor=person.organisation)
    if _is(person, OrganisationKind.LENDER):
        return Q(case__lender=person.organisation)
    return Q(case__firm=person.organisation) if person.kind is OrganisationKind.FIRM else NOTHING


def _papers(person: Person, day: date) -> Q:
    """Those that name the organisation among their readers, its own among them."""
    if not person.organisation:
        return NOTHING
    return Q(pk__in=PaperReader.objects.filter(organisation=person.organisation).values("paper"))


def _paper_readers(person: Person, day: date) -> Q:
    """Who else reads a paper is its owner's business."""
    return Q(paper__owner=person.organisation) if person.organisation else NOTHING


def _files(person: Person, day: date) -> Q:
    """Own files, and those of cases, appraisals and papers that the person can see."""
    if not person.organisation:
        return NOTHING
    if person.mandate:
        return Q(owner=person.organisation) & (Q(by=person.account) | _agents_subjects(person, day))
    own = Q(owner=person.organisation)
    subjects = Q(pk__in=[])
    for model in (Case, Appraisal, FirmRight, GuaranteeRequest, Loan):
        if person.kind is not OrganisationKind.FIRM:
            rows = model._default_manager.filter(SCOPES[model](person, day))
            subjects |= Q(subject__in=_subjects(model._meta.model_name, rows))
    papers = Paper.objects.filter(_papers(person, day))
    # What belongs to a paper: sealed scans, lists beside a form.
    subjects |= Q(subject__in=_subjects("paper", papers))
    made = Q(pk__in=papers.values("word")) | Q(pk__in=papers.values("pdf"))
    return own | subjects | made


def _agents_subjects(person: Person, day: date) -> Q:
    """Files of the rights, appraisals and cases that an agent sees."""
    subjects = Q(pk__in=[])
    for model in (FirmRight, Appraisal, Case):
        subjects |= Q(subject__in=_subjects(model._meta.model_name, visible(person, model, day)))
    return subjects


def _subjects(name: str | None, ids: "QuerySet[Model]") -> "QuerySet[Model]":
    """Subjects such as ``case/12`` as a subquery, so that a long list of ids never leaves the database."""
    named = Concat(Value(f"{name}/"), Cast("pk", CharField()), output_field=CharField())
    return ids.annotate(_subject=named).values("_subject")


def _messages(person: Person, day: date) -> Q:
    return Q(sender=person.organisation) | Q(receiver=person.organisation) if person.organisation else NOTHING


def _signatures(person: Person, day: date) -> Q:
    return Q(paper__in=Paper.objects.filter(_papers(person, day)))


def _organisations(person: Person, day: date) -> Q:
    if person.has(MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    # The directory: institutions are public; a firm is known to itself and to those it has to do with.
    seen = ~Q(kind="firm") & Q(status="active")
    if not person.mandate or _granted(person) & _DESCRIBING:
        seen |= Q(pk=person.organisation)
    if person.kind is not OrganisationKind.FIRM and person.organisation:
        seen |= Q(pk__in=_firms_with_cases(person, day)) | Q(
            pk__in=Consent.objects.filter(to=person.organisation, until__gte=day, revoked_on=None).values("firm")
        )
        if _is(person, OrganisationKind.AGENCY):
            seen |= Q(pk__in=Appraisal.objects.filter(agency=person.organisation).values("firm"))
        if _is(person, OrganisationKind.OPERATOR):
            seen |= Q(pk__in=Mandate.objects.filter(agent=person.organisation).values("firm"))
    return seen


def _memberships(person: Person, day: date) -> Q:
    if person.has(MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    own = Q(account=person.account)
    return own if person.mandate else Q(organisation=person.organisation) | own


def confirmed_addresses(person: Person) -> set[str]:
    """The e-mail addresses that the account has confirmed, in small letters."""
    from allauth.account.models import EmailAddress  # not there where the store alone is loaded

    if not person.account:
        return set()
    found = EmailAddress.objects.filter(user=person.account, verified=True)
    return {one.lower() for one in found.values_list("email", flat=True)}


def _invitations(person: Person, day: date) -> Q:
    """Those of the organisation, and those to the person; not for an agent that acts for a firm, nor for a program."""
    if person.has(MemberRole.SECURITY_ADMIN):
        return EVERYTHING
    to_me = Q(email__in=confirmed_addresses(person))
    return to_me if person.mandate or not person.organisation else Q(organisation=person.organisation) | to_me


def _accounts(person: Person, day: date) -> Q:
    return EVERYTHING if person.has(MemberRole.SECURITY_ADMIN, MemberRole.SYSTEM_ADMIN) else Q(pk=person.account)


def _mandates(person: Person, day: date) -> Q:
    if person.mandate:
        return Q(pk=person.mandate)  # whom else the firm trusts is none of its agent's business
    return Q(firm=person.organisation) | Q(agent=person.organisation) if person.organisation else NOTHING


def _consents(person: Person, day: date) -> Q:
    if person.mandate or not person.organisation:
        return NOTHING
    return Q(firm=person.organisation) | Q(to=person.organisation)


def _programs(path: str) -> Scope:
    """What an organisation has set up for its own programs: not for an agent that acts for it."""
    return lambda person, day: NOTHING if person.mandate else _own(path)(person, day)


def _own(path: str) -> Scope:
    return lambda person, day: Q(**{path: person.organisation}) if person.organisation else NOTHING


def _nobody(person: Person, day: date) -> Q:
    """The platform's own record."""
    return NOTHING


def _own_account(path: str) -> Scope:
    return lambda person, day: Q(**{path: person.account})


def _tokens(person: Person, day: date) -> Q:
    return EVERYTHING if person.has(MemberRole.SECURITY_ADMIN) else Q(account=person.account)


def _jobs(person: Person, day: date) -> Q:
    return EVERYTHING if person.has(MemberRole.SYSTEM_ADMIN) else _own("organisation")(person, day)


def _audited(person: Person, day: date) -> Q:
    return EVERYTHING if person.has(MemberRole.AUDIT_ADMIN) else NOTHING


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
