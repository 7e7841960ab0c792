"""The public pages of the register: search by number, holder, pledgee, date and name; verification of codes and
receipts.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.evidence.receipts import read_receipt
from zhirong.evidence.verify import verify_receipt
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.platform.audit_words import kind_words
from zhirong.operations.pledge.certificates import check_code, search_certificate
from zhirong.operations.pledge.search import Query, search, searched_as, similar_names
from zhirong.store.keys import public_keys, signing_key
from zhirong.store.settings import DATA
from zhirong.store.shared_cache import count
from zhirong.web.clock import now
from zhirong.web.pages import call_of, page

_PAGE = 50
_MOST_BYTES = 1_000_000
_MOST_A_MINUTE = 30  # search certificates for visitors without an account; each is an event of the log
_HOW = (
    ("exact", Text("完全相同", "exactly")),
    ("part", Text("包含", "contains")),
    ("similar", Text("相近", "similar")),
)
_SIDES = (
    ("any", Text("出质人或质权人", "pledgor or pledgee")),
    ("pledgor", Text("出质人", "pledgor")),
    ("pledgee", Text("质权人", "pledgee")),
)
_FIELDS = ("number", "name", "how", "side", "code", "first", "last", "only_standing", "after")


@page("register/", "register.search", is_public=True, methods=("GET", "HEAD", "POST"))
def look(request: HttpRequest) -> HttpResponse:
    """Search the register; with POST, issue the search certificate, which is an event of the register."""
    given = {name: request.GET.get(name, "").strip() for name in _FIELDS}
    problems: list[Problem] = []
    found: list[dict[str, Any]] = []
    names: list[tuple[str, Any]] = []
    query = _query(given, problems)
    is_asked = any(given[name] for name in ("number", "name", "code", "first", "last"))
    if is_asked and not problems:
        try:
            if request.method == "POST":
                return _certificate(request, query)
            found = search(request.actor, replace(query, limit=_PAGE + 1))
        except InputError as error:
            problems += error.problems
        else:
            if given["name"] and not found:
                names = [(name, score) for name, score in similar_names(query.name)[:10]]
    context = {
        "given": given,
        "hows": _HOW,
        "sides": _SIDES,
        "is_asked": is_asked and not problems,
        "rows": [_row(one) for one in found[:_PAGE]],
        "after": found[_PAGE - 1]["id"] if len(found) > _PAGE else None,
        "names": names,
        "searched": searched_as(query.number) if query.number else None,
        "problems": problems,
        "above": problems,
    }
    return render(request, "register/search.html", context, status=422 if problems else 200)


def _query(given: dict[str, str], problems: list[Problem]) -> Query:
    return Query(
        number=given["number"][:200],
        name=given["name"][:200],
        how=given["how"] if given["how"] in dict(_HOW) else "exact",  # type: ignore[arg-type]
        side=given["side"] if given["side"] in dict(_SIDES) else "any",  # type: ignore[arg-type]
        code=given["code"][:40],
        first=_day("first", given["first"], problems),
        last=_day("last", given["last"], problems),
        only_standing=bool(given["only_standing"]),
        after=int(given["after"])
        if given["after"].isascii() and given["after"].isdigit() and len(given["after"]) < 19
        else 0,
        limit=_PAGE,
    )


def _day(name: str, written: str, problems: list[Problem]) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        reason, hint = (
            Text("不是日期", "not a date"),
            Text("请按 2026-11-25 的格式填写", "enter the date as 2026-11-25"),
        )
        problems.append(Problem(name, written, reason, hint, "not_a_day"))
        return None


def _row(one: dict[str, Any]) -> dict[str, Any]:
    rights = [
        {**right, "kind_words": KIND_TEXT[RightKind(right["kind"])]}
        for right in one["rights"]
        if not right["released"]
    ]
    return {**one, "rights": rights}


def _certificate(request: HttpRequest, query: Query) -> HttpResponse:
    if not request.actor.account and not _may_take_one():
        problem = Problem(
            "certificate",
            "",
            Text("出具证明过于频繁", "too many certificates within a minute"),
            Text("一分钟后重试，或登录后出具", "try again in a minute, or sign in first"),
            "too_many",
        )
        return render(request, "register/failed.html", {"problems": [problem], "above": [problem]}, status=429)
    by = Call(request.actor, now(), call_of(request, request.POST.get("_key", "")).key)
    made = search_certificate(by, query, signing_key(DATA), request.lang)
    response = HttpResponse(made.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="search-{made.number}.pdf"'
    return response


def _may_take_one() -> bool:
    key = f"register.certificates/{now():%Y%m%d%H%M}"
    return count(key, 1, 120) <= _MOST_A_MINUTE


@page("register/verify/", "register.verify", is_public=True, methods=("GET", "HEAD", "POST"))
def verify(request: HttpRequest) -> HttpResponse:
    """Verify a receipt or a check code."""
    context: dict[str, Any] = {"code": request.GET.get("code", "").strip()[:200]}
    problems: tuple[Problem, ...] = ()
    try:
        if request.method == "POST":
            context |= _verified(request)
        elif context["code"]:
            context["checked"] = check_code(request.actor, context["code"])
            context["happened"] = kind_words(context["checked"]["entry"]["kind"])
    except InputError as error:
        problems = error.problems
    context |= {"problems": problems, "above": problems}
    return render(request, "register/verify.html", context, status=422 if problems else 200)


def _verified(request: HttpRequest) -> dict[str, Any]:
    sent = request.FILES.get("receipt")
    if sent is None or (sent.size or 0) > _MOST_BYTES:
        reason = Text("未选择文件，或文件超过 1 MB", "no file selected, or larger than 1 MB")
        raise InputError(
            [
                Problem(
                    "receipt", "", reason, Text("请上传登记机构出具的回执文件", "upload the receipt file"), "file"
                )
            ]
        )
    receipt = read_receipt(sent.read(), sent.name or "receipt")
    result = verify_receipt(receipt, [], public_keys(DATA))
    lines = result.as_text(request.lang).split("\n")
    return {"verdict": result.verdict.value, "first": lines[0], "lines": lines[1:]}
