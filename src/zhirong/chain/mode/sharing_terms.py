"""Read the loss-sharing part of a mode file: ``[[sharing]]`` and its tables."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.model import Bonus, Cap, Ceiling, Instead, ModeCondition, Sharing, Tier, Timing, TopUp
from zhirong.chain.mode.reading import (
    Context,
    need_role,
    need_word,
    read_condition,
    read_own_reference,
    read_when,
    roles_of,
)
from zhirong.chain.mode.sharing_checks import TierEnd, check_dates, check_ends, check_terms, decimal_of, percent_of
from zhirong.kernel.explain import plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text, same

_SHARES_SUM = Text("各方份额之和不等于 1", "the shares do not sum to 1")


def read_sharing(reader: Reader, context: Context, conditions: tuple[ModeCondition, ...]) -> Sharing:
    """Read one version of the terms. conditions: those of the mode, so that a bonus cannot contradict them."""
    roles = context.roles
    reference = read_own_reference(reader, context, "sharing")
    base = reader.texts("base")
    for component in base:
        if component not in words.COMPONENTS:
            need_word(reader, "base", component, tuple(words.COMPONENTS))
    if len(set(base)) != len(base):
        reader.problem(
            "base",
            ", ".join(base),
            "twice",
            Text("同一项重复填写", "the same thing is named twice"),
            Text("各写一次", "name each once"),
        )
    if not base:
        reader.problem(
            "base",
            "",
            "missing",
            Text("未写明分担的内容", "the shared components are missing"),
            Text('例如 base = ["principal"]', 'such as base = ["principal"]'),
        )
    residue = reader.optional_text("residue_to")
    measure = reader.choice("measure", tuple(words.MEASURES), "loan_amount")
    splits = _read_splits(reader, roles)
    read_tiers = [_read_tier(entry, context, splits) for entry in reader.tables("tier")]
    tiers = tuple(tier for tier, _ in read_tiers)
    sharing = Sharing(
        tiers=tiers,
        base=base,
        rest_to=need_role(reader, "rest_to", reader.text("rest_to"), roles),
        residue_to=need_role(reader, "residue_to", residue, roles) or None,
        reference=reference,
        measure=measure,
        tier_reading=reader.choice(
            "tier_reading", tuple(words.TIER_READINGS), "whole" if len(tiers) == 1 else None
        ),
        pool_per=_keys(reader, "pool_per", ("lender", "year")),
        mixed=reader.choice("mixed", ("whole_loan", "ip_part"), "whole_loan") == "ip_part",
        order=reader.choice("order", tuple(words.ORDERS), "loan_day"),
        elsewhere=reader.choice("elsewhere", ("refuse", "deduct"), "refuse"),
        bonuses=tuple(_read_bonus(entry, context) for entry in reader.tables("bonus")),
        top_ups=tuple(_read_top_up(entry, context) for entry in reader.tables("top_up")),
        ceilings=tuple(_read_ceiling(entry, context) for entry in reader.tables("ceiling")),
        caps=tuple(_read_cap(entry, context) for entry in reader.tables("cap")),
        claim_conditions=tuple(read_condition(entry, context) for entry in reader.tables("claim_condition")),
        timings=tuple(_read_timing(entry, context) for entry in reader.tables("timing")),
        member_role=need_role(reader, "members", reader.optional_text("members"), roles) or None,
        valid_from=reader.optional_day("valid_from"),
        valid_to=reader.optional_day("valid_to"),
    )
    check_ends(reader, sharing, [end for _, end in read_tiers])
    check_dates(reader, sharing, context.source)
    check_terms(reader, sharing, conditions)
    reader.finish()
    return sharing


def _read_splits(reader: Reader, roles: tuple[str, ...]) -> dict[str, dict[str, Fraction]]:
    splits: dict[str, dict[str, Fraction]] = {}
    for entry in reader.tables("split"):
        group = entry.text("of")
        if group in roles or group in splits:
            entry.problem(
                "of",
                group,
                "twice",
                Text("组名与参与方或另一组重名", "the group has the name of a party or of another group"),
                Text("请更换组名", "use another name for the group"),
            )
        # A group may only be divided into parties and groups written before it, and unknown names are omitted, so
        # no cycle can arise.
        shares = _read_shares(entry, (*roles, *splits))
        if group not in roles and group not in splits:
            splits[group] = shares
        entry.finish()
    return splits


def _read_shares(reader: Reader, known: tuple[str, ...]) -> dict[str, Fraction]:
    """Return the shares of the known names; unknown names are noted as problems."""
    before = reader.problem_count()
    if reader.has("weights") and reader.has("shares"):
        reader.table("weights").names()
        reader.problem(
            "weights",
            "",
            "contradiction",
            Text("份额（shares）与权重（weights）不能同时填写", "both shares and weights are given"),
            Text("请只填写其一", "write one of them"),
        )
    by_weight = reader.has("weights") and not reader.has("shares")
    table = reader.table("weights" if by_weight else "shares")
    written: dict[str, Fraction] = {}
    for name in table.names():
        need_role(table, name, name, known)
        written[name] = Fraction(table.whole(name, 0) if by_weight else table.rate(name))
    total = sum(written.values(), Fraction(0))
    read_well = reader.problem_count() == before  # Unreadable shares are not summed: one problem is enough.
    if read_well and total == 0:
        table.problem(
            "",
            "",
            "missing",
            Text("未填写任何一方的份额", "no party has a share"),
            Text("例如 { fund = 0.4, lender = 0.6 }", "such as { fund = 0.4, lender = 0.6 }"),
        )
    elif read_well and not by_weight and total != 1:
        left = plain(decimal_of(abs(1 - total)))
        table.problem(
            "",
            plain(decimal_of(total)),
            "does_not_add_up",
            _SHARES_SUM,
            Text(f"请将余下的 {left} 写给某一方", f"give the remaining {left} to a party")
            if total < 1
            else Text(f"请减少 {left}", f"take {left} away"),
        )
    table.finish()
    whole = total if by_weight and total else Fraction(1)
    return {name: share / whole for name, share in written.items() if name in known}


def _read_tier(reader: Reader, context: Context, splits: dict[str, dict[str, Fraction]]) -> tuple[Tier, TierEnd]:
    roles = context.roles
    written = _read_shares(reader, (*roles, *splits))
    before = reader.problem_count()
    up_to = reader.optional_money("up_to", 1) if not reader.has("up_to_ratio") else None
    ratio = reader.optional_number("up_to_ratio", 0, 1)
    fact = reader.optional_text("up_to_fact") or None
    if fact is not None and fact not in words.LOAN_AMOUNTS:
        need_word(reader, "up_to_fact", fact, tuple(words.LOAN_AMOUNTS))
    readable = reader.problem_count() == before
    instead = []
    for entry in reader.tables("instead"):
        other, _ = _spread(_read_shares(entry, (*roles, *splits)), splits)
        when = read_when(entry, context)
        if not when.conditions:
            _no_condition(entry)
        entry.finish()
        instead.append(Instead(when, tuple((role, other[role]) for role in roles if role in other)))
    reader.finish()
    flat, paths = _spread(written, splits)
    end = Fraction(up_to) if up_to is not None else None if ratio is None else Fraction(ratio)
    ordered = tuple((role, flat[role]) for role in roles if role in flat)
    as_written = plain(ratio) if ratio is not None else "" if up_to is None else plain(Decimal(up_to).scaleb(-2))
    return Tier(ordered, end, fact, paths, tuple(instead)), TierEnd(as_written, ratio is not None, readable)


def _spread(
    written: Mapping[str, Fraction], splits: Mapping[str, Mapping[str, Fraction]]
) -> tuple[dict[str, Fraction], tuple[tuple[str, Text], ...]]:
    """Return the shares of parties, with groups divided among their members, and how each nested share was derived."""
    flat: dict[str, Fraction] = {}
    paths: list[tuple[str, Text]] = []

    def spread(name: str, share: Fraction, outer: Fraction, path: str) -> None:
        here = f"{path} × {percent_of(share)}" if path else percent_of(share)
        if name in splits:
            for inner, part in splits[name].items():
                spread(inner, part, outer * share, here)
            return
        flat[name] = flat.get(name, Fraction(0)) + outer * share
        if path:
            paths.append((name, same(here)))

    for name, share in written.items():
        spread(name, share, Fraction(1), "")
    return flat, tuple(paths)


def _no_condition(reader: Reader) -> None:
    reader.problem(
        "when",
        "",
        "missing",
        Text("未写明适用条件", "its conditions are missing"),
        Text('例如 when = [{ fact = "key_list", is = true }]', 'such as when = [{ fact = "key_list", is = true }]'),
    )


def _read_bonus(reader: Reader, context: Context) -> Bonus:
    bonus = Bonus(
        to=need_role(reader, "to", reader.text("to"), context.roles),
        taken_from=need_role(reader, "from", reader.text("from"), context.roles),
        add=Fraction(reader.rate("add")),
        when=read_when(reader, context),
    )
    if not bonus.when.conditions:
        _no_condition(reader)
    reader.finish()
    return bonus


def _read_top_up(reader: Reader, context: Context) -> TopUp:
    roles = context.roles
    layer = TopUp(
        payer=need_role(reader, "payer", reader.text("payer"), roles),
        taken_from=need_role(reader, "from", reader.text("from"), roles),
        share=Fraction(reader.rate("share")),
        name=reader.words("name"),
        when=read_when(reader, context),
    )
    reader.finish()
    return layer


def _read_timing(reader: Reader, context: Context) -> Timing:
    timing = Timing(
        payer=need_role(reader, "payer", reader.text("payer"), context.roles),
        days=reader.whole("days", 0, 3660, 0),
        through=need_role(reader, "through", reader.optional_text("through"), context.roles) or None,
        reference=read_own_reference(reader, context, "timing"),
    )
    reader.finish()
    return timing


def _read_ceiling(reader: Reader, context: Context) -> Ceiling:
    ceiling = Ceiling(
        parties=roles_of(reader, "parties", context.roles),
        share=Fraction(reader.rate("share")),
        reference=read_own_reference(reader, context, "ceiling"),
    )
    if not ceiling.parties:
        reader.problem(
            "parties",
            "",
            "missing",
            Text("未写明受限制方", "the parties whose share is limited are missing"),
            Text('例如 parties = ["government"]', 'such as parties = ["government"]'),
        )
    reader.finish()
    return ceiling


def _read_cap(reader: Reader, context: Context) -> Cap:
    times = reader.optional_number("times_fees", 0, 1000)
    entered = reader.optional_number("of_entered", 0, 1)
    loss = reader.optional_number("of_loss", 0, 1)
    cap = Cap(
        counts=reader.choice("counts", tuple(words.READINGS)),
        per=_keys(reader, "per", tuple(words.CAP_KEYS)),
        payers=roles_of(reader, "payers", context.roles),
        overflow_to=need_role(reader, "overflow_to", reader.text("overflow_to"), context.roles),
        reference=read_own_reference(reader, context, "cap"),
        amount=reader.optional_money("amount", 0),
        times_fees=None if times is None else Fraction(times),
        of_entered=None if entered is None else Fraction(entered),
        of_balance=reader.flag("of_balance", False),
        of_loss=None if loss is None else Fraction(loss),
        beside=roles_of(reader, "beside", context.roles),
        public_elsewhere=reader.flag("public_elsewhere", False),
        when=read_when(reader, context),
    )
    given = [cap.amount is not None, times is not None, entered is not None, cap.of_balance, loss is not None]
    if sum(given) != 1:
        reader.problem(
            "amount",
            "",
            "contradiction",
            Text(
                "上限须写 amount、times_fees、of_entered、of_balance、of_loss 之一",
                "a cap has exactly one of amount, times_fees, of_entered, of_balance and of_loss",
            ),
            Text("请只填写其中之一", "write one of them"),
        )
    if cap.counts == "payment" and not cap.payers:
        reader.problem(
            "payers",
            "",
            "missing",
            Text("未写明支付受限的一方", "the parties whose payments are limited are missing"),
            Text('例如 payers = ["fund"]', 'such as payers = ["fund"]'),
        )
    if cap.counts == "loans_covered" and cap.amount is None:
        reader.problem(
            "counts",
            cap.counts,
            "contradiction",
            Text("按贷款额计的上限须写金额", "a cap that counts loans needs an amount"),
            Text("请填写 amount，或修改 counts", "write an amount, or change counts"),
        )
    if cap.of_loss is not None and (cap.counts, cap.per) != ("payment", ("loan",)):
        reader.problem(
            "of_loss",
            plain(loss or Decimal(0)),
            "contradiction",
            Text("按损失比例的上限逐笔限制支付", "a cap on a part of the loss limits the payment for each loan"),
            Text('请填写 counts = "payment" 和 per = ["loan"]', 'write counts = "payment" and per = ["loan"]'),
        )
    if (cap.beside or cap.public_elsewhere) and cap.of_loss is None:
        reader.problem(
            "beside" if cap.beside else "public_elsewhere",
            ", ".join(cap.beside) or "true",
            "contradiction",
            Text("仅按损失比例设定的上限可让他方优先", "only a cap on a part of the loss gives way to others"),
            Text("请填写 of_loss，或删除该项", "write of_loss, or remove it"),
        )
    if set(cap.beside) & set(cap.payers):
        reader.problem(
            "beside",
            ", ".join(cap.beside),
            "contradiction",
            Text("同一方既受限又先计", "a party cannot give way to itself"),
            Text("请从其中一处删除", "remove it from one of the two"),
        )
    reader.finish()
    return cap


def _keys(reader: Reader, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    keys = reader.texts(field)
    for key in keys:
        need_word(reader, field, key, known)
    return keys
