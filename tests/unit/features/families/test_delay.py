"""Delay: text of both papers and codings -> months of the movant's own delay."""

from collections.abc import Callable

import pytest

from data.embedded import embedded_rulings
from features.document import Document
from features.families import delay
from features.indicators import Indicator

COLUMN = "harm.delay_months"
TWO_WEEKS = 14 / 30.4


@pytest.mark.parametrize(
    ("motion", "months"),
    [
        ("It waited six months to move.", 6),
        ("It waited a year and a half.", 18),
        ("It waited fourteen (14) months.", 14),
        ("It waited twenty-one months.", 21),
        ("It could have sued in May but waited six months to sue.", 6),
        ("If the harm were real, it would have sued, yet it waited eight months.", 8),
        ("A two-month delay in filing followed.", 2),
        # Not the movant's delay, or not in coming to court.
        ("The agency waited three years to act.", None),
        ("The city waited three years to file this motion.", 36),
        ("A delay of two years in trial is common.", None),
        ("The rule imposes a 30-day delay on shipments.", None),
        # Denied, supposed or another case's.
        ("It has not delayed a year.", None),
        ("Nor has it waited six months.", None),
        ("It waited until three days before the election.", None),
        ("A delay of six months would kill the firm.", None),
        ("If relief is delayed six months, it fails.", None),
        ("It moved. See A v. B, 756 F.2d 273, 276 (2d Cir. 1985) (ten-week delay).", None),
        # A delay in coming to court is preferred.
        ("Courts find a delay of three months too long; she waited two weeks.", TWO_WEEKS),
        ("A delay of a month came first; they waited half a year before suing.", 6),
        # Numbers that are not read whole are not read at all.
        ("It waited two hundred and ten days.", None),
        ("It waited 2,000 years.", None),  # longer than anybody has
        ("It waited \u017fix months.", 6),  # the long s of old print
    ],
)
def test_a_stated_delay(
    read_indicator: Callable[..., Indicator], motion: str, months: float | None
) -> None:
    indicator = read_indicator(COLUMN, motion)
    assert indicator.source == ("not shown" if months is None else "text")
    assert indicator.value == (None if months is None else pytest.approx(months))


@pytest.mark.parametrize(
    ("motion", "months"),
    [
        ("It learned of the copies on March 3, 2020 and moved on June 3, 2021.", 457 / 30.4),
        (
            "On May 1, 2020, it learned that it closes in June 2021. It sued on July 1, 2020.",
            61 / 30.4,
        ),
        # The first motion after notice counts.
        ("It learned on May 1, 2020, sued on July 1, 2020 and sued on May 1, 2022.", 61 / 30.4),
        # A delay stated outright goes before dates.
        ("It learned of it on March 3, 2020 and sued in 2021. It waited six months.", 6),
        # "Moved" from one place to another.
        ("He was told on May 1, 2020 and moved from New York in May 2022.", None),
        ("It learned of the copies on March 3, 2020.", None),
    ],
)
def test_a_delay_between_dates(
    read_indicator: Callable[..., Indicator], motion: str, months: float | None
) -> None:
    value = read_indicator(COLUMN, motion).value
    assert value == (None if months is None else pytest.approx(months))


def test_the_opponents_paper_goes_first_and_a_coded_delay_before_both(
    read_indicator: Callable[..., Indicator],
) -> None:
    papers = ("It waited six months.", "The movant waited two years.")
    assert read_indicator(COLUMN, *papers).value == 24
    coded = read_indicator(COLUMN, *papers, delay_months=1.5)
    assert (coded.value, coded.source) == (1.5, "coded")


def test_the_evidence_is_in_the_words_of_the_paper(
    read_indicator: Callable[..., Indicator],
) -> None:
    text = "He waited six\u00a0months to sue."
    [hit] = read_indicator(COLUMN, text).hits
    assert hit.words == text[hit.start : hit.end] == "waited six\u00a0months"


def test_delays_are_found_wherever_the_pattern_matches() -> None:
    """Looking around single words is a shortcut, which must not change anything."""
    stated = (
        "She waited a year and a half, then a two-hundred-day delay of three months. DELAYED six "
        "months. WAITED twenty-one (21) months before a year-delay of two years; waiting two years'"
        " delay, a delay of a thirty (30) day wait. It waited, and waited for seventeen weeks. "
    )
    accounts = [Document(ruling.motion).cleaned for ruling in embedded_rulings()[::10]]
    for text in (stated, stated.upper(), f"{'x ' * 99}{stated}", " ".join([*accounts, stated])):
        found = [match.span() for match in delay._delays(text)]
        assert found == [match.span() for match in delay.delay_pattern().finditer(text)]
        assert len(found) >= 6
