"""Two sets of parameters compared ruling by ruling."""

import numpy as np
import pytest

from train.tune.objective import compare_errors


def test_two_models_are_compared_ruling_by_ruling() -> None:
    rng = np.random.default_rng(0)
    current = rng.uniform(0, 1, (4, 200))
    noise = np.repeat(rng.normal(0, 0.001, (4, 50)), 4, axis=1)  # the same within a case of four
    noise -= noise.mean(axis=1, keepdims=True)
    tuned = current - np.array([[0.0], [0.03], [0.0], [-0.01]]) + noise
    scores = compare_errors(tuned, current, np.arange(200) // 4).set_index("mode")
    assert list(scores.index) == ["all", "forecast", "rated", "coded", "text"]
    assert scores.loc["all", "difference"] == pytest.approx(-0.02 / 4)
    assert scores.loc["rated", "high"] < -0.029  # paired: far narrower than either's own spread
    assert scores.loc["coded", "low"] < 0 < scores.loc["coded", "high"]
    assert scores.loc["text", "low"] > 0.009
    by_row = compare_errors(tuned, current, np.arange(200)).set_index("mode")
    assert scores.loc["coded", "high"] > 1.5 * by_row.loc["coded", "high"]  # cases are drawn
