"""Plots of an evaluation: reliability curve, ROC curve, feature importance."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from features.build import COLUMNS, FAMILIES
from train.evaluate.baselines import FORECASTS
from train.evaluate.metrics import reliability
from train.evaluate.protocols import MODEL
from train.modes import MODES, Mode

COLOURS = {"rated": "#1b6ca8", "coded": "#c46210", "text": "#4b7f3c"}
_FAMILY_COLOURS = dict(zip(FAMILIES, plt.get_cmap("tab10").colors, strict=False))


def reliability_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Draw predicted probability against observed grant rate, one panel per mode."""
    figure: Figure
    figure, panels = plt.subplots(1, len(MODES), figsize=(13, 4.6), sharey=True)
    for panel, mode in zip(panels, MODES, strict=True):
        mine = mine_in(predictions, protocol, mode)
        curve = reliability(mine["granted"].to_numpy(dtype=bool), mine["p_grant"].to_numpy())
        errors = [curve["granted"] - curve["low"], curve["high"] - curve["granted"]]
        panel.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--")
        panel.errorbar(
            curve["p_mean"],
            curve["granted"],
            yerr=errors,
            fmt="o-",
            color=COLOURS[mode],
            capsize=3,
        )
        panel.set(
            title=f"{mode} (n = {len(mine)})",
            xlabel="predicted probability of grant",
            xlim=(0, 1),
            ylim=(0, 1),
        )
    panels[0].set_ylabel("share granted (95% Wilson interval)")
    figure.suptitle(f"Reliability curve, {protocol} test, about {len(mine) // 8} rulings a point")
    figure.tight_layout()
    return figure


def roc_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Draw the ROC curves of the three modes and of the reader forecasts where there are any."""
    figure: Figure
    figure, panel = plt.subplots(figsize=(6, 5.6))
    for mode in MODES:
        mine = mine_in(predictions, protocol, mode)
        wrong, right, _ = roc_curve(mine["granted"].to_numpy(dtype=bool), mine["p_grant"])
        panel.plot(wrong, right, color=COLOURS[mode], label=f"enjoin, {mode}")
    readers = predictions[
        (predictions["protocol"] == protocol) & (predictions["model"] == FORECASTS)
    ]
    if len(readers):
        wrong, right, _ = roc_curve(readers["granted"].to_numpy(dtype=bool), readers["p_grant"])
        panel.plot(wrong, right, color="#555555", linestyle=":", label="reader forecasts")
    panel.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1, linestyle="--")
    panel.set(
        title=f"ROC curve, {protocol} test",
        xlabel="share of denied motions called granted",
        ylabel="share of granted motions called granted",
    )
    panel.legend(loc="lower right")
    figure.tight_layout()
    return figure


def importance_table(shares: dict[Mode, pd.DataFrame]) -> pd.DataFrame:
    """Return the mean absolute TreeSHAP share of each column in each mode (log-odds).

    Parameters
    ----------
    shares
        By mode, what `GrantModel.contributions` gives.
    """
    parts = [rows.drop(columns="base").abs().mean().rename(mode) for mode, rows in shares.items()]
    return pd.concat(parts, axis=1).rename_axis("feature").reset_index()


def importance_plot(importance: pd.DataFrame, top: int = 15) -> Figure:
    """Draw the most important features of each mode, coloured by family."""
    figure: Figure
    figure, panels = plt.subplots(1, len(MODES), figsize=(17, 6))
    family_of = {column.name: column.family for column in COLUMNS}
    for panel, mode in zip(panels, MODES, strict=True):
        best = importance.nlargest(top, mode)[::-1]
        colours = [_FAMILY_COLOURS[family_of[name]] for name in best["feature"]]
        panel.barh(best["feature"].str.replace("_", " "), best[mode], color=colours)
        panel.set(title=mode, xlabel="mean |share of log-odds| (TreeSHAP)")
    used = [family for family in FAMILIES if family in set(family_of.values())]
    marks = [plt.Rectangle((0, 0), 1, 1, color=_FAMILY_COLOURS[family]) for family in used]
    names = [FAMILIES[family] for family in used]
    figure.legend(marks, names, loc="lower center", ncol=len(used), frameon=False)
    figure.suptitle("Feature importance by mode")
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    return figure


def mine_in(predictions: pd.DataFrame, protocol: str, mode: str) -> pd.DataFrame:
    """Return the model's own predictions in one test and mode, lowest first."""
    keep = (
        (predictions["protocol"] == protocol)
        & (predictions["mode"] == mode)
        & (predictions["model"] == MODEL)
    )
    found = predictions[keep]
    return found.iloc[np.argsort(found["p_grant"].to_numpy(), kind="stable")]
