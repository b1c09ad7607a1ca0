"""Doctrine: text of both papers -> circumstances for the movant minus those against."""

from collections.abc import Callable
from typing import Any

import pytest
from features.families.doctrine import FAMILY, balance

from data.schema import RATINGS
from features.document import Document
from features.indicators import Indicator
from features.phrases.hits import by_field
from features.phrases.lexicon import entries

ABSTAIN = "The court should abstain."
DEPORTED = "He will be deported on Friday."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("likelihood_of_success", ABSTAIN, None, {}, -1.0, "text"),
        ("likelihood_of_success", f"{ABSTAIN} {ABSTAIN}", None, {}, -1.0, "text"),
        ("likelihood_of_success", ABSTAIN, "No final decision was made.", {}, -2.0, "text"),
        ("likelihood_of_success", "The court need not abstain.", None, {}, 0.0, "not shown"),
        ("likelihood_of_success", "He moves.", None, {}, 0.0, "not shown"),
        # An objection that only the opponent raises counts in its paper alone.
        ("likelihood_of_success", "He moves.", "They lack standing to sue.", {}, -1.0, "text"),
        ("likelihood_of_success", "They lack standing to sue.", None, {}, 0.0, "not shown"),
        # A rating does not replace the circumstances.
        ("likelihood_of_success", ABSTAIN, None, {"likelihood_of_success": 5}, -1.0, "text"),
        ("irreparable_harm", DEPORTED, None, {}, 1.0, "text"),
        ("irreparable_harm", "He moves.", "There is no urgency.", {}, -1.0, "text"),
        # One circumstance for the movant and one against.
        ("irreparable_harm", DEPORTED, "There is no urgency.", {}, 0.0, "text"),
        ("balance_of_hardships", "He moves.", "An order would hurt its sales.", {}, -1.0, "text"),
        ("public_interest", "The FTC seeks a preliminary injunction.", None, {}, 1.0, "text"),
        ("public_interest", "The order would slow the spread of COVID-19.", None, {}, -1.0, "text"),
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


def test_each_circumstance_counts_once_for_its_side() -> None:
    circumstances = [entry for entry in entries() if entry.favors]
    assert {entry.field for entry in circumstances} == set(RATINGS)
    for entry in circumstances:
        text = f"{entry.matches[0]} {entry.matches[0]}"
        hits = [hit for hit in Document(text, entry.papers[0]).hits if hit.value == entry.value]
        assert len(hits) >= 2
        points = balance(by_field(hits), entry.field).value
        assert points == (1.0 if entry.favors == "movant" else -1.0)
        assert entry.authority
