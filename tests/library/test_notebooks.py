"""The notebooks of the documentation run, say the same code in both languages, and show what they say they show."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from run_notebooks import FOLDER, code_of, run  # noqa: E402 - a tool, not a package

pytestmark = pytest.mark.slow

NAMES = sorted(path.name for path in (FOLDER / "en").glob("*.ipynb"))
_MOST_LINES = 15


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder inside the project: a reader has the notebooks there as well."""
    (ROOT / "build").mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=ROOT / "build"))
    yield made
    shutil.rmtree(made)


def test_there_are_four_in_each_language() -> None:
    assert len(NAMES) == 4
    assert sorted(path.name for path in (FOLDER / "zh").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_run_the_same_code(name: str) -> None:
    zh, en = ([code.replace(f'"{lang}"', "") for code in code_of(FOLDER / lang / name)] for lang in ("zh", "en"))
    assert zh == en


@pytest.mark.parametrize("name", NAMES)
def test_what_a_reader_sees_was_run(name: str) -> None:
    for lang in ("zh", "en"):
        cells = json.loads((FOLDER / lang / name).read_text(encoding="utf-8"))["cells"]
        numbers = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
        assert numbers == list(range(1, len(numbers) + 1)), "run python tools/run_notebooks.py --write"
        assert not any(one["output_type"] == "error" for cell in cells for one in cell.get("outputs", ()))


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("2-")])
def test_a_notebook_runs(name: str, folder: Path) -> None:
    outputs = run(FOLDER / "en" / name, folder)
    assert any("text/html" in one.get("data", {}) for cell in outputs for one in cell)


def test_a_thousand_companies_are_quoted_plotted_and_exported_in_fifteen_lines(folder: Path) -> None:
    notebook = FOLDER / "en" / next(name for name in NAMES if name.startswith("2-"))
    whole = next(code for code in code_of(notebook) if "quote_many" in code)
    assert len([line for line in whole.splitlines() if line.strip()]) <= _MOST_LINES
    outputs = run(notebook, folder)
    assert any("image/png" in one.get("data", {}) for cell in outputs for one in cell)
    assert (folder / "portfolio.png").stat().st_size > 5_000
    rows = CalamineWorkbook.from_path(folder / "portfolio.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == 1_001
    assert "amount_yuan_offered" in rows[0]
