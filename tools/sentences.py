"""List the sentences of the product, and print a random sample to read: ``python tools/sentences.py en 75 --seed
1``.

It covers docstrings, comments, messages and labels in the code, templates, rules, documentation and schemas. It
omits quotations of laws and cited sources in rule files, because they are not the product's own text.
"""

import argparse
import ast
import io
import json
import random
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_TAG = re.compile(r'\{%\s*t\s+(?:"([^"]*)"|\'([^\']*)\')\s+(?:"([^"]*)"|\'([^\']*)\')')
_TOML_WORDS = re.compile(r'(?:^|[\s{,])(zh|en|about|note|reason|hint)\s*=\s*"((?:[^"\\]|\\.)*)"')
_CITED = re.compile(r'^\s*"?(?:quotation|document|issuer|article|source|url)"?\s*=')


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text of the product.

    file: path below the root of the repository. line: its first line. kind: docstring, comment, message, template,
    rule, page or schema.
    """

    file: str
    line: int
    kind: str
    words: str

    @property
    def lang(self) -> str:
        """Return zh if the text contains a Chinese character, otherwise en."""
        return "zh" if CHINESE.search(self.words) else "en"


def of_file(path: Path) -> list[Sentence]:
    """Return every text of a file; none for other file types."""
    readers = {".py": _python, ".html": _template, ".toml": _toml, ".md": _markdown, ".json": _schema}
    if path.suffix not in readers:
        return []
    name = str(path.relative_to(ROOT))
    found = readers[path.suffix](path.read_text(encoding="utf-8"))
    return [Sentence(name, line, kind, words) for line, kind, words in found]


def _python(source: str) -> Iterator[tuple[int, str, str]]:
    tree = ast.parse(source)
    seen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node):
            constant = node.body[0].value  # type: ignore[attr-defined]
            seen.add(id(constant))
            yield constant.lineno, "docstring", ast.get_docstring(node) or ""
        elif isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            seen |= {id(part) for part in ast.walk(node)}
            if parts:
                shown = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
                yield node.lineno, "message", "".join(shown)
        elif isinstance(node, ast.Constant) and id(node) not in seen and _is_message(node.value):
            yield node.lineno, "message", str(node.value)
    yield from _comments(source)


def _is_message(value: object) -> bool:
    """Return whether a constant is text for people: Chinese, or several English words."""
    return isinstance(value, str) and bool(CHINESE.search(value) or re.search(r"[A-Za-z]{2,},? [A-Za-z]", value))


def _comments(source: str) -> Iterator[tuple[int, str, str]]:
    first, last, words = 0, 0, ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, text = token.start[0], token.string.lstrip("#! ")
        if words and line == last + 1:
            words, last = f"{words} {text}", line
            continue
        if words:
            yield first, "comment", words
        first, last, words = line, line, text
    if words:
        yield first, "comment", words


def _template(source: str) -> Iterator[tuple[int, str, str]]:
    for match in _TAG.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        yield line, "template", match[1] or match[2] or ""
        yield line, "template", match[3] or match[4] or ""


def _toml(source: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(source.splitlines(), 1):
        if line.lstrip().startswith("#"):
            yield number, "comment", line.lstrip("# ")
        elif not _CITED.match(line):
            yield from ((number, "rule", match[2]) for match in _TOML_WORDS.finditer(line))


def _markdown(source: str) -> Iterator[tuple[int, str, str]]:
    fenced, first, block = False, 0, ""
    for number, line in enumerate([*source.splitlines(), ""], 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        elif fenced:
            continue
        starts_anew = not line.strip() or re.match(r"\s*(?:[-*#|>]|\d+\.)", line)
        if starts_anew and block:
            yield first, "page", block
            block = ""
        if line.strip():
            first, block = (first, f"{block} {line.strip()}") if block else (number, line.strip())


def _schema(source: str) -> Iterator[tuple[int, str, str]]:
    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in ("description", "title") and isinstance(inner, str):
                    yield inner
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from ((0, "schema", words) for words in walk(json.loads(source)))


def files() -> list[Path]:
    """Return the files with text of the product: source, rules, templates, documentation, schemas, tools."""
    folders = [*(ROOT / "src").rglob("*"), *(ROOT / "docs").rglob("*"), *(ROOT / "tools").rglob("*")]
    kept = [path for path in folders if path.suffix in (".py", ".html", ".toml", ".md")]
    kept += (ROOT / "docs" / "schemas").glob("*.json")
    return sorted([*kept, *ROOT.glob("*.md")])


def main(arguments: list[str]) -> int:
    """Print a sample, one text per paragraph with its place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lang", choices=("zh", "en"))
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    every = [sentence for path in files() for sentence in of_file(path) if sentence.lang == asked.lang]
    for sentence in random.Random(asked.seed).sample(every, asked.count):  # noqa: S311 - a sample, not a secret
        sys.stdout.write(f"{sentence.file}:{sentence.line} [{sentence.kind}] {sentence.words}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
