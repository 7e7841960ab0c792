"""Every object, typed. Made by tools/make_client.py from the description of the API: not to be edited."""

from typing import Any, Literal, TypedDict

from zhirong.client.transport import Group


class AccountsObject(TypedDict):
    """账号 / account."""

    id: int
    email: str
    display_name: str
    phone: str
    language: str
    is_active: bool


class AppraisalsObject(TypedDict):
    """评估 / appraisal."""

    id: int
    firm: int
    agency: int | None
    case: int | None
    grade: Literal["online", "formal"]
    state: Literal["requested", "accepted", "worked", "reviewed", "signed", "refused", "withdrawn", "issued"]
    purpose: Literal["pledge", "transfer", "licence", "contribution", "securitisation", "disposal"]
    value_type: Literal["market", "investment", "liquidation"]
    rights: dict[str, Any] | list[Any]
    valuation_date: str
    valid_until: str | None
    input: dict[str, Any] | list[Any]
    result: dict[str, Any] | list[Any]
    p10: str | None
    p50: str | None
    p90: str | None
    fee: str
    opinion: str
    paper: int | None
    signed_on: str | None
    withdrawn_on: str | None
    report: int | None
    conflict: dict[str, Any] | list[Any]
    assignment: dict[str, Any] | list[Any]
    version: int
    created_at: str
    changed_at: str
    appraiser: int | None
    reviewer: int | None
    signatures: dict[str, Any] | list[Any] | None
    operations: list[str]


class ApprovalsObject(TypedDict):
    """审批 / approval."""

    id: int
    case: int
    round: int
    level: str
    role: str
    by: int
    decision: Literal["approve", "return", "decline"]
    amount: str
    opinion: str
    basis: dict[str, Any] | list[Any]
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class CasesObject(TypedDict):
    """融资申请 / case."""

    id: int
    firm: int
    lender: int
    guarantor: int | None
    number: str
    state: Literal[
        "draft",
        "submitted",
        "diligence",
        "approval",
        "approved",
        "signing",
        "registering",
        "released",
        "repaid",
        "closed",
        "declined",
        "withdrawn",
    ]
    mode: str
    amount: str
    term_months: int
    annual_rate: str | None
    method: str
    cycle: str
    purpose: str
    rights: dict[str, Any] | list[Any]
    facts: dict[str, Any] | list[Any]
    credit: dict[str, Any] | list[Any]
    appraisal_input: dict[str, Any] | list[Any]
    approved_amount: str | None
    contract: dict[str, Any] | list[Any]
    filing: int | None
    reason: str
    submitted_on: str | None
    due_on: str | None
    version: int
    created_at: str
    changed_at: str
    officer: int | None
    former_officers: dict[str, Any] | list[Any] | None
    team: dict[str, Any] | list[Any] | None
    quote: dict[str, Any] | list[Any] | None
    beside: dict[str, Any] | list[Any] | None
    review: dict[str, Any] | list[Any] | None
    line: str | None
    proposed_amount: str | None
    handed_up_by: int | None
    approval_round: int | None
    guarantee: dict[str, Any] | list[Any] | None
    exemption: dict[str, Any] | list[Any] | None
    operations: list[str]


class ChecksObject(TypedDict):
    """尽调事项 / check."""

    id: int
    case: int
    item: str
    state: Literal["open", "done", "waived"]
    verdict: Literal["clear", "notable", "adverse", ""]
    done_on: str | None
    finding: str
    cost: str
    file: int | None
    by: int | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class ConsentsObject(TypedDict):
    """数据授权 / consent."""

    id: int
    firm: int
    to: int
    scope: Literal["rights", "appraisals"]
    purpose: str
    until: str
    revoked_on: str | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class DeliveriesObject(TypedDict):
    """回调消息 / webhook message."""

    id: int
    webhook: int
    event: int
    body: dict[str, Any] | list[Any]
    tries: int
    next_at: str | None
    done_at: str | None
    answer: str


class FilesObject(TypedDict):
    """文件 / file."""

    id: int
    owner: int
    subject: str
    paper: str
    name: str
    media_type: str
    size: int
    sha256: str
    removed: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class FlagsObject(TypedDict):
    """预警 / watch flag."""

    id: int
    loan: int
    kind: Literal["due", "overdue", "category", "fee", "appraisal", "ground", "fault"]
    subject: str
    words: dict[str, Any] | list[Any]
    due_on: str | None
    seen_by: int | None
    cleared_on: str | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class GuaranteesObject(TypedDict):
    """担保请求 / guarantee request."""

    id: int
    case: int
    guarantor: int
    state: Literal["requested", "reviewed", "granted", "declined", "withdrawn", "ended"]
    share: str
    fee_rate: str
    amount: str
    fee: str
    counter_guarantee: str
    version: int
    created_at: str
    changed_at: str
    exposure: str | None
    group: str | None
    basis: dict[str, Any] | list[Any] | None
    proposed_by: int | None
    decided_by: int | None
    opinion: str | None
    operations: list[str]


class ImportsObject(TypedDict):
    """文件导入 / import of a file."""

    id: int
    organisation: int
    by: int
    kind: Literal["rights", "statements"]
    state: Literal["reading", "preview", "keeping", "done", "refused", "cancelled", "expired"]
    file: int
    about: dict[str, Any] | list[Any]
    problems: dict[str, Any] | list[Any]
    agreed_by: int | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class InvitationsObject(TypedDict):
    """成员邀请 / invitation."""

    id: int
    organisation: int
    email: str
    roles: dict[str, Any] | list[Any]
    until: str
    state: Literal["open", "accepted", "declined", "withdrawn"]
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class JobsObject(TypedDict):
    """后台任务 / job."""

    id: int
    kind: str
    organisation: int | None
    run_at: str
    state: Literal["waiting", "running", "done", "failed"]
    tries: int
    done: int
    total: int
    result: dict[str, Any] | list[Any]


class LimitsObject(TypedDict):
    """限额 / limit."""

    id: int
    organisation: int
    scope: Literal["portfolio", "firm", "mode", "region"]
    value: str
    amount: str
    removed: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class LinesObject(TypedDict):
    """流水 / statement line."""

    id: int
    organisation: int
    file: int
    account_number: str
    reference: str
    day: str
    direction: Literal["in", "out"]
    amount: str
    counterparty: str
    note: str
    state: Literal["open", "matched", "confirmed", "ignored"]
    reason: str
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class LoansObject(TypedDict):
    """贷款 / loan."""

    id: int
    case: int
    firm: int
    lender: int
    guarantor: int | None
    number: str
    state: Literal["waiting", "cancelled", "standing", "repaid", "written_off"]
    mode: str
    principal: str
    contract: dict[str, Any] | list[Any]
    start: str | None
    end: str | None
    reckoned_on: str | None
    balance: str
    overdue: str
    overdue_days: int
    next_due_on: str | None
    next_due: str
    version: int
    created_at: str
    changed_at: str
    events: dict[str, Any] | list[Any] | None
    category: Literal["normal", "special_mention", "substandard", "doubtful", "loss", ""] | None
    provision: str | None
    operations: list[str]


class MandatesObject(TypedDict):
    """代理授权 / mandate."""

    id: int
    firm: int
    agent: int
    operations: list[str]
    most: str | None
    until: str
    ended_on: str | None
    version: int
    created_at: str
    changed_at: str


class MembersObject(TypedDict):
    """成员 / member."""

    id: int
    account: int
    organisation: int
    roles: dict[str, Any] | list[Any]
    active: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class MessagesObject(TypedDict):
    """消息 / message."""

    id: int
    subject: str
    kind: Literal["question", "objection", "note"]
    sender: int
    receiver: int | None
    text: str
    answer: str
    answered_at: str | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class NoticesObject(TypedDict):
    """通知 / notice."""

    id: int
    organisation: int | None
    at: str
    words: dict[str, Any] | list[Any]
    link: str
    read_at: str | None
    mailed_at: str | None


class OrganisationsObject(TypedDict):
    """机构 / organisation."""

    id: int
    kind: Literal["firm", "lender", "guarantor", "insurer", "fund", "agency", "operator", "registry", "platform"]
    name: str
    code: str
    region: str
    status: Literal["pending", "active", "suspended", "refused"]
    profile: dict[str, Any] | list[Any]
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class PapersObject(TypedDict):
    """文书 / paper."""

    id: int
    subject: str
    kind: Literal[
        "application",
        "appraisal_report",
        "appraisal_summary",
        "credit_review",
        "approval",
        "loan_contract",
        "pledge_contract",
        "guarantee_contract",
        "registration_form",
        "release_notice",
        "due_notice",
        "overdue_notice",
        "discharge_notice",
        "loan_statement",
    ]
    number: str
    state: Literal["draft", "issued", "signed", "void", "ended"]
    title: str
    owner: int
    signers: dict[str, Any] | list[Any]
    facts: dict[str, Any] | list[Any]
    word: int | None
    pdf: int | None
    sha256: str
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class PaymentsObject(TypedDict):
    """款项 / payment."""

    id: int
    loan: int
    kind: Literal["release", "repayment", "refund"]
    amount: str
    day: str
    state: Literal["matched", "confirmed", "undone", "reversing", "reversed"]
    version: int
    created_at: str
    changed_at: str
    line: int | None
    event: str | None
    reason: str | None
    matched_by: int | None
    confirmed_by: int | None
    reversed_by: int | None
    operations: list[str]


class PoliciesObject(TypedDict):
    """政策 / policy."""

    id: int
    organisation: int
    number: int
    title: str
    region: str
    valid_from: str
    reason: str
    state: Literal["draft", "submitted", "approved", "rejected", "withdrawn", "superseded"]
    files: dict[str, Any] | list[Any]
    sha256: str
    begins_on: str | None
    ends_on: str | None
    effects: dict[str, Any] | list[Any]
    drafted_by: int
    submitted_by: int | None
    decided_by: int | None
    opinion: str
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class RightsObject(TypedDict):
    """权利 / right."""

    id: int
    firm: int
    key: str
    kind: Literal[
        "invention",
        "utility_model",
        "design",
        "trademark",
        "copyright",
        "software",
        "layout_design",
        "plant_variety",
        "trade_name",
        "trade_secret",
        "data_ip",
    ]
    number: str
    title: str
    facts: dict[str, Any] | list[Any]
    status: Literal["pending", "refused", "withdrawn", "in_force", "lapsed", "invalidated", "expired"]
    ends_on: str | None
    next_fee_on: str | None
    checked_on: str
    removed: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class SignaturesObject(TypedDict):
    """签署 / signature."""

    id: int
    paper: int
    organisation: int
    account: int
    method: Literal["second_factor", "sealed_scan"]
    sha256: str
    scan: int | None
    checked_by: int | None
    second_checked_by: int | None
    valid: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class StepsObject(TypedDict):
    """步骤 / step."""

    id: int
    case: int
    state: Literal[
        "draft",
        "submitted",
        "diligence",
        "approval",
        "approved",
        "signing",
        "registering",
        "released",
        "repaid",
        "closed",
        "declined",
        "withdrawn",
    ]
    began_at: str
    ended_at: str | None
    due_on: str | None
    cost: str
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class TeamRatingsObject(TypedDict):
    """团队评价 / team rating."""

    id: int
    case: int
    rater: int
    ratings: dict[str, Any] | list[Any]
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class TokensObject(TypedDict):
    """令牌 / token."""

    id: int
    account: int
    organisation: int
    name: str
    scopes: dict[str, Any] | list[Any]
    expires_on: str
    revoked_on: str | None
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class ViewsObject(TypedDict):
    """保存的视图 / saved view."""

    id: int
    listing: str
    name: str
    query: str
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class WebhooksObject(TypedDict):
    """回调 / webhook."""

    id: int
    organisation: int
    url: str
    kinds: dict[str, Any] | list[Any]
    active: bool
    version: int
    created_at: str
    changed_at: str
    operations: list[str]


class Objects(Group):
    """Single objects, by their ids."""

    def accounts(self, row: int) -> AccountsObject:
        """账号 / account."""
        found: AccountsObject = self._transport.row("accounts", row)
        return found

    def appraisals(self, row: int) -> AppraisalsObject:
        """评估 / appraisal."""
        found: AppraisalsObject = self._transport.row("appraisals", row)
        return found

    def approvals(self, row: int) -> ApprovalsObject:
        """审批 / approval."""
        found: ApprovalsObject = self._transport.row("approvals", row)
        return found

    def cases(self, row: int) -> CasesObject:
        """融资申请 / case."""
        found: CasesObject = self._transport.row("cases", row)
        return found

    def checks(self, row: int) -> ChecksObject:
        """尽调事项 / check."""
        found: ChecksObject = self._transport.row("checks", row)
        return found

    def consents(self, row: int) -> ConsentsObject:
        """数据授权 / consent."""
        found: ConsentsObject = self._transport.row("consents", row)
        return found

    def deliveries(self, row: int) -> DeliveriesObject:
        """回调消息 / webhook message."""
        found: DeliveriesObject = self._transport.row("deliveries", row)
        return found

    def files(self, row: int) -> FilesObject:
        """文件 / file."""
        found: FilesObject = self._transport.row("files", row)
        return found

    def flags(self, row: int) -> FlagsObject:
        """预警 / watch flag."""
        found: FlagsObject = self._transport.row("flags", row)
        return found

    def guarantees(self, row: int) -> GuaranteesObject:
        """担保请求 / guarantee request."""
        found: GuaranteesObject = self._transport.row("guarantees", row)
        return found

    def imports(self, row: int) -> ImportsObject:
        """文件导入 / import of a file."""
        found: ImportsObject = self._transport.row("imports", row)
        return found

    def invitations(self, row: int) -> InvitationsObject:
        """成员邀请 / invitation."""
        found: InvitationsObject = self._transport.row("invitations", row)
        return found

    def jobs(self, row: int) -> JobsObject:
        """后台任务 / job."""
        found: JobsObject = self._transport.row("jobs", row)
        return found

    def limits(self, row: int) -> LimitsObject:
        """限额 / limit."""
        found: LimitsObject = self._transport.row("limits", row)
        return found

    def lines(self, row: int) -> LinesObject:
        """流水 / statement line."""
        found: LinesObject = self._transport.row("lines", row)
        return found

    def loans(self, row: int) -> LoansObject:
        """贷款 / loan."""
        found: LoansObject = self._transport.row("loans", row)
        return found

    def mandates(self, row: int) -> MandatesObject:
        """代理授权 / mandate."""
        found: MandatesObject = self._transport.row("mandates", row)
        return found

    def members(self, row: int) -> MembersObject:
        """成员 / member."""
        found: MembersObject = self._transport.row("members", row)
        return found

    def messages(self, row: int) -> MessagesObject:
        """消息 / message."""
        found: MessagesObject = self._transport.row("messages", row)
        return found

    def notices(self, row: int) -> NoticesObject:
        """通知 / notice."""
        found: NoticesObject = self._transport.row("notices", row)
        return found

    def organisations(self, row: int) -> OrganisationsObject:
        """机构 / organisation."""
        found: OrganisationsObject = self._transport.row("organisations", row)
        return found

    def papers(self, row: int) -> PapersObject:
        """文书 / paper."""
        found: PapersObject = self._transport.row("papers", row)
        return found

    def payments(self, row: int) -> PaymentsObject:
        """款项 / payment."""
        found: PaymentsObject = self._transport.row("payments", row)
        return found

    def policies(self, row: int) -> PoliciesObject:
        """政策 / policy."""
        found: PoliciesObject = self._transport.row("policies", row)
        return found

    def rights(self, row: int) -> RightsObject:
        """权利 / right."""
        found: RightsObject = self._transport.row("rights", row)
        return found

    def signatures(self, row: int) -> SignaturesObject:
        """签署 / signature."""
        found: SignaturesObject = self._transport.row("signatures", row)
        return found

    def steps(self, row: int) -> StepsObject:
        """步骤 / step."""
        found: StepsObject = self._transport.row("steps", row)
        return found

    def team_ratings(self, row: int) -> TeamRatingsObject:
        """团队评价 / team rating."""
        found: TeamRatingsObject = self._transport.row("team-ratings", row)
        return found

    def tokens(self, row: int) -> TokensObject:
        """令牌 / token."""
        found: TokensObject = self._transport.row("tokens", row)
        return found

    def views(self, row: int) -> ViewsObject:
        """保存的视图 / saved view."""
        found: ViewsObject = self._transport.row("views", row)
        return found

    def webhooks(self, row: int) -> WebhooksObject:
        """回调 / webhook."""
        found: WebhooksObject = self._transport.row("webhooks", row)
        return found
