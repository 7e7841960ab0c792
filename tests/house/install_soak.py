"""Installs what an analyst, and what an integrator, installs from a clone, into environments of their own, and uses it.

A long run (``make soak``): it downloads some 60 MB. The tests of every day play the missing modules instead.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "src/zhirong/cases/xixian-jingshuixing/case.toml"


def run(*words: str | Path, code: int = 0) -> str:
    """A command outside the clone, so that nothing of it is found by chance. Ends the run where it fails."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, cwd="/", env={}
    )
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, words))} gave {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def environment(folder: Path, *requirements: str | Path) -> Path:
    """The ``bin`` of a new environment with these requirements."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *requirements]
    subprocess.run(pip, check=True)
    return folder / "bin"


def main() -> None:
    """Both environments."""
    with tempfile.TemporaryDirectory() as made:
        base = environment(Path(made) / "base", ROOT)
        run(base / "zhirong", "quote", CASE, "--mode", "national-28")
        said = run(base / "zhirong", "--lang", "en", "quote", CASE, "--pdf", Path(made) / "x.pdf", code=2)
        if 'pip install "zhirong[documents]"' not in said:
            sys.exit(f"the command to install is not named: {said}")
        client = environment(Path(made) / "client", ROOT / "clients" / "python")
        run(client / "python", "-c", "import zhirong_client; zhirong_client.Client('http://127.0.0.1:9')")
        if "zhirong-client" not in run(client / "pip", "list") or "numpy" in run(client / "pip", "list"):
            sys.exit("the client is not alone")
    print("installed and used: the base, the client")


if __name__ == "__main__":
    main()
