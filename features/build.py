"""The one door to the features: motions in, feature frame out.

Training, `enjoin score`, `enjoin predict`, the HTTP endpoint and the MLflow pyfunc all call
`build_features`; nothing else turns a motion into numbers.
"""

import gc
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import joblib

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
from features.frame import FeatureFrame
from features.hits import HitsByField, by_field
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
UNUSED_SECONDS = 30 * 24 * 3600
"""After so long a version of the builders that nobody used loses its cached frames."""


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
        build = joblib.Memory(_own_folder(cache_dir), verbose=0).cache(_build_chunk)
    with no_collecting():
        if n_jobs == 1 or len(chunks) < 2:
            built = [build(chunk, builder_digest()) for chunk in chunks]
        else:
            jobs = (joblib.delayed(build)(chunk, builder_digest()) for chunk in chunks)
            built = joblib.Parallel(n_jobs=n_jobs)(jobs)
        rows = [row for chunk in built for row in chunk]
        papers = ((motion.motion, motion.opposition) for motion in plain)
        return FeatureFrame.of_rows(rows, BUILT, papers)


def _own_folder(cache_dir: Path) -> Path:
    """Return the folder of this version of the builders, and remove those long unused.

    joblib empties a folder whose function has changed, under the hands of other processes.
    """
    folder = cache_dir / "frames" / builder_digest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for other in folder.parent.iterdir():
        if time.time() - other.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    return folder


@cache
def builder_digest() -> str:
    """Return the SHA-256 of the lexicons, the builders' source, the schema and the text libraries.

    It keys the cache, so that an edited phrase or builder never meets a stale frame.
    """
    versions = [version(name) for name in _READ_WITH]
    digest = hashlib.sha256(f"{lexicon_digest()} {versions}".encode())
    sources = [path for path in files("features").iterdir() if path.name.endswith(".py")]
    sources += [files("data") / name for name in ("codes.py", "kinds.py", "schema.py", "courts.py")]
    for path in sorted(sources, key=lambda path: path.name):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _build_chunk(motions: list[Motion], digest: str) -> list[dict[str, Indicator]]:
    """Build a chunk of motions; `digest` takes part only in the cache key."""
    with no_collecting():
        found = read_many([(motion.motion, motion.opposition) for motion in motions])
        return [
            indicators(motion, by_field(hits)) for motion, hits in zip(motions, found, strict=True)
        ]


@contextmanager
def no_collecting() -> Iterator[None]:
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
