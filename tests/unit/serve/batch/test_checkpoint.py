"""Finished chunks and outputs: what cannot be gone on from or written is told and left alone."""

from pathlib import Path

import pytest

from serve.batch.checkpoint import open_checkpoint
from serve.batch.sinks import FileSink


def test_chunks_that_do_not_tell_their_model_are_not_gone_on_from(tmp_path: Path) -> None:
    folder = tmp_path / "out.csv.checkpoint"
    folder.mkdir()
    (folder / "000000.arrow").write_bytes(b"of some model")
    told: list[str] = []
    with open_checkpoint(folder, {"model": "one"}, True, told.append):
        assert not (folder / "000000.arrow").exists()
    assert told == [f"nothing to resume in {folder}: beginning with the first row"]


def test_a_folder_that_cannot_be_written_into_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = str(tmp_path / "file" / "out.csv")
    with pytest.raises(OSError, match=f"cannot write {output}: .*; choose another folder"):
        FileSink(output).check()
