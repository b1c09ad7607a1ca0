"""Encoding: codes that never shift, missing values, and frames of other columns."""

from dataclasses import replace

import numpy as np
import pytest

from data.schema import Motion
from features.build import COLUMNS, build_features
from train.model.encoding import MIN_COURT_ROWS, encode, fit_categories

NAMES = tuple(column.name for column in COLUMNS)
COURT = NAMES.index("forum.court")


def _motions(court: str, n: int) -> list[Motion]:
    return [Motion(motion_type="tro", court=court, motion="It asks for an order.")] * n


FRAME = build_features(
    [
        *_motions("nysd", MIN_COURT_ROWS),
        *_motions("ilnd", MIN_COURT_ROWS - 1),
        *_motions("cand", 20),
    ]
).with_inferred_ratings(None)


def test_courts_need_rows_and_listed_values_do_not() -> None:
    categories = fit_categories(FRAME)
    assert categories["forum.court"] == ("cand", "nysd")
    listed = next(column for column in COLUMNS if column.name == "motion_type.motion_type")
    assert categories[listed.name] == listed.values
    assert set(categories) == {column.name for column in COLUMNS if column.kind == "category"}


def test_a_category_becomes_its_index_and_an_unlisted_one_is_missing() -> None:
    matrix = encode(FRAME, NAMES, fit_categories(FRAME))
    assert matrix.shape == (len(FRAME), len(NAMES))
    assert set(matrix[:MIN_COURT_ROWS, COURT]) == {1.0}
    assert np.isnan(matrix[MIN_COURT_ROWS : 2 * MIN_COURT_ROWS - 1, COURT]).all()
    assert set(matrix[-20:, COURT]) == {0.0}


def test_the_frame_is_left_as_it_was() -> None:
    encode(FRAME, NAMES, fit_categories(FRAME))
    assert FRAME.column("forum.court")[0] == "nysd"


@pytest.mark.parametrize(
    ("names", "words"),
    [((*NAMES[:-1], "harm.odour"), r"differing: harm\.odour"), (NAMES[::-1], "other order")],
)
def test_other_columns_are_refused(names: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        encode(replace(FRAME, names=names), NAMES, {})
