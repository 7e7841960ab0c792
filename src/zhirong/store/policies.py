"""The table of policies: the rules that a lender, a guarantor, a fund or a region adds to the platform's, in versions."""

from django.db import models

from zhirong.store.parties import Account, Kept, Organisation


class Policy(Kept):
    """A version of an organisation's policy. state: ``chain.financing.policies.PolicyState``. number: counted from
    1 within the organisation.

    region: where it applies, ``CN`` for everywhere; each region has its own policy. files: name to text, as in the
    folder of a policy pack, with its manifest. sha256: of them. valid_from: the requested first day. begins_on: the
    first day in force, known once it is approved; ends_on: the last, known once a later version is approved.
    effects: the open cases that would be decided differently (``operations.platform.policy_effects``).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.IntegerField()
    title = models.CharField(max_length=100)
    region = models.CharField(max_length=6)
    valid_from = models.DateField()
    reason = models.TextField()
    state = models.CharField(max_length=16)
    files = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    effects = models.JSONField(default=dict)
    drafted_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    opinion = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "begins_on"], name="policy_in_force"),
            models.Index(fields=["organisation", "state"], name="policy_of_organisation"),
        ]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="policy_number_once")]
