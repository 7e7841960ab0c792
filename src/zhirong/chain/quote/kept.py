"""Quotes as they were kept by earlier versions, read as today's shape.

Version 1 (until 2026-11-30) knew a line for all modes and a pledge rate under each; it had no formulas, no price and no
figures of the accounts. What it did not know stays empty: nothing is computed again. Versions 1 and 2 called a hint
``mend``. A kept row is never rewritten, because the log vouches for it; it is converted when it is read.
"""

from collections.abc import Mapping
from typing import Any

from zhirong.chain.quote.view import SCHEMA
from zhirong.kernel.errors import with_hints

_FIRST = "zhirong.quote/1"
_SECOND = "zhirong.quote/2"
_EMPTY = {"zh": "", "en": ""}


def current(data: Mapping[str, Any]) -> dict[str, Any]:
    """A kept quote in today's shape; one that is in it already, and an empty one, as it is.

    Raises ValueError for a schema that no version has written.
    """
    if not data or data.get("schema") == SCHEMA:
        return dict(data)
    if data.get("schema") not in (_FIRST, _SECOND):
        raise ValueError(f"not a quote of any version: {data.get('schema')!r}")
    data = with_hints(data)
    if data["schema"] == _SECOND:
        return {**data, "schema": SCHEMA}
    line = data["line"]
    modes = [_mode(mode) for mode in data["modes"]]
    first = data["modes"][0]["pledge_rate"] if data["modes"] else {}
    return {
        **{name: part for name, part in data.items() if name != "line"},
        "schema": SCHEMA,
        "gates": [{"scope": "loan", **gate} for gate in data["gates"]],
        "pledge": {
            "value": data["appraisal"].get("lending_value") or "0.00",
            "pledge_rate": first.get("pledge_rate"),
            "binding": first.get("binding", ""),
            "limits": first.get("limits", []),
            "rights": [],
            "changes": first.get("changes", []),
            "explanation": first.get("explanation", {"label": _EMPTY, "parts": []}),
        },
        "credit_limit": {
            "decision": line["decision"],
            "amount": line["amount"],
            "mode": None,
            "binding": line["binding"],
            "binding_title": _title(line["limits"], line["binding"]),
            "conditional": line["conditional"],
            "uncovered": line["amount"],
            "cover_adds": "0.00",
            "pledge_adds": None,
            "caps": _caps(line["limits"]),
            "changes": [],
            "conditions": [],
            "annex": {"amount": None, "missing": []},
            "drawn_on_annex": line["amount"],
            "explanation": line["explanation"],
        },
        "modes": modes,
    }


def _mode(mode: Mapping[str, Any]) -> dict[str, Any]:
    rate = mode["pledge_rate"]
    return {
        **{name: part for name, part in mode.items() if name != "pledge_rate"},
        "credit_limit": {
            "amount": mode["loan"]["amount"],
            "binding": rate["binding"],
            "binding_title": _title(rate["limits"], rate["binding"]),
            "caps": _caps(rate["limits"]),
            "without_pledge": None,
            "pledge_adds": None,
            "cover_adds": "0.00",
            "changes": rate["changes"],
            "conditions": [],
        },
        "price": None,
        "at_default": [],
    }


def _caps(limits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "code": limit["code"],
            "title": limit["title"],
            "amount": limit["amount"],
            "formula": _EMPTY,
            "binding": limit["binding"],
            "references": [],
        }
        for limit in limits
    ]


def _title(limits: list[dict[str, Any]], code: str) -> dict[str, str]:
    return next((limit["title"] for limit in limits if limit["code"] == code), {"zh": code, "en": code})
