"""Races, kills, damage and the simulation at full length: a soak, beside the short forms in the tests.

python tests/register/register_soak.py race --postgresql          8 processes × 8 threads × 1,000 rights
python tests/register/register_soak.py kill --times 500
python tests/register/register_soak.py simulate --steps 100000
python tests/register/register_soak.py damage                     every character of a small register
python tests/register/register_soak.py damage --every 40          a short form: one batch of changes in 40, one byte in 40
python tests/register/register_soak.py damage-large               10,000 random characters of a large one
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import register_databases  # noqa: E402
from register_world import World, patent_number  # noqa: E402


def start(what: str, folder: Path, url: str, *rest: int) -> "subprocess.Popen[str]":
    """A client that waits for its signal."""
    program = [sys.executable, str(HERE / "register_client.py"), what, str(folder), url, *map(str, rest)]
    client = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline() == "ready\n"
    return client


def go(client: "subprocess.Popen[str]") -> None:
    """Let it begin."""
    assert client.stdin is not None
    client.stdin.write("go\n")
    client.stdin.flush()


def race(kind: str, processes: int, threads: int, rights: int) -> dict[str, Any]:
    """Everyone pledges the same rights at once: each once, numbers without gap, every loser told why."""
    with register_databases.fresh(kind) as (folder, url):
        clients = [start("race", folder, url, number, threads, rights) for number in range(processes)]
        begun = time.perf_counter()
        for client in clients:
            go(client)
        outcomes = []
        for client in clients:
            out, _ = client.communicate()
            outcomes += [json.loads(line) for line in out.splitlines()]
            assert client.returncode == 0
        seconds = time.perf_counter() - begun
        assert len(outcomes) == processes * threads * rights
        failed = [one["failed"] for one in outcomes if "failed" in one]
        assert not failed, failed[:3]
        won = [one for one in outcomes if "number" in one]
        assert sorted(one["right"] for one in won) == list(range(1, rights + 1)), "each right exactly once"
        assert sorted(one["number"] for one in won) == list(range(1, rights + 1)), "numbers without gap"
        losers = [one for one in outcomes if "why" in one]
        assert all(one["why"] == ["rank_taken"] for one in losers) and len(losers) + len(won) == len(outcomes)
        world = World(folder, url)
        world.demand_whole()
        from zhirong.store.models import Charge, Registration

        active = Charge.objects.filter(active=True).values_list("right__number", flat=True)
        assert sorted(active) == sorted(patent_number(right) for right in range(1, rights + 1))
        return {"attempts": len(outcomes), "seconds": seconds, "filings": Registration.objects.count()}


def kill(kind: str, times: int, seed: int) -> dict[str, Any]:
    """SIGKILL writers at random moments: no entry without its leaf, no answer lost, no receipt that does not verify."""
    from zhirong.evidence.receipts import read_receipt
    from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
    from zhirong.store.log import public_keys
    from zhirong.store.models import Event

    chance, answers = random.Random(seed), 0
    with register_databases.fresh(kind) as (folder, url):
        world, keys, last = World(folder, url), public_keys(folder), 0
        for run in range(1, times + 1):
            client = start("write", folder, url, run)
            go(client)
            assert client.stdout is not None
            # Three of four are in the midst of writing, however slow the machine is; the others may be at their very beginning.
            first = client.stdout.readline() if run % 4 else ""
            time.sleep(chance.random() * 0.35)
            client.send_signal(signal.SIGKILL)
            rest, _ = client.communicate()
            out = first + rest
            # The last line may have been cut by the kill; a whole one was an answer, and must hold.
            for line in out.splitlines(keepends=True):
                if line.endswith("\n"):
                    said = json.loads(line)
                    answers += 1
                    assert Event.objects.filter(index=said["index"]).exists(), "an answer was lost"
                    checked = verify_receipt(read_receipt(said["receipt"].encode()), keys=keys)
                    assert checked.verdict is EvidenceVerdict.HOLDS
            size = Event.objects.count()
            assert size >= last
            last = size
            if times <= 10 or run % 25 == 0 or run == times:
                world.demand_whole()
        return {"kills": times, "answers": answers, "events": last}


def damage(every: int, seed: int) -> dict[str, Any]:
    """Every character of every value of a small register, and every byte of its receipts.

    every: 1 for all of it; otherwise one batch of changes in so many, and one byte of a receipt, beginning at a place
    that the seed gives.
    The platform's tables are empty here and are not looked at: what the register's own check misses, nothing else may find.
    """
    from register_damage import TABLES, every_change, places
    from test_register_check import identified_and_reported, small

    from zhirong.operations.pledge.check import check_register_alone

    tried = checks = 0
    with register_databases.fresh("sqlite") as (folder, url):
        world = World(folder, url)
        small(world)
        identified_and_reported(world)
        assert {place.table for place in places()} == set(TABLES), "every table is filled"
        for number, batch in enumerate(every_change()):
            if (number + seed) % every:
                continue
            found = damage_once(batch, lambda: check_register_alone(folder).findings)
            tried, checks = tried + found, checks + 1
        world.demand_whole()
        return {"changes": tried, "checks": checks, "receipt_bytes": damage_receipts(world, every, seed)}


def damage_receipts(world: World, every: int, seed: int) -> int:
    """Every byte of every receipt, one bit and then another: none verifies. Gives how many bytes were changed."""
    from zhirong.evidence.receipts import read_receipt
    from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
    from zhirong.kernel.errors import InputError
    from zhirong.store.log import public_keys, receipt, signing_key
    from zhirong.store.models import Event

    keys, total = public_keys(world.folder), 0
    for event in Event.objects.order_by("index"):
        whole = receipt(event, signing_key(world.folder), world.now).as_bytes()
        assert verify_receipt(read_receipt(whole), keys=keys).verdict is EvidenceVerdict.HOLDS
        changed_at = range(seed % every, len(whole), every)
        total += len(changed_at)
        for at in changed_at:
            for bit in (at % 8, 5):
                changed = bytearray(whole)
                changed[at] ^= 1 << bit
                try:
                    verdict = verify_receipt(read_receipt(bytes(changed)), keys=keys).verdict
                except InputError:
                    continue  # what cannot be read is told so
                assert verdict is EvidenceVerdict.FAILS, (event.index, at, bit)
    return total


def damage_once(batch: list[Any], check: Callable[[], Iterable[Any]]) -> int:
    """Make these changes, see that each is named (a single one: that it is found), put everything back."""
    from django.db import IntegrityError
    from register_damage import can_be_named, names_of

    done = []
    for place, changed in batch:
        names = names_of(place) if can_be_named(place) else set()
        try:
            place.write(changed, place.value)
        except IntegrityError:
            continue
        done.append((place, changed, names))
    found = [finding.place for finding in check()]
    assert found or not done, done
    said = {" ".join(words.split()[:2]) for words in found} | {words.split()[0] for words in found} | set(found)
    missed = [(place, changed) for place, changed, names in done if names and not names & said]
    assert not missed, missed[:3]
    for place, changed, _ in reversed(done):
        place.write(place.value, changed)
    return len(done)


def damage_large(registrations: int, changes: int, seed: int) -> dict[str, Any]:
    """Random characters of a large register, many at a time: every single one is named."""
    from django.db import connection
    from register_damage import batches
    from register_world import patent

    from zhirong.store.log import checkpoint, signing_key
    from zhirong.store.models import Event

    with register_databases.fresh("sqlite") as (folder, url):
        world, chance, tried, checks = World(folder, url), random.Random(seed), 0, 0
        for serial in range(1, registrations + 1):
            world.entered(patent(serial))
            if serial % 100 == 0:
                checkpoint(signing_key(folder), world.now)
        checkpoint(signing_key(folder), world.now)
        world.demand_whole()
        for batch in batches(chance, changes, 1000):
            tried, checks = tried + damage_once(batch, world.findings), checks + 1
        world.demand_whole()
        connection.close()
        return {"changes": tried, "checks": checks, "events": Event.objects.count(), "registrations": registrations}


def main() -> None:
    """Run one of them and print what it measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("race", "kill", "simulate", "damage", "damage-large"))
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--rights", type=int, default=1000)
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--registrations", type=int, default=3000)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    kind = "postgresql" if options.postgresql else "sqlite"
    try:
        if options.what == "race":
            print(race(kind, options.processes, options.threads, options.rights))
        elif options.what == "kill":
            print(kill(kind, options.times, options.seed))
        elif options.what == "simulate":
            from register_simulation import simulate

            print(simulate(kind, options.steps, options.seed))
        elif options.what == "damage":
            print(damage(options.every, options.seed))
        else:
            print(damage_large(options.registrations, options.changes, options.seed))
    finally:
        register_databases.end()


if __name__ == "__main__":
    main()
