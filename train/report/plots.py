"""Plots of an evaluation (reliability, ROC, learning curve, slices) and of what the features do."""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from data.arrays import Flags, Floats
from features.build import COLUMNS, FAMILIES
from features.frame import FeatureFrame
from train.evaluate.baselines import READER_FORECASTS
from train.evaluate.metrics import reliability
from train.evaluate.protocols import MODEL
from train.evaluate.slices import MIN_SLICE_SIZE
from train.modes import MODES, Mode

COLORS = {"forecast": "#6d4c9f", "rated": "#1b6ca8", "coded": "#c46210", "text": "#4b7f3c"}
DEPENDENCE_FAMILIES = ("motion_type", "harm", "remedial", "speculation")
"""The families whose strongest feature is shown by `dependence_plot`."""
_GRAY, _LIGHT_GRAY, _RED = "#888888", "#bbbbbb", "#b3261e"
_FAMILY_COLORS = dict(zip(FAMILIES, plt.get_cmap("tab10").colors, strict=True))
_COLUMN = {column.name: column for column in COLUMNS}


def model_predictions(predictions: pd.DataFrame, protocol: str, mode: str) -> pd.DataFrame:
    """Return the model's own predictions in one protocol and mode, lowest first."""
    is_own = (
        (predictions["protocol"] == protocol)
        & (predictions["mode"] == mode)
        & (predictions["model"] == MODEL)
    )
    own = predictions[is_own]
    return own.iloc[np.argsort(own["p_grant"].to_numpy(), kind="stable")]


def reliability_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Plot the observed grant rate against the predicted probability, one panel per mode."""
    figure: Figure
    figure, panels = plt.subplots(1, len(MODES), figsize=(16, 4.4), sharey=True)
    for panel, mode in zip(panels, MODES, strict=True):
        own = model_predictions(predictions, protocol, mode)
        curve = reliability(own["granted"].to_numpy(dtype=bool), own["p_grant"].to_numpy())
        errors = [curve["granted"] - curve["low"], curve["high"] - curve["granted"]]
        panel.plot([0, 1], [0, 1], color=_GRAY, linewidth=1, linestyle="--")
        panel.errorbar(
            curve["p_mean"],
            curve["granted"],
            yerr=errors,
            fmt="o-",
            color=COLORS[mode],
            capsize=3,
        )
        panel.set(
            title=f"{mode} (n = {len(own)})",
            xlabel="predicted probability of a grant",
            xlim=(0, 1),
            ylim=(0, 1),
        )
    panels[0].set_ylabel("share granted (95% Wilson interval)")
    figure.suptitle(f"Reliability, {protocol} test, about {len(own) // 8} rulings per point")
    figure.tight_layout()
    return figure


def roc_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Plot the ROC curves of the four modes, and of the reader forecasts if there are any."""
    figure: Figure
    figure, panel = plt.subplots(figsize=(6, 5.6))
    for name, style, granted, p in _ranked_models(predictions, protocol):
        false_positives, true_positives, _ = roc_curve(granted, p)
        panel.plot(false_positives, true_positives, label=name, **style)
    panel.plot([0, 1], [0, 1], color=_LIGHT_GRAY, linewidth=1, linestyle="--")
    panel.set(
        title=f"ROC curve, {protocol} test",
        xlabel="share of denied motions classified as granted",
        ylabel="share of granted motions classified as granted",
    )
    panel.legend(loc="lower right")
    figure.tight_layout()
    return figure


def precision_recall_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Plot precision against recall for the four modes and the reader forecasts."""
    figure: Figure
    figure, panel = plt.subplots(figsize=(6, 5.6))
    for name, style, granted, p in _ranked_models(predictions, protocol):
        precision, recall, _ = precision_recall_curve(granted, p)
        panel.plot(recall, precision, label=name, **style)
    rate = model_predictions(predictions, protocol, MODES[0])["granted"].mean()
    panel.axhline(rate, color=_LIGHT_GRAY, linewidth=1, linestyle="--", label="share granted")
    panel.set(
        title=f"Precision and recall, {protocol} test",
        xlabel="share of granted motions classified as granted (recall)",
        ylabel="share granted of those classified as granted (precision)",
        xlim=(0, 1),
        ylim=(0, 1.01),  # whole: of the first few motions few may have been granted
    )
    panel.legend(loc="lower right")
    figure.tight_layout()
    return figure


def _ranked_models(
    predictions: pd.DataFrame, protocol: str
) -> list[tuple[str, dict[str, str], Flags, Floats]]:
    """Return name, line style, outcomes and probabilities of each model whose ranking is shown."""
    models = []
    for mode in MODES:
        own = model_predictions(predictions, protocol, mode)
        models.append((f"{MODEL}, {mode}", {"color": COLORS[mode]}, own))
    in_protocol = predictions[predictions["protocol"] == protocol]
    readers = in_protocol[in_protocol["model"] == READER_FORECASTS]
    if len(readers):
        models.append((READER_FORECASTS, {"color": "#555555", "linestyle": ":"}, readers))
    return [
        (name, style, rows["granted"].to_numpy(dtype=bool), rows["p_grant"].to_numpy(dtype=float))
        for name, style, rows in models
    ]


def learning_plot(curve: pd.DataFrame) -> Figure:
    """Plot Brier score and ROC AUC on later years against the number of training rulings.

    Parameters
    ----------
    curve
        See `train.evaluate.refits.learning_curve`.
    """
    figure: Figure
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.4))
    labels = {"brier_score": "Brier score (lower is better)", "roc_auc": "ROC AUC"}
    for panel, (metric, label) in zip(panels, labels.items(), strict=True):
        for mode in MODES:
            rows = curve[(curve["metric"] == metric) & (curve["mode"] == mode)]
            panel.fill_between(
                rows["n_train"], rows["low"], rows["high"], color=COLORS[mode], alpha=0.12
            )
            panel.plot(rows["n_train"], rows["value"], "o-", color=COLORS[mode], label=mode)
        panel.set(xlabel="training rulings", ylabel=label)
    panels[0].legend()
    figure.suptitle("Learning curve: later years, trained on growing shares of the earlier cases")
    figure.tight_layout()
    return figure


def slices_plot(slices: pd.DataFrame, protocol: str, mode: str) -> Figure:
    """Plot the calibration in the large of each slice that is not small; flagged ones are red."""
    rows = slices[
        (slices["protocol"] == protocol)
        & (slices["n"] >= MIN_SLICE_SIZE)
        & (slices["mode"] == mode)
        & (slices["metric"] == "calibration_in_the_large")
    ].iloc[::-1]
    figure: Figure
    figure, panel = plt.subplots(figsize=(8.5, 1 + 0.19 * len(rows)))
    for height, row in enumerate(rows.itertuples()):
        color = _RED if row.off else COLORS[mode]
        panel.plot([row.low, row.high], [height, height], color=color, linewidth=1.6)
        panel.plot(row.value, height, "o", color=color, markersize=4)
    names = [
        f"{row.grouping}: {row.slice.replace('_', ' ')} ({row.n})" for row in rows.itertuples()
    ]
    panel.set_yticks(range(len(rows)), names, fontsize=7)
    panel.axvline(0, color=_GRAY, linewidth=1, linestyle="--")
    panel.set(
        title=f"Slices, {mode}, {protocol} test",
        xlabel="mean probability minus share granted (95% interval)",
        ylim=(-1, len(rows)),
    )
    figure.tight_layout()
    return figure


def importance_table(shap_values: dict[Mode, pd.DataFrame]) -> pd.DataFrame:
    """Return the mean absolute SHAP value of each feature in each mode (log-odds).

    Parameters
    ----------
    shap_values
        By mode, the result of `GrantModel.contributions`.
    """
    means = [
        values.drop(columns="base").abs().mean().rename(mode)
        for mode, values in shap_values.items()
    ]
    return pd.concat(means, axis=1).rename_axis("feature").reset_index()


def importance_plot(importance: pd.DataFrame, top: int = 15) -> Figure:
    """Plot the most important features of each mode, colored by family."""
    figure: Figure
    figure, panels = plt.subplots(1, len(MODES), figsize=(22, 6))
    for panel, mode in zip(panels, MODES, strict=True):
        best = importance.nlargest(top, mode)[::-1]
        colors = [_FAMILY_COLORS[_COLUMN[name].family] for name in best["feature"]]
        names = [
            textwrap.shorten(_COLUMN[name].meaning, 36, placeholder=" ...")
            for name in best["feature"]
        ]
        panel.barh(range(len(best)), best[mode], color=colors)
        panel.set_yticks(range(len(best)), names, fontsize=9)
        panel.set(title=mode, xlabel="mean |SHAP value| (log-odds)")
    families = {column.family for column in COLUMNS}
    used = [family for family in FAMILIES if family in families]
    patches = [plt.Rectangle((0, 0), 1, 1, color=_FAMILY_COLORS[family]) for family in used]
    names = [FAMILIES[family] for family in used]
    figure.legend(patches, names, loc="lower center", ncol=len(used), frameon=False)
    figure.suptitle("Feature importance by mode")
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    return figure


def beeswarm_plot(
    frame: FeatureFrame, shap_values: pd.DataFrame, mode: str, top: int = 16
) -> Figure:
    """Plot the SHAP values of every training ruling for the most important features.

    Color runs from a low to a high value of the feature; categories and missing values are gray.
    """
    best = _by_importance(shap_values, list(_COLUMN))[:top][::-1]
    figure: Figure
    figure, panel = plt.subplots(figsize=(9, 0.8 + 0.36 * len(best)))
    rng = np.random.default_rng(0)
    for height, name in enumerate(best):
        heights = height + rng.uniform(-0.3, 0.3, len(shap_values))
        colors = _value_colors(frame, name)
        panel.scatter(shap_values[name], heights, c=colors, s=5, linewidths=0, alpha=0.7)
    panel.set_yticks(range(len(best)), [_label(name) for name in best], fontsize=8)
    panel.axvline(0, color=_GRAY, linewidth=1)
    panel.set(xlabel="SHAP value (log-odds of a grant)")
    figure.suptitle(f"What moves the probability, {mode} (blue: low value, red: high, gray: other)")
    figure.tight_layout()
    return figure


def dependence_plot(frame: FeatureFrame, shap_values: pd.DataFrame, mode: str) -> Figure:
    """Plot SHAP value against feature value, for the strongest feature of four families."""
    figure: Figure
    figure, panels = plt.subplots(1, len(DEPENDENCE_FAMILIES), figsize=(17, 4.2))
    rng = np.random.default_rng(0)
    for panel, family in zip(panels, DEPENDENCE_FAMILIES, strict=True):
        names = [column.name for column in COLUMNS if column.family == family]
        name = _by_importance(shap_values, names)[0]
        is_known = frame.values[name].notna().to_numpy()
        positions = _positions(panel, frame.values.loc[is_known, name], name)
        jittered = positions + rng.uniform(-0.15, 0.15, len(positions))
        values = shap_values.loc[is_known, name]
        panel.scatter(jittered, values, s=6, alpha=0.4, color=COLORS[mode])
        panel.axhline(0, color=_GRAY, linewidth=1, linestyle="--")
        panel.set_title(f"{FAMILIES[family]}\n{_label(name)}", fontsize=9)
    panels[0].set_ylabel("SHAP value (log-odds)")
    figure.suptitle(f"The strongest feature of each family, {mode}")
    figure.tight_layout()
    return figure


def _positions(panel: Axes, values: "pd.Series[object]", name: str) -> Floats:
    """Return where feature values appear on the horizontal axis; categories get tick labels."""
    column = _COLUMN[name]
    if column.kind not in ("category", "scale"):
        return np.asarray(values, dtype=float)
    codes = list(column.values) or sorted(set(values))
    panel.set_xticks(
        range(len(codes)), [column.value_words(code)[:28] for code in codes], fontsize=6
    )
    panel.tick_params(axis="x", rotation=60)
    if column.kind == "scale":
        return np.asarray(values, dtype=float)
    return np.array([codes.index(value) for value in values], dtype=float)


def _by_importance(shap_values: pd.DataFrame, names: Sequence[str]) -> list[str]:
    means = shap_values[list(names)].abs().mean()
    return [str(name) for name in means.sort_values(ascending=False, kind="stable").index]


def _label(name: str) -> str:
    label = f"{name.split('.')[0].replace('_', ' ')}: {_COLUMN[name].meaning}"
    return textwrap.shorten(label, 62, placeholder=" ...")


def _value_colors(frame: FeatureFrame, name: str) -> list[object]:
    values = frame.values[name]
    if _COLUMN[name].kind == "category":
        return ["#999999"] * len(values)
    numbers = values.to_numpy(dtype=float)
    ranks = pd.Series(numbers).rank(pct=True).to_numpy()
    palette = plt.get_cmap("coolwarm")
    return [
        "#cccccc" if np.isnan(number) else palette(rank)
        for number, rank in zip(numbers, ranks, strict=True)
    ]
