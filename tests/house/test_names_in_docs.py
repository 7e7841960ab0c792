"""The names of buttons, pages and lists in the how-to pages of the desks are those on the screen."""

import re
from pathlib import Path

import pytest

from zhirong.kernel.text import Lang
from zhirong.store.setup import ready

ready("zhirong.web.settings")

import zhirong.web.urls  # noqa: E402, F401 - everything is declared then
from zhirong.operations.declare import OPERATIONS  # noqa: E402
from zhirong.operations.listing import LISTINGS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
_WORDS = r"""\{% t (["'])([^"']*)\1 \1([^"']*)\1 %\}"""  # of a template, in text and in attributes
SOURCES = ROOT / "src" / "zhirong"
DESKS = (
    "firm",
    "lender",
    "guarantor",
    "appraiser",
    "registrar",
    "administrator",
    "policies",
    "loans-on-the-platform",
)
# In bold or quoted without being a name on the screen: steps of the page, a value, titles within a document.
NOT_NAMES = {
    "en": {"A list in Excel", "Team", "Indicators", "A code of the authenticator.", "A sealed scan"},
    "zh": {"低 / 最可能 / 高", "线上", "1 + 1", "条款依据", "登记申请回执", "登记终止证明"},
}


@pytest.fixture(scope="module")
def on_screen() -> dict[str, set[str]]:
    """Every title of an operation or list, and every pair of words of templates and pages."""
    pairs = [(one.title.zh, one.title.en) for one in (*OPERATIONS.values(), *LISTINGS.values())]
    for file in (SOURCES / "web").rglob("*.html"):
        pairs += [two[1:] for two in re.findall(_WORDS, file.read_text(encoding="utf-8"))]
    for folder in ("web", "operations"):
        for file in (SOURCES / folder).rglob("*.py"):
            pairs += re.findall(
                r'"([^"\n]*[\u4e00-\u9fff][^"\n]*)",\s*"([^"\n]*)"', file.read_text(encoding="utf-8")
            )
    return {"zh": {zh for zh, _ in pairs}, "en": {en for _, en in pairs}}


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_page_names_is_on_the_screen(lang: Lang, desk: str, on_screen: dict[str, set[str]]) -> None:
    text = (ROOT / "docs" / lang / "how-to" / f"{desk}.md").read_text(encoding="utf-8")
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    named = re.findall(r"\*\*([^*]+)\*\*", text) if lang == "en" else re.findall(r"“([^”]+)”", text)
    parts = {" ".join(part.split()) for name in named for part in name.split(" → ")}
    unknown = {part for part in parts if part[:1].isupper() or lang == "zh"} - on_screen[lang] - NOT_NAMES[lang]
    assert not unknown
