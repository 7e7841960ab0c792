"""The data of a financing mode that the credit limit needs: the sharing of a loss of principal, the holder of the
pledge, and the mode's caps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER, REGUARANTORS, Arrangement, Parts, flat_division
from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.fee_table import FeeTable
from zhirong.chain.mode.model import Mode, ModeCondition, Sharing
from zhirong.chain.mode.principal import PrincipalTerms
from zhirong.chain.quote.records import CreditCase
from zhirong.kernel.memo import Same
from zhirong.kernel.money import Fen

_PAID = ("fee", "premium")
_MONTHS = 12
_FIRM = frozenset({"firm"})
_AMOUNTS = ("amount_fen", "borrower_balance_fen")

NO_COVER = Arrangement(roles=(LENDER,), divide=flat_division({LENDER: Fraction(1)}), flat={LENDER: Fraction(1)})


def arrangement_of(
    mode: Mode,
    case: CreditCase,
    facts: Mapping[str, object],
    *,
    lpr: Decimal | None,
    appraised: Fen | None,
    fee_tables: Mapping[str, FeeTable],
) -> Arrangement:
    """Return the arrangement of ``mode`` for one case. facts: what conditions of the mode may test. appraised:
    value of the rights.

    Shares count as flat where no tier or cap can change them for any loan up to the requested amount.
    """
    request = case.request
    stated = facts.get("borrower_balance_fen")
    balance = stated if isinstance(stated, int) else 0
    share = facts.get("ip_share_of_security")
    terms = PrincipalTerms.kept(
        mode, facts, day=request.start, ip_share=share if isinstance(share, Decimal) else Decimal(1)
    )
    flat = terms.flat(request.amount, other_loans=balance)
    undecided = None
    if flat is not None and terms.has_open_clauses:
        undecided = terms.flat(request.amount, other_loans=balance, unknown_fails=True)
    security, limits = mode.security, mode.limits

    def divide(amounts: Sequence[Fen], losses: Sequence[Fen]) -> Parts:
        rows = [
            terms.parts(amount, lost, other_loans=balance) for amount, lost in zip(amounts, losses, strict=True)
        ]
        return {role: [row[role] for row in rows] for role in terms.roles}

    def yearly(amount: Fen, payees: frozenset[str], payers: frozenset[str] = _FIRM) -> Fraction:
        return _yearly(
            mode,
            case,
            facts,
            amount,
            payers,
            payees,
            lpr=lpr,
            appraised=appraised,
            balance=balance,
            fee_tables=fee_tables,
        )

    most = None if limits is None else limits.rate_at_most
    over = None if limits is None else limits.rate_over_lpr
    caps = [
        Fraction(rate) for rate in (most, None if over is None or lpr is None else lpr + over) if rate is not None
    ]
    weight = security.eligible_weight
    return Arrangement(
        roles=tuple(terms.roles) if LENDER in terms.roles else (*terms.roles, LENDER),
        divide=divide,
        flat=flat,
        undecided=undecided,
        changes=() if flat is not None else _changes(mode, request.start, balance),
        basis=security.basis.value,
        pledgee=security.pledgee.value,
        put_price_share=security.put_price_share,
        amount_at_most=None if limits is None else limits.amount_at_most,
        balance_at_most=None if limits is None else limits.balance_at_most,
        balance=balance,
        rate_at_most=min(caps, default=None),
        ceilings=_ceilings(mode),
        eligible_weight=None if weight is None else Fraction(weight),
        yearly_fees=lambda amount: yearly(amount, GUARANTOR_LIKE | REGUARANTORS),
        guarantee_fees=lambda amount: yearly(amount, GUARANTOR_LIKE),
        reguarantee_fees=lambda amount: yearly(amount, REGUARANTORS, GUARANTOR_LIKE),
        pledge_above=None if limits is None else limits.pledge_above,
        sources=() if limits is None else (limits.reference,),
    )


def _changes(mode: Mode, day: date, balance: Fen) -> tuple[Fen, ...]:
    """Return amounts at which the mode's sharing may change: ends of tiers, caps, conditions on the amount, the
    fund.
    """
    places = list(_places_in(Same(mode.sharing_on(day))))
    if mode.fund is not None:
        places.append(mode.fund.size)
    around = {place + shift for place in places for shift in (-1, 0)}
    return tuple(sorted({left for place in around for left in (place, place - balance) if left > 0}))


@lru_cache(maxsize=1024)
def _places_in(one: Same[Sharing]) -> tuple[int, ...]:
    return tuple(int(place) for place in _amounts_in(one.it))


def _amounts_in(part: object) -> Iterator[Fraction | Decimal | int]:
    """Return every amount inside a part of the sharing: ends of tiers, caps, and conditions on the amount or the
    balance.
    """
    if isinstance(part, tuple | list):
        for inner in part:
            yield from _amounts_in(inner)
    elif isinstance(part, ModeCondition):
        if part.fact in _AMOUNTS and isinstance(part.value, int | Decimal):
            yield part.value
    elif is_dataclass(part):
        for one in fields(part):
            value = getattr(part, one.name)
            if one.name in ("amount", "up_to") and isinstance(value, int | Fraction | Decimal):
                yield value
            else:
                yield from _amounts_in(value)


def _ceilings(mode: Mode) -> Mapping[str, Fraction] | None:
    """Return the mode's own ceiling on the probability of default, for the party that shares with the lender."""
    stated = None if mode.limits is None else mode.limits.payout_ceiling
    if stated is None:
        return None
    return {role: Fraction(stated) for role in mode.bearers if role != LENDER}


def _yearly(
    mode: Mode,
    case: CreditCase,
    facts: Mapping[str, object],
    amount: Fen,
    payers: frozenset[str],
    payees: frozenset[str],
    *,
    lpr: Decimal | None,
    appraised: Fen | None,
    balance: Fen,
    fee_tables: Mapping[str, FeeTable],
) -> Fraction:
    """Return what payers pay payees in fees and premiums, per year, for a loan of ``amount``."""
    request = case.request
    if not any(rule.payer in payers and rule.payee in payees and rule.kind in _PAID for rule in mode.charges):
        return Fraction(0)
    made = charges(
        mode,
        LoanFacts(
            amount=amount,
            start=request.start,
            term_months=request.term_months,
            annual_rate=request.annual_rate or lpr or Decimal(0),
            lpr=lpr,
            appraised_value=appraised or 0,
            borrower_balance=amount + balance,
            facts=facts,
            fee_tables=fee_tables,
        ),
    )
    paid = sum(c.amount for c in made if c.payer in payers and c.payee in payees and c.kind in _PAID)
    return Fraction(paid * _MONTHS, request.term_months)
