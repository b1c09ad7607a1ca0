"""Long papers: briefs far longer than the accounts that a model learned from.

Phrases are read rightly less often there: of the same wording there is more, and about more things.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from data.arrays import Flags
from features.document import Papers

LONG_WORDS = 250
"""Words of a motion's texts from which they are long.

The longest account among the embedded rulings has 116; the shortest of the long papers that were
tested has some 300.
"""


def count_words(texts: Iterable[str | None]) -> int:
    """Return the words of a motion's texts."""
    return sum(len(text.split()) for text in texts if text)


def is_long(words: int, usual_words: int | None) -> bool:
    """Tell whether a motion of so many words is long to a model.

    To a model trained on papers as long as these, none is.

    Parameters
    ----------
    words
        Words of its papers, or of the summaries in their place.
    usual_words
        Median words of the motions that the model was trained on; None if unknown.
    """
    return words >= LONG_WORDS > (usual_words or 0)


def are_long(papers: Sequence[Papers], usual_words: int | None) -> Flags:
    """Return which of n motions `is_long`."""
    return np.array([is_long(count_words(pair.texts), usual_words) for pair in papers], dtype=bool)
