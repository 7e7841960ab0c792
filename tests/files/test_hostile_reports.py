"""A hostile PDF or Word file given to ``zhirong report`` is refused in words, in little time and memory."""

import base64
import hashlib
import io
import json
import resource
import zipfile
import zlib
from collections.abc import Callable
from functools import cache, partial

import pytest
from pypdf import PdfWriter

from zhirong.documents import appraisal_report
from zhirong.documents.appraisal_report import ATTACHMENT, NAMESPACE, read_report
from zhirong.documents.file_limits import MOST_BYTES
from zhirong.kernel.errors import InputError

_CPU = 11.5  # seconds, with the start of the process


def _pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of objects 1, 2, ..., with its table of places."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    begin = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, begin)


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>"
_PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"
_NAMES = b"<< /Names [(%s) 4 0 R] >>" % ATTACHMENT.encode()
_FILE = b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 5 0 R >> >>" % (ATTACHMENT.encode(), ATTACHMENT.encode())


def _attached(stream: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    head = b"<< /Type /EmbeddedFile /Filter %s /Length %d >>" % (filters, len(stream))
    return _pdf(_CATALOG, _PAGES, _NAMES, _FILE, head + b"\nstream\n" + stream + b"\nendstream")


@cache
def _zeros(megabytes: int) -> bytes:
    pack = zlib.compressobj(9)
    return b"".join(pack.compress(bytes(1 << 20)) for _ in range(megabytes)) + pack.flush()


def _encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment(ATTACHMENT, b"{}")
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _word(part: bytes, parts: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(parts):
            archive.writestr(f"customXml/item{number}.xml", part)
    return file.getvalue()


def _report(data: object) -> bytes:
    """A Word file whose data fit their own mark, but are no report."""
    digest = hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    inside = base64.b64encode(json.dumps({"sha256": digest, "report": data}).encode())
    return _word(b'<report xmlns="' + NAMESPACE.encode() + b'">' + inside + b"</report>")


_NO_REPORTS: tuple[object, ...] = (5, [], {}, {"record": 7}, "x")
_NO, _LARGE, _CHANGED = "not_a_report", "file_too_large", "report_changed"
_FILES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "a bomb": (lambda: _attached(_zeros(600)), (_LARGE, _NO)),
    "a bomb in a bomb": (lambda: _attached(zlib.compress(_zeros(600), 9), b"[/FlateDecode /FlateDecode]"), (_LARGE, _NO)),
    "names in a circle": (lambda: _pdf(_CATALOG, _PAGES, b"<< /Kids [3 0 R 3 0 R] >>"), (_LARGE, _NO)),
    "an object that is itself": (lambda: _pdf(_CATALOG, _PAGES, b"3 0 R"), (_NO,)),
    "tables in a circle": (lambda: _pdf(_CATALOG, _PAGES, trailer=b"/Root 1 0 R /Prev 9"), (_NO,)),
    "deep arrays": (lambda: _pdf(_CATALOG, _PAGES, b"[" * 200_000), (_LARGE, _NO)),
    "no table": (lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 100_000, (_LARGE, _NO)),
    "noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 10_000, (_LARGE, _NO)),
    "a table of a thousand million": (
        lambda: _pdf(_CATALOG).replace(b"xref\n0 2", b"xref\n0 999999999"), (_LARGE, _NO),
    ),
    "truncated": (lambda: _attached(_zeros(1))[:400], (_NO,)),
    "the stream is cut": (lambda: _attached(_zeros(1)[:50]), (_NO, _CHANGED)),
    "another kind of file": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1_000), (_NO,)),
    "encrypted": (_encrypted, ("report_encrypted",)),
    "Word: a bomb": (lambda: _word(bytes(400 << 20)), (_NO,)),
    "Word: reports without an end": (lambda: _word(b"<report " * 1_000_000), (_NO, _LARGE)),
    "Word: forty thousand parts": (lambda: _word(b"", 40_000), (_NO,)),
    **{f"Word: {data!r:.20}": (partial(_report, data), (_CHANGED,)) for data in _NO_REPORTS},
}  # fmt: skip


@pytest.mark.parametrize("name", _FILES)
def test_a_hostile_report_is_refused_in_words_within_the_limits(name: str) -> None:
    make, codes = _FILES[name]
    content = make()
    assert len(content) < MOST_BYTES
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(InputError) as caught:
        read_report(content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (problem,) = caught.value.problems
    assert problem.code in codes and problem.reason.zh and problem.hint.en
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= _CPU


def test_the_process_that_takes_out_the_data_is_held_to_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bomb is read where there is room for it: it is the limit that ends it."""
    content = _attached(_zeros(30))
    monkeypatch.setattr(appraisal_report, "_MOST_BYTES", 64 << 20)
    with pytest.raises(InputError) as caught:
        read_report(content)
    assert caught.value.problems[0].code in (_CHANGED, _NO)
    monkeypatch.setattr(appraisal_report, "WORKBOOK_MEMORY", 60 << 20)
    with pytest.raises(InputError) as caught:
        read_report(content)
    assert caught.value.problems[0].code == _LARGE
