"""Check a list of rights: its contents on one day, its oddities, and its unusable rows."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.right.fees import FeeStanding, FeeState, fee_state_of_known
from zhirong.chain.right.kinds import PATENT_KINDS, RightKind
from zhirong.chain.right.life import as_known_on
from zhirong.chain.right.package import Member, Package, package_of, quartiles
from zhirong.chain.right.records import LegalStatus, Right
from zhirong.chain.right.status import StatusOn
from zhirong.chain.right.table import RightsTable, TableDoubt
from zhirong.kernel.identifiers import patent_year
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.sheets import ROWS_BETWEEN, nobody_looks
from zhirong.kernel.tabular import Table, Tabular
from zhirong.kernel.text import Text

_DAYS_A_YEAR = Decimal("365.25")
_SOFTWARE_YEAR = re.compile(r"(\d{4})SR", re.ASCII)
_SPREAD = ("least", "lower_quarter", "median", "upper_quarter", "most")


@dataclass(frozen=True, slots=True)
class RightsCheck(Tabular):
    """A list of rights, checked as of one day.

    fees: of each right, in the order of the package. ages, lives: minimum, quartiles and maximum in days, of all
    rights that had begun and of the remaining life of those in force; None if there is none.
    """

    source: str
    table: RightsTable
    package: Package
    fees: tuple[FeeState, ...]
    doubts: tuple[TableDoubt, ...]
    ages: tuple[int, ...] | None
    lives: tuple[int, ...] | None
    rules_version: str

    @property
    def by_fee(self) -> dict[FeeStanding, int]:
        """Return the number of patents in force by the state of their annual fees."""
        standings: Counter[FeeStanding] = Counter(
            fee.standing
            for member, fee in zip(self.package.members, self.fees, strict=True)
            if member.status.in_force and fee.standing is not FeeStanding.NONE
        )
        return {standing: standings[standing] for standing in FeeStanding if standings[standing]}

    def as_json(self) -> dict[str, object]:
        """Return everything, with stable English keys; days as ISO dates, money as strings in yuan."""
        return {**self.summary_json(), **{name: list(rows) for name, rows in self.rows_json().items()}}

    def summary_json(self) -> dict[str, object]:
        """Return the remarks on the entire list."""
        table, package = self.table, self.package
        first = package.first_to_end
        return {
            "source": self.source,
            "as_of": package.day.isoformat(),
            "rules_version": self.rules_version,
            "row_count": table.row_count,
            "good_count": len(table.rights),
            "bad_count": len(table.bad),
            "format": table.format.as_json(),
            "columns": dict(table.columns),
            "headings_not_used": list(table.not_used),
            "totals_passed_over": table.passed_over,
            "by_kind": {kind.value: count for kind, count in package.by_kind.items()},
            "by_status": {_key(status): count for status, count in package.by_status.items()},
            "by_role": {role.value: count for role, count in package.by_role.items()},
            "by_fee_standing": {standing.value: count for standing, count in self.by_fee.items()},
            "age_years": _spread_json(self.ages),
            "remaining_years_in_force": _spread_json(self.lives),
            "first_to_end": None if first is None else first.right.id,
            "without_end": list(package.without_end),
        }

    def rows_json(self) -> dict[str, Iterator[dict[str, object]]]:
        """Yield the remarks on each row one by one, because those of a long list would fill the memory."""
        return {
            "doubts": (
                {"row": doubt.row, "id": doubt.id, "code": doubt.code, "text": doubt.text.as_json()}
                for doubt in self.doubts
            ),
            "rights": (
                _right_json(row, member, fee)
                for row, member, fee in zip(self.table.rows, self.package.members, self.fees, strict=True)
            ),
            "bad": (
                {"row": bad.row, "problems": [problem.as_json() for problem in bad.problems]}
                for bad in self.table.bad
            ),
        }

    def __repr__(self) -> str:
        in_force = len(self.package.in_force)
        return f"<RightsCheck {self.source} as of {self.package.day}: {len(self.table.rights)} rights, {in_force} in force, {len(self.table.bad)} bad row(s), {len(self.doubts)} doubt(s)>"

    def as_table(self) -> Table:
        """One row for each right that could be read."""
        return Table(
            (
                "id",
                "kind",
                "number",
                "title",
                "holders",
                "status",
                "in_force",
                "age_days",
                "remaining_days",
                "fees",
            ),
            tuple(
                (
                    member.right.id,
                    str(member.right.kind),
                    member.right.number,
                    member.right.title,
                    ", ".join(holder.name for holder in member.right.holders),
                    None if member.status.status is None else str(member.status.status),
                    member.status.in_force,
                    member.age_days,
                    member.remaining_days,
                    str(fee.standing),
                )
                for member, fee in zip(self.package.members, self.fees, strict=True)
            ),
        )


def check_rights(
    table: RightsTable, rules: Rulebook, day: date, source: str, *, seen: Callable[[int], None] = nobody_looks
) -> RightsCheck:
    """Check the list as of ``day``, from what was known on that day. seen: called with the number of rights checked
    so far, every ``ROWS_BETWEEN`` rights; an exception from it ends the check.
    """
    package = package_of(table.rights, rules, day)
    fees = []
    for count, member in enumerate(package.members, 1):
        if count % ROWS_BETWEEN == 0:
            seen(count)
        fees.append(fee_state_of_known(as_known_on(member.right, day), member.status.life, day, rules))
    return RightsCheck(
        source,
        table,
        package,
        fees=tuple(fees),
        doubts=_doubts(table, package, rules),
        ages=quartiles([member.age_days for member in package.members if member.age_days is not None]),
        lives=quartiles(
            [member.remaining_days for member in package.in_force if member.remaining_days is not None]
        ),
        rules_version=rules.version(),
    )


def years(days: int) -> Decimal:
    """Return days as years of 365.25 days, to two decimals."""
    return (days / _DAYS_A_YEAR).quantize(Decimal("0.01"))


def _doubts(table: RightsTable, package: Package, rules: Rulebook) -> tuple[TableDoubt, ...]:
    broken = {bad.row for bad in table.bad if any(problem.code == "number_unknown" for problem in bad.problems)}
    found: list[TableDoubt] = []
    of_row: dict[int, list[TableDoubt]] = {}
    for doubt in table.doubts:
        of_row.setdefault(doubt.row, []).append(doubt)
    for row, member in zip(table.rows, package.members, strict=True):
        if row in of_row:
            found.extend(of_row[row])
        for code, text in doubts_of(member.right, member.status, package.day, rules):
            found.append(TableDoubt(row, member.right.id, code, text))  # noqa: PERF401 - slower for most rows
        if row + 1 in broken:
            text = Text(
                f"其后的第 {row + 1} 行不是一件权利，可能是本行断开的后半，导致本行缺少日期",
                f"row {row + 1} after it is not a right; it may be the second part of this row after a line break, so that this row lacks dates",
            )
            found.append(TableDoubt(row, member.right.id, "torn", text))
    return tuple(found)


def doubts_of(right: Right, status: StatusOn, day: date, rules: Rulebook) -> list[tuple[str, Text]]:
    """Return code and text of everything about a right as a list gives it that has to be checked. status: on ``day``."""
    found = odd_dates(right, day, rules)
    if status.conflicts:
        found.extend(("conflict", text) for text in status.conflicts)
    start = status.life.start
    if status.status is LegalStatus.PENDING and start is not None:
        age = years(max(0, (day - start).days))
        if age > rules.at("right.check.long_pending_years", day).whole():
            text = Text(
                f"申请已 {age} 年而无授权、驳回或撤回的日期，该行可能不完整",
                f"pending for {age} years without a day of grant, refusal or withdrawal: "
                "the row is probably incomplete",
            )
            found.append(("long_pending", text))
    if right.status is LegalStatus.EXPIRED and status.in_force:
        end = status.life.end
        text = Text(
            f"清单写“已届满”，而最后一天是 {end}：按有效读入，请核实",
            f'the list says "expired", but the last day is {end}: read as in force; please check',
        )
        found.append(("expired_ahead", text))
    if status.status is None:
        found.append(("no_status", _why_no_status(status, day)))
    elif status.in_force and status.life.missing:
        life = status.life.explanation
        found.append(("no_end", Text(life.show_value("zh"), life.show_value("en"))))
    return found


def odd_dates(right: Right, day: date, rules: Rulebook) -> list[tuple[str, Text]]:
    """Return code and text of dates that do not fit the number of the right."""
    found: list[tuple[str, Text]] = []
    if right.kind in PATENT_KINDS and right.number and right.filing_date is not None:
        later = patent_year(right.number) - right.filing_date.year
        if later > 0 and later > rules.at("right.check.years_before_number", day).whole():
            found.append(
                (
                    "filed_before_number",
                    Text(
                        f"申请日 {right.filing_date} 比号码的年份早 {later} 年；不是分案申请的，请核实",
                        f"filed on {right.filing_date}, {later} years before the year of its number: check the"
                        f" date unless it is a divisional application",
                    ),
                )
            )
    match = _SOFTWARE_YEAR.match(right.number) if right.kind is RightKind.SOFTWARE else None
    if match is None:
        return found
    year = int(match[1])
    registered, published = right.registration_date, right.publication_date
    if year > day.year:
        found.append(
            (
                "number_of_the_future",
                Text(f"登记号年份为 {year} 年，晚于当前年份", f"its number is of the future year {year}"),
            )
        )
    if registered is not None and abs(registered.year - year) > 1:
        found.append(
            (
                "registered_in_another_year",
                Text(
                    f"登记日 {registered} 与登记号的年份 {year} 不符",
                    f"registered on {registered}, but its number is of {year}",
                ),
            )
        )
    if registered is not None and published is not None and published > registered:
        found.append(
            (
                "published_after_registration",
                Text(
                    f"首次发表日 {published} 晚于登记日 {registered}，请核实",
                    f"first published on {published}, after its registration on {registered}: check it",
                ),
            )
        )
    return found


def _why_no_status(status: StatusOn, day: date) -> Text:
    why = status.explanation.formula
    return Text(f"{day} 的状态不明", f"status on {day} unknown") if why is None else why


def _right_json(row: int, member: Member, fee: FeeState) -> dict[str, object]:
    right, status = member.right, member.status
    life = status.life
    return {
        "row": row,
        "id": right.id,
        "kind": right.kind.value,
        "number": right.number,
        "title": right.title,
        "status": _key(status.status),
        "register_status": None if status.register is None else status.register.value,
        "status_by_dates": None if status.by_dates is None else status.by_dates.value,
        "flags": sorted(flag.value for flag in status.flags),
        "conflicts": [text.as_json() for text in status.conflicts],
        "term_start": None if life.start is None else life.start.isoformat(),
        "term_end": None if life.end is None else life.end.isoformat(),
        "without_end": life.unlimited,
        "age_days": member.age_days,
        "remaining_days": member.remaining_days,
        "renewable_until": None if status.renewable_until is None else status.renewable_until.isoformat(),
        "fees": {
            "standing": fee.standing.value,
            "overdue": fee.overdue,
            "year": None if fee.owed is None else fee.owed.year,
            "due": None if fee.owed is None else fee.owed.due.isoformat(),
            "amount": None if fee.owed is None else yuan(fee.owed.fee),
            "surcharge": yuan(fee.surcharge),
        },
        "role": right.role.value,
    }


def _key(status: LegalStatus | None) -> str:
    return "not_known" if status is None else status.value


def _spread_json(days: Sequence[int] | None) -> dict[str, str] | None:
    if days is None:
        return None
    return {name: str(years(count)) for name, count in zip(_SPREAD, days, strict=True)}
