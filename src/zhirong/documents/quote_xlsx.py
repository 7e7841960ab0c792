"""The quote as an Excel workbook: amounts as numbers, sums live, a user's words never read as formulas."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from zhirong.documents.quote_beside import change_rows, one_plus_one_rows, substitute_rows
from zhirong.documents.quote_view import (
    cap_row,
    decision_text,
    gate_verdict,
    in_order_of_use,
    next_steps,
    packs_of,
    provisional_note,
    region,
    sharing_rows,
)
from zhirong.documents.words import (
    ELIGIBLE,
    NOTHING,
    PLEDGEABLE,
    VERDICTS,
    WORDS,
    explanation_rows,
    source,
    words,
)
from zhirong.documents.workbook import Amount, Formula, Rate, Sheet, Workbook
from zhirong.kernel.text import Lang, Text

Json = Mapping[str, Any]

_SHEETS = {
    "summary": Text("摘要", "Summary"),
    "rights": Text("权利", "Rights"),
    "appraisal": Text("评估", "Appraisal"),
    "limit": Text("额度", "Limit"),
    "modes": Text("模式", "Modes"),
    "flows": Text("现金流", "Cash flows"),
    "losses": Text("谁承担", "Who bears"),
    "sources": Text("依据", "Sources"),
}


def quote_xlsx(quote: Json, lang: Lang = "zh") -> bytes:
    """A quote (schema ``zhirong.quote/3``) as an Excel workbook. The same quote always gives the same bytes."""
    quote = in_order_of_use(quote)
    buffer = io.BytesIO()
    day = str((quote.get("case") or {}).get("as_of") or "")
    book = Workbook(buffer, datetime.fromisoformat(day) if day else None)
    sheets = {name: book.sheet(title.in_(lang)) for name, title in _SHEETS.items()}
    _summary(sheets["summary"], quote, lang)
    _rights(sheets["rights"], quote, lang)
    _appraisal(sheets["appraisal"], quote, lang)
    _limit(sheets["limit"], quote, lang)
    _modes(sheets["modes"], book, quote, lang)
    _flows(sheets["flows"], quote, lang)
    _losses(sheets["losses"], book, quote, lang)
    _sources(sheets["sources"], quote, lang)
    book.close()
    return buffer.getvalue()


def _w(name: str, lang: Lang) -> str:
    return WORDS[name].in_(lang)


def _heads(names: Sequence[str], lang: Lang) -> list[str]:
    return [_w(name, lang) for name in names]


def _amount(value: Any) -> Amount | None:
    return None if value is None else Amount(Decimal(str(value)))


def _rate(value: Any) -> Rate | None:
    return None if value is None else Rate(Decimal(str(value)))


def _summary(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(26, 34, 22, 18, 18, 18, 12, 44)
    case, limit = quote.get("case") or {}, quote.get("credit_limit") or {}
    firm, request = case.get("firm") or {}, case.get("request") or {}
    value = (quote.get("appraisal") or {}).get("value") or {}
    credit = quote.get("credit") or {}
    sheet.title(_w("title", lang))
    sheet.row(_w("firm", lang), firm.get("name") or "")
    sheet.row(_w("code", lang), firm.get("code") or "")
    sheet.row(_w("case", lang), f"{case.get('id') or ''} {words(case.get('title'), lang)}".strip())
    sheet.row(_w("as_of", lang), str(case.get("as_of") or ""))
    sheet.row(_w("region", lang), region(case, lang))
    sheet.row(_w("request", lang), _amount(request.get("amount")))
    sheet.row(_w("months", lang), request.get("term_months"))
    sheet.row(_w("purpose", lang), words(request.get("purpose"), lang))
    sheet.gap()
    sheet.row(_w("decision", lang), decision_text(quote, lang))
    sheet.row(_w("credit_limit", lang), _amount(limit.get("amount")))
    sheet.row(_w("binding", lang), words(limit.get("binding_title"), lang))
    sheet.row(_w("uncovered", lang), _amount(limit.get("uncovered")))
    sheet.row(_w("pledge_value", lang), _amount((quote.get("pledge") or {}).get("value")))
    sheet.row(_w("pledge_rate", lang), _rate((quote.get("pledge") or {}).get("pledge_rate")))
    for name in ("p10", "p50", "p90"):
        sheet.row(f"{_w('appraisal', lang)} {name.upper()}", _amount(value.get(name)))
    sheet.row(_w("credit", lang), str(credit.get("grade") or NOTHING))
    sheet.row(_w("default_probability", lang), _rate(credit.get("default_probability")))
    sheet.gap()
    sheet.head(
        _heads(("mode", "eligible", "loan", "annual_rate", "annual_cost", "before_subsidy", "days"), lang)
        + [_w("who_bears", lang)]
    )
    for mode in quote.get("modes") or []:
        loan = mode.get("loan") or {}
        bears = [f"{row['party']} {row['share']}" for row in sharing_rows(mode, lang) if row["bears_full"]]
        sheet.row(
            words(mode.get("title"), lang),
            ELIGIBLE[str(mode.get("eligible") or "unknown")].in_(lang),
            _amount(loan.get("amount")),
            _rate(loan.get("annual_rate")),
            _rate(mode.get("effective_annual_cost")),
            _rate(mode.get("cost_before_subsidy")),
            (mode.get("process") or {}).get("days"),
            WORDS["sep"].in_(lang).join(bears),
        )
    steps = next_steps(quote, lang)
    if steps:
        sheet.gap()
        sheet.head([_w("next_steps", lang), _w("what", lang)])
        for step in steps:
            sheet.row(step["who"], step["what"])
    sheet.gap()
    _note(sheet, quote.get("modes") or [], lang)
    sheet.row(_w("disclaimer", lang))


def _note(sheet: Sheet, modes: Sequence[Json], lang: Lang) -> None:
    note = provisional_note(modes, lang)
    if note:
        sheet.row(note)


def _rights(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(36, 18, 24, 12, 40, 40, 30, 10, 12, 10)
    sheet.head(
        _heads(
            (
                "right",
                "number",
                "kind",
                "pledgeable",
                "obstacle",
                "flags",
                "status",
                "role",
                "life_end",
                "remaining",
            ),
            lang,
        )
    )
    for right in quote.get("rights") or []:
        remaining = right.get("remaining_years")
        obstacles = [
            words(finding.get("reason"), lang)
            for finding in right.get("findings") or []
            if finding.get("verdict") in ("refused", "unknown")
        ]
        sheet.row(
            words(right.get("title"), lang),
            str(right.get("number") or ""),
            words(right.get("kind_text") or right.get("kind"), lang),
            PLEDGEABLE[str(right.get("pledgeable") or "unknown")].in_(lang),
            "\n".join(obstacles),
            WORDS["sep"].in_(lang).join(words(flag, lang) for flag in right.get("flags") or []),
            words(right.get("status_text") or right.get("status"), lang),
            words(right.get("role_text"), lang),
            str(right.get("life_end") or ""),
            None if remaining is None else Decimal(str(remaining)),
        )
    sheet.gap()
    sheet.head(_heads(("right", "item", "findings", "verdict", "reason", "hint", "source"), lang))
    for right in quote.get("rights") or []:
        for finding in right.get("findings") or []:
            sheet.row(
                words(right.get("title"), lang),
                finding.get("number"),
                words(finding.get("title"), lang),
                VERDICTS[str(finding.get("verdict") or "unknown")].in_(lang),
                words(finding.get("reason"), lang),
                words(finding.get("hint"), lang),
                source(finding.get("reference"), lang),
            )


def _appraisal(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(30, 18, 18, 18, 18, 18, 18)
    appraisal = quote.get("appraisal") or {}
    value = appraisal.get("value") or {}
    if value:
        sheet.head(["", "P5", "P10", "P50", "P90", "P95", _w("mean", lang)])
        sheet.row(_w("value", lang), *(_amount(value.get(n)) for n in ("p5", "p10", "p50", "p90", "p95", "mean")))
    else:
        sheet.row(_w("no_value", lang))
    sheet.row(_w("lending_value", lang), _amount(appraisal.get("lending_value")))
    sheet.row(_w("grade", lang), words(appraisal.get("grade"), lang))
    if appraisal.get("methods"):
        sheet.gap()
        sheet.head([_w("method", lang), _w("weight", lang), "P10", "P50", "P90"])
        for method in appraisal["methods"]:
            sheet.row(
                words(method.get("title"), lang),
                _rate(method.get("weight")),
                *(_amount(method.get(name)) for name in ("p10", "p50", "p90")),
            )
    if appraisal.get("tornado"):
        sheet.gap()
        sheet.head(_heads(("input", "low", "high"), lang))
        for swing in appraisal["tornado"]:
            sheet.row(words(swing.get("input"), lang), _amount(swing.get("low")), _amount(swing.get("high")))
    for alarm in appraisal.get("alarms") or []:
        sheet.row(_w("alarms", lang), words(alarm, lang))
    credit = quote.get("credit") or {}
    if credit.get("items"):
        sheet.gap()
        sheet.head([_w("credit", lang), _w("result", lang), _w("points", lang), _w("reason", lang)])
        first = sheet.next_row
        for item in credit["items"]:
            points = item.get("points")
            sheet.row(
                words(item.get("title"), lang),
                words(item.get("value"), lang),
                None if points is None else Decimal(str(points)),
                words(item.get("reason"), lang) or str((item.get("provenance") or {}).get("source") or ""),
            )
        points = sum((Decimal(str(item.get("points") or 0)) for item in credit["items"]), Decimal(0))
        sheet.total(_w("total", lang), "", Formula(f"=SUM(C{first}:C{sheet.next_row - 1})", points))


def _limit(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(34, 20, 14, 44, 44)
    sheet.head([_w("gate", lang), _w("verdict", lang), "", _w("reason", lang), _w("hint", lang)])
    for gate in quote.get("gates") or []:
        sheet.row(
            words(gate.get("title"), lang),
            _w(gate_verdict(gate), lang),
            "",
            words(gate.get("reason"), lang),
            words(gate.get("hint"), lang),
        )
    limit = quote.get("credit_limit") or {}
    sheet.gap()
    sheet.head(_heads(("limit", "amount", "binds", "formula", "source"), lang))
    caps = [cap_row(cap, lang) for cap in limit.get("caps") or []]
    for cap, row in zip(limit.get("caps") or [], caps, strict=True):
        sheet.row(
            row["title"], _amount(cap["amount"]), "●" if row["binding"] else "", row["formula"], row["sources"]
        )
    # Not a minimum of the column: the limit is rounded down to ten thousand, and a failed check takes it away.
    sheet.total(_w("credit_limit", lang), _amount(limit.get("amount")))
    for name in ("uncovered", "cover_adds", "pledge_adds", "drawn_on_annex"):
        sheet.row(_w(name, lang), _amount(limit.get(name)))
    sheet.row(_w("annex_figure", lang), _amount((limit.get("annex") or {}).get("amount")))
    for condition in limit.get("conditions") or []:
        sheet.row(_w("drawing", lang), "", "", words(condition.get("text"), lang))
    _pledge(sheet, quote, lang)


def _pledge(sheet: Sheet, quote: Json, lang: Lang) -> None:
    """What each right counts for, what would raise the limit, 1 + 1, and what was used where nothing was stated."""
    pledge = quote.get("pledge") or {}
    if pledge.get("rights"):
        sheet.gap()
        sheet.head(_heads(("right", "alone", "adds", "reason"), lang))
        for right in pledge["rights"]:
            sheet.row(
                right.get("title") or "",
                _amount(right.get("alone")),
                _amount(right.get("adds")),
                words(right.get("left_out"), lang),
            )
        sheet.total(_w("pledge_value", lang), "", _amount(pledge.get("value")))
    for title, names, rows in (
        ("changes", ("title", "reaches", "now", "needed"), change_rows(quote, lang)),
        ("one_plus_one", ("what", "result", "note"), one_plus_one_rows(quote, lang)),
        ("substitutes", ("missing", "used", "hint"), substitute_rows(quote, lang)),
    ):
        if rows:
            sheet.gap()
            sheet.head([_w(title, lang), *("" for _ in names[1:])])
            for row in rows:
                sheet.row(*(row[name] for name in names))


def _modes(sheet: Sheet, book: Workbook, quote: Json, lang: Lang) -> None:
    sheet.widths(26, 22, 24, 30, 40, 16, 16, 14, 14)
    names = ("interest", "fees", "premiums", "subsidies")
    sheet.head(_heads(("mode", "eligible", *names, "net_cost", "after_subsidy", "before_subsidy"), lang))
    first = sheet.next_row
    modes = quote.get("modes") or []
    for mode in modes:
        totals = {name: abs(Decimal((mode.get("totals") or {}).get(name) or 0)) for name in names}
        row = sheet.next_row
        net = totals["interest"] + totals["fees"] + totals["premiums"] - totals["subsidies"]
        sheet.row(
            words(mode.get("title"), lang),
            ELIGIBLE[str(mode.get("eligible") or "unknown")].in_(lang),
            *(Amount(totals[name]) for name in names),
            Formula(f"=C{row}+D{row}+E{row}-F{row}", net, is_money=True),
            _rate(mode.get("effective_annual_cost")),
            _rate(mode.get("cost_before_subsidy")),
        )
    # The chart shows the modes that are open to the firm; they come first.
    open_modes = sum(mode.get("eligible") != "no" for mode in modes) or len(modes)
    last = first + open_modes - 1
    sheet.gap()
    sheet.head(_heads(("mode", "verdict", "condition", "as_it_stands", "hint"), lang))
    for mode in modes:
        for condition in mode.get("conditions") or []:
            sheet.row(
                words(mode.get("title"), lang),
                VERDICTS[str(condition.get("verdict") or "unknown")].in_(lang),
                words(condition.get("title"), lang) or str(condition.get("code") or ""),
                words(condition.get("reason"), lang),
                words(condition.get("hint"), lang),
            )
    sheet.gap()
    sheet.head([_w("mode", lang), _w("step", lang), _w("by", lang), _w("days", lang), ""])
    for mode in modes:
        for step in (mode.get("process") or {}).get("steps") or []:
            sheet.row(
                words(mode.get("title"), lang),
                words(step.get("title"), lang),
                words(step.get("party_text"), lang),
                step.get("days"),
                _w("assumed", lang) if step.get("assumed") else "",
            )
    sheet.gap()
    sheet.head(_heads(("mode", "by", "needed"), lang))
    for mode in modes:
        for need in mode.get("needed") or []:
            sheet.row(
                words(mode.get("title"), lang), words(need.get("party_text"), lang), words(need.get("what"), lang)
            )
    if modes:
        where = f"A{sheet.next_row + 1}"
        book.bars(sheet, _w("annual_cost", lang), where, first, last, ["H", "I"], first - 1, is_rate=True)


def _flows(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(24, 14, 36, 20, 20, 18)
    for mode in quote.get("modes") or []:
        title = words(mode.get("title"), lang)
        if mode.get("costs"):
            sheet.head([_w("mode", lang), _w("day", lang), *_heads(("costs", "payer", "payee", "amount"), lang)])
            for cost in mode["costs"]:
                sheet.row(
                    title,
                    str(cost.get("day") or ""),
                    words(cost.get("title"), lang),
                    words(cost.get("payer"), lang),
                    words(cost.get("payee"), lang),
                    _amount(cost.get("amount")),
                )
        if mode.get("cash_flows"):
            sheet.head([_w("mode", lang), _w("day", lang), *_heads(("cash_flows", "cash_flow"), lang)])
            first = sheet.next_row
            total = Decimal(0)
            for flow in mode["cash_flows"]:
                sheet.row(
                    title, str(flow.get("day") or ""), words(flow.get("title"), lang), _amount(flow.get("amount"))
                )
                total += Decimal(flow.get("amount") or 0)
            summed = Formula(f"=SUM(D{first}:D{sheet.next_row - 1})", total, is_money=True)
            sheet.total(_w("total", lang), "", "", summed)
            _note(sheet, [mode], lang)
        sheet.gap()


def _losses(sheet: Sheet, book: Workbook, quote: Json, lang: Lang) -> None:
    modes = [mode for mode in quote.get("modes") or [] if mode.get("full_loss")]
    parties: dict[str, str] = {}
    for mode in modes:
        for row in (*(mode.get("full_loss") or []), *(mode.get("expected_loss") or [])):
            parties.setdefault(str(row["party"]), words(row.get("party_text") or row["party"], lang))
    sheet.widths(24, *([16] * (len(parties) + 1)))
    if not parties:
        return
    blocks = []
    for kind in ("full_loss", "at_default", "expected_loss"):
        sheet.head([_w(kind, lang), *parties.values(), _w("total", lang)])
        first = sheet.next_row
        for mode in modes:
            parts = {str(row["party"]): Decimal(row["amount"]) for row in mode.get(kind) or []}
            row = sheet.next_row
            sheet.row(
                words(mode.get("title"), lang),
                *(Amount(parts[party]) if party in parts else None for party in parties),
                Formula(
                    f"=SUM(B{row}:{_column(len(parties))}{row})", sum(parts.values(), Decimal(0)), is_money=True
                ),
            )
        blocks.append((first, sheet.next_row - 1))
        sheet.gap()
    first, last = blocks[0]
    last = first + (sum(mode.get("eligible") != "no" for mode in modes) or len(modes)) - 1
    columns = [_column(index) for index in range(1, len(parties) + 1)]
    where = f"A{sheet.next_row + 1}"
    book.bars(sheet, _w("who_bears", lang), where, first, last, columns, first - 1, is_stacked=True)


def _sources(sheet: Sheet, quote: Json, lang: Lang) -> None:
    sheet.widths(48, 22, 48, 60)
    sheet.head(_heads(("quantity", "result", "formula", "source"), lang))
    parts = [
        quote.get("appraisal"),
        quote.get("credit"),
        quote.get("pledge"),
        quote.get("credit_limit"),
        *(quote.get("modes") or []),
    ]
    for part in parts:
        node = (part or {}).get("explanation")
        for row in explanation_rows(node, lang) if node else []:
            sheet.row("　" * row["depth"] + row["label"], row["value"], row["formula"], row["source"])
    sheet.gap()
    sheet.head([_w("doubts", lang), "", "", _w("source", lang)])
    for reference in quote.get("doubts") or []:
        sheet.row(words(reference.get("note"), lang), "", "", source(reference, lang))
    sheet.gap()
    sheet.head([_w("inputs", lang)])
    for line in (quote.get("case") or {}).get("sources") or []:
        sheet.row(words(line, lang))
    assumed = (quote.get("case") or {}).get("assumed") or []
    if assumed:
        sheet.head([_w("assumed_inputs", lang)])
        for line in assumed:
            sheet.row(words(line, lang))
    for name in ("rules_version", "seed", "paths"):
        if quote.get(name) is not None:
            sheet.row(_w(name, lang), str(quote[name]))
    for pack in packs_of(quote, lang):
        sheet.row(pack)


def _column(index: int) -> str:
    """The letters of a column counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
