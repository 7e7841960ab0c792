"""Common passwords in their longer forms: a common word with digits, repetitions, adjacent keys."""

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

_ROWS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890",
    "9876543210987654321098765432109",
)
# Words related to the platform, or with which people here begin passwords.
_OWN = frozenset(
    {
        "zhirong",
        "password",
        "passwort",
        "admin",
        "administrator",
        "welcome",
        "woaini",
        "mima",
        "qwerty",
        "bank",
        "china",
    }
)
_READ_AS = str.maketrans("@4301!5$7", "aaeoiisst")
_LEAST = 12  # number of characters of a password that must be none of these; the length is checked separately


class UsualPasswordValidator(CommonPasswordValidator):
    """Rejects passwords that attackers try first, even if made longer. The rest after removing such pieces must be
    long enough.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a common password."""
        if self._left(password.lower()) < _LEAST // 2:
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        """Return advice in the reader's language."""
        if (get_language() or "").startswith("zh"):
            return "该口令过于常见。请改用几个不相关的词，不要使用常见词加数字、重复或连续的按键。"
        return "This password is too common. Use several unrelated words; avoid common words with digits, repetitions or adjacent keys."

    def _left(self, password: str) -> int:
        """Return the number of characters left after removing the guessable parts; 0 for a single common word with
        digits and punctuation.
        """
        if password in self.passwords:
            return 0
        left = _without_repeats(password)
        for row in _ROWS:
            left = _without_row(left, row)
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", left)
        forms = {core, core.translate(_READ_AS), re.sub(r"[\W\d_]+", "", core)}
        return 0 if forms & _OWN or any(one in self.passwords for one in forms) else len(left)


def _without_repeats(password: str) -> str:
    """Return one copy of repeated text: ``abcabcabc`` becomes ``abc``."""
    return re.sub(r"(.+?)\1{2,}", r"\1", password)


def _without_row(password: str, row: str) -> str:
    """Remove stretches of four or more characters that are adjacent in a row, forwards or backwards."""
    for way in (row, row[::-1]):
        at = 0
        while at + 4 <= len(password):
            end = at + 4
            if password[at:end] not in way:
                at += 1
                continue
            while end < len(password) and password[at : end + 1] in way:
                end += 1
            password = password[:at] + password[end:]
    return password
