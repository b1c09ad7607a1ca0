"""What each family of features is worth when only the text is given.

The model is fitted again without one family at a time, in grouped cross-validation, and compared
with the whole model on the same rulings.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from data.splits import grouped_folds
from features.build import FAMILIES
from train.dataset import Labelled, fit_rows, read_rows
from train.evaluate.metrics import scored
from train.model.calibration import Floats

WHOLE = "none"


def ablate(
    labelled: Labelled,
    n_folds: int = 5,
    parameters: dict[str, Any] | None = None,
    n_bags: int = 20,
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
) -> pd.DataFrame:
    """Score text-only predictions with each family removed in turn.

    Returns
    -------
    Rows of `removed` (a family, or "none" for the whole model), `metric`, `value`, `low`, `high`.
    The metrics `roc_auc_difference` and `brier_difference` are those of the model without the
    family less the whole model's, paired on the same rulings: a positive Brier difference, or a
    negative one of ROC AUC, says that the family helps.
    """
    p: dict[str, Floats] = {}
    families = [family for family in FAMILIES if family != "ratings"]  # text alone has none
    folds = [
        (train, test, read_rows(labelled, train))  # what is read is the same for every family
        for train, test in grouped_folds(labelled.rulings, labelled.granted, n_folds, seed)
    ]
    for removed in (WHOLE, *families):
        tell(f"without {FAMILIES.get(removed, 'nothing')}")
        p[removed] = np.empty(len(labelled.rulings))
        for train, test, read in folds:
            without = None if removed == WHOLE else removed
            fitted = fit_rows(
                labelled, train, parameters or {}, n_bags, seed, ("unrated",), without, read
            )
            frame = fitted.model.read(labelled.frames["text"].take(test))
            if without:
                frame = frame.without(without)
            answer = fitted.model.predict(frame, ["text"] * len(test))
            p[removed][test] = answer["p_grant"]
    tables = [
        scored(labelled.granted, mine, labelled.groups, p[WHOLE]).assign(removed=removed)
        for removed, mine in p.items()
    ]
    return pd.concat(tables, ignore_index=True)[["removed", "metric", "value", "low", "high"]]
