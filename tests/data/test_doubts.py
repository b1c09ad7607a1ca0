"""Doubts about rulings that fit the schema."""

from datetime import date

import pytest

from data.doubts import doubts_about
from data.embedded import embedded_rulings

SOME = embedded_rulings()[:30]


def test_the_embedded_rulings_raise_no_doubt() -> None:
    assert doubts_about(embedded_rulings()) == []
    assert doubts_about([]) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"motion": "They moved. The motion is hereby DENIED."},
            "1 of 30 rulings tell the outcome",
        ),
        ({"opposition": "It opposed. IT IS SO ORDERED."}, "1 of 30 rulings tell the outcome"),
        ({"motion": "The court GRANTS the motion."}, "1 of 30 rulings tell the outcome"),
        ({"motion": "Motion for TRO DENIED."}, "1 of 30 rulings tell the outcome"),
        ({"motion": "ORDERED that the motion is granted."}, "1 of 30 rulings tell the outcome"),
        ({"decided": f"{date.today().year}-12-31"}, "1 of 30 rulings are dated before 1789 or"),
        ({"decided": "2205-03-01"}, "1 of 30 rulings are dated before 1789 or after today"),
        ({"decided": "0202-01-01"}, "1 of 30 rulings are dated before 1789 or after today"),
        ({"court": "zzctxx"}, "1 of 30 rulings name no trial court"),
        ({"court": None}, "1 of 30 rulings name no trial court"),
        ({"motion": SOME[1].motion.upper()}, "1 of 30 rulings have the `motion` of one before"),
    ],
)
def test_what_would_mislead_is_named(change: dict[str, str | None], words: str) -> None:
    doubts = doubts_about([SOME[0].model_copy(update=change), *SOME[1:]])
    assert len(doubts) == 1
    assert words in doubts[0]


def test_an_outcome_asked_for_is_none() -> None:
    asked = "They ask that the motion be granted, and the earlier order denied relief."
    prayer = "WHEREFORE, Plaintiff asks that this motion be GRANTED and the injunction be GRANTED."
    for words in (asked, prayer):
        assert doubts_about([SOME[0].model_copy(update={"motion": words}), *SOME[1:]]) == []


def test_rulings_all_of_one_case_and_without_ratings() -> None:
    ratings = ("likelihood_of_success", "irreparable_harm", "balance_of_hardships")
    bare = dict.fromkeys((*ratings, "public_interest")) | {"case_id": "c"}
    unrated, one_case = doubts_about([row.model_copy(update=bare) for row in SOME])
    assert "30 of 30 rulings have no Winter ratings" in unrated
    assert "30 of 30 rulings are of one case" in one_case
