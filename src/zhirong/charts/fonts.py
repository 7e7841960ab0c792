"""The Chinese font that charts and documents are set in.

It comes with the wheel ``manimgx-fonts-cjk`` (Noto Sans CJK, SIL Open Font License 1.1), so that a machine without
Chinese fonts prints Chinese. Debian's own copy serves where the wheel is omitted.
"""

from importlib.util import find_spec
from pathlib import Path

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

FAMILY = "Noto Sans CJK SC"
WHEEL = "manimgx_fonts_cjk"
DEBIAN_FOLDER = Path("/usr/share/fonts/opentype/noto")


def font_folder() -> Path:
    """The folder that holds the font. Raises InputError with the command to install it where there is none."""
    spec = find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    if any(DEBIAN_FOLDER.glob("NotoSansCJK*")):
        return DEBIAN_FOLDER
    problem = Problem(
        field="font",
        value=FAMILY,
        reason=Text("这台机器没有中文字体，写不出文件", "this machine has no Chinese font to set the document in"),
        hint=Text(
            "运行 pip install manimgx-fonts-cjk，或 apt-get install fonts-noto-cjk",
            "run pip install manimgx-fonts-cjk, or apt-get install fonts-noto-cjk",
        ),
        code="no_chinese_font",
    )
    raise InputError([problem])
