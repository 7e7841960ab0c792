"""The claim file: loans of borrowers and the losses on them, read into records."""

from dataclasses import dataclass, replace
from decimal import Decimal

from zhirong.chain.mode.breaker import PoolEvent, pauses
from zhirong.chain.mode.eligibility import NEVER
from zhirong.chain.mode.loss import IP_PLACES, Accrued, Deposit, LoanLoss, LossRecovery, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import FACTS, LOAN_AMOUNTS
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Claims:
    """The content of a claim file. pool: without the pauses, which depend on the mode. events: what may cause them."""

    loans: tuple[LoanLoss, ...]
    pool: PoolState
    events: tuple[PoolEvent, ...]

    def pool_under(self, mode: Mode) -> PoolState:
        """Return the pool with the pauses that the breakers of ``mode`` cause."""
        return replace(self.pool, pauses=pauses(mode, self.events))


def read_claims(reader: Reader) -> Claims:
    """Read the loans, losses, recoveries and the state of the pool. Raises InputError that lists every problem in
    the file.
    """
    pool = read_pool(reader)
    events = tuple(_read_event(entry) for entry in reader.tables("pool_event"))
    loans = tuple(_read_loan(entry) for entry in reader.tables("loan"))
    if not loans:
        reader.problem(
            "loan",
            "",
            "missing",
            Text("没有贷款", "no loans are given"),
            Text("请至少填写一笔贷款（[[loan]]）", "add at least one [[loan]]"),
        )
    seen: set[str] = set()
    for number, loan in enumerate(loans, 1):
        if loan.loan_id in seen:
            reader.problem(
                f"loan[{number}].id",
                loan.loan_id,
                "twice",
                Text("同一笔贷款重复填写，不能重复计算", "the same loan is given twice and cannot count twice"),
                Text("请删除重复的一笔，或更正编号", "remove one of them, or correct the id"),
            )
        seen.add(loan.loan_id)
    reader.finish()
    return Claims(loans, pool, events)


def read_pool(reader: Reader) -> PoolState:
    entry = reader.optional_table("pool")
    if entry is None:
        return PoolState()
    entered: dict[tuple[str, int], Fen] = {}
    for row in entry.tables("entered"):
        key = (row.optional_text("lender"), row.whole("year", 1990, 2200, 0) if row.has("year") else 0)
        entered[key] = entered.get(key, 0) + row.money("principal")
        row.finish()
    pool = PoolState(entry.optional_money("balance"), entry.optional_money("fees"), entered)
    entry.finish()
    return pool


def _read_event(reader: Reader) -> PoolEvent:
    event = PoolEvent(
        reader.day("day"),
        reader.text("lender"),
        reader.optional_money("entered") or 0,
        reader.optional_money("loss", None) or 0,
    )
    reader.finish()
    return event


def _read_loan(reader: Reader) -> LoanLoss:
    loan = LoanLoss(
        loan_id=reader.text("id"),
        borrower=reader.text("borrower"),
        lender=reader.text("lender"),
        loan_day=reader.day("loan_day"),
        claim_day=reader.day("claim_day"),
        amount=reader.money("amount", 1),
        principal=reader.money("principal"),
        interest=reader.optional_money("interest") or 0,
        costs=reader.optional_money("costs") or 0,
        recoveries=tuple(_read_recovery(entry) for entry in reader.tables("recovery")),
        ip_share=reader.rate("ip_share", Decimal(1)),
        borrower_balance=reader.optional_money("borrower_balance"),
        paid_elsewhere=reader.optional_money("paid_elsewhere") or 0,
        facts=read_facts(reader),
        amounts=read_amounts(reader),
        members=read_members(reader),
        closed_on=reader.optional_day("closed_on"),
        public_elsewhere=reader.optional_money("public_elsewhere"),
        deposits=tuple(_read_deposit(entry) for entry in reader.tables("deposit")),
        accrued=tuple(_read_accrued(entry) for entry in reader.tables("accrued")),
        entered_on=reader.optional_day("entered_on"),
    )
    if loan.entered_on is not None and loan.entered_on > loan.claim_day:
        reader.problem(
            "entered_on",
            loan.entered_on,
            "dates_reversed",
            Text("入库日晚于索赔日", "the loan enters the pool after its claim"),
            Text("请更正入库日（entered_on）或索赔日（claim_day）", "Correct entered_on or claim_day."),
        )
    for number, accrual in enumerate(loan.accrued, 1):
        if accrual.day < loan.claim_day:
            reader.problem(
                f"accrued[{number}].day",
                accrual.day,
                "dates_reversed",
                Text("早于索赔：索赔时的欠款已含", "before the claim, whose figures already include it"),
                Text("请计入该笔贷款的 interest 或 costs", "add it to interest or costs of the loan"),
            )
    if loan.principal > loan.amount:
        reader.problem(
            "principal",
            yuan(loan.principal),
            "too_large",
            Text("损失的本金高于贷款额", "the principal lost exceeds the loan"),
            Text("请更正本金（principal）或贷款额（amount）", "correct principal or amount"),
        )
    if -int(loan.ip_share.as_tuple().exponent) > IP_PLACES:
        reader.problem(
            "ip_share",
            loan.ip_share,
            "too_precise",
            Text(f"小数位超过 {IP_PLACES} 位", f"more than {IP_PLACES} decimal places"),
            Text(f"请保留到小数点后 {IP_PLACES} 位以内", f"write at most {IP_PLACES} decimal places"),
        )
    if loan.claim_day < loan.loan_day:
        reader.problem(
            "claim_day",
            loan.claim_day,
            "dates_reversed",
            Text("索赔早于放款", "the claim comes before the loan"),
            Text("请更正日期", "correct the dates"),
        )
    if loan.closed_on is not None and loan.closed_on < loan.claim_day:
        reader.problem(
            "closed_on",
            loan.closed_on,
            "dates_reversed",
            Text("结案早于索赔", "the case is closed before the claim"),
            Text("请更正日期", "correct the dates"),
        )
    reader.finish()
    return loan


def _read_recovery(reader: Reader) -> LossRecovery:
    recovery = LossRecovery(reader.day("day"), reader.money("amount", 1), reader.optional_money("costs") or 0)
    if recovery.costs > recovery.amount:
        reader.problem(
            "costs",
            yuan(recovery.costs),
            "too_large",
            Text(
                "回收费用高于回收金额",
                "the costs exceed the amount received",
            ),
            Text(
                "此处最多填写回收金额，超出部分计入该笔贷款的 costs",
                "enter at most the amount here, and the rest in the costs of the loan",
            ),
        )
    reader.finish()
    return recovery


def _read_deposit(reader: Reader) -> Deposit:
    deposit = Deposit(reader.day("day"), reader.money("amount", 1), reader.optional_day("applied_on"))
    if deposit.applied_on is not None and deposit.applied_on < deposit.day:
        reader.problem(
            "applied_on",
            deposit.applied_on,
            "dates_reversed",
            Text("抵债日早于收到保证金之日", "it is applied before it is received"),
            Text("请更正日期", "correct the dates"),
        )
    reader.finish()
    return deposit


def _read_accrued(reader: Reader) -> Accrued:
    accrued = Accrued(reader.day("day"), reader.money("amount", 1))
    reader.finish()
    return accrued


def read_facts(reader: Reader) -> dict[str, object]:
    table = reader.optional_table("facts")
    facts: dict[str, object] = {}
    if table is None:
        return facts
    for name, fact in FACTS.items():
        if table.has(name):
            facts[name] = _fact(table, name, fact.kind)
    table.finish()
    return facts


def _fact(table: Reader, name: str, kind: str) -> object:
    if kind == "flag":
        return table.flag(name)
    if kind == "day":
        value = table.anything(name)
        return NEVER if value == NEVER else table.day(name)
    if kind == "fen":
        return table.money(name)
    if kind == "kinds":
        return table.texts(name)
    if kind in ("count", "months"):
        return table.whole(name, 0)
    return table.number(name, 0) if kind == "rate" else table.text(name)


def read_amounts(reader: Reader) -> dict[str, Fen]:
    table = reader.optional_table("amounts")
    if table is None:
        return {}
    amounts = {name: table.money(name) for name in LOAN_AMOUNTS if table.has(name)}
    table.finish()
    return amounts


def read_members(reader: Reader) -> dict[str, Fen]:
    table = reader.optional_table("members")
    if table is None:
        return {}
    members = {name: table.money(name, 1) for name in table.names()}
    table.finish()
    return members
