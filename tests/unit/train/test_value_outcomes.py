"""Outcomes by coded value: what is counted, and as what."""

import numpy as np

from data.schema import Motion
from train.value_outcomes import count_value_outcomes, value_name


def test_codings_are_counted_with_their_outcomes() -> None:
    paper = "The conduct has stopped."
    motions = [
        Motion(
            motion_type="tro",
            motion=paper,
            remedial_steps=["ceased_conduct", "redesigned"],
            pro_se=True,
        ),
        Motion(motion_type="tro", motion=paper, remedial_steps=["ceased_conduct"], pro_se=False),
        Motion(motion_type="stay", motion=paper, remedial_steps=[]),
        Motion(motion_type="tro", motion=paper),  # not coded; what the paper says is not counted
    ]
    outcomes = count_value_outcomes(motions, np.array([True, False, True, True]))
    assert outcomes["remedial_steps"]["ceased_conduct"] == [2, 1]
    assert outcomes["remedial_steps"]["redesigned"] == [1, 1]
    assert outcomes["remedial_steps"]["improved_security"] == [0, 0]
    assert outcomes["motion_type"]["tro"] == [3, 2]
    assert outcomes["pro_se"] == {"true": [1, 1], "false": [1, 0]}
    assert "motion" not in outcomes
    assert value_name(True) in outcomes["pro_se"]
