"""Harm evidence: text of both papers and codings -> indicator."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.harm import FAMILY
from features.indicators import Indicator

BREACH = "A data breach exposed files."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("privacy_exposure", BREACH, None, {}, 1.0, "text"),
        ("privacy_exposure", "There was no data breach.", None, {}, 0.0, "text"),
        ("privacy_exposure", "No data breach came. A data breach followed.", None, {}, 1.0, "text"),
        ("privacy_exposure", "He moves.", None, {}, None, "not shown"),
        # Harm is what the movant says it is.
        ("privacy_exposure", "He moves.", BREACH, {}, None, "not shown"),
        ("privacy_exposure", BREACH, None, {"harm_types": ["monetary"]}, 0.0, "coded"),
        ("monetary", BREACH, None, {"harm_types": ["monetary"]}, 1.0, "coded"),
        ("environmental", "The clearcut would destroy owl habitat.", None, {}, 1.0, "text"),
        ("evidence", "They allege that the notice came late.", None, {}, 0.0, "text"),
        ("evidence", "They say so; she filed an affidavit.", None, {}, 1.0, "text"),
        ("evidence", "An expert report puts the loss at a third.", None, {}, 2.0, "text"),
        ("evidence", "They allege loss.", "It admitted that it copied them.", {}, 3.0, "text"),
        ("evidence", "He filed no affidavit.", None, {}, None, "not shown"),
        ("evidence", "An affidavit.", None, {"harm_evidence": "allegation"}, 0.0, "coded"),
        ("timing", "The rival is using its marks.", None, {}, "ongoing", "text"),
        ("timing", "The sale is set for Friday.", None, {}, "imminent", "text"),
        ("timing", "Two firms might receive the data.", None, {}, "contingent", "text"),
        ("timing", "The transfers have already occurred.", None, {}, "past_only", "text"),
        ("timing", "The sale is set.", None, {"harm_timing": "ongoing"}, "ongoing", "coded"),
        ("past_incident", "The rival keeps using its name.", None, {}, 1.0, "text"),
        ("past_incident", "The rule will take effect on Tuesday.", None, {}, 0.0, "text"),
        ("past_incident", BREACH, None, {"past_incident": False}, 0.0, "coded"),
        ("incident_reaches_movant", "A rival copied its patented device.", None, {}, 1.0, "text"),
        ("compensable", "He moves.", "Money damages would suffice.", {}, 1.0, "text"),
        ("compensable", "A lost secret cannot be restored.", None, {}, 0.0, "text"),
        ("compensable", "They plead free speech.", None, {}, 0.0, "text"),
        ("compensable", "It seeks a refund.", None, {"compensable": False}, 0.0, "coded"),
        ("compensable", "The road is closed.", None, {}, None, "not shown"),
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
