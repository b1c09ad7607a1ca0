"""The modes of a motion, and the fields that masking hides."""

import numpy as np
import pytest

from data.schema import RATINGS, Motion
from train.modes import (
    CASE_FACTS,
    HIDEABLE,
    INDICATORS,
    MODES,
    Mode,
    based_on,
    count_by_mode,
    hidden_fields,
    masked,
    mode_of,
    partly_masked,
)

TEXT = Motion(motion_type="tro", court="nysd", motion="It asks for an order.")
CODED = TEXT.model_copy(update={"pro_se": True, "delay_months": 2.0})
RATED = CODED.model_copy(update={RATINGS[0]: 7})
FORECAST = RATED.model_copy(
    update={"forecast": 0.3, "forecast_spread": 0.2, "summary": "It asks.", "quotes": {}}
)
BY_MODE: dict[Mode, Motion] = {
    "forecast": FORECAST,
    "rated": RATED,
    "coded": CODED,
    "text": TEXT,
}


@pytest.mark.parametrize("mode", MODES)
def test_a_masked_motion_is_of_its_mode(mode: Mode) -> None:
    assert mode_of(BY_MODE[mode]) == mode
    assert mode_of(masked(FORECAST, mode)) == mode
    assert masked(FORECAST, mode).motion == RATED.motion
    assert masked(FORECAST, mode).court == "nysd"


def test_text_hides_every_coding() -> None:
    text = masked(FORECAST, "text")
    assert (text.forecast, text.summary, text.quotes) == (None, None, None)
    assert all(getattr(text, name) is None for name in (*RATINGS, *CASE_FACTS, *INDICATORS))
    coded = masked(FORECAST, "coded")
    assert (coded.pro_se, coded.summary, coded.forecast_spread) == (True, "It asks.", None)


def test_case_facts_alone_are_text() -> None:
    assert mode_of(TEXT.model_copy(update={"pro_se": True})) == "text"


def test_richer_motions_count_in_poorer_modes() -> None:
    counts = count_by_mode([FORECAST, RATED, CODED, CODED, TEXT])
    assert counts == {"forecast": 1, "rated": 2, "coded": 4, "text": 5}
    assert count_by_mode([]) == dict.fromkeys(MODES, 0)


def test_hidden_fields_leave_a_rating_and_follow_the_seed() -> None:
    hidden = hidden_fields(500, seed=3)
    assert hidden.shape == (500, len(HIDEABLE) + len(RATINGS))
    codings, ratings = hidden[:, : len(HIDEABLE)], hidden[:, len(HIDEABLE) :]
    assert not ratings.all(axis=1).any()
    assert 0.15 < codings.mean() < 0.35  # a share between 0 and one half
    assert np.array_equal(hidden, hidden_fields(500, seed=3))
    assert not np.array_equal(hidden, hidden_fields(500, seed=4))


def test_a_partly_masked_motion_lacks_just_the_hidden_fields() -> None:
    names = (*HIDEABLE, *RATINGS)
    hidden = np.array([name in ("court", "delay_months") for name in names], dtype=bool)
    partly = partly_masked(RATED, "rated", hidden)
    assert (partly.court, partly.delay_months) == (None, None)
    assert partly.pro_se is True
    assert getattr(partly, RATINGS[0]) == 7
    assert getattr(partly_masked(RATED, "coded", hidden), RATINGS[0]) is None


def test_a_prediction_rests_on_what_the_motion_has() -> None:
    assert based_on(TEXT) == ["text"]
    assert based_on(CODED) == ["codings", "text"]
    assert based_on(RATED) == ["ratings of the Winter factors", "codings", "text"]
    assert based_on(FORECAST)[0] == "a reader's forecast"
    # A forecast may be all that a reader gave.
    bare = TEXT.model_copy(update={"forecast": 0.4})
    assert (mode_of(bare), based_on(bare)) == ("forecast", ["a reader's forecast", "text"])
