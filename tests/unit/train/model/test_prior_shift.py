"""Prior shift: the formula against Bayes' rule, and base rates by court."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from data.court_counts import CourtCount
from train.model.prior_shift import MIN_RATE, BaseRates, adjust_to_base_rate, log_odds_shift

RATES = st.floats(0.01, 0.99)


def test_it_is_bayes_rule_on_a_population_counted_by_hand() -> None:
    # Of 1,000 motions 600 are granted; a sign is seen in 300 of these and in 100 of the denied.
    p = 300 / 400
    # In another population 200 of 1,000 are granted, with the sign as common within each kind.
    there = (200 * 0.5) / (200 * 0.5 + 800 * 0.25)
    assert adjust_to_base_rate(np.array([p]), 0.6, 0.2)[0] == pytest.approx(there)


@given(st.lists(st.floats(0.001, 0.999), min_size=2, max_size=20), RATES, RATES)
def test_it_is_one_shift_in_log_odds_and_reverses(p: list[float], base: float, to: float) -> None:
    given_p = np.sort(p)
    moved = adjust_to_base_rate(given_p, base, to)
    assert logit(moved) - logit(given_p) == pytest.approx(log_odds_shift(base, to), abs=1e-6)
    assert (np.diff(moved) >= 0).all()
    assert adjust_to_base_rate(moved, to, base) == pytest.approx(given_p, abs=1e-9)


def test_nothing_changes_without_a_rate_or_at_the_base_rate() -> None:
    p = np.array([0.0, 0.1, 0.7, 1.0])
    assert (adjust_to_base_rate(p, 0.57, 0.57) == p).all()
    assert (adjust_to_base_rate(p, 0.57, np.full(4, np.nan)) == p).all()
    assert adjust_to_base_rate(p, 0.57, np.array([np.nan, 0.3, 0.57, 0.3]))[[0, 2, 3]].tolist() == [
        0,
        0.7,
        1,
    ]


@pytest.mark.parametrize("rate", [0.0, 1.0, 37.0, -0.1, float("nan")])
def test_endpoints_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=r"from 0\.001 to 0\.999, such as 0\.37"):
        BaseRates(rate)
    if not np.isnan(rate):
        with pytest.raises(ValueError, match="expected a share"):
            adjust_to_base_rate(np.array([0.5]), 0.5, rate)


def test_small_counts_are_shrunk_to_the_overall_rate() -> None:
    counts = {
        "ilnd": CourtCount(court="ilnd", granted=0, denied=3),
        "cand": CourtCount(court="cand", granted=2000, denied=8000),
    }
    known = BaseRates(0.4, counts).for_courts(["ilnd", "cand", "nysd", None], 0.57)
    assert known == pytest.approx([8 / 23, 2008 / 10020, 0.4, 0.4])
    alone = BaseRates(None, counts).for_courts(["ilnd", "nysd", None], 0.57)
    assert alone[0] == pytest.approx(20 * 0.57 / 23)
    assert np.isnan(alone[1:]).all()


def test_the_rate_of_a_court_that_granted_none_of_thousands_is_clipped() -> None:
    counts = [CourtCount(court="ilnd", granted=0, denied=90_000)]
    counts.append(CourtCount(court="nysd", granted=90_000, denied=0))
    base_rates = BaseRates(courts={each.court: each for each in counts})
    rates = base_rates.for_courts(["ilnd", "nysd"], 0.57)
    assert rates.tolist() == [MIN_RATE, 1 - MIN_RATE]
    assert np.isfinite(adjust_to_base_rate(np.array([0.5, 0.5]), 0.57, rates)).all()


def test_a_motion_without_a_rate_is_left_as_it_was() -> None:
    moved = adjust_to_base_rate(np.array([0.5, 0.5]), 0.5, np.array([0.25, np.nan]))
    assert moved.tolist() == pytest.approx([0.25, 0.5])
    low = adjust_to_base_rate(np.array([0.4]), 0.5, 0.25)
    assert low.tolist() == pytest.approx([0.4 / (0.4 + 0.6 * 3)])
