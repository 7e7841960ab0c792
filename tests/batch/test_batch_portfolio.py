"""Whole portfolios: the same numbers as one by one, whatever the workers, whoever dies, wherever it was interrupted."""

import csv
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhirong.batch.kernel import COLUMNS
from zhirong.batch.portfolio import FIGURES, columns_needed, read_portfolio
from zhirong.batch.run import (
    MOST_DEATHS,
    WorkersDieError,
    appraise_arrays,
    appraise_portfolio,
    local_pool,
    run_blocks,
)
from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.uncertain import read_widening
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder, Right, Role
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)
WIDENING = read_widening(RULES.at("appraisal.evidence", DAY))
RANGES = {
    "revenue": (1e6, 5e7),
    "growth": (-0.05, 0.15),
    "decay": (0.02, 0.15),
    "royalty": (0.02, 0.08),
    "discount": (0.10, 0.25),
    "life": (4.0, 12.0),
}


def columns(rights: int, seed: int = 1) -> dict[str, list[Any]]:
    """A made portfolio, as a file would hold it."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Any]] = {"id": [f"r{number}" for number in range(rights)]}
    for name, (low, high) in RANGES.items():
        places = 0 if name == "revenue" else 2 if name == "life" else 4
        points = np.sort(np.round(rng.uniform(low, high, (rights, 3)), places), axis=1)
        for place, part in enumerate(("low", "mode", "high")):
            found[f"{name}_{part}"] = points[:, place].tolist()
        found[f"{name}_grade"] = rng.choice(["contract", "audited", "declared", "assumed"], rights).tolist()
    found["tax_rate"] = [0.25] * rights
    found["convention"] = ["mid_year" if number % 2 else "end_of_year" for number in range(rights)]
    return found


def table(values: Iterator[tuple[int, np.ndarray]]) -> np.ndarray:
    return np.concatenate([block for _, block in sorted(values, key=lambda item: item[0])])


def test_a_right_of_a_portfolio_has_the_value_of_its_own_appraisal() -> None:
    """Same model, same draws: to the fen, but for the rounding of a float's last bits."""
    given = columns(6)
    found = appraise_arrays(given, WIDENING, seed=1, paths=2_000)
    right = Right(
        "p1", RightKind.TRADEMARK, "商标", "", (Holder("甲"),), registration_date=date(2020, 1, 1), role=Role.CORE
    )
    for row in range(6):
        figures = "".join(
            f"{field} = {{ low = {given[name + '_low'][row]}, mode = {given[name + '_mode'][row]},"
            f' high = {given[name + "_high"][row]}, grade = "{given[name + "_grade"][row]}" }}\n'
            for name, field in (
                ("revenue", "first_year_revenue"),
                ("growth", "growth"),
                ("decay", "decay"),
                ("royalty", "royalty_rate"),
                ("discount", "discount_rate"),
                ("life", "economic_life"),
            )
        )
        text = f"""
purpose = "transfer"
valuation_date = 2026-06-30
paths = 2000
[[method]]
method = "relief_from_royalty"
tax_basis = "after_tax"
tax_rate = 0.25
convention = "{given["convention"][row]}"
{figures}"""
        alone = appraise(read_appraisal(Reader(parse_toml(text, "case")), ["p1"], DAY), [right], RULES, DAY)
        assert isinstance(alone, Appraisal)
        for percent, fen in alone.value.percentiles.items():
            assert abs(found[f"p{percent}"][row] * 100 - fen) < 0.51
        assert abs(found["mean"][row] * 100 - alone.value.mean) < 0.51
        assert abs(found["p50_error"][row] * 100 - alone.value.errors[50]) < 0.51


def test_percentiles_are_those_of_numpy() -> None:
    from zhirong.batch.kernel import _summary

    rng = np.random.default_rng(2)
    for values in (rng.random(1_000), rng.lognormal(0, 3, 777), np.full(500, 3.0), np.arange(101.0)):
        row = np.empty(len(COLUMNS))
        _summary(values.copy(), np.empty(len(values)), np.empty(len(values), dtype=np.int32), row)
        assert row[:5] == pytest.approx(np.quantile(values, (0.05, 0.1, 0.5, 0.9, 0.95)), rel=1e-13)
        assert row[5:7] == pytest.approx([values.mean(), values.std(ddof=1)], rel=1e-9, abs=1e-12)


def test_the_size_of_a_block_the_neighbours_and_the_workers_change_nothing() -> None:
    portfolio = read_portfolio(columns(300), WIDENING)
    whole = table(appraise_portfolio(portfolio, 1, 500))
    for rows in (7, 100):
        assert np.array_equal(whole, table(appraise_portfolio(portfolio, 1, 500, rows=rows)))
    one = read_portfolio({name: values[17:18] for name, values in columns(300).items()}, WIDENING)
    assert np.array_equal(whole[17:18], table(appraise_portfolio(one, 1, 500)))
    pooled = appraise_portfolio(portfolio, 1, 500, local_pool(2), workers=2, rows=50)
    assert np.array_equal(whole, table(pooled))
    assert not np.array_equal(whole, table(appraise_portfolio(portfolio, 2, 500)))


def test_a_worker_killed_in_the_middle_changes_nothing() -> None:
    portfolio = read_portfolio(columns(400), WIDENING)
    whole = table(appraise_portfolio(portfolio, 1, 500))
    killed = []

    def run() -> Iterator[tuple[int, np.ndarray]]:
        for number, values in appraise_portfolio(portfolio, 1, 500, local_pool(2), workers=2, rows=20):
            if not killed:
                killed.append(multiprocessing.active_children()[0].pid)
                os.kill(killed[0], signal.SIGKILL)
            yield number, values

    assert np.array_equal(whole, table(run()))
    assert killed


def die(block: int) -> np.ndarray:
    os.kill(os.getpid(), signal.SIGKILL)
    return np.zeros(block)


def refuse(block: int) -> np.ndarray:
    raise ValueError(f"block {block} is bad")


def test_workers_that_always_die_end_the_run_instead_of_going_on_for_ever() -> None:
    pools = []

    def pool() -> AbstractContextManager[Executor]:
        pools.append(1)
        return ProcessPoolExecutor(1)

    with pytest.raises(WorkersDieError, match="memory"):
        list(run_blocks(die, {0: lambda: 1}, pool, 2))
    assert len(pools) == MOST_DEATHS


def test_a_fault_of_the_work_itself_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="block 3 is bad"):
        list(run_blocks(refuse, {0: lambda: 3}, lambda: ProcessPoolExecutor(1), 2))


def test_on_a_local_cluster_of_two_workers_the_numbers_are_the_same_even_if_one_is_killed() -> None:
    distributed = pytest.importorskip("distributed")
    portfolio = read_portfolio(columns(240), WIDENING)
    whole = table(appraise_portfolio(portfolio, 1, 500))
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**settings, silence_logs=50) as cluster, distributed.Client(cluster) as client:

        @contextmanager
        def pool() -> Iterator[Executor]:
            yield client.get_executor()

        run = appraise_portfolio(portfolio, 1, 500, pool, workers=2, rows=20)
        first = next(run)
        os.kill(client.run(os.getpid).popitem()[1], signal.SIGKILL)
        assert np.array_equal(whole, table(iter([first, *run])))


# -- files --------------------------------------------------------------------------------------------------------


def write_csv(path: Path, given: dict[str, list[Any]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(given)
        writer.writerows(zip(*given.values(), strict=True))
    return str(path)


def test_from_csv_to_csv_and_from_parquet_to_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = columns(40)
    source = write_csv(tmp_path / "rights.csv", given)
    out = tmp_path / "values.csv"
    assert (
        main(["appraise", "--batch", source, "--out", str(out), "--paths", "500", "--workers", "1", "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["rights"] == 40
    arrays = appraise_arrays(given, WIDENING, paths=500)
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == given["id"]
    assert [float(row["p50"]) for row in rows] == pytest.approx(arrays["p50"].tolist(), abs=0.0051)
    assert not list(tmp_path.glob("*.parts"))
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    parquet.write_table(pyarrow.table(given), tmp_path / "rights.parquet")
    words = ["--batch", str(tmp_path / "rights.parquet"), "--out", str(tmp_path / "values.parquet")]
    assert main(["appraise", *words, "--paths", "500", "--workers", "1"]) == 0
    found = parquet.read_table(tmp_path / "values.parquet")
    assert np.array_equal(found["p50"].to_numpy(), arrays["p50"])


def test_an_interrupted_batch_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zhirong.batch.run as run

    monkeypatch.setattr(run, "BLOCK_ROWS", 10)
    monkeypatch.setattr(run.blocks_of, "__defaults__", (10,))
    monkeypatch.setattr(
        run.appraise_portfolio, "__kwdefaults__", {**run.appraise_portfolio.__kwdefaults__, "rows": 10}
    )  # type: ignore[dict-item]
    source, out = write_csv(tmp_path / "rights.csv", columns(45)), tmp_path / "values.csv"
    words = ["appraise", "--batch", source, "--out", str(out), "--paths", "500", "--workers", "1"]
    done: list[int] = []
    work = run.appraise_block

    def counted(stop: int) -> Callable[..., np.ndarray]:
        def each(*block: Any) -> np.ndarray:
            if len(done) == stop:
                raise KeyboardInterrupt
            done.append(1)
            return work(*block)

        return each

    monkeypatch.setattr(run, "appraise_block", counted(3))
    with pytest.raises(KeyboardInterrupt):
        main(words)
    assert len(list((tmp_path / "values.csv.parts").glob("*.npy"))) == 3
    assert not out.exists()
    monkeypatch.setattr(run, "appraise_block", counted(99))
    assert main(words) == 0
    assert len(done) == 5  # three before, two after
    resumed = out.read_bytes()
    assert main(words) == 0
    assert out.read_bytes() == resumed


def test_parts_of_another_input_are_not_taken_up(tmp_path: Path) -> None:
    from zhirong.batch.parts import Parts, fingerprint

    one, other = (read_portfolio(columns(5, seed), WIDENING) for seed in (1, 2))
    parts = Parts(tmp_path / "out.csv", fingerprint(one, 1, 500))
    parts.keep(0, np.ones((5, 9)))
    assert Parts(tmp_path / "out.csv", fingerprint(one, 1, 500)).done() == [0]
    assert fingerprint(one, 1, 500) != fingerprint(one, 2, 500)
    assert Parts(tmp_path / "out.csv", fingerprint(other, 1, 500)).done() == []


@pytest.mark.parametrize(
    ("column", "row", "value", "field", "code"),
    [
        ("royalty_high", 3, 5.0, "royalty_high[4]", "out_of_range"),
        ("revenue_low", 0, float("nan"), "revenue_low[1]", "out_of_range"),
        ("life_low", 2, -4.0, "life_low[3]", "out_of_range"),
        ("discount_mode", 1, "", "discount_mode[2]", "wrong_type"),
        ("growth_low", 1, 1.9, "growth_mode[2]", "range_out_of_order"),
        ("decay_grade", 4, "sure", "decay_grade[5]", "not_a_choice"),
        ("tax_rate", 4, 25, "tax_rate[5]", "out_of_range"),
        ("convention", 0, "monthly", "convention[1]", "not_a_choice"),
        ("id", 4, "r1", "id[5]", "id_twice"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(column: str, row: int, value: Any, field: str, code: str) -> None:
    given = columns(5)
    given[column][row] = value
    with pytest.raises(InputError) as caught:
        read_portfolio(given, WIDENING)
    assert (field, code) in {(problem.field, problem.code) for problem in caught.value.problems}


def test_a_column_that_is_missing_unknown_or_too_short_is_named() -> None:
    given = columns(5)
    for change, field in (
        (lambda: given.pop("tax_rate"), "tax_rate"),
        (lambda: given.update(tax_rate=[0.1] * 4), "tax_rate"),
        (lambda: given.update(tax_rate=[0.1] * 5, colour=["red"] * 5), "colour"),
    ):
        change()
        with pytest.raises(InputError) as caught:
            read_portfolio(given, WIDENING)
        assert field in {problem.field for problem in caught.value.problems}


def test_many_mistakes_are_told_by_the_first_hundred_and_their_number() -> None:
    given = columns(500)
    given["royalty_high"] = [7.0] * 500
    with pytest.raises(InputError) as caught:
        read_portfolio(given, WIDENING)
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1].value == "400"


def test_a_cap_of_law_or_contract_ends_the_income_and_an_empty_one_does_not() -> None:
    given = columns(3)
    given["life_cap"] = ["", "2", "100"]
    free, capped = appraise_arrays(columns(3), WIDENING, paths=500), appraise_arrays(given, WIDENING, paths=500)
    assert capped["p50"][0] == free["p50"][0]
    assert capped["p50"][1] < free["p50"][1]
    assert capped["p50"][2] == free["p50"][2]


def test_every_column_is_described_for_users() -> None:
    page = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
    for name in (*FIGURES, "tax_rate", "life_cap", "convention", *COLUMNS):
        assert f"`{name}`" in page, name
    assert "id" in columns_needed()
