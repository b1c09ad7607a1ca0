"""The command: its exit codes, what it writes, and the rows it sets aside."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from train.model.damage import UnusableModel
from train.model.store import load_model, save_model

MOTION = {"motion_type": "tro", "motion": "A rival copied a mark."}


def _invoke(*arguments: object, **options: Any) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)), **options)


def test_training_prints_the_evaluation_and_the_version(trained: Any) -> None:
    for words in ("Brier score", "reader forecasts", "base rate", "enjoin version 1", "champion"):
        assert words in trained.printed
    assert f"mlflow ui --backend-store-uri sqlite:///{trained.folder}/mlflow.db" in trained.printed


def test_score_sets_invalid_rows_aside_and_goes_on(trained: Any, tmp_path: Path) -> None:
    source, output = tmp_path / "pending.jsonl", tmp_path / "scored.csv"
    rows = [MOTION, {"motion_type": "tro"}, MOTION]
    source.write_text("\n".join(map(json.dumps, rows)))
    assert _invoke("score", source, output).exit_code == 3
    assert output.read_text().count("\n") == 3
    assert "row-3" in output.read_text()
    reject = json.loads((tmp_path / "scored.csv.rejects.jsonl").read_text())
    assert reject["row"] == 2
    assert "motion" in reject["reasons"][0]


def test_scores_are_keyed_by_id(trained: Any, tmp_path: Path) -> None:
    named = [MOTION | {"id": name, "court": "atlantis"} for name in ("a", "a", "row-4")]
    source, output = tmp_path / "pending.jsonl", tmp_path / "scored.jsonl"
    source.write_text("\n".join(map(json.dumps, [*named, MOTION])))
    result = _invoke("score", source, output)
    assert result.exit_code == 0
    ids = [json.loads(line)["id"] for line in output.read_text().splitlines()]
    assert ids == ["a", "a", "row-4", "row-4-unnamed"]
    assert "duplicate" in result.output
    assert "atlantis" in result.output  # not the id of a court


def test_inputs_of_one_name_keep_their_rejects_apart(trained: Any, tmp_path: Path) -> None:
    for folder, row in (("a", "x,text"), ("b", "tro,text")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pending.csv").write_text(f"motion_type,motion\ntro,text\n{row}\n")
    out = tmp_path / "out"
    for folder, code in (("a", 3), ("b", 0)):
        source = tmp_path / folder / "pending.csv"
        assert _invoke("score", source, out / f"{folder}.csv").exit_code == code
    assert {path.name for path in out.iterdir()} == {"a.csv", "b.csv", "a.csv.rejects.jsonl"}


@pytest.mark.parametrize("words", ["[/foo]", "[bold]"])
def test_square_brackets_are_printed_as_they_are(trained: Any, words: str) -> None:
    result = _invoke("predict", "--text", "x", "--motion-type", "tro", "--court", words)
    assert result.exit_code == 0
    assert words in result.output


def test_bad_input_is_refused_before_a_model_is_trained(tmp_path: Path) -> None:
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/none.db"}
    result = _invoke("score", "absent.csv", "out.csv", env=store)
    assert result.exit_code == 2
    assert "absent.csv" in result.output
    assert not (tmp_path / "none.db").exists()


def test_checking_rulings_reports_rejects_by_the_exit_code(tmp_path: Path) -> None:
    ruling = embedded_rulings()[0].model_dump(mode="json")
    source = tmp_path / "rulings.jsonl"
    source.write_text("\n".join(map(json.dumps, [ruling, ruling | {"id": "b", "outcome": "won"}])))
    result = _invoke("data", "check", source)
    assert result.exit_code == 3
    assert "1 row rejected" in result.output
    assert '"won"' in result.output


def test_score_with_no_valid_row_writes_nothing(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "pending.jsonl"
    source.write_text('{"motion_type": "x", "motion": "y"}\n')
    assert _invoke("score", source, tmp_path / "scored.csv").exit_code == 2
    assert not (tmp_path / "scored.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "absent.csv", "out.csv"],
        ["train", "--rulings", "absent.csv"],
        ["train", "--rulings", "rulings.jsonl", "--first-test-year", "2050"],
        ["train", "--partial-grants-as", "perhaps"],
        ["predict", "--model", "absent"],
        ["predict", "--text", "x", "--motion-type", "x"],
        ["data", "describe", "--by", "colour"],
    ],
    ids=" ".join,
)
def test_errors_end_with_code_2(trained: Any, arguments: list[str]) -> None:
    result = _invoke(*arguments)  # in the folder of the tiny model and its rulings
    assert result.exit_code == 2
    assert "error" in result.output.lower()


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
    with pytest.raises(UnusableModel, match="lexicon"):
        load_model(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(UnusableModel, match="damaged"):
        load_model(folder)
