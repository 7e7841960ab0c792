"""Builds the region: every step through the operation that a person would use, on the day it would have happened.

Cases run side by side: each is a generator that yields the day on which it goes on, and the earliest is always taken next,
so that the log's events stand in the order of their days.
"""

import heapq
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import count
from typing import Any

from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import credit_code_check, patent_check_digit
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations import catalogue
from zhirong.operations.declare import Call, Done
from zhirong.operations.people import WORKER, Person
from zhirong.operations.run import run_operation
from zhirong.operations.sessions import person_of
from zhirong.store.parties import Account, Organisation

_OPENING = time(1, 0, tzinfo=UTC)  # nine o'clock in Shanghai
_NOT_EMPTY = Problem(
    "database",
    "",
    Text("数据库里已经有机构", "there are organisations in this database already"),
    Text(
        "换一个空的数据文件夹，演示区域不与真实数据混在一起",
        "use an empty data folder: the region is never mixed with real data",
    ),
    "not_empty",
)
_MEMBERS = 60  # days before the oldest case on which the institutions are entered


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the region, to be printed."""

    email: str
    organisation: str
    roles: tuple[str, ...]


@dataclass
class Region:
    """The region while it is made. today: the last day of it; nothing happens later."""

    today: date
    table: dict[str, Any]
    logins: list[Login] = field(default_factory=list)
    day: date = date.min
    people: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def password(self) -> str:
        """Of every account."""
        return str(self.table["password"])

    @property
    def now(self) -> datetime:
        """The next instant of the day: no two steps happen at once."""
        return datetime.combine(self.day, _OPENING) + timedelta(seconds=next(self._numbers) % 30_000)

    def person(self, who: str) -> Person:
        """An account by its short name (``bank.officer``, ``drone``) as it acts today."""
        return person_of(self.people[who], "", self.day)

    def do(self, who: str, operation: str, subject: int | None = None, /, **data: Any) -> Done:
        """Do an operation as somebody. The key is made from the place in the story, so that the same region is made twice alike."""
        number = next(self._numbers)
        person = WORKER if who == "worker" else self.person(who)
        return run_operation(operation, Call(person, self.now, f"demo-{self.today}-{number}"), subject, data)

    def upload(self, who: str, name: str, content: bytes) -> str:
        """A file taken in."""
        from zhirong.operations.uploads import take_in

        return take_in(self.person(who), name, content)

    def account(self, who: str, organisation: str, roles: tuple[str, ...], name: str = "") -> Account:
        """A new account with a confirmed address and the region's password."""
        from allauth.account.models import EmailAddress

        email = f"{who}@demo.zhirong.example"
        account: Account = Account.objects.create_user(
            username=email,
            email=email,
            password=self.password,
            is_demo=True,
            display_name=name or self.table.get("people", {}).get(who, ""),
        )
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        self.people[who] = account
        self.logins.append(Login(email, organisation, roles))
        return account

    def code(self) -> str:
        """A credit code that has the right check character and belongs to nobody (the registering body is 99)."""
        first17 = f"99{self.table['region']}MADR{next(self._numbers):05d}"
        return first17 + credit_code_check(first17)


def build(
    today: date, told: Callable[[date], None] = lambda day: None, table: dict[str, Any] | None = None
) -> Region:
    """Make the region in the database of this process, which has a register and is empty otherwise. told: hears each day
    that the story comes to. table: of other people, firms and rights than those that come with the package.

    Raises InputError where there are organisations already.
    """
    catalogue.load()
    if Organisation.objects.exists():
        raise InputError([_NOT_EMPTY])
    region = Region(today, table or load_table())
    oldest = max(_months_ago(one["case"]) for one in region.table["firm"])
    region.day = today - timedelta(days=31 * oldest + _MEMBERS)
    _institutions(region)
    from zhirong.demo.stories import firm_story

    first = region.day + timedelta(days=1)
    stories = [(first, 0, guarantor_story(region))]
    stories += [(first, at, firm_story(region, firm)) for at, firm in enumerate(region.table["firm"], 1)]
    heapq.heapify(stories)
    while stories:
        day, number, story = heapq.heappop(stories)
        region.day = max(region.day, day)
        told(region.day)
        following = next(story, None)
        if following is not None and following <= today:
            heapq.heappush(stories, (following, number, story))
    region.day = today
    reckon(region)
    return region


def reckon(region: Region) -> None:
    """Bring every standing loan up to the day: what is due and overdue, category, provision, what to watch."""
    after, more = 0, True
    while more:
        answer = region.do("worker", "loan.reckon", after=after).answer
        after, more = answer["last"], answer["more"]


def load_table() -> dict[str, Any]:
    """The people, firms and rights of the region that comes with the package."""
    return tomllib.loads(files("zhirong.demo").joinpath("region.toml").read_text(encoding="utf-8"))


def _months_ago(case: dict[str, Any]) -> int:
    return int(case["months_ago"])


def _institutions(region: Region) -> None:
    listed = {one["id"]: one for one in region.table["institution"]}
    platform = listed["platform"]
    for name, roles in platform["members"].items():
        region.account(f"platform.{name}", platform["name"], tuple(roles))
    emails = {name: f"platform.{name}@demo.zhirong.example" for name in ("system", "security", "audit")}
    done = region.do(
        "worker",
        "platform.found",
        name=platform["name"],
        code=region.code(),
        region=region.table["region"],
        **emails,
    )
    region.organisations["platform"] = done.id
    for key, one in listed.items():
        if key == "platform":
            continue
        done = region.do(
            "platform.system",
            "organisation.enter",
            kind=one["kind"],
            code=region.code(),
            name=one["name"],
            region=region.table["region"],
            address=one.get("address", ""),
            legal_representative=one.get("representative", ""),
        )
        region.organisations[key] = done.id
        if "pool" in one:
            region.do("platform.system", "agency.pool", done.id, tables=one["pool"])
        for name, roles in one["members"].items():
            region.account(f"{key}.{name}", one["name"], tuple(roles))
            region.do(
                "platform.security",
                "member.add",
                done.id,
                email=f"{key}.{name}@demo.zhirong.example",
                roles=roles,
            )


def guarantor_story(region: Region) -> Iterator[date]:
    """The guarantor states its net assets every year; older figures carry no guarantee."""
    while True:
        region.do(
            "guarantor.approver",
            "guarantor.figures",
            as_of=region.day.isoformat(),
            net_assets=parse_yuan("3亿元"),
            is_mainly_small=True,
            source="年度审计报告（演示）",
        )
        yield add_months(region.day, 12)


def patent_number(filed: date, kind: str, serial: int) -> str:
    """A number of the form of a granted patent in a range of serials that filings never reach."""
    digits = f"{filed.year}{ {'invention': 1, 'utility_model': 2, 'design': 3}[kind] }99{serial:05d}"
    return f"ZL{digits}.{patent_check_digit(digits)}"
