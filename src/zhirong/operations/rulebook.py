"""The rules for operations, and the record of them in events.

Every decision uses the rules of the package and the policy packs that the operator names in ZHIRONG_RULES.
Decisions on a case also use the policies in force on that day: of its region and fund, its guarantor and its
lender, the last one on top. The rules ``policy.may_set`` define the rules that each of them may set.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.db.models import Q

from zhirong.chain.financing.policies import DECIDING
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.packs import laid_over, pack_of_texts
from zhirong.kernel.rulebook import Pack, Rulebook, wider_regions
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text
from zhirong.store.financing import Approval, Case, CheckItem, GuaranteeRequest, TeamRating
from zhirong.store.policies import Policy

# The order in which their policies override the platform's rules, the last one on top.
OWNER_KINDS = (
    OrganisationKind.PLATFORM,
    OrganisationKind.FUND,
    OrganisationKind.GUARANTOR,
    OrganisationKind.LENDER,
)
PolicyKey = tuple[int, str]  # id and digest of a version


@cache
def rulebook() -> Rulebook:
    """Return the rules of the package and the policy packs that ZHIRONG_RULES names."""
    return load_rulebook()


@cache
def rules_version() -> str:
    """Return the version of ``rulebook``."""
    return rulebook().version()


@lru_cache(maxsize=64)
def version_of(book: Rulebook) -> str:
    """Return the version of a rulebook, calculated once: it covers every rule and pack."""
    return book.version()


@lru_cache(maxsize=64)
def rules_content(book: Rulebook) -> dict[str, Any]:
    """Return the rules data of an event: their version and the policy packs in use, if any."""
    packs = [pack_mark(pack) for pack in book.packs]
    return {"_rules": version_of(book), **({"_packs": packs} if packs else {})}


def pack_mark(pack: Pack) -> str:
    """Return the mark of a policy pack in events: id, version and content."""
    return f"{pack.mark} {pack.digest}"


# -- rules for a case ----------------------------------------------------------------------------------------------


def rules_deciding(row: Any, day: date) -> Rulebook:
    """Return the rules for decisions on a row: with the parties' policies for a case, its items and its guarantees;
    for any other row the platform's rules alone.
    """
    if isinstance(row, Case):
        return rules_of_case(row, day)
    if isinstance(row, GuaranteeRequest):
        return rules_of_case(row.case, day, guarantor=row.guarantor_id)
    if isinstance(row, Approval | CheckItem | TeamRating):
        return rules_of_case(row.case, day)
    return rulebook()


def rules_of_case(case: Case, day: date, *, guarantor: int | None = None) -> Rulebook:
    """Return the rules for decisions on a case on a day. guarantor: the one that decides, by default the case's
    guarantor.
    """
    return rules_under(policies_of_case(case, day, guarantor=guarantor))


def policies_of_case(case: Case, day: date, *, guarantor: int | None = None) -> tuple[PolicyKey, ...]:
    """Return the policies in force on a day for decisions on a case, the last one on top."""
    parties = [one for one in (case.lender_id, guarantor or case.guarantor_id) if one]
    funds = Q(organisation__kind=OrganisationKind.FUND, organisation__region__in=wider_regions(case.firm.region))
    owners = Q(organisation__in=parties) | Q(organisation__kind=OrganisationKind.PLATFORM) | funds
    found = list(
        in_force(day).filter(owners).values_list("organisation__kind", "organisation", "region", "pk", "sha256")
    )
    rank = {kind.value: number for number, kind in enumerate(OWNER_KINDS)}
    found.sort(key=lambda one: (rank[one[0]], one[1], len(wider_regions(one[2])), one[3]))
    return tuple((pk, digest) for _, _, _, pk, digest in found)


def in_force(day: date) -> Any:
    """Return the versions of policies in force on a day."""
    states = [state.value for state in DECIDING]
    begun = Policy.objects.filter(state__in=states, begins_on__lte=day)
    return begun.filter(Q(ends_on=None) | Q(ends_on__gte=day))


def rules_under(policies: Sequence[PolicyKey]) -> Rulebook:
    """Return the platform's rules with these versions of policies, the last one on top. Raises InputError if one of
    them no longer fits the rules of the package, which a new version of the program may have changed.
    """
    return _under(rulebook(), tuple(_pack(*key) for key in policies)) if policies else rulebook()


@lru_cache(maxsize=128)
def _pack(policy: int, digest: str) -> Pack:
    """Return a version as a pack. digest: distinguishes versions of different databases."""
    return pack_of(Policy.objects.get(pk=policy, sha256=digest).files)


@lru_cache(maxsize=64)
def _under(base: Rulebook, packs: tuple[Pack, ...]) -> Rulebook:
    return laid_over(base, packs)


def pack_of(files: dict[str, str]) -> Pack:
    """Return the pack in the files of a policy. Raises InputError with every error in them."""
    return pack_of_texts("policy", files)


def policies_in(book: Rulebook) -> list[str]:
    """Return the marks of the organisations' policies in this rulebook."""
    own = set(rulebook().packs)
    return [pack_mark(pack) for pack in book.packs if pack not in own]


# -- the rules of a past decision ----------------------------------------------------------------------------------


def rules_then(platform_rules: str, marks: Sequence[str]) -> Rulebook:
    """Return the rules under which a past decision was made. platform_rules: their version (``rules_version``) as the
    decision kept it; marks: the policies that it used (``policies_in``).

    Raises InputError if the program has other rules than then, or if one of the policies is not in the database.
    """
    if platform_rules != rules_version():
        raise past_problem(
            "other_rules",
            platform_rules,
            Text(f"平台规则现为 {rules_version()}", f"the platform now uses rules {rules_version()}"),
            Text("请用当时版本的程序重算", "Replay it with the program version of that time."),
        )
    digests = [mark.split()[-1] for mark in marks]
    known = dict(Policy.objects.filter(sha256__in=digests).values_list("sha256", "pk"))
    gone = [mark for mark, digest in zip(marks, digests, strict=True) if digest not in known]
    if gone:
        raise past_problem(
            "policy_gone",
            ", ".join(gone),
            Text("该版本的政策不存在", "this version of the policy does not exist"),
            Text("请核对数据库是否完整", "Check the integrity of the database."),
        )
    return rules_under([(known[digest], digest) for digest in digests])


def past_problem(code: str, value: str, reason: Text, hint: Text) -> InputError:
    """Return why a past decision cannot be replayed."""
    return InputError([Problem("review", value, reason, hint, code)])
