"""Compare the model with itself fitted differently: on fewer features, another design, fewer cases.

Ablation removes one family of features at a time, `compare_design` changes one design choice at a
time, and the learning curve trains on growing shares of the earlier cases.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import TargetEncoder

from data.arrays import Flags, Floats, Rows
from data.splits import grouped_folds, temporal_split
from features.build import BUILT, COLUMNS, FAMILIES
from features.frame import FeatureFrame
from train.dataset import TrainingSet, fit_inferred_ratings, fit_subset, prepared_frames
from train.evaluate.metrics import score_predictions
from train.modes import MODES
from train.settings import OnProgress, TrainSettings

NOTHING = "none"
"""The value of `removed` in the rows of the complete model."""
SHIPPED = "as shipped"
UNCONSTRAINED = "no monotone constraints"
TARGET_RATES = "categories as target rates"
TWO_BAGS = "two bags instead of many"
NO_RATING_LINE = "no rating line"
DESIGNS = (SHIPPED, UNCONSTRAINED, TARGET_RATES, TWO_BAGS, NO_RATING_LINE)
TRAINING_SHARES = (0.25, 0.5, 0.75, 1.0)
LEARNING_CURVE_BAGS = 6
"""Boosters per model of the learning curve: enough for its shape."""
_ENCODING_FOLDS = 5
_CATEGORIES = [column.name for column in BUILT if column.kind == "category"]


def ablate(
    training_set: TrainingSet,
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> pd.DataFrame:
    """Score text-only predictions with each family of features removed in turn.

    Each model is compared with the complete one on the same rulings, in grouped cross-validation.

    Returns
    -------
    Rows of `removed` (a family, or "none" for the complete model), `metric`, `value`, `low`,
    `high`. The metrics `roc_auc_difference` and `brier_difference` are those of the model without
    the family minus the complete model's, paired by ruling: the family helps where the Brier
    difference is positive or the ROC AUC difference negative.
    """
    folds = [
        # The inferred ratings do not depend on the family removed, so they are fitted once.
        (train, test, fit_inferred_ratings(training_set, train))
        for train, test in grouped_folds(
            training_set.rulings, training_set.granted, settings.n_folds, settings.seed
        )
    ]
    families = [family for family in FAMILIES if family != "ratings"]  # absent in text-only mode
    p: dict[str, Floats] = {}
    for removed in (NOTHING, *families):
        on_progress(f"without {FAMILIES.get(removed, 'nothing')}")
        p[removed] = np.empty(len(training_set.rulings))
        without = None if removed == NOTHING else removed
        for train, test, ratings in folds:
            model = fit_subset(
                training_set,
                train,
                settings.parameters,
                settings.n_bags,
                settings.seed,
                bases=("unrated",),
                without=without,
                ratings=ratings,
            ).model
            frame = model.prepare(training_set.frames["text"].take(test))
            if without:
                frame = frame.without(without)
            p[removed][test] = model.p_grant(frame, "text")
    tables = []
    for removed, p_removed in p.items():
        table = score_predictions(training_set.granted, p_removed, training_set.groups, p[NOTHING])
        tables.append(table.assign(removed=removed))
    return pd.concat(tables, ignore_index=True)[["removed", "metric", "value", "low", "high"]]


def compare_design(
    training_set: TrainingSet,
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> pd.DataFrame:
    """Score the model with one design choice changed at a time, in grouped cross-validation.

    The choices are the monotone constraints, which keep promises that the data alone would not;
    LightGBM's own categories instead of target rates; the number of bags; and the rating line that
    the boosters of motions with ratings start from.

    Returns
    -------
    Rows of `design`, `mode`, `metric`, `value`, `low`, `high`. The metrics `brier_difference`,
    `log_loss_difference` and `roc_auc_difference` are those of the changed model minus the shipped
    one's, paired by ruling: the shipped choice helps where the Brier difference is positive.
    """
    n_rulings = len(training_set.rulings)
    p = {(design, mode): np.empty(n_rulings) for design in DESIGNS for mode in MODES}
    folds = grouped_folds(
        training_set.rulings, training_set.granted, settings.n_folds, settings.seed
    )
    for number, (train, test) in enumerate(folds, start=1):
        ratings = fit_inferred_ratings(training_set, train)
        for design in DESIGNS:
            on_progress(f"fold {number} of {settings.n_folds}, {design}")
            parameters = dict(settings.parameters)
            if design == UNCONSTRAINED:
                parameters["monotone_constraints"] = [0] * len(COLUMNS)
            encoded = training_set
            if design == TARGET_RATES:
                encoded = encode_target_rates(training_set, train)
            n_bags = 2 if design == TWO_BAGS else settings.n_bags
            model = fit_subset(
                encoded,
                train,
                parameters,
                n_bags,
                settings.seed,
                ratings=ratings,
                with_rating_line=design != NO_RATING_LINE,
            ).model
            for mode, frame in prepared_frames(
                encoded, model.readings, model.rating_model, test
            ).items():
                p[design, mode][test] = model.p_grant(frame, mode)
    tables = [
        score_predictions(
            training_set.granted, p_design, training_set.groups, p[SHIPPED, mode]
        ).assign(design=design, mode=mode)
        for (design, mode), p_design in p.items()
    ]
    columns = ["design", "mode", "metric", "value", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns]


def encode_target_rates(training_set: TrainingSet, train: Rows) -> TrainingSet:
    """Replace each category by its grant rate among the training rows, shrunk to the base rate.

    Training rows are encoded out of fold, so that no row is encoded from its own outcome.
    """

    def encode(frame: FeatureFrame) -> FeatureFrame:
        categories = frame.values[_CATEGORIES].fillna("not shown").astype(str)
        rates = _target_rates(categories, training_set.granted, train, np.arange(len(categories)))
        splits = GroupKFold(_ENCODING_FOLDS).split(train, groups=training_set.groups[train])
        for fitting, held_out in splits:
            rates[train[held_out]] = _target_rates(
                categories, training_set.granted, train[fitting], train[held_out]
            )
        numeric = frame.numeric.copy()
        numeric[:, [frame.names.index(name) for name in _CATEGORIES]] = rates
        categorical = {n: values for n, values in frame.categorical.items() if n not in _CATEGORIES}
        return replace(frame, numeric=numeric, categorical=categorical)

    return replace(
        training_set,
        frames={mode: encode(frame) for mode, frame in training_set.frames.items()},
        partially_coded={
            mode: encode(frame) for mode, frame in training_set.partially_coded.items()
        },
    )


def _target_rates(categories: pd.DataFrame, granted: Flags, train: Rows, rows: Rows) -> Floats:
    encoder = TargetEncoder(target_type="binary").fit(categories.iloc[train], granted[train])
    rates: Floats = encoder.transform(categories.iloc[rows])
    return rates


def learning_curve(
    training_set: TrainingSet,
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> pd.DataFrame:
    """Train on growing shares of the cases before the first test year and test on later rulings.

    Returns
    -------
    Rows of `mode`, `share`, `n_train`, `metric`, `value`, `low`, `high` (95%, bootstrapped by
    case). Each larger share includes the smaller ones; shares too small to fit a model are absent.
    """
    split = temporal_split(training_set.rulings, training_set.granted, settings.first_test_year)
    train_groups = training_set.groups[split.train]
    cases = np.random.default_rng(settings.seed).permutation(np.unique(train_groups))
    columns = ["mode", "share", "n_train", "metric", "value", "low", "high"]
    tables = [pd.DataFrame(columns=columns)]
    for share in TRAINING_SHARES:
        on_progress(f"learning curve, {share:.0%} of the earlier cases")
        sampled_cases = cases[: max(1, round(share * len(cases)))]
        rows = split.train[np.isin(train_groups, sampled_cases)]
        try:
            model = fit_subset(
                training_set, rows, settings.parameters, LEARNING_CURVE_BAGS, settings.seed
            ).model
        except ValueError:  # too few rulings, or of one outcome only
            continue
        frames = prepared_frames(training_set, model.readings, model.rating_model, split.test)
        for mode, frame in frames.items():
            table = score_predictions(
                training_set.granted[split.test],
                model.p_grant(frame, mode),
                training_set.groups[split.test],
            )
            tables.append(table.assign(mode=mode, share=share, n_train=len(rows)))
    return pd.concat(tables[1:] or tables, ignore_index=True)[columns]
