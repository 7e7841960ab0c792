"""Tables from default to the closed file: cases, claims on payers and their money, recourse, disposals, alarms."""

from django.db import models

from zhirong.store.financing import Loan
from zhirong.store.parties import Account, Kept, Organisation


class DefaultCase(Kept):
    """A default case, one per loan. first_day, owed: the debt by component that the claim froze, in fen; stated:
    as a judgment or statement gives it.

    events: as in a recovery file. notes: source and costs of money received, by the id of the loan's event.
    payer_events: the ids of the loan's events that are payments of payers. demands: letters with their service.
    proposal: what one person proposed and another decides. debt, carried: the debtor's total debt and the part that
    the lender still carries on ``reckoned_on``. due_on: the first open deadline. missed: every missed deadline,
    permanently.
    """

    loan = models.OneToOneField(Loan, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    officer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, db_index=True)
    mode = models.CharField(max_length=40, db_index=True)
    ground = models.CharField(max_length=500)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    first_day = models.DateField(null=True)
    owed = models.JSONField(default=dict)
    stated = models.BooleanField(default=False)
    events = models.JSONField(default=list)
    notes = models.JSONField(default=dict)
    payer_events = models.JSONField(default=list)
    demands = models.JSONField(default=list)
    proposal = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reckoned_on = models.DateField(null=True)
    debt = models.BigIntegerField(default=0)
    carried = models.BigIntegerField(default=0)
    missed = models.JSONField(default=list)
    due_on = models.DateField(null=True, db_index=True)


class PayerClaim(Kept):
    """A claim on a party that shares a loss: one per loan and payer. party: its role in the mode. claimant: the
    lender, or the payer that has paid on this payer's behalf.

    entered_on: the day of entry in the pool. papers: the files of the claim set by code. asked: the documents that
    were requested. checks: the results with their rules. amount, accepted, paid, due_back, returned: fen. due_on:
    the last day of the next step; left_days: days left for the decision when its deadline was paused. missed: the
    late steps, with the day and the last day.
    """

    loan = models.ForeignKey(Loan, models.PROTECT)
    case = models.ForeignKey(DefaultCase, models.PROTECT, null=True)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    payer = models.ForeignKey(Organisation, models.PROTECT, related_name="claims_on_it")
    claimant = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    party = models.CharField(max_length=24)
    mode = models.CharField(max_length=40)
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, db_index=True)
    entered_on = models.DateField(null=True)
    filed_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    due_on = models.DateField(null=True, db_index=True)
    left_days = models.IntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    due_back = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    order_agreed = models.BooleanField(default=False)
    papers = models.JSONField(default=dict)
    asked = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    missed = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    prepared_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "payer"], name="claimed_once"),
            models.UniqueConstraint(fields=["loan", "party"], name="party_claimed_once"),
        ]
        indexes = [models.Index(fields=["payer", "state", "due_on"], name="claim_of_payer")]


class ClaimPayment(Kept):
    """A payment under a claim. kind: paid by the payer, returned to it, or clawed back with interest. number:
    unique within the claim and kind, so that no payment is recorded twice; reference: the bank's number of the
    transfer.
    """

    claim = models.ForeignKey(PayerClaim, models.PROTECT)
    kind = models.CharField(max_length=16)
    number = models.IntegerField()
    amount = models.BigIntegerField()
    day = models.DateField()
    reference = models.CharField(max_length=80)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind", "number"], name="claim_money_once"),
            models.UniqueConstraint(fields=["claim", "reference"], name="claim_transfer_once"),
        ]


class Recourse(Kept):
    """A payer's recourse against the debtor after taking the claim over. amount: paid less returned, in fen. acts:
    each with its day and evidence. limitation_on: the last day of limitation.
    """

    claim = models.OneToOneField(PayerClaim, models.PROTECT)
    payer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, db_index=True)
    amount = models.BigIntegerField()
    arisen_on = models.DateField()
    limitation_on = models.DateField(db_index=True)
    acts = models.JSONField(default=list)


class LoanAlarm(Kept):
    """A finding of the watch on a loan, as a task. code: of the catalogue of findings. subject: the right
    concerned. at_risk: fen. recorded: whether a person recorded the fact; otherwise the watch derives it. evidence:
    of the fact, or of the closing of the alert; the alert reopens if the fact recurs.
    """

    loan = models.ForeignKey(Loan, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    colour = models.CharField(max_length=8)
    words = models.JSONField()
    tasks = models.JSONField(default=list)
    at_risk = models.BigIntegerField(default=0)
    since = models.DateField()
    due_on = models.DateField(null=True, db_index=True)
    state = models.CharField(max_length=16, db_index=True)
    evidence = models.TextField(blank=True)
    recorded = models.BooleanField(default=False)
    seen_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    times = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["loan", "code", "subject"], name="alarm_once")]
        indexes = [models.Index(fields=["lender", "state", "-at_risk"], name="alarm_of_lender")]


class DisposalProject(Kept):
    """The sale of the pledged rights of a case. plan: the comparison of disposal options on the day of the proposal. value:
    the liquidation value; reserve, price, costs: fen. objections: to the distribution, each with its answer.

    operator: the disposal agent that has the mandate, until ``mandated_until``; mandate: its terms, and the rights as
    described to it. bids: what buyers offered, each with its day and who reported it.
    """

    case = models.ForeignKey(DefaultCase, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, db_index=True)
    way = models.CharField(max_length=40)
    plan = models.JSONField(default=dict)
    rights = models.JSONField(default=list)
    value = models.BigIntegerField(default=0)
    valued_on = models.DateField(null=True)
    reserve = models.BigIntegerField(default=0)
    price = models.BigIntegerField(default=0)
    costs = models.BigIntegerField(default=0)
    buyer = models.CharField(max_length=200, blank=True)
    sold_on = models.DateField(null=True)
    result = models.JSONField(default=dict)
    served_on = models.DateField(null=True)
    objections = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True, db_index=True)
    operator = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    mandated_until = models.DateField(null=True)
    mandate = models.JSONField(default=dict)
    bids = models.JSONField(default=list)


class Dispute(Kept):
    """A dispute track of a case. track: its kind; simplified: of a suit. plan: the comparison on the day of the
    choice. claimed: fen; fee: fees paid so far, fen. forum, docket: the court or body and its case number.

    steps: each with its day, author, result and evidence. since: the day on which the state was reached; due_on:
    the last day for the next step. filed_on restarts limitation; final_on begins the time to enforce.
    """

    case = models.ForeignKey(DefaultCase, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    track = models.CharField(max_length=24)
    simplified = models.BooleanField(default=False)
    state = models.CharField(max_length=16, db_index=True)
    plan = models.JSONField(default=dict)
    claimed = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    forum = models.CharField(max_length=200, blank=True)
    docket = models.CharField(max_length=80, blank=True)
    steps = models.JSONField(default=list)
    since = models.DateField()
    filed_on = models.DateField(null=True)
    final_on = models.DateField(null=True)
    due_on = models.DateField(null=True, db_index=True)
    reason = models.TextField(blank=True)


class OutsideLink(Kept):
    """A link with which an outside party, such as a court or mediator, sees one dispute and enters its steps.

    digest: of the secret in the link; code_digest: of the secret with the code that is sent separately. purpose:
    the permitted use. opened: the time of every opening.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    until = models.DateField()
    revoked_on = models.DateField(null=True)
    opened = models.JSONField(default=list)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")


class PoolFigure(Kept):
    """A pool figure reported by its fund. kind: ``chain.default.pool_figures``. lender: of a movement; null means
    the entire pool. amount: fen. evidence: of the figure. A later report of the same day does not replace it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    lender = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    mode = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    day = models.DateField()
    amount = models.BigIntegerField()
    evidence = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["mode", "day"], name="pool_figure_of_mode")]


class RightDeal(Kept):
    """The disposal result for the market approach and the appraiser's record, unsold included. appraised: the value
    of the appraisal on which the loan was made; value: the liquidation value; price: fen, zero if unsold.

    kinds: of the rights. days: from the proposal to the sale or withdrawal. appraiser: the agency of the appraisal.
    """

    project = models.OneToOneField(DisposalProject, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    appraiser = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    way = models.CharField(max_length=40)
    kinds = models.JSONField(default=list)
    appraised = models.BigIntegerField(default=0)
    value = models.BigIntegerField(default=0)
    price = models.BigIntegerField(default=0)
    costs = models.BigIntegerField(default=0)
    sold = models.BooleanField(default=False)
    day = models.DateField()
    days = models.IntegerField(default=0)


class WriteOffFile(Kept):
    """The file of a write-off: proposed with its documents, approved, booked and kept while collection goes on. amount:
    of the debt that left the balance sheet, fen. papers: codes. reviews: each with its day and result. due_on: the next
    review.
    """

    case = models.ForeignKey(DefaultCase, models.PROTECT)
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, db_index=True)
    ground = models.TextField()
    papers = models.JSONField(default=list)
    amount = models.BigIntegerField(default=0)
    opinion = models.TextField(blank=True)
    decided_on = models.DateField(null=True)
    reviews = models.JSONField(default=list)
    due_on = models.DateField(null=True, db_index=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
