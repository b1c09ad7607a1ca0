"""The report of a training run: one HTML page with its tables, plots and model card.

The page holds everything, plots included, so that it can be mailed and opened offline.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from jinja2 import Environment, StrictUndefined
from matplotlib.figure import Figure

from data.schema import Ruling
from train.dataset import Labelled
from train.evaluate.metrics import CALIBRATION
from train.evaluate.protocols import (
    ANY_MODE,
    HEADLINE,
    MODEL,
    PROTOCOLS,
    RECALIBRATED,
    Evaluation,
)
from train.evaluate.slices import FEW
from train.modes import MODES, Mode
from train.report import plots, report_plots

WORST = 6
TITLES = {
    "rolling": "Later years, each predicted from the years before it",
    "grouped": "Grouped cross-validation",
}
_SCORES = ("roc_auc", "pr_auc", "brier_score", "brier_skill", "log_loss", "accuracy")
_DIFFERENCES = ("brier_difference", "log_loss_difference", "roc_auc_difference")
_SLICED = ("roc_auc", "brier_score", "calibration_in_the_large")
Table = dict[str, Any]


@dataclass(frozen=True)
class Plot:
    """A plot as PNG, and what it shows in words."""

    words: str
    png: bytes


def report_page(
    labelled: Labelled,
    evaluation: Evaluation,
    drawn: Mapping[str, Plot],
    card: str,
    facts: Mapping[str, object],
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    drawn
        What `report_plots_of` gives.
    card
        The model card, as Markdown.
    facts
        What the run is of: shown under the title.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        files("train").joinpath("report", "report.html").read_text("utf-8")
    )
    table = evaluation.table
    plain = table[~table["model"].isin(RECALIBRATED)]
    beside = evaluation.beside[~evaluation.beside["baseline"].isin(RECALIBRATED)]
    beside = beside.rename(columns={"baseline": "model"})
    return template.render(
        facts=list(facts.items()),
        score_tables=[_table(plain, name, _SCORES) for name in PROTOCOLS],
        beside_tables=[_table(beside, name, _DIFFERENCES) for name in PROTOCOLS],
        calibration_tables=[
            _table(table[table["mode"] != ANY_MODE], name, CALIBRATION) for name in PROTOCOLS
        ],
        slice_tables=[
            _slice_table(evaluation.slices, protocol, mode)
            for protocol in PROTOCOLS
            for mode in MODES
        ],
        plots={
            name: {"words": plot.words, "data": base64.b64encode(plot.png).decode()}
            for name, plot in drawn.items()
        },
        worst=[(mode, _worst(labelled.rulings, evaluation.predictions, mode)) for mode in MODES],
        few=FEW,
        card=card,
    )


def report_plots_of(
    labelled: Labelled,
    evaluation: Evaluation,
    curve: pd.DataFrame,
    shares: dict[Mode, pd.DataFrame],
) -> dict[str, Plot]:
    """Draw every plot of the report, by name.

    Parameters
    ----------
    curve
        The learning curve (see `train.evaluate.learning`).
    shares
        By mode, what the model fitted on all rulings gives as `contributions` for them.
    """
    predictions = evaluation.predictions
    found: dict[str, Plot] = {}
    for protocol in PROTOCOLS:
        found[f"reliability_{protocol}"] = _plot(
            f"Predicted probability against observed grant rate, {TITLES[protocol].lower()}",
            plots.reliability_plot(predictions, protocol),
        )
        found[f"roc_{protocol}"] = _plot(
            f"ROC curves, {TITLES[protocol].lower()}",
            plots.roc_plot(predictions, protocol),
        )
    found["precision_recall_rolling"] = _plot(
        f"Precision-recall curves, {TITLES[HEADLINE].lower()}",
        report_plots.precision_recall_plot(predictions, HEADLINE),
    )
    found["learning"] = _plot(
        "Scores on later years against the number of training rulings, with 95% intervals",
        report_plots.learning_plot(curve),
    )
    found["slices_text"] = _plot(
        "Calibration in the large of every slice, text only, grouped cross-validation",
        report_plots.slices_plot(evaluation.slices, "grouped", "text"),
    )
    importance = plots.importance_table(shares)
    found["importance"] = _plot(
        "Mean absolute share of the log-odds by feature",
        plots.importance_plot(importance),
    )
    for mode in MODES[1:]:  # in rated mode the ratings are nearly all there is to see
        frame, moved = labelled.frames[mode], shares[mode]
        found[f"beeswarm_{mode}"] = _plot(
            f"Share of the log-odds of every training ruling by feature, {mode} mode",
            report_plots.beeswarm_plot(frame, moved, mode),
        )
        if mode == "coded":
            found["dependence_coded"] = _plot(
                "Value against share of the log-odds for the strongest feature of each family",
                report_plots.dependence_plot(frame, moved, mode),
            )
    return found


def _table(rows: pd.DataFrame, protocol: str, metrics: Sequence[str]) -> Table:
    mine = rows[rows["protocol"] == protocol]
    found = []
    for (mode, name), scores in mine.groupby(["mode", "model"], sort=False):
        style = "own" if name == MODEL else ""
        found.append({"names": [name, mode], "figures": _figures(scores), "style": style})
    heads = ["model", "mode", *map(_head, metrics)]
    return {"title": TITLES[protocol], "heads": heads, "rows": found, "metrics": metrics}


def _slice_table(slices: pd.DataFrame, protocol: str, mode: str) -> Table:
    mine = slices[(slices["protocol"] == protocol) & (slices["mode"] == mode)]
    found = []
    for (grouping, name), scores in mine.groupby(["grouping", "slice"], sort=False):
        n, rate = int(scores["n"].iloc[0]), scores["granted"].iloc[0]
        style = "few" if n < FEW else "off" if scores["off"].iloc[0] else ""
        names = [grouping, str(name).replace("_", " "), n, f"{rate:.0%}"]
        found.append({"names": names, "figures": _figures(scores), "style": style})
    heads = ["grouping", "slice", "rulings", "granted", *map(_head, _SLICED)]
    title = f"{TITLES[protocol]}, {mode} mode"
    return {"title": title, "heads": heads, "rows": found, "metrics": _SLICED}


def _head(metric: str) -> str:
    words = metric.replace("_", " ")
    return words.replace("roc auc", "ROC AUC").replace("pr auc", "PR AUC").replace("brier", "Brier")


def _figures(scores: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {
        row.metric: (f"{row.value:.3f}", f"{row.low:.3f} to {row.high:.3f}")
        for row in scores.dropna(subset=["value"]).itertuples()
    }


def _worst(rulings: Sequence[Ruling], predictions: pd.DataFrame, mode: str) -> list[dict[str, Any]]:
    by_id = {ruling.id: ruling for ruling in rulings}
    mine = plots.mine_in(predictions, HEADLINE, mode)
    missed = (mine["p_grant"] - mine["granted"].astype(float)).abs()
    found = []
    for row in mine.loc[
        missed.sort_values(ascending=False, kind="stable").index[:WORST]
    ].itertuples():
        ruling = by_id[row.id]
        found.append(
            {
                "caption": ruling.caption or ruling.id,
                "court": ruling.court or "court not shown",
                "year": ruling.year,
                "p": f"{row.p_grant:.0%} predicted",
                "outcome": ruling.outcome.value.replace("_", " "),
                "motion": ruling.motion,
                "opposition": ruling.opposition,
            }
        )
    return found


def _plot(words: str, figure: Figure) -> Plot:
    kept = io.BytesIO()
    figure.savefig(kept, format="png", dpi=110)
    plt.close(figure)
    return Plot(words, kept.getvalue())
