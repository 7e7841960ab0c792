"""Kinds whose pledges are registered only under a pilot: see ``Register.PILOT`` in the records of the kinds.

No national registration rules are available for them. The packs contain what follows from the Civil Code and from
the rules of the neighbouring registers, every value marked as assumed, and require the document of the pilot.
"""

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
    pilot_basis,
    pledged,
    real_effect,
)
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook

_GROUNDS = (
    ("pilot_basis", pilot_basis),
    ("owner", owner),
    ("in_force", in_force),
    ("dispute", dispute),
    ("contract", contract),
    ("debt_term", debt_term),
    ("co_owners", co_owners),
    ("pledged", pledged),
    ("other", other),
    ("real_effect", real_effect),
)


def examine_pilot(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Examine the grounds of a pilot register. Raises RuleError without its rules."""
    return examine_by("registration.pilot", _GROUNDS, filing, right, day, rules)
