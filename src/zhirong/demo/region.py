"""Build the region: every step with the operation that a person would use, on the day it would have happened.

Cases run in parallel: each is a generator that yields the day on which it continues, and the earliest is always
taken next, so that the log's events are in the order of their days.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from zhirong.kernel.identifiers import credit_code_check, patent_check_digit
from zhirong.operations.actors import WORKER, Actor
from zhirong.operations.declare import Call, Done
from zhirong.operations.run import run_operation
from zhirong.operations.sessions import actor_of
from zhirong.store.parties import Account

_OPENING = time(1, 0, tzinfo=UTC)  # nine o'clock in Shanghai


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the region, to be printed."""

    email: str
    organisation: str
    roles: tuple[str, ...]


@dataclass
class Region:
    """The region while it is being built. today: its last day; nothing happens later."""

    today: date
    table: dict[str, Any]
    logins: list[Login] = field(default_factory=list)
    day: date = date.min
    people: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def password(self) -> str:
        """The password of every account."""
        return str(self.table["password"])

    @cached_property
    def _hashed_password(self) -> str:
        """Hashed once: to hash it for each account took a third of the region's time, and all share it anyway."""
        return make_password(self.password)

    @property
    def now(self) -> datetime:
        """Return the next instant of the day: no two steps happen at once."""
        return datetime.combine(self.day, _OPENING) + timedelta(seconds=next(self._numbers) % 30_000)

    def actor(self, who: str) -> Actor:
        """Return an account by its short name (``bank.officer``, ``drone``) as it acts today."""
        return actor_of(self.people[who], "", self.day)

    def do(self, who: str, operation: str, subject: int | None = None, /, **data: Any) -> Done:
        """Run an operation as the given person. The key depends on the place in the story, so that the region is
        always built in the same way.
        """
        number = next(self._numbers)
        actor = WORKER if who == "worker" else self.actor(who)
        return run_operation(operation, Call(actor, self.now, f"demo-{self.today}-{number}"), subject, data)

    def upload(self, who: str, name: str, content: bytes) -> str:
        """Submit a file."""
        from zhirong.operations.uploads import take_in

        return take_in(self.actor(who), name, content)

    def account(self, who: str, organisation: str, roles: tuple[str, ...], name: str = "") -> Account:
        """Create an account with a confirmed address and the region's password."""
        from allauth.account.models import EmailAddress

        email = f"{who}@demo.zhirong.example"
        account: Account = Account.objects.create(
            username=email,
            email=email,
            password=self._hashed_password,
            is_demo=True,
            display_name=name or self.table.get("people", {}).get(who, ""),
        )
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        self.people[who] = account
        self.logins.append(Login(email, organisation, roles))
        return account

    def code(self) -> str:
        """Return a credit code with a correct check character that is not in use (the registering body is 99)."""
        first17 = f"99{self.table['region']}MADR{next(self._numbers):05d}"
        return first17 + credit_code_check(first17)


def patent_number(filed: date, kind: str, serial: int) -> str:
    """Return a number in the form of a granted patent, in a range of serials that filings never reach."""
    digits = f"{filed.year}{ {'invention': 1, 'utility_model': 2, 'design': 3}[kind] }99{serial:05d}"
    return f"ZL{digits}.{patent_check_digit(digits)}"
