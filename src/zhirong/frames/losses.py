"""Each party's part of many losses."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from zhirong.columns import CheckedTable, answer_like
from zhirong.frames.arrays import Arrays
from zhirong.frames.column_lists import COLUMNS
from zhirong.frames.places import place_in, renamed
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

    from zhirong.chain.mode.loss import PoolState
    from zhirong.chain.mode.model import Mode


@overload
def settle_many(
    losses: "DataFrame", mode: "str | Mode", *, pool: "PoolState | None" = None, variant: str | None = None
) -> "DataFrame": ...
@overload
def settle_many(
    losses: "Mapping[str, ArrayLike]",
    mode: "str | Mode",
    *,
    pool: "PoolState | None" = None,
    variant: str | None = None,
) -> Arrays: ...
def settle_many(
    losses: Any, mode: "str | Mode", *, pool: "PoolState | None" = None, variant: str | None = None
) -> Any:
    """Each party's part of many losses under one mode: one row for each loan, one column for each party.

    losses: columns of ``COLUMNS["settle_many"]``; all loans share the caps of the mode in the order that it states.
    mode: id of a mode, the path of a mode file, or a mode. pool: balance, fees and principal entered, where the mode
    needs them. Each row equals the share in ``zhirong.settle`` to the fen. Raises InputError with every problem by
    column and row, and MissingFigureError for a pool figure that the terms need.
    """
    from zhirong.chain.mode.claim import Claims, read_claims
    from zhirong.chain.mode.loss import PoolState
    from zhirong.chain.mode.running_allocation import running
    from zhirong.jobs import one_mode

    chosen = one_mode(mode)
    chosen = chosen if variant is None else chosen.variant(variant)
    table = CheckedTable(losses, COLUMNS["settle_many"])
    entries = [{"borrower": row.get("id", ""), "lender": "lender", **row} for row in table.rows()]
    claims = Claims((), PoolState(), ())
    try:
        claims = read_claims(Reader({"loan": entries}))
    except InputError as error:
        for problem in error.problems:
            row, field = place_in(problem.field, "loan")
            table.note(row, [problem] if field is None else [renamed(problem, field)])
    table.raise_any()
    shares = running(chosen, claims.loans, pool)
    shares.move_to(max((loan.claim_day for loan in claims.loans), default=date.min))
    parts = [shares.parts(loan.loan_id) for loan in claims.loans]
    columns: dict[str, Any] = {
        "id": [loan.loan_id for loan in claims.loans],
        "loss_yuan": np.array([sum(part.values()) for part in parts], dtype=np.int64) / FEN_PER_YUAN,
    }
    for role in chosen.bearers:
        fen = np.array([part.get(role, 0) for part in parts], dtype=np.int64)
        columns[f"{role}_yuan"] = fen / FEN_PER_YUAN
    return answer_like(losses, columns)
