"""Baselines: rates shrunk to wider ones, forecasts, and classifiers on frames with gaps."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from data.embedded import embedded_rulings, reader_forecasts
from features.build import build_features
from train.evaluate.baselines import (
    PSEUDO_RULINGS,
    base_rate,
    court_and_judge_rate,
    forecasts,
    gradient_boosting,
    informed_base_rate,
    logistic_regression,
    recalibrated_forecasts,
)

RULING = embedded_rulings()[0]


def _training_set(rows: list[dict[str, Any]], granted: list[bool]) -> Any:
    rulings = [RULING.model_copy(update=row) for row in rows]
    return SimpleNamespace(rulings=rulings, granted=np.array(granted))


def test_the_base_rate_is_that_of_the_training_rows() -> None:
    training_set = _training_set([{}] * 4, [True, False, False, True])
    assert base_rate(training_set, np.array([0, 1, 2]), np.array([3])) == pytest.approx([1 / 3])


def test_an_informed_rate_is_shrunk_to_the_base_rate() -> None:
    claims = [{"claim_area": "a"}] * 3 + [{"claim_area": "b"}] * 3 + [{"claim_area": "c"}]
    training_set = _training_set(claims, [True] * 3 + [False] * 3 + [True])
    train, test = np.arange(5), np.array([5, 6])
    overall = 3 / 5
    p = informed_base_rate(training_set, train, test)
    expected = PSEUDO_RULINGS * overall / (2 + PSEUDO_RULINGS)
    assert p == pytest.approx([expected, overall])  # two denials of its kind; none of its kind


def test_a_judge_is_shrunk_to_the_court_and_an_unknown_one_gets_its_rate() -> None:
    judges = [{"judge": name} for name in ("A", "A", "B", "A", None)]
    training_set = _training_set(judges, [True, True, False, True, True])
    train, test = np.arange(3), np.array([3, 4])
    p_known, p_unknown = court_and_judge_rate(training_set, train, test)
    court = (2 + PSEUDO_RULINGS * 2 / 3) / (3 + PSEUDO_RULINGS)
    assert p_unknown == pytest.approx(court)
    assert p_known == pytest.approx((2 + PSEUDO_RULINGS * court) / (2 + PSEUDO_RULINGS))


def test_forecasts_are_those_of_the_readers_or_none() -> None:
    known = list(embedded_rulings()[:40])
    granted = [ruling.outcome.value != "denied" for ruling in known]
    training_set = SimpleNamespace(rulings=known, granted=np.array(granted))
    train, test = np.arange(30), np.arange(30, 40)
    by_id = reader_forecasts()
    p = forecasts(training_set, train, test)  # type: ignore[arg-type]
    assert p is not None
    assert p.tolist() == [by_id[ruling.id] for ruling in known[30:]]
    recalibrated = recalibrated_forecasts(training_set, train, test)  # type: ignore[arg-type]
    assert recalibrated is not None
    assert np.array_equal(np.argsort(recalibrated, kind="stable"), np.argsort(p, kind="stable"))
    training_set.rulings[35] = known[35].model_copy(update={"forecast": None})
    assert forecasts(training_set, train, test) is None  # type: ignore[arg-type]
    assert recalibrated_forecasts(training_set, train, test) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("classifier", [logistic_regression, gradient_boosting])
def test_a_classifier_predicts_from_a_frame_with_empty_columns(classifier: Any) -> None:
    rulings = embedded_rulings()[:80]
    granted = np.array([ruling.outcome.value != "denied" for ruling in rulings])
    # Text alone has no ratings, so some columns are empty in the training rows.
    frame = build_features([ruling.as_motion() for ruling in rulings]).with_inferred_ratings(None)
    train, test = frame.take(np.arange(60)), frame.take(np.arange(60, 80))
    p = classifier(train, granted[:60], test)
    assert p.shape == (20,)
    assert ((p > 0) & (p < 1)).all()
