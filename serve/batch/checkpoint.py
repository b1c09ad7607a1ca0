"""Keep the finished chunks of a long run, so that a run cut off goes on where it was."""

import fcntl
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.io.atomic import written_whole
from data.io.chunks import Chunk
from serve.batch.chunk import Told, read_table, read_told

_BELONGS, _LOCK = "belongs.json", "lock"
_CHUNK = re.compile(r"\d{6,}\.arrow")
_OURS = re.compile(r"\.?(\d{6,}\.arrow|belongs\.json)")
"""Finished chunks, and with the dot what was being written when a run was cut off."""


@dataclass(frozen=True)
class Partial:
    """A folder of finished chunks, each a file written whole."""

    folder: Path

    def is_finished(self, chunk: Chunk) -> bool:
        """Tell whether a chunk was finished by an earlier run.

        Raises
        ------
        ValueError
            If it was, of other rows than these.
        """
        told = read_told(self._path(chunk.number))
        if told is not None and told.digest != chunk.digest():
            raise ValueError(
                f"cannot resume: rows {chunk.start} to {chunk.end} are not those that were "
                "scored. Run without --resume to begin anew"
            )
        return told is not None

    def keep(self, number: int, scored: bytes) -> None:
        """Write a finished chunk."""
        with written_whole(self._path(number)) as temporary:
            temporary.write_bytes(scored)

    def told(self, chunks: int) -> Iterator[Told]:
        """Yield what is told of so many chunks, in order.

        Raises
        ------
        OSError
            If one is gone or damaged.
        """
        for number in range(chunks):
            told = read_told(self._path(number))
            if told is None:
                raise OSError(f"{self._path(number)} was removed or damaged; go on with --resume")
            yield told

    def tables(self, chunks: int) -> Iterator[pa.Table]:
        """Yield the scores of so many chunks, in order; chunks without any are left out."""
        for number in range(chunks):
            table = read_table(self._path(number))
            if table.num_rows:
                yield table

    def remove(self) -> None:
        """Remove the folder, its work done."""
        _remove(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.arrow"


@contextmanager
def partial_work(
    folder: Path, belongs: dict[str, Any], resume: bool, tell: Callable[[str], None]
) -> Iterator[Partial]:
    """Give the folder of finished chunks: an earlier run's to resume, or an empty one.

    Where the block fails before a chunk is finished, the folder is removed.

    Parameters
    ----------
    folder
        Used by one run at a time.
    belongs
        What the chunks are of, as JSON has it: input, model, options.
    resume
        Whether to go on from the chunks in it. Otherwise they are removed.
    tell
        Called with words on what becomes of an earlier run's chunks.

    Raises
    ------
    ValueError
        If there are chunks to resume from that belong to something else; the message says what.
    OSError
        If the folder cannot be written to, or another run has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"another run is at work in {folder}; wait for it, or end it") from None
        _take_up(folder, belongs, resume, tell)
        try:
            yield Partial(folder)
        except BaseException:
            if kept := len(_chunks_in(folder)):
                tell(f"{kept} finished chunk(s) are kept in {folder}; --resume goes on after them")
            else:
                _remove(folder)
            raise


def _chunks_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _CHUNK.fullmatch(path.name)]


def _remove(folder: Path) -> None:
    """Remove what runs wrote, and the folder if that was all in it."""
    _clear(folder)
    (folder / _LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _clear(folder: Path, but: Sequence[Path] = ()) -> None:
    for path in folder.iterdir():
        if _OURS.match(path.name) and path not in but:
            path.unlink()


def _take_up(
    folder: Path, belongs: dict[str, Any], resume: bool, tell: Callable[[str], None]
) -> None:
    chunks = _chunks_in(folder)
    noted = folder / _BELONGS
    if resume and noted.exists() and chunks:
        if differing := _differences(json.loads(noted.read_text(encoding="utf-8")), belongs):
            raise ValueError(
                f"cannot resume from {folder}: {'; '.join(differing)}. Give the same again, or run "
                "without --resume to begin anew"
            )
        tell(f"going on after {len(chunks)} finished chunk(s) in {folder}")
    elif resume:
        tell(f"nothing to resume in {folder}: beginning with the first row")
    elif chunks:
        tell(
            f"removed {len(chunks)} finished chunk(s) of an earlier run in {folder}; with --resume "
            "they would have been used"
        )
    # Chunks that do not tell what they are of are not gone on from.
    _clear(folder, but=chunks if resume and noted.exists() else ())
    with written_whole(noted) as temporary:
        temporary.write_text(json.dumps(belongs), encoding="utf-8")


def _differences(before: Any, now: Any, name: str = "") -> list[str]:
    """Name what differs between two pieces of JSON."""
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict):
        keys = dict.fromkeys([*before, *now])
        found = [_differences(before.get(k), now.get(k), f"{name} {k}".strip()) for k in keys]
        return [words for each in found for words in each]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        named = [item.get("file", "") if isinstance(item, dict) else "" for item in now]
        found = [
            _differences(one, other, f"{name} {file}".strip())
            for one, other, file in zip(before, now, named, strict=True)
        ]
        return [words for each in found for words in each]
    return [f"{name} was {_short(before)} and is {_short(now)}"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
