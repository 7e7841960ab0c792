"""Search by name against reading every name: any part, similar, one character, two characters."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from register_world import World

from examples import examples
from zhirong.store.models import Name
from zhirong.store.names import (
    LEAST_SIMILARITY,
    add_names,
    check_names,
    name_key,
    names_containing,
    names_like,
    pairs,
    similarity,
    telling_pairs,
)
from zhirong.store.transaction import writing

PLACES = ["西安", "北京", "上海", "深圳", "广州", "佛山"]
WORDS = ["华为", "专利", "电", "大疆创新", "阳光", "光", "海光", "甲", "新能源", "Alpha", "一一", "ＡＢ"]
KINDS = ["科技有限公司", "技术股份有限公司", "有限公司", "", "银行", "研究院"]


@pytest.fixture
def names(world: World) -> Iterator[list[str]]:
    chance = random.Random(20260101)
    written = sorted({
        "".join((chance.choice(PLACES), chance.choice(WORDS), chance.choice(WORDS), chance.choice(KINDS)))
        for _ in range(400)
    })  # fmt: skip
    chance.shuffle(written)
    for start in range(0, len(written), 37):
        with writing():
            add_names(written[start : start + 37])
    add_names(written[:50])
    yield written


def every_key() -> list[tuple[int, str]]:
    return list(Name.objects.order_by("id").values_list("id", "text"))


def test_any_part_is_found_exactly_as_by_reading_all(names: list[str]) -> None:
    held = every_key()
    assert {key for _, key in held} == {name_key(name) for name in names}
    chance = random.Random(7)
    queries = [
        "光",
        "电",
        "专利",
        "华为",
        "一一",
        "有限公司",
        "不存在",
        "alpha",
        "ａｂ",
        "西 安",
        "限公司银",
        "",
        " ",
    ]
    for _ in range(150):
        key = name_key(chance.choice(names))
        start = chance.randrange(len(key))
        queries.append(key[start : start + chance.randint(1, 6)])
    queries += ["".join(chance.sample("光电海一甲华", 2)) for _ in range(30)]
    for query in queries:
        key = name_key(query)
        expected = [identity for identity, text in held if key and key in text]
        found: list[int] = []
        while page := names_containing(query, 17, found[-1] if found else 0):
            found += [name.id for name in page]
        assert found == expected, query


def test_similar_names_are_exactly_those_of_reading_all(names: list[str]) -> None:
    held = every_key()
    chance = random.Random(8)
    for _ in range(examples(25)):
        key = list(name_key(chance.choice(names)))
        for _ in range(chance.randint(0, 3)):
            key[chance.randrange(len(key))] = chance.choice("光电海一甲华新")
        query = "".join(key)[: chance.choice([1, 2, 5, 99])]
        scored = [(similarity(telling_pairs(query), telling_pairs(text)), identity) for identity, text in held]
        good = sorted(((s, i) for s, i in scored if s >= LEAST_SIMILARITY), key=lambda pair: (-pair[0], pair[1]))
        assert [(s, name.id) for name, s in names_like(query, 1000)] == good, query


def test_the_legal_form_says_nothing() -> None:
    assert telling_pairs("西安甲有限公司") == telling_pairs("西安甲股份有限公司") == {"西安", "安甲"}
    assert telling_pairs("有限公司") == {"有限", "限公", "公司"}, "of nothing but a legal form, the form itself"


def test_a_damaged_search_table_is_found(names: list[str]) -> None:
    assert check_names(names) == []
    Name.objects.filter(text=name_key(names[3])).update(size=99)
    assert len(check_names(names)) == 1
    assert any("missing" in wrong for wrong in check_names([*names, "没有登记的公司"]))


@settings(max_examples=examples(40), deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_similarity_is_a_similarity(one: str, other: str) -> None:
    a, b = pairs(name_key(one)), pairs(name_key(other))
    assert 0 <= similarity(a, b) == similarity(b, a) <= 1
    assert not a or similarity(a, a) == 1
