"""Signing up and in: an e-mail address and a strong password; whom one acts for is said after the address is confirmed."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm as BaseSignupForm
from django.conf import settings
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


def network_address(request: HttpRequest) -> str:
    """Where somebody calls from: as the outermost of our own proxies saw it, never as the caller says himself."""
    return address_behind(request.headers.get("X-Forwarded-For", ""), str(request.META.get("REMOTE_ADDR", "")))


def address_behind(forwarded: str, peer: str) -> str:
    """The same of a request's forwarded addresses, commas between, and the address of its connection."""
    proxies = settings.NINJA_NUM_PROXIES
    passed = [one.strip() for one in forwarded.split(",") if one.strip()]
    return passed[-min(proxies, len(passed))] if proxies and passed else peer


class Adapter(DefaultAccountAdapter):
    """As allauth's; what it counts of failed attempts can be forgotten by who releases a lock-out."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """What attempts are counted by, and what the list of sessions shows."""
        return network_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the address alone: allauth adds the name of the host, which who releases it does not know."""
        return sign_in_name(request, credentials)

    def forget_failures(self, email: str, addresses: Iterable[str]) -> None:
        """Let somebody sign in at once who has typed wrong passwords. addresses: from where he has tried."""
        for address in addresses:
            request = HttpRequest()
            request.META.update(REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=address)
            self._delete_login_attempts_cached_email(request, email=email)
