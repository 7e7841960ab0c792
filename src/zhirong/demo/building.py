"""Build the training region: its institutions, then every story, day by day."""

import heapq
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from zhirong.chain.default.case_states import DefaultState
from zhirong.chain.default.dispute_states import DisputeTrack
from zhirong.demo.region import Login, Region
from zhirong.demo.stories import firm_story
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations import catalogue
from zhirong.store.parties import Membership, Organisation
from zhirong.store.recovery import DefaultCase

_NOT_EMPTY = Problem(
    "database",
    "",
    Text("数据库中已有机构", "this database already contains organisations"),
    Text(
        "请改用空的数据文件夹，演示区域不得与真实数据混用",
        "use an empty data folder: the region is never mixed with real data",
    ),
    "not_empty",
)
_MEMBERS = 60  # Number of days before the oldest case on which the institutions are registered.


def build(
    today: date, told: Callable[[date], None] = lambda day: None, table: dict[str, Any] | None = None
) -> Region:
    """Build the region in the database of this process, which has a register and is otherwise empty. told: called
    with each day that the story reaches. table: of other people, firms and rights than those of the package.

    Raises InputError if there are already organisations.
    """
    catalogue.load()
    if Organisation.objects.exists():
        raise InputError([_NOT_EMPTY])
    region = Region(today, table or load_table())
    oldest = max(_months_ago(one["case"]) for one in region.table["firm"])
    region.day = today - timedelta(days=31 * oldest + _MEMBERS)
    _institutions(region)
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
    """Run the nightly work: update every outstanding loan to the day, open default cases, raise alerts."""
    for name in ("loan.reckon", "default.sweep", "alarm.sweep"):
        after, more = 0, True
        while more:
            answer = region.do("worker", name, after=after).answer
            after, more = answer["last"], answer["more"]
    for case in DefaultCase.objects.filter(state=DefaultState.OVERDUE):
        region.do("bank.workout", "default.demand", case.pk)
        _dispute(region, case)


def _dispute(region: Region, case: DefaultCase) -> None:
    """Let the workout desk choose mediation for a case and file it, so that the dispute has a clock and a step."""
    chosen = region.do(
        "bank.workout", "dispute.choose", case.pk, track=DisputeTrack.MEDIATION.value, reason="企业愿意协商分期还款"
    )
    step = {"step": "file", "day": region.day.isoformat(), "forum": "知识产权纠纷人民调解委员会"}
    region.do("bank.workout", "dispute.record", chosen.answer["id"], **step, result="调解委员会已受理")


def load_table() -> dict[str, Any]:
    """Return the people, firms and rights of the region in the package."""
    return tomllib.loads(files("zhirong.demo").joinpath("region.toml").read_text(encoding="utf-8"))


def kept_logins() -> list[Login]:
    """Return the accounts of a region that was built before; none where the platform is not for training."""
    members = Membership.objects.filter(account__is_demo=True, active=True).select_related(
        "account", "organisation"
    )
    return [Login(one.account.email, one.organisation.name, tuple(one.roles)) for one in members.order_by("pk")]


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
    """Record the guarantor's yearly net assets; older figures support no guarantee."""
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
