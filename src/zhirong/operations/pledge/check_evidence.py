"""Further evidence that the log protects: the chain of its keys, the last signed checkpoint, identities of rights,
reported fingerprints.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zhirong.evidence import canonical
from zhirong.evidence.audit import AuditFinding
from zhirong.evidence.entries import entry_of_bytes
from zhirong.evidence.identity import Identity, IdentityClaim, check_history, identity_of
from zhirong.evidence.statements import StatementKind, follow_statements
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.pledge.identities import IDENTITY
from zhirong.operations.pledge.uses import REPORTED
from zhirong.store import keys, log, models


def evidence_findings(folder: Path, head: models.LogHead) -> list[AuditFinding]:
    """Return every error in the data next to the entries. folder: of the register's keys."""
    return [*_key_findings(folder, head), *_identity_findings(), *_report_findings()]


def _key_findings(folder: Path, head: models.LogHead) -> Iterator[AuditFinding]:
    try:
        problem = log.broken_past(head, keys.last_signed(folder))
        missing = log.missing_signatures(folder)
        changes = log.key_statements()
        public = [key for key in keys.public_keys(folder) if not key.is_witness]
        pending = keys.pending_key(folder)
    except (InputError, OSError, ValueError) as error:
        words = str(error)
        yield AuditFinding("key_files", "keys", Text(words, words))
        return
    if problem is not None:
        yield AuditFinding(problem.code, "last checkpoint", problem.reason)
    for one in missing:
        yield AuditFinding(one.code, one.field, one.reason)
    if pending is not None:
        zh, en = (
            "密钥更换未完成：请再次运行 register key rotate",
            "a key rotation was not finished: run register key rotate again",
        )
        yield AuditFinding("key_pending", "keys", Text(zh, en))
        return
    # The keys to which the statements lead, oldest first; they must be the published ones.
    old = replace(changes[0][0].old, until=None) if changes else replace(public[0], until=None)
    given = [old, *(one.new for one, _ in changes if one.kind is StatementKind.LOSS)]
    expected, findings = follow_statements(given, changes)
    for finding in findings:
        if finding.code not in ("rotation", "loss"):
            yield AuditFinding("key_statement", finding.statement.new.as_text(), finding.reason)
    if set(expected) != set(public):
        text = Text(
            "公布的公钥与日志中的密钥声明不符", "the published keys differ from those in the log's statements"
        )
        yield AuditFinding("keys_differ", keys.PUBLIC_FILE, text)


def _identity_findings() -> Iterator[AuditFinding]:
    histories: dict[str, list[Identity]] = {}
    expected = set()
    # Without the date: a damaged one could not be read, and it is compared with the entry elsewhere.
    for event in models.Event.objects.filter(kind=IDENTITY).defer("day").order_by("index").iterator():
        place = f"event {event.index}"
        try:
            identity = identity_of(entry_of_bytes(event.entry.encode()).body["identity"])
            content = canonical.decode(event.content.encode())
            claims = {one["name"]: _commitment(one, identity) for one in content["claims"]}
            right_key = content["right_key"]
        except (InputError, KeyError, ValueError, TypeError) as error:
            yield AuditFinding("identity_form", place, Text(str(error), str(error)))
            continue
        if claims != dict(identity.commitments):
            yield AuditFinding(
                "identity", place, Text("事项与承诺不符", "the claims do not match their commitments")
            )
        histories.setdefault(identity.code, []).append(identity)
        expected.add((event.index, identity.code, identity.version, right_key))
    for code, versions in sorted(histories.items()):
        for problem in check_history(versions):
            yield AuditFinding("identity_history", f"identity {code} {problem.field}", problem.reason)
    held = set(models.RightIdentity.objects.values_list("event_id", "code", "version", "right_key"))
    for one in sorted(held ^ expected):
        yield AuditFinding("identity_row", f"identity {one[1]} version {one[2]}", _DIFFERS)


def _commitment(one: Mapping[str, Any], identity: Identity) -> str:
    return IdentityClaim(one["name"], one["value"], bytes.fromhex(one["salt"])).commitment(identity.algorithm)


def _report_findings() -> Iterator[AuditFinding]:
    expected = set()
    for index, written in models.Event.objects.filter(kind=REPORTED).values_list("index", "content").iterator():
        try:
            content = canonical.decode(written.encode())
            for one in content["reports"]:
                where = (content["period"], one["fingerprint"], content["institution"])
                expected.add((index, *where, one.get("reference", "")))
        except (InputError, KeyError, ValueError, TypeError, AttributeError) as error:
            yield AuditFinding("report_form", f"event {index}", Text(str(error), str(error)))
    columns = ("event_id", "period", "fingerprint", "institution", "reference")
    for one in sorted(set(models.Report.objects.values_list(*columns)) ^ expected):
        yield AuditFinding("report", f"report {one[1]} {one[2][:16]} {one[3]}", _DIFFERS)


_DIFFERS = Text("与日志不符", "differs from the log")
