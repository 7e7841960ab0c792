"""Compare an authority's published data with the mirror of its register: every difference is an alarm."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.precheck import keys_of_number
from zhirong.chain.pledge.registration import RegisteredRight, RegisterRole, Registration, Status
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Published:
    """One pledge as the authority publishes it. ended_on: the day of its cancellation, None while it is in force."""

    authority_number: str
    rights: tuple[str, ...]
    pledgors: tuple[str, ...]
    pledgee: str
    registered_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterDifference:
    """One difference between the two. registration: ours, None if we have none. code: stable English key."""

    code: str
    authority_number: str
    registration: int | None
    text: Text

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "code": self.code,
            "authority_number": self.authority_number,
            "registration": self.registration,
            "text": self.text.as_json(),
        }


def kept_authority_number(written: str) -> str:
    """Return an authority's number in its stored form: half width, capitals, no spaces; otherwise as the authority
    writes it.
    """
    return "".join(unicodedata.normalize("NFKC", written).split()).upper()


def read_published(reader: Reader) -> Published:
    """Read one published pledge from a table; ``rights`` are numbers, in any spelling."""
    published = Published(
        authority_number=kept_authority_number(reader.text("authority_number")),
        rights=reader.texts("rights"),
        pledgors=reader.texts("pledgors"),
        pledgee=reader.text("pledgee"),
        registered_on=reader.day("registered_on"),
        ended_on=reader.optional_day("ended_on"),
    )
    reader.finish()
    return published


def differences(
    authority: str, published: Iterable[Published], mirrored: Iterable[Registration], *, is_complete: bool
) -> tuple[RegisterDifference, ...]:
    """Return the differences between the mirror of one authority and its published data.

    is_complete: the data contain everything that the authority has, so that one of ours missing from it is a
    difference too. Registrations of ours that were never completed are not compared.
    """
    ours = {
        kept_authority_number(one.authority_number): one
        for one in mirrored
        if one.role is RegisterRole.MIRROR
        and plain_name(one.authority) == plain_name(authority)
        and one.authority_number
    }
    found: list[RegisterDifference] = []
    seen = set()
    for theirs in published:
        seen.add(theirs.authority_number)
        own = ours.get(theirs.authority_number)
        if own is None:
            text = Text("登记机关有，本登记簿没有", "the authority has it, this register does not")
            found.append(RegisterDifference("not_here", theirs.authority_number, None, text))
        else:
            found.extend(_compared(theirs, own))
    if is_complete:
        for number in sorted(ours.keys() - seen):
            text = Text("本登记簿有，登记机关没有", "this register has it, the authority does not")
            found.append(RegisterDifference("not_there", number, ours[number].id, text))
    return tuple(found)


def _compared(theirs: Published, own: Registration) -> list[RegisterDifference]:
    held = [right for right in own.rights if not right.released]
    here_ended = own.status in (Status.DISCHARGED, Status.REVOKED)
    facts: Mapping[str, tuple[object, object, Text]] = {
        "rights_differ": (
            sorted(_as_kept_here(number, held) for number in theirs.rights),
            sorted(right.number for right in held if right.number),
            Text("质押的权利", "the rights"),
        ),
        "pledgors_differ": (
            sorted(plain_name(name) for name in theirs.pledgors),
            sorted(plain_name(party.name) for party in own.pledgors),
            Text("出质人", "the pledgors"),
        ),
        "pledgee_differs": (
            plain_name(theirs.pledgee),
            plain_name(own.pledgee.name),
            Text("质权人", "the pledgee"),
        ),
        "day_differs": (theirs.registered_on, own.entered_on, Text("登记日", "the day of registration")),
        "end_differs": (theirs.ended_on is not None, here_ended, Text("是否已注销", "ended or not")),
    }
    return [
        RegisterDifference(
            code,
            theirs.authority_number,
            own.id,
            Text(
                f"{what.zh}不同：登记机关 {there}，此处 {here}", f"{what.en} differ: authority {there}, here {here}"
            ),
        )
        for code, (there, here, what) in facts.items()
        if there != here
    ]


def _as_kept_here(written: str, held: Iterable[RegisteredRight]) -> str:
    """Return a right's number as in our own record, in whatever spelling the authority uses."""
    keys = keys_of_number(written)
    return next((right.number for right in held if right.key in keys), written)
