"""Take the data out of an appraisal report on standard input; run as a script in a separate process.

A PDF or Word file can be built so that any reader of it runs out of memory or time. The system limits both for this
process, so that a hostile file ends only this process. It imports nothing of the package, to start quickly.

Standard output: nothing for a file that is no report; else one byte, ``D`` for the data, which follow, or ``P`` for
a PDF with a password.
"""

import base64
import io
import json
import re
import sys
import zipfile
from typing import Any

_DIRECTORY_END = b"PK\x05\x06"


def main(limits: dict[str, Any]) -> None:
    """Read the report. limits: memory in bytes, seconds of the processor, most bytes of the data; the names under
    which the two kinds of files keep them.
    """
    _limit_this_process(limits)
    content = sys.stdin.buffer.read()
    found = _from_pdf(content, limits) if content.startswith(b"%PDF") else _from_docx(content, limits)
    if found is not None:
        sys.stdout.buffer.write(found[: limits["most"] + 1])


def _limit_this_process(limits: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the caller's timeout still ends this process
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _from_pdf(content: bytes, limits: dict[str, Any]) -> bytes | None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            return b"P"
        found = reader.attachments.get(limits["attachment"])
    except MemoryError:
        raise
    except (PyPdfError, RecursionError, *_DAMAGED):
        return None
    return b"D" + bytes(found[0]) if found else None


def _from_docx(content: bytes, limits: dict[str, Any]) -> bytes | None:
    marked = re.compile(
        rb'<(?:\w+:)?report\b[^<>]*"' + re.escape(limits["namespace"].encode()) + rb'"[^<>]*>([A-Za-z0-9+/=\s]+)</'
    )
    at = content.rfind(_DIRECTORY_END)
    if at < 0 or int.from_bytes(content[at + 12 : at + 16], "little") > limits["directory"]:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [entry for entry in archive.infolist() if entry.filename.startswith("customXml/")]
            if sum(entry.file_size for entry in parts) > 2 * limits["most"]:
                return None
            for entry in parts:
                match = marked.search(archive.read(entry))
                if match is not None:
                    return b"D" + base64.b64decode(b"".join(match[1].split()))
    except (zipfile.BadZipFile, *_DAMAGED):
        return None
    return None


# Errors that a library may raise for a file of a false format.
_DAMAGED = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, OSError, EOFError, ArithmeticError,
)  # fmt: skip

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
