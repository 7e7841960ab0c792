"""Tables of people and organisations: accounts, memberships, delegations, consents."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

# Renamed columns: by table and former name, the present name. Earlier events have snapshots under the former name.
RENAMED_COLUMNS: Mapping[tuple[str, str], str] = {
    ("membership", "duties"): "roles",
    ("invitation", "duties"): "roles",
    ("approval", "duty"): "role",
    ("case", "line"): "credit_limit",
    ("case", "handed_up_by_id"): "proposed_by_id",
}


class Kept(models.Model):
    """A row that only operations write. version: counts its writes; a write with an outdated version is rejected."""

    version = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Account(AbstractUser):
    """A user account. language: ``zh`` or ``en``, the last one chosen. is_demo: of a training region, whose
    password is public; it needs no second factor. Only ``zhirong demo-region`` creates such accounts.
    """

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=2, default="zh")
    is_demo = models.BooleanField(default=False)
    values_read: Mapping[str, Any] = MappingProxyType({})  # The values of the columns when the row was read.

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> "Account":
        """Return the row as read, with the values read."""
        row: Account = super().from_db(db, field_names, values)
        row.values_read = dict(zip(field_names, values, strict=False))
        return row


class AccountSeal(Kept):
    """The sign-in data of an account, as keyed digests (``store.seals``): through this row the log vouches for
    them.

    key: the vault key that made them. parts: a digest for each column, second factor and address of the account.
    """

    account = models.OneToOneField(Account, models.PROTECT)
    key = models.CharField(max_length=16)
    parts = models.JSONField(default=dict)


class Organisation(Kept):
    """A firm, bank, guarantor ... kind: ``operations.actors.OrganisationKind``. status: pending, active, suspended,
    refused.

    code: several may claim to be the firm of a code until one of them is confirmed; then only that one. profile:
    the organisation's own data (registered_on, legal_representative, address, industry, size, bank_account ...).
    """

    kind = models.CharField(max_length=16, db_index=True)
    name = models.CharField(max_length=300)
    code = models.CharField(max_length=18, db_index=True)
    region = models.CharField(max_length=6, db_index=True)
    status = models.CharField(max_length=16, default="pending", db_index=True)
    name_key = models.CharField(max_length=300, db_index=True)
    profile = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(status__in=["active", "suspended"]),
                name="one_confirmed_of_a_code",
            )
        ]


class Membership(Kept):
    """An account in an organisation. roles: ``operations.actors.MemberRole`` values."""

    account = models.ForeignKey(Account, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    roles = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "organisation"], name="member_once")]


class Invitation(Kept):
    """An invitation by e-mail to join an organisation. email: in lower case. state: open, accepted, declined,
    withdrawn. until: the last day on which it can be accepted.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    email = models.EmailField(db_index=True)
    roles = models.JSONField(default=list)
    until = models.DateField()
    state = models.CharField(max_length=16, default="open")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"], condition=models.Q(state="open"), name="one_open_invitation"
            )
        ]


class Mandate(Kept):
    """An agent's authority to act for a firm within limits (000 §4.2.2). operations: names of the allowed ones.
    most: highest amount in fen that it may apply for. ended_on: the day it was revoked.
    """

    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Organisation, models.PROTECT, related_name="mandates_held")
    operations = models.JSONField(default=list)
    most = models.BigIntegerField(null=True)
    until = models.DateField()
    ended_on = models.DateField(null=True)


class Consent(Kept):
    """A firm's consent that an institution uses some of its data for a purpose. scope: rights, appraisals,
    accounts, credit.
    """

    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="consents_given")
    to = models.ForeignKey(Organisation, models.PROTECT, related_name="consents_held")
    scope = models.CharField(max_length=16)
    purpose = models.CharField(max_length=200)
    until = models.DateField()
    revoked_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["to", "firm"], name="consent_to")]


class ApiToken(Kept):
    """A token for programs. digest: SHA-256 of the secret, which is shown once. scopes: operation and list names."""

    account = models.ForeignKey(Account, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_on = models.DateField()
    revoked_on = models.DateField(null=True)


class SavedView(Kept):
    """A saved view of a list: its filters and order."""

    account = models.ForeignKey(Account, models.PROTECT)
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)


class FileColumns(Kept):
    """The meaning of the columns in an organisation's files of one kind, as corrected. kind: rights, statements.

    columns: heading to field.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    kind = models.CharField(max_length=16)
    columns = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="columns_once")]
