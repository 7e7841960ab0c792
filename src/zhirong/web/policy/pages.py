"""An organisation's policy: its versions, the rules that it may set, and the effects of each version."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.financing.policies import POLICY_STATE_TEXT, PolicyState
from zhirong.chain.mode.share_text import percent
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.pack_changes import Change, differences
from zhirong.kernel.rulebook import CONFIDENCE_TEXT, Bounds, Rule, Rulebook, RuleValue
from zhirong.kernel.text import Text, same
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.case_file.tables import plain
from zhirong.operations.credit.portfolio import LENDER
from zhirong.operations.credit.review_replay import replay
from zhirong.operations.guarantee.guarantees import GUARANTOR
from zhirong.operations.guarantee.review_replay import replay_meters
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.platform.policies import DECIDERS, ISSUERS, READERS, RULES, name_of_person, settable
from zhirong.operations.platform.policy_effects import books
from zhirong.operations.platform.policy_effects import rule_changes as changes_of
from zhirong.operations.platform.policy_text import rule_text
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Case, GuaranteeRequest
from zhirong.store.policies import Policy
from zhirong.web.clock import now
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.views import render_list

UNIT_TEXT: Mapping[str, Text] = {
    "fen": Text("分", "fen"),
    "yuan": Text("元", "CNY"),
    "rate": Text("比例", "rate"),
    "bp": Text("基点", "basis points"),
    "years": Text("年", "years"),
    "months": Text("个月", "months"),
    "days": Text("天", "days"),
    "working_days": Text("个工作日", "working days"),
    "count": Text("个数", "number"),
    "points": Text("分值", "points"),
    "text": Text("文字", "text"),
    "table": Text("表", "table"),
}


EFFECT_TEXT: Mapping[str, Text] = {
    "no_longer_possible": Text("不再符合条件", "no longer qualify"),
    "newly_possible": Text("变为符合条件", "qualify for the first time"),
    "lower_limit": Text("额度降低", "lower credit limit"),
    "higher_limit": Text("额度提高", "higher credit limit"),
    "other_rate": Text("利率变化", "different rate"),
    "other_checks": Text("未通过的准入检查变化", "different failed eligibility checks"),
}
METER_TEXT: Mapping[str, Text] = {
    "all": Text("全部担保责任", "all guarantees"),
    "debtor": Text("同一被担保人", "one debtor"),
    "related": Text("被担保人及其关联方", "one debtor and its related parties"),
}


@page("policies/", "policy.home", roles=READERS)
def home(request: HttpRequest) -> HttpResponse:
    """Show the versions of the organisation's policy; users who may draft one also see the rules that it may set."""
    own = {OrganisationKind(one) for one in ISSUERS}
    kind = request.actor.kind
    groups = _settable(kind) if kind in own else []
    return render_list(request, LISTINGS["policy.versions"], "policy/home.html", groups=groups)


@page("policies/<int:id>/", "policy.version", roles=READERS, model=Policy)
def version(request: HttpRequest, row: Policy) -> HttpResponse:
    """Show a version: its changes rule by rule, the open cases that would be decided differently, the author and
    the approver.
    """
    actor, state = request.actor, PolicyState(row.state)
    problems: tuple[Problem, ...] = ()
    found: list[dict[str, Any]] = []
    try:
        after = books(row)[1]
        found = [_shown(one, after, request.lang) for one in changes_of(row)]
    except InputError as error:  # from an older program: it no longer fits the rules of this one
        problems = error.problems
    context = {
        "row": row,
        "state": POLICY_STATE_TEXT[state],
        "is_good": state is PolicyState.APPROVED,
        "is_bad": state in (PolicyState.REJECTED, PolicyState.WITHDRAWN),
        "operations": operations_for(actor, row),
        "waits_for": _waits_for(row, actor),
        "changes": found,
        "problems": problems,
        "effects": row.effects,
        "kinds": [
            (words, row.effects["kinds"][kind])
            for kind, words in EFFECT_TEXT.items()
            if row.effects.get("kinds", {}).get(kind)
        ],
        "cases": [_case(one) for one in row.effects.get("cases", ())],
        "is_lender": actor.kind is OrganisationKind.LENDER,
        "author": name_of_person(row.drafted_by),
        "decider": name_of_person(row.decided_by),
        "written": row.files[RULES],
        "modes": [name for name in row.files if name.startswith("modes/")],
    }
    return render(request, "policy/version.html", context)


@page("lender/cases/<int:id>/replay/", "policy.replay", roles=LENDER, model=Case)
def replayed(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the review of a case, calculated again by the rules and policies that it used, or why this is
    impossible.
    """
    problems: tuple[Problem, ...] = ()
    again: dict[str, Any] | None = None
    if row.review:
        try:
            again = replay(row.review)
        except InputError as error:
            problems = error.problems
    kept = row.quote
    context = {
        "case": row,
        "policies": row.review.get("policies", ()),
        "problems": problems,
        "kept": _figures(kept) if kept else None,
        "again": None if again is None else _figures(again),
        "is_same": again is not None and plain(again) == plain(kept),
    }
    return render(request, "policy/replay.html", context)


@page("guarantor/requests/<int:id>/replay/", "policy.replay_guarantee", roles=GUARANTOR, model=GuaranteeRequest)
def replayed_guarantee(request: HttpRequest, row: GuaranteeRequest) -> HttpResponse:
    """Show the limits of a decision on a guarantee, calculated again by the rules and policies that it used, or why
    this is impossible.
    """
    problems: tuple[Problem, ...] = ()
    again: list[dict[str, Any]] = []
    try:
        again = replay_meters(row.basis)
    except InputError as error:
        problems = error.problems
    kept = row.basis.get("meters", [])
    context = {
        "row": row,
        "problems": problems,
        "pairs": [
            {"title": METER_TEXT.get(a["code"], same(a["code"])), "kept": k, "again": a}
            for k, a in zip(kept, again, strict=False)
        ],
        "is_same": again == kept,
        "policies": row.basis.get("policies", ()),
    }
    return render(request, "policy/replay_guarantee.html", context)


def _figures(quote: dict[str, Any]) -> dict[str, Any]:
    offer = quote["modes"][0]
    return {
        "amount": parse_yuan(offer["loan"]["amount"]),
        "annual_rate": offer["loan"]["annual_rate"],
        "binding": offer["credit_limit"]["binding_title"],
        "rules": quote["rules_version"],
    }


def _waits_for(row: Policy, actor: Any) -> Text | None:
    if row.state != PolicyState.SUBMITTED:
        return None
    if not row.effects:
        return Text(
            "正在测算对未结业务的影响，请稍后刷新本页",
            "Its effects on open cases are being calculated; reload this page in a minute.",
        )
    if actor.has(*DECIDERS) and actor.account in (row.drafted_by_id, row.submitted_by_id):
        return Text(
            "由您起草或提交，须由另一位有权人员批准",
            "You drafted or submitted it: another person with this role approves it.",
        )
    if can(actor, "policy.approve", row):
        return Text(
            "请核对变更内容和受影响的业务后批准或驳回",
            "Review the changes and the cases they affect, then approve or reject.",
        )
    return Text("等待另一位有权人员批准", "Another person with this role approves it.")


def _shown(one: Change, after: Rulebook, lang: str) -> dict[str, Any]:
    """Return one changed rule as a row: old and new value, source, bounds."""
    known = one.before or one.after  # the platform's text for a rule, if any
    assert known is not None
    rule = after.rule(one.id) if one.id in after else None
    return {
        "id": one.id,
        "title": known.title,
        "unit": None if known.unit == "rate" else UNIT_TEXT[known.unit],  # rates are shown in per cent
        "region": one.region,
        "since": None if one.since.year == 1 else one.since,
        "until": one.until,
        "concern": one.concern,
        "values": _values(known.unit, differences(one.before, one.after, lang)),
        "source": _source(one.after, lang),
        "confidence": None if one.after is None else CONFIDENCE_TEXT[one.after.reference.confidence],
        "bounds": None if rule is None else _bounds(rule.bounds, known.unit),
    }


def _source(value: RuleValue | None, lang: str) -> str:
    if value is None:
        return ""
    reference = value.reference
    return " ".join(part for part in (reference.issuer, reference.document, reference.article) if part)


def _values(unit: str, found: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the name of each part of a rule with its old and its new value; rates in per cent."""
    return [(name, _in_unit(unit, old), _in_unit(unit, new)) for name, old, new in found]


def _in_unit(unit: str, written: str) -> str:
    """Return a value in readable form: a rate in per cent. Words such as "none" stay unchanged."""
    try:
        return percent(Fraction(written)) if unit == "rate" else written
    except ValueError:
        return written


def _bounds(bounds: Bounds | None, unit: str) -> Text | None:
    if bounds is None:
        return None
    if bounds.one_of:
        return Text("、".join(bounds.one_of), ", ".join(bounds.one_of))
    least = "" if bounds.least is None else _in_unit(unit, f"{bounds.least:f}")
    most = "" if bounds.most is None else _in_unit(unit, f"{bounds.most:f}")
    return Text(f"{least or '…'} 至 {most or '…'}", f"{least or '…'} to {most or '…'}")


def _case(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "before": _side(one["before"]), "after": _side(one["after"])}


def _side(figures: dict[str, Any]) -> dict[str, Any]:
    amount = figures.get("amount")
    return {**figures, "amount": None if amount is None else parse_yuan(amount)}


def _settable(kind: Any) -> list[dict[str, Any]]:
    """Return the rules that may be set by subject, with today's value and a piece of TOML to start with."""
    book, today = rulebook(), day_of(now())
    groups: dict[str, dict[str, Any]] = {}
    for rule_id in settable(kind, book, today):
        value = book.find(rule_id, today)
        if value is None:
            continue
        concern = Change(rule_id, "CN", today, None, None, value).concern
        group = groups.setdefault(concern.zh, {"title": concern, "rules": []})
        group["rules"].append(_settable_rule(book.rule(rule_id), value))
    return list(groups.values())


def _settable_rule(rule: Rule, value: RuleValue) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "unit": UNIT_TEXT[rule.unit],
        "values": _values(rule.unit, differences(None, value, "zh")),
        "bounds": _bounds(rule.bounds, rule.unit),
        "toml": rule_text(rule, value.value),
    }


menu(
    "policy.home",
    "本机构政策",
    "Own policy",
    *(role for role in READERS if role is not MemberRole.AUDIT_ADMIN),
    icon="scale",
    group=Group.ACCOUNT,
)
menu("policy.home", "机构政策", "Policies", MemberRole.AUDIT_ADMIN, icon="scale")
