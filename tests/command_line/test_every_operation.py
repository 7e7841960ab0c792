"""Every operation, list and kind of object is reached by its name from the command line, in both languages."""

from collections.abc import Iterable

import pytest
from desk import Desk
from platform_world import Member

from zhirong.api.column_words import column_words, is_money
from zhirong.api.visible_columns import SHOWN
from zhirong.chain.organisation.roles import OrganisationKind, roles_of
from zhirong.kernel.text import Lang, same
from zhirong.operations import catalogue
from zhirong.operations.authorize import may
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.listing import LISTINGS, may_list
from zhirong.operations.refusals import NEVER_BY_TOKEN, ONLY_AT_THE_DESK
from zhirong.operations.request_fields import ask_of

catalogue.load()
_NOBODY_ELSES = 10**9


def _everybody(desk: Desk) -> list[Member]:
    """Somebody of each kind of organisation with every role there, the administrators apart as the house keeps them."""
    world = desk.world
    people = [world.manager, world.system, world.security]
    for kind in OrganisationKind:
        roles = roles_of(kind)
        if kind is OrganisationKind.PLATFORM:
            people += [world.platform.member(world.administration, one) for one in roles]
        else:
            people.append(world.platform.member(world.platform.organisation(kind), *roles))
    return people


def _operations() -> list[Operation]:
    """Those that people do; other tests in this process may have declared some of their own."""
    return [one for name, one in OPERATIONS.items() if not one.is_background and not name.startswith("test.")]


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in words)


def test_every_operation_is_shown_and_done_up_to_the_refusal_of_the_platform(desk: Desk) -> None:
    people = _everybody(desk)
    listed = {id(one): {row["name"] for row in desk.json(one, "do")} for one in people}
    failures: list[str] = []
    for number, op in enumerate(_operations()):
        who = next((one for one in people if op.name in listed[id(one)]), None)
        if who is None:
            # No token is ever for these: the platform says so, in words.
            said = desk(people[0], "do", op.name, "--fields")
            at_the_desk = op.scope in NEVER_BY_TOKEN or op.name in ONLY_AT_THE_DESK
            if not at_the_desk or "平台拒绝（403）" not in said.err:
                failures.append(f"{op.name}: nobody's token does it")
            continue
        lang: Lang = "en" if number % 2 else "zh"  # the words of both are held by the tests below
        shown = desk(who, "do", op.name, "--fields", "--lang", lang)
        missing = [name for name in op.request.model_fields if f"  {name}" not in shown.out]
        if shown.code != 0 or not shown.out.startswith(op.title.in_(lang)) or missing:
            failures.append(f"{op.name} --fields {lang}: {shown} {missing}")
        subject = [str(_NOBODY_ELSES)] if op.model is not None else []
        tried = desk(who, "do", op.name, *subject, "--lang", "en", "--set", "nobody=asked")
        if tried.code != 2 or not tried.err.startswith("rejected (4") or "Traceback" in tried.err:
            failures.append(f"{op.name}: {tried}")
    assert not failures, "\n".join(failures)


def test_a_token_lists_what_its_owner_may_do_and_no_more(desk: Desk) -> None:
    world = desk.world
    actor = world.platform.actor(world.officer)
    listed = {row["name"] for row in desk.json(world.officer, "do")}
    assert listed == {
        one.name
        for one in _operations()
        if may(actor, one) and one.scope not in NEVER_BY_TOKEN and one.name not in ONLY_AT_THE_DESK
    }
    words = desk(world.officer, "do")
    assert "  case.accept ID" in words.out and "对“融资申请”" in words.out
    refused = desk(world.officer, "do", "case.draft")
    assert refused.code == 2 and "平台拒绝（403）" in refused.err
    reads = desk(world.token(world.officer, "read"), "do")
    assert reads.out == "该令牌没有可办理的事项。\n"


def test_a_token_that_does_not_read_learns_nothing_of_what_there_is(desk: Desk) -> None:
    world, case = desk.world, desk.world.case
    token = world.token(world.officer, "case")
    shown = desk.json(token, "do", "case.accept", str(case.pk), "--fields")
    officer = next(one for one in shown["fields"] if one["name"] == "officer")
    assert officer["choices"] == [] and officer["start"] is None
    sees = desk.json(world.officer, "do", "case.accept", str(case.pk), "--fields")
    assert next(one for one in sees["fields"] if one["name"] == "officer")["choices"]
    done = desk(token, "do", "case.accept", str(case.pk), "--set", f"officer={world.officer.account.pk}")
    assert done.code == 0
    assert desk(token, "show", "case", str(case.pk)).code == 2
    assert desk(world.manager, "do", "case.accept", str(case.pk), "--fields").code == 2
    _, stranger = world.platform.bank("另一家银行")
    for words in (["--fields"], [], ["--version", "1"]):
        said = desk(stranger, "do", "case.accept", str(case.pk), *words)
        assert said.code == 2 and "平台拒绝（404）" in said.err and case.number not in said.err


def test_every_list_is_shown(desk: Desk) -> None:
    people = _everybody(desk)
    persons = [(one, desk.world.platform.actor(one)) for one in people]
    failures = []
    for listing in LISTINGS.values():
        who = next((one for one, actor in persons if may_list(actor, listing)), None)
        assert who is not None, listing.name
        for lang in ("zh", "en"):
            said = desk(who, "show", listing.name, "--lang", lang, "--csv")
            if (
                said.code != 0
                or not said.out.startswith("ID,")
                or (lang == "en" and _is_chinese(said.out.split("\n")[0]))
            ):
                failures.append(f"{listing.name} {lang}: {said}")
    assert not failures, "\n".join(failures)


def test_every_column_of_an_object_has_words() -> None:
    for noun, shown in SHOWN.items():
        for name in (*shown.fields, *shown.own):
            words = column_words(noun, name)
            assert words != same(name) and not _is_chinese(words.en), (noun, name)
            if is_money(noun, name):
                assert shown.model._meta.get_field(name).get_internal_type() == "BigIntegerField", (noun, name)


@pytest.mark.parametrize("op", _operations(), ids=lambda op: op.name)
def test_every_field_has_words_in_both_languages(op: Operation) -> None:
    asks = {name: ask_of(name, info) for name, info in op.request.model_fields.items()}
    assert not [name for name, ask in asks.items() if ask.title == same(name)]
    for words in _all_words(op):
        assert bool(words[0]) == bool(words[1]) and not _is_chinese(words[1]), words


def _all_words(op: Operation) -> Iterable[tuple[str, str]]:
    yield op.title.zh, op.title.en
    yield op.help.zh, op.help.en
    for name, info in op.request.model_fields.items():
        ask = ask_of(name, info)
        yield ask.title.zh, ask.title.en
        yield ask.help.zh, ask.help.en
