"""The disposal file as records: the debt, the options to compare, and the pledgees who share the price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from zhirong.chain.disposal.distribution import Deduction, Pledgee, statutory_order
from zhirong.chain.disposal.ways import DisposalWay, Outcome
from zhirong.chain.loan.servicing.components import Component
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, share_of
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

WAYS_RULE = "recovery.ways"
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class DisposalFile:
    """The content of a disposal file. day: of the comparison. rate: the loan's effective yearly rate."""

    day: date
    debt: Fen
    rate: Fraction
    ways: tuple[DisposalWay, ...]
    price: Fen | None
    pledgees: tuple[Pledgee, ...]
    deductions: tuple[Deduction, ...]
    taxes: bool


def read_disposal(reader: Reader, rules: Rulebook) -> DisposalFile:
    """Return the content of a disposal file. Raises InputError with every problem in it."""
    day = reader.day("day")
    # A day that cannot be read is reported below; no rule applies to it.
    order = tuple(Component) if reader.failed() else statutory_order(rules, day)
    sale = reader.optional_table("sale")
    price: Fen | None = None
    taxes = True
    deductions: tuple[Deduction, ...] = ()
    if sale is not None:
        price, taxes = sale.money("price", 1), sale.flag("taxes", True)
        deductions = tuple(_read_deduction(row) for row in sale.tables("cost")[:MOST_ROWS])
        sale.finish()
    file = DisposalFile(
        day=day,
        debt=reader.money("debt", 1),
        rate=Fraction(reader.rate("rate")),
        ways=tuple(_read_way(entry) for entry in reader.tables("way")[:MOST_ROWS]),
        price=price,
        pledgees=tuple(_read_pledgee(entry, order) for entry in reader.tables("pledgee")[:MOST_ROWS]),
        deductions=deductions,
        taxes=taxes,
    )
    for name in ("way", "pledgee"):
        if len(reader.tables(name)) > MOST_ROWS:
            reader.problem(
                name,
                str(len(reader.tables(name))),
                "count",
                Text(f"超过 {MOST_ROWS} 项", f"more than {MOST_ROWS} entries"),
                Text("请减少条目", "Enter fewer entries."),
            )
    reader.finish()
    return file


def standard_ways(rules: Rulebook, day: date, debt: Fen) -> tuple[DisposalWay, ...]:
    """Return the disposal options of the rulebook for a debt of ``debt`` fen; their amounts are assumed shares of
    it.
    """
    rows: list[Mapping[str, Any]] = rules.at(WAYS_RULE, day).value
    return tuple(
        DisposalWay(
            row["code"],
            Text(row["zh"], row["en"]),
            tuple(
                Outcome(
                    Fraction(o["probability"]),
                    share_of(debt, Fraction(o["gross"])),
                    share_of(debt, Fraction(o["costs"])),
                    o["days"],
                )
                for o in row["outcomes"]
            ),
            closes=(Text(row["closes_zh"], row["closes_en"]),) if "closes_zh" in row else (),
        )
        for row in rows
    )


def _read_way(reader: Reader) -> DisposalWay:
    title = reader.words("title")
    way = DisposalWay(
        code=reader.text("code"),
        title=title,
        outcomes=tuple(_read_outcome(entry) for entry in reader.tables("outcome")[:MOST_ROWS]),
        assumed=reader.flag("assumed", True),
    )
    reader.finish()
    return way


def _read_outcome(reader: Reader) -> Outcome:
    outcome = Outcome(
        Fraction(reader.rate("probability")),
        reader.money("gross"),
        reader.money("costs"),
        reader.whole("days", 0, 36_500),
    )
    reader.finish()
    return outcome


def _read_deduction(reader: Reader) -> Deduction:
    deduction = Deduction(reader.words("title"), reader.money("amount"))
    reader.finish()
    return deduction


def _read_pledgee(reader: Reader, statutory: tuple[Component, ...]) -> Pledgee:
    """Return a pledgee. ``order`` of the file is what it agreed; without it the ``statutory`` one applies."""
    claim_table = reader.table("claim")
    claim = {head: claim_table.optional_money(head.value) or 0 for head in Component}
    claim_table.finish()
    agreed = reader.texts("order")
    if agreed and sorted(agreed) != sorted(Component):
        reader.problem(
            "order",
            ", ".join(agreed),
            "incomplete",
            Text("五项须各列一次", "the five components must be named once each"),
            Text(f"请写全：{', '.join(statutory)}", f"Name all of them: {', '.join(statutory)}."),
        )
        agreed = ()
    pledgee = Pledgee(
        name=reader.text("name"),
        claim=claim,
        registered_on=reader.optional_day("registered_on"),
        order=tuple(Component(name) for name in agreed) or statutory,
        highest=reader.optional_money("highest", None),
    )
    reader.finish()
    return pledgee
