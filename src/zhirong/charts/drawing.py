"""Turn a chart's definition into SVG, PNG and an interactive page, all without a network."""

import json
import re
from functools import cache, lru_cache
from html import escape
from typing import Any

from zhirong.charts.fonts import FAMILY, font_folder, typesetting_fonts
from zhirong.kernel.text import Lang

Spec = dict[str, Any]

# The functions that the page calls; the bundle contains the libraries that it needs.
_SNIPPET = "window.vegaEmbed = vegaEmbed;"
# SVG renderers set a variable font at its thinnest weight if only the normal weight is requested.
_NOT_BOLD = re.compile(r'<text (?![^>]*font-weight="(?:bold|700)")')
_NORMAL = "<text style=\"font-variation-settings:'wght' 400\" "
_PIXELS_PER_INCH = 72  # one SVG pixel is one typographic point


def to_svg(spec: Spec) -> str:
    """Return the chart as SVG with its words as text."""
    return _svg(json.dumps(spec, ensure_ascii=False))


@lru_cache(maxsize=128)  # some 30 KB each; a page and its PDF in two languages show the same charts again and again
def _svg(spec: str) -> str:
    import vl_convert

    _register_font()
    svg: str = vl_convert.vegalite_to_svg(spec)
    return _NOT_BOLD.sub(_NORMAL, svg)


def to_png(spec: Spec, scale: float = 2.0) -> bytes:
    """Return the chart as PNG, ``scale`` pixels per pixel of the definition.

    Typst draws it, like the PDF: the PNG of vl-convert sets our variable font at its thinnest weight.
    """
    import typst

    page = f'#set page(width: auto, height: auto, margin: 0pt)\n#set text(font: "{FAMILY}")\n'
    picture = '#image(bytes(sys.inputs.at("svg")), format: "svg")'
    compiled = typst.compile(
        (page + picture).encode(),
        font_paths=typesetting_fonts(),
        sys_inputs={"svg": to_svg(spec)},
        format="png",
        ppi=_PIXELS_PER_INCH * scale,
    )
    if not isinstance(compiled, bytes):
        raise AssertionError("one chart makes one page")
    return compiled


def to_html(spec: Spec, lang: Lang = "zh") -> str:
    """Return a complete page with the interactive chart and all scripts; it makes no network request."""
    # A closing tag inside user text must not end the script that contains it.
    data = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    title = escape(str(spec["title"]["text"]))
    language = "zh-Hans" if lang == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>body{{font-family:'{FAMILY}','Microsoft YaHei','PingFang SC',sans-serif;margin:1.5rem}}</style>\n"
        f"<script>{_script()}</script></head>\n"
        f'<body><div id="chart" role="img" aria-label="{escape(str(spec["description"]))}"></div>\n'
        f"<script>vegaEmbed('#chart', {data}, {{renderer: 'svg', actions: false}});</script>\n</body>\n</html>\n"
    )


@cache
def _script() -> str:
    import vl_convert

    script: str = vl_convert.javascript_bundle(_SNIPPET)
    return script.replace("</script", "<\\/script")


@cache
def _register_font() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(font_folder()))
