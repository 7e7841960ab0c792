"""Short forms of the races and kills; ``register_soak.py`` runs them at full length."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import register_soak
from django.db import connection
from register_world import World, patent, request

from zhirong.kernel.errors import InputError
from zhirong.operations.declare import Call, Done
from zhirong.operations.pledge import pledges
from zhirong.store import models


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everyone_pledges_the_same_rights_at_once(kind: str) -> None:
    measured = register_soak.race(kind, processes=2, threads=4, rights=8)
    assert measured["attempts"] == 64


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_random_points_nothing_is_half_written(kind: str) -> None:
    measured = register_soak.kill(kind, times=2, seed=5)
    assert measured["events"] > 0


def test_entry_races_discharge_lapse_and_transfer(world: World) -> None:
    """One registration in force, one waiting for the same right, four threads: every order of events is a lawful one,
    and whoever comes too late is told why.
    """
    lapsed = patent(1, fee_paid_through_year=9)
    for _ in range(3):
        # Both are filed and examined while the right is free; then the first is entered.
        first, second = (pledges.file_pledge(world.by(), request(patent(1))).registration.id for _ in range(2))
        for one in (first, second):
            pledges.examine(world.by(), one)
        pledges.register(world.by(), first)
        doing: dict[str, Callable[[Call], Done]] = {
            "discharge": partial(pledges.discharge, registration=first, reason="清偿"),
            "transfer": partial(pledges.transfer_claim, registration=first, to={"name": "丁资产管理公司"}),
            "enter": partial(pledges.register, registration=second),
            "lapse": partial(pledges.examine, registration=second, rights=[lapsed]),
        }
        answers: dict[str, set[str]] = {}
        gate = threading.Barrier(len(doing))

        def act(name: str, by: Call, doing: Any = doing, answers: Any = answers, gate: Any = gate) -> None:
            gate.wait()
            try:
                doing[name](by)
                answers[name] = set()
            except InputError as error:
                answers[name] = {problem.code for problem in error.problems}
            finally:
                connection.close()

        threads = [threading.Thread(target=act, args=(name, world.by())) for name in doing]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers.keys() == doing.keys()
        assert answers["discharge"] == set(), "nothing stands in the way of a discharge"
        assert answers["transfer"] <= {"not_in_this_state"}
        # Lapsed before its entry, the second is refused; entered before, its lapse comes to the watch.
        assert answers["enter"] in (set(), {"rank_taken"}, {"not_in_this_state"})
        assert answers["lapse"] == ({"not_in_this_state"} if answers["enter"] == set() else set())
        held = models.Charge.objects.filter(active=True).count()
        assert held == (1 if answers["enter"] == set() else 0)
        if held:
            pledges.discharge(world.by(), second, "清偿")
    assert world.findings() == ()
