"""Read quotes stored by earlier versions as today's document.

Version 1 (until 2026-11-30) had one limit for all modes and a pledge rate under each; it had no formulas, no price
and no figures of the accounts. Fields that it lacked stay empty: nothing is recalculated. Versions 1 and 2 named
the hint ``mend``, which ``kernel.document`` reads. A stored row is never rewritten, because the log holds its digest; it is converted on reading.
"""

from collections.abc import Mapping
from typing import Any

from zhirong.chain.quote.document import SCHEMA, QuoteDocument
from zhirong.kernel.document import from_json

_FIRST = "zhirong.quote/1"
_SECOND = "zhirong.quote/2"
_EMPTY = {"zh": "", "en": ""}
_NO_EXPLANATION: dict[str, Any] = {
    "label": _EMPTY,
    "value": None,
    "unit": "text",
    "formula": None,
    "references": [],
    "basis": None,
    "parts": [],
}
_NO_ANNEX: dict[str, Any] = {
    "amount": None,
    "missing": [],
    **dict.fromkeys(("working_capital", "own_funds", "loans_that_stay", "other_channels", "cycle_days")),
    **dict.fromkeys(("contracts", "small_firm", "route")),
}
_CHANGE = ("code", "title", "now", "needed", "to", "reaches")


def read_kept(data: Mapping[str, Any]) -> QuoteDocument | None:
    """Return a stored quote as a document; None for an empty one.

    Raises ValueError for a schema that no version has written.
    """
    return from_json(QuoteDocument, current(data)) if data else None


def current(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored quote in today's form as JSON, but for former keys; a current or an empty one is
    returned unchanged.

    Raises ValueError for a schema that no version has written.
    """
    if not data or data.get("schema") == SCHEMA:
        return dict(data)
    if data.get("schema") not in (_FIRST, _SECOND):
        raise ValueError(f"not a quote of any version: {data.get('schema')!r}")
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
            "changes": _changes(first.get("changes", [])),
            "explanation": first.get("explanation", _NO_EXPLANATION),
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
            "annex": _NO_ANNEX,
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
            "changes": _changes(rate["changes"]),
            "conditions": [],
        },
        "price": None,
        "at_default": [],
    }


def _changes(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: change.get(name) for name in _CHANGE} for change in changes]


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
