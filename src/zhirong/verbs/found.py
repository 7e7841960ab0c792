"""Founding a register: tables, the log's name, its key. Once for each database."""

from pathlib import Path

from django.db import transaction

from zhirong.chain.pledge.registration import refuse
from zhirong.evidence.entries import is_origin
from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.keys import PublicKey
from zhirong.kernel.text import Text
from zhirong.store.log import KEY_FILE, make_key
from zhirong.store.models import LogHead
from zhirong.store.setup import migrate


def found_register(folder: Path, origin: str, algorithm: HashAlgorithm = HashAlgorithm.SM3) -> PublicKey:
    """Make the tables, the empty log and a new key; returns the public key, to be published.

    Raises InputError where there is a register or a key already: neither is ever overwritten.
    """
    if not is_origin(origin):
        raise refuse(
            "origin",
            "origin",
            origin,
            Text("日志名不得含空格或加号", "the name of a log has neither spaces nor a plus"),
            Text("写成 register.example.cn/2026 这样的名称", "write it like register.example.cn/2026"),
        )
    folder.mkdir(parents=True, exist_ok=True)
    migrate()
    with transaction.atomic():
        if LogHead.objects.exists() or (folder / KEY_FILE).exists():
            raise refuse(
                "exists",
                "folder",
                folder,
                Text("已有登记簿或密钥", "there is a register or a key already"),
                Text("换一个文件夹和数据库", "choose another folder and database"),
            )
        key = make_key(folder, origin)
        LogHead.objects.create(id=1, origin=origin, algorithm=algorithm.value)
    return key
