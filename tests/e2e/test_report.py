"""The report of a training run is whole, opens offline, and says where the model is weak."""

import base64
import re
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from typer.testing import CliRunner

from enjoin import app
from train.report.plots import model_predictions
from train.tracking.log import CARD


def _report(trained: Any, tmp_path: Path, *arguments: str) -> Any:
    output = tmp_path / "report.html"
    result = CliRunner().invoke(app, ["report", "--output", str(output), *arguments])
    return result, output


def test_the_report_holds_its_plots_tables_and_misses(trained: Any, tmp_path: Path) -> None:
    result, output = _report(trained, tmp_path)
    assert result.exit_code == 0, result.output
    assert "Report of enjoin version 1" in result.output
    page = output.read_text(encoding="utf-8")
    plots = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,([^"]+)"', page)
    assert len(plots) == 10
    for _, data in plots:
        assert base64.b64decode(data).startswith(b"\x89PNG")
    assert not re.search(r'(src|href)="(?!data:|#)', page)  # nothing is fetched
    for words in ("reader forecasts, recalibrated", "Venn-Abers", "claim area", "Not intended for"):
        assert words in page
    assert page.count("<strong>Motion.</strong>") == 18


def test_the_misses_are_the_furthest_off(trained: Any, tmp_path: Path) -> None:
    page = _report(trained, tmp_path)[1].read_text(encoding="utf-8")
    run = mlflow.MlflowClient().get_model_version("enjoin", "1").run_id
    folder = mlflow.artifacts.download_artifacts(run_id=run, artifact_path="predictions.csv")
    mine = model_predictions(pd.read_csv(folder), "rolling", "text")
    worst = mine.loc[(mine["p_grant"] - mine["granted"]).abs().idxmax()]
    outcome = worst["outcome"].replace("_", " ")
    assert f"{worst['p_grant']:.0%} predicted, {outcome}" in page


def test_the_model_card_names_uses_limits_and_winners(trained: Any) -> None:
    run = mlflow.MlflowClient().get_model_version("enjoin", "1").run_id
    card = mlflow.artifacts.load_text(f"{mlflow.get_run(run).info.artifact_uri}/{CARD}")
    for words in (
        "## Not intended for",
        "Legal advice",
        "--without-judges",
        "## Where a baseline wins",
    ):
        assert words in card
    assert "reader forecasts, recalibrated, against text mode" in card
    assert re.search(r"\| text \| 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", card)


def test_a_version_that_is_not_there_is_told(trained: Any, tmp_path: Path) -> None:
    result, output = _report(trained, tmp_path, "--version", "99")
    assert result.exit_code == 2
    assert "no version 99" in result.output
    assert not output.exists()
