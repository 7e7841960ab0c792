"""Tables of the platform's outstanding work: notices, jobs, webhooks. Sending marks the rows; no event vouches for
that (see ``Outgoing``).
"""

from django.db import models

from zhirong.store.parties import Account, Kept, Organisation


class Notice(models.Model):
    """A notice to an account. words: zh and en. link: path of the page that it refers to. asks: its reader is expected
    to do something. mail_at: when to send it by e-mail, null once that is done or given up. mailed_at: sent.
    """

    account = models.ForeignKey(Account, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    at = models.DateTimeField()
    words = models.JSONField()
    link = models.CharField(max_length=200, blank=True)
    asks = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True, db_index=True)
    mail_tries = models.IntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "read_at", "id"], name="notice_of_account")]


class Letter(models.Model):
    """An e-mail to be sent in the background: codes, password resets, invitations. content: the e-mail, encrypted
    (``store.vault``), empty once it is sent or given up. mail_at: when to send it, null once that is done.
    """

    to = models.EmailField(db_index=True)
    subject = models.CharField(max_length=300)
    content = models.TextField()
    made_at = models.DateTimeField(db_index=True)
    mail_at = models.DateTimeField(null=True, db_index=True)
    tries = models.IntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)


class Job(models.Model):
    """A background job. key: unique. progress: done of total. state: waiting, running, done, failed.

    A running job whose lease has expired is started again; its work must be harmless when repeated.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    run_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=16, default="waiting", db_index=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    result = models.JSONField(default=dict)


class Webhook(Kept):
    """A webhook of an organisation. kinds: names of operations, empty for all of the organisation's operations.

    secret: signs the messages (HMAC-SHA-256).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    url = models.URLField(max_length=300)
    secret = models.CharField(max_length=64)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)


class Delivery(models.Model):
    """One message to one webhook. next_at: time of the next attempt; null once it was accepted or given up."""

    webhook = models.ForeignKey(Webhook, models.PROTECT)
    event = models.ForeignKey("store.Event", models.PROTECT)
    body = models.JSONField()
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True, db_index=True)
    done_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="delivered_once")]


class Concern(models.Model):
    """That an event concerns an organisation: its programs catch up from here, whether or not a webhook was there."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    event = models.ForeignKey("store.Event", models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "event"], name="concerned_once")]


class Seen(models.Model):
    """The views of objects by account and day, one row per day, for the audit. subject: such as ``case/12``."""

    account = models.ForeignKey(Account, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    subject = models.CharField(max_length=64, db_index=True)
    day = models.DateField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "subject", "day"], name="seen_once_a_day"),
        ]


class FileImport(Kept):
    """A long list or statement that is read in the background and stored once a user has confirmed it. kind:
    rights, statements.

    state: reading, preview (waits for confirmation), keeping, done, refused (the file cannot be used), cancelled,
    expired. request: the operation's arguments, without the file. about: what was recognised, and how many rows are
    to be added, changed, the same or wrong. problems: the first of them. report: SHA-256 of the content with every
    row of the preview; parts: offset, length and SHA-256 of each of its pieces. agreed_by: who confirmed.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16, db_index=True)
    file = models.ForeignKey("store.StoredFile", models.PROTECT)
    request = models.JSONField(default=dict)
    about = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    report = models.CharField(max_length=64, blank=True)
    parts = models.JSONField(default=list)
    agreed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organisation", "state"], name="import_of_organisation")]
