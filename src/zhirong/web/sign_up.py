"""Sign-up and sign-in: an e-mail address and a strong password; the organisation is chosen after the address is
confirmed.

Wrong passwords lock nobody out. After several of them for one address from one network, or many from everywhere,
the answer is the same for every password: a page that asks for a code. A code is mailed only for the correct
password, so that guessing reveals nothing and the owner can sign in.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import SignupForm as BaseSignupForm
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.shortcuts import redirect

from zhirong.operations.actors import WORKER
from zhirong.operations.clock import now
from zhirong.operations.declare import Call
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.run import run_operation
from zhirong.operations.sign_in import is_guessed_at, note_wrong
from zhirong.store.parties import Account


class SignupForm(BaseSignupForm):
    """allauth's form, with the account's name derived from its address."""

    def save(self, request: HttpRequest) -> Any:
        """Return the new account, or None if allauth must not reveal that the address is taken."""
        account = super().save(request)
        if account is not None:
            account.language = request.lang
            account.save(update_fields=["language"])
        return account


class LoginForm(BaseLoginForm):
    """allauth's form; while someone is guessing, only the correct password triggers a code by mail."""

    _needs_code = False

    def _clean_with_password(self, credentials: dict[str, Any]) -> Any:
        name = sign_in_name(self.request, credentials)
        if not is_guessed_at(name) and AxesProxyHandler.is_allowed(self.request, {"username": name}):
            return super()._clean_with_password(credentials)
        self._needs_code = True
        account = Account.objects.filter(email__iexact=name, is_active=True).first()
        if account is None:
            make_password(credentials["password"])  # takes as long as checking one
        elif account.check_password(credentials["password"]):
            self.user = account
        if self.user is None:
            note_wrong(name)
        return self.cleaned_data

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, or continue to the page that asks for the code."""
        if not self._needs_code:
            return super().login(request, redirect_url=redirect_url)
        _begin_with_code(request, self.user, self.cleaned_data["login"])
        return redirect("account_confirm_login_code")


def _begin_with_code(request: HttpRequest, account: Account | None, email: str) -> None:
    """Ask for a mailed code. It is mailed only if the password was correct; the pages are the same in both cases."""
    login = Login(user=account, email=email)
    login.state["stages"] = {"current": LoginByCodeStage.key}
    stage = LoginByCodeStage(LoginStageController(request, login), request, login)
    stage.state.update(LoginCodeVerificationProcess.initial_state(user=account, email=email))
    stage.state["initiated_by_user"] = True
    process = LoginCodeVerificationProcess(stage=stage)
    process.send(skip_enumeration_mails=True)
    process.persist()


def count_wrong(sender: Any, credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Handle Django's signal of a failed sign-in."""
    note_wrong(sign_in_name(request, credentials) if request is not None else str(credentials.get("email", "")))


def note_new_password(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:
    """Handle allauth's signals of a changed, set or reset password."""
    run_operation(
        "account.password", Call(WORKER, now(), f"password/{secrets.token_hex(16)}"), None, {"account": user.pk}
    )


def sign_in_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the address of a sign-in, by which failed attempts are counted."""
    given = credentials or {}
    return str(given.get("email") or given.get("username") or request.POST.get("login", "")).strip().lower()


def network_address(request: HttpRequest) -> str:
    """Return the client's network address as the outermost trusted proxy saw it, never as the client states it."""
    return address_behind(request.headers.get("X-Forwarded-For", ""), str(request.META.get("REMOTE_ADDR", "")))


def address_behind(forwarded: str, peer: str) -> str:
    """Return the same from a request's forwarded addresses, separated by commas, and its connection's address."""
    proxies = settings.NINJA_NUM_PROXIES
    passed = [one.strip() for one in forwarded.split(",") if one.strip()]
    return passed[-min(proxies, len(passed))] if proxies and passed else peer


class Adapter(DefaultAccountAdapter):
    """allauth's adapter behind the operator's proxies."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which attempts are counted and which the list of sessions shows."""
        return network_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter whose links begin with the configured address, regardless of the request's host name."""
        linked = {name: _public(value) if isinstance(value, str) else value for name, value in context.items()}
        super().send_mail(template_prefix, email, {**linked, "current_site": _SITE})


@dataclass(frozen=True, slots=True)
class _Site:
    """The platform's name in letters."""

    name: str = "知融 Zhirong"

    @property
    def domain(self) -> str:
        """Return the host name of the configured address."""
        return urlsplit(settings.PUBLIC_URL).netloc


_SITE = _Site()


def _public(value: str) -> str:
    """Return a link with the configured address; anything else unchanged."""
    parts = urlsplit(value) if value.startswith(("http://", "https://")) else None
    if parts is None:
        return value
    return settings.PUBLIC_URL + value[len(f"{parts.scheme}://{parts.netloc}") :]
