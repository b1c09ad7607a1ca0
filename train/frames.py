"""The frames a model learns from: every motion in each mode, whole and half-coded."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import pandas as pd

from data.schema import Motion, Ruling
from features.build import CHUNK, build_features
from features.frame import FeatureFrame
from features.phrases.hits import Hit
from train.cluster import Cluster, each
from train.model.calibration import Flags
from train.modes import MODES, Mode, hidden_fields, masked, partly_masked

Kind = Literal["whole", "half-coded"]
Frames = dict[tuple[Kind, Mode], FeatureFrame]
HALF_CODED: tuple[Mode, ...] = ("rated", "coded")
"""Modes with codings to hide."""
KINDS: tuple[tuple[Kind, Mode], ...] = (
    *(("whole", mode) for mode in MODES),
    *(("half-coded", mode) for mode in HALF_CODED),
)
Tell = Callable[[str], None]
_Piece = tuple[list[Motion], Flags]


def build_frames(
    motions: Sequence[Motion | Ruling],
    seed: int,
    cluster: Cluster | None = None,
    tell: Tell = lambda step: None,
) -> Frames:
    """Build the frames of n motions for every kind of copy.

    They hold values and papers only: where each value came from (`told`) and the phrases behind it
    (`hits`) are for answers, and of a million rulings they fill the memory.

    Parameters
    ----------
    seed
        Draws what half-coded copies hide.
    cluster
        Where features are built; None for this process.
    """
    hidden = hidden_fields(len(motions), seed)
    where = f" on {len(cluster.workers)} worker(s)" if cluster else ""

    def pieces() -> Iterator[_Piece]:
        for start in range(0, len(motions), CHUNK):
            tell(f"building features{where}, {start:,} of {len(motions):,} rulings begun")
            rows = slice(start, start + CHUNK)
            plain = [_plain(motion) for motion in motions[rows]]
            yield plain, hidden[rows]

    built: list[list[pd.DataFrame]] = [[] for _ in KINDS]
    for values in each(cluster, _values, pieces()):
        for parts, part in zip(built, values, strict=True):
            parts.append(part)
    papers = tuple((motion.motion, motion.opposition) for motion in motions)
    nowhere: tuple[dict[str, tuple[Hit, ...]], ...] = ({},) * len(papers)
    frames: Frames = {}
    for kind, parts in zip(KINDS, built, strict=True):
        whole = pd.concat(parts, ignore_index=True)
        parts.clear()  # five frames of a million rulings are enough to hold
        frames[kind] = FeatureFrame.of_values(whole, nowhere, papers)
    return frames


def _values(piece: _Piece) -> list[pd.DataFrame]:
    """Build the values of some motions for every kind of copy."""
    motions, hidden = piece
    # Copies of one motion follow each other: its papers, if long, are remembered just so far.
    shown = [
        _shown(motion, kind, mode, gone)
        for motion, gone in zip(motions, hidden, strict=True)
        for kind, mode in KINDS
    ]
    values = build_features(shown).values
    return [values.iloc[place :: len(KINDS)] for place in range(len(KINDS))]


def _plain(motion: Motion | Ruling) -> Motion:
    return motion.as_motion() if isinstance(motion, Ruling) else motion


def _shown(motion: Motion, kind: Kind, mode: Mode, hidden: Flags) -> Motion:
    if kind == "whole":
        return masked(motion, mode)
    return partly_masked(motion, mode, hidden)
