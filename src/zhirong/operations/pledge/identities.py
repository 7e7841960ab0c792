"""The digital identity of a right: versions in the log, its history, its certificate, and disclosures by the
holder.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.precheck import keys_of_number, right_key
from zhirong.chain.pledge.register_json import party_json, registration_of
from zhirong.chain.pledge.registration import refuse
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.chain.right.reading import read_right
from zhirong.chain.right.records import STATUS_TEXT, Holder, LegalStatus, Right
from zhirong.chain.right.status import status_on
from zhirong.documents.certificate_pdf import CertificateView, certificate_pdf
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.identity import (
    SALT_BYTES,
    Disclosure,
    Identity,
    IdentityClaim,
    disclose,
    first_identity,
    identity_of,
    next_identity,
)
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Lang, Text
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.authorize import may
from zhirong.operations.declare import LIBRARY_OPERATIONS, Call, Done, library_operation
from zhirong.operations.pledge.certificates import Certificate, codes
from zhirong.operations.refusals import ForbiddenError, forbidden
from zhirong.operations.register_events import plain
from zhirong.operations.register_policy import BY_AUTHORITY, demand_read
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import log, models
from zhirong.store.keys import RegisterKey

IDENTITY = "right.identity"
_IDENTIFY = library_operation("right.identify", Text("记载数字身份", "Record a digital identity"), BY_AUTHORITY)


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the log. index: of its entry. time: of its entry."""

    index: int
    time: str
    identity: Identity

    def as_json(self) -> dict[str, Any]:
        """Return its public part: the record itself, which contains only commitments."""
        return {
            "index": self.index,
            "time": self.time,
            "fingerprint": self.identity.fingerprint(),
            "record": self.identity.as_json(),
        }


def record_identity(call: Call, right: Mapping[str, Any], appraisals: Sequence[Mapping[str, Any]] = ()) -> Done:
    """Record the first or next version of a right's identity: its description, holders, provenance, appraisals and
    pledges in this register, each as a commitment with a separate salt.

    right: a table as in ``[[rights]]``. appraisals: each with ``day``, ``value`` (yuan) and ``by``. Raises
    InputError with everything that cannot be read, and if nothing has changed since the last version.
    """
    problems: list[Problem] = []
    read = read_right(Reader(dict(right), "right", problems=problems))
    valued = [_read_appraisal(one, f"appraisals[{at}]", problems) for at, one in enumerate(appraisals, 1)]
    if problems:
        raise InputError(problems)
    request = {"right": dict(right), "appraisals": [dict(one) for one in appraisals]}

    def decide(work: Work) -> Decision:
        return _decide(work, right_key(read), read, valued, request)

    return run_call(_IDENTIFY, call, request, decide)


def refresh_identity(call: Call, right: str) -> Done | None:
    """Record the next version of an identity whose pledges have changed; None if they have not. right: its key."""
    if not may(call.actor, LIBRARY_OPERATIONS[_IDENTIFY]):
        raise forbidden()
    last = _latest(right)
    if last is None:
        raise _none_of(right)
    request = canonical.decode(last.content.encode())["facts"]
    problems: list[Problem] = []
    read = read_right(Reader(request["right"], "right", problems=problems))
    valued = [_read_appraisal(one, "appraisals", problems) for one in request["appraisals"]]
    if problems:
        raise InputError(problems)
    if _told(canonical.decode(last.content.encode())["claims"]) == _statements(right, read, valued):
        return None
    return run_call(_IDENTIFY, call, {"refresh": right}, lambda work: _decide(work, right, read, valued, request))


def stale_identities() -> list[str]:
    """Return the keys of the rights whose identities do not show the current pledges."""
    stale = []
    for key in models.RightIdentity.objects.values_list("right_key", flat=True).distinct().order_by("right_key"):
        last = _latest(key)
        if last is not None and _told(_pledge_claims(last)) != _pledges(key):
            stale.append(key)
    return stale


def identity_history(actor: Actor, name: str) -> tuple[Version, ...]:
    """Return every version of an identity in order. name: its code, the right's key or its number."""
    demand_read(actor, "search")
    return tuple(_version(event) for event in _events(name))


def disclose_identity(actor: Actor, name: str, claims: Sequence[str], version: int | None = None) -> Disclosure:
    """Disclose the named claims and nothing else, to be compared with the record: for the right's holder and the
    registrar.

    version: the last by default. Raises ForbiddenError, or InputError for a claim that the record does not have.
    """
    events = _events(name)
    event = (
        events[-1 if version is None else version - 1] if version is None or 1 <= version <= len(events) else None
    )
    if event is None:
        raise _none_of(f"{name} {version}")
    held = _claims(event)
    _demand_holder(actor, held)
    unknown = sorted(set(claims) - {claim.name for claim in held})
    if unknown or not claims:
        listed = "、".join(sorted(claim.name for claim in held))
        raise refuse(
            "no_claim",
            "claims",
            "、".join(unknown),
            Text("该版本没有这些事项", "this version has no such claims"),
            Text(f"可选：{listed}", f"choose from: {listed}"),
        )
    return disclose(_version(event).identity, held, claims)


def identity_certificate(
    call: Call, name: str, key: RegisterKey, claims: Sequence[str] = (), lang: Lang = "zh"
) -> Certificate:
    """Make the certificate of a right's identity in its latest version, with the claims chosen by its holder."""
    event = _events(name)[-1]
    version = _version(event)
    shown = (
        disclose_identity(call.actor, name, claims) if claims else Disclosure(version.identity.fingerprint(), ())
    )
    demand_read(call.actor, "search")
    record = version.identity
    full, short = codes(event)
    status = STATUS_TEXT[LegalStatus(record.status)].in_(lang) if record.status in tuple(LegalStatus) else "—"
    facts = {
        Text("身份编号", "identity number"): record.code,
        Text("版次", "version"): str(record.version),
        Text("种类", "kind"): KIND_TEXT[RightKind(record.kind)].in_(lang),
        Text("号码", "number"): record.number or "—",
        Text("法律状态", "legal status"): status,
        Text("记录日", "as of"): record.as_of,
        Text("指纹", "fingerprint"): record.fingerprint(),
        Text("承诺项数", "commitments"): str(len(record.commitments)),
    }
    pdf = certificate_pdf(
        CertificateView(
            title=Text("知识产权数字身份证明", "Certificate of digital identity").in_(lang),
            subtitle=Text(f"登记于 {version.time}", f"recorded at {version.time}").in_(lang),
            facts=[(label.in_(lang), value) for label, value in facts.items()],
            rows_title=Text("权利人披露的事项", "disclosed by the holder").in_(lang),
            columns=[Text("事项", "claim").in_(lang), Text("内容", "value").in_(lang)],
            rows=[[claim.name, _readable(claim.value)] for claim in shown.claims],
            empty=Text("没有披露", "nothing is disclosed").in_(lang),
            code=short,
            full_code=full,
            footer=models.LogHead.objects.get().origin,
        ),
        lang,
    )
    receipt = log.receipt(event, key, call.now).as_bytes()
    return Certificate(event.index, pdf, short, receipt, shown.as_bytes())


# -- inside ---------------------------------------------------------------------------------------------------


def _decide(
    work: Work, key: str, right: Right, valued: Sequence[Mapping[str, Any]], request: Mapping[str, Any]
) -> Decision:
    work.demand(_IDENTIFY)
    statements = _statements(key, right, valued)
    last = _latest(key)
    status = status_on(right, work.day, work.rules).status
    as_of, standing = work.day.isoformat(), "unknown" if status is None else status.value
    claims = [IdentityClaim(name, value, secrets.token_bytes(SALT_BYTES)) for name, value in statements.items()]
    secret = b""
    if last is None:
        secret = b"" if right.number else secrets.token_bytes(SALT_BYTES)
        algorithm = HashAlgorithm(work.head.algorithm)
        made = first_identity(
            algorithm=algorithm,
            kind=right.kind.value,
            number=right.number,
            status=standing,
            as_of=as_of,
            claims=claims,
            secret=secret,
        )
    else:
        before = _version(last).identity
        if _told(canonical.decode(last.content.encode())["claims"]) == statements and before.status == standing:
            raise refuse(
                "nothing",
                "right",
                key,
                Text("与上一版相同", "no change since the last version"),
                Text("请在有变动时再记载", "record it when something has changed"),
            )
        made = next_identity(before, status=standing, as_of=as_of, claims=claims)
    content = {
        "claims": [{"name": claim.name, "salt": claim.salt.hex(), "value": claim.value} for claim in claims],
        "facts": plain(request),
        "right_key": key,
        "secret": secret.hex(),
    }

    def keep(work: Work, index: int) -> None:
        models.RightIdentity.objects.create(event_id=index, code=made.code, version=made.version, right_key=key)

    return Decision(_IDENTIFY, IDENTITY, None, content, {"identity": made.as_json()}, follow=keep)


def _statements(key: str, right: Right, valued: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return all statements to commit to, by name."""
    said: dict[str, Any] = {"title": right.title}
    said |= {f"holder.{at}": party_json(holder) for at, holder in enumerate(right.holders, 1)}
    if right.provenance:
        said["provenance"] = right.provenance
    said |= {f"appraisal.{at}": dict(one) for at, one in enumerate(valued, 1)}
    return said | _pledges(key)


def _pledges(key: str) -> dict[str, Any]:
    """Return the pledges in force by filing number; names of claims are public and reveal no more."""
    charges = models.Charge.objects.filter(right__key__in=(key, f"{key}/fees"), active=True)
    found = {}
    for state in charges.order_by("registration_id").values_list("registration__state", flat=True):
        one = registration_of(canonical.decode(state.encode()))
        found[f"pledge.{one.id}"] = {
            "amount_fen": one.claim_amount,
            "authority_number": one.authority_number,
            "number": one.number,
            "pledgee": party_json(one.pledgee),
            "subject": one.subject,
            "until": None if one.debt_end is None else one.debt_end.isoformat(),
        }
    return found


def _read_appraisal(table: Mapping[str, Any], path: str, problems: list[Problem]) -> dict[str, Any]:
    reader = Reader(dict(table), path, problems=problems)
    read = {
        "by": reader.text("by"),
        "day": reader.day("day").isoformat(),
        "value_fen": reader.money("value"),
    }
    reader.finish()
    return read


def _told(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {claim["name"]: claim["value"] for claim in claims}


def _pledge_claims(event: models.Event) -> list[Mapping[str, Any]]:
    claims = canonical.decode(event.content.encode())["claims"]
    return [claim for claim in claims if claim["name"].startswith("pledge.")]


def _claims(event: models.Event) -> tuple[IdentityClaim, ...]:
    return tuple(
        IdentityClaim(claim["name"], claim["value"], bytes.fromhex(claim["salt"]))
        for claim in canonical.decode(event.content.encode())["claims"]
    )


def _version(event: models.Event) -> Version:
    entry = entry_of_bytes(event.entry.encode())
    return Version(event.index, entry.time, identity_of(entry.body["identity"]))


def _latest(key: str) -> models.Event | None:
    row = models.RightIdentity.objects.filter(right_key=key).order_by("-version").select_related("event").first()
    return None if row is None else row.event


def _events(name: str) -> list[models.Event]:
    """Return the events of one identity. Raises InputError if there is none, or if several have the number."""
    rows = models.RightIdentity.objects.select_related("event").order_by("version")
    found = [*rows.filter(code=name)] or [*rows.filter(right_key=name)]
    if not found:
        numbered = list(rows.filter(right_key__in=keys_of_number(name)))
        found = numbered if len({row.code for row in numbered}) == 1 else []
    if not found:
        raise _none_of(name)
    return [row.event for row in found]


def _none_of(name: str) -> Exception:
    return refuse(
        "no_identity",
        "right",
        name,
        Text("该权利没有数字身份", "this right has no digital identity"),
        Text("请核对身份编号或权利号，或先记载", "check the code or the number, or record it first"),
    )


def _demand_holder(actor: Actor, claims: Sequence[IdentityClaim]) -> None:
    holders = [
        Holder(claim.value["name"], claim.value["code"], claim.value["is_natural_person"])
        for claim in claims
        if claim.name.startswith("holder.")
    ]
    is_holder = actor.party is not None and any(same_party(actor.party, holder) for holder in holders)
    if actor.capacity is not Capacity.REGISTRAR and not is_holder:
        raise ForbiddenError(
            [
                Problem(
                    "actor",
                    actor.capacity,
                    Text("只有权利人可以披露", "only the holder can disclose it"),
                    Text("请由权利人出具", "ask the holder"),
                    "forbidden",
                )
            ]
        )


def _readable(value: Any) -> str:
    return value if isinstance(value, str) else canonical.encode(value).decode()
