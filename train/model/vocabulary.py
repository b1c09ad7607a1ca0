"""The vocabulary: the terms in a motion's papers from which the rating model infers its ratings.

Three blocks of terms: words and pairs of neighboring words; the phrases of the families, by
indicator, with denied ones apart; the circumstances of doctrine. Phrases are terms only where they
are read rightly often enough (`train.model.readings`). Each block is TF-IDF with rows of unit
length, so that no block dominates. The balance of circumstances on each factor is left out: on
cases that the authors of the doctrine lexicon had read it was far more predictive than on others
(ROC AUC 0.64 against 0.54), and the rating model overweighted it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from sys import intern
from typing import Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from data.arrays import Floats, Integers
from data.schema import RATINGS
from features.document import Papers
from features.indicators import Reading
from features.phrases.hits import Hit, plain_hit
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER
from features.text.normalize import BLANK

Block = Literal["words", "indicators", "doctrine"]
BLOCKS: tuple[Block, ...] = ("words", "indicators", "doctrine")
TermNames = dict[Block, list[str]]
"""The names of all terms in both papers of a motion, block by block, with repeats."""


class TermRow(NamedTuple):
    """The columns of one motion's terms, and their weights."""

    columns: Integers
    weights: Floats


def row_of(terms: csr_matrix, row: int) -> TermRow:
    """Return a row of a `Vocabulary.matrix`, without the overhead of slicing by scipy."""
    cells = slice(*terms.indptr[row : row + 2])
    return TermRow(terms.indices[cells], terms.data[cells])


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The terms of each block and their inverse document frequencies.

    Attributes
    ----------
    terms
        For each block, its k terms in alphabetical order.
    idf
        For each block, (k,) smoothed inverse document frequencies.
    """

    terms: dict[Block, tuple[str, ...]]
    idf: dict[Block, Floats]

    @cached_property
    def columns(self) -> list[tuple[Block, str]]:
        """The block and name of each column of `matrix`."""
        return [(block, term) for block in BLOCKS for term in self.terms[block]]

    def matrix(self, papers: Sequence[Papers]) -> csr_matrix:
        """Return the (n, terms) TF-IDF weights of the papers of n motions, block after block."""
        cells: list[int] = []
        counts: list[int] = []
        width = len(self.columns)
        for row, pair in enumerate(papers):
            for block, names in _names(pair).items():
                first = (row * len(BLOCKS) + BLOCKS.index(block)) * width
                columns = self.column_of[block]
                counted = Counter(columns[name] for name in names if name in columns)
                for column, count in sorted(counted.items()):
                    cells.append(first + column)
                    counts.append(count)
        return self.weighted(
            np.array(cells, dtype=np.int64), np.array(counts, dtype=float), len(papers)
        )

    def weighted(self, cells: Integers, counts: Integers, n: int) -> csr_matrix:
        """Return (n, terms) TF-IDF weights for term counts.

        The weights are those of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, whose input
        checks take longer than the work for one motion.

        Parameters
        ----------
        cells
            The nonzero cells, in ascending order. A cell is `part * terms + column`, and part
            `3 * motion + block` is one block of one motion.
        counts
            How often each of these terms occurs.
        n
            The number of motions.
        """
        parts, columns = np.divmod(cells, len(self._idf))
        weights = (1 + np.log(counts)) * self._idf[columns]
        norms = np.sqrt(np.bincount(parts, weights**2, n * len(BLOCKS)))
        terms_per_motion = np.bincount(parts // len(BLOCKS), minlength=n)
        row_ends = np.concatenate([[0], terms_per_motion.cumsum()])
        return csr_matrix((weights / norms[parts], columns, row_ends), shape=(n, len(self._idf)))

    @cached_property
    def column_of(self) -> dict[Block, dict[str, int]]:
        column_of: dict[Block, dict[str, int]] = {block: {} for block in BLOCKS}
        for column, (block, name) in enumerate(self.columns):
            column_of[block][name] = column
        return column_of

    @cached_property
    def _idf(self) -> Floats:
        return np.concatenate([self.idf[block] for block in BLOCKS])


def term_names(papers: Papers) -> TermNames:
    """Return the names of all terms in the papers of a motion, to be kept with those of many."""
    names = _names(papers)
    names["words"] = list(map(intern, names["words"]))  # shared
    return names


def _names(papers: Papers) -> TermNames:
    names: TermNames = {"words": [], "indicators": [], "doctrine": []}
    for document in papers.documents:
        tokens = document.tokens
        pairs = [f"{first} {second}" for first, second in pairwise(tokens)]
        names["words"] += [name for name in (*tokens, *pairs) if BLANK not in name]
    for hit in papers.hits:
        if block := block_of(hit):
            names[block].append(name_of_phrase(hit))
    return names


def find_terms(papers: Papers, terms: set[tuple[Block, str]]) -> dict[tuple[Block, str], Hit]:
    """Return the first occurrence of each of the terms in the papers, if any.

    Parameters
    ----------
    terms
        Blocks and names, as in `Vocabulary.columns`.
    """
    first_hits: dict[tuple[Block, str], Hit] = {}
    phrase_names = {name for block, name in terms if block != "words"}
    for hit in papers.hits:
        block = block_of(hit)
        if block and (name := name_of_phrase(hit)) in phrase_names:
            first_hits.setdefault((block, name), hit)
    # The second words that may follow a first word; "" for the first word alone.
    second_words: dict[str, set[str]] = {}
    for block, name in terms:
        if block == "words":
            first, _, second = name.partition(" ")
            second_words.setdefault(first, set()).add(second)
    for document in papers.documents:
        tokens = list(document.token_spans())
        for index, (first, start, end) in enumerate(tokens):
            following = tokens[index + 1] if index + 1 < len(tokens) else ("", 0, 0)
            for second in second_words.get(first, ()):
                if second and following[0] != second:
                    continue
                term: tuple[Block, str] = ("words", f"{first} {second}" if second else first)
                if term not in first_hits:
                    last = following[2] if second else end
                    first_hits[term] = plain_hit(
                        "words", term[1], document.paper, start, last, document.text
                    )
    return first_hits


def words_of(papers: Papers) -> list[str]:
    """Return the words of both papers of a motion, in order, without citations."""
    return [word for document in papers.documents for word in document.tokens if BLANK not in word]


def block_of(hit: Hit) -> Block | None:
    """Return the block of a phrase, or None if it is in none."""
    if hit.field in (OTHER_PAPER, INTERIM_RELIEF):
        return None  # for the scope check only
    return "doctrine" if hit.field in RATINGS else "indicators"


_DENIED = "not "


def name_of_phrase(hit: Hit) -> str:
    """Return the name of a phrase's term: its indicator, and whether it is denied."""
    return f"{_DENIED if hit.negated else ''}{hit.field}.{hit.value}"


def reading_of(name: str) -> Reading:
    """Return the reading behind the name of a phrase's term, denied or not."""
    return Reading(*name.removeprefix(_DENIED).split(".", 1))
