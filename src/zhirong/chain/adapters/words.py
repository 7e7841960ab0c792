"""Headings and words of tables, without what people vary in them."""

import re
import unicodedata

_IN_BRACKETS = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"[\s_\-*:.]+")
TEXT_MARKS = ("=", "'", "‘", "’")
_TEXT_PREFIX = re.compile(r'="(.*)"', re.DOTALL)


def heading_key(heading: str) -> str:
    """A heading without what people vary: width, case, blanks, underscores, asterisks and bracketed remarks."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _BETWEEN.sub("", _IN_BRACKETS.sub("", text))


def full_key(heading: str) -> str:
    """The same with its bracketed remarks: 申请（专利权）人 is not 申请人."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", heading).casefold())


def word_key(word: str) -> str:
    """A cell's word without what people vary: width, case and blanks around."""
    if word.isascii():  # is in its normal form, as numbers and dates are
        return word.casefold().strip()
    return unicodedata.normalize("NFKC", word).casefold().strip()


def without_text_mark(text: str) -> str:
    """A cell without the marks by which spreadsheets are made to keep digits: ``="000123"`` and ``'000123``."""
    if not text.startswith(TEXT_MARKS):
        return text
    match = _TEXT_PREFIX.fullmatch(text)
    if match is not None:
        return match[1].replace('""', '"').strip()
    return text if text.startswith("=") else text[1:].strip()
