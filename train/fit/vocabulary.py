"""Fit the vocabulary: count the terms of all training rulings once, then choose terms per fold.

The rating model of each fold fits its vocabulary on some of the rows and infers ratings of others.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from data.arrays import Floats, Rows
from features.document import Papers
from features.indicators import Reading
from train.cluster import Cluster, in_chunks, map_in_order
from train.model.vocabulary import (
    BLOCKS,
    Block,
    TermNames,
    Vocabulary,
    reading_of,
    term_names,
)

# The fewest motions with a term, and the largest share of all motions. Words in most papers ("in",
# "the") carry no information and would clutter the explanations.
_BOUNDS: dict[Block, tuple[int, float]] = {
    "words": (3, 0.3),
    "indicators": (2, 0.9),
    "doctrine": (2, 0.9),
}


@dataclass(frozen=True, eq=False)
class TermCounts:
    """How often the papers of n motions contain each term.

    Attributes
    ----------
    names
        For each block, its k terms in alphabetical order.
    counts
        For each block, (n, k) counts.
    """

    names: dict[Block, tuple[str, ...]]
    counts: dict[Block, csr_matrix]

    def __len__(self) -> int:
        return int(self.counts[BLOCKS[0]].shape[0])

    def take(self, rows: Rows) -> "TermCounts":
        """Return the counts of these rows, in this order."""
        counts = {block: block_counts[rows] for block, block_counts in self.counts.items()}
        return TermCounts(self.names, counts)

    def only(self, counted: Container[Reading]) -> "TermCounts":
        """Return the counts of the words, and of the phrases whose reading counts."""
        kept = {
            block: np.array(
                [block == "words" or reading_of(name) in counted for name in names], dtype=bool
            )
            for block, names in self.names.items()
        }
        return TermCounts(
            {block: tuple(compress(names, kept[block])) for block, names in self.names.items()},
            {block: counts[:, kept[block]] for block, counts in self.counts.items()},
        )

    def weighted(self, vocabulary: Vocabulary) -> csr_matrix:
        """Return what `Vocabulary.matrix` returns for the papers that were counted."""
        width = len(vocabulary.columns)
        cells, counts = [], []
        for block_index, block in enumerate(BLOCKS):
            block_counts = self.counts[block].tocoo()
            column_of = vocabulary.column_of[block]
            columns = np.array(
                [column_of.get(name, -1) for name in self.names[block]], dtype=np.int64
            )[block_counts.col]
            parts = block_counts.row.astype(np.int64) * len(BLOCKS) + block_index
            known = columns >= 0
            cells.append(parts[known] * width + columns[known])
            counts.append(block_counts.data[known])
        all_cells, all_counts = np.concatenate(cells), np.concatenate(counts)
        order = np.argsort(all_cells)
        return vocabulary.weighted(all_cells[order], all_counts[order], len(self))


def count_terms(papers: Sequence[Papers], cluster: Cluster | None = None) -> TermCounts:
    """Count the terms in the papers of n motions that are frequent enough for a vocabulary.

    Parameters
    ----------
    papers
        The papers of n motions.
    cluster
        Where to read them; None for this process.
    """
    chunks = map_in_order(cluster, _term_names, in_chunks(papers))
    names_by_motion = [names for chunk in chunks for names in chunk]
    names: dict[Block, tuple[str, ...]] = {}
    counts: dict[Block, csr_matrix] = {}
    for block in BLOCKS:
        vectorizer = CountVectorizer(analyzer=itemgetter(block), min_df=_BOUNDS[block][0])
        try:
            counts[block] = vectorizer.fit_transform(names_by_motion)
            names[block] = tuple(vectorizer.get_feature_names_out().tolist())
        except ValueError:  # no term is frequent enough
            counts[block] = csr_matrix((len(names_by_motion), 0), dtype=np.int64)
            names[block] = ()
    return TermCounts(names, counts)


def fit_vocabulary(term_counts: TermCounts) -> Vocabulary | None:
    """Choose the terms by their frequency in n motions; None if there would be no word.

    Inverse document frequencies are smoothed as in scikit-learn's `TfidfVectorizer`.
    """
    terms: dict[Block, tuple[str, ...]] = {}
    idf: dict[Block, Floats] = {}
    for block, (min_motions, max_share) in _BOUNDS.items():
        names = term_counts.names[block]
        motions_with = np.bincount(term_counts.counts[block].indices, minlength=len(names))
        informative = motions_with <= max_share * len(term_counts)
        kept = np.flatnonzero((motions_with >= min_motions) & informative)
        if block == "words" and not len(kept):
            return None
        terms[block] = tuple(names[column] for column in kept)
        idf[block] = np.log((1 + len(term_counts)) / (1 + motions_with[kept])) + 1
    return Vocabulary(terms, idf)


def _term_names(papers: Sequence[Papers]) -> list[TermNames]:
    return [term_names(pair) for pair in papers]
