"""What predictions need is loaded before the first of them."""

from typing import Any
from unittest.mock import patch

import pytest

from data.embedded import clearview_motion
from serve.predictor import Predictor
from serve.pyfunc import _load_pyfunc
from serve.warm_up import answer_once

_RATED = clearview_motion().model_copy(update={"likelihood_of_success": 3})
_OF_EVERY_MODE = [
    clearview_motion().as_motion(),
    _RATED,
    _RATED.model_copy(update={"forecast": 0.5}),
    clearview_motion().model_validate({"motion_type": "tro", "motion": "They will copy it."}),
]


def test_a_pyfunc_that_is_loaded_has_nothing_more_to_load(trained: Any) -> None:
    predictor = _load_pyfunc(str(trained.predictor.folder)).predictor
    with _nothing_loads():
        for motion in _OF_EVERY_MODE:
            predictor.answer([motion])
            predictor.score([motion] * 2, contributions=True)


def test_after_one_answer_the_next_like_it_loads_nothing(trained: Any) -> None:
    predictor = Predictor.load(str(trained.predictor.folder))
    with _nothing_loads(), pytest.raises(AssertionError):
        answer_once(predictor)
    answer_once(predictor)
    with _nothing_loads():
        predictor.answer([clearview_motion()])


def _nothing_loads() -> Any:
    """Return a context in which no tree can be parsed and no table of explanations made."""
    return patch.multiple(
        "train.model.forest",
        parse_tree=_refuse,
        TreeTables=_refuse,
    )


def _refuse(*arguments: Any) -> None:
    raise AssertionError("something is loaded")
