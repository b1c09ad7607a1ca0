"""Harm evidence: text of both papers and codings -> indicator."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.harm import FAMILY
from features.indicators import Indicator

BREACH = "A data breach exposed files."
CITATION = "Doe v. Roe, 12 F. Supp. 3d 4 (S.D.N.Y. July 1, 2015)."


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
        ("timing", "It depends on whether the bank agrees.", None, {}, "contingent", "text"),
        ("timing", "The closing has taken place; the sale is over.", None, {}, "past_only", "text"),
        ("timing", "The sale is set.", None, {"harm_timing": "ongoing"}, "ongoing", "coded"),
        ("past_incident", "Two breaches exposed client lists.", None, {}, 1.0, "text"),
        ("past_incident", "A walkout is scheduled for Tuesday.", None, {}, 0.0, "text"),
        ("past_incident", BREACH, None, {"past_incident": False}, 0.0, "coded"),
        ("incident_reaches_movant", "A rival copied its patented device.", None, {}, 1.0, "text"),
        ("incident_reaches_movant", "No facial images were taken.", None, {}, 0.0, "text"),
        ("compensable", "He moves.", "Money damages would suffice.", {}, 1.0, "text"),
        ("compensable", "The harm is irreparable.", None, {}, 0.0, "text"),
        ("compensable", "There is no adequate remedy at law.", None, {}, 0.0, "text"),
        ("compensable", "It seeks a refund.", None, {"compensable": False}, 0.0, "coded"),
        ("compensable", "The road is closed.", None, {}, None, "not shown"),
        ("dated", "The rule will take effect on July 1, 2024.", None, {}, 1.0, "text"),
        ("dated", "The sale is about to begin. On May 3, 2020 it rained.", None, {}, 0.0, "text"),
        # The date of a citation is not the harm's.
        ("dated", f"The sale is about to begin, see {CITATION}", None, {}, 0.0, "text"),
        ("dated", "It lost customers.", None, {}, None, "not shown"),
        ("hedged", "They may lose customers.", None, {}, 1.0, "text"),
        ("hedged", "It lost customers.", None, {}, 0.0, "text"),
        # Winter requires likely harm, so that "likely" is not a hedge.
        ("hedged", "They are likely to lose customers, an imminent loss.", None, {}, 0.0, "text"),
        ("hedged", "He moves.", "They may lose customers.", {}, None, "not shown"),
        ("from_record", "The record shows that it lost customers.", None, {}, 1.0, "text"),
        ("from_record", "The logs show a data breach. It lost customers.", None, {}, 0.5, "text"),
        ("from_record", "It lost customers.", None, {}, 0.0, "text"),
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
