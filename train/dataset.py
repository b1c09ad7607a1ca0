"""Turn labelled rulings into a training set: a frame per mode, labels and cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from data.arrays import Flags, Floats, Rows
from data.cases import case_groups
from data.embedded import with_forecasts
from data.labels import PartialGrants, labelled_rulings
from data.schema import Ruling
from features.document import Papers, take_papers
from features.families import forecast
from features.frame import FeatureFrame
from features.readings import keep_counted
from train.cluster import Cluster
from train.fit.fit import TrainingView, fit_grant_model
from train.fit.rating_model import (
    fit_rating_model,
    out_of_fold_ratings,
    rating_errors,
    rating_targets,
    rows_to_fit,
)
from train.fit.readings import (
    MAX_CHECKED,
    ReadingChecks,
    check_readings,
    fit_readings,
    held_out_rows,
)
from train.fit.vocabulary import TermCounts, count_terms
from train.frames import MAX_CACHED, PARTIALLY_CODED, build_frames, papers_of
from train.model.grant_model import GrantModel
from train.model.rating_model import RatingModel, infer_ratings
from train.model.readings import Readings
from train.modes import BASES, MODES, Basis, Mode
from train.settings import OnProgress


@dataclass(frozen=True)
class TrainingSet:
    """n labelled rulings and what is built from them before any split.

    Attributes
    ----------
    rulings
        The n rulings.
    papers
        Their papers (see `train.frames.papers_of`).
    frames
        Their features in each mode.
    partially_coded
        Their features with some codings hidden, for fitting only.
    granted
        n labels.
    groups
        n case numbers.
    targets
        (n, targets) of the rating model (see `train.fit.rating_model.rating_targets`).
    reading_checks
        What phrases read in the rulings that phrase writers have not, beside their codings.
    cluster
        Where to fit models; None for this process.
    """

    rulings: tuple[Ruling, ...]
    papers: Sequence[Papers]
    frames: dict[Mode, FeatureFrame]
    partially_coded: dict[Mode, FeatureFrame]
    granted: Flags
    groups: Rows
    targets: Floats
    reading_checks: ReadingChecks
    cluster: Cluster | None = None

    def term_counts(self, rows: Rows) -> TermCounts:
        """Return how often the papers of these rows contain each term."""
        if len(self.rulings) <= MAX_CACHED:
            return self._all_term_counts.take(rows)
        return count_terms(take_papers(self.papers, rows.tolist()), self.cluster)

    def infer_ratings(self, rating_model: RatingModel, rows: Rows) -> Floats:
        """Return the ratings that a fitted model infers from the papers of these rows."""
        if len(self.rulings) <= MAX_CACHED:
            return rating_model.predict(self.term_counts(rows).weighted(rating_model.vocabulary))
        papers = take_papers(self.papers, rows.tolist())
        inferred: Floats = infer_ratings(rating_model, papers, self.cluster).to_numpy()
        return inferred

    @cached_property
    def _all_term_counts(self) -> TermCounts:
        return count_terms(self.papers, self.cluster)


def build_training_set(
    rulings: Sequence[Ruling],
    partial_grants_as: PartialGrants = "granted",
    seed: int = 0,
    on_progress: OnProgress = lambda step: None,
    cluster: Cluster | None = None,
) -> TrainingSet:
    """Build the frames of every mode and the labels.

    Features are a function of each motion alone, so they may be built before splitting; whatever
    is fitted (vocabulary, categories, boosters, calibration) is fitted on the training rows only.

    Parameters
    ----------
    rulings
        The rulings; `partial_grants_as` may leave some out.
    partial_grants_as
        What a ruling granted in part counts as.
    seed
        Draws which codings the partially coded views hide.
    on_progress
        Called with a line for each step, for a progress display.
    cluster
        Where to build features and later fit models; None for this process.
    """
    rulings, labels = labelled_rulings(with_forecasts(rulings), partial_grants_as)
    papers = papers_of(rulings)
    frames = build_frames(rulings, papers, seed, cluster, on_progress)
    checked = held_out_rows(rulings)[:MAX_CHECKED]
    return TrainingSet(
        rulings=tuple(rulings),
        papers=papers,
        frames={mode: frames["whole", mode] for mode in MODES},
        partially_coded={mode: frames["partially_coded", mode] for mode in PARTIALLY_CODED},
        granted=np.array(labels, dtype=bool),
        groups=case_groups(rulings),
        targets=rating_targets(rulings),
        reading_checks=check_readings(rulings, checked, take_papers(papers, checked.tolist())),
        cluster=cluster,
    )


@dataclass(frozen=True)
class InferredRatings:
    """A rating model fitted on some rows, and each row's ratings from models that never saw it.

    Attributes
    ----------
    readings
        How often what phrases read in these rows was right.
    rating_model
        The model, with its errors; None if too few rulings are rated.
    out_of_fold
        The rows' ratings, one column per target.
    """

    readings: Readings
    rating_model: RatingModel | None
    out_of_fold: pd.DataFrame


def fit_inferred_ratings(training_set: TrainingSet, rows: Rows) -> InferredRatings:
    """Fit the rating model on some rows, and infer each row's ratings out of fold."""
    targets, groups = training_set.targets[rows], training_set.groups[rows]
    fitted_rows = rows_to_fit(targets, groups)
    fitted_targets = targets[fitted_rows]
    readings = fit_readings(training_set.reading_checks, rows)
    terms = training_set.term_counts(rows[fitted_rows]).only(readings.counted)
    rating_model = fit_rating_model(terms, fitted_targets)
    out_of_fold = out_of_fold_ratings(terms, fitted_targets, groups[fitted_rows])
    if rating_model is not None:
        rating_model = replace(rating_model, errors=rating_errors(out_of_fold, fitted_targets))
    if len(fitted_rows) < len(rows):
        out_of_fold = out_of_fold.set_axis(fitted_rows).reindex(range(len(rows)))
        others = np.setdiff1d(np.arange(len(rows)), fitted_rows)
        if rating_model is not None:
            papers = take_papers(training_set.papers, rows[others].tolist())
            inferred = infer_ratings(rating_model, papers, training_set.cluster)
            out_of_fold.iloc[others] = inferred.to_numpy()
    return InferredRatings(readings, rating_model, out_of_fold)


@dataclass(frozen=True)
class Fitted:
    """A model and the frames it was fitted on.

    Attributes
    ----------
    model
        The model.
    frames
        Its training rows in each mode, with their out-of-fold ratings.
    """

    model: GrantModel
    frames: dict[Mode, FeatureFrame]


def fit_subset(
    training_set: TrainingSet,
    rows: Rows,
    parameters: dict[str, Any],
    n_bags: int,
    seed: int,
    *,
    bases: Sequence[Basis] = BASES,
    without: str | None = None,
    ratings: InferredRatings | None = None,
    with_rating_line: bool = True,
) -> Fitted:
    """Fit rating model and grant model on some rows of the training set.

    Parameters
    ----------
    training_set
        The training set.
    rows
        The rows to fit on.
    parameters
        LightGBM's parameters.
    n_bags
        Boosters per ensemble.
    seed
        Seeds the bags.
    bases
        Which ensembles to fit; a model that lacks one cannot answer in its modes.
    without
        A family of features to leave out.
    ratings
        The result of `fit_inferred_ratings` for these rows, if it is known already.
    with_rating_line
        See `train.fit.fit.fit_grant_model`.
    """
    ratings = ratings or fit_inferred_ratings(training_set, rows)
    counted = ratings.readings.counted
    inferred = ratings.out_of_fold.to_numpy()
    # The frames of a million rulings are not copied if all rows are needed.
    all_rows = np.array_equal(rows, np.arange(len(training_set.rulings)))

    def select(frame: FeatureFrame) -> FeatureFrame:
        frame = keep_counted(frame if all_rows else frame.take(rows), counted)
        frame = frame.with_inferred_ratings(inferred)
        return frame.without(without) if without else frame

    whole = {mode: select(frame) for mode, frame in training_set.frames.items()}
    partially_coded = {mode: select(frame) for mode, frame in training_set.partially_coded.items()}
    views: dict[Basis, tuple[TrainingView, ...]] = {
        "forecast": (
            TrainingView(whole["forecast"]),
            TrainingView(partially_coded["forecast"], calibrates=False),
            # Many an analyst has an estimate and the papers, and codes nothing.
            TrainingView(whole["text"].with_column_of(whole["forecast"], forecast.COLUMN)),
        ),
        "rated": (
            TrainingView(whole["rated"]),
            TrainingView(partially_coded["rated"], calibrates=False),
        ),
        "unrated": (
            # Equal weights cost coded motions 0.004 in Brier score (4-fold, rulings before 2022).
            TrainingView(whole["coded"], weight=6.0),
            TrainingView(partially_coded["coded"], calibrates=False),
            TrainingView(whole["text"]),
        ),
    }
    model = fit_grant_model(
        {basis: views[basis] for basis in bases},
        training_set.granted[rows],
        training_set.groups[rows],
        readings=ratings.readings,
        rating_model=ratings.rating_model,
        parameters=parameters,
        n_bags=n_bags,
        seed=seed,
        cluster=training_set.cluster,
        with_rating_line=with_rating_line,
    )
    return Fitted(model, whole)


def prepared_frames(
    training_set: TrainingSet,
    readings: Readings,
    rating_model: RatingModel | None,
    rows: Rows,
) -> dict[Mode, FeatureFrame]:
    """Return the frames of some rows in every mode as a model takes them.

    Parameters
    ----------
    training_set
        The training set.
    readings, rating_model
        Those of the model, both fitted on other rows; without a rating model the ratings are "not
        shown".
    rows
        The rows.
    """
    frames = {mode: frame.take(rows) for mode, frame in training_set.frames.items()}
    inferred = None if rating_model is None else training_set.infer_ratings(rating_model, rows)
    return {
        mode: keep_counted(frame, readings.counted).with_inferred_ratings(inferred)
        for mode, frame in frames.items()
    }
