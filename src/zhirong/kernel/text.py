"""Text shown to users, always in Chinese and English together."""

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """A message in both languages of the product. Chinese is the primary one."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """Return the message in the requested language."""
        return self.zh if lang == "zh" else self.en

    def as_json(self) -> dict[str, str]:
        """Return both languages, keyed ``zh`` and ``en``."""
        return {"zh": self.zh, "en": self.en}


# A Chinese hint that begins with one of these states a choice or a limit; every other hint is an instruction.
_NO_INSTRUCTION = "请可应至每不如各年余例须最已无一两此没是"


def how_to_fix(hint: Text, lang: Lang) -> str:
    """Return a hint as a separate sentence: a Chinese instruction begins with 请, English with ``Fix:``."""
    if lang == "en":
        return f"Fix: {hint.en}"
    instructs = "\u4e00" <= hint.zh[:1] <= "\u9fff" and hint.zh[0] not in _NO_INSTRUCTION
    return f"请{hint.zh}" if instructs else hint.zh


def same(words: str) -> Text:
    """Return a text that is the same in both languages: a number, a name, a formula."""
    return Text(words, words)
