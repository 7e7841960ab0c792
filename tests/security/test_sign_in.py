"""Strangers cannot lock an account out, learn whether a password is right, or get in without the owner's mail."""

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import register_databases
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client, RequestFactory
from platform_world import PASSWORD, Platform

from zhirong.store.parties import Account
from zhirong.store.settings import DATA
from zhirong.store.vault import decrypted
from zhirong.store.work import Letter
from zhirong.web.code_forms import AuthenticateForm, ReauthenticateForm

LOGIN, CODE = "/accounts/login/", "/accounts/login/code/confirm/"
OWNER = "owner@example.cn"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform with the owner's account."""
    cache.clear()
    with register_databases.fresh("sqlite") as (folder, url):
        one = Platform(folder, url, monkeypatch)
        one.account(OWNER)
        yield one
    cache.clear()


def _sign_in(password: str, client: Client | None = None, email: str = OWNER) -> Any:
    return (client or Client(HTTP_HOST="localhost")).post(LOGIN, {"login": email, "password": password})


def _guess(times: int = 5) -> None:
    for number in range(times):
        _sign_in(f"wrong {number}")


def _mailed_code() -> str:
    found = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", _last_letter(), re.MULTILINE)
    assert found, _last_letter()
    return found[1]


def _last_letter() -> str:
    return str(json.loads(decrypted(Letter.objects.order_by("-pk")[0].content, DATA))["body"])


def test_the_owner_gets_in_after_a_strangers_wrong_passwords_from_the_same_network(platform: Platform) -> None:
    _guess()
    owner = Client(HTTP_HOST="localhost")
    answer = _sign_in(PASSWORD, owner)
    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    assert "login" in owner.get("/desk/").headers["Location"]  # not in yet
    assert Letter.objects.filter(to=OWNER).count() == 1
    assert owner.post(CODE, {"code": _mailed_code()}).status_code == 302
    assert owner.get("/desk/").status_code == 200


def test_a_guesser_learns_nothing_and_causes_no_mail(platform: Platform) -> None:
    _guess()
    wrong, right, nobody = (
        Client(HTTP_HOST="localhost"),
        Client(HTTP_HOST="localhost"),
        Client(HTTP_HOST="localhost"),
    )
    answers = [
        _sign_in("still wrong", wrong),
        _sign_in(PASSWORD, right),
    ]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(302, CODE)}
    pages = [re.sub(r"[A-Za-z0-9]{64}", "token", one.get(CODE).content.decode()) for one in (wrong, right)]
    assert pages[0] == pages[1]
    assert Letter.objects.count() == 1  # of the right one
    for code in ("", "AAAA-AAAA", _mailed_code()):
        wrong.post(CODE, {"code": code})
    assert "login" in wrong.get("/desk/").headers["Location"]
    # An address without an account is answered in the same way.
    for _ in range(6):
        answer = _sign_in("wrong", nobody, "nobody@example.cn")
    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    assert Letter.objects.count() == 1


def test_guessing_from_many_networks_does_not_stop_the_owner(platform: Platform) -> None:
    from django.test import override_settings

    with override_settings(NINJA_NUM_PROXIES=1):
        for number in range(31):
            Client(HTTP_HOST="localhost").post(
                LOGIN, {"login": OWNER, "password": "wrong"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}"
            )
    owner = Client(HTTP_HOST="localhost")
    assert _sign_in(PASSWORD, owner).headers["Location"] == CODE
    assert owner.post(CODE, {"code": _mailed_code()}).status_code == 302
    assert owner.get("/desk/").status_code == 200


def test_links_in_letters_begin_with_the_configured_address(platform: Platform) -> None:
    from django.test import override_settings

    with override_settings(ALLOWED_HOSTS=["*"], PUBLIC_URL="https://ipf.example.cn"):
        for email in (OWNER, "nobody@example.cn"):
            Client(HTTP_HOST="evil.example.org").post("/accounts/password/reset/", {"email": email})
            letter = _last_letter()
            assert "https://ipf.example.cn/accounts/" in letter and "evil" not in letter, letter


def test_a_code_is_accepted_one_step_early_or_late_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the product: the platform of the browser tests accepts more."""
    secret, step = "JBSWY3DPEHPK3PXP", 60_000_000
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: step * 30 + 29))
    codes = {offset: totp.format_hotp_value(totp.hotp_value(secret, step + offset)) for offset in range(-3, 4)}
    assert len(set(codes.values())) == len(codes)
    accepted = {offset for offset, code in codes.items() if totp.validate_totp_code(secret, code)}
    assert accepted == {-1, 0, 1}


def test_a_code_is_accepted_once_in_all_the_time_that_it_is_valid(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache of allauth forgets a used code after one step; a step later the same code would still be valid."""
    account = Account.objects.get(email=OWNER)
    Authenticator.objects.filter(user=account).delete()
    secret, step = "JBSWY3DPEHPK3PXP", 60_000_000
    totp.TOTP.activate(account, secret)
    moment = step * 30 + 29
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: moment))
    code = totp.format_hotp_value(totp.hotp_value(secret, step))
    with request_context(RequestFactory().post("/accounts/2fa/authenticate/")):
        assert AuthenticateForm({"code": code}, user=account).is_valid()
        cache.delete(f"allauth.mfa.totp.used?user={account.pk}&code={code}")
        moment = (step + 1) * 30 + 15
        assert totp.validate_totp_code(secret, code)
        for form in (AuthenticateForm, ReauthenticateForm):
            assert not form({"code": code}, user=account).is_valid()
