"""The page "Add a kind of right", followed to the letter in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "en" / "how-to" / "kind-of-right.md"
KINDS = "chain/right/kinds.py"
# Where the page's blocks of Python go, in their order: before this pattern of this file. Patterns name code, not
# comments, whose wording may change.
PLACES = (
    (KINDS, r"\n\nclass Register\(StrEnum\)"),
    ("kernel/identifiers.py", r"\}\n(?:#[^\n]*\n)*NUMBER_OPTIONAL ="),
    (KINDS, r"\)\n\nKINDS: Mapping"),
)
MISSING = """
from datetime import date
from zhirong.chain.right.kinds import RightKind, missing_parts
from zhirong.kernel.rulebook_files import load_rulebook
print(*missing_parts(RightKind("domain_name"), load_rulebook(), date(2026, 11, 30)), sep="\\n")
"""


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


class Copy:
    """A copy of the package into which the steps of the page are written."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "zhirong"
        # With what is compiled: each process of the copy would compile the whole package again.
        # What other processes are writing at this moment may be gone at the next.
        unfinished = shutil.ignore_patterns("*.pyc.*", "*.nb?*")
        shutil.copytree(ROOT / "src" / "zhirong", self.package, ignore=unfinished)

    def write(self, number: int) -> None:
        """One Python block of the page into its place."""
        name, before = PLACES[number]
        file = self.package / name
        text = file.read_text(encoding="utf-8")
        (place,) = (found.start() for found in re.finditer(before, text))
        block = f"\n{blocks('python')[number].rstrip()}"
        file.write_text(text[:place] + block + text[place:], encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A Python process that imports the copy."""
        environment = {**os.environ, "PYTHONPATH": str(self.package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
        )

    def missing(self) -> list[str]:
        """Return what the new kind lacks, as listed by the package."""
        done = self.run("-c", MISSING)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


def test_the_page_is_followed_step_by_step(copy: Copy, tmp_path: Path) -> None:
    assert len(blocks("python")) == len(PLACES)
    copy.write(0)
    assert copy.missing() == ["domain_name: no record in chain/right/kinds.py"]
    copy.write(2)
    assert copy.missing() == ["domain_name: no number form in kernel/identifiers.py (NUMBER_FORMS)"]
    copy.write(1)
    example = blocks("text")[0].strip()
    assert example in copy.missing() and len(copy.missing()) > 1
    (copy.package / "rules" / "right" / "domain_name.toml").write_text(blocks("toml")[0], encoding="utf-8")
    assert copy.missing() == [""]

    rights = tmp_path / "rights.csv"
    rights.write_text("种类,名称,权利人,登记日\n网络域名,example.cn,甲公司,2024-02-29\n", encoding="utf-8")
    done = copy.run(
        "-m", "zhirong.cli.main", "rights", "check", str(rights), "--as-of", "2026-11-30", "--lang", "en"
    )
    assert done.returncode == 0 and "domain name" in done.stdout and "2034-02-27" in done.stdout, (
        done.stdout + done.stderr
    )

    case = (ROOT / "tests" / "quote" / "data-ip.toml").read_text(encoding="utf-8")
    file = tmp_path / "case.toml"
    file.write_text(
        re.sub(r'kind = "data_ip"', 'kind = "domain_name"', case).replace('number = "2026A0010000123X"\n', ""),
        encoding="utf-8",
    )
    done = copy.run("-m", "zhirong.cli.main", "quote", str(file), "--mode", "bank-alone", "--lang", "zh")
    assert done.returncode == 0 and "网络域名" in done.stdout, done.stdout + done.stderr
