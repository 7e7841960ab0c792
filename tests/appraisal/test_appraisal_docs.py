"""What the page for users shows is what the program takes and gives."""

from pathlib import Path

from appraisal_cases import DAY, a_right

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook import load_rulebook

PAGE = (Path(__file__).parents[2] / "docs" / "users" / "appraisal.md").read_text(encoding="utf-8")


def test_the_example_runs_and_every_key_of_the_answer_is_described() -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]
    request = read_appraisal(Reader(parse_toml(example, "page")).table("appraisal"), ["p1"], DAY)
    found = appraise(request, [a_right()], load_rulebook(), DAY)
    assert isinstance(found, Appraisal)
    for key in found.as_json():
        assert f"`{key}`" in PAGE or f"`{key}[]`" in PAGE, key


def test_the_widening_shown_is_that_of_the_rules() -> None:
    table = load_rulebook().at("appraisal.evidence", DAY).value
    assert f"{table['declared']['relative'] * 100:.0f} %; {table['declared']['points'] * 100:.0f} points" in PAGE
    assert f"{table['assumed']['relative'] * 100:.0f} %; {table['assumed']['points'] * 100:.0f} points" in PAGE
    assert f"{table['audited']['relative'] * 100:.0f} % of `low` on both sides; growth 0.5 points" in PAGE
