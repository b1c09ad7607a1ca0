"""Dates: every way to write one is read, and the nearest to a phrase is chosen."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.dates import find_dates, months_between

FORMATS = ["%B %-d, %Y", "%-d %b %Y", "%-m/%-d/%Y", "%Y-%m-%d", "%b. %-dth, %Y"]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMATS))
def test_every_date_is_read(day: date, written: str) -> None:
    text = f"It closes on {day.strftime(written)}, they say."
    match = find_dates(text).first(0, len(text))
    assert match is not None
    assert match.day == day
    assert text[match.start : match.end] == day.strftime(written)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It closes in March 2021.", date(2021, 3, 15)),  # the middle of a month
        ("It closes in Sept. 2021.", date(2021, 9, 15)),
        ("It closes on the 3rd March 2021.", date(2021, 3, 3)),
        ("Rule 13/32/2020 and Feb. 30, 2020 and 2021-13-40", None),
        ("It closes in 2021.", None),
        ("Docket 12020-05-04123", None),
        ("", None),
    ],
)
def test_dates_and_what_only_looks_like_one(text: str, day: date | None) -> None:
    match = find_dates(text).first(0, len(text))
    assert (match.day if match else None) == day


def test_the_first_date_is_within_the_span() -> None:
    text = "On May 1, 2020 it learned. On June 3, 2021 it moved."
    dates = find_dates(text)
    second = dates.first(20, len(text))
    assert second is not None
    assert second.day == date(2021, 6, 3)
    assert dates.first(20, 25) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # A date after the phrase goes before one as near before it.
        ("in May 2020 and moved on June 3, 2021", date(2021, 6, 3)),
        ("On May 1, 2020 it moved.", date(2020, 5, 1)),
        ("On May 1, 2020 it moved, and a whole year later, on May 1, 2021, won.", date(2020, 5, 1)),
        ("On 13/32/2020 it moved; on May 1, 2021 it won.", date(2021, 5, 1)),
        ("It moved.", None),
    ],
)
def test_the_nearest_date_to_a_phrase(text: str, day: date | None) -> None:
    start = text.index("moved")
    match = find_dates(text).nearest(start, start + len("moved"), (0, len(text)))
    assert (match.day if match else None) == day


def test_the_nearest_date_is_within_the_sentence() -> None:
    text = "It moved at once. On May 1, 2021 it won."
    assert find_dates(text).nearest(3, 8, (0, 18)) is None


def test_months_between_days() -> None:
    assert months_between(date(2020, 1, 1), date(2020, 1, 31)) == pytest.approx(30 / 30.4)
    assert months_between(date(2020, 3, 1), date(2020, 2, 1)) < 0
