"""The rules for each kind of right: one folder of rules and one examination per register."""

from collections.abc import Callable, Mapping
from datetime import date

from zhirong.chain.pledge.copyright import examine_copyright
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.patent import examine_patent
from zhirong.chain.pledge.pilot import examine_pilot
from zhirong.chain.pledge.receivable import examine_receivable
from zhirong.chain.pledge.records import Filing, GroundFinding, Subject
from zhirong.chain.pledge.registration import refuse
from zhirong.chain.pledge.trademark import examine_trademark
from zhirong.chain.right.kinds import KINDS, Register, RightKind
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Pack = Callable[[Filing, Right, date, Rulebook], tuple[GroundFinding, ...]]

PACKS: Mapping[Register, Pack] = {
    Register.PATENT: examine_patent,
    Register.TRADEMARK: examine_trademark,
    Register.COPYRIGHT: examine_copyright,
    Register.PILOT: examine_pilot,
    Register.RECEIVABLE: examine_receivable,
}


def register_of(kind: RightKind, subject: Subject = Subject.RIGHT) -> Register:
    """Return the register of a pledge: by the kind of the right, or the register of receivables for its licence
    fees.
    """
    return Register.RECEIVABLE if subject is Subject.LICENCE_FEES else KINDS[kind].register


def rules_folder(filing: Filing, right: Right) -> str:
    """Return the prefix of that register's rules: ``registration.<register>``."""
    return f"registration.{register_of(right.kind, filing.subject)}"


def demand_authority(register: str, authority: str, day: date, rules: Rulebook) -> None:
    """Check that the authority that completes a mirror registers such pledges; an office whose name begins with its
    name is accepted.

    Pilot kinds have no national authority: any named authority is accepted. Raises InputError for another one.
    """
    name = f"registration.authority.{register}"
    if name not in rules:
        return
    rule = rules.at(name, day)
    if any(plain_name(authority).startswith(plain_name(one)) for one in rule.value):
        return
    first, source = rule.value[0], rule.reference
    raise refuse(
        "other_authority",
        "authority",
        authority,
        Text(
            f"这类权利的质押不由该机关登记，由{first}登记（{source.as_text('zh')}）",
            f"this authority does not register such pledges; {first} does ({source.as_text('en')})",
        ),
        Text(f"请写明{'或'.join(rule.value)}", f"name {' or '.join(rule.value)}"),
    )


def max_rank(register: str, day: date, rules: Rulebook) -> int | None:
    """Return the maximum number of pledges of one right registered at a time; None means no limit.

    Raises RuleError if the rulebook does not say.
    """
    rule = rules.at(f"registration.max_rank.{register}", day)
    return None if rule.value == "unlimited" else rule.whole()
