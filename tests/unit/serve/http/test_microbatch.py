"""Concurrent requests are predicted in one batch, each as it would be alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion, MotionType
from serve.http.microbatch import MAX_BATCH, MAX_CHARACTERS, MicroBatcher
from train.model.prior_shift import BaseRates
from train.modes import MODES, masked


class FakeModel:
    """Answers with the motion's id and the base rate, and records the batches."""

    def __init__(self) -> None:
        self.batches: list[list[str | None]] = []

    @property
    def predictor(self) -> "FakeModel":
        return self

    def answer(self, motions: Sequence[Motion], base_rates: BaseRates | None) -> list[Any]:
        ids = [motion.id for motion in motions]
        self.batches.append(ids)
        if "bad" in ids:
            raise ValueError("bad is bad")
        return [(motion_id, base_rates.overall if base_rates else None) for motion_id in ids]


def make_motion(motion_id: str, text: str = "some words") -> Motion:
    return Motion(id=motion_id, motion_type=MotionType.TRO, motion=text)


def answers(model: Any, motions: Sequence[Motion], rates: Sequence[float | None]) -> list[Any]:
    """Return the answers to concurrent requests, or their exceptions."""

    async def answer_all() -> list[Any]:
        batcher = MicroBatcher(model)
        pairs = zip(motions, rates, strict=True)
        waiting = [batcher.answer(motion, rate) for motion, rate in pairs]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(answer_all())


def test_concurrent_requests_share_a_batch() -> None:
    model = FakeModel()
    ids = [f"m{number}" for number in range(5)]
    assert answers(model, [make_motion(each) for each in ids], [None] * 5) == [
        (each, None) for each in ids
    ]
    assert model.batches == [ids]


def test_each_base_rate_has_its_own_batch() -> None:
    model = FakeModel()
    rates = [None, 0.3, None, 0.4, 0.3]
    motions = [make_motion(str(number)) for number in range(5)]
    assert answers(model, motions, rates) == [
        (str(number), rate) for number, rate in enumerate(rates)
    ]
    assert model.batches == [["0", "2"], ["1", "4"], ["3"]]


def test_a_batch_is_limited_in_motions_and_characters() -> None:
    model = FakeModel()
    motions = [make_motion(str(number)) for number in range(2 * MAX_BATCH + 1)]
    assert len(answers(model, motions, [None] * len(motions))) == len(motions)
    assert [len(batch) for batch in model.batches] == [MAX_BATCH, MAX_BATCH, 1]
    model = FakeModel()
    text = "words " * (MAX_CHARACTERS // 12)  # two of them fill a batch
    answers(model, [make_motion(str(number), text) for number in range(5)], [None] * 5)
    assert model.batches == [["0", "1"], ["2", "3"], ["4"]]


def test_an_error_of_one_motion_does_not_affect_the_others() -> None:
    motions = [make_motion("a"), make_motion("bad"), make_motion("c")]
    first, second, third = answers(FakeModel(), motions, [None] * 3)
    assert [first, third] == [("a", None), ("c", None)]
    assert isinstance(second, ValueError)


def test_an_invalid_base_rate_affects_its_own_request_only() -> None:
    first, second = answers(FakeModel(), [make_motion("a"), make_motion("b")], [None, 5.0])
    assert first == ("a", None)
    assert isinstance(second, ValueError)


def test_a_client_that_has_left_is_not_answered() -> None:
    model = FakeModel()

    async def answer_both() -> Any:
        batcher = MicroBatcher(model)  # type: ignore[arg-type]
        leaves = asyncio.ensure_future(batcher.answer(make_motion("leaves"), None))
        stays = asyncio.ensure_future(batcher.answer(make_motion("stays"), None))
        await asyncio.sleep(0)
        leaves.cancel()
        return await stays

    assert asyncio.run(answer_both()) == ("stays", None)
    assert model.batches == [["stays"]]


@pytest.mark.parametrize("size", [2, 7])
def test_an_answer_does_not_depend_on_its_batch(trained: Any, size: int) -> None:
    rulings = embedded_rulings()[::60]
    motions = [masked(ruling.as_motion(), mode) for ruling in rulings for mode in MODES]
    answer = trained.predictor.answer
    alone = [answer([motion])[0] for motion in motions]
    starts = range(0, len(motions), size)
    batched = [each for start in starts for each in answer(motions[start : start + size])]
    assert batched == alone
