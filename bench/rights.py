"""Checking 4,000 rows of rights beside a plain reading with the csv module that checks only the numbers."""

import csv
import io
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import Measurement, best_of, peak_memory_mib
from zhirong.kernel.identifiers import patent_check_digit

ROWS = 4000
SECONDS_ALLOWED = 1.0
AS_OF = date(2010, 12, 31)
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)


def made_up_list(rows: int = ROWS) -> str:
    """A list of old invention applications, every tenth with a wrong check digit, every third ended."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["app_num", "app_date", "pub_num", "grant", "terminate", "waive", "reject", "app_withdraw"])
    for row in range(rows):
        digits = f"{row % 3:02d}1{row:05d}"
        check = patent_check_digit(digits)
        if row % 10 == 9:
            check = "0" if check != "0" else "1"
        filed = date(2000 + row % 3, 1, 1) + timedelta(days=row % 365)
        granted = filed + timedelta(days=1200)
        ended = granted + timedelta(days=900) if row % 3 == 0 else "NA"
        writer.writerow([f"CN{digits}.{check}", filed, f"CN{1300000 + row}A", granted, ended, "NA", "NA", "NA"])
    return out.getvalue()


def plain_reading(path: Path) -> int:
    """How many numbers have a right check digit: a DictReader and a loop, nothing else."""
    right = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            digits, _, check = row["app_num"].removeprefix("CN").partition(".")
            total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
            right += "0123456789X"[total % 11] == check
    return right


def run() -> list[Measurement]:
    """The whole command, started and ended, and the same work inside a running program."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rights.csv"
        path.write_text(made_up_list(), encoding="utf-8")
        plain, right = best_of(lambda: plain_reading(path))
        command = Path(sys.executable).parent / "zhirong"
        words = [str(command), "rights", "check", str(path), "--as-of", AS_OF.isoformat(), "--json"]
        whole, done = best_of(lambda: subprocess.run(words, check=False, capture_output=True, text=True))
        inside, good = best_of(lambda: _inside(path))
    found = json.loads(done.stdout)
    if not right == found["good_count"] == good == ROWS - ROWS // 10 or found["bad_count"] != ROWS // 10:
        raise AssertionError(f"good rows: plain {right}, command {found['good_count']}, inside {good}")
    answers = f"all find the same {right} right numbers of {ROWS}"
    return [
        Measurement(
            work=f"zhirong rights check of {ROWS} rows, start-up included: numbers, states, lives, fees, every fault",
            peer="csv.DictReader and a check-digit loop, in a running program",
            ours=whole,
            theirs=plain,
            goal=f"under {SECONDS_ALLOWED:.0f} second",
            met=whole < SECONDS_ALLOWED,
            answers=answers,
        ),
        Measurement(
            work=f"the same {ROWS} rows in a running program",
            peer="csv.DictReader and a check-digit loop, in a running program",
            ours=inside,
            theirs=plain,
            goal=f"under {SECONDS_ALLOWED:.0f} second",
            met=inside < SECONDS_ALLOWED,
            answers=answers,
        ),
    ]


def _inside(path: Path) -> int:
    from zhirong.chain.right.list_check import check_rights
    from zhirong.chain.right.table import read_rights_table
    from zhirong.documents.tables import read_rows
    from zhirong.kernel.rulebook_files import load_rulebook

    table = read_rights_table(read_rows(path.read_bytes(), path.name), path.name, AS_OF)
    return len(check_rights(table, load_rulebook(), AS_OF, path.name).table.rights)


if __name__ == "__main__":
    for measurement in run():
        print(f"{measurement.work}: {measurement.ours * 1000:.0f} ms")
        print(f"  {measurement.peer}: {measurement.theirs * 1000:.0f} ms; {measurement.answers}")
    print(f"peak memory {peak_memory_mib():.0f} MiB")
