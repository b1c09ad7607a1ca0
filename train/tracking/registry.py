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

from data.io.atomic import atomic_write
from data.io.formulas import unquote_formula
from train.model.damage import UnusableModel
from train.model.store import model_digest, model_folder
from train.tracking.store import first_line, sqlite_file, store_exists, use_plain_address
from train.tracking.store_lock import make_tables

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient

REGISTERED_NAME = "enjoin"
Alias = Literal["champion", "challenger"]
CHAMPION: Alias = "champion"
CHALLENGER: Alias = "challenger"


DIGEST_TAG = "model_sha256"
"""Tag of a version: the digest of its files, as they were registered."""
_LOG = logging.getLogger("enjoin.model")
_without_digest: set[str] = set()
"""The versions without that tag that were reported."""
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


class RegistryUnavailable(ConnectionError):
    """The registry does not answer, so that nothing is known of its versions."""


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
    """Return the versions and aliases in the MLflow registry in use.

    None are returned only where the registry says so, or where its SQLite file does not exist yet.

    Raises
    ------
    OSError
        If a registry on this machine cannot be looked at (see `train.tracking.store.store_exists`).
    RegistryUnavailable
        If it does not answer.
    """
    import mlflow  # takes seconds to import

    use_plain_address()
    if not store_exists(mlflow.get_registry_uri()):
        return RegistryState()
    by_name = f"name='{REGISTERED_NAME}'"
    # MLflow would print the traceback of a locked database beside the error.
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    try:
        make_tables()
        client = mlflow.MlflowClient()
        versions = {int(version.version) for version in client.search_model_versions(by_name)}
        models = list(client.search_registered_models(by_name))
    except mlflow.MlflowException as error:
        raise RegistryUnavailable(
            f"the MLflow registry at {mlflow.get_registry_uri()} does not answer "
            f"({first_line(error)}); try again, or start it; nothing was changed"
        ) from None
    aliases: dict[str, int] = {}
    for model in models:
        for alias, version in model.aliases.items():
            if int(version) in versions:  # an alias may outlive its version
                aliases[alias] = int(version)
    return RegistryState(tuple(sorted(versions)), aliases.get(CHAMPION), aliases.get(CHALLENGER))


def registry_file() -> Path | None:
    """Return the SQLite file of the registry in use; None for any other registry."""
    import mlflow

    return sqlite_file(mlflow.get_registry_uri())


def assign_alias(version: int) -> Alias:
    """Assign the alias of a version just registered, and return it.

    The first version becomes the champion; a later one becomes the challenger and replaces any
    other challenger.

    Raises
    ------
    LookupError
        If the registry does not list the version: its list is then no ground to move an alias.
    """
    state = registry_state()
    if version not in state.versions:
        raise LookupError(
            f"version {version} was registered, but the registry does not list it, so no alias was "
            f"given; look at it in `mlflow ui` and give it the alias {CHAMPION!r} or "
            f"{CHALLENGER!r} there"
        )
    if state.champion == version:  # another process registered later, and was quicker
        return CHAMPION
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
    UnusableModel
        If the files of a version are not those that were registered.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    use_plain_address()
    if source.startswith("models:/") and not store_exists(mlflow.get_registry_uri()):
        raise FileNotFoundError(
            f"cannot fetch {source}: there is no MLflow store at {mlflow.get_registry_uri()}"
        )
    try:
        named = _named_version(source)
        uri = "models:/{}/{}".format(*named) if named else source
        folder = Path(mlflow.artifacts.download_artifacts(uri))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    folder = model_folder(folder, source)
    if named:
        check_registered(folder, *named)
    return folder


def _named_version(source: str) -> tuple[str, str] | None:
    """Return name and number of the version that an address leads to, if it is one's."""
    from mlflow.store.artifact.utils.models import get_model_name_and_version

    if not source.startswith("models:"):
        return None
    named = get_model_name_and_version(client(), source)
    return (str(named[0]), str(named[1])) if len(named) == 2 else None


@short_timeouts()
def check_registered(folder: Path, name: str, version: str) -> None:
    """Check that a model's files are those that were registered as a version.

    A version without a digest, of an earlier program, is accepted and reported once.

    Raises
    ------
    FileNotFoundError
        If the registry does not answer, so that nobody can tell.
    UnusableModel
        If they are others.
    """
    from mlflow.exceptions import MlflowException

    try:
        tags = client().get_model_version(name, version).tags
    except MlflowException as error:
        raise FileNotFoundError(
            f"cannot check the files of {name}/{version}: {first_line(error)}"
        ) from None
    registered = tags.get(DIGEST_TAG)
    if registered is None:
        if f"{name}/{version}" not in _without_digest:
            _without_digest.add(f"{name}/{version}")
            _LOG.warning(
                "%s/%s was registered without a digest of its files, so a change of them would "
                "not be noticed; versions trained from now on have one",
                name,
                version,
            )
    elif registered != model_digest(folder):
        raise UnusableModel(
            f"the files of {name}/{version} are not those that were registered: restore them in "
            f"{folder}, or train again with `enjoin train` and promote that version (their digest "
            f"differs from the tag {DIGEST_TAG})"
        )


def fetch_predictions(version: int) -> "pd.DataFrame":
    """Download the predictions of the evaluation in a version's training run.

    See `train.evaluate.protocols.Evaluation.predictions`.

    Raises
    ------
    FileNotFoundError
        If the version has no run, or the run no such table.
    """
    import pandas as pd

    # low_memory would infer types in chunks, and `in_scope` is empty in many of them.
    path = _artifact(version, "predictions.csv")
    predictions = pd.read_csv(path, dtype={"id": str}, low_memory=False)
    return predictions.assign(id=predictions["id"].map(unquote_formula))


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
    # Private whatever the store's own file is: it quotes motions, and stores are often shared.
    with atomic_write(output) as temporary:
        shutil.copyfile(_artifact(version, "report.html"), temporary)
    return version


@short_timeouts()
def _artifact(version: int, name: str) -> Path:
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = client().get_model_version(REGISTERED_NAME, str(version)).run_id
    if not run:
        raise FileNotFoundError(f"version {version} has no run, so there is no {name}")
    try:
        # Downloading by run id would copy the file and draw a progress bar, and an address of the
        # file would lose what follows a # in the name of a folder.
        artifacts = get_artifact_repository(client().get_run(run).info.artifact_uri)
        return Path(artifacts.download_artifacts(name))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(
            f"version {version}: its run {run} has no {name} ({error})"
        ) from None


def model_uri(version: int) -> str:
    """Return the MLflow address of a version."""
    return f"models:/{REGISTERED_NAME}/{version}"


def client() -> "MlflowClient":
    """Return a client of the store in use, whose tables are there."""
    import mlflow

    use_plain_address()
    make_tables()
    return mlflow.MlflowClient()


def silence_mlflow() -> None:
    """Keep MLflow's log messages (database migrations, hints) off the terminal."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
