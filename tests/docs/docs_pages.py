"""The pages of the documentation, cut into prose and examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from zhirong.kernel.text import Lang

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LANGS: tuple[Lang, ...] = get_args(Lang)
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)
_INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """An example. language: as its fence says, empty where it says none or the block is indented."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page. name: its path within its language, or of a README."""

    name: str
    lang: Lang
    text: str

    @property
    def blocks(self) -> list[Block]:
        """The examples between fences, in their order."""
        return [Block(found["language"].strip(), _dedented(found)) for found in _FENCE.finditer(self.text)]

    @property
    def prose(self) -> str:
        """The text without examples, and without what is in code font."""
        return re.sub(r"`[^`\n]*`", "", _INDENTED.sub("", _FENCE.sub("", self.text)))

    def commands(self) -> Iterator[str]:
        """The command lines of the examples, without prompt; a line that ends in a backslash continues."""
        plain = [block.text for block in self.blocks if block.language in ("", "sh", "console")]
        plain += [found.group() for found in _INDENTED.finditer(_FENCE.sub("", self.text))]
        for text in plain:
            for line in text.replace("\\\n", " ").splitlines():
                yield re.sub(r"^\$ ", "", line.strip())


def _dedented(found: "re.Match[str]") -> str:
    return re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE)


def page(lang: Lang, name: str) -> Page:
    """A page of one language, by its path."""
    return Page(name, lang, (DOCS / lang / name).read_text(encoding="utf-8"))


def readme(lang: Lang) -> Page:
    """The README of one language."""
    name = "README.md" if lang == "en" else "README.zh.md"
    return Page(name, lang, (ROOT / name).read_text(encoding="utf-8"))


def names(lang: Lang) -> list[str]:
    """The paths of all pages of one language."""
    return sorted(path.relative_to(DOCS / lang).as_posix() for path in (DOCS / lang).rglob("*.md"))


def pages() -> list[Page]:
    """Every page of both languages, and the READMEs."""
    return [*(page(lang, name) for lang in LANGS for name in names(lang)), *(readme(lang) for lang in LANGS)]
