"""The report of a training run is whole, opens offline, and says where the model is weak."""

import base64
import re
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from typer.testing import CliRunner

from enjoin import app
from train.modes import MODES
from train.report.plots import model_predictions
from train.tracking.log import CARD


def _report(output: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["report", "--output", str(output), *arguments])


@pytest.fixture(scope="module")
def page(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    output = tmp_path_factory.mktemp("report") / "report.html"
    result = _report(output)
    assert result.exit_code == 0, result.output
    assert "version 1" in result.output
    return output.read_text(encoding="utf-8")


def test_the_report_holds_its_plots_tables_and_misses(page: str) -> None:
    plots = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,([^"]+)"', page)
    assert len(plots) == 10
    for _, data in plots:
        assert base64.b64decode(data).startswith(b"\x89PNG")
    assert not re.search(r'(src|href)="(?!data:|#)', page)  # nothing is fetched
    for words in ("reader forecasts, recalibrated", "Venn-Abers", "claim area", "Not intended for"):
        assert words in page
    assert page.count("<strong>Motion.</strong>") == 6 * len(MODES)


def test_the_misses_are_the_largest_errors(page: str) -> None:
    run = mlflow.MlflowClient().get_model_version("enjoin", "1").run_id
    path = mlflow.artifacts.download_artifacts(run_id=run, artifact_path="predictions.csv")
    predictions = model_predictions(pd.read_csv(path), "rolling", "text")
    errors = (predictions["p_grant"] - predictions["granted"]).abs()
    worst = predictions.loc[errors.idxmax()]
    outcome = worst["outcome"].replace("_", " ")
    assert re.search(rf"{worst['p_grant']:.0%} predicted[^<]*{outcome}", page)


def test_the_model_card_names_uses_limits_and_better_baselines(trained: Any) -> None:
    run = mlflow.MlflowClient().get_model_version("enjoin", "1").run_id
    card = mlflow.artifacts.load_text(f"{mlflow.get_run(run).info.artifact_uri}/{CARD}")
    for words in ("Not intended for", "egal advice", "--without-judges", "baseline wins"):
        assert words in card
    assert "reader forecasts, recalibrated" in card
    assert re.search(r"\| text \| 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", card)


def test_a_version_that_does_not_exist_is_named(trained: Any, tmp_path: Path) -> None:
    result = _report(tmp_path / "report.html", "--version", "99")
    assert result.exit_code == 2
    assert "99" in result.output
    assert not (tmp_path / "report.html").exists()
