"""Terms: what a factor reader sees of a motion's papers.

Three blocks, each TF-IDF with rows of length one, so that none drowns another: words and pairs of
neighbouring words; the phrases of the families, by indicator, denied ones apart; the circumstances
that doctrine weighs. (Their balance on each factor is left out: on cases that the cues' writers had
read it said far more than on others, ROC AUC 0.64 against 0.54, and readers leaned on it.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from data.schema import RATINGS
from features.build import CHUNK
from features.phrases.hits import Hit, Papers, plain_hit
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER, PAPERS
from features.phrases.matcher import read_many, read_papers
from features.text.document import clean
from features.text.normalize import BLANK
from train.model.calibration import Floats
from train.model.term_lookup import Integers, TermLookup, name_of_phrase

Block = Literal["words", "indicators", "doctrine"]
BLOCKS: tuple[Block, ...] = ("words", "indicators", "doctrine")
_TOKEN = re.compile(rf"\b\w\w+\b|{BLANK}+")


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
        starts = range(0, max(len(papers), 1), CHUNK)
        blocks = [self._counted(papers[start : start + CHUNK], start) for start in starts]
        cells, counts = (np.concatenate(block) for block in zip(*blocks, strict=True))
        return self.weighted(cells, counts, len(papers))

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

    def _counted(self, papers: Sequence[Papers], start: int) -> tuple[Integers, Integers]:
        """Return the cells that some motions fill, in order, and how often each.

        `start` is the number of the first motion.
        """
        # One motion after the other: the words and phrases of long papers take much memory.
        read = (
            (map(tokens_of, filter(None, pair)), hits)
            for pair, hits in zip(papers, read_many(papers), strict=True)
        )
        motions, columns = self._lookup.columns_in(read)
        parts = (motions + start) * len(BLOCKS) + self._block_of_column[columns]
        return np.unique(parts * len(self._idf) + columns, return_counts=True)

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
    def _idf(self) -> Floats:
        return np.concatenate([self.idf[block] for block in BLOCKS])


def places_of(papers: Papers, terms: set[tuple[Block, str]]) -> dict[tuple[Block, str], Hit]:
    """Find the first place of each of the terms."""
    found: dict[tuple[Block, str], Hit] = {}
    phrases = {name for block, name in terms if block != "words"}
    for hit in read_papers(papers[0], papers[1]):
        block = block_of(hit)
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


def block_of(hit: Hit) -> Block | None:
    """Return the block that a phrase counts in, or None."""
    if hit.field in (OTHER_PAPER, INTERIM_RELIEF):
        return None  # tells what is no motion, and must not tell how one ends
    return "doctrine" if hit.field in RATINGS else "indicators"
