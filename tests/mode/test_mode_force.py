"""What is in force on a day: only between confirmed dates, lately confirmed. Every mode is walked through 2026."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mode_samples import HEAD, quota_body

from zhirong.chain.mode.confirmation import Confirmation, SourceKind
from zhirong.chain.mode.eligibility import eligibility
from zhirong.chain.mode.force import CONFIRMATION_DAYS, FORCE_TEXT, Force, force_on
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.reader import read_mode
from zhirong.cli.modes_list import _days_for_list
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import list_modes, load_modes

MODES = load_modes()
TODAY = date(2026, 11, 30)
STALE = load_rulebook().at(CONFIRMATION_DAYS, TODAY).whole()
YEAR = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
GOOD = quota_body({"lender": 2_000, "fund": 8_000})


def mode_with(source: str, region: str = "CN", more: str = GOOD) -> Mode:
    head = HEAD.format(id="sample").replace('confidence = "assumed"\n', f'confidence = "assumed"\n{source}\n')
    return read_mode(head.replace("place = {", f'region = "{region}"\nplace = {{', 1) + more, "sample.toml")


def state(source: str, day: date = TODAY, **more: str) -> Force:
    return force_on(mode_with(source, **more), day, STALE).state


DATED = "valid_from = 2026-01-01\nvalid_to = 2026-12-31\n"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (DATED + "confirmed_on = 2026-06-01", Force.IN_FORCE),
        (DATED, Force.IN_FORCE),  # the first day is the last confirmation
        ("valid_from = 2024-07-24\nvalid_to = 2027-12-31", Force.TO_BE_CONFIRMED),  # too long ago
        ("valid_from = 2024-07-24\nvalid_to = 2027-12-31\nconfirmed_on = 2025-11-30", Force.IN_FORCE),
        ("valid_from = 2024-07-24\nvalid_to = 2027-12-31\nconfirmed_on = 2025-11-29", Force.TO_BE_CONFIRMED),
        ("valid_from = 2026-01-01", Force.TO_BE_CONFIRMED),  # no last day
        ("valid_to = 2026-12-31\nconfirmed_on = 2026-06-01", Force.TO_BE_CONFIRMED),  # no first day
        ("", Force.TO_BE_CONFIRMED),
        ('valid_from = 2026-01-01\nopen_ended = "长期有效"', Force.IN_FORCE),
        ('valid_from = 2024-01-01\nopen_ended = "长期有效"', Force.TO_BE_CONFIRMED),
        ("valid_from = 2026-12-01\nvalid_to = 2027-12-31", Force.NOT_BEGUN),
        ("valid_from = 2026-01-01\nvalid_to = 2026-11-29", Force.ENDED),
        ('valid_from = 2020-01-01\nended_by = 2026-11-30\nended_words = "已被取代"', Force.ENDED),
        ('valid_from = 2020-01-01\nended_by = 2026-12-01\nended_words = "已被取代"', Force.TO_BE_CONFIRMED),
        ('kind = "contract_form"', Force.CONTRACT_FORM),
        ('kind = "contract_form"\nvalid_from = 2026-12-01', Force.NOT_BEGUN),
        ('kind = "proposal"', Force.NOT_BEGUN),
    ],
)
def test_where_a_source_stands(source: str, wanted: Force) -> None:
    found = force_on(mode_with(source), TODAY, STALE)
    assert found.state is wanted
    assert found.reason.zh and found.reason.en
    assert (found.confirm_with is not None) == (wanted in (Force.TO_BE_CONFIRMED, Force.CONTRACT_FORM))
    assert found.may_lead == (wanted in (Force.IN_FORCE, Force.CONTRACT_FORM))
    assert not (found.may_lead and found.for_study)


def test_a_mode_of_another_country_is_for_study() -> None:
    assert state(DATED, region="US") is Force.FOREIGN


def test_terms_that_have_ended_end_the_mode() -> None:
    body = GOOD.replace('base = ["principal"]', 'base = ["principal"]\nvalid_to = 2026-06-30')
    assert state(DATED, date(2026, 6, 30), more=body) is Force.IN_FORCE
    assert state(DATED, date(2026, 7, 1), more=body) is Force.ENDED


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ('valid_from = 2026-01-01\nvalid_to = 2026-12-31\nopen_ended = "长期"', "source.open_ended"),
        ("ended_by = 2026-01-01", "source.ended_words"),
        ('ended_words = "已被取代"', "source.ended_words"),
        ('valid_to = 2026-12-31\nended_by = 2026-01-01\nended_words = "已被取代"', "source.ended_by"),
        ('kind = "contract_form"\nvalid_to = 2026-12-31', "source.kind"),
        ('kind = "guess"', "source.kind"),
        ('confirmed_on = "soon"', "source.confirmed_on"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(source: str, field: str) -> None:
    with pytest.raises(InputError) as error:
        mode_with(source)
    assert field in {problem.field for problem in error.value.problems}


def verdict(mode: Mode, day: date) -> str:
    """Whether a firm that meets everything else qualifies, from what the source says alone."""
    states = {
        found.state
        for found in eligibility(mode, {}, day, stale_after_days=STALE)
        if found.code in ("mode.in_force", "mode.validity")
    }
    return "no" if "unmet" in states else "unknown" if "unknown" in states else "yes"


@pytest.mark.parametrize("mode_id", sorted(MODES))
def test_no_day_of_2026_offers_what_has_ended_or_is_not_confirmed(mode_id: str) -> None:
    mode = MODES[mode_id]
    source, said = mode.source, mode.confirmation
    for day in [*YEAR, TODAY]:
        answer = verdict(mode, day)
        ended = (source.valid_to is not None and day > source.valid_to) or (
            said.ended_by is not None and day >= said.ended_by
        )
        begun = source.valid_from is None or day >= source.valid_from
        domestic = mode.region == "CN" or len(mode.region) == 6
        if ended or not begun or not domestic or said.kind is SourceKind.PROPOSAL:
            assert answer == "no", day
        if answer == "yes" and said.kind is SourceKind.SCHEME:
            assert source.valid_from is not None, day
            assert source.valid_to is not None or said.open_ended, day
            assert said.confirmed_on is not None and (day - said.confirmed_on).days <= STALE, day


@pytest.mark.parametrize("day", [date(2022, 1, 1), date(2026, 3, 2), TODAY, date(2028, 10, 1)])
def test_the_list_says_the_same_as_the_mode(day: date) -> None:
    for head in list_modes():
        found = force_on(MODES[head.id], day, STALE)
        assert head.force(day, STALE) == found
        asked = found.confirm_with
        assert head.standing(day, STALE) == (found.state, None if asked is None else (asked.zh, asked.en))
        assert _days_for_list(day) == STALE


def test_what_is_known_of_single_modes_today() -> None:
    found = {mode_id: force_on(mode, TODAY, STALE).state for mode_id, mode in MODES.items()}
    assert found["pudong"] is Force.ENDED
    assert found["guangzhou-55"] is Force.ENDED
    assert found["pudong-later"] is Force.TO_BE_CONFIRMED
    assert found["shenzhen-pingshan"] is Force.TO_BE_CONFIRMED
    assert found["credit-plus-ip"] is Force.CONTRACT_FORM
    assert found["national-ip-insurer"] is Force.NOT_BEGUN
    assert found["germany"] is Force.FOREIGN
    guangzhou = [
        force_on(MODES["guangzhou-2025"], day, STALE).state for day in (date(2026, 9, 18), date(2026, 9, 19))
    ]
    assert guangzhou == [Force.IN_FORCE, Force.TO_BE_CONFIRMED]


DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(
    st.sampled_from(sorted(MODES)),
    st.none() | DAYS,
    st.none() | DAYS,
    st.none() | DAYS,
    st.sampled_from(["", "长期有效"]),
    DAYS,
    st.integers(0, 800),
)
def test_nothing_unconfirmed_ever_leads(
    mode_id: str,
    first: date | None,
    last: date | None,
    confirmed: date | None,
    open_ended: str,
    day: date,
    stale: int,
) -> None:
    base = MODES[mode_id]
    mode = replace(
        base,
        region="440100",
        source=replace(base.source, valid_from=first, valid_to=last),
        confirmation=Confirmation(confirmed_on=confirmed, open_ended=open_ended),
        sharings=tuple(replace(sharing, valid_from=None, valid_to=None) for sharing in base.sharings),
    )
    found = force_on(mode, day, stale)
    known = first is not None and confirmed is not None and (last is not None or bool(open_ended))
    if known and first is not None and confirmed is not None:
        inside = first <= day and (last is None or day <= last)
        late = (day - confirmed).days <= stale
        assert found.may_lead == (inside and late)
    else:
        assert not found.may_lead
    # A later confirmation, or a longer patience, never takes a mode out of force.
    if found.state is Force.IN_FORCE:
        assert force_on(mode, day, stale + 1).state is Force.IN_FORCE


def test_every_state_has_words() -> None:
    assert set(FORCE_TEXT) == set(Force)
