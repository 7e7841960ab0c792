"""The books of default cases: rows read for the chain, walked together by mode, and repeated in columns."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from zhirong.chain.compensation import events as ev
from zhirong.chain.compensation.natures import natures_of
from zhirong.chain.compensation.reading import read_recovery
from zhirong.chain.compensation.walk import DefaultWalk, walk
from zhirong.chain.default.debt import CaseRecord, RecoveryNote, debt_of, defaulted_loan
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.mode.loss import MissingFigureError
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import PayerNature, RecoverySource
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, parse_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.mode_files import load_mode
from zhirong.operations.loan.loans import calendar, loan_file
from zhirong.operations.recovery.pool_meters import pool_of
from zhirong.operations.refusals import refuse
from zhirong.store.financing import Loan
from zhirong.store.recovery import DefaultCase, PayerClaim

LENDER = "lender"


@lru_cache(maxsize=64)
def mode_of(mode_id: str) -> Mode:
    """Return a mode by its id. Raises InputError if it no longer exists."""
    try:
        return load_mode(mode_id)
    except KeyError:
        raise refuse(
            "no_such_mode",
            "mode",
            mode_id,
            Text("没有此模式", "there is no such mode"),
            Text("请联系平台管理员恢复模式文件", "ask the administrator to restore the file of the mode"),
        ) from None


def payee_of(mode: Mode, party: str, day: date) -> str:
    """Return the recipient of a party's payments: the lender, or the party that pays first on its behalf. day: of
    the loan.
    """
    return mode.sharing_on(day).timing_of(party).through or LENDER


def natures(mode: Mode, rules: Rulebook, day: date) -> Mapping[str, PayerNature]:
    """Return whether each payer takes the claim over or compensates."""
    return {role: nature for role, (nature, _) in natures_of(mode, rules, day).items()}


def debtors_debt(loan: Loan, payer_events: Iterable[str], day: date, rules: Rulebook) -> dict[Component, Fen]:
    """Return the debtor's total debt by component on a day; payers' payments do not reduce it."""
    file, apart = loan_file(loan, rules), set(payer_events)
    own = tuple(event for event in file.events if event.id not in apart)
    return debt_of(replay(own, file.contract, day, rules, calendar(rules, day)))


def entry_of(case: DefaultCase) -> date | None:
    """Return the first day on which the loan entered a pool."""
    days = PayerClaim.objects.filter(loan=case.loan_id).values_list("entered_on", flat=True)
    return min((day for day in days if day is not None), default=None)


def case_table(case: DefaultCase) -> dict[str, Any]:
    """Return the case as a table of a recovery file, without the data derived from the loan."""
    loan = case.loan
    table: dict[str, Any] = {
        "id": loan.number,
        "borrower": f"firm-{case.firm_id}",
        "lender": f"lender-{case.lender_id}",
        "loan_day": (loan.start or case.opened_on).isoformat(),
        "amount": yuan(loan.principal),
        "first_day": (case.first_day or case.opened_on).isoformat(),
        "owed": dict(case.owed),
        "event": [one for event in case.events if (one := _from_first_day(event, case.first_day))],
    }
    if loan.case.rights:
        table["facts"] = {"ip_pledge": True}  # what every loan of the platform with rights has
    entered = entry_of(case)
    return table if entered is None else {**table, "entered_on": entered.isoformat()}


# Events of before the claim day that still count on it; the debt that it freezes contains all others.
_LASTING = ("accrual_stopped", "written_off", "bankruptcy")


def _from_first_day(event: Mapping[str, Any], first_day: date | None) -> dict[str, Any] | None:
    event = {name: value for name, value in event.items() if name != "counted"}
    if first_day is None or event["day"] >= first_day.isoformat():
        return dict(event)
    return {**event, "day": first_day.isoformat()} if event["kind"] in _LASTING else None


def counted_at_claim(case: DefaultCase) -> frozenset[str]:
    """Return the ids of the loan's events that the debt of the claim day already contains."""
    claim = next((one for one in case.events if one["kind"] == "claim"), None)
    known = len(case.loan.events) if claim is None else int(claim.get("counted", len(case.loan.events)))
    return frozenset(event["id"] for event in case.loan.events[:known])


def record_of(case: DefaultCase) -> CaseRecord:
    """Read a case for the chain. Raises InputError for rows that cannot be read."""
    read = read_recovery(Reader({"mode": case.mode, "loan": [case_table(case)]})).loans[0]
    notes = {
        event: RecoveryNote(
            RecoverySource(note["source"]), parse_yuan(note["costs"]), date.fromisoformat(note["recorded_on"])
        )
        for event, note in case.notes.items()
    }
    return CaseRecord(
        loan_id=read.loan_id,
        borrower=read.borrower,
        lender=read.lender,
        loan_day=read.loan_day,
        amount=read.amount,
        first_day=read.first_day,
        owed=read.owed,
        events=read.events,
        notes=notes,
        payer_events=frozenset(case.payer_events),
        is_stated=case.stated,
        counted=counted_at_claim(case),
        entered_on=read.entered_on,
        facts=read.facts,
    )


def loan_in_default(case: DefaultCase, day: date, rules: Rulebook) -> ev.DefaultedLoan:
    """Return the loan of a case as ``zhirong claim`` reads it, with everything up to a day."""
    return defaulted_loan(record_of(case), loan_file(case.loan, rules), day, rules, calendar(rules, day))


@dataclass(frozen=True, slots=True)
class CaseBooks:
    """The books of one case among those of its mode. due: the outstanding amount of each payer, and its recipient."""

    mode: Mode
    natures: Mapping[str, PayerNature]
    done: DefaultWalk
    loan_id: str

    @property
    def due(self) -> Mapping[tuple[str, str], Fen]:
        """Return the outstanding amount of each payer, by recipient; negative amounts are returned."""
        return self.done.due[self.loan_id]

    @property
    def debt(self) -> Mapping[Component, Fen]:
        """Return the debtor's debt by component."""
        return self.done.debts[self.loan_id]

    @property
    def carried(self) -> Mapping[str, Fen]:
        """Return the part that each party carries."""
        return self.done.carried[self.loan_id]

    @property
    def net_paid(self) -> Mapping[tuple[str, str], Fen]:
        """Return each payer's payments less returns."""
        return self.done.net_paid[self.loan_id]

    @property
    def steps(self) -> tuple[Any, ...]:
        """Return the timeline of this case."""
        return tuple(step for step in self.done.steps if step.loan_id == self.loan_id)

    def due_from(self, party: str) -> tuple[Fen, str]:
        """Return a party's outstanding amount and its recipient; zero if there is none."""
        found = [(amount, to) for (who, to), amount in self.due.items() if who == party and amount > 0]
        return found[0] if found else (0, LENDER)

    def payee_is_lender(self, party: str, case: DefaultCase) -> bool:
        """Return whether a party pays the lender itself."""
        return payee_of(self.mode, party, case.loan.start or case.opened_on) == LENDER

    def net_of(self, party: str) -> Fen:
        """Return a party's payments less returns."""
        return sum(amount for (who, _), amount in self.net_paid.items() if who == party)


def books_of_case(case: DefaultCase, day: date, rules: Rulebook) -> CaseBooks:
    """Return the books of a case whose debt has been frozen. Caps connect the cases of one mode, so all of them are
    processed. Raises InputError for impossible events, and for a missing pool figure that the mode needs.
    """
    mode = mode_of(case.mode)
    others = DefaultCase.objects.filter(mode=case.mode).exclude(first_day=None).exclude(pk=case.pk)
    together = [case, *others.select_related("loan")]
    loans = [loan_in_default(one, day, rules) for one in sorted(together, key=lambda one: one.pk)]
    kinds = natures(mode, rules, day)
    try:
        done = walk(mode, loans, kinds, pool_of(mode, case.mode, day), until=day)
    except MissingFigureError as error:
        raise refuse(
            "missing_figure",
            "pool",
            error.figure,
            error.words,
            Text("请由基金填报该数据", "let the fund report this figure"),
        ) from error
    return CaseBooks(mode, kinds, done, case.loan.number)


def debt_today(case: DefaultCase, day: date, rules: Rulebook) -> Mapping[Component, Fen]:
    """Return the debtor's debt by component: the stated or frozen debt with later accruals, otherwise that of the
    loan.
    """
    if case.first_day is None:
        return debtors_debt(case.loan, case.payer_events, day, rules)
    return books_of_case(case, day, rules).debt


def owed_words(owed: Mapping[Component, Fen]) -> dict[str, str]:
    """Return a debt by component as a recovery file states it."""
    return {component.value: yuan(amount) for component, amount in owed.items() if amount}


def columns_of_case(case: DefaultCase, day: date, rules: Rulebook) -> dict[str, Any]:
    """Return the columns that repeat today's result of the books."""
    if case.first_day is None:
        debt = sum(debtors_debt(case.loan, case.payer_events, day, rules).values())
        return {"reckoned_on": day, "debt": debt, "carried": debt}
    books = books_of_case(case, day, rules)
    return {"reckoned_on": day, "debt": sum(books.debt.values()), "carried": books.carried.get(LENDER, 0)}


def case_file(case: DefaultCase, day: date, rules: Rulebook) -> str:
    """Return the case as a recovery file: ``zhirong claim`` gives the same figures from it without the platform."""
    loan = loan_in_default(case, day, rules)
    lines = [
        f"mode = {_quoted(case.mode)}",
        "",
        "[[loan]]",
        f"id = {_quoted(loan.loan_id)}",
        f"borrower = {_quoted(loan.borrower)}",
        f"lender = {_quoted(loan.lender)}",
        f"loan_day = {loan.loan_day}",
        f"amount = {_quoted(yuan(loan.amount))}",
        f"first_day = {loan.first_day}",
    ]
    if loan.entered_on is not None:
        lines.append(f"entered_on = {loan.entered_on}")
    owed = ", ".join(
        f"{component.value} = {_quoted(yuan(amount))}" for component, amount in loan.owed.items() if amount
    )
    lines.append(f"owed = {{ {owed} }}")
    if loan.facts:
        lines.append(
            f"facts = {{ {', '.join(f'{name} = {str(value).lower()}' for name, value in loan.facts.items())} }}"
        )
    lines.append("event = [")
    lines += [f"    {{ {_inline(event_table(event))} }}," for event in loan.events]
    return "\n".join([*lines, "]", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _inline(table: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {value if isinstance(value, date) else _quoted(str(value))}" for name, value in table.items()
    )


_KIND_OF_EVENT = {
    ev.DebtAccrued: "accrued",
    ev.CostPaid: "cost_paid",
    ev.ClaimFiled: "claim",
    ev.PayerPaid: "paid",
    ev.Recovered: "recovery",
    ev.AccrualStopped: "accrual_stopped",
    ev.WrittenOff: "written_off",
    ev.ClawedBack: "clawed_back",
    ev.BankruptcyAccepted: "bankruptcy",
    ev.TitleTaken: "title_taken",
    ev.LicenceFee: "licence_fee",
    ev.UpkeepPaid: "upkeep",
    ev.RightSold: "right_sold",
}


def event_table(event: ev.DefaultEvent) -> dict[str, Any]:
    """Return an event as a table of a recovery file."""
    table: dict[str, Any] = {"kind": _KIND_OF_EVENT[type(event)], "day": event.day}
    if event.recorded_on is not None:
        table["recorded_on"] = event.recorded_on
    for name in ("component", "party", "source"):
        value = getattr(event, name, None)
        if value is not None:
            table[name] = str(value)
    for name in ("amount", "costs", "interest", "late"):
        fen = getattr(event, name, 0)
        if fen:
            table[name] = yuan(fen)
    return table
