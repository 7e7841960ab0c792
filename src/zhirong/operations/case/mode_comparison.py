"""The comparison of modes: the modes for which a firm qualifies, and their costs. The request, and its case file
table.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.appraisal.online_appraisals import method_table, own_rights
from zhirong.operations.case.applications import CYCLES, METHODS, appraisal_choices, right_choices
from zhirong.operations.case_file.tables import case_table
from zhirong.operations.fields import Fen, Request, ask
from zhirong.operations.organisation.profile import facts_of
from zhirong.operations.plausibility import implausible_amount
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Appraisal
from zhirong.store.parties import Organisation


class Compare(Request):
    """The requested loan, rights and appraisal."""

    amount: Annotated[
        Fen, Field(gt=0), ask("申请金额", "Loan amount", "如 200万元", "such as 2,000,000", widget="money")
    ]
    term_months: Annotated[int, Field(ge=1, le=360), ask("期限（月）", "Term (months)")] = 12
    method: Annotated[str, ask("还款方式", "Repayment", choices=METHODS)] = "bullet"
    cycle: Annotated[str, ask("还款周期", "Due", choices=CYCLES)] = "1M"
    rights: Annotated[
        list[int],
        Field(min_length=1, max_length=50),
        ask("质押的权利", "Rights to pledge", widget="many", choices=right_choices),
    ]
    appraisal: Annotated[int | None, ask("采用的评估", "Appraisal", choices=appraisal_choices)] = None


def compared(firm: Organisation, asked: Compare, day: date) -> dict[str, Any]:
    """Return the table of a case file for a comparison. Raises InputError for rights or appraisals of another firm, and for
    an amount that is most likely in the wrong unit.
    """
    unlikely = implausible_amount("amount", asked.amount, "plausible.amount.case", rulebook(), day)
    if unlikely:
        raise InputError(unlikely)
    rights = own_rights(firm, asked.rights)
    table: dict[str, Any] = {}
    if asked.appraisal is not None:
        appraisal = Appraisal.objects.filter(pk=asked.appraisal, firm=firm, p50__isnull=False).first()
        if appraisal is None:
            reason, hint = (
                Text("该评估不存在", "the appraisal does not exist"),
                Text("请从列表中选择", "choose one from the list"),
            )
            raise InputError([Problem("appraisal", str(asked.appraisal), reason, hint, "not_a_choice")])
        table = _of_these_rights(method_table(appraisal), [right.pk for right in rights], appraisal.rights)
        table = {**table, "checked": appraisal.grade == AppraisalGrade.FORMAL}
    request = asked.model_dump(include={"amount", "term_months", "method", "cycle"})
    facts, credit = facts_of(firm)
    return case_table(firm, rights, request, facts=facts, credit=credit, appraisal=table, day=day, number="compare")


def _of_these_rights(table: dict[str, Any], chosen: list[int], valued: list[int]) -> dict[str, Any]:
    """Return the appraisal only if all rights that it values are to be pledged."""
    lacking = [pk for pk in valued if pk not in chosen]
    if lacking:
        raise InputError(
            [
                Problem(
                    "rights",
                    "、".join(str(pk) for pk in lacking),
                    Text("所选评估包含未勾选的权利", "the appraisal includes rights that are not selected"),
                    Text("请一并勾选，或重新评估", "select them too, or create a new appraisal"),
                    "rights_differ",
                )
            ]
        )
    return table
