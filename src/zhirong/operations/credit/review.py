"""The lender's review: the quote of a case from all current data, and its submission for approval."""

import hashlib
import json
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from zhirong.chain.credit.team import STATE_TEXT
from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.financing.diligence import CheckRule, DiligenceRule, adverse_items, open_items, rules_of_items
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.quote.document import GatePart, ModeConditionPart, QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.chain.quote.records import GateScope, GateVerdict
from zhirong.kernel.days import day_of
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import case_table_of, plain, quote_of_table, valued_hash
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.credit.diligence import DESK, lender_page
from zhirong.operations.credit.team_rating import assessed
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Rate, Request, Words, ask
from zhirong.operations.rulebook import policies_in, rules_version, version_of
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, CheckItem

_USE_ANOTHER_MODE = Text("改用其他模式，或不予通过", "use another mode, or decline")


class Review(Request):
    """The agreed rate; all other data of the quote already exist."""

    annual_rate: Annotated[
        Rate | None,
        ask(
            "商定的年利率",
            "Agreed annual rate",
            "如 0.0385；留空按 LPR 加信用等级加点",
            "such as 0.0385; leave empty for LPR plus the spread of the grade",
            widget="number",
            start=lambda actor, row: row.annual_rate,
        ),
    ] = None


@operation(
    "case.review",
    Text("测算额度和报价", "Calculate credit limit and quote"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE,),
    request=Review,
    page="lender.case",
)
def review(work: Work, request: Review) -> Any:
    """Calculate the quote under the chosen mode, as of today and by today's rules. Later changes of the data make
    it outdated.
    """
    case: Case = work.row
    case.annual_rate = request.annual_rate
    table = case_table_of(case, work.day)
    quote = quote_of_table(table, [case.mode], work.rules)
    credit_limit = parse_yuan(quote.modes[0].loan.amount)
    work.update(
        case,
        annual_rate=request.annual_rate,
        quote=to_json(quote),
        credit_limit=credit_limit,
        review={
            "on": work.day.isoformat(),
            "by": work.actor.account,
            "inputs": inputs_of(case),
            "valued": valued_hash(case),
            "rules": version_of(work.rules),
            "platform_rules": rules_version(),
            "policies": policies_in(work.rules),
            "mode": case.mode,
            "table": plain(table),
        },
    )
    return {"id": case.pk, "credit_limit": yuan(credit_limit)}


def inputs_of(case: Case) -> str:
    """Return the SHA-256 of all data of a quote except its day, to see whether two quotes use the same facts."""
    table = plain(case_table_of(case, date(1, 1, 1)))
    return hashlib.sha256(json.dumps([table, case.mode], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def review_problems(case: Case, rules: Rulebook, day: date) -> list[Problem]:
    """Return the reasons why the review of a case cannot be used for a decision; none if it can."""
    if not case.review:
        return [
            _review("", Text("尚未测算额度", "credit limit and quote have not been calculated"), "not_reviewed")
        ]
    made_on = date.fromisoformat(case.review["on"])
    days = rules.at("lending.approval.review_days", day)
    found = []
    if (day - made_on).days > days.whole():
        words = Text(
            f"测算已超过 {days.value} 天（{made_on}）",
            f"the review is more than {days.value} days old ({made_on})",
        )
        found.append(_review(made_on.isoformat(), words, "review_too_old"))
    if case.review.get("policies", []) != policies_in(rules):
        words = Text("测算之后本机构或有关方的政策有变动", "a policy for the case has changed since the review")
        found.append(_review(made_on.isoformat(), words, "review_other_policy"))
    if case.review["inputs"] != inputs_of(case):
        words = Text("测算后资料已变动", "the underlying data has changed since the review")
        found.append(_review(made_on.isoformat(), words, "review_stale"))
    return found


def suspended_problems(case: Case) -> list[Problem]:
    """Return the problems that stop submission, approval and signature if the platform has suspended the firm or
    the guarantor.
    """
    parties = [case.firm, *([case.guarantor] if case.guarantor else [])]
    return [
        Problem(
            "party",
            party.name,
            Text(f"{party.name} 已被停用", f"{party.name} is suspended"),
            Text("请平台管理员核实后再办理", "ask an administrator to check before continuing"),
            "party_suspended",
        )
        for party in parties
        if party.status == OrganisationState.SUSPENDED
    ]


def _review(value: str, words: Text, code: str) -> Problem:
    return Problem(
        "review", value, words, Text("请重新测算额度和报价", "calculate the credit limit and quote again"), code
    )


def check_state(case: Case, rules: Rulebook, day: date) -> tuple[tuple[CheckRule, ...], tuple[DiligenceRule, ...]]:
    """Return the checklist of a case: its rules in order, and the results so far."""
    items = list(CheckItem.objects.filter(case=case).order_by("pk"))
    entries = tuple(
        DiligenceRule(one.item, one.state, one.verdict, one.finding, one.file_id is not None) for one in items
    )
    return check_rules(items, rules, day), entries


def check_rules(items: Collection[CheckItem], rules: Rulebook, day: date) -> tuple[CheckRule, ...]:
    """Return the rules of these items of a checklist, in order."""
    laid_out = {day_of(one.created_at) for one in items} or {day}
    wanted = rules_of_items((one.item for one in items), rules, sorted(laid_out)).values()
    return tuple(sorted(wanted, key=lambda rule: (rule.order, rule.id)))


class SubmitForApproval(Request):
    """The proposal."""

    amount: Annotated[
        Fen,
        ask(
            "建议金额",
            "Proposed amount",
            "不超过测算的额度",
            "at most the credit limit",
            widget="money",
            start=lambda actor, row: None if row.credit_limit is None else min(row.credit_limit, row.amount),
        ),
    ]
    opinion: Annotated[Words, ask("调查意见", "Opinion", widget="area")]
    despite: Annotated[
        str,
        ask(
            "存在不利结论仍建议放款的理由",
            "Reason for proposing despite an adverse finding",
            "调查项有“不利”时必填",
            "required if a finding is adverse",
            widget="area",
        ),
    ] = ""


@operation(
    "case.submit_for_approval",
    Text("报审批", "Submit for approval"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(CaseState.DILIGENCE,),
    request=SubmitForApproval,
    page="lender.case",
)
def submit_for_approval(work: Work, request: SubmitForApproval) -> Any:
    """Start a round of approval. If anything prevents it, all obstacles are reported."""
    case: Case = work.row
    problems = submission_problems(case, work.rules, work.day, quote=read_kept(case.quote))
    rules, entries = check_state(case, work.rules, work.day)
    if adverse_items(rules, entries) and not request.despite.strip():
        problems.append(
            Problem(
                "despite",
                "、".join(one.title.zh for one in adverse_items(rules, entries)),
                Text("有不利调查结论，但未说明理由", "a finding is adverse, but no reason is given"),
                Text("请填写理由，或不予通过", "enter the reason, or decline"),
                "adverse_finding",
            )
        )
    credit_limit = case.credit_limit or 0
    if not problems and not 0 < request.amount <= credit_limit:
        problems.append(
            Problem(
                "amount",
                show_yuan(request.amount),
                Text(
                    f"须大于零，且不超过额度 {show_yuan(credit_limit)} 元",
                    f"must be above zero and at most the credit limit of CNY {show_yuan(credit_limit)}",
                ),
                Text("请减少金额", "propose a smaller amount"),
                "above_line",
            )
        )
    if problems:
        raise InputError(problems)
    change_case_state(
        work,
        case,
        CaseTransition.SUBMIT_FOR_APPROVAL,
        approval_round=case.approval_round + 1,
        proposed_by_id=work.actor.account,
        proposed_amount=request.amount,
    )
    notify_next(work, case, MemberRole.LENDER_REVIEWER)
    return {"id": case.pk}


def notify_next(work: Work, case: Case, role: str) -> None:
    """Notify the members with a role that a case awaits them."""
    work.notify(
        Text(f"待审批：{case.number} {case.firm.name}", f"Case to approve: {case.number} {case.firm.name}"),
        lender_page(case),
        case.lender,
        (MemberRole(role),),
        asks=True,
    )


def submission_problems(case: Case, rules: Rulebook, day: date, *, quote: QuoteDocument | None) -> list[Problem]:
    """Return the obstacles to submission for approval, apart from the fields of the form. quote: of the case."""
    return [
        *_check_problems(case, rules, day),
        *_team_problems(case, rules, day),
        *review_problems(case, rules, day),
        *_quote_problems(quote),
        *suspended_problems(case),
    ]


def _check_problems(case: Case, rules: Rulebook, day: date) -> list[Problem]:
    return [
        Problem(
            f"check.{rule.id}",
            "",
            Text(f"调查项未完成：{rule.title.zh}", f"not investigated: {rule.title.en}"),
            rule.how,
            "check_open",
        )
        for rule in open_items(*check_state(case, rules, day))
    ]


def _team_problems(case: Case, rules: Rulebook, day: date) -> list[Problem]:
    assessment = assessed(case, rules, day)
    if assessment is not None and assessment.usable:
        return []
    if assessment is None:
        words = Text("尚无经营团队评定", "the management team has not been assessed")
    else:
        words = Text(
            f"经营团队评定不能使用：{STATE_TEXT[assessment.state].zh}",
            f"the assessment of the team cannot be used: {STATE_TEXT[assessment.state].en}",
        )
    hint = Text(
        "请由两名独立评定人各评一份，分歧较大时增加一人", "ask two independent raters, and a third if they disagree"
    )
    return [Problem("team", "", words, hint, "team_unusable")]


def _quote_problems(quote: QuoteDocument | None) -> list[Problem]:
    """Return the failed eligibility checks and unmet conditions of the mode in the quote."""
    if quote is None:
        return []
    return [
        *(
            _said(f"gate.{gate.code}", gate.reason, gate.hint, "gate_failed")
            for gate in quote.gates
            if gate.verdict is GateVerdict.FAILED and gate.scope is GateScope.LOAN
        ),
        *(
            _said(f"mode.{one.code}", one.reason, one.hint, "mode_not_open")
            for one in quote.modes[0].conditions
            if one.verdict == "no"
        ),
    ]


def _said(name: str, reason: Text, hint: Text | None, code: str) -> Problem:
    return Problem(name, "", reason, hint or _USE_ANOTHER_MODE, code)


def open_conditions(quote: QuoteDocument) -> list[GatePart | ModeConditionPart]:
    """Return the open eligibility checks and conditions of the quote, to be settled before disbursement."""
    gates = [one for one in quote.gates if one.verdict is GateVerdict.OPEN]
    left_out = [one for one in quote.gates if one.verdict is GateVerdict.FAILED and one.scope is GateScope.PLEDGE]
    return [*gates, *left_out, *(one for one in quote.modes[0].conditions if one.verdict == "unknown")]


def rate_of(case: Case) -> Decimal | None:
    """Return the annual rate of the quote; None before a review."""
    quote = read_kept(case.quote)
    return None if quote is None else Decimal(quote.modes[0].loan.annual_rate)
