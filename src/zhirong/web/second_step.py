"""The second factor at sign-in, required for every member of an institution and every administrator before anything
else.

The secrets are encrypted at rest. An account of a training region (``Account.is_demo``, set by ``zhirong demo-region`` alone) needs none.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhirong.api.problems import answer
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.http_request import HttpRequest
from zhirong.store.parties import Account, Membership
from zhirong.store.settings import DATA
from zhirong.store.vault import decrypted, encrypted, is_encrypted

SET_UP = "/accounts/2fa/"
# Pages open to a user without a second factor: set one up, sign out, choose an organisation.
_OPEN = ("/accounts/", "/static/")
_NEEDED = Problem(
    "actor",
    "",
    Text(
        "机构账号须先设置第二因素（动态口令或通行密钥）",
        "accounts of institutions need a second factor (codes or a passkey)",
    ),
    Text("请在“安全”页设置", "Set one up on the Security page."),
    "second_factor_needed",
)


class SecondFactors(DefaultMFAAdapter):
    """allauth's adapter, with encrypted secrets; a required last factor cannot be deleted."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for storage."""
        return encrypted(text, DATA)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a stored secret."""
        return decrypted(encrypted_text, DATA)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether the account still has its required factors without this one."""
        others = _factors(authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(super().can_delete_authenticator(authenticator)) and (
            authenticator.type == Authenticator.Type.RECOVERY_CODES
            or others.exists()
            or not _belongs_to_an_institution(authenticator.user)
        )


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Redirect users without a required second factor to its set-up page; a program gets 403."""

    def lead(request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor
        if (
            request.path.startswith(_OPEN)
            or request.path == reverse("acting")
            or not _is_required(actor)
            or getattr(request.user, "is_demo", False)
            or _factors(actor.account).exists()
        ):
            return get_response(request)
        if request.path.startswith("/api/"):
            return answer(request, 403, [_NEEDED])
        return redirect(SET_UP)

    return lead


def encrypt_old_secrets() -> int:
    """Encrypt the secrets stored before the vault existed; returns their number."""
    found = 0
    for one in Authenticator.objects.all():
        open_ones = [
            name for name in ("secret", "seed") if name in one.data and not is_encrypted(str(one.data[name]))
        ]
        if open_ones:
            one.data = {**one.data, **{name: encrypted(one.data[name], DATA) for name in open_ones}}
            one.save(update_fields=["data"])
            found += 1
    return found


def _is_required(actor: Actor) -> bool:
    return bool(actor.mandate) or actor.kind not in (None, OrganisationKind.FIRM)


def _factors(account: Any) -> Any:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=account, type__in=kinds)


def _belongs_to_an_institution(account: Account) -> bool:
    memberships = Membership.objects.filter(account=account, active=True)
    return not account.is_demo and memberships.exclude(organisation__kind=OrganisationKind.FIRM.value).exists()
