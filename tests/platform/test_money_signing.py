"""Signing: the hash and a code that is good for once, or a sealed scan that two people have checked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from money_world import PDF, Money
from platform_world import readers

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.blobs import path_of
from zhirong.store.financing import Paper, Signature
from zhirong.store.models import Event


def refused(platform, who, name, row, **data) -> str:
    with pytest.raises(InputError) as told:
        platform.do(who, name, row, **data)
    return told.value.problems[0].code


def test_a_code_signs_once_and_is_never_written_down(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    first, second = money.papers()[:2]
    assert refused(platform, money.manager, "paper.sign", first, code="000000") == "no_second_factor"
    code = money.code(money.manager.account)
    platform.do(money.manager, "paper.sign", first, code=code, sha256=first.sha256)
    assert refused(platform, money.manager, "paper.sign", second, code=code) == "used_code"
    assert refused(platform, money.manager, "paper.sign", first, code=code) == "signed_already"
    platform.do(money.manager, "paper.sign", second, code=money.code(money.manager.account))
    for event in Event.objects.filter(kind="paper.sign"):
        assert code not in canonical.decode(event.content.encode())["request"]
        assert first.sha256 in event.entry or second.sha256 in event.entry
    assert check_register(platform.folder).findings == ()


def test_a_code_signs_once_even_where_the_cache_has_forgotten(platform, monkeypatch) -> None:
    from django.core.cache import cache

    money = Money(platform, monkeypatch)
    money.issue()
    first, second = money.papers()[:2]
    code = money.code(money.manager.account)
    platform.do(money.manager, "paper.sign", first, code=code)
    cache.clear()
    assert refused(platform, money.manager, "paper.sign", second, code=code) == "used_code"


def test_recovery_codes_and_guesses_do_not_sign(platform, monkeypatch) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    money = Money(platform, monkeypatch)
    money.issue()
    paper = money.papers()[0]
    good = money.code(money.manager.account)
    recovery = RecoveryCodes.activate(money.manager.account).get_unused_codes()[0]
    assert refused(platform, money.manager, "paper.sign", paper, code=recovery) == "wrong_code"
    for guess in range(4):
        assert (
            refused(platform, money.manager, "paper.sign", paper, code=f"{(int(good) + 1 + guess) % 10**6:06d}")
            == "wrong_code"
        )
    assert refused(platform, money.manager, "paper.sign", paper, code=good) == "too_many_codes"
    assert not Signature.objects.exists()


def test_only_who_must_sign_can(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    paper = money.papers()[0]
    stranger_firm, stranger = platform.firm()
    for who in (money.officer, money.cashier, stranger, platform.member(money.firm, MemberRole.FIRM_CLERK)):
        with pytest.raises(InputError):
            platform.do(who, "paper.sign", paper, code=money.code(who.account))
    with pytest.raises(ForbiddenError):
        platform.do(money.officer, "paper.sign", paper, code="123456")


def test_a_newer_version_voids_what_was_signed(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    old = money.papers()
    money.on_case(money.manager, "case.sign", code=money.code(money.manager.account))
    assert Signature.objects.filter(valid=True).count() == 3
    money.issue(misuse_uplift="0.8")
    assert not Signature.objects.filter(valid=True).exists()
    assert {Paper.objects.get(pk=one.pk).state for one in old} == {"void"}
    new = money.papers()
    assert [one.number for one in new] == [f"{one.number}-2" for one in old]
    assert refused(platform, money.manager, "paper.sign", old[0], code="123456") == "not_in_this_state"
    code = money.code(money.manager.account)
    assert (
        refused(platform, money.manager, "paper.sign", new[0], code=code, sha256=old[0].sha256) == "another_version"
    )
    assert refused(platform, money.manager, "case.sign", money.case, code=code) == "hashes_missing"
    seen = [one.sha256 for one in old]  # the page of all contracts, opened before the new version
    assert refused(platform, money.manager, "case.sign", money.case, code=code, sha256=seen) == "another_version"
    seen = [one.sha256 for one in new[:-1]]
    assert refused(platform, money.manager, "case.sign", money.case, code=code, sha256=seen) == "another_version"
    money.sign()
    assert money.state == CaseState.REGISTERING


def test_a_changed_file_is_not_signed(platform, monkeypatch) -> None:
    from zhirong.store.settings import DATA

    money = Money(platform, monkeypatch)
    money.issue()
    paper = money.papers()[0]
    place = path_of(paper.sha256, DATA)
    place.write_bytes(place.read_bytes() + b"%")
    code = money.code(money.manager.account)
    assert refused(platform, money.manager, "paper.sign", paper, code=code) == "file_changed"
    client = platform.client(money.manager)
    client.raise_request_exception = False
    assert client.get(f"/files/{paper.pdf_id}/").status_code == 410  # nothing of it is handed out
    assert "请勿使用或签署" in platform.client(money.manager).get(f"/papers/{paper.pk}/").content.decode()


def test_a_sealed_scan_counts_once_two_people_have_checked_it(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    for paper in money.papers():
        ticket = platform.upload(money.manager, "盖章.pdf", PDF + paper.number.encode())
        platform.do(money.manager, "paper.scan", paper, file=ticket)
        signature = Signature.objects.get(paper=paper, organisation=money.firm)
        assert not signature.valid
        with pytest.raises(ForbiddenError):
            platform.do(money.manager, "paper.check_scan", signature, agrees=True)
        platform.do(money.officer, "paper.check_scan", signature, agrees=True)
        signature.refresh_from_db()
        assert not signature.valid
        with pytest.raises(ForbiddenError):  # the same person again
            platform.do(money.officer, "paper.check_scan", signature, agrees=True)
        platform.do(money.reviewer, "paper.check_scan", signature, agrees=True)
        signature.refresh_from_db()
        assert signature.valid and signature.sha256 == paper.sha256
    assert money.state == CaseState.SIGNING
    money.on_case(money.head, "case.sign", code=money.code(money.head.account))
    assert money.state == CaseState.REGISTERING
    assert check_register(platform.folder).findings == ()


def test_a_scan_that_does_not_agree_goes_back(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    paper = money.papers()[0]
    assert (
        refused(platform, money.manager, "paper.scan", paper, file=platform.upload(money.manager, "a.csv", b"a"))
        == "not_a_scan"
    )
    platform.do(money.manager, "paper.scan", paper, file=platform.upload(money.manager, "a.pdf", PDF))
    signature = Signature.objects.get(paper=paper)
    platform.do(money.officer, "paper.check_scan", signature, agrees=True)
    platform.do(money.reviewer, "paper.check_scan", signature, agrees=False, finding="缺第二页")
    signature.refresh_from_db()
    assert (signature.valid, signature.scan_id, signature.checked_by_id) == (False, None, None)
    platform.do(money.manager, "paper.scan", paper, file=platform.upload(money.manager, "b.pdf", PDF + b"2"))
    signature.refresh_from_db()
    platform.do(money.officer, "paper.check_scan", signature, agrees=True)
    money.issue()
    signature.refresh_from_db()
    assert refused(platform, money.reviewer, "paper.check_scan", signature, agrees=True) == "another_version"


def test_contracts_name_what_was_approved(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    day = platform.day.isoformat()
    assert (
        refused(platform, money.officer, "contract.issue", money.case, start=day, annual_rate="0.05")
        == "not_the_rate_approved"
    )
    assert (
        refused(platform, money.officer, "contract.issue", money.case, start=day, overdue_uplift="0.2")
        == "uplift_outside"
    )
    money.issue()
    # What nobody has agreed otherwise is what the rule of the day says.
    money.case.refresh_from_db()
    for which in ("overdue", "misuse"):
        usual = rulebook().at(f"lending.servicing.usual_{which}_uplift", platform.day).number()
        assert Decimal(money.case.contract["servicing"][f"{which}_uplift"]) == usual
    loan = money.papers()[0]
    assert "人民币" not in str(loan.facts) and loan.facts["rate"] == "0.0435"
    assert loan.facts["end"] == (platform.day.replace(year=platform.day.year + 1)).isoformat()
    assert sum(row["principal"] for row in loan.facts["schedule"]) == money.case.approved_amount
    for one in money.papers():
        assert readers(one) >= {money.firm.pk, money.bank.pk}
    platform.later(1)
    assert platform.day - timedelta(days=1) == money.case.submitted_on


def test_nobody_signs_for_two_sides(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.issue()
    both = platform.member(money.bank, MemberRole.LENDER_MANAGER, account=money.manager.account)
    paper = money.papers()[0]
    platform.do(money.manager, "paper.sign", paper, code=money.code(money.manager.account))
    assert refused(platform, both, "paper.sign", paper, code=money.code(both.account)) == "signed_for_another"
    scan = platform.upload(both, "扫描件.pdf", PDF)
    assert refused(platform, both, "paper.scan", paper, file=scan) == "signed_for_another"
    with pytest.raises(InputError) as told:
        money.on_case(both, "case.sign", code=money.code(both.account))
    assert told.value.problems[0].code == "signed_for_another"
    platform.do(money.head, "paper.sign", paper, code=money.code(money.head.account))
