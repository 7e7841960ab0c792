"""Long names of parts stand on two lines, whole, in a reader's own font too."""

from zhirong.charts.drawing import to_svg
from zhirong.charts.portfolio import slices_chart
from zhirong.kernel.text import Text

LONG = Text("北京“知融通”银行自建指数与许可回授", "Beijing, bank-built index and licence-back")


def test_a_long_name_is_drawn_whole_on_several_lines() -> None:
    svg = to_svg(slices_chart("mode", [(LONG, 1_000_000), (Text("短", "short"), 5)], "en", 460))
    assert "…" not in svg
    for line in ("Beijing, bank-built", "index and", "licence-back"):
        assert f">{line}<" in svg
