"""Judge the comparable rulings: are they on the motion's subject, and what is their rate worth?

    python -m bench.comparables [--folds N] [--bags N]

Every embedded ruling is compared with those of the other folds, which hold whole cases. Prints, for
each mode, the share of the five rulings listed that have its claim area as coded, and the Brier
score of the grant rate of the 20 most similar, beside that of the 20 that share most leaves of the
trees and are most alike in words, as they were chosen in the past.
"""

import argparse
from collections import Counter
from dataclasses import dataclass

import numpy as np

from bench.against import run, show
from bench.timing import numbers_table
from data.arrays import Floats
from data.embedded import embedded_rulings
from data.splits import grouped_folds
from features.document import take_papers
from serve.similar_rulings import RATE_RULINGS, comparable_rate, nearest_outcomes
from train.dataset import build_training_set, fit_subset, prepared_frames
from train.fit.neighbors import fit_neighbors
from train.model.likeness import Compared, suppose_claim_area
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
        Share of the rulings listed that have the motion's claim area, as coded; NaN where that has
        few rulings.
    brier, brier_before
        Squared errors of the rate of the nearest, and of the rate by leaves and words alone.
    """

    same_area: Floats
    brier: Floats
    brier_before: Floats

    def worse_by(self) -> tuple[float, float]:
        """Return the mean difference of the squared errors, and its standard error."""
        differences = self.brier - self.brier_before
        return float(differences.mean()), float(differences.std() / np.sqrt(len(differences)))


def judge(n_folds: int, n_bags: int, step: int = 1) -> dict[Mode, Judged]:
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
        frames = prepared_frames(training_set, model.readings, model.rating_model, judged_rows)
        for mode, frame in frames.items():
            matrix = model.encode(frame)
            leaves = model.ensembles[BASIS_OF[mode]].forest.leaf_indices(matrix)
            for index, row in enumerate(judged_rows):
                own = slice(index, index + 1)
                supposed = suppose_claim_area(papers[index], model.categories)
                compared = Compared(
                    mode, matrix[index], leaves[own], row_of(terms, index), supposed
                )
                motion = masked(rulings[row].as_motion(), mode)
                area = rulings[row].claim_area
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


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--bags", type=int, default=20)
    options = parser.parse_args(arguments)
    table = numbers_table(
        "Comparable rulings", "mode", "same claim area", "Brier score", "before", "difference"
    )
    for mode, judged in judge(options.folds, options.bags).items():
        worse_by, error = judged.worse_by()
        table.add_row(
            mode,
            f"{np.nanmean(judged.same_area):.1%}",
            f"{judged.brier.mean():.4f}",
            f"{judged.brier_before.mean():.4f}",
            f"{worse_by:+.4f} \u00b1 {error:.4f}",
        )
    show(table)


if __name__ == "__main__":
    run(main)
