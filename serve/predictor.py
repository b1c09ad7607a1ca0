"""The predictor: one loaded model and the ways to ask it. Every door goes through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from data.courts import find_court
from data.schema import Motion
from features.build import COLUMNS, FAMILIES, FeatureFrame, build_features
from features.papers import LONGEST
from serve.answer import (
    Answer,
    ComparableRate,
    Estimate,
    Factor,
    FamilyShare,
    PriorShift,
    Tested,
    as_phrases,
    plain,
)
from serve.comparables import comparable_rate, nearest_outcomes
from serve.locate import Located, locate_model
from train.calibration import INTERVAL
from train.comparables import Comparables, load_comparables
from train.drift import DISTRIBUTION
from train.model import GrantModel
from train.modes import Mode, mode_of
from train.prior import Prior, log_odds_shift, with_prior
from train.store import load_model, model_digest

SHOWN_FACTORS = 12
"""Factors listed in an answer; the families always add up over all of them."""


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
        n_jobs: int = 1,
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
        frame = self.model.read(build_features(motions, n_jobs))
        modes = [mode_of(motion) for motion in motions]
        table = self._predicted(frame, motions, modes, prior)
        table.insert(0, "id", [motion.id for motion in motions])
        table["mode"] = modes
        shares = self.model.contributions(frame, modes)
        for family in FAMILIES:
            tops = _top_of_family(frame, shares, table["p_grant"].to_numpy(), family)
            table[f"top_{family}"] = tops
        table["model_version"] = self.version
        if contributions:
            table = pd.concat([table, shares.add_prefix("contribution_")], axis=1)
        if comparables:
            if self.comparables is None:
                raise LookupError("this model holds no rulings to compare with; run `enjoin train`")
            table["comparables"] = [
                nearest_outcomes(
                    self.model, self.comparables, frame.take([row]), motion, comparables
                )
                for row, motion in enumerate(motions)
            ]
        return table

    def probabilities(self, motions: Sequence[Motion], prior: Prior | None = None) -> pd.DataFrame:
        """Return `p_grant`, `p_low`, `p_high` and `in_scope` of n motions (see `score`)."""
        frame = self.model.read(build_features(motions))
        return self._predicted(frame, motions, [mode_of(motion) for motion in motions], prior)

    def _predicted(
        self,
        frame: FeatureFrame,
        motions: Sequence[Motion],
        modes: Sequence[Mode],
        prior: Prior | None,
    ) -> pd.DataFrame:
        table = self.model.predict(frame, modes)
        if prior is None:
            return table
        base_rate = self.model.base_rate
        return with_prior(table, prior.rates([m.court for m in motions], base_rate), base_rate)

    def _shift(self, row: Mapping[str, Any], court: str | None, prior: Prior) -> PriorShift | None:
        if row["prior"] is None:
            return None
        rate, base_rate = float(row["prior"]), self.model.base_rate
        shift = log_odds_shift(base_rate, rate)
        return PriorShift(
            grant_rate=rate,
            base_rate=base_rate,
            court=court if court in prior.courts else None,
            p_unadjusted=float(row["p_grant_unadjusted"]),
            log_odds=shift,
            points=points_moved(float(row["p_grant"]), shift),
        )

    def _comparable_rate(
        self, frame: FeatureFrame, row: int, motion: Motion
    ) -> ComparableRate | None:
        if self.comparables is None:
            return None
        alone = frame if len(frame) == 1 else frame.take([row])
        return comparable_rate(self.model, self.comparables, alone, motion)

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

    def answer(self, motions: Sequence[Motion], prior: Prior | None = None) -> list[Answer]:
        """Answer about each motion with its factors and the phrases behind them.

        With a prior, probabilities and interval are adjusted to its grant rate, and `Answer.prior`
        says by how much.
        """
        frame = self.model.read(build_features(motions), phrases=True)
        modes = [mode_of(motion) for motion in motions]
        table = self._predicted(frame, motions, modes, prior)
        shares = _records(self.model.contributions(frame, modes))
        values, sources = _records(frame.values), _records(frame.sources)
        errors = self.model.reading_errors()
        out_of_scope = self.model.scope.reasons(frame)
        answers = []
        for row, (motion, figures) in enumerate(zip(motions, _records(table), strict=True)):
            p = float(figures["p_grant"])
            factors = _factors(values[row], sources[row], shares[row], p, errors)
            answers.append(
                Answer(
                    id=motion.id,
                    p_grant=p,
                    p_low=float(figures["p_low"]),
                    p_high=float(figures["p_high"]),
                    interval=INTERVAL,
                    in_scope=not out_of_scope[row],
                    out_of_scope=list(out_of_scope[row]),
                    mode=modes[row],
                    base_rate=self.model.base_rate,
                    comparable_rate=self._comparable_rate(frame, row, motion),
                    tested=self._tested(modes[row]),
                    notes=notes(motion),
                    base_log_odds=float(shares[row]["base"]),
                    prior=self._shift(figures, motion.court, prior) if prior else None,
                    families=_families(shares[row], p),
                    factors=factors[:SHOWN_FACTORS],
                    phrases=as_phrases(frame.hits[row]),
                    model_version=self.version,
                    model_digest=self.digest,
                    data_digest=str(self.model.facts.get("data_digest", "")),
                )
            )
        return answers


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


def points_moved(p: float, log_odds: float) -> float:
    """Return the percentage points by which a log-odds share moves the probability to p."""
    return float(100 * (p - expit(logit(p) - log_odds)))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows by column name; `DataFrame.to_dict` takes fifty times as long for one."""
    names = list(table.columns)
    return [dict(zip(names, row, strict=True)) for row in table.to_numpy(dtype=object).tolist()]


def _factors(
    values: Mapping[str, Any],
    sources: Mapping[str, Any],
    shares: Mapping[str, Any],
    p: float,
    errors: dict[str, float],
) -> list[Factor]:
    factors = []
    for column in COLUMNS:
        share = float(shares[column.name])
        if share == 0.0:
            continue
        value = plain(values[column.name])
        factors.append(
            Factor(
                factor=column.name,
                family=FAMILIES[column.family],
                says=column.say(value, errors.get(column.name)),
                value=value,
                source=sources[column.name],
                log_odds=share,
                points=points_moved(p, share),
            )
        )
    return sorted(factors, key=lambda factor: -abs(factor.log_odds))


def _families(shares: Mapping[str, Any], p: float) -> list[FamilyShare]:
    found = []
    for family, words in FAMILIES.items():
        names = [column.name for column in COLUMNS if column.family == family]
        share = sum(float(shares[name]) for name in names)
        found.append(FamilyShare(family=words, log_odds=share, points=points_moved(p, share)))
    return found


def _top_of_family(
    frame: FeatureFrame, shares: pd.DataFrame, p: "np.ndarray[Any, Any]", family: str
) -> list[str | None]:
    columns = [column for column in COLUMNS if column.family == family]
    mine = shares[[column.name for column in columns]].to_numpy()
    places = np.abs(mine).argmax(axis=1)
    top = mine[np.arange(len(mine)), places]
    points = 100 * (p - expit(logit(p) - top))
    values = {place: frame.values[columns[place].name].tolist() for place in set(places.tolist())}
    tops: list[str | None] = []
    for row, place in enumerate(places.tolist()):
        if top[row] == 0.0:
            tops.append(None)
            continue
        words = columns[place].say(plain(values[place][row]))
        tops.append(f"{words} ({points[row]:+.1f} points)")
    return tops
