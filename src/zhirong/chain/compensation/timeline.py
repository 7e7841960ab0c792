"""The timeline of a loan in default: every event with its entries, and the position of each party after it.

Order within a day: the debt grows first, then come claims, payments and the rest; recoveries are divided last.
Every step is balanced: each party's accounts sum to zero, and cash that leaves one party reaches another or a named
outsider.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from zhirong.chain.compensation import events as ev
from zhirong.chain.compensation.carried import LENDER, SharedLoss, carried, due_flows
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import SOURCE_TEXT, PayerNature, RecoverySource
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, allocate, show_yuan, yuan
from zhirong.kernel.posting import Entry, Posting
from zhirong.kernel.text import Text

# The name of a payer's claim in its own books.
_HOLDING = {
    "insurer": "claims",
    "guarantor": "recourse",
    "peers": "recourse",
    "reguarantor": "recourse_share",
    "national_fund": "recourse_share",
    "ip_operator": "loss_share",
    "disposal_fund": "loss_share",
    "asset_manager": "loss_share",
}
_INCOME = {Component.INTEREST: "interest", Component.COMPOUND: "compound", Component.PENALTY: "penalty"}


def holding_of(role: str) -> str:
    """Return the account in which ``role`` records payments not yet returned."""
    return _HOLDING.get(role, "compensation")


@dataclass(frozen=True, slots=True)
class DefaultStep:
    """One event and its effects. amount: of the event, in fen. positions: what each party carries after it.

    outside: cash paid to (positive) or received from (negative) an outsider without books here. debt: what the
    debtor owes after it, by component, to all creditors. of_loan: what each party carries of this loan alone, where
    ``positions`` are those of several loans.
    """

    number: int
    day: date
    loan_id: str
    title: Text
    amount: Fen
    positions: Mapping[str, Fen]
    entry: Entry | None
    outside: tuple[tuple[Text, Fen], ...]
    debt: Mapping[Component, Fen]
    of_loan: Mapping[str, Fen] = field(default_factory=dict)


class DefaultBook:
    """The books of one loan in default while its events are applied, one after the other."""

    def __init__(self, mode: Mode, loan: ev.DefaultedLoan, natures: Mapping[str, PayerNature]) -> None:
        self.mode = mode
        self.loan = loan
        self.natures = natures
        self.debt: dict[Component, Fen] = {head: loan.owed.get(head, 0) for head in Component}
        self.booked = dict(self.debt)  # of the debt, on the lender's balance sheet
        self.memo: dict[Component, Fen] = dict.fromkeys(Component, 0)  # of the lender's debt, off it
        self.positions: dict[str, Fen] = dict.fromkeys(mode.bearers, 0)
        self.positions[LENDER] = sum(self.debt.values())
        self.shared: SharedLoss | None = None
        # Since the claim: source and amount, net, up to the debt of its day.
        self.received: list[tuple[RecoverySource, Fen]] = []
        self.flows: dict[tuple[str, str], Fen] = defaultdict(int)
        self.deposit: Fen = 0
        self.provision: Fen = 0
        self.released: set[str] = set()
        self.stopped = False
        self.written_off = False
        self.frozen_from: date | None = None
        self.rights: dict[str, Fen] = {}
        self.steps: list[DefaultStep] = []

    # -- amounts due ------------------------------------------------------------------------------------------

    def carries(self) -> dict[str, Fen]:
        """Return each party's part of the divided loss today; empty before the claim."""
        return {} if self.shared is None else carried(self.mode, self.shared, self.received)

    def due(self) -> dict[tuple[str, str], Fen]:
        """Return the outstanding amount of each payer, by recipient; a negative amount is returned to it."""
        if self.shared is None:
            return {}
        targets = due_flows(self.shared, self.carries())
        return {flow: target - self.flows[flow] for flow, target in targets.items() if target != self.flows[flow]}

    # -- events -----------------------------------------------------------------------------------------------

    def share(self, day: date, shared: SharedLoss) -> None:
        """Apply the mode's division of the loss, for the first time or again because another claim has arrived."""
        first = self.shared is None
        self.shared = shared
        if first:
            self._step(
                day,
                Text("向分担各方提出索赔", "claims filed with the parties that share the loss"),
                shared.loss,
                {},
            )
        else:
            self._give_back(day, Text("多退少补", "true-up"))

    def apply(self, event: ev.DefaultEvent) -> None:
        """Apply one event. Raises InputError if it is impossible."""
        party = getattr(event, "party", None)
        if party is not None and (party not in self.positions or party == LENDER):
            known = [role for role in self.positions if role != LENDER]
            raise _refused(
                event,
                party,
                Text("该模式没有这个分担方", "no such party shares the loss under this mode"),
                Text(f"请填写：{'、'.join(known)}", f"Enter one of: {', '.join(known)}."),
            )
        match event:
            case ev.DebtAccrued():
                self._accrue(event)
            case ev.CostPaid():
                self._pay_cost(event)
            case ev.ClaimFiled():
                pass  # ``share`` handles claims, because it needs the other loans of the mode.
            case ev.PayerPaid():
                self._take_payment(event)
            case ev.Recovered():
                self._recover(event)
            case ev.DepositReceived():
                self._hold(event)
            case ev.DepositApplied():
                self._apply_deposit(event)
            case ev.AccrualStopped():
                self._stop_accrual(event)
            case ev.Provided():
                self._provide(event)
            case ev.WrittenOff():
                self._write_off(event)
            case ev.ClawedBack():
                self._claw_back(event)
            case ev.BankruptcyAccepted():
                self.frozen_from = event.day
                self._step(
                    event.day, Text("受理破产申请，停止计息", "bankruptcy petition accepted: interest stops"), 0, {}
                )
            case ev.TitleTaken():
                self._take_title(event)
            case ev.LicenceFee():
                self._take_fee(event)
            case ev.UpkeepPaid():
                self._pay_upkeep(event)
            case ev.RightSold():
                self._sell_right(event)
            case _:
                raise TypeError(f"no such event: {event!r}")

    def _accrue(self, event: ev.DebtAccrued) -> None:
        if (
            self.frozen_from is not None
            and event.day >= self.frozen_from
            and event.component is not Component.COSTS
        ):
            raise _refused(
                event,
                yuan(event.amount),
                Text(
                    f"{self.frozen_from} 受理破产申请后停止计息",
                    f"interest stopped on {self.frozen_from}, when the petition was accepted",
                ),
                Text("请删除该日及以后的计息", "Remove interest from that day on."),
            )
        self._grow(event.component, event.amount)
        head = event.component
        income = _INCOME.get(head, "costs")
        if self.written_off or (self.stopped and head in ev.INTEREST_LIKE):
            postings = {f"lender:memo:{head}": event.amount, "lender:memo:contra": -event.amount}
            self.memo[head] += event.amount
        else:
            postings = {f"lender:loan:{head}": event.amount, f"lender:income:{income}": -event.amount}
            self.booked[head] += event.amount
        words = COMPONENT_TEXT[head]
        self._step(event.day, Text(f"计提{words.zh}", f"{words.en} accrues"), event.amount, postings)

    def _pay_cost(self, event: ev.CostPaid) -> None:
        self._grow(Component.COSTS, event.amount)
        if self.written_off:
            postings = {"lender:expense:recovery_costs": event.amount, "lender:cash": -event.amount}
            self.memo[Component.COSTS] += event.amount
            postings |= {"lender:memo:costs": event.amount, "lender:memo:contra": -event.amount}
        else:
            postings = {"lender:loan:costs": event.amount, "lender:cash": -event.amount}
            self.booked[Component.COSTS] += event.amount
        title = Text("放款机构垫付费用，由债务人承担", "the lender pays costs that the debtor owes")
        self._step(
            event.day, title, event.amount, postings, ((Text("费用收取方", "payee of the costs"), event.amount),)
        )

    def _grow(self, head: Component, amount: Fen) -> None:
        self.debt[head] += amount
        self.positions[LENDER] += amount

    def _take_payment(self, event: ev.PayerPaid) -> None:
        shared = self._needs_claim(event)
        to = shared.through.get(event.party, LENDER)
        due = self.due().get((event.party, to), 0)
        if event.amount <= 0 or event.amount > due:
            raise _refused(
                event,
                yuan(event.amount),
                Text(
                    f"{self._name(event.party).zh}当日尚应支付 {show_yuan(max(0, due))} 元",
                    f"{self._name(event.party).en} still owes CNY {show_yuan(max(0, due))} that day",
                ),
                Text("请填写大于零且不超过该数的金额", "Enter an amount above zero and at most that amount."),
            )
        self.flows[event.party, to] += event.amount
        self.positions[event.party] += event.amount
        self.positions[to] -= event.amount
        party = event.party
        if to == LENDER:
            postings = {"lender:cash": event.amount, **self._on_payment(party, event.amount)}
            postings |= {f"{party}:{holding_of(party)}": event.amount, f"{party}:cash": -event.amount}
        else:
            postings = {
                f"{to}:cash": event.amount,
                f"{to}:shared:{party}": -event.amount,
                f"{party}:cash": -event.amount,
                f"{party}:{holding_of(party)}": event.amount,
            }
        payee = self._name(to)
        name = self._name(party)
        title = Text(f"{name.zh}向{payee.zh}支付", f"{name.en} pays {payee.en}")
        self._step(event.day, title, event.amount, postings)

    def _on_payment(self, party: str, amount: Fen) -> dict[str, Fen]:
        """Return the lender's counter-entry of a payment: a smaller claim, or compensation received."""
        if self.natures[party] is PayerNature.TAKES_OVER:
            return self._cover(self._divided(amount))
        if self.written_off:
            self.released.add(party)
            return {"lender:income:recovery": -amount}
        return {f"lender:compensation:{party}": -amount}

    def _divided(self, amount: Fen) -> dict[Component, Fen]:
        """Return how a payment covers each shared component that the lender still has, in proportion."""
        own = self._own()
        base = set(self._sharing_base())
        weights = {head: left for head, left in own.items() if ev.SHARED_AS[head] in base and left}
        if sum(weights.values()) < amount:
            weights = {head: left for head, left in own.items() if left}
        return dict(allocate(amount, weights))

    def _sharing_base(self) -> tuple[str, ...]:
        claim = self.loan.loss_at_claim(self.loan.events)
        day = self.loan.loan_day if claim is None else self.mode.version_day(claim.loan_day, claim.claim_day)
        return self.mode.sharing_on(day).base

    def _own(self) -> dict[Component, Fen]:
        """Return the debtor's debt to the lender, on and off the balance sheet."""
        return {head: self.booked[head] + self.memo[head] for head in Component}

    def _cover(self, amounts: Mapping[Component, Fen]) -> dict[str, Fen]:
        """Return the lender's postings for money that covers ``amounts``; debt on the balance sheet is covered
        first.
        """
        postings: dict[str, Fen] = defaultdict(int)
        for head, amount in amounts.items():
            on_book = min(amount, self.booked[head])
            self.booked[head] -= on_book
            if on_book:
                postings[f"lender:loan:{head}"] -= on_book
            off_book = amount - on_book
            if off_book:
                self.memo[head] -= off_book
                income = "recovery" if self.written_off else _INCOME.get(head, "recovery")
                postings[f"lender:income:{income}"] -= off_book
                postings[f"lender:memo:{head}"] -= off_book
                postings["lender:memo:contra"] += off_book
        return dict(postings)

    def _in_order(self, amount: Fen, owed: Mapping[Component, Fen]) -> dict[Component, Fen]:
        """Return the part of ``owed`` that ``amount`` covers, in today's order of coverage."""
        covered = {}
        for head in self._order():
            part = min(amount, owed[head])
            if part:
                covered[head] = part
                amount -= part
        return covered

    def _order(self) -> list[Component]:
        """Return the components in the order in which money covers them.

        Before the claim the mode's file decides, within interest contract interest, compound interest, penalty (CC
        561). After it the shared components come first, unless the file divides by everything that each party
        carries.
        """
        names = list(self.mode.recoveries.against)
        if self.shared is not None and self.mode.recoveries.weights == "shared":
            base = self._sharing_base()
            names = [*(n for n in names if n in base), *(n for n in names if n not in base)]
        names += [name for name in ("costs", "interest", "principal") if name not in names]
        heads = {"costs": [Component.COSTS], "interest": list(ev.INTEREST_LIKE), "principal": [Component.PRINCIPAL]}
        return [head for name in names for head in heads[name]]

    def _recover(self, event: ev.Recovered) -> None:
        if event.costs > event.amount or event.amount <= 0 or event.costs < 0:
            raise _refused(
                event,
                yuan(event.amount),
                Text(
                    "金额须大于零，费用不得超过金额",
                    "the amount must be above zero and the costs at most all of it",
                ),
                Text("超出的费用请作为债务人承担的费用登记", "Enter the excess as costs that the debtor owes."),
            )
        source = SOURCE_TEXT[event.source]
        outside: list[tuple[Text, Fen]] = [(source, -event.amount)]
        if event.costs:
            outside.append((Text("实现债权的费用", "costs of the recovery"), event.costs))
        self._money_in(event.day, event.net, source, event.amount, outside, "lender:cash", event.source)

    def _apply_deposit(self, event: ev.DepositApplied) -> None:
        if not 0 < event.amount <= self.deposit:
            raise _refused(
                event,
                yuan(event.amount),
                Text(
                    f"尚未抵用的保证金为 {show_yuan(self.deposit)} 元",
                    f"the deposit held is CNY {show_yuan(self.deposit)}",
                ),
                Text("请填写大于零且不超过该数的金额", "Enter an amount above zero and at most that amount."),
            )
        self.deposit -= event.amount
        self.positions[LENDER] += event.amount  # It was deducted when the deposit was received.
        title = Text("保证金抵债", "the deposit is applied")
        self._money_in(event.day, event.amount, title, event.amount, [], "lender:credit", RecoverySource.DEBTOR)

    def _hold(self, event: ev.DepositReceived) -> None:
        self.deposit += event.amount
        self.positions[LENDER] -= event.amount
        postings = {"lender:cash": event.amount, "lender:credit": -event.amount}
        firm = ((Text("企业", "firm"), -event.amount),)
        self._step(event.day, Text("收到保证金", "a deposit is received"), event.amount, postings, firm)

    def _money_in(
        self,
        day: date,
        net: Fen,
        title: Text,
        amount: Fen,
        outside: list[tuple[Text, Fen]],
        account: str,
        source: RecoverySource,
    ) -> None:
        """Apply ``net`` fen to the day's debt, pay the payers their share, and return the remainder to the firm."""
        covers = min(net, sum(self.debt.values()))
        surplus = net - covers
        for head, part in self._in_order(covers, self.debt).items():
            self.debt[head] -= part
        self.positions[LENDER] -= net
        if self.shared is not None:
            self.received.append((source, covers))
        returns = self._returns()
        taken_over = {
            payer: back
            for (payer, to), back in returns.items()
            if to == LENDER and self.natures[payer] is PayerNature.TAKES_OVER
        }
        postings: dict[str, Fen] = defaultdict(int)
        postings[account] += net
        for payer, back in taken_over.items():
            postings[f"lender:payable:{payer}"] -= back
        own = covers - sum(taken_over.values())
        if self.written_off:
            others = sum(b for (p, to), b in returns.items() if to == LENDER and p not in taken_over)
            postings["lender:recovery_to_divide"] -= others
            postings["lender:income:recovery"] -= own - others
            for head, part in self._in_order(own, self.memo).items():
                self.memo[head] -= part
                postings[f"lender:memo:{head}"] -= part
                postings["lender:memo:contra"] += part
        else:
            for name, part in self._cover(self._in_order(own, self._own())).items():
                postings[name] += part
        postings["lender:payable:firm"] -= surplus
        self._step(day, title, amount, postings, tuple(outside))
        self._give_back(day, Text("返还应得部分", "return of its part"), from_recovery=True)
        if surplus:
            self.positions[LENDER] += surplus
            paid = {"lender:payable:firm": surplus, "lender:cash": -surplus}
            firm = ((Text("企业", "firm"), surplus),)
            self._step(day, Text("余款归还企业", "surplus to the firm"), surplus, paid, firm)

    def _returns(self) -> dict[tuple[str, str], Fen]:
        """Return the excess of payments over the payers' parts, which is returned to them."""
        return {flow: -left for flow, left in self.due().items() if left < 0}

    def _give_back(self, day: date, words: Text, *, from_recovery: bool = False) -> None:
        """Pay back overpayments: the lender first, then the party that paid on another's behalf."""
        for (payer, to), back in sorted(self._returns().items(), key=lambda item: item[0][1] != LENDER):
            self.flows[payer, to] -= back
            self.positions[payer] -= back
            self.positions[to] += back
            held = f"{payer}:{holding_of(payer)}"
            if to != LENDER:
                own = {f"{to}:shared:{payer}": back, f"{to}:cash": -back}
            elif self.natures[payer] is PayerNature.TAKES_OVER:
                # Without external money the lender takes that part of the claim again.
                own = {"lender:cash": -back}
                own |= {f"lender:payable:{payer}": back} if from_recovery else self._claim_again(back)
            elif self.written_off:
                own = {"lender:cash": -back}
                own["lender:recovery_to_divide" if from_recovery else "lender:expense:write_off"] = back
            else:
                own = {"lender:cash": -back, f"lender:compensation:{payer}": back}
            name = self._name(payer)
            title = Text(f"{name.zh}：{words.zh}", f"{name.en}: {words.en}")
            self._step(day, title, back, {**own, f"{payer}:cash": back, held: -back})

    def _claim_again(self, amount: Fen) -> dict[str, Fen]:
        """Return the lender's postings when part of a claim that a payer had taken over returns to it."""
        if self.written_off:
            self.memo[Component.PRINCIPAL] += amount
            return {
                "lender:expense:write_off": amount,
                "lender:memo:principal": amount,
                "lender:memo:contra": -amount,
            }
        self.booked[Component.PRINCIPAL] += amount
        return {"lender:loan:principal": amount}

    def _stop_accrual(self, event: ev.AccrualStopped) -> None:
        self.stopped = True
        postings: dict[str, Fen] = {}
        amount = 0
        for head in ev.INTEREST_LIKE:
            part = self.booked[head]
            if not part:
                continue
            amount += part
            self.booked[head] = 0
            self.memo[head] += part
            postings |= {f"lender:income:{_INCOME[head]}": part, f"lender:loan:{head}": -part}
            postings[f"lender:memo:{head}"] = part
        if amount:
            postings["lender:memo:contra"] = -amount
        self._step(
            event.day,
            Text("停止计息入账，冲回未收利息", "accrual stops; unpaid interest is reversed from income"),
            amount,
            postings,
        )

    def _provide(self, event: ev.Provided) -> None:
        self.provision += event.amount
        postings = {"lender:expense:provision": event.amount, "lender:provision": -event.amount}
        self._step(event.day, Text("计提准备", "a provision is made"), event.amount, postings)

    def _write_off(self, event: ev.WrittenOff) -> None:
        """Take the loan off the balance sheet; the debt, the positions and later collection are unchanged."""
        postings: dict[str, Fen] = defaultdict(int)
        amount = sum(self.booked.values())
        for head in Component:
            part = self.booked[head]
            if not part:
                continue
            postings[f"lender:loan:{head}"] -= part
            postings[f"lender:memo:{head}"] += part
            postings["lender:memo:contra"] -= part
            self.booked[head] = 0
            self.memo[head] += part
            if head in ev.INTEREST_LIKE:
                postings[f"lender:income:{_INCOME[head]}"] += part
        left = amount - sum(postings.get(f"lender:income:{name}", 0) for name in _INCOME.values())
        for (payer, to), paid in self.flows.items():
            if to == LENDER and paid and self.natures[payer] is PayerNature.COMPENSATES:
                postings[f"lender:compensation:{payer}"] += paid
                self.released.add(payer)
                left -= paid
        used = max(0, min(self.provision, left))
        self.provision -= used
        postings["lender:provision"] += used
        postings["lender:expense:write_off"] += left - used
        self.written_off = True
        title = Text("核销，账销案存", "written off; the debtor still owes the debt")
        self._step(event.day, title, amount, postings)

    def _claw_back(self, event: ev.ClawedBack) -> None:
        shared = self._needs_claim(event)
        carries = self.flows[event.party, shared.through.get(event.party, LENDER)]
        if event.party in shared.through or carries <= 0:
            raise _refused(
                event,
                yuan(carries),
                Text(
                    f"{self._name(event.party).zh}未向放款机构支付，无可追回",
                    f"{self._name(event.party).en} has no payment to the lender that it still carries",
                ),
                Text("请更正主体或日期", "Correct the party or the day."),
            )
        self.shared = shared.without(event.party)
        self._give_back(event.day, Text("追回已付款项", "clawed back"))
        if event.interest:
            self.positions[LENDER] += event.interest
            self.positions[event.party] -= event.interest
            postings = {
                "lender:expense:clawback": event.interest,
                "lender:cash": -event.interest,
                f"{event.party}:cash": event.interest,
                f"{event.party}:income:interest": -event.interest,
            }
            self._step(
                event.day, Text("追回款项的利息", "interest on the money clawed back"), event.interest, postings
            )

    def _take_title(self, event: ev.TitleTaken) -> None:
        held = f"{event.party}:{holding_of(event.party)}"
        carries = self.positions.get(event.party, 0)
        if self.natures.get(event.party) is not PayerNature.TAKES_OVER or not 0 < event.amount <= carries:
            raise _refused(
                event,
                yuan(event.amount),
                Text(
                    "只有取得追偿权的一方可在其债权额内取得权利",
                    "only a party that took the claim over may take the right, up to the amount of its claim",
                ),
                Text("请更正主体或金额", "Correct the party or the amount."),
            )
        self.rights[event.party] = event.amount
        for head, part in self._in_order(event.amount, self.debt).items():
            self.debt[head] -= part
        postings = {f"{event.party}:right_held": event.amount, held: -event.amount}
        name = self._name(event.party)
        self._step(
            event.day,
            Text(f"{name.zh}以折价取得权利", f"{name.en} takes title at an agreed value"),
            event.amount,
            postings,
        )

    def _needs_right(self, event: ev.LicenceFee | ev.UpkeepPaid | ev.RightSold) -> None:
        if event.party not in self.rights:
            raise _refused(
                event,
                yuan(event.amount),
                Text("该主体未持有权利", "that party holds no right"),
                Text("请先登记取得权利", "Record first that it took title."),
            )

    def _take_fee(self, event: ev.LicenceFee) -> None:
        self._needs_right(event)
        for amount, income, title in (
            (event.amount, "licence", Text("许可费", "licence fee")),
            (event.late, "late", Text("许可费滞纳金", "late charge on licence fees")),
        ):
            if amount:
                self.positions[event.party] -= amount
                postings = {f"{event.party}:cash": amount, f"{event.party}:income:{income}": -amount}
                self._step(event.day, title, amount, postings, ((Text("企业", "firm"), -amount),))

    def _pay_upkeep(self, event: ev.UpkeepPaid) -> None:
        self._needs_right(event)
        self.positions[event.party] += event.amount
        postings = {f"{event.party}:expense:upkeep": event.amount, f"{event.party}:cash": -event.amount}
        office = ((Text("登记机关", "registration office"), event.amount),)
        self._step(event.day, Text("缴纳年费", "annual fees are paid"), event.amount, postings, office)

    def _sell_right(self, event: ev.RightSold) -> None:
        self._needs_right(event)
        value, net = self.rights.pop(event.party), event.amount - event.costs
        self.positions[event.party] -= net
        postings = {f"{event.party}:cash": net, f"{event.party}:right_held": -value}
        if net > value:
            postings[f"{event.party}:income:gain_on_right"] = value - net
        else:
            postings[f"{event.party}:expense:loss_on_right"] = value - net
        outside = [(Text("买方", "buyer"), -event.amount)]
        if event.costs:
            outside.append((Text("出售费用", "costs of the sale"), event.costs))
        self._step(
            event.day,
            Text("出售或回购权利", "the right is sold or bought back"),
            event.amount,
            postings,
            tuple(outside),
        )

    # -- the record -------------------------------------------------------------------------------------------

    def _needs_claim(self, event: ev.DefaultEvent) -> SharedLoss:
        if self.shared is None:
            raise _refused(
                event,
                yuan(0),
                Text("尚未提出索赔", "no claim has been filed yet"),
                Text("请先登记索赔", "Record the claim first."),
            )
        return self.shared

    def _name(self, role: str) -> Text:
        return self.mode.name_of(role)

    def _step(
        self,
        day: date,
        title: Text,
        amount: Fen,
        postings: Mapping[str, Fen],
        outside: tuple[tuple[Text, Fen], ...] = (),
    ) -> None:
        lines = tuple(Posting(account, value) for account, value in postings.items() if value)
        number = len(self.steps) + 1
        entry = Entry(day, f"{self.loan.loan_id}:{number}", lines) if lines else None
        self.steps.append(
            DefaultStep(
                number,
                day,
                self.loan.loan_id,
                title=title,
                amount=amount,
                positions=dict(self.positions),
                entry=entry,
                outside=outside,
                debt=dict(self.debt),
            )
        )


_TURN: Sequence[type[ev.DefaultEvent]] = (
    ev.BankruptcyAccepted,
    ev.DebtAccrued,
    ev.CostPaid,
    ev.AccrualStopped,
    ev.ClaimFiled,
    ev.PayerPaid,
)


def turn_of_day(event: ev.DefaultEvent) -> int:
    """Return the sort key of an event within a day: the debt grows, claims, payments, then all others."""
    for place, kind in enumerate(_TURN):
        if isinstance(event, kind):
            return place
    return len(_TURN)


def _refused(event: ev.DefaultEvent, value: str, reason: Text, hint: Text) -> InputError:
    field = f"{type(event).__name__}[{event.day.isoformat()}]"
    return InputError([Problem(field, value, reason, hint, "not_possible")])
