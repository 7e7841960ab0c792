"""Two generators of clients that know nothing of this project read the description of the API and lose nothing of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools"))
import make_client  # noqa: E402

_BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The description as a file, and the names of all its operations."""
    spec: Any = make_client.described()
    file = tmp_path_factory.mktemp("openapi") / "openapi.json"
    file.write_text(json.dumps(spec), encoding="utf-8")
    return file, sorted(call["operationId"] for calls in spec["paths"].values() for call in calls.values())


def test_openapi_python_client_builds_every_operation(described: tuple[Path, list[str]]) -> None:
    file, operations = described
    (file.parent / "options.yml").write_text("post_hooks: []\n", encoding="utf-8")
    made = file.parent / "made"
    words = _run("openapi-python-client", "generate", "--path", file, "--output-path", made, "--meta", "none",
                 "--config", file.parent / "options.yml")  # fmt: skip
    assert "WARNING" not in words and "Unable" not in words, words[-2000:]
    modules = [one for one in made.glob("api/*/*.py") if one.stem != "__init__"]
    assert sorted(one.stem for one in modules) == operations
    for one in [*modules, *made.glob("models/*.py")]:
        compile(one.read_text(encoding="utf-8"), str(one), "exec", dont_inherit=True)


def test_clientele_builds_every_operation(described: tuple[Path, list[str]]) -> None:
    file, operations = described
    made = file.parent / "second"
    _run("clientele", "start-api", "--file", file, "--output", made)
    source = (made / "client.py").read_text(encoding="utf-8")
    functions = [line[4:].partition("(")[0] for line in source.splitlines() if line.startswith("def ")]
    assert sorted(functions) == operations
    for one in made.glob("*.py"):
        compile(one.read_text(encoding="utf-8"), str(one), "exec", dont_inherit=True)


def _run(*command: Any) -> str:
    done = subprocess.run(
        [str(_BIN / str(command[0])), *map(str, command[1:])],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(str(command[command.index("--config") + 1])).parent if "--config" in command else None,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr
