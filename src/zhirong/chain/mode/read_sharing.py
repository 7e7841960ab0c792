"""The part of a mode file that says who bears what: ``[[sharing]]`` and everything inside it."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.model import Bonus, Cap, Ceiling, Condition, Sharing, Tier, Timing, TopUp
from zhirong.chain.mode.reading import Context, need_role, read_condition, read_own_reference, roles_of
from zhirong.kernel.explain import plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text, same

_SHARES_SUM = Text("各方份额之和不等于 1", "the shares do not sum to 1")


def read_sharing(reader: Reader, context: Context, conditions: tuple[Condition, ...]) -> Sharing:
    """One version of the terms. conditions: those of the mode, so that a bonus cannot contradict them."""
    roles = context.roles
    reference = read_own_reference(reader, context, "sharing")
    base = reader.texts("base")
    for component in base:
        if component not in words.COMPONENTS:
            need_role(reader, "base", component, tuple(words.COMPONENTS))
    if not base:
        reader.problem(
            "base",
            "",
            "missing",
            Text("没有写分担什么", "it is not said what is shared"),
            Text('如 base = ["principal"]', 'such as base = ["principal"]'),
        )
    residue = reader.optional_text("residue_to")
    measure = reader.choice("measure", tuple(words.MEASURES), "loan_amount")
    splits = _read_splits(reader, roles)
    tiers = tuple(_read_tier(entry, roles, splits) for entry in reader.tables("tier"))
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
        top_ups=tuple(_read_top_up(entry, roles) for entry in reader.tables("top_up")),
        ceilings=tuple(_read_ceiling(entry, context) for entry in reader.tables("ceiling")),
        caps=tuple(_read_cap(entry, context) for entry in reader.tables("cap")),
        claim_conditions=tuple(read_condition(entry, context) for entry in reader.tables("claim_condition")),
        timings=tuple(_read_timing(entry, context) for entry in reader.tables("timing")),
        member_role=need_role(reader, "members", reader.optional_text("members"), roles) or None,
        valid_from=reader.optional_day("valid_from"),
        valid_to=reader.optional_day("valid_to"),
    )
    _check_tiers(reader, sharing)
    _check_ceilings(reader, sharing)
    _check_caps(reader, sharing)
    _check_bonuses(reader, sharing, conditions)
    _check_timings(reader, sharing)
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
                Text("换一个组名", "use another name for the group"),
            )
        # A group may only be divided into parties and into groups written before it: no circle can arise.
        splits[group] = _read_shares(entry, (*roles, *splits))
        entry.finish()
    return splits


def _read_shares(reader: Reader, known: tuple[str, ...]) -> dict[str, Fraction]:
    if reader.has("weights") and not reader.has("shares"):
        weights = reader.table("weights")
        written = {}
        for name in weights.names():
            need_role(weights, name, name, known)
            written[name] = weights.whole(name, 0)
        weights.finish()
        whole = max(1, sum(written.values()))
        return {name: Fraction(weight, whole) for name, weight in written.items()}
    table = reader.table("shares")
    shares = {}
    for name in table.names():
        need_role(table, name, name, known)
        shares[name] = Fraction(table.rate(name))
    total = sum(shares.values())
    if shares and total != 1:
        table.problem(
            "",
            plain(_decimal(total)),
            "does_not_add_up",
            _SHARES_SUM,
            Text(f"还差 {plain(_decimal(1 - total))}", f"{plain(_decimal(1 - total))} is left over"),
        )
    table.finish()
    return shares


def _read_tier(reader: Reader, roles: tuple[str, ...], splits: dict[str, dict[str, Fraction]]) -> Tier:
    written = _read_shares(reader, (*roles, *splits))
    up_to = reader.optional_money("up_to", 1) if not reader.has("up_to_ratio") else None
    ratio = reader.optional_number("up_to_ratio", 0, 1)
    fact = reader.optional_text("up_to_fact") or None
    if fact is not None and fact not in words.LOAN_AMOUNTS:
        need_role(reader, "up_to_fact", fact, tuple(words.LOAN_AMOUNTS))
    reader.finish()
    flat: dict[str, Fraction] = {}
    paths: list[tuple[str, Text]] = []

    def spread(name: str, share: Fraction, outer: Fraction, path: str) -> None:
        here = f"{path} × {_percent(share)}" if path else _percent(share)
        if name in splits:
            for inner, part in splits[name].items():
                spread(inner, part, outer * share, here)
            return
        flat[name] = flat.get(name, Fraction(0)) + outer * share
        if path:
            paths.append((name, same(here)))

    for name, share in written.items():
        spread(name, share, Fraction(1), "")
    end = Fraction(up_to) if up_to is not None else None if ratio is None else Fraction(ratio)
    ordered = tuple((role, flat[role]) for role in roles if role in flat)
    return Tier(ordered, end, fact, tuple(paths))


def _read_bonus(reader: Reader, context: Context) -> Bonus:
    bonus = Bonus(
        to=need_role(reader, "to", reader.text("to"), context.roles),
        taken_from=need_role(reader, "from", reader.text("from"), context.roles),
        add=Fraction(reader.rate("add")),
        conditions=tuple(read_condition(entry, context) for entry in reader.tables("when")),
    )
    if not bonus.conditions:
        reader.problem(
            "when",
            "",
            "missing",
            Text("没有写何时加成", "it is not said when the bonus is earned"),
            Text(
                '如 when = [{ fact = "key_list", is = true }]', 'such as when = [{ fact = "key_list", is = true }]'
            ),
        )
    reader.finish()
    return bonus


def _read_top_up(reader: Reader, roles: tuple[str, ...]) -> TopUp:
    layer = TopUp(
        payer=need_role(reader, "payer", reader.text("payer"), roles),
        taken_from=need_role(reader, "from", reader.text("from"), roles),
        share=Fraction(reader.rate("share")),
        name=reader.words("name"),
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
            Text("没有写限制谁", "it is not said whose share is limited"),
            Text('如 parties = ["government"]', 'such as parties = ["government"]'),
        )
    reader.finish()
    return ceiling


def _read_cap(reader: Reader, context: Context) -> Cap:
    times = reader.optional_number("times_fees", 0, 1000)
    entered = reader.optional_number("of_entered", 0, 1)
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
    )
    given = [cap.amount is not None, times is not None, entered is not None, cap.of_balance]
    if sum(given) != 1:
        reader.problem(
            "amount",
            "",
            "contradiction",
            Text(
                "上限须写 amount、times_fees、of_entered、of_balance 之一",
                "a cap has exactly one of amount, times_fees, of_entered and of_balance",
            ),
            Text("只写其中之一", "write one of them"),
        )
    if cap.counts == "payment" and not cap.payers:
        reader.problem(
            "payers",
            "",
            "missing",
            Text("没有写限制谁的支付", "it is not said whose payments are limited"),
            Text('如 payers = ["fund"]', 'such as payers = ["fund"]'),
        )
    if cap.counts == "loans_covered" and cap.amount is None:
        reader.problem(
            "counts",
            cap.counts,
            "contradiction",
            Text("按贷款额计的上限须写金额", "a cap that counts loans is an amount"),
            Text("写 amount，或改 counts", "write an amount, or change counts"),
        )
    if cap.overflow_to in cap.payers:
        reader.problem(
            "overflow_to",
            cap.overflow_to,
            "contradiction",
            Text("超出部分又回到被限制的一方", "the overflow goes back to a party that is limited"),
            Text("由另一方承担超出部分", "let another party take the overflow"),
        )
    reader.finish()
    return cap


def _keys(reader: Reader, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    keys = reader.texts(field)
    for key in keys:
        if key not in known:
            need_role(reader, field, key, known)
    return keys


def _check_tiers(reader: Reader, sharing: Sharing) -> None:
    if not sharing.tiers:
        reader.problem(
            "tier",
            "",
            "missing",
            Text("没有写各方份额", "the shares of the parties are not given"),
            Text("至少写一个 [[sharing.tier]]", "write at least one [[sharing.tier]]"),
        )
    ends = [tier.up_to for tier in sharing.tiers]
    for number, (tier, following) in enumerate(zip(sharing.tiers, sharing.tiers[1:], strict=False), 1):
        if tier.up_to is None and tier.up_to_fact is None:
            reader.problem(
                f"tier[{number}].up_to",
                "",
                "overlap",
                Text("此档没有上限，与下一档重叠", "this tier has no end and overlaps the next one"),
                Text("写 up_to，只有最后一档可以不写", "write up_to; only the last tier may be open"),
            )
        elif tier.up_to is not None and following.up_to is not None and following.up_to <= tier.up_to:
            reader.problem(
                f"tier[{number + 1}].up_to",
                str(following.up_to),
                "overlap",
                Text("此档上限不高于前一档", "this tier does not end above the one before"),
                Text("由低到高排列各档", "write the tiers from low to high"),
            )
    if sharing.tiers and (ends[-1] is not None or sharing.tiers[-1].up_to_fact is not None):
        reader.problem(
            f"tier[{len(ends)}].up_to",
            str(ends[-1]),
            "gap",
            Text("最后一档以上没有规定", "nothing is said of what lies above the last tier"),
            Text(
                "最后一档不写 up_to；若无人补偿，写 shares = { lender = 1 }",
                "leave out up_to of the last tier; where nobody compensates, write shares = { lender = 1 }",
            ),
        )
    for number, tier in enumerate(sharing.tiers, 1):
        is_ratio = tier.up_to is not None and tier.up_to <= 1
        if tier.up_to is not None and is_ratio != (sharing.measure == "pool_loss_ratio"):
            reader.problem(
                f"tier[{number}]",
                str(tier.up_to),
                "contradiction",
                Text("档的单位与 measure 不符", "the unit of the tier is not that of its measure"),
                Text(
                    "pool_loss_ratio 用 up_to_ratio，其余用 up_to（元）",
                    "pool_loss_ratio takes up_to_ratio, every other measure up_to in yuan",
                ),
            )
        if tier.up_to_fact is not None and (sharing.measure, sharing.tier_reading) != ("loss", "marginal"):
            reader.problem(
                f"tier[{number}].up_to_fact",
                tier.up_to_fact,
                "contradiction",
                Text("只有按损失分段时才用贷款自带的金额", "an amount of the loan ends a slice of its loss only"),
                Text(
                    '写 measure = "loss" 和 tier_reading = "marginal"',
                    'write measure = "loss" and tier_reading = "marginal"',
                ),
            )


def _check_ceilings(reader: Reader, sharing: Sharing) -> None:
    for ceiling in sharing.ceilings:
        for number, tier in enumerate(sharing.tiers, 1):
            borne = sum((share for role, share in tier.shares if role in ceiling.parties), Fraction(0))
            if borne > ceiling.share:
                names = ", ".join(ceiling.parties)
                reader.problem(
                    f"tier[{number}].shares",
                    f"{names} = {plain(_decimal(borne))}",
                    "above_ceiling",
                    Text(
                        f"{names} 的份额高于规定上限 {_percent(ceiling.share)}",
                        f"the share of {names} is above the ceiling of {_percent(ceiling.share)}",
                    ),
                    Text(f"至多写 {plain(_decimal(ceiling.share))}", f"at most {plain(_decimal(ceiling.share))}"),
                )


def _check_caps(reader: Reader, sharing: Sharing) -> None:
    limited: set[str] = set()
    bears = {role for tier in sharing.tiers for role, _ in tier.shares}
    bears.update(bonus.to for bonus in sharing.bonuses)
    bears.update(layer.payer for layer in sharing.top_ups)
    for number, cap in enumerate(sharing.caps, 1):
        for role in cap.payers:
            if role not in bears:
                reader.problem(
                    f"cap[{number}].payers",
                    role,
                    "contradiction",
                    Text("这一方不承担任何份额", "this party bears no share"),
                    Text("删去它，或给它份额", "remove it, or give it a share"),
                )
        if cap.overflow_to in limited:
            reader.problem(
                f"cap[{number}].overflow_to",
                cap.overflow_to,
                "contradiction",
                Text(
                    "超出部分落到前面已限额的一方，会突破其上限",
                    "the overflow falls on a party limited before, and would break its cap",
                ),
                Text("调换两个上限的次序，或换一方", "swap the two caps, or choose another party"),
            )
        if cap.counts == "payment":
            limited.update(cap.payers)


def _check_bonuses(reader: Reader, sharing: Sharing, conditions: tuple[Condition, ...]) -> None:
    asked = {condition.fact: condition.value for condition in conditions if condition.test == "is"}
    for number, bonus in enumerate(sharing.bonuses, 1):
        ruled_out = [
            when.fact
            for when in bonus.conditions
            if when.test == "is" and when.fact in asked and asked[when.fact] != when.value
        ]
        if ruled_out and len(ruled_out) == len(bonus.conditions):
            reader.problem(
                f"bonus[{number}].when",
                ", ".join(ruled_out),
                "contradiction",
                Text("准入条件使这项加成永远不会出现", "the conditions of the mode rule this bonus out"),
                Text("改准入条件，或删去加成", "change the condition, or remove the bonus"),
            )


def _check_timings(reader: Reader, sharing: Sharing) -> None:
    through = {timing.payer for timing in sharing.timings if timing.through is not None}
    for number, timing in enumerate(sharing.timings, 1):
        if any(timing.payer == other.payer for other in sharing.timings[: number - 1]):
            reader.problem(
                f"timing[{number}].payer",
                timing.payer,
                "twice",
                Text("同一方写了两次付款时点", "the timing of this party is given twice"),
                Text("合并为一条", "merge them"),
            )
        if timing.through is not None and (timing.through in through or timing.through == timing.payer):
            reader.problem(
                f"timing[{number}].through",
                timing.through,
                "contradiction",
                Text(
                    "先行付款的一方自己也由别人先行付款", "the party that pays first is itself paid for by another"
                ),
                Text("先行付款的一方须直接付给放款机构", "let the party that pays first pay the lender itself"),
            )


def check_versions(reader: Reader, sharings: tuple[Sharing, ...]) -> None:
    """Note versions that overlap, leave a gap, or are not in the order of their dates."""
    if not sharings:
        reader.problem(
            "sharing",
            "",
            "missing",
            Text("没有写风险如何分担", "it is not said who bears a loss"),
            Text("至少写一个 [[sharing]]", "write at least one [[sharing]]"),
        )
    for number, (one, other) in enumerate(zip(sharings, sharings[1:], strict=False), 1):
        if one.valid_to is None or other.valid_from is None or other.valid_from <= one.valid_to:
            reader.problem(
                f"sharing[{number + 1}].valid_from",
                str(other.valid_from),
                "overlap",
                Text("与前一版本日期重叠", "its dates overlap those of the version before"),
                Text("给前一版本写 valid_to，给此版本写其后一天", "end the version before on the day before"),
            )
        elif other.valid_from != one.valid_to + timedelta(days=1):
            reader.problem(
                f"sharing[{number + 1}].valid_from",
                str(other.valid_from),
                "gap",
                Text("与前一版本之间有空档", "there is a gap after the version before"),
                Text(
                    f"写 {one.valid_to + timedelta(days=1)}",
                    f"write {one.valid_to + timedelta(days=1)}",
                ),
            )


def _decimal(value: Fraction | int) -> Decimal:
    exact = Fraction(value)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _percent(value: Fraction) -> str:
    return f"{plain(_decimal(value * 100))} %"
