"""What the doctrine promises about direction holds for the trained model."""

from typing import Any

import numpy as np
import pytest

from data.embedded import clearview_motion, embedded_rulings
from data.schema import RATINGS, Motion
from data.splits import temporal_split
from features.build import build_features
from serve.predictor import Predictor
from train.dataset import build_training_set, fit_subset, prepared_frames
from train.evaluate.baselines import informed_base_rate
from train.evaluate.metrics import score_predictions
from train.modes import MODES, Mode, masked, mode_of

NO_STEPS = {"remedial_steps": (), "remedial_scope": "none", "remedial_trigger": None}
NO_SPECULATION: dict[str, Any] = {"speculation_signals": ()}


def _p(full_predictor: Predictor, motions: list[Motion]) -> Any:
    return full_predictor.score(motions)["p_grant"].to_numpy()


@pytest.mark.parametrize("without", [NO_STEPS, NO_SPECULATION, NO_STEPS | NO_SPECULATION])
def test_clearview_without_steps_or_speculation_is_not_less_likely(
    full_predictor: Predictor, without: dict[str, Any]
) -> None:
    motion = Motion.model_validate(clearview_motion().model_dump() | without)
    before, after = _p(full_predictor, [clearview_motion(), motion])
    assert after >= before - 1e-12


def test_the_promises_hold_on_every_ruling(full_predictor: Predictor) -> None:
    every = [row.as_motion() for row in embedded_rulings()]
    for field, none in (("remedial_steps", NO_STEPS), ("speculation_signals", NO_SPECULATION)):
        for mode in ("forecast", "rated", "coded"):
            motions = [masked(motion, mode) for motion in every if getattr(motion, field)]
            bare = [Motion.model_validate(motion.model_dump() | none) for motion in motions]
            assert (_p(full_predictor, bare) >= _p(full_predictor, motions) - 1e-12).all()


@pytest.mark.parametrize("factor", RATINGS)
@pytest.mark.parametrize("mode", ["forecast", "rated"])
def test_a_higher_rating_never_lowers_the_probability(
    full_predictor: Predictor, factor: str, mode: Mode
) -> None:
    base = [masked(row.as_motion(), mode) for row in embedded_rulings()[::40]]
    steps = [
        _p(full_predictor, [m.model_copy(update={factor: r}) for m in base]) for r in range(1, 6)
    ]
    assert (np.diff(steps, axis=0) >= -1e-12).all()
    assert np.abs(np.diff(steps, axis=0)).max() > 0


def test_ratings_at_the_ends_pull_harder_than_those_beside_them(full_predictor: Predictor) -> None:
    base = [masked(row.as_motion(), "rated") for row in embedded_rulings()[::10]]
    low, second, fourth, high = (
        _p(full_predictor, [m.model_copy(update=dict.fromkeys(RATINGS, r)) for m in base])
        for r in (1, 2, 4, 5)
    )
    assert (low < second).all()
    assert (fourth < high).all()
    assert np.median(low) < np.median(second) / 2
    assert np.quantile(low, 0.9) < 0.10
    assert np.quantile(high, 0.05) > 0.90


@pytest.mark.parametrize(
    ("rating", "forecast", "low", "high"), [(1, 0.05, 0.0, 0.10), (5, 0.90, 0.90, 1.0)]
)
def test_ratings_and_forecast_at_one_end_leave_little_doubt(
    full_predictor: Predictor, rating: int, forecast: float, low: float, high: float
) -> None:
    """About what the readers of such training rulings gave: 3% with 1 throughout, 89% with 5."""
    changes = dict.fromkeys(RATINGS, rating) | {"forecast": forecast}
    motions = [row.as_motion().model_copy(update=changes) for row in embedded_rulings()[::10]]
    p = _p(full_predictor, motions)
    assert (p > low).all()
    assert (p < high).all()


@pytest.mark.parametrize("mode", MODES)
def test_a_higher_forecast_never_lowers_the_probability(
    full_predictor: Predictor, mode: Mode
) -> None:
    base = [masked(row.as_motion(), mode) for row in embedded_rulings()[::40]]
    forecasts = np.linspace(0, 1, 26)
    steps = [
        _p(full_predictor, [m.model_copy(update={"forecast": p}) for m in base]) for p in forecasts
    ]
    assert (np.diff(steps, axis=0) >= -1e-12).all()
    assert np.min(steps[-1] - steps[0]) > 0.5  # whatever else is coded, the forecast counts


def test_forecasts_that_differ_widen_the_interval_alone(full_predictor: Predictor) -> None:
    base = [row.as_motion() for row in embedded_rulings()[::40]]
    spread = [motion.model_copy(update={"forecast_spread": 0.8}) for motion in base]
    before, after = full_predictor.score(base), full_predictor.score(spread)
    assert np.array_equal(before["p_grant"], after["p_grant"])
    assert (after["p_low"] < before["p_low"]).all()
    assert (after["p_high"] > before["p_high"]).all()
    rated = [masked(motion, "rated") for motion in spread]
    assert {motion.forecast_spread for motion in rated} == {None}


def test_contributions_add_up_to_the_probability(full_predictor: Predictor) -> None:
    motions = [masked(row.as_motion(), mode) for row in embedded_rulings()[:30] for mode in MODES]
    modes = [mode_of(motion) for motion in motions]
    frame = build_features(motions)
    model = full_predictor.model
    p = model.predict(frame, modes)
    log_odds = model.contributions(frame, modes).sum(axis=1)
    assert np.allclose(1 / (1 + np.exp(-log_odds)), p["p_grant"], atol=1e-9)
    assert (p["p_low"] <= p["p_grant"]).all()
    assert (p["p_grant"] <= p["p_high"]).all()


def test_coding_a_step_or_signal_never_helps_the_movant_whatever_else_is_coded(
    full_predictor: Predictor,
) -> None:
    """From text alone to full codings one set of boosters answers, so the promise has no gaps."""
    for mode in ("text", "coded"):
        motions = [masked(row.as_motion(), mode) for row in embedded_rulings()[::15]]
        for none, some in (
            ({"remedial_steps": ()}, {"remedial_steps": ("ceased_conduct",)}),
            ({"speculation_signals": ()}, {"speculation_signals": ("future_contingency",)}),
        ):
            without = _p(full_predictor, [motion.model_copy(update=none) for motion in motions])
            given = _p(full_predictor, [motion.model_copy(update=some) for motion in motions])
            assert (given <= without + 1e-12).all()
    bare = Motion(motion_type="tro", motion="It asks for an order.")
    stopped = bare.model_copy(update={"remedial_steps": ("ceased_conduct",)})
    before, after = _p(full_predictor, [bare, stopped])
    assert after <= before + 1e-12


def test_it_beats_the_informed_base_rate_on_later_years() -> None:
    training_set = build_training_set([row for row in embedded_rulings() if row.year >= 2016])
    split = temporal_split(training_set.rulings, training_set.granted, 2024)
    model = fit_subset(training_set, split.train, {}, n_bags=6, seed=0).model
    baseline = informed_base_rate(training_set, split.train, split.test)
    granted, groups = training_set.granted[split.test], training_set.groups[split.test]
    frames = prepared_frames(training_set, model.readings, model.rating_model, split.test)
    for mode in ("forecast", "rated", "coded"):
        p = model.predict(frames[mode], [mode] * len(granted))["p_grant"].to_numpy()
        table = score_predictions(granted, p, groups, baseline).set_index("metric")
        assert table.loc["brier_difference", "high"] < 0, mode
