"""The feature frame: arrays and pandas agree, and its rows and columns can be selected."""

import numpy as np

from data.embedded import embedded_rulings
from features.build import BUILT, build_features
from features.frame import INFERRED_RATINGS, FeatureFrame
from features.indicators import NOT_SHOWN_CODE, TEXT_CODE

MOTIONS = [ruling.as_motion() for ruling in embedded_rulings()[:12]]
FRAME = build_features(MOTIONS)


def test_pandas_and_arrays_agree() -> None:
    assert tuple(FRAME.values.columns) == FRAME.names == tuple(column.name for column in BUILT)
    for column in BUILT:
        values = FRAME.values[column.name]
        assert values.dtype == (object if column.kind == "category" else float)
        assert values.to_list() == FRAME.column(column.name).tolist() or values.isna().any()
        assert values.isna().tolist() == [
            value is None or value != value for value in FRAME.column(column.name)
        ]
    again = FeatureFrame.from_values(FRAME.values, FRAME.provenance, FRAME.hits, FRAME.papers)
    assert again.values.equals(FRAME.values)
    assert list(again.categorical) == list(FRAME.categorical)
    assert again.source(0, "forum.court") == "coded"


def test_rows_are_taken_in_the_order_asked() -> None:
    rows = [7, 0, 7]
    alone = build_features([MOTIONS[row] for row in rows])
    taken = FRAME.take(rows)
    assert taken.values.equals(alone.values)
    assert np.array_equal(taken.provenance, alone.provenance)
    assert taken.hits == alone.hits
    assert [papers.texts for papers in taken.papers] == [papers.texts for papers in alone.papers]
    assert len(FRAME.take([])) == len(build_features([])) == 0


def test_inferred_ratings_are_added() -> None:
    ratings = np.arange(12.0 * len(INFERRED_RATINGS)).reshape(12, -1)
    ratings[3, 1] = np.nan
    rated = FRAME.with_inferred_ratings(ratings)
    assert (FRAME.has_inferred_ratings, rated.has_inferred_ratings) == (False, True)
    values = rated.values[list(INFERRED_RATINGS)].to_numpy()
    assert np.array_equal(values, ratings, equal_nan=True)
    index = rated.names.index(INFERRED_RATINGS[1])
    assert rated.provenance[3:5, index].tolist() == [NOT_SHOWN_CODE, TEXT_CODE]
    assert rated.hits == FRAME.hits


def test_without_a_rating_model_the_ratings_are_not_shown() -> None:
    unrated = FRAME.with_inferred_ratings(None)
    assert unrated.values[list(INFERRED_RATINGS)].isna().all(axis=None)


def test_a_family_is_left_out() -> None:
    blind = FRAME.without("harm")
    harm = [name for name in FRAME.names if name.startswith("harm.")]
    assert blind.values[harm].isna().all(axis=None)
    assert not FRAME.values[harm].isna().all(axis=None)
    others = [name for name in FRAME.names if name not in harm]
    assert blind.values[others].equals(FRAME.values[others])
    sources = blind.provenance[:, [FRAME.names.index(name) for name in harm]]
    assert set(sources.ravel()) == {NOT_SHOWN_CODE}
