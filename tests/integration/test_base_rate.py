"""Probabilities adjusted to another grant rate: by the command, for a docket and over HTTP."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from scipy.special import expit, logit
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from train.modes import masked

MOTIONS = [masked(row.as_motion(), "text") for row in embedded_rulings() if row.court][::50]
FIGURES = ("p_grant", "p_low", "p_high")


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_a_base_rate_shifts_the_answer_and_it_still_adds_up(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "motion.json"
    source.write_text(MOTIONS[0].model_dump_json())
    plain = json.loads(_invoke("predict", source, "--json").stdout)
    assert plain["base_rate_adjustment"] is None
    answer = json.loads(_invoke("predict", source, "--json", "--base-rate", "0.37").stdout)
    adjustment = answer["base_rate_adjustment"]
    shift = logit(0.37) - logit(trained.predictor.model.base_rate)
    for name in FIGURES:
        assert answer[name] == pytest.approx(expit(logit(plain[name]) + shift))
    assert adjustment["log_odds"] == pytest.approx(shift)
    assert adjustment["p_unadjusted"] == pytest.approx(plain["p_grant"])
    shares = [answer["base_log_odds"], adjustment["log_odds"]]
    shares += [family["log_odds"] for family in answer["families"]]
    assert expit(sum(shares)) == pytest.approx(answer["p_grant"])
    printed = _invoke("predict", source, "--base-rate", "0.37").output
    assert f"{plain['p_grant']:.0%}" in printed
    assert f"{answer['p_grant']:.0%}" in printed
    assert _invoke("predict", source, "--base-rate", "1").exit_code == 2


def test_a_docket_is_adjusted_by_court(trained: Any, tmp_path: Path) -> None:
    source, counts = tmp_path / "pending.jsonl", tmp_path / "counts.csv"
    source.write_text("\n".join(motion.model_dump_json() for motion in MOTIONS))
    court = MOTIONS[0].court
    counts.write_text(f"court,granted,denied\n{court},10,70\n")
    plain = trained.predictor.score(MOTIONS)
    assert not {"base_rate", "p_grant_unadjusted"} & set(plain)
    output = tmp_path / "scored.csv"
    result = _invoke("score", source, output, "--court-rates", counts, "--jobs", "1")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(output)
    counted = np.array([motion.court == court for motion in MOTIONS])
    rate = (10 + 20 * trained.predictor.model.base_rate) / 100
    assert table["base_rate"][counted].tolist() == pytest.approx([rate] * counted.sum())
    assert table["base_rate"][~counted].isna().all()
    assert table["p_grant_unadjusted"].tolist() == pytest.approx(plain["p_grant"].tolist())
    assert table["p_grant"][~counted].tolist() == pytest.approx(plain["p_grant"][~counted].tolist())
    assert (table["p_grant"][counted] < plain["p_grant"][counted]).all()


def test_a_base_rate_over_http(trained: Any) -> None:
    client = TestClient(build_app(ModelWatcher(trained.predictor, None)))
    row = MOTIONS[0].model_dump(mode="json")
    plain = client.post("/v1/predict", json=row).json()
    assert plain["base_rate_adjustment"] is None
    answer = client.post("/v1/predict?base_rate=0.2", json=row).json()
    assert answer["base_rate_adjustment"]["grant_rate"] == 0.2
    assert answer["p_grant"] < plain["p_grant"]
    assert "Where 20% of all motions are granted" in answer["conclusion"][0] or (
        not answer["in_scope"] or answer["performance"]["warning"]
    )
    batch = client.post("/v1/predict/batch?base_rate=0.2", json=[row]).json()
    assert batch["answers"][0]["p_grant"] == answer["p_grant"]
    refused = client.post("/v1/predict?base_rate=1", json=row)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/query/base_rate"
