"""What a run writes is tried before the work it is to log, and each error says what mends it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import pytest

from train.tracking import experiment, registry
from train.tracking.experiment import prepare_run


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a store, which takes seconds, once."""
    path = tmp_path_factory.mktemp("tables") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(autouse=True)
def here(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(database, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    for name in (experiment.RUN_ID, experiment.EXPERIMENT_ID, experiment.EXPERIMENT_NAME):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(experiment, "_chosen", None)
    return tmp_path


def _create(name: str, place: str | None = None) -> str:
    return str(mlflow.MlflowClient().create_experiment(name, artifact_location=place))


def test_a_sound_store_is_ready_and_keeps_nothing_of_the_trial(here: Path) -> None:
    prepare_run(registers=True)
    prepare_run(registers=True)
    assert registry.registry_state() == registry.RegistryState()
    assert not mlflow.MlflowClient().search_registered_models()
    assert not list(here.rglob("*write-test*"))


def test_a_deleted_experiment_is_told_with_the_command_that_restores_it(here: Path) -> None:
    prepare_run()
    number = mlflow.MlflowClient().get_experiment_by_name("enjoin").experiment_id
    mlflow.MlflowClient().delete_experiment(number)
    with pytest.raises(LookupError, match="mlflow experiments restore") as caught:
        prepare_run()
    command = str(caught.value).partition("(mlflow ")[2].partition(")")[0]
    restore = [sys.executable, "-m", "mlflow", *command.split()]
    subprocess.run(restore, check=True, capture_output=True)
    prepare_run()


class Wrong(NamedTuple):
    variables: dict[str, str]
    told: str


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong({experiment.EXPERIMENT_ID: "77"}, "unset MLFLOW_EXPERIMENT_ID"),
        Wrong({experiment.EXPERIMENT_ID: "abc"}, "unset MLFLOW_EXPERIMENT_ID"),
        Wrong({experiment.EXPERIMENT_NAME: "x" * 900}, "unset MLFLOW_EXPERIMENT_NAME"),
        Wrong({experiment.RUN_ID: "0" * 32}, "unset MLFLOW_RUN_ID"),
        Wrong({experiment.RUN_ID: "no id"}, "unset MLFLOW_RUN_ID"),
        Wrong(
            {experiment.EXPERIMENT_ID: "0", experiment.EXPERIMENT_NAME: "x"},
            "unset MLFLOW_EXPERIMENT_ID",
        ),
    ],
)
def test_variables_that_name_nothing(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in wrong.variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LookupError, match=wrong.told):
        prepare_run()


def test_empty_variables_name_nothing_and_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (experiment.RUN_ID, experiment.EXPERIMENT_ID, experiment.EXPERIMENT_NAME):
        monkeypatch.setenv(name, "")
    prepare_run()
    assert mlflow.MlflowClient().get_experiment_by_name("enjoin")


def test_a_deleted_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = mlflow.MlflowClient().create_run("0").info.run_id
    mlflow.MlflowClient().delete_run(run)
    monkeypatch.setenv(experiment.RUN_ID, run)
    with pytest.raises(LookupError, match="mlflow runs restore"):
        prepare_run()


@pytest.mark.parametrize("place", ["afile/artifacts", "s3://bucket-without-driver/x"])
def test_artifacts_that_cannot_be_written(
    place: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "afile").write_text("in the way")
    monkeypatch.setitem(sys.modules, "boto3", None)
    _create("elsewhere", place if "://" in place else str(here / place))
    monkeypatch.setenv(experiment.EXPERIMENT_NAME, "elsewhere")
    with pytest.raises(OSError, match="mlflow experiments create"):
        prepare_run()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int = 2**20

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage())
    with pytest.raises(OSError, match="1 MB left"):
        prepare_run()


def test_a_registry_that_may_not_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any) -> None:
        raise mlflow.MlflowException("attempt to write a readonly database\n[SQL]")

    monkeypatch.setattr(mlflow.MlflowClient, "create_registered_model", refuse)
    prepare_run()
    with pytest.raises(OSError, match=r"cannot be written: attempt to write .*chmod u\+w"):
        prepare_run(registers=True)


def test_artifacts_of_a_folder_with_a_percent_sign_stay_in_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here / "a%41"
    folder.mkdir()
    shutil.copy("mlflow.db", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///../a%2541/mlflow.db")
    prepare_run()
    with mlflow.start_run():
        mlflow.log_text("x", "x.txt")
    assert list(folder.rglob("x.txt"))
    assert not (here / "aA").exists()


def test_training_is_refused_before_the_first_fold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from train import run
    from train.settings import TrainSettings

    monkeypatch.setenv(experiment.EXPERIMENT_ID, "77")
    monkeypatch.setattr(run, "build_training_set", lambda *given: pytest.fail("work was done"))
    with pytest.raises(LookupError, match="unset MLFLOW_EXPERIMENT_ID"):
        run.train([], "x", TrainSettings(), lambda folder, description: "1")
