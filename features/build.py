"""The one door to the features: motions in, feature frame out.

Training, `enjoin score`, `enjoin predict`, the HTTP endpoint and the MLflow pyfunc all call
`build_features`; nothing else turns a motion into numbers.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from data.schema import Motion, Ruling
from features.document import Papers
from features.families import (
    authorities,
    doctrine,
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
    "inferred_ratings": "ratings inferred from text",
}
BUILT: tuple[Column, ...] = tuple(column for builder in BUILDERS for column in builder.COLUMNS)
"""The columns of `build_features`."""
COLUMNS = BUILT + inferred_ratings.COLUMNS
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
_BUILT_WITH = ("codebook.py", "field_types.py", "schema.py", "courts.py", "states.py")


def build_features(
    motions: Sequence[Motion], papers: Sequence[Papers] | None = None
) -> FeatureFrame:
    """Turn motions into the feature frame.

    A coded value is taken as it is; where a motion has none, the text of `motion` and `opposition`
    is read. Labels cannot reach this function: a `Ruling` is cut down to its `Motion` first.

    Parameters
    ----------
    motions
        n motions; each must have its text.
    papers
        Their papers, where these were made already: several views of one motion share them.
    """
    plain = [motion.as_motion() if isinstance(motion, Ruling) else motion for motion in motions]
    papers = tuple(map(Papers.of, plain)) if papers is None else papers
    rows = [build_indicators(*pair) for pair in zip(plain, papers, strict=True)]
    return FeatureFrame.from_indicators(rows, BUILT, papers)


@cache
def builder_digest() -> str:
    """Return the SHA-256 of the lexicons, the builders' source, the schema and the text libraries.

    A model tells by it which builders its features came from.
    """
    versions = [version(name) for name in _READ_WITH]
    digest = hashlib.sha256(f"{lexicon_digest()} {versions}".encode())
    sources = source_files("features") + source_files("data", *_BUILT_WITH)
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def source_files(package: str, *modules: str) -> list[Path]:
    """Return the source files of a package and all its sub-packages, in order of their paths.

    Parameters
    ----------
    modules
        Paths within the package, such as `io/rows.py`, where not all are asked for.
    """
    folder = Path(str(files(package)))
    return [folder / name for name in modules] or sorted(folder.rglob("*.py"))


def build_indicators(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return every indicator of one motion, by column name."""
    indicators: dict[str, Indicator] = {}
    for builder in BUILDERS:
        indicators |= builder.build(motion, papers)
    return indicators
