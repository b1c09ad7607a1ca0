"""Turns: a few places that clients take one after another, so that none waits for another's many.

Places go round: each client that waits gets one before any gets a second.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")


class RoundRobin(Generic[Item]):
    """A queue of the items of several clients that yields one of each client in turn.

    Examples
    --------
    >>> queue = RoundRobin[int]()
    >>> for client, item in (("a", 1), ("a", 2), ("a", 3), ("b", 4)):
    ...     queue.append(client, item)
    >>> [queue.pop(queue.clients[0]) for _ in range(len(queue))]
    [1, 4, 2, 3]
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def clients(self) -> list[str]:
        """The clients that have items, the one whose turn it is first."""
        return list(self._waiting)

    def count(self, client: str) -> int:
        """Return the number of items that a client has in the queue."""
        return len(self._waiting.get(client, ()))

    def peek(self) -> tuple[str, Item]:
        """Return the client whose turn it is, and its first item; the queue must not be empty."""
        client, items = next(iter(self._waiting.items()))
        return client, items[0]

    def append(self, client: str, item: Item) -> None:
        """Add an item of a client."""
        self._waiting.setdefault(client, deque()).append(item)

    def pop(self, client: str) -> Item:
        """Remove and return the first item of a client; the client goes to the end of the line."""
        items = self._waiting[client]
        item = items.popleft()
        if items:
            self._waiting.move_to_end(client)
        else:
            del self._waiting[client]
        return item


class Turns:
    """Places for work that takes long, given to clients in turn.

    Parameters
    ----------
    places
        Number of places.
    per_client
        Places that one client may have at a time.
    max_waiting
        Number of requests of one client that may wait for a place.
    """

    def __init__(self, places: int, per_client: int | None = None, max_waiting: int = 64) -> None:
        self._places, self._per_client = places, per_client or places
        self._max_waiting = max_waiting
        self._taken = Counter[str]()
        self._queue = RoundRobin[asyncio.Future[None]]()

    @property
    def busy(self) -> int:
        """The number of places taken."""
        return self._taken.total()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a place, and give it back at the end of the block.

        Raises
        ------
        TooManyWaiting
            If too many requests of the client wait already.
        """
        if not self._queue and self._is_free_for(client):
            self._taken[client] += 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._give_back(client)

    async def _wait(self, client: str) -> None:
        if self._queue.count(client) >= self._max_waiting:
            raise TooManyWaiting
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(client, place)
        self._hand_out()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # given just as the client left
                self._give_back(client)
            raise

    def _give_back(self, client: str) -> None:
        self._taken[client] -= 1
        if not self._taken[client]:
            del self._taken[client]
        self._hand_out()

    def _hand_out(self) -> None:
        """Give the free places to those who wait for one."""
        for client in self._queue.clients:
            while self._queue.count(client) and self._is_free_for(client):
                place = self._queue.pop(client)
                if not place.done():
                    place.set_result(None)
                    self._taken[client] += 1
                    break

    def _is_free_for(self, client: str) -> bool:
        return self.busy < self._places and self._taken[client] < self._per_client


class TooManyWaiting(Exception):
    """A client has more requests waiting than may wait."""
