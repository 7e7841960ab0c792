"""`register check`: a whole register is whole, and any change to it is found and named."""

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from register_damage import Change, group_of, some_changes
from register_world import START, World, patent, patent_number, request

from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.tree import StoredTree
from zhirong.operations.pledge import identities, orders, pledges, uses
from zhirong.store import models
from zhirong.store.log import StoredTiles, checkpoint, signing_key

EVERY_ROW = bool(os.environ.get("ZHIRONG_SEARCH"))


def small(world: World) -> None:
    """A few registrations in several states, a freeze, a subscription, two checkpoints."""
    world.entered(patent(1), patent(2))
    pledges.partially_discharge(world.by(), 1, [f"invention:{patent_number(2)}"], 1_000)
    orders.court_order_on_right(world.by("court"), f"invention:{patent_number(1)}", "（2025）陕01执1号", "freeze")
    orders.subscribe(world.by("court"), "right", f"invention:{patent_number(1)}")
    checkpoint(signing_key(world.folder), world.now)
    pledges.file_pledge(world.by(), request(patent(3)))
    checkpoint(signing_key(world.folder), world.now)


def identified_and_reported(world: World) -> None:
    """An identity of a right, two reported fingerprints, all of it signed: the tables that ``small`` leaves empty."""
    identities.record_identity(world.by(), patent(1))
    reports = [{"fingerprint": f"{number:064x}", "reference": f"r{number}"} for number in (1, 2)]
    uses.report_uses(world.by("lender", "丙银行"), "2025-06", reports)
    checkpoint(signing_key(world.folder), world.now)


def _changes_to_try() -> list[Change]:
    """Two rows of each column of each kind; in the long run every row."""
    chance, kept = random.Random(1), Counter[tuple[str, str]]()
    changes = list(some_changes(chance, 1))
    chance.shuffle(changes)
    tried = []
    for place, changed in changes:
        column = (group_of(place), place.column)
        kept[column] += 1
        if EVERY_ROW or kept[column] <= 2:
            tried.append((place, changed))
    return tried


def test_a_single_change_anywhere_is_found_and_named(sqlite_world: World) -> None:
    world = sqlite_world
    small(world)
    assert world.findings() == ()
    tried = 0
    for place, changed in _changes_to_try():
        try:
            place.write(changed, place.value)
        except IntegrityError:
            continue  # the database itself refused it
        found = world.findings()
        assert found, f"unseen: {place.table} {place.column} of row {place.rowid}: {place.value!r}, now {changed!r}"
        assert all(finding.place and finding.text.zh and finding.text.en for finding in found)
        place.write(place.value, changed)
        tried += 1
    assert tried > (150 if EVERY_ROW else 60)
    assert world.findings() == ()


@pytest.mark.parametrize("name", ["right_key", "claims", "reports", "fingerprint", "period", "institution"])
def test_a_field_that_is_gone_is_named_and_not_tripped_over(sqlite_world: World, name: str) -> None:
    small(sqlite_world)
    identified_and_reported(sqlite_world)
    assert sqlite_world.findings() == ()
    (event,) = models.Event.objects.filter(
        kind__in=("right.identity", "use.reported"), content__contains=f'"{name}"'
    )
    event.content = event.content.replace(f'"{name}"', f'"q{name[1:]}"')
    event.save()
    assert f"event {event.index}" in {finding.place for finding in sqlite_world.findings()}


def test_a_day_that_is_none_is_named_in_every_kind_of_event(sqlite_world: World) -> None:
    small(sqlite_world)
    identified_and_reported(sqlite_world)
    for index in models.Event.objects.values_list("index", flat=True).order_by("index"):
        with connection.cursor() as cursor:
            cursor.execute("update store_event set day = '2025-06-82' where \"index\" = %s", [index])
        assert f"event {index} day" in {finding.place for finding in sqlite_world.findings()}
        models.Event.objects.filter(index=index).update(day=START.date())
    assert sqlite_world.findings() == ()


def test_capitals_in_a_kept_hash_are_a_change_like_any_other(sqlite_world: World) -> None:
    small(sqlite_world)
    for tile in models.Tile.objects.all():
        tile.hashes = tile.hashes.upper()
        tile.save()
        assert any(finding.place == f"tile {tile.level}/{tile.index}" for finding in sqlite_world.findings())
        tile.hashes = tile.hashes.lower()
        tile.save()
    assert sqlite_world.findings() == ()


def test_an_opening_that_is_no_opening_any_more_is_named_and_not_tripped_over(sqlite_world: World) -> None:
    small(sqlite_world)
    event = models.Event.objects.get(index=0)
    event.entry = event.entry.replace("pledge.file", "qledge.file")
    event.save()
    assert any(finding.place == "event 0" for finding in sqlite_world.findings())


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("delete from store_event where \"index\" = 2", "entry 2"),
        ("delete from store_registration where id = 2", "registration 2"),
        ("delete from store_tile where level = 0", "tile"),
        ("delete from store_part where registration_id = 1", "registration 1"),
        ("delete from store_right where key like '%000003%'", "right"),
        ("update store_charge set active = 1 where active = 0 and registration_id = 1", "registration 1"),
        ("update store_registration set number = 5 where id = 2", "registration 2"),
        ("update store_loghead set last_number = 0", "head"),
    ],
)  # fmt: skip
def test_what_is_missing_or_added_is_named(sqlite_world: World, sql: str, place: str) -> None:
    small(sqlite_world)
    with connection.cursor() as cursor:
        cursor.execute("pragma foreign_keys = off")
        cursor.execute(sql)
    found = sqlite_world.findings()
    assert any(place in finding.place for finding in found), found


def test_a_log_cut_short_is_told_by_its_checkpoints(sqlite_world: World) -> None:
    small(sqlite_world)
    models.Outgoing.objects.all().delete()
    models.Event.objects.filter(index__gte=5).delete()
    assert "log_cut_short" in {finding.code for finding in sqlite_world.findings()}


def test_a_rewritten_past_is_told_even_when_all_hashes_are_made_anew(sqlite_world: World) -> None:
    """The operator makes a new log from changed events: everything fits, but what had been signed does not."""
    world = sqlite_world
    world.entered(patent(1))
    signed = checkpoint(signing_key(world.folder), world.now).as_text()
    from register_databases import fresh

    with fresh("sqlite") as (folder, url):
        forged = World(folder, url)
        forged.entered(patent(2))
        assert forged.findings() == ()
        for name in ("register.key", "register.pub"):
            (folder / name).write_bytes((world.folder / name).read_bytes())
        models.Checkpoint.objects.create(size=3, note=signed)
        assert "root_differs" in {finding.code for finding in forged.findings()}


def test_a_proof_reads_each_tile_once(sqlite_world: World) -> None:
    world = sqlite_world
    for serial in range(1, 7):
        world.entered(patent(serial))
    tree = StoredTree(HashAlgorithm.SM3, 18, StoredTiles())
    with CaptureQueriesContext(connection) as queries:
        for index in (3, 17):
            assert len(tree.inclusion_proof(index)) in (2, 5)
    assert len(queries) == 3, "three tiles stand on the way"


def test_the_checkpoint_of_a_size_is_one(sqlite_world: World) -> None:
    sqlite_world.entered(patent(1))
    key = signing_key(sqlite_world.folder)
    first = checkpoint(key, sqlite_world.now)
    assert checkpoint(key, sqlite_world.now + timedelta(days=1)).as_text() == first.as_text()
    with pytest.raises(FileExistsError):
        from zhirong.store.log import make_key

        make_key(sqlite_world.folder, "another")
