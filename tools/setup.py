"""Set up everything that `make demo` and `make test` need, using only the standard library.

python3 tools/setup.py base|test     make the environment from the lock file python3 tools/setup.py --left-out
report the omitted parts prominently, with the command that fixes them
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LEFT_OUT = VENV / "left-out.txt"
LOCKS = {"base": ROOT / "requirements" / "base.txt", "test": ROOT / "requirements" / "dev.txt"}
OLDEST = (3, 11)
# The tests take the first that is there (tests/browsers.py); apt has the first two.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def main(words: list[str]) -> int:
    """Run one of the two tasks named above."""
    if words == ["--left-out"]:
        say_left_out()
        return 0
    if len(words) != 1 or words[0] not in LOCKS:
        print(__doc__)
        return 2
    if sys.version_info < OLDEST:
        print(f"Python 3.11 or later is needed; {sys.executable} is {sys.version.split()[0]}.")
        print("Fix: install Python 3.11, or name it: make demo PYTHON=/path/to/python3.11")
        return 1
    make_environment(words[0])
    left_out = look_for_browser() if words[0] == "test" else []
    LEFT_OUT.write_text("\n".join(left_out), encoding="utf-8")
    return 0


def make_environment(kind: str) -> None:
    """Create the virtual environment from the lock file, with the package itself in editable form."""
    stamp = VENV / "installed.txt"
    wanted = fingerprint(kind)
    installed = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    # A test environment also serves the demo: its lock file contains the other one.
    if wanted in installed:
        return
    python = VENV / "bin" / "python"
    if not python.exists():
        print(f"Making the environment in {VENV.name}/...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
        if made.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit("No virtual environment could be made. On Debian: apt-get install python3-venv")
    print(f"Installing what {LOCKS[kind].relative_to(ROOT)} locks (a minute or two the first time)...", flush=True)
    # Modules are compiled when they are first imported: most of them never are.
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-compile"]
    if not install_with_uv(pip, LOCKS[kind]):
        run([*pip, "--require-hashes", "-r", str(LOCKS[kind])])
    run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    served = [fingerprint("base"), wanted] if kind == "test" else [wanted]
    stamp.write_text("\n".join(dict.fromkeys(served)), encoding="utf-8")


def install_with_uv(pip: list[str], lock: Path) -> bool:
    """Install the locked packages with uv, which is faster than pip; return whether that worked. pip: its command."""
    own, folder = VENV / "uv.txt", VENV / "installer"
    found = re.search(r"^uv==.*(?:\n    --hash.*)+", LOCKS["test"].read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        return False
    own.write_text(found.group(), encoding="utf-8")
    if (
        subprocess.run([*pip, "--target", str(folder), "--require-hashes", "-r", str(own)], check=False).returncode
        != 0
    ):
        return False
    words = ["pip", "install", "-q", "--python", pip[0], "--require-hashes", "-r", str(lock)]
    done = subprocess.run(
        [str(folder / "bin" / "uv"), *words], env={**os.environ, **places(pip[0])}, capture_output=True, check=False
    )
    if done.returncode != 0:
        print("uv could not install it; pip will (two minutes or three).", flush=True)
    return done.returncode == 0


def places(python: str) -> dict[str, str]:
    """Return where pip finds packages, as variables of uv; a variable of uv that is already set takes precedence."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    # The environment is listed first and takes precedence over a file: the first value of a name is used.
    settings = dict(reversed(re.findall(r"^\S+\.([a-z-]+)='(.*)'$", listed, re.MULTILINE)))
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    given = {name: settings[word] for word, name in names.items() if word in settings}
    # As with pip, the locked version is taken from any index that has it; its hash proves that it is the right one.
    given["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in given.items() if name not in os.environ}


def fingerprint(kind: str) -> str:
    """Return a hash that changes with the lock file and the package definition."""
    content = LOCKS[kind].read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content).hexdigest()


def look_for_browser() -> list[str]:
    """Find Chromium for the browser tests, install it if this user may, or report it as omitted."""
    if any(shutil.which(name) for name in BROWSERS):
        return []
    hint = "apt-get update && apt-get install -y chromium"
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        print("Installing chromium for the browser tests...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["install", "-y", "-qq", "--no-install-recommends"]
        for words in (["update", "-qq"], [*install, BROWSERS[0]], [*install, BROWSERS[1]]):
            subprocess.run([apt, *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
            if any(shutil.which(name) for name in BROWSERS):
                return []
    return [f"chromium is not installed, so the browser tests were skipped. To install it (as root): {hint}"]


def say_left_out() -> None:
    """Print the omitted parts, so that a skipped test is not mistaken for a passed one."""
    lines = LEFT_OUT.read_text(encoding="utf-8").splitlines() if LEFT_OUT.exists() else []
    if lines:
        print("\n" + "!" * 100)
        print("LEFT OUT:")
        for line in lines:
            print(f"  - {line}")
        print("!" * 100)


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        sys.exit(f"This failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
