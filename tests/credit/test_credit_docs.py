"""What the page for users shows is what the program takes and gives."""

from pathlib import Path

from credit_cases import DAY

from zhirong.chain.credit import assess, read_credit
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "credit.md").read_text(encoding="utf-8")


def test_the_example_runs_and_every_key_of_the_answer_is_described() -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]
    found = assess(read_credit(Reader(parse_toml(example, "page")).table("credit"), DAY), DAY, load_rulebook())
    assert found.missing == ()
    content = found.as_json()
    for key in (*content, *content["items"][0]):  # type: ignore[index,misc]
        assert f"`{key}`" in PAGE or f"`{key}[]`" in PAGE, key
