"""Terms: what a factor reader sees of a motion's papers.

Three blocks, each TF-IDF with rows of length one, so that none drowns another: words and pairs of
neighbouring words; the phrases of the families, by indicator, denied ones apart; the circumstances
that doctrine weighs. (Their balance on each factor is left out: on cases that the cues' writers had
read it said far more than on others, ROC AUC 0.64 against 0.54, and readers leaned on it.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain, pairwise
from sys import intern
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from data.schema import RATINGS
from features.build import CHUNK
from features.characters import BLANK
from features.hits import Hit, Papers, plain_hit
from features.lexicon import INTERIM_RELIEF, OTHER_PAPER, PAPERS
from features.papers import SHORT, clean
from features.phrases import read_many, read_papers
from train.calibration import Floats
from train.cluster import Cluster, each, in_chunks
from train.term_lookup import Integers, TermLookup, name_of_phrase

Block = Literal["words", "indicators", "doctrine"]
BLOCKS: tuple[Block, ...] = ("words", "indicators", "doctrine")
# Words in most papers ("in", "the") carry nothing and would be shown as reasons.
_BOUNDS: dict[Block, dict[str, Any]] = {
    "words": {"min_df": 3, "max_df": 0.3},
    "indicators": {"min_df": 2, "max_df": 0.9},
    "doctrine": {"min_df": 2, "max_df": 0.9},
}
_TOKEN = re.compile(rf"\b\w\w+\b|{BLANK}+")


Terms = dict[Block, Sequence[str]]
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

    def matrix(self, papers: Sequence[Papers] | Sequence[Terms]) -> csr_matrix:
        """Return (n, terms): the blocks in order.

        The weights of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, whose checks take
        longer than the work where one motion is read.
        """
        starts = range(0, max(len(papers), 1), CHUNK)
        blocks = [self._counted(papers[start : start + CHUNK], start) for start in starts]
        cells, counts = (np.concatenate(block) for block in zip(*blocks, strict=True))
        parts, columns = np.divmod(cells, len(self._idf))
        weights = (1 + np.log(counts)) * self._idf[columns]
        lengths = np.sqrt(np.bincount(parts, weights**2, len(papers) * len(BLOCKS)))
        rows = np.bincount(parts // len(BLOCKS), minlength=len(papers))
        ends = np.concatenate([[0], rows.cumsum()])
        shape = len(papers), len(self._idf)
        return csr_matrix((weights / lengths[parts], columns, ends), shape=shape)

    def _counted(
        self, papers: Sequence[Papers] | Sequence[Terms], start: int
    ) -> tuple[Integers, Integers]:
        """Return the cells that some motions fill, in order, and how often each.

        A cell is `part * terms + column`, a part one of the three blocks of a motion; `start` is
        the number of the first motion.
        """
        parts, columns = self._found(papers)
        cells = (parts + start * len(BLOCKS)) * len(self._idf) + columns
        return np.unique(cells, return_counts=True)

    def _found(self, papers: Sequence[Papers] | Sequence[Terms]) -> tuple[Integers, Integers]:
        """Return the part and the column of each term of some motions, with repeats."""
        terms = [pair for pair in papers if isinstance(pair, dict)]
        if terms:
            found = [
                [places[name] for name in mine[block] if name in places]
                for mine in terms
                for block, places in self._places.items()
            ]
            parts = np.arange(len(found)).repeat([len(places) for places in found])
            return parts, np.fromiter(chain.from_iterable(found), dtype=np.int64)
        pairs = [pair for pair in papers if not isinstance(pair, dict)]
        # One motion after the other: the words and phrases of long papers take much memory.
        read = (
            (map(tokens_of, filter(None, pair)), hits)
            for pair, hits in zip(pairs, read_many(pairs), strict=True)
        )
        motions, columns = self._lookup.columns_in(read)
        return motions * len(BLOCKS) + self._block_of_column[columns], columns

    @cached_property
    def _lookup(self) -> TermLookup:
        placed = [(block, name, column) for column, (block, name) in enumerate(self.columns)]
        return TermLookup.of(
            ((name, column) for block, name, column in placed if block == "words"),
            ((name, column) for block, name, column in placed if block != "words"),
        )

    @cached_property
    def _block_of_column(self) -> Integers:
        return np.array([BLOCKS.index(block) for block, _ in self.columns], dtype=np.int64)

    @cached_property
    def _places(self) -> dict[Block, dict[str, int]]:
        """The column of each term, block by block."""
        found: dict[Block, dict[str, int]] = {block: {} for block in BLOCKS}
        for place, (block, term) in enumerate(self.columns):
            found[block][term] = place
        return found

    @cached_property
    def _idf(self) -> Floats:
        return np.concatenate([self.idf[block] for block in BLOCKS])


def read_terms(papers: Sequence[Papers], cluster: Cluster | None = None) -> list[Terms]:
    """Read the terms of n motions once, for readers that are fitted on many parts of them.

    Parameters
    ----------
    cluster
        Where the papers are read; None for this process.
    """
    return [terms for chunk in each(cluster, _terms, in_chunks(papers)) for terms in chunk]


def _terms(papers: Sequence[Papers]) -> list[Terms]:
    return [{block: _names(pair, block) for block in BLOCKS} for pair in papers]


def fit_vocabulary(papers: Sequence[Papers] | Sequence[Terms]) -> Vocabulary | None:
    """Fit the terms on n motions, or return None where some block would have none."""
    terms: dict[Block, tuple[str, ...]] = {}
    idf: dict[Block, Floats] = {}
    for block in BLOCKS:
        vectorizer = _vectorizer(block, **_BOUNDS[block])
        try:
            vectorizer.fit(papers)
        except ValueError:  # no term is left between the two bounds
            return None
        terms[block] = tuple(vectorizer.get_feature_names_out().tolist())
        idf[block] = np.asarray(vectorizer.idf_, dtype=float)
    return Vocabulary(terms, idf)


def places_of(papers: Papers, terms: set[tuple[Block, str]]) -> dict[tuple[Block, str], Hit]:
    """Find the first place of each of the terms."""
    found: dict[tuple[Block, str], Hit] = {}
    phrases = {name for block, name in terms if block != "words"}
    for hit in read_papers(papers[0], papers[1]):
        block = _block_of(hit)
        if block and (name := name_of_phrase(hit)) in phrases:
            found.setdefault((block, name), hit)
    wanted: dict[str, set[str]] = {}
    for block, name in terms:
        if block == "words":
            first, _, second = name.partition(" ")
            wanted.setdefault(first, set()).add(second)
    for paper, text in zip(PAPERS, papers, strict=True):
        reading = clean(text or "").mended
        tokens = list(_TOKEN.finditer(reading.text))
        words = [token[0] for token in tokens]
        for place, first in enumerate(words):
            for second in wanted.get(first, ()):
                last = place + bool(second)
                key: tuple[Block, str] = ("words", f"{first} {second}" if second else first)
                if key not in found and (not second or words[last : last + 1] == [second]):
                    span = reading.span(tokens[place].start(), tokens[last].end())
                    found[key] = plain_hit("words", key[1], paper, *span, text or "")
    return found


def tokens_of(text: str) -> list[str]:
    """Return the words of a paper in reading form, in order, with a blank for each citation."""
    return _TOKEN.findall(clean(text).mended.text)


def words_of(text: str) -> list[str]:
    """Return the words of a paper in reading form, in order, without citations."""
    return [word for word in tokens_of(text) if BLANK not in word]


def _vectorizer(block: Block, **settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=partial(_names, block=block), **settings)


def _names(papers: Papers | Terms, block: Block) -> Sequence[str]:
    """Return the names of all terms of a block in both papers, with repeats.

    Those of short papers are remembered: the readers of each fold ask for them again.
    """
    if isinstance(papers, dict):
        return papers[block]
    short = sum(len(text or "") for text in papers) <= SHORT
    return (_names_of_short if short else _names_of)(papers, block)


def _names_of(papers: Papers, block: Block) -> Sequence[str]:
    if block != "words":
        hits = read_papers(papers[0], papers[1])
        return [name_of_phrase(hit) for hit in hits if _block_of(hit) == block]
    names: list[str] = []
    for text in papers:
        tokens = tokens_of(text or "")
        pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
        # One object per term: many motions' terms stay small, here and on the way from a worker.
        names += [intern(name) for name in tokens + pairs if BLANK not in name]
    return names


_names_of_short = lru_cache(maxsize=8192)(_names_of)


def _block_of(hit: Hit) -> Block | None:
    if hit.field in (OTHER_PAPER, INTERIM_RELIEF):
        return None  # tells what is no motion, and must not tell how one ends
    return "doctrine" if hit.field in RATINGS else "indicators"
