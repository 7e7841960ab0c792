"""The site is built without a warning, needs nothing from outside, and its search has the words.

To build a language takes longer than most tests: the short runs build the Chinese site, ``make soak`` and ``make docs`` both.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs_pages import LANGS, ROOT, names

from browsers import BROWSER
from zhirong.version import __version__

playwright = pytest.importorskip("playwright.sync_api")
sys.path.insert(0, str(ROOT / "tools"))

from docs_reference import GENERATED  # noqa: E402 - a tool, not a package

BUILT = LANGS if os.environ.get("ZHIRONG_TWINS") else ("zh",)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    words = [
        sys.executable,
        str(ROOT / "tools" / "make_docs.py"),
        "--source",
        str(folder / "source"),
        "--site",
        str(folder / "site"),
        *([] if BUILT == LANGS else ["--only", *BUILT]),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return folder / "site"


def test_every_page_is_there(site: Path) -> None:
    for lang in BUILT:
        for name in [*names(lang), *(f"reference/generated/{one}.md" for one in GENERATED)]:
            assert (site / lang / name).with_suffix(".html").exists(), (lang, name)


def test_the_site_names_the_version(site: Path) -> None:
    for lang in BUILT:
        assert f" {__version__}</title>" in (site / lang / "how-to" / "release.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_outside(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(
            r"<(?:script|img|iframe|source)[^>]*\bsrc=\"([^\"]*)\"|<link[^>]*\brel=\"(?!canonical)[^>]*\bhref=\"([^\"]*)\"",
            text,
        )
        assert not [one for one in loaded if "//" in "".join(one)], page


def test_a_page_leads_to_the_same_page_in_the_other_language(site: Path) -> None:
    for lang in BUILT:
        other = {"zh": "en", "en": "zh"}[lang]
        page = site / lang / "how-to" / "firm.html"
        link = re.search(
            rf'href="([^"]+)"[^>]*>{ {"zh": "English", "en": "中文"}[lang] }<', page.read_text(encoding="utf-8")
        )
        assert link is not None
        assert (page.parent / link[1]).resolve() == (site / other / "how-to" / "firm.html").resolve()


@pytest.mark.parametrize("words", ["质押登记", "授信额度", "授信额度测算", "数据知识产权", "还款计划"])
def test_the_search_finds_chinese_words(site: Path, words: str) -> None:
    text = (site / "zh" / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    found = [_documents(index, words[place : place + 2]) for place in range(len(words) - 1)]
    assert set.intersection(*found)


def test_the_script_of_the_search_names_a_stemmer_that_there_is(site: Path) -> None:
    for lang in BUILT:
        text = (site / lang / "_static" / "language_data.js").read_text(encoding="utf-8")
        name = re.search(r"window\.Stemmer = (\w+);", text)
        assert name is not None
        assert f"{name[1]}=function" in text


@pytest.mark.parametrize(("lang", "words"), [("zh", "质押率"), ("en", "disbursement")])
def test_the_search_works_in_a_browser_without_a_network(site: Path, lang: str, words: str) -> None:
    if lang not in BUILT:
        pytest.skip("the short runs build the Chinese site alone")
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.goto((site / lang / "index.html").as_uri())
        box = page.locator("input[name=q]").first
        box.fill(words)
        box.press("Enter")
        page.wait_for_selector("ul.search li a")
        titles = page.locator("ul.search li").all_inner_texts()
        browser.close()
    assert len(titles) > 3


def _documents(index: dict[str, dict[str, object]], word: str) -> set[int]:
    """The documents whose text or titles have a word."""
    places = [index[part].get(word, []) for part in ("terms", "titleterms")]
    return {number for place in places for number in (place if isinstance(place, list) else [place])}
