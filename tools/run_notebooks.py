"""Runs the notebooks of the documentation: ``python tools/run_notebooks.py [--write] [NAME ...]``.

Cells of code run one after the other in one namespace, in an empty folder; what they print and the value of a last
expression are the outputs. --write keeps the outputs in the files. Jupyter itself is not needed, which would bring two
hundred packages for eight files; it opens the files as they are.
"""

import ast
import base64
import contextlib
import io
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "notebooks"


def code_of(notebook: Path) -> list[str]:
    """The cells of code, in order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run(notebook: Path, folder: Path) -> list[list[dict[str, Any]]]:
    """Outputs of every cell of code. Raises the error of a cell, with the number of the cell."""
    os.environ["MPLBACKEND"] = "Agg"
    names: dict[str, Any] = {"__name__": "__main__"}
    made = []
    with contextlib.chdir(folder):
        for number, source in enumerate(code_of(notebook), 1):
            try:
                made.append(_run_cell(source, names))
            except Exception as error:
                error.add_note(f"{notebook.name}, cell of code {number}")
                raise
    return made


def _run_cell(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - the documentation's own code
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(True)})
    if value is not None:
        outputs.append(_result(value))
    outputs += _figures()
    return outputs


def _result(value: object) -> dict[str, Any]:
    data = {"text/plain": repr(value).splitlines(True)}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_().splitlines(True)
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def _figures() -> list[dict[str, Any]]:
    """Figures that the cell left open, as pictures."""
    plots = sys.modules.get("matplotlib.pyplot")
    made = []
    for number in plots.get_fignums() if plots is not None else ():
        picture = io.BytesIO()
        plots.figure(number).savefig(picture, format="png", dpi=60, metadata={"Software": None})
        plots.close(number)
        data = {"image/png": base64.b64encode(picture.getvalue()).decode()}
        made.append({"output_type": "display_data", "metadata": {}, "data": data})
    return made


def keep(notebook: Path, outputs: list[list[dict[str, Any]]]) -> None:
    """The outputs in the file."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for number, (cell, made) in enumerate(zip(cells, outputs, strict=True), 1):
        cell["execution_count"] = number
        cell["outputs"] = [
            {**one, "execution_count": number} if one["output_type"] == "execute_result" else one for one in made
        ]
    notebook.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(words: list[str]) -> int:
    """Run the notebooks named, by default all."""
    named = [word for word in words if not word.startswith("--")]
    failed = 0
    for notebook in sorted(FOLDER.rglob("*.ipynb")):
        if named and not any(word in (notebook.parent.name, notebook.stem) for word in named):
            continue
        # In the folder of the build, so that a cell that looks for the project above it finds it.
        (ROOT / "build").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
            try:
                outputs = run(notebook, Path(folder))
            except Exception:
                traceback.print_exc()
                failed += 1
                continue
        if "--write" in words:
            keep(notebook, outputs)
        print(f"{notebook.relative_to(ROOT)}: {len(outputs)} cells")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
