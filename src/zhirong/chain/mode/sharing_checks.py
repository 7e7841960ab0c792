"""Checks on the terms of sharing that do not depend on the order of reading: made once everything has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.model import ModeCondition, Sharing
from zhirong.kernel.explain import plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class TierEnd:
    """The end of a tier as written. is_ratio: written as ``up_to_ratio``. readable: False if it was already
    rejected.
    """

    written: str
    is_ratio: bool
    readable: bool


def bearers_of(sharing: Sharing) -> set[str]:
    """Return the parties that bear a share through a tier, a bonus or a top-up."""
    bears = {role for shares in all_shares(sharing) for role, share in shares if share}
    bears.update(bonus.to for bonus in sharing.bonuses)
    bears.update(layer.payer for layer in sharing.top_ups)
    return bears


def all_shares(sharing: Sharing) -> list[tuple[tuple[str, Fraction], ...]]:
    """Return the shares of every tier, including its alternative shares."""
    return [shares for tier in sharing.tiers for shares in (tier.shares, *(other.shares for other in tier.instead))]


def check_terms(reader: Reader, sharing: Sharing, conditions: tuple[ModeCondition, ...]) -> None:
    """Note contradictions in the shares, caps, bonuses and payments of one version of the terms.

    The checks apply to a mode as written and to every variant of it.
    """
    _check_firm(reader, sharing)
    _check_ceilings(reader, sharing)
    _check_caps(reader, sharing)
    _check_bonuses(reader, sharing, conditions)
    _check_timings(reader, sharing)
    if sharing.member_role is not None and sharing.member_role not in bearers_of(sharing):
        _bears_nothing(reader, "members", sharing.member_role)


def check_dates(reader: Reader, sharing: Sharing, source: Reference) -> None:
    """Note dates that are reversed, or outside those of the source of the terms."""
    first, last = sharing.valid_from, sharing.valid_to
    if first is not None and last is not None and last < first:
        reader.problem(
            "valid_to",
            last,
            "dates_reversed",
            Text("最后一天早于第一天", "the last day comes before the first"),
            Text("请更正 valid_from 或 valid_to", "correct valid_from or valid_to"),
        )
    own = sharing.reference
    window = own if own.valid_from is not None or own.valid_to is not None else source
    for field, day in (("valid_from", first), ("valid_to", last)):
        if day is None:
            continue
        early = window.valid_from is not None and day < window.valid_from
        late = window.valid_to is not None and day > window.valid_to
        if early or late:
            reader.problem(
                field,
                day,
                "outside_source",
                Text("在来源的有效期之外", "outside the dates of the source"),
                Text(
                    f"来源自 {window.valid_from or '…'} 至 {window.valid_to or '…'}",
                    f"the source is in force from {window.valid_from or '...'} to {window.valid_to or '...'}",
                ),
            )


def check_ends(reader: Reader, sharing: Sharing, ends: Sequence[TierEnd]) -> None:
    """Note tiers that overlap, leave a gap, or end in a unit other than that of their measure."""
    if not sharing.tiers:
        reader.problem(
            "tier",
            "",
            "missing",
            Text("未填写各方份额", "the shares of the parties are not given"),
            Text("请至少填写一档（[[sharing.tier]]）", "write at least one [[sharing.tier]]"),
        )
    by_ratio = sharing.measure == "pool_loss_ratio"
    if sharing.pool_per and not by_ratio:
        reader.problem(
            "pool_per",
            ", ".join(sharing.pool_per),
            "contradiction",
            Text("只有按池内损失率分档时才分池", "pools apply only to tiers measured on the loss ratio of a pool"),
            Text(
                '请删除 pool_per，或填写 measure = "pool_loss_ratio"',
                'remove it, or write measure = "pool_loss_ratio"',
            ),
        )
    fields = [f"tier[{number}].{'up_to_ratio' if end.is_ratio else 'up_to'}" for number, end in enumerate(ends, 1)]
    last = len(sharing.tiers) - 1
    for number, (tier, end) in enumerate(zip(sharing.tiers, ends, strict=True)):
        if not end.readable:
            continue
        open_ended = tier.up_to is None and tier.up_to_fact is None
        before = sharing.tiers[number - 1] if number and ends[number - 1].readable else None
        if number < last and open_ended:
            reader.problem(
                fields[number],
                "",
                "overlap",
                Text("此档没有上限，与下一档重叠", "this tier has no end and overlaps the next one"),
                Text("请填写 up_to，只有最后一档可以不写", "write up_to; only the last tier may be open"),
            )
        if number == last and not open_ended:
            reader.problem(
                fields[number],
                end.written or str(tier.up_to_fact),
                "gap",
                Text("最后一档以上没有规定", "nothing is stated for amounts above the last tier"),
                Text(
                    "最后一档不写 up_to；若无人补偿，写 shares = { lender = 1 }",
                    "omit up_to of the last tier; where nobody compensates, write shares = { lender = 1 }",
                ),
            )
        if tier.up_to is not None and end.is_ratio != by_ratio:
            reader.problem(
                fields[number],
                end.written,
                "contradiction",
                Text("档的单位与 measure 不符", "the unit of the tier is not that of its measure"),
                Text(
                    "pool_loss_ratio 用 up_to_ratio，其余用 up_to（元）",
                    "pool_loss_ratio takes up_to_ratio, every other measure up_to in yuan",
                ),
            )
        elif (
            before is not None
            and before.up_to is not None
            and tier.up_to is not None
            and (ends[number - 1].is_ratio == end.is_ratio and tier.up_to <= before.up_to)
        ):
            reader.problem(
                fields[number],
                end.written,
                "overlap",
                Text("此档上限不高于前一档", "this tier does not end above the one before"),
                Text("请由低到高排列各档", "write the tiers from low to high"),
            )
        if tier.up_to_fact is not None and (sharing.measure, sharing.tier_reading) != ("loss", "marginal"):
            reader.problem(
                f"tier[{number + 1}].up_to_fact",
                tier.up_to_fact,
                "contradiction",
                Text(
                    "只有按损失分段时才用贷款自带的金额", "an amount of the loan can only end a slice of its loss"
                ),
                Text(
                    '请填写 measure = "loss" 和 tier_reading = "marginal"',
                    'write measure = "loss" and tier_reading = "marginal"',
                ),
            )


def _check_firm(reader: Reader, sharing: Sharing) -> None:
    """A loss is what the firm did not pay, so the firm cannot bear a part of it."""
    named = [
        (f"tier[{number}].shares", role) for number, tier in enumerate(sharing.tiers, 1) for role in tier.roles
    ]
    named += [("rest_to", sharing.rest_to), ("residue_to", sharing.residue_to or "")]
    named += [(f"cap[{number}].overflow_to", cap.overflow_to) for number, cap in enumerate(sharing.caps, 1)]
    for number, bonus in enumerate(sharing.bonuses, 1):
        named += [(f"bonus[{number}].to", bonus.to), (f"bonus[{number}].from", bonus.taken_from)]
    for number, layer in enumerate(sharing.top_ups, 1):
        named += [(f"top_up[{number}].payer", layer.payer), (f"top_up[{number}].from", layer.taken_from)]
    for field, role in named:
        if role == "firm":
            reader.problem(
                field,
                role,
                "firm_bears",
                Text("企业不能承担自己贷款的损失", "the firm cannot bear the loss of the loan it takes"),
                Text("请改为另一方，例如 lender", "name another party, such as lender"),
            )


def _bears_nothing(reader: Reader, field: str, role: str) -> None:
    reader.problem(
        field,
        role,
        "contradiction",
        Text("这一方不承担任何份额", "this party bears no share"),
        Text("请改选另一方，或为其设定份额", "name another party, or give it a share"),
    )


def _check_ceilings(reader: Reader, sharing: Sharing) -> None:
    for ceiling in sharing.ceilings:
        for number, tier in enumerate(sharing.tiers, 1):
            borne = max(
                sum((share for role, share in shares if role in ceiling.parties), Fraction(0))
                for shares in (tier.shares, *(other.shares for other in tier.instead))
            )
            if borne > ceiling.share:
                names = ", ".join(ceiling.parties)
                reader.problem(
                    f"tier[{number}].shares",
                    f"{names} = {plain(decimal_of(borne))}",
                    "above_ceiling",
                    Text(
                        f"{names} 的份额高于规定上限 {percent_of(ceiling.share)}",
                        f"the share of {names} is above the ceiling of {percent_of(ceiling.share)}",
                    ),
                    Text(
                        f"请填写不高于 {plain(decimal_of(ceiling.share))} 的份额",
                        f"enter at most {plain(decimal_of(ceiling.share))}",
                    ),
                )


def _check_caps(reader: Reader, sharing: Sharing) -> None:
    limited: set[str] = set()
    bears = bearers_of(sharing) | {role for tier in sharing.tiers for role in tier.roles}
    for number, cap in enumerate(sharing.caps, 1):
        for role in cap.payers:
            if role not in bears:
                reader.problem(
                    f"cap[{number}].payers",
                    role,
                    "contradiction",
                    Text("这一方不承担任何份额", "this party bears no share"),
                    Text("请删除该项，或为其设定份额", "remove it, or give it a share"),
                )
        if cap.overflow_to in cap.payers:
            reader.problem(
                f"cap[{number}].overflow_to",
                cap.overflow_to,
                "contradiction",
                Text("超出部分又回到被限制的一方", "the overflow goes back to a party that is limited"),
                Text("请由另一方承担超出部分", "let another party take the overflow"),
            )
        elif cap.overflow_to in limited:
            reader.problem(
                f"cap[{number}].overflow_to",
                cap.overflow_to,
                "contradiction",
                Text(
                    "超出部分落到前面已限额的一方，会突破其上限",
                    "the overflow goes to a party limited by an earlier cap and would exceed it",
                ),
                Text("请调换两个上限的次序，或改选另一方", "swap the two caps, or choose another party"),
            )
        if cap.counts == "payment":
            limited.update(cap.payers)


def _check_bonuses(reader: Reader, sharing: Sharing, conditions: tuple[ModeCondition, ...]) -> None:
    asked = {condition.fact: condition.value for condition in conditions if condition.test == "is"}
    itself = [(f"bonus[{n}].from", bonus.to, bonus.taken_from) for n, bonus in enumerate(sharing.bonuses, 1)]
    itself += [(f"top_up[{n}].from", layer.payer, layer.taken_from) for n, layer in enumerate(sharing.top_ups, 1)]
    for field, receives, gives in itself:
        if receives == gives and receives:
            reader.problem(
                field,
                gives,
                "contradiction",
                Text("让出方与取得方相同，条款无效果", "giver and receiver are the same party"),
                Text("请由另一方让出", "name another party as the giver"),
            )
    for number, bonus in enumerate(sharing.bonuses, 1):
        ruled_out = [
            when.fact
            for when in bonus.when.any_of
            if when.test == "is" and when.fact in asked and asked[when.fact] != when.value
        ]
        never = [
            when.fact
            for when in bonus.when.all_of
            if when.test == "is" and when.fact in asked and asked[when.fact] != when.value
        ]
        if never or (ruled_out and len(ruled_out) == len(bonus.when.any_of)):
            reader.problem(
                f"bonus[{number}].when",
                ", ".join([*ruled_out, *never]),
                "contradiction",
                Text("受准入条件限制，这项加成不可能适用", "the conditions of the mode rule this bonus out"),
                Text("请修改准入条件，或删除加成", "change the condition, or remove the bonus"),
            )


def _check_timings(reader: Reader, sharing: Sharing) -> None:
    through = {timing.payer for timing in sharing.timings if timing.through is not None}
    for number, timing in enumerate(sharing.timings, 1):
        if timing.payer in ("lender", "firm"):
            reader.problem(
                f"timing[{number}].payer",
                timing.payer,
                "contradiction",
                Text(
                    "损失先由放款机构承受，放款机构和企业不作为付款方",
                    "the lender already bears the loss; neither it nor the firm pays anybody",
                ),
                Text("请填写由谁补偿放款机构", "name a party that pays the lender"),
            )
        if timing.through in ("lender", "firm"):
            reader.problem(
                f"timing[{number}].through",
                timing.through,
                "contradiction",
                Text(
                    "款项本来就付给放款机构，不能由它或企业先行付款",
                    "neither the lender, which receives the payment, nor the firm can pay first",
                ),
                Text("请删除 through，或写另一方", "remove through, or name another party"),
            )
        if any(timing.payer == other.payer for other in sharing.timings[: number - 1]):
            reader.problem(
                f"timing[{number}].payer",
                timing.payer,
                "twice",
                Text("同一方的付款时点重复填写", "the timing of this party is given twice"),
                Text("请合并为一条", "merge them"),
            )
        if timing.through is not None and (timing.through in through or timing.through == timing.payer):
            reader.problem(
                f"timing[{number}].through",
                timing.through,
                "contradiction",
                Text(
                    "先行付款方的款项又由他方先行支付",
                    "another party pays in advance for the party that pays first",
                ),
                Text("先行付款的一方须直接付给放款机构", "have the party that pays first pay the lender directly"),
            )


def check_versions(reader: Reader, sharings: tuple[Sharing, ...]) -> None:
    """Note versions that overlap, leave a gap, or are not in the order of their dates."""
    if not sharings:
        reader.problem(
            "sharing",
            "",
            "missing",
            Text("未填写风险分担方式", "it is not stated who bears a loss"),
            Text("请至少填写一项（[[sharing]]）", "write at least one [[sharing]]"),
        )
    for number, (one, other) in enumerate(zip(sharings, sharings[1:], strict=False), 1):
        if one.valid_to is None or other.valid_from is None or other.valid_from <= one.valid_to:
            reader.problem(
                f"sharing[{number + 1}].valid_from",
                str(other.valid_from),
                "overlap",
                Text("与前一版本日期重叠", "its dates overlap those of the version before"),
                Text("请为前一版本填写 valid_to，此版本自其次日起", "end the version before on the day before"),
            )
        elif other.valid_from != one.valid_to + timedelta(days=1):
            reader.problem(
                f"sharing[{number + 1}].valid_from",
                str(other.valid_from),
                "gap",
                Text("与前一版本之间有空档", "there is a gap after the version before"),
                Text(
                    f"请填写 {one.valid_to + timedelta(days=1)}",
                    f"write {one.valid_to + timedelta(days=1)}",
                ),
            )


def decimal_of(value: Fraction | int) -> Decimal:
    """Return a fraction as a decimal, for display."""
    exact = Fraction(value)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def percent_of(value: Fraction) -> str:
    """Return a fraction as percent, for display."""
    return f"{plain(decimal_of(value * 100))} %"
