"""The LightGBM parameters that a search varies, and the TOML files that hold them."""

import tomllib
from pathlib import Path
from typing import Any

import optuna

from data.io.redact import shorten
from train.fit.boosters import DEFAULT_PARAMETERS

_LARGEST = 1_000_000


def suggest_parameters(trial: optuna.Trial) -> dict[str, Any]:
    """Draw the parameters of a trial from the search space."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_iterations": trial.suggest_int("num_iterations", 75, 500, step=25),
        "num_leaves": trial.suggest_int("num_leaves", 3, 24),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 80, step=5),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 0.8),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
        "cat_smooth": trial.suggest_float("cat_smooth", 1.0, 100.0, log=True),
        "cat_l2": trial.suggest_float("cat_l2", 1.0, 100.0, log=True),
    }


def read_parameters(path: Path) -> dict[str, Any]:
    """Read LightGBM parameters from a TOML file.

    Raises
    ------
    ValueError
        If the file is not TOML, names a parameter that the model does not use, or has a value that
        is not a number from 0 to a million.
    """
    try:
        parameters = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"cannot read parameters from {path}: {error}") from None
    except (UnicodeDecodeError, RecursionError):
        raise ValueError(f"cannot read parameters from {path}: it is no TOML in UTF-8") from None
    if unknown := sorted(set(parameters) - set(DEFAULT_PARAMETERS)):
        raise ValueError(
            f"{path}: unknown parameter(s) {shorten(', '.join(unknown))}; "
            f"known: {', '.join(DEFAULT_PARAMETERS)}"
        )
    invalid = {name: value for name, value in parameters.items() if not _is_valid(value)}
    if invalid:
        values = ", ".join(f"{name} = {value!r}" for name, value in invalid.items())
        raise ValueError(f"{path}: {shorten(values)}: expected a number from 0 to {_LARGEST:,}")
    return parameters


def _is_valid(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _LARGEST
