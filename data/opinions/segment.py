"""Tell what each paragraph of an opinion is for: facts, a party's words, or the court's ruling.

Two layers of fitted weights (`segmenter.json`; `data/opinions/fit.py` fits them): the first scores
a paragraph by its words, cues and place, the second by those scores and its neighbors'. A chain
then smooths the scores of the whole opinion. What `cues.toml` bars never reaches the input,
whatever the weights say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
import scipy.sparse as sp

from data.arrays import Floats
from data.opinions.chain import Chain
from data.opinions.features import Outline

Kind = Literal["facts", "movant", "opponent", "ruling", "analysis", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PARTY_KINDS: tuple[Kind, ...] = ("facts", "movant", "opponent")
"""The kinds that reach the input, in the order of their weights."""
OWN_WEIGHT, NEIGHBOR_WEIGHT, NUMERIC_WEIGHT = 0.3, 0.12, 0.4
"""How far words, neighbors' words and numbers are scaled before the first layer: what is scaled
down is regularized more."""
_REVEALS = 0.0
_LAW = ("we", "reasoning", "winter", "question", "disposition", "unpersuaded")
_MIN_WORDS = 3


@dataclass(frozen=True)
class Linear:
    """A linear layer: standardize, then weigh.

    Attributes
    ----------
    mean, scale
        (m,) of the features.
    weights
        (k, m) of k scores.
    bias
        (k,).
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def scores(self, features: Floats) -> Floats:
        """Return (n, k) scores of (n, m) features."""
        scores: Floats = (features - self.mean) / self.scale @ self.weights.T + self.bias
        return scores


@dataclass(frozen=True)
class Segmenter:
    """Fitted weights.

    Attributes
    ----------
    vocabulary
        Cue words, those that appear in many opinions whatever their subject.
    mean, scale
        (m,) of the numeric features.
    first
        (6, 3 * words + m) weights of: input, reveals the ruling, input rather than revealing, and
        the kinds of input.
    first_bias
        (6,).
    second
        The layer that sees the neighbors.
    chain
        What smooths the scores of the second layer.
    threshold
        Smoothed score above which a paragraph reaches the input.
    """

    vocabulary: tuple[str, ...]
    mean: Floats
    scale: Floats
    first: Floats
    first_bias: Floats
    second: Linear
    chain: Chain
    threshold: float

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each word."""
        return {word: number for number, word in enumerate(self.vocabulary)}

    def segment(self, pieces: Sequence[str]) -> list[Kind]:
        """Return the kind of each paragraph of an opinion.

        Parameters
        ----------
        pieces
            The opinion's paragraphs, as its file has them.

        Examples
        --------
        >>> default_segmenter().segment(["The court denied the motion. We affirm."])
        ['ruling']
        """
        if not any(piece.strip() for piece in pieces):
            return ["other"] * len(pieces)
        outline = Outline.of(pieces)
        first = self.first_scores(outline)
        input_scores = self.input_scores(outline, first)
        kinds: list[Kind] = ["other"] * len(pieces)
        for number, passage in enumerate(outline.passages):
            is_input = input_scores[number] > self.threshold and not outline.barred[number]
            if is_input:
                kind = PARTY_KINDS[int(first[number, 3:].argmax())]
            else:
                kind = _court_kind(outline, number, first[number, 1])
            for piece in passage.pieces:
                kinds[piece] = kind
        return kinds

    def first_scores(self, outline: Outline) -> Floats:
        """(n, 6) scores of the first layer for each whole paragraph."""
        features = first_features(outline, self.columns, self.mean, self.scale)
        scores: Floats = features @ self.first.T + self.first_bias
        return scores

    def input_scores(self, outline: Outline, first: Floats) -> Floats:
        """(n,) smoothed scores of the second layer: how far each paragraph is for the input."""
        features = second_features(outline, first, self.mean, self.scale)
        return self.chain.smooth(self.second.scores(features)[:, 0])

    def to_json(self) -> str:
        """Return the weights as JSON, rounded."""
        layer = self.second
        return json.dumps(
            {
                "vocabulary": list(self.vocabulary),
                "mean": _rounded(self.mean),
                "scale": _rounded(self.scale),
                "first": _rounded(self.first),
                "first_bias": _rounded(self.first_bias),
                "second": {
                    "mean": _rounded(layer.mean),
                    "scale": _rounded(layer.scale),
                    "weights": _rounded(layer.weights),
                    "bias": _rounded(layer.bias),
                },
                "chain": {
                    "start": _rounded(self.chain.start),
                    "transitions": _rounded(self.chain.transitions),
                    "base": round(self.chain.base, 4),
                },
                "threshold": round(self.threshold, 4),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Segmenter":
        """Return the weights that `to_json` gave."""
        content: Mapping[str, Any] = json.loads(text)
        second = {name: np.array(values) for name, values in content["second"].items()}
        chain = content["chain"]
        return cls(
            vocabulary=tuple(content["vocabulary"]),
            mean=np.array(content["mean"]),
            scale=np.array(content["scale"]),
            first=np.array(content["first"]),
            first_bias=np.array(content["first_bias"]),
            second=Linear(**second),
            chain=Chain(
                np.array(chain["start"]), np.array(chain["transitions"]), float(chain["base"])
            ),
            threshold=float(content["threshold"]),
        )


@cache
def default_segmenter() -> Segmenter:
    """Return the weights that come with the program."""
    path = files("data") / "opinions" / "segmenter.json"
    return Segmenter.from_json(path.read_text(encoding="utf-8"))


def first_features(
    outline: Outline, columns: dict[str, int], mean: Floats, scale: Floats
) -> sp.csr_matrix:
    """(n, 3 * words + m) features of the first layer."""
    weights = np.full(3 * len(columns), NEIGHBOR_WEIGHT)
    weights[: len(columns)] = OWN_WEIGHT
    words = outline.counts(columns).multiply(weights)
    numeric = (outline.numeric - mean) / scale * NUMERIC_WEIGHT
    return sp.hstack([words, sp.csr_matrix(numeric)]).tocsr()


def second_features(outline: Outline, first: Floats, mean: Floats, scale: Floats) -> Floats:
    """(n, k) features of the second layer: the first one's scores far and near, and numbers."""
    return np.hstack([outline.around(first[:, :3]), (outline.numeric - mean) / scale])


def _court_kind(outline: Outline, number: int, reveals: float) -> Kind:
    """Return what a paragraph is for that does not reach the input."""
    text = outline.texts[number]
    if len(text.split()) < _MIN_WORDS:
        return "other"
    if outline.reveals[number] or reveals > _REVEALS:
        return "ruling"
    found = outline.named_cues(number)
    has_law = bool(found & set(_LAW)) or outline.cites_law(number)
    return "analysis" if has_law else "other"


def _rounded(values: Floats) -> list[Any]:
    rounded: list[Any] = np.round(values, 4).tolist()
    return rounded
