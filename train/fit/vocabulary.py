"""Term counts: how often each training ruling's papers hold each term, counted once.

The rating models of each fold fit their vocabulary on some of the rows and rate others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from data.arrays import Floats, Rows
from features.document import Papers
from train.cluster import Cluster, in_chunks, map_in_order
from train.model.vocabulary import BLOCKS, Block, TermNames, Vocabulary, term_names

# Of n motions that hold a term, the least, and the largest share. Words in most papers ("in",
# "the") carry nothing and would be shown as reasons.
_BOUNDS: dict[Block, tuple[int, float]] = {
    "words": (3, 0.3),
    "indicators": (2, 0.9),
    "doctrine": (2, 0.9),
}


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

    def of(self, rows: Rows) -> "TermCounts":
        """Return the counts of some motions."""
        return TermCounts(self.names, {block: of[rows] for block, of in self.counts.items()})

    def weighted(self, vocabulary: Vocabulary) -> csr_matrix:
        """Return what `Vocabulary.matrix` makes of the papers counted."""
        width = len(vocabulary.columns)
        column_of = {term: column for column, term in enumerate(vocabulary.columns)}
        cells, counts = [], []
        for number, block in enumerate(BLOCKS):
            block_counts = self.counts[block].tocoo()
            columns = np.array(
                [column_of.get((block, name), -1) for name in self.names[block]], dtype=np.int64
            )[block_counts.col]
            parts = block_counts.row.astype(np.int64) * len(BLOCKS) + number
            known = columns >= 0
            cells.append(parts[known] * width + columns[known])
            counts.append(block_counts.data[known])
        cell, count = np.concatenate(cells), np.concatenate(counts)
        order = np.argsort(cell)
        return vocabulary.weighted(cell[order], count[order], len(self))


def count_terms(papers: Sequence[Papers], cluster: Cluster | None = None) -> TermCounts:
    """Count the terms in the papers of n motions that a vocabulary could hold.

    Parameters
    ----------
    cluster
        Where the papers are read; None for this process.
    """
    chunks = map_in_order(cluster, _term_names, in_chunks(papers))
    of_motions = [names for chunk in chunks for names in chunk]
    names: dict[Block, tuple[str, ...]] = {}
    counts: dict[Block, csr_matrix] = {}
    for block in BLOCKS:
        vectorizer = CountVectorizer(analyzer=itemgetter(block), min_df=_BOUNDS[block][0])
        try:
            counts[block] = vectorizer.fit_transform(of_motions)
            names[block] = tuple(vectorizer.get_feature_names_out().tolist())
        except ValueError:  # no term is in so many motions
            counts[block], names[block] = csr_matrix((len(of_motions), 0), dtype=np.int64), ()
    return TermCounts(names, counts)


def fit_vocabulary(term_counts: TermCounts) -> Vocabulary | None:
    """Fit the terms on n motions, or return None where some block would have none.

    Inverse document frequencies are smoothed as in scikit-learn's `TfidfVectorizer`.
    """
    terms: dict[Block, tuple[str, ...]] = {}
    idf: dict[Block, Floats] = {}
    for block, (least, largest_share) in _BOUNDS.items():
        names = term_counts.names[block]
        motions_with = np.bincount(term_counts.counts[block].indices, minlength=len(names))
        frequent = motions_with <= largest_share * len(term_counts)
        kept = np.flatnonzero((motions_with >= least) & frequent)
        if not len(kept):
            return None
        terms[block] = tuple(names[column] for column in kept)
        idf[block] = np.log((1 + len(term_counts)) / (1 + motions_with[kept])) + 1
    return Vocabulary(terms, idf)


def _term_names(papers: Sequence[Papers]) -> list[TermNames]:
    return [term_names(pair) for pair in papers]
