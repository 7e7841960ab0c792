"""Rules at a date: the right version, its reference, and files that are refused with reasons."""

from datetime import date
from decimal import Decimal

import pytest

from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import Rulebook, RuleError, read_rules, wider_regions
from zhirong.kernel.rulebook_files import load_rulebook

FILE = """
about = "two versions and a city of its own"
[[rule]]
id = "test.fee"
title = { zh = "费", en = "fee" }
unit = "yuan"
[[rule.version]]
value = 900
valid_to = 2020-12-31
confidence = "unconfirmed"
[[rule.version]]
value = 1000.50
valid_from = 2021-01-01
issuer = "某局"
document = "某号"
article = "3"
confidence = "verified"
[[rule.version]]
value = 0
region = "440100"
confidence = "assumed"
"""


def book():
    return Rulebook(read_rules(FILE, "test.toml"))


def test_the_value_at_a_day():
    assert book().at("test.fee", date(2020, 12, 31)).fen() == 90_000
    assert book().at("test.fee", date(2021, 1, 1)).fen() == 100_050
    assert book().at("test.fee", date(2021, 1, 1)).number() == Decimal("1000.50")


def test_the_narrowest_region_that_has_a_version():
    assert book().at("test.fee", date(2021, 1, 1), "440106").fen() == 0
    assert book().at("test.fee", date(2021, 1, 1), "440300").fen() == 100_050
    assert wider_regions("440106") == ("440106", "440100", "440000", "CN")
    assert wider_regions("440000") == ("440000", "CN")
    assert wider_regions("CN") == ("CN",)


def test_the_reference_says_how_sure_it_is():
    assert book().at("test.fee", date(2020, 1, 1)).reference.doubtful
    verified = book().at("test.fee", date(2022, 1, 1)).reference
    assert not verified.doubtful
    assert verified.as_text("zh") == "某局 某号 3"
    assert "未确认" in book().at("test.fee", date(2020, 1, 1)).reference.as_text("zh")


def test_a_rule_that_is_not_there():
    with pytest.raises(RuleError, match="no rule"):
        book().at("test.other", date(2020, 1, 1))
    late = Rulebook(read_rules(FILE.replace("valid_to = 2020-12-31", "valid_to = 2019-12-31"), "t"))
    with pytest.raises(RuleError, match="no version"):
        late.at("test.fee", date(2020, 6, 1))


def test_a_value_of_another_kind_is_not_taken_for_it():
    value = book().at("test.fee", date(2022, 1, 1))
    with pytest.raises(RuleError):
        value.whole()
    text = Rulebook(read_rules(FILE.replace("value = 900", 'value = "900"').replace('"yuan"', '"years"'), "t"))
    with pytest.raises(RuleError):
        text.at("test.fee", date(2020, 1, 1)).number()
    with pytest.raises(RuleError, match="not in yuan"):
        text.at("test.fee", date(2020, 1, 1)).fen()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('confidence = "verified"', 'confidence = "sure"'), "not_a_choice"),
        (('issuer = "某局"\ndocument = "某号"', ""), "no_source"),
        (("valid_to = 2020-12-31", "valid_to = 2021-01-01"), "versions_overlap"),
        (("valid_to = 2020-12-31", "valid_from = 2020-12-31\nvalid_to = 2020-12-30"), "dates_reversed"),
        (('unit = "yuan"', 'unit = "dollars"'), "not_a_choice"),
        (("article", "artcle"), "unknown_field"),
        (("value = 900", ""), "missing"),
        (("value = 900", "value = ="), "toml"),
        (('id = "test.fee"', ""), "missing"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(change, code):
    with pytest.raises(InputError) as caught:
        read_rules(FILE.replace(*change), "test.toml")
    assert code in {problem.code for problem in caught.value.problems}
    assert "test.toml" in caught.value.as_text("zh")


def test_a_rule_without_versions_is_refused():
    with pytest.raises(InputError) as caught:
        read_rules('[[rule]]\nid = "a"\ntitle = "a"\nunit = "count"\n', "test.toml")
    assert {problem.code for problem in caught.value.problems} == {"no_version"}


def test_the_version_changes_with_any_value():
    changed = Rulebook(read_rules(FILE.replace("900", "901"), "test.toml"))
    assert book().version() == book().version()
    assert changed.version() != book().version()


def test_the_same_rule_in_two_files_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "b.toml").write_text(FILE, encoding="utf-8")
    with pytest.raises(RuleError, match="two files"):
        load_rulebook(tmp_path)


def test_the_shipped_rules_load_and_carry_both_languages():
    rules = load_rulebook()
    assert rules.ids()
    for rule_id in rules.ids():
        rule = rules.rule(rule_id)
        assert rule.title.zh
        assert rule.title.en
