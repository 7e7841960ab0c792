"""Turn a registration into its rows: a projection that ``check`` recalculates."""

from typing import Any

from zhirong.chain.pledge.register_json import registration_json, registration_of
from zhirong.chain.pledge.registration import Registration
from zhirong.chain.right.records import Holder
from zhirong.evidence import canonical
from zhirong.store import models
from zhirong.store.names import add_names, name_key

PLEDGOR, PLEDGEE = "pledgor", "pledgee"
WAS_PLEDGOR, WAS_PLEDGEE = "was_pledgor", "was_pledgee"  # Registered under a name that has changed since.


def registration_columns(one: Registration) -> dict[str, Any]:
    """Return the columns of its row."""
    return {
        "number": one.number,
        "status": one.status.value,
        "role": one.role.value,
        "filed_on": one.filed_on,
        "entered_on": one.entered_on,
        "authority_number": one.authority_number,
        "state": canonical.encode(registration_json(one)).decode(),
    }


def charge_columns(one: Registration) -> dict[str, tuple[int | None, bool]]:
    """Return, by right, its rank and whether it is burdened now."""
    charged = one.charged()
    return {right.key: (right.rank, right.key in charged) for right in one.rights}


def parts(one: Registration) -> set[tuple[Holder, str]]:
    """Return the parties, under their present and former names, and their parts in it."""
    sides = (
        (one.pledgors, PLEDGOR),
        ((one.pledgee,), PLEDGEE),
        (one.former_pledgors, WAS_PLEDGOR),
        (one.former_pledgees, WAS_PLEDGEE),
    )
    return {(as_party(party), part) for people, part in sides for party in people}


def as_party(holder: Holder) -> Holder:
    """Return a holder without the data of a single right."""
    return Holder(holder.name, holder.code, holder.is_natural_person)


def load(registration: int) -> Registration | None:
    """Return the registration in its present state, None if there is none with this id."""
    state = models.Registration.objects.filter(id=registration).values_list("state", flat=True).first()
    return None if state is None else registration_of(canonical.decode(state.encode()))


def save(one: Registration, before: Registration | None) -> None:
    """Write the changes, within the transaction that writes the event."""
    models.Registration.objects.update_or_create(id=one.id, defaults=registration_columns(one))
    if before is None:
        rights = []
        for right in one.rights:
            row, _ = models.Right.objects.get_or_create(
                key=right.key, defaults={"kind": right.kind.value, "number": right.number, "title": right.title}
            )
            if not row.title:  # A court froze the right before it was filed.
                row.title, row.number = right.title, right.number
                row.save()
            rights.append(models.Charge(registration_id=one.id, right=row))
        models.Charge.objects.bulk_create(rights)
    new, old = charge_columns(one), {} if before is None else charge_columns(before)
    for key, (rank, active) in new.items():
        if old.get(key, (None, False)) != (rank, active):
            models.Charge.objects.filter(registration_id=one.id, right__key=key).update(rank=rank, active=active)
    _save_parts(one, before)


def _save_parts(one: Registration, before: Registration | None) -> None:
    new, old = parts(one), set() if before is None else parts(before)
    for party, part in old - new:
        models.Part.objects.filter(
            registration_id=one.id,
            part=part,
            party__name=party.name,
            party__code=party.code,
            party__is_natural_person=party.is_natural_person,
        ).delete()
    added = sorted(new - old, key=lambda pair: (pair[1], pair[0].name, pair[0].code))
    for party, part in added:
        row, is_new = models.Party.objects.get_or_create(
            name=party.name,
            code=party.code,
            is_natural_person=party.is_natural_person,
            defaults={"name_key": name_key(party.name)},
        )
        if is_new:
            add_names([party.name])
        models.Part.objects.create(registration_id=one.id, party=row, part=part)
