"""One motion is given in the same ways at every command about one motion."""

import inspect
import io
import json
import sys
from pathlib import Path
from typing import Any

import docx
import pytest

from enjoin.commands import predict
from enjoin.inputs import read_motion
from enjoin.papers import is_paper, read_given

WORDS = "Movant asks for a temporary restraining order. The sale is on Friday."
ROW = {"motion_type": "tro", "motion": WORDS}


def _docx(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(WORDS)
    document.save(str(path))


def _standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("name", ["a.txt", "a.docx", "a.html", "a.json", "a.jsonl", "a.csv", "a"])
@pytest.mark.parametrize("door", ["file", "folder", "standard input"])
def test_the_same_motion_comes_in_by_every_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, door: str
) -> None:
    path = tmp_path / name
    if path.suffix == ".docx":
        _docx(path)
    elif path.suffix == ".html":
        path.write_text(f"<html><body><p>{WORDS}</p></body></html>")
    elif path.suffix in (".json", ".jsonl"):
        path.write_text(json.dumps(ROW))
    elif path.suffix == ".csv":
        path.write_text(f'motion_type,motion\ntro,"{WORDS}"\n')
    else:
        path.write_text(WORDS)
    if name == "a" and door != "standard input":
        assert not is_paper(path)
        return
    if door == "standard input":
        _standard_input(monkeypatch, path.read_bytes())
    source = {"file": str(path), "folder": str(tmp_path), "standard input": "-"}[door]
    given = read_given(source, motion_type="tro")
    motion = read_motion(given.source, given.fields, [], given.from_caption)
    assert (motion.motion, motion.motion_type) == (WORDS, "tro")


def test_a_folder_holds_a_motion_and_its_opposition(tmp_path: Path) -> None:
    _docx(tmp_path / "Motion for TRO.docx")
    (tmp_path / "Opp. to TRO.txt").write_text("The harm is speculative.")
    (tmp_path / "Exhibit A.txt").write_text("A lease.")
    given = read_given(str(tmp_path))
    assert given.fields == {"motion": WORDS, "opposition": "The harm is speculative."}
    (tmp_path / "Reply.txt").write_text("It is real.")
    with pytest.raises(ValueError, match=r"expected one motion.*Motion for TRO.docx.*Reply.txt"):
        read_given(str(tmp_path))


def test_a_paper_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(WORDS)
    with pytest.raises(ValueError, match="both give the motion"):
        read_given(str(path), motion_file=path)
    with pytest.raises(ValueError, match="both give the text"):
        read_given(str(path), text="x")
    _standard_input(monkeypatch, WORDS.encode())
    with pytest.raises(ValueError, match="both give the motion"):
        read_given("-", text="x")


def test_commands_about_one_motion_take_the_same_inputs() -> None:
    commands: list[Any] = [predict.predict, predict.explore_changes, predict.comparables]
    names = ("motion", "text", "opposition", "motion_file", "opposition_file", "motion_type")
    first, *others = (
        {name: str(inspect.signature(each).parameters[name]) for name in (*names, "court", "map_")}
        for each in commands
    )
    assert all(other == first for other in others)
