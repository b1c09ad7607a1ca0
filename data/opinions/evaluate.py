"""Measure the segmenter and the outcome rules on marked opinions, with intervals by opinion."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.arrays import Floats, Rows
from data.opinions.fit import FOLDS, Marked, out_of_fold, prepare, threshold_for
from data.opinions.marked import MarkedOpinion
from data.opinions.outcome import label_outcome
from data.opinions.segment import default_segmenter

REPLICATES = 2000


@dataclass(frozen=True)
class Share:
    """A share with its 95% interval: opinions are drawn with replacement."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Evaluation:
    """How well opinions are read.

    Attributes
    ----------
    shares
        By what they say: `ruling and mixed that reach the input`, and so on.
    confusion
        How often each outcome (`none` without one) was labelled as each (`none`: abstained).
    seconds
        Seconds an opinion, by step.
    """

    shares: dict[str, Share]
    confusion: Counter[tuple[str, str]]
    seconds: dict[str, float]


def evaluate(opinions: Sequence[MarkedOpinion], seed: int = 0) -> Evaluation:
    """Measure both on marked opinions.

    The segmenter is judged by weights that were not fitted to the opinion, and by a threshold
    chosen on the other folds. The rules of the outcome are not fitted, but were written with these
    opinions in view.
    """
    marked = prepare(opinions)
    passes = _passes(marked)
    n = len(opinions)
    sums = {
        name: np.array([_of(marked, number, values, passes) for number in range(n)], dtype=float)
        for name, values in (
            ("ruling and mixed paragraphs that reach the input", marked.revealing),
            ("facts and contentions that reach the input", marked.input),
        )
    }
    labels = [label_outcome(opinion.paragraphs).outcome for opinion in opinions]
    truth = [opinion.outcome for opinion in opinions]
    correct = [
        [float(label is not None and label == true), float(label is not None)]
        for label, true in zip(labels, truth, strict=True)
    ]
    covered = [
        [float(label is not None and true is not None), float(true is not None)]
        for label, true in zip(labels, truth, strict=True)
    ]
    answered = [[float(label is not None), 1.0] for label in labels]
    sums["outcome: precision"] = np.array(correct)
    sums["outcome: coverage of the opinions with a ruling"] = np.array(covered)
    sums["outcome: coverage of all opinions"] = np.array(answered)
    confusion = Counter(
        (true.value if true else "none", label.value if label else "none")
        for true, label in zip(truth, labels, strict=True)
    )
    shares = {name: _share(values, seed) for name, values in sums.items()}
    return Evaluation(shares, confusion, measure_speed(opinions))


def measure_speed(opinions: Sequence[MarkedOpinion]) -> dict[str, float]:
    """Return seconds an opinion, for each step, in one process."""
    segmenter = default_segmenter()
    seconds = {}
    for name, step in (("segment", segmenter.segment), ("label", label_outcome)):
        step(opinions[0].paragraphs)
        start = time.perf_counter()
        for opinion in opinions:
            step(opinion.paragraphs)
        seconds[name] = (time.perf_counter() - start) / len(opinions)
    return seconds


def _passes(marked: Marked) -> Rows:
    """(n,) whether each paragraph reaches the input, judged without its opinion."""
    scores = out_of_fold(marked)
    fold = marked.opinion % FOLDS
    passes = np.zeros(len(scores), dtype=int)
    for number in range(FOLDS):
        others = fold != number
        threshold = threshold_for(scores[others], marked.revealing[others])
        passes[~others] = scores[~others] > threshold
    return passes


def _of(marked: Marked, opinion: int, values: Rows, passes: Rows) -> tuple[int, int]:
    rows = marked.opinion == opinion
    return int((values * passes)[rows].sum()), int(values[rows].sum())


def _share(sums: Floats, seed: int) -> Share:
    """Return a share from its (opinions, 2) counts: of those that count, and of all."""
    rng = np.random.default_rng(seed)
    draws = sums[rng.integers(0, len(sums), (REPLICATES, len(sums)))].sum(1)
    ratios = draws[:, 0] / np.maximum(draws[:, 1], 1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    total = sums.sum(0)
    return Share(float(total[0] / max(total[1], 1)), float(low), float(high), int(total[1]))
