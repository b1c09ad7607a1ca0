"""Percentage points moved by a share of the log-odds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from serve.explain import points_moved


@given(st.floats(1e-6, 1 - 1e-6), st.floats(-8, 8))
def test_points_are_what_p_would_lose_without_the_share(p: float, share: float) -> None:
    assert points_moved(p, share) == pytest.approx(100 * (p - expit(logit(p) - share)), abs=1e-9)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_what_is_certain_is_moved_by_nothing(p: float) -> None:
    assert points_moved(p, 3.0) == points_moved(p, -3.0) == 0
