"""Outcome counts by group."""

from collections import Counter

import pytest
from scipy.stats import binomtest

from data.describe import GROUPINGS, Grouping, count_outcomes, describe, wilson_interval
from data.embedded import embedded_rulings

RULINGS = embedded_rulings()[:300]


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_every_ruling_is_in_one_group(grouping: Grouping) -> None:
    groups = describe(RULINGS, grouping)
    assert sum(group.n for group in groups) == len(RULINGS)
    assert all(group.granted + group.granted_in_part + group.denied == group.n for group in groups)
    assert all(group.low <= group.rate <= group.high for group in groups)


def test_years_are_in_order_and_other_groups_by_size() -> None:
    years = [group.name for group in describe(RULINGS, "year")]
    assert years == sorted(years)
    sizes = [group.n for group in describe(RULINGS, "court")]
    assert sizes == sorted(sizes, reverse=True)


def test_counts_are_those_of_the_outcomes() -> None:
    counts = count_outcomes("all", RULINGS)
    expected = Counter(ruling.outcome.value for ruling in RULINGS)
    assert (counts.granted, counts.granted_in_part, counts.denied) == (
        expected["granted"],
        expected["granted_in_part"],
        expected["denied"],
    )


@pytest.mark.parametrize(("successes", "n"), [(7, 10), (0, 5), (5, 5), (1, 1), (300, 1000)])
def test_the_wilson_interval_is_that_of_scipy(successes: int, n: int) -> None:
    expected = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, n) == pytest.approx((expected.low, expected.high))
    low, high = wilson_interval(successes, n)
    assert 0 <= low <= successes / n <= high <= 1


def test_the_interval_of_no_rulings_is_everything() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
