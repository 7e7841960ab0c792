"""The built distributions: the package with all its data, and the client, which does not need the package."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from zhirong.version import __version__

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "python"


ADDRESSES = {"Repository": "https://code.example.cn/zhirong", "Documentation": "https://docs.example.cn/"}


def _built(folder: Path, target: str, out: Path, addresses: str = "") -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        env={**os.environ, "ZHIRONG_PROJECT_URLS": addresses},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(iter(out.glob("*.whl" if target == "wheel" else "*.tar.gz")))


def _addresses(wheel: Path) -> dict[str, str]:
    """The project's addresses in the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    found = [line.removeprefix("Project-URL: ") for line in metadata.splitlines() if line.startswith("Project-URL")]
    return dict(one.split(", ") for one in found)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's wheel, made from its source distribution: the longer of the two ways."""
    out = tmp_path_factory.mktemp("client")
    shutil.unpack_archive(_built(CLIENT, "sdist", out / "sdist"), out / "unpacked", filter="data")
    shutil.rmtree(CLIENT / "build", ignore_errors=True)
    return _built(next((out / "unpacked").iterdir()), "wheel", out / "wheel")


def test_one_version_everywhere() -> None:
    for folder in (ROOT, CLIENT):
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert project["version"] == __version__


def test_the_client_is_built_the_same_from_a_clone(client: Path, tmp_path: Path) -> None:
    direct = _built(CLIENT, "wheel", tmp_path)
    assert _addresses(direct) == {}
    shutil.rmtree(CLIENT / "build", ignore_errors=True)
    with zipfile.ZipFile(client) as one, zipfile.ZipFile(direct) as other:
        assert {name: one.read(name) for name in one.namelist()} == {n: other.read(n) for n in other.namelist()}


def test_the_client_needs_httpx_alone(client: Path) -> None:
    """Every module of it is imported where neither the package nor anything else of it can be."""
    with zipfile.ZipFile(client) as archive:
        names = archive.namelist()
        modules = [name.removesuffix(".py").replace("/", ".") for name in names if name.endswith(".py")]
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert "zhirong_client/py.typed" in names
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == [
        "Requires-Dist: httpx>=0.28"
    ]
    code = f"""
import importlib, json, sys
sys.path.insert(0, {str(client)!r})
for name in {modules!r}:
    importlib.import_module(name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"zhirong", "django", "numpy"}})))
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=client.parent,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_who_publishes_the_project_names_its_addresses(tmp_path: Path) -> None:
    written = ", ".join(f"{name}={address}" for name, address in ADDRESSES.items())
    sdist = _built(CLIENT, "sdist", tmp_path / "sdist", written)
    shutil.unpack_archive(sdist, tmp_path / "unpacked", filter="data")
    shutil.rmtree(CLIENT / "build", ignore_errors=True)
    # From the source distribution they are known without the variable.
    assert _addresses(_built(next((tmp_path / "unpacked").iterdir()), "wheel", tmp_path / "wheel")) == ADDRESSES
    failed = [sys.executable, "-m", "hatchling", "metadata"]
    for written in ("Repository", "Repository=https://example.org\nLicense: another"):
        wrong = {**os.environ, "ZHIRONG_PROJECT_URLS": written}
        done = subprocess.run(failed, env=wrong, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0 and "Name=https://address" in done.stderr, written


def test_the_wheel_holds_the_rules_the_cases_and_the_templates(tmp_path: Path) -> None:
    written = ", ".join(f"{name}={address}" for name, address in ADDRESSES.items())
    wheel = _built(ROOT, "wheel", tmp_path, written)
    assert _addresses(wheel) == ADDRESSES
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    there = {
        str(file.relative_to(ROOT / "src"))
        for file in (ROOT / "src" / "zhirong").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert there - names == set()
    assert {"zhirong/py.typed", "zhirong/client/py.typed"} <= names
