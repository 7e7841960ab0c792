"""Contracts and streams of events for the tests of servicing, drawn at random."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.day_counts import DAY_COUNTS
from zhirong.chain.loan.periods import due_days
from zhirong.chain.loan.rates import FixedRate, LinkedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.terms import Grace, LoanTerms, Method, PaymentStep, PlanItem
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
WORKING_DAYS = working_days_from(RULES.at("calendar.working_days", date(2024, 1, 1)).value)

SHIFTS = ["none", "following", "modified_following", "preceding"]

_starts = st.dates(date(2023, 7, 1), date(2024, 3, 31))
_rates = st.integers(100, 1800).map(lambda bp: Decimal(bp) / 10000)


@st.composite
def forms(draw: st.DrawFn, method: Method, start: date) -> dict[str, Any]:
    """What a loan of this method may agree beside it: a plan, grace, steps, a balloon, principal every so often."""
    if method is Method.WITH_PRINCIPAL:
        return {}
    if method is Method.CUSTOM:
        days = draw(st.sets(st.integers(1, 85), min_size=1, max_size=4))
        return {
            "plan": tuple(
                PlanItem(start + timedelta(days=day), draw(st.integers(0, 2_000))) for day in sorted(days)
            )
        }
    grace = draw(st.none() | st.integers(1, 4).map(Grace))
    if method is Method.BULLET:
        return {"grace": grace}
    step = st.builds(PaymentStep, st.integers(1, 4), st.sampled_from([Decimal("1.5"), Decimal("0.8")]))
    every = draw(st.sampled_from([1, 1, 3])) if method is Method.EQUAL_PRINCIPAL else 1
    balloon = draw(st.sampled_from([0, 0, 4_000]))
    return {"grace": grace, "step": draw(st.none() | step), "balloon": balloon, "principal_every": every}


@st.composite
def contracts(draw: st.DrawFn, for_arrays: bool = False) -> Contract:
    start = draw(_starts)
    method = draw(st.sampled_from(list(Method)))
    linked = st.builds(
        LinkedRate,
        index=st.sampled_from(["lpr_one_year", "lpr_over_five_years"]),
        spread_bp=st.sampled_from([Decimal(-20), Decimal(55)]),
        reset=st.sampled_from([None, Cycle(1, "month"), Cycle(3, "month")]),
    )
    terms = LoanTerms(
        principal=draw(st.integers(10_000, 10**9)),
        start=start,
        end=add_months(start, draw(st.integers(3, 14))),
        method=method,
        **draw(forms(method, start)),
        rate=draw(st.one_of(st.builds(FixedRate, _rates), linked)),
        cycle=draw(st.sampled_from([Cycle(1, "month"), Cycle(3, "month")])),
        day_count=draw(
            st.sampled_from(["monthly", "act_360", "act_365"] if for_arrays else ["monthly", *DAY_COUNTS])
        ),
        shift=draw(st.sampled_from(["none", "following"] if for_arrays else SHIFTS)),
        end_shift=draw(st.none() | st.sampled_from(SHIFTS)),
        limit=draw(st.sampled_from([None, 10**11])),
    )
    if terms.grace is not None and terms.grace.periods >= len(due_days(terms)):
        terms = replace(terms, grace=None)
    if for_arrays:
        terms = replace(terms, broken_period="share")
    elif terms.day_count != "monthly" and draw(st.booleans()):
        # Short cycles meet over holidays.
        terms = replace(terms, cycle=draw(st.sampled_from([Cycle(7, "day"), Cycle(3, "day")])))
    if terms.day_count != "monthly" and draw(st.booleans()):
        terms = replace(terms, interest_to_shifted=True)
    return Contract(
        loan_id="L1",
        terms=terms,
        overdue_uplift=draw(st.sampled_from([Decimal("0.3"), Decimal("0.5")])),
        misuse_uplift=Decimal(1),
        compounds=draw(st.booleans()),
        order=draw(st.sampled_from([None, tuple(reversed(Component))])),
        walk=draw(st.sampled_from(["by_component", "by_instalment"])),
        excess=draw(st.sampled_from(["prepay_reduce", "prepay_shorten", "hold"])),
        grace_days=0 if for_arrays else draw(st.sampled_from([0, 0, 3])),
    )


@st.composite
def streams(draw: st.DrawFn, contract: Contract, simple: bool = False) -> tuple[ev.Event, ...]:
    """A drawdown and up to eight events after it, each booked on its day or up to 80 days later."""
    terms = contract.terms
    made: list[ev.Event] = [ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)]
    amounts = st.one_of(st.integers(1, terms.principal), st.integers(1, terms.principal // 10 + 1))
    kinds = ["payment"] * 3 if simple else [
        "payment", "payment", "payment", "fee", "refund", "misuse", "misuse_end", "rate", "accelerate", "extend",
        "restructure", "write_off", "recovery", "waiver", "reversal", "drawdown", "compensate", "compensate",
        "compensate_back", "bankrupt",
    ]  # fmt: skip
    if contract.terms.limit is None:
        kinds = [kind for kind in kinds if kind != "drawdown"]  # all of the contract is drawn
    for number in range(draw(st.integers(0, 8))):
        day = terms.start + timedelta(days=draw(st.integers(0, 520)))
        booked = day + timedelta(days=draw(st.sampled_from([0, 0, 1, 9, 80])))
        kind, i = draw(st.sampled_from(kinds)), f"E{number}"
        if kind == "payment":
            payer = draw(st.sampled_from([ev.Payer.FIRM, ev.Payer.FIRM, ev.Payer.GUARANTOR]))
            order = draw(st.none() | st.permutations(list(Component)).map(tuple))
            made.append(ev.Payment(id=i, day=day, booked=booked, amount=draw(amounts), payer=payer, order=order))
        elif kind == "fee":
            made.append(ev.Fee(id=i, day=day, booked=booked, amount=draw(amounts)))
        elif kind == "refund":
            made.append(ev.Refund(id=i, day=day, booked=booked, amount=draw(st.integers(1, 10_000))))
        elif kind == "misuse":
            made.append(ev.MisuseFound(id=i, day=day, booked=booked, amount=draw(st.none() | amounts)))
        elif kind == "misuse_end":
            made.append(ev.MisuseEnded(id=i, day=day, booked=booked))
        elif kind == "rate":
            made.append(ev.RateSet(id=i, day=day, booked=booked, yearly=draw(_rates)))
        elif kind == "accelerate":
            made.append(ev.Acceleration(id=i, day=day, booked=booked))
        elif kind == "extend":
            until = add_months(terms.end, draw(st.integers(1, 12)))
            if until > day:
                made.append(ev.Extension(id=i, day=day, booked=booked, until=until))
        elif kind == "restructure":
            until = add_months(day, draw(st.integers(1, 14)))
            method = draw(st.none() | st.sampled_from([Method.LEVEL_PAYMENT, Method.BULLET]))
            made.append(
                ev.Restructuring(
                    id=i, day=day, booked=booked, until=until, method=method, capitalises=draw(st.booleans())
                )
            )
        elif kind == "write_off":
            made.append(ev.WriteOff(id=i, day=day, booked=booked))
        elif kind == "recovery":
            made.append(
                ev.Recovery(id=i, day=day, booked=booked, amount=draw(amounts), costs=draw(st.integers(0, 99)))
            )
        elif kind == "waiver":
            components = draw(st.dictionaries(st.sampled_from(list(Component)), st.integers(1, 10_000), min_size=1))
            made.append(ev.Waiver(id=i, day=day, booked=booked, amounts=components))
        elif kind in ("compensate", "compensate_back"):
            made_of = ev.Compensation if kind == "compensate" else ev.CompensationReturned
            by = draw(st.sampled_from(["fund", "insurer"]))
            made.append(made_of(id=i, day=day, booked=booked, amount=draw(amounts), payer=by))
        elif kind == "bankrupt":
            made.append(ev.BankruptcyAccepted(id=i, day=day, booked=booked))
        elif kind == "drawdown":
            made.append(ev.Drawdown(id=i, day=day, booked=booked, amount=draw(amounts)))
        else:
            earlier = [event for event in made[1:] if event.booked <= booked]
            if earlier:
                of = draw(st.sampled_from(earlier)).id
                made.append(ev.Reversal(id=i, day=day, booked=booked, of=of))
    return tuple(made)
