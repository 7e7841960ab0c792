"""``zhirong appraise --batch``: appraise a list of rights from CSV or Parquet, and write the values to CSV or
Parquet.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from os import cpu_count
from pathlib import Path
from typing import Any

from zhirong.cli.files import unreadable, unwritable
from zhirong.cli.option_values import read_columns, read_day
from zhirong.cli.outputs import safe_cells
from zhirong.kernel.days import SHANGHAI, day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# Of a Parquet file: rows, cells that are words, cells that are numbers, bytes when unpacked.
_MOST_ROWS, _MOST_WORDS, _MOST_NUMBERS, _MOST_UNPACKED = 1_000_000, 8_000_000, 24_000_000, 256 << 20


def run_batch(options: argparse.Namespace) -> int:
    """Appraise a list of rights with progress on the error stream, continuing an earlier interrupted run."""
    from zhirong.batch.parts import Parts
    from zhirong.batch.run import local_pool

    if not options.out:
        raise _problem(
            "--out", "", "未指定结果文件", "the output file is missing", "请用 --out VALUES.csv 指定", "give --out"
        )
    if not 100 <= options.paths <= 100_000:
        raise _problem(
            "--paths", str(options.paths), "次数不合理", "out of range", "100 至 100000", "100 to 100000"
        )
    if options.seed < 0 or (options.workers is not None and options.workers < 1):
        raise _problem(
            "--seed",
            str(options.seed),
            "种子或进程数为负",
            "seed or number of workers too small",
            "改正",
            "correct it",
        )
    today = day_of(datetime.now(SHANGHAI))
    day = read_day("--as-of", options.as_of, today)
    columns = _read_columns(options.batch)
    workers = options.workers or cpu_count() or 1
    pool = _cluster(options.cluster) if options.cluster else None if workers == 1 else local_pool(workers)
    try:
        batch = (_methods if "method" in columns else _royalties)(columns, day, options, pool, workers)
    except InputError as error:
        raise InputError(error.problems, options.batch) from error
    out = Path(options.out)
    try:
        parts = Parts(out, batch.fingerprint)
    except OSError as error:
        raise unwritable(options.out, error) from error
    done = parts.done()
    with _progress(batch.blocks, len(done), options.lang) as advance:
        for number, values in batch.run(done):
            parts.keep(number, values)
            advance()
    whole = parts.whole()
    try:
        _write(out, batch.columns(whole))
    except OSError as error:
        raise unwritable(options.out, error) from error
    parts.remove()
    valued = batch.valued(whole)
    if options.json:
        from zhirong.cli.files import print_answer

        told = {"rights": len(whole), "valued": valued, "seed": options.seed, "paths": options.paths}
        print_answer({**told, "out": options.out})
    else:
        zh = options.lang == "zh"
        print(
            f"{len(whole)} 项权利，{valued} 项有价值：{options.out}"
            if zh
            else f"{len(whole)} rights, {valued} with a value: {options.out}"
        )
    return 0


@dataclass(frozen=True)
class _Batch:
    """The data of a run for either kind of table. run: unfinished blocks. columns: of the output."""

    fingerprint: str
    blocks: int
    run: Callable[[Sequence[int]], Iterator[tuple[int, Any]]]
    columns: Callable[[Any], dict[str, Any]]
    valued: Callable[[Any], int]


def _royalties(
    columns: Mapping[str, Any], day: date, options: argparse.Namespace, pool: Any, workers: int
) -> _Batch:
    from zhirong.batch.kernel import COLUMNS
    from zhirong.batch.parts import fingerprint
    from zhirong.batch.portfolio import read_portfolio
    from zhirong.batch.run import appraise_portfolio, blocks_of
    from zhirong.chain.appraisal.uncertain import read_widening
    from zhirong.kernel.rulebook_files import load_rulebook

    widening = read_widening(load_rulebook().at("appraisal.evidence", day))
    portfolio = read_portfolio(columns, widening)
    return _Batch(
        fingerprint(portfolio, options.seed, options.paths),
        len(blocks_of(len(portfolio))),
        lambda done: appraise_portfolio(portfolio, options.seed, options.paths, pool, workers=workers, skip=done),
        lambda whole: {"id": list(portfolio.ids), **{name: whole[:, n] for n, name in enumerate(COLUMNS)}},
        len,
    )


def _methods(columns: Mapping[str, Any], day: date, options: argparse.Namespace, pool: Any, workers: int) -> _Batch:
    from zhirong.batch.method_table import RESULT, VALUED, MethodJob, mark_of, read_method_table
    from zhirong.batch.parts import fingerprint_of_methods
    from zhirong.batch.run import METHOD_ROWS, appraise_methods, blocks_of
    from zhirong.kernel.rulebook_files import load_rulebook

    table = read_method_table(columns, day)
    job = MethodJob(options.seed, options.paths, day, mark_of(load_rulebook()))
    given = {"id": list(table.ids), "method": [str(name) for name in columns["method"]]}
    return _Batch(
        fingerprint_of_methods(table, job),
        len(blocks_of(len(table), METHOD_ROWS)),
        lambda done: appraise_methods(table, job, pool, workers=workers, skip=done),
        lambda whole: {**given, **{name: whole[name] for name in RESULT.names or ()}},
        lambda whole: int((whole["state"] == VALUED).sum()),
    )


def _cluster(address: str) -> Any:
    try:
        connect = import_module("distributed").Client
    except ImportError as error:
        raise _problem(
            "--cluster",
            address,
            "未安装 Dask",
            "Dask is not installed",
            "请安装 zhirong[cluster]",
            "install zhirong[cluster]",
        ) from error

    @contextmanager
    def pool() -> Iterator[Any]:
        try:
            client = connect(address, timeout="10s")
        except OSError as error:
            raise _problem(
                "--cluster",
                address,
                "无法连接集群",
                "the cluster cannot be reached",
                "检查地址",
                "check the address",
            ) from error
        with client:
            yield client.get_executor()

    return pool


@contextmanager
def _progress(total: int, done: int, lang: str) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(file=sys.stderr)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("评估" if lang == "zh" else "appraising", total=total, completed=done)
        yield lambda: progress.advance(task)


# -- files --------------------------------------------------------------------------------------------------------


def _read_columns(path: str) -> Mapping[str, Any]:
    if path.endswith(".parquet"):
        parquet = _arrow(path)
        try:
            _refuse_large(parquet.ParquetFile(path), path)
            table = parquet.read_table(path)
        except InputError:
            raise
        except OSError as error:
            raise unreadable(path, error) from error
        except ValueError as error:  # pyarrow's own errors are ValueErrors
            raise _problem(
                path, "", f"不是 Parquet：{error}", f"not Parquet: {error}", "检查文件", "check the file"
            ) from error
        return {name: _column(table[name]) for name in table.column_names}
    return read_columns(path) or {"id": []}


def _refuse_large(file: Any, path: str) -> None:
    """Raise InputError before a table is read that does not fit into memory: a small file may hold a large one."""
    about = file.metadata
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    plain = sum(_is_number(file.schema_arrow.field(at).type) for at in range(len(file.schema_arrow)))
    nested = [one.name for one in file.schema_arrow if _is_nested(one.type)]
    if nested:
        raise _problem(
            path,
            ", ".join(nested),
            "单元格中是列表，不是数字或文字",
            "the cells are lists, not numbers or words",
            "请改为普通的列",
            "write plain columns",
        )
    words = (len(file.schema_arrow) - plain) * about.num_rows
    size = sum(group.total_byte_size for group in groups)
    if (
        about.num_rows > _MOST_ROWS
        or words > _MOST_WORDS
        or plain * about.num_rows > _MOST_NUMBERS
        or size > _MOST_UNPACKED
    ):
        raise _problem(
            path,
            f"{about.num_rows:,} x {len(file.schema_arrow)}",
            f"超过 {_MOST_ROWS:,} 行，或展开后过大",
            f"more than {_MOST_ROWS:,} rows, or too large when unpacked",
            "请拆分为多个文件",
            "split the file",
        )


def _is_number(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_floating(kind) or pyarrow.types.is_integer(kind))


def _is_nested(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_nested(kind))


def _column(column: Any) -> Any:
    if _is_number(column.type) and column.null_count == 0:
        return column.to_numpy()
    kept: dict[Any, Any] = {}  # equal words are stored once
    return [kept.setdefault(word, word) for chunk in column.chunks for word in chunk.to_pylist()]


def _write(out: Path, columns: Mapping[str, Any]) -> None:
    aside = out.with_name(out.name + ".tmp")
    if out.suffix == ".parquet":
        import pyarrow

        given = {name: values.tolist() if _is_words(values) else values for name, values in columns.items()}
        _arrow(str(out)).write_table(pyarrow.table(given), str(aside))
    else:
        with aside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(safe_cells(columns))
            for row in zip(*columns.values(), strict=True):
                writer.writerow(safe_cells(_shown(cell) for cell in row))
    aside.replace(out)


def _is_words(values: Any) -> bool:
    return getattr(values, "dtype", None) is not None and values.dtype.kind == "U"


def _shown(cell: Any) -> str:
    """Return a cell of the CSV: amounts with fen, empty if there is no value."""
    if isinstance(cell, str):
        return str(cell)
    return "" if cell != cell else f"{cell:.2f}"


def _arrow(path: str) -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise _problem(
            path,
            "",
            "读写 Parquet 需要 Arrow",
            "Parquet needs Arrow",
            "请安装 zhirong[cluster]，或使用 CSV",
            "install zhirong[cluster], or use CSV",
        ) from error
    return parquet


def _problem(field: str, value: str, zh: str, en: str, hint_zh: str, hint_en: str) -> InputError:
    return InputError([Problem(field, value, Text(zh, en), Text(hint_zh, hint_en), "cannot_be_used")])
