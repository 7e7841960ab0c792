"""The assessment of a firm's team for a case by independent raters (000 §3.1): one sheet per rater, a third one if
two disagree.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, create_model

from zhirong.chain.credit.team import LEVELS, TeamAssessment, TeamItem, assess_team, read_items, read_team
from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import exact
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, TeamRating
from zhirong.store.parties import Account

_MOST_RATERS = 3


def _items_of_all_days(rules: Rulebook) -> tuple[TeamItem, ...]:
    """Return every item of all versions of the rule, so that the form has the fields of any day."""
    found = {}
    for version in rules.rule("credit.team.items").versions:
        for row in version.value["items"]:
            words = tuple(Text(one["zh"], one["en"]) for one in row["anchors"])
            title = Text(row["title"]["zh"], row["title"]["en"])
            found[str(row["code"])] = TeamItem(str(row["code"]), title, row["weight"], words)
    return tuple(found.values())


def _sheet(rules: Rulebook) -> type[Request]:
    """Return the request model: level and evidence of each item, and the rater's two declarations."""
    fields: dict[str, Any] = {}
    for item in _items_of_all_days(rules):
        levels = tuple(
            (str(level), Text(f"{level} {words.zh}", f"{level} {words.en}"))
            for level, words in enumerate(item.anchors, 1)
        )
        fields[f"{item.code}_points"] = (
            Annotated[
                int | None,
                Field(ge=1, le=LEVELS),
                ask(item.title.zh, item.title.en, choices=levels),
            ],
            None,
        )
        fields[f"{item.code}_evidence"] = (
            Annotated[
                str,
                Field(max_length=500),
                ask(
                    f"依据：{item.title.zh}",
                    f"Evidence: {item.title.en}",
                    "填写所见或查实的事实，不得填写年龄、性别、籍贯等个人特征",
                    "facts seen or verified; do not mention age, sex, origin or similar",
                ),
            ],
            "",
        )
    fields["independent"] = (
        Annotated[bool, ask("我与企业无利害关系", "I have no conflict of interest with the firm", widget="flag")],
        False,
    )
    fields["rated_alone"] = (
        Annotated[bool, ask("我未查看他人的评定", "I have not seen any other rater's sheet", widget="flag")],
        False,
    )
    return create_model("RateTeam", __base__=Request, **fields)


RateTeam = _sheet(rulebook())


@operation(
    "team.rate",
    Text("评定经营团队", "Assess the team"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
    states=(CaseState.DILIGENCE,),
    request=RateTeam,
    page="lender.case",
    help=Text(
        "两名独立评定人各评一份，每项填写依据；分歧较大的由第三人评定。提交本人评定后方可查看他人的评定。",
        "Two independent raters each complete a sheet, with evidence for every item; a third rates if they disagree. You see the other sheets only after you submit yours.",
    ),
)
def rate_team(work: Work, request: Any) -> Any:
    """Store one sheet. The result of all sheets is stored with the case and used in the next review."""
    case: Case = work.row
    sheets = list(TeamRating.objects.filter(case=case).order_by("pk"))
    _demand_room(work, case, sheets)
    items = read_items(work.rules, work.day)
    sheet = {
        "rater": f"{name_of_rater(work)}（{work.actor.account}）",
        "organisation": work.actor.organisation_name,
        "date": work.day.isoformat(),
        "independent": request.independent,
        "rated_alone": request.rated_alone,
        "marks": {
            item.code: {
                "points": getattr(request, f"{item.code}_points"),
                "evidence": getattr(request, f"{item.code}_evidence"),
            }
            for item in items
        },
    }
    _demand_whole(work, sheet)
    team = {"rating": [*(one.ratings for one in sheets), sheet]}
    work.create(TeamRating, case=case, rater_id=work.actor.account, ratings=sheet)
    work.update(case, team=team)
    assessment = assessed(case, work.rules, work.day)
    return {"id": case.pk, "state": "" if assessment is None else assessment.state}


def assessed(case: Case, rules: Rulebook, day: date) -> TeamAssessment | None:
    """Return the result of a case's sheets on a day; None if there are none."""
    if not case.team:
        return None
    return assess_team(read_team(Reader(exact(case.team)), rules, day), rules, day)


def name_of_rater(work: Work) -> str:
    """Return the rater's name for the sheet."""
    return name_of(Account.objects.get(pk=work.actor.account))


def _demand_room(work: Work, case: Case, sheets: list[TeamRating]) -> None:
    if any(one.rater_id == work.actor.account for one in sheets):
        raise refuse(
            "rated_already",
            "rater",
            work.actor.account,
            Text("您已完成评定", "you have already rated"),
            Text("请由另一人评定", "ask another person to rate"),
        )
    if len(sheets) < _MOST_RATERS - 1:
        return
    state = assess_team(read_team(Reader(exact(case.team)), work.rules, work.day), work.rules, work.day).state
    if len(sheets) >= _MOST_RATERS or state != "third_rater_needed":
        raise refuse(
            "enough_raters",
            "rater",
            len(sheets),
            Text("评定已完成", "the assessment is complete"),
            Text("仅在两人分歧较大时由第三人评定", "a third rater is needed only if two disagree"),
        )


def _demand_whole(work: Work, sheet: dict[str, Any]) -> None:
    """Reject an incomplete sheet, with the names of the form's fields."""
    problems = []
    for code, mark in sheet["marks"].items():
        for part, words in (("points", Text("未选择等级", "no level selected")), ("evidence", _NO_EVIDENCE)):
            if not mark[part]:
                problems.append(
                    Problem(f"{code}_{part}", "", words, Text("请补充填写", "fill it in"), "missing"),
                )
    if not problems:
        try:
            read_team(Reader({"rating": [exact(sheet)]}), work.rules, work.day)
        except InputError as error:
            problems += [
                Problem(one.field.rsplit(".", 1)[-1], one.value, one.reason, one.hint, one.code)
                for one in error.problems
            ]
    if problems:
        raise InputError(problems)


_NO_EVIDENCE = Text("未填写依据", "the evidence is missing")
