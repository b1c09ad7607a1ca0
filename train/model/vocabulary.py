"""Terms: what a factor reader sees of a motion's papers.

Three blocks, each TF-IDF with rows of length one, so that none drowns another: words and pairs of
neighbouring words; the phrases of the families, by indicator, denied ones apart; the circumstances
that doctrine weighs. (Their balance on each factor is left out: on cases that the cues' writers had
read it said far more than on others, ROC AUC 0.64 against 0.54, and readers leaned on it.)
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
    """Return a row of a `Vocabulary.matrix`; scipy takes longer to slice than others to use it."""
    mine = slice(*terms.indptr[row : row + 2])
    return TermRow(terms.indices[mine], terms.data[mine])


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The terms of each block with their inverse document frequencies, fitted on some papers."""

    terms: dict[Block, tuple[str, ...]]
    idf: dict[Block, Floats]

    @cached_property
    def columns(self) -> list[tuple[Block, str]]:
        """The block and name of each column of `matrix`."""
        return [(block, term) for block in BLOCKS for term in self.terms[block]]

    def matrix(self, papers: Sequence[Papers]) -> csr_matrix:
        """Read the papers of n motions and return (n, terms): the blocks in order."""
        cells: list[int] = []
        counts: list[int] = []
        width = len(self.columns)
        for row, pair in enumerate(papers):
            for block, names in term_names(pair).items():
                first = (row * len(BLOCKS) + BLOCKS.index(block)) * width
                columns = self._column_of[block]
                counted = Counter(columns[name] for name in names if name in columns)
                cells += (first + column for column in sorted(counted))
                counts += (counted[column] for column in sorted(counted))
        return self.weighted(
            np.array(cells, dtype=np.int64), np.array(counts, dtype=float), len(papers)
        )

    def weighted(self, cells: Integers, counts: Integers, n: int) -> csr_matrix:
        """Return (n, terms): the weights of what some cells of `matrix` hold.

        The weights of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, whose checks take
        longer than the work where one motion is read.

        Parameters
        ----------
        cells, counts
            Where, in order, and how often; a cell is `part * terms + column`, a part one of the
            three blocks of a motion.
        n
            How many motions.
        """
        parts, columns = np.divmod(cells, len(self._idf))
        weights = (1 + np.log(counts)) * self._idf[columns]
        lengths = np.sqrt(np.bincount(parts, weights**2, n * len(BLOCKS)))
        rows = np.bincount(parts // len(BLOCKS), minlength=n)
        ends = np.concatenate([[0], rows.cumsum()])
        return csr_matrix((weights / lengths[parts], columns, ends), shape=(n, len(self._idf)))

    @cached_property
    def _column_of(self) -> dict[Block, dict[str, int]]:
        column_of: dict[Block, dict[str, int]] = {block: {} for block in BLOCKS}
        for column, (block, name) in enumerate(self.columns):
            column_of[block][name] = column
        return column_of

    @cached_property
    def _idf(self) -> Floats:
        return np.concatenate([self.idf[block] for block in BLOCKS])


def term_names(papers: Papers) -> TermNames:
    """Return the names of the terms in the papers of a motion."""
    names: TermNames = {"words": [], "indicators": [], "doctrine": []}
    for document in papers.documents:
        tokens = document.tokens
        pairs = (f"{one} {two}" for one, two in pairwise(tokens))
        # Interned: of many motions each term is kept once.
        names["words"] += [intern(name) for name in (*tokens, *pairs) if BLANK not in name]
    for hit in papers.hits:
        if block := block_of(hit):
            names[block].append(name_of_phrase(hit))
    return names


def find_terms(papers: Papers, terms: set[tuple[Block, str]]) -> dict[tuple[Block, str], Hit]:
    """Find where each of the terms first appears in the papers."""
    found: dict[tuple[Block, str], Hit] = {}
    phrases = {name for block, name in terms if block != "words"}
    for hit in papers.hits:
        block = block_of(hit)
        if block and (name := name_of_phrase(hit)) in phrases:
            found.setdefault((block, name), hit)
    seconds_of: dict[str, set[str]] = {}
    for block, name in terms:
        if block == "words":
            first, _, second = name.partition(" ")
            seconds_of.setdefault(first, set()).add(second)
    for document in papers.documents:
        tokens = list(document.token_spans())
        for index, (first, start, end) in enumerate(tokens):
            following = tokens[index + 1] if index + 1 < len(tokens) else ("", 0, 0)
            for second in seconds_of.get(first, ()):
                if second and following[0] != second:
                    continue
                term: tuple[Block, str] = ("words", f"{first} {second}" if second else first)
                if term not in found:
                    last = following[2] if second else end
                    found[term] = plain_hit(
                        "words", term[1], document.paper, start, last, document.text
                    )
    return found


def words_of(papers: Papers) -> list[str]:
    """Return the words of both papers of a motion, in order, without citations."""
    return [word for document in papers.documents for word in document.tokens if BLANK not in word]


def block_of(hit: Hit) -> Block | None:
    """Return the block that a phrase counts in, or None."""
    if hit.field in (OTHER_PAPER, INTERIM_RELIEF):
        return None  # tells what is no motion, and must not tell how one ends
    return "doctrine" if hit.field in RATINGS else "indicators"


def name_of_phrase(hit: Hit) -> str:
    """Return the name of the term that a phrase is."""
    return f"{'not ' if hit.negated else ''}{hit.field}.{hit.value}"
