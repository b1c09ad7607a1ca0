"""Outcomes that come in later: joined, judged, logged; and probabilities for another grant rate."""

import json
import shutil
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from scipy.special import expit, logit
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from features.build import COLUMNS
from serve.http.app import build_app
from serve.http.model_watcher import Answering
from train.model.grant_model import DISTRIBUTION
from train.model.prior_shift import adjusted
from train.modes import MODES, masked

RULINGS = embedded_rulings()[::20]
MOTIONS = [masked(ruling.as_motion(), "text") for ruling in RULINGS]


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def scored(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    shutil.copy(trained.folder / "mlflow.db", tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    table: pd.DataFrame = trained.predictor.score(MOTIONS).assign(model_version="enjoin/1")
    # Probabilities spread as in training, and outcomes as they have them: nothing to complain of.
    deciles = trained.predictor.model.facts[DISTRIBUTION]["text"]["p_grant"]["edges"]
    places = (np.arange(len(table)) + 0.5) / len(table)
    p = np.interp(places, np.linspace(0, 1, 11), [0.1, *deciles, 0.9])
    ends = {"p_low": expit(logit(p) - 0.7), "p_high": expit(logit(p) + 0.7)}
    table = table.assign(p_grant=p, **ends)
    table.to_csv("scored.csv", index=False)
    granted = np.diff(np.floor(np.cumsum(p)), prepend=0) > 0
    kinds = np.where(np.arange(len(table)) % 3, "granted", "granted_in_part")
    outcome = np.where(granted, kinds, "denied")
    pd.DataFrame({"id": table["id"], "outcome": outcome}).to_csv("outcomes.csv", index=False)
    return table


def _runs() -> pd.DataFrame:
    found: pd.DataFrame = mlflow.search_runs(
        search_all_experiments=True, filter_string="tags.kind = 'backtest'"
    )
    return found


def test_training_keeps_its_distribution(trained: Any) -> None:
    kept = trained.predictor.model.facts[DISTRIBUTION]
    assert set(kept) == set(MODES)
    n = trained.predictor.model.facts["n_rulings"]
    for columns in kept.values():
        assert {sum(bins["counts"]) for bins in columns.values()} == {n}
        assert "p_grant" in columns
    assert len(json.dumps(kept)) < 60_000
    assert DISTRIBUTION not in trained.predictor.card()


def test_good_predictions_are_not_due(scored: pd.DataFrame) -> None:
    outcomes = pd.read_csv("outcomes.csv").drop(index=range(3, len(scored), 7))
    outcomes.loc[len(scored)] = ["never-scored", "denied"]
    outcomes.to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 0, result.output
    assert f"{len(scored) - 10} predictions have their outcome" in result.output
    assert "10 pending" in result.output
    assert "1 outcome(s) have no prediction" in result.output
    assert "Retraining is not due." in result.output
    run = _runs().iloc[0]
    assert run["tags.model_version"] == "enjoin/1"
    assert run["tags.retraining"] == "not due"
    assert run["metrics.joined"] == len(scored) - 10
    for name in ("live/all/brier_score_low", "psi/text/p_grant"):
        assert np.isfinite(run[f"metrics.{name}"])
    files = {file.path for file in mlflow.MlflowClient().list_artifacts(run["run_id"])}
    names = {"live_scores", "reliability", "drift", "joined", "verdict"}
    assert {f"{name}.csv" for name in names} <= files


def test_the_motions_tell_the_drift_of_each_feature(scored: pd.DataFrame) -> None:
    moved = [motion.model_copy(update={"court": "guamtd"}) for motion in MOTIONS]
    Path("motions.jsonl").write_text("\n".join(motion.model_dump_json() for motion in moved))
    result = _invoke("backtest", "scored.csv", "outcomes.csv", "--motions", "motions.jsonl")
    assert "forum.circuit" in result.output
    run = _runs().iloc[0].dropna()
    drift = {
        name.removeprefix("metrics.psi/text/"): run[name] for name in run.index if "psi/" in name
    }
    assert set(drift) == {column.name for column in COLUMNS} | {"p_grant"}
    assert drift["forum.circuit"] > 1 > 0.2 > drift["motion_type.motion_type"]


def test_a_changed_world_is_due(scored: pd.DataFrame) -> None:
    denied = pd.read_csv("outcomes.csv").assign(outcome="denied")
    denied.to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    assert "Retraining is due." in result.output
    assert _runs().iloc[0]["tags.retraining"] == "due"


def test_another_docket_is_due_by_drift(scored: pd.DataFrame) -> None:
    odd = scored.assign(p_grant=0.9, p_low=0.8, p_high=0.95)
    odd.to_csv("scored.csv", index=False)
    outcome = np.where(np.arange(len(odd)) % 10, "granted", "denied")
    pd.DataFrame({"id": odd["id"], "outcome": outcome}).to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    checks = [line.split("│") for line in result.output.splitlines() if line.startswith("│")]
    due = {cells[1].strip() for cells in checks if cells[2].strip() == "due"}
    assert due == {"drift"}
    assert "text: p_grant" in result.output


def test_few_outcomes_are_too_early(scored: pd.DataFrame) -> None:
    wrong = pd.read_csv("outcomes.csv").head(29).assign(outcome="denied")
    wrong.to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 0, result.output
    assert (
        "Retraining is too early to tell. Outcomes of 29 case(s) are joined; of 30 are needed."
        in (result.output)
    )
    pd.DataFrame({"id": ["other"], "outcome": ["denied"]}).to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 0
    assert "0 predictions have their outcome" in result.output
    assert "no outcome is of a motion scored: ids such as 'other' there" in result.output


def test_wrong_rows_are_named_and_set_aside(scored: pd.DataFrame) -> None:
    pd.concat([scored, scored.head(1), scored.iloc[[1, 2]].assign(p_high=0.0)]).to_csv(
        "scored.csv", index=False
    )
    outcomes = pd.read_csv("outcomes.csv")
    first = outcomes["outcome"].iloc[0]
    other = "denied" if first != "denied" else "granted"
    rows = [[outcomes["id"].iloc[0], first], [outcomes["id"].iloc[0], other], ["x", "won"]]
    pd.concat([outcomes, pd.DataFrame(rows, columns=outcomes.columns)]).to_csv(
        "outcomes.csv", index=False
    )
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    assert "Retraining is not due." in result.output
    assert "1 predictions given again" in result.output
    assert "1 outcomes given again" in result.output
    n = len(scored)
    rejects = [json.loads(r) for r in Path("outcomes.csv.rejects.jsonl").read_text().splitlines()]
    assert [reject["row"] for reject in rejects] == [n + 2, n + 3]
    assert "row 1 says something else" in rejects[0]["reasons"][0]
    assert 'outcome: found "won"; expected one of granted' in rejects[1]["reasons"][0]
    rejects = [json.loads(r) for r in Path("scored.csv.rejects.jsonl").read_text().splitlines()]
    assert [reject["row"] for reject in rejects] == [n + 2, n + 3]
    assert "p_high: " in rejects[0]["reasons"][0]
    assert "to rise" in rejects[0]["reasons"][0]


def test_versions_are_judged_apart_and_the_champion_counts(scored: pd.DataFrame) -> None:
    wrong = expit(-3 * logit(scored["p_grant"]))
    other = scored.assign(model_version="sha256:0123456789ab", p_grant=wrong, p_low=0.0, p_high=1.0)
    pd.concat([other, scored]).to_json("scored.jsonl", orient="records", lines=True)
    result = _invoke("backtest", "scored.jsonl", "outcomes.csv")
    assert result.exit_code == 0, result.output
    states = _runs().head(2).set_index("tags.model_version")["tags.retraining"].to_dict()
    assert states == {"enjoin/1": "not due", "sha256:0123456789ab": "due"}
    assert "The verdict on enjoin/1 counts: not due." in result.output
    assert "give its folder with --model" in result.output


def test_in_part_and_cases(scored: pd.DataFrame) -> None:
    outcomes = pd.read_csv("outcomes.csv").assign(case_id=np.arange(len(scored)) // 2)
    outcomes.to_parquet("outcomes.parquet")
    in_part = int((outcomes["outcome"] == "granted_in_part").sum())
    result = _invoke("backtest", "scored.csv", "outcomes.parquet", "--in-part", "left_out")
    assert f"{in_part} granted in part left out" in result.output
    assert "counts as left_out here, but as granted in training" in result.output
    assert _runs().iloc[0]["metrics.left_out"] == in_part
    result = _invoke("backtest", "scored.csv", "outcomes.parquet")
    assert f"({len(scored) // 2} cases)" in result.output
    assert _invoke("backtest", "scored.csv", "outcomes.parquet", "--in-part", "x").exit_code == 2
    swapped = _invoke("backtest", "outcomes.parquet", "scored.csv")
    assert swapped.exit_code == 2
    assert "lacks the required field(s) p_grant" in swapped.output


def test_adjusted_predictions_drift_by_what_they_were(scored: pd.DataFrame) -> None:
    there = adjusted(scored["p_grant"].to_numpy(), 0.57, 0.05)
    table = scored.assign(p_grant=there, p_low=0.0, p_grant_unadjusted=scored["p_grant"])
    table.to_csv("scored.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert "predictions were adjusted to another grant rate" in result.output
    assert _runs().iloc[0]["metrics.psi/text/p_grant"] < 0.1


def test_a_prior_shifts_the_answer_and_still_adds_up(trained: Any, tmp_path: Path) -> None:
    source = tmp_path / "motion.json"
    source.write_text(MOTIONS[0].model_dump_json())
    plain = json.loads(_invoke("predict", source, "--json").stdout)
    assert plain["prior"] is None
    answer = json.loads(_invoke("predict", source, "--json", "--prior", "0.37").stdout)
    base = trained.predictor.model.base_rate
    shift = logit(0.37) - logit(base)
    for name in ("p_grant", "p_low", "p_high"):
        assert answer[name] == pytest.approx(expit(logit(plain[name]) + shift))
    assert answer["prior"]["log_odds"] == pytest.approx(shift)
    assert answer["prior"]["p_unadjusted"] == pytest.approx(plain["p_grant"])
    parts = [answer["base_log_odds"], answer["prior"]["log_odds"]]
    parts += [family["log_odds"] for family in answer["families"]]
    assert expit(sum(parts)) == pytest.approx(answer["p_grant"])
    shown = " ".join(_invoke("predict", source, "--prior", "0.37").output.split())
    moved = f"Adjusted from {plain['p_grant']:.0%} to {answer['p_grant']:.0%}"
    assert f"{moved} for a grant rate of 37% instead of {base:.0%}" in shown
    assert _invoke("predict", source, "--prior", "1").exit_code == 2


def test_a_docket_is_adjusted_by_court(trained: Any, tmp_path: Path) -> None:
    source, counts = tmp_path / "pending.jsonl", tmp_path / "counts.csv"
    source.write_text("\n".join(motion.model_dump_json() for motion in MOTIONS[:40]))
    court = MOTIONS[0].court
    counts.write_text(f"court,granted,denied\n{court},10,70\n")
    plain = trained.predictor.score(MOTIONS[:40])
    assert not {"prior", "p_grant_unadjusted"} & set(plain)
    result = _invoke("score", source, tmp_path / "scored.csv", "--priors", counts, "--jobs", "1")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "scored.csv")
    mine = np.array([motion.court == court for motion in MOTIONS[:40]])
    assert f"{mine.sum()} by the counts of their court" in result.output
    base = trained.predictor.model.base_rate
    rate = (10 + 20 * base) / 100
    assert table["prior"][mine].tolist() == pytest.approx([rate] * mine.sum())
    assert table["prior"][~mine].isna().all()
    assert table["p_grant_unadjusted"].tolist() == pytest.approx(plain["p_grant"].tolist())
    assert table["p_grant"][~mine].tolist() == pytest.approx(plain["p_grant"][~mine].tolist())
    assert (table["p_grant"][mine] < plain["p_grant"][mine]).all()


def test_a_prior_over_http(trained: Any) -> None:
    client = TestClient(build_app(Answering(trained.predictor)))
    row = MOTIONS[0].model_dump(mode="json")
    plain = client.post("/v1/predict", json=row).json()
    assert plain["prior"] is None
    answer = client.post("/v1/predict?prior=0.2", json=row).json()
    assert answer["prior"]["grant_rate"] == 0.2
    assert answer["p_grant"] < plain["p_grant"]
    batch = client.post("/v1/predict/batch?prior=0.2", json=[row]).json()
    assert batch["answers"][0]["p_grant"] == answer["p_grant"]
    refused = client.post("/v1/predict?prior=1", json=row)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/query/prior"
