"""Predict for concurrent requests in one batch; one by one, they take twice as long.

No request waits for company: a batch holds what has arrived by the time the event loop is free.
Each answer equals the one that its motion would get alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from data.schema import Motion
from serve.http.model_watcher import ModelWatcher
from serve.predictor import Predictor
from serve.responses import Answer
from train.model.prior_shift import BaseRates

MAX_BATCH = 16
"""Motions in one batch: some 40 ms, in which the event loop does nothing else."""
MAX_CHARACTERS = 10_000
"""Characters of text in one batch; its first motion may have more."""
MAX_TICKS = 5
"""Ticks of the event loop that a batch waits, so that requests already arriving can join it."""


def size_of(motion: Motion) -> int:
    """Return the number of characters in a motion's papers."""
    return len(motion.motion) + len(motion.opposition or "")


def overall_rate(rate: float | None) -> BaseRates | None:
    """Return a request's base rate in the form that the predictor takes.

    Raises
    ------
    ValueError
        If the rate is not strictly between 0 and 1 (see `train.model.prior_shift.check_rate`).
    """
    return None if rate is None else BaseRates(rate)


@dataclass(frozen=True)
class _Request:
    motion: Motion
    base_rate: float | None
    answer: "asyncio.Future[Answer]"


class MicroBatcher:
    """Predicts for short motions in the event loop, in batches of concurrent requests.

    A short motion takes a few milliseconds; handing it to a thread and back would add one.

    Parameters
    ----------
    watcher
        Holds the model in use.
    """

    def __init__(self, watcher: ModelWatcher) -> None:
        self._watcher = watcher
        self._queue: list[_Request] = []

    async def answer(self, motion: Motion, base_rate: float | None) -> Answer:
        """Return the answer for one motion, adjusted to a base rate if one is given."""
        loop = asyncio.get_running_loop()
        request = _Request(motion, base_rate, loop.create_future())
        self._queue.append(request)
        if len(self._queue) == 1:
            loop.call_soon(self._tick, MAX_TICKS)
        return await request.answer

    def _tick(self, ticks_left: int) -> None:
        loop = asyncio.get_running_loop()
        if ticks_left and len(self._queue) < MAX_BATCH:
            loop.call_soon(self._tick, ticks_left - 1)
            return
        batch, self._queue = _split_batch(self._queue)
        if self._queue:
            loop.call_soon(self._tick, 0)
        predictor = self._watcher.predictor
        open_requests = [each for each in batch if not each.answer.cancelled()]
        for base_rate in dict.fromkeys(each.base_rate for each in open_requests):
            same_rate = [each for each in open_requests if each.base_rate == base_rate]
            _predict(predictor, same_rate, base_rate)


def _split_batch(queue: Sequence[_Request]) -> tuple[list[_Request], list[_Request]]:
    """Return the requests of the next batch, and the rest of the queue."""
    characters = 0
    for index, request in enumerate(queue):
        characters += size_of(request.motion)
        if index and (index == MAX_BATCH or characters > MAX_CHARACTERS):
            return list(queue[:index]), list(queue[index:])
    return list(queue), []


def _predict(predictor: Predictor, requests: Sequence[_Request], base_rate: float | None) -> None:
    try:
        answers = predictor.answer(
            [request.motion for request in requests], overall_rate(base_rate)
        )
    except Exception as error:
        if len(requests) == 1:
            requests[0].answer.set_exception(error)
            return
        for request in requests:  # one by one: an error of one motion is no fault of the others
            _predict(predictor, [request], base_rate)
        return
    for request, answer in zip(requests, answers, strict=True):
        request.answer.set_result(answer)
