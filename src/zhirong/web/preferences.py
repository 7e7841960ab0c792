"""A reader's preferences for all pages: language, colours, density, unit of amounts. Kept in cookies that the
server sets.

A preference is chosen once in the address (``?theme=dark``) and then remembered. It changes how a page looks, never what
it contains, so a link may set it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.http import HttpResponse

from zhirong.kernel.text import Lang, Text
from zhirong.operations.http_request import HttpRequest

_YEAR = 365 * 24 * 3600  # seconds
Unit = Literal["wan", "yuan"]


@dataclass(frozen=True, slots=True)
class Preference:
    """One preference. name: in the address. choices: values with their titles, the default first."""

    name: str
    title: Text
    choices: tuple[tuple[str, Text], ...]

    @property
    def cookie(self) -> str:
        """Return the name of the cookie that remembers it."""
        return "zhirong_language" if self.name == "lang" else f"zhirong_{self.name}"

    def of(self, request: HttpRequest) -> str:
        """Return the reader's choice; empty if there is none."""
        known = dict(self.choices)
        given = (request.GET.get(self.name), request.COOKIES.get(self.cookie))
        return next((one for one in given if one is not None and one in known), "")

    def remember(self, request: HttpRequest, response: HttpResponse) -> None:
        """Set the cookie if the address of the request contains a new choice."""
        chosen = request.GET.get(self.name)
        if chosen is None or chosen not in dict(self.choices) or request.COOKIES.get(self.cookie) == chosen:
            return
        response.set_cookie(self.cookie, chosen, max_age=_YEAR, samesite="Lax", httponly=True)


LANGUAGE: Final = Preference(
    "lang", Text("语言", "Language"), (("zh", Text("中文", "中文")), ("en", Text("English", "English")))
)
THEME: Final = Preference(
    "theme",
    Text("颜色", "Colours"),
    (
        ("system", Text("跟随系统", "Same as the device")),
        ("light", Text("浅色", "Light")),
        ("dark", Text("深色", "Dark")),
    ),
)
DENSITY: Final = Preference(
    "density",
    Text("密度", "Density"),
    (
        ("page", Text("按页面", "By the page")),
        ("compact", Text("紧凑", "Compact")),
        ("roomy", Text("宽松", "Roomy")),
    ),
)
UNIT: Final = Preference(
    "unit",
    Text("列表的金额单位", "Amounts in lists"),
    (("wan", Text("万元", "CNY 10k")), ("yuan", Text("元", "CNY"))),
)
PREFERENCES: Final = (LANGUAGE, THEME, DENSITY, UNIT)
NAMES: Final = frozenset(one.name for one in PREFERENCES)  # in an address, next to the filters of a list


@dataclass(frozen=True, slots=True)
class Chosen:
    """The preferences of the reader of a page. theme, density: empty if the system or the page decides."""

    lang: Lang
    theme: str
    density: str
    unit: Unit


def chosen_by(request: HttpRequest) -> Chosen:
    """Return the reader's preferences. Lists are in units of ten thousand yuan for readers of Chinese, as is usual
    there.
    """
    lang: Lang = "en" if LANGUAGE.of(request) == "en" else "zh"
    unit = UNIT.of(request) or ("wan" if lang == "zh" else "yuan")
    return Chosen(
        lang=lang,
        theme=THEME.of(request).replace("system", ""),
        density=DENSITY.of(request).replace("page", ""),
        unit="yuan" if unit == "yuan" else "wan",
    )
