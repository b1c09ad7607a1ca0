"""The model as an MLflow pyfunc: no pickle, just this module named as the loader.

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
from serve.model_source import Located
from serve.predictor import Predictor
from train.tracking.registry import REGISTERED_NAME

ROOMS = ("data", "features", "train", "serve")


class GrantPyfunc:
    """What MLflow calls: a data frame of motions in, the scored table out."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    def predict(
        self, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Score motions given as a data frame of schema fields.

        Raises
        ------
        mlflow.exceptions.MlflowException
            If a row is wrong; the message names row, field, value and what was expected. The
            message of any other exception MLflow's scoring server would keep to itself.
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
    return GrantPyfunc(Predictor.from_located(Located(Path(path), _registered_version(path))))


def _registered_version(path: str) -> str | None:
    """Return "enjoin/3" where MLflow noted beside the model which version it fetched."""
    noted = Path(path).parents[1] / "registered_model_meta"
    if not noted.is_file():
        return None
    meta = yaml.safe_load(noted.read_text(encoding="utf-8"))
    return f"{meta['model_name']}/{meta['model_version']}"


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def log_to_mlflow(folder: Path, description: str) -> str:
    """Log a saved model into the active MLflow run and register it; return the version.

    The description is shown on the registered version. The rooms travel with it, so that `mlflow
    models serve` needs only the packages from PyPI.
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

    example = pd.DataFrame([clearview_motion().model_dump(mode="json", exclude_none=True)])
    inputs = [
        ColSpec(DataType.string if info.is_required() else AnyType(), name, info.is_required())
        for name, info in Motion.model_fields.items()
    ]
    scored = _load_pyfunc(str(folder)).predict(example)
    outputs = [ColSpec(_column_type(name), name, required=False) for name in scored.columns]
    info = mlflow.pyfunc.log_model(
        name="model",
        loader_module="serve.pyfunc",
        data_path=str(folder),
        code_paths=[str(files(room)) for room in ROOMS],
        signature=ModelSignature(Schema(inputs), Schema(outputs)),
        input_example=example,
        pip_requirements=_requirements(),
        registered_model_name=REGISTERED_NAME,
    )
    version = str(info.registered_model_version)
    mlflow.MlflowClient().update_model_version(REGISTERED_NAME, version, description)
    return version


def _column_type(name: str) -> Any:
    from mlflow.types.schema import DataType

    if name == "in_scope":
        return DataType.boolean
    return DataType.double if name.startswith("p_") else DataType.string


def _requirements() -> list[str]:
    """Pin what the program declares to the versions in use."""
    declared = [Requirement(line) for line in requires("enjoin") or []]
    core = [need for need in declared if need.marker is None or need.marker.evaluate({"extra": ""})]
    return [f"{need.name}=={installed_version(need.name)}" for need in core]
