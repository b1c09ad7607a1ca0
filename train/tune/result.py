"""The result of a search: the best parameters, and how they compare with the current ones."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import tomli_w

from train.fit.boosters import DEFAULT_PARAMETERS
from train.tune.objective import MEAN_OF_MODES


@dataclass(frozen=True)
class Tuned:
    """The result of a search.

    Attributes
    ----------
    parameters
        The best.
    study
        Name of the study.
    finished, pruned
        Number of finished trials, and how many of these were pruned.
    scores
        The best parameters against `DEFAULT_PARAMETERS`, by mode (see `compare_errors`).
    evaluated_on
        The rulings and folds that the trials were evaluated on.
    """

    parameters: dict[str, Any]
    study: str
    finished: int
    pruned: int
    scores: pd.DataFrame
    evaluated_on: str

    @property
    def is_significant(self) -> bool:
        """Whether the interval of the mean difference is below zero."""
        return bool(self.scores["high"].iloc[0] < 0)

    @property
    def are_defaults(self) -> bool:
        """Whether no trial did better than the current parameters."""
        return self.parameters == DEFAULT_PARAMETERS

    def lines(self) -> list[str]:
        """Return the result as lines of text, for the terminal and the comments of the TOML."""
        rows = list(self.scores.itertuples())
        scores = [
            f"  {'mean of the modes' if row.mode == MEAN_OF_MODES else row.mode}: "
            f"{row.current:.4f} -> {row.tuned:.4f}, difference {row.difference:+.4f} "
            f"[{row.low:+.4f}, {row.high:+.4f}]"
            for row in rows
        ]
        if self.is_significant:
            verdict = "The interval of the mean is below zero: an improvement on these folds."
        elif self.are_defaults:
            verdict = "No trial did better than the current parameters; these are the same."
        else:
            verdict = "The interval of the mean includes zero: the gain may be noise."
        return [
            f"Best of {self.finished} trials ({self.pruned} pruned) of study {self.study}.",
            f"Brier score on {self.evaluated_on}, current parameters -> these,",
            "with the 95% interval of the paired difference, bootstrapped by case:",
            *scores,
            verdict,
            f"{rows[0].tuned:.4f} is optimistic: the best of {self.finished} was selected on these "
            "same folds.",
        ]

    def as_toml(self) -> str:
        """Return the parameters as TOML, below the result as comments."""
        comments = ("Written by `enjoin tune`.", *self.lines())
        return "".join(f"# {line}\n" for line in comments) + tomli_w.dumps(self.parameters)
