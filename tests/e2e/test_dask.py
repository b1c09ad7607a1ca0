"""Training on a Dask cluster: two real worker processes give what one process gives."""

import operator
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from data.embedded import clearview_motion, embedded_rulings
from enjoin import app
from serve.predictor import Predictor
from train import cluster as joining
from train.cluster import Cluster, connect_dask, map_in_order
from train.dataset import TrainingSet, build_training_set, fit_subset
from train.evaluate.baselines import INFORMED_BASE_RATE, informed_base_rate
from train.evaluate.metrics import score_predictions
from train.modes import MODES

RULINGS = [row for row in embedded_rulings() if row.year >= 2022]
YEARS = np.array([row.year for row in RULINGS])
TRAIN, TEST = np.flatnonzero(YEARS < 2024), np.flatnonzero(YEARS >= 2024)
FEW_TREES = {"num_iterations": 40, "learning_rate": 0.15}
NEGLIGIBLE = 0.01
"""A difference in Brier score that is noise: the 95% interval of a score on all rulings of 2022 and
later is wider than 0.03."""


@pytest.fixture(scope="module")
def address(start_workers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a scheduler and two worker processes."""
    with start_workers(2, tmp_path_factory.mktemp("workers")) as local:
        yield str(local.scheduler_address)


@pytest.fixture(scope="module")
def cluster(address: str) -> Iterator[Cluster]:
    with connect_dask(address) as connected:
        yield connected


@pytest.fixture(scope="module")
def alone() -> TrainingSet:
    return build_training_set(RULINGS)


@pytest.fixture(scope="module")
def spread(cluster: Cluster) -> Iterator[TrainingSet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("train.frames.CHUNK", 200)  # so that each worker has some
        yield build_training_set(RULINGS, cluster=cluster)


def test_workers_build_the_same_features(alone: TrainingSet, spread: TrainingSet) -> None:
    for local, remote in (
        (alone.frames, spread.frames),
        (alone.partially_coded, spread.partially_coded),
    ):
        assert list(local) == list(remote)
        for mode, frame in local.items():
            pd.testing.assert_frame_equal(frame.values, remote[mode].values)


def _predict_later_years(training_set: TrainingSet) -> dict[Any, Any]:
    """Fit on the earlier years; return the probabilities of the later rulings by mode."""
    model = fit_subset(training_set, TRAIN, FEW_TREES, 3, 0).model
    frames = {mode: training_set.frames[mode].take(TEST) for mode in MODES}
    answers = {mode: model.predict(frame, [mode] * len(TEST)) for mode, frame in frames.items()}
    return {mode: answer["p_grant"].to_numpy() for mode, answer in answers.items()}


@pytest.fixture(scope="module")
def answers_alone(alone: TrainingSet) -> dict[Any, Any]:
    return _predict_later_years(alone)


def _is_noise(granted: Any, p: Any, p_other: Any, groups: Any) -> bool:
    """Return whether two models' Brier scores are alike, paired on the same rulings."""
    table = score_predictions(granted, p, groups, p_other).set_index("metric")
    value, low, high = table.loc["brier_difference", ["value", "low", "high"]]
    return bool(abs(value) < NEGLIGIBLE or low <= 0 <= high)


def test_two_workers_fit_as_good_a_model(
    alone: TrainingSet, spread: TrainingSet, answers_alone: dict[Any, Any]
) -> None:
    p_spread = _predict_later_years(spread)
    granted, groups = alone.granted[TEST], alone.groups[TEST]
    # Or only one worker took part. In one mode the trees may happen to be the same.
    assert any(not np.array_equal(p, p_spread[mode]) for mode, p in answers_alone.items())
    for mode, p in answers_alone.items():
        assert _is_noise(granted, p_spread[mode], p, groups), mode
    coin = np.full(len(TEST), 0.5)
    assert not _is_noise(granted, coin, answers_alone["rated"], groups)  # the bound can be missed


def test_one_worker_fits_the_very_same_model(
    spread: TrainingSet, answers_alone: dict[Any, Any]
) -> None:
    assert spread.cluster is not None
    one = replace(spread.cluster, workers=spread.cluster.workers[:1])
    p_spread = _predict_later_years(replace(spread, cluster=one))
    for mode, p in answers_alone.items():
        assert np.allclose(p, p_spread[mode], atol=1e-6)


def test_work_comes_back_in_order_and_errors_come_through(cluster: Cluster) -> None:
    pieces = [[number] for number in range(40)]
    for where in (cluster, None):
        sums = list(map_in_order(where, operator.add, pieces, [1, 2]))
        assert sums == [[number, 1, 2] for number in range(40)]
    with pytest.raises(ZeroDivisionError):
        list(map_in_order(cluster, operator.floordiv, range(3), 0))


def test_the_command_trains_on_a_cluster(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, parameters = tmp_path / "rulings.jsonl", tmp_path / "few.toml"
    source.write_text("\n".join(row.model_dump_json() for row in RULINGS[::2]))
    parameters.write_text("".join(f"{name} = {value}\n" for name, value in FEW_TREES.items()))
    store = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.chdir(tmp_path)
    # What no cluster touches is left out, to save time.
    monkeypatch.setattr("train.evaluate.protocols.BASELINES_BY_MODE", {})
    monkeypatch.setattr(
        "train.evaluate.protocols.BASELINES_ANY_MODE", {INFORMED_BASE_RATE: informed_base_rate}
    )
    monkeypatch.setattr("train.run.learning_curve", lambda *arguments: None)
    monkeypatch.setattr("train.tracking.log.log_report", lambda *arguments: None)
    command = ["train", "--dask", address, "--rulings", str(source)]
    command += ["--parameters", str(parameters), "--bags", "2", "--folds", "2"]
    done = CliRunner().invoke(app, [*command, "--first-test-year", "2026"])
    assert done.exit_code == 0, done.output
    assert "champion" in done.output
    assert "LightGBM" not in done.output

    client = mlflow.MlflowClient(store)
    run = client.get_run(client.get_model_version("enjoin", "1").run_id)
    assert run.data.params["dask_workers"] == "2"
    artifacts = client.download_artifacts(run.info.run_id, "", str(tmp_path))
    predictions = pd.read_csv(Path(artifacts) / "predictions.csv", low_memory=False)
    assert predictions["p_grant"].between(0, 1).all()
    folder = next(Path(artifacts).rglob("model.json")).parent
    assert 0 < Predictor.load(str(folder)).answer([clearview_motion()])[0].p_grant < 1
    for bag in folder.rglob("bag_*.txt"):
        assert "127.0.0.1" not in bag.read_text()  # addresses change with each run


def test_a_scheduler_that_does_not_answer_ends_with_code_2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "CONNECT_TIMEOUT", 0.2)
    result = CliRunner().invoke(app, ["train", "--dask", "tcp://127.0.0.1:9"])
    assert result.exit_code == 2
    assert "tcp://127.0.0.1:9" in result.output
    assert "dask scheduler" in result.output


def test_workers_of_another_version_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "version", lambda name: "9.9")  # here; workers have their own
    with (
        pytest.raises(ValueError, match=r"9\.9"),
        connect_dask(address),
    ):
        pass


def test_a_lost_worker_is_reported_and_not_waited_for(cluster: Cluster) -> None:
    gone = replace(cluster, workers=(*cluster.workers, "tcp://127.0.0.1:9"))
    with pytest.raises(ConnectionError, match=r"tcp://127\.0\.0\.1:9 was lost"):
        list(map_in_order(gone, operator.add, [1], 2))


def test_a_worker_killed_at_work_ends_the_work(start_workers: Any, tmp_path: Path) -> None:
    def pieces(cluster: Cluster) -> Iterator[int]:
        yield from range(10)
        os.kill(cluster.client.run(os.getpid)[cluster.workers[0]], signal.SIGKILL)
        yield from range(1000)

    with (
        start_workers(2, tmp_path) as local,
        pytest.raises(ConnectionError, match="was lost"),
        connect_dask(str(local.scheduler_address)) as cluster,
    ):
        list(map_in_order(cluster, operator.add, pieces(cluster), 1))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = CliRunner().invoke(app, ["train", "--dask", "tcp://127.0.0.1:8786"])
    assert result.exit_code == 2
    assert ".[dask]" in result.output
