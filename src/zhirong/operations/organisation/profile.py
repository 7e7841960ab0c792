"""A firm's profile, which it enters once for all quotes and cases: facts that modes ask about, and its credit file."""

from typing import Annotated, Any

from zhirong.chain.credit.file import ALL_SECTIONS, read_credit
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.quote.reading import read_facts
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import amounts_as_text, exact
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.right.rights import FIRM
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Organisation

Table = dict[str, Any]
Facts = Annotated[
    Table,
    ask("企业情况", "Facts", "见案件文件说明 [facts]", "the table [facts] of a case file", widget="table"),
]
Credit = Annotated[
    Table,
    ask("信用资料", "Credit file", "见案件文件说明 [credit]", "the table [credit] of a case file", widget="table"),
]


class Describe(Request):
    """Facts and credit file, as in a case file."""

    facts: Facts = {}
    credit: Credit = {}


@operation(
    "firm.describe",
    Text("填写企业情况", "Complete the firm profile"),
    model=Organisation,
    request=Describe,
    roles=FIRM,
    relation=lambda actor, row: row.pk == actor.organisation and row.kind == OrganisationKind.FIRM,
    for_agents=True,
    page="firm.profile",
    help=Text(
        "填写一次，供比较模式和提交申请使用；每栏填写出处和日期。",
        "Enter it once; it is used to compare modes and to draft cases. Enter source and date for each part.",
    ),
)
def describe(work: Work, request: Describe) -> Any:
    """Store the firm's profile after the chain has checked it."""
    facts, credit = check_known(request.facts, request.credit, work)
    profile = {**work.row.profile, "facts": facts, "credit": credit}
    work.update(work.row, profile=profile)


def check_known(facts: Table, credit: Table, work: Work) -> tuple[Table, Table]:
    """Return facts and credit file as they are stored. Raises InputError with every error in them."""
    given = {"facts": facts, "credit": credit}
    reader = Reader(exact(given))
    read_facts(reader.optional_table("facts"), work.day)
    read_credit(reader.table("credit"), work.day)
    reader.finish()
    stored = amounts_as_text(given, reader.amounts)
    return stored["facts"], stored["credit"]


def facts_of(firm: Organisation) -> tuple[Table, Table]:
    """Return the facts and the credit file of a firm's profile."""
    return firm.profile.get("facts", {}), firm.profile.get("credit", {})


def missing_sections(credit: Table) -> list[tuple[str, Text]]:
    """Return the missing sections of a credit file."""
    return [(name, words) for name, words in ALL_SECTIONS.items() if not credit.get(name)]
