"""The effects of a version of a policy: rule by rule, and on the decisions about open cases."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.policies import PolicyState
from zhirong.chain.guarantee.states import GuaranteeState
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.pack_changes import Change, changes
from zhirong.kernel.rulebook import COUNTRY, Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import case_table_of, quote_json
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.jobs import Task, job
from zhirong.operations.rulebook import PolicyKey, in_force, policies_of_case, rulebook, rules_under
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, GuaranteeRequest
from zhirong.store.policies import Policy

# Cases on which the lender has not decided yet; the new version will apply to them.
OPEN = (CaseState.SUBMITTED, CaseState.DILIGENCE, CaseState.APPROVAL)
_OWN_CASES = (OrganisationKind.LENDER, OrganisationKind.GUARANTOR)


def rule_changes(policy: Policy) -> list[Change]:
    """Return every rule that the version sets or gives back, compared with the preceding version of the same owner
    and region.
    """
    before, after = books(policy)
    return changes(before, after)


def books(policy: Policy) -> tuple[Rulebook, Rulebook]:
    """Return the platform's rules under the owner's former version, and under this one."""
    former = former_of(policy)
    return rules_under([] if former is None else [(former.pk, former.sha256)]), rules_under([_key(policy)])


def former_of(policy: Policy) -> Policy | None:
    """Return the version of the same owner and region that was in force before this one's approval."""
    same = Policy.objects.filter(organisation=policy.organisation_id, region=policy.region).exclude(pk=policy.pk)
    decided = same.filter(begins_on__isnull=False)
    if policy.begins_on is not None:
        decided = decided.filter(number__lt=policy.number)
    elif policy.state in (PolicyState.DRAFT, PolicyState.SUBMITTED):
        decided = decided.filter(ends_on=None)
    found: Policy | None = decided.order_by("-begins_on", "-number").first()
    return found


def open_cases(policy: Policy) -> Any:
    """Return the open cases to which the version would apply, oldest first."""
    owner = policy.organisation
    cases = Case.objects.filter(state__in=[state.value for state in OPEN]).order_by("pk")
    if owner.kind == OrganisationKind.LENDER:
        return cases.filter(lender=owner)
    if owner.kind == OrganisationKind.GUARANTOR:
        asked = GuaranteeRequest.objects.filter(
            guarantor=owner, state__in=(GuaranteeState.REQUESTED, GuaranteeState.REVIEWED)
        )
        return cases.filter(pk__in=asked.values("case"))
    region = owner.region if owner.kind == OrganisationKind.FUND else policy.region
    return cases if region == COUNTRY else cases.filter(_within(region))


def _within(region: str) -> Q:
    """Return the condition for firms in a region of GB/T 2260: trailing zeros of its code cover the complete
    region.
    """
    return Q(firm__region__startswith=region.removesuffix("00").removesuffix("00"))


@job("policy.effects", is_long=True)
def calculate_effects(task: Task) -> Any:
    """Quote the open cases under the current and the new policy, and store the differences."""
    policy = Policy.objects.select_related("organisation").get(pk=task.payload["policy"])
    if policy.state != PolicyState.SUBMITTED:
        return {"left": policy.state}
    day = max(policy.valid_from, day_of(task.now))
    most = rulebook().at("policy.most_cases", day).whole()
    cases = open_cases(policy)
    total = cases.count()
    found = []
    looked_at = 0
    for case in cases.select_related("firm", "lender")[:most]:
        found += list(_difference(policy, case, day))
        looked_at += 1
        task.progress(looked_at, min(most, total))
    # A fund or a region sees how many cases differ and in what, but not which.
    named = found if policy.organisation.kind in _OWN_CASES else []
    effects = {
        "on": day.isoformat(),
        "total": total,
        "looked_at": looked_at,
        "changed": len(found),
        "kinds": kinds_of_change(found),
        "cases": named,
    }
    task.run_operation("policy.keep_effects", policy.pk, {"effects": effects})
    return {"changed": len(found)}


def _difference(policy: Policy, case: Case, day: date) -> Iterator[dict[str, Any]]:
    """Yield the case with its figures under both policies if they differ."""
    now = policies_of_case(case, day)
    before, after = _figures(case, day, now), _figures(case, day, _with(policy, now))
    if before != after:
        yield {"id": case.pk, "number": case.number, "firm": case.firm.name, "before": before, "after": after}


def kinds_of_change(found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of cases for each kind of change. One case may count under several kinds. found: as
    ``_difference`` yields them.
    """
    counts = dict.fromkeys(("no_longer_possible", "newly_possible", "lower_limit", "higher_limit", "other_rate"), 0)
    counts |= {"other_checks": 0}
    for one in found:
        before, after = one["before"], one["after"]
        if "problems" in before or "problems" in after:
            counts["no_longer_possible"] += "problems" not in before
            counts["newly_possible"] += "problems" not in after
            continue
        low, high = parse_yuan(before["amount"]), parse_yuan(after["amount"])
        counts["no_longer_possible"] += before["eligible"] and not after["eligible"]
        counts["newly_possible"] += after["eligible"] and not before["eligible"]
        counts["lower_limit"] += high < low
        counts["higher_limit"] += high > low
        counts["other_rate"] += before["annual_rate"] != after["annual_rate"]
        counts["other_checks"] += before["failed"] != after["failed"]
    return counts


def _with(policy: Policy, now: tuple[PolicyKey, ...]) -> tuple[PolicyKey, ...]:
    """Return the policies in force, with the new version in place of the owner's former one."""
    own = set(
        in_force(date.max)
        .filter(organisation=policy.organisation_id, region=policy.region)
        .values_list("pk", flat=True)
    )
    former = next((place for place, key in enumerate(now) if key[0] in own), None)
    if former is None:
        return (*now, _key(policy))
    return (*now[:former], _key(policy), *now[former + 1 :])


def _figures(case: Case, day: date, policies: tuple[PolicyKey, ...]) -> dict[str, Any]:
    """Return the decisive figures: amount, rate and verdict, or the reason why there are none."""
    try:
        quote = quote_json(case_table_of(case, day), [case.mode], rules_under(policies))
    except InputError as error:
        return {"problems": [one.reason.as_json() for one in error.problems[:3]]}
    offer = quote["modes"][0]
    failed = sorted(one["code"] for one in quote["gates"] if one["verdict"] == "failed")
    return {
        "amount": offer["loan"]["amount"],
        "annual_rate": offer["loan"]["annual_rate"],
        "eligible": offer["eligible"],
        "binding": offer["credit_limit"]["binding_title"],
        "failed": failed,
    }


def _key(policy: Policy) -> PolicyKey:
    return policy.pk, policy.sha256


class KeepEffects(Request):
    """The calculated effects."""

    effects: Annotated[dict[str, Any], ask("影响", "Effects")]


@operation(
    "policy.keep_effects",
    Text("记录政策的影响", "Store the effects of a policy"),
    model=Policy,
    states=(PolicyState.SUBMITTED,),
    request=KeepEffects,
    is_background=True,
)
def keep_effects(work: Work, request: KeepEffects) -> Any:
    """Store the effects for the approver; without them no version is approved."""
    work.update(work.row, effects=request.effects)
    return {"id": work.row.pk}
