"""What commands write is no more open than what they read, and its owner's alone where that is
standard input or a database: rejects, checkpoints, outputs, pages, reports, merged rows, models."""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from train.modes import masked

RULINGS = embedded_rulings()[::150]
WORDS = "Qzymurgy filed a confidential brief."
"""What a search of the files looks for."""
BROKEN = json.dumps({"motion_type": "nonsense", "motion": WORDS})


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    assert os.umask(before) == 0o022, "a command left the process with another umask"


@pytest.fixture(params=[0o600, 0o640, 0o644], ids=oct)
def mode(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def _invoke(*arguments: object, code: int, given: str | None = None) -> None:
    result = CliRunner().invoke(app, list(map(str, arguments)), input=given)
    assert result.exit_code == code, result.output


def _modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _write(path: Path, lines: list[str], mode: int) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(mode)
    return path


def _motions() -> list[str]:
    motions = [masked(ruling.as_motion(), "text") for ruling in RULINGS]
    return [motion.model_dump_json(exclude_none=True) for motion in motions]


def _check(folder: Path, mode: int, expected: set[str]) -> None:
    modes = _modes(folder)
    assert expected <= set(modes), "a command wrote less than this test is about"
    assert {name: oct(each) for name, each in modes.items() if each & ~mode} == {}


def test_scores_rejects_pages_and_backtests(
    trained: Any, tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    docket = _write(tmp_path / "in.jsonl", [*_motions(), BROKEN], mode)
    (out := tmp_path / "out").mkdir()
    monkeypatch.chdir(out)
    for name in ("a.csv", "a.xlsx", "a.jsonl.gz", "a.parquet"):
        _invoke("score", docket, name, "--keep", "all", "--jobs", 1, code=3)
    _invoke("docket", "a.csv", "page.html", "--motions", docket, code=0)
    rulings = [ruling.model_dump_json(include={"id", "outcome"}) for ruling in RULINGS]
    outcomes = _write(out / "outcomes.jsonl", [*rulings, '{"id": "x", "outcome": "lost"}'], mode)
    own = f"sqlite:///{out}/store/mlflow.db"
    (out / "store").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", own)
    model = next(trained.folder.rglob("model.json")).parent
    _invoke("backtest", "a.csv", outcomes, "--model", model, code=3)
    names = {"a.csv", "a.xlsx", "a.jsonl.gz", "a.parquet", "a.csv.rejects.jsonl", "page.html"}
    _check(out, mode, {*names, "outcomes.jsonl.rejects.jsonl", "store/mlflow.db"})


def test_what_has_no_file_behind_it_is_private(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "\n".join([*_motions(), BROKEN])
    docket = _write(tmp_path / "in.jsonl", lines.splitlines(), 0o644)
    (out := tmp_path / "out").mkdir()
    monkeypatch.chdir(out)
    _invoke("score", "-", "a.csv", "--keep", "all", "--jobs", 1, code=3, given=lines)
    database = f"sqlite:///{out}/scores.db"
    _invoke("score", docket, database, "--output-table", "t", "--keep", "all", code=3)
    _invoke("score", database, "b.csv", "--table", "t", "--keep", "all", code=0)
    _invoke("docket", "a.csv", "page.html", code=0)
    broken = json.dumps(json.loads(BROKEN) | {"id": "x", "decided": "2020", "outcome": "lost"})
    _invoke("data", "check", "-", code=3, given=f"{RULINGS[0].model_dump_json()}\n{broken}")
    _invoke("report", code=0)
    rulings = [ruling.model_dump_json() for ruling in RULINGS]
    given = "\n".join(rulings)
    own = _write(tmp_path / "own.jsonl", rulings, 0o644)
    _invoke("data", "duplicates", "-", own, "--output", "pairs.csv", code=3, given=given)
    names = {"a.csv", "a.csv.rejects.jsonl", "scores.db", "b.csv", "page.html", "report.html"}
    names |= {"stdin.rejects.jsonl", "pairs.csv"}
    modes = _modes(out)
    assert names <= set(modes)
    open_to_others = {name for name, each in modes.items() if each & 0o077}
    assert open_to_others <= {"t.rejects.jsonl"}  # of a file that all may read
    with sqlite3.connect(out / "scores.db") as rows:
        assert rows.execute("select count(*) from t").fetchone()[0] == len(RULINGS)


def test_chunks_of_a_run_that_died_are_private(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docket = _write(tmp_path / "in.jsonl", [*_motions(), BROKEN], 0o600)
    (out := tmp_path / "out").mkdir()

    def die(*_: object) -> None:
        seen.update(_modes(out))  # before anything is tidied up, as after kill -9
        raise OSError("the disk is full")

    seen: dict[str, int] = {}
    monkeypatch.setattr("serve.batch.job._write_output", die)
    _invoke("score", docket, out / "a.csv", "--keep", "all", "--chunk", 4, code=2)
    kept = {name: each for name, each in seen.items() if name.endswith(".arrow")}
    assert len(kept) > 1
    assert {name for name, each in seen.items() if each & 0o077} == set()
    assert stat.S_IMODE((out / "a.csv.checkpoint").stat().st_mode) == 0o700


def test_comparisons_of_codings_and_checks(tmp_path: Path, mode: int) -> None:
    lines = [ruling.model_dump_json() for ruling in RULINGS]
    first = _write(tmp_path / "a.jsonl", [*lines, BROKEN], mode)
    second = _write(tmp_path / "b.jsonl", lines, 0o644)
    _invoke("data", "check", first, code=3)
    differences = tmp_path / "differences.csv"
    _invoke("data", "agreement", first, second, "--differences", differences, code=0)
    merged = ["--merged", tmp_path / "all.jsonl", "--output", tmp_path / "pairs.csv"]
    _invoke("data", "duplicates", first, second, *merged, code=3)
    second.chmod(mode)
    names = {"all.jsonl", "all.jsonl.report.csv", "pairs.csv", "differences.csv"}
    _check(tmp_path, mode, {*names, "a.jsonl.rejects.jsonl", "all.jsonl.rejects.jsonl"})


def test_what_training_keeps_of_private_rulings_is_private(trained: Any) -> None:
    """Every artifact but the program's own source: report, predictions, comparables, database."""
    trained_at = (trained.folder / "printed.txt").stat().st_mtime
    modes = {  # of that training: others of the store were run by other tests
        name: mode
        for name, mode in _modes(trained.folder).items()
        if name == "mlflow.db" or (trained.folder / name).stat().st_mtime <= trained_at
    }
    open_to_others = {
        name
        for name, each in modes.items()
        if each & 0o077
        and "/code/" not in name
        and Path(name).name not in ("printed.txt", "registered_model_meta")
    }
    assert open_to_others == set()
    assert {Path(name).name for name in modes} >= {"report.html", "comparables.jsonl", "mlflow.db"}
    folders = [path for path in trained.folder.rglob("*.jsonl") if "comparables" in path.name]
    assert all(stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0 for path in folders)
