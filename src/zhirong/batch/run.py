"""Run blocks over an Executor. The death of a worker affects only the run time.

Blocks are cut by row numbers, not by worker. The result of a block depends only on its rows, seed and paths, so any
worker may calculate it, in any order and more than once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from typing import Any, TypeVar

import numpy as np

from zhirong.batch.kernel import COLUMNS, appraise_block
from zhirong.batch.method_table import MethodJob, MethodTable, Row
from zhirong.batch.portfolio import Column, Portfolio, read_portfolio
from zhirong.chain.appraisal.uncertain import Array, Widening
from zhirong.kernel.interrupts import interrupts_held

BLOCK_ROWS = 4_096
METHOD_ROWS = 256  # rows per block if every row is read and valued by its own method
AHEAD = 4  # blocks queued per worker: enough to keep it busy, few enough to limit memory
MOST_DEATHS = (
    5  # number of pools that may break in a row without finishing a block: beyond it the fault is in the work
)

Work = TypeVar("Work")
Pool = Callable[[], AbstractContextManager[Executor]]


class WorkersDieError(RuntimeError):
    """Workers kept dying; the cause is the work itself or a lack of memory."""


def blocks_of(count: int, rows: int = BLOCK_ROWS) -> list[tuple[int, int]]:
    """First row and end of every block."""
    return [(start, min(start + rows, count)) for start in range(0, count, rows)]


def local_pool(workers: int | None = None) -> Pool:
    """Processes of this machine; one per processor by default. Spawned, not forked: a fork copies locks in the
    state in which other threads hold them.
    """
    number = workers or cpu_count() or 1
    return lambda: _Processes(number, mp_context=get_context("spawn"))


class _Processes(ProcessPoolExecutor):
    """A pool that Ctrl-C does not reach: the process that started it ends it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand over one piece of work. The processes are started here, by the first piece."""
        with interrupts_held():
            return super().submit(fn, *args, **kwargs)

    def __exit__(self, *raised: object) -> None:
        """Wait only for running blocks; blocks not yet started are not needed after an error or an interruption."""
        self.shutdown(wait=True, cancel_futures=True)


def run_blocks(
    work: Callable[[Work], Array], todo: Mapping[int, Callable[[], Work]], pool: Pool, ahead: int
) -> Iterator[tuple[int, Array]]:
    """Number and result of each block as it finishes; a broken pool is replaced and its lost blocks are repeated.

    todo: function from block number to the block's argument, called when the block is submitted. ahead: maximum
    number of blocks in progress. Raises WorkersDieError if ``MOST_DEATHS`` pools broke in a row, and whatever
    ``work`` raises.
    """
    left = dict(todo)
    deaths = 0
    while left:
        with pool() as executor:
            try:
                for number, result in _through(executor, work, left, ahead):
                    deaths = 0
                    yield number, result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == MOST_DEATHS:
                    raise WorkersDieError(
                        f"{deaths} worker pools broke without finishing a block; check that there is enough memory"
                    ) from error


def _through(
    executor: Executor, work: Callable[[Work], Array], left: dict[int, Callable[[], Work]], ahead: int
) -> Iterator[tuple[int, Array]]:
    waiting: dict[Future[Array], int] = {}
    numbers = iter(sorted(left))
    while True:
        for number in numbers:
            waiting[executor.submit(work, left[number]())] = number
            if len(waiting) >= ahead:
                break
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            number = waiting.pop(future)
            result = future.result()
            del left[number]
            yield number, result


@dataclass(frozen=True)
class BatchJob:
    """The work on a block: a plain, serialisable record."""

    seed: int
    paths: int

    def __call__(self, block: tuple[Array, Array, Array, Array]) -> Array:
        """Values of the block's rights."""
        return appraise_block(block, self.seed, self.paths)


def appraise_portfolio(
    portfolio: Portfolio,
    seed: int,
    paths: int,
    pool: Pool | None = None,
    *,
    workers: int = 1,
    skip: Sequence[int] = (),
    rows: int = BLOCK_ROWS,
) -> Iterator[tuple[int, Array]]:
    """Blocks of values as they finish: number and (rights, columns) of ``kernel.COLUMNS``.

    pool: None computes here, without workers. skip: blocks that are done already.
    """
    job = BatchJob(seed, paths)
    cuts = blocks_of(len(portfolio), rows)
    todo = [number for number in range(len(cuts)) if number not in set(skip)]
    if pool is None:
        for number in todo:
            yield number, job(portfolio.block(*cuts[number]))
        return

    def maker(number: int) -> Callable[[], tuple[Array, Array, Array, Array]]:
        return lambda: portfolio.block(*cuts[number])

    yield from run_blocks(job, {number: maker(number) for number in todo}, pool, AHEAD * workers)


def appraise_methods(
    table: MethodTable,
    job: MethodJob,
    pool: Pool | None = None,
    *,
    workers: int = 1,
    skip: Sequence[int] = (),
    rows: int = METHOD_ROWS,
) -> Iterator[tuple[int, Any]]:
    """Blocks of a table of methods as they finish: number and an array of ``method_table.RESULT``.

    pool, skip: as for ``appraise_portfolio``. Raises RuntimeError if a worker has different rules.
    """
    cuts = blocks_of(len(table), rows)
    todo = [number for number in range(len(cuts)) if number not in set(skip)]
    if pool is None:
        for number in todo:
            yield number, job(table.block(*cuts[number]))
        return

    def maker(number: int) -> Callable[[], list[Row]]:
        return lambda: table.block(*cuts[number])

    yield from run_blocks(job, {number: maker(number) for number in todo}, pool, AHEAD * workers)


def appraise_arrays(
    columns: Mapping[str, Column],
    widening: Widening,
    seed: int = 1,
    paths: int = 1_000,
    pool: Pool | None = None,
    workers: int = 1,
) -> dict[str, Array]:
    """Arrays in, arrays out: the values of a portfolio's columns, in yuan, by the names of ``kernel.COLUMNS``.

    Raises InputError naming rows and columns that cannot be used.
    """
    portfolio = read_portfolio(columns, widening)
    whole = np.empty((len(portfolio), len(COLUMNS)))
    cuts = blocks_of(len(portfolio))
    for number, values in appraise_portfolio(portfolio, seed, paths, pool, workers=workers):
        whole[slice(*cuts[number])] = values
    return {name: whole[:, place] for place, name in enumerate(COLUMNS)}
