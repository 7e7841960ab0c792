"""Reasons for declining a case, in countable categories, each with advice for the firm."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text


class DeclineGround(StrEnum):
    """The ground for declining a case."""

    TITLE = "title"
    STATUS = "status"
    VALUE = "value"
    CREDIT = "credit"
    CASH_FLOW = "cash_flow"
    TEAM = "team"
    PURPOSE = "purpose"
    PAPERS = "papers"
    MODE = "mode"
    LIMIT = "limit"
    OTHER = "other"


GROUND_TEXT: Mapping[DeclineGround, Text] = {
    DeclineGround.TITLE: Text("权属不清", "unclear title"),
    DeclineGround.STATUS: Text("权利状态不能质押", "the rights cannot be pledged in their current status"),
    DeclineGround.VALUE: Text("可贷价值不足", "insufficient lending value"),
    DeclineGround.CREDIT: Text("信用记录", "credit record"),
    DeclineGround.CASH_FLOW: Text("现金流不足以还款", "insufficient cash flow for repayment"),
    DeclineGround.TEAM: Text("经营团队", "management team"),
    DeclineGround.PURPOSE: Text("借款用途", "use of the loan"),
    DeclineGround.PAPERS: Text("资料不全或不实", "incomplete or untrue documents"),
    DeclineGround.MODE: Text("不符合所选模式的条件", "the conditions of the chosen mode are not met"),
    DeclineGround.LIMIT: Text("银行限额", "limits of the lender"),
    DeclineGround.OTHER: Text("其他", "other"),
}

# Advice to the firm, given with every refusal in addition to the lender's own text.
WHAT_TO_DO: Mapping[DeclineGround, Text] = {
    DeclineGround.TITLE: Text(
        "请补齐共有人同意、变更登记或解决争议后再申请",
        "obtain co-owner consent, update the register or settle disputes, then apply again",
    ),
    DeclineGround.STATUS: Text(
        "请补缴年费、解除质押或冻结，或改用其他权利",
        "pay the fees, have the pledge or freeze lifted, or use other rights",
    ),
    DeclineGround.VALUE: Text(
        "请降低金额、增加权利，或选择有担保、风险补偿的模式",
        "reduce the amount, add rights, or choose a mode with a guarantor or a compensation fund",
    ),
    DeclineGround.CREDIT: Text(
        "请在消除不良记录后再申请；对记录有异议的，可提出异议",
        "resolve the adverse record and apply again; object if the record is wrong",
    ),
    DeclineGround.CASH_FLOW: Text(
        "请延长期限、降低金额或改变还款方式", "extend the term, reduce the amount or change the repayment method"
    ),
    DeclineGround.TEAM: Text("请改进评定中得分较低的项目", "improve the items with low scores"),
    DeclineGround.PURPOSE: Text("请补充合同或改变用途", "provide contracts, or change the use"),
    DeclineGround.PAPERS: Text("请补齐资料后再申请", "complete the documents and apply again"),
    DeclineGround.MODE: Text(
        "请在“融资模式”中查看符合条件的模式", "see under 'Modes' which modes you are eligible for"
    ),
    DeclineGround.LIMIT: Text("可以向其他银行申请，资料无需重新填写", "apply to another lender; your data is kept"),
    DeclineGround.OTHER: Text("可以提出异议，或修改后再申请", "object, or change it and apply again"),
}
