"""The model as an MLflow pyfunc, loaded by this module, without pickle.

`mlflow.pyfunc.load_model(...)` calls `_load_pyfunc` with the folder that `train.model.store` wrote.
"""

from importlib.metadata import requires
from importlib.metadata import version as installed_version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from packaging.requirements import Requirement

from data.embedded import clearview_motion
from data.io.load import check_rows
from data.schema import Motion
from serve.model_source import LocatedModel
from serve.predictor import Predictor, score_type
from serve.warm_up import warm_up
from train.model.store import model_digest
from train.tracking.registry import DIGEST_TAG, REGISTERED_NAME

PACKAGES = ("data", "features", "train", "serve")


class GrantPyfunc:
    """The interface that MLflow calls: a data frame of motions in, their scores out."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    def predict(
        self, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Score motions.

        Parameters
        ----------
        model_input
            n motions: a column for each field of the schema that is given.

        Returns
        -------
        The table of `Predictor.score`.

        Raises
        ------
        mlflow.exceptions.MlflowException
            If a row is invalid; the message names the row, the field, its value and what was
            expected. (Of other exceptions, MLflow's scoring server hides the message.)
        """
        from mlflow.exceptions import MlflowException

        rows = [
            {name: _plain(value) for name, value in row.items()}
            for row in model_input.to_dict("records")
        ]
        checked = check_rows(rows, Motion)
        if checked.rejects:
            reasons = "; ".join(str(reject) for reject in checked.rejects[:5])
            raise MlflowException.invalid_parameter_value(reasons)
        return self.predictor.score(checked.rows)


def _load_pyfunc(path: str) -> GrantPyfunc:
    model = _open(path)
    # MLflow's server answers in threads as soon as this returns: each would load it all.
    warm_up(model.predictor)
    return model


def _open(path: str) -> GrantPyfunc:
    return GrantPyfunc(Predictor.from_located(LocatedModel(Path(path), _registered_version(path))))


def _registered_version(path: str) -> str | None:
    """Return a version such as "enjoin/3" if MLflow recorded beside the model which it fetched."""
    file = Path(path).parents[1] / "registered_model_meta"
    if not file.is_file():
        return None
    meta = yaml.safe_load(file.read_text(encoding="utf-8"))
    return f"{meta['model_name']}/{meta['model_version']}"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def log_to_mlflow(folder: Path, description: str) -> str:
    """Log a saved model to the active MLflow run and register it; return the version.

    The packages of this program are logged with it, so that `mlflow models serve` needs nothing
    but packages from PyPI.

    Parameters
    ----------
    folder
        The folder `train.model.store` wrote.
    description
        Shown with the registered version.
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

    column_types = {bool: DataType.boolean, float: DataType.double, str: DataType.string}
    example = pd.DataFrame([clearview_motion().model_dump(mode="json", exclude_none=True)])
    inputs = [
        ColSpec(DataType.string if info.is_required() else AnyType(), name, info.is_required())
        for name, info in Motion.model_fields.items()
    ]
    scores = _open(str(folder)).predict(example)
    outputs = [
        ColSpec(column_types[score_type(name)], name, required=False) for name in scores.columns
    ]
    info = mlflow.pyfunc.log_model(
        name="model",
        loader_module="serve.pyfunc",
        data_path=str(folder),
        code_paths=[str(files(package)) for package in PACKAGES],
        signature=ModelSignature(Schema(inputs), Schema(outputs)),
        input_example=example,
        pip_requirements=_requirements(),
        registered_model_name=REGISTERED_NAME,
    )
    version = str(info.registered_model_version)
    client = mlflow.MlflowClient()
    # First, so that there is hardly a moment without it.
    client.set_model_version_tag(REGISTERED_NAME, version, DIGEST_TAG, model_digest(folder))
    client.update_model_version(REGISTERED_NAME, version, description)
    return version


def _requirements() -> list[str]:
    """Return the declared requirements (without extras), pinned to the installed versions."""
    declared = [Requirement(line) for line in requires("enjoin") or []]
    core = [each for each in declared if each.marker is None or each.marker.evaluate({"extra": ""})]
    return [f"{each.name}=={installed_version(each.name)}" for each in core]
