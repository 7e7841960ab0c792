"""Calculate a loan's state from its events alone, as of any day and as known on any day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from zhirong.chain.loan.rates import FixedRate, published_rates, rate_sets
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.chain.loan.servicing.contract import Contract, contract_findings
from zhirong.chain.loan.servicing.fold import Fold
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text


def replay(
    events: Iterable[ev.Event],
    contract: Contract,
    as_of: date,
    rules: Rulebook,
    working_days: WorkingDays,
    known_on: date | None = None,
) -> LoanPosition:
    """Return the state of a loan at the end of ``as_of``, from its events and its contract.

    known_on: count only what was booked by this day; by default everything. Raises InputError for contradictory
    events, a contract that cannot be serviced, and a linked rate that is not published.
    """
    listed = tuple(events)
    ev.check_events(listed)
    wrong = [
        Problem(field, str(value), reason, hint, code)
        for field, value, code, reason, hint in contract_findings(contract, rules, contract.terms.start)
    ]
    if wrong:
        raise InputError(wrong)
    counted = ev.in_force(listed, as_of, date.max if known_on is None else known_on)
    by_hand = [event for event in counted if isinstance(event, ev.DueRow)]
    first = next((event.day for event in counted if isinstance(event, ev.Drawdown)), contract.terms.start)
    sets, ahead, sources = _contract_rates(contract, first, as_of, counted, rules, working_days)
    fold = Fold(contract, rules, working_days, sets[0].yearly, by_hand, [*sets[1:], *ahead])
    happening = ev.ordered([*(e for e in counted if not isinstance(e, ev.DueRow)), *sets[1:]])
    for event in happening:
        fold.apply(event)
    state = fold.close(as_of)
    next_reset = None if fold.resets_ended or not ahead else ahead[0].day
    return replace(state, next_reset=next_reset, explanation=_explain(state, contract, rules, sources))


def _contract_rates(
    contract: Contract,
    first: date,
    as_of: date,
    counted: Iterable[ev.Event],
    rules: Rulebook,
    working_days: WorkingDays,
) -> tuple[list[ev.RateSet], list[ev.RateSet], tuple[Reference, ...]]:
    """Return the rates that the contract itself sets up to ``as_of``, those it sets later, and the sources of the
    first.

    A rate set by an event on the same day replaces that of the contract.
    """
    rate = contract.terms.rate
    if isinstance(rate, FixedRate):
        return [_set(first, rate.yearly)], [], ()
    ends = [contract.terms.end, *(e.until for e in counted if isinstance(e, ev.Extension | ev.Restructuring))]
    end = max(*ends, first + timedelta(days=1))
    every = rate_sets(rate, first, end, working_days, published_rates(rules))
    found = [item for item in every if item.day <= max(as_of, first)]
    ahead = [_set(item.day, item.yearly) for item in every if item.day > max(as_of, first)]
    by_event = {event.day for event in counted if isinstance(event, ev.RateSet)}
    later = [item for item in found[1:] if item.day not in by_event]
    sources = tuple(dict.fromkeys(item.source for item in found if item.source is not None))
    return [_set(item.day, item.yearly) for item in (found[0], *later)], ahead, sources


def _set(day: date, yearly: Decimal) -> ev.RateSet:
    return ev.RateSet(id=f"rate:{day.isoformat()}", day=day, booked=day, yearly=yearly, is_reset=True)


def _compound_formula(contract: Contract) -> Text:
    if not contract.compounds:
        return Text("合同未约定复利", "the contract provides for none")
    words = Text("到期未付利息 × 罚息利率，逐日", "unpaid interest × penalty rate, daily")
    if contract.compound_within_term == "contract":
        words = Text(
            "到期未付利息 × 合同利率（贷款到期后按罚息利率），逐日",
            "unpaid interest × contract rate up to the end of the loan, penalty rate after it, daily",
        )
    if contract.grace_days:
        days = contract.grace_days
        words = Text(f"{words.zh}；{days} 天内付清的不计", f"{words.en}; none if paid within {days} days")
    return words


def _explain(
    state: LoanPosition, contract: Contract, rules: Rulebook, sources: tuple[Reference, ...]
) -> Explanation:
    day = state.as_of
    overdue = rules.at("lending.servicing.overdue_uplift", day).reference
    misuse = rules.at("lending.servicing.misuse_uplift", day).reference
    compound = rules.at("lending.servicing.compound", day).reference
    heavier = rules.at("lending.servicing.heavier_of_two", day).reference
    order = rules.at("lending.servicing.order", day).reference
    late = state.yearly * (1 + contract.overdue_uplift)
    rate = Explanation(Text("合同利率", "contract rate"), state.yearly, "rate", references=sources)
    late_rate = Explanation(
        Text("罚息利率", "penalty rate"),
        late,
        "rate",
        Text(f"合同利率 ×（1 + {contract.overdue_uplift}）", f"contract rate × (1 + {contract.overdue_uplift})"),
        (overdue,),
    )
    owed_penalty = Explanation(
        COMPONENT_TEXT[Component.PENALTY],
        state.penalty,
        "fen",
        Text(
            "逐日累计（精确）后取整，减已付、已减免",
            "accrued daily and exactly, rounded as a whole, less what was paid or waived",
        ),
        (misuse, heavier) if state.misused else (),
        parts=(late_rate,),
    )
    parts = (
        Explanation(
            Text("未到期本金", "principal not yet due"),
            state.not_due,
            "fen",
        ),
        Explanation(
            Text("到期未还本金", "principal due"),
            state.principal_due,
            "fen",
            parts=tuple(
                Explanation(
                    Text(f"第 {item.number} 期，{item.due} 到期", f"instalment {item.number}, due {item.due}"),
                    item.left,
                    "fen",
                )
                for item in state.items
                if item.left
            ),
        ),
        Explanation(Text("到期未付利息", "interest due"), state.interest_due, "fen"),
        Explanation(
            Text("本期已计利息", "interest of the running period"),
            state.accrued,
            "fen",
            Text("余额 × 利率 × 天数占年比例，取整一次", "balance × rate × part of a year, rounded once"),
            parts=(rate,),
        ),
        owed_penalty,
        Explanation(
            COMPONENT_TEXT[Component.COMPOUND],
            state.compound,
            "fen",
            _compound_formula(contract),
            (compound,) if contract.compounds else (),
        ),
        Explanation(COMPONENT_TEXT[Component.COSTS], state.costs, "fen"),
        *_off_the_books(state),
        Explanation(Text("溢缴款", "unapplied cash"), -state.credit, "fen"),
    )
    return Explanation(
        Text("今日结清金额", "settlement amount today"),
        state.payoff,
        "fen",
        Text("各项之和，不少于零", "the sum of the parts, never below zero"),
        (order,) if contract.order is None else (),
        parts=parts,
    )


def _off_the_books(state: LoanPosition) -> tuple[Explanation, ...]:
    """Return the debt of a written-off loan."""
    if state.written_off_on is None:
        return ()
    return tuple(
        Explanation(words, sum(components.values()), "fen", parts=_by_component(components))
        for words, components in (
            (Text("已核销、仍欠", "written off and still owed"), state.written_off),
            (Text("核销后的利息（表外）", "interest since then, off the balance sheet"), state.written_off_since),
        )
    )


def _by_component(amounts: Mapping[Component, Fen]) -> tuple[Explanation, ...]:
    return tuple(
        Explanation(COMPONENT_TEXT[component], amount, "fen") for component, amount in amounts.items() if amount
    )
