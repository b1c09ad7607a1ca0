"""Comparable rulings are on the same subject, and forecast no worse than the model's trees did.

Until likeness had parts, the 20 most similar rulings were chosen by shared leaves and by words.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from data.arrays import Floats
from data.cases import case_groups
from data.embedded import embedded_rulings
from data.splits import grouped_folds
from features.document import take_papers
from serve.predictor import Predictor
from serve.similar_rulings import RATE_RULINGS, comparable_rate, nearest_outcomes
from train.dataset import build_training_set, fit_subset, frames_with_ratings
from train.fit.neighbors import fit_neighbors
from train.model.likeness import CLAIM_AREA, Compared
from train.model.vocabulary import row_of
from train.modes import BASIS_OF, MODES, Mode, masked

LISTED = 5
MIN_RULINGS = 20
"""Rulings from which a claim area has enough to list."""


@dataclass(frozen=True)
class Judged:
    """What was listed for n held-out rulings in one mode, and what the rates were worth.

    Attributes
    ----------
    same_area
        Share of the rulings listed that have the claim area coded or read; NaN where that has few
        rulings, or none was read.
    brier, brier_before
        Squared errors of the rate of the nearest, and of the rate by leaves and words alone.
    """

    same_area: Floats
    brier: Floats
    brier_before: Floats


def judge(n_folds: int, n_bags: int, step: int) -> dict[Mode, Judged]:
    """Compare every `step`-th embedded ruling with those of the other folds."""
    training_set = build_training_set(embedded_rulings())
    rulings, granted = training_set.rulings, training_set.granted
    area_of = {ruling.id: ruling.claim_area for ruling in rulings}
    frequent = {area for area, n in Counter(area_of.values()).items() if n >= MIN_RULINGS}
    rows: dict[Mode, list[tuple[float, float, float]]] = {mode: [] for mode in MODES}
    for train, test in grouped_folds(rulings, granted, n_folds):
        fitted = fit_subset(training_set, train, {}, n_bags=n_bags, seed=0)
        model, judged_rows = fitted.model, test[::step]
        assert model.rating_model is not None
        kept = [rulings[row] for row in train]
        neighbors = fit_neighbors(model, kept, granted[train], fitted.frames)
        papers = take_papers(training_set.papers, judged_rows.tolist())
        terms = model.rating_model.vocabulary.matrix(papers)
        areas = model.categories["merits.claim_area"]
        frames = frames_with_ratings(training_set, model.rating_model, judged_rows)
        for mode, frame in frames.items():
            matrix = model.encode(frame)
            leaves = model.ensembles[BASIS_OF[mode]].forest.leaf_indices(matrix)
            for index, row in enumerate(judged_rows):
                own = slice(index, index + 1)
                compared = Compared(mode, matrix[index], leaves[own], row_of(terms, index))
                motion = masked(rulings[row].as_motion(), mode)
                code = matrix[index, CLAIM_AREA]
                area = None if np.isnan(code) else areas[int(code)]
                listed = nearest_outcomes(model, neighbors, motion, compared, LISTED)
                shared = [area_of[other["id"]] == area for other in listed]
                rate = comparable_rate(model, neighbors, motion, compared).rate
                parts = neighbors.likeness(model, compared).parts
                before = 0.8 * parts["model"] + 0.2 * parts["words"]
                nearest = np.argsort(-before, kind="stable")[:RATE_RULINGS]
                rows[mode].append(
                    (
                        float(np.mean(shared)) if area in frequent else np.nan,
                        (rate - granted[row]) ** 2,
                        (neighbors.granted[nearest].mean() - granted[row]) ** 2,
                    )
                )
    return {mode: Judged(*np.array(of_mode, dtype=float).T) for mode, of_mode in rows.items()}


@pytest.fixture(scope="module")
def judged() -> dict[Mode, Judged]:
    """Judge half of the rulings by the others, in two folds."""
    return judge(n_folds=2, n_bags=6, step=2)


@pytest.mark.parametrize("mode", MODES)
def test_four_of_five_share_the_claim_area_as_coded_or_read(
    judged: dict[Mode, Judged], mode: Mode
) -> None:
    assert np.isnan(judged[mode].same_area).mean() < 0.1
    assert np.nanmean(judged[mode].same_area) >= 0.8


@pytest.mark.parametrize("mode", MODES)
def test_the_rate_of_the_nearest_forecasts_no_worse_than_by_leaves_and_words(
    judged: dict[Mode, Judged], mode: Mode
) -> None:
    worse_by = judged[mode].brier - judged[mode].brier_before
    assert worse_by.mean() <= worse_by.std() / np.sqrt(len(worse_by))


def test_no_ruling_of_the_own_case_is_listed(full_predictor: Predictor) -> None:
    groups = case_groups(embedded_rulings())
    group_of = {ruling.id: group for ruling, group in zip(embedded_rulings(), groups, strict=True)}
    several = {group for group, n in Counter(groups.tolist()).items() if n > 1}
    rulings = [ruling for ruling in embedded_rulings() if group_of[ruling.id] in several]
    assert len(rulings) > 200
    for ruling in rulings:
        motion = ruling.as_motion().model_copy(update={"id": None})
        answer = full_predictor.find_comparables(motion, 20)
        assert all(group_of[other.id] != group_of[ruling.id] for other in answer.rulings)
