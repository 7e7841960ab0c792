"""A seeded simulation of a register's life: holders, banks, registrar, court, authority, crashes, repeats.

The same seed gives the same run. After every step an account of its own, kept here from the answers alone, is
compared with the tables; the events are folded as they come, and the fold is compared with the row that was moved.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import register_databases
from register_world import START, World, patent, request

from zhirong.chain.pledge.register import RegisterState
from zhirong.chain.pledge.registration import Registration, Status
from zhirong.kernel.errors import InputError
from zhirong.operations import outbox, unit_of_work
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.declare import Call, Done
from zhirong.operations.pledge import orders, pledges
from zhirong.operations.register_events import register_event
from zhirong.store import models, rows

RIGHTS = 80
BANKS = [f"{name}银行" for name in "甲乙丙丁"]

# What is tried: how often, as whom, and the state that it is for.
VERBS: dict[str, tuple[int, Capacity, Status | None]] = {
    "file": (20, Capacity.REGISTRAR, None),
    "prepare": (5, Capacity.REGISTRAR, None),
    "file_prepared": (5, Capacity.REGISTRAR, Status.PREPARED),
    "examine": (20, Capacity.REGISTRAR, Status.FILED),
    "enter": (20, Capacity.REGISTRAR, Status.EXAMINED),
    "record": (8, Capacity.AUTHORITY, Status.FILED),
    "withdraw": (2, Capacity.REGISTRAR, Status.FILED),
    "amend": (3, Capacity.REGISTRAR, Status.ENTERED),
    "correct": (2, Capacity.REGISTRAR, Status.ENTERED),
    "extend": (3, Capacity.REGISTRAR, Status.ENTERED),
    "transfer": (3, Capacity.REGISTRAR, Status.ENTERED),
    "release": (6, Capacity.REGISTRAR, Status.ENTERED),
    "discharge": (12, Capacity.REGISTRAR, Status.ENTERED),
    "revoke": (2, Capacity.COURT, Status.ENTERED),
    "court_right": (2, Capacity.COURT, None),
    "court_entry": (4, Capacity.COURT, Status.ENTERED),
    "subscribe": (1, Capacity.COURT, None),
    "forbidden": (1, Capacity.PUBLIC, Status.ENTERED),
}


class CrashError(Exception):
    """The machine stopped in the middle of a transaction."""


class Simulation:
    """One run. pledged: by right, the registration that burdens it, as the answers have told."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.step = world, random.Random(seed), 0
        self.pledged: dict[str, int] = {}
        self.frozen: dict[str, list[str]] = {}
        self.numbers = self.filings = self.crashes = self.repeats = self.refusals = 0
        self.fold = RegisterState()
        self.past: list[tuple[Callable[[Call], Done], Call, int]] = []
        self.counts: dict[str, int] = {}

    def by(self, role: Capacity = Capacity.REGISTRAR) -> Call:
        return Call(register_actor(f"{role}", role), START + timedelta(seconds=20 * self.step), f"s{self.step}")

    def some_registration(self, fitting: Status | None) -> int:
        """Mostly one in the state that the operation is for, sometimes any other, sometimes one that is not there."""
        if self.chance.random() < 0.02:
            return self.filings + 5
        latest = range(max(1, self.filings - 60), self.filings + 1)
        found = [one for one in latest if self.fold.registrations[one].status is fitting]
        if found and self.chance.random() < 0.7:
            return self.chance.choice(found)
        return self.chance.randint(1, max(1, self.filings))

    def some_key(self) -> str:
        return f"invention:{patent(self.chance.randint(1, RIGHTS))['number']}"

    def facts(self, role: str) -> dict[str, Any]:
        serials = self.chance.sample(range(1, RIGHTS + 1), self.chance.choice([1, 1, 1, 2, 3]))
        rights = [patent(serial, fee_paid_through_year=20) for serial in serials]
        bank = {"name": self.chance.choice(BANKS)}
        return request(*rights, role=role, pledgee=bank, debt_start="2025-06-02", debt_end="2027-06-01")

    def attempt(self) -> tuple[str, Callable[[Call], Done], Capacity]:
        """What is tried next. Names are bound now: a repeat of the request must be the same request."""
        chance = self.chance
        (name,) = chance.choices(list(VERBS), [weight for weight, _, _ in VERBS.values()])
        _, role, fitting = VERBS[name]
        one = self.some_registration(fitting)
        order, authority_number = f"（2025）陕01执{self.step}号", f"Y{self.step}"
        key, action = self.some_key(), chance.choice(["freeze", "unfreeze", "unfreeze"])
        lifts = chance.choice(["", *self.frozen.get(key, [])]) if action == "unfreeze" else ""
        found = rows.load(one)
        held = [] if found is None else [right.key for right in found.rights]
        some = chance.sample(held, chance.randint(0, len(held)))
        record, mirror = self.facts("record"), self.facts("mirror")
        day, bank, amount = date(2025, 6, 2), chance.choice(BANKS), chance.randint(1, 200_000_000)
        until = date(2027, 6, 1) + timedelta(days=chance.randint(-5, 400))
        doing: dict[str, Callable[[Call], Done]] = {
            "file": lambda by: pledges.file_pledge(by, record),
            "prepare": lambda by: pledges.prepare_pledge(by, mirror),
            "file_prepared": lambda by: pledges.submit(by, one),
            "examine": lambda by: pledges.examine(by, one),
            "enter": lambda by: pledges.register(by, one),
            "record": lambda by: pledges.record_authority_number(
                by, one, "国家知识产权局", authority_number, "ab" * 32, day
            ),
            "withdraw": lambda by: pledges.withdraw(by, one, "撤回"),
            "amend": lambda by: pledges.amend(by, one, {"claim_amount": amount}, day),
            "correct": lambda by: pledges.correct(by, one, {"claim_amount": amount}, "笔误"),
            "extend": lambda by: pledges.extend(by, one, until),
            "transfer": lambda by: pledges.transfer_claim(by, one, {"name": bank}),
            "release": lambda by: pledges.partially_discharge(by, one, some),
            "discharge": lambda by: pledges.discharge(by, one, "清偿"),
            "revoke": lambda by: pledges.revoke(by, one, "无效"),
            "court_right": lambda by: orders.court_order_on_right(by, key, order, action, lifts),
            "court_entry": lambda by: orders.court_order_on_registration(by, one, order, action),
            "subscribe": lambda by: orders.subscribe(by, "right", key),
            "forbidden": lambda by: pledges.discharge(by, one, "清偿"),
        }
        return name, doing[name], role

    def run_one(self) -> None:
        """One step and everything that must hold after it."""
        self.step += 1
        if self.past and self.chance.random() < 0.05:
            # A client that has not heard the answer asks again, out of order; or an impatient one at once.
            do, by, index = self.chance.choice(self.past[-200:])
            again = do(by)
            assert again.repeated and again.index == index
            self.repeats += 1
            return
        name, do, role = self.attempt()
        by = self.by(role)
        if self.chance.random() < 0.03:
            with crashing(self.chance, moves_a_registration=name not in ("court_right", "subscribe")):
                try:
                    do(by)
                except CrashError:
                    self.crashes += 1
                except InputError:
                    pass  # refused before it could crash; it is refused again below
        before = models.Event.objects.count()
        assert before == self.fold.events, "a crash left something behind"
        try:
            done = do(by)
        except InputError as error:
            codes = {problem.code for problem in error.problems}
            assert role is not Capacity.PUBLIC or codes <= {"forbidden", "no_such_registration"}
            assert models.Event.objects.count() == before, "a refusal left something behind"
            self.refusals += 1
            return
        assert role is not Capacity.PUBLIC
        self.counts[name] = self.counts.get(name, 0) + 1
        self.past.append((do, by, done.index))
        self.account(name, done)

    def account(self, name: str, done: Done) -> None:
        """Compare the answer with what was known before, and the tables with both."""
        event = models.Event.objects.get(index=done.index)
        self.fold.take(register_event(event))
        one = done.registration
        if one is None:
            content = register_event(event).content
            if event.kind == "right.freeze":
                self.frozen.setdefault(str(content["right"]), []).append(str(content["order"]))
            elif event.kind == "right.unfreeze":
                self.frozen[str(content["right"])].remove(str(content["lifts"]))
            if event.kind.startswith("right."):
                first = next(iter(self.frozen.get(str(content["right"]), [])), "") if "order" in content else None
                kept = models.Right.objects.filter(key=content.get("right")).values_list("frozen_by", flat=True)
                assert first is None or list(kept) == [first], "the order that came first holds the right"
            return
        self.filings = max(self.filings, one.id)
        before = {key for key, identity in self.pledged.items() if identity == one.id}
        now = set(one.charged())
        for key in now - before:
            assert key not in self.pledged, f"{key} is pledged twice"
            assert not self.frozen.get(key), f"{key} is frozen"
            self.pledged[key] = one.id
        for key in before - now:
            del self.pledged[key]
        if name == "enter":
            self.numbers += 1
            assert one.number == self.numbers, "a gap in the numbers"
        self.compare(one)

    def compare(self, one: Registration) -> None:
        """The row, the fold and the account of one registration."""
        assert rows.load(one.id) == one == self.fold.registrations[one.id]
        charges = models.Charge.objects.filter(registration_id=one.id).values_list("right__key", "rank", "active")
        assert {key: rank for key, rank, active in charges if active} == one.charged()
        assert (one.status is Status.ENTERED) == bool(one.charged())
        held = {self.fold.charges[key].get(1) for key in one.charged()}
        assert held in (set(), {one.id})
        head = models.LogHead.objects.get()
        assert (head.size, head.last_filing, head.last_number) == (self.fold.events, self.filings, self.numbers)


@contextmanager
def crashing(chance: random.Random, *, moves_a_registration: bool) -> Iterator[None]:
    """Stop an operation before its rows, between rows and leaf, or after everything but the commit."""
    places: list[tuple[Any, str]] = [(unit_of_work.log, "append"), (unit_of_work, "tell_subscribers")]
    place, name = chance.choice([*places, (rows, "save")] if moves_a_registration else places)
    real = getattr(place, name)

    def stop(*arguments: Any) -> None:
        if chance.random() < 0.5:
            real(*arguments)
        raise CrashError

    setattr(place, name, stop)
    try:
        yield
    finally:
        setattr(place, name, real)


def simulate(kind: str, steps: int, seed: int) -> dict[str, Any]:
    """A run of so many steps; the whole register is recomputed at its end, and some times on the way."""
    with register_databases.fresh(kind) as (folder, url):
        world = World(folder, url)
        run = Simulation(world, seed)
        for _ in range(steps):
            run.run_one()
            if run.step % 20_000 == 0:
                world.demand_whole()
        sent = outbox.push(lambda to, entry: None, START, limit=10**9)
        world.demand_whole()
        assert set(run.pledged) == set(
            models.Charge.objects.filter(active=True).values_list("right__key", flat=True)
        )
        return {
            "events": run.fold.events,
            "entered": run.numbers,
            "refused": run.refusals,
            "crashes": run.crashes,
            "repeats": run.repeats,
            "sent": sent,
            "done": run.counts,
        }
