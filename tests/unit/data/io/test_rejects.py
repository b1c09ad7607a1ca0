"""The file of rejects: what it holds, where it goes, and who may read it."""

import json
from pathlib import Path

import fsspec
import pytest

from data.io.load import check_rows, load
from data.io.rejects import rejects_path, write_rejects, write_rejects_beside
from data.schema import Motion

MOTION = {"motion_type": "tro", "motion": "x"}


def test_rejects_hold_row_reasons_and_values(tmp_path: Path) -> None:
    loaded = check_rows([MOTION, MOTION | {"motion_type": "trox"}], Motion)
    path = write_rejects(loaded, tmp_path)
    assert path == rejects_path(loaded, tmp_path)
    [line] = [json.loads(line) for line in path.read_text().splitlines()]
    assert line["row"] == 2
    assert line["raw"] == MOTION | {"motion_type": "trox"}
    assert "trox" in line["reasons"][0]


def test_without_rejects_an_old_file_is_removed(tmp_path: Path) -> None:
    loaded = check_rows([MOTION], Motion)
    rejects_path(loaded, tmp_path).touch()
    assert write_rejects(loaded, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [float("inf"), [float("nan"), {"x": float("-inf")}]])
def test_rejects_are_valid_json(tmp_path: Path, value: object) -> None:
    path = write_rejects(check_rows([MOTION | {"delay_months": value}], Motion), tmp_path)
    assert path is not None
    json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_rejects_of_several_files_name_them_and_are_as_private(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.jsonl").write_text(f"{json.dumps(MOTION)}\n{{broken\n")
    (folder / "b.jsonl").chmod(0o600)
    loaded = load(folder, Motion)
    assert len(loaded.rows) == 2
    assert [(Path(each.file).name, each.row) for each in loaded.rejects] == [
        ("a.jsonl", 2),
        ("b.jsonl", 2),
    ]
    path = write_rejects_beside(loaded, str(folder))
    assert path == tmp_path / "in.rejects.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(Path(line["file"]).name, line["row"]) for line in lines] == [
        ("a.jsonl", 2),
        ("b.jsonl", 2),
    ]


def test_rejects_go_to_a_folder_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "y1").mkdir()
    (tmp_path / "y1" / "a.jsonl").write_text(f"{json.dumps(MOTION)}\n{{broken\n")
    over_folders = "y*/a.jsonl"
    path = write_rejects_beside(load(over_folders, Motion), over_folders)
    assert path is not None
    assert path.resolve() == tmp_path / "a.jsonl.rejects.jsonl"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.jsonl.rejects.jsonl", "y1"]
    fsspec.filesystem("memory").pipe("/bucket/a.jsonl", json.dumps(MOTION).encode())
    elsewhere = "memory://bucket/a.jsonl"
    assert write_rejects_beside(load(elsewhere, Motion), elsewhere) is None
    assert path.exists()  # it is of another file of that name
