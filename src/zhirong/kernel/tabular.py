"""Records that display themselves: one line in a console, a table in a notebook, a DataFrame if pandas is
installed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from zhirong.kernel.extras import needed
from zhirong.kernel.money import FEN_PER_YUAN, Fen

if TYPE_CHECKING:
    from pandas import DataFrame

_MOST_ROWS = (
    60  # Maximum number of rows of a table in a notebook; a longer table is cut in the middle, with a note.
)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns whose names carry their unit (``amount_yuan``, ``rate_percent``), and rows of plain values.

    Amounts are exact ``Decimal`` in yuan; None is an empty cell.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class Tabular:
    """A record with a table in it. A subclass gives ``as_table`` and a ``__repr__`` of one line."""

    __slots__ = ()

    def as_table(self) -> Table:
        """The table that a notebook shows and ``to_frame`` turns into a DataFrame."""
        raise NotImplementedError

    def to_frame(self) -> "DataFrame":
        """The same as a DataFrame: amounts in yuan as floats, exact to the fen; days as timestamps.

        Raises MissingExtraError, with the command to install it, where pandas is missing.
        """
        table = self.as_table()
        return frame({name: [row[place] for row in table.rows] for place, name in enumerate(table.columns)})

    def _repr_html_(self) -> str:
        table = self.as_table()
        rows = table.rows
        left_out = len(rows) - _MOST_ROWS
        if left_out > 0:
            rows = (*rows[: _MOST_ROWS // 2], *rows[-(_MOST_ROWS // 2) :])
        head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
        body = "".join(
            f"<tr>{''.join(_cell(*pair) for pair in zip(table.columns, row, strict=True))}</tr>" for row in rows
        )
        note = f"<p>… {left_out}</p>" if left_out > 0 else ""
        return (
            f"<p>{escape(repr(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
        )


def frame(columns: dict[str, Any]) -> "DataFrame":
    """Columns as a DataFrame. Raises MissingExtraError where pandas is missing."""
    pandas = needed("pandas")
    made: DataFrame = pandas.DataFrame({name: _plain(values) for name, values in columns.items()})
    for name, values in columns.items():
        if any(isinstance(value, date) for value in values[:1]):
            made[name] = pandas.to_datetime(made[name])
    return made


def in_yuan(amount: Fen | None) -> Decimal | None:
    """Fen as an exact amount in yuan; None stays None."""
    return None if amount is None else Decimal(amount) / FEN_PER_YUAN


def percent(share: Decimal | Fraction | None) -> Decimal | None:
    """A share of one as per cent, to six decimals."""
    if share is None:
        return None
    exact = Decimal(share.numerator) / Decimal(share.denominator) if isinstance(share, Fraction) else share
    return round(exact * 100, 6)


def _plain(values: Any) -> Any:
    if not isinstance(values, list) or not any(isinstance(value, Decimal) for value in values):
        return values
    return [
        float("nan") if value is None else float(value) if isinstance(value, Decimal) else value for value in values
    ]


def _cell(column: str, value: object) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, Decimal):
        places = 4 if column.endswith("_percent") else 2
        return f'<td style="text-align:right">{value:,.{places}f}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td style="text-align:right">{value}</td>'
    return f"<td>{escape(str(value))}</td>"
