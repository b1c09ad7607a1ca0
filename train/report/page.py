"""The report of a training run: one HTML page with its tables, plots and model card.

The page contains everything, plots included, so that it can be mailed and opened offline.
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
from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from data.courts import court_citation
from data.describe import MIN_TO_SAY, TOO_FEW
from data.leakage import MAX_AUC, LeakageAudit
from data.schema import Ruling
from features.frame import FeatureFrame
from train.evaluate.metrics import CALIBRATION
from train.evaluate.protocols import (
    ANY_MODE,
    HEADLINE,
    MODEL,
    PROTOCOLS,
    RECALIBRATED,
    Evaluation,
)
from train.evaluate.slices import MIN_SLICE_SIZE
from train.modes import MODES, Mode
from train.report import plots

ERRORS_PER_MODE = 6
LEAST_SCALE = 0.55
"""Share of its width to which a plot is reduced at most: on a phone, broad ones scroll."""
TITLES = {
    "rolling": "Later years, each predicted from the years before it",
    "grouped": "Grouped cross-validation",
}
_SCORES = ("roc_auc", "pr_auc", "brier_score", "brier_skill", "log_loss", "accuracy")
_DIFFERENCES = ("brier_difference", "log_loss_difference", "roc_auc_difference")
_SLICE_SCORES = ("roc_auc", "brier_score", "calibration_in_the_large")
Table = dict[str, Any]
"""What the template needs of a table: `title`, `heads`, `metrics`, and `rows` of `names` (the first
cells), `figures` (value and interval by metric) and `style` (a CSS class)."""


@dataclass(frozen=True)
class Plot:
    """A plot as PNG, and its caption."""

    caption: str
    png: bytes


def report_page(
    rulings: Sequence[Ruling],
    evaluation: Evaluation,
    drawn: Mapping[str, Plot],
    card: str,
    facts: Mapping[str, object],
    leakage: LeakageAudit,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    drawn
        The plots by name (see `draw_plots`).
    card
        The model card, as Markdown.
    facts
        What identifies the run, shown under the title.
    leakage
        What gives the outcome away in the papers.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        files("train").joinpath("report", "report.html").read_text("utf-8")
    )
    table, differences = evaluation.table, evaluation.baseline_differences
    main_scores = table[~table["model"].isin(RECALIBRATED)]
    differences = differences[~differences["baseline"].isin(RECALIBRATED)]
    differences = differences.rename(columns={"baseline": "model"})
    by_mode = table[table["mode"] != ANY_MODE]
    return template.render(
        facts=list(facts.items()),
        score_tables=[_table(main_scores, protocol, _SCORES) for protocol in PROTOCOLS],
        difference_tables=[_table(differences, protocol, _DIFFERENCES) for protocol in PROTOCOLS],
        calibration_tables=[_table(by_mode, protocol, CALIBRATION) for protocol in PROTOCOLS],
        slice_tables=[
            _slice_table(evaluation.slices, protocol, mode)
            for protocol in PROTOCOLS
            for mode in MODES
        ],
        plots={
            name: {
                "caption": plot.caption,
                "data": base64.b64encode(plot.png).decode(),
                "least_width": round(LEAST_SCALE * _width(plot.png)),
            }
            for name, plot in drawn.items()
        },
        errors=[(mode, _largest_errors(rulings, evaluation.predictions, mode)) for mode in MODES],
        min_slice_size=MIN_SLICE_SIZE,
        card=card_as_html(card),
        leakage=leakage,
        max_auc=MAX_AUC,
    )


def draw_plots(
    frames: Mapping[Mode, FeatureFrame],
    evaluation: Evaluation,
    curve: pd.DataFrame,
    shap_values: dict[Mode, pd.DataFrame],
) -> dict[str, Plot]:
    """Draw every plot of the report, by name.

    Parameters
    ----------
    frames
        By mode, the training rulings that the plots of features show.
    curve
        The learning curve (see `train.evaluate.refits.learning_curve`).
    shap_values
        By mode, the result of `GrantModel.contributions` for the frame.
    """
    predictions = evaluation.predictions
    drawn: dict[str, Plot] = {}
    for protocol in PROTOCOLS:
        drawn[f"reliability_{protocol}"] = _plot(
            f"Observed grant rate by predicted probability. {TITLES[protocol]}.",
            plots.reliability_plot(predictions, protocol),
        )
        drawn[f"roc_{protocol}"] = _plot(
            f"ROC curves. {TITLES[protocol]}.", plots.roc_plot(predictions, protocol)
        )
    drawn["precision_recall_rolling"] = _plot(
        f"Precision-recall curves. {TITLES[HEADLINE]}.",
        plots.precision_recall_plot(predictions, HEADLINE),
    )
    drawn["learning"] = _plot(
        "Scores on later years by number of training rulings, with 95% intervals.",
        plots.learning_plot(curve),
    )
    drawn["slices_text"] = _plot(
        "Calibration in the large of every slice. Text only, grouped cross-validation.",
        plots.slices_plot(evaluation.slices, "grouped", "text"),
    )
    drawn["importance"] = _plot(
        "Mean absolute SHAP value (log-odds) by feature.",
        plots.importance_plot(plots.importance_table(shap_values)),
    )
    for mode in ("coded", "text"):  # elsewhere ratings or forecast dominate
        drawn[f"beeswarm_{mode}"] = _plot(
            f"SHAP values of the training rulings by feature, {mode} mode.",
            plots.beeswarm_plot(frames[mode], shap_values[mode], mode),
        )
    drawn["dependence_coded"] = _plot(
        "SHAP value by feature value, for the strongest feature of each family.",
        plots.dependence_plot(frames["coded"], shap_values["coded"], "coded"),
    )
    return drawn


def card_as_html(card: str) -> str:
    """Return the model card as HTML, to stand under a heading of the second level.

    Parameters
    ----------
    card
        Markdown. HTML in it is shown as text: the card quotes names from the rulings.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(card)
    if tokens and tokens[0].tag == "h1":  # the page has its own
        tokens = tokens[3:]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1:]) + 1}"
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    table = (
        '<div class="wide" role="group" tabindex="0" aria-label="Table of the model card"><table>'
    )
    return html.replace("<table>", table).replace("</table>", "</table></div>")


def _width(png: bytes) -> int:
    """Return the width of a picture in pixels, by its header."""
    return int.from_bytes(png[16:20], "big")


def _plot(caption: str, figure: Figure) -> Plot:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    plt.close(figure)
    return Plot(caption, buffer.getvalue())


def _table(scores: pd.DataFrame, protocol: str, metrics: Sequence[str]) -> Table:
    in_protocol = scores[scores["protocol"] == protocol]
    rows = [
        {"names": [name, mode], "figures": _figures(cells), "style": "own" if name == MODEL else ""}
        for (mode, name), cells in in_protocol.groupby(["mode", "model"], sort=False)
    ]
    heads = ["model", "mode", *map(_head, metrics)]
    return {"title": TITLES[protocol], "heads": heads, "rows": rows, "metrics": metrics}


def _slice_table(slices: pd.DataFrame, protocol: str, mode: str) -> Table:
    selected = slices[(slices["protocol"] == protocol) & (slices["mode"] == mode)]
    rows = []
    for (grouping, name), cells in selected.groupby(["grouping", "slice"], sort=False):
        n, rate, off = cells.iloc[0][["n", "granted", "off"]]
        style = "small" if n < MIN_SLICE_SIZE else "off" if off else ""
        share = f"{rate:.0%}" if n >= MIN_SLICE_SIZE else ""
        names = [grouping, str(name).replace("_", " "), int(n), share]
        rows.append({"names": names, "figures": _figures(cells), "style": style})
    heads = ["grouping", "slice", "rulings", "granted", *map(_head, _SLICE_SCORES)]
    title = f"{TITLES[protocol]}, {mode} mode"
    return {"title": title, "heads": heads, "rows": rows, "metrics": _SLICE_SCORES}


def _head(metric: str) -> str:
    head = metric.replace("_", " ")
    return head.replace("roc auc", "ROC AUC").replace("pr auc", "PR AUC").replace("brier", "Brier")


def _figures(scores: pd.DataFrame) -> dict[str, tuple[str, str]]:
    if "n" in scores and scores["n"].iloc[0] < MIN_TO_SAY:
        return {str(metric): (TOO_FEW, "") for metric in scores["metric"]}
    return {
        row.metric: (f"{row.value:.3f}", f"{row.low:.3f} to {row.high:.3f}")
        for row in scores.dropna(subset=["value"]).itertuples()
    }


def _largest_errors(
    rulings: Sequence[Ruling], predictions: pd.DataFrame, mode: str
) -> list[dict[str, Any]]:
    """Return what the page shows of the later rulings that the model predicted worst."""
    by_id = {ruling.id: ruling for ruling in rulings}
    own = plots.model_predictions(predictions, HEADLINE, mode)
    errors = (own["p_grant"] - own["granted"].astype(float)).abs()
    worst = errors.sort_values(ascending=False, kind="stable").index[:ERRORS_PER_MODE]
    shown = []
    for row in own.loc[worst].itertuples():
        ruling = by_id[row.id]
        shown.append(
            {
                "caption": ruling.caption or ruling.id,
                "court": court_citation(ruling.court) if ruling.court else "court not shown",
                "year": ruling.year,
                "p": f"{row.p_grant:.0%} predicted",
                "outcome": ruling.outcome.value.replace("_", " "),
                "motion": ruling.motion,
                "opposition": ruling.opposition,
            }
        )
    return shown
