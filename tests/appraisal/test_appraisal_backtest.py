"""Survival with delayed entry and the back-test without look-ahead, on made data and on the public ones."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from zhirong.chain.appraisal.maintenance import Application, read_applications, survival_after_filing
from zhirong.chain.appraisal.screening import backtest, logistic, score
from zhirong.cli.main import main
from zhirong.kernel.days import add_years

DATA = Path(__file__).parents[3] / "shared" / "data" / "cn-patents" / "applications.csv"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"the public data are not at {DATA}")
DAY, OBSERVED_TO = date(2008, 12, 31), date(2017, 12, 31)


def rows() -> list[Mapping[str, str]]:
    with DATA.open(encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file, restval=""))


def made(filed: date, granted: date | None, lapsed: date | None, **features: float) -> Application:
    return Application("CN00000000.0", filed, granted, lapsed, features)


def test_a_right_granted_late_does_not_count_as_having_survived_before() -> None:
    """Two rights; one lapses in year 3 before the other is granted in year 5 and lapses in year 8."""
    first = made(date(2000, 1, 1), date(2001, 1, 1), date(2003, 1, 1))
    late = made(date(2000, 1, 1), date(2005, 1, 1), date(2008, 1, 1))
    kept = made(date(2000, 1, 1), date(2001, 1, 1), None)
    found = survival_after_filing([first, late, kept], date(2015, 1, 1), [4, 9])
    # ½ at the first lapse (two at risk), then ½ again at the second (two at risk)
    assert found.in_force == (pytest.approx(0.5), pytest.approx(0.25))
    wrong = survival_after_filing([first, late, kept], date(2015, 1, 1), [4, 9], delayed_entry=False)
    assert wrong.in_force[0] == pytest.approx(2 / 3)


def test_an_application_that_was_never_granted_is_not_at_risk() -> None:
    granted = made(date(2000, 1, 1), date(2001, 1, 1), None)
    with pytest.raises(ValueError, match="no right"):
        survival_after_filing([made(date(2000, 1, 1), None, None)], OBSERVED_TO, [10])
    assert survival_after_filing([granted, made(date(2000, 1, 1), None, None)], OBSERVED_TO, [10]).rights == 1


@needs_data
def test_on_the_public_data_55_9_per_cent_are_in_force_ten_years_after_filing() -> None:
    applications, debris = read_applications(rows())
    assert (len(applications), debris) == (3_997, 4)
    found = survival_after_filing(applications, OBSERVED_TO, [10])
    assert round(found.in_force[0] * 100, 1) == 55.9
    assert found.low[0] < found.in_force[0] < found.high[0]
    without = survival_after_filing(applications, OBSERVED_TO, [10], delayed_entry=False)
    assert without.in_force[0] > found.in_force[0] + 0.03


@needs_data
def test_the_back_test_ranks_better_than_age_alone_and_no_better_than_renewal_data_allow() -> None:
    applications, _ = read_applications(rows())
    found = backtest(applications, DAY, OBSERVED_TO)
    for horizon in found.horizons:
        assert horizon.model.auc > horizon.age_only.auc + 3 * horizon.model.auc_error
        # well above what indicators alone reach on renewal data (0.58 to 0.62): years since grant are in it
        assert 0.60 < horizon.model.auc < 0.75
        assert horizon.model.brier < horizon.age_only.brier - 0.04
        assert abs(horizon.model.forecast - horizon.kept) < abs(horizon.age_only.forecast - horizon.kept)
        assert sum(count for count, _, _ in horizon.model.deciles) == horizon.rights


@needs_data
def test_nothing_that_happened_after_the_day_changes_what_was_learnt_or_forecast() -> None:
    """Every lapse that could be known later is taken away: the weights and the forecasts must stay the same."""
    applications, _ = read_applications(rows())
    kept = [
        replace(one, lapsed=None) if one.lapsed is not None and one.lapsed > DAY else one for one in applications
    ]
    kept.append(made(date(2000, 1, 1), date(2003, 1, 1), date(2010, 1, 1), **applications[0].features))
    whole = [*applications, kept[-1]]
    one, other = (backtest(each, DAY, OBSERVED_TO) for each in (whole, kept))
    assert one.weights == other.weights
    for mine, theirs in zip(one.horizons, other.horizons, strict=True):
        assert [f for _, f, _ in mine.model.deciles] == [f for _, f, _ in theirs.model.deciles]


@needs_data
def test_the_days_of_lapse_are_days_of_the_gazette_so_that_nothing_lags_behind_them() -> None:
    """Published on Wednesdays (since 2017 on Fridays too), one to three months after the anniversary that follows the
    unpaid one: why the back-test uses all that is dated up to its day, and steps in years from that day.
    """
    lapsed = [one for one in read_applications(rows())[0] if one.lapsed is not None]
    assert {one.lapsed.weekday() for one in lapsed if one.lapsed.year < 2017} == {2}
    after = [(one.lapsed - add_years(one.filed, one.lapsed.year - one.filed.year)).days % 365 for one in lapsed]
    assert np.mean([25 <= days <= 95 for days in after]) > 0.9


@needs_data
def test_rights_just_granted_do_not_look_immortal_and_the_tenths_rise_with_what_was_kept() -> None:
    applications, _ = read_applications(rows())
    for horizon in backtest(applications, DAY, OBSERVED_TO).horizons:
        lowest, highest = horizon.model.deciles[0], horizon.model.deciles[-1]
        assert lowest[2] < horizon.kept < highest[2]
        # the best tenth is no longer promised what it does not keep
        assert abs(highest[1] - highest[2]) < 0.1


@needs_data
def test_no_feature_is_made_of_what_was_not_yet_known_at_grant() -> None:
    looking_ahead = {"patent_status_n": "9", "event": "9", "terminate": "", "start_end_dur": "1", "age_at_event": "1",
                     "recover": "", "event_date": "", "reject": "", "waive": ""}  # fmt: skip
    sample = [row for row in rows() if row["grant"] not in ("NA", "")][:200]
    blurred = [{**row, **looking_ahead} for row in sample]
    assert [a.features for a in read_applications(sample)[0]] == [a.features for a in read_applications(blurred)[0]]


def test_scores_by_hand() -> None:
    found = score(np.array([0.9, 0.8, 0.3, 0.3]), np.array([1.0, 0.0, 1.0, 0.0]))
    # pairs kept over gone: 0.9 beats both, 0.3 loses to 0.8 and ties with 0.3
    assert found.auc == pytest.approx(2.5 / 4)
    assert found.brier == pytest.approx((0.01 + 0.64 + 0.49 + 0.09) / 4)
    with pytest.raises(ValueError, match="all outcomes are equal"):
        score(np.array([0.1, 0.2]), np.array([1.0, 1.0]))


def test_logistic_regression_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(5)
    features = np.column_stack([np.ones(40_000), rng.standard_normal((40_000, 2))])
    true = np.array([-1.0, 0.8, 0.0])
    outcome = (rng.random(40_000) < 1 / (1 + np.exp(-features @ true))).astype(float)
    assert logistic(features, outcome, 1) == pytest.approx(true, abs=0.05)


def test_a_horizon_beyond_the_observation_is_refused() -> None:
    start = date(2000, 1, 1)
    many = [
        made(start + timedelta(days=n), start + timedelta(days=n + 800), date(2004, 6, 1) if n % 3 == 0 else None, x=n % 2)
        for n in range(300)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="beyond the observation"):
        backtest(many, DAY, date(2010, 1, 1))
    with pytest.raises(ValueError, match="no lapse"):
        backtest(many, date(2003, 1, 1), OBSERVED_TO)


@needs_data
def test_the_command_tells_it_all_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["appraise", "backtest", str(DATA), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    tenth = next(row for row in told["survival"]["by_year"] if row["year"] == 10)
    assert tenth["in_force"] == "0.5593"
    assert {row["years"] for row in told["backtest"]["horizons"]} == {4, 8}
    # what the rule file says was fitted is what is fitted
    assert (told["renewal_returns"]["mu"][:5], told["renewal_returns"]["sigma"][:4]) == ("10.19", "2.05")
    assert main(["appraise", "backtest", str(DATA), "--as-of", "2012-12-31"]) == 2


@needs_data
def test_every_right_screened_is_written_the_likeliest_to_be_kept_first(tmp_path: Path) -> None:
    out = tmp_path / "screened.csv"
    assert main(["appraise", "backtest", str(DATA), "--out", str(out), "--json"]) == 0
    with out.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 1_729 + 1_714
    four = [float(row["forecast"]) for row in found if row["years"] == "4"]
    assert four == sorted(four, reverse=True)
    kept = [int(row["kept"]) for row in found if row["years"] == "4"]
    assert sum(kept) / len(kept) == pytest.approx(0.625, abs=0.001)
    assert main(["appraise", "backtest", str(DATA), "--out", str(tmp_path / "no" / "such" / "place.csv")]) == 2
