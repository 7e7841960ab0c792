"""Completion of a mirror registration: the data of an authority's registration are checked before they are
recorded.
"""

import re
from datetime import date

from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.packs import demand_authority
from zhirong.chain.pledge.register_json import registration_of
from zhirong.chain.pledge.registration import RegisterRole, refuse
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.unit_of_work import Work
from zhirong.store import models

_SHA256 = re.compile(r"[0-9a-f]{64}")


def demand_recordable(
    work: Work, register: str, authority: str, *, number: str, certificate: str, day: date
) -> None:
    """Check that the authority can have made this registration: it keeps such rights, the number is unused, the
    hash is valid.

    register: that of the rights. The operation itself rejects empty fields. Raises InputError otherwise.
    """
    if authority:
        demand_authority(register, authority, day, work.rules)
    if day > work.day:
        raise later_than_today("day", day)
    if certificate and _SHA256.fullmatch(certificate) is None:
        raise refuse(
            "not_a_hash",
            "certificate",
            certificate,
            Text("不是证书文件的 SHA-256 值", "not the SHA-256 of the certificate's file"),
            Text("请填写 64 位小写十六进制数", "enter 64 lower-case hexadecimal digits"),
        )
    held = models.Registration.objects.filter(authority_number=number, role=RegisterRole.MIRROR.value)
    for state in held.values_list("state", flat=True) if number else ():
        other = registration_of(canonical.decode(state.encode()))
        if plain_name(other.authority) == plain_name(authority):
            raise refuse(
                "number_used",
                "authority_number",
                number,
                Text(f"该登记号已记在申请 {other.id} 名下", f"filing {other.id} already has this number"),
                Text("请核对登记号", "check the number"),
            )


def later_than_today(field: str, day: date) -> InputError:
    """Return the error for a future date."""
    reason = Text("晚于今天", "the date is in the future")
    return refuse("later_than_today", field, day, reason, Text("请改正日期", "correct the date"))
