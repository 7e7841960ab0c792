"""The Chinese font of charts and documents.

It is in the wheel ``manimgx-fonts-cjk`` (Noto Sans CJK, SIL Open Font License 1.1), so that a machine without
Chinese fonts can print Chinese. Without the wheel, Debian's own copy is used.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    import typst

FAMILY = "Noto Sans CJK SC"
WHEEL = "manimgx_fonts_cjk"
DEBIAN_FOLDER = Path("/usr/share/fonts/opentype/noto")


def font_folder() -> Path:
    """Return the folder of the font. Raises InputError with the command to install it if there is none."""
    spec = find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    if any(DEBIAN_FOLDER.glob("NotoSansCJK*")):
        return DEBIAN_FOLDER
    problem = Problem(
        field="font",
        value=FAMILY,
        reason=Text("本机没有中文字体，无法生成文件", "this machine has no Chinese font for the document"),
        hint=Text(
            "请运行 pip install manimgx-fonts-cjk 或 apt-get install fonts-noto-cjk",
            "run pip install manimgx-fonts-cjk, or apt-get install fonts-noto-cjk",
        ),
        code="no_chinese_font",
    )
    raise InputError([problem])


def typesetting_fonts() -> "typst.Fonts":
    """Return the fonts of PDF and PNG, read once per process: reading them takes longer than a page.

    Raises InputError as :func:`font_folder` does.
    """
    return _fonts_of(str(font_folder()))


@cache
def _fonts_of(folder: str) -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[folder])
