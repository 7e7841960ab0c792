"""A client of a register in a process of its own, for races and kills.

python register_client.py race FOLDER URL PROCESS THREADS RIGHTS
python register_client.py write FOLDER URL RUN
"""

import json
import os
import random
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main(words: list[str]) -> None:
    """Begin when told to by a line on standard input, print one JSON line for each outcome."""
    what, folder, url, *rest = words
    os.environ["ZHIRONG_DATA"] = folder
    os.environ["DATABASE_URL"] = url
    sys.path.insert(0, str(HERE))
    from zhirong.store.setup import ready

    ready()
    from zhirong.operations.pledge import pledges

    assert pledges
    print("ready", flush=True)
    sys.stdin.readline()
    if what == "race":
        race(int(rest[0]), int(rest[1]), int(rest[2]))
    else:
        write(Path(folder), int(rest[0]))


def race(process: int, threads: int, rights: int) -> None:
    """Every thread tries to pledge every right, each in its own order."""
    outcomes: list[dict[str, Any]] = []

    def one(thread: int) -> None:
        from django.db import connection
        from register_world import START, patent, request

        from zhirong.kernel.errors import InputError
        from zhirong.operations.actors import Capacity, register_actor
        from zhirong.operations.declare import Call
        from zhirong.operations.pledge import pledges

        order = list(range(1, rights + 1))
        random.Random(f"{process}/{thread}").shuffle(order)
        actor = register_actor(f"client-{process}-{thread}", Capacity.REGISTRAR)
        for right in order:
            outcome: dict[str, Any] = {"right": right, "who": actor.id}
            try:
                filed = pledges.file_pledge(Call(actor, START, f"f{right}"), request(patent(right)))
                identity = filed.registration.id
                pledges.examine(Call(actor, START, f"x{right}"), identity)
                entered = pledges.register(Call(actor, START, f"e{right}"), identity)
                outcome["number"] = entered.registration.number
            except InputError as error:
                outcome["why"] = sorted({problem.code for problem in error.problems})
            except Exception as error:  # noqa: BLE001 - anything else is a failure that the parent must see
                outcome["failed"] = f"{type(error).__name__}: {error}"
            outcomes.append(outcome)
        connection.close()

    running = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    for outcome in outcomes:
        print(json.dumps(outcome), flush=True)


def write(folder: Path, run: int) -> None:
    """Pledge and discharge without end; every answer is printed only after it was given, with its receipt."""
    from register_world import patent, request

    from zhirong.kernel.errors import InputError
    from zhirong.operations.actors import Capacity, register_actor
    from zhirong.operations.declare import Call
    from zhirong.operations.pledge import pledges
    from zhirong.store.log import receipt, signing_key
    from zhirong.store.models import Event

    key, actor, chance = signing_key(folder), register_actor(f"run-{run}", Capacity.REGISTRAR), random.Random(run)
    start = datetime(2025, 6, 2, 2, tzinfo=UTC) + timedelta(minutes=run)
    # Each run has rights of its own: with the same ones for all, later runs found every right taken and had nothing to write.
    first = 500 * run
    for number in range(1_000_000):
        now = start + timedelta(seconds=number // 100)

        def by(step: str, number: int = number, now: datetime = now) -> Call:
            return Call(actor, now, f"{step}{number}")

        try:
            filed = pledges.file_pledge(by("f"), request(patent(first + chance.randrange(500)))).registration
            pledges.examine(by("x"), filed.id)
            done = pledges.register(by("e"), filed.id)
            if chance.random() < 0.7:
                done = pledges.discharge(by("d"), filed.id, "清偿")
        except InputError as error:
            assert {problem.code for problem in error.problems} == {"rank_taken"}, error
            continue
        proof = receipt(Event.objects.get(index=done.index), key, now).as_bytes().decode()
        print(json.dumps({"index": done.index, "receipt": proof}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
