"""The predictor: one loaded model and the ways to ask it. Every door goes through here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.courts import find_court
from data.schema import Motion
from features.build import FAMILIES, build_features
from features.frame import FeatureFrame
from features.text.document import LONGEST
from serve.explain import factors_of, families_of, points_moved, tops_of
from serve.model_source import Located, locate_model
from serve.responses import (
    Answer,
    ComparableRate,
    Estimate,
    PriorShift,
    Tested,
    as_phrases,
)
from serve.similar_rulings import (
    ComparablesAnswer,
    NoComparables,
    comparable_rate,
    compare,
    nearest_outcomes,
)
from train.model.calibration import INTERVAL, Floats
from train.model.grant_model import DISTRIBUTION, ESTIMATE, GrantModel, Part
from train.model.neighbors import Comparables, load_comparables
from train.model.prior_shift import Prior, adjusted, log_odds_shift
from train.model.store import load_model, model_digest
from train.model.tree_tables import Leaves
from train.model.vocabulary import TermRow, row_of
from train.modes import Mode, mode_of


@dataclass(frozen=True)
class Predictor:
    """A model ready to answer, with the names its answers carry."""

    model: GrantModel
    version: str
    digest: str
    comparables: Comparables | None = None

    @classmethod
    def load(cls, source: str | None = None) -> "Predictor":
        """Load from a folder, an MLflow address, or (None) the champion.

        Raises
        ------
        NoTrainedModel, FileNotFoundError
            If there is no model there.
        UnusableModel
            If it is damaged or does not fit this program.
        """
        return cls.from_located(locate_model(source))

    @classmethod
    def from_located(cls, located: Located) -> "Predictor":
        """Load the model of a folder already on this machine."""
        digest = model_digest(located.folder)
        version = located.version or f"sha256:{digest[:12]}"
        return cls(load_model(located.folder), version, digest, load_comparables(located.folder))

    def card(self) -> dict[str, Any]:
        """Return what the model is: version, digests, training facts."""
        return {
            "model_version": self.version,
            "model_digest": self.digest,
            "base_rate": self.model.base_rate,
            "interval": INTERVAL,
            **{name: fact for name, fact in self.model.facts.items() if name != DISTRIBUTION},
        }

    def score(
        self,
        motions: Sequence[Motion],
        prior: Prior | None = None,
        contributions: bool = False,
        comparables: int = 0,
    ) -> pd.DataFrame:
        """Score n motions: a table of n rows in the same order.

        Columns: `id`, `p_grant`, `p_low`, `p_high`, `in_scope`, `mode`, for each family
        `top_<family>` (its feature that moves the probability most, in plain words, with its
        percentage points), and `model_version`. With a prior, the probabilities are adjusted to it,
        and there are `p_grant_unadjusted` and `prior` (the grant rate adjusted to) too.

        With `contributions`, there is `contribution_<feature>` for each feature, its share of the
        log-odds before any prior, and `contribution_base`; with so many `comparables`, the column
        of that name lists the id and outcome of the training rulings most alike.
        """
        reckoned = self._reckoned(motions, prior)
        table = reckoned.table(prior)
        table.insert(0, "id", [motion.id for motion in motions])
        table["mode"] = reckoned.modes
        shares = self.model.shares(reckoned.parts)
        for family in FAMILIES:
            tops = tops_of(reckoned.frame, shares[:, :-1], reckoned.estimates[:, 0], family)
            table[f"top_{family}"] = tops
        table["model_version"] = self.version
        if contributions:
            names = [f"contribution_{name}" for name in (*self.model.columns, "base")]
            table = pd.concat([table, pd.DataFrame(shares, columns=names)], axis=1)
        if comparables:
            held = self._held()
            leaves = reckoned.leaves()
            table["comparables"] = [
                nearest_outcomes(
                    self.model,
                    held,
                    motion,
                    leaves[row],
                    reckoned.terms_of(row),
                    comparables,
                )
                for row, motion in enumerate(motions)
            ]
        return table

    def probabilities(self, motions: Sequence[Motion], prior: Prior | None = None) -> pd.DataFrame:
        """Return `p_grant`, `p_low`, `p_high` and `in_scope` of n motions (see `score`)."""
        return self._reckoned(motions, prior).table(prior)

    def answer(self, motions: Sequence[Motion], prior: Prior | None = None) -> list[Answer]:
        """Answer about each motion with its factors and the phrases behind them.

        With a prior, probabilities and interval are adjusted to its grant rate, and `Answer.prior`
        says by how much.
        """
        reckoned = self._reckoned(motions, prior, phrases=True)
        shares = self.model.shares(reckoned.parts)
        errors = self.model.reading_errors()
        leaves = reckoned.leaves()
        answers = []
        for row, motion in enumerate(motions):
            p, low, high = reckoned.estimates[row].tolist()
            mine, base = shares[row, :-1], float(shares[row, -1])
            answers.append(
                Answer(
                    id=motion.id,
                    p_grant=p,
                    p_low=low,
                    p_high=high,
                    interval=INTERVAL,
                    in_scope=not reckoned.out_of_scope[row],
                    out_of_scope=list(reckoned.out_of_scope[row]),
                    mode=reckoned.modes[row],
                    base_rate=self.model.base_rate,
                    comparable_rate=self._comparable_rate(reckoned, row, motion, leaves[row]),
                    tested=self._tested(reckoned.modes[row]),
                    notes=notes(motion) + self._untested(reckoned.modes[row]),
                    base_log_odds=base,
                    prior=self._shift(reckoned, row, motion.court, prior) if prior else None,
                    families=families_of(mine, p),
                    factors=factors_of(reckoned.frame, row, mine, p, errors),
                    phrases=as_phrases(reckoned.frame.hits[row]),
                    model_version=self.version,
                    model_digest=self.digest,
                    data_digest=str(self.model.facts.get("data_digest", "")),
                )
            )
        return answers

    def compare(self, motion: Motion, most: int) -> ComparablesAnswer:
        """Name the training rulings most like a motion; NoComparables if the model holds none."""
        return compare(self.model, self._held(), self.version, motion, most)

    def _held(self) -> Comparables:
        if self.comparables is None:
            raise NoComparables("this model holds no rulings to compare with; run `enjoin train`")
        return self.comparables

    def _reckoned(
        self,
        motions: Sequence[Motion],
        prior: Prior | None,
        phrases: bool = False,
    ) -> "_Reckoned":
        frame = self.model.read(build_features(motions), phrases)
        modes = [mode_of(motion) for motion in motions]
        parts = self.model.parts(frame, modes)
        looked = self.model.look(parts)
        reasons = self.model.scope.reasons(frame)
        in_scope = np.array([not some for some in reasons], dtype=bool)
        before = self.model.estimate(parts, looked, in_scope)
        rates, estimates = np.full(len(motions), np.nan), before
        if prior is not None:
            base_rate = self.model.base_rate
            rates = prior.rates([motion.court for motion in motions], base_rate)
            estimates = np.column_stack([adjusted(p, base_rate, rates) for p in before.T])
        return _Reckoned(frame, modes, parts, looked, reasons, estimates, before[:, 0], rates)

    def _shift(
        self, reckoned: "_Reckoned", row: int, court: str | None, prior: Prior
    ) -> PriorShift | None:
        rate, base_rate = float(reckoned.rates[row]), self.model.base_rate
        if np.isnan(rate):
            return None
        shift = log_odds_shift(base_rate, rate)
        return PriorShift(
            grant_rate=rate,
            base_rate=base_rate,
            court=court if court in prior.courts else None,
            p_unadjusted=float(reckoned.unadjusted[row]),
            log_odds=shift,
            points=points_moved(float(reckoned.estimates[row, 0]), shift),
        )

    def _comparable_rate(
        self, reckoned: "_Reckoned", row: int, motion: Motion, leaves: Leaves
    ) -> ComparableRate | None:
        if self.comparables is None:
            return None
        terms = reckoned.terms_of(row)
        return comparable_rate(self.model, self.comparables, motion, leaves, terms)

    def _untested(self, mode: Mode) -> list[str]:
        if mode in self.model.facts.get("tested", {mode}):
            return []
        given = "Winter ratings" if mode == "rated" else "codings"
        return [
            f"hardly any training ruling had {given}: those given here say little to the model, "
            "and it was not tested with any"
        ]

    def _tested(self, mode: Mode) -> Tested | None:
        record = self.model.facts.get("tested")
        if record is None or mode not in record:
            return None
        names = ("roc_auc", "brier_score", "brier_difference")
        estimates = {
            name: Estimate(**dict(zip(("value", "low", "high"), record[mode][name], strict=True)))
            for name in names
        }
        return Tested(
            rulings=record[mode]["rulings"], first_year=record["first_test_year"], **estimates
        )


class _Reckoned(NamedTuple):
    """n motions read and put through the model.

    `estimates` are (n, 3) p_grant, p_low and p_high, adjusted to the n grant `rates` (NaN: not
    adjusted); `unadjusted` is p_grant before that.
    """

    frame: FeatureFrame
    modes: list[Mode]
    parts: list[Part]
    looked: list[Leaves]
    out_of_scope: list[tuple[str, ...]]
    estimates: Floats
    unadjusted: Floats
    rates: Floats

    def leaves(self) -> dict[int, Leaves]:
        """Return the (1, trees) leaves of each row."""
        return {
            row: leaves[place : place + 1]
            for part, leaves in zip(self.parts, self.looked, strict=True)
            for place, row in enumerate(part.rows.tolist())
        }

    def terms_of(self, row: int) -> TermRow | None:
        """Return the terms of a row."""
        return None if self.frame.terms is None else row_of(self.frame.terms, row)

    def table(self, prior: Prior | None) -> pd.DataFrame:
        """Return the estimates as a table, with `in_scope` and what a prior adds."""
        table = pd.DataFrame(self.estimates, columns=list(ESTIMATE))
        table["in_scope"] = np.array([not reasons for reasons in self.out_of_scope], dtype=bool)
        if prior is not None:
            # Objects, since a table written as JSON has no NaN.
            told = [None if np.isnan(rate) else float(rate) for rate in self.rates]
            table["p_grant_unadjusted"] = self.unadjusted
            table["prior"] = pd.Series(told, dtype=object)
        return table


def notes(motion: Motion) -> list[str]:
    """Say what in a motion the model cannot use, and what to give instead."""
    found = []
    if motion.court and find_court(motion.court).level is None:
        found.append(
            f"court {motion.court!r} is not a trial court known by that CourtListener id (such as "
            "ilnd for N.D. Ill.); it is treated as not shown"
        )
    for paper, text in (("motion", motion.motion), ("opposition", motion.opposition)):
        if text and len(text) > LONGEST:
            found.append(
                f"{paper} has {len(text):,} characters; only the first {LONGEST:,} were read. Give "
                "the brief without its exhibits"
            )
    return found
