"""No reader takes more than 500 MB or 10 seconds of a processor, whatever the file; each is refused in words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import FILES, MOST_BYTES

_MOST_MEMORY = 500 * 1024 * 1024
_MOST_SECONDS = 10
# The limits are the system's: a reader beyond them is ended, and the test fails.
_READ = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
content = Path(sys.argv[1]).read_bytes()
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError
try:
    said = {"rows": len(read_rows(content, sys.argv[1]))}
except InputError as error:
    said = {"codes": [one.code for one in error.problems], "words": [one.reason.zh for one in error.problems]}
for name, who in (("own", resource.RUSAGE_SELF), ("children", resource.RUSAGE_CHILDREN)):
    used = resource.getrusage(who)
    said[name] = [used.ru_maxrss * 1024, used.ru_utime + used.ru_stime]
# The system's figure for a process itself includes that of the one which started it: its own is in its status.
status = Path("/proc/self/status").read_text()
said["own"][0] = int(status.split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps(said))
"""


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_within_the_limits(name: str, tmp_path: Path) -> None:
    content = FILES[name]()
    assert len(content) < MOST_BYTES
    file = tmp_path / name
    file.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", _READ, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-1000:]
    said = json.loads(done.stdout)
    for who in ("own", "children"):
        memory, seconds = said[who]
        assert memory <= _MOST_MEMORY and seconds <= _MOST_SECONDS, (who, memory, seconds)
    # A file that is only odd may be read, as long as it holds next to nothing.
    assert said.get("codes") in (["unreadable_file"], ["file_too_large"], ["damaged_quotes"]) or said["rows"] <= 1
    assert "codes" in said or name == "two million deep.xlsx"


def test_what_a_web_page_is_is_said() -> None:
    from zhirong.documents.tables import read_rows
    from zhirong.kernel.errors import InputError

    with pytest.raises(InputError) as caught:
        read_rows(FILES["a web page.xlsx"](), "list.xlsx")
    assert "网页" in caught.value.problems[0].reason.zh and ".xlsx" in caught.value.problems[0].hint.zh


def test_the_command_ends_with_two_and_without_a_traceback(tmp_path: Path) -> None:
    for name in ("not xml.xlsx", "laughs.xlsx", "row six million.xlsx", "a web page.xlsx"):
        file = tmp_path / name
        file.write_bytes(FILES[name]())
        code = "import sys; from zhirong.cli.main import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", code, "rights", "check", str(file)], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 2 and "Traceback" not in done.stderr and name in done.stderr, done.stderr
