"""Everything that a case still needs before it can be submitted."""

from datetime import date

from zhirong.chain.appraisal_practice.records import STATE_TEXT
from zhirong.chain.quote.document import QuoteDocument
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_appraisals import standing_of
from zhirong.operations.case_file.tables import case_table_of, quote_of_table
from zhirong.operations.organisation.profile import Table, facts_of, missing_sections
from zhirong.operations.plausibility import implausible_amount
from zhirong.operations.rulebook import rulebook, rules_of_case
from zhirong.store.financing import Case, FirmRight

_CHOOSE_ANOTHER = Text("在“比较模式”中选择符合条件的模式", "choose a mode that you qualify for")


def described(case: Case) -> tuple[Table, Table]:
    """Return facts and credit file of a case: its own entries, supplemented by those of the firm's profile."""
    facts, credit = facts_of(case.firm)
    return {**facts, **case.facts}, {**credit, **case.credit}


def missing(case: Case, actor: Actor, day: date) -> list[Problem]:
    """Return everything without which the case cannot be submitted."""
    found: list[Problem] = []
    if not actor.is_active:
        found.append(
            lacking(
                "firm",
                Text("企业尚未通过核实", "the firm has not been confirmed yet"),
                Text(
                    "请等待平台管理员核对营业执照，一般需一个工作日",
                    "wait until an administrator has checked the business licence, usually one working day",
                ),
            )
        )
    if case.amount <= 0:
        found.append(
            lacking(
                "amount", Text("未填写金额", "the amount is missing"), Text("请填写申请金额", "enter the amount")
            )
        )
    else:
        found += implausible_amount("amount", case.amount, "plausible.amount.case", rulebook(), day)
    if not case.purpose:
        found.append(
            lacking(
                "purpose",
                Text("未填写用途", "the purpose is missing"),
                Text("请填写贷款用途", "enter the purpose of the loan"),
            )
        )
    rights = list(FirmRight.objects.filter(pk__in=case.rights))
    if not rights:
        found.append(
            lacking(
                "rights",
                Text("未选择权利", "no right selected"),
                Text("请选择要质押的权利", "select the rights to pledge"),
            )
        )
    for right in rights:
        if right.removed:
            found.append(
                lacking(
                    "rights",
                    Text(f"{right.title} 已移出", f"{right.title} has been removed"),
                    Text("从申请中删除该权利", "remove it from the case"),
                )
            )
    found += _missing_appraisal(case, day)
    return found + _missing_credit(case, day)


def _missing_credit(case: Case, day: date) -> list[Problem]:
    """Return the parts of the credit file that the rule of the day requires and that are missing, each with its
    rule.
    """
    needed = rulebook().at("case.needed_sections", day)
    by = Text(
        f"{needed.title.zh}：{needed.reference.as_text('zh')}",
        f"{needed.title.en}: {needed.reference.as_text('en')}",
    )
    return [
        lacking(
            f"credit.{name}",
            Text(f"信用资料缺少“{words.zh}”（{by.zh}）", f"the credit file lacks '{words.en}' ({by.en})"),
            Text("在“企业情况”中补充", "add it to the firm profile"),
        )
        for name, words in missing_sections(described(case)[1])
        if name in needed.value
    ]


def _missing_appraisal(case: Case, day: date) -> list[Problem]:
    hint = Text("请先完成一次免费线上评估，再选用该评估", "create a free online appraisal and select it")
    if case.appraisal is None:
        if case.appraisal_input.get("method"):
            return []
        return [lacking("appraisal", Text("未选择评估", "no appraisal selected"), hint)]
    found = []
    standing = standing_of(case.appraisal, day)
    if standing != "current":
        reason = Text(
            f"评估{STATE_TEXT[standing].zh}（有效期至 {case.appraisal.valid_until}）",
            f"the appraisal: {STATE_TEXT[standing].en} (valid until {case.appraisal.valid_until})",
        )
        found.append(lacking("appraisal", reason, hint))
    if not set(case.appraisal.rights) <= set(case.rights):
        reason = Text("评估包含未质押的权利", "the appraisal includes rights that are not pledged")
        found.append(
            lacking("appraisal", reason, Text("一并质押，或重新评估", "pledge them too, or create a new appraisal"))
        )
    return found


def ready_to_submit(case: Case, actor: Actor, day: date) -> tuple[QuoteDocument | None, list[Problem]]:
    """Return the quote for the submission and every reason to reject it: missing data, facts that cannot be read,
    an excluded mode. No quote if it cannot be calculated.
    """
    lacks = missing(case, actor, day)
    quote, problems = _quote(case, day)
    # If something is missing, most read errors are its consequences.
    return quote, [*lacks, *(problems if quote is not None or not lacks else ())]


def table_to_submit(case: Case, day: date) -> Table:
    """Return the case file table with which the case would be submitted: supplemented by the firm's profile."""
    kept = case.facts, case.credit
    try:
        case.facts, case.credit = described(case)
        return case_table_of(case, day)
    finally:
        case.facts, case.credit = kept


def _quote(case: Case, day: date) -> tuple[QuoteDocument | None, list[Problem]]:
    try:
        quote = quote_of_table(table_to_submit(case, day), [case.mode], rules_of_case(case, day))
    except InputError as error:
        return None, list(error.problems)
    return quote, _mode_problems(quote)


def _mode_problems(quote: QuoteDocument) -> list[Problem]:
    """Return the unmet conditions of the mode, or none if the mode is possible. The lender clarifies unknown ones."""
    offer = quote.modes[0]
    if offer.eligible != "no":
        return []
    return [
        Problem("mode", offer.id, one.reason, one.hint or _CHOOSE_ANOTHER, "mode_not_met")
        for one in offer.conditions
        if one.verdict == "no"
    ]


def lacking(field: str, reason: Text, hint: Text) -> Problem:
    """Return the problem for one missing item."""
    return Problem(field, "", reason, hint, "missing")
