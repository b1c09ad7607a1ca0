"""Term counts: how often each training ruling's papers hold each term, read and counted once.

The readers of each fold learn their vocabulary from some of the rows, and read others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from sys import intern

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from features.phrases.hits import Papers
from features.phrases.matcher import read_papers
from features.text.document import SHORT
from features.text.normalize import BLANK
from train.cluster import Cluster, each, in_chunks
from train.model.term_lookup import name_of_phrase
from train.model.vocabulary import BLOCKS, Block, Vocabulary, block_of, tokens_of

# Of n motions that hold a term, the least, and the largest share. Words in most papers ("in",
# "the") carry nothing and would be shown as reasons.
_BOUNDS: dict[Block, tuple[int, float]] = {
    "words": (3, 0.3),
    "indicators": (2, 0.9),
    "doctrine": (2, 0.9),
}

_Names = dict[Block, list[str]]
"""The names of all terms in both papers of a motion, block by block, with repeats."""


@dataclass(frozen=True, eq=False)
class TermCounts:
    """The terms of n motions.

    Attributes
    ----------
    names
        k terms of each block, in alphabetical order.
    counts
        For each block (n, k): how often.
    """

    names: dict[Block, tuple[str, ...]]
    counts: dict[Block, csr_matrix]

    def __len__(self) -> int:
        return int(self.counts[BLOCKS[0]].shape[0])

    def of(self, rows: npt.NDArray[np.intp]) -> "TermCounts":
        """Return the counts of some motions."""
        return TermCounts(self.names, {block: mine[rows] for block, mine in self.counts.items()})

    def weighted(self, vocabulary: Vocabulary) -> csr_matrix:
        """Return what `Vocabulary.matrix` makes of the papers counted."""
        width = len(vocabulary.columns)
        column_of = {place: column for column, place in enumerate(vocabulary.columns)}
        found = []
        for place, block in enumerate(BLOCKS):
            counts = self.counts[block].tocoo()
            columns = np.array([column_of.get((block, name), -1) for name in self.names[block]])
            columns = columns[counts.col]
            parts = counts.row.astype(np.int64) * len(BLOCKS) + place
            known = columns >= 0
            found.append((parts[known] * width + columns[known], counts.data[known]))
        cells, times = (np.concatenate(block) for block in zip(*found, strict=True))
        order = np.argsort(cells)
        return vocabulary.weighted(cells[order], times[order], len(self))


def count_terms(papers: Sequence[Papers], cluster: Cluster | None = None) -> TermCounts:
    """Read the papers of n motions and count the terms that some part of them could teach.

    Parameters
    ----------
    cluster
        Where the papers are read; None for this process.
    """
    read = [names for chunk in each(cluster, _names, in_chunks(papers)) for names in chunk]
    names: dict[Block, tuple[str, ...]] = {}
    counts: dict[Block, csr_matrix] = {}
    for block in BLOCKS:
        vectorizer = CountVectorizer(analyzer=itemgetter(block), min_df=_BOUNDS[block][0])
        try:
            counts[block] = vectorizer.fit_transform(read)
            names[block] = tuple(vectorizer.get_feature_names_out().tolist())
        except ValueError:  # no term is held so often
            counts[block], names[block] = csr_matrix((len(read), 0), dtype=np.int64), ()
    return TermCounts(names, counts)


def fit_vocabulary(counted: TermCounts) -> Vocabulary | None:
    """Fit the terms on n motions, or return None where some block would have none.

    Inverse document frequencies as scikit-learn's `TfidfVectorizer` smooths them.
    """
    terms: dict[Block, tuple[str, ...]] = {}
    idf: dict[Block, npt.NDArray[np.float64]] = {}
    for block, (least, largest_share) in _BOUNDS.items():
        names = counted.names[block]
        held = np.bincount(counted.counts[block].indices, minlength=len(names))
        kept = np.flatnonzero((held >= least) & (held <= largest_share * len(counted)))
        if not len(kept):
            return None
        terms[block] = tuple(names[place] for place in kept)
        idf[block] = np.log((1 + len(counted)) / (1 + held[kept])) + 1
    return Vocabulary(terms, idf)


def _names(papers: Sequence[Papers]) -> list[_Names]:
    return [_names_in(pair) for pair in papers]


def _names_in(papers: Papers) -> _Names:
    """Return the terms of a motion; those of short papers are remembered for the next folds."""
    short = sum(len(text or "") for text in papers) <= SHORT
    return (_names_of_short if short else _names_of)(papers)


def _names_of(papers: Papers) -> _Names:
    words: list[str] = []
    for text in papers:
        tokens = tokens_of(text or "")
        pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
        # One object per term: many motions' terms stay small, here and on the way from a worker.
        words += [intern(name) for name in tokens + pairs if BLANK not in name]
    found: _Names = {"words": words, "indicators": [], "doctrine": []}
    for hit in read_papers(*papers):
        if block := block_of(hit):
            found[block].append(name_of_phrase(hit))
    return found


_names_of_short = lru_cache(maxsize=8192)(_names_of)
