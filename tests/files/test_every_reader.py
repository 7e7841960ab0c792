"""Every reader of a file that users bring is known here, and stays under 500 MB and 10 seconds on hostile files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import zhirong

_SOURCE = Path(zhirong.__file__).parent
_OPENS = re.compile(r"\.read_bytes\(|csv\.reader\(|DictReader\(|\.read_table\(|\.open\(\"rb\"|\.open\(encoding")
# The places that open a file which a user names are bounded by what they call or state themselves; the others open
# what the program has written, or what the operator of the machine brings.
_READERS = {
    "cli/appraise_batch.py",  # Parquet, after a look at the sizes in its metadata
    "documents/csv_rows.py",
    "kernel/packs.py",  # files of a policy pack, 8 MB together
    "kernel/text_files.py",
    # of the program itself
    "charts/coverage.py",
    "operations/platform/backup.py",
    "operations/uploads.py",
    "store/blobs.py",
    "store/log.py",
}

_MEASURE = """
import contextlib, io, json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
from zhirong.cli.main import main
words, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
main([*words[0], str(folder / "small")])  # what is loaded once
for file in sorted(folder.glob("hostile *")):
    Path("/proc/self/clear_refs").write_text("5")
    begun, said = time.process_time(), io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = main([*words[0], str(file), *words[1]])
    most = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    print(json.dumps([file.name, code, time.process_time() - begun, most // 1024, said.getvalue()[:300]]))
"""
_MB = 1 << 20
_TOML = {
    "deep": b"a = " + b"[" * _MB,
    "long key": b"a." * (2 * _MB - 2) + b"b=1",
    "long heading": b"[" + b"a." * (2 * _MB - 4) + b"b]",
    "long number": b"a = 1." + b"9" * (4 * _MB - 7),
    "unknown": b"".join(b"a%d=1\n" % number for number in range(300_000)),
    "empty tables": b"[[rights]]\n" * 380_000,
}
_JSON = {
    "deep": b"[" * _MB,
    "objects": b"[" + b"{}," * (_MB + _MB // 4) + b"{}]",
    "names": b"{" + b",".join(b'"%d":{}' % number for number in range(200_000)) + b"}",
}
_CSV = {
    "quote": b'label,day\n"' + b"x" * _MB,
    "null": b"label,day\n\0,1\n",
    "wide heading": b",".join(b"a%d" % number for number in range(100_000)) + b"\nb" * 100_000,
    "a wide table": b",".join(b"a%d" % number for number in range(900)) + b"\nb" * 100_000,
    "long rows": b"label\n" + b"1,2,3\n" * 100_000,
    "commas": b"," * (8 * _MB),
}


def test_every_place_that_opens_a_file_is_known() -> None:
    found = {
        file.relative_to(_SOURCE).as_posix()
        for file in _SOURCE.rglob("*.py")
        if _OPENS.search(file.read_text(encoding="utf-8"))
    }
    assert found == _READERS, "a new reader needs limits: use read_bytes_of, read_rows, read_csv or read_json"


@pytest.mark.parametrize(
    ("words", "files", "small"),
    [
        ((["quote"], []), _TOML, b"a = 1"),
        ((["actus"], []), _JSON, b"{}"),
        ((["appraise", "--out", "/dev/null", "--batch"], []), _CSV, b"id\n1\n"),
    ],
    ids=["a case", "a file of contracts", "a batch"],
)
def test_a_reader_of_the_command_line_stays_within_its_limits(
    words: tuple[list[str], list[str]], files: dict[str, bytes], small: bytes, tmp_path: Path
) -> None:
    (tmp_path / "small").write_bytes(small)
    for name, content in files.items():
        (tmp_path / f"hostile {name}").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, json.dumps(words), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    assert len(lines) == len(files)
    for name, code, seconds, megabytes, said in lines:
        assert (code, seconds < 10, megabytes < 500) == (2, True, True), (name, code, seconds, megabytes, said)
