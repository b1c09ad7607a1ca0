"""The single entry to the features: motions in, feature frame out.

Training, `enjoin score`, `enjoin predict`, the HTTP endpoint and the MLflow pyfunc all call
`build_features`; nothing else turns a motion into numbers.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from data.schema import Motion
from features.document import Papers
from features.families import (
    authorities,
    forecast,
    forum,
    harm,
    inferred_ratings,
    merits,
    motion_type,
    ratings,
    remedial,
    speculation,
)
from features.frame import FeatureFrame
from features.indicators import Column, Indicator
from features.phrases.lexicon import lexicon_digest

BUILDERS = (
    motion_type,
    harm,
    remedial,
    speculation,
    merits,
    authorities,
    forum,
    ratings,
    forecast,
)
FAMILIES = {
    "motion_type": "motion type",
    "harm": "harm evidence",
    "remedial": "remedial steps",
    "speculation": "speculation signals",
    "merits": "merits",
    "authorities": "authorities cited",
    "forum": "forum",
    "ratings": "Winter ratings",
    "forecast": "reader's forecast",
    "inferred_ratings": "ratings inferred from text",
}
"""The families, and how answers and reports name them."""
BUILT: tuple[Column, ...] = tuple(column for builder in BUILDERS for column in builder.COLUMNS)
"""The columns of `build_features`."""
COLUMNS = BUILT + inferred_ratings.COLUMNS
"""All columns the model learns from: those built, then those that its rating model adds."""
_TEXT_LIBRARIES = (
    "courts-db",
    "eyecite",
    "hyperscan",
    "nupunkt",
    "pyahocorasick",
    "pyspellchecker",
    "reporters-db",
)
_DATA_MODULES = ("codebook.py", "field_types.py", "schema.py", "courts.py", "states.py")


def build_features(
    motions: Sequence[Motion], papers: Sequence[Papers] | None = None
) -> FeatureFrame:
    """Turn motions into the feature frame.

    A coded value is used as it is; for a field without one, the papers are read. Labels cannot
    reach the builders: a `Ruling` is reduced to its `Motion` first.

    Parameters
    ----------
    motions
        n motions, each with its text.
    papers
        Their papers, if they exist already. Without them, motions with the same texts share their
        papers, so that the variants of one motion have them read once.

    Returns
    -------
    The frame of n motions, with the columns `BUILT`.
    """
    unlabelled = [motion.as_motion() for motion in motions]
    if papers is None:
        by_texts: dict[tuple[str, str | None], Papers] = {}
        papers = tuple(
            by_texts.setdefault(motion.texts_read, Papers.of(motion)) for motion in unlabelled
        )
    rows = [build_indicators(*pair) for pair in zip(unlabelled, papers, strict=True)]
    return FeatureFrame.from_indicators(rows, BUILT, papers)


@cache
def builder_digest() -> str:
    """Return the SHA-256 of the lexicons, the builders' source, the schema and the text libraries.

    A model records it to identify the builders of its features.
    """
    versions = [version(name) for name in _TEXT_LIBRARIES]
    digest = hashlib.sha256(f"{lexicon_digest()} {versions}".encode())
    sources = source_files("features") + source_files("data", *_DATA_MODULES)
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def source_files(package: str, *modules: str) -> list[Path]:
    """Return the source files of a package and its sub-packages, in order of their paths.

    Parameters
    ----------
    package
        The package.
    modules
        Paths within it, such as `io/rows.py`, to return only these.
    """
    folder = Path(str(files(package)))
    return [folder / name for name in modules] or sorted(folder.rglob("*.py"))


def build_indicators(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return all indicators of one motion, by column name."""
    indicators: dict[str, Indicator] = {}
    for builder in BUILDERS:
        indicators |= builder.build(motion, papers)
    return indicators
