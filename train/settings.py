"""What a training or evaluation run may vary, and how it reports its progress."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

from data.labels import PartialGrants

OnProgress = Callable[[str], None]
"""Called with a line for each step of a long run."""
P = ParamSpec("P")
R = TypeVar("R")


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function with one thread for BLAS and OpenMP.

    The linear models here are small: several threads gain nothing, and each waits in a busy loop
    for the slowest. Where another program uses a core, a logistic regression takes 3 s in place of
    0.1. Each bag of LightGBM has its own thread regardless.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with threadpool_limits(limits=1):
            return function(*args, **kwargs)

    return limited


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training, evaluation or tuning run.

    Attributes
    ----------
    first_test_year
        The first year predicted from the years before it.
    n_folds
        Folds of the grouped cross-validation.
    n_bags
        Boosters per ensemble, each fitted on its own bootstrap sample of the cases.
    seed
        Seed of every random draw: the same rulings and settings give the same model.
    partial_grants_as
        What a ruling granted in part counts as.
    parameters
        LightGBM parameters that replace those of `train.fit.boosters.DEFAULT_PARAMETERS`.
    without_judges
        Whether judges' names are removed from the rulings first.
    dask
        Address of a Dask scheduler whose workers build features and fit boosters; None for this
        process.
    """

    first_test_year: int = 2022
    n_folds: int = 5
    n_bags: int = 20
    seed: int = 0
    partial_grants_as: PartialGrants = "granted"
    parameters: dict[str, Any] = field(default_factory=dict)
    without_judges: bool = False
    dask: str | None = None
