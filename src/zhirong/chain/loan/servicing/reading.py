"""Read a contract and its events from a table of fields as a user writes them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.classification import DebtorClaims, LoanFacts
from zhirong.chain.loan.servicing.components import CATEGORIES, Category, Component
from zhirong.chain.loan.servicing.contract import Contract, Order, Walk, contract_findings
from zhirong.chain.loan.terms import Method
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

_UNNAMED = "loan"  # the id of a loan whose file gives none


@dataclass(frozen=True, slots=True)
class LoanFile:
    """The content of one loan file: the contract, the events, and other facts on the loan and its debtor."""

    contract: Contract
    events: tuple[ev.Event, ...]
    facts: LoanFacts
    debtor: DebtorClaims | None


def read_loan_file(reader: Reader, rules: Rulebook) -> LoanFile:
    """Read the loan in ``reader``'s table: ``[loan]``, ``[servicing]``, ``[[event]]``, ``[facts]``, ``[debtor]``.

    A file without an event is a loan drawn in full on its first day. Terms at the top of the file, the older form
    for a schedule, are read as well. Raises InputError with every problem in it.
    """
    older = not reader.has("loan") and reader.has("principal")
    loan = reader if older else reader.table("loan")
    loan_id = loan.optional_text("id") or _UNNAMED
    terms = read_terms(loan)
    if not older:
        loan.finish()
    # If omitted, the table is empty; ``reader`` itself notes problems of any table.
    servicing = reader.optional_table("servicing") or Reader({}, "servicing")
    contract = Contract(
        loan_id=loan_id,
        terms=terms,
        overdue_uplift=servicing.number("overdue_uplift", default=_usual("overdue", rules, terms.start)),
        misuse_uplift=servicing.number("misuse_uplift", default=_usual("misuse", rules, terms.start)),
        compounds=servicing.flag("compounds", default=True),
        order=_read_order(servicing, "order"),
        orders=_read_orders(servicing),
        walk=_read_walk(servicing),
        excess=servicing.choice("excess", ("prepay_reduce", "prepay_shorten", "hold"), "prepay_reduce"),  # type: ignore[arg-type]
        grace_days=servicing.whole("grace_days", 0, 90, 0),
        compound_within_term=servicing.choice("compound_within_term", ("penalty", "contract"), "penalty"),  # type: ignore[arg-type]
    )
    servicing.finish()
    if not reader.failed():
        for finding in contract_findings(contract, rules, terms.start):
            reader.problem(*finding)
    events = tuple(event for entry in reader.tables("event") if (event := _read_event(entry)) is not None)
    facts, debtor = _read_facts(reader.optional_table("facts")), _read_debtor(reader.optional_table("debtor"))
    reader.finish()
    if not reader.has("event"):
        drawn = ev.Drawdown(id="drawdown", day=terms.start, booked=terms.start, amount=terms.principal)
        events = (drawn,)
    ev.check_events(events)
    return LoanFile(contract, events, facts, debtor)


def _usual(which: str, rules: Rulebook, day: date) -> Decimal:
    """Return the uplift used where the contract names none."""
    return rules.at(f"lending.servicing.usual_{which}_uplift", day).number()


def _read_walk(servicing: Reader) -> Walk:
    """Read in which order a payment covers instalments; files of before 0.2 say ``by_head`` for ``by_component``."""
    walk = servicing.choice("walk", ("by_component", "by_instalment", "by_head"), "by_component")
    return "by_instalment" if walk == "by_instalment" else "by_component"


def _read_order(reader: Reader, name: str) -> Order | None:
    words = reader.texts(name)
    if not words:
        return None
    unknown = [word for word in words if word not in set(Component)]
    for word in unknown:
        reader.problem(
            name,
            word,
            "not_a_choice",
            Text("不在可选范围内", "not one of the choices"),
            Text(f"可选：{'、'.join(Component)}", f"choose from: {', '.join(Component)}"),
        )
    return None if unknown else tuple(Component(word) for word in words)


def _read_orders(reader: Reader) -> dict[Category, Order]:
    table = reader.optional_table("orders")
    if table is None:
        return {}
    orders = {
        category: order for category in CATEGORIES if (order := _read_order(table, category.value)) is not None
    }
    table.finish()
    return orders


_KINDS = (
    "drawdown",
    "due_row",
    "rate_set",
    "payment",
    "fee",
    "refund",
    "reversal",
    "misuse_found",
    "misuse_ended",
    "acceleration",
    "extension",
    "restructuring",
    "write_off",
    "recovery",
    "waiver",
    "compensation",
    "compensation_returned",
    "bankruptcy",
)


def _read_event(reader: Reader) -> ev.Event | None:
    before = reader.problem_count()
    kind = reader.choice("kind", _KINDS)
    event = _event_of_kind(kind, reader)
    reader.finish()
    return event if reader.problem_count() == before else None


def _event_of_kind(kind: str, reader: Reader) -> ev.Event:
    i, d, c = reader.text("id"), reader.day("day"), reader.optional_text("cause")
    b = reader.optional_day("booked") or d
    match kind:
        case "drawdown":
            return ev.Drawdown(id=i, day=d, booked=b, cause=c, amount=_amount(reader))
        case "due_row":
            return ev.DueRow(id=i, day=d, booked=b, cause=c, principal=reader.money("principal"))
        case "rate_set":
            return ev.RateSet(id=i, day=d, booked=b, cause=c, yearly=reader.rate("rate"))
        case "payment":
            order = _read_order(reader, "order")
            payer = _payer(reader)
            return ev.Payment(id=i, day=d, booked=b, cause=c, amount=_amount(reader), payer=payer, order=order)
        case "fee":
            return ev.Fee(id=i, day=d, booked=b, cause=c, amount=_amount(reader))
        case "refund":
            return ev.Refund(id=i, day=d, booked=b, cause=c, amount=_amount(reader), payer=_payer(reader))
        case "reversal":
            return ev.Reversal(id=i, day=d, booked=b, cause=c, of=reader.text("of"))
        case "misuse_found":
            part = reader.optional_money("amount", minimum=1)
            return ev.MisuseFound(id=i, day=d, booked=b, cause=c, amount=part)
        case "misuse_ended":
            return ev.MisuseEnded(id=i, day=d, booked=b, cause=c)
        case "acceleration":
            return ev.Acceleration(id=i, day=d, booked=b, cause=c)
        case "extension":
            rate = reader.optional_number("rate", 0, 1)
            difficult = reader.flag("in_difficulty", default=False)
            return ev.Extension(
                id=i, day=d, booked=b, cause=c, until=reader.day("until"), yearly=rate, in_difficulty=difficult
            )
        case "restructuring":
            return ev.Restructuring(
                id=i,
                day=d,
                booked=b,
                cause=c,
                until=reader.day("until"),
                yearly=reader.optional_number("rate", 0, 1),
                method=_method(reader),
                capitalises=reader.flag("capitalises", default=False),
            )
        case "write_off":
            return ev.WriteOff(id=i, day=d, booked=b, cause=c)
        case "recovery":
            payer, costs = _payer(reader), reader.optional_money("costs") or 0
            return ev.Recovery(id=i, day=d, booked=b, cause=c, amount=_amount(reader), costs=costs, payer=payer)
        case "compensation" | "compensation_returned":
            payer_role = reader.choice("payer", ev.COMPENSATORS)
            kind_of = ev.Compensation if kind == "compensation" else ev.CompensationReturned
            return kind_of(id=i, day=d, booked=b, cause=c, amount=_amount(reader), payer=payer_role)
        case "bankruptcy":
            return ev.BankruptcyAccepted(id=i, day=d, booked=b, cause=c)
        case _:
            amounts = {
                component: amount for component in Component if (amount := reader.optional_money(component.value))
            }
            return ev.Waiver(id=i, day=d, booked=b, cause=c, amounts=amounts)


def _amount(reader: Reader) -> Fen:
    return reader.money("amount", minimum=1)


def _payer(reader: Reader) -> ev.Payer:
    return ev.Payer(reader.choice("payer", tuple(ev.Payer), ev.Payer.FIRM))


def _method(reader: Reader) -> Method | None:
    if not reader.has("method"):
        return None
    return Method(reader.choice("method", [method.value for method in Method]))


def _read_facts(reader: Reader | None) -> LoanFacts:
    if reader is None:
        return LoanFacts()
    facts = LoanFacts(
        is_technical=reader.flag("technical_delay", default=False),
        is_impaired=reader.flag("credit_impaired", default=False),
        expected_loss=reader.rate("expected_loss", Decimal(0)),
        in_liquidation=reader.flag("in_liquidation", default=False),
        is_refinancing=reader.flag("refinancing", default=False),
        in_difficulty=reader.flag("in_difficulty", default=False) if reader.has("in_difficulty") else None,
    )
    reader.finish()
    return facts


def _read_debtor(reader: Reader | None) -> DebtorClaims | None:
    if reader is None:
        return None
    debtor = DebtorClaims(
        claims=reader.optional_money("claims") or 0,
        bad=reader.optional_money("bad") or 0,
        debts=reader.optional_money("debts") or 0,
        late=reader.optional_money("late") or 0,
        is_retail=reader.flag("retail", default=False),
        is_enhanced=reader.flag("enhanced", default=False),
    )
    reader.finish()
    return debtor
