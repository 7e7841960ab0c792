"""Both languages are complete, each page is in one of them, and begins with what the reader can do after it."""

import re
import tomllib

import pytest
from docs_pages import DOCS, LANGS, ROOT, Block, Page, names, page, pages

from zhirong.kernel.text import Lang

PAGES = pages()
EVERY = [pytest.param(one, id=f"{one.lang}/{one.name}") for one in PAGES]
# Titles of Chinese documents, signs of a Chinese stamp: what has no English.
CHINESE_IN_ENGLISH = {"reference/sources.md", "reference/rights.md", "README.md", "how-to/loans-on-the-platform.md"}
_DATA = ("toml", "claim", "recovery", "disposal", "portfolio", "csv", "json")
_PROMISES = {
    "en": ("After reading this page", "After this tutorial", "After this tour"),
    "zh": ("读完", "走完一遍"),
}


def test_both_languages_have_the_same_pages() -> None:
    assert names("zh") == names("en")


@pytest.mark.parametrize("name", names("en"))
def test_a_page_has_the_same_parts_in_both_languages(name: str) -> None:
    zh, en = page("zh", name), page("en", name)
    assert _levels(zh) == _levels(en)
    assert _data(zh) == _data(en)
    assert [one.language for one in zh.blocks] == [one.language for one in en.blocks]


def _levels(one: Page) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", one.prose, re.MULTILINE)]


def _data(one: Page) -> list[str]:
    """The examples that programs read; their comments are in the language of the page."""
    return [_without_comments(block) for block in one.blocks if block.language in _DATA]


def _without_comments(block: Block) -> str:
    lines = [re.sub(r"(^|\s+)# .*$", "", line).rstrip() for line in block.text.splitlines()]
    return "\n".join(line for line in lines if line)


@pytest.mark.parametrize("one", EVERY)
def test_a_page_is_in_one_language(one: Page) -> None:
    if one.lang == "en":
        allowed = one.name in CHINESE_IN_ENGLISH
        assert allowed or not re.findall("[\u4e00-\u9fff]{3,}", re.sub(r"\([^()]*\)", "", one.prose))
    else:
        # Names of documents and fields are Latin; five words of English in a row are a sentence.
        words = re.sub(r"\[[^\]]*\]\([^)]*\)|\([^)]*\)|“[^”]*”|\*\*[^*]*\*\*", "", one.prose)
        assert not re.findall(r"(?:\b[a-z]{2,} ){4,}[a-z]{2,}", words)


@pytest.mark.parametrize(
    "one", [each for each in EVERY if not each.values[0].name.endswith(("index.md", "README.md", "README.zh.md"))]
)
def test_a_page_begins_with_what_it_is_for(one: Page) -> None:
    first = one.text.split("\n\n")[1]
    assert any(words in first for words in _PROMISES[one.lang]), first


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_is_in_the_navigation(lang: Lang) -> None:
    for folder in ("tutorial", "how-to", "reference", "explanation"):
        linked = set(re.findall(r"\]\(([\w-]+\.md)\)", page(lang, f"{folder}/index.md").text))
        assert linked == {path.name for path in (DOCS / lang / folder).glob("*.md")} - {"index.md"}


@pytest.mark.parametrize("one", EVERY)
def test_examples_are_well_formed(one: Page) -> None:
    for block in one.blocks:
        if block.language == "toml":
            tomllib.loads(block.text)
        # What is indented goes between other lines; a test of the page that shows it puts it there and runs it.
        elif block.language == "python" and ">>>" not in block.text and not block.text.startswith(" "):
            compile(block.text, one.name, "exec")


def test_the_pages_that_the_sources_name_are_there() -> None:
    missing = set()
    for folder in ("src", "tools", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"\bdocs/[\w/.-]+\.(?:md|json)\b", file.read_text(encoding="utf-8")):
                if not (ROOT / name).exists():
                    missing.add(f"{file.relative_to(ROOT)}: {name}")
    assert not missing


def _comments(one: Page) -> list[str]:
    """The comments of the examples, without what they quote and without the numbers of Chinese documents."""
    lines = [line.partition("# ")[2] for block in one.blocks for line in block.text.splitlines()]
    return [re.sub(r'`[^`]*`|"[^"]*"|[\u4e00-\u9fff]*〔\d+〕\d+号', "", line) for line in lines if line]


@pytest.mark.parametrize("one", EVERY)
def test_the_comments_of_examples_are_in_the_language_of_the_page(one: Page) -> None:
    if one.lang == "en":
        found = [line for line in _comments(one) if re.search(r"[\u4e00-\u9fff]", line)]
    else:
        found = [line for line in _comments(one) if re.search(r"[\u4e00-\u9fff].* [/·] [a-z]+ ", line)]
    assert found == []
