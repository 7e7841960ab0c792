"""Two sides that have nothing to do with each other, with everybody who could act on either, and one row of every table.

Rows are made from the tables themselves: a new table gets its row, and every operation on it is tried, without a line here.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models as fields
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind, roles_of
from zhirong.operations.actors import NOBODY, Actor
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.state_columns import choices_of
from zhirong.store.financing import Paper, PaperReader
from zhirong.store.parties import Account, Kept, Membership, Organisation
from zhirong.store.work import FileImport

# Which organisation of a side a column of a row points at.
_PARTY = {
    "firm": "firm",
    "lender": "lender",
    "guarantor": "guarantor",
    "agency": "agency",
    "agent": "operator",
    "operator": "operator",
    "to": "lender",
    "sender": "lender",
    "receiver": "firm",
    "organisation": "lender",
    "owner": "lender",
    "payer": "fund",
    "claimant": "lender",
}


class Side:
    """One of every kind of organisation and one member for every role."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.organisations: dict[str, Organisation] = {}
        self.members: dict[MemberRole, Member] = {}
        for kind in OrganisationKind:
            one = platform.organisation(kind, f"{name}{kind.value}")
            self.organisations[kind.value] = one
            for role in roles_of(kind):
                self.members[role] = platform.member(one, role)


class PermissionWorld:
    """side a has the rows; side b must never see or touch any of them."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.a, self.b = Side(platform, "甲"), Side(platform, "乙")
        self.rows: dict[type[Kept], Kept] = {}
        self._people: dict[int, dict[str, Actor]] = {}
        self._outsiders: dict[str, Actor] = {}
        self._made = 0
        for model in apps.get_app_config("store").get_models():
            if issubclass(model, Kept):
                self.row(model)
        platform.seed(PaperReader, paper=self.row(Paper), organisation=self.a.organisations["firm"])

    def row(self, model: type[Kept]) -> Any:
        """The row of a table on side a, made if it is not there yet."""
        if model is Organisation:
            return self.a.organisations["firm"]
        if model not in self.rows:
            self.rows[model] = self.platform.seed(model, **self._values(model))
        return self.rows[model]

    def actor(self, side: Side, role: MemberRole) -> Actor:
        """Who acts with this role on a side."""
        return self.platform.actor(side.members[role])

    def people(self, side: Side) -> dict[str, Actor]:
        """Everybody of a side, by role; asked for once, for nothing that is refused changes who they are."""
        if id(side) not in self._people:
            self._people[id(side)] = {role.value: self.actor(side, role) for role in MemberRole}
        return self._people[id(side)]

    def outsiders(self) -> dict[str, Actor]:
        """Those who may do nothing to what is side a's: nobody, a stranger, somebody of a side's suspended or pending
        firm, an agent whose mandate grants nothing, a program whose token has no scope. Made once.
        """
        if not self._outsiders:
            self._outsiders = self._make_outsiders()
        return self._outsiders

    def _make_outsiders(self) -> dict[str, Actor]:
        platform = self.platform
        pending = platform.organisation(OrganisationKind.LENDER, "未确认银行", status="pending")
        officer = platform.member(pending, MemberRole.LENDER_OFFICER)
        agent = platform.agent(self.a.organisations["firm"], ())
        return {
            "nobody": NOBODY,
            "stranger": platform.actor(platform.stranger()),
            "pending": platform.actor(officer),
            "powerless agent": platform.actor(agent),
            "token without scope": replace(self.actor(self.a, MemberRole.LENDER_OFFICER), scopes=frozenset()),
        }

    def _values(self, model: type[Kept]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in model._meta.concrete_fields:
            if column.name in ("id", "version", "created_at", "changed_at") or column.null:
                if column.null and column.is_relation and column.name in _PARTY:
                    values[column.name] = self.a.organisations[_PARTY[column.name]]
                continue
            values[column.name] = self._value(model, column)
        return values

    def _value(self, model: type[Kept], column: Any) -> Any:
        self._made += 1
        if column.is_relation:
            if column.related_model is Organisation:
                # A list that the firm has brought; a bank's own are of the same table.
                return self.a.organisations["firm" if model is FileImport else _PARTY[column.name]]
            if column.related_model is Account:
                role = MemberRole.FIRM_MANAGER if model is Membership else MemberRole.LENDER_OFFICER
                return self.a.members[role].account
            return self.row(column.related_model)
        if model is FileImport and column.name == "kind":
            return "rights"
        if column.name in ("state", "status"):
            return self._state(model, column.name)
        if column.name in ("day", "valuation_date", "checked_on"):
            return self.platform.day
        if column.has_default():
            return column.get_default()
        if choices := choices_of(model, column.name):
            return next(iter(choices))
        if isinstance(column, fields.DateTimeField):
            return datetime(2026, 1, 5, tzinfo=UTC)
        if isinstance(column, fields.DateField):
            return self.platform.day + timedelta(days=30)
        if isinstance(column, fields.JSONField):
            return {}
        if isinstance(column, fields.BooleanField):
            return False
        if isinstance(column, fields.DecimalField | fields.IntegerField):
            return self._made
        if isinstance(column, fields.EmailField):
            return f"{column.name}-{self._made}@example.cn"
        if isinstance(column, fields.URLField):
            return "https://programs.example.cn/hook"
        return f"{column.name}-{self._made}"[: column.max_length or 60]

    def _state(self, model: type[Kept], name: str) -> str:
        """A state in which an operation is allowed, and which is not a draft."""
        for op in OPERATIONS.values():
            if op.model is model and op.state_field == name and op.states:
                allowed = sorted(op.states - {"draft"})
                if allowed:
                    return allowed[0]
        return next((one for one in choices_of(model, name) if one != "draft"), "open")
