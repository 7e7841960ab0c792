"""Known places: every provincial capital, the cities of the documents, and development zones by their city."""

from datetime import date

import pytest

from zhirong.chain.quote.facts import code_of_region, name_of_region
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import load_modes

RULES = load_rulebook()
DAY = date(2026, 11, 30)
ROWS = RULES.at("regions.names", DAY).value
CAPITALS = [
    "石家庄",
    "太原",
    "呼和浩特",
    "沈阳",
    "长春",
    "哈尔滨",
    "南京",
    "杭州",
    "合肥",
    "福州",
    "南昌",
    "济南",
    "郑州",
    "武汉",
    "长沙",
    "广州",
    "南宁",
    "海口",
    "成都",
    "贵阳",
    "昆明",
    "拉萨",
    "西安",
    "兰州",
    "西宁",
    "银川",
    "乌鲁木齐",
]
# Tables 3-3 and 3-4, sections 3.2 and 4.3 of the report of 2022.
OF_THE_REPORT = [
    "东莞",
    "武汉",
    "南海",
    "成都",
    "台州",
    "南京",
    "江宁",
    "溧水",
    "广州",
    "西安",
    "杭州",
    "青岛",
    "深圳",
    "北京",
    "海淀",
    "中山",
    "苏州",
    "上海",
    "浦东",
    "福田",
]


@pytest.mark.parametrize("name", [*CAPITALS, *OF_THE_REPORT])
def test_a_place_is_known_by_its_name(name: str) -> None:
    code = code_of_region(name, RULES, DAY)
    assert code is not None
    assert name in name_of_region(code, RULES, DAY).zh
    assert code_of_region(f"{name}市", RULES, DAY) == code


def test_every_code_is_there_once_and_under_a_known_province() -> None:
    codes = [row["code"] for row in ROWS]
    assert len(codes) == len(set(codes))
    provinces = {code[:2] for code in codes if code.endswith("0000")}
    assert all(len(code) == 6 and code.isdigit() and code[:2] in provinces for code in codes)
    zh = [row["zh"] for row in ROWS]
    assert len(zh) == len(set(zh))


@pytest.mark.parametrize("row", RULES.at("regions.zones", DAY).value, ids=lambda row: row["zh"])
def test_a_zone_belongs_to_its_city(row: dict[str, object]) -> None:
    also = row["also"]
    assert isinstance(also, list)
    for name in (str(row["zh"]), *(str(other) for other in also)):
        assert code_of_region(name, RULES, DAY) == row["code"]
    assert row["code"] in {known["code"] for known in ROWS}


def test_a_statistical_code_of_a_zone_takes_its_citys_name() -> None:
    assert name_of_region("320571", RULES, DAY).zh == "江苏苏州"


def test_an_unknown_name_is_no_code_and_an_unknown_province_is_refused() -> None:
    assert code_of_region("某地", RULES, DAY) is None
    with pytest.raises(InputError):
        name_of_region("990000", RULES, DAY)


def test_every_place_that_a_mode_names_is_known_by_name() -> None:
    known = {row["code"] for row in ROWS}
    named = {
        code
        for mode in load_modes().values()
        for condition in mode.conditions
        if condition.test == "within" and isinstance(condition.value, tuple)
        for code in condition.value
    }
    assert named <= known
