"""Every module that declares operations and lists. Loading it makes ``OPERATIONS`` and ``LISTINGS`` complete."""

from importlib import import_module

MODULES = (
    "founding",
    "organisations",
    "firm_rights",
    "rechecking",
    "firm_profile",
    "online_appraisals",
    "applications",
    "messages",
    "mandates",
    "consents",
    "webhooks",
    "tokens",
    "diligence",
    "team_rating",
    "case_scores",
    "review",
    "approvals",
    "limits",
    "guarantees",
    "exemption",
    "portfolio",
    "agency_pool",
    "appraisals",
    "appraisal_work",
    "contracts",
    "case_papers",
    "signing",
    "filing",
    "release",
    "statements",
    "loans",
    "payments",
    "watching",
    "closing",
    "register_desk",
    "reconciling",
    "administration",
    "rulebook_history",
    "security",
    "audit",
    "register_jobs",
)


def load() -> None:
    """Import them all; harmless when repeated."""
    for name in MODULES:
        import_module(f"zhirong.verbs.{name}")
