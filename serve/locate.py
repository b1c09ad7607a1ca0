"""Find the model to answer with: a folder, an MLflow model address, or the registered model."""

import os
from dataclasses import dataclass
from pathlib import Path

REGISTERED_NAME = "enjoin"


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
        address such as `models:/enjoin/3` or `runs:/...`, or None for the newest version of
        `enjoin` in the MLflow registry.

    Raises
    ------
    NoTrainedModel
        If no source is given and nothing is registered.
    FileNotFoundError
        If the source holds no model.
    """
    if source is not None and ":/" not in source:
        return Located(_model_folder(Path(source), source), None)
    return _from_mlflow(source)


def _from_mlflow(source: str | None) -> Located:
    import mlflow  # seconds to import, so only where it is needed
    from mlflow.exceptions import MlflowException

    if source is None:
        version = newest_version()
        if version is None:
            raise NoTrainedModel(
                f"no model named {REGISTERED_NAME!r} is registered in {mlflow.get_registry_uri()}"
            )
        source = f"models:/{REGISTERED_NAME}/{version}"
    try:
        fetched = Path(mlflow.artifacts.download_artifacts(source))
    except (MlflowException, OSError) as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    name = source.removeprefix("models:/") if source.startswith("models:/") else None
    return Located(_model_folder(fetched, source), name)


def newest_version() -> int | None:
    """Return the newest version number of the registered model, or None without one."""
    import mlflow

    # Asking a local SQLite store that does not exist would create it.
    uri = mlflow.get_registry_uri()
    if uri.startswith("sqlite:///") and not os.path.exists(uri.removeprefix("sqlite:///")):
        return None
    found = mlflow.MlflowClient().search_model_versions(f"name='{REGISTERED_NAME}'")
    return max((int(version.version) for version in found), default=None)


def _model_folder(folder: Path, source: str) -> Path:
    candidates = [folder, *(path.parent for path in sorted(folder.glob("**/model.json")))]
    for candidate in candidates:
        if (candidate / "model.json").is_file():
            return candidate
    raise FileNotFoundError(
        f"{source} holds no model (no model.json); give a folder written by `enjoin train`, or "
        "an address such as models:/enjoin/1"
    )
