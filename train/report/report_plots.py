"""Plots of the report: precision-recall, learning curve, slices, and what the features do."""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from features.build import COLUMNS, FAMILIES
from features.frame import FeatureFrame
from train.evaluate.baselines import FORECASTS
from train.evaluate.slices import FEW
from train.modes import MODES
from train.report.plots import COLOURS, mine_in

FOUR_FAMILIES = ("motion_type", "harm", "remedial", "speculation")
"""The families the product is built around."""
_BY_NAME = {column.name: column for column in COLUMNS}


def precision_recall_plot(predictions: pd.DataFrame, protocol: str) -> Figure:
    """Draw the precision-recall curves of the three modes and of the reader forecasts."""
    figure: Figure
    figure, panel = plt.subplots(figsize=(6, 5.6))
    for mode in MODES:
        mine = mine_in(predictions, protocol, mode)
        precision, recall, _ = precision_recall_curve(mine["granted"].astype(bool), mine["p_grant"])
        panel.plot(recall, precision, color=COLOURS[mode], label=f"enjoin, {mode}")
    found = predictions["protocol"] == protocol
    readers = predictions[found & (predictions["model"] == FORECASTS)]
    if len(readers):
        precision, recall, _ = precision_recall_curve(
            readers["granted"].astype(bool), readers["p_grant"]
        )
        panel.plot(recall, precision, color="#555555", linestyle=":", label=FORECASTS)
    rate = mine["granted"].mean()
    panel.axhline(rate, color="#bbbbbb", linewidth=1, linestyle="--", label="share granted")
    panel.set(
        title=f"Precision and recall, {protocol} test",
        xlabel="share of granted motions found",
        ylabel="share granted of those called granted",
        ylim=(0.4, 1.01),
    )
    panel.legend(loc="lower left")
    figure.tight_layout()
    return figure


def learning_plot(curve: pd.DataFrame) -> Figure:
    """Draw Brier score and ROC AUC on later years against the number of training rulings."""
    figure: Figure
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.4))
    named = {"brier_score": "Brier score (lower is better)", "roc_auc": "ROC AUC"}
    for panel, (metric, words) in zip(panels, named.items(), strict=True):
        for mode in MODES:
            mine = curve[(curve["metric"] == metric) & (curve["mode"] == mode)]
            panel.fill_between(
                mine["n_train"], mine["low"], mine["high"], color=COLOURS[mode], alpha=0.12
            )
            panel.plot(mine["n_train"], mine["value"], "o-", color=COLOURS[mode], label=mode)
        panel.set(xlabel="training rulings", ylabel=words)
    panels[0].legend()
    figure.suptitle("Learning curve: later years, trained on growing shares of the earlier cases")
    figure.tight_layout()
    return figure


def slices_plot(slices: pd.DataFrame, protocol: str, mode: str) -> Figure:
    """Draw each slice's calibration in the large with its interval; small slices are greyed."""
    mine = slices[
        (slices["protocol"] == protocol)
        & (slices["mode"] == mode)
        & (slices["metric"] == "calibration_in_the_large")
    ].iloc[::-1]
    figure: Figure
    figure, panel = plt.subplots(figsize=(8.5, 1 + 0.19 * len(mine)))
    for place, row in enumerate(mine.itertuples()):
        colour = "#bbbbbb" if row.n < FEW else "#b3261e" if row.off else COLOURS[mode]
        panel.plot([row.low, row.high], [place, place], color=colour, linewidth=1.6)
        panel.plot(row.value, place, "o", color=colour, markersize=4)
    names = [
        f"{row.grouping}: {row.slice.replace('_', ' ')} ({row.n})" for row in mine.itertuples()
    ]
    panel.set_yticks(range(len(mine)), names, fontsize=7)
    panel.axvline(0, color="#888888", linewidth=1, linestyle="--")
    panel.set(
        title=f"Slices, {mode}, {protocol} test",
        xlabel="mean probability less share granted (95% interval)",
        ylim=(-1, len(mine)),
    )
    figure.tight_layout()
    return figure


def beeswarm_plot(frame: FeatureFrame, shares: pd.DataFrame, mode: str, top: int = 16) -> Figure:
    """Draw every training ruling's share of log-odds for the features that move most.

    Colour runs from a low to a high value of the feature; categories and missing values are grey.
    """
    best = _strongest(shares, list(_BY_NAME))[:top][::-1]
    figure: Figure
    figure, panel = plt.subplots(figsize=(9, 0.8 + 0.36 * len(best)))
    rng = np.random.default_rng(0)
    for place, name in enumerate(best):
        colours = _shades(frame, name)
        heights = place + rng.uniform(-0.3, 0.3, len(shares))
        panel.scatter(shares[name], heights, c=colours, s=5, linewidths=0, alpha=0.7)
    panel.set_yticks(range(len(best)), [_label(name) for name in best], fontsize=8)
    panel.axvline(0, color="#888888", linewidth=1)
    panel.set(xlabel="share of the log-odds of a grant (TreeSHAP)")
    figure.suptitle(f"What moves the probability, {mode} (blue: low value, red: high, grey: other)")
    figure.tight_layout()
    return figure


def dependence_plot(frame: FeatureFrame, shares: pd.DataFrame, mode: str) -> Figure:
    """Draw value against share of log-odds, for the strongest feature of each of four families."""
    figure: Figure
    figure, panels = plt.subplots(1, len(FOUR_FAMILIES), figsize=(17, 4.2))
    rng = np.random.default_rng(0)
    for panel, family in zip(panels, FOUR_FAMILIES, strict=True):
        names = [column.name for column in COLUMNS if column.family == family]
        name = _strongest(shares, names)[0]
        column = _BY_NAME[name]
        values = frame.values[name]
        shown = values.notna().to_numpy()
        if column.kind in ("category", "scale"):
            codes = list(column.values) or sorted(set(values[shown]))
            spots = [
                codes.index(value) if column.kind == "category" else float(value)
                for value in values[shown]
            ]
            panel.set_xticks(range(len(codes)), [column.words(c)[:28] for c in codes], fontsize=6)
            panel.tick_params(axis="x", rotation=60)
        else:
            spots = values[shown].astype(float).tolist()
        where = np.array(spots) + rng.uniform(-0.15, 0.15, int(shown.sum()))
        panel.scatter(where, shares[name].to_numpy()[shown], s=6, alpha=0.4, color=COLOURS[mode])
        panel.axhline(0, color="#888888", linewidth=1, linestyle="--")
        panel.set_title(f"{FAMILIES[family]}\n{_label(name)}", fontsize=9)
    panels[0].set_ylabel("share of log-odds (TreeSHAP)")
    figure.suptitle(f"The strongest feature of each family, {mode}")
    figure.tight_layout()
    return figure


def _strongest(shares: pd.DataFrame, names: Sequence[str]) -> list[str]:
    means = shares[list(names)].abs().mean()
    return [str(name) for name in means.sort_values(ascending=False, kind="stable").index]


def _label(name: str) -> str:
    words = f"{name.split('.')[0].replace('_', ' ')}: {_BY_NAME[name].meaning}"
    return textwrap.shorten(words, 62, placeholder=" ...")


def _shades(frame: FeatureFrame, name: str) -> list[object]:
    values = frame.values[name]
    if _BY_NAME[name].kind == "category":
        return ["#999999"] * len(values)
    numbers = values.to_numpy(dtype=float)
    ranks = pd.Series(numbers).rank(pct=True).to_numpy()
    palette = plt.get_cmap("coolwarm")
    return ["#cccccc" if np.isnan(n) else palette(r) for n, r in zip(numbers, ranks, strict=True)]
