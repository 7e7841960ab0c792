"""Builds the documentation as a site for both languages: ``python tools/make_docs.py`` (``make docs``).

The pages of docs/zh and docs/en, those made from the code (``docs_reference``), and the decisions, images, schemas and test
vectors are laid out in build/docs, and Sphinx makes build/site from them. A warning is an error. The navigation of the site
is what the index pages link to. The site needs no server and no network: open build/site/index.html.

--source DIR, --site DIR: other folders than build/docs and build/site. --only LANG: one language.
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from zhirong.kernel.text import Lang
from zhirong.version import __version__

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# Shared by both languages: copied into the folder of each.
SHARED = ("decisions", "images", "schemas", "vectors")
GENERATED_FOLDER = "reference/generated"
NOTEBOOKS = "notebooks"
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
# A line of Chinese that goes on in the next: a browser would show the end of the line as a space.
_CHINESE_BREAK = re.compile(
    "(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u201d])\n *(?=[\u300a\u3400-\u9fff\uff08\u201c[])"
)
_LOCALES = {"zh": "zh_CN", "en": "en"}
_TITLES = {"zh": "知融文档", "en": "Zhirong documentation"}
_OTHER = {"zh": "en", "en": "zh"}


def main(words: list[str]) -> int:
    """Return 0 if every language is built without a warning."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=ROOT / "build" / "docs")
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--only", choices=get_args(Lang))
    options = parser.parse_args(words)
    langs: tuple[Lang, ...] = (options.only,) if options.only else get_args(Lang)
    shutil.rmtree(options.site, ignore_errors=True)
    for lang in langs:
        lay_out(lang, options.source / lang)
    done = [_sphinx(lang, options.source / lang, options.site / lang) for lang in langs]
    shutil.copy(DOCS / "site" / "index.html", options.site / "index.html")
    return max(done)


def lay_out(lang: Lang, folder: Path) -> None:
    """The source of one language's site."""
    import docs_reference

    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted((DOCS / lang).rglob("*.md")):
        _write(folder / path.relative_to(DOCS / lang), _page(path, lang))
    for name in SHARED:
        for path in sorted(file for file in (DOCS / name).rglob("*") if file.is_file()):
            target = folder / name / path.relative_to(DOCS / name)
            if path.suffix == ".md":
                _write(target, path.read_text(encoding="utf-8"))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    for path in sorted((DOCS / NOTEBOOKS / lang).glob("*.ipynb")):
        _write_notebook(path, folder / NOTEBOOKS)
    for name, text in docs_reference.pages(lang).items():
        _write(folder / GENERATED_FOLDER / f"{name}.md", text)
    _write(folder / GENERATED_FOLDER / "openapi.json", docs_reference.openapi())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_notebook(path: Path, folder: Path) -> None:
    """A notebook as a page: its text, its code, and its output as text or picture."""
    parts: list[str] = []
    pictures: list[str] = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            shown = output.get("data", {"text/plain": output.get("text", "")})
            if "image/png" in shown:
                pictures.append("".join(shown["image/png"]))
                parts.append(f"![]({path.stem}-{len(pictures)}.png)")
            else:
                parts.append(f"```text\n{''.join(shown['text/plain']).rstrip()}\n```")
    _write(folder / f"{path.stem}.md", "\n\n".join(parts) + "\n")
    for number, picture in enumerate(pictures, 1):
        (folder / f"{path.stem}-{number}.png").write_bytes(base64.b64decode(picture))


def _page(path: Path, lang: Lang) -> str:
    """A page in the source tree of its language: files next to docs/zh are placed inside it."""
    here = path.relative_to(DOCS / lang).parent
    text = path.read_text(encoding="utf-8")

    def moved(link: re.Match[str]) -> str:
        target, anchor = link.group(1), link.group(2) or ""
        if "://" in target:
            return link.group(0)
        found = (path.parent / target).resolve()
        if found.suffix == ".ipynb" and found.parent == DOCS / NOTEBOOKS / lang:
            return f"]({os.path.relpath(f'{NOTEBOOKS}/{found.stem}.md', here)})"
        if found.is_relative_to(DOCS / lang):
            return link.group(0)
        if found.parent == DOCS or not any(found.is_relative_to(DOCS / name) for name in SHARED):
            raise SystemExit(f"{path.relative_to(ROOT)}: the site has no place for {target}")
        return f"]({os.path.relpath(found.relative_to(DOCS), here)}{anchor})"

    text = _without_chinese_breaks(LINK.sub(moved, text))
    if path.name == "index.md":
        text += _navigation(text, here)
    return text


def _without_chinese_breaks(text: str) -> str:
    """The text with the lines of a Chinese paragraph joined; examples stay as they are."""
    parts = _FENCE.split(text)
    return "".join(part if number % 2 else _CHINESE_BREAK.sub("", part) for number, part in enumerate(parts))


def _navigation(text: str, here: Path) -> str:
    """The tree of the pages that an index links to: for the entire site the indexes, for a section its own pages."""
    wanted: Callable[[str], bool] = (
        (lambda target: target.endswith("/index.md"))
        if here == Path()
        else (
            lambda target: not target.startswith("../") or target.startswith(("../decisions/", f"../{NOTEBOOKS}/"))
        )
    )
    targets = [target for target, _ in LINK.findall(text) if target.endswith(".md") and wanted(target)]
    names = [target.removesuffix(".md") for target in dict.fromkeys(targets)]
    return "\n".join(["", "```{toctree}", ":hidden:", ":titlesonly:", *(["", *names]), "```", ""])


def _sphinx(lang: Lang, source: Path, site: Path) -> int:
    words = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-c", str(DOCS / "site")]
    words += ["-D", f"language={_LOCALES[lang]}", "-D", f"html_title={_TITLES[lang]} {__version__}"]
    words += ["-A", f"this_language={lang}", "-A", f"other_language={_OTHER[lang]}"]
    words += ["-d", str(source.parent / f"doctrees-{lang}"), str(source), str(site)]
    return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
