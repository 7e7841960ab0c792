"""Signing up: an e-mail address and a strong password; whom one acts for is said after the address is confirmed."""

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
