"""Clients take turns: nobody waits for all the requests of another."""

import asyncio
from collections.abc import Sequence

import pytest

from serve.http.turns import TooManyWaiting, Turns


async def finish(turns: Turns, clients: Sequence[str]) -> list[str]:
    """Let clients take turns in the order given; return the order in which they had theirs."""
    order: list[str] = []

    async def work(name: str) -> None:
        async with turns.turn(name.rstrip("0123456789")):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(name) for name in clients))
    return order


def test_places_go_round() -> None:
    order = asyncio.run(finish(Turns(1), ["a1", "a2", "a3", "b1", "c1", "b2"]))
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2"]


def test_a_client_has_no_more_than_its_places() -> None:
    async def run() -> None:
        turns = Turns(3, per_client=1)
        async with turns.turn("a"):
            second = asyncio.create_task(finish(turns, ["a"]))
            await asyncio.sleep(0)
            assert await asyncio.wait_for(finish(turns, ["b1"]), 5) == ["b1"]
            assert turns.busy == 1
            assert not second.done()
        assert await asyncio.wait_for(second, 5) == ["a"]
        assert turns.busy == 0

    asyncio.run(run())


def test_a_place_is_not_lost_when_a_client_leaves() -> None:
    async def run() -> None:
        turns = Turns(1)
        async with turns.turn("a"):
            leaves = asyncio.create_task(finish(turns, ["b"]))
            stays = asyncio.create_task(finish(turns, ["c"]))
            await asyncio.sleep(0)
        leaves.cancel()  # just as it is given its place
        assert await asyncio.wait_for(stays, 5) == ["c"]
        assert turns.busy == 0

    asyncio.run(run())


def test_too_many_waiting_requests_are_refused() -> None:
    async def run() -> None:
        turns = Turns(1, max_waiting=1)
        async with turns.turn("a"):
            waiting = asyncio.create_task(finish(turns, ["a"]))
            await asyncio.sleep(0)
            with pytest.raises(TooManyWaiting):
                await finish(turns, ["a"])
            other = asyncio.create_task(finish(turns, ["b"]))
            await asyncio.sleep(0)
        await asyncio.gather(waiting, other)

    asyncio.run(run())
