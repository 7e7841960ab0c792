"""A write-off file: assembled, approved, booked, and kept while collection goes on."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Guard, Machine, Step
from zhirong.kernel.text import Text


class WriteOffState(StrEnum):
    """The state of a write-off file."""

    CANDIDATE = "candidate"
    ASSEMBLED = "assembled"
    APPROVED = "approved"
    BOOKED = "booked"
    KEPT = "kept"
    CLOSED = "closed"


WRITE_OFF_WORDS: Mapping[WriteOffState, Text] = {
    WriteOffState.CANDIDATE: Text("拟核销", "candidate"),
    WriteOffState.ASSEMBLED: Text("材料已齐备", "assembled"),
    WriteOffState.APPROVED: Text("已批准", "approved"),
    WriteOffState.BOOKED: Text("已入账", "booked"),
    WriteOffState.KEPT: Text("账销案存", "kept"),
    WriteOffState.CLOSED: Text("已了结", "closed"),
}


class WriteOffPaper(StrEnum):
    """The documents of a write-off file."""

    CONTRACTS = "contracts"
    CLASS_RECORD = "class_record"
    SUIT_PAPERS = "suit_papers"
    DISPOSAL_RESULT = "disposal_result"
    RETURNS = "returns"
    RESPONSIBILITY = "responsibility"
    EXEMPTION = "exemption"


WRITE_OFF_PAPER_TEXT: Mapping[WriteOffPaper, Text] = {
    WriteOffPaper.CONTRACTS: Text("合同材料", "contracts"),
    WriteOffPaper.CLASS_RECORD: Text("分类记录", "category record"),
    WriteOffPaper.SUIT_PAPERS: Text("诉讼和执行材料", "suit and enforcement documents"),
    WriteOffPaper.DISPOSAL_RESULT: Text("处置结果", "disposal result"),
    WriteOffPaper.RETURNS: Text("分担方赔付和返还", "payments and returns of the payers"),
    WriteOffPaper.RESPONSIBILITY: Text("责任认定", "responsibility finding"),
    WriteOffPaper.EXEMPTION: Text("尽职免责决定", "exemption decision"),
}
_GROUND = Guard(
    "ground",
    Text("损失类或符合核销条件", "category Loss, or another ground for a write-off"),
    Text("请写明核销条件", "Name the ground."),
)
_SECOND = Guard(
    "second_person",
    Text("由另一人批准", "approved by another person"),
    Text("请由提出人以外的审批人办理", "Let an approver who did not propose it decide."),
)
_RELEASED = Guard(
    "released",
    Text("债务已清偿、免除或消灭", "the debt is paid, released or extinguished"),
    Text("权在力催：债权存续期间请保留案件", "Keep the file while the claim exists."),
)

WRITE_OFF = Machine(
    Text("核销案", "write-off file"),
    WRITE_OFF_WORDS,
    (
        Step(
            code="propose",
            title=Text("提出核销", "propose"),
            before=(),
            after=WriteOffState.CANDIDATE,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
            guards=(_GROUND,),
        ),
        Step(
            code="assemble",
            title=Text("提交核销材料", "assemble"),
            before=(WriteOffState.CANDIDATE,),
            after=WriteOffState.ASSEMBLED,
            doers=(Doer.WORKOUT,),
            needs=tuple(one.value for one in WriteOffPaper),
        ),
        Step(
            code="approve",
            title=Text("批准核销", "approve"),
            before=(WriteOffState.ASSEMBLED,),
            after=WriteOffState.APPROVED,
            doers=(Doer.APPROVER,),
            guards=(_SECOND,),
            makes=("decision",),
        ),
        Step(
            code="book",
            title=Text("核销入账", "book"),
            before=(WriteOffState.APPROVED,),
            after=WriteOffState.BOOKED,
            doers=(Doer.SYSTEM, Doer.APPROVER),
            entry="written_off",
        ),
        Step(
            code="keep",
            title=Text("账销案存", "keep"),
            before=(WriteOffState.BOOKED,),
            after=WriteOffState.KEPT,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
            deadline="recovery.deadline.kept_review",
        ),
        Step(
            code="close",
            title=Text("了结", "close"),
            before=(WriteOffState.KEPT,),
            after=WriteOffState.CLOSED,
            doers=(Doer.APPROVER,),
            guards=(_RELEASED,),
        ),
    ),
)
