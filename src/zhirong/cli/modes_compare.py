"""``zhirong modes diff`` and ``zhirong modes compare``: compare two modes, or one case under all modes, side by
side.
"""

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from zhirong.chain.mode.charges import Dated
from zhirong.chain.mode.difference import as_of, differences, example_portfolio, on_portfolio
from zhirong.chain.mode.force import CONFIRMATION_DAYS, FORCE_TEXT, Force, force_on
from zhirong.chain.mode.loss import LoanLoss, MissingFigureError, PoolState
from zhirong.cli.columns import aligned
from zhirong.cli.days import day_of
from zhirong.cli.files import print_answer, print_json, read_toml
from zhirong.cli.mode_words import bad_words, missing_figure, named_modes, the_mode
from zhirong.kernel.money import parse_yuan, show_yuan, yuan
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from zhirong.chain.mode.central_subsidy import CentralSubsidies
    from zhirong.chain.mode.charges import ModeCharge
    from zhirong.chain.quote.comparison import ComparedMode
    from zhirong.chain.quote.records import Offer

_EXAMPLE_DAY = date(2026, 3, 2)


def diff(arguments: argparse.Namespace, ids: list[str]) -> int:
    """Compare two modes, or one mode on two days, and the losses that each party bears under both."""
    if not 1 <= len(ids) <= 2 or (len(ids) == 1 and not (arguments.on and arguments.and_)):
        raise bad_words(
            " ".join(["diff", *ids]),
            "需要两个模式，或一个模式和两个日期",
            "two modes are needed, or one mode and two days",
            "请填写 diff A B，或 diff A --on 日期 --and 日期",
            "write: diff A B, or diff A --on DATE --and DATE",
        )
    before, after = the_mode(ids[0]), the_mode(ids[-1])
    file_before, file_after = before, after
    first_day = day_of("--on", arguments.on) or _EXAMPLE_DAY
    second_day = day_of("--and", arguments.and_) or first_day
    if arguments.on:
        before = as_of(before, first_day)
    if arguments.on or arguments.and_:
        after = as_of(after, second_day)
    first, second, pool = _portfolios(arguments, first_day, second_day)
    found = differences(before, after)
    # Two modes are compared regardless of dates; if days are given, the loans are of those days and dates matter.
    by_days = bool(arguments.on or arguments.and_)
    try:
        rows = on_portfolio(
            before,
            after,
            first,
            second,
            pool,
            as_if_in_force=not by_days or bool(arguments.portfolio),
            claim_in_order=not arguments.portfolio,
        )
    except MissingFigureError as error:
        raise missing_figure(error, arguments.portfolio or "") from error
    compared = ((file_before, first_day), (file_after, second_day)) if by_days else ()
    out_of_force = [(mode, day) for mode, day in compared if not mode.in_force_on(day)]
    if arguments.json:
        print_answer(
            {
                "before": before.id,
                "after": after.id,
                "on": first_day.isoformat(),
                "and": second_day.isoformat(),
                "not_in_force": [{"id": mode.id, "on": day.isoformat()} for mode, day in out_of_force],
                "differences": [{"place": d.place, "before": d.before, "after": d.after} for d in found],
                "portfolio": [
                    {
                        "role": r.role,
                        "name": r.name.as_json(),
                        "before": yuan(r.before),
                        "after": yuan(r.after),
                        "change": yuan(r.after - r.before),
                    }
                    for r in rows
                ],
            }
        )
        return 0
    zh = arguments.lang == "zh"
    print(f"{before.title.in_(arguments.lang)} → {after.title.in_(arguments.lang)}")
    for mode, day in out_of_force:
        print(f"  {mode.id}：{day} 不在有效期内" if zh else f"  {mode.id}: not in force on {day}")
    for item in found:
        print(f"  {item.as_text(arguments.lang)}")
    if not found:
        print("  规则相同" if zh else "  no differences")
    loss = show_yuan(sum(row.before for row in rows))
    if arguments.portfolio:
        print(
            f"\n在 {arguments.portfolio} 的损失 {loss} 元上"
            if zh
            else f"\non the losses of {arguments.portfolio}, {loss}"
        )
    else:
        print(f"\n在示例组合的损失 {loss} 元上" if zh else f"\non the losses of an example portfolio, {loss}")
    for row in rows:
        change = row.after - row.before
        sign = "+" if change > 0 else ""
        print(
            f"  {row.name.in_(arguments.lang)}: {show_yuan(row.before)} → {show_yuan(row.after)} ({sign}{show_yuan(change)})"
        )
    return 0


def _portfolios(
    arguments: argparse.Namespace, first_day: date, second_day: date
) -> tuple[tuple[LoanLoss, ...], tuple[LoanLoss, ...], PoolState | None]:
    if not arguments.portfolio:
        return example_portfolio(first_day), example_portfolio(second_day), _example_pool(first_day, second_day)
    from zhirong.chain.mode.claim import read_claims
    from zhirong.kernel.fields import Reader

    claims = read_claims(Reader(read_toml(arguments.portfolio), source=arguments.portfolio))
    return claims.loans, claims.loans, claims.pool


def _example_pool(*days: date) -> PoolState:
    """Return a pool so large that its size never matters: 1 billion yuan paid in and available."""
    billion = 100_000_000_000
    return PoolState(billion, billion, {("bank", day.year): billion for day in days})


# The columns of a loss: their names, and the attributes of ``LossColumnsPart``.
_COLUMNS: tuple[tuple[Text, str], ...] = (
    (Text("放款机构", "lender"), "lender"),
    (Text("政府和基金", "government, fund"), "government_and_fund"),
    (Text("担保", "guarantor"), "guarantor"),
    (Text("保险", "insurer"), "insurer"),
    (Text("其他", "others"), "others"),
)
_FULL = Text("各方在全损时承担（元）", "shares of a full loss (CNY)")
_EXPECTED = Text("各方的预期损失（元）", "shares of the expected loss (CNY)")
_HEAD = (
    Text("模式", "mode"),
    Text("能否", "eligible"),
    Text("可贷（元）", "loan (yuan)"),
    Text("企业年化成本", "firm's annual cost"),
    Text("补贴（元）", "subsidies (yuan)"),
    Text("天数", "days"),
)
_ELIGIBLE = {"yes": Text("可以", "yes"), "unknown": Text("待定", "open"), "no": Text("不可", "no")}


def compare(arguments: argparse.Namespace, words: list[str]) -> int:
    """Compare one case under all modes: the firm's cost, and the losses of each other party."""
    if len(words) != 1:
        raise bad_words(
            " ".join(["compare", *words]),
            "需要一个案件文件",
            "one case file is needed",
            "请填写 compare CASE.toml（格式同 zhirong quote）",
            "write: compare CASE.toml (the same file as for zhirong quote)",
        )
    from zhirong.chain.quote.comparison import compared, open_figures_of
    from zhirong.cli.scores import case_with_scores
    from zhirong.kernel.document import to_json
    from zhirong.workbench import quote_case, rules

    case = case_with_scores(words[0], None)
    stale_after_days = rules().at(CONFIRMATION_DAYS, case.as_of).whole()
    offers = sorted(quote_case(case).offers, key=lambda one: _rank(one, case.as_of, stale_after_days))
    day = case.request.start
    compared_modes = [compared(one, force_on(one.mode, case.as_of, stale_after_days), day) for one in offers]
    if arguments.json:
        print_json([to_json(one) for one in compared_modes])
        return 0
    _show_comparison(compared_modes, arguments.lang)
    for offer in offers:
        for figure in open_figures_of(offer, day):
            name, why = offer.mode.title.in_(arguments.lang), figure.words.in_(arguments.lang)
            print(f"{name}：{why}，上表未计" if arguments.lang == "zh" else f"{name}: {why}, not counted above")
    return 0


def _rank(offer: "Offer", day: date, stale_after_days: int) -> tuple[int, int, bool, Decimal]:
    """Return the order: modes in force first, then those open to the firm, then the cheapest."""
    from zhirong.chain.quote.comparison import cost_of

    state, cost = force_on(offer.mode, day, stale_after_days).state, cost_of(offer)
    return list(Force).index(state), list(_ELIGIBLE).index(offer.eligible), cost is None, cost or Decimal(0)


def _show_comparison(compared_modes: "Sequence[ComparedMode]", lang: Lang) -> None:
    lines = aligned([[words.in_(lang) for words in _HEAD], *(_mode_row(one, lang) for one in compared_modes)])
    print(lines[0])
    state = None
    for one, line in zip(compared_modes, lines[1:], strict=True):
        if one.force.state is not state:
            state = one.force.state
            print(f"— {FORCE_TEXT[state].in_(lang)} —")
        print(line)
    full = [(one.title, one.full_loss) for one in compared_modes]
    expected = [(one.title, one.expected_loss) for one in compared_modes]
    for title, losses in ((_FULL, full), (_EXPECTED, expected)):
        print(f"\n{title.in_(lang)}")
        rows = [[_HEAD[0].in_(lang), *(name.in_(lang) for name, _ in _COLUMNS)]]
        amounts = [(mode, [parse_yuan(getattr(loss, column)) for _, column in _COLUMNS]) for mode, loss in losses]
        rows += [[mode.in_(lang), *map(show_yuan, shares)] for mode, shares in amounts if any(shares)]
        print("\n".join(aligned(rows)))


def _mode_row(one: "ComparedMode", lang: Lang) -> list[str]:
    cost = one.firm.effective_annual_cost
    return [
        one.title.in_(lang),
        _ELIGIBLE[one.eligible].in_(lang),
        show_yuan(parse_yuan(one.firm.loan)),
        "—" if cost is None else f"{Decimal(cost) * 100:.2f} %",
        show_yuan(parse_yuan(one.firm.subsidies)),
        "—" if one.firm.days is None else str(one.firm.days),
    ]


def subsidies(arguments: argparse.Namespace, words: list[str]) -> int:
    """Print every subsidy and reward of a case as dated payments. Returns 1 if several modes would pay for the same
    thing.
    """
    if not words:
        raise bad_words(
            "subsidies",
            "需要一个案件文件",
            "a case file is needed",
            "请填写 subsidies CASE.toml [模式代码]…",
            "write: subsidies CASE.toml [ID]...",
        )
    from zhirong.chain.mode.charges import GIVEN_BACK
    from zhirong.chain.mode.stacking import stacked
    from zhirong.chain.quote.comparison import is_unmet
    from zhirong.chain.quote.facts import facts_of
    from zhirong.cli.scores import case_with_scores
    from zhirong.workbench import quote_case

    case = case_with_scores(words[0], None)
    answer = quote_case(case, named_modes(words[1:]))
    named = bool(words[1:])
    considered = [offer for offer in answer.offers if named or str(offer.eligible) == "yes"]
    chosen = [offer for offer in considered if not is_unmet(offer)]
    rows = [(offer, charge) for offer in chosen for charge in offer.charges if charge.kind in GIVEN_BACK]
    rows.sort(key=lambda row: row[1].day)
    found = stacked([*_costs_of(chosen), *(charge for _, charge in rows)]) if named else ()
    ids = {offer.mode.id for offer in considered}
    clashes = sorted(
        {tuple(sorted((o.mode.id, other))) for o in considered for other in o.mode.exclusive_with if other in ids}
    )
    facts = facts_of(case, answer.rights, can_pledge=answer.can_pledge)
    central = _central(chosen or answer.offers, facts, case.request.start)
    remarks = [remark for offer in considered for remark in _remarks(offer, case.request.start, facts)]
    if arguments.json:
        print_answer(
            {
                "subsidies": [{"mode": offer.mode.id, **charge.as_json()} for offer, charge in rows],
                "left_out": [
                    {"mode": mode_id, "code": code, "state": state, "reason": words.as_json()}
                    for mode_id, code, state, words in remarks
                ],
                "stacked": [
                    {
                        "group": item.group,
                        "paid": yuan(item.paid),
                        "given_back": yuan(item.given_back),
                        "excess": yuan(item.excess),
                        "codes": list(item.codes),
                    }
                    for item in found
                ],
                "exclusive": [list(pair) for pair in clashes] if named else [],
                "central": None if central is None else central.as_json(),
            }
        )
    else:
        _show_subsidies(rows, arguments.lang)
        if central is not None:
            _show_central(central, arguments.lang)
        for mode_id, _, state, reason in remarks:
            print(
                f"{mode_id}{'：' if arguments.lang == 'zh' else ': '}{_STATES[state].in_(arguments.lang)}"
                f"{reason.in_(arguments.lang)}"
            )
        for item in found:
            print(f"{item.group}: {item.words.in_(arguments.lang)}")
        for one, other in clashes if named else []:
            print(
                f"{one} 与 {other} 不得同时使用"
                if arguments.lang == "zh"
                else f"{one} and {other} cannot be used together"
            )
    return 1 if found or (named and clashes) else 0


_STATES = {
    "unmet": Text("不符合条件，没有补贴。", "does not qualify, nothing is paid. "),
    "unknown": Text("尚不能认定，查明前不予支付。", "undecided, nothing is paid until it is known. "),
    "open": Text("尚不能认定：", "not decided: "),
    "in_force": Text("须先确认现在执行。", "to be confirmed first: "),
    "no_loan": Text("没有补贴。", "no subsidies: "),
}


def _remarks(offer: "Offer", start: date, facts: Mapping[str, object]) -> list[tuple[str, str, str, Text]]:
    """Return why a mode pays nothing, or nothing yet: its id, the code of the condition or charge, the state, and
    the reason.
    """
    from zhirong.chain.mode.charges import LoanFacts, open_charges
    from zhirong.chain.quote.comparison import is_unmet

    found: list[tuple[str, str, str, Text]] = []
    refused = any(condition.state == "unmet" for condition in offer.conditions)
    for condition in offer.conditions:
        if condition.state == "met" or (refused and condition.state == "unknown"):
            continue  # an unmet condition decides, regardless of unknown ones
        in_force = condition.state == "unknown" and condition.code.startswith("mode.")
        found.append((offer.mode.id, condition.code, "in_force" if in_force else condition.state, condition.reason))
    if not is_unmet(offer) and not offer.amount:
        found.append((offer.mode.id, "amount", "no_loan", Text("没有可贷额度", "nothing can be lent")))
    if not is_unmet(offer) and offer.amount:
        loan = LoanFacts(offer.amount, start, offer.term_months, offer.annual_rate, facts=facts)
        found += [(offer.mode.id, item.code, "open", item.words) for item in open_charges(offer.mode, loan)]
    return found


def _central(offers: "Sequence[Offer]", facts: Mapping[str, object], start: date) -> "CentralSubsidies | None":
    """Return the central budget's share of the interest of the first of these loans; None if nothing is lent."""
    from zhirong.chain.mode.central_subsidy import central_subsidies
    from zhirong.workbench import rules

    offer = next((one for one in offers if one.schedule is not None), None)
    if offer is None or offer.schedule is None:
        return None
    return central_subsidies(
        rules(),
        facts,
        amount=offer.amount,
        start=start,
        annual_rate=Fraction(offer.annual_rate),
        interest=[Dated(row.due, row.interest, row.written) for row in offer.schedule.rows],
    )


def _show_central(central: "CentralSubsidies", lang: Lang) -> None:
    zh = lang == "zh"
    print("\n中央财政贴息（一笔贷款只享受一项）" if zh else "\nCentral interest subsidies (one a loan)")
    if central.drawn is None:
        print("  没有" if zh else "  none")
    else:
        for charge in central.drawn.charges:
            shown = "" if charge.explanation.formula is None else f" = {charge.explanation.formula.in_(lang)}"
            print(f"  {charge.day}  {charge.title.in_(lang)}: {show_yuan(charge.amount)}{shown}")
    for candidate in central.instead:
        title, amount = candidate.programme.title.in_(lang), show_yuan(candidate.amount)
        print(
            f"  {title}：{amount}，不得与上一项同时享受"
            if zh
            else f"  {title}: {amount}, not together with the one above"
        )
    for candidate in central.to_be_confirmed:
        open_points = [c.hint for c in candidate.conditions if c.state == "unknown" and c.hint is not None]
        title, amount = candidate.programme.title.in_(lang), show_yuan(candidate.amount)
        asked = ("、" if zh else "; ").join(point.in_(lang) for point in open_points)
        print(
            f"  {title}：待确认，至多 {amount}（{asked}）"
            if zh
            else f"  {title}: to be confirmed, at most {amount} ({asked})"
        )


def _costs_of(offers: "Sequence[Offer]") -> "list[ModeCharge]":
    """Return the costs of a loan drawn under several modes, each once and at the highest amount.

    The result does not depend on the order of the modes.
    """
    from zhirong.chain.mode.charges import GIVEN_BACK

    costs: dict[str, list[ModeCharge]] = {}
    for offer in offers:
        own: dict[str, list[ModeCharge]] = {}
        for charge in offer.charges:
            if charge.kind not in GIVEN_BACK:
                own.setdefault(charge.code, []).append(charge)
        for code, charges in own.items():
            if sum(c.amount for c in charges) > sum(c.amount for c in costs.get(code, [])):
                costs[code] = charges
    return [charge for charges in costs.values() for charge in charges]


def _show_subsidies(rows: "list[tuple[Offer, ModeCharge]]", lang: Lang) -> None:
    for offer, charge in rows:
        payer, payee = offer.mode.name_of(charge.payer).in_(lang), offer.mode.name_of(charge.payee).in_(lang)
        what = charge.explanation.formula
        shown = "" if what is None else f" = {what.in_(lang)}"
        title = f"{offer.mode.title.in_(lang)} · {charge.title.in_(lang)}"
        print(f"{charge.day}  {title}: {payer} → {payee} {show_yuan(charge.amount)}{shown}")
    if not rows:
        print("没有补贴" if lang == "zh" else "no subsidies")
