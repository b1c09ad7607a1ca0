"""The frames a model learns from: every motion in each mode, whole and partially coded."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.arrays import Flags
from data.schema import Motion, Ruling
from features.build import build_features
from features.document import LazyPapers, Papers
from features.frame import FeatureFrame, HitsByColumn
from train.cluster import CHUNK, Cluster, map_in_order
from train.modes import MODES, Mode, hidden_fields, masked, partly_masked
from train.settings import OnProgress

View = Literal["whole", "partially_coded"]
Frames = dict[tuple[View, Mode], FeatureFrame]
PARTIALLY_CODED: tuple[Mode, ...] = ("forecast", "rated", "coded")
"""The modes that have codings to hide."""
VIEWS: tuple[tuple[View, Mode], ...] = (
    *(("whole", mode) for mode in MODES),
    *(("partially_coded", mode) for mode in PARTIALLY_CODED),
)
MAX_CACHED = 20_000
"""Most rulings whose papers keep what is found in them (some 30 kB each), so that training reads
each paper once; the papers of more rulings are read again when needed."""
_Chunk = tuple[Sequence[Motion], Sequence[Papers], Flags]
_Built = tuple[pd.DataFrame, npt.NDArray[np.int8]]


def papers_of(motions: Sequence[Motion]) -> Sequence[Papers]:
    """Return the papers of n motions, as `LazyPapers` if n is above `MAX_CACHED`."""
    if len(motions) <= MAX_CACHED:
        return tuple(map(Papers.of, motions))
    return LazyPapers([motion.texts_read for motion in motions])


def build_frames(
    motions: Sequence[Motion | Ruling],
    papers: Sequence[Papers],
    seed: int,
    cluster: Cluster | None = None,
    on_progress: OnProgress = lambda step: None,
) -> Frames:
    """Build the frames of n motions for every view.

    They hold no phrases: those behind each value are for answers, and those of a million rulings
    do not fit into memory.

    Parameters
    ----------
    motions
        The n motions; labels are dropped.
    papers
        Their papers.
    seed
        Draws which codings the partially coded views hide.
    cluster
        Where to build features; None for this process.
    on_progress
        Called with a line for each chunk, for a progress display.
    """
    hidden = hidden_fields(len(motions), seed)
    where = f" on {len(cluster.workers)} worker(s)" if cluster else ""

    def chunks() -> Iterator[_Chunk]:
        for start in range(0, len(motions), CHUNK):
            on_progress(f"building features{where}: {start:,} of {len(motions):,} rulings started")
            rows = slice(start, start + CHUNK)
            yield [motion.as_motion() for motion in motions[rows]], papers[rows], hidden[rows]

    chunks_by_view: list[list[_Built]] = [[] for _ in VIEWS]
    for built_by_view in map_in_order(cluster, _build_values, chunks()):
        for chunks_of_view, built in zip(chunks_by_view, built_by_view, strict=True):
            chunks_of_view.append(built)
    no_hits: tuple[HitsByColumn, ...] = ({},) * len(papers)
    frames: Frames = {}
    for view, chunks_of_view in zip(VIEWS, chunks_by_view, strict=True):
        values = pd.concat([values for values, _ in chunks_of_view], ignore_index=True)
        provenance = np.concatenate([provenance for _, provenance in chunks_of_view])
        chunks_of_view.clear()  # one copy of five frames of a million rulings is enough
        frames[view] = FeatureFrame.from_values(values, provenance, no_hits, papers)
    return frames


def _build_values(chunk: _Chunk) -> list[_Built]:
    """Build the values of some motions for every view, and where each comes from."""
    motions, papers, hidden = chunk
    shared_papers = list(papers)  # lazy papers are created once for all views
    frames = [
        build_features(
            [
                _masked(motion, view, mode, fields)
                for motion, fields in zip(motions, hidden, strict=True)
            ],
            shared_papers,
        )
        for view, mode in VIEWS
    ]
    return [(frame.values, frame.provenance) for frame in frames]


def _masked(motion: Motion, view: View, mode: Mode, hidden: Flags) -> Motion:
    if view == "whole":
        return masked(motion, mode)
    return partly_masked(motion, mode, hidden)
