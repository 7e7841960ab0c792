"""Retired words stay out of what people read: docstrings, comments, messages, pages, rules, documents."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from sentences import files, of_file  # noqa: E402 - a tool, not a package

# What is retired, and what is written instead.
ENGLISH = {
    r"mend(s|ed|ing)?": "hint, fix, correct",
    r"verbs?": "operation",
    r"dut(y|ies)": "role",
    r"told|telling": "notify, notification; distinguish",
    r"hand(s|ed|ing)? (it |them )?(in|up)": "submit, submit for approval",
    r"(un)?lawful(ly)?": "allowed",
    r"work(s|ed|ing)? out": "calculate",
    r"chances? of default": "probability of default",
    r"whoever": "anyone who, the party that",
    r"of (its|their|his) own": "its own ..., separate",
    r"nobody may": "not allowed",
    r"anew": "again",
    r"so that it can be": "an active clause",
    r"is said to be": "is reported",
    r"himself|herself|he|she|his": "they, the reviewer",
    r"dishonest judgment debtors?": "on the court's list of defaulting judgment debtors",
    r"runs? out (?!of)": "expire",
    r"holds? until": "valid until",
    r"at hand": "available",
    r"made good": "covered",
    r"cases? of default": "default case",
    r"ways? of disposal": "disposal option",
    r"ask(s|ed)? back": "ask for confirmation",
    r"sees? to it": "ensure, prevent",
    r"brought up to date": "updated",
    r"for ever": "permanently",
    r"whomever": "the person who",
}
CHINESE = {
    r"改法": "请…",
    r"算出|算得(?!的)": "计算、测算",
    r"多久": "期限",
    r"怎么": "方式",
    r"哪一天": "日期",
    r"成就": "已满足",
    r"守法": "合规",
    r"起作用的": "约束项",
    r"怎样能": "办法",
    r"想借": "申请金额",
    r"填的是": "填写值",
    r"弄|搞": "a formal verb",
    r"是空的": "为空",
    r"写错一个": "错别字",
    r"走一遍": "操作一遍",
    r"凭记忆": "根据经验",
    r"绝不会": "不会、保证",
}
PUNCTUATION = re.compile("[\u201c\u201d\u2018\u2019\u2026]|(?<=\\s)[\u2013\u2014](?=\\s)")

_RETIRED = {
    "en": re.compile(rf"\b(?:{'|'.join(ENGLISH)})\b", re.IGNORECASE),
    "zh": re.compile("|".join(CHINESE)),
}

# Words of others: a document's title, a name in another program, a format that is kept.
QUOTED = re.compile(r"``[^`]*``|`[^`]*`")

# Where a retired word is right, and why. A place is the beginning of a path; the word is as it is found.
EXCEPTIONS = {
    ("src/zhirong/store/", "duty"): "the former name of a role, kept in the log",
    ("src/zhirong/store/", "duties"): "the former name of a role, kept in the log",
    ("src/zhirong/documents/financing/case_documents.py", "duty"): "the former name of a role, kept in decisions",
    ("src/zhirong/store/models.py", "verb"): "the name of a column",
    ("src/zhirong/chain/right/table_row.py", "telling"): "the name of a field",
    ("src/zhirong/demo/building.py", "told"): "the name of a field",
    ("src/zhirong/kernel/errors.py", "mend"): "the former name of a hint, kept in stored JSON",
    ("CHANGELOG.md", ""): "entries of earlier versions name things as they were then",
}
CLEAN = ("src/", "docs/", "tools/", "README", "CONTRIBUTING")
NOT_OURS = ("src/zhirong/client/",)  # generated from the operations


def _retired(words: str, lang: str) -> list[str]:
    text = QUOTED.sub("", words)
    found = [match[0] for match in _RETIRED[lang].finditer(text)]
    if lang == "en" and re.search("[A-Za-z]{3}", re.sub(r"\{[^{}]*\}", "", text)):  # not a range of two values
        found += PUNCTUATION.findall(text)
    return found


def _excepted(file: str, word: str) -> bool:
    return any(file.startswith(place) and kept in ("", word.lower()) for place, kept in EXCEPTIONS)


def _is_ours(path: Path) -> bool:
    name = str(path.relative_to(ROOT))
    is_migration = "migrations" in path.parts  # never rewritten
    return name.startswith(CLEAN) and not name.startswith(NOT_OURS) and not is_migration


def _found() -> list[tuple[str, int, str]]:
    here = []
    for path in filter(_is_ours, files()):
        for sentence in of_file(path):
            here += [(sentence.file, sentence.line, word) for word in _retired(sentence.words, sentence.lang)]
    return here


@pytest.mark.parametrize("sentence", ["The mode holds until May.", "It is worked out anew.", "\u201cquoted\u201d"])
def test_a_retired_word_is_found(sentence):
    assert _retired(sentence, "en")


@pytest.mark.slow
def test_no_retired_word_is_used():
    wrong = [f"{file}:{line}: {word}" for file, line, word in _found() if not _excepted(file, word)]
    assert wrong == []


if __name__ == "__main__":  # how many are left, by directory
    for place, number in Counter("/".join(file.split("/")[:4]) for file, _, _ in _found()).most_common():
        sys.stdout.write(f"{number:5} {place}\n")
