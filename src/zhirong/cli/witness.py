"""``zhirong witness``: countersign the register's checkpoints from outside, without database or network."""

import argparse
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhirong.cli.files import read_binary, read_text, unwritable
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

SECRET, PUBLIC = "witness.key", "witness.pub"
_LOCK = "witness.lock"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: found a witness, or let it countersign."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="init|sign")
    init = actions.add_parser("init", help="建立见证人的密钥 / create the witness's key")
    init.add_argument("name", metavar="NAME", help="见证人的名称，不含空格 / the witness's name, without spaces")
    sign = actions.add_parser("sign", help="核对后会签检查点 / check a checkpoint and countersign it")
    sign.add_argument(
        "file", metavar="CHECKPOINT", help="登记机构签署的检查点文件 / the register's checkpoint file"
    )
    sign.add_argument(
        "--key", metavar="FILE", required=True, help="登记机构公布的公钥 / the register's published key"
    )
    sign.add_argument("--out", metavar="FILE", required=True, help="会签后的检查点 / the countersigned checkpoint")
    for one in (init, sign):
        one.add_argument("--folder", default="witness", help="见证人的文件夹 / the witness's folder")


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError if a checkpoint must not be countersigned, or a file cannot be used."""
    return _init(options) if options.action == "init" else _sign(options)


def _init(options: argparse.Namespace) -> int:
    from zhirong.evidence.keys import KeyType, SigningKey

    folder = Path(options.folder)
    try:
        key = SigningKey(options.name, KeyType.WITNESS_ED25519, secrets.token_bytes(32))
    except ValueError as error:
        reason = Text("名称不得含空格或加号", "the name must not contain spaces or plus signs")
        hint = Text("如 witness.example.cn", "enter it like witness.example.cn")
        raise InputError([Problem("NAME", options.name, reason, hint, "name")]) from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SECRET).touch(mode=0o600, exist_ok=False)
        (folder / SECRET).write_text(f"{options.name}\n{key.seed.hex()}\n", encoding="utf-8")
        (folder / PUBLIC).write_text(key.public().as_text() + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(str(folder / SECRET), error) from error
    print(key.public().as_text())
    return 0


def _sign(options: argparse.Namespace) -> int:
    import hashlib

    from zhirong.evidence.checkpoints import read_checkpoint
    from zhirong.evidence.keys import KeyType, SigningKey, read_keys
    from zhirong.evidence.receipts import read_checkpoint_file
    from zhirong.evidence.witness import countersign

    folder = Path(options.folder)
    name, seed = read_text(str(folder / SECRET)).split()
    key = SigningKey(name, KeyType.WITNESS_ED25519, bytes.fromhex(seed))
    file = read_checkpoint_file(read_binary(options.file), options.file)
    origin = file.signed.checkpoint.origin
    seen_file = folder / f"seen-{hashlib.sha256(origin.encode()).hexdigest()[:16]}.txt"
    with _alone(folder):
        seen = read_checkpoint(read_text(str(seen_file)), str(seen_file)) if seen_file.exists() else None
        signed = countersign(file, seen, read_keys(read_text(options.key), options.key), key, int(time.time()))
        try:
            # Stored first: a forgotten countersignature could be contradicted later.
            _remember(seen_file, signed.as_text())
            Path(options.out).write_text(signed.as_text(), encoding="utf-8")
        except OSError as error:
            raise unwritable(options.out, error) from error
    print(f"{origin}\t{signed.checkpoint.size}")
    return 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock the folder, so that of two simultaneous runs the second sees the countersignature of the first."""
    with (folder / _LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remember(place: Path, text: str) -> None:
    """Write to the disk completely or not at all."""
    beside = place.with_name(place.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
