"""The result of a search, and the TOML file that it is written to."""

from pathlib import Path

import pandas as pd
import pytest

from train.fit.boosters import DEFAULT_PARAMETERS
from train.tune.parameters import read_parameters
from train.tune.result import Tuned


def _tuned(high: float, **changes: float) -> Tuned:
    row = {"current": 0.2, "tuned": 0.19, "difference": -0.01, "low": -0.02, "high": high}
    scores = pd.DataFrame([row | {"mode": mode} for mode in ("all", "rated", "coded", "text")])
    return Tuned(DEFAULT_PARAMETERS | changes, "enjoin-0", 9, 4, scores, "5 folds")


def test_the_result_says_whether_the_gain_is_more_than_noise() -> None:
    significant, not_significant = _tuned(-0.001, num_leaves=7), _tuned(0.001, num_leaves=7)
    assert significant.is_significant
    assert not not_significant.is_significant
    assert "noise" not in significant.as_toml()
    assert "noise" in not_significant.as_toml()
    assert not significant.are_defaults
    assert _tuned(0.0).are_defaults


def test_the_toml_has_the_result_as_comments(tmp_path: Path) -> None:
    output = tmp_path / "parameters.toml"
    output.write_text(_tuned(-0.001, num_leaves=7).as_toml())
    assert read_parameters(output) == DEFAULT_PARAMETERS | {"num_leaves": 7}
    for figure in ("enjoin-0", "9 trials (4 pruned)", "-0.0100 [-0.0200, -0.0010]", "0.1900"):
        assert figure in output.read_text()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("num_leaves = ", "parameters.toml"),
        ("leaves = 3", "leaves"),
        ('num_leaves = "three"', "num_leaves"),
        ("num_leaves = true", "num_leaves"),
        ("lambda_l2 = -1", "lambda_l2"),
    ],
)
def test_wrong_parameters_are_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "parameters.toml"
    path.write_text(content)
    with pytest.raises(ValueError, match=named):
        read_parameters(path)
