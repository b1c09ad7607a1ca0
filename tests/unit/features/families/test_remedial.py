"""Remedial steps: text of both papers and codings -> indicator; silence counts as no step."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.remedial import FAMILY
from features.indicators import Indicator

ASKS = "They ask for an order."
ENCRYPTED = "It encrypted the files."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("ceased_conduct", ASKS, "It has stopped the practice.", {}, 1.0, "text"),
        ("ceased_conduct", ASKS, "It has not stopped the practice.", {}, 0.0, "text"),
        ("ceased_conduct", ASKS, "It opposes.", {}, 0.0, "not shown"),
        # Steps are the opponent's, in the opponent's paper.
        ("ceased_conduct", "It has stopped the practice.", None, {}, 0.0, "not shown"),
        ("ceased_conduct", ASKS, "It stopped.", {"remedial_steps": ["redesigned"]}, 0.0, "coded"),
        ("redesigned", ASKS, "It stopped.", {"remedial_steps": ["redesigned"]}, 1.0, "coded"),
        ("improved_security", ASKS, ENCRYPTED, {}, 1.0, "text"),
        ("repealed_measure", ASKS, "The council repealed the ordinance.", {}, 1.0, "text"),
        ("compensated_or_restored", ASKS, "It reinstated her.", {}, 1.0, "text"),
        ("steps", ASKS, "It encrypted the files and repealed the rule.", {}, 2.0, "text"),
        ("steps", ASKS, "It opposes.", {}, 0.0, "not shown"),
        ("steps", ASKS, ENCRYPTED, {"remedial_steps": []}, 0.0, "coded"),
        # A step whose scope is not stated is partial.
        ("scope", ASKS, "The firm opposes, and it encrypted the files.", {}, 1.0, "text"),
        ("scope", ASKS, "It encrypted the files, and the request is moot.", {}, 2.0, "text"),
        ("scope", ASKS, "It opposes.", {"remedial_steps": ["redesigned"]}, 1.0, "coded"),
        ("scope", ASKS, ENCRYPTED, {"remedial_scope": "none"}, 0.0, "coded"),
        # Without a step, nothing in the text has a scope or a cause.
        ("scope", ASKS, "The request is moot.", {}, 0.0, "not shown"),
        ("scope", ASKS, "The request is moot.", {"remedial_steps": []}, 0.0, "not shown"),
        # A step whose cause is not stated is the least lasting kind.
        ("lasting", ASKS, ENCRYPTED, {}, 1.0, "text"),
        ("lasting", ASKS, "After suit it encrypted the files.", {}, 1.0, "text"),
        ("lasting", ASKS, "It encrypted the files of its own accord.", {}, 2.0, "text"),
        ("lasting", ASKS, "It encrypted the files, as it was ordered to.", {}, 3.0, "text"),
        ("lasting", ASKS, ENCRYPTED, {"remedial_trigger": "voluntary"}, 2.0, "coded"),
        ("lasting", ASKS, "It opposes of its own accord.", {}, 0.0, "not shown"),
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


@pytest.mark.parametrize(
    "sentence",
    [
        "Without admitting liability, the company has stopped the practice.",
        "There is no dispute that the company has ceased the practice.",
        "It is not disputed that the company has stopped the practice.",
        "It does not deny that the company has stopped the practice.",
    ],
)
def test_an_undisputed_step_is_taken(
    read_indicator: Callable[..., Indicator], sentence: str
) -> None:
    indicator = read_indicator(f"{FAMILY}.ceased_conduct", ASKS, sentence)
    assert indicator.value == 1.0
    assert not any(hit.negated for hit in indicator.hits)
