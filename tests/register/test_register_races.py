"""Short forms of the races and kills; ``register_soak.py`` runs them at full length."""

import pytest
import register_soak


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everyone_pledges_the_same_rights_at_once(kind: str) -> None:
    measured = register_soak.race(kind, processes=2, threads=4, rights=8)
    assert measured["attempts"] == 64


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_random_points_nothing_is_half_written(kind: str) -> None:
    measured = register_soak.kill(kind, times=2, seed=5)
    assert measured["events"] > 0
