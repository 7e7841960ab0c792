"""The documents of ``zhirong appraise``: an online report, or a formal one signed by an agency."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhirong.chain.appraisal import Appraisal
from zhirong.chain.appraisal.case import AppraisalCase
from zhirong.chain.appraisal_practice.records import (
    VALUE_TYPE_TEXT,
    ValueRecord,
    formal_record,
    online_record,
    read_signature,
)
from zhirong.chain.appraisal_practice.report import Parties, report_data
from zhirong.cli.files import read_toml, unwritable
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Lang


def write_reports(
    table: Mapping[str, Any], case: AppraisalCase, found: Appraisal, options: argparse.Namespace
) -> None:
    """Write the requested documents. Raises InputError for a wrong signature or a path that cannot be written."""
    from zhirong.documents.appraisal_report import appraisal_docx, appraisal_pdf

    rules, lang = load_rulebook(), options.lang
    record, parties = _signed(options.sign, found, rules) if options.sign else _online(table, case, found, rules)
    data = report_data(found, record, case.rights, parties, rules)
    for path, make in ((options.docx, appraisal_docx), (options.pdf, appraisal_pdf)):
        if path:
            _write(path, make(data, lang), lang)


def _online(
    table: Mapping[str, Any], case: AppraisalCase, found: Appraisal, rules: Rulebook
) -> tuple[ValueRecord, Parties]:
    client = str(table.get("firm", {}).get("name", ""))
    number = f"{table['case'].get('id', 'case')}-{case.as_of}"
    return online_record(number, found, case.as_of, rules, client=client), Parties(client)


def _signed(path: str, found: Appraisal, rules: Rulebook) -> tuple[ValueRecord, Parties]:
    reader = Reader(read_toml(path), source=path)
    number, client = reader.text("number"), reader.text("client")
    value_type = reader.choice("value_type", tuple(VALUE_TYPE_TEXT), "market")
    fee, users = reader.money("fee"), reader.texts("users")
    agency, appraisers = reader.text("agency_name"), reader.texts("appraiser_names")
    signature = read_signature(reader, found.request.valuation_date)
    reader.finish()
    record = formal_record(number, found, signature, rules=rules, fee=fee, value_type=value_type, client=client)  # type: ignore[arg-type]
    return record, Parties(client, users, agency, appraisers)


def _write(path: str, content: bytes, lang: Lang) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from error
    print(f"已写出 {path}" if lang == "zh" else f"written: {path}", file=sys.stderr)
