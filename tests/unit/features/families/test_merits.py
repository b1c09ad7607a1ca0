"""Merits: text of both papers and codings -> indicator."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.merits import FAMILY
from features.indicators import Indicator

RELIES = "relies on a controlling circuit decision."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("claim_area", "It sues under the Lanham Act.", None, {}, "trademark", "text"),
        # A denial names the area of law as well.
        ("claim_area", "No trademark was infringed.", None, {}, "trademark", "text"),
        ("claim_area", "He moves.", "The patent is invalid.", {}, "patent", "text"),
        # The area with most phrases wins.
        (
            "claim_area",
            "He signed a noncompete, breached its covenant and took patented valves.",
            None,
            {},
            "noncompete",
            "text",
        ),
        ("claim_area", "It sues.", None, {"claim_area": "antitrust"}, "antitrust", "coded"),
        ("claim_area", "He moves.", None, {}, None, "not shown"),
        ("registered_right", "It owns a registered mark.", None, {}, 1.0, "text"),
        ("binding_precedent_cited_for_movant", f"It {RELIES}", None, {}, 1.0, "text"),
        ("binding_precedent_cited_for_movant", f"It never {RELIES}", None, {}, 0.0, "text"),
        ("government_enforcement", "The SEC sues a fund.", None, {}, 1.0, "text"),
        ("government_enforcement", "A fund sues the SEC.", None, {}, None, "not shown"),
        ("facial_challenge", "They say the ordinance is void on its face.", None, {}, 1.0, "text"),
        # Only the opponent disputes facts and jurisdiction.
        ("disputed_facts", "He moves.", "He denies having signed.", {}, 1.0, "text"),
        ("disputed_facts", "He denies having signed.", None, {}, None, "not shown"),
        ("jurisdiction_contested", "He moves.", "It has no jurisdiction.", {}, 1.0, "text"),
        ("default", "The seller has not appeared.", None, {}, 1.0, "text"),
        ("default", "No one appeared.", None, {"merits_signals": ["novel_claim"]}, 0.0, "coded"),
        ("novel_claim", "He moves.", None, {"merits_signals": ["novel_claim"]}, 1.0, "coded"),
        ("novel_claim", "He moves.", None, {}, None, "not shown"),
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
