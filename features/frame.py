"""The feature frame: the features of motions as arrays, with the source of each value.

An answer about one motion takes milliseconds, and building a pandas frame would take several more;
so a frame holds arrays and offers a pandas frame (`values`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.arrays import Floats, Objects, Rows
from features.document import Papers, take_papers
from features.families import inferred_ratings
from features.indicators import (
    NOT_SHOWN_CODE,
    SOURCES,
    TEXT_CODE,
    Column,
    Indicator,
    Source,
)
from features.phrases.hits import Hit

if TYPE_CHECKING:
    import pandas as pd

HitsByColumn = dict[str, tuple[Hit, ...]]
"""The phrases behind each column of one motion."""
INFERRED_RATINGS = tuple(column.name for column in inferred_ratings.COLUMNS)
"""The names of the columns that the rating model adds."""
_CODE_OF = {source: code for code, source in enumerate(SOURCES)}


@dataclass(frozen=True, eq=False)
class FeatureFrame:
    """Features of n motions in k columns.

    Attributes
    ----------
    names
        The k columns: `features.build.BUILT` in that order, then the inferred ratings, once the
        model has added them.
    numeric
        (n, k) numbers: NaN if not shown, and in columns of categories.
    categorical
        For each column of categories, its n values; None if not shown.
    provenance
        (n, k) where each value comes from, as its index in `features.indicators.SOURCES`.
    hits
        For each motion, the phrases behind each column (see `Indicator`).
    papers
        For each motion, its papers.
    terms
        (n, terms) weights from which the ratings were just inferred, if any.
    """

    names: tuple[str, ...]
    numeric: Floats
    categorical: dict[str, Objects]
    provenance: npt.NDArray[np.int8]
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
        """Return the frame of the indicators of n motions, each by column name."""
        names = tuple(column.name for column in columns)
        shape = (len(rows), len(names))
        categories = [column.name for column in columns if column.kind == "category"]
        numeric = [None if column.kind == "category" else column.name for column in columns]
        cells = [row[name].value if name else None for row in rows for name in numeric]
        sources = [_CODE_OF[row[name].source] for row in rows for name in names]
        return cls(
            names,
            np.array(cells, dtype=float).reshape(shape),
            {name: _objects([row[name].value for row in rows]) for name in categories},
            np.array(sources, dtype=np.int8).reshape(shape),
            tuple(
                {name: indicator.hits for name, indicator in row.items() if indicator.hits}
                for row in rows
            ),
            papers,
        )

    @classmethod
    def from_values(
        cls,
        values: "pd.DataFrame",
        provenance: npt.NDArray[np.int8],
        hits: Iterable[HitsByColumn],
        papers: Sequence[Papers],
    ) -> "FeatureFrame":
        """Return the frame of the values in a pandas frame."""
        from pandas.api.types import is_numeric_dtype

        categories = [name for name in values.columns if not is_numeric_dtype(values[name])]
        numeric = values.assign(**dict.fromkeys(categories, np.nan)).to_numpy(dtype=float)
        return cls(
            tuple(values.columns),
            numeric,
            {name: values[name].to_numpy(dtype=object) for name in categories},
            provenance,
            tuple(hits),
            papers,
        )

    def source(self, row: int, name: str) -> Source:
        """Return where the value of a column comes from."""
        return SOURCES[int(self.provenance[row, self.names.index(name)])]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return the n values of a column: numbers with NaN, or categories with None."""
        return (
            self.categorical[name]
            if name in self.categorical
            else self.numeric[:, self.names.index(name)]
        )

    @cached_property
    def values(self) -> "pd.DataFrame":
        """The values as a pandas frame: float64 for numbers, str or None for categories."""
        import pandas as pd  # a third of a second to import, and an answer does without

        # Categories are Series, or pandas would turn them into its own string type; numbers are
        # not, since joining Series is slow.
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
            {name: categories[rows] for name, categories in self.categorical.items()},
            self.provenance[rows],
            tuple(self.hits[row] for row in rows),
            take_papers(self.papers, rows.tolist()),
            None if self.terms is None else self.terms[rows],
        )

    @property
    def has_inferred_ratings(self) -> bool:
        """Whether the columns of the inferred ratings were added."""
        return self.names[-1] == INFERRED_RATINGS[-1]

    def with_inferred_ratings(
        self,
        ratings: Floats | None,
        hits: Sequence[HitsByColumn] = (),
        terms: csr_matrix | None = None,
    ) -> "FeatureFrame":
        """Return the frame with the columns of the inferred ratings added.

        Parameters
        ----------
        ratings
            (n, len(`INFERRED_RATINGS`)), NaN for not shown; None if no ratings were inferred.
        hits
            For each motion, the words that moved each rating most; () leaves them out.
        terms
            (n, terms) weights from which the ratings were inferred.
        """
        if ratings is None:
            ratings = np.full((len(self), len(INFERRED_RATINGS)), np.nan)
        provenance = np.where(np.isnan(ratings), NOT_SHOWN_CODE, TEXT_CODE).astype(np.int8)
        merged = (built | added for built, added in zip(self.hits, hits, strict=True))
        return replace(
            self,
            names=(*self.names, *INFERRED_RATINGS),
            numeric=np.hstack([self.numeric, ratings]),
            provenance=np.hstack([self.provenance, provenance]),
            hits=tuple(merged) if hits else self.hits,
            terms=terms,
        )

    def with_column_of(self, other: "FeatureFrame", name: str) -> "FeatureFrame":
        """Return the frame with a column of numbers taken from another frame of the same rows."""
        index = self.names.index(name)
        numeric, provenance = self.numeric.copy(), self.provenance.copy()
        numeric[:, index] = other.numeric[:, index]
        provenance[:, index] = other.provenance[:, index]
        return replace(self, numeric=numeric, provenance=provenance)

    def without(self, family: str) -> "FeatureFrame":
        """Return the frame with every column of one family "not shown"."""
        of_family = np.array([name.split(".")[0] == family for name in self.names], dtype=bool)
        provenance = np.where(of_family, NOT_SHOWN_CODE, self.provenance).astype(np.int8)
        blank = {
            name: _objects([None] * len(self))
            for name in self.categorical
            if name.split(".")[0] == family
        }
        return replace(
            self,
            numeric=np.where(of_family, np.nan, self.numeric),
            categorical=self.categorical | blank,
            provenance=provenance,
        )


def _objects(values: Sequence[Any]) -> Objects:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells
