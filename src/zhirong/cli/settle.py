"""``zhirong settle CLAIM.toml --mode ID``: calculate each party's part of the losses in a claim file, with reasons."""

import argparse
from collections.abc import Sequence
from datetime import date

from zhirong.chain.mode.claim import read_claims
from zhirong.chain.mode.loss import LoanLoss, LoanShare, MissingFigureError, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.stream import Settlement, settle
from zhirong.chain.mode.vocabulary import READINGS
from zhirong.cli.columns import aligned
from zhirong.cli.files import print_answer, read_toml
from zhirong.cli.mode_words import missing_figure, the_mode
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.text import Lang, Text

_NOTHING_ENTERED = Text(
    "当年没有纳入本金，有损失即视为超过门槛（假设）",
    "no principal entered the pool that year: any loss counts as above the threshold (assumed)",
)


_NO_REFILL = Text(
    "回收后退回资金池的款项不再用于本次其他贷款的赔付（以计算时的余额为限，规则未说明）",
    "recoveries that return to the fund are not used for other loans here (the limit is the given balance; no rule says otherwise)",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: the claim file, the mode and, if the mode leaves a choice, its variant and the reading of
    its caps.
    """
    parser.add_argument("file", metavar="CLAIM.toml", help="索赔文件 / the claim file")
    parser.add_argument("--mode", required=True, metavar="ID", help="模式代码或文件 / id or file of a mode")
    parser.add_argument("--variant", metavar="ID", help="模式的变体 / a variant of the mode")
    parser.add_argument("--reading", choices=tuple(READINGS), help="上限的理解方式 / reading of its caps")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Return 0. Raises InputError for a file, mode or choice that cannot be used."""
    mode = _chosen(arguments)
    reader = Reader(read_toml(arguments.file), source=arguments.file)
    claims = read_claims(reader)
    pool = claims.pool_under(mode)
    try:
        settled = settle(mode, claims.loans, pool)
    except MissingFigureError as error:
        raise missing_figure(error, arguments.file) from error
    if arguments.json:
        print_answer(_as_json(mode, settled, pool, claims.loans))
    else:
        print(_as_text(mode, settled, pool, claims.loans, arguments.lang))
    return 0


def _chosen(arguments: argparse.Namespace) -> Mode:
    mode = the_mode(arguments.mode)
    if arguments.reading:
        try:
            mode = mode.with_reading(arguments.reading)
        except ValueError as error:
            reason = Text("该模式的上限不适用这种理解", str(error))
            hint = Text("请删除 --reading", "omit --reading")
            raise InputError([Problem("--reading", arguments.reading, reason, hint, "reading")]) from error
    if arguments.variant:
        known = [variant.id for variant in mode.variants]
        if arguments.variant not in known:
            reason = Text("该模式没有该变体", "the mode does not have this variant")
            listed = ", ".join(known) or "-"
            hint = Text(f"可选：{listed}", f"choose one of: {listed}")
            raise InputError([Problem("--variant", arguments.variant, reason, hint, "unknown_variant")])
        mode = mode.variant(arguments.variant)
    return mode


def _as_json(mode: Mode, settled: Settlement, pool: PoolState, loans: Sequence[LoanLoss]) -> dict[str, object]:
    held = _held(settled, loans)
    return {
        "mode": mode.id,
        "parties": {role: mode.name_of(role).as_json() for role in mode.bearers},
        "pauses": [
            {
                "lender": pause.lender,
                "first": pause.first.isoformat(),
                "last": None if pause.last is None else pause.last.isoformat(),
                "ratio": None if pause.ratio is None else str(pause.ratio),
            }
            for pause in pool.pauses
        ],
        "loss": yuan(settled.shared.loss),
        "borne": {role: yuan(amount) for role, amount in settled.shared.totals.items()},
        "loans": [
            {
                "id": loan.loan_id,
                "loss": yuan(loan.loss),
                "borne": {role: yuan(amount) for role, amount in loan.parts.items()},
                "after_recoveries": {
                    role: yuan(amount) for role, amount in settled.positions[loan.loan_id].items()
                },
                "members": {name: yuan(amount) for name, amount in loan.members.items()},
                "held": yuan(held.get(loan.loan_id, 0)),
                "undecided": loan.undecided,
                "open": [words.as_json() for words in loan.open],
                "refused": None if loan.refused is None else loan.refused.as_json(),
                "explanation": loan.explanation.as_json(),
            }
            for loan in settled.shared.loans
        ],
        "movements": [
            {
                "day": move.day.isoformat(),
                "loan": move.loan_id,
                "party": move.party,
                "to": move.to,
                "kind": move.kind,
                "amount": yuan(move.amount),
                "payer": move.payer,
                "payee": move.payee,
                "paid": yuan(move.paid),
            }
            for move in settled.movements
        ],
        "assumptions": [
            *(assumption.words.as_json() for assumption in mode.assumptions),
            *(words.as_json() for words in _own_assumptions(mode, settled, loans)),
        ],
    }


_NOT_GROWN = Text(
    "未写明索赔之后的利息和罚息（[[loan.accrued]]），余款按索赔日的欠款计算",
    "no interest or penalty has been stated since the claim ([[loan.accrued]]): the surplus is measured against the"
    " debt of the claim",
)


def _assumed(mode: Mode, settled: Settlement, loans: Sequence[LoanLoss]) -> list[Text]:
    """Return the assumptions behind the numbers that no source confirms, from the file and from the engine."""
    places = ("sharing", "cap", "ceiling", "recoveries")
    of_file = [assumption.words for assumption in mode.assumptions if assumption.place.startswith(places)]
    return list(dict.fromkeys([*of_file, *_own_assumptions(mode, settled, loans)]))


def _own_assumptions(mode: Mode, settled: Settlement, loans: Sequence[LoanLoss]) -> list[Text]:
    """Return the engine's assumptions that affect these loans."""
    funded = {role for sharing in mode.sharings for cap in sharing.caps if cap.of_balance for role in cap.payers}
    comes_back = any(move.kind == "recovery" and move.party in funded for move in settled.movements)
    grown = {loan.loan_id for loan in loans if loan.accrued}
    not_grown = any(move.kind == "surplus" and move.loan_id not in grown for move in settled.movements)
    return [*([_NO_REFILL] if comes_back else []), *([_NOT_GROWN] if not_grown else [])]


def _as_text(mode: Mode, settled: Settlement, pool: PoolState, loans: Sequence[LoanLoss], lang: Lang) -> str:
    zh = lang == "zh"
    lines = [mode.title.in_(lang)]
    for pause in pool.pauses:
        until = pause.last or ("至今" if zh else "still")
        if pause.ratio is None:
            why = _NOTHING_ENTERED.in_(lang)
        else:
            why = f"{'损失率' if zh else 'loss ratio'} {pause.ratio * 100:.2f} %"
        lines.append(
            f"暂停新增：{pause.lender} {pause.first} 至 {until}，{why}"
            if zh
            else f"no new loans: {pause.lender} {pause.first} to {until}, {why}"
        )
    for loan in settled.shared.loans:
        if loan.refused is not None:
            reason = loan.refused.in_(lang)
            lines.append(f"贷款 {loan.loan_id}：{reason}" if zh else f"loan {loan.loan_id}: {reason}")
    for loan in settled.shared.loans:
        for asked in loan.open:
            said = asked.in_(lang)
            lines.append(
                f"贷款 {loan.loan_id}：{said}，相关条款查明前不计"
                if zh
                else f"loan {loan.loan_id}: {said}; clauses that depend on it pay nothing until it is known"
            )
    for loan_id, amount in _held(settled, loans).items():
        lines.append(
            f"贷款 {loan_id}：保证金 {show_yuan(amount)} 尚未抵债，不是收回的款项"
            if zh
            else f"loan {loan_id}: a deposit of {show_yuan(amount)} is not applied yet and does not count as a recovery"
        )
    lines += ["", *_table(mode, settled.shared.loans, lang), ""]
    if any(sum(settled.positions[loan.loan_id].values()) != loan.loss for loan in settled.shared.loans):
        lines.append("回收之后各方仍承担" if zh else "still borne after recoveries")
        left = {role: sum(parts.get(role, 0) for parts in settled.positions.values()) for role in mode.bearers}
        lines += [f"  {mode.name_of(role).in_(lang)}: {show_yuan(amount)}" for role, amount in left.items()]
        lines.append("")
    lines.append("付款方、收款方与付款时间" if zh else "who pays whom, and when")
    if not settled.movements:
        lines.append("  没有" if zh else "  nobody")
    for move in settled.movements:
        words = move.explanation.label.in_(lang)
        lines.append(f"  {move.day}  {move.loan_id}  {words} {show_yuan(move.paid)}")
    lines += ["", "为什么" if zh else "why"]
    lines += [f"  {line}" for loan in settled.shared.loans for line in loan.explanation.as_text(lang).split("\n")]
    assumed = _assumed(mode, settled, loans)
    if assumed:
        lines += ["", "其中的假设" if zh else "assumptions"]
        lines += [f"  {words.in_(lang)}" for words in assumed]
    return "\n".join(lines)


def _held(settled: Settlement, loans: Sequence[LoanLoss]) -> dict[str, Fen]:
    """Return deposits that are still unapplied on the day of the last event, by loan."""
    last = max(
        (day for loan in loans for day in (loan.claim_day, *(recovery.day for recovery in loan.received))),
        default=date.min,
    )
    last = max([last, *(move.day for move in settled.movements)])
    return {loan.loan_id: held for loan in loans if (held := loan.held_on(last))}


def _table(mode: Mode, loans: Sequence[LoanShare], lang: Lang) -> list[str]:
    zh = lang == "zh"
    head = ["贷款" if zh else "loan", "损失" if zh else "loss"]
    head += [mode.name_of(role).in_(lang) for role in mode.bearers]
    rows = [
        [loan.loan_id, show_yuan(loan.loss), *(show_yuan(loan.parts[role]) for role in mode.bearers)]
        for loan in loans
    ]
    total = [sum(loan.parts[role] for loan in loans) for role in mode.bearers]
    rows.append(["合计" if zh else "all", show_yuan(sum(total)), *(show_yuan(amount) for amount in total)])
    return aligned([head, *rows])
