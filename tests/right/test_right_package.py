"""What lies on a right, and what several rights are together."""

from dataclasses import replace
from datetime import date

import pytest
from right_cases import FIRM, RULES, read, right_of

from zhirong.chain.right.encumbrances import encumbrances
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.package import duplicates_in, package_of, quartiles
from zhirong.chain.right.records import Flag, Holder, LegalStatus, Licence, LicenceKind, Role

DAY = date(2026, 1, 1)
PATENT = replace(read(grant_date=date(2016, 5, 4), fee_paid_through_year=12), role=Role.CORE)


def test_a_sole_owner_without_licences_is_free() -> None:
    found = encumbrances(PATENT, DAY)
    assert found.free and found.holder_may_use and found.may_license and found.yearly_fees == 0


def test_every_co_owner_must_consent_unless_they_agreed_otherwise() -> None:
    asked, refused, agreed = Holder("乙大学"), Holder("丙公司", consents=False), Holder("丁公司", consents=True)
    shared = replace(PATENT, holders=(asked, refused, agreed))
    found = encumbrances(shared, DAY)
    assert found.must_consent == (asked, refused) and found.refused == (refused,) and not found.free
    assert encumbrances(replace(shared, co_owners_agreed_freely=True), DAY).must_consent == ()


@pytest.mark.parametrize(
    ("kind", "may_use", "may_license"),
    [
        (LicenceKind.EXCLUSIVE, False, False),
        (LicenceKind.SOLE, True, False),
        (LicenceKind.NON_EXCLUSIVE, True, True),
        (LicenceKind.OPEN, True, True),
    ],
)
def test_what_a_licence_leaves_to_the_holder(kind: LicenceKind, may_use: bool, may_license: bool) -> None:
    licence = Licence(kind, "丙公司", date(2025, 1, 1), date(2026, 1, 1), 5_000_000, True)
    licensed = replace(PATENT, licences=(licence,))
    found = encumbrances(licensed, date(2026, 1, 1))
    assert (found.holder_may_use, found.may_license) == (may_use, may_license)
    assert found.yearly_fees == 5_000_000 and "丙公司" in found.explanation.as_text("zh")
    for outside in (date(2024, 12, 31), date(2026, 1, 2)):
        assert encumbrances(licensed, outside).free


def test_flags_are_encumbrances() -> None:
    found = encumbrances(replace(PATENT, flags=frozenset({Flag.FROZEN})), DAY)
    assert not found.free and "冻结" in found.explanation.as_text("zh")


MARK = replace(right_of("trademark", registration_date=date(2018, 7, 7)), id="tm", number="1234567")
OLD = replace(right_of("utility_model", filing_date=date(2014, 1, 1), grant_date=date(2014, 9, 1)), id="um")
SECRET = replace(right_of("trade_secret", status=LegalStatus.IN_FORCE), id="ts")


def test_a_mixed_package() -> None:
    package = package_of([PATENT, MARK, OLD, SECRET], RULES, DAY)
    assert package.mixed
    assert package.by_kind == {
        RightKind.INVENTION: 1,
        RightKind.UTILITY_MODEL: 1,
        RightKind.TRADEMARK: 1,
        RightKind.TRADE_SECRET: 1,
    }
    assert package.by_status == {LegalStatus.IN_FORCE: 3, LegalStatus.EXPIRED: 1}
    assert package.by_role == {Role.CORE: 1, Role.GENERAL: 3}
    assert [member.right.id for member in package.in_force] == ["p1", "tm", "ts"]
    # The utility model ended earlier, but it is in force no more.
    assert package.first_to_end is not None and package.first_to_end.right.id == "tm"
    assert package.first_to_end.status.life.end == date(2028, 7, 6)
    assert package.without_end == ("ts",)
    assert package.duplicates == ()


def test_an_empty_package_has_nothing_to_end() -> None:
    package = package_of([], RULES, DAY)
    assert package.first_to_end is None and package.by_status == {} and not package.mixed


def test_the_same_number_is_found_twice() -> None:
    again = replace(PATENT, id="p2")
    names = [replace(right_of("trade_name"), id=f"n{n}", number="91110000600037341L") for n in range(2)]
    without = [right_of("software", holders=(FIRM,)), right_of("software", holders=(FIRM,))]
    groups = duplicates_in([PATENT, MARK, again, *names, *without])
    assert [[right.id for right in group] for group in groups] == [["p1", "p2"], ["n0", "n1"]]


def test_age_and_remaining_life_of_a_member() -> None:
    member = package_of([PATENT], RULES, date(2026, 7, 28)).members[0]
    assert member.age_days == (date(2026, 7, 28) - date(2014, 7, 28)).days
    assert member.remaining_days == (date(2034, 7, 28) - date(2026, 7, 28)).days
    before = package_of([PATENT], RULES, date(2014, 7, 27)).members[0]
    assert before.age_days is None and before.status.status is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], None),
        ([7], (7, 7, 7, 7, 7)),
        ([4, 1, 3, 2, 5], (1, 2, 3, 4, 5)),
        (list(range(101)), (0, 25, 50, 75, 100)),
    ],
)
def test_quartiles_are_members(days: list[int], expected: tuple[int, ...] | None) -> None:
    assert quartiles(days) == expected
