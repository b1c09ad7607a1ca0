"""Ratings: an analyst's ratings -> indicator; nothing is read from the papers."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.ratings import FAMILY
from features.indicators import Indicator


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("likelihood_of_success", "He moves.", None, {"likelihood_of_success": 1}, 1.0, "coded"),
        ("irreparable_harm", "He moves.", None, {"irreparable_harm": 5}, 5.0, "coded"),
        ("balance_of_hardships", "He moves.", None, {"balance_of_hardships": 3}, 3.0, "coded"),
        ("public_interest", "He moves.", None, {"public_interest": 4}, 4.0, "coded"),
        ("public_interest", "He moves.", None, {"irreparable_harm": 5}, None, "not shown"),
        ("irreparable_harm", "The harm is grave and irreparable.", None, {}, None, "not shown"),
        ("public_interest", "He moves.", "The public interest is nil.", {}, None, "not shown"),
        ("likelihood_of_success", "He moves.", None, {}, None, "not shown"),
    ],
)
def test_indicator(
    read_indicator: Callable[..., Indicator],
    column: str,
    motion: str,
    opposition: str | None,
    coded: dict[str, Any],
    value: float | str | None,
    source: str,
) -> None:
    indicator = read_indicator(f"{FAMILY}.{column}", motion, opposition, **coded)
    assert (indicator.value, indicator.source) == (value, source)
