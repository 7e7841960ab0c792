"""Forms for the pool: an agency's certificates and ties, its staff with their certificates, and sanctions against
either.

The agency's reviewer also maintains what the agency declares itself: regions, ties, staff and their fields. Only an
administrator enters what was checked against an original (certificates, sanctions) and whether a tie has ended.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.appraisal_practice.people import DISCIPLINE_TEXT, read_pool
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.pool import pool_table
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Line, Request, ask
from zhirong.operations.plausibility import HistoryDay
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Organisation

_SEPARATORS = re.compile(r"[；;、,，\n]+")
_AGENCY = "agency"
_ADMIN = (MemberRole.SYSTEM_ADMIN,)
_BOTH = (MemberRole.SYSTEM_ADMIN, MemberRole.AGENCY_REVIEWER)
Names = Annotated[str, Field(max_length=5000)]
Entry = dict[str, Any]


def entry_of(row: Organisation) -> Entry:
    """Return the agency's entry in the pool: ``regions``, ``ties``, ``qualification``, ``sanction``, ``expert``."""
    entry: Entry = deepcopy(row.profile.get("pool", {}))
    return entry


def listed(written: str) -> list[str]:
    """Split a list of names written on one line."""
    return list(dict.fromkeys(one.strip() for one in _SEPARATORS.split(written) if one.strip()))


def _is_agency(actor: Actor, row: Any) -> bool:
    return row.kind == OrganisationKind.AGENCY and (actor.has(*_ADMIN) or row.pk == actor.organisation)


def _people(actor: Actor, row: Any) -> Choices:
    if row is None:
        return []
    return [(one["id"], same(one["name"])) for one in entry_of(row).get("expert", [])]


def _owners(actor: Actor, row: Any) -> Choices:
    return [(_AGENCY, Text("机构本身", "agency")), *_people(actor, row)]


def _kept(name: str, words: Callable[[Entry], str]) -> Callable[[Actor, Any], Choices]:
    """Return a function that lists the certificates or sanctions of the agency and its staff as choices, keyed by
    owner and position.
    """

    def choices(actor: Actor, row: Any) -> Choices:
        if row is None:
            return []
        entry = entry_of(row)
        found = [(_AGENCY, row.name, entry), *((one["id"], one["name"], one) for one in entry.get("expert", []))]
        return [
            (f"{owner}/{at}", same(f"{called}：{words(kept)}"))
            for owner, called, holder in found
            for at, kept in enumerate(holder.get(name, []))
        ]

    return choices


def _paper_words(one: Entry) -> str:
    return f"{one['name']} {one['number']} {one['valid_from']} – {one.get('valid_to') or ''}"


def _sanction_words(one: Entry) -> str:
    return f"{one['by']} {one['reason']} {one['start']} – {one.get('end') or ''}"


def _start(name: str) -> Callable[[Actor, Any], Any]:
    return lambda actor, row: "" if row is None else "；".join(entry_of(row).get(name, []))


class DescribeAgency(Request):
    """The regions in which the agency works, and its ties."""

    regions: Annotated[
        Names,
        ask(
            "执业地区",
            "Regions",
            "区划代码或其前几位，如 61、4401；留空为不限",
            "region codes or prefixes, such as 61 or 4401; leave empty for all regions",
            start=_start("regions"),
        ),
    ] = ""
    ties: Annotated[
        Names,
        ask(
            "利益关系",
            "Conflicts of interest",
            "关联单位的名称或信用代码，每行一个；不接受与其有关的评估委托",
            "names or credit codes of related parties, one per line; the agency gets no assignments that concern them",
            widget="area",
            start=_start("ties"),
        ),
    ] = ""


@operation(
    "agency.describe",
    Text("填写地区与利益关系", "Regions and ties"),
    model=Organisation,
    roles=_BOTH,
    relation=_is_agency,
    request=DescribeAgency,
)
def describe_agency(work: Work, request: DescribeAgency) -> Any:
    """Store the agency's regions and ties."""
    entry = entry_of(work.row)
    ties = listed(request.ties)
    _demand_no_tie_dropped(work, entry.get("ties", []), ties)
    _keep(work, {**entry, "regions": listed(request.regions), "ties": ties})


class AddPerson(Request):
    """A member of the agency's staff, or a specialist in the pool under its name."""

    name: Annotated[Line, ask("姓名", "Name")]
    discipline: Annotated[str, ask("专业", "Discipline", choices=tuple(DISCIPLINE_TEXT.items()))]
    fields: Annotated[
        Names,
        Field(min_length=1),
        ask(
            "熟悉的领域",
            "Fields",
            "IPC 分类或行业代码的前几位，如 C02F、38；全部写 *",
            "prefixes of IPC classes or industry codes, such as C02F or 38; * for all",
        ),
    ]
    ties: Annotated[
        Names,
        ask(
            "利益关系",
            "Conflicts of interest",
            "本人及近亲属的关联单位，每行一个",
            "related parties of the person and close relatives, one per line",
            widget="area",
        ),
    ] = ""


@operation(
    "agency.person_add",
    Text("添加人员", "Add a person"),
    model=Organisation,
    roles=_BOTH,
    relation=_is_agency,
    request=AddPerson,
    help=Text(
        "资产评估和法律专业人员须经平台管理员登记证书后方可参加评估。",
        "Valuation and legal professionals can take part after an administrator has registered their certificate.",
    ),
)
def add_person(work: Work, request: AddPerson) -> Any:
    """Add a person without certificates; an administrator enters those."""
    entry = entry_of(work.row)
    person = {
        "id": secrets.token_hex(4),
        "name": request.name,
        "discipline": request.discipline,
        "fields": listed(request.fields),
        "ties": listed(request.ties),
        "agency": str(work.row.pk),
    }
    _keep(work, {**entry, "expert": [*entry.get("expert", []), person]})
    return {"person": person["id"]}


class ChangePerson(Request):
    """The person's fields and conflicts of interest from now on."""

    person: Annotated[Line, ask("人员", "Person", choices=_people)]
    fields: Annotated[
        Names, ask("熟悉的领域", "Fields", "留空表示不变更；全部写 *", "leave empty to keep; * for all")
    ] = ""
    ties: Annotated[
        Names,
        ask("增加的利益关系", "Further ties", "一行一个", "one a line", widget="area"),
    ] = ""
    ended_ties: Annotated[
        Names,
        ask(
            "已经结束的利益关系",
            "Conflicts of interest that have ended",
            "仅平台管理员可以删除",
            "only an administrator can remove these",
            only=lambda actor, row: actor.has(*_ADMIN),
        ),
    ] = ""


@operation(
    "agency.person_change",
    Text("修改人员", "Change a person"),
    model=Organisation,
    roles=_BOTH,
    relation=_is_agency,
    request=ChangePerson,
)
def change_person(work: Work, request: ChangePerson) -> Any:
    """Change the data of a person in the pool."""
    entry = entry_of(work.row)
    person = _owner(entry, request.person, "person")
    ended = set(listed(request.ended_ties))
    ties = [one for one in [*person.get("ties", []), *listed(request.ties)] if one not in ended]
    _demand_no_tie_dropped(work, person.get("ties", []), ties)
    person["fields"] = listed(request.fields) or person["fields"]
    person["ties"] = list(dict.fromkeys(ties))
    _keep(work, entry)


class EndPerson(Request):
    """The person who has left."""

    person: Annotated[Line, ask("人员", "Person", choices=_people)]


@operation(
    "agency.person_end",
    Text("移出人员", "Remove a person"),
    model=Organisation,
    roles=_BOTH,
    relation=_is_agency,
    request=EndPerson,
    is_grave=True,
    help=Text(
        "已完成的评估不受影响；变更前的内容保存在日志中。",
        "Completed appraisals are not affected; the log keeps the history.",
    ),
)
def end_person(work: Work, request: EndPerson) -> Any:
    """Mark the person as having left, so that they are no longer drawn."""
    entry = entry_of(work.row)
    person = _owner(entry, request.person, "person")
    _keep(work, {**entry, "expert": [one for one in entry["expert"] if one is not person]})


class AddPaper(Request):
    """A certificate that was checked against its original."""

    owner: Annotated[Line, ask("谁的", "Whose", choices=_owners)]
    name: Annotated[
        Line, ask("资格名称", "Qualification", "如 资产评估师、资产评估机构备案", "as on the certificate")
    ]
    number: Annotated[Line, ask("编号", "Number")]
    valid_from: Annotated[HistoryDay, ask("有效期起", "Valid from")]
    valid_to: Annotated[
        HistoryDay | None, ask("有效期至", "Valid until", "无截止日的请留空", "leave empty if there is no end date")
    ] = None


@operation(
    "agency.paper_add",
    Text("登记资格证书", "Register a certificate"),
    model=Organisation,
    roles=_ADMIN,
    relation=_is_agency,
    request=AddPaper,
    help=Text("请对照原件登记。", "Register it from the original."),
)
def add_paper(work: Work, request: AddPaper) -> Any:
    """Store a certificate of the agency or of one of its staff."""
    _demand_order("valid_to", request.valid_from, request.valid_to)
    entry = entry_of(work.row)
    owner = _owner(entry, request.owner, "owner")
    paper = _written(request, "name", "number", "valid_from", "valid_to")
    owner["qualification"] = [*owner.get("qualification", []), paper]
    _keep(work, entry)


class EndPaper(Request):
    """A certificate and the last day on which it is valid."""

    paper: Annotated[Line, ask("资格证书", "Paper", choices=_kept("qualification", _paper_words))]
    valid_to: Annotated[HistoryDay, ask("有效期至", "Valid until", "最后一日", "the last day")]


@operation(
    "agency.paper_end",
    Text("变更资格有效期", "Change the validity of a certificate"),
    model=Organisation,
    roles=_ADMIN,
    relation=_is_agency,
    request=EndPaper,
)
def end_paper(work: Work, request: EndPaper) -> Any:
    """Change the last day of a certificate: it was renewed or revoked."""
    entry = entry_of(work.row)
    paper = _one_of(entry, request.paper, "qualification", "paper")
    _demand_order("valid_to", date.fromisoformat(str(paper["valid_from"])), request.valid_to)
    paper["valid_to"] = request.valid_to.isoformat()
    _keep(work, entry)


class AddSanction(Request):
    """A sanction by the association or an authority."""

    owner: Annotated[Line, ask("对谁", "Against", choices=_owners)]
    by: Annotated[Line, ask("作出机关", "By")]
    reason: Annotated[Line, ask("事由", "Reason")]
    start: Annotated[HistoryDay, ask("起", "From")]
    end: Annotated[
        HistoryDay | None, ask("至", "Until", "无截止日的请留空", "leave empty if there is no end date")
    ] = None
    bars: Annotated[bool, ask("期间不得执业", "Bars from practice", widget="flag")] = False


@operation(
    "agency.sanction_add",
    Text("登记处分", "Register a sanction"),
    model=Organisation,
    roles=_ADMIN,
    relation=_is_agency,
    request=AddSanction,
    is_grave=True,
)
def add_sanction(work: Work, request: AddSanction) -> Any:
    """Store a sanction against the agency or one of its staff. A sanction that excludes from work applies while it
    is in force.
    """
    _demand_order("end", request.start, request.end)
    entry = entry_of(work.row)
    owner = _owner(entry, request.owner, "owner")
    measure = {**_written(request, "by", "reason", "start", "end"), "bars": request.bars}
    owner["sanction"] = [*owner.get("sanction", []), measure]
    _keep(work, entry)


class EndSanction(Request):
    """A sanction and its last day."""

    sanction: Annotated[Line, ask("处分", "Measure", choices=_kept("sanction", _sanction_words))]
    end: Annotated[HistoryDay, ask("至", "Until", "最后一日", "the last day")]


@operation(
    "agency.sanction_end",
    Text("变更处分期限", "Change the period of a sanction"),
    model=Organisation,
    roles=_ADMIN,
    relation=_is_agency,
    request=EndSanction,
)
def end_sanction(work: Work, request: EndSanction) -> Any:
    """Change the last day of a sanction."""
    entry = entry_of(work.row)
    measure = _one_of(entry, request.sanction, "sanction", "sanction")
    _demand_order("end", date.fromisoformat(str(measure["start"])), request.end)
    measure["end"] = request.end.isoformat()
    _keep(work, entry)


# -- reading and keeping ----------------------------------------------------------------------------------------


def _keep(work: Work, entry: Entry) -> None:
    """Store the entry after the chain has checked it; if there are problems, report all of them and write nothing."""
    read_pool(Reader(pool_table(work.row.pk, work.row.name, entry), source="pool"))
    work.update(work.row, profile={**work.row.profile, "pool": entry})


def _written(request: Request, *names: str) -> Entry:
    return {
        name: value
        for name, value in request.model_dump(mode="json", include=set(names)).items()
        if value is not None
    }


def _owner(entry: Entry, chosen: str, field: str) -> Entry:
    """Return the part of the entry that belongs to the agency or to one of its staff."""
    if chosen == _AGENCY and field == "owner":
        return entry
    found: Entry | None = next((one for one in entry.get("expert", []) if one["id"] == chosen), None)
    if found is None:
        raise refuse(
            "not_in_the_pool",
            field,
            chosen,
            Text("不是这家机构登记的人员", "this person is not registered for the agency"),
            Text("请从所列人员中选择", "choose one from the list"),
        )
    return found


def _one_of(entry: Entry, chosen: str, name: str, field: str) -> Entry:
    owner, _, written = chosen.rpartition("/")
    holders: Mapping[str, Entry] = {_AGENCY: entry, **{one["id"]: one for one in entry.get("expert", [])}}
    kept = holders.get(owner, {}).get(name, [])
    at = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else len(kept)
    if at >= len(kept):
        raise refuse(
            "not_in_the_pool",
            field,
            chosen,
            Text("该项不存在", "the entry does not exist"),
            Text("请从所列各项中选择", "choose one from the list"),
        )
    found: Entry = kept[at]
    return found


def _demand_order(field: str, first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise refuse(
            "end_before_start",
            field,
            last,
            Text(f"早于起始日 {first}", f"before the start date, {first}"),
            Text("请改正日期", "correct the dates"),
        )


def _demand_no_tie_dropped(work: Work, had: list[str], wanted: list[str]) -> None:
    """Reject the removal of a tie by the agency itself, because this would open assignments to it."""
    dropped = [one for one in had if one not in wanted]
    if dropped and not work.actor.has(*_ADMIN):
        raise refuse(
            "tie_dropped",
            "ties",
            "、".join(dropped),
            Text("机构不能自行删除利益关系", "an agency cannot remove its own conflicts of interest"),
            Text("请平台管理员核实后删除", "ask an administrator to check and remove it"),
        )
