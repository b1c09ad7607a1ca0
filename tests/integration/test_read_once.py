"""Every paper is read once, whatever is made of it: reading takes most of the time."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.embedded import embedded_rulings
from data.schema import Motion
from features.phrases import matcher
from features.text.cleaning import clean_paper
from serve.pyfunc import GrantPyfunc
from tests.conftest import tiny_rulings
from train.dataset import build_training_set, fit_subset
from train.evaluate.protocols import evaluate
from train.settings import TrainSettings

MOTIONS = [
    Motion(
        motion_type="tro",
        motion=f"Filing {number}. {ruling.motion} " * (1 if number % 2 else 60),
        opposition=f"Opposition {number}. {ruling.opposition or 'The harm is speculative.'}",
    )
    for number, ruling in enumerate(embedded_rulings()[::250])
]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each paper is cleaned and searched for phrases."""
    counts: Counter[str] = Counter()

    def clean(text: str, *others: Any) -> Any:
        counts[text] += 1
        return clean_paper(text, *others)

    def find(text: str) -> Any:
        counts[f"searched: {text}"] += 1
        return matcher.find_patterns(text)

    monkeypatch.setattr("features.document.clean_paper", clean)
    monkeypatch.setattr("features.document.find_patterns", find)
    return counts


def assert_read_once(readings: Counter[str], n_papers: int) -> None:
    assert set(readings.values()) == {1}
    assert sum(not text.startswith("searched: ") for text in readings) == n_papers


def test_scoring_and_answering(trained: Any, readings: Counter[str]) -> None:
    for motions in (MOTIONS, MOTIONS[:1]):
        trained.predictor.score(motions, contributions=True, comparables=2)
        assert_read_once(readings, 2 * len(motions))
        readings.clear()
        trained.predictor.answer(motions)
        assert_read_once(readings, 2 * len(motions))
        readings.clear()


def test_the_pyfunc(trained: Any, readings: Counter[str]) -> None:
    frame = pd.DataFrame([motion.model_dump(mode="json") for motion in MOTIONS])
    GrantPyfunc(trained.predictor).predict(frame)
    assert_read_once(readings, 2 * len(MOTIONS))


def test_training_with_its_evaluation(readings: Counter[str]) -> None:
    rulings = tiny_rulings()
    settings = TrainSettings(first_test_year=2025, n_folds=2, n_bags=2)
    training_set = build_training_set(rulings)
    evaluate(training_set, settings)
    fit_subset(training_set, np.arange(len(rulings)), {}, 2, 0)
    texts = {text for ruling in rulings for text in ruling.as_motion().texts_read if text}
    assert_read_once(readings, len(texts))
