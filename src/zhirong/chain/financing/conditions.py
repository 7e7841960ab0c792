"""Conditions precedent of a disbursement: every condition with its verdict, the reason, the hint and the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.pledge.registration import STATUS_WORDS, RegisterRole, Status
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class PaperFact:
    """A document that must be signed. waiting: names of those who have not signed. is_intact: its file equals the
    signed version.
    """

    title: Text
    waiting: tuple[str, ...]
    is_intact: bool


@dataclass(frozen=True, slots=True)
class FilingFact:
    """A registration as the register has it. certificate: SHA-256 of the authority's certificate, empty if none.

    keys: of the rights that it burdens now. is_certificate_kept: the certificate's file is stored and unchanged.
    recorded: one person has recorded the authority's result, and a second one has not checked it yet.
    """

    id: int
    role: RegisterRole
    status: Status
    number: int | None
    authority_number: str
    certificate: str
    is_certificate_kept: bool
    keys: frozenset[str]
    claim_amount: Fen
    debt_end: date | None
    frozen_by: str = ""
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class GuaranteeFact:
    """A requested guarantee. state: granted once it is in force. share: of the loss. amount: of the loan, fen.

    is_contracted: the valid contracts name this guarantor, or there are none yet.
    """

    guarantor: str
    state: str
    share: Decimal
    amount: Fen
    is_contracted: bool = True


@dataclass(frozen=True, slots=True)
class UseFact:
    """A payment to be made from the loan, proved by a contract, an order or a payroll. amount: fen. is_entrusted:
    the bank pays the payee directly.
    """

    payee: str
    amount: Fen
    is_entrusted: bool


@dataclass(frozen=True, slots=True)
class ConditionWaiver:
    """An authorised person's waiver of an unmet condition. of: the reason why it was not met, in Chinese; the
    waiver does not cover a later, different reason. why: the reason of the waiver. by: a name.
    """

    of: str
    why: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """The facts that the conditions check. contract_keys: the rights that the pledge contract names, by their keys.

    grounds: refusal grounds found today, each in words. appraised_until: last day of validity of the appraisal,
    None if there is none. insured_until: last day of the policy. suspended: names of suspended parties. supported:
    the credit limit in fen by today's report, None if the review already uses it. unsupported: why that report
    gives no credit limit, in words. unsettled: items that the approval left open and that are still open.
    months: of the contract, None if there is none. slow_cash_cycle: why a longer term is needed, empty if nothing
    is stated. repays_by_parts: the contract fixes instalments of principal. uses: the proved uses of the loan.
    annex: the need in fen by the annex of the working-capital measures, None if it was not calculated. fixed: why a
    maximum-amount pledge no longer secures drawings. waivers: by the code of the condition.
    """

    day: date
    papers: tuple[PaperFact, ...]
    filings: tuple[FilingFact, ...]
    contract_keys: frozenset[str]
    amount: Fen
    approved: Fen
    end: date | None
    grounds: tuple[Text, ...]
    needs_guarantee: bool
    guarantees: tuple[GuaranteeFact, ...]
    needs_insurance: bool
    insured_until: date | None
    appraised_until: date | None
    suspended: tuple[str, ...] = ()
    supported: Fen | None = None
    unsupported: tuple[Text, ...] = ()
    unsettled: tuple[Text, ...] = ()
    months: int | None = None
    slow_cash_cycle: str = ""
    repays_by_parts: bool = True
    uses: tuple[UseFact, ...] = ()
    annex: Fen | None = None
    fixed: tuple[Text, ...] = ()
    waivers: Mapping[str, ConditionWaiver] = field(default_factory=dict)


Verdict = Literal["met", "open", "waived"]


@dataclass(frozen=True, slots=True)
class DisbursementCondition:
    """One condition. code: stable English key. hint: None if it is met. waiver: if it is unmet and waived."""

    code: str
    verdict: Verdict
    title: Text
    reason: Text
    hint: Text | None
    rule: RuleValue
    waiver: ConditionWaiver | None = None

    @property
    def is_met(self) -> bool:
        """Return whether it does not block the disbursement: it is met or waived."""
        return self.verdict != "open"

    def problem(self) -> Problem:
        """Return the condition as a problem, with its rule."""
        source = self.rule.reference
        zh, en = source.as_text("zh"), source.as_text("en")
        return Problem(
            f"condition.{self.code}",
            "",
            Text(f"{self.title.zh}：{self.reason.zh}（{zh}）", f"{self.title.en}: {self.reason.en} ({en})"),
            self.hint or Text("请核对", "check it"),
            f"condition_{self.code}",
        )

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "title": self.title.as_json(),
            "reason": self.reason.as_json(),
            "hint": None if self.hint is None else self.hint.as_json(),
            "reference": self.rule.reference.as_json(),
            "waiver": None
            if self.waiver is None
            else {"why": self.waiver.why, "by": self.waiver.by, "on": self.waiver.on.isoformat()},
        }


# The reason why a condition is not met, and the hint; None if it is met.
Wrong = tuple[Text, Text] | None


def release_conditions(facts: ReleaseFacts, rules: Rulebook) -> tuple[DisbursementCondition, ...]:
    """Check every condition precedent as of ``facts.day`` (met, not yet met or waived), in the order of the
    process.

    Raises RuleError if the rulebook lacks one.
    """
    found = []
    for code, (look, held) in _CONDITIONS.items():
        rule = rules.at(f"release.{code}", facts.day)
        wrong = look(facts, rules)
        if wrong is None:
            found.append(DisbursementCondition(code, "met", rule.title, held, None, rule))
            continue
        reason, hint = wrong
        waiver = facts.waivers.get(code)
        if waiver is not None and waiver.of == reason.zh and may_be_waived(code, rules, facts.day):
            found.append(DisbursementCondition(code, "waived", rule.title, reason, None, rule, waiver))
        else:
            found.append(DisbursementCondition(code, "open", rule.title, reason, hint, rule))
    return tuple(found)


def may_be_waived(code: str, rules: Rulebook, day: date) -> bool:
    """Return whether the rules of the day allow a waiver of this condition."""
    return code in rules.at("release.waivable", day).value


def _signed(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.papers:
        return Text("尚无合同", "no contract has been issued"), Text("请先出具合同", "issue the contracts")
    changed = [paper.title for paper in facts.papers if not paper.is_intact]
    if changed:
        listed = _listed(changed)
        return (
            Text(f"文件与签署时不同：{listed.zh}", f"files differ from the signed versions: {listed.en}"),
            Text(
                "请从备份恢复原文件，或重新出具合同并签署",
                "restore the file from a backup, or issue and sign new contracts",
            ),
        )
    waiting = [
        Text(f"{paper.title.zh}（{'、'.join(paper.waiting)}）", f"{paper.title.en} ({', '.join(paper.waiting)})")
        for paper in facts.papers
        if paper.waiting
    ]
    if waiting:
        listed = _listed(waiting)
        return (
            Text(f"尚未签署：{listed.zh}", f"not signed yet: {listed.en}"),
            Text("请各方签署", "ask the parties to sign"),
        )
    return None


def _registered(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.filings:
        return (
            Text("尚无质押登记申请", "no pledge filing exists"),
            Text("请准备并提交质押登记", "prepare the registration and file it"),
        )
    for one in facts.filings:
        if one.status is not Status.ENTERED:
            if one.recorded:
                return (
                    Text(
                        f"申请 {one.id}：登记结果已记录，尚未经第二人核对",
                        f"filing {one.id}: the recorded result has not been checked by a second person",
                    ),
                    Text("请由另一人对照登记证明核对", "ask another person to check it against the certificate"),
                )
            return (
                Text(
                    f"申请 {one.id}：{STATUS_WORDS[one.status].zh}",
                    f"filing {one.id}: {STATUS_WORDS[one.status].en}",
                ),
                Text("请等待登记结果并记录登记号", "wait for the result, then record the number"),
            )
        if one.frozen_by:
            return (
                Text(f"登记被法院冻结（{one.frozen_by}）", f"frozen by a court ({one.frozen_by})"),
                Text("请在冻结解除后再放款", "disburse after the freeze has been lifted"),
            )
        if one.role is RegisterRole.MIRROR and not one.authority_number:
            return (
                Text(
                    f"申请 {one.id} 没有主管机关的登记号",
                    f"filing {one.id} has no registration number of the authority",
                ),
                Text("请记录登记号", "record the number"),
            )
        if one.role is RegisterRole.MIRROR and not (one.certificate and one.is_certificate_kept):
            return (
                Text(
                    f"申请 {one.id} 没有登记证明，或文件已变动",
                    f"filing {one.id} has no certificate, or its file has changed",
                ),
                Text("请上传登记机关的证明", "upload the authority's certificate"),
            )
        if one.role is RegisterRole.RECORD and one.number is None:
            return (
                Text(f"申请 {one.id} 没有登记号", f"filing {one.id} has no number"),
                Text("请由登记员登记", "ask the registrar to register it"),
            )
    return None


def _covered(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not any(one.status is Status.ENTERED for one in facts.filings):
        return Text("尚未登记，无法核对", "not registered yet; nothing to compare"), Text(
            "登记后将自动核对，无需处理", "no action needed: it is compared automatically after registration"
        )
    charged = frozenset().union(*(one.keys for one in facts.filings))
    missing = sorted(facts.contract_keys - charged)
    if missing or not facts.contract_keys:
        listed = same("、".join(missing) or "—")
        return (
            Text(
                f"合同约定出质而未登记的权利：{listed.zh}", f"pledged by contract but not registered: {listed.en}"
            ),
            Text("请补登记这些权利，或变更合同", "register these rights, or amend the contract"),
        )
    for one in facts.filings:
        if one.claim_amount < facts.amount:
            return (
                Text(
                    f"登记的债权数额 {show_yuan(one.claim_amount)} 元小于合同金额 {show_yuan(facts.amount)} 元",
                    f"registered for CNY {show_yuan(one.claim_amount)}, but the contract is for CNY"
                    f" {show_yuan(facts.amount)}",
                ),
                Text("请变更登记的债权数额", "amend the registered amount"),
            )
        if facts.end is not None and (one.debt_end is None or one.debt_end < facts.end):
            return (
                Text(
                    f"登记的债务期限至 {one.debt_end}，合同至 {facts.end}",
                    f"registered until {one.debt_end}, but the contract runs until {facts.end}",
                ),
                Text("请变更登记的债务期限", "amend the registered term"),
            )
    return None


def _no_ground(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.grounds:
        return None
    listed = _listed(facts.grounds)
    return listed, Text("请消除该情形，或更换质押物", "remedy it, or replace the collateral")


def _guaranteed(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.needs_guarantee:
        return None
    granted = [one for one in facts.guarantees if one.state == "granted"]
    withdrawn = [one.guarantor for one in facts.guarantees if one.state == "withdrawn"]
    if not granted and withdrawn:
        listed = "、".join(withdrawn)
        return (
            Text(f"{listed}已撤回担保", f"{listed} has withdrawn the guarantee"),
            Text(
                "请更换担保机构后重新出具合同；不再需要担保或合同已全部签署的，办理“退回重审”",
                "ask another guarantor and issue new contracts; without a guarantor, or if all contracts are signed, return the case to review",
            ),
        )
    if not granted:
        return (
            Text("担保方尚未同意", "the guarantor has not granted the guarantee"),
            Text("请由担保方审批", "ask the guarantor to decide"),
        )
    if not any(one.is_contracted for one in granted):
        return (
            Text("合同的担保方与同意担保的机构不一致", "the contracts name a different guarantor"),
            Text("请重新出具合同并签署", "issue new contracts and have them signed"),
        )
    if sum(one.share for one in granted) <= 0 or max(one.amount for one in granted) < facts.amount:
        return (
            Text(
                f"同意担保的贷款金额少于合同金额 {show_yuan(facts.amount)} 元",
                f"the granted guarantee covers less than the contract amount of CNY {show_yuan(facts.amount)}",
            ),
            Text("请由担保方按合同金额重新审批", "ask the guarantor to approve the contract amount"),
        )
    return None


def _insured(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.needs_insurance:
        return None
    if facts.insured_until is None:
        return Text("尚无保单", "the policy is missing"), Text("请上传保单", "upload the policy")
    if facts.insured_until < (facts.end or facts.day):
        return (
            Text(f"保单至 {facts.insured_until}，早于贷款到期日", f"the policy ends on {facts.insured_until}, before the loan does"),
            Text("请续保或更换保单", "extend or replace the policy"),
        )  # fmt: skip
    return None


def _appraised(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if facts.appraised_until is None:
        return Text("尚无评估结果", "the appraisal is missing"), Text("请先评估", "have the rights appraised")
    if facts.appraised_until < facts.day:
        return (
            Text(f"评估已于 {facts.appraised_until} 到期", f"the appraisal expired on {facts.appraised_until}"),
            Text("请重新评估", "have the rights appraised again"),
        )
    return None


def _within_approval(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if 0 < facts.amount <= facts.approved:
        return None
    return (
        Text(
            f"合同金额 {show_yuan(facts.amount)} 元超过批准金额 {show_yuan(facts.approved)} 元",
            f"the contract is for CNY {show_yuan(facts.amount)}, but CNY {show_yuan(facts.approved)} was approved",
        ),
        Text(
            "请按批准金额重新出具合同，或重新报批",
            "issue a new contract for the approved amount, or have a higher amount approved",
        ),
    )


def _supported(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    back = Text(
        "请办理“退回重审”，按当前评估重新测算和审批",
        "return the case to review; the credit limit is calculated and approved again with the current appraisal",
    )
    if facts.unsupported:
        listed = _listed(facts.unsupported)
        return Text(
            f"按当前评估无法测算额度：{listed.zh}", f"the current appraisal gives no credit limit: {listed.en}"
        ), back
    amount = max(facts.amount, facts.approved)
    if facts.supported is None or amount <= facts.supported:
        return None
    return (
        Text(
            f"审批后评估已变化：当前评估仅支持 {show_yuan(facts.supported)} 元，批准的是 {show_yuan(amount)} 元",
            f"the appraisal has changed since the approval: it supports CNY {show_yuan(facts.supported)}, but CNY"
            f" {show_yuan(amount)} was approved",
        ),
        back,
    )


def _parties(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.suspended:
        return None
    listed = "、".join(facts.suspended)
    return (
        Text(f"已被停用：{listed}", f"suspended: {listed}"),
        Text("请联系平台管理员核实", "ask an administrator to check"),
    )


def _settled(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.unsettled:
        return None
    listed = _listed(facts.unsettled)
    return (
        Text(f"批准时待落实、尚未落实：{listed.zh}", f"outstanding items of the approval: {listed.en}"),
        Text("请办理“落实批复条件”，填写结果和依据", "settle each item with result and evidence"),
    )


def _term(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if facts.months is None:
        return None
    years = rules.at("lending.working_capital.term_years", facts.day).value
    usual, longest = (_MONTHS_A_YEAR * years[which] for which in ("usual", "slow_cash_cycle"))
    if facts.months <= usual or (facts.months <= longest and facts.slow_cash_cycle):
        return None
    if facts.months <= longest:
        return (
            Text(
                f"期限 {facts.months} 个月，超过 {usual} 个月，未说明现金回收周期",
                f"the term of {facts.months} months exceeds {usual} months, and no reason for the long cash cycle"
                f" is stated",
            ),
            Text(
                "请缩短期限，或在出具合同时说明现金回收周期较长的理由",
                "shorten the term, or state the reason for the long cash cycle in the contract",
            ),
        )
    return (
        Text(
            f"期限 {facts.months} 个月，超过流动资金贷款的最长 {longest} 个月",
            f"the term of {facts.months} months exceeds the maximum of {longest} months for working-capital loans",
        ),
        Text("请缩短期限，重新报批", "shorten the term and have it approved again"),
    )


def _instalments(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    above = rules.at("lending.working_capital.instalments_above_months", facts.day).whole()
    if facts.months is None or facts.months <= above or facts.repays_by_parts:
        return None
    return (
        Text(
            f"期限超过 {above} 个月，合同没有约定分期归还本金",
            f"the term exceeds {above} months, but the contract fixes no instalments of principal",
        ),
        Text("请重新出具合同，约定每期归还的本金", "issue a new contract with the principal of each instalment"),
    )


def _use_shown(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    annex, shown = facts.annex or 0, sum(one.amount for one in facts.uses)
    if facts.amount - annex <= shown:
        return None
    lacking = show_yuan(facts.amount - annex - shown)
    return (
        Text(
            f"超过需求测算数 {show_yuan(annex)} 元的部分，尚有 {lacking} 元缺少用途凭据",
            f"of the amount above the annex figure of CNY {show_yuan(annex)}, CNY {lacking} lacks evidence of use",
        ),
        Text(
            "请办理“登记用途凭据”，附采购合同、订单或工资表",
            "record evidence of use with a purchase contract, order or payroll",
        ),
    )


def _entrusted(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    over = rules.at("limit.entrusted_payment_over", facts.day).fen()
    sums: dict[str, Fen] = {}
    for one in facts.uses:
        if not one.is_entrusted:
            sums[one.payee] = sums.get(one.payee, 0) + one.amount
    payees = sorted(payee for payee, amount in sums.items() if amount > over)
    if not payees:
        return None
    listed = "、".join(payees)
    return (
        Text(
            f"向同一收款人支付超过 {show_yuan(over)} 元而未约定受托支付：{listed}",
            f"payments of more than CNY {show_yuan(over)} to one payee without entrusted payment: {listed}",
        ),
        Text("请改为受托支付后重新登记", "record it again as entrusted payment"),
    )


def _secured(facts: ReleaseFacts, rules: Rulebook) -> Wrong:
    if not facts.fixed:
        return None
    return _listed(facts.fixed), Text(
        "请停止放款；须继续放款的，请另行设立担保",
        "Stop disbursements. For further disbursements, take other security.",
    )


def _listed(words: "tuple[Text, ...] | list[Text]") -> Text:
    return Text("；".join(one.zh for one in words), "; ".join(one.en for one in words))


_Look = Callable[[ReleaseFacts, Rulebook], Wrong]
_CONDITIONS: Mapping[str, tuple[_Look, Text]] = {
    "within_approval": (
        _within_approval,
        Text("合同金额在批准金额以内", "the contract amount is within the approved amount"),
    ),
    "signed": (_signed, Text("全部签署，文件与签署时一致", "all signed; the files match the signed versions")),
    "settled": (_settled, Text("批复条件均已落实", "all outstanding items of the approval are settled")),
    "term": (_term, Text("期限符合流动资金贷款的规定", "the term meets the rules for working capital loans")),
    "instalments": (
        _instalments,
        Text("已约定分期还本，或期限不要求", "instalments agreed, or not required for this term"),
    ),
    "use_shown": (_use_shown, Text("用途凭据齐全", "evidence of use is complete")),
    "entrusted": (_entrusted, Text("按规定受托支付", "entrusted payment as required")),
    "guaranteed": (_guaranteed, Text("已落实或不需要", "granted or not required")),
    "insured": (_insured, Text("已落实或不需要", "in force or not required")),
    "appraised": (_appraised, Text("在有效期内", "the appraisal is valid today")),
    "supported": (
        _supported,
        Text("批准金额不超过当前评估支持的额度", "the current appraisal supports the approved amount"),
    ),
    "registered": (_registered, Text("已登记，登记号和证明齐全", "registered, with number and certificate")),
    "covered": (_covered, Text("权利、金额、期限一致", "rights, amount and term agree")),
    "no_ground": (_no_ground, Text("今日复查未发现", "none found today")),
    "secured": (
        _secured,
        Text(
            "最高额质押的债权未确定，或不是最高额质押",
            "the claims are not fixed, or the pledge is not a maximum-amount pledge",
        ),
    ),
    "parties": (_parties, Text("均未停用", "no party is suspended")),
}
