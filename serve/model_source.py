"""Find the model to answer with: a folder, an MLflow address, or the registered champion."""

import re
from dataclasses import dataclass
from pathlib import Path

from serve.remembered_model import RememberedModel
from train.model.store import model_folder
from train.tracking.registry import (
    REGISTERED_NAME,
    client,
    fetch_model,
    model_uri,
    registry_file,
    registry_state,
    short_timeouts,
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # not C:/


class NoTrainedModel(LookupError):
    """No model is registered yet in the MLflow store in use."""


@dataclass(frozen=True)
class LocatedModel:
    """A model folder on this machine, and the version such as `enjoin/3` if it has one."""

    folder: Path
    version: str | None


def version_at(address: str) -> str | None:
    """Return the version that an MLflow address names, such as `enjoin/3`; None if it names none.

    >>> version_at("models:/enjoin/3")
    'enjoin/3'
    """
    return address.removeprefix("models:/") if address.startswith("models:/") else None


def unregistered_version(digest: str) -> str:
    """Return the version of a model without a registered one: the start of its digest."""
    return f"sha256:{digest[:12]}"


def locate_model(source: str | None = None) -> LocatedModel:
    """Find a model, and fetch it from MLflow if needed.

    Parameters
    ----------
    source
        A folder with `model.json` (or an MLflow model folder that contains one), an MLflow address
        such as `models:/enjoin/3` or `runs:/...`, or None for the registered champion (the newest
        version if there is no champion).

    Raises
    ------
    NoTrainedModel
        If no source is given and no model is registered.
    FileNotFoundError
        If there is no model at the source.
    """
    if source is not None and not _is_address(source):
        return LocatedModel(model_folder(Path(source), source), None)
    remembered = RememberedModel.of(source)
    if found := remembered.recall():
        return LocatedModel(*found)
    uri = resolve_source(source)
    located = LocatedModel(fetch_model(uri), version_at(uri))
    if uri.startswith("models:/") and (file := registry_file()):
        remembered.keep(located.folder, located.version, file)
    return located


def _is_address(source: str) -> bool:
    """Tell whether a source is an MLflow address; a folder may have a colon in its name, too."""
    return bool(_SCHEME.match(source)) and not Path(source).is_dir()


def may_change(source: str | None) -> bool:
    """Return whether a source may later give another model: the champion, or another alias.

    >>> may_change(None), may_change("models:/enjoin@challenger"), may_change("models:/enjoin/3")
    (True, True, False)
    """
    return source is None or "@" in source.rpartition("models:/")[2]


def resolve_source(source: str | None) -> str:
    """Return the MLflow address of the model that a source gives now.

    An alias is replaced by the version it points to: `models:/enjoin@champion` by
    `models:/enjoin/3`.

    Raises
    ------
    NoTrainedModel, FileNotFoundError
        As `locate_model` does.
    """
    return _default_uri() if source is None else _resolve_alias(source)


def _default_uri() -> str:
    import mlflow  # takes seconds to import

    version = registry_state().default_version
    if version is None:
        raise NoTrainedModel(
            f"no model named {REGISTERED_NAME!r} is registered in {mlflow.get_registry_uri()}"
        )
    return model_uri(version)


@short_timeouts()
def _resolve_alias(source: str) -> str:
    from mlflow.exceptions import MlflowException

    name, at, alias = source.removeprefix("models:/").partition("@")
    if not at or not source.startswith("models:/") or source.startswith("models://"):
        return source
    try:
        version = client().get_model_version_by_alias(name, alias).version
    except MlflowException as error:
        raise FileNotFoundError(f"cannot fetch {source}: {error}") from None
    return f"models:/{name}/{version}"
