"""Motions of several requests are answered about together, each as it would be alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion, MotionType
from serve.http.microbatch import MOST, MOST_TEXT, Together
from train.model.prior_shift import Prior
from train.modes import MODES, masked


class _Model:
    """Answers with the motion's id and the prior, and remembers what it was asked together."""

    def __init__(self) -> None:
        self.asked: list[list[str | None]] = []

    @property
    def predictor(self) -> "_Model":
        return self

    def answer(self, motions: Sequence[Motion], prior: Prior | None) -> list[Any]:
        names = [motion.id for motion in motions]
        self.asked.append(names)
        if "bad" in names:
            raise ValueError("bad is bad")
        return [(name, prior.overall if prior else None) for name in names]


def _motion(name: str, text: str = "some words") -> Motion:
    return Motion(id=name, motion_type=MotionType.TRO, motion=text)


def _answers(model: Any, motions: Sequence[Motion], rates: Sequence[float | None]) -> list[Any]:
    async def ask() -> list[Any]:
        together = Together(model)
        both = zip(motions, rates, strict=True)
        waiting = [together.answer(motion, rate) for motion, rate in both]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(ask())


def test_those_that_come_at_once_are_answered_in_one_go() -> None:
    model = _Model()
    names = [f"m{place}" for place in range(5)]
    answers = _answers(model, [_motion(name) for name in names], [None] * 5)
    assert answers == [(name, None) for name in names]
    assert model.asked == [names]


def test_each_rate_is_answered_for_itself() -> None:
    model = _Model()
    rates = [None, 0.3, None, 0.4, 0.3]
    answers = _answers(model, [_motion(str(place)) for place in range(5)], rates)
    assert answers == [(str(place), rate) for place, rate in enumerate(rates)]
    assert model.asked == [["0", "2"], ["1", "4"], ["3"]]


def test_no_more_are_taken_together_than_fit() -> None:
    model = _Model()
    names = [str(place) for place in range(2 * MOST + 1)]
    assert len(_answers(model, [_motion(name) for name in names], [None] * len(names))) == 33
    assert [len(asked) for asked in model.asked] == [MOST, MOST, 1]
    model = _Model()
    longs = [_motion(str(place), "words " * (MOST_TEXT // 12)) for place in range(5)]
    _answers(model, longs, [None] * 5)
    assert model.asked == [["0", "1"], ["2", "3"], ["4"]]


def test_one_that_fails_does_not_take_the_others_along() -> None:
    model = _Model()
    answers = _answers(model, [_motion("a"), _motion("bad"), _motion("c")], [None] * 3)
    assert [answers[0], answers[2]] == [("a", None), ("c", None)]
    assert isinstance(answers[1], ValueError)


def test_a_rate_that_is_none_keeps_nobody_waiting() -> None:
    answers = _answers(_Model(), [_motion("a"), _motion("b")], [None, 5.0])
    assert answers[0] == ("a", None)
    assert isinstance(answers[1], ValueError)


def test_nobody_answers_a_client_that_has_gone() -> None:
    model = _Model()

    async def ask() -> Any:
        together = Together(model)  # type: ignore[arg-type]
        gone = asyncio.ensure_future(together.answer(_motion("gone"), None))
        stays = asyncio.ensure_future(together.answer(_motion("stays"), None))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(ask()) == ("stays", None)
    assert model.asked == [["stays"]]


@pytest.mark.parametrize("size", [2, 7])
def test_an_answer_together_is_the_answer_alone(trained: Any, size: int) -> None:
    rulings = embedded_rulings()[::60]
    motions = [masked(ruling.as_motion(), mode) for ruling in rulings for mode in MODES]
    answer = trained.predictor.answer
    alone = [answer([motion])[0] for motion in motions]
    starts = range(0, len(motions), size)
    assert [one for start in starts for one in answer(motions[start : start + size])] == alone
