"""A run of the tests that is killed leaves no database server and no folder behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = """
import sys, time
sys.path.insert(0, "tests/register")
import register_databases
register_databases._server()
print(register_databases.HOME, flush=True)
time.sleep(600)
"""


def test_a_killed_run_leaves_no_server_and_no_folder() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    home = Path(process.stdout.readline().strip())
    server = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{server}").exists()
    process.kill()
    process.wait()
    for _ in range(600):
        if not home.exists() and not _runs(server):
            return
        time.sleep(0.1)
    raise AssertionError(f"left: {home if home.exists() else ''} {server if _runs(server) else ''}")


def _runs(pid: int) -> bool:
    """Whether the process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
