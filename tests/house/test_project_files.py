"""The files that a project is known by: what they name is there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from zhirong.version import __version__

ROOT = Path(__file__).resolve().parents[2]


def _yaml(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_hosted_ci_runs_the_command_of_the_readme() -> None:
    jobs = _yaml(".github/workflows/ci.yml")["jobs"]
    commands = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    assert any(command.startswith("make test") for command in commands)
    for path in re.findall(r"(?:src|clients)/[\w/.-]+", " ".join(commands)):
        assert (ROOT / path).exists(), path


def test_hooks_run_what_the_environment_has() -> None:
    tools = {
        hook["entry"].split()[0] for repo in _yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]
    }
    locked = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
    providers = {"ruff": "ruff", "lint-imports": "import-linter", "pytest": "pytest"}
    for tool in tools:
        assert re.search(rf"^{providers[Path(tool).name]}==", locked, re.MULTILINE)


def test_the_version_is_in_the_change_log_and_supported() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", log, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(__version__)} \(\d{{4}}-\d{{2}}-\d{{2}}\)", headings[1])
    supported = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"| {__version__.rpartition('.')[0]} | yes |" in supported


def test_every_extra_is_explained_where_one_installs() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    page = (ROOT / "docs/en/how-to/install.md").read_text(encoding="utf-8")
    assert [extra for extra in extras if f"`{extra}`" not in page] == []


@pytest.mark.parametrize("command", ["make quick", "make test", "make serve", "make lock", "make soak"])
def test_commands_of_the_contribution_guide_exist(command: str) -> None:
    assert command in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
