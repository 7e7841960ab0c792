"""Documents on the platform: the facts in them, the files, and the parties that may read or must sign them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.right.life import legal_life
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Right
from zhirong.documents.financing.kinds import PAPER_KINDS, make_paper
from zhirong.documents.financing.sheet import DocumentSheet
from zhirong.documents.financing.typesetting import paper_pdf
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import right_table
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import bytes_of, keep_made
from zhirong.store.financing import Case, FirmRight, Paper, PaperReader, Signature
from zhirong.store.parties import Organisation

CONTRACT_KINDS = (
    DocumentKind.LOAN_CONTRACT,
    DocumentKind.PLEDGE_CONTRACT,
    DocumentKind.GUARANTEE_CONTRACT,
    DocumentKind.REGISTRATION_FORM,
)
_KEPT_HASHES = 256  # of documents that have been read on a page
_PROFILE = ("address", "legal_representative", "bank_account")


def party_facts(organisation: Organisation, bank_account: str = "") -> dict[str, str]:
    """Return a party as documents name it."""
    facts = {"name": organisation.name, "code": organisation.code}
    facts |= {name: str(organisation.profile.get(name) or "") for name in _PROFILE}
    return facts | ({"bank_account": bank_account} if bank_account else {})


def kind_title(paper: Paper) -> Text | str:
    """Return the title of a document's kind; the document's own title for one that is made elsewhere, such as a report."""
    made_of = PAPER_KINDS.get(DocumentKind(paper.kind))
    return paper.title if made_of is None else made_of.title


def rights_of(case: Case) -> list[FirmRight]:
    """Return the rights of a case, in its order."""
    rights = {right.pk: right for right in FirmRight.objects.filter(pk__in=case.rights)}
    return [rights[pk] for pk in case.rights if pk in rights]


def read_case_rights(rights: Sequence[FirmRight]) -> tuple[Right, ...]:
    """Convert stored rights into the chain's records. Raises InputError for facts that cannot be read."""
    if not rights:
        return ()
    reader = Reader({"rights": [right_table(right) for right in rights]})
    read = read_rights(reader)
    reader.raise_problems()
    return read


def right_facts(rights: Sequence[FirmRight], day: date, rules: Rulebook) -> list[dict[str, Any]]:
    """Return rights as documents list them: normalised numbers, and terms as of ``day``."""
    return [
        {
            "kind": right.kind.value,
            "number": right.number,
            "title": right.title,
            "filing_date": _iso(right.filing_date),
            "grant_date": _iso(right.grant_date),
            "registration_date": _iso(right.registration_date),
            "goods_classes": list(right.goods_classes),
            "term_end": _iso(legal_life(right, rules, day).end),
        }
        for right in read_case_rights(rights)
    ]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def issue_paper(
    work: Work,
    kind: DocumentKind,
    facts: Mapping[str, Any],
    *,
    subject: str,
    owner: Organisation,
    parties: Mapping[str, Organisation | None] = MappingProxyType({}),
    readers: Iterable[Organisation | None] = (),
    beside: Mapping[str, bytes] | None = None,
) -> Paper:
    """Make a document and store its files. parties: by their role in it; those whose signature the kind requires
    must sign and may read it. readers: others who may read it. beside: further files that belong to it, by name.
    """
    made_of = PAPER_KINDS[kind]
    signers = [party.pk for role in made_of.signers if (party := parties.get(role)) is not None]
    others = [one.pk for one in readers if one is not None]
    made = make_paper(kind, facts)
    paper = work.create(
        Paper,
        subject=subject,
        kind=kind,
        number=facts["number"],
        state=DocumentState.ISSUED,
        title=made.title,
        owner=owner,
        signers=signers,
        facts=facts,
        sha256=hashlib.sha256(made.pdf).hexdigest(),
    )
    let_read(work, paper, owner.pk, *signers, *others)
    place, name = f"paper/{paper.pk}", f"{made.title}-{facts['number']}"
    word = keep_made(work, made.word, f"{name}.docx", subject=place, paper=kind, owner=owner)
    pdf = keep_made(work, made.pdf, f"{name}.pdf", subject=place, paper=kind, owner=owner)
    for more, content in (beside or {}).items():
        keep_made(work, content, more, subject=place, paper=kind, owner=owner)
    return work.update(paper, word=word, pdf=pdf)


def let_read(work: Work, paper: Paper, *organisations: int) -> None:
    """Let these organisations read a document from now on."""
    known = set(PaperReader.objects.filter(paper=paper).values_list("organisation_id", flat=True))
    for one in dict.fromkeys(organisations):
        if one not in known:
            work.create(PaperReader, paper=paper, organisation_id=one)


def read_by(organisation: int) -> "QuerySet[Paper]":
    """Return the documents that an organisation may read."""
    return Paper.objects.filter(pk__in=PaperReader.objects.filter(organisation=organisation).values("paper"))


def void_paper(work: Work, paper: Paper) -> None:
    """Replace the document by a newer version; signatures on the old one no longer count."""
    work.update(paper, state=DocumentState.VOID)
    for signature in Signature.objects.filter(paper=paper, valid=True):
        work.update(signature, valid=False)


def end_papers(work: Work, case: Case) -> None:
    """Stop waiting for the signatures of a case that has ended without a loan. Earlier signatures stay on record."""
    for paper in contract_papers(case):
        work.update(paper, state=DocumentState.ENDED)


def contract_papers(case: Case) -> list[Paper]:
    """Return the documents of a case that must be signed, without replaced versions."""
    found = Paper.objects.filter(subject=f"case/{case.pk}", kind__in=CONTRACT_KINDS).exclude(
        state=DocumentState.VOID
    )
    return list(found.select_related("pdf", "word").order_by("pk"))


def is_intact(paper: Paper) -> bool:
    """Return whether the stored PDF still has the hash that the document names."""
    if paper.pdf is None or paper.pdf.sha256 != paper.sha256:
        return False
    try:
        bytes_of(paper.pdf)
    except (OSError, ValueError):
        return False
    return True


def text_of(paper: Paper) -> DocumentSheet | None:
    """Return the content of a document to read on a page: only if the PDF made of it today has the hash of the PDF that is
    signed. None for a document made elsewhere, or by a program that typeset it in another way.
    """
    made_of = PAPER_KINDS.get(DocumentKind(paper.kind))
    if made_of is None:
        return None
    try:
        made = _hash_of(paper.kind, json.dumps(paper.facts, ensure_ascii=False))
    except (KeyError, TypeError, ValueError):  # the facts of an earlier version
        return None
    return made_of.make(paper.facts) if made == paper.sha256 else None


@lru_cache(maxsize=_KEPT_HASHES)
def _hash_of(kind: str, facts: str) -> str:
    """Return the hash of the PDF made of these facts, which are JSON."""
    return hashlib.sha256(paper_pdf(PAPER_KINDS[DocumentKind(kind)].make(json.loads(facts)))).hexdigest()


def signed_by(paper: Paper) -> set[int]:
    """Return the ids of the organisations whose signatures on this version count."""
    found = Signature.objects.filter(paper=paper, valid=True, sha256=paper.sha256)
    return set(found.values_list("organisation_id", flat=True))


def next_number(case_number: str, kind: DocumentKind, subject: str) -> str:
    """Return the number of a further document of the same kind on the same subject: the second one ends with
    ``-2``.
    """
    before = Paper.objects.filter(subject=subject, kind=kind).count()
    plain = f"{case_number}-{PAPER_KINDS[kind].letter}"
    return plain if before == 0 else f"{plain}-{before + 1}"
