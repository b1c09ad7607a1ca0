"""Finished chunks are resumed only from the same input, model and options."""

import fcntl
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data.io.chunks import Chunk
from serve.batch.checkpoint import open_checkpoint
from serve.batch.chunk import OutputOptions, score_chunk

FINGERPRINT: dict[str, Any] = {
    "input": [{"file": "a.csv", "size": 10}],
    "options": {"--keep": []},
}


class _NoPredictor:
    """Stands in for a model where no row can be scored."""


def _scored(chunk: Chunk) -> bytes:
    return score_chunk(_NoPredictor(), chunk, OutputOptions())  # type: ignore[arg-type]


def _chunk(number: int, row: str = "invalid") -> Chunk:
    return Chunk(number, number + 1, [{"motion": row}], ((0, "", 1),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a checkpoint of one finished chunk, left by an interrupted run."""
    folder = tmp_path / "out.csv.checkpoint"
    with suppress(KeyboardInterrupt), open_checkpoint(folder, FINGERPRINT, False, print) as kept:
        kept.keep(0, _scored(_chunk(0)))
        raise KeyboardInterrupt
    return folder


def test_finished_chunks_are_kept_and_resumed(folder: Path) -> None:
    with open_checkpoint(folder, FINGERPRINT, True, print) as checkpoint:
        assert checkpoint.is_finished(_chunk(0))
        assert not checkpoint.is_finished(_chunk(1))
        assert [summary.rows for summary in checkpoint.summaries(1)] == [1]
        assert list(checkpoint.tables(1)) == []  # its only row was rejected
        with pytest.raises(OSError, match=r"000001\.arrow"):
            list(checkpoint.summaries(2))
        with pytest.raises(ValueError, match="rows 1 to 1 have changed"):
            checkpoint.is_finished(_chunk(0, "other"))
        checkpoint.remove()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("fingerprint", "difference"),
    [
        (FINGERPRINT | {"input": [{"file": "a.csv", "size": 12}]}, r"a\.csv size was 10 and is 12"),
        (FINGERPRINT | {"input": [{"file": "a.csv"}, {"file": "b.csv"}]}, "input was"),
        (FINGERPRINT | {"options": {"--keep": ["court"]}}, r'--keep was \[\] and is \["court"\]'),
        ({"options": {"--keep": []}}, "input was .* and is null"),
    ],
)
def test_chunks_made_from_something_else_are_refused(
    folder: Path, fingerprint: dict[str, Any], difference: str
) -> None:
    with (
        pytest.raises(ValueError, match=difference),
        open_checkpoint(folder, fingerprint, True, print),
    ):
        pass
    assert (folder / "000000.arrow").exists()


def test_without_resume_finished_chunks_are_removed(folder: Path) -> None:
    (folder / "notes.txt").write_text("the user's own")
    messages: list[str] = []
    with open_checkpoint(folder, FINGERPRINT, False, messages.append) as checkpoint:
        assert not checkpoint.is_finished(_chunk(0))
        checkpoint.remove()
    assert "removed 1 finished" in messages[0]
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_chunks_without_a_fingerprint_are_not_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "out.csv.checkpoint"
    folder.mkdir()
    (folder / "000000.arrow").write_bytes(b"of some model")
    messages: list[str] = []
    with open_checkpoint(folder, FINGERPRINT, True, messages.append):
        assert not (folder / "000000.arrow").exists()
        assert json.loads((folder / "fingerprint.json").read_text()) == FINGERPRINT
    assert "nothing to resume" in messages[0]


def test_only_one_run_uses_a_checkpoint(folder: Path) -> None:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            pytest.raises(OSError, match="another run"),
            open_checkpoint(folder, FINGERPRINT, True, print),
        ):
            pass


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "\x00"], ids=len)
def test_a_damaged_fingerprint_is_not_resumed_from(folder: Path, content: str) -> None:
    (folder / "fingerprint.json").write_text(content)
    with (
        pytest.raises(ValueError, match=r"cannot resume from .*fingerprint\.json is damaged"),
        open_checkpoint(folder, FINGERPRINT, True, print),
    ):
        pass
    with open_checkpoint(folder, FINGERPRINT, False, print) as kept:
        assert not kept.is_finished(_chunk(0))
