"""Write docs/schemas/*.schema.json from the document classes: ``python tools/make_schemas.py``.

A test compares the files with the classes. That of a case file comes from its reader (case_schema.py). docs/schemas/appraisal.schema.json describes input and is not made here.
"""

import json
from pathlib import Path
from typing import Any

from case_schema import case_schema

from zhirong.chain.appraisal.document import AppraisalDocument, NoValuePart
from zhirong.chain.financing.overview import SCHEMA as OVERVIEW_SCHEMA
from zhirong.chain.financing.overview import CaseOverview
from zhirong.chain.mode.summary import ModeSummary
from zhirong.chain.quote.comparison import ComparedMode
from zhirong.chain.quote.document import SCHEMA as QUOTE_SCHEMA
from zhirong.chain.quote.document import QuoteDocument
from zhirong.kernel.schema import json_schema

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schemas"
# The second is installed with the package: a starter file names it for editors.
CASE_FILES = (
    FOLDER / "case.schema.json",
    FOLDER.parents[1] / "src" / "zhirong" / "cli" / "starters" / "case.schema.json",
)
_WRITTEN = (
    "Money is a string in yuan with two decimals; rates are decimal strings (0.0445 is 4.45 %); days are YYYY-MM-DD;"
    " words come in Chinese (zh) and English (en)."
)
DOCUMENTS: dict[str, tuple[Any, str, str]] = {
    "mode": (ModeSummary, "zhirong.mode/1", "zhirong modes ID --json, without on and force"),
    "appraisal-result": (AppraisalDocument | NoValuePart, "zhirong.appraisal/1", "zhirong appraise --json"),
    "case-overview": (CaseOverview, OVERVIEW_SCHEMA, "GET /api/v1/case-overviews/ID"),
    "compared-mode": (ComparedMode, "zhirong.compared_mode/1", "zhirong modes compare CASE.toml --json, each mode"),
    "quote": (QuoteDocument, QUOTE_SCHEMA, "zhirong quote --json"),
}


def schema_text(name: str) -> str:
    """Return the text of one schema file."""
    kind, schema_id, title = DOCUMENTS[name]
    made = json_schema(kind, schema_id=schema_id, title=title, description=_WRITTEN)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name in DOCUMENTS:
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
        print(f"docs/schemas/{name}.schema.json")
    for file in CASE_FILES:
        file.write_text(case_schema(), encoding="utf-8")
        print(file.relative_to(FOLDER.parents[1]))
