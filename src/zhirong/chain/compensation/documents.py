"""The documents that belong to each event of a loan in default, in the order of the days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.chain.compensation import events as ev
from zhirong.chain.mode.vocabulary import PayerNature, RecoverySource
from zhirong.kernel.text import Text

_VOUCHER = Text("付款凭证", "payment voucher")
_RETURN = Text("费用说明和返还凭证", "statement of costs and voucher of the return")
_TRANSFER = Text(
    "权利转移登记申请和质权注销申请", "application to record the transfer and discharge of every pledge"
)
_DOCUMENTS: Mapping[type[ev.DefaultEvent], tuple[Text, ...]] = {
    ev.CostPaid: (Text("费用票据", "receipt of the cost"),),
    ev.ClaimFiled: (
        Text("风险预警通知", "notice of risk to the payers"),
        Text("索赔材料（按分担方格式，九项）", "claim set of nine documents in the payer's form"),
        Text("债务计算表", "statement of the debt by component"),
    ),
    ev.DepositReceived: (Text("保证金收据", "receipt of the deposit"),),
    ev.DepositApplied: (Text("保证金抵扣通知", "notice that the deposit is applied"),),
    ev.AccrualStopped: (Text("分类变动记录", "record of the change of category"),),
    ev.WrittenOff: (Text("核销材料和核销决定", "write-off file and decision"),),
    ev.ClawedBack: (Text("听取陈述申辩的记录和追回决定", "record of the hearing and decision to claw back"),),
    ev.BankruptcyAccepted: (
        Text("债权申报书", "proof of debt"),
        Text("告知担保人的通知", "notice to the guarantor"),
    ),
    ev.TitleTaken: (
        Text("折价协议（违约后签订，附市场参考价）", "agreement after the default, with a market reference"),
        _TRANSFER,
    ),
    ev.LicenceFee: (Text("许可费收据", "receipt of the licence fee"),),
    ev.UpkeepPaid: (Text("年费缴纳凭证", "receipt of the annual fee"),),
    ev.RightSold: (Text("转让合同", "contract of sale"), _TRANSFER),
}
_OF_PLEDGE = (Text("价款分配表", "distribution table"), _TRANSFER)
_TAKEN_OVER = (
    Text("权益转让书", "certificate of transfer of the claim"),
    Text("质权转移登记申请或共同持有协议", "application to transfer the pledge, or agreement on joint holding"),
)


@dataclass(frozen=True, slots=True)
class EventDocuments:
    """The documents of one event. loan_id: the loan."""

    day: date
    loan_id: str
    documents: tuple[Text, ...]


def documents_of(
    loans: Sequence[ev.DefaultedLoan], natures: Mapping[str, PayerNature], until: date | None = None
) -> tuple[EventDocuments, ...]:
    """Return the documents of every event up to ``until`` (None: of all), by day, then in the order of the file."""
    found = [
        EventDocuments(event.day, loan.loan_id, documents)
        for loan in loans
        for event in loan.events
        if (until is None or event.day <= until) and (documents := tuple(_of(event, natures)))
    ]
    return tuple(sorted(found, key=lambda one: one.day))


def _of(event: ev.DefaultEvent, natures: Mapping[str, PayerNature]) -> Iterator[Text]:
    """Yield the documents of one event. A payer that takes over gets the claim; a pledge that is sold is distributed."""
    if isinstance(event, ev.PayerPaid):
        yield _VOUCHER
        if natures.get(event.party) is PayerNature.TAKES_OVER:
            yield from _TAKEN_OVER
    elif isinstance(event, ev.Recovered):
        yield _RETURN
        if event.source is RecoverySource.PLEDGE:
            yield from _OF_PLEDGE
    yield from _DOCUMENTS.get(type(event), ())
