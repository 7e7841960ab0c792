"""Finished blocks stored next to the output, so that an interrupted batch can resume."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np

from zhirong.batch.kernel import COLUMNS
from zhirong.batch.method_table import MethodJob, MethodTable
from zhirong.batch.portfolio import Portfolio
from zhirong.batch.run import BLOCK_ROWS
from zhirong.chain.appraisal.uncertain import Array

MODEL = 1  # increased when the same input would give different numbers, so that old parts are not reused


def fingerprint(portfolio: Portfolio, seed: int, paths: int) -> str:
    """Fingerprint of everything a result depends on: inputs, seed, paths, block size and model version."""
    digest = hashlib.sha256(json.dumps([MODEL, seed, paths, BLOCK_ROWS, list(COLUMNS)]).encode())
    digest.update("\n".join(portfolio.ids).encode())
    for part in (portfolio.points, portfolio.tax, portfolio.cap, portfolio.mid_year):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def fingerprint_of_methods(table: MethodTable, job: MethodJob) -> str:
    """The same for a table of methods: its cells, the rules, seed, paths, block size and model version."""
    head = [MODEL, job.seed, job.paths, job.day.isoformat(), job.rules, BLOCK_ROWS, list(table.columns)]
    digest = hashlib.sha256(json.dumps(head).encode())
    for name, values in table.columns.items():
        digest.update(json.dumps([name, [str(value) for value in values]]).encode())
    return digest.hexdigest()


class Parts:
    """The finished blocks of one batch, in a folder next to its output. Incomplete blocks do not count."""

    def __init__(self, out: Path, job: str) -> None:
        self.folder = out.with_name(out.name + ".parts")
        mark = self.folder / "job.txt"
        if self.folder.exists() and (not mark.exists() or mark.read_text(encoding="utf-8") != job):
            shutil.rmtree(self.folder)  # belongs to another input, seed or model
        self.folder.mkdir(exist_ok=True)
        mark.write_text(job, encoding="utf-8")

    def done(self) -> list[int]:
        """Numbers of the blocks that are done."""
        return sorted(int(path.stem) for path in self.folder.glob("*.npy"))

    def keep(self, number: int, values: Array) -> None:
        """Store a block: written to a temporary file first, so that a power failure leaves a complete block or
        none.
        """
        aside = self.folder / f"{number}.tmp"
        with aside.open("wb") as file:
            np.save(file, values)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / f"{number}.npy")

    def whole(self) -> Array:
        """All blocks in order."""
        return np.concatenate([np.load(self.folder / f"{number}.npy") for number in self.done()])

    def remove(self) -> None:
        """Delete the folder after the output is written."""
        shutil.rmtree(self.folder)
