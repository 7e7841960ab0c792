"""A table of rights by any method: each row has the value of its own appraisal, whoever computes it."""

import csv
import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhirong.batch.kernel import COLUMNS
from zhirong.batch.method_table import VALUED, MethodJob, MethodTable, mark_of, read_method_table
from zhirong.batch.run import appraise_methods, local_pool
from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.request import METHODS
from zhirong.chain.right.reading import read_right
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY, VALUED_ON = date(2026, 9, 1), date(2026, 6, 30)
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
BLOCKS = [block.split("```")[0] for block in PAGE.split("```toml\n")[1:]]
EXAMPLES = [
    method
    for block in BLOCKS
    if "[[appraisal.method]]" in block
    for method in parse_toml(block, "page")["appraisal"]["method"]
]
PATENT = {
    "kind": "invention",
    "filing_date": "2017-05-12",
    "grant_date": "2019-08-20",
    "number": "ZL201719999901.7",
}


def cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What a case file nests, as columns."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from cells(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            yield from cells(inner, f"{path}.{place}")
    else:
        yield path, value


def columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def row_of(number: int, method: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": f"r{number}", "purpose": "transfer", "valuation_date": VALUED_ON}
    row |= dict(cells({name: value for name, value in method.items() if name != "id"}))
    if method["method"] == "renewal_option":
        row |= {f"right.{name}": value for name, value in PATENT.items()}
    return row


ROWS = [row_of(number, method) for number, method in enumerate(EXAMPLES)]


def job(paths: int = 1_000, seed: int = 1) -> MethodJob:
    return MethodJob(seed, paths, DAY, mark_of(RULES))


def values(table: MethodTable, *given: Any, **how: Any) -> np.ndarray:
    done = sorted(appraise_methods(table, job(), *given, **how), key=lambda item: item[0])
    return np.concatenate([block for _, block in done])


def test_every_method_of_the_page_has_in_a_table_the_value_of_its_own_appraisal() -> None:
    assert {row["method"] for row in ROWS} == set(METHODS)
    found = values(read_method_table(columns(ROWS), DAY))
    for method, row in zip(EXAMPLES, found, strict=True):
        known = {
            "id": "p1",
            "title": "p1",
            "kind": "trademark",
            "number": "12345678",
            "holders": [{"name": "甲"}],
            "registration_date": VALUED_ON,
        }
        if method["method"] == "renewal_option":
            dates = {name: date.fromisoformat(PATENT[name]) for name in ("filing_date", "grant_date")}
            known |= {"kind": "invention", "number": PATENT["number"], **dates}
        right = read_right(Reader(known, "right"))
        table = {"purpose": "transfer", "valuation_date": VALUED_ON, "paths": 1_000}
        own = {name: value for name, value in method.items() if name != "id"}
        alone = appraise(read_appraisal(Reader({**table, "method": [own]}), ["p1"], DAY), [right], RULES, DAY)
        if not isinstance(alone, Appraisal):
            assert (row["state"], alone.code) == ("only_cross_checks", "only_cross_checks")
            assert all(np.isnan(row[name]) for name in COLUMNS)
            continue
        assert row["state"] == VALUED
        for percent, fen in alone.value.percentiles.items():
            assert round(row[f"p{percent}"] * 100) == fen, method["method"]
        assert round(row["mean"] * 100) == alone.value.mean
        codes = {alarm.code for alarm in alone.alarms}
        assert set(filter(None, row["alarms"].split(";"))) == codes - {"method_unfit"}


def test_workers_blocks_and_neighbours_change_nothing() -> None:
    table = read_method_table(columns(ROWS), DAY)
    whole = values(table)
    assert whole.tobytes() == values(table, rows=2).tobytes()
    alone = read_method_table({name: column[3:4] for name, column in columns(ROWS).items()}, DAY)
    assert values(alone).tobytes() == whole[3:4].tobytes()
    killed: list[int] = []

    def run() -> Iterator[tuple[int, np.ndarray]]:
        import multiprocessing

        for number, block in appraise_methods(table, job(), local_pool(2), workers=2, rows=2):
            if not killed:
                killed.append(multiprocessing.active_children()[0].pid or 0)
                os.kill(killed[0], signal.SIGKILL)
            yield number, block

    pooled = np.concatenate([block for _, block in sorted(run(), key=lambda item: item[0])])
    assert killed
    assert pooled.tobytes() == whole.tobytes()


def test_on_a_local_cluster_of_two_workers_the_numbers_are_the_same_even_if_one_is_killed() -> None:
    distributed = pytest.importorskip("distributed")
    table = read_method_table(columns(ROWS), DAY)
    whole = values(table)
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**settings, silence_logs=50) as cluster, distributed.Client(cluster) as client:

        @contextmanager
        def pool() -> Iterator[Executor]:
            yield client.get_executor()

        run = appraise_methods(table, job(), pool, workers=2, rows=3)
        first = next(run)
        os.kill(client.run(os.getpid).popitem()[1], signal.SIGKILL)
        blocks = sorted([first, *run], key=lambda item: item[0])
        assert np.concatenate([block for _, block in blocks]).tobytes() == whole.tobytes()


def test_facts_of_the_right_end_the_income_and_say_where_it_has_ended() -> None:
    income = next(row for row in ROWS if row["method"] == "capitalisation")
    facts = {f"right.{name}": value for name, value in PATENT.items()}
    old = {**facts, "right.filing_date": "2001-03-01", "right.grant_date": "2003-03-01"}
    rows = [
        {**income, "id": "free"},
        {**income, "id": "capped", "life_cap": 2},
        {**income, "id": "dead", **old},
        {**income, "id": "both", **facts, "life_cap": "3.5"},
        {**income, "id": "untold", "right.kind": "software"},
    ]
    free, capped, dead, both, untold = values(read_method_table(columns(rows), DAY))
    assert 0 < capped["p50"] < both["p50"] < free["p50"]
    assert dead["state"] == "no_life_left"
    assert untold["state"] == "legal_life_unknown"
    assert np.isnan(dead["p50"])


@pytest.mark.parametrize(
    ("method", "field", "value", "named", "code"),
    [
        ("capitalisation", "yearly_income.low", "-5", "yearly_income.low[2]", "too_small"),
        ("capitalisation", "discount_rate.value", "nan", "discount_rate.value[2]", "not_finite"),
        ("profit_split", "profit.1.value", "", "profit[1].low[2]", "missing"),
        ("capitalisation", "colour", "red", "colour[2]", "unknown_field"),
        ("cost_multiplier", "age_life.used", "-3", "age_life.used[2]", "out_of_range"),
        ("licence_income", "share_of_sales.value", "5", "share_of_sales.value[2]", "out_of_range"),
        ("licence_income", "valuation_date", "2026-12-31", "valuation_date[2]", "date_in_future"),
        ("renewal_option", "purpose", "pledge", "method[2]", "renewal_not_for_purpose"),
        ("renewal_option", "right.filing_date", "yesterday", "right.filing_date[2]", "not_a_day"),
        ("capitalisation", "method", "guess", "method[2]", "not_a_choice"),
        ("licence_income", "profit.1.years", "1000000000000", "profit[1].years[2]", "out_of_range"),
        ("capitalisation", "right", "5", "right[2]", "wrong_type"),
        ("capitalisation", "yearly_income.value", "USD 5", "yearly_income.value[2]", "not_money"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_row(method: str, field: str, value: str, named: str, code: str) -> None:
    fine = next(row for row in ROWS if row["method"] == method)
    with pytest.raises(InputError) as caught:
        read_method_table(columns([fine, {**fine, "id": "x", field: value}]), DAY)
    found = {(problem.field, problem.code) for problem in caught.value.problems}
    assert (named, code) in found, found


def test_from_csv_and_parquet_with_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    import zhirong.batch.run as run

    monkeypatch.setattr(run.appraise_methods, "__kwdefaults__", {**run.appraise_methods.__kwdefaults__, "rows": 4})  # type: ignore[dict-item]
    monkeypatch.setattr(run, "METHOD_ROWS", 4)
    given = columns(ROWS)
    source, out = tmp_path / "rights.csv", tmp_path / "values.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(given)
        writer.writerows(
            ["" if cell is None else cell for cell in row] for row in zip(*given.values(), strict=True)
        )
    words = ["appraise", "--batch", str(source), "--out", str(out), "--workers", "1", "--as-of", "2026-09-01"]
    plain = MethodJob.__call__
    calls: list[int] = []

    def stopping(self: MethodJob, block: Any) -> Any:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(1)
        return plain(self, block)

    monkeypatch.setattr(MethodJob, "__call__", stopping)
    with pytest.raises(KeyboardInterrupt):
        main(words)
    assert len(list((tmp_path / "values.csv.parts").glob("*.npy"))) == 2
    monkeypatch.setattr(MethodJob, "__call__", plain)
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rights"], told["valued"]) == (len(ROWS), len(ROWS) - 1)
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    whole = values(read_method_table(given, DAY))
    for row, expected in zip(rows, whole, strict=True):
        assert row["state"] == expected["state"]
        assert row["p50"] == ("" if np.isnan(expected["p50"]) else f"{expected['p50']:.2f}")
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    shown = {name: [None if cell is None else str(cell) for cell in column] for name, column in given.items()}
    parquet.write_table(pyarrow.table(shown), tmp_path / "rights.parquet")
    target = tmp_path / "values.parquet"
    assert main(["appraise", "--batch", str(tmp_path / "rights.parquet"), "--out", str(target), *words[5:]]) == 0
    assert parquet.read_table(target)["p50"].to_numpy() == pytest.approx(whole["p50"], nan_ok=True)


def test_a_worker_with_other_rules_refuses() -> None:
    table = read_method_table(columns(ROWS[:1]), DAY)
    with pytest.raises(RuntimeError, match="rules"):
        MethodJob(1, 1_000, DAY, "other")(table.block(0, 1))


def test_every_column_is_described_for_users() -> None:
    for name in ("method", "purpose", "valuation_date", "life_cap", "state", "alarms"):
        assert f"`{name}`" in PAGE, name
