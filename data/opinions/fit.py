"""Fit the segmenter to marked opinions: `python -m data.opinions.fit MARKED.jsonl`.

Weights are fitted to whole paragraphs. The second layer must see first scores as they are on
opinions that were not fitted to, so these come from an inner cross-validation by opinion. The
vocabulary holds only words of many opinions: cue words, no facts of a case.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from data.arrays import Flags, Floats, Rows
from data.io.atomic import atomic_write
from data.opinions.chain import Chain
from data.opinions.features import Outline
from data.opinions.marked import INPUT_KINDS, REVEALING_KINDS, MarkedOpinion, read_marked
from data.opinions.segment import (
    PARTY_KINDS,
    Linear,
    Segmenter,
    first_features,
    second_features,
)

MIN_SHARE_OF_OPINIONS = 0.4
"""Share of the opinions that a word of the vocabulary appears in."""
FOLDS, INNER_FOLDS = 10, 5
MAX_REVEALED = 0.02
"""Share of the paragraphs that reveal the ruling which may reach the input."""
_MARGIN = 0.75
"""Share of `MAX_REVEALED` that the threshold aims at."""
_FIRST_C, _SECOND_C, _PARTY_C = 0.05, 0.003, 0.1
_REVEALING_WEIGHT, _INPUT_WEIGHT, _OTHER_WEIGHT = 2.0, 1.5, 0.5
_N_FIRST = 3


@dataclass(frozen=True)
class Marked:
    """The whole paragraphs of marked opinions.

    Attributes
    ----------
    outlines
        Of each opinion.
    opinion
        (n,) the opinion of each paragraph.
    input, revealing
        (n,) how many pieces of each are marked as known before the ruling, and as revealing it.
    kinds
        (n,) the kind of input of each; "" for others.
    usable
        (n,) whether its opinion has anything marked as input.
    """

    outlines: list[Outline]
    opinion: Rows
    input: Rows
    revealing: Rows
    kinds: list[str]
    usable: Flags

    @property
    def is_input(self) -> Flags:
        """(n,) whether a paragraph holds only what was known before the ruling."""
        return np.asarray((self.input > 0) & (self.revealing == 0), dtype=bool)

    def rows_of(self, opinions: Sequence[int]) -> Rows:
        """Return the numbers of the paragraphs of some opinions, in order."""
        return np.flatnonzero(np.isin(self.opinion, opinions))


def prepare(opinions: Sequence[MarkedOpinion]) -> Marked:
    """Outline marked opinions, and mark their whole paragraphs."""
    outlines = [Outline.of(opinion.paragraphs) for opinion in opinions]
    rows = []
    for number, (opinion, outline) in enumerate(zip(opinions, outlines, strict=True)):
        for passage in outline.passages:
            kinds = [opinion.kinds[piece] for piece in passage.pieces]
            of_input = [kind for kind in kinds if kind in INPUT_KINDS]
            revealing = sum(kind in REVEALING_KINDS for kind in kinds)
            main = Counter(of_input).most_common(1)[0][0] if of_input else ""
            rows.append((number, len(of_input), revealing, main, opinion.has_input))
    opinion_of, inputs, reveals, main_kinds, usable = zip(*rows, strict=True)
    return Marked(
        outlines,
        np.array(opinion_of),
        np.array(inputs),
        np.array(reveals),
        list(main_kinds),
        np.array(usable, dtype=bool),
    )


def fit(marked: Marked, opinions: Sequence[int], threshold: float = 0.0) -> Segmenter:
    """Fit both layers and the chain to some of the opinions.

    Parameters
    ----------
    opinions
        Their numbers.
    threshold
        Score above which a paragraph reaches the input.
    """
    usable = [number for number in opinions if marked.usable[marked.rows_of([number])].any()]
    segmenter = _fit_first(marked, usable)
    inner = np.zeros((len(marked.opinion), _N_FIRST))
    for fold in range(INNER_FOLDS):
        held_out = [number for order, number in enumerate(usable) if order % INNER_FOLDS == fold]
        others = [number for number in usable if number not in set(held_out)]
        if held_out and others:
            fold_segmenter = _fit_first(marked, others, segmenter)
            for number in held_out:
                scores = fold_segmenter.first_scores(marked.outlines[number])
                inner[marked.rows_of([number])] = scores[:, :_N_FIRST]
    rows = marked.rows_of(usable)
    features = np.vstack(
        [
            second_features(
                marked.outlines[number],
                inner[marked.rows_of([number])],
                segmenter.mean,
                segmenter.scale,
            )
            for number in usable
        ]
    )
    mean, scale = features.mean(0), features.std(0) + 1e-9
    model = LogisticRegression(C=_SECOND_C, max_iter=400)
    is_input, weights = marked.is_input[rows], _sample_weights(marked, rows)
    model.fit((features - mean) / scale, is_input, weights)
    second = Linear(mean, scale, model.coef_, model.intercept_)
    base = float(np.log(weights[is_input].sum() / weights[~is_input].sum()))
    chain = Chain.fit([marked.is_input[marked.rows_of([number])] for number in usable], base)
    return replace(segmenter, second=second, chain=chain, threshold=threshold)


def out_of_fold(marked: Marked, n_folds: int = FOLDS) -> Floats:
    """(n,) smoothed scores of each paragraph by weights not fitted to its opinion.

    What `cues.toml` bars scores minus infinity.
    """
    scores = np.zeros(len(marked.opinion))
    everything = range(len(marked.outlines))
    for fold in range(n_folds):
        held_out = [number for number in everything if number % n_folds == fold]
        segmenter = fit(marked, [number for number in everything if number % n_folds != fold])
        for number in held_out:
            outline = marked.outlines[number]
            found = segmenter.input_scores(outline, segmenter.first_scores(outline))
            scores[marked.rows_of([number])] = np.where(outline.barred, -np.inf, found)
    return scores


def threshold_for(scores: Floats, revealing: Rows, max_revealed: float = MAX_REVEALED) -> float:
    """Return the score above which few enough of the revealing paragraphs are.

    Parameters
    ----------
    scores, revealing
        (n,) of each paragraph, and how many revealing pieces it has.
    """
    order = np.argsort(-scores)
    allowed = int(max_revealed * _MARGIN * revealing.sum())
    over = np.flatnonzero(np.cumsum(revealing[order]) > allowed)
    first_too_many = order[over[0]] if len(over) else order[-1]
    return float(max(scores[first_too_many], np.min(scores[np.isfinite(scores)]) - 1.0))


def _fit_first(marked: Marked, opinions: Sequence[int], like: Segmenter | None = None) -> Segmenter:
    """Fit the first layer; with `like`, with its vocabulary and scales."""
    outlines = [marked.outlines[number] for number in opinions]
    rows = marked.rows_of(opinions)
    if like is None:
        numeric = np.vstack([outline.numeric for outline in outlines])
        vocabulary = _vocabulary(outlines)
        mean, scale = numeric.mean(0), numeric.std(0) + 1e-9
    else:
        vocabulary, mean, scale = like.vocabulary, like.mean, like.scale
    columns = {word: number for number, word in enumerate(vocabulary)}
    features = sp.vstack(
        [first_features(outline, columns, mean, scale) for outline in outlines]
    ).tocsr()
    is_input, is_revealing = marked.is_input[rows], marked.revealing[rows] > 0
    marked_rows = np.flatnonzero(is_input | is_revealing)
    input_rows = np.flatnonzero(is_input)
    kinds = np.array(marked.kinds)[rows]
    targets: list[tuple[Rows, Flags, Floats | None, float]] = [
        (np.arange(len(rows)), is_input, _sample_weights(marked, rows), _FIRST_C),
        (np.arange(len(rows)), is_revealing, None, _FIRST_C),
        (marked_rows, is_input[marked_rows], None, _FIRST_C),
        *((input_rows, kinds[input_rows] == kind, None, _PARTY_C) for kind in PARTY_KINDS),
    ]
    weights, biases = [], []
    for chosen, target, sample_weights, strength in targets:
        if target.all() or not target.any():
            weights.append(np.zeros(features.shape[1]))
            biases.append(1.0 if target.any() else -1.0)
            continue
        model = LogisticRegression(C=strength, solver="liblinear")
        model.fit(features[chosen], target, sample_weights)
        weights.append(model.coef_[0])
        biases.append(float(model.intercept_[0]))
    empty = Linear(np.zeros(1), np.ones(1), np.zeros((1, 1)), np.zeros(1))
    chain = Chain(np.full(2, 0.5), np.full((2, 2), 0.5), 0.0)
    weights_of_first = np.array(weights)
    return Segmenter(vocabulary, mean, scale, weights_of_first, np.array(biases), empty, chain, 0.0)


def _vocabulary(outlines: Sequence[Outline]) -> tuple[str, ...]:
    """Return the words that many opinions have, whatever their subject."""
    counts: Counter[str] = Counter()
    for outline in outlines:
        counts.update(set().union(*outline.terms))
    least = MIN_SHARE_OF_OPINIONS * len(outlines)
    return tuple(sorted(word for word, count in counts.items() if count >= least))


def _sample_weights(marked: Marked, rows: Rows) -> Floats:
    weights = np.full(len(rows), _OTHER_WEIGHT)
    weights[marked.revealing[rows] > 0] = _REVEALING_WEIGHT
    weights[marked.is_input[rows]] = _INPUT_WEIGHT
    return weights


def main(source: Path, target: Path) -> None:
    """Fit to all marked opinions of a file, and write the weights."""
    marked = prepare(read_marked(source))
    threshold = threshold_for(out_of_fold(marked), marked.revealing)
    segmenter = fit(marked, range(len(marked.outlines)), threshold)
    with atomic_write(target, private=False) as temporary:
        temporary.write_text(segmenter.to_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("segmenter.json"))
