"""The free online appraisal: a value within a minute, marked as rough, and valid for the period set by the rule."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from zhirong.chain.appraisal.appraisal import appraise
from zhirong.chain.appraisal.document import appraisal_document
from zhirong.chain.appraisal.records import Appraisal as Valued
from zhirong.chain.appraisal.request import AppraisalRequest, Purpose, read_appraisal
from zhirong.chain.appraisal_practice.records import GRADE_TEXT as VALUE_GRADES
from zhirong.chain.appraisal_practice.records import AppraisalGrade, online_record
from zhirong.chain.appraisal_practice.records import State as Standing
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Right
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_form import OnlineAppraisal, appraisal_table, as_asked
from zhirong.operations.case_file.tables import exact, plain, right_id, right_table, stored_appraisal
from zhirong.operations.declare import operation
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.right.rights import FIRM, share_rights
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Appraisal, FirmRight
from zhirong.store.parties import Organisation


@operation(
    "appraisal.online",
    Text("免费线上评估", "Free online appraisal"),
    request=OnlineAppraisal,
    roles=FIRM,
    for_agents=True,
    help=Text(
        "填写最低、最可能、最高三个数，一分钟内得到价值区间。结果由系统自动计算，依据未经人工核实，因此区间较宽、有效期较短；正式贷款可能仍需评估机构的报告。",
        "Enter a few ranges to get a value interval within a minute. The result is automatic and its evidence is not reviewed, so the interval is wide and valid only for a short time. A loan may require an agency's report.",
    ),
    page="firm.appraisal",
)
def appraise_online(work: Work, request: OnlineAppraisal) -> Any:
    """Appraise the rights together with the firm's data. The inputs are stored and can be submitted with a case."""
    firm = Organisation.objects.get(pk=work.actor.organisation)
    rights = own_rights(firm, request.rights)
    table = appraisal_table(request, work.rules, work.day)
    asked, read = _read(rights, table, work.day)
    found = appraise(asked, read, work.rules, work.day)
    if not isinstance(found, Valued):
        raise InputError([Problem("rights", "", found.reason, found.hint, found.code)])
    record = online_record("", found, work.day, work.rules, client=firm.name)
    row = work.create(
        Appraisal,
        firm=firm,
        grade=AppraisalGrade.ONLINE,
        state=AppraisalState.ISSUED.value,
        purpose=Purpose.PLEDGE,
        value_type=record.value_type,
        rights=[right.pk for right in rights],
        valuation_date=work.day,
        valid_until=record.valid_until,
        input=stored_appraisal(table),
        result={"record": plain(record.as_json()), "appraisal": to_json(appraisal_document(found))},
        p10=record.low,
        p50=record.value,
        p90=record.high,
    )
    share_rights(work, f"appraisal/{row.pk}", row.rights)
    return {"id": row.pk}


def own_rights(firm: Organisation, wanted: list[int]) -> list[FirmRight]:
    """Return the firm's rights with these ids, in this order. Raises InputError with every id that is not found."""
    known = {right.pk: right for right in FirmRight.objects.filter(firm=firm, removed=False, pk__in=wanted)}
    unknown = [pk for pk in dict.fromkeys(wanted) if pk not in known]
    if unknown:
        raise InputError(
            Problem(
                "rights",
                str(pk),
                Text("该企业没有此项权利", "the firm has no such right"),
                Text("请从权利列表中选择", "choose from the list of rights"),
                "unknown_right",
            )
            for pk in unknown
        )
    return [known[pk] for pk in dict.fromkeys(wanted)]


def _read(rights: list[FirmRight], table: dict[str, Any], day: date) -> tuple[AppraisalRequest, tuple[Right, ...]]:
    named = {**exact(table), "rights": [right_id(right.pk) for right in rights]}
    reader = Reader({"rights": [right_table(right) for right in rights], "appraisal": named})
    try:
        read = read_rights(reader)
        asked = read_appraisal(reader.table("appraisal"), [right.id for right in read], day, of=read)
        reader.finish()
    except InputError as error:
        raise InputError(as_asked(error.problems)) from error
    return asked, read


def standing_of(appraisal: Appraisal, day: date) -> Standing:
    """Return current, stale, withdrawn, or missing before it is issued. A missing value is never reported as zero
    or as current.
    """
    if appraisal.withdrawn_on is not None and appraisal.withdrawn_on <= day:
        return "withdrawn"
    if appraisal.p50 is None or appraisal.valid_until is None:
        return "missing"
    return "current" if day <= appraisal.valid_until else "stale"


def method_table(appraisal: Appraisal) -> dict[str, Any]:
    """Return the ``[appraisal]`` table of an appraisal of either grade; a formal one stores it in its working file."""
    table: dict[str, Any] = appraisal.input.get("appraisal", appraisal.input)
    return table


def grade_words(row: Appraisal) -> Text:
    """Return the name of the grade: online or formal."""
    return VALUE_GRADES[AppraisalGrade(row.grade)]


def usable_appraisals(actor: Actor, day: date) -> list[Appraisal]:
    """Return the firm's appraisals that are valid today, newest first; a case can be submitted with one of them."""
    return list(usable_query(actor, day)[:100])


def usable_query(actor: Actor, day: date) -> "QuerySet[Appraisal]":
    """Do as ``usable_appraisals``, for a reader of a few columns or of the newest."""
    found = Appraisal.objects.filter(
        firm=actor.organisation, valid_until__gte=day, p50__isnull=False, withdrawn_on=None
    )
    return found.order_by("-id")


listing(
    Listing(
        "firm.appraisals",
        Text("我的评估", "My appraisals"),
        Appraisal,
        (
            Column("grade", Text("等级", "Grade"), grade_words, main=True),
            Column(
                "valuation_date",
                Text("基准日", "As of"),
                lambda row: row.valuation_date,
                "day",
                order="valuation_date",
            ),
            Column("low", Text("区间下端", "Low"), lambda row: row.p10, "money"),
            Column("value", Text("中值", "Middle"), lambda row: row.p50, "money", main=True),
            Column("high", Text("区间上端", "High"), lambda row: row.p90, "money"),
            Column(
                "valid_until",
                Text("有效期至", "Valid until"),
                lambda row: row.valid_until,
                "day",
                order="valid_until",
                main=True,
            ),
        ),
        (Filter("grade", Text("等级", "Grade"), lambda value: Q(grade=value), tuple(VALUE_GRADES.items())),),
        roles=FIRM,
        page="firm.appraisal",
        empty=Text(
            "暂无评估。录入权利后，一分钟内即可得到价值区间。",
            "No appraisals yet. After you enter a right, an interval takes about a minute.",
        ),
    )
)
