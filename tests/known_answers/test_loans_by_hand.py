"""Three loans calculated by hand, with the sums written out: the command line gives the same to the fen."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from zhirong.cli.main import main

_HOLIDAYS = """
[loan]
id = "A"
principal = 1000000
start = 2026-09-01
end = 2026-11-20
method = "bullet"
rate = 0.036
day_count = "act_360"
shift = "following"
[[event]]
id = "D"
kind = "drawdown"
day = 2026-09-01
amount = 1000000
[[event]]
id = "P1"
kind = "payment"
day = 2026-10-08
amount = 3000
"""
_WRITTEN_OFF = """
[loan]
id = "B"
principal = 360000
start = 2024-01-15
end = 2024-07-15
method = "interest_with_principal"
rate = 0.036
day_count = "act_360"
[[event]]
id = "D"
kind = "drawdown"
day = 2024-01-15
amount = 360000
[[event]]
id = "W"
kind = "write_off"
day = 2025-10-20
[[event]]
id = "R"
kind = "recovery"
day = 2025-12-01
amount = 100000
"""
_LINKED = """
[loan]
id = "C"
principal = 1000000
start = 2025-03-10
end = 2025-12-10
method = "bullet"
cycle = "1Q"
day_count = "act_360"
[loan.linked]
index = "lpr_one_year"
spread_bp = 50
reset = "1Q"
observed = "same_day"
[servicing]
grace_days = 5
compound_within_term = "contract"
[[event]]
id = "D"
kind = "drawdown"
day = 2025-03-10
amount = 1000000
[[event]]
id = "P1"
kind = "payment"
day = 2025-06-14
amount = 9200
"""


def _of(rate: str, amount: Fraction | int, days: int) -> Fraction:
    """Interest by actual days over 360, exact."""
    return Fraction(amount) * Fraction(rate) * days / 360


def _yuan(exact: Fraction) -> str:
    """Halves up, to the fen."""
    fen = int(exact * 100 + Fraction(1, 2))
    return f"{fen // 100}.{fen % 100:02d}"


class _Desk:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
        self.file = folder / "loan.toml"
        self.file.write_text(text, encoding="utf-8")
        self.capsys = capsys

    def schedule(self) -> list[tuple[str, str, str]]:
        """Day of payment, principal and interest of each row."""
        assert main(["schedule", str(self.file), "--json"]) == 0
        rows = json.loads(self.capsys.readouterr().out)["rows"]
        return [(row["due"], row["principal"], row["interest"]) for row in rows]

    def replay(self, day: str) -> dict[str, Any]:
        assert main(["loan", "replay", str(self.file), "--as-of", day, "--json"]) == 0
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return found


def test_due_days_that_move_at_holidays_with_a_stub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 October moves to the 8th, Sunday 1 November to the 2nd; interest still runs from written day to written day:
    30 days, 31 days, and 19 days of the stub to 20 November.
    """
    desk = _Desk(tmp_path, capsys, _HOLIDAYS)
    interest = [_yuan(_of("0.036", 1_000_000, days)) for days in (30, 31, 19)]
    assert interest == ["3000.00", "3100.00", "1900.00"]
    assert desk.schedule() == [
        ("2026-10-08", "0.00", interest[0]),
        ("2026-11-02", "0.00", interest[1]),
        ("2026-11-20", "1000000.00", interest[2]),
    ]
    on_the_day = desk.replay("2026-11-02")
    assert (on_the_day["days_overdue"], on_the_day["interest_due"]) == (0, "3100.00")
    a_day_late = desk.replay("2026-11-03")
    # 3,100.00 at 5.4 % for one day is 0.465; two days of the running period have passed since 1 November.
    assert a_day_late["days_overdue"] == 1 and a_day_late["compound"] == _yuan(_of("0.054", 3_100, 1)) == "0.47"
    assert a_day_late["accrued_interest"] == _yuan(_of("0.036", 1_000_000, 2)) == "200.00"
    assert a_day_late["payoff"] == "1003300.47"


def test_a_part_that_comes_back_after_the_write_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Due on 15 July 2024 with 182 days of interest; written off on 20 October 2025 after 462 days; 100,000 come back
    on 1 December, 504 days after the due day: penalty, compound interest and interest first, the rest off principal.
    """
    desk = _Desk(tmp_path, capsys, _WRITTEN_OFF)
    interest = _of("0.036", 360_000, 182)
    assert desk.schedule() == [("2024-07-15", "360000.00", _yuan(interest))] and interest == 6_552
    before = 360_000 + interest + _of("0.054", 360_000, 462) + _of("0.054", interest, 462)
    assert desk.replay("2025-10-20")["payoff"] == _yuan(before) == "391954.05"
    penalty, compound = _of("0.054", 360_000, 504), _of("0.054", interest, 504)
    assert penalty == 27_216 and _yuan(compound) == "495.33"
    left = 360_000 - (100_000 - penalty - Fraction(_yuan(compound)) - interest)
    assert _yuan(left) == "294263.33"
    found = desk.replay("2026-01-01")
    (recovery,) = found["payments"]
    assert recovery["parts"] == {
        "penalty": "27216.00", "compound": "495.33", "interest": "6552.00", "principal": "65736.67",
    }  # fmt: skip
    assert found["payoff"] == _yuan(left + _of("0.054", left, 31)) == "295631.65"


def test_compound_interest_with_days_of_grace_on_a_linked_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """LPR of 3.10 and, from 20 May 2025, 3.00, with 50 points on top: 92 days at 3.6 %, 92 and 91 days at 3.5 %. Four
    days late is within the grace of five; twenty days late bears the contract rate from the due day.
    """
    desk = _Desk(tmp_path, capsys, _LINKED)
    first, second, third = (
        _of(rate, 1_000_000, days) for rate, days in (("0.036", 92), ("0.035", 92), ("0.035", 91))
    )
    assert desk.schedule() == [
        ("2025-06-10", "0.00", _yuan(first)),
        ("2025-09-10", "0.00", _yuan(second)),
        ("2025-12-10", "1000000.00", _yuan(third)),
    ]
    within = desk.replay("2025-06-14")
    assert (within["compound"], within["interest_due"]) == ("0.00", "0.00")
    assert desk.replay("2025-09-15")["compound"] == "0.00"
    late = desk.replay("2025-09-30")
    owed = Fraction(_yuan(second))
    assert late["compound"] == _yuan(_of("0.035", owed, 20)) == "17.39"
    assert (
        late["payoff"] == _yuan(1_000_000 + owed + Fraction("17.39") + _of("0.035", 1_000_000, 20)) == "1010906.27"
    )
