"""Short runs of the simulation; ``register_soak.py simulate`` runs 100,000 steps."""

import pytest
from register_simulation import simulate


@pytest.mark.parametrize(("kind", "seed", "steps"), [("sqlite", 1, 400), ("postgresql", 3, 250)])
def test_invariants_hold_after_every_step(kind: str, seed: int, steps: int) -> None:
    run = simulate(kind, steps, seed)
    assert run["entered"] > 5 and run["crashes"] > 0 and run["repeats"] > 0
    assert {"file", "examine", "enter", "discharge"} <= set(run["done"]), "the run did too little to show anything"
