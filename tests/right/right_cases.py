"""Rights for the tests of this folder, made in one line."""

from datetime import date
from typing import Any

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.reading import read_right
from zhirong.chain.right.records import Holder, Right
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
FIRM = Holder("甲公司")
PERSON = Holder("张三", is_natural_person=True)
NUMBERS = {
    RightKind.INVENTION: "201410362077.3",
    RightKind.UTILITY_MODEL: "201420000001.1",
    RightKind.DESIGN: "201430000001.7",
}


def right_of(kind: str, **facts: Any) -> Right:
    """A right of a kind with the facts given, without going through the reader."""
    facts.setdefault("holders", (FIRM,))
    return Right(id="r", kind=RightKind(kind), title="标的", number=NUMBERS.get(RightKind(kind), ""), **facts)


def read(**fields: Any) -> Right:
    """A right as a case file would give it; fields not given are those of a granted invention."""
    table = {
        "id": "p1",
        "kind": "invention",
        "title": "一种电机控制器",
        "number": "ZL201410362077.3",
        "holders": [{"name": "甲公司"}],
        "filing_date": date(2014, 7, 28),
    } | fields
    return read_right(Reader({name: value for name, value in table.items() if value is not None}))
