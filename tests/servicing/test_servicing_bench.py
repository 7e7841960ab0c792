"""The measurement of the end of the day, small: it runs, and compares every loan with both loops before it answers."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_measurement_runs_and_both_loops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import servicing

    monkeypatch.setattr(servicing, "LOANS", 120)
    monkeypatch.setattr(servicing, "_DISTINCT", 60)
    measured = servicing.run()
    assert [one.peer.split(",")[0] for one in measured] == ["plain Python loop", "tuned Python loop"]
    assert all("all 120 loans are equal" in one.answers for one in measured)
