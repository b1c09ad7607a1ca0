"""The command: what it prints, its exit codes, its rejects."""

import json
from pathlib import Path
from typing import Any

import mlflow
import pytest
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from train.fit.boosters import DEFAULT_PARAMETERS
from train.model.store import UnusableModel, load_model, save_model
from train.tune.parameters import read_parameters


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
    reject = json.loads((tmp_path / "scored.csv.rejects.jsonl").read_text())
    assert reject["row"] == 2
    assert "motion: missing" in reject["reasons"][0]


def test_scores_are_keyed_by_id(trained: Any, tmp_path: Path) -> None:
    good = {"motion_type": "tro", "motion": "A rival copied a mark.", "court": "N.D. Ill."}
    rows = [good | {"id": name} for name in ("a", "a", "row-4")] + [good]
    source = tmp_path / "pending.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    result = _invoke("score", str(source), str(tmp_path / "scored.jsonl"))
    assert result.exit_code == 0
    lines = (tmp_path / "scored.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a", "a", "row-4", "row-4-unnamed"]
    assert "duplicate ids (1)" in result.output
    assert "court 'n.d. ill.' is not a trial court known" in " ".join(result.output.split())


def test_inputs_of_one_name_keep_their_rejects_apart(trained: Any, tmp_path: Path) -> None:
    for folder, row in (("a", "x,text"), ("b", "tro,text")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pending.csv").write_text(f"motion_type,motion\ntro,text\n{row}\n")
    out = tmp_path / "out"
    for folder, code in (("a", 3), ("b", 0)):
        source, output = tmp_path / folder / "pending.csv", out / f"{folder}.csv"
        assert _invoke("score", str(source), str(output)).exit_code == code
    assert {path.name for path in out.iterdir()} == {"a.csv", "b.csv", "a.csv.rejects.jsonl"}


@pytest.mark.parametrize("words", ["[/foo]", "[bold]"])
def test_square_brackets_are_printed_as_they_are(trained: Any, words: str) -> None:
    result = _invoke("predict", "--text", "x", "--motion-type", "tro", "--court", words)
    assert result.exit_code == 0
    assert f"court: {words}" in result.output or f"court '{words}'" in result.output


def test_bad_input_is_refused_before_a_model_is_trained(tmp_path: Path) -> None:
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/none.db"}
    result = CliRunner().invoke(app, ["score", "absent.csv", "out.csv"], env=store)
    assert result.exit_code == 2
    assert "no file absent.csv" in result.output
    assert not (tmp_path / "none.db").exists()


def test_checking_rulings_tells_rejects_by_the_exit_code(tmp_path: Path) -> None:
    good = embedded_rulings()[0].model_dump(mode="json")
    source = tmp_path / "rulings.jsonl"
    source.write_text("\n".join(map(json.dumps, [good, good | {"id": "b", "outcome": "won"}])))
    result = _invoke("data", "check", str(source))
    assert result.exit_code == 3
    assert "fit the schema: 1" in result.output


def test_tuning_writes_parameters_that_training_reads(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mlflow.start_run(experiment_id="0") as run:  # `mlflow run` names a run of its own
        monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    output = tmp_path / "parameters.toml"
    source = tmp_path / "some.jsonl"
    rows = [row.model_dump(mode="json") for row in embedded_rulings()[-500::3]]
    source.write_text("\n".join(map(json.dumps, rows)))
    arguments = ["--rulings", str(source), "--trials", "2", "--output", str(output)]
    result = _invoke("tune", *arguments)
    assert result.exit_code == 0, result.output
    assert set(read_parameters(output)) == set(DEFAULT_PARAMETERS)
    output.write_text('num_leaves = "many"')
    with pytest.raises(ValueError, match="num_leaves = 'many': expected a number"):
        read_parameters(output)


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
        ["train", "--partial-grants-as", "perhaps"],
        ["predict", "--model", "absent"],
        ["predict", "--text", "x", "--motion-type", "x"],
        ["data", "describe", "--by", "colour"],
    ],
)
def test_errors_end_with_code_2(trained: Any, arguments: list[str]) -> None:
    result = _invoke(*arguments)
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
    with pytest.raises(UnusableModel, match="another lexicon"):
        load_model(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(UnusableModel, match="damaged"):
        load_model(folder)
