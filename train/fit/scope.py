"""Learn what the training rulings are like, so that a motion unlike them is flagged."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import GroupKFold

from data.arrays import Rows
from data.cases import sample_cases
from features.frame import FeatureFrame
from train.model.scope import COUNTED_COLUMNS, Scope, unknown_share
from train.model.vocabulary import words_of

MIN_RULINGS = 2
"""Training rulings in which a word must appear to be known."""
MAX_RULINGS = 20_000
"""Most training rulings whose words are learned: p-values to the fourth decimal, some 100 MB."""
FOLDS = 5


def fit_scope(frame: FeatureFrame, groups: Rows) -> Scope:
    """Learn what n training rulings are like; each is compared with other cases only.

    Of more than `MAX_RULINGS` rulings that many, drawn as whole cases, provide the words.

    Parameters
    ----------
    frame
        The features of the n rulings.
    groups
        n case numbers.
    """
    sampled = sample_cases(groups, MAX_RULINGS)
    words = [words_of(frame.papers[row]) for row in sampled]
    groups = groups[sampled]
    strangeness = np.zeros(len(words))
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds >= 2:
        for seen, unseen in GroupKFold(n_folds).split(strangeness, groups=groups):
            known = _known_words([words[row] for row in seen])
            strangeness[unseen] = [unknown_share(words[row], known) for row in unseen]
    counts = {
        name: dict(Counter(str(value) for value in frame.column(name) if value is not None))
        for name in COUNTED_COLUMNS
    }
    return Scope(_known_words(words), tuple(sorted(strangeness.tolist())), counts)


def _known_words(words_by_ruling: Sequence[Sequence[str]]) -> frozenset[str]:
    counts = Counter(word for words in words_by_ruling for word in set(words))
    return frozenset(word for word, count in counts.items() if count >= MIN_RULINGS)
