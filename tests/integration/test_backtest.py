"""`enjoin backtest`: outcomes that came in later, joined, judged and logged."""

import io
import json
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from typer.testing import CliRunner

from data.cases import case_groups
from data.embedded import embedded_rulings
from enjoin import app
from features.build import COLUMNS
from train.model.grant_model import DISTRIBUTION
from train.model.prior_shift import adjust_to_base_rate
from train.modes import MODES, masked

_, FIRST_OF_CASE = np.unique(case_groups(embedded_rulings()), return_index=True)
RULINGS = [embedded_rulings()[row] for row in sorted(FIRST_OF_CASE)[::16]][:110]
"""Rulings of as many cases, so that no two of them are judged as one."""
MOTIONS = [masked(ruling.as_motion(), "text") for ruling in RULINGS]


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def scored(trained: Any, own_store: Path) -> pd.DataFrame:
    """Write `scored.csv` and `outcomes.csv` to a new folder with a store of its own."""
    table: pd.DataFrame = trained.predictor.score(MOTIONS).assign(model_version="enjoin/1")
    # Probabilities spread as in training, and outcomes that agree with them: nothing is due.
    bins = trained.predictor.model.facts[DISTRIBUTION]["text"]["p_grant"]
    ranks = (np.arange(len(table)) + 0.5) / len(table)
    share_below = np.cumsum(bins["counts"])[: len(bins["edges"])] / np.sum(bins["counts"])
    p = np.interp(ranks, [0, *share_below, 1], [0.1, *bins["edges"], 0.9])
    ends = {"p_low": expit(logit(p) - 0.7), "p_high": expit(logit(p) + 0.7)}
    table = table.assign(p_grant=p, **ends)
    table.to_csv("scored.csv", index=False)
    granted = np.diff(np.floor(np.cumsum(p)), prepend=0) > 0
    kinds = np.where(np.arange(len(table)) % 3, "granted", "granted_in_part")
    _write_outcomes(table["id"], np.where(granted, kinds, "denied"))
    return table


def _write_outcomes(ids: Any, outcomes: Any) -> None:
    pd.DataFrame({"id": ids, "outcome": outcomes}).to_csv("outcomes.csv", index=False)


def _runs() -> pd.DataFrame:
    runs: pd.DataFrame = mlflow.search_runs(
        search_all_experiments=True, filter_string="tags.kind = 'backtest'"
    )
    return runs


def _triggered(run: Any) -> set[str]:
    """Return the names of the rules that call for retraining."""
    text = mlflow.artifacts.load_text(f"{run['artifact_uri']}/verdict.csv")
    rules = pd.read_csv(io.StringIO(text))
    return set(rules.loc[rules["triggered"], "name"])


def _rejects(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(f"{path}.rejects.jsonl").read_text().splitlines()]


def test_training_keeps_its_distribution(trained: Any) -> None:
    distribution = trained.predictor.model.facts[DISTRIBUTION]
    assert set(distribution) == set(MODES)
    n = trained.predictor.model.facts["n_rulings"]
    for columns in distribution.values():
        assert {sum(bins["counts"]) for bins in columns.values()} == {n}
        assert "p_grant" in columns
    assert len(json.dumps(distribution)) < 60_000
    assert DISTRIBUTION not in trained.predictor.card()


def test_good_predictions_are_not_due(scored: pd.DataFrame) -> None:
    outcomes = pd.read_csv("outcomes.csv").drop(index=range(3, len(scored), 7))
    n_known = len(outcomes)
    outcomes.loc[len(scored)] = ["never-scored", "denied"]
    outcomes.to_csv("outcomes.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 0, result.output
    assert "not due" in result.output
    assert "1 outcome" in result.output  # the one without a prediction
    run = _runs().iloc[0]
    assert run["tags.model_version"] == "enjoin/1"
    assert run["tags.retraining"] == "not due"
    assert run["metrics.joined"] == n_known
    assert run["metrics.pending"] == len(scored) - n_known
    assert not _triggered(run)
    for name in ("live/all/brier_score_low", "psi/text/p_grant"):
        assert np.isfinite(run[f"metrics.{name}"])
    files = {file.path for file in mlflow.MlflowClient().list_artifacts(run["run_id"])}
    names = {"live_scores", "reliability", "drift", "joined", "verdict"}
    assert {f"{name}.csv" for name in names} <= files


def test_motions_give_the_drift_of_each_feature(scored: pd.DataFrame) -> None:
    moved = [motion.model_copy(update={"court": "guamtd"}) for motion in MOTIONS]
    Path("motions.jsonl").write_text("\n".join(motion.model_dump_json() for motion in moved))
    result = _invoke("backtest", "scored.csv", "outcomes.csv", "--motions", "motions.jsonl")
    assert "forum.circuit" in result.output
    run = _runs().iloc[0].dropna()
    drift = {
        name.removeprefix("metrics.psi/text/"): run[name] for name in run.index if "psi/" in name
    }
    assert set(drift) == {column.name for column in COLUMNS} | {"p_grant"}
    assert drift["forum.circuit"] > 1
    assert drift["motion_type.motion_type"] < drift["forum.circuit"]


def test_long_papers_read_by_phrases_are_counted(scored: pd.DataFrame) -> None:
    why = scored["why_out_of_scope"].astype(object)
    why[:3] = "only 3 motions of this type; long paper read by phrases only (912 words)"
    scored.assign(why_out_of_scope=why).to_csv("scored.csv", index=False)
    printed = " ".join(_invoke("backtest", "scored.csv", "outcomes.csv").output.split())
    assert "3 predictions are of long papers read by phrases" in printed
    scored.drop(columns="why_out_of_scope").to_csv("scored.csv", index=False)  # as scored earlier
    assert "long papers" not in _invoke("backtest", "scored.csv", "outcomes.csv").output


def test_outcomes_that_contradict_the_predictions_are_due(scored: pd.DataFrame) -> None:
    _write_outcomes(scored["id"], "denied")
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    run = _runs().iloc[0]
    assert run["tags.retraining"] == "due"
    assert "calibration in the large" in _triggered(run)


def test_a_different_docket_is_due_by_drift_alone(scored: pd.DataFrame) -> None:
    scored.assign(p_grant=0.9, p_low=0.8, p_high=0.95).to_csv("scored.csv", index=False)
    _write_outcomes(scored["id"], np.where(np.arange(len(scored)) % 10, "granted", "denied"))
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    assert _triggered(_runs().iloc[0]) == {"drift"}


@pytest.mark.parametrize(
    ("n_known", "state"), [(30, "due"), (29, "too early to tell"), (0, "too early to tell")]
)
def test_few_outcomes_are_too_early(scored: pd.DataFrame, n_known: int, state: str) -> None:
    _write_outcomes([*scored["id"][:n_known], "never-scored"], "denied")
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == (3 if state == "due" else 0), result.output
    run = _runs().iloc[0]
    assert run["tags.retraining"] == state
    assert run["metrics.joined"] == n_known


def test_invalid_rows_are_named_and_set_aside(scored: pd.DataFrame) -> None:
    pd.concat([scored, scored.head(1), scored.iloc[[1, 2]].assign(p_high=0.0)]).to_csv(
        "scored.csv", index=False
    )
    outcomes = pd.read_csv("outcomes.csv")
    name, first = outcomes.iloc[0]
    other = "denied" if first != "denied" else "granted"
    rows = [[name, first], [name, other], ["x", "won"]]
    pd.concat([outcomes, pd.DataFrame(rows, columns=outcomes.columns)]).to_csv(
        "outcomes.csv", index=False
    )
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert result.exit_code == 3
    assert _runs().iloc[0]["tags.retraining"] == "not due"
    assert "1 duplicate prediction" in result.output
    assert "1 duplicate outcome" in result.output
    n = len(scored)
    contradicting, unknown = _rejects("outcomes.csv")
    assert (contradicting["row"], unknown["row"]) == (n + 2, n + 3)
    assert "row 1" in contradicting["reasons"][0]
    assert 'outcome: found "won"' in unknown["reasons"][0]
    misordered = _rejects("scored.csv")
    assert [reject["row"] for reject in misordered] == [n + 2, n + 3]
    assert misordered[0]["reasons"][0].startswith("p_high: ")


def test_versions_are_judged_apart_and_the_champion_counts(scored: pd.DataFrame) -> None:
    wrong = expit(-3 * logit(scored["p_grant"]))
    unknown = "sha256:0123456789ab"
    other = scored.assign(model_version=unknown, p_grant=wrong, p_low=0.0, p_high=1.0)
    pd.concat([other, scored]).to_json("scored.jsonl", orient="records", lines=True)
    result = _invoke("backtest", "scored.jsonl", "outcomes.csv")
    assert result.exit_code == 0, result.output
    states = _runs().head(2).set_index("tags.model_version")["tags.retraining"].to_dict()
    assert states == {"enjoin/1": "not due", unknown: "due"}
    assert "--model" in result.output  # which would tell of the unknown one


def test_partial_grants_and_cases(scored: pd.DataFrame) -> None:
    outcomes = pd.read_csv("outcomes.csv").assign(case_id=np.arange(len(scored)) // 2)
    outcomes.to_parquet("outcomes.parquet")
    n_partial = int((outcomes["outcome"] == "granted_in_part").sum())
    command = ("backtest", "scored.csv", "outcomes.parquet")
    result = _invoke(*command, "--partial-grants-as", "left_out")
    assert "left_out" in result.output  # unlike in training
    run = _runs().iloc[0]
    assert run["metrics.left_out"] == n_partial
    assert run["metrics.joined"] == len(scored) - n_partial
    assert _invoke(*command).exit_code == 0
    joined = mlflow.artifacts.load_text(f"{_runs().iloc[0]['artifact_uri']}/joined.csv")
    assert pd.read_csv(io.StringIO(joined))["case"].nunique() == outcomes["case_id"].nunique()


def test_files_given_in_the_wrong_order_are_refused(scored: pd.DataFrame) -> None:
    result = _invoke("backtest", "outcomes.csv", "scored.csv")
    assert result.exit_code == 2
    assert "p_grant" in result.output


def test_adjusted_predictions_drift_by_what_they_were(scored: pd.DataFrame) -> None:
    adjusted = adjust_to_base_rate(scored["p_grant"].to_numpy(), 0.57, 0.05)
    table = scored.assign(p_grant=adjusted, p_low=0.0, p_grant_unadjusted=scored["p_grant"])
    table.to_csv("scored.csv", index=False)
    result = _invoke("backtest", "scored.csv", "outcomes.csv")
    assert "adjusted" in result.output
    assert _runs().iloc[0]["metrics.psi/text/p_grant"] < 0.1
