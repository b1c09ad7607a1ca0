"""The model card: what a model is intended for, how it performs, and its limitations.

References
----------
Mitchell et al. (2019), "Model Cards for Model Reporting", FAT*.
"""

from typing import Any

import pandas as pd

from features.indicators import plain_words
from train.evaluate.baselines import INFORMED_BASE_RATE
from train.evaluate.protocols import HEADLINE, MODEL, RECALIBRATED, Evaluation
from train.evaluate.slices import MIN_SLICE_SIZE
from train.model.grant_model import LONG_PAPERS, describe_relief
from train.model.readings import MIN_HITS, MIN_PRECISION, Readings

MIN_BAGS_FOR_INTERVALS = 10
"""With fewer bags their spread understates the uncertainty of the probability."""
METRICS = {
    "brier_score": "Brier score",
    "brier_skill": "Brier skill",
    "roc_auc": "ROC AUC",
    "calibration_error": "calibration error",
    "calibration_slope": "calibration slope",
}
INTENDED_USES = (
    "Weighing a motion before it is filed or opposed, or triaging a docket of pending motions, by "
    "lawyers who read the reasons and the interval as well as the probability.",
    "Exploring what would move the probability: a stronger showing, another remedial step, a "
    "factual dispute.",
)
UNINTENDED_USES = (
    "Legal advice, or deciding without a lawyer whether to file, settle or fund a case.",
    "Deciding whether a person has a claim, or anything else about a person that has legal effect.",
    "Rating or comparing judges. No feature identifies a judge. One baseline in the evaluation "
    "does; `enjoin train --without-judges` removes judges' names from the whole run, which some "
    "jurisdictions require.",
    "Courts outside the United States, appeals, and permanent injunctions.",
)


def model_card(
    facts: dict[str, Any], base_rate: float, readings: Readings, evaluation: Evaluation
) -> str:
    """Write the model card in Markdown.

    Parameters
    ----------
    facts
        `GrantModel.facts`.
    base_rate
        Share granted among the training rulings.
    readings
        How often what phrases read was right.
    """
    first, last = facts["years"]
    lines = [
        "# Model card: enjoin",
        "",
        f"Predicts whether a US trial court will grant ({describe_relief(facts)}) a motion for "
        "interim injunctive relief. Bagged LightGBM with monotone constraints, calibrated on "
        "out-of-bag scores; the interval comes from the spread of the bags.",
        "",
        "## Training data",
        "",
        f"{facts['n_rulings']:,} rulings in {facts['n_cases']:,} cases, {first}-{last}; "
        f"{base_rate:.0%} granted. Published and reported rulings are not representative: courts "
        "grant a smaller share of all motions. The rulings embedded in the program were coded by "
        "language models (see data/DATA_CARD.md). Digest "
        f"`{facts['data_digest'][:12]}`.",
        "",
        "## Intended use",
        "",
        *(f"- {use}" for use in INTENDED_USES),
        "",
        "## Not intended for",
        "",
        *(f"- {use}" for use in UNINTENDED_USES),
        "",
        "## Performance",
        "",
        f"Each year from {evaluation.first_test_year} on is predicted from the years before it. "
        "95% intervals are bootstrapped by case.",
        "",
        *_scores(evaluation.table),
        "",
        *_long_papers(facts.get(LONG_PAPERS)),
        *_readings(readings),
        "## Where a baseline wins",
        "",
        *_better_baselines(evaluation),
        "",
        "## Limitations",
        "",
        *(f"- {limitation}" for limitation in _limitations(evaluation, facts)),
    ]
    return "\n".join(lines) + "\n"


def _scores(table: pd.DataFrame) -> list[str]:
    own = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    lines = [f"| mode | {' | '.join(METRICS.values())} |", "|---" * (len(METRICS) + 1) + "|"]
    for mode, rows in own.groupby("mode", sort=False):
        scores = rows.set_index("metric").loc[list(METRICS)]
        cells = [f"{s.value:.3f} [{s.low:.3f}, {s.high:.3f}]" for s in scores.itertuples()]
        lines.append(f"| {mode} | {' | '.join(cells)} |")
    return lines


def _long_papers(record: dict[str, Any] | None) -> list[str]:
    """Return the section on long papers; none if they were not measured."""
    if not record:
        return []
    fewest, most = record["words"]
    lines = [
        "## Long papers",
        "",
        f"On {record['papers']} papers of {fewest:,} to {most:,} words, of which "
        f"{record['base_rate']:.0%} were granted. In text mode the papers alone were read; in the "
        "others a language model's codings, ratings and forecast, and its summary in place of the "
        "papers. Brier difference: minus that of the share granted among these papers.",
        "",
        "| mode | ROC AUC | Brier score | Brier difference |",
        "|---|---|---|---|",
    ]
    for mode, scores in record["modes"].items():
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(*scores[metric])
            for metric in ("roc_auc", "brier_score", "brier_difference")
        ]
        lines.append(f"| {mode} | {' | '.join(cells)} |")
    return [*lines, ""]


def _readings(readings: Readings) -> list[str]:
    """Return the section on what is read from text, by field."""
    by_field: dict[str, list[str]] = {}
    for reading, measured in readings:
        if measured.counts:
            words = f"{plain_words(reading.value)} {measured.value:.0%} of {measured.hits:,}"
            by_field.setdefault(reading.field, []).append(words)
    rows = [f"| {plain_words(field)} | {'; '.join(words)} |" for field, words in by_field.items()]
    lines = [
        "## What is read from text",
        "",
        f"Only what was right in {MIN_PRECISION:.0%} of at least {MIN_HITS} rulings that phrase "
        "writers have not read; nothing else is read from text. Of each value, how often it was "
        "right. `extraction.csv` has the intervals, and all that is not read.",
        "",
    ]
    return [*lines, "| field | values |", "|---|---|", *rows, ""] if rows else [*lines, "None.", ""]


def _better_baselines(evaluation: Evaluation) -> list[str]:
    rows = evaluation.baseline_differences
    rows = rows[(rows["protocol"] == HEADLINE) & ~rows["baseline"].isin(RECALIBRATED)]
    better = rows[(rows["metric"] == "brier_difference") & (rows["value"] > 0)]
    if better.empty:
        return ["No baseline has a better Brier score on later years in any mode."]
    return [
        f"- {row.baseline}, against {row.mode} mode: Brier score better by {row.value:.3f} "
        f"[{row.low:.3f}, {row.high:.3f}]"
        for row in better.itertuples()
    ]


def _limitations(evaluation: Evaluation, facts: dict[str, Any]) -> list[str]:
    return [
        f"The model was trained and tested on papers of {facts['median_words']:,} words (median). "
        + (
            "How it does on much longer ones is told above."
            if facts.get(LONG_PAPERS)
            else "It also reads much longer ones, but how well was not tested."
        ),
        "Probabilities assume the grant rate of the training rulings. To assume another, use "
        "`--base-rate`.",
        "The interval measures the uncertainty of the estimate, not how later years may differ "
        "from earlier ones.",
        *_limitations_of_data(facts),
        *_limitations_by_mode(evaluation.table),
        *_limitations_by_slice(evaluation.slices),
        f"Slices of fewer than {MIN_SLICE_SIZE} rulings are too small to test for miscalibration.",
    ]


def _limitations_of_data(facts: dict[str, Any]) -> list[str]:
    limitations = [
        f"Only {n:,} of the {facts['n_rulings']:,} rulings have what {mode} mode needs; its "
        "figures are computed on all rulings."
        for mode, n in facts["rulings_by_mode"].items()
        if n < facts["n_rulings"]
    ]
    if facts["n_bags"] < MIN_BAGS_FOR_INTERVALS:
        limitations.append(f"Intervals are too narrow: the model has only {facts['n_bags']} bags.")
    return limitations


def _limitations_by_mode(table: pd.DataFrame) -> list[str]:
    limitations = []
    own = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    for mode, rows in own.groupby("mode", sort=False):
        scores = rows.set_index("metric")
        slope, skill = scores.loc["calibration_slope"], scores.loc["brier_skill"]
        if slope["low"] > 1 or slope["high"] < 1:
            fault = "cautious (too close to 50%)" if slope["low"] > 1 else "extreme"
            limitations.append(
                f"On later years {mode} probabilities were too {fault}: calibration slope "
                f"{slope['value']:.2f} [{slope['low']:.2f}, {slope['high']:.2f}]."
            )
        if skill["low"] <= 0:
            limitations.append(
                f"In {mode} mode the model is not significantly better than the grant rate by "
                f"{INFORMED_BASE_RATE}."
            )
    return limitations


def _limitations_by_slice(slices: pd.DataFrame) -> list[str]:
    off = slices[slices["off"] & (slices["metric"] == "calibration_in_the_large")]
    return [
        f"Miscalibrated for {row.grouping} {row.slice.replace('_', ' ')} ({row.mode} mode, "
        f"{row.protocol} test, {row.n} rulings): mean probability minus share granted "
        f"{row.value:+.2f} [{row.low:+.2f}, {row.high:+.2f}]."
        for row in off.itertuples()
    ]
