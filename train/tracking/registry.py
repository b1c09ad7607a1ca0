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

from data.io.atomic import written_whole
from train.model.store import model_folder

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "enjoin"
REGISTERED_NAME = "enjoin"
Alias = Literal["champion", "challenger"]
CHAMPION: Alias = "champion"
CHALLENGER: Alias = "challenger"


PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""MLflow's own settings would have everybody wait minutes for a server that is down."""


@contextmanager
def impatient() -> Iterator[None]:
    """Ask MLflow for seconds instead of minutes, where its user has not said for how long."""
    mine = {name: value for name, value in PATIENCE.items() if name not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name in mine:
            os.environ.pop(name, None)


@dataclass(frozen=True)
class Standing:
    """The version numbers in the registry, and the ones that carry an alias."""

    versions: tuple[int, ...] = ()
    champion: int | None = None
    challenger: int | None = None

    @property
    def answering(self) -> int | None:
        """The version that answers by default, or None without any.

        The champion; in a store without one, the newest version that is no challenger, so that a
        store from before there were aliases goes on answering as it did.
        """
        if self.champion is not None:
            return self.champion
        settled = [version for version in self.versions if version != self.challenger]
        return max(settled or self.versions, default=None)


@impatient()
def standing() -> Standing:
    """Return who stands where in the MLflow registry in use."""
    import mlflow  # seconds to import, so only where it is needed

    # Asking a local SQLite store that does not exist would create it.
    uri = mlflow.get_registry_uri()
    if uri.startswith("sqlite:///") and not os.path.exists(uri.removeprefix("sqlite:///")):
        return Standing()
    client = mlflow.MlflowClient()
    named = f"name='{REGISTERED_NAME}'"
    versions = {int(found.version) for found in client.search_model_versions(named)}
    aliases: dict[str, int] = {}
    for model in client.search_registered_models(named):
        aliases |= {alias: int(version) for alias, version in model.aliases.items()}
    held = {alias: version for alias, version in aliases.items() if version in versions}
    return Standing(tuple(sorted(versions)), held.get(CHAMPION), held.get(CHALLENGER))


def enter(version: int) -> Alias:
    """Give a version just registered its alias, and return it.

    The first version becomes champion; a later one becomes challenger, in place of any other.
    """
    found = standing()
    others = tuple(other for other in found.versions if other != version)
    champion = Standing(others, found.champion, found.challenger).answering
    if champion is None:
        client().set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))
        return CHAMPION
    if found.champion is None:  # from before there were aliases: what answered so far goes on
        client().set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(champion))
    client().set_registered_model_alias(REGISTERED_NAME, CHALLENGER, str(version))
    return CHALLENGER


@impatient()
def fetched_model(source: str) -> Path:
    """Fetch a model from an MLflow address and return its folder on this machine.

    Raises
    ------
    FileNotFoundError
        If it cannot be fetched or holds no model.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        fetched = Path(mlflow.artifacts.download_artifacts(source))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    return model_folder(fetched, source)


def fetched_predictions(version: int) -> pd.DataFrame:
    """Fetch what the evaluation of a version's run predicted (see `train.evaluate.protocols.Evaluation`).

    Raises
    ------
    FileNotFoundError
        If the version names no run, or the run has no such table.
    """
    # Whole columns at once: `in_scope` is given for the model's own rows only.
    path = _artifact(version, "predictions.csv")
    return pd.read_csv(path, dtype={"id": str}, low_memory=False)


def fetch_report(version: int | None, output: Path) -> int:
    """Write the report of a version's training run to a file, and return the version.

    Parameters
    ----------
    version
        A registered version; None for the one that answers by default.

    Raises
    ------
    LookupError
        If nothing is registered, or not that version.
    FileNotFoundError
        If its run left no report.
    """
    found = standing()
    version = found.answering if version is None else version
    if version is None:
        raise LookupError(f"no model named {REGISTERED_NAME!r} is registered: `enjoin train`")
    if version not in found.versions:
        known = ", ".join(map(str, found.versions)) or "none"
        raise LookupError(f"no version {version} is registered; there are: {known}")
    with written_whole(output) as temporary:
        shutil.copyfile(_artifact(version, "report.html"), temporary)
    return version


@impatient()
def _artifact(version: int, name: str) -> Path:
    import mlflow
    from mlflow.exceptions import MlflowException

    run = client().get_model_version(REGISTERED_NAME, str(version)).run_id
    if not run:
        raise FileNotFoundError(f"version {version} names no run, so there is no {name}")
    try:
        # By the run's own address: by the run's number MLflow copies, and draws bars.
        uri = f"{client().get_run(run).info.artifact_uri}/{name}"
        return Path(mlflow.artifacts.download_artifacts(uri))
    except (MlflowException, OSError) as error:
        words = f"version {version}: its run {run} gives no {name} ({error})"
        raise FileNotFoundError(words) from None


def address(version: int) -> str:
    """Return the MLflow address of a version."""
    return f"models:/{REGISTERED_NAME}/{version}"


def client() -> "MlflowClient":
    """Return a client of the store in use."""
    import mlflow

    return mlflow.MlflowClient()


def reach_mlflow() -> None:
    """Ask whether the store is there, before the minutes that its results take.

    Raises
    ------
    ConnectionError
        If no server answers at its address.
    """
    import mlflow

    try:
        standing()
    except mlflow.MlflowException as error:
        where = mlflow.get_tracking_uri()
        raise ConnectionError(
            f"the MLflow store at {where} does not answer; start it, or unset MLFLOW_TRACKING_URI "
            f"to use a file in this folder ({error})"
        ) from None


@impatient()
def choose_experiment() -> None:
    """Use the experiment `enjoin` unless MLflow's own variables already name a run or experiment.

    `mlflow run` names a run, whose experiment must not be changed.
    """
    import mlflow

    names = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")
    if not any(name in os.environ for name in names):
        mlflow.set_experiment(EXPERIMENT)


def quiet_mlflow() -> None:
    """Keep MLflow's own chatter (database migrations, hints) off the terminal."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
