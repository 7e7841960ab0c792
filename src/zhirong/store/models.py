"""The tables. The events determine their content; ``zhirong register check`` verifies that."""

from django.db import models
from django.db.models import Q

# Django finds the models of the application here.
from zhirong.store import financing, parties, policies, recovery, work  # noqa: F401


class LogHead(models.Model):
    """The one row that every writer locks: the log's name, its size and edge, and the last assigned numbers."""

    origin = models.TextField()
    algorithm = models.CharField(max_length=16)
    size = models.BigIntegerField(default=0)
    peaks = models.TextField(default="", blank=True)  # hexadecimal, largest first
    last_filing = models.BigIntegerField(default=0)
    last_number = models.BigIntegerField(default=0)


class Event(models.Model):
    """One event, one leaf. entry: the canonical bytes that are hashed. content: what they commit to, also
    canonical.

    verb, key, request: a client's own key makes a repeated request harmless; request is its fingerprint.
    """

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=64, db_index=True)
    day = models.DateField(db_index=True)
    registration = models.BigIntegerField(null=True, db_index=True)
    subject = models.CharField(
        max_length=64, blank=True, db_index=True
    )  # such as case/12; empty in the register's own
    entry = models.TextField()
    content = models.TextField()
    salt = models.CharField(max_length=64)
    actor = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="event_once_per_key")]


class Tile(models.Model):
    """Hashes of the tree, sixteen side by side (see ``evidence.tree``), hexadecimal."""

    level = models.IntegerField()
    index = models.BigIntegerField()
    hashes = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]


class Checkpoint(models.Model):
    """A signed checkpoint as it was issued."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()


class Party(models.Model):
    """A firm, bank or person that holds a right or a pledge. name_key: as search compares names."""

    name = models.CharField(max_length=300)
    code = models.CharField(max_length=18, blank=True, db_index=True)
    is_natural_person = models.BooleanField()
    name_key = models.CharField(max_length=300, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "code", "is_natural_person"], name="party_once"),
        ]


class Right(models.Model):
    """A right that has been filed. frozen_by: the court order that holds it, empty if none does."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=64, db_index=True)
    title = models.CharField(max_length=500)
    frozen_by = models.CharField(max_length=200, blank=True)


class Registration(models.Model):
    """A registration. state: all of it, canonical JSON; the other columns repeat the searchable fields."""

    id = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(null=True, unique=True)
    status = models.CharField(max_length=16)
    role = models.CharField(max_length=16)
    filed_on = models.DateField(null=True, db_index=True)
    entered_on = models.DateField(null=True, db_index=True)
    authority_number = models.CharField(max_length=100, blank=True, db_index=True)
    state = models.TextField()


class Charge(models.Model):
    """One right in one registration. active: registered and not released; then no other right has its rank."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    right = models.ForeignKey(Right, models.PROTECT)
    rank = models.IntegerField(null=True)
    active = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "right"], name="charge_once_per_registration"),
            # The database itself rejects two pledges of one rank.
            models.UniqueConstraint(fields=["right", "rank"], condition=Q(active=True), name="charge_one_per_rank"),
        ]


class Part(models.Model):
    """A party of a registration, and its part: pledgor or pledgee."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    party = models.ForeignKey(Party, models.PROTECT)
    part = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "party", "part"], name="part_once")]


class Name(models.Model):
    """A party's name in the form used by the search, stored once. size: the number of different tokens used for its
    similarity.
    """

    text = models.CharField(max_length=300, unique=True)
    size = models.IntegerField()


class Token(models.Model):
    """One token of a name: two adjacent characters, or a single character. size: that of the name."""

    token = models.CharField(max_length=2)
    size = models.IntegerField()
    name = models.ForeignKey(Name, models.CASCADE, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "name"], name="token_once")]
        indexes = [
            models.Index(fields=["name"], name="token_by_name"),
            models.Index(fields=["token", "size", "name"], name="token_by_size"),
        ]


class TokenCount(models.Model):
    """How many names have a token, so that a search begins with the rarest."""

    token = models.CharField(max_length=2, primary_key=True)
    count = models.BigIntegerField()


class Subscription(models.Model):
    """A subscription: to a right by its key, or to a holder by name or credit code."""

    subscriber = models.CharField(max_length=200)
    target = models.CharField(max_length=8, choices=[("right", "right"), ("party", "party")])
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "target", "value"], name="subscribed_once")]
        indexes = [models.Index(fields=["target", "value"], name="subscribed_to")]


class Outgoing(models.Model):
    """A message to be pushed; it is written with its event and sent afterwards."""

    event = models.ForeignKey(Event, models.PROTECT)
    to = models.CharField(max_length=200, db_index=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "to"], name="told_once")]


class RightIdentity(models.Model):
    """One version of a right's digital identity, by its code and by the right's key; the record is in the event."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    code = models.CharField(max_length=64)
    version = models.IntegerField()
    right_key = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="identity_version_once")]


class Report(models.Model):
    """A keyed fingerprint that an institution has reported for a period. reference: its internal reference."""

    event = models.ForeignKey(Event, models.PROTECT)
    period = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    institution = models.CharField(max_length=300)
    reference = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "fingerprint", "institution"], name="reported_once")
        ]
