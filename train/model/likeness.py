"""Likeness: how alike a motion and each training ruling are, part by part.

Outcomes play no part in it, but for the trees of the model, which were grown to tell grants from
denials: two rulings are alike to the model where its trees put them into the same leaves.

References
----------
Breiman (2001), Machine Learning 45:5-32; Breiman and Cutler's proximities of random forests.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from data.arrays import Flags, Floats, Rows
from features.build import COLUMNS
from features.document import Papers
from features.families import forecast, inferred_ratings, motion_type, ratings
from train.model.tree_tables import LeafIndices
from train.model.vocabulary import TermRow
from train.modes import Mode

Matrix = npt.NDArray[np.float32]
"""(n, columns) encoded features of n rulings."""
Part = Literal["ratings", "codings", "words", "model", "forecast"]
PARTS: tuple[Part, ...] = get_args(Part)
WEIGHTS: Mapping[Part, float] = {
    "ratings": 0.2,
    "codings": 0.1,
    "words": 0.1,
    "model": 0.6,
    "forecast": 0.4,
}
"""What each part counts for; `python -m bench.comparables` shows what the whole is worth."""
SAME_CLAIM_AREA, SAME_MOTION_TYPE = 0.01, 0.03
"""What the same claim area and the same kind of motion count for, besides coming first in a list:
with more, the 20 nearest rulings forecast outcomes less well."""

_INDEX = {column.name: index for index, column in enumerate(COLUMNS)}
CLAIM_AREA = _INDEX["merits.claim_area"]
MOTION_TYPE = _INDEX[f"{motion_type.FAMILY}.motion_type"]
_FORECAST = _INDEX[forecast.COLUMN]
_RATINGS = [_INDEX[column.name] for column in ratings.COLUMNS]
_INFERRED_RATINGS = [
    _INDEX[f"{inferred_ratings.FAMILY}.{column.name.split('.')[1]}"] for column in ratings.COLUMNS
]
RATED_MODES: tuple[Mode, ...] = ("forecast", "rated")
"""Modes in which likeness is by ratings given; in the others, by those inferred from the papers."""
_CODED = [
    index
    for index, column in enumerate(COLUMNS)
    if column.field and column.kind in ("flag", "scale", "category")
]


class Compared(NamedTuple):
    """A motion, as rulings are compared with it.

    Attributes
    ----------
    encoded
        (columns,) its encoded features.
    leaves
        (1, trees): the leaves that it reaches in the mode's trees.
    terms
        Its terms in the rating model's vocabulary; None without that model.
    supposed_area
        The claim area that its phrases suggest, as a code (see `suppose_claim_area`).
    """

    mode: Mode
    encoded: Floats
    leaves: LeafIndices
    terms: TermRow | None
    supposed_area: float = float("nan")


def suppose_claim_area(papers: Papers, categories: Mapping[str, Sequence[str]]) -> float:
    """Return the claim area that most phrases of the papers suggest, as a code; NaN if none does.

    Phrases name an area rightly too seldom to say so of a motion, but often enough to choose the
    rulings to look at.

    Parameters
    ----------
    papers
        The papers of a motion.
    categories
        As in `GrantModel.categories`.
    """
    votes: Counter[str] = Counter()
    for hit in papers.hits_by_field.get("claim_area", ()):
        votes[hit.value] += hit.weight
    known = categories.get(COLUMNS[CLAIM_AREA].name, ())
    for area, _ in votes.most_common():
        if area in known:
            return float(known.index(area))
    return float("nan")


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike a motion and each of n rulings are.

    Attributes
    ----------
    parts
        For each part, n values from 0 to 1, NaN where one of the two does not show it; no part that
        the motion does not show.
    same_claim_area, same_motion_type
        n flags each.
    """

    parts: dict[Part, Floats]
    same_claim_area: Flags
    same_motion_type: Flags

    @property
    def similarity(self) -> Floats:
        """The weighted mean of the parts, and of sameness of claim area and motion type.

        A part that a ruling does not show counts as that of the mean ruling.
        """
        blended = self.same_claim_area * SAME_CLAIM_AREA + self.same_motion_type * SAME_MOTION_TYPE
        weights = SAME_CLAIM_AREA + SAME_MOTION_TYPE
        for part, values in self.parts.items():
            unknown = np.isnan(values)
            if unknown.any():
                if unknown.all():
                    continue
                values = np.where(unknown, values[~unknown].mean(), values)
            blended = blended + WEIGHTS[part] * values
            weights += WEIGHTS[part]
        return np.asarray(blended / weights)

    @property
    def shared_subject(self) -> Rows:
        """For each ruling: 3 for the same claim area and kind of motion, 2 area, 1 kind, 0 none."""
        return np.asarray(2 * self.same_claim_area + self.same_motion_type, dtype=np.intp)


class CodedValues:
    """The values of the codings of n rulings: which ruling has which, and how rare each is.

    Values that say nothing (a flag that is not set, the lowest of a scale) are left out.

    Parameters
    ----------
    matrix
        (n, columns) encoded features of the rulings, with their codings.

    Attributes
    ----------
    columns, codes
        For each of k values, the column of the feature frame it is of, and its code there.
    shares
        (k,) share of the rulings that have it.
    """

    def __init__(self, matrix: Matrix) -> None:
        pairs = [
            (column, code)
            for column in _CODED
            for code in np.unique(matrix[:, column]).tolist()
            if not np.isnan(code) and (code or COLUMNS[column].kind == "category")
        ]
        self.columns = np.array([column for column, _ in pairs], dtype=np.intp)
        self.codes = np.array([code for _, code in pairs], dtype=np.float32)
        shown = self.shown(matrix)
        self.shares = shown.mean(axis=0)
        self._weights = -np.log(self.shares).astype(np.float32)
        self._weighted = shown * self._weights
        self._totals = self._weighted.sum(axis=1)

    def shown(self, encoded: npt.NDArray[np.floating]) -> Flags:
        """Return which of the k values encoded features (..., columns) have, as (..., k) flags."""
        return np.asarray(encoded[..., self.columns] == self.codes)

    def column_and_code(self, value: int) -> tuple[int, float]:
        """Return the column and the code of one of the k values."""
        return int(self.columns[value]), float(self.codes[value])

    def likeness(self, encoded: Floats) -> Floats | None:
        """Return how many of the values that either shows both show, rare ones counting for more.

        The weight of a value is the logarithm of one in how many rulings have it; n shares from 0
        to 1, or None for a motion that shows no value.
        """
        shown = self.shown(encoded).astype(np.float32)
        if not shown.any():
            return None
        both = self._weighted @ shown
        either = self._totals + self._weights @ shown - both
        return np.asarray(both / np.maximum(either, 1e-9), dtype=float)


def likeness_of_ratings(rulings: Matrix, compared: Compared) -> Floats | None:
    """Return one less the mean difference of the ratings, in parts of the whole scale.

    Parameters
    ----------
    rulings
        Their features in the motion's mode.

    Returns
    -------
    n values, NaN for a ruling that shares no rating with the motion; None for a motion without any.
    """
    columns = _RATINGS if compared.mode in RATED_MODES else _INFERRED_RATINGS
    own = compared.encoded[columns]
    if np.isnan(own).all():
        return None
    gaps = np.abs(rulings[:, columns] - own) / 4
    known = ~np.isnan(gaps)
    sums = np.where(known, gaps, 0.0).sum(axis=1)
    counts = known.sum(axis=1)
    return np.where(counts == 0, np.nan, 1 - sums / np.maximum(counts, 1))


def likeness_of_forecasts(rulings: Matrix, compared: Compared) -> Floats | None:
    """Return one less the difference of the forecasts; None for a motion without one."""
    own = compared.encoded[_FORECAST]
    if compared.mode != "forecast" or np.isnan(own):
        return None
    return np.asarray(1 - np.abs(expit(rulings[:, _FORECAST].astype(float)) - expit(own)))
