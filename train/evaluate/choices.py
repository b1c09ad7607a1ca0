"""What the model's choices cost or gain: the same model with one choice changed at a time.

Monotone constraints keep promises that the data alone would not; categories are LightGBM's own
instead of target rates; bags are averaged. Each is compared with the shipped model on the same
rulings, in grouped cross-validation.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import TargetEncoder

from data.splits import grouped_folds
from features.build import BUILT, COLUMNS
from features.frame import FeatureFrame
from train.dataset import Labelled, Rows, fit_rows, read_frames, read_rows
from train.evaluate.metrics import scored
from train.model.calibration import Flags, Floats, probabilities
from train.modes import BASIS_OF, MODES

SHIPPED = "as shipped"
UNCONSTRAINED = "no monotone constraints"
TARGET_RATES = "categories as target rates"
TWO_BAGS = "two bags instead of many"
CHOICES = (SHIPPED, UNCONSTRAINED, TARGET_RATES, TWO_BAGS)
_FOLDS = 5
_CATEGORIES = [column.name for column in BUILT if column.kind == "category"]


def compare_choices(
    labelled: Labelled,
    n_folds: int = 5,
    parameters: dict[str, Any] | None = None,
    n_bags: int = 20,
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
) -> pd.DataFrame:
    """Score the model with one choice changed at a time.

    Returns
    -------
    Rows of `choice`, `mode`, `metric`, `value`, `low`, `high`; the metrics `brier_difference`,
    `log_loss_difference` and `roc_auc_difference` are those of the changed model less the shipped
    one's, paired on the same rulings: a positive Brier difference says the shipped choice helps.
    """
    p = {(choice, mode): np.empty(len(labelled.rulings)) for choice in CHOICES for mode in MODES}
    folds = list(grouped_folds(labelled.rulings, labelled.granted, n_folds, seed))
    for number, (train, test) in enumerate(folds, start=1):
        read = read_rows(labelled, train)
        for choice in CHOICES:
            tell(f"fold {number} of {n_folds}, {choice}")
            settings = dict(parameters or {})
            if choice == UNCONSTRAINED:
                settings["monotone_constraints"] = [0] * len(COLUMNS)
            seen = _with_target_rates(labelled, train) if choice == TARGET_RATES else labelled
            bags = 2 if choice == TWO_BAGS else n_bags
            model = fit_rows(seen, train, settings, bags, seed, read=read).model
            for mode, frame in read_frames(seen, model.readers, test).items():
                line = model.ensembles[BASIS_OF[mode]].calibration
                scores = model.scores(frame, mode)
                everyone = np.ones(len(test), dtype=bool)  # intervals, and so scope, play no part
                p[choice, mode][test] = probabilities(scores, line, everyone)[:, 0]
    tables = [
        scored(labelled.granted, mine, labelled.groups, p[SHIPPED, mode]).assign(
            choice=choice, mode=mode
        )
        for (choice, mode), mine in p.items()
    ]
    return pd.concat(tables, ignore_index=True)[
        ["choice", "mode", "metric", "value", "low", "high"]
    ]


def _with_target_rates(labelled: Labelled, train: Rows) -> Labelled:
    """Put each category into numbers: its share granted among the training rows, shrunk.

    Training rows are encoded out of fold, so that none is told its own outcome.
    """

    def encoded(frame: FeatureFrame) -> FeatureFrame:
        shown = frame.values[_CATEGORIES].fillna("not shown").astype(str)
        numbers = _rates(shown, labelled.granted, train, np.arange(len(shown)))
        for seen, unseen in GroupKFold(_FOLDS).split(train, groups=labelled.groups[train]):
            numbers[train[unseen]] = _rates(shown, labelled.granted, train[seen], train[unseen])
        mine = frame.numbers.copy()
        mine[:, [frame.names.index(name) for name in _CATEGORIES]] = numbers
        words = {n: values for n, values in frame.words.items() if n not in _CATEGORIES}
        return replace(frame, numbers=mine, words=words)

    return replace(
        labelled,
        frames={mode: encoded(frame) for mode, frame in labelled.frames.items()},
        partly={mode: encoded(frame) for mode, frame in labelled.partly.items()},
    )


def _rates(shown: pd.DataFrame, granted: Flags, train: Rows, rows: Rows) -> Floats:
    encoder = TargetEncoder(target_type="binary").fit(shown.iloc[train], granted[train])
    found: Floats = encoder.transform(shown.iloc[rows])
    return found
