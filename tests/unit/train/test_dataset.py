"""The training set: every paper is read once, and fits on some rows see these rows only."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from data.cases import case_groups
from data.embedded import embedded_rulings
from data.labels import PartialGrants
from data.schema import Ruling
from features.document import LazyPapers, Papers
from features.frame import INFERRED_RATINGS, FeatureFrame
from features.text.cleaning import CleanPaper, clean_paper
from features.text.spacing import IsWord
from train.dataset import (
    TrainingSet,
    build_training_set,
    fit_inferred_ratings,
    fit_subset,
    prepared_frames,
)
from train.fit.rating_model import rows_to_fit
from train.fit.vocabulary import count_terms
from train.frames import MAX_CACHED, PARTIALLY_CODED, papers_of
from train.model.readings import Readings
from train.model.vocabulary import BLOCKS
from train.modes import MODES

RULINGS = list(embedded_rulings()[:250])
TRAINING_SET = build_training_set(RULINGS)
ROWS = np.arange(len(RULINGS))


def _texts(rulings: Iterable[Ruling]) -> list[str]:
    return [
        text
        for ruling in rulings
        for text in (ruling.motion, ruling.opposition)
        if text is not None
    ]


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the texts that are cleaned, the first step of reading a paper."""
    texts: list[str] = []

    def record(text: str, is_word: IsWord) -> CleanPaper:
        texts.append(text)
        return clean_paper(text, is_word)

    monkeypatch.setattr("features.document.clean_paper", record)
    return texts


def test_building_and_fitting_read_each_paper_once(cleaned: list[str]) -> None:
    training_set = build_training_set(RULINGS)
    assert sorted(cleaned) == sorted(_texts(training_set.rulings))
    cleaned.clear()
    fitted = fit_subset(training_set, ROWS, {}, 4, 0, bases=("unrated",))
    prepared_frames(training_set, fitted.model.readings, fitted.model.rating_model, ROWS)
    assert cleaned == []


def test_papers_of_more_rulings_than_are_cached_are_lazy() -> None:
    assert isinstance(papers_of(RULINGS[:2]), tuple)
    many = papers_of([RULINGS[0]] * (MAX_CACHED + 1))
    assert isinstance(many, LazyPapers)
    assert many[5].texts == (RULINGS[0].motion, RULINGS[0].opposition)


def test_uncached_papers_give_the_same_ratings(
    monkeypatch: pytest.MonkeyPatch, cleaned: list[str]
) -> None:
    cached = fit_inferred_ratings(TRAINING_SET, ROWS)
    assert cached.rating_model is not None
    frames = prepared_frames(TRAINING_SET, cached.readings, cached.rating_model, ROWS[:40])
    monkeypatch.setattr("train.frames.MAX_CACHED", 100)
    monkeypatch.setattr("train.dataset.MAX_CACHED", 100)
    lazy_set = build_training_set(RULINGS)
    assert isinstance(lazy_set.papers, LazyPapers)
    cleaned.clear()
    lazy = fit_inferred_ratings(lazy_set, ROWS)
    assert len(cleaned) == len(_texts(RULINGS))  # counting terms reads them again, once
    assert lazy.out_of_fold.equals(cached.out_of_fold)
    lazy_frames = prepared_frames(lazy_set, lazy.readings, lazy.rating_model, ROWS[:40])
    assert all(lazy_frames[mode].values.equals(frames[mode].values) for mode in MODES)


def test_sliced_term_counts_are_those_counted_alone() -> None:
    rows = ROWS[::3]
    sliced = TRAINING_SET.term_counts(rows)
    alone = count_terms([Papers.of(RULINGS[row]) for row in rows])
    assert len(sliced) == len(rows)
    for block in BLOCKS:
        columns = [sliced.names[block].index(name) for name in alone.names[block]]
        assert (sliced.counts[block][:, columns] != alone.counts[block]).nnz == 0


@pytest.mark.parametrize(
    ("partial_grants_as", "labels"),
    [
        ("granted", [True, True, False]),
        ("denied", [True, False, False]),
        ("left_out", [True, False]),
    ],
)
def test_partial_grants_count_as_asked(
    partial_grants_as: PartialGrants, labels: list[bool]
) -> None:
    rulings = [
        RULINGS[0].model_copy(update={"outcome": outcome})
        for outcome in ("granted", "granted_in_part", "denied")
    ]
    training_set = build_training_set(rulings, partial_grants_as)
    assert training_set.granted.tolist() == labels
    assert len(training_set.rulings) == len(training_set.papers) == len(labels)


def test_there_is_a_frame_for_every_mode() -> None:
    assert tuple(TRAINING_SET.frames) == MODES
    assert tuple(TRAINING_SET.partially_coded) == PARTIALLY_CODED
    frames = [*TRAINING_SET.frames.values(), *TRAINING_SET.partially_coded.values()]
    assert all(len(frame) == len(RULINGS) for frame in frames)
    assert all(frame.papers is TRAINING_SET.papers for frame in frames)
    assert np.array_equal(TRAINING_SET.groups, case_groups(RULINGS))
    text, rated = TRAINING_SET.frames["text"], TRAINING_SET.frames["rated"]
    ratings = [name for name in text.names if name.startswith("ratings.")]
    assert text.values[ratings].isna().all(axis=None)
    assert not rated.values[ratings].isna().all(axis=None)


def _inferred(frame: FeatureFrame) -> np.ndarray:
    return frame.values[list(INFERRED_RATINGS)].to_numpy(dtype=float)


def test_a_model_is_fitted_on_out_of_fold_ratings_of_its_rows() -> None:
    rows = ROWS[::2]
    ratings = fit_inferred_ratings(TRAINING_SET, rows)
    fitted = fit_subset(TRAINING_SET, rows, {}, 4, 0, bases=("unrated",), ratings=ratings)
    assert set(fitted.model.ensembles) == {"unrated"}
    assert fitted.model.rating_model is ratings.rating_model
    for frame in fitted.frames.values():
        assert np.array_equal(_inferred(frame), ratings.out_of_fold.to_numpy(), equal_nan=True)
        assert len(frame) == len(rows)
    assert "inferred_ratings.forecast" in fitted.frames["text"].names


def test_a_family_can_be_left_out_of_a_fit() -> None:
    fitted = fit_subset(TRAINING_SET, ROWS, {}, 4, 0, bases=("unrated",), without="harm")
    frame = fitted.frames["coded"]
    harm = [name for name in frame.names if name.startswith("harm.")]
    assert frame.values[harm].isna().all(axis=None)


def test_without_a_rating_model_ratings_are_not_shown() -> None:
    frames = prepared_frames(TRAINING_SET, Readings({}), None, ROWS[:3])
    assert all(np.isnan(_inferred(frame)).all() for frame in frames.values())


def test_of_many_rulings_some_are_fitted_and_the_others_rated_as_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = fit_inferred_ratings(TRAINING_SET, ROWS)
    monkeypatch.setattr("train.fit.rating_model.MAX_RULINGS", 150)
    fitted_rows = rows_to_fit(TRAINING_SET.targets, TRAINING_SET.groups)
    others = np.setdiff1d(ROWS, fitted_rows)
    assert 140 < len(fitted_rows) <= 150
    assert not set(TRAINING_SET.groups[fitted_rows]) & set(TRAINING_SET.groups[others])
    ratings = fit_inferred_ratings(TRAINING_SET, ROWS)
    assert ratings.rating_model is not None
    assert not ratings.out_of_fold.isna().any(axis=None)
    assert not ratings.out_of_fold.equals(every.out_of_fold)
    expected = ratings.rating_model.infer([TRAINING_SET.papers[row] for row in others])
    assert np.array_equal(ratings.out_of_fold.iloc[others].to_numpy(), expected.to_numpy())
    # The targets of the others have no influence.
    targets = TRAINING_SET.targets.copy()
    targets[others] = -targets[others]
    changed: TrainingSet = replace(TRAINING_SET, targets=targets)
    assert fit_inferred_ratings(changed, ROWS).out_of_fold.equals(ratings.out_of_fold)
