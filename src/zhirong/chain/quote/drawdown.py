"""Conditions on drawing money under a credit limit: evidence of use, instalments, entrusted payment."""

from collections.abc import Sequence

from zhirong.chain.limit.limit import ModeLimit
from zhirong.chain.limit.policy import Policy
from zhirong.chain.loan.terms import Method
from zhirong.chain.quote.records import CreditCase, DrawingCondition
from zhirong.kernel.explain import plain
from zhirong.kernel.money import quantise_rate, show_yuan
from zhirong.kernel.text import Text

_UNCONFIRMED = {
    "lender_capital": Text("贷款人资本净额（单一借款人上限）", "the lender's net capital (single-obligor cap)"),
    "single_exposure": Text("贷款人一级资本（大额风险暴露）", "the lender's tier-1 capital (large exposures)"),
}


def drawing_conditions(
    found: ModeLimit, case: CreditCase, renewals: Sequence[Text] = ()
) -> tuple[DrawingCondition, ...]:
    """Return the conditions of a limit, the most important first; where nothing can be lent, the reasons to know.

    renewals: rights that must be renewed while the loan runs.
    """
    policy = found.firm.policy
    if not found.amount:
        return (*_replaced(found, case), *_elsewhere(found))
    made = [*_use(found, policy), *_instalments(case, policy), *_price(found), *_receipts(found)]
    if found.firm.exposure.micro:
        words = Text(
            "企业主承担连带责任（微型企业按销售收入计承受额）",
            "the owner is jointly liable (micro firm, capacity measured on sales)",
        )
        made.append(DrawingCondition("owner_jointly_liable", words, (policy.rule("micro_floor").reference,)))
    made += [DrawingCondition("renewal_covenant", words) for words in renewals if found.firm.exposure.pledge]
    entrusted = policy.rule("entrusted_payment_over")
    if found.amount > entrusted.fen():
        made.append(
            DrawingCondition(
                "entrusted_payment",
                Text(
                    f"单笔支付超过 {show_yuan(entrusted.fen())} 元的，由贷款人受托支付",
                    f"the lender pays amounts above CNY {show_yuan(entrusted.fen())} directly to the payee",
                ),
                (entrusted.reference,),
            )
        )
    if found.without_pledge is not None and found.amount > found.without_pledge:
        made.append(
            DrawingCondition(
                "pledge_needed",
                Text(
                    f"不质押时额度为 {show_yuan(found.without_pledge)} 元；超出部分以质押登记为前提",
                    f"without the pledge the limit is CNY {show_yuan(found.without_pledge)}; the rest requires registration of the pledge",
                ),
            )
        )
    made += _replaced(found, case)
    for code in found.firm.unconfirmed:
        words = _UNCONFIRMED[code]
        made.append(
            DrawingCondition(
                f"to_be_confirmed:{code}",
                Text(f"待确认：{words.zh}，放款前核对", f"to be confirmed before disbursement: {words.en}"),
                (
                    policy.rule(
                        "law.single_obligor" if code == "lender_capital" else "law.single_exposure"
                    ).reference,
                ),
            )
        )
    return tuple(made)


def _replaced(found: ModeLimit, case: CreditCase) -> list[DrawingCondition]:
    if not found.recomputed:
        return []
    old = show_yuan(case.stated.replaces)
    words = Text(
        f"额度不足以置换 {old} 元旧债，按不置换测算",
        f"the limit cannot cover the CNY {old} to be replaced; calculated without replacement",
    )
    return [DrawingCondition("replaces_nothing", words)]


def _elsewhere(found: ModeLimit) -> list[DrawingCondition]:
    """A firm without free cash and without receipts is outside this method; another product may fit."""
    free = found.firm.free
    if free.missing or free.amount > 0 or found.firm.repayment.amount:
        return []
    words = Text(
        "没有可用于还款的现金流，不适用流动资金贷款；可考虑股权投资、投贷联动（认股权贷款）或保证金质押的贷款",
        "there is no cash flow to repay a working capital loan; consider equity, a loan with warrants, or a loan"
        " secured by a deposit",
    )
    return [DrawingCondition("other_product", words)]


def _receipts(found: ModeLimit) -> list[DrawingCondition]:
    """Receipts that repay the loan are assigned, registered and paid into an account that the lender controls."""
    repaid, firm = found.firm.repayment, found.firm.firm
    made = []
    if repaid.from_collections > repaid.from_cash:
        words = Text(
            "回款已转让登记给贷款人，并付入其控制的账户",
            "the receipts are assigned to the lender, registered, and paid into an account that the lender controls",
        )
        made.append(DrawingCondition("receipts_assigned", words))
    if repaid.collections and any(item.kind == "receivables" for item in firm.securities):
        words = Text(
            "请核对：计入回款的应收账款不得同时计入其他担保",
            "check that no receivable counts both as a receipt and as other security",
        )
        made.append(DrawingCondition("receivables_once", words))
    return made


def _use(found: ModeLimit, policy: Policy) -> list[DrawingCondition]:
    """Above the annex figure, money is drawn only against evidence of its use, and the officer states the reason."""
    need, drawn = found.firm.need, found.drawn_on_annex
    if need.project is not None or drawn >= found.amount:
        return []
    annex = "0.00" if need.annex is None else show_yuan(need.annex)
    return [
        DrawingCondition(
            "evidence_of_use",
            Text(
                f"附件公式测算 {annex} 元；可直接支用 {show_yuan(drawn)} 元，超出部分逐笔提供采购、订单或薪酬凭证",
                f"the annex formula gives CNY {annex}; CNY {show_yuan(drawn)} may be drawn directly, and each drawing above"
                " that needs a purchase, order or payroll document",
            ),
            (policy.rule("small_need_most").reference,),
        ),
        DrawingCondition(
            "reason_above_annex",
            Text(
                "采用的需求高于附件公式，信贷员须说明理由",
                "the need used is above the annex formula; the loan officer must state the reason",
            ),
        ),
    ]


def _instalments(case: CreditCase, policy: Policy) -> list[DrawingCondition]:
    rule = policy.rule("amortise_above_months")
    if case.request.term_months <= rule.whole() or case.request.method not in (
        Method.BULLET,
        Method.WITH_PRINCIPAL,
    ):
        return []
    return [
        DrawingCondition(
            "instalments",
            Text(
                f"期限超过 {rule.value} 个月，合同须约定分期还本",
                f"above {rule.value} months the contract must provide for instalments of principal",
            ),
            (rule.reference,),
        )
    ]


def _price(found: ModeLimit) -> list[DrawingCondition]:
    """The approver decides on a negative return; it alone does not lead to a decline."""
    price = found.price
    if price is None or price.raroc >= 0:
        return []
    shown = plain(quantise_rate(price.raroc * 100, 2))
    words = Text(
        f"税后风险调整资本收益率为 {shown} %，低于零，由审批人决定",
        f"the risk-adjusted return on capital is {shown} %, below zero: the approver decides",
    )
    return [DrawingCondition("negative_return", words)]
