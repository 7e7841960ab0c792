"""Whatever is written in a request, it is refused by field or it is appraised: nothing falls through."""

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from appraisal_cases import CASE, DAY, a_right
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.appraisal import Appraisal, NoValue, appraise, lending_value, read_appraisal
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook import load_rulebook

RULES = load_rulebook()
TABLE = parse_toml(CASE, "case.toml")

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


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(TABLE)), VALUES, st.booleans()), min_size=1, max_size=2))
def test_any_change_is_refused_by_field_or_appraised(changes: list[tuple[tuple[Any, ...], Any, bool]]) -> None:
    table = deepcopy(TABLE)
    for path, value, remove in changes:
        node: Any = table
        try:
            for key in path[:-1]:
                node = node[key]
            if remove:
                del node[path[-1]]
            else:
                node[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
    try:
        request = read_appraisal(Reader(table), ["p1"], DAY)
    except InputError as error:
        assert all(problem.field and problem.reason.zh and problem.mend.en for problem in error.problems)
        return
    found = appraise(request, [a_right()], RULES, DAY)
    if isinstance(found, Appraisal):
        amounts = list(found.value.percentiles.values())
        assert amounts == sorted(amounts)
        assert amounts[0] >= 0
        assert 0 <= lending_value(found, [a_right()], date(2027, 9, 1), RULES, DAY).fen <= amounts[1]
    else:
        assert isinstance(found, NoValue)
