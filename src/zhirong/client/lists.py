"""Every list, typed. Made by tools/make_client.py from the description of the API: not to be edited."""

from typing import Any, Literal, TypedDict

from zhirong.client.transport import Group, Page


class AdminAccountsRow(TypedDict):
    """A row of the list ``admin.accounts``."""

    id: int
    email: str | dict[str, Any] | None
    name: str | dict[str, Any] | None
    active: str | dict[str, Any] | None
    joined: str | None
    seen: str | None


class AdminJobsRow(TypedDict):
    """A row of the list ``admin.jobs``."""

    id: int
    kind: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    run_at: str | None
    tries: int | str | None
    done: str | dict[str, Any] | None
    error: str | dict[str, Any] | None


class AdminMembersRow(TypedDict):
    """A row of the list ``admin.members``."""

    id: int
    version: int
    account: str | dict[str, Any] | None
    organisation: str | dict[str, Any] | None
    roles: str | dict[str, Any] | None
    active: str | dict[str, Any] | None


class AdminOrganisationsRow(TypedDict):
    """A row of the list ``admin.organisations``."""

    id: int
    version: int
    name: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    code: str | dict[str, Any] | None
    region: str | dict[str, Any] | None
    status: str | dict[str, Any] | None
    created_at: str | None


class AdminTokensRow(TypedDict):
    """A row of the list ``admin.tokens``."""

    id: int
    version: int
    name: str | dict[str, Any] | None
    account: str | dict[str, Any] | None
    organisation: str | dict[str, Any] | None
    scopes: str | dict[str, Any] | None
    expires_on: str | None
    revoked_on: str | None


class AgencyAppraisalsRow(TypedDict):
    """A row of the list ``agency.appraisals``."""

    id: int
    version: int
    firm: str | dict[str, Any] | None
    agency: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    purpose: str | dict[str, Any] | None
    valuation_date: str | None
    p10: str | None
    p50: str | None
    p90: str | None
    valid_until: str | None
    fee: str | None


class AppraisalsFormalRow(TypedDict):
    """A row of the list ``appraisals.formal``."""

    id: int
    version: int
    firm: str | dict[str, Any] | None
    agency: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    purpose: str | dict[str, Any] | None
    valuation_date: str | None
    p10: str | None
    p50: str | None
    p90: str | None
    valid_until: str | None
    fee: str | None


class AuditEventsRow(TypedDict):
    """A row of the list ``audit.events``."""

    id: int
    index: int | str | None
    kind: str | dict[str, Any] | None
    day: str | None
    actor: str | dict[str, Any] | None
    subject: str | dict[str, Any] | None


class AuditSeenRow(TypedDict):
    """A row of the list ``audit.seen``."""

    id: int
    at: str | None
    account: str | dict[str, Any] | None
    organisation: str | dict[str, Any] | None
    subject: str | dict[str, Any] | None


class DeskLimitsRow(TypedDict):
    """A row of the list ``desk.limits``."""

    id: int
    version: int
    scope: str | dict[str, Any] | None
    value: str | dict[str, Any] | None
    amount: str | None
    changed: str | None


class FirmAppraisalsRow(TypedDict):
    """A row of the list ``firm.appraisals``."""

    id: int
    version: int
    grade: str | dict[str, Any] | None
    valuation_date: str | None
    low: str | None
    value: str | None
    high: str | None
    valid_until: str | None


class FirmCasesRow(TypedDict):
    """A row of the list ``firm.cases``."""

    id: int
    version: int
    number: str | dict[str, Any] | None
    lender: str | dict[str, Any] | None
    approved_amount: str | None
    amount: str | None
    state: str | dict[str, Any] | None
    submitted_on: str | None
    due_on: str | None


class FirmConsentsRow(TypedDict):
    """A row of the list ``firm.consents``."""

    id: int
    version: int
    firm: str | dict[str, Any] | None
    to: str | dict[str, Any] | None
    scope: str | dict[str, Any] | None
    purpose: str | dict[str, Any] | None
    until: str | None
    revoked_on: str | None


class FirmMandatesRow(TypedDict):
    """A row of the list ``firm.mandates``."""

    id: int
    version: int
    firm: str | dict[str, Any] | None
    agent: str | dict[str, Any] | None
    operations: str | dict[str, Any] | None
    most: str | None
    until: str | None
    ended_on: str | None


class FirmRightsRow(TypedDict):
    """A row of the list ``firm.rights``."""

    id: int
    version: int
    title: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    number: str | dict[str, Any] | None
    status: str | dict[str, Any] | None
    ends_on: str | None
    next_fee_on: str | None
    checked_on: str | None


class GuarantorRequestsRow(TypedDict):
    """A row of the list ``guarantor.requests``."""

    id: int
    version: int
    case: str | dict[str, Any] | None
    firm: str | dict[str, Any] | None
    lender: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    amount: str | None
    share: str | None
    exposure: str | None
    fee: str | None
    group: str | dict[str, Any] | None
    asked_at: str | None


class ImportsRow(TypedDict):
    """A row of the list ``imports``."""

    id: int
    version: int
    file: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    begun: str | None


class LenderCasesRow(TypedDict):
    """A row of the list ``lender.cases``."""

    id: int
    version: int
    number: str | dict[str, Any] | None
    firm: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    amount: str | None
    line: str | None
    approved: str | None
    mode: str | dict[str, Any] | None
    submitted: str | None
    due_on: str | None
    officer: str | dict[str, Any] | None


class LenderWorkRow(TypedDict):
    """A row of the list ``lender.work``."""

    id: int
    version: int
    number: str | dict[str, Any] | None
    firm: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    due_on: str | None
    amount: str | None
    officer: str | dict[str, Any] | None


class LoanLinesRow(TypedDict):
    """A row of the list ``loan.lines``."""

    id: int
    version: int
    reference: str | dict[str, Any] | None
    day: str | None
    direction: str | dict[str, Any] | None
    amount: str | None
    counterparty: str | dict[str, Any] | None
    note: str | dict[str, Any] | None
    account: str | dict[str, Any] | None
    state: str | dict[str, Any] | None


class LoanPaymentsRow(TypedDict):
    """A row of the list ``loan.payments``."""

    id: int
    version: int
    loan: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    day: str | None
    amount: str | None
    firm: str | dict[str, Any] | None
    reference: str | dict[str, Any] | None
    state: str | dict[str, Any] | None


class LoanWatchRow(TypedDict):
    """A row of the list ``loan.watch``."""

    id: int
    version: int
    loan: str | dict[str, Any] | None
    firm: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    words: str | dict[str, Any] | None
    due_on: str | None
    seen: str | dict[str, Any] | None


class LoansRow(TypedDict):
    """A row of the list ``loans``."""

    id: int
    version: int
    number: str | dict[str, Any] | None
    firm: str | dict[str, Any] | None
    lender: str | dict[str, Any] | None
    balance: str | None
    next_due_on: str | None
    next_due: str | None
    overdue: str | None
    overdue_days: int | None
    category: str | dict[str, Any] | None
    state: str | dict[str, Any] | None


class MessagesRow(TypedDict):
    """A row of the list ``messages``."""

    id: int
    version: int
    kind: str | dict[str, Any] | None
    sender: str | dict[str, Any] | None
    text: str | dict[str, Any] | None
    created_at: str | None
    answer: str | dict[str, Any] | None
    answered_at: str | None


class OwnDeliveriesRow(TypedDict):
    """A row of the list ``own.deliveries``."""

    id: int
    event: int | str | None
    kind: str | dict[str, Any] | None
    url: str | dict[str, Any] | None
    tries: int | str | None
    answer: str | dict[str, Any] | None
    done_at: str | None
    next_at: str | None


class OwnInvitationsRow(TypedDict):
    """A row of the list ``own.invitations``."""

    id: int
    version: int
    email: str | dict[str, Any] | None
    organisation: str | dict[str, Any] | None
    roles: str | dict[str, Any] | None
    until: str | None
    state: str | dict[str, Any] | None


class OwnTokensRow(TypedDict):
    """A row of the list ``own.tokens``."""

    id: int
    version: int
    name: str | dict[str, Any] | None
    account: str | dict[str, Any] | None
    organisation: str | dict[str, Any] | None
    scopes: str | dict[str, Any] | None
    expires_on: str | None
    revoked_on: str | None


class OwnWebhooksRow(TypedDict):
    """A row of the list ``own.webhooks``."""

    id: int
    version: int
    url: str | dict[str, Any] | None
    kinds: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    created_at: str | None


class PapersRow(TypedDict):
    """A row of the list ``papers``."""

    id: int
    version: int
    number: str | dict[str, Any] | None
    kind: str | dict[str, Any] | None
    owner: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    made: str | None


class PolicyVersionsRow(TypedDict):
    """A row of the list ``policy.versions``."""

    id: int
    version: int
    title: str | dict[str, Any] | None
    number: str | dict[str, Any] | None
    owner: str | dict[str, Any] | None
    region: str | dict[str, Any] | None
    state: str | dict[str, Any] | None
    begins_on: str | None
    ends_on: str | None
    drafted_by: str | dict[str, Any] | None
    decided_by: str | dict[str, Any] | None


class Lists(Group):
    """Lists, by their names."""

    def admin_accounts(
        self,
        *,
        email: str | None = None,
        active: Literal["1", "0"] | None = None,
        order: Literal["email", "joined", "seen", "-email", "-joined", "-seen"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AdminAccountsRow]":
        """账号 / Accounts."""
        return self._transport.page(
            "admin.accounts", {"email": email, "active": active, "order": order, "offset": offset, "limit": limit}
        )

    def admin_jobs(
        self,
        *,
        state: Literal["waiting", "running", "done", "failed"] | None = None,
        kind: str | None = None,
        order: Literal["id", "run_at", "-id", "-run_at"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AdminJobsRow]":
        """后台任务 / Background jobs."""
        return self._transport.page(
            "admin.jobs", {"state": state, "kind": kind, "order": order, "offset": offset, "limit": limit}
        )

    def admin_members(
        self,
        *,
        account: str | None = None,
        organisation: str | None = None,
        admin: Literal["1"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AdminMembersRow]":
        """成员与角色 / Members and roles."""
        return self._transport.page(
            "admin.members",
            {"account": account, "organisation": organisation, "admin": admin, "offset": offset, "limit": limit},
        )

    def admin_organisations(
        self,
        *,
        name: str | None = None,
        code: str | None = None,
        kind: Literal[
            "firm", "lender", "guarantor", "insurer", "fund", "agency", "operator", "registry", "platform"
        ]
        | None = None,
        status: Literal["pending", "active", "suspended", "refused"] | None = None,
        order: Literal["name", "region", "-name", "-region"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AdminOrganisationsRow]":
        """机构 / Organisations."""
        return self._transport.page(
            "admin.organisations",
            {
                "name": name,
                "code": code,
                "kind": kind,
                "status": status,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def admin_tokens(
        self, *, account: str | None = None, offset: int = 0, limit: int = 50
    ) -> "Page[AdminTokensRow]":
        """API 令牌 / API tokens."""
        return self._transport.page("admin.tokens", {"account": account, "offset": offset, "limit": limit})

    def agency_appraisals(
        self,
        *,
        state: Literal["requested", "accepted", "worked", "reviewed", "signed", "refused", "withdrawn", "issued"]
        | None = None,
        order: Literal["id", "valid_until", "-id", "-valid_until"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AgencyAppraisalsRow]":
        """评估委托 / Assignments."""
        return self._transport.page(
            "agency.appraisals", {"state": state, "order": order, "offset": offset, "limit": limit}
        )

    def appraisals_formal(
        self,
        *,
        state: Literal["requested", "accepted", "worked", "reviewed", "signed", "refused", "withdrawn", "issued"]
        | None = None,
        order: Literal["id", "valid_until", "-id", "-valid_until"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AppraisalsFormalRow]":
        """正式评估 / Formal appraisals."""
        return self._transport.page(
            "appraisals.formal", {"state": state, "order": order, "offset": offset, "limit": limit}
        )

    def audit_events(
        self,
        *,
        kind: str | None = None,
        actor: str | None = None,
        subject: str | None = None,
        registration: str | None = None,
        first: str | None = None,
        last: str | None = None,
        order: Literal["index", "day", "-index", "-day"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AuditEventsRow]":
        """全部事项 / Events."""
        return self._transport.page(
            "audit.events",
            {
                "kind": kind,
                "actor": actor,
                "subject": subject,
                "registration": registration,
                "first": first,
                "last": last,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def audit_seen(
        self,
        *,
        account: str | None = None,
        subject: str | None = None,
        first: str | None = None,
        last: str | None = None,
        order: Literal["at", "-at"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[AuditSeenRow]":
        """查看记录 / Access log."""
        return self._transport.page(
            "audit.seen",
            {
                "account": account,
                "subject": subject,
                "first": first,
                "last": last,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def desk_limits(
        self,
        *,
        order: Literal["scope", "value", "amount", "changed", "-scope", "-value", "-amount", "-changed"]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[DeskLimitsRow]":
        """限额 / Limits."""
        return self._transport.page("desk.limits", {"order": order, "offset": offset, "limit": limit})

    def firm_appraisals(
        self,
        *,
        grade: Literal["online", "formal"] | None = None,
        order: Literal["valuation_date", "valid_until", "-valuation_date", "-valid_until"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[FirmAppraisalsRow]":
        """我的评估 / My appraisals."""
        return self._transport.page(
            "firm.appraisals", {"grade": grade, "order": order, "offset": offset, "limit": limit}
        )

    def firm_cases(
        self,
        *,
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
        | None = None,
        open_: Literal["open", "ended"] | None = None,
        order: Literal[
            "number",
            "approved_amount",
            "amount",
            "state",
            "submitted_on",
            "due_on",
            "-number",
            "-approved_amount",
            "-amount",
            "-state",
            "-submitted_on",
            "-due_on",
        ]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[FirmCasesRow]":
        """我的申请 / My cases."""
        return self._transport.page(
            "firm.cases", {"state": state, "open": open_, "order": order, "offset": offset, "limit": limit}
        )

    def firm_consents(
        self,
        *,
        order: Literal["until", "revoked_on", "-until", "-revoked_on"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[FirmConsentsRow]":
        """授权 / Consents."""
        return self._transport.page("firm.consents", {"order": order, "offset": offset, "limit": limit})

    def firm_mandates(
        self,
        *,
        order: Literal["until", "ended_on", "-until", "-ended_on"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[FirmMandatesRow]":
        """委托 / Mandates."""
        return self._transport.page("firm.mandates", {"order": order, "offset": offset, "limit": limit})

    def firm_rights(
        self,
        *,
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
        | None = None,
        status: Literal[
            "pending", "refused", "withdrawn", "in_force", "lapsed", "invalidated", "expired", "unknown"
        ]
        | None = None,
        words: str | None = None,
        order: Literal[
            "title",
            "kind",
            "number",
            "status",
            "ends_on",
            "next_fee_on",
            "checked_on",
            "-title",
            "-kind",
            "-number",
            "-status",
            "-ends_on",
            "-next_fee_on",
            "-checked_on",
        ]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[FirmRightsRow]":
        """我的权利 / My rights."""
        return self._transport.page(
            "firm.rights",
            {"kind": kind, "status": status, "words": words, "order": order, "offset": offset, "limit": limit},
        )

    def guarantor_requests(
        self,
        *,
        state: Literal["requested", "reviewed", "granted", "declined", "withdrawn", "ended"] | None = None,
        firm: str | None = None,
        group: str | None = None,
        order: Literal[
            "firm",
            "state",
            "amount",
            "share",
            "exposure",
            "fee",
            "group",
            "asked_at",
            "-firm",
            "-state",
            "-amount",
            "-share",
            "-exposure",
            "-fee",
            "-group",
            "-asked_at",
        ]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[GuarantorRequestsRow]":
        """担保请求 / Requests for guarantees."""
        return self._transport.page(
            "guarantor.requests",
            {"state": state, "firm": firm, "group": group, "order": order, "offset": offset, "limit": limit},
        )

    def imports(
        self,
        *,
        state: Literal["reading", "preview", "keeping", "done", "refused", "cancelled", "expired"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[ImportsRow]":
        """文件导入 / File imports."""
        return self._transport.page("imports", {"state": state, "offset": offset, "limit": limit})

    def lender_cases(
        self,
        *,
        state: Literal[
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
        | None = None,
        mode: Literal[
            "bank-alone",
            "beijing-ip",
            "beijing-zrt",
            "beijing",
            "chengdu",
            "credit-plus-ip",
            "germany",
            "guangzhou-5311",
            "guangzhou-541",
            "guangzhou-55",
            "japan",
            "national-ip-insurer",
            "peer-guarantee",
            "pudong-later",
            "pudong",
            "suzhou-picc",
            "suzhou",
            "us-capp",
            "us-sba",
            "us-svb",
            "wuhan",
            "wuxi",
            "xixian",
            "zhongguancun",
            "zhongshan",
            "anhui-4321",
            "guangzhou-2020",
            "guangzhou-2025-guarantee",
            "guangzhou-2025-topup",
            "guangzhou-2025",
            "haikou-2023",
            "hangzhou-2025",
            "jiangsu-suzhidai",
            "national-28",
            "national-4222",
            "national-private-investment-2026",
            "national-tech-2024",
            "shandong",
            "shenzhen-pingshan",
            "shenzhen-pool",
            "wuhan-2024",
            "zhanjiang",
            "zhongshan-2021",
            "zhuhai",
        ]
        | None = None,
        firm: str | None = None,
        number: str | None = None,
        officer: str | None = None,
        due_until: str | None = None,
        order: Literal[
            "number",
            "firm",
            "state",
            "amount",
            "line",
            "approved",
            "mode",
            "submitted",
            "due_on",
            "officer",
            "-number",
            "-firm",
            "-state",
            "-amount",
            "-line",
            "-approved",
            "-mode",
            "-submitted",
            "-due_on",
            "-officer",
        ]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LenderCasesRow]":
        """全部业务 / All cases."""
        return self._transport.page(
            "lender.cases",
            {
                "state": state,
                "mode": mode,
                "firm": firm,
                "number": number,
                "officer": officer,
                "due_until": due_until,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def lender_work(
        self,
        *,
        state: Literal[
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
        | None = None,
        mode: Literal[
            "bank-alone",
            "beijing-ip",
            "beijing-zrt",
            "beijing",
            "chengdu",
            "credit-plus-ip",
            "germany",
            "guangzhou-5311",
            "guangzhou-541",
            "guangzhou-55",
            "japan",
            "national-ip-insurer",
            "peer-guarantee",
            "pudong-later",
            "pudong",
            "suzhou-picc",
            "suzhou",
            "us-capp",
            "us-sba",
            "us-svb",
            "wuhan",
            "wuxi",
            "xixian",
            "zhongguancun",
            "zhongshan",
            "anhui-4321",
            "guangzhou-2020",
            "guangzhou-2025-guarantee",
            "guangzhou-2025-topup",
            "guangzhou-2025",
            "haikou-2023",
            "hangzhou-2025",
            "jiangsu-suzhidai",
            "national-28",
            "national-4222",
            "national-private-investment-2026",
            "national-tech-2024",
            "shandong",
            "shenzhen-pingshan",
            "shenzhen-pool",
            "wuhan-2024",
            "zhanjiang",
            "zhongshan-2021",
            "zhuhai",
        ]
        | None = None,
        firm: str | None = None,
        number: str | None = None,
        officer: str | None = None,
        due_until: str | None = None,
        order: Literal[
            "number",
            "firm",
            "state",
            "due_on",
            "amount",
            "officer",
            "-number",
            "-firm",
            "-state",
            "-due_on",
            "-amount",
            "-officer",
        ]
        | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LenderWorkRow]":
        """待办 / To do."""
        return self._transport.page(
            "lender.work",
            {
                "state": state,
                "mode": mode,
                "firm": firm,
                "number": number,
                "officer": officer,
                "due_until": due_until,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def loan_lines(
        self,
        *,
        state: Literal["open", "matched", "confirmed", "ignored"] | None = None,
        direction: Literal["in", "out"] | None = None,
        words: str | None = None,
        order: Literal["day", "-day"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LoanLinesRow]":
        """银行流水 / Bank statements."""
        return self._transport.page(
            "loan.lines",
            {
                "state": state,
                "direction": direction,
                "words": words,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def loan_payments(
        self,
        *,
        state: Literal["matched", "confirmed", "undone", "reversing", "reversed"] | None = None,
        kind: Literal["release", "repayment", "refund"] | None = None,
        loan: str | None = None,
        order: Literal["day", "-day"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LoanPaymentsRow]":
        """收付款 / Payments."""
        return self._transport.page(
            "loan.payments",
            {"state": state, "kind": kind, "loan": loan, "order": order, "offset": offset, "limit": limit},
        )

    def loan_watch(
        self,
        *,
        kind: Literal["due", "overdue", "category", "fee", "appraisal", "ground", "fault"] | None = None,
        seen: Literal["yes", "no"] | None = None,
        loan: str | None = None,
        order: Literal["due_on", "-due_on"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LoanWatchRow]":
        """贷后预警 / Watch list."""
        return self._transport.page(
            "loan.watch",
            {"kind": kind, "seen": seen, "loan": loan, "order": order, "offset": offset, "limit": limit},
        )

    def loans(
        self,
        *,
        state: Literal["waiting", "cancelled", "standing", "repaid", "written_off"] | None = None,
        category: Literal["normal", "special_mention", "substandard", "doubtful", "loss"] | None = None,
        number: str | None = None,
        late: Literal["yes", "no"] | None = None,
        order: Literal["next_due_on", "overdue_days", "-next_due_on", "-overdue_days"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[LoansRow]":
        """贷款 / Loans."""
        return self._transport.page(
            "loans",
            {
                "state": state,
                "category": category,
                "number": number,
                "late": late,
                "order": order,
                "offset": offset,
                "limit": limit,
            },
        )

    def messages(
        self,
        *,
        open_: Literal["open", "answered"] | None = None,
        kind: Literal["question", "objection", "note"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[MessagesRow]":
        """提问与异议 / Questions and objections."""
        return self._transport.page("messages", {"open": open_, "kind": kind, "offset": offset, "limit": limit})

    def own_deliveries(self, *, offset: int = 0, limit: int = 50) -> "Page[OwnDeliveriesRow]":
        """回调消息 / Webhook messages."""
        return self._transport.page("own.deliveries", {"offset": offset, "limit": limit})

    def own_invitations(
        self,
        *,
        state: Literal["open", "accepted", "declined", "withdrawn"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[OwnInvitationsRow]":
        """成员邀请 / Invitations."""
        return self._transport.page("own.invitations", {"state": state, "offset": offset, "limit": limit})

    def own_tokens(
        self, *, order: Literal["expires_on", "-expires_on"] | None = None, offset: int = 0, limit: int = 50
    ) -> "Page[OwnTokensRow]":
        """接口令牌 / API tokens."""
        return self._transport.page("own.tokens", {"order": order, "offset": offset, "limit": limit})

    def own_webhooks(self, *, offset: int = 0, limit: int = 50) -> "Page[OwnWebhooksRow]":
        """回调 / Webhooks."""
        return self._transport.page("own.webhooks", {"offset": offset, "limit": limit})

    def papers(
        self,
        *,
        kind: Literal[
            "application",
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
        | None = None,
        state: Literal["draft", "issued", "signed", "void", "ended"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[PapersRow]":
        """文件 / Papers."""
        return self._transport.page("papers", {"kind": kind, "state": state, "offset": offset, "limit": limit})

    def policy_versions(
        self,
        *,
        state: Literal["draft", "submitted", "approved", "rejected", "withdrawn", "superseded"] | None = None,
        order: Literal["number", "state", "-number", "-state"] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> "Page[PolicyVersionsRow]":
        """政策版本 / Versions of policies."""
        return self._transport.page(
            "policy.versions", {"state": state, "order": order, "offset": offset, "limit": limit}
        )
