"""The pool of appraisal agencies and their staff, and the choice of an agency: by the client, or drawn by the
rules.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.appraisal_practice.assignment import Task, assign
from zhirong.chain.appraisal_practice.people import Pool, read_pool, why_not_agency
from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import plain
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Appraisal, Case, FirmRight
from zhirong.store.parties import Organisation

_OWN = ("qualification", "regions", "ties", "sanction")


class PoolEntry(Request):
    """The complete entry of one agency in the pool: its certificates and its staff."""

    tables: Annotated[
        str,
        Field(max_length=50_000),
        ask(
            "资格与人员（TOML）",
            "Qualifications and staff (TOML)",
            "依次填写机构的地区、利益关系、资格和处分，再填写人员；格式见手册“评估实务”",
            "First the agency's regions, ties, [[qualification]] and [[sanction]], then each [[expert]]. See 'Appraisal practice' in the manual.",
            widget="area",
        ),
    ]
    only_check: Annotated[bool, ask("只检查，不写入", "Check only, do not save", widget="flag")] = False


@operation(
    "agency.pool",
    Text("批量导入资格与人员", "Import qualifications and staff"),
    model=Organisation,
    roles=(MemberRole.SYSTEM_ADMIN,),
    relation=lambda person, row: row.kind == OrganisationKind.AGENCY,
    request=PoolEntry,
    page="admin.organisation",
    help=Text(
        "整批替换该机构现有登记；逐项登记和修改请使用相应表单。没有有效资格的机构不能接受委托，也不参加抽取。",
        "Replaces all entries of the agency; use the separate forms for single entries. An agency without a valid qualification cannot accept assignments and is not drawn.",
    ),
)
def enter_pool(work: Work, request: PoolEntry) -> Any:
    """Store the agency's certificates and staff as checked against the originals, or only check them and report the
    outcome.
    """
    table = parse_toml(request.tables, "tables")
    read_pool(Reader(pool_table(work.row.pk, work.row.name, table), source="tables"))
    if request.only_check:
        raise _checked(table, work.row.profile.get("pool", {}))
    work.update(work.row, profile={**work.row.profile, "pool": plain(table)})


def _checked(table: Mapping[str, Any], now: Mapping[str, Any]) -> Exception:
    """Return the entry before and after the change as a refusal, because nothing is written."""

    def names(entry: Mapping[str, Any]) -> str:
        return "、".join(str(one["name"]) for one in entry.get("expert", [])) or "—"

    return refuse(
        "only_checked",
        "only_check",
        names(table),
        Text(
            f"检查通过，未写入。导入后人员：{names(table)}；现有人员：{names(now)}",
            f"The file is valid; nothing was saved. Staff after import: {names(table)}; current staff: {names(now)}",
        ),
        Text("如需写入，请取消“只检查”后再提交", "to save, clear 'Check only' and submit again"),
    )


def pool() -> Pool:
    """Return all active agencies with their entries. An agency without certificates is included, and excluded from
    work for that reason.
    """
    tables: dict[str, list[Any]] = {"agency": [], "expert": []}
    agencies = Organisation.objects.filter(
        kind=OrganisationKind.AGENCY.value, status=OrganisationState.ACTIVE
    ).order_by("pk")
    for one in agencies:
        found = pool_table(one.pk, one.name, one.profile.get("pool", {}))
        tables["agency"] += found["agency"]
        tables["expert"] += found["expert"]
    return read_pool(Reader(tables, source="pool"))


def pool_table(agency: int, name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return one agency's entry as tables of the pool. Its staff are numbered after the agency, so that ids are
    unique.
    """
    own = {key: value for key, value in kept.items() if key in _OWN}
    other = {key: value for key, value in kept.items() if key not in _OWN and key != "expert"}
    experts = []
    for expert in kept.get("expert", []):
        employed = expert.get("discipline") == "valuation" or bool(expert.get("agency"))
        experts.append(
            {
                **{key: value for key, value in expert.items() if key != "agency"},
                "id": f"{agency}/{expert.get('id', '')}",
                **({"agency": str(agency)} if employed else {}),
            }
        )
    return {"agency": [{**own, "id": str(agency), "name": name}], "expert": experts, **other}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen agency and how it was chosen (stored with the appraisal)."""

    agency: Organisation
    assignment: dict[str, Any]


def parties_of(firm: Organisation, rights: Sequence[FirmRight], case: Case | None) -> tuple[str, ...]:
    """Return the names and codes of all parties to whom an appraiser must have no ties."""
    found = [firm.name, firm.code]
    if case is not None:
        found += [case.lender.name, case.lender.code]
    for right in rights:
        for holder in right.facts.get("holders", []):
            found += [holder.get("name", ""), holder.get("code", "")]
    return tuple(dict.fromkeys(one for one in found if one))


def named(agency: Organisation, firm: Organisation, parties: Sequence[str], day: date) -> Chosen:
    """Return the agency that the client names. Raises InputError if the rules of the pool exclude it."""
    found = pool().agency(str(agency.pk))
    barred = None if found is None else why_not_agency(found, parties, firm.region, day)
    if found is None or barred is not None:
        raise refuse(
            "agency_barred",
            "agency",
            agency.name,
            barred or Text("不是在用的评估机构", "the agency is not active"),
            Text("请另选一家机构，或由平台抽取", "choose another agency, or let the platform draw one"),
        )
    return Chosen(agency, {"how": "named"})


def drawn(
    firm: Organisation, rights: Sequence[FirmRight], purpose: str, parties: Sequence[str], day: date
) -> Chosen | Text:
    """Draw an agency by the rules, or return the reason why none is available. The field of work is the firm's
    industry.

    The same rights, purpose and month always give the same agency. If it has declined in that month, the next
    agency of the draw is taken.
    """
    numbers = tuple(sorted(right.number or right.key for right in rights))
    earlier = [
        one
        for one in Appraisal.objects.filter(firm=firm, purpose=purpose, grade=AppraisalGrade.FORMAL).order_by("pk")
        if one.assignment.get("how") == "drawn"
        and one.assignment["numbers"] == list(numbers)
        and one.assignment["month"] == f"{day:%Y-%m}"
    ]
    # The seed cannot be predicted, and a draw cannot be repeated: the first request of a month stores the seed for
    # all later ones.
    beacon = earlier[0].assignment["beacon"] if earlier else secrets.token_hex(16)
    passed_over = sorted({str(one.agency_id) for one in earlier if one.state == AppraisalState.REFUSED})
    task = Task(numbers, purpose, str(firm.profile.get("industry", "")), firm.region, tuple(parties), day)
    everyone = pool()
    left = tuple(one for one in everyone.agencies if one.id not in passed_over)
    known = {one.id for one in left}
    experts = tuple(one for one in everyone.experts if not one.agency or one.agency in known)
    found = assign(task, Pool(left, experts), beacon, rulebook())
    if found.agency is None:
        why = [(one.name, one.why_not) for one in found.candidates if one.why_not is not None]
        zh = "；".join(f"{name}：{reason.zh}" for name, reason in why) or "没有可指派两名评估师的机构"
        en = "; ".join(f"{name}: {reason.en}" for name, reason in why) or "no agency has two available appraisers"
        return Text(f"没有可以接受的评估机构（{zh}）", f"no agency can accept the assignment ({en})")
    kept = {"how": "drawn", "numbers": list(numbers), "month": f"{day:%Y-%m}", "refused": passed_over}
    return Chosen(Organisation.objects.get(pk=int(found.agency.id)), {**plain(found.as_json()), **kept})
