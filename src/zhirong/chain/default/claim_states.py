"""A claim on a payer: one per loan and payer, from the entry in the pool to the last return."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Guard, Machine, Step
from zhirong.kernel.text import Text


class ClaimState(StrEnum):
    """The state of a claim. APPLIED: entry in the pool is requested; RESERVED: room is taken; LAPSED: the requested
    documents were not provided.
    """

    APPLIED = "applied"
    RESERVED = "reserved"
    NOTICED = "noticed"
    FILED = "filed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OBJECTED = "objected"
    PART_PAID = "part_paid"
    PAID = "paid"
    CLAWED_BACK = "clawed_back"
    LAPSED = "lapsed"
    CLOSED = "closed"


CLAIM_WORDS: Mapping[ClaimState, Text] = {
    ClaimState.APPLIED: Text("申请入库", "pool entry requested"),
    ClaimState.RESERVED: Text("已入库", "in the pool"),
    ClaimState.NOTICED: Text("已通知风险", "payer notified"),
    ClaimState.FILED: Text("待审核", "filed, to be checked"),
    ClaimState.ASKED: Text("待补材料", "documents requested"),
    ClaimState.ACCEPTED: Text("已同意，待付款", "accepted, to be paid"),
    ClaimState.REFUSED: Text("不予赔付", "refused"),
    ClaimState.OBJECTED: Text("已提异议，待复核", "objection to be decided"),
    ClaimState.PART_PAID: Text("部分付款", "paid in part"),
    ClaimState.PAID: Text("已付款", "paid"),
    ClaimState.CLAWED_BACK: Text("已追回", "clawed back"),
    ClaimState.LAPSED: Text("逾期未补，已失效", "lapsed"),
    ClaimState.CLOSED: Text("已了结", "closed"),
}
# Claims that the payer has to decide on, and claims under which it bears a loss.
TO_DECIDE = (ClaimState.FILED, ClaimState.OBJECTED)
CLAIMS_PAID = (ClaimState.PART_PAID, ClaimState.PAID)
CLAIMS_ENDED = (ClaimState.CLAWED_BACK, ClaimState.LAPSED, ClaimState.REFUSED, ClaimState.CLOSED)


class ClaimPaper(StrEnum):
    """The nine documents of a claim set."""

    FORM = "form"
    CONTRACTS = "contracts"
    DRAWDOWN = "drawdown"
    STATEMENT = "statement"
    CLASS_PROOF = "class_proof"
    DEMAND = "demand"
    CERTIFICATE = "certificate"
    USE_OF_FUNDS = "use_of_funds"
    IDENTITY = "identity"


CLAIM_PAPER_TEXT: Mapping[ClaimPaper, Text] = {
    ClaimPaper.FORM: Text("索赔申请书", "claim form"),
    ClaimPaper.CONTRACTS: Text("借款合同和质押合同", "loan and pledge contracts"),
    ClaimPaper.DRAWDOWN: Text("放款凭证", "proof of disbursement"),
    ClaimPaper.STATEMENT: Text("分项欠款清单", "statement of the debt by component"),
    ClaimPaper.CLASS_PROOF: Text("风险分类证明", "proof of the risk category"),
    ClaimPaper.DEMAND: Text("催收或起诉材料", "demand or suit documents"),
    ClaimPaper.CERTIFICATE: Text("质押登记证书", "pledge certificate"),
    ClaimPaper.USE_OF_FUNDS: Text("资金用途证明", "proof of the use of funds"),
    ClaimPaper.IDENTITY: Text("债务人主体证明", "identity of the debtor"),
}

NOT_TWICE = Guard(
    "not_twice",
    Text("同一贷款未在其他模式下重复索赔", "the loan is not claimed under another mode"),
    Text("请先撤回其他模式下的索赔，或在金额中扣除", "Withdraw the other claim, or deduct it."),
)
IN_TIME = Guard(
    "in_time",
    Text("在保证期间或索赔期限内", "within the guarantee period or the time to claim"),
    Text(
        "期间届满的，付款人不再承担责任；在逾期通知书上签收不能恢复责任（担保制度解释第三十四条）",
        "After the period the payer is no longer liable; signing a later letter does not restore the liability "
        "(interpretation 34).",
    ),
)
_WAITED = Guard(
    "waited",
    Text("等待期已满", "the waiting time is over"),
    Text("请待等待期届满后提交", "File after the waiting time."),
)
_ASKED_ONCE = Guard(
    "asked_once",
    Text("此前未要求补充材料", "documents have not been requested before"),
    Text(
        "补充材料须一次性告知（保险法第二十二条）；请依现有材料决定",
        "Documents can be requested only once (Insurance Law 22). Decide on the available documents.",
    ),
)
_ORDER = Guard(
    "order_agreed",
    Text(
        "已约定可先向保证人主张，或担保物权已实现", "the guarantor may be asked first, or the security is realised"
    ),
    Text(
        "请先处置质物，或提供约定（民法典第三百九十二条）",
        "Realise the security first, or show the agreement (Civil Code 392).",
    ),
)
_FUNDS = Guard(
    "money_there",
    Text("不超过今日应付金额和可用资金", "at most the amount due today and the available funds"),
    Text("请更正金额", "Correct the amount."),
)
_HEARING = Guard(
    "heard",
    Text("已给予陈述申辩机会", "the lender has been heard"),
    Text("请先听取放款机构的陈述申辩，并填写日期", "Hear the lender first, and enter the day."),
)
_SECOND = Guard(
    "second_person",
    Text("由另一人批准", "approved by another person"),
    Text("请由经办人以外的审批人办理", "Let an approver who did not prepare it decide."),
)
_NOTHING_OPEN = Guard(
    "returns_made",
    Text("应付款项和应返还款项均已结清", "all amounts due and all returns have been paid"),
    Text("请先付清或返还", "Pay or return it first."),
)
_DECIDED = (Doer.PAYER, Doer.PAYER_APPROVER)

CLAIM = Machine(
    Text("索赔", "claim"),
    CLAIM_WORDS,
    (
        Step(
            code="enter",
            title=Text("申请入库", "request entry in the pool"),
            before=(),
            after=ClaimState.APPLIED,
            doers=(Doer.WORKOUT,),
        ),
        Step(
            code="reserve",
            title=Text("确认入库", "confirm the entry"),
            before=(ClaimState.APPLIED,),
            after=ClaimState.RESERVED,
            doers=_DECIDED,
            deadline="recovery.deadline.pool_entry",
        ),
        Step(
            code="decline_entry",
            title=Text("不予入库", "decline the entry"),
            before=(ClaimState.APPLIED,),
            after=ClaimState.CLOSED,
            doers=_DECIDED,
        ),
        Step(
            code="notice",
            title=Text("通知风险", "notify the payer"),
            before=(ClaimState.RESERVED,),
            after=ClaimState.NOTICED,
            doers=(Doer.WORKOUT,),
            deadline="recovery.deadline.notice",
        ),
        Step(
            code="notice_first",
            title=Text("通知风险", "notify the payer"),
            before=(),
            after=ClaimState.NOTICED,
            doers=(Doer.WORKOUT,),
        ),
        Step(
            code="file",
            title=Text("提交索赔", "file the claim"),
            before=(ClaimState.NOTICED,),
            after=ClaimState.FILED,
            doers=(Doer.WORKOUT,),
            guards=(_WAITED, IN_TIME, NOT_TWICE),
            makes=("claim_set",),
        ),
        Step(
            code="ask",
            title=Text("一次性要求补充材料", "request missing documents"),
            before=(ClaimState.FILED,),
            after=ClaimState.ASKED,
            doers=_DECIDED,
            guards=(_ASKED_ONCE,),
            makes=("request",),
            deadline="recovery.deadline.ask",
        ),
        Step(
            code="supply",
            title=Text("补充材料", "add documents"),
            before=(ClaimState.ASKED,),
            after=ClaimState.FILED,
            doers=(Doer.WORKOUT,),
            deadline="recovery.deadline.supply",
        ),
        Step(
            code="lapse",
            title=Text("逾期未补，失效", "let the claim lapse"),
            before=(ClaimState.ASKED,),
            after=ClaimState.LAPSED,
            doers=_DECIDED,
        ),
        Step(
            code="accept",
            title=Text("同意赔付", "accept"),
            before=TO_DECIDE,
            after=ClaimState.ACCEPTED,
            doers=_DECIDED,
            makes=("decision",),
        ),
        Step(
            code="refuse",
            title=Text("不予赔付", "refuse"),
            before=TO_DECIDE,
            after=ClaimState.REFUSED,
            doers=_DECIDED,
            makes=("decision",),
        ),
        Step(
            code="object",
            title=Text("提出异议", "object"),
            before=(ClaimState.REFUSED,),
            after=ClaimState.OBJECTED,
            doers=(Doer.WORKOUT,),
            deadline="recovery.deadline.object",
        ),
        Step(
            code="pay_part",
            title=Text("部分付款", "pay a part"),
            before=(ClaimState.ACCEPTED, ClaimState.PART_PAID),
            after=ClaimState.PART_PAID,
            doers=(Doer.PAYER_APPROVER,),
            guards=(_FUNDS, _ORDER),
            makes=("voucher",),
            entry="paid",
        ),
        Step(
            code="pay",
            title=Text("付款", "pay"),
            before=(ClaimState.ACCEPTED, ClaimState.PART_PAID),
            after=ClaimState.PAID,
            doers=(Doer.PAYER_APPROVER,),
            guards=(_FUNDS, _ORDER, _SECOND),
            makes=("voucher",),
            entry="paid",
        ),
        Step(
            code="claw_back",
            title=Text("追回", "claw back"),
            before=(ClaimState.PART_PAID, ClaimState.PAID),
            after=ClaimState.CLAWED_BACK,
            doers=(Doer.PAYER_APPROVER,),
            guards=(_HEARING, _SECOND),
            makes=("decision",),
            entry="clawed_back",
        ),
        Step(
            code="close",
            title=Text("了结", "close"),
            before=(
                ClaimState.RESERVED,
                ClaimState.NOTICED,
                ClaimState.PAID,
                ClaimState.REFUSED,
                ClaimState.CLAWED_BACK,
                ClaimState.LAPSED,
            ),
            after=ClaimState.CLOSED,
            doers=(Doer.WORKOUT,),
            guards=(_NOTHING_OPEN,),
        ),
    ),
)
