"""Which rules hold for which kind of right: one folder of rules and one examination a register."""

from collections.abc import Callable, Mapping
from datetime import date

from zhirong.chain.pledge.copyright import examine_copyright
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.patent import examine_patent
from zhirong.chain.pledge.pilot import examine_pilot
from zhirong.chain.pledge.receivable import examine_receivable
from zhirong.chain.pledge.records import Filing, Finding, Subject
from zhirong.chain.pledge.registration import refuse
from zhirong.chain.pledge.trademark import examine_trademark
from zhirong.chain.right.records import PATENT_KINDS, Right, RightKind
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Pack = Callable[[Filing, Right, date, Rulebook], tuple[Finding, ...]]

RECEIVABLE = "receivable"

# The register that keeps each kind. Every kind has one; the type checker and a test see to it.
REGISTER_OF: Mapping[RightKind, str] = {
    **dict.fromkeys(PATENT_KINDS, "patent"),
    RightKind.TRADEMARK: "trademark",
    RightKind.COPYRIGHT: "copyright",
    RightKind.SOFTWARE: "copyright",
    RightKind.LAYOUT_DESIGN: "pilot",
    RightKind.PLANT_VARIETY: "pilot",
    RightKind.TRADE_NAME: "pilot",
    RightKind.TRADE_SECRET: "pilot",
}

PACKS: Mapping[str, Pack] = {
    "patent": examine_patent,
    "trademark": examine_trademark,
    "copyright": examine_copyright,
    "pilot": examine_pilot,
    RECEIVABLE: examine_receivable,
}


def register_of(kind: RightKind, subject: Subject = Subject.RIGHT) -> str:
    """The register that keeps pledges of this: of the right itself by its kind, of its licence fees another one."""
    return RECEIVABLE if subject is Subject.LICENCE_FEES else REGISTER_OF[kind]


def rules_folder(filing: Filing, right: Right) -> str:
    """Where the rules of that register begin: ``registration.<register>``."""
    return f"registration.{register_of(right.kind, filing.subject)}"


def demand_authority(register: str, authority: str, day: date, rules: Rulebook) -> None:
    """A mirror is completed by the authority that registers such pledges, or an office whose name begins with its name.

    The kinds of a pilot have no national authority: whatever is named is taken. Raises InputError for another one.
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
        Text(f"写明{'或'.join(rule.value)}", f"name {' or '.join(rule.value)}"),
    )


def max_rank(register: str, day: date, rules: Rulebook) -> int | None:
    """How many pledges of one right stand at a time in this register; None is without limit.

    Raises RuleError if the rulebook does not say.
    """
    rule = rules.at(f"registration.max_rank.{register}", day)
    return None if rule.value == "unlimited" else rule.whole()
