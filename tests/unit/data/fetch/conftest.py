"""A CourtListener on loopback, and a clock that never waits."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data.fetch.api import Api, open_api
from tests.support.fake_courtlistener import TOKEN, FakeCourtListener, cluster


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that the program would have waited."""
    seconds: list[float] = []
    monkeypatch.setattr("data.fetch.api.sleep", seconds.append)
    return seconds


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Iterator[Callable[..., Any]]:
    """Return a function that starts a CourtListener; those started stop with the test."""
    started: list[FakeCourtListener] = []

    def start(n_clusters: int = 0, **options: Any) -> FakeCourtListener:
        clusters = [cluster(number) for number in range(1, n_clusters + 1)]
        fake = FakeCourtListener(**{"clusters": clusters, **options})
        started.append(fake.__enter__())
        monkeypatch.setenv("COURTLISTENER_API_BASE_URL", fake.url)
        monkeypatch.setenv("COURTLISTENER_API_TOKEN", TOKEN)
        return fake

    yield start
    for fake in started:
        fake.__exit__()


@pytest.fixture
def remarks() -> list[str]:
    """Return what the user is told."""
    return []


@pytest.fixture
def api(serve: Any, remarks: list[str]) -> Iterator[Callable[[], Api]]:
    """Return a function that opens the API of the server started last."""
    opened: list[Api] = []

    def start() -> Api:
        opened.append(open_api(remarks.append))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
