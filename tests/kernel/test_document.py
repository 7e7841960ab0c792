"""A document goes to JSON and back without a loss, and anything else is refused by the place where it is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import jsonschema
import pytest

from zhirong.kernel.document import LEFT_OUT, Number, Part, Yuan, from_json, named, to_json
from zhirong.kernel.explain import Explanation
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.schema import json_schema
from zhirong.kernel.text import Text, same


class Colour(StrEnum):
    """A code."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Known(Part):
    """A figure that is known."""

    status: Literal["known"]
    amount: Yuan


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that is not."""

    status: Literal["missing"]
    why: Text


@dataclass(frozen=True, slots=True)
class Sample:
    """One of everything that a document may hold.

    This paragraph is for programmers.
    """

    title: Text
    on: date
    colour: Colour
    word: Literal["yes", "no"]
    count: int
    flag: bool
    rate: Number | None
    figures: tuple[Known | Missing, ...]
    pair: tuple[str, str]
    origin: str = field(metadata=named("from"))
    shares: Mapping[str, Number]
    explanation: Explanation
    provenance: Provenance
    note: str | None = field(default=None, metadata=LEFT_OUT)


REFERENCE = Reference(
    "issuer", "document", "1", "words", "assumed", "CN", date(2026, 1, 1), None, same("note"), "p 1"
)
PARTS = (
    Explanation(same("money"), 123_45, "fen", same("a + b"), (REFERENCE,), "assumed"),
    Explanation(same("rate"), Decimal("0.0445"), "rate"),
    Explanation(same("years"), Decimal("1.5"), "years"),
    Explanation(same("day"), date(2026, 1, 1), "day"),
    Explanation(same("count"), 3, "count"),
    Explanation(same("yes"), True, "yes_no"),
    Explanation(same("words"), same("w")),
    Explanation(same("string"), "123"),
    Explanation(same("words of a rate"), "n/a", "rate"),
    Explanation(same("nothing")),
)
SAMPLE = Sample(
    title=Text("题", "title"),
    on=date(2026, 11, 30),
    colour=Colour.RED,
    word="yes",
    count=1,
    flag=True,
    rate=None,
    figures=(Known("known", "1.00"), Missing("missing", same("?"))),
    pair=("a", "b"),
    origin="c",
    shares={"lender": "0.5"},
    explanation=Explanation(same("whole"), 1, "fen", parts=PARTS),
    provenance=Provenance("audit", EvidenceGrade.AUDITED, date(2026, 1, 2)),
)
WRITTEN = json.loads(json.dumps(to_json(SAMPLE)))
SCHEMA = json_schema(Sample, schema_id="sample/1", title="sample", description="A sample.")


def test_it_comes_back_as_it_was() -> None:
    assert from_json(Sample, WRITTEN) == SAMPLE
    names = list(Sample.__dataclass_fields__)[:-1]
    assert list(WRITTEN) == ["from" if name == "origin" else name for name in names]
    noted = from_json(Sample, {**WRITTEN, "note": "n"})
    assert noted.note == "n" and to_json(noted)["note"] == "n"


def test_money_rates_and_days_of_an_explanation_are_figures_again() -> None:
    parts = from_json(Sample, WRITTEN).explanation.parts
    assert [part.value for part in parts] == [part.value for part in PARTS]
    assert [type(part.value) for part in parts] == [type(part.value) for part in PARTS]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"on": "30.11.2026"}, "Sample.on"),
        ({"colour": "green"}, "Sample.colour"),
        ({"word": "perhaps"}, "Sample.word"),
        ({"count": "1"}, "Sample.count"),
        ({"count": True}, "Sample.count"),
        ({"title": {"zh": "题"}}, "Sample.title"),
        ({"figures": [{"status": "other"}]}, "Sample.figures"),
        ({"figures": [{"status": "known"}]}, "Known.amount is missing"),
        ({"figures": "known"}, "Sample.figures"),
        ({"pair": ["a"]}, "Sample.pair"),
        ({"other": 1}, "has no other"),
        ({"origin": "c"}, "has no origin"),
        ({"from": 1}, "Sample.from"),
    ],
)
def test_anything_else_is_refused_by_its_place(wrong: dict[str, object], place: str) -> None:
    with pytest.raises(ValueError, match=place):
        from_json(Sample, {**WRITTEN, **wrong})


def test_the_schema_takes_the_document_and_nothing_else() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    validator.validate(WRITTEN)
    validator.validate({**WRITTEN, "note": "n"})
    for wrong in (
        {"on": "30.11.2026"},
        {"colour": "green"},
        {"word": "perhaps"},
        {"count": "1"},
        {"pair": ["a"]},
        {"figures": [{"status": "known", "amount": "1"}]},
        {"note": None},
        {"other": 1},
    ):
        assert not validator.is_valid({**WRITTEN, **wrong}), wrong
    assert not validator.is_valid({name: part for name, part in WRITTEN.items() if name != "rate"})


def test_the_schema_lists_words_and_says_what_a_class_says() -> None:
    assert SCHEMA["properties"]["colour"] == {"enum": ["red", "blue"]}
    assert SCHEMA["properties"]["word"] == {"enum": ["yes", "no"]}
    assert SCHEMA["$defs"]["Known"]["description"] == "A figure that is known."
    assert "programmers" not in json.dumps(SCHEMA)


def test_parts_are_equal_by_their_fields_and_show_them() -> None:
    one, same_again, other = Known("known", "1.00"), Known("known", "1.00"), Known("known", "2.00")
    assert one == same_again and one != other and one != Missing("missing", same("?"))
    assert repr(one) == "Known(status='known', amount='1.00')"
