"""Tokens: shown once, within scopes, until a day, and never more than their owner may do."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from api_world import ApiWorld, problem

from zhirong.kernel.errors import InputError
from zhirong.operations.refusals import ForbiddenError
from zhirong.store.models import Event
from zhirong.store.parties import ApiToken
from zhirong.store.work import Webhook


def test_a_token_is_shown_once_and_kept_nowhere(world: ApiWorld) -> None:
    platform = world.platform
    until = (platform.day + timedelta(days=10)).isoformat()
    data = {"name": "ERP", "scopes": ["read", "case"], "expires_on": until}
    done = world.run_operation(world.officer, "token.make", key="k", **data)
    assert done.shown_once.startswith("zr_") and done.subject == f"apitoken/{done.id}"
    again = world.run_operation(world.officer, "token.make", key="k", **data)
    assert again.repeated and again.shown_once == "" and ApiToken.objects.count() == 1
    for event in Event.objects.all():
        assert done.shown_once not in event.content and done.shown_once not in event.entry
    me = json.loads(world.get("/me", done.shown_once).content)
    assert me["scopes"] == ["case", "read"] and me["organisation"] == world.bank.pk


def test_scopes_bound_what_a_token_does(world: ApiWorld) -> None:
    reader = world.token(world.officer, "read")
    doer = world.token(world.officer, "case")
    assert world.get(f"/cases/{world.case.pk}", reader).status_code == 200
    problem(world.do("case.accept", reader, world.case, officer=world.officer.account.pk), 403)
    problem(world.get(f"/cases/{world.case.pk}", doer), 403)
    problem(world.get("/lists/own.tokens", doer), 403)
    assert world.do("case.accept", doer, world.case, officer=world.officer.account.pk).status_code == 200


def test_a_token_ends_on_its_day_and_when_revoked(world: ApiWorld) -> None:
    token, other = world.token(world.officer, "read", days=2), world.token(world.officer, "read", days=30)
    world.platform.later(2)
    assert world.get("/me", token).status_code == 200
    world.platform.later(1)
    problem(world.get("/me", token), 401)
    row = ApiToken.objects.order_by("-pk").first()
    world.run_operation(world.officer, "token.revoke", row)
    problem(world.get("/me", other), 401)


def test_a_token_falls_with_its_owner(world: ApiWorld) -> None:
    token = world.token(world.officer, "read", "case")
    member = world.membership(world.officer)
    world.platform.reseed(member, roles=["lender.cashier"])
    assert "case.accept" not in json.loads(world.get("/me", token).content)["operations"]
    world.platform.reseed(member, active=False)
    problem(world.get("/me", token), 401)
    second = world.token(world.banker, "read")
    world.platform.reseed(world.bank, status="suspended")
    problem(world.get("/me", second), 401)
    world.platform.reseed(world.bank, status="active")
    world.banker.account.is_active = False
    world.banker.account.save()
    problem(world.get("/me", second), 401)


def test_a_token_makes_no_token_and_no_webhook(world: ApiWorld) -> None:
    token = world.token(world.manager)
    assert not {"token", "member"} & set(json.loads(world.get("/me", token).content)["scopes"])
    until = (world.platform.day + timedelta(days=3)).isoformat()
    problem(world.do("token.make", token, name="x", scopes=["read"], expires_on=until), 403)
    said = problem(world.do("webhook.add", token, url="https://example.cn/hook"), 403)
    assert "website" in said["problems"][0]["hint"]["en"]
    assert not {"webhook.add", "webhook.end"} & set(json.loads(world.get("/me", token).content)["operations"])


def test_a_token_with_the_scope_sends_the_test_message(world: ApiWorld) -> None:
    world.platform.seed(
        Webhook, organisation=world.firm, url="https://example.cn/hook", secret="0" * 32, kinds=[], active=True
    )
    (hook,) = json.loads(world.get("/lists/own.webhooks", world.token(world.manager)).content)["rows"]
    assert hook["active_code"] is True
    token = world.token(world.manager, "webhook")
    assert world.do("webhook.test", token, hook["id"], version=f'"{hook["version"]}"').status_code == 200
    problem(world.do("webhook.end", token, hook["id"]), 403)
    problem(world.do("webhook.test", world.token(world.manager, "read"), hook["id"]), 403)
    assert Webhook.objects.get(pk=hook["id"]).active


def test_nobody_gives_a_token_what_is_not_theirs(world: ApiWorld) -> None:
    platform = world.platform
    until = (platform.day + timedelta(days=3)).isoformat()
    far = (platform.day + timedelta(days=400)).isoformat()
    for data in ({"scopes": ["organisation"], "expires_on": until}, {"scopes": ["read"], "expires_on": far}):
        with pytest.raises(InputError):
            world.run_operation(world.officer, "token.make", name="x", **data)
    with pytest.raises(InputError) as caught:
        world.run_operation(platform.stranger(), "token.make", name="x", scopes=["read"], expires_on=until)
    assert caught.value.problems[0].code == "no_organisation"
    agent = platform.agent(world.firm, ("right.add",))
    with pytest.raises((InputError, ForbiddenError)):
        world.run_operation(agent, "token.make", name="x", scopes=["read"], expires_on=until)


def test_an_account_with_a_second_factor_must_give_it(world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.mfa.totp.internal import auth
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
    from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters

    # The half minute must not end between reading the code and giving it.
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: 1_795_000_000.0))
    platform, who = world.platform, world.officer
    secret = generate_totp_secret()
    TOTP.activate(who.account, secret)
    until = (platform.day + timedelta(days=3)).isoformat()
    data = {"name": "x", "scopes": ["read"], "expires_on": until}
    for code in ({}, {"code": "000000"}):
        with pytest.raises(InputError) as caught:
            world.run_operation(who, "token.make", **data, **code)
        assert caught.value.problems[0].field == "code"
    right = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    assert world.run_operation(who, "token.make", **data, code=right).shown_once
    with pytest.raises(InputError) as caught:
        world.run_operation(who, "token.make", **data, code=right)
    assert caught.value.problems[0].code == "used_code"


def test_the_page_shows_a_new_token_once(world: ApiWorld) -> None:
    client = world.platform.client(world.officer)
    until = (world.platform.day + timedelta(days=3)).isoformat()
    response = world.platform.send(client, "token.make", name="ERP", scopes=["read"], expires_on=until)
    assert response.status_code == 200 and 'value="zr_' in response.content.decode()


def test_a_token_describes_the_firm_and_registers_no_other(world: ApiWorld) -> None:
    token = world.token(world.manager)
    assert world.do("firm.describe", token, world.firm.pk, facts={}, credit={}).status_code == 200
    asked = {"name": "另一家企业", "code": "91610138552167345Y", "region": "610100"}
    (found,) = problem(world.do("firm.register", token, **asked), 403)["problems"]
    assert found["field"] == "token"
    listed = json.loads(world.get("/me/operations", token).content)["rows"]
    assert "firm.describe" in {one["name"] for one in listed}
    assert "firm.register" not in {one["name"] for one in listed}
