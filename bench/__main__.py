"""`make bench`: every measurement, one after the other; `--json` for programs; names to run only some."""

import json
import sys
from importlib import import_module
from pathlib import Path

from bench.measure import Measurement, peak_memory_mib

TOOLS = {"__init__", "__main__", "measure"}


def main(words: list[str]) -> int:
    """Run all measurements, or those named. Returns 1 if a goal was missed, so that it cannot go unseen."""
    names = [word for word in words if not word.startswith("-")]
    available = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in TOOLS)
    unknown = set(names) - set(available)
    if unknown:
        print(f"No measurement named {', '.join(sorted(unknown))}. There are: {', '.join(available)}")
        return 2
    results: list[Measurement] = []
    for name in names or available:
        for measurement in import_module(f"bench.{name}").run():
            results.append(measurement)
            if "--json" not in words:
                show(measurement)
    if "--json" in words:
        print(json.dumps([result.as_json() for result in results], ensure_ascii=False, indent=2))
    return 0 if all(result.met for result in results) else 1


def show(result: Measurement) -> None:
    """One measurement for people."""
    print(f"{result.work}  beside  {result.peer}")
    print(
        f"  {result.ours * 1000:.2f} ms  against  {result.theirs * 1000:.2f} ms: peer / ours = {result.ratio:.2f}"
    )
    print(f"  goal: {result.goal}: {'met' if result.met else 'MISSED'}; {result.answers}")
    print(f"  peak memory so far {peak_memory_mib():.0f} MiB\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
