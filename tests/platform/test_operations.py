"""The pattern of every operation, tried with those on organisations."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from platform_world import Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import check_register, platform_findings
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError
from zhirong.store.models import Event
from zhirong.store.parties import Membership, Organisation
from zhirong.store.work import Notice

pytestmark = pytest.mark.both_databases

FIRM = {
    "code": "91610100MA6TYBCD14",
    "name": "陕西泾水兴环保科技有限公司",
    "region": "610100",
    "registered_on": "2015-05-01",
    "legal_representative": "李明",
}


def _code(first17: str) -> str:
    from zhirong.kernel.identifiers import credit_code_check

    return first17 + credit_code_check(first17)


@pytest.fixture
def firm_data() -> dict[str, str]:
    return {**FIRM, "code": _code("91610100MA6TYBCD1")}


def test_a_firm_registers_and_is_confirmed(platform: Platform, firm_data: dict[str, str]) -> None:
    admin = platform.member(platform.organisation(OrganisationKind.PLATFORM), MemberRole.SYSTEM_ADMIN)
    stranger = platform.stranger()
    done = platform.do(stranger, "firm.register", **firm_data)
    firm = Organisation.objects.get(pk=done.id)
    assert (firm.kind, firm.status, done.subject) == ("firm", "pending", f"organisation/{firm.pk}")
    assert Membership.objects.get(account=stranger.account).roles == ["firm.manager"]
    assert Notice.objects.get(account=admin.account).words["zh"].endswith(firm.name)
    platform.do(admin, "organisation.confirm", firm)
    firm.refresh_from_db()
    assert (firm.status, firm.version) == ("active", 2)
    assert check_register(platform.folder).findings == ()


def test_a_repeated_key_does_nothing_twice_and_another_request_under_it_is_refused(
    platform: Platform, firm_data: dict[str, str]
) -> None:
    stranger = platform.stranger()
    first = platform.do(stranger, "firm.register", key="k1", **firm_data)
    again = platform.do(stranger, "firm.register", key="k1", **firm_data)
    assert (again.repeated, again.id, again.index) == (True, first.id, first.index)
    assert Organisation.objects.filter(kind="firm").count() == 1
    with pytest.raises(InputError) as error:
        platform.do(stranger, "firm.register", key="k1", **{**firm_data, "name": "别的公司"})
    assert [one.code for one in error.value.problems] == ["key_used"]


def test_every_problem_is_reported_together_in_both_languages_and_nothing_is_written(platform: Platform) -> None:
    before = Event.objects.count()
    with pytest.raises(InputError) as error:
        platform.do(
            platform.stranger(), "firm.register", code="9161", region="西安", registered_on="昨天", colour="red"
        )
    problems = {one.field: one for one in error.value.problems}
    assert set(problems) == {"code", "name", "region", "registered_on", "legal_representative", "colour"}
    assert all(one.reason.zh and one.reason.en and one.hint.zh and one.hint.en for one in problems.values())
    assert problems["registered_on"].value == "昨天"
    assert Event.objects.count() == before


def test_a_stale_version_is_told_and_overwrites_nothing(platform: Platform) -> None:
    admin = platform.member(platform.organisation(OrganisationKind.PLATFORM), MemberRole.SYSTEM_ADMIN)
    firm = platform.organisation(OrganisationKind.FIRM, status="pending")
    platform.do(admin, "organisation.confirm", firm, version=1)
    with pytest.raises(ConflictError):
        platform.do(admin, "organisation.suspend", firm, version=1)
    assert Organisation.objects.get(pk=firm.pk).status == "active"


def test_what_one_may_not_see_is_not_there(platform: Platform) -> None:
    _, manager = platform.firm()
    other, _ = platform.firm()
    row = Membership.objects.get(organisation=other)
    with pytest.raises(NotFoundError):
        platform.do(manager, "member.remove", row)
    with pytest.raises(NotFoundError):
        platform.do(manager, "member.remove", 10**6)
    with pytest.raises(ForbiddenError):
        platform.do(manager, "organisation.enter", kind="lender")


def test_the_three_administrators_are_three_people(platform: Platform) -> None:
    house = platform.organisation(OrganisationKind.PLATFORM)
    security = platform.member(house, MemberRole.SECURITY_ADMIN)
    account = platform.account()
    with pytest.raises(InputError) as error:
        platform.do(security, "member.add", house, email=account.email, roles=["platform.system", "platform.audit"])
    assert error.value.problems[0].code == "separate_administrators"
    platform.do(security, "member.add", house, email=account.email, roles=["platform.audit"])
    assert Membership.objects.get(account=account).roles == ["platform.audit"]


def _at_once(count: int, do: Callable[[int], Any]) -> list[str]:
    """Return the results of running it this many times at once."""
    from django.db import connection

    told: list[str] = []

    def one(number: int) -> None:
        try:
            do(number)
            told.append("done")
        except InputError as error:
            told.append(error.problems[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_eight_at_once_register_one_code_and_one_is_confirmed(
    platform: Platform, firm_data: dict[str, str]
) -> None:
    """Nobody keeps another from saying the code; the administration confirms one of them, whoever was first."""
    strangers = [platform.stranger() for _ in range(8)]
    house = platform.organisation(OrganisationKind.PLATFORM)
    admins = [platform.member(house, MemberRole.SYSTEM_ADMIN) for _ in range(8)]
    told = _at_once(8, lambda n: platform.do(strangers[n], "firm.register", key=f"race-{n}", **firm_data))
    assert told == ["done"] * 8
    firms = list(Organisation.objects.filter(kind="firm"))
    assert [one.status for one in firms] == ["pending"] * 8
    tickets = [platform.upload(who, "执照.pdf", b"%PDF-1.7 licence") for who in admins]
    told = _at_once(
        8,
        lambda n: platform.do(admins[n], "organisation.confirm", firms[n], key=f"confirm-{n}", licence=tickets[n]),
    )
    assert told == ["code_taken"] * 7 + ["done"]
    assert sorted(Organisation.objects.filter(kind="firm").values_list("status", flat=True)) == (
        ["active"] + ["refused"] * 7
    )
    assert check_register(platform.folder).findings == ()
    assert platform_findings() == []


def test_the_form_is_made_from_the_request(platform: Platform) -> None:
    stranger = platform.stranger()
    client = platform.client(stranger, "en")
    answer = platform.send(client, "firm.register", code="1", region="610100")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="f-code"' in page and 'aria-invalid="true"' in page and "Fix:" in page
    assert "Legal representative" in page and "法定代表人" not in page


def test_two_edits_at_once_one_wins_and_the_other_is_told(platform: Platform) -> None:
    from django.db import connection

    house = platform.organisation(OrganisationKind.PLATFORM)
    admins = [platform.member(house, MemberRole.SYSTEM_ADMIN) for _ in range(2)]
    firm = platform.organisation(OrganisationKind.FIRM)
    told: list[str] = []

    def edit(number: int) -> None:
        try:
            platform.do(admins[number], "organisation.suspend", firm, version=1, key=f"edit-{number}")
            told.append("done")
        except ConflictError:
            told.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["conflict", "done"]
    assert Organisation.objects.get(pk=firm.pk).version == 2
