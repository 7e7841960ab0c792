"""Divide losses among the parties of a mode, exact in fen, with a reason for every amount.

The steps for each loan, in the order that the mode states:

1. Deduct receipts before the claim from the debt.
2. Take the base: the shared components and, for a mixed loan, the IP part. The lender bears the rest.
3. Cut the base by the caps that count loans, then by those that count the loss. The party named in the file bears
   the amount cut off.
4. Cut the base into slices by the tiers and divide each slice by its shares.
5. Limit payments by the caps that count them. The party named in the file bears the excess.

Every division rounds down, in favour of the payer. The residue goes to the party named in the file, or to the
largest remainders.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.eligibility import try_condition
from zhirong.chain.mode.loss import (
    IP_PLACES,
    Allocation,
    LoanLoss,
    LoanShare,
    MissingFigureError,
    PoolState,
    ShareLine,
)
from zhirong.chain.mode.model import Cap, Mode, Sharing, Tier
from zhirong.chain.mode.shares import amount_of, clauses_met, final_shares, holds
from zhirong.chain.mode.vocabulary import CLAIM_FACTS, COMPONENTS, READINGS
from zhirong.kernel import money
from zhirong.kernel.explain import Explanation, show_value
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ClaimRefusal:
    """Why a loss is not compensated. undecided: a fact is not known yet, and the claim pays nothing until it is."""

    words: Text
    undecided: bool = False


@dataclass(slots=True)
class _Case:
    """One loan on its way through the steps."""

    loan: LoanLoss
    sharing: Sharing
    net: dict[str, Fen]
    refused: "ClaimRefusal | None" = None
    met: tuple[bool | None, ...] = ()
    cap_states: dict[int, bool | None] = field(default_factory=dict)
    covered: Fen = 0
    parts: dict[str, Fen] = field(default_factory=lambda: defaultdict(int))
    lines: list[ShareLine] = field(default_factory=list)
    members: dict[str, Fen] = field(default_factory=dict)

    @property
    def loss(self) -> Fen:
        return sum(self.net.values())

    @property
    def base(self) -> Fen:
        """Return the loss in the shared components, before caps."""
        return sum(amount for component, amount in self.net.items() if component in self.sharing.base)

    def caps(self, counts: str) -> list[Cap]:
        """Return the caps with this reading that apply to the loan, as far as is known."""
        return [
            cap
            for number, cap in enumerate(self.sharing.caps)
            if cap.counts == counts and self.cap_states.get(number) is not False
        ]

    def bear(self, party: str, amount: Fen, label: Text, formula: Text | None, reference: Reference | None) -> None:
        if amount:
            self.parts[party] += amount
            references = () if reference is None else (reference,)
            self.lines.append(ShareLine(party, amount, Explanation(label, amount, "fen", formula, references)))


def allocate(
    mode: Mode,
    loans: Sequence[LoanLoss],
    pool: PoolState | None = None,
    day: date | None = None,
    *,
    as_if_in_force: bool = False,
    claim_in_order: bool = False,
) -> Allocation:
    """Divide the losses of ``loans`` among the parties; the parts of each loan sum exactly to its loss.

    pool: balance, fees, entered principal and pauses, where a cap, layer or breaker needs them. day: ignore claims
    that arrive later (None: include all). The rule does not share a loan made outside its dates, unless
    as_if_in_force asks to show what the rule would do. claim_in_order: assume that facts which only the claim can
    show are met (see ``refusal``), to show a loan before there is a claim. Recoveries up to the claim reduce it;
    ``stream`` handles later ones. A loan that has entered the pool and has no claim yet has no loss, but uses room
    under caps on loans. Raises ValueError for a loss above the loan, a negative amount, a duplicate identifier, and
    for terms that need a pool figure that is not given.
    """
    state = PoolState() if pool is None else pool
    _check(loans)
    cases = {
        loan.loan_id: _start(
            mode, loan, refusal(mode, loan, state, as_if_in_force=as_if_in_force, claim_in_order=claim_in_order)
        )
        for loan in loans
        if day is None or loan.claim_day <= day
    }
    entered = [
        _start(mode, loan, refusal(mode, loan, state, as_if_in_force=as_if_in_force, claim_in_order=True))
        for loan in (
            before_claim(loan) for loan in loans if loan.loan_id not in cases and loan.known_by(_last(day))
        )
    ]
    turn = sorted([*cases.values(), *entered], key=lambda case: turn_of(case.sharing, case.loan))
    rooms = _Rooms(mode, state)
    for case in turn:
        _cover(mode, case, rooms)
    pool_losses = _PoolLosses(turn, state)
    for case in turn:
        _share(mode, case, pool_losses)
        _cap_payments(mode, case, rooms)
        _name_members(mode, case)
    return _finish(mode, loans, cases, state)


def open_figures(mode: Mode, day: date, pool: PoolState) -> tuple[MissingFigureError, ...]:
    """Return the pool figures that caps and tiers need for loans made on ``day`` and that ``pool`` does not
    give.
    """
    sharing = mode.sharing_on(day)
    missing = []
    if pool.balance is None and mode.fund is None and any(cap.of_balance for cap in sharing.caps):
        missing.append(MissingFigureError("balance"))
    if pool.fees is None and any(cap.times_fees is not None for cap in sharing.caps):
        missing.append(MissingFigureError("fees"))
    by_ratio = len(sharing.tiers) > 1 and sharing.measure == "pool_loss_ratio"
    if not pool.entered and (by_ratio or any(cap.of_entered is not None for cap in sharing.caps)):
        missing.append(MissingFigureError("entered"))
    return tuple(missing)


def before_claim(loan: LoanLoss) -> LoanLoss:
    """Return ``loan`` as known from its pool entry alone: disbursed, without a loss."""
    return replace(
        loan, principal=0, interest=0, costs=0, recoveries=(), deposits=(), accrued=(), facts={}, paid_elsewhere=0
    )


def _last(day: date | None) -> date:
    return date.max if day is None else day


def _check(loans: Sequence[LoanLoss]) -> None:
    seen: set[str] = set()
    for loan in loans:
        if loan.loan_id in seen:
            raise ValueError(f"loan {loan.loan_id!r} is given twice")
        seen.add(loan.loan_id)
        if (loan.public_elsewhere or 0) < 0:
            raise ValueError(f"loan {loan.loan_id!r}: the amount paid from other public funds is negative")
        if loan.amount <= 0 or min(loan.principal, loan.interest, loan.costs, loan.paid_elsewhere) < 0:
            raise ValueError(f"loan {loan.loan_id!r}: an amount is negative, or the loan is zero")
        if loan.principal > loan.amount:
            raise ValueError(f"loan {loan.loan_id!r}: the principal lost exceeds the loan")
        if not 0 <= loan.ip_share <= 1:
            raise ValueError(f"loan {loan.loan_id!r}: the IP part must lie between 0 and 1")
        if -int(loan.ip_share.as_tuple().exponent) > IP_PLACES:
            raise ValueError(f"loan {loan.loan_id!r}: the IP part has more than {IP_PLACES} decimal places")
        if min([0, *(held.amount for held in loan.deposits), *(grown.amount for grown in loan.accrued)]) < 0:
            raise ValueError(f"loan {loan.loan_id!r}: a deposit or an accrual is negative")
        if any(not 0 <= recovery.costs <= recovery.amount for recovery in loan.recoveries):
            raise ValueError(
                f"loan {loan.loan_id!r}: a recovery costs more than it brings; enter the excess as a cost of the loan"
            )


def turn_of(sharing: Sharing, loan: LoanLoss) -> tuple[date, date, str]:
    """Return a sort key that puts loans in the order in which they use up a cap."""
    if sharing.order == "claim_day":
        return (loan.claim_day, loan.loan_day, loan.loan_id)
    return (loan.loan_day, loan.loan_day, loan.loan_id)


# -- 1. amount owed -----------------------------------------------------------------------------------------------


def terms_of(mode: Mode, loan: LoanLoss) -> Sharing:
    """Return the terms that apply to a loan."""
    return mode.sharing_on(mode.version_day(loan.loan_day, loan.claim_day))


def _start(mode: Mode, loan: LoanLoss, refused: ClaimRefusal | None) -> _Case:
    sharing = terms_of(mode, loan)
    return _Case(
        loan,
        sharing,
        net_loss(mode, loan),
        refused,
        clauses_met(sharing, loan.facts, loan.loan_day),
        cap_states(sharing, loan),
    )


def cap_states(sharing: Sharing, loan: LoanLoss) -> dict[int, bool | None]:
    """Return, for each conditional cap by its position, whether it applies; None if unknown, in which case it
    limits.
    """
    return {
        number: holds(cap.when, loan.facts, loan.loan_day)
        for number, cap in enumerate(sharing.caps)
        if cap.when.conditions
    }


def net_loss(mode: Mode, loan: LoanLoss) -> dict[str, Fen]:
    """Return the debt by component, less receipts by then and payments under another mode."""
    net = {"principal": loan.principal, "interest": loan.interest, "costs": loan.costs}
    received = sum(recovery.net for recovery in loan.received if recovery.day <= loan.last_reckoned)
    for component in mode.recoveries.against:
        taken = min(net[component], received)
        net[component] -= taken
        received -= taken
    elsewhere = loan.paid_elsewhere
    for component in ("principal", "interest", "costs"):
        taken = min(net[component], elsewhere)
        net[component] -= taken
        elsewhere -= taken
    return net


def refusal(
    mode: Mode, loan: LoanLoss, pool: PoolState, *, as_if_in_force: bool = False, claim_in_order: bool = False
) -> ClaimRefusal | None:
    """Return why a loss is not compensated, or not yet; None if it is.

    An unknown fact never meets a condition: the claim stays undecided until the fact is known. claim_in_order:
    assume that facts which only the claim can show (``vocabulary.CLAIM_FACTS``), and payments from other public
    funds, are in order where they are not stated.
    """
    sharing = terms_of(mode, loan)
    day = mode.version_day(loan.loan_day, loan.claim_day)
    if not as_if_in_force and not mode.in_force_on(day):
        made = Text(f"放款日 {day}", f"made on {day}")
        if mode.versions_by == "claim_day":
            made = Text(f"索赔日 {day}", f"claimed on {day}")
        return ClaimRefusal(
            Text(
                f"{made.zh} 不在该规则的有效期内，不分担",
                f"{made.en}, outside the dates of the rule; the loss is not shared",
            )
        )
    if loan.paid_elsewhere and sharing.elsewhere == "refuse":
        return ClaimRefusal(Text("已在另一模式下获得补偿，不重复补偿", "already compensated under another mode"))
    for pause in pool.pauses:
        if pause.covers(loan.lender, loan.loan_day):
            return ClaimRefusal(Text("贷款发放于暂停期间", "the loan was made while new lending was paused"))
    open_still: list[Text] = []
    for condition in sharing.claim_conditions:
        result = try_condition(condition, loan.facts, loan.claim_day)
        if result.state == "unmet":
            return ClaimRefusal(Text(f"不予补偿：{result.reason.zh}", f"not compensated: {result.reason.en}"))
        if result.state == "unknown" and not (claim_in_order and condition.fact in CLAIM_FACTS):
            open_still.append(result.reason)
    if loan.public_elsewhere is None and not claim_in_order and any(cap.public_elsewhere for cap in sharing.caps):
        open_still.append(
            Text(
                "其他财政资金已支付的金额不明",
                "the amount paid from other public funds is unknown",
            )
        )
    if open_still:
        zh, en = "；".join(text.zh for text in open_still), "; ".join(text.en for text in open_still)
        return ClaimRefusal(
            Text(f"尚不能认定，查明前不赔付：{zh}", f"undecided, and nothing is paid until it is known: {en}"), True
        )
    return None


# -- 2. and 3. amount covered -------------------------------------------------------------------------------------


def payment_year(sharing: Sharing, cap: Cap, claim_day: date) -> int:
    """Return the calendar year in which the first of the payers that a cap limits pays."""
    days = sharing.timing_of(cap.payers[0]).days if cap.payers else 0
    return (claim_day + timedelta(days=days)).year


class _Rooms:
    """The room left under each cap for each loan, firm, lender or year."""

    def __init__(self, mode: Mode, pool: PoolState) -> None:
        self._mode = mode
        self._pool = pool
        self._used: dict[tuple[object, ...], Fen] = defaultdict(int)

    def left(self, cap: Cap, case: _Case) -> Fen:
        """Return the room under ``cap`` for the loan, never below zero."""
        return max(0, self._limit(cap, case) - self._used[self._key(cap, case)])

    def use(self, cap: Cap, case: _Case, amount: Fen) -> None:
        """Use up room under a cap."""
        self._used[self._key(cap, case)] += amount

    def _key(self, cap: Cap, case: _Case) -> tuple[object, ...]:
        if cap.of_balance:
            # The purse is shared by all versions of the terms, whichever version a loan was made under.
            return ("balance", cap.payers)
        values = {
            "loan": case.loan.loan_id,
            "borrower": case.loan.borrower,
            "lender": case.loan.lender,
            "year": case.loan.loan_day.year,
            "payment_year": payment_year(case.sharing, cap, case.loan.claim_day),
        }
        return (id(cap), *(values[key] for key in cap.per))

    def _limit(self, cap: Cap, case: _Case) -> Fen:
        if cap.amount is not None:
            return cap.amount
        if cap.of_loss is not None:
            before = sum(case.parts.get(role, 0) for role in cap.beside)
            before += (case.loan.public_elsewhere or 0) if cap.public_elsewhere else 0
            return max(0, money.share_of(case.base, cap.of_loss, "floor") - before)
        if cap.times_fees is not None:
            return money.share_of(self._pool.fees_collected(), cap.times_fees, "floor")
        if cap.of_entered is not None:
            lender = case.loan.lender if "lender" in cap.per else None
            year = case.loan.loan_day.year if "year" in cap.per else None
            return money.share_of(self._pool.entered_in(lender, year), cap.of_entered, "floor")
        return self._pool.held(None if self._mode.fund is None else self._mode.fund.size)


def _cover(mode: Mode, case: _Case, rooms: _Rooms) -> None:
    """Return the part of the loss that is shared; the lender and the overflow party bear the rest."""
    sharing, loan = case.sharing, case.loan
    rest = sharing.rest_to
    if case.refused is not None:
        case.bear(rest, case.loss, case.refused.words, None, sharing.reference)
        return
    for component, amount in case.net.items():
        if component not in sharing.base:
            words = COMPONENTS[component]
            label = Text(f"{words.zh}不分担", f"not shared: {words.en}")
            case.bear(rest, amount, label, None, sharing.reference)
    base = case.base
    if sharing.mixed and loan.ip_share != 1:
        ip_part = money.share_of(base, loan.ip_share, "floor")
        label = Text(
            "混合贷款中非知识产权部分不分担", "the part of a mixed loan that IP does not secure is not shared"
        )
        formula = _formula(base, f"1 − {loan.ip_share}")
        case.bear(rest, base - ip_part, label, formula, sharing.reference)
        base = ip_part
    base = _cover_loans(case, base, rooms)
    caps = case.caps("shared_loss")
    for cap in caps:
        base = _cut(case, cap, base, min(base, rooms.left(cap, case)))
    for cap in caps:
        rooms.use(cap, case, base)
    case.covered = base


def _cover_loans(case: _Case, base: Fen, rooms: _Rooms) -> Fen:
    caps = case.caps("loans_covered")
    counted = case.loan.amount
    whole = base
    for cap in caps:
        allowed = min(counted, rooms.left(cap, case))
        if allowed < counted:
            kept = whole * allowed // case.loan.amount
            base = _cut(case, cap, base, kept, Text(
                f"贷款 {show_yuan(counted)} 中纳入 {show_yuan(allowed)}",
                f"of the loan of {show_yuan(counted)}, {show_yuan(allowed)} is covered",
            ))  # fmt: skip
            counted = allowed
    for cap in caps:
        rooms.use(cap, case, counted)
    return base


def _cut(case: _Case, cap: Cap, base: Fen, kept: Fen, how: Text | None = None) -> Fen:
    label = Text(f"超出上限（{READINGS[cap.counts].zh}）", f"above the cap ({READINGS[cap.counts].en})")
    case.bear(cap.overflow_to, base - kept, label, how, cap.reference)
    return kept


# -- 4. slices and shares -----------------------------------------------------------------------------------------


class _PoolLosses:
    """The position of a loan's covered loss among the losses of its pool, for layers on the pool's loss ratio."""

    def __init__(self, turn: Sequence[_Case], pool: PoolState) -> None:
        self._pool = pool
        self._before: dict[tuple[object, ...], Fen] = defaultdict(int)
        self._total: dict[tuple[object, ...], Fen] = defaultdict(int)
        for case in turn:
            self._total[self._key(case)] += case.covered

    def slice_before(self, case: _Case) -> Fen:
        """Return the losses of the pool before this loan's, and count this loan's from now on."""
        key = self._key(case)
        before = self._before[key]
        self._before[key] += case.covered
        return before

    def total(self, case: _Case) -> Fen:
        """Return all losses of the loan's pool."""
        return self._total[self._key(case)]

    def entered(self, case: _Case) -> Fen:
        """Return the principal entered in the loan's pool. Raises ValueError if none is known."""
        per = case.sharing.pool_per
        entered = self._pool.entered_in(
            case.loan.lender if "lender" in per else None, case.loan.loan_day.year if "year" in per else None
        )
        if entered <= 0:
            raise MissingFigureError("entered")  # No principal, no ratio.
        return entered

    def _key(self, case: _Case) -> tuple[object, ...]:
        values = {"lender": case.loan.lender, "year": case.loan.loan_day.year}
        return (id(case.sharing), *(values[key] for key in case.sharing.pool_per))


def _share(mode: Mode, case: _Case, pool: _PoolLosses) -> None:
    if case.covered == 0:
        return
    sharing = case.sharing
    for tier, piece, before in _slices(mode, case, pool):
        if piece == 0:
            continue
        shares = final_shares(sharing, tier, case.met)
        residue = sharing.residue_to if shares.get(sharing.residue_to or "") else None
        paths = dict(tier.paths)
        for party, amount in money.allocate(piece, shares, residue).items():
            rate = show_value(_as_decimal(shares[party]), "rate")
            path = paths.get(party)
            how = Text("", "") if path is None else Text(f"（{path.zh}）", f" ({path.en})")
            name = mode.name_of(party)
            label = Text(f"{name.zh}承担 {rate}{how.zh}{before.zh}", f"{name.en} bears {rate}{how.en}{before.en}")
            case.bear(party, amount, label, _formula(piece, rate), sharing.reference)


def _slices(mode: Mode, case: _Case, pool: _PoolLosses) -> list[tuple[Tier, Fen, Text]]:
    sharing, covered = case.sharing, case.covered
    none = Text("", "")
    if len(sharing.tiers) == 1:
        return [(sharing.tiers[0], covered, none)]
    ends = _ends(mode, case, pool)
    measured, start = _measured(case, pool)
    if sharing.tier_reading == "whole":
        number = next(n for n, end in enumerate(ends) if end is None or measured <= end)
        return [(sharing.tiers[number], covered, Text(f"，第 {number + 1} 档", f", tier {number + 1}"))]
    slices: list[tuple[Tier, Fen, Text]] = []
    taken = 0
    for number, (tier, end) in enumerate(zip(sharing.tiers, ends, strict=True)):
        reached = measured if end is None else min(measured, end)
        within = max(0, reached - start)
        upto = within if sharing.measure in ("loss", "pool_loss_ratio") else covered * within // measured
        slices.append((tier, upto - taken, Text(f"，第 {number + 1} 档", f", tier {number + 1}")))
        taken = upto
    return slices


def _measured(case: _Case, pool: _PoolLosses) -> tuple[Fen, Fen]:
    """Return where the loan ends and starts on the scale of the tiers."""
    measure = case.sharing.measure
    if measure == "loan_amount":
        return case.loan.amount, 0
    if measure == "borrower_balance":
        balance = case.loan.borrower_balance
        return max(case.loan.amount, balance or 0), 0
    if measure == "loss":
        return case.covered, 0
    if case.sharing.tier_reading == "whole":
        return pool.total(case), 0
    before = pool.slice_before(case)
    return before + case.covered, before


def _ends(mode: Mode, case: _Case, pool: _PoolLosses) -> list[Fen | None]:
    ends: list[Fen | None] = []
    last = 0
    for tier in case.sharing.tiers:
        if tier.up_to_fact is not None:
            last += amount_of(mode, case.loan.amount, case.loan.amounts, tier.up_to_fact)
            ends.append(last)
        elif tier.up_to is None:
            ends.append(None)
        elif case.sharing.measure == "pool_loss_ratio":
            last = money.share_of(pool.entered(case), tier.up_to, "floor")
            ends.append(last)
        else:
            last = int(tier.up_to)
            ends.append(last)
    return ends


# -- 5. caps on payments ------------------------------------------------------------------------------------------


def _cap_payments(mode: Mode, case: _Case, rooms: _Rooms) -> None:
    caps = case.caps("payment")
    if case.refused is not None:
        return
    for cap in caps:
        wanted = {role: case.parts.get(role, 0) for role in cap.payers}
        excess = sum(wanted.values()) - rooms.left(cap, case)
        if excess <= 0:
            continue
        for role, cut in money.allocate(excess, wanted).items():
            name = mode.name_of(role)
            label = Text(f"{name.zh}的支付超出上限", f"{name.en} pays no more than the cap")
            case.bear(role, -cut, label, None, cap.reference)
            case.bear(cap.overflow_to, cut, label, None, cap.reference)
    for cap in caps:
        rooms.use(cap, case, sum(case.parts.get(role, 0) for role in cap.payers))


def _name_members(mode: Mode, case: _Case) -> None:
    """Divide a group's part among its members by what each pledged; no member bears more than its pledge."""
    role = case.sharing.member_role
    if role is None or not case.loan.members or not case.parts.get(role):
        return
    pledged = sum(case.loan.members.values())
    excess = case.parts[role] - pledged
    if excess > 0:
        label = Text("超出成员质押额", "above what the members pledged")
        case.bear(role, -excess, label, None, case.sharing.reference)
        case.bear(case.sharing.rest_to, excess, label, None, case.sharing.reference)
    if case.parts[role]:
        case.members = dict(money.allocate(case.parts[role], case.loan.members))


# -- result -------------------------------------------------------------------------------------------------------


def _finish(mode: Mode, loans: Sequence[LoanLoss], cases: Mapping[str, _Case], pool: PoolState) -> Allocation:
    roles = mode.bearers
    shares = []
    totals: dict[str, Fen] = dict.fromkeys(roles, 0)
    for loan in loans:
        if loan.loan_id not in cases:
            continue
        case = cases[loan.loan_id]
        parts = {role: case.parts.get(role, 0) for role in roles}
        if sum(parts.values()) != case.loss or min(parts.values()) < 0:
            raise AssertionError(f"{loan.loan_id}: the parts {parts} are not the loss {case.loss}")
        for role, amount in parts.items():
            totals[role] += amount
        shares.append(
            LoanShare(
                loan.loan_id,
                case.loss,
                parts,
                lines=tuple(case.lines),
                explanation=_explain(mode, case, parts, pool),
                members=case.members,
                refused=None if case.refused is None else case.refused.words,
                undecided=case.refused is not None and case.refused.undecided,
                open=() if case.refused is not None else _open_clauses(case),
            )
        )
    loss = sum(share.loss for share in shares)
    parts_of_all = tuple(Explanation(mode.name_of(role), amount, "fen") for role, amount in totals.items())
    label = Text("各方承担的损失", "what each party bears")
    return Allocation(tuple(shares), totals, loss, Explanation(label, loss, "fen", parts=parts_of_all))


def _open_clauses(case: _Case) -> tuple[Text, ...]:
    """Return the facts that omitted clauses need and the claim does not state."""
    clauses = [when for when, met in zip(case.sharing.clauses, case.met, strict=True) if met is None]
    clauses += [case.sharing.caps[number].when for number, state in case.cap_states.items() if state is None]
    found = [
        try_condition(condition, case.loan.facts, case.loan.loan_day)
        for when in clauses
        for condition in when.conditions
    ]
    return tuple(dict.fromkeys(result.reason for result in found if result.state == "unknown"))


def _explain(mode: Mode, case: _Case, parts: Mapping[str, Fen], pool: PoolState) -> Explanation:
    label = Text(f"贷款 {case.loan.loan_id} 的损失", f"loss on loan {case.loan.loan_id}")
    by_party = tuple(
        Explanation(
            mode.name_of(role),
            amount,
            "fen",
            parts=tuple(line.why for line in case.lines if line.party == role),
        )
        for role, amount in parts.items()
    )
    return Explanation(label, case.loss, "fen", _left_open(mode, case, pool), parts=by_party)


def _left_open(mode: Mode, case: _Case, pool: PoolState) -> Text | None:
    """Return the items not counted because there is no pool or the claim does not state them."""
    day = mode.version_day(case.loan.loan_day, case.loan.claim_day)
    words = [figure.words for figure in open_figures(mode, day, pool)] if pool.figures_open else []
    words += _open_clauses(case) if case.refused is None else ()
    if not words:
        return None
    return Text(
        "；".join(f"{word.zh}，此处未计" for word in words),
        "; ".join(f"{word.en}, not counted here" for word in words),
    )


def _formula(amount: Fen, factor: str) -> Text:
    return Text(f"{show_yuan(amount)} × {factor}", f"{show_yuan(amount)} × {factor}")


def _as_decimal(share: Fraction) -> Decimal:
    return money.quantise_rate(share, 6)
