"""The model card: what a model is for, what it must not be used for, how good it is, its limits.

References
----------
Mitchell et al. (2019), "Model Cards for Model Reporting", FAT*.
"""

from typing import Any

import pandas as pd

from train.evaluate.baselines import INFORMED
from train.evaluate.protocols import HEADLINE, MODEL, RECALIBRATED, Evaluation
from train.evaluate.slices import FEW
from train.model.grant_model import in_part_words

FEW_BAGS = 10
"""Bags below which their spread says too little of how sure the model is."""
SHOWN = {
    "brier_score": "Brier score",
    "brier_skill": "Brier skill",
    "roc_auc": "ROC AUC",
    "calibration_error": "calibration error",
    "calibration_slope": "calibration slope",
}
USES = (
    "Weighing a motion before it is filed or opposed, or a docket of pending motions, by lawyers "
    "who read the reasons and the interval as well as the probability.",
    "Asking what would move the probability: which showing, which step, which doubt.",
)
MISUSES = (
    "Legal advice, or deciding by itself whether to file, settle or fund.",
    "Deciding whether a person has a claim, or anything about a person that has legal effect.",
    "Rating or comparing judges. No feature names a judge; a baseline in the evaluation does, and "
    "`enjoin train --without-judges` leaves their names out of a whole run, as some jurisdictions "
    "require.",
    "Courts outside the United States, appeals, and final (permanent) injunctions.",
)


def model_card(facts: dict[str, Any], base_rate: float, evaluation: Evaluation) -> str:
    """Write the model card in Markdown.

    Parameters
    ----------
    facts
        `GrantModel.facts`.
    base_rate
        Share granted among the training rulings.
    """
    first, last = facts["years"]
    lines = [
        "# Model card: enjoin",
        "",
        f"Predicts whether a US trial court grants ({in_part_words(facts)}) a motion for interim "
        "injunctive relief. Bagged LightGBM with monotone constraints, calibrated on out-of-bag "
        "scores; the interval is that of the bags.",
        "",
        "## Data",
        "",
        f"{facts['n_rulings']:,} rulings in {facts['n_cases']:,} cases, {first}-{last}; "
        f"{base_rate:.0%} granted. Published and reported rulings are a selection, of which far "
        "more is granted than in the courthouse. Those embedded in the program were coded by "
        "language models (data/DATA_CARD.md). Digest "
        f"`{facts['data_digest'][:12]}`.",
        "",
        "## For",
        "",
        *(f"- {words}" for words in USES),
        "",
        "## Not for",
        "",
        *(f"- {words}" for words in MISUSES),
        "",
        "## How good",
        "",
        f"Each year from {evaluation.first_test_year} on predicted from the years before it, with "
        "95% intervals bootstrapped by case.",
        "",
        *_scores(evaluation.table),
        "",
        "## Where a baseline wins",
        "",
        *_better_baselines(evaluation),
        "",
        "## Limits",
        "",
        *(f"- {words}" for words in _limits(evaluation, facts)),
    ]
    return "\n".join(lines) + "\n"


def _scores(table: pd.DataFrame) -> list[str]:
    mine = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    lines = [f"| mode | {' | '.join(SHOWN.values())} |", "|---" * (len(SHOWN) + 1) + "|"]
    for mode, rows in mine.groupby("mode", sort=False):
        cells = rows.set_index("metric").loc[list(SHOWN)]
        shown = [f"{c.value:.3f} [{c.low:.3f}, {c.high:.3f}]" for c in cells.itertuples()]
        lines.append(f"| {mode} | {' | '.join(shown)} |")
    return lines


def _better_baselines(evaluation: Evaluation) -> list[str]:
    rows = evaluation.beside
    rows = rows[(rows["protocol"] == HEADLINE) & ~rows["baseline"].isin(RECALIBRATED)]
    better = rows[(rows["metric"] == "brier_difference") & (rows["value"] > 0)]
    if better.empty:
        return ["None has the better Brier score on later years in any mode."]
    return [
        f"- {row.baseline}, against {row.mode} mode: Brier score {row.value:.3f} "
        f"[{row.low:.3f}, {row.high:.3f}] better"
        for row in better.itertuples()
    ]


def _limits(evaluation: Evaluation, facts: dict[str, Any]) -> list[str]:
    found = [
        f"Learned from papers of {facts['median_words']:,} words (median), and tested on such "
        "only: much longer ones are read too, but how well was not tested.",
        "Probabilities are relative to rulings like the training ones. For another grant rate use "
        "`--prior`.",
        "The interval says how sure the model is of the probability; it knows nothing of how later "
        "years may differ.",
    ]
    found += [
        f"Only {n:,} of the {facts['n_rulings']:,} rulings could be given in {mode} mode; figures "
        "of it are of all of them."
        for mode, n in facts["taught"].items()
        if n < facts["n_rulings"]
    ]
    if facts["n_bags"] < FEW_BAGS:
        found.append(f"The interval is that of {facts['n_bags']} bags alone, hence too narrow.")
    table = evaluation.table.set_index(["protocol", "model", "mode", "metric"]).sort_index()
    for mode in evaluation.table.loc[evaluation.table["model"] == MODEL, "mode"].unique():
        slope = table.loc[(HEADLINE, MODEL, mode, "calibration_slope")]
        if slope["low"] > 1 or slope["high"] < 1:
            words = "timid: low ones too high, high ones too low" if slope["low"] > 1 else "bold"
            found.append(
                f"On later years {mode} probabilities were too {words} (slope "
                f"{slope['value']:.2f} [{slope['low']:.2f}, {slope['high']:.2f}])."
            )
        skill = table.loc[(HEADLINE, MODEL, mode, "brier_skill")]
        if skill["low"] <= 0:
            found.append(
                f"In {mode} mode the model is not shown to beat the base rate by {INFORMED}."
            )
    off = evaluation.slices
    off = off[off["off"] & (off["metric"] == "calibration_in_the_large")]
    found += [
        f"Calibration is off for {row.grouping} {row.slice.replace('_', ' ')} ({row.mode} mode, "
        f"{row.protocol} test, {row.n} rulings): mean probability less share granted "
        f"{row.value:+.2f} [{row.low:+.2f}, {row.high:+.2f}]."
        for row in off.itertuples()
    ]
    found.append(
        f"Slices of fewer than {FEW} rulings are not judged; the slices' table shows them greyed."
    )
    return found
