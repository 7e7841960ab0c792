"""Maintenance data: applications with the days of their legal states, read from rows and fitted for survival.

A right enters the risk set on its day of grant (delayed entry). An application abandoned before grant was never a
right that could lapse, and a right granted in its sixth year must not count as having survived the first five.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from zhirong.chain.appraisal.uncertain import Array
from zhirong.kernel.days import add_years, years_between

TERM_YEARS = 20
_NUMBER = re.compile(r"CN\d{8}\.[\dX]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Application:
    """One invention application with the data of its register.

    granted, lapsed: None if it never happened in the observed time. features: data known by the day of grant, by
    name.
    """

    number: str
    filed: date
    granted: date | None
    lapsed: date | None
    features: Mapping[str, float]

    @property
    def term_end(self) -> date:
        """Return the day on which twenty years from filing are over."""
        return add_years(self.filed, TERM_YEARS)

    def alive_on(self, day: date) -> bool:
        """Return whether it was a right in force on ``day``."""
        granted = self.granted is not None and self.granted <= day
        return granted and (self.lapsed is None or self.lapsed > day) and day < self.term_end


def read_applications(rows: Iterable[Mapping[str, str | None]]) -> tuple[tuple[Application, ...], int]:
    """Read applications from rows of the data set's columns; also return how many rows had no number and filing
    day.

    Only what is known by the day of grant becomes a feature. Columns that look ahead are left out: the present
    status (``patent_status_n``), the event and every duration and age of events, the days of lapse, restoration and
    refusal.
    """
    found, debris = [], 0
    for row in rows:
        filed = _day(row.get("app_date"))
        number = row.get("app_num") or ""
        if filed is None or _NUMBER.fullmatch(number) is None:
            debris += 1
            continue
        granted = _day(row.get("grant"))
        found.append(
            Application(number, filed, granted, _day(row.get("terminate")), _features(row, filed, granted))
        )
    return tuple(found), debris


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of granted rights in force by years after filing, just before each anniversary.

    years, in_force, low, high: with the 95 % band. rights, lapses: the numbers behind it.
    """

    years: tuple[int, ...]
    in_force: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rights: int
    lapses: int

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; shares with four decimals."""
        rows = zip(self.years, self.in_force, self.low, self.high, strict=True)
        return {
            "rights": self.rights,
            "lapses": self.lapses,
            "by_year": [
                {"year": year, "in_force": f"{share:.4f}", "low": f"{low:.4f}", "high": f"{high:.4f}"}
                for year, share, low, high in rows
            ],
        }


def survival_after_filing(
    applications: Sequence[Application], observed_to: date, years: Sequence[int], *, delayed_entry: bool = True
) -> Survival:
    """Fit Kaplan-Meier to granted rights by years after filing, entering at grant, with the lifelines library.

    observed_to: last day of observation. delayed_entry: False shows the error of a fit without it. Raises
    ValueError if no right was granted.
    """
    from lifelines import KaplanMeierFitter

    entry, end, lapsed = _spans(applications, observed_to)
    if end.size == 0:
        raise ValueError("no right was granted in these data")
    fitter = KaplanMeierFitter().fit(end, lapsed, entry=entry if delayed_entry else None)
    band = fitter.confidence_interval_survival_function_
    at = [max(0, int(np.searchsorted(band.index.to_numpy(), year, side="right")) - 1) for year in years]
    low, high = (band.iloc[at, column].to_numpy() for column in (0, 1))
    kept = [float(fitter.predict(year)) for year in years]
    return Survival(
        tuple(years), tuple(kept), tuple(map(float, low)), tuple(map(float, high)), end.size, int(lapsed.sum())
    )


def _spans(applications: Sequence[Application], observed_to: date) -> tuple[Array, Array, Array]:
    entry, end, lapsed = [], [], []
    for one in applications:
        if one.granted is None or one.granted >= observed_to:
            continue
        seen = one.lapsed is not None and one.lapsed <= observed_to
        last = one.lapsed if seen and one.lapsed is not None else min(observed_to, one.term_end)
        if last <= one.granted:
            continue
        entry.append(years_between(one.filed, one.granted))
        end.append(years_between(one.filed, last))
        lapsed.append(float(seen))
    return np.asarray(entry), np.asarray(end), np.asarray(lapsed)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written and _DAY.fullmatch(written) else None


def _number(written: str | None) -> float:
    try:
        return float(written or "nan")
    except ValueError:
        return float("nan")


def _features(row: Mapping[str, str | None], filed: date, granted: date | None) -> Mapping[str, float]:
    """Missing figures are zero with a separate mark, so that a gap is visible and not guessed."""
    raw = {
        "log_claims": _number(row.get("total_claims")),
        "log_classes": _number(row.get("IPCcount")),
        "log_applicants": _number(row.get("total_applicant")),
        "log_inventors": _number(row.get("total_inventers")),
    }
    found = {name: 0.0 if np.isnan(value) else float(np.log1p(value)) for name, value in raw.items()}
    found["missing"] = float(sum(np.isnan(value) for value in raw.values()))
    for name, column in (
        ("company", "type1_company"),
        ("university", "type2_university"),
        ("individual", "type3_individual"),
        ("agency", "if_agency"),
        ("domestic", "Chinese"),
        ("priority", "priority_d"),
        ("divisional", "divisional_app"),
    ):
        found[name] = 1.0 if row.get(column) == "1" else 0.0
    found["international"] = 0.0 if (row.get("Int_filing") or "NA") in ("NA", "") else 1.0
    found["years_to_grant"] = 0.0 if granted is None else years_between(filed, granted)
    main = (row.get("main_IPC") or "")[:3]
    for ipc in ("A01", "A23", "A47", "A61"):
        found[f"ipc_{ipc}"] = float(main == ipc)
    return found
