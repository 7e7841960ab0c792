"""Words shown to people, in Chinese and English together, so that neither can be forgotten."""

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages of the product. Chinese is the leading one."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """The message in the language asked for."""
        return self.zh if lang == "zh" else self.en

    def as_json(self) -> dict[str, str]:
        """Both languages, keyed ``zh`` and ``en``."""
        return {"zh": self.zh, "en": self.en}


def same(words: str) -> Text:
    """A text that reads alike in both languages: a number, a name, a formula."""
    return Text(words, words)
