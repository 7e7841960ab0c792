"""Two forms with special templates on the lender's desk: the credit file, and the indicators of a right."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, QueryDict

from zhirong.chain.financing.diligence import TITLE_INVESTIGATION, CheckState
from zhirong.chain.indicators import form, read_system, system_ids
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.provenance import EVIDENCE_TEXT
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import right_id
from zhirong.operations.clock import now
from zhirong.operations.credit.diligence import DESK, rule_of
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.rulebook import rules_deciding
from zhirong.store.financing import Case, CheckItem, FirmRight
from zhirong.web.pages import page
from zhirong.web.profile_fields import FIRST_FACTS, credit_sections, drawn, facts_items, read_description
from zhirong.web.views import operate

_PARTS = ("answer", "grade", "source")
_GRADES = tuple((one.value, words) for one, words in EVIDENCE_TEXT.items())
_DEFAULT_SYSTEM = "national_guide"


@page("lender/checks/<int:id>/", "lender.check", roles=DESK, model=CheckItem, methods=("GET", "HEAD", "POST"))
def check(request: HttpRequest, row: CheckItem) -> HttpResponse:
    """Show the form of one checklist item with the findings recorded so far."""
    rule = rule_of(row, rules_deciding(row, day_of(now())), day_of(now()))
    known = {"outcome": row.state, "verdict": row.verdict, "finding": row.finding, "cost": row.cost}
    title = row.case.beside.get(TITLE_INVESTIGATION, {}) if row.item == TITLE_INVESTIGATION else {}
    names = {"finding": "title_finding"}
    stated = {names.get(name, name): value for name, value in title.items() if name not in ("words", "cost")}
    return operate(
        request,
        OPERATIONS["check.do"],
        row,
        known={} if row.state == CheckState.OPEN else {**known, **stated},
        subject=Text(f"{rule.title.zh}：{rule.how.zh}", f"{rule.title.en}: {rule.how.en}"),
    )


@page("lender/cases/<int:id>/credit/", "lender.credit", roles=DESK, model=Case, methods=("GET", "HEAD", "POST"))
def credit(request: HttpRequest, row: Case) -> HttpResponse:
    """Show credit file and facts of a case as the firm stated them, for verification."""

    def draw(given: dict[str, Any], problems: tuple[Problem, ...]) -> dict[str, Any]:
        facts = drawn(facts_items(), given, problems)
        return {
            "facts": facts[: len(FIRST_FACTS)],
            "more_facts": facts[len(FIRST_FACTS) :],
            "sections": [(name, words, drawn(items, given, problems)) for name, words, items in credit_sections()],
        }

    return operate(
        request,
        OPERATIONS["case.credit"],
        row,
        template="lender/credit.html",
        known={"facts": row.facts, "credit": row.credit},
        read=read_description,
        draw=draw,
    )


@page("lender/cases/<int:id>/score/", "lender.score", roles=DESK, model=Case, methods=("GET", "HEAD", "POST"))
def score(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the indicator form of one right; it asks only for data missing from the record."""
    rights = list(FirmRight.objects.filter(pk__in=row.rights).order_by("pk"))
    wanted = request.POST.get("right") or request.GET.get("right") or ""
    right = next((one for one in rights if str(one.pk) == wanted), rights[0] if rights else None)
    if right is None:
        raise Http404
    day = day_of(now())
    rules = rules_deciding(row, day)
    stated = row.beside.get("indicators", {})
    chosen = request.POST.get("system") or request.GET.get("system") or stated.get("system", _DEFAULT_SYSTEM)
    system_id = chosen if chosen in system_ids(rules) else _DEFAULT_SYSTEM
    system = read_system(system_id, rules, day)
    known = stated.get("answers", {}).get(right_id(right.pk), {}) if stated.get("system") == system_id else {}
    questions = form(system)

    def read(model: type[Request], posted: QueryDict) -> dict[str, Any]:
        return {"right": right.pk, "system": system_id, "answers": _answers(questions, posted)}

    def draw(given: dict[str, Any], problems: tuple[Problem, ...]) -> dict[str, Any]:
        answers = given.get("answers") or {}
        return {"questions": [_question(one, answers, problems) for one in questions]}

    return operate(
        request,
        OPERATIONS["case.score"],
        row,
        template="lender/score.html",
        known={"answers": known},
        read=read,
        draw=draw,
        right=right,
        rights=rights,
        system=system,
        systems=[(one, rules.rule(f"indicators.{one}.head").title) for one in system_ids(rules)],
        grades=_GRADES,
        suits=right.kind in system.kinds,
    )


def _answers(questions: list[dict[str, Any]], posted: QueryDict) -> dict[str, Any]:
    """Return the answers without unanswered questions. A number that cannot be read stays as typed."""
    found = {}
    for one in questions:
        written = {part: posted.get(f"{one['code']}.{part}", "").strip() for part in _PARTS}
        if written["answer"]:
            answer: Any = written["answer"]
            if one["kind"] == "number":
                answer = _number(answer)
            found[one["code"]] = {**{part: written[part] for part in _PARTS if written[part]}, "answer": answer}
    return found


def _number(written: str) -> Any:
    try:
        return float(written)
    except ValueError:
        return written


def _question(one: Mapping[str, Any], answers: Mapping[str, Any], problems: tuple[Problem, ...]) -> dict[str, Any]:
    given = answers.get(one["code"], {})
    answer = given.get("answer", "")
    return {
        **one,
        "given": {**given, "answer": f"{answer:g}" if isinstance(answer, float) else str(answer)},
        "problems": [two for two in problems if two.field.startswith(f"answers.{one['code']}")],
    }
