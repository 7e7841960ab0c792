"""3,997 real applications as of 2010-12-31, and a share still in force ten years after filing.

The file is kept beside the repository; where it is absent these tests are skipped and say so.
"""

from datetime import date
from itertools import groupby
from pathlib import Path

import pytest
from right_cases import RULES

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.list_check import RightsCheck, check_rights
from zhirong.chain.right.records import LegalStatus, Right
from zhirong.chain.right.table import read_rights_table
from zhirong.documents.tables import read_rows
from zhirong.kernel.identifiers import patent_check_digit

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "cn-patents" / "applications.csv"
AS_OF = date(2010, 12, 31)
OBSERVED_TO = date(2017, 12, 31)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the research file is not at {FILE}")


def checked_on(day: date) -> RightsCheck:
    table = read_rights_table(read_rows(FILE.read_bytes(), FILE.name), FILE.name, day)
    return check_rights(table, RULES, day, FILE.name)


@pytest.fixture(scope="module")
def check() -> RightsCheck:
    return checked_on(AS_OF)


def test_every_application_is_read_and_its_number_right(check: RightsCheck) -> None:
    rights = check.table.rights
    assert len(rights) == 3997 and check.table.row_count == 4001
    assert len({right.number for right in rights}) == 3997
    for right in rights:
        digits, _, found = right.number.partition(".")
        assert patent_check_digit(digits) == found
    assert check.package.by_kind == {RightKind.INVENTION: 3997}


def test_the_four_rows_of_debris_are_refused_by_name(check: RightsCheck) -> None:
    assert [bad.row for bad in check.table.bad] == [731, 2095, 2253, 3923]
    for bad in check.table.bad:
        number = next(problem for problem in bad.problems if problem.code == "number_unknown")
        assert number.field == "app_num" and len(number.value) > 100
    # Each is the torn-off rest of the row before it, which is told too.
    assert [doubt.row for doubt in check.doubts if doubt.code == "torn"] == [730, 2094, 2252, 3922]


def test_states_on_the_day(check: RightsCheck) -> None:
    assert check.package.by_status == {
        LegalStatus.PENDING: 21,
        LegalStatus.REFUSED: 278,
        LegalStatus.WITHDRAWN: 1283,
        LegalStatus.IN_FORCE: 1417,
        LegalStatus.LAPSED: 998,
    }
    assert sum(check.package.by_status.values()) == 3997


def test_every_state_agrees_with_a_plain_reading_of_the_columns(check: RightsCheck) -> None:
    ours = {row: member.status.status for row, member in zip(check.table.rows, check.package.members, strict=True)}
    rows = read_rows(FILE.read_bytes(), FILE.name)
    columns = [str(name) for name in rows[0][1]]
    for number, cells in rows[1:]:
        if number not in ours:
            continue
        written = dict(zip(columns, map(str, cells), strict=False))
        # ISO dates sort as text; NA, blanks and later days count as not happened.
        happened = {name: day for name, day in written.items() if day[:1] in ("1", "2") and day <= str(AS_OF)}
        if "grant" in happened:
            ended = "terminate" in happened and happened.get("recover", "") < happened["terminate"]
            expected = LegalStatus.LAPSED if ended else LegalStatus.IN_FORCE
        elif "reject" in happened:
            expected = LegalStatus.REFUSED
        elif "app_withdraw" in happened or "waive" in happened:
            expected = LegalStatus.WITHDRAWN
        else:
            expected = LegalStatus.PENDING
        assert ours[number] is expected, (number, written["app_num"])


def test_nothing_after_the_day_is_looked_at(check: RightsCheck) -> None:
    for member in check.package.members:
        right = member.right
        assert right.ended_date is None or right.ended_date <= AS_OF
        assert right.filing_date is not None and member.age_days == (AS_OF - right.filing_date).days
        assert member.status.life.end is not None and member.status.life.end.year == right.filing_date.year + 20 - (
            (right.filing_date.month, right.filing_date.day) == (1, 1)
        )
    # Events cut off by hand give the same: what the file says of later years changes nothing.
    later = {right.number: right for right in checked_on(OBSERVED_TO).table.rights}
    ended_later = [r for r in later.values() if r.ended_date is not None and r.ended_date > AS_OF]
    now = {member.right.number: member.status.status for member in check.package.members}
    assert ended_later and {now[right.number] for right in ended_later if right.grant_date} <= {
        LegalStatus.IN_FORCE,
        LegalStatus.PENDING,
    }


def test_the_share_in_force_ten_years_after_filing(check: RightsCheck) -> None:
    # Kaplan-Meier with delayed entry: time runs from filing; a granted patent is at risk from the day of its grant
    # (before, it could not lapse) to its end or to the last day observed; an application given up before grant never
    # enters. The share is the product over the days of an end up to ten years of 1 - ended / at risk.
    rights = [right for right in checked_on(OBSERVED_TO).table.rights if right.grant_date is not None]
    assert len(rights) == 2422
    assert ten_year_share(rights, delayed_entry=True) == pytest.approx(0.559, abs=0.0005)
    # Counting every granted patent as at risk from its filing flatters the share.
    assert ten_year_share(rights, delayed_entry=False) > 0.59


def ten_year_share(rights: list[Right], *, delayed_entry: bool) -> float:
    lives = []
    for right in rights:
        assert right.filing_date is not None and right.grant_date is not None
        entry = (right.grant_date - right.filing_date).days if delayed_entry else 0
        leaves = ((right.ended_date or OBSERVED_TO) - right.filing_date).days
        lives.append((entry, leaves, right.ended_date is not None))
    share = 1.0
    ends = sorted(leaves for _, leaves, ended in lives if ended and leaves <= 3652)
    for day, group in groupby(ends):
        at_risk = sum(entry < day <= leaves for entry, leaves, _ in lives)
        share *= 1 - len(list(group)) / at_risk
    return share
