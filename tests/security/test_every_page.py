"""Every page and every reading call of the API, for every role, on its own objects and on others'; generated from the routes."""

import json
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from permission_world import PermissionWorld, Side

import zhirong.web.urls  # noqa: F401 - declares the pages
from zhirong.chain.organisation.roles import MemberRole
from zhirong.store.parties import Kept
from zhirong.web import errors, pages
from zhirong.web.pages import PAGES, Page

# What a part of an address that is no id may be, by its name; any word that leads to a page of its kind.
_WORDS = {"kind": "invention", "which": "loss", "by": "state", "mode": "pudong", "mode_id": "pudong"}
_REFUSED = (403, 404)
_OVERSEERS = (MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN, MemberRole.AUDIT_ADMIN)


def _address(world: PermissionWorld, page: Page) -> str:
    """The page's address with the id of side a's row in it."""
    route = page.route
    if page.model is not None:
        row = world.row(page.model) if issubclass(page.model, Kept) else page.model._default_manager.earliest("pk")
        route = re.sub(r"<int:id>", str(row.pk), route)
    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: _word(*found.groups()), route)


def _word(kind: str, name: str) -> str:
    return "1" if kind == "int" else _WORDS.get(name, "x")


def _ask(client: Client, address: str) -> Any:
    """The answer to a reading, or to a sending where a page takes nothing else."""
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


@pytest.fixture(scope="module", autouse=True)
def _plain_refusals() -> Iterator[None]:
    """Thousands of requests are refused here: the page that says so, with its menus, is drawn by the tests of the desks."""

    def plain(request: HttpRequest, template: str, *rest: Any, status: int = 200, **more: Any) -> HttpResponse:
        if status in _REFUSED:
            return HttpResponse(template, status=status)
        return render(request, template, *rest, status=status, **more)

    with mock.patch.object(pages, "render", plain), mock.patch.object(errors, "render", plain):
        yield


@pytest.fixture(scope="module")
def clients(world: PermissionWorld) -> dict[str, dict[MemberRole, Client]]:
    """A signed-in browser for every role on both sides."""

    def of(side: Side) -> dict[MemberRole, Client]:
        found = {role: world.platform.client(side.members[role]) for role in MemberRole}
        for client in found.values():
            client.raise_request_exception = False
        return found

    return {"a": of(world.a), "b": of(world.b)}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_opens_for_its_roles_alone(
    world: PermissionWorld, clients: dict[str, dict[MemberRole, Client]], name: str
) -> None:
    page = PAGES[name]
    address = _address(world, page)
    if page.is_public:
        pytest.skip("public: the pages of the register and of what there is")
    answer = _ask(world.platform.client(), address)
    assert (answer.status_code, answer.headers.get("Location", "")[:16]) == (302, "/accounts/login/"), name
    for role, client in clients["a"].items():
        if page.roles and role not in page.roles:
            assert _ask(client, address).status_code == 403, (name, role)
    if page.model is None:
        return
    for role, client in clients["b"].items():
        if page.roles and role not in page.roles or role in _OVERSEERS:
            continue
        assert _ask(client, address).status_code in (403, 404), (name, role)


def test_every_declared_page_says_for_whom_it_is() -> None:
    """A page of a desk names its roles; those for everybody are few and known."""
    for_everybody = {name for name, page in PAGES.items() if not page.roles and not page.is_public}
    prefixes = (
        "do.",
        "list",
        "desk",
        "acting",
        "notices",
        "search",
        "file",
        "paper.",
        "message",
        "own.",
        "begin",
        "shown",
        "token",
    )
    unknown = {name for name in for_everybody if not name.startswith(prefixes)}
    assert unknown == set(), unknown


@pytest.fixture(scope="module")
def calls(world: PermissionWorld) -> list[tuple[str, str]]:
    """Method and path of every call of the API, from its own description."""
    description = json.loads(world.platform.client().get("/api/v1/openapi.json").content)
    return [(method, path) for path, methods in description["paths"].items() for method in methods]


def test_without_a_token_the_api_says_nothing(world: PermissionWorld, calls: list[tuple[str, str]]) -> None:
    nobody = world.platform.client()
    opened = []
    for method, path in calls:
        address = re.sub(r"\{[^}]+\}", "1", path)
        status = getattr(nobody, method)(address, content_type="application/json").status_code
        if status not in (401, 403, 429):
            opened.append((method, path, status))
    # What the public may see on pages it may read here too.
    public = ("/api/v1/register", "/api/v1/calculator", "/api/v1/modes", "/api/v1/openapi")
    assert [one for one in opened if not one[1].startswith(public)] == []


@pytest.mark.both_databases
def test_the_api_gives_nobody_what_is_others(
    world: PermissionWorld, clients: dict[str, dict[MemberRole, Client]], calls: list[tuple[str, str]]
) -> None:
    rows: dict[str, Any] = {str(model._meta.model_name): row for model, row in world.rows.items()}
    tried = 0
    for method, path in calls:
        found = re.fullmatch(r"/api/v1/([a-z_-]+)/\{\w+\}(/content)?", path)
        if method != "get" or found is None:
            continue
        row = rows.get(_singular(found.group(1)))
        if row is None:
            continue
        tried += 1
        address = re.sub(r"\{[^}]+\}", str(row.pk), path)
        for role, client in clients["b"].items():
            if role not in _OVERSEERS:
                assert client.get(address).status_code in (403, 404), (path, role)
    assert tried >= 10, tried


def _singular(word: str) -> str:
    plain = word.replace("-", "").replace("_", "")
    return {"files": "storedfile", "rights": "firmright", "checks": "checkitem", "lines": "statementline"}.get(
        plain, plain.removesuffix("s")
    )
