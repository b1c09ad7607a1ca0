"""Keep the finished chunks of a run, so that an interrupted run can be resumed."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.io.atomic import atomic_write, make_private_folder
from data.io.chunks import Chunk
from data.io.locks import open_locked
from data.io.private_files import check_own_folder, close_folder
from serve.batch.chunk import ChunkSummary, read_summary, read_table
from train.settings import OnProgress

_FINGERPRINT, _LOCK = "fingerprint.json", "lock"
_CHUNK = re.compile(r"\d{6,}\.arrow")
_OWN_FILES = re.compile(r"\.?(\d{6,}\.arrow|fingerprint\.json)")
"""Finished chunks; with a leading dot, files that were being written when a run was interrupted."""


@dataclass(frozen=True)
class Checkpoint:
    """A folder of finished chunks, each file written whole."""

    folder: Path

    def is_finished(self, chunk: Chunk) -> bool:
        """Return whether an earlier run finished a chunk.

        Raises
        ------
        ValueError
            If it did, but the rows of the chunk have changed since.
        """
        summary = read_summary(self._path(chunk.number))
        if summary is not None and summary.digest != chunk.digest():
            raise ValueError(
                f"cannot resume: rows {chunk.start} to {chunk.end} have changed since they were "
                "scored. Run without --resume to start over"
            )
        return summary is not None

    def keep(self, number: int, scored: bytes) -> None:
        """Write a finished chunk."""
        with atomic_write(self._path(number)) as temporary:
            temporary.write_bytes(scored)

    def summaries(self, n_chunks: int) -> Iterator[ChunkSummary]:
        """Yield the summaries of the first chunks, in order.

        Raises
        ------
        OSError
            If one is missing or damaged.
        """
        for number in range(n_chunks):
            summary = read_summary(self._path(number))
            if summary is None:
                path = self._path(number)
                raise OSError(f"{path} was removed or damaged; run again with --resume")
            yield summary

    def tables(self, n_chunks: int) -> Iterator[pa.Table]:
        """Yield the scores of the first chunks, in order; chunks without scores are skipped."""
        for number in range(n_chunks):
            table = read_table(self._path(number))
            if table.num_rows:
                yield table

    def remove(self) -> None:
        """Remove the folder once its chunks are in the output."""
        _remove(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.arrow"


@contextmanager
def open_checkpoint(
    folder: Path, fingerprint: dict[str, Any], resume: bool, on_progress: OnProgress
) -> Iterator[Checkpoint]:
    """Open the folder of finished chunks: with those of an earlier run, or empty.

    If the block fails before any chunk is finished, the folder is removed.

    Parameters
    ----------
    folder
        The folder; only one run at a time may use it.
    fingerprint
        What the chunks are made from, as JSON values: input, model, program and options.
    resume
        Whether to continue after the chunks in the folder. Otherwise they are removed.
    on_progress
        Called with a message on what happens to the chunks of an earlier run.

    Raises
    ------
    ValueError
        If the chunks to resume from were made from something else; the message says what differs.
    OSError
        If the folder cannot be written to, another run uses it, or another user made it.
    """
    make_private_folder(folder)  # chunks hold whole rows
    check_own_folder(folder)  # who made it can put others in their place
    close_folder(folder)
    with open_locked(folder / _LOCK, used=folder):
        _resume_or_reset(folder, fingerprint, resume, on_progress)
        try:
            yield Checkpoint(folder)
        except BaseException:
            if finished := len(_chunks_in(folder)):
                on_progress(
                    f"{finished} finished chunk(s) are kept in {folder}; --resume continues after "
                    "them"
                )
            else:
                _remove(folder)
            raise


def _chunks_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _CHUNK.fullmatch(path.name)]


def _remove(folder: Path) -> None:
    """Remove the files of runs, and then the folder if it is empty."""
    _clear(folder)
    (folder / _LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _clear(folder: Path, keep: Sequence[Path] = ()) -> None:
    for path in folder.iterdir():
        if _OWN_FILES.match(path.name) and path not in keep:
            path.unlink()


def _resume_or_reset(
    folder: Path, fingerprint: dict[str, Any], resume: bool, on_progress: OnProgress
) -> None:
    chunks = _chunks_in(folder)
    path = folder / _FINGERPRINT
    # Chunks without a fingerprint could be of anything, so they are not resumed from.
    resumable = resume and path.exists() and bool(chunks)
    if resumable:
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise ValueError(
                f"cannot resume from {folder}: {_FINGERPRINT} is damaged. Run without --resume to "
                "start over"
            ) from None
        if differences := _differences(earlier, fingerprint):
            raise ValueError(
                f"cannot resume from {folder}: {'; '.join(differences)}. Use the same input, model "
                "and options, or run without --resume to start over"
            )
        on_progress(f"resuming after {len(chunks)} finished chunk(s) in {folder}")
    elif resume:
        on_progress(f"nothing to resume in {folder}: starting with the first row")
    elif chunks:
        on_progress(
            f"removed {len(chunks)} finished chunk(s) of an earlier run in {folder}; with --resume "
            "they would have been used"
        )
    _clear(folder, keep=chunks if resumable else ())
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(fingerprint), encoding="utf-8")


def _differences(before: Any, now: Any, name: str = "") -> list[str]:
    """Return what differs between two JSON values, in words."""
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict):
        keys = dict.fromkeys([*before, *now])
        pairs = [(key, before.get(key), now.get(key)) for key in keys]
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = [
            (item.get("file", "") if isinstance(item, dict) else "", earlier, item)
            for earlier, item in zip(before, now, strict=True)
        ]
    else:
        return [f"{name} was {_shorten(before)} and is {_shorten(now)}"]
    return [
        difference
        for key, earlier, item in pairs
        for difference in _differences(earlier, item, f"{name} {key}".strip())
    ]


def _shorten(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
