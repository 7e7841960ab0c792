"""The registration of copyright pledges, software included (NCAC order 8)."""

from datetime import date

from zhirong.chain.pledge.grounds import (
    co_owners,
    contract,
    debt_term,
    dispute,
    examine_by,
    in_force,
    other,
    owner,
    pledged,
)
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook

_GROUNDS = (
    ("owner", owner),
    ("contract", contract),
    ("in_force", in_force),
    ("debt_term", debt_term),
    ("dispute", dispute),
    ("co_owners", co_owners),
    ("pledged", pledged),
    ("other", other),
)


def examine_copyright(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Examine the grounds of order 8 and its requirements for an application. Raises RuleError without its rules."""
    return examine_by("registration.copyright", _GROUNDS, filing, right, day, rules)
