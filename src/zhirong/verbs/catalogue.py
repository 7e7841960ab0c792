"""Every module that declares operations and lists. Loading it makes ``OPERATIONS`` and ``LISTINGS`` complete."""

from importlib import import_module

MODULES = (
    "platform.founding",
    "platform.organisations",
    "platform.own_account",
    "platform.members",
    "imports",
    "firm.rights",
    "firm.right_lists",
    "firm.long_lists",
    "firm.rechecking",
    "firm.profile",
    "firm.online_appraisals",
    "case.applications",
    "case.messages",
    "firm.mandates",
    "firm.consents",
    "webhooks",
    "tokens",
    "lender.diligence",
    "lender.team_rating",
    "lender.case_scores",
    "lender.limit_inputs",
    "lender.review",
    "lender.approvals",
    "lender.limits",
    "guarantor.guarantees",
    "guarantor.withdrawing",
    "lender.exemption",
    "lender.portfolio",
    "agency.pool",
    "agency.pool_forms",
    "agency.appraisals",
    "agency.appraisal_work",
    "case.contracts",
    "case.papers",
    "case.signing",
    "case.filing",
    "lender.settling",
    "lender.release",
    "loan.statements",
    "loan.loans",
    "loan.payments",
    "loan.reversals",
    "loan.watching",
    "loan.closing",
    "register.desk",
    "register.reconciling",
    "platform.administration",
    "platform.rulebook_history",
    "platform.security",
    "platform.seals",
    "platform.audit",
    "register.jobs",
)


def load() -> None:
    """Import them all; harmless when repeated."""
    for name in MODULES:
        import_module(f"zhirong.verbs.{name}")
