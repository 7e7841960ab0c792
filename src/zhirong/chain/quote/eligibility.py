"""Eligibility checks before any amount is calculated: reasons to decline the loan, reasons to exclude a right from
the pledge, and open items.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal.records import Appraisal, NoValue
from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.credit.file import SECTION_TEXT
from zhirong.chain.credit.team import STATE_TEXT, TeamAssessment
from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.records import Filing, GroundFinding, GroundVerdict, pledgeable
from zhirong.chain.quote.optional_inputs import TitleInvestigation
from zhirong.chain.quote.ownership import filing_for
from zhirong.chain.quote.records import Gate, GateScope, GateVerdict, RightView
from zhirong.chain.quote.title import title_gate
from zhirong.chain.right.life import legal_life, remaining_years
from zhirong.chain.right.records import Flag, Right, Role
from zhirong.chain.right.status import status_on
from zhirong.kernel.days import add_months
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

_PATENT_CO_OWNERS = "registration.patent.ground_08"


def view_right(right: Right, filing: Filing, day: date, rules: Rulebook) -> RightView:
    """A right with its status, life and every refusal ground, as of ``day``."""
    life = legal_life(right, rules, day)
    left = remaining_years(life, day)
    findings = examine(filing_for(filing, right), right, day, rules)
    return RightView(
        right=right,
        status=status_on(right, day, rules),
        life=life,
        findings=findings,
        pledgeable=pledgeable(findings),
        remaining=None if left is None else Decimal(str(round(left, 2))),
    )


def key_rights(views: tuple[RightView, ...], subject: tuple[str, ...]) -> tuple[RightView, ...]:
    """Return the rights that carry the value: the core ones among those appraised, or all of these if none is
    marked core.
    """
    valued = tuple(view for view in views if view.right.id in subject)
    core = tuple(view for view in valued if view.right.role is Role.CORE)
    return core or valued


def pass_gates(
    keys: tuple[RightView, ...],
    appraisal: Appraisal | NoValue,
    credit: CreditAssessment,
    *,
    end: date,
    rules: Rulebook,
    day: date,
    title: TitleInvestigation | None = None,
    team: TeamAssessment | None = None,
) -> tuple[Gate, ...]:
    """Run every eligibility check, in the order in which a loan officer asks. keys: see ``key_rights``. end: last
    day of the loan.

    A failure of a right or its value removes it from the pledge (scope ``pledge``); a failure of the firm declines
    the loan. title: the title investigation by the pledgee's law firm, where one was commissioned. team: the
    assessment of the team, where there is one. Without them their checks are left out.
    """
    of_rights = (
        *checks_of_rights(keys, end=end, rules=rules, day=day, title=title),
        _valued(appraisal),
        _evidence(appraisal, rules, day),
    )
    return (
        *(replace(gate, scope=GateScope.PLEDGE) for gate in of_rights),
        *_credit_gates(credit),
        _credit_unchecked(credit, rules, day),
        _credit_complete(credit),
        *(() if team is None else (team_gate(team),)),
    )


def checks_of_rights(
    keys: tuple[RightView, ...],
    *,
    end: date,
    rules: Rulebook,
    day: date,
    title: TitleInvestigation | None = None,
) -> tuple[Gate, ...]:
    """Return the checks that a right must pass to be pledged."""
    return (
        _pledgeable(keys),
        _co_owners(keys),
        *(() if title is None else (title_gate(title, [view.right.id for view in keys], rules, day),)),
        _in_force(keys),
        _invalidation(keys),
        _outlives(keys, end, rules, day),
    )


def removed_rights(
    views: Sequence[RightView],
    *,
    end: date,
    rules: Rulebook,
    day: date,
    title: TitleInvestigation | None = None,
) -> dict[str, Text]:
    """Return the rights that fail a check, by id, each with the reason; they are left out of the pledge."""
    removed = {}
    for view in views:
        failed = [
            gate
            for gate in checks_of_rights((view,), end=end, rules=rules, day=day, title=title)
            if gate.verdict is GateVerdict.FAILED
        ]
        if failed:
            removed[view.right.id] = Text(
                "；".join(gate.reason.zh for gate in failed), "; ".join(gate.reason.en for gate in failed)
            )
    return removed


def _pledgeable(keys: tuple[RightView, ...]) -> Gate:
    title = Text("核心权利能否质押登记", "can the key rights be pledged")
    refused = [pair for pair in _of_pledge(keys) if pair[1].verdict is GroundVerdict.REFUSED]
    if refused:
        return Gate(
            "key_right_not_pledgeable",
            GateVerdict.FAILED,
            title,
            Text(
                "；".join(f"{view.right.title}：{finding.reason.zh}" for view, finding in refused),
                "; ".join(f"{view.right.title}: {finding.reason.en}" for view, finding in refused),
            ),
            _joined([finding.hint for _, finding in refused if finding.hint is not None]),
            tuple(finding.reference.reference for _, finding in refused if finding.reference is not None),
        )
    unknown = [pair for pair in _of_pledge(keys) if pair[1].verdict is GroundVerdict.UNKNOWN]
    if unknown:
        return Gate(
            "key_right_not_examined",
            GateVerdict.OPEN,
            title,
            Text(
                "；".join(f"{view.right.title}：{finding.reason.zh}" for view, finding in unknown),
                "; ".join(f"{view.right.title}: {finding.reason.en}" for view, finding in unknown),
            ),
            _joined([finding.hint for _, finding in unknown if finding.hint is not None]),
        )
    return Gate(
        "key_right_not_pledgeable",
        GateVerdict.PASSED,
        title,
        Text("逐项审查，均无不予登记的情形", "no refusal ground was found in any of them"),
    )


def _is_co_owners(finding: GroundFinding) -> bool:
    """Return whether a finding is the ground that co-owners have not agreed, in any register."""
    rule = finding.reference
    return rule is not None and (rule.id == _PATENT_CO_OWNERS or rule.id.endswith(".co_owners"))


def _of_pledge(keys: tuple[RightView, ...]) -> list[tuple[RightView, GroundFinding]]:
    """Return every finding except those on co-owners, which have their own check."""
    return [(view, finding) for view in keys for finding in view.findings if not _is_co_owners(finding)]


def _co_owners(keys: tuple[RightView, ...]) -> Gate:
    title = Text("共有人是否同意", "do the co-owners consent")
    found = [(view, finding) for view in keys for finding in view.findings if _is_co_owners(finding)]
    for ground, verdict in ((GroundVerdict.REFUSED, GateVerdict.FAILED), (GroundVerdict.UNKNOWN, GateVerdict.OPEN)):
        named = [(view, finding) for view, finding in found if finding.verdict is ground]
        if named:
            return Gate(
                "co_owner_consent",
                verdict,
                title,
                Text(
                    "；".join(f"{view.right.title}：{finding.reason.zh}" for view, finding in named),
                    "; ".join(f"{view.right.title}: {finding.reason.en}" for view, finding in named),
                ),
                _joined([finding.hint for _, finding in named if finding.hint is not None]),
                tuple(finding.reference.reference for _, finding in named if finding.reference is not None),
            )
    reason = Text("没有共有人，或均已同意", "there is no co-owner, or all consent")
    return Gate("co_owner_consent", GateVerdict.PASSED, title, reason)


def _in_force(keys: tuple[RightView, ...]) -> Gate:
    title = Text("核心权利是否有效", "are the key rights in force")
    conflicts = [conflict for view in keys for conflict in view.status.conflicts]
    ended = [view.right.title for view in keys if view.status.status is not None and not view.status.in_force]
    unknown = [view.right.title for view in keys if view.status.status is None]
    hint = Text("请改用有效的权利，或先恢复权利", "use rights in force, or have them restored first")
    if ended:
        names = "、".join(ended)
        return Gate(
            "not_in_force", GateVerdict.FAILED, title, Text(f"{names}不是有效状态", f"{names}: not in force"), hint
        )
    if unknown or conflicts:
        names = "、".join(unknown)
        reason = Text(
            "；".join([*([f"{names}的状态不明"] if unknown else []), *(c.zh for c in conflicts)]),
            "; ".join([*([f"the status of {names} is unknown"] if unknown else []), *(c.en for c in conflicts)]),
        )
        return Gate(
            "status_unknown",
            GateVerdict.OPEN,
            title,
            reason,
            Text("请取登记簿副本核对", "check them against a copy of the register"),
        )
    return Gate("not_in_force", GateVerdict.PASSED, title, Text("均为有效", "all in force"))


def _invalidation(keys: tuple[RightView, ...]) -> Gate:
    title = Text("核心权利是否在无效宣告程序中", "is a key right under invalidation")
    attacked = [view.right.title for view in keys if Flag.INVALIDATION_PENDING in view.right.flags]
    if not attacked:
        return Gate("key_right_under_invalidation", GateVerdict.PASSED, title, Text("没有", "none is"))
    names = "、".join(attacked)
    return Gate(
        "key_right_under_invalidation",
        GateVerdict.FAILED,
        title,
        Text(f"在无效宣告程序中：{names}", f"under invalidation: {names}"),
        Text("请待无效决定作出，或增加其他权利", "Wait for the decision, or add other rights."),
    )


def _outlives(keys: tuple[RightView, ...], end: date, rules: Rulebook, day: date) -> Gate:
    title = Text("剩余寿命能否覆盖贷款期和处置期", "do the key rights outlive the loan and its disposal period")
    rule = rules.at("quote.disposal_months", day)
    needed = add_months(end, rule.whole())
    ending = [view for view in keys if view.life.end is not None and view.life.end < needed]
    short = [view for view in ending if not view.life.renewable]
    renewed = [view for view in ending if view.life.renewable]
    references = (rule.reference,)
    if short:
        return Gate(
            "life_too_short",
            GateVerdict.FAILED,
            title,
            Text(
                "；".join(f"{view.right.title}至 {view.life.end} 届满，须至少到 {needed}" for view in short),
                "; ".join(f"{view.right.title} ends on {view.life.end}, needed to {needed}" for view in short),
            ),
            Text("请缩短贷款期限，或改用寿命更长的权利", "shorten the term, or use rights that last longer"),
            references,
        )
    unknown = [view.right.title for view in keys if view.life.end is None and view.life.missing]
    if unknown:
        names = "、".join(unknown)
        return Gate(
            "life_unknown",
            GateVerdict.OPEN,
            title,
            Text(f"{names}的届满日无法确定", f"the last day of {names} cannot be determined"),
            Text("请补充日期", "add the dates"),
            references,
        )
    if renewed:
        names = "、".join(view.right.title for view in renewed)
        return Gate(
            "life_too_short",
            GateVerdict.PASSED,
            title,
            Text(
                f"{names}本期届满早于 {needed}，可以续展，合同约定续展义务",
                f"{names}: the present term ends before {needed} and can be renewed; the contract includes an obligation to renew",
            ),
            references=references,
        )
    return Gate(
        "life_too_short",
        GateVerdict.PASSED,
        title,
        Text(f"有效期均超过 {needed}", f"all last beyond {needed}"),
        references=references,
    )


def _valued(appraisal: Appraisal | NoValue) -> Gate:
    title = Text("有无评估价值", "is there a value")
    if isinstance(appraisal, NoValue):
        return Gate("no_value", GateVerdict.FAILED, title, appraisal.reason, appraisal.hint)
    if appraisal.stale:
        return Gate(
            "value_stale",
            GateVerdict.OPEN,
            title,
            Text(
                f"评估基准日 {appraisal.request.valuation_date} 已过有效期",
                f"the valuation of {appraisal.request.valuation_date} is out of date",
            ),
            Text("以新的基准日重新评估", "have it appraised again"),
        )
    if appraisal.alarms:
        return Gate(
            "value_alarm",
            GateVerdict.OPEN,
            title,
            _joined([alarm.text for alarm in appraisal.alarms]),
            Text("请向评估机构核实后使用", "confirm it with the appraiser before relying on the value"),
        )
    return Gate("no_value", GateVerdict.PASSED, title, Text("有评估价值", "there is a value"))


def _evidence(appraisal: Appraisal | NoValue, rules: Rulebook, day: date) -> Gate:
    title = Text("评估依据是否充分", "is the evidence sufficient")
    hint = Text(
        "请提供审计报告、许可合同或纳税申报表替换假设", "provide audited accounts, licence contracts or tax returns"
    )
    if isinstance(appraisal, NoValue):
        return Gate(
            "evidence_weak",
            GateVerdict.OPEN,
            title,
            Text("无可核查的依据", "there is no evidence to examine"),
            hint,
        )
    # Only the evidence behind the value counts: well-documented costs prove nothing about an assumed income.
    deciding = [result for result in appraisal.results if result.weight > 0]
    figures = [figure for result in deciding for driver in result.drivers for _, figure in driver.figures]
    weak = sum(figure.grade is EvidenceGrade.ASSUMED for figure in figures)
    reason = Text(f"{len(figures)} 项输入中 {weak} 项为假设", f"{weak} of {len(figures)} inputs are assumptions")
    limits = rules.at("quote.weak_evidence", day)
    references = (limits.reference,)
    if weak > limits.value["declined_above"] * len(figures):
        return Gate("evidence_weak", GateVerdict.FAILED, title, reason, hint, references)
    if weak > limits.value["open_above"] * len(figures):
        return Gate("evidence_weak", GateVerdict.OPEN, title, reason, hint, references)
    return Gate("evidence_weak", GateVerdict.PASSED, title, reason, references=references)


def _credit_gates(credit: CreditAssessment) -> tuple[Gate, ...]:
    title = Text("信用档案有无禁止性记录", "does the credit file contain a record that bars a loan")
    hint = Text("消除该记录后再申请", "resolve it before applying again")
    shown = [flag.text for flag in credit.flags if not flag.is_gate]
    forbidding = tuple(
        Gate(flag.code, GateVerdict.FAILED, title, flag.text, hint, (flag.rule.reference,)) for flag in credit.gates
    )
    if forbidding:
        return forbidding
    if shown:
        return (Gate("credit_red_flag", GateVerdict.OPEN, title, _joined(shown), hint),)
    return (Gate("credit_red_flag", GateVerdict.PASSED, title, Text("没有", "nothing")),)


def _credit_complete(credit: CreditAssessment) -> Gate:
    title = Text("信用档案是否齐全", "is the credit file complete")
    lacking = [*credit.missing, *credit.stale]
    if not lacking:
        return Gate("credit_incomplete", GateVerdict.PASSED, title, Text("齐全且未过期", "complete and current"))
    zh = "、".join(SECTION_TEXT[section].zh for section in lacking)
    en = ", ".join(SECTION_TEXT[section].en for section in lacking)
    return Gate(
        "credit_incomplete",
        GateVerdict.OPEN,
        title,
        Text(f"缺少或过期：{zh}（按最低分计）", f"missing or out of date: {en} (scored lowest)"),
        Text(f"请补充：{zh}", f"provide: {en}"),
    )


def _credit_unchecked(credit: CreditAssessment, rules: Rulebook, day: date) -> Gate:
    """Records that bar a loan must be ruled out: without a recent check, the record does not count as clean."""
    title = Text("禁止性记录是否均已核查", "have all records that bar a loan been checked")
    if not credit.unchecked:
        return Gate(
            "credit_unchecked", GateVerdict.PASSED, title, Text("均已核查，且在有效期内", "all checked recently")
        )
    named = [rules.at(f"credit.flag.{code}", day).title for code in credit.unchecked]
    zh, en = "、".join(text.zh for text in named), ", ".join(text.en for text in named)
    return Gate(
        "credit_unchecked",
        GateVerdict.OPEN,
        title,
        Text(f"没有资料或资料过期，不能排除：{zh}", f"missing or out of date, so not ruled out: {en}"),
        Text(f"查询并补充：{zh}", f"look up and provide: {en}"),
    )


def team_gate(team: TeamAssessment) -> Gate:
    """Check whether the assessment of the team may be relied on; otherwise it counts on condition that it is
    completed.
    """
    title = Text("团队评估能否使用", "can the assessment of the team be used")
    reason = STATE_TEXT[team.state]
    if team.usable:
        return Gate("team_unsettled", GateVerdict.PASSED, title, reason)
    hint = Text("请由独立的评定人补评", "let a further independent rater assess it")
    return Gate("team_unsettled", GateVerdict.OPEN, title, reason, hint)


def _joined(texts: list[Text]) -> Text:
    unique = list(dict.fromkeys(texts))
    return Text("；".join(text.zh for text in unique), "; ".join(text.en for text in unique))
