"""docs/schemas are what the classes of the documents say, and what the commands print is what the schemas say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from zhirong.chain.appraisal.document import no_value_part
from zhirong.chain.appraisal.records import NoValue
from zhirong.chain.mode.summary import ModeSummary, mode_summary
from zhirong.kernel.document import from_json, to_json
from zhirong.kernel.explain import Explanation
from zhirong.kernel.text import same
from zhirong.workbench import modes

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "schemas"
sys.path.insert(0, str(ROOT / "tools"))

from make_schemas import DOCUMENTS, schema_text  # noqa: E402


def printed(*words: str) -> Any:
    command = [sys.executable, "-m", "zhirong.cli.main", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_file_is_what_the_classes_say(name: str) -> None:
    written = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(name), "run python tools/make_schemas.py"
    jsonschema.Draft202012Validator.check_schema(json.loads(written))


def test_an_appraisal_and_one_without_a_value() -> None:
    schema = json.loads((FOLDER / "appraisal-result.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    case = ROOT / "src" / "zhirong" / "cases" / "suzhou-beiang" / "case.toml"
    valued = printed("appraise", str(case))
    assert valued["status"] == "valued"
    validator.validate(valued)
    assert not validator.is_valid({**valued, "status": "no_value"})
    found = NoValue("no_appraisal", same("why"), same("fix"), Explanation(same("value")))
    validator.validate(to_json(no_value_part(found)))


def test_every_mode_of_the_package_is_valid_and_comes_back_as_it_was() -> None:
    validator = jsonschema.Draft202012Validator(
        json.loads((FOLDER / "mode.schema.json").read_text(encoding="utf-8"))
    )
    for mode in modes().values():
        summary = mode_summary(mode)
        written = json.loads(json.dumps(to_json(summary)))
        validator.validate(written)
        assert from_json(ModeSummary, written) == summary
    assert not validator.is_valid({**written, "government": None})
