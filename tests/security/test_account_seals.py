"""What accounts sign in with is vouched for by the log: a change behind the platform's back is found and named."""

import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, NoReturn

import pytest
import register_databases
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from platform_world import PASSWORD, Member, Platform

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.platform.platform_check import check_register, platform_findings
from zhirong.operations.platform.seals import begin_seals, have_begun
from zhirong.store import log
from zhirong.store.models import Event
from zhirong.store.parties import Account, AccountSeal, ApiToken, Invitation, Membership
from zhirong.store.seals import SEALED

pytestmark = pytest.mark.both_databases
SECRET = "JBSWY3DPEHPK3PXP"
KEY = "5e" * 32
NEW_ADDRESS = "new@example.cn"
_DIED_AT_THE_SEAL = 9


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform of its own, with one key for whatever folder is named."""
    monkeypatch.setenv("ZHIRONG_VAULT_KEY", KEY)
    cache.clear()
    with register_databases.fresh(request.param) as (folder, url):
        yield Platform(folder, url, monkeypatch)
    cache.clear()


def _behind(table: str, column: str, value: Any, where: str, number: int) -> None:
    """A change in the database that no operation makes."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"update {quoted(table)} set {quoted(column)} = %s where {where} = %s", [value, number])


def _places() -> list[str]:
    return [one.place for one in platform_findings()]


def _security(platform: Platform) -> Member:
    return platform.member(platform.organisation("platform"), MemberRole.SECURITY_ADMIN)


def _factor(account: Account) -> Authenticator:
    data = {"secret": mfa_adapter().encrypt(SECRET)}
    return Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data=data)


def test_before_seals_begin_an_old_platform_is_as_clean_as_it_was(platform: Platform) -> None:
    account = platform.account()
    assert not have_begun() and platform_findings() == []
    _behind("store_account", "password", "x", "id", account.pk)
    assert platform_findings() == []
    assert begin_seals() and not begin_seals()
    assert platform_findings() == [] and AccountSeal.objects.filter(account=account).exists()
    assert check_register(platform.folder).findings == ()


@pytest.mark.parametrize("column", SEALED)
def test_every_column_that_counts_is_found_and_named(platform: Platform, column: str) -> None:
    account = platform.account()
    other = platform.account()
    begin_seals()
    value = getattr(account, column)
    _behind("store_account", column, (not value) if isinstance(value, bool) else f"{value}x", "id", account.pk)
    assert _places() == [f"account {account.pk} {column}"]
    # What the account's owner does afterwards hides nothing of it.
    account.refresh_from_db()
    account.set_password("another long password of 2026")
    account.save(update_fields=["password"])
    assert _places() == ([] if column == "password" else [f"account {account.pk} {column}"])
    assert other.pk != account.pk


def test_what_does_not_count_is_no_finding(platform: Platform) -> None:
    account = platform.account()
    begin_seals()
    for column in ("last_login", "language", "phone"):
        _behind("store_account", column, {"last_login": platform.now}.get(column, "en"), "id", account.pk)
    assert platform_findings() == []


def test_second_factors_and_addresses_are_covered(platform: Platform) -> None:
    account = platform.account()
    begin_seals()
    factor = _factor(account)
    address = EmailAddress.objects.create(user=account, email="new@example.cn", verified=False, primary=False)
    assert platform_findings() == []
    changed = json.dumps({"secret": mfa_adapter().encrypt("KRSXG5CTMVRXEZLU")})
    _behind("mfa_authenticator", "data", changed, "id", factor.pk)
    _behind("account_emailaddress", "verified", True, "id", address.pk)
    assert _places() == [f"account {account.pk} address/{address.pk}", f"account {account.pk} factor/{factor.pk}"]
    with connection.cursor() as cursor:
        cursor.execute("delete from mfa_authenticator where id = %s", [factor.pk])
        cursor.execute("delete from account_emailaddress where id = %s", [address.pk])
    assert [one.text.en for one in platform_findings()] == ["removed without an operation"] * 2


def test_an_account_that_no_operation_made_stays_a_finding(platform: Platform) -> None:
    begin_seals()
    made = platform.account()
    assert platform_findings() == []
    Account.objects.bulk_create([Account(username="intruder", email="intruder@example.cn", password="!")])
    intruder = Account.objects.get(username="intruder")
    assert _places() == [f"account {intruder.pk}"]
    intruder.set_password("another long password of 2026")
    intruder.save()  # as a password that is reset
    assert f"account {intruder.pk} is_active" in _places()
    assert not [one for one in _places() if one.startswith(f"account {made.pk}")]


def test_roles_tokens_and_invitations_are_covered(platform: Platform) -> None:
    bank, officer = platform.bank()
    begin_seals()
    one = Membership.objects.get(account=officer.account)
    moment = {"created_at": platform.now, "changed_at": platform.now}
    ApiToken.objects.create(
        account=officer.account, organisation=bank, name="x", digest="0" * 64, expires_on=platform.day, **moment
    )
    Invitation.objects.create(organisation=bank, email="a@example.cn", until=platform.day, **moment)
    _behind("store_membership", "roles", '["security.admin"]', "id", one.pk)
    named = " ".join(_places())
    assert "apitoken" in named and "invitation" in named and f"membership {one.pk} roles" in named


def test_a_seal_that_is_changed_with_its_account_is_found(platform: Platform) -> None:
    account = platform.account()
    begin_seals()
    seal = AccountSeal.objects.get(account=account)
    _behind("store_accountseal", "parts", "{}", "id", seal.pk)
    assert f"accountseal {seal.pk} parts" in _places()


def test_operations_are_no_findings_and_no_secret_is_in_the_log(platform: Platform) -> None:
    security = _security(platform)
    begin_seals()
    account = platform.account(is_demo=False)
    _factor(account)
    for name in ("account.close", "account.open"):
        platform.do(security, name, account=account.pk, reason="核实")
        assert platform_findings() == [], name
    signed_in = Client(HTTP_HOST="localhost").post(
        "/accounts/login/", {"login": account.email, "password": PASSWORD}
    )
    assert signed_in.status_code == 302 and platform_findings() == []
    account.refresh_from_db()
    account.set_password("another long password of 2026")
    account.save()
    Authenticator.objects.get(user=account).record_usage()
    Authenticator.objects.filter(user=account).delete()
    assert platform_findings() == [] and check_register(platform.folder).findings == ()
    log = "\n".join(content + entry for content, entry in Event.objects.values_list("content", "entry"))
    for secret in (account.password, SECRET, "vault1:", PASSWORD):
        assert secret not in log


def test_another_vault_key_is_said_once_and_hides_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [platform.account() for _ in range(3)]
    begin_seals()
    monkeypatch.setenv("ZHIRONG_VAULT_KEY", "ab" * 32)
    assert [one.code for one in platform_findings()] == ["account_key"]
    accounts[0].set_password("another long password of 2026")
    accounts[0].save()
    monkeypatch.setenv("ZHIRONG_VAULT_KEY", KEY)
    assert _places() == [f"account {accounts[0].pk} password"]


def test_signing_up_and_a_new_password_on_the_pages_are_no_findings(platform: Platform) -> None:
    begin_seals()
    browser = Client(HTTP_HOST="localhost")
    password = "eleven purple otters sing"
    made = browser.post(
        "/accounts/signup/", {"email": "new@example.cn", "password1": password, "password2": password}
    )
    assert made.status_code == 302 and platform_findings() == []
    account = Account.objects.get(email="new@example.cn")
    EmailAddress.objects.filter(user=account).first().set_verified()
    browser = Client(HTTP_HOST="localhost")
    signed_in = browser.post("/accounts/login/", {"login": account.email, "password": password})
    assert signed_in.status_code == 302 and platform_findings() == [], signed_in.headers
    other = "nine orange herons dance"
    changed = browser.post(
        "/accounts/password/change/", {"oldpassword": password, "password1": other, "password2": other}
    )
    account.refresh_from_db()
    assert changed.status_code == 302 and account.check_password(other) and platform_findings() == []


@pytest.mark.parametrize("is_within", [False, True], ids=["by itself", "within a transaction"])
@pytest.mark.parametrize("what", ["password", "factor", "address"])
def test_a_machine_that_dies_before_the_seal_leaves_no_change(
    platform: Platform, what: str, is_within: bool
) -> None:
    account = platform.account()
    begin_seals()
    sealed = dict(AccountSeal.objects.get(account=account).parts)
    connections.close_all()  # a process that dies takes no connection of this one with it
    child = os.fork()
    if child == 0:
        _change_and_die(account, what, is_within)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == _DIED_AT_THE_SEAL
    assert platform_findings() == [] and check_register(platform.folder).findings == ()
    assert AccountSeal.objects.get(account=account).parts == sealed
    assert not Authenticator.objects.exists() and not EmailAddress.objects.filter(email=NEW_ADDRESS).exists()
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def _change_and_die(account: Account, what: str, is_within: bool) -> NoReturn:
    """In a process of its own: it ends in the middle of the seal, after the account was changed."""
    log.append = lambda *_: os._exit(_DIED_AT_THE_SEAL)  # type: ignore[assignment]
    try:
        with transaction.atomic() if is_within else nullcontext():
            if what == "password":
                account.set_password("another long password of 2026")
                account.save()
            elif what == "factor":
                _factor(account)
            else:
                EmailAddress.objects.create(user=account, email=NEW_ADDRESS, verified=True, primary=False)
    finally:
        os._exit(1)


def test_what_is_changed_within_a_transaction_is_sealed_with_it(platform: Platform) -> None:
    account, other = platform.account(), platform.account()
    begin_seals()
    with transaction.atomic():
        factor = _factor(account)
    assert platform_findings() == [] and f"factor/{factor.pk}" in AccountSeal.objects.get(account=account).parts
    with pytest.raises(RuntimeError), transaction.atomic():
        _factor(other)
        raise RuntimeError("undone")
    assert platform_findings() == []
