"""Calls of the API by people and programs of a small platform."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.test.client import ClientHandler
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.operations.declare import Call, Done
from zhirong.operations.run import run_operation
from zhirong.store.financing import Case
from zhirong.store.parties import Membership

# Of all calls: to load the middleware takes a fifth of a call.
_HANDLER = ClientHandler(enforce_csrf_checks=False)
ROOT = "/api/v1"


class ApiWorld:
    """A firm with its manager, a bank with an officer and a manager, the three administrators; a case between them."""

    def __init__(self, platform: Platform) -> None:
        cache.clear()
        self.platform = platform
        self.firm, self.manager = platform.firm("陕西泾水兴环保科技有限公司")
        self.bank, self.officer = platform.bank("西咸新区商业银行")
        self.banker = platform.member(self.bank, MemberRole.LENDER_MANAGER)
        self.administration = platform.organisation(OrganisationKind.PLATFORM)
        self.system = platform.member(self.administration, MemberRole.SYSTEM_ADMIN)
        self.security = platform.member(self.administration, MemberRole.SECURITY_ADMIN)

    @cached_property
    def right(self) -> Any:
        """A right of the firm."""
        return self.platform.right(self.firm)

    @cached_property
    def case(self) -> Case:
        """A case that the firm has handed in to the bank."""
        return self.make_case("submitted")

    def make_case(self, state: str, **values: Any) -> Case:
        """A case in a state."""
        return self.platform.seed(
            Case,
            **{
                "firm": self.firm,
                "lender": self.bank,
                "number": f"C{self.platform.number():06d}",
                "state": state,
                "mode": "single_bank_pledge",
                "amount": 2_000_000_00,
                "term_months": 12,
                "method": "monthly_interest",
                "purpose": "采购原材料",
                "rights": [self.right.pk],
                "submitted_on": self.platform.day,
                **values,
            },
        )

    # -- calling ----------------------------------------------------------------------------------------------------

    def token(self, who: Member, *scopes: str, days: int = 30) -> str:
        """A token that this member has made for itself; everything that it may do where no scope is said."""
        from zhirong.operations.tokens import scopes_for

        given = list(scopes) or [scope for scope, _ in scopes_for(self.platform.actor(who))]
        until = (self.platform.day + timedelta(days=days)).isoformat()
        return self.run_operation(who, "token.make", name="test", scopes=given, expires_on=until).shown_once

    def run_operation(self, who: Member, name: str, row: Any = None, /, *, key: str = "", **data: Any) -> Done:
        """Do an operation as this member, without the API."""
        call = Call(self.platform.actor(who), self.platform.now, key or self.platform.key())
        return run_operation(name, call, None if row is None else row.pk, data)

    def call(
        self,
        method: str,
        path: str,
        token: str = "",
        data: Any = None,
        key: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One call; its response. key: a new one where empty, none where None."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None and method == "POST":
            sent["Idempotency-Key"] = key or self.platform.key()
        client = Client(HTTP_HOST="localhost", raise_request_exception=True)
        client.handler = _HANDLER
        body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
        return client.generic(method, ROOT + path, **body, headers=sent)

    def get(self, path: str, token: str = "", **headers: str) -> Any:
        """Read."""
        return self.call("GET", path, token, headers=headers)

    def do(
        self, name: str, token: str, row: Any = None, /, *, key: str = "", version: str = "*", **data: Any
    ) -> Any:
        """Do an operation; to a row in whatever version where none is named, without naming any where it is empty."""
        path = f"/do/{name}" if row is None else f"/do/{name}/{getattr(row, 'pk', row)}"
        return self.call(
            "POST", path, token, data, key, {"If-Match": version} if row is not None and version else {}
        )

    def membership(self, who: Member) -> Membership:
        """The row of a member."""
        return Membership.objects.get(account=who.account, organisation=who.organisation)


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem details of a refusal, which must be of this status and complete in both languages."""
    assert response.status_code == status, (response.status_code, response.content[:500])
    assert response.headers["Content-Type"] == "application/problem+json"
    said = json.loads(response.content)
    assert said["status"] == status and said["type"].startswith("urn:zhirong:problem:")
    assert " / " in said["title"] and said["instance"].startswith("/api/")
    for one in said["problems"]:
        for words in (one["reason"], one["hint"]):
            assert words["zh"] and words["en"]
    return said
