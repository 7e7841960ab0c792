"""The title investigation by the pledgee's law firm (000 §2.3): a due-diligence item with cost and finding.

"允许质权人或质权人所委托的律师事务所对拟质押的知识产权权属关系进行调查，由此所产生的费用由当事人双方约定".
"""

from collections.abc import Sequence
from datetime import date

from zhirong.chain.quote.optional_inputs import FINDING_TEXT, PAYER_TEXT, TitleFinding, TitleInvestigation
from zhirong.chain.quote.records import Gate, GateVerdict
from zhirong.kernel.days import add_months
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

LAW_FIRM = "law_firm"
LAW_FIRM_TEXT = Text("质权人委托的律师事务所", "the pledgee's law firm")


def read_title(reader: Reader, right_ids: Sequence[str], as_of: date) -> TitleInvestigation:
    """Read the investigation from a ``[title_investigation]`` table: ``law_firm``, ``commissioned_on``, ``cost``,
    ``paid_by``, ``rights`` (all where omitted) and, once done, ``done_on``, ``finding`` and ``words``.
    """
    done = reader.optional_day("done_on")
    commissioned = reader.day("commissioned_on")
    if commissioned > as_of:
        reader.problem(
            "commissioned_on",
            commissioned,
            "date_in_future",
            Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
            Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
        )
    finding: TitleFinding | None = None
    if done is not None:
        finding = reader.choice("finding", tuple(FINDING_TEXT))  # type: ignore[assignment]
        if not commissioned <= done <= as_of:
            reader.problem(
                "done_on",
                done,
                "date_out_of_order",
                Text(f"须在委托日与本案日期 {as_of} 之间", f"must lie between the day of commission and {as_of}"),
                Text("请更正日期", "correct the date"),
            )
    elif reader.has("finding"):
        reader.problem(
            "finding",
            reader.anything("finding"),
            "finding_before_end",
            Text("调查尚未完成，不应填写结论", "a finding is given before the investigation is complete"),
            Text("请补充完成日（done_on），或删除结论（finding）", "add done_on, or remove the finding"),
        )
    named = reader.texts("rights")
    for right_id in named:
        if right_id not in right_ids:
            reader.problem(
                "rights",
                right_id,
                "unknown_right",
                Text("本案没有这项权利", "the case has no such right"),
                Text(f"可选：{'、'.join(right_ids)}", f"choose from: {', '.join(right_ids)}"),
            )
    investigation = TitleInvestigation(
        law_firm=reader.text("law_firm"),
        commissioned_on=commissioned,
        cost=reader.money("cost"),
        paid_by=reader.choice("paid_by", tuple(PAYER_TEXT)),  # type: ignore[arg-type]
        rights=named or tuple(right_ids),
        done_on=done,
        finding=finding,
        words=reader.optional_text("words"),
    )
    reader.finish()
    return investigation


def title_gate(title: TitleInvestigation, keys: Sequence[str], rules: Rulebook, day: date) -> Gate:
    """Return the effect of the investigation on the loan: clear passes, a serious defect declines, all else stays
    open.

    keys: ids of the key rights. A right that was not investigated, or a report older than ``quote.title_validity``,
    leaves the check open.
    """
    name = Text("律师事务所的权属调查", "title investigation by the pledgee's law firm")
    validity = rules.at("quote.title_validity", day)
    cost = Text(
        f"{title.law_firm}，费用 {show_yuan(title.cost)} 元由{PAYER_TEXT[title.paid_by].zh}承担",
        f"{title.law_firm}, at CNY {show_yuan(title.cost)} paid by {PAYER_TEXT[title.paid_by].en}",
    )

    def gate(verdict: GateVerdict, reason: Text, hint: Text | None = None) -> Gate:
        words = f"：{title.words}" if title.words else "", f": {title.words}" if title.words else ""
        said = Text(f"{reason.zh}{words[0]}（{cost.zh}）", f"{reason.en}{words[1]} ({cost.en})")
        return Gate("title_investigation", verdict, name, said, hint, (validity.reference,))

    if title.finding is None or title.done_on is None:
        return gate(
            GateVerdict.OPEN,
            Text("尚未完成", "not complete yet"),
            Text("请等待调查报告", "wait for the law firm's report"),
        )
    if title.finding == "defective":
        return gate(GateVerdict.FAILED, FINDING_TEXT["defective"], Text("请改用其他权利", "use other rights"))
    if add_months(title.done_on, validity.whole()) < day:
        return gate(
            GateVerdict.OPEN,
            Text("报告已过有效期", "the report is out of date"),
            Text("请补充调查", "have it investigated again"),
        )
    left_out = [right_id for right_id in keys if right_id not in title.rights]
    if left_out:
        named = "、".join(left_out), ", ".join(left_out)
        return gate(
            GateVerdict.OPEN,
            Text(f"没有调查：{named[0]}", f"not checked: {named[1]}"),
            Text("请补充调查", "have them investigated too"),
        )
    if title.finding == "curable":
        return gate(GateVerdict.OPEN, FINDING_TEXT["curable"], Text("放款前补正", "cure it before disbursement"))
    return gate(GateVerdict.PASSED, FINDING_TEXT["clear"])
