"""Answers that clients do not read: pipelines wait, connections are closed, memory is bounded."""

import socket
import time
from http.client import HTTPConnection
from typing import Any

import pytest

from serve.http import connections, unsent_answers
from serve.http.connections import Connection
from tests.unit.serve.http.test_connections import TIMEOUT, serving

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 3_000_000
"""Bytes of an answer: more than the system's buffers hold."""


class Answering:
    """Answers requests with many bytes, and counts those it began and ended to answer."""

    def __init__(self, n_bytes: int = LARGE) -> None:
        self.n_bytes, self.begun, self.ended = n_bytes, 0, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.begun += 1
        scope["state"]["client"] = dict(scope["headers"]).get(b"x-client", b"").decode()
        length = str(self.n_bytes).encode()
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"content-length", length)]})
        for _ in range(2):
            body = b"x" * (self.n_bytes // 2)
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body"})
        self.ended += 1


def connect(address: tuple[str, int], content: bytes) -> socket.socket:
    """Connect with a small buffer and send something."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(TIMEOUT)
    client.connect(address)
    client.sendall(content)
    return client


def read_all(client: socket.socket) -> bytes:
    """Read until the connection ends, in whatever way."""
    received = b""
    try:
        while part := client.recv(1 << 20):
            received += part
    except ConnectionResetError:
        pass
    return received


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.05)


def test_requests_wait_until_the_answers_before_are_read() -> None:
    app = Answering()
    with serving(app) as (_, address), connect(address, 300 * GET) as client:
        wait_until(lambda: app.begun)
        time.sleep(0.2)
        assert app.begun == 1
        received = 0
        while received < 300 * LARGE // 10:
            received += len(client.recv(1 << 20))
        assert 1 < app.begun < 40
        client.sendall(GET[:10])


def test_all_pipelined_requests_are_answered() -> None:
    app = Answering(10)
    last = (
        b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    )
    with serving(app) as (_, address), connect(address, 5000 * GET) as client:
        client.sendall(last)
        assert read_all(client).count(b"HTTP/1.1 200 OK") == 5001


def test_a_client_that_reads_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "UNSENT_SECONDS", 0.3)
    monkeypatch.setattr(Connection, "_logged", float("-inf"))
    closed: list[int] = []
    monkeypatch.setattr(Connection, "on_closed", closed.append)
    ending = GET.replace(b"Host: x", b"Host: x\r\nConnection: close")
    for content in (GET, 3 * GET, ending):  # blocked, piped, and closing
        app = Answering()
        with serving(app) as (server, address), connect(address, content):
            wait_until(lambda: app.begun)  # noqa: B023
            wait_until(lambda: not server.server_state.connections)
    assert sum(closed) == 3
    assert "read no answers" in caplog.text
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_slow_reader_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNSENT_SECONDS", 0.4)
    monkeypatch.setattr(connections, "MIN_TAKEN", 1000)
    app = Answering()
    with serving(app) as (_, address), connect(address, GET) as client:
        deadline = time.monotonic() + 1.2
        while time.monotonic() < deadline:
            assert client.recv(2000)
            time.sleep(0.02)


def test_connections_whose_answers_are_unread_make_room_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MAX_WAITING_PER_ADDRESS", 3)
    monkeypatch.setattr(connections, "SHORT_WAIT", 0.0)
    app = Answering()
    with serving(app) as (server, address):
        clients = [connect(address, 3 * GET) for _ in range(8)]
        wait_until(lambda: len(server.server_state.connections) == 3)
        for client in clients:
            client.close()


def test_the_end_does_not_wait_for_who_reads_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "UNSENT_SECONDS_AT_END", 0.2)
    app = Answering()
    with serving(app) as (_, address):
        clients = [connect(address, 3 * GET) for _ in range(3)]
        wait_until(lambda: app.begun == 3)
    for client in clients:
        client.close()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_unread_answers_of_one_client_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent_answers, "MAX_UNSENT_PER_CLIENT", 5_000_000)
    monkeypatch.setattr(connections, "SHORT_WAIT", 0.2)
    app = Answering(12_000_000)
    with serving(app) as (server, address):
        by_ann = GET.replace(b"Host: x", b"Host: x\r\nX-Client: ann")
        clients = [connect(address, by_ann) for _ in range(6)]
        other = connect(address, GET.replace(b"Host: x", b"Host: x\r\nX-Client: bob"))

        def unsent() -> int:
            return sum(
                each.unsent for each in server.server_state.connections if each.owner == "ann"
            )

        wait_until(lambda: unsent() > 5_000_000)
        wait_until(lambda: 0 < unsent() <= 5_000_000)
        assert {each.owner for each in server.server_state.connections} == {"ann", "bob"}
        for client in (*clients, other):
            client.close()


def test_unread_answers_of_all_clients_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent_answers, "MAX_UNSENT", 5_000_000)
    app = Answering(12_000_000)
    with serving(app) as (server, address):
        clients = [
            connect(address, GET.replace(b"Host: x", b"Host: x\r\nX-Client: %d" % number))
            for number in range(6)
        ]
        wait_until(lambda: app.begun == 6)
        wait_until(
            lambda: 0 < sum(each.unsent for each in server.server_state.connections) <= 5_000_000
        )
        for client in clients:
            client.close()


def test_who_leaves_before_the_answers_leaves_no_error(caplog: pytest.LogCaptureFixture) -> None:
    app = Answering()
    with serving(app) as (server, address):
        for _ in range(20):
            connect(address, 5 * GET).close()
        wait_until(lambda: app.begun and not server.server_state.connections)
        client = HTTPConnection(*address, timeout=TIMEOUT)
        client.request("GET", "/")
        assert len(client.getresponse().read()) == LARGE
        client.close()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
