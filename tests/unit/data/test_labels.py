"""Labels: what a partial grant counts as."""

import pytest

from data.embedded import embedded_rulings
from data.labels import PartialGrants, counted_as_granted, labelled_rulings

OUTCOMES = ["granted", "granted_in_part", "denied"]


@pytest.mark.parametrize(
    ("partial_grants_as", "expected"),
    [
        ("granted", [True, True, False]),
        ("denied", [True, False, False]),
        ("left_out", [True, None, False]),
    ],
)
def test_partial_grants_count_as_asked(
    partial_grants_as: PartialGrants, expected: list[bool | None]
) -> None:
    assert counted_as_granted(OUTCOMES, partial_grants_as) == expected


def test_rulings_left_out_have_no_label() -> None:
    rulings = embedded_rulings()[:200]
    kept, labels = labelled_rulings(rulings, "left_out")
    assert kept == [ruling for ruling in rulings if ruling.outcome != "granted_in_part"]
    assert labels == [ruling.outcome == "granted" for ruling in kept]
    assert 0 < len(kept) < len(rulings)
