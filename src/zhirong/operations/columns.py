"""The meanings of the columns of a file, as an organisation corrected them for one file or for all later ones."""

from collections.abc import Mapping

from zhirong.chain.adapters.corrections import read_corrections
from zhirong.operations.actors import Actor
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import FileColumns

COLUMNS_HELP = (
    "识别有误的栏目，每行填写一条：表头 = 含义，如“权属单位 = 权利人”；不使用的填“备用栏 = 不用”",
    'one correction per line: heading = meaning, such as "Proprietor = holders"; "Spare = not used" ignores a column',
)


def corrections_for(actor: Actor, kind: str, written: str, fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Map headings to fields: the organisation's stored corrections, then those given for this file.

    Raises InputError with every line that cannot be read.
    """
    kept = FileColumns.objects.filter(organisation_id=actor.organisation, kind=kind).first()
    said = read_corrections(written.splitlines(), fields, "columns")
    known = (
        {}
        if kept is None
        else {heading: field for heading, field in kept.columns.items() if field in (*fields, "-")}
    )
    return {**known, **said}


def keep_corrections(work: Work, kind: str, corrections: Mapping[str, str]) -> None:
    """Store the corrections for later files of this kind."""
    row = FileColumns.objects.filter(organisation_id=work.actor.organisation, kind=kind).first()
    if row is None:
        work.create(FileColumns, organisation_id=work.actor.organisation, kind=kind, columns=dict(corrections))
    elif row.columns != corrections:
        work.update(row, columns=dict(corrections))
