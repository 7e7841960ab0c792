"""What the page for users shows is what the program takes and gives."""

from datetime import date
from pathlib import Path

import pytest
from appraisal_cases import DAY, a_right

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.document import appraisal_document
from zhirong.chain.appraisal.request import METHODS
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.document import to_json
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
EXAMPLES = [block.split("```")[0] for block in PAGE.split("```toml\n")[1:]]
OF_ONE_METHOD = [example for example in EXAMPLES if example.startswith("[[appraisal.method]]")]
HEAD = '[appraisal]\npurpose = "transfer"\nvaluation_date = 2026-06-30\npaths = 1000\n'
# A cross-check gives no value alone; a cost beside it does.
COST = EXAMPLES[0][EXAMPLES[0].index('[[appraisal.method]]\nmethod = "cost"') :].split("[[appraisal.correlation]]")[
    0
]


def found_by(text: str) -> Appraisal:
    request = read_appraisal(Reader(parse_toml(text, "page")).table("appraisal"), ["p1"], DAY)
    kind = RightKind.SOFTWARE if "software_cost" in text else RightKind.INVENTION
    dates = {"creation_date": date(2020, 1, 1)} if kind is RightKind.SOFTWARE else {}
    found = appraise(request, [a_right(kind=kind, **dates)], RULES, DAY)
    assert isinstance(found, Appraisal), found
    return found


def test_the_example_runs_and_every_key_of_the_answer_is_described() -> None:
    for key in to_json(appraisal_document(found_by(EXAMPLES[0]))):
        assert f"`{key}`" in PAGE or f"`{key}[]`" in PAGE, key


@pytest.mark.parametrize("example", OF_ONE_METHOD, ids=lambda text: text.split('method = "')[1].split('"')[0])
def test_the_example_of_each_method_gives_a_value_with_an_interval(example: str) -> None:
    text = HEAD + example + (COST if "rule_of_25" in example else "")
    found = found_by(text)
    low, high = found.interval()
    assert 0 < low < high
    assert found.results[0].weight == (0 if "rule_of_25" in example else 1)
    for bar in found.tornado:
        assert bar.input_low <= bar.input_high
    # told in both languages, down to the last part
    for _, node in found.explanation.walk():
        assert node.label.zh and node.label.en


def test_every_method_has_an_example_and_every_rule_of_suitability_a_method() -> None:
    shown = {name for name in METHODS if any(f'method = "{name}"' in example for example in EXAMPLES)}
    assert shown == set(METHODS)
    rules = {rule_id.removeprefix("appraisal.suits.") for rule_id in RULES.ids() if "appraisal.suits." in rule_id}
    assert rules == set(METHODS)


def test_every_alarm_and_every_reason_for_no_value_is_described() -> None:
    sources = Path(__file__).parents[2] / "src" / "zhirong" / "chain" / "appraisal"
    code = "".join(path.read_text(encoding="utf-8") for path in sources.glob("*.py"))
    for mark in ('Alarm("', 'Alarm(\n            "', 'Refusal("', '_no_value(\n            "'):
        for part in code.split(mark)[1:]:
            name = part.split('"')[0]
            assert f"`{name}`" in PAGE, name


def test_the_widening_shown_is_that_of_the_rules() -> None:
    table = RULES.at("appraisal.evidence", DAY).value
    assert f"{table['declared']['relative'] * 100:.0f} %; {table['declared']['points'] * 100:.0f} points" in PAGE
    assert f"{table['assumed']['relative'] * 100:.0f} %; {table['assumed']['points'] * 100:.0f} points" in PAGE
    assert f"{table['audited']['relative'] * 100:.0f} % of `low` on both sides; growth 0.5 points" in PAGE
