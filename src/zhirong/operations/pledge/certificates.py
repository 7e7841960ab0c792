"""Certificates and receipts that the register issues, and their verification by anyone.

Every certificate is an event: its number is its place in the log, and the entry commits to its content. The check
code therefore proves the content of the document, and not only that an event took place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.chain.pledge.records import CLAIM_KIND_TEXT, ClaimKind
from zhirong.chain.pledge.registration import RegisterRole, Status, refuse
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.documents.certificate_pdf import CertificateView, certificate_pdf
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.evidence.hashes import HashAlgorithm, leaf_hash
from zhirong.evidence.identity import Disclosure, IdentityClaim
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Lang, Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import Call, library_operation
from zhirong.operations.pledge.search import Query, search, searched_as, view
from zhirong.operations.refusals import no_such_registration
from zhirong.operations.register_events import plain, registration_at
from zhirong.operations.register_policy import BY_ANYBODY, demand_read, may_read
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import log, models, rows
from zhirong.store.keys import RegisterKey

_CERTIFY = library_operation("register.certify", Text("出具证明", "Issue a certificate"), BY_ANYBODY)
OF_REGISTRATION, OF_SEARCH = "certificate.registration", "certificate.search"
_SHORT = 12  # hexadecimal digits of the leaf's hash in the short code: 48 bits next to the exact index

_COLUMNS = (Text("权利", "right"), Text("号码", "number"), Text("名称", "title"), Text("顺位", "rank"))
_FOUND = (Text("登记号", "number"), Text("状态", "status"), Text("权利号", "rights"), Text("质权人", "pledgee"))


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate. number: its place in the log. code: its check code. receipt: proves that the register issued
    it. disclosure: its content, to compare with the receipt offline.
    """

    number: int
    pdf: bytes
    code: str
    receipt: bytes
    disclosure: bytes


def registration_certificate(call: Call, registration: int, key: RegisterKey, lang: Lang = "zh") -> Certificate:
    """Certify the current state of a registration. Raises ForbiddenError, InputError."""
    demand_read(call.actor, "view", rows.load(registration))

    def decide(work: Work) -> Decision:
        found = work.registration(registration, _CERTIFY)
        demand_read(work.actor, "view", found)
        return Decision(_CERTIFY, OF_REGISTRATION, found.id, {"certificate": view(work.actor, found), "lang": lang})

    done = run_call(_CERTIFY, call, {"registration": registration, "lang": lang}, decide)
    return _made(done.index, call, key)


def search_certificate(call: Call, query: Query, key: RegisterKey, lang: Lang = "zh") -> Certificate:
    """Certify the result of a search, even an empty one, as of its place in the log."""
    demand_read(call.actor, "search")
    asked = {name: value for name, value in plain(_as_asked(query)).items() if value not in ("", None)}

    def decide(work: Work) -> Decision:
        work.demand(_CERTIFY)
        content = {"asked": asked, "found": search(work.actor, query), "lang": lang}
        return Decision(_CERTIFY, OF_SEARCH, None, content)

    return _made(run_call(_CERTIFY, call, {"asked": asked, "lang": lang}, decide).index, call, key)


def codes(event: models.Event) -> tuple[str, str]:
    """Return the full check code of an event (its log, place and leaf hash), and the short one."""
    head = models.LogHead.objects.get()
    leaf = leaf_hash(HashAlgorithm(head.algorithm), event.entry.encode()).hex()
    return f"zhirong:{head.origin}:{event.index}:{leaf}", f"{event.index}-{leaf[:_SHORT]}"


def event_of_code(code: str) -> models.Event | None:
    """Return the event of a check code, full or short; None if it is not a code of this register."""
    written = code.strip()
    parts = written.split(":")
    index = parts[-2] if len(parts) > 1 else written.partition("-")[0]
    if not (index.isascii() and index.isdigit() and len(index) < 19):
        return None
    event = models.Event.objects.filter(index=int(index)).first()
    return event if event is not None and written in (*codes(event), codes(event)[1].upper()) else None


def check_code(actor: Actor, code: str) -> dict[str, Any]:
    """Return what a check code proves: the entry, and the registration as of that entry and as of now, as far as
    this actor may see it. Raises InputError for a code that this register has not issued.
    """
    demand_read(actor, "search")
    event = event_of_code(code)
    if event is None:
        raise no_such_code(code)
    shown: dict[str, Any] = {
        "number": event.index,
        "code": codes(event)[1],
        "full_code": codes(event)[0],
        "entry": entry_of_bytes(event.entry.encode()).as_json(),
    }
    then = None if event.registration is None else registration_at(event.registration, event.index)
    now = None if event.registration is None else rows.load(event.registration)
    if then is not None and now is not None and (then.is_published or may_read(actor, "view", now)):
        shown |= {"then": view(actor, then), "now": view(actor, now)}
    return shown


def no_such_code(code: str) -> Exception:
    """Return the error that no certificate of this register has this code."""
    return refuse(
        "no_such_code",
        "code",
        code,
        Text("本登记簿未出具过该核验码", "this register has not issued this code"),
        Text(
            "请逐位核对；仍不一致的，该证明系伪造",
            "compare it digit by digit; if it still does not match, the document is forged",
        ),
    )


def disclose_event(actor: Actor, index: int) -> Disclosure:
    """Return the content of an entry with its salt for those who may see it: a court, a bank, the parties of a
    registration.

    Raises ForbiddenError, or InputError if there is no such entry.
    """
    event = models.Event.objects.filter(index=index).first()
    one = None if event is None or event.registration is None else rows.load(event.registration)
    own = event is not None and event.registration is None and bool(actor.id) and event.actor == actor.id
    if not own:
        demand_read(actor, "disclose", one)
    if event is None:
        raise no_such_registration(index)
    return disclosure_of(event)


def disclosure_of(event: models.Event) -> Disclosure:
    """Return the content of an entry with its salt; the caller has checked the permission."""
    algorithm = HashAlgorithm(models.LogHead.objects.get().algorithm)
    claim = IdentityClaim(log.CONTENT_NAME, canonical.decode(event.content.encode()), bytes.fromhex(event.salt))
    return Disclosure(leaf_hash(algorithm, event.entry.encode()).hex(), (claim,))


# -- inside ---------------------------------------------------------------------------------------------------


def _made(index: int, call: Call, key: RegisterKey) -> Certificate:
    """Make the document of an event from the event's content, so that a repetition gives the same document."""
    event = models.Event.objects.get(index=index)
    content = canonical.decode(event.content.encode())
    lang: Lang = content["lang"]
    full, short = codes(event)
    time = entry_of_bytes(event.entry.encode()).time
    page = _registration_page(content, lang) if event.kind == OF_REGISTRATION else _search_page(content, lang)
    number = (Text("证明编号", "certificate number").in_(lang), str(index))
    pdf = certificate_pdf(
        CertificateView(
            title=page.title,
            subtitle=Text(f"截至 {event.day}（{time}）", f"as of {event.day} ({time})").in_(lang),
            facts=[number, *page.facts],
            rows_title=page.rows_title,
            columns=page.columns,
            rows=page.rows,
            empty=page.empty,
            code=short,
            full_code=full,
            footer=models.LogHead.objects.get().origin,
        ),
        lang,
    )
    return Certificate(
        index, pdf, short, log.receipt(event, key, call.now).as_bytes(), disclosure_of(event).as_bytes()
    )


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    facts: Sequence[tuple[str, str]]
    rows_title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str


def _registration_page(content: Mapping[str, Any], lang: Lang) -> _Page:
    shown = content["certificate"]
    is_record = shown["role"] == RegisterRole.RECORD
    title, effect = _title_and_effect(shown["status"], shown["entered_on"], is_record=is_record)
    number = str(shown["number"]) if is_record and shown["number"] else shown["authority_number"] or "—"
    words = {
        Text("登记号", "registration number"): number,
        Text("状态", "status"): shown["status_words"][lang],
        Text("效力", "effect"): effect.in_(lang),
        Text("登记机关", "authority"): shown["authority"],
        Text("出质人", "pledgor"): "、".join(party["name"] for party in shown["pledgors"]),
        Text("质权人", "pledgee"): shown["pledgee"]["name"],
        Text("担保的债权", "secured claim"): CLAIM_KIND_TEXT[ClaimKind(shown["claim_kind"])].in_(lang),
        Text("金额", "amount"): show_yuan(shown["claim_amount_fen"]) + Text(" 元", " yuan").in_(lang),
        Text("债务期限", "term of the debt"): f"{shown['debt_start'] or '—'} - {shown['debt_end'] or '—'}",
        Text("登记日", "registered on"): shown["entered_on"] or "—",
        Text("终止日", "ended on"): shown["ended_on"] or "—",
        Text("冻结", "frozen by"): shown["frozen_by"],
        Text("申请编号", "filing"): str(shown["id"]),
    }
    return _Page(
        title.in_(lang),
        [(label.in_(lang), value) for label, value in words.items() if value],
        Text("质押的权利", "rights pledged").in_(lang),
        [head.in_(lang) for head in _COLUMNS],
        [
            [
                KIND_TEXT[RightKind(right["kind"])].in_(lang),
                right["number"] or "—",
                right["title"],
                "—" if right["rank"] is None else str(right["rank"]),
            ]
            for right in shown["rights"]
            if not right["released"]
        ],
        "—",
    )


def _title_and_effect(status: str, entered_on: str | None, *, is_record: bool) -> tuple[Text, Text]:
    """Return the title of the document and its effect: only a registration in force proves a pledge."""
    if not entered_on:
        return (
            Text("知识产权质押登记申请回执", "Receipt of an application for IP pledge registration"),
            Text(
                "尚未登记，质权未设立；本回执仅证明已收到申请",
                "not registered: there is no pledge. This receipt only proves that the application was received",
            ),
        )
    title = Text("知识产权质押登记证明", "Certificate of IP pledge registration")
    if status == Status.ENTERED and is_record:
        return title, Text("质权自本登记簿登记时设立", "the pledge was created by its entry in this register")
    if status == Status.ENTERED:
        return title, Text(
            "镜像登记：质权以登记机关的登记为准，本证明不设立质权",
            "mirror: the authority's registration creates the pledge, not this document",
        )
    return (
        Text("知识产权质押登记终止证明", "Certificate that an IP pledge registration has ended"),
        Text("登记已终止，不再证明质权", "the registration has ended and proves no pledge"),
    )


def _search_page(content: Mapping[str, Any], lang: Lang) -> _Page:
    labels = {
        "number": Text("号码", "number"),
        "searched_as": Text("按下列号码查询", "searched as"),
        "name": Text("名称", "name"),
        "how": Text("比较方式", "compared"),
        "side": Text("一方", "side"),
        "code": Text("信用代码", "credit code"),
        "first": Text("登记日自", "registered from"),
        "last": Text("登记日至", "registered until"),
        "only_standing": Text("只查存续", "active only"),
    }
    found, limit = content["found"], content["asked"]["limit"]
    count = str(len(found)) if len(found) < limit else Text(f"前 {limit} 件", f"the first {limit}").in_(lang)
    return _Page(
        Text("知识产权质押查询证明", "Certificate of search").in_(lang),
        [
            *(
                (label.in_(lang), _shown(content["asked"][name], lang))
                for name, label in labels.items()
                if name in content["asked"]
            ),
            (Text("查得", "found").in_(lang), count),
        ],
        Text("查询结果", "results").in_(lang),
        [head.in_(lang) for head in _FOUND],
        [
            [
                str(one["number"] or one["authority_number"] or "—"),
                one["status_words"][lang],
                "、".join(
                    right["number"] or KIND_TEXT[RightKind(right["kind"])].in_(lang) for right in one["rights"]
                ),
                one["pledgee"]["name"],
            ]
            for one in found
        ],
        Text("未查到符合条件的登记", "no registration was found").in_(lang),
    )


def _shown(asked: Any, lang: Lang) -> str:
    return str(asked[lang] if isinstance(asked, Mapping) else asked)


def _as_asked(query: Query) -> dict[str, Any]:
    named = bool(query.name)
    return {
        "number": query.number.strip(),
        "searched_as": searched_as(query.number).as_json() if query.number.strip() else "",
        "name": query.name,
        "how": query.how if named else "",
        "side": query.side if named or query.code else "",
        "code": query.code,
        "first": query.first,
        "last": query.last,
        "only_standing": query.only_standing or None,
        "after": query.after or None,
        "limit": query.limit,
    }
