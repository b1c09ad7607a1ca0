"""Evaluate on long papers: whole briefs of known outcome, in place of the accounts learned from.

The embedded accounts have some 60 words, while a brief has thousands. So the modes are measured on
papers too: from their words alone, and with a language model's reading of them, whose summary is
then read in their place. No training ruling that shares a party with a paper is fitted on.
"""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError
from scipy.special import expit, logit

from data.arrays import Flags, Floats, Rows
from data.cases import party_names
from data.codebook import Outcome
from data.io.rows import UnreadableInput
from data.labels import counted_as_granted
from data.schema import Motion, Ruling
from features.build import build_features
from features.coder.checking import check_reading
from features.coder.reading import Reading as CoderReading
from features.families.forecast import forecast_log_odds
from features.indicators import Reading
from train.dataset import TrainingSet, fit_subset
from train.evaluate.baselines import READER_FORECASTS, RECALIBRATED_FORECASTS
from train.evaluate.bootstrap import bootstrap_weights, interval_table
from train.evaluate.metrics import paired_differences, weighted_scores
from train.fit.readings import check_readings
from train.model.grant_model import LONG_PAPER_READINGS, LONG_PAPERS, GrantModel
from train.model.length import count_words
from train.modes import MODES, Mode, masked
from train.settings import OnProgress, TrainSettings

PAPERS, READINGS, OPINIONS = "papers.jsonl", "readings.jsonl", "opinions.jsonl"
METRICS = ("roc_auc", "brier_score", "brier_difference")
BASE_RATE = "share granted among these papers"
_NOT_OF_ONE_PARTY = frozenset({"city", "county", "board", "department", "association", "union"})


class LongPaper(NamedTuple):
    """One motion in full: its papers, a reading of them if there is one, and how it ended."""

    motion: Motion
    outcome: Outcome
    caption: str | None


@dataclass(frozen=True)
class LongPaperEvaluation:
    """How well each mode predicts long papers.

    Attributes
    ----------
    table
        One row per estimate and metric: `estimate` (a mode, or a baseline), `text` (what was read:
        "papers" or "summary"), `metric`, `value`, `low`, `high` (95%), `in_scope` (share).
    predictions
        One row per paper and estimate: `id`, `granted`, `estimate`, `text`, `p_grant`.
    words
        Fewest and most words of a paper.
    left_out
        Training rulings that share a party with a paper.
    readings
        By field, how many of the readings that count were right in these papers, and of how many.
    """

    table: pd.DataFrame
    predictions: pd.DataFrame
    words: tuple[int, int]
    left_out: int
    readings: dict[str, tuple[int, int]]

    def record(self) -> dict[str, Any]:
        """Return what answers about long papers report (see `train.evaluate.long_paper_record`)."""
        modes = {
            mode: self._scores(mode, "papers" if mode == "text" else "summary")
            for mode in MODES
            if mode in set(self.table["estimate"])
        }
        own = self.predictions.set_index(["estimate", "text", "id"])["p_grant"].sort_index()
        by_phrases: dict[str, dict[str, Any]] = {}
        for mode in {"text", "coded"} & modes.keys():
            by_phrases[mode] = self._scores(mode, "papers")
            if "forecast" in modes:
                distance = logit(own[mode, "papers"]) - logit(own["forecast", "summary"])
                by_phrases[mode]["spread"] = round(float(np.sqrt((distance**2).mean())), 4)
        outcomes = self.predictions.drop_duplicates("id")["granted"]
        return {
            "papers": len(outcomes),
            "words": list(self.words),
            "base_rate": round(float(outcomes.mean()), 4),
            "modes": modes,
            "by_phrases": dict(sorted(by_phrases.items())),
            LONG_PAPER_READINGS: {name: list(counts) for name, counts in self.readings.items()},
        }

    def _scores(self, mode: str, text: str) -> dict[str, Any]:
        rows = self.table[(self.table["estimate"] == mode) & (self.table["text"] == text)]
        cells = rows.set_index("metric")
        return {
            metric: [round(float(cells.loc[metric, part]), 6) for part in _PARTS]
            for metric in METRICS
        }


_PARTS = ("value", "low", "high")


def read_long_papers(folder: Path) -> list[LongPaper]:
    """Read the papers of a folder, with the readings in it.

    `papers.jsonl` has `id`, `motion`, `opposition`, `outcome` and any other field of a ruling;
    `readings.jsonl`, if there, has a reading by the protocol for each id; `opinions.jsonl`, if
    there, may give `caption` and `motion_type`.

    Raises
    ------
    UnreadableInput
        If a file cannot be read or a row is wrong; the message names the row and the field.
    """
    readings, opinions = (
        {row.get("id"): row for row in _rows(folder / name, required=False)}
        for name in (READINGS, OPINIONS)
    )
    papers = []
    for number, row in enumerate(_rows(folder / PAPERS, required=True), start=1):
        opinion = opinions.get(row.get("id"), {})
        try:
            outcome = Outcome(str(row.get("outcome")))
            motion = _motion(row, readings.get(row.get("id")), opinion.get("motion_type"))
        except ValueError as error:  # pydantic's and the reading's too
            raise UnreadableInput(f"{folder / PAPERS}, row {number}: {_reason(error)}") from None
        papers.append(LongPaper(motion, outcome, motion.caption or opinion.get("caption")))
    return papers


def _rows(path: Path, required: bool) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        if required:
            raise UnreadableInput(f"no file {path}; it holds papers of known outcome, one a line")
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise UnreadableInput(f"{path}, line {number}: expected one JSON object")
        yield row


def _motion(
    row: Mapping[str, Any], reading: Mapping[str, Any] | None, motion_type: str | None
) -> Motion:
    """Return the motion with what its reading says, as far as its quotes appear in the papers.

    `motion_type` comes from elsewhere, and counts where neither row nor reading has one.
    """
    known = {name: value for name, value in row.items() if name in Motion.model_fields}
    if reading is None:
        return Motion.model_validate({"motion_type": motion_type} | known)
    read = CoderReading.model_validate(dict(reading))
    if read.coded["motion_type"].value is None:
        known = {"motion_type": motion_type} | known
    return check_reading(read, known).to_motion(known)


def _reason(error: ValueError) -> str:
    """Return what is wrong, without words of the papers."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return str(error)


def evaluate_long_papers(
    training_set: TrainingSet,
    papers: Sequence[LongPaper],
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> LongPaperEvaluation:
    """Fit on the rulings of other cases, and predict each paper in every mode that it allows.

    Raises
    ------
    UnreadableInput
        If the papers all have the same outcome.
    """
    labels = counted_as_granted([paper.outcome for paper in papers], settings.partial_grants_as)
    papers = [paper for paper, label in zip(papers, labels, strict=True) if label is not None]
    granted = np.array([label for label in labels if label is not None], dtype=bool)
    if granted.all() or not granted.any():
        raise UnreadableInput("the long papers all have the same outcome; nothing can be measured")
    rows = rulings_of_other_cases(training_set.rulings, [paper.caption for paper in papers])
    on_progress(f"fitting on {len(rows):,} rulings of other cases")
    model = fit_subset(
        training_set, rows, settings.parameters, settings.n_bags, settings.seed
    ).model
    words = [count_words(_papers_of(paper.motion)) for paper in papers]
    readings = _right_of_hits(model.readings.counted, [paper.motion for paper in papers])
    model = replace(model, facts=model.facts | {LONG_PAPERS: {LONG_PAPER_READINGS: readings}})
    on_progress(f"predicting {len(papers)} long papers")
    estimates = list(_estimates(model, [paper.motion for paper in papers]))
    weights = bootstrap_weights(np.arange(len(papers), dtype=np.intp))
    baseline = weighted_scores(granted, np.full(len(papers), granted.mean()), weights)
    tables, predictions = [], []
    for estimate in [Estimated(BASE_RATE, "", np.full(len(papers), granted.mean())), *estimates]:
        scores = weighted_scores(granted, estimate.p_grant, weights)
        table = interval_table(scores | paired_differences(scores, baseline))
        kept = table[table["metric"].isin(METRICS)]
        facts = {"estimate": estimate.name, "text": estimate.text}
        tables.append(kept.assign(**facts, in_scope=estimate.in_scope))
        predictions.append(
            pd.DataFrame(
                {
                    "id": [paper.motion.id for paper in papers],
                    "granted": granted,
                    **facts,
                    "p_grant": estimate.p_grant,
                }
            )
        )
    return LongPaperEvaluation(
        pd.concat(tables, ignore_index=True),
        pd.concat(predictions, ignore_index=True),
        (min(words), max(words)),
        len(training_set.rulings) - len(rows),
        readings,
    )


def _right_of_hits(
    counted: Container[Reading], motions: Sequence[Motion]
) -> dict[str, tuple[int, int]]:
    """Compare what phrases read in papers with the codings of the same papers, by field."""
    checks = check_readings(motions, np.arange(len(motions), dtype=np.intp))
    totals: dict[str, tuple[int, int]] = {}
    for column, reading in enumerate(checks.names):
        hits = int((checks.read & checks.known)[:, column].sum())
        if reading in counted and hits:
            right, of = totals.get(reading.field, (0, 0))
            totals[reading.field] = (right + int(checks.right[:, column].sum()), of + hits)
    return totals


class Estimated(NamedTuple):
    """The probabilities of n papers by one estimate, and the share of them in scope."""

    name: str
    text: str
    p_grant: Floats
    in_scope: float = float("nan")


def _estimates(model: GrantModel, motions: Sequence[Motion]) -> Iterator[Estimated]:
    """Yield the estimates that all papers allow."""
    for mode in MODES:
        motions_of_mode = [masked(motion, mode) for motion in motions]
        if not all(_has_inputs(motion, mode) for motion in motions_of_mode):
            continue
        if mode != "text":
            yield _predicted(model, motions_of_mode, mode, "summary")
            blank = {"summary": None, "opposition_summary": None}
            motions_of_mode = [motion.model_copy(update=blank) for motion in motions_of_mode]
        yield _predicted(model, motions_of_mode, mode, "papers")
    forecasts = [motion.forecast for motion in motions if motion.forecast is not None]
    if len(forecasts) == len(motions):
        yield Estimated(READER_FORECASTS, "papers", np.array(forecasts))
        line = model.ensembles["forecast"].reader_line
        if line is not None:
            log_odds = line.log_odds(np.array([forecast_log_odds(p) for p in forecasts]))
            yield Estimated(RECALIBRATED_FORECASTS, "papers", expit(log_odds))


def _has_inputs(motion: Motion, mode: Mode) -> bool:
    """Return whether a motion has what a mode needs; every coded paper has a summary."""
    needs = {"forecast": motion.forecast, "rated": motion.summary, "coded": motion.summary}
    return needs.get(mode, motion.motion) is not None


def _predicted(model: GrantModel, motions: Sequence[Motion], mode: Mode, text: str) -> Estimated:
    table = model.predict(build_features(motions), [mode] * len(motions))
    return Estimated(mode, text, table["p_grant"].to_numpy(float), float(table["in_scope"].mean()))


def _papers_of(motion: Motion) -> tuple[str, ...]:
    return tuple(filter(None, (motion.motion, motion.opposition)))


def rulings_of_other_cases(rulings: Sequence[Ruling], captions: Sequence[str | None]) -> Rows:
    """Return the rows of the rulings that share no party with any of the captions.

    An appeal has another court, docket and order of parties than the ruling below, so a party's
    name is enough. Names of a few general words, such as "City" or "Board", are no party.
    """
    parties = {
        name
        for caption in captions
        for name in party_names(caption)
        if not name <= _NOT_OF_ONE_PARTY
    }
    is_other: Flags = np.array(
        [not (party_names(ruling.caption) & parties) for ruling in rulings], dtype=bool
    )
    return np.flatnonzero(is_other)
