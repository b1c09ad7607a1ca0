"""The frames a model learns from: every motion in each mode, whole and partially coded."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import pandas as pd

from data.arrays import Flags
from data.schema import Motion, Ruling
from features.build import build_features
from features.document import Papers, LazyPapers
from features.frame import FeatureFrame
from features.phrases.hits import Hit
from train.cluster import CHUNK, Cluster, map_in_order
from train.modes import MODES, Mode, hidden_fields, masked, partly_masked

View = Literal["whole", "partially_coded"]
Frames = dict[tuple[View, Mode], FeatureFrame]
PARTIALLY_CODED: tuple[Mode, ...] = ("rated", "coded")
"""Modes with codings to hide."""
VIEWS: tuple[tuple[View, Mode], ...] = (
    *(("whole", mode) for mode in MODES),
    *(("partially_coded", mode) for mode in PARTIALLY_CODED),
)
MAX_CACHED = 20_000
"""Rulings up to which what is found in their papers is kept (some 30 kB each), so that each paper
is read once in a training; papers of more are read again where they are needed."""
OnProgress = Callable[[str], None]
_Piece = tuple[Sequence[Motion], Sequence[Papers], Flags]


def papers_of(motions: Sequence[Motion]) -> Sequence[Papers]:
    """Return the papers of n motions; of more than `MAX_CACHED`, what is read is not kept."""
    if len(motions) <= MAX_CACHED:
        return tuple(map(Papers.of, motions))
    return LazyPapers([(motion.motion, motion.opposition) for motion in motions])


def build_frames(
    motions: Sequence[Motion | Ruling],
    papers: Sequence[Papers],
    seed: int,
    cluster: Cluster | None = None,
    on_progress: OnProgress = lambda step: None,
) -> Frames:
    """Build the frames of n motions for every view of them.

    They hold values and papers only: provenance and the phrases behind each value are for answers,
    and of a million rulings they fill the memory.

    Parameters
    ----------
    papers
        Those of the n motions.
    seed
        Draws what partially coded views hide.
    cluster
        Where features are built; None for this process.
    """
    hidden = hidden_fields(len(motions), seed)
    where = f" on {len(cluster.workers)} worker(s)" if cluster else ""

    def pieces() -> Iterator[_Piece]:
        for start in range(0, len(motions), CHUNK):
            on_progress(f"building features{where}, {start:,} of {len(motions):,} rulings begun")
            rows = slice(start, start + CHUNK)
            yield [_without_label(motion) for motion in motions[rows]], papers[rows], hidden[rows]

    built: list[list[pd.DataFrame]] = [[] for _ in VIEWS]
    for values in map_in_order(cluster, _build_values, pieces()):
        for parts, part in zip(built, values, strict=True):
            parts.append(part)
    no_hits: tuple[dict[str, tuple[Hit, ...]], ...] = ({},) * len(papers)
    frames: Frames = {}
    for view, parts in zip(VIEWS, built, strict=True):
        values = pd.concat(parts, ignore_index=True)
        parts.clear()  # five frames of a million rulings are enough to hold
        frames[view] = FeatureFrame.from_values(values, no_hits, papers)
    return frames


def _build_values(piece: _Piece) -> list[pd.DataFrame]:
    """Build the values of some motions for every view."""
    motions, papers, hidden = piece
    pairs = list(papers)  # made once, shared by the views
    return [
        build_features(
            [
                _masked(motion, view, mode, fields)
                for motion, fields in zip(motions, hidden, strict=True)
            ],
            pairs,
        ).values
        for view, mode in VIEWS
    ]


def _without_label(motion: Motion | Ruling) -> Motion:
    return motion.as_motion() if isinstance(motion, Ruling) else motion


def _masked(motion: Motion, view: View, mode: Mode, hidden: Flags) -> Motion:
    if view == "whole":
        return masked(motion, mode)
    return partly_masked(motion, mode, hidden)
