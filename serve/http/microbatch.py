"""Answer about the motions of several requests together: one by one they take twice as long.

Nobody is kept waiting for company: whatever has come by the time the endpoint is free is answered
about in one go. Each answer is the one that its motion would get alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from data.schema import Motion
from serve.http.model_watcher import Answering
from serve.predictor import Predictor
from serve.responses import Answer
from train.model.prior_shift import Prior

MOST = 16
"""Motions answered about in one go: some 40 ms, in which nothing else is answered."""
MOST_TEXT = 10_000
"""Characters of their papers; the first motion is taken whatever it has."""
TURNS = 5
"""Turns of the event loop for which requests that are being read already are waited for."""


def size_of(motion: Motion) -> int:
    """Return how many characters a motion's papers have."""
    return len(motion.motion) + len(motion.opposition or "")


def prior_of(rate: float | None) -> Prior | None:
    """Return the prior of a grant rate that was given, or None.

    Raises
    ------
    ValueError
        If it is none that log-odds can be shifted to.
    """
    return None if rate is None else Prior(rate)


@dataclass(frozen=True)
class _Asked:
    motion: Motion
    rate: float | None
    answer: "asyncio.Future[Answer]"


class Together:
    """Answers about short motions in the event loop, together with those that come at the time.

    A few milliseconds each, of which handing it to a thread and back would be one.

    Parameters
    ----------
    answering
        Holds the model.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._waiting: list[_Asked] = []

    async def answer(self, motion: Motion, rate: float | None) -> Answer:
        """Answer about one motion, adjusted to a grant rate if one is given."""
        loop = asyncio.get_running_loop()
        asked = _Asked(motion, rate, loop.create_future())
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            loop.call_soon(self._turn, TURNS)
        return await asked.answer

    def _turn(self, turns: int) -> None:
        loop = asyncio.get_running_loop()
        if turns and len(self._waiting) < MOST:
            loop.call_soon(self._turn, turns - 1)
            return
        now, self._waiting = _as_many_as_fit(self._waiting)
        if self._waiting:
            loop.call_soon(self._turn, 0)
        predictor = self._answering.predictor
        wanted = [asked for asked in now if not asked.answer.cancelled()]  # whose client has gone
        for rate in dict.fromkeys(asked.rate for asked in wanted):
            _answer(predictor, [asked for asked in wanted if asked.rate == rate], rate)


def _as_many_as_fit(waiting: Sequence[_Asked]) -> tuple[list[_Asked], list[_Asked]]:
    size = 0
    for place, asked in enumerate(waiting):
        size += size_of(asked.motion)
        if place and (place == MOST or size > MOST_TEXT):
            return list(waiting[:place]), list(waiting[place:])
    return list(waiting), []


def _answer(predictor: Predictor, asked: Sequence[_Asked], rate: float | None) -> None:
    try:
        answers = predictor.answer([one.motion for one in asked], prior_of(rate))
    except Exception as error:
        if len(asked) == 1:
            asked[0].answer.set_exception(error)
            return
        for one in asked:  # what is wrong with one motion is no matter of the others
            _answer(predictor, [one], rate)
        return
    for one, answer in zip(asked, answers, strict=True):
        one.answer.set_result(answer)
