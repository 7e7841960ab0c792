"""Masking of personal data and account numbers for users who do not need them in full."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.actors import Actor
from zhirong.store.financing import StatementLine
from zhirong.store.parties import Account, Organisation

_SHOWN_END = 4


def masked(model: type[Model], name: str, value: Any, actor: Actor, row: Any) -> Any:
    """Return a value as this actor may see it."""
    if not value or _in_full(model, actor, row):
        return value
    if model is Account and name in ("email", "phone"):
        return email(value) if name == "email" else tail(value)
    if model is Organisation and name == "profile" and isinstance(value, Mapping):
        hidden = ("phone", "bank_account", "legal_representative_id")
        return {key: tail(str(item)) if key in hidden else item for key, item in value.items()}
    if model is StatementLine and name == "account_number":
        return tail(value)
    return value


def tail(written: str) -> str:
    """Return the text with all but the last characters masked."""
    end = written[-_SHOWN_END:] if len(written) > _SHOWN_END else ""
    return "*" * max(4, len(written) - len(end)) + end


def email(written: str) -> str:
    """Return an e-mail address with all but the first letter of its name masked."""
    name, _, domain = written.partition("@")
    return f"{name[:1]}***@{domain}"


def _in_full(model: type[Model], actor: Actor, row: Any) -> bool:
    if model is Account:
        return bool(row.pk == actor.account) or actor.has(MemberRole.SECURITY_ADMIN)
    if model is Organisation:
        return bool(row.pk == actor.organisation) or actor.has(MemberRole.SYSTEM_ADMIN)
    # Users who book payments need the account number; others see only its last digits.
    return actor.has(MemberRole.LENDER_CASHIER)
