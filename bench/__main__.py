"""`make bench`: every measurement, each in a process of its own; `--json` for programs; names to run only some.

Parts set up Django, pools of processes and the peak of memory for themselves, so none may share a process with another. A part
that fails is reported, and the others still run. Exit code: 0 when every goal is met, 1 when a goal was missed or a part failed,
2 for a name that is not there. In JSON, a list: a measurement has ``part`` and its figures, a part that failed has ``part`` and ``error``.

`--small` makes every size small that is not set in the environment: the whole run then takes minutes and shows that each
part works. Its times mean little.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.measure import Measurement

TOOLS = {"__init__", "__main__", "measure"}
LONGEST = int(os.environ.get("ZHIRONG_BENCH_SECONDS", "7200"))  # seconds that one part may take
_ROOT = Path(__file__).resolve().parent.parent
_SMALL = {
    "ZHIRONG_BENCH_ENTRIES": "500",
    "ZHIRONG_BENCH_FIRMS": "60",
    "ZHIRONG_BENCH_LEAVES": "20000",
    "ZHIRONG_BENCH_LOANS": "20000",
    "ZHIRONG_BENCH_QUOTED": "40",
    "ZHIRONG_BENCH_RIGHTS": "20000",
    "ZHIRONG_BENCH_SERVICED": "2000",
}
_PART, _ANSWER = "--part=", "--answer="


def main(words: list[str]) -> int:
    """Run all parts, or those named; the exit code."""
    options = {word for word in words if word.startswith("-")}
    names = [word for word in words if word not in options]
    available = parts()
    unknown = set(names) - set(available)
    if unknown:
        print(f"No measurement named {', '.join(sorted(unknown))}. There are: {', '.join(available)}")
        return 2
    if "--small" in options:
        os.environ.update({name: value for name, value in _SMALL.items() if name not in os.environ})
    as_json = "--json" in options
    results: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for name in names or available:
        found, error = run_part(name)
        results += [{"part": name, **one} for one in found]
        if error:
            failed.append({"part": name, "error": error})
        if not as_json:
            for result in found:
                show(result)
            if error:
                print(f"{name} FAILED\n  {error.replace(chr(10), chr(10) + '  ')}\n", flush=True)
    if as_json:
        print(json.dumps(results + failed, ensure_ascii=False, indent=2))
    missed = [one for one in results if not one["met"]]
    if not as_json:
        print(f"{len(results)} measurements, {len(missed)} goals missed, {len(failed)} parts failed")
    return 1 if missed or failed else 0


def parts() -> list[str]:
    """The names of all parts, sorted."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in TOOLS)


def run_part(name: str) -> tuple[list[dict[str, Any]], str]:
    """A part in a process of its own, with all processes that it starts: its measurements, and what went wrong."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", suffix=".json") as answer:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench", f"{_PART}{name}", f"{_ANSWER}{answer.name}"],
            cwd=_ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            said = process.communicate(timeout=LONGEST)[1]
        except subprocess.TimeoutExpired:
            _end(process)
            return [], f"not done after {LONGEST} s (ZHIRONG_BENCH_SECONDS)"
        except BaseException:  # interrupted: what the part has started ends with it
            _end(process)
            raise
        content = answer.read()
    if process.returncode != 0:
        return [], said.strip() or f"ended with {process.returncode}"
    found: list[dict[str, Any]] = json.loads(content)
    return found, ""


def _end(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _as_part(name: str, answer: Path) -> int:
    measurements: list[Measurement] = import_module(f"bench.{name}").run()
    answer.write_text(json.dumps([one.as_json() for one in measurements], ensure_ascii=False), encoding="utf-8")
    return 0


def show(result: dict[str, Any]) -> None:
    """One measurement for people."""
    print(f"{result['work']}  beside  {result['peer']}")
    print(
        f"  {result['ours'] * 1000:.2f} ms  against  {result['theirs'] * 1000:.2f} ms: "
        f"peer / ours = {result['peer_over_ours']:.2f}"
    )
    print(f"  goal: {result['goal']}: {'met' if result['met'] else 'MISSED'}; {result['answers']}")
    print(f"  peak memory of the part {result['peak_memory_mib']:.0f} MiB\n", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    if given and given[0].startswith(_PART):
        sys.exit(_as_part(given[0].removeprefix(_PART), Path(given[1].removeprefix(_ANSWER))))
    try:
        sys.exit(main(given))
    except KeyboardInterrupt:
        sys.exit(130)
