"""How Sphinx makes the site; ``tools/make_docs.py`` gives language and title."""

import re
import sys
from pathlib import Path
from typing import Any

from pygments.lexers.configs import TOMLLexer
from pygments.lexers.special import TextLexer
from sphinx.search.en import SearchEnglish

sys.path.insert(0, str(Path(__file__).parent))

project = "Zhirong"
extensions = ["myst_parser"]
root_doc = "index"
templates_path = ["_templates"]
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_search_summary = False  # it is fetched, which a browser refuses for files
html_last_updated_fmt = None
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/language.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_search_language = "zh"
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]

_HAN = re.compile("([\u3400-\u9fff]+)")


class BothLanguages(SearchEnglish):
    """English text is split into words. Chinese text is split into characters and pairs of neighbouring characters,
    so that any phrase is found without a dictionary: a page matches only if it contains all pairs of the phrase.
    """

    lang = "zh"
    language_name = "English"  # whose stemmer the page looks for
    js_splitter_code = """
function splitQuery(query) {
  const words = [];
  for (const part of query.split(/([\\u3400-\\u9fff]+)/)) {
    if (/[\\u3400-\\u9fff]/.test(part)) {
      if (part.length === 1) words.push(part);
      for (let i = 0; i + 1 < part.length; i++) words.push(part.slice(i, i + 2));
    } else {
      words.push(...part.split(/[^\\p{Letter}\\p{Number}_\\p{Emoji_Presentation}]+/gu).filter((word) => word));
    }
  }
  return words;
}
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names it so
        """Words, single Chinese characters and pairs of them."""
        words: list[str] = []
        for part in _HAN.split(input):
            if _HAN.match(part):
                words += [*part, *(part[place : place + 2] for place in range(len(part) - 1))]
            else:
                words += super().split(part)
        return words


def setup(app: Any) -> None:
    """The search of both languages, and the languages of the examples."""
    app.add_search_language(BothLanguages)
    for name in ("claim", "recovery", "disposal", "portfolio"):
        app.add_lexer(name, TOMLLexer)
    app.add_lexer("csv", TextLexer)
