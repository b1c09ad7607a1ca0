"""The predictor: a loaded model that scores, explains and compares motions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.base_rates import FEDERAL_COURTS
from data.schema import Motion
from features.build import FAMILIES, build_features
from serve.answering import compose_answers
from serve.explain import strongest_of_family
from serve.long_papers import LongPaperRules, long_paper_reason
from serve.model_source import LocatedModel, locate_model, unregistered_version
from serve.notes import unusable_parts
from serve.responses import Answer
from serve.scored_motions import Scored
from serve.similar_rulings import (
    ComparablesAnswer,
    NoComparables,
    find_comparables,
    nearest_outcomes,
)
from train.model.calibration import INTERVAL
from train.model.grant_model import DISTRIBUTION, VALUE_OUTCOMES, GrantModel
from train.model.neighbors import Neighbors, load_neighbors
from train.model.prior_shift import BaseRates, adjust_to_base_rate
from train.model.scope import wrong_documents
from train.model.store import load_model, model_digest
from train.modes import BASIS_OF, Mode, mode_of

if TYPE_CHECKING:
    import pandas as pd


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
        model, neighbors = load_model(located.folder), load_neighbors(located.folder)
        if neighbors is not None:
            neighbors.check_fits(model, located.folder)
        version = located.version or unregistered_version(digest)
        return cls(model, version, digest, located.folder, neighbors)

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
    ) -> "pd.DataFrame":
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
        import pandas as pd  # a third of a second to import, and an answer does without

        scored = self._score(motions, base_rates)
        columns: dict[str, Any] = {"id": [motion.id for motion in motions]}
        columns |= scored.estimates_by_name()
        columns["mode"] = scored.modes
        shap = self.model.shap_values(scored.batches)
        reader_line = self.model.ensembles["forecast"].reader_line
        for family in FAMILIES:
            labels, points = strongest_of_family(
                scored.frame, shap[:, :-1], scored.estimates[:, 0], family, reader_line
            )
            columns[f"top_{family}"] = labels
            columns[f"top_{family}_points"] = points
        columns["model_version"] = self.version
        table = pd.DataFrame(columns, index=range(len(motions)))
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
    ) -> "pd.DataFrame":
        """Return `p_grant`, `p_low`, `p_high` and the scope of n motions (see `score`)."""
        import pandas as pd

        return pd.DataFrame(self._score(motions, base_rates).estimates_by_name())

    def answer(
        self, motions: Sequence[Motion], base_rates: BaseRates | None = None
    ) -> list[Answer]:
        """Answer about each motion, with factors and the phrases they were read from.

        With `base_rates`, `Answer.base_rate_adjustment` gives the size of the adjustment.
        """
        scored = self._score(motions, base_rates, phrases=True)
        return compose_answers(self, scored, motions, base_rates)

    def remarks(self, motion: Motion) -> list[str]:
        """Return what to tell about a motion's papers and court beside its score."""
        long_papers = self.long_papers
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
            (*wrong_documents(motion, papers), *reasons)
            for motion, papers, reasons in zip(
                motions, frame.papers, self.model.scope.reasons(frame), strict=True
            )
        ]
        long_papers = self.long_papers
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

    @cached_property
    def long_papers(self) -> LongPaperRules:
        """What the model makes of long papers read by phrases."""
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
            unknown = self.long_papers.interval_spread(mode, unknown, of_scope)
        return hypot(unknown, ensemble.forecast_effect() * (motion.forecast_spread or 0.0))
