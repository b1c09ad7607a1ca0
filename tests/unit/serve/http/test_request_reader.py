"""Requests: limited in headers and trailers, and read as if they offered no other protocol."""

import json
import socket
from typing import Any

import pytest

from serve.http import connections, request_reader
from tests.unit.serve.http.test_connections import TIMEOUT, serving
from tests.unit.serve.http.test_unread_answers import read_all, wait_until

SEEN: list[dict[str, Any]] = []
"""The requests seen by the application."""


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body; a GET without reading it."""
    body, more = b"", scope["method"] == "POST"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    SEEN.append({"path": scope["path"], "headers": dict(scope["headers"]), "body": body})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    SEEN.clear()
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(request_reader, "LINGER_SECONDS", 0.1)


def send_until_closed(address: tuple[str, int], start: bytes, part: bytes) -> tuple[int, bytes]:
    """Send a start and then one part after another; return the bytes sent and the answer."""
    sent = 0
    with socket.create_connection(address, timeout=TIMEOUT) as client:
        client.sendall(start)
        try:
            while sent < 50_000_000:
                client.sendall(part)
                sent += len(part)
        except OSError:
            pass
        try:
            return sent, read_all(client)
        except OSError:
            return sent, b""


CHUNKED = b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\n", b"a:\r\n" * 1000),
        (b"GET /", b"a" * 10_000),
        (b"POST / HTTP/1.1\r\n" + CHUNKED + b"2\r\nab\r\n0\r\n", b"a:\r\n" * 1000),
        (b"POST / HTTP/1.1\r\n" + CHUNKED + b"0\r\nX: ", b"a" * 10_000),
        (b"POST / HTTP/1.1\r\n" + CHUNKED + b"2;", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\n" + CHUNKED + b"0\r\n", b"a:\r\n" * 1000),
    ],
    ids=["value", "number", "address", "trailers", "trailer", "extension", "answered"],
)
def test_what_is_no_body_is_limited(start: bytes, part: bytes) -> None:
    with serving(echo) as (_, address):
        sent, _ = send_until_closed(address, start, part)
        assert sent < 50_000_000


def test_a_large_head_is_refused_in_words() -> None:
    with serving(echo) as (_, address), socket.create_connection(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
        head, _, body = read_all(client).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 431 ")
        assert json.loads(body)["status"] == 431
        assert "65536 bytes" in json.loads(body)["detail"]
        with socket.create_connection(address) as second:
            headers = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 500) for number in range(100))
            second.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n")
            assert read_all(second).startswith(b"HTTP/1.1 200")
    assert len(SEEN) == 1


def test_what_is_no_request_is_refused_after_the_answers_before() -> None:
    with serving(echo) as (_, address):
        for before in (0, 3):
            with socket.create_connection(address, timeout=TIMEOUT) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n" * before + b"nonsense\r\n\r\n")
                answer = read_all(client)
            assert answer.count(b"HTTP/1.1 200") == before
            assert answer.count(b"HTTP/1.1 400") == (not before)


def test_trailers_are_no_headers() -> None:
    request = b"POST / HTTP/1.1\r\nConnection: close\r\n" + CHUNKED + b"2\r\nab\r\n0\r\n"
    with serving(echo) as (_, address), socket.create_connection(address) as client:
        client.sendall(request + b"Authorization: Bearer x\r\nX-Request-Id: y\r\n\r\n")
        assert read_all(client).startswith(b"HTTP/1.1 200")
    assert set(SEEN[0]["headers"]) == {b"connection", b"host", b"transfer-encoding"}


def test_what_goes_on_after_the_answer_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.2)
    with serving(echo) as (server, address):
        for rest in (b"0\r\n", b"", b"5\r\nab"):
            client = socket.create_connection(address, timeout=TIMEOUT)
            client.sendall(b"GET / HTTP/1.1\r\n" + CHUNKED + rest)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            wait_until(lambda: not server.server_state.connections)
            client.close()


def test_empty_lines_keep_no_connection_open() -> None:
    with serving(echo) as (server, address), socket.create_connection(address) as client:
        wait_until(lambda: bool(server.server_state.connections))
        (connection,) = server.server_state.connections
        client.sendall(b"GET / HTTP/1.1\r\n" + CHUNKED)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        connection.timeout_keep_alive = 0
        client.sendall(b"0\r\n\r\n\r\n")
        wait_until(lambda: not server.server_state.connections)


INNER = b"GET /inner HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"foo"])
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_an_offer_of_another_protocol_is_ignored(
    protocol: bytes, at_once: bool, chunked: bool
) -> None:
    head = (
        b"POST /outer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nUpgrade: " + protocol + b"\r\n"
    )
    body = b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER
    if chunked:
        body = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER)
    last = b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n"
    parts = [head + body + last] if at_once else [head, body[:30], body[30:], last]
    with (
        serving(echo) as (_, address),
        socket.create_connection(address, timeout=TIMEOUT) as client,
    ):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            client.sendall(part)
        assert read_all(client).count(b"HTTP/1.1 200") == 2
    assert [(each["path"], each["body"]) for each in SEEN] == [("/outer", INNER), ("/last", b"")]
    assert b"upgrade" not in SEEN[0]["headers"]


def test_connect_is_refused() -> None:
    with serving(echo) as (_, address), socket.create_connection(address) as client:
        client.sendall(b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n" + INNER)
        assert read_all(client).startswith(b"HTTP/1.1 400")
    assert not SEEN
