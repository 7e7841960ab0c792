"""Every module that declares operations and lists. Loading it makes ``OPERATIONS`` and ``LISTINGS`` complete."""

from importlib import import_module

MODULES = (
    "organisation.founding",
    "organisation.organisations",
    "organisation.own_account",
    "organisation.members",
    "imports",
    "right.rights",
    "right.right_lists",
    "right.long_lists",
    "right.rechecking",
    "organisation.profile",
    "appraisal.online_appraisals",
    "case.applications",
    "case.messages",
    "organisation.mandates",
    "organisation.consents",
    "webhooks",
    "tokens",
    "credit.diligence",
    "credit.team_rating",
    "credit.case_scores",
    "credit.limit_inputs",
    "credit.review",
    "case.approvals",
    "credit.limits",
    "guarantee.guarantees",
    "contract.withdrawing",
    "credit.exemption",
    "credit.portfolio",
    "appraisal.pool",
    "appraisal.pool_forms",
    "appraisal.appraisals",
    "appraisal.appraisal_work",
    "contract.contracts",
    "contract.papers",
    "contract.signing",
    "contract.filing",
    "loan.settling",
    "loan.disbursement",
    "loan.statements",
    "loan.loans",
    "loan.payments",
    "loan.reversals",
    "loan.watching",
    "loan.closing",
    "pledge.desk",
    "pledge.reconciling",
    "platform.administration",
    "platform.rulebook_history",
    "platform.security",
    "platform.seals",
    "platform.audit",
    "pledge.jobs",
)


def load() -> None:
    """Import them all; harmless when repeated."""
    for name in MODULES:
        import_module(f"zhirong.operations.{name}")
