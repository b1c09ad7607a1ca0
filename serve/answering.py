"""Compose the answers about scored motions: conclusion, factors, evidence, and how sure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from data.base_rates import FEDERAL_COURTS
from data.courts import court_citation, find_court
from data.schema import Motion
from features.families.forecast import forecast_log_odds
from serve.conclusion.compose import Estimate, conclude
from serve.explain import Explained, family_shares, largest_factors, points_moved, shown_flags
from serve.notes import unread_fields, untested_inputs, unusable_parts
from serve.performance import Performance
from serve.quoted import quoted_phrases
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    CorrectedForecast,
    CourthouseRate,
    list_evidence,
)
from serve.scorecard import build_scorecard
from serve.scored_motions import Scored
from serve.similar_rulings import comparable_rate
from train.model.calibration import INTERVAL
from train.model.grant_model import GrantModel, describe_relief
from train.model.prior_shift import BaseRates, log_odds_shift
from train.modes import Mode, based_on
from train.rating_averages import RATING_AVERAGES

if TYPE_CHECKING:
    from serve.predictor import Predictor


def compose_answers(
    predictor: "Predictor",
    scored: Scored,
    motions: Sequence[Motion],
    base_rates: BaseRates | None,
) -> list[Answer]:
    """Answer about each motion, with factors and the phrases they were read from.

    Parameters
    ----------
    predictor
        The model that scored them.
    scored
        What it made of them, with the phrases behind inferred ratings.
    motions
        The n motions.
    base_rates
        What the probabilities were adjusted to, if anything.
    """
    model = predictor.model
    shap = model.shap_values(scored.batches)
    errors = model.rating_errors()
    averages = model.facts.get(RATING_AVERAGES, {})
    reader_line = model.ensembles["forecast"].reader_line
    compared = scored.compared(model.categories)
    answers = []
    for row, motion in enumerate(motions):
        p, low, high = scored.estimates[row].tolist()
        mode, shares = scored.modes[row], shap[row, :-1]
        quotes, quote_notes = quoted_phrases(motion)
        precision = model.precision_in(scored.frame.papers[row])
        read = {reading.field for reading in precision}
        unread = unread_fields(motion, read)
        performance, untested = _tests(predictor, mode, scored.long_words[row] is not None)
        adjustment = _adjustment(model, scored, row, motion.court, base_rates)
        explained = Explained(scored.frame, row, shares, p, errors, averages, reader_line)
        factors, scorecard = largest_factors(explained), build_scorecard(explained)
        estimate = _estimate(model, scored, row, adjustment, performance)
        rate = None
        if predictor.neighbors is not None:
            rate = comparable_rate(model, predictor.neighbors, motion, compared[row])
        answers.append(
            Answer(
                id=motion.id,
                court=court_citation(motion.court) if motion.court else None,
                conclusion=conclude(estimate, factors, shown_flags(scored.frame, row), scorecard),
                p_grant=p,
                p_low=low,
                p_high=high,
                interval=INTERVAL,
                in_scope=not scored.out_of_scope[row],
                out_of_scope=list(scored.out_of_scope[row]),
                mode=mode,
                based_on=based_on(motion),
                forecast=_corrected(model, motion),
                base_rate=model.base_rate,
                courthouse_rate=CourthouseRate.of(
                    FEDERAL_COURTS, motion, find_court(motion.court).level == "state"
                ),
                comparable_rate=rate,
                performance=performance,
                notes=[*unusable_parts(motion), *quote_notes, *unread, *untested],
                base_log_odds=float(shap[row, -1]),
                base_rate_adjustment=adjustment,
                scorecard=scorecard,
                families=family_shares(shares, p),
                factors=factors,
                evidence=list_evidence(scored.frame.hits[row], motion, precision, quotes),
                model_version=predictor.version,
                model_digest=predictor.digest,
                data_digest=str(model.facts.get("data_digest", "")),
            )
        )
    return answers


def _estimate(
    model: GrantModel,
    scored: Scored,
    row: int,
    adjustment: BaseRateAdjustment | None,
    performance: Performance | None,
) -> Estimate:
    """Return what the conclusion says of the number."""
    p, low, high = scored.estimates[row].tolist()
    reasons = scored.out_of_scope[row]
    in_part_counts = describe_relief(model.facts) == "at least in part"
    return Estimate(
        p=p,
        low=low,
        high=high,
        adjustment=adjustment,
        granted="granted" if in_part_counts else "granted in full",
        in_scope=not reasons,
        is_long_paper=scored.long_words[row] is not None and len(reasons) == 1,
        is_proven=performance is not None and performance.warning is None,
    )


def _tests(
    predictor: "Predictor", mode: Mode, is_long: bool
) -> tuple[Performance | None, list[str]]:
    """Return how the model did with motions like this one, and a note if it was not tested."""
    if not is_long:
        facts = predictor.model.facts
        return Performance.from_facts(facts, mode), untested_inputs(facts, mode)
    performance = predictor.long_papers.performance.get(mode)
    return performance, [] if performance else [predictor.long_papers.remark(mode)]


def _corrected(model: GrantModel, motion: Motion) -> CorrectedForecast | None:
    line = model.ensembles["forecast"].reader_line
    if motion.forecast is None or line is None:
        return None
    log_odds = line.log_odds(np.array([forecast_log_odds(motion.forecast)]))
    return CorrectedForecast(
        given=motion.forecast,
        corrected=float(expit(log_odds[0])),
        spread=motion.forecast_spread,
    )


def _adjustment(
    model: GrantModel,
    scored: Scored,
    row: int,
    court: str | None,
    base_rates: BaseRates | None,
) -> BaseRateAdjustment | None:
    if base_rates is None or scored.rates is None or np.isnan(scored.rates[row]):
        return None
    rate, trained = float(scored.rates[row]), model.base_rate
    shift = log_odds_shift(trained, rate)
    return BaseRateAdjustment(
        grant_rate=rate,
        base_rate=trained,
        court=court if court in base_rates.courts else None,
        p_unadjusted=float(scored.unadjusted[row]),
        log_odds=shift,
        points=points_moved(float(scored.estimates[row, 0]), shift),
    )
