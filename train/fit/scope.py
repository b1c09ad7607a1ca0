"""Learn what training rulings are like, so that a motion unlike them is told (`train.model.scope`)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import GroupKFold

from data.arrays import Rows
from data.cases import sample_cases
from features.frame import FeatureFrame
from train.model.scope import SEEN, Scope, unknown_share
from train.model.vocabulary import words_of

MIN_RULINGS = 2
"""Training rulings a word must stand in to be known."""
MAX_RULINGS = 20_000
"""Training rulings whose words are learned: p-values to the fourth place, and some 100 MB."""
FOLDS = 5


def fit_scope(frame: FeatureFrame, groups: Rows) -> Scope:
    """Learn what n training rulings are like; each is compared with other cases only.

    The words of more than `MAX_RULINGS` rulings are learned from as many, drawn by case.
    """
    drawn = sample_cases(groups, MAX_RULINGS)
    documents = [words_of(frame.papers[row]) for row in drawn]
    groups = groups[drawn]
    strangeness = np.zeros(len(documents))
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds >= 2:
        for seen, unseen in GroupKFold(n_folds).split(strangeness, groups=groups):
            known = _known([documents[row] for row in seen])
            strangeness[unseen] = [unknown_share(documents[row], known) for row in unseen]
    counts = {
        name: dict(Counter(str(value) for value in frame.column(name) if value is not None))
        for name in SEEN
    }
    return Scope(_known(documents), tuple(sorted(strangeness.tolist())), counts)


def _known(documents: Sequence[Sequence[str]]) -> frozenset[str]:
    counts = Counter(word for words in documents for word in set(words))
    return frozenset(word for word, count in counts.items() if count >= MIN_RULINGS)
