"""The actions of a lender's reader on a case: one main action that names the missing items, and the others grouped
by purpose.
"""

from collections.abc import Sequence

from django.urls import reverse

from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.overview import CaseOverview, MissingPart
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.store.financing import Case
from zhirong.web.row_actions import ActionGroup, RowAction, RowActions, form_address

# The next operations in each state; the first one that the user can run is the main action.
_FIRST = {
    CaseState.SUBMITTED: ("case.accept",),
    CaseState.DILIGENCE: ("team.rate", "case.review", "case.submit_for_approval"),
    CaseState.APPROVAL: ("case.approve",),
    CaseState.APPROVED: ("contract.issue",),
    CaseState.REGISTERING: ("case.disburse",),
    CaseState.REPAID: ("case.close",),
}
# The groups of the menu by purpose, at most four entries of each at a time. Operations not listed here belong to the file.
_GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (Text("与企业", "Company"), ("case.ask", "case.return", "case.withdraw", "case.decline")),
    (Text("资料", "Data"), ("case.credit", "case.score", "case.limit_inputs")),
    (
        Text("测算与审批", "Decision"),
        (
            "team.rate",
            "case.review",
            "case.submit_for_approval",
            "case.approve",
            "case.send_back",
            "contract.issue",
            "case.back_to_review",
        ),
    ),
    (Text("担保与保险", "Guarantee"), ("guarantee.request", "insurance.record", "guarantee.take_off")),
    (
        Text("质押登记", "Registration"),
        ("filing.check", "filing.prepare", "filing.file", "filing.record", "filing.withdraw"),
    ),
    (
        Text("放款条件", "Conditions"),
        ("condition.settle", "condition.waive", "use.record", "use.remove", "case.disburse", "case.close"),
    ),
)
_FILE = Text("档案", "File")
_OWN_FORMS = {"case.credit": "lender.credit", "case.score": "lender.score"}


def actions_of(actor: Actor, case: Case, overview: CaseOverview) -> RowActions:
    """Return the main action and the groups of the others."""
    possible = [
        one for one in operations_for(actor, case) if one.name != "team.rate" or can_rate(actor, case, overview)
    ]
    main, done = _main(actor, case, overview, possible)
    return RowActions(main, tuple(_groups(case, [one for one in possible if one is not done])))


def can_rate(actor: Actor, case: Case, overview: CaseOverview) -> bool:
    """Return whether the reader's sheet on the management team is still wanted."""
    team = overview.team
    is_open = team is None or not (team.is_usable or team.has_rated)
    return is_open and can(actor, "team.rate", case)


def can_check(actor: Actor, overview: CaseOverview) -> bool:
    """Return whether the reader works on the due-diligence checklist now."""
    is_desk = actor.has(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
    return overview.case.state is CaseState.DILIGENCE and is_desk


def address_of(name: str, case: Case) -> str:
    """Return the address of the form of an operation on the case; it leads back to the case."""
    if name in _OWN_FORMS:
        return reverse(_OWN_FORMS[name], args=[case.pk])
    return form_address(name, case, reverse("lender.case", args=[case.pk]))


def _main(
    actor: Actor, case: Case, overview: CaseOverview, possible: Sequence[Operation]
) -> tuple[RowAction | None, Operation | None]:
    """Return the main action, and its operation if it is one. Missing checks come before everything else."""
    unchecked = sum(one.code == "check_open" for one in overview.missing)
    if unchecked and can_check(actor, overview):
        address = reverse("lender.checks", args=[case.pk])
        return RowAction(Text("完成尽职调查", "Complete due diligence"), address, open=unchecked), None
    names = {one.name for one in possible}
    for name in _FIRST.get(overview.case.state, ()):
        if name in names and not _is_blocked(name, overview.missing):
            one = OPERATIONS[name]
            return RowAction(one.title, address_of(name, case), one.is_grave), one
    if overview.missing and "case.submit_for_approval" in names:
        title = OPERATIONS["case.submit_for_approval"].title
        return RowAction(title, "#missing", open=len(overview.missing)), None
    return None, None


def _is_blocked(name: str, missing: Sequence[MissingPart]) -> bool:
    """Return whether an operation would be rejected, or its result is no longer missing."""
    fields = {one.field.split(".")[0] for one in missing}
    wanted = {"case.review": "review", "team.rate": "team"}.get(name)
    if wanted is not None:
        return wanted not in fields
    return name == "case.submit_for_approval" and bool(missing)


def _groups(case: Case, operations: Sequence[Operation]) -> list[ActionGroup]:
    placed = {name for _, names in _GROUPS for name in names}
    rest = tuple(one.name for one in operations if one.name not in placed)
    found = []
    for title, names in (*_GROUPS, (_FILE, rest)):
        here = sorted(
            (one for one in operations if one.name in names), key=lambda one: (one.is_grave, names.index(one.name))
        )
        if here:
            found.append(
                ActionGroup(
                    title, tuple(RowAction(one.title, address_of(one.name, case), one.is_grave) for one in here)
                )
            )
    return found
