"""Calling the API: who may, keys, versions, lists, objects, files, and how refusals are said."""

import io
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from api_world import ROOT, ApiWorld, problem
from django.core.cache import caches
from django.test import Client
from platform_world import PASSWORD
from register_world import patent
from register_world import request as filing_request

from zhirong.api import security
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.declare import Call
from zhirong.operations.pledge import pledges
from zhirong.store.blobs import keep, path_of
from zhirong.store.financing import StoredFile
from zhirong.store.models import Event
from zhirong.store.parties import Consent, Organisation, SavedView
from zhirong.store.settings import DATA


def test_without_token_or_session_nothing_is_told(world: ApiWorld) -> None:
    response = world.get("/me")
    assert problem(response, 401)["type"].endswith("unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    problem(world.get(f"/cases/{world.case.pk}", "zr_wrong"), 401)


def test_every_call_asks_who_but_the_public_ones(world: ApiWorld) -> None:
    described = json.loads(world.get("/openapi.json").content)
    public = {
        path for path, calls in described["paths"].items() for call in calls.values() if not call.get("security")
    }
    assert public == {
        f"{ROOT}/register/registrations",
        f"{ROOT}/register/changes",
        f"{ROOT}/register/codes",
        f"{ROOT}/register/verify",
        f"{ROOT}/calculator",
    }
    for path, calls in described["paths"].items():
        if path in public:
            continue
        for method in calls:
            short = path.removeprefix(ROOT).replace("{id}", "1")
            problem(world.call(method.upper(), short), 401)


def test_an_operation_is_done_once_for_each_key(world: ApiWorld) -> None:
    token = world.token(world.manager)
    data = {"listing": "own.tokens", "query": "order=name", "name": "按名称"}
    first = world.do("view.save", token, key="k-1", **data)
    again = world.do("view.save", token, key="k-1", **data)
    assert (first.status_code, again.status_code) == (200, 200)
    said, repeated = json.loads(first.content), json.loads(again.content)
    assert repeated == {**said, "repeated": True} and SavedView.objects.count() == 1
    assert first.headers["ETag"] == '"1"'
    other = problem(world.do("view.save", token, key="k-1", **{**data, "name": "另一个"}), 422)
    assert other["problems"][0]["code"] == "key_used"
    missing = problem(world.call("POST", "/do/view.save", token, data, key=None), 422)
    assert missing["problems"][0]["field"] == "key"


def test_a_version_that_is_no_longer_true_changes_nothing(world: ApiWorld) -> None:
    firm = world.platform.organisation("firm", status="pending")
    token = world.token(world.system)
    seen = world.get(f"/organisations/{firm.pk}", token).headers["ETag"]
    world.platform.reseed(firm, region="610101")
    assert problem(world.do("organisation.confirm", token, firm, version=seen), 412)["type"].endswith("conflict")
    assert Organisation.objects.get(pk=firm.pk).status == "pending"
    now = world.get(f"/organisations/{firm.pk}", token).headers["ETag"]
    done = world.do("organisation.confirm", token, firm, version=now)
    assert done.status_code == 200 and json.loads(done.content)["version"] == 3
    # It is confirmed now: the same once more is in conflict with its state.
    assert problem(world.do("organisation.confirm", token, firm), 409)["type"].endswith("not_in_this_state")
    for wrong in ("no version", "3", '"3', '"1", "3"', '"-1"', f'"{"9" * 19}"'):
        problem(world.do("organisation.confirm", token, firm, version=wrong), 422)


def test_what_is_done_to_a_row_must_name_a_version(world: ApiWorld) -> None:
    firm = world.platform.organisation("firm", status="pending")
    token = world.token(world.system)
    said = problem(world.do("organisation.confirm", token, firm, version=""), 428)
    assert said["type"].endswith("precondition_required")
    assert [one["field"] for one in said["problems"]] == ["If-Match"]
    assert Organisation.objects.get(pk=firm.pk).status == "pending"
    assert world.do("organisation.confirm", token, firm, version="*").status_code == 200
    weakened = f'W/"{Organisation.objects.get(pk=firm.pk).version}"'
    assert world.do("organisation.suspend", token, firm, version=weakened).status_code == 200
    # Whatever it is now, but not whether it is: and a state that forbids is a conflict, not an old version.
    problem(world.do("organisation.confirm", token, 10**9, version="*"), 404)
    problem(world.do("organisation.suspend", token, firm, version="*"), 409)


def test_every_row_and_object_that_something_can_be_done_to_has_its_version(world: ApiWorld) -> None:
    from zhirong.api.visible_columns import SHOWN
    from zhirong.operations.declare import OPERATIONS
    from zhirong.operations.listing import LISTINGS

    described = json.loads(world.get("/openapi.json").content)
    schemas = described["components"]["schemas"]

    def columns(path: str) -> Any:
        schema = described["paths"][ROOT + path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        return schemas[schema["$ref"].rsplit("/", 1)[-1]]

    changed = {one.model for one in OPERATIONS.values() if one.model is not None}
    assert changed <= {shown.model for shown in SHOWN.values()}
    for name, one in LISTINGS.items():
        row = schemas[columns(f"/lists/{name}")["properties"]["rows"]["items"]["$ref"].rsplit("/", 1)[-1]]
        assert "id" in row["required"] and ("version" in row["required"] or one.model not in changed), name
    for noun, shown in SHOWN.items():
        required = columns(f"/{noun}/{{id}}")["required"]
        assert "id" in required and ("version" in required or shown.model not in changed), noun
    listed = json.loads(world.get("/lists/own.tokens", world.token(world.manager)).content)
    assert [row["version"] for row in listed["rows"]] == [1]


def test_every_problem_of_a_request_is_said_together(world: ApiWorld) -> None:
    token = world.token(world.system)
    said = problem(world.do("organisation.enter", token, kind="bakery", code="12", name="", more=1), 422)
    assert {one["field"] for one in said["problems"]} == {"kind", "code", "name", "region", "more"}


def test_what_a_body_cannot_be(world: ApiWorld) -> None:
    token = world.token(world.manager)
    client = Client(HTTP_HOST="localhost")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    for body in (b"{", b"[]", b'"text"', b'{"name": NaN}', b"\xff\xfe", b"[" * 5000):
        response = client.post(f"{ROOT}/do/view.save", body, "application/json", headers=headers)
        assert problem(response, 400)["problems"][0]["field"] == "body"
    for words in ("a\x00b", "a\ud800b"):
        said = problem(world.do("view.save", token, listing="a", name=words), 422)
        assert said["problems"][0]["code"] == "unwritable"


def test_what_a_column_cannot_hold_is_refused_by_name(world: ApiWorld) -> None:
    token = world.token(world.system)
    code = world.platform.organisation("firm").code
    said = problem(world.do("organisation.enter", token, kind="lender", code=code, name="行", region="6" * 6), 422)
    assert said["problems"][0]["code"] == "organisation_known"
    before = Event.objects.count()
    from platform_world import _SEED

    from zhirong.kernel.errors import InputError
    from zhirong.operations.declare import Call
    from zhirong.operations.unit_of_work import Work
    from zhirong.store.transaction import writing

    with pytest.raises(InputError) as caught, writing() as head:
        work = Work(_SEED, Call(world.platform.actor(world.system), world.platform.now, "k"), head)
        work.create(
            Organisation, kind="x" * 17, name="n", code="c", region="r", status="pending", name_key="n", profile={}
        )
    assert [one.field for one in caught.value.problems] == ["kind"] and Event.objects.count() == before
    said = caught.value.problems[0].reason
    assert said.en.isascii() and not said.zh.removeprefix("超出长度：").isascii()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/do/view.save", 405),
        ("DELETE", "/me", 405),
        ("GET", "/cases/0", 404),
        ("GET", "/cases/99999999999999999999999999", 404),
        ("GET", "/cases/x", 404),
        ("GET", "/me?more=1", 422),
        ("GET", "/lists/own.tokens?limit=201", 422),
        ("GET", "/lists/own.tokens?offset=1", 422),
        ("GET", "/lists/own.tokens?after=x", 422),
        ("GET", "/lists/nothing", 404),
        ("POST", "/do/nothing.do", 404),
        ("GET", "/register/registrations?first=yesterday", 422),
        ("GET", "/register/registrations?how=loud", 422),
        ("GET", "/register/changes", 422),
        ("GET", "/register/codes?code=1-abc", 422),
        ("POST", "/register/verify", 422),
    ],
)
def test_refusals_are_problem_details(world: ApiWorld, method: str, path: str, status: int) -> None:
    token = world.token(world.manager)
    response = world.call(method, path, token)
    problem(response, status)
    if status == 405:
        assert response.headers["Allow"]


def test_an_object_shows_what_its_reader_may_see(world: ApiWorld) -> None:
    case = world.case
    lender = json.loads(world.get(f"/cases/{case.pk}", world.token(world.officer)).content)
    firm = json.loads(world.get(f"/cases/{case.pk}", world.token(world.manager)).content)
    assert lender["amount"] == firm["amount"] == "2000000.00"
    assert lender["approval_round"] == 0 and firm["approval_round"] is None and firm["quote"] is None
    assert "case.accept" in lender["operations"] and "case.accept" not in firm["operations"]
    other, stranger = world.platform.firm()
    problem(world.get(f"/cases/{case.pk}", world.token(stranger)), 404)
    assert other.pk != world.firm.pk


def test_personal_data_of_others_is_masked(world: ApiWorld) -> None:
    world.platform.reseed(world.firm, profile={"phone": "13812345678", "address": "西咸新区"})
    world.platform.seed(
        Consent, firm=world.firm, to=world.bank, scope="rights", purpose="授信", until=world.platform.day
    )
    own = json.loads(world.get(f"/organisations/{world.firm.pk}", world.token(world.manager)).content)
    others = json.loads(world.get(f"/organisations/{world.firm.pk}", world.token(world.officer)).content)
    assert own["profile"]["phone"] == "13812345678"
    assert others["profile"] == {"phone": "*******5678", "address": "西咸新区"}


def test_secrets_are_in_no_object(world: ApiWorld) -> None:
    from zhirong.api.visible_columns import SHOWN

    for noun, shown in SHOWN.items():
        named = {*shown.fields, *shown.own}
        assert not named & {"password", "digest", "secret", "salt"}, noun


def test_lists_are_bounded_and_filtered(world: ApiWorld) -> None:
    token = world.token(world.manager)
    for _ in range(3):
        world.token(world.manager, "read")
    page = json.loads(world.get("/lists/own.tokens?limit=2&order=expires_on", token).content)
    assert len(page["rows"]) == 2 and page["more"] is True and page["limit"] == 2
    rest = json.loads(world.get(f"/lists/own.tokens?limit=2&after={page['next']}&order=expires_on", token).content)
    assert len(rest["rows"]) == 2 and rest["more"] is False and rest["next"] is None
    assert not {row["id"] for row in page["rows"]} & {row["id"] for row in rest["rows"]}
    problem(world.get("/lists/own.webhooks", world.token(world.officer)), 403)


def test_a_session_of_the_pages_may_call_with_its_csrf_token(world: ApiWorld) -> None:
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(world.manager.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert json.loads(client.get(f"{ROOT}/me").content)["organisation"] == world.firm.pk
    send: dict[str, Any] = {"content_type": "application/json", "data": '{"listing": "a", "name": "b"}'}
    problem(client.post(f"{ROOT}/do/view.save", **send, headers={"Idempotency-Key": "k"}), 403)
    # Signing in sets the cookie, and so does every page with a form.
    assert client.get("/do/firm.register/").status_code == 200
    headers = {"Idempotency-Key": "k", "X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(f"{ROOT}/do/view.save", **send, headers=headers).status_code == 200
    # A wrong token is not helped by a good session.
    problem(client.get(f"{ROOT}/me", headers={"Authorization": "Bearer zr_wrong"}), 401)


def test_a_file_is_handed_in_and_downloaded(world: ApiWorld) -> None:
    token = world.token(world.manager)
    client = Client(HTTP_HOST="localhost")
    headers = {"Authorization": f"Bearer {token}"}
    data = b"%PDF-1.7 test"
    sent = client.post(f"{ROOT}/files", {"file": io.BytesIO(data)}, headers=headers)
    assert problem(sent, 422)["problems"][0]["code"] == "kind_of_file"
    named = io.BytesIO(data)
    named.name = "证书.pdf"
    ticket = json.loads(client.post(f"{ROOT}/files", {"file": named}, headers=headers).content)["ticket"]
    problem(client.post(f"{ROOT}/files", {}, headers=headers), 422)
    made = world.do("file.add", token, subject=f"firmright/{world.right.pk}", paper="certificate", file=ticket)
    assert made.status_code == 200, made.content
    file = json.loads(made.content)["id"]
    got = world.get(f"/files/{file}/content", token)
    assert b"".join(got.streaming_content) == data and "attachment" in got.headers["Content-Disposition"]
    _, stranger = world.platform.firm()
    problem(world.get(f"/files/{file}/content", world.token(stranger)), 404)


@pytest.fixture
def long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute in which calls are counted does not end between them: with the next one the count begins again."""
    from zhirong.api import security

    monkeypatch.setattr(security, "time", SimpleNamespace(time=lambda: 1_800_000_010.0))
    monkeypatch.setattr(
        security, "_PARTS_LEFT", security.Parts()
    )  # nothing is left over from this minute on another database


@pytest.mark.usefixtures("long_minute")
def test_too_many_calls_are_told_when_to_come_back(world: ApiWorld) -> None:
    from django.test import override_settings

    token = world.token(world.manager)
    with override_settings(API_RATE=2, API_RATE_PUBLIC=1):
        codes = [world.get("/me", token).status_code for _ in range(2)]
        refused = world.get("/me", token)
        assert codes == [200, 200] and problem(refused, 429)
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert world.get("/register/registrations").status_code == 200
        problem(world.get("/register/registrations"), 429)


def test_notices_are_read(world: ApiWorld) -> None:
    world.run_operation(
        world.security, "member.add", world.firm, email=world.officer.account.email, roles=["firm.clerk"]
    )
    token = world.token(world.officer, "case", "read")
    rows = json.loads(world.get("/me/notices", token).content)["rows"]
    assert rows and not rows[0]["is_read"] and rows[0]["words"]["en"].startswith("You are now a member")
    assert json.loads(world.call("POST", "/me/notices/read", token).content) == {"marked": len(rows)}
    problem(world.call("POST", "/me/notices/read", world.token(world.officer, "read")), 403)


def test_the_page_for_developers_lists_every_call_and_loads_nothing_from_outside(world: ApiWorld) -> None:
    described = json.loads(world.get("/openapi.json").content)
    for who, lang in ((None, "zh"), (world.manager, "en")):
        page = world.platform.client(who, lang).get("/developers/")
        shown = page.content.decode()
        assert page.status_code == 200
        assert not [path for path in described["paths"] if path not in shown]
        assert "//cdn" not in shown and 'src="http' not in shown and 'href="http' not in shown


@pytest.mark.usefixtures("long_minute")
def test_the_calculator_is_for_everybody_and_not_too_often(world: ApiWorld) -> None:
    asked = {
        "region": "610100",
        "kind_1": "invention",
        "began_1": "2019-05-12",
        "granted_1": "2021-08-20",
        "revenue": "3000万元",
        "amount": "2000000.00",
    }
    said = json.loads(world.call("POST", "/calculator", data=asked).content)["quote"]
    assert said["appraisal"] and said["credit_limit"] and said["modes"]
    wrong = problem(world.call("POST", "/calculator", data={**asked, "amount": "0", "kind_1": ""}), 422)
    assert {one["field"] for one in wrong["problems"]} >= {"amount"}
    statuses = [world.call("POST", "/calculator", data={}).status_code for _ in range(25)]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(world: ApiWorld) -> None:
    kept = {"sha256": keep(b"%PDF-1.7", DATA), "size": 8, "media_type": "application/pdf"}
    file = world.platform.seed(
        StoredFile, owner=world.bank, subject="case/1", paper="other", name="附件.pdf", **kept
    )
    token = world.token(world.officer)
    path = f"/files/{file.pk}/content"
    place = path_of(file.sha256, DATA)
    before = place.read_bytes()
    assert b"".join(world.get(path, token).streaming_content) == before
    place.write_bytes(before + b"!")
    try:
        assert problem(world.get(path, token), 422)["problems"][0]["field"] == "file"
    finally:
        place.write_bytes(before)


def test_who_belongs_to_no_organisation_hands_no_file_in(world: ApiWorld) -> None:
    """There is nothing that it could belong to: it would only fill the disk."""
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    stranger = world.platform.stranger().account
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/do/firm.register/").status_code == 200  # a page with a form sets the cookie
    named = io.BytesIO(b"%PDF-1.7")
    named.name = "证书.pdf"
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    refused = problem(client.post(f"{ROOT}/files", {"file": named}, headers=headers), 403)
    assert refused["problems"][0]["code"] == "forbidden"


def test_a_database_that_is_gone_for_a_moment_is_said_as_that(
    world: ApiWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On pages and in the API, with a token and with a session: come back in a moment, nothing was written."""
    from django.db import OperationalError, connections

    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    client.force_login(world.manager.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    token = world.token(world.manager)

    def gone(*_: Any, **__: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(connections["default"], "cursor", gone)
        page, session = client.get("/firm/"), client.get(f"{ROOT}/me")
        by_token = client.get(f"{ROOT}/me", headers={"Authorization": f"Bearer {token}"})
    for response in (page, session, by_token):
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert problem(session, 503) and "暂时不能办理" in page.content.decode()
    assert client.get(f"{ROOT}/me").status_code == 200


def test_a_very_long_name_of_a_file_is_cut_and_still_says_what_it_is(world: ApiWorld) -> None:
    from zhirong.operations.uploads import redeem, take_in

    who = world.platform.actor(world.manager)
    for letter in ("长", "\U0001f600"):
        ticket = take_in(who, letter * 240 + ".PDF", b"%PDF-1.7 x")
        name = redeem(who, ticket).name
        assert len(name) == 200 and name.endswith(f"{letter}.pdf")
        named = {"subject": f"firmright/{world.right.pk}", "paper": "certificate", "file": ticket}
        assert world.do("file.add", world.token(world.manager), **named).status_code == 200


def test_choices_are_named_without_a_word_of_another_language(world: ApiWorld) -> None:
    said = problem(world.do("right.add", world.token(world.manager), kind="patent"), 422)
    (kind,) = (one for one in said["problems"] if one["field"] == "kind")
    assert "、design（外观设计专利）、" in kind["hint"]["zh"] and ", design (design), " in kind["hint"]["en"]
    assert " or " not in kind["hint"]["zh"] and "'" not in kind["hint"]["en"]


def test_what_a_token_lacks_is_said_with_what_to_do(world: ApiWorld) -> None:
    token = world.token(world.manager, "read")
    (lacking,) = problem(world.do("right.add", token, kind="trademark"), 403)["problems"]
    assert (lacking["field"], lacking["value"]) == ("token", "right") and "right" in lacking["hint"]["en"]
    (never,) = problem(world.do("token.make", token, name="x"), 403)["problems"]
    assert never["hint"]["en"] == "sign in to the website and do it there"
    asked = problem(world.get("/me/operations?name=right.add", token), 403)["problems"]
    assert asked == [lacking]
    # What its owner may not do either is no matter of the token.
    (other,) = problem(world.do("lockout.release", token), 403)["problems"]
    assert other["field"] == "actor"


def test_an_order_that_a_list_has_not_is_refused(world: ApiWorld) -> None:
    token = world.token(world.manager)
    (said,) = problem(world.get("/lists/firm.rights?order=-titel", token), 422)["problems"]
    assert (said["field"], said["value"]) == ("order", "-titel") and "-number" in said["hint"]["en"]
    assert world.get("/lists/firm.rights?order=-number", token).status_code == 200


def test_a_version_that_is_old_is_named_as_it_was_given(world: ApiWorld) -> None:
    late = world.do("right.remove", world.token(world.manager), world.right, version='"7"')
    (said,) = problem(late, 412)["problems"]
    assert (said["field"], said["value"], world.right.version) == ("version", "7", 1)


def test_a_search_says_what_the_number_was_looked_for_as_and_under_which_names_a_party_stood(
    world: ApiWorld,
) -> None:
    before, after = (
        {"name": name, "code": "91610131MA6U1234X5"} for name in ("西安甲科技有限公司", "西安新甲科技有限公司")
    )
    world.platform.set_day(date(2025, 6, 1))

    def by() -> Call:
        return Call(register_actor("counter", Capacity.REGISTRAR), world.platform.now, world.platform.key())

    filing = filing_request(patent(1, holders=[before]), pledgors=[before])
    number = pledges.file_pledge(by(), filing).registration.id
    pledges.examine(by(), number)
    pledges.register(by(), number)
    pledges.amend(by(), number, {"pledgors": [after]}, date(2025, 6, 1))

    def found(**asked: str) -> Any:
        return json.loads(world.get(f"/register/registrations?{urlencode(asked)}").content)

    assert found()["searched_as"] is None
    assert [row["former_names"] for row in found(name=before["name"])["rows"]] == [[before["name"]]]
    said = found(number="03118464")["searched_as"]
    assert "注册商标 3118464" in said["zh"] and "registration 03118464" in said["en"]
    schemas = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    assert {"searched_as"} <= set(schemas["Registrations"]["required"])
    assert {"former_names"} <= set(schemas["RegistrationOut"]["required"])


def test_without_counts_nobody_signs_in_and_nothing_is_answered_but_not_now(
    world: ApiWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, client = world.token(world.manager), Client(HTTP_HOST="localhost", raise_request_exception=False)
    monkeypatch.setattr(security, "_PARTS_LEFT", security.Parts())
    form = {"login": world.manager.account.email, "password": PASSWORD}
    (tmp_path / "counts.sqlite3").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(caches["default"], "_path", tmp_path / "counts.sqlite3")
        for path, sent in (("/me", {"Authorization": f"Bearer {token}"}), ("/register/registrations", {})):
            call = client.get(f"{ROOT}{path}", headers=sent)
            problem(call, 503)
            assert call.headers["Retry-After"]
        for password in (PASSWORD, "wrong"):
            page = client.post("/accounts/login/", {**form, "password": password})
            assert page.status_code == 503 and page.headers["Retry-After"]
        assert "_auth_user_id" not in client.session
    assert client.post("/accounts/login/", form).status_code == 302
    assert client.session["_auth_user_id"] == str(world.manager.account.pk)
    assert world.get("/me", token).status_code == 200
