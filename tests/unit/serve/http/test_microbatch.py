"""Concurrent requests share batches, clients take turns, and long papers leave a process free."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion, MotionType
from serve.http.jobs import Predicted, Query
from serve.http.jobs import predict as predict_job
from serve.http.microbatch import (
    MAX_BATCH,
    MAX_CHARACTERS,
    MAX_SHORT,
    MAX_WAITING,
    PART_CHARACTERS,
    Predictions,
    size_of,
)
from serve.http.model_process import ProcessLost, TooSlow
from serve.http.turns import TooManyWaiting
from train.model.prior_shift import BaseRates
from train.modes import MODES, masked


class FakeRunner:
    """Answers with the motion's id, and records the batches; `slow` and `lost` have errors."""

    places = 2

    def __init__(self) -> None:
        self.predictor = self
        self.batches: list[list[str | None]] = []
        self.released = asyncio.Event()

    async def run(
        self, predictor: Any, job: Callable[..., Any], queries: Sequence[Query], seconds: float
    ) -> list[Predicted | Exception]:
        ids = [query.motion.id for query in queries]
        self.batches.append(ids)
        if len(queries[0].motion.motion) > MAX_SHORT and "part" not in str(ids[0]):
            await self.released.wait()
        await asyncio.sleep(0)
        if "slow" in ids:
            raise TooSlow("slow is slow")
        if "lost" in ids:
            raise ProcessLost("lost is lost")
        return [
            ValueError("bad is bad") if name == "bad" else Predicted(str(name).encode(), "text", {})
            for name in ids
        ]


def make_query(motion_id: str, text: str = "some words") -> Query:
    return Query(Motion(id=motion_id, motion_type=MotionType.TRO, motion=text), None, "request")


def answers(
    runner: FakeRunner, queries: Sequence[Query], clients: Sequence[str] | None = None
) -> list[Any]:
    """Return the bodies of the answers to concurrent requests, or their exceptions."""

    async def answer_all() -> list[Any]:
        predictions = Predictions(runner, runner)  # type: ignore[arg-type]
        pairs = zip(clients or ["a"] * len(queries), queries, strict=True)
        waiting = [predictions.predict(client, query) for client, query in pairs]
        return await asyncio.gather(*waiting, return_exceptions=True)

    found = asyncio.run(answer_all())
    return [each.body.decode() if isinstance(each, Predicted) else each for each in found]


def test_concurrent_requests_share_a_batch() -> None:
    runner = FakeRunner()
    ids = [f"m{number}" for number in range(5)]
    assert answers(runner, [make_query(each) for each in ids]) == ids
    assert runner.batches == [ids]


def test_a_batch_is_limited_in_motions_and_characters() -> None:
    runner = FakeRunner()
    queries = [make_query(str(number)) for number in range(2 * MAX_BATCH + 1)]
    assert len(answers(runner, queries)) == len(queries)
    assert [len(batch) for batch in runner.batches] == [MAX_BATCH, MAX_BATCH, 1]
    runner = FakeRunner()
    text = "words " * (MAX_CHARACTERS // 12)  # two of them fill a batch
    answers(runner, [make_query(str(number), text) for number in range(5)])
    assert runner.batches == [["0", "1"], ["2", "3"], ["4"]]


def test_clients_take_turns_in_a_batch() -> None:
    runner = FakeRunner()
    text = "words " * (MAX_CHARACTERS // 12)
    queries = [make_query(name, text) for name in ("a1", "a2", "a3", "a4", "b1")]
    answers(runner, queries, ["a", "a", "a", "a", "b"])
    assert runner.batches[0] == ["a1", "b1"]


def test_an_error_of_one_motion_does_not_affect_the_others() -> None:
    queries = [make_query("a"), make_query("bad"), make_query("c")]
    first, second, third = answers(FakeRunner(), queries)
    assert [first, third] == ["a", "c"]
    assert isinstance(second, ValueError)


@pytest.mark.parametrize(("name", "kind"), [("slow", TooSlow), ("lost", ProcessLost)])
def test_a_motion_that_stops_its_process_does_not_affect_the_others(
    name: str, kind: type[Exception]
) -> None:
    runner = FakeRunner()
    first, second, third = answers(runner, [make_query("a"), make_query(name), make_query("c")])
    assert [first, third] == ["a", "c"]
    assert isinstance(second, kind)
    assert runner.batches == [["a", name, "c"], ["a"], [name], ["c"]]


def test_long_papers_leave_a_process_for_short_motions() -> None:
    async def run() -> None:
        runner = FakeRunner()
        predictions = Predictions(runner, runner)  # type: ignore[arg-type]
        long = [make_query(f"long{n}", "x" * (MAX_SHORT + 1)) for n in range(3)]
        tasks = [asyncio.create_task(predictions.predict("a", query)) for query in long]
        await asyncio.sleep(0)
        short = await asyncio.wait_for(predictions.predict("a", make_query("short")), 10)
        assert short.body == b"short"
        assert [batch for batch in runner.batches if batch != ["short"]] == [["long0"]]
        runner.released.set()
        assert [each.body for each in await asyncio.gather(*tasks)] == [
            b"long0",
            b"long1",
            b"long2",
        ]

    asyncio.run(run())


def test_a_client_that_has_left_is_not_answered() -> None:
    runner = FakeRunner()

    async def answer_both() -> Predicted:
        predictions = Predictions(runner, runner)  # type: ignore[arg-type]
        leaves = asyncio.ensure_future(predictions.predict("a", make_query("leaves")))
        stays = asyncio.ensure_future(predictions.predict("a", make_query("stays")))
        await asyncio.sleep(0)
        leaves.cancel()
        return await stays

    assert asyncio.run(answer_both()).body == b"stays"
    assert runner.batches == [["stays"]]


def test_a_client_with_too_many_requests_is_refused() -> None:
    runner = FakeRunner()
    found = answers(runner, [make_query("m")] * (MAX_WAITING + 5))
    assert [type(each) for each in found[-5:]] == [TooManyWaiting] * 5
    assert found[:-5] == ["m"] * MAX_WAITING


def test_many_motions_go_in_parts_and_one_at_fault_is_named() -> None:
    async def run() -> None:
        runner = FakeRunner()
        predictions = Predictions(runner, runner)  # type: ignore[arg-type]
        half = "x" * (PART_CHARACTERS // 2)
        names = ["part0", "part1", "slow", "part3", "part4"]
        queries = [make_query(f"part{name}" if name == "x" else name, half) for name in names]
        runner.released.set()
        found = await predictions.predict_many("a", queries)
        kinds = [type(each) for each in found]
        assert kinds == [Predicted, Predicted, TooSlow, Predicted, Predicted]
        assert runner.batches[0] == ["part0", "part1"]

    asyncio.run(run())


@pytest.mark.parametrize("size", [2, 7])
def test_an_answer_does_not_depend_on_its_batch(trained: Any, size: int) -> None:
    rulings = embedded_rulings()[::60]
    motions = [masked(ruling.as_motion(), mode) for ruling in rulings for mode in MODES]
    answer = trained.predictor.answer
    alone = [answer([motion])[0] for motion in motions]
    starts = range(0, len(motions), size)
    batched = [each for start in starts for each in answer(motions[start : start + size])]
    assert batched == alone


def test_each_base_rate_is_answered_apart() -> None:
    class Model:
        def answer(self, motions: Sequence[Motion], rates: BaseRates | None) -> list[Any]:
            seen.append(([motion.id for motion in motions], rates.overall if rates else None))
            raise ValueError

    seen: list[tuple[list[str | None], float | None]] = []
    rates = [None, 0.3, None, 5.0]
    queries = [make_query(str(n))._replace(base_rate=rate) for n, rate in enumerate(rates)]
    found = predict_job(Model(), queries)  # type: ignore[arg-type]
    assert [type(each) for each in found] == [ValueError] * 4
    # Together first, then one by one; an invalid rate does not even get so far.
    assert seen == [(["0", "2"], None), (["0"], None), (["2"], None), (["1"], 0.3)]


def test_every_text_of_a_motion_counts_as_long() -> None:
    text = "x" * (MAX_SHORT + 1)
    for field in ("motion", "opposition", "summary", "opposition_summary"):
        motion = Motion(motion_type=MotionType.TRO, motion="x").model_copy(update={field: text})
        assert size_of(Query(motion, None, "request")) > MAX_SHORT
