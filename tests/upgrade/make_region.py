"""Makes the stored platform of this folder: ``region-9d6e7a8.tar.xz`` and what it must read as, ``region-9d6e7a8.json``.

It runs against the program of the version to be stored, never against the present one:

    git worktree add --detach ../old 9d6e7a8
    PYTHONPATH=../old/src python tests/upgrade/make_region.py 9d6e7a8 tests/upgrade

The data folder holds six firms of the region for training up to 25 November 2026: a loan from the firm's registration to
the last repayment and the closed case, a loan that is running, a loan that is late, an entry of the register itself, a case
in diligence with an appraisal that is asked for, a case that was declined, a token, a signed checkpoint. Nobody in it is real.
Its keys, passwords and secrets were made for it alone and protect nothing.

Names of firms after the folder make a smaller one: ``region-94eb12b`` (version 0.2.0, before its release) holds ``valve glass bio``:
a late loan with its default, a case in diligence, a case that was declined. ``region-ddd03db`` (after migration 0015) holds ``valve``: a loan
whose default is demanded, with its alarms.
"""

import io
import json
import os
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

TODAY = date(2026, 11, 25)
FIRMS = ("membrane", "drone", "valve", "seed", "glass", "bio")
NAME = "region-{}"


def main(commit: str, target: Path, firms: Sequence[str]) -> None:
    """Write both files into ``target``."""
    folder = Path(tempfile.mkdtemp()) / "region"
    os.environ.update(ZHIRONG_DATA=str(folder), ZHIRONG_DAYS_AHEAD="0")
    os.environ.pop("DATABASE_URL", None)
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from zhirong.cli.serve import make_ready
    from zhirong.demo.building import build, load_table

    make_ready(folder, "register.upgrade")
    table = load_table()
    table["firm"] = [firm for firm in table["firm"] if firm["id"] in firms]
    region = build(TODAY, table=table)
    enter_what_waits(region)
    region.do(
        "bank.manager", "token.make", name="对账程序", scopes=["read"], expires_on=date(2027, 5, 25).isoformat()
    )
    sign_checkpoint(folder)
    target.joinpath(NAME.format(commit) + ".json").write_text(
        json.dumps(facts(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    close(folder)
    pack(folder, target / (NAME.format(commit) + ".tar.xz"))
    shutil.rmtree(folder.parent)


def enter_what_waits(region: Any) -> None:
    """The registry examines and enters the filing that waits: a pledge that this register alone has."""
    from zhirong.operations.pledge.registrar_view import waiting

    for one in waiting(TODAY):
        number = one.registration.id
        region.do("registry.registrar", "registration.examine", registration=number)
        region.do("registry.registrar", "registration.register", registration=number)


def sign_checkpoint(folder: Path) -> None:
    """As ``zhirong register checkpoint`` does."""
    from zhirong.cli.main import main as zhirong

    out = str(folder.parent / "checkpoint")
    assert zhirong(["register", "checkpoint", "--data", str(folder), "--out", out]) == 0


def facts() -> dict[str, Any]:
    """What a later version must read the same, in the words of this folder alone: no name of a column is in it."""
    from zhirong.store.financing import Appraisal, Case, FirmRight, Loan, Payment, StoredFile
    from zhirong.store.models import Checkpoint, Event, LogHead, Registration
    from zhirong.store.parties import Account, ApiToken, Organisation

    head = LogHead.objects.get()
    return {
        "accounts": Account.objects.count(),
        "organisations": [[one.kind, one.name, one.code] for one in Organisation.objects.order_by("pk")],
        "rights": [[one.firm.name, one.kind, one.number, one.title] for one in FirmRight.objects.order_by("pk")],
        "appraisals": [
            [one.grade, one.state, one.p10, one.p50, one.p90] for one in Appraisal.objects.order_by("pk")
        ],
        "cases": [
            [
                one.number,
                one.firm.name,
                one.state,
                one.mode,
                one.amount,
                one.credit_limit,
                one.approved_amount,
                one.reason,
            ]
            for one in Case.objects.order_by("pk")
        ],
        "loans": [
            [one.number, one.principal, one.balance, one.overdue, one.overdue_days, one.category, one.provision]
            for one in Loan.objects.order_by("pk")
        ],
        "payments": [
            [one.loan.number, one.kind, one.amount, one.day.isoformat(), one.state]
            for one in Payment.objects.order_by("pk")
        ],
        "registrations": [
            [one.number, one.status, one.role, one.authority_number] for one in Registration.objects.order_by("pk")
        ],
        "tokens": [[one.name, one.digest, one.scopes] for one in ApiToken.objects.order_by("pk")],
        "files": sorted(set(StoredFile.objects.values_list("sha256", flat=True))),
        "log": {"origin": head.origin, "algorithm": head.algorithm, "size": head.size, "peaks": head.peaks},
        "checkpoint": Checkpoint.objects.get().note,
        "events": Event.objects.count(),
    }


def close(folder: Path) -> None:
    """The database as one file, without its write-ahead log."""
    from django.db import connections

    connections.close_all()
    database = sqlite3.connect(folder / "zhirong.sqlite3")
    database.execute("pragma wal_checkpoint(truncate)")
    database.execute("pragma journal_mode=delete")
    database.execute("vacuum")
    database.close()


def pack(folder: Path, target: Path) -> None:
    """The same folder gives the same archive: names sorted, no owner, one time."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz", preset=9) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(".lock") and not path.name.startswith("counts."):
                info = tar.gettarinfo(path, str(path.relative_to(folder)))
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                with path.open("rb") as file:
                    tar.addfile(info, file)
    target.write_bytes(content.getvalue())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or FIRMS)
