"""Motion type: text of both papers and codings -> indicator."""

from collections.abc import Callable
from typing import Any

import pytest

from features.families.motion_type import FAMILY
from features.indicators import Indicator

ASSETS = "The agency asks to freeze the firm's assets."


@pytest.mark.parametrize(
    ("column", "motion", "opposition", "coded", "value", "source"),
    [
        ("motion_type", "He moves.", None, {"motion_type": "stay"}, "stay", "coded"),
        ("relief_form", "They ask the court to halt the sale.", None, {}, "prohibitory", "text"),
        ("relief_form", "The teacher asks to be reinstated.", None, {}, "mandatory", "text"),
        # A freeze is also a request for an order: the last of the codebook's order wins.
        ("relief_form", ASSETS, None, {}, "asset_freeze", "text"),
        ("relief_form", ASSETS, None, {"relief_form": "mandatory"}, "mandatory", "coded"),
        ("relief_form", "Pipes burst in winter.", None, {}, None, "not shown"),
        ("relief_form", "Pipes burst in winter.", ASSETS, {}, None, "not shown"),
        ("notice", "He applies ex parte.", None, {}, "ex_parte", "text"),
        ("notice", "He applies ex parte.", "The city opposes the request.", {}, "opposed", "text"),
        ("notice", "He moves.", "The city does not oppose the request.", {}, "unopposed", "text"),
        ("notice", "The sale closes.", None, {}, None, "not shown"),
        ("movant_type", "A company sues a student.", None, {}, "business", "text"),
        ("movant_type", "A student sues a company.", None, {}, "individual", "text"),
        # A class moves through its members, so that one phrase decides.
        ("movant_type", "A student sues on behalf of a class.", None, {}, "class", "text"),
        ("movant_type", "A student sues.", None, {"movant_type": "union"}, "union", "coded"),
        ("respondent_type", "A company sues its former employee.", None, {}, "individual", "text"),
        # Of phrases that start together the longest names the party: "state university".
        ("respondent_type", "He sues the state university.", None, {}, "school_university", "text"),
        # The opponent's own paper goes first.
        (
            "respondent_type",
            "He sues the university.",
            "The county opposes.",
            {},
            "state_local_government",
            "text",
        ),
        ("pro_se", "She represents herself.", None, {}, 1.0, "text"),
        ("pro_se", "She represents herself.", None, {"pro_se": False}, 0.0, "coded"),
        ("pro_se", "She moves.", None, {}, None, "not shown"),
        ("class_or_mdl", "They move in a putative class action.", None, {}, 1.0, "text"),
        ("class_or_mdl", "This is not a class action.", None, {}, 0.0, "text"),
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


def test_a_coded_value_keeps_the_phrases_that_agree_with_it(
    read_indicator: Callable[..., Indicator],
) -> None:
    column = f"{FAMILY}.relief_form"
    agreeing = read_indicator(column, ASSETS, relief_form="asset_freeze").hits
    assert [hit.words for hit in agreeing] == ["freeze the firm's assets"]
    assert read_indicator(column, ASSETS, relief_form="mandatory").hits == ()
