"""People read words, never the codes that the database keeps: of states, of choices, of what never happened."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from money_world import Money

from zhirong.chain.mode.eligibility import NEVER
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Lang, Text
from zhirong.operations import catalogue
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.fields import Ask
from zhirong.operations.listing import LISTINGS
from zhirong.operations.run import state_words
from zhirong.web.profile_fields import NEVER_WORDS, credit_sections, drawn, facts_items

catalogue.load()
_WITH_STATES = [one for one in OPERATIONS.values() if one.states]


@pytest.mark.parametrize("op", _WITH_STATES, ids=lambda op: op.name)
def test_every_state_that_an_operation_names_has_words(op: Operation) -> None:
    for state in op.states or ():
        words = state_words(op, state)
        assert re.search(r"[\u4e00-\u9fff]", words.zh), (op.name, state)
        assert not re.search(r"[\u4e00-\u9fff_]", words.en), (op.name, state)


def test_a_refusal_says_both_states_in_words(sqlite_platform: Any, monkeypatch: Any) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    line = money.line(1_000_00)
    with pytest.raises(InputError) as told:
        platform.do(money.second, "line.confirm", line)
    (problem,) = told.value.problems
    assert problem.reason.zh == "当前状态为“待匹配”，不能办理“确认入账”"
    assert problem.reason.en == "in the state 'unmatched', 'Confirm' is not possible"
    assert (
        problem.hint.zh == "须处于：待确认" and problem.hint.en == "Possible in: matched, waiting for confirmation"
    )


def _shown_choices() -> Iterator[tuple[str, str, Text]]:
    """The place, the code and the words of every choice that a form, a list or the credit file offers."""
    for name, one in OPERATIONS.items():
        for field, info in one.request.model_fields.items():
            for about in info.metadata:
                choices = about.choices if isinstance(about, Ask) else None
                if choices is not None and not callable(choices):
                    yield from ((f"{name}: {field}", code, words) for code, words in choices)
    for name, listing in LISTINGS.items():
        for each in listing.filters:
            yield from ((f"{name}: {each.name}", code, words) for code, words in each.choices or ())
    items = (*facts_items(), *(item for _, _, found in credit_sections() for item in found))
    for item in items:
        yield from ((item.name, code, words) for code, words in item.choices)


def test_no_choice_shows_its_code() -> None:
    found = list(_shown_choices())
    assert len(found) > 300
    codes = [
        (place, code)
        for place, code, words in found
        if re.fullmatch(r"[a-z][a-z0-9_.-]*", words.zh) or "_" in words.en
    ]
    assert codes == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_never_happened_is_a_word_on_the_form(lang: Lang) -> None:
    (field,) = drawn(
        tuple(one for one in facts_items() if one.name == "facts.bad_credit_on"),
        {"facts": {"bad_credit_on": NEVER}},
        (),
    )
    page = render_to_string("firm/profile_item.html", {"f": field, "lang": lang})
    assert f'value="{NEVER_WORDS.in_(lang)}"' in page
