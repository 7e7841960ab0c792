"""Whatever is written in a request, it is refused by field or it is appraised: nothing falls through."""

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from appraisal_cases import CASE, DAY, a_right
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.appraisal import Appraisal, NoValue, appraise, lending_value, read_appraisal
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
HEAD = '[appraisal]\npurpose = "transfer"\nvaluation_date = 2026-06-30\npaths = 1000\n'
EXAMPLES = [
    parse_toml(HEAD + block.split("```")[0], "page")["appraisal"]
    for block in PAGE.split("```toml\n")[1:]
    if block.startswith("[[appraisal.method]]")
]
TABLES = [parse_toml(CASE, "case.toml"), *EXAMPLES]

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals("0", "1", places=3),
    st.text(max_size=5),
    st.just("200万元"),
    st.just(date(2026, 1, 1)),
    st.just(datetime(2026, 1, 1, 12)),
    st.just([]),
    st.just({}),
    st.just([{"value": Decimal("0.5"), "grade": "declared"}]),
    st.just({"value": Decimal("0.5"), "grade": "declared"}),
    st.just(["income.growth", "income.life"]),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a table at which something stands."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [path] if path else []
    for key, value in inside:
        found.extend(places(value, (*path, key)))
    return found


PLACES = [(index, place) for index, table in enumerate(TABLES) for place in places(table)]


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(PLACES), VALUES, st.booleans(), st.data())
def test_any_change_is_refused_by_field_or_appraised(
    first: tuple[int, tuple[Any, ...]], value: Any, remove: bool, data: st.DataObject
) -> None:
    index, place = first
    table = deepcopy(TABLES[index])
    changes = [(place, value, remove)]
    if data.draw(st.booleans()):
        other = data.draw(st.sampled_from([path for number, path in PLACES if number == index]))
        changes.append((other, data.draw(VALUES), data.draw(st.booleans())))
    for path, changed, gone in changes:
        node: Any = table
        try:
            for key in path[:-1]:
                node = node[key]
            if gone:
                del node[path[-1]]
            else:
                node[path[-1]] = changed
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
    try:
        request = read_appraisal(Reader(table), ["p1"], DAY)
    except InputError as error:
        assert all(problem.field and problem.reason.zh and problem.hint.en for problem in error.problems)
        return
    found = appraise(request, [a_right()], RULES, DAY)
    if isinstance(found, Appraisal):
        amounts = list(found.value.percentiles.values())
        assert amounts == sorted(amounts)
        assert amounts[0] >= 0
        assert 0 <= lending_value(found, [a_right()], date(2027, 9, 1), RULES, DAY).fen <= amounts[1]
    else:
        assert isinstance(found, NoValue)
