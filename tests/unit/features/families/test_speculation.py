"""Speculation signals: text of both papers and codings -> indicator; silence counts as none."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.speculation import FAMILY
from features.indicators import Indicator

SPECULATIVE = "The harm is speculative."
FIRED = "He was fired in May."
IN_REPLY = {"speculation_signals": ["raised_in_reply"]}


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("third_party_contingency", "Hackers could sell the files.", None, {}, 1.0, "text"),
        ("third_party_contingency", "He moves.", "Thieves may sell.", {}, 1.0, "text"),
        ("future_contingency", SPECULATIVE, None, {}, 1.0, "text"),
        ("future_contingency", "It is neither remote nor speculative.", None, {}, 0.0, "text"),
        # The "not" of "not ripe" belongs to the phrase and does not negate it.
        ("future_contingency", "The claim is not ripe.", None, {}, 1.0, "text"),
        ("future_contingency", FIRED, None, {}, 0.0, "not shown"),
        ("future_contingency", SPECULATIVE, None, IN_REPLY, 0.0, "coded"),
        ("raised_in_reply", SPECULATIVE, None, IN_REPLY, 1.0, "coded"),
        ("raised_in_reply", "In reply they add a new harm.", None, {}, 1.0, "text"),
        ("no_incident_to_date", "The rule has not been enforced.", None, {}, 1.0, "text"),
        ("possibility_language", "The owner feared a leak.", None, {}, 1.0, "text"),
        # Doubt in the opponent's paper is argument, not the movant's own language.
        ("possibility_language", "He moves.", "The owner feared a leak.", {}, 0.0, "not shown"),
        ("information_and_belief", "They plead on information and belief.", None, {}, 1.0, "text"),
        ("information_and_belief", "It is not on information and belief.", None, {}, 0.0, "text"),
        ("contradicted_by_record", "He moves.", "The records show otherwise.", {}, 1.0, "text"),
        ("contradicted_by_record", "The records show loss.", None, {}, 0.0, "not shown"),
        ("generalized_harm", "He moves.", "No one can point to an injury.", {}, 1.0, "text"),
        ("signals", SPECULATIVE, "The records show otherwise.", {}, 2.0, "text"),
        ("signals", SPECULATIVE, None, {"speculation_signals": []}, 0.0, "coded"),
        ("signals", FIRED, None, {}, 0.0, "not shown"),
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
