"""The one door to the features: motions in, feature frame out.

Training, `enjoin score`, `enjoin predict`, the HTTP endpoint and the MLflow pyfunc all call
`build_features`; nothing else turns a motion into numbers.
"""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd

from data.schema import Motion, Ruling
from features import (
    authorities,
    doctrine,
    forum,
    harm,
    merits,
    motion_type,
    ratings,
    readings,
    remedial,
    speculation,
)
from features.hits import Hit, HitsByField, Papers, by_field
from features.indicator import Column, Indicator
from features.lexicon import lexicon_digest
from features.phrases import read_many

BUILDERS = (motion_type, harm, remedial, speculation, merits, doctrine, authorities, forum, ratings)
FAMILIES = {
    "motion_type": "motion type",
    "harm": "harm evidence",
    "remedial": "remedial steps",
    "speculation": "speculation signals",
    "merits": "merits",
    "doctrine": "doctrine",
    "authorities": "authorities cited",
    "forum": "forum",
    "ratings": "Winter ratings",
    "readings": "reading of the words",
}
BUILT: tuple[Column, ...] = tuple(column for builder in BUILDERS for column in builder.COLUMNS)
"""The columns of `build_features`."""
COLUMNS = BUILT + readings.COLUMNS
"""All columns the model learns from: those built, then what its fitted readers add."""
_READ_WITH = (
    "ahocorasick-rs",
    "courts-db",
    "eyecite",
    "hyperscan",
    "nupunkt",
    "pyspellchecker",
    "reporters-db",
)
CHUNK = 500
"""Motions per parallel job: about a second's work, so that start-up cost does not dominate."""


@dataclass(frozen=True)
class FeatureFrame:
    """Features of n motions, with where each came from.

    Attributes
    ----------
    values
        n rows, one column per `BUILT` entry in that order (then the readings, once the model has
        added them); float64 for numbers (NaN = not shown), str or None for categories.
    sources
        Same shape: "coded", "text" or "not shown".
    hits
        For each motion, the phrases behind each column (see `Indicator`).
    papers
        For each motion, the texts of `motion` and `opposition`.
    """

    values: pd.DataFrame
    sources: pd.DataFrame
    hits: tuple[dict[str, tuple[Hit, ...]], ...]
    papers: tuple[Papers, ...]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> "FeatureFrame":
        """Return the frame of these rows, in this order."""
        return FeatureFrame(
            self.values.iloc[rows].reset_index(drop=True),
            self.sources.iloc[rows].reset_index(drop=True),
            tuple(self.hits[row] for row in rows),
            tuple(self.papers[row] for row in rows),
        )

    def with_readings(
        self,
        values: pd.DataFrame,
        hits: Sequence[dict[str, tuple[Hit, ...]]] = (),
    ) -> "FeatureFrame":
        """Return the frame with the readings' columns added (n rows, `readings.COLUMNS`).

        `hits` gives, for each motion, the words behind each reading, where they are wanted.
        """
        sources = pd.DataFrame(
            np.where(values.isna(), "not shown", "text"), columns=values.columns, dtype=object
        )
        both = zip(self.hits, hits or [{}] * len(self), strict=True)
        return FeatureFrame(
            pd.concat([self.values, values], axis=1),
            pd.concat([self.sources, sources], axis=1),
            tuple(mine | more for mine, more in both),
            self.papers,
        )

    def without(self, family: str) -> "FeatureFrame":
        """Return the frame with one family's columns as if nothing of it were shown."""
        values, sources = self.values.copy(), self.sources.copy()
        for column in COLUMNS:
            if column.family == family and column.name in values:
                values[column.name] = None if column.kind == "category" else np.nan
                sources[column.name] = "not shown"
        return FeatureFrame(values, sources, self.hits, self.papers)


def build_features(
    motions: Sequence[Motion], n_jobs: int = 1, cache_dir: Path | None = None
) -> FeatureFrame:
    """Turn motions into the feature frame.

    A coded value is taken as it is; where a motion has none, the text of `motion` and `opposition`
    is read. Labels cannot reach this function: a `Ruling` is cut down to its `Motion` first.

    Parameters
    ----------
    motions
        n motions; each must have its text.
    n_jobs
        Processes to use on inputs larger than one chunk; -1 for all cores.
    cache_dir
        Where to keep built frames for repeated runs over the same motions; None keeps nothing.
        The cache is this user's own: never point it at a folder that others can write to.
    """
    plain = [motion.as_motion() if isinstance(motion, Ruling) else motion for motion in motions]
    chunks = [plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK)]
    build = _build_chunk
    if cache_dir is not None:
        build = joblib.Memory(cache_dir, verbose=0).cache(_build_chunk)
    jobs = (joblib.delayed(build)(chunk, builder_digest()) for chunk in chunks)
    parallel = joblib.Parallel(n_jobs=n_jobs if len(chunks) > 1 else 1)
    with _no_collecting():
        rows = [row for chunk in parallel(jobs) for row in chunk]
        return _frame(rows, tuple((motion.motion, motion.opposition) for motion in plain))


@cache
def builder_digest() -> str:
    """Return the SHA-256 of the lexicons, the builders' source, the schema and the text libraries.

    It keys the cache, so that an edited phrase or builder never meets a stale frame.
    """
    versions = [version(name) for name in _READ_WITH]
    digest = hashlib.sha256(f"{lexicon_digest()} {versions}".encode())
    sources = [path for path in files("features").iterdir() if path.name.endswith(".py")]
    sources += [files("data") / name for name in ("codes.py", "schema.py", "courts.py")]
    for path in sorted(sources, key=lambda path: path.name):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _build_chunk(motions: list[Motion], digest: str) -> list[dict[str, Indicator]]:
    """Build a chunk of motions; `digest` takes part only in the cache key."""
    with _no_collecting():
        found = read_many([(motion.motion, motion.opposition) for motion in motions])
        return [
            indicators(motion, by_field(hits)) for motion, hits in zip(motions, found, strict=True)
        ]


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Hold garbage collection: what is built has no cycles, and looking for some takes long."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def indicators(motion: Motion, hits: HitsByField) -> dict[str, Indicator]:
    """Return every indicator of one motion, by column name."""
    found: dict[str, Indicator] = {}
    for builder in BUILDERS:
        found |= builder.build(motion, hits)
    return found


def _frame(rows: list[dict[str, Indicator]], papers: tuple[Papers, ...]) -> FeatureFrame:
    values: dict[str, Any] = {}
    for column in BUILT:
        mine = [row[column.name].value for row in rows]
        # Only where pandas would make its own kind of text of them: Series take long to bring
        # together.
        values[column.name] = (
            pd.Series(mine, dtype=object)
            if column.kind == "category"
            else np.array(mine, dtype=float)
        )
    names = [column.name for column in BUILT]
    told = np.array([[row[name].source for name in names] for row in rows], dtype=object)
    sources = pd.DataFrame(told.reshape(len(rows), len(names)), columns=names, dtype=object)
    hits = tuple({name: item.hits for name, item in row.items() if item.hits} for row in rows)
    return FeatureFrame(pd.DataFrame(values), sources, hits, papers)
