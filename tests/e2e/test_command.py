"""The command: what it prints, its exit codes, its rejects."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from enjoin import app
from train.store import UnusableModel, load_model, save_model


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_training_prints_the_evaluation_and_what_to_do_next(trained: Any) -> None:
    for words in ("Brier score", "reader forecasts", "base rate", "Registered as enjoin version 1"):
        assert words in trained.printed
    assert "Next:" in trained.printed


def test_score_rejects_bad_rows_and_goes_on(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "pending.jsonl"
    good = {"motion_type": "tro", "motion": "A rival copied a mark."}
    source.write_text(f'{json.dumps(good)}\n{{"motion_type": "tro"}}\n{json.dumps(good)}\n')
    result = _invoke("score", str(source), str(tmp_path / "scored.csv"))
    assert result.exit_code == 3
    assert (tmp_path / "scored.csv").read_text().count("\n") == 3
    assert "row-3" in (tmp_path / "scored.csv").read_text()
    reject = json.loads((tmp_path / "pending.rejects.jsonl").read_text())
    assert reject["row"] == 2
    assert "motion: missing" in reject["reasons"][0]


def test_score_with_nothing_good_writes_nothing(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "pending.jsonl"
    source.write_text('{"motion_type": "x", "motion": "y"}\n')
    assert _invoke("score", str(source), str(tmp_path / "scored.csv")).exit_code == 2
    assert not (tmp_path / "scored.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "absent.csv", "out.csv"],
        ["train", "--rulings", "absent.csv"],
        ["train", "--first-test-year", "2050"],
        ["train", "--in-part", "perhaps"],
        ["predict", "--model", "absent"],
        ["predict", "--text", "x", "--motion-type", "x"],
        ["data", "describe", "--by", "colour"],
    ],
)
def test_errors_end_with_code_2(trained: Any, arguments: list[str]) -> None:
    result = _invoke(*arguments)
    assert result.exit_code == 2
    assert "error:" in result.output


def test_describe_and_schema() -> None:
    described = _invoke("data", "describe", "--by", "circuit")
    assert described.exit_code == 0
    assert "ca9" in described.output
    schema = json.loads(_invoke("schema", "ruling").output)
    assert schema["required"] == ["id", "decided", "motion_type", "motion", "outcome"]


def test_a_damaged_or_foreign_model_is_refused(trained: Any, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    save_model(trained.predictor.model, folder)
    assert load_model(folder).columns == trained.predictor.model.columns
    record = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(record | {"lexicon_digest": "0"}))
    with pytest.raises(UnusableModel, match="another lexicon"):
        load_model(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(UnusableModel, match="damaged"):
        load_model(folder)
