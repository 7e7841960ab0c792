"""Certificates and receipts: what the register hands out, and what lets anyone check it."""

from dataclasses import dataclass
from datetime import datetime

from zhirong.chain.pledge.registration import STATUS_WORDS, refuse
from zhirong.chain.right.records import KIND_TEXT, RightKind
from zhirong.documents.certificate_pdf import CertificateView, certificate_pdf
from zhirong.evidence.hashes import HashAlgorithm, leaf_hash
from zhirong.kernel.days import day_of
from zhirong.kernel.text import Lang, Text
from zhirong.store import log, models, rows
from zhirong.store.keys import RegisterKey
from zhirong.verbs.look import Query, search, view
from zhirong.verbs.pattern import no_such
from zhirong.verbs.permissions import Actor, demand

_SHORT = 12  # hexadecimal digits of the leaf's hash in the short code: 48 bits beside the exact index

_COLUMNS = (Text("权利", "right"), Text("号码", "number"), Text("名称", "title"), Text("顺位", "rank"))
_FOUND = (Text("登记号", "number"), Text("状态", "status"), Text("权利号", "rights"), Text("质权人", "pledgee"))


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: the PDF, its check code, and the receipt that proves the entry that it rests on."""

    pdf: bytes
    code: str
    receipt: bytes


def registration_certificate(
    actor: Actor, registration: int, key: RegisterKey, now: datetime, lang: Lang = "zh"
) -> Certificate:
    """How a registration stands now, resting on its latest entry in the log. Raises ForbiddenError, InputError."""
    one = rows.load(registration)
    demand(actor, "view", one)
    if one is None:
        raise no_such(registration)
    event = models.Event.objects.filter(registration=registration).order_by("-index").first()
    if event is None:
        raise AssertionError(f"registration {registration} has no event")
    shown = view(actor, one)
    words = {
        Text("登记号", "registration number"): str(one.number or one.authority_number or "—"),
        Text("状态", "status"): STATUS_WORDS[one.status].in_(lang),
        Text("出质人", "pledgor"): "、".join(party["name"] for party in shown["pledgors"]),
        Text("质权人", "pledgee"): shown["pledgee"]["name"],
        Text("登记日", "entered on"): shown["entered_on"] or "—",
        Text("终止日", "ended on"): shown["ended_on"] or "—",
        Text("申请编号", "filing"): str(one.id),
    }
    full, short = codes(event)
    return Certificate(
        certificate_pdf(
            CertificateView(
                title=Text("知识产权质押登记证明", "Certificate of IP pledge registration").in_(lang),
                subtitle=_as_of(now, lang),
                facts=[(label.in_(lang), value) for label, value in words.items()],
                rows_title=Text("质押的权利", "rights pledged").in_(lang),
                columns=[head.in_(lang) for head in _COLUMNS],
                rows=[
                    [KIND_TEXT[r.kind].in_(lang), r.number or "—", r.title, "—" if r.rank is None else str(r.rank)]
                    for r in one.rights
                    if not r.released
                ],
                empty="—",
                code=short,
                full_code=full,
                footer=_origin(),
            ),
            lang,
        ),
        short,
        log.receipt(event, key, now).as_bytes(),
    )


def search_certificate(
    actor: Actor, query: Query, key: RegisterKey, now: datetime, lang: Lang = "zh"
) -> Certificate:
    """What a search found, or that it found nothing, as of the log's present size."""
    found = search(actor, query)
    signed = log.checkpoint(key, now)
    size = signed.checkpoint.size
    event = models.Event.objects.filter(index=size - 1).first()
    if event is None:
        raise refuse(
            "empty_log",
            "register",
            "",
            Text("登记簿还没有任何事项", "the register is empty"),
            Text("稍后再查", "later"),
        )
    full, short = codes(event)
    asked = [
        (Text("号码", "number"), query.number),
        (Text("名称", "name"), query.name),
        (Text("信用代码", "credit code"), query.code),
    ]
    none = Text("没有找到符合条件的登记", "no registration was found")
    pdf = certificate_pdf(
        CertificateView(
            title=Text("知识产权质押查询证明", "Certificate of search").in_(lang),
            subtitle=_as_of(now, lang),
            facts=[(label.in_(lang), value) for label, value in asked if value]
            + [(Text("查得", "found").in_(lang), str(len(found)))],
            rows_title=Text("查询结果", "what was found").in_(lang),
            columns=[head.in_(lang) for head in _FOUND],
            rows=[
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
            empty=none.in_(lang),
            code=short,
            full_code=full,
            footer=_origin(),
        ),
        lang,
    )
    return Certificate(pdf, short, log.receipt(event, key, now).as_bytes())


def codes(event: models.Event) -> tuple[str, str]:
    """The full check code of an event (its log, place and leaf hash), and the short one."""
    head = models.LogHead.objects.get()
    leaf = leaf_hash(HashAlgorithm(head.algorithm), event.entry.encode()).hex()
    return f"zhirong:{head.origin}:{event.index}:{leaf}", f"{event.index}-{leaf[:_SHORT]}"


def event_of_code(code: str) -> models.Event | None:
    """The event that a short check code stands for, None where the code is not one of this register's."""
    index, _, _ = code.partition("-")
    if not (index.isascii() and index.isdigit() and len(index) < 19):
        return None
    event = models.Event.objects.filter(index=int(index)).first()
    return event if event is not None and codes(event)[1] == code.strip().lower() else None


def _as_of(now: datetime, lang: Lang) -> str:
    return Text(f"截至 {day_of(now)}（{log.instant(now)}）", f"as of {day_of(now)} ({log.instant(now)})").in_(lang)


def _origin() -> str:
    return models.LogHead.objects.get().origin
