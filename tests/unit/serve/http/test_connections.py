"""Connections: closed when headers are slow, kept for requests in transit at shutdown."""

import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest
import uvicorn

from serve.http import connections
from serve.http.connections import Connection

TIMEOUT = 60
"""Seconds after which a test fails; no test waits for it otherwise."""


async def ok(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request with 200."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def serving(app: Any = ok) -> Iterator[tuple[uvicorn.Server, tuple[str, int]]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=Connection, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server, listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(TIMEOUT)
    assert not thread.is_alive()


def is_closed(client: socket.socket, wait: float = 0) -> bool:
    """Return whether the server has closed a connection over which it sends nothing."""
    if not select.select([client], [], [], wait)[0]:
        return False
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_slow_headers_close_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "headers_seconds", 0.2)
    with serving() as (_, address):
        silent = [socket.create_connection(address) for _ in range(25)]
        partial = [socket.create_connection(address) for _ in range(25)]
        for client in partial:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert all(is_closed(client, TIMEOUT) for client in silent + partial)
        # A line now and then does not keep a connection open.
        client, deadline = socket.create_connection(address), time.monotonic() + TIMEOUT
        client.sendall(b"GET / HTTP/1.1\r\n")
        try:
            while not is_closed(client, 0.02):
                assert time.monotonic() < deadline
                client.sendall(b"X: y\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        for each in (*silent, *partial, client):
            each.close()


def test_an_idle_connection_stays_open_for_its_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Connection, "headers_seconds", 0.2)
    with serving() as (_, address):
        client = HTTPConnection(*address, timeout=TIMEOUT)
        for _ in range(2):
            client.request("GET", "/")  # raises if the server has closed the connection
            response = client.getresponse()
            assert (response.status, response.read()) == (200, b"ok")
            # As long as it takes for another connection to be closed as too slow.
            with socket.create_connection(address) as slow:
                assert is_closed(slow, TIMEOUT)
        client.close()


def test_a_request_in_transit_at_shutdown_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.http.connections.GRACE_SECONDS", TIMEOUT)
    with serving() as (server, address):
        deadline = time.monotonic() + TIMEOUT
        client = socket.create_connection(address, timeout=TIMEOUT)
        while not server.server_state.connections:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        (connection,) = server.server_state.connections
        server.should_exit = True
        while not connection.draining:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with client, client.makefile("rb") as stream:
            response = stream.read()
        assert response.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in response.lower()


def test_connections_of_one_address_that_wait_longest_are_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MAX_WAITING_PER_ADDRESS", 5)
    monkeypatch.setattr(connections, "SHORT_WAIT", 0.0)
    counted: list[int] = []
    monkeypatch.setattr(Connection, "on_closed", counted.append)
    with serving() as (_server, address):
        clients = [socket.create_connection(address) for _ in range(8)]
        assert all(is_closed(client, TIMEOUT) for client in clients[:3])
        assert not any(is_closed(client) for client in clients[3:])
        clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert clients[-1].recv(1000).startswith(b"HTTP/1.1 200")
        for client in clients:
            client.close()
    assert sum(counted) == 3


def test_many_may_arrive_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_WAITING_PER_ADDRESS", 5)
    monkeypatch.setattr(connections, "SHORT_WAIT", 60.0)
    with serving() as (_, address):
        clients = [socket.create_connection(address) for _ in range(50)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for client in clients:
            with client, client.makefile("rb") as stream:
                assert stream.read().startswith(b"HTTP/1.1 200")


def test_a_connection_over_the_limit_in_all_is_closed_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "MAX_WAITING_PER_ADDRESS", 2)
    monkeypatch.setattr(Connection, "max_connections", 5)
    monkeypatch.setattr(Connection, "_logged", float("-inf"))
    with serving() as (_server, address):
        clients = [socket.create_connection(address) for _ in range(7)]
        assert all(is_closed(client, TIMEOUT) for client in clients[:2])
        assert not any(is_closed(client) for client in clients[2:])
        for client in clients:
            client.close()
    assert "too many were open" in caplog.text


SMALL_PROCESS = """
import logging, resource, socket, sys
import uvicorn
from serve.http.connections import Connection, limit_connections
from tests.unit.serve.http.test_connections import ok

resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
logging.basicConfig(level="WARNING", stream=sys.stdout, format="%(message)s")
Connection.on_closed = lambda n: print("closed", n)
listener = socket.create_server(("127.0.0.1", 0))
config = uvicorn.Config(ok, http=Connection, log_config=None, lifespan="off")
config.backlog = limit_connections()
print(listener.getsockname()[1], flush=True)
uvicorn.Server(config).run(sockets=[listener])
"""


def test_connections_are_closed_and_counted_before_descriptors_run_out() -> None:
    command = [sys.executable, "-u", "-c", SMALL_PROCESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        warning, port = process.stdout.readline(), int(process.stdout.readline())
        assert "may have 200 open files" in warning
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        try:
            answered = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
            answered.request("GET", "/")
            assert answered.getresponse().status == 200
            answered.close()
        finally:
            for client in clients:
                client.close()
            process.terminate()
        lines = process.stdout.read().splitlines()
    assert any(re.fullmatch(r"closed \d+", line) for line in lines)
    assert any("too many were open" in line for line in lines)


def test_an_answered_request_whose_body_goes_on_is_not_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving() as (server, address):
        client = HTTPConnection(*address, timeout=TIMEOUT)
        client.request("GET", "/")
        client.getresponse().read()
        (connection,) = server.server_state.connections
        assert connection.waits_since is not None
        client.close()
