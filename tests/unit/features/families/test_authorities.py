"""Authorities: the leading cases that each paper cites -> how many, for its side."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.authorities import FAMILY
from features.indicators import Indicator

ELROD = "See Elrod v. Burns, 427 U.S. 347, 373 (1976)."
WINTER_AND_CLAPPER = "Winter v. NRDC, 555 U.S. 7 (2008), and Clapper v. Amnesty Int'l control."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("motion", ELROD, None, {}, 1.0, "text"),
        ("motion", ELROD, WINTER_AND_CLAPPER, {}, 1.0, "text"),
        ("opposition", ELROD, WINTER_AND_CLAPPER, {}, 2.0, "text"),
        # A case counts once, in any case of letters and across line ends.
        ("motion", "Elrod v. Burns governs, as Elrod v. Burns holds.", None, {}, 1.0, "text"),
        ("motion", "ELROD V. BURNS governs.", None, {}, 1.0, "text"),
        ("motion", "See Elrod\n    v. Burns, 427\n  U.S. 347.", None, {}, 1.0, "text"),
        ("motion", "He cites 461 U.S. 95.", None, {}, 1.0, "text"),
        # Not a leading case; not a case.
        ("motion", "Herb Reed sang in winter. See Smith v. Jones.", None, {}, 0.0, "text"),
        ("motion", "He moves.", None, {}, 0.0, "text"),
        ("opposition", ELROD, "Winter is cold.", {}, 0.0, "text"),
        # No paper, nothing cited.
        ("opposition", ELROD, None, {}, None, "not shown"),
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


def test_the_first_mention_of_a_case_is_its_evidence(
    read_indicator: Callable[..., Indicator],
) -> None:
    [hit] = read_indicator(f"{FAMILY}.motion", f"He moves. {ELROD}").hits
    assert (hit.value, hit.words, hit.start) == ("elrod", "Elrod v. Burns", 14)
