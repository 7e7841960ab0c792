"""People and organisations for tests of the platform, a settable date, and operations and pages as a chosen person."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.test.client import ClientHandler

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.documents.financing import kinds
from zhirong.documents.financing.sheet import DocumentSheet
from zhirong.documents.financing.typesetting import paper_docx, paper_pdf
from zhirong.kernel.days import day_of
from zhirong.kernel.identifiers import credit_code_check
from zhirong.kernel.text import Text
from zhirong.operations import catalogue
from zhirong.operations.actors import WORKER, Actor
from zhirong.operations.declare import Call, Done, Operation
from zhirong.operations.fields import Nothing
from zhirong.operations.run import _record, run_operation
from zhirong.operations.sessions import actor_of
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight, Paper, PaperReader
from zhirong.store.names import name_key
from zhirong.store.parties import Account, Kept, Mandate, Membership, Organisation
from zhirong.store.transaction import writing

FIRST_DAY = date(2026, 11, 2)
PASSWORD = "a long password of 2026"
_SEED = Operation("test.seed", Text("测试", "test"), Text("", ""), Nothing, lambda work, request: None)
# Of all browsers: to load the middleware takes a fifth of a call.
_HANDLER = ClientHandler(enforce_csrf_checks=False)
_SHANGHAI_MORNING = time(2, 0, tzinfo=UTC)  # ten o'clock


@cache
def _hashed() -> str:
    """The password as accounts keep it, hashed once: hashing is made to be slow."""
    return make_password(PASSWORD)


def _once(make: Callable[[DocumentSheet], bytes]) -> Callable[[DocumentSheet], bytes]:
    """The same words are set once in a process: most tests issue the same contracts for the same parties."""
    made: dict[str, bytes] = {}

    def kept(sheet: DocumentSheet) -> bytes:
        key = repr(sheet)
        if key not in made:
            made[key] = make(sheet)
        return made[key]

    return kept


_PAPER_DOCX, _PAPER_PDF = _once(paper_docx), _once(paper_pdf)


@dataclass(frozen=True)
class Member:
    """Somebody in an organisation, to act as. acting_for: as the session keeps it."""

    account: Account
    organisation: Organisation | None
    acting_for: str


def _any_state() -> Any:
    """Write states within this block without checking the tables of transitions."""
    return mock.patch("zhirong.operations.unit_of_work.demand_transitions")


class Platform:
    """One platform. day: what it believes today is; ``set_day`` moves it, for pages and operations alike."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        catalogue.load()
        self.folder, self.url = folder, url
        self._monkeypatch = monkeypatch
        self.last_number = 0
        monkeypatch.setattr(kinds, "paper_docx", _PAPER_DOCX)
        monkeypatch.setattr(kinds, "paper_pdf", _PAPER_PDF)
        self.set_day(FIRST_DAY)

    def set_day(self, day: date) -> None:
        """Let it be this day from now on."""
        self.day = day
        ahead = (day - day_of(datetime.now(UTC))).days
        self._monkeypatch.setenv("ZHIRONG_DAYS_AHEAD", str(ahead))

    def later(self, days: int) -> None:
        """Let days pass."""
        self.set_day(self.day + timedelta(days=days))

    @property
    def now(self) -> datetime:
        """Ten in the morning of the day in Shanghai."""
        return datetime.combine(self.day, _SHANGHAI_MORNING)

    def number(self) -> int:
        """A number not given before in this test."""
        self.last_number += 1
        return self.last_number

    def key(self) -> str:
        """A key for a request, not used before."""
        return f"key-{self.number()}"

    # -- who is who -------------------------------------------------------------------------------------------------

    def seed(self, model: type[Kept], **values: Any) -> Any:
        """A row as if an operation had written it, in any state: with its event, so that the check of the platform holds."""
        with writing() as head, _any_state():
            work = Work(_SEED, Call(WORKER, self.now, self.key()), head)
            row = work.create(model, **values)
            _record(work, {}, None)
        return row

    def reseed(self, row: Any, **values: Any) -> Any:
        """Change a row as if operations had, without the states between."""
        with writing() as head, _any_state():
            work = Work(_SEED, Call(WORKER, self.now, self.key()), head)
            work.row = row
            work.update(row, **values)
            _record(work, {}, None)
        return row

    def organisation(
        self,
        kind: str | OrganisationKind,
        name: str = "",
        *,
        status: str = "active",
        region: str = "610100",
        **profile: str,
    ) -> Organisation:
        """An organisation with a credit code of its own."""
        number = self.number()
        first17 = f"91{region}MA{number:07d}"
        named = name or f"{OrganisationKind(kind).value}-{number}"
        return self.seed(
            Organisation,
            kind=str(OrganisationKind(kind)),
            name=named,
            code=first17 + credit_code_check(first17),
            region=region,
            status=status,
            name_key=name_key(named),
            profile=profile,
        )

    def account(self, email: str = "", *, is_demo: bool = True) -> Account:
        """An account with a password and a confirmed address. is_demo: it needs no second factor, wherever it belongs."""
        from allauth.account.models import EmailAddress

        email = email or f"person{self.number()}@example.cn"
        account = Account.objects.create(username=email, email=email, password=_hashed(), is_demo=is_demo)
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        return account

    def member(self, organisation: Organisation, *roles: MemberRole, account: Account | None = None) -> Member:
        """Somebody with these roles in an organisation."""
        account = account or self.account()
        row = self.seed(
            Membership,
            account=account,
            organisation=organisation,
            roles=[role.value for role in roles],
            active=True,
        )
        return Member(account, organisation, f"member/{row.pk}")

    def stranger(self) -> Member:
        """Somebody who has signed up and belongs nowhere."""
        return Member(self.account(), None, "")

    def agent(
        self, firm: Organisation, operations: tuple[str, ...], *, most: int | None = None, until: date | None = None
    ) -> Member:
        """Somebody at a service agent who holds a mandate of the firm, acting by it."""
        operator = self.organisation("operator")
        own = self.member(operator, MemberRole.OPERATOR_AGENT)
        mandate = self.seed(
            Mandate,
            firm=firm,
            agent=operator,
            operations=list(operations),
            most=most,
            until=until or self.day + timedelta(days=365),
        )
        return Member(own.account, firm, f"mandate/{mandate.pk}")

    # -- acting -----------------------------------------------------------------------------------------------------

    def actor(self, who: Member) -> Actor:
        """The person that a session of this member acts as today."""
        return actor_of(who.account, who.acting_for, self.day)

    def with_scopes(self, who: Member, *scopes: str) -> Actor:
        """The same as a program with a token of these scopes."""
        return replace(self.actor(who), scopes=frozenset(scopes))

    def do(
        self,
        who: Member | Actor,
        name: str,
        row: Kept | int | None = None,
        /,
        *,
        version: int | None = None,
        key: str = "",
        **data: Any,
    ) -> Done:
        """Do an operation. row: or its id. data: the request."""
        actor = self.actor(who) if isinstance(who, Member) else who
        subject = row.pk if isinstance(row, Kept) else row
        return run_operation(name, Call(actor, self.now, key or self.key()), subject, data, version)

    def upload(self, who: Member, name: str, data: bytes) -> str:
        """A file taken in; its ticket."""
        from zhirong.operations.uploads import take_in

        return take_in(self.actor(who), name, data)

    # -- pages ------------------------------------------------------------------------------------------------------

    def client(self, who: Member | None = None, lang: str = "zh") -> Client:
        """Return a browser signed in as this member; without a member, one that is not signed in."""
        client = Client(HTTP_HOST="localhost")
        client.handler = _HANDLER
        client.cookies["zhirong_language"] = lang
        client.cookies["zhirong_unit"] = "yuan"
        if who is not None:
            client.force_login(who.account, backend="allauth.account.auth_backends.AuthenticationBackend")
            session = client.session
            session["acting_for"] = who.acting_for
            session.save()
        return client

    def send(self, client: Client, name: str, row: Kept | int | None = None, /, **data: Any) -> Any:
        """Open the form of an operation and send it, as a browser does; the answer to the sending."""
        subject = row.pk if isinstance(row, Kept) else row
        address = f"/do/{name}/" if subject is None else f"/do/{name}/{subject}/"
        form = client.get(address)
        assert form.status_code == 200, (address, form.status_code)
        hidden = dict(re.findall(r'name="(_key|_version)" value="(\w+)"', form.content.decode()))
        return client.post(address, {**hidden, **data})

    # -- what most tests need ----------------------------------------------------------------------------------------

    def firm(self, name: str = "", **values: Any) -> tuple[Organisation, Member]:
        """An active firm and its manager."""
        firm = self.organisation(OrganisationKind.FIRM, name, **values)
        return firm, self.member(firm, MemberRole.FIRM_MANAGER)

    def bank(self, name: str = "", *roles: MemberRole) -> tuple[Organisation, Member]:
        """Return a bank and a member with these roles, by default an officer."""
        bank = self.organisation(OrganisationKind.LENDER, name)
        return bank, self.member(bank, *(roles or (MemberRole.LENDER_OFFICER,)))

    def right(self, firm: Organisation, **facts: Any) -> FirmRight:
        """A right of the firm, an invention in force where nothing else is said. facts: of ``[[rights]]`` of a case file."""
        from zhirong.kernel.identifiers import patent_check_digit

        digits = f"2019{1}99{self.number():05d}"
        table = {
            "kind": "invention",
            "title": "一种工业废水膜处理装置及方法",
            "number": f"ZL{digits}.{patent_check_digit(digits)}",
            "filing_date": "2019-05-12",
            "grant_date": "2021-08-20",
            "fee_paid_through_year": 8,
            "role": "core",
            "provenance": "专利证书",
            "holders": [{"name": firm.name, "code": firm.code}],
            **facts,
        }
        return self.seed(
            FirmRight,
            firm=firm,
            key=f"{table['kind']}/{table['number']}",
            kind=table["kind"],
            number=table["number"],
            title=table["title"],
            facts=table,
            status="in_force",
            ends_on=None,
            next_fee_on=None,
            checked_on=self.day,
        )


def readers(paper: Paper) -> set[int]:
    """The organisations that may read a paper."""
    return set(PaperReader.objects.filter(paper=paper).values_list("organisation_id", flat=True))
