"""The feature frame: arrays and pandas say the same, and parts of it are what they were."""

import numpy as np

from data.embedded import embedded_rulings
from features.build import BUILT, build_features
from features.frame import INFERRED_RATINGS, FeatureFrame

MOTIONS = [ruling.as_motion() for ruling in embedded_rulings()[:12]]
FRAME = build_features(MOTIONS)


def test_pandas_and_arrays_say_the_same() -> None:
    assert tuple(FRAME.values.columns) == FRAME.names == tuple(column.name for column in BUILT)
    for column in BUILT:
        mine = FRAME.values[column.name]
        assert mine.dtype == (object if column.kind == "category" else float)
        assert mine.to_list() == FRAME.column(column.name).tolist() or mine.isna().any()
        assert mine.isna().tolist() == [
            value is None or value != value for value in FRAME.column(column.name)
        ]
    again = FeatureFrame.from_values(FRAME.values, FRAME.hits, FRAME.papers)
    assert again.values.equals(FRAME.values)
    assert list(again.categorical) == list(FRAME.categorical)


def test_rows_taken_are_the_rows() -> None:
    rows = [7, 0, 7]
    alone = build_features([MOTIONS[row] for row in rows])
    taken = FRAME.take(rows)
    assert taken.values.equals(alone.values)
    assert np.array_equal(taken.provenance, alone.provenance)
    assert taken.hits == alone.hits
    assert [pair.texts for pair in taken.papers] == [pair.texts for pair in alone.papers]
    assert len(FRAME.take([])) == len(build_features([])) == 0


def test_readings_are_added_and_a_family_is_left_out() -> None:
    numbers = np.arange(12.0 * len(INFERRED_RATINGS)).reshape(12, -1)
    numbers[3, 1] = np.nan
    read = FRAME.with_inferred_ratings(numbers)
    assert (FRAME.has_inferred_ratings, read.has_inferred_ratings) == (False, True)
    assert np.array_equal(read.values[list(INFERRED_RATINGS)].to_numpy(), numbers, equal_nan=True)
    assert read.provenance[3, -len(INFERRED_RATINGS) + 1] == "not shown"
    assert read.provenance[4, -len(INFERRED_RATINGS) + 1] == "text"
    blind = read.without("harm")
    harm = [name for name in read.names if name.startswith("harm.")]
    assert blind.values[harm].isna().all(axis=None)
    assert not read.values[harm].isna().all(axis=None)
    others = [name for name in read.names if name not in harm]
    assert blind.values[others].equals(read.values[others])
    assert set(blind.provenance[:, [read.names.index(name) for name in harm]].ravel()) == {
        "not shown"
    }
