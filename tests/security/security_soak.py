"""The attacks of ``tests/security`` for minutes instead of seconds: ``python tests/security/security_soak.py --minutes 10``.

A server of its own on the loopback; unfinished bodies and heads, connections that close in the middle, sign-ins with wrong passwords
and clients that read slowly, all at once. It prints how long pages took meanwhile and ends with 1 where the median was above a second,
where memory grew by more than a half, or where a process ended.
"""

import argparse
import json
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
for _folder in (HERE, HERE.parent, HERE.parent / "register", HERE.parent / "platform"):
    sys.path.insert(0, str(_folder))

import pytest  # noqa: E402
import register_databases  # noqa: E402
from attack_world import Server, serving  # noqa: E402
from platform_world import Platform  # noqa: E402

_BODY = b"POST /api/v1/register/verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{"
_HEAD = b"GET / HTTP/1.1\r\nHost: local"
_PAGE = b"GET /static/zhirong.css HTTP/1.1\r\nHost: localhost\r\n\r\n"


def run(minutes: float) -> int:
    """0 where the platform went on as it should."""
    with (
        pytest.MonkeyPatch.context() as patch,
        register_databases.fresh("sqlite") as (folder, url),
    ):
        Platform(folder, url, patch).account("owner@example.cn")
        register_databases.connections.close_all()
        with serving(folder) as server:
            return _attacked(server, 60 * minutes)


def _attacked(server: Server, seconds: float) -> int:
    over = threading.Event()
    attacks: tuple[Callable[[], object], ...] = (
        lambda: server.connect(_BODY, source=f"127.0.0.{random.randint(1, 200)}").recv(4096),  # noqa: S311
        lambda: server.connect(_HEAD, source=f"127.0.0.{random.randint(1, 200)}").recv(4096),  # noqa: S311
        lambda: server.connect(_BODY).close(),
        lambda: (server.connect(_PAGE), time.sleep(1)),
        lambda: server.sign_in("owner@example.cn", "wrong"),
    )
    threads = [
        threading.Thread(target=_again, args=(one, over), daemon=True)
        for one, times in zip(attacks, (60, 40, 4, 20, 1), strict=True)
        for _ in range(times)
    ]
    server.quickest()
    before, pages = _memory(server), []
    for one in threads:
        one.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.process.poll() is None:
        pages.append(server.seconds())
        time.sleep(0.2)
    over.set()
    for one in threads:
        one.join(30)
    after, has_ended = _memory(server), server.process.poll() is not None
    found = {
        "pages": len(pages),
        "median_seconds": round(statistics.median(pages), 3),
        "slowest_seconds": round(max(pages), 3),
        "memory_before_mb": before,
        "memory_after_mb": after,
        "has_ended": has_ended,
    }
    print(json.dumps(found))
    return int(has_ended or statistics.median(pages) > 1 or after > 1.5 * before)


def _again(attack: Callable[[], object], over: threading.Event) -> None:
    while not over.is_set():
        try:
            attack()
        except OSError:
            continue  # the server has closed the connection: what it should do


def _memory(server: Server) -> int:
    """Megabytes of the server and the processes that it started."""
    total, waiting = 0, [str(server.process.pid)]
    while waiting:
        place = Path("/proc") / waiting.pop()
        for line in (place / "status").read_text("utf-8").splitlines():
            total += int(line.split()[1]) if line.startswith("VmRSS:") else 0
        waiting += (place / "task" / place.name / "children").read_text("utf-8").split()
    return total // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    code = run(parser.parse_args().minutes)
    register_databases.end()
    sys.exit(code)
