"""The registered model in MLflow: its versions, and which of them is champion or challenger.

The champion gives the answers by default. A newly trained version waits as challenger until
`train.tracking.promotion` has compared the two.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from data.io.atomic import atomic_write
from train.model.store import model_folder

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "enjoin"
REGISTERED_NAME = "enjoin"
Alias = Literal["champion", "challenger"]
CHAMPION: Alias = "champion"
CHALLENGER: Alias = "challenger"


SHORT_TIMEOUTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""MLflow's own settings wait for minutes for a server that is down."""


@contextmanager
def short_timeouts() -> Iterator[None]:
    """Have MLflow wait for seconds instead of minutes, unless the user's environment sets it."""
    unset = {name: value for name, value in SHORT_TIMEOUTS.items() if name not in os.environ}
    os.environ.update(unset)
    try:
        yield
    finally:
        for name in unset:
            os.environ.pop(name, None)


@dataclass(frozen=True)
class RegistryState:
    """The version numbers in the registry, and those with the alias champion or challenger."""

    versions: tuple[int, ...] = ()
    champion: int | None = None
    challenger: int | None = None

    @property
    def default_version(self) -> int | None:
        """The version that answers by default; None if nothing is registered.

        The champion; in a store without one (from before aliases were used), the newest version
        that is not the challenger.
        """
        if self.champion is not None:
            return self.champion
        others = [version for version in self.versions if version != self.challenger]
        return max(others or self.versions, default=None)


@short_timeouts()
def registry_state() -> RegistryState:
    """Return the versions and aliases in the MLflow registry in use."""
    import mlflow  # takes seconds to import

    # A query would create a local SQLite store that does not exist.
    uri = mlflow.get_registry_uri()
    if uri.startswith("sqlite:///") and not os.path.exists(uri.removeprefix("sqlite:///")):
        return RegistryState()
    client = mlflow.MlflowClient()
    by_name = f"name='{REGISTERED_NAME}'"
    versions = {int(version.version) for version in client.search_model_versions(by_name)}
    aliases: dict[str, int] = {}
    for model in client.search_registered_models(by_name):
        for alias, version in model.aliases.items():
            if int(version) in versions:  # an alias may outlive its version
                aliases[alias] = int(version)
    return RegistryState(tuple(sorted(versions)), aliases.get(CHAMPION), aliases.get(CHALLENGER))


def assign_alias(version: int) -> Alias:
    """Assign the alias of a version just registered, and return it.

    The first version becomes the champion; a later one becomes the challenger and replaces any
    other challenger.
    """
    state = registry_state()
    others = tuple(other for other in state.versions if other != version)
    champion = RegistryState(others, state.champion, state.challenger).default_version
    if champion is None:
        client().set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))
        return CHAMPION
    if state.champion is None:  # a store from before aliases: the default version stays default
        client().set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(champion))
    client().set_registered_model_alias(REGISTERED_NAME, CHALLENGER, str(version))
    return CHALLENGER


@short_timeouts()
def fetch_model(source: str) -> Path:
    """Download a model from an MLflow address and return its local folder.

    Raises
    ------
    FileNotFoundError
        If it cannot be downloaded, or is not a model.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        folder = Path(mlflow.artifacts.download_artifacts(source))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    return model_folder(folder, source)


def fetch_predictions(version: int) -> pd.DataFrame:
    """Download the predictions of the evaluation in a version's training run.

    See `train.evaluate.protocols.Evaluation.predictions`.

    Raises
    ------
    FileNotFoundError
        If the version has no run, or the run no such table.
    """
    # low_memory would infer types in chunks, and `in_scope` is empty in many of them.
    path = _artifact(version, "predictions.csv")
    return pd.read_csv(path, dtype={"id": str}, low_memory=False)


def fetch_report(version: int | None, output: Path) -> int:
    """Save the report of a version's training run, and return the version.

    Parameters
    ----------
    version
        A registered version; None for the default version.

    Raises
    ------
    LookupError
        If nothing is registered, or not that version.
    FileNotFoundError
        If its run has no report.
    """
    state = registry_state()
    version = state.default_version if version is None else version
    if version is None:
        raise LookupError(f"no model named {REGISTERED_NAME!r} is registered; run `enjoin train`")
    if version not in state.versions:
        known = ", ".join(map(str, state.versions)) or "none"
        raise LookupError(f"no version {version} is registered; registered: {known}")
    with atomic_write(output) as temporary:
        shutil.copyfile(_artifact(version, "report.html"), temporary)
    return version


@short_timeouts()
def _artifact(version: int, name: str) -> Path:
    import mlflow
    from mlflow.exceptions import MlflowException

    run = client().get_model_version(REGISTERED_NAME, str(version)).run_id
    if not run:
        raise FileNotFoundError(f"version {version} has no run, so there is no {name}")
    try:
        # Downloading by run id would copy the file and draw a progress bar.
        uri = f"{client().get_run(run).info.artifact_uri}/{name}"
        return Path(mlflow.artifacts.download_artifacts(uri))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(
            f"version {version}: its run {run} has no {name} ({error})"
        ) from None


def model_uri(version: int) -> str:
    """Return the MLflow address of a version."""
    return f"models:/{REGISTERED_NAME}/{version}"


def client() -> "MlflowClient":
    """Return a client of the store in use."""
    import mlflow

    return mlflow.MlflowClient()


def check_mlflow() -> None:
    """Check that the MLflow store answers, before the minutes of work that it is to log.

    Raises
    ------
    ConnectionError
        If no server answers at its address.
    """
    import mlflow

    try:
        registry_state()
    except mlflow.MlflowException as error:
        uri = mlflow.get_tracking_uri()
        raise ConnectionError(
            f"the MLflow store at {uri} does not answer; start it, or unset MLFLOW_TRACKING_URI "
            f"to use a file in the current folder ({error})"
        ) from None


@short_timeouts()
def choose_experiment() -> None:
    """Use the experiment `enjoin`, unless MLflow's own variables name a run or experiment.

    `mlflow run` names a run, whose experiment must not be changed.
    """
    import mlflow

    names = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")
    if not any(name in os.environ for name in names):
        mlflow.set_experiment(EXPERIMENT)


def silence_mlflow() -> None:
    """Keep MLflow's log messages (database migrations, hints) off the terminal."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
