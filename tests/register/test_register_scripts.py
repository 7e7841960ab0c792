"""Names in the other script, debts that ended before the filing, and a history that shows what changed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from register_world import World, patent, request

from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError
from zhirong.operations.pledge import pledges
from zhirong.operations.pledge.certificates import search_certificate
from zhirong.operations.pledge.facts import check_rights, latest_facts, read_facts
from zhirong.operations.pledge.registrar_view import examination, history
from zhirong.operations.pledge.search import Query, search
from zhirong.operations.pledge.watch import record_watch
from zhirong.operations.rulebook import rulebook
from zhirong.store import models
from zhirong.store.log import signing_key
from zhirong.store.scripts import MOST_FORMS, forms_of

SIMPLIFIED, TRADITIONAL = "甲华创龙电机有限公司", "甲華創龍電機有限公司"


def firm(name: str) -> dict[str, object]:
    return {"pledgors": [{"name": name}]}


@pytest.mark.parametrize(("written", "asked"), [(SIMPLIFIED, TRADITIONAL), (TRADITIONAL, SIMPLIFIED)])
@pytest.mark.parametrize("how", ["exact", "part", "similar"])
def test_a_name_is_found_in_the_other_script(sqlite_world: World, written: str, asked: str, how: str) -> None:
    world = sqlite_world
    right = patent(1) | {"holders": [{"name": written}]}
    world.entered(right, **firm(written))
    public = world.by("public").actor
    assert [one["id"] for one in search(public, Query(name=asked, how=how))] == [1]  # type: ignore[arg-type]
    assert search(public, Query(name="乙华创虎电器厂", how="exact")) == []


def test_the_certificate_of_a_search_finds_the_other_script_too(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(patent(1) | {"holders": [{"name": SIMPLIFIED}]}, **firm(SIMPLIFIED))
    certificate = search_certificate(
        world.by("lender", "丙银行"), Query(name=TRADITIONAL, how="similar"), signing_key(world.folder)
    )
    event = models.Event.objects.get(index=certificate.number)
    assert [one["id"] for one in canonical.decode(event.content.encode())["found"]] == [1]


def test_every_traditional_form_of_an_ambiguous_character_is_looked_for() -> None:
    forms = forms_of("台湾发后电机厂")
    assert forms[0] == "台湾发后电机厂" and {"臺灣發後電機廠", "臺灣髮後電機廠"} <= set(forms)
    assert forms_of("臺灣發後電機廠")[1] == "台湾发后电机厂"
    assert len(forms) <= MOST_FORMS
    assert forms_of("ACME 2000") == ("ACME 2000",)


def test_a_debt_that_ended_before_the_filing_is_a_doubt(sqlite_world: World) -> None:
    world = sqlite_world
    today = world.now.date()
    late = request(patent(1), debt_start=date(2024, 1, 1), debt_end=today - timedelta(days=1))
    filed = pledges.file_pledge(world.by(), late).registration
    assert filed is not None
    (one,) = examination(filed, today)
    open_grounds = [ground for ground in one.grounds if ground.is_open]
    assert [ground.finding.number for ground in open_grounds] == [6]
    with pytest.raises(InputError):
        pledges.examine(world.by(), filed.id)


def test_the_history_of_an_extension_shows_the_old_and_the_new_last_day(sqlite_world: World) -> None:
    world = sqlite_world
    entered = world.entered(patent(1))
    number, before = entered.id, entered.debt_end
    later = before + timedelta(days=30)
    pledges.extend(world.by(), number, later)
    pledges.extend(world.by(), number, later + timedelta(days=30))
    changes = [(c.field, c.before, c.after) for event in history(number) for c in event.changes]
    assert changes == [
        ("debt_end", str(before), str(later)),
        ("debt_end", str(later), str(later + timedelta(days=30))),
    ]
    assert str(before) in history(number)[-2].changes[0].as_text().zh


def mark(number: str = "12345678") -> dict[str, object]:
    """A mark whose present term ends on 2026-03-01."""
    return {
        "id": "m",
        "kind": "trademark",
        "title": "知融",
        "number": number,
        "registration_date": date(2016, 3, 2),
        "holders": [{"name": "西安甲科技有限公司"}],
    }


def test_a_mark_to_be_renewed_before_the_debt_ends_is_watched(sqlite_world: World) -> None:
    world = sqlite_world
    one = world.entered(mark(), related_marks=[], debt_end=date(2027, 6, 1))
    alarms = record_watch(world.by()).alarms[one.id]
    # On 2 June 2025 the last twelve months of the term have begun.
    assert [alarm.code for alarm in alarms] == ["ground_7_clear"] and "现在即可续展" in alarms[0].hint.zh
    assert record_watch(world.by()).changed == ()


def test_a_contract_is_not_examined_again(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(patent(1))
    filing = replace(read_facts(latest_facts(1))[0], contract_items=frozenset())
    (check,) = check_rights(filing, read_facts(latest_facts(1))[1], world.now.date(), rulebook())
    assert any(problem.code == "ground_7_refused" for problem in check.problems())
    assert not any(alarm.code == "ground_7_refused" for alarm in check.alarms())
