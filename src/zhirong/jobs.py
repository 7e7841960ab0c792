"""The public functions of ``import zhirong``, one for each task of the platform.

Every input is a path, the table of a file (as ``tomllib`` reads it), or the record itself. Every answer is a record
with a short ``repr``, a table in a notebook and, where pandas is installed, ``to_frame()``. No database is needed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.tabular import Table, Tabular
from zhirong.kernel.text_files import read_text_file
from zhirong.workbench import choose_modes, load_case, quote_case, rules
from zhirong.workbench import modes as _modes

if TYPE_CHECKING:
    from zhirong.chain.appraisal.records import Appraisal, NoValue
    from zhirong.chain.limit.limit import ModeLimit
    from zhirong.chain.loan.schedule import Schedule
    from zhirong.chain.loan.servicing.state import LoanPosition
    from zhirong.chain.mode.model import Mode
    from zhirong.chain.mode.stream import Settlement
    from zhirong.chain.quote.records import CreditCase, Quote
    from zhirong.chain.right.list_check import RightsCheck
    from zhirong.client import Client
    from zhirong.client.register import Register
    from zhirong.evidence.verify import Verification
    from zhirong.kernel.days import WorkingDays

Source = str | PathLike[str] | Mapping[str, Any]
"""A path, or the table of a file."""


def rights(path: str | PathLike[str], *, as_of: date | None = None) -> "RightsCheck":
    """A list of rights (CSV or Excel), checked: numbers, states, ages, remaining lives, fees, doubts.

    as_of: the day to judge by, by default today in Shanghai. Raises InputError where the file cannot be used; rows
    that cannot are in ``table.bad`` of the answer.
    """
    from zhirong.chain.right.list_check import check_rights
    from zhirong.chain.right.table import read_rights_table
    from zhirong.documents.file_limits import MOST_BYTES, RecordsClock
    from zhirong.documents.tables import read_rows
    from zhirong.kernel.collector import no_collection
    from zhirong.kernel.text_files import read_bytes_of

    day, name = as_of or today(), str(path)
    with no_collection():
        table = read_rights_table(
            read_rows(read_bytes_of(name, MOST_BYTES), name), name, day, seen=RecordsClock(name, is_long=True)
        )
        return check_rights(table, rules(), day, name)


def appraise(case: Source, *, methods: Iterable[str] | None = None) -> "Appraisal | NoValue":
    """The value of the rights of a case as a distribution, or the reason for no value.

    case: a case file with ``[appraisal]``. methods: names of the methods to use, by default all in the file.
    Raises InputError with every problem of the case.
    """
    from zhirong.chain.appraisal import appraise as value
    from zhirong.chain.appraisal.case import only_methods, read_appraisal_case

    table, name = _table(case)
    asked = read_appraisal_case(table, name)
    request = asked.request if methods is None else only_methods(asked.request, tuple(methods))
    return value(request, asked.rights, rules(), asked.as_of)


def case(source: "Source | CreditCase") -> "CreditCase":
    """A case, from its file or table. Raises InputError with every problem."""
    from zhirong.chain.quote.reading import read_case
    from zhirong.chain.quote.records import CreditCase

    if isinstance(source, CreditCase):
        return source
    if isinstance(source, Mapping):
        return read_case(source, rules=rules())
    return load_case(Path(source))


def quote(source: "Source | CreditCase", modes: "Iterable[str | Mode] | None" = None) -> "Quote":
    """A quote for one firm: the loan amount, the financing mode, the cost, and the reasons.

    modes: ids of modes or modes themselves, by default all. Raises InputError with every problem.
    """
    return quote_case(case(source), modes)


def limit(source: "Source | CreditCase", mode: "str | Mode | None" = None) -> "ModeLimit":
    """The calculation of a credit limit: every cap, and the binding one. mode: the financing mode; None for the
    limit if the lender alone bears the loss.
    """
    if mode is None:
        return quote(source).credit_limit.uncovered
    return quote(source, [mode]).offers[0].limit


def schedule(
    terms: Source | None = None,
    *,
    amount_yuan: int | str | Decimal | None = None,
    rate_percent: int | str | Decimal | float | None = None,
    term_months: int | None = None,
    start: date | None = None,
    method: str = "level_payment",
) -> "Schedule":
    """The repayment schedule of a loan, to the fen.

    terms: a loan file or its table; or leave it out and give amount, rate, term and first day by name, for a loan
    repaid every month. method: ``level_payment``, ``equal_principal``, ``bullet`` or ``interest_with_principal``.
    Raises InputError with every problem of the terms.
    """
    from zhirong.chain.loan.rates import published_rates
    from zhirong.chain.loan.reading import read_terms_file
    from zhirong.chain.loan.schedule import schedule as made

    if terms is None:
        rate = None if rate_percent is None else Decimal(str(rate_percent)) / 100
        named = {"principal": amount_yuan, "rate": rate, "months": term_months, "start": start, "method": method}
        terms = {name: value for name, value in named.items() if value is not None}
    table, name = _table(terms)
    reader = Reader(table, source=name)
    book = rules()
    return made(read_terms_file(reader), working_days(), published_rates(book))


def replay(loan: Source, *, as_of: date | None = None, known_on: date | None = None) -> "LoanPosition":
    """The state of a loan on a day, calculated from its contract and its events alone.

    loan: a loan file or its table. as_of: by default today. known_on: use only events that were booked by this day.
    """
    from zhirong.chain.loan.servicing.reading import read_loan_file
    from zhirong.chain.loan.servicing.replay import replay as replayed

    table, name = _table(loan)
    book, day = rules(), as_of or today()
    file = read_loan_file(Reader(table, source=name), book)
    return replayed(file.events, file.contract, day, book, working_days(day), known_on or day)


def settle(claim: Source, mode: "str | Mode", *, variant: str | None = None) -> "Settlement":
    """The losses in a claim file divided among the parties, with every payment, its day and its reason.

    mode: id of a mode, the path of a mode file, or a mode. variant: of the mode, if it has several.
    Raises InputError for invalid input, MissingFigureError for a pool figure that the terms need.
    """
    from zhirong.chain.mode.claim import read_claims
    from zhirong.chain.mode.stream import settle as settled

    chosen = one_mode(mode)
    if variant is not None:
        chosen = chosen.variant(variant)
    table, name = _table(claim)
    claims = read_claims(Reader(table, source=name))
    return settled(chosen, claims.loans, claims.pool_under(chosen))


class Modes(dict[str, "Mode"], Tabular):
    """Financing modes by id."""

    def __repr__(self) -> str:
        return f"<Modes: {len(self)} financing modes>"

    def as_table(self) -> Table:
        """One row for each mode, with its state today."""
        from zhirong.chain.mode.force import CONFIRMATION_DAYS, force_on

        day = today()
        stale = rules().at(CONFIRMATION_DAYS, day).whole()
        return Table(
            ("mode_id", "title", "place", "force", "lender_kind"),
            tuple(
                (mode.id, mode.title.zh, mode.place.zh, str(force_on(mode, day, stale).state), mode.lender_kind)
                for mode in self.values()
            ),
        )


def modes() -> Modes:
    """Every financing mode that comes with the package or with a policy pack in use, by id."""
    return Modes(_modes())


def one_mode(mode: "str | Mode") -> "Mode":
    """A mode by its id or the path of its file. Raises InputError if it does not exist."""
    from zhirong.chain.mode.model import Mode
    from zhirong.chain.mode.reader import read_mode

    if isinstance(mode, Mode):
        return mode
    if any(letter in mode for letter in "./\\"):
        return read_mode(read_text_file(mode), mode)
    return choose_modes([mode])[0]


def client(address: str, token: str = "", *, timeout: float = 30.0) -> "Client":
    """A client of the platform at ``address``, as the holder of ``token`` sees it. It needs the extra ``client``."""
    from zhirong.client import Client

    return Client(address, token, timeout=timeout)


def register(address: str, *, timeout: float = 30.0) -> "Register":
    """The public pledge register of the platform at ``address``: search, details, receipts. No token is needed."""
    return client(address, timeout=timeout).register


def verify(
    receipt: str | PathLike[str] | bytes,
    *,
    keys: Iterable[str] = (),
    checkpoints: Mapping[str, bytes] | None = None,
) -> "Verification":
    """A receipt of a register, verified offline: does the register state this pledge, and has it changed nothing since?

    receipt: its file or its bytes. keys: lines of published key files, of the register and its witnesses. checkpoints:
    got elsewhere, by the name to show. Raises InputError where something cannot be read.
    """
    from zhirong.documents.file_limits import MOST_BYTES
    from zhirong.evidence.keys import read_keys
    from zhirong.evidence.receipts import read_checkpoint_file, read_receipt
    from zhirong.evidence.verify import verify_receipt
    from zhirong.kernel.text_files import read_bytes_of

    content = receipt if isinstance(receipt, bytes) else read_bytes_of(Path(receipt), MOST_BYTES)
    name = "receipt" if isinstance(receipt, bytes) else str(receipt)
    published = [key for line in keys for key in read_keys(line, "keys")]
    known = [(one, read_checkpoint_file(data, one)) for one, data in (checkpoints or {}).items()]
    return verify_receipt(read_receipt(content, name), known, published, [], [])


def today() -> date:
    """The day in Shanghai."""
    from zhirong.kernel.days import day_of

    return day_of(datetime.now(UTC))


def working_days(day: date | None = None) -> "WorkingDays":
    """The calendar of working days as published by ``day``, by default today."""
    from zhirong.kernel.days import working_days_from

    return working_days_from(rules().at("calendar.working_days", day or today()).value)


def _table(source: Source) -> tuple[Mapping[str, Any], str]:
    """The table of a source, and its name for messages."""
    if isinstance(source, Mapping):
        return source, ""
    name = str(source)
    return parse_toml(read_text_file(name), name), name


__all__ = [
    "InputError",
    "Modes",
    "Source",
    "appraise",
    "case",
    "client",
    "limit",
    "modes",
    "one_mode",
    "quote",
    "register",
    "replay",
    "rights",
    "rules",
    "schedule",
    "settle",
    "verify",
]
