"""The retired words of the style sheet stay out of what people read: docstrings, comments, messages, pages, rules, documents."""

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
}
PUNCTUATION = re.compile("[\u201c\u201d\u2018\u2019\u2026]|(?<=\\s)[\u2013\u2014](?=\\s)")

# Words of others: a document's title, a name in another program, a format that is kept.
QUOTED = re.compile(r"``[^`]*``|`[^`]*`")

# Directories that are clean. Everything below src, docs and tools is to be here; what is not yet is named in LEFT.
CLEAN = (
    "src/zhirong/kernel",
    "src/zhirong/ledger",
    "src/zhirong/evidence",
    "src/zhirong/batch",
)


def _retired(words: str, lang: str) -> list[str]:
    text = QUOTED.sub("", words)
    table = CHINESE if lang == "zh" else ENGLISH
    found = []
    for pattern in table:
        whole = pattern if lang == "zh" else rf"\b({pattern})\b"
        found += [match[0] for match in re.finditer(whole, text, re.IGNORECASE)]
    if lang == "en" and not re.search(r"[\u4e00-\u9fff]", words):
        found += PUNCTUATION.findall(text)
    return found


def _found() -> list[tuple[str, int, str]]:
    here = []
    for path in files():
        for sentence in of_file(path):
            here += [(sentence.file, sentence.line, word) for word in _retired(sentence.words, sentence.lang)]
    return here


@pytest.mark.parametrize("sentence", ["The mode holds until May.", "It is worked out anew.", "\u201cquoted\u201d"])
def test_a_retired_word_is_found(sentence):
    assert _retired(sentence, "en")


def test_clean_directories_stay_clean():
    wrong = [f"{file}:{line}: {word}" for file, line, word in _found() if file.startswith(CLEAN)]
    assert wrong == []


if __name__ == "__main__":  # how many are left, by directory
    for place, number in Counter("/".join(file.split("/")[:4]) for file, _, _ in _found()).most_common():
        sys.stdout.write(f"{number:5} {place}\n")
