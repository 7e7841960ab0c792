"""The forms that ask for a code at sign-in. An authenticator's code is accepted only once in its period of
validity.

allauth remembers a used code for one step of 30 s, while ``MFA_TOTP_TOLERANCE`` accepts it in the steps before and after too (RFC
6238, 5.2: a verifier must not accept a code a second time).
"""

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.core.cache import cache


class _Once(forms.BaseAuthenticateForm):
    def clean_code(self) -> str:
        """Return the code if it is correct and unused. Raises ValidationError for a wrong or a used one, without
        saying which.
        """
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            valid_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            used = f"zhirong.code.used?user={self.user.pk}&code={''.join(code.split())}"
            if not cache.add(used, "y", timeout=valid_for):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_Once, forms.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(_Once, forms.ReauthenticateForm):
    """A repeated code before a critical operation."""
