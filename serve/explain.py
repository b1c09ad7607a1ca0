"""Explain: which features moved a probability, and by how many percentage points."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from features.build import COLUMNS, FAMILIES
from features.frame import FeatureFrame
from serve.responses import Factor, FamilyShare, plain
from train.model.calibration import Floats

SHOWN_FACTORS = 12
"""Factors listed in an answer; the families always add up over all of them."""
_FAMILY_OF = np.array([list(FAMILIES).index(column.family) for column in COLUMNS])


def points_moved(p: float, log_odds: float) -> float:
    """Return the percentage points by which a log-odds share moves the probability to p."""
    # scipy's functions take several times as long for a single number.
    return 100 * (p - p / (p + (1 - p) * math.exp(log_odds)))


def factors_of(
    frame: FeatureFrame, row: int, shares: Floats, p: float, errors: Mapping[str, float]
) -> list[Factor]:
    """Return the factors that move a motion's probability most, largest first.

    Parameters
    ----------
    row
        The motion's place in the frame.
    shares
        (columns,) log-odds shares, as `GrantModel.shares` gives them.
    errors
        How far off readings usually are, by column (`GrantModel.reading_errors`).
    """
    largest = np.argsort(-np.abs(shares), kind="stable")[:SHOWN_FACTORS]
    found = []
    for place in largest[shares[largest] != 0.0].tolist():
        column, share = COLUMNS[place], float(shares[place])
        value = plain(frame.column(column.name)[row])
        found.append(
            Factor(
                factor=column.name,
                family=FAMILIES[column.family],
                says=column.say(value, errors.get(column.name)),
                value=value,
                source=frame.told[row, place],
                log_odds=share,
                points=points_moved(p, share),
            )
        )
    return found


def families_of(shares: Floats, p: float) -> list[FamilyShare]:
    """Return what all features of each family move together (see `factors_of`)."""
    sums = np.bincount(_FAMILY_OF, shares, len(FAMILIES)).tolist()
    return [
        FamilyShare(family=words, log_odds=share, points=points_moved(p, share))
        for words, share in zip(FAMILIES.values(), sums, strict=True)
    ]


def tops_of(frame: FeatureFrame, shares: Floats, p: Floats, family: str) -> Sequence[str | None]:
    """Return, for n motions, the feature of a family that moves each most, in plain words.

    None where no feature of the family moves it.

    Parameters
    ----------
    shares
        (n, columns) log-odds shares.
    p
        n probabilities.
    """
    places = [place for place, column in enumerate(COLUMNS) if column.family == family]
    best = np.abs(shares[:, places]).argmax(axis=1)
    tops: list[str | None] = []
    for row, place in enumerate(np.array(places)[best].tolist()):
        share = float(shares[row, place])
        if share == 0.0:
            tops.append(None)
            continue
        column = COLUMNS[place]
        words = column.say(plain(frame.column(column.name)[row]))
        tops.append(f"{words} ({points_moved(float(p[row]), share):+.1f} points)")
    return tops
