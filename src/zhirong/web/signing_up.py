"""Signing up: an e-mail address and a strong password; whom one acts for is said after the address is confirmed."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django.http import HttpRequest


class SignupForm(BaseSignupForm):
    """As allauth's, with the name of the account made from its address."""

    def save(self, request: HttpRequest) -> Any:
        """The new account, or None where allauth prevents telling that the address is taken."""
        account = super().save(request)
        if account is not None:
            account.language = request.lang
            account.save(update_fields=["language"])
        return account


def sign_in_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The address that somebody tries to sign in with: what failed attempts are counted by."""
    given = credentials or {}
    return str(given.get("email") or given.get("username") or request.POST.get("login", "")).strip().lower()
