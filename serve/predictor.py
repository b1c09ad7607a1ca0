"""The predictor: a loaded model that scores, explains and compares motions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from data.base_rates import FEDERAL_COURTS
from data.courts import find_court
from data.schema import Motion
from features.build import FAMILIES, build_features
from features.families.forecast import forecast_log_odds
from serve.conclusion.compose import Estimate, conclude
from serve.explain import (
    family_shares,
    largest_factors,
    points_moved,
    shown_flags,
    strongest_of_family,
)
from serve.long_papers import LongPaperRules, long_paper_reason
from serve.model_source import LocatedModel, locate_model, unregistered_version
from serve.notes import unread_fields, untested_inputs, unusable_parts
from serve.performance import Performance
from serve.quoted import quoted_phrases
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    ComparableRate,
    CorrectedForecast,
    CourthouseRate,
    list_evidence,
)
from serve.scorecard import build_scorecard
from serve.scored_motions import Scored
from serve.similar_rulings import (
    ComparablesAnswer,
    NoComparables,
    comparable_rate,
    find_comparables,
    nearest_outcomes,
)
from train.model.calibration import INTERVAL
from train.model.grant_model import (
    DISTRIBUTION,
    VALUE_OUTCOMES,
    GrantModel,
    describe_relief,
)
from train.model.likeness import Compared
from train.model.neighbors import Neighbors, load_neighbors
from train.model.prior_shift import BaseRates, adjust_to_base_rate, log_odds_shift
from train.model.scope import wrong_documents
from train.model.store import load_model, model_digest
from train.modes import BASIS_OF, Mode, mode_of
from train.rating_averages import RATING_AVERAGES


def score_type(column: str) -> type:
    """Return the type of a column of `Predictor.score`: `bool`, `float`, `list` or `str`.

    It depends on the name only, so that tables of different motions agree.
    """
    if column == "in_scope":
        return bool
    if column == "comparables":
        return list
    is_number = column == "base_rate" or column.endswith("_points")
    return float if is_number or column.startswith(("p_", "contribution_")) else str


_BULKY = frozenset({DISTRIBUTION, VALUE_OUTCOMES})
"""Facts that the card leaves out."""


@dataclass(frozen=True)
class Predictor:
    """A loaded model: scores, explains and compares motions.

    Attributes
    ----------
    version
        The registered version, such as `enjoin/3`, or the digest of an unregistered model.
    digest
        SHA-256 of the model's files.
    folder
        The folder it was loaded from, for worker processes to load it too.
    neighbors
        The training rulings to compare motions with; None where the model has none.
    """

    model: GrantModel
    version: str
    digest: str
    folder: Path
    neighbors: Neighbors | None = None

    @classmethod
    def load(cls, source: str | None = None) -> "Predictor":
        """Load a model from a folder or an MLflow address; by default, the registered champion.

        Raises
        ------
        NoTrainedModel, FileNotFoundError
            If there is no model there.
        UnusableModel
            If the model is damaged or was made by an incompatible version of the program.
        """
        return cls.from_located(locate_model(source))

    @classmethod
    def from_located(cls, located: LocatedModel) -> "Predictor":
        """Load the model from a folder on this machine."""
        digest = model_digest(located.folder)
        return cls(
            load_model(located.folder),
            located.version or unregistered_version(digest),
            digest,
            located.folder,
            load_neighbors(located.folder),
        )

    def card(self) -> dict[str, Any]:
        """Return the model's version, digests and training facts."""
        return {
            "model_version": self.version,
            "model_digest": self.digest,
            "base_rate": self.model.base_rate,
            "courthouse_rate": asdict(FEDERAL_COURTS),
            "interval": INTERVAL,
            **{name: fact for name, fact in self.model.facts.items() if name not in _BULKY},
        }

    def score(
        self,
        motions: Sequence[Motion],
        base_rates: BaseRates | None = None,
        contributions: bool = False,
        comparables: int = 0,
    ) -> pd.DataFrame:
        """Score motions.

        Parameters
        ----------
        motions
            n motions.
        base_rates
            Grant rates to adjust the probabilities to; None leaves them as the model gives them.
        contributions
            Whether to add every feature's share of the log-odds (before any adjustment).
        comparables
            Number of similar training rulings to list for each motion.

        Returns
        -------
        n rows in the order of the motions: `id`, `p_grant`, `p_low`, `p_high`, `in_scope`,
        `why_out_of_scope` (the reasons, joined by `; `; None for a motion in scope); with
        `base_rates`, `p_grant_unadjusted` and `base_rate` (the rate adjusted to, None where
        there is none for the court); `mode`; for each family, `top_<family>` (the feature that
        moves the probability most, in words) and `top_<family>_points` (by how many percentage
        points); and `model_version`. With `contributions`, also `contribution_<feature>` and
        `contribution_base`; with `comparables`, a list of `id` and `outcome` of the rulings.

        Raises
        ------
        NoComparables
            If comparables are asked for and the model has no training rulings to compare with.
        """
        scored = self._score(motions, base_rates)
        table = scored.estimates_table()
        table.insert(0, "id", [motion.id for motion in motions])
        table["mode"] = scored.modes
        shap = self.model.shap_values(scored.batches)
        for family in FAMILIES:
            labels, points = strongest_of_family(
                scored.frame, shap[:, :-1], scored.estimates[:, 0], family
            )
            table[f"top_{family}"] = labels
            table[f"top_{family}_points"] = points
        table["model_version"] = self.version
        if contributions:
            names = [f"contribution_{name}" for name in (*self.model.columns, "base")]
            table = pd.concat([table, pd.DataFrame(shap, columns=names)], axis=1)
        if comparables:
            neighbors, compared = self._neighbors(), scored.compared(self.model.categories)
            table["comparables"] = [
                nearest_outcomes(self.model, neighbors, motion, compared[row], comparables)
                for row, motion in enumerate(motions)
            ]
        return table

    def probabilities(
        self, motions: Sequence[Motion], base_rates: BaseRates | None = None
    ) -> pd.DataFrame:
        """Return `p_grant`, `p_low`, `p_high` and the scope of n motions (see `score`)."""
        return self._score(motions, base_rates).estimates_table()

    def answer(
        self, motions: Sequence[Motion], base_rates: BaseRates | None = None
    ) -> list[Answer]:
        """Answer about each motion, with factors and the phrases they were read from.

        With `base_rates`, `Answer.base_rate_adjustment` gives the size of the adjustment.
        """
        scored = self._score(motions, base_rates, phrases=True)
        shap = self.model.shap_values(scored.batches)
        errors = self.model.rating_errors()
        averages = self.model.facts.get(RATING_AVERAGES, {})
        compared = scored.compared(self.model.categories)
        answers = []
        for row, motion in enumerate(motions):
            p, low, high = scored.estimates[row].tolist()
            mode, shares = scored.modes[row], shap[row, :-1]
            quotes, quote_notes = quoted_phrases(motion)
            performance, untested = self._tests(mode, scored.long_words[row] is not None)
            adjustment = self._adjustment(scored, row, motion.court, base_rates)
            explained = (scored.frame, row, shares, p, errors, averages)
            factors, scorecard = largest_factors(*explained), build_scorecard(*explained)
            estimate = self._estimate(scored, row, adjustment, performance)
            answers.append(
                Answer(
                    id=motion.id,
                    conclusion=conclude(
                        estimate, factors, shown_flags(scored.frame, row), scorecard
                    ),
                    p_grant=p,
                    p_low=low,
                    p_high=high,
                    interval=INTERVAL,
                    in_scope=not scored.out_of_scope[row],
                    out_of_scope=list(scored.out_of_scope[row]),
                    mode=mode,
                    forecast=self._corrected(motion),
                    base_rate=self.model.base_rate,
                    courthouse_rate=CourthouseRate.of(
                        FEDERAL_COURTS, motion, find_court(motion.court).level == "state"
                    ),
                    comparable_rate=self._comparable_rate(motion, compared[row]),
                    performance=performance,
                    notes=[
                        *unusable_parts(motion),
                        *quote_notes,
                        *(
                            unread_fields(motion, self.model.readings.fields)
                            if mode == "text"
                            else ()
                        ),
                        *untested,
                    ],
                    base_log_odds=float(shap[row, -1]),
                    base_rate_adjustment=adjustment,
                    scorecard=scorecard,
                    families=family_shares(shares, p),
                    factors=factors,
                    evidence=list_evidence(
                        scored.frame.hits[row],
                        motion,
                        self.model.precision_in(scored.frame.papers[row]),
                        quotes,
                    ),
                    model_version=self.version,
                    model_digest=self.digest,
                    data_digest=str(self.model.facts.get("data_digest", "")),
                )
            )
        return answers

    def remarks(self, motion: Motion) -> list[str]:
        """Return what to tell about a motion's papers and court beside its score."""
        long_papers = self._long_papers
        mode = mode_of(motion)
        is_long = long_papers.words_read(motion, mode) is not None
        return [*unusable_parts(motion), *([long_papers.remark(mode)] if is_long else [])]

    def find_comparables(self, motion: Motion, limit: int) -> ComparablesAnswer:
        """Return the training rulings most like a motion.

        Raises
        ------
        NoComparables
            If the model has no training rulings to compare with.
        """
        return find_comparables(self.model, self._neighbors(), self.version, motion, limit)

    def _neighbors(self) -> Neighbors:
        if self.neighbors is None:
            raise NoComparables(
                "this model has no training rulings to compare with; train one with `enjoin train`"
            )
        return self.neighbors

    def _score(
        self,
        motions: Sequence[Motion],
        base_rates: BaseRates | None,
        phrases: bool = False,
    ) -> Scored:
        frame = self.model.prepare(build_features(motions), phrases)
        modes = [mode_of(motion) for motion in motions]
        batches = self.model.split_by_ensemble(frame, modes)
        leaf_indices = self.model.leaf_indices(batches)
        out_of_scope = [
            (*wrong_documents(motion), *reasons)
            for motion, reasons in zip(motions, self.model.scope.reasons(frame), strict=True)
        ]
        long_papers = self._long_papers
        long_words: list[int | None] = []
        spreads = np.empty(len(motions))
        for row, (motion, mode) in enumerate(zip(motions, modes, strict=True)):
            words = long_papers.words_read(motion, mode)
            long_words.append(words)
            spreads[row] = self._spread(motion, mode, bool(out_of_scope[row]), words is not None)
            if words is not None:
                out_of_scope[row] += (long_paper_reason(mode, words),)
        unadjusted = self.model.estimate(batches, leaf_indices, spreads)
        estimates, rates = unadjusted, None
        if base_rates is not None:
            trained = self.model.base_rate
            rates = base_rates.for_courts([motion.court for motion in motions], trained)
            estimates = np.column_stack(
                [adjust_to_base_rate(p, trained, rates) for p in unadjusted.T]
            )
        return Scored(
            frame,
            modes,
            batches,
            leaf_indices,
            out_of_scope,
            long_words,
            estimates,
            unadjusted[:, 0],
            rates,
        )

    def _estimate(
        self,
        scored: Scored,
        row: int,
        adjustment: BaseRateAdjustment | None,
        performance: Performance | None,
    ) -> Estimate:
        """Return what the conclusion says of the number."""
        p, low, high = scored.estimates[row].tolist()
        reasons = scored.out_of_scope[row]
        return Estimate(
            p=p,
            low=low,
            high=high,
            adjustment=adjustment,
            granted=self._granted,
            in_scope=not reasons,
            is_long_paper=scored.long_words[row] is not None and len(reasons) == 1,
            is_proven=performance is not None and performance.warning is None,
        )

    @cached_property
    def _granted(self) -> str:
        in_part_counts = describe_relief(self.model.facts) == "at least in part"
        return "granted" if in_part_counts else "granted in full"

    @cached_property
    def _long_papers(self) -> LongPaperRules:
        # Kept: batch scoring asks for each motion.
        return LongPaperRules.from_facts(self.model.facts)

    def _spread(self, motion: Motion, mode: Mode, is_unfamiliar: bool, is_long: bool) -> float:
        """Return the standard deviation in log-odds that widens the interval of a motion.

        It comes from the scope, or from the length of the papers, and from how far apart several
        forecasts of the motion are.
        """
        ensemble = self.model.ensembles[BASIS_OF[mode]]
        of_scope = ensemble.calibration.spread
        unknown = of_scope if is_unfamiliar else 0.0
        if is_long:
            unknown = self._long_papers.interval_spread(mode, unknown, of_scope)
        return hypot(unknown, ensemble.forecast_effect() * (motion.forecast_spread or 0.0))

    def _tests(self, mode: Mode, is_long: bool) -> tuple[Performance | None, list[str]]:
        """Return how the model did with motions like this one, and a note if it was not tested."""
        if not is_long:
            facts = self.model.facts
            return Performance.from_facts(facts, mode), untested_inputs(facts, mode)
        performance = self._long_papers.performance.get(mode)
        return performance, [] if performance else [self._long_papers.remark(mode)]

    def _corrected(self, motion: Motion) -> CorrectedForecast | None:
        line = self.model.ensembles["forecast"].reader_line
        if motion.forecast is None or line is None:
            return None
        log_odds = line.log_odds(np.array([forecast_log_odds(motion.forecast)]))
        return CorrectedForecast(
            given=motion.forecast,
            corrected=float(expit(log_odds[0])),
            spread=motion.forecast_spread,
        )

    def _adjustment(
        self, scored: Scored, row: int, court: str | None, base_rates: BaseRates | None
    ) -> BaseRateAdjustment | None:
        if base_rates is None or scored.rates is None or np.isnan(scored.rates[row]):
            return None
        rate, trained = float(scored.rates[row]), self.model.base_rate
        shift = log_odds_shift(trained, rate)
        return BaseRateAdjustment(
            grant_rate=rate,
            base_rate=trained,
            court=court if court in base_rates.courts else None,
            p_unadjusted=float(scored.unadjusted[row]),
            log_odds=shift,
            points=points_moved(float(scored.estimates[row, 0]), shift),
        )

    def _comparable_rate(self, motion: Motion, compared: Compared) -> ComparableRate | None:
        if self.neighbors is None:
            return None
        return comparable_rate(self.model, self.neighbors, motion, compared)
