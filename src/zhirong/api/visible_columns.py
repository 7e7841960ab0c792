"""The columns of objects that the API shows, and to whom. A new column is not shown until it is declared here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Model

from zhirong.chain.organisation.roles import OrganisationKind as Kind
from zhirong.kernel.text import Text
from zhirong.store import financing, parties, policies, recovery, work

_ROW = ("version", "created_at", "changed_at")


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind of object. fields: shown to everyone who can see the row. own: shown only to organisations of
    ``own_kinds``. former: by a column's name, the name that it had; the API answers by both, the former is deprecated.
    """

    model: type[Model]
    title: Text
    fields: tuple[str, ...]
    own: tuple[str, ...] = ()
    own_kinds: tuple[Kind, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)


def _shown(
    model: type[Model],
    zh: str,
    en: str,
    fields: str,
    own: str = "",
    own_kinds: tuple[Kind, ...] = (),
    row: tuple[str, ...] = _ROW,
    former: Mapping[str, str] | None = None,
) -> Shown:
    return Shown(model, Text(zh, en), (*fields.split(), *row), tuple(own.split()), own_kinds, former or {})


SHOWN: Mapping[str, Shown] = {
    "accounts": _shown(parties.Account, "账号", "account", "email display_name phone language is_active", row=()),
    "organisations": _shown(parties.Organisation, "机构", "organisation", "kind name code region status profile"),
    "members": _shown(parties.Membership, "成员", "member", "account organisation roles active"),
    "invitations": _shown(parties.Invitation, "成员邀请", "invitation", "organisation email roles until state"),
    "mandates": _shown(parties.Mandate, "代理授权", "mandate", "firm agent operations most until ended_on"),
    "consents": _shown(parties.Consent, "数据授权", "consent", "firm to scope purpose until revoked_on"),
    "tokens": _shown(parties.ApiToken, "令牌", "token", "account organisation name scopes expires_on revoked_on"),
    "views": _shown(parties.SavedView, "保存的视图", "saved view", "listing name query"),
    "rights": _shown(
        financing.FirmRight,
        "权利",
        "right",
        "firm key kind number title facts status ends_on next_fee_on checked_on removed",
    ),
    "files": _shown(
        financing.StoredFile, "文件", "file", "owner subject paper name media_type size sha256 removed"
    ),
    "cases": _shown(
        financing.Case,
        "融资申请",
        "case",
        "firm lender guarantor number state mode amount term_months annual_rate method cycle purpose rights facts "
        "credit appraisal_input approved_amount contract filing reason submitted_on due_on",
        "officer former_officers team quote beside review credit_limit proposed_amount proposed_by approval_round guarantee exemption",
        (Kind.LENDER,),
        former={"credit_limit": "line", "proposed_by": "handed_up_by"},
    ),
    "steps": _shown(financing.CaseStep, "步骤", "step", "case state began_at ended_at due_on cost"),
    "messages": _shown(
        financing.Message, "消息", "message", "subject kind sender receiver text answer answered_at"
    ),
    "checks": _shown(
        financing.CheckItem, "尽调事项", "check", "case item state verdict done_on finding cost file by"
    ),
    "team-ratings": _shown(financing.TeamRating, "团队评价", "team rating", "case rater ratings"),
    "approvals": _shown(
        financing.Approval, "审批", "approval", "case round level role by decision amount opinion basis"
    ),
    "policies": _shown(
        policies.Policy,
        "政策",
        "policy",
        "organisation number title region valid_from reason state files sha256 begins_on ends_on effects drafted_by "
        "submitted_by decided_by opinion",
    ),
    "guarantees": _shown(
        financing.GuaranteeRequest,
        "担保请求",
        "guarantee request",
        "case guarantor state share fee_rate amount fee counter_guarantee",
        "exposure group basis proposed_by decided_by opinion",
        (Kind.GUARANTOR,),
    ),
    "appraisals": _shown(
        financing.Appraisal,
        "评估",
        "appraisal",
        "firm agency case grade state purpose value_type rights valuation_date valid_until input result p10 p50 p90 "
        "fee opinion paper signed_on withdrawn_on report conflict assignment",
        "appraiser reviewer signatures",
        (Kind.AGENCY,),
    ),
    "papers": _shown(
        financing.Paper,
        "文书",
        "paper",
        "subject kind number state title owner signers facts word pdf sha256",
    ),
    "signatures": _shown(
        financing.Signature,
        "签署",
        "signature",
        "paper organisation account method sha256 scan checked_by second_checked_by valid",
    ),
    "loans": _shown(
        financing.Loan,
        "贷款",
        "loan",
        "case firm lender guarantor number state mode principal contract start end reckoned_on balance overdue "
        "overdue_days next_due_on next_due",
        "events category provision",
        (Kind.LENDER,),
    ),
    "default-cases": _shown(
        recovery.DefaultCase,
        "违约案件",
        "default case",
        "loan lender firm number state mode ground opened_on closed_on debt",
        "officer first_day owed stated events notes payer_events demands proposal proposed_by reckoned_on carried "
        "missed due_on",
        (Kind.LENDER,),
    ),
    "claims": _shown(
        recovery.PayerClaim,
        "索赔",
        "claim",
        "loan case lender payer claimant party mode number state entered_on filed_on decided_on due_on left_days amount "
        "accepted paid due_back returned order_agreed papers asked checks missed reason",
        "prepared_by",
        (Kind.GUARANTOR, Kind.FUND, Kind.INSURER),
    ),
    "claim-payments": _shown(
        recovery.ClaimPayment, "赔付款项", "payment under a claim", "claim kind number amount day reference"
    ),
    "alarms": _shown(
        recovery.LoanAlarm,
        "预警",
        "alarm",
        "loan lender code subject colour words tasks at_risk since due_on state evidence recorded seen_by closed_by closed_on "
        "times",
    ),
    "disposals": _shown(
        recovery.DisposalProject,
        "处置项目",
        "disposal project",
        "case lender firm number state way rights value valued_on price costs buyer sold_on result served_on objections"
        " operator mandated_until mandate bids",
        "plan reserve reason proposed_by due_on",
        (Kind.LENDER,),
    ),
    "recourse": _shown(
        recovery.Recourse, "追偿", "recourse", "claim payer firm state amount arisen_on limitation_on acts"
    ),
    "pool-figures": _shown(
        recovery.PoolFigure, "资金池数据", "pool figure", "organisation lender mode kind day amount evidence"
    ),
    "deals": _shown(
        recovery.RightDeal,
        "处置成交记录",
        "disposal result",
        "project lender appraiser way kinds appraised value price costs sold day days",
    ),
    "write-offs": _shown(
        recovery.WriteOffFile,
        "核销案",
        "write-off file",
        "case lender number state ground papers amount opinion decided_on reviews due_on proposed_by",
    ),
    "disputes": _shown(
        recovery.Dispute,
        "争议途径",
        "dispute",
        "case lender number track simplified state plan claimed fee forum docket steps since filed_on final_on due_on reason",
    ),
    "outside-links": _shown(
        recovery.OutsideLink,
        "外部案件链接",
        "external link",
        "dispute lender name purpose until revoked_on opened by",
    ),
    "lines": _shown(
        financing.StatementLine,
        "流水",
        "statement line",
        "organisation file account_number reference day direction amount counterparty note state reason",
    ),
    "payments": _shown(
        financing.Payment,
        "款项",
        "payment",
        "loan kind amount day state",
        "line event reason matched_by confirmed_by reversed_by",
        (Kind.LENDER,),
    ),
    "flags": _shown(financing.WatchFlag, "预警", "watch flag", "loan kind subject words due_on seen_by cleared_on"),
    "limits": _shown(financing.Limit, "限额", "limit", "organisation scope value amount removed"),
    "notices": _shown(work.Notice, "通知", "notice", "organisation at words link read_at mailed_at", row=()),
    "jobs": _shown(work.Job, "后台任务", "job", "kind organisation run_at state tries done total result", row=()),
    "imports": _shown(
        work.FileImport, "文件导入", "import of a file", "organisation by kind state file about problems agreed_by"
    ),
    "webhooks": _shown(work.Webhook, "回调", "webhook", "organisation url kinds active"),
    "deliveries": _shown(
        work.Delivery, "回调消息", "webhook message", "webhook event body tries next_at done_at answer", row=()
    ),
}
