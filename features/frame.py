"""The feature frame: features of motions as arrays of numbers, with where each came from.

One motion is answered about in milliseconds, of which building a pandas frame would take several;
so a frame holds arrays, and gives pandas frames to those who ask.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype
from scipy.sparse import csr_matrix

from data.arrays import Floats, Objects, Rows
from features.document import Papers, LazyPapers
from features.families import inferred_ratings
from features.indicators import Column, Indicator
from features.phrases.hits import Hit

HitsByColumn = dict[str, tuple[Hit, ...]]
"""The phrases behind each column of one motion."""
INFERRED_RATINGS = tuple(column.name for column in inferred_ratings.COLUMNS)


@dataclass(frozen=True, eq=False)
class FeatureFrame:
    """Features of n motions in k columns.

    Attributes
    ----------
    names
        The k columns: `features.build.BUILT` in that order, then the readings, once the model has
        added them.
    numeric
        (n, k): NaN where nothing is shown, and in columns that hold words.
    categorical
        For each column of categories, its n values; None where nothing is shown.
    provenance
        (n, k): "coded", "text" or "not shown"; (n, 0) where it was not kept.
    hits
        For each motion, the phrases behind each column (see `Indicator`).
    papers
        For each motion, the texts of `motion` and `opposition`.
    terms
        (n, terms): what the readings were read from, where readers have just read the papers.
    """

    names: tuple[str, ...]
    numeric: Floats
    categorical: dict[str, Objects]
    provenance: Objects
    hits: tuple[HitsByColumn, ...]
    papers: Sequence[Papers]
    terms: csr_matrix | None = None

    def __len__(self) -> int:
        return len(self.numeric)

    @classmethod
    def from_indicators(
        cls,
        rows: Sequence[Mapping[str, Indicator]],
        columns: Sequence[Column],
        papers: Sequence[Papers],
    ) -> "FeatureFrame":
        """Return the frame of n motions' indicators, given by column name."""
        names = tuple(column.name for column in columns)
        shape = (len(rows), len(names))
        categories = [column.name for column in columns if column.kind == "category"]
        numbered = [None if c.kind == "category" else c.name for c in columns]
        cells = [row[name].value if name else None for row in rows for name in numbered]
        provenance = np.empty(shape, dtype=object)
        provenance[:] = [[row[name].source for name in names] for row in rows] or provenance
        return cls(
            names,
            np.array(cells, dtype=float).reshape(shape),
            {name: _objects([row[name].value for row in rows]) for name in categories},
            provenance,
            tuple({name: item.hits for name, item in row.items() if item.hits} for row in rows),
            papers,
        )

    @classmethod
    def from_values(
        cls, values: pd.DataFrame, hits: Iterable[HitsByColumn], papers: Sequence[Papers]
    ) -> "FeatureFrame":
        """Return the frame of these values, without where each came from."""
        words = [name for name in values.columns if not is_numeric_dtype(values[name])]
        numbers = values.assign(**dict.fromkeys(words, np.nan)).to_numpy(dtype=float)
        return cls(
            tuple(values.columns),
            numbers,
            {name: values[name].to_numpy(dtype=object) for name in words},
            np.empty((len(values), 0), dtype=object),
            tuple(hits),
            papers,
        )

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return the n values of a column: numbers with NaN, or words with None."""
        return (
            self.categorical[name]
            if name in self.categorical
            else self.numeric[:, self.names.index(name)]
        )

    @cached_property
    def values(self) -> pd.DataFrame:
        """The values as a pandas frame: float64 for numbers, str or None for categories."""
        # Only words as Series, lest pandas make its own kind of text of them: Series take long to
        # bring together.
        return pd.DataFrame(
            {
                name: pd.Series(self.categorical[name], dtype=object)
                if name in self.categorical
                else column
                for name, column in zip(self.names, self.numeric.T, strict=True)
            }
        )

    def take(self, rows: Sequence[int] | Rows) -> "FeatureFrame":
        """Return the frame of these rows, in this order."""
        rows = np.asarray(rows, dtype=np.intp)
        return FeatureFrame(
            self.names,
            self.numeric[rows],
            {name: words[rows] for name, words in self.categorical.items()},
            self.provenance[rows],
            tuple(self.hits[row] for row in rows),
            _papers_of(self.papers, rows),
            None if self.terms is None else self.terms[rows],
        )

    @property
    def has_inferred_ratings(self) -> bool:
        """Whether the readings' columns were added."""
        return self.names[-1] == INFERRED_RATINGS[-1]

    def with_inferred_ratings(
        self,
        numbers: Floats | None,
        hits: Sequence[HitsByColumn] = (),
        terms: csr_matrix | None = None,
    ) -> "FeatureFrame":
        """Return the frame with the readings' columns added.

        Parameters
        ----------
        numbers
            (n, `features.families.inferred_ratings.COLUMNS`); NaN for not shown, None where nothing was read.
        hits
            For each motion, the words behind each reading, where they are wanted.
        terms
            What was read.
        """
        if numbers is None:
            numbers = np.full((len(self), len(INFERRED_RATINGS)), np.nan)
        both = zip(self.hits, hits, strict=True)
        provenance = np.where(np.isnan(numbers), "not shown", "text").astype(object)
        return replace(
            self,
            names=(*self.names, *INFERRED_RATINGS),
            numeric=np.hstack([self.numeric, numbers]),
            provenance=np.hstack([self.provenance, provenance])
            if self.provenance.size
            else self.provenance,
            hits=tuple(one | more for one, more in both) if hits else self.hits,
            terms=terms,
        )

    def without(self, family: str) -> "FeatureFrame":
        """Return the frame with one family's columns as if nothing of it were shown."""
        mine = np.array([name.split(".")[0] == family for name in self.names], dtype=bool)
        provenance = self.provenance.copy()
        if provenance.size:
            provenance[:, mine] = "not shown"
        blank = {
            n: _objects([None] * len(self)) for n in self.categorical if n.split(".")[0] == family
        }
        return replace(
            self,
            numeric=np.where(mine, np.nan, self.numeric),
            categorical=self.categorical | blank,
            provenance=provenance,
        )


def _objects(values: Sequence[Any]) -> Objects:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _papers_of(papers: Sequence[Papers], rows: Rows) -> Sequence[Papers]:
    if isinstance(papers, LazyPapers):
        return papers.take(rows.tolist())
    return tuple(papers[row] for row in rows)
