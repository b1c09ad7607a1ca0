"""Find the model to answer with: a folder, an MLflow model address, or the registered model."""

from dataclasses import dataclass
from pathlib import Path

from train.model.store import model_folder
from train.tracking.registry import REGISTERED_NAME, model_uri, client, fetch_model, registry_state


class NoTrainedModel(LookupError):
    """There is no registered model yet in the MLflow store in use."""


@dataclass(frozen=True)
class Located:
    """A model folder on this machine and the version it goes by."""

    folder: Path
    version: str | None


def locate_model(source: str | None = None) -> Located:
    """Find a model folder, fetching it from MLflow where needed.

    Parameters
    ----------
    source
        A folder holding `model.json` (or an MLflow model folder that has one inside), an MLflow
        address such as `models:/enjoin/3` or `runs:/...`, or None for the champion of `enjoin` in
        the MLflow registry (the newest version where a store has no champion).

    Raises
    ------
    NoTrainedModel
        If no source is given and nothing is registered.
    FileNotFoundError
        If the source holds no model.
    """
    if source is not None and ":/" not in source:
        return Located(model_folder(Path(source), source), None)
    found = wanted(source)
    name = found.removeprefix("models:/") if found.startswith("models:/") else None
    return Located(fetch_model(found), name)


def follows(source: str | None) -> bool:
    """Tell whether a source may lead to another model tomorrow: the champion, or another alias."""
    return source is None or "@" in source.rpartition("models:/")[2]


def wanted(source: str | None) -> str:
    """Return the MLflow address that a source leads to now.

    Raises
    ------
    NoTrainedModel, FileNotFoundError
        As `locate_model` does.
    """
    return _numbered(source) if source else _answering()


def _answering() -> str:
    import mlflow  # seconds to import, so only where it is needed

    version = registry_state().default_version
    if version is None:
        raise NoTrainedModel(
            f"no model named {REGISTERED_NAME!r} is registered in {mlflow.get_registry_uri()}"
        )
    return model_uri(version)


def _numbered(source: str) -> str:
    """Return `models:/enjoin/3` for `models:/enjoin@champion`: an alias moves, a number stays."""
    from mlflow.exceptions import MlflowException

    name, at, alias = source.removeprefix("models:/").partition("@")
    if not at or not source.startswith("models:/") or source.startswith("models://"):
        return source
    try:
        version = client().get_model_version_by_alias(name, alias).version
    except MlflowException as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    return f"models:/{name}/{version}"
