"""What must hold before a loan is paid out: every condition with its verdict, the reason, the mend and the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.pledge.registration import STATUS_WORDS, RegisterRole, Status
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same


@dataclass(frozen=True, slots=True)
class PaperFact:
    """A paper that must be signed. waiting: names of those who have not signed. is_intact: its file is what was signed."""

    title: Text
    waiting: tuple[str, ...]
    is_intact: bool


@dataclass(frozen=True, slots=True)
class FilingFact:
    """A registration as the register holds it. certificate: SHA-256 of the authority's certificate, empty where none.

    keys: of the rights that it burdens now. is_certificate_kept: the certificate's file is here and is what was recorded.
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


@dataclass(frozen=True, slots=True)
class GuaranteeFact:
    """A guarantee that was asked for. state: granted once it stands. share: of the loss. amount: of the loan, fen.

    is_contracted: the contracts that count name this guarantor, or there are none yet.
    """

    guarantor: str
    state: str
    share: Decimal
    amount: Fen
    is_contracted: bool = True


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """All that the conditions look at. contract_keys: the rights that the pledge contract names, by their keys.

    grounds: refusal grounds found today, each in words. appraised_until: last day on which the appraisal holds, None where
    there is none. insured_until: last day of the policy. suspended: names of parties that have been suspended.
    supported: the line in fen by the report of today, None where the review rests on it already. unsupported: why that
    report gives no line, in words.
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


Verdict = Literal["met", "open"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. code: stable English key. mend: None where it is met."""

    code: str
    verdict: Verdict
    title: Text
    reason: Text
    mend: Text | None
    rule: RuleValue

    @property
    def is_met(self) -> bool:
        """Whether it holds."""
        return self.verdict == "met"

    def problem(self) -> Problem:
        """The condition as a refusal, with its rule."""
        source = self.rule.reference
        zh, en = source.as_text("zh"), source.as_text("en")
        return Problem(
            f"condition.{self.code}",
            "",
            Text(f"{self.title.zh}：{self.reason.zh}（{zh}）", f"{self.title.en}: {self.reason.en} ({en})"),
            self.mend or Text("核对", "look at it"),
            f"condition_{self.code}",
        )

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "title": self.title.as_json(),
            "reason": self.reason.as_json(),
            "mend": None if self.mend is None else self.mend.as_json(),
            "reference": self.rule.reference.as_json(),
        }


# Why a condition does not hold, and what to do; None where it holds.
Wrong = tuple[Text, Text] | None


def release_conditions(facts: ReleaseFacts, rules: Rulebook) -> tuple[Condition, ...]:
    """Every condition precedent as of ``facts.day``, met or open, in the order in which they are brought about.

    Raises RuleError where the rulebook lacks one.
    """
    found = []
    for code, (look, held) in _CONDITIONS.items():
        rule = rules.at(f"release.{code}", facts.day)
        wrong = look(facts)
        reason, mend = (held, None) if wrong is None else wrong
        found.append(Condition(code, "met" if wrong is None else "open", rule.title, reason, mend, rule))
    return tuple(found)


def _signed(facts: ReleaseFacts) -> Wrong:
    if not facts.papers:
        return Text("还没有合同", "there is no contract yet"), Text("先出合同", "issue the contracts")
    changed = [paper.title for paper in facts.papers if not paper.is_intact]
    if changed:
        listed = _listed(changed)
        return (
            Text(f"文件与签署时不同：{listed.zh}", f"no longer what was signed: {listed.en}"),
            Text("从备份恢复原文件，或重新出合同并签署", "restore the file from a backup, or issue and sign anew"),
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
            Text("请各方签署", "let the parties sign"),
        )
    return None


def _registered(facts: ReleaseFacts) -> Wrong:
    if not facts.filings:
        return (
            Text("没有质押登记申请", "nothing has been filed"),
            Text("准备并提交质押登记", "prepare the registration and file it"),
        )
    for one in facts.filings:
        if one.status is not Status.ENTERED:
            return (
                Text(
                    f"申请 {one.id}：{STATUS_WORDS[one.status].zh}",
                    f"filing {one.id}: {STATUS_WORDS[one.status].en}",
                ),
                Text("等待登记结果并记录登记号", "wait for the result, then record the number"),
            )
        if one.frozen_by:
            return (
                Text(f"登记被法院冻结（{one.frozen_by}）", f"frozen by a court ({one.frozen_by})"),
                Text("冻结解除后再放款", "release after it has been lifted"),
            )
        if one.role is RegisterRole.MIRROR and not one.authority_number:
            return (
                Text(f"申请 {one.id} 没有主管机关的登记号", f"filing {one.id} has no number of the authority"),
                Text("记录登记号", "record the number"),
            )
        if one.role is RegisterRole.MIRROR and not (one.certificate and one.is_certificate_kept):
            return (
                Text(
                    f"申请 {one.id} 没有登记证明，或文件已变动",
                    f"filing {one.id} has no certificate, or its file has changed",
                ),
                Text("上传登记机关的证明", "upload the authority's certificate"),
            )
        if one.role is RegisterRole.RECORD and one.number is None:
            return (
                Text(f"申请 {one.id} 没有登记号", f"filing {one.id} has no number"),
                Text("由登记员登记", "let the registrar enter it"),
            )
    return None


def _covered(facts: ReleaseFacts) -> Wrong:
    if not any(one.status is Status.ENTERED for one in facts.filings):
        return Text("尚未登记，无从核对", "nothing is entered yet to compare"), Text(
            "登记后自动核对", "it is compared once entered"
        )
    charged = frozenset().union(*(one.keys for one in facts.filings))
    missing = sorted(facts.contract_keys - charged)
    if missing or not facts.contract_keys:
        listed = same("、".join(missing) or "—")
        return (
            Text(
                f"合同约定出质而未登记的权利：{listed.zh}", f"pledged by contract but not registered: {listed.en}"
            ),
            Text("补登记这些权利，或变更合同", "register them, or change the contract"),
        )
    for one in facts.filings:
        if one.claim_amount < facts.amount:
            return (
                Text(
                    f"登记的债权数额 {show_yuan(one.claim_amount)} 元小于合同金额 {show_yuan(facts.amount)} 元",
                    f"registered for {show_yuan(one.claim_amount)} yuan, the contract is for {show_yuan(facts.amount)}",
                ),
                Text("变更登记的债权数额", "amend the amount registered"),
            )
        if facts.end is not None and (one.debt_end is None or one.debt_end < facts.end):
            return (
                Text(
                    f"登记的债务期限至 {one.debt_end}，合同至 {facts.end}",
                    f"registered until {one.debt_end}, the contract runs until {facts.end}",
                ),
                Text("变更登记的债务期限", "amend the term registered"),
            )
    return None


def _no_ground(facts: ReleaseFacts) -> Wrong:
    if not facts.grounds:
        return None
    listed = _listed(facts.grounds)
    return listed, Text("消除该情形，或更换质押物", "cure it, or replace the collateral")


def _guaranteed(facts: ReleaseFacts) -> Wrong:
    if not facts.needs_guarantee:
        return None
    granted = [one for one in facts.guarantees if one.state == "granted"]
    withdrawn = [one.guarantor for one in facts.guarantees if one.state == "withdrawn"]
    if not granted and withdrawn:
        listed = "、".join(withdrawn)
        return (
            Text(f"{listed}已撤回担保", f"withdrawn by {listed}"),
            Text(
                "请另一家担保后重新出合同；不再要担保或合同已签完的，办理“退回重审”",
                "ask another and issue the contracts anew; without one, or once all is signed, send the case back to review",
            ),
        )
    if not granted:
        return (
            Text("担保方尚未同意", "no guarantor has granted it"),
            Text("请担保方审批", "ask the guarantor to decide"),
        )
    if not any(one.is_contracted for one in granted):
        return (
            Text("合同不是和同意担保的机构订立的", "the contracts are not with the guarantor that has granted it"),
            Text("重新出合同并签署", "issue the contracts anew and have them signed"),
        )
    if sum(one.share for one in granted) <= 0 or max(one.amount for one in granted) < facts.amount:
        return (
            Text(
                f"同意担保的贷款金额少于合同金额 {show_yuan(facts.amount)} 元",
                f"what was granted covers less than the contract's {show_yuan(facts.amount)} yuan",
            ),
            Text("请担保方按合同金额重新审批", "ask the guarantor to decide on the contract's amount"),
        )
    return None


def _insured(facts: ReleaseFacts) -> Wrong:
    if not facts.needs_insurance:
        return None
    if facts.insured_until is None:
        return Text("没有保单", "there is no policy"), Text("上传保单", "upload the policy")
    if facts.insured_until < (facts.end or facts.day):
        return (
            Text(f"保单至 {facts.insured_until}，早于贷款到期日", f"the policy ends on {facts.insured_until}, before the loan"),
            Text("续保或更换保单", "extend the policy or bring another"),
        )  # fmt: skip
    return None


def _appraised(facts: ReleaseFacts) -> Wrong:
    if facts.appraised_until is None:
        return Text("没有评估结果", "there is no appraisal"), Text("先评估", "have the rights appraised")
    if facts.appraised_until < facts.day:
        return (
            Text(f"评估已于 {facts.appraised_until} 到期", f"the appraisal ran out on {facts.appraised_until}"),
            Text("重新评估", "have the rights appraised again"),
        )
    return None


def _within_approval(facts: ReleaseFacts) -> Wrong:
    if 0 < facts.amount <= facts.approved:
        return None
    return (
        Text(
            f"合同金额 {show_yuan(facts.amount)} 元超过批准金额 {show_yuan(facts.approved)} 元",
            f"the contract is for {show_yuan(facts.amount)} yuan, {show_yuan(facts.approved)} were approved",
        ),
        Text("按批准金额重出合同，或重新报批", "issue the contract anew, or have more approved"),
    )


def _supported(facts: ReleaseFacts) -> Wrong:
    back = Text(
        "办理“退回重审”，按现在的评估重新测算和审批",
        "send the case back to review: line and approval are made anew by the present appraisal",
    )
    if facts.unsupported:
        listed = _listed(facts.unsupported)
        return Text(
            f"按现在的评估算不出额度：{listed.zh}", f"the present appraisal gives no line: {listed.en}"
        ), back
    amount = max(facts.amount, facts.approved)
    if facts.supported is None or amount <= facts.supported:
        return None
    return (
        Text(
            f"审批后评估有变：现在的评估只支持 {show_yuan(facts.supported)} 元，批准的是 {show_yuan(amount)} 元",
            f"the appraisal has changed since the approval: it supports {show_yuan(facts.supported)} yuan, "
            f"{show_yuan(amount)} were approved",
        ),
        back,
    )


def _parties(facts: ReleaseFacts) -> Wrong:
    if not facts.suspended:
        return None
    listed = "、".join(facts.suspended)
    return (
        Text(f"已被停用：{listed}", f"suspended: {listed}"),
        Text("请平台管理员核实", "ask the administration"),
    )


def _listed(words: "tuple[Text, ...] | list[Text]") -> Text:
    return Text("；".join(one.zh for one in words), "; ".join(one.en for one in words))


_Look = Callable[[ReleaseFacts], Wrong]
_CONDITIONS: Mapping[str, tuple[_Look, Text]] = {
    "within_approval": (
        _within_approval,
        Text("合同金额在批准金额以内", "the contract is within what was approved"),
    ),
    "signed": (_signed, Text("全部签署，文件与签署时一致", "signed by all, the files are what was signed")),
    "guaranteed": (_guaranteed, Text("已落实或不需要", "granted, or none is needed")),
    "insured": (_insured, Text("已落实或不需要", "in force, or none is needed")),
    "appraised": (_appraised, Text("在有效期内", "it holds today")),
    "supported": (_supported, Text("批准金额不超过现在的评估所支持的额度", "the appraisal of today supports it")),
    "registered": (_registered, Text("已登记，登记号和证明齐全", "entered, with number and certificate")),
    "covered": (_covered, Text("权利、金额、期限一致", "rights, amount and term agree")),
    "no_ground": (_no_ground, Text("今日复查没有发现", "none was found today")),
    "parties": (_parties, Text("均未停用", "nobody is suspended")),
}
