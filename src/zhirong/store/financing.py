"""Tables from a right to a repaid loan. Amounts are whole fen. JSON columns hold records of the chain."""

from django.db import models

from zhirong.store.parties import Account, Kept, Organisation


class FirmRight(Kept):
    """A right of a firm. facts: a table of ``[[rights]]`` as in a case file. key: as in the register.

    status, ends_on and next_fee_on repeat what ``chain.right`` calculates from the facts on the day ``checked_on``.
    """

    firm = models.ForeignKey(Organisation, models.PROTECT)
    key = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=64, db_index=True)
    title = models.CharField(max_length=500)
    facts = models.JSONField()
    status = models.CharField(max_length=24, db_index=True)
    ends_on = models.DateField(null=True)
    next_fee_on = models.DateField(null=True, db_index=True)
    checked_on = models.DateField()
    removed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "key"], name="firm_right_once")]


class SharedRight(Kept):
    """A right named by a case or an appraisal: anyone who may see the case or appraisal may see the right. subject:
    such as ``case/12``.
    """

    right = models.ForeignKey(FirmRight, models.PROTECT)
    subject = models.CharField(max_length=64, db_index=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["right", "subject"], name="shared_once")]


class StoredFile(Kept):
    """A file that somebody submitted or the platform made. sha256: of its content, which is stored once under that
    name.

    subject: what it belongs to, such as ``case/12``. paper: the kind of document. scan: result of the checks of its
    content.
    """

    owner = models.ForeignKey(Organisation, models.PROTECT)
    subject = models.CharField(max_length=64, db_index=True)
    paper = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    by = models.ForeignKey(Account, models.PROTECT, null=True)
    removed = models.BooleanField(default=False)


# The columns of a case that contain tables and make up most of a row's size; a list of cases does not read them.
CASE_TABLES = (
    "rights", "facts", "credit", "team", "appraisal_input", "quote", "beside", "review", "guarantee", "contract", "exemption",
)  # fmt: skip


class Case(Kept):
    """One application for financing. state: ``chain.financing.case.CaseState``. amount, credit_limit: fen.

    facts, credit, team, appraisal_input: tables as in a case file. appraisal: the one that the firm submitted.
    quote: the quote under the chosen mode, as JSON. filing: id of the registration in the register. reason: of a
    decline or withdrawal. beside: the further tables that the lender adds (``indicators``,
    ``title_investigation``). review: the time, author, rules and inputs (SHA-256) of the quote, with the hash of
    its appraisal as ``valued``. proposed_amount, proposed_by: of the submission for approval. former_officers: the
    ids of the earlier officers of the case; they cannot decide on it either.
    """

    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="cases")
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="lender_cases")
    guarantor = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="guaranteed_cases")
    officer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    former_officers = models.JSONField(default=list)
    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=24, db_index=True)
    mode = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    term_months = models.IntegerField()
    annual_rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    method = models.CharField(max_length=24)
    cycle = models.CharField(max_length=8, blank=True)
    purpose = models.CharField(max_length=300)
    rights = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    credit = models.JSONField(default=dict)
    team = models.JSONField(default=dict)
    appraisal_input = models.JSONField(default=dict)
    appraisal = models.ForeignKey("store.Appraisal", models.PROTECT, null=True, related_name="cases")
    quote = models.JSONField(default=dict)
    beside = models.JSONField(default=dict)
    review = models.JSONField(default=dict)
    credit_limit = models.BigIntegerField(null=True)
    proposed_amount = models.BigIntegerField(null=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    approved_amount = models.BigIntegerField(null=True)
    approval_round = models.IntegerField(default=0)
    guarantee = models.JSONField(default=dict)
    contract = models.JSONField(default=dict)
    filing = models.BigIntegerField(null=True, db_index=True)
    reason = models.CharField(max_length=500, blank=True)
    submitted_on = models.DateField(null=True, db_index=True)
    due_on = models.DateField(null=True, db_index=True)
    exemption = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["lender", "state", "id"], name="case_of_lender"),
            models.Index(fields=["firm", "id"], name="case_of_firm"),
            models.Index(fields=["lender", "due_on", "id"], name="case_work"),
            models.Index(fields=["lender", "state", "due_on"], name="case_late"),
        ]


class CaseStep(Kept):
    """One step of a case: its beginning and end, the responsible party, and its cost in fen. due_on: its deadline."""

    case = models.ForeignKey(Case, models.PROTECT)
    state = models.CharField(max_length=24)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    cost = models.BigIntegerField(default=0)


class Message(Kept):
    """A question, its answer, a note or an objection. kind: question, objection, note. answered_at: null until
    answered.
    """

    subject = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=16)
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="messages_sent")
    receiver = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="messages_received")
    by = models.ForeignKey(Account, models.PROTECT)
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)


class CheckItem(Kept):
    """One item of a due-diligence checklist. item: its id in the rules. state: open, done, waived.

    verdict: clear, notable or adverse, empty while it is open. cost: fen. by, done_on: who completed it, and when.
    """

    case = models.ForeignKey(Case, models.PROTECT)
    item = models.CharField(max_length=60)
    state = models.CharField(max_length=16, default="open")
    verdict = models.CharField(max_length=16, blank=True)
    done_on = models.DateField(null=True)
    finding = models.TextField(blank=True)
    cost = models.BigIntegerField(default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True)
    by = models.ForeignKey(Account, models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="check_item_once")]


class TeamRating(Kept):
    """One rater's assessment of a firm's team for a case. ratings: item to level and evidence."""

    case = models.ForeignKey(Case, models.PROTECT)
    rater = models.ForeignKey(Account, models.PROTECT)
    ratings = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "rater"], name="rated_once")]


class Approval(Kept):
    """One person's decision on a case. level: band of the approval table. role: the place in the band that it
    fills, empty if none. decision: approve, return, decline. basis: the basis of the decision (rules, inputs,
    credit limit, conditions).
    """

    case = models.ForeignKey(Case, models.PROTECT)
    round = models.IntegerField()
    level = models.CharField(max_length=24)
    role = models.CharField(max_length=24, blank=True)
    by = models.ForeignKey(Account, models.PROTECT)
    decision = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    opinion = models.TextField()
    basis = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "round", "by"], name="decided_once")]


class GuaranteeRequest(Kept):
    """A lender's request to a guarantor to bear a part of a case. state: requested, reviewed, granted, declined,
    withdrawn, ended.

    share, fee_rate: exact decimals, the fee per year. exposure: fen that the guarantor bears until the loan ends.
    fee: fen, of the whole term. group: the related parties of the firm, in the guarantor's own words. basis: the
    basis of the decision. proposed_by: the reviewer at the guarantor; decided_by: another person there.
    """

    case = models.ForeignKey(Case, models.PROTECT)
    guarantor = models.ForeignKey(Organisation, models.PROTECT)
    state = models.CharField(max_length=16, db_index=True)
    share = models.DecimalField(max_digits=9, decimal_places=6)
    fee_rate = models.DecimalField(max_digits=9, decimal_places=6)
    amount = models.BigIntegerField()
    exposure = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    group = models.CharField(max_length=60, blank=True, db_index=True)
    counter_guarantee = models.CharField(max_length=500, blank=True)
    basis = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    opinion = models.TextField(blank=True)


class GuarantorFigures(Kept):
    """The basis of a guarantor's limits, as of a day. net_assets: fen. source: the account with the figure.

    is_mainly_small: it guarantees mainly small firms and agriculture, to which a higher multiple applies.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    as_of = models.DateField()
    net_assets = models.BigIntegerField()
    is_mainly_small = models.BooleanField()
    source = models.CharField(max_length=200)


class Appraisal(Kept):
    """An appraisal of rights of a firm. grade: online or formal. state:
    ``chain.financing.appraising.AppraisalState``.

    input: tables of methods. result: the engine's result (interval, methods, explanation). p10, p50, p90: fen, once
    it is issued. conflict: the agency's declaration. assignment: how the agency was chosen. opinion: of the
    reviewer. paper: the report. signatures: who has signed it, when, and the signed hash.
    """

    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="appraisals")
    agency = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="assignments")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="appraisals")
    grade = models.CharField(max_length=8)
    state = models.CharField(max_length=16, db_index=True)
    purpose = models.CharField(max_length=24)
    value_type = models.CharField(max_length=24, default="market")
    rights = models.JSONField(default=list)
    valuation_date = models.DateField()
    valid_until = models.DateField(null=True, db_index=True)
    input = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    p10 = models.BigIntegerField(null=True)
    p50 = models.BigIntegerField(null=True)
    p90 = models.BigIntegerField(null=True)
    fee = models.BigIntegerField(default=0)
    appraiser = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    conflict = models.JSONField(default=dict)
    assignment = models.JSONField(default=dict)
    opinion = models.TextField(blank=True)
    paper = models.ForeignKey("store.Paper", models.PROTECT, null=True, related_name="+")
    signatures = models.JSONField(default=list)
    signed_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    report = models.ForeignKey(StoredFile, models.PROTECT, null=True)


class Paper(Kept):
    """A document of the platform: contract, notice, statement ... state: draft, issued, signed, void, ended (its
    case ended first).

    facts: what it was made from. word, pdf: its files. sha256: of the PDF, the signed file. signers: the
    ids of the organisations that must sign. Who may read it: ``PaperReader``.
    """

    subject = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="papers")
    signers = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    word = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)


class PaperReader(Kept):
    """An organisation that may read a document: its owner and every recipient."""

    paper = models.ForeignKey(Paper, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "paper"], name="reader_once")]


class Signature(Kept):
    """A signature on a document. method: second_factor, or sealed_scan, which counts once checked_by has checked
    it.
    """

    paper = models.ForeignKey(Paper, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    method = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True)
    checked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    second_checked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    valid = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "organisation"], name="signed_once")]


class UsedCode(Kept):
    """An authenticator code used for a signature; it cannot be used twice. step: the half minute of the code."""

    account = models.ForeignKey(Account, models.PROTECT)
    step = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "step"], name="code_once")]


class Loan(Kept):
    """A loan in servicing. contract: tables ``loan`` and ``servicing``; events: tables ``event`` as for loan
    replay.

    The columns below repeat the result of the replay on ``reckoned_on``; amounts in fen. state: waiting
    (for disbursement), cancelled (before disbursement), standing, repaid, written_off.
    """

    case = models.OneToOneField(Case, models.PROTECT)
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="loans")
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="loans_made")
    guarantor = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="loans_guaranteed")
    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=16, db_index=True)
    mode = models.CharField(max_length=40)
    principal = models.BigIntegerField()
    contract = models.JSONField()
    events = models.JSONField(default=list)
    start = models.DateField(null=True)
    end = models.DateField(null=True, db_index=True)
    reckoned_on = models.DateField(null=True)
    balance = models.BigIntegerField(default=0)
    overdue = models.BigIntegerField(default=0)
    overdue_days = models.IntegerField(default=0)
    category = models.CharField(max_length=24, blank=True)
    provision = models.BigIntegerField(default=0)
    next_due_on = models.DateField(null=True, db_index=True)
    next_due = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["lender", "state", "next_due_on"], name="loan_due"),
            models.Index(fields=["lender", "state", "overdue_days"], name="loan_overdue"),
        ]


class StatementLine(Kept):
    """An imported entry of a bank statement. direction: in or out. state: open, matched, confirmed, ignored.

    reference: the bank's own number of the entry, once for each lender and account. reason: why it is ignored.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    file = models.ForeignKey(StoredFile, models.PROTECT)
    account_number = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    day = models.DateField()
    direction = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    counterparty = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=16, db_index=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account_number", "reference"], name="line_once")
        ]
        indexes = [models.Index(fields=["organisation", "state", "-day"], name="line_of_lender")]


class Payment(Kept):
    """A payment, matched from a statement by one person and confirmed by another. kind: release, repayment. An
    entry may be divided over several loans, with a payment for each; their amounts sum to the entry.

    state: matched, confirmed, undone (withdrawn before it was confirmed), reversing (somebody requests a reversal,
    for ``reason``), reversed (another person has agreed). event: its id among the loan's events once confirmed.
    payer: the owner of the money, a ``chain.loan.servicing.events.Payer``.
    """

    loan = models.ForeignKey(Loan, models.PROTECT)
    line = models.ForeignKey(StatementLine, models.PROTECT)
    kind = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    day = models.DateField()
    state = models.CharField(max_length=16, db_index=True)
    event = models.CharField(max_length=24, blank=True)
    payer = models.CharField(max_length=16, default="firm")
    reason = models.CharField(max_length=200, blank=True)
    matched_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reversed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "loan"],
                condition=~models.Q(state__in=("undone", "reversed")),
                name="line_paid_once",
            )
        ]


class WatchFlag(Kept):
    """A warning on an outstanding loan. kind: due, overdue, fee, appraisal, ground ..."""

    loan = models.ForeignKey(Loan, models.PROTECT)
    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=120)
    words = models.JSONField()
    due_on = models.DateField(null=True)
    seen_by = models.ForeignKey(Account, models.PROTECT, null=True)
    cleared_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["loan", "kind", "subject"], name="flag_once")]


class Limit(Kept):
    """A limit of an institution's lending or guarantees. scope: ``chain.financing.limits.Scope``. amount: fen.

    value: the mode or region of the limit; empty for the whole portfolio and for every single firm. removed: it is
    no longer in force.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    scope = models.CharField(max_length=16)
    value = models.CharField(max_length=60, blank=True)
    amount = models.BigIntegerField()
    removed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "scope", "value"], name="limit_once")]
