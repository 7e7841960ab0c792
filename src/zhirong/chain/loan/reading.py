"""Read loan terms from a table of fields as a user writes them."""

from datetime import date
from decimal import Decimal

from zhirong.chain.loan.cycles import Cycle, parse_cycle
from zhirong.chain.loan.day_counts import DAY_COUNTS
from zhirong.chain.loan.rates import INDEX_RULES, FixedRate, LinkedRate
from zhirong.chain.loan.term_checks import findings
from zhirong.chain.loan.terms import (
    MOST_MONTHS,
    Amendment,
    Change,
    Draw,
    Grace,
    InterestBasis,
    LoanTerms,
    Method,
    PaymentStep,
    PlanItem,
    Prepayment,
)
from zhirong.kernel.days import Shift
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

SHIFTS: tuple[Shift, ...] = ("none", "following", "modified_following", "preceding")
_PLAIN_METHODS = [method.value for method in Method if method is not Method.CUSTOM]
_ONE_MONTH = Cycle(1, "month")


# The further tables of a loan file; a schedule needs only the terms.
_OF_SERVICING = ("servicing", "event", "facts", "debtor")


def read_terms_file(reader: Reader) -> LoanTerms:
    """The terms in a loan file. Raises InputError with everything that is wrong with them.

    They are in ``[loan]``, as for ``zhirong loan replay``; events and debtor data in the file are ignored. In the
    older form the terms are at the top of the file.
    """
    if not reader.has("loan"):
        terms = read_terms(reader)
        reader.finish()
        return terms
    for name in _OF_SERVICING:
        reader.has(name)
    loan = reader.table("loan")
    loan.optional_text("id")
    terms = read_terms(loan)
    loan.finish()
    reader.finish()
    return terms


def read_terms(reader: Reader) -> LoanTerms:
    """Return the terms in ``reader``'s table; the reader notes every problem and raises them together at the end.

    Money is in yuan, the rate is a share of one (0.0435). Either ``end`` or ``months`` gives the term, either
    ``rate`` or ``[linked]`` the rate. If ``day_count`` is omitted, it is ``monthly`` for level payment and equal
    principal and ``act_360`` for the others.
    """
    before = reader.problem_count()
    principal = reader.money("principal", minimum=1)
    start = reader.day("start")
    end_of_month = reader.choice("end_of_month", ("same_day", "end_of_month"), "same_day")
    end = _read_end(reader, start, end_of_month)
    method = Method(reader.choice("method", [method.value for method in Method]))
    cycle = read_cycle(reader, "cycle") or _ONE_MONTH
    terms = LoanTerms(
        principal=principal,
        start=start,
        end=end,
        method=method,
        rate=_read_rate(reader),
        cycle=cycle,
        first_due=reader.optional_day("first_due"),
        day_count=reader.choice("day_count", ("monthly", *DAY_COUNTS), usual_day_count(method, cycle)),  # type: ignore[arg-type]
        end_of_month=end_of_month,  # type: ignore[arg-type]
        stub=reader.choice("stub", ("short", "long"), "short"),  # type: ignore[arg-type]
        shift=reader.choice("shift", SHIFTS, "none"),  # type: ignore[arg-type]
        end_shift=reader.choice("end_shift", SHIFTS) if reader.has("end_shift") else None,  # type: ignore[arg-type]
        interest_to_shifted=reader.flag("interest_to_shifted", default=False),
        principal_every=reader.whole("principal_every", 1, 120, 1),
        grace=_read_grace(reader),
        step=_read_step(reader),
        balloon=reader.optional_money("balloon") or 0,
        plan=tuple(_read_item(item) for item in reader.tables("plan")),
        changes=read_changes(reader),
        limit=reader.optional_money("limit", minimum=1),
        broken_period=reader.choice("broken_period", ("days", "share"), "days"),  # type: ignore[arg-type]
        first_period=reader.choice("first_period", ("levelled", "on_top"), "levelled"),  # type: ignore[arg-type]
    )
    if reader.problem_count() == before:
        for finding in findings(terms):
            reader.problem(*finding)
    return terms


def read_changes(reader: Reader) -> tuple[Change, ...]:
    """Read drawdowns ``[[draw]]``, prepayments ``[[prepayment]]`` and amendments ``[[amendment]]``."""
    return (
        *(_read_draw(item) for item in reader.tables("draw")),
        *(_read_prepayment(item) for item in reader.tables("prepayment")),
        *(_read_amendment(item) for item in reader.tables("amendment")),
    )


def _read_grace(reader: Reader) -> Grace | None:
    inside = reader.optional_table("grace")
    if inside is None:
        return None
    grace = Grace(
        inside.whole("periods", 1, MOST_MONTHS),
        inside.choice("interest", ("paid", "capitalised", "deferred"), "paid"),  # type: ignore[arg-type]
    )
    inside.finish()
    return grace


def _read_step(reader: Reader) -> PaymentStep | None:
    inside = reader.optional_table("step")
    if inside is None:
        return None
    step = PaymentStep(inside.whole("every", 1, MOST_MONTHS, 12), inside.number("factor", Decimal("0.1"), 10))
    inside.finish()
    return step


def _read_item(reader: Reader) -> PlanItem:
    item = PlanItem(reader.day("day"), reader.optional_money("principal") or 0)
    reader.finish()
    return item


def _read_draw(reader: Reader) -> Draw:
    draw = Draw(reader.day("day"), reader.money("amount", minimum=1))
    reader.finish()
    return draw


def _read_prepayment(reader: Reader) -> Prepayment:
    prepayment = Prepayment(
        day=reader.day("day"),
        amount=reader.optional_money("amount", minimum=1),
        effect=reader.choice("effect", ("reduce", "shorten"), "reduce"),  # type: ignore[arg-type]
        interest=reader.choice("interest", ("at_once", "next_due"), "at_once"),  # type: ignore[arg-type]
    )
    reader.finish()
    return prepayment


def _read_amendment(reader: Reader) -> Amendment:
    rated = reader.has("rate") or reader.has("linked")
    method = reader.optional_text("method")
    amendment = Amendment(
        day=reader.day("day"),
        kind=reader.choice("kind", ("extension", "renewal", "restructuring")),  # type: ignore[arg-type]
        end=reader.optional_day("end"),
        rate=_read_rate(reader) if rated else None,
        method=Method(reader.choice("method", _PLAIN_METHODS)) if method else None,
        cycle=read_cycle(reader, "cycle"),
        first_due=reader.optional_day("first_due"),
        interest=reader.choice("interest", ("next_due", "paid", "capitalised"), "next_due"),  # type: ignore[arg-type]
    )
    reader.finish()
    return amendment


def usual_day_count(method: Method, cycle: Cycle) -> InterestBasis:
    """Return the default day count: by whole months for instalments in months, otherwise by days ÷ 360."""
    by_months = method in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL) and cycle.months is not None
    return "monthly" if by_months else "act_360"


def read_cycle(reader: Reader, name: str) -> Cycle | None:
    """Return a cycle such as ``1M``, or None if the field is omitted."""
    if not reader.has(name):
        return None
    written = reader.text(name)
    cycle = parse_cycle(written)
    if cycle is None and written:
        reader.problem(
            name,
            written,
            "not_a_cycle",
            Text("不是周期", "not a cycle"),
            Text(
                "请写成数字加字母，例如 1M（月）、1Q（季）、1Y（年）、2W（两周）",
                "write 1M, 1Q, 1Y, 2W or the like",
            ),
        )
    return cycle


def _read_end(reader: Reader, start: date, end_of_month: str) -> date:
    by_day, by_months = reader.has("end"), reader.has("months")
    if by_day and by_months:
        reader.problem(
            "months",
            "",
            "said_twice",
            Text("期限重复填写", "the term is given twice"),
            Text("请只保留到期日（end）或月数（months）", "keep either end or months"),
        )
    if by_months:
        months = reader.whole("months", 1, MOST_MONTHS)
        return Cycle(min(max(months, 1), MOST_MONTHS), "month").step(start, 1, end_of_month)  # type: ignore[arg-type]
    return reader.day("end")


def _read_rate(reader: Reader) -> FixedRate | LinkedRate:
    linked = reader.optional_table("linked")
    if linked is None:
        return FixedRate(reader.rate("rate"))
    if reader.has("rate"):
        reader.problem(
            "rate",
            "",
            "said_twice",
            Text("利率重复填写", "the rate is given twice"),
            Text("请只保留固定利率（rate）或浮动利率（[linked]）", "keep either rate or [linked]"),
        )
    rate = LinkedRate(
        index=linked.choice("index", list(INDEX_RULES)),  # type: ignore[arg-type]
        spread_bp=linked.number("spread_bp", -1000, 5000, Decimal(0)),
        reset=read_cycle(linked, "reset"),
        reset_from=linked.optional_day("reset_from"),
        observed=linked.choice("observed", ("same_day", "day_before", "working_day_before"), "day_before"),  # type: ignore[arg-type]
    )
    linked.finish()
    return rate
