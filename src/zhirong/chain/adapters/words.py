"""Normalise headings and words of tables."""

import re
import unicodedata

_IN_BRACKETS = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"[\s_\-*:.]+")
TEXT_MARKS = ("=", "'", "‘", "’")
_TEXT_PREFIX = re.compile(r'="(.*)"', re.DOTALL)


def heading_key(heading: str) -> str:
    """Return a heading without variations: width, case, blanks, underscores, asterisks and bracketed remarks."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _BETWEEN.sub("", _IN_BRACKETS.sub("", text))


def full_key(heading: str) -> str:
    """Return the same with its bracketed remarks: 申请（专利权）人 is not 申请人."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", heading).casefold())


def word_key(word: str) -> str:
    """Return a cell's word without variations: width, case and outer blanks."""
    if word.isascii():  # is in its normal form, as numbers and dates are
        return word.casefold().strip()
    return unicodedata.normalize("NFKC", word).casefold().strip()


def without_text_mark(text: str) -> str:
    """Return a cell without the marks by which spreadsheets protect digits: ``="000123"`` and ``'000123``."""
    if not text.startswith(TEXT_MARKS):
        return text
    match = _TEXT_PREFIX.fullmatch(text)
    if match is not None:
        return match[1].replace('""', '"').strip()
    return text if text.startswith("=") else text[1:].strip()
