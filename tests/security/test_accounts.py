"""Second factors where they are required, secrets at rest, passwords, tokens after a change of the password, modes of files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import register_databases
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from platform_world import PASSWORD, Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind, roles_of
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.tokens import actor_of_token
from zhirong.store.parties import Account, ApiToken
from zhirong.store.setup import make_private
from zhirong.store.vault import decrypted, encrypted
from zhirong.web.second_step import encrypt_old_secrets

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform of its own."""
    cache.clear()
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)
    cache.clear()


def _member(platform: Platform, kind: str) -> Member:
    account = platform.account(is_demo=False)
    return platform.member(platform.organisation(kind), roles_of(OrganisationKind(kind))[0], account=account)


def _with_codes(account: Account) -> Authenticator:
    kept = mfa_adapter().encrypt(SECRET)
    return Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": kept})


def _is_led(answer: Any) -> bool:
    """Whether the answer leads to where a second factor is set up."""
    return answer.status_code == 302 and answer.headers["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize("kind", [one.value for one in OrganisationKind if roles_of(one)])
def test_institutions_and_administrators_need_a_second_factor_and_firms_none(platform: Platform, kind: str) -> None:
    who = _member(platform, kind)
    browser = platform.client(who)
    page, call = browser.get("/desk/"), browser.get("/api/v1/me")
    if kind == "firm":
        assert call.status_code == 200 and not _is_led(page)
        return
    assert _is_led(page)
    assert call.status_code == 403 and call.json()["problems"][0]["code"] == "second_factor_needed"
    assert _is_led(browser.post("/do/account.name/", {"name": "某人"}))
    assert browser.get("/accounts/2fa/").status_code == 200  # where it is set up
    factor = _with_codes(who.account)
    assert not _is_led(browser.get("/desk/"))
    # The last one stays.
    assert not mfa_adapter().can_delete_authenticator(factor)


def test_an_agent_acting_for_a_firm_needs_it_too(platform: Platform) -> None:
    firm, _ = platform.firm()
    agent = platform.agent(firm, ("right.add",))
    Account.objects.filter(pk=agent.account.pk).update(is_demo=False)
    assert _is_led(platform.client(agent).get("/desk/"))


def test_a_demo_account_needs_none_and_only_demo_region_makes_one(platform: Platform) -> None:
    bank, _ = platform.bank()
    demo = platform.member(bank, MemberRole.LENDER_OFFICER, account=platform.account(is_demo=True))
    assert not _is_led(platform.client(demo).get("/desk/"))
    source = Path(__file__).parents[2] / "src" / "zhirong"
    sets = {
        str(one.relative_to(source))
        for one in source.rglob("*.py")
        if re.search(r"(?<!__)is_demo\s*=\s*True", one.read_text("utf-8"))
    }
    assert sets == {"demo/region.py", "store/migrations/0004_demo_accounts.py"}


def test_secrets_are_encrypted_at_rest_and_old_ones_become_so(platform: Platform) -> None:
    account = platform.account()
    assert SECRET not in json.dumps(_with_codes(account).data)
    old = Authenticator.objects.create(
        user=platform.account(), type=Authenticator.Type.TOTP, data={"secret": SECRET}
    )
    assert mfa_adapter().decrypt(SECRET) == SECRET  # it still works before it is encrypted
    assert encrypt_old_secrets() == 1 and encrypt_old_secrets() == 0
    old.refresh_from_db()
    assert SECRET not in json.dumps(old.data) and mfa_adapter().decrypt(old.data["secret"]) == SECRET


def test_a_vault_opens_with_its_own_key_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    kept = encrypted("a secret", one)
    assert kept != encrypted("a secret", one) and decrypted(kept, one) == "a secret"
    assert (one / "vault.key").stat().st_mode & 0o077 == 0
    for changed in (kept, kept[:-6] + "AAAAA="):
        with pytest.raises(ValueError, match="vault.key"):
            decrypted(changed, other)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "123456789012",
        "qwertyuiop123",
        "1qaz2wsx3edc",
        "abcabcabcabc",
        "P@ssw0rd2024!!",
        "zhirong123456",
    ]
    + [
        "aaaaaaaaaaaa",
        "woaini1314520",
        "iloveyou12345",
        "admin@123456",
        "Zhirong@2026!!",
        "letmein12345678",
        "x7Kq!m2Zp0R",
    ],
)
def test_common_and_short_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery", "x7Kq!m2Zp0Rt", "山高水长云深处夜半钟声到客船"]
)
def test_others_are_taken(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("how", ["change", "reset"])
def test_a_new_password_revokes_tokens_and_tells_the_owner(platform: Platform, how: str) -> None:
    from test_sign_in import _last_letter

    firm, manager = platform.firm()
    until = platform.day.isoformat()
    token = platform.do(manager, "token.make", name="t", scopes=["read"], expires_on=until).shown_once
    assert actor_of_token(token, platform.day) is not None
    browser, new = platform.client(manager), "another long one 2027"
    elsewhere = platform.client(manager)
    if how == "change":
        fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert browser.post("/accounts/password/change/", fields).status_code == 302
    else:
        stranger = platform.client()
        stranger.post("/accounts/password/reset/", {"email": manager.account.email})
        link = re.search(r"http\S+(/accounts/password/reset/key/\S+)", _last_letter())
        assert link
        form = stranger.get(link[1])
        stranger.post(form.headers["Location"], {"password1": new, "password2": new})
    assert actor_of_token(token, platform.day) is None
    assert ApiToken.objects.get().revoked_on == platform.day
    assert "login" in elsewhere.get("/desk/").headers["Location"]  # signed out everywhere else
    assert "口令" in _last_letter() or "密码" in _last_letter()
    notice = _notice(manager.account)
    assert "1" in notice["zh"] and notice["en"]
    assert platform_findings() == []


def _notice(account: Account) -> Any:
    from zhirong.store.work import Notice

    one = Notice.objects.filter(account=account).order_by("-pk").first()
    assert one is not None and one.mail_at is not None
    return one.words


def test_files_of_the_platform_are_its_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "abc").write_bytes(b"x")
    (folder / "zhirong.sqlite3").write_bytes(b"x")
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    assert make_private(folder) == 5 and make_private(folder) == 0
    assert {oct(one.stat().st_mode & 0o777) for one in folder.rglob("*") if one.is_file()} == {"0o600"}
    assert {oct(one.stat().st_mode & 0o777) for one in (folder, *folder.rglob("*")) if one.is_dir()} == {"0o700"}
