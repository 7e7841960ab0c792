"""The quote as an Excel workbook: amounts are numbers, totals are live formulas, user input is never a formula."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal

from zhirong.chain.credit.document import CreditPart
from zhirong.chain.quote.document import ModePart, QuoteDocument, ValuedPart
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
    PLEDGEABLE,
    VERDICTS,
    WORDS,
    explanation_rows,
    source,
    words,
)
from zhirong.documents.workbook import Amount, Formula, Rate, Sheet, Workbook
from zhirong.kernel.text import Lang, Text

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


def quote_xlsx(quote: QuoteDocument, lang: Lang = "zh") -> bytes:
    """Return a quote as an Excel workbook. The same quote always gives the same bytes."""
    quote = in_order_of_use(quote)
    buffer = io.BytesIO()
    book = Workbook(buffer, datetime.combine(quote.case.as_of, time()))
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


def _amount(value: str | None) -> Amount | None:
    return None if value is None else Amount(Decimal(value))


def _rate(value: str | None) -> Rate | None:
    return None if value is None else Rate(Decimal(value))


def _summary(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(26, 34, 22, 18, 18, 18, 12, 44)
    case, limit, value, credit = quote.case, quote.credit_limit, quote.value, quote.credit
    sheet.title(_w("title", lang))
    sheet.row(_w("firm", lang), case.firm.name)
    sheet.row(_w("code", lang), case.firm.code)
    sheet.row(_w("case", lang), f"{case.id} {case.title.in_(lang)}".strip())
    sheet.row(_w("as_of", lang), case.as_of)
    sheet.row(_w("region", lang), region(case, lang))
    sheet.row(_w("request", lang), _amount(case.request.amount))
    sheet.row(_w("months", lang), case.request.term_months)
    sheet.row(_w("purpose", lang), case.request.purpose.in_(lang))
    sheet.gap()
    sheet.row(_w("decision", lang), decision_text(quote, lang))
    sheet.row(_w("credit_limit", lang), _amount(limit.amount))
    sheet.row(_w("binding", lang), limit.binding_title.in_(lang))
    sheet.row(_w("uncovered", lang), _amount(limit.uncovered))
    sheet.row(_w("pledge_value", lang), _amount(quote.pledge.value))
    sheet.row(_w("pledge_rate", lang), _rate(quote.pledge.pledge_rate))
    quantiles = (None, None, None) if value is None else (value.p10, value.p50, value.p90)
    for name, amount in zip(("P10", "P50", "P90"), quantiles, strict=True):
        sheet.row(f"{_w('appraisal', lang)} {name}", _amount(amount))
    sheet.row(_w("credit", lang), credit.grade)
    sheet.row(_w("default_probability", lang), _rate(credit.default_probability))
    sheet.gap()
    sheet.head(
        _heads(("mode", "eligible", "loan", "annual_rate", "annual_cost", "before_subsidy", "days"), lang)
        + [_w("who_bears", lang)]
    )
    for mode in quote.modes:
        bears = [f"{row['party']} {row['share']}" for row in sharing_rows(mode, lang) if row["bears_full"]]
        sheet.row(
            mode.title.in_(lang),
            ELIGIBLE[mode.eligible].in_(lang),
            _amount(mode.loan.amount),
            _rate(mode.loan.annual_rate),
            _rate(mode.effective_annual_cost),
            _rate(mode.cost_before_subsidy),
            mode.process.days,
            WORDS["sep"].in_(lang).join(bears),
        )
    steps = next_steps(quote, lang)
    if steps:
        sheet.gap()
        sheet.head([_w("next_steps", lang), _w("what", lang)])
        for step in steps:
            sheet.row(step["who"], step["what"])
    sheet.gap()
    _note(sheet, quote.modes, lang)
    sheet.row(_w("disclaimer", lang))


def _note(sheet: Sheet, modes: Sequence[ModePart], lang: Lang) -> None:
    note = provisional_note(modes, lang)
    if note:
        sheet.row(note)


def _rights(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
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
    for right in quote.rights:
        sheet.row(
            right.title,
            right.number,
            right.kind_text.in_(lang),
            PLEDGEABLE[right.pledgeable].in_(lang),
            "\n".join(one.reason.in_(lang) for one in right.findings if one.verdict in ("refused", "unknown")),
            WORDS["sep"].in_(lang).join(flag.in_(lang) for flag in right.flags),
            right.status_text.in_(lang),
            right.role_text.in_(lang),
            right.life_end,
            None if right.remaining_years is None else Decimal(right.remaining_years),
        )
    sheet.gap()
    sheet.head(_heads(("right", "item", "findings", "verdict", "reason", "hint", "source"), lang))
    for right in quote.rights:
        for finding in right.findings:
            sheet.row(
                right.title,
                finding.number,
                finding.title.in_(lang),
                VERDICTS[finding.verdict].in_(lang),
                finding.reason.in_(lang),
                words(finding.hint, lang),
                source(finding.reference, lang),
            )


def _appraisal(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(30, 18, 18, 18, 18, 18, 18)
    if isinstance(quote.appraisal, ValuedPart):
        _value(sheet, quote.appraisal, lang)
    else:
        sheet.row(_w("no_value", lang))
    _credit(sheet, quote.credit, lang)


def _value(sheet: Sheet, appraisal: ValuedPart, lang: Lang) -> None:
    value = appraisal.value
    sheet.head(["", "P5", "P10", "P50", "P90", "P95", _w("mean", lang)])
    amounts = (value.p5, value.p10, value.p50, value.p90, value.p95, value.mean)
    sheet.row(_w("value", lang), *map(_amount, amounts))
    sheet.row(_w("lending_value", lang), _amount(appraisal.lending_value))
    sheet.gap()
    sheet.head([_w("method", lang), _w("weight", lang), "P10", "P50", "P90"])
    for method in appraisal.methods:
        amounts_of_method = (method.p10, method.p50, method.p90)
        sheet.row(method.title.in_(lang), _rate(method.weight), *map(_amount, amounts_of_method))
    if appraisal.tornado:
        sheet.gap()
        sheet.head(_heads(("input", "low", "high"), lang))
        for swing in appraisal.tornado:
            sheet.row(swing.input.in_(lang), _amount(swing.low), _amount(swing.high))
    for alarm in appraisal.alarms:
        sheet.row(_w("alarms", lang), alarm.in_(lang))


def _credit(sheet: Sheet, credit: CreditPart, lang: Lang) -> None:
    if not credit.items:
        return
    sheet.gap()
    sheet.head([_w("credit", lang), _w("result", lang), _w("points", lang), _w("reason", lang)])
    first = sheet.next_row
    for item in credit.items:
        origin = "" if item.provenance is None else item.provenance.source
        sheet.row(item.title.in_(lang), item.value.in_(lang), Decimal(item.points), origin)
    points = Decimal(sum(item.points for item in credit.items))
    sheet.total(_w("total", lang), "", Formula(f"=SUM(C{first}:C{sheet.next_row - 1})", points))


def _limit(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(34, 20, 14, 44, 44)
    sheet.head([_w("gate", lang), _w("verdict", lang), "", _w("reason", lang), _w("hint", lang)])
    for gate in quote.gates:
        sheet.row(
            gate.title.in_(lang), _w(gate_verdict(gate), lang), "", gate.reason.in_(lang), words(gate.hint, lang)
        )
    limit = quote.credit_limit
    sheet.gap()
    sheet.head(_heads(("limit", "amount", "binds", "formula", "source"), lang))
    for cap in limit.caps:
        row = cap_row(cap, lang)
        sheet.row(row["title"], _amount(cap.amount), "●" if cap.binding else "", row["formula"], row["sources"])
    # Not the minimum of the column: the limit is rounded down to ten thousand, and a failed check sets it to zero.
    sheet.total(_w("credit_limit", lang), _amount(limit.amount))
    for name, amount in (
        ("uncovered", limit.uncovered),
        ("cover_adds", limit.cover_adds),
        ("pledge_adds", limit.pledge_adds),
        ("drawn_on_annex", limit.drawn_on_annex),
        ("annex_figure", limit.annex.amount),
    ):
        sheet.row(_w(name, lang), _amount(amount))
    for condition in limit.conditions:
        sheet.row(_w("drawing", lang), "", "", condition.text.in_(lang))
    _pledge(sheet, quote, lang)


def _pledge(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    """Write the pledge value of each right, ways to raise the limit, 1 + 1, and the values used for missing data."""
    pledge = quote.pledge
    if pledge.rights:
        sheet.gap()
        sheet.head(_heads(("right", "alone", "adds", "reason"), lang))
        for right in pledge.rights:
            sheet.row(right.title, _amount(right.alone), _amount(right.adds), words(right.left_out, lang))
        sheet.total(_w("pledge_value", lang), "", _amount(pledge.value))
    for title, names, rows in (
        ("changes", ("title", "reaches", "now", "needed"), change_rows(quote, lang)),
        ("one_plus_one", ("what", "result", "note"), one_plus_one_rows(quote.one_plus_one, lang)),
        ("substitutes", ("missing", "used", "hint"), substitute_rows(quote, lang)),
    ):
        if rows:
            sheet.gap()
            sheet.head([_w(title, lang), *("" for _ in names[1:])])
            for row in rows:
                sheet.row(*(row[name] for name in names))


def _modes(sheet: Sheet, book: Workbook, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(26, 22, 24, 30, 40, 16, 16, 14, 14)
    names = ("interest", "fees", "premiums", "subsidies")
    sheet.head(_heads(("mode", "eligible", *names, "net_cost", "after_subsidy", "before_subsidy"), lang))
    first = sheet.next_row
    modes = quote.modes
    for mode in modes:
        totals, row = mode.totals, sheet.next_row
        amounts = [
            abs(Decimal(amount)) for amount in (totals.interest, totals.fees, totals.premiums, totals.subsidies)
        ]
        sheet.row(
            mode.title.in_(lang),
            ELIGIBLE[mode.eligible].in_(lang),
            *map(Amount, amounts),
            Formula(f"=C{row}+D{row}+E{row}-F{row}", sum(amounts[:3]) - amounts[3], is_money=True),
            _rate(mode.effective_annual_cost),
            _rate(mode.cost_before_subsidy),
        )
    # The chart shows the modes open to the firm, which come first.
    open_modes = sum(mode.eligible != "no" for mode in modes) or len(modes)
    last = first + open_modes - 1
    sheet.gap()
    sheet.head(_heads(("mode", "verdict", "condition", "as_it_stands", "hint"), lang))
    for mode in modes:
        for condition in mode.conditions:
            sheet.row(
                mode.title.in_(lang),
                VERDICTS[condition.verdict].in_(lang),
                condition.code,
                condition.reason.in_(lang),
                words(condition.hint, lang),
            )
    sheet.gap()
    sheet.head([_w("mode", lang), _w("step", lang), _w("by", lang), _w("days", lang), ""])
    for mode in modes:
        for step in mode.process.steps:
            sheet.row(
                mode.title.in_(lang),
                step.title.in_(lang),
                step.party_text.in_(lang),
                step.days,
                _w("assumed", lang) if step.assumed else "",
            )
    sheet.gap()
    sheet.head(_heads(("mode", "by", "needed"), lang))
    for mode in modes:
        for need in mode.needed:
            sheet.row(mode.title.in_(lang), need.party_text.in_(lang), need.what.in_(lang))
    if modes:
        where = f"A{sheet.next_row + 1}"
        book.bars(sheet, _w("annual_cost", lang), where, first, last, ["H", "I"], first - 1, is_rate=True)


def _flows(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(24, 14, 36, 20, 20, 18)
    for mode in quote.modes:
        title = mode.title.in_(lang)
        if mode.costs:
            sheet.head([_w("mode", lang), _w("day", lang), *_heads(("costs", "payer", "payee", "amount"), lang)])
            for cost in mode.costs:
                sheet.row(
                    title,
                    cost.day,
                    cost.title.in_(lang),
                    cost.payer.in_(lang),
                    cost.payee.in_(lang),
                    _amount(cost.amount),
                )
        if mode.cash_flows:
            sheet.head([_w("mode", lang), _w("day", lang), *_heads(("cash_flows", "cash_flow"), lang)])
            first = sheet.next_row
            for flow in mode.cash_flows:
                sheet.row(title, flow.day, flow.title.in_(lang), _amount(flow.amount))
            total = sum((Decimal(flow.amount) for flow in mode.cash_flows), Decimal(0))
            summed = Formula(f"=SUM(D{first}:D{sheet.next_row - 1})", total, is_money=True)
            sheet.total(_w("total", lang), "", "", summed)
            _note(sheet, [mode], lang)
        sheet.gap()


def _losses(sheet: Sheet, book: Workbook, quote: QuoteDocument, lang: Lang) -> None:
    modes = [mode for mode in quote.modes if mode.full_loss]
    parties: dict[str, str] = {}
    for mode in modes:
        for share in (*mode.full_loss, *mode.expected_loss):
            parties.setdefault(share.party, share.party_text.in_(lang))
    sheet.widths(24, *([16] * (len(parties) + 1)))
    if not parties:
        return
    blocks = []
    for kind, losses in (
        ("full_loss", [mode.full_loss for mode in modes]),
        ("at_default", [mode.at_default for mode in modes]),
        ("expected_loss", [mode.expected_loss for mode in modes]),
    ):
        sheet.head([_w(kind, lang), *parties.values(), _w("total", lang)])
        first = sheet.next_row
        for mode, shares in zip(modes, losses, strict=True):
            parts = {share.party: Decimal(share.amount) for share in shares}
            row = sheet.next_row
            sheet.row(
                mode.title.in_(lang),
                *(Amount(parts[party]) if party in parts else None for party in parties),
                Formula(
                    f"=SUM(B{row}:{_column(len(parties))}{row})", sum(parts.values(), Decimal(0)), is_money=True
                ),
            )
        blocks.append((first, sheet.next_row - 1))
        sheet.gap()
    first, last = blocks[0]
    last = first + (sum(mode.eligible != "no" for mode in modes) or len(modes)) - 1
    columns = [_column(index) for index in range(1, len(parties) + 1)]
    where = f"A{sheet.next_row + 1}"
    book.bars(sheet, _w("who_bears", lang), where, first, last, columns, first - 1, is_stacked=True)


def _sources(sheet: Sheet, quote: QuoteDocument, lang: Lang) -> None:
    sheet.widths(48, 22, 48, 60)
    sheet.head(_heads(("quantity", "result", "formula", "source"), lang))
    for part in (quote.appraisal, quote.credit, quote.pledge, quote.credit_limit, *quote.modes):
        for row in explanation_rows(part.explanation, lang):
            sheet.row("　" * row["depth"] + row["label"], row["value"], row["formula"], row["source"])
    sheet.gap()
    sheet.head([_w("doubts", lang), "", "", _w("source", lang)])
    for reference in quote.doubts:
        sheet.row(words(reference.note, lang), "", "", source(reference, lang))
    sheet.gap()
    sheet.head([_w("inputs", lang)])
    for line in quote.case.sources:
        sheet.row(line)
    if quote.case.assumed:
        sheet.head([_w("assumed_inputs", lang)])
        for assumption in quote.case.assumed:
            sheet.row(assumption.in_(lang))
    for name, value in (("rules_version", quote.rules_version), ("seed", quote.seed), ("paths", quote.paths)):
        if value is not None:
            sheet.row(_w(name, lang), str(value))
    for pack in packs_of(quote, lang):
        sheet.row(pack)


def _column(index: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
