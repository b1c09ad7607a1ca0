"""Predict for concurrent requests: short motions in batches, long ones each in turn.

No request waits for company: a batch holds what has arrived by the time a process is free. Each
answer equals the one that its motion would get alone. Clients take turns, by the names of their
keys, so that nobody waits for the many requests of another; and long papers never take the last
process, so that a short motion waits for short ones alone.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from serve.http.jobs import Predicted, Query, predict
from serve.http.model_process import ProcessLost, TooSlow
from serve.http.model_processes import JobRunner
from serve.http.model_watcher import ModelWatcher
from serve.http.turns import RoundRobin, TooManyWaiting, Turns

MAX_SHORT = 5000
"""Characters up to which a motion is short."""
MAX_BATCH = 16
"""Motions in one batch: some 20 ms."""
MAX_CHARACTERS = MAX_SHORT
"""Characters of text in one batch: 0.1 s if they are hostile, for which others wait."""
MAX_TICKS = 5
"""Ticks of the event loop that a batch waits, so that requests already arriving can join it."""
PART_CHARACTERS = 50_000
"""Characters of text that are read at once of a request with many motions."""
SHORT_SECONDS = 10.0
"""Time allowed for a batch of short motions, which takes a fraction of a second."""
LONG_SECONDS = 30.0
"""Time allowed for one long motion: papers of five million characters take less."""
MAX_WAITING = 2000
"""Requests of one client that may wait; further ones are refused."""


def size_of(query: Query) -> int:
    """Return the number of characters in a motion's papers and their summaries."""
    motion = query.motion
    texts = motion.motion, motion.opposition, motion.summary, motion.opposition_summary
    return sum(len(text) for text in texts if text)


@dataclass(frozen=True, eq=False)
class _Waiting:
    query: Query
    answer: "asyncio.Future[Predicted]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Predictions:
    """Predicts for concurrent requests with the model in use.

    Parameters
    ----------
    watcher
        Holds the model in use.
    runner
        Runs the jobs.
    """

    def __init__(self, watcher: ModelWatcher, runner: JobRunner) -> None:
        self._watcher, self._runner = watcher, runner
        self._queue = RoundRobin[_Waiting]()
        self._long = Turns(max(1, runner.places - 1))
        self._batches = 0
        self._is_ticking = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def predict(self, client: str, query: Query) -> Predicted:
        """Return the answer to one query of a client.

        Raises
        ------
        TooSlow
            If reading the motion takes too long.
        ProcessLost
            If the process that reads it ends.
        TooManyWaiting
            If the client has `MAX_WAITING` requests waiting.
        """
        if size_of(query) > MAX_SHORT:
            return await self._predict_long(client, query)
        if self._queue.count(client) >= MAX_WAITING:
            raise TooManyWaiting
        waiting = _Waiting(query)
        self._queue.append(client, waiting)
        self._start_ticking()
        return await waiting.answer

    async def predict_many(
        self, client: str, queries: Sequence[Query]
    ) -> list[Predicted | Exception]:
        """Return the answers to the queries of one request, in order.

        They go in parts, so that other clients need not wait for all of them. What takes too long
        is an exception in the list; other errors are raised as `predict` does.
        """
        answers: list[Predicted | Exception] = []
        for part in _parts(queries):
            try:
                async with self._long.turn(client):
                    answers += await self._runner.run(
                        self._watcher.predictor, predict, part, seconds=LONG_SECONDS
                    )
            except TooSlow as error:
                if len(part) == 1:
                    answers.append(error)
                else:  # one of them is at fault; the others are not
                    answers += [
                        answer
                        for query in part
                        for answer in await self.predict_many(client, [query])
                    ]
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, TooSlow):
                raise answer
        return answers

    async def run_in_turn(self, client: str, job: Callable[..., bytes], *args: Any) -> bytes:
        """Return what a job returns that may take long; raises as `predict` does."""
        async with self._long.turn(client):
            result: bytes = await self._runner.run(
                self._watcher.predictor, job, *args, seconds=LONG_SECONDS
            )
            return result

    async def _predict_long(self, client: str, query: Query) -> Predicted:
        async with self._long.turn(client):
            answers = await self._runner.run(
                self._watcher.predictor, predict, [query], seconds=LONG_SECONDS
            )
        return _result(answers[0])

    def _start_ticking(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            asyncio.get_running_loop().call_soon(self._tick, MAX_TICKS)

    def _tick(self, ticks_left: int) -> None:
        if ticks_left and len(self._queue) < MAX_BATCH:
            asyncio.get_running_loop().call_soon(self._tick, ticks_left - 1)
            return
        self._is_ticking = False
        while self._queue and self._batches < max(1, self._runner.places - self._long.busy):
            if batch := self._next_batch():
                self._batches += 1
                task = asyncio.create_task(self._answer(batch))
                self._tasks.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._batches -= 1
        if self._queue:
            self._start_ticking()

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        characters = 0
        while self._queue and len(batch) < MAX_BATCH:
            client, first = self._queue.peek()
            characters += size_of(first.query)
            if batch and characters > MAX_CHARACTERS:
                break
            waiting = self._queue.pop(client)
            if not waiting.answer.cancelled():
                batch.append(waiting)
        return batch

    async def _answer(self, batch: list[_Waiting]) -> None:
        queries = [each.query for each in batch]
        try:
            answers = await self._runner.run(
                self._watcher.predictor, predict, queries, seconds=SHORT_SECONDS
            )
        except (TooSlow, ProcessLost) as error:
            if len(batch) > 1:  # one of them is at fault; the others are not
                for each in batch:
                    await self._answer([each])
                return
            answers = [error]
        except Exception as error:
            answers = [error] * len(batch)
        for each, answer in zip(batch, answers, strict=True):
            if each.answer.done():
                continue
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)


def _parts(queries: Sequence[Query]) -> Iterator[list[Query]]:
    """Yield queries in parts of at most `PART_CHARACTERS`, or of one."""
    part: list[Query] = []
    characters = 0
    for query in queries:
        characters += size_of(query)
        if part and characters > PART_CHARACTERS:
            yield part
            part, characters = [], size_of(query)
        part.append(query)
    if part:
        yield part


def _result(answer: Predicted | Exception) -> Predicted:
    if isinstance(answer, Exception):
        raise answer
    return answer
